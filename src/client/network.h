/* Calls that credentials need: plain ones to endpoints of this machine, and signed ones to AWS's services. */
#ifndef CYN_CLIENT_NETWORK_H
#define CYN_CLIENT_NETWORK_H

#include "base/clock.h"
#include "client/credentials.h"
#include "client/endpoint.h"
#include "transport/transport.h"

#define CYN_NETWORK_ANSWER_BYTES_MAX ((size_t)1 << 20)

/* Two transports, made when first needed; the provider's lock guards them. */
typedef struct cyn_i_network {
  cyn_i_transport *usual;  /* by way of the proxy of the environment */
  cyn_i_transport *direct; /* never by a proxy */
} cyn_i_network;
void cyn_i_network_clean_up(cyn_i_network *network);

typedef struct cyn_i_network_call {
  const char *method;
  cyn_bytes url;
  const cyn_i_http_header *headers;
  size_t header_count;
  cyn_bytes body;                 /* absent: none */
  int64_t timeout_ms;             /* 0: the transport's */
  bool is_direct;
} cyn_i_network_call;

/* One try. CYN_OK: an answer came, whatever its HTTP status; its body is in the arena. */
cyn_status cyn_i_network_send(cyn_i_network *network, const cyn_i_network_call *call, cyn_i_arena *arena, long *http_status,
                              cyn_bytes *body, cyn_error *error);

/* A call to one of AWS's services; tries again after a fault that may pass. */
typedef struct cyn_i_service_call {
  const cyn_i_configuration *configuration;
  cyn_i_service service;
  const char *signing_name;           /* NULL: not signed */
  const cyn_i_credentials *signer;
  cyn_bytes region;
  const char *method, *path;          /* path with its '?query', from '/' */
  const char *content_type;           /* NULL: no body */
  cyn_bytes body;
  const cyn_i_http_header *header;    /* one more, or NULL */
  const cyn_i_clock *clock;
} cyn_i_service_call;
cyn_status cyn_i_service_send(cyn_i_network *network, const cyn_i_service_call *call, cyn_i_arena *arena, long *http_status,
                              cyn_bytes *body, cyn_error *error);

/* Appends text percent-encoded for a form or a query. */
void cyn_i_network_put_encoded(cyn_i_buf *out, cyn_bytes text);

#endif
