/* cynamo count TABLE [KEY [SORT]]: a Query with a key, else a Scan. */
#include <stdlib.h>

#include "cli/pages.h"
#include "cli/progress.h"

static long long number_of(const cli_json *answer) {
  const cli_json *count = cli_json_get(answer, "Count");
  return count != NULL && count->kind == CLI_JSON_NUMBER ? strtoll(count->text.data, NULL, 10) : 0;
}

int cli_count(cli_run *run) {
  cli_pages pages;
  long long sum = 0;
  int status = cli_pages_init(&pages, run, run->argument_count > 1, "COUNT");
  cli_mark mark = cli_memory_mark(run->memory);
  while (status == CLI_OK && !pages.is_over) {
    cli_json *answer = NULL;
    status = cli_is_interrupted() ? CLI_INTERRUPTED : cli_pages_next(&pages, 0, &answer);
    sum += number_of(answer);
    cli_memory_release(run->memory, mark);
  }
  cli_pages_clean_up(&pages);
  if (status == CLI_OK) printf("%lld\n", sum);
  return status;
}
