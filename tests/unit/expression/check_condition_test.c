/* Bind-time checks of conditions: every text, and their order. */
#include "expression_case.h"

#define I "Invalid ConditionExpression: "
#define NAME(n) I "An expression attribute name used in the document path is not defined; attribute name: " n
#define VALUE(v) I "An expression attribute value used in expression is not defined; attribute value: " v
#define COUNT(f, n) I "Incorrect number of operands for operator or function; operator or function: " f \
                    ", number of operands: " n
#define TYPE(f, t) I "Incorrect operand type for operator or function; operator or function: " f ", operand type: " t
#define PATH(f) I "Operator or function requires a document path; operator or function: " f
#define DISTINCT(op, path) I "The first operand must be distinct from the remaining operands for this operator or " \
                             "function; operator: " op ", first operand: [" path "]"

TEST(undefined) {
  static const expression_case cases[] = {
      {"#a = :b", NULL, NULL, NULL, NAME("#a")},
      {"#a = :b", "a=x", NULL, NULL, VALUE(":b")},
      {"#a = :b", NULL, "b: 1", NULL, NAME("#a")},
      {":b = #a", NULL, NULL, NULL, VALUE(":b")},
      {"a.#b.#c = :v", "b=x", "v: 1", NULL, NAME("#c")},
      {"a = :a AND b = :b AND #c = :c", NULL, "a: 1", NULL, VALUE(":b")},
      {"attribute_exists(#a)", "b=x", NULL, NULL, NAME("#a")},
      {"a BETWEEN :a AND :b", NULL, "a: 1", NULL, VALUE(":b")},
      {"a IN (:a, :b)", NULL, "b: 1", NULL, VALUE(":a")},
      {"size(#x) = :a", NULL, NULL, NULL, NAME("#x")},
      {":a = size(#x)", NULL, NULL, NULL, NAME("#x")},
      {"#A = :v", "a=x", "v: 1", NULL, NAME("#A")},
      /* a fault further left comes first, an undefined operand before the number of operands */
      {"begins_with(a) AND #b = :c", NULL, NULL, NULL, COUNT("begins_with", "1")},
      {"begins_with(:a)", NULL, NULL, NULL, VALUE(":a")},
      {"a = a AND #b = :c", NULL, NULL, NULL, DISTINCT("=", "a")},
      {"#b = :c AND a = a", NULL, NULL, NULL, NAME("#b")},
  };
  RUN_CASES(CYN_EXPRESSION_CONDITION, cases);
}

TEST(operand_counts) {
  static const expression_case cases[] = {
      {"attribute_exists(a, b)", NULL, NULL, NULL, COUNT("attribute_exists", "2")},
      {"attribute_not_exists(a, b, c)", NULL, NULL, NULL, COUNT("attribute_not_exists", "3")},
      {"attribute_type(a)", NULL, NULL, NULL, COUNT("attribute_type", "1")},
      {"attribute_type(a, b, c)", NULL, NULL, NULL, COUNT("attribute_type", "3")},
      {"begins_with(a)", NULL, NULL, NULL, COUNT("begins_with", "1")},
      {"begins_with(a, b, c)", NULL, NULL, NULL, COUNT("begins_with", "3")},
      {"contains(a)", NULL, NULL, NULL, COUNT("contains", "1")},
      {"contains(a, b, c, d)", NULL, NULL, NULL, COUNT("contains", "4")},
      {"size(a, b) = c", NULL, NULL, NULL, COUNT("size", "2")},
      {"size(a, a) = c", NULL, NULL, NULL, COUNT("size", "2")},
      {"a IN (:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,"
       ":a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,"
       ":a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a)",
       NULL, "a: 1", "{a: 1}", "true"},
      {"a IN (:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,"
       ":a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,"
       ":a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a,:a)",
       NULL, "a: 1", "{a: 1}",
       I "The IN operator is provided with too many operands; number of operands: 101"},
  };
  RUN_CASES(CYN_EXPRESSION_CONDITION, cases);
}

TEST(distinct_operands) {
  static const expression_case cases[] = {
      {"a = a", NULL, NULL, NULL, DISTINCT("=", "a")},
      {"a <> a", NULL, NULL, NULL, DISTINCT("<>", "a")},
      {"a.b[1] < a.b[1]", NULL, NULL, NULL, DISTINCT("<", "a, b, [1]")},
      {"#a >= a", "a=a", NULL, NULL, DISTINCT(">=", "a")},
      {"(a) = (a)", NULL, NULL, NULL, DISTINCT("=", "a")},
      {"begins_with(a, a)", NULL, NULL, NULL, DISTINCT("begins_with", "a")},
      {"contains(a, a)", NULL, NULL, NULL, DISTINCT("contains", "a")},
      {"attribute_type(a, a)", NULL, NULL, NULL, DISTINCT("attribute_type", "a")},
      {"a = a.b", NULL, NULL, "{a: 1}", "false"},
      {"a[0] = a[1]", NULL, NULL, "{a: [1, 1]}", "true"},
      {"#a = a", "a=a.b", NULL, "{a: 1}", "false"},
      {":v = :v", NULL, "v: 1", NULL, "true"},
      {"size(a) = size(a)", NULL, NULL, "{a: 'x'}", "true"},
      {"a BETWEEN a AND a", NULL, NULL, "{a: 1}", "true"},
      {"a = b", NULL, NULL, "{a: 1, b: 1}", "true"},
  };
  RUN_CASES(CYN_EXPRESSION_CONDITION, cases);
}

TEST(operand_types) {
  static const expression_case cases[] = {
      {"attribute_exists(:a)", NULL, "a: 1", NULL, PATH("attribute_exists")},
      {"attribute_not_exists(:a)", NULL, "a: 1", NULL, PATH("attribute_not_exists")},
      {"attribute_exists(size(a))", NULL, NULL, NULL, PATH("attribute_exists")},
      {"begins_with(a, :v)", NULL, "v: 1", NULL, TYPE("begins_with", "N")},
      {"begins_with(:v, a)", NULL, "v: true", NULL, TYPE("begins_with", "BOOL")},
      {"begins_with(a, :v)", NULL, "v: null", NULL, TYPE("begins_with", "NULL")},
      {"begins_with(a, :v)", NULL, "v: []", NULL, TYPE("begins_with", "L")},
      {"begins_with(a, :v)", NULL, "v: {}", NULL, TYPE("begins_with", "M")},
      {"begins_with(a, :v)", NULL, "v: <'a'>", NULL, TYPE("begins_with", "SS")},
      {"begins_with(a, :v)", NULL, "v: <1>", NULL, TYPE("begins_with", "NS")},
      {"begins_with(a, :v)", NULL, "v: <b'a'>", NULL, TYPE("begins_with", "BS")},
      {"begins_with(a, size(b))", NULL, NULL, NULL, TYPE("begins_with", "N")},
      {"attribute_type(a, b)", NULL, NULL, NULL, TYPE("attribute_type", "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}")},
      {"attribute_type(a, :v)", NULL, "v: 1", NULL, TYPE("attribute_type", "N")},
      {"attribute_type(a, :v)", NULL, "v: <'S'>", NULL, TYPE("attribute_type", "SS")},
      {"attribute_type(a, size(b))", NULL, NULL, NULL, TYPE("attribute_type", "N")},
      {"attribute_type(a, :v)", NULL, "v: 'X'", NULL,
       I "Invalid attribute type name found; type: X, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"},
      {"attribute_type(a, :v)", NULL, "v: 's'", NULL,
       I "Invalid attribute type name found; type: s, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"},
      {"size(:v) = a", NULL, "v: 1", NULL, TYPE("size", "N")},
      {"size(:v) = a", NULL, "v: true", NULL, TYPE("size", "BOOL")},
      {"size(:v) = a", NULL, "v: null", NULL, TYPE("size", "NULL")},
      {"size(size(a)) = b", NULL, NULL, NULL, TYPE("size", "N")},
      {"a < :v", NULL, "v: true", NULL, TYPE("<", "BOOL")},
      {"a <= :v", NULL, "v: null", NULL, TYPE("<=", "NULL")},
      {"a > :v", NULL, "v: []", NULL, TYPE(">", "L")},
      {":v >= a", NULL, "v: {}", NULL, TYPE(">=", "M")},
      {"a < :v", NULL, "v: <1>", NULL, TYPE("<", "NS")},
      {"a = :v", NULL, "v: true", "{a: true}", "true"},
      {"a IN (:v)", NULL, "v: {}", "{a: {}}", "true"},
      {"contains(a, :v)", NULL, "v: {}", "{a: [{}]}", "true"},
  };
  RUN_CASES(CYN_EXPRESSION_CONDITION, cases);
}

TEST(between_bounds) {
  static const expression_case cases[] = {
      {"a BETWEEN :a AND :b", NULL, "a: 1, b: 'a'", NULL,
       I "The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: AttributeValue: "
         "{N:1}, upper bound operand: AttributeValue: {S:a}"},
      {"a BETWEEN :a AND :b", NULL, "a: 'b', b: 'a'", NULL,
       I "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: "
         "AttributeValue: {S:b}, upper bound operand: AttributeValue: {S:a}"},
      {"a BETWEEN :a AND :b", NULL, "a: 2, b: -1.5", NULL,
       I "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: "
         "AttributeValue: {N:2}, upper bound operand: AttributeValue: {N:-1.5}"},
      {"a BETWEEN :a AND :b", NULL, "a: b'b', b: b'a'", NULL,
       I "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: "
         "AttributeValue: {B:Yg==}, upper bound operand: AttributeValue: {B:YQ==}"},
      {"a BETWEEN :a AND :b", NULL, "a: true, b: false", NULL, TYPE("BETWEEN", "BOOL")},
      {"a BETWEEN :a AND :b", NULL, "a: 1, b: null", NULL, TYPE("BETWEEN", "NULL")},
      {"a BETWEEN :a AND :b", NULL, "a: 1, b: 1", "{a: 1}", "true"},
      {"a BETWEEN b AND :b", NULL, "b: 0", "{a: 1, b: 0}", "false"},
      {":a BETWEEN :b AND :c", NULL, "a: 'x', b: 1, c: 2", NULL, "false"},
  };
  RUN_CASES(CYN_EXPRESSION_CONDITION, cases);
}
