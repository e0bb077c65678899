/* The engine's door: calls that block, turns of an event loop, operations without a handler. */
#include "items.h"

typedef struct turn_call {
  cyn_i_call call; /* first */
  cyn_i_arena arena;
  cyn_error error;
  _Atomic int done;
  cyn_i_turn *turn;        /* submits one more when it is done */
  struct turn_call *next;
} turn_call;

static void when_done(cyn_i_call *call) {
  turn_call *own = (turn_call *)(void *)call;
  own->done++;
  if (own->next != NULL) cyn_i_turn_submit(own->turn, &own->next->call);
}

static bool prepare(turn_call *own, service *s, const char *operation, const char *json) {
  const cyn_i_operation *found = cyn_i_operation_find(cyn_str(operation), false);
  void *input;
  memset(own, 0, sizeof *own);
  cyn_i_arena_init(&own->arena, 512);
  if (cyn_i_api_decode(found->input, cyn_str(json), &own->arena, &input, NULL) != CYN_OK) return false;
  own->call = (cyn_i_call){.operation = found, .context = &s->context, .input = input, .arena = &own->arena, .error = &own->error, .done = when_done};
  return true;
}
/* Where a commit waits for a disk a write completes on another thread. */
static void await(turn_call *own) {
  for (int i = 0; i < 10000 && atomic_load(&own->done) == 0; i++) (void)usleep(1000);
  CHECK_INT(atomic_load(&own->done), 1);
}
static void clean(turn_call *own) {
  cyn_error_clean_up(&own->error);
  cyn_i_arena_clean_up(&own->arena);
}

#define CALLS 40

ITEM_TEST(a_turn_completes_each_once) {
  turn_call *calls = calloc(CALLS, sizeof *calls);
  cyn_i_turn *turn = cyn_i_turn_new(s->engine);
  items_table(s, "tab", "p S HASH", "gsi global ALL: g S HASH", NULL);
  REQUIRE(calls != NULL && turn != NULL);
  for (int i = 0; i < CALLS; i++) {
    bool ok = i % 4 == 3 ? prepare(&calls[i], s, "GetItem", "{\"TableName\":\"tab\",\"Key\":{\"p\":{\"S\":\"none\"}}}")
                         : prepare(&calls[i], s, "UpdateItem", items_text("{'TableName':'tab','Key':{'p':{'S':'%d'}},'UpdateExpression':'ADD n :n SET g = :g','ExpressionAttributeValues':{':n':{'N':'1'},':g':{'S':'x'}}%s}", i % 3,
                                                                           i == 5 ? ",'ConditionExpression':'attribute_not_exists(p)'" : ""));
    REQUIRE(ok);
    cyn_i_turn_submit(turn, &calls[i].call);
    if (i % 4 == 3) CHECK_INT(calls[i].done, 1); /* reads are complete at once */
    if (i == 20) cyn_i_turn_flush(turn);
  }
  cyn_i_turn_flush(turn);
  cyn_i_turn_flush(turn); /* nothing to do */
  for (int i = 0; i < CALLS; i++) {
    await(&calls[i]);
    CHECK_INT(calls[i].call.status, i == 5 ? CYN_E_CONDITIONAL_CHECK_FAILED : CYN_OK);
    clean(&calls[i]);
  }
  cyn_i_turn_destroy(turn);
  free(calls);
  GIVES(s, "GetItem", "'n':{'N':'10'}", "{'TableName':'tab','Key':{'p':{'S':'0'}}}");
  GIVES(s, "Scan", "'Count':3,", "{'TableName':'tab','IndexName':'gsi'}");
}

/* What a completion submits goes with the next commit of the same flush. */
ITEM_TEST(completions_submit_more) {
  turn_call calls[6];
  if (cyn_i_store_commits_block(cyn_i_engine_store(s->engine))) return; /* then completions are not on the turn's thread */
  cyn_i_turn *turn = cyn_i_turn_new(s->engine);
  items_table(s, "tab", "p S HASH", NULL);
  REQUIRE(turn != NULL);
  for (int i = 0; i < 6; i++) {
    REQUIRE(prepare(&calls[i], s, "PutItem", items_text("{'TableName':'tab','Item':{'p':{'S':'%d'}},'ConditionExpression':'attribute_not_exists(p)'}", i % 4)));
    calls[i].turn = turn;
    calls[i].next = i < 5 ? &calls[i + 1] : NULL;
  }
  cyn_i_turn_submit(turn, &calls[0].call);
  cyn_i_turn_flush(turn);
  for (int i = 0; i < 6; i++) {
    CHECK_INT(calls[i].done, 1);
    CHECK_INT(calls[i].call.status, i < 4 ? CYN_OK : CYN_E_CONDITIONAL_CHECK_FAILED);
    clean(&calls[i]);
  }
  cyn_i_turn_destroy(turn);
  GIVES(s, "Scan", "'Count':4,", "{'TableName':'tab'}");
}

/* More writes than a turn holds. */
static void a_full_turn(service *s) {
  enum { MANY = 2500 };
  turn_call *calls = calloc(MANY, sizeof *calls);
  cyn_i_turn *turn = cyn_i_turn_new(s->engine);
  items_table(s, "tab", "p S HASH", NULL);
  REQUIRE(calls != NULL && turn != NULL);
  for (int i = 0; i < MANY; i++) {
    REQUIRE(prepare(&calls[i], s, "UpdateItem", "{\"TableName\":\"tab\",\"Key\":{\"p\":{\"S\":\"n\"}},\"AttributeUpdates\":{\"n\":{\"Action\":\"ADD\",\"Value\":{\"N\":\"1\"}}}}"));
    cyn_i_turn_submit(turn, &calls[i].call);
  }
  cyn_i_turn_flush(turn);
  for (int i = 0; i < MANY; i++) {
    CHECK_INT(calls[i].done, 1);
    clean(&calls[i]);
  }
  cyn_i_turn_destroy(turn);
  free(calls);
  GIVES(s, "GetItem", "'n':{'N':'2500'}", "{'TableName':'tab','Key':{'p':{'S':'n'}}}");
}
TEST(more_writes_than_a_turn_holds) { (void)items_run_over(ITEMS_MEMORY, 0, a_full_turn); }

/* Where commits wait for a disk a turn hands writes over, and they complete on the commit thread. */
TEST(writes_that_wait_for_a_disk) {
  enum { MANY = 64 };
  char folder[] = "/tmp/cynamo-items-XXXXXX";
  REQUIRE(mkdtemp(folder) != NULL);
  cyn_i_store_options options = {.path = cyn_str(folder), .durability = CYN_DURABILITY_STRICT};
  cyn_i_store *store;
  service s;
  REQUIRE(cyn_i_store_lmdb_open(&options, &store, NULL) == CYN_OK && service_open_over(&s, store, NULL));
  items_table(&s, "tab", "p S HASH", "gsi global ALL: g S HASH", NULL);
  CHECK(cyn_i_store_commits_block(store));
  turn_call *calls = calloc(MANY, sizeof *calls);
  cyn_i_turn *turn = cyn_i_turn_new(s.engine);
  REQUIRE(calls != NULL && turn != NULL);
  for (int i = 0; i < MANY; i++) {
    REQUIRE(prepare(&calls[i], &s, "UpdateItem", items_text("{'TableName':'tab','Key':{'p':{'S':'%d'}},'UpdateExpression':'ADD n :n SET g = :g','ExpressionAttributeValues':{':n':{'N':'1'},':g':{'S':'%d'}}}", i % 4, i)));
    cyn_i_turn_submit(turn, &calls[i].call);
    if (i == 30) GIVES(&s, "UpdateTable", "ACTIVE", "{'TableName':'tab','DeletionProtectionEnabled':true}");
  }
  cyn_i_turn_flush(turn);
  for (int i = 0; i < MANY; i++) {
    await(&calls[i]);
    CHECK_INT(calls[i].call.status, CYN_OK);
    clean(&calls[i]);
  }
  cyn_i_turn_destroy(turn);
  free(calls);
  GIVES(&s, "GetItem", "'n':{'N':'16'}", "{'TableName':'tab','Key':{'p':{'S':'0'}}}");
  GIVES(&s, "Scan", "'Count':4,", "{'TableName':'tab','IndexName':'gsi'}");
  service_close(&s);
  (void)items_remove_folder(folder);
}

ITEM_TEST(operations_without_a_handler) {
  EXPECT(s, "CreateBackup", "NotImplementedException: Cynamo does not have the operation CreateBackup yet", "{'TableName':'tab','BackupName':'one'}");
}

/* Data sets of accounts and Regions are apart. */
ITEM_TEST(accounts_and_regions) {
  static const char *const places[][2] = {{"000000000000", "us-east-1"}, {"000000000000", "eu-west-1"}, {"111111111111", "us-east-1"}};
  for (size_t i = 0; i < 3; i++) {
    s->context.account = cyn_str(places[i][0]);
    s->context.region = cyn_str(places[i][1]);
    items_table(s, "tab", "p S HASH", NULL);
    EXPECT(s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'%zu'}}}", i);
  }
  for (size_t i = 0; i < 3; i++) {
    s->context.account = cyn_str(places[i][0]);
    s->context.region = cyn_str(places[i][1]);
    EXPECT(s, "Scan", items_text("{'Items':[{'p':{'S':'%zu'}}],'Count':1,'ScannedCount':1}", i), "{'TableName':'tab'}");
  }
}

/* A limit of items other than the service's. */
TEST(another_item_size) {
  service s;
  cyn_i_engine_options options = {.item_size_max_bytes = 100};
  REQUIRE(service_open(&s, &options));
  items_table(&s, "tab", "p S HASH", NULL);
  EXPECT(&s, "PutItem", "{}", "{'TableName':'tab','Item':{'p':{'S':'%s'}}}", items_fill('p', 99));
  GIVES(&s, "PutItem", "Item size has exceeded", "{'TableName':'tab','Item':{'p':{'S':'%s'}}}", items_fill('p', 100));
  GIVES(&s, "UpdateItem", "Item size to update has exceeded", "{'TableName':'tab','Key':{'p':{'S':'a'}},'UpdateExpression':'SET x = :x','ExpressionAttributeValues':{':x':{'S':'%s'}}}", items_fill('p', 98));
  service_close(&s);
}
