/* The thread: starts, is woken by changes, sweeps by itself, ends. */
#include <time.h>

#include "base/clock.h"
#include "jobs/workplace.h"

/* Until the answer has the part, for at most five seconds. */
static bool comes(workplace *w, const char *operation, const char *json, const char *part) {
  uint64_t end = cyn_i_clock_monotonic_ns() + UINT64_C(5000000000);
  while (cyn_i_clock_monotonic_ns() < end) {
    if (strstr(service_call(&w->s, operation, json), part) != NULL) return true;
    struct timespec moment = {0, 1000000};
    (void)nanosleep(&moment, NULL);
  }
  return false;
}

TEST(starts_and_stops) {
  workplace w;
  REQUIRE(workplace_open(&w, NULL, 1000));
  workplace_close(&w);
  REQUIRE(workplace_open(&w, NULL, 0));
  workplace_close(&w);
  cyn_i_jobs_stop(NULL);
}

TEST(a_new_index_is_active_soon) {
  for (int64_t interval = 0; interval <= 60000; interval += 60000) {
    workplace w;
    REQUIRE(workplace_open(&w, NULL, interval));
    service_simple_table(&w.s, "abc");
    for (int i = 0; i < 10; i++) workplace_put(&w, i, ",\"a\":{\"S\":\"x\"}");
    HAS(&w.s, "UpdateTable",
        "{\"TableName\":\"abc\",\"AttributeDefinitions\":[{\"AttributeName\":\"a\",\"AttributeType\":\"S\"}],"
        "\"GlobalSecondaryIndexUpdates\":[{\"Create\":{\"IndexName\":\"gsi\",\"KeySchema\":[{\"AttributeName\":\"a\","
        "\"KeyType\":\"HASH\"}],\"Projection\":{\"ProjectionType\":\"ALL\"}}}]}",
        "\"IndexStatus\":\"CREATING\"");
    CHECK(comes(&w, "DescribeTable", "{\"TableName\":\"abc\"}", "\"IndexStatus\":\"ACTIVE\""));
    workplace_close(&w);
  }
}

TEST(expired_items_go_by_themselves) {
  workplace w;
  REQUIRE(workplace_open(&w, NULL, 20));
  service_simple_table(&w.s, "abc");
  HAS(&w.s, "UpdateTimeToLive",
      "{\"TableName\":\"abc\",\"TimeToLiveSpecification\":{\"Enabled\":true,\"AttributeName\":\"due\"}}", "true");
  workplace_put(&w, 1, ",\"due\":{\"N\":\"1789999000\"}");
  CHECK(comes(&w, "Scan", "{\"TableName\":\"abc\"}", "\"Count\":0"));
  workplace_close(&w);
}

/* The thread fills an index while a client writes to the table. */
TEST(fills_beside_writes) {
  workplace w;
  REQUIRE(workplace_open(&w, NULL, 1000));
  service_simple_table(&w.s, "abc");
  for (int i = 0; i < 2000; i++) workplace_put(&w, i, ",\"a\":{\"S\":\"x\"}");
  HAS(&w.s, "UpdateTable",
      "{\"TableName\":\"abc\",\"AttributeDefinitions\":[{\"AttributeName\":\"a\",\"AttributeType\":\"S\"}],"
      "\"GlobalSecondaryIndexUpdates\":[{\"Create\":{\"IndexName\":\"gsi\",\"KeySchema\":[{\"AttributeName\":\"a\","
      "\"KeyType\":\"HASH\"}],\"Projection\":{\"ProjectionType\":\"KEYS_ONLY\"}}}]}",
      "\"IndexStatus\":\"CREATING\"");
  for (int i = 0; i < 2000; i++) workplace_put(&w, i, i % 2 != 0 ? ",\"a\":{\"S\":\"x\"},\"n\":{\"N\":\"1\"}" : "");
  CHECK(comes(&w, "DescribeTable", "{\"TableName\":\"abc\"}", "\"IndexStatus\":\"ACTIVE\""));
  HAS(&w.s, "Query",
      "{\"TableName\":\"abc\",\"IndexName\":\"gsi\",\"KeyConditionExpression\":\"a = :a\",\"Select\":\"COUNT\","
      "\"ExpressionAttributeValues\":{\":a\":{\"S\":\"x\"}}}",
      "\"Count\":1000,");
  workplace_close(&w);
}
