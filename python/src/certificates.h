/* Which certificates stand in for the system's. */
#ifndef CYN_PY_CERTIFICATES_H
#define CYN_PY_CERTIFICATES_H

#include "core.h"

/* The path of a PEM file as bytes, for when neither option, environment nor profile names one: certifi's where it is
 * installed, else the system's, wherever this distribution has it. None: libcurl's own choice. NULL with an exception. */
PyObject *cyn_py_default_certificates(void);

#endif
