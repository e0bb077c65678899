/* See dpop.h. A JWT of header, payload and an ES256 signature, each in base64url without padding. */
#include "client/dpop.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/random.h"
#include "value/base64.h"
#include "value/json.h"

#define COORDINATE 32
#define POINT (1 + 2 * COORDINATE) /* 04 x y */

static void put_base64url(cyn_i_buf *out, const void *data, size_t size) {
  size_t begin = out->size;
  cyn_i_base64_encode(out, (cyn_bytes){data, size});
  while (out->size > begin && out->data[out->size - 1] == '=') out->size--;
  for (size_t i = begin; i < out->size; i++) {
    if (out->data[i] == '+') out->data[i] = '-';
    if (out->data[i] == '/') out->data[i] = '_';
  }
}

/* A key with a passphrase is none: nobody is asked for it. */
static int no_passphrase(char *text, int size, int writing, void *user) {
  (void)text;
  (void)size;
  (void)writing;
  (void)user;
  return 0;
}

/* NULL: no P-256 key. */
static EVP_PKEY *read_key(cyn_bytes pem, unsigned char point[POINT]) {
  char group[32];
  size_t size = 0;
  BIO *bio = pem.size <= 65536 ? BIO_new_mem_buf(pem.data, (int)pem.size) : NULL;
  EVP_PKEY *key = bio != NULL ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
  BIO_free(bio);
  if (key == NULL) return NULL;
  bool is_sound = EVP_PKEY_get_group_name(key, group, sizeof group, &size) == 1 && strcmp(group, "prime256v1") == 0 &&
                  EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point, POINT, &size) == 1 && size == POINT &&
                  point[0] == 4;
  if (is_sound) return key;
  EVP_PKEY_free(key);
  return NULL;
}

/* The two numbers of the signature side by side. */
static bool sign(EVP_PKEY *key, const cyn_i_buf *text, unsigned char out[2 * COORDINATE]) {
  unsigned char der[128];
  size_t size = sizeof der;
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  bool is_signed = context != NULL && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
                   EVP_DigestSign(context, der, &size, text->data, text->size) == 1;
  EVP_MD_CTX_free(context);
  const unsigned char *at = der;
  ECDSA_SIG *pair = is_signed ? d2i_ECDSA_SIG(NULL, &at, (long)size) : NULL;
  if (pair == NULL) return false;
  bool fits = BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, COORDINATE) == COORDINATE &&
              BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + COORDINATE, COORDINATE) == COORDINATE;
  ECDSA_SIG_free(pair);
  return fits;
}

static void put_statement(cyn_i_buf *out, const unsigned char point[POINT], cyn_bytes url, int64_t now_ms, cyn_i_arena *arena) {
  cyn_i_buf part;
  char id[37];
  cyn_i_buf_init(&part, arena);
  cyn_i_buf_text(&part, "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{\"kty\":\"EC\",\"x\":\"");
  put_base64url(&part, point + 1, COORDINATE);
  cyn_i_buf_text(&part, "\",\"y\":\"");
  put_base64url(&part, point + 1 + COORDINATE, COORDINATE);
  cyn_i_buf_text(&part, "\",\"crv\":\"P-256\"}}");
  put_base64url(out, part.data, part.size);
  cyn_i_buf_byte(out, '.');
  part.size = 0;
  cyn_i_buf_text(&part, "{\"htm\":\"POST\",\"htu\":");
  cyn_i_json_write_string(&part, url);
  cyn_i_random_uuid(id);
  cyn_i_buf_printf(&part, ",\"iat\":%lld,\"jti\":\"%s\"}", (long long)(now_ms / 1000), id);
  put_base64url(out, part.data, part.size);
  if (part.failed) out->failed = true;
}

cyn_status cyn_i_dpop_proof(cyn_bytes pem, cyn_bytes url, int64_t now_ms, cyn_i_arena *arena, cyn_bytes *out, cyn_error *error) {
  unsigned char point[POINT], signature[2 * COORDINATE];
  EVP_PKEY *key = read_key(pem, point);
  if (key == NULL) return cyn_i_error_set(error, CYN_E_CREDENTIALS, "the cached login's dpopKey is no P-256 key: log in again");
  cyn_i_buf text;
  cyn_i_buf_init(&text, arena);
  put_statement(&text, point, url, now_ms, arena);
  bool is_signed = !text.failed && sign(key, &text, signature);
  EVP_PKEY_free(key);
  if (!is_signed) return cyn_i_error_no_memory(error);
  cyn_i_buf_byte(&text, '.');
  put_base64url(&text, signature, sizeof signature);
  if (text.failed) return cyn_i_error_no_memory(error);
  *out = (cyn_bytes){(const char *)text.data, text.size};
  return CYN_OK;
}
