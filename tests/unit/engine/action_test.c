/* The decide of item writes under a catalog that changes: between a call's steps, and between the rounds of one write, with
 * decisions that the store throws away. */
#include "engine/action.h"
#include "engine/item_key.h"

#include "interleave.h"

#define CREATE_GSI                                                                                                     \
  "{'TableName':'tab','AttributeDefinitions':[{'AttributeName':'g','AttributeType':'S'}],'GlobalSecondaryIndexUpdates':[{" \
  "'Create':{'IndexName':'gsi','KeySchema':[{'AttributeName':'g','KeyType':'HASH'}],'Projection':{'ProjectionType':'ALL'}}}]}"
#define ITEM(p) "{'TableName':'tab','Item':{'p':{'S':'" p "'},'g':{'S':'x'}}}"

static void create_gsi(service *s, void *user) {
  (void)user;
  GIVES(s, "UpdateTable", "'IndexStatus':'CREATING'", CREATE_GSI);
}
static void recreate(service *s, void *user) {
  (void)user;
  GIVES(s, "DeleteTable", "'TableStatus':'DELETING'", "{'TableName':'tab'}");
  items_table(s, "tab", "p S HASH", "gsi global ALL: g S HASH", NULL);
}
static void recreate_otherwise(service *s, void *user) {
  (void)user;
  GIVES(s, "DeleteTable", "'TableStatus':'DELETING'", "{'TableName':'tab'}");
  items_table(s, "tab", "q N HASH", NULL);
}
static void delete_table(service *s, void *user) {
  (void)user;
  GIVES(s, "DeleteTable", "'TableStatus':'DELETING'", "{'TableName':'tab'}");
}

static long index_entries(service *s) {
  cyn_i_table *table = items_catalog(s, "tab");
  long count = table != NULL && table->index_count != 0 ? items_in_space(s, table->indexes[0].space) : -1;
  cyn_i_table_release(table);
  return count;
}

static const char *const writes[][2] = {
    {"PutItem", ITEM("a")},
    {"UpdateItem", "{'TableName':'tab','Key':{'p':{'S':'a'}},'UpdateExpression':'SET g = :g','ExpressionAttributeValues':{':g':{'S':'x'}}}"},
    {"BatchWriteItem", "{'RequestItems':{'tab':[{'PutRequest':{'Item':{'p':{'S':'a'},'g':{'S':'x'}}}}]}}"},
    {"TransactWriteItems", "{'ClientRequestToken':'t','TransactItems':[{'Put':{'TableName':'tab','Item':{'p':{'S':'a'},'g':{'S':'x'}}}}]}"},
};

TEST(an_index_that_is_created_under_a_write) {
  for (size_t w = 0; w < sizeof writes / sizeof writes[0]; w++) {
    interleave i;
    service s;
    REQUIRE(interleave_open(&i, &s));
    items_table(&s, "tab", "p S HASH", NULL);
    GIVES(&s, "Scan", "'Count':0", "{'TableName':'tab'}"); /* the worker knows the table */
    interleave_before(&i, STEP_WRITE, 0, create_gsi, NULL);
    GIVES(&s, writes[w][0], "{", "%s", writes[w][1]);
    CHECK_INT(index_entries(&s), 1);
    service_close(&s);
  }
}

TEST(a_table_that_is_made_anew_under_a_write) {
  for (size_t w = 0; w < sizeof writes / sizeof writes[0]; w++) {
    interleave i;
    service s;
    REQUIRE(interleave_open(&i, &s));
    items_table(&s, "tab", "p S HASH", NULL);
    GIVES(&s, "Scan", "'Count':0", "{'TableName':'tab'}");
    interleave_before(&i, STEP_WRITE, 0, recreate, NULL);
    GIVES(&s, writes[w][0], "{", "%s", writes[w][1]);
    CHECK_INT(index_entries(&s), 1);
    GIVES(&s, "Scan", "'Count':1", "{'TableName':'tab'}");
    service_close(&s);
  }
}

TEST(a_table_that_goes_under_a_write) {
  static const char *const otherwise[] = {
      "Missing the key q in the item", "The provided key element does not match the schema",
      "The provided key element does not match the schema", "[ValidationError]"};
  for (size_t w = 0; w < sizeof writes / sizeof writes[0]; w++) {
    interleave i;
    service s;
    REQUIRE(interleave_open(&i, &s));
    items_table(&s, "tab", "p S HASH", NULL);
    interleave_before(&i, STEP_WRITE, 0, delete_table, NULL);
    GIVES(&s, writes[w][0], "ResourceNotFoundException: Requested resource not found", "%s", writes[w][1]);
    items_table(&s, "tab", "p S HASH", NULL);
    interleave_before(&i, STEP_WRITE, 0, recreate_otherwise, NULL);
    GIVES(&s, writes[w][0], otherwise[w], "%s", writes[w][1]);
    GIVES(&s, "Scan", "'Count':0", "{'TableName':'tab'}");
    service_close(&s);
  }
}

/* The first table has changed before the second one was found: the write must notice. */
TEST(several_tables_are_of_one_catalog) {
  static const char *const both[][2] = {
      {"TransactWriteItems", "{'TransactItems':[{'Put':{'TableName':'tab','Item':{'p':{'S':'a'},'g':{'S':'x'}}}},{'Put':{'TableName':'two','Item':{'p':{'S':'a'}}}}]}"},
      {"BatchWriteItem", "{'RequestItems':{'tab':[{'PutRequest':{'Item':{'p':{'S':'a'},'g':{'S':'x'}}}}],'two':[{'PutRequest':{'Item':{'p':{'S':'a'}}}}]}}"}};
  for (size_t w = 0; w < 2; w++) {
    interleave i;
    service s;
    REQUIRE(interleave_open(&i, &s));
    items_table(&s, "tab", "p S HASH", NULL);
    items_table(&s, "two", "p S HASH", NULL);
    interleave_before(&i, STEP_GUARD, 1, create_gsi, NULL);
    GIVES(&s, both[w][0], "{", "%s", both[w][1]);
    CHECK_INT(index_entries(&s), 1);
    service_close(&s);
  }
}

/* ---- round by round ---- */

typedef struct rounds {
  service *s;
  cyn_i_call call;
  cyn_i_arena arena;
  cyn_error error;
  cyn_i_pending *pending;
  cyn_i_worker *worker;
} rounds;

static bool rounds_start(rounds *r, service *s, const char *operation, const char *request) {
  memset(r, 0, sizeof *r);
  r->s = s;
  cyn_i_arena_init(&r->arena, 0);
  const cyn_i_operation *found = cyn_i_operation_find(cyn_str(operation), false);
  void *input;
  if (cyn_i_api_decode(found->input, cyn_str(items_text("%s", request)), &r->arena, &input, NULL) != CYN_OK) return false;
  r->call = (cyn_i_call){.operation = found, .context = &s->context, .input = input, .arena = &r->arena, .error = &r->error};
  r->worker = cyn_i_worker_take(s->engine, NULL);
  if (r->worker == NULL) return false;
  r->pending = cyn_i_handlers[found->operation](r->worker, &r->call);
  cyn_i_worker_give(r->worker);
  return r->pending != NULL;
}

/* Decides on what the store holds; those of `absent` (bits) are kept back. The values die with the call. */
static cyn_i_decision rounds_decide(rounds *r, bool guard_changed, unsigned absent, cyn_i_store_effects *effects) {
  cyn_i_store_write *write = &r->pending->write;
  cyn_bytes values[16];
  char *copies[16] = {NULL};
  cyn_i_store_view *view;
  memset(effects, 0, sizeof *effects);
  if (guard_changed) return write->decide(write, NULL, true, effects);
  if (write->key_count > 16 || cyn_i_store_view_open(cyn_i_engine_store(r->s->engine), &view, NULL) != CYN_OK) return CYN_DECISION_REFUSE;
  (void)cyn_i_store_view_begin(view, NULL);
  for (size_t i = 0; i < write->key_count; i++) {
    values[i] = (cyn_bytes){NULL, 0};
    (void)cyn_i_store_get(view, &write->keys[i], &values[i], NULL);
    if ((absent >> i & 1) != 0) values[i] = (cyn_bytes){NULL, 0};
    if (values[i].data == NULL) continue;
    copies[i] = malloc(values[i].size);
    if (copies[i] != NULL) memcpy(copies[i], values[i].data, values[i].size);
    values[i].data = copies[i];
  }
  cyn_i_store_view_end(view);
  cyn_i_store_view_close(view);
  cyn_i_decision decision = write->decide(write, values, false, effects);
  for (int i = 0; i < 16; i++) free(copies[i]);
  return decision;
}

static void rounds_finish(rounds *r) {
  r->pending->finish(r->pending);
  cyn_error_clean_up(&r->error);
  cyn_i_arena_clean_up(&r->arena);
}

static bool puts_into(const cyn_i_store_effects *effects, uint32_t space) {
  for (size_t i = 0; i < effects->put_count; i++)
    if (effects->puts[i].key.space == space) return true;
  return false;
}

static uint32_t space_of(service *s, const char *name) {
  cyn_i_table *table = items_catalog(s, name);
  uint32_t space = table != NULL ? table->space : 0;
  cyn_i_table_release(table);
  return space;
}

#define TWO_TABLES "{'TransactItems':[{'Put':{'TableName':'tab','Item':{'p':{'S':'a'},'g':{'S':'x'}}}},{'Put':{'TableName':'two','Item':{'p':{'S':'a'}}}}]}"

/* A thrown-away decision that found one table changed and the other gone must not leave half of the preparation. */
TEST(half_a_preparation_is_none) {
  service s;
  rounds r;
  cyn_i_store_effects effects;
  REQUIRE(service_open(&s, NULL));
  items_table(&s, "tab", "p S HASH", NULL);
  items_table(&s, "two", "p S HASH", NULL);
  REQUIRE(rounds_start(&r, &s, "TransactWriteItems", TWO_TABLES));
  CHECK_INT(rounds_decide(&r, true, 0, &effects), CYN_DECISION_MORE);
  CHECK_INT(r.pending->write.key_count, 2);
  CHECK_INT(rounds_decide(&r, false, 0, &effects), CYN_DECISION_MORE);
  CHECK_INT(r.pending->write.key_count, 4);
  uint32_t before = space_of(&s, "tab");
  recreate(&s, NULL);
  CHECK_INT(rounds_decide(&r, false, 2, &effects), CYN_DECISION_REFUSE);
  CHECK_INT(rounds_decide(&r, false, 0, &effects), CYN_DECISION_MORE); /* the keys are those of the old table still */
  CHECK_INT(rounds_decide(&r, false, 0, &effects), CYN_DECISION_APPLY);
  CHECK(puts_into(&effects, space_of(&s, "tab")));
  CHECK(!puts_into(&effects, before));
  CHECK_INT(effects.put_count, 3); /* two items, one index entry */
  rounds_finish(&r);
  service_close(&s);
}

/* Each answer of decide stands on its own values: nothing of an earlier one shows. */
TEST(decisions_leave_nothing_behind) {
  service s;
  rounds r;
  cyn_i_store_effects effects;
  REQUIRE(service_open(&s, NULL));
  items_table(&s, "tab", "p S HASH", "gsi global ALL: g S HASH", NULL);
  EXPECT(&s, "PutItem", "{}", ITEM("a"));
  REQUIRE(rounds_start(&r, &s, "TransactWriteItems",
                       "{'TransactItems':[{'Put':{'TableName':'tab','Item':{'p':{'S':'a'}},'ConditionExpression':'attribute_exists(p)','ReturnValuesOnConditionCheckFailure':'ALL_OLD'}},"
                       "{'Update':{'TableName':'tab','Key':{'p':{'S':'b'}},'UpdateExpression':'SET x = if_not_exists(x, :x)','ExpressionAttributeValues':{':x':{'N':'1'}}}}]}"));
  for (int round = 0; round < 3; round++) {
    CHECK_INT(rounds_decide(&r, false, 1, &effects), CYN_DECISION_REFUSE);
    CHECK_INT(rounds_decide(&r, true, 0, &effects), CYN_DECISION_MORE);
    CHECK_INT(rounds_decide(&r, false, 1, &effects), CYN_DECISION_REFUSE); /* the record is not there: no table */
    CHECK_INT(r.error.status, CYN_E_RESOURCE_NOT_FOUND);
    CHECK_INT(rounds_decide(&r, false, 0, &effects), CYN_DECISION_MORE);
    CHECK_INT(rounds_decide(&r, false, 2, &effects), CYN_DECISION_REFUSE);
    CHECK_INT(rounds_decide(&r, false, 0, &effects), CYN_DECISION_APPLY);
    CHECK_INT(r.error.status, CYN_OK);
    CHECK_INT(effects.put_count, 3); /* two items, one entry less */
  }
  rounds_finish(&r);
  CHECK_INT(r.call.status, CYN_OK);
  service_close(&s);
}

/* Units are those of the last decision. */
TEST(units_of_a_decision_thrown_away) {
  service s;
  rounds r;
  cyn_i_store_effects effects;
  REQUIRE(service_open(&s, NULL));
  items_table(&s, "tab", "p S HASH", "gsi global ALL: g S HASH", NULL);
  EXPECT(&s, "PutItem", "{}", ITEM("a"));
  REQUIRE(rounds_start(&r, &s, "DeleteItem", "{'TableName':'tab','Key':{'p':{'S':'a'}},'ReturnConsumedCapacity':'TOTAL'}"));
  CHECK_INT(rounds_decide(&r, false, 0, &effects), CYN_DECISION_APPLY);
  CHECK_INT(effects.put_count, 2);
  CHECK_INT(rounds_decide(&r, false, 1, &effects), CYN_DECISION_APPLY); /* deleted by another meanwhile */
  CHECK_INT(effects.put_count, 0);
  r.pending->finish(r.pending);
  const cyn_delete_item_output *output = r.call.output;
  REQUIRE(output != NULL);
  CHECK(output->consumed_capacity != NULL && output->consumed_capacity->capacity_units.value == 1.0);
  cyn_i_arena_clean_up(&r.arena);
  service_close(&s);
}

/* Nothing that decide returns points into what it was given (the values above are freed: ASan watches). */
TEST(effects_own_their_bytes) {
  service s;
  rounds r;
  cyn_i_store_effects effects;
  REQUIRE(service_open(&s, NULL));
  items_table(&s, "tab", "p S HASH, r S RANGE", "gsi global ALL: g S HASH", "key global KEYS_ONLY: g S HASH, r S RANGE", "lsi local INCLUDE x: p S HASH, l S RANGE", NULL);
  GIVES(&s, "UpdateTimeToLive", "'Enabled':true", "{'TableName':'tab','TimeToLiveSpecification':{'Enabled':true,'AttributeName':'due'}}");
  EXPECT(&s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'S':'b'},'g':{'S':'c'},'l':{'S':'d'},'x':{'S':'e'},'due':{'N':'2000000000'}}}");
  static const char *const requests[][2] = {
      {"DeleteItem", "{'TableName':'tab','Key':{'p':{'S':'a'},'r':{'S':'b'}},'ReturnValues':'ALL_OLD'}"},
      {"UpdateItem", "{'TableName':'tab','Key':{'p':{'S':'a'},'r':{'S':'b'}},'UpdateExpression':'SET g = l, due = :t','ExpressionAttributeValues':{':t':{'N':'1'}},'ReturnValues':'ALL_NEW'}"},
      {"PutItem", "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'S':'b'}},'ReturnValues':'ALL_OLD'}"},
      {"UpdateItem", "{'TableName':'tab','Key':{'p':{'S':'a'},'r':{'S':'b'}},'ReturnValues':'ALL_NEW'}"},
  };
  for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
    REQUIRE(rounds_start(&r, &s, requests[i][0], requests[i][1]));
    CHECK_INT(rounds_decide(&r, false, 0, &effects), CYN_DECISION_APPLY);
    unsigned sum = 0;
    for (size_t p = 0; p < effects.put_count; p++) {
      const cyn_i_store_put *put = &effects.puts[p];
      for (size_t b = 0; b < put->key.partition.size; b++) sum += (uint8_t)put->key.partition.data[b];
      for (size_t b = 0; b < put->key.sort.size; b++) sum += (uint8_t)put->key.sort.data[b];
      for (size_t b = 0; b < put->value.size; b++) sum += (uint8_t)put->value.data[b];
    }
    CHECK(i == 3 ? sum == 0 : sum > 0);
    rounds_finish(&r);
  }
  service_close(&s);
}

/* ---- the sweeper's delete ---- */

static bool sweep(service *s, cyn_i_table *table, const char *p) {
  cyn_i_store_key key;
  cyn_bytes content = cyn_str(p);
  cyn_i_arena arena;
  bool deleted = false;
  cyn_i_arena_init(&arena, 0);
  CHECK(cyn_i_partition_key(table->space, &content, 1, &arena, &key));
  cyn_status status = cyn_i_action_ttl_delete(s->engine, table, &key, &arena, &deleted, NULL);
  CHECK(status == CYN_OK || status == CYN_E_RESOURCE_NOT_FOUND);
  cyn_i_arena_clean_up(&arena);
  return deleted;
}

ITEM_TEST(expired_items_only) {
  items_table(s, "tab", "p S HASH", "gsi global ALL: g S HASH", NULL);
  GIVES(s, "UpdateTimeToLive", "'Enabled':true", "{'TableName':'tab','TimeToLiveSpecification':{'Enabled':true,'AttributeName':'due'}}");
  long long now = SERVICE_START_MS / 1000, years = 5LL * 365 * 86400;
  const struct { const char *p; long long ttl; bool deleted; } cases[] = {
      {"past", now - 1, true}, {"now", now, false}, {"future", now + 10, false}, {"old", now - years, false}, {"within", now - years + 1, true}};
  for (size_t i = 0; i < 5; i++)
    EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'%s'},'g':{'S':'x'},'due':{'N':'%lld'}}}", cases[i].p, cases[i].ttl);
  EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'text'},'due':{'S':'1'}}}");
  cyn_i_table *table = items_catalog(s, "tab");
  REQUIRE(table != NULL);
  CHECK_INT(items_in_space(s, table->ttl_space), 5);
  for (size_t i = 0; i < 5; i++) CHECK_INT(sweep(s, table, cases[i].p), cases[i].deleted);
  CHECK(!sweep(s, table, "text"));
  CHECK(!sweep(s, table, "none"));
  CHECK_INT(items_in_space(s, table->ttl_space), 3);
  CHECK_INT(items_in_space(s, table->indexes[0].space), 3);
  CHECK_INT(items_counter(s, table->space, 'n'), 4);
  cyn_i_table_release(table);
}

/* A table of the same name is another table: its counters and indexes are not those of the item. */
ITEM_TEST(expired_items_of_a_table_that_was_made_anew) {
  for (int i = 0; i < 2; i++) {
    items_table(s, "tab", "p S HASH", "gsi global ALL: g S HASH", NULL);
    GIVES(s, "UpdateTimeToLive", "'Enabled':true", "{'TableName':'tab','TimeToLiveSpecification':{'Enabled':true,'AttributeName':'due'}}");
    EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'g':{'S':'x'},'due':{'N':'%lld'}}}", (long long)SERVICE_START_MS / 1000 - 5);
    if (i == 1) break;
    cyn_i_table *old = items_catalog(s, "tab");
    REQUIRE(old != NULL);
    delete_table(s, NULL);
    CHECK(!sweep(s, old, "a"));
    items_table(s, "tab", "p S HASH", "gsi global ALL: g S HASH", NULL);
    EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},'g':{'S':'x'}}}");
    CHECK(!sweep(s, old, "a"));
    cyn_i_table *table = items_catalog(s, "tab");
    CHECK_INT(items_counter(s, table->space, 'n'), 1);
    CHECK_INT(items_in_space(s, table->indexes[0].space), 1);
    cyn_i_table_release(table);
    cyn_i_table_release(old);
    delete_table(s, NULL);
  }
}

/* A put, an update and a delete move the entry of the queue. */
ITEM_TEST(the_queue_of_expiring_items) {
  items_table(s, "tab", "p S HASH", NULL);
  GIVES(s, "UpdateTimeToLive", "'Enabled':true", "{'TableName':'tab','TimeToLiveSpecification':{'Enabled':true,'AttributeName':'due'}}");
  cyn_i_table *table = items_catalog(s, "tab");
  REQUIRE(table != NULL);
  static const struct { const char *item; long entries; } steps[] = {
      {"'due':{'N':'100'}", 1}, {"'due':{'N':'100.9'}", 1}, {"'due':{'N':'1e120'}", 0}, {"'due':{'N':'-5'}", 0}, {"'due':{'N':'0'}", 0},
      {"'due':{'N':'1e-100'}", 1}, {"'due':{'S':'5'}", 0}, {"'due':{'N':'5'}", 1}, {"'spare':{'N':'5'}", 0}};
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
    EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'a'},%s}}", steps[i].item);
    CHECK_INT(items_in_space(s, table->ttl_space), steps[i].entries);
  }
  EXPECT(s, "UpdateItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'a'}},'UpdateExpression':'SET due = spare'}");
  CHECK_INT(items_in_space(s, table->ttl_space), 1);
  EXPECT(s, "DeleteItem", "{}", "{'TableName':'tab','Key':{'p':{'S':'a'}}}");
  CHECK_INT(items_in_space(s, table->ttl_space), 0);
  cyn_i_table_release(table);
}
