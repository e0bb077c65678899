/* Hashes against published vectors, in parts and from several threads. */
#include "base/hash.h"

#include <pthread.h>
#include <stdlib.h>

#include "test.h"

static const char *hex(const uint8_t *bytes, size_t size) {
  static char out[65];
  for (size_t i = 0; i < size; i++) snprintf(out + 2 * i, 3, "%02x", bytes[i]);
  return out;
}

static void *first_hash(void *out) {
  *(uint64_t *)out = cyn_i_hash64(cyn_str("first"));
  return NULL;
}

/* Stands first: the seed is made by whichever thread comes first, and ThreadSanitizer watches the others read it. */
TEST(first_use_by_threads) {
  pthread_t threads[4];
  uint64_t hashes[4];
  for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, first_hash, &hashes[i]);
  for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  for (int i = 0; i < 4; i++) CHECK(hashes[i] == cyn_i_hash64(cyn_str("first")));
}

TEST(crc32) {
  CHECK_INT(cyn_i_crc32("", 0), 0);
  CHECK_INT(cyn_i_crc32("123456789", 9), 0xCBF43926u);
  CHECK_INT(cyn_i_crc32("a", 1), 0xE8B7BE43u);
  char text[1000];
  for (size_t i = 0; i < sizeof text; i++) text[i] = (char)(i * 7);
  uint32_t whole = cyn_i_crc32(text, sizeof text);
  for (size_t cut = 0; cut <= sizeof text; cut += 37)
    CHECK_INT(cyn_i_crc32_more(cyn_i_crc32(text, cut), text + cut, sizeof text - cut), whole);
}

TEST(md5) {
  uint8_t out[16];
  cyn_i_md5(NULL, 0, out);
  CHECK_STR(hex(out, 16), "d41d8cd98f00b204e9800998ecf8427e");
  cyn_bytes parts[] = {cyn_str("message "), cyn_str(""), cyn_str("digest")};
  cyn_i_md5(parts, 3, out);
  CHECK_STR(hex(out, 16), "f96b697d7cb7938d525a2f31aaf161d0");
}

TEST(sha256) {
  uint8_t out[32];
  cyn_i_sha256(NULL, 0, out);
  CHECK_STR(hex(out, 32), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  cyn_bytes parts[] = {cyn_str("a"), cyn_str("bc")};
  cyn_i_sha256(parts, 2, out);
  CHECK_STR(hex(out, 32), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(hmac_sha256) { /* RFC 4231, cases 2, 6 and 7; a key is used twice */
  uint8_t out[32];
  cyn_i_hmac_key key;
  cyn_bytes parts[] = {cyn_str("what do ya want "), cyn_str(""), cyn_str("for nothing?")};
  cyn_i_hmac_key_init(&key, cyn_str("Jefe"));
  for (int i = 0; i < 2; i++) {
    cyn_i_hmac_sha256(&key, parts, 3, out);
    CHECK_STR(hex(out, 32), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  }
  char text[131];
  memset(text, 0xaa, sizeof text);
  cyn_i_hmac_key_init(&key, (cyn_bytes){text, sizeof text}); /* longer than a block */
  cyn_bytes one = cyn_str("Test Using Larger Than Block-Size Key - Hash Key First");
  cyn_i_hmac_sha256(&key, &one, 1, out);
  CHECK_STR(hex(out, 32), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  one = cyn_str(
      "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed "
      "before being used by the HMAC algorithm.");
  cyn_i_hmac_sha256(&key, &one, 1, out);
  CHECK_STR(hex(out, 32), "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

TEST(hash64) {
  char text[100] = {0};
  uint64_t seen[100];
  for (size_t i = 0; i < 100; i++) { /* of texts that differ in length only */
    seen[i] = cyn_i_hash64((cyn_bytes){text, i});
    CHECK(seen[i] == cyn_i_hash64((cyn_bytes){text, i}));
    for (size_t k = 0; k < i; k++) CHECK(seen[i] != seen[k]);
  }
  int high = 0;
  for (int i = 0; i < 1000; i++) {
    snprintf(text, sizeof text, "key%d", i);
    high += cyn_i_hash64(cyn_str(text)) >> 63 != 0;
  }
  CHECK(high > 400 && high < 600);
}

static void *digest_many(void *unused) {
  uint8_t out[32];
  cyn_bytes part = cyn_str("abc");
  for (int i = 0; i < 2000; i++) {
    cyn_i_sha256(&part, 1, out);
    if (out[0] != 0xBA || out[31] != 0xAD) return (void *)"wrong";
    cyn_i_md5(&part, 1, out);
    if (out[0] != 0x90 || out[15] != 0x72) return (void *)"wrong";
  }
  return unused;
}

TEST(threads) {
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) REQUIRE(pthread_create(&threads[i], NULL, digest_many, NULL) == 0);
  for (int i = 0; i < 4; i++) {
    void *result = NULL;
    (void)pthread_join(threads[i], &result);
    CHECK(result == NULL);
  }
}
