/* The fast path: what a model class looks like to C, so that a call moves values between instances and item bytes with no
 * dictionaries in between.
 *
 * A plan is built by cynamo/_fast.py for one class (a model, or a map class) and holds for as long as nothing it was built
 * from has changed: it carries guards. Whatever is unusual is not done here: the functions below then say "give up", and the
 * Python code, which is the definition of what a call does, runs instead. So an error is always raised by Python's own code. */
#ifndef CYN_PY_PLAN_H
#define CYN_PY_PLAN_H

#include "core.h"

/* How a value is read or written. The names are those of _fast.py. */
typedef enum cyn_py_codec {
  CYN_PY_CODEC_PYTHON,      /* the attribute's own serialize and deserialize */
  CYN_PY_CODEC_TEXT,
  CYN_PY_CODEC_NUMBER,
  CYN_PY_CODEC_VERSION,
  CYN_PY_CODEC_BOOLEAN,
  CYN_PY_CODEC_BINARY,
  CYN_PY_CODEC_DATETIME,
  CYN_PY_CODEC_TTL,
  CYN_PY_CODEC_NULL,
  CYN_PY_CODEC_TEXT_SET,
  CYN_PY_CODEC_NUMBER_SET,
  CYN_PY_CODEC_BINARY_SET,
  CYN_PY_CODEC_LIST,        /* of `element` */
  CYN_PY_CODEC_RAW_LIST,    /* of anything */
  CYN_PY_CODEC_MAP,         /* of `plan` */
  CYN_PY_CODEC_RAW_MAP,
  CYN_PY_CODEC_DISCRIMINATOR,
  CYN_PY_CODEC_COUNT
} cyn_py_codec;

typedef struct cyn_py_plan cyn_py_plan;

typedef struct cyn_py_field {
  PyObject *attribute;
  PyObject *name;            /* in Python; interned */
  PyObject *stored_name;     /* in items: the very object that the attribute's path holds */
  PyObject *path;            /* attr_path, a list; its last element is stored_name */
  cyn_bytes stored;          /* UTF-8 of stored_name */
  cyn_py_codec reads, writes;
  int type;                  /* cyn_type */
  bool null;
  bool checks_type;          /* get_value is the stock one: another type is refused */
  bool sets_plainly;         /* reading a value puts it into attribute_values, no more */
  bool gets_plainly;
  bool takes_null_check;     /* its serialize knows null_check */
  bool default_is_odd;       /* a callable, or not set plainly */
  PyObject *default_value;   /* NULL: none */
  struct cyn_py_field *element;
  cyn_py_plan *plan;
} cyn_py_field;

/* A type and the version it had: any change of it, or of a base, gives it another. */
typedef struct cyn_py_type_guard {
  PyTypeObject *type;
  unsigned int version;
} cyn_py_type_guard;

/* A dictionary and what it held. */
typedef struct cyn_py_dict_guard {
  PyObject *dict;
#if PY_VERSION_HEX < 0x030C0000
  uint64_t version;
#else
  PyObject *copy;
#endif
} cyn_py_dict_guard;

/* A list whose last element must stay. */
typedef struct cyn_py_list_guard {
  PyObject *list, *last;
} cyn_py_list_guard;

#define CYN_PY_FIELDS_MAX 256

struct cyn_py_plan {
  PyObject_HEAD
  PyTypeObject *type;        /* of the instances */
  bool is_usable;            /* false: this class is Python's business, until a guard fails */
  bool reads, writes;
  bool takes_over;           /* deserialize, which refresh and update call, is the stock one */
  bool is_map;               /* a map class: instances have attribute_kwargs too */
  bool makes_by_call;        /* instances are made by calling the class: its __init__ is not the stock one */
  bool has_odd_default, has_default;
  size_t field_count;
  cyn_py_field *fields;
  uint16_t *slots;           /* hash of a stored name -> index + 1 */
  size_t slot_mask;
  uint16_t *expected;        /* the field that the n-th pair of an item last had, + 1 */
  int discriminator, hash_key, range_key, version; /* index of a field, or -1 */
  PyObject *template;        /* attribute_values in their order, where these fields are present: */
  uint64_t template_fields;
  size_t type_count, dict_count, list_count;
  cyn_py_type_guard *types;
  cyn_py_dict_guard *dicts;
  cyn_py_list_guard *lists;
  PyObject *table_connection, *connection, *connection_dict, *table_name;
  bool is_named_at_run_time; /* Meta.table_name is a function, say */
  bool asks_transport;       /* each call asks Python whether botocore is to make it */
  PyObject *database, *generation;
  unsigned int uses;         /* how often it held */
  unsigned int rebuilds;     /* plans of this class in a row that held only a few times */
  unsigned int rest;         /* calls that Python makes before the next plan is built */
  bool is_stale;             /* it does not hold; `rest` is set */
};

#define CYN_PY_GATES_MAX 8

/* What the module holds for plans; the names are attributes of cynamo._fast. */
typedef struct cyn_py_plans {
  PyTypeObject *plan_type, *items_type;
  PyObject *build;             /* build(cls) -> Plan, kept in the class */
  PyObject *fail;              /* fail(operation, error, table_connection, database) raises what the call raises */
  PyObject *before, *after;    /* before(connection, operation, table) -> id, after(connection, operation, table, id) */
  PyObject *projection;        /* create_projection_expression */
  PyObject *transport_dict;    /* of cynamo.connection._transport: generation */
  PyObject *signals_dict, *connection_module_dict;
  PyObject *logger, *models_logger, *logger_cache, *models_logger_cache; /* NULL until logging is there */
  PyObject *find_loggers, *find_gates;
  cyn_py_type_guard gates[CYN_PY_GATES_MAX]; /* classes that stood open when Python was last asked; plan_transport.c */
  size_t gate_count;
  PyObject *gates_missing;
  PyObject *map_type, *condition_type, *null_error, *map_options;
  PyObject *stock_names;       /* methods that an instance may not have in its own dictionary */
  bool is_on;
  /* words */
  PyObject *plan_key, *attribute_values, *attribute_kwargs, *user_instantiated, *serialize, *deserialize, *get_value, *null_check,
      *from_raw_data, *does_not_exist, *receivers, *is_enabled_for, *debug_level, *pre, *post, *generation, *get_connection,
      *goes_through_botocore, *get_database, *class_map, *discriminator_map, *handle_version, *logging, *botocore, *moto, *serialize_keys,
      *total, *items_word;
  PyObject *empty_tuple, *making_keywords, *null_check_keywords; /* ('_user_instantiated',), ('null_check',) */
} cyn_py_plans;

static inline cyn_py_plans *cyn_py_plans_of(cyn_py_state *state) { return state->plan; }

/* ---- plan.c ---- */

int cyn_py_plan_begin(PyObject *module);
int cyn_py_plan_traverse(cyn_py_state *state, visitproc visit, void *arg);
void cyn_py_plan_clear(cyn_py_state *state);

/* The index of the field that has this stored name, or -1. */
int cyn_py_plan_find(const cyn_py_plan *plan, cyn_bytes name);

/* ---- plan_guard.c ---- */

unsigned int cyn_py_type_version(PyTypeObject *type);
bool cyn_py_dict_guard_set(cyn_py_dict_guard *guard, PyObject *dict);
void cyn_py_dict_guard_clear(cyn_py_dict_guard *guard);
bool cyn_py_plan_holds(const cyn_py_plan *plan);
/* The plan of a class as it is now, built anew where it does not hold; a new reference. NULL without an exception: there is
 * none, Python is to do it. NULL with one. */
cyn_py_plan *cyn_py_plan_of(cyn_py_state *state, PyTypeObject *type);
/* The same, and everything about it says that a call may be made by C: its `database` is open. */
cyn_py_plan *cyn_py_plan_for_call(cyn_py_state *state, PyTypeObject *type, bool logs_as_model);

/* Whether botocore is to make the call; true where Python cannot say. */
bool cyn_py_goes_elsewhere(cyn_py_plans *plans, cyn_py_plan *plan);
void cyn_py_transport_clear(cyn_py_plans *plans);
int cyn_py_transport_traverse(cyn_py_plans *plans, visitproc visit, void *arg);

/* Whether somebody has connected a receiver to the signals before and after calls. */
bool cyn_py_plan_is_listened_to(cyn_py_state *state);

/* ---- plan_read.c: item bytes -> values. NULL without an exception: give up. ---- */

PyObject *cyn_py_plan_read(cyn_py_call *call, cyn_py_plan *plan, cyn_pairs pairs);
/* The same, and where it gives up, from_raw_data of the class. NULL is an exception. */
PyObject *cyn_py_plan_instance(cyn_py_call *call, cyn_py_plan *plan, cyn_item item);

/* ---- plan_write.c: values -> the builder of the call ---- */

typedef enum cyn_py_outcome { CYN_PY_FAILED = -1, CYN_PY_GIVE_UP = 0, CYN_PY_DONE = 1, CYN_PY_ABSENT = 2 } cyn_py_outcome;

/* One value of a field under its stored name. ABSENT: it serializes to nothing. FAILED: an exception is set. */
cyn_py_outcome cyn_py_plan_write_field(cyn_py_call *call, const cyn_py_field *field, PyObject *value, cyn_bytes name, int depth);
/* All of an instance, its keys first where `keys_first`; a version is written as the next one where `with_next_version`. */
cyn_py_outcome cyn_py_plan_write(cyn_py_call *call, cyn_py_plan *plan, PyObject *instance, bool keys_first, bool with_next_version);
/* The key of an instance. */
cyn_py_outcome cyn_py_plan_write_key(cyn_py_call *call, cyn_py_plan *plan, PyObject *instance);

/* ---- plan_calls.c, plan_pages.c, plan_batch.c: functions of the module ---- */

PyObject *cyn_py_fast_get(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *cyn_py_fast_save(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *cyn_py_fast_delete(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *cyn_py_fast_refresh(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *cyn_py_fast_update(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *cyn_py_fast_page(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *cyn_py_fast_batch_write(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
extern PyType_Spec cyn_py_items_spec;

/* Makes the call; where it fails, raises what Python's call raises. `input` and output belong to `call`. */
const void *cyn_py_plan_run(cyn_py_call *call, cyn_py_plan *plan, cyn_operation operation, const void *input);

#endif
