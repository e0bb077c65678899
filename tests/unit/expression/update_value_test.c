/* Values that updates compute: functions, exact numbers, sets. */
#include "expression_case.h"

#define MISSING "The provided expression refers to an attribute that does not exist in the item"
#define OPERAND_TYPE "An operand in the update expression has an incorrect data type"

TEST(functions) {
  static const expression_case cases[] = {
      {"SET a = if_not_exists(a, :v)", NULL, "v: 1", "{}", "{a: 1}"},
      {"SET a = if_not_exists(a, :v)", NULL, "v: 1", "{a: 'x'}", "{a: 'x'}"},
      {"SET a = if_not_exists(b, :v)", NULL, "v: 1", "{b: null}", "{b: null, a: null}"},
      {"SET a = if_not_exists(b.c[0], d)", NULL, NULL, "{d: 5, b: {c: []}}", "{a: 5, d: 5, b: {c: []}}"},
      {"SET a = if_not_exists(b, c)", NULL, NULL, "{}", MISSING},
      {"SET a = if_not_exists(b, c)", NULL, NULL, "{b: 1}", "{a: 1, b: 1}"},
      {"SET a = list_append(a, :v)", NULL, "v: [2, 3]", "{a: [1]}", "{a: [1, 2, 3]}"},
      {"SET a = list_append(:v, a)", NULL, "v: [2, 3]", "{a: [1]}", "{a: [2, 3, 1]}"},
      {"SET a = list_append(a, a)", NULL, NULL, "{a: [1, [2]]}", "{a: [1, [2], 1, [2]]}"},
      {"SET a = list_append(if_not_exists(a, :e), :v)", NULL, "e: [], v: ['x']", "{}", "{a: ['x']}"},
      {"SET a = list_append(a, :v)", NULL, "v: [1]", "{}", MISSING},
      {"SET a = list_append(a, :v)", NULL, "v: [1]", "{a: 'x'}", OPERAND_TYPE},
      {"SET a = list_append(a, b)", NULL, NULL, "{a: [1], b: <1>}", OPERAND_TYPE},
      {"SET n.l = list_append(n.l, n.k)", NULL, NULL, "{n: {l: [1], k: [2]}}", "{n: {l: [1, 2], k: [2]}}"},
  };
  RUN_CASES(CYN_EXPRESSION_UPDATE, cases);
}

TEST(arithmetic) {
  static const expression_case cases[] = {
      {"SET n = n + :v", NULL, "v: 1", "{n: 41}", "{n: 42}"},
      {"SET n = n - :v", NULL, "v: 1", "{n: 0}", "{n: -1}"},
      {"SET n = :v - n", NULL, "v: 1", "{n: 0.1}", "{n: 0.9}"},
      {"SET n = n + n", NULL, NULL, "{n: 0.1}", "{n: 0.2}"},
      {"SET n = a + b", NULL, NULL, "{a: 12345678901234567890123456789012345678, b: 1}",
       "{a: 12345678901234567890123456789012345678, b: 1, n: 12345678901234567890123456789012345679}"},
      {"SET n = n + :v", NULL, "v: 1", "{}", MISSING},
      {"SET n = n + :v", NULL, "v: 1", "{n: '1'}", OPERAND_TYPE},
      {"SET n = m.x + :v", NULL, "v: 1", "{m: {x: null}}", OPERAND_TYPE},
      {"SET n = if_not_exists(n, :z) + :v", NULL, "z: 0, v: 1", "{}", "{n: 1}"},
      {"SET n = if_not_exists(n, :z) + :v", NULL, "z: 's', v: 1", "{}", OPERAND_TYPE},
      {"SET n = n + :v", NULL, "v: 9e125", "{n: 9e125}",
       "Number overflow. Attempting to store a number with magnitude larger than supported range"},
      {"ADD n :v", NULL, "v: 25.41", "{n: 6}", "{n: 31.41}"},
      {"ADD n :v", NULL, "v: -6", "{n: 6}", "{n: 0}"},
      {"ADD n :v", NULL, "v: 7", "{}", "{n: 7}"},
      {"ADD n :v", NULL, "v: 7", "{n: 'x'}", OPERAND_TYPE},
      {"ADD n :v", NULL, "v: 7", "{n: <1>}", OPERAND_TYPE},
      {"ADD n :v", NULL, "v: 9e125", "{n: 9e125}",
       "Number overflow. Attempting to store a number with magnitude larger than supported range"},
      {"ADD m.n :v", NULL, "v: 1", "{m: {}}", "{m: {n: 1}}"},
      {"ADD m.n :v", NULL, "v: 1", "{}", "The document path provided in the update expression is invalid for update"},
  };
  RUN_CASES(CYN_EXPRESSION_UPDATE, cases);
}

TEST(sets) {
  static const expression_case cases[] = {
      {"ADD s :v", NULL, "v: <'b' 'd'>", "{s: <'a' 'b' 'c'>}", "{s: <'a' 'b' 'c' 'd'>}"},
      {"ADD s :v", NULL, "v: <'a'>", "{s: <'b'>}", "{s: <'a' 'b'>}"},
      {"ADD s :v", NULL, "v: <'aa' 'z'>", "{s: <'b'>}", "{s: <'aa' 'b' 'z'>}"},
      {"ADD s :v", NULL, "v: <1 -5 0.5>", "{s: <1.0 3>}", "{s: <-5 0.5 1 3>}"},
      {"ADD s :v", NULL, "v: <b'x'>", "{s: <b'w' b'xy'>}", "{s: <b'w' b'x' b'xy'>}"},
      {"ADD s :v", NULL, "v: <'a'>", "{}", "{s: <'a'>}"},
      {"ADD s :v", NULL, "v: <'a'>", "{s: <1>}", OPERAND_TYPE},
      {"ADD s :v", NULL, "v: <'a'>", "{s: 'a'}", OPERAND_TYPE},
      {"DELETE s :v", NULL, "v: <'b' 'x'>", "{s: <'a' 'b' 'c'>}", "{s: <'a' 'c'>}"},
      {"DELETE s :v", NULL, "v: <'a' 'b' 'c'>", "{s: <'a' 'b'>}", "{}"},
      {"DELETE s :v", NULL, "v: <'z'>", "{s: <'a'>}", "{s: <'a'>}"},
      {"DELETE s :v", NULL, "v: <1.0>", "{s: <1 2>}", "{s: <2>}"},
      {"DELETE s :v", NULL, "v: <b'x'>", "{s: <b'x' b'y'>}", "{s: <b'y'>}"},
      {"DELETE s :v", NULL, "v: <'a'>", "{}", "{}"},
      {"DELETE s :v", NULL, "v: <'a'>", "{s: <1>}", OPERAND_TYPE},
      {"DELETE s :v", NULL, "v: <'a'>", "{s: ['a']}", OPERAND_TYPE},
      {"DELETE m.s :v", NULL, "v: <'a'>", "{m: {s: <'a'>}}", "{m: {}}"},
      {"DELETE m.s :v", NULL, "v: <'a'>", "{m: {}}", "{m: {}}"},
      {"DELETE m.s :v", NULL, "v: <'a'>", "{}",
       "The document path provided in the update expression is invalid for update"},
  };
  RUN_CASES(CYN_EXPRESSION_UPDATE, cases);
}

/* Each append doubles the list: the result is refused long before it fills the memory. */
TEST(growth_is_bounded) {
  char text[4096] = "a";
  for (int i = 0; i < 7; i++) {
    char twice[4096];
    snprintf(twice, sizeof twice, "list_append(%.1000s,%.1000s)", text, text);
    memcpy(text, twice, sizeof text);
  }
  char update[4096];
  snprintf(update, sizeof update, "SET b=%.4000s", text);
  bound_case bound;
  bound_case_init(&bound, CYN_EXPRESSION_UPDATE, update, NULL, NULL);
  REQUIRE(bound.status == CYN_OK);
  cyn_i_buf item, out;
  cyn_i_buf_init(&item, &bound.arena);
  cyn_i_buf_init(&out, &bound.arena);
  cyn_i_item_writer writer;
  cyn_i_item_begin(&writer, &item);
  cyn_i_item_name(&writer, cyn_str("a"));
  size_t mark = cyn_i_write_open(&item, CYN_TYPE_L);
  for (int i = 0; i < 1000000; i++) cyn_i_write_null(&item);
  cyn_i_write_close(&item, mark, 1000000);
  cyn_i_item_end(&writer);
  CHECK(cyn_i_update_apply(bound.bound, item.data, &bound.arena, &out, &bound.error) != CYN_OK);
  CHECK_STR(bound.error.message, "Item size to update has exceeded the maximum allowed size");
  bound_case_clean_up(&bound);
}
