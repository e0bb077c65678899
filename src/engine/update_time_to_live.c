/* UpdateTimeToLive (validation.md 3.9). DynamoDB page: API_UpdateTimeToLive.
 *
 * Switching on gives the table a queue space of its own, kept by every write from then on; items that are there
 * already get their entries from a backfill. Switching off gives the queue back. */
#include "engine/control.h"

#define CHANGE_INTERVAL_MS ((int64_t)60 * 60 * 1000)

static cyn_status check(const cyn_i_table_record *record, const cyn_time_to_live_specification *wanted, int64_t now_ms,
                        cyn_error *error) {
  bool is_on = record->ttl_space != 0;
  if (is_on && !cyn_i_same(record->ttl_attribute, wanted->attribute_name))
    return cyn_i_error_setf(error, CYN_E_VALIDATION,
                            "TimeToLive is active on a different AttributeName: current AttributeName is %.*s",
                            CYN_PRINT(record->ttl_attribute));
  if (is_on && wanted->enabled.value) return cyn_i_error_set(error, CYN_E_VALIDATION, "TimeToLive is already enabled");
  if (!is_on && !wanted->enabled.value)
    return cyn_i_error_set(error, CYN_E_VALIDATION, "TimeToLive is already disabled");
  if (record->ttl_changed_ms != 0 && now_ms - record->ttl_changed_ms < CHANGE_INTERVAL_MS)
    return cyn_i_error_set(error, CYN_E_VALIDATION,
                           "Time to live has been modified multiple times within a fixed interval");
  return CYN_OK;
}

static cyn_status decide(cyn_i_control *control, cyn_i_control_change *change, cyn_error *error) {
  const cyn_update_time_to_live_input *input = control->pending.call->input;
  const cyn_time_to_live_specification *wanted = input->time_to_live_specification;
  if (!change->found) return cyn_i_table_not_found(control->name, error);
  cyn_status status = CYN_OK;
  if (change->state != CYN_TABLE_UPDATING) status = cyn_i_table_busy(change->state, control->name, error);
  if (status == CYN_OK) status = check(&change->record, wanted, control->pending.now_ms, error);
  if (status != CYN_OK) return status;
  change->record.ttl_changed_ms = control->pending.now_ms;
  if (!wanted->enabled.value) {
    cyn_i_control_reclaim(change, change->record.ttl_space);
    change->record.ttl_space = 0;
    change->record.ttl_attribute = (cyn_bytes){NULL, 0};
    return CYN_OK;
  }
  change->record.ttl_space = cyn_i_control_take_space(change, error);
  if (change->record.ttl_space == 0) return error->status;
  change->record.ttl_attribute = wanted->attribute_name;
  change->ttl_backfill = true;
  return CYN_OK;
}

static void answer(cyn_i_control *control) {
  cyn_i_call *call = control->pending.call;
  const cyn_update_time_to_live_input *input = call->input;
  cyn_update_time_to_live_output *output = cyn_i_call_output(call);
  if (output != NULL) output->time_to_live_specification = input->time_to_live_specification;
}

cyn_i_pending *cyn_i_update_time_to_live(cyn_i_worker *worker, cyn_i_call *call) {
  const cyn_update_time_to_live_input *input = call->input;
  cyn_i_control *control = cyn_i_control_new(worker, call, input->table_name, decide, answer);
  return control != NULL ? &control->pending : NULL;
}
