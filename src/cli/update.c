/* cynamo update TABLE KEY [SORT] --set … --add … --remove … --delete-from …. */
#include "cli/write.h"

static int put_clause(cli_bindings *bindings, const char *word, const char *option, cli_syntax syntax, const cli_list *list,
                      cli_text *out) {
  for (size_t i = 0; i < list->count; i++) {
    if (i != 0) cli_text_puts(out, ", ");
    else cli_text_printf(out, "%s%s ", out->size != 0 ? " " : "", word);
    int status = cli_translate(bindings, option, syntax, list->at[i], out);
    if (status != CLI_OK) return status;
  }
  return CLI_OK;
}

int cli_update(cli_run *run) {
  cli_json *input = cli_json_object(run->memory), *key = NULL;
  const cli_given *given = &run->given;
  cli_bindings bindings = {run, NULL, NULL};
  cli_schema schema;
  cli_text update = CLI_TEXT_INIT(run);
  if (given->set.count + given->add.count + given->remove.count + given->delete_from.count == 0)
    return cli_complain("nothing to change: give --set, --add, --remove or --delete-from");
  int status = cli_confirm_write(run, cli_format(run->memory, "Update an item of %s", run->arguments[0]));
  if (status == CLI_OK) status = cli_schema_read(run, run->arguments[0], NULL, &schema);
  if (status == CLI_OK) status = cli_key_of(run, &schema, &key);
  if (status == CLI_OK) status = put_clause(&bindings, "SET", "--set", CLI_SYNTAX_CONDITION, &given->set, &update);
  if (status == CLI_OK) status = put_clause(&bindings, "ADD", "--add", CLI_SYNTAX_PAIR, &given->add, &update);
  if (status == CLI_OK) status = put_clause(&bindings, "REMOVE", "--remove", CLI_SYNTAX_PATHS, &given->remove, &update);
  if (status == CLI_OK) status = put_clause(&bindings, "DELETE", "--delete-from", CLI_SYNTAX_PAIR, &given->delete_from, &update);
  if (status != CLI_OK) return status;
  (void)cli_json_add(input, "Key", key);
  cli_add_text(run, input, "UpdateExpression", &update);
  return cli_write(run, &schema, "UpdateItem", input, &bindings, NULL, given->old ? "ALL_OLD" : "ALL_NEW");
}
