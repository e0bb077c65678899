/* See plan.h. Plans are made under one lock, and published when they are whole; what a plan points to is in one arena that
 * lives as long as the process. A model that is wrong has no plan: each call tells its fault. */
#include "model/plan.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "model/codec.h"
#include "model/default.h"
#include "model/text.h"
#include "value/item.h"

static pthread_mutex_t plan_lock = PTHREAD_MUTEX_INITIALIZER;
static cyn_i_arena plan_arena;

/* The attribute type of each kind, and what a message calls it. */
static const struct {
  uint8_t type;
  const char *name;
} kinds[] = {
    [CYN_FIELD_STRING] = {CYN_TYPE_S, "a string"},
    [CYN_FIELD_CHARS] = {CYN_TYPE_S, "a string"},
    [CYN_FIELD_OCTETS] = {CYN_TYPE_B, "binary"},
    [CYN_FIELD_BYTES] = {CYN_TYPE_B, "binary"},
    [CYN_FIELD_INT8] = {CYN_TYPE_N, "an integer of 8 bits"},
    [CYN_FIELD_INT16] = {CYN_TYPE_N, "an integer of 16 bits"},
    [CYN_FIELD_INT32] = {CYN_TYPE_N, "an integer of 32 bits"},
    [CYN_FIELD_INT64] = {CYN_TYPE_N, "an integer of 64 bits"},
    [CYN_FIELD_UINT8] = {CYN_TYPE_N, "an unsigned integer of 8 bits"},
    [CYN_FIELD_UINT16] = {CYN_TYPE_N, "an unsigned integer of 16 bits"},
    [CYN_FIELD_UINT32] = {CYN_TYPE_N, "an unsigned integer of 32 bits"},
    [CYN_FIELD_UINT64] = {CYN_TYPE_N, "an unsigned integer of 64 bits"},
    [CYN_FIELD_FLOAT] = {CYN_TYPE_N, "a number"},
    [CYN_FIELD_DOUBLE] = {CYN_TYPE_N, "a number"},
    [CYN_FIELD_BOOL] = {CYN_TYPE_BOOL, "a bool"},
    [CYN_FIELD_OPT_INT] = {CYN_TYPE_N, "an integer of 64 bits"},
    [CYN_FIELD_OPT_DOUBLE] = {CYN_TYPE_N, "a number"},
    [CYN_FIELD_OPT_BOOL] = {CYN_TYPE_BOOL, "a bool"},
    [CYN_FIELD_DECIMAL] = {CYN_TYPE_N, "a decimal"},
    [CYN_FIELD_TIME] = {CYN_TYPE_S, "a time"},
    [CYN_FIELD_STRING_SET] = {CYN_TYPE_SS, "a set of strings"},
    [CYN_FIELD_INT_SET] = {CYN_TYPE_NS, "a set of integers"},
    [CYN_FIELD_DOUBLE_SET] = {CYN_TYPE_NS, "a set of numbers"},
    [CYN_FIELD_NUMBER_SET] = {CYN_TYPE_NS, "a set of numbers"},
    [CYN_FIELD_BINARY_SET] = {CYN_TYPE_BS, "a set of binaries"},
    [CYN_FIELD_ITEM] = {CYN_TYPE_M, "a map"},
    [CYN_FIELD_VALUE] = {0, "any value"},
    [CYN_FIELD_MAP] = {CYN_TYPE_M, "a map"},
    [CYN_FIELD_MAP_POINTER] = {CYN_TYPE_M, "a map"},
    [CYN_FIELD_LIST] = {CYN_TYPE_L, "a list"},
    [CYN_FIELD_ENUM] = {CYN_TYPE_S, "an enum"},
    [CYN_FIELD_JSON] = {CYN_TYPE_S, "JSON text"},
    [CYN_FIELD_TTL] = {CYN_TYPE_N, "a time to live"},
    [CYN_FIELD_CUSTOM] = {0, "a custom type"},
};

const char *cyn_i_field_kind_name(const cyn_i_field *field) {
  return field->custom != NULL ? field->custom->name : kinds[field->kind].name;
}

static cyn_status fault(cyn_error *error, const cyn_i_plan *plan, const char *field, const char *rule) {
  return field != NULL ? cyn_i_error_setf(error, CYN_E_MODEL, "model %s, attribute %s: %s", plan->model->type, field, rule)
                       : cyn_i_error_setf(error, CYN_E_MODEL, "model %s: %s", plan->model->type, rule);
}

/* The name with its size before it, as it stands in an item. */
static bool set_name(cyn_i_field *out, const char *name) {
  size_t size = strlen(name);
  uint8_t *copy = cyn_i_arena_alloc(&plan_arena, size + 3);
  if (copy == NULL) return false;
  uint16_t head = (uint16_t)size;
  memcpy(copy, &head, 2);
  memcpy(copy + 2, name, size + 1);
  out->name = (cyn_bytes){(const char *)copy + 2, size};
  return true;
}

static cyn_i_field *new_element(const cyn_i_field *of, unsigned kind) {
  cyn_i_field *out = cyn_i_arena_zalloc(&plan_arena, 1, sizeof *out);
  if (out == NULL) return NULL;
  out->name = of->name;
  out->field = of->field;
  out->type_name = of->type_name;
  out->kind = (uint8_t)kind;
  out->type = kinds[kind].type;
  out->nullable = false;
  out->size = of->element_size;
  out->element_size = of->element_size;
  out->model = of->model;
  if (of->attribute->names != NULL) { /* a list of enums: the kind is the integer's */
    out->kind = CYN_FIELD_ENUM;
    out->number_kind = (uint8_t)kind;
    out->type = CYN_TYPE_S;
    out->names = of->attribute->names;
    out->name_count = of->attribute->name_count;
  }
  out->custom = of->attribute->custom;
  if (kind == CYN_FIELD_CUSTOM && out->custom != NULL) out->type = (uint8_t)out->custom->type;
  return out;
}

/* Elements of lists and sets are fields too: for reading, writing and for the values of expressions. */
static bool set_element(cyn_i_field *out, const cyn_attribute *attribute) {
  unsigned kind = CYN_FIELD_NONE;
  switch (out->kind) {
    case CYN_FIELD_LIST: kind = (unsigned)attribute->element_kind; break;
    case CYN_FIELD_STRING_SET: kind = CYN_FIELD_STRING; break;
    case CYN_FIELD_INT_SET: kind = CYN_FIELD_INT64; break;
    case CYN_FIELD_DOUBLE_SET: kind = CYN_FIELD_DOUBLE; break;
    case CYN_FIELD_NUMBER_SET: kind = CYN_FIELD_DECIMAL; break;
    case CYN_FIELD_BINARY_SET: kind = CYN_FIELD_BYTES; break;
    default: return true;
  }
  cyn_i_field *element = new_element(out, kind);
  out->element = element;
  return element != NULL;
}

static bool may_be_absent(unsigned kind) {
  return (kind >= CYN_FIELD_STRING_SET && kind <= CYN_FIELD_BINARY_SET) ||
         (kind >= CYN_FIELD_OPT_INT && kind <= CYN_FIELD_OPT_BOOL);
}

static cyn_status check_field(cyn_i_plan *plan, const cyn_i_field *field, cyn_error *error) {
  for (size_t i = 0; i < plan->field_count - 1; i++) {
    cyn_bytes other = plan->fields[i].name;
    if (other.size == field->name.size && memcmp(other.data, field->name.data, other.size) == 0)
      return fault(error, plan, field->field, "its attribute name is there twice");
  }
  if (field->name.size == 0) return fault(error, plan, field->field, "its attribute name is empty");
  if (field->name.size > 65535) return fault(error, plan, field->field, "its attribute name is longer than 65535 bytes");
  bool is_key = field->role == CYN_ROLE_HASH || field->role == CYN_ROLE_RANGE;
  if (is_key && (field->type == 0 || field->type > CYN_TYPE_B))
    return fault(error, plan, field->field, "a key is a string, a number or binary");
  if (is_key && field->attribute->options.nullable) return fault(error, plan, field->field, "a key cannot be nullable");
  bool is_custom = field->kind == CYN_FIELD_CUSTOM || (field->element != NULL && field->element->kind == CYN_FIELD_CUSTOM);
  const cyn_custom_type *custom = field->attribute->custom;
  if (is_custom && (custom == NULL || custom->serialize == NULL || custom->deserialize == NULL || custom->type == 0))
    return fault(error, plan, field->field, "a custom type needs a type and both functions");
  return CYN_OK;
}

static void take_role(cyn_i_plan *plan, const cyn_i_field *field) {
  switch (field->role) {
    case CYN_ROLE_HASH: plan->hash = field; break;
    case CYN_ROLE_RANGE: plan->range = field; break;
    case CYN_ROLE_VERSION: plan->version = field; break;
    case CYN_ROLE_TTL: plan->ttl = field; break;
    case CYN_ROLE_DISCRIMINATOR: plan->discriminator = field; break;
    default: break;
  }
}

static cyn_status add_field(cyn_i_plan *plan, const cyn_model *owner, const cyn_attribute *attribute, size_t base,
                            cyn_error *error) {
  if (plan->field_count == CYN_I_FIELDS_MAX) return fault(error, plan, attribute->field, "more than 256 attributes");
  if (attribute->kind <= CYN_FIELD_NONE || attribute->kind > CYN_FIELD_CUSTOM)
    return fault(error, plan, attribute->field, "its C type is no DynamoDB value");
  const cyn_attribute_options *options = &attribute->options;
  cyn_i_field *out = &plan->fields[plan->field_count++];
  out->attribute = attribute;
  out->field = attribute->field;
  out->type_name = owner->type;
  out->offset = base + attribute->offset;
  out->kind = (uint8_t)attribute->kind;
  out->number_kind = (uint8_t)attribute->element_kind;
  out->role = (uint8_t)attribute->role;
  out->size = (uint32_t)attribute->field_size;
  out->element_size = (uint32_t)attribute->element_size;
  out->model = attribute->model;
  if (out->kind != CYN_FIELD_LIST) { /* a list's are its elements' */
    out->custom = attribute->custom;
    out->names = attribute->names;
    out->name_count = attribute->name_count;
  }
  out->type = out->custom != NULL ? (uint8_t)out->custom->type : kinds[out->kind].type;
  if (out->kind == CYN_FIELD_BYTES && options->as == CYN_TYPE_S) out->type = CYN_TYPE_S;
  out->nullable = options->nullable || may_be_absent(out->kind) || out->role == CYN_ROLE_DISCRIMINATOR;
  out->omit_zero = options->omit_zero;
  if (!set_name(out, options->name != NULL ? options->name : attribute->field) || !set_element(out, attribute))
    return cyn_i_error_no_memory(error);
  cyn_status status = check_field(plan, out, error);
  if (status == CYN_OK) status = cyn_i_default_read(out, &plan_arena, error);
  take_role(plan, out);
  return status;
}

static cyn_status add_fields(cyn_i_plan *plan, const cyn_model *model, size_t base, unsigned depth, cyn_error *error) {
  if (depth > CYN_I_MODEL_DEPTH_MAX) return fault(error, plan, NULL, "its parents go in a circle");
  if (depth == 0 || model->options.table != NULL) plan->root = model;
  for (size_t i = 0; i < model->attribute_count; i++) {
    const cyn_attribute *attribute = &model->attributes[i];
    cyn_status status;
    if (attribute->kind == CYN_FIELD_PARENT)
      status = add_fields(plan, attribute->model, base + attribute->offset, depth + 1, error);
    else
      status = add_field(plan, model, attribute, base, error);
    if (status != CYN_OK) return status;
  }
  return CYN_OK;
}

/* ---- discriminators ---- */

static const cyn_attribute *parent_of(const cyn_model *model) {
  for (size_t i = 0; i < model->attribute_count; i++)
    if (model->attributes[i].kind == CYN_FIELD_PARENT) return &model->attributes[i];
  return NULL;
}

static bool extends(const cyn_model *model, const cyn_model *ancestor) {
  for (unsigned depth = 0; depth <= CYN_I_MODEL_DEPTH_MAX && model != NULL; depth++) {
    if (model == ancestor) return true;
    const cyn_attribute *parent = parent_of(model);
    model = parent != NULL ? parent->model : NULL;
  }
  return false;
}

static size_t add_kinds(cyn_bytes *out, size_t count, const cyn_model *model) {
  const cyn_attribute *parent = parent_of(model);
  if (parent == NULL || parent->options.name == NULL) return count;
  out[count++] = cyn_str(parent->options.name);
  const char *at = parent->options.aliases;
  while (at != NULL && *at != '\0' && count < CYN_I_FIELDS_MAX) {
    const char *end = strchr(at, ',');
    out[count++] = (cyn_bytes){at, end != NULL ? (size_t)(end - at) : strlen(at)};
    at = end;
    while (at != NULL && (*at == ',' || *at == ' ')) at++;
  }
  return count;
}

/* A model's own values, then those of the models of the family that extend it. */
static cyn_status set_kinds(cyn_i_plan *plan, cyn_error *error) {
  bool is_child = parent_of(plan->model) != NULL;
  const cyn_model *const *family = plan->root->options.family;
  if (plan->discriminator == NULL)
    return is_child || family != NULL ? fault(error, plan, NULL, "its family has no CYN_DISCRIMINATOR") : CYN_OK;
  if (!is_child) return CYN_OK;
  cyn_bytes *out = cyn_i_arena_alloc(&plan_arena, (CYN_I_FIELDS_MAX + 2) * sizeof *out);
  if (out == NULL) return cyn_i_error_no_memory(error);
  size_t count = plan->own_kind_count = add_kinds(out, 0, plan->model);
  for (; family != NULL && *family != NULL && count < CYN_I_FIELDS_MAX; family++)
    if (*family != plan->model && extends(*family, plan->model)) count = add_kinds(out, count, *family);
  plan->kinds = out;
  plan->kind_count = count;
  return CYN_OK;
}

/* ---- indexes ---- */

static cyn_status index_fault(cyn_error *error, const cyn_i_plan *plan, const cyn_model_index *index, cyn_bytes name,
                              const char *rule, const char *detail) {
  return cyn_i_error_setf(error, CYN_E_MODEL, "model %s, index %s: its key %.*s %s%s", plan->model->type, index->name,
                          (int)name.size, name.data, rule, detail);
}

static cyn_status index_key(cyn_i_plan *plan, const cyn_model_index *index, cyn_bytes name, const cyn_i_field **out,
                            cyn_error *error) {
  *out = cyn_i_plan_field(plan, name);
  if (*out == NULL) return index_fault(error, plan, index, name, "is no attribute", "");
  if ((*out)->type >= CYN_TYPE_S && (*out)->type <= CYN_TYPE_B) return CYN_OK;
  return index_fault(error, plan, index, name, "is no string, number or binary, but ", cyn_i_field_kind_name(*out));
}

/* The fields that "a, b" names, behind those that are there. */
static cyn_status index_keys(cyn_i_plan *plan, cyn_i_plan_index *out, const char *names, cyn_error *error) {
  size_t first = out->key_count;
  for (const char *at = names; at != NULL && *at != '\0';) {
    const char *end = strchr(at, ',');
    cyn_bytes name = {at, end != NULL ? (size_t)(end - at) : strlen(at)};
    if (out->key_count - first == CYN_I_INDEX_KEYS_MAX || (out->index->is_local && out->key_count != first))
      return index_fault(error, plan, out->index, name, "is one too many: ",
                         out->index->is_local ? "a local index has one" : "an index has 4 of a kind at most");
    cyn_status status = index_key(plan, out->index, name, &out->keys[out->key_count++], error);
    if (status != CYN_OK) return status;
    at = end;
    while (at != NULL && (*at == ',' || *at == ' ')) at++;
  }
  return CYN_OK;
}

static cyn_status set_indexes(cyn_i_plan *plan, cyn_error *error) {
  size_t count = 0;
  const cyn_model_index *all = plan->root->indexes;
  while (all != NULL && all[count].name != NULL) count++;
  plan->indexes = cyn_i_arena_zalloc(&plan_arena, count + 1, sizeof *plan->indexes);
  if (plan->indexes == NULL) return cyn_i_error_no_memory(error);
  plan->index_count = count;
  for (size_t i = 0; i < count; i++) {
    cyn_i_plan_index *out = &plan->indexes[i];
    out->index = &all[i];
    out->name = cyn_str(all[i].name);
    if (all[i].hash == NULL) out->keys[out->key_count++] = plan->hash;
    cyn_status status = index_keys(plan, out, all[i].hash, error);
    out->hash_count = out->key_count;
    if (status == CYN_OK) status = index_keys(plan, out, all[i].range, error);
    if (status != CYN_OK) return status;
  }
  return CYN_OK;
}

/* ---- the whole ---- */

static cyn_status make(const cyn_model *model, cyn_i_plan **out, cyn_error *error) {
  cyn_i_plan *plan = cyn_i_arena_zalloc(&plan_arena, 1, sizeof *plan);
  if (plan == NULL) return cyn_i_error_no_memory(error);
  plan->model = plan->root = model;
  plan->fields = cyn_i_arena_zalloc(&plan_arena, CYN_I_FIELDS_MAX, sizeof *plan->fields);
  plan->texts = cyn_i_texts_new(&plan_arena);
  if (plan->fields == NULL || plan->texts == NULL) return cyn_i_error_no_memory(error);
  cyn_status status = add_fields(plan, model, 0, 0, error);
  if (status == CYN_OK && plan->root->options.table != NULL && plan->hash == NULL)
    status = fault(error, plan, NULL, "it has a table and no hash key");
  if (status == CYN_OK) status = set_kinds(plan, error);
  if (status == CYN_OK) status = set_indexes(plan, error);
  *out = plan;
  return status;
}

cyn_status cyn_i_plan_make(const cyn_model *model, const cyn_i_plan **out, cyn_error *error) {
  (void)pthread_mutex_lock(&plan_lock);
  cyn_i_plan *plan = __atomic_load_n(&model->state->plan, __ATOMIC_ACQUIRE);
  cyn_status status = CYN_OK;
  if (plan == NULL) {
    status = make(model, &plan, error);
    if (status == CYN_OK) __atomic_store_n(&model->state->plan, plan, __ATOMIC_RELEASE);
  }
  (void)pthread_mutex_unlock(&plan_lock);
  *out = plan;
  return status;
}

const cyn_i_field *cyn_i_plan_field(const cyn_i_plan *plan, cyn_bytes field) {
  for (size_t i = 0; i < plan->field_count; i++)
    if (strncmp(plan->fields[i].field, field.data, field.size) == 0 && plan->fields[i].field[field.size] == '\0')
      return &plan->fields[i];
  return NULL;
}

const cyn_i_field *cyn_i_plan_attribute(const cyn_i_plan *plan, cyn_bytes attribute) {
  for (size_t i = 0; i < plan->field_count; i++) {
    cyn_bytes name = plan->fields[i].name;
    if (name.size == attribute.size && memcmp(name.data, attribute.data, name.size) == 0) return &plan->fields[i];
  }
  return NULL;
}

const cyn_i_plan_index *cyn_i_plan_find_index(const cyn_i_plan *plan, const char *name) {
  for (size_t i = 0; i < plan->index_count; i++)
    if (strcmp(plan->indexes[i].index->name, name) == 0) return &plan->indexes[i];
  return NULL;
}

/* ---- items of a family ---- */

static bool has_kind(const cyn_i_plan *plan, cyn_bytes kind) {
  for (size_t i = 0; i < plan->own_kind_count; i++)
    if (plan->kinds[i].size == kind.size && memcmp(plan->kinds[i].data, kind.data, kind.size) == 0) return true;
  return false;
}

cyn_status cyn_i_plan_of_item(const cyn_i_plan *plan, const uint8_t *item, const cyn_i_plan **out, cyn_error *error) {
  *out = plan;
  if (plan->discriminator == NULL) return CYN_OK;
  const uint8_t *value = cyn_i_item_find(item, plan->discriminator->name);
  if (value == NULL || value[0] != CYN_TYPE_S) return CYN_OK;
  cyn_bytes kind = cyn_i_value_content(value);
  if (has_kind(plan, kind)) return CYN_OK;
  for (const cyn_model *const *member = plan->root->options.family; member != NULL && *member != NULL; member++) {
    const cyn_i_plan *other;
    cyn_status status = cyn_i_plan_get(*member, &other, error);
    if (status != CYN_OK) return status;
    if (has_kind(other, kind)) {
      *out = other;
      return CYN_OK;
    }
  }
  cyn_i_place place = {NULL, plan->discriminator, 0};
  if (plan->root->options.family == NULL) return CYN_OK;
  return cyn_i_model_error(error, CYN_E_DESERIALIZATION, plan->model, &place, "\"%.*s\" is the value of no model of its family",
                           (int)(kind.size < 80 ? kind.size : 80), kind.data);
}
