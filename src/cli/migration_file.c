/* See migration_file.h. Each step is checked as a whole before the first one runs. */
#include "cli/migration_file.h"

#include <inttypes.h>
#include <stdlib.h>

#include "cli/expression.h"
#include "cli/plain.h"

#define PARTS_MAX 256 /* changes of one step */

static const char *const members[] = {"name",   "version", "table", "where", "into",   "rename",
                                      "encode", "backfill", "set",   "add",   "remove", "delete-from"};
#define MEMBERS (sizeof members / sizeof members[0])
#define UPDATES 8 /* where those begin that make an update expression */

typedef struct reading {
  cli_run *run;
  const char *file, *where; /* "FILE: migration NAME", for complaints */
  const cli_json *json;
  cli_step *out;
  cyn_change_part *parts;
  size_t part_count, builder_count;
} reading;

static bool is(cyn_bytes bytes, const char *text) {
  return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

static char *text_of(const reading *r, cyn_bytes text) { return cli_copy(r->run->memory, text.data, text.size); }

/* What becomes a C string must be whole in it. */
static int check_text(const reading *r, const char *member, cyn_bytes text) {
  if (text.size == 0 || memchr(text.data, '\0', text.size) == NULL) return CLI_OK;
  return cli_complain("%s: %s: a text with a NUL in it", r->where, member);
}

/* ---- parts ---- */

static int add_part(reading *r, cyn_migration_change change, void *user) {
  if (r->part_count == PARTS_MAX) return cli_complain("%s: more than %d changes", r->where, PARTS_MAX);
  r->parts[r->part_count++] = (cyn_change_part){change, user};
  return CLI_OK;
}

/* An item of DynamoDB JSON, kept with the step. */
static int keep_item(reading *r, const char *member, const cli_json *wire, cyn_item *out) {
  cyn_error error = CYN_ERROR_INIT;
  cli_text text = CLI_TEXT_INIT(r->run);
  cyn_item_builder *builder = r->out->builders[r->builder_count++] = cyn_item_builder_new();
  cli_json_write(&text, wire, 0);
  cyn_status status = cyn_item_from_json(builder, (cyn_bytes){text.data, text.size}, out, &error);
  const char *fault = status != CYN_OK ? error.message : out->fault != NULL ? out->fault->message : NULL;
  int result = fault == NULL ? CLI_OK : cli_complain("%s: %s: %s", r->where, member, fault);
  cyn_error_clean_up(&error);
  return result;
}

static int expression_of(reading *r, const char *member, const cli_bindings *bindings, const char *text,
                         cyn_migration_expression *out) {
  size_t count = bindings->names != NULL ? bindings->names->count : 0;
  cyn_string_pair *names = cli_alloc(r->run->memory, (count + 1) * sizeof *names);
  out->text = text;
  out->names = (cyn_string_map){count, count != 0 ? names : NULL};
  for (const cli_json *name = count != 0 ? bindings->names->first : NULL; name != NULL; name = name->next)
    *names++ = (cyn_string_pair){name->name, name->text};
  return bindings->values != NULL ? keep_item(r, member, bindings->values, &out->values) : CLI_OK;
}

static int take_where(reading *r, const cli_json *value) {
  cli_bindings bindings = {r->run, NULL, NULL};
  cli_text text = CLI_TEXT_INIT(r->run);
  if (value->kind != CLI_JSON_STRING) return cli_complain("%s: where is a condition in a string", r->where);
  int status = check_text(r, "where", value->text);
  if (status != CLI_OK) return status;
  status = cli_translate(&bindings, cli_format(r->run->memory, "%s: where", r->where), CLI_SYNTAX_CONDITION,
                             text_of(r, value->text), &text);
  return status == CLI_OK ? expression_of(r, "where", &bindings, text.data, &r->out->step.where) : status;
}

static int take_rename(reading *r, const cli_json *value) {
  int status = value->kind == CLI_JSON_OBJECT && value->count != 0 ? CLI_OK
               : cli_complain("%s: rename is an object of old and new names", r->where);
  for (const cli_json *one = value->first; status == CLI_OK && one != NULL; one = one->next) {
    cyn_change_rename *rename = cli_alloc(r->run->memory, sizeof *rename);
    if (one->kind != CLI_JSON_STRING || is(one->text, text_of(r, one->name)))
      return cli_complain("%s: rename: the new name of %s is another string", r->where, text_of(r, one->name));
    status = check_text(r, "rename", one->name);
    if (status == CLI_OK) status = check_text(r, "rename", one->text);
    rename->from = text_of(r, one->name);
    rename->to = text_of(r, one->text);
    if (status == CLI_OK) status = add_part(r, cyn_change_by_rename, rename);
  }
  return status;
}

static int take_encode(reading *r, const cli_json *value) {
  static const struct {
    const char *name;
    cyn_migration_change change;
  } encodings[] = {{"boolean", cyn_change_by_boolean}, {"unicode-set", cyn_change_by_unicode_set}, {"number", cyn_change_by_number},
                   {"string", cyn_change_by_string}};
  int status = value->kind == CLI_JSON_OBJECT && value->count != 0 ? CLI_OK
               : cli_complain("%s: encode is an object of names and encodings", r->where);
  for (const cli_json *one = value->first; status == CLI_OK && one != NULL; one = one->next) {
    size_t i = 0;
    while (i < 4 && !(one->kind == CLI_JSON_STRING && is(one->text, encodings[i].name))) i++;
    if (i == 4)
      return cli_complain("%s: encode: %s is to be boolean, unicode-set, number or string", r->where, text_of(r, one->name));
    status = check_text(r, "encode", one->name);
    if (status == CLI_OK) status = add_part(r, encodings[i].change, text_of(r, one->name));
  }
  return status;
}

static int take_backfill(reading *r, cli_json *value) {
  const char *fault = NULL;
  cyn_item item = {NULL, 0, NULL};
  if (value->kind != CLI_JSON_OBJECT || value->count == 0)
    return cli_complain("%s: backfill is an object of names and values", r->where);
  cli_json *wire = r->run->given.dynamodb_json ? value : cli_plain_item(r->run->memory, value, &fault);
  if (wire == NULL) return cli_complain("%s: backfill: %s", r->where, fault);
  int status = keep_item(r, "backfill", wire, &item);
  for (const cli_json *one = wire->first; status == CLI_OK && one != NULL; one = one->next) {
    cyn_change_backfill *backfill = cli_alloc(r->run->memory, sizeof *backfill);
    backfill->name = text_of(r, one->name);
    backfill->value = cyn_item_get(item, one->name);
    status = check_text(r, "backfill", one->name);
    if (status == CLI_OK) status = add_part(r, cyn_change_by_backfill, backfill);
  }
  return status;
}

/* ---- updates ---- */

static int put_clause(reading *r, cli_bindings *bindings, size_t member, cli_text *out) {
  static const char *const words[] = {"SET", "ADD", "REMOVE", "DELETE"};
  static const cli_syntax syntaxes[] = {CLI_SYNTAX_CONDITION, CLI_SYNTAX_PAIR, CLI_SYNTAX_PATHS, CLI_SYNTAX_PAIR};
  const cli_json *value = cli_json_get(r->json, members[member]);
  if (value == NULL) return CLI_OK;
  const char *name = cli_format(r->run->memory, "%s: %s", r->where, members[member]);
  cli_text_printf(out, "%s%s ", out->size != 0 ? " " : "", words[member - UPDATES]);
  const cli_json *one = value->kind == CLI_JSON_ARRAY ? value->first : value;
  if (one == NULL) return cli_complain("%s: it is empty", name);
  for (; one != NULL; one = value->kind == CLI_JSON_ARRAY ? one->next : NULL) {
    if (one->kind != CLI_JSON_STRING) return cli_complain("%s is a text or an array of texts, as of `cynamo update`", name);
    if (one != value && one != value->first) cli_text_puts(out, ", ");
    int status = check_text(r, members[member], one->text);
    if (status == CLI_OK) status = cli_translate(bindings, name, syntaxes[member - UPDATES], text_of(r, one->text), out);
    if (status != CLI_OK) return status;
  }
  return CLI_OK;
}

static int take_update(reading *r) {
  cli_bindings bindings = {r->run, NULL, NULL};
  cli_text text = CLI_TEXT_INIT(r->run);
  cyn_migration_expression *update = cli_alloc(r->run->memory, sizeof *update);
  int status = CLI_OK;
  for (size_t i = UPDATES; i < MEMBERS && status == CLI_OK; i++) status = put_clause(r, &bindings, i, &text);
  if (status == CLI_OK) status = expression_of(r, "set", &bindings, text.data, update);
  return status == CLI_OK ? add_part(r, cyn_change_by_update, update) : status;
}

/* ---- a step ---- */

static const char *member_name(const void *names, size_t index) { return ((const char *const *)names)[index]; }

static int take_text(reading *r, const char *name, const cli_json *value, const char **out) {
  if (value->kind != CLI_JSON_STRING || value->text.size == 0 || memchr(value->text.data, '\0', value->text.size) != NULL)
    return cli_complain("%s: %s is a text", r->where, name);
  *out = text_of(r, value->text);
  return CLI_OK;
}

static int take_version(reading *r, const cli_json *value) {
  char *end = NULL;
  r->out->step.version = value->kind == CLI_JSON_NUMBER ? strtoll(text_of(r, value->text), &end, 10) : 0;
  return end != NULL && *end == '\0' ? CLI_OK : cli_complain("%s: version is an integer", r->where);
}

static int take_member(reading *r, cli_json *member, bool *has_update) {
  size_t i = 0;
  while (i < MEMBERS && !is(member->name, members[i])) i++;
  switch (i) {
    case 0: return take_text(r, "name", member, &r->out->step.name);
    case 1: return take_version(r, member);
    case 2: return take_text(r, "table", member, &r->out->step.table);
    case 3: return take_where(r, member);
    case 4: return take_text(r, "into", member, &r->out->step.into);
    case 5: return take_rename(r, member);
    case 6: return take_encode(r, member);
    case 7: return take_backfill(r, member);
    case MEMBERS: break;
    default: /* all clauses together, where the first of them stands */
      if (*has_update) return CLI_OK;
      *has_update = true;
      return take_update(r);
  }
  const char *name = text_of(r, member->name);
  const char *nearest = cli_nearest(name, strlen(name), member_name, members, MEMBERS);
  if (nearest != NULL) return cli_complain("%s: there is no member '%s': did you mean %s?", r->where, name, nearest);
  return cli_complain("%s: there is no member '%s' (docs/command-line.md lists them)", r->where, name);
}

static int finish(reading *r) {
  cyn_migration *step = &r->out->step;
  cyn_change_parts *parts = cli_alloc(r->run->memory, sizeof *parts);
  if (step->name == NULL || step->table == NULL) return cli_complain("%s: it needs a name and a table", r->where);
  if (r->part_count == 0 && step->into == NULL)
    return cli_complain("%s: it changes nothing: give rename, encode, backfill, set, add, remove or delete-from, or into", r->where);
  if (step->into != NULL && strcmp(step->into, step->table) == 0)
    return cli_complain("%s: it copies a table into itself", r->where);
  *parts = (cyn_change_parts){r->part_count, r->parts};
  step->change = r->part_count != 0 ? cyn_change_by_parts : NULL;
  step->user = parts;
  return CLI_OK;
}

static int read_step(cli_run *run, const char *file, cli_json *json, size_t number, cli_step *out) {
  reading r = {.run = run, .file = file, .json = json, .out = out};
  cli_text definition = CLI_TEXT_INIT(run);
  bool has_update = false;
  cyn_bytes name = cli_json_text(json, "name");
  r.where = name.data != NULL ? cli_format(run->memory, "%s: migration %s", file, text_of(&r, name))
                              : cli_format(run->memory, "%s: migration number %zu", file, number);
  r.parts = cli_alloc(run->memory, PARTS_MAX * sizeof *r.parts);
  out->step = (cyn_migration)CYN_MIGRATION_INIT;
  out->step.version = 1;
  if (json->kind != CLI_JSON_OBJECT) return cli_complain("%s: a migration is an object", r.where);
  cli_json_write(&definition, json, 0); /* before values are turned into items */
  out->step.definition = definition.data;
  int status = CLI_OK;
  for (cli_json *member = json->first; member != NULL && status == CLI_OK; member = member->next)
    status = cli_json_get_bytes(json, member->name) == member
                 ? take_member(&r, member, &has_update)
                 : cli_complain("%s: '%s' is there twice", r.where, text_of(&r, member->name));
  return status == CLI_OK ? finish(&r) : status;
}

/* ---- the file ---- */

static int read_text(cli_run *run, const char *file, cyn_bytes *out) {
  bool is_input = strcmp(file, "-") == 0;
  FILE *from = is_input ? stdin : fopen(file, "rb");
  if (from == NULL) return cli_complain("%s cannot be read: %m", file);
  bool is_read = cli_read_stream(run->memory, from, out);
  if (!is_input) (void)fclose(from);
  return is_read ? CLI_OK : cli_complain("%s cannot be read", file);
}

/* "character N: what" with the line instead. */
static int no_json(const char *file, cyn_bytes text, const char *fault) {
  size_t place = 0, line = 1;
  char *what = NULL;
  if (strncmp(fault, "character ", 10) == 0) place = strtoul(fault + 10, &what, 10);
  for (size_t i = 0; i + 1 < place && i < text.size; i++) line += text.data[i] == '\n';
  return cli_complain("%s:%zu: %s", file, line, what != NULL && what[0] == ':' ? what + 2 : fault);
}

static int check_twins(const char *file, const cli_steps *steps, size_t number) {
  const cyn_migration *one = &steps->at[number].step;
  for (size_t i = 0; i < number; i++) {
    const cyn_migration *other = &steps->at[i].step;
    if (one->version == other->version && strcmp(one->name, other->name) == 0 && strcmp(one->table, other->table) == 0)
      return cli_complain("%s: migration %s: version %" PRId64 " of %s is there twice", file, one->name, one->version, one->table);
  }
  return CLI_OK;
}

int cli_steps_read(cli_run *run, const char *file, cli_steps *out) {
  cyn_bytes text = {NULL, 0};
  const char *fault = NULL;
  int status = read_text(run, file, &text);
  if (status != CLI_OK) return status;
  cli_json *json = cli_json_read(run->memory, text, NULL, &fault);
  if (json == NULL) return no_json(file, text, fault);
  bool is_array = json->kind == CLI_JSON_ARRAY;
  if (is_array && json->count == 0) return cli_complain("%s: there is no migration in it", file);
  out->at = cli_alloc(run->memory, (is_array ? json->count : 1) * sizeof *out->at);
  for (cli_json *one = is_array ? json->first : json; one != NULL && status == CLI_OK; one = is_array ? one->next : NULL) {
    size_t number = out->count++;
    status = read_step(run, file, one, number + 1, &out->at[number]);
    if (status == CLI_OK) status = check_twins(file, out, number);
  }
  return status;
}

void cli_steps_clean_up(cli_steps *steps) {
  for (size_t i = 0; i < steps->count; i++)
    for (size_t j = 0; j < CLI_STEP_BUILDERS; j++) cyn_item_builder_destroy(steps->at[i].builders[j]);
  steps->count = 0;
}
