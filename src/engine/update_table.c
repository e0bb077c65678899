/* UpdateTable (validation.md 3.8). DynamoDB page: API_UpdateTable. What the request alone shows is checked before; the
 * rest is judged in decide, against the record as it is. */
#include "engine/update_table.h"

#include "engine/table_describe.h"

#define INVALID "One or more parameter values were invalid: "

static cyn_status decide(cyn_i_control *control, cyn_i_control_change *change, cyn_error *error);
static void answer(cyn_i_control *control);

cyn_i_pending *cyn_i_update_table(cyn_i_worker *worker, cyn_i_call *call) {
  const cyn_update_table_input *input = call->input;
  cyn_status status = cyn_i_update_table_check(input, call->error);
  if (status != CYN_OK) return cyn_i_call_failed(call, status);
  cyn_i_control *control = cyn_i_control_new(worker, call, input->table_name, decide, answer);
  return control != NULL ? &control->pending : NULL;
}

/* ---- checks against the table ---- */

static bool is_on_demand(const cyn_table_description *description) {
  return description->billing_mode_summary != NULL &&
         cyn_i_is_text(description->billing_mode_summary->billing_mode, CYN_BILLING_MODE_PAY_PER_REQUEST);
}

static cyn_status check_units_change(const cyn_i_table_update *update, const cyn_table_description *description,
                                     cyn_error *error) {
  const cyn_provisioned_throughput *wanted = update->input->provisioned_throughput;
  const cyn_provisioned_throughput_description *now = description->provisioned_throughput;
  if (wanted == NULL || update->was_on_demand || now == NULL ||
      now->read_capacity_units.value != wanted->read_capacity_units.value ||
      now->write_capacity_units.value != wanted->write_capacity_units.value)
    return CYN_OK;
  long long read = now->read_capacity_units.value, write = now->write_capacity_units.value;
  return cyn_i_error_setf(
      error, CYN_E_VALIDATION,
      "The provisioned throughput for the table will not change. The requested value equals the "
      "current value. Current ReadCapacityUnits provisioned for the table: %lld. Requested "
      "ReadCapacityUnits: %lld. Current WriteCapacityUnits provisioned for the table: %lld. Requested "
      "WriteCapacityUnits: %lld. Refer to the Amazon DynamoDB Developer Guide for current limits and "
      "how to request higher limits.",
      read, read, write, write);
}

static cyn_status check_stream_change(const cyn_i_table_update *update, const cyn_i_control *control,
                                      const cyn_table_description *description, cyn_error *error) {
  const cyn_stream_specification *wanted = update->input->stream_specification;
  if (wanted == NULL) return CYN_OK;
  bool is_on = description->stream_specification != NULL && description->stream_specification->stream_enabled.value;
  if (wanted->stream_enabled.value && is_on)
    return cyn_i_error_setf(error, CYN_E_VALIDATION, "Table already has an enabled stream: TableName: %.*s",
                            CYN_PRINT(control->name));
  if (!wanted->stream_enabled.value && !is_on)
    return cyn_i_error_setf(error, CYN_E_VALIDATION, "Table has no stream to disable: TableName: %.*s",
                            CYN_PRINT(control->name));
  return CYN_OK;
}

static cyn_status check_sse_change(const cyn_i_table_update *update, const cyn_table_description *description,
                                   cyn_error *error) {
  const cyn_sse_specification *wanted = update->input->sse_specification;
  if (wanted == NULL) return CYN_OK;
  bool is_on = wanted->enabled.is_set ? wanted->enabled.value : wanted->sse_type.data != NULL;
  if (!is_on && description->sse_description == NULL)
    return cyn_i_error_set(error, CYN_E_VALIDATION, INVALID "Table is already encrypted by default");
  if (is_on && description->sse_description != NULL && wanted->kms_master_key_id.data != NULL &&
      cyn_i_same(description->sse_description->kms_master_key_arn, wanted->kms_master_key_id))
    return cyn_i_error_set(error, CYN_E_VALIDATION,
                           INVALID
                           "Table is already encrypted with given KMSMasterKeyId. Use KMSMasterKeyId parameter if "
                           "you want to change Master Key");
  return CYN_OK;
}

static cyn_status check_warm_change(const cyn_i_table_update *update, const cyn_table_description *description,
                                    cyn_error *error) {
  const cyn_warm_throughput *wanted = update->input->warm_throughput;
  if (wanted == NULL) return CYN_OK;
  cyn_i_warm_units now = cyn_i_parts_table_warm_units(description->warm_throughput);
  const char *kind = NULL;
  if (wanted->read_units_per_second.is_set && wanted->read_units_per_second.value < now.read)
    kind = "Read";
  else if (wanted->write_units_per_second.is_set && wanted->write_units_per_second.value < now.write)
    kind = "Write";
  if (kind == NULL) return CYN_OK;
  return cyn_i_error_setf(error, CYN_E_VALIDATION,
                          INVALID
                          "Requested %sUnitsPerSecond for WarmThroughput for table is lower than current "
                          "WarmThroughput, decreasing WarmThroughput is not supported",
                          kind);
}

static cyn_status check_busy(const cyn_i_table_update *update, const cyn_i_control *control,
                             const cyn_i_control_change *change, cyn_error *error) {
  /* these two touch nothing that a change under way does */
  bool is_harmless = update->input->deletion_protection_enabled.is_set || update->input->sse_specification != NULL;
  if (change->state == CYN_TABLE_UPDATING && is_harmless) return CYN_OK;
  return cyn_i_table_busy(change->state, control->name, error);
}

static cyn_status check(const cyn_i_table_update *update, const cyn_i_control *control,
                        const cyn_i_control_change *change, cyn_error *error) {
  const cyn_table_description *description = change->description;
  if (update->is_on_demand && update->input->provisioned_throughput != NULL)
    return cyn_i_error_set(error, CYN_E_VALIDATION,
                           INVALID
                           "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
                           "PAY_PER_REQUEST");
  cyn_status status = cyn_i_check_on_demand(update->input->on_demand_throughput, (cyn_bytes){NULL, 0},
                                            !update->is_on_demand, true, error);
  if (status == CYN_OK) status = cyn_i_update_indexes_check(update, control, change, error);
  if (status == CYN_OK) status = check_units_change(update, description, error);
  if (status == CYN_OK) status = check_stream_change(update, control, description, error);
  if (status == CYN_OK) status = check_sse_change(update, description, error);
  if (status == CYN_OK) status = check_warm_change(update, description, error);
  if (status == CYN_OK) status = check_busy(update, control, change, error);
  return status;
}

/* ---- changes ---- */

static bool apply_billing(cyn_i_table_update *update, cyn_table_description *description) {
  const cyn_update_table_input *input = update->input;
  if (input->billing_mode.data == NULL) return true;
  if (update->is_on_demand == update->was_on_demand) return true;
  update->makes_updating = true;
  cyn_billing_mode_summary *summary = cyn_i_arena_alloc(update->arena, sizeof *summary);
  if (summary == NULL) return false;
  *summary = (cyn_billing_mode_summary)CYN_BILLING_MODE_SUMMARY_INIT;
  if (description->billing_mode_summary != NULL) *summary = *description->billing_mode_summary;
  summary->billing_mode = input->billing_mode;
  if (update->is_on_demand)
    summary->last_update_to_pay_per_request_date_time = cyn_double(cyn_i_seconds(update->now_ms));
  description->billing_mode_summary = summary;
  description->on_demand_throughput = NULL;
  if (!update->is_on_demand) return true;
  description->provisioned_throughput = cyn_i_parts_throughput(NULL, update->arena);
  return description->provisioned_throughput != NULL;
}

static bool apply_throughput(cyn_i_table_update *update, cyn_table_description *description) {
  const cyn_update_table_input *input = update->input;
  if (input->provisioned_throughput != NULL) {
    update->makes_updating = true;
    description->provisioned_throughput = cyn_i_parts_throughput_changed(
        description->provisioned_throughput, input->provisioned_throughput, update->now_ms, update->arena);
    if (description->provisioned_throughput == NULL) return false;
  }
  if (input->on_demand_throughput != NULL &&
      !cyn_i_parts_on_demand(description->on_demand_throughput, input->on_demand_throughput, update->arena,
                             &description->on_demand_throughput))
    return false;
  cyn_i_warm_units warm =
      cyn_i_parts_warm(input->warm_throughput, description->provisioned_throughput, update->is_on_demand,
                       cyn_i_parts_table_warm_units(description->warm_throughput));
  description->warm_throughput = cyn_i_parts_table_warm(warm, update->arena);
  return description->warm_throughput != NULL;
}

static bool apply_class(cyn_i_table_update *update, cyn_table_description *description) {
  if (update->input->table_class.data == NULL) return true;
  update->makes_updating = true;
  cyn_table_class_summary *summary = cyn_i_arena_alloc(update->arena, sizeof *summary);
  if (summary == NULL) return false;
  *summary = (cyn_table_class_summary)CYN_TABLE_CLASS_SUMMARY_INIT;
  summary->table_class = update->input->table_class;
  summary->last_update_date_time = cyn_double(cyn_i_seconds(update->now_ms));
  description->table_class_summary = summary;
  return true;
}

static cyn_status apply_stream(cyn_i_table_update *update, cyn_i_control *control, cyn_i_control_change *change,
                               cyn_error *error) {
  const cyn_stream_specification *wanted = update->input->stream_specification;
  if (wanted == NULL) return CYN_OK;
  update->makes_updating = true;
  if (!wanted->stream_enabled.value) {
    change->record.stream_log = 0;
    change->description->stream_specification = NULL; /* label and ARN of the last stream stay */
    return CYN_OK;
  }
  cyn_status status = cyn_i_control_open_stream(control, change, error);
  if (status != CYN_OK) return status;
  bool described =
      cyn_i_parts_stream_on(change->description, wanted, change->record.stream_created_ms, update->arena);
  return described ? CYN_OK : cyn_i_error_no_memory(error);
}

static bool apply(cyn_i_table_update *update, const cyn_i_control *control, cyn_table_description *description) {
  const cyn_update_table_input *input = update->input;
  if (!apply_billing(update, description) || !apply_throughput(update, description) ||
      !apply_class(update, description))
    return false;
  if (input->deletion_protection_enabled.is_set)
    description->deletion_protection_enabled = input->deletion_protection_enabled;
  return input->sse_specification == NULL ||
         cyn_i_parts_sse(input->sse_specification, control->account, control->region, update->arena,
                         &description->sse_description);
}

static cyn_status decide(cyn_i_control *control, cyn_i_control_change *change, cyn_error *error) {
  const cyn_update_table_input *input = control->pending.call->input;
  if (!change->found) return cyn_i_table_not_found(control->name, error);
  cyn_i_table_update *update = cyn_i_arena_zalloc(control->pending.call->arena, 1, sizeof *update);
  if (update == NULL) return cyn_i_error_no_memory(error);
  control->extra = update;
  update->input = input;
  update->arena = control->pending.call->arena;
  update->now_ms = control->pending.now_ms;
  update->delay_ms = control->pending.engine->options.update_table_delay_ms;
  update->was_on_demand = is_on_demand(change->description);
  update->is_on_demand = input->billing_mode.data != NULL
                             ? cyn_i_is_text(input->billing_mode, CYN_BILLING_MODE_PAY_PER_REQUEST)
                             : update->was_on_demand;
  cyn_status status = check(update, control, change, error);
  if (status != CYN_OK) return status;
  if (!apply(update, control, change->description)) return cyn_i_error_no_memory(error);
  status = apply_stream(update, control, change, error);
  if (status == CYN_OK) status = cyn_i_update_indexes_apply(update, control, change, error);
  if (status == CYN_OK && update->makes_updating && update->delay_ms > 0) {
    change->record.stored_state = CYN_TABLE_UPDATING;
    change->record.state_until_ms = update->now_ms + update->delay_ms;
  }
  return status;
}

/* ---- the answer ---- */

/* The index that has just gone still shows, as DELETING. */
static bool show_deleted(const cyn_i_table_update *update, cyn_table_description *description) {
  if (update->deleted_description == NULL) return true;
  cyn_global_secondary_index_description *index = cyn_i_arena_alloc(update->arena, sizeof *index);
  size_t count = description->global_secondary_indexes.count;
  const cyn_global_secondary_index_description **list = cyn_i_arena_alloc(update->arena, (count + 1) * sizeof *list);
  if (index == NULL || list == NULL) return false;
  *index = *update->deleted_description;
  index->index_status = cyn_str(CYN_INDEX_STATUS_DELETING);
  index->warm_throughput = NULL;
  for (size_t i = 0; i < count; i++) list[i] = description->global_secondary_indexes.at[i];
  list[count] = index;
  description->global_secondary_indexes = (cyn_global_secondary_index_description_list){count + 1, list};
  return true;
}

static void answer(cyn_i_control *control) {
  const cyn_i_table_update *update = control->extra;
  cyn_i_call *call = control->pending.call;
  cyn_update_table_output *output = cyn_i_call_output(call);
  if (output == NULL) return;
  cyn_table_description *description =
      cyn_i_table_describe(control->pending.engine, &control->change.record, CYN_DESCRIBE_UPDATED,
                           control->pending.now_ms, call->arena, call->error);
  if (description != NULL && !show_deleted(update, description)) {
    (void)cyn_i_error_no_memory(call->error);
    description = NULL;
  }
  if (description == NULL) {
    call->status = call->error->status;
    return;
  }
  /* a billing mode that is sent again changes nothing, and yet answers UPDATING */
  if (update->makes_updating || update->input->billing_mode.data != NULL)
    description->table_status = cyn_str(CYN_TABLE_STATUS_UPDATING);
  output->table_description = description;
}
