/* See rate.h. */
#include "model/rate.h"

#include <stdbool.h>

#include "base/clock.h"

void cyn_i_scan_rate_book(cyn_i_scan_rate *rate, double units_per_second, double units, uint64_t since_ns) {
  if (units_per_second <= 0 || units <= 0) return;
  double seconds = units / units_per_second;
  uint64_t cost = seconds < 1e6 ? (uint64_t)(seconds * 1e9) : (uint64_t)1000000000000000;
  uint64_t before = __atomic_load_n(&rate->free_at_ns, __ATOMIC_RELAXED), after;
  do {
    after = (before > since_ns ? before : since_ns) + cost;
  } while (!__atomic_compare_exchange_n(&rate->free_at_ns, &before, after, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
}

int64_t cyn_i_scan_rate_wait(const cyn_i_scan_rate *rate, double units_per_second) {
  if (units_per_second <= 0) return 0;
  uint64_t now = cyn_i_clock_monotonic_ns(), free_at = __atomic_load_n(&rate->free_at_ns, __ATOMIC_RELAXED);
  return free_at > now ? (int64_t)((free_at - now + 999999) / 1000000) : 0;
}

int64_t cyn_i_scan_rate_take(cyn_i_scan_rate *rate, double units_per_second, double units) {
  if (units_per_second <= 0 || units <= 0) return 0;
  cyn_i_scan_rate_book(rate, units_per_second, units, cyn_i_clock_monotonic_ns());
  return cyn_i_scan_rate_wait(rate, units_per_second);
}
