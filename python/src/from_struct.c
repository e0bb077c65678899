/* The output struct of an operation -> what botocore's parser makes of the answer: absent members are left out, timestamps
 * are datetimes of the local zone, numbers int or float. */
#include "core.h"

static PyObject *from_slot(cyn_py_call *call, const cyn_py_shape *shape, const void *slot);

static bool is_absent(const cyn_py_shape *shape, const void *slot) {
  switch (shape->kind) {
    case CYN_PY_STRING:
    case CYN_PY_BLOB: return ((const cyn_bytes *)slot)->data == NULL;
    case CYN_PY_INTEGER: return !((const cyn_opt_int *)slot)->is_set;
    case CYN_PY_DOUBLE:
    case CYN_PY_TIMESTAMP: return !((const cyn_opt_double *)slot)->is_set;
    case CYN_PY_BOOLEAN: return !((const cyn_opt_bool *)slot)->is_set;
    case CYN_PY_VALUE: return ((const cyn_value *)slot)->data == NULL;
    case CYN_PY_ITEM: return ((const cyn_item *)slot)->data == NULL;
    case CYN_PY_STRUCTURE: return *(const void *const *)slot == NULL;
    case CYN_PY_LIST:
    case CYN_PY_MAP: return ((const cyn_string_list *)slot)->at == NULL;
  }
  return true;
}

static PyObject *from_structure(cyn_py_call *call, const cyn_py_shape *shape, const char *structure) {
  PyObject *dict = PyDict_New();
  for (uint32_t i = 0; i < shape->member_count && dict != NULL; i++) {
    const cyn_py_member *member = &shape->members[i];
    const void *slot = structure + member->offset;
    if (is_absent(member->shape, slot)) continue;
    PyObject *value = from_slot(call, member->shape, slot);
    if (value == NULL || PyDict_SetItem(dict, call->state->names[member->name_number], value) != 0) Py_CLEAR(dict);
    Py_XDECREF(value);
  }
  return dict;
}

typedef struct sequence {
  size_t count;
  const char *at;
} sequence;

static PyObject *from_list(cyn_py_call *call, const cyn_py_shape *shape, const sequence *from) {
  PyObject *list = PyList_New((Py_ssize_t)from->count);
  size_t slot = cyn_py_slot_size(shape->element);
  for (size_t i = 0; list != NULL && i < from->count; i++) {
    const void *at = from->at + i * slot;
    PyObject *value = is_absent(shape->element, at) ? Py_NewRef(Py_None) : from_slot(call, shape->element, at);
    if (value == NULL) Py_CLEAR(list);
    else PyList_SET_ITEM(list, (Py_ssize_t)i, value);
  }
  return list;
}

static PyObject *from_map(cyn_py_call *call, const cyn_py_shape *shape, const sequence *from) {
  PyObject *dict = PyDict_New();
  size_t entry = sizeof(cyn_bytes) + cyn_py_slot_size(shape->element);
  for (size_t i = 0; dict != NULL && i < from->count; i++) {
    const char *at = from->at + i * entry;
    cyn_bytes key;
    memcpy(&key, at, sizeof key);
    const void *slot = at + sizeof key;
    PyObject *name = cyn_py_name(call, key), *value = NULL;
    if (name != NULL) value = is_absent(shape->element, slot) ? Py_NewRef(Py_None) : from_slot(call, shape->element, slot);
    if (value == NULL || PyDict_SetItem(dict, name, value) != 0) Py_CLEAR(dict);
    Py_XDECREF(name);
    Py_XDECREF(value);
  }
  return dict;
}

/* datetime is imported when the first timestamp comes. */
static PyObject *from_timestamp(cyn_py_state *state, double seconds) {
  if (state->from_timestamp == NULL) {
    PyObject *module = PyImport_ImportModule("datetime");
    PyObject *type = module != NULL ? PyObject_GetAttrString(module, "datetime") : NULL;
    PyObject *zone = type != NULL ? PyObject_GetAttrString(module, "timezone") : NULL;
    PyObject *utc = zone != NULL ? PyObject_GetAttrString(zone, "utc") : NULL;
    PyObject *from = utc != NULL ? PyObject_GetAttrString(type, "fromtimestamp") : NULL;
    Py_XSETREF(state->utc, Py_XNewRef(utc));
    Py_XSETREF(state->from_timestamp, Py_XNewRef(from));
    Py_XDECREF(from);
    Py_XDECREF(utc);
    Py_XDECREF(zone);
    Py_XDECREF(type);
    Py_XDECREF(module);
    if (state->from_timestamp == NULL) return NULL;
  }
  PyObject *moment = PyObject_CallFunction(state->from_timestamp, "dO", seconds, state->utc);
  PyObject *local = moment != NULL ? PyObject_CallMethodNoArgs(moment, state->words.astimezone) : NULL;
  Py_XDECREF(moment);
  return local;
}

static PyObject *from_slot(cyn_py_call *call, const cyn_py_shape *shape, const void *slot) {
  const cyn_bytes *bytes = slot;
  switch (shape->kind) {
    case CYN_PY_STRING: return PyUnicode_DecodeUTF8(bytes->data, (Py_ssize_t)bytes->size, NULL);
    case CYN_PY_BLOB: return PyBytes_FromStringAndSize(bytes->data, (Py_ssize_t)bytes->size);
    case CYN_PY_INTEGER: return PyLong_FromLongLong(((const cyn_opt_int *)slot)->value);
    case CYN_PY_DOUBLE: return PyFloat_FromDouble(((const cyn_opt_double *)slot)->value);
    case CYN_PY_TIMESTAMP: return from_timestamp(call->state, ((const cyn_opt_double *)slot)->value);
    case CYN_PY_BOOLEAN: return PyBool_FromLong(((const cyn_opt_bool *)slot)->value);
    case CYN_PY_VALUE: return cyn_py_from_value(call, *(const cyn_value *)slot);
    case CYN_PY_ITEM: return cyn_py_from_item(call, *(const cyn_item *)slot);
    case CYN_PY_STRUCTURE: return from_structure(call, shape, *(const char *const *)slot);
    case CYN_PY_LIST: return from_list(call, shape, slot);
    case CYN_PY_MAP: return from_map(call, shape, slot);
  }
  return Py_NewRef(Py_None);
}

PyObject *cyn_py_from_output(cyn_py_call *call, const cyn_py_operation *operation, const void *output) {
  return from_structure(call, operation->output, output);
}
