/* Expired items go, from the table and its indexes; others stay. */
#include "jobs/workplace.h"

#define START 1790000000

static bool open_ttl(workplace *w, int64_t interval_ms) {
  if (!workplace_open(w, NULL, interval_ms)) return false;
  service_simple_table(&w->s, "abc");
  return service_has(&w->s, "UpdateTimeToLive",
                     "{\"TableName\":\"abc\",\"TimeToLiveSpecification\":{\"Enabled\":true,\"AttributeName\":\"due\"}}",
                     "true");
}

static void put_due(workplace *w, int number, long long due) {
  char rest[60];
  (void)snprintf(rest, sizeof rest, ",\"due\":{\"N\":\"%lld\"}", due);
  workplace_put(w, number, rest);
}

static void check_present(workplace *w, int number, bool expected) {
  char json[100];
  (void)snprintf(json, sizeof json, "{\"TableName\":\"abc\",\"Key\":{\"p\":{\"S\":\"item%d\"}}}", number);
  bool present = strcmp(service_call(&w->s, "GetItem", json), "{}") != 0;
  if (present != expected) test_failed(__FILE__, __LINE__, "item%d is %s", number, present ? "there" : "gone");
}

TEST(what_is_past_goes) {
  workplace w;
  REQUIRE(open_ttl(&w, -1));
  put_due(&w, 1, START - 10);
  put_due(&w, 2, START + 10);
  put_due(&w, 3, START - 6LL * 365 * 86400); /* more than five years: never deleted */
  workplace_put(&w, 4, ",\"due\":{\"S\":\"1\"}");
  workplace_put(&w, 5, "");
  (void)workplace_run(&w);
  check_present(&w, 1, false);
  for (int i = 2; i <= 5; i++) check_present(&w, i, true);
  service_later(&w.s, 11000);
  (void)workplace_run(&w);
  check_present(&w, 2, false);
  HAS(&w.s, "DescribeTable", "{\"TableName\":\"abc\"}", "\"ItemCount\":3");
  workplace_close(&w);
}

TEST(a_changed_time_counts) {
  workplace w;
  REQUIRE(open_ttl(&w, -1));
  put_due(&w, 1, START - 10);
  put_due(&w, 1, START + 100);
  put_due(&w, 2, START + 100);
  put_due(&w, 2, START - 10);
  (void)workplace_run(&w);
  check_present(&w, 1, true);
  check_present(&w, 2, false);
  workplace_close(&w);
}

TEST(many_at_once) {
  workplace w;
  REQUIRE(open_ttl(&w, -1));
  for (int i = 0; i < 5000; i++) put_due(&w, i, START - 100 - i);
  CHECK(workplace_run(&w) > 1);
  HAS(&w.s, "Scan", "{\"TableName\":\"abc\",\"Select\":\"COUNT\"}", "\"Count\":0,");
  workplace_close(&w);
}
