/* Batches of writes. They are collected as item bytes, sent 25 at a time, and what the service leaves unprocessed is sent
 * again with back-off; what cannot be done is kept and told, never dropped. A key that is written twice keeps its last
 * write, since one BatchWriteItem may not have it twice. */
#include <string.h>

#include "base/alloc.h"
#include "model/assemble.h"
#include "model/rate.h"

#define WRITE_PART 25
#define ATTEMPTS_DEFAULT 10

typedef struct pending {
  const cyn_i_target *target;
  cyn_item item;          /* what is put, or the key; owned */
  cyn_bytes key;          /* the key's bytes, owned by the same allocation */
  bool is_delete;
} pending;

struct cyn_batch {
  cyn_db *db;
  cyn_batch_open_options options;
  pending *writes;
  size_t count, capacity;
  cyn_i_scan_rate rate;
};

cyn_batch *cyn_batch_open(cyn_db *db, const cyn_batch_open_options *options) {
  cyn_batch *batch = cyn_i_zalloc(1, sizeof *batch);
  if (batch == NULL) return NULL;
  batch->db = db;
  CYN_I_OPTIONS_READ(batch->options, options);
  if (batch->options.attempts_max <= 0) batch->options.attempts_max = ATTEMPTS_DEFAULT;
  return batch;
}

void cyn_batch_destroy(cyn_batch *batch) {
  if (batch == NULL) return;
  for (size_t i = 0; i < batch->count; i++) cyn_i_free((void *)(uintptr_t)batch->writes[i].item.data);
  cyn_i_free(batch->writes);
  cyn_i_free(batch);
}

/* ---- collecting ---- */

static bool same_key(const pending *a, const pending *b) {
  return a->target == b->target && a->key.size == b->key.size && memcmp(a->key.data, b->key.data, a->key.size) == 0;
}

static bool push(cyn_batch *batch, pending write) {
  for (size_t i = 0; i < batch->count; i++)
    if (same_key(&batch->writes[i], &write)) {
      cyn_i_free((void *)(uintptr_t)batch->writes[i].item.data);
      batch->writes[i] = write;
      return true;
    }
  if (batch->count == batch->capacity) {
    size_t capacity = batch->capacity * 2 + WRITE_PART;
    pending *more = cyn_i_realloc(batch->writes, capacity * sizeof *more);
    if (more == NULL) return false;
    batch->writes = more;
    batch->capacity = capacity;
  }
  batch->writes[batch->count++] = write;
  return true;
}

/* The item and its key in one allocation. */
static cyn_status add(cyn_batch *batch, cyn_i_request *request, const void *object, bool is_delete) {
  cyn_i_buf item, key;
  cyn_i_buf_init(&item, request->arena);
  cyn_i_buf_init(&key, request->arena);
  cyn_status status = cyn_i_write_key(&request->codec, request->plan, object, &key);
  if (status == CYN_OK && !is_delete) status = cyn_i_write_object(&request->codec, request->plan, object, NULL, &item);
  if (status != CYN_OK) return status;
  const cyn_i_buf *body = is_delete ? &key : &item;
  uint8_t *copy = cyn_i_alloc(body->size + key.size);
  if (copy == NULL) return cyn_i_error_no_memory(request->error);
  memcpy(copy, body->data, body->size);
  memcpy(copy + body->size, key.data, key.size);
  pending write = {request->target, {copy, body->size, NULL}, {(const char *)copy + body->size, key.size}, is_delete};
  if (push(batch, write)) return CYN_OK;
  cyn_i_free(copy);
  return cyn_i_error_no_memory(request->error);
}

static cyn_status add_and_send(cyn_batch *batch, const cyn_model *model, const void *object, bool is_delete,
                               cyn_error *error) {
  cyn_i_request request;
  cyn_status status = cyn_i_request_begin(&request, batch->db, model, error);
  if (status != CYN_OK) return status;
  status = add(batch, &request, object, is_delete);
  cyn_i_request_end(&request);
  if (status != CYN_OK || batch->options.manual || batch->count < WRITE_PART) return status;
  return cyn_batch_commit(batch, error);
}

cyn_status cyn_model_batch_save(cyn_batch *batch, const cyn_model *model, const void *object, cyn_error *error) {
  return add_and_send(batch, model, object, false, error);
}

cyn_status cyn_model_batch_delete(cyn_batch *batch, const cyn_model *model, const void *object, cyn_error *error) {
  return add_and_send(batch, model, object, true, error);
}

/* ---- sending ---- */

typedef struct batch_part {
  pending *writes[WRITE_PART];
  size_t count;
} batch_part;

/* The first writes that go to one place. */
static void take_part(cyn_batch *batch, size_t part_max, batch_part *out) {
  out->count = 0;
  for (size_t i = 0; i < batch->count && out->count < part_max; i++)
    if (out->count == 0 || cyn_i_target_same_place(out->writes[0]->target, batch->writes[i].target))
      out->writes[out->count++] = &batch->writes[i];
}

/* The request map, a table after the other. `used` marks the writes that have found their table. */
static bool fill(const batch_part *part, cyn_i_arena *arena, cyn_batch_write_item_input *input) {
  cyn_batch_write_item_request_map_entry *entries = cyn_i_arena_zalloc(arena, part->count, sizeof *entries);
  bool used[WRITE_PART] = {false};
  if (entries == NULL) return false;
  input->request_items.at = entries;
  for (size_t i = 0; i < part->count; i++) {
    if (used[i]) continue;
    cyn_bytes table = part->writes[i]->target->table;
    const cyn_write_request **requests = cyn_i_arena_zalloc(arena, part->count, sizeof *requests);
    if (requests == NULL) return false;
    size_t count = 0;
    for (size_t j = i; j < part->count; j++) {
      if (!cyn_i_target_has_table(part->writes[j]->target, table)) continue;
      used[j] = true;
      cyn_write_request *made = CYN_I_API_NEW(arena, cyn_write_request);
      cyn_put_request *put = CYN_I_API_NEW(arena, cyn_put_request);
      cyn_delete_request *gone = CYN_I_API_NEW(arena, cyn_delete_request);
      if (made == NULL || put == NULL || gone == NULL) return false;
      put->item = gone->key = part->writes[j]->item;
      if (part->writes[j]->is_delete)
        made->delete_request = gone;
      else
        made->put_request = put;
      requests[count++] = made;
    }
    entries[input->request_items.count++] = (cyn_batch_write_item_request_map_entry){table, {count, requests}};
  }
  return true;
}

static bool equal_item(cyn_item a, const cyn_item *b) {
  return a.size == b->size && memcmp(a.data, b->data, a.size) == 0;
}

/* An answer decoded from JSON may order attributes otherwise: then the key decides. */
static bool is_of(const pending *write, const cyn_write_request *request) {
  bool is_delete = request->delete_request != NULL;
  if (is_delete != write->is_delete) return false;
  cyn_item item = is_delete ? request->delete_request->key : request->put_request->item;
  if (equal_item(item, &write->item)) return true;
  cyn_i_pairs pairs = cyn_i_item_pairs((const uint8_t *)write->key.data);
  cyn_bytes name;
  const uint8_t *value;
  while (cyn_i_pairs_next(&pairs, &name, &value)) {
    const uint8_t *other = cyn_i_item_find(item.data, name);
    if (other == NULL || !cyn_i_value_equal(value, other)) return false;
  }
  return true;
}

static bool is_left(const pending *write, const cyn_batch_write_item_request_map *left) {
  for (size_t i = 0; i < left->count; i++) {
    if (!cyn_i_target_has_table(write->target, left->at[i].key)) continue;
    for (size_t j = 0; j < left->at[i].value.count; j++)
      if (is_of(write, left->at[i].value.at[j])) return true;
  }
  return false;
}

/* Takes what is done out of the batch. */
static size_t settle(cyn_batch *batch, const batch_part *part, const cyn_batch_write_item_request_map *left) {
  size_t done = 0, kept = 0;
  for (size_t i = 0; i < part->count; i++) {
    pending *write = part->writes[i];
    if (is_left(write, left)) continue;
    cyn_i_free((void *)(uintptr_t)write->item.data);
    write->item.data = NULL;
    done++;
  }
  for (size_t i = 0; i < batch->count; i++)
    if (batch->writes[i].item.data != NULL) batch->writes[kept++] = batch->writes[i];
  batch->count = kept;
  return done;
}

static cyn_status send_part(cyn_batch *batch, const batch_part *part, cyn_i_request *request, size_t *done) {
  cyn_batch_write_item_input input = CYN_BATCH_WRITE_ITEM_INPUT_INIT;
  if (!fill(part, request->arena, &input)) return cyn_i_error_no_memory(request->error);
  double rate = batch->options.rate_limit, units = 0;
  if (batch->options.consumed != NULL || rate > 0) input.return_consumed_capacity = cyn_str(CYN_RETURN_CONSUMED_CAPACITY_TOTAL);
  cyn_i_sleep_ms(cyn_i_scan_rate_wait(&batch->rate, rate));
  uint64_t began_ns = rate > 0 ? cyn_i_clock_monotonic_ns() : 0;
  const void *answer;
  const cyn_i_target *target = part->writes[0]->target;
  cyn_status status = cyn_i_target_call(target, target->db, CYN_OPERATION_BATCH_WRITE_ITEM, &input, request->arena, &answer,
                                        request->error);
  if (status != CYN_OK) return status;
  const cyn_batch_write_item_output *output = answer;
  for (size_t i = 0; i < output->consumed_capacity.count; i++) units += output->consumed_capacity.at[i]->capacity_units.value;
  if (batch->options.consumed != NULL) *batch->options.consumed += units;
  cyn_i_scan_rate_book(&batch->rate, rate, units, began_ns);
  *done = settle(batch, part, &output->unprocessed_items);
  return CYN_OK;
}

cyn_status cyn_batch_commit(cyn_batch *batch, cyn_error *error) {
  int idle = 0;
  while (batch->count != 0) {
    cyn_i_request request;
    cyn_status status = cyn_i_request_begin_plain(&request, batch->db, error);
    if (status != CYN_OK) return status;
    batch_part part;
    size_t done = 0;
    take_part(batch, WRITE_PART, &part);
    size_t asked = part.count;
    status = send_part(batch, &part, &request, &done);
    cyn_i_request_end(&request);
    if (status != CYN_OK) return status;
    if (done == asked) {
      idle = 0;
      continue;
    }
    idle = done != 0 ? 0 : idle + 1;
    if (idle >= batch->options.attempts_max) {
      status = cyn_i_error_setf(error, CYN_E_UNPROCESSED, "%zu writes of the batch were left unprocessed %d times",
                                batch->count, idle);
      if (error != NULL) error->operation = CYN_OPERATION_BATCH_WRITE_ITEM + 1;
      return status;
    }
    cyn_i_sleep_ms(cyn_i_backoff_ms(idle));
  }
  return CYN_OK;
}

size_t cyn_batch_left(const cyn_batch *batch) { return batch->count; }

cyn_item cyn_batch_left_at(const cyn_batch *batch, size_t i, cyn_bytes *table, bool *is_delete) {
  cyn_item none = {NULL, 0, NULL};
  if (i >= batch->count) return none;
  if (table != NULL) *table = batch->writes[i].target->table;
  if (is_delete != NULL) *is_delete = batch->writes[i].is_delete;
  return batch->writes[i].item;
}

cyn_status cyn_batch_close(cyn_batch *batch, cyn_error *error) {
  if (batch == NULL) return CYN_OK;
  cyn_status status = cyn_batch_commit(batch, error);
  cyn_batch_destroy(batch);
  return status;
}
