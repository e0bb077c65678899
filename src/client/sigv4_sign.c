/* See sigv4_sign.h. On the way of every call: two digests and one HMAC; the derived key is made once a day. */
#include "client/sigv4_sign.h"

#include <pthread.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/sigv4.h"

#define DATE_SIZE 8
#define TEXT_MAX 256

/* What a key is made from, side by side: secret, date, Region, service. */
typedef struct key_source {
  size_t size; /* 0: no key, or too long to keep */
  char text[TEXT_MAX];
} key_source;

struct cyn_i_signer {
  pthread_mutex_t lock;
  key_source source;
  uint8_t key[32];
};

cyn_i_signer *cyn_i_signer_new(void) {
  cyn_i_signer *signer = cyn_i_secret_alloc(sizeof *signer);
  if (signer != NULL) (void)pthread_mutex_init(&signer->lock, NULL); /* a plain one cannot fail */
  return signer;
}

void cyn_i_signer_destroy(cyn_i_signer *signer) {
  if (signer == NULL) return;
  (void)pthread_mutex_destroy(&signer->lock);
  cyn_i_secret_free(signer);
}

static void fill_source(const cyn_i_sign_request *request, key_source *source) {
  const cyn_bytes parts[4] = {request->credentials->secret_access_key, {request->time, DATE_SIZE}, request->region,
                              cyn_str(request->service)};
  source->size = 0;
  for (int i = 0; i < 4; i++) {
    if (parts[i].size >= TEXT_MAX - source->size) {
      source->size = 0;
      return;
    }
    if (parts[i].size != 0) memcpy(source->text + source->size, parts[i].data, parts[i].size);
    source->size += parts[i].size;
    source->text[source->size++] = '\0';
  }
}

static bool find_kept(cyn_i_signer *signer, const key_source *source, uint8_t key[32]) {
  (void)pthread_mutex_lock(&signer->lock);
  bool is_kept = signer->source.size == source->size && memcmp(signer->source.text, source->text, source->size) == 0;
  if (is_kept) memcpy(key, signer->key, 32);
  (void)pthread_mutex_unlock(&signer->lock);
  return is_kept;
}

static void keep(cyn_i_signer *signer, const key_source *source, const uint8_t key[32]) {
  (void)pthread_mutex_lock(&signer->lock);
  memcpy(signer->source.text, source->text, source->size);
  signer->source.size = source->size;
  memcpy(signer->key, key, 32);
  (void)pthread_mutex_unlock(&signer->lock);
}

static void key_get(cyn_i_signer *signer, const cyn_i_sign_request *request, uint8_t key[32]) {
  key_source source;
  fill_source(request, &source);
  bool may_keep = signer != NULL && source.size != 0;
  if (!may_keep || !find_kept(signer, &source, key)) {
    cyn_i_sigv4_key(request->credentials->secret_access_key, (cyn_bytes){request->time, DATE_SIZE}, request->region,
                    cyn_str(request->service), key);
    if (may_keep) keep(signer, &source, key);
  }
  OPENSSL_cleanse(&source, sizeof source);
}

/* ---- the canonical request ---- */

static bool is_same_name(const cyn_i_sign_request *request, size_t i) {
  return i != 0 && strcmp(request->headers[i].name, request->headers[i - 1].name) == 0;
}

static void put_headers(cyn_i_buf *out, const cyn_i_sign_request *request) {
  for (size_t i = 0; i < request->header_count; i++) {
    if (is_same_name(request, i)) {
      out->size -= out->size != 0 ? 1 : 0; /* over the newline */
      cyn_i_buf_byte(out, ',');
    } else {
      cyn_i_buf_text(out, request->headers[i].name);
      cyn_i_buf_byte(out, ':');
    }
    cyn_i_sigv4_put_value(out, request->headers[i].value);
    cyn_i_buf_byte(out, '\n');
  }
}

static void put_names(cyn_i_buf *out, const cyn_i_sign_request *request) {
  for (size_t i = 0; i < request->header_count; i++) {
    if (is_same_name(request, i)) continue;
    if (i != 0) cyn_i_buf_byte(out, ';');
    cyn_i_buf_text(out, request->headers[i].name);
  }
}

static bool put_canonical(cyn_i_buf *out, const cyn_i_sign_request *request, cyn_i_arena *arena) {
  cyn_i_buf_text(out, request->method);
  cyn_i_buf_byte(out, '\n');
  cyn_i_sigv4_put_path(out, request->path);
  cyn_i_buf_byte(out, '\n');
  if (request->query.size != 0 && !cyn_i_sigv4_put_query(out, request->query, arena)) return false;
  cyn_i_buf_byte(out, '\n');
  put_headers(out, request);
  cyn_i_buf_byte(out, '\n');
  put_names(out, request);
  cyn_i_buf_byte(out, '\n');
  uint8_t digest[32];
  char hex[64];
  cyn_i_sha256(&request->body, 1, digest);
  cyn_i_sigv4_hex(digest, sizeof digest, hex);
  cyn_i_buf_append(out, hex, sizeof hex);
  return !out->failed;
}

cyn_bytes cyn_i_sign_canonical(const cyn_i_sign_request *request, cyn_i_arena *arena) {
  cyn_i_buf out;
  cyn_i_buf_init(&out, arena);
  (void)cyn_i_buf_reserve(&out, 1024);
  return put_canonical(&out, request, arena) ? (cyn_bytes){(char *)out.data, out.size} : (cyn_bytes){NULL, 0};
}

/* ---- the signature ---- */

static void sign_text(const uint8_t key[32], const cyn_i_sign_request *request, cyn_bytes canonical, char signature[64]) {
  uint8_t digest[32], mac[32];
  char hex[64];
  cyn_i_sha256(&canonical, 1, digest);
  cyn_i_sigv4_hex(digest, sizeof digest, hex);
  const cyn_bytes parts[] = {cyn_str("AWS4-HMAC-SHA256\n"), cyn_str(request->time), cyn_str("\n"), {request->time, DATE_SIZE},
                             cyn_str("/"), request->region, cyn_str("/"), cyn_str(request->service)};
  char text[512];
  size_t size = 0;
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
    size_t part = parts[i].size < sizeof text - 128 - size ? parts[i].size : sizeof text - 128 - size;
    memcpy(text + size, parts[i].data, part);
    size += part;
  }
  memcpy(text + size, "/aws4_request\n", 14);
  memcpy(text + size + 14, hex, sizeof hex);
  const cyn_bytes all = {text, size + 14 + sizeof hex};
  cyn_i_sigv4_hmac((cyn_bytes){(const char *)key, 32}, &all, 1, mac);
  cyn_i_sigv4_hex(mac, sizeof mac, signature);
}

cyn_status cyn_i_sign(cyn_i_signer *signer, const cyn_i_sign_request *request, cyn_i_arena *arena, cyn_bytes *out,
                      cyn_error *error) {
  if (request->region.size > 200)
    return cyn_i_error_set(error, CYN_E_USAGE, "a Region's name has at most 200 characters");
  cyn_bytes canonical = cyn_i_sign_canonical(request, arena);
  if (canonical.data == NULL) return cyn_i_error_no_memory(error);
  uint8_t key[32];
  char signature[64];
  key_get(signer, request, key);
  sign_text(key, request, canonical, signature);
  OPENSSL_cleanse(key, sizeof key);
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, arena);
  (void)cyn_i_buf_reserve(&buf, 320);
  const cyn_bytes access_key = request->credentials->access_key_id;
  cyn_i_buf_text(&buf, "AWS4-HMAC-SHA256 Credential=");
  cyn_i_buf_append(&buf, access_key.data, access_key.size);
  cyn_i_buf_byte(&buf, '/');
  cyn_i_buf_append(&buf, request->time, DATE_SIZE);
  cyn_i_buf_byte(&buf, '/');
  cyn_i_buf_append(&buf, request->region.data, request->region.size);
  cyn_i_buf_byte(&buf, '/');
  cyn_i_buf_text(&buf, request->service);
  cyn_i_buf_text(&buf, "/aws4_request, SignedHeaders=");
  put_names(&buf, request);
  cyn_i_buf_text(&buf, ", Signature=");
  cyn_i_buf_append(&buf, signature, sizeof signature);
  if (buf.failed) return cyn_i_error_no_memory(error);
  *out = (cyn_bytes){(char *)buf.data, buf.size};
  return CYN_OK;
}
