/* Long work on a terminal: a bar on standard error that repaints itself; on anything else one line at the end. Also the
 * flag that Ctrl-C sets, so that such work stops where it can go on later. */
#ifndef CYN_CLI_PROGRESS_H
#define CYN_CLI_PROGRESS_H

#include "cli/run.h"

typedef struct cli_progress {
  const char *title;
  bool is_shown;
  int64_t began_ms, painted_ms;
  uint64_t items_before; /* of an earlier run: not counted for the speed */
} cli_progress;

void cli_progress_begin(cli_progress *progress, const cli_run *run, const char *title, uint64_t items_before);
/* `done` of `total` says how far it is; a total of 0 is not known. */
void cli_progress_paint(cli_progress *progress, uint64_t items, uint64_t done, uint64_t total);
/* Removes the bar. */
void cli_progress_end(cli_progress *progress);

/* Milliseconds of a clock that only goes forward. */
int64_t cli_now_ms(void);

/* From begin to end, SIGINT and SIGTERM set a flag instead of ending the process. */
void cli_interrupts_begin(void);
void cli_interrupts_end(void);
bool cli_is_interrupted(void);

#endif
