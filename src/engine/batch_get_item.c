/* BatchGetItem (DynamoDB page API_BatchGetItem; order of checks: validation.md 3.6). One view serves the whole batch; an
 * answer stops at 16 MB and names the rest in UnprocessedKeys. */
#include "base/hash.h"
#include "engine/item_key.h"
#include "engine/parameters.h"
#include "engine/read.h"

#define BATCH_KEYS_MAX 100
/* What the API reference's example comes to: of items of 300 KB an answer has 52. */
#define BATCH_BYTES_MAX ((uint64_t)16 * 1000 * 1000)

typedef struct batch_table {
  const cyn_keys_and_attributes *request;
  cyn_bytes name;
  cyn_i_bound *projection;
  cyn_i_table *table;
  cyn_i_store_key *keys;
  cyn_item *items;         /* those found */
  size_t item_count;
  size_t done_count;       /* keys read before the answer was full */
  double units;
} batch_table;

static bool same_key_items(const uint8_t *a, const uint8_t *b) {
  if (cyn_i_item_count(a) != cyn_i_item_count(b)) return false;
  cyn_i_pairs pairs = cyn_i_item_pairs(a);
  cyn_bytes name;
  const uint8_t *value;
  while (cyn_i_pairs_next(&pairs, &name, &value)) {
    const uint8_t *other = cyn_i_item_find(b, name);
    if (other == NULL || !cyn_i_value_equal(value, other)) return false;
  }
  return true;
}

/* Equal keys have equal sums, whatever the order of their attributes. */
static uint64_t key_sum(const uint8_t *key) {
  uint64_t sum = 0;
  cyn_i_pairs pairs = cyn_i_item_pairs(key);
  cyn_bytes name;
  const uint8_t *value;
  while (cyn_i_pairs_next(&pairs, &name, &value))
    sum += cyn_i_hash64((cyn_bytes){name.data, (size_t)((const char *)pairs.next - name.data)});
  return sum;
}

static cyn_status check_keys(cyn_i_call *call, const cyn_item_list *keys) {
  uint64_t *sums = cyn_i_arena_alloc(call->arena, keys->count * sizeof *sums);
  if (sums == NULL) return cyn_i_error_no_memory(call->error);
  for (size_t i = 0; i < keys->count; i++) {
    cyn_status status = cyn_i_check_fault(call, keys->at[i].fault);
    if (status != CYN_OK) return status;
    sums[i] = key_sum(keys->at[i].data);
    for (size_t j = 0; j < i; j++)
      if (sums[i] == sums[j] && same_key_items(keys->at[i].data, keys->at[j].data))
        return cyn_i_error_set(call->error, CYN_E_VALIDATION, "Provided list of item keys contains duplicates");
  }
  return CYN_OK;
}

static cyn_status check_table(cyn_i_worker *worker, cyn_i_call *call, batch_table *table) {
  const cyn_keys_and_attributes *request = table->request;
  cyn_i_expression_parameter expressions[1] = {
      {"ProjectionExpression", CYN_EXPRESSION_PROJECTION, request->projection_expression, NULL}};
  cyn_i_legacy_parameter legacy[1] = {{"AttributesToGet", request->attributes_to_get.at != NULL}};
  cyn_i_parameters parameters = {
      expressions, 1, NULL, legacy, 1, request->expression_attribute_names, {NULL, 0, NULL}, false};
  cyn_i_bound *attributes = NULL;
  cyn_status status = cyn_i_parameters_check(&parameters, call);
  if (status == CYN_OK) status = cyn_i_legacy_attributes(call, request->attributes_to_get, &attributes);
  if (status == CYN_OK) status = cyn_i_parameters_bind(worker, &parameters, call);
  table->projection = attributes != NULL ? attributes : expressions[0].bound;
  if (status == CYN_OK) status = check_keys(call, &request->keys);
  return status;
}

static cyn_status prepare_table(cyn_i_worker *worker, cyn_i_call *call, batch_table *table) {
  uint64_t guard;
  cyn_status status = cyn_i_engine_table(worker, call->context, table->name, &table->table, &guard, call->error);
  if (status != CYN_OK) return status;
  size_t count = table->request->keys.count;
  table->keys = cyn_i_arena_alloc(call->arena, count * sizeof *table->keys);
  table->items = cyn_i_arena_alloc(call->arena, count * sizeof *table->items);
  if (table->keys == NULL || table->items == NULL) return cyn_i_error_no_memory(call->error);
  status = cyn_i_check_key_paths(table->table, table->projection, call->error);
  for (size_t i = 0; status == CYN_OK && i < count; i++) {
    const uint8_t *key = table->request->keys.at[i].data;
    status = cyn_i_check_key(table->table, key, call->error);
    if (status == CYN_OK && !cyn_i_item_key(table->table, key, call->arena, &table->keys[i]))
      status = cyn_i_error_no_memory(call->error);
  }
  return status;
}

static cyn_status read_tables(cyn_i_worker *worker, cyn_i_call *call, batch_table *tables, size_t count) {
  uint64_t total = 0;
  for (size_t t = 0; t < count; t++) {
    batch_table *table = &tables[t];
    for (size_t i = 0; i < table->request->keys.count; i++) {
      uint32_t size;
      cyn_item *item = &table->items[table->item_count];
      cyn_status status = cyn_i_read_item(worker, &table->keys[i], table->projection, call->arena, item, &size, call->error);
      if (status != CYN_OK) return status;
      if (total != 0 && total + size > BATCH_BYTES_MAX) return CYN_OK; /* left for the next call, as all that follow */
      table->item_count += item->data != NULL;
      table->done_count++;
      table->units += cyn_i_read_units(size, table->request->consistent_read.value);
      total += size;
    }
  }
  return CYN_OK;
}

static bool answer_unprocessed(cyn_i_call *call, batch_table *tables, size_t count, cyn_batch_get_item_output *output) {
  cyn_batch_get_request_map_entry *entries = cyn_i_arena_zalloc(call->arena, count + 1, sizeof *entries);
  if (entries == NULL) return false;
  size_t left = 0;
  for (size_t t = 0; t < count; t++) {
    if (tables[t].done_count == tables[t].request->keys.count) continue;
    cyn_keys_and_attributes *rest = cyn_i_arena_alloc(call->arena, sizeof *rest);
    if (rest == NULL) return false;
    *rest = *tables[t].request;
    rest->keys.at += tables[t].done_count;
    rest->keys.count -= tables[t].done_count;
    entries[left].key = tables[t].name;
    entries[left++].value = rest;
  }
  output->unprocessed_keys.count = left;
  output->unprocessed_keys.at = entries;
  return true;
}

static bool answer_capacity(cyn_i_call *call, batch_table *tables, size_t count, cyn_batch_get_item_output *output) {
  const cyn_batch_get_item_input *input = call->input;
  cyn_i_capacity_wanted wanted = cyn_i_capacity_wanted_from(input->return_consumed_capacity);
  if (wanted == CYN_CAPACITY_NONE) return true;
  const cyn_consumed_capacity **list = cyn_i_arena_zalloc(call->arena, count, sizeof *list);
  if (list == NULL) return false;
  for (size_t t = 0; t < count; t++) {
    cyn_i_capacity capacity = {tables[t].name, tables[t].table, tables[t].units, NULL, false, false};
    list[t] = cyn_i_capacity_answer(call, wanted, &capacity);
    if (list[t] == NULL) return false;
  }
  output->consumed_capacity.count = count;
  output->consumed_capacity.at = list;
  return true;
}

static cyn_status answer(cyn_i_call *call, batch_table *tables, size_t count) {
  cyn_batch_get_item_output *output = cyn_i_call_output(call);
  cyn_batch_get_response_map_entry *entries = cyn_i_arena_zalloc(call->arena, count + 1, sizeof *entries);
  if (output == NULL || entries == NULL) return cyn_i_error_no_memory(call->error);
  for (size_t t = 0; t < count; t++) {
    entries[t].key = tables[t].name;
    entries[t].value.count = tables[t].item_count;
    entries[t].value.at = tables[t].items;
  }
  output->responses.count = count;
  output->responses.at = entries;
  if (!answer_unprocessed(call, tables, count, output) || !answer_capacity(call, tables, count, output))
    return cyn_i_error_no_memory(call->error);
  return CYN_OK;
}

static cyn_status run(cyn_i_worker *worker, cyn_i_call *call, batch_table *tables, size_t count) {
  for (size_t t = 0; t < count; t++) {
    cyn_status status = prepare_table(worker, call, &tables[t]);
    if (status != CYN_OK) return status;
  }
  cyn_status status = cyn_i_store_view_begin(worker->view, call->error);
  if (status != CYN_OK) return status;
  status = read_tables(worker, call, tables, count);
  cyn_i_store_view_end(worker->view);
  return status == CYN_OK ? answer(call, tables, count) : status;
}

cyn_i_pending *cyn_i_batch_get_item(cyn_i_worker *worker, cyn_i_call *call) {
  const cyn_batch_get_item_input *input = call->input;
  size_t count = input->request_items.count, keys = 0;
  batch_table *tables = cyn_i_arena_zalloc(call->arena, count, sizeof *tables);
  if (tables == NULL) return cyn_i_call_failed(call, cyn_i_error_no_memory(call->error));
  cyn_status status = CYN_OK;
  for (size_t t = 0; status == CYN_OK && t < count; t++) {
    tables[t].request = input->request_items.at[t].value;
    tables[t].name = input->request_items.at[t].key;
    keys += tables[t].request->keys.count;
    status = check_table(worker, call, &tables[t]);
  }
  if (status == CYN_OK && keys > BATCH_KEYS_MAX)
    status = cyn_i_error_set(call->error, CYN_E_VALIDATION, "Too many items requested for the BatchGetItem call");
  if (status == CYN_OK) status = run(worker, call, tables, count);
  for (size_t t = 0; t < count; t++)
    if (tables[t].table != NULL) cyn_i_table_release(tables[t].table);
  return cyn_i_call_failed(call, status);
}
