/* Cynamo: the HTTP server, inside your process. What `cynamo serve` runs, and what tests in other languages embed:
 *
 *   cyn_db *db;
 *   cyn_server *server;
 *   if (cyn_open("memory:", NULL, &db, &error) != CYN_OK) …
 *   cyn_server_options options = CYN_SERVER_OPTIONS_INIT;
 *   options.port = cyn_int(0);
 *   if (cyn_server_start(db, &options, &server, &error) != CYN_OK) …
 *   printf("%s\n", cyn_server_url(server));
 *   cyn_server_stop(server);
 *   cyn_db_close(db);
 *
 * DynamoDB page: Programming.LowLevelAPI. */
#ifndef CYNAMO_SERVER_H
#define CYNAMO_SERVER_H

#include <cynamo/db.h>
#include <cynamo/error.h>
#include <cynamo/value.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cyn_server cyn_server;

/* How callers are split into data sets that do not see each other's tables. */
typedef enum cyn_server_split {
  CYN_SPLIT_REGION = 0,            /* by the Region of the signature, as the service does */
  CYN_SPLIT_REGION_AND_ACCESS_KEY, /* each access key is an account of its own, as DynamoDB Local without -sharedDb */
  CYN_SPLIT_NONE                   /* one data set, as DynamoDB Local with -sharedDb */
} cyn_server_split;

typedef enum cyn_log_format { CYN_LOG_TEXT = 0, CYN_LOG_JSON } cyn_log_format;

/* Absent members take the default that stands beside them. All bytes are borrowed for the call of cyn_server_start only. */
typedef struct cyn_server_options {
  size_t size;                    /* of this struct, set by CYN_SERVER_OPTIONS_INIT */
  cyn_bytes host;                 /* address or name to listen on; 127.0.0.1 */
  cyn_opt_int port;               /* 8000; 0 picks a free one */
  cyn_opt_int threads;            /* event loops; 1, at most 256 */
  bool no_auth;                   /* allows listening beyond loopback without credentials */
  cyn_bytes region;               /* for requests that name none, and the health text; AWS_REGION, else us-east-1 */
  cyn_server_split split;
  cyn_bytes credentials_file;     /* AWS shared-credentials format; given: SigV4 is verified */
  cyn_bytes cors_origins;         /* comma-separated origins that browsers may come from, or "*"; none */
  bool tls;                       /* serve https; without a certificate file a self-signed one is made */
  cyn_bytes tls_certificate_file; /* PEM, the chain behind it; turns tls on */
  cyn_bytes tls_key_file;         /* PEM; absent: the key stands in the certificate file */
  cyn_bytes tls_ca_file;          /* PEM; certificates sent after the server's own */
  cyn_bytes init_directory;       /* JSON files of tables and items to load before the server answers */
  cyn_opt_int poll_us;            /* a loop polls this long before it sleeps; 0 */
  cyn_opt_int header_bytes_max;   /* of one request; 32,768 */
  cyn_opt_int body_bytes_max;     /* of one request; 16,777,216 */
  cyn_opt_int connections_max;    /* 10,000 */
  cyn_opt_int header_timeout_ms;  /* from a request's first byte to the end of its headers, and for a TLS handshake; 20,000 */
  cyn_opt_int body_timeout_ms;    /* from there to the end of its body; 60,000 */
  cyn_opt_int idle_timeout_ms;    /* between requests; 120,000 */
  cyn_opt_int send_timeout_ms;    /* for an answer that the client does not read; 30,000 */
  cyn_opt_int stop_timeout_ms;    /* for requests under way when the server stops; 10,000 */
  cyn_opt_int unsent_bytes_max;   /* of answers waiting for slow readers, over all connections; 268,435,456 */
  cyn_opt_int pending_bytes_max;  /* of requests that are still arriving, over all connections; 536,870,912 */
  cyn_opt_int log_fd;             /* where log lines go; none */
  cyn_log_format log_format;
  bool log_requests;              /* one line per request */
  bool log_debug;                 /* connection-level lines too */
  /* called while a file of init_directory is loaded, on the thread of cyn_server_start: bytes read of it, and in all */
  void (*init_progress)(void *user, const char *file, uint64_t done_bytes, uint64_t total_bytes);
  void *init_progress_user;
} cyn_server_options;

#define CYN_SERVER_OPTIONS_INIT                                                                                       \
  {                                                                                                                   \
    sizeof(cyn_server_options), {0, 0}, {0, 0}, {0, 0}, 0, {0, 0}, CYN_SPLIT_REGION, {0, 0}, {0, 0}, 0, {0, 0},       \
        {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0},       \
        {0, 0}, {0, 0}, CYN_LOG_TEXT, 0, 0, 0, 0                                                                      \
  }

/* Starts the loops on threads of their own and returns when the server answers. `options` may be NULL. The database is
 * borrowed until cyn_server_stop. Any thread may call; no signal handler is touched.
 * Errors: CynamoUsageError with one line that names what is wrong and the remedy (port in use, bad option, unreadable
 * file), CynamoOutOfMemory. */
CYN_API cyn_status cyn_server_start(cyn_db *db, const cyn_server_options *options, cyn_server **out, cyn_error *error)
    CYN_MUST_USE;

/* Stops taking connections, finishes what is running, closes and frees; NULL is allowed. */
CYN_API void cyn_server_stop(cyn_server *server);

/* The port that is listened on. */
CYN_API int cyn_server_port(const cyn_server *server);

/* The endpoint for a client, such as "http://127.0.0.1:8000"; lives with the server. */
CYN_API const char *cyn_server_url(const cyn_server *server);

/* True when the database behind the server is lost on exit (memory:). */
CYN_API bool cyn_server_is_volatile(const cyn_server *server);

/* Asks the server at `url` (http or https, certificate not checked) for its health; blocks for at most `timeout_ms`.
 * Errors: CynamoUsageError (URL), ServiceUnavailableException with the reason (no answer, an answer that is not healthy). */
CYN_API cyn_status cyn_server_ping(const char *url, int timeout_ms, cyn_error *error) CYN_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
