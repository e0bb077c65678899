/* The grammar of database URLs, in one place with its errors:
 *   memory:[NAME]["?" query]    file:PATH["?" query]      query = name=value ("&" name=value)*
 * Percent-encoding is decoded in NAME, PATH and values. */
#ifndef CYN_DB_URL_H
#define CYN_DB_URL_H

#include "base/arena.h"
#include "base/error.h"
#include "store/store.h"

typedef enum cyn_i_url_scheme { CYN_URL_MEMORY, CYN_URL_FILE } cyn_i_url_scheme;

typedef struct cyn_i_url {
  cyn_i_url_scheme scheme;
  cyn_bytes place;      /* NAME or PATH, decoded; size 0: none */
  cyn_bytes region;     /* data NULL: not given */
  cyn_i_durability durability;
  uint64_t size_max;    /* bytes; 0: none */
} cyn_i_url;

cyn_status cyn_i_url_parse(cyn_bytes text, cyn_i_arena *arena, cyn_i_url *out, cyn_error *error);

#endif
