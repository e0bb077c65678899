/* DeleteTable (validation.md 3.8). DynamoDB page: API_DeleteTable.
 *
 * Without a delay the record goes at once and its spaces are reclaimed in the background. With one the record stays, in
 * state DELETING, until a job or the next CreateTable of that name finds it over. The table's stream is closed at once
 * and may be read for another day. */
#include "engine/control.h"
#include "engine/table_describe.h"

static cyn_status decide(cyn_i_control *control, cyn_i_control_change *change, cyn_error *error) {
  if (!change->found) return cyn_i_table_not_found(control->name, error);
  cyn_status status = cyn_i_table_busy(change->state, control->name, error);
  if (status != CYN_OK) return status;
  if (change->description->deletion_protection_enabled.value)
    return cyn_i_error_set(error, CYN_E_VALIDATION,
                           "Resource cannot be deleted as it is currently protected against deletion. Disable deletion "
                           "protection first.");
  int64_t delay_ms = control->pending.engine->options.delete_table_delay_ms;
  if (delay_ms > 0) {
    change->record.stored_state = CYN_TABLE_DELETING;
    change->record.state_until_ms = control->pending.now_ms + delay_ms;
    change->record.stream_log = 0; /* closed from now on */
    return CYN_OK;
  }
  change->remove = true;
  cyn_i_control_reclaim_all(change, &change->record);
  return CYN_OK;
}

static void answer(cyn_i_control *control) {
  cyn_i_call *call = control->pending.call;
  cyn_delete_table_output *output = cyn_i_call_output(call);
  if (output == NULL) return;
  output->table_description =
      cyn_i_table_describe(control->pending.engine, &control->change.record, CYN_DESCRIBE_DELETED,
                           control->pending.now_ms, call->arena, call->error);
  if (output->table_description == NULL) call->status = call->error->status;
}

cyn_i_pending *cyn_i_delete_table(cyn_i_worker *worker, cyn_i_call *call) {
  const cyn_delete_table_input *input = call->input;
  cyn_i_control *control = cyn_i_control_new(worker, call, input->table_name, decide, answer);
  return control != NULL ? &control->pending : NULL;
}
