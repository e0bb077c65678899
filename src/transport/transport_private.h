/* Inside the transport: an exchange is an easy handle with what one request needs while it is under way. */
#ifndef CYN_TRANSPORT_TRANSPORT_PRIVATE_H
#define CYN_TRANSPORT_TRANSPORT_PRIVATE_H

#include <pthread.h>

#include "transport/curl_library.h"
#include "transport/transport.h"

typedef struct cyn_i_exchange {
  cyn_i_transport *transport;
  CURL *easy;
  CURLM *multi;                   /* its own, for blocking calls; NULL on the transport's thread */
  cyn_i_http_request *request;
  cyn_i_buf header_text;          /* the lines that `nodes` point into */
  struct curl_slist *nodes;
  size_t node_capacity;
  uint64_t started_ns, progress_ns;
  curl_off_t uploaded;            /* when progress was last looked at */
  bool is_too_large, is_out_of_memory, is_interrupted;
  char method[12], url[2048];     /* that the handle is set to */
  int64_t connect_timeout_ms;     /* likewise */
  char error_text[CURL_ERROR_SIZE];
  struct cyn_i_exchange *next;
} cyn_i_exchange;

/* Calls that are under way on the transport's own thread. */
typedef struct cyn_i_transport_loop {
  pthread_t thread;
  bool is_running, is_stopping;
  CURLM *multi;
  cyn_i_http_request *incoming;   /* newest first; under the transport's lock */
  cyn_i_http_request *waiting;    /* oldest first; for a connection, or for their time */
  cyn_i_exchange *active;
  size_t active_count;
} cyn_i_transport_loop;

struct cyn_i_transport {
  const cyn_i_curl *curl;
  cyn_i_arena arena;              /* the strings below */
  int64_t connect_timeout_ms, read_timeout_ms;
  size_t connections_max;
  const char *proxy, *ca_bundle;  /* NULL: libcurl's choice */
  bool insecure_skip_verify;
  pthread_mutex_t lock;
  cyn_i_exchange *idle;
  size_t idle_count;
  int *sockets;                   /* that are open, for a child process to close */
  size_t socket_count, socket_capacity;
  cyn_i_transport_loop loop;
  struct cyn_i_transport *next, *previous; /* of all in the process, for fork() */
};

/* exchange.c: one request on one easy handle. */
cyn_i_exchange *cyn_i_exchange_new(cyn_i_transport *transport, bool has_multi);
void cyn_i_exchange_destroy(cyn_i_exchange *exchange);
/* Sets the handle up for the request. Not CYN_OK: the request's status and error are set. */
cyn_status cyn_i_exchange_begin(cyn_i_exchange *exchange, cyn_i_http_request *request);
/* Milliseconds until the read timeout would strike; 0: it has. */
int64_t cyn_i_exchange_time_left_ms(cyn_i_exchange *exchange);
/* Fills the request from the handle and forgets it. `code` CURLE_OPERATION_TIMEDOUT stands for a read timeout too. */
void cyn_i_exchange_end(cyn_i_exchange *exchange, CURLcode code);

/* sockets.c: which sockets are open. */
curl_socket_t cyn_i_transport_open_socket(void *exchange, curlsocktype purpose, struct curl_sockaddr *address);
int cyn_i_transport_close_socket(void *transport, curl_socket_t socket);
/* fork.c: the list of all transports. False when out of memory. */
bool cyn_i_transport_register(cyn_i_transport *transport);
void cyn_i_transport_unregister(cyn_i_transport *transport);

/* loop.c */
void cyn_i_transport_loop_stop(cyn_i_transport *transport);

#endif
