/* See write_answer.h. A transaction's writes cost twice; a replayed one (same token) is answered as the read of its items
 * that it is. */
#include "engine/write_answer.h"

#include "engine/collection_metrics.h"

static const cyn_consumed_capacity *table_capacity(cyn_i_item_write *write, size_t table, cyn_i_capacity_wanted wanted) {
  cyn_i_call *call = write->pending.call;
  const cyn_i_table *described = write->tables[table].table;
  double *index_units = cyn_i_arena_zalloc(call->arena, described->index_count + 1, sizeof *index_units);
  if (index_units == NULL) {
    call->status = cyn_i_error_no_memory(call->error);
    return NULL;
  }
  double factor = write->is_transaction ? 2 : 1, table_units = 0;
  for (size_t i = 0; i < write->action_count; i++) {
    const cyn_i_action *action = &write->actions[i];
    if (action->table != table) continue;
    table_units += factor * (action->table_units != 0 ? action->table_units : 1);
    for (size_t k = 0; !write->is_replay && action->index_units != NULL && k < described->index_count; k++)
      index_units[k] += factor * action->index_units[k];
  }
  cyn_i_capacity capacity = {write->tables[table].name, described,        table_units,
                             index_units,               !write->is_replay, write->is_transaction};
  return cyn_i_capacity_answer(call, wanted, &capacity);
}

void cyn_i_answer_capacities(cyn_i_item_write *write, cyn_i_capacity_wanted wanted, cyn_consumed_capacity_multiple *out) {
  cyn_i_call *call = write->pending.call;
  if (wanted == CYN_CAPACITY_NONE) return;
  const cyn_consumed_capacity **list = cyn_i_arena_zalloc(call->arena, write->table_count, sizeof *list);
  if (list == NULL) {
    call->status = cyn_i_error_no_memory(call->error);
    return;
  }
  for (size_t t = 0; t < write->table_count; t++) {
    list[t] = table_capacity(write, t, wanted);
    if (list[t] == NULL) return;
  }
  out->count = write->table_count;
  out->at = list;
}

/* One metric for each item collection that the writes touched. */
static bool is_first_of_collection(const cyn_i_item_write *write, size_t at) {
  const cyn_i_action *action = &write->actions[at];
  for (size_t i = 0; i < at; i++) {
    const cyn_i_action *other = &write->actions[i];
    if (other->table == action->table && other->kind != CYN_ACTION_CHECK && other->key.hash == action->key.hash &&
        other->key.partition.size == action->key.partition.size &&
        memcmp(other->key.partition.data, action->key.partition.data, action->key.partition.size) == 0)
      return false;
  }
  return action->kind != CYN_ACTION_CHECK;
}

void cyn_i_answer_collections(cyn_i_item_write *write, cyn_item_collection_metrics_per_table *out) {
  cyn_i_call *call = write->pending.call;
  cyn_item_collection_metrics_per_table_entry *entries =
      cyn_i_arena_zalloc(call->arena, write->table_count, sizeof *entries);
  const cyn_item_collection_metrics **all = cyn_i_arena_zalloc(call->arena, write->action_count, sizeof *all);
  if (entries == NULL || all == NULL) {
    call->status = cyn_i_error_no_memory(call->error);
    return;
  }
  size_t tables = 0, used = 0;
  for (size_t t = 0; t < write->table_count; t++) {
    if (!write->tables[t].table->has_local_indexes) continue;
    size_t first = used;
    for (size_t i = 0; i < write->action_count; i++) {
      if (write->actions[i].table != t || !is_first_of_collection(write, i)) continue;
      all[used] = cyn_i_collection_metrics(call, write, &write->actions[i]);
      if (all[used++] == NULL) return;
    }
    entries[tables].key = write->tables[t].name;
    entries[tables].value.count = used - first;
    entries[tables++].value.at = all + first;
  }
  if (tables == 0) return;
  out->count = tables;
  out->at = entries;
}

cyn_status cyn_i_answer_cancelled(cyn_i_call *call, const cyn_cancellation_reason *reasons, size_t count) {
  cyn_i_buf text;
  cyn_i_buf_init(&text, call->arena);
  cyn_i_buf_text(&text, "Transaction cancelled, please refer cancellation reasons for specific reasons [");
  for (size_t i = 0; i < count; i++) {
    if (i != 0) cyn_i_buf_text(&text, ", ");
    cyn_i_buf_text(&text, reasons[i].code);
  }
  cyn_i_buf_byte(&text, ']');
  if (text.failed) return cyn_i_error_no_memory(call->error);
  (void)cyn_i_error_set_bytes(call->error, CYN_E_TRANSACTION_CANCELED, (cyn_bytes){(const char *)text.data, text.size});
  cyn_i_error_add_reasons(call->error, reasons, count);
  return call->error->status; /* without room for the reasons it is another */
}
