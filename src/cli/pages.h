/* A Query or Scan, page by page, as query, scan, count and export make them. */
#ifndef CYN_CLI_PAGES_H
#define CYN_CLI_PAGES_H

#include "cli/expression.h"
#include "cli/schema.h"

typedef struct cli_pages {
  cli_run *run;
  const char *operation;
  cli_schema table, keys;  /* keys: of the index that is read, else of the table */
  cyn_bytes input;         /* the request up to its closing brace */
  cli_memory *kept;        /* holds `start` */
  cyn_bytes start;         /* where the next page begins, as JSON; absent at the beginning and at the end */
  bool is_over, is_filtered;
} cli_pages;

/* Makes the request from the options; with `is_query` also from the keys among the arguments. `more` (a member such as
 * "Select": "COUNT", or NULL) is added to it. Clean up after any status. */
int cli_pages_init(cli_pages *pages, cli_run *run, bool is_query, const char *select);
void cli_pages_clean_up(cli_pages *pages);
/* The next answer, in run->memory, of at most `limit` items looked at when it is not 0. */
int cli_pages_next(cli_pages *pages, int64_t limit, cli_json **answer);
/* Sets where the next page begins; copies. */
void cli_pages_start_at(cli_pages *pages, cyn_bytes key_json);
/* Prints the items of all pages, as --limit says, and how to go on behind it. */
int cli_pages_print(cli_pages *pages);

#endif
