/* DeleteItem (DynamoDB page API_DeleteItem; order of checks: validation.md 3.2). */
#include "engine/single_write.h"

static void answer(cyn_i_item_write *write) {
  const cyn_delete_item_input *input = write->pending.call->input;
  cyn_delete_item_output *output = write->pending.call->output;
  const cyn_i_action *action = &write->actions[0];
  if (action->keep_old) output->attributes = (cyn_item){action->old_item, action->old_item_size, NULL};
  cyn_i_single_write_figures(write, input->return_consumed_capacity, input->return_item_collection_metrics,
                             &output->consumed_capacity, &output->item_collection_metrics);
}

cyn_i_pending *cyn_i_delete_item(cyn_i_worker *worker, cyn_i_call *call) {
  const cyn_delete_item_input *input = call->input;
  cyn_i_single_request request = CYN_I_SINGLE_REQUEST(CYN_ACTION_DELETE, input, key);
  return cyn_i_single_write(worker, call, &request, answer);
}
