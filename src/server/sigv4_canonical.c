/* The canonical request of Signature Version 4: the received request written the one way that both sides hash.
 * AWS page: reference_sigv-create-signed-request. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "server/sigv4_private.h"

#define PARAMETERS_MAX 64

static bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '~';
}

static void put_encoded(cyn_i_buf *out, cyn_bytes text, bool keep_slash) {
  static const char digits[] = "0123456789ABCDEF";
  for (size_t i = 0; i < text.size; i++) {
    char c = text.data[i];
    if (is_unreserved(c) || (keep_slash && c == '/')) {
      cyn_i_buf_byte(out, (uint8_t)c);
    } else {
      uint8_t byte = (uint8_t)c;
      uint8_t encoded[3] = {'%', (uint8_t)digits[byte >> 4], (uint8_t)digits[byte & 15]};
      cyn_i_buf_append(out, encoded, 3);
    }
  }
}

/* The path without its query: empty, "." and ".." segments are resolved, each segment is encoded once more. */
static void put_path(cyn_i_buf *out, cyn_bytes path) {
  size_t start = out->size;
  const char *next = path.data, *end = path.data + path.size;
  bool slash_at_end = path.size != 0 && end[-1] == '/';
  while (next < end) {
    while (next < end && *next == '/') next++;
    const char *stop = next < end ? memchr(next, '/', (size_t)(end - next)) : NULL;
    cyn_bytes segment = {next, (size_t)((stop != NULL ? stop : end) - next)};
    next += segment.size;
    if (segment.size == 0 || (segment.size == 1 && segment.data[0] == '.')) continue;
    if (segment.size == 2 && memcmp(segment.data, "..", 2) == 0) {
      while (out->size > start && out->data[out->size - 1] != '/') out->size--;
      if (out->size > start) out->size--;
      continue;
    }
    cyn_i_buf_byte(out, '/');
    put_encoded(out, segment, false);
  }
  if (out->size == start || (slash_at_end && out->data[out->size - 1] != '/')) cyn_i_buf_byte(out, '/');
}

typedef struct parameter {
  cyn_bytes name, value; /* encoded */
} parameter;

static int compare_bytes(cyn_bytes a, cyn_bytes b) {
  int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);
  return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

static int compare_parameters(const void *a, const void *b) {
  const parameter *left = a, *right = b;
  int order = compare_bytes(left->name, right->name);
  return order != 0 ? order : compare_bytes(left->value, right->value);
}

static int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decodes what is percent-encoded and encodes it the canonical way. */
static cyn_bytes recoded(cyn_bytes text, cyn_i_arena *arena) {
  cyn_i_buf out;
  cyn_i_buf_init(&out, arena);
  cyn_i_buf_reserve(&out, text.size + 1);
  for (size_t i = 0; i < text.size; i++) {
    char c = text.data[i];
    if (c == '%' && i + 2 < text.size && hex_value(text.data[i + 1]) >= 0 && hex_value(text.data[i + 2]) >= 0) {
      c = (char)(hex_value(text.data[i + 1]) * 16 + hex_value(text.data[i + 2]));
      i += 2;
    }
    put_encoded(&out, (cyn_bytes){&c, 1}, false);
  }
  return out.failed ? (cyn_bytes){"", 0} : (cyn_bytes){(char *)out.data, out.size};
}

static void put_query(cyn_i_buf *out, cyn_bytes query, bool is_presigned, cyn_i_arena *arena) {
  parameter parameters[PARAMETERS_MAX];
  size_t count = 0;
  const char *next = query.data, *end = query.data + query.size;
  while (next < end && count < PARAMETERS_MAX) {
    const char *stop = memchr(next, '&', (size_t)(end - next));
    if (stop == NULL) stop = end;
    const char *equals = memchr(next, '=', (size_t)(stop - next));
    const char *name_end = equals != NULL ? equals : stop;
    cyn_bytes name = {next, (size_t)(name_end - next)};
    cyn_bytes value = equals != NULL ? (cyn_bytes){equals + 1, (size_t)(stop - equals - 1)} : (cyn_bytes){"", 0};
    next = stop + 1;
    if (name.size == 0) continue;
    if (is_presigned && name.size == 15 && memcmp(name.data, "X-Amz-Signature", 15) == 0) continue;
    parameters[count++] = (parameter){recoded(name, arena), recoded(value, arena)};
  }
  qsort(parameters, count, sizeof parameters[0], compare_parameters);
  for (size_t i = 0; i < count; i++) {
    if (i != 0) cyn_i_buf_byte(out, '&');
    cyn_i_buf_append(out, parameters[i].name.data, parameters[i].name.size);
    cyn_i_buf_byte(out, '=');
    cyn_i_buf_append(out, parameters[i].value.data, parameters[i].value.size);
  }
}

/* Header names match in any case. */
bool cyn_i_sigv4_same_name(cyn_bytes a, cyn_bytes b) {
  if (a.size != b.size) return false;
  for (size_t i = 0; i < a.size; i++) {
    char x = a.data[i], y = b.data[i];
    if (x >= 'A' && x <= 'Z') x = (char)(x | 0x20);
    if (y >= 'A' && y <= 'Z') y = (char)(y | 0x20);
    if (x != y) return false;
  }
  return true;
}

/* Blanks in a row become one. */
static void put_value(cyn_i_buf *out, cyn_bytes value) {
  if (memmem(value.data, value.size, "  ", 2) == NULL) {
    cyn_i_buf_append(out, value.data, value.size);
    return;
  }
  for (size_t i = 0; i < value.size; i++)
    if (value.data[i] != ' ' || i == 0 || value.data[i - 1] != ' ') cyn_i_buf_byte(out, (uint8_t)value.data[i]);
}

/* "name:value\n" for each signed header, several of one name joined by commas. */
static void put_headers(cyn_i_buf *out, const cyn_i_sigv4_request *request) {
  cyn_bytes left = request->authorization->signed_headers;
  while (left.size != 0) {
    const char *stop = memchr(left.data, ';', left.size);
    cyn_bytes name = {left.data, stop != NULL ? (size_t)(stop - left.data) : left.size};
    cyn_i_buf_append(out, name.data, name.size);
    cyn_i_buf_byte(out, ':');
    bool is_first = true;
    for (uint32_t i = 0; i < request->http->header_count; i++) {
      const cyn_i_http_header *header = &request->http->headers[i];
      if (header->name.size != name.size ||
          !cyn_i_sigv4_same_name(cyn_i_http_bytes(request->buffer, header->name), name))
        continue;
      if (!is_first) cyn_i_buf_byte(out, ',');
      is_first = false;
      put_value(out, cyn_i_http_bytes(request->buffer, header->value));
    }
    cyn_i_buf_byte(out, '\n');
    if (stop == NULL) break;
    left = (cyn_bytes){stop + 1, left.size - name.size - 1};
  }
}

cyn_bytes cyn_i_sigv4_canonical(cyn_i_sigv4_cache *cache, const cyn_i_sigv4_request *request) {
  const cyn_bytes none = {NULL, 0};
  cyn_i_buf out;
  cyn_i_buf_init(&out, request->arena);
  cyn_i_buf_reserve(&out, 1024);
  cyn_bytes url = cyn_i_http_bytes(request->buffer, request->http->url);
  const char *question = url.size != 0 ? memchr(url.data, '?', url.size) : NULL;
  cyn_bytes path = {url.data, question != NULL ? (size_t)(question - url.data) : url.size};
  cyn_i_buf_append(&out, request->method.data, request->method.size);
  cyn_i_buf_byte(&out, '\n');
  put_path(&out, path);
  cyn_i_buf_byte(&out, '\n');
  if (question != NULL)
    put_query(&out, (cyn_bytes){question + 1, url.size - path.size - 1}, request->authorization->is_query,
              request->arena);
  cyn_i_buf_byte(&out, '\n');
  put_headers(&out, request);
  cyn_i_buf_byte(&out, '\n');
  cyn_i_buf_append(&out, request->authorization->signed_headers.data, request->authorization->signed_headers.size);
  cyn_i_buf_byte(&out, '\n');
  char digest[64];
  if (!cyn_i_sigv4_digest(cache, cyn_i_http_bytes(request->buffer, request->http->body), digest)) return none;
  cyn_i_buf_append(&out, digest, sizeof digest);
  return out.failed ? none : (cyn_bytes){(char *)out.data, out.size};
}
