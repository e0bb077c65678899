/* What the generated function of each operation calls. */
#ifndef CYN_DB_INVOKE_H
#define CYN_DB_INVOKE_H

#include <cynamo/operations.h>
#include <cynamo/result.h>

/* Checks the input, makes the call, leaves the output in the result. */
cyn_status cyn_i_db_invoke(cyn_db *db, cyn_operation operation, const void *input, cyn_result *result, const void **output,
                           cyn_error *error);

#endif
