/* cynamo put TABLE JSON|@FILE|-: one item, or each of an array. */
#include "cli/plain.h"
#include "cli/write.h"

static int put_item(cli_run *run, const cli_schema *schema, cli_json *item) {
  cli_json *input = cli_json_object(run->memory);
  cli_bindings bindings = {run, NULL, NULL};
  const char *fault = NULL, *also = NULL;
  if (!run->given.dynamodb_json) item = cli_plain_item(run->memory, item, &fault);
  else item = cli_json_copy(run->memory, item);
  if (item == NULL) return cli_complain("%s", fault);
  (void)cli_json_add(input, "Item", item);
  if (run->given.if_new)
    also = cli_format(run->memory, "attribute_not_exists(%s)", cli_bind_name(&bindings, schema->keys[0].name));
  return cli_write(run, schema, "PutItem", input, &bindings, also, run->given.old ? "ALL_OLD" : NULL);
}

int cli_put(cli_run *run) {
  cli_json *given = NULL;
  cli_schema schema;
  memset(&schema, 0, sizeof schema);
  int status = cli_read_json(run, run->arguments[1], &given);
  if (status == CLI_OK) status = cli_confirm_write(run, cli_format(run->memory, "Put into %s", run->arguments[0]));
  if (status == CLI_OK && (run->given.if_new || run->given.output != NULL))
    status = cli_schema_read(run, run->arguments[0], NULL, &schema);
  if (status != CLI_OK || given->kind != CLI_JSON_ARRAY) return status != CLI_OK ? status : put_item(run, &schema, given);
  size_t number = 0;
  for (cli_json *item = given->first; item != NULL && status == CLI_OK; item = item->next, number++)
    status = put_item(run, &schema, item);
  if (status != CLI_OK && number > 1) fprintf(stderr, "The first %zu of them were stored.\n", number - 1);
  return status;
}
