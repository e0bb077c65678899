/* See upkeep.h. */
#include "engine/upkeep.h"

#include <string.h>

#include "engine/action.h"
#include "engine/change_record.h"
#include "engine/control.h"
#include "engine/item_key.h"

#define QUEUE_HEAD_SIZE 17 /* expiry, hash, length of the partition */

void cyn_i_upkeep_set_wake(cyn_i_engine *engine, void (*wake)(void *user), void *user) {
  engine->upkeep = wake;
  engine->upkeep_user = user;
}

void cyn_i_upkeep_wake(cyn_i_engine *engine) {
  if (engine->upkeep != NULL) engine->upkeep(engine->upkeep_user);
}

uint32_t cyn_i_upkeep_entry_size(cyn_bytes stored) {
  return stored.size > CYN_ITEM_HEADER_SIZE ? cyn_i_item_dynamodb_size(cyn_i_stored_item(stored)) : 0;
}

/* ---- control writes of our own ---- */

typedef struct own_call {
  cyn_i_call call;
  cyn_i_context context;
  cyn_i_worker worker;
} own_call;

static void no_answer(cyn_i_control *control) { (void)control; }

static cyn_status control_now(cyn_i_engine *engine, const cyn_i_upkeep_place *place, cyn_i_arena *arena,
                              cyn_status (*decide)(cyn_i_control *, cyn_i_control_change *, cyn_error *),
                              const void *extra, cyn_error *error) {
  cyn_error own_error = CYN_ERROR_INIT; /* decide works on it whether or not the caller wants one */
  own_call own = {.context = {.account = place->account, .region = place->region}, .worker = {.engine = engine}};
  own.call.context = &own.context;
  own.call.arena = arena;
  own.call.error = &own_error;
  cyn_i_control *control = cyn_i_control_new(&own.worker, &own.call, place->name, decide, no_answer);
  if (control != NULL) {
    control->extra = extra;
    (void)cyn_i_store_write_now(engine->store, &control->pending.write);
    control->pending.finish(&control->pending);
  }
  cyn_status status = own.call.status;
  if (status != CYN_OK)
    cyn_i_error_move(error, &own_error);
  else
    cyn_error_clean_up(&own_error);
  return status;
}

static cyn_status decide_settle(cyn_i_control *control, cyn_i_control_change *change, cyn_error *error) {
  (void)control;
  (void)error;
  if (change->found) {
    change->keep = !change->settled;
  } else {
    change->remove = true;
    change->keep = change->reclaim_count == 0; /* no record at all */
  }
  return CYN_OK;
}

cyn_status cyn_i_upkeep_settle(cyn_i_engine *engine, const cyn_i_upkeep_place *place, cyn_i_arena *arena,
                               cyn_error *error) {
  return control_now(engine, place, arena, decide_settle, NULL, error);
}

static cyn_status decide_filled(cyn_i_control *control, cyn_i_control_change *change, cyn_error *error) {
  (void)error;
  uint32_t space = *(const uint32_t *)control->extra;
  change->keep = true;
  if (!change->found) return CYN_OK;
  for (size_t i = 0; i < change->record.index_count; i++) {
    if (change->index_spaces[i] != space || change->index_states[i] != CYN_INDEX_CREATING) continue;
    change->index_states[i] = CYN_INDEX_ACTIVE;
    change->keep = false;
  }
  if (change->record.ttl_space == space) {
    change->ttl_filled = true;
    change->keep = false;
  }
  return CYN_OK;
}

cyn_status cyn_i_upkeep_filled(cyn_i_engine *engine, const cyn_i_upkeep_place *place, uint32_t space,
                               cyn_i_arena *arena, cyn_error *error) {
  return control_now(engine, place, arena, decide_filled, &space, error);
}

/* ---- filling ---- */

typedef struct filling {
  cyn_i_store_write write; /* first */
  const cyn_i_upkeep_place *place;
  uint32_t space;
  int64_t now_ms;
  cyn_status refused;
  bool wanted;
} filling;

/* The index that the space belongs to, while it is being filled. */
static const cyn_i_index *unfinished_index(const cyn_i_table *table, uint32_t space) {
  for (size_t i = 0; i < table->index_count; i++)
    if (table->indexes[i].space == space && table->indexes[i].state == CYN_INDEX_CREATING) return &table->indexes[i];
  return NULL;
}

static bool fill_entries(const cyn_i_table *table, const cyn_i_index *index, cyn_i_store_write *write,
                         const cyn_bytes *values, cyn_i_effect_list *list) {
  for (size_t i = 1; i < write->key_count; i++) {
    if (values[i].data == NULL || values[i].size <= CYN_ITEM_HEADER_SIZE) continue;
    if (index != NULL) {
      cyn_i_index_entry entry = {0};
      /* the entry may borrow from the value, which dies with this call */
      cyn_bytes stored = cyn_i_arena_copy(write->arena, values[i]);
      if (stored.data == NULL || !cyn_i_index_entry_make(table, index, stored, write->arena, &entry)) return false;
      if (entry.present) cyn_i_effect_put(list, &entry.key, entry.value);
    } else {
      cyn_i_store_key due;
      bool present = false;
      if (!cyn_i_ttl_key(table, &write->keys[i], cyn_i_stored_item(values[i]), write->arena, &due, &present))
        return false;
      if (present) cyn_i_effect_put(list, &due, (cyn_bytes){"", 0});
    }
  }
  return !list->failed;
}

static cyn_i_decision decide_fill(cyn_i_store_write *write, const cyn_bytes *values, bool guard_changed,
                                  cyn_i_store_effects *effects) {
  (void)guard_changed;
  filling *fill = (filling *)(void *)write;
  const cyn_i_upkeep_place *place = fill->place;
  cyn_error_clean_up(write->error);
  fill->refused = CYN_OK;
  fill->wanted = false;
  if (values[0].data == NULL) return CYN_DECISION_REFUSE;
  cyn_i_table *table;
  fill->refused = cyn_i_table_parse(place->account, place->region, place->name, values[0], &table, write->error);
  if (fill->refused != CYN_OK) return CYN_DECISION_REFUSE;
  cyn_i_table_state state = cyn_i_table_state_at(table, fill->now_ms);
  const cyn_i_index *index = unfinished_index(table, fill->space);
  fill->wanted =
      (index != NULL || table->ttl_space == fill->space) && (state == CYN_TABLE_ACTIVE || state == CYN_TABLE_UPDATING);
  cyn_i_effect_list list = {.arena = write->arena};
  bool made = !fill->wanted || fill_entries(table, index, write, values, &list);
  cyn_i_table_release(table);
  if (!made) fill->refused = cyn_i_error_no_memory(write->error);
  if (!made || list.put_count == 0) return CYN_DECISION_REFUSE;
  effects->puts = list.puts;
  effects->put_count = list.put_count;
  return CYN_DECISION_APPLY;
}

cyn_status cyn_i_upkeep_fill(cyn_i_engine *engine, const cyn_i_upkeep_place *place, uint32_t space,
                             const cyn_i_store_key *items, size_t count, cyn_i_arena *arena, bool *wanted,
                             cyn_error *error) {
  *wanted = false;
  cyn_error own_error = CYN_ERROR_INIT;
  filling fill = {.place = place, .space = space, .now_ms = cyn_i_engine_now_ms(engine)};
  cyn_i_store_key *keys = cyn_i_arena_alloc(arena, (count + 1) * sizeof *keys);
  if (keys == NULL || !cyn_i_catalog_key(place->account, place->region, place->name, arena, &keys[0]))
    return cyn_i_error_no_memory(error);
  if (count != 0) memcpy(keys + 1, items, count * sizeof *keys);
  fill.write.keys = keys;
  fill.write.key_count = count + 1;
  fill.write.decide = decide_fill;
  fill.write.arena = arena;
  fill.write.error = &own_error;
  cyn_status status = cyn_i_store_write_now(engine->store, &fill.write);
  if (status == CYN_OK) status = fill.refused;
  *wanted = fill.wanted;
  if (status != CYN_OK)
    cyn_i_error_move(error, &own_error);
  else
    cyn_error_clean_up(&own_error);
  return status;
}

/* ---- counters ---- */

typedef struct counting {
  cyn_i_store_write write; /* first */
  cyn_i_store_add adds[2];
} counting;

static cyn_i_decision decide_count(cyn_i_store_write *write, const cyn_bytes *values, bool guard_changed,
                                   cyn_i_store_effects *effects) {
  (void)values;
  (void)guard_changed;
  counting *count = (counting *)(void *)write;
  effects->adds = count->adds;
  effects->add_count = 2;
  return CYN_DECISION_APPLY;
}

cyn_status cyn_i_upkeep_count(cyn_i_engine *engine, uint32_t space, int64_t items, int64_t bytes, cyn_i_arena *arena,
                              cyn_error *error) {
  if (items == 0 && bytes == 0) return CYN_OK;
  uint8_t sorts[2][5];
  counting count = {0};
  count.adds[0] = (cyn_i_store_add){cyn_i_counter_key(space, 'n', sorts[0]), items};
  count.adds[1] = (cyn_i_store_add){cyn_i_counter_key(space, 'b', sorts[1]), bytes};
  count.write.decide = decide_count;
  count.write.arena = arena;
  count.write.error = error;
  return cyn_i_store_write_now(engine->store, &count.write);
}

/* ---- expiry ---- */

cyn_status cyn_i_upkeep_expire(cyn_i_engine *engine, cyn_i_table *table, cyn_bytes queue_sort, cyn_i_arena *arena,
                               bool *deleted, cyn_error *error) {
  *deleted = false;
  const uint8_t *bytes = (const uint8_t *)queue_sort.data;
  if (queue_sort.size < QUEUE_HEAD_SIZE || queue_sort.size < QUEUE_HEAD_SIZE + (size_t)bytes[QUEUE_HEAD_SIZE - 1])
    return CYN_OK; /* not an entry that we wrote */
  cyn_i_store_key key = {.space = table->space};
  for (int i = 8; i < 16; i++) key.hash = key.hash << 8 | bytes[i];
  key.partition = (cyn_bytes){queue_sort.data + QUEUE_HEAD_SIZE, bytes[QUEUE_HEAD_SIZE - 1]};
  size_t head = QUEUE_HEAD_SIZE + key.partition.size;
  key.sort = (cyn_bytes){queue_sort.data + head, queue_sort.size - head};
  return cyn_i_action_ttl_delete(engine, table, &key, arena, deleted, error);
}

/* ---- logs ---- */

bool cyn_i_upkeep_change_time(cyn_bytes record, int64_t *time_ms) {
  cyn_i_change_record change;
  bool is_sound = cyn_i_change_record_read(record, &change);
  *time_ms = change.time_ms;
  return is_sound;
}

/* ---- tokens ---- */

bool cyn_i_upkeep_token_is_over(cyn_bytes record, int64_t now_ms) {
  int64_t expiry_ms; /* behind the version, as action.c writes it */
  if (record.data == NULL || record.size < 1 + sizeof expiry_ms) return false;
  memcpy(&expiry_ms, record.data + 1, sizeof expiry_ms);
  return expiry_ms <= now_ms;
}
