/* cynamo describe TABLE: the description as it is, or the main facts as a table. */
#include "cli/output.h"
#include "cli/schema.h"

static void put(cli_table *table, const char *name, const char *value) {
  cyn_bytes *row = cli_table_row(table);
  row[0] = cyn_str(name);
  row[1] = cyn_str(value);
}

static const char *keys_of(cli_run *run, const cli_schema *schema) {
  cli_text text = CLI_TEXT_INIT(run);
  for (size_t i = 0; i < schema->count; i++)
    cli_text_printf(&text, "%s%.*s (%s%s)", i != 0 ? ", " : "", (int)schema->keys[i].name.size, schema->keys[i].name.data,
                    schema->keys[i].type, i < schema->hash_count ? ", partition key" : ", sort key");
  return text.data;
}

static void put_member(cli_table *table, const cli_json *from, const char *name) {
  const cli_json *member = cli_json_get(from, name);
  if (member == NULL || member->kind > CLI_JSON_STRING) return;
  cli_text text = CLI_TEXT_INIT(table->run);
  if (member->kind == CLI_JSON_STRING) cli_text_put(&text, member->text.data, member->text.size);
  else cli_json_write(&text, member, 0);
  put(table, name, text.data);
}

static int print_facts(cli_run *run, const cli_schema *schema) {
  static const char *const members[] = {"TableStatus", "ItemCount", "TableSizeBytes", "TableArn", "LatestStreamArn"};
  cli_table table;
  cli_table_init(&table, run, 2);
  put(&table, "Table", run->arguments[0]);
  put(&table, "Keys", keys_of(run, schema));
  for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) put_member(&table, schema->table, members[i]);
  const cli_json *index = NULL;
  for (size_t i = 0; (index = cli_schema_index(schema->table, i)) != NULL; i++) {
    cyn_bytes name = cli_json_text(index, "IndexName");
    const char *index_name = cli_copy(run->memory, name.data, name.size);
    cli_schema keys;
    int status = cli_schema_read(run, run->arguments[0], index_name, &keys);
    if (status != CLI_OK) return status;
    cyn_bytes projection = cli_json_text(cli_json_get(index, "Projection"), "ProjectionType");
    put(&table, cli_format(run->memory, "Index %s", index_name),
        cli_format(run->memory, "%s; %.*s", keys_of(run, &keys), (int)projection.size, projection.data));
  }
  cli_table_print(&table);
  return CLI_OK;
}

int cli_describe(cli_run *run) {
  cli_schema schema;
  int status = cli_schema_read(run, run->arguments[0], NULL, &schema);
  if (status != CLI_OK) return status;
  if (run->given.output != NULL && strcmp(run->given.output, "table") == 0) return print_facts(run, &schema);
  cli_print_document(run, schema.table);
  return CLI_OK;
}
