/* cynamo scan TABLE. */
#include "cli/pages.h"

int cli_scan(cli_run *run) {
  cli_pages pages;
  int status = cli_pages_init(&pages, run, false, NULL);
  if (status == CLI_OK) status = cli_pages_print(&pages);
  cli_pages_clean_up(&pages);
  return status;
}
