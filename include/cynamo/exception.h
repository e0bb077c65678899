/* Cynamo: what kind an error is. A cyn_error's name is DynamoDB's word or Cynamo's; the exceptions here put all of them into
 * one hierarchy, as PynamoDB has it, so that a program asks for the kind that it can do something about:
 *
 *   if (cyn_error_is(&error, CYN_EXCEPTION_PUT) && cyn_error_is(&error, CYN_EXCEPTION_CONDITION_FAILED)) …
 *
 * An error may be of several kinds: where it happened (PUT), and what it was (CONDITION_FAILED). docs/exceptions.md. */
#ifndef CYNAMO_EXCEPTION_H
#define CYNAMO_EXCEPTION_H

#include <cynamo/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* X(symbol, parent, text) */
#define CYN_EXCEPTION_TABLE(X)                                                                                         \
  X(ANY, ANY, "any error")                                                                                             \
  /* where: an API call failed */                                                                                      \
  X(CALL, ANY, "an API call failed")                                                                                   \
  X(GET, CALL, "GetItem or BatchGetItem failed")                                                                       \
  X(PUT, CALL, "PutItem or BatchWriteItem failed")                                                                     \
  X(UPDATE, CALL, "UpdateItem failed")                                                                                 \
  X(DELETE, CALL, "DeleteItem failed")                                                                                 \
  X(QUERY, CALL, "Query failed")                                                                                       \
  X(SCAN, CALL, "Scan failed")                                                                                         \
  X(TABLE, CALL, "a call about tables failed")                                                                         \
  X(TRANSACT_WRITE, CALL, "TransactWriteItems failed")                                                                 \
  X(TRANSACT_GET, CALL, "TransactGetItems failed")                                                                     \
  X(STATEMENT, CALL, "a PartiQL statement failed")                                                                     \
  /* what it was */                                                                                                    \
  X(DOES_NOT_EXIST, ANY, "there is no item with this key")                                                             \
  X(TABLE_DOES_NOT_EXIST, ANY, "there is no such table, index or resource")                                            \
  X(CONDITION_FAILED, ANY, "the condition was not true")                                                               \
  X(TRANSACTION_CANCELED, ANY, "the transaction was cancelled; reasons tell why")                                      \
  X(UNPROCESSED, ANY, "a batch could not be finished")                                                                 \
  X(INVALID, ANY, "the request is wrong, and will be wrong again")                                                     \
  X(THROTTLED, ANY, "too much at once; later it may work")                                                             \
  X(CONNECTION, ANY, "the peer was not reached, or answered nonsense")                                                 \
  X(CREDENTIALS, ANY, "no keys, or keys that are not taken")                                                           \
  X(STORE, ANY, "the database's files")                                                                                \
  X(OUT_OF_MEMORY, ANY, "no memory")                                                                                   \
  X(USAGE, ANY, "the library was used wrongly")                                                                        \
  X(MODEL, ANY, "a model, its expression or its object is wrong")                                                      \
  X(ATTRIBUTE_NULL, MODEL, "an attribute that must not be absent is")                                                  \
  X(ATTRIBUTE_DESERIALIZATION, ANY, "an item's value does not fit its attribute")

typedef enum cyn_exception {
#define CYN_I_EXCEPTION(symbol, parent, text) CYN_EXCEPTION_##symbol,
  CYN_EXCEPTION_TABLE(CYN_I_EXCEPTION)
#undef CYN_I_EXCEPTION
      CYN_EXCEPTION_COUNT
} cyn_exception;

/* True when the error is of this kind or of one below it; false for CYN_OK and NULL. */
CYN_API bool cyn_error_is(const cyn_error *error, cyn_exception exception);
/* What it was, most exactly. */
CYN_API cyn_exception cyn_error_what(const cyn_error *error);
/* Where it happened: the API call's kind; CYN_EXCEPTION_ANY when no call was made. */
CYN_API cyn_exception cyn_error_where(const cyn_error *error);
/* The operation that failed, such as "PutItem"; NULL when no call was made. Static. */
CYN_API const char *cyn_error_operation(const cyn_error *error);
/* "CYN_EXCEPTION_PUT" and its text; static. */
CYN_API const char *cyn_exception_name(cyn_exception exception);
CYN_API const char *cyn_exception_text(cyn_exception exception);
CYN_API cyn_exception cyn_exception_parent(cyn_exception exception);
/* The dotted path of the attribute that a MODEL, ATTRIBUTE_NULL or ATTRIBUTE_DESERIALIZATION error is about, such as
 * "comments[1].author", as snprintf writes: the path's length is returned, 0 when there is none. */
CYN_API size_t cyn_error_path(const cyn_error *error, char *out, size_t capacity);

#ifdef __cplusplus
}
#endif
#endif
