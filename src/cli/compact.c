/* cynamo compact: gives the room of deleted items back to the disk. */
#include <stdio.h>

#include "cli/care.h"

int cli_compact(int argc, char **argv) {
  bool quiet = false, done;
  const cli_option options[] = {{"--quiet", CLI_FLAG, &quiet, NULL, "no remarks"}};
  const char *argument = NULL;
  char url[CLI_CARE_URL_BYTES], number[32];
  size_t count = 0;
  int status = cli_care_parse("compact", argc, argv, options, 1, &argument, 1, &count, &done);
  if (status != CLI_OK || done) return status;
  status = cli_care_url(argument, url);
  if (status != CLI_OK) return status;
  uint64_t saved = 0;
  cyn_error error = CYN_ERROR_INIT;
  if (cyn_store_compact(url, &saved, &error) != CYN_OK) return cli_care_fail(&error);
  if (!quiet) printf("%s: the file is %s bytes smaller\n", url, cli_care_number(saved, number));
  return CLI_OK;
}
