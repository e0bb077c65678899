/* See single_write.h. The order of the checks is that of validation.md 3.1 to 3.3. */
#include "engine/single_write.h"

#include "engine/collection_metrics.h"

/* What the checks leave for the action. */
typedef struct compiled {
  const cyn_i_bound *update, *condition;
} compiled;

static cyn_status check_return_values(cyn_i_call *call, const cyn_i_single_request *request) {
  if (request->kind == CYN_ACTION_UPDATE || request->return_values.data == NULL ||
      cyn_i_is(request->return_values, CYN_RETURN_VALUE_ALL_OLD) || cyn_i_is(request->return_values, CYN_RETURN_VALUE_NONE))
    return CYN_OK;
  return cyn_i_error_set(call->error, CYN_E_VALIDATION, "ReturnValues can only be ALL_OLD or NONE");
}

static cyn_status check(cyn_i_worker *worker, cyn_i_call *call, const cyn_i_single_request *request, compiled *out) {
  bool is_update = request->kind == CYN_ACTION_UPDATE;
  cyn_i_expression_parameter expressions[2] = {
      {"UpdateExpression", CYN_EXPRESSION_UPDATE, request->update_expression, NULL},
      {"ConditionExpression", CYN_EXPRESSION_CONDITION, request->condition_expression, NULL}};
  cyn_i_legacy_parameter legacy[3] = {{"AttributeUpdates", is_update && request->updates->at != NULL},
                                      {"Expected", request->expected->at != NULL},
                                      {"ConditionalOperator", request->conditional_operator.data != NULL}};
  cyn_i_parameters parameters = {is_update ? expressions : expressions + 1,
                                 is_update ? 2u : 1u,
                                 NULL,
                                 legacy,
                                 3,
                                 request->names,
                                 request->values,
                                 true};
  cyn_i_bound *expected = NULL, *updates = NULL;
  cyn_status status = cyn_i_parameters_check(&parameters, call);
  if (status == CYN_OK) status = cyn_i_check_fault(call, request->item.fault);
  if (status == CYN_OK) status = check_return_values(call, request);
  if (status == CYN_OK && request->kind == CYN_ACTION_PUT)
    status = cyn_i_check_item_size(worker->engine, request->item.data, call->error);
  if (status == CYN_OK && is_update) status = cyn_i_legacy_updates(call, request->updates, &updates);
  if (status == CYN_OK) status = cyn_i_legacy_expected(call, request->expected, request->conditional_operator, &expected);
  if (status == CYN_OK) status = cyn_i_parameters_bind(worker, &parameters, call);
  out->update = updates != NULL ? updates : expressions[0].bound;
  out->condition = expected != NULL ? expected : expressions[1].bound;
  return status;
}

static bool has_only_deletes(const cyn_attribute_updates *updates) {
  for (size_t i = 0; updates != NULL && i < updates->count; i++)
    if (!cyn_i_is(updates->at[i].value->action, CYN_ATTRIBUTE_ACTION_DELETE)) return false;
  return updates != NULL && updates->count != 0;
}

cyn_i_pending *cyn_i_single_write(cyn_i_worker *worker, cyn_i_call *call, const cyn_i_single_request *request,
                                  void (*answer)(cyn_i_item_write *write)) {
  compiled made;
  cyn_status status = check(worker, call, request, &made);
  if (status != CYN_OK) return cyn_i_call_refused(call, status);
  cyn_i_item_write *write = cyn_i_item_write_new(worker, call, 1, 1);
  if (write == NULL || cyn_i_item_write_table(worker, write, request->table_name) < 0) return NULL;
  cyn_i_action *action = &write->actions[0];
  action->kind = request->kind;
  action->item = request->item;
  action->update = made.update;
  action->condition = made.condition;
  action->only_removes = has_only_deletes(request->updates);
  action->return_item_on_failure = cyn_i_is(request->return_values_on_failure, "ALL_OLD");
  action->keep_old = cyn_i_is(request->return_values, CYN_RETURN_VALUE_ALL_OLD) ||
                     cyn_i_is(request->return_values, CYN_RETURN_VALUE_UPDATED_OLD);
  action->keep_new = cyn_i_is(request->return_values, CYN_RETURN_VALUE_ALL_NEW) ||
                     cyn_i_is(request->return_values, CYN_RETURN_VALUE_UPDATED_NEW);
  write->answer = answer;
  return cyn_i_item_write_submit(write);
}

void cyn_i_single_write_figures(cyn_i_item_write *write, cyn_bytes return_consumed_capacity,
                                cyn_bytes return_item_collection_metrics, const cyn_consumed_capacity **capacity,
                                const cyn_item_collection_metrics **metrics) {
  cyn_i_call *call = write->pending.call;
  const cyn_i_action *action = &write->actions[0];
  cyn_i_capacity used = {write->tables[0].name, write->tables[0].table, action->table_units, action->index_units, true,
                         false};
  *capacity = cyn_i_capacity_answer(call, cyn_i_capacity_wanted_from(return_consumed_capacity), &used);
  if (cyn_i_is(return_item_collection_metrics, CYN_RETURN_ITEM_COLLECTION_METRICS_SIZE))
    *metrics = cyn_i_collection_metrics(call, write, action);
}
