/* See control.h. */
#include "cli/control.h"

#include <time.h>

#include "cli/schema.h"

#define LOOKS_MAX 900

static bool is_active(const cli_json *object, const char *member) {
  cyn_bytes state = cli_json_text(object, member);
  return state.data == NULL || (state.size == 6 && memcmp(state.data, "ACTIVE", 6) == 0);
}

static bool all_active(const cli_json *table) {
  const cli_json *index = NULL;
  for (size_t i = 0; (index = cli_schema_index(table, i)) != NULL; i++)
    if (!is_active(index, "IndexStatus")) return false;
  return is_active(table, "TableStatus");
}

/* 20 ms at first, a second in the end. */
static void pause_before(unsigned look) {
  long ms = look < 10 ? 20L << (look < 6 ? look : 6) : 1000;
  struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
  (void)nanosleep(&pause, NULL);
}

int cli_wait_for_table(cli_run *run, const char *table, bool exists) {
  cli_text input = CLI_TEXT_INIT(run);
  cli_json *named = cli_json_object(run->memory);
  (void)cli_json_add(named, "TableName", cli_json_string(run->memory, cyn_str(table)));
  cli_json_write(&input, named, 0);
  for (unsigned look = 0; look < LOOKS_MAX; look++) {
    cyn_error error = CYN_ERROR_INIT;
    cyn_bytes answer = {NULL, 0};
    const char *fault = NULL;
    if (cli_try(run, "DescribeTable", (cyn_bytes){input.data, input.size}, &answer, &error) != CYN_OK) {
      bool is_gone = strcmp(error.name, "ResourceNotFoundException") == 0;
      if (!is_gone || exists) return cli_fail(run, &error);
      cyn_error_clean_up(&error);
      return CLI_OK;
    }
    if (exists && all_active(cli_json_get(cli_json_read(run->memory, answer, NULL, &fault), "Table"))) return CLI_OK;
    pause_before(look);
  }
  (void)cli_complain("%s is still not %s", table, exists ? "ACTIVE" : "gone");
  return CLI_FAILED;
}
