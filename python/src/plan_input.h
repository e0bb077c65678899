/* What the calls of the fast path share: conditions and updates as Python's objects write them. */
#ifndef CYN_PY_PLAN_INPUT_H
#define CYN_PY_PLAN_INPUT_H

#include "plan.h"

/* Texts, names and values in the memory of the call; absent where there are none. */
typedef struct cyn_py_expressions {
  cyn_bytes condition, update;
  cyn_string_map names;
  cyn_item values;
} cyn_py_expressions;

/* A condition (NULL or None: none), then an update (NULL: none), as they serialize themselves. Uses the builder. */
cyn_py_outcome cyn_py_take_expressions(cyn_py_call *call, PyObject *condition, PyObject *update, cyn_py_expressions *out);
/* Ends the item of the builder, borrowed from it. False: give up. */
bool cyn_py_plan_finish(cyn_py_call *call, cyn_item *out);
/* Raises for a ServiceError what Python's call of the operation raises; leaves other exceptions. Always NULL. */
const void *cyn_py_plan_fail(cyn_py_call *call, cyn_py_plan *plan, cyn_operation operation);

#endif
