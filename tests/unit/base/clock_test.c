/* Time: the real one, an offset, a fixed one. */
#include "base/clock.h"

#include <stddef.h>

#include "test.h"

TEST(clocks) {
  cyn_i_clock clock = {0};
  int64_t real = cyn_i_clock_now_ms(NULL);
  CHECK(real > (int64_t)1700000000 * 1000);
  int64_t now = cyn_i_clock_now_ms(&clock);
  CHECK(now >= real && now < real + 10000);
  atomic_store(&clock.offset_ms, 3600000);
  now = cyn_i_clock_now_ms(&clock);
  CHECK(now >= real + 3600000 && now < real + 3610000);
  atomic_store(&clock.fixed_ms, 42);
  CHECK_INT(cyn_i_clock_now_ms(&clock), 42);
  uint64_t before = cyn_i_clock_monotonic_ns();
  CHECK(cyn_i_clock_monotonic_ns() >= before);
}
