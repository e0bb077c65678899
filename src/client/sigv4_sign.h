/* Signing of requests with Signature Version 4. */
#ifndef CYN_CLIENT_SIGV4_SIGN_H
#define CYN_CLIENT_SIGV4_SIGN_H

#include <cynamo/error.h>
#include <cynamo/value.h>

#include "base/arena.h"
#include "client/credentials.h"

/* The derived key of the last request, shared by any number of threads. */
typedef struct cyn_i_signer cyn_i_signer;
cyn_i_signer *cyn_i_signer_new(void); /* NULL when out of memory */
void cyn_i_signer_destroy(cyn_i_signer *signer);

typedef struct cyn_i_signed_header {
  const char *name; /* in lower case */
  cyn_bytes value;
} cyn_i_signed_header;

typedef struct cyn_i_sign_request {
  const char *method;
  cyn_bytes path;   /* as sent, without the query; empty is "/" */
  cyn_bytes query;  /* as sent, without '?' */
  const cyn_i_signed_header *headers; /* all that are to be signed, sorted by name; several of one name side by side */
  size_t header_count;
  cyn_bytes body;
  const char *time; /* 20260131T120000Z: the value of x-amz-date */
  cyn_bytes region;
  const char *service;
  const cyn_i_credentials *credentials;
} cyn_i_sign_request;

/* The value of the Authorization header, in the arena. CynamoOutOfMemory. `signer` NULL: nothing is kept. */
cyn_status cyn_i_sign(cyn_i_signer *signer, const cyn_i_sign_request *request, cyn_i_arena *arena, cyn_bytes *out,
                      cyn_error *error);
/* The canonical request, as text in the arena; absent when out of memory. */
cyn_bytes cyn_i_sign_canonical(const cyn_i_sign_request *request, cyn_i_arena *arena);

#endif
