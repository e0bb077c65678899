/* CreateTable (validation.md 3.8). DynamoDB page: API_CreateTable.
 *
 * All checks but the last need no store; whether the name is free is known in decide, where a table whose deletion is
 * over makes room: its spaces are reclaimed in the same commit. */
#include "engine/control.h"
#include "engine/table_describe.h"
#include "engine/table_parts.h"

#include "base/random.h"

#define INVALID "One or more parameter values were invalid: "
#define NON_KEY_ATTRIBUTES_MAX 100

typedef struct creation {
  const cyn_create_table_input *input;
  bool is_on_demand;
  cyn_i_index_request *indexes; /* local, then global */
  size_t local_count, index_count;
  cyn_bytes table_id;
  cyn_attribute_definitions definitions; /* sorted */
} creation;

static cyn_status check(creation *c, cyn_i_call *call);
static cyn_status decide(cyn_i_control *control, cyn_i_control_change *change, cyn_error *error);
static void answer(cyn_i_control *control);

static bool collect_indexes(creation *c, cyn_i_arena *arena) {
  const cyn_create_table_input *input = c->input;
  c->local_count = input->local_secondary_indexes.count;
  c->index_count = c->local_count + input->global_secondary_indexes.count;
  c->indexes = cyn_i_arena_zalloc(arena, c->index_count + 1, sizeof *c->indexes);
  if (c->indexes == NULL) return false;
  for (size_t i = 0; i < c->local_count; i++) {
    const cyn_local_secondary_index *in = input->local_secondary_indexes.at[i];
    c->indexes[i] = (cyn_i_index_request){
        .name = in->index_name, .keys = &in->key_schema, .projection = in->projection, .number = i + 1};
  }
  for (size_t i = c->local_count; i < c->index_count; i++) {
    const cyn_global_secondary_index *in = input->global_secondary_indexes.at[i - c->local_count];
    c->indexes[i] = (cyn_i_index_request){.name = in->index_name,
                                          .keys = &in->key_schema,
                                          .projection = in->projection,
                                          .throughput = in->provisioned_throughput,
                                          .on_demand = in->on_demand_throughput,
                                          .warm = in->warm_throughput,
                                          .is_global = true,
                                          .number = i - c->local_count + 1};
  }
  return true;
}

cyn_i_pending *cyn_i_create_table(cyn_i_worker *worker, cyn_i_call *call) {
  creation *c = cyn_i_arena_zalloc(call->arena, 1, sizeof *c);
  char *id = cyn_i_arena_alloc(call->arena, 37);
  if (c == NULL || id == NULL) return cyn_i_call_failed(call, cyn_i_error_no_memory(call->error));
  c->input = call->input;
  c->is_on_demand = cyn_i_is_text(c->input->billing_mode, CYN_BILLING_MODE_PAY_PER_REQUEST);
  cyn_i_random_uuid(id);
  c->table_id = cyn_str(id);
  if (!collect_indexes(c, call->arena)) return cyn_i_call_failed(call, cyn_i_error_no_memory(call->error));
  cyn_status status = check(c, call);
  if (status != CYN_OK) return cyn_i_call_failed(call, status);
  if (!cyn_i_parts_definitions(&c->input->attribute_definitions, NULL, call->arena, &c->definitions))
    return cyn_i_call_failed(call, cyn_i_error_no_memory(call->error));
  cyn_i_control *control = cyn_i_control_new(worker, call, c->input->table_name, decide, answer);
  if (control == NULL) return NULL;
  control->extra = c;
  return &control->pending;
}

/* ---- checks ---- */

static cyn_status check_not_built(const cyn_create_table_input *input, cyn_error *error) {
  const char *what = input->vector_indexes.at != NULL                             ? "VectorIndexes"
                     : input->resource_policy.data != NULL                        ? "ResourcePolicy"
                     : input->global_table_source_arn.data != NULL                ? "GlobalTableSourceArn"
                     : input->global_table_settings_replication_mode.data != NULL ? "GlobalTableSettingsReplicationMode"
                                                                                  : NULL;
  if (what == NULL) return CYN_OK;
  return cyn_i_error_setf(error, CYN_E_NOT_IMPLEMENTED, "Cynamo does not have %s of CreateTable yet", what);
}

static cyn_status check_billing(const creation *c, cyn_error *error) {
  const cyn_create_table_input *input = c->input;
  if (c->is_on_demand && input->provisioned_throughput != NULL)
    return cyn_i_error_set(error, CYN_E_VALIDATION,
                           INVALID
                           "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
                           "PAY_PER_REQUEST");
  if (!c->is_on_demand && input->provisioned_throughput == NULL)
    return cyn_i_error_set(error, CYN_E_VALIDATION,
                           INVALID
                           "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is "
                           "PROVISIONED");
  return cyn_i_check_units(input->provisioned_throughput, error);
}

static cyn_status check_name_is_new(const creation *c, size_t position, cyn_error *error) {
  for (size_t i = 0; i < position; i++)
    if (cyn_i_same(c->indexes[i].name, c->indexes[position].name))
      return cyn_i_error_setf(error, CYN_E_VALIDATION, INVALID "Duplicate index name: %.*s",
                              CYN_PRINT(c->indexes[position].name));
  return CYN_OK;
}

static cyn_status check_global_throughput(const creation *c, const cyn_i_index_request *index, cyn_error *error) {
  if (c->is_on_demand && index->throughput != NULL)
    return cyn_i_error_setf(error, CYN_E_VALIDATION,
                            INVALID
                            "ProvisionedThroughput should not be specified for index: %.*s when BillingMode is "
                            "PAY_PER_REQUEST",
                            CYN_PRINT(index->name));
  if (!c->is_on_demand && index->throughput == NULL)
    return cyn_i_error_setf(error, CYN_E_VALIDATION, INVALID "ProvisionedThroughput is not specified for index: %.*s",
                            CYN_PRINT(index->name));
  cyn_status status = cyn_i_check_units(index->throughput, error);
  if (status != CYN_OK) return status;
  return cyn_i_check_on_demand(index->on_demand, index->name, !c->is_on_demand, false, error);
}

static cyn_status check_indexes(const creation *c, size_t from, size_t to, cyn_i_call *call) {
  for (size_t i = from; i < to; i++) {
    const cyn_i_index_request *index = &c->indexes[i];
    cyn_status status = cyn_i_check_index_keys_of(index, &c->input->attribute_definitions, &c->input->key_schema,
                                                  call->arena, call->error);
    if (status == CYN_OK) status = cyn_i_check_projection(index->projection, call->error);
    if (status == CYN_OK && index->is_global) status = check_global_throughput(c, index, call->error);
    if (status == CYN_OK) status = check_name_is_new(c, i, call->error);
    if (status != CYN_OK) return status;
  }
  return CYN_OK;
}

static cyn_status check_local(const creation *c, cyn_i_call *call) {
  const cyn_create_table_input *input = c->input;
  if (input->local_secondary_indexes.at == NULL) return CYN_OK;
  if (c->local_count == 0)
    return cyn_i_error_set(call->error, CYN_E_VALIDATION, INVALID "List of LocalSecondaryIndexes is empty");
  if (input->key_schema.count < 2)
    return cyn_i_error_set(call->error, CYN_E_VALIDATION,
                           INVALID
                           "Table KeySchema does not have a range key, which is required when specifying a "
                           "LocalSecondaryIndex");
  cyn_status status = check_indexes(c, 0, c->local_count, call);
  if (status == CYN_OK && c->local_count > CYN_LOCAL_INDEXES_MAX)
    status = cyn_i_error_set(call->error, CYN_E_VALIDATION,
                             INVALID "Number of LocalSecondaryIndexes exceeds per-table limit of 5");
  return status;
}

static cyn_status check_global(const creation *c, cyn_i_call *call) {
  if (c->input->global_secondary_indexes.at == NULL) return CYN_OK;
  if (c->index_count == c->local_count)
    return cyn_i_error_set(call->error, CYN_E_VALIDATION, INVALID "List of GlobalSecondaryIndexes is empty");
  cyn_status status = check_indexes(c, c->local_count, c->index_count, call);
  if (status == CYN_OK && c->index_count - c->local_count > CYN_GLOBAL_INDEXES_MAX)
    status = cyn_i_error_set(call->error, CYN_E_VALIDATION,
                             INVALID "GlobalSecondaryIndex count exceeds the per-table limit of 20");
  return status;
}

static cyn_status check_projected_count(const creation *c, cyn_error *error) {
  size_t count = 0;
  for (size_t i = 0; i < c->index_count; i++) count += c->indexes[i].projection->non_key_attributes.count;
  if (count <= NON_KEY_ATTRIBUTES_MAX) return CYN_OK;
  return cyn_i_error_set(error, CYN_E_VALIDATION,
                         INVALID "Number of NonKeyAttributes of all indexes exceeds the per-table limit of 100");
}

/* Names of keys, each once, as they are met. */
static bool key_names_used(const creation *c, cyn_i_arena *arena, cyn_bytes **out, size_t *out_count) {
  size_t room = c->input->key_schema.count;
  for (size_t i = 0; i < c->index_count; i++) room += c->indexes[i].keys->count;
  cyn_bytes *names = cyn_i_arena_alloc(arena, (room + 1) * sizeof *names);
  if (names == NULL) return false;
  size_t count = 0;
  for (size_t k = 0; k <= c->index_count; k++) {
    const cyn_key_schema *keys = k == 0 ? &c->input->key_schema : c->indexes[k - 1].keys;
    for (size_t i = 0; i < keys->count; i++) {
      bool is_known = false;
      for (size_t j = 0; j < count; j++) is_known = is_known || cyn_i_same(names[j], keys->at[i]->attribute_name);
      if (!is_known) names[count++] = keys->at[i]->attribute_name;
    }
  }
  *out = names;
  *out_count = count;
  return true;
}

static cyn_status check_all_used(const creation *c, cyn_i_call *call) {
  cyn_bytes *used;
  size_t used_count;
  if (!key_names_used(c, call->arena, &used, &used_count)) return cyn_i_error_no_memory(call->error);
  const cyn_attribute_definitions *definitions = &c->input->attribute_definitions;
  bool all = true;
  cyn_i_buf defined, keys;
  cyn_i_buf_init(&defined, call->arena);
  cyn_i_buf_init(&keys, call->arena);
  for (size_t i = 0; i < definitions->count; i++) {
    bool is_used = false;
    for (size_t j = 0; j < used_count; j++)
      is_used = is_used || cyn_i_same(used[j], definitions->at[i]->attribute_name);
    all = all && is_used;
    cyn_i_buf_printf(&defined, "%s%.*s", i != 0 ? ", " : "", CYN_PRINT(definitions->at[i]->attribute_name));
  }
  if (all) return CYN_OK;
  for (size_t i = 0; i < used_count; i++) cyn_i_buf_printf(&keys, "%s%.*s", i != 0 ? ", " : "", CYN_PRINT(used[i]));
  if (defined.failed || keys.failed) return cyn_i_error_no_memory(call->error);
  return cyn_i_error_setf(call->error, CYN_E_VALIDATION,
                          INVALID
                          "Some AttributeDefinitions are not used. AttributeDefinitions: [%.*s], keys used: [%.*s]",
                          (int)defined.size, (const char *)defined.data, (int)keys.size, (const char *)keys.data);
}

static cyn_status check_warm(const creation *c, cyn_error *error) {
  cyn_status status =
      cyn_i_check_warm(c->input->warm_throughput, (cyn_bytes){NULL, 0}, c->input->provisioned_throughput, error);
  for (size_t i = c->local_count; status == CYN_OK && i < c->index_count; i++)
    status = cyn_i_check_warm(c->indexes[i].warm, c->indexes[i].name, c->indexes[i].throughput, error);
  return status;
}

static cyn_status check(creation *c, cyn_i_call *call) {
  const cyn_create_table_input *input = c->input;
  cyn_error *error = call->error;
  bool has_index_lists = input->local_secondary_indexes.at != NULL || input->global_secondary_indexes.at != NULL;
  cyn_status status = check_not_built(input, error);
  if (status == CYN_OK) status = check_billing(c, error);
  if (status == CYN_OK)
    status =
        cyn_i_check_table_keys(&input->attribute_definitions, &input->key_schema, has_index_lists, call->arena, error);
  if (status == CYN_OK) status = check_local(c, call);
  if (status == CYN_OK) status = check_global(c, call);
  if (status == CYN_OK) status = check_projected_count(c, error);
  if (status == CYN_OK && has_index_lists) status = check_all_used(c, call);
  if (status == CYN_OK)
    status = cyn_i_check_on_demand(input->on_demand_throughput, (cyn_bytes){NULL, 0}, !c->is_on_demand, false, error);
  if (status == CYN_OK) status = check_warm(c, error);
  if (status == CYN_OK) status = cyn_i_check_stream(input->stream_specification, false, error);
  if (status == CYN_OK) status = cyn_i_check_sse(input->sse_specification, error);
  if (status == CYN_OK) status = cyn_i_check_tags(&input->tags, error);
  return status;
}

/* ---- the record ---- */

static bool describe_indexes(const creation *c, cyn_table_description *description, cyn_i_arena *arena) {
  if (c->index_count == 0) return true;
  size_t global_count = c->index_count - c->local_count;
  const cyn_local_secondary_index_description **local = cyn_i_arena_zalloc(arena, c->local_count + 1, sizeof *local);
  const cyn_global_secondary_index_description **global = cyn_i_arena_zalloc(arena, global_count + 1, sizeof *global);
  if (local == NULL || global == NULL) return false;
  for (size_t i = 0; i < c->index_count; i++) {
    const cyn_i_index_request *index = &c->indexes[i];
    if (index->is_global)
      global[i - c->local_count] = cyn_i_parts_global_index(index, description->table_arn, c->is_on_demand, arena);
    else
      local[i] = cyn_i_parts_local_index(index, description->table_arn, arena);
    if (index->is_global ? global[i - c->local_count] == NULL : local[i] == NULL) return false;
  }
  if (c->local_count != 0) description->local_secondary_indexes.at = local;
  if (global_count != 0) description->global_secondary_indexes.at = global;
  description->local_secondary_indexes.count = c->local_count;
  description->global_secondary_indexes.count = global_count;
  return true;
}

static bool describe_billing(const creation *c, cyn_table_description *description, int64_t now_ms,
                             cyn_i_arena *arena) {
  const cyn_create_table_input *input = c->input;
  const cyn_provisioned_throughput_description *units = cyn_i_parts_throughput(input->provisioned_throughput, arena);
  if (units == NULL) return false;
  description->provisioned_throughput = units;
  cyn_i_warm_units warm = cyn_i_parts_warm(input->warm_throughput, units, c->is_on_demand, (cyn_i_warm_units){0, 0});
  description->warm_throughput = cyn_i_parts_table_warm(warm, arena);
  if (description->warm_throughput == NULL) return false;
  if (!cyn_i_parts_on_demand(NULL, input->on_demand_throughput, arena, &description->on_demand_throughput))
    return false;
  if (!c->is_on_demand) return true;
  cyn_billing_mode_summary *summary = cyn_i_arena_alloc(arena, sizeof *summary);
  if (summary == NULL) return false;
  *summary = (cyn_billing_mode_summary)CYN_BILLING_MODE_SUMMARY_INIT;
  summary->billing_mode = input->billing_mode;
  summary->last_update_to_pay_per_request_date_time = cyn_double(cyn_i_seconds(now_ms));
  description->billing_mode_summary = summary;
  return true;
}

static cyn_table_description *describe(const creation *c, const cyn_i_control *control) {
  const cyn_create_table_input *input = c->input;
  cyn_i_arena *arena = control->pending.call->arena;
  int64_t now_ms = control->pending.now_ms;
  cyn_table_description *out = cyn_i_arena_alloc(arena, sizeof *out);
  if (out == NULL) return NULL;
  *out = (cyn_table_description)CYN_TABLE_DESCRIPTION_INIT;
  out->attribute_definitions = c->definitions;
  out->table_name = control->name;
  out->key_schema = input->key_schema;
  out->creation_date_time = cyn_double(cyn_i_seconds(now_ms));
  out->table_arn = cyn_i_table_arn(control->account, control->region, control->name, arena);
  out->table_id = c->table_id;
  out->deletion_protection_enabled = cyn_bool(input->deletion_protection_enabled.value);
  if (out->table_arn.data == NULL || !describe_billing(c, out, now_ms, arena) || !describe_indexes(c, out, arena))
    return NULL;
  if (!cyn_i_parts_sse(input->sse_specification, control->account, control->region, arena, &out->sse_description))
    return NULL;
  if (input->table_class.data == NULL) return out;
  cyn_table_class_summary *class_summary = cyn_i_arena_alloc(arena, sizeof *class_summary);
  if (class_summary == NULL) return NULL;
  *class_summary = (cyn_table_class_summary)CYN_TABLE_CLASS_SUMMARY_INIT;
  class_summary->table_class = input->table_class;
  out->table_class_summary = class_summary;
  return out;
}

static cyn_status take_spaces(const creation *c, cyn_i_control_change *change, cyn_error *error) {
  change->record.space = cyn_i_control_take_space(change, error);
  if (change->record.space == 0) return error->status;
  for (size_t i = 0; i < c->index_count; i++) {
    change->index_spaces[i] = cyn_i_control_take_space(change, error);
    if (change->index_spaces[i] == 0) return error->status;
    change->index_states[i] = CYN_INDEX_ACTIVE;
  }
  change->record.index_spaces = change->index_spaces;
  change->record.index_states = change->index_states;
  change->record.index_count = c->index_count;
  return CYN_OK;
}

static cyn_status open_stream(cyn_i_control *control, const cyn_stream_specification *stream,
                              cyn_i_control_change *change, cyn_error *error) {
  if (stream == NULL || !stream->stream_enabled.value) return CYN_OK;
  cyn_status status = cyn_i_control_open_stream(control, change, error);
  if (status != CYN_OK) return status;
  bool described = cyn_i_parts_stream_on(change->description, stream, change->record.stream_created_ms,
                                         control->pending.call->arena);
  return described ? CYN_OK : cyn_i_error_no_memory(error);
}

static cyn_status decide(cyn_i_control *control, cyn_i_control_change *change, cyn_error *error) {
  const creation *c = control->extra;
  if (change->found && (change->state == CYN_TABLE_CREATING || change->state == CYN_TABLE_DELETING))
    return cyn_i_table_busy(change->state, control->name, error);
  if (change->found)
    return cyn_i_error_setf(error, CYN_E_RESOURCE_IN_USE, "Table already exists: %.*s", CYN_PRINT(control->name));
  change->description = describe(c, control);
  if (change->description == NULL) return cyn_i_error_no_memory(error);
  change->record = (cyn_i_table_record){.stored_state = CYN_TABLE_ACTIVE, .description = change->description};
  cyn_status status = take_spaces(c, change, error);
  if (status == CYN_OK) status = open_stream(control, c->input->stream_specification, change, error);
  if (status != CYN_OK) return status;
  if (c->input->tags.count != 0) {
    cyn_list_tags_of_resource_output *tags = cyn_i_arena_alloc(control->pending.call->arena, sizeof *tags);
    if (tags == NULL) return cyn_i_error_no_memory(error);
    *tags = (cyn_list_tags_of_resource_output)CYN_LIST_TAGS_OF_RESOURCE_OUTPUT_INIT;
    tags->tags = c->input->tags;
    change->record.tags = tags;
  }
  int64_t delay_ms = control->pending.engine->options.create_table_delay_ms;
  if (delay_ms > 0) {
    change->record.stored_state = CYN_TABLE_CREATING;
    change->record.state_until_ms = control->pending.now_ms + delay_ms;
  }
  return CYN_OK;
}

static void answer(cyn_i_control *control) {
  const creation *c = control->extra;
  cyn_i_call *call = control->pending.call;
  cyn_create_table_output *output = cyn_i_call_output(call);
  if (output == NULL) return;
  cyn_table_description *description =
      cyn_i_table_describe(control->pending.engine, &control->change.record, CYN_DESCRIBE_CREATED,
                           control->pending.now_ms, call->arena, call->error);
  if (description == NULL) {
    call->status = call->error->status;
    return;
  }
  if (c->input->warm_throughput == NULL) description->warm_throughput = NULL;
  output->table_description = description;
}
