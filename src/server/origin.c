/* See origin.h. An entry is a whole origin ("https://app.example:3000") or, as DynamoDB Local takes them, a host with
 * or without port. A name rebound to this machine arrives with Sec-Fetch-Site: same-origin, and is refused like any
 * other. */
#include "server/origin.h"

#include <string.h>
#include <strings.h>

#include "base/alloc.h"

bool cyn_i_origins_init(cyn_i_origins *origins, cyn_bytes list) {
  origins->list = NULL;
  origins->any = false;
  if (list.data == NULL || list.size == 0) return true;
  origins->list = cyn_i_alloc(list.size + 1);
  if (origins->list == NULL) return false;
  memcpy(origins->list, list.data, list.size);
  origins->list[list.size] = '\0';
  origins->any = strcmp(origins->list, "*") == 0;
  return true;
}

void cyn_i_origins_clean_up(cyn_i_origins *origins) {
  cyn_i_free(origins->list);
  origins->list = NULL;
}

static bool same(cyn_bytes a, cyn_bytes b) { return a.size == b.size && strncasecmp(a.data, b.data, a.size) == 0; }

static bool entry_matches(cyn_bytes entry, cyn_bytes origin) {
  if (same(entry, origin)) return true;
  const char *scheme = memmem(origin.data, origin.size, "://", 3);
  if (scheme == NULL || memmem(entry.data, entry.size, "://", 3) != NULL) return false;
  cyn_bytes host = {scheme + 3, origin.size - (size_t)(scheme + 3 - origin.data)};
  if (same(entry, host)) return true;
  const char *colon = memrchr(host.data, ':', host.size);
  if (colon == NULL) return false;
  host.size = (size_t)(colon - host.data);
  return same(entry, host);
}

bool cyn_i_origins_allow(const cyn_i_origins *origins, cyn_bytes origin, cyn_bytes fetch_site, bool is_get) {
  if (origin.data == NULL && fetch_site.data == NULL) return true;
  if (origins->any) return true;
  if (origin.data == NULL) return is_get && fetch_site.size == 4 && memcmp(fetch_site.data, "none", 4) == 0;
  const char *next = origins->list;
  while (next != NULL && *next != '\0') {
    cyn_bytes entry = {next, strcspn(next, ",")};
    next += entry.size + (next[entry.size] == ',');
    while (entry.size != 0 && entry.data[0] == ' ') entry.data++, entry.size--;
    while (entry.size != 0 && entry.data[entry.size - 1] == ' ') entry.size--;
    if (entry.size != 0 && entry_matches(entry, origin)) return true;
  }
  return false;
}
