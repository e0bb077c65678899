/* DeleteItem: the order of its checks and what it answers. */
#include "items.h"

ITEM_TEST(deletes_and_answers) {
  items_table(s, "tab", "p S HASH, r N RANGE", NULL);
  EXPECT(s, "DeleteItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'a'},'r':{'N':'1'}},'ReturnValues':'ALL_OLD'}");
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'N':'1'},'x':{'S':'y'}}}");
  EXPECT(s, "DeleteItem", "{'Attributes':{'p':{'S':'a'},'r':{'N':'1'},'x':{'S':'y'}}}",
         "{'TableName':'tab','Key':{'r':{'N':'1.0'},'p':{'S':'a'}},'ReturnValues':'ALL_OLD'}");
  EXPECT(s, "GetItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'a'},'r':{'N':'1'}}}");
}

ITEM_TEST(conditions_on_a_missing_item) {
  items_table(s, "tab", "p S HASH", NULL);
  EXPECT(s, "DeleteItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'a'}},'ConditionExpression':'attribute_not_exists(p)'}");
  GIVES(s, "DeleteItem", "ConditionalCheckFailedException", "{'TableName':'tab','Key':{'p':{'S':'a'}},'ConditionExpression':'attribute_exists(p)'}");
  EXPECT(s, "DeleteItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'a'}},'ConditionExpression':'x <> :x','ExpressionAttributeValues':{':x':{'N':'1'}}}");
  EXPECT(s, "DeleteItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'a'}},'Expected':{'x':{'Exists':false}}}");
  GIVES(s, "DeleteItem", "ConditionalCheckFailedException", "{'TableName':'tab','Key':{'p':{'S':'a'}},'Expected':{'x':{'Value':{'N':'1'}}}}");
}

ITEM_TEST(the_order_of_checks) {
  items_table(s, "tab", "p S HASH, r N RANGE", NULL);
#define P "ValidationException: 1 validation error detected: "
#define V "ValidationException: "
  static const items_row rows[] = {
      {"DeleteItem", "{'TableName':'none','Key':{'p':{}},'ReturnValues':'ALL_NEW','ExpressionAttributeNames':{'#a':'a'}}",
       P "ExpressionAttributeNames can only be specified when using expressions"},
      {"DeleteItem", "{'TableName':'none','Key':{'p':{}},'ReturnValues':'ALL_NEW'}",
       P "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"},
      {"DeleteItem", "{'TableName':'none','Key':{'p':{'S':'a'}},'ReturnValues':'ALL_NEW','Expected':{'a':{}}}",
       P "ReturnValues can only be ALL_OLD or NONE"},
      {"DeleteItem", "{'TableName':'none','Key':{'p':{'S':'a'}},'Expected':{'a':{}}}",
       P "One or more parameter values were invalid: Value must be provided when Exists is null for Attribute: a"},
      {"DeleteItem", "{'TableName':'none','Key':{'p':{'S':'a'}},'ConditionExpression':'abort = :a'}",
       P "Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: abort"},
      {"DeleteItem", "{'TableName':'none','Key':{'p':{'S':'a'}}}", "ResourceNotFoundException: Requested resource not found"},
      {"DeleteItem", "{'TableName':'tab','Key':{'p':{'S':'a'}}}", V "The provided key element does not match the schema"},
      {"DeleteItem", "{'TableName':'tab','Key':{'p':{'S':'a'},'r':{'N':'1'},'x':{'N':'1'}}}",
       V "The provided key element does not match the schema"},
      {"DeleteItem", "{'TableName':'tab','Key':{'p':{'S':'a'},'q':{'N':'1'}}}", V "The provided key element does not match the schema"},
      {"DeleteItem", "{'TableName':'tab','Key':{'p':{'S':''},'r':{'S':'1'}}}", V "The provided key element does not match the schema"},
      {"DeleteItem", "{'TableName':'tab','Key':{'p':{'S':''},'r':{'N':'1'}},'ConditionExpression':'attribute_exists(p)'}",
       V "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: p"},
  };
  ROWS(s, rows);
  GIVES(s, "DeleteItem", "Size of hashkey has exceeded the maximum size limit of2048 bytes",
        "{'TableName':'tab','Key':{'p':{'S':'%s'},'r':{'N':'1'}}}", items_fill('x', 2049));
#undef P
#undef V
}
