/* Consumed capacity: units and the shape of what is answered. */
#include "engine/parameters.h"

#include "items.h"

TEST(read_units) {
  static const struct { uint64_t bytes; bool consistent; double units; } cases[] = {
      {0, false, 0.5}, {0, true, 1}, {1, true, 1}, {4096, true, 1}, {4096, false, 0.5}, {4097, false, 1}, {4097, true, 2}, {8193, false, 1.5}, {1048576, true, 256}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) CHECK(cyn_i_read_units(cases[i].bytes, cases[i].consistent) == cases[i].units);
}

TEST(what_is_wanted) {
  CHECK_INT(cyn_i_capacity_wanted_from(cyn_str("TOTAL")), CYN_CAPACITY_TOTAL);
  CHECK_INT(cyn_i_capacity_wanted_from(cyn_str("INDEXES")), CYN_CAPACITY_INDEXES);
  CHECK_INT(cyn_i_capacity_wanted_from(cyn_str("NONE")), CYN_CAPACITY_NONE);
  CHECK_INT(cyn_i_capacity_wanted_from((cyn_bytes){NULL, 0}), CYN_CAPACITY_NONE);
}

/* validation.md section 5, worked. */
ITEM_TEST(write_units) {
  items_table(s, "tab", "p S HASH", NULL);
  static const struct { int bytes; const char *units; } puts[] = {{1010, "1.0"}, {1024, "1.0"}, {1025, "2.0"}, {500, "2.0"}, {500, "1.0"}, {2048, "2.0"}, {2049, "3.0"}};
  for (size_t i = 0; i < sizeof puts / sizeof puts[0]; i++)
    GIVES(s, "PutItem", items_text("'CapacityUnits':%s}", puts[i].units),
          "{'TableName':'tab','Item':{'p':{'S':'a'},'b':{'S':'%s'}},'ReturnConsumedCapacity':'TOTAL'}", items_fill('x', (size_t)puts[i].bytes - 3));
  GIVES(s, "DeleteItem", "'CapacityUnits':3.0}", "{'TableName':'tab','Key':{'p':{'S':'a'}},'ReturnConsumedCapacity':'TOTAL'}");
  GIVES(s, "DeleteItem", "'CapacityUnits':1.0}", "{'TableName':'tab','Key':{'p':{'S':'a'}},'ReturnConsumedCapacity':'TOTAL'}");
  GIVES(s, "UpdateItem", "'CapacityUnits':1.0}", "{'TableName':'tab','Key':{'p':{'S':'a'}},'ReturnConsumedCapacity':'TOTAL'}");
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'}},'ReturnConsumedCapacity':'NONE'}");
}

ITEM_TEST(indexes_that_are_not_touched_are_not_told) {
  items_table(s, "tab", "p S HASH, r S RANGE", "gsi global ALL: g S HASH", "lsi local ALL: p S HASH, l S RANGE", NULL);
  EXPECT(s, "PutItem", "{'ConsumedCapacity':{'TableName':'tab','CapacityUnits':1.0,'Table':{'CapacityUnits':1.0}}}",
         "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'S':'b'}},'ReturnConsumedCapacity':'INDEXES'}");
  EXPECT(s, "PutItem",
         "{'ConsumedCapacity':{'TableName':'tab','CapacityUnits':3.0,'Table':{'CapacityUnits':1.0},'LocalSecondaryIndexes':{'lsi':{'CapacityUnits':1.0}},"
         "'GlobalSecondaryIndexes':{'gsi':{'CapacityUnits':1.0}}}}",
         "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'S':'b'},'g':{'S':'x'},'l':{'S':'y'}},'ReturnConsumedCapacity':'INDEXES'}");
  GIVES(s, "PutItem", "'CapacityUnits':1.0}}", "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'S':'b'},'g':{'S':'x'},'l':{'S':'y'}},'ReturnConsumedCapacity':'TOTAL'}");
}
