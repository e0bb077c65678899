/* Deletes expired items: each table's queue is walked in the order of time, from five years ago, behind which an item
 * is never deleted, to now. Whether an item has expired is judged again when it is deleted. DynamoDB page: TTL. */
#include "base/error.h"
#include "jobs/jobs_private.h"

#define CHUNK_ENTRIES 256
#define CHUNKS_PER_RUN 16
#define LIFE_SECONDS ((int64_t)5 * 365 * 86400)
#define ARENA_KEEP ((size_t)1 << 20)

static void put_seconds(uint8_t out[8], int64_t seconds) {
  uint64_t value = seconds > 0 ? (uint64_t)seconds : 0;
  for (int i = 0; i < 8; i++) out[i] = (uint8_t)(value >> (56 - 8 * i));
}

static cyn_status expire_chunk(cyn_i_jobs *jobs, cyn_i_table *table, cyn_i_store_range *range, cyn_i_jobs_keys *keys,
                               cyn_error *error) {
  cyn_status status = cyn_i_store_view_begin(jobs->view, error);
  if (status != CYN_OK) return status;
  status = cyn_i_store_walk(jobs->view, range, cyn_i_jobs_keys_visit, keys, error);
  cyn_i_store_view_end(jobs->view);
  if (status == CYN_OK && keys->no_memory) status = cyn_i_error_no_memory(error);
  for (size_t i = 0; status == CYN_OK && i < keys->count; i++) {
    bool deleted;
    status = cyn_i_upkeep_expire(jobs->engine, table, keys->at[i].sort, &jobs->work_arena, &deleted, error);
    cyn_i_arena_reset(&jobs->work_arena, ARENA_KEEP);
    if (status == CYN_E_RESOURCE_NOT_FOUND) { /* the table has gone meanwhile */
      cyn_error_clean_up(error);
      keys->is_full = false;
      return CYN_OK;
    }
    if (!cyn_i_jobs_pause(jobs)) break;
  }
  return status;
}

/* The part of a queue whose time has come, and not too long ago. */
typedef struct due_range {
  cyn_i_store_range range;
  uint8_t low[8], high[8];
} due_range;

static void due_range_init(due_range *due, uint32_t ttl_space, int64_t now) {
  put_seconds(due->low, now - LIFE_SECONDS);
  put_seconds(due->high, now);
  due->range = (cyn_i_store_range){.space = ttl_space,
                                   .whole_partition_range = true,
                                   .partition = {"", 0},
                                   .sort_low = {(const char *)due->low, 8},
                                   .sort_high = {(const char *)due->high, 8}};
}

static cyn_status expire_table(cyn_i_jobs *jobs, cyn_i_table *table, bool *more, cyn_error *error) {
  due_range due;
  due_range_init(&due, table->ttl_space, cyn_i_engine_now_ms(jobs->engine) / 1000);
  cyn_i_arena queue; /* keys of a chunk, beside the arena of each deletion */
  cyn_i_arena_init(&queue, 0);
  cyn_status status = CYN_OK;
  bool is_full = true;
  for (int i = 0; status == CYN_OK && is_full && i < CHUNKS_PER_RUN && !atomic_load(&jobs->is_stopping); i++) {
    cyn_i_jobs_keys keys;
    if (!cyn_i_jobs_keys_init(&keys, CHUNK_ENTRIES, SIZE_MAX, &queue)) {
      status = cyn_i_error_no_memory(error);
      break;
    }
    status = expire_chunk(jobs, table, &due.range, &keys, error);
    is_full = keys.is_full;
    if (keys.count != 0) due.range.after = &keys.at[keys.count - 1];
  }
  *more = *more || (status == CYN_OK && is_full);
  cyn_i_arena_clean_up(&queue);
  return status;
}

static bool visit_any(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  (void)key;
  (void)value;
  *(bool *)user = true;
  return false;
}

/* Whether anything is due, found without parsing the table: this is asked of every table with TTL at every interval. */
static cyn_status has_due(cyn_i_jobs *jobs, const cyn_i_upkeep_place *place, bool *out, cyn_error *error) {
  *out = false;
  cyn_i_store_key key;
  if (!cyn_i_catalog_key(place->account, place->region, place->name, &jobs->work_arena, &key))
    return cyn_i_error_no_memory(error);
  cyn_status status = cyn_i_store_view_begin(jobs->view, error);
  if (status != CYN_OK) return status;
  cyn_bytes record;
  cyn_i_table_peek peek;
  status = cyn_i_store_get(jobs->view, &key, &record, error);
  if (status == CYN_OK && record.data != NULL && cyn_i_table_record_peek(record, &peek) && peek.ttl_space != 0) {
    due_range due;
    due_range_init(&due, peek.ttl_space, cyn_i_engine_now_ms(jobs->engine) / 1000);
    status = cyn_i_store_walk(jobs->view, &due.range, visit_any, out, error);
  }
  cyn_i_store_view_end(jobs->view);
  cyn_i_arena_reset(&jobs->work_arena, ARENA_KEEP);
  return status;
}

cyn_status cyn_i_jobs_expire(cyn_i_jobs *jobs, const cyn_i_jobs_table *entry, bool *more, cyn_error *error) {
  cyn_i_table *table;
  bool is_due;
  cyn_status status = has_due(jobs, &entry->place, &is_due, error);
  if (status != CYN_OK || !is_due) return status;
  status = cyn_i_jobs_table_load(jobs, &entry->place, &table, error);
  if (status != CYN_OK || table == NULL) return status;
  cyn_i_table_state state = cyn_i_table_state_at(table, cyn_i_engine_now_ms(jobs->engine));
  if (table->ttl_space != 0 && (state == CYN_TABLE_ACTIVE || state == CYN_TABLE_UPDATING))
    status = expire_table(jobs, table, more, error);
  cyn_i_table_release(table);
  return status;
}
