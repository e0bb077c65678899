/* The send rate against botocore's (tests/golden/rate.tsv, made by make_rate.py). */
#include "client/rate.h"

#include <math.h>
#include <stdlib.h>

#include "test.h"

TEST(rates_as_botocore) {
  FILE *file = fopen(CYN_SOURCE_DIR "/tests/golden/rate.tsv", "r");
  REQUIRE(file != NULL);
  cyn_i_rate rate = {0};
  /* the first bucket begins when the limiter is made */
  rate.has_bucket = true;
  rate.bucket_s = 1000;
  unsigned long long now;
  int throttled, rows = 0;
  double fill;
  while (fscanf(file, "%llu %d %lf", &now, &throttled, &fill) == 3) {
    cyn_i_rate_record(&rate, throttled != 0, now);
    if (fabs((rate.is_limited ? rate.fill : 0) - fill) > 1e-6 * (1 + fill))
      test_failed(__FILE__, __LINE__, "row %d: %.9f, expected %.9f", rows, rate.fill, fill);
    rows++;
  }
  CHECK_INT(rows, 400);
  fclose(file);
}

TEST(tokens_are_waited_for) {
  cyn_i_rate rate = {0};
  CHECK_INT(cyn_i_rate_take(&rate, 1000000000u), 0); /* free before the first throttling */
  cyn_i_rate_record(&rate, true, 2000000000u);
  CHECK_INT(cyn_i_rate_take(&rate, 2000000000u), 2000); /* half a token a second, none there */
  CHECK_INT(cyn_i_rate_take(&rate, 2000000000u), 4000); /* behind the one before */
  CHECK_INT(cyn_i_rate_take(&rate, 8000000000u), 0);
}
