/* cyn_db inside: what the server and the language faces call. The public half is <cynamo/db.h>. */
#ifndef CYN_DB_DB_H
#define CYN_DB_DB_H

#include <cynamo/db.h>

#include "api/api.h"
#include "base/arena.h"
#include "base/clock.h"

/* Who calls, for whom. All bytes are borrowed until completion. */
typedef struct cyn_i_context {
  cyn_bytes account;    /* 12 digits; absent: "000000000000" */
  cyn_bytes region;     /* absent: the database's */
  cyn_bytes request_id;
} cyn_i_context;

/* One call: filled by the caller, completed by `done`. `input` is a structure of operation->input that has passed
 * cyn_i_api_check; `output` is of operation->output, allocated in the arena, valid when status is CYN_OK. */
typedef struct cyn_i_call cyn_i_call;
struct cyn_i_call {
  const cyn_i_operation *operation;
  const cyn_i_context *context;
  const void *input;
  void *output;
  cyn_i_arena *arena;
  cyn_error *error;
  cyn_status status;
  void (*done)(cyn_i_call *call); /* exactly once; on the caller's thread before submit or flush returns, or on the commit
                                     thread when cyn_i_db_commits_block */
  void *user;
  void *engine_state;             /* the engine's, in the arena */
  cyn_i_call *next;               /* free for the holder's queues until submit */
};

/* Never blocks on a disk: reads complete at once; writes at the next flush (memory), or later (file). */
typedef struct cyn_i_turn cyn_i_turn;
cyn_i_turn *cyn_i_db_turn_new(cyn_db *db); /* one per event loop; one thread uses it */
void cyn_i_db_turn_destroy(cyn_i_turn *turn);
void cyn_i_db_turn_submit(cyn_i_turn *turn, cyn_i_call *call);
void cyn_i_db_turn_flush(cyn_i_turn *turn); /* one commit for all writes of the turn; their `done` is called in it */

/* True: writes complete on another thread, after turn_submit has handed them over. */
bool cyn_i_db_commits_block(const cyn_db *db);

/* Blocking: makes the call and returns when it is complete; `done` is not called. */
void cyn_i_db_call(cyn_db *db, cyn_i_call *call);

cyn_i_clock *cyn_i_db_clock(cyn_db *db);
const char *cyn_i_db_url(const cyn_db *db);
bool cyn_i_db_is_volatile(const cyn_db *db);             /* data is lost on exit */
void cyn_i_db_set_owner_url(cyn_db *db, cyn_bytes url);  /* told to whoever finds the store locked */
/* Regions other than `context->region` that hold a table of this name, as text; false when there is none. For the log. */
bool cyn_i_db_table_elsewhere(cyn_db *db, const cyn_i_context *context, cyn_bytes table_name, char out[64]);

typedef struct cyn_i_db_stat {
  uint64_t store_bytes, store_entries, table_count;
} cyn_i_db_stat;
void cyn_i_db_stat_get(cyn_db *db, cyn_i_db_stat *out);

#endif
