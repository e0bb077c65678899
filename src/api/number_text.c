/* See number_text.h. The text is first taken apart into at most 38 digits and an exponent, whatever its length; no locale
 * has a say in it. */
#include "api/number_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "value/number.h"

#define DIGITS_MAX 38
#define EXPONENT_MAX 100000 /* what lies beyond is the same to us */

/* |value| = 0.DIGITS x 10^exponent, and a little more when `has_rest`. */
typedef struct decimal {
  bool negative, has_rest;
  int count;
  char digits[DIGITS_MAX + 1];
  int64_t exponent;
} decimal;

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static void add_digit(decimal *d, char digit, bool before_point) {
  if (d->count == 0 && digit == '0') {
    if (!before_point) d->exponent--;
    return;
  }
  if (before_point) d->exponent++;
  if (d->count < DIGITS_MAX) {
    d->digits[d->count++] = digit;
  } else if (digit != '0') {
    d->has_rest = true;
  }
}

static int64_t read_exponent(const char *at, const char *end) {
  bool negative = at < end && *at == '-';
  int64_t value = 0;
  if (at < end && (*at == '-' || *at == '+')) at++;
  for (; at < end && is_digit(*at); at++) {
    if (value < EXPONENT_MAX) value = value * 10 + (*at - '0');
  }
  return negative ? -value : value;
}

static decimal take_apart(cyn_bytes text) {
  decimal d;
  memset(&d, 0, sizeof d);
  const char *at = text.data, *end = text.data + text.size;
  bool before_point = true;
  if (at < end && *at == '-') {
    d.negative = true;
    at++;
  }
  for (; at < end && (is_digit(*at) || *at == '.'); at++) {
    if (*at == '.') {
      before_point = false;
    } else {
      add_digit(&d, *at, before_point);
    }
  }
  if (at < end) d.exponent += read_exponent(at + 1, end);
  return d;
}

int64_t cyn_i_text_to_int(cyn_bytes text) {
  decimal d = take_apart(text);
  int64_t limit = d.negative ? INT64_MIN : INT64_MAX;
  if (d.count == 0) return 0;
  if (d.exponent <= 0) return d.negative ? -1 : 0;
  if (d.exponent > 19) return limit;
  int64_t value = 0;
  bool has_fraction = d.has_rest;
  for (int i = 0; i < d.count || i < d.exponent; i++) {
    int digit = i < d.count ? d.digits[i] - '0' : 0;
    if (i >= d.exponent) {
      has_fraction |= digit != 0;
    } else if (__builtin_mul_overflow(value, 10, &value) ||
               __builtin_add_overflow(value, d.negative ? -digit : digit, &value)) {
      return limit;
    }
  }
  if (d.negative && has_fraction && value > INT64_MIN) value--;
  return value;
}

double cyn_i_text_to_double(cyn_bytes text) {
  decimal d = take_apart(text);
  if (d.count == 0) return 0;
  char plain[DIGITS_MAX + 40];
  int length = snprintf(plain, sizeof plain, "%s0.%.*se%lld", d.negative ? "-" : "", d.count, d.digits,
                        (long long)d.exponent);
  cyn_i_number number;
  switch (cyn_i_number_parse((cyn_bytes){plain, (size_t)length}, &number)) {
    case CYN_NUMBER_OK: return cyn_i_number_to_double(number.bytes, number.size);
    case CYN_NUMBER_OVERFLOW: return d.negative ? -1e125 : 1e125;
    default: return 0;
  }
}
