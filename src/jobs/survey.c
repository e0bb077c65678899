/* What there is to do: a walk over the catalog's heads and the list of tables with TTL. While neither has changed
 * since the last time, and no state runs out, only the tables with TTL are listed again. */
#include "base/error.h"
#include "jobs/jobs_private.h"

#include <string.h>

typedef struct survey {
  cyn_i_jobs *jobs;
  cyn_i_jobs_table *first;
  cyn_i_jobs_table *of_catalog; /* the list as the catalog's walk left it; names come once in either walk */
  int64_t now_ms, due_ms;
  bool no_memory;
} survey;

static bool same(cyn_bytes a, cyn_bytes b) {
  return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* The list's entry of the table that a key names; made when there is none. NULL: not a table's key, or out of memory.
 */
static cyn_i_jobs_table *entry_of(survey *s, const cyn_i_store_key *key) {
  cyn_i_upkeep_place place;
  if (!cyn_i_catalog_partition_split(key->partition, &place.account, &place.region)) return NULL;
  for (cyn_i_jobs_table *table = s->of_catalog; table != NULL; table = table->next)
    if (same(table->place.name, key->sort) && same(table->place.region, place.region) &&
        same(table->place.account, place.account))
      return table;
  cyn_i_arena *arena = &s->jobs->plan_arena;
  cyn_i_jobs_table *table = cyn_i_arena_zalloc(arena, 1, sizeof *table);
  s->no_memory = true;
  if (table == NULL) return NULL;
  table->place.account = cyn_i_arena_copy(arena, place.account);
  table->place.region = cyn_i_arena_copy(arena, place.region);
  table->place.name = cyn_i_arena_copy(arena, key->sort);
  if (table->place.account.data == NULL || table->place.region.data == NULL || table->place.name.data == NULL)
    return NULL;
  s->no_memory = false;
  table->next = s->first;
  s->first = table;
  return table;
}

static bool visit_record(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  survey *s = user;
  cyn_i_table_peek peek;
  if (!cyn_i_table_record_peek(value, &peek)) return true;
  bool waits = peek.state_until_ms > s->now_ms && (peek.stored_state == CYN_TABLE_DELETING || peek.has_index_work);
  if (waits) {
    if (s->due_ms == 0 || peek.state_until_ms < s->due_ms) s->due_ms = peek.state_until_ms;
    return true;
  }
  bool is_over = peek.state_until_ms != 0 && (peek.stored_state == CYN_TABLE_DELETING || peek.has_index_work);
  is_over = is_over || peek.may_lack_log;
  if (!is_over && !peek.has_index_work) return true;
  cyn_i_jobs_table *table = entry_of(s, key);
  if (table != NULL) {
    table->is_over = is_over;
    table->has_index_work = peek.has_index_work;
  }
  return !s->no_memory;
}

static bool visit_ttl(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  survey *s = user;
  cyn_i_jobs_table *table = entry_of(s, key);
  if (table != NULL) {
    table->has_ttl = true;
    table->fills_ttl = value.size != 0;
  }
  return !s->no_memory;
}

static cyn_status walk_space(cyn_i_jobs *jobs, uint32_t space, cyn_i_store_visitor visitor, survey *s,
                             cyn_error *error) {
  cyn_i_store_range range = {.space = space, .hash_low = 0, .hash_high = UINT64_MAX};
  return cyn_i_store_walk(jobs->view, &range, visitor, s, error);
}

cyn_status cyn_i_jobs_survey(cyn_i_jobs *jobs, cyn_i_jobs_table **out, cyn_error *error) {
  survey s = {.jobs = jobs, .now_ms = cyn_i_engine_now_ms(jobs->engine)};
  uint64_t guard = cyn_i_store_guard(cyn_i_engine_store(jobs->engine));
  bool is_known = jobs->surveyed_guard == guard && (jobs->due_ms == 0 || s.now_ms < jobs->due_ms);
  cyn_status status = cyn_i_store_view_begin(jobs->view, error);
  if (status != CYN_OK) return status;
  if (!is_known) status = walk_space(jobs, CYN_SPACE_CATALOG, visit_record, &s, error);
  s.of_catalog = s.first;
  if (status == CYN_OK) status = walk_space(jobs, CYN_SPACE_TTL_TABLES, visit_ttl, &s, error);
  cyn_i_store_view_end(jobs->view);
  if (status == CYN_OK && s.no_memory) status = cyn_i_error_no_memory(error);
  if (!is_known) jobs->due_ms = s.due_ms;
  *out = s.first;
  return status;
}

cyn_status cyn_i_jobs_table_load(cyn_i_jobs *jobs, const cyn_i_upkeep_place *place, cyn_i_table **out,
                                 cyn_error *error) {
  *out = NULL;
  cyn_i_store_key key;
  if (!cyn_i_catalog_key(place->account, place->region, place->name, &jobs->work_arena, &key))
    return cyn_i_error_no_memory(error);
  cyn_status status = cyn_i_store_view_begin(jobs->view, error);
  if (status != CYN_OK) return status;
  cyn_bytes record;
  status = cyn_i_store_get(jobs->view, &key, &record, error);
  if (status == CYN_OK && record.data != NULL)
    status = cyn_i_table_parse(place->account, place->region, place->name, record, out, error);
  cyn_i_store_view_end(jobs->view);
  return status;
}
