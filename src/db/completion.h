/* Submitted calls that have completed, until the program takes them; a descriptor that can be polled says that there are
 * some. The callbacks run where the program dispatches, never on a thread of the library's. */
#ifndef CYN_DB_COMPLETION_H
#define CYN_DB_COMPLETION_H

#include <pthread.h>
#include <sys/types.h>

#include <cynamo/db.h>

#include "api/call.h"
#include "engine/engine.h"

typedef struct cyn_i_submitted cyn_i_submitted;

typedef struct cyn_i_completions {
  pthread_mutex_t lock;
  cyn_i_submitted *first, *last;
  size_t under_way;         /* submitted and not yet dispatched */
  bool is_closing;          /* no call may be submitted any more */
  int fd;                   /* an eventfd; -1 before the first use */
  pid_t pid;                /* of whoever made it: a child needs its own */
  pthread_mutex_t turn_lock;
  cyn_i_turn *turn;         /* of the engine, under turn_lock; NULL before the first use */
} cyn_i_completions;

void cyn_i_completions_init(cyn_i_completions *completions);
/* Tells the callbacks of calls that are not yet told; waits for an engine's. */
void cyn_i_completions_clean_up(cyn_i_completions *completions, cyn_db *db);

#endif
