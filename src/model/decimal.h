/* Numbers between their C types and the item's digits. */
#ifndef CYN_MODEL_DECIMAL_H
#define CYN_MODEL_DECIMAL_H

#include <cynamo/model_types.h>

#include "value/number.h"

/* The shortest decimal that reads as the same double or float; false for an infinity and for NaN. */
bool cyn_i_number_from_double(double value, cyn_i_number *out);
bool cyn_i_number_from_float(float value, cyn_i_number *out);
cyn_i_number cyn_i_number_from_uint(uint64_t value);
/* False when the number has a fraction or is out of range. */
bool cyn_i_number_to_uint(const uint8_t *bytes, size_t size, uint64_t *out);
/* Plain notation where it fits, else with an exponent: "1.2E-100". */
cyn_decimal cyn_i_decimal_from_number(const uint8_t *bytes, size_t size);

#endif
