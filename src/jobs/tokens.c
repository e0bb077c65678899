/* Forgets idempotency tokens whose ten minutes are over. Nothing depends on it but the size of the store. */
#include "base/error.h"
#include "jobs/jobs_private.h"

#define CHECK_EVERY_MS ((int64_t)60 * 1000)
#define CHUNK_TOKENS 256
#define ARENA_KEEP ((size_t)1 << 20)

typedef struct search {
  cyn_i_jobs_keys keys;
  int64_t now_ms;
} search;

static bool visit(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  search *s = user;
  return !cyn_i_upkeep_token_is_over(value, s->now_ms) || cyn_i_jobs_keys_visit(&s->keys, key, value);
}

typedef struct removal {
  cyn_i_store_write write; /* first */
  int64_t now_ms;
  bool no_memory;
} removal;

/* A token may have been used again since the walk. */
static cyn_i_decision decide_removal(cyn_i_store_write *write, const cyn_bytes *values, bool guard_changed,
                                     cyn_i_store_effects *effects) {
  (void)guard_changed;
  removal *own = (removal *)(void *)write;
  cyn_i_store_put *puts = cyn_i_arena_zalloc(write->arena, write->key_count, sizeof *puts);
  own->no_memory = puts == NULL;
  if (puts == NULL) return CYN_DECISION_REFUSE;
  size_t count = 0;
  for (size_t i = 0; i < write->key_count; i++)
    if (cyn_i_upkeep_token_is_over(values[i], own->now_ms)) puts[count++].key = write->keys[i];
  effects->puts = puts;
  effects->put_count = count;
  return count != 0 ? CYN_DECISION_APPLY : CYN_DECISION_REFUSE;
}

static cyn_status forget(cyn_i_jobs *jobs, const search *s, cyn_error *error) {
  removal own = {.now_ms = s->now_ms};
  own.write.keys = s->keys.at;
  own.write.key_count = s->keys.count;
  own.write.decide = decide_removal;
  own.write.arena = &jobs->work_arena;
  own.write.error = error;
  cyn_status status = cyn_i_store_write_now(cyn_i_engine_store(jobs->engine), &own.write);
  return status == CYN_OK && own.no_memory ? cyn_i_error_no_memory(error) : status;
}

cyn_status cyn_i_jobs_tokens(cyn_i_jobs *jobs, cyn_error *error) {
  search s = {.now_ms = cyn_i_engine_now_ms(jobs->engine)};
  if (s.now_ms - jobs->tokens_checked_ms < CHECK_EVERY_MS && s.now_ms >= jobs->tokens_checked_ms) return CYN_OK;
  cyn_i_store_range range = {.space = CYN_SPACE_TOKENS, .hash_low = 0, .hash_high = UINT64_MAX};
  cyn_status status = CYN_OK;
  bool has_more = true;
  while (status == CYN_OK && has_more) {
    cyn_i_arena_reset(&jobs->work_arena, ARENA_KEEP);
    if (!cyn_i_jobs_keys_init(&s.keys, CHUNK_TOKENS, SIZE_MAX, &jobs->work_arena)) return cyn_i_error_no_memory(error);
    status = cyn_i_store_view_begin(jobs->view, error);
    if (status != CYN_OK) return status;
    status = cyn_i_store_walk(jobs->view, &range, visit, &s, error);
    cyn_i_store_view_end(jobs->view);
    if (status == CYN_OK && s.keys.no_memory) status = cyn_i_error_no_memory(error);
    if (status == CYN_OK && s.keys.count != 0) status = forget(jobs, &s, error);
    has_more = s.keys.is_full && cyn_i_jobs_pause(jobs);
  }
  if (status == CYN_OK) jobs->tokens_checked_ms = s.now_ms; /* what has failed is tried again with the next run */
  return status;
}
