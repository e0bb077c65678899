/* The program `cynamo`: one row per command (commands.c), one table of options for all commands over a database
 * (session_options.c). It knows the public headers only. */
#ifndef CYN_CLI_CLI_H
#define CYN_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Exit statuses; one line on standard error says what and the remedy. docs/command-line.md has the same table. */
#define CLI_OK 0
#define CLI_FAILED 1     /* the API answered an error; there is no such item; some items were refused */
#define CLI_USAGE 2      /* used wrongly, cannot start, not confirmed */
#define CLI_CONNECTION 3 /* nobody answers, the database cannot be opened */
#define CLI_CONDITION 4  /* a condition was not met */
#define CLI_INTERRUPTED 130

struct cli_run;

typedef struct cli_command {
  const char *name;
  const char *arguments; /* for help; the first word says what completion offers */
  const char *summary;
  int (*run)(int argc, char **argv); /* what stands behind the name; NULL: a command over a database */
  int (*work)(struct cli_run *run);  /* that one, with its options read and its database open */
  const char *options;               /* names from the table in session_options.c, besides those that all have */
  size_t arguments_min, arguments_max;
  const char *details; /* more help, behind the summary */
} cli_command;

extern const cli_command cli_commands[];
extern const size_t cli_command_count;
const cli_command *cli_find_command(const char *name);
/* Complains, naming the nearest command. */
int cli_no_command(const char *name);

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
  CLI_SWITCH, /* a flag that may be given a value: --name, --name=true, --name=false */
  CLI_LIST    /* cli_list *: a text that may be given more than once */
} cli_kind;

#define CLI_LIST_MAX 64
typedef struct cli_list {
  const char *at[CLI_LIST_MAX];
  size_t count;
} cli_list;

typedef struct cli_option {
  const char *name; /* with its dashes, as typed: "--port", "-port" */
  cli_kind kind;
  void *into;
  const char *value_name; /* for help; NULL: not shown */
  const char *help;
} cli_option;

/* The command that complaints about options name; "serve" until it is set. */
extern const char *cli_command_name;

/* True when an argument follows such an option. */
bool cli_takes_text(cli_kind kind);

/* The nearest of the names, at most 3 edits away; NULL when all are further. `size` bytes of `name` count. */
const char *cli_nearest(const char *name, size_t size, const char *(*name_at)(const void *names, size_t index),
                        const void *names, size_t count);

/* Parses; what is no option goes to `positional` (at most `positional_max`). Returns CLI_OK, or CLI_USAGE after one
 * line on standard error. Names are also found with '=' behind them. */
int cli_parse(int argc, char **argv, const cli_option *options, size_t option_count, const char **positional,
              size_t positional_max, size_t *positional_count);

/* A table of options for help: those with a help text, in the table's order. */
void cli_print_options(FILE *to, const cli_option *options, size_t option_count);

/* One line on standard error; returns CLI_USAGE. */
int cli_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
