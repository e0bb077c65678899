/* Indexes follow their items: sparse, keys that change, projections, counters; what a query of one answers. */
#include "engine/index.h"
#include "engine/item_key.h"
#include "items.h"

#define COUNT(index, condition, values) \
  "{'TableName':'tab','IndexName':'" index "','KeyConditionExpression':'" condition "','ExpressionAttributeValues':{" values "}}"

static long entries(service *s, const char *index, char kind) {
  cyn_i_table *table = items_catalog(s, "tab");
  if (table == NULL) return -1;
  const cyn_i_index *found = cyn_i_table_index(table, cyn_str(index));
  long out = found == NULL ? -1 : kind == 0 ? items_in_space(s, found->space) : (long)items_counter(s, found->space, kind);
  cyn_i_table_release(table);
  return out;
}

static long counted(service *s, char kind) {
  cyn_i_table *table = items_catalog(s, "tab");
  if (table == NULL) return -1;
  long out = (long)items_counter(s, table->space, kind);
  cyn_i_table_release(table);
  return out;
}

ITEM_TEST(sparse) {
  items_table(s, "tab", "p S HASH", "gsi global ALL: g S HASH, n N RANGE", NULL);
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'}}}");
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'b'},'g':{'S':'x'}}}");
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'c'},'n':{'N':'1'}}}");
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'d'},'g':{'S':'x'},'n':{'N':'1'}}}");
  CHECK_INT(entries(s, "gsi", 0), 1);
  CHECK_INT(entries(s, "gsi", 'n'), 1);
  EXPECT(s, "Query", "{'Items':[{'p':{'S':'d'},'g':{'S':'x'},'n':{'N':'1'}}],'Count':1,'ScannedCount':1}",
         COUNT("gsi", "g = :g", "':g':{'S':'x'}"));
  /* in by an update, out by another */
  EXPECT(s, "UpdateItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'b'}},'UpdateExpression':'SET n = :n','ExpressionAttributeValues':{':n':{'N':'2'}}}");
  GIVES(s, "Query", "'Count':2,", COUNT("gsi", "g = :g", "':g':{'S':'x'}"));
  EXPECT(s, "UpdateItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'d'}},'UpdateExpression':'REMOVE g'}");
  GIVES(s, "Query", "'Items':[{'p':{'S':'b'},", COUNT("gsi", "g = :g", "':g':{'S':'x'}"));
  CHECK_INT(entries(s, "gsi", 0), 1);
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'b'}}}");
  CHECK_INT(entries(s, "gsi", 0), 0);
  CHECK_INT(entries(s, "gsi", 'n'), 0);
  CHECK_INT(entries(s, "gsi", 'b'), 0);
  CHECK_INT(counted(s, 'n'), 4);
}

ITEM_TEST(a_changed_key_moves_the_entry) {
  items_table(s, "tab", "p S HASH, r S RANGE", "gsi global KEYS_ONLY: g S HASH, n N RANGE", "lsi local KEYS_ONLY: p S HASH, n N RANGE", NULL);
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'S':'1'},'g':{'S':'x'},'n':{'N':'1'},'v':{'S':'v'}}}");
  EXPECT(s, "UpdateItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'a'},'r':{'S':'1'}},'UpdateExpression':'SET n = :n','ExpressionAttributeValues':{':n':{'N':'-7.5'}}}");
  EXPECT(s, "Query", "{'Items':[{'p':{'S':'a'},'r':{'S':'1'},'g':{'S':'x'},'n':{'N':'-7.5'}}],'Count':1,'ScannedCount':1}",
         COUNT("gsi", "g = :g", "':g':{'S':'x'}"));
  EXPECT(s, "Query", "{'Items':[{'p':{'S':'a'},'r':{'S':'1'},'n':{'N':'-7.5'}}],'Count':1,'ScannedCount':1}",
         COUNT("lsi", "p = :p AND n < :n", "':p':{'S':'a'},':n':{'N':'0'}"));
  EXPECT(s, "UpdateItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'a'},'r':{'S':'1'}},'UpdateExpression':'SET g = :g','ExpressionAttributeValues':{':g':{'S':'y'}}}");
  GIVES(s, "Query", "'Count':0,", COUNT("gsi", "g = :g", "':g':{'S':'x'}"));
  GIVES(s, "Query", "'Count':1,", COUNT("gsi", "g = :g", "':g':{'S':'y'}"));
  CHECK_INT(entries(s, "gsi", 0), 1);
  CHECK_INT(entries(s, "lsi", 0), 1);
  EXPECT(s, "DeleteItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'a'},'r':{'S':'1'}}}");
  CHECK_INT(entries(s, "gsi", 0), 0);
  CHECK_INT(entries(s, "lsi", 0), 0);
  CHECK_INT(entries(s, "lsi", 'b'), 0);
  CHECK_INT(counted(s, 'b'), 0);
}

ITEM_TEST(two_items_with_one_index_key) {
  items_table(s, "tab", "p S HASH, r S RANGE", "gsi global ALL: g S HASH", NULL);
  for (int i = 0; i < 20; i++)
    EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'p%d'},'r':{'S':'r%d'},'g':{'S':'x'}}}", i % 5, i);
  GIVES(s, "Query", "'Count':20,", COUNT("gsi", "g = :g", "':g':{'S':'x'}"));
  EXPECT(s, "DeleteItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'p1'},'r':{'S':'r6'}}}");
  GIVES(s, "Query", "'Count':19,", COUNT("gsi", "g = :g", "':g':{'S':'x'}"));
  service_lacks(s, "Query", items_text(COUNT("gsi", "g = :g", "':g':{'S':'x'}")), "\"r6\"");
}

ITEM_TEST(projections) {
  items_table(s, "tab", "p S HASH", "all global ALL: g S HASH", "keys global KEYS_ONLY: g S HASH", "inc global INCLUDE a,b: g S HASH", NULL);
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'1'},'g':{'S':'x'},'a':{'N':'1'},'c':{'N':'3'}}}");
  EXPECT(s, "Query", "{'Items':[{'p':{'S':'1'},'g':{'S':'x'},'a':{'N':'1'},'c':{'N':'3'}}],'Count':1,'ScannedCount':1}", COUNT("all", "g = :g", "':g':{'S':'x'}"));
  EXPECT(s, "Query", "{'Items':[{'p':{'S':'1'},'g':{'S':'x'}}],'Count':1,'ScannedCount':1}", COUNT("keys", "g = :g", "':g':{'S':'x'}"));
  EXPECT(s, "Query", "{'Items':[{'p':{'S':'1'},'g':{'S':'x'},'a':{'N':'1'}}],'Count':1,'ScannedCount':1}", COUNT("inc", "g = :g", "':g':{'S':'x'}"));
  /* units: only the indexes whose projection has changed */
  GIVES(s, "UpdateItem", "'CapacityUnits':2.0,'Table':{'CapacityUnits':1.0},'GlobalSecondaryIndexes':{'all':{'CapacityUnits':1.0}}}",
        "{'TableName':'tab','Key':{'p':{'S':'1'}},'UpdateExpression':'SET c = :c','ExpressionAttributeValues':{':c':{'N':'4'}},'ReturnConsumedCapacity':'INDEXES'}");
  GIVES(s, "UpdateItem", "'CapacityUnits':3.0,'Table':{'CapacityUnits':1.0},'GlobalSecondaryIndexes':{'all':{'CapacityUnits':1.0},'inc':{'CapacityUnits':1.0}}}",
        "{'TableName':'tab','Key':{'p':{'S':'1'}},'UpdateExpression':'SET b = :c','ExpressionAttributeValues':{':c':{'N':'4'}},'ReturnConsumedCapacity':'INDEXES'}");
  GIVES(s, "UpdateItem", "'CapacityUnits':1.0,'Table':{'CapacityUnits':1.0}}",
        "{'TableName':'tab','Key':{'p':{'S':'1'}},'UpdateExpression':'SET b = :c','ExpressionAttributeValues':{':c':{'N':'4'}},'ReturnConsumedCapacity':'INDEXES'}");
  /* a changed key: a delete and a put in each */
  GIVES(s, "UpdateItem", "'CapacityUnits':7.0,'Table':{'CapacityUnits':1.0},'GlobalSecondaryIndexes':{'all':{'CapacityUnits':2.0},'keys':{'CapacityUnits':2.0},'inc':{'CapacityUnits':2.0}}}",
        "{'TableName':'tab','Key':{'p':{'S':'1'}},'UpdateExpression':'SET g = :g','ExpressionAttributeValues':{':g':{'S':'y'}},'ReturnConsumedCapacity':'INDEXES'}");
  EXPECT(s, "Query", "{'Items':[{'p':{'S':'1'},'g':{'S':'y'},'a':{'N':'1'},'b':{'N':'4'}}],'Count':1,'ScannedCount':1}", COUNT("inc", "g = :g", "':g':{'S':'y'}"));
}

/* The same attributes in another order are the same item: no entry is written. */
ITEM_TEST(order_of_attributes_is_no_change) {
  items_table(s, "tab", "p S HASH", "all global ALL: g S HASH", NULL);
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'1'},'g':{'S':'x'},'a':{'M':{'x':{'N':'1'},'y':{'N':'2'}}}}}");
  GIVES(s, "PutItem", "'CapacityUnits':1.0,'Table':{'CapacityUnits':1.0}}",
        "{'TableName':'tab','Item':{'a':{'M':{'y':{'N':'2'},'x':{'N':'1'}}},'g':{'S':'x'},'p':{'S':'1'}},'ReturnConsumedCapacity':'INDEXES'}");
}

ITEM_TEST(several_attributes_in_an_index_key) {
  items_table(s, "tab", "p S HASH", "gsi global INCLUDE v: h1 S HASH, h2 N HASH, r1 S RANGE, r2 N RANGE, r3 B RANGE", NULL);
  for (int i = 0; i < 30; i++)
    EXPECT(s, "PutItem", "{}",
           "{'TableName':'tab','Item':{'p':{'S':'%d'},'h1':{'S':'h'},'h2':{'N':'%d'},'r1':{'S':'%c'},'r2':{'N':'%d'},'r3':{'B':'AA=='},'v':{'N':'1'},'w':{'N':'1'}}}",
           i, i % 2, 'a' + i % 3, i - 15);
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'partly'},'h1':{'S':'h'},'h2':{'N':'0'},'r1':{'S':'a'}}}");
  CHECK_INT(entries(s, "gsi", 0), 30);
#define H "':a':{'S':'h'},':b':{'N':'0'}"
  GIVES(s, "Query", "'Count':15,", COUNT("gsi", "h1 = :a AND h2 = :b", H));
  GIVES(s, "Query", "'Count':5,", COUNT("gsi", "h1 = :a AND h2 = :b AND r1 = :c", H ",':c':{'S':'a'}"));
  GIVES(s, "Query", "'Count':3,", COUNT("gsi", "h1 = :a AND h2 = :b AND r1 = :c AND r2 < :d", H ",':c':{'S':'a'},':d':{'N':'0'}"));
  GIVES(s, "Query", "'Count':1,", COUNT("gsi", "h1 = :a AND h2 = :b AND r1 = :c AND r2 = :d AND r3 = :e", H ",':c':{'S':'a'},':d':{'N':'-15'},':e':{'B':'AA=='}"));
  GIVES(s, "Query", "'Count':10,", COUNT("gsi", "h1 = :a AND h2 = :b AND r1 BETWEEN :c AND :d", H ",':c':{'S':'a'},':d':{'S':'b'}"));
  GIVES(s, "Query", "Query condition missed key schema element: h2", COUNT("gsi", "h1 = :a", "':a':{'S':'h'}"));
  GIVES(s, "Query", "RANGE key attributes [r1] must have equality conditions specified in the query because a condition is present on key attribute r2",
        COUNT("gsi", "h1 = :a AND h2 = :b AND r2 = :c", H ",':c':{'N':'1'}"));
  GIVES(s, "Query", "Query key condition not supported", COUNT("gsi", "h1 = :a AND h2 = :b AND r1 > :c AND r2 = :d", H ",':c':{'S':'a'},':d':{'N':'1'}"));
  GIVES(s, "Query", "'LastEvaluatedKey':{'h1':{'S':'h'},'h2':{'N':'0'},'r1':{'S':'a'},'r2':{'N':'-15'},'r3':{'B':'AA=='},'p':{'S':'0'}}",
        "{'TableName':'tab','IndexName':'gsi','Limit':1,'KeyConditionExpression':'h1 = :a AND h2 = :b','ExpressionAttributeValues':{" H "}}");
#undef H
  /* two partitions of one concatenation are two */
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'x1'},'h1':{'S':'h0'},'h2':{'N':'1'},'r1':{'S':'a'},'r2':{'N':'1'},'r3':{'B':'AA=='}}}");
  GIVES(s, "Query", "'Count':1,", COUNT("gsi", "h1 = :a AND h2 = :b", "':a':{'S':'h0'},':b':{'N':'1'}"));
}

/* All parts of one kind share the size that one may have. */
ITEM_TEST(sizes_of_several_parts) {
  items_table(s, "tab", "p S HASH", "gsi global KEYS_ONLY: h1 S HASH, h2 S HASH, r1 S RANGE, r2 S RANGE", NULL);
  const char *kilo = items_fill('k', 1024);
#define PUT(h1, h2, r1, r2) \
  "{'TableName':'tab','Item':{'p':{'S':'a'},'h1':{'S':'%.*s'},'h2':{'S':'%.*s'},'r1':{'S':'%.*s'},'r2':{'S':'%.*s'}}}", h1, kilo, h2, kilo, r1, kilo, r2, kilo
  EXPECT(s, "PutItem", "{}", PUT(1024, 1024, 1000, 24));
  CHECK_INT(entries(s, "gsi", 0), 1);
  GIVES(s, "Query", "'Count':1,", "{'TableName':'tab','IndexName':'gsi','KeyConditionExpression':'h1 = :a AND h2 = :a AND r1 = :b AND r2 = :c','ExpressionAttributeValues':{':a':{'S':'%s'},':b':{'S':'%.*s'},':c':{'S':'%.*s'}}}", kilo, 1000, kilo, 24, kilo);
  GIVES(s, "PutItem", "Aggregated size of all range keys has exceeded the size limit of 1024 bytes", PUT(1024, 1024, 1000, 25));
  GIVES(s, "PutItem", "Aggregated size of all range keys has exceeded the size limit of 1024 bytes", PUT(1, 1, 1024, 1024));
  EXPECT(s, "PutItem", "{}", PUT(1, 1, 1, 1));
  GIVES(s, "UpdateItem", "beyond allowed size limits", "{'TableName':'tab','Key':{'p':{'S':'a'}},'UpdateExpression':'SET r1 = :a, r2 = :a','ExpressionAttributeValues':{':a':{'S':'%s'}}}", kilo);
  GIVES(s, "Query", "Aggregated size of all range keys has exceeded", "{'TableName':'tab','IndexName':'gsi','KeyConditionExpression':'h1 = :a AND h2 = :a AND r1 = :a AND r2 = :a','ExpressionAttributeValues':{':a':{'S':'%s'}}}", kilo);
#undef PUT
}

/* An item and its entries in local indexes are at most 400 KB together (page Constraints). */
ITEM_TEST(local_entries_count_for_the_item) {
  items_table(s, "tab", "p S HASH, r S RANGE", "lsi local ALL: p S HASH, l S RANGE", "keys local KEYS_ONLY: p S HASH, k S RANGE", NULL);
  const char *half = items_fill('x', 204800 - 30);
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'S':'1'},'l':{'S':'x'},'b':{'S':'%s'}}}", half);
  const char *more = items_fill('x', 204800);
  GIVES(s, "PutItem", "ValidationException: Item size has exceeded the maximum allowed size",
        "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'S':'2'},'l':{'S':'x'},'b':{'S':'%s'}}}", more);
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'S':'2'},'b':{'S':'%s'}}}", more);
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'S':'2'},'k':{'S':'x'},'b':{'S':'%s'}}}", more);
  GIVES(s, "UpdateItem", "ValidationException: Item size to update has exceeded the maximum allowed size",
        "{'TableName':'tab','Key':{'p':{'S':'a'},'r':{'S':'2'}},'UpdateExpression':'SET l = k'}");
  GIVES(s, "TransactWriteItems", "[ValidationError]",
        "{'TransactItems':[{'Update':{'TableName':'tab','Key':{'p':{'S':'a'},'r':{'S':'2'}},'UpdateExpression':'SET l = k'}}]}");
}

typedef struct counting {
  cyn_i_store_write write; /* first */
  cyn_i_store_add add;
} counting;
static cyn_i_decision decide_count(cyn_i_store_write *write, const cyn_bytes *values, bool guard_changed, cyn_i_store_effects *effects) {
  (void)values;
  (void)guard_changed;
  effects->adds = &((counting *)(void *)write)->add;
  effects->add_count = 1;
  return CYN_DECISION_APPLY;
}

/* A partition of a table with local indexes holds 10 GB: its counter is moved there. */
ITEM_TEST(a_full_item_collection) {
  items_table(s, "tab", "p S HASH, r S RANGE", "lsi local ALL: p S HASH, l S RANGE", NULL);
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'S':'1'},'l':{'S':'x'}}}");
  cyn_i_table *table = items_catalog(s, "tab");
  REQUIRE(table != NULL);
  uint8_t sort[5];
  cyn_bytes a = cyn_str("a");
  cyn_i_store_key item;
  cyn_error error = CYN_ERROR_INIT;
  REQUIRE(cyn_i_partition_key(table->space, &a, 1, &s->arena, &item));
  counting count = {.add = {cyn_i_collection_counter_key(table, &item, sort), ((int64_t)10 << 30) - 20}};
  count.write.decide = decide_count;
  count.write.arena = &s->arena;
  count.write.error = &error;
  CHECK_INT(cyn_i_store_write_now(cyn_i_engine_store(s->engine), &count.write), CYN_OK);
  cyn_i_table_release(table);
#define FULL "ItemCollectionSizeLimitExceededException: Collection size exceeded."
  EXPECT(s, "PutItem", FULL, "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'S':'2'},'l':{'S':'xxxxxxxxxxxx'}}}");
  EXPECT(s, "UpdateItem", FULL, "{'TableName':'tab','Key':{'p':{'S':'a'},'r':{'S':'1'}},'UpdateExpression':'SET x = :x','ExpressionAttributeValues':{':x':{'S':'xxxxxxxxxxxx'}}}");
  EXPECT(s, "BatchWriteItem", FULL, "{'RequestItems':{'tab':[{'PutRequest':{'Item':{'p':{'S':'a'},'r':{'S':'2'},'l':{'S':'xxxxxxxxxxxx'}}}}]}}");
  GIVES(s, "TransactWriteItems", "[ItemCollectionSizeLimitExceeded]", "{'TransactItems':[{'Put':{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'S':'2'},'l':{'S':'xxxxxxxxxxxx'}}}}]}");
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'b'},'r':{'S':'2'},'l':{'S':'xxxxxxxxxxxx'}}}"); /* another partition */
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'S':'1'},'l':{'S':'y'}}}");            /* not larger */
  EXPECT(s, "DeleteItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'a'},'r':{'S':'1'}}}");
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'S':'2'},'l':{'S':'x'}}}");
#undef FULL
}
