#include "client/timestamp.h"

#include "test.h"

TEST(moments) {
  static const struct {
    const char *text;
    int64_t ms;
  } cases[] = {{"1970-01-01T00:00:00Z", 0},
               {"2026-01-31T12:34:56Z", 1769862896000},
               {"2099-01-01 00:00:00UTC", 4070908800000},
               {"2099-01-01T02:00:00+02:00", 4070908800000},
               {"2098-12-31T19:30:00-0430", 4070908800000},
               {"2000-02-29T00:00:00.2509Z", 951782400250},
               {"1969-12-31T23:59:59Z", -1000}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    int64_t ms = 7;
    CHECK(cyn_i_timestamp_parse(cyn_str(cases[i].text), &ms));
    CHECK_INT(ms, cases[i].ms);
  }
}

TEST(what_is_no_moment) {
  static const char *const texts[] = {"", "?", "2026-01-31", "2026-01-31T12:00:00", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
                                      "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
                                      "2026-01-01T00:00:60Z", "0000-01-01T00:00:00Z", "2026-01-01T00:00:00Zx", "2026-01-01T00:00:00+1",
                                      "2026-01-01T00:00:00+25:00", "2026-1-01T00:00:00Z", " 2026-01-01T00:00:00Z"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    int64_t ms;
    CHECK(!cyn_i_timestamp_parse(cyn_str(texts[i]), &ms));
  }
  int64_t ms;
  CHECK(!cyn_i_timestamp_parse(cyn_str(NULL), &ms));
}

TEST(there_and_back) {
  for (int64_t day = -20000; day < 80000; day += 37) {
    char text[21];
    int64_t ms = (day * 86400 + day % 86400) * 1000, back = 0;
    cyn_i_timestamp_format(ms, text);
    CHECK(cyn_i_timestamp_parse(cyn_str(text), &back));
    CHECK_INT(back, ms);
  }
}
