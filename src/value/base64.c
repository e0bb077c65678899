/* See base64.h. Strict: padded, no blanks, and the unused bits of the last character are 0, as DynamoDB demands. */
#include "value/base64.h"

static const char alphabet[65] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* What each byte stands for, shifted to the four places that a character has in a group of 24 bits. A byte that is not of
 * the alphabet has the highest bit set, in every place. */
#define WRONG 0x80000000u
#define A26(V, first)                                                                                                  \
  V(first), V(first + 1), V(first + 2), V(first + 3), V(first + 4), V(first + 5), V(first + 6), V(first + 7),          \
      V(first + 8), V(first + 9), V(first + 10), V(first + 11), V(first + 12), V(first + 13), V(first + 14),           \
      V(first + 15), V(first + 16), V(first + 17), V(first + 18), V(first + 19), V(first + 20), V(first + 21),         \
      V(first + 22), V(first + 23), V(first + 24), V(first + 25)
#define X4 WRONG, WRONG, WRONG, WRONG
#define X16 X4, X4, X4, X4
#define BYTES(V)                                                                                                       \
  {                                                                                                                    \
    X16, X16, X4, X4, WRONG, WRONG, WRONG, V(62), WRONG, WRONG, WRONG, V(63), V(52), V(53), V(54), V(55), V(56),       \
        V(57), V(58), V(59), V(60), V(61), WRONG, WRONG, X4, WRONG, A26(V, 0), WRONG, WRONG, X4, A26(V, 26), WRONG, X4, \
        X16, X16, X16, X16, X16, X16, X16, X16                                                                         \
  }
#define AT_18(x) (uint32_t)(x) << 18
#define AT_12(x) (uint32_t)(x) << 12
#define AT_6(x) (uint32_t)(x) << 6
#define AT_0(x) (uint32_t)(x)
static const uint32_t place[4][256] = {BYTES(AT_18), BYTES(AT_12), BYTES(AT_6), BYTES(AT_0)};

static inline uint32_t group_of(const uint8_t *p) {
  return place[0][p[0]] | place[1][p[1]] | place[2][p[2]] | place[3][p[3]];
}

void cyn_i_base64_encode(cyn_i_buf *buf, cyn_bytes bytes) {
  if (bytes.size > SIZE_MAX / 2) {
    buf->failed = true;
    return;
  }
  size_t size = (bytes.size + 2) / 3 * 4;
  if (!cyn_i_buf_reserve(buf, size)) return;
  uint8_t *at = buf->data + buf->size;
  const uint8_t *p = (const uint8_t *)bytes.data;
  size_t left = bytes.size;
  for (; left >= 3; left -= 3, p += 3, at += 4) {
    uint32_t group = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
    at[0] = (uint8_t)alphabet[group >> 18];
    at[1] = (uint8_t)alphabet[group >> 12 & 63];
    at[2] = (uint8_t)alphabet[group >> 6 & 63];
    at[3] = (uint8_t)alphabet[group & 63];
  }
  if (left != 0) {
    uint32_t group = (uint32_t)p[0] << 16 | (left == 2 ? (uint32_t)p[1] << 8 : 0);
    at[0] = (uint8_t)alphabet[group >> 18];
    at[1] = (uint8_t)alphabet[group >> 12 & 63];
    at[2] = (uint8_t)(left == 2 ? alphabet[group >> 6 & 63] : '=');
    at[3] = '=';
  }
  buf->size += size;
}

/* The last four characters, which may be padded: bytes written, or 0 when they are wrong. */
static size_t decode_last(const uint8_t *p, uint8_t *at) {
  size_t padding = p[3] != '=' ? 0 : p[2] != '=' ? 1 : 2;
  uint32_t group = place[0][p[0]] | place[1][p[1]];
  if (padding < 2) group |= place[2][p[2]];
  if (padding < 1) group |= place[3][p[3]];
  if ((group & WRONG) != 0) return 0;
  if ((padding == 1 && (group & 0xFF) != 0) || (padding == 2 && (group & 0xFFFF) != 0)) return 0;
  at[0] = (uint8_t)(group >> 16);
  if (padding < 2) at[1] = (uint8_t)(group >> 8);
  if (padding < 1) at[2] = (uint8_t)group;
  return 3 - padding;
}

/* 48 bits as six bytes, the highest first, and two bytes more that are of no account. */
static inline void put_six(uint8_t *at, uint64_t bits) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  bits = __builtin_bswap64(bits << 16);
  memcpy(at, &bits, 8);
#else
  for (int i = 0; i < 6; i++) at[i] = (uint8_t)(bits >> (40 - 8 * i));
#endif
}

bool cyn_i_base64_decode(cyn_i_buf *buf, cyn_bytes text) {
  if (text.size % 4 != 0) return false;
  if (text.size == 0) return true;
  if (!cyn_i_buf_reserve(buf, text.size / 4 * 3 + 8)) return true;
  uint8_t *at = buf->data + buf->size;
  const uint8_t *p = (const uint8_t *)text.data, *last = p + text.size - 4;
  uint32_t wrong = 0;
  for (; last - p >= 8; p += 8, at += 6) {
    uint32_t first = group_of(p), second = group_of(p + 4);
    wrong |= first | second;
    put_six(at, (uint64_t)first << 24 | second);
  }
  for (; p < last; p += 4, at += 3) {
    uint32_t group = group_of(p);
    wrong |= group;
    put_six(at, (uint64_t)group << 24);
  }
  size_t written = decode_last(p, at);
  if ((wrong & WRONG) != 0 || written == 0) return false;
  buf->size += text.size / 4 * 3 - 3 + written;
  return true;
}
