/* What projections return. */
#include "expression_case.h"

#define ITEM "{a: 1, m: {k: {d: 9, e: 8}, f: 2}, l: [10, 11, {x: 1, y: 2}, [30, 31, 32]], s: <'a'>, e: {}, z: []}"

TEST(parts) {
  static const expression_case cases[] = {
      {"a", NULL, NULL, ITEM, "{a: 1}"},
      {"a, s, nothing", NULL, NULL, ITEM, "{a: 1, s: <'a'>}"},
      {"nothing", NULL, NULL, ITEM, "{}"},
      {"m", NULL, NULL, ITEM, "{m: {k: {d: 9, e: 8}, f: 2}}"},
      {"m.k.d", NULL, NULL, ITEM, "{m: {k: {d: 9}}}"},
      {"m.k.d, m.f", NULL, NULL, ITEM, "{m: {k: {d: 9}, f: 2}}"},
      {"m.f, a, m.k.d", NULL, NULL, ITEM, "{a: 1, m: {k: {d: 9}, f: 2}}"},
      {"m.k.q", NULL, NULL, ITEM, "{}"},
      {"m.k.q, m.f", NULL, NULL, ITEM, "{m: {f: 2}}"},
      {"m.q.d", NULL, NULL, ITEM, "{}"},
      {"l[0]", NULL, NULL, ITEM, "{l: [10]}"},
      {"l[3], l[0]", NULL, NULL, ITEM, "{l: [10, [30, 31, 32]]}"},
      {"l[9], l[1]", NULL, NULL, ITEM, "{l: [11]}"},
      {"l[9]", NULL, NULL, ITEM, "{}"},
      {"l[2].y, l[3][2], l[3][0]", NULL, NULL, ITEM, "{l: [{y: 2}, [30, 32]]}"},
      {"l[2].q, l[3][9]", NULL, NULL, ITEM, "{}"},
      {"l[0], l[2].q, l[3][9]", NULL, NULL, ITEM, "{l: [10]}"},
      {"l[2].q, l[3][1]", NULL, NULL, ITEM, "{l: [[31]]}"},
      {"l.x", NULL, NULL, ITEM, "{}"},
      {"m[0]", NULL, NULL, ITEM, "{}"},
      {"a.b, a2[0]", NULL, NULL, ITEM, "{}"},
      {"s[0]", NULL, NULL, ITEM, "{}"},
      {"e, z", NULL, NULL, ITEM, "{e: {}, z: []}"},
      {"#p", "p=m.f", NULL, "{m: {f: 1}, m.f: 5}", "{m.f: 5}"},
      {"#p.#q", "p=m q=f", NULL, ITEM, "{m: {f: 2}}"},
      {"#p", NULL, NULL, ITEM,
       "Invalid ProjectionExpression: An expression attribute name used in the document path is not defined; attribute "
       "name: #p"},
      {"abort, #p", NULL, NULL, ITEM,
       "Invalid ProjectionExpression: Attribute name is a reserved keyword; reserved keyword: abort"},
      {"a, a", NULL, NULL, ITEM,
       "Invalid ProjectionExpression: Two document paths overlap with each other; must remove or rewrite one of these "
       "paths; path one: [a], path two: [a]"},
      {"m.k, m", NULL, NULL, ITEM,
       "Invalid ProjectionExpression: Two document paths overlap with each other; must remove or rewrite one of these "
       "paths; path one: [m, k], path two: [m]"},
      {"m.k, m[0]", NULL, NULL, ITEM,
       "Invalid ProjectionExpression: Two document paths conflict with each other; must remove or rewrite one of these "
       "paths; path one: [m, k], path two: [m, [0]]"},
  };
  RUN_CASES(CYN_EXPRESSION_PROJECTION, cases);
}

TEST(appends_behind_what_is_there) {
  bound_case bound;
  bound_case_init(&bound, CYN_EXPRESSION_PROJECTION, "a", NULL, NULL);
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, NULL);
  cyn_i_buf_text(&buf, "xyz");
  cyn_i_projection_apply(bound.bound, item_of(&bound.arena, ITEM, "").data, &buf);
  CHECK(memcmp(buf.data, "xyz", 3) == 0);
  CHECK(cyn_i_item_is_valid(buf.data + 3, buf.size - 3));
  CHECK_INT(cyn_i_item_dynamodb_size(buf.data + 3), 1 + 2);
  cyn_i_buf_clean_up(&buf);
  bound_case_clean_up(&bound);
}
