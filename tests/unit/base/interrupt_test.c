/* Waits that end when the program says so. */
#include "base/interrupt.h"

#include <signal.h>
#include <sys/time.h>

#include <cynamo/client.h>

#include "base/clock.h"
#include "test.h"

static volatile sig_atomic_t signalled;
static void on_alarm(int number) {
  (void)number;
  signalled = 1;
}
static bool was_signalled(void) { return signalled != 0; }

TEST(without_a_hook) {
  CHECK(!cyn_i_interrupt_is_watched());
  CHECK(!cyn_i_interrupted());
  CHECK(cyn_i_sleep_unless_interrupted_ms(1));
}

TEST(a_sleep_ends_with_a_signal) {
  signalled = 0;
  cyn_interrupt_set(was_signalled);
  CHECK(cyn_i_interrupt_is_watched());
  uint64_t begin_ns = cyn_i_clock_monotonic_ns();
  CHECK(cyn_i_sleep_unless_interrupted_ms(3));
  CHECK(cyn_i_clock_monotonic_ns() - begin_ns >= 3000000);
  CHECK(cyn_i_sleep_unless_interrupted_ms(-1));
  struct sigaction action = {.sa_handler = on_alarm};
  (void)sigaction(SIGALRM, &action, NULL);
  const struct itimerval soon = {{0, 0}, {0, 20000}};
  (void)setitimer(ITIMER_REAL, &soon, NULL);
  begin_ns = cyn_i_clock_monotonic_ns();
  CHECK(!cyn_i_sleep_unless_interrupted_ms(60000));
  CHECK(cyn_i_clock_monotonic_ns() - begin_ns < (uint64_t)5 * 1000000000);
  CHECK(cyn_i_interrupted());
  cyn_interrupt_set(NULL);
  CHECK(!cyn_i_interrupted());
}
