/* Signature Version 4, verified: the canonical request rebuilt from the received one, the derived key kept per (key id,
 * date, Region), the comparison in constant time. validation.md 1.3, rows 5 to 13. */
#ifndef CYN_SERVER_SIGV4_H
#define CYN_SERVER_SIGV4_H

#include "server/authorize.h"
#include "server/keyring.h"
#include "server/http.h"

/* Derived keys, in pages that no core dump holds; one per thread. NULL when out of memory. */
typedef struct cyn_i_sigv4_cache cyn_i_sigv4_cache;
cyn_i_sigv4_cache *cyn_i_sigv4_cache_new(void);
void cyn_i_sigv4_cache_destroy(cyn_i_sigv4_cache *cache);

typedef struct cyn_i_sigv4_request {
  const cyn_i_http *http;
  const char *buffer; /* http's spans count from here */
  cyn_bytes method;
  const cyn_i_authorization *authorization;
  int64_t now_ms;
  cyn_i_arena *arena;
} cyn_i_sigv4_request;

/* On CYN_OK *out is the credential that has signed. */
cyn_status cyn_i_sigv4_verify(cyn_i_sigv4_cache *cache, const cyn_i_keyring *credentials,
                              const cyn_i_sigv4_request *request, const cyn_i_signing_key **out, cyn_error *error);

/* The canonical request, as text in the arena; absent when out of memory. Body digest included. For verify and tests.
 */
cyn_bytes cyn_i_sigv4_canonical(const cyn_i_sigv4_request *request);

#endif
