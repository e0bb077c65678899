/* Whether a plan still holds, and whether a call may be made by C now. What is asked here is asked at each call, so it is a
 * few comparisons of pointers and numbers: types and dictionaries have versions. */
#include "plan.h"

unsigned int cyn_py_type_version(PyTypeObject *type) {
#if PY_VERSION_HEX < 0x030C0000
#define HAS_VERSION(type) PyType_HasFeature(type, Py_TPFLAGS_VALID_VERSION_TAG)
#else
#define HAS_VERSION(type) ((type)->tp_version_tag != 0)
#endif
  if (!HAS_VERSION(type)) { /* looking a name up gives it one */
    PyObject *found = PyObject_GetAttrString((PyObject *)type, "__init__");
    if (found == NULL) PyErr_Clear();
    Py_XDECREF(found);
  }
  return HAS_VERSION(type) ? type->tp_version_tag : 0;
}

static inline bool type_holds(const cyn_py_type_guard *guard) {
#if PY_VERSION_HEX < 0x030C0000
  if (!HAS_VERSION(guard->type)) return false;
#endif
  return guard->type->tp_version_tag == guard->version;
}

bool cyn_py_dict_guard_set(cyn_py_dict_guard *guard, PyObject *dict) {
  PyObject *old = guard->dict;
  guard->dict = Py_NewRef(dict);
  Py_XDECREF(old);
#if PY_VERSION_HEX < 0x030C0000
  guard->version = ((PyDictObject *)dict)->ma_version_tag;
  return true;
#else
  Py_XSETREF(guard->copy, PyDict_Copy(dict));
  return guard->copy != NULL;
#endif
}

void cyn_py_dict_guard_clear(cyn_py_dict_guard *guard) {
  Py_CLEAR(guard->dict);
#if PY_VERSION_HEX >= 0x030C0000
  Py_CLEAR(guard->copy);
#endif
}

static inline bool dict_holds(const cyn_py_dict_guard *guard) {
#if PY_VERSION_HEX < 0x030C0000
  return ((PyDictObject *)guard->dict)->ma_version_tag == guard->version;
#else
  if (PyDict_GET_SIZE(guard->dict) != PyDict_GET_SIZE(guard->copy)) return false;
  PyObject *key, *value;
  Py_ssize_t at = 0;
  while (PyDict_Next(guard->copy, &at, &key, &value))
    if (PyDict_GetItemWithError(guard->dict, key) != value) return false;
  return true;
#endif
}

static inline bool list_holds(const cyn_py_list_guard *guard) {
  Py_ssize_t size = PyList_GET_SIZE(guard->list);
  return size > 0 && PyList_GET_ITEM(guard->list, size - 1) == guard->last;
}

bool cyn_py_plan_holds(const cyn_py_plan *plan) {
  for (size_t i = 0; i < plan->type_count; i++)
    if (!type_holds(&plan->types[i])) return false;
  for (size_t i = 0; i < plan->dict_count; i++)
    if (!dict_holds(&plan->dicts[i])) return false;
  for (size_t i = 0; i < plan->list_count; i++)
    if (!list_holds(&plan->lists[i])) return false;
  return true;
}

static cyn_py_plan *build(cyn_py_state *state, PyTypeObject *type) {
  cyn_py_plans *plans = cyn_py_plans_of(state);
  PyObject *built = PyObject_CallOneArg(plans->build, (PyObject *)type);
  if (built == NULL) return NULL;
  if (Py_TYPE(built) == plans->plan_type) return (cyn_py_plan *)built;
  Py_DECREF(built);
  return NULL;
}

/* The plan that the class itself holds, not a base; borrowed, NULL without an exception when there is none. */
static inline cyn_py_plan *kept(cyn_py_plans *plans, PyTypeObject *type) {
  PyObject *found = type->tp_dict != NULL ? PyDict_GetItemWithError(type->tp_dict, plans->plan_key) : NULL;
  return found != NULL && Py_TYPE(found) == plans->plan_type ? (cyn_py_plan *)found : NULL;
}

/* Building takes as long as some tens of calls: a class that is changed all the time is left to Python for longer and longer. */
#define USES_ENOUGH 50
#define REBUILDS_FREE 20
#define REST_MAX 4000

static bool rests(cyn_py_plan *plan) {
  if (!plan->is_stale) {
    plan->is_stale = true;
    plan->rest = plan->rebuilds <= REBUILDS_FREE ? 0 : (plan->rebuilds - REBUILDS_FREE) * 50;
    if (plan->rest > REST_MAX) plan->rest = REST_MAX;
  }
  if (plan->rest == 0) return false;
  plan->rest--;
  return true;
}

static cyn_py_plan *rebuild(cyn_py_state *state, cyn_py_plan *old, PyTypeObject *type) {
  unsigned int rebuilds = old->uses < USES_ENOUGH ? old->rebuilds + 1 : 0;
  cyn_py_plan *plan = build(state, type);
  if (plan != NULL) plan->rebuilds = rebuilds;
  return plan;
}

cyn_py_plan *cyn_py_plan_of(cyn_py_state *state, PyTypeObject *type) {
  cyn_py_plan *plan = kept(cyn_py_plans_of(state), type);
  if (plan == NULL) {
    plan = build(state, type);
  } else if (cyn_py_plan_holds(plan)) {
    if (plan->uses < USES_ENOUGH) plan->uses++;
    Py_INCREF(plan);
  } else {
    if (rests(plan)) return NULL;
    plan = rebuild(state, plan, type);
  }
  if (plan == NULL || plan->is_usable) return plan;
  Py_DECREF(plan);
  return NULL;
}

/* ---- whether a call may be made by C ---- */

/* Whether somebody listens to a signal. Signals that nobody asked for do not exist yet (signals.py). */
static bool has_receivers(PyObject *dict, PyObject *name, PyObject *receivers) {
  PyObject *signal = PyDict_GetItemWithError(dict, name);
  if (signal == NULL || signal == Py_None) return false;
  PyObject *found = PyObject_GetAttr(signal, receivers);
  int is_true = found != NULL ? PyObject_IsTrue(found) : -1;
  Py_XDECREF(found);
  if (is_true < 0) PyErr_Clear();
  return is_true != 0;
}

bool cyn_py_plan_is_listened_to(cyn_py_state *state) {
  cyn_py_plans *plans = cyn_py_plans_of(state);
  return has_receivers(plans->signals_dict, plans->pre, plans->receivers) ||
         has_receivers(plans->signals_dict, plans->post, plans->receivers);
}

/* Someone has put signals of his own into the module of connections. */
static bool has_other_signals(cyn_py_plans *plans) {
  return PyDict_GetItemWithError(plans->connection_module_dict, plans->pre) != NULL ||
         PyDict_GetItemWithError(plans->connection_module_dict, plans->post) != NULL;
}

/* A logger of the standard library remembers what it is enabled for in a dictionary, which is emptied when a level changes. */
static bool is_debugged(cyn_py_plans *plans, PyObject *logger, PyObject *cache) {
  if (cache != NULL && PyDict_GetItemWithError(cache, plans->debug_level) == Py_False) return false;
  PyObject *answer = PyObject_CallMethodOneArg(logger, plans->is_enabled_for, plans->debug_level);
  int is_true = answer != NULL ? PyObject_IsTrue(answer) : -1;
  Py_XDECREF(answer);
  if (is_true < 0) PyErr_Clear();
  return is_true != 0;
}

static PyObject *cache_of(PyObject *logger) {
  PyObject *cache = PyObject_GetAttrString(logger, "_cache");
  if (cache == NULL) PyErr_Clear();
  else if (!PyDict_CheckExact(cache)) Py_CLEAR(cache);
  return cache;
}

/* A call that somebody wants to read of in a log is made by Python, which writes it there. */
static bool is_logged(cyn_py_plans *plans, bool logs_as_model) {
  if (plans->logger == NULL) {
    PyObject *modules = PyImport_GetModuleDict(); /* borrowed */
    if (modules == NULL || PyDict_GetItemWithError(modules, plans->logging) == NULL) return false;
    PyObject *found = PyObject_CallNoArgs(plans->find_loggers), *logger, *models_logger;
    if (found == NULL || !PyArg_ParseTuple(found, "OO", &logger, &models_logger)) {
      PyErr_Clear();
      Py_XDECREF(found);
      return true;
    }
    plans->logger = Py_NewRef(logger);
    plans->models_logger = Py_NewRef(models_logger);
    plans->logger_cache = cache_of(logger);
    plans->models_logger_cache = cache_of(models_logger);
    Py_DECREF(found);
  }
  return is_debugged(plans, plans->logger, plans->logger_cache) ||
         (logs_as_model && is_debugged(plans, plans->models_logger, plans->models_logger_cache));
}

/* Opens the database of the connection, or finds it anew. The connection notes it in its dictionary. */
static bool find_database(cyn_py_state *state, cyn_py_plan *plan, PyObject *generation) {
  cyn_py_plans *plans = cyn_py_plans_of(state);
  PyObject *database = PyObject_CallMethodNoArgs(plan->connection, plans->get_database);
  if (database == NULL || Py_TYPE(database) != state->database_type) {
    PyErr_Clear(); /* Python finds the same error where it belongs */
    Py_XDECREF(database);
    return false;
  }
  Py_XSETREF(plan->database, database);
  Py_INCREF(generation);
  Py_XSETREF(plan->generation, generation);
  for (size_t i = 0; i < plan->dict_count; i++)
    if (plan->dicts[i].dict == plan->connection_dict && !cyn_py_dict_guard_set(&plan->dicts[i], plan->connection_dict))
      return false;
  return true;
}

static bool may_call(cyn_py_state *state, cyn_py_plan *plan, bool logs_as_model) {
  cyn_py_plans *plans = cyn_py_plans_of(state);
  if (plan->connection == NULL || has_other_signals(plans) || is_logged(plans, logs_as_model)) return false;
  cyn_py_database *database = (cyn_py_database *)plan->database;
  if ((database == NULL || !database->in_process || plan->asks_transport) && cyn_py_goes_elsewhere(plans, plan)) return false;
  PyObject *generation = PyDict_GetItemWithError(plans->transport_dict, plans->generation);
  if (generation == NULL) return false;
  return (database != NULL && generation == plan->generation) || find_database(state, plan, generation);
}

cyn_py_plan *cyn_py_plan_for_call(cyn_py_state *state, PyTypeObject *type, bool logs_as_model) {
  cyn_py_plans *plans = cyn_py_plans_of(state);
  if (plans == NULL || !plans->is_on) return NULL;
  cyn_py_plan *plan = cyn_py_plan_of(state, type);
  if (plan != NULL && plan->is_named_at_run_time) {
    PyObject *connection = PyObject_CallMethodNoArgs((PyObject *)type, plans->get_connection);
    bool is_same = connection == plan->table_connection;
    if (connection == NULL) PyErr_Clear();
    Py_XDECREF(connection);
    if (!is_same) {
      Py_DECREF(plan);
      plan = build(state, type);
    }
  }
  if (plan == NULL || (plan->is_usable && may_call(state, plan, logs_as_model))) return plan;
  Py_DECREF(plan);
  return NULL;
}
