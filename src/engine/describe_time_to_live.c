/* DescribeTimeToLive (validation.md 3.9). DynamoDB page: API_DescribeTimeToLive. A switch shows as under way for as
 * long as tables take to change here (update_table_delay_ms). */
#include "engine/control.h"

static const char *status_text(const cyn_i_engine *engine, const cyn_i_table *table) {
  bool is_settled = table->ttl_changed_ms == 0 ||
                    cyn_i_engine_now_ms(engine) >= table->ttl_changed_ms + engine->options.update_table_delay_ms;
  if (table->ttl_space != 0) return is_settled ? CYN_TIME_TO_LIVE_STATUS_ENABLED : CYN_TIME_TO_LIVE_STATUS_ENABLING;
  return is_settled ? CYN_TIME_TO_LIVE_STATUS_DISABLED : CYN_TIME_TO_LIVE_STATUS_DISABLING;
}

static cyn_status check_state(const cyn_i_engine *engine, const cyn_i_table *table, cyn_error *error) {
  cyn_i_table_state state = cyn_i_table_state_at(table, cyn_i_engine_now_ms(engine));
  if (state != CYN_TABLE_CREATING && state != CYN_TABLE_DELETING) return CYN_OK;
  const char *name = state == CYN_TABLE_CREATING ? "CREATING" : "DELETING";
  return cyn_i_error_setf(error, CYN_E_VALIDATION,
                          "Cannot describe time to live while table is in %s state: Current table state is %s", name,
                          name);
}

cyn_i_pending *cyn_i_describe_time_to_live(cyn_i_worker *worker, cyn_i_call *call) {
  const cyn_describe_time_to_live_input *input = call->input;
  cyn_i_table *table;
  cyn_status status = cyn_i_control_table(worker, call, input->table_name, &table);
  if (status != CYN_OK) return cyn_i_call_failed(call, status);
  cyn_describe_time_to_live_output *output = NULL;
  cyn_time_to_live_description *description = cyn_i_arena_alloc(call->arena, sizeof *description);
  status = check_state(worker->engine, table, call->error);
  if (status == CYN_OK && description == NULL) status = cyn_i_error_no_memory(call->error);
  if (status == CYN_OK) {
    *description = (cyn_time_to_live_description)CYN_TIME_TO_LIVE_DESCRIPTION_INIT;
    description->time_to_live_status = cyn_str(status_text(worker->engine, table));
    if (table->ttl_space != 0) {
      description->attribute_name = cyn_i_arena_copy(call->arena, table->ttl_attribute);
      if (description->attribute_name.data == NULL) status = cyn_i_error_no_memory(call->error);
    }
  }
  cyn_i_table_release(table);
  if (status != CYN_OK) return cyn_i_call_failed(call, status);
  output = cyn_i_call_output(call);
  if (output != NULL) output->time_to_live_description = description;
  return NULL;
}
