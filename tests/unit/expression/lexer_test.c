/* Tokens one by one, and what a syntax error prints. */
#include "expression/lexer.h"

#include "test.h"

static void check_tokens(const char *text, cyn_i_keywords keywords, const cyn_i_token_kind *kinds, size_t count) {
  cyn_i_lexer lexer;
  cyn_i_lexer_init(&lexer, cyn_str(text), keywords);
  for (size_t i = 0; i < count; i++) {
    if (lexer.current.kind != kinds[i])
      test_failed(__FILE__, __LINE__, "%s: token %zu is %d, expected %d", text, i, lexer.current.kind, kinds[i]);
    cyn_i_lexer_next(&lexer);
  }
  CHECK_INT(lexer.current.kind, CYN_TOKEN_END);
}

TEST(punctuation) {
  static const cyn_i_token_kind kinds[] = {
      CYN_TOKEN_OPEN, CYN_TOKEN_CLOSE, CYN_TOKEN_BRACKET_OPEN, CYN_TOKEN_BRACKET_CLOSE, CYN_TOKEN_COMMA, CYN_TOKEN_DOT,
      CYN_TOKEN_PLUS, CYN_TOKEN_MINUS, CYN_TOKEN_EQ,           CYN_TOKEN_NE,            CYN_TOKEN_LE,    CYN_TOKEN_GE,
      CYN_TOKEN_LT,   CYN_TOKEN_GT};
  check_tokens("()[],.+-=<><=>=< >", CYN_KEYWORDS_NONE, kinds, sizeof kinds / sizeof *kinds);
}

TEST(words) {
  static const cyn_i_token_kind kinds[] = {CYN_TOKEN_IDENTIFIER, CYN_TOKEN_NAME,  CYN_TOKEN_VALUE, CYN_TOKEN_NAME,
                                           CYN_TOKEN_VALUE,      CYN_TOKEN_NUMBER, CYN_TOKEN_IDENTIFIER};
  check_tokens("a_1 #4g :v #_ :_ 12 Z", CYN_KEYWORDS_NONE, kinds, sizeof kinds / sizeof *kinds);
}

TEST(keywords_in_any_case_and_their_own_grammar) {
  static const cyn_i_token_kind condition[] = {CYN_TOKEN_AND, CYN_TOKEN_OR,         CYN_TOKEN_NOT,
                                               CYN_TOKEN_IN,  CYN_TOKEN_BETWEEN,    CYN_TOKEN_IDENTIFIER};
  static const cyn_i_token_kind update[] = {CYN_TOKEN_SET, CYN_TOKEN_REMOVE, CYN_TOKEN_ADD, CYN_TOKEN_DELETE,
                                            CYN_TOKEN_IDENTIFIER};
  static const cyn_i_token_kind none[] = {CYN_TOKEN_IDENTIFIER, CYN_TOKEN_IDENTIFIER};
  check_tokens("and oR Not IN between set", CYN_KEYWORDS_CONDITION, condition, 6);
  check_tokens("set Remove aDD delete and", CYN_KEYWORDS_UPDATE, update, 5);
  check_tokens("and set", CYN_KEYWORDS_NONE, none, 2);
}

TEST(illegal_characters) {
  static const cyn_i_token_kind kinds[] = {CYN_TOKEN_ILLEGAL, CYN_TOKEN_ILLEGAL, CYN_TOKEN_ILLEGAL, CYN_TOKEN_IDENTIFIER,
                                           CYN_TOKEN_ILLEGAL, CYN_TOKEN_ILLEGAL};
  check_tokens("| # _a \xC3\xBC:", CYN_KEYWORDS_NONE, kinds, 6);
}

static void check_description(const char *text, size_t at, const char *token, const char *near) {
  cyn_i_lexer lexer;
  cyn_i_lexer_init(&lexer, cyn_str(text), CYN_KEYWORDS_UPDATE);
  while (at-- != 0) cyn_i_lexer_next(&lexer);
  cyn_bytes actual_token, actual_near;
  cyn_i_lexer_describe(&lexer, &actual_token, &actual_near);
  if (actual_token.size != strlen(token) || memcmp(actual_token.data, token, actual_token.size) != 0 ||
      actual_near.size != strlen(near) || memcmp(actual_near.data, near, actual_near.size) != 0)
    test_failed(__FILE__, __LINE__, "%s: token %.*s, near %.*s", text, (int)actual_token.size, actual_token.data,
                (int)actual_near.size, actual_near.data);
}

TEST(descriptions) {
  check_description("a  b c", 1, "b", "a  b c");
  check_description("a b c", 0, "a", "a b");
  check_description("a b ", 2, "<EOF>", "b ");
  check_description("a|b", 1, "|", "a|");
  check_description("  ", 0, "<EOF>", "  ");
  check_description("\xC3\xBC > a", 0, "\xC3\xBC", "\xC3\xBC");
  check_description("\xF0\x9F", 0, "\xF0\x9F", "\xF0\x9F");
}

TEST(placeholders) {
  CHECK(cyn_i_is_placeholder(cyn_str("#a"), '#'));
  CHECK(cyn_i_is_placeholder(cyn_str(":_9Z"), ':'));
  CHECK(!cyn_i_is_placeholder(cyn_str("#"), '#'));
  CHECK(!cyn_i_is_placeholder(cyn_str("a"), '#'));
  CHECK(!cyn_i_is_placeholder(cyn_str("#a.b"), '#'));
  CHECK(!cyn_i_is_placeholder(cyn_str(":a"), '#'));
  CHECK(!cyn_i_is_placeholder((cyn_bytes){NULL, 0}, '#'));
}
