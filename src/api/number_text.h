/* JSON numbers of scalar members (never of items) as C scalars. The text is a number as JSON writes it. */
#ifndef CYN_API_NUMBER_TEXT_H
#define CYN_API_NUMBER_TEXT_H

#include <cynamo/value.h>

/* The number, floored; what does not fit is INT64_MAX or INT64_MIN. */
int64_t cyn_i_text_to_int(cyn_bytes text);
/* The nearest double; beyond 1E125 it is that, below 1E-130 zero. */
double cyn_i_text_to_double(cyn_bytes text);

#endif
