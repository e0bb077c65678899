/* A strict, single-pass JSON reader over one contiguous body, and the writer's primitives.
 * RFC 8259, UTF-8 checked, \u surrogates paired (a lone one is invalid), depth bounded, no trailing bytes. */
#ifndef CYN_VALUE_JSON_H
#define CYN_VALUE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define CYN_JSON_DEPTH_MAX 128

typedef enum cyn_i_json_token {
  CYN_JSON_ERROR = 0, /* malformed; the reader stays in this state */
  CYN_JSON_END,       /* the whole document has been read */
  CYN_JSON_OBJECT_BEGIN,
  CYN_JSON_OBJECT_END,
  CYN_JSON_ARRAY_BEGIN,
  CYN_JSON_ARRAY_END,
  CYN_JSON_KEY,       /* `text` holds the key */
  CYN_JSON_STRING,    /* `text` holds the unescaped string */
  CYN_JSON_NUMBER,    /* `text` holds the number as written; `is_integer` tells that it has no '.', 'e' or 'E' */
  CYN_JSON_TRUE,
  CYN_JSON_FALSE,
  CYN_JSON_NULL
} cyn_i_json_token;

typedef struct cyn_i_json {
  const uint8_t *next;
  const uint8_t *end;
  cyn_i_arena *arena;       /* unescaped strings go here; strings without a backslash are borrowed from the body */
  cyn_bytes text;           /* of the last KEY, STRING or NUMBER */
  bool is_integer;
  bool failed;
  bool no_memory;
  uint8_t expect;           /* private */
  uint16_t depth;
  uint64_t is_object[CYN_JSON_DEPTH_MAX / 64]; /* private: one bit a level */
} cyn_i_json;

void cyn_i_json_init(cyn_i_json *json, const uint8_t *body, size_t size, cyn_i_arena *arena);
cyn_i_json_token cyn_i_json_next(cyn_i_json *json);
/* In an object: reads a key into *key and the first token of its value, which is returned; OBJECT_END behind the last one. */
cyn_i_json_token cyn_i_json_next_member(cyn_i_json *json, cyn_bytes *key);
/* As above, where the next member has this name and is written without escapes: the first token of its value. Otherwise
 * CYN_JSON_END, and nothing has been read. */
cyn_i_json_token cyn_i_json_next_named(cyn_i_json *json, const char *name, size_t size);
/* Reads past the value whose first token has just been returned (a no-op for scalars). False when malformed. */
bool cyn_i_json_skip(cyn_i_json *json, cyn_i_json_token first);

/* Appends a JSON string with its quotes; input must be UTF-8 (invalid bytes become U+FFFD). */
void cyn_i_json_write_string(cyn_i_buf *buf, cyn_bytes text);
void cyn_i_json_write_int(cyn_i_buf *buf, int64_t value);
/* Shortest form that has a decimal point, as DynamoDB prints doubles: 1.0, 0.5, 1.23E9 as 1.23E9. */
void cyn_i_json_write_double(cyn_i_buf *buf, double value);

#endif
