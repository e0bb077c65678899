/* Calls that are submitted and completed in dispatch(): what asyncio waits for by fileno(). A submitted call keeps its
 * cyn_py_call until its callback has run; it does not keep the Database alive: the end of that ends the call. */
#include "core.h"

#include <poll.h>

#define WAIT_MAX_MS 1000 /* between two looks at signals, should none wake the wait */

typedef struct submitted {
  cyn_py_database *database;
  cyn_py_call *call;
  const cyn_py_operation *operation;
  PyObject *done;
} submitted;

/* The outcome as two references, of which one is None. False with an exception. */
static bool outcome_of(submitted *s, cyn_status status, const void *output, cyn_error *error, PyObject **result, PyObject **failure) {
  *result = *failure = NULL;
  if (status == CYN_OK) *result = cyn_py_from_output(s->call, s->operation, output);
  else *failure = cyn_py_service_error(s->call, s->operation->name, error);
  if (*result == NULL && *failure == NULL) { /* conversion failed: that is the outcome */
    PyObject *kind, *trace;
    PyErr_Fetch(&kind, failure, &trace);
    PyErr_NormalizeException(&kind, failure, &trace);
    Py_XDECREF(kind);
    Py_XDECREF(trace);
  }
  if (*result == NULL) *result = Py_NewRef(Py_None);
  if (*failure == NULL) *failure = Py_NewRef(Py_None);
  return true;
}

/* Runs in dispatch with the GIL held, or in cyn_db_close, which gave it away. */
static void on_done(void *user, cyn_status status, const void *output, cyn_error *error) {
  submitted *s = user;
  cyn_py_database *database = s->database;
  bool is_closing = database->closing != NULL;
  if (is_closing) PyEval_RestoreThread(database->closing);
  PyObject *result, *failure;
  (void)outcome_of(s, status, output, error, &result, &failure);
  PyObject *answer = PyObject_CallFunctionObjArgs(s->done, result, failure, NULL);
  if (answer == NULL) PyErr_WriteUnraisable(s->done);
  Py_XDECREF(answer);
  Py_DECREF(result);
  Py_DECREF(failure);
  Py_DECREF(s->done);
  cyn_py_call_give_back(s->call);
  if (is_closing) database->closing = PyEval_SaveThread();
}

PyObject *cyn_py_database_submit(PyObject *object, PyObject *const *arguments, Py_ssize_t count) {
  cyn_py_database *self = (cyn_py_database *)object;
  cyn_py_state *state = cyn_py_state_of_type(Py_TYPE(object));
  if (count != 3 || !PyCallable_Check(arguments[2])) {
    PyErr_SetString(PyExc_TypeError, "submit() takes an operation, its parameters and a callable");
    return NULL;
  }
  const cyn_py_operation *operation = cyn_py_find_operation(state, arguments[0]);
  cyn_py_call *call = operation != NULL ? cyn_py_call_take(state) : NULL;
  if (call == NULL) return NULL;
  const void *input = cyn_py_to_input(call, operation, arguments[1]);
  submitted *s = input != NULL ? cyn_py_alloc(call, sizeof *s) : NULL;
  cyn_db *db = s != NULL ? cyn_py_database_begin(self, state, operation->name) : NULL;
  if (db == NULL) {
    cyn_py_call_give_back(call);
    return NULL;
  }
  *s = (submitted){self, call, operation, Py_NewRef(arguments[2])};
  cyn_error error = CYN_ERROR_INIT;
  cyn_status status;
  Py_BEGIN_ALLOW_THREADS
  status = cyn_call_submit(db, (cyn_operation)(operation - cyn_py_operations), input, call->result, on_done, s, &error);
  Py_END_ALLOW_THREADS
  if (status != CYN_OK) {
    Py_DECREF(arguments[2]);
    (void)cyn_py_raise(call, operation->name, &error);
    cyn_py_call_give_back(call);
  }
  cyn_py_database_end(self);
  if (status != CYN_OK) return NULL;
  Py_RETURN_NONE;
}

PyObject *cyn_py_database_fileno(PyObject *object, PyObject *unused) {
  (void)unused;
  cyn_py_database *self = (cyn_py_database *)object;
  cyn_db *db = cyn_py_database_begin(self, cyn_py_state_of_type(Py_TYPE(object)), NULL);
  if (db == NULL) return NULL;
  int fd = cyn_db_poll_fd(db);
  cyn_py_database_end(self);
  if (fd >= 0) return PyLong_FromLong(fd);
  return PyErr_SetFromErrno(PyExc_OSError);
}

/* Waits for the descriptor; signals are handled meanwhile. False with an exception. */
static bool wait_for(cyn_db *db, double seconds) {
  struct pollfd wait = {cyn_db_poll_fd(db), POLLIN, 0};
  double left_ms = seconds < 0 ? -1 : seconds * 1000;
  while (wait.fd >= 0) {
    int slice = left_ms >= 0 && left_ms < WAIT_MAX_MS ? (int)(left_ms + 0.999) : WAIT_MAX_MS, ready;
    Py_BEGIN_ALLOW_THREADS
    ready = poll(&wait, 1, slice);
    Py_END_ALLOW_THREADS
    if (PyErr_CheckSignals() != 0) return false;
    if (ready > 0) return true;
    if (left_ms >= 0 && (left_ms -= slice) <= 0) return true;
  }
  return true;
}

PyObject *cyn_py_database_dispatch(PyObject *object, PyObject *arguments, PyObject *keywords) {
  static char *names[] = {"timeout", NULL};
  cyn_py_database *self = (cyn_py_database *)object;
  PyObject *timeout = NULL;
  if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "|O:dispatch", names, &timeout)) return NULL;
  double seconds = timeout == NULL ? 0 : timeout == Py_None ? -1 : PyFloat_AsDouble(timeout);
  if (seconds == -1 && PyErr_Occurred()) return NULL;
  cyn_db *db = cyn_py_database_begin(self, cyn_py_state_of_type(Py_TYPE(object)), NULL);
  if (db == NULL) return NULL;
  size_t count = cyn_db_dispatch(db, 0);
  bool fine = true;
  if (count == 0 && seconds != 0 && cyn_db_calls_under_way(db) != 0) {
    fine = wait_for(db, seconds);
    if (fine) count = cyn_db_dispatch(db, 0);
  }
  cyn_py_database_end(self);
  return fine ? PyLong_FromSize_t(count) : NULL;
}
