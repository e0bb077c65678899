/* Fuzz target: names of places. Lines of the input, the first byte chooses what they are: a database URL; the URL of an
 * endpoint, a Region, an account and a service; a browser's Origin and Sec-Fetch-Site against a list of origins; the path
 * and query of a request. What is taken must be sound where it is used: an endpoint that has no blanks and no control
 * characters, a path without dot segments, a query in its canonical form, which is a fixed point. */
#include <strings.h>

#include "base/error.h"
#include "base/sigv4.h"
#include "client/endpoint.h"
#include "client/partition.h"
#include "db/settings.h"
#include "db/url.h"
#include "fuzz.h"
#include "server/authorize.h"
#include "server/origin.h"

static bool is_clean(cyn_bytes text) {
  for (size_t i = 0; i < text.size; i++)
    if ((unsigned char)text.data[i] <= ' ' || text.data[i] == 0x7f) return false;
  return true;
}

/* ---- a database URL ---- */

static void read_url(cyn_bytes text, cyn_i_arena *arena) {
  cyn_i_url url;
  cyn_error error = CYN_ERROR_INIT;
  cyn_status status = cyn_i_url_parse(text, arena, &url, &error);
  demand((status == CYN_OK) == (error.message == NULL));
  if (status == CYN_OK) {
    demand(url.scheme != CYN_URL_HTTP || (url.place.size > 7 && is_clean(url.place)));
    demand(url.scheme != CYN_URL_FILE || url.place.size != 0);
    demand(url.place.size == 0 || memchr(url.place.data, '\0', url.place.size) == NULL);
    demand(url.connect_timeout_ms >= 0 && url.read_timeout_ms >= 0 && url.attempts_max >= 0 && url.connections_max >= 0);
  }
  cyn_error_clean_up(&error);
}

/* ---- an endpoint ---- */

static void read_endpoint(cyn_bytes left, cyn_i_arena *arena) {
  cyn_i_configuration configuration;
  cyn_i_endpoint endpoint;
  cyn_error error = CYN_ERROR_INIT;
  cyn_bytes service = next_line(&left), region = next_line(&left), account = next_line(&left), url = next_line(&left), sent;
  memset(&configuration, 0, sizeof configuration);
  cyn_i_service which = (cyn_i_service)(service.size != 0 ? (unsigned char)service.data[0] % 6 : 0);
  (void)cyn_i_partition_of(region);
  cyn_status status = cyn_i_endpoint_of_service(&configuration, which, region, url, arena, &endpoint, &error);
  demand((status == CYN_OK) == (error.message == NULL));
  if (status == CYN_OK) {
    demand(endpoint.url.size > 7 && strncasecmp(endpoint.url.data, "http", 4) == 0 && is_clean(endpoint.url));
    demand(url.size != 0 || cyn_i_region_is_valid(endpoint.signing_region));
    status = cyn_i_endpoint_of_account(&endpoint, account, arena, &sent, &error);
    demand(status != CYN_OK || (sent.size > 7 && is_clean(sent)));
  }
  cyn_error_clean_up(&error);
}

/* ---- a browser ---- */

static void read_origin(cyn_bytes left) {
  cyn_i_origins origins;
  cyn_bytes list = next_line(&left), origin = next_line(&left), site = next_line(&left), none = {NULL, 0};
  demand(cyn_i_origins_init(&origins, list));
  bool is_allowed = cyn_i_origins_allow(&origins, origin, site, false);
  if (list.size == 0 || list.data[0] == '\0') demand(!is_allowed);
  demand(cyn_i_origins_allow(&origins, none, none, false));
  demand(cyn_i_origins_allow(&origins, none, site, false) == origins.any);
  cyn_i_origins_clean_up(&origins);
}

/* ---- path and query ---- */

static void read_path(cyn_bytes left, cyn_i_arena *arena) {
  static const char *const names[] = {"X-Amz-Algorithm", "a", ""};
  cyn_i_buf path, query, again;
  cyn_bytes url = next_line(&left);
  const char *question = url.size != 0 ? memchr(url.data, '?', url.size) : NULL;
  size_t path_size = question != NULL ? (size_t)(question - url.data) : url.size;
  for (size_t i = 0; i < 3; i++) {
    cyn_bytes value = cyn_i_query_get(url, names[i], arena);
    demand(value.size <= url.size);
  }
  cyn_i_buf_init(&path, arena);
  cyn_i_sigv4_put_path(&path, (cyn_bytes){url.data, path_size});
  demand(path.size != 0 && path.data[0] == '/' && is_clean((cyn_bytes){(char *)path.data, path.size}));
  demand(memmem(path.data, path.size, "//", 2) == NULL && memmem(path.data, path.size, "/../", 4) == NULL);
  cyn_i_buf_init(&query, arena);
  cyn_i_buf_init(&again, arena);
  if (question == NULL) return;
  demand(cyn_i_sigv4_put_query(&query, (cyn_bytes){question + 1, url.size - path_size - 1}, arena));
  cyn_bytes canonical = {query.size != 0 ? (char *)query.data : "", query.size};
  demand(cyn_i_sigv4_put_query(&again, canonical, arena));
  demand(query.size == again.size && (query.size == 0 || memcmp(query.data, again.data, query.size) == 0));
}

static void read_headers(cyn_bytes text, cyn_i_arena *arena) {
  cyn_string_map map;
  cyn_error error = CYN_ERROR_INIT;
  const char *copy = cyn_i_arena_copy(arena, text).data;
  if (cyn_i_settings_headers(copy, &map, arena, &error) == CYN_OK)
    for (size_t i = 0; i < map.count; i++) demand(map.at[i].key.size != 0 && memchr(map.at[i].value.data, ',', map.at[i].value.size) == NULL);
  cyn_error_clean_up(&error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  cyn_i_arena arena;
  if (size < 2) return 0;
  cyn_i_arena_init(&arena, 0);
  cyn_bytes text = {(const char *)data + 1, size - 1};
  switch (data[0] % 5) {
    case 0: read_url(text, &arena); break;
    case 1: read_endpoint(text, &arena); break;
    case 2: read_origin(text); break;
    case 3: read_path(text, &arena); break;
    default: read_headers(text, &arena); break;
  }
  cyn_i_arena_clean_up(&arena);
  return 0;
}
