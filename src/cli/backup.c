/* cynamo backup: a copy of a database that may be in use, checked before it is called one. */
#include <stdio.h>

#include "cli/care.h"

static void print_fault(void *user, const char *text) {
  (void)user;
  fprintf(stderr, "fault: %s\n", text);
}

static int check_copy(const char *folder, bool quiet) {
  char url[CLI_CARE_URL_BYTES], n[2][32];
  cyn_error error = CYN_ERROR_INIT;
  cyn_check_report report;
  cyn_check_options how = CYN_CHECK_OPTIONS_INIT;
  how.fault = print_fault;
  how.faults_max = cyn_int(10);
  int status = cli_care_url(folder, url);
  if (status != CLI_OK) return status;
  if (cyn_store_check(url, &how, &report, &error) != CYN_OK) return cli_care_fail(&error);
  if (report.faults != 0) {
    (void)cli_complain("the copy %s is damaged, as the database is (faults: %llu)", folder, (unsigned long long)report.faults);
    return CLI_FAILED;
  }
  if (!quiet)
    printf("%s is a sound copy: tables %s, items %s\n", folder, cli_care_number(report.tables, n[0]),
           cli_care_number(report.items, n[1]));
  return CLI_OK;
}

int cli_backup(int argc, char **argv) {
  bool no_check = false, quiet = false, done;
  const cli_option options[] = {{"--no-check", CLI_FLAG, &no_check, NULL, "do not look at the copy"},
                                {"--quiet", CLI_FLAG, &quiet, NULL, "no remarks"}};
  const char *arguments[2] = {NULL, NULL};
  char url[CLI_CARE_URL_BYTES];
  size_t count = 0;
  int status = cli_care_parse("backup", argc, argv, options, sizeof options / sizeof options[0], arguments, 2, &count, &done);
  if (status != CLI_OK || done) return status;
  if (count == 0) return cli_complain("into which folder? cynamo backup file:PATH FOLDER");
  status = cli_care_url(count == 2 ? arguments[0] : NULL, url);
  if (status != CLI_OK) return status;
  const char *folder = arguments[count - 1];
  cyn_error error = CYN_ERROR_INIT;
  if (cyn_store_backup(url, folder, &error) != CYN_OK) return cli_care_fail(&error);
  return no_check ? CLI_OK : check_copy(folder, quiet);
}
