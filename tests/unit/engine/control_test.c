/* Control writes under trouble: a store that conflicts, decides again and scribbles; memory that runs out; many threads
 * that want the same name. */
#include <pthread.h>

#include "base/alloc.h"
#include "service.h"

#define CREATE                                                                                                         \
  "{\"TableName\":\"abc\",\"AttributeDefinitions\":[{\"AttributeName\":\"p\",\"AttributeType\":\"S\"},"                \
  "{\"AttributeName\":\"g\",\"AttributeType\":\"S\"}],\"KeySchema\":[{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"}]," \
  "\"GlobalSecondaryIndexes\":[{\"IndexName\":\"gsi\",\"KeySchema\":[{\"AttributeName\":\"g\",\"KeyType\":\"HASH\"}]," \
  "\"Projection\":{\"ProjectionType\":\"ALL\"}}],\"BillingMode\":\"PAY_PER_REQUEST\"}"
#define ARN "\"ResourceArn\":\"arn:aws:dynamodb:us-east-1:000000000000:table/abc\""

static void live_a_life(service *s) {
  HAS(s, "CreateTable", CREATE, "CREATING");
  HAS(s, "CreateTable", CREATE, "ResourceInUseException: Table already exists: abc");
  ANSWERS(s, "TagResource", "{" ARN ",\"Tags\":[{\"Key\":\"a\",\"Value\":\"1\"}]}", "{}");
  HAS(s, "UpdateTable", "{\"TableName\":\"abc\",\"DeletionProtectionEnabled\":true}",
      "\"DeletionProtectionEnabled\":true");
  HAS(s, "DeleteTable", "{\"TableName\":\"abc\"}", "protected against deletion");
  HAS(s, "UpdateTable", "{\"TableName\":\"abc\",\"DeletionProtectionEnabled\":false}",
      "\"DeletionProtectionEnabled\":false");
  HAS(s, "UpdateTable",
      "{\"TableName\":\"abc\",\"AttributeDefinitions\":[{\"AttributeName\":\"h\",\"AttributeType\":\"S\"}],"
      "\"GlobalSecondaryIndexUpdates\":[{\"Create\":{\"IndexName\":\"gs2\",\"KeySchema\":[{\"AttributeName\":\"h\","
      "\"KeyType\":\"HASH\"}],\"Projection\":{\"ProjectionType\":\"ALL\"}}}]}",
      "gs2");
  HAS(s, "UpdateTable",
      "{\"TableName\":\"abc\",\"GlobalSecondaryIndexUpdates\":[{\"Delete\":{\"IndexName\":\"gs2\"}}]}", "DELETING");
  HAS(s, "UpdateTimeToLive",
      "{\"TableName\":\"abc\",\"TimeToLiveSpecification\":{\"Enabled\":true,\"AttributeName\":\"due\"}}", "true");
  ANSWERS(s, "ListTagsOfResource", "{" ARN "}", "{\"Tags\":[{\"Key\":\"a\",\"Value\":\"1\"}]}");
  HAS(s, "DeleteTable", "{\"TableName\":\"abc\"}", "DELETING");
  ANSWERS(s, "ListTables", "{}", "{\"TableNames\":[]}");
}

TEST(whatever_the_store_does_in_between) {
  for (uint64_t seed = 1; seed <= 40; seed++) {
    service s;
    cyn_i_store_options options = {0};
    cyn_i_store *inner, *store;
    REQUIRE(cyn_i_store_lmdb_open(&options, &inner, NULL) == CYN_OK);
    REQUIRE(cyn_i_store_faulty_open(inner, seed, &store, NULL) == CYN_OK);
    REQUIRE(service_open_over(&s, store, NULL));
    live_a_life(&s);
    live_a_life(&s);
    service_close(&s);
    if (test_current_failed()) {
      test_failed(__FILE__, __LINE__, "seed %llu", (unsigned long long)seed);
      return;
    }
  }
}

/* ---- memory ---- */

static int allocations_left = -1;
static int fail_when_used_up(size_t size) {
  (void)size;
  return allocations_left >= 0 && allocations_left-- == 0;
}

static void fail_each(const char *operation, const char *json, const char *before, const char *before_json) {
  for (int n = 0; n < 400; n++) {
    service s;
    REQUIRE(service_open(&s, NULL));
    if (before != NULL) (void)service_call(&s, before, before_json);
    /* a fresh arena, so that the call has to ask for memory */
    cyn_i_arena_clean_up(&s.arena);
    cyn_i_arena_init(&s.arena, 256);
    allocations_left = n;
    cyn_i_alloc_hook = fail_when_used_up;
    const cyn_i_operation *found = cyn_i_operation_find(cyn_str(operation), false);
    cyn_error error = CYN_ERROR_INIT;
    void *input = NULL;
    cyn_status status = cyn_i_api_decode(found->input, cyn_str(json), &s.arena, &input, &error);
    cyn_i_call call = {.operation = found, .context = &s.context, .input = input, .arena = &s.arena, .error = &error};
    if (status == CYN_OK) {
      cyn_i_engine_call(s.engine, &call);
      status = call.status;
    }
    bool was_used_up = allocations_left < 0;
    allocations_left = -1;
    cyn_i_alloc_hook = NULL;
    if (status == CYN_OK && call.output == NULL) test_failed(__FILE__, __LINE__, "%s at %d: no output", operation, n);
    if (status != CYN_OK && status != error.status) test_failed(__FILE__, __LINE__, "%s at %d: no error", operation, n);
    cyn_error_clean_up(&error);
    /* the engine still works, and what failed was not done by half */
    (void)service_has(&s, "DescribeLimits", "{}", "80000");
    service_close(&s);
    if (!was_used_up) return;
  }
  test_failed(__FILE__, __LINE__, "%s never ended", operation);
}

TEST(every_allocation_may_fail) {
  fail_each("CreateTable", CREATE, NULL, NULL);
  fail_each("DescribeTable", "{\"TableName\":\"abc\"}", "CreateTable", CREATE);
  fail_each("ListTables", "{}", "CreateTable", CREATE);
  fail_each("DeleteTable", "{\"TableName\":\"abc\"}", "CreateTable", CREATE);
  fail_each("UpdateTable", "{\"TableName\":\"abc\",\"DeletionProtectionEnabled\":true}", "CreateTable", CREATE);
  fail_each("TagResource", "{" ARN ",\"Tags\":[{\"Key\":\"a\",\"Value\":\"1\"}]}", "CreateTable", CREATE);
  fail_each("UpdateTimeToLive",
            "{\"TableName\":\"abc\",\"TimeToLiveSpecification\":{\"Enabled\":true,\"AttributeName\":\"due\"}}",
            "CreateTable", CREATE);
}

/* ---- threads ---- */

typedef struct racer {
  cyn_i_engine *engine;
  pthread_t thread;
  int created, existed;
} racer;

static void *race(void *user) {
  racer *own = user;
  service s = {.engine = own->engine, .context = {cyn_str("000000000000"), cyn_str("us-east-1"), {NULL, 0}}};
  cyn_i_arena_init(&s.arena, 0);
  for (int i = 0; i < 20; i++) {
    char json[600];
    (void)snprintf(
        json, sizeof json,
        "{\"TableName\":\"race%d\",\"AttributeDefinitions\":[{\"AttributeName\":\"p\",\"AttributeType\":\"S\"}],"
        "\"KeySchema\":[{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"}],\"BillingMode\":\"PAY_PER_REQUEST\"}",
        i);
    const char *answer = service_call(&s, "CreateTable", json);
    own->created += strstr(answer, "CREATING") != NULL;
    own->existed += strstr(answer, "ResourceInUseException") != NULL;
  }
  cyn_i_arena_clean_up(&s.arena);
  free(s.last);
  return NULL;
}

TEST(a_name_is_given_once) {
  service s;
  REQUIRE(service_open(&s, NULL));
  racer racers[4] = {0};
  int created = 0, existed = 0;
  for (int i = 0; i < 4; i++) {
    racers[i].engine = s.engine;
    REQUIRE(pthread_create(&racers[i].thread, NULL, race, &racers[i]) == 0);
  }
  for (int i = 0; i < 4; i++) {
    (void)pthread_join(racers[i].thread, NULL);
    created += racers[i].created;
    existed += racers[i].existed;
  }
  CHECK_INT(created, 20);
  CHECK_INT(existed, 60);
  service_close(&s);
}
