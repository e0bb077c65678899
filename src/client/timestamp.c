/* See timestamp.h. */
#include "client/timestamp.h"

#include <stdio.h>
#include <strings.h>

typedef struct scanner {
  const char *at, *end;
} scanner;

/* Exactly `count` digits. */
static bool take_number(scanner *s, int count, int *out) {
  *out = 0;
  if (s->end - s->at < count) return false;
  for (int i = 0; i < count; i++, s->at++) {
    if (*s->at < '0' || *s->at > '9') return false;
    *out = *out * 10 + (*s->at - '0');
  }
  return true;
}

static bool take_char(scanner *s, char c) {
  if (s->at == s->end || *s->at != c) return false;
  s->at++;
  return true;
}

/* Days from 1970-01-01 of the proleptic Gregorian calendar, counted in years that begin in March. */
static int64_t days_of(int year, int month, int day) {
  int64_t y = month <= 2 ? year - 1 : year;
  int64_t months = month <= 2 ? month + 9 : month - 3;
  return y * 365 + y / 4 - y / 100 + y / 400 + (153 * months + 2) / 5 + day - 1 - 719468;
}

/* Minutes east of Greenwich; all of the rest. */
static bool take_zone(scanner *s, int *minutes) {
  size_t left = (size_t)(s->end - s->at);
  *minutes = 0;
  if ((left == 1 && (*s->at == 'Z' || *s->at == 'z')) || (left == 3 && strncasecmp(s->at, "UTC", 3) == 0)) return true;
  bool is_west = left != 0 && *s->at == '-';
  int hours, rest;
  if (!is_west && !take_char(s, '+')) return false;
  if (is_west) s->at++;
  if (!take_number(s, 2, &hours)) return false;
  (void)take_char(s, ':');
  if (!take_number(s, 2, &rest) || s->at != s->end || hours > 24 || rest > 59) return false;
  *minutes = (is_west ? -1 : 1) * (hours * 60 + rest);
  return true;
}

static int take_fraction_ms(scanner *s) {
  int ms = 0, scale = 100;
  if (s->at == s->end || (*s->at != '.' && *s->at != ',')) return 0;
  for (s->at++; s->at != s->end && *s->at >= '0' && *s->at <= '9'; s->at++, scale /= 10) ms += scale * (*s->at - '0');
  return ms;
}

bool cyn_i_timestamp_parse(cyn_bytes text, int64_t *ms) {
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (text.data == NULL) return false;
  scanner s = {text.data, text.data + text.size};
  int year, month, day, hour, minute, second, zone;
  if (!take_number(&s, 4, &year) || !take_char(&s, '-') || !take_number(&s, 2, &month) || !take_char(&s, '-') ||
      !take_number(&s, 2, &day) || !(take_char(&s, 'T') || take_char(&s, ' ')) || !take_number(&s, 2, &hour) ||
      !take_char(&s, ':') || !take_number(&s, 2, &minute) || !take_char(&s, ':') || !take_number(&s, 2, &second))
    return false;
  bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  if (year == 0 || month < 1 || month > 12 || day < 1 || day > days[month - 1] + (is_leap && month == 2) || hour > 23 ||
      minute > 59 || second > 59)
    return false;
  int fraction = take_fraction_ms(&s);
  if (!take_zone(&s, &zone)) return false;
  int64_t seconds = ((days_of(year, month, day) * 24 + hour) * 60 + minute - zone) * 60 + second;
  *ms = seconds * 1000 + fraction;
  return true;
}

void cyn_i_timestamp_format(int64_t ms, char out[21]) {
  int64_t seconds = ms / 1000 - (ms % 1000 < 0), day_number = seconds / 86400 - (seconds % 86400 < 0);
  int in_day = (int)(seconds - day_number * 86400);
  int64_t z = day_number + 719468, era = z / 146097, in_era = z - era * 146097;
  int64_t year_in_era = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
  int64_t in_year = in_era - (365 * year_in_era + year_in_era / 4 - year_in_era / 100);
  int64_t march = (5 * in_year + 2) / 153;
  int day = (int)(in_year - (153 * march + 2) / 5 + 1), month = (int)(march < 10 ? march + 3 : march - 9);
  int64_t year = era * 400 + year_in_era + (month <= 2);
  unsigned second = (unsigned)in_day;
  (void)snprintf(out, 21, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)year % 10000u, (unsigned)month % 100u, (unsigned)day % 100u,
                 second / 3600u % 24u, second / 60u % 60u, second % 60u);
}
