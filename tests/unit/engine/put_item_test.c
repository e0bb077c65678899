/* PutItem: the order of its checks, what it stores, what it answers. */
#include "items.h"

ITEM_TEST(stores_what_it_was_given) {
  items_table(s, "tab", "p S HASH", NULL);
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'n':{'N':'0012.50'},'l':{'L':[{'BOOL':true},{'NULL':true}]}}}");
  GIVES(s, "GetItem", "'n':{'N':'12.5'}", "{'TableName':'tab','Key':{'p':{'S':'a'}}}");
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'}}}");
  EXPECT(s, "GetItem", "{'Item':{'p':{'S':'a'}}}", "{'TableName':'tab','Key':{'p':{'S':'a'}}}");
}

ITEM_TEST(answers_the_old_item) {
  items_table(s, "tab", "p S HASH", NULL);
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'v':{'N':'1'}},'ReturnValues':'ALL_OLD'}");
  EXPECT(s, "PutItem", "{'Attributes':{'p':{'S':'a'},'v':{'N':'1'}}}",
         "{'TableName':'tab','Item':{'p':{'S':'a'},'v':{'N':'2'}},'ReturnValues':'ALL_OLD'}");
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'}},'ReturnValues':'NONE'}");
}

/* validation.md 3.1: each request has the fault of its row and all of those below it. */
ITEM_TEST(the_order_of_checks) {
  items_table(s, "tab", "p S HASH, r N RANGE", "gsi global ALL: g S HASH", "lsi local ALL: p S HASH, l N RANGE", NULL);
  const char *large = items_fill('x', 410000);
#define P "1 validation error detected: "
  GIVES(s, "PutItem", P "Can not use both expression and non-expression parameters in the same request: "
                        "Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}",
        "{'TableName':'none','Item':{'p':{'NULL':false}},'ReturnValues':'ALL_NEW','Expected':{},'ConditionExpression':''}");
  GIVES(s, "PutItem", P "ExpressionAttributeNames can only be specified when using expressions",
        "{'TableName':'none','Item':{'p':{'NULL':false}},'ReturnValues':'ALL_NEW','ExpressionAttributeNames':{}}");
  GIVES(s, "PutItem", P "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null",
        "{'TableName':'none','Item':{'p':{'NULL':false}},'ReturnValues':'ALL_NEW','ExpressionAttributeValues':{}}");
  GIVES(s, "PutItem", P "One or more parameter values were invalid: Null attribute value types must have the value of true",
        "{'TableName':'none','Item':{'p':{'NULL':false}},'ReturnValues':'ALL_NEW'}");
  GIVES(s, "PutItem", P "ReturnValues can only be ALL_OLD or NONE",
        "{'TableName':'none','Item':{'p':{'S':'a'},'b':{'S':'%s'}},'ReturnValues':'ALL_NEW','Expected':{'a':{}}}", large);
  GIVES(s, "PutItem", P "Item size has exceeded the maximum allowed size",
        "{'TableName':'none','Item':{'p':{'S':'a'},'b':{'S':'%s'}},'Expected':{'a':{}}}", large);
  GIVES(s, "PutItem", P "One or more parameter values were invalid: Value must be provided when Exists is null for Attribute: a",
        "{'TableName':'none','Item':{'p':{'S':'a'}},'Expected':{'a':{}}}");
  GIVES(s, "PutItem", P "Invalid ConditionExpression: The expression can not be empty;",
        "{'TableName':'none','Item':{'p':{'S':'a'}},'ConditionExpression':''}");
  EXPECT(s, "PutItem", "ResourceNotFoundException: Requested resource not found", "{'TableName':'none','Item':{'q':{'S':'a'}}}");
#undef P
#define V "ValidationException: One or more parameter values were invalid: "
  static const items_row rows[] = {
      {"PutItem", "{'TableName':'tab','Item':{'r':{'N':'1'}}}", V "Missing the key p in the item"},
      {"PutItem", "{'TableName':'tab','Item':{'p':{'S':''}}}", V "Missing the key r in the item"},
      {"PutItem", "{'TableName':'tab','Item':{'p':{'N':'1'},'r':{'S':'1'}}}", V "Type mismatch for key p expected: S actual: N"},
      {"PutItem", "{'TableName':'tab','Item':{'p':{'S':''},'r':{'BOOL':true}}}",
       V "Type mismatch for key r expected: N actual: BOOL"},
      {"PutItem", "{'TableName':'tab','Item':{'p':{'S':''},'r':{'N':'1'},'g':{'N':'1'}}}",
       "ValidationException: One or more parameter values are not valid. The AttributeValue for a key attribute cannot "
       "contain an empty string value. Key: p"},
      {"PutItem", "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'N':'1'},'l':{'S':'x'},'g':{'N':'1'}}}",
       V "Type mismatch for Index Key g Expected: S Actual: N IndexName: gsi"},
      {"PutItem", "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'N':'1'},'l':{'NULL':true}}}",
       V "Type mismatch for Index Key l Expected: N Actual: NULL IndexName: lsi"},
      {"PutItem", "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'N':'1'},'g':{'S':''}}}",
       "ValidationException: One or more parameter values are not valid. A value specified for a secondary index key is "
       "not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: gsi, "
       "IndexKey: g"},
      {"PutItem", "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'N':'1'}},'ConditionExpression':'attribute_exists(p)'}",
       "ConditionalCheckFailedException: The conditional request failed"},
  };
  ROWS(s, rows);
#undef V
}

ITEM_TEST(conditions_see_the_stored_item) {
  items_table(s, "tab", "p S HASH", NULL);
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'v':{'N':'1'}},'ConditionExpression':'attribute_not_exists(p)'}");
  GIVES(s, "PutItem", "ConditionalCheckFailedException", "{'TableName':'tab','Item':{'p':{'S':'a'},'v':{'N':'9'}},'ConditionExpression':'attribute_not_exists(p)'}");
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'v':{'N':'2'}},'ConditionExpression':'v = :v','ExpressionAttributeValues':{':v':{'N':'1.0'}}}");
  GIVES(s, "PutItem", "ConditionalCheckFailedException", "{'TableName':'tab','Item':{'p':{'S':'a'}},'Expected':{'v':{'Value':{'N':'1'}}}}");
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'v':{'N':'3'}},'Expected':{'v':{'Value':{'N':'2'}},'w':{'Exists':false}}}");
  EXPECT(s, "GetItem", "{'Item':{'p':{'S':'a'},'v':{'N':'3'}}}", "{'TableName':'tab','Key':{'p':{'S':'a'}}}");
}

ITEM_TEST(sizes_at_their_limits) {
  items_table(s, "tab", "p S HASH, r S RANGE", NULL);
  size_t head = 1 + 1 + 1 + 1 + 1;
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'S':'b'},'x':{'S':'%s'}}}",
         items_fill('x', 409600 - head));
  GIVES(s, "PutItem", "Item size has exceeded the maximum allowed size",
        "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'S':'b'},'x':{'S':'%s'}}}", items_fill('x', 409601 - head));
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'%s'},'r':{'S':'%s'}}}", items_fill('p', 2048),
         items_fill('r', 1024));
  GIVES(s, "GetItem", "'Item'", "{'TableName':'tab','Key':{'p':{'S':'%s'},'r':{'S':'%s'}}}", items_fill('p', 2048),
        items_fill('r', 1024));
  GIVES(s, "PutItem", "Size of hashkey has exceeded the maximum size limit of2048 bytes",
        "{'TableName':'tab','Item':{'p':{'S':'%s'},'r':{'S':'b'}}}", items_fill('p', 2049));
  GIVES(s, "PutItem", "Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
        "{'TableName':'tab','Item':{'p':{'S':'b'},'r':{'S':'%s'}}}", items_fill('p', 1025));
}

ITEM_TEST(tables_by_arn) {
  items_table(s, "tab", "p S HASH", NULL);
  EXPECT(s, "PutItem", "{'ConsumedCapacity':{'TableName':'arn:aws:dynamodb:us-east-1:000000000000:table/tab','CapacityUnits':1.0}}",
         "{'TableName':'arn:aws:dynamodb:us-east-1:000000000000:table/tab','Item':{'p':{'S':'a'}},'ReturnConsumedCapacity':'TOTAL'}");
  GIVES(s, "GetItem", "'Item'", "{'TableName':'tab','Key':{'p':{'S':'a'}}}");
  GIVES(s, "PutItem", "ResourceNotFoundException", "{'TableName':'arn:aws:dynamodb:eu-west-1:000000000000:table/tab','Item':{'p':{'S':'a'}}}");
  GIVES(s, "PutItem", "ResourceNotFoundException", "{'TableName':'arn:aws:dynamodb:us-east-1:000000000000:table/tab/index/i','Item':{'p':{'S':'a'}}}");
  GIVES(s, "PutItem", "ResourceNotFoundException", "{'TableName':'arn:aws:s3:::tab','Item':{'p':{'S':'a'}}}");
}
