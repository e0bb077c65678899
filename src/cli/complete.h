/* What may stand at a place of a command line: for the shell of this program and, by `cynamo complete`, for others. */
#ifndef CYN_CLI_COMPLETE_H
#define CYN_CLI_COMPLETE_H

#include "cli/run.h"

/* Adds to the array (of strings, in run->memory) what can follow the words (the command first) and begins with `partial`.
 * Tables and their attributes are asked of run->session when it is open. */
void cli_candidates(cli_run *run, const char *const *words, size_t count, const char *partial, cli_json *out);

/* The first word of what follows `at` in a list separated by one of `separators`; false at the end. */
bool cli_next_word(const char **at, const char *separators, cyn_bytes *word);

#endif
