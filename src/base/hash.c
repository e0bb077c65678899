/* See hash.h. Digest contexts are kept per thread and reused: a fetch and a new context cost more than the hash. */
#include "base/hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
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

static pthread_once_t fetch_once = PTHREAD_ONCE_INIT;
static pthread_key_t context_key;
static EVP_MD *md5;
static EVP_MD *sha256;
static uint64_t hash64_seed[2];
static _Atomic bool fetched; /* read with acquire: cheaper than a call of pthread_once for every hash */

static void context_free(void *context) { EVP_MD_CTX_free(context); }

static void fetch(void) {
  md5 = EVP_MD_fetch(NULL, "MD5", NULL);
  sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
  (void)pthread_key_create(&context_key, context_free);
  cyn_i_random_bytes(hash64_seed, sizeof hash64_seed);
  atomic_store_explicit(&fetched, true, memory_order_release);
}

static _Thread_local EVP_MD_CTX *thread_context;

static EVP_MD_CTX *context_get(void) {
  if (thread_context != NULL) return thread_context;
  (void)pthread_once(&fetch_once, fetch);
  thread_context = EVP_MD_CTX_new();
  (void)pthread_setspecific(context_key, thread_context);
  return thread_context;
}

static void digest(const EVP_MD *const *md, const cyn_bytes *parts, size_t count, uint8_t *out, size_t size) {
  EVP_MD_CTX *context = context_get();
  unsigned written = 0;
  int ok = context != NULL && EVP_DigestInit_ex(context, *md, NULL);
  for (size_t i = 0; ok && i < count; i++) ok = EVP_DigestUpdate(context, parts[i].data, parts[i].size);
  ok = ok && EVP_DigestFinal_ex(context, out, &written);
  if (!ok) memset(out, 0, size); /* only without memory for a context; the same bytes for every input */
}

void cyn_i_md5(const cyn_bytes *parts, size_t count, uint8_t out[16]) {
  digest((const EVP_MD *const *)&md5, parts, count, out, 16);
}
void cyn_i_sha256(const cyn_bytes *parts, size_t count, uint8_t out[32]) {
  digest((const EVP_MD *const *)&sha256, parts, count, out, 32);
}

void cyn_i_hmac_sha256(cyn_bytes key, cyn_bytes data, uint8_t out[32]) {
  unsigned size = 32;
  if (HMAC(EVP_sha256(), key.data, (int)key.size, (const unsigned char *)data.data, data.size, out, &size) == NULL)
    memset(out, 0, 32);
}

static inline uint64_t mix(uint64_t a, uint64_t b) {
  unsigned __int128 product = (unsigned __int128)a * b;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t cyn_i_hash64(cyn_bytes bytes) {
  if (!atomic_load_explicit(&fetched, memory_order_acquire)) (void)pthread_once(&fetch_once, fetch);
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
