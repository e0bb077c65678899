/* The double nearest to a number (ties to even), for clients that ask for one. Exact: a number is a quotient of two
 * integers of at most 558 bits; 56 steps of long division give its first 55 or 56 bits, and what is left over makes the
 * lowest of them sticky, so that the conversion of that integer rounds as the whole number would. */
#include <math.h>
#include <string.h>

#include "value/number_private.h"

#define WORDS 20 /* 640 bits: 10^168 takes 559, and one more for a shift */
#define QUOTIENT_BITS 56

typedef struct big {
  int count; /* words in use; the last of them is not 0 */
  uint32_t word[WORDS];
} big;

static void multiply_add(big *n, uint32_t factor, uint32_t addend) {
  uint64_t carry = addend;
  for (int i = 0; i < n->count; i++) {
    carry += (uint64_t)n->word[i] * factor;
    n->word[i] = (uint32_t)carry;
    carry >>= 32;
  }
  if (carry != 0) n->word[n->count++] = (uint32_t)carry;
}

static int bit_count(const big *n) { return 32 * n->count - __builtin_clz(n->word[n->count - 1]); }

static int compare(const big *a, const big *b) {
  if (a->count != b->count) return a->count < b->count ? -1 : 1;
  for (int i = a->count - 1; i >= 0; i--)
    if (a->word[i] != b->word[i]) return a->word[i] < b->word[i] ? -1 : 1;
  return 0;
}

/* a -= b, where a >= b. */
static void subtract(big *a, const big *b) {
  uint64_t borrow = 0;
  for (int i = 0; i < a->count; i++) {
    uint64_t take = (i < b->count ? b->word[i] : 0) + borrow;
    borrow = a->word[i] < take;
    a->word[i] = (uint32_t)(a->word[i] - take);
  }
  while (a->count > 0 && a->word[a->count - 1] == 0) a->count--;
}

static void shift_left(big *n, int bits) {
  int words = bits / 32, rest = bits % 32;
  if (n->count == 0) return;
  uint32_t out[WORDS + 1] = {0};
  for (int i = 0; i < n->count; i++) {
    uint64_t wide = (uint64_t)n->word[i] << rest;
    out[i + words] |= (uint32_t)wide;
    out[i + words + 1] = (uint32_t)(wide >> 32);
  }
  memcpy(n->word, out, sizeof n->word);
  n->count += words + (out[n->count + words] != 0);
}

/* top / bottom, neither of them 0. */
static double divide(big *top, big *bottom) {
  int align = bit_count(top) - bit_count(bottom);
  if (align > 0)
    shift_left(bottom, align);
  else
    shift_left(top, -align);
  uint64_t quotient = 0;
  for (int i = 0; i < QUOTIENT_BITS; i++) {
    quotient <<= 1;
    if (compare(top, bottom) >= 0) {
      subtract(top, bottom);
      quotient |= 1;
    }
    shift_left(top, 1);
  }
  if (top->count != 0) quotient |= 1;
  return ldexp((double)quotient, align - (QUOTIENT_BITS - 1));
}

/* Positive numbers of up to 14 digits, which most are: the integer and the power of ten are exact, so one operation rounds. */
static inline bool small_to_double(const uint8_t *bytes, size_t size, double *out) {
  static const double powers[] = {1, 1e2, 1e4, 1e6, 1e8, 1e10, 1e12, 1e14, 1e16, 1e18, 1e20, 1e22};
  if (size < 2 || size > 8 || bytes[0] <= 0xC0 - 4 || bytes[0] > 0xC0 + 12) return false;
  int64_t digits = 0;
  for (size_t i = 1; i < size; i++) {
    unsigned pair = (unsigned)bytes[i] - 1;
    if (pair > 99) return false;
    digits = digits * 100 + pair;
  }
  int scale = (int)bytes[0] - 0xC0 - (int)(size - 1);
  *out = scale < 0 ? (double)digits / powers[-scale] : (double)digits * powers[scale];
  return true;
}

double cyn_i_number_to_double(const uint8_t *bytes, size_t size) {
  double plain;
  if (small_to_double(bytes, size, &plain)) return plain;
  cyn_i_number_parts number;
  if (!cyn_i_number_decode(bytes, size, &number) || number.count == 0) return 0;
  int scale = number.exponent - number.count; /* value = all pairs as one integer x 100^scale */
  double out;
  uint64_t small = 0;
  for (int i = 0; i < number.count && i < 8; i++) small = small * 100 + number.pairs[i];
  if (number.count <= 8 && small < (uint64_t)1 << 53 && scale >= -11 && scale <= 11) {
    double power = 1; /* at most 10^22: exact, and so is the integer; one operation rounds */
    for (int i = 0; i < (scale < 0 ? -scale : scale); i++) power *= 100;
    out = scale < 0 ? (double)small / power : (double)small * power;
  } else {
    big top = {1, {number.pairs[0]}}, bottom = {1, {1}};
    for (int i = 1; i < number.count; i++) multiply_add(&top, 100, number.pairs[i]);
    for (int i = 0; i < scale; i++) multiply_add(&top, 100, 0);
    for (int i = 0; i > scale; i--) multiply_add(&bottom, 100, 0);
    out = divide(&top, &bottom);
  }
  return number.negative ? -out : out;
}
