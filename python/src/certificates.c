/* certifi is found without importing it (that costs ten times an open); the libcurl of a wheel was built on another system
 * than the one it runs on, so the usual places are looked at by name. */
#include "certificates.h"

#include <unistd.h>

static PyObject *file_at(const char *path) {
  return access(path, R_OK) == 0 ? PyBytes_FromString(path) : Py_NewRef(Py_None);
}

/* The first of `spec.submodule_search_locations`; a new reference, None where there is none. */
static PyObject *folder_of(PyObject *spec) {
  PyObject *folders = PyObject_GetAttrString(spec, "submodule_search_locations");
  PyObject *folder = folders != NULL && folders != Py_None ? PySequence_GetItem(folders, 0) : NULL;
  Py_XDECREF(folders);
  if (folder != NULL) return folder;
  PyErr_Clear();
  return Py_NewRef(Py_None);
}

static PyObject *certifi_file(void) {
  PyObject *util = PyImport_ImportModule("importlib.util");
  PyObject *spec = util != NULL ? PyObject_CallMethod(util, "find_spec", "s", "certifi") : NULL;
  PyObject *folder = spec != NULL && spec != Py_None ? folder_of(spec) : NULL;
  PyObject *out = NULL, *path = NULL;
  if (folder != NULL && PyUnicode_Check(folder)) path = PyUnicode_FromFormat("%U/cacert.pem", folder);
  PyObject *encoded = path != NULL ? PyUnicode_EncodeFSDefault(path) : NULL;
  if (encoded != NULL) out = file_at(PyBytes_AS_STRING(encoded));
  Py_XDECREF(encoded);
  Py_XDECREF(path);
  Py_XDECREF(folder);
  Py_XDECREF(spec);
  Py_XDECREF(util);
  if (out != NULL) return out;
  if (PyErr_Occurred() && !PyErr_ExceptionMatches(PyExc_Exception)) return NULL;
  PyErr_Clear(); /* a broken installation of certifi is not ours to report */
  return Py_NewRef(Py_None);
}

PyObject *cyn_py_default_certificates(void) {
  static const char *const places[] = {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                                       "/etc/ssl/ca-bundle.pem", "/etc/pki/tls/cacert.pem", "/etc/ssl/cert.pem"};
  PyObject *found = certifi_file();
  for (size_t i = 0; i < sizeof places / sizeof places[0] && found == Py_None; i++) Py_SETREF(found, file_at(places[i]));
  return found;
}
