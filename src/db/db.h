/* cyn_db inside: what the server and the language faces call. The public half is <cynamo/db.h>. */
#ifndef CYN_DB_DB_H
#define CYN_DB_DB_H

#include <cynamo/db.h>

#include "api/api.h"
#include "base/arena.h"
#include "base/clock.h"
#include "engine/engine.h"

/* True for http: and aws: databases: there is no store here, and no turn (cyn_i_db_turn_new gives NULL). */
bool cyn_i_db_is_remote(const cyn_db *db);

/* Never blocks on a disk: reads complete at once; writes at the next flush (memory), or later (file). */
cyn_i_turn *cyn_i_db_turn_new(cyn_db *db); /* one per event loop; one thread uses it; see engine/engine.h for calls */
void cyn_i_db_turn_destroy(cyn_i_turn *turn);
void cyn_i_db_turn_submit(cyn_i_turn *turn, cyn_i_call *call);
void cyn_i_db_turn_flush(cyn_i_turn *turn); /* one commit for all writes of the turn; their `done` is called in it */

/* True: writes complete on another thread, after turn_submit has handed them over. */
bool cyn_i_db_commits_block(const cyn_db *db);

/* Blocking: makes the call and returns when it is complete; `done` is not called. */
void cyn_i_db_call(cyn_db *db, cyn_i_call *call);

cyn_i_clock *cyn_i_db_clock(cyn_db *db);
const char *cyn_i_db_url(const cyn_db *db);
/* What the program gave cyn_open, for another remote database like this one; lives with it. Nothing set on memory: and file:. */
const cyn_db_options *cyn_i_db_options(const cyn_db *db);
/* The defaults of a context that names neither. A turn's calls bring their own. */
cyn_bytes cyn_i_db_region(const cyn_db *db);
cyn_bytes cyn_i_db_account(const cyn_db *db);
/* Before the mapper's table names, from the settings; NUL-terminated, data NULL: none. */
cyn_bytes cyn_i_db_table_prefix(const cyn_db *db);
bool cyn_i_db_is_volatile(const cyn_db *db);             /* data is lost on exit */
void cyn_i_db_set_owner_url(cyn_db *db, cyn_bytes url);  /* told to whoever finds the store locked */
/* Regions other than `context->region` that hold a table of this name, as text; false when there is none. For the log. */
bool cyn_i_db_table_elsewhere(cyn_db *db, const cyn_i_context *context, cyn_bytes table_name, char out[64]);

/* What the layer above keeps for a database: made by the first call (NULL when `create` gives it), destroyed first when
 * the database goes. */
void *cyn_i_db_extension(cyn_db *db, void *(*create)(cyn_db *db), void (*destroy)(void *extension));

typedef struct cyn_i_db_stat {
  uint64_t store_bytes, store_entries, table_count;
} cyn_i_db_stat;
void cyn_i_db_stat_get(cyn_db *db, cyn_i_db_stat *out);

#endif
