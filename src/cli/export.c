/* cynamo export TABLE FILE: a Scan, page by page. The state names the page that comes next and the length that the file had
 * when it was asked for; what stands behind that length is of a page that will be written again. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/pages.h"
#include "cli/progress.h"
#include "cli/records.h"
#include "cli/state.h"

typedef struct export {
  cli_run *run;
  cli_pages pages;
  cli_records records;
  cli_state state;
  cli_progress progress;
  uint64_t looked_at, total, dropped;
  bool is_new;
} export;

static uint64_t number(const cli_json *object, const char *name) {
  const cli_json *found = cli_json_get(object, name);
  return found != NULL && found->kind == CLI_JSON_NUMBER ? strtoull(found->text.data, NULL, 10) : 0;
}

/* ---- the columns of CSV: given, or found by a first scan ---- */

static void add_column(export *ex, cli_json *columns, cyn_bytes name) {
  for (const cli_json *column = columns->first; column != NULL; column = column->next)
    if (column->text.size == name.size && memcmp(column->text.data, name.data, name.size) == 0) return;
  (void)cli_json_push(columns, cli_json_string(ex->state.kept, (cyn_bytes){cli_copy(ex->state.kept, name.data, name.size), name.size}));
}

static int find_columns(export *ex, cli_json *columns) {
  int status = CLI_OK;
  cli_mark mark = cli_memory_mark(ex->run->memory);
  for (size_t i = 0; i < ex->pages.keys.count; i++) add_column(ex, columns, ex->pages.keys.keys[i].name);
  while (status == CLI_OK && !ex->pages.is_over && !cli_is_interrupted()) {
    cli_json *answer = NULL;
    status = cli_pages_next(&ex->pages, 0, &answer);
    const cli_json *items = cli_json_get(answer, "Items");
    for (const cli_json *item = items != NULL ? items->first : NULL; item != NULL; item = item->next)
      for (const cli_json *member = item->first; member != NULL; member = member->next) add_column(ex, columns, member->name);
    ex->looked_at += number(answer, "ScannedCount");
    cli_progress_paint(&ex->progress, 0, ex->looked_at, ex->total);
    cli_memory_release(ex->run->memory, mark);
  }
  ex->looked_at = 0;
  ex->pages.is_over = false;
  cli_pages_start_at(&ex->pages, (cyn_bytes){NULL, 0});
  return status;
}

static int choose_columns(export *ex) {
  const char *given = ex->run->given.columns;
  if (ex->records.kind != CLI_FORMAT_CSV) return given == NULL ? CLI_OK : cli_complain("--columns is for --format csv");
  cli_json *before = cli_json_get(ex->state.found, "columns");
  ex->records.columns = before != NULL ? before : cli_json_array(ex->state.kept);
  if (before != NULL) return CLI_OK;
  for (const char *at = given; at != NULL && *at != '\0';) {
    size_t size = strcspn(at, ",");
    add_column(ex, ex->records.columns, (cyn_bytes){at, size});
    at += size + (at[size] == ',');
  }
  return given != NULL ? CLI_OK : find_columns(ex, ex->records.columns);
}

/* ---- the file ---- */

static int cannot_write(const export *ex) {
  (void)cli_complain("%s cannot be written: %m", ex->run->arguments[1]);
  return CLI_FAILED;
}

static int open_file(export *ex) {
  const char *path = ex->run->arguments[1];
  bool goes_on = ex->state.found != NULL;
  if (strcmp(path, "-") == 0) {
    ex->records.file = stdout;
    return CLI_OK;
  }
  ex->records.file = fopen(path, goes_on ? "r+b" : ex->run->given.restart ? "wb" : "wbx");
  if (ex->records.file == NULL && errno == EEXIST)
    return cli_complain("%s is there already: --restart writes it anew", path);
  if (ex->records.file == NULL && goes_on) return cli_complain("%s cannot be continued: %m (--restart writes it anew)", path);
  if (ex->records.file == NULL) return cannot_write(ex);
  ex->is_new = !goes_on;
  if (!goes_on) return CLI_OK;
  off_t offset = (off_t)ex->state.offset;
  if (fseeko(ex->records.file, 0, SEEK_END) != 0 || ftello(ex->records.file) < offset)
    return cli_complain("%s is shorter than it was: --restart writes it anew", path);
  if (ftruncate(fileno(ex->records.file), offset) != 0 || fseeko(ex->records.file, offset, SEEK_SET) != 0) return cannot_write(ex);
  return CLI_OK;
}

static int put(export *ex, const cli_text *text) {
  if (text->size != 0 && fwrite(text->data, 1, text->size, ex->records.file) != text->size) return cannot_write(ex);
  ex->state.offset += text->size;
  return CLI_OK;
}

/* The state is written only for what the file holds for sure. */
static int save(export *ex, bool now) {
  cli_run *run = ex->run;
  cli_text more = CLI_TEXT_INIT(run);
  if (ex->state.path == NULL || (!now && !cli_state_is_due(&ex->state))) return CLI_OK;
  if (fflush(ex->records.file) != 0 || fsync(fileno(ex->records.file)) != 0) return cannot_write(ex);
  cli_text_printf(&more, "\"looked_at\": %" PRIu64 ", \"start\": %s", ex->looked_at,
                  ex->pages.start.data != NULL ? ex->pages.start.data : "null");
  if (ex->records.columns != NULL) {
    cli_text_puts(&more, ", \"columns\": ");
    cli_json_write(&more, ex->records.columns, 0);
  }
  return cli_state_save(&ex->state, cli_format_name(ex->records.kind), more.data);
}

static void go_on(export *ex) {
  const cli_json *start = cli_json_get(ex->state.found, "start");
  cli_text text = CLI_TEXT_INIT(ex->run);
  ex->looked_at = number(ex->state.found, "looked_at");
  if (start == NULL || start->kind != CLI_JSON_OBJECT) return;
  cli_json_write(&text, start, 0);
  cli_pages_start_at(&ex->pages, (cyn_bytes){text.data, text.size});
}

/* ---- the loop ---- */

static int write_page(export *ex) {
  cli_json *answer = NULL;
  cli_text text = CLI_TEXT_INIT(ex->run);
  int status = cli_pages_next(&ex->pages, 0, &answer);
  if (status != CLI_OK) return status;
  const cli_json *items = cli_json_get(answer, "Items");
  for (const cli_json *item = items != NULL ? items->first : NULL; item != NULL; item = item->next) {
    ex->dropped += cli_record_write(&ex->records, item, &text);
    ex->state.items++;
  }
  ex->looked_at += number(answer, "ScannedCount");
  return put(ex, &text);
}

static int loop(export *ex) {
  cli_run *run = ex->run;
  cli_text header = CLI_TEXT_INIT(run);
  cli_mark mark = cli_memory_mark(run->memory);
  cli_progress_begin(&ex->progress, run, run->arguments[0], ex->state.items);
  int status = choose_columns(ex);
  cli_record_write_header(&ex->records, &header);
  if (status == CLI_OK && ex->state.found == NULL) status = put(ex, &header);
  if (status == CLI_OK) go_on(ex);
  while (status == CLI_OK && !ex->pages.is_over && !cli_is_interrupted()) {
    status = write_page(ex);
    if (status == CLI_OK && !ex->pages.is_over) status = save(ex, false);
    cli_progress_paint(&ex->progress, ex->state.items, ex->looked_at, ex->total);
    if (status == CLI_OK) cli_memory_release(run->memory, mark);
  }
  cli_progress_end(&ex->progress);
  bool is_stopped = status != CLI_OK || !ex->pages.is_over;
  if (is_stopped && ex->state.items != 0 && ex->state.path != NULL && save(ex, true) == CLI_OK)
    fprintf(stderr, "stopped: the same command goes on from there\n");
  return status == CLI_OK && is_stopped ? CLI_INTERRUPTED : status;
}

static int finish(export *ex, int status) {
  cli_run *run = ex->run;
  FILE *file = ex->records.file;
  bool is_file = file != NULL && file != stdout;
  if (file != NULL && (is_file ? fclose(file) : fflush(file)) != 0 && status == CLI_OK) status = cannot_write(ex);
  if (is_file && ex->is_new && status != CLI_OK && access(ex->state.path, F_OK) != 0) (void)unlink(run->arguments[1]);
  if (status != CLI_OK) return status;
  cli_state_end(&ex->state);
  if (run->given.quiet) return CLI_OK;
  fprintf(stderr, "%" PRIu64 " item%s exported from %s", ex->state.items, ex->state.items == 1 ? "" : "s", run->arguments[0]);
  if (ex->dropped != 0) fprintf(stderr, "; %" PRIu64 " attributes have no column", ex->dropped);
  fputc('\n', stderr);
  return CLI_OK;
}

int cli_export(cli_run *run) {
  export *ex = cli_alloc(run->memory, sizeof *ex);
  ex->run = ex->records.run = run;
  int status = cli_format_of(run, run->arguments[1], &ex->records.kind);
  if (status == CLI_OK) status = cli_pages_init(&ex->pages, run, false, NULL);
  ex->total = number(ex->pages.table.table, "ItemCount");
  if (status == CLI_OK) status = cli_state_begin(&ex->state, run, run->arguments[1], cli_format_name(ex->records.kind));
  if (status == CLI_OK) status = open_file(ex);
  if (status == CLI_OK) {
    cli_interrupts_begin();
    status = loop(ex);
    cli_interrupts_end();
  }
  status = finish(ex, status);
  cli_pages_clean_up(&ex->pages);
  cli_state_clean_up(&ex->state);
  return status;
}
