/* What a request says of its sender: the Authorization header or the X-Amz-… query parameters of a presigned request,
 * taken apart. The checks that need no secret are made here (validation.md 1.3, rows 1 to 4); sigv4.h makes the rest.
 */
#ifndef CYN_SERVER_AUTHORIZE_H
#define CYN_SERVER_AUTHORIZE_H

#include <stdbool.h>

#include <cynamo/value.h>

#include "base/arena.h"
#include "base/buf.h"
#include "server/http.h"

typedef struct cyn_i_authorization {
  bool is_query; /* presigned */
  cyn_bytes algorithm;
  cyn_bytes credential; /* key id/date/region/service/terminator */
  cyn_bytes signature;
  cyn_bytes signed_headers; /* "host;x-amz-date" */
  cyn_bytes date;
  cyn_bytes token;     /* absent where the request carries none */
  cyn_bytes expires;   /* X-Amz-Expires, presigned only */
  unsigned part_count; /* of the credential, trailing slashes ignored; the parts below stand when it is 5 */
  cyn_bytes access_key, scope_date, region, service, terminator;
} cyn_i_authorization;

/* Bytes point into the buffer or the arena. */
cyn_status cyn_i_authorization_parse(const cyn_i_http *http, const char *buffer, cyn_i_arena *arena,
                                     cyn_i_authorization *out, cyn_error *error);

/* The value of a query parameter, percent-decoded into the arena; absent when it is missing or memory is. */
cyn_bytes cyn_i_query_get(cyn_bytes url, const char *name, cyn_i_arena *arena);

#endif
