/* UpdateItem (DynamoDB page API_UpdateItem). The checks stand in the service's order: validation.md 3.3. */
#include "engine/action.h"
#include "engine/collection_metrics.h"
#include "engine/parameters.h"

/* ALL_OLD and ALL_NEW are the whole item; UPDATED_OLD and UPDATED_NEW what the update touched. */
static cyn_item returned(cyn_i_call *call, const cyn_i_action *action, cyn_bytes return_values) {
  bool is_old = cyn_i_is(return_values, CYN_RETURN_VALUE_ALL_OLD) || cyn_i_is(return_values, CYN_RETURN_VALUE_UPDATED_OLD);
  const uint8_t *item = is_old ? action->old_item : action->new_item;
  cyn_item out = {item, is_old ? action->old_item_size : action->new_item_size, NULL};
  if (item == NULL || cyn_i_is(return_values, CYN_RETURN_VALUE_ALL_OLD) ||
      cyn_i_is(return_values, CYN_RETURN_VALUE_ALL_NEW))
    return out;
  out = (cyn_item){NULL, 0, NULL};
  if (action->update == NULL) return out;
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, call->arena);
  cyn_i_update_touched(action->update, item, &buf);
  if (buf.failed) {
    call->status = cyn_i_error_no_memory(call->error);
    return out;
  }
  if (cyn_i_item_count(buf.data) != 0) out = (cyn_item){buf.data, buf.size, NULL};
  return out;
}

static void answer(cyn_i_item_write *write) {
  cyn_i_call *call = write->pending.call;
  const cyn_update_item_input *input = call->input;
  cyn_update_item_output *output = cyn_i_call_output(call);
  if (output == NULL) return;
  const cyn_i_action *action = &write->actions[0];
  if (action->keep_old || action->keep_new) output->attributes = returned(call, action, input->return_values);
  cyn_i_capacity capacity = {input->table_name, write->tables[0].table, action->table_units, action->index_units, true,
                             false};
  output->consumed_capacity =
      cyn_i_capacity_answer(call, cyn_i_capacity_wanted_from(input->return_consumed_capacity), &capacity);
  if (cyn_i_is(input->return_item_collection_metrics, CYN_RETURN_ITEM_COLLECTION_METRICS_SIZE))
    output->item_collection_metrics = cyn_i_collection_metrics(call, write, action);
}

static bool has_only_deletes(const cyn_attribute_updates *updates) {
  for (size_t i = 0; i < updates->count; i++)
    if (!cyn_i_is(updates->at[i].value->action, CYN_ATTRIBUTE_ACTION_DELETE)) return false;
  return updates->count != 0;
}

cyn_i_pending *cyn_i_update_item(cyn_i_worker *worker, cyn_i_call *call) {
  const cyn_update_item_input *input = call->input;
  cyn_i_expression_parameter expressions[2] = {
      {"UpdateExpression", CYN_EXPRESSION_UPDATE, input->update_expression, NULL},
      {"ConditionExpression", CYN_EXPRESSION_CONDITION, input->condition_expression, NULL}};
  cyn_i_legacy_parameter legacy[3] = {{"AttributeUpdates", input->attribute_updates.at != NULL},
                                      {"Expected", input->expected.at != NULL},
                                      {"ConditionalOperator", input->conditional_operator.data != NULL}};
  cyn_i_parameters parameters = {expressions, 2, NULL, legacy, 3, input->expression_attribute_names,
                                 input->expression_attribute_values, true};
  cyn_i_bound *expected = NULL, *updates = NULL;
  cyn_status status = cyn_i_parameters_check(&parameters, call);
  if (status == CYN_OK) status = cyn_i_check_fault(call, input->key.fault);
  if (status == CYN_OK) status = cyn_i_legacy_updates(call, &input->attribute_updates, &updates);
  if (status == CYN_OK) status = cyn_i_legacy_expected(call, &input->expected, input->conditional_operator, &expected);
  if (status == CYN_OK) status = cyn_i_parameters_bind(worker, &parameters, call);
  if (status != CYN_OK) return cyn_i_call_refused(call, status);

  cyn_i_item_write *write = cyn_i_item_write_new(worker, call, 1, 1);
  if (write == NULL || cyn_i_item_write_table(worker, write, input->table_name) < 0) return NULL;
  cyn_i_action *action = &write->actions[0];
  action->kind = CYN_ACTION_UPDATE;
  action->item = input->key;
  action->update = updates != NULL ? updates : expressions[0].bound;
  action->only_removes = has_only_deletes(&input->attribute_updates);
  action->condition = expected != NULL ? expected : expressions[1].bound;
  action->return_item_on_failure = cyn_i_is(input->return_values_on_condition_check_failure, "ALL_OLD");
  action->keep_old = cyn_i_is(input->return_values, CYN_RETURN_VALUE_ALL_OLD) ||
                     cyn_i_is(input->return_values, CYN_RETURN_VALUE_UPDATED_OLD);
  action->keep_new = cyn_i_is(input->return_values, CYN_RETURN_VALUE_ALL_NEW) ||
                     cyn_i_is(input->return_values, CYN_RETURN_VALUE_UPDATED_NEW);
  write->answer = answer;
  return cyn_i_item_write_submit(write);
}
