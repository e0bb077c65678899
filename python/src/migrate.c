/* Database.migrate() and migrations(): <cynamo/migration.h>, with changes that Python makes. The threads of the scan are C's,
 * and take the GIL for each item; what Python raises there ends the run, and is raised where it was begun. The thread that
 * begins it waits without the GIL and looks at no signals: cynamo.migration begins it on one of its own. */
#include "core.h"

typedef struct migrating {
  cyn_py_state *state;
  PyInterpreterState *interpreter;
  PyObject *progress, *stops;  /* borrowed; NULL: none */
  PyObject *kind, *value, *trace; /* what was raised first; set with the GIL held */
  int raised;                  /* atomic */
} migrating;

typedef struct python_change {
  migrating *run;
  PyObject *function; /* borrowed */
} python_change;

/* ---- on threads of C ---- */

static PyThreadState *enter(migrating *run) {
  PyThreadState *thread = PyThreadState_New(run->interpreter);
  if (thread != NULL) PyEval_AcquireThread(thread);
  return thread;
}

static void leave(PyThreadState *thread) {
  PyThreadState_Clear(thread);
  PyThreadState_DeleteCurrent();
}

/* Keeps the exception that is set, unless there is one already. */
static void keep(migrating *run) {
  PyObject *kind, *value, *trace;
  PyErr_Fetch(&kind, &value, &trace);
  if (__atomic_exchange_n(&run->raised, 1, __ATOMIC_SEQ_CST) == 0) {
    run->kind = kind;
    run->value = value;
    run->trace = trace;
    return;
  }
  Py_XDECREF(kind);
  Py_XDECREF(value);
  Py_XDECREF(trace);
}

/* Puts what Python returned into `out`; false with an exception. */
static bool take_changed(cyn_py_call *call, PyObject *after, cyn_item_builder *out) {
  static const cyn_py_path root = {NULL, NULL, NULL, 0, false};
  cyn_item item;
  if (!cyn_py_to_item(call, &root, after, &item)) return false;
  if (call->problems != NULL) return cyn_py_raise_problems(call, NULL) != NULL;
  if (item.fault != NULL) {
    PyErr_Format(PyExc_ValueError, "the change made an item that DynamoDB refuses: %s", item.fault->message);
    return false;
  }
  cyn_pairs pairs = cyn_item_pairs(item);
  cyn_bytes name;
  cyn_value value;
  while (cyn_pairs_next(&pairs, &name, &value)) cyn_item_put_value(out, name, value);
  return true;
}

/* With the GIL. A change may write into the item that it gets: a second one tells whether it did. False with an exception. */
static bool call_change(python_change *change, cyn_item item, cyn_item_builder *out, bool *changed) {
  cyn_py_call *call = cyn_py_call_take(change->run->state);
  if (call == NULL) return false;
  PyObject *before = cyn_py_from_item(call, item), *given = before != NULL ? cyn_py_from_item(call, item) : NULL;
  PyObject *after = given != NULL ? PyObject_CallFunctionObjArgs(change->function, given, NULL) : NULL;
  int is_same = after == NULL ? -1 : after == Py_None ? 1 : PyObject_RichCompareBool(before, after, Py_EQ);
  *changed = is_same == 0;
  bool fine = is_same >= 0 && (!*changed || take_changed(call, after, out));
  Py_XDECREF(after);
  Py_XDECREF(given);
  Py_XDECREF(before);
  cyn_py_call_give_back(call);
  return fine;
}

static cyn_status change_by_python(cyn_item item, cyn_item_builder *out, bool *changed, void *user, cyn_error *error) {
  python_change *change = user;
  PyThreadState *thread = enter(change->run);
  bool fine = thread != NULL && call_change(change, item, out, changed);
  if (!fine && thread != NULL) keep(change->run);
  if (thread != NULL) leave(thread);
  if (fine) return CYN_OK;
  cyn_item nothing; /* any error will do: the exception is raised in its place */
  return cyn_item_from_json(out, cyn_str("the change raised an exception"), &nothing, error);
}

static PyObject *report_dict(const cyn_migration_report *report) {
  return Py_BuildValue("{sOsOsOsLsLsL}", "was_applied", report->was_applied ? Py_True : Py_False, "was_resumed",
                       report->was_resumed ? Py_True : Py_False, "is_stopped", report->is_stopped ? Py_True : Py_False, "scanned",
                       (long long)report->scanned, "changed", (long long)report->changed, "conflicts", (long long)report->conflicts);
}

static void on_progress(const cyn_migration_report *report, void *user) {
  migrating *run = user;
  PyThreadState *thread = enter(run);
  if (thread == NULL) return;
  PyObject *dict = report_dict(report), *answer = dict != NULL ? PyObject_CallFunctionObjArgs(run->progress, dict, NULL) : NULL;
  if (answer == NULL) keep(run);
  Py_XDECREF(answer);
  Py_XDECREF(dict);
  leave(thread);
}

static bool on_stops(void *user) {
  migrating *run = user;
  if (__atomic_load_n(&run->raised, __ATOMIC_SEQ_CST)) return true;
  PyThreadState *thread = run->stops != NULL ? enter(run) : NULL;
  if (thread == NULL) return false;
  PyObject *answer = PyObject_CallNoArgs(run->stops);
  int stops = answer != NULL ? PyObject_IsTrue(answer) : -1;
  if (stops < 0) keep(run);
  Py_XDECREF(answer);
  leave(thread);
  return stops != 0;
}

/* ---- the step ---- */

static bool wrong_change(void) {
  PyErr_SetString(PyExc_TypeError, "a change is a callable, one of cynamo.migration's, or a list of them");
  return false;
}

/* A str that stays with its owner. */
static const char *text_at(PyObject *tuple, Py_ssize_t at) {
  PyObject *text = at < PyTuple_GET_SIZE(tuple) ? PyTuple_GET_ITEM(tuple, at) : NULL;
  return text != NULL && PyUnicode_Check(text) ? PyUnicode_AsUTF8(text) : NULL;
}

static bool take_names(cyn_py_call *call, PyObject *names, cyn_string_map *out) {
  if (names == Py_None) return true;
  if (!PyDict_Check(names)) return wrong_change();
  cyn_string_pair *pairs = cyn_py_alloc(call, ((size_t)PyDict_GET_SIZE(names) + 1) * sizeof *pairs);
  PyObject *key, *value;
  size_t count = 0;
  for (Py_ssize_t at = 0; pairs != NULL && PyDict_Next(names, &at, &key, &value); count++)
    if (!PyUnicode_Check(key) || !PyUnicode_Check(value) || !cyn_py_utf8(key, &pairs[count].key) ||
        !cyn_py_utf8(value, &pairs[count].value))
      return wrong_change();
  *out = (cyn_string_map){count, pairs};
  return pairs != NULL;
}

/* (…, text, {placeholder: name} or None, {placeholder: value} or None), from the `at`th on. */
static bool take_expression(cyn_py_call *call, PyObject *tuple, Py_ssize_t at, cyn_migration_expression *out) {
  static const cyn_py_path root = {NULL, NULL, NULL, 0, false};
  if (PyTuple_GET_SIZE(tuple) != at + 3 || (out->text = text_at(tuple, at)) == NULL) return wrong_change();
  if (!take_names(call, PyTuple_GET_ITEM(tuple, at + 1), &out->names)) return false;
  PyObject *values = PyTuple_GET_ITEM(tuple, at + 2);
  if (values == Py_None) return true;
  if (!cyn_py_to_item(call, &root, values, &out->values)) return false;
  return call->problems == NULL || cyn_py_raise_problems(call, NULL) != NULL;
}

static const struct {
  const char *kind;
  cyn_migration_change change;
} changes_by_name[] = {{"remove", cyn_change_by_remove},
                       {"boolean", cyn_change_by_boolean},
                       {"unicode_set", cyn_change_by_unicode_set},
                       {"number", cyn_change_by_number},
                       {"string", cyn_change_by_string}};

/* ("rename", from, to), ("backfill", name, value), ("update", text, names, values), or one of the above with a name. */
static bool take_ready(cyn_py_call *call, PyObject *tuple, cyn_change_part *out) {
  static const cyn_py_path root = {NULL, NULL, NULL, 0, false};
  const char *kind = text_at(tuple, 0), *name = text_at(tuple, 1);
  if (kind == NULL || name == NULL) return wrong_change();
  for (size_t i = 0; i < sizeof changes_by_name / sizeof changes_by_name[0]; i++)
    if (strcmp(kind, changes_by_name[i].kind) == 0) {
      *out = (cyn_change_part){changes_by_name[i].change, (void *)(uintptr_t)name};
      return true;
    }
  if (strcmp(kind, "rename") == 0) {
    cyn_change_rename *rename = cyn_py_alloc(call, sizeof *rename);
    if (rename == NULL) return false;
    *rename = (cyn_change_rename){name, text_at(tuple, 2)};
    *out = (cyn_change_part){cyn_change_by_rename, rename};
    return rename->to != NULL || wrong_change();
  }
  if (strcmp(kind, "update") == 0) {
    cyn_migration_expression *update = cyn_py_alloc(call, sizeof *update);
    *out = (cyn_change_part){cyn_change_by_update, update};
    return update != NULL && take_expression(call, tuple, 1, update);
  }
  if (strcmp(kind, "backfill") != 0 || PyTuple_GET_SIZE(tuple) != 3) return wrong_change();
  cyn_change_backfill *backfill = cyn_py_alloc(call, sizeof *backfill);
  *out = (cyn_change_part){cyn_change_by_backfill, backfill};
  if (backfill == NULL || !cyn_py_to_value(call, &root, PyTuple_GET_ITEM(tuple, 2), &backfill->value)) return false;
  backfill->name = name;
  return call->problems == NULL || cyn_py_raise_problems(call, NULL) != NULL;
}

/* `parts` is a tuple of changes. */
static bool take_parts(cyn_py_call *call, migrating *run, PyObject *parts, cyn_change_parts *out) {
  size_t count = (size_t)PyTuple_GET_SIZE(parts);
  cyn_change_part *found = cyn_py_alloc(call, (count + 1) * sizeof *found);
  if (found == NULL) return false;
  for (size_t i = 0; i < count; i++) {
    PyObject *one = PyTuple_GET_ITEM(parts, (Py_ssize_t)i);
    if (PyTuple_Check(one)) {
      if (!take_ready(call, one, &found[i])) return false;
      continue;
    }
    python_change *change = cyn_py_alloc(call, sizeof *change);
    if (change == NULL) return false;
    if (!PyCallable_Check(one)) return wrong_change();
    *change = (python_change){run, one};
    found[i] = (cyn_change_part){change_by_python, change};
  }
  *out = (cyn_change_parts){count, found};
  return true;
}

/* ---- the calls ---- */

static PyObject *run_it(cyn_py_database *self, cyn_py_call *call, migrating *run, const cyn_migration *step,
                        const cyn_migration_options *options) {
  cyn_db *db = cyn_py_database_begin(self, call->state, NULL);
  if (db == NULL) return NULL;
  cyn_error error = CYN_ERROR_INIT;
  cyn_migration_report report;
  cyn_status status;
  Py_BEGIN_ALLOW_THREADS
  status = cyn_migrate(db, step, options, &report, &error);
  Py_END_ALLOW_THREADS
  cyn_py_database_end(self);
  if (run->raised) {
    cyn_error_clean_up(&error);
    PyErr_Restore(run->kind, run->value, run->trace);
    return NULL;
  }
  return status == CYN_OK ? report_dict(&report) : cyn_py_raise(call, NULL, &error);
}

PyObject *cyn_py_database_migrate(PyObject *object, PyObject *arguments, PyObject *keywords) {
  static char *names[] = {"name",     "version",   "table",      "change",  "into",     "where", "definition",
                          "segments", "page_size", "rate_limit", "dry_run", "progress", "stops", NULL};
  cyn_py_state *state = cyn_py_state_of_type(Py_TYPE(object));
  cyn_migration step = CYN_MIGRATION_INIT;
  cyn_migration_options options = CYN_MIGRATION_OPTIONS_INIT;
  migrating run = {.state = state, .interpreter = PyInterpreterState_Get()};
  long long version, segments = 0, page_size = 0;
  PyObject *changes, *where = Py_None, *progress = Py_None, *stops = Py_None;
  int is_dry = 0;
  if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "sLsO!|$zOzLLdpOO:migrate", names, &step.name, &version, &step.table,
                                   &PyTuple_Type, &changes, &step.into, &where, &step.definition, &segments, &page_size,
                                   &options.rate_limit, &is_dry, &progress, &stops))
    return NULL;
  step.version = version;
  options.segments = segments;
  options.page_size = page_size;
  options.dry_run = is_dry != 0;
  options.stops = on_stops;
  options.stops_user = options.progress_user = &run;
  if (stops != Py_None) run.stops = stops;
  if (progress != Py_None) {
    run.progress = progress;
    options.progress = on_progress;
  }
  cyn_change_parts parts = {0, NULL};
  cyn_py_call *call = cyn_py_call_take(state);
  if (call == NULL) return NULL;
  bool fine = take_parts(call, &run, changes, &parts);
  if (fine && where != Py_None) fine = PyTuple_Check(where) ? take_expression(call, where, 0, &step.where) : wrong_change();
  if (parts.count == 1) {
    step.change = parts.at[0].change;
    step.user = parts.at[0].user;
  } else if (parts.count > 1) {
    step.change = cyn_change_by_parts;
    step.user = &parts;
  }
  PyObject *answer = fine ? run_it((cyn_py_database *)object, call, &run, &step, &options) : NULL;
  cyn_py_call_give_back(call);
  return answer;
}

typedef struct telling {
  PyObject *list; /* NULL: an exception is set */
  PyThreadState *thread;
} telling;

static PyObject *text_or_none(cyn_bytes text) {
  return text.data != NULL ? PyUnicode_DecodeUTF8(text.data, (Py_ssize_t)text.size, "replace") : Py_NewRef(Py_None);
}

static void tell(const cyn_migration_record *record, void *user) {
  telling *told = user;
  PyEval_RestoreThread(told->thread);
  PyObject *dict = NULL;
  if (told->list != NULL)
    dict = Py_BuildValue("{sNsNsLsOsLsLsNsNsN}", "table", text_or_none(record->table), "name", text_or_none(record->name), "version",
                         (long long)record->version, "is_applied", record->is_applied ? Py_True : Py_False, "scanned",
                         (long long)record->scanned, "changed", (long long)record->changed, "begun_at",
                         text_or_none(record->begun_at), "applied_at", text_or_none(record->applied_at), "definition",
                         text_or_none(record->definition));
  if (told->list != NULL && (dict == NULL || PyList_Append(told->list, dict) != 0)) Py_CLEAR(told->list);
  Py_XDECREF(dict);
  told->thread = PyEval_SaveThread();
}

PyObject *cyn_py_database_migrations(PyObject *object, PyObject *unused) {
  (void)unused;
  cyn_py_database *self = (cyn_py_database *)object;
  cyn_py_state *state = cyn_py_state_of_type(Py_TYPE(object));
  cyn_py_call *call = cyn_py_call_take(state);
  cyn_db *db = call != NULL ? cyn_py_database_begin(self, state, NULL) : NULL;
  telling told = {db != NULL ? PyList_New(0) : NULL, NULL};
  if (db != NULL && told.list != NULL) {
    cyn_error error = CYN_ERROR_INIT;
    told.thread = PyEval_SaveThread();
    cyn_status status = cyn_migration_each(db, tell, &told, &error);
    PyEval_RestoreThread(told.thread);
    if (status != CYN_OK && told.list != NULL) {
      Py_CLEAR(told.list);
      (void)cyn_py_raise(call, NULL, &error);
    }
    cyn_error_clean_up(&error);
  }
  if (db != NULL) cyn_py_database_end(self);
  if (call != NULL) cyn_py_call_give_back(call);
  return told.list;
}
