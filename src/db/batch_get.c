/* cyn_batch_get_all. The keys stand in one row; parts of 100 are taken from its front, what comes back unprocessed first.
 * The items of all parts are collected by table. */
#include <cynamo/calls.h>

#include "base/error.h"
#include "db/batch.h"
#include "db/result_private.h"

#define PART_MAX 100

typedef struct entry {
  size_t table; /* in the input's map */
  cyn_item key;
} entry;

typedef struct batch {
  cyn_db *db;
  const cyn_batch_get_item_input *input;
  cyn_i_arena *arena;
  cyn_error *error;
  entry *entries;
  size_t count, next;
  entry part[PART_MAX];
  size_t part_count;
  cyn_i_batch_list *items; /* of each table: cyn_item */
  cyn_i_batch_list capacity;
} batch;

/* Entries of one table stand side by side only where the input has them so: grouped by the table's number. */
static cyn_batch_get_request_map group(batch *b, const entry *entries, size_t count) {
  const cyn_batch_get_request_map none = {0, NULL};
  const cyn_batch_get_request_map *from = &b->input->request_items;
  cyn_batch_get_request_map_entry *tables = cyn_i_arena_zalloc(b->arena, from->count + 1, sizeof *tables);
  cyn_item *keys = cyn_i_arena_zalloc(b->arena, count + 1, sizeof *keys);
  if (tables == NULL || keys == NULL) return none;
  size_t table_count = 0, key_count = 0;
  for (size_t t = 0; t < from->count; t++) {
    size_t start = key_count;
    for (size_t i = 0; i < count; i++)
      if (entries[i].table == t) keys[key_count++] = entries[i].key;
    if (key_count == start) continue;
    cyn_keys_and_attributes *request = CYN_I_API_NEW(b->arena, cyn_keys_and_attributes);
    if (request == NULL) return none;
    size_t size = from->at[t].value->struct_size; /* an older program's is shorter */
    memcpy(request, from->at[t].value, size < sizeof *request ? size : sizeof *request);
    request->struct_size = sizeof *request;
    request->keys = (cyn_item_list){key_count - start, keys + start};
    tables[table_count++] = (cyn_batch_get_request_map_entry){from->at[t].key, request};
  }
  return (cyn_batch_get_request_map){table_count, tables};
}

static cyn_status flatten(batch *b) {
  const cyn_batch_get_request_map *map = &b->input->request_items;
  for (size_t t = 0; t < map->count; t++) {
    if (map->at[t].value == NULL) return cyn_i_error_set(b->error, CYN_E_USAGE, "a table of a batch without keys");
    b->count += map->at[t].value->keys.count;
  }
  b->entries = cyn_i_arena_zalloc(b->arena, b->count + 1, sizeof *b->entries);
  b->items = cyn_i_arena_zalloc(b->arena, map->count + 1, sizeof *b->items);
  if (b->entries == NULL || b->items == NULL) return cyn_i_error_no_memory(b->error);
  size_t at = 0;
  for (size_t t = 0; t < map->count; t++)
    for (size_t k = 0; k < map->at[t].value->keys.count; k++) b->entries[at++] = (entry){t, map->at[t].value->keys.at[k]};
  return CYN_OK;
}

/* The number of a table that the server names, or the count of tables. */
static size_t table_of(const batch *b, cyn_bytes name) {
  size_t t = 0;
  while (t < b->input->request_items.count && !cyn_i_batch_same(b->input->request_items.at[t].key, name)) t++;
  return t;
}

static cyn_status bad_answer(const batch *b) {
  return cyn_i_error_set(b->error, CYN_E_BAD_ANSWER, "the server answers with keys or tables that it was not asked for");
}

static cyn_status add_items(batch *b, const cyn_batch_get_response_map *map) {
  for (size_t i = 0; i < map->count; i++) {
    size_t t = table_of(b, map->at[i].key);
    if (t == b->input->request_items.count) return bad_answer(b);
    for (size_t k = 0; k < map->at[i].value.count; k++) {
      cyn_item *to = cyn_i_batch_list_add(&b->items[t], sizeof *to, b->arena);
      if (to == NULL) return cyn_i_error_no_memory(b->error);
      *to = map->at[i].value.at[k];
    }
  }
  return CYN_OK;
}

static cyn_status send_part(batch *b) {
  cyn_batch_get_item_input input = *b->input;
  input.request_items = group(b, b->part, b->part_count);
  const void *answer = NULL;
  if (input.request_items.at == NULL) return cyn_i_error_no_memory(b->error);
  cyn_status status = cyn_i_result_run(b->db, &cyn_i_operations[CYN_OPERATION_BATCH_GET_ITEM], &input, b->arena, &answer,
                                       b->error);
  if (status != CYN_OK) return status;
  const cyn_batch_get_item_output *output = answer;
  if (!cyn_i_batch_add_capacity(&b->capacity, &output->consumed_capacity, b->arena)) return cyn_i_error_no_memory(b->error);
  size_t left = 0;
  entry unprocessed[PART_MAX];
  for (size_t i = 0; i < output->unprocessed_keys.count; i++) {
    const cyn_batch_get_request_map_entry *table = &output->unprocessed_keys.at[i];
    size_t t = table_of(b, table->key);
    for (size_t k = 0; table->value != NULL && k < table->value->keys.count; k++) {
      if (left == b->part_count || t == b->input->request_items.count) return bad_answer(b);
      unprocessed[left++] = (entry){t, table->value->keys.at[k]};
    }
  }
  status = add_items(b, &output->responses);
  memcpy(b->part, unprocessed, left * sizeof unprocessed[0]);
  b->part_count = left;
  return status;
}

static cyn_status send_all(batch *b, cyn_i_batch_pace *pace) {
  while (b->next < b->count || b->part_count != 0) {
    size_t again = b->part_count; /* those first, then new ones */
    size_t count = b->count - b->next < PART_MAX - again ? b->count - b->next : PART_MAX - again;
    memcpy(b->part + again, b->entries + b->next, count * sizeof b->part[0]);
    b->part_count += count;
    b->next += count;
    size_t before = b->part_count;
    cyn_status status = send_part(b);
    if (status != CYN_OK) return status;
    if (b->part_count == 0) pace->idle_sends = 0;
    else if (!cyn_i_batch_pace_wait(pace, b->part_count < before))
      return cyn_i_error_setf(b->error, CYN_E_THROUGHPUT_EXCEEDED, "%zu of %zu keys could not be read: the server leaves them "
                              "unprocessed", b->part_count + b->count - b->next, b->count);
  }
  return CYN_OK;
}

static bool fill_output(batch *b, cyn_batch_get_item_output *whole) {
  const cyn_batch_get_request_map *asked = &b->input->request_items;
  size_t behind = b->count - b->next;
  cyn_batch_get_response_map_entry *tables = cyn_i_arena_zalloc(b->arena, asked->count + 1, sizeof *tables);
  entry *left = cyn_i_arena_zalloc(b->arena, b->part_count + behind + 1, sizeof *left);
  if (tables == NULL || left == NULL) return false;
  for (size_t t = 0; t < asked->count; t++) {
    const cyn_item *at = b->items[t].at;
    tables[t] = (cyn_batch_get_response_map_entry){asked->at[t].key, {b->items[t].count, at}};
  }
  memcpy(left, b->part, b->part_count * sizeof *left);
  if (behind != 0) memcpy(left + b->part_count, b->entries + b->next, behind * sizeof *left);
  whole->responses = (cyn_batch_get_response_map){asked->count, tables};
  whole->unprocessed_keys = group(b, left, b->part_count + behind);
  whole->consumed_capacity = (cyn_consumed_capacity_multiple){b->capacity.count, b->capacity.at};
  return whole->unprocessed_keys.at != NULL;
}

cyn_status cyn_batch_get_all(cyn_db *db, const cyn_batch_get_item_input *input, const cyn_batch_options *options,
                             cyn_result *result, const cyn_batch_get_item_output **output, cyn_error *error) {
  *output = NULL;
  cyn_i_arena *arena = &result->arena;
  cyn_i_arena_reset(arena, CYN_RESULT_KEEP_MAX);
  batch b = {.db = db, .arena = arena, .error = error};
  cyn_i_batch_pace pace;
  cyn_i_batch_pace_init(&pace, options);
  b.input = cyn_i_result_whole_input(cyn_i_operations[CYN_OPERATION_BATCH_GET_ITEM].input, input, arena);
  cyn_batch_get_item_output *whole = CYN_I_API_NEW(arena, cyn_batch_get_item_output);
  if (b.input == NULL || whole == NULL) return cyn_i_error_no_memory(error);
  cyn_status status = flatten(&b);
  if (status != CYN_OK) return status;
  status = send_all(&b, &pace);
  if (!fill_output(&b, whole)) return cyn_i_error_no_memory(error);
  *output = whole;
  return status;
}
