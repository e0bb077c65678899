/* Figures of writes of several items: one entry for each table, in the request's order; collections once each. */
#include "items.h"

ITEM_TEST(tables_in_the_order_of_the_request) {
  items_table(s, "tab", "p S HASH", NULL);
  items_table(s, "two", "p S HASH", NULL);
  EXPECT(s, "TransactWriteItems",
         "{'ConsumedCapacity':[{'TableName':'two','CapacityUnits':4.0,'WriteCapacityUnits':4.0},{'TableName':'tab','CapacityUnits':2.0,'WriteCapacityUnits':2.0}]}",
         "{'ReturnConsumedCapacity':'TOTAL','TransactItems':[{'Put':{'TableName':'two','Item':{'p':{'S':'a'}}}},{'Put':{'TableName':'tab','Item':{'p':{'S':'a'}}}},"
         "{'Delete':{'TableName':'two','Key':{'p':{'S':'b'}}}}]}");
  EXPECT(s, "BatchWriteItem", "{'UnprocessedItems':{},'ConsumedCapacity':[{'TableName':'two','CapacityUnits':2.0},{'TableName':'tab','CapacityUnits':1.0}]}",
         "{'ReturnConsumedCapacity':'TOTAL','RequestItems':{'two':[{'PutRequest':{'Item':{'p':{'S':'a'}}}},{'DeleteRequest':{'Key':{'p':{'S':'b'}}}}],'tab':[{'DeleteRequest':{'Key':{'p':{'S':'b'}}}}]}}");
}

/* A replay is a read: 4 KB steps, twice, of what the items are now. */
ITEM_TEST(a_replay_reads) {
  items_table(s, "tab", "p S HASH", NULL);
#define BIG "{'ClientRequestToken':'t','ReturnConsumedCapacity':'TOTAL','TransactItems':[{'Put':{'TableName':'tab','Item':{'p':{'S':'a'},'x':{'S':'%s'}}}},{'Delete':{'TableName':'tab','Key':{'p':{'S':'b'}}}}]}"
  EXPECT(s, "TransactWriteItems", "{'ConsumedCapacity':[{'TableName':'tab','CapacityUnits':12.0,'WriteCapacityUnits':12.0}]}", BIG, items_fill('x', 5000));
  EXPECT(s, "TransactWriteItems", "{'ConsumedCapacity':[{'TableName':'tab','CapacityUnits':6.0,'ReadCapacityUnits':6.0}]}", BIG, items_fill('x', 5000));
  EXPECT(s, "DeleteItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'a'}}}");
  EXPECT(s, "TransactWriteItems", "{'ConsumedCapacity':[{'TableName':'tab','CapacityUnits':4.0,'ReadCapacityUnits':4.0}]}", BIG, items_fill('x', 5000));
}

/* Both kinds of transaction are cancelled in the same words; an empty key is an error of the whole request. */
ITEM_TEST(cancelled) {
  items_table(s, "tab", "p S HASH", NULL);
#define GET(key) "{'Get':{'TableName':'tab','Key':{'p':" key "}}}"
#define CHECK_OF(key) "{'ConditionCheck':{'TableName':'tab','Key':{'p':" key "},'ConditionExpression':'attribute_exists(p)'}}"
  EXPECT(s, "TransactGetItems", "TransactionCanceledException: Transaction cancelled, please refer cancellation reasons for specific reasons [None, ValidationError]",
         "{'TransactItems':[" GET("{'S':'a'}") "," GET("{'N':'1'}") "]}");
  EXPECT(s, "TransactWriteItems", "TransactionCanceledException: Transaction cancelled, please refer cancellation reasons for specific reasons [ConditionalCheckFailed, ValidationError]",
         "{'TransactItems':[" CHECK_OF("{'S':'a'}") "," CHECK_OF("{'N':'1'}") "]}");
  EXPECT(s, "TransactGetItems", "ValidationException: One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: p",
         "{'TransactItems':[" GET("{'N':'1'}") "," GET("{'S':''}") "]}");
}
