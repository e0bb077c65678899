/* The maps of names and values: bad keys, bad values, and what was left unused. */
#include "expression_case.h"

static void check_init(cyn_string_map names, cyn_item values, cyn_i_arena *arena, cyn_i_check expected_check,
                       const char *expected) {
  cyn_i_substitutions substitutions;
  cyn_i_check check;
  cyn_error error = CYN_ERROR_INIT;
  cyn_status status = cyn_i_substitutions_init(&substitutions, names, values, arena, &check, &error);
  CHECK_INT(check, expected_check);
  if (expected == NULL)
    CHECK_INT(status, CYN_OK);
  else
    CHECK_STR(error.message, expected);
  cyn_error_clean_up(&error);
}

static cyn_string_map one_name(cyn_string_pair *pair, const char *key) {
  pair->key = cyn_str(key);
  pair->value = cyn_str("x");
  return (cyn_string_map){1, pair};
}

TEST(keys) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_string_pair pair;
  cyn_string_map none = {0, NULL}, empty = {0, &pair};
  cyn_item no_values = {NULL, 0, NULL};
  check_init(none, no_values, &arena, CYN_CHECK_NONE, NULL);
  check_init(empty, no_values, &arena, CYN_CHECK_NAMES_EMPTY, "ExpressionAttributeNames must not be empty");
  check_init(none, item_of(&arena, "{}", ""), &arena, CYN_CHECK_VALUES_EMPTY,
             "ExpressionAttributeValues must not be empty");
  static const char *const bad[] = {"", "#", "a", "#a.b", "# a", "##", "#a-b", ":a"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    check_init(one_name(&pair, bad[i]), item_of(&arena, "{}", ""), &arena, CYN_CHECK_NAMES_KEY,
               cyn_i_arena_printf(&arena, "ExpressionAttributeNames contains invalid key: Syntax error; key: \"%s\"", bad[i]));
  check_init(one_name(&pair, "#4g"), no_values, &arena, CYN_CHECK_NONE, NULL);
  check_init(one_name(&pair, "#_"), no_values, &arena, CYN_CHECK_NONE, NULL);
  check_init(none, item_of(&arena, "a: 1", ""), &arena, CYN_CHECK_VALUES_KEY,
             "ExpressionAttributeValues contains invalid key: Syntax error; key: \"a\"");
  check_init(none, item_of(&arena, "a b: 1", ":"), &arena, CYN_CHECK_VALUES_KEY,
             "ExpressionAttributeValues contains invalid key: Syntax error; key: \":a b\"");
  cyn_i_arena_clean_up(&arena);
}

TEST(values) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_fault fault = {cyn_str(":v"), "One or more parameter values were invalid: An string set  may not be empty"};
  cyn_item values = item_of(&arena, "v: 1", ":");
  values.fault = &fault;
  check_init((cyn_string_map){0, NULL}, values, &arena, CYN_CHECK_VALUES_VALUE,
             "ExpressionAttributeValues contains invalid value: One or more parameter values were invalid: An string set  "
             "may not be empty for key :v");
  values = item_of(&arena, "", ":");
  values.fault = &fault;
  check_init((cyn_string_map){0, NULL}, values, &arena, CYN_CHECK_VALUES_VALUE,
             "ExpressionAttributeValues contains invalid value: One or more parameter values were invalid: An string set  "
             "may not be empty for key :v");
  cyn_i_arena_clean_up(&arena);
}

static void check_unused(const char *text, const char *names, const char *values, cyn_i_check check,
                         const char *expected) {
  bound_case bound;
  bound_case_init(&bound, CYN_EXPRESSION_FILTER, text, names, values);
  REQUIRE(bound.status == CYN_OK);
  cyn_status status =
      cyn_i_substitutions_check_unused(&bound.substitutions, &bound.arena, &bound.check, &bound.error);
  CHECK_INT(bound.check, check);
  if (expected == NULL)
    CHECK_INT(status, CYN_OK);
  else
    CHECK_STR(bound.error.message, expected);
  bound_case_clean_up(&bound);
}

TEST(unused) {
  check_unused("#a = :a", "a=x", "a: 1", CYN_CHECK_NONE, NULL);
  check_unused("a = b", NULL, NULL, CYN_CHECK_NONE, NULL);
  check_unused("#a = :a", "a=x b=y", "a: 1, b: 2", CYN_CHECK_NAMES_UNUSED,
               "Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}");
  check_unused("a = :a", "a=x b=y", "a: 1", CYN_CHECK_NAMES_UNUSED,
               "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a, #b}");
  check_unused("#a = :c", "a=x", "a: 1, b: 2, c: 3", CYN_CHECK_VALUES_UNUSED,
               "Value provided in ExpressionAttributeValues unused in expressions: keys: {:a, :b}");
}

/* Many names and values go through the hash tables. */
TEST(many) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_buf text, names, values;
  cyn_i_buf_init(&text, &arena);
  cyn_i_buf_init(&names, &arena);
  cyn_i_buf_init(&values, &arena);
  for (int i = 0; i < 100; i++) {
    cyn_i_buf_printf(&text, "%s#n%d = :v%d", i ? " AND " : "", i, i);
    cyn_i_buf_printf(&names, "n%d=a%d ", i, i);
    cyn_i_buf_printf(&values, "v%d: %d,", i, i);
  }
  cyn_i_buf_text(&names, "left=x");
  cyn_i_buf_byte(&text, '\0');
  cyn_i_buf_byte(&names, '\0');
  cyn_i_buf_byte(&values, '\0');
  check_unused((char *)text.data, (char *)names.data, (char *)values.data, CYN_CHECK_NAMES_UNUSED,
               "Value provided in ExpressionAttributeNames unused in expressions: keys: {#left}");
  bound_case bound;
  bound_case_init(&bound, CYN_EXPRESSION_FILTER, "#n1 = :x", (char *)names.data, (char *)values.data);
  CHECK_STR(bound.error.message,
            "Invalid FilterExpression: An expression attribute value used in expression is not defined; attribute value: :x");
  bound_case_clean_up(&bound);
  cyn_i_arena_clean_up(&arena);
}

TEST(long_name) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  char *name = calloc(1, 65537);
  memset(name, 'a', 65536);
  cyn_string_pair pair = {cyn_str("#a"), {name, 65535}};
  check_init((cyn_string_map){1, &pair}, (cyn_item){NULL, 0, NULL}, &arena, CYN_CHECK_NONE, NULL);
  pair.value.size = 65536;
  check_init((cyn_string_map){1, &pair}, (cyn_item){NULL, 0, NULL}, &arena, CYN_CHECK_NAMES_KEY,
             "ExpressionAttributeNames contains invalid value: Attribute name is too large, must be less than 65536 bytes "
             "for key #a");
  pair.value.size = 0;
  check_init((cyn_string_map){1, &pair}, (cyn_item){NULL, 0, NULL}, &arena, CYN_CHECK_NAMES_KEY,
             "ExpressionAttributeNames contains invalid value: Empty attribute name for key #a");
  free(name);
  cyn_i_arena_clean_up(&arena);
}
