/* Bind-time checks of updates: every text, and their order. */
#include "expression_case.h"

#define I "Invalid UpdateExpression: "
#define CLAUSE(op, t) I "Incorrect operand type for operator or function; operator: " op ", operand type: " t
#define TYPE(f, t) I "Incorrect operand type for operator or function; operator or function: " f ", operand type: " t
#define COUNT(f, n) I "Incorrect number of operands for operator or function; operator or function: " f \
                    ", number of operands: " n

TEST(clause_types) {
  static const expression_case cases[] = {
      {"ADD a :v", NULL, "v: 's'", NULL, CLAUSE("ADD", "STRING")},
      {"ADD a :v", NULL, "v: b's'", NULL, CLAUSE("ADD", "BINARY")},
      {"ADD a :v", NULL, "v: null", NULL, CLAUSE("ADD", "NULL")},
      {"ADD a :v", NULL, "v: true", NULL, CLAUSE("ADD", "BOOLEAN")},
      {"ADD a :v", NULL, "v: []", NULL, CLAUSE("ADD", "LIST")},
      {"ADD a :v", NULL, "v: {}", NULL, CLAUSE("ADD", "MAP")},
      {"DELETE a :v", NULL, "v: 's'", NULL, CLAUSE("DELETE", "STRING")},
      {"DELETE a :v", NULL, "v: 1", NULL, CLAUSE("DELETE", "NUMBER")},
      {"DELETE a :v", NULL, "v: []", NULL, CLAUSE("DELETE", "LIST")},
      {"ADD a :v", NULL, "v: 1", NULL, "{a: 1}"},
      {"ADD a :v", NULL, "v: <'x'>", NULL, "{a: <'x'>}"},
      {"DELETE a :v", NULL, "v: <b'x'>", NULL, "{}"},
  };
  RUN_CASES(CYN_EXPRESSION_UPDATE, cases);
}

TEST(functions) {
  static const expression_case cases[] = {
      {"SET a = if_not_exists(b)", NULL, NULL, NULL, COUNT("if_not_exists", "1")},
      {"SET a = if_not_exists(b, c, d)", NULL, NULL, NULL, COUNT("if_not_exists", "3")},
      {"SET a = list_append(b)", NULL, NULL, NULL, COUNT("list_append", "1")},
      {"SET a = list_append(b, c, d)", NULL, NULL, NULL, COUNT("list_append", "3")},
      {"SET a = if_not_exists(:v, b)", NULL, "v: 1", NULL,
       I "Operator or function requires a document path; operator or function: if_not_exists"},
      {"SET a = if_not_exists(if_not_exists(a, b), c)", NULL, NULL, NULL,
       I "Operator or function requires a document path; operator or function: if_not_exists"},
      {"SET a = list_append(b, :v)", NULL, "v: 's'", NULL, TYPE("list_append", "S")},
      {"SET a = list_append(:v, b)", NULL, "v: <1>", NULL, TYPE("list_append", "NS")},
      {"SET a = list_append(:v, b)", NULL, "v: {}", NULL, TYPE("list_append", "M")},
      {"SET a = b + :v", NULL, "v: 's'", NULL, TYPE("+", "S")},
      {"SET a = :v - b", NULL, "v: true", NULL, TYPE("-", "BOOL")},
      {"SET a = :v + b", NULL, "v: null", NULL, TYPE("+", "NULL")},
      {"SET a = list_append(b, c) + d", NULL, NULL, NULL, TYPE("+", "L")},
      {"SET a = :v + :v", NULL, "v: 2", NULL, "{a: 4}"},
  };
  RUN_CASES(CYN_EXPRESSION_UPDATE, cases);
}

TEST(order) {
  static const expression_case cases[] = {
      {"SET a = :v, #b = :w", NULL, NULL, NULL,
       I "An expression attribute name used in the document path is not defined; attribute name: #b"},
      {"SET a = #b, #c = :w", NULL, NULL, NULL,
       I "An expression attribute name used in the document path is not defined; attribute name: #b"},
      {"SET a = :v, a = :w", NULL, NULL, NULL,
       I "An expression attribute value used in expression is not defined; attribute value: :v"},
      {"SET a = :v, a = :w", NULL, "v: 1", NULL,
       I "An expression attribute value used in expression is not defined; attribute value: :w"},
      {"SET a.b = :v, a[1] = :v ADD c :v, c.d :v", NULL, "v: 's'", NULL,
       I "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [c], path "
         "two: [c, d]"},
      {"SET a.b = :v, a[1] = :v ADD c :v", NULL, "v: 's'", NULL,
       I "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, b], path "
         "two: [a, [1]]"},
      {"SET a = list_append(b) ADD c :v", NULL, "v: 's'", NULL, CLAUSE("ADD", "STRING")},
      {"SET a = b + :v, c = list_append(d)", NULL, "v: 's'", NULL, TYPE("+", "S")},
  };
  RUN_CASES(CYN_EXPRESSION_UPDATE, cases);
}
