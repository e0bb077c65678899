/* What people write as conditions, assignments and paths, as DynamoDB's expressions. */
#include "cli/expression.c"

#include "test.h"

static int status;

/* The translation, names and values behind it. */
static const char *translated(cli_syntax syntax, const char *text) {
  static char out[1024];
  cli_memory *memory = cli_memory_new();
  cli_session session = {.url = "memory:"};
  cli_run run = {.session = &session, .memory = memory};
  cli_bindings bindings = {&run, NULL, NULL};
  cli_text expression = CLI_TEXT_INIT(&run), bound = CLI_TEXT_INIT(&run);
  status = cli_translate(&bindings, "--where", syntax, text, &expression);
  if (bindings.names != NULL) cli_json_write(&bound, bindings.names, 0);
  if (bindings.values != NULL) cli_json_write(&bound, bindings.values, 0);
  (void)snprintf(out, sizeof out, "%s %s", expression.data != NULL ? expression.data : "", bound.data != NULL ? bound.data : "");
  cli_memory_destroy(memory);
  return out;
}

TEST(names_and_values_become_placeholders) {
  CHECK_STR(translated(CLI_SYNTAX_CONDITION, "a > 1 and `b c`.a = 'it''s'"),
            "#n0 > :v0 AND #n1.#n0 = :v1 {\"#n0\": \"a\", \"#n1\": \"b c\"}{\":v0\": {\"N\": \"1\"}, \":v1\": {\"S\": \"it's\"}}");
  CHECK_INT(status, CLI_OK);
  CHECK_STR(translated(CLI_SYNTAX_PAIR, "tags [\"x\"]"), "#n0 :v0 {\"#n0\": \"tags\"}{\":v0\": {\"SS\": [\"x\"]}}");
  CHECK_STR(translated(CLI_SYNTAX_PATHS, "a, b[0].c"), "#n0, #n1[0].#n2 {\"#n0\": \"a\", \"#n1\": \"b\", \"#n2\": \"c\"}");
}

/* A vertical tab was taken for space and never passed: the program did not end. */
TEST(control_characters_are_no_space) {
  static const char *const texts[] = {"a = 1\vand b = 2", "a = 1\f", "\x01"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    (void)translated(CLI_SYNTAX_CONDITION, texts[i]);
    CHECK_INT(status, CLI_USAGE);
  }
  CHECK_STR(translated(CLI_SYNTAX_CONDITION, "\ta\r\n=\t1"), " #n0 = :v0 {\"#n0\": \"a\"}{\":v0\": {\"N\": \"1\"}}");
  CHECK_INT(status, CLI_OK);
}

/* The placeholder and the word ran into one. */
TEST(words_stay_apart_from_what_is_before) {
  CHECK_STR(translated(CLI_SYNTAX_CONDITION, "a = 'x'and size(b) > 1or c"),
            "#n0 = :v0 AND size(#n1) > :v1 OR #n2 {\"#n0\": \"a\", \"#n1\": \"b\", \"#n2\": \"c\"}"
            "{\":v0\": {\"S\": \"x\"}, \":v1\": {\"N\": \"1\"}}");
  CHECK_STR(translated(CLI_SYNTAX_CONDITION, "1size(b)"), ":v0 size(#n0) {\"#n0\": \"b\"}{\":v0\": {\"N\": \"1\"}}");
}
