/* The shapes of the API as the extension needs them: names, types, bounds that botocore checks, and where each member stands
 * in the structs of <cynamo/operations.h>. The tables are generated (tools/generate_python.py). */
#ifndef CYN_PY_SHAPES_H
#define CYN_PY_SHAPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum cyn_py_kind {
  CYN_PY_STRING,    /* cyn_bytes; enums too */
  CYN_PY_INTEGER,   /* cyn_opt_int */
  CYN_PY_DOUBLE,    /* cyn_opt_double */
  CYN_PY_TIMESTAMP, /* cyn_opt_double */
  CYN_PY_BOOLEAN,   /* cyn_opt_bool */
  CYN_PY_BLOB,      /* cyn_bytes */
  CYN_PY_VALUE,     /* cyn_value */
  CYN_PY_ITEM,      /* cyn_item */
  CYN_PY_STRUCTURE, /* const T * */
  CYN_PY_LIST,      /* {size_t count; const … *at}, structures as const T * */
  CYN_PY_MAP        /* {size_t count; const entry *at}, an entry {cyn_bytes key; … value} */
} cyn_py_kind;

typedef struct cyn_py_shape cyn_py_shape;
typedef struct cyn_py_member {
  const char *name;
  uint16_t name_size;
  uint16_t name_number; /* index of cyn_py_names */
  bool is_required;     /* by botocore */
  uint32_t offset;
  const cyn_py_shape *shape;
} cyn_py_member;

struct cyn_py_shape {
  cyn_py_kind kind;
  uint32_t size;        /* of the C struct or value */
  bool has_min;
  int64_t min;          /* of a length, or of a number */
  const cyn_py_member *members;
  uint32_t member_count;
  const cyn_py_shape *element, *key; /* key: where keys have a smallest length */
};

typedef struct cyn_py_operation {
  const char *name;
  const cyn_py_shape *input, *output;
} cyn_py_operation;

extern const cyn_py_operation cyn_py_operations[]; /* by cyn_operation */
extern const char *const cyn_py_names[];           /* each name of a member, once */
extern const size_t cyn_py_name_count;

/* How many bytes a value of the shape takes in a member, a list or an entry: structures are pointed at. */
static inline size_t cyn_py_slot_size(const cyn_py_shape *shape) {
  return shape->kind == CYN_PY_STRUCTURE ? sizeof(void *) : shape->size;
}

#endif
