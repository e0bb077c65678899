/* Hashes and checksums, each by a library: OpenSSL for MD5 and SHA-256, ISA-L for crc32. None can fail. */
#ifndef CYN_BASE_HASH_H
#define CYN_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include <cynamo/value.h>

uint32_t cyn_i_crc32(const void *data, size_t size);
uint32_t cyn_i_crc32_more(uint32_t crc, const void *data, size_t size); /* continues a crc32 */
/* Digest of the concatenation of the parts. */
void cyn_i_md5(const cyn_bytes *parts, size_t count, uint8_t out[16]);
void cyn_i_sha256(const cyn_bytes *parts, size_t count, uint8_t out[32]);

/* A key of HMAC-SHA256, made once: the two digests that begin with it, so that a message costs only its own blocks. As
 * secret as the key. */
typedef struct cyn_i_hmac_key {
  uint32_t inner[8], outer[8];
} cyn_i_hmac_key;
void cyn_i_hmac_key_init(cyn_i_hmac_key *key, cyn_bytes secret);
/* HMAC of the concatenation of the parts. */
void cyn_i_hmac_sha256(const cyn_i_hmac_key *key, const cyn_bytes *parts, size_t count, uint8_t out[32]);

/* A fast 64-bit hash for tables in memory; seeded per process against crafted collisions. */
uint64_t cyn_i_hash64(cyn_bytes bytes);

#endif
