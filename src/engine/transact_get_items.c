/* TransactGetItems (DynamoDB page API_TransactGetItems; validation.md 3.7): one view is the serializable cut. A key that
 * does not fit its table cancels the transaction and is that action's reason, as in TransactWriteItems. */
#include "engine/item_key.h"
#include "engine/parameters.h"
#include "engine/read.h"
#include "engine/write_answer.h"

#define TRANSACTION_BYTES_MAX ((uint64_t)4 * 1024 * 1024)

typedef struct transact_get {
  const cyn_get_action *get;
  cyn_i_bound *projection;
  cyn_i_table *table;
  cyn_i_store_key key;
  const char *failure; /* why it cancels the transaction; NULL: it does not */
  cyn_item item;
  double units;
} transact_get;

static cyn_status prepare(cyn_i_worker *worker, cyn_i_call *call, const cyn_get_action *get, transact_get *out) {
  out->get = get;
  cyn_i_expression_parameter expressions[1] = {
      {"ProjectionExpression", CYN_EXPRESSION_PROJECTION, get->projection_expression, NULL}};
  cyn_i_parameters parameters = {expressions, 1, NULL, NULL, 0, get->expression_attribute_names, {NULL, 0, NULL}, false};
  /* names without an expression are let pass: the service refuses them in single reads only */
  cyn_status status = cyn_i_check_fault(call, get->key.fault);
  if (status == CYN_OK) status = cyn_i_parameters_bind(worker, &parameters, call);
  out->projection = expressions[0].bound;
  return status;
}

static cyn_status keep_failure(cyn_i_call *call, transact_get *get) {
  cyn_bytes text = cyn_i_arena_copy(call->arena, cyn_str(call->error->message));
  if (text.data == NULL) return cyn_i_error_no_memory(call->error);
  cyn_error_clean_up(call->error);
  get->failure = text.data;
  return CYN_OK;
}

static cyn_status resolve(cyn_i_worker *worker, cyn_i_call *call, transact_get *get) {
  uint64_t guard;
  cyn_status status = cyn_i_engine_table(worker, call->context, get->get->table_name, &get->table, &guard, call->error);
  if (status == CYN_OK) status = cyn_i_check_key_paths(get->table, get->projection, call->error);
  if (status == CYN_OK) {
    status = cyn_i_check_key(get->table, get->get->key.data, call->error);
    if (status == CYN_E_VALIDATION && !cyn_i_is_empty_key(call->error)) return keep_failure(call, get);
  }
  if (status == CYN_OK && !cyn_i_item_key(get->table, get->get->key.data, call->arena, &get->key))
    status = cyn_i_error_no_memory(call->error);
  return status;
}

static bool same(cyn_bytes a, cyn_bytes b) { return a.size == b.size && memcmp(a.data, b.data, a.size) == 0; }

static cyn_status check_distinct(cyn_i_call *call, const transact_get *gets, size_t count) {
  for (size_t i = 1; i < count; i++)
    for (size_t j = 0; j < i; j++)
      if (gets[i].failure == NULL && gets[j].failure == NULL && gets[i].key.hash == gets[j].key.hash &&
          gets[i].key.space == gets[j].key.space &&
          same(gets[i].key.partition, gets[j].key.partition) && same(gets[i].key.sort, gets[j].key.sort))
        return cyn_i_error_set(call->error, CYN_E_VALIDATION,
                               "Transaction request cannot include multiple operations on one item");
  return CYN_OK;
}

/* CYN_OK when no action has failed. */
static cyn_status cancel(cyn_i_call *call, const transact_get *gets, size_t count) {
  size_t sound = 0;
  while (sound < count && gets[sound].failure == NULL) sound++;
  if (sound == count) return CYN_OK;
  cyn_cancellation_reason *reasons = cyn_i_arena_zalloc(call->arena, count, sizeof *reasons);
  if (reasons == NULL) return cyn_i_error_no_memory(call->error);
  for (size_t i = 0; i < count; i++) {
    reasons[i].code = gets[i].failure != NULL ? "ValidationError" : "None";
    reasons[i].message = gets[i].failure;
  }
  return cyn_i_answer_cancelled(call, reasons, count);
}

static bool answer_capacity(cyn_i_call *call, const transact_get *gets, size_t count,
                            cyn_transact_get_items_output *output) {
  const cyn_transact_get_items_input *input = call->input;
  cyn_i_capacity_wanted wanted = cyn_i_capacity_wanted_from(input->return_consumed_capacity);
  if (wanted == CYN_CAPACITY_NONE) return true;
  const cyn_consumed_capacity **list = cyn_i_arena_zalloc(call->arena, count, sizeof *list);
  if (list == NULL) return false;
  size_t tables = 0;
  for (size_t i = 0; i < count; i++) {
    double units = 0;
    bool first = true;
    for (size_t j = 0; j < count; j++) {
      if (!same(gets[i].get->table_name, gets[j].get->table_name)) continue;
      first = first && j >= i;
      units += gets[j].units;
    }
    if (!first) continue;
    cyn_i_capacity capacity = {gets[i].get->table_name, gets[i].table, units, NULL, false, true};
    list[tables] = cyn_i_capacity_answer(call, wanted, &capacity);
    if (list[tables++] == NULL) return false;
  }
  output->consumed_capacity.count = tables;
  output->consumed_capacity.at = list;
  return true;
}

static cyn_status answer(cyn_i_call *call, const transact_get *gets, size_t count) {
  cyn_transact_get_items_output *output = cyn_i_call_output(call);
  cyn_item_response *responses = cyn_i_arena_zalloc(call->arena, count, sizeof *responses);
  const cyn_item_response **list = cyn_i_arena_zalloc(call->arena, count, sizeof *list);
  if (output == NULL || responses == NULL || list == NULL) return cyn_i_error_no_memory(call->error);
  for (size_t i = 0; i < count; i++) {
    responses[i].struct_size = sizeof responses[i];
    responses[i].item = gets[i].item;
    list[i] = &responses[i];
  }
  output->responses.count = count;
  output->responses.at = list;
  return answer_capacity(call, gets, count, output) ? CYN_OK : cyn_i_error_no_memory(call->error);
}

static cyn_status run(cyn_i_worker *worker, cyn_i_call *call, transact_get *gets, size_t count) {
  cyn_status status = CYN_OK;
  for (size_t i = 0; status == CYN_OK && i < count; i++) status = resolve(worker, call, &gets[i]);
  if (status == CYN_OK) status = check_distinct(call, gets, count);
  if (status == CYN_OK) status = cancel(call, gets, count);
  if (status == CYN_OK) status = cyn_i_store_view_begin(worker->view, call->error);
  if (status != CYN_OK) return status;
  uint64_t bytes = 0;
  for (size_t i = 0; status == CYN_OK && i < count; i++) {
    uint32_t size;
    status = cyn_i_read_item(worker, &gets[i].key, gets[i].projection, call->arena, &gets[i].item, &size, call->error);
    gets[i].units = 2 * cyn_i_read_units(size, true);
    bytes += size;
  }
  cyn_i_store_view_end(worker->view);
  if (status == CYN_OK && bytes > TRANSACTION_BYTES_MAX)
    status = cyn_i_error_set(call->error, CYN_E_VALIDATION,
                             "Transaction request size has exceeded the maximum allowed size of 4 MB");
  return status == CYN_OK ? answer(call, gets, count) : status;
}

cyn_i_pending *cyn_i_transact_get_items(cyn_i_worker *worker, cyn_i_call *call) {
  const cyn_transact_get_items_input *input = call->input;
  size_t count = input->transact_items.count;
  transact_get *gets = cyn_i_arena_zalloc(call->arena, count, sizeof *gets);
  if (gets == NULL) return cyn_i_call_failed(call, cyn_i_error_no_memory(call->error));
  cyn_status status = CYN_OK;
  for (size_t i = 0; status == CYN_OK && i < count; i++)
    status = prepare(worker, call, input->transact_items.at[i]->get, &gets[i]);
  if (status == CYN_OK) status = run(worker, call, gets, count);
  for (size_t i = 0; i < count; i++)
    if (gets[i].table != NULL) cyn_i_table_release(gets[i].table);
  return cyn_i_call_failed(call, status);
}
