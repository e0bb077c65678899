/* Cynamo: a database handle. One URL decides where the data lives; the calls above it never change.
 *
 *   memory:                    a new database, lost when it is closed
 *   memory:NAME                one per process and name: handles share the data, each with its own Region and account
 *   file:PATH                  a folder that this process owns while it is open
 *   http://HOST:PORT           a server that speaks DynamoDB's API: Cynamo's, or another (https:// too)
 *   aws:REGION                 the service
 *
 * Query parameters, all: ?region=REGION
 *   memory: and file:          &durability=strict|relaxed|unsafe  &size_max=BYTES (K, M, G, T)
 *   http: and aws:             &profile=NAME  &connect_timeout_ms=  &read_timeout_ms=  &max_attempts=  &max_connections=
 *                              &retry_mode=standard|legacy|adaptive */
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
  cyn_bytes region;                   /* over the URL's and the environment's (docs/default-configuration.md) */
  cyn_bytes account;                  /* 12 digits of the ARNs; absent: 000000000000 */
  cyn_opt_int create_table_delay_ms;  /* time in CREATING; absent or 0: ACTIVE at once */
  cyn_opt_int update_table_delay_ms;
  cyn_opt_int delete_table_delay_ms;
  cyn_opt_int item_size_max_bytes;    /* absent: 409,600 */
  cyn_opt_int ttl_sweep_interval_ms;  /* absent: 1,000; 0: no sweeper */
  /* http: and aws: only; each stands over the URL's parameter, and that over the environment */
  cyn_bytes access_key_id;            /* with secret_access_key: before every other source of keys */
  cyn_bytes secret_access_key;
  cyn_bytes session_token;
  cyn_bytes profile;                  /* over AWS_PROFILE */
  cyn_opt_int connect_timeout_ms;     /* absent: 60,000 */
  cyn_opt_int read_timeout_ms;        /* without a byte from the peer; absent: 60,000 */
  cyn_bytes retry_mode;               /* "standard", "legacy", "adaptive"; absent: AWS_RETRY_MODE, else standard */
  cyn_opt_int max_attempts;           /* the first one included; absent: AWS_MAX_ATTEMPTS, else 4 (legacy: 10) */
  cyn_opt_int max_connections;        /* kept open, and in use by submitted calls; absent: 10 */
  cyn_bytes proxy;                    /* URL; absent: HTTP(S)_PROXY and NO_PROXY; empty: none */
  cyn_bytes ca_bundle;                /* PEM file; absent: AWS_CA_BUNDLE, SSL_CERT_FILE, the system's */
  cyn_string_map extra_headers;       /* sent with each request */
  cyn_bytes ca_bundle_default;        /* PEM file, when nothing says ca_bundle; absent: libcurl's own */
} cyn_db_options;

#define CYN_DB_OPTIONS_INIT                                                                                           \
  {                                                                                                                   \
    sizeof(cyn_db_options), {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0},   \
        {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}                                        \
  }

/* Opens a database. `options` may be NULL; what it points to is copied. On CYN_OK *out is the caller's, closed by
 * cyn_db_close. Any thread may use it. An http: or aws: database sends nothing yet. After a fork() a child may go on with
 * http: and aws: databases (they connect anew); calls on memory: and file: databases answer CynamoForked.
 * Errors: CynamoUsageError (URL, options), CynamoStoreLocked, CynamoStoreVersion, CynamoStoreError. */
CYN_API cyn_status cyn_open(const char *url, const cyn_db_options *options, cyn_db **out, cyn_error *error) CYN_MUST_USE;

/* Closes; NULL is allowed. No blocking call may be under way on another thread. Submitted ones end (an http: or aws: call
 * with CynamoConnectionError) and their callbacks are called here. */
CYN_API void cyn_db_close(cyn_db *db);

/* The Region of requests and ARNs; absent where an aws: database has none. Lives with the database. */
CYN_API cyn_bytes cyn_db_region(const cyn_db *db);

/* Where requests go, such as "https://dynamodb.eu-west-1.amazonaws.com"; absent for memory: and file:. Lives with the
 * database. */
CYN_API cyn_bytes cyn_db_endpoint_url(const cyn_db *db);

#ifdef __cplusplus
}
#endif
#endif
