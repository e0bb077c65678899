/* Pages: Query, Scan and BatchGetItem, with their items in an Items object that makes instances when they are asked for. */
#include "plan_input.h"

/* Items of an answer. It keeps the call whose result they stand in. */
typedef struct items {
  PyObject_HEAD
  PyObject *module; /* whose state the call belongs to */
  cyn_py_plan *plan;
  cyn_py_call *call;
  cyn_item_list list;
} items;

static PyObject *items_new(cyn_py_call *call, cyn_py_plan *plan, cyn_item_list list) {
  PyTypeObject *type = cyn_py_plans_of(call->state)->items_type;
  items *made = (items *)type->tp_alloc(type, 0);
  if (made == NULL) return NULL;
  made->module = Py_NewRef(((PyHeapTypeObject *)type)->ht_module);
  made->plan = (cyn_py_plan *)Py_NewRef(plan);
  made->call = call;
  made->list = list;
  return (PyObject *)made;
}

static int items_traverse(PyObject *object, visitproc visit, void *arg) {
  Py_VISIT((PyObject *)((items *)object)->plan);
  Py_VISIT(((items *)object)->module);
  Py_VISIT(Py_TYPE(object));
  return 0;
}

static int items_clear(PyObject *object) {
  items *self = (items *)object;
  cyn_py_call *call = self->call;
  self->call = NULL;
  self->list.count = 0;
  if (call != NULL) cyn_py_call_give_back(call);
  Py_CLEAR(self->plan);
  Py_CLEAR(self->module);
  return 0;
}

static void items_dealloc(PyObject *object) {
  PyTypeObject *type = Py_TYPE(object);
  PyObject_GC_UnTrack(object);
  (void)items_clear(object);
  type->tp_free(object);
  Py_DECREF(type);
}

static Py_ssize_t items_length(PyObject *object) { return (Py_ssize_t)((items *)object)->list.count; }

/* NULL with an exception; also when Python has ended the module meanwhile. */
static const cyn_item *item_at(items *self, Py_ssize_t index) {
  if (self->call != NULL && cyn_py_plans_of(self->call->state) == NULL) self->list.count = 0;
  if (index >= 0 && (size_t)index < self->list.count) return &self->list.at[index];
  PyErr_SetString(PyExc_IndexError, "no such item");
  return NULL;
}

static PyObject *items_get(PyObject *object, Py_ssize_t index) {
  const cyn_item *item = item_at((items *)object, index);
  return item != NULL ? cyn_py_from_item(((items *)object)->call, *item) : NULL;
}

static PyObject *items_instance(PyObject *object, PyObject *index) {
  Py_ssize_t number = PyNumber_AsSsize_t(index, PyExc_IndexError);
  if (number == -1 && PyErr_Occurred()) return NULL;
  const cyn_item *item = item_at((items *)object, number);
  if (item == NULL) return NULL;
  Py_INCREF(object); /* a constructor may drop the last reference */
  PyObject *instance = cyn_py_plan_instance(((items *)object)->call, ((items *)object)->plan, *item);
  Py_DECREF(object);
  return instance;
}

static PyMethodDef items_methods[] = {
    {"instance", items_instance, METH_O, "instance(index, /)\n--\n\nThe model's instance for an item."}, {NULL, NULL, 0, NULL}};

static PyType_Slot items_slots[] = {
    {Py_tp_doc, "The items of a page: raw by index, as instances by instance(index)."},
    {Py_tp_dealloc, items_dealloc},
    {Py_tp_traverse, items_traverse},
    {Py_tp_clear, items_clear},
    {Py_tp_methods, items_methods},
    {Py_sq_length, items_length},
    {Py_sq_item, items_get},
    {0, NULL}};

#if PY_VERSION_HEX >= 0x030A0000
#define NOT_MADE_BY_PYTHON Py_TPFLAGS_DISALLOW_INSTANTIATION
#else
#define NOT_MADE_BY_PYTHON 0
#endif

PyType_Spec cyn_py_items_spec = {.name = "cynamo._core.Items",
                                 .basicsize = sizeof(items),
                                 .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | NOT_MADE_BY_PYTHON,
                                 .slots = items_slots};

/* ---- answers ---- */

/* The answer with all but its items as a dictionary. */
static PyObject *page_of(cyn_py_call *call, cyn_operation operation, const void *output, cyn_item_list *list) {
  cyn_query_output query;
  cyn_scan_output scan;
  const void *rest = &query;
  if (operation == CYN_OPERATION_QUERY) {
    query = *(const cyn_query_output *)output;
    *list = query.items;
    query.items = (cyn_item_list){0, NULL};
  } else {
    scan = *(const cyn_scan_output *)output;
    *list = scan.items;
    scan.items = (cyn_item_list){0, NULL};
    rest = &scan;
  }
  return cyn_py_from_output(call, &cyn_py_operations[operation], rest);
}

/* A page whose Items is an Items object, if the answer has items at all. *keeps_call: it has taken the call. */
static PyObject *make_page(cyn_py_call *call, cyn_py_plan *plan, cyn_operation operation, const void *output, bool *keeps_call) {
  cyn_item_list list;
  PyObject *page = page_of(call, operation, output, &list);
  if (page == NULL || list.at == NULL) return page;
  PyObject *made = items_new(call, plan, list);
  *keeps_call = made != NULL;
  if (made == NULL || PyDict_SetItem(page, cyn_py_plans_of(call->state)->items_word, made) != 0) Py_CLEAR(page);
  Py_XDECREF(made);
  return page;
}

/* (Items, answer without Responses) of BatchGetItem on one table. */
static PyObject *make_batch(cyn_py_call *call, cyn_py_plan *plan, const void *output, bool *keeps_call) {
  cyn_batch_get_item_output rest = *(const cyn_batch_get_item_output *)output;
  cyn_item_list list = {0, NULL};
  if (rest.responses.count > 1) return Py_NewRef(Py_NotImplemented);
  if (rest.responses.count == 1) list = rest.responses.at[0].value;
  rest.responses.count = 0;
  rest.responses.at = NULL;
  PyObject *answer = cyn_py_from_output(call, &cyn_py_operations[CYN_OPERATION_BATCH_GET_ITEM], &rest);
  PyObject *made = answer != NULL ? items_new(call, plan, list) : NULL;
  *keeps_call = made != NULL;
  PyObject *both = made != NULL ? PyTuple_Pack(2, made, answer) : NULL;
  Py_XDECREF(made);
  Py_XDECREF(answer);
  return both;
}

/* fast_page(cls, table_connection, operation, params): Query and Scan answer a page, BatchGetItem a pair. */
PyObject *cyn_py_fast_page(PyObject *module, PyObject *const *a, Py_ssize_t count) {
  cyn_py_state *state = cyn_py_state_of(module);
  if (count != 4 || !PyType_Check(a[0])) {
    PyErr_SetString(PyExc_TypeError, "fast_page(cls, table_connection, operation, params)");
    return NULL;
  }
  const cyn_py_operation *known = cyn_py_find_operation(state, a[2]);
  if (known == NULL) return NULL;
  cyn_operation operation = (cyn_operation)(known - cyn_py_operations);
  cyn_py_plan *plan = cyn_py_plan_for_call(state, (PyTypeObject *)a[0], operation == CYN_OPERATION_BATCH_GET_ITEM);
  if (plan == NULL || !plan->reads || plan->table_connection != a[1]) {
    Py_XDECREF(plan);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_NotImplemented);
  }
  cyn_py_call *call = cyn_py_call_take(state);
  bool keeps_call = false;
  PyObject *answer = NULL;
  if (call != NULL) {
    const void *input = cyn_py_to_input(call, known, a[3]);
    const void *output = input != NULL ? cyn_py_plan_run(call, plan, operation, input) : cyn_py_plan_fail(call, plan, operation);
    if (output != NULL && operation == CYN_OPERATION_BATCH_GET_ITEM) answer = make_batch(call, plan, output, &keeps_call);
    else if (output != NULL) answer = make_page(call, plan, operation, output, &keeps_call);
    if (!keeps_call) cyn_py_call_give_back(call);
  }
  Py_DECREF(plan);
  return answer;
}
