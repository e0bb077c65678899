/* See csv.h. */
#include "cli/csv.h"

typedef struct scan {
  cli_records *records;
  cli_text raw, cell;
  cli_json *cells;
} scan;

static int next(scan *s) {
  int c = getc(s->records->file);
  /* the last line may have no end */
  if (c == EOF) s->records->line += s->raw.size != 0 && s->raw.data[s->raw.size - 1] != '\n';
  if (c == EOF) return EOF;
  s->records->offset++;
  if (c == '\n') s->records->line++;
  cli_text_putc(&s->raw, (char)c);
  return c;
}

static int peek(const scan *s) {
  int c = getc(s->records->file);
  if (c != EOF) (void)ungetc(c, s->records->file);
  return c;
}

static void end_cell(scan *s) {
  cli_memory *memory = s->records->run->memory;
  (void)cli_json_push(s->cells, cli_json_string(memory, (cyn_bytes){s->cell.data != NULL ? s->cell.data : "", s->cell.size}));
  s->cell = (cli_text){memory, NULL, 0, 0};
}

/* Behind an opening quote: up to the closing one. False when the file ends before. */
static bool take_quoted(scan *s) {
  for (int c = next(s); c != EOF; c = next(s)) {
    if (c == '"' && peek(s) != '"') return true;
    if (c == '"') (void)next(s);
    cli_text_putc(&s->cell, (char)c);
  }
  return false;
}

static cli_record_result take_record(scan *s, const char **fault) {
  for (int c = next(s);; c = next(s)) {
    if (c == '"' && s->cell.size == 0) {
      if (!take_quoted(s)) {
        *fault = "a quote without its end";
        return CLI_RECORD_BAD;
      }
      continue;
    }
    if (c == '\r' && peek(s) == '\n') continue;
    if (c == ',' || c == '\n' || c == EOF) end_cell(s);
    if (c == EOF && s->raw.size == 0) return CLI_RECORD_END;
    if (c == '\n' || c == EOF) return CLI_RECORD_ITEM;
    if (c != ',') cli_text_putc(&s->cell, (char)c);
  }
}

cli_record_result cli_csv_read(cli_records *records, cli_json **cells, cyn_bytes *raw, const char **fault) {
  cli_memory *memory = records->run->memory;
  for (;;) {
    scan s = {records, {memory, NULL, 0, 0}, {memory, NULL, 0, 0}, cli_json_array(memory)};
    cli_record_result result = take_record(&s, fault);
    *cells = s.cells;
    *raw = (cyn_bytes){s.raw.data, s.raw.size};
    if (result != CLI_RECORD_ITEM || s.cells->count != 1 || s.cells->first->text.size != 0) return result;
  }
}

void cli_csv_write_cell(cyn_bytes cell, cli_text *out) {
  bool is_quoted = false;
  for (size_t i = 0; i < cell.size && !is_quoted; i++) is_quoted = cell.data[i] == ',' || cell.data[i] == '"' || cell.data[i] == '\n' || cell.data[i] == '\r';
  if (is_quoted) cli_text_putc(out, '"');
  for (size_t i = 0; i < cell.size; i++) {
    if (cell.data[i] == '"') cli_text_putc(out, '"');
    cli_text_putc(out, cell.data[i]);
  }
  if (is_quoted) cli_text_putc(out, '"');
}
