/* TransactWriteItems (DynamoDB page API_TransactWriteItems; validation.md 3.7). All actions are decided together on one
 * view; a failed one cancels all and every action gets its reason. A client token makes the request idempotent for ten
 * minutes: its record is written in the same commit. */
#include "base/hash.h"
#include "engine/action.h"
#include "engine/fingerprint.h"
#include "engine/parameters.h"
#include "engine/write_answer.h"

#define TRANSACTION_BYTES_MAX ((uint64_t)4 * 1024 * 1024)

/* The four kinds of action have the same parameters under four types. */
typedef struct transact_action {
  cyn_i_action_kind kind;
  cyn_bytes table_name;
  cyn_item item;
  cyn_bytes update_expression, condition_expression;
  cyn_string_map names;
  cyn_item values;
  cyn_bytes return_values_on_failure;
} transact_action;

static bool unpack(const cyn_transact_write_item *item, transact_action *out) {
  int members = (item->condition_check != NULL) + (item->put != NULL) + (item->delete_ != NULL) + (item->update != NULL);
  if (members != 1) return false;
  memset(out, 0, sizeof *out);
#define COMMON(source)                                                               \
  out->table_name = (source)->table_name;                                            \
  out->condition_expression = (source)->condition_expression;                        \
  out->names = (source)->expression_attribute_names;                                 \
  out->values = (source)->expression_attribute_values;                               \
  out->return_values_on_failure = (source)->return_values_on_condition_check_failure
  if (item->condition_check != NULL) {
    out->kind = CYN_ACTION_CHECK;
    out->item = item->condition_check->key;
    COMMON(item->condition_check);
  } else if (item->put != NULL) {
    out->kind = CYN_ACTION_PUT;
    out->item = item->put->item;
    COMMON(item->put);
  } else if (item->delete_ != NULL) {
    out->kind = CYN_ACTION_DELETE;
    out->item = item->delete_->key;
    COMMON(item->delete_);
  } else {
    out->kind = CYN_ACTION_UPDATE;
    out->item = item->update->key;
    out->update_expression = item->update->update_expression;
    COMMON(item->update);
  }
#undef COMMON
  return true;
}

static cyn_status prepare(cyn_i_worker *worker, cyn_i_call *call, const transact_action *action, cyn_i_action *out) {
  cyn_i_expression_parameter expressions[2] = {
      {"UpdateExpression", CYN_EXPRESSION_UPDATE, action->update_expression, NULL},
      {"ConditionExpression", CYN_EXPRESSION_CONDITION, action->condition_expression, NULL}};
  bool is_update = action->kind == CYN_ACTION_UPDATE;
  cyn_i_parameters parameters = {is_update ? expressions : expressions + 1, is_update ? 2u : 1u, NULL, NULL, 0,
                                 action->names, action->values, true};
  /* names and values without an expression are let pass: the service refuses them in single writes only */
  cyn_status status = cyn_i_check_fault(call, action->item.fault);
  if (status == CYN_OK && action->kind == CYN_ACTION_PUT)
    status = cyn_i_check_item_size(worker->engine, action->item.data, call->error);
  if (status == CYN_OK) status = cyn_i_parameters_bind(worker, &parameters, call);
  out->kind = action->kind;
  out->item = action->item;
  out->update = expressions[0].bound;
  out->condition = expressions[1].bound;
  out->return_item_on_failure = cyn_i_is(action->return_values_on_failure, "ALL_OLD");
  return status;
}

static void answer(cyn_i_item_write *write) {
  cyn_i_call *call = write->pending.call;
  const cyn_transact_write_items_input *input = call->input;
  cyn_transact_write_items_output *output = call->output;
  cyn_i_answer_capacities(write, cyn_i_capacity_wanted_from(input->return_consumed_capacity), &output->consumed_capacity);
  if (cyn_i_is(input->return_item_collection_metrics, CYN_RETURN_ITEM_COLLECTION_METRICS_SIZE))
    cyn_i_answer_collections(write, &output->item_collection_metrics);
}

/* The token's record is keyed by account, Region and token; the fingerprint is that of the actions, in whatever order a
 * client writes the members of its objects. */
static cyn_status set_token(cyn_i_call *call, cyn_i_item_write *write, const transact_action *actions, cyn_bytes token) {
  if (token.data == NULL) return CYN_OK;
  cyn_i_fingerprint fingerprint = {{0}};
  for (size_t i = 0; i < write->action_count; i++) {
    char kind = (char)('0' + (int)actions[i].kind);
    cyn_i_fingerprint_add_bytes(&fingerprint, (cyn_bytes){&kind, 1});
    cyn_i_fingerprint_add_bytes(&fingerprint, actions[i].table_name);
    cyn_i_fingerprint_add_item(&fingerprint, actions[i].item);
    cyn_i_fingerprint_add_bytes(&fingerprint, actions[i].update_expression);
    cyn_i_fingerprint_add_bytes(&fingerprint, actions[i].condition_expression);
    cyn_i_fingerprint_add_names(&fingerprint, actions[i].names);
    cyn_i_fingerprint_add_item(&fingerprint, actions[i].values);
    cyn_i_fingerprint_add_bytes(&fingerprint, actions[i].return_values_on_failure);
  }
  memcpy(write->token_fingerprint, fingerprint.digest, sizeof fingerprint.digest);
  const cyn_i_context *context = call->context;
  cyn_bytes parts[5] = {context->account, cyn_str("/"), context->region, cyn_str("/"), token};
  uint8_t digest[32];
  cyn_i_sha256(parts, 5, digest);
  cyn_bytes partition = cyn_i_arena_copy(call->arena, (cyn_bytes){(const char *)digest, sizeof digest});
  if (partition.data == NULL) return cyn_i_error_no_memory(call->error);
  write->token_key = (cyn_i_store_key){CYN_SPACE_TOKENS, 0, partition, {"", 0}};
  return CYN_OK;
}

cyn_i_pending *cyn_i_transact_write_items(cyn_i_worker *worker, cyn_i_call *call) {
  const cyn_transact_write_items_input *input = call->input;
  size_t count = input->transact_items.count;
  cyn_i_item_write *write = cyn_i_item_write_new(worker, call, count, count);
  transact_action *actions = cyn_i_arena_alloc(call->arena, count * sizeof *actions);
  if (write == NULL || actions == NULL) return cyn_i_call_failed(call, cyn_i_error_no_memory(call->error));
  write->is_transaction = true;
  write->answer = answer;
  for (size_t i = 0; i < count; i++)
    if (!unpack(input->transact_items.at[i], &actions[i]))
      return cyn_i_call_fail(call, CYN_E_VALIDATION, "TransactItems can only contain one of Check, Put, Update or Delete");
  uint64_t bytes = 0;
  for (size_t i = 0; i < count; i++) {
    cyn_status status = prepare(worker, call, &actions[i], &write->actions[i]);
    if (status != CYN_OK) return cyn_i_call_refused(call, status);
    bytes += cyn_i_item_dynamodb_size(actions[i].item.data);
  }
  if (bytes > TRANSACTION_BYTES_MAX)
    return cyn_i_call_fail(call, CYN_E_VALIDATION,
                           "Transaction request size has exceeded the maximum allowed size of 4 MB");
  for (size_t i = 0; i < count; i++) {
    int table = cyn_i_item_write_table(worker, write, actions[i].table_name);
    if (table < 0) return NULL;
    write->actions[i].table = (size_t)table;
  }
  cyn_status status = set_token(call, write, actions, input->client_request_token);
  return status == CYN_OK ? cyn_i_item_write_submit(write) : cyn_i_item_write_abandon(write, status);
}
