/* All table names, for the command of that name and for completion. */
#ifndef CYN_CLI_TABLES_H
#define CYN_CLI_TABLES_H

#include "cli/run.h"

/* Adds them to the array. */
int cli_list_tables(cli_run *run, cli_json *names);

#endif
