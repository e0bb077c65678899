/* The report that botocore makes of parameters before it sends anything: the same texts, in the same order. It is collected
 * while the parameters are converted, so correct ones pay nothing for it. */
#include "core.h"

/* ".Item.pk.L[0]" of a path; a new reference. */
static PyObject *path_text(const cyn_py_path *path) {
  if (path == NULL || path->parent == NULL) return PyUnicode_FromString("");
  PyObject *before = path_text(path->parent), *out;
  if (before == NULL) return NULL;
  if (path->member != NULL) out = PyUnicode_FromFormat("%U.%s", before, path->member);
  else if (path->key != NULL && path->is_key_itself) out = PyUnicode_FromFormat("%U (key: %S)", before, path->key);
  else if (path->key != NULL) out = PyUnicode_FromFormat("%U.%S", before, path->key);
  else out = PyUnicode_FromFormat("%U[%zd]", before, path->index);
  Py_DECREF(before);
  return out;
}

static PyObject *place(const cyn_py_path *path) {
  PyObject *text = path_text(path);
  if (text == NULL) return NULL;
  Py_ssize_t size = PyUnicode_GET_LENGTH(text);
  PyObject *out;
  if (size == 0) out = PyUnicode_FromString("input");
  else if (PyUnicode_READ_CHAR(text, 0) == '.') out = PyUnicode_Substring(text, 1, size);
  else out = Py_NewRef(text);
  Py_DECREF(text);
  return out;
}

/* Takes the reference. */
static bool note(cyn_py_call *call, PyObject *text) {
  if (text == NULL) return false;
  if (call->problems == NULL) call->problems = PyList_New(0);
  bool fine = call->problems != NULL && PyList_Append(call->problems, text) == 0;
  Py_DECREF(text);
  return fine;
}

bool cyn_py_problem_type(cyn_py_call *call, const cyn_py_path *path, PyObject *value, const char *valid_types) {
  PyObject *where = place(path);
  if (where == NULL) return false;
  PyObject *text = PyUnicode_FromFormat("Invalid type for parameter %U, value: %S, type: %S, valid types: %s", where, value,
                                        (PyObject *)Py_TYPE(value), valid_types);
  Py_DECREF(where);
  return note(call, text);
}

bool cyn_py_problem_missing(cyn_py_call *call, const cyn_py_path *path, const char *name) {
  PyObject *where = place(path);
  if (where == NULL) return false;
  PyObject *text = PyUnicode_FromFormat("Missing required parameter in %U: \"%s\"", where, name);
  Py_DECREF(where);
  return note(call, text);
}

bool cyn_py_problem_unknown(cyn_py_call *call, const cyn_py_path *path, PyObject *name, const cyn_py_shape *shape) {
  static const char *const types[] = {"S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"};
  PyObject *where = place(path), *known = PyUnicode_FromString("");
  size_t count = shape != NULL ? shape->member_count : sizeof types / sizeof types[0];
  for (size_t i = 0; i < count && known != NULL; i++) {
    const char *one = shape != NULL ? shape->members[i].name : types[i];
    Py_XSETREF(known, PyUnicode_FromFormat("%U%s%s", known, i != 0 ? ", " : "", one));
  }
  PyObject *text = NULL;
  if (where != NULL && known != NULL)
    text = PyUnicode_FromFormat("Unknown parameter in %U: \"%S\", must be one of: %U", where, name, known);
  Py_XDECREF(where);
  Py_XDECREF(known);
  return note(call, text);
}

bool cyn_py_problem_small(cyn_py_call *call, const cyn_py_path *path, PyObject *value, const char *what, int64_t min) {
  PyObject *where = place(path), *shown = strcmp(what, "length") == 0 ? PyLong_FromSsize_t(PyObject_Length(value)) : Py_NewRef(value);
  PyObject *text = NULL;
  if (where != NULL && shown != NULL)
    text = PyUnicode_FromFormat("Invalid %s for parameter %U, value: %S, valid min %s: %lld", what, where, shown, what,
                                (long long)min);
  Py_XDECREF(shown);
  Py_XDECREF(where);
  return note(call, text);
}

bool cyn_py_problem_text(cyn_py_call *call, const cyn_py_path *path, const char *reason) {
  PyObject *where = place(path);
  if (where == NULL) return false;
  PyObject *text = PyUnicode_FromFormat("Invalid value for parameter %U: %s", where, reason);
  Py_DECREF(where);
  return note(call, text);
}
