/* Instances -> item bytes, as serialize() makes them. What C does not know is given to the attribute's own serialize; what is
 * not as it should be (a None where there must be a value, another class) is given up, so that Python raises the error. */
#include "plan.h"

#include "plan_times.h"

/* DynamoDB takes 32 levels; beyond, Python and the core say what is wrong. */
#define DEPTH_MAX 32

static cyn_py_outcome write_any(cyn_py_call *call, PyObject *value, cyn_bytes name, int depth);

/* ---- numbers and texts ---- */

static bool put_float(cyn_py_call *call, PyObject *value, cyn_bytes name) {
  double number = PyFloat_AS_DOUBLE(value);
  if (number - number != 0.0) return false; /* NaN, the infinities */
  char *text = PyOS_double_to_string(number, 'r', 0, Py_DTSF_ADD_DOT_0, NULL);
  if (text == NULL) return false;
  cyn_item_put_number(call->builder, name, cyn_str(text));
  PyMem_Free(text);
  return true;
}

/* False: Python's serialize is to do it (with an exception where one is set). */
static bool put_int(cyn_py_call *call, PyObject *value, cyn_bytes name, long long add) {
  int overflow;
  long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
  if (overflow != 0 || number == INT64_MAX) return false;
  cyn_item_put_int(call->builder, name, number + add);
  return true;
}

static bool put_number(cyn_py_call *call, PyObject *value, cyn_bytes name) {
  if (PyLong_CheckExact(value)) return put_int(call, value, name, 0);
  return PyFloat_CheckExact(value) && put_float(call, value, name);
}

static bool put_text(cyn_py_call *call, PyObject *value, cyn_bytes name) {
  cyn_bytes text;
  if (!PyUnicode_Check(value) || !cyn_py_utf8(value, &text)) {
    PyErr_Clear();
    return false;
  }
  cyn_item_put_string(call->builder, name, text);
  return true;
}

static bool put_binary(cyn_py_call *call, PyObject *value, cyn_bytes name) {
  if (!PyBytes_CheckExact(value)) return false;
  cyn_item_put_binary(call->builder, name, (cyn_bytes){PyBytes_AS_STRING(value), (size_t)PyBytes_GET_SIZE(value)});
  return true;
}

/* ---- sets ---- */

/* The elements of a set's number as text, in the memory of the call. */
static bool number_element(cyn_py_call *call, PyObject *value, cyn_bytes *out) {
  if (PyFloat_CheckExact(value)) {
    double number = PyFloat_AS_DOUBLE(value);
    char *text = number - number == 0.0 ? PyOS_double_to_string(number, 'r', 0, Py_DTSF_ADD_DOT_0, NULL) : NULL;
    if (text == NULL) return false;
    *out = cyn_py_copy(call, text, strlen(text));
    PyMem_Free(text);
    return out->data != NULL;
  }
  int overflow = 1;
  long long number = PyLong_CheckExact(value) ? PyLong_AsLongLongAndOverflow(value, &overflow) : 0;
  if (overflow != 0) return false;
  char text[24];
  int size = snprintf(text, sizeof text, "%lld", number);
  *out = cyn_py_copy(call, text, (size_t)size);
  return out->data != NULL;
}

static bool element_of(cyn_py_call *call, PyObject *value, int type, cyn_bytes *out) {
  if (type == CYN_TYPE_NS) return number_element(call, value, out);
  if (type == CYN_TYPE_SS) return PyUnicode_Check(value) && cyn_py_utf8(value, out);
  if (!PyBytes_CheckExact(value)) return false;
  *out = (cyn_bytes){PyBytes_AS_STRING(value), (size_t)PyBytes_GET_SIZE(value)};
  return true;
}

/* Borrows from the elements: the GIL is held until the builder has copied them. GIVE_UP: not a set of such elements. */
static cyn_py_outcome put_set(cyn_py_call *call, PyObject *set, cyn_bytes name, int type) {
  size_t count = (size_t)PySet_GET_SIZE(set), done = 0;
  if (count == 0) return CYN_PY_ABSENT;
  cyn_bytes *elements = cyn_py_alloc(call, count * sizeof *elements);
  if (elements == NULL) return CYN_PY_FAILED;
  PyObject *iterator = PyObject_GetIter(set), *element;
  if (iterator == NULL) return CYN_PY_FAILED;
  bool fine = true;
  while (fine && (element = PyIter_Next(iterator)) != NULL) {
    fine = done < count && element_of(call, element, type, &elements[done++]);
    Py_DECREF(element); /* the set holds it */
  }
  Py_DECREF(iterator);
  if (!fine || PyErr_Occurred()) {
    PyErr_Clear();
    return CYN_PY_GIVE_UP;
  }
  if (type == CYN_TYPE_SS) cyn_item_put_string_set(call->builder, name, elements, done);
  else if (type == CYN_TYPE_NS) cyn_item_put_number_set(call->builder, name, elements, done);
  else cyn_item_put_binary_set(call->builder, name, elements, done);
  return CYN_PY_DONE;
}

/* ---- by Python ---- */

static cyn_py_outcome failure(cyn_py_call *call) {
  /* Which None it was is told by the path from the outermost name, which Python makes. */
  if (!PyErr_ExceptionMatches(cyn_py_plans_of(call->state)->null_error)) return CYN_PY_FAILED;
  PyErr_Clear();
  return CYN_PY_GIVE_UP;
}

/* A map is asked first whether it is sound. What it says where it is not, Python raises. */
static bool is_sound(cyn_py_plans *plans, PyObject *map) {
  PyObject *validate = PyObject_GetAttrString(map, "validate");
  PyObject *const arguments[] = {Py_True};
  PyObject *answer = validate != NULL ? PyObject_Vectorcall(validate, arguments, 0, plans->null_check_keywords) : NULL;
  int is_true = answer != NULL ? PyObject_IsTrue(answer) : -1;
  Py_XDECREF(answer);
  Py_XDECREF(validate);
  if (is_true < 0) PyErr_Clear();
  return is_true > 0;
}

static cyn_py_outcome write_by_python(cyn_py_call *call, const cyn_py_field *field, PyObject *value, cyn_bytes name, int depth) {
  cyn_py_plans *plans = cyn_py_plans_of(call->state);
  bool is_map = PyObject_TypeCheck(value, (PyTypeObject *)plans->map_type);
  if (is_map && (!field->takes_null_check || !is_sound(plans, value))) return CYN_PY_GIVE_UP;
  PyObject *content = PyObject_CallMethodOneArg(field->attribute, plans->serialize, value);
  if (content == NULL) return failure(call);
  if (content == Py_None) {
    Py_DECREF(content);
    return CYN_PY_ABSENT;
  }
  PyObject *typed = PyDict_New();
  bool fine = typed != NULL && PyDict_SetItem(typed, call->state->words.types[field->type], content) == 0 &&
              cyn_py_put_value(call, typed, name, depth);
  Py_XDECREF(typed);
  Py_DECREF(content);
  if (!fine) return CYN_PY_FAILED;
  return call->problems == NULL && !call->is_odd && !call->is_too_deep ? CYN_PY_DONE : CYN_PY_GIVE_UP;
}

/* ---- lists and maps ---- */

/* `field` NULL: elements of any type. A list that changes meanwhile gives what it gives. */
static cyn_py_outcome put_list(cyn_py_call *call, const cyn_py_field *field, PyObject *list, cyn_bytes name, int depth) {
  cyn_py_outcome outcome = CYN_PY_DONE;
  cyn_item_open_list(call->builder, name);
  for (Py_ssize_t i = 0; outcome == CYN_PY_DONE; i++) {
    PyObject *element = cyn_py_element(list, i);
    if (element == NULL) break;
    if (element == Py_None) cyn_item_put_null(call->builder, CYN_ELEMENT);
    else if (field == NULL) outcome = write_any(call, element, CYN_ELEMENT, depth + 1);
    else outcome = cyn_py_plan_write_field(call, field, element, CYN_ELEMENT, depth + 1);
    if (outcome == CYN_PY_ABSENT) { /* it keeps its place */
      cyn_item_put_null(call->builder, CYN_ELEMENT);
      outcome = CYN_PY_DONE;
    }
    Py_DECREF(element);
  }
  cyn_item_close(call->builder);
  return outcome;
}

static cyn_py_outcome put_pairs(cyn_py_call *call, PyObject *dict, cyn_bytes name, int depth) {
  cyn_py_pairs pairs;
  cyn_py_outcome outcome = CYN_PY_DONE;
  if (!cyn_py_pairs_begin(&pairs, dict)) return CYN_PY_FAILED;
  cyn_item_open_map(call->builder, name);
  while (outcome == CYN_PY_DONE && cyn_py_pairs_next(&pairs)) {
    cyn_bytes key;
    if (!PyUnicode_CheckExact(pairs.key) || !cyn_py_utf8(pairs.key, &key)) outcome = CYN_PY_GIVE_UP;
    else if (pairs.value == Py_None) cyn_item_put_null(call->builder, key);
    else outcome = write_any(call, pairs.value, key, depth + 1);
  }
  PyErr_Clear();
  cyn_item_close(call->builder);
  cyn_py_pairs_end(&pairs);
  return outcome;
}

/* attribute_values of an instance, a new reference; NULL: it has none that is a dict. */
static PyObject *values_of(cyn_py_call *call, PyObject *instance) {
  PyObject *values = PyObject_GenericGetAttr(instance, cyn_py_plans_of(call->state)->attribute_values);
  if (values != NULL && PyDict_CheckExact(values)) return values;
  PyErr_Clear();
  Py_XDECREF(values);
  return NULL;
}

static cyn_py_outcome put_fields(cyn_py_call *call, cyn_py_plan *plan, PyObject *instance, PyObject *values, int depth,
                                 const unsigned char *done, int version);

static cyn_py_outcome put_map(cyn_py_call *call, cyn_py_plan *plan, PyObject *instance, cyn_bytes name, int depth) {
  if (Py_TYPE(instance) != plan->type || !plan->writes) return CYN_PY_GIVE_UP;
  PyObject *values = values_of(call, instance);
  if (values == NULL) return CYN_PY_GIVE_UP;
  cyn_item_open_map(call->builder, name);
  cyn_py_outcome outcome = put_fields(call, plan, instance, values, depth + 1, NULL, -1);
  cyn_item_close(call->builder);
  Py_DECREF(values);
  return outcome;
}

static cyn_py_outcome put_raw_map(cyn_py_call *call, PyObject *value, cyn_bytes name, int depth) {
  if (PyDict_CheckExact(value)) return put_pairs(call, value, name, depth);
  if (Py_TYPE(value) != (PyTypeObject *)cyn_py_plans_of(call->state)->map_type) return CYN_PY_GIVE_UP;
  PyObject *values = values_of(call, value);
  if (values == NULL) return CYN_PY_GIVE_UP;
  cyn_py_outcome outcome = put_pairs(call, values, name, depth);
  Py_DECREF(values);
  return outcome;
}

/* A set whose elements say what it is: the first one does, and put_set finds those that are not like it. */
static cyn_py_outcome put_any_set(cyn_py_call *call, PyObject *set, cyn_bytes name) {
  PyObject *iterator = PySet_GET_SIZE(set) != 0 ? PyObject_GetIter(set) : NULL;
  PyObject *first = iterator != NULL ? PyIter_Next(iterator) : NULL;
  Py_XDECREF(iterator);
  int type = 0;
  if (first != NULL) type = PyUnicode_CheckExact(first) ? CYN_TYPE_SS : PyBytes_CheckExact(first) ? CYN_TYPE_BS : CYN_TYPE_NS;
  Py_XDECREF(first);
  PyErr_Clear();
  return type != 0 ? put_set(call, set, name, type) : CYN_PY_GIVE_UP;
}

/* A value that no attribute was declared for. */
static cyn_py_outcome write_any(cyn_py_call *call, PyObject *value, cyn_bytes name, int depth) {
  bool fine;
  if (depth > DEPTH_MAX) return CYN_PY_GIVE_UP;
  if (PyUnicode_CheckExact(value)) fine = put_text(call, value, name);
  else if (PyLong_CheckExact(value) || PyFloat_CheckExact(value)) fine = put_number(call, value, name);
  else if (PyBytes_CheckExact(value)) fine = put_binary(call, value, name);
  else if (PyList_CheckExact(value)) return put_list(call, NULL, value, name, depth);
  else if (PyAnySet_CheckExact(value)) return put_any_set(call, value, name);
  else if (PyBool_Check(value)) {
    cyn_item_put_bool(call->builder, name, value == Py_True);
    fine = true;
  } else return put_raw_map(call, value, name, depth);
  PyErr_Clear();
  return fine ? CYN_PY_DONE : CYN_PY_GIVE_UP;
}

/* ---- one field ---- */

static bool put_class(cyn_py_call *call, const cyn_py_field *field, PyObject *value, cyn_bytes name) {
  PyObject *known = PyObject_GetAttr(field->attribute, cyn_py_plans_of(call->state)->class_map);
  PyObject *text = known != NULL && PyDict_Check(known) ? PyDict_GetItemWithError(known, value) : NULL;
  bool fine = text != NULL && put_text(call, text, name);
  Py_XDECREF(known);
  return fine;
}

static bool put_time(cyn_py_call *call, const cyn_py_field *field, PyObject *value, cyn_bytes name) {
  char text[CYN_PY_DATETIME_SIZE + 1];
  int64_t seconds;
  if (field->writes == CYN_PY_CODEC_DATETIME && cyn_py_write_datetime(value, text))
    cyn_item_put_string(call->builder, name, (cyn_bytes){text, CYN_PY_DATETIME_SIZE});
  else if (field->writes == CYN_PY_CODEC_TTL && cyn_py_write_ttl(value, &seconds)) cyn_item_put_int(call->builder, name, seconds);
  else return false;
  return true;
}

static bool put_boolean(cyn_py_call *call, PyObject *value, cyn_bytes name) {
  if (!PyBool_Check(value)) return false;
  cyn_item_put_bool(call->builder, name, value == Py_True);
  return true;
}

cyn_py_outcome cyn_py_plan_write_field(cyn_py_call *call, const cyn_py_field *field, PyObject *value, cyn_bytes name, int depth) {
  bool fine = false;
  cyn_py_outcome outcome = CYN_PY_GIVE_UP;
  if (depth > DEPTH_MAX) return CYN_PY_GIVE_UP;
  switch (field->writes) {
    case CYN_PY_CODEC_TEXT: fine = put_text(call, value, name); break;
    case CYN_PY_CODEC_NUMBER: fine = put_number(call, value, name); break;
    case CYN_PY_CODEC_VERSION: fine = PyLong_CheckExact(value) && put_int(call, value, name, 0); break;
    case CYN_PY_CODEC_BOOLEAN: fine = put_boolean(call, value, name); break;
    case CYN_PY_CODEC_BINARY: fine = put_binary(call, value, name); break;
    case CYN_PY_CODEC_DATETIME:
    case CYN_PY_CODEC_TTL: fine = put_time(call, field, value, name); break;
    case CYN_PY_CODEC_NULL:
      fine = !PyObject_TypeCheck(value, (PyTypeObject *)cyn_py_plans_of(call->state)->map_type);
      if (fine) cyn_item_put_null(call->builder, name);
      break;
    case CYN_PY_CODEC_TEXT_SET:
    case CYN_PY_CODEC_NUMBER_SET:
    case CYN_PY_CODEC_BINARY_SET:
      if (PyAnySet_CheckExact(value)) outcome = put_set(call, value, name, field->type);
      break;
    case CYN_PY_CODEC_LIST:
    case CYN_PY_CODEC_RAW_LIST:
      if (PyList_CheckExact(value)) return put_list(call, field->element, value, name, depth);
      break;
    case CYN_PY_CODEC_MAP:
      if (Py_TYPE(value) == field->plan->type) return put_map(call, field->plan, value, name, depth);
      break;
    case CYN_PY_CODEC_RAW_MAP: return put_raw_map(call, value, name, depth);
    case CYN_PY_CODEC_DISCRIMINATOR: fine = put_class(call, field, value, name); break;
    default: break;
  }
  if (fine) return CYN_PY_DONE;
  if (outcome != CYN_PY_GIVE_UP) return outcome;
  PyErr_Clear();
  return write_by_python(call, field, value, name, depth);
}

/* ---- instances ---- */

/* The value of a field, a new reference; NULL with an exception. */
static PyObject *value_of(const cyn_py_field *field, PyObject *instance, PyObject *values) {
  if (!field->gets_plainly) return PyObject_GetAttr(instance, field->name);
  PyObject *value = PyDict_GetItemWithError(values, field->name);
  return value != NULL ? Py_NewRef(value) : PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

static cyn_py_outcome put_one(cyn_py_call *call, const cyn_py_field *field, PyObject *instance, PyObject *values, int depth) {
  PyObject *value = value_of(field, instance, values);
  if (value == NULL) return CYN_PY_FAILED;
  cyn_py_outcome outcome = CYN_PY_ABSENT;
  if (value != Py_None) outcome = cyn_py_plan_write_field(call, field, value, field->stored, depth);
  Py_DECREF(value);
  return outcome == CYN_PY_ABSENT && !field->null ? CYN_PY_GIVE_UP : outcome;
}

/* The version that the item will have, if the instance has one now. */
static cyn_py_outcome put_next_version(cyn_py_call *call, const cyn_py_field *field, PyObject *value) {
  if (field->writes != CYN_PY_CODEC_VERSION || !PyLong_CheckExact(value)) return CYN_PY_GIVE_UP;
  return put_int(call, value, field->stored, 1) ? CYN_PY_DONE : CYN_PY_GIVE_UP;
}

static cyn_py_outcome put_version(cyn_py_call *call, const cyn_py_field *field, PyObject *instance, PyObject *values, bool is_new) {
  PyObject *value = value_of(field, instance, values);
  if (value == NULL) return CYN_PY_FAILED;
  cyn_py_outcome outcome = CYN_PY_DONE;
  if (is_new && value == Py_None) cyn_item_put_int(call->builder, field->stored, 1);
  else if (!is_new && value != Py_None) outcome = put_next_version(call, field, value);
  Py_DECREF(value);
  return outcome;
}

/* done[i]: the field is in the item already. `version`: the field that grows, or -1; a first version comes last. */
static cyn_py_outcome put_fields(cyn_py_call *call, cyn_py_plan *plan, PyObject *instance, PyObject *values, int depth,
                                 const unsigned char *done, int version) {
  for (size_t i = 0; i < plan->field_count; i++) {
    if (done != NULL && done[i]) continue;
    const cyn_py_field *field = &plan->fields[i];
    cyn_py_outcome outcome = (int)i == version ? put_version(call, field, instance, values, false)
                                               : put_one(call, field, instance, values, depth);
    if (outcome <= CYN_PY_GIVE_UP) return outcome;
  }
  return version >= 0 ? put_version(call, &plan->fields[version], instance, values, true) : CYN_PY_DONE;
}

/* A key that serializes to nothing is Python's to refuse. */
static cyn_py_outcome put_key(cyn_py_call *call, const cyn_py_field *field, PyObject *instance, PyObject *values) {
  cyn_py_outcome outcome = put_one(call, field, instance, values, 1);
  return outcome == CYN_PY_ABSENT ? CYN_PY_GIVE_UP : outcome;
}

static cyn_py_outcome put_keys(cyn_py_call *call, cyn_py_plan *plan, PyObject *instance, PyObject *values) {
  if (plan->hash_key < 0) return CYN_PY_GIVE_UP;
  cyn_py_outcome outcome = put_key(call, &plan->fields[plan->hash_key], instance, values);
  if (outcome != CYN_PY_DONE || plan->range_key < 0) return outcome;
  return put_key(call, &plan->fields[plan->range_key], instance, values);
}

/* Methods that someone has put into the very instance. */
static bool is_patched(cyn_py_call *call, PyObject *instance) {
  PyObject *dict = PyObject_GenericGetDict(instance, NULL), *key, *value;
  Py_ssize_t at = 0;
  bool found = dict == NULL;
  if (dict != NULL && PyDict_GET_SIZE(dict) > 1)
    while (!found && PyDict_Next(dict, &at, &key, &value))
      found = PySet_Contains(cyn_py_plans_of(call->state)->stock_names, key) != 0;
  Py_XDECREF(dict);
  PyErr_Clear();
  return found;
}

static PyObject *values_to_write(cyn_py_call *call, cyn_py_plan *plan, PyObject *instance) {
  bool fine = plan->writes && Py_TYPE(instance) == plan->type && !is_patched(call, instance);
  return fine ? values_of(call, instance) : NULL;
}

cyn_py_outcome cyn_py_plan_write(cyn_py_call *call, cyn_py_plan *plan, PyObject *instance, bool keys_first, bool with_next_version) {
  unsigned char done[CYN_PY_FIELDS_MAX] = {0};
  PyObject *values = values_to_write(call, plan, instance);
  if (values == NULL) return CYN_PY_GIVE_UP;
  cyn_item_builder_reset(call->builder);
  cyn_py_outcome outcome = CYN_PY_DONE;
  if (keys_first && (outcome = put_keys(call, plan, instance, values)) == CYN_PY_DONE) {
    done[plan->hash_key] = 1;
    if (plan->range_key >= 0) done[plan->range_key] = 1;
  }
  if (outcome == CYN_PY_DONE)
    outcome = put_fields(call, plan, instance, values, 1, done, with_next_version ? plan->version : -1);
  Py_DECREF(values);
  return outcome;
}

cyn_py_outcome cyn_py_plan_write_key(cyn_py_call *call, cyn_py_plan *plan, PyObject *instance) {
  PyObject *values = values_to_write(call, plan, instance);
  if (values == NULL) return CYN_PY_GIVE_UP;
  cyn_item_builder_reset(call->builder);
  cyn_py_outcome outcome = put_keys(call, plan, instance, values);
  Py_DECREF(values);
  return outcome;
}
