/* ListTables (validation.md 3.8): byte order, a start that need not exist, a last name only when more remain.
 * DynamoDB page: API_ListTables. */
#include "engine/control.h"

#define LIMIT_DEFAULT 100

typedef struct listing {
  cyn_bytes *names;
  size_t count, limit;
  int64_t now_ms;
  cyn_i_arena *arena;
  bool has_more, no_memory;
} listing;

static bool visit(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  listing *list = user;
  cyn_i_table_peek peek;
  if (!cyn_i_table_record_peek(value, &peek) ||
      cyn_i_table_state_from(peek.stored_state, peek.state_until_ms, list->now_ms) == CYN_TABLE_GONE)
    return true;
  if (list->count == list->limit) {
    list->has_more = true;
    return false;
  }
  cyn_bytes name = cyn_i_arena_copy(list->arena, key->sort);
  list->no_memory = name.data == NULL;
  list->names[list->count++] = name;
  return !list->no_memory;
}

cyn_i_pending *cyn_i_list_tables(cyn_i_worker *worker, cyn_i_call *call) {
  const cyn_list_tables_input *input = call->input;
  listing list = {.limit = input->limit.is_set ? (size_t)input->limit.value : LIMIT_DEFAULT,
                  .now_ms = cyn_i_engine_now_ms(worker->engine),
                  .arena = call->arena};
  list.names = cyn_i_arena_alloc(call->arena, (list.limit + 1) * sizeof *list.names);
  cyn_i_store_key key;
  if (list.names == NULL ||
      !cyn_i_catalog_key(call->context->account, call->context->region, cyn_str(""), call->arena, &key))
    return cyn_i_call_failed(call, cyn_i_error_no_memory(call->error));
  cyn_i_store_range range = {.space = key.space,
                             .whole_partition_range = true,
                             .hash_low = key.hash,
                             .hash_high = key.hash,
                             .partition = key.partition,
                             .sort_low = input->exclusive_start_table_name,
                             .sort_low_excluded = input->exclusive_start_table_name.data != NULL};
  cyn_status status = cyn_i_store_view_begin(worker->view, call->error);
  if (status != CYN_OK) return cyn_i_call_failed(call, status);
  status = cyn_i_store_walk(worker->view, &range, visit, &list, call->error);
  cyn_i_store_view_end(worker->view);
  if (status == CYN_OK && list.no_memory) status = cyn_i_error_no_memory(call->error);
  if (status != CYN_OK) return cyn_i_call_failed(call, status);
  cyn_list_tables_output *output = cyn_i_call_output(call);
  if (output == NULL) return NULL;
  output->table_names.count = list.count;
  output->table_names.at = list.names;
  if (list.has_more) output->last_evaluated_table_name = list.names[list.count - 1];
  return NULL;
}
