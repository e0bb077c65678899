/* Which browser pages may send requests: a list of origins. A browser says where a page comes from; programs do not. */
#ifndef CYN_SERVER_ORIGIN_H
#define CYN_SERVER_ORIGIN_H

#include <stdbool.h>

#include <cynamo/value.h>

typedef struct cyn_i_origins {
  char *list; /* comma-separated, owned; NULL: no origin is allowed */
  bool any;
} cyn_i_origins;

bool cyn_i_origins_init(cyn_i_origins *origins, cyn_bytes list); /* false when out of memory */
void cyn_i_origins_clean_up(cyn_i_origins *origins);

/* `origin` and `fetch_site` are header values, absent where the header is. `is_get`: a page that its user has asked for
 * by typing its address (Sec-Fetch-Site: none) may be read. */
bool cyn_i_origins_allow(const cyn_i_origins *origins, cyn_bytes origin, cyn_bytes fetch_site, bool is_get);

#endif
