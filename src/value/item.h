/* The binary item: reading, writing, comparing, measuring (docs/format.md).
 *
 *   item   = version:u8 (1)  dynamodb_size:u32  count:u32  pair*        little-endian, unaligned
 *   pair   = name_size:u16  name  value
 *   value  = type:u8 payload
 *     S B      size:u32 bytes
 *     N        size:u8 digits
 *     BOOL     u8 (0 or 1)          NULL  nothing
 *     L        bytes:u32 count:u32 value*            bytes counts what follows the bytes field
 *     M        bytes:u32 count:u32 pair*
 *     SS BS    bytes:u32 count:u32 (size:u32 bytes)*      elements sorted by their bytes, no duplicates
 *     NS       bytes:u32 count:u32 (size:u8 digits)*      likewise
 *
 * Readers here trust the bytes, which our own writers made; bytes from outside the process go through
 * cyn_i_item_is_valid first. */
#ifndef CYN_VALUE_ITEM_H
#define CYN_VALUE_ITEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cynamo/value.h>

#include "base/buf.h"

#define CYN_ITEM_VERSION 1
#define CYN_ITEM_HEADER_SIZE 9
#define CYN_ITEM_DYNAMODB_SIZE_MAX 409600
#define CYN_ITEM_DEPTH_MAX 32         /* lists and maps round a value, in what is read */
#define CYN_ITEM_DEPTH_WRITTEN_MAX 31 /* in what is written: the service's 32 levels count the item itself */
#define CYN_ITEM_TOO_DEEP \
  "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
#define CYN_NAME_SIZE_MAX 65535

static inline uint16_t cyn_i_get_u16(const uint8_t *p) {
  uint16_t v;
  memcpy(&v, p, 2);
  return v;
}
static inline uint32_t cyn_i_get_u32(const uint8_t *p) {
  uint32_t v;
  memcpy(&v, p, 4);
  return v;
}
static inline void cyn_i_put_u16(uint8_t *p, uint16_t v) { memcpy(p, &v, 2); }
static inline void cyn_i_put_u32(uint8_t *p, uint32_t v) { memcpy(p, &v, 4); }

/* ---- reading ---- */

static inline uint32_t cyn_i_item_dynamodb_size(const uint8_t *item) { return cyn_i_get_u32(item + 1); }
static inline uint32_t cyn_i_item_count(const uint8_t *item) { return cyn_i_get_u32(item + 5); }

/* Bytes of a whole value, type byte included. */
static inline size_t cyn_i_value_size(const uint8_t *value) {
  switch (value[0]) {
    case CYN_TYPE_N: return 2 + (size_t)value[1];
    case CYN_TYPE_BOOL: return 2;
    case CYN_TYPE_NULL: return 1;
    default: return 5 + (size_t)cyn_i_get_u32(value + 1);
  }
}
static inline cyn_type cyn_i_value_type(const uint8_t *value) { return (cyn_type)value[0]; }
/* Content of an S, N (digits) or B. */
static inline cyn_bytes cyn_i_value_content(const uint8_t *value) {
  if (value[0] == CYN_TYPE_N) return (cyn_bytes){(const char *)value + 2, value[1]};
  return (cyn_bytes){(const char *)value + 5, cyn_i_get_u32(value + 1)};
}
/* Elements of an L, M, SS, NS or BS. */
static inline uint32_t cyn_i_value_count(const uint8_t *value) { return cyn_i_get_u32(value + 5); }

/* Walks the pairs of an item or of an M. */
typedef struct cyn_i_pairs {
  const uint8_t *next;
  uint32_t left;
} cyn_i_pairs;
static inline cyn_i_pairs cyn_i_item_pairs(const uint8_t *item) {
  return (cyn_i_pairs){item + CYN_ITEM_HEADER_SIZE, cyn_i_item_count(item)};
}
static inline cyn_i_pairs cyn_i_map_pairs(const uint8_t *value) {
  return (cyn_i_pairs){value + 9, cyn_i_value_count(value)};
}
static inline bool cyn_i_pairs_next(cyn_i_pairs *pairs, cyn_bytes *name, const uint8_t **value) {
  if (pairs->left == 0) return false;
  uint16_t name_size = cyn_i_get_u16(pairs->next);
  *name = (cyn_bytes){(const char *)pairs->next + 2, name_size};
  *value = pairs->next + 2 + name_size;
  pairs->next = *value + cyn_i_value_size(*value);
  pairs->left--;
  return true;
}

/* Walks the elements of an L (whole values) or of a set (contents; `element_type` is S, N or B). */
typedef struct cyn_i_elements {
  const uint8_t *next;
  uint32_t left;
  uint8_t type; /* of the container */
} cyn_i_elements;
static inline cyn_i_elements cyn_i_value_elements(const uint8_t *value) {
  return (cyn_i_elements){value + 9, cyn_i_value_count(value), value[0]};
}
static inline bool cyn_i_list_next(cyn_i_elements *elements, const uint8_t **value) {
  if (elements->left == 0) return false;
  *value = elements->next;
  elements->next += cyn_i_value_size(elements->next);
  elements->left--;
  return true;
}
static inline bool cyn_i_set_next(cyn_i_elements *elements, cyn_bytes *content) {
  if (elements->left == 0) return false;
  if (elements->type == CYN_TYPE_NS) {
    *content = (cyn_bytes){(const char *)elements->next + 1, elements->next[0]};
    elements->next += 1 + content->size;
  } else {
    *content = (cyn_bytes){(const char *)elements->next + 4, cyn_i_get_u32(elements->next)};
    elements->next += 4 + content->size;
  }
  elements->left--;
  return true;
}

/* The value under a name, or NULL. */
const uint8_t *cyn_i_item_find(const uint8_t *item, cyn_bytes name);
const uint8_t *cyn_i_map_find(const uint8_t *map_value, cyn_bytes name);
/* The i-th element of an L, or NULL. */
const uint8_t *cyn_i_list_at(const uint8_t *list_value, uint32_t index);

/* ---- meaning ---- */

/* Deep equality as DynamoDB's "=": maps ignore order. Recursion is bounded by the nesting limit. */
bool cyn_i_value_equal(const uint8_t *a, const uint8_t *b);
/* <0, 0, >0 for two S, two N or two B; the caller has checked that the types are equal and ordered. */
int cyn_i_content_compare(cyn_bytes a, cyn_bytes b);
/* Bytes as DynamoDB counts them. */
size_t cyn_i_value_dynamodb_size(const uint8_t *value);
/* Levels of L and M: a scalar or set is 0. */
unsigned cyn_i_value_depth(const uint8_t *value);
/* "S", "N", … */
const char *cyn_i_type_name(cyn_type type);
/* Whole structural check of bytes from outside: bounds, types, canonical numbers, sorted sets, depth, size field. */
bool cyn_i_item_is_valid(const uint8_t *item, size_t size);
bool cyn_i_value_is_valid(const uint8_t *value, size_t size);

/* ---- writing ----
 * A writer appends to a buf; containers are opened and closed, their byte lengths and counts are filled in at the end.
 * The writer does not check duplicate names and sizes; who calls it does. */
typedef struct cyn_i_item_writer {
  cyn_i_buf *buf;
  size_t start;      /* offset of the item in the buf */
  uint32_t count;    /* pairs written at top level */
} cyn_i_item_writer;
void cyn_i_item_begin(cyn_i_item_writer *writer, cyn_i_buf *buf);
/* After the name write exactly one value with the cyn_i_write_… calls. */
void cyn_i_item_name(cyn_i_item_writer *writer, cyn_bytes name);
void cyn_i_item_pair(cyn_i_item_writer *writer, cyn_bytes name, const uint8_t *value); /* name and a copied value */
/* Fills count and DynamoDB size (computed over all pairs). The item is at buf->data + start … buf->size. */
void cyn_i_item_end(cyn_i_item_writer *writer);

void cyn_i_write_string(cyn_i_buf *buf, cyn_type type_s_or_b, cyn_bytes content);
void cyn_i_write_number(cyn_i_buf *buf, const uint8_t *digits, size_t size);
void cyn_i_write_bool(cyn_i_buf *buf, bool value);
void cyn_i_write_null(cyn_i_buf *buf);
void cyn_i_write_copy(cyn_i_buf *buf, const uint8_t *value);
/* Opens an L, M or set; returns the mark for close. Inside an M write cyn_i_write_name before each value. */
size_t cyn_i_write_open(cyn_i_buf *buf, cyn_type type);
void cyn_i_write_name(cyn_i_buf *buf, cyn_bytes name);
void cyn_i_write_set_element(cyn_i_buf *buf, cyn_type set_type, cyn_bytes content); /* caller keeps them sorted */
void cyn_i_write_close(cyn_i_buf *buf, size_t mark, uint32_t count);

/* Sorts the elements and writes the whole set value; false in *unique when two are equal (then nothing is written).
 * `contents` is reordered. */
void cyn_i_write_set(cyn_i_buf *buf, cyn_type set_type, cyn_bytes *contents, uint32_t count, bool *unique);

#endif
