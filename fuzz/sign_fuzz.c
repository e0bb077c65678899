/* Fuzz target: Signature Version 4, both ends of it. The input is an HTTP request. Whatever is parsed is verified, safely.
 * Then our client's signer signs the same request, by header and as a presigned URL, and what it has signed must verify;
 * with another body it must not. */
#include <stdio.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "base/sigv4.h"
#include "client/sigv4_sign.h"
#include "fuzz.h"
#include "server/authorize.h"
#include "server/http.h"
#include "server/keyring.h"
#include "server/sigv4.h"

#define BYTES_MAX 32768
#define HEADERS_MAX 80
#define NOW_MS INT64_C(1795510800000)

static const char keys[] = "[a]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG\n";
static const cyn_i_http_limits limits = {16384, 16384};
static cyn_i_sigv4_cache *cache;
static cyn_i_keyring *keyring;
static char now[17];

typedef struct message {
  char bytes[BYTES_MAX];
  uint32_t size;
  cyn_i_http http;
} message;

static void open_keyring(void) {
  char path[64];
  int fd = memfd_create("keys", 0);
  demand(fd >= 0 && write(fd, keys, sizeof keys - 1) == (ssize_t)sizeof keys - 1);
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  demand(cyn_i_keyring_load(path, &keyring, NULL) == CYN_OK);
  close(fd);
  cache = cyn_i_sigv4_cache_new();
  demand(cache != NULL);
  cyn_i_sigv4_time(NOW_MS, now);
}

static bool parse(message *m) {
  cyn_i_http_begin(&m->http, &limits, 0);
  return cyn_i_http_feed(&m->http, m->bytes, 0, &m->size) == CYN_HTTP_COMPLETE;
}

static cyn_status verify(const message *m, cyn_i_arena *arena) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_i_authorization from;
  const cyn_i_signing_key *key = NULL;
  cyn_status status = cyn_i_authorization_parse(&m->http, m->bytes, arena, &from, &error);
  if (status == CYN_OK) {
    const cyn_i_sigv4_request request = {&m->http, m->bytes, cyn_str("POST"), &from, NOW_MS, arena};
    status = cyn_i_sigv4_verify(cache, keyring, &request, &key, &error);
  }
  demand((status == CYN_OK) == (key != NULL) && (status == CYN_OK || (error.message != NULL && error.name != NULL)));
  cyn_error_clean_up(&error);
  return status;
}

/* ---- signing ---- */

static bool is_ours(cyn_bytes name) {
  static const char *const names[] = {"authorization",    "x-amz-date", "content-length", "transfer-encoding",
                                      "connection",       "upgrade",    "expect",         "x-amz-security-token",
                                      "proxy-connection", "date"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (name.size == strlen(names[i]) && strncasecmp(name.data, names[i], name.size) == 0) return true;
  return false;
}

static int compare(const void *a, const void *b) {
  const cyn_i_signed_header *x = a, *y = b;
  int order = strcmp(x->name, y->name);
  return order != 0 ? order : (x->value.data > y->value.data) - (x->value.data < y->value.data);
}

/* The headers of the message that are signed, and x-amz-date. */
static size_t collect(const message *m, cyn_i_arena *arena, cyn_i_signed_header *out, bool *has_host) {
  size_t count = 0;
  *has_host = false;
  for (uint32_t i = 0; i < m->http.header_count; i++) {
    cyn_bytes name = cyn_i_http_bytes(m->bytes, m->http.headers[i].name);
    if (is_ours(name)) continue;
    char *lower = cyn_i_arena_alloc(arena, name.size + 1);
    for (size_t j = 0; j < name.size; j++) lower[j] = (char)(name.data[j] >= 'A' && name.data[j] <= 'Z' ? name.data[j] | 32 : name.data[j]);
    lower[name.size] = '\0';
    *has_host = *has_host || strcmp(lower, "host") == 0;
    out[count++] = (cyn_i_signed_header){lower, cyn_i_http_bytes(m->bytes, m->http.headers[i].value)};
  }
  return count;
}

static void put(message *m, const char *data, size_t size) {
  demand(m->size + size <= BYTES_MAX);
  if (size != 0) memcpy(m->bytes + m->size, data, size);
  m->size += (uint32_t)size;
}

static void put_text(message *m, const char *text) { put(m, text, strlen(text)); }

/* The message again, under `url`, with `authorization` (absent: none) in its head. */
static bool compose(const message *from, cyn_bytes url, cyn_bytes authorization, message *to) {
  char length[64];
  cyn_bytes body = cyn_i_http_bytes(from->bytes, from->http.body);
  to->size = 0;
  put_text(to, "POST ");
  put(to, url.data, url.size);
  put_text(to, " HTTP/1.1\r\n");
  for (uint32_t i = 0; i < from->http.header_count; i++) {
    cyn_bytes name = cyn_i_http_bytes(from->bytes, from->http.headers[i].name);
    cyn_bytes value = cyn_i_http_bytes(from->bytes, from->http.headers[i].value);
    if (is_ours(name)) continue;
    put(to, name.data, name.size);
    put_text(to, ": ");
    put(to, value.data, value.size);
    put_text(to, "\r\n");
  }
  if (authorization.data != NULL) {
    put_text(to, "x-amz-date: ");
    put_text(to, now);
    put_text(to, "\r\nAuthorization: ");
    put(to, authorization.data, authorization.size);
    put_text(to, "\r\n");
  }
  snprintf(length, sizeof length, "Content-Length: %zu\r\n\r\n", body.size);
  put_text(to, length);
  put(to, body.data, body.size);
  return parse(to);
}

static const cyn_i_credentials signer = {.access_key_id = {"AKIDEXAMPLE", 11}, .secret_access_key = {"wJalrXUtnFEMI/K7MDENG", 21}};

static cyn_bytes sign(const message *m, cyn_bytes url, const cyn_i_signed_header *headers, size_t count, cyn_i_arena *arena) {
  const char *question = memchr(url.data, '?', url.size);
  size_t path = question != NULL ? (size_t)(question - url.data) : url.size;
  const cyn_i_sign_request request = {.method = "POST", .path = {url.data, path},
                                      .query = {question != NULL ? question + 1 : "", question != NULL ? url.size - path - 1 : 0},
                                      .headers = headers, .header_count = count, .body = cyn_i_http_bytes(m->bytes, m->http.body),
                                      .time = now, .region = cyn_str("eu-west-1"), .service = "dynamodb", .credentials = &signer};
  cyn_bytes out = {NULL, 0};
  demand(cyn_i_sign(NULL, &request, arena, &out, NULL) == CYN_OK);
  return out;
}

static void check_signed(const message *m, message *scratch, cyn_i_arena *arena) {
  cyn_i_signed_header headers[HEADERS_MAX + 1];
  bool has_host;
  cyn_bytes url = cyn_i_http_bytes(m->bytes, m->http.url);
  size_t count = collect(m, arena, headers, &has_host);
  headers[count++] = (cyn_i_signed_header){"x-amz-date", cyn_str(now)};
  qsort(headers, count, sizeof headers[0], compare);
  cyn_bytes authorization = sign(m, url, headers, count, arena);
  demand(compose(m, url, authorization, scratch));
  demand((verify(scratch, arena) == CYN_OK) == has_host);
  if (scratch->http.body.size == 0) return;
  scratch->bytes[scratch->http.body.offset] ^= 1;
  demand(verify(scratch, arena) != CYN_OK);
}

static void check_presigned(const message *m, message *scratch, cyn_i_arena *arena) {
  cyn_i_signed_header headers[HEADERS_MAX];
  bool has_host;
  size_t count = collect(m, arena, headers, &has_host), kept = 0;
  cyn_bytes url = cyn_i_http_bytes(m->bytes, m->http.url);
  for (size_t i = 0; i < count; i++)
    if (strcmp(headers[i].name, "host") == 0) headers[kept++] = headers[i];
  if (!has_host) return;
  const char *unsigned_url = cyn_i_arena_printf(
      arena, "%.*s%cX-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%%2F%.8s%%2Feu-west-1%%2Fdynamodb%%2Faws4_request"
      "&X-Amz-Date=%s&X-Amz-Expires=900&X-Amz-SignedHeaders=host",
      (int)url.size, url.data, memchr(url.data, '?', url.size) != NULL ? '&' : '?', now, now);
  cyn_bytes authorization = sign(m, cyn_str(unsigned_url), headers, kept, arena);
  const char *signed_url = cyn_i_arena_printf(arena, "%s&X-Amz-Signature=%.64s", unsigned_url,
                                              authorization.data + authorization.size - 64);
  demand(compose(m, cyn_str(signed_url), (cyn_bytes){NULL, 0}, scratch));
  demand(verify(scratch, arena) == CYN_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static message received, scratch;
  if (cache == NULL) open_keyring();
  if (size == 0 || size > 16384) return 0;
  memcpy(received.bytes, data, size);
  received.size = (uint32_t)size;
  if (!parse(&received)) return 0;
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  (void)verify(&received, &arena);
  cyn_bytes url = cyn_i_http_bytes(received.bytes, received.http.url);
  /* what the request says of signatures itself would be taken for ours */
  if (received.http.header_count <= HEADERS_MAX && memmem(url.data, url.size, "X-Amz-", 6) == NULL) {
    check_signed(&received, &scratch, &arena);
    check_presigned(&received, &scratch, &arena);
  }
  cyn_i_arena_clean_up(&arena);
  return 0;
}
