/* What the files of the server share.
 *
 * A server has loops, a loop has connections, a connection that has begun to send has a request. A loop and all below
 * it belong to one thread; only `remote` (completions from a commit thread) and the counters are touched by others. */
#ifndef CYN_SERVER_PRIVATE_H
#define CYN_SERVER_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <openssl/ssl.h>
#include <uv.h>

#include <cynamo/server.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/coding.h"
#include "control/metrics.h"
#include "db/db.h"
#include "server/authorize.h"
#include "server/keyring.h"
#include "server/http.h"
#include "server/log.h"
#include "server/origin.h"
#include "server/sigv4.h"

#define CYN_SERVER_THREADS_MAX 256
#define CYN_SERVER_LISTENERS_MAX 2
#define CYN_RESPONSE_HEAD_MAX 512

typedef struct cyn_i_loop cyn_i_loop;
typedef struct cyn_i_connection cyn_i_connection;
typedef struct cyn_i_request cyn_i_request;

/* The options with their defaults filled in. */
typedef struct cyn_i_settings {
  char host[256];
  int port;
  int threads;
  bool no_auth;
  char region[64];
  char account[16];
  cyn_server_split split;
  uint64_t poll_ns;
  cyn_i_http_limits http;
  int64_t connections_max;
  int64_t unsent_bytes_max;
  int64_t pending_bytes_max;
  uint64_t header_timeout_ms, body_timeout_ms, idle_timeout_ms, send_timeout_ms, stop_timeout_ms;
  bool log_requests;
} cyn_i_settings;

/* What of a request is arriving: each part has a deadline of its own. */
typedef enum cyn_i_phase { CYN_PHASE_NONE, CYN_PHASE_HEAD, CYN_PHASE_BODY } cyn_i_phase;

/* One request on its way, from its first byte to the last of its answer. Taken from the loop's pool, so its buffers are
 * warm and nothing is allocated. */
struct cyn_i_request {
  cyn_i_request *next; /* in the pool, or in a list of completed calls */
  cyn_i_loop *loop;
  cyn_i_connection *connection; /* NULL: the client has gone */
  char *in;                     /* the bytes received */
  uint32_t in_capacity;
  uint32_t in_size;
  uint32_t in_parsed;
  cyn_i_buf out;   /* head and body of the answer */
  size_t out_sent; /* position of the next byte to send */
  cyn_i_arena arena;
  cyn_error error;
  cyn_i_context context;
  cyn_i_call call;
  const cyn_i_operation *operation;
  cyn_bytes body; /* unpacked when it came in a coding */
  uint64_t start_ns; /* when it was complete */
  cyn_i_phase phase;
  int64_t pending_counted; /* in server->pending_bytes */
  int64_t unsent_counted;  /* in server->unsent_bytes */
  bool used;               /* since the last tick: keeps its large buffers */
  bool is_submitted;
  bool close_after;
  bool has_origin; /* the answer carries Access-Control-Allow-Origin */
  bool json_1_0;   /* the answer's content type */
  bool http_1_0;
  bool is_head;
  uint16_t status;
  char request_id[56];
  char account[16];
  cyn_i_http http;
};

typedef enum cyn_i_connection_state {
  CYN_CONNECTION_HANDSHAKE, /* TLS */
  CYN_CONNECTION_READING,   /* idle, or a request is arriving */
  CYN_CONNECTION_RUNNING,   /* a request is under way */
  CYN_CONNECTION_SENDING,   /* the client does not read as fast as we answer */
  CYN_CONNECTION_LINGERING, /* answered and shut; what still arrives is read over, so that the answer is not lost */
  CYN_CONNECTION_CLOSED
} cyn_i_connection_state;

struct cyn_i_connection {
  uv_poll_t poll;
  cyn_i_loop *loop;
  cyn_i_connection *previous, *next; /* all of the loop */
  cyn_i_connection *next_ready;      /* with a pipelined request to parse */
  cyn_i_request *request;            /* NULL while idle */
  SSL *ssl;
  int fd;
  int events; /* what is polled for */
  cyn_i_connection_state state;
  bool is_ready;        /* in the loop's ready list */
  bool holds_buffers;   /* of the TLS layer, 34 KB */
  bool tls_wants_write; /* the TLS layer needs the socket to be writable to read on */
  uint64_t deadline_ms; /* of the loop's clock; 0: none */
  uint64_t linger_left; /* bytes that are still read over */
};

struct cyn_i_loop {
  uv_loop_t uv;
  uv_async_t wake;
  uv_check_t check;
  uv_idle_t spin; /* active: the loop does not sleep */
  uv_timer_t tick;
  uv_poll_t listeners[CYN_SERVER_LISTENERS_MAX];
  int listener_fds[CYN_SERVER_LISTENERS_MAX];
  int listener_count;
  int spare_fd; /* given up to refuse a connection when there are no more descriptors */
  cyn_server *server;
  cyn_i_turn *turn;
  cyn_i_connection *connections;
  uint64_t connection_count;
  cyn_i_connection *ready, *ready_last;
  cyn_i_request *pool;
  cyn_i_request *completed, *completed_last; /* on this thread */
  _Atomic(cyn_i_request *) remote;           /* completed on another thread, newest first */
  uint32_t submitted;                        /* writes handed to the turn since its last flush */
  uint64_t submitted_bytes;                  /* of their requests */
  uint32_t in_flight;                        /* requests submitted and not completed */
  uint64_t activity;                         /* counts events, for polling */
  uint64_t activity_seen;
  uint64_t activity_yielded; /* its value when the loop last let others run */
  uint64_t activity_ns;  /* when it last changed */
  unsigned gaps_long;    /* recent gaps longer than the polling window */
  uint64_t elsewhere_ms; /* since when look-ups in other Regions are counted */
  unsigned elsewhere_count;
  uint64_t stop_deadline_ms;
  bool stopping;
  bool started;
  char date[32]; /* Date header's value, made every tick */
  cyn_i_sigv4_cache *sigv4;
  cyn_i_metrics metrics;
  pthread_t thread;
  char scratch[16384]; /* bytes that are read over */
};

struct cyn_server {
  cyn_db *db;
  cyn_i_settings settings;
  cyn_i_log log;
  cyn_i_origins origins;
  cyn_i_keyring *credentials; /* NULL: signatures are not verified */
  SSL_CTX *tls;               /* NULL: plain */
  _Atomic bool stopping;
  _Atomic int64_t connections;
  _Atomic int64_t unsent_bytes;
  _Atomic int64_t pending_bytes;
  uint64_t start_ns;
  int64_t pid;                /* whose threads serve; a child after fork() has none of them */
  int port;
  char url[320];
  int loop_count;
  cyn_i_loop *loops[CYN_SERVER_THREADS_MAX];
};

/* ---- loop.c ---- */
cyn_status cyn_i_loop_new(cyn_server *server, const int *fds, int fd_count, cyn_i_loop **out, cyn_error *error);
cyn_status cyn_i_loop_start(cyn_i_loop *loop, cyn_error *error);
void cyn_i_loop_join(cyn_i_loop *loop); /* after server->stopping and cyn_i_loop_wake */
void cyn_i_loop_wake(cyn_i_loop *loop);
void cyn_i_loop_destroy(cyn_i_loop *loop);
void cyn_i_loop_ready(cyn_i_loop *loop, cyn_i_connection *connection);
/* Answers what has completed on this thread. */
void cyn_i_loop_drain(cyn_i_loop *loop);
/* After each call that was submitted: commits what waits if its requests are many bytes, and drains. */
void cyn_i_loop_submitted(cyn_i_loop *loop, uint32_t bytes);
cyn_i_request *cyn_i_loop_take_request(cyn_i_loop *loop); /* NULL when out of memory */
void cyn_i_loop_release_request(cyn_i_loop *loop, cyn_i_request *request);
void cyn_i_loop_call_done(cyn_i_call *call); /* the `done` of every call */

/* ---- connection.c ---- */
void cyn_i_connection_accept(cyn_i_loop *loop, int fd); /* owns fd */
void cyn_i_connection_close(cyn_i_connection *connection);
void cyn_i_connection_stop(cyn_i_connection *connection); /* close when idle, else after the answer */
void cyn_i_connection_send(cyn_i_connection *connection); /* request->out, from out_sent on */
void cyn_i_connection_next(cyn_i_connection *connection); /* a pipelined request */
void cyn_i_connection_timed_out(cyn_i_connection *connection);
void cyn_i_connection_rest(cyn_i_connection *connection); /* every tick: an idle one needs no TLS buffers */

/* ---- request.c ---- */
/* The complete request: leaves an answer in `out` and returns true, or has submitted a call and returns false. */
bool cyn_i_request_run(cyn_i_request *request);
/* The answer to a completed call, into `out`. */
void cyn_i_request_answer_call(cyn_i_request *request);
/* The coding that the client takes. */
cyn_i_coding cyn_i_request_coding_accepted(const cyn_i_request *request);

/* ---- response.c ---- */
void cyn_i_response_begin(cyn_i_request *request);                /* the body is then appended to `out` */
void cyn_i_response_end(cyn_i_request *request, unsigned status); /* API answers: content type, id, crc32 */
void cyn_i_response_error(cyn_i_request *request, const cyn_error *error, unsigned status);
/* A whole answer outside the API; `headers` are lines that end in \r\n, or "". */
void cyn_i_response_plain(cyn_i_request *request, unsigned status, const char *headers, cyn_bytes body);
/* An answer to what is no valid request: no body; the connection closes after it. */
void cyn_i_response_fault(cyn_i_request *request, unsigned status);
void cyn_i_response_date(char out[32]);

/* ---- admin.c ---- */
void cyn_i_admin_answer(cyn_i_request *request, cyn_bytes path);

/* ---- listen.c ---- */
/* Opens `sets` sockets for each address of host (at most CYN_SERVER_LISTENERS_MAX addresses), into
 * fds[set * CYN_SERVER_LISTENERS_MAX + address]; *port becomes the real one. */
cyn_status cyn_i_listen(const char *host, int *port, int sets, int *fds, int *address_count, cyn_error *error);
bool cyn_i_listen_is_loopback(const char *host);

/* ---- tls.c ---- */
cyn_status cyn_i_tls_context(const cyn_server_options *options, SSL_CTX **out, cyn_error *error);
void cyn_i_tls_free(SSL_CTX *context); /* after its connections; NULL is fine */
/* The server's end of a connection, its handshake to be done; NULL when out of memory. Does not own the descriptor. */
SSL *cyn_i_tls_accept(SSL_CTX *context, int fd);

/* ---- init.c ---- */
/* Creates the tables and loads the items that the JSON files of a directory describe, before the server answers.
 * Errors: CynamoUsageError that names the file. */
cyn_status cyn_i_init_directory(cyn_server *server, const char *directory, const cyn_server_options *options,
                                cyn_error *error);

#endif
