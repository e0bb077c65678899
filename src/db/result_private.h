/* What is in a cyn_result: the arena of the call that it holds. */
#ifndef CYN_DB_RESULT_PRIVATE_H
#define CYN_DB_RESULT_PRIVATE_H

#include <cynamo/result.h>

#include "api/api.h"
#include "base/arena.h"

#define CYN_RESULT_KEEP_MAX ((size_t)1024 * 1024)

struct cyn_result {
  cyn_i_arena arena;
};

/* The input, or a copy with absent members behind where an older program's struct ends. NULL when out of memory. */
const void *cyn_i_result_whole_input(const cyn_i_shape *shape, const void *input, cyn_i_arena *arena);
/* Checks the input and makes the call; the output is put into the arena, which is not reset. */
cyn_status cyn_i_result_run(cyn_db *db, const cyn_i_operation *operation, const void *input, cyn_i_arena *arena,
                            const void **output, cyn_error *error);

#endif
