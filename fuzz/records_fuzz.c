/* Fuzz target: files that are imported. The first byte chooses format and options, the rest is the file. Each record that is
 * read is an item that our own reader takes or refuses with a reason; written again in DynamoDB's form it reads as the same. */
#include <stdio.h>

#include <cynamo/item.h>

#include "cli/records.h"
#include "program.h"

#define RECORDS_MAX 100

static cyn_bytes written(const cli_records *records, const cli_json *item) {
  cli_text text = CLI_TEXT_INIT(records->run);
  (void)cli_record_write(records, item, &text);
  return (cyn_bytes){text.data, text.size};
}

/* The text as one record of `records`' format; NULL when it is none. */
static cli_json *read_again(const cli_records *like, cyn_bytes text) {
  cli_records records = *like;
  cli_json *item = NULL;
  cyn_bytes raw;
  const char *fault = NULL;
  records.file = program_file((const uint8_t *)text.data, text.size);
  cli_record_result result = cli_records_next(&records, &item, &raw, &fault);
  fclose(records.file);
  demand(result != CLI_RECORD_BAD || fault != NULL);
  return result == CLI_RECORD_ITEM ? item : NULL;
}

static void use(const cli_records *records, const cli_json *item) {
  cli_records plain = *records;
  demand(item != NULL && item->kind == CLI_JSON_OBJECT);
  plain.kind = CLI_FORMAT_DYNAMODB_JSON;
  cyn_bytes first = written(&plain, item);
  cli_json *again = read_again(&plain, first);
  demand(again != NULL);
  cyn_bytes second = written(&plain, again);
  demand(first.size == second.size && memcmp(first.data, second.data, first.size) == 0);
  if (records->kind != CLI_FORMAT_CSV) return;
  cyn_bytes row = written(records, item); /* cells that begin with a quote may be taken for JSON strings: safe is enough */
  demand(row.size != 0 && row.data[row.size - 1] == '\n');
  (void)read_again(records, row);
}

static void read_file(cli_run *run, cli_format_kind kind, FILE *file) {
  static const char *const types[] = {"S", "N", "B"};
  cli_records records = {.run = run, .kind = kind, .file = file};
  cli_schema schema = {.count = run->given.dynamodb_json ? 1 : 0};
  schema.keys[0] = (cli_key){cyn_str("a"), types[run->given.strings ? 0 : 1]};
  if (cli_records_begin(&records, &schema) != CLI_OK) return;
  for (int i = 0; i < RECORDS_MAX; i++) {
    cli_json *item = NULL;
    cyn_bytes raw = {NULL, 0};
    const char *fault = NULL;
    cli_record_result result = cli_records_next(&records, &item, &raw, &fault);
    if (result == CLI_RECORD_END) break;
    demand(raw.data != NULL && (result != CLI_RECORD_BAD || fault != NULL));
    if (result == CLI_RECORD_ITEM) use(&records, item);
    if (result == CLI_RECORD_BAD && kind == CLI_FORMAT_CSV && feof(file)) break;
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2) return 0;
  cli_run run = program_run();
  run.given.dynamodb_json = (data[0] & 4) != 0;
  run.given.strings = (data[0] & 8) != 0;
  if ((data[0] & 16) != 0) run.given.types = "b=SS,c=M";
  FILE *file = program_file(data + 1, size - 1);
  read_file(&run, (cli_format_kind)(data[0] % 4 % 3), file);
  fclose(file);
  cli_memory_destroy(run.memory);
  return 0;
}
