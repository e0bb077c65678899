/* Which errors are tried again, how often, and after how long. */
#include "client/retry.h"

#include "base/error.h"
#include "test.h"

static const cyn_i_retry_outcome good = {CYN_OK, NULL, 200, -1};
static const cyn_i_retry_outcome throttled = {CYN_E_THROUGHPUT_EXCEEDED, "ProvisionedThroughputExceededException", 400, -1};
static const cyn_i_retry_outcome broken = {CYN_E_INTERNAL, "InternalServerError", 500, -1};
static const cyn_i_retry_outcome lost = {CYN_E_CONNECTION, "CynamoConnectionError", 0, -1};

TEST(what_is_tried_again) {
  static const struct {
    cyn_i_retry_outcome outcome;
    bool standard, legacy;
  } rows[] = {
      {{CYN_OK, NULL, 200, -1}, false, false},
      {{CYN_E_CONNECTION, "CynamoConnectionError", 0, -1}, true, true},
      {{CYN_E_TIMEOUT, "CynamoTimeout", 0, -1}, true, true},
      {{CYN_E_CHECKSUM, "CynamoChecksumError", 200, -1}, true, true},
      {{CYN_E_BAD_ANSWER, "CynamoBadAnswer", 200, -1}, false, false},
      {{CYN_E_CREDENTIALS, "CynamoNoCredentials", 0, -1}, false, false},
      {{CYN_E_INTERNAL, "InternalServerError", 500, -1}, true, true},
      {{CYN_E_SERVICE, "CynamoServiceError", 501, -1}, false, false},
      {{CYN_E_SERVICE, "CynamoServiceError", 502, -1}, true, true},
      {{CYN_E_UNAVAILABLE, "ServiceUnavailableException", 503, -1}, true, true},
      {{CYN_E_SERVICE, "CynamoServiceError", 504, -1}, true, true},
      {{CYN_E_SERVICE, "CynamoServiceError", 509, -1}, false, true},
      {{CYN_E_SERVICE, "CynamoServiceError", 429, -1}, true, true},
      {{CYN_E_THROTTLING, "ThrottlingException", 400, -1}, true, true},
      {{CYN_E_THROUGHPUT_EXCEEDED, "ProvisionedThroughputExceededException", 400, -1}, true, true},
      {{CYN_E_REQUEST_LIMIT_EXCEEDED, "RequestLimitExceeded", 400, -1}, true, false},
      {{CYN_E_TRANSACTION_IN_PROGRESS, "TransactionInProgressException", 400, -1}, true, true},
      {{CYN_E_REPLICATED_WRITE_CONFLICT, "ReplicatedWriteConflictException", 409, -1}, true, true},
      {{CYN_E_SERVICE, "RequestTimeout", 400, -1}, true, false},
      {{CYN_E_VALIDATION, "ValidationException", 400, -1}, false, false},
      {{CYN_E_CONDITIONAL_CHECK_FAILED, "ConditionalCheckFailedException", 400, -1}, false, false},
      {{CYN_E_TRANSACTION_CANCELED, "TransactionCanceledException", 400, -1}, false, false},
      {{CYN_E_RESOURCE_NOT_FOUND, "ResourceNotFoundException", 400, -1}, false, false},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    for (int legacy = 0; legacy < 2; legacy++) {
      cyn_i_retry *retry = cyn_i_retry_new(legacy ? CYN_RETRY_LEGACY : CYN_RETRY_STANDARD, 0);
      cyn_i_retry_state state = {0};
      (void)cyn_i_retry_begin(retry, &state, 1);
      bool again = cyn_i_retry_next(retry, &state, &rows[i].outcome, 1) >= 0;
      if (again != (legacy ? rows[i].legacy : rows[i].standard))
        test_failed(__FILE__, __LINE__, "row %zu (%s, %d), legacy %d", i, rows[i].outcome.name, rows[i].outcome.http_status, legacy);
      cyn_i_retry_destroy(retry);
    }
}

static int attempts(cyn_i_retry *retry, const cyn_i_retry_outcome *outcome, int64_t delays[16]) {
  cyn_i_retry_state state = {0};
  for (int i = 0; i < 16; i++) {
    (void)cyn_i_retry_begin(retry, &state, 1);
    delays[i] = cyn_i_retry_next(retry, &state, outcome, 1);
    if (delays[i] < 0) return i + 1;
  }
  return 99;
}

TEST(standard_makes_four_attempts_with_jitter) {
  int64_t delays[16], sum = 0;
  for (int round = 0; round < 200; round++) {
    cyn_i_retry *retry = cyn_i_retry_new(CYN_RETRY_STANDARD, 0);
    CHECK_INT(attempts(retry, &broken, delays), 4);
    for (int i = 0; i < 3; i++) CHECK(delays[i] >= 0 && delays[i] <= 25 << i);
    CHECK_INT(attempts(retry, &throttled, delays), 4);
    for (int i = 0; i < 3; i++) CHECK(delays[i] >= 0 && delays[i] <= 1000 << i);
    sum += delays[0];
    cyn_i_retry_destroy(retry);
  }
  CHECK(sum > 200 * 300 && sum < 200 * 700); /* 500 on average */
}

TEST(legacy_makes_ten_attempts_that_double) {
  int64_t delays[16];
  cyn_i_retry *retry = cyn_i_retry_new(CYN_RETRY_LEGACY, 0);
  for (int round = 0; round < 100; round++) { /* no quota */
    CHECK_INT(attempts(retry, &lost, delays), 10);
    for (int i = 0; i < 9; i++) CHECK_INT(delays[i], 50 << i);
  }
  cyn_i_retry_destroy(retry);
}

TEST(the_number_of_attempts_is_the_programs) {
  int64_t delays[16];
  cyn_i_retry *retry = cyn_i_retry_new(CYN_RETRY_STANDARD, 1);
  CHECK_INT(attempts(retry, &broken, delays), 1);
  cyn_i_retry_destroy(retry);
  retry = cyn_i_retry_new(CYN_RETRY_LEGACY, 2);
  CHECK_INT(attempts(retry, &broken, delays), 2);
  cyn_i_retry_destroy(retry);
}

TEST(the_quota_runs_dry_and_fills_again) {
  int64_t delays[16];
  cyn_i_retry *retry = cyn_i_retry_new(CYN_RETRY_STANDARD, 0);
  int total = 0;
  for (int i = 0; i < 30; i++) total += attempts(retry, &broken, delays) - 1;
  CHECK_INT(total, 35); /* 500 / 14 */
  cyn_i_retry_state state = {0};
  for (int i = 0; i < 14; i++) { /* each success without a retry gives one token: 10 + 14 */
    state = (cyn_i_retry_state){0};
    (void)cyn_i_retry_begin(retry, &state, 1);
    (void)cyn_i_retry_next(retry, &state, &good, 1);
  }
  CHECK_INT(attempts(retry, &broken, delays) - 1, 1);
  state = (cyn_i_retry_state){.attempt = 1, .quota = 14}; /* a success after a retry gives back what that one took */
  (void)cyn_i_retry_next(retry, &state, &good, 1);
  CHECK_INT(attempts(retry, &broken, delays) - 1, 1);
  cyn_i_retry_destroy(retry);
}

TEST(a_server_may_ask_for_a_pause) {
  cyn_i_retry *retry = cyn_i_retry_new(CYN_RETRY_STANDARD, 0);
  cyn_i_retry_outcome asks = broken;
  asks.retry_after_ms = 2000;
  cyn_i_retry_state state = {.attempt = 1};
  CHECK_INT(cyn_i_retry_next(retry, &state, &asks, 1), 2000);
  asks.retry_after_ms = 60000; /* at most five seconds more than we would wait */
  state = (cyn_i_retry_state){.attempt = 1};
  int64_t delay = cyn_i_retry_next(retry, &state, &asks, 1);
  CHECK(delay >= 5000 && delay <= 5025);
  cyn_i_retry_destroy(retry);
}

TEST(adaptive_slows_down_after_throttling) {
  cyn_i_retry *retry = cyn_i_retry_new(CYN_RETRY_ADAPTIVE, 0);
  cyn_i_retry_state state = {0};
  uint64_t now = 1000000000000u;
  CHECK_INT(cyn_i_retry_begin(retry, &state, now), 0);
  (void)cyn_i_retry_next(retry, &state, &throttled, now);
  CHECK(cyn_i_retry_begin(retry, &state, now) > 0);
  cyn_i_retry_destroy(retry);
}

TEST(modes_by_name) {
  cyn_i_retry_mode mode = 0;
  CHECK(cyn_i_retry_mode_parse(cyn_str("legacy"), &mode) && mode == CYN_RETRY_LEGACY);
  CHECK(cyn_i_retry_mode_parse(cyn_str("standard"), &mode) && mode == CYN_RETRY_STANDARD);
  CHECK(cyn_i_retry_mode_parse(cyn_str("adaptive"), &mode) && mode == CYN_RETRY_ADAPTIVE);
  CHECK(!cyn_i_retry_mode_parse(cyn_str("Standard"), &mode) && !cyn_i_retry_mode_parse(cyn_str(""), &mode));
}
