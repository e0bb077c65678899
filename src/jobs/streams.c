/* Takes away what streams no longer have to keep: records of more than a day, and, a day after a stream was closed, all of
 * it. Records stand in the order of their commits, so the old ones are the first; the first younger one ends the search,
 * though one behind it may be older by the moments that writes wait for their commit. */
#include "base/error.h"
#include "catalog/stream.h"
#include "jobs/jobs_private.h"

#define CHECK_EVERY_MS ((int64_t)60 * 1000)
#define CHUNK_STREAMS 64
#define CHUNK_RECORDS 256 /* trimmed in one commit */
#define ARENA_KEEP ((size_t)1 << 20)

/* A stream as the walk found it. */
typedef struct known_stream {
  uint32_t log;
  bool is_over;
} known_stream;

typedef struct search {
  cyn_i_jobs_keys keys;
  known_stream streams[CHUNK_STREAMS];
  int64_t now_ms;
} search;

static bool visit_stream(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  search *s = user;
  cyn_i_stream stream;
  if (!cyn_i_stream_record_read(key, value, &stream)) return true; /* `cynamo check` names it */
  if (s->keys.count < CHUNK_STREAMS)
    s->streams[s->keys.count] = (known_stream){stream.log, cyn_i_stream_is_over(&stream, s->now_ms)};
  return cyn_i_jobs_keys_visit(&s->keys, key, value);
}

/* ---- streams that are over ---- */

typedef struct removal {
  cyn_i_store_write write; /* first */
  cyn_i_store_put puts[2];
} removal;

static cyn_i_decision decide_removal(cyn_i_store_write *write, const cyn_bytes *values, bool guard_changed,
                                     cyn_i_store_effects *effects) {
  (void)values;
  (void)guard_changed;
  removal *own = (removal *)(void *)write;
  effects->puts = own->puts;
  effects->put_count = 2;
  return CYN_DECISION_APPLY;
}

/* A closed stream is never opened again, so what the walk saw still holds. */
static cyn_status remove_stream(cyn_i_jobs *jobs, const cyn_i_store_key *key, uint32_t log, cyn_error *error) {
  uint8_t sort[4];
  removal own = {.puts = {{*key, {NULL, 0}}, {cyn_i_reclaim_key(log, sort), {"", 0}}}};
  own.write.decide = decide_removal;
  own.write.arena = &jobs->work_arena;
  own.write.error = error;
  return cyn_i_store_write_now(cyn_i_engine_store(jobs->engine), &own.write);
}

/* ---- old records ---- */

typedef struct ageing {
  int64_t before_ms;
  uint64_t cut; /* records before it may go */
  size_t count;
} ageing;

static bool visit_record(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  ageing *a = user;
  int64_t time_ms;
  if (cyn_i_upkeep_change_time(value, &time_ms) && time_ms >= a->before_ms) return false;
  a->cut = key->hash + 1;
  return ++a->count < CHUNK_RECORDS;
}

static cyn_status trim_log(cyn_i_jobs *jobs, uint32_t log, int64_t before_ms, cyn_error *error) {
  cyn_status status = CYN_OK;
  bool has_more = true;
  while (status == CYN_OK && has_more) {
    ageing a = {.before_ms = before_ms};
    status = cyn_i_store_view_begin(jobs->view, error);
    if (status != CYN_OK) return status;
    status = cyn_i_store_log_read(jobs->view, log, 1, visit_record, &a, error);
    cyn_i_store_view_end(jobs->view);
    if (status == CYN_OK && a.count != 0)
      status = cyn_i_store_log_trim(cyn_i_engine_store(jobs->engine), log, a.cut, error);
    has_more = a.count == CHUNK_RECORDS && cyn_i_jobs_pause(jobs);
  }
  return status;
}

/* ---- all of them ---- */

static cyn_status check_chunk(cyn_i_jobs *jobs, const search *s, cyn_error *error) {
  cyn_status status = CYN_OK;
  for (size_t i = 0; status == CYN_OK && i < s->keys.count && !atomic_load(&jobs->is_stopping); i++)
    status = s->streams[i].is_over ? remove_stream(jobs, &s->keys.at[i], s->streams[i].log, error)
                                   : trim_log(jobs, s->streams[i].log, s->now_ms - CYN_STREAM_RETENTION_MS, error);
  return status;
}

cyn_status cyn_i_jobs_streams(cyn_i_jobs *jobs, cyn_error *error) {
  search s = {.now_ms = cyn_i_engine_now_ms(jobs->engine)};
  if (s.now_ms - jobs->streams_checked_ms < CHECK_EVERY_MS && s.now_ms >= jobs->streams_checked_ms) return CYN_OK;
  cyn_i_store_range range = {.space = CYN_SPACE_STREAMS, .hash_low = 0, .hash_high = UINT64_MAX};
  cyn_i_store_key last;
  cyn_status status = CYN_OK;
  bool has_more = true;
  while (status == CYN_OK && has_more && !atomic_load(&jobs->is_stopping)) {
    /* the last chunk's keys, of which one is `after`, stay until the run ends */
    if (!cyn_i_jobs_keys_init(&s.keys, CHUNK_STREAMS, SIZE_MAX, &jobs->plan_arena)) return cyn_i_error_no_memory(error);
    status = cyn_i_store_view_begin(jobs->view, error);
    if (status != CYN_OK) return status;
    status = cyn_i_store_walk(jobs->view, &range, visit_stream, &s, error);
    cyn_i_store_view_end(jobs->view);
    if (status == CYN_OK && s.keys.no_memory) status = cyn_i_error_no_memory(error);
    if (status == CYN_OK) status = check_chunk(jobs, &s, error);
    has_more = s.keys.is_full;
    if (s.keys.count != 0) last = s.keys.at[s.keys.count - 1];
    range.after = &last;
    cyn_i_arena_reset(&jobs->work_arena, ARENA_KEEP);
  }
  if (status == CYN_OK) jobs->streams_checked_ms = s.now_ms; /* what has failed is tried again with the next run */
  return status;
}
