/* A limit on consumed capacity: what has been consumed is paid for with time before the next request. Any thread. */
#ifndef CYN_MODEL_RATE_H
#define CYN_MODEL_RATE_H

#include <stdint.h>

typedef struct cyn_i_scan_rate {
  uint64_t free_at_ns; /* monotonic; before it no request may be sent */
} cyn_i_scan_rate;

/* Books `units` at `units_per_second`; the milliseconds to wait. */
int64_t cyn_i_scan_rate_take(cyn_i_scan_rate *rate, double units_per_second, double units);

#endif
