/* Fills an index that was created on a table with items, or a TTL queue that was switched on: the base table is walked
 * in chunks, each chunk's entries are made in one write from the items as they are then. Writes keep the space up to
 * date from the moment that the catalog names it, so whatever changes behind the walk is right already.
 *
 * While an index is filled its counters only hold what writes have changed, as if every old entry had been there; at
 * the end the difference to what the index holds is added. */
#include "base/error.h"
#include "engine/engine.h"
#include "jobs/jobs_private.h"

#include <string.h>

#define CHUNK_ITEMS 256
#define CHUNK_BYTES ((size_t)1 << 20)
#define COUNT_LOOK 4096 /* entries between two looks at whether to stop */
#define ARENA_KEEP ((size_t)1 << 20)

/* Where a walk goes on; owns its bytes. */
typedef struct cursor {
  cyn_i_store_key key;
  bool is_set;
  uint8_t partition[256];
  uint8_t sort[8192];
} cursor;

static void cursor_set(cursor *c, const cyn_i_store_key *key) {
  c->key = *key;
  c->is_set = true;
  size_t partition_size = key->partition.size < sizeof c->partition ? key->partition.size : sizeof c->partition;
  size_t sort_size = key->sort.size < sizeof c->sort ? key->sort.size : sizeof c->sort;
  if (partition_size != 0) memcpy(c->partition, key->partition.data, partition_size);
  if (sort_size != 0) memcpy(c->sort, key->sort.data, sort_size);
  c->key.partition = (cyn_bytes){(const char *)c->partition, partition_size};
  c->key.sort = (cyn_bytes){(const char *)c->sort, sort_size};
}

static cyn_status walk(cyn_i_jobs *jobs, uint32_t space, const cursor *after, cyn_i_store_visitor visitor, void *user,
                       cyn_error *error) {
  cyn_i_store_range range = {.space = space, .hash_low = 0, .hash_high = UINT64_MAX};
  if (after->is_set) range.after = &after->key;
  cyn_status status = cyn_i_store_view_begin(jobs->view, error);
  if (status != CYN_OK) return status;
  status = cyn_i_store_walk(jobs->view, &range, visitor, user, error);
  cyn_i_store_view_end(jobs->view);
  return status;
}

/* *wanted false: the table or the space has gone meanwhile, or the thread is to stop. */
static cyn_status fill_all(cyn_i_jobs *jobs, const cyn_i_upkeep_place *place, uint32_t base_space, uint32_t space,
                           cursor *at, bool *wanted, cyn_error *error) {
  cyn_status status = CYN_OK;
  bool has_more = true;
  *wanted = true;
  while (status == CYN_OK && has_more && *wanted) {
    cyn_i_jobs_keys keys;
    if (!cyn_i_jobs_keys_init(&keys, CHUNK_ITEMS, CHUNK_BYTES, &jobs->work_arena)) return cyn_i_error_no_memory(error);
    status = walk(jobs, base_space, at, cyn_i_jobs_keys_visit, &keys, error);
    if (status == CYN_OK && keys.no_memory) status = cyn_i_error_no_memory(error);
    if (status == CYN_OK)
      status = cyn_i_upkeep_fill(jobs->engine, place, space, keys.at, keys.count, &jobs->work_arena, wanted, error);
    if (keys.count != 0) cursor_set(at, &keys.at[keys.count - 1]);
    has_more = keys.is_full;
    cyn_i_arena_reset(&jobs->work_arena, ARENA_KEEP);
    if (has_more && !cyn_i_jobs_pause(jobs)) *wanted = false;
  }
  return status;
}

/* ---- counters ---- */

typedef struct tally {
  cyn_i_jobs *jobs;
  int64_t items, bytes;
} tally;

static bool visit_entry(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  tally *t = user;
  (void)key;
  t->items++;
  t->bytes += cyn_i_upkeep_entry_size(value);
  return t->items % COUNT_LOOK != 0 || !atomic_load(&t->jobs->is_stopping);
}

static cyn_status read_counters(cyn_i_jobs *jobs, uint32_t space, int64_t *items, int64_t *bytes, cyn_error *error) {
  uint8_t sort[5];
  cyn_i_store_key key = cyn_i_counter_key(space, 'n', sort);
  cyn_status status = cyn_i_store_view_counter(jobs->view, &key, items, error);
  if (status != CYN_OK) return status;
  key = cyn_i_counter_key(space, 'b', sort);
  return cyn_i_store_view_counter(jobs->view, &key, bytes, error);
}

/* What the counters lack is the same at every moment, as writes move both: it is read off one state, with the entries
 * counted in the view that the counters are read from. That view lives as long as a walk over the index. */
static cyn_status correct_counters(cyn_i_jobs *jobs, uint32_t space, cyn_error *error) {
  int64_t items = 0, bytes = 0;
  tally t = {.jobs = jobs};
  cyn_i_store_range range = {.space = space, .hash_low = 0, .hash_high = UINT64_MAX};
  cyn_status status = cyn_i_store_view_begin(jobs->view, error);
  if (status != CYN_OK) return status;
  status = read_counters(jobs, space, &items, &bytes, error);
  if (status == CYN_OK) status = cyn_i_store_walk(jobs->view, &range, visit_entry, &t, error);
  cyn_i_store_view_end(jobs->view);
  if (status != CYN_OK || atomic_load(&jobs->is_stopping)) return status;
  return cyn_i_upkeep_count(jobs->engine, space, t.items - items, t.bytes - bytes, &jobs->work_arena, error);
}

/* ---- the job ---- */

static cyn_status fill_space(cyn_i_jobs *jobs, const cyn_i_table *table, const cyn_i_upkeep_place *place,
                             uint32_t space, bool is_index, cyn_error *error) {
  cursor *at = cyn_i_arena_zalloc(&jobs->plan_arena, 1, sizeof *at);
  if (at == NULL) return cyn_i_error_no_memory(error);
  bool wanted;
  cyn_status status = fill_all(jobs, place, table->space, space, at, &wanted, error);
  if (status != CYN_OK || !wanted) return status;
  if (is_index) status = correct_counters(jobs, space, error);
  if (status == CYN_OK && !atomic_load(&jobs->is_stopping))
    status = cyn_i_upkeep_filled(jobs->engine, place, space, &jobs->work_arena, error);
  cyn_i_arena_reset(&jobs->work_arena, ARENA_KEEP);
  return status;
}

cyn_status cyn_i_jobs_fill(cyn_i_jobs *jobs, const cyn_i_jobs_table *entry, cyn_error *error) {
  cyn_i_table *table;
  cyn_status status = cyn_i_jobs_table_load(jobs, &entry->place, &table, error);
  if (status != CYN_OK || table == NULL) return status;
  for (size_t i = 0; status == CYN_OK && i < table->index_count; i++)
    if (table->indexes[i].state == CYN_INDEX_CREATING)
      status = fill_space(jobs, table, &entry->place, table->indexes[i].space, true, error);
  if (status == CYN_OK && entry->fills_ttl && table->ttl_space != 0)
    status = fill_space(jobs, table, &entry->place, table->ttl_space, false, error);
  cyn_i_table_release(table);
  return status;
}
