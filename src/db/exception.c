/* The hierarchy of <cynamo/exception.h>, over the rows of the error table and the operations. */
#include <cynamo/exception.h>

#include <string.h>

#include "api/api.h"
#include "base/error.h"

static const struct {
  const char *name, *text;
  cyn_exception parent;
} rows[CYN_EXCEPTION_COUNT] = {
#define X(symbol, parent, text) {"CYN_EXCEPTION_" #symbol, text, CYN_EXCEPTION_##parent},
    CYN_EXCEPTION_TABLE(X)
#undef X
};

const char *cyn_exception_name(cyn_exception exception) {
  return (unsigned)exception < CYN_EXCEPTION_COUNT ? rows[exception].name : "";
}
const char *cyn_exception_text(cyn_exception exception) {
  return (unsigned)exception < CYN_EXCEPTION_COUNT ? rows[exception].text : "";
}
cyn_exception cyn_exception_parent(cyn_exception exception) {
  return (unsigned)exception < CYN_EXCEPTION_COUNT ? rows[exception].parent : CYN_EXCEPTION_ANY;
}

cyn_exception cyn_error_where(const cyn_error *error) {
  if (error == NULL || error->operation == 0) return CYN_EXCEPTION_ANY;
  switch (error->operation - 1) {
    case CYN_OPERATION_GET_ITEM:
    case CYN_OPERATION_BATCH_GET_ITEM: return CYN_EXCEPTION_GET;
    case CYN_OPERATION_PUT_ITEM:
    case CYN_OPERATION_BATCH_WRITE_ITEM: return CYN_EXCEPTION_PUT;
    case CYN_OPERATION_UPDATE_ITEM: return CYN_EXCEPTION_UPDATE;
    case CYN_OPERATION_DELETE_ITEM: return CYN_EXCEPTION_DELETE;
    case CYN_OPERATION_QUERY: return CYN_EXCEPTION_QUERY;
    case CYN_OPERATION_SCAN: return CYN_EXCEPTION_SCAN;
    case CYN_OPERATION_TRANSACT_WRITE_ITEMS: return CYN_EXCEPTION_TRANSACT_WRITE;
    case CYN_OPERATION_TRANSACT_GET_ITEMS: return CYN_EXCEPTION_TRANSACT_GET;
    case CYN_OPERATION_EXECUTE_STATEMENT:
    case CYN_OPERATION_BATCH_EXECUTE_STATEMENT:
    case CYN_OPERATION_EXECUTE_TRANSACTION: return CYN_EXCEPTION_STATEMENT;
    case CYN_OPERATION_CREATE_TABLE:
    case CYN_OPERATION_UPDATE_TABLE:
    case CYN_OPERATION_DELETE_TABLE:
    case CYN_OPERATION_DESCRIBE_TABLE:
    case CYN_OPERATION_LIST_TABLES:
    case CYN_OPERATION_UPDATE_TIME_TO_LIVE:
    case CYN_OPERATION_DESCRIBE_TIME_TO_LIVE: return CYN_EXCEPTION_TABLE;
    default: return CYN_EXCEPTION_CALL;
  }
}

cyn_exception cyn_error_what(const cyn_error *error) {
  if (error == NULL) return CYN_EXCEPTION_ANY;
  switch (error->status) {
    case CYN_E_DOES_NOT_EXIST: return CYN_EXCEPTION_DOES_NOT_EXIST;
    case CYN_E_RESOURCE_NOT_FOUND:
    case CYN_E_TABLE_NOT_FOUND: return CYN_EXCEPTION_TABLE_DOES_NOT_EXIST;
    case CYN_E_CONDITIONAL_CHECK_FAILED: return CYN_EXCEPTION_CONDITION_FAILED;
    case CYN_E_TRANSACTION_CANCELED: return CYN_EXCEPTION_TRANSACTION_CANCELED;
    case CYN_E_UNPROCESSED: return CYN_EXCEPTION_UNPROCESSED;
    case CYN_E_VALIDATION:
    case CYN_E_SERIALIZATION:
    case CYN_E_UNKNOWN_OPERATION: return CYN_EXCEPTION_INVALID;
    case CYN_E_THROUGHPUT_EXCEEDED:
    case CYN_E_REQUEST_LIMIT_EXCEEDED:
    case CYN_E_LIMIT_EXCEEDED:
    case CYN_E_THROTTLING: return CYN_EXCEPTION_THROTTLED;
    case CYN_E_CONNECTION:
    case CYN_E_TIMEOUT:
    case CYN_E_CHECKSUM:
    case CYN_E_INTERRUPTED:
    case CYN_E_BAD_ANSWER: return CYN_EXCEPTION_CONNECTION;
    case CYN_E_CREDENTIALS:
    case CYN_E_ACCESS_DENIED:
    case CYN_E_MISSING_AUTHENTICATION_TOKEN:
    case CYN_E_INCOMPLETE_SIGNATURE:
    case CYN_E_INVALID_SIGNATURE:
    case CYN_E_UNRECOGNIZED_CLIENT:
    case CYN_E_EXPIRED_TOKEN: return CYN_EXCEPTION_CREDENTIALS;
    case CYN_E_STORE:
    case CYN_E_STORE_LOCKED:
    case CYN_E_STORE_FULL:
    case CYN_E_STORE_VERSION: return CYN_EXCEPTION_STORE;
    case CYN_E_OUT_OF_MEMORY: return CYN_EXCEPTION_OUT_OF_MEMORY;
    case CYN_E_USAGE:
    case CYN_E_FORKED:
    case CYN_E_NOT_ON_BACKEND: return CYN_EXCEPTION_USAGE;
    case CYN_E_MODEL: return CYN_EXCEPTION_MODEL;
    case CYN_E_NULL_VALUE: return CYN_EXCEPTION_ATTRIBUTE_NULL;
    case CYN_E_DESERIALIZATION: return CYN_EXCEPTION_ATTRIBUTE_DESERIALIZATION;
    default: return CYN_EXCEPTION_ANY;
  }
}

static bool is_below(cyn_exception exception, cyn_exception above) {
  while (exception != above && exception != CYN_EXCEPTION_ANY) exception = rows[exception].parent;
  return exception == above;
}

bool cyn_error_is(const cyn_error *error, cyn_exception exception) {
  if (error == NULL || error->status == CYN_OK || (unsigned)exception >= CYN_EXCEPTION_COUNT) return false;
  return is_below(cyn_error_what(error), exception) || is_below(cyn_error_where(error), exception);
}

const char *cyn_error_operation(const cyn_error *error) {
  if (error == NULL || error->operation <= 0 || error->operation > CYN_OPERATION_COUNT) return NULL;
  return cyn_i_operations[error->operation - 1].name;
}

/* Messages of these errors say "model M, attribute PATH: rule" (cyn_i_model_error). */
size_t cyn_error_path(const cyn_error *error, char *out, size_t capacity) {
  static const char before[] = ", attribute ";
  if (capacity != 0) out[0] = '\0';
  cyn_exception what = cyn_error_what(error);
  if (!is_below(what, CYN_EXCEPTION_MODEL) && what != CYN_EXCEPTION_ATTRIBUTE_DESERIALIZATION) return 0;
  const char *start = strstr(error->message, before);
  const char *end = start != NULL ? strstr(start, ": ") : NULL;
  if (end == NULL) return 0;
  start += sizeof before - 1;
  size_t size = (size_t)(end - start);
  if (capacity == 0) return size;
  size_t kept = size < capacity - 1 ? size : capacity - 1;
  memcpy(out, start, kept);
  out[kept] = '\0';
  return size;
}
