/* TransactGetItems: checks, answers, units, 4 MB. */
#include "items.h"

#define V "ValidationException: "
#define GET(p, rest) "{'Get':{'TableName':'tab','Key':{'p':{'S':'" p "'}}" rest "}}"

ITEM_TEST(one_answer_for_each) {
  items_table(s, "tab", "p S HASH", NULL);
  items_table(s, "two", "p S HASH, r N RANGE", NULL);
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'x':{'N':'1'}}}");
  EXPECT(s, "PutItem", "{}", "{'TableName':'two','Item':{'p':{'S':'a'},'r':{'N':'1'}}}");
  EXPECT(s, "TransactGetItems", "{'Responses':[{'Item':{'x':{'N':'1'}}},{},{'Item':{'p':{'S':'a'},'r':{'N':'1'}}},{}]}",
         "{'TransactItems':[" GET("a", ",'ProjectionExpression':'x'") "," GET("b", "") ",{'Get':{'TableName':'two','Key':{'p':{'S':'a'},'r':{'N':'1'}}}}," GET("c", ",'ProjectionExpression':'x'") "]}");
  EXPECT(s, "TransactGetItems", "{'Responses':[{'Item':{}}]}", "{'TransactItems':[" GET("a", ",'ProjectionExpression':'q'") "]}");
  EXPECT(s, "TransactGetItems",
         "{'ConsumedCapacity':[{'TableName':'tab','CapacityUnits':4.0,'ReadCapacityUnits':4.0},{'TableName':'two','CapacityUnits':2.0,'ReadCapacityUnits':2.0}],"
         "'Responses':[{'Item':{'p':{'S':'a'},'x':{'N':'1'}}},{'Item':{'p':{'S':'a'},'r':{'N':'1'}}},{}]}",
         "{'ReturnConsumedCapacity':'TOTAL','TransactItems':[" GET("a", "") ",{'Get':{'TableName':'two','Key':{'p':{'S':'a'},'r':{'N':'1'}}}}," GET("b", "") "]}");
}

ITEM_TEST(checks) {
  items_table(s, "tab", "p S HASH", NULL);
  static const items_row rows[] = {
      {"TransactGetItems", "{'TransactItems':[{'Get':{'TableName':'none','Key':{'p':{'S':'a'}},'ExpressionAttributeNames':{'#a':'a'}}}]}", "ResourceNotFoundException: Requested resource not found"},
      {"TransactGetItems", "{'TransactItems':[{'Get':{'TableName':'none','Key':{'p':{}},'ProjectionExpression':''}}]}", V "Supplied AttributeValue is empty"},
      {"TransactGetItems", "{'TransactItems':[{'Get':{'TableName':'none','Key':{},'ProjectionExpression':''}}]}", V "Invalid ProjectionExpression: The expression can not be empty;"},
      {"TransactGetItems", "{'TransactItems':[{'Get':{'TableName':'none','Key':{}}}]}", "ResourceNotFoundException: Requested resource not found"},
      {"TransactGetItems", "{'TransactItems':[" GET("a", "") ",{'Get':{'TableName':'tab','Key':{}}},{'Get':{'TableName':'tab','Key':{}}}]}", "TransactionCanceledException: Transaction cancelled, please refer cancellation reasons for specific reasons [None, ValidationError, ValidationError]"},
      {"TransactGetItems", "{'TransactItems':[{'Get':{'TableName':'tab','Key':{}}}," GET("", "") "]}", V "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: p"},
      {"TransactGetItems", "{'TransactItems':[" GET("", "") "]}", V "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: p"},
      {"TransactGetItems", "{'TransactItems':[" GET("a", ",'ProjectionExpression':'p.x'") "]}", "are not allowed: Key: p"},
      {"TransactGetItems", "{'TransactItems':[" GET("a", "") "," GET("a", "") "]}", V "Transaction request cannot include multiple operations on one item"},
  };
  ROWS(s, rows);
}

ITEM_TEST(four_megabytes) {
  items_table(s, "tab", "p S HASH", NULL);
  char json[2000];
  for (int i = 0; i < 11; i++) EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'%d'},'x':{'S':'%s'}}}", i, items_fill('x', 400000));
  for (int count = 10; count <= 11; count++) {
    char *at = json + sprintf(json, "{'TransactItems':[");
    for (int i = 0; i < count; i++) at += sprintf(at, "%s{'Get':{'TableName':'tab','Key':{'p':{'S':'%d'}},'ProjectionExpression':'p'}}", i != 0 ? "," : "", i);
    (void)sprintf(at, "]}");
    GIVES(s, "TransactGetItems", count == 10 ? "{'Responses':[{'Item':{'p':{'S':'0'}}}," : V "Transaction request size has exceeded the maximum allowed size of 4 MB", "%s", json);
  }
}
