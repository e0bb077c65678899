/* See output.h. */
#include "cli/output.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/plain.h"

#define CELL_WIDTH_MAX 60

bool cli_is_coloured(FILE *to) {
  const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");
  return (no == NULL || no[0] == '\0') && isatty(fileno(to)) && (terminal == NULL || strcmp(terminal, "dumb") != 0);
}

size_t cli_terminal_columns(int fd) {
  struct winsize size = {0};
  return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col != 0 ? size.ws_col : 80;
}

static bool is_table(const cli_run *run) { return run->given.output != NULL && strcmp(run->given.output, "table") == 0; }

static void print(cli_run *run, const cli_json *node, unsigned style) {
  cli_text text = CLI_TEXT_INIT(run);
  if (cli_is_coloured(stdout)) style |= CLI_JSON_COLOURED;
  cli_json_write(&text, node, style);
  cli_text_putc(&text, '\n');
  (void)fwrite(text.data, 1, text.size, stdout);
}

void cli_print_document(cli_run *run, const cli_json *document) { print(run, document, CLI_JSON_INDENTED); }

static const cli_json *shown(cli_run *run, const cli_json *wire) {
  return run->given.dynamodb_json ? wire : cli_wire_item(run->memory, wire);
}

/* ---- tables ---- */

void cli_table_init(cli_table *table, cli_run *run, size_t columns) {
  memset(table, 0, sizeof *table);
  table->run = run;
  table->columns = columns;
  table->is_right = cli_alloc(run->memory, columns + 1);
}

cyn_bytes *cli_table_row(cli_table *table) {
  if (table->rows == table->room) {
    size_t room = table->room * 2 + 16;
    cyn_bytes *larger = cli_alloc(table->run->memory, room * (table->columns + 1) * sizeof *larger);
    if (table->rows != 0) memcpy(larger, table->cells, table->rows * table->columns * sizeof *larger);
    table->cells = larger;
    table->room = room;
  }
  return table->cells + table->rows++ * table->columns;
}

/* Characters, by the first bytes of their UTF-8. */
static size_t width(cyn_bytes text) {
  size_t count = 0;
  for (size_t i = 0; i < text.size; i++) count += (text.data[i] & 0xC0) != 0x80;
  return count;
}

/* A cell that keeps its line: cut where it is long, without control characters. */
static void put_cell(cli_text *out, cyn_bytes cell, size_t columns, bool is_right, bool is_last) {
  size_t size = width(cell), left = size > columns ? columns - 1 : size;
  for (size_t i = size; is_right && i < columns; i++) cli_text_putc(out, ' ');
  for (size_t i = 0; i < cell.size; i++) {
    unsigned char c = (unsigned char)cell.data[i];
    if ((c & 0xC0) != 0x80 && left-- == 0) break;
    cli_text_putc(out, c < 0x20 || c == 0x7F ? ' ' : (char)c);
  }
  if (size > columns) cli_text_puts(out, "…");
  for (size_t i = size; !is_right && !is_last && i < columns; i++) cli_text_putc(out, ' ');
}

static void put_row(const cli_table *table, cli_text *out, const cyn_bytes *row, const size_t *widths) {
  for (size_t i = 0; i < table->columns; i++) {
    if (i != 0) cli_text_puts(out, "  ");
    put_cell(out, row[i], widths[i], table->is_right[i], i + 1 == table->columns);
  }
}

void cli_table_print(const cli_table *table) {
  cli_text out = CLI_TEXT_INIT(table->run);
  size_t *widths = cli_alloc(table->run->memory, (table->columns + 1) * sizeof *widths);
  bool is_coloured = cli_is_coloured(stdout);
  for (size_t i = 0; i < table->rows * table->columns; i++) {
    size_t cell = width(table->cells[i]);
    if (cell > CELL_WIDTH_MAX) cell = CELL_WIDTH_MAX;
    if (widths[i % table->columns] < cell) widths[i % table->columns] = cell;
  }
  for (size_t i = 0; i < table->rows; i++) {
    if (i == 0 && is_coloured) cli_text_puts(&out, "\033[1m");
    put_row(table, &out, table->cells + i * table->columns, widths);
    if (i == 0 && is_coloured) cli_text_puts(&out, "\033[0m");
    cli_text_putc(&out, '\n');
    if (i != 0) continue;
    for (size_t column = 0; column < table->columns; column++) {
      if (column != 0) cli_text_puts(&out, "  ");
      for (size_t j = 0; j < widths[column]; j++) cli_text_putc(&out, '-');
    }
    cli_text_putc(&out, '\n');
  }
  if (out.size != 0) (void)fwrite(out.data, 1, out.size, stdout);
}

/* ---- items as a table: keys first, then attributes in the order in which they are met ---- */

static bool is_there(const cli_json *columns, cyn_bytes name) {
  for (const cli_json *column = columns->first; column != NULL; column = column->next)
    if (column->text.size == name.size && memcmp(column->text.data, name.data, name.size) == 0) return true;
  return false;
}

static cli_json *columns_of(cli_run *run, const cli_schema *schema, const cli_json *items) {
  cli_json *columns = cli_json_array(run->memory);
  for (size_t i = 0; schema != NULL && i < schema->count; i++)
    for (const cli_json *item = items->first; item != NULL; item = item->next)
      if (cli_json_get_bytes(item, schema->keys[i].name) != NULL) {
        (void)cli_json_push(columns, cli_json_string(run->memory, schema->keys[i].name));
        break;
      }
  for (const cli_json *item = items->first; item != NULL; item = item->next)
    for (const cli_json *member = item->first; member != NULL; member = member->next)
      if (!is_there(columns, member->name)) (void)cli_json_push(columns, cli_json_string(run->memory, member->name));
  return columns;
}

static cyn_bytes cell_text(cli_run *run, const cli_json *wire) {
  const cli_json *value = run->given.dynamodb_json ? wire : cli_wire_to_plain(run->memory, wire);
  if (value->kind == CLI_JSON_STRING) return value->text;
  cli_text text = CLI_TEXT_INIT(run);
  cli_json_write(&text, value, 0);
  return (cyn_bytes){text.data, text.size};
}

static void print_table(cli_run *run, const cli_schema *schema, const cli_json *items) {
  const cli_json *columns = columns_of(run, schema, items);
  cli_table table;
  cli_table_init(&table, run, columns->count);
  cyn_bytes *row = cli_table_row(&table);
  for (const cli_json *column = columns->first; column != NULL; column = column->next) *row++ = column->text;
  for (const cli_json *item = items->first; item != NULL; item = item->next) {
    size_t i = 0;
    row = cli_table_row(&table);
    for (const cli_json *column = columns->first; column != NULL; column = column->next, i++) {
      const cli_json *wire = cli_json_get_bytes(item, column->text);
      if (wire == NULL) continue;
      row[i] = cell_text(run, wire);
      table.is_right[i] = cli_json_get(wire, "N") != NULL;
    }
  }
  cli_table_print(&table);
}

void cli_print_items(cli_run *run, const cli_schema *schema, const cli_json *wire_items) {
  if (wire_items->count == 0) return;
  if (is_table(run)) {
    print_table(run, schema, wire_items);
    return;
  }
  for (const cli_json *item = wire_items->first; item != NULL; item = item->next) print(run, shown(run, item), 0);
}

void cli_print_item(cli_run *run, const cli_schema *schema, const cli_json *wire) {
  if (!is_table(run)) {
    print(run, shown(run, wire), CLI_JSON_INDENTED);
    return;
  }
  cli_json *items = cli_json_array(run->memory);
  (void)cli_json_push(items, cli_json_copy(run->memory, wire));
  print_table(run, schema, items);
}
