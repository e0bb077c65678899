/* See random.h. Request ids come from a per-thread xoshiro generator seeded by the system: they need to be distinct, not
 * secret. */
#include "base/random.h"

#include <sys/random.h>

void cyn_i_random_bytes(void *out, size_t size) {
  uint8_t *next = out;
  while (size != 0) {
    ssize_t got = getrandom(next, size < 256 ? size : 256, 0);
    if (got <= 0) continue;
    next += got;
    size -= (size_t)got;
  }
}

void cyn_i_random_uuid(char out[37]) {
  static const char digits[] = "0123456789abcdef";
  uint8_t b[16];
  cyn_i_random_bytes(b, sizeof b);
  b[6] = (uint8_t)((b[6] & 0x0F) | 0x40);
  b[8] = (uint8_t)((b[8] & 0x3F) | 0x80);
  char *at = out;
  for (int i = 0; i < 16; i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *at++ = '-';
    *at++ = digits[b[i] >> 4];
    *at++ = digits[b[i] & 15];
  }
  *at = '\0';
}

static _Thread_local uint64_t state[4];

static inline uint64_t rotate(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

static uint64_t next_word(void) {
  if ((state[0] | state[1] | state[2] | state[3]) == 0) cyn_i_random_bytes(state, sizeof state);
  uint64_t result = rotate(state[1] * 5, 7) * 9;
  uint64_t t = state[1] << 17;
  state[2] ^= state[0];
  state[3] ^= state[1];
  state[1] ^= state[2];
  state[0] ^= state[3];
  state[2] ^= t;
  state[3] = rotate(state[3], 45);
  return result;
}

void cyn_i_random_request_id(char out[53]) {
  /* 32 of the 36 characters, 5 bits each: 12 to a word */
  static const char alphabet[33] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
  for (int i = 0; i < 52;) {
    uint64_t word = next_word();
    for (int k = 0; k < 12 && i < 52; k++, word >>= 5) out[i++] = alphabet[word & 31];
  }
  out[52] = '\0';
}
