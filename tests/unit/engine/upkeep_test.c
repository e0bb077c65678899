/* The engine's second door: calls that come too late change nothing. */
#include "engine/upkeep.h"

#include "service.h"

static cyn_i_upkeep_place abc(void) {
  return (cyn_i_upkeep_place){cyn_str("000000000000"), cyn_str("us-east-1"), cyn_str("abc")};
}

TEST(too_late_is_no_harm) {
  service s;
  REQUIRE(service_open(&s, NULL));
  cyn_i_upkeep_place place = abc();
  uint64_t guard = cyn_i_store_guard(cyn_i_engine_store(s.engine));
  bool wanted = true;
  CHECK_INT(cyn_i_upkeep_settle(s.engine, &place, &s.arena, NULL), CYN_OK);
  CHECK_INT(cyn_i_upkeep_filled(s.engine, &place, 64, &s.arena, NULL), CYN_OK);
  CHECK_INT(cyn_i_upkeep_fill(s.engine, &place, 64, NULL, 0, &s.arena, &wanted, NULL), CYN_OK);
  CHECK(!wanted);
  CHECK_INT(cyn_i_store_guard(cyn_i_engine_store(s.engine)), guard);
  service_simple_table(&s, "abc");
  guard = cyn_i_store_guard(cyn_i_engine_store(s.engine));
  CHECK_INT(cyn_i_upkeep_settle(s.engine, &place, &s.arena, NULL), CYN_OK);
  CHECK_INT(cyn_i_upkeep_filled(s.engine, &place, 64, &s.arena, NULL), CYN_OK);
  CHECK_INT(cyn_i_upkeep_fill(s.engine, &place, 64, NULL, 0, &s.arena, &wanted, NULL), CYN_OK);
  CHECK(!wanted);
  CHECK_INT(cyn_i_store_guard(cyn_i_engine_store(s.engine)), guard);
  service_close(&s);
}

static int woken;
static void count_wake(void *user) { woken += *(int *)user; }

TEST(control_writes_wake) {
  service s;
  int one = 1;
  REQUIRE(service_open(&s, NULL));
  woken = 0;
  cyn_i_upkeep_set_wake(s.engine, count_wake, &one);
  service_simple_table(&s, "abc");
  CHECK_INT(woken, 1);
  HAS(&s, "DescribeTable", "{\"TableName\":\"abc\"}", "abc");
  HAS(&s, "DeleteTable", "{\"TableName\":\"xyz\"}", "ResourceNotFoundException");
  CHECK_INT(woken, 1);
  service_close(&s);
}

TEST(entries_that_nobody_wrote_are_left_alone) {
  service s;
  REQUIRE(service_open(&s, NULL));
  cyn_i_table table = {.space = 64, .ttl_space = 65};
  bool deleted = true;
  CHECK_INT(cyn_i_upkeep_expire(s.engine, &table, cyn_str("short"), &s.arena, &deleted, NULL), CYN_OK);
  CHECK(!deleted);
  const char lies[17] = {[16] = (char)200};
  CHECK_INT(cyn_i_upkeep_expire(s.engine, &table, (cyn_bytes){lies, 17}, &s.arena, &deleted, NULL), CYN_OK);
  CHECK(!cyn_i_upkeep_token_is_over((cyn_bytes){"", 0}, 1));
  CHECK_INT(cyn_i_upkeep_entry_size((cyn_bytes){"abc", 3}), 0);
  service_close(&s);
}
