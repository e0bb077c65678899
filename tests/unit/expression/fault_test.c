/* Names that messages print, and messages longer than the fast path's buffer. */
#include "expression_case.h"
#include "expression/program_private.h"

TEST(kinds) {
  CHECK_STR(cyn_i_expression_kind_name(CYN_EXPRESSION_CONDITION), "ConditionExpression");
  CHECK_STR(cyn_i_expression_kind_name(CYN_EXPRESSION_FILTER), "FilterExpression");
  CHECK_STR(cyn_i_expression_kind_name(CYN_EXPRESSION_KEY_CONDITION), "KeyConditionExpression");
  CHECK_STR(cyn_i_expression_kind_name(CYN_EXPRESSION_PROJECTION), "ProjectionExpression");
  CHECK_STR(cyn_i_expression_kind_name(CYN_EXPRESSION_UPDATE), "UpdateExpression");
}

TEST(operators) {
  CHECK_STR(cyn_i_node_name(CYN_NODE_BETWEEN), "BETWEEN");
  CHECK_STR(cyn_i_node_name(CYN_NODE_NE), "<>");
  CHECK_STR(cyn_i_node_name(CYN_NODE_LIST_APPEND), "list_append");
  CHECK_STR(cyn_i_node_name(CYN_NODE_PATH), "");
}

TEST(long_message) {
  char text[3000], expected[3200];
  memset(text, 'f', 2000);
  strcpy(text + 2000, "(a)");
  snprintf(expected, sizeof expected, "Invalid FilterExpression: Invalid function name; function: %.2000s", text);
  bound_case bound;
  bound_case_init(&bound, CYN_EXPRESSION_FILTER, text, NULL, NULL);
  CHECK_STR(bound.error.message, expected);
  bound_case_clean_up(&bound);
}

TEST(no_error_wanted) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  const cyn_i_program *program;
  CHECK_INT(cyn_i_program_compile(CYN_EXPRESSION_FILTER, cyn_str("a"), &arena, &program, NULL, NULL), CYN_E_VALIDATION);
  cyn_i_arena_clean_up(&arena);
}
