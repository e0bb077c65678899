/* cynamo check: is the file sound? Faults go to standard output, one a line; the exit status says whether there are any. */
#include <stdio.h>

#include "cli/care.h"

typedef struct check_options {
  cyn_opt_int max;
  bool quiet;
} check_options;

static void print_fault(void *user, const char *text) {
  (void)user;
  printf("fault: %s\n", text);
}

static void print_remark(void *user, const char *text) {
  if (!((const check_options *)user)->quiet) printf("remark: %s\n", text);
}

static void print_sound(const char *url, const cyn_check_report *report) {
  char n[6][32];
  printf("%s is sound: tables %s, items %s (%s bytes), index entries %s, to expire %s; pages %s, of which free", url,
         cli_care_number(report->tables, n[0]), cli_care_number(report->items, n[1]), cli_care_number(report->item_bytes, n[2]),
         cli_care_number(report->index_entries, n[3]), cli_care_number(report->ttl_entries, n[4]),
         cli_care_number(report->pages, n[5]));
  printf(" %s\n", cli_care_number(report->free_pages, n[0]));
  if (report->is_live) printf("It is in use by %s: its last commit was looked at.\n", report->owner);
  if (report->mark_cleared)
    printf("It was being written with durability=unsafe when the machine went down; it may be opened again.\n");
}

int cli_check(int argc, char **argv) {
  check_options given = {{0, 0}, false};
  const cli_option options[] = {{"--max", CLI_NUMBER, &given.max, "N", "tell at most N faults (100)"},
                                {"--quiet", CLI_FLAG, &given.quiet, NULL, "only faults"}};
  const char *argument = NULL;
  char url[CLI_CARE_URL_BYTES];
  size_t count = 0;
  bool done;
  int status = cli_care_parse("check", argc, argv, options, sizeof options / sizeof options[0], &argument, 1, &count, &done);
  if (status != CLI_OK || done) return status;
  status = cli_care_url(argument, url);
  if (status != CLI_OK) return status;
  cyn_error error = CYN_ERROR_INIT;
  cyn_check_report report;
  cyn_check_options how = CYN_CHECK_OPTIONS_INIT;
  how.fault = print_fault;
  how.remark = print_remark;
  how.user = &given;
  how.faults_max = given.max;
  if (cyn_store_check(url, &how, &report, &error) != CYN_OK) return cli_care_fail(&error);
  if (report.faults == 0) {
    if (!given.quiet) print_sound(url, &report);
    return CLI_OK;
  }
  (void)fflush(stdout);
  (void)cli_complain("%s is damaged (faults: %llu). Restore a backup; `cynamo export` may still read single tables of it.", url,
                     (unsigned long long)report.faults);
  return CLI_FAILED;
}
