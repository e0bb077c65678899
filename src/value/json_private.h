/* What the JSON reader (json.c) and the item decoder (item_json.c) share: scanning of blanks and strings. */
#ifndef CYN_VALUE_JSON_PRIVATE_H
#define CYN_VALUE_JSON_PRIVATE_H

#include <string.h>

#include "value/json.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__ARM_NEON) && defined(__aarch64__)
#include <arm_neon.h>
#endif

/* What the reader waits for: cyn_i_json.expect. */
typedef enum cyn_i_json_expect {
  CYN_JSON_EXPECT_VALUE,
  CYN_JSON_EXPECT_VALUE_OR_END,
  CYN_JSON_EXPECT_KEY_OR_END,
  CYN_JSON_EXPECT_COMMA_OR_END,
  CYN_JSON_EXPECT_NOTHING
} cyn_i_json_expect;

/* What is expected behind a value that has just ended. */
static inline uint8_t cyn_i_json_after_value(const cyn_i_json *json) {
  return json->depth == 0 ? CYN_JSON_EXPECT_NOTHING : CYN_JSON_EXPECT_COMMA_OR_END;
}

static inline const uint8_t *cyn_i_json_blank(const uint8_t *p, const uint8_t *end) {
  if (p < end && *p > ' ') return p; /* as nearly always */
  while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')) p++;
  return p;
}

#if defined(__SSE2__)
/* All ones for each byte that ends plain ASCII text: a quote, a backslash, a control or a byte above 0x7F. */
static inline __m128i cyn_i_json_special(__m128i v) {
  /* with bit 1 turned over the quote is 0x20, and no other plain byte is below 0x21; signed, so above 0x7F is below it */
  __m128i low = _mm_cmplt_epi8(_mm_xor_si128(v, _mm_set1_epi8(2)), _mm_set1_epi8(0x21));
  return _mm_or_si128(low, _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
}
static inline unsigned cyn_i_json_special_mask(__m128i v) { return (unsigned)_mm_movemask_epi8(cyn_i_json_special(v)); }
#endif

/* Copies 16 bytes; how many of them, from the first on, are plain ASCII text. */
static inline unsigned cyn_i_json_copy_16(const uint8_t *p, uint8_t *at) {
#if defined(__SSE2__)
  __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
  _mm_storeu_si128((__m128i *)(void *)at, v);
  unsigned mask = cyn_i_json_special_mask(v);
  return mask == 0 ? 16 : (unsigned)__builtin_ctz(mask);
#else
  unsigned plain = 0;
  memcpy(at, p, 16);
  while (plain < 16 && p[plain] >= 0x20 && p[plain] < 0x80 && p[plain] != '"' && p[plain] != '\\') plain++;
  return plain;
#endif
}

/* The first byte from p on that ends plain ASCII text. */
static inline const uint8_t *cyn_i_json_plain_end(const uint8_t *p, const uint8_t *end) {
#if defined(__SSE2__)
  while (end - p >= 16) {
    unsigned mask = cyn_i_json_special_mask(_mm_loadu_si128((const __m128i *)(const void *)p));
    if (mask != 0) return p + __builtin_ctz(mask);
    p += 16;
  }
#elif defined(__ARM_NEON) && defined(__aarch64__)
  while (end - p >= 16) {
    uint8x16_t v = vld1q_u8(p);
    uint8x16_t hit = vorrq_u8(vceqq_u8(v, vdupq_n_u8('"')), vceqq_u8(v, vdupq_n_u8('\\')));
    hit = vorrq_u8(hit, vcltq_s8(vreinterpretq_s8_u8(v), vdupq_n_s8(0x20)));
    uint64_t mask = vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(hit), 4)), 0);
    if (mask != 0) return p + (__builtin_ctzll(mask) >> 2);
    p += 16;
  }
#endif
  while (p < end && *p >= 0x20 && *p < 0x80 && *p != '"' && *p != '\\') p++;
  return p;
}

/* From behind the opening quote to the closing one: controls and bad UTF-8 are refused (NULL), escapes are stepped over
 * and noted in *escaped. */
const uint8_t *cyn_i_json_string_end_slow(const uint8_t *p, const uint8_t *end, bool *escaped);
static inline const uint8_t *cyn_i_json_string_end(const uint8_t *p, const uint8_t *end, bool *escaped) {
  p = cyn_i_json_plain_end(p, end);
  *escaped = false;
  if (p < end && *p == '"') return p;
  return cyn_i_json_string_end_slow(p, end, escaped);
}

/* Writes what the escape at p (its backslash) stands for to *at, where there is room for 4 bytes; the position behind it,
 * or NULL when it is wrong. */
const uint8_t *cyn_i_json_unescape_one(const uint8_t *p, const uint8_t *end, uint8_t **at);

/* Writes the text between p and end (as string_end has passed it) without its escapes; never longer than it was.
 * SIZE_MAX when an escape is wrong. */
size_t cyn_i_json_unescape(const uint8_t *p, const uint8_t *end, uint8_t *out);

/* Behind an opening quote: the string's text, borrowed or in the arena; the position behind the closing quote, or NULL
 * (failed and, where it applies, no_memory are set). */
const uint8_t *cyn_i_json_take_string(cyn_i_json *json, const uint8_t *p, cyn_bytes *text);

/* Behind a number that begins at p; NULL when it is malformed. */
const uint8_t *cyn_i_json_number_end(const uint8_t *p, const uint8_t *end, bool *is_integer);

/* Writing to a buffer with the position in a register: the functions take it and return it, NULL without memory (the
 * buffer's `failed` says so as well). */
typedef struct cyn_i_json_out {
  uint8_t *end; /* of the buffer's room */
  cyn_i_buf *buf;
} cyn_i_json_out;

/* What is free behind `at` whenever a function here returns. */
#define CYN_JSON_SLACK 64

uint8_t *cyn_i_json_room_slow(cyn_i_json_out *out, const uint8_t *at, size_t more);
/* Makes room for `more` bytes and CYN_JSON_SLACK. */
static inline uint8_t *cyn_i_json_room(cyn_i_json_out *out, uint8_t *at, size_t more) {
  if (__builtin_expect((size_t)(out->end - at) >= more + CYN_JSON_SLACK, 1)) return at;
  return cyn_i_json_room_slow(out, at, more);
}

/* Writing begins behind what the buffer holds, and ends: `at` NULL leaves the buffer as it was. */
uint8_t *cyn_i_json_out_begin(cyn_i_json_out *out, cyn_i_buf *buf);
static inline void cyn_i_json_out_end(cyn_i_json_out *out, const uint8_t *at) {
  if (at != NULL) out->buf->size = (size_t)(at - out->buf->data);
}

/* The text with its escapes and no quotes; it must be UTF-8. */
uint8_t *cyn_i_json_put_text(cyn_i_json_out *out, uint8_t *at, const uint8_t *text, size_t size);

#endif
