/* See records.h. */
#include "cli/records.h"

#include <stdlib.h>
#include <strings.h>

#include "cli/csv.h"
#include "cli/plain.h"

static const char *const names[] = {"jsonl", "dynamodb-json", "csv"};

const char *cli_format_name(cli_format_kind kind) { return names[kind]; }

int cli_format_of(cli_run *run, const char *file, cli_format_kind *out) {
  const char *given = run->given.format;
  for (int i = 0; given != NULL && i < 3; i++)
    if (strcmp(given, names[i]) == 0) {
      *out = (cli_format_kind)i;
      return CLI_OK;
    }
  if (given != NULL) return cli_complain("--format is jsonl, dynamodb-json or csv, not '%s'", given);
  size_t size = strlen(file);
  *out = size > 4 && strcasecmp(file + size - 4, ".csv") == 0 ? CLI_FORMAT_CSV : CLI_FORMAT_JSONL;
  return CLI_OK;
}

/* ---- JSON lines ---- */

static cli_record_result next_line(cli_records *records, cyn_bytes *raw) {
  char *line = NULL;
  size_t room = 0;
  ssize_t size;
  while ((size = getline(&line, &room, records->file)) > 0) {
    records->offset += (uint64_t)size;
    records->line++;
    if (line[strspn(line, " \t\r\n")] != '\0' || memchr(line, '\0', (size_t)size) != NULL) break;
  }
  if (size > 0) *raw = (cyn_bytes){cli_copy(records->run->memory, line, (size_t)size), (size_t)size};
  free(line);
  return size > 0 ? CLI_RECORD_ITEM : CLI_RECORD_END;
}

static cli_record_result next_json(cli_records *records, cli_json **item, cyn_bytes *raw, const char **fault) {
  cli_memory *memory = records->run->memory;
  if (next_line(records, raw) == CLI_RECORD_END) return CLI_RECORD_END;
  cli_json *read = cli_json_read(memory, *raw, NULL, fault);
  if (read == NULL) return CLI_RECORD_BAD;
  if (records->kind == CLI_FORMAT_JSONL) *item = cli_plain_item(memory, read, fault);
  else {
    cli_json *inner = read->count == 1 ? cli_json_get(read, "Item") : NULL;
    bool is_wrapped = inner != NULL && inner->kind == CLI_JSON_OBJECT;
    *item = cli_json_copy(memory, is_wrapped ? inner : read);
    if ((*item)->kind != CLI_JSON_OBJECT) {
      *item = NULL;
      *fault = "an item is a JSON object";
    }
  }
  return *item != NULL ? CLI_RECORD_ITEM : CLI_RECORD_BAD;
}

/* ---- CSV ---- */

static const char *const types[] = {"S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"};

static bool is(cyn_bytes bytes, const char *text) {
  return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

static int set_type(cli_records *records, cyn_bytes name, cyn_bytes type) {
  const char *known = NULL;
  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
    if (is(type, types[i])) known = types[i];
  if (known == NULL)
    return cli_complain("--types: %.*s is not S, N, B, SS, NS, BS, M, L, NULL or BOOL", (int)type.size, type.data);
  size_t i = 0;
  for (const cli_json *column = records->columns->first; column != NULL; column = column->next, i++)
    if (column->text.size == name.size && memcmp(column->text.data, name.data, name.size) == 0) {
      records->types[i] = known;
      return CLI_OK;
    }
  return cli_complain("--types: the file has no column '%.*s'", (int)name.size, name.data);
}

static int take_types(cli_records *records, const cli_schema *schema) {
  for (size_t i = 0; i < schema->count; i++)
    if (set_type(records, schema->keys[i].name, cyn_str(schema->keys[i].type)) != CLI_OK)
      return cli_complain("the file has no column for the key %.*s", (int)schema->keys[i].name.size, schema->keys[i].name.data);
  for (const char *at = records->run->given.types; at != NULL && *at != '\0';) {
    size_t size = strcspn(at, ","), name = strcspn(at, "=");
    if (name >= size) return cli_complain("--types is NAME=TYPE,NAME=TYPE, not '%.*s'", (int)size, at);
    int status = set_type(records, (cyn_bytes){at, name}, (cyn_bytes){at + name + 1, size - name - 1});
    if (status != CLI_OK) return status;
    at += size + (at[size] == ',');
  }
  return CLI_OK;
}

int cli_records_begin(cli_records *records, const cli_schema *schema) {
  cli_json *header = NULL;
  cyn_bytes raw = {NULL, 0};
  const char *fault = NULL;
  if (records->kind != CLI_FORMAT_CSV) return CLI_OK;
  cli_record_result result = cli_csv_read(records, &header, &raw, &fault);
  if (result == CLI_RECORD_BAD) return cli_complain("the header: %s", fault);
  if (result == CLI_RECORD_END) return cli_complain("the file has no header");
  cyn_bytes *first = &header->first->text;
  if (first->size >= 3 && memcmp(first->data, "\xEF\xBB\xBF", 3) == 0) *first = (cyn_bytes){first->data + 3, first->size - 3};
  records->columns = header;
  records->types = cli_alloc(records->run->memory, header->count * sizeof *records->types);
  return take_types(records, schema);
}

/* A cell of a column without a type, or with "S" (any quotes of JSON are taken off). */
static cli_json *string_cell(cli_memory *memory, cyn_bytes cell) {
  const char *fault = NULL;
  cli_json *read = cell.data[0] == '"' ? cli_json_read(memory, cell, NULL, &fault) : NULL;
  return cli_wire_scalar(memory, "S", read != NULL ? read->text : cell);
}

static cli_json *typed_cell(cli_memory *memory, cyn_bytes cell, const char *type, const char **fault) {
  const char *unread = NULL;
  cli_json *read = cli_json_read(memory, cell, NULL, &unread), *wire = NULL;
  bool is_set = type[1] == 'S' && type[2] == '\0';
  if (is_set && read != NULL && read->kind == CLI_JSON_ARRAY) wire = cli_plain_set(memory, read, fault);
  else if (read != NULL) wire = cli_plain_to_wire(memory, read, fault);
  if (read == NULL && strcmp(type, "B") == 0) wire = cli_wire_scalar(memory, "B", cell);
  if (wire != NULL && is(wire->first->name, type)) return wire;
  if (strcmp(type, "B") == 0) return cli_wire_scalar(memory, "B", cell);
  *fault = cli_format(memory, "'%.*s' is no %s", cell.size > 40 ? 40 : (int)cell.size, cell.data, type);
  return NULL;
}

static cli_json *cell_value(const cli_records *records, cyn_bytes cell, const char *type, const char **fault) {
  cli_memory *memory = records->run->memory;
  const char *unread = NULL;
  if (type != NULL && strcmp(type, "S") != 0) return typed_cell(memory, cell, type, fault);
  if (type != NULL || records->run->given.strings) return string_cell(memory, cell);
  const cli_json *read = cli_json_read(memory, cell, NULL, &unread);
  return read != NULL ? cli_plain_to_wire(memory, read, fault) : cli_wire_scalar(memory, "S", cell);
}

static cli_record_result next_csv(cli_records *records, cli_json **item, cyn_bytes *raw, const char **fault) {
  cli_json *cells = NULL;
  cli_record_result result = cli_csv_read(records, &cells, raw, fault);
  if (result != CLI_RECORD_ITEM) return result;
  if (cells->count > records->columns->count) {
    *fault = cli_format(records->run->memory, "%zu cells, but the header has %zu", cells->count, records->columns->count);
    return CLI_RECORD_BAD;
  }
  *item = cli_json_object(records->run->memory);
  size_t i = 0;
  const cli_json *column = records->columns->first;
  for (const cli_json *cell = cells->first; cell != NULL; cell = cell->next, column = column->next, i++) {
    if (cell->text.size == 0) continue;
    cli_json *value = cell_value(records, cell->text, records->types[i], fault);
    if (value == NULL) {
      *fault = cli_format(records->run->memory, "%.*s: %s", (int)column->text.size, column->text.data, *fault);
      return CLI_RECORD_BAD;
    }
    (void)cli_json_add_bytes(*item, column->text, value);
  }
  return CLI_RECORD_ITEM;
}

cli_record_result cli_records_next(cli_records *records, cli_json **item, cyn_bytes *raw, const char **fault) {
  return records->kind == CLI_FORMAT_CSV ? next_csv(records, item, raw, fault) : next_json(records, item, raw, fault);
}

/* ---- writing ---- */

static void write_cell(const cli_records *records, const cli_json *wire, cli_text *out) {
  cli_memory *memory = records->run->memory;
  const char *fault = NULL;
  const cli_json *plain = cli_wire_to_plain(memory, wire);
  cyn_bytes cell = plain->text;
  bool is_bare = plain->kind == CLI_JSON_STRING && cell.size != 0 && cli_json_read(memory, cell, NULL, &fault) == NULL;
  if (!is_bare) {
    cli_text text = {memory, NULL, 0, 0};
    cli_json_write(&text, plain, 0);
    cell = (cyn_bytes){text.data, text.size};
  }
  cli_csv_write_cell(cell, out);
}

static size_t write_csv(const cli_records *records, const cli_json *item, cli_text *out) {
  size_t written = 0;
  for (const cli_json *column = records->columns->first; column != NULL; column = column->next) {
    const cli_json *wire = cli_json_get_bytes(item, column->text);
    if (wire != NULL) {
      write_cell(records, wire, out);
      written++;
    }
    cli_text_puts(out, column->next != NULL ? "," : "\n");
  }
  return item->count - written;
}

size_t cli_record_write(const cli_records *records, const cli_json *item, cli_text *out) {
  if (records->kind == CLI_FORMAT_CSV) return write_csv(records, item, out);
  bool is_wire = records->kind == CLI_FORMAT_DYNAMODB_JSON;
  if (is_wire) cli_text_puts(out, "{\"Item\": ");
  cli_json_write(out, is_wire ? item : cli_wire_item(records->run->memory, item), 0);
  cli_text_puts(out, is_wire ? "}\n" : "\n");
  return 0;
}

void cli_record_write_header(const cli_records *records, cli_text *out) {
  if (records->kind != CLI_FORMAT_CSV) return;
  for (const cli_json *column = records->columns->first; column != NULL; column = column->next) {
    cli_csv_write_cell(column->text, out);
    cli_text_puts(out, column->next != NULL ? "," : "\n");
  }
}
