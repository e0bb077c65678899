/* cynamo upgrade: brings a file to the format of this Cynamo. */
#include <stdio.h>

#include "cli/care.h"

int cli_upgrade(int argc, char **argv) {
  const char *argument = NULL;
  char url[CLI_CARE_URL_BYTES];
  size_t count = 0;
  bool done;
  static const cli_option none[1];
  int status = cli_care_parse("upgrade", argc, argv, none, 0, &argument, 1, &count, &done);
  if (status != CLI_OK || done) return status;
  status = cli_care_url(argument, url);
  if (status != CLI_OK) return status;
  int64_t from = 0, to = 0;
  cyn_error error = CYN_ERROR_INIT;
  if (cyn_store_upgrade(url, &from, &to, &error) != CYN_OK) return cli_care_fail(&error);
  if (from == to) printf("%s has format version %lld, the newest: nothing to do\n", url, (long long)to);
  else printf("%s: format version %lld is now %lld\n", url, (long long)from, (long long)to);
  return CLI_OK;
}
