/* A limit on consumed capacity: what has been consumed is paid for with time before the next request. Any thread. */
#ifndef CYN_MODEL_RATE_H
#define CYN_MODEL_RATE_H

#include <stdint.h>

typedef struct cyn_i_scan_rate {
  uint64_t free_at_ns; /* monotonic; before it no request may be sent */
} cyn_i_scan_rate;

/* Milliseconds until the next request may be sent; 0 without a limit or when nothing is owed. */
int64_t cyn_i_scan_rate_wait(const cyn_i_scan_rate *rate, double units_per_second);
/* Books `units` at `units_per_second` from `since_ns` on, when the request that took them began: its own time counts. */
void cyn_i_scan_rate_book(cyn_i_scan_rate *rate, double units_per_second, double units, uint64_t since_ns);
/* Books from now on; the milliseconds to wait. */
int64_t cyn_i_scan_rate_take(cyn_i_scan_rate *rate, double units_per_second, double units);

#endif
