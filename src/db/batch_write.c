/* cyn_batch_write_all. The requests stand in one row in the order given; parts of 25 are taken from its front. What a part
 * leaves unprocessed is sent again, alone, before the next part goes out: so two writes of one key in different parts keep
 * their order, and no part holds one key twice that the program did not put there. */
#include <cynamo/calls.h>

#include "base/error.h"
#include "db/batch.h"
#include "db/result_private.h"

#define PART_MAX 25

typedef struct entry {
  cyn_bytes table;
  const cyn_write_request *request;
} entry;

typedef struct batch {
  cyn_db *db;
  const cyn_batch_write_item_input *input;
  cyn_i_arena *arena;
  cyn_error *error;
  entry *entries;
  size_t count, next;      /* of all; the first that has not been sent */
  entry part[PART_MAX];    /* being sent */
  size_t part_count;
  cyn_i_batch_list capacity, metrics; /* const cyn_consumed_capacity *, cyn_item_collection_metrics_per_table_entry */
} batch;

/* The entries as the operation wants them: by table, in order. NULL `at` when out of memory. */
static cyn_batch_write_item_request_map group(const entry *entries, size_t count, cyn_i_arena *arena) {
  cyn_batch_write_item_request_map none = {0, NULL};
  cyn_batch_write_item_request_map_entry *tables = cyn_i_arena_zalloc(arena, count + 1, sizeof *tables);
  const cyn_write_request **requests = cyn_i_arena_zalloc(arena, count + 1, sizeof *requests);
  bool *is_taken = cyn_i_arena_zalloc(arena, count + 1, sizeof *is_taken);
  if (tables == NULL || requests == NULL || is_taken == NULL) return none;
  size_t table_count = 0, request_count = 0;
  for (size_t first = 0; first < count; first++) {
    if (is_taken[first]) continue;
    size_t start = request_count;
    for (size_t i = first; i < count; i++)
      if (!is_taken[i] && cyn_i_batch_same(entries[i].table, entries[first].table)) {
        is_taken[i] = true;
        requests[request_count++] = entries[i].request;
      }
    tables[table_count].key = entries[first].table;
    tables[table_count++].value = (cyn_write_requests){request_count - start, requests + start};
  }
  return (cyn_batch_write_item_request_map){table_count, tables};
}

static bool flatten(batch *b) {
  const cyn_batch_write_item_request_map *map = &b->input->request_items;
  for (size_t i = 0; i < map->count; i++) b->count += map->at[i].value.count;
  b->entries = cyn_i_arena_zalloc(b->arena, b->count + 1, sizeof *b->entries);
  if (b->entries == NULL) return false;
  size_t at = 0;
  for (size_t i = 0; i < map->count; i++)
    for (size_t k = 0; k < map->at[i].value.count; k++)
      b->entries[at++] = (entry){map->at[i].key, map->at[i].value.at[k]};
  return true;
}

static bool add_metrics(batch *b, const cyn_item_collection_metrics_per_table *more) {
  for (size_t i = 0; i < more->count; i++) {
    cyn_item_collection_metrics_per_table_entry *to = cyn_i_batch_list_add(&b->metrics, sizeof *to, b->arena);
    if (to == NULL) return false;
    *to = more->at[i];
  }
  return true;
}

/* Sends the part; what comes back unprocessed becomes the part. */
static cyn_status send_part(batch *b) {
  cyn_batch_write_item_input input = *b->input;
  input.request_items = group(b->part, b->part_count, b->arena);
  const void *answer = NULL;
  if (input.request_items.at == NULL) return cyn_i_error_no_memory(b->error);
  cyn_status status = cyn_i_result_run(b->db, &cyn_i_operations[CYN_OPERATION_BATCH_WRITE_ITEM], &input, b->arena, &answer,
                                       b->error);
  if (status != CYN_OK) return status;
  const cyn_batch_write_item_output *output = answer;
  if (!cyn_i_batch_add_capacity(&b->capacity, &output->consumed_capacity, b->arena) ||
      !add_metrics(b, &output->item_collection_metrics))
    return cyn_i_error_no_memory(b->error);
  size_t left = 0;
  entry unprocessed[PART_MAX];
  for (size_t i = 0; i < output->unprocessed_items.count; i++) {
    const cyn_batch_write_item_request_map_entry *table = &output->unprocessed_items.at[i];
    for (size_t k = 0; k < table->value.count; k++) {
      if (left == b->part_count)
        return cyn_i_error_set(b->error, CYN_E_BAD_ANSWER, "the server returns more unprocessed items than it was sent");
      unprocessed[left++] = (entry){table->key, table->value.at[k]};
    }
  }
  memcpy(b->part, unprocessed, left * sizeof unprocessed[0]);
  b->part_count = left;
  return CYN_OK;
}

static cyn_status send_all(batch *b, cyn_i_batch_pace *pace) {
  while (b->next < b->count || b->part_count != 0) {
    if (b->part_count == 0) {
      size_t count = b->count - b->next < PART_MAX ? b->count - b->next : PART_MAX;
      memcpy(b->part, b->entries + b->next, count * sizeof b->part[0]);
      b->part_count = count;
      b->next += count;
    }
    size_t before = b->part_count;
    cyn_status status = send_part(b);
    if (status != CYN_OK) return status;
    if (b->part_count == 0) pace->idle_sends = 0;
    else if (!cyn_i_batch_pace_wait(pace, b->part_count < before))
      return cyn_i_error_setf(b->error, CYN_E_THROUGHPUT_EXCEEDED, "%zu of %zu items could not be written: the server leaves "
                              "them unprocessed", b->part_count + b->count - b->next, b->count);
  }
  return CYN_OK;
}

/* The part that is under way and all behind it. */
static cyn_batch_write_item_request_map remaining(batch *b) {
  size_t behind = b->count - b->next;
  entry *entries = cyn_i_arena_zalloc(b->arena, b->part_count + behind + 1, sizeof *entries);
  if (entries == NULL) return (cyn_batch_write_item_request_map){0, NULL};
  memcpy(entries, b->part, b->part_count * sizeof *entries);
  if (behind != 0) memcpy(entries + b->part_count, b->entries + b->next, behind * sizeof *entries);
  return group(entries, b->part_count + behind, b->arena);
}

cyn_status cyn_batch_write_all(cyn_db *db, const cyn_batch_write_item_input *input, const cyn_batch_options *options,
                               cyn_result *result, const cyn_batch_write_item_output **output, cyn_error *error) {
  *output = NULL;
  cyn_i_arena *arena = &result->arena;
  cyn_i_arena_reset(arena, CYN_RESULT_KEEP_MAX);
  batch b = {.db = db, .arena = arena, .error = error};
  cyn_i_batch_pace pace;
  cyn_i_batch_pace_init(&pace, options);
  b.input = cyn_i_result_whole_input(cyn_i_operations[CYN_OPERATION_BATCH_WRITE_ITEM].input, input, arena);
  cyn_batch_write_item_output *whole = CYN_I_API_NEW(arena, cyn_batch_write_item_output);
  if (b.input == NULL || whole == NULL || !flatten(&b)) return cyn_i_error_no_memory(error);
  cyn_status status = send_all(&b, &pace);
  whole->unprocessed_items = remaining(&b);
  if (whole->unprocessed_items.at == NULL) return cyn_i_error_no_memory(error);
  whole->consumed_capacity = (cyn_consumed_capacity_multiple){b.capacity.count, b.capacity.at};
  whole->item_collection_metrics = (cyn_item_collection_metrics_per_table){b.metrics.count, b.metrics.at};
  *output = whole;
  return status;
}
