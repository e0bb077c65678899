/* serve(): DynamoDB's HTTP server inside the process, for tests in any language and SDK. Its loops run on threads of their
 * own, which never touch Python. */
#include "core.h"

typedef struct server_object {
  PyObject_HEAD
  cyn_db *db;
  cyn_server *server;
  PyObject *url, *address;
  int port;
} server_object;

/* Stopping finishes the requests under way: without the GIL. */
static void stop(server_object *self) {
  cyn_server *server = __atomic_exchange_n(&self->server, NULL, __ATOMIC_SEQ_CST);
  cyn_db *db = __atomic_exchange_n(&self->db, NULL, __ATOMIC_SEQ_CST);
  if (server == NULL && db == NULL) return;
  Py_BEGIN_ALLOW_THREADS
  cyn_server_stop(server);
  cyn_db_close(db);
  Py_END_ALLOW_THREADS
}

static PyObject *server_close(PyObject *self, PyObject *unused) {
  (void)unused;
  stop((server_object *)self);
  Py_RETURN_NONE;
}

static PyObject *server_enter(PyObject *self, PyObject *unused) {
  (void)unused;
  return Py_NewRef(self);
}

static PyObject *server_exit(PyObject *self, PyObject *unused) { return server_close(self, unused); }

static void server_dealloc(PyObject *object) {
  server_object *self = (server_object *)object;
  PyTypeObject *type = Py_TYPE(object);
  PyObject *kind, *value, *trace;
  PyErr_Fetch(&kind, &value, &trace);
  stop(self);
  PyErr_Restore(kind, value, trace);
  Py_CLEAR(self->url);
  Py_CLEAR(self->address);
  type->tp_free(object);
  Py_DECREF(type);
}

static PyObject *server_repr(PyObject *object) {
  server_object *self = (server_object *)object;
  return PyUnicode_FromFormat("<cynamo.Server %U%s>", self->url, self->server == NULL ? ", closed" : "");
}

static PyObject *get_url(PyObject *self, void *unused) {
  (void)unused;
  return Py_NewRef(((server_object *)self)->url);
}
static PyObject *get_address(PyObject *self, void *unused) {
  (void)unused;
  return Py_NewRef(((server_object *)self)->address);
}
static PyObject *get_port(PyObject *self, void *unused) {
  (void)unused;
  return PyLong_FromLong(((server_object *)self)->port);
}

static PyGetSetDef server_members[] = {
    {"url", get_url, NULL, "For a client's endpoint_url.", NULL},
    {"address", get_address, NULL, "What is listened on, without the port.", NULL},
    {"port", get_port, NULL, "The port that is listened on.", NULL},
    {NULL, NULL, NULL, NULL, NULL}};

static PyMethodDef server_methods[] = {
    {"close", server_close, METH_NOARGS, "close()\n--\n\nFinishes what is running and stops; again does nothing."},
    {"__enter__", server_enter, METH_NOARGS, NULL},
    {"__exit__", server_exit, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL}};

static PyType_Slot server_slots[] = {{Py_tp_doc, "A running DynamoDB server; made by serve()."},
                                     {Py_tp_dealloc, server_dealloc},
                                     {Py_tp_repr, server_repr},
                                     {Py_tp_methods, server_methods},
                                     {Py_tp_getset, server_members},
                                     {0, NULL}};

PyType_Spec cyn_py_server_spec = {.name = "cynamo._core.Server",
                                  .basicsize = sizeof(server_object),
                                  .flags = Py_TPFLAGS_DEFAULT,
                                  .slots = server_slots};

/* The host between "//" and the port. */
static PyObject *address_of(const char *url) {
  const char *begin = strstr(url, "//"), *end = strrchr(url, ':');
  if (begin == NULL || end == NULL || end < begin + 2) return PyUnicode_FromString(url);
  begin += 2;
  if (*begin == '[' && end > begin + 1 && end[-1] == ']') { /* IPv6 */
    begin++;
    end--;
  }
  return PyUnicode_FromStringAndSize(begin, end - begin);
}

static PyObject *start(cyn_py_state *state, const char *url, const cyn_db_options *db_options, const cyn_server_options *options) {
  server_object *self = PyObject_New(server_object, state->server_type);
  if (self == NULL) return NULL;
  self->db = NULL;
  self->server = NULL;
  self->url = self->address = NULL;
  cyn_error error = CYN_ERROR_INIT;
  cyn_status status;
  Py_BEGIN_ALLOW_THREADS
  status = cyn_open(url, db_options, &self->db, &error);
  if (status == CYN_OK) status = cyn_server_start(self->db, options, &self->server, &error);
  Py_END_ALLOW_THREADS
  if (status == CYN_OK) {
    self->port = cyn_server_port(self->server);
    self->url = PyUnicode_FromString(cyn_server_url(self->server));
    self->address = address_of(cyn_server_url(self->server));
    if (self->url != NULL && self->address != NULL) return (PyObject *)self;
  } else {
    cyn_py_call *call = cyn_py_call_take(state);
    if (call != NULL) {
      (void)cyn_py_raise(call, NULL, &error);
      cyn_py_call_give_back(call);
    } else {
      cyn_error_clean_up(&error);
    }
  }
  Py_DECREF(self);
  return NULL;
}

static bool take_text(PyObject *value, const char *name, cyn_bytes *out) {
  if (value == NULL || value == Py_None) return true;
  if (PyUnicode_Check(value)) return cyn_py_utf8(value, out);
  PyErr_Format(PyExc_TypeError, "serve() argument '%s' must be str or None, not %.200s", name, Py_TYPE(value)->tp_name);
  return false;
}

static bool take_int(PyObject *value, cyn_opt_int *out) {
  if (value == NULL || value == Py_None) return true;
  long long number = PyLong_AsLongLong(value);
  if (number == -1 && PyErr_Occurred()) return false;
  *out = cyn_int(number);
  return true;
}

static bool take_split(cyn_bytes text, cyn_server_split *out) {
  static const char *const names[] = {"region", "region+access-key", "none"};
  for (int i = 0; i < 3; i++)
    if (text.data == NULL || (strlen(names[i]) == text.size && memcmp(names[i], text.data, text.size) == 0)) {
      *out = (cyn_server_split)i;
      return true;
    }
  PyErr_SetString(PyExc_ValueError, "serve() argument 'split' is 'region', 'region+access-key' or 'none'");
  return false;
}

PyObject *cyn_py_serve(PyObject *module, PyObject *arguments, PyObject *keywords) {
  static char *names[] = {"url",     "host",  "port",         "threads",       "no_auth",         "region",   "split",
                          "credentials_file", "cors_origins", "tls",           "tls_certificate_file", "tls_key_file",
                          "init_directory",   "account",      "log_fd",        "log_requests",    "create_table_delay",
                          NULL};
  const char *url = "memory:";
  PyObject *host = NULL, *port = NULL, *threads = NULL, *region = NULL, *split = NULL, *credentials = NULL, *cors = NULL,
           *certificate = NULL, *key = NULL, *init = NULL, *account = NULL, *log_fd = NULL, *delay = NULL;
  int no_auth = 0, tls = 0, log_requests = 0;
  if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "|s$OOOpOOOOpOOOOOpO:serve", names, &url, &host, &port, &threads,
                                   &no_auth, &region, &split, &credentials, &cors, &tls, &certificate, &key, &init, &account,
                                   &log_fd, &log_requests, &delay))
    return NULL;
  cyn_db_options db_options = CYN_DB_OPTIONS_INIT;
  cyn_server_options options = CYN_SERVER_OPTIONS_INIT;
  cyn_bytes split_name = {NULL, 0};
  cyn_opt_int delay_s = {false, 0};
  options.port = cyn_int(0);
  bool fine = take_text(host, "host", &options.host) && take_int(port, &options.port) && take_int(threads, &options.threads) &&
              take_text(region, "region", &options.region) && take_text(split, "split", &split_name) &&
              take_split(split_name, &options.split) && take_text(credentials, "credentials_file", &options.credentials_file) &&
              take_text(cors, "cors_origins", &options.cors_origins) &&
              take_text(certificate, "tls_certificate_file", &options.tls_certificate_file) &&
              take_text(key, "tls_key_file", &options.tls_key_file) &&
              take_text(init, "init_directory", &options.init_directory) && take_text(account, "account", &db_options.account) &&
              take_int(log_fd, &options.log_fd) && take_int(delay, &delay_s);
  if (!fine) return NULL;
  if (delay_s.is_set) db_options.create_table_delay_ms = cyn_int(delay_s.value * 1000);
  db_options.region = options.region;
  options.no_auth = no_auth != 0;
  options.tls = tls != 0 || options.tls_certificate_file.data != NULL;
  options.log_requests = log_requests != 0;
  return start(cyn_py_state_of(module), url, &db_options, &options);
}
