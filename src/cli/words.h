/* A line of the shell as words: spaces part them; '…' and "…" (with \ before " and \) hold them together; a word that
 * begins with { or [ goes to its closing bracket, so JSON needs no quotes; # begins a remark. */
#ifndef CYN_CLI_WORDS_H
#define CYN_CLI_WORDS_H

#include "cli/memory.h"

typedef struct cli_words {
  char **at; /* count of them, and a NULL */
  size_t count;
  bool is_open; /* a quote or bracket is not closed: the last word goes on in the next line */
} cli_words;

cli_words cli_split(cli_memory *memory, const char *line);

#endif
