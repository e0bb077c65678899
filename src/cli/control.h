/* Waiting for what tables take time for. */
#ifndef CYN_CLI_CONTROL_H
#define CYN_CLI_CONTROL_H

#include "cli/run.h"

/* Until the table and its indexes are ACTIVE, or (`exists` false) until there is no such table. */
int cli_wait_for_table(cli_run *run, const char *table, bool exists);

#endif
