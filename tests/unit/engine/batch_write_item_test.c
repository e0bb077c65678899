/* BatchWriteItem: checks, what it writes, units, item collections. */
#include "items.h"

#define V "ValidationException: "
#define PUT(p) "{'PutRequest':{'Item':{'p':{'S':'" p "'}}}}"
#define DELETE(p) "{'DeleteRequest':{'Key':{'p':{'S':'" p "'}}}}"

ITEM_TEST(writes_all) {
  items_table(s, "tab", "p S HASH", "gsi global ALL: g S HASH", NULL);
  items_table(s, "two", "p S HASH", NULL);
  EXPECT(s, "BatchWriteItem", "{'UnprocessedItems':{}}", "{'RequestItems':{'tab':[" PUT("a") "," PUT("b") ",{'PutRequest':{'Item':{'p':{'S':'c'},'g':{'S':'x'}}}}],'two':[" PUT("a") "]}}");
  EXPECT(s, "BatchWriteItem", "{'UnprocessedItems':{}}", "{'RequestItems':{'tab':[" DELETE("a") "," DELETE("none") "," PUT("d") "]}}");
  GIVES(s, "Scan", "'Count':3,", "{'TableName':'tab'}");
  GIVES(s, "Scan", "'Count':1,", "{'TableName':'tab','IndexName':'gsi'}");
  GIVES(s, "Scan", "'Count':1,", "{'TableName':'two'}");
}

ITEM_TEST(checks) {
  items_table(s, "tab", "p S HASH, r N RANGE", "gsi global ALL: g S HASH", NULL);
  static const items_row rows[] = {
      {"BatchWriteItem", "{'RequestItems':{'none':[{}]}}", V "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"},
      {"BatchWriteItem", "{'RequestItems':{'none':[{'PutRequest':{'Item':{}},'DeleteRequest':{'Key':{}}}]}}", V "Supplied AttributeValue has more than one datatypes set"},
      {"BatchWriteItem", "{'RequestItems':{'none':[{'PutRequest':{'Item':{'p':{'SS':[]}}}}]}}", V "One or more parameter values were invalid: An string set  may not be empty"},
      {"BatchWriteItem", "{'RequestItems':{'none':[{'DeleteRequest':{'Key':{'p':{'N':''}}}}]}}", V "The parameter cannot be converted to a numeric value"},
      {"BatchWriteItem", "{'RequestItems':{'tab':[{'PutRequest':{'Item':{}}}],'none':[" PUT("a") "]}}", "ResourceNotFoundException: Requested resource not found"},
      {"BatchWriteItem", "{'RequestItems':{'tab':[" PUT("a") "]}}", V "The provided key element does not match the schema"},
      {"BatchWriteItem", "{'RequestItems':{'tab':[{'PutRequest':{'Item':{'p':{'S':'a'},'r':{'S':'1'}}}}]}}", V "The provided key element does not match the schema"},
      {"BatchWriteItem", "{'RequestItems':{'tab':[" DELETE("a") "]}}", V "The provided key element does not match the schema"},
      {"BatchWriteItem", "{'RequestItems':{'tab':[{'PutRequest':{'Item':{'p':{'S':''},'r':{'N':'1'}}}}]}}",
       V "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: p"},
      {"BatchWriteItem", "{'RequestItems':{'tab':[{'PutRequest':{'Item':{'p':{'S':'a'},'r':{'N':'1'},'g':{'N':'1'}}}}]}}",
       V "One or more parameter values were invalid: Type mismatch for Index Key g Expected: S Actual: N IndexName: gsi"},
      {"BatchWriteItem", "{'RequestItems':{'tab':[{'PutRequest':{'Item':{'p':{'S':'a'},'r':{'N':'1'}}}},{'DeleteRequest':{'Key':{'r':{'N':'1.0'},'p':{'S':'a'}}}}]}}",
       V "Provided list of item keys contains duplicates"},
  };
  ROWS(s, rows);
  GIVES(s, "Scan", "'Count':0,", "{'TableName':'tab'}");
  GIVES(s, "BatchWriteItem", V "Item size has exceeded the maximum allowed size", "{'RequestItems':{'none':[{'PutRequest':{'Item':{'p':{'S':'%s'}}}}]}}", items_fill('x', 410000));
  char json[4000], *at = json;
  at += sprintf(at, "{'RequestItems':{'none':[");
  for (int i = 0; i < 13; i++) at += sprintf(at, "%s{'DeleteRequest':{'Key':{'p':{'S':'%d'}}}}", i != 0 ? "," : "", i);
  at += sprintf(at, "],'tab':[");
  for (int i = 0; i < 13; i++) at += sprintf(at, "%s{'DeleteRequest':{'Key':{'p':{'S':'%d'}}}}", i != 0 ? "," : "", i);
  (void)sprintf(at, "]}}");
  EXPECT(s, "BatchWriteItem", V "Too many items requested for the BatchWriteItem call", "%s", json);
}

ITEM_TEST(figures) {
  items_table(s, "tab", "p S HASH, r N RANGE", "lsi local ALL: p S HASH, l N RANGE", NULL);
  items_table(s, "two", "p S HASH", NULL);
  EXPECT(s, "BatchWriteItem",
         "{'UnprocessedItems':{},'ItemCollectionMetrics':{'tab':[{'ItemCollectionKey':{'p':{'S':'a'}},'SizeEstimateRangeGB':[0.0,1.0]}]},"
         "'ConsumedCapacity':[{'TableName':'tab','CapacityUnits':3.0,'Table':{'CapacityUnits':2.0},'LocalSecondaryIndexes':{'lsi':{'CapacityUnits':1.0}}},"
         "{'TableName':'two','CapacityUnits':2.0,'Table':{'CapacityUnits':2.0}}]}",
         "{'ReturnConsumedCapacity':'INDEXES','ReturnItemCollectionMetrics':'SIZE','RequestItems':{'tab':[{'PutRequest':{'Item':{'p':{'S':'a'},'r':{'N':'1'}}}},"
         "{'PutRequest':{'Item':{'p':{'S':'a'},'r':{'N':'2'},'l':{'N':'1'}}}}],'two':[{'PutRequest':{'Item':{'p':{'S':'a'},'x':{'S':'%s'}}}}]}}", items_fill('x', 1500));
  /* what an earlier decision has left does not count: nothing is there to delete */
  EXPECT(s, "BatchWriteItem", "{'UnprocessedItems':{},'ConsumedCapacity':[{'TableName':'tab','CapacityUnits':1.0,'Table':{'CapacityUnits':1.0}}]}",
         "{'ReturnConsumedCapacity':'INDEXES','RequestItems':{'tab':[{'DeleteRequest':{'Key':{'p':{'S':'zz'},'r':{'N':'1'}}}}]}}");
}
