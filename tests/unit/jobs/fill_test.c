/* Indexes that are created on a table with items, TTL that is switched on for one. */
#include "jobs/workplace.h"

#define CREATE_INDEX                                                                                             \
  "{\"TableName\":\"abc\",\"AttributeDefinitions\":[{\"AttributeName\":\"a\",\"AttributeType\":\"S\"}],"         \
  "\"GlobalSecondaryIndexUpdates\":[{\"Create\":{\"IndexName\":\"gsi\",\"KeySchema\":[{\"AttributeName\":\"a\"," \
  "\"KeyType\":\"HASH\"}],\"Projection\":{\"ProjectionType\":\"ALL\"}}}]}"
#define QUERY                                                                                                \
  "{\"TableName\":\"abc\",\"IndexName\":\"gsi\",\"KeyConditionExpression\":\"a = :a\",\"Select\":\"COUNT\"," \
  "\"ExpressionAttributeValues\":{\":a\":{\"S\":\"x\"}}}"

TEST(an_index_gets_the_items_that_were_there) {
  workplace w;
  REQUIRE(workplace_open(&w, NULL, -1));
  service_simple_table(&w.s, "abc");
  for (int i = 0; i < 700; i++) workplace_put(&w, i, i % 7 == 0 ? "" : ",\"a\":{\"S\":\"x\"}");
  HAS(&w.s, "UpdateTable", CREATE_INDEX, "\"IndexStatus\":\"CREATING\"");
  (void)workplace_run(&w);
  HAS(&w.s, "DescribeTable", "{\"TableName\":\"abc\"}", "\"IndexStatus\":\"ACTIVE\"");
  HAS(&w.s, "Query", QUERY, "\"Count\":600,");
  HAS(&w.s, "DescribeTable", "{\"TableName\":\"abc\"}", "\"ItemCount\":600");
  workplace_close(&w);
}

/* Counters of an index must come out right whatever was written before the walk came by. */
TEST(writes_before_the_walk_are_counted_once) {
  workplace w;
  REQUIRE(workplace_open(&w, NULL, -1));
  service_simple_table(&w.s, "abc");
  for (int i = 0; i < 30; i++) workplace_put(&w, i, ",\"a\":{\"S\":\"x\"}");
  HAS(&w.s, "UpdateTable", CREATE_INDEX, "\"IndexStatus\":\"CREATING\"");
  for (int i = 0; i < 10; i++) workplace_put(&w, i, ",\"a\":{\"S\":\"x\"},\"n\":{\"S\":\"changed\"}");
  for (int i = 40; i < 45; i++) workplace_put(&w, i, ",\"a\":{\"S\":\"x\"}");
  ANSWERS(&w.s, "DeleteItem", "{\"TableName\":\"abc\",\"Key\":{\"p\":{\"S\":\"item20\"}}}", "{}");
  (void)workplace_run(&w);
  HAS(&w.s, "Query", QUERY, "\"Count\":34,");
  const char *answer = service_call(&w.s, "DescribeTable", "{\"TableName\":\"abc\"}");
  const char *index = strstr(answer, "\"GlobalSecondaryIndexes\"");
  REQUIRE(index != NULL);
  CHECK(strstr(index, "\"ItemCount\":34") != NULL);
  workplace_close(&w);
}

TEST(an_index_waits_for_the_delay) {
  workplace w;
  cyn_i_engine_options options = {.update_table_delay_ms = 100};
  REQUIRE(workplace_open(&w, &options, -1));
  service_simple_table(&w.s, "abc");
  workplace_put(&w, 1, ",\"a\":{\"S\":\"x\"}");
  HAS(&w.s, "UpdateTable", CREATE_INDEX, "\"IndexStatus\":\"CREATING\"");
  (void)workplace_run(&w);
  HAS(&w.s, "DescribeTable", "{\"TableName\":\"abc\"}", "\"IndexStatus\":\"CREATING\",\"Backfilling\":false");
  service_later(&w.s, 100);
  (void)workplace_run(&w);
  HAS(&w.s, "DescribeTable", "{\"TableName\":\"abc\"}", "\"IndexStatus\":\"ACTIVE\"");
  workplace_close(&w);
}

TEST(ttl_finds_the_items_that_were_there) {
  workplace w;
  REQUIRE(workplace_open(&w, NULL, -1));
  service_simple_table(&w.s, "abc");
  for (int i = 0; i < 300; i++) workplace_put(&w, i, i % 2 == 0 ? ",\"due\":{\"N\":\"1789999999\"}" : "");
  HAS(&w.s, "UpdateTimeToLive",
      "{\"TableName\":\"abc\",\"TimeToLiveSpecification\":{\"Enabled\":true,\"AttributeName\":\"due\"}}", "true");
  (void)workplace_run(&w);
  HAS(&w.s, "Scan", "{\"TableName\":\"abc\",\"Select\":\"COUNT\"}", "\"Count\":150,");
  workplace_close(&w);
}

TEST(over_a_store_that_conflicts) {
  for (uint64_t seed = 1; seed <= 10; seed++) {
    workplace w;
    REQUIRE(workplace_open_faulty(&w, seed));
    service_simple_table(&w.s, "abc");
    for (int i = 0; i < 60; i++) workplace_put(&w, i, ",\"a\":{\"S\":\"x\"},\"due\":{\"N\":\"1789999999\"}");
    HAS(&w.s, "UpdateTable", CREATE_INDEX, "\"IndexStatus\":\"CREATING\"");
    (void)workplace_run(&w);
    HAS(&w.s, "Query", QUERY, "\"Count\":60,");
    HAS(&w.s, "UpdateTimeToLive",
        "{\"TableName\":\"abc\",\"TimeToLiveSpecification\":{\"Enabled\":true,\"AttributeName\":\"due\"}}", "true");
    (void)workplace_run(&w);
    HAS(&w.s, "Scan", "{\"TableName\":\"abc\",\"Select\":\"COUNT\"}", "\"Count\":0,");
    HAS(&w.s, "Query", QUERY, "\"Count\":0,");
    HAS(&w.s, "DeleteTable", "{\"TableName\":\"abc\"}", "DELETING");
    (void)workplace_run(&w);
    workplace_close(&w);
  }
}

/* The process ends between UpdateTable and the walk; the next one goes on. */
TEST(goes_on_after_a_restart) {
  char path[] = "/tmp/cynamo-fill-XXXXXX";
  REQUIRE(mkdtemp(path) != NULL);
  for (int round = 0; round < 2; round++) {
    workplace w;
    cyn_i_store *store;
    cyn_i_store_options options = {.path = cyn_str(path), .durability = CYN_DURABILITY_UNSAFE, .map_size_max = 1 << 26};
    REQUIRE(cyn_i_store_lmdb_open(&options, &store, NULL) == CYN_OK);
    REQUIRE(service_open_over(&w.s, store, NULL));
    REQUIRE(cyn_i_jobs_start(w.s.engine, -1, &w.jobs, NULL) == CYN_OK);
    if (round == 0) {
      service_simple_table(&w.s, "abc");
      for (int i = 0; i < 40; i++) workplace_put(&w, i, ",\"a\":{\"S\":\"x\"}");
      HAS(&w.s, "UpdateTable", CREATE_INDEX, "\"IndexStatus\":\"CREATING\"");
    } else {
      HAS(&w.s, "DescribeTable", "{\"TableName\":\"abc\"}", "\"IndexStatus\":\"CREATING\"");
      (void)workplace_run(&w);
      HAS(&w.s, "DescribeTable", "{\"TableName\":\"abc\"}", "\"IndexStatus\":\"ACTIVE\"");
      HAS(&w.s, "Query", QUERY, "\"Count\":40,");
    }
    workplace_close(&w);
  }
  char command[100];
  (void)snprintf(command, sizeof command, "rm -r %s", path);
  CHECK_INT(system(command), 0);
}
