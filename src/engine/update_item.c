/* UpdateItem (DynamoDB page API_UpdateItem; order of checks: validation.md 3.3). */
#include "engine/single_write.h"

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
  cyn_update_item_output *output = call->output;
  const cyn_i_action *action = &write->actions[0];
  if (action->keep_old || action->keep_new) output->attributes = returned(call, action, input->return_values);
  cyn_i_single_write_figures(write, input->return_consumed_capacity, input->return_item_collection_metrics,
                             &output->consumed_capacity, &output->item_collection_metrics);
}

cyn_i_pending *cyn_i_update_item(cyn_i_worker *worker, cyn_i_call *call) {
  const cyn_update_item_input *input = call->input;
  cyn_i_single_request request = CYN_I_SINGLE_REQUEST(CYN_ACTION_UPDATE, input, key);
  request.updates = &input->attribute_updates;
  request.update_expression = input->update_expression;
  return cyn_i_single_write(worker, call, &request, answer);
}
