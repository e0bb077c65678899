/* cynamo import TABLE FILE: batches of 25; what is refused is named by its line. Putting the same item twice is the same as
 * once, so after an interruption a few are simply put again. */
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cli/progress.h"
#include "cli/records.h"
#include "cli/state.h"

#define BATCH_ITEMS 25
#define BATCH_BYTES (1u << 20)
#define CHECKED_BYTES 4096
#define SENDS_MAX 10 /* one after the other without progress */

typedef struct pending {
  cli_json *item;
  cyn_bytes raw;
  uint64_t offset, line; /* where its record begins */
} pending;

typedef struct import {
  cli_run *run;
  cli_records records;
  cli_state state;
  cli_progress progress;
  cli_schema schema;
  pending batch[BATCH_ITEMS];
  size_t batch_count, batch_bytes;
  uint64_t refused, file_bytes;
  FILE *errors;
} import;

/* ---- the state: how far, and whether what was read up to there is still the same ---- */

static uint64_t hash_before(const import *im, uint64_t offset) {
  char bytes[CHECKED_BYTES];
  uint64_t start = offset > CHECKED_BYTES ? offset - CHECKED_BYTES : 0, hash = 14695981039346656037u;
  ssize_t size = pread(fileno(im->records.file), bytes, (size_t)(offset - start), (off_t)start);
  for (ssize_t i = 0; i < size; i++) hash = (hash ^ (unsigned char)bytes[i]) * 1099511628211u;
  return hash >> 12; /* a number that any JSON reader keeps */
}

static int save(import *im, uint64_t offset, bool now) {
  char more[64];
  if (im->state.path == NULL || (!now && !cli_state_is_due(&im->state))) return CLI_OK;
  im->state.offset = offset;
  (void)snprintf(more, sizeof more, "\"check\": %" PRIu64 ", \"line\": %" PRIu64, hash_before(im, offset), im->records.line);
  return cli_state_save(&im->state, cli_format_name(im->records.kind), more);
}

static int go_on(import *im) {
  const cli_json *found = im->state.found, *check = cli_json_get(found, "check"), *line = cli_json_get(found, "line");
  if (found == NULL) return CLI_OK;
  if (check == NULL || strtoull(check->text.data, NULL, 10) != hash_before(im, im->state.offset))
    return cli_complain("%s was changed before the place where the import stopped: --restart begins anew", im->run->arguments[1]);
  if (fseeko(im->records.file, (off_t)im->state.offset, SEEK_SET) != 0)
    return cli_complain("%s cannot be read: %m", im->run->arguments[1]);
  im->records.offset = im->state.offset;
  if (line != NULL && line->kind == CLI_JSON_NUMBER) im->records.line = strtoull(line->text.data, NULL, 10);
  return CLI_OK;
}

/* ---- sending ---- */

static int complain_of(import *im, uint64_t line, const char *what) {
  (void)cli_complain("%s:%" PRIu64 ": %s", im->run->arguments[1], line, what);
  return CLI_FAILED;
}

/* A record that is refused: kept in the file of --errors, else the end. */
static int refuse(import *im, cyn_bytes raw, uint64_t line, const char *what) {
  if (im->errors == NULL) {
    cli_progress_end(&im->progress);
    return complain_of(im, line, what);
  }
  im->refused++;
  (void)fwrite(raw.data, 1, raw.size, im->errors);
  if (raw.size != 0 && raw.data[raw.size - 1] != '\n') (void)fputc('\n', im->errors);
  return ferror(im->errors) == 0 ? CLI_OK : complain_of(im, line, "the file of --errors cannot be written");
}

/* Errors that are one item's; all others end the import. */
static bool is_of_item(const cyn_error *error) {
  static const char *const ones[] = {"ValidationException", "SerializationException", "ItemCollectionSizeLimitExceededException"};
  for (size_t i = 0; i < sizeof ones / sizeof ones[0]; i++)
    if (strcmp(error->name, ones[i]) == 0) return true;
  return false;
}

static int put_one(import *im, const pending *one) {
  cli_run *run = im->run;
  cli_json *input = cli_json_object(run->memory);
  cli_text text = CLI_TEXT_INIT(run);
  cyn_bytes answer = {NULL, 0};
  cyn_error error = CYN_ERROR_INIT;
  (void)cli_json_add(input, "TableName", cli_json_string(run->memory, cyn_str(run->arguments[0])));
  (void)cli_json_add(input, "Item", cli_json_copy(run->memory, one->item));
  cli_json_write(&text, input, 0);
  if (cli_try(run, "PutItem", (cyn_bytes){text.data, text.size}, &answer, &error) == CYN_OK) return CLI_OK;
  if (!is_of_item(&error)) return cli_fail(run, &error);
  int status = refuse(im, one->raw, one->line, error.message);
  cyn_error_clean_up(&error);
  return status;
}

/* One after the other, in the file's order: finds what a batch was refused for (a bad item, a key that is there twice). */
static int put_singly(import *im, uint64_t *done) {
  int status = CLI_OK;
  for (size_t i = 0; i < im->batch_count && status == CLI_OK; i++) {
    uint64_t before = im->refused;
    status = put_one(im, &im->batch[i]);
    if (status != CLI_OK) *done = im->batch[i].offset;
    else im->state.items += im->refused == before;
  }
  return status;
}

static void put_requests(import *im, cli_text *out) {
  cli_run *run = im->run;
  cli_json *input = cli_json_object(run->memory), *tables = cli_json_add(input, "RequestItems", cli_json_object(run->memory));
  cli_json *requests = cli_json_add(tables, run->arguments[0], cli_json_array(run->memory));
  for (size_t i = 0; i < im->batch_count; i++) {
    cli_json *request = cli_json_push(requests, cli_json_object(run->memory));
    cli_json *put = cli_json_add(request, "PutRequest", cli_json_object(run->memory));
    (void)cli_json_add(put, "Item", cli_json_copy(run->memory, im->batch[i].item));
  }
  cli_json_write(out, input, 0);
}

/* Longer after each send that changed nothing. */
static void pause_after(unsigned idle_sends) {
  long ms = 25L << (idle_sends < 7 ? idle_sends : 7);
  struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
  (void)nanosleep(&pause, NULL);
}

/* Sends until nothing comes back unprocessed; *refused when the batch is one that must be looked at item by item. */
static int send_batch(import *im, bool *refused) {
  cli_run *run = im->run;
  cli_text text = CLI_TEXT_INIT(run);
  size_t last = im->batch_count;
  put_requests(im, &text);
  for (unsigned idle = 0; idle < SENDS_MAX; idle++) {
    cyn_error error = CYN_ERROR_INIT;
    cyn_bytes answer = {NULL, 0};
    const char *fault = NULL;
    if (cli_try(run, "BatchWriteItem", (cyn_bytes){text.data, text.size}, &answer, &error) != CYN_OK) {
      *refused = is_of_item(&error);
      if (!*refused) return cli_fail(run, &error);
      cyn_error_clean_up(&error);
      return CLI_OK;
    }
    const cli_json *tree = cli_json_read(run->memory, answer, NULL, &fault), *left = cli_json_get(tree, "UnprocessedItems");
    if (left == NULL || left->count == 0) return CLI_OK;
    text = (cli_text)CLI_TEXT_INIT(run);
    cli_text_puts(&text, "{\"RequestItems\": ");
    cli_json_write(&text, left, 0);
    cli_text_putc(&text, '}');
    if (left->first->count < last) idle = 0;
    last = left->first->count;
    pause_after(idle);
  }
  (void)cli_complain("the table takes no more: some items of the last batch stay unprocessed");
  return CLI_FAILED;
}

/* What is pending; *done is then where the file has been taken up to. */
static int flush(import *im, uint64_t *done) {
  bool refused = false;
  if (im->batch_count == 0) return CLI_OK;
  uint64_t start = im->batch[0].offset;
  int status = send_batch(im, &refused);
  if (status == CLI_OK && !refused) im->state.items += im->batch_count;
  *done = im->records.offset;
  if (status == CLI_OK && refused) status = put_singly(im, done);
  else if (status != CLI_OK) *done = start;
  im->batch_count = im->batch_bytes = 0;
  return status;
}

/* ---- the loop ---- */

/* Ends of lines in a record, besides the one behind it. */
static uint64_t line_ends_inside(cyn_bytes raw) {
  uint64_t count = 0;
  for (size_t i = 0; i + 1 < raw.size; i++) count += raw.data[i] == '\n';
  return count;
}

/* Fills a batch; *is_over at the end of the file. */
static int fill(import *im, bool *is_over, uint64_t *done) {
  while (im->batch_count < BATCH_ITEMS && im->batch_bytes < BATCH_BYTES) {
    pending *next = &im->batch[im->batch_count];
    const char *fault = NULL;
    next->raw = (cyn_bytes){NULL, 0};
    next->offset = im->records.offset;
    cli_record_result result = cli_records_next(&im->records, &next->item, &next->raw, &fault);
    next->line = im->records.line - line_ends_inside(next->raw);
    *is_over = result == CLI_RECORD_END;
    if (*is_over) return CLI_OK;
    if (result == CLI_RECORD_ITEM) {
      im->batch_count++;
      im->batch_bytes += next->raw.size;
      continue;
    }
    int status = flush(im, done); /* what stands before it comes first */
    if (status == CLI_OK) status = refuse(im, next->raw, next->line, fault);
    if (status != CLI_OK) {
      *done = *done < next->offset ? *done : next->offset;
      return status;
    }
  }
  return CLI_OK;
}

static int loop(import *im) {
  bool is_over = false;
  int status = CLI_OK;
  uint64_t done = im->records.offset;
  cli_mark mark = cli_memory_mark(im->run->memory);
  cli_progress_begin(&im->progress, im->run, im->run->arguments[0], im->state.items);
  while (status == CLI_OK && !is_over && !cli_is_interrupted()) {
    status = fill(im, &is_over, &done);
    if (status == CLI_OK) status = flush(im, &done);
    if (status == CLI_OK) status = save(im, done, false);
    cli_progress_paint(&im->progress, im->state.items, im->records.offset, im->file_bytes);
    cli_memory_release(im->run->memory, mark);
  }
  cli_progress_end(&im->progress);
  bool is_stopped = status != CLI_OK || !is_over;
  if (is_stopped && im->state.items != 0 && im->state.path != NULL && save(im, done, true) == CLI_OK)
    fprintf(stderr, "stopped behind item %" PRIu64 ": the same command goes on from there\n", im->state.items);
  if (!is_stopped && ferror(im->records.file) != 0) return cli_complain("%s cannot be read", im->run->arguments[1]);
  if (!is_stopped) cli_state_end(&im->state);
  return status == CLI_OK && is_stopped ? CLI_INTERRUPTED : status;
}

static int open_files(import *im) {
  cli_run *run = im->run;
  const char *path = run->arguments[1], *errors = run->given.errors;
  im->records.file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
  if (im->records.file == NULL) return cli_complain("%s cannot be read: %m", path);
  if (im->records.file != stdin && fseeko(im->records.file, 0, SEEK_END) == 0) {
    im->file_bytes = (uint64_t)ftello(im->records.file);
    rewind(im->records.file);
  }
  int status = cli_records_begin(&im->records, &im->schema);
  if (status == CLI_OK) status = go_on(im);
  if (status != CLI_OK || errors == NULL) return status;
  im->errors = fopen(errors, im->state.found != NULL ? "ab" : "wb");
  return im->errors != NULL ? CLI_OK : cli_complain("%s cannot be written: %m", errors);
}

static void report(const import *im) {
  if (im->run->given.quiet) return;
  fprintf(stderr, "%" PRIu64 " item%s imported into %s", im->state.items, im->state.items == 1 ? "" : "s", im->run->arguments[0]);
  if (im->refused != 0) fprintf(stderr, ", %" PRIu64 " refused: see %s", im->refused, im->run->given.errors);
  fputc('\n', stderr);
}

int cli_import(cli_run *run) {
  import *im = cli_alloc(run->memory, sizeof *im);
  im->run = im->records.run = run;
  int status = cli_format_of(run, run->arguments[1], &im->records.kind);
  if (status == CLI_OK) status = cli_confirm_write(run, cli_format(run->memory, "Import into %s", run->arguments[0]));
  if (status == CLI_OK) status = cli_schema_read(run, run->arguments[0], NULL, &im->schema);
  if (status == CLI_OK) status = cli_state_begin(&im->state, run, run->arguments[1], cli_format_name(im->records.kind));
  if (status == CLI_OK) status = open_files(im);
  if (status == CLI_OK) {
    cli_interrupts_begin();
    status = loop(im);
    cli_interrupts_end();
    if (status == CLI_OK) report(im);
  }
  if (status == CLI_OK && im->refused != 0) status = CLI_FAILED;
  if (im->errors != NULL && fclose(im->errors) != 0) status = complain_of(im, 0, "the file of --errors cannot be written");
  if (im->records.file != NULL && im->records.file != stdin) (void)fclose(im->records.file);
  cli_state_clean_up(&im->state);
  return status;
}
