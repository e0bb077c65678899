/* What put, update and delete share: the condition, the item that a failed one found, the old item. */
#ifndef CYN_CLI_WRITE_H
#define CYN_CLI_WRITE_H

#include "cli/expression.h"
#include "cli/output.h"

/* Adds table, --where (and `also`, an expression of its own, or NULL) and bindings; asks for ReturnValues `values` (NULL:
 * none); sends; prints the Attributes that come back. A condition that is not met prints the item that is there. */
int cli_write(cli_run *run, const cli_schema *schema, const char *operation, cli_json *input, cli_bindings *bindings,
              const char *also, const char *values);

#endif
