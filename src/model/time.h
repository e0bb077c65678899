/* Times as text, without a C string: what the mapper writes and reads on its hot path. */
#ifndef CYN_MODEL_TIME_H
#define CYN_MODEL_TIME_H

#include <cynamo/model_types.h>

#define CYN_TIME_TEXT_LENGTH 31

/* Writes the 31 characters (no NUL); false for a time outside the years 1 to 9999. */
bool cyn_i_time_format(int64_t us, char out[CYN_TIME_TEXT_LENGTH]);
bool cyn_i_time_parse(cyn_bytes text, int64_t *us);

#endif
