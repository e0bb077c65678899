/* Scan: checks, segments, filters, indexes. */
#include "base/hash.h"
#include "items.h"

#define V "ValidationException: "

/* validation.md 3.5 */
ITEM_TEST(the_order_of_checks) {
  items_table(s, "tab", "p S HASH", "gsi global KEYS_ONLY: g S HASH", NULL);
  static const items_row rows[] = {
      {"Scan", "{'TableName':'none','AttributesToGet':['a','a'],'ScanFilter':{},'ConditionalOperator':'OR','ProjectionExpression':'','FilterExpression':''}",
       V "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: "
         "{AttributesToGet, ScanFilter, ConditionalOperator} Expression parameters: {ProjectionExpression, FilterExpression}"},
      {"Scan", "{'TableName':'none','ExpressionAttributeValues':{},'ProjectionExpression':'a','AttributesToGet':null}",
       V "ExpressionAttributeValues can only be specified when using expressions: FilterExpression is null"},
      {"Scan", "{'TableName':'none','Select':'SPECIFIC_ATTRIBUTES'}", V "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"},
      {"Scan", "{'TableName':'none','AttributesToGet':['a','a'],'ScanFilter':{'a':{'ComparisonOperator':'LT'}}}", V "One or more parameter values were invalid: Duplicate value in attribute name: a"},
      {"Scan", "{'TableName':'none','ScanFilter':{'a':{'ComparisonOperator':'LT'}},'ExclusiveStartKey':{'p':{}},'Segment':1}",
       V "One or more parameter values were invalid: Invalid number of argument(s) for the LT ComparisonOperator"},
      {"Scan", "{'TableName':'none','ExclusiveStartKey':{'p':{}},'Segment':1}", V "The provided starting key is invalid: Supplied AttributeValue is empty"},
      {"Scan", "{'TableName':'none','Segment':1,'FilterExpression':''}", V "The TotalSegments parameter is required but was not present in the request when Segment parameter is present"},
      {"Scan", "{'TableName':'none','TotalSegments':1,'FilterExpression':''}", V "The Segment parameter is required but was not present in the request when parameter TotalSegments is present"},
      {"Scan", "{'TableName':'none','Segment':2,'TotalSegments':2,'FilterExpression':''}",
       V "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 2 is not less than TotalSegments: 2"},
      {"Scan", "{'TableName':'none','FilterExpression':'','IndexName':'none'}", V "Invalid FilterExpression: The expression can not be empty;"},
      {"Scan", "{'TableName':'none','IndexName':'none'}", "ResourceNotFoundException: Requested resource not found"},
      {"Scan", "{'TableName':'tab','IndexName':'none','ExclusiveStartKey':{}}", V "The table does not have the specified index: none"},
      {"Scan", "{'TableName':'tab','IndexName':'gsi','ConsistentRead':true,'ExclusiveStartKey':{}}", V "Consistent reads are not supported on global secondary indexes"},
      {"Scan", "{'TableName':'tab','ExclusiveStartKey':{}}", V "The provided starting key is invalid: The provided key element does not match the schema"},
      {"Scan", "{'TableName':'tab','ExclusiveStartKey':{'p':{'N':'1'}}}", V "The provided starting key is invalid: The provided key element does not match the schema"},
      {"Scan", "{'TableName':'tab','IndexName':'gsi','ExclusiveStartKey':{'p':{'S':'1'}},'Select':'ALL_ATTRIBUTES'}", V "The provided starting key is invalid"},
      {"Scan", "{'TableName':'tab','IndexName':'gsi','Select':'ALL_ATTRIBUTES','FilterExpression':'attribute_exists(g.x)'}",
       V "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index gsi because its projection type is not ALL"},
      {"Scan", "{'TableName':'tab','ProjectionExpression':'p.a'}", "are not allowed: Key: p"},
      {"Scan", "{'TableName':'tab','FilterExpression':'attribute_exists(g.x)'}", "are not allowed: IndexKey: g"},
  };
  ROWS(s, rows);
}

/* Every item is in one segment, all of a partition in the same. */
ITEM_TEST(segments_partition_the_table) {
  items_table(s, "tab", "p S HASH, r N RANGE", "gsi global ALL: g N HASH", NULL);
  for (int i = 0; i < 60; i++) EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'p%d'},'r':{'N':'%d'},'g':{'N':'%d'}}}", i / 3, i, i / 4);
  static const int totals[] = {1, 2, 3, 7, 64, 1000000};
  for (size_t t = 0; t < sizeof totals / sizeof totals[0]; t++) {
    int in_table = 0, in_index = 0;
    if (totals[t] > 64) { /* too many to walk: one of them is enough */
      GIVES(s, "Scan", "'Count':", "{'TableName':'tab','Segment':999999,'TotalSegments':1000000}");
      continue;
    }
    for (int segment = 0; segment < totals[t]; segment++) {
      char *answer = strdup(call(s, "Scan", "{'TableName':'tab','Segment':%d,'TotalSegments':%d}", segment, totals[t]));
      in_table += items_count(answer, "'r':{");
      for (int p = 0; p < 20; p++) {
        int count = items_count(answer, items_text("{'S':'p%d'}", p));
        CHECK(count == 0 || count == 3);
      }
      free(answer);
      in_index += items_count(call(s, "Scan", "{'TableName':'tab','IndexName':'gsi','Segment':%d,'TotalSegments':%d}", segment, totals[t]), "'r':{");
    }
    CHECK_INT(in_table, 60);
    CHECK_INT(in_index, 60);
  }
}

ITEM_TEST(a_start_key_of_another_segment) {
  items_table(s, "tab", "p S HASH", NULL);
  int wrong = 0;
  for (int segment = 0; segment < 4; segment++) {
    const char *answer = call(s, "Scan", "{'TableName':'tab','Segment':%d,'TotalSegments':4,'ExclusiveStartKey':{'p':{'S':'x'}}}", segment);
    wrong += strcmp(answer, items_text(V "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct "
                                       "Segment. TotalSegments: 4 Segment: %d", segment)) == 0;
  }
  CHECK_INT(wrong, 3);
}

ITEM_TEST(filters_may_name_keys) {
  items_table(s, "tab", "p S HASH", "gsi global ALL: g S HASH", NULL);
  for (int i = 0; i < 10; i++) EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'%d'}%s}}", i, i < 4 ? ",'g':{'S':'x'}" : "");
  GIVES(s, "Scan", "'Count':5,'ScannedCount':10}", "{'TableName':'tab','FilterExpression':'p < :p','ExpressionAttributeValues':{':p':{'S':'5'}}}");
  GIVES(s, "Scan", "'Count':3,'ScannedCount':4}", "{'TableName':'tab','IndexName':'gsi','FilterExpression':'p > :p','ExpressionAttributeValues':{':p':{'S':'0'}}}");
  EXPECT(s, "Scan", "{'Count':4,'ScannedCount':10}", "{'TableName':'tab','Select':'COUNT','ScanFilter':{'g':{'ComparisonOperator':'NOT_NULL'}}}");
  EXPECT(s, "Scan", "{'Count':7,'ScannedCount':10}",
         "{'TableName':'tab','Select':'COUNT','ConditionalOperator':'OR','ScanFilter':{'g':{'ComparisonOperator':'NOT_NULL'},'p':{'ComparisonOperator':'IN','AttributeValueList':[{'S':'7'},{'S':'8'},{'S':'9'},{'S':'3'}]}}}");
  GIVES(s, "Scan", "'CapacityUnits':0.5,'Table':{'CapacityUnits':0.5}}", "{'TableName':'tab','ReturnConsumedCapacity':'INDEXES'}");
}

/* The order of a scan is that of the service's hash. */
ITEM_TEST(the_order_is_that_of_the_hash) {
  items_table(s, "tab", "p S HASH", NULL);
  for (int i = 0; i < 30; i++) EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'k%d'}}}", i);
  char *answer = strdup(call(s, "Scan", "{'TableName':'tab'}"));
  const char *p = answer;
  uint64_t last = 0;
  int count = 0;
  while (p != NULL && (p = strstr(p, "{\"S\":\"")) != NULL) {
    p += 6;
    cyn_bytes parts[2] = {cyn_str("Outliers"), {p, (size_t)(strchr(p, '"') - p)}};
    uint8_t digest[16];
    cyn_i_md5(parts, 2, digest);
    uint64_t hash = 0;
    for (int i = 0; i < 8; i++) hash = hash << 8 | digest[i];
    CHECK(hash > last);
    last = hash;
    count++;
  }
  CHECK_INT(count, 30);
  free(answer);
}
