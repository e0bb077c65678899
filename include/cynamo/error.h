/* Cynamo: errors are values. Every fallible function returns a cyn_status and fills a `cyn_error` that the caller gave
 * (NULL is allowed). DynamoDB page: Programming.Errors. */
#ifndef CYNAMO_ERROR_H
#define CYNAMO_ERROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__) || defined(__clang__)
#define CYN_API __attribute__((visibility("default")))
#define CYN_MUST_USE __attribute__((warn_unused_result))
#else
#define CYN_API
#define CYN_MUST_USE
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* CYN_OK is 0; every other value is a row of the error table (src/base/error_table.h). */
typedef int cyn_status;
#define CYN_OK 0

/* One reason per action of a cancelled transaction; `code` is "None" where that action had no error. */
typedef struct cyn_cancellation_reason {
  const char *code;
  const char *message;      /* NULL where code is "None" */
  const uint8_t *item;      /* binary item, NULL unless ALL_OLD was asked for and an item exists */
  size_t item_size;
} cyn_cancellation_reason;

/* Init with CYN_ERROR_INIT (all zero), free with cyn_error_clean_up. Owns all it points to. */
typedef struct cyn_error {
  cyn_status status;        /* CYN_OK: no error */
  int http_status;          /* 400, 409, 413, 500, 503 */
  const char *name;         /* DynamoDB's exception name, such as "ValidationException"; lives as long as the error */
  const char *message;      /* never NULL when status is set */
  const uint8_t *item;      /* ConditionalCheckFailedException's Item as a binary item; NULL when not asked for */
  size_t item_size;
  size_t reason_count;      /* TransactionCanceledException's CancellationReasons */
  const cyn_cancellation_reason *reasons;
  int operation;            /* the API call that failed, as cyn_operation + 1; 0: none was made. See exception.h */
  const char *request_id;   /* x-amzn-RequestId of the answer; of calls in process one of the same form; NULL: nothing answered */
  void *owned;              /* private: heap memory behind the pointers above */
  char text[200];           /* private: where short messages live */
  char request_id_text[64]; /* private: where request_id lives */
} cyn_error;

#ifdef __cplusplus
#define CYN_ERROR_INIT {}
#else
#define CYN_ERROR_INIT {0}
#endif

/* Frees what `error` owns and sets it to CYN_ERROR_INIT; NULL is allowed. */
CYN_API void cyn_error_clean_up(cyn_error *error);

#ifdef __cplusplus
}
#endif
#endif
