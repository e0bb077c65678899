/* Paths against each other: overlap, conflict, which pair is told; printing; and the walk into an item. */
#include "expression_case.h"
#include "expression/program_private.h"

#define OVERLAP(a, b) "Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one " \
                      "of these paths; path one: [" a "], path two: [" b "]"
#define CONFLICT(a, b) "Invalid UpdateExpression: Two document paths conflict with each other; must remove or rewrite " \
                       "one of these paths; path one: [" a "], path two: [" b "]"

TEST(overlap) {
  static const expression_case cases[] = {
      {"REMOVE a, a", NULL, NULL, NULL, OVERLAP("a", "a")},
      {"SET a.b = :v, a = :v", NULL, "v: 1", NULL, OVERLAP("a, b", "a")},
      {"REMOVE a SET a.b = :v", NULL, "v: 1", NULL, OVERLAP("a", "a, b")},
      {"ADD a :v DELETE a :v", NULL, "v: <1>", NULL, OVERLAP("a", "a")},
      {"REMOVE a.b[1].c, a.b[1]", NULL, NULL, NULL, OVERLAP("a, b, [1], c", "a, b, [1]")},
      {"REMOVE z, y, a.b, x, a.b.c, z", NULL, NULL, NULL, OVERLAP("a, b", "a, b, c")},
      {"REMOVE a, b, #a", "a=b", NULL, NULL, OVERLAP("b", "b")},
      {"REMOVE x.y, #a", "a=x.y", NULL, "{x: {y: 1, z: 1}, x.y: 2}", "{x: {z: 1}}"},
      {"REMOVE a[1], a[10], a[2]", NULL, NULL, "{a: [0, 1, 2]}", "{a: [0]}"},
      {"REMOVE ab, a.b, abc, b", NULL, NULL, "{ab: 1, abc: 2, b: 3, a: {b: 4}}", "{a: {}}"},
  };
  RUN_CASES(CYN_EXPRESSION_UPDATE, cases);
}

TEST(conflict) {
  static const expression_case cases[] = {
      {"REMOVE a.c, a[1]", NULL, NULL, NULL, CONFLICT("a, c", "a, [1]")},
      {"REMOVE a[1], a.c", NULL, NULL, NULL, CONFLICT("a, [1]", "a, c")},
      {"REMOVE a.b.c, x, a.b[0].d", NULL, NULL, NULL, CONFLICT("a, b, c", "a, b, [0], d")},
      {"REMOVE a.c, a[1], b, b.c", NULL, NULL, NULL, OVERLAP("b", "b, c")},
      {"REMOVE a.#b, a[1]", "b=[1]", NULL, NULL, CONFLICT("a, [1]", "a, [1]")},
  };
  RUN_CASES(CYN_EXPRESSION_UPDATE, cases);
}

TEST(many_paths) {
  char text[4000] = "REMOVE a0", *end = text + 9;
  for (int i = 1; i < 500; i++) end += snprintf(end, 16, ",a%d", (i * 7919) % 500);
  bound_case bound;
  bound_case_init(&bound, CYN_EXPRESSION_UPDATE, text, NULL, NULL);
  CHECK_INT(bound.status, CYN_OK);
  bound_case_clean_up(&bound);
  strcpy(end, ",a250");
  bound_case_init(&bound, CYN_EXPRESSION_UPDATE, text, NULL, NULL);
  CHECK_STR(bound.error.message, OVERLAP("a250", "a250"));
  bound_case_clean_up(&bound);
}

TEST(paths_in_text_order) {
  bound_case bound;
  bound_case_init(&bound, CYN_EXPRESSION_UPDATE, "SET #b.c[2] = if_not_exists(d, :v) + e REMOVE #a", "a=x.y b=y", "v: 1");
  CHECK_INT(bound.status, CYN_OK);
  static const char *const printed[] = {"y, c, [2]", "d", "e", "x.y"};
  CHECK_INT(cyn_i_bound_path_count(bound.bound), 4);
  for (size_t i = 0; i < cyn_i_bound_path_count(bound.bound); i++) {
    cyn_i_buf buf;
    cyn_i_buf_init(&buf, &bound.arena);
    cyn_i_path_print(&buf, cyn_i_bound_path(bound.bound, i));
    cyn_i_buf_byte(&buf, '\0');
    CHECK_STR((const char *)buf.data, printed[i]);
  }
  bound_case_clean_up(&bound);
}

TEST(find) {
  bound_case bound;
  bound_case_init(&bound, CYN_EXPRESSION_FILTER,
                  "a.b[1].c IN (a.b[2], a.x, l.y, a[0], q)", NULL, NULL);
  REQUIRE(bound.status == CYN_OK);
  const uint8_t *item = item_of(&bound.arena, "{a: {b: [1, {c: 'found'}]}, l: [1]}", "").data;
  const uint8_t *value = cyn_i_path_find(cyn_i_bound_path(bound.bound, 0), item);
  CHECK(value != NULL && cyn_i_value_equal(value, value_of(&bound.arena, "'found'")));
  for (size_t i = 1; i < 6; i++) CHECK(cyn_i_path_find(cyn_i_bound_path(bound.bound, i), item) == NULL);
  CHECK(cyn_i_path_find(cyn_i_bound_path(bound.bound, 0), NULL) == NULL);
  bound_case_clean_up(&bound);
}
