/* cynamo: finds the command and hands over. Started with options only, it is `serve`: so it stands where DynamoDB Local
 * or dynalite stood in a script. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

const cli_command cli_commands[] = {
    {"serve", "[URL] [options]", "start the server", cli_serve},
    {"ping", "[URL]", "ask a server for its health", cli_ping},
    {"version", "", "print the version", cli_version},
    {"help", "[COMMAND]", "print this, or the help of a command", cli_help},
};
const size_t cli_command_count = sizeof cli_commands / sizeof cli_commands[0];

static const cli_command *find_command(const char *name) {
  for (size_t i = 0; i < cli_command_count; i++)
    if (strcmp(cli_commands[i].name, name) == 0) return &cli_commands[i];
  return NULL;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    (void)cli_help(0, NULL);
    return CLI_USAGE;
  }
  if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) return cli_help(0, NULL);
  if (argc == 2 && (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-v") == 0)) return cli_version(0, NULL);
  const cli_command *command = find_command(argv[1]);
  if (command != NULL) return command->run(argc - 2, argv + 2);
  if (argv[1][0] == '-') return cli_serve(argc - 1, argv + 1);
  return cli_complain("no command '%s': cynamo help lists them", argv[1]);
}
