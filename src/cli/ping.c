/* cynamo ping: the health check of a container. Silent when all is well, so it does not fill a log. */
#include <stdio.h>
#include <string.h>

#include <cynamo/server.h>

#include "cli/cli.h"

#define STANDARD_URL "http://127.0.0.1:8000"

typedef struct ping_options {
  cyn_opt_int timeout_ms;
  bool help;
} ping_options;

#define PING_OPTIONS(into)                                                                             \
  {"--timeout-ms", CLI_NUMBER, &(into)->timeout_ms, "N", "give up after so many milliseconds (2000)"}, \
      {"--help", CLI_FLAG, &(into)->help, NULL, "print this"}, {                                       \
    "-h", CLI_FLAG, &(into)->help, NULL, NULL                                                          \
  }

void cli_ping_help(FILE *to) {
  ping_options unused;
  const cli_option options[] = {PING_OPTIONS(&unused)};
  fprintf(to,
          "cynamo ping [URL]\n\nExits with 0 when the server at URL (%s) is healthy, else with 1 and the reason.\n\n",
          STANDARD_URL);
  cli_print_options(to, options, sizeof options / sizeof options[0]);
}

int cli_ping(int argc, char **argv) {
  ping_options given;
  memset(&given, 0, sizeof given);
  const cli_option options[] = {PING_OPTIONS(&given)};
  const char *url = STANDARD_URL;
  size_t count = 0;
  int status = cli_parse(argc, argv, options, sizeof options / sizeof options[0], &url, 1, &count);
  if (status != CLI_OK) return status;
  if (given.help) {
    cli_ping_help(stdout);
    return CLI_OK;
  }
  cyn_error error = CYN_ERROR_INIT;
  int timeout_ms = given.timeout_ms.is_set ? (int)given.timeout_ms.value : 2000;
  if (cyn_server_ping(url, timeout_ms, &error) == CYN_OK) return CLI_OK;
  bool is_usage = strcmp(error.name, "CynamoUsageError") == 0;
  (void)cli_complain("%s", error.message);
  cyn_error_clean_up(&error);
  return is_usage ? CLI_USAGE : CLI_FAILED;
}
