/* Exact 38-digit numbers in their sortable encoding (docs/format.md): base-100 digits behind one exponent byte, so that
 * memcmp order (a shorter prefix first) is numeric order. */
#ifndef CYN_VALUE_NUMBER_H
#define CYN_VALUE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cynamo/value.h>

#define CYN_NUMBER_SIZE_MAX 22       /* bytes of an encoded number */
#define CYN_NUMBER_TEXT_MAX 180      /* characters of its plain notation, NUL included */

typedef struct cyn_i_number {
  uint8_t size;
  uint8_t bytes[CYN_NUMBER_SIZE_MAX];
} cyn_i_number;

typedef enum cyn_i_number_fault {
  CYN_NUMBER_OK = 0,
  CYN_NUMBER_EMPTY,      /* "The parameter cannot be converted to a numeric value" */
  CYN_NUMBER_SYNTAX,     /* "The parameter cannot be converted to a numeric value: {text}" */
  CYN_NUMBER_OVERFLOW,
  CYN_NUMBER_UNDERFLOW,
  CYN_NUMBER_DIGITS      /* more than 38 significant digits */
} cyn_i_number_fault;

/* DynamoDB's text for a fault; CYN_NUMBER_SYNTAX's is the head, to which the caller adds the text. */
const char *cyn_i_number_fault_text(cyn_i_number_fault fault);

cyn_i_number_fault cyn_i_number_parse(cyn_bytes text, cyn_i_number *out);
cyn_i_number cyn_i_number_from_int(int64_t value);
/* False when the number has a fraction or is out of range. */
bool cyn_i_number_to_int(const uint8_t *bytes, size_t size, int64_t *out);
/* Nearest double; for display and clients that ask for one, never for stored values. */
double cyn_i_number_to_double(const uint8_t *bytes, size_t size);

/* Plain notation as DynamoDB prints it (no exponent), NUL-terminated; returns the length. Any bytes are taken without
 * reading outside them; bytes that are no number print as 0. */
size_t cyn_i_number_format(const uint8_t *bytes, size_t size, char out[CYN_NUMBER_TEXT_MAX]);

/* Exact; a result of more than 38 digits is CYN_NUMBER_DIGITS... see number.c for the one place that decides it. */
cyn_i_number_fault cyn_i_number_add(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size, cyn_i_number *out);
cyn_i_number_fault cyn_i_number_subtract(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
                                         cyn_i_number *out);
cyn_i_number_fault cyn_i_number_negate(const uint8_t *a, size_t a_size, cyn_i_number *out);

/* Bytes as DynamoDB counts them (validation.md 4.1). */
size_t cyn_i_number_dynamodb_size(const uint8_t *bytes, size_t size);
/* True for the one canonical form. */
bool cyn_i_number_is_valid(const uint8_t *bytes, size_t size);

#endif
