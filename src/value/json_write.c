/* The writer's half of json.h. Strings are copied 16 bytes at a time where nothing needs an escape. */
#include <stdio.h>

#include "value/json_private.h"
#include "value/number.h"
#include "value/utf8.h"

/* ---- strings ---- */

static const char hex_digits[17] = "0123456789abcdef";

/* Appends the escape of a quote, backslash or control; room for 6 bytes is there. */
static uint8_t *put_escape(uint8_t *at, uint8_t c) {
  static const char short_names[] = "btn?fr"; /* 08 to 0D */
  *at++ = '\\';
  if (c == '"' || c == '\\') {
    *at++ = c;
  } else if (c >= 0x08 && c <= 0x0D && c != 0x0B) {
    *at++ = (uint8_t)short_names[c - 0x08];
  } else {
    memcpy(at, "u00", 3);
    at[3] = (uint8_t)hex_digits[c >> 4];
    at[4] = (uint8_t)hex_digits[c & 15];
    at += 5;
  }
  return at;
}

#if defined(__SSE2__)
/* One bit for each byte that needs an escape. */
static inline unsigned escape_mask(__m128i v) {
  __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
  hit = _mm_or_si128(hit, _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1F)), v)); /* below 0x20 */
  return (unsigned)_mm_movemask_epi8(hit);
}
#endif

#if defined(__SSE2__)
static inline unsigned stop_mask(__m128i v, bool sound) { return sound ? escape_mask(v) : cyn_i_json_special_mask(v); }

/* The last `left` bytes (4 to 15) of a run that began `run` bytes before `end`, which ends at `out` + left: as one or two
 * loads that overlap what is done already or each other. Returns how many of them are plain. */
static inline int copy_last(const uint8_t *end, uint8_t *out, size_t left, size_t run, bool sound) {
  unsigned mask;
  if (run >= 16) {
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(end - 16));
    _mm_storeu_si128((__m128i *)(void *)(out + left - 16), v);
    mask = stop_mask(v, sound) >> (16 - left);
  } else if (left >= 8) {
    __m128i low = _mm_loadl_epi64((const __m128i *)(const void *)(end - left));
    __m128i high = _mm_loadl_epi64((const __m128i *)(const void *)(end - 8));
    _mm_storel_epi64((__m128i *)(void *)out, low);
    _mm_storel_epi64((__m128i *)(void *)(out + left - 8), high);
    mask = (stop_mask(low, sound) & 0xFF) | (stop_mask(high, sound) & 0xFF) << (left - 8);
  } else {
    uint32_t words[2];
    memcpy(&words[0], end - left, 4);
    memcpy(&words[1], end - 4, 4);
    memcpy(out, &words[0], 4);
    memcpy(out + left - 4, &words[1], 4);
    __m128i low = _mm_cvtsi32_si128((int)words[0]), high = _mm_cvtsi32_si128((int)words[1]);
    mask = (stop_mask(low, sound) & 0xF) | (stop_mask(high, sound) & 0xF) << (left - 4);
  }
  return mask == 0 ? (int)left : __builtin_ctz(mask);
}
#endif

/* Copies plain text; at *at there is room for all that is left and 16 bytes more. */
static inline const uint8_t *copy_plain(const uint8_t *p, const uint8_t *end, uint8_t **at, bool sound) {
  uint8_t *out = *at;
#if defined(__SSE2__)
  const uint8_t *start = p;
  for (; end - p >= 16; p += 16, out += 16) {
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
    _mm_storeu_si128((__m128i *)(void *)out, v);
    unsigned mask = stop_mask(v, sound);
    if (mask != 0) {
      int plain = __builtin_ctz(mask);
      *at = out + plain;
      return p + plain;
    }
  }
  size_t left = (size_t)(end - p), run = (size_t)(end - start);
  if (left >= 4 || (left > 0 && run >= 16)) {
    int plain = copy_last(end, out, left, run, sound);
    *at = out + plain;
    return p + plain;
  }
#else
  for (;;) {
    const uint8_t *stop = cyn_i_json_plain_end(p, end);
    memcpy(out, p, (size_t)(stop - p));
    out += stop - p;
    p = stop;
    if (!sound || p == end || *p < 0x80) break;
    while (p < end && *p >= 0x80) *out++ = *p++;
  }
#endif
  while (p < end && *p >= 0x20 && (*p < 0x80 || sound) && *p != '"' && *p != '\\') *out++ = *p++;
  *at = out;
  return p;
}

/* One byte or character that copy_plain stopped at. */
static const uint8_t *put_special(const uint8_t *p, const uint8_t *end, uint8_t **at) {
  if (*p < 0x80) {
    *at = put_escape(*at, *p);
    return p + 1;
  }
  size_t length = cyn_i_utf8_length(p, end);
  if (length == 0) { /* U+FFFD */
    memcpy(*at, "\xEF\xBF\xBD", 3);
    *at += 3;
    return p + 1;
  }
  memcpy(*at, p, length);
  *at += length;
  return p + length;
}

/* ---- room ---- */

uint8_t *cyn_i_json_room_slow(cyn_i_json_out *out, const uint8_t *at, size_t more) {
  cyn_i_buf *buf = out->buf;
  size_t before = buf->size, used = (size_t)(at - buf->data);
  if (more > SIZE_MAX / 4) {
    buf->failed = true;
    return NULL;
  }
  buf->size = used; /* growing keeps what is in front of it */
  bool grown = cyn_i_buf_reserve(buf, more + CYN_JSON_SLACK);
  buf->size = before;
  if (!grown) return NULL;
  out->end = buf->data + buf->capacity;
  return buf->data + used;
}

uint8_t *cyn_i_json_out_begin(cyn_i_json_out *out, cyn_i_buf *buf) {
  out->buf = buf;
  if (buf->failed || !cyn_i_buf_reserve(buf, CYN_JSON_SLACK)) return NULL;
  out->end = buf->data + buf->capacity;
  return buf->data + buf->size;
}

/* ---- texts ---- */

/* copy_plain writes at most 16 bytes behind its text, put_special at most 6: the slack has both. */
static inline uint8_t *put_text(cyn_i_json_out *out, uint8_t *at, const uint8_t *p, size_t size, bool sound) {
  const uint8_t *end = p + size;
  for (;;) {
    at = cyn_i_json_room(out, at, (size_t)(end - p));
    if (at == NULL || p == end) return at;
    p = copy_plain(p, end, &at, sound);
    if (p == end) return at;
    p = put_special(p, end, &at);
  }
}

uint8_t *cyn_i_json_put_text(cyn_i_json_out *out, uint8_t *at, const uint8_t *text, size_t size) {
  return put_text(out, at, text, size, true);
}

void cyn_i_json_write_string(cyn_i_buf *buf, cyn_bytes text) {
  cyn_i_json_out out;
  uint8_t *at = cyn_i_json_out_begin(&out, buf);
  if (at == NULL) return;
  *at++ = '"';
  at = put_text(&out, at, (const uint8_t *)text.data, text.size, false);
  if (at == NULL) return;
  *at++ = '"';
  cyn_i_json_out_end(&out, at);
}

/* ---- numbers ---- */

void cyn_i_json_write_int(cyn_i_buf *buf, int64_t value) {
  char text[20];
  char *at = text + sizeof text;
  uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  do {
    *--at = (char)('0' + left % 10);
    left /= 10;
  } while (left != 0);
  if (value < 0) *--at = '-';
  cyn_i_buf_append(buf, at, (size_t)(text + sizeof text - at));
}

/* The fewest significant digits that give `value` back, and the exponent of the first; value is finite and above 0.
 * Trial by printing: exact by definition, and the doubles of the API are few and short. Digits are picked out of the
 * text, so the locale's decimal point does not matter. */
static int shortest_digits(double value, char digits[18], int *exponent) {
  for (int count = 1;; count++) {
    char text[48];
    (void)snprintf(text, sizeof text, "%.*e", count - 1, value);
    int found = 0;
    const char *p = text;
    for (; *p != 'e'; p++)
      if (*p >= '0' && *p <= '9') digits[found++] = *p;
    bool negative = p[1] == '-';
    *exponent = 0;
    for (p += 2; *p != '\0'; p++) *exponent = *exponent * 10 + (*p - '0');
    if (negative) *exponent = -*exponent;
    if (count == 17) return found;
    char plain[48];
    int length = snprintf(plain, sizeof plain, "%.*se%d", found, digits, *exponent - found + 1);
    cyn_i_number number;
    if (cyn_i_number_parse((cyn_bytes){plain, (size_t)length}, &number) != CYN_NUMBER_OK) continue;
    if (cyn_i_number_to_double(number.bytes, number.size) == value) return found;
  }
}

void cyn_i_json_write_double(cyn_i_buf *buf, double value) {
  if (!(value - value == 0)) value = 0; /* JSON has no word for the others */
  if (value < 0) {
    cyn_i_buf_byte(buf, '-');
    value = -value;
  }
  if (value == 0) {
    cyn_i_buf_append(buf, "0.0", 3);
    return;
  }
  if (value < 1e7 && value == (double)(int64_t)value) {
    cyn_i_json_write_int(buf, (int64_t)value);
    cyn_i_buf_append(buf, ".0", 2);
    return;
  }
  char digits[18];
  int exponent;
  int count = shortest_digits(value, digits, &exponent);
  while (count > 1 && digits[count - 1] == '0') count--;
  bool plain = value >= 1e-3 && value < 1e7;
  int whole = plain ? exponent + 1 : 1; /* digits in front of the point */
  if (whole <= 0) {
    cyn_i_buf_append(buf, "0.000", 2 + (size_t)-whole);
  } else {
    for (int i = 0; i < whole; i++) cyn_i_buf_byte(buf, (uint8_t)(i < count ? digits[i] : '0'));
    cyn_i_buf_byte(buf, '.');
    if (count <= whole) cyn_i_buf_byte(buf, '0');
  }
  int from = whole > 0 ? whole : 0;
  if (count > from) cyn_i_buf_append(buf, digits + from, (size_t)(count - from));
  if (plain) return;
  cyn_i_buf_byte(buf, 'E');
  cyn_i_json_write_int(buf, exponent);
}
