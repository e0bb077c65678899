/* A model made ready for use: its descriptor checked, names and defaults in the form in which they are needed. Made once,
 * kept while the process lives, never changed: any thread reads it. */
#ifndef CYN_MODEL_PLAN_H
#define CYN_MODEL_PLAN_H

#include <cynamo/model.h>

#include "base/arena.h"
#include "base/error.h"

#define CYN_I_FIELDS_MAX 256      /* of a model with those of its parents */
#define CYN_I_MODEL_DEPTH_MAX 32  /* of nested structs, as DynamoDB's nesting */

typedef struct cyn_i_plan cyn_i_plan;
typedef struct cyn_i_field cyn_i_field;

struct cyn_i_field {
  cyn_bytes name;         /* of the attribute; data[-2] and [-1] are its size, as it stands in an item */
  size_t offset;          /* in the struct */
  uint8_t kind;           /* cyn_field_kind */
  uint8_t number_kind;    /* CYN_FIELD_ENUM: of the integer */
  uint8_t type;           /* cyn_type of the attribute; 0: any */
  uint8_t role;
  bool nullable, omit_zero;
  bool has_default;
  uint32_t size;          /* of the field */
  uint32_t element_size;
  const cyn_model *model;           /* of maps */
  const cyn_i_field *element;       /* of lists and sets */
  const cyn_custom_type *custom;
  const char *const *names;
  size_t name_count;
  const char *field;                /* in C */
  const char *type_name;            /* of the model */
  const cyn_attribute *attribute;   /* NULL for elements */
  const uint8_t *default_value;     /* encoded default_text; NULL: none */
  const uint8_t *new_value;         /* encoded default_for_new */
};

#define CYN_I_INDEX_KEYS_MAX 4 /* attributes of one kind in an index's key */

typedef struct cyn_i_plan_index {
  cyn_bytes name;
  const cyn_i_field *keys[2 * CYN_I_INDEX_KEYS_MAX]; /* the partition's, then the sort key's */
  size_t hash_count, key_count;
  const cyn_model_index *index;
} cyn_i_plan_index;

struct cyn_i_plan {
  const cyn_model *model;
  const cyn_model *root;       /* the model that has the table */
  cyn_i_field *fields;         /* the parents' first */
  size_t field_count;
  const cyn_i_field *hash, *range, *version, *ttl, *discriminator;
  cyn_i_plan_index *indexes;
  size_t index_count;
  const cyn_bytes *kinds;      /* discriminator values: [0] is written; with those of submodels in a family */
  size_t kind_count;           /* 0: no filter */
  size_t own_kind_count;       /* the first of them are this model's own */
  struct cyn_i_texts *texts;   /* text.h */
};

/* The plan of a model. Errors: CynamoModelError. */
cyn_status cyn_i_plan_make(const cyn_model *model, const cyn_i_plan **out, cyn_error *error);
static inline cyn_status cyn_i_plan_get(const cyn_model *model, const cyn_i_plan **out, cyn_error *error) {
  *out = __atomic_load_n(&model->state->plan, __ATOMIC_ACQUIRE);
  return *out != NULL ? CYN_OK : cyn_i_plan_make(model, out, error);
}

/* By the field's name in C; NULL when there is none. */
const cyn_i_field *cyn_i_plan_field(const cyn_i_plan *plan, cyn_bytes field);
const cyn_i_field *cyn_i_plan_attribute(const cyn_i_plan *plan, cyn_bytes attribute);
/* NULL for a name that no index has. */
const cyn_i_plan_index *cyn_i_plan_find_index(const cyn_i_plan *plan, const char *name);
/* The plan of the family's model that the item's discriminator names; this one when there is none. */
cyn_status cyn_i_plan_of_item(const cyn_i_plan *plan, const uint8_t *item, const cyn_i_plan **out, cyn_error *error);
const char *cyn_i_field_kind_name(const cyn_i_field *field);

#endif
