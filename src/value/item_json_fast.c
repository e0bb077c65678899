/* See item_json_fast.h. Whatever this file takes, item_json.c would take and turn into the same bytes: sound values of one
 * member each, blanks at most behind colons and commas, sets in ascending order. Anything else, every fault and every
 * malformed text among it, is left to item_json.c, which reads the pair again from its name: at most twice the work, since
 * the general way does not come back here inside of a pair. fuzz/json_fuzz.c holds the two against each other.
 *
 * What makes it fast: the positions in the text and in the buffer stay in registers, since they are returned, not stored;
 * the buffer's room is looked at once for each pair, element or piece of a long string (LIMIT below); sizes are what was
 * written less the bytes that DynamoDB does not count (`overhead`). */
#include "value/item_json_fast.h"

#include <string.h>

#include "value/base64.h"
#include "value/item.h"
#include "value/json_private.h"
#include "value/number.h"
#include "value/utf8.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define NEVER_INLINE static __attribute__((noinline))

#define OFFSET_MAX 0x7FFFFFFF /* offsets and sizes here fit 32 bits */

/* Where reading and writing have come to; `p` NULL: left to the general way. */
typedef struct spot {
  const uint8_t *p;
  uint8_t *at;
} spot;

typedef struct reader {
  const uint8_t *end;
  uint8_t *data;     /* the buffer's */
  uint8_t *limit;    /* CYN_ITEM_JSON_ROOM in front of the buffer's end; writing may pass it by less than that */
  size_t overhead;   /* bytes written that DynamoDB does not count; modulo 2^64, since it counts an element as one more */
  cyn_i_buf *buf;
} reader;

/* ---- room ---- */

static void note_room(reader *r) {
  r->data = r->buf->data;
  r->limit = r->data + r->buf->capacity - CYN_ITEM_JSON_ROOM;
}

/* `at` in a buffer with room for `more` bytes behind it and the usual; NULL when out of memory. */
NEVER_INLINE uint8_t *grow(reader *r, const uint8_t *at, size_t more) {
  cyn_i_buf *buf = r->buf;
  size_t used = (size_t)(at - r->data);
  buf->size = used;
  if (used > OFFSET_MAX || !cyn_i_buf_reserve(buf, more + 2 * CYN_ITEM_JSON_ROOM)) return NULL;
  note_room(r);
  return r->data + used;
}

/* ---- strings ---- */

#define PIECE_MAX 64 /* characters above 0x7F are copied up to this, then room is looked at again */

/* The escape or the characters above 0x7F at p. */
static inline spot special(const reader *r, const uint8_t *p, uint8_t *at) {
  if (*p == '\\') {
    p = cyn_i_json_unescape_one(p, r->end, &at);
    return (spot){p, at};
  }
  if (*p < 0x20) return (spot){NULL, at};
  uint8_t *stop = at + PIECE_MAX - 4;
  while (p < r->end && *p >= 0x80 && at <= stop) {
    size_t length = cyn_i_utf8_length(p, r->end);
    if (length == 0) return (spot){NULL, at};
    memcpy(at, p, length);
    p += length;
    at += length;
  }
  return (spot){p, at};
}

/* Copies plain text while it lasts and there is room; what stops it may be anything. */
static inline size_t copy_plain(const uint8_t *p, uint8_t *at, size_t most) {
  size_t done = 0;
#if defined(__SSE2__)
  for (; done + 32 <= most; done += 32) {
    __m128i a = _mm_loadu_si128((const __m128i *)(const void *)(p + done));
    __m128i b = _mm_loadu_si128((const __m128i *)(const void *)(p + done + 16));
    _mm_storeu_si128((__m128i *)(void *)(at + done), a);
    _mm_storeu_si128((__m128i *)(void *)(at + done + 16), b);
    a = cyn_i_json_special(a);
    b = cyn_i_json_special(b);
    if (_mm_movemask_epi8(_mm_or_si128(a, b)) == 0) continue;
    unsigned mask = (unsigned)_mm_movemask_epi8(a) | (unsigned)_mm_movemask_epi8(b) << 16;
    return done + (size_t)__builtin_ctz(mask);
  }
#endif
  for (; done + 16 <= most; done += 16) {
    unsigned plain = cyn_i_json_copy_16(p + done, at + done);
    if (plain != 16) return done + plain;
  }
  for (; done < most && p[done] >= 0x20 && p[done] < 0x80 && p[done] != '"' && p[done] != '\\'; done++) at[done] = p[done];
  return done;
}

/* A string from anywhere inside it on; returns behind its closing quote. */
NEVER_INLINE spot copy_long(reader *r, const uint8_t *p, uint8_t *at) {
  const uint8_t *end = r->end;
  for (;;) {
    if (at > r->limit && (at = grow(r, at, 0)) == NULL) return (spot){NULL, NULL};
    size_t left = (size_t)(end - p), room = (size_t)(r->limit - at) + 64;
    size_t plain = copy_plain(p, at, left < room ? left : room);
    p += plain;
    at += plain;
    if (p == end) return (spot){NULL, NULL};
    if (*p == '"') return (spot){p + 1, at};
    if (plain == room) continue;
    spot s = special(r, p, at);
    if (s.p == NULL) return s;
    p = s.p;
    at = s.at;
  }
}

/* The string behind the quote in front of p, to `head` bytes behind *start, which moves when the buffer does. */
ALWAYS_INLINE spot copy_string(reader *r, const uint8_t *p, uint8_t **start, size_t head) {
  uint8_t *at = *start + head;
  size_t plain = 0;
  if (__builtin_expect(r->end - p >= 16, 1)) {
    plain = cyn_i_json_copy_16(p, at);
    if (plain != 16 && p[plain] == '"') return (spot){p + plain + 1, at + plain};
  }
  size_t offset = (size_t)(*start - r->data);
  spot s = copy_long(r, p + plain, at + plain);
  *start = r->data + offset;
  return s;
}

/* A string without escapes or characters above 0x7F, where it stands; its end, at the quote, or NULL. */
static inline const uint8_t *plain_string_end(const reader *r, const uint8_t *p) {
  p = cyn_i_json_plain_end(p, r->end);
  return p < r->end && *p == '"' ? p : NULL;
}

/* ---- scalars ---- */

/* The number behind the quote in front of p: a size byte at `at`, and its digits. */
ALWAYS_INLINE spot copy_number(reader *r, const uint8_t *p, uint8_t *at) {
  const uint8_t *quote = plain_string_end(r, p);
  if (quote == NULL) return (spot){NULL, at};
  cyn_bytes text = {(const char *)p, (size_t)(quote - p)};
  cyn_i_number *number = (cyn_i_number *)(void *)at;
  if (cyn_i_number_parse(text, number) != CYN_NUMBER_OK) return (spot){NULL, at};
  return (spot){quote + 1, at + 1 + number->size};
}

/* The bytes of the base64 behind the quote in front of p. */
NEVER_INLINE spot copy_blob(reader *r, const uint8_t *p, uint8_t *at) {
  const uint8_t *quote = plain_string_end(r, p);
  if (quote == NULL) return (spot){NULL, at};
  cyn_bytes text = {(const char *)p, (size_t)(quote - p)};
  if (text.size > (size_t)(r->limit - at) || at > r->limit) at = grow(r, at, text.size);
  if (at == NULL) return (spot){NULL, at};
  r->buf->size = (size_t)(at - r->data);
  if (!cyn_i_base64_decode(r->buf, text)) return (spot){NULL, at};
  return (spot){quote + 1, r->data + r->buf->size};
}

static inline spot word(const reader *r, const uint8_t *v, uint8_t *at, bool is_bool) {
  if (r->end - v < 5) return (spot){NULL, at};
  bool is_true = memcmp(v, "true", 4) == 0;
  if (!is_true && (!is_bool || memcmp(v, "false", 5) != 0)) return (spot){NULL, at};
  *at++ = is_bool ? CYN_TYPE_BOOL : CYN_TYPE_NULL;
  if (is_bool) *at++ = is_true;
  return (spot){v + (is_true ? 4 : 5), at};
}

/* ---- sets, lists and maps ---- */

static spot value(reader *r, const uint8_t *p, uint8_t *at, unsigned level);
static spot pairs(reader *r, const uint8_t *p, uint8_t *at, unsigned level, cyn_i_item_names *names,
                  cyn_i_pairs_read *read, size_t *kept);

/* The head of a container, whose contents end at `at`. */
static inline void close_container(reader *r, size_t head, const uint8_t *at, uint32_t count) {
  uint8_t *place = r->data + head;
  cyn_i_put_u32(place + 1, (uint32_t)(at - place) - 5);
  cyn_i_put_u32(place + 5, count);
}

static inline const uint8_t *blank(const uint8_t *p, const uint8_t *end) {
  return p < end && *p <= ' ' ? cyn_i_json_blank(p, end) : p;
}

static inline cyn_bytes element_at(const uint8_t *at, cyn_type type) {
  if (type == CYN_TYPE_NS) return (cyn_bytes){(const char *)at + 1, at[0]};
  return (cyn_bytes){(const char *)at + 4, cyn_i_get_u32(at)};
}

/* One element of a set, p at its quote. */
static inline spot set_element(reader *r, const uint8_t *p, uint8_t *at, cyn_type type) {
  if (type == CYN_TYPE_NS) return copy_number(r, p + 1, at);
  size_t head = (size_t)(at - r->data);
  spot s = type == CYN_TYPE_SS ? copy_string(r, p + 1, &at, 4) : copy_blob(r, p + 1, at + 4);
  if (s.p == NULL) return s;
  at = r->data + head;
  cyn_i_put_u32(at, (uint32_t)(s.at - at) - 4);
  return s;
}

/* A set in ascending order, p at its bracket. */
NEVER_INLINE spot set(reader *r, const uint8_t *p, uint8_t *at, cyn_type type) {
  size_t head = (size_t)(at - r->data), last = 0;
  uint32_t count = 0;
  at[0] = (uint8_t)type;
  at += 9;
  do {
    if (at > r->limit && (at = grow(r, at, 0)) == NULL) return (spot){NULL, NULL};
    size_t offset = (size_t)(at - r->data);
    p = blank(p + 1, r->end);
    if (p == r->end || *p != '"') return (spot){NULL, at};
    spot s = set_element(r, p, at, type);
    if (s.p == NULL || s.p == r->end) return (spot){NULL, at};
    const uint8_t *data = r->data;
    if (count++ != 0 && cyn_i_content_compare(element_at(data + last, type), element_at(data + offset, type)) >= 0)
      return (spot){NULL, at};
    if (type == CYN_TYPE_NS) r->overhead += 1 + data[offset] - cyn_i_number_dynamodb_size(data + offset + 1, data[offset]);
    last = offset;
    p = s.p;
    at = s.at;
  } while (*p == ',');
  if (*p != ']') return (spot){NULL, at};
  close_container(r, head, at, count);
  r->overhead += type == CYN_TYPE_NS ? 9 : 9 + 4 * (size_t)count;
  return (spot){p + 1, at};
}

static inline spot list(reader *r, const uint8_t *p, uint8_t *at, unsigned level) {
  size_t head = (size_t)(at - r->data);
  uint32_t count = 0;
  at[0] = CYN_TYPE_L;
  at += 9;
  if (r->end - p < 2) return (spot){NULL, at};
  if (p[1] == ']') {
    p++;
  } else {
    do {
      if (at > r->limit && (at = grow(r, at, 0)) == NULL) return (spot){NULL, NULL};
      p = blank(p + 1, r->end);
      spot s = value(r, p, at, level + 1);
      if (s.p == NULL || s.p == r->end) return (spot){NULL, at};
      p = s.p;
      at = s.at;
      count++;
    } while (*p == ',');
    if (*p != ']') return (spot){NULL, at};
  }
  close_container(r, head, at, count);
  r->overhead += 6 - (size_t)count;
  return (spot){p + 1, at};
}

static inline spot map(reader *r, const uint8_t *p, uint8_t *at, unsigned level) {
  size_t head = (size_t)(at - r->data), kept;
  cyn_i_item_names names;
  cyn_i_pairs_read read = {0, 0, true};
  at[0] = CYN_TYPE_M;
  at += 9;
  if (r->end - p < 2) return (spot){NULL, at};
  spot s = {p + 2, at};
  if (p[1] != '}') {
    cyn_i_item_names_init(&names, r->buf->arena, head + 9);
    s = pairs(r, p + 1, at, level + 1, &names, &read, &kept);
    if (!read.is_closed || names.overwritten) return (spot){NULL, at};
  }
  close_container(r, head, s.at, read.count);
  r->overhead += 6 - (size_t)read.count;
  return s;
}

/* ---- values ---- */

/* The shortest value, {"S":""}, as long as which the text must be at any. */
#define VALUE_MIN 8

static inline spot closed(const reader *r, spot s) {
  if (s.p == NULL || s.p == r->end || *s.p != '}') return (spot){NULL, s.at};
  return (spot){s.p + 1, s.at};
}

/* A value that is neither a string nor a number in its most common form. */
NEVER_INLINE spot other_value(reader *r, const uint8_t *p, uint8_t *at, unsigned level) {
  cyn_type type = (cyn_type)0;
  const uint8_t *v;
  if (memcmp(p + 3, "\":", 2) == 0) {
    type = p[2] == 'B' ? CYN_TYPE_B : p[2] == 'M' ? CYN_TYPE_M : p[2] == 'L' ? CYN_TYPE_L : (cyn_type)0;
    v = blank(p + 5, r->end);
  } else if (memcmp(p + 3, "S\":", 3) == 0) {
    type = p[2] == 'S' ? CYN_TYPE_SS : p[2] == 'N' ? CYN_TYPE_NS : p[2] == 'B' ? CYN_TYPE_BS : (cyn_type)0;
    v = blank(p + 6, r->end);
  } else {
    type = memcmp(p, "{\"BOOL\":", 8) == 0 ? CYN_TYPE_BOOL : memcmp(p, "{\"NULL\":", 8) == 0 ? CYN_TYPE_NULL : (cyn_type)0;
    v = blank(p + 8, r->end);
  }
  if (type == 0 || v == r->end) return (spot){NULL, at};
  if (type >= CYN_TYPE_NULL) {
    r->overhead += type == CYN_TYPE_BOOL;
    return closed(r, word(r, v, at, type == CYN_TYPE_BOOL));
  }
  if (*v != (type == CYN_TYPE_B ? '"' : type == CYN_TYPE_M ? '{' : '[')) return (spot){NULL, at};
  if (type == CYN_TYPE_B) {
    size_t head = (size_t)(at - r->data);
    spot s = copy_blob(r, v + 1, at + 5);
    if (s.p == NULL) return s;
    uint8_t *place = r->data + head;
    place[0] = CYN_TYPE_B;
    cyn_i_put_u32(place + 1, (uint32_t)(s.at - place) - 5);
    r->overhead += 5;
    return closed(r, s);
  }
  if (type <= CYN_TYPE_BS) return closed(r, set(r, v, at, type));
  if (level >= CYN_ITEM_DEPTH_WRITTEN_MAX) return (spot){NULL, at};
  return closed(r, type == CYN_TYPE_M ? map(r, v, at, level) : list(r, v, at, level));
}

/* {"S":"…"} and the like, p at its brace or anything else. What DynamoDB does not count is added to *overhead. */
ALWAYS_INLINE spot common_value(reader *r, const uint8_t *p, uint8_t *at, unsigned level, size_t *overhead) {
  if (__builtin_expect(r->end - p < VALUE_MIN || memcmp(p, "{\"", 2) != 0, 0)) return (spot){NULL, at};
  if (memcmp(p + 3, "\":", 2) == 0) {
    const uint8_t *v = p + 5;
    if (*v == ' ') v++;
    if (*v == '"' && p[2] == 'S') {
      spot s = copy_string(r, v + 1, &at, 5);
      if (s.p == NULL) return s;
      at[0] = CYN_TYPE_S;
      cyn_i_put_u32(at + 1, (uint32_t)(s.at - at) - 5);
      *overhead += 5;
      return closed(r, s);
    }
    if (*v == '"' && p[2] == 'N') {
      spot s = copy_number(r, v + 1, at + 1);
      if (s.p == NULL) return s;
      at[0] = CYN_TYPE_N;
      *overhead += 2 + (size_t)at[1] - cyn_i_number_dynamodb_size(at + 2, at[1]);
      return closed(r, s);
    }
  }
  return other_value(r, p, at, level);
}

static spot value(reader *r, const uint8_t *p, uint8_t *at, unsigned level) {
  return common_value(r, p, at, level, &r->overhead);
}

/* Takes the name at `start`, whose value is written. False when it goes the long way: it may be there already. */
static inline bool is_new_name(cyn_i_item_names *names, uint32_t offset, uint32_t hash) {
  uint64_t bit = (uint64_t)1 << (hash & 63);
  uint32_t count = names->count;
  if ((names->seen & bit) != 0 || count >= CYN_ITEM_NAMES_FEW) return false;
  names->seen |= bit;
  names->hashes[count] = hash;
  names->offsets[count] = offset;
  names->count = count + 1;
  return true;
}

/* Pairs from a name at p on, up to the closing brace (read->is_closed) or to one that is not taken: `kept` is then the
 * offset behind the pairs that were, and r->overhead is theirs. */
static spot pairs(reader *r, const uint8_t *p, uint8_t *at, unsigned level, cyn_i_item_names *names,
                  cyn_i_pairs_read *read, size_t *kept) {
  size_t overhead, flat = 0, flat_before = 0;
  uint32_t count = 0;
  read->is_closed = false;
  for (;; count++) {
    overhead = r->overhead;
    flat_before = flat;
    *kept = (size_t)(at - r->data);
    if (at > r->limit && (at = grow(r, at, 0)) == NULL) break;
    if (p == r->end || *p != '"') break;
    spot s = copy_string(r, p + 1, &at, 2);
    if (s.p == NULL) break;
    size_t size = (size_t)(s.at - at) - 2;
    if (size - 1 >= CYN_NAME_SIZE_MAX) break;
    cyn_i_put_u16(at, (uint16_t)size);
    uint32_t hash = cyn_i_item_name_hash(at + 2, (uint32_t)size);
    if (r->end - s.p < 2 || *s.p != ':') break;
    const uint8_t *v = s.p + 1;
    if (*v == ' ') v++;
    s = common_value(r, v, s.at, level, &flat);
    if (s.p == NULL || s.p == r->end || (*s.p != ',' && *s.p != '}')) break;
    if (!is_new_name(names, (uint32_t)(*kept - names->first), hash)) {
      cyn_i_item_names_add_slow(names, r->buf, *kept, hash);
      if (r->buf->failed) break;
    }
    flat += 2;
    at = s.at;
    if (*s.p == '}') {
      read->is_closed = true;
      *kept = (size_t)(at - r->data);
      read->count += count + 1;
      r->overhead += flat;
      return (spot){s.p + 1, at};
    }
    p = blank(s.p + 1, r->end);
  }
  read->count += count;
  r->overhead = overhead + flat_before;
  return (spot){p, at};
}

const uint8_t *cyn_i_item_json_pairs(cyn_i_buf *buf, const uint8_t *p, const uint8_t *end, cyn_i_item_names *names,
                                     cyn_i_pairs_read *read) {
  size_t start = buf->size, kept;
  if (start > OFFSET_MAX || !cyn_i_buf_reserve(buf, CYN_ITEM_JSON_ROOM)) return p;
  reader r = {.end = end, .buf = buf};
  note_room(&r);
  spot s = pairs(&r, p, r.data + start, 0, names, read, &kept);
  buf->size = kept;
  read->size += kept - start - r.overhead;
  return s.p;
}
