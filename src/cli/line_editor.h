/* Editing lines on a terminal, with history and completion: libedit (or, where that is missing, readline), loaded when the
 * first line is asked for, so that no other command pays for it. Without either, lines are read plainly. */
#ifndef CYN_CLI_LINE_EDITOR_H
#define CYN_CLI_LINE_EDITOR_H

#include <stdbool.h>
#include <stddef.h>

/* Candidates for the word `text` that begins at `start` of `line`: candidate number `index`, NULL behind the last; valid
 * until the next call. */
typedef const char *(*cli_editor_candidate)(const char *line, size_t start, const char *text, size_t index);

/* `history_path` may be NULL. False when there is no library. */
bool cli_editor_begin(const char *history_path, cli_editor_candidate candidate);
/* The next line without its end, freed by free(); NULL at the end of input or after Ctrl-C. */
char *cli_editor_read(const char *prompt);
void cli_editor_remember(const char *line);
/* Writes the history. */
void cli_editor_end(void);

#endif
