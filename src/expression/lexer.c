/* See lexer.h. The rules are those of expressions.md section 1. A text is read on demand, one token ahead of the parser,
 * so the first error in the text is the one that is reported. */
#include "expression/lexer.h"

#include <string.h>

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_'; }

bool cyn_i_is_placeholder(cyn_bytes text, char first) {
  if (text.size < 2 || text.data[0] != first) return false;
  for (size_t i = 1; i < text.size; i++)
    if (!is_word(text.data[i])) return false;
  return true;
}

typedef struct keyword {
  const char *word; /* lower case */
  cyn_i_token_kind kind;
} keyword;

static const keyword condition_keywords[] = {
    {"and", CYN_TOKEN_AND}, {"or", CYN_TOKEN_OR}, {"not", CYN_TOKEN_NOT}, {"in", CYN_TOKEN_IN},
    {"between", CYN_TOKEN_BETWEEN}};
static const keyword update_keywords[] = {
    {"set", CYN_TOKEN_SET}, {"remove", CYN_TOKEN_REMOVE}, {"add", CYN_TOKEN_ADD}, {"delete", CYN_TOKEN_DELETE}};

static bool word_is(const char *text, size_t size, const char *lower) {
  for (size_t i = 0; i < size; i++)
    if (lower[i] == '\0' || (text[i] | 0x20) != lower[i]) return false;
  return lower[size] == '\0';
}

static cyn_i_token_kind identifier_kind(cyn_i_keywords keywords, const char *text, size_t size) {
  const keyword *table = keywords == CYN_KEYWORDS_CONDITION ? condition_keywords : update_keywords;
  size_t count = keywords == CYN_KEYWORDS_CONDITION ? sizeof condition_keywords / sizeof *table
                                                    : sizeof update_keywords / sizeof *table;
  if (keywords == CYN_KEYWORDS_NONE || size < 2 || size > 7) return CYN_TOKEN_IDENTIFIER;
  for (size_t i = 0; i < count; i++)
    if (word_is(text, size, table[i].word)) return table[i].kind;
  return CYN_TOKEN_IDENTIFIER;
}

/* Length of the character at `at`: a whole UTF-8 sequence, so that a message never cuts one. */
static size_t character_size(cyn_bytes text, size_t at) {
  uint8_t lead = (uint8_t)text.data[at];
  size_t want = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  size_t size = 1;
  while (size < want && at + size < text.size && ((uint8_t)text.data[at + size] & 0xC0) == 0x80) size++;
  return size;
}

static cyn_i_token_kind punctuation_kind(const char *text, size_t size, size_t *length) {
  char second = size > 1 ? text[1] : '\0';
  *length = 1;
  switch (text[0]) {
    case '(': return CYN_TOKEN_OPEN;
    case ')': return CYN_TOKEN_CLOSE;
    case '[': return CYN_TOKEN_BRACKET_OPEN;
    case ']': return CYN_TOKEN_BRACKET_CLOSE;
    case ',': return CYN_TOKEN_COMMA;
    case '.': return CYN_TOKEN_DOT;
    case '+': return CYN_TOKEN_PLUS;
    case '-': return CYN_TOKEN_MINUS;
    case '=': return CYN_TOKEN_EQ;
    case '<':
      *length = second == '>' || second == '=' ? 2 : 1;
      return second == '>' ? CYN_TOKEN_NE : second == '=' ? CYN_TOKEN_LE : CYN_TOKEN_LT;
    case '>': *length = second == '=' ? 2 : 1; return second == '=' ? CYN_TOKEN_GE : CYN_TOKEN_GT;
    default: return CYN_TOKEN_ILLEGAL;
  }
}

static cyn_i_token token_at(const cyn_i_lexer *lexer, size_t at) {
  cyn_bytes text = lexer->text;
  while (at < text.size && is_space(text.data[at])) at++;
  cyn_i_token token = {CYN_TOKEN_END, (uint32_t)at, (uint32_t)at};
  if (at == text.size) return token;
  const char *start = text.data + at;
  size_t left = text.size - at, length = 1;
  /* A bare name may not begin with '_' (moto, which has the service's error for it; dynalite differs). */
  if (is_letter(*start)) {
    while (length < left && is_word(start[length])) length++;
    token.kind = identifier_kind(lexer->keywords, start, length);
  } else if ((*start == '#' || *start == ':') && left > 1 && is_word(start[1])) {
    while (length < left && is_word(start[length])) length++;
    token.kind = *start == '#' ? CYN_TOKEN_NAME : CYN_TOKEN_VALUE;
  } else if (is_digit(*start)) {
    while (length < left && is_digit(start[length])) length++;
    token.kind = CYN_TOKEN_NUMBER;
  } else {
    token.kind = punctuation_kind(start, left, &length);
    if (token.kind == CYN_TOKEN_ILLEGAL) length = character_size(text, at);
  }
  token.end = (uint32_t)(at + length);
  return token;
}

void cyn_i_lexer_init(cyn_i_lexer *lexer, cyn_bytes text, cyn_i_keywords keywords) {
  memset(lexer, 0, sizeof *lexer);
  lexer->text = text;
  lexer->keywords = keywords;
  lexer->current = token_at(lexer, 0);
}

void cyn_i_lexer_next(cyn_i_lexer *lexer) {
  lexer->previous = lexer->current;
  lexer->current = token_at(lexer, lexer->current.end);
}

cyn_i_token cyn_i_lexer_peek(const cyn_i_lexer *lexer) { return token_at(lexer, lexer->current.end); }

void cyn_i_lexer_describe(const cyn_i_lexer *lexer, cyn_bytes *token, cyn_bytes *near) {
  bool has_previous = lexer->previous.end != 0;
  const cyn_i_token *current = &lexer->current;
  size_t from = has_previous ? lexer->previous.start : current->start, to = current->end;
  *token = cyn_i_token_text(lexer, current);
  if (current->kind == CYN_TOKEN_END) {
    *token = cyn_str("<EOF>");
    if (!has_previous) from = 0; /* white space alone */
    to = lexer->text.size;
  } else if (current->kind != CYN_TOKEN_ILLEGAL) {
    cyn_i_token next = cyn_i_lexer_peek(lexer);
    if (next.kind != CYN_TOKEN_END) to = next.end;
  }
  *near = (cyn_bytes){lexer->text.data + from, to - from};
}
