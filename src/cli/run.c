/* See run.h: options and arguments of a command over a database, its input, its questions. */
#include "cli/run.h"

#include <stdlib.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int check_given(cli_run *run) {
  const cli_command *command = run->command;
  const char *output = run->given.output;
  if (output != NULL && strcmp(output, "json") != 0 && strcmp(output, "table") != 0)
    return cli_complain("--output is json or table, not '%s'", output);
  if (run->given.limit.is_set && run->given.limit.value < 1) return cli_complain("--limit is a number from 1");
  if (run->given.page_size.is_set && run->given.page_size.value < 1) return cli_complain("--page-size is a number from 1");
  if (run->argument_count > command->arguments_max && command->arguments_max < CLI_ARGUMENTS_MAX)
    return cli_complain("'%s' is one argument too many: cynamo %s %s", run->arguments[command->arguments_max], command->name,
                        command->arguments);
  if (run->argument_count < command->arguments_min)
    return cli_complain("something is missing: cynamo %s %s", command->name, command->arguments);
  return CLI_OK;
}

/* In the shell, options that name no URL are about the shell's. */
static int open_own(cli_run *run, cli_session *own, const cli_session *shell) {
  cli_given where = run->given;
  if (shell != NULL && where.url == NULL) {
    where.url = shell->url;
    if (where.region == NULL) where.region = shell->region;
    if (where.profile == NULL) where.profile = shell->profile;
    if (strcmp(where.url, "memory:") == 0) return cli_complain("the shell's database is in its memory only, with one Region");
  }
  own->is_shell = shell != NULL && shell->is_shell;
  if (run->command->work != cli_settings && !run->given.all_regions) return cli_session_open(own, &where);
  cli_session_name(own, &where); /* opens nothing, or one after the other */
  return CLI_OK;
}

static int work(cli_run *run, cli_session *session) {
  cli_session own = {0};
  bool opens = session == NULL || run->given.url != NULL || run->given.region != NULL || run->given.profile != NULL;
  run->session = opens ? &own : session;
  int status = opens ? open_own(run, &own, session) : CLI_OK;
  if (status == CLI_OK) status = run->command->work(run);
  if (opens) cli_session_close(&own);
  if (fflush(stdout) == 0 || status != CLI_OK) return status;
  (void)cli_complain("the output cannot be written: %m");
  return CLI_FAILED;
}

int cli_run_command(const cli_command *command, int argc, char **argv, cli_session *session) {
  cli_memory *memory = cli_memory_new();
  cli_run *run = cli_alloc(memory, sizeof *run);
  cli_option options[80];
  run->command = command;
  run->memory = memory;
  cli_command_name = command->name;
  size_t count = cli_session_options(command, &run->given, options, COUNT(options));
  int status = cli_parse(argc, argv, options, count, run->arguments, CLI_ARGUMENTS_MAX, &run->argument_count);
  if (status == CLI_OK && run->given.help) cli_command_help(stdout, command);
  else if (status == CLI_OK) {
    status = check_given(run);
    if (status == CLI_OK) status = work(run, session);
  }
  cli_memory_destroy(memory);
  return status;
}

/* ---- questions ---- */

int cli_confirm(cli_run *run, const char *what) {
  if (run->given.yes) return CLI_OK;
  if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) return cli_complain("%s? Say --yes", what);
  char answer[16] = "";
  fprintf(stderr, "%s? [y/N] ", what);
  (void)fflush(stderr);
  if (fgets(answer, sizeof answer, stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y')) return CLI_OK;
  return cli_complain("nothing was done");
}

int cli_confirm_write(cli_run *run, const char *what) {
  if (!run->session->is_aws) return CLI_OK;
  return cli_confirm(run, cli_format(run->memory, "%s, in AWS (%s)", what, run->session->url));
}

/* ---- input ---- */

bool cli_read_stream(cli_memory *memory, FILE *from, cyn_bytes *out) {
  cli_text text = {memory, NULL, 0, 0};
  char part[16384];
  size_t size;
  while ((size = fread(part, 1, sizeof part, from)) != 0) cli_text_put(&text, part, size);
  *out = (cyn_bytes){text.data != NULL ? text.data : "", text.size};
  return ferror(from) == 0;
}

int cli_read_argument(cli_run *run, const char *argument, cyn_bytes *text, const char **name) {
  *name = "the argument";
  *text = cyn_str(argument);
  if (strcmp(argument, "-") != 0 && argument[0] != '@') return CLI_OK;
  bool is_file = argument[0] == '@';
  *name = is_file ? argument + 1 : "standard input";
  FILE *from = is_file ? fopen(argument + 1, "rb") : stdin;
  if (from == NULL) return cli_complain("%s cannot be read: %m", *name);
  bool is_read = cli_read_stream(run->memory, from, text);
  if (is_file) (void)fclose(from);
  return is_read ? CLI_OK : cli_complain("%s cannot be read", *name);
}

int cli_read_json(cli_run *run, const char *argument, cli_json **out) {
  cyn_bytes text = {NULL, 0};
  const char *name = NULL, *fault = NULL;
  int status = cli_read_argument(run, argument, &text, &name);
  if (status != CLI_OK) return status;
  *out = cli_json_read(run->memory, text, NULL, &fault);
  return *out != NULL ? CLI_OK : cli_complain("%s is no JSON: %s", name, fault);
}
