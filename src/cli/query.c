/* cynamo query TABLE KEY [SORT]. */
#include "cli/pages.h"

int cli_query(cli_run *run) {
  cli_pages pages;
  int status = cli_pages_init(&pages, run, true, NULL);
  if (status == CLI_OK) status = cli_pages_print(&pages);
  cli_pages_clean_up(&pages);
  return status;
}
