/* Whether a failed attempt is made again, and when: botocore's modes with its numbers for DynamoDB (1.44).
 *   legacy     10 attempts, 50 ms doubling
 *   standard    4 attempts, full jitter over 25 ms (1 s where throttled) doubling to 20 s, a quota of 500 tokens
 *   adaptive   standard, and a send rate that CUBIC finds after the first throttling */
#ifndef CYN_CLIENT_RETRY_H
#define CYN_CLIENT_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include <cynamo/error.h>
#include <cynamo/value.h>

typedef enum cyn_i_retry_mode { CYN_RETRY_STANDARD = 1, CYN_RETRY_LEGACY, CYN_RETRY_ADAPTIVE } cyn_i_retry_mode;

typedef struct cyn_i_retry cyn_i_retry;
/* `attempts_max` counts the first attempt too; 0: the mode's own. NULL when out of memory. Any thread may use it. */
cyn_i_retry *cyn_i_retry_new(cyn_i_retry_mode mode, int64_t attempts_max);
void cyn_i_retry_destroy(cyn_i_retry *retry);
int64_t cyn_i_retry_attempts_max(const cyn_i_retry *retry);

/* "standard", "legacy", "adaptive"; false for anything else. */
bool cyn_i_retry_mode_parse(cyn_bytes text, cyn_i_retry_mode *out);

/* How an attempt ended. */
typedef struct cyn_i_retry_outcome {
  cyn_status status;       /* CYN_OK, or an error's */
  const char *name;        /* of the error, as the server wrote it */
  int http_status;         /* 0: no answer came */
  int64_t retry_after_ms;  /* x-amz-retry-after; negative: not given */
} cyn_i_retry_outcome;

/* The retries of one call: {0} before the first attempt. */
typedef struct cyn_i_retry_state {
  int64_t attempt;         /* that is under way, from 1 */
  int64_t quota;           /* tokens that the last retry took */
} cyn_i_retry_state;

/* Before an attempt: counts it; the milliseconds that it has to wait (adaptive mode; else 0). */
int64_t cyn_i_retry_begin(cyn_i_retry *retry, cyn_i_retry_state *state, uint64_t now_ns);
/* After it: the milliseconds until the next one, or -1 when there shall be none. */
int64_t cyn_i_retry_next(cyn_i_retry *retry, cyn_i_retry_state *state, const cyn_i_retry_outcome *outcome, uint64_t now_ns);

/* True when the name says that requests came too fast. */
bool cyn_i_retry_is_throttling(const char *name, int http_status);

#endif
