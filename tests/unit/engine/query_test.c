/* Query: the order of its checks, start keys, Select, filters. */
#include "items.h"

#define V "ValidationException: "
#define P "ValidationException: 1 validation error detected: "
#define K "'KeyConditionExpression':'p = :p','ExpressionAttributeValues':{':p':{'S':'a'}}"

static void tables(service *s) {
  items_table(s, "tab", "p S HASH, r N RANGE", "gsi global KEYS_ONLY: g S HASH", "all global ALL: g S HASH, r N RANGE", "lsi local KEYS_ONLY: p S HASH, l N RANGE", NULL);
}

/* validation.md 3.4: each request has the fault of its row and some of those below. */
ITEM_TEST(the_order_of_checks) {
  tables(s);
  static const items_row rows[] = {
      {"Query", "{'TableName':'none','AttributesToGet':['a','a'],'QueryFilter':{},'KeyConditions':{},'ConditionalOperator':'OR','ProjectionExpression':'','FilterExpression':'','KeyConditionExpression':''}",
       V "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: "
         "{AttributesToGet, QueryFilter, ConditionalOperator, KeyConditions} Expression parameters: {ProjectionExpression, "
         "FilterExpression, KeyConditionExpression}"},
      {"Query", "{'TableName':'none','ExpressionAttributeValues':{},'Select':'SPECIFIC_ATTRIBUTES'}",
       V "ExpressionAttributeValues can only be specified when using expressions: FilterExpression and KeyConditionExpression are null"},
      {"Query", "{'TableName':'none'," K ",'Select':'SPECIFIC_ATTRIBUTES'}", P "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"},
      {"Query", "{'TableName':'none'," K ",'Select':'ALL_PROJECTED_ATTRIBUTES'}", P "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"},
      {"Query", "{'TableName':'none'," K ",'Select':'COUNT','ProjectionExpression':'a'}", P "Cannot specify the ProjectionExpression when choosing to get only the Count"},
      {"Query", "{'TableName':'none','KeyConditions':{},'Select':'ALL_ATTRIBUTES','AttributesToGet':['a']}", P "Cannot specify the AttributesToGet when choosing to get ALL_ATTRIBUTES"},
      {"Query", "{'TableName':'none','QueryFilter':{'a':{'ComparisonOperator':'EQ'}},'AttributesToGet':['a','a'],'ExclusiveStartKey':{'p':{}}}",
       V "One or more parameter values were invalid: Invalid number of argument(s) for the EQ ComparisonOperator"},
      {"Query", "{'TableName':'none','AttributesToGet':['a','a'],'ExclusiveStartKey':{'p':{}}}", V "One or more parameter values were invalid: Duplicate value in attribute name: a"},
      {"Query", "{'TableName':'none','ExclusiveStartKey':{'p':{}}}", V "The provided starting key is invalid: Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"},
      {"Query", "{'TableName':'none','ExclusiveStartKey':{'p':{'N':'x'}}}", V "The parameter cannot be converted to a numeric value: x"},
      {"Query", "{'TableName':'none'}", V "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."},
      {"Query", "{'TableName':'none','KeyConditionExpression':'p = :p OR a = :p','ExpressionAttributeValues':{':p':{'S':'a'}},'FilterExpression':''}",
       V "Invalid FilterExpression: The expression can not be empty;"},
      {"Query", "{'TableName':'none','KeyConditionExpression':'p = :p OR a = :p','ExpressionAttributeValues':{':p':{'S':'a'}}}", "Invalid operator used in KeyConditionExpression: OR"},
      {"Query", "{'TableName':'none'," K ",'IndexName':'none','ExclusiveStartKey':{}}", "ResourceNotFoundException: Requested resource not found"},
      {"Query", "{'TableName':'tab'," K ",'IndexName':'none','ConsistentRead':true,'ExclusiveStartKey':{}}", V "The table does not have the specified index: none"},
      {"Query", "{'TableName':'tab'," K ",'IndexName':'gsi','ConsistentRead':true,'ExclusiveStartKey':{}}", V "Consistent reads are not supported on global secondary indexes"},
      {"Query", "{'TableName':'tab','KeyConditionExpression':'q = :p','ExpressionAttributeValues':{':p':{'S':'a'}},'ExclusiveStartKey':{'p':{'S':'a'}}}", V "The provided starting key is invalid"},
      {"Query", "{'TableName':'tab'," K ",'ExclusiveStartKey':{'q':{'S':'a'},'r':{'N':'1'}}}", V "The provided starting key is invalid"},
      {"Query", "{'TableName':'tab'," K ",'ExclusiveStartKey':{'p':{'N':'1'},'r':{'N':'1'}}}", V "The provided key element does not match the schema"},
      {"Query", "{'TableName':'tab','IndexName':'all','KeyConditionExpression':'g = :p','ExpressionAttributeValues':{':p':{'S':'a'}},'ExclusiveStartKey':{'p':{'N':'1'},'r':{'N':'1'},'g':{'S':'a'}}}",
       V "The provided starting key is invalid: The provided key element does not match the schema"},
      {"Query", "{'TableName':'tab'," K ",'ExclusiveStartKey':{'p':{'S':'b'},'r':{'N':'1'}}}", V "The provided starting key is outside query boundaries based on provided conditions"},
      {"Query", "{'TableName':'tab','KeyConditionExpression':'p = :p AND r > :r','ExpressionAttributeValues':{':p':{'S':'a'},':r':{'N':'1'}},'ExclusiveStartKey':{'p':{'S':'b'},'r':{'N':'1'}}}",
       V "The provided starting key does not match the range key predicate"},
      {"Query", "{'TableName':'tab','KeyConditionExpression':'p = :p AND r > :r','ExpressionAttributeValues':{':p':{'S':'a'},':r':{'N':'1'}},'ExclusiveStartKey':{'p':{'S':'b'},'r':{'N':'2'}}}",
       V "The query can return at most one row and cannot be restarted"},
      {"Query", "{'TableName':'tab'," K ",'ProjectionExpression':'r[0]','FilterExpression':'attribute_exists(p)'}", "are not allowed: Key: r"},
      {"Query", "{'TableName':'tab'," K ",'FilterExpression':'attribute_exists(r)'}", V "Filter Expression can only contain non-primary key attributes: Primary key attribute: r"},
      {"Query", "{'TableName':'tab','KeyConditions':{'p':{'ComparisonOperator':'EQ','AttributeValueList':[{'S':'a'}]}},'QueryFilter':{'p':{'ComparisonOperator':'NOT_NULL'}}}",
       V "QueryFilter can only contain non-primary key attributes: Primary key attribute: p"},
      {"Query", "{'TableName':'tab','IndexName':'gsi','KeyConditionExpression':'g = :p','ExpressionAttributeValues':{':p':{'S':'a'}},'Select':'ALL_ATTRIBUTES','FilterExpression':'attribute_exists(l.x)'}",
       V "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index gsi because its projection type is not ALL"},
      {"Query", "{'TableName':'tab'," K ",'FilterExpression':'attribute_exists(l.x)'}", "are not allowed: IndexKey: l"},
  };
  ROWS(s, rows);
}

ITEM_TEST(start_keys_that_no_key_can_be) {
  tables(s);
  GIVES(s, "Query", V "The provided starting key is invalid: One or more parameter values were invalid: Size of hashkey",
        "{'TableName':'tab','IndexName':'all','KeyConditionExpression':'g = :p','ExpressionAttributeValues':{':p':{'S':'a'}},'ExclusiveStartKey':{'p':{'S':'%s'},'r':{'N':'1'},'g':{'S':'a'}}}",
        items_fill('x', 100000));
  GIVES(s, "Scan", V "The provided starting key is invalid", "{'TableName':'tab','ExclusiveStartKey':{'p':{'S':'%s'},'r':{'N':'1'}}}", items_fill('x', 5000));
  GIVES(s, "Scan", V "The provided starting key is invalid", "{'TableName':'tab','ExclusiveStartKey':{'p':{'S':''},'r':{'N':'1'}}}");
  GIVES(s, "Scan", V "The provided starting key is invalid", "{'TableName':'tab','IndexName':'all','ExclusiveStartKey':{'p':{'S':'a'},'r':{'N':'1'},'g':{'S':'%s'}}}", items_fill('x', 5000));
  items_table(s, "sss", "p S HASH, r S RANGE", NULL);
  GIVES(s, "Query", V, "{'TableName':'sss'," K ",'ExclusiveStartKey':{'p':{'S':'a'},'r':{'S':'%s'}}}", items_fill('x', 9000));
}

ITEM_TEST(filters_and_counts) {
  tables(s);
  for (int i = 0; i < 6; i++) EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'N':'%d'},'v':{'N':'%d'},'g':{'S':'g'}}}", i, i % 3);
  GIVES(s, "Query", "'Count':2,'ScannedCount':6}", "{'TableName':'tab','KeyConditionExpression':'p = :p','FilterExpression':'v = :v','ExpressionAttributeValues':{':p':{'S':'a'},':v':{'N':'1'}}}");
  EXPECT(s, "Query", "{'Count':6,'ScannedCount':6}", "{'TableName':'tab'," K ",'Select':'COUNT'}");
  EXPECT(s, "Query", "{'Items':[],'Count':0,'ScannedCount':0}", "{'TableName':'tab','KeyConditionExpression':'p = :p','ExpressionAttributeValues':{':p':{'S':'none'}}}");
  GIVES(s, "Query", "'Items':[{'v':{'N':'2'}},{'v':{'N':'1'}},", "{'TableName':'tab'," K ",'ProjectionExpression':'v','ScanIndexForward':false}");
  GIVES(s, "Query", "'Count':2,'ScannedCount':6", "{'TableName':'tab','KeyConditions':{'p':{'ComparisonOperator':'EQ','AttributeValueList':[{'S':'a'}]}},'ConditionalOperator':'OR',"
                    "'QueryFilter':{'v':{'ComparisonOperator':'EQ','AttributeValueList':[{'N':'1'}]},'w':{'ComparisonOperator':'NOT_NULL'},'g':{'ComparisonOperator':'EQ','AttributeValueList':[{'S':'no'}]}}}");
}

/* Items of one partition of a global index: equal range keys in the order of the scan, both ways. */
ITEM_TEST(backwards_is_forwards_turned) {
  tables(s);
  for (int i = 0; i < 12; i++) EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'%d'},'r':{'N':'%d'},'g':{'S':'g'}}}", i, i % 2);
  char *forward = strdup(call(s, "Query", "{'TableName':'tab','IndexName':'all','KeyConditionExpression':'g = :g','ExpressionAttributeValues':{':g':{'S':'g'}},'ProjectionExpression':'p'}"));
  const char *backward = call(s, "Query", "{'TableName':'tab','IndexName':'all','KeyConditionExpression':'g = :g','ExpressionAttributeValues':{':g':{'S':'g'}},'ProjectionExpression':'p','ScanIndexForward':false}");
  int first[20], second[20], count = 0, others = 0;
  for (const char *p = forward; p != NULL && (p = strstr(p, "\"p\":{\"S\":\"")) != NULL && count < 20; p++) first[count++] = atoi(p + 10);
  for (const char *p = backward; (p = strstr(p, "\"p\":{\"S\":\"")) != NULL && others < 20; p++) second[others++] = atoi(p + 10);
  CHECK_INT(count, 12);
  CHECK_INT(others, 12);
  for (int i = 0; i < 12 && count == 12 && others == 12; i++) CHECK_INT(first[i], second[11 - i]);
  for (int i = 1; i < 12 && count == 12; i++) CHECK(first[i - 1] % 2 <= first[i] % 2);
  free(forward);
}

ITEM_TEST(units_are_rounded_once) {
  tables(s);
  for (int i = 0; i < 9; i++) EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'N':'%d'},'g':{'S':'g'},'x':{'S':'%s'}}}", i, items_fill('x', 1000));
  GIVES(s, "Query", "'CapacityUnits':1.5}", "{'TableName':'tab'," K ",'ReturnConsumedCapacity':'TOTAL'}");
  GIVES(s, "Query", "'CapacityUnits':3.0}", "{'TableName':'tab'," K ",'ReturnConsumedCapacity':'TOTAL','ConsistentRead':true}");
  GIVES(s, "Query", "'CapacityUnits':0.5}", "{'TableName':'tab','KeyConditionExpression':'p = :p','ExpressionAttributeValues':{':p':{'S':'b'}},'ReturnConsumedCapacity':'TOTAL'}");
  GIVES(s, "Query", "'CapacityUnits':1.5,'Table':{'CapacityUnits':0.0},'GlobalSecondaryIndexes':{'all':{'CapacityUnits':1.5}}}",
        "{'TableName':'tab','IndexName':'all','KeyConditionExpression':'g = :p','ExpressionAttributeValues':{':p':{'S':'g'}},'ReturnConsumedCapacity':'INDEXES'}");
}
