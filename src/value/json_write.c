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

/* Copies plain text; at *at there is room for all that is left and 16 bytes more. */
static inline const uint8_t *copy_plain(const uint8_t *p, const uint8_t *end, uint8_t **at, bool sound) {
  uint8_t *out = *at;
#if defined(__SSE2__)
  while (end - p >= 16) {
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
    _mm_storeu_si128((__m128i *)(void *)out, v);
    __m128i quote = _mm_cmpeq_epi8(v, _mm_set1_epi8('"')), slash = _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'));
    __m128i control = _mm_cmpeq_epi8(_mm_max_epu8(v, _mm_set1_epi8(0x20)), _mm_set1_epi8(0x20));
    control = _mm_andnot_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8(0x20)), control);
    __m128i other = sound ? control : _mm_cmplt_epi8(v, _mm_set1_epi8(0x20));
    int mask = _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, slash), other));
    if (mask != 0) {
      int plain = __builtin_ctz((unsigned)mask);
      *at = out + plain;
      return p + plain;
    }
    p += 16;
    out += 16;
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

static inline void write_string(cyn_i_buf *buf, cyn_bytes text, bool sound) {
  const uint8_t *p = (const uint8_t *)text.data, *end = p + text.size;
  if (!cyn_i_buf_reserve(buf, text.size + 24)) return;
  uint8_t *at = buf->data + buf->size;
  *at++ = '"';
  while (p < end) {
    p = copy_plain(p, end, &at, sound);
    if (p == end) break;
    p = put_special(p, end, &at);
    /* what was put may be longer than what it stands for: room for the rest anew */
    buf->size = (size_t)(at - buf->data);
    if (!cyn_i_buf_reserve(buf, (size_t)(end - p) + 24)) return;
    at = buf->data + buf->size;
  }
  *at++ = '"';
  buf->size = (size_t)(at - buf->data);
}

void cyn_i_json_write_string(cyn_i_buf *buf, cyn_bytes text) { write_string(buf, text, false); }
void cyn_i_json_write_sound_string(cyn_i_buf *buf, cyn_bytes text) { write_string(buf, text, true); }

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
