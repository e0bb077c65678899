/* See action.h. The decide of all item writes.
 *
 * A write is prepared from the tables as the worker's cache knows them and carries the store's guard. When the catalog has
 * changed since, decide reads the catalog records first (one round), prepares again from them (a second round), and
 * decides on values that were read together with the records. */
#include "engine/action.h"

#include <string.h>

#include "base/hash.h"
#include "engine/collection_metrics.h"
#include "engine/item_key.h"
#include "engine/parameters.h"
#include "engine/read.h"
#include "engine/write_answer.h"
#include "value/key.h"

#define TOKEN_RECORD_SIZE 45 /* version, expiry in ms, SHA-256 of the request, crc32 of the key's partition and all before */
#define TOKEN_RECORD_SIZE_OLD 41 /* without the crc32 */
#define TOKEN_LIFE_MS ((int64_t)10 * 60 * 1000)
#define ITEM_SIZE_DEFAULT 409600

enum { PHASE_DIRECT = 0, PHASE_CATALOG, PHASE_WITH_CATALOG };

/* What only this file knows of a write. */
typedef struct private_write {
  cyn_i_item_write write; /* first */
  int phase;
  cyn_status refused;     /* the call's error is set */
  bool cancelled;         /* a transaction with at least one failed action */
} private_write;

static cyn_i_decision decide(cyn_i_store_write *store_write, const cyn_bytes *values, bool guard_changed,
                             cyn_i_store_effects *effects);
static void finish(cyn_i_pending *pending);

/* ---- building ---- */

cyn_i_item_write *cyn_i_item_write_new(cyn_i_worker *worker, cyn_i_call *call, size_t table_count_max,
                                       size_t action_count) {
  private_write *own = cyn_i_arena_zalloc(call->arena, 1, sizeof *own);
  cyn_i_write_table *tables = cyn_i_arena_zalloc(call->arena, table_count_max, sizeof *tables);
  cyn_i_action *actions = cyn_i_arena_zalloc(call->arena, action_count, sizeof *actions);
  /* the answer is made when the write is done and can no longer fail: its memory comes first (the sweeper has none) */
  bool has_output = call->operation == NULL || cyn_i_call_output(call) != NULL;
  if (own == NULL || tables == NULL || actions == NULL || !has_output) {
    call->output = NULL;
    (void)cyn_i_call_failed(call, cyn_i_error_no_memory(call->error));
    return NULL;
  }
  cyn_i_item_write *write = &own->write;
  write->tables = tables;
  write->actions = actions;
  write->action_count = action_count;
  write->pending.call = call;
  write->pending.engine = worker->engine;
  write->pending.now_ms = cyn_i_engine_now_ms(worker->engine);
  write->pending.finish = finish;
  write->pending.write.decide = decide;
  write->pending.write.arena = call->arena;
  write->pending.write.error = call->error;
  return write;
}

static bool same(cyn_bytes a, cyn_bytes b) { return a.size == b.size && memcmp(a.data, b.data, a.size) == 0; }

int cyn_i_item_write_table(cyn_i_worker *worker, cyn_i_item_write *write, cyn_bytes name) {
  for (size_t i = 0; i < write->table_count; i++)
    if (same(write->tables[i].name, name)) return (int)i;
  cyn_i_call *call = write->pending.call;
  cyn_i_write_table *entry = &write->tables[write->table_count];
  uint64_t guard;
  cyn_status status = cyn_i_engine_table(worker, call->context, name, &entry->table, &guard, call->error);
  if (status != CYN_OK) {
    (void)cyn_i_item_write_abandon(write, status);
    return -1;
  }
  /* the first table's: where the catalog has changed before a later one was found, the first is out of date */
  if (write->table_count == 0) write->pending.write.guard = guard;
  entry->name = name;
  return (int)write->table_count++;
}

static void release_tables(cyn_i_item_write *write) {
  for (size_t i = 0; i < write->table_count; i++) {
    cyn_i_table_release(write->tables[i].table);
    write->tables[i].table = NULL;
  }
  write->table_count = 0;
}

cyn_i_pending *cyn_i_item_write_abandon(cyn_i_item_write *write, cyn_status status) {
  release_tables(write);
  write->pending.call->output = NULL;
  return cyn_i_call_failed(write->pending.call, status);
}

/* ---- preparing ---- */

static bool path_starts_with(cyn_i_path path, cyn_bytes name) { return same(path.steps[0].name, name); }

static cyn_status check_target_on_index(const cyn_i_index *index, const cyn_i_key_part *part, cyn_i_update_target target,
                                        cyn_error *error) {
  if (target.path.count != 1 || target.static_type == 0 || (cyn_type)target.static_type == part->type ||
      !path_starts_with(target.path, part->name))
    return CYN_OK;
  return cyn_i_error_setf(error, CYN_E_VALIDATION,
                          "One or more parameter values were invalid: Type mismatch for Index Key %.*s Expected: %s "
                          "Actual: %s IndexName: %.*s",
                          (int)part->name.size, part->name.data, cyn_i_type_name(part->type),
                          cyn_i_type_name((cyn_type)target.static_type), (int)index->name.size, index->name.data);
}

/* Steps 8 to 10 of validation.md 3.3: what an update may not touch. */
static cyn_status check_update(const cyn_i_table *table, const cyn_i_bound *update, cyn_error *error) {
  size_t targets = cyn_i_update_target_count(update);
  for (size_t i = 0; i < targets; i++) {
    cyn_i_update_target target = cyn_i_update_target_at(update, i);
    const cyn_i_key_part *keys[2] = {&table->hash, table->has_range ? &table->range : NULL};
    for (int k = 0; k < 2 && keys[k] != NULL; k++)
      if (path_starts_with(target.path, keys[k]->name))
        return cyn_i_error_setf(error, CYN_E_VALIDATION,
                                "One or more parameter values were invalid: Cannot update attribute %.*s. This attribute "
                                "is part of the key",
                                (int)keys[k]->name.size, keys[k]->name.data);
  }
  for (size_t n = 0; n < table->index_count; n++) {
    const cyn_i_index *index = &table->indexes[n];
    for (size_t i = 0; i < targets; i++) {
      cyn_i_update_target target = cyn_i_update_target_at(update, i);
      cyn_status status = CYN_OK;
      for (size_t p = 0; status == CYN_OK && p < index->hash_count; p++)
        status = check_target_on_index(index, &index->hash[p], target, error);
      for (size_t p = 0; status == CYN_OK && p < index->range_count; p++)
        status = check_target_on_index(index, &index->range[p], target, error);
      if (status != CYN_OK) return status;
    }
  }
  return cyn_i_check_key_paths(table, update, error);
}

static cyn_status check_action(const cyn_i_table *table, const cyn_i_action *action, cyn_error *error) {
  if (action->kind == CYN_ACTION_TTL_DELETE) return CYN_OK;
  if (action->kind != CYN_ACTION_PUT) {
    cyn_status status = cyn_i_check_key(table, action->item.data, error);
    if (status == CYN_OK && action->update != NULL) status = check_update(table, action->update, error);
    return status;
  }
  cyn_status status = cyn_i_check_item_key(table, action->item.data, error);
  if (status != CYN_OK && action->batch_key_texts && !cyn_i_is_empty_key(error) &&
      strstr(error->message, "size limit") == NULL)
    return cyn_i_error_set(error, CYN_E_VALIDATION, "The provided key element does not match the schema");
  return status == CYN_OK ? cyn_i_check_index_keys(table, action->item.data, NULL, error) : status;
}

/* A transaction reports a key that does not fit as that action's reason; an empty key is an error of the request. */
static cyn_status prepare_action(cyn_i_item_write *write, cyn_i_action *action, cyn_error *error) {
  const cyn_i_table *table = write->tables[action->table].table;
  cyn_i_arena *arena = write->pending.call->arena;
  cyn_status status = check_action(table, action, error);
  action->failure = CYN_E_NONE;
  if (status == CYN_E_VALIDATION && write->is_transaction && !cyn_i_is_empty_key(error)) {
    cyn_bytes text = cyn_i_arena_copy(arena, cyn_str(error->message));
    if (text.data == NULL) return cyn_i_error_no_memory(error);
    cyn_error_clean_up(error);
    action->failure = CYN_E_VALIDATION;
    action->failure_message = text.data;
    action->key = (cyn_i_store_key){table->space, 0, {"", 0}, {"", 0}};
    return CYN_OK;
  }
  if (status != CYN_OK) return status;
  if (action->kind != CYN_ACTION_TTL_DELETE && !cyn_i_item_key(table, action->item.data, arena, &action->key))
    return cyn_i_error_no_memory(error);
  if (table->index_count != 0) {
    action->index_units = cyn_i_arena_zalloc(arena, table->index_count, sizeof(double));
    if (action->index_units == NULL) return cyn_i_error_no_memory(error);
  }
  return CYN_OK;
}

static cyn_status check_distinct(const cyn_i_item_write *write, cyn_error *error) {
  for (size_t i = 1; i < write->action_count; i++)
    for (size_t j = 0; j < i; j++) {
      const cyn_i_action *a = &write->actions[i], *b = &write->actions[j];
      if (a->failure != CYN_E_NONE || b->failure != CYN_E_NONE || a->key.hash != b->key.hash ||
          a->key.space != b->key.space || !same(a->key.partition, b->key.partition) || !same(a->key.sort, b->key.sort))
        continue;
      return cyn_i_error_set(error, CYN_E_VALIDATION,
                             write->is_transaction
                                 ? "Transaction request cannot include multiple operations on one item"
                                 : "Provided list of item keys contains duplicates");
    }
  return CYN_OK;
}

/* Of a table's record. The key outlives the table as it is known now. */
static bool record_key(const cyn_i_item_write *write, size_t table, cyn_i_store_key *out) {
  cyn_i_arena *arena = write->pending.call->arena;
  const cyn_i_table *known = write->tables[table].table;
  cyn_bytes name = cyn_i_arena_copy(arena, known->name);
  return name.data != NULL && cyn_i_catalog_key(known->account, known->region, name, arena, out);
}

/* The keys to declare: with_catalog puts the tables' records in front. */
static cyn_status declare(cyn_i_item_write *write, bool with_catalog, cyn_error *error) {
  cyn_i_call *call = write->pending.call;
  size_t ahead = with_catalog ? write->table_count : 0;
  size_t count = ahead + write->action_count + (write->token_key.partition.data != NULL ? 1 : 0);
  cyn_i_store_key *keys = cyn_i_arena_alloc(call->arena, count * sizeof *keys);
  if (keys == NULL) return cyn_i_error_no_memory(error);
  for (size_t i = 0; i < ahead; i++)
    if (!record_key(write, i, &keys[i])) return cyn_i_error_no_memory(error);
  for (size_t i = 0; i < write->action_count; i++) keys[ahead + i] = write->actions[i].key;
  if (write->token_key.partition.data != NULL) keys[count - 1] = write->token_key;
  write->pending.write.keys = keys;
  write->pending.write.key_count = count;
  return CYN_OK;
}

static cyn_status prepare(cyn_i_item_write *write, bool with_catalog, cyn_error *error) {
  for (size_t i = 0; i < write->action_count; i++) {
    cyn_status status = prepare_action(write, &write->actions[i], error);
    if (status != CYN_OK) return status;
  }
  cyn_status status = check_distinct(write, error);
  return status == CYN_OK ? declare(write, with_catalog, error) : status;
}

cyn_status cyn_i_item_write_prepare(cyn_i_item_write *write, cyn_error *error) {
  cyn_status status = prepare(write, false, error);
  return status == CYN_OK ? cyn_i_collections_read(write, error) : status;
}

cyn_i_pending *cyn_i_item_write_submit(cyn_i_item_write *write) {
  cyn_status status = cyn_i_item_write_prepare(write, write->pending.call->error);
  return status == CYN_OK ? &write->pending : cyn_i_item_write_abandon(write, status);
}

/* ---- deciding ---- */

static uint64_t item_size_max(const cyn_i_engine *engine) {
  int64_t limit = engine->options.item_size_max_bytes;
  return (uint64_t)(limit != 0 ? limit : ITEM_SIZE_DEFAULT);
}

static bool is_too_large(const cyn_i_engine *engine, const uint8_t *item) {
  return cyn_i_item_dynamodb_size(item) > item_size_max(engine);
}

cyn_status cyn_i_check_item_size(const cyn_i_engine *engine, const uint8_t *item, cyn_error *error) {
  if (!is_too_large(engine, item)) return CYN_OK;
  return cyn_i_error_set(error, CYN_E_VALIDATION, "Item size has exceeded the maximum allowed size");
}

static void fail(cyn_i_action *action, cyn_i_error_code code, const char *message) {
  action->failure = code;
  action->failure_message = message;
}

static bool keep(cyn_i_arena *arena, const uint8_t *item, size_t size, const uint8_t **out, size_t *out_size) {
  cyn_bytes copy = cyn_i_arena_copy(arena, (cyn_bytes){(const char *)item, size});
  *out = (const uint8_t *)copy.data;
  *out_size = copy.size;
  return copy.data != NULL;
}

static bool has_expired(const cyn_i_item_write *write, const cyn_i_action *action, cyn_bytes old) {
  cyn_i_store_key due;
  bool present = false;
  if (!cyn_i_ttl_key(write->tables[action->table].table, &action->key, cyn_i_stored_item(old), write->pending.call->arena,
                     &due, &present) ||
      !present)
    return false;
  uint64_t seconds = 0;
  for (int i = 0; i < 8; i++) seconds = seconds << 8 | (uint8_t)due.sort.data[i];
  int64_t now = write->pending.now_ms / 1000;
  return (int64_t)seconds < now && (int64_t)seconds > now - (int64_t)5 * 365 * 86400;
}

/* The item after an update; false when the action has failed or memory is out. */
static bool update_item(cyn_i_item_write *write, cyn_i_action *action, cyn_bytes old, cyn_bytes *stored) {
  cyn_i_call *call = write->pending.call;
  const cyn_i_table *table = write->tables[action->table].table;
  const uint8_t *base = old.data != NULL ? cyn_i_stored_item(old) : action->item.data;
  if (old.data == NULL && action->only_removes) return true;
  if (action->update == NULL) {
    *stored = old.data != NULL ? old : cyn_i_stored_make(action->item.data, action->item.size, call->arena);
    return stored->data != NULL;
  }
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, call->arena);
  size_t base_size = old.data != NULL ? cyn_i_stored_item_size(old) : action->item.size;
  if (!cyn_i_buf_reserve(&buf, base_size + 512)) return false;
  cyn_error error = CYN_ERROR_INIT;
  cyn_status status = cyn_i_update_apply(action->update, base, call->arena, &buf, &error);
  if (status == CYN_OK && table->index_count != 0) status = cyn_i_check_index_keys(table, buf.data, base, &error);
  if (status == CYN_E_VALIDATION) {
    cyn_bytes text = cyn_i_arena_copy(call->arena, cyn_str(error.message));
    cyn_error_clean_up(&error);
    if (text.data == NULL) return false;
    fail(action, CYN_E_VALIDATION, text.data);
    return false;
  }
  if (status != CYN_OK) {
    cyn_error_clean_up(&error);
    return false;
  }
  if (is_too_large(write->pending.engine, buf.data)) {
    fail(action, CYN_E_VALIDATION, "Item size to update has exceeded the maximum allowed size");
    return false;
  }
  *stored = cyn_i_stored_finish(&buf, 0);
  return stored->data != NULL;
}

static double write_units(uint32_t size) { return size <= 1024 ? 1.0 : (double)((size + 1023) / 1024); }

static void check_collection(const cyn_i_item_write *write, cyn_i_action *action, const uint8_t *old_item,
                             const uint8_t *new_item) {
  const cyn_i_table *table = write->tables[action->table].table;
  uint64_t limit = item_size_max(write->pending.engine);
  cyn_i_error_code code = cyn_i_collection_check(table, action->collection_bytes, limit, old_item, new_item);
  if (code == CYN_E_NONE) return;
  if (code == CYN_E_ITEM_COLLECTION_SIZE_LIMIT)
    fail(action, code, "Collection size exceeded.");
  else
    fail(action, code,
         action->kind == CYN_ACTION_UPDATE ? "Item size to update has exceeded the maximum allowed size"
                                           : "Item size has exceeded the maximum allowed size");
}

/* Judges one action. False: out of memory. A failed condition or update leaves action->failure. */
static bool decide_action(cyn_i_item_write *write, cyn_i_action *action, cyn_bytes old, cyn_bytes *stored) {
  cyn_i_arena *arena = write->pending.call->arena;
  const cyn_i_table *table = write->tables[action->table].table;
  const uint8_t *old_item = old.data != NULL ? cyn_i_stored_item(old) : NULL;
  action->old_item = action->new_item = NULL;
  for (size_t i = 0; i < table->index_count; i++) action->index_units[i] = 0; /* an earlier decide may have left some */
  *stored = (cyn_bytes){NULL, 0};
  if (action->condition != NULL && !cyn_i_condition_evaluate(action->condition, old_item)) {
    fail(action, CYN_E_CONDITIONAL_CHECK_FAILED, "The conditional request failed");
    if (action->return_item_on_failure && old_item != NULL)
      return keep(arena, old_item, cyn_i_stored_item_size(old), &action->failure_item, &action->failure_item_size);
    return true;
  }
  switch (action->kind) {
    case CYN_ACTION_PUT:
      *stored = cyn_i_stored_make(action->item.data, action->item.size, arena);
      if (stored->data == NULL) return false;
      break;
    case CYN_ACTION_UPDATE:
      if (!update_item(write, action, old, stored)) return action->failure != CYN_E_NONE;
      break;
    case CYN_ACTION_TTL_DELETE:
      if (old.data == NULL || action->key.space != table->space || /* another table of that name */
          !has_expired(write, action, old))
        fail(action, CYN_E_CONDITIONAL_CHECK_FAILED, "");
      break;
    case CYN_ACTION_CHECK: *stored = old; break;
    case CYN_ACTION_DELETE: break;
  }
  if (stored->data != NULL && stored->data != old.data && table->has_local_indexes) {
    check_collection(write, action, old_item, cyn_i_stored_item(*stored));
    if (action->failure != CYN_E_NONE) return true;
  }
  uint32_t old_units = old_item != NULL ? cyn_i_item_dynamodb_size(old_item) : 0;
  uint32_t new_units = stored->data != NULL ? cyn_i_item_dynamodb_size(cyn_i_stored_item(*stored)) : 0;
  action->table_units = write_units(old_units > new_units ? old_units : new_units);
  if (action->keep_old && old_item != NULL &&
      !keep(arena, old_item, cyn_i_stored_item_size(old), &action->old_item, &action->old_item_size))
    return false;
  if (action->keep_new && stored->data != NULL) {
    if (stored->data == old.data)
      return keep(arena, old_item, cyn_i_stored_item_size(old), &action->new_item, &action->new_item_size);
    action->new_item = cyn_i_stored_item(*stored);
    action->new_item_size = cyn_i_stored_item_size(*stored);
  }
  return true;
}

static cyn_i_decision refuse(private_write *own, cyn_status status) {
  own->refused = status;
  return CYN_DECISION_REFUSE;
}

/* The catalog has changed: read the tables' records, then everything. */
static cyn_i_decision ask_for_catalog(private_write *own) {
  cyn_i_item_write *write = &own->write;
  cyn_i_call *call = write->pending.call;
  cyn_i_store_key *keys = cyn_i_arena_alloc(call->arena, write->table_count * sizeof *keys);
  if (keys == NULL) return refuse(own, cyn_i_error_no_memory(call->error));
  for (size_t i = 0; i < write->table_count; i++)
    if (!record_key(write, i, &keys[i])) return refuse(own, cyn_i_error_no_memory(call->error));
  write->pending.write.keys = keys;
  write->pending.write.key_count = write->table_count;
  write->pending.write.guard = 0;
  own->phase = PHASE_CATALOG;
  return CYN_DECISION_MORE;
}

static bool records_are_current(const cyn_i_item_write *write, const cyn_bytes *values) {
  for (size_t i = 0; i < write->table_count; i++)
    if (values[i].data == NULL || !same(values[i], write->tables[i].table->record)) return false;
  return true;
}

static cyn_i_decision prepare_again(private_write *own, const cyn_bytes *values) {
  cyn_i_item_write *write = &own->write;
  cyn_i_call *call = write->pending.call;
  own->phase = PHASE_CATALOG; /* until all is prepared: a refusal on the way may be one that the store throws away */
  for (size_t i = 0; i < write->table_count; i++) {
    cyn_i_table *old = write->tables[i].table, *fresh = NULL;
    cyn_status status = CYN_OK;
    if (values[i].data != NULL)
      status = cyn_i_table_parse(old->account, old->region, old->name, values[i], &fresh, call->error);
    if (status != CYN_OK) return refuse(own, status);
    cyn_i_table_state state =
        fresh != NULL ? cyn_i_table_state_at(fresh, write->pending.now_ms) : CYN_TABLE_GONE;
    if (state != CYN_TABLE_ACTIVE && state != CYN_TABLE_UPDATING) {
      cyn_i_table_release(fresh);
      return refuse(own, cyn_i_error_set(call->error, CYN_E_RESOURCE_NOT_FOUND, "Requested resource not found"));
    }
    write->tables[i].table = fresh;
    cyn_i_table_release(old);
  }
  cyn_status status = prepare(write, true, call->error);
  if (status != CYN_OK) return refuse(own, status);
  own->phase = PHASE_WITH_CATALOG;
  return CYN_DECISION_MORE;
}

/* True when the token was seen before: *decision is the answer then. A replay is answered as a read of its items. */
static bool decide_token(private_write *own, const cyn_bytes *values, cyn_i_decision *decision) {
  cyn_i_item_write *write = &own->write;
  cyn_bytes record = values[write->token_key.partition.data != NULL ? write->action_count : 0];
  write->is_replay = false;
  if (write->token_key.partition.data == NULL) return false;
  if (record.size != TOKEN_RECORD_SIZE && record.size != TOKEN_RECORD_SIZE_OLD) return false;
  int64_t expiry;
  memcpy(&expiry, record.data + 1, 8);
  if (expiry <= write->pending.now_ms) return false;
  if (memcmp(record.data + 9, write->token_fingerprint, 32) != 0) {
    *decision = refuse(own, cyn_i_error_set(write->pending.call->error, CYN_E_IDEMPOTENT_PARAMETER_MISMATCH,
                                            "A request was made with the same token but with different parameters."));
    return true;
  }
  write->is_replay = true;
  for (size_t i = 0; i < write->action_count; i++)
    write->actions[i].table_units =
        cyn_i_read_units(values[i].data != NULL ? cyn_i_item_dynamodb_size(cyn_i_stored_item(values[i])) : 0, true);
  *decision = CYN_DECISION_REFUSE;
  return true;
}

static void put_token(cyn_i_item_write *write, cyn_i_effect_list *list) {
  char *record = cyn_i_arena_alloc(list->arena, TOKEN_RECORD_SIZE);
  if (record == NULL) {
    list->failed = true;
    return;
  }
  int64_t expiry = write->pending.now_ms + TOKEN_LIFE_MS;
  record[0] = 1;
  memcpy(record + 1, &expiry, 8);
  memcpy(record + 9, write->token_fingerprint, 32);
  cyn_bytes partition = write->token_key.partition;
  uint32_t crc = cyn_i_crc32_more(cyn_i_crc32(partition.data, partition.size), record, TOKEN_RECORD_SIZE_OLD);
  memcpy(record + TOKEN_RECORD_SIZE_OLD, &crc, sizeof crc);
  cyn_i_effect_put(list, &write->token_key, (cyn_bytes){record, TOKEN_RECORD_SIZE});
}

static cyn_i_decision decide_actions(private_write *own, const cyn_bytes *values, cyn_i_store_effects *effects) {
  cyn_i_item_write *write = &own->write;
  cyn_i_call *call = write->pending.call;
  cyn_bytes one;
  cyn_bytes *stored = write->action_count == 1
                          ? &one
                          : cyn_i_arena_alloc(call->arena, write->action_count * sizeof *stored);
  if (stored == NULL) return refuse(own, cyn_i_error_no_memory(call->error));
  bool failed = false;
  for (size_t i = 0; i < write->action_count; i++) {
    cyn_i_action *action = &write->actions[i];
    if (action->failure == CYN_E_NONE && !decide_action(write, action, values[i], &stored[i]))
      return refuse(own, cyn_i_error_no_memory(call->error));
    failed = failed || action->failure != CYN_E_NONE;
  }
  if (failed) {
    own->cancelled = true;
    return CYN_DECISION_REFUSE;
  }
  cyn_i_effect_list list = {.arena = call->arena, .now_ms = write->pending.now_ms};
  for (size_t i = 0; i < write->action_count; i++) {
    cyn_i_action *action = &write->actions[i];
    if (action->kind == CYN_ACTION_CHECK || (action->kind == CYN_ACTION_UPDATE && stored[i].data == values[i].data))
      continue;
    list.by_expiry = action->kind == CYN_ACTION_TTL_DELETE;
    cyn_i_effects_of_change(&list, write->tables[action->table].table, &action->key, values[i], stored[i],
                            action->index_units);
  }
  if (write->token_key.partition.data != NULL) put_token(write, &list);
  if (list.failed) return refuse(own, cyn_i_error_no_memory(call->error));
  effects->puts = list.puts;
  effects->put_count = list.put_count;
  effects->adds = list.adds;
  effects->add_count = list.add_count;
  effects->log_records = list.logs;
  effects->log_record_count = list.log_count;
  return CYN_DECISION_APPLY;
}

/* Failures that preparing found stay; those of an earlier decide are forgotten. */
static void forget(private_write *own) {
  own->refused = CYN_OK;
  own->cancelled = false;
  cyn_error_clean_up(own->write.pending.call->error);
  for (size_t i = 0; i < own->write.action_count; i++) {
    cyn_i_action *action = &own->write.actions[i];
    if (action->key.partition.size != 0 || action->kind == CYN_ACTION_TTL_DELETE) action->failure = CYN_E_NONE;
    action->failure_item = NULL;
  }
}

static cyn_i_decision decide(cyn_i_store_write *store_write, const cyn_bytes *values, bool guard_changed,
                             cyn_i_store_effects *effects) {
  private_write *own = (private_write *)(void *)store_write;
  cyn_i_item_write *write = &own->write;
  if (guard_changed) return ask_for_catalog(own);
  forget(own);
  if (own->phase != PHASE_DIRECT) {
    if (own->phase == PHASE_CATALOG || !records_are_current(write, values)) return prepare_again(own, values);
    values += write->table_count;
  }
  cyn_i_decision decision;
  if (decide_token(own, values, &decision)) return decision;
  return decide_actions(own, values, effects);
}

/* ---- finishing ---- */

static const char *reason_code(cyn_i_error_code failure) {
  switch (failure) {
    case CYN_E_NONE: return "None";
    case CYN_E_CONDITIONAL_CHECK_FAILED: return "ConditionalCheckFailed";
    case CYN_E_ITEM_COLLECTION_SIZE_LIMIT: return "ItemCollectionSizeLimitExceeded";
    default: return "ValidationError";
  }
}

static cyn_status cancelled_error(const cyn_i_item_write *write) {
  cyn_i_call *call = write->pending.call;
  cyn_cancellation_reason *reasons = cyn_i_arena_zalloc(call->arena, write->action_count, sizeof *reasons);
  if (reasons == NULL) return cyn_i_error_no_memory(call->error);
  for (size_t i = 0; i < write->action_count; i++) {
    const cyn_i_action *action = &write->actions[i];
    reasons[i].code = reason_code(action->failure);
    if (action->failure == CYN_E_NONE) continue;
    reasons[i].message = action->failure_message;
    reasons[i].item = action->failure_item;
    reasons[i].item_size = action->failure_item_size;
  }
  return cyn_i_answer_cancelled(call, reasons, write->action_count);
}

static cyn_status action_error(const cyn_i_item_write *write) {
  cyn_i_call *call = write->pending.call;
  for (size_t i = 0; i < write->action_count; i++) {
    const cyn_i_action *action = &write->actions[i];
    if (action->failure == CYN_E_NONE) continue;
    (void)cyn_i_error_set(call->error, action->failure, action->failure_message);
    cyn_i_error_add_item(call->error, action->failure_item, action->failure_item_size);
    return call->error->status;
  }
  return CYN_OK;
}

static void finish(cyn_i_pending *pending) {
  private_write *own = (private_write *)(void *)pending;
  cyn_i_call *call = pending->call;
  if (pending->write.status != CYN_OK) {
    call->status = pending->write.status;
  } else if (own->refused != CYN_OK) {
    call->status = own->refused;
  } else if (own->cancelled) {
    call->status = own->write.is_transaction ? cancelled_error(&own->write) : action_error(&own->write);
  } else {
    call->status = CYN_OK;
    own->write.answer(&own->write);
  }
  if (call->status != CYN_OK) call->output = NULL;
  release_tables(&own->write);
}

/* ---- the sweeper's delete ---- */

static void ttl_answer(cyn_i_item_write *write) { write->pending.call->status = CYN_OK; }

cyn_status cyn_i_action_ttl_delete(cyn_i_engine *engine, cyn_i_table *table, const cyn_i_store_key *key,
                                   cyn_i_arena *arena, bool *deleted, cyn_error *error) {
  *deleted = false;
  cyn_error own_error = CYN_ERROR_INIT;
  cyn_i_call call = {.arena = arena, .error = &own_error};
  cyn_i_worker worker = {.engine = engine};
  cyn_i_item_write *write = cyn_i_item_write_new(&worker, &call, 1, 1);
  if (write == NULL) return cyn_i_error_no_memory(error);
  write->tables[0] = (cyn_i_write_table){table->name, cyn_i_table_retain(table)};
  write->table_count = 1;
  write->actions[0].kind = CYN_ACTION_TTL_DELETE;
  write->actions[0].key = *key;
  write->pending.write.guard = 0;
  write->answer = ttl_answer;
  /* the table may be older than the catalog: start by reading its record */
  ((private_write *)(void *)write)->phase = PHASE_WITH_CATALOG;
  cyn_status status = prepare(write, true, &own_error);
  if (status == CYN_OK) {
    (void)cyn_i_store_write_now(engine->store, &write->pending.write);
    finish(&write->pending);
    status = call.status;
  } else {
    release_tables(write);
  }
  *deleted = status == CYN_OK;
  if (status == CYN_E_CONDITIONAL_CHECK_FAILED) {
    cyn_error_clean_up(&own_error);
    return CYN_OK;
  }
  if (status != CYN_OK) cyn_i_error_move(error, &own_error);
  return status;
}
