/* See hash.h. The digests are those of OpenSSL 1: deprecated, and the only ones that take no memory and so cannot fail. An
 * item stands where the digest of its key says: one that could fail would put it elsewhere. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/hash.h"

#include <openssl/crypto.h>
#include <openssl/md5.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "base/random.h"

#ifdef CYN_HAVE_ISAL
#include <isa-l/crc.h>
uint32_t cyn_i_crc32_more(uint32_t crc, const void *data, size_t size) {
  return crc32_gzip_refl(crc, (const unsigned char *)data, size);
}
#else
#include <libdeflate.h>
uint32_t cyn_i_crc32_more(uint32_t crc, const void *data, size_t size) { return libdeflate_crc32(crc, data, size); }
#endif

uint32_t cyn_i_crc32(const void *data, size_t size) { return cyn_i_crc32_more(0, data, size); }

void cyn_i_md5(const cyn_bytes *parts, size_t count, uint8_t out[16]) {
  MD5_CTX context;
  (void)MD5_Init(&context);
  for (size_t i = 0; i < count; i++)
    if (parts[i].size != 0) (void)MD5_Update(&context, parts[i].data, parts[i].size);
  (void)MD5_Final(out, &context);
}

void cyn_i_sha256(const cyn_bytes *parts, size_t count, uint8_t out[32]) {
  SHA256_CTX context;
  (void)SHA256_Init(&context);
  for (size_t i = 0; i < count; i++)
    if (parts[i].size != 0) (void)SHA256_Update(&context, parts[i].data, parts[i].size);
  (void)SHA256_Final(out, &context);
  OPENSSL_cleanse(&context, sizeof context); /* a part may have been a secret */
}

/* ---- HMAC: the digest of the padded key's block is a state of eight words; a message goes on from there ---- */

#define HMAC_BLOCK SHA256_CBLOCK

static void start_state(uint8_t block[HMAC_BLOCK], uint8_t pad, uint32_t state[8]) {
  SHA256_CTX context;
  for (size_t i = 0; i < HMAC_BLOCK; i++) block[i] ^= pad;
  (void)SHA256_Init(&context);
  (void)SHA256_Update(&context, block, HMAC_BLOCK);
  for (size_t i = 0; i < 8; i++) state[i] = context.h[i];
  OPENSSL_cleanse(&context, sizeof context);
}

void cyn_i_hmac_key_init(cyn_i_hmac_key *key, cyn_bytes secret) {
  uint8_t block[HMAC_BLOCK] = {0};
  if (secret.size > HMAC_BLOCK) cyn_i_sha256(&secret, 1, block);
  else if (secret.size != 0) memcpy(block, secret.data, secret.size);
  start_state(block, 0x36, key->inner);
  start_state(block, 0x36 ^ 0x5C, key->outer); /* takes the first pad off again */
  OPENSSL_cleanse(block, sizeof block);
}

static void resume(SHA256_CTX *context, const uint32_t state[8]) {
  (void)SHA256_Init(context);
  for (size_t i = 0; i < 8; i++) context->h[i] = state[i];
  context->Nl = HMAC_BLOCK * 8; /* bits so far */
}

void cyn_i_hmac_sha256(const cyn_i_hmac_key *key, const cyn_bytes *parts, size_t count, uint8_t out[32]) {
  SHA256_CTX context;
  resume(&context, key->inner);
  for (size_t i = 0; i < count; i++)
    if (parts[i].size != 0) (void)SHA256_Update(&context, parts[i].data, parts[i].size);
  (void)SHA256_Final(out, &context);
  resume(&context, key->outer);
  (void)SHA256_Update(&context, out, SHA256_DIGEST_LENGTH);
  (void)SHA256_Final(out, &context);
  OPENSSL_cleanse(&context, sizeof context);
}

static pthread_once_t seed_once = PTHREAD_ONCE_INIT;
static uint64_t hash64_seed[2];
static _Atomic bool is_seeded; /* read with acquire: cheaper than a call of pthread_once for every hash */

static void seed(void) {
  cyn_i_random_bytes(hash64_seed, sizeof hash64_seed);
  atomic_store_explicit(&is_seeded, true, memory_order_release);
}

static inline uint64_t mix(uint64_t a, uint64_t b) {
  unsigned __int128 product = (unsigned __int128)a * b;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t cyn_i_hash64(cyn_bytes bytes) {
  if (!atomic_load_explicit(&is_seeded, memory_order_acquire)) (void)pthread_once(&seed_once, seed);
  uint64_t h = hash64_seed[0] ^ bytes.size;
  const char *p = bytes.data;
  size_t left = bytes.size;
  for (; left >= 8; left -= 8, p += 8) {
    uint64_t word;
    memcpy(&word, p, 8);
    h = mix(h ^ word, 0x9E3779B97F4A7C15u ^ hash64_seed[1]);
  }
  uint64_t last = 0;
  if (left != 0) memcpy(&last, p, left);
  return mix(h ^ last, 0xC2B2AE3D27D4EB4Fu ^ hash64_seed[1]);
}
