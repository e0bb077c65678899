/* Spaces that nobody names any more are emptied, and their counters with them. */
#include "jobs/workplace.h"

TEST(a_deleted_table_leaves_nothing) {
  workplace w;
  REQUIRE(workplace_open(&w, NULL, -1));
  service_simple_table(&w.s, "abc");
  HAS(&w.s, "DeleteTable", "{\"TableName\":\"abc\"}", "DELETING");
  (void)workplace_run(&w);
  uint64_t before = workplace_entries(&w);
  service_simple_table(&w.s, "abc");
  for (int i = 0; i < 500; i++) workplace_put(&w, i, "");
  CHECK(workplace_entries(&w) > before + 500);
  HAS(&w.s, "DeleteTable", "{\"TableName\":\"abc\"}", "DELETING");
  CHECK(workplace_entries(&w) > before + 500);
  (void)workplace_run(&w);
  CHECK_INT(workplace_entries(&w), before);
  workplace_close(&w);
}

TEST(so_does_one_whose_deletion_took_its_time) {
  workplace w;
  cyn_i_engine_options options = {.delete_table_delay_ms = 500};
  REQUIRE(workplace_open(&w, &options, -1));
  service_simple_table(&w.s, "xyz"); /* the sequence is there from then on */
  (void)workplace_run(&w);
  uint64_t before = workplace_entries(&w);
  service_simple_table(&w.s, "abc");
  for (int i = 0; i < 20; i++) workplace_put(&w, i, "");
  HAS(&w.s, "DeleteTable", "{\"TableName\":\"abc\"}", "DELETING");
  (void)workplace_run(&w);
  CHECK(workplace_entries(&w) > before + 20);
  service_later(&w.s, 500);
  (void)workplace_run(&w);
  CHECK_INT(workplace_entries(&w), before);
  ANSWERS(&w.s, "ListTables", "{}", "{\"TableNames\":[\"xyz\"]}");
  workplace_close(&w);
}

TEST(an_index_that_is_dropped) {
  workplace w;
  REQUIRE(workplace_open(&w, NULL, -1));
  service_simple_table(&w.s, "abc");
  for (int i = 0; i < 50; i++) workplace_put(&w, i, ",\"a\":{\"S\":\"x\"}");
  (void)workplace_run(&w);
  uint64_t before = workplace_entries(&w);
  HAS(&w.s, "UpdateTable",
      "{\"TableName\":\"abc\",\"AttributeDefinitions\":[{\"AttributeName\":\"a\",\"AttributeType\":\"S\"}],"
      "\"GlobalSecondaryIndexUpdates\":[{\"Create\":{\"IndexName\":\"gsi\",\"KeySchema\":[{\"AttributeName\":\"a\","
      "\"KeyType\":\"HASH\"}],\"Projection\":{\"ProjectionType\":\"ALL\"}}}]}",
      "CREATING");
  (void)workplace_run(&w);
  CHECK(workplace_entries(&w) >= before + 50);
  HAS(&w.s, "UpdateTable",
      "{\"TableName\":\"abc\",\"GlobalSecondaryIndexUpdates\":[{\"Delete\":{\"IndexName\":\"gsi\"}}]}", "DELETING");
  (void)workplace_run(&w);
  CHECK_INT(workplace_entries(&w), before);
  workplace_close(&w);
}
