/* Programs from legacy parameters: the same meaning as expressions, with names taken as they are. */
#include "expression_case.h"

#define ITEM "{n: 5, s: 'hello', a.b: 1, ss: <'x' 'y'>, l: [1], nul: null}"

static bool holds(cyn_i_legacy_operator operator_, const char *attribute, const char *first, const char *second) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  const uint8_t *values[2] = {NULL, NULL};
  size_t count = 0;
  if (first != NULL) values[count++] = value_of(&arena, first);
  if (second != NULL) values[count++] = value_of(&arena, second);
  cyn_i_legacy_term term = {cyn_str(attribute), operator_, values, count};
  cyn_i_bound *bound = cyn_i_legacy_condition(&arena, &term, 1, false);
  bool out = bound != NULL && cyn_i_condition_evaluate(bound, item_of(&arena, ITEM, "").data);
  cyn_i_arena_clean_up(&arena);
  return out;
}

TEST(operators) {
  CHECK(holds(CYN_LEGACY_EQ, "n", "5", NULL));
  CHECK(!holds(CYN_LEGACY_EQ, "n", "6", NULL));
  CHECK(holds(CYN_LEGACY_EQ, "a.b", "1", NULL));
  CHECK(holds(CYN_LEGACY_NE, "n", "'5'", NULL));
  CHECK(holds(CYN_LEGACY_NE, "x", "5", NULL));
  CHECK(holds(CYN_LEGACY_LE, "n", "5", NULL));
  CHECK(!holds(CYN_LEGACY_LT, "n", "5", NULL));
  CHECK(holds(CYN_LEGACY_GE, "n", "5", NULL));
  CHECK(holds(CYN_LEGACY_GT, "n", "4", NULL));
  CHECK(!holds(CYN_LEGACY_GT, "x", "4", NULL));
  CHECK(holds(CYN_LEGACY_NOT_NULL, "nul", NULL, NULL));
  CHECK(!holds(CYN_LEGACY_NOT_NULL, "x", NULL, NULL));
  CHECK(holds(CYN_LEGACY_NULL, "x", NULL, NULL));
  CHECK(!holds(CYN_LEGACY_NULL, "n", NULL, NULL));
  CHECK(holds(CYN_LEGACY_CONTAINS, "s", "'ell'", NULL));
  CHECK(holds(CYN_LEGACY_CONTAINS, "ss", "'x'", NULL));
  CHECK(!holds(CYN_LEGACY_CONTAINS, "x", "'x'", NULL));
  CHECK(holds(CYN_LEGACY_NOT_CONTAINS, "ss", "'z'", NULL));
  CHECK(!holds(CYN_LEGACY_NOT_CONTAINS, "ss", "'x'", NULL));
  CHECK(holds(CYN_LEGACY_BEGINS_WITH, "s", "'he'", NULL));
  CHECK(holds(CYN_LEGACY_IN, "n", "1", "5"));
  CHECK(!holds(CYN_LEGACY_IN, "n", "1", "2"));
  CHECK(holds(CYN_LEGACY_BETWEEN, "n", "1", "5"));
  CHECK(!holds(CYN_LEGACY_BETWEEN, "n", "6", "7"));
}

TEST(several_terms) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  const uint8_t *five = value_of(&arena, "5"), *one = value_of(&arena, "1");
  cyn_i_legacy_term terms[] = {{cyn_str("n"), CYN_LEGACY_EQ, &five, 1},
                               {cyn_str("x"), CYN_LEGACY_NULL, NULL, 0},
                               {cyn_str("a.b"), CYN_LEGACY_EQ, &one, 1},
                               {cyn_str("s"), CYN_LEGACY_EQ, &one, 1}};
  const uint8_t *item = item_of(&arena, ITEM, "").data;
  CHECK(cyn_i_condition_evaluate(cyn_i_legacy_condition(&arena, terms, 0, false), item));
  CHECK(cyn_i_condition_evaluate(cyn_i_legacy_condition(&arena, terms, 3, false), item));
  CHECK(!cyn_i_condition_evaluate(cyn_i_legacy_condition(&arena, terms, 4, false), item));
  CHECK(cyn_i_condition_evaluate(cyn_i_legacy_condition(&arena, terms, 4, true), item));
  CHECK(!cyn_i_condition_evaluate(cyn_i_legacy_condition(&arena, terms + 3, 1, true), item));
  CHECK_INT(cyn_i_bound_path_count(cyn_i_legacy_condition(&arena, terms, 4, true)), 4);
  cyn_i_arena_clean_up(&arena);
}

static void check_update(cyn_i_update_action action, const char *attribute, const char *value, const char *item,
                         const char *expected) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_legacy_update update = {cyn_str(attribute), action, value != NULL ? value_of(&arena, value) : NULL};
  cyn_i_bound *bound = cyn_i_legacy_update_new(&arena, &update, 1);
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, &arena);
  cyn_error error = CYN_ERROR_INIT;
  cyn_status status = cyn_i_update_apply(bound, item_of(&arena, item, "").data, &arena, &buf, &error);
  if (status != CYN_OK)
    CHECK_STR(error.message, expected);
  else if (expected[0] != '{' || !items_equal(buf.data, item_of(&arena, expected, "").data))
    test_failed(__FILE__, __LINE__, "%s gives %s", attribute, item_text(&arena, buf.data));
  cyn_error_clean_up(&error);
  cyn_i_arena_clean_up(&arena);
}

TEST(updates) {
  check_update(CYN_UPDATE_SET, "a.b", "2", "{a.b: 1, c: 3}", "{a.b: 2, c: 3}");
  check_update(CYN_UPDATE_SET, "a", "{k: 1}", "{}", "{a: {k: 1}}");
  check_update(CYN_UPDATE_REMOVE, "a", NULL, "{a: 1, b: 2}", "{b: 2}");
  check_update(CYN_UPDATE_REMOVE, "x", NULL, "{a: 1}", "{a: 1}");
  check_update(CYN_UPDATE_DELETE, "a", "<1>", "{a: <1 2>}", "{a: <2>}");
  check_update(CYN_UPDATE_DELETE, "a", "<1>", "{a: <1>}", "{}");
  check_update(CYN_UPDATE_ADD, "a", "1", "{a: 1}", "{a: 2}");
  check_update(CYN_UPDATE_ADD, "a", "1", "{}", "{a: 1}");
  check_update(CYN_UPDATE_ADD, "a", "<1>", "{a: <2>}", "{a: <1 2>}");
  check_update(CYN_UPDATE_ADD, "a", "[2, 'x']", "{a: [1]}", "{a: [1, 2, 'x']}");
  check_update(CYN_UPDATE_ADD, "a", "[2]", "{}", "{a: [2]}");
  check_update(CYN_UPDATE_ADD, "a", "[2]", "{a: 1}", "Type mismatch for attribute to update");
  check_update(CYN_UPDATE_ADD, "a", "1", "{a: 'x'}", "Type mismatch for attribute to update");
  check_update(CYN_UPDATE_DELETE, "a", "<1>", "{a: <'x'>}", "Type mismatch for attribute to update");
  check_update(CYN_UPDATE_ADD, "a", "9e125", "{a: 9e125}",
               "Number overflow. Attempting to store a number with magnitude larger than supported range");
}

TEST(no_update) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_bound *bound = cyn_i_legacy_update_new(&arena, NULL, 0);
  REQUIRE(bound != NULL);
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, &arena);
  const uint8_t *item = item_of(&arena, "{a: 1}", "").data;
  CHECK_INT(cyn_i_update_apply(bound, item, &arena, &buf, NULL), CYN_OK);
  CHECK(items_equal(buf.data, item));
  CHECK_INT(cyn_i_update_target_count(bound), 0);
  cyn_i_arena_clean_up(&arena);
}

TEST(projection) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  const cyn_bytes attributes[] = {cyn_str("n"), cyn_str("a.b"), cyn_str("x")};
  cyn_i_bound *bound = cyn_i_legacy_projection(&arena, attributes, 3);
  REQUIRE(bound != NULL);
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, &arena);
  cyn_i_projection_apply(bound, item_of(&arena, ITEM, "").data, &buf);
  CHECK(items_equal(buf.data, item_of(&arena, "{n: 5, a.b: 1}", "").data));
  cyn_i_arena_clean_up(&arena);
}
