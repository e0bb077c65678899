/* See item_json.h. The decoder reads the body itself, with the reader's scanning (json_private.h), and writes the binary
 * item as it goes: no token per brace, no tree, no allocation per attribute. Its position `p` goes from function to
 * function; NULL means malformed (or no memory, when the buffer says so). Recursion follows the JSON's depth, which
 * json->depth bounds.
 *
 * Two kinds of faults come out. A type fault makes the whole request unreadable; the first one is noted and reading goes
 * on, since malformed JSON further down outranks it. A value fault belongs to the item; within one AttributeValue the
 * order is that of `member_rank`, since a value with two members answers with the fault that DynamoDB would meet first. */
#include "value/item_json.h"

#include <string.h>

#include "value/base64.h"
#include "value/item.h"
#include "value/item_json_fast.h"
#include "value/json_private.h"
#include "value/number.h"
#include "value/utf8.h"

#define SHAPES "com.amazonaws.dynamodb.v20120810."
#define INVALID "One or more parameter values were invalid: "

typedef struct decoder {
  cyn_i_json *json;
  const uint8_t *end;
  cyn_i_buf buf;
  cyn_i_json_fault *serialization;
  bool is_quiet; /* an earlier element or pair is at fault: texts of further faults will not be seen */
} decoder;

/* The order in which DynamoDB looks at the members of one AttributeValue (validation.md 4.1). */
typedef enum member_rank {
  RANK_NUMBER,
  RANK_NULL,
  RANK_EMPTY_SET,
  RANK_SET_NUMBER = RANK_EMPTY_SET + 3,
  RANK_DUPLICATES,
  RANK_CONTENT = RANK_DUPLICATES + 3,
  RANK_LAST = RANK_CONTENT + 2
} member_rank;

/* What one member of an AttributeValue turned out to be. */
typedef struct member {
  cyn_type type;
  bool is_null;       /* JSON null: as if it were not there */
  size_t size;        /* as DynamoDB counts it */
  const char *fault;  /* NULL: none */
  int rank;
} member;

static const uint8_t *attribute_value(decoder *d, const uint8_t *p, unsigned level, size_t *size, const char **fault);

static const uint8_t *malformed(decoder *d) {
  d->json->failed = true;
  return NULL;
}

static void type_fault(decoder *d, const char *message) {
  if (d->serialization->message == NULL) d->serialization->message = message;
}

/* Enters a level of JSON. */
static inline bool enter(decoder *d) {
  if (d->json->depth >= CYN_JSON_DEPTH_MAX) return false;
  d->json->depth++;
  return true;
}

static inline const uint8_t *leave(decoder *d, const uint8_t *p) {
  d->json->depth--;
  return p;
}

/* ---- type faults ---- */

typedef enum wanted { WANT_STRING, WANT_BLOB, WANT_BOOLEAN, WANT_LIST, WANT_MAP, WANT_VALUE, WANT_COUNT } wanted;

/* The texts of validation.md 1.4 for a token where something else is wanted; NULL where it is no fault. */
static const char *mismatch_text(wanted want, cyn_i_json_token token, bool is_integer) {
  static const char *const lists[WANT_COUNT] = {
      "Unrecognized collection type class java.lang.String",
      "Unrecognized collection type class java.nio.ByteBuffer",
      "Unrecognized collection type class java.lang.Boolean",
      NULL,
      "Unrecognized collection type java.util.Map<java.lang.String, " SHAPES "AttributeValue>",
      "Unrecognized collection type class " SHAPES "AttributeValue"};
  if (token == CYN_JSON_NULL) return NULL;
  if (token == CYN_JSON_ARRAY_BEGIN) return lists[want];
  if (token == CYN_JSON_OBJECT_BEGIN) return "Start of structure or map found where not expected";
  if (want == WANT_VALUE) return "Unexpected value type in payload";
  if (want == WANT_LIST || want == WANT_MAP) return "Unexpected field type";
  if (want == WANT_BLOB) return "only base-64-encoded strings are convertible to bytes";
  if (token == CYN_JSON_NUMBER) {
    if (want == WANT_STRING)
      return is_integer ? "NUMBER_VALUE cannot be converted to String" : "DECIMAL_VALUE cannot be converted to String";
    return is_integer ? "NUMBER_VALUE cannot be converted to Boolean" : "DECIMAL_VALUE cannot be converted to Boolean";
  }
  if (want == WANT_BOOLEAN) return "Unexpected token received from parser";
  return token == CYN_JSON_TRUE ? "TRUE_VALUE cannot be converted to String" : "FALSE_VALUE cannot be converted to String";
}

/* Reads the value at p, whatever it is, and notes the fault that it is where `want` belongs. */
static const uint8_t *mismatch(decoder *d, const uint8_t *p, wanted want, bool *is_null) {
  d->json->next = p;
  d->json->expect = CYN_JSON_EXPECT_VALUE;
  cyn_i_json_token token = cyn_i_json_next(d->json);
  *is_null = token == CYN_JSON_NULL;
  const char *text = mismatch_text(want, token, d->json->is_integer);
  if (!cyn_i_json_skip(d->json, token)) return NULL;
  if (text != NULL) type_fault(d, text);
  return d->json->next;
}

static const uint8_t *skip_value(decoder *d, const uint8_t *p) {
  d->json->next = p;
  d->json->expect = CYN_JSON_EXPECT_VALUE;
  return cyn_i_json_skip(d->json, cyn_i_json_next(d->json)) ? d->json->next : NULL;
}

/* ---- strings ---- */

#define SHORT_STRING 256

/* Copies plain text from behind the quote at p to `at`, where there is room for SHORT_STRING bytes, while it scans it;
 * returns how many bytes are plain. What stops it may be anything. */
static inline size_t copy_plain(const uint8_t *p, const uint8_t *end, uint8_t *at) {
  size_t done = 0;
#if defined(__SSE2__)
  size_t most = (size_t)(end - p) < SHORT_STRING ? (size_t)(end - p) : SHORT_STRING;
  for (; done + 16 <= most; done += 16) {
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + done));
    _mm_storeu_si128((__m128i *)(void *)(at + done), v);
    unsigned mask = cyn_i_json_special_mask(v);
    if (mask != 0) return done + (size_t)__builtin_ctz(mask);
  }
#else
  (void)p, (void)end, (void)at;
#endif
  return done;
}

#define PIECE_MAX 64 /* what string_piece writes at most, but for plain text */

/* Copies what copy_plain does not: an escape, characters above 0x7F, or plain text that goes on (long, or near the body's
 * end). At *done bytes behind `head` there is no room yet. NULL when it is malformed, or without memory. */
static const uint8_t *string_piece(decoder *d, const uint8_t *p, size_t head, size_t *done) {
  const uint8_t *stop = cyn_i_json_plain_end(p, d->end);
  size_t run = (size_t)(stop - p);
  if (!cyn_i_buf_reserve(&d->buf, head + *done + run + PIECE_MAX + SHORT_STRING)) return NULL;
  uint8_t *start = d->buf.data + d->buf.size + head + *done, *at = start; /* growing keeps what is behind buf.size */
  if (run != 0) {
    memcpy(at, p, run);
    *done += run;
    return stop;
  }
  if (*p == '\\') {
    p = cyn_i_json_unescape_one(p, d->end, &at);
    if (p == NULL) return malformed(d);
  } else {
    if (*p < 0x20) return malformed(d);
    for (size_t length; p < d->end && *p >= 0x80 && at - start <= PIECE_MAX - 4; p += length, at += length) {
      length = cyn_i_utf8_length(p, d->end);
      if (length == 0) return malformed(d);
      memcpy(at, p, length);
    }
  }
  *done += (size_t)(at - start);
  return p;
}

/* The general way of append_string, from behind the `plain` bytes that stand in the buffer already. */
static const uint8_t *append_string_slow(decoder *d, const uint8_t *p, size_t head, size_t plain, size_t *size) {
  for (p += 1 + plain; p < d->end && *p != '"';) {
    p = string_piece(d, p, head, &plain);
    if (p == NULL) return NULL;
    size_t more = copy_plain(p, d->end, d->buf.data + d->buf.size + head + plain);
    p += more;
    plain += more;
  }
  if (p == d->end) return malformed(d);
  if (plain > UINT32_MAX - 16) {
    d->buf.failed = true;
    return NULL;
  }
  *size = plain;
  return p + 1;
}

/* Appends the string behind p (at its opening quote) to the buffer behind `head` bytes that the caller fills in. */
static inline const uint8_t *append_string(decoder *d, const uint8_t *p, size_t head, size_t *size) {
  if (!cyn_i_buf_reserve(&d->buf, head + SHORT_STRING)) return NULL;
  size_t plain = copy_plain(p + 1, d->end, d->buf.data + d->buf.size + head);
  const uint8_t *stop = p + 1 + plain;
  if (stop == d->end || *stop != '"') return append_string_slow(d, p, head, plain, size);
  *size = plain;
  return stop + 1;
}

/* A string of which only the text is wanted. */
static inline const uint8_t *string_text(decoder *d, const uint8_t *p, cyn_bytes *text) {
  const uint8_t *end = cyn_i_json_plain_end(p + 1, d->end);
  if (end == d->end || *end != '"') return cyn_i_json_take_string(d->json, p + 1, text);
  *text = (cyn_bytes){(const char *)p + 1, (size_t)(end - p) - 1};
  return end + 1;
}

/* ---- scalars ---- */

static const uint8_t *member_string(decoder *d, const uint8_t *p, member *out) {
  if (*p != '"') return mismatch(d, p, WANT_STRING, &out->is_null);
  p = append_string(d, p, 5, &out->size);
  if (p == NULL) return NULL;
  uint8_t *at = d->buf.data + d->buf.size;
  at[0] = CYN_TYPE_S;
  cyn_i_put_u32(at + 1, (uint32_t)out->size);
  d->buf.size += 5 + out->size;
  return p;
}

/* DynamoDB's text for a number that is none; in the arena where it holds the number. */
static const char *number_fault(decoder *d, cyn_i_number_fault fault, cyn_bytes text) {
  const char *head = cyn_i_number_fault_text(fault);
  if (fault != CYN_NUMBER_SYNTAX || d->is_quiet) return head;
  size_t size = strlen(head);
  char *out = cyn_i_arena_alloc(d->json->arena, size + text.size + 1);
  if (out == NULL) {
    d->buf.failed = true;
    return head;
  }
  memcpy(out, head, size);
  memcpy(out + size, text.data, text.size);
  out[size + text.size] = '\0';
  return out;
}

/* Parses the number in the string at p to the end of the buffer, behind `head` bytes: its size and its bytes, as they
 * stand in an item. A number that is none is 0 there. The caller counts them in. */
static inline const uint8_t *append_number(decoder *d, const uint8_t *p, size_t head, const char **fault) {
  _Static_assert(_Alignof(cyn_i_number) == 1 && offsetof(cyn_i_number, bytes) == 1, "stands anywhere, as in an item");
  cyn_bytes text;
  p = string_text(d, p, &text);
  if (p == NULL || !cyn_i_buf_reserve(&d->buf, head + sizeof(cyn_i_number))) return NULL;
  cyn_i_number *number = (cyn_i_number *)(void *)(d->buf.data + d->buf.size + head);
  cyn_i_number_fault code = cyn_i_number_parse(text, number);
  if (__builtin_expect(code == CYN_NUMBER_OK, 1)) return p;
  number->size = 1;
  number->bytes[0] = 0x80;
  *fault = number_fault(d, code, text);
  return p;
}

static const uint8_t *member_number(decoder *d, const uint8_t *p, member *out) {
  if (*p != '"') return mismatch(d, p, WANT_STRING, &out->is_null);
  p = append_number(d, p, 1, &out->fault);
  if (p == NULL) return NULL;
  out->rank = RANK_NUMBER;
  uint8_t *at = d->buf.data + d->buf.size;
  at[0] = CYN_TYPE_N;
  out->size = cyn_i_number_dynamodb_size(at + 2, at[1]);
  d->buf.size += 2 + (size_t)at[1];
  return p;
}

/* Decodes the base64 string at p behind `head` bytes of the buffer, as append_string. */
static const uint8_t *append_blob(decoder *d, const uint8_t *p, size_t head, size_t *size) {
  cyn_bytes text;
  p = string_text(d, p, &text);
  if (p == NULL) return NULL;
  *size = 0;
  if (!cyn_i_buf_reserve(&d->buf, head + text.size / 4 * 3)) return NULL;
  if (text.size % 4 != 0) {
    if (d->serialization->message != NULL) return p;
    d->serialization->message = cyn_i_arena_printf(
        d->json->arena, "Base64 encoded length is expected a multiple of 4 bytes but found: %zu", text.size);
    if (d->serialization->message == NULL) d->buf.failed = true;
    return p;
  }
  size_t before = d->buf.size;
  d->buf.size += head;
  if (!cyn_i_base64_decode(&d->buf, text)) type_fault(d, "Invalid last non-pad Base64 character dectected");
  *size = d->buf.size - before - head;
  d->buf.size = before;
  return p;
}

static const uint8_t *member_blob(decoder *d, const uint8_t *p, member *out) {
  if (*p != '"') return mismatch(d, p, WANT_BLOB, &out->is_null);
  p = append_blob(d, p, 5, &out->size);
  if (p == NULL) return NULL;
  uint8_t *at = d->buf.data + d->buf.size;
  at[0] = CYN_TYPE_B;
  cyn_i_put_u32(at + 1, (uint32_t)out->size);
  d->buf.size += 5 + out->size;
  return p;
}

static bool same_word(cyn_bytes text, const char *word) {
  size_t i = 0;
  for (; i < text.size && word[i] != '\0'; i++)
    if ((text.data[i] | 0x20) != word[i] && text.data[i] != word[i]) return false;
  return i == text.size && word[i] == '\0';
}

/* A JSON boolean, or one of the strings that the service takes for one. */
static const uint8_t *boolean(decoder *d, const uint8_t *p, bool *value, bool *is_null) {
  if (*p == 't' && d->end - p >= 4 && memcmp(p, "true", 4) == 0) {
    *value = true;
    return p + 4;
  }
  if (*p == 'f' && d->end - p >= 5 && memcmp(p, "false", 5) == 0) {
    *value = false;
    return p + 5;
  }
  if (*p != '"') return mismatch(d, p, WANT_BOOLEAN, is_null);
  cyn_bytes text;
  p = string_text(d, p, &text);
  if (p == NULL) return NULL;
  *value = same_word(text, "true") || same_word(text, "1") || same_word(text, "yes");
  if (!*value && !same_word(text, "false") && !same_word(text, "0") && !same_word(text, "no"))
    type_fault(d, "Unexpected token received from parser");
  return p;
}

static const uint8_t *member_bool(decoder *d, const uint8_t *p, member *out) {
  bool value = false;
  p = boolean(d, p, &value, &out->is_null);
  if (out->is_null) return p;
  out->size = 1;
  cyn_i_write_bool(&d->buf, value);
  return p;
}

static const uint8_t *member_null(decoder *d, const uint8_t *p, member *out) {
  bool value = false;
  p = boolean(d, p, &value, &out->is_null);
  if (out->is_null) return p;
  if (!value) {
    out->fault = INVALID "Null attribute value types must have the value of true";
    out->rank = RANK_NULL;
  }
  out->size = 1;
  cyn_i_write_null(&d->buf);
  return p;
}

/* The head of an L, M or set, which cyn_i_write_close fills in; its offset. */
static inline size_t open_container(decoder *d, cyn_type type) {
  size_t mark = d->buf.size;
  if (!cyn_i_buf_reserve(&d->buf, 9)) return mark;
  d->buf.data[mark] = (uint8_t)type;
  d->buf.size = mark + 9;
  return mark;
}

/* ---- sets ---- */

/* Where the elements of a set stand in the buffer, as they were given. */
typedef struct set_state {
  size_t mark;
  uint32_t count;
  size_t previous;  /* offset of the last element */
  bool ascending;
  const char *fault;
} set_state;

static cyn_bytes element_at(const decoder *d, cyn_type type, size_t offset) {
  const uint8_t *at = d->buf.data + offset;
  if (type == CYN_TYPE_NS) return (cyn_bytes){(const char *)at + 1, at[0]};
  return (cyn_bytes){(const char *)at + 4, cyn_i_get_u32(at)};
}

static const uint8_t *number_element(decoder *d, const uint8_t *p, set_state *set) {
  const char *fault = NULL;
  p = append_number(d, p, 0, &fault);
  if (p == NULL) return NULL;
  if (set->fault == NULL) set->fault = fault;
  d->buf.size += 1 + (size_t)d->buf.data[d->buf.size];
  return p;
}

/* Reads one element at p and appends it. */
static const uint8_t *set_element(decoder *d, const uint8_t *p, cyn_type type, set_state *set) {
  bool is_null;
  size_t size, offset = d->buf.size;
  if (*p != '"') {
    p = mismatch(d, p, type == CYN_TYPE_BS ? WANT_BLOB : WANT_STRING, &is_null);
    if (is_null && set->fault == NULL) set->fault = INVALID "An string set may not have a null string as a member";
    return p;
  }
  if (type == CYN_TYPE_NS) {
    p = number_element(d, p, set);
  } else {
    p = type == CYN_TYPE_SS ? append_string(d, p, 4, &size) : append_blob(d, p, 4, &size);
    if (p == NULL) return NULL;
    cyn_i_put_u32(d->buf.data + d->buf.size, (uint32_t)size);
    d->buf.size += 4 + size;
  }
  if (p == NULL || d->buf.failed) return NULL;
  if (set->count != 0)
    set->ascending = set->ascending &&
                     cyn_i_content_compare(element_at(d, type, set->previous), element_at(d, type, offset)) < 0;
  set->previous = offset;
  set->count++;
  return p;
}

/* "…Input collection [a, a] contains duplicates.", elements in the request's order. */
static const char *duplicates_text(decoder *d, const uint8_t *elements, uint32_t count, cyn_type type) {
  if (type == CYN_TYPE_NS || d->is_quiet) return "Input collection contains duplicates";
  cyn_i_buf text;
  cyn_i_elements walk = {elements, count, (uint8_t)type};
  cyn_bytes content;
  cyn_i_buf_init(&text, d->json->arena);
  cyn_i_buf_text(&text, INVALID "Input collection [");
  for (uint32_t i = 0; cyn_i_set_next(&walk, &content); i++) {
    if (i != 0) cyn_i_buf_text(&text, ", ");
    if (type == CYN_TYPE_BS)
      cyn_i_base64_encode(&text, content);
    else
      cyn_i_buf_append(&text, content.data, content.size);
  }
  cyn_i_buf_text(&text, type == CYN_TYPE_BS ? "]of type BS contains duplicates." : "] contains duplicates.");
  cyn_i_buf_byte(&text, '\0');
  if (text.failed) d->buf.failed = true;
  return text.failed ? "" : (const char *)text.data;
}

/* Puts elements that did not come in ascending order into it. */
static void sort_set(decoder *d, cyn_type type, const set_state *set, member *out) {
  size_t first = set->mark + 9, size = d->buf.size - first;
  uint8_t *copy = cyn_i_arena_alloc(d->json->arena, size);
  cyn_bytes *contents = cyn_i_arena_zalloc(d->json->arena, set->count, sizeof *contents);
  if (copy == NULL || contents == NULL) {
    d->buf.failed = true;
    return;
  }
  memcpy(copy, d->buf.data + first, size);
  cyn_i_elements walk = {copy, set->count, (uint8_t)type};
  for (uint32_t i = 0; i < set->count; i++) (void)cyn_i_set_next(&walk, &contents[i]);
  bool unique = true;
  d->buf.size = set->mark;
  cyn_i_write_set(&d->buf, type, contents, set->count, &unique);
  if (unique) return;
  d->buf.size = first + size; /* as given: the item is faulted, and its bytes are still whole */
  cyn_i_write_close(&d->buf, set->mark, set->count);
  out->fault = duplicates_text(d, copy, set->count, type);
  out->rank = RANK_DUPLICATES + (int)(type - CYN_TYPE_SS);
}

static void finish_set(decoder *d, cyn_type type, const set_state *set, member *out) {
  static const char *const empty[] = {INVALID "An string set  may not be empty", INVALID "An number set  may not be empty",
                                      INVALID "Binary sets should not be empty"};
  int index = (int)(type - CYN_TYPE_SS);
  cyn_i_write_close(&d->buf, set->mark, set->count);
  if (set->fault != NULL) {
    out->fault = set->fault;
    out->rank = RANK_SET_NUMBER;
  } else if (set->count == 0) {
    out->fault = empty[index];
    out->rank = RANK_EMPTY_SET + index;
  } else if (!set->ascending) {
    sort_set(d, type, set, out);
  }
  if (!d->buf.failed) out->size = cyn_i_value_dynamodb_size(d->buf.data + set->mark);
}

static const uint8_t *member_set(decoder *d, const uint8_t *p, cyn_type type, member *out) {
  if (*p != '[') return mismatch(d, p, WANT_LIST, &out->is_null);
  if (!enter(d)) return malformed(d);
  set_state set = {open_container(d, type), 0, 0, true, NULL};
  if (d->buf.failed) return NULL;
  p = cyn_i_json_blank(p + 1, d->end);
  for (bool first = true;; first = false) {
    if (p == d->end) return malformed(d);
    if (*p == ']') break;
    if (!first) {
      if (*p != ',') return malformed(d);
      p = cyn_i_json_blank(p + 1, d->end);
      if (p == d->end || *p == ']') return malformed(d);
    }
    p = set_element(d, p, type, &set);
    if (p == NULL) return NULL;
    p = cyn_i_json_blank(p, d->end);
  }
  finish_set(d, type, &set, out);
  return leave(d, p + 1);
}

/* ---- lists and maps ---- */

#define EMPTY_VALUE "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
#define TWO_DATATYPES \
  "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
/* No source was found for the service's text of an empty name. */
#define EMPTY_NAME INVALID "An attribute name may not be empty"
#define LONG_NAME "Attribute name is too large, must be less than 65536 bytes"

/* The value at p as element of a list or value of a pair; *is_null when it is JSON null and nothing was written. */
static inline const uint8_t *child(decoder *d, const uint8_t *p, unsigned level, size_t *size, const char **fault,
                                   bool *is_null) {
  *is_null = false;
  if (*p == '{') {
    if (!enter(d)) return malformed(d);
    p = attribute_value(d, p + 1, level, size, fault);
    return p != NULL ? leave(d, p) : NULL;
  }
  *size = 1;
  p = mismatch(d, p, WANT_VALUE, is_null);
  if (!*is_null) cyn_i_write_null(&d->buf); /* a type fault: anything whole will do */
  return p;
}

static const uint8_t *member_list(decoder *d, const uint8_t *p, unsigned level, member *out) {
  if (*p != '[') return mismatch(d, p, WANT_LIST, &out->is_null);
  if (!enter(d)) return malformed(d);
  size_t mark = open_container(d, CYN_TYPE_L);
  if (d->buf.failed) return NULL;
  uint32_t count = 0;
  bool was_quiet = d->is_quiet;
  out->size = 3;
  if (level >= CYN_ITEM_DEPTH_WRITTEN_MAX) out->fault = CYN_ITEM_TOO_DEEP;
  p = cyn_i_json_blank(p + 1, d->end);
  for (; p < d->end && *p != ']'; count++) {
    if (count != 0) {
      if (*p != ',') return malformed(d);
      p = cyn_i_json_blank(p + 1, d->end);
      if (p == d->end) return malformed(d);
    }
    size_t size;
    const char *fault = NULL;
    bool is_null;
    p = child(d, p, level + 1, &size, &fault, &is_null);
    if (p == NULL) return NULL;
    if (is_null) {
      cyn_i_write_null(&d->buf);
      fault = EMPTY_VALUE;
    }
    if (out->fault == NULL) out->fault = fault;
    d->is_quiet = was_quiet || out->fault != NULL;
    out->size += 1 + size;
    p = cyn_i_json_blank(p, d->end);
  }
  if (p == d->end) return malformed(d);
  d->is_quiet = was_quiet;
  out->rank = RANK_CONTENT + 1;
  cyn_i_write_close(&d->buf, mark, count);
  return leave(d, p + 1);
}

/* What a run of pairs came to. */
typedef struct pairs_result {
  uint32_t count;
  size_t size;            /* names and values, as DynamoDB counts them */
  const char *fault;      /* the first one */
  cyn_bytes fault_name;   /* the name of its pair; in the arena */
} pairs_result;

static void note_pair_fault(decoder *d, pairs_result *out, const char *fault, size_t name_at) {
  if (out->fault != NULL || d->buf.failed) return;
  const uint8_t *at = d->buf.data + name_at;
  out->fault = fault;
  d->is_quiet = true;
  out->fault_name = cyn_i_arena_copy(d->json->arena, (cyn_bytes){(const char *)at + 2, cyn_i_get_u16(at)});
  if (out->fault_name.data == NULL) d->buf.failed = true;
}

/* Appends the name at p (at its opening quote) and steps to the value behind the colon. */
static inline const uint8_t *pair_name(decoder *d, const uint8_t *p, const char **fault) {
  size_t size;
  if (p == d->end || *p != '"') return malformed(d);
  p = append_string(d, p, 2, &size);
  if (p == NULL) return NULL;
  if (size - 1 >= CYN_NAME_SIZE_MAX) { /* 0 too */
    *fault = size == 0 ? EMPTY_NAME : LONG_NAME;
    if (size != 0) size = CYN_NAME_SIZE_MAX;
  }
  cyn_i_put_u16(d->buf.data + d->buf.size, (uint16_t)size);
  d->buf.size += 2 + size;
  if (p < d->end && *p != ':') p = cyn_i_json_blank(p, d->end);
  if (p == d->end || *p != ':') return malformed(d);
  p++;
  if (p < d->end && *p <= ' ') p = cyn_i_json_blank(p, d->end);
  return p < d->end ? p : malformed(d);
}

/* One pair, its name at p. */
static inline const uint8_t *pair(decoder *d, const uint8_t *p, unsigned level, cyn_i_item_names *names,
                                  pairs_result *out) {
  size_t name_at = d->buf.size, size;
  const char *fault = NULL, *value_fault = NULL;
  bool is_null;
  p = pair_name(d, p, &fault);
  if (p == NULL) return NULL;
  size_t name_size = d->buf.size - name_at - 2;
  if (*p == 'n') {
    p = mismatch(d, p, WANT_VALUE, &is_null);
    d->buf.size = name_at;
    return p;
  }
  cyn_i_item_names_add(names, &d->buf, name_at);
  p = child(d, p, level, &size, &value_fault, &is_null);
  if (p == NULL || d->buf.failed) return NULL;
  if (fault == NULL) fault = value_fault;
  if (fault != NULL) note_pair_fault(d, out, fault, name_at);
  out->count++;
  out->size += name_size + size;
  return p;
}

/* The pairs of an object, p behind its brace; returns behind the closing one. Duplicate names: the last one stays. */
static const uint8_t *pairs(decoder *d, const uint8_t *p, unsigned level, pairs_result *out) {
  cyn_i_item_names names;
  bool was_quiet = d->is_quiet;
  *out = (pairs_result){0, 0, NULL, {NULL, 0}};
  cyn_i_item_names_init(&names, d->json->arena, d->buf.size);
  p = cyn_i_json_blank(p, d->end);
  if (p < d->end && *p == '}') return p + 1;
  bool fast = level == 0 && d->json->depth <= CYN_ITEM_JSON_DEPTH_MAX;
  for (;;) {
    if (fast) {
      cyn_i_pairs_read read = {out->count, out->size, false};
      p = cyn_i_item_json_pairs(&d->buf, p, d->end, &names, &read);
      out->count = read.count;
      out->size = read.size;
      if (d->buf.failed) return NULL;
      if (read.is_closed) {
        p--;
        break;
      }
    }
    p = pair(d, p, level, &names, out);
    if (p == NULL) return NULL;
    if (p < d->end && *p != ',' && *p != '}') p = cyn_i_json_blank(p, d->end);
    if (p == d->end) return malformed(d);
    if (*p == '}') break;
    if (*p != ',') return malformed(d);
    p = cyn_i_json_blank(p + 1, d->end);
  }
  d->is_quiet = was_quiet;
  if (names.overwritten) out->size = cyn_i_item_names_compact(&names, &d->buf, &out->count);
  return p + 1;
}

static const uint8_t *member_map(decoder *d, const uint8_t *p, unsigned level, member *out) {
  if (*p != '{') return mismatch(d, p, WANT_MAP, &out->is_null);
  if (!enter(d)) return malformed(d);
  size_t mark = open_container(d, CYN_TYPE_M);
  if (d->buf.failed) return NULL;
  pairs_result found;
  p = pairs(d, p + 1, level + 1, &found);
  if (p == NULL) return NULL;
  out->fault = level >= CYN_ITEM_DEPTH_WRITTEN_MAX ? CYN_ITEM_TOO_DEEP : found.fault;
  out->rank = RANK_CONTENT;
  out->size = 3 + found.count + found.size;
  cyn_i_write_close(&d->buf, mark, found.count);
  return leave(d, p);
}

/* ---- AttributeValue ---- */

static cyn_type type_from_name(cyn_bytes name) {
  static const struct {
    char name[5];
    uint8_t type;
  } names[] = {{"S", CYN_TYPE_S},   {"N", CYN_TYPE_N},   {"B", CYN_TYPE_B},       {"M", CYN_TYPE_M},      {"L", CYN_TYPE_L},
               {"SS", CYN_TYPE_SS}, {"NS", CYN_TYPE_NS}, {"BOOL", CYN_TYPE_BOOL}, {"BS", CYN_TYPE_BS}, {"NULL", CYN_TYPE_NULL}};
  if (name.size == 0 || name.size > 4) return (cyn_type)0;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (names[i].name[0] == name.data[0] && strlen(names[i].name) == name.size &&
        memcmp(name.data, names[i].name, name.size) == 0)
      return (cyn_type)names[i].type;
  return (cyn_type)0;
}

static inline cyn_type type_from_letter(uint8_t letter) {
  switch (letter) {
    case 'S': return CYN_TYPE_S;
    case 'N': return CYN_TYPE_N;
    case 'B': return CYN_TYPE_B;
    case 'M': return CYN_TYPE_M;
    case 'L': return CYN_TYPE_L;
    default: return (cyn_type)0;
  }
}

static inline cyn_type set_from_letter(uint8_t letter) {
  return letter == 'S' ? CYN_TYPE_SS : letter == 'N' ? CYN_TYPE_NS : letter == 'B' ? CYN_TYPE_BS : (cyn_type)0;
}

/* The member's name at p and the colon; 0 in *type for one that is unknown. */
static inline const uint8_t *member_name(decoder *d, const uint8_t *p, cyn_type *type) {
  const uint8_t *start = p;
  if (p == d->end || *p != '"') return malformed(d);
  *type = (cyn_type)0;
  if (__builtin_expect(d->end - p > 6, 1)) {
    if (p[2] == '"')
      *type = type_from_letter(p[1]), p += 3;
    else if (p[2] == 'S' && p[3] == '"')
      *type = set_from_letter(p[1]), p += 4;
    else if (memcmp(p, "\"BOOL\"", 6) == 0)
      *type = CYN_TYPE_BOOL, p += 6;
    else if (memcmp(p, "\"NULL\"", 6) == 0)
      *type = CYN_TYPE_NULL, p += 6;
  }
  if (__builtin_expect(*type == 0, 0)) {
    p = start;
    cyn_bytes name;
    p = string_text(d, p, &name);
    if (p == NULL) return NULL;
    *type = type_from_name(name);
  }
  if (p < d->end && *p != ':') p = cyn_i_json_blank(p, d->end);
  if (p == d->end || *p != ':') return malformed(d);
  p++;
  if (p < d->end && *p <= ' ') p = cyn_i_json_blank(p, d->end);
  return p < d->end ? p : malformed(d);
}

static inline const uint8_t *member_value(decoder *d, const uint8_t *p, unsigned level, member *out) {
  switch (out->type) {
    case CYN_TYPE_S: return member_string(d, p, out);
    case CYN_TYPE_N: return member_number(d, p, out);
    case CYN_TYPE_B: return member_blob(d, p, out);
    case CYN_TYPE_SS:
    case CYN_TYPE_NS:
    case CYN_TYPE_BS: return member_set(d, p, out->type, out);
    case CYN_TYPE_M: return member_map(d, p, level, out);
    case CYN_TYPE_L: return member_list(d, p, level, out);
    case CYN_TYPE_NULL: return member_null(d, p, out);
    case CYN_TYPE_BOOL: return member_bool(d, p, out);
  }
  out->is_null = true; /* unknown: ignored */
  return skip_value(d, p);
}

/* p is behind the brace. Exactly one value is written, whatever is wrong with it. */
static const uint8_t *attribute_value(decoder *d, const uint8_t *p, unsigned level, size_t *size, const char **fault) {
  size_t start = d->buf.size;
  cyn_type type = (cyn_type)0;
  bool several = false;
  int rank = RANK_LAST;
  *fault = NULL;
  *size = 1;
  p = cyn_i_json_blank(p, d->end);
  for (bool first = true;; first = false) {
    if (p == d->end) return malformed(d);
    if (*p == '}') break;
    if (!first) {
      if (*p != ',') return malformed(d);
      p = cyn_i_json_blank(p + 1, d->end);
    }
    member found = {0};
    size_t before = d->buf.size;
    p = member_name(d, p, &found.type);
    if (p == NULL) return NULL;
    p = member_value(d, p, level, &found);
    if (p == NULL) return NULL;
    if (p < d->end && *p != '}') p = cyn_i_json_blank(p, d->end);
    if (first && p < d->end && *p == '}' && !found.is_null) { /* as nearly all are */
      *fault = found.fault;
      *size = found.size;
      if (d->buf.size == start) cyn_i_write_null(&d->buf);
      return p + 1;
    }
    if (found.is_null) continue;
    if (found.type == type && !several) { /* the same member again: the last one stays */
      size_t written = d->buf.size - before;
      memmove(d->buf.data + start, d->buf.data + before, written);
      d->buf.size = start + written;
      *fault = NULL;
      rank = RANK_LAST;
    } else if (type != 0) {
      several = true;
      d->buf.size = before;
    }
    if (!several) type = found.type, *size = found.size;
    if (found.fault != NULL && found.rank < rank) {
      *fault = found.fault;
      rank = found.rank;
    }
  }
  if (d->buf.size == start) cyn_i_write_null(&d->buf);
  if (*fault == NULL && type == 0) *fault = EMPTY_VALUE;
  if (*fault == NULL && several) *fault = TWO_DATATYPES;
  return p + 1;
}

/* ---- entry points ---- */

/* Room for what is probably to come: binary is about as long as its JSON. */
#define FIRST_RESERVE_MAX 4096
#define FIRST_RESERVE_MORE (SHORT_STRING + 64) /* what append_string wants to see free */

static void decoder_init(decoder *d, cyn_i_json *json, cyn_i_json_fault *serialization) {
  d->json = json;
  d->end = json->end;
  d->serialization = serialization;
  d->is_quiet = false;
  cyn_i_buf_init(&d->buf, json->arena);
  size_t left = (size_t)(json->end - json->next);
  (void)cyn_i_buf_reserve(&d->buf, (left < FIRST_RESERVE_MAX ? left : FIRST_RESERVE_MAX) + FIRST_RESERVE_MORE);
}

/* Hands the position back to the reader and unused memory back to the arena. False when reading failed. */
static bool decoder_finish(decoder *d, const uint8_t *p) {
  cyn_i_json *json = d->json;
  if (d->buf.failed) json->no_memory = true;
  if (p == NULL || d->buf.failed) {
    json->failed = true;
    json->next = json->end;
    return false;
  }
  json->next = p;
  json->depth--;
  json->expect = cyn_i_json_after_value(json);
  if (d->buf.data + ((d->buf.capacity + 7) & ~(size_t)7) == json->arena->next)
    (void)cyn_i_arena_grow(json->arena, d->buf.data, d->buf.capacity, d->buf.size);
  return true;
}

static bool fault_new(cyn_i_json *json, const char *message, cyn_bytes attribute, const cyn_fault **out) {
  *out = NULL;
  if (message == NULL) return true;
  cyn_fault *fault = cyn_i_arena_alloc(json->arena, sizeof *fault);
  if (fault == NULL) {
    json->failed = json->no_memory = true;
    return false;
  }
  *fault = (cyn_fault){attribute, message};
  *out = fault;
  return true;
}

bool cyn_i_item_from_json(cyn_i_json *json, cyn_item *out, cyn_i_json_fault *serialization) {
  decoder d;
  cyn_i_item_writer writer;
  pairs_result found = {0};
  *out = (cyn_item){NULL, 0, NULL};
  if (json->failed) return false;
  decoder_init(&d, json, serialization);
  cyn_i_item_begin(&writer, &d.buf);
  const uint8_t *p = pairs(&d, json->next, 0, &found);
  if (!decoder_finish(&d, p)) return false;
  cyn_i_put_u32(d.buf.data + 1, found.size < UINT32_MAX ? (uint32_t)found.size : UINT32_MAX);
  cyn_i_put_u32(d.buf.data + 5, found.count);
  out->data = d.buf.data;
  out->size = d.buf.size;
  return fault_new(json, found.fault, found.fault_name, &out->fault);
}

bool cyn_i_value_from_json(cyn_i_json *json, cyn_i_json_token first, cyn_value *out, const cyn_fault **fault,
                           cyn_i_json_fault *serialization) {
  *out = (cyn_value){NULL, 0, NULL};
  *fault = NULL;
  if (json->failed) return false;
  if (first != CYN_JSON_OBJECT_BEGIN) {
    const char *text = mismatch_text(WANT_VALUE, first, json->is_integer);
    if (!cyn_i_json_skip(json, first)) return false;
    if (text != NULL && serialization->message == NULL) serialization->message = text;
    return true;
  }
  decoder d;
  size_t size;
  const char *message;
  decoder_init(&d, json, serialization);
  const uint8_t *p = attribute_value(&d, json->next, 0, &size, &message);
  if (!decoder_finish(&d, p)) return false;
  out->data = d.buf.data;
  out->size = d.buf.size;
  if (!fault_new(json, message, (cyn_bytes){NULL, 0}, fault)) return false;
  out->fault = *fault;
  return true;
}
