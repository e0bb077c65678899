/* See number.h; docs/format.md has the encoding. Numbers are read into decimal digits and paired up, so nothing here is
 * ever a double. Every loop is linear in its input, and positions are 64 bits wide: texts of megabytes and exponents of
 * many digits are ordinary input. */
#include "value/number_private.h"

#include <string.h>

#define DIGITS_MAX 38    /* significant decimal digits */
#define PAIRS_MAX CYN_NUMBER_PAIRS_MAX
#define EXPONENT_MIN (-64)
#define EXPONENT_MAX 63
#define ZERO_BYTE 0x80
#define NEGATIVE_END 0x66
/* Beyond this every exponent overflows or underflows whatever the text's length, which is at most 2^40. */
#define TEXT_EXPONENT_LIMIT ((int64_t)1 << 50)

typedef cyn_i_number_parts parts;

const char *cyn_i_number_fault_text(cyn_i_number_fault fault) {
  switch (fault) {
    case CYN_NUMBER_EMPTY: return "The parameter cannot be converted to a numeric value";
    case CYN_NUMBER_SYNTAX: return "The parameter cannot be converted to a numeric value: ";
    case CYN_NUMBER_OVERFLOW:
      return "Number overflow. Attempting to store a number with magnitude larger than supported range";
    case CYN_NUMBER_UNDERFLOW:
      return "Number underflow. Attempting to store a number with magnitude smaller than supported range";
    case CYN_NUMBER_DIGITS: return "Attempting to store more than 38 significant digits in a Number";
    case CYN_NUMBER_OK: break;
  }
  return "";
}

/* ---- encoding ---- */

static void encode(const parts *number, cyn_i_number *out) {
  if (number->count == 0) {
    out->bytes[0] = ZERO_BYTE;
    out->size = 1;
    return;
  }
  uint8_t head = (uint8_t)(0xC0 + number->exponent);
  uint8_t *at = out->bytes;
  if (!number->negative) {
    *at++ = head;
    for (int i = 0; i < number->count; i++) *at++ = (uint8_t)(number->pairs[i] + 1);
  } else {
    *at++ = (uint8_t)(0xFF ^ head);
    for (int i = 0; i < number->count; i++) *at++ = (uint8_t)(101 - number->pairs[i]);
    if (number->count < PAIRS_MAX) *at++ = NEGATIVE_END;
  }
  out->size = (uint8_t)(at - out->bytes);
}

bool cyn_i_number_decode(const uint8_t *bytes, size_t size, cyn_i_number_parts *out) {
  *out = (parts){0};
  if (size == 0 || size > CYN_NUMBER_SIZE_MAX) return false;
  if (bytes[0] == ZERO_BYTE && size == 1) return true;
  bool negative = bytes[0] < 0x80;
  uint8_t head = negative ? (uint8_t)(0xFF ^ bytes[0]) : bytes[0];
  size_t count = size - 1;
  if (negative && bytes[size - 1] == NEGATIVE_END)
    count--; /* no digit looks like it */
  else if (negative && count != PAIRS_MAX)
    return false;
  if (count == 0 || count > PAIRS_MAX || size - 1 > PAIRS_MAX) return false;
  for (size_t i = 0; i < count; i++) {
    int pair = negative ? 101 - bytes[i + 1] : bytes[i + 1] - 1;
    if (pair < 0 || pair > 99) return false;
    out->pairs[i] = (uint8_t)pair;
  }
  if (out->pairs[0] == 0) return false;
  out->negative = negative;
  out->exponent = (int)head - 0xC0;
  out->count = (int)count;
  return true;
}

/* Significant decimal digits of count pairs whose first and last are not 0. */
static int significant_digits(const uint8_t *pairs, int count) {
  return 2 * count - (pairs[0] < 10) - (pairs[count - 1] % 10 == 0);
}

/* ---- text to number ---- */

/* What a text says before it is judged: significant digits without leading zeros, at most DIGITS_MAX of them kept. */
typedef struct scanned {
  bool negative;
  bool too_long;      /* a digit other than 0 behind the kept ones */
  int count;          /* kept digits */
  int64_t point;      /* value = 0.ddd… x 10^point */
  uint8_t digits[DIGITS_MAX + 1];
} scanned;

static inline bool is_digit(char c) { return (unsigned char)(c - '0') < 10; }

static inline void take_digit(scanned *out, char c) {
  if (out->count < DIGITS_MAX)
    out->digits[out->count++] = (uint8_t)(c - '0');
  else if (c != '0')
    out->too_long = true;
}

/* Reads "123", "e-4" behind a mantissa; false when it is malformed. */
static bool scan_exponent(const char *p, const char *end, int64_t *exponent) {
  bool negative = false;
  int64_t value = 0;
  p++;
  if (p < end && (*p == '+' || *p == '-')) negative = *p++ == '-';
  if (p == end) return false;
  for (; p < end; p++) {
    if (!is_digit(*p)) return false;
    if (value < TEXT_EXPONENT_LIMIT) value = value * 10 + (*p - '0');
  }
  *exponent = negative ? -value : value;
  return true;
}

static bool scan(cyn_bytes text, scanned *out) {
  const char *p = text.data, *end = text.data + text.size;
  out->negative = false;
  out->too_long = false;
  out->count = 0;
  out->point = 0;
  if (*p == '+' || *p == '-') out->negative = *p++ == '-';
  const char *first = p;
  while (p < end && *p == '0') p++;
  const char *significant = p;
  for (; p < end && is_digit(*p); p++) take_digit(out, *p);
  int64_t point = p - significant;
  bool any = p != first;
  if (p < end && *p == '.') {
    const char *fraction = ++p;
    if (out->count == 0) {
      while (p < end && *p == '0') p++;
      point = -(p - fraction);
    }
    for (; p < end && is_digit(*p); p++) take_digit(out, *p);
    any = any || p != fraction;
  }
  if (!any) return false;
  if (p < end) {
    int64_t exponent;
    if ((*p != 'e' && *p != 'E') || !scan_exponent(p, end, &exponent)) return false;
    point += exponent;
  }
  out->point = point;
  return true;
}

/* Digits to pairs; the caller has checked the range. */
static void pair_up(scanned *from, parts *out) {
  while (from->digits[from->count - 1] == 0) from->count--;
  int point = (int)from->point;
  int odd = point & 1; /* the first pair then holds one digit */
  out->negative = from->negative;
  out->exponent = (point + 200 + 1) / 2 - 100;
  from->digits[from->count] = 0;
  int count = 0, i = 0;
  if (odd) out->pairs[count++] = from->digits[i++];
  for (; i < from->count; i += 2) out->pairs[count++] = (uint8_t)(from->digits[i] * 10 + from->digits[i + 1]);
  out->count = count;
}

static inline uint8_t positive_pair(char tens, char ones) { return (uint8_t)((tens - '0') * 10 + (ones - '0') + 1); }

/* The numbers that nearly all are: "42", "129.95", at most 38 digits, the first of them not 0. Written as they are read;
 * false when the text is of another kind. */
static bool parse_plain(cyn_bytes text, cyn_i_number *out) {
  const char *p = text.data, *end = p + text.size;
  if (text.size > DIGITS_MAX || *p == '0') return false;
  const char *point = p;
  while (point < end && is_digit(*point)) point++;
  size_t whole = (size_t)(point - p);
  if (whole == 0 || (point < end && *point != '.')) return false;
  uint8_t *at = out->bytes;
  *at++ = (uint8_t)(0xC0 + (whole + 1) / 2);
  if (whole % 2 != 0) *at++ = positive_pair('0', *p++);
  for (; p < point; p += 2) *at++ = positive_pair(p[0], p[1]);
  for (p = point + 1; p < end; p += 2) {
    char ones = p + 1 < end ? p[1] : '0';
    if (!is_digit(p[0]) || !is_digit(ones)) return false;
    *at++ = positive_pair(p[0], ones);
  }
  while (at[-1] == 1) at--; /* the first pair is not 0 */
  out->size = (uint8_t)(at - out->bytes);
  return true;
}

cyn_i_number_fault cyn_i_number_parse(cyn_bytes text, cyn_i_number *out) {
  if (text.size == 0) return CYN_NUMBER_EMPTY;
  if (parse_plain(text, out)) return CYN_NUMBER_OK;
  scanned found;
  if (!scan(text, &found)) return CYN_NUMBER_SYNTAX;
  parts number = {0};
  if (found.count != 0) {
    if (found.point > 2 * EXPONENT_MAX) return CYN_NUMBER_OVERFLOW;
    if (found.point < 2 * EXPONENT_MIN - 1) return CYN_NUMBER_UNDERFLOW;
    if (found.too_long) return CYN_NUMBER_DIGITS;
    pair_up(&found, &number);
  }
  encode(&number, out);
  return CYN_NUMBER_OK;
}

/* ---- integers ---- */

cyn_i_number cyn_i_number_from_int(int64_t value) {
  if (value > 0 && value < 10000) { /* most are, and need not be taken apart */
    uint8_t high = (uint8_t)(value / 100), low = (uint8_t)(value % 100);
    if (high == 0) return (cyn_i_number){2, {0xC1, (uint8_t)(low + 1)}};
    return (cyn_i_number){low != 0 ? 3 : 2, {0xC2, (uint8_t)(high + 1), (uint8_t)(low + 1)}};
  }
  parts number = {0};
  uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  uint8_t pairs[10];
  int count = 0;
  for (; left != 0; left /= 100) pairs[count++] = (uint8_t)(left % 100);
  int last = 0; /* the first pair from the low end that is not 0 */
  while (last < count && pairs[last] == 0) last++;
  number.negative = value < 0;
  number.exponent = count;
  for (int i = count - 1; i >= last; i--) number.pairs[number.count++] = pairs[i];
  cyn_i_number out;
  encode(&number, &out);
  return out;
}

/* Positive integers below 10^18, which most numbers are, without taking them apart. */
static inline bool small_to_int(const uint8_t *bytes, size_t size, int64_t *out) {
  if (size < 2 || bytes[0] <= 0xC0) return false;
  size_t exponent = (size_t)bytes[0] - 0xC0, count = size - 1;
  if (exponent > 9 || count > exponent || bytes[1] < 2) return false;
  int64_t value = 0;
  for (size_t i = 1; i <= exponent; i++) {
    uint8_t pair = i <= count ? (uint8_t)(bytes[i] - 1) : 0;
    if (pair > 99) return false;
    value = value * 100 + pair;
  }
  *out = value;
  return true;
}

bool cyn_i_number_to_int(const uint8_t *bytes, size_t size, int64_t *out) {
  if (small_to_int(bytes, size, out)) return true;
  parts number;
  if (!cyn_i_number_decode(bytes, size, &number)) return false;
  if (number.count > number.exponent && number.count != 0) return false;
  if (number.exponent > 10) return false;
  uint64_t value = 0;
  for (int i = 0; i < number.exponent; i++) {
    uint64_t pair = i < number.count ? number.pairs[i] : 0;
    if (__builtin_mul_overflow(value, 100, &value) || __builtin_add_overflow(value, pair, &value)) return false;
  }
  uint64_t limit = (uint64_t)INT64_MAX + (number.negative ? 1 : 0);
  if (value > limit) return false;
  *out = number.negative ? (int64_t)(0 - value) : (int64_t)value;
  return true;
}

/* ---- number to text ---- */

static const char pair_text[201] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354555657"
    "585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

static inline char *put_pair(char *at, uint8_t pair) {
  memcpy(at, pair_text + 2 * pair, 2);
  return at + 2;
}

/* Positive numbers, which most are, without taking them apart; 0 for others and for bytes that are no number. */
static size_t format_positive(const uint8_t *bytes, size_t size, char *out) {
  if (size < 2 || size - 1 > PAIRS_MAX || bytes[0] <= ZERO_BYTE) return 0;
  int exponent = bytes[0] - 0xC0, count = (int)size - 1, i = 0;
  uint8_t pair = (uint8_t)(bytes[1] - 1);
  char *at = out;
  if (pair == 0 || pair > 99) return 0;
  if (exponent <= 0) {
    *at++ = '0';
  } else {
    at = put_pair(at, pair);
    if (pair < 10) *out = at[-1], at--;
    for (i = 1; i < exponent; i++) {
      pair = i < count ? (uint8_t)(bytes[i + 1] - 1) : 0;
      if (pair > 99) return 0;
      at = put_pair(at, pair);
    }
  }
  if (count > exponent) {
    *at++ = '.';
    for (int zeros = exponent; zeros < 0; zeros++) at = put_pair(at, 0);
    for (; i < count; i++) {
      pair = (uint8_t)(bytes[i + 1] - 1);
      if (pair > 99) return 0;
      at = put_pair(at, pair);
    }
    while (at[-1] == '0') at--;
  }
  *at = '\0';
  return (size_t)(at - out);
}

size_t cyn_i_number_format(const uint8_t *bytes, size_t size, char out[CYN_NUMBER_TEXT_MAX]) {
  size_t plain = format_positive(bytes, size, out);
  if (plain != 0) return plain;
  parts number;
  char *at = out;
  if (!cyn_i_number_decode(bytes, size, &number) || number.count == 0) {
    memcpy(out, "0", 2);
    return 1;
  }
  if (number.negative) *at++ = '-';
  int i = 0;
  if (number.exponent <= 0) {
    *at++ = '0';
  } else {
    if (number.pairs[0] < 10)
      *at++ = (char)('0' + number.pairs[0]);
    else
      at = put_pair(at, number.pairs[0]);
    for (i = 1; i < number.exponent; i++) at = put_pair(at, i < number.count ? number.pairs[i] : 0);
  }
  if (number.count > number.exponent) {
    *at++ = '.';
    for (int zeros = number.exponent; zeros < 0; zeros++) at = put_pair(at, 0);
    for (; i < number.count; i++) at = put_pair(at, number.pairs[i]);
    while (at[-1] == '0') at--;
  }
  *at = '\0';
  return (size_t)(at - out);
}

/* ---- sums ---- */

/* Exact sums need every pair from the higher exponent down to the lower number's last pair, and a carry. */
#define SUM_PAIRS (EXPONENT_MAX - EXPONENT_MIN + PAIRS_MAX + 2)

/* sum += sign * number; sum[0] is the pair of exponent `top`. Pairs may leave 0..99 until they are settled. */
static void accumulate(int16_t *sum, int top, const parts *number, int sign) {
  if (number->negative) sign = -sign;
  for (int i = 0; i < number->count; i++)
    sum[top - number->exponent + i] = (int16_t)(sum[top - number->exponent + i] + sign * number->pairs[i]);
}

/* Carries from the low end; returns what is left above the first pair: below 0 when the sum is negative, else 0. */
static int carry_all(int16_t *sum, int count) {
  int carry = 0;
  for (int i = count - 1; i >= 0; i--) {
    int pair = sum[i] + carry;
    for (carry = 0; pair < 0; carry--) pair += 100; /* at most twice */
    if (pair > 99) {
      pair -= 100;
      carry = 1;
    }
    sum[i] = (int16_t)pair;
  }
  return carry;
}

/* The one place that decides about inexact sums: DynamoDB refuses them, and with the text of an overflow (seen by
 * ScyllaDB's authors, who test SET b = 1e50 + 1 against AWS in test/alternator/test_number.py). */
static cyn_i_number_fault settle(const int16_t *sum, int count, int top, bool negative, cyn_i_number *out) {
  int first = 0, last = count - 1;
  while (first < count && sum[first] == 0) first++;
  while (last > first && sum[last] == 0) last--;
  parts number = {0};
  if (first < count) {
    number.negative = negative;
    number.exponent = top - first;
    number.count = last - first + 1;
    if (number.exponent > EXPONENT_MAX) return CYN_NUMBER_OVERFLOW;
    if (number.exponent < EXPONENT_MIN) return CYN_NUMBER_UNDERFLOW;
    if (number.count > PAIRS_MAX) return CYN_NUMBER_OVERFLOW;
    for (int i = 0; i < number.count; i++) number.pairs[i] = (uint8_t)sum[first + i];
    if (significant_digits(number.pairs, number.count) > DIGITS_MAX) return CYN_NUMBER_OVERFLOW;
  }
  encode(&number, out);
  return CYN_NUMBER_OK;
}

static cyn_i_number_fault sum_of(const parts *a, const parts *b, int sign_of_b, cyn_i_number *out) {
  int top = EXPONENT_MIN, bottom = EXPONENT_MAX;
  const parts *both[2] = {a, b};
  for (int i = 0; i < 2; i++) {
    if (both[i]->count == 0) continue;
    if (both[i]->exponent > top) top = both[i]->exponent;
    if (both[i]->exponent - both[i]->count < bottom) bottom = both[i]->exponent - both[i]->count;
  }
  top++; /* room for a carry */
  int count = top > bottom ? top - bottom : 0;
  int16_t sum[SUM_PAIRS];
  memset(sum, 0, sizeof *sum * (size_t)count);
  accumulate(sum, top, a, 1);
  accumulate(sum, top, b, sign_of_b);
  bool negative = carry_all(sum, count) < 0;
  if (negative) { /* the complement of what stands there */
    for (int i = 0; i < count; i++) sum[i] = (int16_t)-sum[i];
    (void)carry_all(sum, count);
  }
  return settle(sum, count, top, negative, out);
}

cyn_i_number_fault cyn_i_number_add(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size, cyn_i_number *out) {
  parts left, right;
  if (!cyn_i_number_decode(a, a_size, &left) || !cyn_i_number_decode(b, b_size, &right)) return CYN_NUMBER_SYNTAX;
  return sum_of(&left, &right, 1, out);
}

cyn_i_number_fault cyn_i_number_subtract(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
                                         cyn_i_number *out) {
  parts left, right;
  if (!cyn_i_number_decode(a, a_size, &left) || !cyn_i_number_decode(b, b_size, &right)) return CYN_NUMBER_SYNTAX;
  return sum_of(&left, &right, -1, out);
}

cyn_i_number_fault cyn_i_number_negate(const uint8_t *a, size_t a_size, cyn_i_number *out) {
  parts number;
  if (!cyn_i_number_decode(a, a_size, &number)) return CYN_NUMBER_SYNTAX;
  number.negative = !number.negative;
  encode(&number, out);
  return CYN_NUMBER_OK;
}

/* ---- measures ---- */

size_t cyn_i_number_dynamodb_size(const uint8_t *bytes, size_t size) {
  /* 1 + base-100 digits (+ 1 when negative): the length of the encoding, where the end byte of a negative number stands
   * for the sign, except in the longest ones, which have none. */
  if (size != PAIRS_MAX + 1 || bytes[0] >= 0x80 || bytes[size - 1] == NEGATIVE_END) return size;
  return size + 1;
}

bool cyn_i_number_is_valid(const uint8_t *bytes, size_t size) {
  parts number;
  if (!cyn_i_number_decode(bytes, size, &number)) return false;
  if (number.count == 0) return true;
  if (number.pairs[number.count - 1] == 0) return false;
  return significant_digits(number.pairs, number.count) <= DIGITS_MAX;
}
