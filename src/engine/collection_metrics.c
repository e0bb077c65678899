/* See collection_metrics.h. The estimate is the gigabyte range that the collection's counter stands in. */
#include "engine/collection_metrics.h"

#include "engine/parameters.h"

#define GIGABYTE ((int64_t)1 << 30)

const cyn_item_collection_metrics *cyn_i_collection_metrics(cyn_i_call *call, const cyn_i_item_write *write,
                                                            const cyn_i_action *action) {
  const cyn_i_table *table = write->tables[action->table].table;
  if (!table->has_local_indexes) return NULL;
  cyn_item_collection_metrics *metrics = cyn_i_arena_zalloc(call->arena, 1, sizeof *metrics);
  cyn_opt_double *range = cyn_i_arena_zalloc(call->arena, 2, sizeof *range);
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, call->arena);
  cyn_i_item_writer writer;
  cyn_i_item_begin(&writer, &buf);
  cyn_i_item_pair(&writer, table->hash.name, cyn_i_item_find(action->item.data, table->hash.name));
  cyn_i_item_end(&writer);
  uint8_t sort[5];
  cyn_i_store_key counter = cyn_i_collection_counter_key(table, &action->key, sort);
  int64_t bytes = 0;
  if (metrics == NULL || range == NULL || buf.failed ||
      cyn_i_store_counter(write->pending.engine->store, &counter, &bytes, call->error) != CYN_OK) {
    if (call->error->status == CYN_OK) (void)cyn_i_error_no_memory(call->error);
    call->status = call->error->status;
    return NULL;
  }
  metrics->struct_size = sizeof *metrics;
  metrics->item_collection_key = (cyn_item){buf.data, buf.size, NULL};
  double low = (double)(bytes / GIGABYTE);
  range[0] = cyn_double(low);
  range[1] = cyn_double(low + 1);
  metrics->size_estimate_range_gb.count = 2;
  metrics->size_estimate_range_gb.at = range;
  return metrics;
}

/* ---- limits ---- */

#define COLLECTION_BYTES_MAX (10 * GIGABYTE)

cyn_status cyn_i_collections_read(cyn_i_item_write *write, cyn_error *error) {
  for (size_t i = 0; i < write->action_count; i++) {
    cyn_i_action *action = &write->actions[i];
    const cyn_i_table *table = write->tables[action->table].table;
    if (!table->has_local_indexes || action->failure != CYN_E_NONE) continue;
    uint8_t sort[5];
    cyn_i_store_key key = cyn_i_collection_counter_key(table, &action->key, sort);
    cyn_status status = cyn_i_store_counter(write->pending.engine->store, &key, &action->collection_bytes, error);
    if (status != CYN_OK) return status;
  }
  return CYN_OK;
}

static uint64_t bytes_with_entries(const cyn_i_table *table, const uint8_t *item) {
  return item != NULL ? cyn_i_item_dynamodb_size(item) + cyn_i_index_local_bytes(table, item) : 0;
}

cyn_i_error_code cyn_i_collection_check(const cyn_i_table *table, int64_t collection_bytes, uint64_t item_size_max,
                                        const uint8_t *old_item, const uint8_t *new_item) {
  uint64_t at_most = (uint64_t)cyn_i_item_dynamodb_size(new_item) * (table->index_count + 1);
  bool is_nearly_full = collection_bytes + (int64_t)at_most > COLLECTION_BYTES_MAX;
  if (at_most <= item_size_max && !is_nearly_full) return CYN_E_NONE; /* the common case: nothing to add up */
  uint64_t bytes = bytes_with_entries(table, new_item), old_bytes = bytes_with_entries(table, old_item);
  if (bytes > item_size_max) return CYN_E_VALIDATION;
  bool grows = bytes > old_bytes && collection_bytes + (int64_t)(bytes - old_bytes) > COLLECTION_BYTES_MAX;
  return grows ? CYN_E_ITEM_COLLECTION_SIZE_LIMIT : CYN_E_NONE;
}
