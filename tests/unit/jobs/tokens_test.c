/* Idempotency tokens are forgotten when their time is over. */
#include "jobs/workplace.h"

#define WRITE                                                                                                         \
  "{\"ClientRequestToken\":\"one\",\"TransactItems\":[{\"Put\":{\"TableName\":\"abc\",\"Item\":{\"p\":{\"S\":\"a\"}," \
  "\"n\":{\"S\":\"%s\"}}}}]}"

static const char *write_json(const char *value) {
  static char json[300];
  (void)snprintf(json, sizeof json, WRITE, value);
  return json;
}

TEST(old_tokens_go) {
  workplace w;
  REQUIRE(workplace_open(&w, NULL, -1));
  service_simple_table(&w.s, "abc");
  ANSWERS(&w.s, "TransactWriteItems", write_json("1"), "{}");
  uint64_t before = workplace_entries(&w);
  (void)workplace_run(&w);
  CHECK_INT(workplace_entries(&w), before);
  HAS(&w.s, "TransactWriteItems", write_json("2"), "IdempotentParameterMismatchException");
  service_later(&w.s, 11 * 60 * 1000);
  (void)workplace_run(&w);
  CHECK_INT(workplace_entries(&w), before - 1);
  ANSWERS(&w.s, "TransactWriteItems", write_json("2"), "{}");
  workplace_close(&w);
}

/* A clock that was set back does not keep old tokens for as long as it was ahead. */
TEST(a_clock_that_goes_back) {
  workplace w;
  REQUIRE(workplace_open(&w, NULL, -1));
  service_simple_table(&w.s, "abc");
  service_later(&w.s, 24 * 3600 * 1000);
  (void)workplace_run(&w); /* looked for them a day ahead */
  service_later(&w.s, -24 * 3600 * 1000);
  ANSWERS(&w.s, "TransactWriteItems", write_json("1"), "{}");
  uint64_t before = workplace_entries(&w);
  service_later(&w.s, 11 * 60 * 1000);
  (void)workplace_run(&w);
  CHECK_INT(workplace_entries(&w), before - 1);
  workplace_close(&w);
}
