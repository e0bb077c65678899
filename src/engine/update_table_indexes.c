/* UpdateTable's GlobalSecondaryIndexUpdates. A new index starts CREATING: writes keep it up to date from the moment
 * that it is in the record, and a background job fills in the items that were there before (upkeep.h). A deleted one
 * goes from the record and its space is reclaimed; with a delay it stays as DELETING until the table is ACTIVE again.
 */
#include "engine/update_table.h"

#define INVALID "One or more parameter values were invalid: "
#define ONE_ONLINE_INDEX \
  "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"
#define UPDATES_MAX 5
#define NONE SIZE_MAX

/* Position among the global indexes. */
static size_t find(const cyn_i_control_change *change, cyn_bytes name) {
  const cyn_global_secondary_index_description_list *list = &change->description->global_secondary_indexes;
  for (size_t i = 0; i < list->count; i++)
    if (cyn_i_same(list->at[i]->index_name, name)) return i;
  return NONE;
}

static bool is_local(const cyn_i_control_change *change, cyn_bytes name) {
  const cyn_local_secondary_index_description_list *list = &change->description->local_secondary_indexes;
  for (size_t i = 0; i < list->count; i++)
    if (cyn_i_same(list->at[i]->index_name, name)) return true;
  return false;
}

static cyn_i_index_state state_of(const cyn_i_control_change *change, size_t position) {
  return (cyn_i_index_state)change->index_states[change->description->local_secondary_indexes.count + position];
}

static cyn_i_index_request request_of(const cyn_create_global_secondary_index_action *create) {
  return (cyn_i_index_request){.name = create->index_name,
                               .keys = &create->key_schema,
                               .projection = create->projection,
                               .throughput = create->provisioned_throughput,
                               .on_demand = create->on_demand_throughput,
                               .warm = create->warm_throughput,
                               .is_global = true,
                               .number = 1};
}

/* ---- checks ---- */

static cyn_status missing(const cyn_i_control *control, const cyn_i_control_change *change, cyn_bytes name,
                          const char *verb, cyn_error *error) {
  if (is_local(change, name))
    return cyn_i_error_setf(error, CYN_E_VALIDATION, "Cannot %s an index that is not a GlobalSecondaryIndex: %.*s",
                            verb, CYN_PRINT(name));
  return cyn_i_error_setf(error, CYN_E_RESOURCE_NOT_FOUND, "Requested resource not found: Index %.*s for table %.*s",
                          CYN_PRINT(name), CYN_PRINT(control->name));
}

static cyn_status busy(const cyn_i_control *control, cyn_bytes name, cyn_error *error) {
  return cyn_i_error_setf(error, CYN_E_RESOURCE_IN_USE,
                          "Attempt to change a resource which is still in use: Index is being updated.  Table: %.*s "
                          "Index: %.*s",
                          CYN_PRINT(control->name), CYN_PRINT(name));
}

static cyn_status check_create(const cyn_i_table_update *update, const cyn_i_control_change *change,
                               const cyn_create_global_secondary_index_action *create, cyn_error *error) {
  cyn_i_index_request index = request_of(create);
  if (find(change, index.name) != NONE || is_local(change, index.name))
    return cyn_i_error_set(error, CYN_E_VALIDATION, "Attempting to create an index which already exists");
  if (change->description->global_secondary_indexes.count >= CYN_GLOBAL_INDEXES_MAX)
    return cyn_i_error_set(
        error, CYN_E_LIMIT_EXCEEDED,
        "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of 20");
  const cyn_attribute_definitions *given = &update->input->attribute_definitions;
  if (given->count == 0)
    return cyn_i_error_setf(error, CYN_E_VALIDATION, INVALID "AttributeDefinitions is not specified for index: %.*s",
                            CYN_PRINT(index.name));
  cyn_attribute_definitions all;
  if (!cyn_i_parts_definitions(&change->description->attribute_definitions, given, update->arena, &all))
    return cyn_i_error_no_memory(error);
  cyn_status status = cyn_i_check_index_keys_of(&index, &all, &change->description->key_schema, update->arena, error);
  if (status == CYN_OK) status = cyn_i_check_projection(index.projection, error);
  if (status != CYN_OK) return status;
  if (update->is_on_demand && index.throughput != NULL)
    return cyn_i_error_setf(error, CYN_E_VALIDATION,
                            INVALID
                            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: %.*s "
                            "when BillingMode is PAY_PER_REQUEST",
                            CYN_PRINT(index.name));
  if (!update->is_on_demand && index.throughput == NULL)
    return cyn_i_error_setf(error, CYN_E_VALIDATION,
                            INVALID "Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: %.*s",
                            CYN_PRINT(index.name));
  status = cyn_i_check_on_demand(index.on_demand, index.name, !update->is_on_demand, false, error);
  return status == CYN_OK ? cyn_i_check_warm(index.warm, index.name, index.throughput, error) : status;
}

static cyn_status check_units_change(const cyn_global_secondary_index_description *index,
                                     const cyn_provisioned_throughput *wanted, cyn_error *error) {
  const cyn_provisioned_throughput_description *now = index->provisioned_throughput;
  if (now == NULL || now->read_capacity_units.value != wanted->read_capacity_units.value ||
      now->write_capacity_units.value != wanted->write_capacity_units.value)
    return CYN_OK;
  long long read = now->read_capacity_units.value, write = now->write_capacity_units.value;
  return cyn_i_error_setf(
      error, CYN_E_VALIDATION,
      "The provisioned throughput for the index %.*s will not change. The requested value equals the "
      "current value. Current ReadCapacityUnits provisioned for index %.*s: %lld. Requested "
      "ReadCapacityUnits: %lld. Current WriteCapacityUnits provisioned for index %.*s: %lld. Requested "
      "WriteCapacityUnits: %lld. Refer to the Amazon DynamoDB Developer Guide for current limits and "
      "how to request higher limits.",
      CYN_PRINT(index->index_name), CYN_PRINT(index->index_name), read, read, CYN_PRINT(index->index_name), write,
      write);
}

static cyn_status check_warm_change(const cyn_global_secondary_index_description *index,
                                    const cyn_warm_throughput *wanted, cyn_error *error) {
  if (wanted == NULL) return CYN_OK;
  cyn_i_warm_units now = cyn_i_parts_index_warm_units(index->warm_throughput);
  const char *kind = NULL;
  if (wanted->read_units_per_second.is_set && wanted->read_units_per_second.value < now.read)
    kind = "Read";
  else if (wanted->write_units_per_second.is_set && wanted->write_units_per_second.value < now.write)
    kind = "Write";
  if (kind == NULL) return CYN_OK;
  return cyn_i_error_setf(error, CYN_E_VALIDATION,
                          INVALID
                          "Requested %sUnitsPerSecond for WarmThroughput for index %.*s is lower than current "
                          "WarmThroughput, decreasing WarmThroughput is not supported",
                          kind, CYN_PRINT(index->index_name));
}

static cyn_status check_update(const cyn_i_table_update *update, const cyn_i_control *control,
                               const cyn_i_control_change *change,
                               const cyn_update_global_secondary_index_action *action, cyn_error *error) {
  size_t position = find(change, action->index_name);
  if (position == NONE) return missing(control, change, action->index_name, "update", error);
  if (state_of(change, position) != CYN_INDEX_ACTIVE) return busy(control, action->index_name, error);
  bool has_limits =
      action->on_demand_throughput != NULL && (action->on_demand_throughput->max_read_request_units.is_set ||
                                               action->on_demand_throughput->max_write_request_units.is_set);
  if (update->is_on_demand &&
      (action->provisioned_throughput != NULL || (!has_limits && action->warm_throughput == NULL)))
    return cyn_i_error_setf(error, CYN_E_VALIDATION,
                            INVALID
                            "The only Updates for index: %.*s when TableThroughputMode is PAY_PER_REQUEST can be to "
                            "OnDemandThroughput, WarmThroughput",
                            CYN_PRINT(action->index_name));
  cyn_status status =
      cyn_i_check_on_demand(action->on_demand_throughput, action->index_name, !update->is_on_demand, true, error);
  if (status != CYN_OK) return status;
  const cyn_global_secondary_index_description *index = change->description->global_secondary_indexes.at[position];
  if (action->provisioned_throughput != NULL) status = check_units_change(index, action->provisioned_throughput, error);
  return status == CYN_OK ? check_warm_change(index, action->warm_throughput, error) : status;
}

/* One index is created or deleted at a time; deleting the one that is being created is allowed. */
static cyn_status check_online(const cyn_i_table_update *update, const cyn_i_control_change *change, cyn_error *error) {
  const cyn_global_secondary_index_update_list *list = &update->input->global_secondary_index_updates;
  size_t structural = 0;
  cyn_bytes deleted = {NULL, 0};
  for (size_t i = 0; i < list->count; i++) {
    if (list->at[i]->create != NULL || list->at[i]->delete_ != NULL) structural++;
    if (list->at[i]->delete_ != NULL) deleted = list->at[i]->delete_->index_name;
  }
  if (structural > 1) return cyn_i_error_set(error, CYN_E_LIMIT_EXCEEDED, ONE_ONLINE_INDEX);
  if (structural == 0) return CYN_OK;
  for (size_t i = 0; i < change->description->global_secondary_indexes.count; i++) {
    cyn_i_index_state state = state_of(change, i);
    bool is_the_one = cyn_i_same(change->description->global_secondary_indexes.at[i]->index_name, deleted);
    if (state == CYN_INDEX_DELETING || (state == CYN_INDEX_CREATING && !is_the_one))
      return cyn_i_error_set(error, CYN_E_LIMIT_EXCEEDED, ONE_ONLINE_INDEX);
  }
  return CYN_OK;
}

static bool units_exceed(const cyn_global_secondary_index_update *entry) {
  return (entry->update != NULL && cyn_i_units_exceed(entry->update->provisioned_throughput)) ||
         (entry->create != NULL && cyn_i_units_exceed(entry->create->provisioned_throughput));
}

/* Every index needs its units when the table gets some. None comes or goes with them (update_table_checks.c). */
static cyn_status check_all_have_units(const cyn_i_table_update *update, const cyn_i_control_change *change,
                                       cyn_error *error) {
  if (update->is_on_demand || !update->was_on_demand) return CYN_OK;
  cyn_i_buf names;
  cyn_i_buf_init(&names, update->arena);
  const cyn_global_secondary_index_description_list *indexes = &change->description->global_secondary_indexes;
  const cyn_global_secondary_index_update_list *list = &update->input->global_secondary_index_updates;
  for (size_t i = 0; i < indexes->count; i++) {
    bool has_units = false;
    for (size_t j = 0; j < list->count; j++) {
      const cyn_global_secondary_index_update *entry = list->at[j];
      has_units = has_units || (entry->update != NULL && entry->update->provisioned_throughput != NULL &&
                                cyn_i_same(entry->update->index_name, indexes->at[i]->index_name));
    }
    if (!has_units)
      cyn_i_buf_printf(&names, "%s%.*s", names.size != 0 ? "," : "", CYN_PRINT(indexes->at[i]->index_name));
  }
  if (names.failed) return cyn_i_error_no_memory(error);
  if (names.size == 0) return CYN_OK;
  return cyn_i_error_setf(error, CYN_E_VALIDATION, INVALID "ProvisionedThroughput must be specified for index: %.*s",
                          (int)names.size, (const char *)names.data);
}

cyn_status cyn_i_update_indexes_check(const cyn_i_table_update *update, const cyn_i_control *control,
                                      const cyn_i_control_change *change, cyn_error *error) {
  const cyn_global_secondary_index_update_list *list = &update->input->global_secondary_index_updates;
  if (list->count > UPDATES_MAX) return cyn_i_error_set(error, CYN_E_LIMIT_EXCEEDED, ONE_ONLINE_INDEX);
  for (size_t i = 0; i < list->count; i++)
    if (units_exceed(list->at[i]))
      return cyn_i_error_set(error, CYN_E_VALIDATION,
                             "This operation cannot be performed with given input values. Please contact DynamoDB "
                             "service team for more info: Action Blocked: IndexUpdate");
  cyn_status status = check_all_have_units(update, change, error);
  if (status == CYN_OK) status = check_online(update, change, error);
  for (size_t i = 0; status == CYN_OK && i < list->count; i++) {
    const cyn_global_secondary_index_update *entry = list->at[i];
    if (entry->create != NULL)
      status = check_create(update, change, entry->create, error);
    else if (entry->update != NULL)
      status = check_update(update, control, change, entry->update, error);
    else if (find(change, entry->delete_->index_name) == NONE)
      status = missing(control, change, entry->delete_->index_name, "delete", error);
  }
  return status;
}

/* ---- changes ---- */

static cyn_status apply_create(cyn_i_table_update *update, cyn_i_control_change *change,
                               const cyn_create_global_secondary_index_action *create, cyn_error *error) {
  cyn_table_description *description = change->description;
  cyn_i_index_request request = request_of(create);
  size_t count = description->global_secondary_indexes.count;
  const cyn_global_secondary_index_description **list = cyn_i_arena_alloc(update->arena, (count + 1) * sizeof *list);
  if (list == NULL) return cyn_i_error_no_memory(error);
  for (size_t i = 0; i < count; i++) list[i] = description->global_secondary_indexes.at[i];
  list[count] = cyn_i_parts_global_index(&request, description->table_arn, update->is_on_demand, update->arena);
  if (list[count] == NULL) return cyn_i_error_no_memory(error);
  description->global_secondary_indexes = (cyn_global_secondary_index_description_list){count + 1, list};
  if (!cyn_i_parts_definitions(&description->attribute_definitions, &update->input->attribute_definitions,
                               update->arena, &description->attribute_definitions) ||
      !cyn_i_definitions_prune(description, update->arena))
    return cyn_i_error_no_memory(error);
  size_t slot = change->record.index_count++;
  change->index_spaces[slot] = cyn_i_control_take_space(change, error);
  change->index_states[slot] = CYN_INDEX_CREATING;
  return change->index_spaces[slot] != 0 ? CYN_OK : error->status;
}

static cyn_status apply_delete(cyn_i_table_update *update, cyn_i_control *control, cyn_i_control_change *change,
                               cyn_bytes name, cyn_error *error) {
  size_t position = find(change, name);
  if (update->delay_ms > 0) {
    change->index_states[change->description->local_secondary_indexes.count + position] = CYN_INDEX_DELETING;
    return CYN_OK;
  }
  update->deleted_index = name;
  update->deleted_description = change->description->global_secondary_indexes.at[position];
  return cyn_i_control_drop_index(control, change, position) ? CYN_OK : cyn_i_error_no_memory(error);
}

/* A copy of the index in a copy of the list, to be changed. */
static cyn_global_secondary_index_description *open_index(const cyn_i_table_update *update,
                                                          cyn_i_control_change *change, size_t position) {
  cyn_global_secondary_index_description_list *indexes = &change->description->global_secondary_indexes;
  const cyn_global_secondary_index_description **list = cyn_i_arena_alloc(update->arena, indexes->count * sizeof *list);
  cyn_global_secondary_index_description *index = cyn_i_arena_alloc(update->arena, sizeof *index);
  if (list == NULL || index == NULL) return NULL;
  for (size_t i = 0; i < indexes->count; i++) list[i] = indexes->at[i];
  *index = *indexes->at[position];
  list[position] = index;
  indexes->at = list;
  return index;
}

static cyn_status apply_update(cyn_i_table_update *update, cyn_i_control_change *change,
                               const cyn_update_global_secondary_index_action *action, cyn_error *error) {
  cyn_global_secondary_index_description *index = open_index(update, change, find(change, action->index_name));
  if (index == NULL) return cyn_i_error_no_memory(error);
  if (action->provisioned_throughput != NULL) {
    index->provisioned_throughput = cyn_i_parts_throughput_changed(
        index->provisioned_throughput, action->provisioned_throughput, update->now_ms, update->arena);
    if (index->provisioned_throughput == NULL) return cyn_i_error_no_memory(error);
  }
  if (action->on_demand_throughput != NULL &&
      !cyn_i_parts_on_demand(index->on_demand_throughput, action->on_demand_throughput, update->arena,
                             &index->on_demand_throughput))
    return cyn_i_error_no_memory(error);
  cyn_i_warm_units warm = cyn_i_parts_warm(action->warm_throughput, index->provisioned_throughput, update->is_on_demand,
                                           cyn_i_parts_index_warm_units(index->warm_throughput));
  index->warm_throughput = cyn_i_parts_index_warm(warm, update->arena);
  return index->warm_throughput != NULL ? CYN_OK : cyn_i_error_no_memory(error);
}

/* What a change of billing mode does to an index that is not updated itself. */
static cyn_status apply_billing(cyn_i_table_update *update, cyn_i_control_change *change, cyn_error *error) {
  if (update->is_on_demand == update->was_on_demand) return CYN_OK;
  for (size_t i = 0; i < change->description->global_secondary_indexes.count; i++) {
    cyn_global_secondary_index_description *index = open_index(update, change, i);
    if (index == NULL) return cyn_i_error_no_memory(error);
    index->on_demand_throughput = NULL;
    if (update->is_on_demand) {
      index->provisioned_throughput = cyn_i_parts_throughput(NULL, update->arena);
      if (index->provisioned_throughput == NULL) return cyn_i_error_no_memory(error);
    }
    cyn_i_warm_units warm = cyn_i_parts_warm(NULL, index->provisioned_throughput, update->is_on_demand,
                                             cyn_i_parts_index_warm_units(index->warm_throughput));
    index->warm_throughput = cyn_i_parts_index_warm(warm, update->arena);
    if (index->warm_throughput == NULL) return cyn_i_error_no_memory(error);
  }
  return CYN_OK;
}

cyn_status cyn_i_update_indexes_apply(cyn_i_table_update *update, cyn_i_control *control, cyn_i_control_change *change,
                                      cyn_error *error) {
  cyn_status status = apply_billing(update, change, error);
  const cyn_global_secondary_index_update_list *list = &update->input->global_secondary_index_updates;
  for (size_t i = 0; status == CYN_OK && i < list->count; i++) {
    const cyn_global_secondary_index_update *entry = list->at[i];
    if (entry->update != NULL) {
      status = apply_update(update, change, entry->update, error);
      continue;
    }
    update->makes_updating = true;
    if (entry->create != NULL)
      status = apply_create(update, change, entry->create, error);
    else
      status = apply_delete(update, control, change, entry->delete_->index_name, error);
  }
  return status;
}
