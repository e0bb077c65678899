/* ItemCollectionMetrics: for tables with local indexes, when they are asked for. */
#include "items.h"

ITEM_TEST(each_single_write) {
  items_table(s, "tab", "p N HASH, r S RANGE", "lsi local ALL: p N HASH, l S RANGE", NULL);
  items_table(s, "two", "p N HASH, r S RANGE", NULL);
#define METRICS "{'ItemCollectionMetrics':{'ItemCollectionKey':{'p':{'N':'5'}},'SizeEstimateRangeGB':[0.0,1.0]}}"
#define SIZE ",'ReturnItemCollectionMetrics':'SIZE'}"
  EXPECT(s, "PutItem", METRICS, "{'TableName':'tab','Item':{'p':{'N':'5.0'},'r':{'S':'a'}}" SIZE);
  EXPECT(s, "UpdateItem", METRICS, "{'TableName':'tab','Key':{'p':{'N':'5.0'},'r':{'S':'a'}}" SIZE);
  EXPECT(s, "DeleteItem", METRICS, "{'TableName':'tab','Key':{'p':{'N':'5.0'},'r':{'S':'a'}}" SIZE);
  EXPECT(s, "DeleteItem", METRICS, "{'TableName':'tab','Key':{'p':{'N':'5.0'},'r':{'S':'a'}}" SIZE);
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'N':'5.0'},'r':{'S':'a'}},'ReturnItemCollectionMetrics':'NONE'}");
  EXPECT(s, "PutItem", "{}", "{'TableName':'two','Item':{'p':{'N':'5.0'},'r':{'S':'a'}}" SIZE);
}
