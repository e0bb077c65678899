/* ServiceError: DynamoDB's error or Cynamo's own, with the fields of botocore's ClientError. Its fields are plain attributes,
 * so it pickles and copies as any exception does. */
#include "core.h"

PyObject *cyn_py_service_error_new_type(PyObject *module) {
  cyn_py_state *state = cyn_py_state_of(module);
  static const char doc[] =
      "An error that DynamoDB answered, or one of Cynamo's own (code CynamoConnectionError, CynamoUsageError, ParamValidation…).\n\n"
      "code, message, http_status, operation and request_id tell what happened; response is shaped as botocore's.";
  PyObject *type = PyErr_NewExceptionWithDoc("cynamo._core.ServiceError", doc, NULL, NULL);
  if (type == NULL) return NULL;
  PyObject *const names[] = {state->words.code,      state->words.message,    state->words.http_status,
                             state->words.operation, state->words.request_id, state->words.response};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (PyObject_SetAttr(type, names[i], Py_None) != 0) {
      Py_DECREF(type);
      return NULL;
    }
  return type;
}

/* Texts of the network may hold anything. */
static PyObject *text_of(const char *text) {
  if (text == NULL) return Py_NewRef(Py_None);
  return PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "replace");
}

/* dict[key] = value, taking the reference to value; false with an exception, also when value is NULL. */
static bool put(PyObject *dict, const char *key, PyObject *value) {
  bool fine = value != NULL && PyDict_SetItemString(dict, key, value) == 0;
  Py_XDECREF(value);
  return fine;
}

static PyObject *reasons_of(cyn_py_call *call, const cyn_error *error) {
  PyObject *list = PyList_New(0);
  for (size_t i = 0; i < error->reason_count && list != NULL; i++) {
    const cyn_cancellation_reason *reason = &error->reasons[i];
    PyObject *dict = PyDict_New();
    bool fine = dict != NULL && put(dict, "Code", text_of(reason->code)) &&
                (reason->message == NULL || put(dict, "Message", text_of(reason->message)));
    if (fine && reason->item != NULL)
      fine = put(dict, "Item", cyn_py_from_item(call, (cyn_item){reason->item, reason->item_size, NULL}));
    if (!fine || PyList_Append(list, dict) != 0) Py_CLEAR(list);
    Py_XDECREF(dict);
  }
  return list;
}

static PyObject *response_of(cyn_py_call *call, const cyn_error *error, PyObject *code, PyObject *message, PyObject *request_id) {
  PyObject *response = PyDict_New(), *inner = PyDict_New(), *metadata = PyDict_New();
  bool fine = response != NULL && inner != NULL && metadata != NULL;
  fine = fine && put(inner, "Message", Py_NewRef(message)) && put(inner, "Code", Py_NewRef(code)) &&
         put(metadata, "RequestId", Py_NewRef(request_id)) &&
         put(metadata, "HTTPStatusCode", PyLong_FromLong(error->http_status)) && put(metadata, "HTTPHeaders", PyDict_New()) &&
         put(metadata, "RetryAttempts", PyLong_FromLong(0)) && put(response, "Error", Py_NewRef(inner)) &&
         put(response, "ResponseMetadata", Py_NewRef(metadata)) && put(response, "message", Py_NewRef(message));
  if (fine && error->reason_count != 0) fine = put(response, "CancellationReasons", reasons_of(call, error));
  if (fine && error->item != NULL)
    fine = put(response, "Item", cyn_py_from_item(call, (cyn_item){error->item, error->item_size, NULL}));
  Py_XDECREF(inner);
  Py_XDECREF(metadata);
  if (!fine) Py_CLEAR(response);
  return response;
}

typedef struct fields {
  PyObject *code, *message, *http_status, *operation, *request_id, *response;
} fields;

/* Takes all references, NULLs too; NULL with an exception when one is NULL. */
static PyObject *make(cyn_py_state *state, PyObject *text, fields f) {
  const struct {
    PyObject *name, *value;
  } rows[] = {{state->words.code, f.code},           {state->words.message, f.message},
              {state->words.http_status, f.http_status}, {state->words.operation, f.operation},
              {state->words.request_id, f.request_id},   {state->words.response, f.response}};
  enum { ROWS = sizeof rows / sizeof rows[0] };
  PyObject *error = text != NULL ? PyObject_CallFunctionObjArgs(state->service_error, text, NULL) : NULL;
  for (int i = 0; i < ROWS; i++) {
    if (error != NULL && (rows[i].value == NULL || PyObject_SetAttr(error, rows[i].name, rows[i].value) != 0)) Py_CLEAR(error);
    Py_XDECREF(rows[i].value);
  }
  Py_XDECREF(text);
  return error;
}

PyObject *cyn_py_service_error(cyn_py_call *call, const char *operation, cyn_error *error) {
  PyObject *request_id = text_of(error->request_id);
  PyObject *code = text_of(error->name), *message = text_of(error->message != NULL ? error->message : "");
  PyObject *response = code != NULL && message != NULL && request_id != NULL
                           ? response_of(call, error, code, message, request_id)
                           : NULL;
  PyObject *text = NULL;
  if (response != NULL)
    text = operation != NULL
               ? PyUnicode_FromFormat("An error occurred (%U) when calling the %s operation: %U", code, operation, message)
               : PyUnicode_FromFormat("%U: %U", code, message);
  fields f = {code, message, PyLong_FromLong(error->http_status), text_of(operation), request_id, response};
  PyObject *made = make(call->state, text, f);
  cyn_error_clean_up(error);
  return made;
}

PyObject *cyn_py_raise(cyn_py_call *call, const char *operation, cyn_error *error) {
  PyObject *made = cyn_py_service_error(call, operation, error);
  if (made == NULL) return NULL;
  PyErr_SetObject(call->state->service_error, made);
  Py_DECREF(made);
  return NULL;
}

/* An error that no cyn_error describes. */
static PyObject *raise_plain(cyn_py_state *state, const char *code, const char *operation, PyObject *message, int http_status) {
  if (message == NULL) return NULL;
  PyObject *response = Py_BuildValue("{s:{s:O,s:s},s:{s:O,s:i,s:{},s:i},s:O}", "Error", "Message", message, "Code", code,
                                     "ResponseMetadata", "RequestId", Py_None, "HTTPStatusCode", http_status, "HTTPHeaders",
                                     "RetryAttempts", 0, "message", message);
  fields f = {PyUnicode_FromString(code), Py_NewRef(message), PyLong_FromLong(http_status), text_of(operation),
              Py_NewRef(Py_None), response};
  PyObject *made = make(state, message, f);
  if (made == NULL) return NULL;
  PyErr_SetObject(state->service_error, made);
  Py_DECREF(made);
  return NULL;
}

PyObject *cyn_py_raise_problems(cyn_py_call *call, const char *operation) {
  PyObject *newline = PyUnicode_FromString("\n"), *joined = newline != NULL ? PyUnicode_Join(newline, call->problems) : NULL;
  Py_XDECREF(newline);
  PyObject *message = joined != NULL ? PyUnicode_FromFormat("Parameter validation failed:\n%U", joined) : NULL;
  Py_XDECREF(joined);
  return raise_plain(call->state, "ParamValidation", operation, message, 0);
}

PyObject *cyn_py_raise_usage(cyn_py_state *state, const char *operation, const char *text) {
  return raise_plain(state, "CynamoUsageError", operation, PyUnicode_FromString(text), 400);
}
