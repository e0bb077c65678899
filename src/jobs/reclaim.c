/* Empties the spaces that no record names any more: those of deleted tables and indexes and of TTL that was switched
 * off. The entry under CYN_SPACE_RECLAIM goes when the space is empty; until then the job starts again where it was. */
#include "base/error.h"
#include "jobs/jobs_private.h"

#define SLICE_US 200
#define SPACES_PER_WALK 64

typedef struct removal {
  cyn_i_store_write write; /* first */
  cyn_i_store_put put;
} removal;

static cyn_i_decision decide_removal(cyn_i_store_write *write, const cyn_bytes *values, bool guard_changed,
                                     cyn_i_store_effects *effects) {
  (void)values;
  (void)guard_changed;
  removal *own = (removal *)(void *)write;
  effects->puts = &own->put;
  effects->put_count = 1;
  return CYN_DECISION_APPLY;
}

static cyn_status remove_entry(cyn_i_jobs *jobs, const cyn_i_store_key *key, cyn_error *error) {
  removal own = {.put = {*key, {NULL, 0}}};
  own.write.decide = decide_removal;
  own.write.arena = &jobs->work_arena;
  own.write.error = error;
  return cyn_i_store_write_now(cyn_i_engine_store(jobs->engine), &own.write);
}

static cyn_status empty_space(cyn_i_jobs *jobs, const cyn_i_store_key *key, cyn_error *error) {
  const uint8_t *sort = (const uint8_t *)key->sort.data;
  if (key->sort.size == 4) {
    uint32_t space = (uint32_t)sort[0] << 24 | (uint32_t)sort[1] << 16 | (uint32_t)sort[2] << 8 | sort[3];
    bool done = space < CYN_SPACE_FIRST; /* never one of the engine's own */
    while (!done) {
      cyn_status status = cyn_i_store_reclaim(cyn_i_engine_store(jobs->engine), space, SLICE_US, &done, error);
      if (status != CYN_OK) return status;
      if (!done && !cyn_i_jobs_pause(jobs)) return CYN_OK;
    }
  }
  return remove_entry(jobs, key, error);
}

cyn_status cyn_i_jobs_reclaim(cyn_i_jobs *jobs, cyn_error *error) {
  cyn_i_store_range range = {.space = CYN_SPACE_RECLAIM, .hash_low = 0, .hash_high = UINT64_MAX};
  cyn_status status = CYN_OK;
  bool has_more = true;
  while (status == CYN_OK && has_more && !atomic_load(&jobs->is_stopping)) {
    cyn_i_jobs_keys keys;
    cyn_i_arena_reset(&jobs->work_arena, SIZE_MAX);
    if (!cyn_i_jobs_keys_init(&keys, SPACES_PER_WALK, SIZE_MAX, &jobs->work_arena)) return cyn_i_error_no_memory(error);
    status = cyn_i_store_view_begin(jobs->view, error);
    if (status != CYN_OK) return status;
    status = cyn_i_store_walk(jobs->view, &range, cyn_i_jobs_keys_visit, &keys, error);
    cyn_i_store_view_end(jobs->view);
    if (status == CYN_OK && keys.no_memory) status = cyn_i_error_no_memory(error);
    for (size_t i = 0; status == CYN_OK && i < keys.count && !atomic_load(&jobs->is_stopping); i++)
      status = empty_space(jobs, &keys.at[i], error);
    has_more = keys.is_full;
  }
  return status;
}
