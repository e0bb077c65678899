/* See state.h. */
#include "cli/state.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/progress.h"

#define SAVE_MS 500
#define FIRST_SAVE_MS 50 /* soon, but not for what is done at once */

static uint64_t number(const cli_json *object, const char *name) {
  const cli_json *found = cli_json_get(object, name);
  return found != NULL && found->kind == CLI_JSON_NUMBER ? strtoull(found->text.data, NULL, 10) : 0;
}

static bool says(const cli_json *object, const char *name, const char *text) {
  cyn_bytes found = cli_json_text(object, name);
  return found.size == strlen(text) && memcmp(found.data, text, found.size) == 0;
}

static int load(cli_state *state, const char *format) {
  cyn_bytes text = {NULL, 0};
  const char *fault = NULL;
  FILE *file = fopen(state->path, "rb");
  if (file == NULL && errno == ENOENT) return CLI_OK;
  if (file == NULL) return cli_complain("%s cannot be read: %m", state->path);
  bool is_read = cli_read_stream(state->kept, file, &text);
  (void)fclose(file);
  if (!is_read) return cli_complain("%s cannot be read", state->path);
  cli_json *found = cli_json_read(state->kept, text, NULL, &fault);
  if (found == NULL || !says(found, "command", state->run->command->name) || !says(found, "table", state->run->arguments[0]) ||
      !says(found, "format", format))
    return cli_complain("%s is of other work: remove it, or name another with --state, or begin anew with --restart", state->path);
  state->found = found;
  state->offset = number(found, "offset");
  state->items = number(found, "items");
  if (!state->run->given.quiet) fprintf(stderr, "going on behind item %" PRIu64 " (--restart begins anew)\n", state->items);
  return CLI_OK;
}

int cli_state_begin(cli_state *state, cli_run *run, const char *file, const char *format) {
  memset(state, 0, sizeof *state);
  state->run = run;
  state->kept = cli_memory_new();
  state->saved_ms = cli_now_ms() - SAVE_MS + FIRST_SAVE_MS;
  if (strcmp(file, "-") == 0) {
    if (run->given.state == NULL) return CLI_OK;
    return cli_complain("--state needs a file to go on with, not standard input or output");
  }
  state->path = run->given.state != NULL ? run->given.state : cli_format(run->memory, "%s.state", file);
  return run->given.restart ? CLI_OK : load(state, format);
}

bool cli_state_is_due(const cli_state *state) { return state->path != NULL && cli_now_ms() - state->saved_ms >= SAVE_MS; }

int cli_state_save(cli_state *state, const char *format, const char *more) {
  state->saved_ms = cli_now_ms();
  cli_memory *memory = cli_memory_new();
  cli_json *object = cli_json_object(memory);
  (void)cli_json_add(object, "command", cli_json_string(memory, cyn_str(state->run->command->name)));
  (void)cli_json_add(object, "table", cli_json_string(memory, cyn_str(state->run->arguments[0])));
  (void)cli_json_add(object, "format", cli_json_string(memory, cyn_str(format)));
  (void)cli_json_add(object, "offset", cli_json_number(memory, cyn_str(cli_format(memory, "%" PRIu64, state->offset))));
  (void)cli_json_add(object, "items", cli_json_number(memory, cyn_str(cli_format(memory, "%" PRIu64, state->items))));
  cli_text text = {memory, NULL, 0, 0};
  cli_json_write(&text, object, 0);
  const char *fresh = cli_format(memory, "%s.new", state->path);
  FILE *file = fopen(fresh, "wb");
  bool is_written = file != NULL && fprintf(file, "%.*s%s%s}\n", (int)text.size - 1, text.data, more != NULL ? ", " : "",
                                            more != NULL ? more : "") > 0;
  if (file != NULL) is_written = fflush(file) == 0 && fsync(fileno(file)) == 0 && fclose(file) == 0 && is_written;
  is_written = is_written && rename(fresh, state->path) == 0;
  cli_memory_destroy(memory);
  if (is_written) return CLI_OK;
  (void)cli_complain("%s cannot be written: %m", state->path);
  return CLI_FAILED;
}

void cli_state_end(cli_state *state) {
  if (state->path != NULL) (void)unlink(state->path);
}

void cli_state_clean_up(cli_state *state) {
  cli_memory_destroy(state->kept);
  state->kept = NULL;
}
