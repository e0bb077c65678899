/* See words.h. */
#include "cli/words.h"

#include <ctype.h>

#define WORDS_MAX 256

typedef struct splitting {
  cli_memory *memory;
  const char *at;
  cli_text word;
  bool is_open;
} splitting;

static void take_quoted(splitting *s) {
  char quote = *s->at++;
  for (; *s->at != '\0' && *s->at != quote; s->at++) {
    if (quote == '"' && *s->at == '\\' && (s->at[1] == '"' || s->at[1] == '\\')) s->at++;
    cli_text_putc(&s->word, *s->at);
  }
  if (*s->at == quote) s->at++;
  else s->is_open = true;
}

/* JSON, as it stands: brackets inside its strings do not count. */
static void take_brackets(splitting *s) {
  size_t depth = 0;
  bool is_string = false;
  do {
    char c = *s->at++;
    cli_text_putc(&s->word, c);
    if (is_string && c == '\\' && *s->at != '\0') cli_text_putc(&s->word, *s->at++);
    else if (c == '"') is_string = !is_string;
    else if (!is_string && (c == '{' || c == '[')) depth++;
    else if (!is_string && (c == '}' || c == ']')) depth--;
  } while (depth != 0 && *s->at != '\0');
  if (depth != 0) s->is_open = true;
}

static void take_word(splitting *s) {
  if (*s->at == '{' || *s->at == '[') take_brackets(s);
  while (*s->at != '\0' && !isspace((unsigned char)*s->at)) {
    if (*s->at == '\'' || *s->at == '"') take_quoted(s);
    else cli_text_putc(&s->word, *s->at++);
  }
}

cli_words cli_split(cli_memory *memory, const char *line) {
  cli_words out = {cli_alloc(memory, (WORDS_MAX + 1) * sizeof *out.at), 0, false};
  splitting s = {memory, line, {memory, NULL, 0, 0}, false};
  for (;;) {
    while (isspace((unsigned char)*s.at)) s.at++;
    if (*s.at == '\0' || *s.at == '#' || out.count == WORDS_MAX) break;
    s.word = (cli_text){memory, NULL, 0, 0};
    take_word(&s);
    out.at[out.count++] = s.word.data != NULL ? s.word.data : cli_copy(memory, "", 0);
  }
  out.is_open = s.is_open;
  return out;
}
