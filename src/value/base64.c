/* See base64.h. Strict: padded, no blanks, and the unused bits of the last character are 0, as DynamoDB demands. */
#include "value/base64.h"

static const char alphabet[65] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* 0xFF: not of the alphabet. */
#define XX 0xFF
static const uint8_t reverse[256] = {
    XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
    XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, 62, XX, XX, XX, 63, 52, 53, 54, 55,
    56, 57, 58, 59, 60, 61, XX, XX, XX, XX, XX, XX, XX, 0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12,
    13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, XX, XX, XX, XX, XX, XX, 26, 27, 28, 29, 30, 31, 32,
    33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, XX, XX, XX, XX, XX, XX, XX,
    XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
    XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
    XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
    XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
    XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX};
#undef XX

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
  uint8_t a = reverse[p[0]], b = reverse[p[1]];
  uint8_t c = padding == 2 ? 0 : reverse[p[2]], d = padding != 0 ? 0 : reverse[p[3]];
  if ((a | b | c | d) & 0xC0) return 0;
  uint32_t group = (uint32_t)a << 18 | (uint32_t)b << 12 | (uint32_t)c << 6 | d;
  if ((padding == 1 && (group & 0xFF) != 0) || (padding == 2 && (group & 0xFFFF) != 0)) return 0;
  at[0] = (uint8_t)(group >> 16);
  if (padding < 2) at[1] = (uint8_t)(group >> 8);
  if (padding < 1) at[2] = (uint8_t)group;
  return 3 - padding;
}

bool cyn_i_base64_decode(cyn_i_buf *buf, cyn_bytes text) {
  if (text.size % 4 != 0) return false;
  if (text.size == 0) return true;
  if (!cyn_i_buf_reserve(buf, text.size / 4 * 3)) return true;
  uint8_t *at = buf->data + buf->size;
  const uint8_t *p = (const uint8_t *)text.data, *last = p + text.size - 4;
  uint8_t wrong = 0;
  for (; p < last; p += 4, at += 3) {
    uint8_t a = reverse[p[0]], b = reverse[p[1]], c = reverse[p[2]], d = reverse[p[3]];
    wrong |= (uint8_t)(a | b | c | d);
    uint32_t group = (uint32_t)a << 18 | (uint32_t)b << 12 | (uint32_t)c << 6 | d;
    at[0] = (uint8_t)(group >> 16);
    at[1] = (uint8_t)(group >> 8);
    at[2] = (uint8_t)group;
  }
  size_t written = decode_last(p, at);
  if ((wrong & 0xC0) != 0 || written == 0) return false;
  buf->size += text.size / 4 * 3 - 3 + written;
  return true;
}
