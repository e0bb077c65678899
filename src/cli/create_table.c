/* cynamo create-table TABLE KEY[:TYPE] [SORT[:TYPE]]: a request from short words. */
#include <inttypes.h>

#include "cli/control.h"
#include "cli/output.h"
#include "cli/plain.h"

typedef struct creation {
  cli_run *run;
  cli_json *input, *definitions;
} creation;

static cli_json *text_of(const creation *c, const char *text, size_t size) {
  return cli_json_string(c->run->memory, (cyn_bytes){cli_copy(c->run->memory, text, size), size});
}

/* Defines NAME[:TYPE] unless it is, and adds it to a key schema. */
static int add_key(creation *c, cli_json *schema, const char *kind, const char *word, size_t size) {
  const char *colon = memrchr(word, ':', size);
  size_t name_size = size;
  const char *type = NULL;
  static const char *const types[] = {"S", "N", "B"};
  for (size_t i = 0; colon != NULL && i < 3; i++)
    if (size - (size_t)(colon - word) == 2 && colon[1] == types[i][0]) type = types[i];
  if (type != NULL) name_size = (size_t)(colon - word);
  else if (colon != NULL) return cli_complain("'%.*s': the type behind the colon is S, N or B", (int)size, word);
  if (name_size == 0) return cli_complain("'%.*s': a key needs a name", (int)size, word);
  cli_json *defined = NULL;
  for (cli_json *row = c->definitions->first; row != NULL; row = row->next) {
    cyn_bytes name = cli_json_text(row, "AttributeName");
    if (name.size == name_size && memcmp(name.data, word, name_size) == 0) defined = row;
  }
  if (defined != NULL && type != NULL && cli_json_text(defined, "AttributeType").data[0] != type[0])
    return cli_complain("'%.*s': it has another type before", (int)size, word);
  if (defined == NULL) {
    defined = cli_json_push(c->definitions, cli_json_object(c->run->memory));
    (void)cli_json_add(defined, "AttributeName", text_of(c, word, name_size));
    (void)cli_json_add(defined, "AttributeType", text_of(c, type != NULL ? type : "S", 1));
  }
  cli_json *key = cli_json_push(schema, cli_json_object(c->run->memory));
  (void)cli_json_add(key, "AttributeName", text_of(c, word, name_size));
  (void)cli_json_add(key, "KeyType", cli_json_string(c->run->memory, cyn_str(kind)));
  return CLI_OK;
}

static void add_projection(const creation *c, cli_json *index, const char *words) {
  cli_memory *memory = c->run->memory;
  cli_json *projection = cli_json_add(index, "Projection", cli_json_object(memory));
  bool is_all = words == NULL || strcmp(words, "all") == 0, is_keys = words != NULL && strcmp(words, "keys") == 0;
  (void)cli_json_add(projection, "ProjectionType", cli_json_string(memory, cyn_str(is_all ? "ALL" : is_keys ? "KEYS_ONLY" : "INCLUDE")));
  if (is_all || is_keys) return;
  cli_json *names = cli_json_add(projection, "NonKeyAttributes", cli_json_array(memory));
  for (const char *at = words;; at++) {
    size_t size = strcspn(at, "+");
    (void)cli_json_push(names, text_of(c, at, size));
    at += size;
    if (*at == '\0') return;
  }
}

static void add_throughput(const creation *c, cli_json *to) {
  const cli_given *given = &c->run->given;
  cli_memory *memory = c->run->memory;
  if (!given->read_units.is_set) return;
  cli_json *units = cli_json_add(to, "ProvisionedThroughput", cli_json_object(memory));
  (void)cli_json_add(units, "ReadCapacityUnits", cli_json_number(memory, cyn_str(cli_format(memory, "%" PRId64, given->read_units.value))));
  (void)cli_json_add(units, "WriteCapacityUnits", cli_json_number(memory, cyn_str(cli_format(memory, "%" PRId64, given->write_units.value))));
}

/* NAME=KEY[:TYPE][,SORT[:TYPE]][/PROJECTION]; a local index has the table's partition key before its own. */
static int add_index(creation *c, cli_json *list, const char *words, bool is_local) {
  size_t name_size = strcspn(words, "=");
  if (words[name_size] == '\0' || name_size == 0)
    return cli_complain("'%s': an index is NAME=%s[:TYPE][/all|keys|A+B]", words, is_local ? "SORT" : "KEY[:TYPE][,SORT");
  cli_json *index = cli_json_push(list, cli_json_object(c->run->memory));
  (void)cli_json_add(index, "IndexName", text_of(c, words, name_size));
  cli_json *schema = cli_json_add(index, "KeySchema", cli_json_array(c->run->memory));
  int status = CLI_OK;
  if (is_local) status = add_key(c, schema, "HASH", c->run->arguments[1], strcspn(c->run->arguments[1], ":"));
  const char *at = words + name_size + 1;
  while (status == CLI_OK) {
    size_t size = strcspn(at, ",/");
    status = add_key(c, schema, schema->count == 0 ? "HASH" : "RANGE", at, size);
    at += size;
    if (*at != ',') break;
    at++;
  }
  if (status != CLI_OK) return status;
  add_projection(c, index, *at == '/' ? at + 1 : NULL);
  if (!is_local) add_throughput(c, index);
  return CLI_OK;
}

static int add_indexes(creation *c, const char *member, const cli_list *words, bool is_local) {
  if (words->count == 0) return CLI_OK;
  cli_json *list = cli_json_add(c->input, member, cli_json_array(c->run->memory));
  int status = CLI_OK;
  for (size_t i = 0; i < words->count && status == CLI_OK; i++) status = add_index(c, list, words->at[i], is_local);
  return status;
}

static int add_tags(creation *c) {
  const cli_list *tags = &c->run->given.tags;
  if (tags->count == 0) return CLI_OK;
  cli_json *list = cli_json_add(c->input, "Tags", cli_json_array(c->run->memory));
  for (size_t i = 0; i < tags->count; i++) {
    const char *equals = strchr(tags->at[i], '=');
    if (equals == NULL) return cli_complain("--tag is NAME=VALUE, not '%s'", tags->at[i]);
    cli_json *tag = cli_json_push(list, cli_json_object(c->run->memory));
    (void)cli_json_add(tag, "Key", text_of(c, tags->at[i], (size_t)(equals - tags->at[i])));
    (void)cli_json_add(tag, "Value", cli_json_string(c->run->memory, cyn_str(equals + 1)));
  }
  return CLI_OK;
}

static int add_stream(creation *c) {
  static const char *const views[][2] = {
      {"keys", "KEYS_ONLY"}, {"new", "NEW_IMAGE"}, {"old", "OLD_IMAGE"}, {"both", "NEW_AND_OLD_IMAGES"}};
  const char *given = c->run->given.stream;
  if (given == NULL) return CLI_OK;
  for (size_t i = 0; i < 4; i++) {
    if (strcmp(given, views[i][0]) != 0) continue;
    cli_json *stream = cli_json_add(c->input, "StreamSpecification", cli_json_object(c->run->memory));
    (void)cli_json_add(stream, "StreamEnabled", cli_json_bool(c->run->memory, true));
    (void)cli_json_add(stream, "StreamViewType", cli_json_string(c->run->memory, cyn_str(views[i][1])));
    return CLI_OK;
  }
  return cli_complain("--stream is keys, new, old or both, not '%s'", given);
}

static int make_request(creation *c) {
  cli_run *run = c->run;
  const cli_given *given = &run->given;
  if (given->read_units.is_set != given->write_units.is_set) return cli_complain("--read-units and --write-units go together");
  (void)cli_json_add(c->input, "TableName", cli_json_string(run->memory, cyn_str(run->arguments[0])));
  c->definitions = cli_json_add(c->input, "AttributeDefinitions", cli_json_array(run->memory));
  cli_json *schema = cli_json_add(c->input, "KeySchema", cli_json_array(run->memory));
  int status = CLI_OK;
  for (size_t i = 1; i < run->argument_count && status == CLI_OK; i++)
    status = add_key(c, schema, i == 1 ? "HASH" : "RANGE", run->arguments[i], strlen(run->arguments[i]));
  if (status == CLI_OK) status = add_indexes(c, "GlobalSecondaryIndexes", &given->global_indexes, false);
  if (status == CLI_OK) status = add_indexes(c, "LocalSecondaryIndexes", &given->local_indexes, true);
  if (status == CLI_OK) status = add_tags(c);
  if (status == CLI_OK) status = add_stream(c);
  (void)cli_json_add(c->input, "BillingMode",
                     cli_json_string(run->memory, cyn_str(given->read_units.is_set ? "PROVISIONED" : "PAY_PER_REQUEST")));
  add_throughput(c, c->input);
  return status;
}

static int set_ttl(cli_run *run) {
  cli_json *input = cli_json_object(run->memory);
  (void)cli_json_add(input, "TableName", cli_json_string(run->memory, cyn_str(run->arguments[0])));
  cli_json *ttl = cli_json_add(input, "TimeToLiveSpecification", cli_json_object(run->memory));
  (void)cli_json_add(ttl, "Enabled", cli_json_bool(run->memory, true));
  (void)cli_json_add(ttl, "AttributeName", cli_json_string(run->memory, cyn_str(run->given.ttl)));
  return cli_send(run, "UpdateTimeToLive", input, NULL);
}

int cli_create_table(cli_run *run) {
  creation c = {run, cli_json_object(run->memory), NULL};
  if (run->given.ttl != NULL && run->given.no_wait) return cli_complain("--ttl needs the table to be ready: leave --no-wait out");
  int status = make_request(&c);
  if (status == CLI_OK) status = cli_confirm_write(run, cli_format(run->memory, "Create the table %s", run->arguments[0]));
  if (status == CLI_OK) status = cli_send(run, "CreateTable", c.input, NULL);
  if (status == CLI_OK && !run->given.no_wait) status = cli_wait_for_table(run, run->arguments[0], true);
  if (status == CLI_OK && run->given.ttl != NULL) status = set_ttl(run);
  return status;
}
