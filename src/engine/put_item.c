/* PutItem (DynamoDB page API_PutItem; order of checks: validation.md 3.1). */
#include "engine/single_write.h"

static void answer(cyn_i_item_write *write) {
  const cyn_put_item_input *input = write->pending.call->input;
  cyn_put_item_output *output = write->pending.call->output;
  const cyn_i_action *action = &write->actions[0];
  if (action->keep_old) output->attributes = (cyn_item){action->old_item, action->old_item_size, NULL};
  cyn_i_single_write_figures(write, input->return_consumed_capacity, input->return_item_collection_metrics,
                             &output->consumed_capacity, &output->item_collection_metrics);
}

cyn_i_pending *cyn_i_put_item(cyn_i_worker *worker, cyn_i_call *call) {
  const cyn_put_item_input *input = call->input;
  cyn_i_single_request request = CYN_I_SINGLE_REQUEST(CYN_ACTION_PUT, input, item);
  return cyn_i_single_write(worker, call, &request, answer);
}
