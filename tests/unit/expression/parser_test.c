/* Paths and projections: the grammar that all kinds share. */
#include "expression_case.h"

#define SYNTAX(token, near) "Invalid ProjectionExpression: Syntax error; token: \"" token "\", near: \"" near "\""

TEST(projection_syntax) {
  static const expression_case cases[] = {
      {"a", NULL, NULL, "{a: 1, b: 2}", "{a: 1}"},
      {"a, b", NULL, NULL, "{a: 1, b: 2}", "{a: 1, b: 2}"},
      {" a\n,\tb ", NULL, NULL, "{a: 1, b: 2}", "{a: 1, b: 2}"},
      {"a . b [ 0 ] . c", NULL, NULL, "{a: {b: [{c: 1, d: 2}]}}", "{a: {b: [{c: 1}]}}"},
      {"a,", NULL, NULL, "{}", SYNTAX("<EOF>", ",")},
      {",a", NULL, NULL, "{}", SYNTAX(",", ",a")},
      {"a,,b", NULL, NULL, "{}", SYNTAX(",", ",,b")},
      {"a b", NULL, NULL, "{}", SYNTAX("b", "a b")},
      {"(a)", NULL, NULL, "{}", SYNTAX("(", "(a")},
      {"a.(b)", NULL, NULL, "{}", SYNTAX("(", ".(b")},
      {"size(a)", NULL, NULL, "{}", SYNTAX("(", "size(a")},
      {":a", NULL, NULL, "{}", SYNTAX(":a", ":a")},
      {"a.", NULL, NULL, "{}", SYNTAX("<EOF>", ".")},
      {"a..b", NULL, NULL, "{}", SYNTAX(".", "..b")},
      {"a[0", NULL, NULL, "{}", SYNTAX("<EOF>", "0")},
      {"a[]", NULL, NULL, "{}", SYNTAX("]", "[]")},
      {"a[0]b", NULL, NULL, "{}", SYNTAX("b", "]b")},
      {"[0]", NULL, NULL, "{}", SYNTAX("[", "[0")},
      {"3", NULL, NULL, "{}", SYNTAX("3", "3")},
      {"a.3", NULL, NULL, "{}", SYNTAX("3", ".3")},
      {"a = b", NULL, NULL, "{}", SYNTAX("=", "a = b")},
      {"a\x01", NULL, NULL, "{}", SYNTAX("\x01", "a\x01")},
  };
  RUN_CASES(CYN_EXPRESSION_PROJECTION, cases);
}

TEST(list_indexes) {
  static const expression_case cases[] = {
      {"l[007]", NULL, NULL, "{l: [0, 1, 2, 3, 4, 5, 6, 7]}", "{l: [7]}"},
      {"l[2147483647]", NULL, NULL, "{l: [0]}", "{}"},
      {"l[2147483648]", NULL, NULL, "{l: [0]}",
       "Invalid ProjectionExpression: List index is not within the allowable range; index: [2147483648]"},
      {"l[99999999999999999999999999]", NULL, NULL, "{l: [0]}",
       "Invalid ProjectionExpression: List index is not within the allowable range; index: [99999999999999999999999999]"},
  };
  RUN_CASES(CYN_EXPRESSION_PROJECTION, cases);
}

/* Keywords of the other grammars are plain names (and here none of these is reserved but ADD, SET, …). */
TEST(keywords_of_other_grammars) {
  static const expression_case cases[] = {
      {"remove", NULL, NULL, "{remove: 1}", "{remove: 1}"},
      {"a.remove", NULL, NULL, "{a: {remove: 1}}", "{a: {remove: 1}}"},
      {"set", NULL, NULL, "{}",
       "Invalid ProjectionExpression: Attribute name is a reserved keyword; reserved keyword: set"},
      {"a.And", NULL, NULL, "{}",
       "Invalid ProjectionExpression: Attribute name is a reserved keyword; reserved keyword: And"},
  };
  RUN_CASES(CYN_EXPRESSION_PROJECTION, cases);
}
