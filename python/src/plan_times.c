/* UTCDateTimeAttribute and TTLAttribute in C, for what they write themselves; anything else is Python's. */
#include "plan_times.h"

#include <datetime.h>

/* The datetime module is there since Python asked for a plan with times, or not yet. */
static bool has_datetime(void) {
  if (PyDateTimeAPI == NULL) PyDateTime_IMPORT;
  if (PyDateTimeAPI == NULL) PyErr_Clear();
  return PyDateTimeAPI != NULL;
}

static PyObject *make(int year, int month, int day, int hour, int minute, int second, int microsecond) {
  return PyDateTimeAPI->DateTime_FromDateAndTime(year, month, day, hour, minute, second, microsecond, PyDateTime_TimeZone_UTC,
                                                 PyDateTimeAPI->DateTimeType);
}

/* `count` digits; -1 where one is none. */
static int digits(const char *at, int count) {
  int number = 0;
  for (int i = 0; i < count; i++) {
    if (at[i] < '0' || at[i] > '9') return -1;
    number = number * 10 + (at[i] - '0');
  }
  return number;
}

static int days_of_month(int year, int month) {
  static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return days[month - 1] + (month == 2 && is_leap);
}

PyObject *cyn_py_read_datetime(cyn_bytes text) {
  const char *at = text.data;
  if (text.size != CYN_PY_DATETIME_SIZE || !has_datetime()) return NULL;
  if (at[4] != '-' || at[7] != '-' || at[10] != 'T' || at[13] != ':' || at[16] != ':' || at[19] != '.' ||
      memcmp(at + 26, "+0000", 5) != 0)
    return NULL;
  int year = digits(at, 4), month = digits(at + 5, 2), day = digits(at + 8, 2), hour = digits(at + 11, 2);
  int minute = digits(at + 14, 2), second = digits(at + 17, 2), microsecond = digits(at + 20, 6);
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_of_month(year, month)) return NULL;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 || microsecond < 0) return NULL;
  return make(year, month, day, hour, minute, second, microsecond);
}

/* Days since 1970-01-01 of a date of the Gregorian calendar, and back (years count from March, so leap days come last). */
static int64_t days_of_date(int year, int month, int day) {
  int64_t y = year - (month <= 2), era = (y >= 0 ? y : y - 399) / 400, year_of_era = y - era * 400;
  int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static void date_of_days(int64_t days, int *year, int *month, int *day) {
  days += 719468;
  int64_t era = (days >= 0 ? days : days - 146096) / 146097, of_era = days - era * 146097;
  int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100), shifted = (5 * of_year + 2) / 153;
  *day = (int)(of_year - (153 * shifted + 2) / 5 + 1);
  *month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
  *year = (int)(year_of_era + era * 400 + (*month <= 2));
}

#define SECONDS_MIN (-62135596800) /* of the year 1 */
#define SECONDS_MAX 253402300799   /* of the year 9999 */

PyObject *cyn_py_read_ttl(cyn_value value) {
  int64_t seconds;
  if (!cyn_value_int(value, &seconds) || seconds < SECONDS_MIN || seconds > SECONDS_MAX || !has_datetime()) return NULL;
  int64_t days = seconds / 86400, rest = seconds % 86400;
  if (rest < 0) {
    rest += 86400;
    days--;
  }
  int year, month, day;
  date_of_days(days, &year, &month, &day);
  return make(year, month, day, (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60), 0);
}

/* The class itself: freezegun and others put subclasses in its place. */
static bool is_datetime(PyObject *value, bool naive_is_utc) {
  if (!has_datetime() || !PyDateTime_CheckExact(value)) return false;
  PyObject *zone = ((PyDateTime_DateTime *)value)->hastzinfo ? ((PyDateTime_DateTime *)value)->tzinfo : Py_None;
  return zone == PyDateTime_TimeZone_UTC || (naive_is_utc && zone == Py_None);
}

bool cyn_py_write_datetime(PyObject *value, char text[CYN_PY_DATETIME_SIZE + 1]) {
  if (!is_datetime(value, true)) return false;
  (void)snprintf(text, CYN_PY_DATETIME_SIZE + 1, "%04d-%02d-%02dT%02d:%02d:%02d.%06d+0000", PyDateTime_GET_YEAR(value) % 10000,
                 PyDateTime_GET_MONTH(value) % 100, PyDateTime_GET_DAY(value) % 100, PyDateTime_DATE_GET_HOUR(value) % 100,
                 PyDateTime_DATE_GET_MINUTE(value) % 100, PyDateTime_DATE_GET_SECOND(value) % 100,
                 PyDateTime_DATE_GET_MICROSECOND(value) % 1000000);
  return true;
}

bool cyn_py_write_ttl(PyObject *value, int64_t *seconds) {
  if (!is_datetime(value, false)) return false;
  *seconds = days_of_date(PyDateTime_GET_YEAR(value), PyDateTime_GET_MONTH(value), PyDateTime_GET_DAY(value)) * 86400 +
             PyDateTime_DATE_GET_HOUR(value) * 3600 + PyDateTime_DATE_GET_MINUTE(value) * 60 + PyDateTime_DATE_GET_SECOND(value);
  return true;
}
