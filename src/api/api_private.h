/* What the files of this layer share. */
#ifndef CYN_API_API_PRIVATE_H
#define CYN_API_API_PRIVATE_H

#include "api/api.h"

/* The member of a structure by its wire name, or NULL; `guess` is the index tried first. */
const cyn_i_member *cyn_i_shape_member(const cyn_i_shape *shape, cyn_bytes name, uint32_t guess);

/* True when the whole text matches; a pattern that pattern.c does not know matches everything (a test finds those). */
bool cyn_i_pattern_matches(const char *pattern, cyn_bytes text);
bool cyn_i_pattern_is_known(const char *pattern);

/* Appends a value as messages print it: [a, b], Shape(member=value), {key=value}; a very long one is cut. */
void cyn_i_print_value(const cyn_i_shape *shape, const void *place, cyn_i_buf *buf);

/* Any list or map of the generated header begins like this. */
typedef struct cyn_i_sequence {
  size_t count;
  const void *at;
} cyn_i_sequence;

/* Where the C representation of a value stands in a list (`at[i]`) or in a map's entry. */
static inline size_t cyn_i_slot_size(const cyn_i_shape *shape) {
  return shape->kind == CYN_KIND_STRUCTURE ? sizeof(void *) : shape->size;
}

/* Whether the value in a member's place is there. */
static inline bool cyn_i_is_present(const cyn_i_shape *shape, const void *place) {
  switch (shape->kind) {
    case CYN_KIND_STRING:
    case CYN_KIND_ENUM:
    case CYN_KIND_BLOB: return ((const cyn_bytes *)place)->data != NULL;
    case CYN_KIND_INTEGER:
    case CYN_KIND_LONG: return ((const cyn_opt_int *)place)->is_set;
    case CYN_KIND_DOUBLE:
    case CYN_KIND_TIMESTAMP: return ((const cyn_opt_double *)place)->is_set;
    case CYN_KIND_BOOLEAN: return ((const cyn_opt_bool *)place)->is_set;
    case CYN_KIND_VALUE: return ((const cyn_value *)place)->data != NULL || ((const cyn_value *)place)->fault != NULL;
    case CYN_KIND_ITEM: return ((const cyn_item *)place)->data != NULL || ((const cyn_item *)place)->fault != NULL;
    case CYN_KIND_STRUCTURE: return *(const void *const *)place != NULL;
    case CYN_KIND_LIST:
    case CYN_KIND_MAP: return ((const cyn_i_sequence *)place)->at != NULL;
  }
  return false;
}

#endif
