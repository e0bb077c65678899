/* Each allocation of a day of item operations fails in turn, alone or with all after it: a call answers an error and has
 * changed nothing, or it succeeds; nothing leaks (LeakSanitizer), nothing is half done. */
#include "base/alloc.h"
#include "crowd.h"

static long failing_from; /* the n-th allocation */
static long allocations;
static bool fails_on;     /* and all after it */
static bool by_limit;     /* not allocations but the arena, at every 40 bytes */
static bool by_piece;     /* not allocations but the pieces of arenas, in builds that ask for each */
static bool is_faulty;

static int fail_in_turn(size_t size) {
  (void)size;
  allocations++;
  return fails_on ? allocations >= failing_from : allocations == failing_from;
}

/* A call without an answer's text: decoding, checking and the call itself may fail. `limit` of the arena's bytes; 0: none. */
static cyn_status try_call(cyn_i_engine *engine, const cyn_i_context *context, const char *name, const char *json, size_t limit,
                           char text[200]) {
  const cyn_i_operation *operation = cyn_i_operation_find(cyn_str(name), false);
  cyn_i_arena arena;
  cyn_error error = CYN_ERROR_INIT;
  void *input = NULL;
  cyn_i_arena_init(&arena, 256); /* small blocks: more allocations */
  arena.limit = limit;
  cyn_status status = cyn_i_api_decode(operation->input, cyn_str(json), &arena, &input, &error);
  if (status == CYN_OK) status = cyn_i_api_check(operation, input, &arena, &error);
  cyn_i_call c = {.operation = operation, .context = context, .input = input, .arena = &arena, .error = &error};
  if (status == CYN_OK) {
    cyn_i_engine_call(engine, &c);
    status = c.status;
    CHECK(status != CYN_OK || c.output != NULL);
  }
  CHECK((status == CYN_OK) == (error.status == CYN_OK));
  (void)snprintf(text, 200, "%s", error.message != NULL ? error.message : "");
  cyn_error_clean_up(&error);
  cyn_i_arena_clean_up(&arena);
  return status;
}

static char *state_of(service *s) {
  char *state = strdup(call(s, "Scan", "{'TableName':'tab'}")), *longer = NULL;
  static const char *const more[][2] = {{"Scan", "{'TableName':'tab','IndexName':'gsi'}"},
                                        {"Scan", "{'TableName':'tab','IndexName':'lsi','Select':'ALL_ATTRIBUTES'}"},
                                        {"Scan", "{'TableName':'two'}"},
                                        {"DescribeTable", "{'TableName':'tab'}"}};
  for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
    if (asprintf(&longer, "%s\n%s", state, call(s, more[i][0], "%s", more[i][1])) < 0) return state;
    free(state);
    state = longer;
  }
  return state;
}

#define GSI_LSI "gsi global INCLUDE x: g S HASH, n N RANGE", "lsi local KEYS_ONLY: p S HASH, l N RANGE"
#define NAMES "'ExpressionAttributeNames':{'#x':'x'}"

/* What is done, and whether it changes anything. */
static const struct step {
  const char *operation, *request;
  bool writes;
  const char *refused; /* a part of the error of a call that has memory enough; NULL: it succeeds */
} day[] = {
    {"PutItem", "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'S':'1'},'g':{'S':'x'},'n':{'N':'1'},'l':{'N':'5'},'x':{'M':{'y':{'L':[{'N':'1'},{'SS':['a','b']}]}}},'due':{'N':'2000000000'}},'ReturnConsumedCapacity':'INDEXES','ReturnItemCollectionMetrics':'SIZE','ReturnValues':'ALL_OLD'}", true, NULL},
    {"PutItem", "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'S':'2'},'g':{'S':'x'},'n':{'N':'2'},'l':{'N':'4'}},'ConditionExpression':'attribute_not_exists(p) AND #x <> :x'," NAMES ",'ExpressionAttributeValues':{':x':{'N':'1'}}}", true, NULL},
    {"PutItem", "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'S':'2'}},'ConditionExpression':'attribute_not_exists(p)','ReturnValuesOnConditionCheckFailure':'ALL_OLD'}", false, "conditional request failed"},
    {"PutItem", "{'TableName':'tab','Item':{'p':{'S':'a'},'r':{'N':'2'}}}", false, "Type mismatch for key r"},
    {"UpdateItem", "{'TableName':'tab','Key':{'p':{'S':'a'},'r':{'S':'1'}},'UpdateExpression':'SET #x.y[0] = :n, g = :g, l = l + :n REMOVE due ADD c :n','ExpressionAttributeNames':{'#x':'x'},'ExpressionAttributeValues':{':n':{'N':'1'},':g':{'S':'y'}},'ReturnValues':'UPDATED_NEW','ReturnConsumedCapacity':'INDEXES'}", true, NULL},
    {"UpdateItem", "{'TableName':'tab','Key':{'p':{'S':'a'},'r':{'S':'1'}},'UpdateExpression':'SET q = nothing'}", false, "does not exist in the item"},
    {"UpdateItem", "{'TableName':'tab','Key':{'p':{'S':'b'},'r':{'S':'1'}},'AttributeUpdates':{'k':{'Action':'ADD','Value':{'N':'3'}}},'Expected':{'k':{'Exists':false},'z':{'ComparisonOperator':'NULL'}},'ReturnValues':'ALL_NEW'}", true, NULL},
    {"TransactWriteItems", "{'ClientRequestToken':'t','ReturnConsumedCapacity':'INDEXES','ReturnItemCollectionMetrics':'SIZE','TransactItems':[{'Put':{'TableName':'two','Item':{'p':{'S':'a'}}}},{'Update':{'TableName':'tab','Key':{'p':{'S':'a'},'r':{'S':'1'}},'UpdateExpression':'ADD c :n','ExpressionAttributeValues':{':n':{'N':'1'}}}},{'Delete':{'TableName':'tab','Key':{'p':{'S':'a'},'r':{'S':'2'}}}},{'ConditionCheck':{'TableName':'two','Key':{'p':{'S':'q'}},'ConditionExpression':'attribute_not_exists(p)'}}]}", true, NULL},
    {"TransactWriteItems", "{'ClientRequestToken':'t','ReturnConsumedCapacity':'INDEXES','TransactItems':[{'Put':{'TableName':'two','Item':{'p':{'S':'a'}}}},{'Update':{'TableName':'tab','Key':{'p':{'S':'a'},'r':{'S':'1'}},'UpdateExpression':'ADD c :n','ExpressionAttributeValues':{':n':{'N':'1'}}}},{'Delete':{'TableName':'tab','Key':{'p':{'S':'a'},'r':{'S':'2'}}}},{'ConditionCheck':{'TableName':'two','Key':{'p':{'S':'q'}},'ConditionExpression':'attribute_not_exists(p)'}}]}", false, NULL},
    {"TransactWriteItems", "{'TransactItems':[{'Put':{'TableName':'two','Item':{'p':{'S':'b'}}}},{'Put':{'TableName':'two','Item':{'p':{'S':'a'}},'ConditionExpression':'attribute_not_exists(p)','ReturnValuesOnConditionCheckFailure':'ALL_OLD'}},{'Put':{'TableName':'two','Item':{'q':{'S':'b'}}}}]}", false, "[None, ConditionalCheckFailed, ValidationError]"},
    {"BatchWriteItem", "{'ReturnConsumedCapacity':'INDEXES','ReturnItemCollectionMetrics':'SIZE','RequestItems':{'tab':[{'PutRequest':{'Item':{'p':{'S':'c'},'r':{'S':'1'},'g':{'S':'x'},'n':{'N':'1'}}}},{'DeleteRequest':{'Key':{'p':{'S':'b'},'r':{'S':'1'}}}}],'two':[{'PutRequest':{'Item':{'p':{'S':'e'}}}}]}}", true, NULL},
    {"GetItem", "{'TableName':'tab','Key':{'p':{'S':'a'},'r':{'S':'1'}},'ProjectionExpression':'#x.y[0], g'," NAMES ",'ReturnConsumedCapacity':'INDEXES'}", false, NULL},
    {"GetItem", "{'TableName':'none','Key':{'p':{'S':'a'}}}", false, "Requested resource not found"},
    {"Query", "{'TableName':'tab','KeyConditionExpression':'p = :p AND begins_with(r, :r)','FilterExpression':'size(g) > :n AND NOT contains(g, :r)','ExpressionAttributeValues':{':p':{'S':'a'},':r':{'S':'1'},':n':{'N':'0'}},'Limit':1,'ReturnConsumedCapacity':'INDEXES'}", false, NULL},
    {"Query", "{'TableName':'tab','IndexName':'gsi','KeyConditions':{'g':{'ComparisonOperator':'EQ','AttributeValueList':[{'S':'y'}]},'n':{'ComparisonOperator':'BETWEEN','AttributeValueList':[{'N':'0'},{'N':'9'}]}},'QueryFilter':{'x':{'ComparisonOperator':'NOT_NULL'}},'ExclusiveStartKey':{'g':{'S':'y'},'n':{'N':'0'},'p':{'S':'a'},'r':{'S':'1'}}}", false, NULL},
    {"Query", "{'TableName':'tab','IndexName':'lsi','Select':'ALL_ATTRIBUTES','KeyConditionExpression':'p = :p','ExpressionAttributeValues':{':p':{'S':'a'}},'ReturnConsumedCapacity':'INDEXES'}", false, NULL},
    {"Scan", "{'TableName':'tab','AttributesToGet':['p','g'],'ScanFilter':{'p':{'ComparisonOperator':'IN','AttributeValueList':[{'S':'a'},{'S':'c'}]}},'Segment':0,'TotalSegments':1,'ReturnConsumedCapacity':'TOTAL'}", false, NULL},
    {"BatchGetItem", "{'ReturnConsumedCapacity':'TOTAL','RequestItems':{'tab':{'Keys':[{'p':{'S':'a'},'r':{'S':'1'}},{'p':{'S':'z'},'r':{'S':'1'}}],'ProjectionExpression':'g'},'two':{'Keys':[{'p':{'S':'a'}}]}}}", false, NULL},
    {"TransactGetItems", "{'ReturnConsumedCapacity':'TOTAL','TransactItems':[{'Get':{'TableName':'tab','Key':{'p':{'S':'a'},'r':{'S':'1'}},'ProjectionExpression':'g'}},{'Get':{'TableName':'two','Key':{'p':{'S':'a'}}}}]}", false, NULL},
    {"DeleteItem", "{'TableName':'tab','Key':{'p':{'S':'c'},'r':{'S':'1'}},'ReturnValues':'ALL_OLD','ReturnConsumedCapacity':'INDEXES','ConditionExpression':'attribute_exists(g)'}", true, NULL},
    {"PutItem", "{'TableName':'tab','Item':{'p':{'S':'f'},'r':{'S':'1'},'g':{'S':'x'},'n':{'N':'1'},'l':{'N':'5'},'due':{'N':'2000000000'}}}", true, NULL},
    {"UpdateItem", "{'TableName':'tab','Key':{'p':{'S':'f'},'r':{'S':'1'}},'UpdateExpression':'SET g = :g ADD l :n','ExpressionAttributeValues':{':n':{'N':'1'},':g':{'S':'y'}}}", true, NULL},
    {"BatchWriteItem", "{'RequestItems':{'tab':[{'PutRequest':{'Item':{'p':{'S':'c'},'r':{'S':'1'},'g':{'S':'x'},'n':{'N':'1'}}}}],'two':[{'PutRequest':{'Item':{'p':{'S':'new'}}}}]}}", true, NULL},
    {"TransactWriteItems", "{'ClientRequestToken':'u','TransactItems':[{'Put':{'TableName':'two','Item':{'p':{'S':'n'}}}},{'Delete':{'TableName':'tab','Key':{'p':{'S':'c'},'r':{'S':'1'}}}}]}", true, NULL},
    {"DeleteItem", "{'TableName':'tab','Key':{'p':{'S':'f'},'r':{'S':'1'}}}", true, NULL},
};

static void open_day(service *s) {
  items_table(s, "tab", "p S HASH, r S RANGE", GSI_LSI, NULL);
  items_table(s, "two", "p S HASH", NULL);
  GIVES(s, "UpdateTimeToLive", "'Enabled':true", "{'TableName':'tab','TimeToLiveSpecification':{'Enabled':true,'AttributeName':'due'}}");
}

/* True where a call may have failed though its write was made: in the test store, which asks the store below whether it
 * was; or for an answer that holds more than the operation's bare output. */
static bool may_fail_late(const struct step *step) { return is_faulty || strstr(step->request, "'Return") != NULL; }

/* Fails the n-th allocation for every n until there are fewer; what is there must be what was there, until all is done. */
static void step_through(service *s, const struct step *step) {
  char text[200], *json = strdup(items_text("%s", step->request));
  char *before = state_of(s);
  for (long n = 1;; n++) {
    allocations = 0;
    failing_from = n;
    if (by_piece) cyn_i_arena_hook = fail_in_turn;
    else if (!by_limit) cyn_i_alloc_hook = fail_in_turn;
    cyn_status status = try_call(s->engine, &s->context, step->operation, json, by_limit ? 400 + (size_t)n * 40 : 0, text);
    cyn_i_alloc_hook = cyn_i_arena_hook = NULL;
    bool was_hit = by_limit ? strcmp(text, "out of memory") == 0 : allocations >= n;
    bool refused = step->refused != NULL && strstr(text, step->refused) != NULL;
    if (status != CYN_OK && !refused && (!was_hit || status == CYN_E_INTERNAL || strcmp(text, "out of memory") != 0))
      test_failed(__FILE__, __LINE__, "%s %.200s, allocation %ld: %s", step->operation, step->request, n, text);
    char *after = state_of(s);
    bool changed = strcmp(before, after) != 0;
    bool is_late = changed && status == CYN_E_OUT_OF_MEMORY && step->writes && may_fail_late(step);
    if (changed && !is_late && (status != CYN_OK || !step->writes))
      test_failed(__FILE__, __LINE__, "%s %.200s, allocation %ld: %s\n%s\nbecame\n%s", step->operation, step->request, n, text, before, after);
    free(after);
    if (is_late) break;
    if (status == CYN_OK && step->refused == NULL) { /* with one allocation failed (a cache can do without) or none */
      CHECK(changed == step->writes);
      break;
    }
    if (!was_hit) {
      CHECK(refused);
      break;
    }
    if (test_current_failed() || n > 3000) break;
  }
  free(before);
  free(json);
}

static void a_day(service *s) {
  open_day(s);
  for (size_t i = 0; i < sizeof day / sizeof day[0] && !test_current_failed(); i++) step_through(s, &day[i]);
  crowd_check_indexes(s, "tab");
  crowd_check_indexes(s, "two");
}

TEST(one_allocation_fails) {
  fails_on = false;
  (void)items_run_over(ITEMS_MEMORY, 0, a_day);
  (void)items_run_over(ITEMS_FILE, 0, a_day);
}
TEST(the_arena_has_a_limit) {
  by_limit = true;
  (void)items_run_over(ITEMS_MEMORY, 0, a_day);
  by_limit = false;
}
TEST(a_piece_of_an_arena_fails) {
  by_piece = true;
  fails_on = false;
  (void)items_run_over(ITEMS_MEMORY, 0, a_day);
  by_piece = false;
}
TEST(all_from_one_on_fail) {
  fails_on = true;
  (void)items_run_over(ITEMS_MEMORY, 0, a_day);
  (void)items_run_over(ITEMS_FILE, 0, a_day);
}
TEST(allocations_fail_over_the_test_store) {
  is_faulty = true;
  for (int i = 0; i < items_seed_count(); i++) {
    fails_on = i % 2 != 0;
    (void)items_run_over(ITEMS_FAULTY, (uint64_t)i + 1, a_day);
  }
  is_faulty = false;
}

/* The first calls of an engine, which open views and fill caches. */
TEST(a_cold_engine) {
  for (int mode = 0; mode < 2; mode++)
    for (long n = 1; n < 400 && !test_current_failed(); n++) {
      service s;
      char text[200];
      REQUIRE(service_open(&s, NULL));
      fails_on = mode != 0;
      allocations = 0;
      failing_from = n;
      cyn_i_alloc_hook = fail_in_turn;
      cyn_status status = try_call(s.engine, &s.context, "PutItem", "{\"TableName\":\"none\",\"Item\":{\"p\":{\"S\":\"a\"}}}", 0, text);
      cyn_i_alloc_hook = NULL;
      bool was_hit = allocations >= n;
      CHECK(status == CYN_E_RESOURCE_NOT_FOUND || (was_hit && strcmp(text, "out of memory") == 0));
      GIVES(&s, "Scan", "ResourceNotFoundException", "{'TableName':'none'}");
      service_close(&s);
      if (!was_hit) break;
    }
}

/* The engine itself. */
TEST(opening) {
  for (long n = 1; n < 20; n++) {
    cyn_i_store_options store_options = {0};
    cyn_i_engine_options options = {0};
    cyn_i_clock clock = {0};
    cyn_i_store *store;
    cyn_i_engine *engine = NULL;
    options.clock = &clock;
    REQUIRE(cyn_i_store_lmdb_open(&store_options, &store, NULL) == CYN_OK);
    fails_on = false;
    allocations = 0;
    failing_from = n;
    cyn_i_alloc_hook = fail_in_turn;
    cyn_status status = cyn_i_engine_new(store, &options, &engine, NULL);
    cyn_i_alloc_hook = NULL;
    bool was_hit = allocations >= n;
    CHECK(was_hit == (status != CYN_OK) && was_hit == (engine == NULL));
    if (engine == NULL)
      cyn_i_store_close(store);
    else
      cyn_i_engine_destroy(engine);
    if (!was_hit) break;
  }
}
