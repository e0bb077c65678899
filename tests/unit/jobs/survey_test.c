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
