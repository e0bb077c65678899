/* cynamo delete TABLE KEY [SORT]. */
#include "cli/write.h"

int cli_delete(cli_run *run) {
  cli_json *input = cli_json_object(run->memory), *key = NULL;
  cli_bindings bindings = {run, NULL, NULL};
  cli_schema schema;
  cli_text what = CLI_TEXT_INIT(run);
  int status = cli_schema_read(run, run->arguments[0], NULL, &schema);
  if (status == CLI_OK) status = cli_key_of(run, &schema, &key);
  if (status != CLI_OK) return status;
  cli_text_printf(&what, "Delete the item");
  for (size_t i = 1; i < run->argument_count; i++) cli_text_printf(&what, " %s", run->arguments[i]);
  cli_text_printf(&what, " of %s at %s", run->arguments[0], run->session->url);
  status = cli_confirm(run, what.data);
  if (status != CLI_OK) return status;
  (void)cli_json_add(input, "Key", key);
  return cli_write(run, &schema, "DeleteItem", input, &bindings, NULL, run->given.old ? "ALL_OLD" : NULL);
}
