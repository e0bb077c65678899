/* Item bytes -> {'pk': {'S': 'a'}, …}. Values are those of this library, so their shape is sound and no deeper than 32
 * levels; names come from the memo of the call. */
#include "core.h"

static PyObject *from_bytes(cyn_bytes content) {
  return PyUnicode_DecodeUTF8(content.data, (Py_ssize_t)content.size, NULL);
}

static PyObject *from_set(cyn_value value, int type) {
  PyObject *list = PyList_New((Py_ssize_t)cyn_value_count(value));
  cyn_elements elements = cyn_value_elements(value);
  Py_ssize_t count = list != NULL ? PyList_GET_SIZE(list) : 0;
  for (Py_ssize_t i = 0; i < count; i++) {
    PyObject *element = NULL;
    char number[CYN_NUMBER_TEXT_SIZE];
    cyn_bytes content = {"", 0};
    if (type == CYN_TYPE_NS) {
      size_t size = cyn_elements_next_number(&elements, number);
      element = PyUnicode_FromStringAndSize(number, (Py_ssize_t)size);
    } else {
      (void)cyn_elements_next_string(&elements, &content);
      element = type == CYN_TYPE_SS ? from_bytes(content) : PyBytes_FromStringAndSize(content.data, (Py_ssize_t)content.size);
    }
    if (element == NULL) {
      Py_DECREF(list);
      return NULL;
    }
    PyList_SET_ITEM(list, i, element);
  }
  return list;
}

static PyObject *from_list(cyn_py_call *call, cyn_value value) {
  PyObject *list = PyList_New((Py_ssize_t)cyn_value_count(value));
  cyn_elements elements = cyn_value_elements(value);
  cyn_value element = {NULL, 0, NULL};
  Py_ssize_t count = list != NULL ? PyList_GET_SIZE(list) : 0;
  for (Py_ssize_t i = 0; i < count; i++) {
    (void)cyn_elements_next(&elements, &element);
    PyObject *object = cyn_py_from_value(call, element);
    if (object == NULL) {
      Py_DECREF(list);
      return NULL;
    }
    PyList_SET_ITEM(list, i, object);
  }
  return list;
}

static PyObject *from_pairs(cyn_py_call *call, cyn_pairs pairs) {
  PyObject *dict = PyDict_New();
  cyn_bytes name;
  cyn_value value;
  while (dict != NULL && cyn_pairs_next(&pairs, &name, &value)) {
    PyObject *key = cyn_py_name(call, name), *object = key != NULL ? cyn_py_from_value(call, value) : NULL;
    if (object == NULL || PyDict_SetItem(dict, key, object) != 0) Py_CLEAR(dict);
    Py_XDECREF(key);
    Py_XDECREF(object);
  }
  return dict;
}

PyObject *cyn_py_from_content(cyn_py_call *call, cyn_value value, int type) {
  char number[CYN_NUMBER_TEXT_SIZE];
  cyn_bytes content;
  bool flag = false;
  size_t size;
  switch (type) {
    case CYN_TYPE_S: return from_bytes(cyn_value_string(value));
    case CYN_TYPE_N: size = cyn_value_number_text(value, number); return PyUnicode_FromStringAndSize(number, (Py_ssize_t)size);
    case CYN_TYPE_B:
      content = cyn_value_string(value);
      return PyBytes_FromStringAndSize(content.data, (Py_ssize_t)content.size);
    case CYN_TYPE_SS:
    case CYN_TYPE_NS:
    case CYN_TYPE_BS: return from_set(value, type);
    case CYN_TYPE_M: return from_pairs(call, cyn_value_pairs(value));
    case CYN_TYPE_L: return from_list(call, value);
    case CYN_TYPE_BOOL: (void)cyn_value_bool(value, &flag); return PyBool_FromLong(flag);
    default: return PyBool_FromLong(1); /* NULL */
  }
}

PyObject *cyn_py_from_value(cyn_py_call *call, cyn_value value) {
  int type = cyn_value_type(value);
  if (type == 0) return PyDict_New();
  PyObject *dict = PyDict_New(), *content = dict != NULL ? cyn_py_from_content(call, value, type) : NULL;
  if (content == NULL || PyDict_SetItem(dict, call->state->words.types[type], content) != 0) Py_CLEAR(dict);
  Py_XDECREF(content);
  return dict;
}

PyObject *cyn_py_from_item(cyn_py_call *call, cyn_item item) { return from_pairs(call, cyn_item_pairs(item)); }
