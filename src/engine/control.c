/* See control.h. */
#include "engine/control.h"

#include <string.h>

#include "base/hash.h"
#include "catalog/stream.h"
#include "engine/table_checks.h"
#include "engine/upkeep.h"
#include "value/item.h"

#define EFFECTS_MAX (CYN_CONTROL_RECLAIM_MAX + 6)
/* A space's number and its crc32, the last stream's label and a crc32 of all; files from before, and where there never
 * was a stream, hold the first two, older ones the number alone. */
#define SEQUENCE_SIZE 20
#define SEQUENCE_SIZE_PLAIN 8
#define SEQUENCE_SIZE_OLD 4

/* ---- helpers of operations ---- */

cyn_status cyn_i_table_not_found(cyn_bytes name, cyn_error *error) {
  return cyn_i_error_setf(error, CYN_E_RESOURCE_NOT_FOUND, "Requested resource not found: Table: %.*s not found",
                          CYN_PRINT(name));
}

cyn_status cyn_i_table_busy(cyn_i_table_state state, cyn_bytes name, cyn_error *error) {
  const char *what = state == CYN_TABLE_CREATING ? "created" : state == CYN_TABLE_UPDATING ? "updated" : "deleted";
  if (state == CYN_TABLE_ACTIVE) return CYN_OK;
  return cyn_i_error_setf(error, CYN_E_RESOURCE_IN_USE,
                          "Attempt to change a resource which is still in use: Table is being %s: %.*s", what,
                          CYN_PRINT(name));
}

cyn_status cyn_i_control_table(cyn_i_worker *worker, cyn_i_call *call, cyn_bytes name_or_arn, cyn_i_table **out) {
  uint64_t guard;
  cyn_status status = cyn_i_engine_table_any(worker, call->context, name_or_arn, out, &guard, call->error);
  if (status != CYN_OK || *out != NULL) return status;
  cyn_bytes name, region, account;
  (void)cyn_i_table_name_split(name_or_arn, &name, &region, &account);
  return cyn_i_table_not_found(name, call->error);
}

uint32_t cyn_i_control_take_space(cyn_i_control_change *change, cyn_error *error) {
  if (change->next_space == UINT32_MAX) {
    (void)cyn_i_error_set(error, CYN_E_LIMIT_EXCEEDED, "This database has used up its space numbers");
    return 0;
  }
  change->took_space = true;
  return change->next_space++;
}

cyn_status cyn_i_control_open_stream(cyn_i_control *control, cyn_i_control_change *change, cyn_error *error) {
  int64_t now_ms = control->pending.now_ms;
  change->record.stream_log = cyn_i_control_take_space(change, error);
  if (change->record.stream_log == 0) return error->status;
  change->last_stream_ms = now_ms > change->last_stream_ms ? now_ms : change->last_stream_ms + 1;
  change->record.stream_created_ms = change->last_stream_ms;
  return CYN_OK;
}

void cyn_i_control_reclaim(cyn_i_control_change *change, uint32_t space) {
  if (space != 0 && change->reclaim_count < CYN_CONTROL_RECLAIM_MAX) change->reclaim[change->reclaim_count++] = space;
}

void cyn_i_control_reclaim_all(cyn_i_control_change *change, const cyn_i_table_record *record) {
  cyn_i_control_reclaim(change, record->space);
  cyn_i_control_reclaim(change, record->ttl_space);
  for (size_t i = 0; i < record->index_count; i++) cyn_i_control_reclaim(change, record->index_spaces[i]);
}

bool cyn_i_control_drop_index(cyn_i_control *control, cyn_i_control_change *change, size_t position) {
  cyn_table_description *description = change->description;
  cyn_global_secondary_index_description_list *list = &description->global_secondary_indexes;
  size_t slot = description->local_secondary_indexes.count + position;
  cyn_i_control_reclaim(change, change->index_spaces[slot]);
  const cyn_global_secondary_index_description **left =
      cyn_i_arena_alloc(control->pending.call->arena, list->count * sizeof *left);
  if (left == NULL) return false;
  size_t count = 0;
  for (size_t i = 0; i < list->count; i++)
    if (i != position) left[count++] = list->at[i];
  *list = (cyn_global_secondary_index_description_list){count, count != 0 ? left : NULL};
  for (size_t i = slot; i + 1 < change->record.index_count; i++) {
    change->index_spaces[i] = change->index_spaces[i + 1];
    change->index_states[i] = change->index_states[i + 1];
  }
  change->record.index_count--;
  return cyn_i_definitions_prune(description, control->pending.call->arena);
}

/* ---- the record before the operation ---- */

/* What time alone has done: states that have run out, indexes whose deletion is over. */
static bool settle(cyn_i_control *control, cyn_i_control_change *change) {
  cyn_i_table_record *record = &change->record;
  bool is_over = record->state_until_ms != 0 && control->pending.now_ms >= record->state_until_ms;
  if (!is_over) return true;
  record->stored_state = CYN_TABLE_ACTIVE;
  record->state_until_ms = 0;
  size_t local_count = change->description->local_secondary_indexes.count;
  for (size_t i = change->description->global_secondary_indexes.count; i-- != 0;) {
    if (change->index_states[local_count + i] != CYN_INDEX_DELETING) continue;
    change->settled = true;
    if (!cyn_i_control_drop_index(control, change, i)) return false;
  }
  return true;
}

/* A table whose stream was switched on by a version that kept no logs gets one now; label and ARN stay. */
static cyn_status give_log(cyn_i_control_change *change, cyn_error *error) {
  const cyn_table_description *description = change->description;
  const cyn_stream_specification *stream = description->stream_specification;
  int64_t created_ms;
  if (stream == NULL || !stream->stream_enabled.value || change->record.stream_log != 0 ||
      change->state == CYN_TABLE_DELETING || !cyn_i_stream_label_parse(description->latest_stream_label, &created_ms))
    return CYN_OK;
  change->record.stream_log = cyn_i_control_take_space(change, error);
  if (change->record.stream_log == 0) return error->status;
  change->record.stream_created_ms = created_ms;
  if (created_ms > change->last_stream_ms) change->last_stream_ms = created_ms;
  change->settled = true;
  return CYN_OK;
}

static cyn_status load_record(cyn_i_control *control, cyn_bytes value, cyn_i_control_change *change,
                              cyn_i_table_record *before, cyn_error *error) {
  cyn_i_arena *arena = control->pending.call->arena;
  *before = (cyn_i_table_record){0};
  change->state = CYN_TABLE_GONE;
  change->index_spaces = cyn_i_arena_zalloc(arena, CYN_TABLE_INDEXES_MAX, sizeof *change->index_spaces);
  change->index_states = cyn_i_arena_zalloc(arena, CYN_TABLE_INDEXES_MAX, 1);
  if (change->index_spaces == NULL || change->index_states == NULL) return cyn_i_error_no_memory(error);
  if (value.data == NULL) return CYN_OK;
  cyn_status status = cyn_i_table_record_read(value, arena, before, error);
  if (status != CYN_OK) return status;
  change->state = cyn_i_table_state_from(before->stored_state, before->state_until_ms, control->pending.now_ms);
  if (change->state == CYN_TABLE_GONE) {
    cyn_i_control_reclaim_all(change, before);
    return CYN_OK;
  }
  change->found = true;
  change->record = *before;
  if (before->index_count != 0) {
    memcpy(change->index_spaces, before->index_spaces, before->index_count * sizeof *change->index_spaces);
    memcpy(change->index_states, before->index_states, before->index_count);
  }
  change->record.index_spaces = change->index_spaces;
  change->record.index_states = change->index_states;
  change->description = cyn_i_arena_alloc(arena, sizeof *change->description);
  if (change->description == NULL) return cyn_i_error_no_memory(error);
  *change->description = *before->description;
  change->record.description = change->description;
  status = give_log(change, error);
  if (status != CYN_OK) return status;
  return settle(control, change) ? CYN_OK : cyn_i_error_no_memory(error);
}

static uint32_t load_sequence(cyn_bytes value) {
  if (value.size != SEQUENCE_SIZE_OLD && value.size != SEQUENCE_SIZE_PLAIN && value.size != SEQUENCE_SIZE)
    return CYN_SPACE_FIRST;
  const uint8_t *p = (const uint8_t *)value.data;
  uint32_t next = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
  return next < CYN_SPACE_FIRST ? CYN_SPACE_FIRST : next;
}

static int64_t load_last_stream(cyn_bytes value) {
  int64_t last_ms = 0;
  if (value.size == SEQUENCE_SIZE) memcpy(&last_ms, value.data + SEQUENCE_SIZE_PLAIN, 8);
  return last_ms;
}

/* ---- effects ---- */

typedef struct effect_writer {
  cyn_i_arena *arena;
  cyn_i_store_put *puts;
  size_t count;
  bool failed;
} effect_writer;

/* value.data NULL deletes. Bytes of the key's sort must live in the arena. */
static void put(effect_writer *out, cyn_i_store_key key, cyn_bytes value) {
  out->puts[out->count++] = (cyn_i_store_put){key, value};
}

static void put_sequence(effect_writer *out, uint32_t next, int64_t last_stream_ms) {
  uint8_t *bytes = cyn_i_arena_alloc(out->arena, SEQUENCE_SIZE);
  if (bytes == NULL) {
    out->failed = true;
    return;
  }
  for (size_t i = 0; i < 4; i++) bytes[i] = (uint8_t)(next >> (8 * i));
  cyn_i_put_u32(bytes + 4, cyn_i_crc32(bytes, 4));
  memcpy(bytes + SEQUENCE_SIZE_PLAIN, &last_stream_ms, 8);
  cyn_i_put_u32(bytes + SEQUENCE_SIZE - 4, cyn_i_crc32(bytes, SEQUENCE_SIZE - 4));
  size_t size = last_stream_ms != 0 ? SEQUENCE_SIZE : SEQUENCE_SIZE_PLAIN;
  put(out, cyn_i_sequence_key(), (cyn_bytes){(const char *)bytes, size});
}

/* The record of the stream that a table's record names, closed at that time or, where it is 0, open. */
static void put_stream(effect_writer *out, const cyn_i_control *control, const cyn_i_table_record *record,
                       int64_t closed_ms) {
  cyn_i_stream stream;
  cyn_i_store_key key;
  bool made = cyn_i_stream_of_record(record, &stream) &&
              cyn_i_stream_key(control->account, control->region, control->name, stream.created_ms, out->arena, &key);
  stream.closed_ms = closed_ms;
  cyn_bytes value = made ? cyn_i_stream_record_write(&key, &stream, out->arena) : (cyn_bytes){NULL, 0};
  out->failed = out->failed || value.data == NULL;
  if (value.data != NULL) put(out, key, value);
}

/* Whatever took the log out of the table's record closes the stream: switching it off, or deleting the table. */
static void put_streams(effect_writer *out, const cyn_i_control *control, const cyn_i_table_record *before) {
  const cyn_i_table_record *after = &control->change.record;
  uint32_t log = control->change.remove ? 0 : after->stream_log;
  if (log == before->stream_log) return;
  int64_t now_ms = control->pending.now_ms;
  if (before->stream_log != 0)
    put_stream(out, control, before, now_ms > before->stream_created_ms ? now_ms : before->stream_created_ms);
  if (log != 0) put_stream(out, control, after, 0);
}

static void put_reclaims(effect_writer *out, const cyn_i_control_change *change) {
  for (size_t i = 0; i < change->reclaim_count; i++) {
    uint8_t *sort = cyn_i_arena_alloc(out->arena, 4);
    if (sort == NULL) {
      out->failed = true;
      return;
    }
    put(out, cyn_i_reclaim_key(change->reclaim[i], sort), (cyn_bytes){"", 0});
  }
}

/* The list of tables with TTL; a value of one byte asks for a backfill. */
static void put_ttl_listing(effect_writer *out, cyn_i_store_key key, uint32_t before,
                            const cyn_i_control_change *change) {
  uint32_t after = change->remove ? 0 : change->record.ttl_space;
  key.space = CYN_SPACE_TTL_TABLES;
  if (after != before && after != 0) put(out, key, change->ttl_backfill ? (cyn_bytes){"B", 1} : (cyn_bytes){"", 0});
  if (after == before && change->ttl_filled) put(out, key, (cyn_bytes){"", 0});
  if (before != 0 && after == 0) put(out, key, (cyn_bytes){NULL, 0});
}

static bool write_effects(cyn_i_control *control, const cyn_i_table_record *before, cyn_i_store_effects *effects) {
  const cyn_i_control_change *change = &control->change;
  effect_writer out = {control->pending.call->arena, NULL, 0, false};
  out.puts = cyn_i_arena_alloc(out.arena, EFFECTS_MAX * sizeof *out.puts);
  if (out.puts == NULL) return false;
  cyn_bytes record = {NULL, 0};
  if (!change->remove) {
    record = cyn_i_table_record_write(&change->record, out.arena);
    if (record.data == NULL) return false;
  }
  put(&out, control->keys[0], record);
  if (change->took_space) put_sequence(&out, change->next_space, change->last_stream_ms);
  put_reclaims(&out, change);
  put_ttl_listing(&out, control->keys[0], before->ttl_space, change);
  put_streams(&out, control, before);
  if (out.failed) return false;
  effects->puts = out.puts;
  effects->put_count = out.count;
  effects->bump_guard = true;
  return true;
}

/* ---- the store's side ---- */

static cyn_i_decision decide(cyn_i_store_write *write, const cyn_bytes *values, bool guard_changed,
                             cyn_i_store_effects *effects) {
  (void)guard_changed; /* the record is read here: there is nothing older to compare with */
  cyn_i_control *control = (cyn_i_control *)(void *)write;
  cyn_error *error = control->pending.call->error;
  cyn_error_clean_up(error);
  cyn_i_control_change change = {.next_space = load_sequence(values[1]),
                                 .last_stream_ms = load_last_stream(values[1])};
  cyn_i_table_record before;
  cyn_status status = load_record(control, values[0], &change, &before, error);
  if (status == CYN_OK) status = control->decide(control, &change, error);
  control->change = change;
  if (status == CYN_OK && !change.keep && !write_effects(control, &before, effects))
    status = cyn_i_error_no_memory(error);
  control->refused = status;
  return status == CYN_OK && !change.keep ? CYN_DECISION_APPLY : CYN_DECISION_REFUSE;
}

static void finish(cyn_i_pending *pending) {
  cyn_i_control *control = (cyn_i_control *)(void *)pending;
  cyn_i_call *call = pending->call;
  call->status = pending->write.status != CYN_OK ? pending->write.status : control->refused;
  if (call->status != CYN_OK) return;
  control->answer(control);
  if (!control->change.keep) cyn_i_upkeep_wake(pending->engine);
}

cyn_i_control *cyn_i_control_new(cyn_i_worker *worker, cyn_i_call *call, cyn_bytes name_or_arn,
                                 cyn_status (*decide_change)(cyn_i_control *, cyn_i_control_change *, cyn_error *),
                                 void (*answer)(cyn_i_control *)) {
  cyn_i_control *control = cyn_i_arena_zalloc(call->arena, 1, sizeof *control);
  if (control == NULL) {
    (void)cyn_i_call_failed(call, cyn_i_error_no_memory(call->error));
    return NULL;
  }
  control->account = call->context->account;
  control->region = call->context->region;
  if (!cyn_i_table_name_split(name_or_arn, &control->name, &control->region, &control->account) ||
      control->account.size + 1 + control->region.size > CYN_CATALOG_PARTITION_SIZE_MAX) {
    (void)cyn_i_call_failed(
        call, cyn_i_error_setf(call->error, CYN_E_VALIDATION,
                               "Invalid TableArn: Invalid ResourceArn provided as input %.*s", CYN_PRINT(name_or_arn)));
    return NULL;
  }
  if (!cyn_i_is_own_account(call->context, control->account)) {
    (void)cyn_i_call_failed(call, cyn_i_table_not_found(control->name, call->error));
    return NULL;
  }
  if (!cyn_i_catalog_key(control->account, control->region, control->name, call->arena, &control->keys[0])) {
    (void)cyn_i_call_failed(call, cyn_i_error_no_memory(call->error));
    return NULL;
  }
  control->keys[1] = cyn_i_sequence_key();
  control->decide = decide_change;
  control->answer = answer;
  control->pending.call = call;
  control->pending.engine = worker->engine;
  control->pending.now_ms = cyn_i_engine_now_ms(worker->engine);
  control->pending.finish = finish;
  control->pending.write.keys = control->keys;
  control->pending.write.key_count = 2;
  control->pending.write.decide = decide;
  control->pending.write.arena = call->arena;
  control->pending.write.error = call->error;
  return control;
}
