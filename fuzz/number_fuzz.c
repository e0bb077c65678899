/* Fuzz target: two numbers as text, and bytes as an encoded number. A parsed number is canonical and prints as text that
 * parses to the same; order is antisymmetric and agrees with the sign of the difference; a sum minus one addend is the
 * other wherever both exist. */
#include "fuzz.h"
#include "value/number.h"

static int compare(const cyn_i_number *a, const cyn_i_number *b) {
  int order = memcmp(a->bytes, b->bytes, a->size < b->size ? a->size : b->size);
  return order != 0 ? order : (a->size > b->size) - (a->size < b->size);
}

static void check_one(const cyn_i_number *number) {
  char text[CYN_NUMBER_TEXT_MAX];
  cyn_i_number again;
  demand(cyn_i_number_is_valid(number->bytes, number->size));
  size_t length = cyn_i_number_format(number->bytes, number->size, text);
  demand(length < sizeof text && length == strlen(text));
  demand(cyn_i_number_parse((cyn_bytes){text, length}, &again) == CYN_NUMBER_OK && compare(number, &again) == 0);
  int64_t integer;
  if (cyn_i_number_to_int(number->bytes, number->size, &integer)) {
    again = cyn_i_number_from_int(integer);
    demand(compare(number, &again) == 0);
  }
  double nearest = cyn_i_number_to_double(number->bytes, number->size);
  demand((nearest > 0) - (nearest < 0) == (number->bytes[0] > 0x7F && number->size > 1) - (number->bytes[0] < 0x80));
  size_t counted = cyn_i_number_dynamodb_size(number->bytes, number->size);
  demand(counted >= 1 && counted <= 22);
}

static void check_two(const cyn_i_number *a, const cyn_i_number *b) {
  cyn_i_number sum, difference, back;
  if (cyn_i_number_subtract(a->bytes, a->size, b->bytes, b->size, &difference) == CYN_NUMBER_OK) {
    int order = compare(a, b);
    int sign = difference.size == 1 ? 0 : difference.bytes[0] < 0x80 ? -1 : 1;
    demand((order > 0) - (order < 0) == sign);
  }
  if (cyn_i_number_add(a->bytes, a->size, b->bytes, b->size, &sum) != CYN_NUMBER_OK) return;
  check_one(&sum);
  demand(cyn_i_number_subtract(sum.bytes, sum.size, b->bytes, b->size, &back) == CYN_NUMBER_OK && compare(a, &back) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  cyn_i_number a, b, foreign;
  char text[CYN_NUMBER_TEXT_MAX];
  const uint8_t *blank = size != 0 ? memchr(data, ' ', size) : NULL;
  size_t first = blank != NULL ? (size_t)(blank - data) : size;
  int has_a = cyn_i_number_parse((cyn_bytes){(const char *)data, first}, &a) == CYN_NUMBER_OK;
  if (has_a) check_one(&a);
  if (has_a && blank != NULL &&
      cyn_i_number_parse((cyn_bytes){(const char *)blank + 1, size - first - 1}, &b) == CYN_NUMBER_OK) {
    check_one(&b);
    check_two(&a, &b);
  }
  (void)cyn_i_number_format(data, size, text);
  (void)cyn_i_number_to_double(data, size);
  if (cyn_i_number_is_valid(data, size)) {
    demand(size <= sizeof foreign.bytes);
    foreign.size = (uint8_t)size;
    memcpy(foreign.bytes, data, size);
    check_one(&foreign);
  }
  return 0;
}
