/* GetItem (DynamoDB page API_GetItem). The checks stand in the service's order: validation.md 3.2. */
#include "engine/item_key.h"
#include "engine/parameters.h"
#include "engine/read.h"

static cyn_status read_and_answer(cyn_i_worker *worker, cyn_i_call *call, cyn_i_table *table,
                                  const cyn_i_bound *projection) {
  const cyn_get_item_input *input = call->input;
  cyn_status status = cyn_i_check_key(table, input->key.data, call->error);
  if (status == CYN_OK) status = cyn_i_check_key_paths(table, projection, call->error);
  if (status != CYN_OK) return status;
  cyn_get_item_output *output = cyn_i_call_output(call);
  cyn_i_store_key key;
  if (output == NULL || !cyn_i_item_key(table, input->key.data, call->arena, &key))
    return cyn_i_error_no_memory(call->error);
  status = cyn_i_store_view_begin(worker->view, call->error);
  if (status != CYN_OK) return status;
  uint32_t size;
  status = cyn_i_read_item(worker, &key, projection, call->arena, &output->item, &size, call->error);
  cyn_i_store_view_end(worker->view);
  cyn_i_capacity_wanted wanted = cyn_i_capacity_wanted_from(input->return_consumed_capacity);
  if (status != CYN_OK || wanted == CYN_CAPACITY_NONE) return status;
  cyn_i_capacity capacity = {input->table_name, table, cyn_i_read_units(size, input->consistent_read.value), NULL, false,
                             false};
  output->consumed_capacity = cyn_i_capacity_answer(call, wanted, &capacity);
  return call->error->status;
}

cyn_i_pending *cyn_i_get_item(cyn_i_worker *worker, cyn_i_call *call) {
  const cyn_get_item_input *input = call->input;
  cyn_i_expression_parameter expressions[1] = {
      {"ProjectionExpression", CYN_EXPRESSION_PROJECTION, input->projection_expression, NULL}};
  cyn_i_legacy_parameter legacy[1] = {{"AttributesToGet", input->attributes_to_get.at != NULL}};
  cyn_i_parameters parameters = {
      expressions, 1, NULL, legacy, 1, input->expression_attribute_names, {NULL, 0, NULL}, false};
  cyn_i_bound *attributes = NULL;
  cyn_status status = cyn_i_parameters_check(&parameters, call);
  if (status == CYN_OK) status = cyn_i_check_fault(call, input->key.fault);
  if (status == CYN_OK) status = cyn_i_legacy_attributes(call, input->attributes_to_get, &attributes);
  if (status == CYN_OK) status = cyn_i_parameters_bind(worker, &parameters, call);
  if (status != CYN_OK) return cyn_i_call_refused(call, status);
  cyn_i_table *table;
  uint64_t guard;
  status = cyn_i_engine_table(worker, call->context, input->table_name, &table, &guard, call->error);
  if (status != CYN_OK) return cyn_i_call_failed(call, status);
  status = read_and_answer(worker, call, table, attributes != NULL ? attributes : expressions[0].bound);
  cyn_i_table_release(table);
  return cyn_i_call_failed(call, status);
}
