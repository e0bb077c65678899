/* Database: one cyn_db. Threads share it; the GIL is released while the core works. Closing waits for nobody: the last call
 * under way closes what was closed meanwhile. */
#include "core.h"

#include "certificates.h"

/* ---- opening ---- */

/* Strings of options, held while cyn_open copies them. */
typedef struct opening {
  cyn_db_options options;
  cyn_string_pair *headers;
  PyObject *default_bundle; /* bytes */
} opening;

static bool take_text(PyObject *value, const char *name, cyn_bytes *out) {
  if (value == NULL || value == Py_None) return true;
  if (!PyUnicode_Check(value)) {
    PyErr_Format(PyExc_TypeError, "Database() argument '%s' must be str or None, not %.200s", name, Py_TYPE(value)->tp_name);
    return false;
  }
  if (!cyn_py_utf8(value, out)) return false;
  if (strlen(out->data) == out->size) return true;
  PyErr_Format(PyExc_ValueError, "Database() argument '%s' holds a NUL character", name);
  return false;
}

/* Seconds to milliseconds; a timeout that is given is at least one. */
static bool take_seconds(PyObject *value, const char *name, cyn_opt_int *out) {
  if (value == NULL || value == Py_None) return true;
  double seconds = PyFloat_AsDouble(value);
  if (seconds == -1.0 && PyErr_Occurred()) return false;
  if (!(seconds > 0) || seconds > 1e9) {
    PyErr_Format(PyExc_ValueError, "Database() argument '%s' is a number of seconds above 0", name);
    return false;
  }
  *out = cyn_int(seconds * 1000 < 1 ? 1 : (int64_t)(seconds * 1000));
  return true;
}

static bool take_count(PyObject *value, const char *name, cyn_opt_int *out) {
  if (value == NULL || value == Py_None) return true;
  long long count = PyLong_AsLongLong(value);
  if (count == -1 && PyErr_Occurred()) return false;
  if (count < 1) {
    PyErr_Format(PyExc_ValueError, "Database() argument '%s' is a number above 0", name);
    return false;
  }
  *out = cyn_int(count);
  return true;
}

static bool take_headers(PyObject *value, opening *o) {
  if (value == NULL || value == Py_None) return true;
  if (!PyDict_Check(value)) {
    PyErr_SetString(PyExc_TypeError, "Database() argument 'extra_headers' must be a dict of str or None");
    return false;
  }
  size_t count = (size_t)PyDict_GET_SIZE(value), done = 0;
  o->headers = PyMem_Calloc(count + 1, sizeof *o->headers);
  if (o->headers == NULL) return PyErr_NoMemory() != NULL;
  PyObject *name, *text;
  Py_ssize_t at = 0;
  while (done < count && PyDict_Next(value, &at, &name, &text)) {
    if (!take_text(name, "extra_headers", &o->headers[done].key) || !take_text(text, "extra_headers", &o->headers[done].value))
      return false;
    if (o->headers[done].key.data == NULL || o->headers[done].value.data == NULL) {
      PyErr_SetString(PyExc_TypeError, "Database() argument 'extra_headers' must be a dict of str or None");
      return false;
    }
    done++;
  }
  o->options.extra_headers = (cyn_string_map){done, o->headers};
  return true;
}

static bool is_remote(const char *url) {
  return strncmp(url, "http:", 5) == 0 || strncmp(url, "https:", 6) == 0 || strncmp(url, "aws:", 4) == 0;
}

static bool open_it(cyn_py_database *self, cyn_py_state *state, const char *url, opening *o) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_db *db = NULL;
  cyn_status status;
  Py_BEGIN_ALLOW_THREADS
  status = cyn_open(url, &o->options, &db, &error);
  Py_END_ALLOW_THREADS
  if (status == CYN_OK) {
    self->db = db;
    return true;
  }
  cyn_py_call *call = cyn_py_call_take(state);
  if (call == NULL) {
    cyn_error_clean_up(&error);
    return false;
  }
  (void)cyn_py_raise(call, NULL, &error);
  cyn_py_call_give_back(call);
  return false;
}

static PyObject *text_or_none(cyn_bytes text) {
  return text.data != NULL ? PyUnicode_DecodeUTF8(text.data, (Py_ssize_t)text.size, "replace") : Py_NewRef(Py_None);
}

static int database_init(PyObject *object, PyObject *arguments, PyObject *keywords) {
  static char *names[] = {"url",           "region",          "access_key_id", "secret_access_key", "session_token",
                          "profile",       "connect_timeout", "read_timeout",  "max_attempts",      "retry_mode",
                          "max_connections", "extra_headers", "ca_bundle",     "proxy",             NULL};
  cyn_py_database *self = (cyn_py_database *)object;
  cyn_py_state *state = cyn_py_state_of_type(Py_TYPE(object));
  PyObject *url, *v[13] = {NULL};
  if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "U|$OOOOOOOOOOOOO:Database", names, &url, &v[0], &v[1], &v[2], &v[3],
                                   &v[4], &v[5], &v[6], &v[7], &v[8], &v[9], &v[10], &v[11], &v[12]))
    return -1;
  if (self->url != NULL) {
    PyErr_SetString(PyExc_RuntimeError, "this Database is open already");
    return -1;
  }
  opening o = {CYN_DB_OPTIONS_INIT, NULL, NULL};
  cyn_bytes address = {NULL, 0};
  bool fine = take_text(url, names[0], &address) && take_text(v[0], names[1], &o.options.region) &&
              take_text(v[1], names[2], &o.options.access_key_id) && take_text(v[2], names[3], &o.options.secret_access_key) &&
              take_text(v[3], names[4], &o.options.session_token) && take_text(v[4], names[5], &o.options.profile) &&
              take_seconds(v[5], names[6], &o.options.connect_timeout_ms) &&
              take_seconds(v[6], names[7], &o.options.read_timeout_ms) &&
              take_count(v[7], names[8], &o.options.max_attempts) && take_text(v[8], names[9], &o.options.retry_mode) &&
              take_count(v[9], names[10], &o.options.max_connections) && take_headers(v[10], &o) &&
              take_text(v[11], names[11 + 1], &o.options.ca_bundle) && take_text(v[12], names[13], &o.options.proxy);
  if (fine && is_remote(address.data)) {
    o.default_bundle = cyn_py_default_certificates();
    fine = o.default_bundle != NULL;
    if (fine && o.default_bundle != Py_None)
      o.options.ca_bundle_default = (cyn_bytes){PyBytes_AS_STRING(o.default_bundle), (size_t)PyBytes_GET_SIZE(o.default_bundle)};
  }
  fine = fine && open_it(self, state, address.data, &o);
  Py_XDECREF(o.default_bundle);
  PyMem_Free(o.headers);
  if (!fine) return -1;
  self->in_process = !is_remote(address.data);
  self->select = self->in_process ? NULL : cyn_py_green_select();
  if (!self->in_process && self->select == NULL) return -1;
  self->url = Py_NewRef(url);
  self->region = text_or_none(cyn_db_region(self->db));
  self->endpoint_url = text_or_none(self->in_process ? cyn_str(address.data) : cyn_db_endpoint_url(self->db));
  return self->region != NULL && self->endpoint_url != NULL ? 0 : -1;
}

/* ---- closing ---- */

/* Submitted calls end inside cyn_db_close, and their callbacks take the GIL back (submit.c). */
static void close_now(cyn_py_database *self) {
  cyn_db *db = __atomic_exchange_n(&self->db, NULL, __ATOMIC_SEQ_CST);
  if (db == NULL) return;
  self->closing = PyEval_SaveThread();
  cyn_db_close(db);
  PyEval_RestoreThread(self->closing);
  self->closing = NULL;
}

static PyObject *database_close(PyObject *object, PyObject *unused) {
  (void)unused;
  cyn_py_database *self = (cyn_py_database *)object;
  __atomic_store_n(&self->is_closed, true, __ATOMIC_SEQ_CST);
  if (__atomic_load_n(&self->users, __ATOMIC_SEQ_CST) == 0) close_now(self);
  Py_RETURN_NONE;
}

cyn_db *cyn_py_database_begin(cyn_py_database *self, cyn_py_state *state, const char *operation) {
  __atomic_add_fetch(&self->users, 1, __ATOMIC_SEQ_CST);
  cyn_db *db = __atomic_load_n(&self->db, __ATOMIC_SEQ_CST);
  if (db != NULL && !__atomic_load_n(&self->is_closed, __ATOMIC_SEQ_CST)) return db;
  (void)cyn_py_raise_usage(state, operation, self->url != NULL ? "this database is closed" : "this database was not opened");
  cyn_py_database_end(self);
  return NULL;
}

void cyn_py_database_end(cyn_py_database *self) {
  if (__atomic_sub_fetch(&self->users, 1, __ATOMIC_SEQ_CST) == 0 && __atomic_load_n(&self->is_closed, __ATOMIC_SEQ_CST))
    close_now(self);
}

static void database_dealloc(PyObject *object) {
  cyn_py_database *self = (cyn_py_database *)object;
  PyTypeObject *type = Py_TYPE(object);
  PyObject *kind, *value, *trace;
  PyErr_Fetch(&kind, &value, &trace);
  self->is_closed = true;
  close_now(self);
  PyErr_Restore(kind, value, trace);
  Py_CLEAR(self->url);
  Py_CLEAR(self->endpoint_url);
  Py_CLEAR(self->region);
  Py_CLEAR(self->select);
  type->tp_free(object);
  Py_DECREF(type);
}

/* ---- calling ---- */

const cyn_py_operation *cyn_py_find_operation(cyn_py_state *state, PyObject *name) {
  PyObject *number = PyUnicode_Check(name) ? PyDict_GetItemWithError(state->operations, name) : NULL;
  if (number != NULL) return &cyn_py_operations[PyLong_AsLong(number)];
  if (PyErr_Occurred()) return NULL;
  if (!PyUnicode_Check(name)) {
    PyErr_Format(PyExc_TypeError, "the name of an operation is a str, not %.200s", Py_TYPE(name)->tp_name);
    return NULL;
  }
  PyObject *text = PyUnicode_FromFormat("DynamoDB has no operation %R", name);
  const char *utf8 = text != NULL ? PyUnicode_AsUTF8(text) : NULL;
  if (utf8 != NULL) (void)cyn_py_raise_usage(state, NULL, utf8);
  Py_XDECREF(text);
  return NULL;
}

const void *cyn_py_run(cyn_py_database *self, cyn_py_call *call, cyn_operation operation, const void *input) {
  const char *name = cyn_py_operations[operation].name;
  if (self->select != NULL && self->select != Py_None) return cyn_py_green_run(self, call, operation, input);
  cyn_db *db = cyn_py_database_begin(self, call->state, name);
  if (db == NULL) return NULL;
  cyn_error error = CYN_ERROR_INIT;
  const void *output = NULL;
  cyn_py_wait wait;
  cyn_py_wait_begin(&wait);
  cyn_status status = cyn_call(db, operation, input, call->result, &output, &error);
  bool fine = cyn_py_wait_end(&wait);
  cyn_py_database_end(self);
  if (fine) return status == CYN_OK ? output : cyn_py_raise(call, name, &error);
  cyn_error_clean_up(&error);
  return NULL;
}

static PyObject *database_call(PyObject *object, PyObject *const *arguments, Py_ssize_t count) {
  cyn_py_database *self = (cyn_py_database *)object;
  cyn_py_state *state = cyn_py_state_of_type(Py_TYPE(object));
  if (count != 2) {
    PyErr_Format(PyExc_TypeError, "call() takes an operation and its parameters (%zd arguments given)", count);
    return NULL;
  }
  const cyn_py_operation *operation = cyn_py_find_operation(state, arguments[0]);
  cyn_py_call *call = operation != NULL ? cyn_py_call_take(state) : NULL;
  if (call == NULL) return NULL;
  const void *input = cyn_py_to_input(call, operation, arguments[1]), *output = NULL;
  if (input != NULL) output = cyn_py_run(self, call, (cyn_operation)(operation - cyn_py_operations), input);
  PyObject *answer = output != NULL ? cyn_py_from_output(call, operation, output) : NULL;
  cyn_py_call_give_back(call);
  return answer;
}

/* ---- the type ---- */

static PyObject *database_repr(PyObject *object) {
  cyn_py_database *self = (cyn_py_database *)object;
  return self->url != NULL ? PyUnicode_FromFormat("Database(%R)", self->url) : PyUnicode_FromString("Database()");
}

static PyObject *get_text(PyObject *text) { return Py_NewRef(text != NULL ? text : Py_None); }
static PyObject *get_url(PyObject *self, void *unused) { (void)unused; return get_text(((cyn_py_database *)self)->url); }
static PyObject *get_endpoint_url(PyObject *self, void *unused) {
  (void)unused;
  return get_text(((cyn_py_database *)self)->endpoint_url);
}
static PyObject *get_region(PyObject *self, void *unused) { (void)unused; return get_text(((cyn_py_database *)self)->region); }
static PyObject *get_in_process(PyObject *self, void *unused) {
  (void)unused;
  return PyBool_FromLong(((cyn_py_database *)self)->in_process);
}

static PyGetSetDef database_members[] = {
    {"url", get_url, NULL, "Where the data lives, as given.", NULL},
    {"endpoint_url", get_endpoint_url, NULL, "Where requests go; the url itself for memory: and file:.", NULL},
    {"region", get_region, NULL, "The Region of requests and ARNs.", NULL},
    {"in_process", get_in_process, NULL, "True for memory: and file:.", NULL},
    {NULL, NULL, NULL, NULL, NULL}};

static PyMethodDef database_methods[] = {
    {"call", (PyCFunction)(void (*)(void))database_call, METH_FASTCALL,
     "call(operation, params, /)\n--\n\nMakes one API call; parameters and answer are shaped as botocore's."},
    {"submit", (PyCFunction)(void (*)(void))cyn_py_database_submit, METH_FASTCALL,
     "submit(operation, params, done, /)\n--\n\nStarts a call; done(answer, error) is called inside dispatch()."},
    {"dispatch", (PyCFunction)(void (*)(void))cyn_py_database_dispatch, METH_VARARGS | METH_KEYWORDS,
     "dispatch(timeout=0.0)\n--\n\nCalls back for what is complete, waiting at most so many seconds (None: for ever); how many."},
    {"fileno", cyn_py_database_fileno, METH_NOARGS, "fileno()\n--\n\nReadable while dispatch() has something to do."},
    {"migrate", (PyCFunction)(void (*)(void))cyn_py_database_migrate, METH_VARARGS | METH_KEYWORDS,
     "migrate(name, version, table, changes, *, into=None, where=None, …)\n--\n\nRuns a migration; see cynamo.migration."},
    {"migrations", cyn_py_database_migrations, METH_NOARGS, "migrations()\n--\n\nWhat is recorded of migrations."},
    {"close", database_close, METH_NOARGS, "close()\n--\n\nCloses the database; calls under way may end."},
    {NULL, NULL, 0, NULL}};

static PyType_Slot database_slots[] = {
    {Py_tp_doc, "Database(url, *, region=None, access_key_id=None, secret_access_key=None, session_token=None, profile=None,\n"
                "         connect_timeout=None, read_timeout=None, max_attempts=None, retry_mode=None, max_connections=None,\n"
                "         extra_headers=None, ca_bundle=None, proxy=None)\n--\n\n"
                "An open database: memory:, memory:NAME, file:PATH, http(s)://HOST:PORT or aws:REGION."},
    {Py_tp_init, database_init},
    {Py_tp_dealloc, database_dealloc},
    {Py_tp_repr, database_repr},
    {Py_tp_methods, database_methods},
    {Py_tp_getset, database_members},
    {0, NULL}};

PyType_Spec cyn_py_database_spec = {.name = "cynamo._core.Database",
                                    .basicsize = sizeof(cyn_py_database),
                                    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
                                    .slots = database_slots};
