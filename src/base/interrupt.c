/* See interrupt.h. A signal ends poll() and nanosleep() early on the thread that it is delivered to, and that thread asks. */
#include "base/interrupt.h"

#include <stdatomic.h>
#include <stddef.h>
#include <time.h>

#include <cynamo/client.h>

#include "base/clock.h"

static _Atomic(cyn_interrupt_hook) hook;

void cyn_interrupt_set(cyn_interrupt_hook is_interrupted) { atomic_store(&hook, is_interrupted); }

bool cyn_i_interrupt_is_watched(void) { return atomic_load_explicit(&hook, memory_order_relaxed) != NULL; }

bool cyn_i_interrupted(void) {
  cyn_interrupt_hook ask = atomic_load(&hook);
  return ask != NULL && ask();
}

bool cyn_i_sleep_unless_interrupted_ms(int64_t ms) {
  if (!cyn_i_interrupt_is_watched()) {
    cyn_i_sleep_ms(ms);
    return true;
  }
  uint64_t end_ns = cyn_i_clock_monotonic_ns() + (uint64_t)(ms > 0 ? ms : 0) * 1000000;
  for (;;) {
    uint64_t now_ns = cyn_i_clock_monotonic_ns();
    if (now_ns >= end_ns) return true;
    uint64_t left_ns = end_ns - now_ns, slice_ns = (uint64_t)CYN_INTERRUPT_SLICE_MS * 1000000;
    if (left_ns > slice_ns) left_ns = slice_ns;
    const struct timespec pause = {(time_t)(left_ns / 1000000000), (long)(left_ns % 1000000000)};
    (void)nanosleep(&pause, NULL);
    if (cyn_i_interrupted()) return false;
  }
}
