/* cyn_time, <cynamo/model_types.h>: UTC times in microseconds and the 31 characters that PynamoDB writes, so that a table
 * may be shared with it. Days and dates by Howard Hinnant's formulas over eras of 400 years; no time zone of the C library
 * is asked. */
#include "model/time.h"

#include "base/clock.h"

#define US_PER_SECOND INT64_C(1000000)
#define SECONDS_PER_DAY INT64_C(86400)
#define US_MIN (INT64_C(-62135596800) * US_PER_SECOND)               /* 0001-01-01T00:00:00 */
#define US_MAX (INT64_C(253402300800) * US_PER_SECOND - 1)           /* 9999-12-31T23:59:59.999999 */

static int64_t days_from_date(int64_t year, unsigned month, unsigned day) {
  year -= month <= 2;
  int64_t era = year / 400; /* a year of the Common Era, as all here */
  unsigned year_of_era = (unsigned)(year - era * 400);
  unsigned day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + (int64_t)day_of_era - 719468;
}

static void date_from_days(int64_t days, unsigned *year, unsigned *month, unsigned *day) {
  days += 719468;
  int64_t era = days / 146097;
  unsigned day_of_era = (unsigned)(days - era * 146097);
  unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  unsigned shifted = (5 * day_of_year + 2) / 153;
  *day = day_of_year - (153 * shifted + 2) / 5 + 1;
  *month = shifted < 10 ? shifted + 3 : shifted - 9;
  *year = (unsigned)((int64_t)year_of_era + era * 400 + (*month <= 2));
}

static void put_digits(char *out, unsigned value, int width) {
  for (int i = width - 1; i >= 0; i--) {
    out[i] = (char)('0' + value % 10);
    value /= 10;
  }
}

bool cyn_i_time_format(int64_t us, char out[CYN_TIME_TEXT_LENGTH]) {
  if (us < US_MIN || us > US_MAX) return false;
  int64_t seconds = us / US_PER_SECOND;
  if (us % US_PER_SECOND < 0) seconds--;
  int64_t days = seconds / SECONDS_PER_DAY;
  if (seconds % SECONDS_PER_DAY < 0) days--;
  unsigned rest = (unsigned)(seconds - days * SECONDS_PER_DAY);
  unsigned year, month, day;
  date_from_days(days, &year, &month, &day);
  memcpy(out, "0000-00-00T00:00:00.000000+0000", CYN_TIME_TEXT_LENGTH);
  put_digits(out, year, 4);
  put_digits(out + 5, month, 2);
  put_digits(out + 8, day, 2);
  put_digits(out + 11, rest / 3600, 2);
  put_digits(out + 14, rest / 60 % 60, 2);
  put_digits(out + 17, rest % 60, 2);
  put_digits(out + 20, (unsigned)(us - seconds * US_PER_SECOND), 6);
  return true;
}

/* `width` digits at *at, which moves on; -1 when there are none. */
static int take_digits(const char **at, const char *end, int width) {
  int value = 0;
  if (end - *at < width) return -1;
  for (int i = 0; i < width; i++) {
    char c = (*at)[i];
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  *at += width;
  return value;
}

static bool take(const char **at, const char *end, char c) {
  if (*at == end || **at != c) return false;
  (*at)++;
  return true;
}

static bool is_zone(const char *at, const char *end) {
  size_t size = (size_t)(end - at);
  return (size == 1 && at[0] == 'Z') || (size == 5 && memcmp(at, "+0000", 5) == 0) ||
         (size == 6 && memcmp(at, "+00:00", 6) == 0);
}

static unsigned days_of_month(int year, int month) {
  static const uint8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : days[month - 1];
}

bool cyn_i_time_parse(cyn_bytes text, int64_t *us) {
  const char *at = text.data, *end = at + text.size;
  int year = take_digits(&at, end, 4);
  if (year < 1 || !take(&at, end, '-')) return false;
  int month = take_digits(&at, end, 2);
  if (month < 1 || month > 12 || !take(&at, end, '-')) return false;
  int day = take_digits(&at, end, 2);
  if (day < 1 || (unsigned)day > days_of_month(year, month) || !take(&at, end, 'T')) return false;
  int hour = take_digits(&at, end, 2);
  if (hour < 0 || hour > 23 || !take(&at, end, ':')) return false;
  int minute = take_digits(&at, end, 2);
  if (minute < 0 || minute > 59 || !take(&at, end, ':')) return false;
  int second = take_digits(&at, end, 2);
  if (second < 0 || second > 59) return false;
  int64_t fraction = 0;
  if (take(&at, end, '.')) {
    int64_t unit = US_PER_SECOND;
    for (; at != end && *at >= '0' && *at <= '9' && unit > 1; at++) fraction += (*at - '0') * (unit /= 10);
  }
  if (!is_zone(at, end)) return false;
  int64_t days = days_from_date(year, (unsigned)month, (unsigned)day);
  *us = (days * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second) * US_PER_SECOND + fraction;
  return true;
}

cyn_time cyn_time_now(void) {
  cyn_time out = {true, cyn_i_clock_now_ms(NULL) * 1000};
  return out;
}

cyn_time cyn_time_from_seconds(int64_t seconds) {
  cyn_time out = {true, 0};
  if (seconds > US_MAX / US_PER_SECOND)
    out.us = US_MAX;
  else if (seconds < US_MIN / US_PER_SECOND)
    out.us = US_MIN;
  else
    out.us = seconds * US_PER_SECOND;
  return out;
}

int64_t cyn_time_seconds(cyn_time time) {
  if (!time.is_set) return 0;
  int64_t seconds = time.us / US_PER_SECOND;
  return time.us % US_PER_SECOND < 0 ? seconds - 1 : seconds;
}

cyn_time cyn_time_after(int64_t seconds) {
  int64_t now = cyn_time_seconds(cyn_time_now());
  int64_t sum;
  if (__builtin_add_overflow(now, seconds, &sum)) sum = seconds;
  return cyn_time_from_seconds(sum);
}

bool cyn_time_parse(const char *text, cyn_time *out) {
  *out = (cyn_time){false, 0};
  out->is_set = cyn_i_time_parse(cyn_str(text), &out->us);
  return out->is_set;
}

size_t cyn_time_text(cyn_time time, char out[CYN_TIME_TEXT_SIZE]) {
  size_t size = time.is_set && cyn_i_time_format(time.us, out) ? CYN_TIME_TEXT_LENGTH : 0;
  out[size] = '\0';
  return size;
}
