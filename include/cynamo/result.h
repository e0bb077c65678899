/* Cynamo: what a call returns lives in a result. One result serves any number of calls, one after the other. */
#ifndef CYNAMO_RESULT_H
#define CYNAMO_RESULT_H

#include <cynamo/db.h>
#include <cynamo/operations.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cyn_result cyn_result;

/* NULL when out of memory. Used by one thread at a time; freed by cyn_result_destroy. */
CYN_API cyn_result *cyn_result_new(void);
/* Frees the result and everything that its last call returned; NULL is allowed. */
CYN_API void cyn_result_destroy(cyn_result *result);

/* Any operation by its number: `input` is its input struct, *output its output struct, owned by `result` until its next
 * call. As the function of the operation (<cynamo/calls.h>), with its errors. */
CYN_API cyn_status cyn_call(cyn_db *db, cyn_operation operation, const void *input, cyn_result *result, const void **output,
                            cyn_error *error) CYN_MUST_USE;

/* Any operation by its name, DynamoDB JSON in and out (the body of the HTTP request and answer). *output is owned by
 * `result` until its next call. Errors: those of the operation; UnknownOperationException for a name that does not exist;
 * SerializationException for text that is not the operation's input. */
CYN_API cyn_status cyn_call_json(cyn_db *db, const char *operation, cyn_bytes input, cyn_result *result, cyn_bytes *output,
                                 cyn_error *error) CYN_MUST_USE;

/* The name of an operation, such as "GetItem"; NULL for a number that is none. Constant. */
CYN_API const char *cyn_operation_name(cyn_operation operation);

/* The body that a server answers for an error ({"__type": …}); owned by `result` until its next call. */
CYN_API cyn_status cyn_error_to_json(const cyn_error *error, cyn_result *result, cyn_bytes *output) CYN_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
