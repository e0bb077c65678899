/* BatchWriteItem (DynamoDB page API_BatchWriteItem; order of checks: validation.md 3.6). All writes share one decide; they
 * have no conditions, so either all are carried out or the request is refused. */
#include "engine/action.h"
#include "engine/collection_metrics.h"
#include "engine/parameters.h"
#include "engine/write_answer.h"

#define BATCH_WRITES_MAX 25

static void answer(cyn_i_item_write *write) {
  cyn_i_call *call = write->pending.call;
  const cyn_batch_write_item_input *input = call->input;
  cyn_batch_write_item_output *output = call->output;
  static const cyn_batch_write_item_request_map_entry none;
  output->unprocessed_items.at = &none; /* present and empty */
  cyn_i_answer_capacities(write, cyn_i_capacity_wanted_from(input->return_consumed_capacity), &output->consumed_capacity);
  if (cyn_i_is(input->return_item_collection_metrics, CYN_RETURN_ITEM_COLLECTION_METRICS_SIZE))
    cyn_i_answer_collections(write, &output->item_collection_metrics);
}

static cyn_status check_request(cyn_i_worker *worker, cyn_i_call *call, const cyn_write_request *request) {
  if ((request->put_request == NULL) == (request->delete_request == NULL))
    return cyn_i_error_set(call->error, CYN_E_VALIDATION,
                           "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "
                           "supported datatypes");
  if (request->delete_request != NULL) return cyn_i_check_fault(call, request->delete_request->key.fault);
  cyn_status status = cyn_i_check_fault(call, request->put_request->item.fault);
  if (status != CYN_OK) return status;
  return cyn_i_check_item_size(worker->engine, request->put_request->item.data, call->error);
}

cyn_i_pending *cyn_i_batch_write_item(cyn_i_worker *worker, cyn_i_call *call) {
  const cyn_batch_write_item_input *input = call->input;
  size_t tables = input->request_items.count, total = 0;
  for (size_t t = 0; t < tables; t++) {
    const cyn_write_requests *requests = &input->request_items.at[t].value;
    total += requests->count;
    for (size_t i = 0; i < requests->count; i++) {
      cyn_status status = check_request(worker, call, requests->at[i]);
      if (status != CYN_OK) return cyn_i_call_refused(call, status);
    }
  }
  if (total > BATCH_WRITES_MAX)
    return cyn_i_call_fail(call, CYN_E_VALIDATION, "Too many items requested for the BatchWriteItem call");
  cyn_i_item_write *write = cyn_i_item_write_new(worker, call, tables, total);
  if (write == NULL) return NULL;
  size_t at = 0;
  for (size_t t = 0; t < tables; t++) {
    int table = cyn_i_item_write_table(worker, write, input->request_items.at[t].key);
    if (table < 0) return NULL;
    const cyn_write_requests *requests = &input->request_items.at[t].value;
    for (size_t i = 0; i < requests->count; i++) {
      cyn_i_action *action = &write->actions[at++];
      const cyn_write_request *request = requests->at[i];
      action->table = (size_t)table;
      action->kind = request->put_request != NULL ? CYN_ACTION_PUT : CYN_ACTION_DELETE;
      action->item = request->put_request != NULL ? request->put_request->item : request->delete_request->key;
      action->batch_key_texts = true;
    }
  }
  write->answer = answer;
  return cyn_i_item_write_submit(write);
}
