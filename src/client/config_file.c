/* See config_file.h. Line by line: comments stand on lines of their own; a line that is indented deeper than the key
 * above it continues that key's value; a value that begins on the next line is a nested section. Anything that is not
 * understood is an error, since botocore refuses the whole file too. The file is the user's, yet may be hostile: sizes and
 * counts are bounded, nothing recurses. */
#include "client/config_file.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"
#include "value/utf8.h"

typedef struct parser {
  const char *path;
  cyn_i_arena *arena;
  cyn_error *error;
  cyn_status status;
  size_t line;
  cyn_i_config_section *sections;
  size_t section_count, section_capacity;
  cyn_i_config_entry *entries; /* of the section under way */
  size_t entry_count, entry_capacity;
  cyn_i_buf value;             /* of the entry under way */
  size_t value_line;
  size_t indent;               /* of the line that began the entry or section under way */
  bool has_section, has_entry;
} parser;

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f); }

static cyn_bytes trim(cyn_bytes text) {
  while (text.size != 0 && is_blank(text.data[text.size - 1])) text.size--;
  while (text.size != 0 && is_blank(text.data[0])) text.data++, text.size--;
  return text;
}

static bool is_same(cyn_bytes a, cyn_bytes b) { return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0); }

static bool fail(parser *p, size_t line, const char *what) {
  p->status = cyn_i_error_setf(p->error, CYN_E_USAGE, "%s:%zu: %s", p->path, line, what);
  return false;
}

static bool no_memory(parser *p) {
  p->status = cyn_i_error_no_memory(p->error);
  return false;
}

/* Room for one more in a growing array. */
static void *grow(parser *p, void *array, size_t count, size_t *capacity, size_t size) {
  if (count < *capacity) return array;
  size_t wanted = *capacity != 0 ? *capacity * 2 : 16;
  void *out = cyn_i_arena_grow(p->arena, array, *capacity * size, wanted * size);
  if (out != NULL) *capacity = wanted;
  return out;
}

/* ---- nested sections ---- */

static bool take_nested(parser *p, cyn_i_config_entry *entry, cyn_bytes text) {
  cyn_i_config_entry *nested = NULL;
  size_t count = 0, capacity = 0, line = p->value_line;
  for (size_t at = 0; at < text.size; line++) {
    const char *newline = memchr(text.data + at, '\n', text.size - at);
    size_t end = newline != NULL ? (size_t)(newline - text.data) : text.size;
    cyn_bytes row = trim((cyn_bytes){text.data + at, end - at});
    at = end + 1;
    if (row.size == 0) continue;
    const char *equals = memchr(row.data, '=', row.size);
    if (equals == NULL) return fail(p, line, "a nested section has lines of the form name = value");
    if (count == CYN_CONFIG_ENTRIES_MAX) return fail(p, line, "too many lines in a nested section");
    nested = grow(p, nested, count, &capacity, sizeof *nested);
    if (nested == NULL) return no_memory(p);
    size_t left = (size_t)(equals - row.data);
    memset(&nested[count], 0, sizeof nested[count]);
    nested[count].key = trim((cyn_bytes){row.data, left});
    nested[count].value = trim((cyn_bytes){equals + 1, row.size - left - 1});
    count++;
  }
  entry->value = (cyn_bytes){NULL, 0};
  entry->nested = nested;
  entry->nested_count = count;
  return true;
}

/* ---- entries and sections ---- */

static bool end_entry(parser *p) {
  if (!p->has_entry) return true;
  p->has_entry = false;
  if (p->value.failed) return no_memory(p);
  cyn_bytes text = {(const char *)p->value.data, p->value.size};
  while (text.size != 0 && is_blank(text.data[text.size - 1])) text.size--;
  cyn_i_config_entry *entry = &p->entries[p->entry_count - 1];
  cyn_bytes copy = cyn_i_arena_copy(p->arena, text.data != NULL ? text : cyn_str(""));
  if (copy.data == NULL) return no_memory(p);
  entry->value = copy;
  return copy.size == 0 || copy.data[0] != '\n' || take_nested(p, entry, copy);
}

static bool end_section(parser *p) {
  if (!end_entry(p)) return false;
  if (!p->has_section) return true;
  cyn_i_config_section *section = &p->sections[p->section_count - 1];
  section->entries = p->entries;
  section->count = p->entry_count;
  p->entries = NULL;
  p->entry_count = p->entry_capacity = 0;
  return true;
}

static bool begin_section(parser *p, cyn_bytes name) {
  if (!end_section(p)) return false;
  uint64_t hash = cyn_i_hash64(name);
  for (size_t i = 0; i < p->section_count; i++)
    if (p->sections[i].name_hash == hash && is_same(p->sections[i].name, name))
      return fail(p, p->line, "this section stands in the file twice");
  if (p->section_count == CYN_CONFIG_SECTIONS_MAX) return fail(p, p->line, "too many sections");
  p->sections = grow(p, p->sections, p->section_count, &p->section_capacity, sizeof *p->sections);
  if (p->sections == NULL) return no_memory(p);
  cyn_i_config_section section = {cyn_i_arena_copy(p->arena, name), hash, NULL, 0};
  if (section.name.data == NULL) return no_memory(p);
  p->sections[p->section_count++] = section;
  p->has_section = true;
  return true;
}

static bool begin_entry(parser *p, cyn_bytes row) {
  size_t at = 0;
  while (at < row.size && row.data[at] != '=' && row.data[at] != ':') at++;
  if (at == row.size) return fail(p, p->line, "not a [section], a key = value or a comment");
  cyn_bytes key = cyn_i_arena_copy(p->arena, trim((cyn_bytes){row.data, at}));
  if (key.data == NULL) return no_memory(p);
  if (key.size == 0) return fail(p, p->line, "a value without a key");
  char *lower = (char *)(uintptr_t)key.data;
  for (size_t i = 0; i < key.size; i++)
    if (lower[i] >= 'A' && lower[i] <= 'Z') lower[i] = (char)(lower[i] - 'A' + 'a');
  for (size_t i = 0; i < p->entry_count; i++)
    if (is_same(p->entries[i].key, key)) return fail(p, p->line, "this key stands in its section twice");
  if (p->entry_count == CYN_CONFIG_ENTRIES_MAX) return fail(p, p->line, "too many keys in one section");
  p->entries = grow(p, p->entries, p->entry_count, &p->entry_capacity, sizeof *p->entries);
  if (p->entries == NULL) return no_memory(p);
  memset(&p->entries[p->entry_count], 0, sizeof p->entries[0]);
  p->entries[p->entry_count++].key = key;
  p->has_entry = true;
  p->value_line = p->line;
  p->value.size = 0;
  cyn_bytes value = trim((cyn_bytes){row.data + at + 1, row.size - at - 1});
  cyn_i_buf_append(&p->value, value.data, value.size);
  return true;
}

static bool take_line(parser *p, cyn_bytes line) {
  size_t indent = 0;
  while (indent < line.size && is_blank(line.data[indent])) indent++;
  cyn_bytes row = trim(line);
  if (row.size == 0) {
    if (p->has_entry) cyn_i_buf_byte(&p->value, '\n');
    return true;
  }
  if (row.data[0] == '#' || row.data[0] == ';') return true;
  if (p->has_entry && indent > p->indent) {
    cyn_i_buf_byte(&p->value, '\n');
    cyn_i_buf_append(&p->value, row.data, row.size);
    return true;
  }
  p->indent = indent;
  if (row.data[0] == '[') {
    size_t end = row.size;
    while (end > 0 && row.data[end - 1] != ']') end--;
    if (end > 2) return begin_section(p, (cyn_bytes){row.data + 1, end - 2});
  }
  if (!p->has_section) return fail(p, p->line, "a file begins with a [section]");
  return end_entry(p) && begin_entry(p, row);
}

cyn_status cyn_i_config_file_parse(cyn_bytes text, const char *path, cyn_i_arena *arena, cyn_i_config_file *out,
                                   cyn_error *error) {
  memset(out, 0, sizeof *out);
  if (text.size > CYN_CONFIG_FILE_BYTES_MAX)
    return cyn_i_error_setf(error, CYN_E_USAGE, "%s: larger than %zu bytes", path, CYN_CONFIG_FILE_BYTES_MAX);
  if (!cyn_i_utf8_is_valid(text)) return cyn_i_error_setf(error, CYN_E_USAGE, "%s: not UTF-8", path);
  parser p;
  memset(&p, 0, sizeof p);
  p.path = path;
  p.arena = arena;
  p.error = error;
  cyn_i_buf_init(&p.value, NULL);
  bool is_sound = true;
  for (size_t at = 0; is_sound && at < text.size;) {
    size_t end = at;
    while (end < text.size && text.data[end] != '\n' && text.data[end] != '\r') end++;
    p.line++;
    is_sound = take_line(&p, (cyn_bytes){text.data + at, end - at});
    at = end + (end + 1 < text.size && text.data[end] == '\r' && text.data[end + 1] == '\n' ? 2 : 1);
  }
  if (is_sound) is_sound = end_section(&p);
  cyn_i_buf_clean_up(&p.value);
  if (!is_sound) return p.status;
  out->sections = p.sections;
  out->count = p.section_count;
  return CYN_OK;
}

const cyn_i_config_section *cyn_i_config_file_find(const cyn_i_config_file *file, cyn_bytes name) {
  uint64_t hash = cyn_i_hash64(name);
  for (size_t i = 0; i < file->count; i++)
    if (file->sections[i].name_hash == hash && is_same(file->sections[i].name, name)) return &file->sections[i];
  return NULL;
}

const cyn_i_config_entry *cyn_i_config_entry_find(const cyn_i_config_entry *entries, size_t count, const char *key) {
  for (size_t i = count; i > 0; i--)
    if (is_same(entries[i - 1].key, cyn_str(key))) return &entries[i - 1];
  return NULL;
}
