/* See metrics.h. Every member of cyn_i_metrics is a 64-bit counter: the sum relies on it. */
#include "control/metrics.h"

static const uint64_t bounds_ns[CYN_METRICS_BUCKETS - 1] = {
    10000,   25000,    50000,    100000,    250000,     500000,     1000000,
    2500000, 10000000, 50000000, 250000000, 1000000000, 5000000000,
};

static size_t bucket_of(uint64_t latency_ns) {
  size_t bucket = 0;
  while (bucket < CYN_METRICS_BUCKETS - 1 && latency_ns > bounds_ns[bucket]) bucket++;
  return bucket;
}

void cyn_i_metrics_request(cyn_i_metrics *metrics, unsigned operation, cyn_status status, uint64_t latency_ns) {
  if (operation > CYN_OPERATION_COUNT) operation = CYN_OPERATION_COUNT;
  cyn_i_metrics_add(&metrics->requests[operation], 1);
  if (status > 0 && status < CYN_E_COUNT) cyn_i_metrics_add(&metrics->errors[status], 1);
  if (operation == CYN_OPERATION_COUNT) return;
  cyn_i_metrics_add(&metrics->latency_ns_sum[operation], latency_ns);
  cyn_i_metrics_add(&metrics->latency[operation][bucket_of(latency_ns)], 1);
}

void cyn_i_metrics_sum(cyn_i_metrics *sum, const cyn_i_metrics *set) {
  _Static_assert(sizeof(cyn_i_metrics) % sizeof(_Atomic uint64_t) == 0, "only counters");
  _Atomic uint64_t *to = (_Atomic uint64_t *)(void *)sum;
  const _Atomic uint64_t *from = (const _Atomic uint64_t *)(const void *)set;
  for (size_t i = 0; i < sizeof *sum / sizeof *to; i++)
    cyn_i_metrics_add(&to[i], atomic_load_explicit(&from[i], memory_order_relaxed));
}

uint64_t cyn_i_metrics_bucket_bound_ns(size_t bucket) {
  return bucket < CYN_METRICS_BUCKETS - 1 ? bounds_ns[bucket] : 0;
}
