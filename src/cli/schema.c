/* See schema.h. */
#include "cli/schema.h"

static bool is(cyn_bytes bytes, const char *text) {
  return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

static const char *type_of(const cli_json *table, cyn_bytes name) {
  const cli_json *definitions = cli_json_get(table, "AttributeDefinitions");
  for (const cli_json *row = definitions != NULL ? definitions->first : NULL; row != NULL; row = row->next) {
    cyn_bytes this_name = cli_json_text(row, "AttributeName"), type = cli_json_text(row, "AttributeType");
    if (this_name.size == name.size && memcmp(this_name.data, name.data, name.size) == 0)
      return is(type, "N") ? "N" : is(type, "B") ? "B" : "S";
  }
  return "S";
}

static void take_keys(cli_schema *out, const cli_json *schema, const char *kind) {
  for (const cli_json *row = schema != NULL ? schema->first : NULL; row != NULL; row = row->next) {
    if (!is(cli_json_text(row, "KeyType"), kind) || out->count == CLI_KEYS_MAX) continue;
    cyn_bytes name = cli_json_text(row, "AttributeName");
    out->keys[out->count++] = (cli_key){name, type_of(out->table, name)};
  }
}

const cli_json *cli_schema_index(const cli_json *table, size_t number) {
  static const char *const lists[] = {"GlobalSecondaryIndexes", "LocalSecondaryIndexes"};
  for (size_t i = 0; i < 2; i++) {
    const cli_json *list = cli_json_get(table, lists[i]);
    for (const cli_json *row = list != NULL ? list->first : NULL; row != NULL; row = row->next)
      if (number-- == 0) return row;
  }
  return NULL;
}

typedef struct index_names {
  cli_run *run;
  const cli_json *table;
} index_names;

static const char *index_name(const void *names, size_t i) {
  const index_names *all = names;
  cyn_bytes name = cli_json_text(cli_schema_index(all->table, i), "IndexName");
  return cli_copy(all->run->memory, name.data, name.size);
}

static int no_index(cli_run *run, const cli_json *table, const char *index) {
  size_t count = 0;
  while (cli_schema_index(table, count) != NULL) count++;
  index_names names = {run, table};
  const char *nearest = cli_nearest(index, strlen(index), index_name, &names, count);
  if (nearest != NULL) return cli_complain("%s has no index '%s': did you mean %s?", run->arguments[0], index, nearest);
  return cli_complain("%s has no index '%s'%s", run->arguments[0], index, count == 0 ? ": it has none" : "");
}

int cli_schema_read(cli_run *run, const char *table, const char *index, cli_schema *out) {
  cli_json *input = cli_json_object(run->memory), *answer = NULL;
  memset(out, 0, sizeof *out);
  (void)cli_json_add(input, "TableName", cli_json_string(run->memory, cyn_str(table)));
  int status = cli_send(run, "DescribeTable", input, &answer);
  if (status != CLI_OK) return status;
  out->table = cli_json_get(answer, "Table");
  const cli_json *described = out->table;
  if (index != NULL) {
    described = NULL;
    const cli_json *row = NULL;
    for (size_t i = 0; (row = cli_schema_index(out->table, i)) != NULL && described == NULL; i++)
      if (is(cli_json_text(row, "IndexName"), index)) described = row;
    if (described == NULL) return no_index(run, out->table, index);
  }
  take_keys(out, cli_json_get(described, "KeySchema"), "HASH");
  out->hash_count = out->count;
  take_keys(out, cli_json_get(described, "KeySchema"), "RANGE");
  if (out->hash_count != 0) return CLI_OK;
  (void)cli_complain("the server does not say which keys %s has", table);
  return CLI_FAILED;
}

static bool is_base64(const char *text) {
  size_t size = strlen(text), letters = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
  return size % 4 == 0 && size - letters <= 2 && strspn(text + letters, "=") == size - letters;
}

int cli_key_value(cli_run *run, const cli_key *key, const char *text, cli_json **out) {
  if (strcmp(key->type, "N") == 0 && !cli_json_is_number(cyn_str(text)))
    return cli_complain("%.*s is a number: '%s' is none", (int)key->name.size, key->name.data, text);
  if (strcmp(key->type, "B") == 0 && !is_base64(text))
    return cli_complain("%.*s is a binary: give it as base64, not '%s'", (int)key->name.size, key->name.data, text);
  *out = cli_wire_scalar(run->memory, key->type, cyn_str(text));
  return CLI_OK;
}

int cli_key_of(cli_run *run, const cli_schema *schema, cli_json **out) {
  cli_text names = CLI_TEXT_INIT(run);
  for (size_t i = 0; i < schema->count; i++)
    cli_text_printf(&names, "%s%.*s", i != 0 ? " " : "", (int)schema->keys[i].name.size, schema->keys[i].name.data);
  if (run->argument_count != schema->count + 1)
    return cli_complain("the key of %s has %zu part%s, not %zu: %s", run->arguments[0], schema->count,
                        schema->count == 1 ? "" : "s", run->argument_count - 1, names.data);
  *out = cli_json_object(run->memory);
  for (size_t i = 0; i < schema->count; i++) {
    cli_json *value = NULL;
    int status = cli_key_value(run, &schema->keys[i], run->arguments[i + 1], &value);
    if (status != CLI_OK) return status;
    (void)cli_json_add_bytes(*out, schema->keys[i].name, value);
  }
  return CLI_OK;
}
