/* cynamo._core, the extension: what its files share.
 *
 * Everything of the module stands in its state (multi-phase initialization; no global Python objects), everything of a call
 * in a cyn_py_call that is taken from a pool for as long as the call lasts. So nothing here is used by two threads at once,
 * also in free-threaded builds. Python objects are touched with the GIL held; the GIL is released around what may wait. */
#ifndef CYN_PY_CORE_H
#define CYN_PY_CORE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <pythread.h>

#include <cynamo/cynamo.h>

#include "shapes.h"

#if PY_VERSION_HEX < 0x030A0000 /* what Python 3.9 does not have yet */
static inline PyObject *cyn_py_new_ref(PyObject *object) {
  Py_XINCREF(object);
  return object;
}
#define Py_NewRef(object) cyn_py_new_ref((PyObject *)(object))
#define Py_XNewRef(object) cyn_py_new_ref((PyObject *)(object))
static inline int PyModule_AddObjectRef(PyObject *module, const char *name, PyObject *value) {
  Py_INCREF(value);
  int status = PyModule_AddObject(module, name, value);
  if (status != 0) Py_DECREF(value);
  return status;
}
#endif

/* ---- module.c ---- */

#define CYN_PY_POOL_MAX 16

/* The ten types by cyn_type, and words of errors and answers. */
typedef struct cyn_py_words {
  PyObject *types[CYN_TYPE_BOOL + 1];
  PyObject *code, *message, *http_status, *operation, *request_id, *response;
  PyObject *read, *timestamp, *astimezone; /* methods that are asked for */
} cyn_py_words;

typedef struct cyn_py_call cyn_py_call;
typedef struct cyn_py_state {
  PyTypeObject *database_type, *server_type;
  PyObject *service_error;
  PyObject *operations;  /* {name: number} */
  PyObject **names;      /* of cyn_py_names, interned */
  cyn_py_words words;
  PyObject *from_timestamp, *utc; /* filled at the first timestamp */
  PyThread_type_lock lock;        /* of the pool */
  cyn_py_call *pool;
  size_t pool_count;
  void *plan;            /* plan.c's own; NULL until it has some */
} cyn_py_state;

extern struct PyModuleDef cyn_py_module;
static inline cyn_py_state *cyn_py_state_of(PyObject *module) { return (cyn_py_state *)PyModule_GetState(module); }
/* The state by a type of this module, or a type derived from one. Never NULL for an object of such a type. */
cyn_py_state *cyn_py_state_of_type(PyTypeObject *type);

/* ---- call.c: what one call needs, reused ---- */

/* A bump allocator for the structs of an input. */
typedef struct cyn_py_arena {
  char *next, *end;
  struct cyn_py_arena_block *blocks;
} cyn_py_arena;

#define CYN_PY_MEMO_SIZE 256 /* a power of two */

struct cyn_py_call {
  cyn_py_state *state;
  cyn_py_call *next;          /* in the pool */
  cyn_result *result;
  cyn_item_builder *builder;
  cyn_py_arena arena;
  PyObject *problems;         /* list of str: what botocore would report; NULL: none yet */
  bool is_odd;                /* an attribute value that the builder cannot express was met */
  bool is_too_deep;           /* nested deeper than DynamoDB takes */
  bool is_lent;               /* to a submitted call that nobody waits for: giving it back waits for that (green.c) */
  PyObject *memo[CYN_PY_MEMO_SIZE]; /* attribute names as str, by a hash of their bytes: items repeat theirs */
};

/* NULL with MemoryError set. */
cyn_py_call *cyn_py_call_take(cyn_py_state *state);
void cyn_py_call_give_back(cyn_py_call *call);
void cyn_py_pool_clear(cyn_py_state *state);

/* Zeroed, aligned to 8; NULL with MemoryError set. It lives until the call is given back. */
void *cyn_py_alloc(cyn_py_call *call, size_t size);
/* A copy with a NUL behind it; absent bytes with MemoryError set. Empty bytes stay present. */
cyn_bytes cyn_py_copy(cyn_py_call *call, const char *data, size_t size);
/* The str of an attribute's name (UTF-8), a new reference; those lately used are kept. NULL with an exception. */
PyObject *cyn_py_name(cyn_py_call *call, cyn_bytes name);

/* ---- problems.c: what botocore finds wrong before it sends ---- */

/* Where in the parameters: a chain on the C stack, from the innermost out. */
typedef struct cyn_py_path {
  const struct cyn_py_path *parent; /* NULL: the parameters as a whole */
  const char *member;               /* ".Item" */
  PyObject *key;                    /* ".pk", of a map */
  Py_ssize_t index;                 /* "[3]", where the other two are NULL */
  bool is_key_itself;               /* " (key: pk)" */
} cyn_py_path;

/* Each notes one problem. False with an exception when that fails (no memory, an object's own __str__). */
bool cyn_py_problem_type(cyn_py_call *call, const cyn_py_path *path, PyObject *value, const char *valid_types);
bool cyn_py_problem_missing(cyn_py_call *call, const cyn_py_path *path, const char *name);
bool cyn_py_problem_unknown(cyn_py_call *call, const cyn_py_path *path, PyObject *name, const cyn_py_shape *shape);
/* Its "length", or the "value" itself, is below `min`. */
bool cyn_py_problem_small(cyn_py_call *call, const cyn_py_path *path, PyObject *value, const char *what, int64_t min);
bool cyn_py_problem_text(cyn_py_call *call, const cyn_py_path *path, const char *text);

#define CYN_PY_TYPES_STR "<class 'str'>"
#define CYN_PY_TYPES_DICT "<class 'dict'>"
#define CYN_PY_TYPES_LIST "<class 'list'>, <class 'tuple'>"
#define CYN_PY_TYPES_BLOB "<class 'bytes'>, <class 'bytearray'>, file-like object"

/* ---- to_struct.c, to_item.c, to_json.c: parameters -> the structs of <cynamo/operations.h> ---- */

/* The input of an operation; NULL with an exception set: a ServiceError ParamValidation that lists all problems, or another. */
const void *cyn_py_to_input(cyn_py_call *call, const cyn_py_operation *operation, PyObject *params);

/* Each returns false with an exception set. A problem noted in the call is no exception: *out is then not to be used. */
bool cyn_py_to_bytes(cyn_py_call *call, const cyn_py_path *path, PyObject *value, cyn_bytes *out);
bool cyn_py_to_blob(cyn_py_call *call, const cyn_py_path *path, PyObject *value, cyn_bytes *out);
bool cyn_py_to_item(cyn_py_call *call, const cyn_py_path *path, PyObject *value, cyn_item *out);
bool cyn_py_to_value(cyn_py_call *call, const cyn_py_path *path, PyObject *value, cyn_value *out);
/* Puts {'S': 'a'} into the builder of the call under a name, within an item that is being built `depth` levels deep (1: an
 * attribute). What is odd or wrong is noted in the call as above. */
bool cyn_py_put_value(cyn_py_call *call, PyObject *value, cyn_bytes name, int depth);
/* An item as DynamoDB JSON, whatever it holds; the values have been checked for their Python types. */
bool cyn_py_item_to_json(cyn_py_call *call, PyObject *item, cyn_bytes *out);

/* The UTF-8 of a str, borrowed from it; false with UnicodeEncodeError for lone surrogates. */
static inline bool cyn_py_utf8(PyObject *text, cyn_bytes *out) {
  Py_ssize_t size;
  out->data = PyUnicode_AsUTF8AndSize(text, &size);
  out->size = out->data != NULL ? (size_t)size : 0;
  return out->data != NULL;
}

/* The type that a one-letter or two-letter name means, or 0. */
int cyn_py_type_of(cyn_py_state *state, PyObject *name);

/* A new reference to an element of a list or tuple, NULL past its end (no exception): lists may shrink meanwhile. */
static inline PyObject *cyn_py_element(PyObject *sequence, Py_ssize_t index) {
#if PY_VERSION_HEX >= 0x030D0000
  if (PyList_Check(sequence)) {
    PyObject *found = PyList_GetItemRef(sequence, index);
    if (found == NULL) PyErr_Clear();
    return found;
  }
#else
  if (PyList_Check(sequence)) {
    if (index >= PyList_GET_SIZE(sequence)) return NULL;
    PyObject *found = PyList_GET_ITEM(sequence, index);
    Py_INCREF(found);
    return found;
  }
#endif
  if (index >= PyTuple_GET_SIZE(sequence)) return NULL;
  PyObject *found = PyTuple_GET_ITEM(sequence, index);
  Py_INCREF(found);
  return found;
}

/* Walks a dict's pairs, holding a reference to the current one: `while (cyn_py_pairs_next(&pairs)) …`, then end. Where there
 * is no GIL, a copy is walked. A dict that is changed meanwhile gives what it gives, and no harm. */
typedef struct cyn_py_pairs {
  PyObject *dict, *key, *value;
  Py_ssize_t at;
} cyn_py_pairs;

static inline bool cyn_py_pairs_begin(cyn_py_pairs *pairs, PyObject *dict) {
  *pairs = (cyn_py_pairs){NULL, NULL, NULL, 0};
#ifdef Py_GIL_DISABLED
  pairs->dict = PyDict_Copy(dict);
#else
  pairs->dict = Py_NewRef(dict);
#endif
  return pairs->dict != NULL;
}

static inline bool cyn_py_pairs_next(cyn_py_pairs *pairs) {
  PyObject *key, *value, *old_key = pairs->key, *old_value = pairs->value;
  bool found = PyDict_Next(pairs->dict, &pairs->at, &key, &value);
  pairs->key = found ? Py_NewRef(key) : NULL;
  pairs->value = found ? Py_NewRef(value) : NULL;
  Py_XDECREF(old_key);
  Py_XDECREF(old_value);
  return found;
}

static inline void cyn_py_pairs_end(cyn_py_pairs *pairs) {
  Py_CLEAR(pairs->key);
  Py_CLEAR(pairs->value);
  Py_CLEAR(pairs->dict);
}

/* ---- from_struct.c, from_item.c: answers -> dicts ---- */

PyObject *cyn_py_from_output(cyn_py_call *call, const cyn_py_operation *operation, const void *output);
PyObject *cyn_py_from_item(cyn_py_call *call, cyn_item item);
PyObject *cyn_py_from_value(cyn_py_call *call, cyn_value value);
/* What stands behind the type: 'a' of {'S': 'a'}; `type` is the value's. */
PyObject *cyn_py_from_content(cyn_py_call *call, cyn_value value, int type);

/* ---- service_error.c ---- */

PyObject *cyn_py_service_error_new_type(PyObject *module);
/* A ServiceError of a cyn_error, which is cleaned up. `operation` may be NULL. A new reference; NULL with an exception. */
PyObject *cyn_py_service_error(cyn_py_call *call, const char *operation, cyn_error *error);
/* Raises one; always NULL. */
PyObject *cyn_py_raise(cyn_py_call *call, const char *operation, cyn_error *error);
/* Raises ParamValidation with the problems of the call. */
PyObject *cyn_py_raise_problems(cyn_py_call *call, const char *operation);
/* Raises CynamoUsageError with this text. */
PyObject *cyn_py_raise_usage(cyn_py_state *state, const char *operation, const char *text);

/* ---- database.c, submit.c ---- */

typedef struct cyn_py_database {
  PyObject_HEAD
  cyn_db *db;              /* NULL: not open */
  PyObject *url, *endpoint_url, *region;
  PyObject *select;        /* gevent's select.select, where it has patched the process; else None or NULL (green.c) */
  bool in_process;
  bool is_closed;
  Py_ssize_t users;        /* calls under way; the last one closes what was closed meanwhile */
  PyThreadState *closing;  /* while cyn_db_close runs without the GIL */
} cyn_py_database;

extern PyType_Spec cyn_py_database_spec;
/* The database for a call, or NULL with an exception; each begin needs an end. */
cyn_db *cyn_py_database_begin(cyn_py_database *database, cyn_py_state *state, const char *operation);
void cyn_py_database_end(cyn_py_database *database);
/* The operation of a name; NULL with an exception. */
const cyn_py_operation *cyn_py_find_operation(cyn_py_state *state, PyObject *name);

/* A stretch without the GIL in which the core may wait: signals that come meanwhile are handled there, so Ctrl-C ends a call
 * of a remote database. Between the two no Python object is touched. */
typedef struct cyn_py_wait {
  PyThreadState *thread;
  bool has_raised;          /* a signal's handler raised: the exception is set */
  struct cyn_py_wait *outer;
} cyn_py_wait;
void cyn_py_wait_begin(cyn_py_wait *wait);
/* With the GIL again. False: an exception is set, whatever the core answered. */
bool cyn_py_wait_end(cyn_py_wait *wait);
/* Once a process. */
void cyn_py_wait_install(void);

/* Makes the call with the GIL released. NULL with an exception (KeyboardInterrupt too), else the output. `input` and output
 * belong to `call`. */
const void *cyn_py_run(cyn_py_database *database, cyn_py_call *call, cyn_operation operation, const void *input);

/* green.c: the same where gevent is at work. */
PyObject *cyn_py_green_select(void);
const void *cyn_py_green_run(cyn_py_database *database, cyn_py_call *call, cyn_operation operation, const void *input);

PyObject *cyn_py_database_submit(PyObject *self, PyObject *const *arguments, Py_ssize_t count);
PyObject *cyn_py_database_dispatch(PyObject *self, PyObject *arguments, PyObject *keywords);
PyObject *cyn_py_database_fileno(PyObject *self, PyObject *unused);

/* ---- migrate.c ---- */

PyObject *cyn_py_database_migrate(PyObject *self, PyObject *arguments, PyObject *keywords);
PyObject *cyn_py_database_migrations(PyObject *self, PyObject *unused);

/* ---- server.c ---- */

extern PyType_Spec cyn_py_server_spec;
PyObject *cyn_py_serve(PyObject *module, PyObject *arguments, PyObject *keywords);

#endif
