/* Cynamo: a database handle. One URL decides where the data lives; the calls above it never change.
 *
 *   memory:                    a new database, lost when it is closed
 *   memory:NAME                one per process and name
 *   file:PATH                  a folder that this process owns while it is open
 *
 * Query parameters: ?region=REGION  &durability=strict|relaxed|unsafe  &size_max=BYTES (K, M, G, T) */
#ifndef CYNAMO_DB_H
#define CYNAMO_DB_H

#include <cynamo/error.h>
#include <cynamo/value.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cyn_db cyn_db;

typedef struct cyn_db_options {
  size_t size;                        /* of this struct, set by CYN_DB_OPTIONS_INIT */
  cyn_bytes region;                   /* over the URL's ?region=, AWS_REGION, AWS_DEFAULT_REGION; else us-east-1 */
  cyn_bytes account;                  /* 12 digits of the ARNs; absent: 000000000000 */
  cyn_opt_int create_table_delay_ms;  /* time in CREATING; absent or 0: ACTIVE at once */
  cyn_opt_int update_table_delay_ms;
  cyn_opt_int delete_table_delay_ms;
  cyn_opt_int item_size_max_bytes;    /* absent: 409,600 */
  cyn_opt_int ttl_sweep_interval_ms;  /* absent: 1,000; 0: no sweeper */
} cyn_db_options;

#define CYN_DB_OPTIONS_INIT {sizeof(cyn_db_options), {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}}

/* Opens a database. `options` may be NULL. On CYN_OK *out is the caller's, closed by cyn_db_close. Any thread may use it.
 * Errors: CynamoUsageError (URL), CynamoStoreLocked, CynamoStoreVersion, CynamoStoreError. */
CYN_API cyn_status cyn_open(const char *url, const cyn_db_options *options, cyn_db **out, cyn_error *error) CYN_MUST_USE;

/* Waits for calls under way, then closes; NULL is allowed. */
CYN_API void cyn_db_close(cyn_db *db);

#ifdef __cplusplus
}
#endif
#endif
