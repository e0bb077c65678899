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
