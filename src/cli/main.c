/* cynamo: finds the command and hands over. Started with options only, it is `serve`: so it stands where DynamoDB Local
 * or dynalite stood in a script. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/run.h"

int main(int argc, char **argv) {
  (void)signal(SIGXFSZ, SIG_IGN); /* a file that may not grow (ulimit -f) is an error of the write then */
  if (argc < 2) {
    (void)cli_help(0, NULL);
    return CLI_USAGE;
  }
  if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) return cli_help(0, NULL);
  if (argc == 2 && (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-v") == 0)) return cli_version(0, NULL);
  const cli_command *command = cli_find_command(argv[1]);
  if (command == NULL && argv[1][0] == '-') return cli_serve(argc - 1, argv + 1);
  if (command == NULL) return cli_no_command(argv[1]);
  cli_command_name = command->name;
  if (command->work != NULL) return cli_run_command(command, argc - 2, argv + 2, NULL);
  return command->run(argc - 2, argv + 2);
}
