#include "control/metrics.h"

#include <stdlib.h>

#include "test.h"

static uint64_t value(const _Atomic uint64_t *counter) { return atomic_load(counter); }

TEST(requests_errors_and_latencies_are_counted) {
  cyn_i_metrics *metrics = calloc(1, sizeof *metrics);
  cyn_i_metrics_request(metrics, 3, CYN_OK, 9000);
  cyn_i_metrics_request(metrics, 3, CYN_E_VALIDATION, 10001);
  cyn_i_metrics_request(metrics, 3, CYN_OK, UINT64_C(100000000000));
  CHECK_INT(value(&metrics->requests[3]), 3);
  CHECK_INT(value(&metrics->errors[CYN_E_VALIDATION]), 1);
  CHECK_INT(value(&metrics->latency[3][0]), 1);
  CHECK_INT(value(&metrics->latency[3][1]), 1);
  CHECK_INT(value(&metrics->latency[3][CYN_METRICS_BUCKETS - 1]), 1);
  CHECK_INT(value(&metrics->latency_ns_sum[3]), 100000019001);
  free(metrics);
}

TEST(no_operation_is_counted_apart) {
  cyn_i_metrics *metrics = calloc(1, sizeof *metrics);
  cyn_i_metrics_request(metrics, CYN_OPERATION_COUNT, CYN_E_UNKNOWN_OPERATION, 5);
  cyn_i_metrics_request(metrics, 100000, -1, 5);
  CHECK_INT(value(&metrics->requests[CYN_OPERATION_COUNT]), 2);
  CHECK_INT(value(&metrics->errors[CYN_E_UNKNOWN_OPERATION]), 1);
  free(metrics);
}

TEST(sets_are_added_up) {
  cyn_i_metrics *sets = calloc(3, sizeof *sets);
  cyn_i_metrics_request(&sets[0], 1, CYN_OK, 5);
  cyn_i_metrics_request(&sets[1], 1, CYN_OK, 5);
  cyn_i_metrics_add(&sets[1].bytes_out, 7);
  cyn_i_metrics_sum(&sets[2], &sets[0]);
  cyn_i_metrics_sum(&sets[2], &sets[1]);
  CHECK_INT(value(&sets[2].requests[1]), 2);
  CHECK_INT(value(&sets[2].latency[1][0]), 2);
  CHECK_INT(value(&sets[2].bytes_out), 7);
  free(sets);
}

TEST(bounds_rise_and_the_last_is_open) {
  for (size_t i = 1; i + 1 < CYN_METRICS_BUCKETS; i++)
    CHECK(cyn_i_metrics_bucket_bound_ns(i) > cyn_i_metrics_bucket_bound_ns(i - 1));
  CHECK_INT(cyn_i_metrics_bucket_bound_ns(CYN_METRICS_BUCKETS - 1), 0);
}
