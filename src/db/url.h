/* The grammar of database URLs, in one place with its errors:
 *   memory:[NAME]["?" query]    file:PATH["?" query]      query = name=value ("&" name=value)*
 *   http://HOST[:PORT][PATH]["?" query]    https://…      aws:[REGION]["?" query]
 * Percent-encoding is decoded in NAME, PATH, REGION and values. */
#ifndef CYN_DB_URL_H
#define CYN_DB_URL_H

#include "base/arena.h"
#include "base/error.h"
#include "client/retry.h"
#include "store/store.h"

typedef enum cyn_i_url_scheme { CYN_URL_MEMORY, CYN_URL_FILE, CYN_URL_HTTP, CYN_URL_AWS } cyn_i_url_scheme;

typedef struct cyn_i_url {
  cyn_i_url_scheme scheme;
  cyn_bytes place;      /* NAME, PATH or REGION, decoded; the endpoint's URL as written (HTTP); size 0: none */
  cyn_bytes region;     /* data NULL: not given */
  cyn_i_durability durability;
  uint64_t size_max;    /* bytes; 0: none */
  /* http: and aws: */
  cyn_bytes profile;
  int64_t connect_timeout_ms, read_timeout_ms, attempts_max, connections_max; /* 0: not given */
  cyn_i_retry_mode retry_mode;                                                /* 0: not given */
  cyn_bytes table_prefix; /* from the settings (settings.h), not the URL */
} cyn_i_url;

static inline bool cyn_i_url_is_remote(const cyn_i_url *url) {
  return url->scheme == CYN_URL_HTTP || url->scheme == CYN_URL_AWS;
}

cyn_status cyn_i_url_parse(cyn_bytes text, cyn_i_arena *arena, cyn_i_url *out, cyn_error *error);

#endif
