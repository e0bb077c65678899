/* See authorize.h. Runs on every request, so the header is read in one pass and nothing is copied. */
#include "server/authorize.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

static cyn_bytes decoded(cyn_bytes text, cyn_i_arena *arena) {
  char *out = cyn_i_arena_alloc(arena, text.size + 1);
  if (out == NULL) return (cyn_bytes){NULL, 0};
  size_t size = 0;
  for (size_t i = 0; i < text.size; i++) {
    int high = -1, low = -1;
    if (text.data[i] == '%' && i + 2 < text.size) {
      high = hex_digit(text.data[i + 1]);
      low = hex_digit(text.data[i + 2]);
    }
    if (high >= 0 && low >= 0) {
      out[size++] = (char)(high * 16 + low);
      i += 2;
    } else {
      out[size++] = text.data[i];
    }
  }
  out[size] = '\0';
  return (cyn_bytes){out, size};
}

cyn_bytes cyn_i_query_get(cyn_bytes url, const char *name, cyn_i_arena *arena) {
  cyn_bytes none = {NULL, 0};
  const char *next = url.size != 0 ? memchr(url.data, '?', url.size) : NULL;
  const char *end = url.data + url.size;
  size_t name_size = strlen(name);
  while (next != NULL && next < end) {
    next++;
    const char *stop = memchr(next, '&', (size_t)(end - next));
    size_t size = (size_t)((stop != NULL ? stop : end) - next);
    if (size >= name_size && memcmp(next, name, name_size) == 0 && (size == name_size || next[name_size] == '=')) {
      size_t skip = size == name_size ? name_size : name_size + 1;
      return decoded((cyn_bytes){next + skip, size - skip}, arena);
    }
    next = stop;
  }
  return none;
}

static bool named(cyn_bytes text, const char *name, cyn_bytes *value) {
  size_t size = strlen(name);
  if (text.size <= size || text.data[size] != '=' || memcmp(text.data, name, size) != 0) return false;
  *value = (cyn_bytes){text.data + size + 1, text.size - size - 1};
  return true;
}

/* The first comma or blank, or the end. Three searches by the C library are faster than one loop over the bytes. */
static const char *pair_end(const char *begin, const char *end) {
  for (const char *separators = ", \t"; *separators != '\0' && begin < end; separators++) {
    const char *found = memchr(begin, *separators, (size_t)(end - begin));
    if (found != NULL) end = found;
  }
  return end;
}

/* Algorithm, then key=value pairs that commas or blanks separate. */
static void parse_header(cyn_bytes header, cyn_i_authorization *out) {
  const char *next = header.data, *end = header.data + header.size;
  bool is_first = true;
  while (next < end) {
    while (next < end && (*next == ',' || *next == ' ' || *next == '\t')) next++;
    const char *begin = next;
    next = pair_end(begin, end);
    cyn_bytes pair = {begin, (size_t)(next - begin)};
    if (pair.size == 0) continue;
    if (is_first) {
      out->algorithm = pair;
    } else if (!named(pair, "Credential", &out->credential) && !named(pair, "Signature", &out->signature)) {
      (void)named(pair, "SignedHeaders", &out->signed_headers);
    }
    is_first = false;
  }
}

static void split_credential(cyn_i_authorization *out) {
  cyn_bytes left = out->credential;
  while (left.size != 0 && left.data[left.size - 1] == '/') left.size--;
  cyn_bytes *parts[5] = {&out->access_key, &out->scope_date, &out->region, &out->service, &out->terminator};
  for (;;) {
    const char *slash = left.size != 0 ? memchr(left.data, '/', left.size) : NULL;
    size_t size = slash != NULL ? (size_t)(slash - left.data) : left.size;
    if (out->part_count < 5) *parts[out->part_count] = (cyn_bytes){left.data, size};
    out->part_count++;
    if (slash == NULL) break;
    left = (cyn_bytes){slash + 1, left.size - size - 1};
  }
}

static cyn_status parse_query(cyn_bytes url, cyn_i_arena *arena, cyn_i_authorization *out, cyn_error *error) {
  const char *names[5] = {"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders",
                          "X-Amz-Date"};
  cyn_bytes *values[5] = {&out->algorithm, &out->credential, &out->signature, &out->signed_headers, &out->date};
  char text[512] = "";
  size_t size = 0;
  out->is_query = true;
  for (int i = 0; i < 5; i++) {
    *values[i] = cyn_i_query_get(url, names[i], arena);
    if (values[i]->size != 0) continue;
    int more = snprintf(text + size, sizeof text - size, "AWS query-string parameters must include '%s'. ", names[i]);
    size += more > 0 ? (size_t)more : 0;
  }
  if (size != 0)
    return cyn_i_error_setf(error, CYN_E_INCOMPLETE_SIGNATURE, "%sRe-examine the query-string parameters.", text);
  out->token = cyn_i_query_get(url, "X-Amz-Security-Token", arena);
  out->expires = cyn_i_query_get(url, "X-Amz-Expires", arena);
  return CYN_OK;
}

static cyn_status check_header(cyn_bytes header, const cyn_i_authorization *parsed, cyn_i_arena *arena,
                               cyn_error *error) {
  if (parsed->credential.size != 0 && parsed->signature.size != 0 && parsed->signed_headers.size != 0 &&
      parsed->date.size != 0)
    return CYN_OK;
  char *text = cyn_i_arena_printf(
      arena, "%s%s%s%sAuthorization=%.*s",
      parsed->credential.size == 0 ? "Authorization header requires 'Credential' parameter. " : "",
      parsed->signature.size == 0 ? "Authorization header requires 'Signature' parameter. " : "",
      parsed->signed_headers.size == 0 ? "Authorization header requires 'SignedHeaders' parameter. " : "",
      parsed->date.size == 0 ? "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
                             : "",
      (int)header.size, header.data);
  if (text == NULL) return cyn_i_error_no_memory(error);
  return cyn_i_error_set(error, CYN_E_INCOMPLETE_SIGNATURE, text);
}

cyn_status cyn_i_authorization_parse(const cyn_i_http *http, const char *buffer, cyn_i_arena *arena,
                                     cyn_i_authorization *out, cyn_error *error) {
  memset(out, 0, sizeof *out);
  cyn_bytes url = cyn_i_http_bytes(buffer, http->url);
  cyn_bytes header = cyn_i_http_get(http, buffer, CYN_HTTP_AUTHORIZATION);
  bool has_query =
      memchr(url.data, '?', url.size) != NULL && cyn_i_query_get(url, "X-Amz-Algorithm", arena).data != NULL;
  if (has_query && header.data != NULL)
    return cyn_i_error_set(error, CYN_E_INVALID_SIGNATURE,
                           "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.");
  cyn_status status = CYN_OK;
  if (has_query) {
    status = parse_query(url, arena, out, error);
  } else {
    if (header.size < 5 || memcmp(header.data, "AWS4-", 5) != 0)
      return cyn_i_error_set(error, CYN_E_MISSING_AUTHENTICATION_TOKEN, "Request is missing Authentication Token");
    parse_header(header, out);
    out->date = cyn_i_http_get(http, buffer, CYN_HTTP_X_AMZ_DATE);
    if (out->date.size == 0) out->date = cyn_i_http_get(http, buffer, CYN_HTTP_DATE);
    out->token = cyn_i_http_get(http, buffer, CYN_HTTP_X_AMZ_SECURITY_TOKEN);
    status = check_header(header, out, arena, error);
  }
  if (status == CYN_OK) split_credential(out);
  return status;
}
