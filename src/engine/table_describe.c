/* See table_describe.h. Status, counters and sizes are never in the record; the record's warm throughput has no
 * status. */
#include "engine/table_describe.h"

#include "engine/control.h"

#define DAY_SECONDS 86400

typedef struct describer {
  cyn_i_engine *engine;
  const cyn_i_table_record *record;
  cyn_i_describe_kind kind;
  cyn_i_table_state state;
  int64_t now_ms;
  cyn_i_arena *arena;
  cyn_error *error;
  cyn_status status;
} describer;

static const char *state_text(cyn_i_table_state state) {
  switch (state) {
    case CYN_TABLE_CREATING: return CYN_TABLE_STATUS_CREATING;
    case CYN_TABLE_UPDATING: return CYN_TABLE_STATUS_UPDATING;
    case CYN_TABLE_DELETING:
    case CYN_TABLE_GONE: return CYN_TABLE_STATUS_DELETING;
    case CYN_TABLE_ACTIVE: break;
  }
  return CYN_TABLE_STATUS_ACTIVE;
}

static void *fresh_copy(describer *d, const void *source, size_t size) {
  void *out = cyn_i_arena_alloc(d->arena, size);
  if (out == NULL)
    d->status = cyn_i_error_no_memory(d->error);
  else
    memcpy(out, source, size);
  return out;
}

static cyn_opt_int counter(describer *d, uint32_t space, char kind) {
  int64_t value = 0;
  uint8_t sort[5];
  cyn_i_store_key key = cyn_i_counter_key(space, kind, sort);
  if (d->kind == CYN_DESCRIBE_CREATED || d->status != CYN_OK) return cyn_int(0);
  d->status = cyn_i_store_counter(d->engine->store, &key, &value, d->error);
  return cyn_int(value > 0 ? value : 0);
}

/* Decreases are counted by the day. */
static const cyn_provisioned_throughput_description *throughput_today(
    describer *d, const cyn_provisioned_throughput_description *units) {
  if (units == NULL || !units->last_decrease_date_time.is_set) return units;
  if ((int64_t)units->last_decrease_date_time.value / DAY_SECONDS == d->now_ms / 1000 / DAY_SECONDS) return units;
  cyn_provisioned_throughput_description *out = fresh_copy(d, units, sizeof *units);
  if (out != NULL) out->number_of_decreases_today = cyn_int(0);
  return out;
}

static void describe_local_indexes(describer *d, cyn_table_description *out) {
  size_t count = out->local_secondary_indexes.count;
  if (count == 0) return;
  const cyn_local_secondary_index_description **list = cyn_i_arena_alloc(d->arena, count * sizeof *list);
  if (list == NULL) {
    d->status = cyn_i_error_no_memory(d->error);
    return;
  }
  for (size_t i = 0; i < count; i++) {
    cyn_local_secondary_index_description *index = fresh_copy(d, out->local_secondary_indexes.at[i], sizeof *index);
    if (index == NULL) return;
    index->index_size_bytes = counter(d, d->record->index_spaces[i], 'b');
    index->item_count = counter(d, d->record->index_spaces[i], 'n');
    list[i] = index;
  }
  out->local_secondary_indexes.at = list;
}

/* A deletion that is over shows no more, though nobody has taken the index out yet. */
static bool is_gone(const describer *d, cyn_i_index_state state) {
  return state == CYN_INDEX_DELETING && d->state == CYN_TABLE_ACTIVE;
}

static void set_index_state(describer *d, cyn_global_secondary_index_description *index, cyn_i_index_state state) {
  bool is_creating = state == CYN_INDEX_CREATING || d->state == CYN_TABLE_CREATING;
  index->index_status = cyn_str(state == CYN_INDEX_DELETING ? CYN_INDEX_STATUS_DELETING
                                : is_creating               ? CYN_INDEX_STATUS_CREATING
                                                            : CYN_INDEX_STATUS_ACTIVE);
  if (state == CYN_INDEX_CREATING)
    index->backfilling = cyn_bool(d->kind == CYN_DESCRIBE_TABLE && d->state == CYN_TABLE_ACTIVE);
  if (d->kind == CYN_DESCRIBE_CREATED) index->warm_throughput = NULL;
  if (index->warm_throughput == NULL) return;
  cyn_global_secondary_index_warm_throughput_description *warm = fresh_copy(d, index->warm_throughput, sizeof *warm);
  if (warm == NULL) return;
  warm->status = cyn_str(is_creating ? CYN_INDEX_STATUS_UPDATING : CYN_INDEX_STATUS_ACTIVE);
  index->warm_throughput = warm;
}

static void describe_global_indexes(describer *d, cyn_table_description *out) {
  size_t count = out->global_secondary_indexes.count, shown = 0;
  if (count == 0) return;
  size_t local_count = out->local_secondary_indexes.count;
  const cyn_global_secondary_index_description **list = cyn_i_arena_alloc(d->arena, count * sizeof *list);
  if (list == NULL) {
    d->status = cyn_i_error_no_memory(d->error);
    return;
  }
  for (size_t i = 0; i < count; i++) {
    cyn_i_index_state state = (cyn_i_index_state)d->record->index_states[local_count + i];
    if (is_gone(d, state)) continue;
    cyn_global_secondary_index_description *index = fresh_copy(d, out->global_secondary_indexes.at[i], sizeof *index);
    if (index == NULL) return;
    uint32_t space = d->record->index_spaces[local_count + i];
    index->index_size_bytes = counter(d, space, 'b');
    index->item_count = counter(d, space, 'n');
    index->provisioned_throughput = throughput_today(d, index->provisioned_throughput);
    set_index_state(d, index, state);
    list[shown++] = index;
  }
  out->global_secondary_indexes = (cyn_global_secondary_index_description_list){shown, shown != 0 ? list : NULL};
}

static void describe_warm(describer *d, cyn_table_description *out) {
  if (out->warm_throughput == NULL) return;
  cyn_table_warm_throughput_description *warm = fresh_copy(d, out->warm_throughput, sizeof *warm);
  if (warm == NULL) return;
  bool is_changing = d->state == CYN_TABLE_CREATING || d->kind == CYN_DESCRIBE_CREATED;
  warm->status = cyn_str(is_changing ? CYN_TABLE_STATUS_UPDATING : CYN_TABLE_STATUS_ACTIVE);
  out->warm_throughput = warm;
}

/* The date of the switch to on demand shows once the table is ACTIVE. */
static void describe_billing(describer *d, cyn_table_description *out) {
  if (out->billing_mode_summary == NULL || d->state != CYN_TABLE_CREATING) return;
  cyn_billing_mode_summary *summary = fresh_copy(d, out->billing_mode_summary, sizeof *summary);
  if (summary == NULL) return;
  summary->last_update_to_pay_per_request_date_time = (cyn_opt_double){false, 0};
  out->billing_mode_summary = summary;
}

static void shorten(cyn_table_description *out) {
  out->attribute_definitions = (cyn_attribute_definitions){0, NULL};
  out->key_schema = (cyn_key_schema){0, NULL};
  out->creation_date_time = (cyn_opt_double){false, 0};
  out->local_secondary_indexes = (cyn_local_secondary_index_description_list){0, NULL};
  out->global_secondary_indexes = (cyn_global_secondary_index_description_list){0, NULL};
  out->warm_throughput = NULL;
}

cyn_table_description *cyn_i_table_describe(cyn_i_engine *engine, const cyn_i_table_record *record,
                                            cyn_i_describe_kind kind, int64_t now_ms, cyn_i_arena *arena,
                                            cyn_error *error) {
  describer d = {engine, record, kind, CYN_TABLE_ACTIVE, now_ms, arena, error, CYN_OK};
  d.state = cyn_i_table_state_from(record->stored_state, record->state_until_ms, now_ms);
  if (kind == CYN_DESCRIBE_CREATED) d.state = CYN_TABLE_CREATING;
  if (kind == CYN_DESCRIBE_DELETED) d.state = CYN_TABLE_DELETING;
  cyn_table_description *out = fresh_copy(&d, record->description, sizeof *out);
  if (out == NULL) return NULL;
  out->table_status = cyn_str(state_text(d.state));
  out->table_size_bytes = counter(&d, record->space, 'b');
  out->item_count = counter(&d, record->space, 'n');
  out->provisioned_throughput = throughput_today(&d, out->provisioned_throughput);
  if (kind == CYN_DESCRIBE_DELETED) {
    shorten(out);
  } else {
    describe_local_indexes(&d, out);
    if (d.status == CYN_OK) describe_global_indexes(&d, out);
    describe_warm(&d, out);
  }
  describe_billing(&d, out);
  return d.status == CYN_OK ? out : NULL;
}
