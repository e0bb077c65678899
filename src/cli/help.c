/* cynamo help, cynamo version; finding a command. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/run.h"

int cli_version(int argc, char **argv) {
  (void)argc;
  (void)argv;
  printf("cynamo %s\n", CYN_RELEASE);
  return CLI_OK;
}

const cli_command *cli_find_command(const char *name) {
  for (size_t i = 0; i < cli_command_count; i++)
    if (strcmp(cli_commands[i].name, name) == 0) return &cli_commands[i];
  return NULL;
}

static const char *command_name(const void *names, size_t index) { return ((const cli_command *)names)[index].name; }

int cli_no_command(const char *name) {
  const char *nearest = cli_nearest(name, strlen(name), command_name, cli_commands, cli_command_count);
  if (nearest != NULL) return cli_complain("no command '%s': did you mean %s? (cynamo help lists them)", name, nearest);
  return cli_complain("no command '%s': cynamo help lists them", name);
}

void cli_command_help(FILE *to, const cli_command *command) {
  cli_given unused;
  cli_option options[80];
  fprintf(to, "cynamo %s%s%s%s\n\n%s.\n", command->name, command->arguments[0] != '\0' ? " " : "", command->arguments,
          command->work != NULL ? " [options]" : "", command->summary);
  if (command->details != NULL) fputs(command->details, to);
  if (command->work == NULL) return;
  fputc('\n', to);
  cli_print_options(to, options, cli_session_options(command, &unused, options, sizeof options / sizeof options[0]));
}

static int help_of(const char *name) {
  const cli_command *command = cli_find_command(name);
  if (command == NULL) return cli_no_command(name);
  if (command->run == cli_serve || strcmp(name, "serve") == 0) cli_serve_help(stdout);
  else if (strcmp(name, "ping") == 0) cli_ping_help(stdout);
  else cli_command_help(stdout, command);
  return CLI_OK;
}

int cli_help(int argc, char **argv) {
  if (argc > 0) return help_of(argv[0]);
  printf("Cynamo %s: DynamoDB on your machine. Not affiliated with Amazon.\n\n", CYN_RELEASE);
  for (size_t i = 0; i < cli_command_count; i++) {
    char left[96];
    if (strcmp(cli_commands[i].name, "complete") == 0) continue;
    (void)snprintf(left, sizeof left, "cynamo %s %s", cli_commands[i].name, cli_commands[i].arguments);
    printf("  %-50s %s\n", left, cli_commands[i].summary);
  }
  printf("\nThe database is --url URL, else CYNAMO_URL, else " CLI_STANDARD_URL ": memory:, file:PATH, http://HOST:PORT,\n"
         "aws:REGION. cynamo help COMMAND says more.\n"
         "The options of DynamoDB Local (-port, -inMemory, …) and of dynalite work too, without a command.\n");
  return CLI_OK;
}
