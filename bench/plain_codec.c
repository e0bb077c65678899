/* See plain_codec.h. */
#include "plain_codec.h"

#include <stdlib.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { TYPE_S = 1, TYPE_N, TYPE_B, TYPE_SS, TYPE_NS, TYPE_BS, TYPE_M, TYPE_L, TYPE_NULL, TYPE_BOOL };

#define DEPTH_MAX 40
#define NAMES_MAX 256
#define POINT_MAX 10000000 /* beyond any body's length */

typedef struct parser {
  const uint8_t *end;
  uint8_t *at; /* what is written next */
} parser;

static inline const uint8_t *blank(const uint8_t *p, const uint8_t *end) {
  while (p < end && *p <= ' ' && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')) p++;
  return p;
}

/* Behind blanks, where `c` must stand. */
static inline __attribute__((always_inline)) bool is_next(const uint8_t **p, const uint8_t *end, uint8_t c) {
  *p = blank(*p, end);
  return *p < end && **p == c;
}

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

static bool hex(const uint8_t *p, const uint8_t *end, uint32_t *code) {
  if (end - p < 4) return false;
  *code = 0;
  for (int i = 0; i < 4; i++) {
    uint8_t c = p[i], low = c | 0x20;
    if (c >= '0' && c <= '9')
      *code = *code << 4 | (uint32_t)(c - '0');
    else if (low >= 'a' && low <= 'f')
      *code = *code << 4 | (uint32_t)(low - 'a' + 10);
    else
      return false;
  }
  return true;
}

static const uint8_t *escape(const uint8_t *p, const uint8_t *end, uint8_t **at) {
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  if (end - p < 2) return NULL;
  const char *found = p[1] != 0 ? strchr(from, p[1]) : NULL;
  if (found != NULL) {
    *(*at)++ = (uint8_t)to[found - from];
    return p + 2;
  }
  uint32_t code, low;
  if (p[1] != 'u' || !hex(p + 2, end, &code) || (code >= 0xDC00 && code < 0xE000)) return NULL;
  p += 6;
  if (code >= 0xD800 && code < 0xDC00) {
    if (end - p < 6 || p[0] != '\\' || p[1] != 'u' || !hex(p + 2, end, &low) || low < 0xDC00 || low > 0xDFFF) return NULL;
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    p += 6;
  }
  uint8_t *out = *at;
  if (code < 0x80) {
    *out++ = (uint8_t)code;
  } else if (code < 0x800) {
    *out++ = (uint8_t)(0xC0 | code >> 6);
    *out++ = (uint8_t)(0x80 | (code & 63));
  } else {
    if (code < 0x10000) {
      *out++ = (uint8_t)(0xE0 | code >> 12);
    } else {
      *out++ = (uint8_t)(0xF0 | code >> 18);
      *out++ = (uint8_t)(0x80 | (code >> 12 & 63));
    }
    *out++ = (uint8_t)(0x80 | (code >> 6 & 63));
    *out++ = (uint8_t)(0x80 | (code & 63));
  }
  *at = out;
  return p;
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
  if (p < end && (*p == '-' || *p == '+')) negative = *p++ == '-';
  for (; p < end && ((*p >= '0' && *p <= '9') || (*p == '.' && !in_fraction)); p++) {
    if (*p == '.') {
      in_fraction = true;
      continue;
    }
    any = true;
    if (count == 0 && *p == '0') {
      if (in_fraction && point > -POINT_MAX) point--;
      continue;
    }
    if (!in_fraction && point < POINT_MAX) point++;
    if (count < 38)
      digits[count++] = (uint8_t)(*p - '0');
    else if (*p != '0')
      return NULL;
  }
  if (!any) return NULL;
  if (p < end && (*p | 0x20) == 'e') {
    bool minus = false;
    if (++p < end && (*p == '-' || *p == '+')) minus = *p++ == '-';
    if (p == end || *p == '"') return NULL;
    for (; p < end && *p >= '0' && *p <= '9'; p++)
      if (exponent < 2 * POINT_MAX) exponent = exponent * 10 + (*p - '0');
    point += minus ? -exponent : exponent;
  }
  if (p == end || *p != '"' || (count != 0 && (point > 126 || point < -129))) return NULL;
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
    if ((padding == 1 && (c & 3) != 0) || (padding == 2 && (b & 15) != 0)) return NULL;
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

typedef struct element {
  const uint8_t *at;
  size_t size;
} element;

static int compare(const void *left, const void *right) {
  const element *a = left, *b = right;
  int order = memcmp(a->at, b->at, a->size < b->size ? a->size : b->size);
  return order != 0 ? order : (a->size > b->size) - (a->size < b->size);
}

/* The element at `at`; behind it stands the next one. */
static inline element element_at(const uint8_t *at, uint8_t type) {
  return type == TYPE_NS ? (element){at + 1, at[0]} : (element){at + 4, get_u32(at)};
}

/* Sorts a set that did not come so; false when two elements are the same. */
static bool sort_set(uint8_t *at, size_t size, uint32_t count, uint8_t type) {
  uint8_t *copy = malloc(size);
  element *elements = malloc(count * sizeof *elements);
  bool is_sound = copy != NULL && elements != NULL;
  size_t head = type == TYPE_NS ? 1 : 4;
  if (is_sound) {
    memcpy(copy, at, size);
    const uint8_t *p = copy;
    for (uint32_t i = 0; i < count; i++, p = elements[i - 1].at + elements[i - 1].size) elements[i] = element_at(p, type);
    qsort(elements, count, sizeof *elements, compare);
    for (uint32_t i = 0; i < count && is_sound; i++) {
      is_sound = i == 0 || compare(&elements[i - 1], &elements[i]) < 0;
      memcpy(at, elements[i].at - head, head + elements[i].size);
      at += head + elements[i].size;
    }
  }
  free(copy);
  free(elements);
  return is_sound;
}

/* The strings of a set, with what stands in front of each in the binary form. */
static const uint8_t *parse_set(parser *s, const uint8_t *p, uint8_t type) {
  uint8_t *head = s->at, *last = NULL;
  uint32_t count = 0;
  bool ascending = true;
  *head = type;
  s->at += 9;
  do {
    p++;
    if (!is_next(&p, s->end, '"')) return NULL;
    uint8_t *start = s->at;
    s->at += type == TYPE_NS ? 1 : 4;
    p = type == TYPE_NS ? copy_number(p + 1, s->end, &s->at)
                        : type == TYPE_SS ? copy_string(p + 1, s->end, &s->at) : copy_base64(p + 1, s->end, &s->at);
    if (p == NULL) return NULL;
    if (type == TYPE_NS)
      *start = (uint8_t)(s->at - start - 1);
    else
      put_u32(start, (size_t)(s->at - start - 4));
    if (last != NULL) {
      element a = element_at(last, type), b = element_at(start, type);
      if (compare(&a, &b) >= 0) ascending = false;
    }
    last = start;
    count++;
  } while (is_next(&p, s->end, ','));
  if (p == s->end || *p != ']') return NULL;
  if (!ascending && !sort_set(head + 9, (size_t)(s->at - head) - 9, count, type)) return NULL;
  put_u32(head + 1, (size_t)(s->at - head - 5));
  put_u32(head + 5, count);
  return p + 1;
}

static const uint8_t *parse_list(parser *s, const uint8_t *p, int depth) {
  uint8_t *head = s->at;
  uint32_t count = 0;
  *head = TYPE_L;
  s->at += 9;
  p++;
  if (!is_next(&p, s->end, ']')) {
    for (;; p++) {
      p = parse_value(s, p, depth + 1);
      if (p == NULL) return NULL;
      count++;
      if (!is_next(&p, s->end, ',')) break;
    }
    if (p == s->end || *p != ']') return NULL;
  }
  put_u32(head + 1, (size_t)(s->at - head - 5));
  put_u32(head + 5, count);
  return p + 1;
}

static const uint8_t *parse_text(parser *s, const uint8_t *p, uint8_t type) {
  uint8_t *head = s->at;
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
  *head = TYPE_M;
  s->at += 9;
  p = parse_pairs(s, p + 1, depth + 1, &count);
  if (p == NULL) return NULL;
  put_u32(head + 1, (size_t)(s->at - head - 5));
  put_u32(head + 5, count);
  return p;
}

static inline uint8_t letter_type(uint8_t letter) {
  return letter == 'S' ? TYPE_S : letter == 'N' ? TYPE_N : letter == 'B' ? TYPE_B : letter == 'M' ? TYPE_M : letter == 'L' ? TYPE_L : 0;
}

/* The type whose name stands behind the quote at p, which steps behind its closing quote; 0 for none. */
static inline uint8_t type_at(const uint8_t **p, const uint8_t *end) {
  const uint8_t *name = *p + 1;
  if (end - name < 5) return 0;
  if (name[1] == '"') {
    *p = name + 2;
    return letter_type(name[0]);
  }
  if (name[1] == 'S' && name[2] == '"') {
    *p = name + 3;
    return name[0] == 'S' ? TYPE_SS : name[0] == 'N' ? TYPE_NS : name[0] == 'B' ? TYPE_BS : 0;
  }
  *p = name + 5;
  return memcmp(name, "BOOL\"", 5) == 0 ? TYPE_BOOL : memcmp(name, "NULL\"", 5) == 0 ? TYPE_NULL : 0;
}

/* {"S":"…"} and the like. One letter without blanks, as most are, is looked at as a whole. */
static const uint8_t *parse_value(parser *s, const uint8_t *p, int depth) {
  const uint8_t *end = s->end;
  uint8_t type;
  if (depth > DEPTH_MAX || !is_next(&p, end, '{')) return NULL;
  if (end - p >= 6 && p[1] == '"' && p[3] == '"' && p[4] == ':') {
    type = letter_type(p[2]);
    p += 5;
  } else {
    p++;
    if (!is_next(&p, end, '"')) return NULL;
    type = type_at(&p, end);
    if (!is_next(&p, end, ':')) return NULL;
    p++;
  }
  p = blank(p, end);
  if (p == end) return NULL;
  if (*p == '"' && type >= TYPE_S && type <= TYPE_B)
    p = parse_text(s, p, type);
  else if (*p == '{' && type == TYPE_M)
    p = parse_map(s, p, depth);
  else if (*p == '[' && type == TYPE_L)
    p = parse_list(s, p, depth);
  else if (*p == '[' && type >= TYPE_SS && type <= TYPE_BS)
    p = parse_set(s, p, type);
  else if (type == TYPE_NULL || type == TYPE_BOOL)
    p = parse_word(s, p, type);
  else
    return NULL;
  return p != NULL && is_next(&p, end, '}') ? p + 1 : NULL;
}

/* The names of one object so far: a bit for each one's hash tells at a glance that it is new. */
typedef struct names {
  uint64_t seen;
  uint32_t count;
  const uint8_t *at[NAMES_MAX];
} names;

static size_t value_size(const uint8_t *value);

static bool is_same(const uint8_t *pair, const uint8_t *name, size_t size) {
  uint16_t other;
  memcpy(&other, pair, 2);
  return other == size && memcmp(pair + 2, name, size) == 0;
}

/* `first` is the object's first pair; behind NAMES_MAX of them the pairs themselves are looked through. */
static bool is_new(names *n, const uint8_t *first, const uint8_t *name, size_t size) {
  uint32_t head = 0, tail = 0;
  if (size >= 4) {
    memcpy(&head, name, 4);
    memcpy(&tail, name + size - 4, 4);
  } else {
    head = name[0] | (uint32_t)name[size / 2] << 8 | (uint32_t)name[size - 1] << 16;
  }
  uint64_t bit = (uint64_t)1 << (((head * 31 + tail * 7 + size) * 0x9E3779B1u) >> 26);
  if ((n->seen & bit) != 0) {
    for (uint32_t i = 0; i < n->count && i < NAMES_MAX; i++)
      if (is_same(n->at[i] - 2, name, size)) return false;
    for (const uint8_t *pair = first; n->count > NAMES_MAX && pair < name - 2;) {
      if (is_same(pair, name, size)) return false;
      uint16_t name_size;
      memcpy(&name_size, pair, 2);
      pair += 2 + name_size;
      pair += value_size(pair);
    }
  }
  n->seen |= bit;
  if (n->count < NAMES_MAX) n->at[n->count] = name;
  n->count++;
  return true;
}

/* p is behind the brace. */
static const uint8_t *parse_pairs(parser *s, const uint8_t *p, int depth, uint32_t *count) {
  names n;
  uint8_t *first = s->at;
  n.seen = 0;
  n.count = 0;
  *count = 0;
  if (is_next(&p, s->end, '}')) return p + 1;
  for (;; p++) {
    uint8_t *name = s->at + 2;
    if (!is_next(&p, s->end, '"')) return NULL;
    s->at = name;
    p = copy_string(p + 1, s->end, &s->at);
    size_t size = (size_t)(s->at - name);
    if (p == NULL || size == 0 || size > 65535) return NULL;
    put_u16(name - 2, size);
    if (!is_new(&n, first, name, size) || !is_next(&p, s->end, ':')) return NULL;
    p = parse_value(s, p + 1, depth);
    if (p == NULL) return NULL;
    if (!is_next(&p, s->end, ',')) break;
  }
  *count = n.count;
  return p < s->end && *p == '}' ? p + 1 : NULL;
}

/* An object of AttributeValues at p; a whole item is written. */
static const uint8_t *parse_item(parser *s, const uint8_t *p) {
  uint8_t *head = s->at;
  uint32_t count = 0;
  if (!is_next(&p, s->end, '{')) return NULL;
  s->at += 9;
  p = parse_pairs(s, p + 1, 0, &count);
  head[0] = 1;
  put_u32(head + 1, 0);
  put_u32(head + 5, count);
  return p;
}

/* ---- what stands around items ---- */

/* The next key of an object, p behind its brace or behind a value: its text stands at s->at, where the next thing will be
 * written. Returns at the value; at the object's end *size is SIZE_MAX, and what is returned is behind the brace. */
static const uint8_t *next_key(parser *s, const uint8_t *p, bool is_first, size_t *size) {
  *size = SIZE_MAX;
  if (is_next(&p, s->end, '}')) return p + 1;
  if (!is_first && (p == s->end || *p++ != ',')) return NULL;
  if (!is_next(&p, s->end, '"')) return NULL;
  uint8_t *at = s->at;
  p = copy_string(p + 1, s->end, &at);
  *size = (size_t)(at - s->at);
  return p != NULL && is_next(&p, s->end, ':') ? blank(p + 1, s->end) : NULL;
}

static bool is_key(const parser *s, size_t size, const char *name) {
  return name != NULL && strlen(name) == size && memcmp(s->at, name, size) == 0;
}

/* Any value: one that nobody asked for. Numbers are let through as they come. */
static const uint8_t *skip_value(parser *s, const uint8_t *p, int depth) {
  uint8_t *at = s->at;
  p = blank(p, s->end);
  if (p == s->end || depth > 3 * DEPTH_MAX) return NULL;
  if (*p == '"') return copy_string(p + 1, s->end, &at);
  if (*p == '[') {
    p++;
    if (is_next(&p, s->end, ']')) return p + 1;
    for (;; p++) {
      p = skip_value(s, p, depth + 1);
      if (p == NULL) return NULL;
      if (!is_next(&p, s->end, ',')) return p < s->end && *p == ']' ? p + 1 : NULL;
    }
  }
  if (*p == '{') {
    size_t size;
    p++;
    for (bool first = true;; first = false) {
      p = next_key(s, p, first, &size);
      if (p == NULL || size == SIZE_MAX) return p;
      p = skip_value(s, p, depth + 1);
      if (p == NULL) return NULL;
    }
  }
  if (is_at(p, s->end, "true", 4) || is_at(p, s->end, "null", 4)) return p + 4;
  if (is_at(p, s->end, "false", 5)) return p + 5;
  const uint8_t *start = p;
  while (p < s->end && ((*p >= '0' && *p <= '9') || *p == '-' || *p == '+' || *p == '.' || (*p | 0x20) == 'e')) p++;
  return p > start ? p : NULL;
}

/* An object at p: its members `name` and `other` are read, what else there is is skipped. */
typedef const uint8_t *reader(parser *s, const uint8_t *p);
static const uint8_t *parse_member(parser *s, const uint8_t *p, const char *name, reader *read, const char *other, reader *read_other) {
  size_t size;
  if (!is_next(&p, s->end, '{')) return NULL;
  p++;
  for (bool first = true;; first = false) {
    p = next_key(s, p, first, &size);
    if (p == NULL || size == SIZE_MAX) return p;
    p = is_key(s, size, name) ? read(s, p) : is_key(s, size, other) ? read_other(s, p) : skip_value(s, p, 0);
    if (p == NULL) return NULL;
  }
}

/* The binary form is at most 4/3 of its JSON (a set of empty strings, or of one character each), and strings are copied 16
 * bytes at a time: with this much room there is no more to be looked at. */
static bool has_room(size_t body_size, size_t room) { return body_size < SIZE_MAX / 4 && room >= body_size / 3 * 4 + 64; }

static const uint8_t *parse_table(parser *s, const uint8_t *p) {
  uint8_t *at = s->at;
  return is_next(&p, s->end, '"') ? copy_string(p + 1, s->end, &at) : NULL;
}

bool plain_put_parse(const uint8_t *body, size_t body_size, uint8_t *out, size_t room, size_t *size) {
  parser s = {body + body_size, out};
  if (!has_room(body_size, room)) return false;
  const uint8_t *p = parse_member(&s, body, "Item", parse_item, "TableName", parse_table);
  *size = (size_t)(s.at - out);
  return p != NULL && blank(p, s.end) == s.end;
}

static const uint8_t *parse_put(parser *s, const uint8_t *p) { return parse_member(s, p, "Item", parse_item, NULL, NULL); }
static const uint8_t *parse_delete(parser *s, const uint8_t *p) { return parse_member(s, p, "Key", parse_item, NULL, NULL); }

static const uint8_t *parse_requests(parser *s, const uint8_t *p) {
  if (!is_next(&p, s->end, '[')) return NULL;
  p++;
  if (is_next(&p, s->end, ']')) return p + 1;
  for (;; p++) {
    p = parse_member(s, p, "PutRequest", parse_put, "DeleteRequest", parse_delete);
    if (p == NULL) return NULL;
    if (!is_next(&p, s->end, ',')) return p < s->end && *p == ']' ? p + 1 : NULL;
  }
}

static const uint8_t *parse_tables(parser *s, const uint8_t *p) {
  size_t size;
  if (!is_next(&p, s->end, '{')) return NULL;
  p++;
  for (bool first = true;; first = false) {
    p = next_key(s, p, first, &size);
    if (p == NULL || size == SIZE_MAX) return p;
    p = parse_requests(s, p);
    if (p == NULL) return NULL;
  }
}

bool plain_batch_parse(const uint8_t *body, size_t body_size, uint8_t *out, size_t room, size_t *size) {
  parser s = {body + body_size, out};
  if (!has_room(body_size, room)) return false;
  const uint8_t *p = parse_member(&s, body, "RequestItems", parse_tables, NULL, NULL);
  *size = (size_t)(s.at - out);
  return p != NULL && blank(p, s.end) == s.end;
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

/* What a piece of `size` bytes may need: an escape is six, a number 180; the punctuation around it, and 16 bytes at a time. */
static bool fits(const uint8_t *at, const uint8_t *end, size_t size) { return (size_t)(end - at) >= 6 * size + 256; }

static uint8_t *print_value(const uint8_t *value, uint8_t *at, const uint8_t *end);

static uint8_t *print_pairs(const uint8_t *p, uint32_t count, uint8_t *at, const uint8_t *end) {
  *at++ = '{';
  for (uint32_t i = 0; i < count; i++) {
    uint16_t size;
    memcpy(&size, p, 2);
    if (!fits(at, end, size)) return NULL;
    if (i != 0) *at++ = ',';
    *at++ = '"';
    at = print_string(p + 2, size, at);
    PRINT("\":");
    p += 2 + size;
    at = print_value(p, at, end);
    if (at == NULL) return NULL;
    p += value_size(p);
  }
  *at++ = '}';
  return at;
}

static uint8_t *print_elements(const uint8_t *value, uint8_t *at, const uint8_t *end) {
  const uint8_t *p = value + 9;
  for (uint32_t i = 0, count = get_u32(value + 5); i < count; i++) {
    if (value[0] == TYPE_L) {
      if (i != 0) *at++ = ',';
      at = print_value(p, at, end);
      if (at == NULL) return NULL;
      p += value_size(p);
      continue;
    }
    size_t head = value[0] == TYPE_NS ? 1 : 4, size = value[0] == TYPE_NS ? p[0] : get_u32(p);
    if (!fits(at, end, size)) return NULL;
    if (i != 0) *at++ = ',';
    *at++ = '"';
    at = value[0] == TYPE_SS ? print_string(p + head, size, at)
                             : value[0] == TYPE_NS ? print_number(p + head, size, at) : print_base64(p + head, size, at);
    *at++ = '"';
    p += head + size;
  }
  return at;
}

static uint8_t *print_value(const uint8_t *value, uint8_t *at, const uint8_t *end) {
  if (!fits(at, end, value[0] <= TYPE_B ? value_size(value) : 0)) return NULL;
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
      at = print_pairs(value + 9, get_u32(value + 5), at, end);
      if (at == NULL) return NULL;
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
  at = print_elements(value, at, end);
  if (at == NULL) return NULL;
  PRINT("]}");
  return at;
}

uint8_t *plain_item_print(const uint8_t *item, uint8_t *out, size_t room) {
  return room >= 256 ? print_pairs(item + 9, get_u32(item + 5), out, out + room) : NULL;
}
