#include "client/dpop.h"

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "dpop_key.h"
#include "stand_in.h"
#include "value/base64.h"

static cyn_bytes decode(cyn_i_arena *arena, cyn_bytes text) {
  char *copy = (char *)(uintptr_t)cyn_i_arena_copy(arena, text).data;
  for (size_t i = 0; i < text.size; i++) copy[i] = copy[i] == '-' ? '+' : copy[i] == '_' ? '/' : copy[i];
  const char *padded = cyn_i_arena_printf(arena, "%s%.*s", copy, (int)((4 - text.size % 4) % 4), "===");
  cyn_i_buf out;
  cyn_i_buf_init(&out, arena);
  CHECK(cyn_i_base64_decode(&out, cyn_str(padded)));
  return (cyn_bytes){(const char *)out.data, out.size};
}

static bool verifies(cyn_bytes text, cyn_bytes signature) {
  BIO *bio = BIO_new_mem_buf(DPOP_KEY, -1);
  EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
  ECDSA_SIG *pair = ECDSA_SIG_new();
  unsigned char *der = NULL;
  (void)ECDSA_SIG_set0(pair, BN_bin2bn((const unsigned char *)signature.data, 32, NULL),
                       BN_bin2bn((const unsigned char *)signature.data + 32, 32, NULL));
  int size = i2d_ECDSA_SIG(pair, &der);
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  bool is_good = EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
                 EVP_DigestVerify(context, der, (size_t)size, (const unsigned char *)text.data, text.size) == 1;
  EVP_MD_CTX_free(context);
  OPENSSL_free(der);
  ECDSA_SIG_free(pair);
  EVP_PKEY_free(key);
  BIO_free(bio);
  return is_good;
}

TEST(a_proof_verifies) {
  cyn_i_arena arena;
  cyn_bytes proof;
  cyn_i_arena_init(&arena, 0);
  REQUIRE(cyn_i_dpop_proof(cyn_str(DPOP_KEY), cyn_str("https://h/v1/token"), 1800000000123, &arena, &proof, NULL) == CYN_OK);
  const char *first = memchr(proof.data, '.', proof.size), *second = strchr(first + 1, '.');
  cyn_bytes head = decode(&arena, (cyn_bytes){proof.data, (size_t)(first - proof.data)});
  cyn_bytes body = decode(&arena, (cyn_bytes){first + 1, (size_t)(second - first - 1)});
  cyn_bytes signature = decode(&arena, cyn_str(cyn_i_arena_copy(&arena, (cyn_bytes){second + 1, proof.size - (size_t)(second + 1 - proof.data)}).data));
  CHECK(memmem(head.data, head.size, "\"alg\":\"ES256\"", 13) != NULL);
  CHECK(memmem(body.data, body.size, "\"htu\":\"https://h/v1/token\",\"iat\":1800000000,", 43) != NULL);
  REQUIRE(signature.size == 64);
  CHECK(verifies((cyn_bytes){proof.data, (size_t)(second - proof.data)}, signature));
  cyn_i_arena_clean_up(&arena);
}

static cyn_bytes new_key(cyn_i_arena *arena, EVP_PKEY *key) {
  BIO *bio = BIO_new(BIO_s_mem());
  char *text;
  CHECK(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1);
  long size = BIO_get_mem_data(bio, &text);
  cyn_bytes copy = cyn_i_arena_copy(arena, (cyn_bytes){text, (size_t)size});
  BIO_free(bio);
  EVP_PKEY_free(key);
  return copy;
}

TEST(what_is_no_key) {
  static const char *const texts[] = {"", "secret", "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n"};
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  char *endless = cyn_i_arena_alloc(&arena, 70000);
  memset(endless, 'A', 70000);
  const cyn_bytes others[] = {new_key(&arena, EVP_EC_gen("P-384")), new_key(&arena, EVP_RSA_gen(1024)), {endless, 70000}};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0] + 3; i++) {
    cyn_error error = CYN_ERROR_INIT;
    cyn_bytes proof;
    CHECK(cyn_i_dpop_proof(i < 3 ? cyn_str(texts[i]) : others[i - 3], cyn_str("https://h"), 0, &arena, &proof, &error) == CYN_E_CREDENTIALS);
    CHECK_STR(error.message, "the cached login's dpopKey is no P-256 key: log in again");
    cyn_error_clean_up(&error);
  }
  cyn_i_arena_clean_up(&arena);
}
