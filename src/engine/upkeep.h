/* The engine's second door, for the background jobs: what has to be done to tables behind the operations' backs. Each
 * call is one write, judged against the catalog as it is; a call that comes too late changes nothing. All block. */
#ifndef CYN_ENGINE_UPKEEP_H
#define CYN_ENGINE_UPKEEP_H

#include "catalog/table.h"
#include "engine/engine.h"

/* Called after every control write, from any thread; NULL: nobody. Set it while no calls are under way. */
void cyn_i_upkeep_set_wake(cyn_i_engine *engine, void (*wake)(void *user), void *user);
void cyn_i_upkeep_wake(cyn_i_engine *engine);

/* Which table. */
typedef struct cyn_i_upkeep_place {
  cyn_bytes account, region, name;
} cyn_i_upkeep_place;

/* Writes down what time has done: a table whose deletion is over goes, so do indexes; their spaces will be reclaimed.
 */
cyn_status cyn_i_upkeep_settle(cyn_i_engine *engine, const cyn_i_upkeep_place *place, cyn_i_arena *arena,
                               cyn_error *error);

/* Writes the entries of some items of the table in `space`, an index that is being created or the table's TTL queue:
 * those of the items as they are now. *wanted turns false when the table no longer has such a space to fill. */
cyn_status cyn_i_upkeep_fill(cyn_i_engine *engine, const cyn_i_upkeep_place *place, uint32_t space,
                             const cyn_i_store_key *items, size_t count, cyn_i_arena *arena, bool *wanted,
                             cyn_error *error);
/* The space holds all entries: the index becomes ACTIVE, the TTL queue is complete. */
cyn_status cyn_i_upkeep_filled(cyn_i_engine *engine, const cyn_i_upkeep_place *place, uint32_t space,
                               cyn_i_arena *arena, cyn_error *error);
/* Adds to the counters of a space. */
cyn_status cyn_i_upkeep_count(cyn_i_engine *engine, uint32_t space, int64_t items, int64_t bytes, cyn_i_arena *arena,
                              cyn_error *error);
/* Bytes as they are counted, of an entry as it is stored. */
uint32_t cyn_i_upkeep_entry_size(cyn_bytes stored);

/* Deletes the item of a TTL queue entry if it has expired. *deleted tells. */
cyn_status cyn_i_upkeep_expire(cyn_i_engine *engine, cyn_i_table *table, cyn_bytes queue_sort, cyn_i_arena *arena,
                               bool *deleted, cyn_error *error);

/* When the change of a log's record was made. False: it is damaged. */
bool cyn_i_upkeep_change_time(cyn_bytes record, int64_t *time_ms);

/* True for the record of an idempotency token whose time is over. */
bool cyn_i_upkeep_token_is_over(cyn_bytes record, int64_t now_ms);

#endif
