/* The module: its state and how it begins and ends. Nothing here is shared between interpreters but the constants of C. */
#include "plan.h"

cyn_py_state *cyn_py_state_of_type(PyTypeObject *type) {
  for (; type != NULL; type = type->tp_base) {
    PyObject *module = PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) ? ((PyHeapTypeObject *)type)->ht_module : NULL;
    if (module != NULL && PyModule_Check(module) && PyModule_GetDef(module) == &cyn_py_module) return cyn_py_state_of(module);
  }
  return NULL;
}

/* Every word of the state but the types, with its text. */
static const struct {
  size_t offset;
  const char *text;
} words_texts[] = {{offsetof(cyn_py_words, code), "code"},
                   {offsetof(cyn_py_words, message), "message"},
                   {offsetof(cyn_py_words, http_status), "http_status"},
                   {offsetof(cyn_py_words, operation), "operation"},
                   {offsetof(cyn_py_words, request_id), "request_id"},
                   {offsetof(cyn_py_words, response), "response"},
                   {offsetof(cyn_py_words, read), "read"},
                   {offsetof(cyn_py_words, timestamp), "timestamp"},
                   {offsetof(cyn_py_words, astimezone), "astimezone"}};
#define WORDS (sizeof words_texts / sizeof words_texts[0])

static PyObject **word_at(cyn_py_words *words, size_t number) {
  return (PyObject **)(void *)((char *)words + words_texts[number].offset);
}

static bool fill_words(cyn_py_words *words) {
  static const char *const types[] = {"", "S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"};
  for (int type = CYN_TYPE_S; type <= CYN_TYPE_BOOL; type++)
    if ((words->types[type] = PyUnicode_InternFromString(types[type])) == NULL) return false;
  for (size_t i = 0; i < WORDS; i++)
    if ((*word_at(words, i) = PyUnicode_InternFromString(words_texts[i].text)) == NULL) return false;
  return true;
}

static bool fill_tables(cyn_py_state *state) {
  state->names = PyMem_Calloc(cyn_py_name_count, sizeof *state->names);
  state->operations = PyDict_New();
  if (state->names == NULL || state->operations == NULL) return PyErr_NoMemory() != NULL;
  for (size_t i = 0; i < cyn_py_name_count; i++)
    if ((state->names[i] = PyUnicode_InternFromString(cyn_py_names[i])) == NULL) return false;
  for (long i = 0; i < CYN_OPERATION_COUNT; i++) {
    PyObject *number = PyLong_FromLong(i), *name = PyUnicode_InternFromString(cyn_py_operations[i].name);
    bool fine = number != NULL && name != NULL && PyDict_SetItem(state->operations, name, number) == 0;
    Py_XDECREF(number);
    Py_XDECREF(name);
    if (!fine) return false;
  }
  return true;
}

static PyTypeObject *add_type(PyObject *module, PyType_Spec *spec) {
  PyObject *type = PyType_FromModuleAndSpec(module, spec, NULL);
  if (type != NULL && PyModule_AddType(module, (PyTypeObject *)type) != 0) Py_CLEAR(type);
  return (PyTypeObject *)type;
}

static int module_begin(PyObject *module) {
  cyn_py_state *state = cyn_py_state_of(module);
  state->lock = PyThread_allocate_lock();
  if (state->lock == NULL) return -1;
  cyn_py_wait_install();
  if (!fill_words(&state->words) || !fill_tables(state)) return -1;
  if ((state->database_type = add_type(module, &cyn_py_database_spec)) == NULL) return -1;
  if ((state->server_type = add_type(module, &cyn_py_server_spec)) == NULL) return -1;
  if ((state->service_error = cyn_py_service_error_new_type(module)) == NULL) return -1;
  if (PyModule_AddObjectRef(module, "ServiceError", state->service_error) != 0) return -1;
  if (PyModule_AddStringConstant(module, "version", CYN_RELEASE) != 0) return -1;
  return cyn_py_plan_begin(module);
}

static int module_traverse(PyObject *module, visitproc visit, void *arg) {
  cyn_py_state *state = cyn_py_state_of(module);
  Py_VISIT(state->database_type);
  Py_VISIT(state->server_type);
  Py_VISIT(state->service_error);
  Py_VISIT(state->operations);
  Py_VISIT(state->from_timestamp);
  Py_VISIT(state->utc);
  return cyn_py_plan_traverse(state, visit, arg);
}

static int module_clear(PyObject *module) {
  cyn_py_state *state = cyn_py_state_of(module);
  cyn_py_words *words = &state->words;
  cyn_py_pool_clear(state);
  cyn_py_plan_clear(state);
  Py_CLEAR(state->database_type);
  Py_CLEAR(state->server_type);
  Py_CLEAR(state->service_error);
  Py_CLEAR(state->operations);
  Py_CLEAR(state->from_timestamp);
  Py_CLEAR(state->utc);
  for (int type = 0; type <= CYN_TYPE_BOOL; type++) Py_CLEAR(words->types[type]);
  for (size_t i = 0; i < WORDS; i++) Py_CLEAR(*word_at(words, i));
  for (size_t i = 0; state->names != NULL && i < cyn_py_name_count; i++) Py_CLEAR(state->names[i]);
  PyMem_Free(state->names);
  state->names = NULL;
  return 0;
}

static void module_free(void *module) {
  cyn_py_state *state = cyn_py_state_of(module);
  if (state == NULL) return;
  (void)module_clear(module);
  if (state->lock != NULL) PyThread_free_lock(state->lock);
  state->lock = NULL;
}

static PyMethodDef module_methods[] = {
    {"serve", (PyCFunction)(void (*)(void))cyn_py_serve, METH_VARARGS | METH_KEYWORDS,
     "serve(url='memory:', *, host=None, port=0, …)\n--\n\nStarts a DynamoDB server inside the process."},
    {NULL, NULL, 0, NULL}};

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_begin},
#if PY_VERSION_HEX >= 0x030C0000
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
#if PY_VERSION_HEX >= 0x030D0000
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL}};

struct PyModuleDef cyn_py_module = {.m_base = PyModuleDef_HEAD_INIT,
                                    .m_name = "cynamo._core",
                                    .m_doc = "Cynamo's core: databases, calls, servers.",
                                    .m_size = sizeof(cyn_py_state),
                                    .m_methods = module_methods,
                                    .m_slots = module_slots,
                                    .m_traverse = module_traverse,
                                    .m_clear = module_clear,
                                    .m_free = module_free};

PyMODINIT_FUNC PyInit__core(void);
PyMODINIT_FUNC PyInit__core(void) { return PyModuleDef_Init(&cyn_py_module); }
