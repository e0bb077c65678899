/* What updates do to an item: every action at every kind of place, lists above all, and what is reported as touched. */
#include "expression_case.h"

#define INVALID_PATH "The document path provided in the update expression is invalid for update"

TEST(set) {
  static const expression_case cases[] = {
      {"SET a = :v", NULL, "v: 1", "{}", "{a: 1}"},
      {"SET a = :v", NULL, "v: 1", "{a: 'x', b: 2}", "{a: 1, b: 2}"},
      {"SET b = :v", NULL, "v: {k: [1]}", "{a: 1, b: 2, c: 3}", "{a: 1, b: {k: [1]}, c: 3}"},
      {"SET a = b, b = a", NULL, NULL, "{a: 1, b: 2}", "{a: 2, b: 1}"},
      {"SET a = b REMOVE b", NULL, NULL, "{b: 2}", "{a: 2}"},
      {"SET m.k = :v", NULL, "v: 1", "{m: {}}", "{m: {k: 1}}"},
      {"SET m.k = :v", NULL, "v: 1", "{a: 0, m: {j: 5, k: 2, l: 6}, z: 9}", "{a: 0, m: {j: 5, k: 1, l: 6}, z: 9}"},
      {"SET m.a.b.c = :v, m.a.b.d = :v, m.e = :v", NULL, "v: 1", "{m: {a: {b: {c: 0, x: 0}}}}",
       "{m: {a: {b: {c: 1, d: 1, x: 0}}, e: 1}}"},
      {"SET m.k = :v", NULL, "v: 1", "{}", INVALID_PATH},
      {"SET m.k = :v", NULL, "v: 1", "{m: 1}", INVALID_PATH},
      {"SET m.k = :v", NULL, "v: 1", "{m: [1]}", INVALID_PATH},
      {"SET m[0] = :v", NULL, "v: 1", "{m: {}}", INVALID_PATH},
      {"SET m[0] = :v", NULL, "v: 1", "{}", INVALID_PATH},
      {"SET m.k.j = :v", NULL, "v: 1", "{m: {}}", INVALID_PATH},
      {"SET a = x", NULL, NULL, "{}", "The provided expression refers to an attribute that does not exist in the item"},
      {"SET a = m.x", NULL, NULL, "{m: 1}",
       "The provided expression refers to an attribute that does not exist in the item"},
      {"SET #a = :v", "a=x.y", "v: 1", "{x: {y: 2}}", "{x: {y: 2}, x.y: 1}"},
      {"SET m.b = m.a, m.a = :v", NULL, "v: 9", "{m: {a: 1}}", "{m: {a: 9, b: 1}}"},
      {"SET m.a.z = :v, m.b = :v, m.c.y = :v", NULL, "v: 1", "{m: {c: {}, a: {}}}", "{m: {a: {z: 1}, b: 1, c: {y: 1}}}"},
      {"SET m.a.z = :v, m.a.y = :v, n = :v", NULL, "v: 1", "{m: {a: {x: 0}}}", "{m: {a: {x: 0, y: 1, z: 1}}, n: 1}"},
      {"SET l[0].a = :v, l[0].b = :v, l[1].a = :v, m = :v", NULL, "v: 1", "{l: [{}, {a: 0}]}",
       "{l: [{a: 1, b: 1}, {a: 1}], m: 1}"},
      {"SET a = m", NULL, NULL, "{m: {a: 1}}", "{a: {a: 1}, m: {a: 1}}"},
  };
  RUN_CASES(CYN_EXPRESSION_UPDATE, cases);
}

TEST(lists) {
  static const expression_case cases[] = {
      {"SET l[0] = :v", NULL, "v: 9", "{l: [1, 2]}", "{l: [9, 2]}"},
      {"SET l[1] = :v", NULL, "v: 9", "{l: [1, 2]}", "{l: [1, 9]}"},
      {"SET l[2] = :v", NULL, "v: 9", "{l: [1, 2]}", "{l: [1, 2, 9]}"},
      {"SET l[100] = :v", NULL, "v: 9", "{l: [1, 2]}", "{l: [1, 2, 9]}"},
      {"SET l[0] = :v", NULL, "v: 9", "{l: []}", "{l: [9]}"},
      {"SET l[20] = :v, l[10] = :w, l[30] = :x", NULL, "v: 2, w: 1, x: 3", "{l: [0]}", "{l: [0, 1, 2, 3]}"},
      /* the worked example of the reference */
      {"SET c[1] = a, c[4] = x, c[2] = y ADD c[8] :s, c[6] :n", NULL, "s: <'s'>, n: 7",
       "{a: 'a', x: 'x', y: 'y', c: [1, 3]}", "{a: 'a', x: 'x', y: 'y', c: [1, 'a', 'y', 'x', 7, <'s'>]}"},
      {"REMOVE l[0]", NULL, NULL, "{l: [1, 2, 3]}", "{l: [2, 3]}"},
      {"REMOVE l[1], l[2]", NULL, NULL, "{l: [0, 1, 2, 3]}", "{l: [0, 3]}"},
      {"REMOVE l[2], l[0]", NULL, NULL, "{l: [0, 1, 2, 3]}", "{l: [1, 3]}"},
      {"REMOVE l[9]", NULL, NULL, "{l: [0, 1]}", "{l: [0, 1]}"},
      {"REMOVE l[0], l[1]", NULL, NULL, "{l: [0, 1]}", "{l: []}"},
      {"REMOVE l[0] SET l[1] = :v", NULL, "v: 9", "{l: [0, 1, 2]}", "{l: [9, 2]}"},
      {"REMOVE l[0] SET l[5] = :v", NULL, "v: 9", "{l: [0, 1, 2]}", "{l: [1, 2, 9]}"},
      {"REMOVE l[1] SET l[2] = l[0], l[0] = l[2]", NULL, NULL, "{l: [0, 1, 2]}", "{l: [2, 0]}"},
      {"SET l[1].k = :v", NULL, "v: 9", "{l: [0, {k: 1, j: 2}]}", "{l: [0, {k: 9, j: 2}]}"},
      {"SET l[1][0] = :v, l[0] = :v", NULL, "v: 9", "{l: [0, [1, 2]]}", "{l: [9, [9, 2]]}"},
      {"SET l[5].k = :v", NULL, "v: 9", "{l: [0]}", INVALID_PATH},
      {"SET l[0].k = :v", NULL, "v: 9", "{l: [0]}", INVALID_PATH},
      {"REMOVE l[0].k", NULL, NULL, "{l: [0]}", INVALID_PATH},
      {"ADD l[0] :v", NULL, "v: 5", "{l: [1]}", "{l: [6]}"},
      {"ADD l[3] :v", NULL, "v: 5", "{l: [1]}", "{l: [1, 5]}"},
      {"DELETE l[0] :v", NULL, "v: <1>", "{l: [<1 2>]}", "{l: [<2>]}"},
      {"DELETE l[0] :v", NULL, "v: <1>", "{l: [<1>, 7]}", "{l: [7]}"},
      {"DELETE l[3] :v", NULL, "v: <1>", "{l: [<1>]}", "{l: [<1>]}"},
  };
  RUN_CASES(CYN_EXPRESSION_UPDATE, cases);
}

TEST(remove) {
  static const expression_case cases[] = {
      {"REMOVE a", NULL, NULL, "{a: 1, b: 2}", "{b: 2}"},
      {"REMOVE b", NULL, NULL, "{a: 1, b: 2}", "{a: 1}"},
      {"REMOVE a, b", NULL, NULL, "{a: 1, b: 2}", "{}"},
      {"REMOVE x", NULL, NULL, "{a: 1}", "{a: 1}"},
      {"REMOVE m.k", NULL, NULL, "{m: {k: 1}}", "{m: {}}"},
      {"REMOVE m.x", NULL, NULL, "{m: {k: 1}}", "{m: {k: 1}}"},
      {"REMOVE m.k", NULL, NULL, "{}", INVALID_PATH},
      {"REMOVE m.k", NULL, NULL, "{m: 1}", INVALID_PATH},
      {"REMOVE m[0]", NULL, NULL, "{m: {k: 1}}", INVALID_PATH},
      {"REMOVE m.a.b, m.c", NULL, NULL, "{m: {a: {b: 1, d: 2}, c: 3, e: 4}}", "{m: {a: {d: 2}, e: 4}}"},
  };
  RUN_CASES(CYN_EXPRESSION_UPDATE, cases);
}

TEST(mixed) {
  static const expression_case cases[] = {
      {"SET b = :v REMOVE d ADD f :n DELETE h :s", NULL, "v: 'new', n: 5, s: <2>",
       "{a: 0, b: 1, c: 2, d: 3, e: 4, f: 6, g: 7, h: <1 2>, i: 9}",
       "{a: 0, b: 'new', c: 2, e: 4, f: 11, g: 7, h: <1>, i: 9}"},
      {"SET z = :v, y = :v, x = :v, w = :v", NULL, "v: 1", "{m: 0}", "{m: 0, w: 1, x: 1, y: 1, z: 1}"},
      {"SET a = x, b.c = :v", NULL, "v: 1", "{}",
       "The provided expression refers to an attribute that does not exist in the item"},
      {"REMOVE a DELETE b :s", NULL, "s: <'x'>", "{a: 1, b: <'x'>}", "{}"},
  };
  RUN_CASES(CYN_EXPRESSION_UPDATE, cases);
}

static void check_touched(const char *text, const char *values, const char *item, const char *expected) {
  bound_case bound;
  bound_case_init(&bound, CYN_EXPRESSION_UPDATE, text, NULL, values);
  REQUIRE(bound.status == CYN_OK);
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, &bound.arena);
  cyn_i_update_touched(bound.bound, item_of(&bound.arena, item, "").data, &buf);
  if (!items_equal(buf.data, item_of(&bound.arena, expected, "").data))
    test_failed(__FILE__, __LINE__, "%s on %s touches %s", text, item, item_text(&bound.arena, buf.data));
  bound_case_clean_up(&bound);
}

TEST(touched) {
  check_touched("SET a = :v, b = :v", "v: 1", "{a: 1, c: 2}", "{a: 1}");
  check_touched("SET a = :v REMOVE c", "v: 1", "{a: 1, c: 2}", "{a: 1, c: 2}");
  check_touched("REMOVE x", NULL, "{a: 1}", "{}");
  check_touched("SET m.k = :v ADD n :v", "v: 1", "{m: {k: 1, j: 2}, n: 5, o: 6}", "{m: {k: 1}, n: 5}");
  check_touched("SET c[1] = a, c[4] = x, c[2] = y ADD c[8] :s, c[6] :n", "s: <'s'>, n: 7",
                "{c: [1, 'a', 'y', 'x', 7, <'s'>]}", "{c: ['a', 'y', 7]}");
}

TEST(targets) {
  bound_case bound;
  bound_case_init(&bound, CYN_EXPRESSION_UPDATE,
                  "SET a = :v, b = list_append(c, d), e = f + g, h = i, j = if_not_exists(k, :v) REMOVE l ADD m :n "
                  "DELETE o.p :s",
                  NULL, "v: 'x', n: 1, s: <1>");
  REQUIRE(bound.status == CYN_OK);
  static const struct {
    cyn_i_update_action action;
    int type;
  } expected[] = {{CYN_UPDATE_SET, CYN_TYPE_S}, {CYN_UPDATE_SET, CYN_TYPE_L}, {CYN_UPDATE_SET, CYN_TYPE_N},
                  {CYN_UPDATE_SET, 0},          {CYN_UPDATE_SET, 0},          {CYN_UPDATE_REMOVE, 0},
                  {CYN_UPDATE_ADD, CYN_TYPE_N}, {CYN_UPDATE_DELETE, 0}};
  CHECK_INT(cyn_i_update_target_count(bound.bound), 8);
  for (size_t i = 0; i < 8; i++) {
    cyn_i_update_target target = cyn_i_update_target_at(bound.bound, i);
    CHECK_INT(target.action, expected[i].action);
    CHECK_INT(target.static_type, expected[i].type);
  }
  CHECK_INT(cyn_i_update_target_at(bound.bound, 7).path.count, 2);
  bound_case_clean_up(&bound);
}

/* A value that is itself 30 levels deep fits under one parent, not under two. */
TEST(nesting) {
  char value[200] = "v: ";
  for (int i = 0; i < 30; i++) strcat(value, "[");
  for (int i = 0; i < 30; i++) strcat(value, "]");
  bound_case bound;
  bound_case_init(&bound, CYN_EXPRESSION_UPDATE, "SET m.k = :v", NULL, value);
  REQUIRE(bound.status == CYN_OK);
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, &bound.arena);
  CHECK_INT(cyn_i_update_apply(bound.bound, item_of(&bound.arena, "{m: {}}", "").data, &bound.arena, &buf, &bound.error),
            CYN_OK);
  CHECK(cyn_i_item_is_valid(buf.data, buf.size));
  bound_case_clean_up(&bound);
  bound_case_init(&bound, CYN_EXPRESSION_UPDATE, "SET m.j.k = :v", NULL, value);
  REQUIRE(bound.status == CYN_OK);
  cyn_i_buf_init(&buf, &bound.arena);
  CHECK(cyn_i_update_apply(bound.bound, item_of(&bound.arena, "{m: {j: {}}}", "").data, &bound.arena, &buf,
                           &bound.error) != CYN_OK);
  CHECK_STR(bound.error.message, "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit");
  bound_case_clean_up(&bound);
}
