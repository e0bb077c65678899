/* See expression.h. One pass over the text; what it means is the server's to judge, so only what is no word of the
 * language is refused here. */
#include "cli/expression.h"

#include <ctype.h>
#include <strings.h>

#include "cli/plain.h"

typedef struct translation {
  cli_bindings *bindings;
  const char *option, *text, *at;
  cli_syntax syntax;
  cli_text *out;
  bool after_operand; /* a minus is an operator then */
} translation;

const char *cli_bind_name(cli_bindings *bindings, cyn_bytes name) {
  cli_memory *memory = bindings->run->memory;
  if (bindings->names == NULL) bindings->names = cli_json_object(memory);
  for (const cli_json *row = bindings->names->first; row != NULL; row = row->next)
    if (row->text.size == name.size && memcmp(row->text.data, name.data, name.size) == 0) return row->name.data;
  const char *placeholder = cli_format(memory, "#n%zu", bindings->names->count);
  (void)cli_json_add(bindings->names, placeholder, cli_json_string(memory, name));
  return placeholder;
}

const char *cli_bind_value(cli_bindings *bindings, cli_json *wire) {
  cli_memory *memory = bindings->run->memory;
  if (bindings->values == NULL) bindings->values = cli_json_object(memory);
  const char *placeholder = cli_format(memory, ":v%zu", bindings->values->count);
  (void)cli_json_add(bindings->values, placeholder, wire);
  return placeholder;
}

void cli_add_bindings(const cli_bindings *bindings, cli_json *input) {
  if (bindings->names != NULL) (void)cli_json_add(input, "ExpressionAttributeNames", bindings->names);
  if (bindings->values != NULL) (void)cli_json_add(input, "ExpressionAttributeValues", bindings->values);
}

void cli_add_text(cli_run *run, cli_json *input, const char *name, const cli_text *text) {
  if (text->size != 0) (void)cli_json_add(input, name, cli_json_string(run->memory, (cyn_bytes){text->data, text->size}));
}

static int wrong(const translation *t, const char *at, const char *what) {
  return cli_complain("%s: %s, at character %td of: %s", t->option, what, at - t->text + 1, t->text);
}

/* ---- literals ---- */

static int put_literal(translation *t, const cli_json *plain, const char *start) {
  const char *fault = NULL;
  cli_memory *memory = t->bindings->run->memory;
  bool is_set = t->syntax == CLI_SYNTAX_PAIR && plain->kind == CLI_JSON_ARRAY;
  cli_json *wire = is_set ? cli_plain_set(memory, plain, &fault) : cli_plain_to_wire(memory, plain, &fault);
  if (wire == NULL) return wrong(t, start, fault);
  cli_text_puts(t->out, cli_bind_value(t->bindings, wire));
  t->after_operand = true;
  return CLI_OK;
}

static int take_json(translation *t) {
  size_t size = 0;
  const char *fault = NULL, *start = t->at;
  const cli_json *plain = cli_json_read(t->bindings->run->memory, cyn_str(t->at), &size, &fault);
  if (plain == NULL) return wrong(t, start, fault);
  t->at += size;
  return put_literal(t, plain, start);
}

/* In single quotes, where only the quote itself is special. */
static int take_quoted(translation *t) {
  const char *start = t->at++;
  cli_text content = CLI_TEXT_INIT(t->bindings->run);
  for (; *t->at != '\0'; t->at++) {
    if (*t->at == '\'' && *++t->at != '\'')
      return put_literal(t, cli_json_string(content.memory, (cyn_bytes){content.data != NULL ? content.data : "", content.size}), start);
    cli_text_putc(&content, *t->at);
  }
  return wrong(t, start, "a string without its closing quote");
}

/* ---- words ---- */

static bool begins_word(char c) { return isalpha((unsigned char)c) || c == '_' || (c & 0x80) != 0; }

static cyn_bytes take_word(translation *t) {
  const char *start = t->at;
  while (begins_word(*t->at) || isdigit((unsigned char)*t->at)) t->at++;
  return (cyn_bytes){start, (size_t)(t->at - start)};
}

static bool is_word(cyn_bytes word, const char *other) {
  return word.size == strlen(other) && strncasecmp(word.data, other, word.size) == 0;
}

/* A name between backquotes, or a word. */
static int take_name(translation *t, cyn_bytes *out) {
  if (*t->at != '`') {
    *out = take_word(t);
    return out->size != 0 ? CLI_OK : wrong(t, t->at, "an attribute name must stand here");
  }
  const char *start = ++t->at;
  t->at += strcspn(t->at, "`");
  *out = (cyn_bytes){start, (size_t)(t->at - start)};
  if (*t->at++ == '`' && out->size != 0) return CLI_OK;
  t->at--;
  return wrong(t, start - 1, out->size == 0 ? "a name must stand between the backquotes" : "a name without its closing backquote");
}

/* Behind the first name of a path. */
static int take_path(translation *t, cyn_bytes name) {
  for (;;) {
    cli_text_puts(t->out, cli_bind_name(t->bindings, name));
    while (*t->at == '[') {
      const char *start = t->at++;
      t->at += strspn(t->at, "0123456789");
      if (*t->at != ']' || t->at == start + 1) return wrong(t, start, "the place in a list is a number: tags[0]");
      t->at++;
      cli_text_put(t->out, start, (size_t)(t->at - start));
    }
    t->after_operand = true;
    if (*t->at != '.') return CLI_OK;
    t->at++;
    cli_text_putc(t->out, '.');
    int status = take_name(t, &name);
    if (status != CLI_OK) return status;
  }
}

/* A keyword or a function; apart from a placeholder that stands right before it, as in 'x'and. */
static void put_word(translation *t, const char *word, size_t size) {
  if (t->out->size != 0 && isalnum((unsigned char)t->out->data[t->out->size - 1])) cli_text_putc(t->out, ' ');
  cli_text_put(t->out, word, size);
}

static int take_path_or_word(translation *t) {
  static const char *const keywords[] = {"AND", "OR", "NOT", "BETWEEN", "IN"};
  static const char *const literals[] = {"true", "false", "null"};
  bool is_quoted = *t->at == '`';
  const char *start = t->at;
  cyn_bytes name = {NULL, 0};
  int status = take_name(t, &name);
  if (status != CLI_OK || is_quoted || t->syntax == CLI_SYNTAX_PATHS) return status != CLI_OK ? status : take_path(t, name);
  for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++) {
    if (!is_word(name, keywords[i])) continue;
    put_word(t, keywords[i], strlen(keywords[i]));
    t->after_operand = false;
    return CLI_OK;
  }
  for (size_t i = 0; i < 3; i++)
    if (is_word(name, literals[i])) {
      cli_memory *memory = t->bindings->run->memory;
      return put_literal(t, i == 2 ? cli_json_null(memory) : cli_json_bool(memory, i == 0), start);
    }
  if (t->at[strspn(t->at, " ")] != '(') return take_path(t, name);
  put_word(t, name.data, name.size); /* a function */
  return CLI_OK;
}

/* ---- the rest ---- */

static int take_operator(translation *t) {
  static const struct {
    const char *written, *meant;
  } operators[] = {{"<>", "<>"}, {"!=", "<>"}, {"<=", "<="}, {">=", ">="}, {"==", "="}, {"=", "="}, {"<", "<"},
                   {">", ">"},   {"+", "+"},   {"-", "-"},   {"(", "("},   {")", ")"},  {",", ","}};
  for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
    size_t size = strlen(operators[i].written);
    if (strncmp(t->at, operators[i].written, size) != 0) continue;
    cli_text_puts(t->out, operators[i].meant);
    t->after_operand = *t->at == ')';
    t->at += size;
    return CLI_OK;
  }
  return wrong(t, t->at, *t->at == '#' || *t->at == ':' ? "placeholders are made for you: write the name or the value itself"
                                                      : "this is no part of an expression");
}

static int take_token(translation *t) {
  char c = *t->at;
  bool is_number = isdigit((unsigned char)c) ||
                   (c == '-' && isdigit((unsigned char)t->at[1]) && (!t->after_operand || t->syntax == CLI_SYNTAX_PAIR));
  size_t space = strspn(t->at, " \t\r\n");
  if (space != 0) {
    t->at += space;
    cli_text_putc(t->out, ' ');
    return CLI_OK;
  }
  if (begins_word(c) || c == '`') return take_path_or_word(t);
  if (t->syntax == CLI_SYNTAX_PATHS && c != ',') return wrong(t, t->at, "paths are separated by commas");
  if (is_number || c == '"' || c == '{' || c == '[') return take_json(t);
  return c == '\'' ? take_quoted(t) : take_operator(t);
}

int cli_translate(cli_bindings *bindings, const char *option, cli_syntax syntax, const char *text, cli_text *out) {
  translation t = {bindings, option, text, text, syntax, out, false};
  int status = CLI_OK;
  if (text[strspn(text, " \t\r\n")] == '\0') return cli_complain("%s is empty", option);
  while (status == CLI_OK && *t.at != '\0') status = take_token(&t);
  return status;
}

int cli_translate_where(cli_bindings *bindings, cli_text *out) {
  const cli_list *where = &bindings->run->given.where;
  for (size_t i = 0; i < where->count; i++) {
    cli_text_puts(out, i != 0 ? " AND " : "");
    cli_text_puts(out, where->count > 1 ? "(" : "");
    int status = cli_translate(bindings, "--where", CLI_SYNTAX_CONDITION, where->at[i], out);
    if (status != CLI_OK) return status;
    cli_text_puts(out, where->count > 1 ? ")" : "");
  }
  return CLI_OK;
}
