/* See complete.h; and cynamo complete, which prints the candidates one a line: `cynamo complete -- WORD… PARTIAL`. */
#include "cli/complete.h"

#include <stdio.h>
#include <stdlib.h>

#include <cynamo/operations.h>

#include "cli/regions.h"
#include "cli/schema.h"
#include "cli/tables.h"

#define OPTIONS_MAX 80
#define SAMPLE 20 /* items that are looked at for attribute names */

typedef struct completion {
  cli_run *run;
  const char *const *words;
  size_t count;
  const char *partial;
  cli_json *out;
} completion;

bool cli_next_word(const char **at, const char *separators, cyn_bytes *word) {
  *at += strspn(*at, separators);
  *word = (cyn_bytes){*at, strcspn(*at, separators)};
  *at += word->size;
  return word->size != 0;
}

static void offer(const completion *c, cyn_bytes word) {
  size_t size = strlen(c->partial);
  if (word.size < size || memcmp(word.data, c->partial, size) != 0) return;
  for (const cli_json *other = c->out->first; other != NULL; other = other->next)
    if (other->text.size == word.size && memcmp(other->text.data, word.data, word.size) == 0) return;
  char *copy = cli_copy(c->run->memory, word.data, word.size);
  (void)cli_json_push(c->out, cli_json_string(c->run->memory, (cyn_bytes){copy, word.size}));
}

static void offer_list(const completion *c, const char *list, const char *separators) {
  cyn_bytes word = {NULL, 0};
  while (cli_next_word(&list, separators, &word)) offer(c, word);
}

/* ---- what the tables know ---- */

static void offer_commands(const completion *c) {
  for (size_t i = 0; i < cli_command_count; i++)
    if (strcmp(cli_commands[i].name, "complete") != 0) offer(c, cyn_str(cli_commands[i].name));
}

static void offer_operations(const completion *c) {
  for (int i = 0; i < CYN_OPERATION_COUNT; i++) offer(c, cyn_str(cyn_operation_name((cyn_operation)i)));
}

static void offer_regions(const completion *c) {
  static const char *const partitions[] = {"us-east-1", "cn-north-1", "us-gov-west-1"};
  for (size_t i = 0; i < 3; i++)
    for (size_t j = 0; cli_region(partitions[i], j) != NULL; j++) offer(c, cyn_str(cli_region(partitions[i], j)));
}

/* Commands without a session have tables of their own, of which the help is the visible part. */
static void offer_own_options(const completion *c, const cli_command *command) {
  const char *name = command->name;
  char *text = NULL;
  size_t size = 0;
  FILE *to = open_memstream(&text, &size);
  if (to == NULL) return;
  if (strcmp(name, "serve") == 0) cli_serve_help(to);
  else if (strcmp(name, "ping") == 0) cli_ping_help(to);
  else if (command->details != NULL) fputs(command->details, to);
  (void)fclose(to);
  for (const char *at = text; at != NULL && (at = strstr(at, "\n  --")) != NULL; at += 3)
    offer(c, (cyn_bytes){at + 3, strcspn(at + 3, " \n")});
  free(text);
}

static size_t options_of(const completion *c, const cli_command *command, cli_option *out) {
  return command->work != NULL ? cli_session_options(command, &c->run->given, out, OPTIONS_MAX) : 0;
}

/* ---- what the database knows ---- */

static void offer_tables(const completion *c) {
  cli_json *names = cli_json_array(c->run->memory);
  if (c->run->session->db == NULL || cli_list_tables(c->run, names) != CLI_OK) return;
  for (const cli_json *name = names->first; name != NULL; name = name->next) offer(c, name->text);
}

static void offer_indexes(const completion *c, const char *table) {
  cli_schema schema;
  const cli_json *index = NULL;
  if (c->run->session->db == NULL || table == NULL || cli_schema_read(c->run, table, NULL, &schema) != CLI_OK) return;
  for (size_t i = 0; (index = cli_schema_index(schema.table, i)) != NULL; i++) offer(c, cli_json_text(index, "IndexName"));
}

/* Those of keys, and those of some items. */
static void offer_attributes(const completion *c, const char *table) {
  cli_memory *memory = c->run->memory;
  cli_schema schema;
  cli_json *input = cli_json_object(memory), *answer = NULL;
  if (c->run->session->db == NULL || table == NULL || cli_schema_read(c->run, table, NULL, &schema) != CLI_OK) return;
  const cli_json *definitions = cli_json_get(schema.table, "AttributeDefinitions");
  for (const cli_json *row = definitions != NULL ? definitions->first : NULL; row != NULL; row = row->next)
    offer(c, cli_json_text(row, "AttributeName"));
  (void)cli_json_add(input, "TableName", cli_json_string(memory, cyn_str(table)));
  (void)cli_json_add(input, "Limit", cli_json_number(memory, cyn_str(cli_format(memory, "%d", SAMPLE))));
  if (cli_send(c->run, "Scan", input, &answer) != CLI_OK) return;
  const cli_json *items = cli_json_get(answer, "Items");
  for (const cli_json *item = items != NULL ? items->first : NULL; item != NULL; item = item->next)
    for (const cli_json *member = item->first; member != NULL; member = member->next) offer(c, member->name);
}

/* ---- which of it is wanted ---- */

static void offer_values(const completion *c, const cli_option *option, const char *table) {
  static const struct {
    const char *option, *values;
  } fixed[] = {{"--output", "json table"}, {"--format", "jsonl dynamodb-json csv"}, {"--stream", "keys new old both"}};
  static const char attributes[] = " --where --set --add --remove --delete-from --select --columns --ttl ";
  for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
    if (strcmp(option->name, fixed[i].option) == 0) offer_list(c, fixed[i].values, " ");
  if (strcmp(option->name, "--region") == 0) offer_regions(c);
  if (strcmp(option->name, "--index") == 0) offer_indexes(c, table);
  const char *found = strstr(attributes, option->name);
  if (found != NULL && found[strlen(option->name)] == ' ') offer_attributes(c, table);
}

/* By the word of the command's arguments at this place. */
static void offer_argument(const completion *c, const cli_command *command, size_t place) {
  const char *at = command->arguments;
  cyn_bytes word = {NULL, 0};
  for (size_t i = 0; i <= place; i++)
    if (!cli_next_word(&at, " []", &word)) return;
  if (word.size == 5 && memcmp(word.data, "TABLE", 5) == 0 && strcmp(command->name, "create-table") != 0) offer_tables(c);
  else if (word.size == 9 && memcmp(word.data, "OPERATION", 9) == 0) offer_operations(c);
  else if (word.size == 7 && memcmp(word.data, "COMMAND", 7) == 0) offer_commands(c);
  else if (word.size > 4 && memcmp(word.data, "bash", 4) == 0) offer_list(c, "bash zsh fish", " ");
}

static const cli_option *find(const cli_option *options, size_t count, const char *name) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(options[i].name, name) == 0) return &options[i];
  return NULL;
}

static void complete_command(const completion *c, const cli_command *command) {
  cli_option options[OPTIONS_MAX];
  size_t option_count = options_of(c, command, options), place = 0;
  const cli_option *awaits = NULL; /* its value comes next */
  const char *table = NULL;
  for (size_t i = 1; i < c->count; i++) {
    const cli_option *option = find(options, option_count, c->words[i]);
    if (awaits != NULL) awaits = NULL;
    else if (option != NULL && cli_takes_text(option->kind)) awaits = option;
    else if (c->words[i][0] != '-' && place++ == 0) table = c->words[i];
  }
  if (awaits != NULL) offer_values(c, awaits, table);
  else if (c->partial[0] != '-') offer_argument(c, command, place);
  else if (command->work == NULL) offer_own_options(c, command);
  for (size_t i = 0; awaits == NULL && c->partial[0] == '-' && i < option_count; i++)
    if (options[i].help != NULL) offer(c, cyn_str(options[i].name));
}

void cli_candidates(cli_run *run, const char *const *words, size_t count, const char *partial, cli_json *out) {
  const completion c = {run, words, count, partial, out};
  const cli_command *command = count != 0 ? cli_find_command(words[0]) : NULL;
  if (count == 0) offer_commands(&c);
  else if (command != NULL) complete_command(&c, command);
}

/* The value of an option among the words, before the database is open. */
static const char *value_of(int argc, char **argv, const char *option) {
  for (int i = 0; i + 1 < argc; i++)
    if (strcmp(argv[i], option) == 0) return argv[i + 1];
  return NULL;
}

int cli_complete(int argc, char **argv) {
  if (argc < 2 || strcmp(argv[0], "--") != 0) return cli_complain("cynamo complete -- [WORD …] PARTIAL");
  cli_memory *memory = cli_memory_new();
  cli_run *run = cli_alloc(memory, sizeof *run);
  cli_session session = {.is_hurried = true};
  cli_given where = {.url = value_of(argc, argv, "--url"), .region = value_of(argc, argv, "--region"),
                     .profile = value_of(argc, argv, "--profile")};
  run->memory = memory;
  run->session = &session;
  cli_json *out = cli_json_array(memory);
  const cli_command *command = argc > 2 ? cli_find_command(argv[1]) : NULL;
  if (command != NULL && command->work != NULL) (void)cli_session_open(&session, &where);
  cli_candidates(run, (const char *const *)(argv + 1), (size_t)argc - 2, argv[argc - 1], out);
  for (const cli_json *word = out->first; word != NULL; word = word->next) printf("%.*s\n", (int)word->text.size, word->text.data);
  cli_session_close(&session);
  cli_memory_destroy(memory);
  return CLI_OK;
}
