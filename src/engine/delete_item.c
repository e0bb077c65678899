/* DeleteItem (DynamoDB page API_DeleteItem). The checks stand in the service's order: validation.md 3.2. */
#include "engine/action.h"
#include "engine/collection_metrics.h"
#include "engine/parameters.h"

static void answer(cyn_i_item_write *write) {
  cyn_i_call *call = write->pending.call;
  const cyn_delete_item_input *input = call->input;
  cyn_delete_item_output *output = cyn_i_call_output(call);
  if (output == NULL) return;
  const cyn_i_action *action = &write->actions[0];
  if (action->keep_old && action->old_item != NULL)
    output->attributes = (cyn_item){action->old_item, action->old_item_size, NULL};
  cyn_i_capacity capacity = {input->table_name, write->tables[0].table, action->table_units, action->index_units, true,
                             false};
  output->consumed_capacity =
      cyn_i_capacity_answer(call, cyn_i_capacity_wanted_from(input->return_consumed_capacity), &capacity);
  if (cyn_i_is(input->return_item_collection_metrics, CYN_RETURN_ITEM_COLLECTION_METRICS_SIZE))
    output->item_collection_metrics = cyn_i_collection_metrics(call, write, action);
}

cyn_i_pending *cyn_i_delete_item(cyn_i_worker *worker, cyn_i_call *call) {
  const cyn_delete_item_input *input = call->input;
  cyn_i_expression_parameter expressions[1] = {
      {"ConditionExpression", CYN_EXPRESSION_CONDITION, input->condition_expression, NULL}};
  cyn_i_legacy_parameter legacy[2] = {{"Expected", input->expected.at != NULL},
                                      {"ConditionalOperator", input->conditional_operator.data != NULL}};
  cyn_i_parameters parameters = {expressions, 1, NULL, legacy, 2, input->expression_attribute_names,
                                 input->expression_attribute_values, true};
  cyn_i_bound *expected = NULL;
  cyn_status status = cyn_i_parameters_check(&parameters, call);
  if (status == CYN_OK) status = cyn_i_check_fault(call, input->key.fault);
  if (status == CYN_OK && input->return_values.data != NULL && !cyn_i_is(input->return_values, CYN_RETURN_VALUE_ALL_OLD) &&
      !cyn_i_is(input->return_values, CYN_RETURN_VALUE_NONE))
    status = cyn_i_error_set(call->error, CYN_E_VALIDATION, "ReturnValues can only be ALL_OLD or NONE");
  if (status == CYN_OK) status = cyn_i_legacy_expected(call, &input->expected, input->conditional_operator, &expected);
  if (status == CYN_OK) status = cyn_i_parameters_bind(worker, &parameters, call);
  if (status != CYN_OK) return cyn_i_call_refused(call, status);

  cyn_i_item_write *write = cyn_i_item_write_new(worker, call, 1, 1);
  if (write == NULL || cyn_i_item_write_table(worker, write, input->table_name) < 0) return NULL;
  cyn_i_action *action = &write->actions[0];
  action->kind = CYN_ACTION_DELETE;
  action->item = input->key;
  action->condition = expected != NULL ? expected : expressions[0].bound;
  action->return_item_on_failure = cyn_i_is(input->return_values_on_condition_check_failure, "ALL_OLD");
  action->keep_old = cyn_i_is(input->return_values, CYN_RETURN_VALUE_ALL_OLD);
  write->answer = answer;
  return cyn_i_item_write_submit(write);
}
