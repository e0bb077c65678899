/* The HTTP client: libcurl's one home, loaded when first needed. A pool of connections, many requests in flight. */
#ifndef CYN_TRANSPORT_TRANSPORT_H
#define CYN_TRANSPORT_TRANSPORT_H

#include <cynamo/error.h>
#include <cynamo/value.h>

#include "base/arena.h"
#include "base/buf.h"

typedef struct cyn_i_transport cyn_i_transport;

typedef struct cyn_i_transport_options {
  int64_t connect_timeout_ms, read_timeout_ms; /* 0: 60,000 as botocore */
  int64_t connections_max;                     /* 0: 10 */
  cyn_bytes proxy;                             /* absent: HTTP(S)_PROXY, NO_PROXY as curl reads them; empty: none */
  cyn_bytes ca_bundle;                         /* PEM file; absent: AWS_CA_BUNDLE, SSL_CERT_FILE, the system's */
  cyn_bytes ca_bundle_default;                 /* PEM file instead of the system's; absent: libcurl's own */
  bool insecure_skip_verify;                   /* for tests */
} cyn_i_transport_options;

typedef struct cyn_i_http_header {
  cyn_bytes name, value;
} cyn_i_http_header;

/* A request under way. Borrowed bytes live until completion. */
typedef struct cyn_i_http_request cyn_i_http_request;
struct cyn_i_http_request {
  const char *method;                 /* "POST" */
  cyn_bytes url;
  const cyn_i_http_header *headers;
  size_t header_count;
  cyn_bytes body;
  int64_t connect_timeout_ms, read_timeout_ms; /* 0: the transport's */
  size_t body_bytes_max;              /* of the answer; 0: 64 MiB */
  uint64_t not_before_ns;             /* submit: waits until the monotonic clock says so; 0: at once */
  /* the answer */
  cyn_status status;                  /* CYN_OK: an answer came, whatever its HTTP status; CYN_E_CONNECTION, CYN_E_TIMEOUT, … */
  cyn_error *error;                   /* never NULL */
  long http_status;
  cyn_i_buf answer_headers;           /* raw lines "name: value\r\n", of the last answer */
  cyn_i_buf answer_body;              /* heap or arena: initialised by the caller */
  bool was_sent;                      /* false: surely nothing reached the peer, a retry cannot double a write */
  void (*done)(cyn_i_http_request *request); /* on the transport's thread; NULL for blocking use */
  void *user;
  void *private_state;
};

cyn_status cyn_i_transport_new(const cyn_i_transport_options *options, cyn_i_transport **out, cyn_error *error);
void cyn_i_transport_destroy(cyn_i_transport *transport); /* aborts what is under way */
void cyn_i_transport_call(cyn_i_transport *transport, cyn_i_http_request *request);   /* blocking */
void cyn_i_transport_submit(cyn_i_transport *transport, cyn_i_http_request *request); /* done is called later */
/* Value of an answer's header (any case), or absent. */
cyn_bytes cyn_i_http_header_get(const cyn_i_http_request *request, const char *name);

#endif
