/* See cli.h. One table-driven parser for three dialects: ours and dynalite's (--name VALUE, --name=VALUE) and DynamoDB
 * Local's (-name VALUE). An option that is not known is named, with the nearest one that is. */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cynamo/value.h>

#include "cli/cli.h"

#define NAME_MAX_BYTES 64

int cli_complain(const char *format, ...) {
  va_list args;
  va_start(args, format);
  fputs("cynamo: ", stderr);
  vfprintf(stderr, format, args);
  fputc('\n', stderr);
  va_end(args);
  return CLI_USAGE;
}

const char *cli_command_name = "serve";

/* Edits that turn one name into the other; long names count as far apart. */
static unsigned distance(const char *a, size_t a_size, const char *b) {
  unsigned row[NAME_MAX_BYTES + 1];
  size_t size = strlen(b);
  if (size > NAME_MAX_BYTES || a_size > NAME_MAX_BYTES) return 99;
  for (size_t j = 0; j <= size; j++) row[j] = (unsigned)j;
  for (size_t i = 0; i < a_size; i++) {
    unsigned diagonal = row[0];
    row[0] = (unsigned)i + 1;
    for (size_t j = 0; j < size; j++) {
      unsigned change = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      unsigned least = row[j] + 1 < row[j + 1] + 1 ? row[j] + 1 : row[j + 1] + 1;
      row[j + 1] = change < least ? change : least;
    }
  }
  return row[size];
}

const char *cli_nearest(const char *name, size_t size, const char *(*name_at)(const void *names, size_t index),
                        const void *names, size_t count) {
  const char *nearest = NULL;
  unsigned best = 4;
  for (size_t i = 0; i < count; i++) {
    const char *candidate = name_at(names, i);
    unsigned edits = distance(name, size, candidate);
    /* what shares no letter is no slip of the fingers */
    if (edits >= best || edits >= size || edits >= strlen(candidate)) continue;
    best = edits;
    nearest = candidate;
  }
  return nearest;
}

static const char *option_name(const void *names, size_t index) { return ((const cli_option *)names)[index].name; }

static int complain_unknown(const char *argument, const cli_option *options, size_t count) {
  int size = (int)strcspn(argument, "=");
  const char *nearest = cli_nearest(argument, (size_t)size, option_name, options, count);
  if (nearest != NULL)
    return cli_complain("unknown option %.*s: did you mean %s? (cynamo help %s lists them)", size, argument, nearest,
                        cli_command_name);
  return cli_complain("unknown option %.*s: cynamo help %s lists them", size, argument, cli_command_name);
}

static int take_number(const cli_option *option, const char *text) {
  char *end = NULL;
  errno = 0;
  long long value = strtoll(text, &end, 10);
  if (errno != 0 || end == text || *end != '\0') return cli_complain("%s needs a number, not '%s'", option->name, text);
  *(cyn_opt_int *)option->into = cyn_int(value);
  return CLI_OK;
}

static int take_switch(const cli_option *option, const char *text) {
  bool on = text == NULL || strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
  if (!on && strcmp(text, "false") != 0 && strcmp(text, "0") != 0)
    return cli_complain("%s is true or false, not '%s'", option->name, text);
  *(bool *)option->into = on;
  return CLI_OK;
}

static int take_one_more(const cli_option *option, const char *text) {
  cli_list *list = option->into;
  if (list->count == CLI_LIST_MAX) return cli_complain("%s is given more than %d times", option->name, CLI_LIST_MAX);
  list->at[list->count++] = text;
  return CLI_OK;
}

static int take(const cli_option *option, const char *text) {
  switch (option->kind) {
    case CLI_FLAG: *(bool *)option->into = true; return CLI_OK;
    case CLI_TEXT: *(const char **)option->into = text; return CLI_OK;
    case CLI_NUMBER: return take_number(option, text);
    case CLI_SWITCH: return take_switch(option, text);
    case CLI_LIST: return take_one_more(option, text);
    case CLI_IGNORED:
    case CLI_IGNORED_TEXT: return CLI_OK;
  }
  return CLI_OK;
}

bool cli_takes_text(cli_kind kind) {
  return kind == CLI_TEXT || kind == CLI_NUMBER || kind == CLI_IGNORED_TEXT || kind == CLI_LIST;
}

static const cli_option *find(const char *argument, const cli_option *options, size_t count) {
  size_t size = strcspn(argument, "=");
  for (size_t i = 0; i < count; i++)
    if (strlen(options[i].name) == size && memcmp(options[i].name, argument, size) == 0) return &options[i];
  return NULL;
}

/* A dash alone is standard input, and no option begins with a digit: a key may be -5. */
static bool is_option(const char *argument) {
  return argument[0] == '-' && argument[1] != '\0' && strchr("0123456789.", argument[1]) == NULL;
}

int cli_parse(int argc, char **argv, const cli_option *options, size_t option_count, const char **positional,
              size_t positional_max, size_t *positional_count) {
  *positional_count = 0;
  bool options_over = false, is_java = find("-jar", options, option_count) != NULL;
  for (int i = 0; i < argc; i++) {
    const char *argument = argv[i];
    if (!options_over && strcmp(argument, "--") == 0) {
      options_over = true;
      continue;
    }
    if (options_over || !is_option(argument)) {
      if (*positional_count == positional_max) return cli_complain("'%s' is one argument too many", argument);
      positional[(*positional_count)++] = argument;
      continue;
    }
    if (is_java && argument[1] == 'D') continue; /* a setting of the Java machine */
    const cli_option *option = find(argument, options, option_count);
    if (option == NULL) return complain_unknown(argument, options, option_count);
    const char *equals = strchr(argument, '=');
    const char *text = equals != NULL ? equals + 1 : NULL;
    if (cli_takes_text(option->kind) && text == NULL) {
      if (i + 1 == argc) return cli_complain("%s needs a value", option->name);
      text = argv[++i];
    }
    if (text != NULL && (option->kind == CLI_FLAG || option->kind == CLI_IGNORED) && strcmp(text, "true") != 0)
      return cli_complain("%s takes no value", option->name);
    int status = take(option, text);
    if (status != CLI_OK) return status;
  }
  return CLI_OK;
}

void cli_print_options(FILE *to, const cli_option *options, size_t option_count) {
  for (size_t i = 0; i < option_count; i++) {
    if (options[i].help == NULL) continue;
    char left[80];
    (void)snprintf(left, sizeof left, "%s%s%s", options[i].name, options[i].value_name != NULL ? " " : "",
                   options[i].value_name != NULL ? options[i].value_name : "");
    fprintf(to, "  %-30s %s\n", left, options[i].help);
  }
}
