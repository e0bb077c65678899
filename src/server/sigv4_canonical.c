/* The canonical request of Signature Version 4: the received request written the one way that both sides hash.
 * AWS page: reference_sigv-create-signed-request. */
#include <string.h>

#include "base/sigv4.h"
#include "server/sigv4_private.h"

/* A presigned request's own signature is no part of what was signed. */
static cyn_bytes without_signature(cyn_bytes query, cyn_i_arena *arena) {
  static const char own[] = "X-Amz-Signature=";
  cyn_i_buf out;
  cyn_i_buf_init(&out, arena);
  (void)cyn_i_buf_reserve(&out, query.size + 1);
  const char *next = query.data, *end = query.data + query.size;
  while (next < end) {
    const char *stop = memchr(next, '&', (size_t)(end - next));
    size_t size = (size_t)((stop != NULL ? stop : end) - next);
    if (size < sizeof own - 1 || memcmp(next, own, sizeof own - 1) != 0) {
      if (out.size != 0) cyn_i_buf_byte(&out, '&');
      cyn_i_buf_append(&out, next, size);
    }
    next += size + 1;
  }
  return out.failed ? (cyn_bytes){NULL, 0} : (cyn_bytes){(char *)out.data, out.size};
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

/* Values come without blanks at their ends; hardly any has blanks in a row. */
static void put_value(cyn_i_buf *out, cyn_bytes value) {
  if (memmem(value.data, value.size, "  ", 2) == NULL) cyn_i_buf_append(out, value.data, value.size);
  else cyn_i_sigv4_put_value(out, value);
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

cyn_bytes cyn_i_sigv4_canonical(const cyn_i_sigv4_request *request) {
  const cyn_bytes none = {NULL, 0};
  cyn_i_buf out;
  cyn_i_buf_init(&out, request->arena);
  cyn_i_buf_reserve(&out, 1024);
  cyn_bytes url = cyn_i_http_bytes(request->buffer, request->http->url);
  const char *question = url.size != 0 ? memchr(url.data, '?', url.size) : NULL;
  cyn_bytes path = {url.data, question != NULL ? (size_t)(question - url.data) : url.size};
  cyn_i_buf_append(&out, request->method.data, request->method.size);
  cyn_i_buf_byte(&out, '\n');
  cyn_i_sigv4_put_path(&out, path);
  cyn_i_buf_byte(&out, '\n');
  if (question != NULL) {
    cyn_bytes query = {question + 1, url.size - path.size - 1};
    if (request->authorization->is_query) query = without_signature(query, request->arena);
    if (query.data == NULL || !cyn_i_sigv4_put_query(&out, query, request->arena)) return none;
  }
  cyn_i_buf_byte(&out, '\n');
  put_headers(&out, request);
  cyn_i_buf_byte(&out, '\n');
  cyn_i_buf_append(&out, request->authorization->signed_headers.data, request->authorization->signed_headers.size);
  cyn_i_buf_byte(&out, '\n');
  char digest[64];
  cyn_i_sigv4_digest(cyn_i_http_bytes(request->buffer, request->http->body), digest);
  cyn_i_buf_append(&out, digest, sizeof digest);
  return out.failed ? none : (cyn_bytes){(char *)out.data, out.size};
}
