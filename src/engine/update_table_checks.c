/* What UpdateTable refuses before it looks for the table (validation.md 3.8). The service takes one kind of change at a
 * time; only a change of billing mode goes with others. */
#include "engine/update_table.h"

#define INVALID "One or more parameter values were invalid: "

static cyn_status invalid(cyn_error *error, const char *text) {
  return cyn_i_error_setf(error, CYN_E_VALIDATION, INVALID "%s", text);
}

static cyn_status check_not_built(const cyn_update_table_input *input, cyn_error *error) {
  const char *what = input->replica_updates.at != NULL                            ? "ReplicaUpdates"
                     : input->vector_index_updates.at != NULL                     ? "VectorIndexUpdates"
                     : input->multi_region_consistency.data != NULL               ? "MultiRegionConsistency"
                     : input->global_table_witness_updates.at != NULL             ? "GlobalTableWitnessUpdates"
                     : input->global_table_settings_replication_mode.data != NULL ? "GlobalTableSettingsReplicationMode"
                     : input->disassociation_protection_enabled.is_set            ? "DisassociationProtectionEnabled"
                                                                                  : NULL;
  if (what == NULL) return CYN_OK;
  return cyn_i_error_setf(error, CYN_E_NOT_IMPLEMENTED, "Cynamo does not have %s of UpdateTable yet", what);
}

static bool has_on_demand(const cyn_update_table_input *input) {
  const cyn_on_demand_throughput *limits = input->on_demand_throughput;
  return limits != NULL && (limits->max_read_request_units.is_set || limits->max_write_request_units.is_set);
}

static bool has_warm(const cyn_update_table_input *input) {
  const cyn_warm_throughput *warm = input->warm_throughput;
  return warm != NULL && (warm->read_units_per_second.is_set || warm->write_units_per_second.is_set);
}

/* The kinds of change in a request. */
typedef struct kinds {
  bool throughput, billing, indexes, stream, sse, table_class, protection, on_demand, warm;
  size_t count;
  bool structural; /* an index is created or deleted */
  bool creates;
} kinds;

static kinds kinds_of(const cyn_update_table_input *input) {
  kinds k = {.throughput = input->provisioned_throughput != NULL,
             .billing = input->billing_mode.data != NULL,
             .indexes = input->global_secondary_index_updates.count != 0,
             .stream = input->stream_specification != NULL,
             .sse = input->sse_specification != NULL,
             .table_class = input->table_class.data != NULL,
             .protection = input->deletion_protection_enabled.is_set,
             .on_demand = has_on_demand(input),
             .warm = has_warm(input)};
  k.count = (size_t)k.throughput + k.billing + k.indexes + k.stream + k.sse + k.table_class + k.protection +
            k.on_demand + k.warm;
  for (size_t i = 0; i < input->global_secondary_index_updates.count; i++) {
    const cyn_global_secondary_index_update *entry = input->global_secondary_index_updates.at[i];
    k.creates = k.creates || entry->create != NULL;
    k.structural = k.structural || entry->create != NULL || entry->delete_ != NULL;
  }
  return k;
}

static cyn_bytes entry_name(const cyn_global_secondary_index_update *entry) {
  return entry->update != NULL   ? entry->update->index_name
         : entry->create != NULL ? entry->create->index_name
                                 : entry->delete_->index_name;
}

static cyn_status check_warm_given(const cyn_global_secondary_index_update *entry, cyn_error *error) {
  if (entry->update == NULL || entry->update->warm_throughput == NULL) return CYN_OK;
  const cyn_warm_throughput *warm = entry->update->warm_throughput;
  if (warm->read_units_per_second.is_set || warm->write_units_per_second.is_set) return CYN_OK;
  return cyn_i_error_setf(error, CYN_E_VALIDATION,
                          INVALID
                          "WarmThroughput must have at least one of ReadUnitsPerSecond or WriteUnitsPerSecond "
                          "specified for index: %.*s",
                          CYN_PRINT(entry->update->index_name));
}

static cyn_status check_entries(const cyn_update_table_input *input, cyn_error *error) {
  const cyn_global_secondary_index_update_list *list = &input->global_secondary_index_updates;
  if (list->at != NULL && list->count == 0) return invalid(error, "List of GlobalSecondaryIndexUpdates is empty");
  for (size_t i = 0; i < list->count; i++) {
    const cyn_global_secondary_index_update *entry = list->at[i];
    int actions = (entry->update != NULL) + (entry->create != NULL) + (entry->delete_ != NULL);
    if (actions == 0)
      return invalid(error,
                     "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
                     "GlobalSecondaryIndexUpdate.Delete must not be null");
    if (actions > 1)
      return invalid(error, "Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object");
    for (size_t j = 0; j < i; j++)
      if (cyn_i_same(entry_name(list->at[j]), entry_name(entry)))
        return cyn_i_error_setf(error, CYN_E_VALIDATION,
                                INVALID
                                "Only one global secondary index update per index is allowed simultaneously. "
                                "Index: %.*s",
                                CYN_PRINT(entry_name(entry)));
    cyn_status status = check_warm_given(entry, error);
    if (status != CYN_OK) return status;
  }
  return CYN_OK;
}

static cyn_status check_combination(const kinds *k, bool is_on_demand_asked, cyn_error *error) {
  if (k->count > 1 && k->sse)
    return invalid(error, "Server-Side Encryption modification must be the only operation in the request");
  if (k->count > 1 && k->table_class)
    return invalid(error, "TableClass modification must be the only operation in the request");
  if (k->count > 1 && k->protection)
    return invalid(error, "DeletionProtection modification must be the only operation in the request");
  if (k->warm && k->creates)
    return invalid(error, "Create global secondary index cannot be specified when updating WarmThroughput");
  if (k->on_demand && k->count > (k->billing ? 2u : 1u))
    return invalid(error, "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request");
  if (k->count > 1 && k->warm) return invalid(error, "WarmThroughput must be the only operation in the request");
  bool changes_units = k->throughput || (k->billing && !is_on_demand_asked);
  if (k->stream && changes_units) return invalid(error, "You cannot modify stream status while updating table IOPS");
  if (k->structural && k->throughput)
    return invalid(error, "You cannot create or delete index while updating table IOPS");
  if (k->structural && k->stream)
    return invalid(error, "You cannot create or delete index while changing stream status");
  return CYN_OK;
}

cyn_status cyn_i_update_table_check(const cyn_update_table_input *input, cyn_error *error) {
  cyn_status status = check_not_built(input, error);
  if (status != CYN_OK) return status;
  kinds k = kinds_of(input);
  if (k.count == 0)
    return cyn_i_error_set(error, CYN_E_VALIDATION,
                           "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
                           "GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required");
  if (cyn_i_is_text(input->billing_mode, CYN_BILLING_MODE_PROVISIONED) && !k.throughput)
    return invalid(error, "ProvisionedThroughput must be specified when BillingMode is PROVISIONED");
  status = cyn_i_check_units(input->provisioned_throughput, error);
  if (status == CYN_OK) status = check_entries(input, error);
  if (status == CYN_OK)
    status = check_combination(&k, cyn_i_is_text(input->billing_mode, CYN_BILLING_MODE_PAY_PER_REQUEST), error);
  if (status == CYN_OK) status = cyn_i_check_stream(input->stream_specification, true, error);
  if (status == CYN_OK) status = cyn_i_check_sse(input->sse_specification, error);
  return status;
}
