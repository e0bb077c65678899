/* See shell_words.h. */
#include "client/shell_words.h"

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/* Reads one word at *at into `to`; false when a quote does not end. */
static bool take_word(cyn_bytes line, size_t *at, char **to) {
  char quote = 0;
  for (; *at < line.size; (*at)++) {
    char c = line.data[*at];
    if (quote == 0 && is_blank(c)) return true;
    if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (quote != 0 && c == quote) {
      quote = 0;
    } else if (c == '\\' && quote != '\'') {
      if (*at + 1 == line.size) return false;
      char next = line.data[*at + 1];
      bool is_escape = quote == 0 || next == '"' || next == '\\';
      if (is_escape) (*at)++;
      *(*to)++ = is_escape ? next : c;
    } else {
      *(*to)++ = c;
    }
  }
  return quote == 0;
}

cyn_i_shell_result cyn_i_shell_words_split(cyn_bytes line, cyn_i_arena *arena, char ***words, size_t *count) {
  *count = 0;
  char **out = cyn_i_arena_zalloc(arena, CYN_SHELL_WORDS_MAX + 1, sizeof *out);
  char *text = cyn_i_arena_alloc(arena, line.size + CYN_SHELL_WORDS_MAX + 1);
  if (out == NULL || text == NULL) return CYN_SHELL_NO_MEMORY;
  size_t at = 0;
  for (;;) {
    while (at < line.size && is_blank(line.data[at])) at++;
    if (at == line.size) break;
    if (*count == CYN_SHELL_WORDS_MAX) return CYN_SHELL_TOO_MANY;
    out[(*count)++] = text;
    if (!take_word(line, &at, &text)) return CYN_SHELL_UNCLOSED;
    *text++ = '\0';
  }
  *words = out;
  return CYN_SHELL_OK;
}
