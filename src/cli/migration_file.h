/* The file of `cynamo migrate`: a JSON array of steps, or one step. A step has
 *
 *   name, version (1), table    its identity
 *   where                       a condition as --where takes it: only such items
 *   into                        another table that the items are copied into
 *   rename                      {"old": "new"}
 *   backfill                    {"name": value}, in plain JSON
 *   encode                      {"name": "boolean" | "unicode-set" | "number" | "string"}
 *   set, add, remove, delete-from   as the options of `cynamo update`: a text, or an array of texts
 *
 * Changes are made in the order in which they stand there. */
#ifndef CYN_CLI_MIGRATION_FILE_H
#define CYN_CLI_MIGRATION_FILE_H

#include <cynamo/migration.h>

#include "cli/run.h"

#define CLI_STEP_BUILDERS 3

typedef struct cli_step {
  cyn_migration step; /* lives as long as the run and the builders */
  cyn_item_builder *builders[CLI_STEP_BUILDERS];
} cli_step;

typedef struct cli_steps {
  cli_step *at;
  size_t count;
} cli_steps;

/* Clean up after any status. */
int cli_steps_read(cli_run *run, const char *file, cli_steps *out);
void cli_steps_clean_up(cli_steps *steps);

#endif
