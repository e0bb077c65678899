/* The program `cynamo`: one row per command, one table of options per command. It knows the public headers only. */
#ifndef CYN_CLI_CLI_H
#define CYN_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Exit statuses: 0 well, 1 failed, 2 used wrongly or cannot start (one line on standard error says what and the remedy). */
#define CLI_OK 0
#define CLI_FAILED 1
#define CLI_USAGE 2

typedef struct cli_command {
  const char *name;
  const char *arguments; /* for help */
  const char *summary;
  int (*run)(int argc, char **argv); /* what stands behind the name */
} cli_command;

extern const cli_command cli_commands[];
extern const size_t cli_command_count;

int cli_serve(int argc, char **argv);
int cli_ping(int argc, char **argv);
int cli_version(int argc, char **argv);
int cli_help(int argc, char **argv);
void cli_serve_help(FILE *to);
void cli_ping_help(FILE *to);

/* ---- options ---- */

typedef enum cli_kind {
  CLI_FLAG,    /* bool *: set to true */
  CLI_TEXT,    /* const char **: the next argument, or what follows '=' */
  CLI_NUMBER,  /* cyn_opt_int * */
  CLI_IGNORED, /* a flag that means nothing here */
  CLI_IGNORED_TEXT,
  CLI_SWITCH   /* a flag that may be given a value: --name, --name=true, --name=false */
} cli_kind;

typedef struct cli_option {
  const char *name;       /* with its dashes, as typed: "--port", "-port" */
  cli_kind kind;
  void *into;
  const char *value_name; /* for help; NULL: not shown */
  const char *help;
} cli_option;

/* Parses; what is no option goes to `positional` (at most `positional_max`). Returns CLI_OK, or CLI_USAGE after one line on
 * standard error. Names are also found with '=' behind them. */
int cli_parse(int argc, char **argv, const cli_option *options, size_t option_count, const char **positional,
              size_t positional_max, size_t *positional_count);

/* A table of options for help: those with a help text, in the table's order. */
void cli_print_options(FILE *to, const cli_option *options, size_t option_count);

/* One line on standard error; returns CLI_USAGE. */
int cli_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
