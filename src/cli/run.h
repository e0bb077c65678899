/* One run of a command over a database: its options and arguments, the open database, memory that goes when it ends. */
#ifndef CYN_CLI_RUN_H
#define CYN_CLI_RUN_H

#include <stdio.h>

#include <cynamo/db.h>
#include <cynamo/result.h>

#include "cli/cli.h"
#include "cli/json.h"
#include "cli/memory.h"

#define CLI_STANDARD_URL "http://127.0.0.1:8000"
#define CLI_ARGUMENTS_MAX 64

/* What the options of all these commands may set; a row each in session_options.c. */
typedef struct cli_given {
  const char *url, *region, *profile;             /* where */
  const char *output, *format, *state, *errors;   /* how */
  const char *index, *select, *start, *columns, *types;
  const char *begins_with, *from, *to, *after, *before;
  const char *ttl, *stream;
  cli_list where, set, add, remove, delete_from, global_indexes, local_indexes, tags;
  cyn_opt_int limit, page_size, read_units, write_units, rate, segments;
  bool dynamodb_json, yes, help, quiet;
  bool consistent, reverse, old, if_new, no_wait, all_regions, restart, strings, dry_run, status;
} cli_given;

/* The row of an option in session_options.c as the parser wants it, `into` this struct. Returns how many were put. */
size_t cli_session_options(const cli_command *command, cli_given *into, cli_option *out, size_t room);

/* An open database; the shell keeps one for all its commands. */
typedef struct cli_session {
  cyn_db *db;
  cyn_result *result;
  const char *url;
  const char *region, *profile;
  bool is_aws;   /* the service itself */
  bool is_shell;
  bool is_hurried; /* answers for completion: one short try, no words */
} cli_session;

typedef struct cli_run {
  const cli_command *command;
  cli_session *session;
  cli_memory *memory;
  cli_given given;
  const char *arguments[CLI_ARGUMENTS_MAX];
  size_t argument_count;
} cli_run;

/* Parses, opens the database (unless `session` has one) and runs. */
int cli_run_command(const cli_command *command, int argc, char **argv, cli_session *session);
void cli_command_help(FILE *to, const cli_command *command);

/* Which database the options, CYNAMO_URL and the standard name, in this order; opens nothing. */
void cli_session_name(cli_session *session, const cli_given *given);
/* Opens it. */
int cli_session_open(cli_session *session, const cli_given *given);
void cli_session_close(cli_session *session);

/* One API call; *output may be NULL. The answer lives in run->memory. Not CLI_OK: said on standard error already. */
int cli_send(cli_run *run, const char *operation, const cli_json *input, cli_json **output);
int cli_send_text(cli_run *run, const char *operation, cyn_bytes input, cli_json **output);
/* The same without a word: the error is the caller's, to clean up, when the status is not CYN_OK. */
cyn_status cli_try(cli_run *run, const char *operation, cyn_bytes input, cyn_bytes *output, cyn_error *error);
/* Says what the error is and what helps; cleans it up; the exit status that fits. */
int cli_fail(cli_run *run, cyn_error *error);
int cli_fail_session(const cli_session *session, cyn_error *error);

/* CLI_OK when the user wants it: --yes, or a "y" on the terminal. `what` completes "… ?". */
int cli_confirm(cli_run *run, const char *what);
/* The same, for a write that needs a word only when it reaches AWS. */
int cli_confirm_write(cli_run *run, const char *what);

/* JSON from an argument: the text itself, @FILE, or - for standard input. *name says which, for complaints. */
int cli_read_argument(cli_run *run, const char *argument, cyn_bytes *text, const char **name);
/* The same, parsed. */
int cli_read_json(cli_run *run, const char *argument, cli_json **out);
/* All of a stream. False on a read error. */
bool cli_read_stream(cli_memory *memory, FILE *from, cyn_bytes *out);

#define CLI_TEXT_INIT(run) {(run)->memory, NULL, 0, 0}

/* ---- one file per command ---- */

int cli_call(cli_run *run);
int cli_get(cli_run *run);
int cli_put(cli_run *run);
int cli_update(cli_run *run);
int cli_delete(cli_run *run);
int cli_query(cli_run *run);
int cli_scan(cli_run *run);
int cli_count(cli_run *run);
int cli_tables(cli_run *run);
int cli_describe(cli_run *run);
int cli_create_table(cli_run *run);
int cli_delete_table(cli_run *run);
int cli_import(cli_run *run);
int cli_export(cli_run *run);
int cli_migrate(cli_run *run);
int cli_settings(cli_run *run);
int cli_shell(cli_run *run);
int cli_completion(int argc, char **argv);
int cli_complete(int argc, char **argv);

#endif
