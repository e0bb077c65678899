/* Points in time of attributes. Each that reads gives NULL without an exception where Python is to do it. */
#ifndef CYN_PY_PLAN_TIMES_H
#define CYN_PY_PLAN_TIMES_H

#include "core.h"

#define CYN_PY_DATETIME_SIZE 31 /* 2023-01-02T03:04:05.678901+0000 */

PyObject *cyn_py_read_datetime(cyn_bytes text);
PyObject *cyn_py_read_ttl(cyn_value seconds);
/* False: the value is no datetime in UTC of the standard library's own class. */
bool cyn_py_write_datetime(PyObject *value, char text[CYN_PY_DATETIME_SIZE + 1]);
bool cyn_py_write_ttl(PyObject *value, int64_t *seconds);

#endif
