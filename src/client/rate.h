/* The send rate of the adaptive retry mode: free until the first throttling, then a token bucket whose rate follows CUBIC
 * (botocore's retries/throttling.py and bucket.py have the constants). Not locked: retry.c does. */
#ifndef CYN_CLIENT_RATE_H
#define CYN_CLIENT_RATE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct cyn_i_rate {
  bool is_limited;
  /* what was measured: requests in half-second buckets, smoothed */
  double measured, bucket_s, count;
  bool has_bucket;
  /* CUBIC */
  double rate_max, zero_s, failed_s;
  /* the bucket; it may go below zero: whoever took it there waits */
  double fill, capacity, tokens, filled_s;
} cyn_i_rate;

/* Takes a token; the milliseconds until it is there. */
int64_t cyn_i_rate_take(cyn_i_rate *rate, uint64_t now_ns);
/* An answer has come. */
void cyn_i_rate_record(cyn_i_rate *rate, bool is_throttled, uint64_t now_ns);

#endif
