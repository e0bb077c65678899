/* A number taken apart, for number.c and number_double.c. */
#ifndef CYN_VALUE_NUMBER_PRIVATE_H
#define CYN_VALUE_NUMBER_PRIVATE_H

#include "value/number.h"

#define CYN_NUMBER_PAIRS_MAX 20 /* base-100 digits: 38 decimal ones that begin in the middle of a pair */

/* |value| = 0.(pair)(pair)… x 100^exponent; pairs[0] is not 0 unless count is 0 (zero). */
typedef struct cyn_i_number_parts {
  bool negative;
  int exponent;
  int count;
  uint8_t pairs[CYN_NUMBER_PAIRS_MAX];
} cyn_i_number_parts;

/* False, with zero in *out, when the bytes are no number. Trailing zero pairs are let through; is_valid minds them. */
bool cyn_i_number_decode(const uint8_t *bytes, size_t size, cyn_i_number_parts *out);

#endif
