/* See retry.h. What is retried: no answer, 500, 502, 503, 504, the names of throttling, a wrong crc32, and
 * ReplicatedWriteConflictException. A retry takes tokens from a quota that all calls of a client share (14, or 5 where
 * throttled) and a success gives them back, so that a service in trouble is not buried under retries. */
#include "client/retry.h"

#include <pthread.h>
#include <stddef.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/random.h"
#include "client/rate.h"

#define QUOTA_MAX 500
#define QUOTA_RETRY 14
#define QUOTA_THROTTLED 5
#define QUOTA_SUCCESS 1
#define BASE_MS 25.0
#define THROTTLED_BASE_MS 1000.0
#define DELAY_MAX_MS 20000.0
#define RETRY_AFTER_MORE_MS 5000
#define LEGACY_BASE_MS 50.0
#define LEGACY_ATTEMPTS 10
#define STANDARD_ATTEMPTS 4

struct cyn_i_retry {
  pthread_mutex_t lock;
  cyn_i_retry_mode mode;
  int64_t attempts_max;
  int64_t quota;
  cyn_i_rate rate;
};

cyn_i_retry *cyn_i_retry_new(cyn_i_retry_mode mode, int64_t attempts_max) {
  cyn_i_retry *retry = cyn_i_zalloc(1, sizeof *retry);
  if (retry == NULL) return NULL;
  if (pthread_mutex_init(&retry->lock, NULL) != 0) {
    cyn_i_free(retry);
    return NULL;
  }
  retry->mode = mode;
  retry->attempts_max = attempts_max > 0 ? attempts_max : mode == CYN_RETRY_LEGACY ? LEGACY_ATTEMPTS : STANDARD_ATTEMPTS;
  retry->quota = QUOTA_MAX;
  return retry;
}

void cyn_i_retry_destroy(cyn_i_retry *retry) {
  if (retry == NULL) return;
  (void)pthread_mutex_destroy(&retry->lock);
  cyn_i_free(retry);
}

int64_t cyn_i_retry_attempts_max(const cyn_i_retry *retry) { return retry->attempts_max; }

bool cyn_i_retry_mode_parse(cyn_bytes text, cyn_i_retry_mode *out) {
  static const struct {
    const char *name;
    cyn_i_retry_mode mode;
  } modes[] = {{"standard", CYN_RETRY_STANDARD}, {"legacy", CYN_RETRY_LEGACY}, {"adaptive", CYN_RETRY_ADAPTIVE}};
  for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
    if (text.size == strlen(modes[i].name) && memcmp(text.data, modes[i].name, text.size) == 0) {
      *out = modes[i].mode;
      return true;
    }
  return false;
}

/* ---- what is worth another attempt ---- */

static bool is_in(const char *name, const char *const *names, size_t count) {
  for (size_t i = 0; i < count && name != NULL; i++)
    if (strcmp(name, names[i]) == 0) return true;
  return false;
}
#define IS_IN(name, names) is_in(name, names, sizeof names / sizeof names[0])

bool cyn_i_retry_is_throttling(const char *name, int http_status) {
  static const char *const names[] = {
      "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "TooManyRequestsException",
      "ProvisionedThroughputExceededException", "TransactionInProgressException", "RequestLimitExceeded",
      "BandwidthLimitExceeded", "LimitExceededException", "RequestThrottled", "SlowDown", "PriorRequestNotComplete",
      "EC2ThrottledException"};
  return IS_IN(name, names) || http_status == 429;
}

static bool is_no_answer(const cyn_i_retry_outcome *outcome) {
  return outcome->status == CYN_E_CONNECTION || outcome->status == CYN_E_TIMEOUT || outcome->status == CYN_E_CHECKSUM;
}

static bool is_server_trouble(int http_status) {
  return http_status == 500 || (http_status >= 502 && http_status <= 504);
}

static bool is_retryable_standard(const cyn_i_retry_outcome *outcome) {
  static const char *const transient[] = {"RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete",
                                          "ReplicatedWriteConflictException"};
  return is_no_answer(outcome) || is_server_trouble(outcome->http_status) || IS_IN(outcome->name, transient) ||
         cyn_i_retry_is_throttling(outcome->name, outcome->http_status);
}

static bool is_retryable_legacy(const cyn_i_retry_outcome *outcome) {
  static const char *const names[] = {"Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
                                      "ProvisionedThroughputExceededException", "TransactionInProgressException"};
  return is_no_answer(outcome) || is_server_trouble(outcome->http_status) || outcome->http_status == 429 ||
         outcome->http_status == 509 || (outcome->http_status == 400 && IS_IN(outcome->name, names)) ||
         (outcome->http_status == 409 && IS_IN(outcome->name, ((const char *const[]){"ReplicatedWriteConflictException"})));
}

/* ---- when ---- */

static double random_part(void) {
  uint32_t word;
  cyn_i_random_bytes(&word, sizeof word);
  return (double)word / 4294967296.0;
}

static double doubled(double base, int64_t times, double max) {
  for (int64_t i = 0; i < times && base < max; i++) base *= 2;
  return base < max ? base : max;
}

static int64_t delay_ms(const cyn_i_retry *retry, const cyn_i_retry_state *state, const cyn_i_retry_outcome *outcome,
                        bool is_throttled) {
  if (retry->mode == CYN_RETRY_LEGACY) return (int64_t)doubled(LEGACY_BASE_MS, state->attempt - 1, 86400000.0);
  int64_t delay = (int64_t)(random_part() *
                            doubled(is_throttled ? THROTTLED_BASE_MS : BASE_MS, state->attempt - 1, DELAY_MAX_MS));
  if (outcome->retry_after_ms < 0) return delay;
  int64_t asked = outcome->retry_after_ms < delay + RETRY_AFTER_MORE_MS ? outcome->retry_after_ms : delay + RETRY_AFTER_MORE_MS;
  return asked > delay ? asked : delay;
}

int64_t cyn_i_retry_begin(cyn_i_retry *retry, cyn_i_retry_state *state, uint64_t now_ns) {
  state->attempt++;
  if (retry->mode != CYN_RETRY_ADAPTIVE) return 0;
  (void)pthread_mutex_lock(&retry->lock);
  int64_t wait_ms = cyn_i_rate_take(&retry->rate, now_ns);
  (void)pthread_mutex_unlock(&retry->lock);
  return wait_ms;
}

/* Under the lock. */
static bool take_quota(cyn_i_retry *retry, cyn_i_retry_state *state, bool is_throttled) {
  int64_t cost = is_throttled ? QUOTA_THROTTLED : QUOTA_RETRY;
  if (retry->mode == CYN_RETRY_LEGACY) return true;
  if (cost > retry->quota) return false;
  retry->quota -= cost;
  state->quota = cost;
  return true;
}

static void give_quota(cyn_i_retry *retry, const cyn_i_retry_state *state) {
  retry->quota += state->quota != 0 ? state->quota : QUOTA_SUCCESS;
  if (retry->quota > QUOTA_MAX) retry->quota = QUOTA_MAX;
}

int64_t cyn_i_retry_next(cyn_i_retry *retry, cyn_i_retry_state *state, const cyn_i_retry_outcome *outcome,
                         uint64_t now_ns) {
  bool is_throttled = outcome->status != CYN_OK && cyn_i_retry_is_throttling(outcome->name, outcome->http_status);
  bool is_legacy = retry->mode == CYN_RETRY_LEGACY;
  bool is_again = outcome->status != CYN_OK && state->attempt < retry->attempts_max &&
                  (is_legacy ? is_retryable_legacy(outcome) : is_retryable_standard(outcome));
  (void)pthread_mutex_lock(&retry->lock);
  if (retry->mode == CYN_RETRY_ADAPTIVE) cyn_i_rate_record(&retry->rate, is_throttled, now_ns);
  if (outcome->status == CYN_OK) give_quota(retry, state);
  if (is_again) is_again = take_quota(retry, state, is_throttled);
  (void)pthread_mutex_unlock(&retry->lock);
  return is_again ? delay_ms(retry, state, outcome, is_throttled) : -1;
}
