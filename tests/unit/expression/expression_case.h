/* Tables of expression cases, and a short notation for items so that a case fits on a line:
 *   1 -1.5e3  'text'  b'bytes'  true false null  [1, 'a']  {k: 1}  <1 2>  <'a' 'b'>  <b'x'>      sets sorted by us
 * An item is {k: v, …}; names are "a=attribute" for #a, parted by blanks; values are "v: 1" for :v.
 * A case's expected text is "true" or "false", an item in the notation, or the whole message of an error. */
#ifndef CYN_TESTS_EXPRESSION_CASE_H
#define CYN_TESTS_EXPRESSION_CASE_H

#include <stdlib.h>

#include "base/buf.h"
#include "base/error.h"
#include "expression/expression.h"
#include "test.h"
#include "value/item.h"
#include "value/item_json.h"
#include "value/number.h"

#define UNUSED __attribute__((unused))

typedef struct reader {
  const char *next;
  cyn_i_arena *arena;
} reader;

static void skip_blanks(reader *notation) {
  while (*notation->next == ' ' || *notation->next == ',') notation->next++;
}

static cyn_bytes read_quoted(reader *notation) {
  const char *start = ++notation->next;
  while (*notation->next != '\'' && *notation->next != '\0') notation->next++;
  cyn_bytes out = {start, (size_t)(notation->next - start)};
  if (*notation->next != '\0') notation->next++;
  return out;
}

static cyn_i_number read_number(reader *notation) {
  const char *start = notation->next;
  while (*notation->next != '\0' && strchr("0123456789.+-eE", *notation->next) != NULL) notation->next++;
  cyn_i_number out = {0, {0}};
  cyn_bytes text = {start, (size_t)(notation->next - start)};
  if (cyn_i_number_parse(text, &out) != CYN_NUMBER_OK) test_failed(__FILE__, __LINE__, "bad notation at %s", start);
  if (notation->next == start) notation->next = "";
  return out;
}

static void read_set(reader *notation, cyn_i_buf *buf) {
  cyn_bytes contents[64];
  uint32_t count = 0;
  cyn_type type = CYN_TYPE_NS;
  bool unique = true;
  notation->next++;
  for (skip_blanks(notation); *notation->next != '>' && *notation->next != '\0' && count < 64; skip_blanks(notation)) {
    if (*notation->next == '\'') {
      type = CYN_TYPE_SS;
      contents[count++] = read_quoted(notation);
    } else if (*notation->next == 'b') {
      type = CYN_TYPE_BS;
      notation->next++;
      contents[count++] = read_quoted(notation);
    } else {
      cyn_i_number number = read_number(notation);
      contents[count++] =
          cyn_i_arena_copy(notation->arena, (cyn_bytes){(const char *)number.bytes, number.size});
    }
  }
  if (*notation->next == '>') notation->next++;
  cyn_i_write_set(buf, type, contents, count, &unique);
}

static uint32_t read_pairs(reader *notation, cyn_i_buf *buf, const char *key_prefix);

static void read_value(reader *notation, cyn_i_buf *buf) {
  skip_blanks(notation);
  const char *at = notation->next;
  if (*at == '\'') {
    cyn_i_write_string(buf, CYN_TYPE_S, read_quoted(notation));
  } else if (*at == 'b') {
    notation->next++;
    cyn_i_write_string(buf, CYN_TYPE_B, read_quoted(notation));
  } else if (*at == 't' || *at == 'f') {
    cyn_i_write_bool(buf, *at == 't');
    notation->next += *at == 't' ? 4 : 5;
  } else if (*at == 'n') {
    cyn_i_write_null(buf);
    notation->next += 4;
  } else if (*at == '<') {
    read_set(notation, buf);
  } else if (*at == '[' || *at == '{') {
    size_t mark = cyn_i_write_open(buf, *at == '[' ? CYN_TYPE_L : CYN_TYPE_M);
    uint32_t count = 0;
    notation->next++;
    if (*at == '{') count = read_pairs(notation, buf, "");
    for (skip_blanks(notation); *notation->next != ']' && *notation->next != '}' && *notation->next != '\0';
         skip_blanks(notation), count++)
      read_value(notation, buf);
    if (*notation->next != '\0') notation->next++;
    cyn_i_write_close(buf, mark, count);
  } else {
    cyn_i_number number = read_number(notation);
    cyn_i_write_number(buf, number.bytes, number.size);
  }
}

static uint32_t read_pairs(reader *notation, cyn_i_buf *buf, const char *key_prefix) {
  uint32_t count = 0;
  for (skip_blanks(notation); *notation->next != '}' && *notation->next != '\0'; skip_blanks(notation), count++) {
    const char *start = notation->next;
    while (*notation->next != ':' && *notation->next != '\0') notation->next++;
    const char *key = cyn_i_arena_printf(notation->arena, "%s%.*s", key_prefix, (int)(notation->next - start), start);
    if (*notation->next == ':') notation->next++;
    cyn_i_write_name(buf, cyn_str(key));
    read_value(notation, buf);
  }
  return count;
}

/* An item from "{a: 1}", or values from "v: 1" with the prefix ":". */
UNUSED static cyn_item item_of(cyn_i_arena *arena, const char *text, const char *key_prefix) {
  cyn_item out = {NULL, 0, NULL};
  if (text == NULL) return out;
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, arena);
  reader notation = {text, arena};
  if (*notation.next == '{') notation.next++;
  cyn_i_item_writer writer;
  cyn_i_item_begin(&writer, &buf);
  writer.count = read_pairs(&notation, &buf, key_prefix);
  cyn_i_item_end(&writer);
  out.data = buf.data;
  out.size = buf.size;
  if (!cyn_i_item_is_valid(out.data, out.size)) test_failed(__FILE__, __LINE__, "bad notation: %s", text);
  return out;
}

UNUSED static const uint8_t *value_of(cyn_i_arena *arena, const char *text) {
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, arena);
  reader notation = {text, arena};
  read_value(&notation, &buf);
  return buf.data;
}

UNUSED static cyn_string_map names_of(cyn_i_arena *arena, const char *text) {
  cyn_string_map out = {0, NULL};
  if (text == NULL) return out;
  cyn_string_pair *pairs = cyn_i_arena_zalloc(arena, strlen(text) + 1, sizeof *pairs);
  out.at = pairs;
  while (*text != '\0') {
    size_t size = strcspn(text, " ");
    const char *equals = memchr(text, '=', size);
    size_t key = equals != NULL ? (size_t)(equals - text) : size;
    pairs[out.count].key = cyn_str(cyn_i_arena_printf(arena, "#%.*s", (int)key, text));
    pairs[out.count++].value =
        cyn_str(equals != NULL ? cyn_i_arena_printf(arena, "%.*s", (int)(size - key - 1), equals + 1) : "");
    text += size;
    while (*text == ' ') text++;
  }
  return out;
}

UNUSED static bool items_equal(const uint8_t *a, const uint8_t *b) {
  cyn_i_pairs pairs = cyn_i_item_pairs(a);
  cyn_bytes name;
  const uint8_t *value;
  if (cyn_i_item_count(a) != cyn_i_item_count(b)) return false;
  while (cyn_i_pairs_next(&pairs, &name, &value)) {
    const uint8_t *other = cyn_i_item_find(b, name);
    if (other == NULL || !cyn_i_value_equal(value, other)) return false;
  }
  return true;
}

UNUSED static const char *item_text(cyn_i_arena *arena, const uint8_t *item) {
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, arena);
  cyn_i_item_to_json(&buf, item);
  cyn_i_buf_byte(&buf, '\0');
  return (const char *)buf.data;
}

typedef struct expression_case {
  const char *text;
  const char *names;    /* NULL: absent */
  const char *values;   /* NULL: absent */
  const char *item;     /* NULL: no item (conditions), {} (updates, projections) */
  const char *expected;
} expression_case;

typedef struct bound_case {
  cyn_i_arena arena;
  cyn_i_substitutions substitutions;
  const cyn_i_program *program;
  cyn_i_bound *bound;
  cyn_i_check check;
  cyn_error error;
  cyn_status status;
} bound_case;

/* Compiles and binds; `status`, `check` and `error` tell how that went. */
UNUSED static void bound_case_init(bound_case *out, cyn_i_expression_kind kind, const char *text, const char *names,
                                   const char *values) {
  memset(out, 0, sizeof *out);
  cyn_i_arena_init(&out->arena, 0);
  out->status = cyn_i_substitutions_init(&out->substitutions, names_of(&out->arena, names),
                                         item_of(&out->arena, values, ":"), &out->arena, &out->check, &out->error);
  if (out->status == CYN_OK)
    out->status = cyn_i_program_compile(kind, cyn_str(text), &out->arena, &out->program, &out->check, &out->error);
  if (out->status == CYN_OK)
    out->status =
        cyn_i_program_bind(out->program, &out->substitutions, &out->arena, &out->bound, &out->check, &out->error);
}

UNUSED static void bound_case_clean_up(bound_case *bound) {
  cyn_error_clean_up(&bound->error);
  cyn_i_arena_clean_up(&bound->arena);
}

static void case_failed(const char *file, int line, const expression_case *at, const char *actual) {
  test_failed(file, line, "%s\n   with %s / %s on %s\n   gives    %s\n   expected %s", at->text,
              at->names ? at->names : "-", at->values ? at->values : "-", at->item ? at->item : "-", actual,
              at->expected);
}

/* Runs what the kind does, and compares with what is expected. */
static void run_bound(bound_case *bound, cyn_i_expression_kind kind, const expression_case *at, const char *file,
                      int line) {
  if (kind <= CYN_EXPRESSION_KEY_CONDITION) {
    const uint8_t *item = item_of(&bound->arena, at->item, "").data;
    const char *actual = cyn_i_condition_evaluate(bound->bound, item) ? "true" : "false";
    if (strcmp(actual, at->expected) != 0) case_failed(file, line, at, actual);
    return;
  }
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, NULL);
  const uint8_t *item = item_of(&bound->arena, at->item != NULL ? at->item : "{}", "").data;
  if (kind == CYN_EXPRESSION_PROJECTION)
    cyn_i_projection_apply(bound->bound, item, &buf);
  else
    bound->status = cyn_i_update_apply(bound->bound, item, &bound->arena, &buf, &bound->error);
  if (bound->status != CYN_OK) {
    if (strcmp(bound->error.message, at->expected) != 0) case_failed(file, line, at, bound->error.message);
  } else if (!cyn_i_item_is_valid(buf.data, buf.size)) {
    case_failed(file, line, at, "bytes that are no item");
  } else if (at->expected[0] != '{' || !items_equal(buf.data, item_of(&bound->arena, at->expected, "").data)) {
    case_failed(file, line, at, item_text(&bound->arena, buf.data));
  }
  cyn_i_buf_clean_up(&buf);
}

UNUSED static void run_case(cyn_i_expression_kind kind, const expression_case *at, const char *file, int line) {
  bound_case bound;
  bound_case_init(&bound, kind, at->text, at->names, at->values);
  if (bound.status == CYN_OK)
    run_bound(&bound, kind, at, file, line);
  else if (strcmp(bound.error.message, at->expected) != 0)
    case_failed(file, line, at, bound.error.message);
  bound_case_clean_up(&bound);
}

#define RUN_CASES(kind, cases)                                          \
  do {                                                                  \
    for (size_t i_ = 0; i_ < sizeof(cases) / sizeof *(cases); i_++)     \
      run_case((kind), &(cases)[i_], __FILE__, __LINE__);               \
  } while (0)

#endif
