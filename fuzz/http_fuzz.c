/* Fuzz target: bytes of a connection through the HTTP parser, whole and cut into pieces; both must see the same
 * requests. What is complete then goes through the authorization and the canonical request of its signature. The first
 * byte chooses where to cut. */
#include "base/error.h"
#include "fuzz.h"
#include "server/authorize.h"
#include "server/http.h"
#include "server/sigv4.h"

#define BYTES_MAX 65536

static const cyn_i_http_limits limits = {8192, 16384};

typedef struct stream {
  char buffer[BYTES_MAX];
  uint32_t size; /* received */
  uint32_t parsed;
  cyn_i_http http;
} stream;

/* Receives `part` more bytes and parses on. */
static cyn_i_http_result receive(stream *s, const uint8_t *bytes, size_t part) {
  memcpy(s->buffer + s->size, bytes, part);
  s->size += (uint32_t)part;
  cyn_i_http_result result = cyn_i_http_feed(&s->http, s->buffer, s->parsed, &s->size);
  s->parsed = s->size;
  return result;
}

static void begin(stream *s) {
  s->size = s->parsed = 0;
  cyn_i_http_begin(&s->http, &limits, 0);
}

static bool same_bytes(cyn_bytes a, cyn_bytes b) {
  return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static void check_same(const stream *a, const stream *b) {
  if (a->http.header_count != b->http.header_count || a->http.keep_alive != b->http.keep_alive) abort();
  if (!same_bytes(cyn_i_http_bytes(a->buffer, a->http.url), cyn_i_http_bytes(b->buffer, b->http.url))) abort();
  if (!same_bytes(cyn_i_http_bytes(a->buffer, a->http.body), cyn_i_http_bytes(b->buffer, b->http.body))) abort();
  for (int i = 0; i < CYN_HTTP_KNOWN_COUNT; i++)
    if (!same_bytes(cyn_i_http_get(&a->http, a->buffer, (cyn_i_http_known)i),
                    cyn_i_http_get(&b->http, b->buffer, (cyn_i_http_known)i)))
      abort();
}

static void authorize(const stream *s) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_error error = CYN_ERROR_INIT;
  cyn_i_authorization from;
  if (cyn_i_authorization_parse(&s->http, s->buffer, &arena, &from, &error) == CYN_OK) {
    cyn_i_sigv4_request request = {&s->http, s->buffer, cyn_str("POST"), &from, 0, &arena};
    (void)cyn_i_sigv4_canonical(&request);
  }
  cyn_error_clean_up(&error);
  cyn_i_arena_clean_up(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static stream whole, pieces;
  if (size < 2 || size > BYTES_MAX) return 0;
  size_t step = 1 + data[0] % 37;
  data++;
  size--;
  begin(&whole);
  begin(&pieces);
  cyn_i_http_result result = receive(&whole, data, size), last = CYN_HTTP_MORE;
  for (size_t at = 0; at < size && last == CYN_HTTP_MORE; at += step)
    last = receive(&pieces, data + at, size - at < step ? size - at : step);
  if (result == CYN_HTTP_COMPLETE) {
    if (last != CYN_HTTP_COMPLETE) abort();
    check_same(&whole, &pieces);
    authorize(&whole);
  } else if (last == CYN_HTTP_COMPLETE) {
    abort();
  }
  return 0;
}
