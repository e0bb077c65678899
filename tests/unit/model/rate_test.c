/* The limit on consumed capacity, and back-off. */
#include "model/rate.h"

#include "model/session.h"
#include "test.h"

TEST(time_is_booked) {
  cyn_i_scan_rate rate = {0};
  CHECK_INT(cyn_i_scan_rate_take(&rate, 0, 5), 0);
  CHECK_INT(cyn_i_scan_rate_take(&rate, 10, 0), 0);
  int64_t first = cyn_i_scan_rate_take(&rate, 10, 5), second = cyn_i_scan_rate_take(&rate, 10, 5);
  CHECK(first >= 400 && first <= 501);
  CHECK(second >= 850 && second <= 1001);
  CHECK(cyn_i_scan_rate_take(&rate, 1e-9, 1e9) > 0);
}

TEST(a_request_pays_with_its_own_time) {
  cyn_i_scan_rate rate = {0};
  uint64_t now = cyn_i_clock_monotonic_ns();
  CHECK_INT(cyn_i_scan_rate_wait(&rate, 10), 0);
  cyn_i_scan_rate_book(&rate, 10, 5, now - 600000000); /* it took longer than its units do */
  CHECK_INT(cyn_i_scan_rate_wait(&rate, 10), 0);
  cyn_i_scan_rate_book(&rate, 10, 5, now);
  int64_t wait = cyn_i_scan_rate_wait(&rate, 10);
  CHECK(wait > 300 && wait <= 501);
  CHECK_INT(cyn_i_scan_rate_wait(&rate, 0), 0);
}

TEST(back_off) {
  for (int attempt = 0; attempt < 40; attempt++) {
    int64_t wait = cyn_i_backoff_ms(attempt);
    CHECK(wait >= 0 && wait <= 5000 && (attempt != 0 || wait <= 50));
  }
}
