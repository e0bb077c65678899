/* Cynamo: calls that are more than one blocking function: submitted calls, paginators, waiters, whole batches. All work on
 * every database, whoever answers. */
#ifndef CYNAMO_CLIENT_H
#define CYNAMO_CLIENT_H

#include <cynamo/operations.h>
#include <cynamo/result.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- submitted calls: many in flight from one thread ----
 *
 *   for (…) status = cyn_call_submit(db, CYN_OPERATION_GET_ITEM, &input[i], result[i], on_item, &state[i], &error);
 *   while (cyn_db_dispatch(db, -1) != 0) {}
 *
 * or, in a program with an event loop: watch cyn_db_poll_fd(db) for reading, and call cyn_db_dispatch(db, 0) when it is
 * readable. Callbacks run inside cyn_db_dispatch only, on the thread that calls it. */

/* `output` is the operation's (cyn_get_item_output, …), owned by the call's result until its next call; NULL unless status
 * is CYN_OK. `error` is cleaned up after the callback. The callback may submit again, with the same result too. */
typedef void (*cyn_call_done)(void *user, cyn_status status, const void *output, cyn_error *error);

/* Starts a call of `operation`; `input` is that operation's struct (cyn_get_item_input, …). Input and result are borrowed
 * until the callback. Any thread. Does not wait for the answer (the first call of an aws: database may wait for keys).
 * Not CYN_OK: nothing was started, and there will be no callback.
 * Errors: ValidationException (bounds of the input), CynamoUsageError, CynamoOutOfMemory; all others reach the callback. */
CYN_API cyn_status cyn_call_submit(cyn_db *db, cyn_operation operation, const void *input, cyn_result *result,
                                   cyn_call_done done, void *user, cyn_error *error) CYN_MUST_USE;

/* Calls the callbacks of all calls that are complete. When there are none, waits for one: at most `timeout_ms`, without
 * end when it is negative, not at all when no call is under way. Returns how many callbacks were called. One thread at a
 * time. */
CYN_API size_t cyn_db_dispatch(cyn_db *db, int timeout_ms);

/* How many submitted calls have not had their callback. From any thread. */
CYN_API size_t cyn_db_calls_under_way(cyn_db *db);

/* A descriptor that is readable while completed calls wait for cyn_db_dispatch. The database's: not to be read, written or
 * closed by the program. -1 when the system gives none. After fork() a child asks anew. */
CYN_API int cyn_db_poll_fd(cyn_db *db);

/* ---- interruption ----
 * For programs whose signal handlers only note a signal (Python's): a blocking call of an http: or aws: database that waits,
 * for an answer or to send again, asks after each signal that its thread gets, and twice a second, whether to go on. */

/* True ends the call with CynamoInterrupted; what was sent may have been done. Called on the calling thread. */
typedef bool (*cyn_interrupt_hook)(void);
/* One hook a process; NULL: none. From any thread. */
CYN_API void cyn_interrupt_set(cyn_interrupt_hook is_interrupted);

/* ---- paginators ---- */

typedef struct cyn_paginator cyn_paginator;

/* Pages of Query, Scan, ListTables, ListBackups, ListExports, ListImports, ListGlobalTables, ListContributorInsights,
 * ListTagsOfResource, BatchGetItem (unprocessed keys) and the streams' ListStreams and DescribeStream. `input` is borrowed
 * until destroy; its own start key is where the first page begins. Errors: CynamoUsageError (an operation without pages),
 * CynamoOutOfMemory. */
CYN_API cyn_status cyn_paginator_new(cyn_db *db, cyn_operation operation, const void *input, cyn_paginator **out,
                                     cyn_error *error) CYN_MUST_USE;
/* Frees the paginator and its last page; NULL is allowed. */
CYN_API void cyn_paginator_destroy(cyn_paginator *paginator);
/* The next page: *output is the operation's output struct, valid until the next call; NULL after the last page. On an
 * error the same page may be asked for again. Errors: the operation's; CynamoBadAnswer when a server gives the same start
 * key twice. */
CYN_API cyn_status cyn_paginator_next(cyn_paginator *paginator, const void **output, cyn_error *error) CYN_MUST_USE;
/* False after the last page. */
CYN_API bool cyn_paginator_has_more(const cyn_paginator *paginator);

/* ---- waiters ---- */

typedef struct cyn_wait_options {
  size_t size;            /* of this struct, set by CYN_WAIT_OPTIONS_INIT */
  cyn_opt_int delay_ms;   /* between two looks; absent: 20,000 as the SDKs */
  cyn_opt_int max_looks;  /* absent: 25 */
} cyn_wait_options;
#define CYN_WAIT_OPTIONS_INIT {sizeof(cyn_wait_options), {0, 0}, {0, 0}}

/* Return when DescribeTable says ACTIVE, or that there is no such table. `options` may be NULL. Errors: CynamoTimeout when
 * it was not so at the last look; DescribeTable's. */
CYN_API cyn_status cyn_wait_table_exists(cyn_db *db, cyn_bytes table_name, const cyn_wait_options *options,
                                         cyn_error *error) CYN_MUST_USE;
CYN_API cyn_status cyn_wait_table_not_exists(cyn_db *db, cyn_bytes table_name, const cyn_wait_options *options,
                                             cyn_error *error) CYN_MUST_USE;

/* ---- whole batches ---- */

typedef struct cyn_batch_options {
  size_t size;            /* of this struct, set by CYN_BATCH_OPTIONS_INIT */
  cyn_opt_int max_sends;  /* of what remains unprocessed, one after the other without progress; absent: 10 */
  cyn_opt_int delay_ms;   /* the first pause, doubled by each further one, with jitter; absent: 50 */
} cyn_batch_options;
#define CYN_BATCH_OPTIONS_INIT {sizeof(cyn_batch_options), {0, 0}, {0, 0}}

/* BatchGetItem and BatchWriteItem for any number of keys and requests: sent in parts of 100 and 25, and what comes back
 * unprocessed is sent again. The output is that of the one operation, with all parts in it; owned by `result`.
 * When something could not be done, ProvisionedThroughputExceededException says how much, and *output is set all the same:
 * its UnprocessedKeys or UnprocessedItems say what. After any other error *output is what had been done until then, with
 * all that is left as unprocessed (of the part that failed, some may have been done). Nothing is lost silently. */
CYN_API cyn_status cyn_batch_get_all(cyn_db *db, const cyn_batch_get_item_input *input, const cyn_batch_options *options,
                                     cyn_result *result, const cyn_batch_get_item_output **output,
                                     cyn_error *error) CYN_MUST_USE;
CYN_API cyn_status cyn_batch_write_all(cyn_db *db, const cyn_batch_write_item_input *input, const cyn_batch_options *options,
                                       cyn_result *result, const cyn_batch_write_item_output **output,
                                       cyn_error *error) CYN_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
