/* Expressions of migrations: what binds, and when two items are the same. */
#include <cynamo/cynamo.h>

#include "model/migration.h"
#include "test.h"

static cyn_error error;

static cyn_item item_of(cyn_item_builder *builder, const char *json) {
  cyn_item out = {NULL, 0, NULL};
  CHECK(cyn_item_from_json(builder, cyn_str(json), &out, &error) == CYN_OK);
  return out;
}

TEST(same) {
  static const struct {
    const char *a, *b;
    bool same;
  } cases[] = {
      {"{}", "{}", true},
      {"{\"a\":{\"N\":\"1\"},\"b\":{\"S\":\"x\"}}", "{\"b\":{\"S\":\"x\"},\"a\":{\"N\":\"1.0\"}}", true},
      {"{\"a\":{\"N\":\"1\"}}", "{\"a\":{\"S\":\"1\"}}", false},
      {"{\"a\":{\"N\":\"1\"}}", "{\"b\":{\"N\":\"1\"}}", false},
      {"{\"a\":{\"N\":\"1\"}}", "{\"a\":{\"N\":\"1\"},\"b\":{\"N\":\"1\"}}", false},
      {"{\"a\":{\"SS\":[\"y\",\"x\"]}}", "{\"a\":{\"SS\":[\"x\",\"y\"]}}", true},
  };
  cyn_item_builder *a = cyn_item_builder_new(), *b = cyn_item_builder_new();
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    CHECK_INT(cyn_i_migration_same(item_of(a, cases[i].a), item_of(b, cases[i].b)), cases[i].same);
    CHECK_INT(cyn_i_migration_same(item_of(a, cases[i].b), item_of(b, cases[i].a)), cases[i].same);
  }
  cyn_item_builder_destroy(a);
  cyn_item_builder_destroy(b);
}

TEST(bind) {
  cyn_i_arena arena;
  cyn_i_bound *bound;
  cyn_item_builder *values = cyn_item_builder_new(), *item = cyn_item_builder_new();
  static const cyn_string_pair names[] = {{{"#v", 2}, {"views", 5}}};
  cyn_migration_expression expression = {"#v > :n", {1, names}, item_of(values, "{\":n\":{\"N\":\"3\"}}")};
  cyn_i_arena_init(&arena, 0);
  CHECK(cyn_i_migration_bind(CYN_EXPRESSION_CONDITION, &expression, &arena, &bound, &error) == CYN_OK);
  CHECK(cyn_i_condition_evaluate(bound, item_of(item, "{\"views\":{\"N\":\"4\"}}").data));
  CHECK(!cyn_i_condition_evaluate(bound, item_of(item, "{\"views\":{\"N\":\"3\"}}").data));
  expression.text = "#w > :n";
  CHECK(cyn_i_migration_bind(CYN_EXPRESSION_CONDITION, &expression, &arena, &bound, &error) != CYN_OK);
  CHECK(strstr(error.message, "#w") != NULL);
  expression.text = "SET #v :n";
  CHECK(cyn_i_migration_bind(CYN_EXPRESSION_UPDATE, &expression, &arena, &bound, &error) != CYN_OK);
  expression.text = "";
  CHECK(cyn_i_migration_bind(CYN_EXPRESSION_CONDITION, &expression, &arena, &bound, &error) != CYN_OK);
  cyn_error_clean_up(&error);
  cyn_i_arena_clean_up(&arena);
  cyn_item_builder_destroy(values);
  cyn_item_builder_destroy(item);
}

TEST(parts_in_parts) {
  cyn_i_arena arena;
  cyn_migration_expression update = {"SET a =", {0, NULL}, {NULL, 0, NULL}};
  cyn_change_part one = {cyn_change_by_update, &update};
  cyn_change_parts parts = {1, &one};
  cyn_i_arena_init(&arena, 0);
  CHECK(cyn_i_migration_check_change(cyn_change_by_parts, &parts, 0, &arena, &error) != CYN_OK);
  update.text = "SET a = b";
  CHECK(cyn_i_migration_check_change(cyn_change_by_parts, &parts, 0, &arena, &error) == CYN_OK);
  one = (cyn_change_part){cyn_change_by_parts, &parts}; /* itself, without end */
  CHECK(cyn_i_migration_check_change(cyn_change_by_parts, &parts, 0, &arena, &error) != CYN_OK);
  CHECK_STR(error.message, "a migration's parts are nested too deeply");
  cyn_error_clean_up(&error);
  cyn_i_arena_clean_up(&arena);
}
