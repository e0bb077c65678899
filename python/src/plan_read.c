/* Item bytes -> instances, as Model.from_raw_data makes them. NULL without an exception means: give up, Python does it. */
#include "plan.h"

#include "plan_times.h"

static PyObject *read_value(cyn_py_call *call, const cyn_py_field *field, cyn_value value);

/* ---- numbers ---- */

static PyObject *number_of_text(const char *text) {
  if (strchr(text, '.') == NULL) return PyLong_FromString(text, NULL, 10);
  double number = PyOS_string_to_double(text, NULL, NULL);
  return number == -1.0 && PyErr_Occurred() ? NULL : PyFloat_FromDouble(number);
}

static PyObject *read_number(cyn_value value) {
  char text[CYN_NUMBER_TEXT_SIZE];
  int64_t number;
  if (cyn_value_int(value, &number)) return PyLong_FromLongLong(number);
  return cyn_value_number_text(value, text) != 0 ? number_of_text(text) : NULL;
}

static PyObject *read_integer(cyn_value value) {
  int64_t number;
  return cyn_value_int(value, &number) ? PyLong_FromLongLong(number) : NULL;
}

static PyObject *read_text(cyn_bytes text) { return PyUnicode_DecodeUTF8(text.data, (Py_ssize_t)text.size, NULL); }

/* ---- sets, lists, maps ---- */

static PyObject *read_element_of_set(cyn_elements *elements, int type) {
  char number[CYN_NUMBER_TEXT_SIZE];
  cyn_bytes content = {"", 0};
  if (type == CYN_TYPE_NS) {
    (void)cyn_elements_next_number(elements, number);
    return number_of_text(number);
  }
  (void)cyn_elements_next_string(elements, &content);
  return type == CYN_TYPE_SS ? read_text(content) : PyBytes_FromStringAndSize(content.data, (Py_ssize_t)content.size);
}

static PyObject *read_set(cyn_value value, int type) {
  PyObject *set = PySet_New(NULL);
  cyn_elements elements = cyn_value_elements(value);
  for (size_t left = cyn_value_count(value); left != 0 && set != NULL; left--) {
    PyObject *element = read_element_of_set(&elements, type);
    if (element == NULL || PySet_Add(set, element) != 0) Py_CLEAR(set);
    Py_XDECREF(element);
  }
  return set;
}

static PyObject *read_any(cyn_py_call *call, cyn_value value);

/* `field` NULL: elements of any type. */
static PyObject *read_list(cyn_py_call *call, const cyn_py_field *field, cyn_value value) {
  PyObject *list = PyList_New((Py_ssize_t)cyn_value_count(value));
  cyn_elements elements = cyn_value_elements(value);
  cyn_value element = {NULL, 0, NULL};
  for (Py_ssize_t i = 0; list != NULL && i < PyList_GET_SIZE(list); i++) {
    (void)cyn_elements_next(&elements, &element);
    bool is_null = cyn_value_type(element) == CYN_TYPE_NULL;
    PyObject *object = is_null ? Py_NewRef(Py_None) : field != NULL ? read_value(call, field, element) : read_any(call, element);
    if (object != NULL) PyList_SET_ITEM(list, i, object);
    else Py_CLEAR(list);
  }
  return list;
}

static PyObject *read_pairs(cyn_py_call *call, cyn_pairs pairs) {
  PyObject *dict = PyDict_New();
  cyn_bytes name;
  cyn_value value;
  while (dict != NULL && cyn_pairs_next(&pairs, &name, &value)) {
    PyObject *key = cyn_py_name(call, name), *object = key != NULL ? read_any(call, value) : NULL;
    if (object == NULL || PyDict_SetItem(dict, key, object) != 0) Py_CLEAR(dict);
    Py_XDECREF(key);
    Py_XDECREF(object);
  }
  return dict;
}

/* A value that no attribute was declared for. Items nest no deeper than 32 levels. */
static PyObject *read_any(cyn_py_call *call, cyn_value value) {
  cyn_bytes content;
  bool flag = false;
  int type = cyn_value_type(value);
  switch (type) {
    case CYN_TYPE_S: return read_text(cyn_value_string(value));
    case CYN_TYPE_N: return read_number(value);
    case CYN_TYPE_B: content = cyn_value_string(value); return PyBytes_FromStringAndSize(content.data, (Py_ssize_t)content.size);
    case CYN_TYPE_SS:
    case CYN_TYPE_NS:
    case CYN_TYPE_BS: return read_set(value, type);
    case CYN_TYPE_M: return read_pairs(call, cyn_value_pairs(value));
    case CYN_TYPE_L: return read_list(call, NULL, value);
    case CYN_TYPE_BOOL: (void)cyn_value_bool(value, &flag); return PyBool_FromLong(flag);
    case CYN_TYPE_NULL: return Py_NewRef(Py_None);
    default: return NULL;
  }
}

/* A raw map as its attribute sets it: a MapAttribute that holds the values. */
static PyObject *read_raw_map(cyn_py_call *call, cyn_value value) {
  cyn_py_plans *plans = cyn_py_plans_of(call->state);
  PyTypeObject *type = (PyTypeObject *)plans->map_type;
  PyObject *values = read_pairs(call, cyn_value_pairs(value));
  if (values == NULL) return NULL;
  PyObject *name, *ignored;
  Py_ssize_t at = 0;
  while (PyDict_Next(values, &at, &name, &ignored)) { /* MapAttribute(**values) takes some names as options */
    int is_option = PySet_Contains(plans->map_options, name);
    if (is_option == 0) continue;
    Py_DECREF(values);
    return NULL;
  }
  PyObject *map = PyBaseObject_Type.tp_new(type, plans->empty_tuple, NULL), *options = PyDict_New();
  bool fine = map != NULL && options != NULL && PyObject_GenericSetAttr(map, plans->attribute_kwargs, options) == 0 &&
              PyObject_GenericSetAttr(map, plans->attribute_values, values) == 0;
  Py_XDECREF(options);
  Py_DECREF(values);
  if (!fine) Py_CLEAR(map);
  return map;
}

/* ---- one value ---- */

static PyObject *read_by_python(cyn_py_call *call, const cyn_py_field *field, cyn_value value) {
  cyn_py_plans *plans = cyn_py_plans_of(call->state);
  PyObject *content;
  if (field->checks_type) {
    content = cyn_py_from_content(call, value, field->type);
  } else {
    PyObject *told = cyn_py_from_value(call, value); /* {'S': 'text'} */
    content = told != NULL ? PyObject_CallMethodOneArg(field->attribute, plans->get_value, told) : NULL;
    Py_XDECREF(told);
  }
  PyObject *read = content != NULL ? PyObject_CallMethodOneArg(field->attribute, plans->deserialize, content) : NULL;
  Py_XDECREF(content);
  return read;
}

static PyObject *read_class(cyn_py_call *call, const cyn_py_field *field, cyn_value value) {
  cyn_py_plans *plans = cyn_py_plans_of(call->state);
  PyObject *known = PyObject_GetAttr(field->attribute, plans->discriminator_map);
  PyObject *text = known != NULL && PyDict_Check(known) ? read_text(cyn_value_string(value)) : NULL;
  PyObject *found = text != NULL ? PyDict_GetItemWithError(known, text) : NULL;
  Py_XINCREF(found);
  Py_XDECREF(known);
  Py_XDECREF(text);
  return found;
}

static PyObject *read_value(cyn_py_call *call, const cyn_py_field *field, cyn_value value) {
  int type = cyn_value_type(value);
  cyn_bytes content;
  bool flag = false;
  PyObject *read = NULL;
  if (type != field->type && field->checks_type) return NULL;
  switch (field->reads) {
    case CYN_PY_CODEC_TEXT: return read_text(cyn_value_string(value));
    case CYN_PY_CODEC_NUMBER: return read_number(value);
    case CYN_PY_CODEC_VERSION: return read_integer(value);
    case CYN_PY_CODEC_BOOLEAN: (void)cyn_value_bool(value, &flag); return PyBool_FromLong(flag);
    case CYN_PY_CODEC_BINARY:
      content = cyn_value_string(value);
      return PyBytes_FromStringAndSize(content.data, (Py_ssize_t)content.size);
    case CYN_PY_CODEC_DATETIME: read = cyn_py_read_datetime(cyn_value_string(value)); break;
    case CYN_PY_CODEC_TTL: read = cyn_py_read_ttl(value); break;
    case CYN_PY_CODEC_TEXT_SET:
    case CYN_PY_CODEC_NUMBER_SET:
    case CYN_PY_CODEC_BINARY_SET: return read_set(value, type);
    case CYN_PY_CODEC_LIST: return read_list(call, field->element, value);
    case CYN_PY_CODEC_RAW_LIST: return read_list(call, NULL, value);
    case CYN_PY_CODEC_MAP: return cyn_py_plan_read(call, field->plan, cyn_value_pairs(value));
    case CYN_PY_CODEC_RAW_MAP: return read_raw_map(call, value);
    case CYN_PY_CODEC_DISCRIMINATOR: return read_class(call, field, value);
    default: break;
  }
  return read != NULL || PyErr_Occurred() ? read : read_by_python(call, field, value);
}

/* ---- instances ---- */

/* An instance with an empty attribute_values, or without one where `values` is NULL. */
static PyObject *make_instance(cyn_py_plans *plans, cyn_py_plan *plan, PyObject *values) {
  PyObject *instance;
  if (plan->makes_by_call) {
    PyObject *const arguments[] = {Py_False};
    instance = PyObject_Vectorcall((PyObject *)plan->type, arguments, 0, plans->making_keywords);
  } else {
    instance = PyBaseObject_Type.tp_new(plan->type, plans->empty_tuple, NULL);
    if (instance != NULL && plan->is_map) {
      PyObject *options = PyDict_New();
      if (options == NULL || PyObject_GenericSetAttr(instance, plans->attribute_kwargs, options) != 0) Py_CLEAR(instance);
      Py_XDECREF(options);
    }
  }
  if (instance != NULL && PyObject_GenericSetAttr(instance, plans->attribute_values, values) != 0) Py_CLEAR(instance);
  return instance;
}

/* Sets a field as `setattr(instance, name, value)` does. */
static bool set_field(const cyn_py_field *field, PyObject *instance, PyObject *values, PyObject *value, bool plainly) {
  return (plainly ? PyDict_SetItem(values, field->name, value) : PyObject_SetAttr(instance, field->name, value)) == 0;
}

static bool set_defaults(const cyn_py_plan *plan, PyObject *instance, PyObject *values) {
  for (size_t i = 0; i < plan->field_count && plan->has_default; i++) {
    const cyn_py_field *field = &plan->fields[i];
    if (field->default_value == NULL) continue;
    if (!field->default_is_odd) {
      if (PyDict_SetItem(values, field->name, field->default_value) != 0) return false;
      continue;
    }
    PyObject *value = PyCallable_Check(field->default_value) ? PyObject_CallNoArgs(field->default_value)
                                                             : Py_NewRef(field->default_value);
    bool fine = value != NULL && (value == Py_None || set_field(field, instance, values, value, false));
    Py_XDECREF(value);
    if (!fine) return false;
  }
  return true;
}

/* The class of the instance among its own values, where it is registered under a value. */
static bool set_class(cyn_py_plans *plans, const cyn_py_plan *plan, PyObject *values) {
  if (plan->discriminator < 0) return true;
  const cyn_py_field *field = &plan->fields[plan->discriminator];
  PyObject *known = PyObject_GetAttr(field->attribute, plans->class_map);
  int is_known = known != NULL ? PyDict_Check(known) && PyDict_Contains(known, (PyObject *)plan->type) : -1;
  Py_XDECREF(known);
  if (is_known <= 0) return is_known == 0;
  return PyDict_SetItem(values, field->name, (PyObject *)plan->type) == 0;
}

/* Makes the instance the long way; takes nothing. */
static PyObject *instance_by_fields(cyn_py_plans *plans, cyn_py_plan *plan, PyObject *const *found) {
  PyObject *values = PyDict_New(), *instance = values != NULL ? make_instance(plans, plan, values) : NULL;
  /* Callable defaults are called when the instance is made and when its values are read, as Python does. */
  bool fine = instance != NULL && set_class(plans, plan, values) &&
              (plan->makes_by_call || !plan->has_odd_default || set_defaults(plan, instance, values));
  if (fine && plan->has_odd_default && !plan->makes_by_call) {
    PyDict_Clear(values);
    fine = set_class(plans, plan, values);
  }
  fine = fine && set_defaults(plan, instance, values);
  for (size_t i = 0; i < plan->field_count && fine; i++)
    if (found[i] != NULL) fine = set_field(&plan->fields[i], instance, values, found[i], plan->fields[i].sets_plainly);
  Py_XDECREF(values);
  if (!fine) Py_CLEAR(instance);
  return instance;
}

/* Remembers attribute_values where these fields are present: the next instance like this one starts with a copy. What is not
 * from the item (defaults, the class) is the same in all. */
static void remember(cyn_py_plan *plan, uint64_t present, PyObject *instance, PyObject *attribute_values) {
#ifndef Py_GIL_DISABLED
  PyObject *values = PyObject_GenericGetAttr(instance, attribute_values);
  PyObject *template = values != NULL && PyDict_CheckExact(values) ? PyDict_Copy(values) : NULL;
  Py_XDECREF(values);
  for (size_t i = 0; template != NULL && i < plan->field_count; i++)
    if ((present >> i & 1) && PyDict_SetItem(template, plan->fields[i].name, Py_None) != 0) Py_CLEAR(template);
  if (template == NULL) PyErr_Clear();
  plan->template_fields = present;
  Py_XSETREF(plan->template, template);
#else
  (void)plan, (void)present, (void)instance, (void)attribute_values;
#endif
}

static PyObject *instance_by_template(cyn_py_plans *plans, cyn_py_plan *plan, PyObject *const *found) {
  PyObject *values = PyDict_Copy(plan->template);
  bool fine = values != NULL;
  for (size_t i = 0; i < plan->field_count && fine; i++)
    if (found[i] != NULL) fine = PyDict_SetItem(values, plan->fields[i].name, found[i]) == 0;
  PyObject *instance = fine ? make_instance(plans, plan, values) : NULL;
  Py_XDECREF(values);
  return instance;
}

/* Reads what the item has of the plan's fields into found[]; false: give up, or an exception. */
static bool read_fields(cyn_py_call *call, cyn_py_plan *plan, cyn_pairs pairs, PyObject **found, uint64_t *present, bool *is_plain) {
  cyn_bytes name;
  cyn_value value;
  for (size_t number = 0; cyn_pairs_next(&pairs, &name, &value); number++) {
    size_t guess = number < plan->field_count ? plan->expected[number] : 0;
    int at = (int)guess - 1;
    if (at < 0 || plan->fields[at].stored.size != name.size || memcmp(plan->fields[at].stored.data, name.data, name.size) != 0) {
      at = cyn_py_plan_find(plan, name);
      if (number < plan->field_count) plan->expected[number] = (uint16_t)(at + 1);
    }
    if (at < 0 || cyn_value_type(value) == CYN_TYPE_NULL) continue;
    const cyn_py_field *field = &plan->fields[at];
    if (found[at] != NULL || (found[at] = read_value(call, field, value)) == NULL) return false;
    if (at < 64) *present |= (uint64_t)1 << at;
    *is_plain = *is_plain && field->sets_plainly;
  }
  return true;
}

/* The plan of the class that the item's discriminator names; a new reference. NULL: give up, or an exception. */
static cyn_py_plan *plan_of_item(cyn_py_call *call, cyn_py_plan *plan, cyn_pairs pairs) {
  const cyn_py_field *field = plan->discriminator >= 0 ? &plan->fields[plan->discriminator] : NULL;
  cyn_bytes name;
  cyn_value value;
  while (field != NULL && cyn_pairs_next(&pairs, &name, &value)) {
    if (name.size != field->stored.size || memcmp(name.data, field->stored.data, name.size) != 0) continue;
    if (cyn_value_type(value) != CYN_TYPE_S || field->reads != CYN_PY_CODEC_DISCRIMINATOR) return NULL;
    PyObject *cls = read_class(call, field, value);
    bool is_ours = cls != NULL && PyType_Check(cls) && PyType_IsSubtype((PyTypeObject *)cls, plan->type);
    cyn_py_plan *found = is_ours ? cyn_py_plan_of(call->state, (PyTypeObject *)cls) : NULL;
    Py_XDECREF(cls);
    return found;
  }
  return (cyn_py_plan *)Py_NewRef(plan);
}

PyObject *cyn_py_plan_read(cyn_py_call *call, cyn_py_plan *outer, cyn_pairs pairs) {
  cyn_py_plans *plans = cyn_py_plans_of(call->state);
  PyObject *found[CYN_PY_FIELDS_MAX], *instance = NULL;
  cyn_py_plan *plan = plan_of_item(call, outer, pairs);
  if (plan == NULL || !plan->reads) {
    Py_XDECREF(plan);
    return NULL;
  }
  uint64_t present = 0;
  bool is_plain = plan->field_count <= 64 && !plan->has_odd_default && !plan->makes_by_call;
  memset(found, 0, plan->field_count * sizeof found[0]);
  if (read_fields(call, plan, pairs, found, &present, &is_plain)) {
    bool has_template = is_plain && plan->template != NULL && plan->template_fields == present;
    instance = has_template ? instance_by_template(plans, plan, found) : instance_by_fields(plans, plan, found);
    if (instance != NULL && is_plain && !has_template) remember(plan, present, instance, plans->attribute_values);
  }
  for (size_t i = 0; i < plan->field_count; i++) Py_XDECREF(found[i]);
  Py_DECREF(plan);
  return instance;
}

PyObject *cyn_py_plan_instance(cyn_py_call *call, cyn_py_plan *plan, cyn_item item) {
  PyObject *instance = cyn_py_plan_read(call, plan, cyn_item_pairs(item));
  if (instance != NULL || (PyErr_Occurred() && !PyErr_ExceptionMatches(PyExc_Exception))) return instance;
  PyErr_Clear(); /* Python's way raises it again, or something that tells more */
  PyObject *raw = cyn_py_from_item(call, item);
  if (raw != NULL) instance = PyObject_CallMethodOneArg((PyObject *)plan->type, cyn_py_plans_of(call->state)->from_raw_data, raw);
  Py_XDECREF(raw);
  return instance;
}
