/* Grammar of conditions: precedence, parentheses, and each way to break off. */
#include "expression_case.h"

#define ABC "{a: 1, b: 1, c: 0}"

TEST(precedence) {
  static const expression_case cases[] = {
      {"a = :t OR b = :f AND c = :f", NULL, "t: 1, f: 2", ABC, "true"},
      {"(a = :t OR b = :f) AND c = :f", NULL, "t: 1, f: 2", ABC, "false"},
      {"a = :f AND b = :t OR a = :t", NULL, "t: 1, f: 2", ABC, "true"},
      {"a = :f AND (b = :t OR a = :t)", NULL, "t: 1, f: 2", ABC, "false"},
      {"NOT a = :f AND b = :f", NULL, "t: 1, f: 2", ABC, "false"},
      {"NOT (a = :f AND b = :f)", NULL, "t: 1, f: 2", ABC, "true"},
      {"NOT a = :t OR b = :t", NULL, "t: 1, f: 2", ABC, "true"},
      {"NOT NOT a = :t", NULL, "t: 1, f: 2", ABC, "true"},
      {"NOT NOT NOT a = :t AND b = :t", NULL, "t: 1, f: 2", ABC, "false"},
      {"a BETWEEN :t AND :f AND b = :t", NULL, "t: 1, f: 2", ABC, "true"},
      {"NOT a BETWEEN :t AND :f OR b = :t", NULL, "t: 1, f: 2", ABC, "true"},
      {"a = :t and b = :t or not c = :t", NULL, "t: 1", ABC, "true"},
      {"(a) = (:t)", NULL, "t: 1", ABC, "true"},
      {"(a = :t)", NULL, "t: 1", ABC, "true"},
      {"(a) = :t AND (b) = :t", NULL, "t: 1", ABC, "true"},
      {"((a) = :t)", NULL, "t: 1", ABC, "true"},
      {"(size(d)) = :t", NULL, "t: 1", "{d: 'x'}", "true"},
      {"size((d)) = (:t)", NULL, "t: 1", "{d: 'x'}", "true"},
      {"(attribute_exists(a))", NULL, NULL, ABC, "true"},
      {"a IN ((:t), :f)", NULL, "t: 1, f: 2", ABC, "true"},
      {"((a = :t) OR (c = :t))", NULL, "t: 1", ABC, "true"},
      {"(attribute_exists(a)) AND (((a <> :f) AND (b <> :f)) AND (c = :z))", NULL, "f: 5, z: 0", ABC, "true"},
      {"a = :t OR (b = :f AND c = :f)", NULL, "t: 1, f: 2", ABC, "true"},
      {"a=:t AND b=:t AND c=:z OR a=:f", NULL, "t: 1, f: 2, z: 0", ABC, "true"},
      {"a=:f OR a=:f OR a=:f OR a=:t", NULL, "t: 1, f: 2", ABC, "true"},
      {"\ta\r\n=\n:t ", NULL, "t: 1", ABC, "true"},
  };
  RUN_CASES(CYN_EXPRESSION_CONDITION, cases);
}

#define SYNTAX(token, near) "Invalid ConditionExpression: Syntax error; token: \"" token "\", near: \"" near "\""

TEST(syntax_errors) {
  static const expression_case cases[] = {
      {"a", NULL, NULL, ABC, SYNTAX("<EOF>", "a")},
      {"a ", NULL, NULL, ABC, SYNTAX("<EOF>", "a ")},
      {":a", NULL, NULL, ABC, SYNTAX("<EOF>", ":a")},
      {" ", NULL, NULL, ABC, SYNTAX("<EOF>", " ")},
      {"a =", NULL, NULL, ABC, SYNTAX("<EOF>", "=")},
      {"a = 3", NULL, NULL, ABC, SYNTAX("3", "= 3")},
      {"a = :b c", NULL, NULL, ABC, SYNTAX("c", ":b c")},
      {"a = :b = :c", NULL, NULL, ABC, SYNTAX("=", ":b = :c")},
      {"a = :b AND", NULL, NULL, ABC, SYNTAX("<EOF>", "AND")},
      {"AND a = :b", NULL, NULL, ABC, SYNTAX("AND", "AND a")},
      {"a AND b", NULL, NULL, ABC, SYNTAX("AND", "a AND b")},
      {"a = AND", NULL, NULL, ABC, SYNTAX("AND", "= AND")},
      {"a = NOT b", NULL, NULL, ABC, SYNTAX("NOT", "= NOT b")},
      {"a = (b = c)", NULL, NULL, ABC, SYNTAX("=", "b = c")},
      {"(a = :b", NULL, NULL, ABC, SYNTAX("<EOF>", ":b")},
      {"a = :b)", NULL, NULL, ABC, SYNTAX(")", ":b)")},
      {"(a = :b))", NULL, NULL, ABC, SYNTAX(")", "))")},
      {"()", NULL, NULL, ABC, SYNTAX(")", "()")},
      {"(a = :b) = :c", NULL, NULL, ABC, SYNTAX("=", ") = :c")},
      {"(a AND b)", NULL, NULL, ABC, SYNTAX("AND", "a AND b")},
      {"a IN b", NULL, NULL, ABC, SYNTAX("b", "IN b")},
      {"a IN b, c", NULL, NULL, ABC, SYNTAX("b", "IN b,")},
      {"a IN ()", NULL, NULL, ABC, SYNTAX(")", "()")},
      {"a IN (:b,)", NULL, NULL, ABC, SYNTAX(")", ",)")},
      {"a IN (:b,,:c)", NULL, NULL, ABC, SYNTAX(",", ",,:c")},
      {"a IN (:b = :c)", NULL, NULL, ABC, SYNTAX("=", ":b = :c")},
      {"a BETWEEN :b", NULL, NULL, ABC, SYNTAX("<EOF>", ":b")},
      {"a BETWEEN :b OR :c", NULL, NULL, ABC, SYNTAX("OR", ":b OR :c")},
      {"a BETWEEN :b AND", NULL, NULL, ABC, SYNTAX("<EOF>", "AND")},
      {"a NOT IN (:b)", NULL, NULL, ABC, SYNTAX("NOT", "a NOT IN")},
      {"size()", NULL, NULL, ABC, SYNTAX(")", "()")},
      {"size(a", NULL, NULL, ABC, SYNTAX("<EOF>", "a")},
      {"size(a).b = :c", NULL, NULL, ABC, SYNTAX(".", ").b")},
      {"size(a)[0] = :c", NULL, NULL, ABC, SYNTAX("[", ")[0")},
      {"#size(a) = :c", NULL, NULL, ABC, SYNTAX("(", "#size(a")},
      {"(b.c).d = :a", NULL, NULL, ABC, SYNTAX(".", ").d")},
      {"b.(c.d) = :a", NULL, NULL, ABC, SYNTAX("(", ".(c")},
      {"a. = :b", NULL, NULL, ABC, SYNTAX("=", ". = :b")},
      {"a.:b = :b", NULL, NULL, ABC, SYNTAX(":b", ".:b =")},
      {"a[ = :b", NULL, NULL, ABC, SYNTAX("=", "[ = :b")},
      {"a[4.5] = :b", NULL, NULL, ABC, SYNTAX(".", "4.5")},
      {"a[b] = :b", NULL, NULL, ABC, SYNTAX("b", "[b]")},
      {"a[#b] = :b", NULL, NULL, ABC, SYNTAX("#b", "[#b]")},
      {"a[:b] = :b", NULL, NULL, ABC, SYNTAX(":b", "[:b]")},
      {"a[-1] = :b", NULL, NULL, ABC, SYNTAX("-", "[-1")},
      {"[0] = :b", NULL, NULL, ABC, SYNTAX("[", "[0")},
      {"a == :b", NULL, NULL, ABC, SYNTAX("=", "== :b")},
      {"a != :b", NULL, NULL, ABC, SYNTAX("!", "a !")},
      {"a = 'b'", NULL, NULL, ABC, SYNTAX("'", "= '")},
      {"a = \"b\"", NULL, NULL, ABC, SYNTAX("\"", "= \"")},
      {"\xC3\xBC > a", NULL, NULL, ABC, SYNTAX("\xC3\xBC", "\xC3\xBC")},
      {"_a > :b", NULL, NULL, ABC, SYNTAX("_", "_")},
      {"a + b = :c", NULL, NULL, ABC, SYNTAX("+", "a + b")},
      {"# = :c", NULL, NULL, ABC, SYNTAX("#", "#")},
      {"attribute_exists(a) attribute_exists(b)", NULL, NULL, ABC, SYNTAX("attribute_exists", ") attribute_exists(")},
  };
  RUN_CASES(CYN_EXPRESSION_CONDITION, cases);
}

#define REDUNDANT "Invalid FilterExpression: The expression has redundant parentheses;"

TEST(redundant_parentheses) {
  static const expression_case cases[] = {
      {"((a = :b))", NULL, NULL, ABC, REDUNDANT},
      {"((a=a AND a=a))", NULL, NULL, ABC, REDUNDANT},
      {"a > ((b))", NULL, NULL, ABC, REDUNDANT},
      {"((a)) > b", NULL, NULL, ABC, REDUNDANT},
      {"((a OR b))", NULL, NULL, ABC, "Invalid FilterExpression: Syntax error; token: \"OR\", near: \"a OR b\""},
      {"a IN (((:b)))", NULL, NULL, ABC, REDUNDANT},
      {"size(((a))) > b", NULL, NULL, ABC, REDUNDANT},
      {"a = :b AND ((c = :d))", NULL, NULL, ABC, REDUNDANT},
      {"NOT ((a = :b))", NULL, NULL, ABC, REDUNDANT},
      {"((NOT a = :b))", NULL, NULL, ABC, REDUNDANT},
      {"((attribute_exists(a)))", NULL, NULL, ABC, REDUNDANT},
      {"((abort)) > foo(b)", NULL, NULL, ABC, REDUNDANT},
      {"(NOT (a = :t))", NULL, "t: 1", ABC, "false"},
  };
  RUN_CASES(CYN_EXPRESSION_FILTER, cases);
}
