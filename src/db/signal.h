/* Signals inside: what the ways of a call do when there are receivers. */
#ifndef CYN_DB_SIGNAL_H
#define CYN_DB_SIGNAL_H

#include <cynamo/signal.h>

#include "api/call.h"

extern unsigned cyn_i_signal_receiver_count; /* atomic; how many are connected */

static inline bool cyn_i_signals_are_on(void) {
  return __atomic_load_n(&cyn_i_signal_receiver_count, __ATOMIC_RELAXED) != 0;
}

/* Whether any receiver is for this call; an id is made and told only then. */
bool cyn_i_signal_is_wanted(cyn_db *db, const cyn_i_call *call);

/* Tells PRE_SEND; POST_SEND follows when the call's `done` is called. For calls that complete by `done`. */
void cyn_i_signal_wrap(cyn_db *db, cyn_i_call *call);

/* For blocking calls: before, and after with the same uuid. */
void cyn_i_signal_send(cyn_signal signal, cyn_db *db, const cyn_i_call *call, const char *uuid);

#endif
