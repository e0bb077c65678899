/* See rate.h. */
#include "model/rate.h"

#include <stdbool.h>

#include "base/clock.h"

int64_t cyn_i_scan_rate_take(cyn_i_scan_rate *rate, double units_per_second, double units) {
  if (units_per_second <= 0 || units <= 0) return 0;
  double seconds = units / units_per_second;
  uint64_t cost = seconds < 1e6 ? (uint64_t)(seconds * 1e9) : (uint64_t)1000000000000000;
  uint64_t now = cyn_i_clock_monotonic_ns();
  uint64_t before = __atomic_load_n(&rate->free_at_ns, __ATOMIC_RELAXED), after;
  do {
    after = (before > now ? before : now) + cost;
  } while (!__atomic_compare_exchange_n(&rate->free_at_ns, &before, after, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
  return (int64_t)((after - now) / 1000000);
}
