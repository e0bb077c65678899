/* BatchWrite.commit in C: deletes and puts of one table, all or none of them serialized here. */
#include "plan_input.h"

/* The item of the builder, in the memory of the call; false with an exception. */
static bool keep_item(cyn_py_call *call, cyn_item *out, bool *is_fine) {
  cyn_item item;
  *is_fine = cyn_py_plan_finish(call, &item) && item.fault == NULL; /* the core tells of faults by Python's way */
  if (!*is_fine) return true;
  cyn_bytes copy = cyn_py_copy(call, (const char *)item.data, item.size);
  *out = (cyn_item){(const uint8_t *)copy.data, copy.size, NULL};
  return copy.data != NULL;
}

/* One request: the item's own class says how it is written, as its serialize() and _get_keys() do. */
static cyn_py_outcome take_request(cyn_py_call *call, PyObject *instance, bool is_put, cyn_write_request *request) {
  cyn_py_plan *plan = cyn_py_plan_of(call->state, Py_TYPE(instance));
  if (plan == NULL) return PyErr_Occurred() ? CYN_PY_FAILED : CYN_PY_GIVE_UP;
  cyn_py_outcome outcome = is_put ? cyn_py_plan_write(call, plan, instance, false, false) : cyn_py_plan_write_key(call, plan, instance);
  Py_DECREF(plan);
  if (outcome != CYN_PY_DONE) return outcome;
  cyn_put_request *put = cyn_py_alloc(call, sizeof *put); /* both structs are a size and an item */
  cyn_delete_request *delete = cyn_py_alloc(call, sizeof *delete);
  bool is_fine = false;
  if (put == NULL || delete == NULL || !keep_item(call, is_put ? &put->item : &delete->key, &is_fine)) return CYN_PY_FAILED;
  put->struct_size = sizeof *put;
  delete->struct_size = sizeof *delete;
  *request = (cyn_write_request)CYN_WRITE_REQUEST_INIT;
  if (is_put) request->put_request = put;
  else request->delete_request = delete;
  return is_fine ? CYN_PY_DONE : CYN_PY_GIVE_UP;
}

/* Deletes are sent before puts, and serialized after them. */
static cyn_py_outcome take_requests(cyn_py_call *call, PyObject *operations, cyn_write_requests *out) {
  size_t count = (size_t)PyList_GET_SIZE(operations), done = 0;
  const cyn_write_request **at = cyn_py_alloc(call, (count + 1) * sizeof *at);
  cyn_write_request *requests = cyn_py_alloc(call, (count + 1) * sizeof *requests);
  if (at == NULL || requests == NULL) return CYN_PY_FAILED;
  for (int pass = 0; pass < 2; pass++) {
    for (Py_ssize_t i = 0; i < (Py_ssize_t)count && i < PyList_GET_SIZE(operations); i++) {
      PyObject *operation = PyList_GET_ITEM(operations, i), *action = NULL, *item = NULL;
      if (PyDict_Check(operation)) {
        action = PyDict_GetItemString(operation, "action");
        item = PyDict_GetItemString(operation, "item");
      }
      if (action == NULL || item == NULL || !PyUnicode_Check(action)) return CYN_PY_GIVE_UP;
      bool is_put = PyUnicode_CompareWithASCIIString(action, "PUT") == 0;
      if (is_put != (pass == 0)) continue;
      if (!is_put && PyUnicode_CompareWithASCIIString(action, "DELETE") != 0) return CYN_PY_GIVE_UP;
      Py_INCREF(item);
      cyn_py_outcome outcome = done < count ? take_request(call, item, is_put, &requests[done++]) : CYN_PY_GIVE_UP;
      Py_DECREF(item);
      if (outcome != CYN_PY_DONE) return outcome;
    }
  }
  size_t next = 0;
  for (int pass = 0; pass < 2; pass++)
    for (size_t i = 0; i < done; i++)
      if ((requests[i].put_request == NULL) == (pass == 0)) at[next++] = &requests[i];
  *out = (cyn_write_requests){done, at};
  return CYN_PY_DONE;
}

/* What was left undone, raw, or None. */
static PyObject *unprocessed_of(cyn_py_call *call, const cyn_batch_write_item_output *output, PyObject *table_name) {
  if (output->unprocessed_items.count == 0) return Py_NewRef(Py_None);
  PyObject *answer = cyn_py_from_output(call, &cyn_py_operations[CYN_OPERATION_BATCH_WRITE_ITEM], output);
  PyObject *tables = answer != NULL ? PyDict_GetItemString(answer, "UnprocessedItems") : NULL;
  PyObject *left = tables != NULL ? PyDict_GetItemWithError(tables, table_name) : NULL;
  PyObject *result = answer == NULL ? NULL : Py_NewRef(left != NULL ? left : Py_None);
  Py_XDECREF(answer);
  return result;
}

/* fast_batch_write(model, operations) */
PyObject *cyn_py_fast_batch_write(PyObject *module, PyObject *const *a, Py_ssize_t count) {
  cyn_py_state *state = cyn_py_state_of(module);
  if (count != 2 || !PyType_Check(a[0]) || !PyList_CheckExact(a[1])) return Py_NewRef(Py_NotImplemented);
  cyn_py_plan *plan = cyn_py_plan_for_call(state, (PyTypeObject *)a[0], true);
  if (plan == NULL) return PyErr_Occurred() ? NULL : Py_NewRef(Py_NotImplemented);
  cyn_py_call *call = cyn_py_call_take(state);
  if (call == NULL) {
    Py_DECREF(plan);
    return NULL;
  }
  cyn_batch_write_item_request_map_entry entry = {0};
  cyn_batch_write_item_input input = CYN_BATCH_WRITE_ITEM_INPUT_INIT;
  PyObject *answer = NULL;
  cyn_py_outcome outcome = take_requests(call, a[1], &entry.value);
  if (outcome == CYN_PY_DONE && cyn_py_utf8(plan->table_name, &entry.key)) {
    input.request_items = (cyn_batch_write_item_request_map){1, &entry};
    input.return_consumed_capacity = cyn_str("TOTAL");
    const void *output = cyn_py_plan_run(call, plan, CYN_OPERATION_BATCH_WRITE_ITEM, &input);
    if (output != NULL) answer = unprocessed_of(call, output, plan->table_name);
  }
  cyn_py_call_give_back(call);
  Py_DECREF(plan);
  if (answer == NULL && !PyErr_Occurred()) return Py_NewRef(Py_NotImplemented);
  return answer;
}
