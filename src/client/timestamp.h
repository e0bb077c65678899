/* Moments as text: 2026-01-31T12:00:00Z, as credentials carry them. */
#ifndef CYN_CLIENT_TIMESTAMP_H
#define CYN_CLIENT_TIMESTAMP_H

#include <cynamo/value.h>

/* Date, 'T' or a blank, time of day, a fraction perhaps, and a zone (Z, UTC, +hh:mm, -hhmm): milliseconds since the epoch.
 * False for anything else. */
bool cyn_i_timestamp_parse(cyn_bytes text, int64_t *ms);
/* 2026-01-31T12:00:00Z, NUL-terminated; of years 1 to 9999. */
void cyn_i_timestamp_format(int64_t ms, char out[21]);

#endif
