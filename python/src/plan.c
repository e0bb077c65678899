/* Plan, the type: built from what cynamo/_fast.py found out about a class, kept in the class, never changed but for what it
 * remembers of the items it has seen. And what the module holds for all plans. */
#include "plan.h"

/* ---- fields ---- */

enum {
  FLAG_NULL = 1,
  FLAG_CHECKS_TYPE = 2,
  FLAG_SETS_PLAINLY = 4,
  FLAG_GETS_PLAINLY = 8,
  FLAG_TAKES_NULL_CHECK = 16,
  FLAG_DEFAULT_IS_ODD = 32
};

static void field_clear(cyn_py_field *field) {
  Py_CLEAR(field->attribute);
  Py_CLEAR(field->name);
  Py_CLEAR(field->stored_name);
  Py_CLEAR(field->path);
  Py_CLEAR(field->default_value);
  Py_CLEAR(field->plan);
  if (field->element != NULL) {
    field_clear(field->element);
    PyMem_Free(field->element);
    field->element = NULL;
  }
}

static int field_traverse(const cyn_py_field *field, visitproc visit, void *arg) {
  Py_VISIT(field->attribute);
  Py_VISIT(field->path);
  Py_VISIT(field->default_value);
  Py_VISIT((PyObject *)field->plan);
  return field->element != NULL ? field_traverse(field->element, visit, arg) : 0;
}

/* Where the attribute's own name stands: the last element of its path. */
static bool take_path(cyn_py_field *field) {
  PyObject *path = PyObject_GetAttrString(field->attribute, "attr_path");
  if (path == NULL || !PyList_Check(path) || PyList_GET_SIZE(path) == 0) {
    Py_XDECREF(path);
    return PyErr_Occurred() != NULL ? false : (PyErr_SetString(PyExc_TypeError, "attr_path is no list"), false);
  }
  field->path = path;
  field->stored_name = Py_NewRef(PyList_GET_ITEM(path, PyList_GET_SIZE(path) - 1));
  if (field->stored_name == Py_None) return true; /* of a list's element */
  if (PyUnicode_Check(field->stored_name)) return cyn_py_utf8(field->stored_name, &field->stored);
  PyErr_SetString(PyExc_TypeError, "a name is no str");
  return false;
}

/* (attribute, name, reads, writes, type, flags, default, element, plan) */
static bool take_field(cyn_py_state *state, PyObject *told, cyn_py_field *field) {
  PyObject *attribute, *name, *type, *standard, *element, *plan;
  int reads, writes, flags;
  if (!PyTuple_Check(told) ||
      !PyArg_ParseTuple(told, "OOiiUiOOO", &attribute, &name, &reads, &writes, &type, &flags, &standard, &element, &plan))
    return false;
  field->type = cyn_py_type_of(state, type);
  if (field->type == 0 || reads < 0 || reads >= CYN_PY_CODEC_COUNT || writes < 0 || writes >= CYN_PY_CODEC_COUNT) {
    PyErr_SetString(PyExc_ValueError, "a field has no such type or codec");
    return false;
  }
  field->attribute = Py_NewRef(attribute);
  field->name = Py_NewRef(name);
  if (PyUnicode_CheckExact(name)) PyUnicode_InternInPlace(&field->name);
  field->reads = (cyn_py_codec)reads;
  field->writes = (cyn_py_codec)writes;
  field->null = (flags & FLAG_NULL) != 0;
  field->checks_type = (flags & FLAG_CHECKS_TYPE) != 0;
  field->sets_plainly = (flags & FLAG_SETS_PLAINLY) != 0;
  field->gets_plainly = (flags & FLAG_GETS_PLAINLY) != 0;
  field->takes_null_check = (flags & FLAG_TAKES_NULL_CHECK) != 0;
  field->default_is_odd = (flags & FLAG_DEFAULT_IS_ODD) != 0;
  if (standard != Py_None) field->default_value = Py_NewRef(standard);
  if (plan != Py_None) field->plan = (cyn_py_plan *)Py_NewRef(plan);
  if (!take_path(field)) return false;
  if (element == Py_None) return true;
  field->element = PyMem_Calloc(1, sizeof *field->element);
  return field->element != NULL ? take_field(state, element, field->element) : PyErr_NoMemory() != NULL;
}

/* ---- names of fields by their bytes ---- */

static size_t slot_of(cyn_bytes name) {
  size_t hash = 1469598103u;
  for (size_t i = 0; i < name.size; i++) hash = (hash ^ (unsigned char)name.data[i]) * 16777619u;
  return hash;
}

static bool index_fields(cyn_py_plan *plan) {
  size_t size = 8;
  while (size < plan->field_count * 2) size *= 2;
  plan->slots = PyMem_Calloc(size, sizeof *plan->slots);
  plan->expected = PyMem_Calloc(plan->field_count + 1, sizeof *plan->expected);
  if (plan->slots == NULL || plan->expected == NULL) return PyErr_NoMemory() != NULL;
  plan->slot_mask = size - 1;
  for (size_t i = 0; i < plan->field_count; i++) {
    size_t at = slot_of(plan->fields[i].stored) & plan->slot_mask;
    while (plan->slots[at] != 0) at = (at + 1) & plan->slot_mask;
    plan->slots[at] = (uint16_t)(i + 1);
  }
  return true;
}

int cyn_py_plan_find(const cyn_py_plan *plan, cyn_bytes name) {
  for (size_t at = slot_of(name) & plan->slot_mask; plan->slots[at] != 0; at = (at + 1) & plan->slot_mask) {
    const cyn_py_field *field = &plan->fields[plan->slots[at] - 1];
    if (field->stored.size == name.size && memcmp(field->stored.data, name.data, name.size) == 0) return plan->slots[at] - 1;
  }
  return -1;
}

/* ---- building ---- */

static bool take_fields(cyn_py_state *state, cyn_py_plan *plan, PyObject *told) {
  size_t count = (size_t)PyList_GET_SIZE(told);
  if (count > CYN_PY_FIELDS_MAX) {
    PyErr_SetString(PyExc_ValueError, "too many fields");
    return false;
  }
  plan->fields = PyMem_Calloc(count + 1, sizeof *plan->fields);
  if (plan->fields == NULL) return PyErr_NoMemory() != NULL;
  for (size_t i = 0; i < count; i++) {
    cyn_py_field *field = &plan->fields[plan->field_count++];
    if (!take_field(state, PyList_GET_ITEM(told, (Py_ssize_t)i), field)) return false;
    plan->has_default = plan->has_default || field->default_value != NULL;
    plan->has_odd_default = plan->has_odd_default || field->default_is_odd;
  }
  return index_fields(plan);
}

static bool take_types(cyn_py_plan *plan, PyObject *told) {
  size_t count = (size_t)PyList_GET_SIZE(told);
  plan->types = PyMem_Calloc(count + 1, sizeof *plan->types);
  if (plan->types == NULL) return PyErr_NoMemory() != NULL;
  for (size_t i = 0; i < count; i++) {
    PyObject *type = PyList_GET_ITEM(told, (Py_ssize_t)i);
    if (!PyType_Check(type)) {
      PyErr_SetString(PyExc_TypeError, "a guarded type is no type");
      return false;
    }
    unsigned int version = cyn_py_type_version((PyTypeObject *)type);
    if (version == 0) {
      plan->is_usable = false; /* changed so often that Python no longer counts */
      continue;
    }
    plan->types[plan->type_count++] = (cyn_py_type_guard){(PyTypeObject *)Py_NewRef(type), version};
  }
  return true;
}

static bool take_dicts(cyn_py_plan *plan, PyObject *told) {
  size_t count = (size_t)PyList_GET_SIZE(told);
  plan->dicts = PyMem_Calloc(count + 1, sizeof *plan->dicts);
  if (plan->dicts == NULL) return PyErr_NoMemory() != NULL;
  for (size_t i = 0; i < count; i++) {
    PyObject *dict = PyList_GET_ITEM(told, (Py_ssize_t)i);
    if (!PyDict_Check(dict)) {
      PyErr_SetString(PyExc_TypeError, "a guarded dict is no dict");
      return false;
    }
    if (!cyn_py_dict_guard_set(&plan->dicts[plan->dict_count], dict)) return false;
    plan->dict_count++;
  }
  return true;
}

static bool take_lists(cyn_py_plan *plan, PyObject *told) {
  size_t count = (size_t)PyList_GET_SIZE(told);
  plan->lists = PyMem_Calloc(count + 1, sizeof *plan->lists);
  if (plan->lists == NULL) return PyErr_NoMemory() != NULL;
  for (size_t i = 0; i < count; i++) {
    PyObject *list = PyList_GET_ITEM(told, (Py_ssize_t)i);
    if (!PyList_Check(list) || PyList_GET_SIZE(list) == 0) {
      PyErr_SetString(PyExc_TypeError, "a guarded list is no list, or empty");
      return false;
    }
    PyObject *last = PyList_GET_ITEM(list, PyList_GET_SIZE(list) - 1);
    plan->lists[plan->list_count++] = (cyn_py_list_guard){Py_NewRef(list), Py_NewRef(last)};
  }
  return true;
}

static bool take_flag(PyObject *options, const char *name, bool *out) {
  PyObject *value = PyDict_GetItemString(options, name);
  int is_true = value != NULL ? PyObject_IsTrue(value) : 0;
  *out = is_true > 0;
  return is_true >= 0;
}

static bool take_index(const cyn_py_plan *plan, PyObject *options, const char *name, int *out) {
  PyObject *value = PyDict_GetItemString(options, name);
  long index = value != NULL ? PyLong_AsLong(value) : -1;
  if (index == -1 && PyErr_Occurred()) return false;
  *out = index >= 0 && (size_t)index < plan->field_count ? (int)index : -1;
  return true;
}

static void take_object(PyObject *options, const char *name, PyObject **out) {
  PyObject *value = PyDict_GetItemString(options, name);
  *out = value != NULL && value != Py_None ? Py_NewRef(value) : NULL;
}

static bool take_options(cyn_py_plan *plan, PyObject *options) {
  take_object(options, "table_connection", &plan->table_connection);
  take_object(options, "connection", &plan->connection);
  take_object(options, "table_name", &plan->table_name);
  if (plan->connection != NULL) {
    plan->connection_dict = PyObject_GetAttrString(plan->connection, "__dict__");
    if (plan->connection_dict == NULL) return false;
  }
  return take_flag(options, "usable", &plan->is_usable) && take_flag(options, "reads", &plan->reads) &&
         take_flag(options, "writes", &plan->writes) && take_flag(options, "is_map", &plan->is_map) &&
         take_flag(options, "takes_over", &plan->takes_over) &&
         take_flag(options, "makes_by_call", &plan->makes_by_call) &&
         take_flag(options, "is_named_at_run_time", &plan->is_named_at_run_time) &&
         take_flag(options, "asks_transport", &plan->asks_transport) &&
         take_index(plan, options, "discriminator", &plan->discriminator) &&
         take_index(plan, options, "hash_key", &plan->hash_key) && take_index(plan, options, "range_key", &plan->range_key) &&
         take_index(plan, options, "version", &plan->version);
}

/* Plan(cls, fields, options, types, dicts, lists): the plan is put into the class before the versions of types are noted. */
static PyObject *plan_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords) {
  (void)keywords;
  cyn_py_state *state = cyn_py_state_of_type(type);
  PyObject *cls, *fields, *options, *types, *dicts, *lists;
  if (!PyArg_ParseTuple(arguments, "O!O!O!O!O!O!:Plan", &PyType_Type, &cls, &PyList_Type, &fields, &PyDict_Type, &options,
                        &PyList_Type, &types, &PyList_Type, &dicts, &PyList_Type, &lists))
    return NULL;
  cyn_py_plan *plan = (cyn_py_plan *)type->tp_alloc(type, 0);
  if (plan == NULL) return NULL;
  plan->type = (PyTypeObject *)Py_NewRef(cls);
  bool fine = take_fields(state, plan, fields) && take_options(plan, options) &&
              PyType_Type.tp_setattro(cls, cyn_py_plans_of(state)->plan_key, (PyObject *)plan) == 0 && take_types(plan, types) &&
              take_dicts(plan, dicts) && take_lists(plan, lists);
  if (fine) return (PyObject *)plan;
  plan->is_usable = false;
  Py_DECREF(plan);
  return NULL;
}

static int plan_clear(PyObject *object) {
  cyn_py_plan *plan = (cyn_py_plan *)object;
  plan->is_usable = false;
  for (size_t i = 0; i < plan->field_count; i++) field_clear(&plan->fields[i]);
  for (size_t i = 0; i < plan->type_count; i++) Py_CLEAR(plan->types[i].type);
  for (size_t i = 0; i < plan->dict_count; i++) cyn_py_dict_guard_clear(&plan->dicts[i]);
  for (size_t i = 0; i < plan->list_count; i++) {
    Py_CLEAR(plan->lists[i].list);
    Py_CLEAR(plan->lists[i].last);
  }
  plan->type_count = plan->dict_count = plan->list_count = 0;
  Py_CLEAR(plan->type);
  Py_CLEAR(plan->template);
  Py_CLEAR(plan->table_connection);
  Py_CLEAR(plan->connection);
  Py_CLEAR(plan->connection_dict);
  Py_CLEAR(plan->table_name);
  Py_CLEAR(plan->database);
  Py_CLEAR(plan->generation);
  return 0;
}

static int plan_traverse(PyObject *object, visitproc visit, void *arg) {
  cyn_py_plan *plan = (cyn_py_plan *)object;
  for (size_t i = 0; i < plan->field_count; i++) {
    int result = field_traverse(&plan->fields[i], visit, arg);
    if (result != 0) return result;
  }
  for (size_t i = 0; i < plan->type_count; i++) Py_VISIT(plan->types[i].type);
  for (size_t i = 0; i < plan->dict_count; i++) Py_VISIT(plan->dicts[i].dict);
#if PY_VERSION_HEX >= 0x030C0000
  for (size_t i = 0; i < plan->dict_count; i++) Py_VISIT(plan->dicts[i].copy);
#endif
  for (size_t i = 0; i < plan->list_count; i++) Py_VISIT(plan->lists[i].list);
  Py_VISIT(plan->type);
  Py_VISIT(plan->template);
  Py_VISIT(plan->table_connection);
  Py_VISIT(plan->connection);
  Py_VISIT(plan->connection_dict);
  Py_VISIT(plan->database);
  Py_VISIT(Py_TYPE(object));
  return 0;
}

static void plan_dealloc(PyObject *object) {
  cyn_py_plan *plan = (cyn_py_plan *)object;
  PyTypeObject *type = Py_TYPE(object);
  PyObject_GC_UnTrack(object);
  (void)plan_clear(object);
  PyMem_Free(plan->fields);
  PyMem_Free(plan->slots);
  PyMem_Free(plan->expected);
  PyMem_Free(plan->types);
  PyMem_Free(plan->dicts);
  PyMem_Free(plan->lists);
  type->tp_free(object);
  Py_DECREF(type);
}

/* A class that is pickled with all it has is built anew elsewhere: NoneType() gives None there, which is no plan. */
static PyObject *plan_reduce(PyObject *object, PyObject *unused) {
  (void)object;
  (void)unused;
  return Py_BuildValue("(O())", (PyObject *)Py_TYPE(Py_None));
}

static PyObject *plan_is_usable(PyObject *object, void *unused) {
  (void)unused;
  return PyBool_FromLong(((cyn_py_plan *)object)->is_usable);
}

/* What it depends on, as Plan() takes it, if it holds and is usable: a plan with this one in it depends on that too. */
static PyObject *plan_guards(PyObject *object, PyObject *unused) {
  (void)unused;
  cyn_py_plan *plan = (cyn_py_plan *)object;
  if (!plan->is_usable || !cyn_py_plan_holds(plan)) Py_RETURN_NONE;
  PyObject *types = PyList_New(0), *dicts = PyList_New(0), *lists = PyList_New(0);
  bool fine = types != NULL && dicts != NULL && lists != NULL;
  for (size_t i = 0; i < plan->type_count && fine; i++) fine = PyList_Append(types, (PyObject *)plan->types[i].type) == 0;
  for (size_t i = 0; i < plan->dict_count && fine; i++) fine = PyList_Append(dicts, plan->dicts[i].dict) == 0;
  for (size_t i = 0; i < plan->list_count && fine; i++) fine = PyList_Append(lists, plan->lists[i].list) == 0;
  PyObject *all = fine ? PyTuple_Pack(3, types, dicts, lists) : NULL;
  Py_XDECREF(types);
  Py_XDECREF(dicts);
  Py_XDECREF(lists);
  return all;
}

static PyMethodDef plan_methods[] = {
    {"__reduce__", plan_reduce, METH_NOARGS, NULL},
    {"guards", plan_guards, METH_NOARGS, "guards()\n--\n\n(types, dicts, lists) that it depends on; None where it does not hold."},
    {NULL, NULL, 0, NULL}};
static PyGetSetDef plan_members[] = {
    {"is_usable", plan_is_usable, NULL, "Whether calls of the class are made by C.", NULL}, {NULL, NULL, NULL, NULL, NULL}};

static PyType_Slot plan_slots[] = {
    {Py_tp_doc, "What a model class looks like to C; made by cynamo._fast."},
    {Py_tp_new, plan_new},
    {Py_tp_dealloc, plan_dealloc},
    {Py_tp_traverse, plan_traverse},
    {Py_tp_clear, plan_clear},
    {Py_tp_methods, plan_methods},
    {Py_tp_getset, plan_members},
    {0, NULL}};

static PyType_Spec plan_spec = {.name = "cynamo._core.Plan",
                                .basicsize = sizeof(cyn_py_plan),
                                .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
                                .slots = plan_slots};

/* ---- the module's part ---- */

/* Each object that fast_setup takes from cynamo._fast's namespace. */
typedef struct name_and_place {
  const char *name;
  size_t offset;
} name_and_place;
#define PLACE(member) {#member, offsetof(cyn_py_plans, member)}
static const name_and_place taken[] = {PLACE(build),         PLACE(fail),           PLACE(before),       PLACE(after),
                                       PLACE(projection),   PLACE(transport_dict),
                                       PLACE(signals_dict),  PLACE(connection_module_dict), PLACE(find_loggers),   PLACE(find_gates),
                                       PLACE(map_type),      PLACE(condition_type), PLACE(null_error),   PLACE(map_options),
                                       PLACE(stock_names)};
static const struct {
  const char *text;
  size_t offset;
} words[] = {{"_fast_plan", offsetof(cyn_py_plans, plan_key)},
             {"attribute_values", offsetof(cyn_py_plans, attribute_values)},
             {"attribute_kwargs", offsetof(cyn_py_plans, attribute_kwargs)},
             {"_user_instantiated", offsetof(cyn_py_plans, user_instantiated)},
             {"serialize", offsetof(cyn_py_plans, serialize)},
             {"deserialize", offsetof(cyn_py_plans, deserialize)},
             {"get_value", offsetof(cyn_py_plans, get_value)},
             {"null_check", offsetof(cyn_py_plans, null_check)},
             {"from_raw_data", offsetof(cyn_py_plans, from_raw_data)},
             {"DoesNotExist", offsetof(cyn_py_plans, does_not_exist)},
             {"receivers", offsetof(cyn_py_plans, receivers)},
             {"isEnabledFor", offsetof(cyn_py_plans, is_enabled_for)},
             {"pre_dynamodb_send", offsetof(cyn_py_plans, pre)},
             {"post_dynamodb_send", offsetof(cyn_py_plans, post)},
             {"generation", offsetof(cyn_py_plans, generation)},
             {"_get_connection", offsetof(cyn_py_plans, get_connection)},
             {"_goes_through_botocore", offsetof(cyn_py_plans, goes_through_botocore)},
             {"_get_database", offsetof(cyn_py_plans, get_database)},
             {"_class_map", offsetof(cyn_py_plans, class_map)},
             {"_discriminator_map", offsetof(cyn_py_plans, discriminator_map)},
             {"_handle_version_attribute", offsetof(cyn_py_plans, handle_version)},
             {"logging", offsetof(cyn_py_plans, logging)},
             {"botocore", offsetof(cyn_py_plans, botocore)},
             {"moto", offsetof(cyn_py_plans, moto)},
             {"_serialize_keys", offsetof(cyn_py_plans, serialize_keys)},
             {"TOTAL", offsetof(cyn_py_plans, total)},
             {"Items", offsetof(cyn_py_plans, items_word)}};
#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define AT(plans, offset) ((PyObject **)(void *)((char *)(plans) + (offset)))

/* fast_setup(namespace, is_on) */
static PyObject *fast_setup(PyObject *module, PyObject *arguments) {
  cyn_py_plans *plans = cyn_py_plans_of(cyn_py_state_of(module));
  PyObject *namespace;
  int is_on;
  if (!PyArg_ParseTuple(arguments, "O!p:fast_setup", &PyDict_Type, &namespace, &is_on)) return NULL;
  for (size_t i = 0; i < COUNT_OF(taken); i++) {
    PyObject *value = PyDict_GetItemString(namespace, taken[i].name);
    if (value == NULL) return PyErr_Format(PyExc_KeyError, "%s", taken[i].name);
    Py_INCREF(value);
    Py_XSETREF(*AT(plans, taken[i].offset), value);
  }
#ifdef Py_GIL_DISABLED
  plans->is_on = false; /* guards and what plans remember rely on the GIL */
#else
  plans->is_on = is_on != 0;
#endif
  Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"fast_setup", fast_setup, METH_VARARGS, NULL},
    {"fast_get", (PyCFunction)(void (*)(void))cyn_py_fast_get, METH_FASTCALL, NULL},
    {"fast_save", (PyCFunction)(void (*)(void))cyn_py_fast_save, METH_FASTCALL, NULL},
    {"fast_delete", (PyCFunction)(void (*)(void))cyn_py_fast_delete, METH_FASTCALL, NULL},
    {"fast_refresh", (PyCFunction)(void (*)(void))cyn_py_fast_refresh, METH_FASTCALL, NULL},
    {"fast_update", (PyCFunction)(void (*)(void))cyn_py_fast_update, METH_FASTCALL, NULL},
    {"fast_page", (PyCFunction)(void (*)(void))cyn_py_fast_page, METH_FASTCALL, NULL},
    {"fast_batch_write", (PyCFunction)(void (*)(void))cyn_py_fast_batch_write, METH_FASTCALL, NULL},
    {NULL, NULL, 0, NULL}};

int cyn_py_plan_begin(PyObject *module) {
  cyn_py_state *state = cyn_py_state_of(module);
  cyn_py_plans *plans = PyMem_Calloc(1, sizeof *plans);
  if (plans == NULL) return PyErr_NoMemory(), -1;
  state->plan = plans;
  for (size_t i = 0; i < COUNT_OF(words); i++)
    if ((*AT(plans, words[i].offset) = PyUnicode_InternFromString(words[i].text)) == NULL) return -1;
  if ((plans->empty_tuple = PyTuple_New(0)) == NULL) return -1;
  if ((plans->making_keywords = PyTuple_Pack(1, plans->user_instantiated)) == NULL) return -1;
  if ((plans->null_check_keywords = PyTuple_Pack(1, plans->null_check)) == NULL) return -1;
  if ((plans->debug_level = PyLong_FromLong(10)) == NULL) return -1;
  if ((plans->plan_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &plan_spec, NULL)) == NULL) return -1;
  if ((plans->items_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &cyn_py_items_spec, NULL)) == NULL) return -1;
  if (PyModule_AddType(module, plans->plan_type) != 0 || PyModule_AddType(module, plans->items_type) != 0) return -1;
  return PyModule_AddFunctions(module, functions);
}

int cyn_py_plan_traverse(cyn_py_state *state, visitproc visit, void *arg) {
  cyn_py_plans *plans = cyn_py_plans_of(state);
  if (plans == NULL) return 0;
  Py_VISIT(plans->plan_type);
  Py_VISIT(plans->items_type);
  for (size_t i = 0; i < COUNT_OF(taken); i++) Py_VISIT(*AT(plans, taken[i].offset));
  Py_VISIT(plans->logger);
  Py_VISIT(plans->models_logger);
  return cyn_py_transport_traverse(plans, visit, arg);
}

void cyn_py_plan_clear(cyn_py_state *state) {
  cyn_py_plans *plans = cyn_py_plans_of(state);
  if (plans == NULL) return;
  state->plan = NULL;
  for (size_t i = 0; i < COUNT_OF(taken); i++) Py_CLEAR(*AT(plans, taken[i].offset));
  for (size_t i = 0; i < COUNT_OF(words); i++) Py_CLEAR(*AT(plans, words[i].offset));
  Py_CLEAR(plans->empty_tuple);
  Py_CLEAR(plans->making_keywords);
  Py_CLEAR(plans->null_check_keywords);
  Py_CLEAR(plans->debug_level);
  Py_CLEAR(plans->logger);
  Py_CLEAR(plans->models_logger);
  Py_CLEAR(plans->logger_cache);
  Py_CLEAR(plans->models_logger_cache);
  cyn_py_transport_clear(plans);
  Py_CLEAR(plans->plan_type);
  Py_CLEAR(plans->items_type);
  PyMem_Free(plans);
}
