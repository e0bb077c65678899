/* cyn_decimal, <cynamo/model_types.h>, and the other C numbers: everything goes by the exact decimal text, so what a
 * program saves and what it reads is the same number. */
#include "model/decimal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

cyn_decimal cyn_decimal_of(const char *text) {
  cyn_decimal out;
  memset(&out, 0, sizeof out);
  size_t size = text != NULL ? strlen(text) : 0;
  if (size < sizeof out.text)
    memcpy(out.text, text != NULL ? text : "", size);
  else
    out.text[0] = '?';
  return out;
}

cyn_decimal cyn_decimal_of_int(int64_t value) {
  cyn_decimal out;
  memset(&out, 0, sizeof out);
  (void)snprintf(out.text, sizeof out.text, "%lld", (long long)value);
  return out;
}

/* The number that `digits` significant digits of a double make. */
static bool rounded(double value, int digits, cyn_i_number *out) {
  char text[40];
  int size = snprintf(text, sizeof text, "%.*e", digits - 1, value);
  return size > 0 && cyn_i_number_parse((cyn_bytes){text, (size_t)size}, out) == CYN_NUMBER_OK;
}

/* A double that is n / 10^k with n below 10^15 and k to 8, as prices and measures are: both are exact as doubles, so when
 * their quotient (correctly rounded) is the value, the decimal n / 10^k reads as it. The number is that of n, moved by whole
 * pairs of digits in its exponent byte. */
static bool from_short(double value, cyn_i_number *out) {
  static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8};
  for (int k = 1; k <= 8; k++) {
    double scaled = value * powers[k];
    if (fabs(scaled) >= 1e15) return false;
    double whole = nearbyint(scaled);
    if (whole / powers[k] != value) continue;
    *out = cyn_i_number_from_int((int64_t)whole * (k % 2 != 0 ? 10 : 1));
    int pairs = (k + 1) / 2;
    out->bytes[0] = (uint8_t)(value > 0 ? out->bytes[0] - pairs : out->bytes[0] + pairs);
    return true;
  }
  return false;
}

bool cyn_i_number_from_double(double value, cyn_i_number *out) {
  if (isnan(value) || isinf(value)) return false;
  if (value == floor(value) && fabs(value) < 9007199254740992.0) {
    *out = cyn_i_number_from_int((int64_t)value);
    return true;
  }
  if (from_short(value, out)) return true;
  for (int digits = 15; digits <= 17; digits++) {
    if (!rounded(value, digits, out)) return false;
    if (cyn_i_number_to_double(out->bytes, out->size) == value) return true;
  }
  return true;
}

bool cyn_i_number_from_float(float value, cyn_i_number *out) {
  if (isnan(value) || isinf(value)) return false;
  for (int digits = 6; digits <= 9; digits++) {
    if (!rounded((double)value, digits, out)) return false;
    if ((float)cyn_i_number_to_double(out->bytes, out->size) == value) return true;
  }
  return true;
}

cyn_i_number cyn_i_number_from_uint(uint64_t value) {
  if (value <= INT64_MAX) return cyn_i_number_from_int((int64_t)value);
  cyn_i_number out;
  char text[24];
  int size = snprintf(text, sizeof text, "%llu", (unsigned long long)value);
  (void)cyn_i_number_parse((cyn_bytes){text, (size_t)size}, &out);
  return out;
}

bool cyn_i_number_to_uint(const uint8_t *bytes, size_t size, uint64_t *out) {
  int64_t small;
  if (cyn_i_number_to_int(bytes, size, &small)) {
    *out = (uint64_t)small;
    return small >= 0;
  }
  char text[CYN_NUMBER_TEXT_MAX];
  size_t length = cyn_i_number_format(bytes, size, text);
  uint64_t value = 0;
  for (size_t i = 0; i < length; i++) {
    if (text[i] < '0' || text[i] > '9') return false;
    if (__builtin_mul_overflow(value, 10u, &value) || __builtin_add_overflow(value, (uint64_t)(text[i] - '0'), &value))
      return false;
  }
  *out = value;
  return length != 0;
}

/* "0.000…0123" and "123000…0" as 1.23E-n and 1.23E+n. */
static void with_exponent(const char *plain, cyn_decimal *out) {
  bool negative = plain[0] == '-';
  if (negative) plain++;
  const char *point = strchr(plain, '.');
  int whole = (int)(point != NULL ? point - plain : (ptrdiff_t)strlen(plain));
  char digits[CYN_NUMBER_TEXT_MAX];
  int count = 0, leading = 0;
  for (const char *p = plain; *p != '\0'; p++) {
    if (*p == '.') continue;
    if (count == 0 && *p == '0')
      leading++;
    else
      digits[count++] = *p;
  }
  while (count > 1 && digits[count - 1] == '0') count--;
  int exponent = whole - leading - 1;
  (void)snprintf(out->text, sizeof out->text, "%s%c%s%.*sE%+d", negative ? "-" : "", digits[0], count > 1 ? "." : "",
                 count - 1, digits + 1, exponent);
}

cyn_decimal cyn_i_decimal_from_number(const uint8_t *bytes, size_t size) {
  cyn_decimal out;
  memset(&out, 0, sizeof out);
  char text[CYN_NUMBER_TEXT_MAX];
  size_t length = cyn_i_number_format(bytes, size, text);
  if (length < sizeof out.text)
    memcpy(out.text, text, length);
  else
    with_exponent(text, &out);
  return out;
}
