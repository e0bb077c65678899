/* Calls under gevent. Its monkey-patching makes a wait of one greenlet a turn of the others, but only where Python waits: a
 * call that waits in C would hold up the whole hub. So, where gevent has patched the process when a remote database is
 * opened, its calls are submitted, and the wait is Python's own select() on the database's descriptor, which is gevent's by
 * then. The stack of a greenlet is moved away while others run: nothing here that others look at may stand on it. */
#include "core.h"

typedef struct green_call {
  cyn_py_database *database;
  cyn_py_call *call;
  bool is_done;
  bool is_left;       /* nobody waits any more: the call is given back when it is done */
  cyn_status status;
  const void *output;
  cyn_error error;
} green_call;

/* select.select where gevent has patched it, else None; a new reference, NULL with an exception. */
PyObject *cyn_py_green_select(void) {
  PyObject *modules = PySys_GetObject("modules"), *found = NULL; /* borrowed */
  PyObject *monkey = modules != NULL && PyDict_Check(modules) ? PyDict_GetItemString(modules, "gevent.monkey") : NULL;
  if (monkey == NULL) return Py_NewRef(Py_None);
  PyObject *is_patched = PyObject_CallMethod(monkey, "is_module_patched", "s", "select");
  int answer = is_patched != NULL ? PyObject_IsTrue(is_patched) : -1;
  Py_XDECREF(is_patched);
  if (answer > 0) {
    PyObject *module = PyImport_ImportModule("select");
    found = module != NULL ? PyObject_GetAttrString(module, "select") : NULL;
    Py_XDECREF(module);
    return found;
  }
  if (answer < 0) PyErr_Clear(); /* a gevent of another age: as if there were none */
  return Py_NewRef(Py_None);
}

/* A greenlet was killed, or its timeout struck, while it waited: what it lent to the call is taken back here. */
static void take_back(green_call *green) {
  cyn_py_database *database = green->database;
  bool is_closing = database->closing != NULL;
  if (is_closing) PyEval_RestoreThread(database->closing);
  green->call->is_lent = false;
  cyn_py_call_give_back(green->call);
  if (is_closing) database->closing = PyEval_SaveThread();
}

/* In cyn_db_dispatch, or in cyn_db_close without the GIL. */
static void on_done(void *user, cyn_status status, const void *output, cyn_error *error) {
  green_call *green = user;
  if (green->is_left) {
    take_back(green);
    return;
  }
  green->status = status;
  green->output = output;
  green->error = *error; /* moved: its own texts lie in it */
  if (error->message == error->text) green->error.message = green->error.text;
  if (error->request_id != NULL) green->error.request_id = green->error.request_id_text;
  error->owned = NULL;
  green->is_done = true;
}

/* False with the exception that ended the wait. Whoever dispatches completes the calls of all greenlets; one of them may
 * have taken this one's completion meanwhile, so no wait is longer than a second. */
static bool wait_for(cyn_py_database *self, cyn_db *db, const green_call *green) {
  while (!green->is_done) {
    if (cyn_db_dispatch(db, 0) != 0) continue;
    PyObject *ready = PyObject_CallFunction(self->select, "[i][][]d", cyn_db_poll_fd(db), 1.0);
    if (ready == NULL) return false;
    Py_DECREF(ready);
  }
  return true;
}

const void *cyn_py_green_run(cyn_py_database *self, cyn_py_call *call, cyn_operation operation, const void *input) {
  const char *name = cyn_py_operations[operation].name;
  green_call *green = cyn_py_alloc(call, sizeof *green);
  cyn_db *db = green != NULL ? cyn_py_database_begin(self, call->state, name) : NULL;
  if (db == NULL) return NULL;
  *green = (green_call){.database = self, .call = call};
  cyn_status status = cyn_call_submit(db, operation, input, call->result, on_done, green, &green->error);
  if (status != CYN_OK) {
    cyn_py_database_end(self);
    return cyn_py_raise(call, name, &green->error);
  }
  bool fine = wait_for(self, db, green);
  if (!fine && !green->is_done) call->is_lent = green->is_left = true;
  cyn_py_database_end(self);
  if (fine) return green->status == CYN_OK ? green->output : cyn_py_raise(call, name, &green->error);
  if (!green->is_left) cyn_error_clean_up(&green->error);
  return NULL;
}
