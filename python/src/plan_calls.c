/* get, save, delete, update, refresh: one call of a model each. Every function answers NotImplemented where Python is to do
 * the call; nothing has been sent then. */
#include "plan_input.h"

static PyObject *not_implemented(void) { Py_RETURN_NOTIMPLEMENTED; }

static bool check_count(const char *name, Py_ssize_t count, Py_ssize_t expected) {
  if (count == expected) return true;
  PyErr_Format(PyExc_TypeError, "%s() takes %zd arguments (%zd given)", name, expected, count);
  return false;
}

/* ---- sending ---- */

const void *cyn_py_plan_fail(cyn_py_call *call, cyn_py_plan *plan, cyn_operation operation) {
  cyn_py_plans *plans = cyn_py_plans_of(call->state);
  PyObject *kind, *error, *trace;
  if (!PyErr_ExceptionMatches(call->state->service_error)) return NULL;
  PyErr_Fetch(&kind, &error, &trace);
  PyErr_NormalizeException(&kind, &error, &trace);
  if (trace != NULL) (void)PyException_SetTraceback(error, trace);
  PyObject *name = PyUnicode_FromString(cyn_py_operations[operation].name);
  PyObject *answer = NULL;
  if (name != NULL)
    answer = PyObject_CallFunctionObjArgs(plans->fail, name, error, plan->table_connection, plan->database, NULL);
  Py_XDECREF(answer);
  Py_XDECREF(name);
  Py_XDECREF(kind);
  Py_XDECREF(error);
  Py_XDECREF(trace);
  if (answer != NULL) PyErr_SetString(PyExc_SystemError, "cynamo._fast.fail() raised nothing");
  return NULL;
}

/* Tells receivers of the signal before the call; *id is NULL where there are none. False with an exception. */
static bool tell_before(cyn_py_call *call, cyn_py_plan *plan, PyObject *operation, PyObject *table, PyObject **id) {
  *id = NULL;
  if (!cyn_py_plan_is_listened_to(call->state)) return true;
  *id = PyObject_CallFunctionObjArgs(cyn_py_plans_of(call->state)->before, plan->connection, operation, table, NULL);
  return *id != NULL;
}

static bool tell_after(cyn_py_call *call, cyn_py_plan *plan, PyObject *operation, PyObject *table, PyObject *id) {
  PyObject *told = PyObject_CallFunctionObjArgs(cyn_py_plans_of(call->state)->after, plan->connection, operation, table, id, NULL);
  Py_XDECREF(told);
  return told != NULL;
}

const void *cyn_py_plan_run(cyn_py_call *call, cyn_py_plan *plan, cyn_operation operation, const void *input) {
  bool is_batch = operation == CYN_OPERATION_BATCH_GET_ITEM || operation == CYN_OPERATION_BATCH_WRITE_ITEM;
  PyObject *table = is_batch ? Py_None : plan->table_name, *id;
  PyObject *name = PyUnicode_InternFromString(cyn_py_operations[operation].name);
  if (name == NULL || !tell_before(call, plan, name, table, &id)) {
    Py_XDECREF(name);
    return NULL;
  }
  PyObject *database = Py_NewRef(plan->database); /* the plan may learn of another one meanwhile */
  const void *output = cyn_py_run((cyn_py_database *)database, call, operation, input);
  Py_DECREF(database);
  if (output == NULL) (void)cyn_py_plan_fail(call, plan, operation);
  else if (id != NULL && !tell_after(call, plan, name, table, id)) output = NULL;
  Py_XDECREF(id);
  Py_DECREF(name);
  return output;
}

bool cyn_py_plan_finish(cyn_py_call *call, cyn_item *out) {
  cyn_error error = CYN_ERROR_INIT;
  if (cyn_item_builder_finish(call->builder, out, &error) == CYN_OK) return true;
  cyn_error_clean_up(&error);
  return false;
}

static PyObject *answer_of(cyn_py_call *call, cyn_operation operation, const void *output) {
  return cyn_py_from_output(call, &cyn_py_operations[operation], output);
}

/* ---- conditions ---- */

static bool take_names(cyn_py_call *call, PyObject *names, cyn_string_map *out) {
  size_t count = (size_t)PyDict_GET_SIZE(names);
  if (count == 0) return true;
  cyn_string_pair *pairs = cyn_py_alloc(call, count * sizeof *pairs);
  PyObject *name, *placeholder;
  Py_ssize_t at = 0;
  *out = (cyn_string_map){0, pairs};
  while (pairs != NULL && out->count < count && PyDict_Next(names, &at, &name, &placeholder)) {
    cyn_string_pair *pair = &pairs[out->count++];
    cyn_bytes key, value;
    if (!PyUnicode_Check(name) || !PyUnicode_Check(placeholder) || !cyn_py_utf8(placeholder, &key) || !cyn_py_utf8(name, &value))
      return false;
    pair->key = cyn_py_copy(call, key.data, key.size);
    pair->value = cyn_py_copy(call, value.data, value.size);
    if (pair->key.data == NULL || pair->value.data == NULL) return false;
  }
  return pairs != NULL;
}

/* The text that an operand of Python's makes of itself; names and values go to the two dictionaries. */
static bool take_text(cyn_py_call *call, PyObject *operand, PyObject *names, PyObject *values, cyn_bytes *out) {
  PyObject *const arguments[] = {operand, names, values};
  PyObject *text = PyObject_VectorcallMethod(cyn_py_plans_of(call->state)->serialize, arguments, 3, NULL);
  cyn_bytes content;
  bool fine = text != NULL && PyUnicode_Check(text) && cyn_py_utf8(text, &content);
  if (fine) *out = cyn_py_copy(call, content.data, content.size);
  Py_XDECREF(text);
  return fine && out->data != NULL;
}

static bool take_placeholders(cyn_py_call *call, PyObject *names, PyObject *values, cyn_py_expressions *out) {
  static const cyn_py_path root = {NULL, NULL, NULL, 0, false};
  if (!take_names(call, names, &out->names)) return false;
  return PyDict_GET_SIZE(values) == 0 || (cyn_py_to_item(call, &root, values, &out->values) && call->problems == NULL);
}

cyn_py_outcome cyn_py_take_expressions(cyn_py_call *call, PyObject *condition, PyObject *update, cyn_py_expressions *out) {
  cyn_py_plans *plans = cyn_py_plans_of(call->state);
  bool has_condition = condition != NULL && condition != Py_None;
  if (has_condition && PyObject_IsInstance(condition, plans->condition_type) <= 0) {
    PyErr_Clear();
    return CYN_PY_GIVE_UP;
  }
  PyObject *names = PyDict_New(), *values = PyDict_New();
  bool fine = names != NULL && values != NULL &&
              (!has_condition || take_text(call, condition, names, values, &out->condition)) &&
              (update == NULL || take_text(call, update, names, values, &out->update)) &&
              take_placeholders(call, names, values, out);
  Py_XDECREF(names);
  Py_XDECREF(values);
  if (fine) return CYN_PY_DONE;
  return PyErr_Occurred() ? CYN_PY_FAILED : CYN_PY_GIVE_UP;
}

/* "the stored version is this one's", without an object of Python's. */
static cyn_py_outcome take_version(cyn_py_call *call, const cyn_py_field *field, PyObject *instance, cyn_py_expressions *out) {
  PyObject *version = PyObject_GetAttr(instance, field->name);
  cyn_string_pair *pair = version != NULL ? cyn_py_alloc(call, sizeof *pair) : NULL;
  if (pair == NULL) {
    Py_XDECREF(version);
    return CYN_PY_FAILED;
  }
  *pair = (cyn_string_pair){cyn_str("#0"), cyn_py_copy(call, field->stored.data, field->stored.size)};
  out->names = (cyn_string_map){1, pair};
  out->condition = cyn_str(version == Py_None ? "attribute_not_exists (#0)" : "#0 = :0");
  cyn_py_outcome outcome = CYN_PY_DONE;
  if (version != Py_None) {
    cyn_item_builder_reset(call->builder);
    outcome = field->writes == CYN_PY_CODEC_VERSION && PyLong_CheckExact(version)
                  ? cyn_py_plan_write_field(call, field, version, cyn_str(":0"), 1)
                  : CYN_PY_GIVE_UP;
    cyn_item item;
    if (outcome == CYN_PY_DONE && !cyn_py_plan_finish(call, &item)) outcome = CYN_PY_GIVE_UP;
    if (outcome == CYN_PY_DONE) {
      cyn_bytes copy = cyn_py_copy(call, (const char *)item.data, item.size);
      out->values = (cyn_item){(const uint8_t *)copy.data, copy.size, NULL};
      if (copy.data == NULL) outcome = CYN_PY_FAILED;
      if (item.fault != NULL) outcome = CYN_PY_GIVE_UP;
    }
  }
  Py_DECREF(version);
  return outcome;
}

/* condition & version_condition, by Python. */
static cyn_py_outcome take_both(cyn_py_call *call, PyObject *instance, PyObject *condition, cyn_py_expressions *out) {
  PyObject *version = PyObject_CallMethodNoArgs(instance, cyn_py_plans_of(call->state)->handle_version);
  PyObject *both = version != NULL ? PyNumber_InPlaceAnd(condition, version) : NULL;
  cyn_py_outcome outcome = both != NULL ? cyn_py_take_expressions(call, both, NULL, out) : CYN_PY_FAILED;
  Py_XDECREF(both);
  Py_XDECREF(version);
  return outcome;
}

/* The condition of a save or a delete, with the version's where the model has one. */
static cyn_py_outcome take_condition(cyn_py_call *call, cyn_py_plan *plan, PyObject *instance, PyObject *condition,
                                     PyObject *add_version_condition, cyn_py_expressions *out) {
  int adds = plan->version >= 0 ? PyObject_IsTrue(add_version_condition) : 0;
  if (adds < 0) return CYN_PY_FAILED;
  if (adds == 0) return condition == Py_None ? CYN_PY_DONE : cyn_py_take_expressions(call, condition, NULL, out);
  if (condition == Py_None) return take_version(call, &plan->fields[plan->version], instance, out);
  return take_both(call, instance, condition, out);
}

/* What a call is told beyond this: Python's, which checks it. */
static bool is_plain(PyObject *return_values, PyObject *return_consumed_capacity) {
  return return_values == Py_None && return_consumed_capacity == Py_None;
}

static PyObject *end(cyn_py_call *call, cyn_py_plan *plan, PyObject *answer, cyn_py_outcome outcome) {
  cyn_py_call_give_back(call);
  Py_DECREF(plan);
  if (answer == NULL && !PyErr_Occurred() && outcome != CYN_PY_FAILED) return not_implemented();
  return answer;
}

/* ---- reading one item ---- */

/* The key that get() is given. */
static cyn_py_outcome write_given_key(cyn_py_call *call, cyn_py_plan *plan, PyObject *hash_key, PyObject *range_key) {
  if (!plan->reads || plan->hash_key < 0 || hash_key == Py_None) return CYN_PY_GIVE_UP;
  if ((range_key == Py_None) != (plan->range_key < 0)) return CYN_PY_GIVE_UP;
  const cyn_py_field *field = &plan->fields[plan->hash_key];
  cyn_item_builder_reset(call->builder);
  cyn_py_outcome outcome = cyn_py_plan_write_field(call, field, hash_key, field->stored, 1);
  if (outcome == CYN_PY_DONE && plan->range_key >= 0) {
    field = &plan->fields[plan->range_key];
    outcome = cyn_py_plan_write_field(call, field, range_key, field->stored, 1);
  }
  return outcome == CYN_PY_ABSENT ? CYN_PY_GIVE_UP : outcome;
}

static bool take_projection(cyn_py_call *call, PyObject *attributes_to_get, cyn_get_item_input *input) {
  PyObject *names = PyDict_New(), *text = NULL;
  cyn_bytes content;
  if (names != NULL)
    text = PyObject_CallFunctionObjArgs(cyn_py_plans_of(call->state)->projection, attributes_to_get, names, NULL);
  bool fine = text != NULL && PyUnicode_Check(text) && cyn_py_utf8(text, &content) &&
              take_names(call, names, &input->expression_attribute_names);
  if (fine) input->projection_expression = cyn_py_copy(call, content.data, content.size);
  Py_XDECREF(text);
  Py_XDECREF(names);
  return fine && input->projection_expression.data != NULL;
}

static const cyn_get_item_output *run_get(cyn_py_call *call, cyn_py_plan *plan, cyn_get_item_input *input, PyObject *consistent_read) {
  cyn_bytes table;
  if (!cyn_py_utf8(plan->table_name, &table) || !cyn_py_plan_finish(call, &input->key)) return NULL;
  input->table_name = table;
  input->return_consumed_capacity = cyn_str("TOTAL");
  if (consistent_read != Py_None) input->consistent_read = cyn_bool(consistent_read == Py_True);
  return cyn_py_plan_run(call, plan, CYN_OPERATION_GET_ITEM, input);
}

static bool is_flag(PyObject *value) { return PyBool_Check(value) || value == Py_None; }

static PyObject *raise_missing(cyn_py_call *call, PyObject *owner, const char *text) {
  PyObject *kind = PyObject_GetAttr(owner, cyn_py_plans_of(call->state)->does_not_exist), *error = NULL;
  if (kind != NULL) error = text != NULL ? PyObject_CallFunction(kind, "s", text) : PyObject_CallNoArgs(kind);
  if (error != NULL) PyErr_SetObject((PyObject *)Py_TYPE(error), error);
  Py_XDECREF(error);
  Py_XDECREF(kind);
  return NULL;
}

/* fast_get(cls, hash_key, range_key, consistent_read, attributes_to_get) */
PyObject *cyn_py_fast_get(PyObject *module, PyObject *const *a, Py_ssize_t count) {
  cyn_py_state *state = cyn_py_state_of(module);
  if (!check_count("fast_get", count, 5) || !PyType_Check(a[0])) return PyErr_Occurred() ? NULL : not_implemented();
  if (!is_flag(a[3])) return not_implemented();
  cyn_py_plan *plan = cyn_py_plan_for_call(state, (PyTypeObject *)a[0], false);
  if (plan == NULL) return PyErr_Occurred() ? NULL : not_implemented();
  cyn_py_call *call = cyn_py_call_take(state);
  if (call == NULL) {
    Py_DECREF(plan);
    return NULL;
  }
  cyn_get_item_input input = CYN_GET_ITEM_INPUT_INIT;
  PyObject *found = NULL;
  cyn_py_outcome outcome = write_given_key(call, plan, a[1], a[2]);
  if (outcome == CYN_PY_DONE && a[4] != Py_None && !take_projection(call, a[4], &input)) outcome = CYN_PY_FAILED;
  if (outcome == CYN_PY_DONE) {
    const cyn_get_item_output *output = run_get(call, plan, &input, a[3]);
    if (output != NULL)
      found = cyn_item_count(output->item) != 0 ? cyn_py_plan_instance(call, plan, output->item) : raise_missing(call, a[0], NULL);
  }
  return end(call, plan, found, outcome);
}

/* ---- taking over what was read ---- */

/* Makes the instance what the item says. */
static bool take_over(cyn_py_call *call, cyn_py_plan *plan, PyObject *instance, cyn_item item, const char *action) {
  cyn_py_plans *plans = cyn_py_plans_of(call->state);
  PyObject *other = plan->makes_by_call || !plan->takes_over ? NULL : cyn_py_plan_read(call, plan, cyn_item_pairs(item));
  if (other != NULL && Py_TYPE(other) == Py_TYPE(instance)) {
    PyObject *values = PyObject_GenericGetAttr(other, plans->attribute_values);
    bool fine = values != NULL && PyObject_GenericSetAttr(instance, plans->attribute_values, values) == 0;
    Py_XDECREF(values);
    Py_DECREF(other);
    return fine;
  }
  Py_XDECREF(other);
  PyErr_Clear();
  PyObject *raw = cyn_py_from_item(call, item);
  PyObject *done = raw != NULL ? PyObject_CallMethod(instance, "_take_over", "Os", raw, action) : NULL;
  Py_XDECREF(raw);
  Py_XDECREF(done);
  return done != NULL;
}

/* The plan of an instance's class and a call, or NULL: *answer is then what the function returns. */
static cyn_py_call *begin(PyObject *module, PyObject *instance, cyn_py_plan **plan, PyObject **answer) {
  cyn_py_state *state = cyn_py_state_of(module);
  *plan = cyn_py_plan_for_call(state, Py_TYPE(instance), false);
  cyn_py_call *call = *plan != NULL ? cyn_py_call_take(state) : NULL;
  *answer = PyErr_Occurred() ? NULL : not_implemented();
  if (call == NULL) Py_XDECREF(*plan);
  else Py_CLEAR(*answer);
  return call;
}

/* fast_refresh(instance, consistent_read) */
PyObject *cyn_py_fast_refresh(PyObject *module, PyObject *const *a, Py_ssize_t count) {
  cyn_py_plan *plan;
  PyObject *answer;
  if (!check_count("fast_refresh", count, 2)) return NULL;
  if (!is_flag(a[1])) return not_implemented();
  cyn_py_call *call = begin(module, a[0], &plan, &answer);
  if (call == NULL) return answer;
  cyn_get_item_input input = CYN_GET_ITEM_INPUT_INIT;
  cyn_py_outcome outcome = cyn_py_plan_write_key(call, plan, a[0]);
  if (outcome == CYN_PY_DONE) {
    const cyn_get_item_output *output = run_get(call, plan, &input, a[1]);
    if (output != NULL && output->item.data == NULL) (void)raise_missing(call, a[0], "This item does not exist in the table.");
    else if (output != NULL && take_over(call, plan, a[0], output->item, "refresh")) answer = Py_NewRef(Py_None);
  }
  return end(call, plan, answer, outcome);
}

/* ---- writing one item ---- */

/* fast_save(instance, condition, add_version_condition, return_values, return_consumed_capacity) */
PyObject *cyn_py_fast_save(PyObject *module, PyObject *const *a, Py_ssize_t count) {
  cyn_py_plan *plan;
  PyObject *answer;
  if (!check_count("fast_save", count, 5)) return NULL;
  if (!is_plain(a[3], a[4])) return not_implemented();
  cyn_py_call *call = begin(module, a[0], &plan, &answer);
  if (call == NULL) return answer;
  cyn_py_expressions told = {0};
  cyn_put_item_input input = CYN_PUT_ITEM_INPUT_INIT;
  cyn_py_outcome outcome = take_condition(call, plan, a[0], a[1], a[2], &told);
  if (outcome == CYN_PY_DONE) outcome = cyn_py_plan_write(call, plan, a[0], true, true);
  if (outcome == CYN_PY_DONE && cyn_py_utf8(plan->table_name, &input.table_name) && cyn_py_plan_finish(call, &input.item)) {
    input.return_consumed_capacity = cyn_str("TOTAL");
    input.condition_expression = told.condition;
    input.expression_attribute_names = told.names;
    input.expression_attribute_values = told.values;
    const void *output = cyn_py_plan_run(call, plan, CYN_OPERATION_PUT_ITEM, &input);
    if (output != NULL) answer = answer_of(call, CYN_OPERATION_PUT_ITEM, output);
  }
  return end(call, plan, answer, outcome);
}

/* fast_delete(instance, condition, add_version_condition, return_values, return_consumed_capacity) */
PyObject *cyn_py_fast_delete(PyObject *module, PyObject *const *a, Py_ssize_t count) {
  cyn_py_plan *plan;
  PyObject *answer;
  if (!check_count("fast_delete", count, 5)) return NULL;
  if (!is_plain(a[3], a[4])) return not_implemented();
  cyn_py_call *call = begin(module, a[0], &plan, &answer);
  if (call == NULL) return answer;
  cyn_py_expressions told = {0};
  cyn_delete_item_input input = CYN_DELETE_ITEM_INPUT_INIT;
  cyn_py_outcome outcome = take_condition(call, plan, a[0], a[1], a[2], &told);
  if (outcome == CYN_PY_DONE) outcome = cyn_py_plan_write_key(call, plan, a[0]);
  if (outcome == CYN_PY_DONE && cyn_py_utf8(plan->table_name, &input.table_name) && cyn_py_plan_finish(call, &input.key)) {
    input.return_consumed_capacity = cyn_str("TOTAL");
    input.condition_expression = told.condition;
    input.expression_attribute_names = told.names;
    input.expression_attribute_values = told.values;
    const void *output = cyn_py_plan_run(call, plan, CYN_OPERATION_DELETE_ITEM, &input);
    if (output != NULL) answer = answer_of(call, CYN_OPERATION_DELETE_ITEM, output);
  }
  return end(call, plan, answer, outcome);
}

/* fast_update(instance, condition, update): both are complete; answers what UpdateItem answered, after taking it over. */
PyObject *cyn_py_fast_update(PyObject *module, PyObject *const *a, Py_ssize_t count) {
  cyn_py_plan *plan;
  PyObject *answer;
  if (!check_count("fast_update", count, 3)) return NULL;
  cyn_py_call *call = begin(module, a[0], &plan, &answer);
  if (call == NULL) return answer;
  cyn_py_expressions told = {0};
  cyn_update_item_input input = CYN_UPDATE_ITEM_INPUT_INIT;
  cyn_py_outcome outcome = cyn_py_take_expressions(call, a[1], a[2], &told);
  if (outcome == CYN_PY_DONE) outcome = cyn_py_plan_write_key(call, plan, a[0]);
  if (outcome == CYN_PY_DONE && cyn_py_utf8(plan->table_name, &input.table_name) && cyn_py_plan_finish(call, &input.key)) {
    input.return_values = cyn_str("ALL_NEW");
    input.return_consumed_capacity = cyn_str("TOTAL");
    input.condition_expression = told.condition;
    input.update_expression = told.update;
    input.expression_attribute_names = told.names;
    input.expression_attribute_values = told.values;
    const cyn_update_item_output *output = cyn_py_plan_run(call, plan, CYN_OPERATION_UPDATE_ITEM, &input);
    if (output != NULL) answer = answer_of(call, CYN_OPERATION_UPDATE_ITEM, output);
    if (answer != NULL && !take_over(call, plan, a[0], output->attributes, "update")) Py_CLEAR(answer);
  }
  return end(call, plan, answer, outcome);
}
