/* The state file of an import or export: how far it came, so that the next run goes on from there. It is one JSON object,
 * replaced as a whole, so what is found is never half written. */
#ifndef CYN_CLI_STATE_H
#define CYN_CLI_STATE_H

#include <stdint.h>

#include "cli/run.h"

typedef struct cli_state {
  cli_run *run;
  const char *path;    /* NULL: there is none (standard input or output) */
  uint64_t offset, items; /* of the file; done so far */
  cli_json *found;     /* what an earlier run left; NULL when it begins anew */
  cli_memory *kept;
  int64_t saved_ms;
} cli_state;

/* Finds the path (--state, else FILE.state) and what is there already, which must be of the same work: the same command,
 * table and format. */
int cli_state_begin(cli_state *state, cli_run *run, const char *file, const char *format);
/* True when half a second has gone since the last time it was written. */
bool cli_state_is_due(const cli_state *state);
/* Writes it; there must be a path. `more` are further members, "name": value of JSON. */
int cli_state_save(cli_state *state, const char *format, const char *more);
/* Removes the file: the work is done. */
void cli_state_end(cli_state *state);
void cli_state_clean_up(cli_state *state);

#endif
