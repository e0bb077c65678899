/* A survey lists what there is to do and no more. */
#include "jobs/jobs_private.h"
#include "jobs/workplace.h"

static size_t count_work(workplace *w) {
  cyn_i_jobs_table *list = NULL;
  size_t count = 0;
  CHECK_INT(cyn_i_jobs_survey(w->jobs, &list, NULL), CYN_OK);
  for (; list != NULL; list = list->next) count++;
  return count;
}

TEST(tables_at_rest_are_no_work) {
  workplace w;
  REQUIRE(workplace_open(&w, NULL, -1));
  CHECK_INT(count_work(&w), 0);
  service_simple_table(&w.s, "abc");
  CHECK_INT(count_work(&w), 0);
  HAS(&w.s, "UpdateTimeToLive",
      "{\"TableName\":\"abc\",\"TimeToLiveSpecification\":{\"Enabled\":true,\"AttributeName\":\"due\"}}", "true");
  CHECK_INT(count_work(&w), 1);
  workplace_close(&w);
}

TEST(a_deletion_under_way_sets_the_time) {
  workplace w;
  cyn_i_engine_options options = {.delete_table_delay_ms = 500};
  REQUIRE(workplace_open(&w, &options, -1));
  service_simple_table(&w.s, "abc");
  HAS(&w.s, "DeleteTable", "{\"TableName\":\"abc\"}", "DELETING");
  CHECK_INT(count_work(&w), 0);
  CHECK_INT(w.jobs->due_ms, SERVICE_START_MS + 500);
  service_later(&w.s, 500);
  CHECK_INT(count_work(&w), 1);
  workplace_close(&w);
}

typedef struct planted {
  cyn_i_store_write write; /* first */
  cyn_i_store_put put;
} planted;
static cyn_i_decision plant(cyn_i_store_write *write, const cyn_bytes *values, bool guard_changed, cyn_i_store_effects *effects) {
  (void)values;
  (void)guard_changed;
  effects->puts = &((planted *)(void *)write)->put;
  effects->put_count = 1;
  effects->bump_guard = true;
  return CYN_DECISION_APPLY;
}
/* Puts a key into a space of the engine's own. */
static void put_past_the_engine(workplace *w, uint32_t space, const char *partition, cyn_bytes sort, const char *value) {
  planted own = {.put = {{space, 0, cyn_str(partition), sort}, cyn_str(value)}};
  own.write.decide = plant;
  own.write.arena = &w->s.arena;
  CHECK_INT(cyn_i_store_write_now(cyn_i_engine_store(w->s.engine), &own.write), CYN_OK);
}

/* What nobody could read stands still, and keeps nothing else from being done; `cynamo check` names it. */
TEST(damaged_entries_are_left_alone) {
  workplace w;
  REQUIRE(workplace_open(&w, NULL, -1));
  service_simple_table(&w.s, "abc");
  put_past_the_engine(&w, CYN_SPACE_CATALOG, "nonsense", cyn_str("xyz"), "no record");
  put_past_the_engine(&w, CYN_SPACE_TTL_TABLES, "no account and region", cyn_str("xyz"), "");
  put_past_the_engine(&w, CYN_SPACE_STREAMS, "nonsense", cyn_str("xyz"), "no stream");
  uint64_t before = workplace_entries(&w);
  CHECK_INT(count_work(&w), 0);
  (void)workplace_run(&w);
  CHECK_INT(workplace_entries(&w), before);
  put_past_the_engine(&w, CYN_SPACE_RECLAIM, "", cyn_str("a space?"), ""); /* names no space, and goes */
  put_past_the_engine(&w, CYN_SPACE_RECLAIM, "", (cyn_bytes){"\0\0\0\1", 4}, ""); /* nor is one of the engine's own emptied */
  (void)workplace_run(&w);
  CHECK_INT(workplace_entries(&w), before);
  ANSWERS(&w.s, "PutItem", "{\"TableName\":\"abc\",\"Item\":{\"p\":{\"S\":\"a\"}}}", "{}");
  workplace_close(&w);
}

/* A name in two Regions and two accounts is as many tables. */
TEST(tables_of_one_name) {
  workplace w;
  static const char *const ttl = "{\"TableName\":\"abc\",\"TimeToLiveSpecification\":{\"Enabled\":true,\"AttributeName\":\"due\"}}";
  REQUIRE(workplace_open(&w, NULL, -1));
  static const char *const places[][2] = {{"000000000000", "us-east-1"}, {"000000000000", "us-east-2"}, {"111111111111", "us-east-1"}};
  for (int i = 0; i < 3; i++) {
    w.s.context = (cyn_i_context){.account = cyn_str(places[i][0]), .region = cyn_str(places[i][1])};
    service_simple_table(&w.s, "abc");
    HAS(&w.s, "UpdateTimeToLive", ttl, "true");
    HAS(&w.s, "PutItem", "{\"TableName\":\"abc\",\"Item\":{\"p\":{\"S\":\"a\"},\"due\":{\"N\":\"1790000001\"}}}", "{}");
  }
  CHECK_INT(count_work(&w), 3);
  service_later(&w.s, 60 * 1000);
  (void)workplace_run(&w);
  for (int i = 0; i < 3; i++) {
    w.s.context = (cyn_i_context){.account = cyn_str(places[i][0]), .region = cyn_str(places[i][1])};
    ANSWERS(&w.s, "GetItem", "{\"TableName\":\"abc\",\"Key\":{\"p\":{\"S\":\"a\"}}}", "{}");
  }
  workplace_close(&w);
}

/* The next time that something is due is the nearest of several. */
TEST(several_deletions_under_way) {
  workplace w;
  cyn_i_engine_options options = {.delete_table_delay_ms = 500};
  REQUIRE(workplace_open(&w, &options, -1));
  static const char *const names[] = {"bbb", "aaa", "ccc"};
  char json[40];
  for (int i = 0; i < 3; i++) {
    service_simple_table(&w.s, names[i]);
    (void)snprintf(json, sizeof json, "{\"TableName\":\"%s\"}", names[i]);
    HAS(&w.s, "DeleteTable", json, "DELETING");
    service_later(&w.s, 100);
  }
  CHECK_INT(count_work(&w), 0);
  CHECK_INT(w.jobs->due_ms, SERVICE_START_MS + 500);
  service_later(&w.s, 200);
  CHECK_INT(count_work(&w), 1);
  workplace_close(&w);
}
