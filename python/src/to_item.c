/* {'pk': {'S': 'a'}, …} -> the bytes of an item, through the builder of the call. What the builder cannot express (a value
 * with no type or with two, NULL that is false) is written as JSON and read by the core, which knows what DynamoDB says. */
#include "core.h"

/* DynamoDB takes 32 levels, and the builder has noted the 33rd by then: deeper parameters need no look. */
#define DEPTH_MAX 36

static bool put_value(cyn_py_call *call, const cyn_py_path *path, PyObject *value, cyn_bytes name, int depth);

int cyn_py_type_of(cyn_py_state *state, PyObject *name) {
  PyObject *const *types = state->words.types;
  for (int type = CYN_TYPE_S; type <= CYN_TYPE_BOOL; type++)
    if (name == types[type]) return type;
  if (!PyUnicode_Check(name)) return 0;
  for (int type = CYN_TYPE_S; type <= CYN_TYPE_BOOL; type++)
    if (PyUnicode_Compare(name, types[type]) == 0) return type;
  return 0;
}

/* The text stays with `value` while the builder copies it. False: an exception, or *is_text says that a problem is noted. */
static bool text_of(cyn_py_call *call, const cyn_py_path *path, PyObject *value, cyn_bytes *out, bool *is_text) {
  *is_text = PyUnicode_Check(value) && cyn_py_utf8(value, out);
  if (*is_text) return true;
  PyErr_Clear();
  return cyn_py_to_bytes(call, path, value, out); /* notes what is wrong */
}

static bool put_blob(cyn_py_call *call, const cyn_py_path *path, PyObject *value, cyn_bytes name) {
  if (PyBytes_Check(value)) {
    cyn_item_put_binary(call->builder, name, (cyn_bytes){PyBytes_AS_STRING(value), (size_t)PyBytes_GET_SIZE(value)});
    return true;
  }
  cyn_bytes content = {NULL, 0};
  if (!cyn_py_to_blob(call, path, value, &content)) return false;
  if (content.data != NULL) cyn_item_put_binary(call->builder, name, content);
  return true;
}

static bool put_set(cyn_py_call *call, const cyn_py_path *path, PyObject *value, cyn_bytes name, int type) {
  if (!PyList_Check(value) && !PyTuple_Check(value)) return cyn_py_problem_type(call, path, value, CYN_PY_TYPES_LIST);
  size_t count = (size_t)PySequence_Fast_GET_SIZE(value), done = 0;
  if (count > SIZE_MAX / 4 / sizeof(cyn_bytes)) return PyErr_NoMemory() != NULL;
  cyn_bytes *elements = cyn_py_alloc(call, (count + 1) * sizeof *elements);
  if (elements == NULL) return false;
  for (; done < count; done++) {
    PyObject *element = cyn_py_element(value, (Py_ssize_t)done);
    if (element == NULL) break;
    const cyn_py_path below = {.parent = path, .index = (Py_ssize_t)done};
    bool fine = type == CYN_TYPE_BS ? cyn_py_to_blob(call, &below, element, &elements[done])
                                    : cyn_py_to_bytes(call, &below, element, &elements[done]);
    Py_DECREF(element);
    if (!fine) return false;
  }
  if (call->problems != NULL) return true;
  if (type == CYN_TYPE_SS) cyn_item_put_string_set(call->builder, name, elements, done);
  else if (type == CYN_TYPE_NS) cyn_item_put_number_set(call->builder, name, elements, done);
  else cyn_item_put_binary_set(call->builder, name, elements, done);
  return true;
}

static bool put_list(cyn_py_call *call, const cyn_py_path *path, PyObject *value, cyn_bytes name, int depth) {
  if (!PyList_Check(value) && !PyTuple_Check(value)) return cyn_py_problem_type(call, path, value, CYN_PY_TYPES_LIST);
  Py_ssize_t count = PySequence_Fast_GET_SIZE(value);
  cyn_item_open_list(call->builder, name);
  bool fine = true;
  for (Py_ssize_t i = 0; i < count && fine && !call->is_too_deep; i++) {
    PyObject *element = cyn_py_element(value, i);
    if (element == NULL) break;
    const cyn_py_path below = {.parent = path, .index = i};
    fine = put_value(call, &below, element, CYN_ELEMENT, depth + 1);
    Py_DECREF(element);
  }
  cyn_item_close(call->builder);
  return fine;
}

static bool put_pairs(cyn_py_call *call, const cyn_py_path *path, PyObject *dict, int depth) {
  cyn_py_pairs pairs;
  if (!cyn_py_pairs_begin(&pairs, dict)) return false;
  bool fine = true;
  while (fine && !call->is_too_deep && cyn_py_pairs_next(&pairs)) {
    const cyn_py_path key = {.parent = path, .key = pairs.key, .is_key_itself = true}, below = {.parent = path, .key = pairs.key};
    cyn_bytes name;
    bool is_text;
    fine = text_of(call, &key, pairs.key, &name, &is_text) &&
           put_value(call, &below, pairs.value, is_text ? name : cyn_str("?"), depth);
  }
  cyn_py_pairs_end(&pairs);
  return fine;
}

static bool put_map(cyn_py_call *call, const cyn_py_path *path, PyObject *value, cyn_bytes name, int depth) {
  if (!PyDict_Check(value)) return cyn_py_problem_type(call, path, value, CYN_PY_TYPES_DICT);
  cyn_item_open_map(call->builder, name);
  bool fine = put_pairs(call, path, value, depth + 1);
  cyn_item_close(call->builder);
  return fine;
}

static bool put_text(cyn_py_call *call, const cyn_py_path *path, PyObject *value, cyn_bytes name, int type) {
  cyn_bytes text;
  bool is_text;
  if (!text_of(call, path, value, &text, &is_text)) return false;
  if (!is_text) return true;
  if (type == CYN_TYPE_S) cyn_item_put_string(call->builder, name, text);
  else cyn_item_put_number(call->builder, name, text);
  return true;
}

/* {"S": content}: one member of an attribute value. */
static bool put_member(cyn_py_call *call, const cyn_py_path *path, int type, PyObject *content, cyn_bytes name, int depth) {
  switch (type) {
    case CYN_TYPE_S:
    case CYN_TYPE_N: return put_text(call, path, content, name, type);
    case CYN_TYPE_B: return put_blob(call, path, content, name);
    case CYN_TYPE_SS:
    case CYN_TYPE_NS:
    case CYN_TYPE_BS: return put_set(call, path, content, name, type);
    case CYN_TYPE_M: return put_map(call, path, content, name, depth);
    case CYN_TYPE_L: return put_list(call, path, content, name, depth);
    default: break;
  }
  if (!PyBool_Check(content)) return cyn_py_problem_type(call, path, content, "<class 'bool'>");
  if (type == CYN_TYPE_BOOL) cyn_item_put_bool(call->builder, name, content == Py_True);
  else if (content == Py_True) cyn_item_put_null(call->builder, name);
  else call->is_odd = true;
  return true;
}

static bool put_value(cyn_py_call *call, const cyn_py_path *path, PyObject *value, cyn_bytes name, int depth) {
  if (!PyDict_Check(value)) return cyn_py_problem_type(call, path, value, CYN_PY_TYPES_DICT);
  if (depth > DEPTH_MAX) {
    call->is_too_deep = true;
    return true;
  }
  if (PyDict_GET_SIZE(value) != 1) call->is_odd = true;
  cyn_py_pairs pairs;
  if (!cyn_py_pairs_begin(&pairs, value)) return false;
  bool fine = true;
  while (fine && cyn_py_pairs_next(&pairs)) {
    int type = cyn_py_type_of(call->state, pairs.key);
    if (type == 0) {
      fine = cyn_py_problem_unknown(call, path, pairs.key, NULL);
      continue;
    }
    static const char *const members[] = {"", "S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"};
    const cyn_py_path below = {.parent = path, .member = members[type]};
    fine = put_member(call, &below, type, pairs.value, name, depth);
  }
  cyn_py_pairs_end(&pairs);
  return fine;
}

bool cyn_py_put_value(cyn_py_call *call, PyObject *value, cyn_bytes name, int depth) {
  static const cyn_py_path root = {NULL, NULL, NULL, 0, false};
  return put_value(call, &root, value, name, depth);
}

/* Takes the builder's item, or reads `dict` the long way; the bytes are the call's. */
static bool take_item(cyn_py_call *call, PyObject *dict, cyn_item *out) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_item item;
  cyn_bytes json;
  cyn_status status;
  if (call->is_odd && !call->is_too_deep) {
    if (!cyn_py_item_to_json(call, dict, &json)) return false;
    status = cyn_item_from_json(call->builder, json, &item, &error);
  } else {
    status = cyn_item_builder_finish(call->builder, &item, &error);
  }
  if (status != CYN_OK) return cyn_py_raise(call, NULL, &error) != NULL;
  cyn_bytes copy = cyn_py_copy(call, (const char *)item.data, item.size);
  if (copy.data == NULL) return false;
  *out = (cyn_item){(const uint8_t *)copy.data, copy.size, NULL};
  if (item.fault == NULL) return true;
  cyn_fault *fault = cyn_py_alloc(call, sizeof *fault);
  if (fault == NULL) return false;
  cyn_bytes attribute = item.fault->attribute, message = cyn_str(item.fault->message);
  fault->attribute = attribute.data != NULL ? cyn_py_copy(call, attribute.data, attribute.size) : attribute;
  fault->message = cyn_py_copy(call, message.data, message.size).data;
  out->fault = fault;
  return fault->message != NULL;
}

bool cyn_py_to_item(cyn_py_call *call, const cyn_py_path *path, PyObject *value, cyn_item *out) {
  if (!PyDict_Check(value)) return cyn_py_problem_type(call, path, value, CYN_PY_TYPES_DICT);
  cyn_item_builder_reset(call->builder);
  call->is_odd = call->is_too_deep = false;
  if (!put_pairs(call, path, value, 1)) return false;
  return call->problems != NULL || take_item(call, value, out);
}

bool cyn_py_to_value(cyn_py_call *call, const cyn_py_path *path, PyObject *value, cyn_value *out) {
  cyn_item_builder_reset(call->builder);
  call->is_odd = call->is_too_deep = false;
  if (!put_value(call, path, value, cyn_str("v"), 1)) return false;
  if (call->problems != NULL) return true;
  PyObject *dict = PyDict_New();
  cyn_item item = {NULL, 0, NULL};
  bool fine = dict != NULL && PyDict_SetItemString(dict, "v", value) == 0 && take_item(call, dict, &item);
  Py_XDECREF(dict);
  *out = cyn_item_get(item, cyn_str("v"));
  out->fault = item.fault;
  return fine;
}
