/* cynamo help, cynamo version. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

int cli_version(int argc, char **argv) {
  (void)argc;
  (void)argv;
  printf("cynamo %s\n", CYN_RELEASE);
  return CLI_OK;
}

int cli_help(int argc, char **argv) {
  if (argc > 0 && strcmp(argv[0], "serve") == 0) {
    cli_serve_help(stdout);
    return CLI_OK;
  }
  if (argc > 0 && strcmp(argv[0], "ping") == 0) {
    cli_ping_help(stdout);
    return CLI_OK;
  }
  printf("Cynamo %s: DynamoDB on your machine. Not affiliated with Amazon.\n\n", CYN_RELEASE);
  for (size_t i = 0; i < cli_command_count; i++) {
    char left[64];
    (void)snprintf(left, sizeof left, "cynamo %s %s", cli_commands[i].name, cli_commands[i].arguments);
    printf("  %-34s %s\n", left, cli_commands[i].summary);
  }
  printf("\nThe options of DynamoDB Local (-port, -inMemory, …) and of dynalite work too, without a command.\n");
  return CLI_OK;
}
