/* Legacy parameters: their checks (validation.md section 6; DynamoDB page LegacyConditionalParameters), then the same
 * programs as expressions make. */
#include "engine/parameters.h"

#include "base/hash.h"
#include "value/item.h"

typedef struct operator_row {
  const char *name;
  cyn_i_legacy_operator operator_;
  int count;             /* values it takes; -1: one or more */
  const char *types;     /* of values: letters of S N B and '*' for every type */
} operator_row;

static const operator_row operators[] = {
    {"EQ", CYN_LEGACY_EQ, 1, "*"},         {"NE", CYN_LEGACY_NE, 1, "*"},
    {"LE", CYN_LEGACY_LE, 1, "SNB"},       {"LT", CYN_LEGACY_LT, 1, "SNB"},
    {"GE", CYN_LEGACY_GE, 1, "SNB"},       {"GT", CYN_LEGACY_GT, 1, "SNB"},
    {"NOT_NULL", CYN_LEGACY_NOT_NULL, 0, "*"}, {"NULL", CYN_LEGACY_NULL, 0, "*"},
    {"CONTAINS", CYN_LEGACY_CONTAINS, 1, "SNB"}, {"NOT_CONTAINS", CYN_LEGACY_NOT_CONTAINS, 1, "SNB"},
    {"BEGINS_WITH", CYN_LEGACY_BEGINS_WITH, 1, "SB"}, {"IN", CYN_LEGACY_IN, -1, "SNB"},
    {"BETWEEN", CYN_LEGACY_BETWEEN, 2, "SNB"}};

static const operator_row *find_operator(cyn_bytes name) {
  for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
    if (cyn_i_is(name, operators[i].name)) return &operators[i];
  return NULL;
}

static const char invalid[] = "One or more parameter values were invalid: ";

static cyn_status check_value_faults(cyn_i_call *call, const cyn_value_list *values) {
  for (size_t i = 0; i < values->count; i++) {
    cyn_status status = cyn_i_check_fault(call, values->at[i].fault);
    if (status != CYN_OK) return status;
  }
  return CYN_OK;
}

static bool type_is_valid(const operator_row *row, cyn_type type) {
  if (row->types[0] == '*') return true;
  const char *name = cyn_i_type_name(type);
  return name[1] == '\0' && strchr(row->types, name[0]) != NULL;
}

/* Number of arguments, mixed types, types that the operator has, order of BETWEEN. */
static cyn_status check_arguments(cyn_i_call *call, const operator_row *row, const cyn_value_list *values,
                                  bool check_types) {
  bool count_ok = row->count < 0 ? values->count != 0 : values->count == (size_t)row->count;
  if (!count_ok)
    return cyn_i_error_setf(call->error, CYN_E_VALIDATION, "%sInvalid number of argument(s) for the %s ComparisonOperator",
                            invalid, row->name);
  for (size_t i = 1; i < values->count; i++)
    if (cyn_i_value_type(values->at[i].data) != cyn_i_value_type(values->at[0].data))
      return cyn_i_error_setf(call->error, CYN_E_VALIDATION,
                              "%sAttributeValues inside AttributeValueList must be of same type", invalid);
  if (values->count != 0 && check_types && !type_is_valid(row, cyn_i_value_type(values->at[0].data)))
    return cyn_i_error_setf(call->error, CYN_E_VALIDATION,
                            "%sComparisonOperator %s is not valid for %s AttributeValue type", invalid, row->name,
                            cyn_i_type_name(cyn_i_value_type(values->at[0].data)));
  if (row->operator_ == CYN_LEGACY_BETWEEN && type_is_valid(row, cyn_i_value_type(values->at[0].data)) &&
      cyn_i_content_compare(cyn_i_value_content(values->at[0].data), cyn_i_value_content(values->at[1].data)) > 0)
    return cyn_i_error_set(call->error, CYN_E_VALIDATION,
                           "The BETWEEN condition was provided a range where the lower bound is greater than the upper "
                           "bound");
  return CYN_OK;
}

static cyn_status make_term(cyn_i_call *call, cyn_bytes attribute, cyn_i_legacy_operator operator_,
                            const cyn_value *values, size_t count, cyn_i_legacy_term *out) {
  const uint8_t **pointers = cyn_i_arena_alloc(call->arena, (count + 1) * sizeof *pointers);
  if (pointers == NULL) return cyn_i_error_no_memory(call->error);
  for (size_t i = 0; i < count; i++) pointers[i] = values[i].data;
  *out = (cyn_i_legacy_term){attribute, operator_, pointers, count};
  return CYN_OK;
}

/* The service has no such limits that we know of; a request of 16 MB has room for more than anyone can mean. Each term of
 * a condition looks through an item, that of a write while it holds the writer: 16,000 on an item of 50,000 attributes
 * took five seconds. An expression has at most 300. */
#define CONDITIONS_MAX 1000

static cyn_status check_count(cyn_i_call *call, size_t count, size_t count_max) {
  if (count <= count_max) return CYN_OK;
  return cyn_i_error_setf(call->error, CYN_E_VALIDATION, "%sToo many attributes or values", invalid);
}

static cyn_status make_condition(cyn_i_call *call, const cyn_i_legacy_term *terms, size_t count,
                                 cyn_bytes conditional_operator, cyn_i_bound **out) {
  size_t nodes = count * 4;
  for (size_t i = 0; i < count; i++) nodes += terms[i].value_count;
  cyn_status status = check_count(call, count, CONDITIONS_MAX);
  if (status == CYN_OK) status = check_count(call, nodes, CYN_LEGACY_COUNT_MAX);
  if (status != CYN_OK) return status;
  *out = cyn_i_legacy_condition(call->arena, terms, count, cyn_i_is(conditional_operator, CYN_CONDITIONAL_OPERATOR_OR));
  return *out != NULL ? CYN_OK : cyn_i_error_no_memory(call->error);
}

/* With nothing to combine. (With one condition it is ignored.) */
static cyn_status operator_alone(cyn_i_call *call, cyn_bytes conditional_operator) {
  if (conditional_operator.data == NULL) return CYN_OK;
  return cyn_i_error_set(call->error, CYN_E_VALIDATION, "ConditionalOperator cannot be used without Filter or Expected");
}

/* ---- Expected ---- */

static cyn_status expected_fault(cyn_i_call *call, const char *format, const char *word, cyn_bytes attribute) {
  char *text = cyn_i_arena_printf(call->arena, format, word);
  if (text == NULL) return cyn_i_error_no_memory(call->error);
  return cyn_i_error_setf(call->error, CYN_E_VALIDATION, "%s%s for Attribute: %.*s", invalid, text, (int)attribute.size,
                          attribute.data);
}

static cyn_status expected_with_operator(cyn_i_call *call, cyn_bytes name, const cyn_expected_attribute_value *expected,
                                         cyn_i_legacy_term *out) {
  const operator_row *row = find_operator(expected->comparison_operator);
  if (row == NULL) return cyn_i_error_set(call->error, CYN_E_INTERNAL, "comparison operator");
  if (expected->exists.is_set)
    return expected_fault(call, "Exists and ComparisonOperator cannot be used together%s", "", name);
  bool has_values = expected->value.data != NULL || expected->value.fault != NULL || expected->attribute_value_list.at != NULL;
  if (!has_values && row->count != 0)
    return expected_fault(call, "Value or AttributeValueList must be used with ComparisonOperator: %s", row->name, name);
  cyn_value_list values = expected->attribute_value_list;
  if (values.at == NULL && (expected->value.data != NULL || expected->value.fault != NULL))
    values = (cyn_value_list){1, &expected->value};
  cyn_status status = check_value_faults(call, &values);
  if (status == CYN_OK) status = check_arguments(call, row, &values, true);
  return status == CYN_OK ? make_term(call, name, row->operator_, values.at, values.count, out) : status;
}

static cyn_status expected_plain(cyn_i_call *call, cyn_bytes name, const cyn_expected_attribute_value *expected,
                                 cyn_i_legacy_term *out) {
  bool has_value = expected->value.data != NULL || expected->value.fault != NULL;
  if (expected->attribute_value_list.at != NULL)
    return expected_fault(call, "AttributeValueList can only be used with a ComparisonOperator%s", "", name);
  bool must_exist = !expected->exists.is_set || expected->exists.value;
  if (must_exist && !has_value)
    return expected_fault(call, "Value must be provided when Exists is %s", expected->exists.is_set ? "true" : "null", name);
  if (!must_exist && has_value)
    return expected_fault(call, "Value cannot be used when Exists is false%s", "", name);
  cyn_status status = cyn_i_check_fault(call, expected->value.fault);
  if (status != CYN_OK) return status;
  return make_term(call, name, must_exist ? CYN_LEGACY_EQ : CYN_LEGACY_NULL, &expected->value, must_exist ? 1 : 0, out);
}

cyn_status cyn_i_legacy_expected(cyn_i_call *call, const cyn_expected_attribute_map *expected, cyn_bytes conditional_operator,
                                 cyn_i_bound **out) {
  *out = NULL;
  if (expected->at == NULL) return operator_alone(call, conditional_operator);
  cyn_i_legacy_term *terms = cyn_i_arena_zalloc(call->arena, expected->count + 1, sizeof *terms);
  if (terms == NULL) return cyn_i_error_no_memory(call->error);
  for (size_t i = 0; i < expected->count; i++) {
    const cyn_expected_attribute_value *value = expected->at[i].value;
    cyn_bytes name = expected->at[i].key;
    bool has_value = value->value.data != NULL || value->value.fault != NULL;
    cyn_status status;
    if (has_value && value->attribute_value_list.at != NULL)
      status = expected_fault(call, "Value and AttributeValueList cannot be used together%s", "", name);
    else if (value->comparison_operator.data != NULL)
      status = expected_with_operator(call, name, value, &terms[i]);
    else
      status = expected_plain(call, name, value, &terms[i]);
    if (status != CYN_OK) return status;
  }
  return make_condition(call, terms, expected->count, conditional_operator, out);
}

/* ---- filters ---- */

static cyn_status check_condition(cyn_i_call *call, const cyn_condition *condition, const operator_row **row) {
  *row = find_operator(condition->comparison_operator);
  if (*row == NULL) return cyn_i_error_set(call->error, CYN_E_INTERNAL, "comparison operator");
  cyn_status status = check_value_faults(call, &condition->attribute_value_list);
  return status == CYN_OK ? check_arguments(call, *row, &condition->attribute_value_list, true) : status;
}

cyn_status cyn_i_legacy_filter(cyn_i_call *call, const cyn_filter_condition_map *filter, cyn_bytes conditional_operator,
                               cyn_i_bound **out) {
  *out = NULL;
  if (filter->at == NULL) return operator_alone(call, conditional_operator);
  cyn_i_legacy_term *terms = cyn_i_arena_zalloc(call->arena, filter->count + 1, sizeof *terms);
  if (terms == NULL) return cyn_i_error_no_memory(call->error);
  for (size_t i = 0; i < filter->count; i++) {
    const operator_row *row;
    const cyn_condition *condition = filter->at[i].value;
    cyn_status status = check_condition(call, condition, &row);
    if (status == CYN_OK)
      status = make_term(call, filter->at[i].key, row->operator_, condition->attribute_value_list.at,
                         condition->attribute_value_list.count, &terms[i]);
    if (status != CYN_OK) return status;
  }
  return make_condition(call, terms, filter->count, conditional_operator, out);
}

/* ---- key conditions ---- */

static cyn_i_key_operator key_operator(cyn_i_legacy_operator operator_) {
  switch (operator_) {
    case CYN_LEGACY_EQ: return CYN_KEY_EQ;
    case CYN_LEGACY_LT: return CYN_KEY_LT;
    case CYN_LEGACY_LE: return CYN_KEY_LE;
    case CYN_LEGACY_GT: return CYN_KEY_GT;
    case CYN_LEGACY_GE: return CYN_KEY_GE;
    case CYN_LEGACY_BETWEEN: return CYN_KEY_BETWEEN;
    case CYN_LEGACY_BEGINS_WITH: return CYN_KEY_BEGINS_WITH;
    default: return CYN_KEY_UNSUPPORTED;
  }
}

cyn_status cyn_i_legacy_key_conditions(cyn_i_call *call, const cyn_key_conditions *conditions,
                                       const cyn_i_key_condition **out, size_t *count) {
  cyn_i_key_condition *made = cyn_i_arena_zalloc(call->arena, conditions->count + 1, sizeof *made);
  if (made == NULL) return cyn_i_error_no_memory(call->error);
  for (size_t i = 0; i < conditions->count; i++) {
    const operator_row *row;
    const cyn_condition *condition = conditions->at[i].value;
    cyn_status status = check_condition(call, condition, &row);
    if (status != CYN_OK) return status;
    const cyn_value_list *values = &condition->attribute_value_list;
    made[i] = (cyn_i_key_condition){conditions->at[i].key, key_operator(row->operator_),
                                    values->count > 0 ? values->at[0].data : NULL,
                                    values->count > 1 ? values->at[1].data : NULL};
  }
  *out = made;
  *count = conditions->count;
  return CYN_OK;
}

/* ---- AttributeUpdates ---- */

static bool is_set_type(cyn_type type) { return type == CYN_TYPE_SS || type == CYN_TYPE_NS || type == CYN_TYPE_BS; }

static cyn_status make_update(cyn_i_call *call, cyn_bytes name, const cyn_attribute_value_update *update,
                              cyn_i_legacy_update *out) {
  cyn_status status = cyn_i_check_fault(call, update->value.fault);
  if (status != CYN_OK) return status;
  bool is_delete = cyn_i_is(update->action, CYN_ATTRIBUTE_ACTION_DELETE);
  bool is_add = cyn_i_is(update->action, CYN_ATTRIBUTE_ACTION_ADD);
  *out = (cyn_i_legacy_update){name, CYN_UPDATE_SET, update->value.data};
  if (update->value.data == NULL) {
    out->action = CYN_UPDATE_REMOVE;
    if (is_delete) return CYN_OK;
    return cyn_i_error_setf(call->error, CYN_E_VALIDATION,
                            "%sOnly DELETE action is allowed when no attribute value is specified", invalid);
  }
  cyn_type type = cyn_i_value_type(update->value.data);
  if (is_delete && !is_set_type(type))
    return cyn_i_error_setf(call->error, CYN_E_VALIDATION, "%sDELETE action with value is not supported for the type %s",
                            invalid, cyn_i_type_name(type));
  if (is_add && !is_set_type(type) && type != CYN_TYPE_N && type != CYN_TYPE_L)
    return cyn_i_error_setf(call->error, CYN_E_VALIDATION, "%sADD action is not supported for the type %s", invalid,
                            cyn_i_type_name(type));
  if (is_delete) out->action = CYN_UPDATE_DELETE;
  if (is_add) out->action = CYN_UPDATE_ADD;
  return CYN_OK;
}

cyn_status cyn_i_legacy_updates(cyn_i_call *call, const cyn_attribute_updates *updates, cyn_i_bound **out) {
  *out = NULL;
  if (updates->at == NULL) return CYN_OK;
  cyn_i_legacy_update *made = cyn_i_arena_zalloc(call->arena, updates->count + 1, sizeof *made);
  if (made == NULL) return cyn_i_error_no_memory(call->error);
  for (size_t i = 0; i < updates->count; i++) {
    cyn_status status = make_update(call, updates->at[i].key, updates->at[i].value, &made[i]);
    if (status != CYN_OK) return status;
  }
  if (updates->count == 0) return CYN_OK;
  cyn_status status = check_count(call, updates->count, CYN_LEGACY_COUNT_MAX);
  if (status != CYN_OK) return status;
  *out = cyn_i_legacy_update_new(call->arena, made, updates->count);
  return *out != NULL ? CYN_OK : cyn_i_error_no_memory(call->error);
}

/* ---- AttributesToGet ---- */

/* The second of two equal names, or NULL: by a table of twice as many slots, since a list may be as long as a request. */
static const cyn_bytes *find_duplicate(cyn_i_arena *arena, cyn_string_list names, bool *no_memory) {
  size_t slots = 4;
  while (slots < names.count * 2) slots *= 2;
  const cyn_bytes **table = cyn_i_arena_zalloc(arena, slots, sizeof *table);
  *no_memory = table == NULL;
  for (size_t i = 0; table != NULL && i < names.count; i++) {
    const cyn_bytes *name = &names.at[i];
    size_t slot = cyn_i_hash64(*name) & (slots - 1);
    for (; table[slot] != NULL; slot = (slot + 1) & (slots - 1))
      if (table[slot]->size == name->size && memcmp(table[slot]->data, name->data, name->size) == 0) return name;
    table[slot] = name;
  }
  return NULL;
}

cyn_status cyn_i_legacy_attributes(cyn_i_call *call, cyn_string_list attributes, cyn_i_bound **out) {
  *out = NULL;
  if (attributes.at == NULL) return CYN_OK;
  bool no_memory;
  const cyn_bytes *twice = find_duplicate(call->arena, attributes, &no_memory);
  if (no_memory) return cyn_i_error_no_memory(call->error);
  if (twice != NULL)
    return cyn_i_error_setf(call->error, CYN_E_VALIDATION, "%sDuplicate value in attribute name: %.*s", invalid,
                            (int)twice->size, twice->data);
  cyn_status status = check_count(call, attributes.count, CYN_LEGACY_COUNT_MAX);
  if (status != CYN_OK) return status;
  *out = cyn_i_legacy_projection(call->arena, attributes.at, attributes.count);
  return *out != NULL ? CYN_OK : cyn_i_error_no_memory(call->error);
}
