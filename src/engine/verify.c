/* The verification of a file as a whole: the catalog, the counters, then every key of every table in one walk, what
 * counters and numbers of entries say about each other, and at the end the logs. See verify.h. */
#include "engine/verify.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "engine/verify_private.h"

/* ---- counters ---- */

static bool visit_counter(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  cyn_i_verify_state *v = user;
  const uint8_t *sort = (const uint8_t *)key->sort.data;
  cyn_i_verify_space *space = cyn_i_verify_find(v, key->space);
  char text[64];
  int64_t number = 0;
  v->report->counters++;
  uint32_t named = key->sort.size == 5 ? (uint32_t)sort[0] << 24 | (uint32_t)sort[1] << 16 | (uint32_t)sort[2] << 8 | sort[3] : 0;
  bool is_own = key->hash == 0 && key->partition.size == 0;
  if (value.size == 8) memcpy(&number, value.data, 8);
  if (space == NULL || space->kind == CYN_VERIFY_TTL || space->kind == CYN_VERIFY_LOG || named != key->space)
    cyn_i_fault(v->faults, "counter %s of space %u: nothing has such a counter",
                cyn_i_fault_bytes(key->sort, text, sizeof text), key->space);
  else if (sort[4] == 'n' && is_own) space->counted_items = number;
  else if (sort[4] == 'b' && is_own) space->counted_bytes = number;
  else if (sort[4] == 'c' && key->partition.size != 0) space->counted_collections++;
  else
    cyn_i_fault(v->faults, "counter %s of space %u: nothing has such a counter",
                cyn_i_fault_bytes(key->sort, text, sizeof text), key->space);
  return true;
}

static void compare(cyn_i_verify_state *v, const cyn_i_verify_space *space, const char *what, int64_t counted, uint64_t found) {
  char name[900];
  if (counted >= 0 && (uint64_t)counted == found) return;
  cyn_i_fault(v->faults, "%s counts %lld %s, and holds %llu", cyn_i_verify_name(space, name, sizeof name), (long long)counted,
              what, (unsigned long long)found);
}

/* What is being filled or emptied has no final numbers. Where items are damaged, their bytes differ for that. */
static cyn_status finish_space(cyn_i_verify_state *v, cyn_i_verify_space *space, bool items_are_sound, cyn_error *error) {
  if (space->kind == CYN_VERIFY_RECLAIM || space->kind == CYN_VERIFY_LOG) return CYN_OK;
  bool is_kept = space->index == NULL || space->index->state != CYN_INDEX_DELETING;
  if (!space->is_partial && space->kind != CYN_VERIFY_TTL) {
    compare(v, space, "items", space->counted_items, space->entries);
    if (items_are_sound) compare(v, space, "bytes", space->counted_bytes, space->bytes);
  }
  if (items_are_sound && space->kind == CYN_VERIFY_ITEMS)
    compare(v, space, "item collections", (int64_t)space->counted_collections, space->collections);
  if (space->kind == CYN_VERIFY_ITEMS || !is_kept || space->entries == space->wanted) return CYN_OK;
  return cyn_i_verify_strays(v, space, error);
}

static cyn_status finish(cyn_i_verify_state *v, cyn_error *error) {
  bool items_are_sound = v->faults->count == 0;
  cyn_status status = CYN_OK;
  for (size_t i = 0; status == CYN_OK && i < v->space_count; i++)
    status = finish_space(v, &v->spaces[i], items_are_sound, error);
  return status;
}

static cyn_status run(cyn_i_verify_state *v, cyn_error *error) {
  cyn_error own = CYN_ERROR_INIT;
  cyn_status status = cyn_i_verify_catalog(v, error);
  if (status == CYN_OK)
    status = cyn_i_verify_settle(v, cyn_i_store_check_counters(v->check, visit_counter, v, &own), &own, error);
  if (status == CYN_OK)
    status = cyn_i_verify_settle(
        v, cyn_i_store_check_walk(v->check, CYN_SPACE_FIRST, UINT32_MAX, cyn_i_verify_entry, v, &own), &own, error);
  if (status == CYN_OK) {
    cyn_i_verify_collection_end(v);
    status = finish(v, error);
  }
  if (status == CYN_OK) status = cyn_i_verify_logs(v, error);
  return status;
}

cyn_status cyn_i_verify(cyn_i_store_check *check, cyn_i_faults *faults, cyn_i_verify_report *out, cyn_error *error) {
  cyn_i_verify_state v = {.check = check, .faults = faults, .report = out};
  memset(out, 0, sizeof *out);
  cyn_i_arena_init(&v.arena, 0);
  cyn_status status = run(&v, error);
  cyn_i_verify_clean_up(&v);
  return status;
}

/* ---- the list of tables ---- */

cyn_status cyn_i_verify_tables(cyn_i_store_check *check, cyn_i_verify_table_visitor visitor, void *user, cyn_error *error) {
  cyn_i_faults faults = {0};
  cyn_i_verify_report report = {0};
  cyn_i_verify_state v = {.check = check, .faults = &faults, .report = &report};
  cyn_error own = CYN_ERROR_INIT;
  cyn_i_arena_init(&v.arena, 0);
  cyn_status status = cyn_i_verify_catalog(&v, error);
  if (status == CYN_OK)
    status = cyn_i_verify_settle(&v, cyn_i_store_check_counters(check, visit_counter, &v, &own), &own, error);
  for (size_t i = 0; status == CYN_OK && i < v.table_count; i++) {
    const cyn_i_verify_space *space = cyn_i_verify_find(&v, v.tables[i]->space);
    if (space == NULL || space->table != v.tables[i]) continue;
    visitor(user, &(cyn_i_verify_table){v.tables[i], space->counted_items, space->counted_bytes});
  }
  cyn_i_verify_clean_up(&v);
  return status;
}
