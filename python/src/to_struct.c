/* boto-shaped parameters -> the input struct of an operation, by the tables of shapes. All bytes are copied: another thread
 * may change or free the caller's objects while the call is under way. Problems are noted and the walk goes on, as botocore
 * does. Structures nest no deeper than the API says; items have a depth of their own (to_item.c). */
#include "core.h"

static bool to_slot(cyn_py_call *call, const cyn_py_path *path, const cyn_py_shape *shape, PyObject *value, void *slot);

/* Encoding fails for lone surrogates only; that is the caller's mistake and no crash of ours. */
static bool note_no_text(cyn_py_call *call, const cyn_py_path *path) {
  if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError)) return false;
  PyErr_Clear();
  return cyn_py_problem_text(call, path, "a str with lone surrogates is no text");
}

bool cyn_py_to_bytes(cyn_py_call *call, const cyn_py_path *path, PyObject *value, cyn_bytes *out) {
  cyn_bytes text;
  if (!PyUnicode_Check(value)) return cyn_py_problem_type(call, path, value, CYN_PY_TYPES_STR);
  if (!cyn_py_utf8(value, &text)) return note_no_text(call, path);
  *out = cyn_py_copy(call, text.data, text.size);
  return out->data != NULL;
}

/* A file-like object: what its read() gives. */
static bool read_blob(cyn_py_call *call, const cyn_py_path *path, PyObject *value, cyn_bytes *out) {
  PyObject *read = PyObject_GetAttr(value, call->state->words.read);
  if (read == NULL) {
    if (!PyErr_ExceptionMatches(PyExc_AttributeError)) return false;
    PyErr_Clear();
    return cyn_py_problem_type(call, path, value, CYN_PY_TYPES_BLOB);
  }
  PyObject *content = PyObject_CallNoArgs(read);
  Py_DECREF(read);
  if (content == NULL) return false;
  bool fine = PyBytes_Check(content) || PyUnicode_Check(content) || PyByteArray_Check(content)
                  ? cyn_py_to_blob(call, path, content, out)
                  : cyn_py_problem_type(call, path, value, CYN_PY_TYPES_BLOB);
  Py_DECREF(content);
  return fine;
}

bool cyn_py_to_blob(cyn_py_call *call, const cyn_py_path *path, PyObject *value, cyn_bytes *out) {
  if (PyBytes_Check(value)) {
    *out = cyn_py_copy(call, PyBytes_AS_STRING(value), (size_t)PyBytes_GET_SIZE(value));
    return out->data != NULL;
  }
  if (PyUnicode_Check(value)) return cyn_py_to_bytes(call, path, value, out);
  if (!PyObject_CheckBuffer(value)) return read_blob(call, path, value, out);
  Py_buffer view;
  if (PyObject_GetBuffer(value, &view, PyBUF_SIMPLE) != 0) {
    if (!PyErr_ExceptionMatches(PyExc_BufferError) && !PyErr_ExceptionMatches(PyExc_ValueError)) return false;
    PyErr_Clear(); /* not contiguous, released */
    return cyn_py_problem_type(call, path, value, CYN_PY_TYPES_BLOB);
  }
  *out = cyn_py_copy(call, view.buf, (size_t)view.len);
  PyBuffer_Release(&view);
  return out->data != NULL;
}

/* ---- scalars ---- */

static bool to_string(cyn_py_call *call, const cyn_py_path *path, const cyn_py_shape *shape, PyObject *value, cyn_bytes *out) {
  if (!cyn_py_to_bytes(call, path, value, out)) return false;
  bool is_short = shape->has_min && PyUnicode_Check(value) && PyUnicode_GET_LENGTH(value) < shape->min;
  return !is_short || cyn_py_problem_small(call, path, value, "length", shape->min);
}

static bool to_integer(cyn_py_call *call, const cyn_py_path *path, const cyn_py_shape *shape, PyObject *value, cyn_opt_int *out) {
  if (!PyLong_Check(value)) return cyn_py_problem_type(call, path, value, "<class 'int'>");
  int overflow = 0;
  long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
  if (number == -1 && overflow == 0 && PyErr_Occurred()) return false;
  if (overflow != 0) return cyn_py_problem_text(call, path, "an integer of more than 64 bits");
  if (shape->has_min && number < shape->min) return cyn_py_problem_small(call, path, value, "value", shape->min);
  *out = cyn_int(number);
  return true;
}

static bool to_double(cyn_py_call *call, const cyn_py_path *path, PyObject *value, cyn_opt_double *out) {
  bool is_number = PyFloat_Check(value) || PyLong_Check(value) || strcmp(Py_TYPE(value)->tp_name, "decimal.Decimal") == 0;
  if (!is_number)
    return cyn_py_problem_type(call, path, value, "<class 'float'>, <class 'decimal.Decimal'>, <class 'int'>");
  double number = PyFloat_AsDouble(value);
  if (number == -1.0 && PyErr_Occurred()) {
    if (!PyErr_ExceptionMatches(PyExc_OverflowError)) return false;
    PyErr_Clear();
    return cyn_py_problem_text(call, path, "a number out of range");
  }
  *out = cyn_double(number);
  return true;
}

/* A datetime, a number of seconds, or an ISO 8601 text. */
static bool to_timestamp(cyn_py_call *call, const cyn_py_path *path, PyObject *value, cyn_opt_double *out) {
  static const char *const types = "<class 'datetime.datetime'>, timestamp-string";
  PyObject *moment = Py_NewRef(value);
  if (PyUnicode_Check(value)) {
    PyObject *module = PyImport_ImportModule("datetime");
    PyObject *type = module != NULL ? PyObject_GetAttrString(module, "datetime") : NULL;
    Py_SETREF(moment, type != NULL ? PyObject_CallMethod(type, "fromisoformat", "O", value) : NULL);
    Py_XDECREF(type);
    Py_XDECREF(module);
  }
  PyObject *seconds = NULL;
  if (moment != NULL)
    seconds = PyFloat_Check(moment) || PyLong_Check(moment) ? PyNumber_Float(moment)
                                                            : PyObject_CallMethodNoArgs(moment, call->state->words.timestamp);
  Py_XDECREF(moment);
  bool fine = seconds != NULL && PyFloat_Check(seconds);
  if (fine) *out = cyn_double(PyFloat_AS_DOUBLE(seconds));
  Py_XDECREF(seconds);
  if (fine) return true;
  if (PyErr_Occurred() && (!PyErr_ExceptionMatches(PyExc_Exception) || PyErr_ExceptionMatches(PyExc_MemoryError))) return false;
  PyErr_Clear();
  return cyn_py_problem_type(call, path, value, types);
}

/* ---- structures, lists, maps ---- */

static const cyn_py_member *find_member(const cyn_py_shape *shape, PyObject *name) {
  cyn_bytes text;
  if (!PyUnicode_Check(name)) return NULL;
  if (!cyn_py_utf8(name, &text)) {
    PyErr_Clear();
    return NULL;
  }
  for (uint32_t i = 0; i < shape->member_count; i++)
    if (shape->members[i].name_size == text.size && memcmp(shape->members[i].name, text.data, text.size) == 0)
      return &shape->members[i];
  return NULL;
}

/* What is missing, and what nobody knows, comes before the members' own problems. */
static bool check_names(cyn_py_call *call, const cyn_py_path *path, const cyn_py_shape *shape, PyObject *dict) {
  bool fine = true;
  for (uint32_t i = 0; i < shape->member_count && fine; i++) {
    if (!shape->members[i].is_required) continue;
    PyObject *name = call->state->names[shape->members[i].name_number];
    int found = PyDict_Contains(dict, name);
    fine = found > 0 || (found == 0 && cyn_py_problem_missing(call, path, shape->members[i].name));
  }
  cyn_py_pairs pairs;
  if (!fine || !cyn_py_pairs_begin(&pairs, dict)) return false;
  while (fine && cyn_py_pairs_next(&pairs))
    if (find_member(shape, pairs.key) == NULL) fine = cyn_py_problem_unknown(call, path, pairs.key, shape);
  cyn_py_pairs_end(&pairs);
  return fine;
}

static void *to_structure(cyn_py_call *call, const cyn_py_path *path, const cyn_py_shape *shape, PyObject *dict) {
  char *out = cyn_py_alloc(call, shape->size);
  if (out == NULL || !check_names(call, path, shape, dict)) return NULL;
  size_t size = shape->size;
  memcpy(out, &size, sizeof size);
  bool fine = true;
  cyn_py_pairs pairs;
  if (!cyn_py_pairs_begin(&pairs, dict)) return NULL;
  while (fine && cyn_py_pairs_next(&pairs)) {
    const cyn_py_member *member = find_member(shape, pairs.key);
    if (member == NULL) continue;
    const cyn_py_path below = {.parent = path, .member = member->name};
    fine = to_slot(call, &below, member->shape, pairs.value, out + member->offset);
  }
  cyn_py_pairs_end(&pairs);
  return fine ? out : NULL;
}

/* Lists and maps in the structs of the API: a count and where the elements stand. */
typedef struct sequence {
  size_t count;
  char *at;
} sequence;

static bool to_list(cyn_py_call *call, const cyn_py_path *path, const cyn_py_shape *shape, PyObject *value, sequence *out) {
  if (!PyList_Check(value) && !PyTuple_Check(value)) return cyn_py_problem_type(call, path, value, CYN_PY_TYPES_LIST);
  Py_ssize_t count = PySequence_Fast_GET_SIZE(value);
  if (shape->has_min && count < shape->min && !cyn_py_problem_small(call, path, value, "length", shape->min)) return false;
  size_t slot = cyn_py_slot_size(shape->element);
  if ((size_t)count > SIZE_MAX / 4 / slot) return PyErr_NoMemory() != NULL;
  out->at = cyn_py_alloc(call, (size_t)count * slot + 1);
  if (out->at == NULL) return false;
  for (Py_ssize_t i = 0; i < count; i++) {
    PyObject *element = cyn_py_element(value, i);
    if (element == NULL) break; /* it has become shorter */
    const cyn_py_path below = {.parent = path, .index = i};
    bool fine = to_slot(call, &below, shape->element, element, out->at + (size_t)i * slot);
    Py_DECREF(element);
    if (!fine) return false;
    out->count++;
  }
  return true;
}

static bool to_map(cyn_py_call *call, const cyn_py_path *path, const cyn_py_shape *shape, PyObject *value, sequence *out) {
  static const cyn_py_shape any_key = {.kind = CYN_PY_STRING, .size = sizeof(cyn_bytes)};
  if (!PyDict_Check(value)) return cyn_py_problem_type(call, path, value, CYN_PY_TYPES_DICT);
  size_t count = (size_t)PyDict_GET_SIZE(value), entry = sizeof(cyn_bytes) + cyn_py_slot_size(shape->element);
  if (count > SIZE_MAX / 4 / entry) return PyErr_NoMemory() != NULL;
  out->at = cyn_py_alloc(call, count * entry + 1);
  cyn_py_pairs pairs;
  if (out->at == NULL || !cyn_py_pairs_begin(&pairs, value)) return false;
  bool fine = true;
  while (fine && out->count < count && cyn_py_pairs_next(&pairs)) {
    char *slot = out->at + out->count * entry;
    const cyn_py_path key = {.parent = path, .key = pairs.key, .is_key_itself = true}, below = {.parent = path, .key = pairs.key};
    fine = to_string(call, &key, shape->key != NULL ? shape->key : &any_key, pairs.key, (cyn_bytes *)(void *)slot) &&
           to_slot(call, &below, shape->element, pairs.value, slot + sizeof(cyn_bytes));
    out->count++;
  }
  cyn_py_pairs_end(&pairs);
  return fine;
}

static bool to_slot(cyn_py_call *call, const cyn_py_path *path, const cyn_py_shape *shape, PyObject *value, void *slot) {
  switch (shape->kind) {
    case CYN_PY_STRING: return to_string(call, path, shape, value, slot);
    case CYN_PY_INTEGER: return to_integer(call, path, shape, value, slot);
    case CYN_PY_DOUBLE: return to_double(call, path, value, slot);
    case CYN_PY_TIMESTAMP: return to_timestamp(call, path, value, slot);
    case CYN_PY_BOOLEAN:
      if (!PyBool_Check(value)) return cyn_py_problem_type(call, path, value, "<class 'bool'>");
      *(cyn_opt_bool *)slot = cyn_bool(value == Py_True);
      return true;
    case CYN_PY_BLOB: return cyn_py_to_blob(call, path, value, slot);
    case CYN_PY_VALUE: return cyn_py_to_value(call, path, value, slot);
    case CYN_PY_ITEM: return cyn_py_to_item(call, path, value, slot);
    case CYN_PY_LIST: return to_list(call, path, shape, value, slot);
    case CYN_PY_MAP: return to_map(call, path, shape, value, slot);
    case CYN_PY_STRUCTURE: break;
  }
  if (!PyDict_Check(value)) return cyn_py_problem_type(call, path, value, CYN_PY_TYPES_DICT);
  void *structure = to_structure(call, path, shape, value);
  *(void **)slot = structure;
  return structure != NULL;
}

const void *cyn_py_to_input(cyn_py_call *call, const cyn_py_operation *operation, PyObject *params) {
  static const cyn_py_path root = {NULL, NULL, NULL, 0, false};
  void *input = NULL;
  if (!to_slot(call, &root, operation->input, params, &input)) return NULL;
  if (call->problems != NULL) return cyn_py_raise_problems(call, operation->name);
  return input;
}
