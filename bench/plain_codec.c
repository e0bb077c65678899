/* See plain_codec.h. */
#include "plain_codec.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { TYPE_S = 1, TYPE_N, TYPE_B, TYPE_SS, TYPE_NS, TYPE_BS, TYPE_M, TYPE_L, TYPE_NULL, TYPE_BOOL };

#define DEPTH_MAX 40
#define NAMES_MAX 256

typedef struct parser {
  const uint8_t *end;
  uint8_t *at; /* what is written next */
} parser;

static void put_u16(uint8_t *at, size_t value) {
  uint16_t v = (uint16_t)value;
  memcpy(at, &v, 2);
}
static void put_u32(uint8_t *at, size_t value) {
  uint32_t v = (uint32_t)value;
  memcpy(at, &v, 4);
}
static uint32_t get_u32(const uint8_t *at) {
  uint32_t v;
  memcpy(&v, at, 4);
  return v;
}

/* ---- strings ---- */

static const uint8_t *escape(const uint8_t *p, const uint8_t *end, uint8_t **at) {
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  if (end - p < 2) return NULL;
  const char *found = p[1] != 0 ? strchr(from, p[1]) : NULL;
  if (found != NULL) {
    *(*at)++ = (uint8_t)to[found - from];
    return p + 2;
  }
  uint32_t code = 0;
  if (p[1] != 'u' || end - p < 6) return NULL;
  for (int i = 2; i < 6; i++) {
    uint8_t c = p[i], low = c | 0x20;
    if (c >= '0' && c <= '9')
      code = code << 4 | (uint32_t)(c - '0');
    else if (low >= 'a' && low <= 'f')
      code = code << 4 | (uint32_t)(low - 'a' + 10);
    else
      return NULL;
  }
  if (code >= 0xD800 && code < 0xE000) return NULL; /* pairs are not in what is measured */
  uint8_t *out = *at;
  if (code < 0x80) {
    *out++ = (uint8_t)code;
  } else if (code < 0x800) {
    *out++ = (uint8_t)(0xC0 | code >> 6);
    *out++ = (uint8_t)(0x80 | (code & 63));
  } else {
    *out++ = (uint8_t)(0xE0 | code >> 12);
    *out++ = (uint8_t)(0x80 | (code >> 6 & 63));
    *out++ = (uint8_t)(0x80 | (code & 63));
  }
  *at = out;
  return p + 6;
}

/* One character above 0x7F; its shortest form only. */
static const uint8_t *utf8(const uint8_t *p, const uint8_t *end, uint8_t **at) {
  size_t size = *p < 0xC2 ? 0 : *p < 0xE0 ? 2 : *p < 0xF0 ? 3 : *p < 0xF5 ? 4 : 0;
  if (size == 0 || (size_t)(end - p) < size) return NULL;
  for (size_t i = 1; i < size; i++)
    if ((p[i] & 0xC0) != 0x80) return NULL;
  if ((*p == 0xE0 && p[1] < 0xA0) || (*p == 0xED && p[1] > 0x9F) || (*p == 0xF0 && p[1] < 0x90) || (*p == 0xF4 && p[1] > 0x8F))
    return NULL;
  memcpy(*at, p, size);
  *at += size;
  return p + size;
}

/* Copies the string behind the quote to *at without its escapes; returns behind its closing quote. */
static const uint8_t *copy_string(const uint8_t *p, const uint8_t *end, uint8_t **at) {
  uint8_t *out = *at;
  for (;;) {
#if defined(__SSE2__)
    while (end - p >= 16) {
      __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
      __m128i stop = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
      int mask = _mm_movemask_epi8(_mm_or_si128(stop, _mm_cmplt_epi8(v, _mm_set1_epi8(0x20))));
      _mm_storeu_si128((__m128i *)(void *)out, v);
      if (mask != 0) {
        p += __builtin_ctz((unsigned)mask);
        out += __builtin_ctz((unsigned)mask);
        break;
      }
      p += 16;
      out += 16;
    }
#endif
    while (p < end && *p >= 0x20 && *p < 0x80 && *p != '"' && *p != '\\') *out++ = *p++;
    if (p == end || *p < 0x20) return NULL;
    if (*p == '"') {
      *at = out;
      return p + 1;
    }
    p = *p == '\\' ? escape(p, end, &out) : utf8(p, end, &out);
    if (p == NULL) return NULL;
  }
}

/* ---- numbers: decimal text to a byte of exponent and base-100 digits ---- */

/* *p is behind the opening quote; returns behind the closing one. */
static const uint8_t *copy_number(const uint8_t *p, const uint8_t *end, uint8_t **at) {
  uint8_t digits[40];
  int count = 0, point = 0, exponent = 0;
  bool negative = false, any = false, in_fraction = false;
  if (p < end && *p == '-') negative = true, p++;
  for (; p < end && ((*p >= '0' && *p <= '9') || (*p == '.' && !in_fraction)); p++) {
    if (*p == '.') {
      in_fraction = true;
      continue;
    }
    any = true;
    if (count == 0 && *p == '0') {
      if (in_fraction) point--;
      continue;
    }
    if (count == 38) return NULL;
    digits[count++] = (uint8_t)(*p - '0');
    if (!in_fraction) point++;
  }
  if (!any) return NULL;
  if (p < end && (*p | 0x20) == 'e') {
    bool minus = false;
    if (++p < end && (*p == '-' || *p == '+')) minus = *p++ == '-';
    for (; p < end && *p >= '0' && *p <= '9'; p++)
      if (exponent < 10000) exponent = exponent * 10 + (*p - '0');
    point += minus ? -exponent : exponent;
  }
  if (p == end || *p != '"' || point > 126 || point < -129) return NULL;
  while (count > 0 && digits[count - 1] == 0) count--;
  uint8_t *out = *at;
  if (count == 0) {
    *out++ = 0x80;
  } else {
    int first = point & 1, pairs = (point + 200 + 1) / 2 - 100;
    digits[count] = 0;
    uint8_t head = (uint8_t)(0xC0 + pairs), *start = out;
    *out++ = negative ? (uint8_t)~head : head;
    for (int i = -first; i < count; i += 2) {
      int pair = (i < 0 ? 0 : digits[i] * 10) + digits[i + 1];
      *out++ = (uint8_t)(negative ? 101 - pair : pair + 1);
    }
    if (negative && out - start <= 20) *out++ = 0x66;
  }
  *at = out;
  return p + 1;
}

/* ---- base64 ---- */

static int base64_digit(uint8_t c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static const uint8_t *copy_base64(const uint8_t *p, const uint8_t *end, uint8_t **at) {
  static int8_t digits[256];
  static bool ready;
  uint8_t *out = *at;
  if (!ready)
    for (int i = 0; i < 256; i++) digits[i] = (int8_t)base64_digit((uint8_t)i);
  ready = true;
  for (; end - p >= 4 && *p != '"'; p += 4) {
    int a = digits[p[0]], b = digits[p[1]], c = digits[p[2]], d = digits[p[3]];
    int padding = p[3] != '=' ? 0 : p[2] != '=' ? 1 : 2;
    if (a < 0 || b < 0 || (c < 0 && padding < 2) || (d < 0 && padding < 1)) return NULL;
    uint32_t group = (uint32_t)a << 18 | (uint32_t)b << 12 | (uint32_t)(c & 63) << 6 | (uint32_t)(d & 63);
    *out++ = (uint8_t)(group >> 16);
    if (padding < 2) *out++ = (uint8_t)(group >> 8);
    if (padding < 1) *out++ = (uint8_t)group;
    if (padding > 0 && (end - p < 5 || p[4] != '"')) return NULL;
  }
  if (p == end || *p != '"') return NULL;
  *at = out;
  return p + 1;
}

/* ---- values ---- */

static const uint8_t *parse_pairs(parser *s, const uint8_t *p, int depth, uint32_t *count);
static const uint8_t *parse_value(parser *s, const uint8_t *p, int depth);

static bool is_at(const uint8_t *p, const uint8_t *end, const char *text, size_t size) {
  return (size_t)(end - p) >= size && memcmp(p, text, size) == 0;
}

static const uint8_t *parse_list(parser *s, const uint8_t *p, uint8_t type, int depth) {
  uint8_t *head = s->at;
  uint32_t count = 0;
  if (p == s->end || *p != '[') return NULL;
  *head = type;
  s->at += 9;
  for (p++; p < s->end && *p != ']'; count++) {
    if (count != 0 && *p++ != ',') return NULL;
    if (type == TYPE_L) {
      p = parse_value(s, p, depth + 1);
    } else {
      if (p == s->end || *p != '"') return NULL;
      uint8_t *size_at = s->at;
      s->at += type == TYPE_NS ? 1 : 4;
      p = type == TYPE_NS ? copy_number(p + 1, s->end, &s->at)
                          : type == TYPE_SS ? copy_string(p + 1, s->end, &s->at) : copy_base64(p + 1, s->end, &s->at);
      if (type == TYPE_NS)
        *size_at = (uint8_t)(s->at - size_at - 1);
      else
        put_u32(size_at, (size_t)(s->at - size_at - 4));
    }
    if (p == NULL) return NULL;
  }
  put_u32(head + 1, (size_t)(s->at - head - 5));
  put_u32(head + 5, count);
  return p < s->end ? p + 1 : NULL;
}

static const uint8_t *parse_text(parser *s, const uint8_t *p, uint8_t type) {
  uint8_t *head = s->at;
  if (p == s->end || *p != '"') return NULL;
  *head = type;
  if (type == TYPE_N) {
    s->at += 2;
    p = copy_number(p + 1, s->end, &s->at);
    head[1] = (uint8_t)(s->at - head - 2);
    return p;
  }
  s->at += 5;
  p = type == TYPE_S ? copy_string(p + 1, s->end, &s->at) : copy_base64(p + 1, s->end, &s->at);
  put_u32(head + 1, (size_t)(s->at - head - 5));
  return p;
}

static const uint8_t *parse_word(parser *s, const uint8_t *p, uint8_t type) {
  bool is_true = is_at(p, s->end, "true", 4);
  if (!is_true && (type == TYPE_NULL || !is_at(p, s->end, "false", 5))) return NULL;
  *s->at++ = type;
  if (type == TYPE_BOOL) *s->at++ = is_true;
  return p + (is_true ? 4 : 5);
}

static const uint8_t *parse_map(parser *s, const uint8_t *p, int depth) {
  uint8_t *head = s->at;
  uint32_t count;
  if (p == s->end || *p != '{') return NULL;
  *head = TYPE_M;
  s->at += 9;
  p = parse_pairs(s, p + 1, depth + 1, &count);
  put_u32(head + 1, (size_t)(s->at - head - 5));
  put_u32(head + 5, count);
  return p;
}

/* {"S":"…"} and the like, p at its brace. */
static const uint8_t *parse_value(parser *s, const uint8_t *p, int depth) {
  const uint8_t *end = s->end;
  if (depth > DEPTH_MAX || !is_at(p, end, "{\"", 2) || end - p < 6) return NULL;
  if (p[3] == '"' && p[4] == ':') {
    uint8_t letter = p[2];
    p += 5;
    if (letter == 'S')
      p = parse_text(s, p, TYPE_S);
    else if (letter == 'N')
      p = parse_text(s, p, TYPE_N);
    else if (letter == 'B')
      p = parse_text(s, p, TYPE_B);
    else if (letter == 'M')
      p = parse_map(s, p, depth);
    else if (letter == 'L')
      p = parse_list(s, p, TYPE_L, depth);
    else
      return NULL;
  } else if (p[3] == 'S' && p[4] == '"' && p[5] == ':') {
    uint8_t type = p[2] == 'S' ? TYPE_SS : p[2] == 'N' ? TYPE_NS : p[2] == 'B' ? TYPE_BS : 0;
    p = type != 0 ? parse_list(s, p + 6, type, depth) : NULL;
  } else if (is_at(p, end, "{\"BOOL\":", 8)) {
    p = parse_word(s, p + 8, TYPE_BOOL);
  } else if (is_at(p, end, "{\"NULL\":", 8)) {
    p = parse_word(s, p + 8, TYPE_NULL);
  } else {
    return NULL;
  }
  return p != NULL && p < end && *p == '}' ? p + 1 : NULL;
}

/* The names of one object so far: a bit for each one's hash tells at a glance that it is new. */
typedef struct names {
  uint64_t seen;
  uint32_t count;
  const uint8_t *at[NAMES_MAX];
} names;

static bool is_new(names *n, const uint8_t *name, size_t size) {
  uint32_t head = 0, tail = 0;
  if (size >= 4) {
    memcpy(&head, name, 4);
    memcpy(&tail, name + size - 4, 4);
  } else {
    head = name[0] | (uint32_t)name[size / 2] << 8 | (uint32_t)name[size - 1] << 16;
  }
  uint64_t bit = (uint64_t)1 << (((head * 31 + tail * 7 + size) * 0x9E3779B1u) >> 26);
  if ((n->seen & bit) != 0) {
    for (uint32_t i = 0; i < n->count; i++) {
      uint16_t other;
      memcpy(&other, n->at[i] - 2, 2);
      if (other == size && memcmp(n->at[i], name, size) == 0) return false;
    }
  }
  n->seen |= bit;
  if (n->count == NAMES_MAX) return false;
  n->at[n->count++] = name;
  return true;
}

static const uint8_t *parse_pairs(parser *s, const uint8_t *p, int depth, uint32_t *count) {
  names n;
  n.seen = 0;
  n.count = 0;
  *count = 0;
  if (p < s->end && *p == '}') return p + 1;
  for (;; p++) {
    uint8_t *name = s->at + 2;
    if (p == s->end || *p != '"') return NULL;
    s->at = name;
    p = copy_string(p + 1, s->end, &s->at);
    size_t size = (size_t)(s->at - name);
    if (p == NULL || size == 0 || size > 65535) return NULL;
    put_u16(name - 2, size);
    if (!is_new(&n, name, size) || p == s->end || *p != ':') return NULL;
    p = parse_value(s, p + 1, depth);
    if (p == NULL || p == s->end) return NULL;
    if (*p == '}') break;
    if (*p != ',') return NULL;
  }
  *count = n.count;
  return p + 1;
}

const uint8_t *plain_item_parse(const uint8_t *p, const uint8_t *end, uint8_t *out, size_t *size) {
  parser s = {end, out + 9};
  uint32_t count = 0;
  p = parse_pairs(&s, p, 0, &count);
  out[0] = 1;
  put_u32(out + 1, 0);
  put_u32(out + 5, count);
  *size = (size_t)(s.at - out);
  return p;
}

/* ---- what stands around items ---- */

bool plain_put_parse(const uint8_t *body, size_t body_size, uint8_t *out, size_t *size) {
  const uint8_t *p = body, *end = body + body_size;
  uint8_t table[256 + 16], *at = table;
  if (!is_at(p, end, "{\"TableName\":\"", 14) || body_size < 300) return false;
  p = copy_string(p + 14, p + 14 + 255, &at);
  if (p == NULL || !is_at(p, end, ",\"Item\":{", 9)) return false;
  p = plain_item_parse(p + 9, end, out, size);
  return p != NULL && end - p == 1 && *p == '}';
}

size_t plain_batch_parse(const uint8_t *body, size_t body_size, uint8_t *out, size_t *size) {
  const uint8_t *p = body, *end = body + body_size;
  uint8_t table[256 + 16], *at = table, *start = out;
  size_t count = 0, one;
  if (!is_at(p, end, "{\"RequestItems\":{\"", 18) || body_size < 300) return 0;
  p = copy_string(p + 18, p + 18 + 255, &at);
  if (p == NULL || !is_at(p, end, ":[", 2)) return 0;
  for (p += 2; p < end && *p != ']'; count++) {
    if (count != 0 && *p++ != ',') return 0;
    if (!is_at(p, end, "{\"PutRequest\":{\"Item\":{", 23)) return 0;
    p = plain_item_parse(p + 23, end, out, &one);
    if (p == NULL || !is_at(p, end, "}}", 2)) return 0;
    p += 2;
    out += one;
  }
  *size = (size_t)(out - start);
  return is_at(p, end, "]}}", 3) && end - p == 3 ? count : 0;
}

/* ---- printing ---- */

static uint8_t *print_text(const char *text, size_t size, uint8_t *at) {
  memcpy(at, text, size);
  return at + size;
}
#define PRINT(text) at = print_text(text, sizeof(text) - 1, at)

static uint8_t *print_string(const uint8_t *p, size_t size, uint8_t *at) {
  static const char hex[17] = "0123456789abcdef";
  const uint8_t *end = p + size;
  for (;;) {
#if defined(__SSE2__)
    while (end - p >= 16) {
      __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
      __m128i stop = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
      int mask = _mm_movemask_epi8(_mm_or_si128(stop, _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1F)), v)));
      _mm_storeu_si128((__m128i *)(void *)at, v);
      if (mask != 0) {
        p += __builtin_ctz((unsigned)mask);
        at += __builtin_ctz((unsigned)mask);
        break;
      }
      p += 16;
      at += 16;
    }
#endif
    while (p < end && *p >= 0x20 && *p != '"' && *p != '\\') *at++ = *p++;
    if (p == end) return at;
    if (*p == '"' || *p == '\\') {
      *at++ = '\\';
      *at++ = *p++;
    } else {
      PRINT("\\u00");
      *at++ = (uint8_t)hex[*p >> 4];
      *at++ = (uint8_t)hex[*p++ & 15];
    }
  }
}

static uint8_t *print_number(const uint8_t *p, size_t size, uint8_t *at) {
  if (p[0] == 0x80) {
    *at++ = '0';
    return at;
  }
  bool negative = p[0] < 0x80;
  int exponent = (negative ? (uint8_t)~p[0] : p[0]) - 0xC0;
  int count = (int)size - 1 - (negative && p[size - 1] == 0x66);
  if (negative) *at++ = '-';
  if (exponent <= 0) PRINT("0.");
  for (int i = exponent; i < 0; i++) PRINT("00");
  uint8_t *start = at;
  for (int i = 0; i < count || i < exponent; i++) {
    int pair = i >= count ? 0 : negative ? 101 - p[i + 1] : p[i + 1] - 1;
    if (i == exponent && i != 0) *at++ = '.';
    *at++ = (uint8_t)('0' + pair / 10);
    *at++ = (uint8_t)('0' + pair % 10);
  }
  if (exponent > 0 && *start == '0') {
    memmove(start, start + 1, (size_t)(at - start) - 1);
    at--;
  }
  if (count > exponent && at[-1] == '0') at--;
  return at;
}

static uint8_t *print_base64(const uint8_t *p, size_t size, uint8_t *at) {
  static const char alphabet[65] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (; size >= 3; size -= 3, p += 3) {
    uint32_t group = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
    for (int shift = 18; shift >= 0; shift -= 6) *at++ = (uint8_t)alphabet[group >> shift & 63];
  }
  if (size == 0) return at;
  uint32_t group = (uint32_t)p[0] << 16 | (size == 2 ? (uint32_t)p[1] << 8 : 0);
  *at++ = (uint8_t)alphabet[group >> 18];
  *at++ = (uint8_t)alphabet[group >> 12 & 63];
  *at++ = size == 2 ? (uint8_t)alphabet[group >> 6 & 63] : '=';
  *at++ = '=';
  return at;
}

static size_t value_size(const uint8_t *value) {
  if (value[0] == TYPE_N) return 2 + (size_t)value[1];
  if (value[0] == TYPE_BOOL) return 2;
  return value[0] == TYPE_NULL ? 1 : 5 + (size_t)get_u32(value + 1);
}

static uint8_t *print_value(const uint8_t *value, uint8_t *at);

static uint8_t *print_pairs(const uint8_t *p, uint32_t count, uint8_t *at) {
  *at++ = '{';
  for (uint32_t i = 0; i < count; i++) {
    uint16_t size;
    memcpy(&size, p, 2);
    if (i != 0) *at++ = ',';
    *at++ = '"';
    at = print_string(p + 2, size, at);
    PRINT("\":");
    p += 2 + size;
    at = print_value(p, at);
    p += value_size(p);
  }
  *at++ = '}';
  return at;
}

static uint8_t *print_elements(const uint8_t *value, uint8_t *at) {
  const uint8_t *p = value + 9;
  for (uint32_t i = 0, count = get_u32(value + 5); i < count; i++) {
    if (i != 0) *at++ = ',';
    if (value[0] == TYPE_L) {
      at = print_value(p, at);
      p += value_size(p);
      continue;
    }
    size_t head = value[0] == TYPE_NS ? 1 : 4, size = value[0] == TYPE_NS ? p[0] : get_u32(p);
    *at++ = '"';
    at = value[0] == TYPE_SS ? print_string(p + head, size, at)
                             : value[0] == TYPE_NS ? print_number(p + head, size, at) : print_base64(p + head, size, at);
    *at++ = '"';
    p += head + size;
  }
  return at;
}

static uint8_t *print_value(const uint8_t *value, uint8_t *at) {
  switch (value[0]) {
    case TYPE_S:
      PRINT("{\"S\":\"");
      at = print_string(value + 5, get_u32(value + 1), at);
      PRINT("\"}");
      return at;
    case TYPE_N:
      PRINT("{\"N\":\"");
      at = print_number(value + 2, value[1], at);
      PRINT("\"}");
      return at;
    case TYPE_B:
      PRINT("{\"B\":\"");
      at = print_base64(value + 5, get_u32(value + 1), at);
      PRINT("\"}");
      return at;
    case TYPE_M:
      PRINT("{\"M\":");
      at = print_pairs(value + 9, get_u32(value + 5), at);
      *at++ = '}';
      return at;
    case TYPE_NULL: PRINT("{\"NULL\":true}"); return at;
    case TYPE_BOOL:
      if (value[1] != 0)
        PRINT("{\"BOOL\":true}");
      else
        PRINT("{\"BOOL\":false}");
      return at;
    case TYPE_SS: PRINT("{\"SS\":["); break;
    case TYPE_NS: PRINT("{\"NS\":["); break;
    case TYPE_BS: PRINT("{\"BS\":["); break;
    default: PRINT("{\"L\":["); break;
  }
  at = print_elements(value, at);
  PRINT("]}");
  return at;
}

uint8_t *plain_item_print(const uint8_t *item, uint8_t *out) { return print_pairs(item + 9, get_u32(item + 5), out); }
