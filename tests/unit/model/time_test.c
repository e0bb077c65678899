/* Times as text and back. */
#include <cynamo/cynamo.h>

#include "test.h"

TEST(text) {
  static const struct {
    int64_t us;
    const char *text;
  } cases[] = {
      {0, "1970-01-01T00:00:00.000000+0000"},
      {INT64_C(1795513270250000), "2026-11-24T09:41:10.250000+0000"},
      {-1, "1969-12-31T23:59:59.999999+0000"},
      {INT64_C(951782400000000), "2000-02-29T00:00:00.000000+0000"},
      {INT64_C(-62135596800000000), "0001-01-01T00:00:00.000000+0000"},
      {INT64_C(253402300799999999), "9999-12-31T23:59:59.999999+0000"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char text[CYN_TIME_TEXT_SIZE];
    cyn_time time = {true, cases[i].us}, back;
    CHECK_INT(cyn_time_text(time, text), 31);
    CHECK_STR(text, cases[i].text);
    CHECK(cyn_time_parse(text, &back));
    CHECK_INT(back.us, cases[i].us);
  }
  char text[CYN_TIME_TEXT_SIZE];
  CHECK_INT(cyn_time_text((cyn_time){false, 5}, text), 0);
  CHECK_STR(text, "");
  CHECK_INT(cyn_time_text((cyn_time){true, INT64_MAX}, text), 0);
  CHECK_INT(cyn_time_text((cyn_time){true, INT64_MIN}, text), 0);
}

TEST(every_day_of_four_centuries) {
  char text[CYN_TIME_TEXT_SIZE];
  cyn_time back;
  for (int64_t day = -150000; day < 150000; day += 7) {
    cyn_time time = cyn_time_from_seconds(day * 86400 + 4711);
    (void)cyn_time_text(time, text);
    CHECK(cyn_time_parse(text, &back) && back.us == time.us);
    if (test_current_failed()) return;
  }
}

TEST(other_forms) {
  cyn_time t;
  CHECK(cyn_time_parse("2026-11-24T09:41:10Z", &t) && t.us == INT64_C(1795513270000000));
  CHECK(cyn_time_parse("2026-11-24T09:41:10.5+00:00", &t) && t.us == INT64_C(1795513270500000));
  CHECK(cyn_time_parse("2026-11-24T09:41:10+0000", &t));
  static const char *const wrong[] = {"",
                                      "2026-11-24",
                                      "2026-11-24T09:41:10",
                                      "2026-11-24T09:41:10.250000+0100",
                                      "2026-13-24T09:41:10Z",
                                      "2026-02-29T09:41:10Z",
                                      "0000-01-01T00:00:00Z",
                                      "2026-11-24T24:00:00Z",
                                      "2026-11-24T09:60:10Z",
                                      "2026-11-24T09:41:60Z",
                                      "2026-11-24T09:41:10.1234567Z",
                                      "2026-11-24 09:41:10Z",
                                      "2026-11-24T09:41:10Zx"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    CHECK(!cyn_time_parse(wrong[i], &t));
    CHECK(!t.is_set);
  }
}

TEST(seconds) {
  CHECK_INT(cyn_time_seconds(cyn_time_from_seconds(-5)), -5);
  CHECK_INT(cyn_time_seconds((cyn_time){true, -1}), -1);
  CHECK_INT(cyn_time_seconds((cyn_time){false, 99}), 0);
  CHECK(cyn_time_from_seconds(INT64_MAX).us == INT64_C(253402300799999999));
  CHECK(cyn_time_after(100).us > cyn_time_now().us);
  CHECK(cyn_time_after(INT64_MAX).is_set);
}
