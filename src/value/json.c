/* See json.h. The reader is a state machine: `expect` says what may come, one bit a level says object or array. It never
 * looks outside next..end, and recursion is replaced by the depth counter, so hostile nesting costs nothing. */
#include "value/json_private.h"

#include <string.h>

#include "value/utf8.h"

void cyn_i_json_init(cyn_i_json *json, const uint8_t *body, size_t size, cyn_i_arena *arena) {
  memset(json, 0, sizeof *json);
  json->next = body;
  json->end = size != 0 ? body + size : body;
  json->arena = arena;
  json->expect = CYN_JSON_EXPECT_VALUE;
}

/* ---- strings ---- */

const uint8_t *cyn_i_json_string_end_slow(const uint8_t *p, const uint8_t *end, bool *escaped) {
  while (p < end) {
    if (*p == '"') return p;
    if (*p == '\\') {
      *escaped = true;
      if (end - p < 2 || p[1] >= 0x80 || p[1] < 0x20) return NULL;
      p += 2;
    } else if (*p < 0x20) {
      return NULL;
    }
    while (p < end && *p >= 0x80) {
      size_t length = cyn_i_utf8_length(p, end);
      if (length == 0) return NULL;
      p += length;
    }
    p = cyn_i_json_plain_end(p, end);
  }
  return NULL;
}

static int hex_digit(uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits at p; -1 when they are not there. */
static int32_t hex_unit(const uint8_t *p, const uint8_t *end) {
  if (end - p < 4) return -1;
  int32_t unit = 0;
  for (int i = 0; i < 4; i++) {
    int digit = hex_digit(p[i]);
    if (digit < 0) return -1;
    unit = unit << 4 | digit;
  }
  return unit;
}

/* \uXXXX or a pair of them, from behind the 'u'; NULL when wrong or half a pair. */
static const uint8_t *unicode_escape(const uint8_t *p, const uint8_t *end, uint32_t *code) {
  int32_t unit = hex_unit(p, end);
  if (unit < 0 || (unit >= 0xDC00 && unit <= 0xDFFF)) return NULL;
  p += 4;
  *code = (uint32_t)unit;
  if (unit < 0xD800 || unit > 0xDBFF) return p;
  if (end - p < 6 || p[0] != '\\' || p[1] != 'u') return NULL;
  int32_t low = hex_unit(p + 2, end);
  if (low < 0xDC00 || low > 0xDFFF) return NULL;
  *code = 0x10000 + (((uint32_t)unit - 0xD800) << 10) + ((uint32_t)low - 0xDC00);
  return p + 6;
}

/* What follows a backslash, other than u; 0 when it is no escape. */
static uint8_t short_escape(uint8_t c) {
  switch (c) {
    case '"':
    case '\\':
    case '/': return c;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return 0;
  }
}

const uint8_t *cyn_i_json_unescape_one(const uint8_t *p, const uint8_t *end, uint8_t **at) {
  uint32_t code;
  if (end - p < 2) return NULL;
  if (p[1] != 'u') {
    **at = short_escape(p[1]);
    return *(*at)++ != 0 ? p + 2 : NULL;
  }
  p = unicode_escape(p + 2, end, &code);
  if (p != NULL) *at += cyn_i_utf8_put(*at, code);
  return p;
}

size_t cyn_i_json_unescape(const uint8_t *p, const uint8_t *end, uint8_t *out) {
  uint8_t *at = out;
  while (p < end) {
    const uint8_t *slash = memchr(p, '\\', (size_t)(end - p));
    size_t run = (size_t)((slash != NULL ? slash : end) - p);
    memcpy(at, p, run);
    at += run;
    if (slash == NULL) break;
    p = cyn_i_json_unescape_one(slash, end, &at);
    if (p == NULL) return SIZE_MAX;
  }
  return (size_t)(at - out);
}

static const uint8_t *fail(cyn_i_json *json) {
  json->failed = true;
  json->next = json->end;
  return NULL;
}

const uint8_t *cyn_i_json_take_string(cyn_i_json *json, const uint8_t *p, cyn_bytes *text) {
  bool escaped;
  const uint8_t *quote = cyn_i_json_string_end(p, json->end, &escaped);
  if (quote == NULL) return fail(json);
  *text = (cyn_bytes){(const char *)p, (size_t)(quote - p)};
  if (!escaped) return quote + 1;
  uint8_t *copy = cyn_i_arena_alloc(json->arena, text->size);
  if (copy == NULL) {
    json->no_memory = true;
    return fail(json);
  }
  size_t size = cyn_i_json_unescape(p, quote, copy);
  if (size == SIZE_MAX) return fail(json);
  *text = (cyn_bytes){(const char *)copy, size};
  return quote + 1;
}

/* ---- numbers ---- */

static inline const uint8_t *digits_end(const uint8_t *p, const uint8_t *end) {
  while (p < end && (uint8_t)(*p - '0') < 10) p++;
  return p;
}

const uint8_t *cyn_i_json_number_end(const uint8_t *p, const uint8_t *end, bool *is_integer) {
  *is_integer = true;
  if (p < end && *p == '-') p++;
  const uint8_t *first = p;
  p = digits_end(p, end);
  if (p == first || (*first == '0' && p - first > 1)) return NULL;
  if (p < end && *p == '.') {
    *is_integer = false;
    first = ++p;
    p = digits_end(p, end);
    if (p == first) return NULL;
  }
  if (p < end && (*p | 0x20) == 'e') {
    *is_integer = false;
    p++;
    if (p < end && (*p == '+' || *p == '-')) p++;
    first = p;
    p = digits_end(p, end);
    if (p == first) return NULL;
  }
  return p;
}

/* ---- tokens ---- */

static cyn_i_json_token error_token(cyn_i_json *json) {
  (void)fail(json);
  return CYN_JSON_ERROR;
}

static inline bool in_object(const cyn_i_json *json) {
  unsigned level = json->depth - 1u;
  return json->is_object[level / 64] >> (level % 64) & 1;
}

static cyn_i_json_token open_level(cyn_i_json *json, bool is_object) {
  unsigned level = json->depth;
  if (level >= CYN_JSON_DEPTH_MAX) return error_token(json);
  uint64_t bit = (uint64_t)1 << (level % 64);
  if (is_object)
    json->is_object[level / 64] |= bit;
  else
    json->is_object[level / 64] &= ~bit;
  json->depth++;
  json->next++;
  json->expect = is_object ? CYN_JSON_EXPECT_KEY_OR_END : CYN_JSON_EXPECT_VALUE_OR_END;
  return is_object ? CYN_JSON_OBJECT_BEGIN : CYN_JSON_ARRAY_BEGIN;
}

static cyn_i_json_token close_level(cyn_i_json *json) {
  bool is_object = in_object(json);
  if (*json->next != (is_object ? '}' : ']')) return error_token(json);
  json->next++;
  json->depth--;
  json->expect = cyn_i_json_after_value(json);
  return is_object ? CYN_JSON_OBJECT_END : CYN_JSON_ARRAY_END;
}

static cyn_i_json_token take_key(cyn_i_json *json) {
  const uint8_t *p = json->next;
  if (*p != '"') return error_token(json);
  p = cyn_i_json_take_string(json, p + 1, &json->text);
  if (p == NULL) return CYN_JSON_ERROR;
  p = cyn_i_json_blank(p, json->end);
  if (p == json->end || *p != ':') return error_token(json);
  json->next = p + 1;
  json->expect = CYN_JSON_EXPECT_VALUE;
  return CYN_JSON_KEY;
}

static cyn_i_json_token take_literal(cyn_i_json *json, const char *word, size_t size, cyn_i_json_token token) {
  if ((size_t)(json->end - json->next) < size || memcmp(json->next, word, size) != 0) return error_token(json);
  json->next += size;
  json->expect = cyn_i_json_after_value(json);
  return token;
}

static cyn_i_json_token take_number(cyn_i_json *json) {
  const uint8_t *end = cyn_i_json_number_end(json->next, json->end, &json->is_integer);
  if (end == NULL) return error_token(json);
  json->text = (cyn_bytes){(const char *)json->next, (size_t)(end - json->next)};
  json->next = end;
  json->expect = cyn_i_json_after_value(json);
  return CYN_JSON_NUMBER;
}

static cyn_i_json_token take_value(cyn_i_json *json) {
  switch (*json->next) {
    case '"': {
      const uint8_t *p = cyn_i_json_take_string(json, json->next + 1, &json->text);
      if (p == NULL) return CYN_JSON_ERROR;
      json->next = p;
      json->expect = cyn_i_json_after_value(json);
      return CYN_JSON_STRING;
    }
    case '{': return open_level(json, true);
    case '[': return open_level(json, false);
    case 't': return take_literal(json, "true", 4, CYN_JSON_TRUE);
    case 'f': return take_literal(json, "false", 5, CYN_JSON_FALSE);
    case 'n': return take_literal(json, "null", 4, CYN_JSON_NULL);
    default: return take_number(json);
  }
}

cyn_i_json_token cyn_i_json_next(cyn_i_json *json) {
  if (json->failed) return CYN_JSON_ERROR;
  json->next = cyn_i_json_blank(json->next, json->end);
  if (json->next == json->end)
    return json->expect == CYN_JSON_EXPECT_NOTHING ? CYN_JSON_END : error_token(json);
  uint8_t c = *json->next;
  switch (json->expect) {
    case CYN_JSON_EXPECT_VALUE: return take_value(json);
    case CYN_JSON_EXPECT_VALUE_OR_END: return c == ']' ? close_level(json) : take_value(json);
    case CYN_JSON_EXPECT_KEY_OR_END: return c == '}' ? close_level(json) : take_key(json);
    case CYN_JSON_EXPECT_COMMA_OR_END: break;
    default: return error_token(json);
  }
  if (c != ',') return close_level(json);
  json->next = cyn_i_json_blank(json->next + 1, json->end);
  if (json->next == json->end) return error_token(json);
  return in_object(json) ? take_key(json) : take_value(json);
}

/* Where the next member of an object, or the object's end, begins as nearly all do; NULL elsewhere. */
static inline const uint8_t *plain_member(const cyn_i_json *json) {
  const uint8_t *p = json->next, *end = json->end;
  bool is_first = json->expect == CYN_JSON_EXPECT_KEY_OR_END;
  if (json->failed || (!is_first && (json->expect != CYN_JSON_EXPECT_COMMA_OR_END || !in_object(json)))) return NULL;
  p = cyn_i_json_blank(p, end);
  if (!is_first && p < end && *p == ',')
    p = cyn_i_json_blank(p + 1, end);
  else if (!is_first && p < end && *p == '"')
    return NULL; /* a comma is missing */
  return p < end && (*p == '"' || (*p == '}' && p == json->next)) ? p : NULL;
}

/* Steps to the value behind a key and its colon, and takes its first token. */
static inline cyn_i_json_token member_value(cyn_i_json *json, const uint8_t *p) {
  json->next = p;
  json->expect = CYN_JSON_EXPECT_VALUE;
  return take_value(json);
}

cyn_i_json_token cyn_i_json_next_named(cyn_i_json *json, const char *name, size_t size) {
  const uint8_t *p = plain_member(json), *end = json->end;
  if (p == NULL || *p != '"' || (size_t)(end - p) < size + 4) return CYN_JSON_END;
  const uint8_t *quote = p + 1 + size;
  if (quote[0] != '"' || quote[1] != ':' || memcmp(p + 1, name, size) != 0) return CYN_JSON_END;
  p = cyn_i_json_blank(quote + 2, end);
  return p != end ? member_value(json, p) : CYN_JSON_END;
}

cyn_i_json_token cyn_i_json_next_member(cyn_i_json *json, cyn_bytes *key) {
  const uint8_t *p = plain_member(json), *end = json->end;
  if (p != NULL && *p == '}') return close_level(json);
  if (p != NULL) {
    const uint8_t *quote = cyn_i_json_plain_end(++p, end);
    if (end - quote >= 3 && quote[0] == '"' && quote[1] == ':') {
      *key = (cyn_bytes){(const char *)p, (size_t)(quote - p)};
      p = cyn_i_json_blank(quote + 2, end);
      if (p != end) return member_value(json, p);
    }
  }
  cyn_i_json_token token = cyn_i_json_next(json);
  if (token != CYN_JSON_KEY) return token;
  *key = json->text;
  return cyn_i_json_next(json);
}

bool cyn_i_json_skip(cyn_i_json *json, cyn_i_json_token first) {
  if (first == CYN_JSON_ERROR) return false;
  if (first != CYN_JSON_OBJECT_BEGIN && first != CYN_JSON_ARRAY_BEGIN) return true;
  for (unsigned outside = json->depth - 1u; json->depth != outside;)
    if (cyn_i_json_next(json) == CYN_JSON_ERROR) return false;
  return true;
}
