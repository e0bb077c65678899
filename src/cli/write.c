/* See write.h. */
#include "cli/write.h"

#include <cynamo/item.h>

#include "cli/plain.h"

/* The item that a condition met: the error's, else (from a server) the answer's. */
static void show_found(cli_run *run, const cyn_error *error) {
  cyn_item item = {error->item, error->item_size, NULL};
  const char *fault = NULL;
  if (error->item == NULL || run->given.quiet) return;
  size_t size = cyn_item_to_json(item, NULL, 0);
  char *json = cli_alloc(run->memory, size + 1);
  (void)cyn_item_to_json(item, json, size + 1);
  const cli_json *wire = cli_json_read(run->memory, (cyn_bytes){json, size}, NULL, &fault);
  if (wire == NULL) return;
  cli_text text = CLI_TEXT_INIT(run);
  cli_json_write(&text, run->given.dynamodb_json ? wire : cli_wire_item(run->memory, wire), 0);
  fprintf(stderr, "The item is: %s\n", text.data);
}

static int add_condition(cli_run *run, cli_json *input, cli_bindings *bindings, const char *also) {
  cli_text where = CLI_TEXT_INIT(run), condition = CLI_TEXT_INIT(run);
  int status = cli_translate_where(bindings, &where);
  if (status != CLI_OK) return status;
  if (also != NULL) cli_text_puts(&condition, also);
  if (also != NULL && where.size != 0) cli_text_printf(&condition, " AND (%s)", where.data);
  if (also == NULL && where.size != 0) condition = where;
  if (condition.size == 0) return CLI_OK;
  cli_add_text(run, input, "ConditionExpression", &condition);
  (void)cli_json_add(input, "ReturnValuesOnConditionCheckFailure", cli_json_string(run->memory, cyn_str("ALL_OLD")));
  return CLI_OK;
}

int cli_write(cli_run *run, const cli_schema *schema, const char *operation, cli_json *input, cli_bindings *bindings,
              const char *also, const char *values) {
  cyn_bytes answer = {NULL, 0};
  cyn_error error = CYN_ERROR_INIT;
  const char *fault = NULL;
  cli_text text = CLI_TEXT_INIT(run);
  (void)cli_json_add(input, "TableName", cli_json_string(run->memory, cyn_str(run->arguments[0])));
  int status = add_condition(run, input, bindings, also);
  if (status != CLI_OK) return status;
  if (values != NULL) (void)cli_json_add(input, "ReturnValues", cli_json_string(run->memory, cyn_str(values)));
  cli_add_bindings(bindings, input);
  cli_json_write(&text, input, 0);
  if (cli_try(run, operation, (cyn_bytes){text.data, text.size}, &answer, &error) != CYN_OK) {
    show_found(run, &error);
    return cli_fail(run, &error);
  }
  const cli_json *tree = cli_json_read(run->memory, (cyn_bytes){cli_copy(run->memory, answer.data, answer.size), answer.size}, NULL, &fault);
  const cli_json *attributes = cli_json_get(tree, "Attributes");
  if (values != NULL && attributes != NULL && attributes->count != 0) cli_print_item(run, schema, attributes);
  return CLI_OK;
}
