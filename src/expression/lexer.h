/* Tokens of an expression text. */
#ifndef CYN_EXPRESSION_LEXER_H
#define CYN_EXPRESSION_LEXER_H

#include <stdbool.h>
#include <stdint.h>

#include <cynamo/value.h>

typedef enum cyn_i_token_kind {
  CYN_TOKEN_END,
  CYN_TOKEN_IDENTIFIER,
  CYN_TOKEN_NAME,    /* #name */
  CYN_TOKEN_VALUE,   /* :name */
  CYN_TOKEN_NUMBER,  /* decimal digits */
  CYN_TOKEN_ILLEGAL, /* one character that no token can hold */
  CYN_TOKEN_OPEN,
  CYN_TOKEN_CLOSE,
  CYN_TOKEN_BRACKET_OPEN,
  CYN_TOKEN_BRACKET_CLOSE,
  CYN_TOKEN_COMMA,
  CYN_TOKEN_DOT,
  CYN_TOKEN_PLUS,
  CYN_TOKEN_MINUS,
  CYN_TOKEN_EQ,
  CYN_TOKEN_NE,
  CYN_TOKEN_LT,
  CYN_TOKEN_LE,
  CYN_TOKEN_GT,
  CYN_TOKEN_GE,
  /* keywords, where the lexer was told to see them */
  CYN_TOKEN_AND,
  CYN_TOKEN_OR,
  CYN_TOKEN_NOT,
  CYN_TOKEN_IN,
  CYN_TOKEN_BETWEEN,
  CYN_TOKEN_SET,
  CYN_TOKEN_REMOVE,
  CYN_TOKEN_ADD,
  CYN_TOKEN_DELETE
} cyn_i_token_kind;

typedef enum cyn_i_keywords { CYN_KEYWORDS_NONE, CYN_KEYWORDS_CONDITION, CYN_KEYWORDS_UPDATE } cyn_i_keywords;

typedef struct cyn_i_token {
  cyn_i_token_kind kind;
  uint32_t start; /* offsets in the text */
  uint32_t end;
} cyn_i_token;

typedef struct cyn_i_lexer {
  cyn_bytes text;
  cyn_i_keywords keywords;
  cyn_i_token previous; /* the token before `current`; start == end == 0 with kind END when there is none */
  cyn_i_token current;
} cyn_i_lexer;

/* Reads the first token. */
void cyn_i_lexer_init(cyn_i_lexer *lexer, cyn_bytes text, cyn_i_keywords keywords);
void cyn_i_lexer_next(cyn_i_lexer *lexer);
/* The token after the current one, which stays current. */
cyn_i_token cyn_i_lexer_peek(const cyn_i_lexer *lexer);
static inline cyn_bytes cyn_i_token_text(const cyn_i_lexer *lexer, const cyn_i_token *token) {
  return (cyn_bytes){lexer->text.data + token->start, token->end - token->start};
}
/* What a syntax error at the current token prints: the token ("<EOF>" at the end) and the text near it. */
void cyn_i_lexer_describe(const cyn_i_lexer *lexer, cyn_bytes *token, cyn_bytes *near);

/* True for '#' or ':' (the first character given) and one or more of [A-Za-z0-9_]. */
bool cyn_i_is_placeholder(cyn_bytes text, char first);

#endif
