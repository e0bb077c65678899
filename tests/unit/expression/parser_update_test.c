/* Grammar of updates: clauses, right sides, and each way to break off. */
#include "expression_case.h"

#define ITEM "{a: 1, b: 2, c: {d: 3}, l: [1]}"

TEST(clauses) {
  static const expression_case cases[] = {
      {"SET a = :v", NULL, "v: 9", ITEM, "{a: 9, b: 2, c: {d: 3}, l: [1]}"},
      {"set a=:v,b=:v", NULL, "v: 9", ITEM, "{a: 9, b: 9, c: {d: 3}, l: [1]}"},
      {"SET a = :v REMOVE b ADD c.d :v DELETE x :s", NULL, "v: 9, s: <1>", ITEM, "{a: 9, c: {d: 12}, l: [1]}"},
      {"DELETE x :s Add c.d :v rEMOVE b Set a = :v", NULL, "v: 9, s: <1>", ITEM, "{a: 9, c: {d: 12}, l: [1]}"},
      {"REMOVE a,b , l[0]", NULL, NULL, ITEM, "{c: {d: 3}, l: []}"},
      {"SET a = b", NULL, NULL, ITEM, "{a: 2, b: 2, c: {d: 3}, l: [1]}"},
      {"SET a = (b)", NULL, NULL, ITEM, "{a: 2, b: 2, c: {d: 3}, l: [1]}"},
      {"SET a = ((b))", NULL, NULL, ITEM, "{a: 2, b: 2, c: {d: 3}, l: [1]}"},
      {"SET a = b + c.d", NULL, NULL, ITEM, "{a: 5, b: 2, c: {d: 3}, l: [1]}"},
      {"SET a = b - c.d", NULL, NULL, ITEM, "{a: -1, b: 2, c: {d: 3}, l: [1]}"},
      {"SET a = (b + c.d)", NULL, NULL, ITEM, "{a: 5, b: 2, c: {d: 3}, l: [1]}"},
      {"SET a = ((c.d)+(b))", NULL, NULL, ITEM, "{a: 5, b: 2, c: {d: 3}, l: [1]}"},
      {"SET a = (((c.d)+((b))))", NULL, NULL, ITEM, "{a: 5, b: 2, c: {d: 3}, l: [1]}"},
      {"SET a = if_not_exists(a, b) + b", NULL, NULL, ITEM, "{a: 3, b: 2, c: {d: 3}, l: [1]}"},
      {"SET a = if_not_exists(x, if_not_exists(y, b))", NULL, NULL, ITEM, "{a: 2, b: 2, c: {d: 3}, l: [1]}"},
      {"SET a = (if_not_exists((x), (:v))) + (:v)", NULL, "v: 9", ITEM, "{a: 18, b: 2, c: {d: 3}, l: [1]}"},
      {"SET l = list_append(l, list_append(:v, l))", NULL, "v: [9]", ITEM, "{a: 1, b: 2, c: {d: 3}, l: [1, 9, 1]}"},
      {"SET a = b SET c = :v", NULL, "v: 1", ITEM,
       "Invalid UpdateExpression: The \"SET\" section can only be used once in an update expression;"},
      {"REMOVE a ADD b :v REMOVE c", NULL, "v: 1", ITEM,
       "Invalid UpdateExpression: The \"REMOVE\" section can only be used once in an update expression;"},
      {"add a :v add b :v", NULL, "v: 1", ITEM,
       "Invalid UpdateExpression: The \"ADD\" section can only be used once in an update expression;"},
      {"DELETE a :v SET x = :v DELETE b :v SET y = :v", NULL, "v: 1", ITEM,
       "Invalid UpdateExpression: The \"DELETE\" section can only be used once in an update expression;"},
  };
  RUN_CASES(CYN_EXPRESSION_UPDATE, cases);
}

#define SYNTAX(token, near) "Invalid UpdateExpression: Syntax error; token: \"" token "\", near: \"" near "\""

TEST(syntax_errors) {
  static const expression_case cases[] = {
      {"SET attrName = 3", NULL, NULL, ITEM, SYNTAX("3", "= 3")},
      {"SET MyStr[ 3", NULL, NULL, ITEM, SYNTAX("<EOF>", "3")},
      {"SET MyStr[ 3 ", NULL, NULL, ITEM, SYNTAX("<EOF>", "3 ")},
      {"SET MyStr[3)", NULL, NULL, ITEM, SYNTAX(")", "3)")},
      {"SET 2", NULL, NULL, ITEM, SYNTAX("2", "SET 2")},
      {"2", NULL, NULL, ITEM, SYNTAX("2", "2")},
      {"SET ) 3", NULL, NULL, ITEM, SYNTAX(")", "SET ) 3")},
      {"SET MyStr = (:_val ", NULL, NULL, ITEM, SYNTAX("<EOF>", ":_val ")},
      {"SET MyStr = [:_val", NULL, NULL, ITEM, SYNTAX("[", "= [:_val")},
      {"SET a|", NULL, NULL, ITEM, SYNTAX("|", "a|")},
      {"ADD a :b DELETE str_set bad_value", NULL, NULL, ITEM, SYNTAX("bad_value", "str_set bad_value")},
      {"SET a = :a,", NULL, NULL, ITEM, SYNTAX("<EOF>", ",")},
      {"REMOVE a, b updated = :c", NULL, NULL, ITEM, SYNTAX("updated", "b updated =")},
      {"SET", NULL, NULL, ITEM, SYNTAX("<EOF>", "SET")},
      {"SET a", NULL, NULL, ITEM, SYNTAX("<EOF>", "a")},
      {"SET a =", NULL, NULL, ITEM, SYNTAX("<EOF>", "=")},
      {"SET a :b", NULL, NULL, ITEM, SYNTAX(":b", "a :b")},
      {"SET (a = :b)", NULL, NULL, ITEM, SYNTAX("(", "SET (a")},
      {"SET (a) = :b", NULL, NULL, ITEM, SYNTAX("(", "SET (a")},
      {"SET a = b + c + d", NULL, NULL, ITEM, SYNTAX("+", "c + d")},
      {"SET a = (b + c) + d", NULL, NULL, ITEM, SYNTAX("+", ") + d")},
      {"SET a = b + (c + d)", NULL, NULL, ITEM, SYNTAX("+", "c + d")},
      {"SET a = b * c", NULL, NULL, ITEM, SYNTAX("*", "b *")},
      {"SET a = + b", NULL, NULL, ITEM, SYNTAX("+", "= + b")},
      {"SET a = b +", NULL, NULL, ITEM, SYNTAX("<EOF>", "+")},
      {"SET a = if_not_exists(a, b + c)", NULL, NULL, ITEM, SYNTAX("+", "b + c")},
      {"SET a = if_not_exists()", NULL, NULL, ITEM, SYNTAX(")", "()")},
      {"SET a = if_not_exists(a,)", NULL, NULL, ITEM, SYNTAX(")", ",)")},
      {"SET a = if_not_exists(a, b", NULL, NULL, ITEM, SYNTAX("<EOF>", "b")},
      {"SET a = list_append(a, b).c", NULL, NULL, ITEM, SYNTAX(".", ").c")},
      {"SET a = (b", NULL, NULL, ITEM, SYNTAX("<EOF>", "b")},
      {"SET a = b)", NULL, NULL, ITEM, SYNTAX(")", "b)")},
      {"SET a = b, , c = d", NULL, NULL, ITEM, SYNTAX(",", ", , c")},
      {"SET a = b; REMOVE c", NULL, NULL, ITEM, SYNTAX(";", "b;")},
      {"SET a = b c = d", NULL, NULL, ITEM, SYNTAX("c", "b c =")},
      {"SET set = :b", NULL, NULL, ITEM, SYNTAX("set", "SET set =")},
      {"SET Remove = :b", NULL, NULL, ITEM, SYNTAX("Remove", "SET Remove =")},
      {"REMOVE", NULL, NULL, ITEM, SYNTAX("<EOF>", "REMOVE")},
      {"REMOVE a :b", NULL, NULL, ITEM, SYNTAX(":b", "a :b")},
      {"REMOVE a = :b", NULL, NULL, ITEM, SYNTAX("=", "a = :b")},
      {"REMOVE (a)", NULL, NULL, ITEM, SYNTAX("(", "REMOVE (a")},
      {"ADD a b", NULL, NULL, ITEM, SYNTAX("b", "a b")},
      {"ADD a = :b", NULL, NULL, ITEM, SYNTAX("=", "a = :b")},
      {"ADD a (:b)", NULL, NULL, ITEM, SYNTAX("(", "a (:b")},
      {"DELETE a", NULL, NULL, ITEM, SYNTAX("<EOF>", "a")},
      {"DELETE a, b", NULL, NULL, ITEM, SYNTAX(",", "a, b")},
      {"a = :b", NULL, NULL, ITEM, SYNTAX("a", "a =")},
      {"SET _a = :b", NULL, NULL, ITEM, SYNTAX("_", "SET _")},
      {"SET a = b AND c", NULL, NULL, ITEM, SYNTAX("AND", "b AND c")},
      {"SET a < b", NULL, NULL, ITEM, SYNTAX("<", "a < b")},
      {"SET a[0]. = :b", NULL, NULL, ITEM, SYNTAX("=", ". = :b")},
  };
  RUN_CASES(CYN_EXPRESSION_UPDATE, cases);
}
