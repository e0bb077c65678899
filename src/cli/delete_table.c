/* cynamo delete-table TABLE. */
#include "cli/control.h"

int cli_delete_table(cli_run *run) {
  cli_json *input = cli_json_object(run->memory);
  const char *table = run->arguments[0];
  (void)cli_json_add(input, "TableName", cli_json_string(run->memory, cyn_str(table)));
  int status = cli_confirm(run, cli_format(run->memory, "Delete the table %s and all its items at %s", table, run->session->url));
  if (status == CLI_OK) status = cli_send(run, "DeleteTable", input, NULL);
  if (status != CLI_OK || run->given.no_wait) return status;
  return cli_wait_for_table(run, table, false);
}
