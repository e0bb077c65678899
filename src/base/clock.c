/* See clock.h. */
#include "base/clock.h"

#include <stddef.h>
#include <errno.h>
#include <time.h>

static int64_t read_clock_ns(clockid_t id) {
  struct timespec ts;
  if (clock_gettime(id, &ts) != 0) return 0;
  return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int64_t cyn_i_clock_now_ms(const cyn_i_clock *clock) {
  int64_t real_ms = read_clock_ns(CLOCK_REALTIME) / 1000000;
  if (clock == NULL) return real_ms;
  int64_t fixed = atomic_load_explicit(&clock->fixed_ms, memory_order_relaxed);
  if (fixed != 0) return fixed;
  return real_ms + atomic_load_explicit(&clock->offset_ms, memory_order_relaxed);
}

uint64_t cyn_i_clock_monotonic_ns(void) { return (uint64_t)read_clock_ns(CLOCK_MONOTONIC); }

void cyn_i_sleep_ms(int64_t ms) {
  struct timespec left = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};
  while (ms > 0 && nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
}
