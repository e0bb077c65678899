/* cynamo get TABLE KEY [SORT]. */
#include "cli/expression.h"
#include "cli/output.h"

int cli_get(cli_run *run) {
  cli_schema schema;
  cli_json *input = cli_json_object(run->memory), *key = NULL, *answer = NULL;
  cli_bindings bindings = {run, NULL, NULL};
  cli_text projection = CLI_TEXT_INIT(run);
  int status = cli_schema_read(run, run->arguments[0], NULL, &schema);
  if (status == CLI_OK) status = cli_key_of(run, &schema, &key);
  if (status == CLI_OK && run->given.select != NULL)
    status = cli_translate(&bindings, "--select", CLI_SYNTAX_PATHS, run->given.select, &projection);
  if (status != CLI_OK) return status;
  (void)cli_json_add(input, "TableName", cli_json_string(run->memory, cyn_str(run->arguments[0])));
  (void)cli_json_add(input, "Key", key);
  if (run->given.consistent) (void)cli_json_add(input, "ConsistentRead", cli_json_bool(run->memory, true));
  cli_add_text(run, input, "ProjectionExpression", &projection);
  cli_add_bindings(&bindings, input);
  status = cli_send(run, "GetItem", input, &answer);
  if (status != CLI_OK) return status;
  const cli_json *item = cli_json_get(answer, "Item");
  if (item != NULL) {
    cli_print_item(run, &schema, item);
    return CLI_OK;
  }
  (void)cli_complain("there is no such item in %s", run->arguments[0]);
  return CLI_FAILED;
}
