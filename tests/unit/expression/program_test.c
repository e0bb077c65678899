/* Compile-time checks: limits, functions, reserved words, and the order in which they are reported. */
#include "expression_case.h"

TEST(functions_and_reserved_words) {
  static const expression_case cases[] = {
      {"", NULL, NULL, NULL, "Invalid ConditionExpression: The expression can not be empty;"},
      {"foo(a)", NULL, NULL, NULL, "Invalid ConditionExpression: Invalid function name; function: foo"},
      {"attRIbute_exIsts(a)", NULL, NULL, NULL,
       "Invalid ConditionExpression: Invalid function name; function: attRIbute_exIsts"},
      {"if_not_exists(a, b) = :c", NULL, NULL, NULL,
       "Invalid ConditionExpression: The function is not allowed in a condition expression; function: if_not_exists"},
      {"list_append(a, b) = :c", NULL, NULL, NULL,
       "Invalid ConditionExpression: The function is not allowed in a condition expression; function: list_append"},
      {"foo(bar(a)) = baz(c)", NULL, NULL, NULL, "Invalid ConditionExpression: Invalid function name; function: foo"},
      {"size(a)", NULL, NULL, NULL,
       "Invalid ConditionExpression: The function is not allowed to be used this way in an expression; function: size"},
      {"(size(a))", NULL, NULL, NULL,
       "Invalid ConditionExpression: The function is not allowed to be used this way in an expression; function: size"},
      {"a = :b AND size(a)", NULL, NULL, NULL,
       "Invalid ConditionExpression: The function is not allowed to be used this way in an expression; function: size"},
      {"NOT size(a)", NULL, NULL, NULL,
       "Invalid ConditionExpression: The function is not allowed to be used this way in an expression; function: size"},
      {"attribute_exists(a) = :b", NULL, NULL, NULL,
       "Invalid ConditionExpression: The function is not allowed to be used this way in an expression; function: "
       "attribute_exists"},
      {"a = attribute_exists(a)", NULL, NULL, NULL,
       "Invalid ConditionExpression: The function is not allowed to be used this way in an expression; function: "
       "attribute_exists"},
      {"a BETWEEN begins_with(b, c) AND d", NULL, NULL, NULL,
       "Invalid ConditionExpression: The function is not allowed to be used this way in an expression; function: "
       "begins_with"},
      {"a IN (contains(b, c))", NULL, NULL, NULL,
       "Invalid ConditionExpression: The function is not allowed to be used this way in an expression; function: contains"},
      {"size(attribute_type(b, c)) = d", NULL, NULL, NULL,
       "Invalid ConditionExpression: The function is not allowed to be used this way in an expression; function: "
       "attribute_type"},
      {"abort = :a", NULL, NULL, NULL,
       "Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: abort"},
      {"a.abORt = :a", NULL, NULL, NULL,
       "Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: abORt"},
      {"a = true", NULL, NULL, NULL,
       "Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: true"},
      {"a = null", NULL, NULL, NULL,
       "Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: null"},
      {"size = :a", NULL, NULL, NULL,
       "Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: size"},
      /* the order: parentheses, functions, their use, reserved words, what is undefined */
      {"((abort)) = foo(size(a), #x)", NULL, NULL, NULL,
       "Invalid ConditionExpression: The expression has redundant parentheses;"},
      {"abort = :a AND size(b) AND foo(c)", NULL, NULL, NULL,
       "Invalid ConditionExpression: Invalid function name; function: foo"},
      {"#x = :a AND abort = :b AND size(b)", NULL, NULL, NULL,
       "Invalid ConditionExpression: The function is not allowed to be used this way in an expression; function: size"},
      {"#x = :a AND abort = :b", NULL, NULL, NULL,
       "Invalid ConditionExpression: Attribute name is a reserved keyword; reserved keyword: abort"},
      {"((a)) = (b c", NULL, NULL, NULL, "Invalid ConditionExpression: Syntax error; token: \"c\", near: \"b c\""},
  };
  RUN_CASES(CYN_EXPRESSION_CONDITION, cases);
}

TEST(updates) {
  static const expression_case cases[] = {
      {"", NULL, NULL, NULL, "Invalid UpdateExpression: The expression can not be empty;"},
      {"SET a = foo(b)", NULL, NULL, NULL, "Invalid UpdateExpression: Invalid function name; function: foo"},
      {"SET a = size(b)", NULL, NULL, NULL, "Invalid UpdateExpression: The function is not allowed in an update expression; function: size"},
      {"SET a = IF_NOT_EXISTS(b, c)", NULL, NULL, NULL,
       "Invalid UpdateExpression: Invalid function name; function: IF_NOT_EXISTS"},
      {"SET a = foo(b), abort = :x", NULL, NULL, NULL,
       "Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: abort"},
      {"SET a = foo(b) SET c = :d", NULL, NULL, NULL, "Invalid UpdateExpression: Invalid function name; function: foo"},
      {"SET #a = :b SET c = :d", NULL, NULL, NULL,
       "Invalid UpdateExpression: The \"SET\" section can only be used once in an update expression;"},
      {"REMOVE a.absolute", NULL, NULL, NULL,
       "Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: absolute"},
      {"ADD Count :a", NULL, NULL, NULL,
       "Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: Count"},
  };
  RUN_CASES(CYN_EXPRESSION_UPDATE, cases);
}

static void check_long(cyn_i_expression_kind kind, const char *text, const char *expected, cyn_i_check check) {
  bound_case bound;
  bound_case_init(&bound, kind, text, NULL, "v: 1");
  if (expected == NULL)
    CHECK_INT(bound.status, CYN_OK);
  else
    CHECK_STR(bound.error.message, expected);
  CHECK_INT(bound.check, check);
  bound_case_clean_up(&bound);
}

/* `count` times `part`, `between` in between. */
static char *repeated(const char *part, const char *between, size_t count) {
  char *out = calloc(1, count * (strlen(part) + strlen(between)) + 1);
  for (size_t i = 0; out != NULL && i < count; i++) {
    strcat(out, i != 0 ? between : "");
    strcat(out, part);
  }
  return out;
}

TEST(size_limit) {
  char text[4098];
  memset(text, ' ', sizeof text);
  memcpy(text, "a = :v", 6);
  text[4096] = '\0';
  check_long(CYN_EXPRESSION_FILTER, text, NULL, CYN_CHECK_NONE);
  text[4096] = ' ';
  text[4097] = '\0';
  check_long(CYN_EXPRESSION_FILTER, text,
             "Invalid FilterExpression: Expression size has exceeded the maximum allowed size; expression size: 4097",
             CYN_CHECK_EXPRESSION_SIZE);
}

TEST(operator_limit) {
  char *text = repeated("a=:v", " OR ", 150);
  check_long(CYN_EXPRESSION_FILTER, text, NULL, CYN_CHECK_NONE); /* 150 + 149 */
  free(text);
  text = repeated("a=:v", " OR ", 151);
  check_long(CYN_EXPRESSION_FILTER, text,
             "Invalid FilterExpression: The expression contains too many operators; operator count: 301",
             CYN_CHECK_EXPRESSION_OPERATORS);
  free(text);
  text = repeated("NOT ", "", 299);
  text = realloc(text, 299 * 4 + 16);
  strcat(text, "a=:v");
  check_long(CYN_EXPRESSION_FILTER, text, NULL, CYN_CHECK_NONE);
  free(text);
}

TEST(checks_are_told) {
  check_long(CYN_EXPRESSION_UPDATE, "", "Invalid UpdateExpression: The expression can not be empty;",
             CYN_CHECK_EXPRESSION_EMPTY);
  check_long(CYN_EXPRESSION_UPDATE, "SET", "Invalid UpdateExpression: Syntax error; token: \"<EOF>\", near: \"SET\"",
             CYN_CHECK_EXPRESSION_SYNTAX);
  check_long(CYN_EXPRESSION_UPDATE, "REMOVE a REMOVE b",
             "Invalid UpdateExpression: The \"REMOVE\" section can only be used once in an update expression;",
             CYN_CHECK_SECTION_TWICE);
  check_long(CYN_EXPRESSION_UPDATE, "REMOVE a, a",
             "Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these "
             "paths; path one: [a], path two: [a]",
             CYN_CHECK_PATHS_OVERLAP);
  check_long(CYN_EXPRESSION_UPDATE, "REMOVE a.b, a[0]",
             "Invalid UpdateExpression: Two document paths conflict with each other; must remove or rewrite one of these "
             "paths; path one: [a, b], path two: [a, [0]]",
             CYN_CHECK_PATHS_CONFLICT);
  check_long(CYN_EXPRESSION_UPDATE, "REMOVE abort",
             "Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: abort",
             CYN_CHECK_EXPRESSION_OTHER);
}

/* Hostile texts of full size must neither overflow the stack nor take long; see hostile_test for a small stack. */
TEST(deep_texts) {
  static const char *const parts[] = {"(", "NOT ", "size(", "a=(", "a IN (", "a BETWEEN ", "((", "f(", "not(", "a.", "a["};
  static const cyn_i_expression_kind kinds[] = {CYN_EXPRESSION_CONDITION, CYN_EXPRESSION_PROJECTION,
                                                CYN_EXPRESSION_UPDATE};
  for (size_t k = 0; k < 3; k++) {
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
      char *text = repeated(parts[i], "", 4000 / strlen(parts[i]));
      bound_case bound;
      bound_case_init(&bound, kinds[k], text, NULL, NULL);
      CHECK(bound.status != CYN_OK);
      bound_case_clean_up(&bound);
      free(text);
    }
  }
}

/* The compiled program does not point into the text that it was made from. */
TEST(text_may_go) {
  char text[] = "#a.b = :v AND size(c) > :v";
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  const cyn_i_program *program;
  cyn_i_bound *bound;
  cyn_i_substitutions substitutions;
  cyn_error error = CYN_ERROR_INIT;
  CHECK_INT(cyn_i_program_compile(CYN_EXPRESSION_CONDITION, cyn_str(text), &arena, &program, NULL, &error), CYN_OK);
  memset(text, 'x', sizeof text);
  CHECK_INT(cyn_i_substitutions_init(&substitutions, names_of(&arena, "a=m"), item_of(&arena, "v: 1", ":"), &arena, NULL,
                                     &error),
            CYN_OK);
  CHECK_INT(cyn_i_program_bind(program, &substitutions, &arena, &bound, NULL, &error), CYN_OK);
  CHECK(cyn_i_condition_evaluate(bound, item_of(&arena, "{m: {b: 1}, c: 'xy'}", "").data));
  cyn_i_arena_clean_up(&arena);
  cyn_error_clean_up(&error);
}
