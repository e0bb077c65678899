/* See json.h. Strict: RFC 8259, no comments, no trailing commas; the depth is bounded. */
#include "cli/json.h"

#include <ctype.h>
#include <stdio.h>

#define DEPTH_MAX 200
#define LINE_COLUMNS 80 /* a container that fits into them stands on one line */

typedef struct reading {
  cli_memory *memory;
  const char *text;
  size_t size, at;
  unsigned depth;
  const char *what; /* the fault */
  size_t where;
} reading;

static cli_json *fail(reading *r, size_t where, const char *what) {
  if (r->what == NULL) {
    r->what = what;
    r->where = where;
  }
  return NULL;
}

static cli_json *node(cli_memory *memory, cli_json_kind kind) {
  cli_json *out = cli_alloc(memory, sizeof *out);
  out->kind = kind;
  return out;
}

static int peek(const reading *r) { return r->at < r->size ? (unsigned char)r->text[r->at] : -1; }

static void skip_space(reading *r) {
  while (r->at < r->size && r->text[r->at] != '\0' && strchr(" \t\r\n", r->text[r->at]) != NULL) r->at++;
}

/* ---- strings ---- */

static int hex4(const reading *r, size_t at, unsigned *out) {
  unsigned value = 0;
  if (r->size - at < 4) return -1;
  for (size_t i = at; i < at + 4; i++) {
    char c = r->text[i];
    if (!isxdigit((unsigned char)c)) return -1;
    value = value << 4 | (unsigned)(isdigit((unsigned char)c) ? c - '0' : (c | 32) - 'a' + 10);
  }
  *out = value;
  return 0;
}

static void put_utf8(cli_text *out, unsigned c) {
  char bytes[4];
  size_t size = 0;
  if (c < 0x80)
    bytes[size++] = (char)c;
  else if (c < 0x800)
    bytes[size++] = (char)(0xC0 | c >> 6);
  else if (c < 0x10000)
    bytes[size++] = (char)(0xE0 | c >> 12);
  else
    bytes[size++] = (char)(0xF0 | c >> 18);
  if (c >= 0x10000) bytes[size++] = (char)(0x80 | (c >> 12 & 63));
  if (c >= 0x800) bytes[size++] = (char)(0x80 | (c >> 6 & 63));
  if (c >= 0x80) bytes[size++] = (char)(0x80 | (c & 63));
  cli_text_put(out, bytes, size);
}

/* Behind a backslash. */
static bool read_escape(reading *r, cli_text *out) {
  static const char names[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
  size_t start = r->at - 1;
  int c = peek(r);
  const char *found = c > 0 ? strchr(names, c) : NULL;
  r->at++;
  if (found != NULL) {
    cli_text_putc(out, meanings[found - names]);
    return true;
  }
  unsigned code = 0, low = 0;
  if (c != 'u' || hex4(r, r->at, &code) != 0) return fail(r, start, "no escape of JSON"), false;
  r->at += 4;
  if (code >= 0xD800 && code < 0xDC00 && r->size - r->at >= 6 && r->text[r->at] == '\\' && r->text[r->at + 1] == 'u' &&
      hex4(r, r->at + 2, &low) == 0 && low >= 0xDC00 && low < 0xE000) {
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    r->at += 6;
  }
  if (code >= 0xD800 && code < 0xE000) return fail(r, start, "half of a surrogate pair"), false;
  put_utf8(out, code);
  return true;
}

/* At the opening quote. */
static bool read_text(reading *r, cyn_bytes *out) {
  size_t start = ++r->at;
  cli_text decoded = {r->memory, NULL, 0, 0};
  bool escaped = false;
  for (;;) {
    int c = peek(r);
    if (c == '"') break;
    if (c == -1) return fail(r, start - 1, "a string without its closing quote"), false;
    if (c < 0x20) return fail(r, r->at, "a control character in a string: write it as an escape"), false;
    if (c != '\\') {
      r->at++;
      continue;
    }
    cli_text_put(&decoded, r->text + start, r->at - start);
    escaped = true;
    r->at++;
    if (!read_escape(r, &decoded)) return false;
    start = r->at;
  }
  if (escaped) cli_text_put(&decoded, r->text + start, r->at - start);
  *out = escaped ? (cyn_bytes){decoded.data, decoded.size} : (cyn_bytes){r->text + start, r->at - start};
  r->at++;
  return true;
}

/* ---- numbers and words ---- */

static size_t digits(const char *text, size_t size, size_t at) {
  size_t start = at;
  while (at < size && isdigit((unsigned char)text[at])) at++;
  return at - start;
}

/* The length of the number that stands at the start of the text; 0 for none. */
static size_t number_size(const char *text, size_t size) {
  size_t at = size != 0 && text[0] == '-';
  size_t whole = digits(text, size, at);
  if (whole == 0 || (whole > 1 && text[at] == '0')) return 0;
  at += whole;
  if (at < size && text[at] == '.') {
    size_t part = digits(text, size, at + 1);
    if (part == 0) return 0;
    at += 1 + part;
  }
  if (at < size && (text[at] == 'e' || text[at] == 'E')) {
    size_t sign = at + 1 < size && (text[at + 1] == '+' || text[at + 1] == '-');
    size_t part = digits(text, size, at + 1 + sign);
    if (part == 0) return 0;
    at += 1 + sign + part;
  }
  return at;
}

bool cli_json_is_number(cyn_bytes text) { return text.size != 0 && number_size(text.data, text.size) == text.size; }

static cli_json *read_number(reading *r) {
  size_t size = number_size(r->text + r->at, r->size - r->at);
  if (size == 0) return fail(r, r->at, "no value of JSON begins so");
  cli_json *out = cli_json_number(r->memory, (cyn_bytes){r->text + r->at, size});
  r->at += size;
  return out;
}

static bool take_word(reading *r, const char *word) {
  size_t size = strlen(word);
  if (r->size - r->at < size || memcmp(r->text + r->at, word, size) != 0) return false;
  r->at += size;
  return true;
}

/* ---- containers ---- */

static cli_json *read_value(reading *r);

static cli_json *read_member(reading *r) {
  cyn_bytes name = {NULL, 0};
  if (peek(r) != '"') return fail(r, r->at, "a name in double quotes must stand here");
  if (!read_text(r, &name)) return NULL;
  skip_space(r);
  if (peek(r) != ':') return fail(r, r->at, "':' must stand behind a name");
  r->at++;
  cli_json *value = read_value(r);
  if (value != NULL) value->name = name.data != NULL ? name : (cyn_bytes){"", 0};
  return value;
}

static cli_json *read_container(reading *r, cli_json_kind kind) {
  char end = kind == CLI_JSON_OBJECT ? '}' : ']';
  size_t start = r->at++;
  cli_json *out = node(r->memory, kind);
  if (++r->depth > DEPTH_MAX) return fail(r, start, "nested too deeply");
  skip_space(r);
  if (peek(r) == end)
    r->at++;
  else
    for (;;) {
      skip_space(r);
      if (peek(r) == -1) return fail(r, start, kind == CLI_JSON_OBJECT ? "'{' without its '}'" : "'[' without its ']'");
      cli_json *child = kind == CLI_JSON_OBJECT ? read_member(r) : read_value(r);
      if (child == NULL) return NULL;
      (void)cli_json_push(out, child);
      skip_space(r);
      int c = peek(r);
      if (c == -1) return fail(r, start, kind == CLI_JSON_OBJECT ? "'{' without its '}'" : "'[' without its ']'");
      if (c != ',' && c != end)
        return fail(r, r->at, kind == CLI_JSON_OBJECT ? "',' or '}' must stand here" : "',' or ']' must stand here");
      r->at++;
      if (c == end) break;
    }
  r->depth--;
  return out;
}

static cli_json *read_value(reading *r) {
  skip_space(r);
  cyn_bytes text = {NULL, 0};
  switch (peek(r)) {
    case -1: return fail(r, r->at, "the text ends where a value should stand");
    case '{': return read_container(r, CLI_JSON_OBJECT);
    case '[': return read_container(r, CLI_JSON_ARRAY);
    case '"': return read_text(r, &text) ? cli_json_string(r->memory, text) : NULL;
    case 't':
      if (take_word(r, "true")) return cli_json_bool(r->memory, true);
      break;
    case 'f':
      if (take_word(r, "false")) return cli_json_bool(r->memory, false);
      break;
    case 'n':
      if (take_word(r, "null")) return cli_json_null(r->memory);
      break;
    default: break;
  }
  return read_number(r);
}

cli_json *cli_json_read(cli_memory *memory, cyn_bytes text, size_t *end, const char **fault) {
  reading r = {memory, text.data != NULL ? text.data : "", text.size, 0, 0, NULL, 0};
  cli_json *out = read_value(&r);
  if (out != NULL && end == NULL) {
    skip_space(&r);
    if (r.at != r.size) out = fail(&r, r.at, "something follows the JSON value");
  }
  if (end != NULL) *end = r.at;
  if (out == NULL) *fault = cli_format(memory, "character %zu: %s", r.where + 1, r.what);
  return out;
}

/* ---- building ---- */

cli_json *cli_json_object(cli_memory *memory) { return node(memory, CLI_JSON_OBJECT); }
cli_json *cli_json_array(cli_memory *memory) { return node(memory, CLI_JSON_ARRAY); }
cli_json *cli_json_null(cli_memory *memory) { return node(memory, CLI_JSON_NULL); }

cli_json *cli_json_string(cli_memory *memory, cyn_bytes content) {
  cli_json *out = node(memory, CLI_JSON_STRING);
  out->text = content;
  return out;
}

cli_json *cli_json_number(cli_memory *memory, cyn_bytes text) {
  cli_json *out = node(memory, CLI_JSON_NUMBER);
  out->text = text;
  return out;
}

cli_json *cli_json_bool(cli_memory *memory, bool truth) {
  cli_json *out = node(memory, CLI_JSON_BOOL);
  out->truth = truth;
  return out;
}

cli_json *cli_json_push(cli_json *array, cli_json *child) {
  if (array->last != NULL)
    array->last->next = child;
  else
    array->first = child;
  array->last = child;
  array->count++;
  return child;
}

cli_json *cli_json_add_bytes(cli_json *object, cyn_bytes name, cli_json *child) {
  child->name = name;
  return cli_json_push(object, child);
}

cli_json *cli_json_add(cli_json *object, const char *name, cli_json *child) {
  return cli_json_add_bytes(object, cyn_str(name), child);
}

cli_json *cli_json_copy(cli_memory *memory, const cli_json *from) {
  cli_json *out = cli_alloc(memory, sizeof *out);
  *out = *from;
  out->next = NULL;
  return out;
}

/* ---- reading a tree ---- */

cli_json *cli_json_get_bytes(const cli_json *object, cyn_bytes name) {
  if (object == NULL || object->kind != CLI_JSON_OBJECT) return NULL;
  for (cli_json *child = object->first; child != NULL; child = child->next)
    if (child->name.size == name.size && memcmp(child->name.data, name.data, name.size) == 0) return child;
  return NULL;
}

cli_json *cli_json_get(const cli_json *object, const char *name) { return cli_json_get_bytes(object, cyn_str(name)); }

cyn_bytes cli_json_text(const cli_json *object, const char *name) {
  const cli_json *found = cli_json_get(object, name);
  return found != NULL && found->kind == CLI_JSON_STRING ? found->text : (cyn_bytes){NULL, 0};
}

/* ---- writing ---- */

static const char *const colours[] = {
    [CLI_JSON_NULL] = "\033[2m",    [CLI_JSON_BOOL] = "\033[33m", [CLI_JSON_NUMBER] = "\033[36m",
    [CLI_JSON_STRING] = "\033[32m", [CLI_JSON_ARRAY] = "",        [CLI_JSON_OBJECT] = "\033[34m", /* a name */
};

static void write_text(cli_text *out, cyn_bytes text) {
  size_t start = 0;
  cli_text_putc(out, '"');
  for (size_t i = 0; i < text.size; i++) {
    unsigned char c = (unsigned char)text.data[i];
    if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7F) continue;
    cli_text_put(out, text.data + start, i - start);
    start = i + 1;
    char escape[8];
    const char *found = c != '\0' ? strchr("\"\"\\\\\bb\ff\nn\rr\tt", c) : NULL;
    if (found != NULL)
      (void)snprintf(escape, sizeof escape, "\\%c", found[1]);
    else
      (void)snprintf(escape, sizeof escape, "\\u%04x", c);
    cli_text_puts(out, escape);
  }
  if (text.size != start) cli_text_put(out, text.data + start, text.size - start);
  cli_text_putc(out, '"');
}

static void paint(cli_text *out, unsigned style, cli_json_kind kind, bool begins) {
  if ((style & CLI_JSON_COLOURED) != 0 && colours[kind][0] != '\0')
    cli_text_puts(out, begins ? colours[kind] : "\033[0m");
}

static void new_line(cli_text *out, unsigned style, unsigned depth) {
  if ((style & CLI_JSON_INDENTED) == 0) return;
  cli_text_putc(out, '\n');
  for (unsigned i = 0; i < depth; i++) cli_text_puts(out, "  ");
}

static void write_node(cli_text *out, const cli_json *value, unsigned style, unsigned depth);

/* What is left of `room` characters behind the value when it is written on one line; 0 when it does not fit. */
static size_t room_behind(const cli_json *value, size_t room) {
  size_t size = value->text.size + value->name.size + 6;
  if (size >= room) return 0;
  room -= size;
  for (const cli_json *child = value->first; child != NULL && room != 0; child = child->next) room = room_behind(child, room);
  return room;
}

static void write_container(cli_text *out, const cli_json *value, unsigned style, unsigned depth) {
  bool is_object = value->kind == CLI_JSON_OBJECT;
  if (depth != 0 && room_behind(value, LINE_COLUMNS) != 0) style &= ~CLI_JSON_INDENTED;
  cli_text_putc(out, is_object ? '{' : '[');
  for (const cli_json *child = value->first; child != NULL; child = child->next) {
    new_line(out, style, depth + 1);
    if (is_object) {
      paint(out, style, CLI_JSON_OBJECT, true);
      write_text(out, child->name);
      paint(out, style, CLI_JSON_OBJECT, false);
      cli_text_puts(out, ": ");
    }
    write_node(out, child, style, depth + 1);
    if (child->next != NULL) cli_text_puts(out, (style & CLI_JSON_INDENTED) != 0 ? "," : ", ");
  }
  if (value->first != NULL) new_line(out, style, depth);
  cli_text_putc(out, is_object ? '}' : ']');
}

static void write_node(cli_text *out, const cli_json *value, unsigned style, unsigned depth) {
  if (value->kind >= CLI_JSON_ARRAY) {
    write_container(out, value, style, depth);
    return;
  }
  paint(out, style, value->kind, true);
  switch (value->kind) {
    case CLI_JSON_BOOL: cli_text_puts(out, value->truth ? "true" : "false"); break;
    case CLI_JSON_NUMBER: cli_text_put(out, value->text.data, value->text.size); break;
    case CLI_JSON_STRING: write_text(out, value->text); break;
    default: cli_text_puts(out, "null"); break;
  }
  paint(out, style, value->kind, false);
}

void cli_json_write(cli_text *out, const cli_json *value, unsigned style) { write_node(out, value, style, 0); }
