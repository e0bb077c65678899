/* Fuzz target: expressions. The first line of the input is the text; each further line is a name, "#key=attribute". The
 * text is compiled as every kind, bound with those names and a value of each type, and used on sample items. What must
 * hold: no fault of memory, and every item that comes out is a sound one. */
#include "base/error.h"
#include "expression/expression.h"
#include "fuzz.h"
#include "value/item.h"
#include "value/item_json.h"
#include "value/utf8.h"

#define NAME_COUNT_MAX 64

static const char values_json[] =
    "{\":s\":{\"S\":\"x\"},\":n\":{\"N\":\"5\"},\":b\":{\"B\":\"YQ==\"},\":ss\":{\"SS\":[\"a\",\"x\"]},"
    "\":ns\":{\"NS\":[\"1\",\"5\"]},\":bs\":{\"BS\":[\"YQ==\"]},\":m\":{\"M\":{\"a\":{\"N\":\"1\"}}},"
    "\":l\":{\"L\":[{\"N\":\"1\"},{\"S\":\"x\"}]},\":z\":{\"NULL\":true},\":t\":{\"BOOL\":true},"
    "\":big\":{\"N\":\"99999999999999999999999999999999999999E87\"},\":T\":{\"S\":\"N\"}}";
static const char *const items_json[] = {
    "{}",
    "{\"a\":{\"N\":\"1\"},\"b\":{\"S\":\"xyz\"},\"c\":{\"L\":[{\"N\":\"1\"},{\"M\":{\"a\":{\"L\":[]}}},{\"L\":[{\"N\":"
    "\"2\"}]}]},\"d\":{\"M\":{\"a\":{\"M\":{\"b\":{\"N\":\"9\"}}},\"b\":{\"SS\":[\"a\",\"b\"]}}},\"e\":{\"NS\":[\"1\"]}}",
    "{\"a\":{\"L\":[{\"L\":[{\"M\":{\"a\":{\"N\":\"1\"},\"b\":{\"N\":\"2\"}}}]},{\"NULL\":true}]},\"b\":{\"M\":{\"c\":"
    "{\"BS\":[\"YQ==\"]}}},\"c\":{\"B\":\"YWE=\"},\"x.y\":{\"BOOL\":false},\"n\":{\"N\":\"-0.5\"}}"};

static cyn_item read_item(cyn_i_arena *arena, const char *text) {
  cyn_item item = {NULL, 0, NULL};
  cyn_i_json json;
  cyn_i_json_fault fault = {NULL};
  cyn_i_json_init(&json, (const uint8_t *)text, strlen(text), arena);
  if (cyn_i_json_next(&json) != CYN_JSON_OBJECT_BEGIN || !cyn_i_item_from_json(&json, &item, &fault) ||
      fault.message != NULL || item.fault != NULL)
    abort();
  return item;
}

static void require_sound(const cyn_i_buf *buf) {
  if (!buf->failed && !cyn_i_item_is_valid(buf->data, buf->size)) abort();
}

static void use_update(const cyn_i_bound *bound, const uint8_t *item, cyn_i_arena *arena) {
  cyn_i_buf updated, touched;
  cyn_error error = CYN_ERROR_INIT;
  cyn_i_buf_init(&updated, NULL);
  cyn_i_buf_init(&touched, NULL);
  for (size_t i = 0; i < cyn_i_update_target_count(bound); i++) (void)cyn_i_update_target_at(bound, i);
  if (cyn_i_update_apply(bound, item, arena, &updated, &error) == CYN_OK) {
    require_sound(&updated);
    cyn_i_update_touched(bound, updated.data, &touched);
    require_sound(&touched);
  }
  cyn_error_clean_up(&error);
  cyn_i_buf_clean_up(&updated);
  cyn_i_buf_clean_up(&touched);
}

static void use(cyn_i_expression_kind kind, const cyn_i_bound *bound, const uint8_t *item, cyn_i_arena *arena) {
  if (kind == CYN_EXPRESSION_UPDATE) {
    use_update(bound, item, arena);
  } else if (kind == CYN_EXPRESSION_PROJECTION) {
    cyn_i_buf buf;
    cyn_i_buf_init(&buf, NULL);
    cyn_i_projection_apply(bound, item, &buf);
    require_sound(&buf);
    cyn_i_buf_clean_up(&buf);
  } else {
    (void)cyn_i_condition_evaluate(bound, item);
  }
}

static void run_kind(cyn_i_expression_kind kind, cyn_bytes text, cyn_i_substitutions *substitutions, cyn_i_arena *arena) {
  const cyn_i_program *program;
  cyn_i_bound *bound = NULL;
  cyn_i_check check;
  cyn_error error = CYN_ERROR_INIT;
  cyn_status status = cyn_i_program_compile(kind, text, arena, &program, &check, &error);
  if (status == CYN_OK) status = cyn_i_program_bind(program, substitutions, arena, &bound, &check, &error);
  if ((status == CYN_OK) != (check == CYN_CHECK_NONE)) abort();
  for (size_t i = 0; status == CYN_OK && i < sizeof items_json / sizeof *items_json; i++)
    use(kind, bound, read_item(arena, items_json[i]).data, arena);
  if (status == CYN_OK && kind == CYN_EXPRESSION_KEY_CONDITION) {
    const cyn_i_key_condition *conditions;
    size_t count;
    (void)!cyn_i_key_conditions(bound, arena, &conditions, &count, &check, &error);
  }
  if (status == CYN_OK) (void)!cyn_i_substitutions_check_unused(substitutions, arena, &check, &error);
  cyn_error_clean_up(&error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_bytes left = {size != 0 ? (const char *)data : "", size};
  cyn_bytes text = next_line(&left);
  cyn_string_pair pairs[NAME_COUNT_MAX];
  cyn_string_map names = {0, pairs};
  while (left.size != 0 && names.count < NAME_COUNT_MAX) {
    cyn_bytes line = next_line(&left);
    const char *equals = memchr(line.data, '=', line.size);
    size_t key = equals != NULL ? (size_t)(equals - line.data) : line.size;
    cyn_bytes value = {equals != NULL ? equals + 1 : "", equals != NULL ? line.size - key - 1 : 0};
    /* names come out of the JSON reader, which takes sound UTF-8 only */
    if (cyn_i_utf8_is_valid(value)) pairs[names.count++] = (cyn_string_pair){{line.data, key}, value};
  }
  if (names.count == 0) names.at = NULL;
  cyn_item values = read_item(&arena, values_json);
  for (int kind = CYN_EXPRESSION_CONDITION; kind <= CYN_EXPRESSION_UPDATE; kind++) {
    cyn_i_substitutions substitutions;
    cyn_i_check check;
    cyn_error error = CYN_ERROR_INIT;
    if (cyn_i_substitutions_init(&substitutions, names, values, &arena, &check, &error) == CYN_OK)
      run_kind((cyn_i_expression_kind)kind, text, &substitutions, &arena);
    cyn_error_clean_up(&error);
  }
  cyn_i_arena_clean_up(&arena);
  return 0;
}
