/* Counters that one thread writes and any thread reads: no locks and no shared cache lines on a request's way.
 * A page of Prometheus text is made by adding up the sets of all threads. */
#ifndef CYN_CONTROL_METRICS_H
#define CYN_CONTROL_METRICS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cynamo/error.h>
#include <cynamo/operations.h>

#include "base/error_table.h"

#define CYN_METRICS_BUCKETS 14 /* bounds in metrics.c; the last one is +Inf */

typedef struct cyn_i_metrics {
  _Atomic uint64_t requests[CYN_OPERATION_COUNT + 1]; /* the last one: no known operation */
  _Atomic uint64_t errors[CYN_E_COUNT];
  _Atomic uint64_t latency_ns_sum[CYN_OPERATION_COUNT];
  _Atomic uint64_t latency[CYN_OPERATION_COUNT][CYN_METRICS_BUCKETS]; /* not cumulative */
  _Atomic uint64_t connections_accepted;
  _Atomic uint64_t connections_refused;
  _Atomic uint64_t http_faults; /* requests that were no valid HTTP, too large or too slow */
  _Atomic uint64_t bytes_in;
  _Atomic uint64_t bytes_out;
} cyn_i_metrics;

/* A single writer needs no locked instruction. */
static inline void cyn_i_metrics_add(_Atomic uint64_t *counter, uint64_t more) {
  atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + more, memory_order_relaxed);
}

/* Counts one answered request; `operation` may be CYN_OPERATION_COUNT (none), `status` CYN_OK. */
void cyn_i_metrics_request(cyn_i_metrics *metrics, unsigned operation, cyn_status status, uint64_t latency_ns);

/* sum += set, member by member. */
void cyn_i_metrics_sum(cyn_i_metrics *sum, const cyn_i_metrics *set);

/* The upper bound of a bucket in nanoseconds; 0 for the last. */
uint64_t cyn_i_metrics_bucket_bound_ns(size_t bucket);

#endif
