/* Logs: every record by itself, then each table against its own log. The first walk keeps, for every key of a log that is
 * written to, the position of its newest record; the second holds these records against the items that there are: what
 * was put last must be there with that image, what was removed last must not. A record of a log that is closed says
 * nothing of the items now. That there are no gaps is checked with the structure (store/check.h).
 *
 * Sixteen bytes are kept for each key in a log, of all that the last day has changed. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/hash.h"
#include "engine/change_record.h"
#include "engine/item_key.h"
#include "engine/verify_private.h"

#define ARENA_KEEP ((size_t)4 << 20)

static void record_fault(cyn_i_verify_state *v, const cyn_i_verify_space *log, uint64_t position, const char *reason) {
  char name[900];
  cyn_i_fault(v->faults, "%s, record %llu: %s", cyn_i_verify_name(log, name, sizeof name), (unsigned long long)position,
              reason);
}

/* ---- the newest record of each key ---- */

static uint64_t hash_of(uint32_t log, const cyn_i_store_key *key) {
  uint64_t hash = cyn_i_hash64(key->sort) + (uint64_t)log * 0x9E3779B97F4A7C15u;
  hash ^= hash >> 29;
  return (hash + cyn_i_hash64(key->partition)) * 0xBF58476D1CE4E5B9u ^ key->hash;
}

static struct cyn_i_verify_newest_entry *slot_of(const cyn_i_verify_newest *newest, uint64_t hash) {
  size_t at = (size_t)hash & (newest->capacity - 1);
  while (newest->at[at].position != 0 && newest->at[at].hash != hash) at = (at + 1) & (newest->capacity - 1);
  return &newest->at[at];
}

static bool make_room(cyn_i_verify_newest *newest) {
  if (newest->count < newest->capacity / 2) return true;
  cyn_i_verify_newest larger = {NULL, newest->count, newest->capacity != 0 ? newest->capacity * 2 : 1024};
  larger.at = cyn_i_zalloc(larger.capacity, sizeof *larger.at);
  if (larger.at == NULL) return false;
  for (size_t i = 0; i < newest->capacity; i++)
    if (newest->at[i].position != 0) *slot_of(&larger, newest->at[i].hash) = newest->at[i];
  cyn_i_free(newest->at);
  *newest = larger;
  return true;
}

static bool note_newest(cyn_i_verify_newest *newest, uint64_t hash, uint64_t position) {
  if (!make_room(newest)) return false;
  struct cyn_i_verify_newest_entry *entry = slot_of(newest, hash);
  newest->count += entry->position == 0;
  entry->hash = hash;
  entry->position = position;
  return true;
}

static bool is_newest(const cyn_i_verify_newest *newest, uint64_t hash, uint64_t position) {
  return newest->capacity != 0 && slot_of(newest, hash)->position == position;
}

/* ---- one record ---- */

static const char *part_fault(cyn_bytes part) { return part.data != NULL ? cyn_i_verify_stored_fault(part) : NULL; }

/* Whether the parts are those that the event has in such a stream. */
static bool parts_fit(const cyn_i_change_record *record, cyn_i_view_type view) {
  bool had = record->event != CYN_CHANGE_INSERT, has = record->event != CYN_CHANGE_REMOVE;
  bool wants_old = had && (view == CYN_VIEW_OLD_IMAGE || view == CYN_VIEW_NEW_AND_OLD_IMAGES);
  bool wants_new = has && (view == CYN_VIEW_NEW_IMAGE || view == CYN_VIEW_NEW_AND_OLD_IMAGES);
  return (record->old_item.data != NULL) == wants_old && (record->new_item.data != NULL) == wants_new &&
         (record->keys.data != NULL) == (!wants_old && !wants_new);
}

/* NULL: the record is sound, and *out holds it. */
static const char *read_record(cyn_bytes value, cyn_i_view_type view, cyn_i_change_record *out) {
  if (!cyn_i_change_record_read(value, out)) return "its head is damaged";
  const char *reason = part_fault(out->keys);
  if (reason == NULL) reason = part_fault(out->old_item);
  if (reason == NULL) reason = part_fault(out->new_item);
  if (reason != NULL) return reason;
  return parts_fit(out, view) ? NULL : "it does not hold what the stream's records hold";
}

/* The item's key in its table. False: it has none (told), or memory is out. */
static bool key_of(cyn_i_verify_state *v, const cyn_i_verify_space *log, uint64_t position, const uint8_t *item,
                   cyn_i_store_key *out) {
  if (cyn_i_check_item_key(log->table, item, NULL) != CYN_OK) {
    record_fault(v, log, position, "its key attributes are not a key of the table");
    return false;
  }
  bool made = cyn_i_item_key(log->table, item, &v->arena, out);
  if (!made) v->status = CYN_E_OUT_OF_MEMORY;
  return made;
}

/* ---- the walks ---- */

static bool visit_record(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  cyn_i_verify_state *v = user;
  const cyn_i_verify_space *log = cyn_i_verify_find(v, key->space);
  cyn_i_change_record record;
  cyn_i_store_key item_key;
  v->report->log_records++;
  if (log != NULL && log->kind == CYN_VERIFY_RECLAIM) return true;
  if (log == NULL || log->kind != CYN_VERIFY_LOG) {
    if (v->unknown_space != key->space) cyn_i_fault(v->faults, "log %u holds records, and nothing names it", key->space);
    v->unknown_space = key->space;
    return true;
  }
  const char *reason = read_record(value, log->view, &record);
  if (reason != NULL) {
    record_fault(v, log, key->hash, reason);
    return true;
  }
  if (log->table == NULL || !key_of(v, log, key->hash, cyn_i_change_record_item(&record), &item_key))
    return v->status == CYN_OK;
  if (!note_newest(&v->newest, hash_of(log->number, &item_key), key->hash)) v->status = CYN_E_OUT_OF_MEMORY;
  cyn_i_arena_reset(&v->arena, ARENA_KEEP);
  return v->status == CYN_OK;
}

static void compare(cyn_i_verify_state *v, const cyn_i_change_record *record, cyn_bytes stored) {
  bool no_memory = false;
  const uint8_t *item = cyn_i_change_record_item(record);
  if (record->event == CYN_CHANGE_REMOVE) {
    if (stored.data != NULL) cyn_i_verify_item_fault(v, item, "its change log removed it last, and it is there");
  } else if (stored.data == NULL) {
    cyn_i_verify_item_fault(v, item, "its change log put it last, and it is not there");
  } else if (record->new_item.data != NULL && !cyn_i_verify_equal(record->new_item, stored, &v->arena, &no_memory)) {
    cyn_i_verify_item_fault(v, item, "the last image in its change log is another");
  }
  if (no_memory) v->status = CYN_E_OUT_OF_MEMORY;
}

static bool visit_newest(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  cyn_i_verify_state *v = user;
  const cyn_i_verify_space *log = cyn_i_verify_find(v, key->space);
  cyn_i_change_record record;
  cyn_i_store_key item_key;
  if (log == NULL || log->kind != CYN_VERIFY_LOG || log->table == NULL || read_record(value, log->view, &record) != NULL)
    return true;
  const uint8_t *item = cyn_i_change_record_item(&record);
  if (cyn_i_check_item_key(log->table, item, NULL) != CYN_OK) return true;
  if (!cyn_i_item_key(log->table, item, &v->arena, &item_key)) v->status = CYN_E_OUT_OF_MEMORY;
  else if (is_newest(&v->newest, hash_of(log->number, &item_key), key->hash)) {
    v->space = cyn_i_verify_find(v, log->table->space);
    if (v->space != NULL && v->space->table == log->table) compare(v, &record, cyn_i_verify_get(v, &item_key));
  }
  cyn_i_arena_reset(&v->arena, ARENA_KEEP);
  return v->status == CYN_OK;
}

cyn_status cyn_i_verify_logs(cyn_i_verify_state *v, cyn_error *error) {
  cyn_error own = CYN_ERROR_INIT;
  v->unknown_space = 0;
  cyn_status status =
      cyn_i_verify_settle(v, cyn_i_store_check_logs(v->check, visit_record, v, &own), &own, error);
  if (status == CYN_OK && v->newest.count != 0)
    status = cyn_i_verify_settle(v, cyn_i_store_check_logs(v->check, visit_newest, v, &own), &own, error);
  return status;
}
