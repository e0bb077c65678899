/* See rate.h. */
#include "client/rate.h"

#include <math.h>

#define SMOOTHING 0.8
#define BUCKETS_PER_S 2.0
#define SCALE 0.4
#define BETA 0.7
#define RATE_MIN 0.5

static double seconds(uint64_t ns) { return (double)ns / 1e9; }

static void refill(cyn_i_rate *rate, double now_s) {
  if (rate->filled_s > 0) {
    rate->tokens += (now_s - rate->filled_s) * rate->fill;
    if (rate->tokens > rate->capacity) rate->tokens = rate->capacity;
  }
  rate->filled_s = now_s;
}

int64_t cyn_i_rate_take(cyn_i_rate *rate, uint64_t now_ns) {
  if (!rate->is_limited) return 0;
  refill(rate, seconds(now_ns));
  rate->tokens -= 1;
  return rate->tokens >= 0 ? 0 : (int64_t)ceil(-rate->tokens / rate->fill * 1000.0);
}

static void set_fill(cyn_i_rate *rate, double fill, double now_s) {
  refill(rate, now_s);
  rate->fill = fill > RATE_MIN ? fill : RATE_MIN;
  rate->capacity = fill > 1 ? fill : 1;
  if (rate->tokens > rate->capacity) rate->tokens = rate->capacity;
}

static void measure(cyn_i_rate *rate, double now_s) {
  double bucket_s = floor(now_s * BUCKETS_PER_S) / BUCKETS_PER_S;
  if (!rate->has_bucket) {
    rate->has_bucket = true;
    rate->bucket_s = floor(now_s);
  }
  rate->count += 1;
  if (bucket_s <= rate->bucket_s) return;
  rate->measured = rate->count / (bucket_s - rate->bucket_s) * SMOOTHING + rate->measured * (1 - SMOOTHING);
  rate->count = 0;
  rate->bucket_s = bucket_s;
}

void cyn_i_rate_record(cyn_i_rate *rate, bool is_throttled, uint64_t now_ns) {
  double now_s = seconds(now_ns), next;
  measure(rate, now_s);
  if (!is_throttled) {
    if (!rate->is_limited) return; /* nothing to grow from yet */
    double passed = now_s - rate->failed_s - rate->zero_s;
    next = SCALE * passed * passed * passed + rate->rate_max;
  } else {
    double current = rate->is_limited && rate->fill < rate->measured ? rate->fill : rate->measured;
    rate->rate_max = current;
    rate->zero_s = cbrt(current * (1 - BETA) / SCALE);
    rate->failed_s = now_s;
    next = current * BETA;
    rate->is_limited = true;
  }
  set_fill(rate, next < 2 * rate->measured ? next : 2 * rate->measured, now_s);
}
