/* Whether a call may leave by the core's own client, asked at each call of a remote database. Python knows what may wait for
 * it in botocore (_botocore.intercepted); as long as nothing has changed since Python said "nothing", it is not asked again. */
#include "plan.h"

#include <stdlib.h>

static void forget(cyn_py_plans *plans) {
  for (size_t i = 0; i < plans->gate_count; i++) Py_CLEAR(plans->gates[i].type);
  plans->gate_count = 0;
  Py_CLEAR(plans->gates_missing);
}

void cyn_py_transport_clear(cyn_py_plans *plans) { forget(plans); }

int cyn_py_transport_traverse(cyn_py_plans *plans, visitproc visit, void *arg) {
  for (size_t i = 0; i < plans->gate_count; i++) Py_VISIT(plans->gates[i].type);
  return 0;
}

static bool is_loaded(PyObject *modules, PyObject *name) { return PyDict_GetItemWithError(modules, name) != NULL; }

/* True: nothing waits. False: Python is to say. */
static bool is_quiet(cyn_py_plans *plans) {
  PyObject *modules = PyImport_GetModuleDict(); /* borrowed */
  if (modules == NULL || getenv("CYNAMO_TRANSPORT") != NULL) return false;
  if (!is_loaded(modules, plans->botocore)) return true;
  if (is_loaded(modules, plans->moto) || plans->gates_missing == NULL) return false;
  for (size_t i = 0; i < plans->gate_count; i++)
    if (cyn_py_type_version(plans->gates[i].type) != plans->gates[i].version) return false;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(plans->gates_missing); i++)
    if (is_loaded(modules, PyTuple_GET_ITEM(plans->gates_missing, i))) return false;
  return true;
}

/* gates() of _fast.py: (classes through which botocore's calls pass, names of modules that are not loaded). */
static void note_gates(cyn_py_plans *plans) {
  PyObject *types, *missing, *told = PyObject_CallNoArgs(plans->find_gates);
  forget(plans);
  if (told != NULL && PyArg_ParseTuple(told, "O!O!", &PyTuple_Type, &types, &PyTuple_Type, &missing) &&
      PyTuple_GET_SIZE(types) <= CYN_PY_GATES_MAX) {
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(types); i++) {
      PyTypeObject *type = (PyTypeObject *)PyTuple_GET_ITEM(types, i);
      if (!PyType_Check((PyObject *)type)) continue;
      plans->gates[plans->gate_count++] = (cyn_py_type_guard){(PyTypeObject *)Py_NewRef(type), cyn_py_type_version(type)};
    }
    plans->gates_missing = Py_NewRef(missing);
  }
  PyErr_Clear();
  Py_XDECREF(told);
}

bool cyn_py_goes_elsewhere(cyn_py_plans *plans, cyn_py_plan *plan) {
  if (!plan->asks_transport && is_quiet(plans)) return false;
  PyObject *answer = PyObject_CallMethodNoArgs(plan->connection, plans->goes_through_botocore);
  int is_true = answer != NULL ? PyObject_IsTrue(answer) : -1;
  Py_XDECREF(answer);
  if (is_true < 0) PyErr_Clear();
  if (is_true == 0) note_gates(plans);
  return is_true != 0;
}
