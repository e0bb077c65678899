/* Splitting a line into words as a POSIX shell does, quotes and backslashes only: nothing is expanded or run. */
#ifndef CYN_CLIENT_SHELL_WORDS_H
#define CYN_CLIENT_SHELL_WORDS_H

#include <cynamo/value.h>

#include "base/arena.h"

#define CYN_SHELL_WORDS_MAX 256

typedef enum cyn_i_shell_result {
  CYN_SHELL_OK = 0,
  CYN_SHELL_UNCLOSED,  /* a quote that does not end, or a backslash with nothing behind it */
  CYN_SHELL_TOO_MANY,
  CYN_SHELL_NO_MEMORY
} cyn_i_shell_result;

/* The words, NUL-terminated in the arena, with a NULL behind the last. */
cyn_i_shell_result cyn_i_shell_words_split(cyn_bytes line, cyn_i_arena *arena, char ***words, size_t *count);

#endif
