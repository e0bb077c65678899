/* The one description of the API, as code: operations, shapes, codec, checks. The table is dynamodb.api; the generator
 * (tools/generate_api.py) makes <cynamo/operations.h> and the descriptors from it. */
#ifndef CYN_API_API_H
#define CYN_API_API_H

#include <cynamo/error.h>
#include <cynamo/operations.h>
#include <cynamo/value.h>

#include "base/arena.h"
#include "base/buf.h"

typedef enum cyn_i_kind {
  CYN_KIND_STRING,     /* cyn_bytes */
  CYN_KIND_ENUM,       /* cyn_bytes; the set is in the shape */
  CYN_KIND_INTEGER,    /* cyn_opt_int */
  CYN_KIND_LONG,       /* cyn_opt_int */
  CYN_KIND_DOUBLE,     /* cyn_opt_double */
  CYN_KIND_TIMESTAMP,  /* cyn_opt_double, seconds since the epoch */
  CYN_KIND_BOOLEAN,    /* cyn_opt_bool */
  CYN_KIND_BLOB,       /* cyn_bytes, decoded */
  CYN_KIND_VALUE,      /* AttributeValue: cyn_value */
  CYN_KIND_ITEM,       /* map of AttributeValue: cyn_item */
  CYN_KIND_STRUCTURE,  /* const T * */
  CYN_KIND_LIST,       /* {size_t count; … *at}: strings as cyn_bytes, numbers as cyn_opt_…, items as cyn_item, values as
                          cyn_value, structures as const T *, lists and maps inline */
  CYN_KIND_MAP         /* {size_t count; entries *at}: entry {cyn_bytes key; value as above} */
} cyn_i_kind;

/* A perfect hash of names: bytes of the name times the seed, shifted, is the slot; 255 marks an empty one. */
typedef struct cyn_i_name_hash {
  const uint8_t *slots; /* NULL: few names, no hash */
  uint32_t seed;
  uint8_t shift;
} cyn_i_name_hash;

typedef struct cyn_i_shape cyn_i_shape;
typedef struct cyn_i_member {
  const char *name;          /* on the wire: "TableName" */
  const char *path_name;     /* in constraint messages: "tableName" */
  const cyn_i_shape *shape;
  uint32_t offset;           /* in the C struct */
  bool required;
  uint8_t name_size;
} cyn_i_member;
struct cyn_i_shape {
  const char *name;          /* of the model: "KeySchemaElement" */
  cyn_i_kind kind;
  uint32_t size;             /* sizeof the C representation of one value of this shape */
  /* bounds: length of strings, lists, maps; value of numbers */
  bool has_min, has_max;
  int64_t min, max;
  const char *pattern;       /* as printed; NULL: none */
  const char *const *enum_values; /* as accepted, NULL-terminated */
  const char *enum_text;     /* as printed in the message: "[ALL_OLD, NONE]" */
  bool is_table_name;        /* a table's name or ARN: a name has bounds and pattern of its own (check.c) */
  bool hides_value;          /* messages leave the value out */
  const cyn_i_member *members; /* STRUCTURE, in the order of conversion */
  uint32_t member_count;
  const uint16_t *check_order; /* STRUCTURE: indexes of the members that constraints can fail on, in their order */
  uint32_t check_count;
  bool is_constrained;         /* a value of this shape, or one inside it, can fail a constraint */
  cyn_i_name_hash hash;        /* STRUCTURE: of the members' names */
  const cyn_i_shape *element;  /* LIST element, MAP value */
  const cyn_i_shape *key;      /* MAP key */
};

typedef struct cyn_i_operation {
  const char *name;          /* "GetItem" */
  cyn_operation operation;   /* CYN_OPERATION_GET_ITEM, from <cynamo/operations.h> */
  bool is_streams;           /* DynamoDBStreams_20120810 */
  bool is_control;           /* TableName is checked before the constraint list (validation.md 2.2) */
  bool is_tagging;           /* so is ResourceArn (3.9) */
  const cyn_i_shape *input;
  const cyn_i_shape *output;
} cyn_i_operation;

extern const cyn_i_operation cyn_i_operations[CYN_OPERATION_COUNT];
extern const cyn_i_name_hash cyn_i_operation_hash;
/* The only name that can be equal to `name`, or 255; `hash` has slots and `name` is not empty. */
static inline uint8_t cyn_i_name_slot(const cyn_i_name_hash *hash, cyn_bytes name) {
  const uint8_t *at = (const uint8_t *)name.data;
  size_t size = name.size;
  uint32_t key = at[size / 4] | (uint32_t)at[size / 2] << 8 | (uint32_t)at[size > 1 ? size - 2 : 0] << 16 |
                 (uint32_t)at[size > 1 ? 1 : 0] << 24;
  key += (uint32_t)size * 0x9E37u + at[size * 5 / 8] * 0x01000193u;
  return hash->slots[(key * hash->seed) >> hash->shift];
}
/* By wire name; NULL when there is none. `target` forms "DynamoDB_20120810.GetItem" are split by the server. */
const cyn_i_operation *cyn_i_operation_find(cyn_bytes name, bool is_streams);

/* Seen on the service in 2026 for every kind of check of the item writes that needs no table; the reads and the
 * transactions answer without it. */
#define CYN_CHECK_PREFIX "1 validation error detected: "
static inline bool cyn_i_operation_prefixes_checks(cyn_operation operation) {
  return operation == CYN_OPERATION_PUT_ITEM || operation == CYN_OPERATION_UPDATE_ITEM ||
         operation == CYN_OPERATION_DELETE_ITEM;
}

/* A zeroed structure of the generated header, its struct_size set: `cyn_capacity *c = CYN_I_API_NEW(arena, cyn_capacity)`.
 * NULL when out of memory. */
#define CYN_I_API_NEW(arena, type) ((type *)cyn_i_api_new(arena, sizeof(type)))
void *cyn_i_api_new(cyn_i_arena *arena, size_t struct_size);

/* Decodes a JSON object into a zeroed structure of the shape, allocated in the arena.
 * Malformed JSON (or no object): CYN_E_SERIALIZATION with an empty message. Type faults: CYN_E_SERIALIZATION with the
 * texts of validation.md 1.4, the first in declared order. Value faults stay in cyn_item.fault and cyn_value.fault.
 * Unknown members are ignored, null members are absent. */
cyn_status cyn_i_api_decode(const cyn_i_shape *shape, cyn_bytes body, cyn_i_arena *arena, void **out, cyn_error *error);

/* Constraint errors of validation.md section 2: at most 10, in the service's order. */
cyn_status cyn_i_api_check(const cyn_i_operation *operation, const void *input, cyn_i_arena *arena, cyn_error *error);

/* The first value fault of an input, as the service answers it: ValidationException. For clients, which cannot send one. */
cyn_status cyn_i_api_check_faults(const cyn_i_operation *operation, const void *input, cyn_error *error);

/* Appends the structure as JSON. Absent members are left out; of a value with a fault nothing useful is written. */
void cyn_i_api_encode(const cyn_i_shape *shape, const void *structure, cyn_i_buf *buf);

/* Appends an error's body: {"__type":"prefix#Name","message":"…"} with the key's spelling, CancellationReasons and Item as
 * validation.md 1.2 and 3.7 say. An empty message is left out. */
void cyn_i_api_encode_error(const cyn_error *error, cyn_i_buf *buf);

#endif
