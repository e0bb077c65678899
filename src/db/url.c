/* See url.h. */
#include "db/url.h"

#include <stdio.h>
#include <string.h>

static bool is(cyn_bytes bytes, const char *text) {
  return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

static cyn_status decode(cyn_bytes text, cyn_i_arena *arena, cyn_bytes *out, cyn_error *error) {
  char *copy = cyn_i_arena_alloc(arena, text.size + 1);
  if (copy == NULL) return cyn_i_error_no_memory(error);
  size_t size = 0;
  for (size_t i = 0; i < text.size; i++) {
    char c = text.data[i];
    if (c == '%') {
      int high = text.size - i > 2 ? hex_digit(text.data[i + 1]) : -1;
      int low = high >= 0 ? hex_digit(text.data[i + 2]) : -1;
      if (low < 0)
        return cyn_i_error_setf(error, CYN_E_USAGE, "%.*s: %% must be followed by two hexadecimal digits",
                                (int)text.size, text.data);
      c = (char)(high << 4 | low);
      i += 2;
    }
    if (c == '\0') return cyn_i_error_set(error, CYN_E_USAGE, "a database URL cannot contain %00");
    copy[size++] = c;
  }
  copy[size] = '\0';
  *out = (cyn_bytes){copy, size};
  return CYN_OK;
}

static cyn_status parse_size(cyn_bytes text, uint64_t *out, cyn_error *error) {
  uint64_t value = 0;
  size_t i = 0;
  for (; i < text.size && text.data[i] >= '0' && text.data[i] <= '9'; i++) {
    if (value > UINT64_MAX / 10 - 10) break;
    value = value * 10 + (uint64_t)(text.data[i] - '0');
  }
  unsigned shift = 0;
  if (i != 0 && i + 1 == text.size) {
    static const char units[] = "KMGT";
    const char *unit = strchr(units, text.data[i]);
    if (unit != NULL) { /* no NUL is in the text */
      shift = 10 * (unsigned)(unit - units + 1);
      i++;
    }
  }
  if (i == 0 || i != text.size || (shift != 0 && value > (UINT64_MAX >> shift)))
    return cyn_i_error_setf(error, CYN_E_USAGE, "size_max=%.*s: write bytes, or a number with K, M, G or T",
                            (int)text.size, text.data);
  *out = value << shift;
  return CYN_OK;
}

static cyn_status parse_durability(cyn_bytes value, cyn_i_durability *out, cyn_error *error) {
  if (is(value, "strict")) *out = CYN_DURABILITY_STRICT;
  else if (is(value, "relaxed")) *out = CYN_DURABILITY_RELAXED;
  else if (is(value, "unsafe")) *out = CYN_DURABILITY_UNSAFE;
  else
    return cyn_i_error_setf(error, CYN_E_USAGE, "durability=%.*s: it is strict, relaxed or unsafe", (int)value.size,
                            value.data);
  return CYN_OK;
}

static cyn_status parse_count(const char *name, cyn_bytes text, int64_t *out, cyn_error *error) {
  int64_t value = 0;
  size_t i = 0;
  for (; i < text.size && i < 9 && text.data[i] >= '0' && text.data[i] <= '9'; i++) value = value * 10 + (text.data[i] - '0');
  if (i == 0 || i != text.size || value == 0)
    return cyn_i_error_setf(error, CYN_E_USAGE, "%s=%.*s: write a number from 1 to 999999999", name, (int)text.size, text.data);
  *out = value;
  return CYN_OK;
}

/* ---- parameters: which schemes take them ---- */

typedef enum parameter_id {
  REGION,
  DURABILITY,
  SIZE_MAX_BYTES,
  PROFILE,
  CONNECT_TIMEOUT_MS,
  READ_TIMEOUT_MS,
  MAX_ATTEMPTS,
  MAX_CONNECTIONS,
  RETRY_MODE
} parameter_id;

static const struct {
  const char *name;
  bool is_local, is_remote;
} parameters[] = {
    [REGION] = {"region", true, true},
    [DURABILITY] = {"durability", true, false},
    [SIZE_MAX_BYTES] = {"size_max", true, false},
    [PROFILE] = {"profile", false, true},
    [CONNECT_TIMEOUT_MS] = {"connect_timeout_ms", false, true},
    [READ_TIMEOUT_MS] = {"read_timeout_ms", false, true},
    [MAX_ATTEMPTS] = {"max_attempts", false, true},
    [MAX_CONNECTIONS] = {"max_connections", false, true},
    [RETRY_MODE] = {"retry_mode", false, true},
};
enum { PARAMETERS = sizeof parameters / sizeof parameters[0] };

static cyn_status unknown_parameter(cyn_bytes name, bool is_remote, cyn_error *error) {
  char known[256] = "";
  size_t size = 0;
  for (size_t i = 0; i < PARAMETERS; i++)
    if (is_remote ? parameters[i].is_remote : parameters[i].is_local)
      size += (size_t)snprintf(known + size, sizeof known - size, "%s%s", size != 0 ? ", " : "", parameters[i].name);
  return cyn_i_error_setf(error, CYN_E_USAGE, "unknown parameter %.*s in a database URL: there are %s", (int)name.size,
                          name.data, known);
}

static cyn_status set_option(cyn_bytes name, cyn_bytes value, cyn_i_url *out, cyn_error *error) {
  bool is_remote = cyn_i_url_is_remote(out);
  size_t id = 0;
  while (id < PARAMETERS && !(is(name, parameters[id].name) && (is_remote ? parameters[id].is_remote : parameters[id].is_local)))
    id++;
  switch (id) {
    case REGION: out->region = value; return CYN_OK;
    case PROFILE: out->profile = value; return CYN_OK;
    case SIZE_MAX_BYTES: return parse_size(value, &out->size_max, error);
    case DURABILITY: return parse_durability(value, &out->durability, error);
    case CONNECT_TIMEOUT_MS: return parse_count(parameters[id].name, value, &out->connect_timeout_ms, error);
    case READ_TIMEOUT_MS: return parse_count(parameters[id].name, value, &out->read_timeout_ms, error);
    case MAX_ATTEMPTS: return parse_count(parameters[id].name, value, &out->attempts_max, error);
    case MAX_CONNECTIONS: return parse_count(parameters[id].name, value, &out->connections_max, error);
    case RETRY_MODE:
      if (cyn_i_retry_mode_parse(value, &out->retry_mode)) return CYN_OK;
      return cyn_i_error_setf(error, CYN_E_USAGE, "retry_mode=%.*s: it is standard, legacy or adaptive", (int)value.size,
                              value.data);
    default: return unknown_parameter(name, is_remote, error);
  }
}

static cyn_status parse_query(cyn_bytes query, cyn_i_arena *arena, cyn_i_url *out, cyn_error *error) {
  while (query.size != 0) {
    const char *and_ = memchr(query.data, '&', query.size);
    size_t size = and_ != NULL ? (size_t)(and_ - query.data) : query.size;
    const char *equals = memchr(query.data, '=', size);
    size_t name_size = equals != NULL ? (size_t)(equals - query.data) : size;
    cyn_bytes value = {"", 0};
    cyn_status status = CYN_OK;
    if (equals != NULL) status = decode((cyn_bytes){equals + 1, size - name_size - 1}, arena, &value, error);
    if (status == CYN_OK && size != 0) status = set_option((cyn_bytes){query.data, name_size}, value, out, error);
    if (status != CYN_OK) return status;
    size_t used = and_ != NULL ? size + 1 : size;
    query.data += used;
    query.size -= used;
  }
  return CYN_OK;
}

/* ---- the whole ---- */

static cyn_status parse_scheme(cyn_bytes text, cyn_bytes scheme, cyn_i_url *out, cyn_error *error) {
  if (is(scheme, "memory")) out->scheme = CYN_URL_MEMORY;
  else if (is(scheme, "file")) out->scheme = CYN_URL_FILE;
  else if (is(scheme, "http") || is(scheme, "https")) out->scheme = CYN_URL_HTTP;
  else if (is(scheme, "aws")) out->scheme = CYN_URL_AWS;
  else if (is(scheme, "postgres"))
    return cyn_i_error_setf(error, CYN_E_USAGE,
                            "%.*s: this build has no postgres: databases; there are memory:, file:PATH, http://HOST:PORT and "
                            "aws:REGION",
                            (int)text.size, text.data);
  else
    return cyn_i_error_setf(error, CYN_E_USAGE,
                            "%.*s is no database URL: write memory:, memory:NAME, file:PATH, http://HOST:PORT or aws:REGION",
                            (int)text.size, text.data != NULL ? text.data : "");
  return CYN_OK;
}

/* scheme://authority[/path], checked as far as a request needs it; kept as written. */
static cyn_status parse_endpoint(cyn_bytes endpoint, size_t scheme_size, cyn_bytes *out, cyn_error *error) {
  cyn_bytes rest = {endpoint.data + scheme_size + 1, endpoint.size - scheme_size - 1};
  bool is_fine = rest.size > 2 && rest.data[0] == '/' && rest.data[1] == '/' && rest.data[2] != '/' && rest.data[2] != ':';
  for (size_t i = 0; i < rest.size && is_fine; i++)
    is_fine = rest.data[i] > ' ' && rest.data[i] < 127 && rest.data[i] != '#' && rest.data[i] != '@';
  if (!is_fine)
    return cyn_i_error_setf(error, CYN_E_USAGE, "%.*s is no endpoint: write http://HOST:PORT or https://HOST",
                            (int)endpoint.size, endpoint.data);
  *out = endpoint;
  return CYN_OK;
}

static cyn_status parse_place(cyn_bytes text, cyn_bytes place, size_t scheme_size, cyn_i_arena *arena, cyn_i_url *out,
                              cyn_error *error) {
  if (out->scheme == CYN_URL_HTTP)
    return parse_endpoint((cyn_bytes){text.data, scheme_size + 1 + place.size}, scheme_size, &out->place, error);
  /* file:///absolute and file:/absolute are the same */
  if (out->scheme == CYN_URL_FILE && place.size >= 3 && memcmp(place.data, "///", 3) == 0) {
    place.data += 2;
    place.size -= 2;
  }
  cyn_status status = decode(place, arena, &out->place, error);
  if (status == CYN_OK && out->scheme == CYN_URL_FILE && out->place.size == 0)
    return cyn_i_error_set(error, CYN_E_USAGE, "file: needs a folder: write file:PATH");
  return status;
}

cyn_status cyn_i_url_parse(cyn_bytes text, cyn_i_arena *arena, cyn_i_url *out, cyn_error *error) {
  memset(out, 0, sizeof *out);
  const char *colon = text.data != NULL ? memchr(text.data, ':', text.size) : NULL;
  cyn_bytes scheme = {text.data, colon != NULL ? (size_t)(colon - text.data) : 0};
  cyn_status status = parse_scheme(text, scheme, out, error);
  if (status != CYN_OK) return status;
  cyn_bytes rest = {colon + 1, text.size - scheme.size - 1};
  const char *mark = memchr(rest.data, '?', rest.size);
  cyn_bytes place = {rest.data, mark != NULL ? (size_t)(mark - rest.data) : rest.size};
  status = parse_place(text, place, scheme.size, arena, out, error);
  if (status == CYN_OK && mark != NULL)
    status = parse_query((cyn_bytes){mark + 1, rest.size - place.size - 1}, arena, out, error);
  if (status == CYN_OK && out->scheme == CYN_URL_AWS && out->region.data == NULL && out->place.size != 0)
    out->region = out->place;
  return status;
}
