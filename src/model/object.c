/* One object: save, get, refresh, update, delete, exists. Each is a request whose memory is scratch; only what the program
 * is to keep is copied out. */
#include <string.h>

#include "model/assemble.h"
#include "value/item_json.h"

#define CAPACITY_TOTAL (cyn_str(CYN_RETURN_CONSUMED_CAPACITY_TOTAL))

static cyn_bytes wants_capacity(const double *consumed) { return consumed != NULL ? CAPACITY_TOTAL : cyn_str(NULL); }

static void add_capacity(double *consumed, const cyn_consumed_capacity *capacity) {
  if (consumed != NULL && capacity != NULL) *consumed += capacity->capacity_units.value;
}

static cyn_status object_item(cyn_i_request *request, const void *object, const int64_t *version, cyn_item *out) {
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, request->arena);
  (void)cyn_i_buf_reserve(&buf, 1024);
  cyn_status status = cyn_i_write_object(&request->codec, request->plan, object, version, &buf);
  *out = (cyn_item){buf.data, buf.size, NULL};
  return status;
}

static cyn_status object_key(cyn_i_request *request, const void *object, cyn_item *out) {
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, request->arena);
  cyn_status status = cyn_i_write_key(&request->codec, request->plan, object, &buf);
  *out = (cyn_item){buf.data, buf.size, NULL};
  return status;
}

/* Where the answer's item goes that return_values asked for. */
static cyn_status check_returned(const cyn_i_request *request, const cyn_write_options *options) {
  if (options->return_values == NULL || (options->returned != NULL && options->memory != NULL)) return CYN_OK;
  return cyn_i_model_error(request->error, CYN_E_MODEL, request->codec.model, NULL,
                           "return_values needs `returned` and `memory`");
}

static cyn_status keep_returned(const cyn_i_request *request, const cyn_write_options *options, cyn_item item) {
  if (options->returned == NULL) return CYN_OK;
  *options->returned = (cyn_item){NULL, 0, NULL};
  if (item.data == NULL || options->memory == NULL) return CYN_OK;
  cyn_bytes copy = cyn_i_arena_copy(&options->memory->arena, (cyn_bytes){(const char *)item.data, item.size});
  if (copy.data == NULL) return cyn_i_error_no_memory(request->error);
  *options->returned = (cyn_item){(const uint8_t *)copy.data, copy.size, NULL};
  return CYN_OK;
}

static cyn_bytes on_failure(const cyn_write_options *options) {
  return cyn_str(options->return_on_failure ? CYN_RETURN_VALUES_ON_CONDITION_CHECK_FAILURE_ALL_OLD : NULL);
}

/* ---- writes ---- */

static cyn_status save(cyn_i_request *request, void *object, const cyn_write_options *options) {
  const cyn_i_plan *plan = request->plan;
  cyn_put_item_input input = CYN_PUT_ITEM_INPUT_INIT;
  cyn_i_parts parts;
  cyn_i_parts_init(&parts, request);
  int64_t version, next_version;
  cyn_status status = check_returned(request, options);
  if (status == CYN_OK) status = cyn_i_version_of(request, object, &version);
  if (status != CYN_OK) return status;
  next_version = version + 1;
  status = object_item(request, object, plan->version != NULL ? &next_version : NULL, &input.item);
  if (status == CYN_OK)
    status = cyn_i_parts_add(&parts, CYN_EXPRESSION_CONDITION, options->condition, &input.condition_expression);
  if (status == CYN_OK && plan->version != NULL && !options->ignore_version)
    status = cyn_i_parts_version(&parts, version, &input.condition_expression);
  if (status == CYN_OK)
    status = cyn_i_parts_finish(&parts, &input.expression_attribute_names, &input.expression_attribute_values);
  if (status != CYN_OK) return status;
  input.table_name = request->target->table;
  input.return_values = cyn_str(options->return_values);
  input.return_values_on_condition_check_failure = on_failure(options);
  input.return_consumed_capacity = wants_capacity(options->consumed);
  const void *answer;
  status = cyn_i_request_call(request, CYN_OPERATION_PUT_ITEM, &input, &answer);
  if (status != CYN_OK) return status;
  const cyn_put_item_output *output = answer;
  add_capacity(options->consumed, output->consumed_capacity);
  if (plan->version != NULL)
    (void)cyn_i_store_int(plan->version->kind, (char *)object + plan->version->offset, next_version);
  if (plan->discriminator != NULL && plan->own_kind_count != 0)
    memcpy((char *)object + plan->discriminator->offset, &plan->kinds[0].data, sizeof plan->kinds[0].data);
  return keep_returned(request, options, output->attributes);
}

cyn_status cyn_model_save(cyn_db *db, const cyn_model *model, void *object, const cyn_write_options *options,
                          cyn_error *error) {
  cyn_write_options own;
  CYN_I_OPTIONS_READ(own, options);
  cyn_i_request request;
  cyn_status status = cyn_i_request_begin(&request, db, model, error);
  if (status != CYN_OK) return status;
  status = save(&request, object, &own);
  cyn_i_request_end(&request);
  return status;
}

static cyn_status update(cyn_i_request *request, void *object, cyn_expression expression, const cyn_write_options *options,
                         cyn_memory *memory) {
  const cyn_i_plan *plan = request->plan;
  cyn_update_item_input input = CYN_UPDATE_ITEM_INPUT_INIT;
  cyn_i_parts parts;
  cyn_i_parts_init(&parts, request);
  int64_t version;
  cyn_status status = check_returned(request, options);
  if (status == CYN_OK && memory != NULL && options->return_values != NULL && strcmp(options->return_values, CYN_RETURN_VALUE_ALL_NEW) != 0)
    status = cyn_i_model_error(request->error, CYN_E_MODEL, request->codec.model, NULL,
                               "an update into the object returns ALL_NEW; give no memory for other return values");
  if (status == CYN_OK) status = cyn_i_version_of(request, object, &version);
  if (status == CYN_OK) status = object_key(request, object, &input.key);
  if (status == CYN_OK) status = cyn_i_parts_add(&parts, CYN_EXPRESSION_UPDATE, expression, &input.update_expression);
  if (status == CYN_OK)
    status = cyn_i_parts_add(&parts, CYN_EXPRESSION_CONDITION, options->condition, &input.condition_expression);
  if (status == CYN_OK && plan->version != NULL && !options->ignore_version)
    status = cyn_i_parts_version(&parts, version, &input.condition_expression);
  if (status == CYN_OK && plan->version != NULL)
    status = cyn_i_parts_next_version(&parts, version, &input.update_expression);
  if (status == CYN_OK)
    status = cyn_i_parts_finish(&parts, &input.expression_attribute_names, &input.expression_attribute_values);
  if (status != CYN_OK) return status;
  input.table_name = request->target->table;
  input.return_values = cyn_str(memory != NULL ? CYN_RETURN_VALUE_ALL_NEW : options->return_values);
  input.return_values_on_condition_check_failure = on_failure(options);
  input.return_consumed_capacity = wants_capacity(options->consumed);
  const void *answer;
  status = cyn_i_request_call(request, CYN_OPERATION_UPDATE_ITEM, &input, &answer);
  if (status != CYN_OK) return status;
  const cyn_update_item_output *output = answer;
  add_capacity(options->consumed, output->consumed_capacity);
  if (plan->version != NULL)
    (void)cyn_i_store_int(plan->version->kind, (char *)object + plan->version->offset, version + 1);
  if (memory != NULL && output->attributes.data != NULL) {
    cyn_i_codec codec = {request->codec.model, memory, request->error, 0};
    status = cyn_i_read_object(&codec, plan, output->attributes.data, object);
    if (status != CYN_OK) return status;
  }
  return keep_returned(request, options, output->attributes);
}

cyn_status cyn_model_update(cyn_db *db, const cyn_model *model, void *object, cyn_expression expression,
                            const cyn_write_options *options, cyn_memory *memory, cyn_error *error) {
  cyn_write_options own;
  CYN_I_OPTIONS_READ(own, options);
  cyn_i_request request;
  cyn_status status = cyn_i_request_begin(&request, db, model, error);
  if (status != CYN_OK) return status;
  status = update(&request, object, expression, &own, memory);
  cyn_i_request_end(&request);
  return status;
}

static cyn_status delete_object(cyn_i_request *request, const void *object, const cyn_write_options *options) {
  const cyn_i_plan *plan = request->plan;
  cyn_delete_item_input input = CYN_DELETE_ITEM_INPUT_INIT;
  cyn_i_parts parts;
  cyn_i_parts_init(&parts, request);
  int64_t version;
  cyn_status status = check_returned(request, options);
  if (status == CYN_OK) status = cyn_i_version_of(request, object, &version);
  if (status == CYN_OK) status = object_key(request, object, &input.key);
  if (status == CYN_OK)
    status = cyn_i_parts_add(&parts, CYN_EXPRESSION_CONDITION, options->condition, &input.condition_expression);
  if (status == CYN_OK && plan->version != NULL && !options->ignore_version)
    status = cyn_i_parts_version(&parts, version, &input.condition_expression);
  if (status == CYN_OK)
    status = cyn_i_parts_finish(&parts, &input.expression_attribute_names, &input.expression_attribute_values);
  if (status != CYN_OK) return status;
  input.table_name = request->target->table;
  input.return_values = cyn_str(options->return_values);
  input.return_values_on_condition_check_failure = on_failure(options);
  input.return_consumed_capacity = wants_capacity(options->consumed);
  const void *answer;
  status = cyn_i_request_call(request, CYN_OPERATION_DELETE_ITEM, &input, &answer);
  if (status != CYN_OK) return status;
  const cyn_delete_item_output *output = answer;
  add_capacity(options->consumed, output->consumed_capacity);
  return keep_returned(request, options, output->attributes);
}

cyn_status cyn_model_delete(cyn_db *db, const cyn_model *model, const void *object, const cyn_write_options *options,
                            cyn_error *error) {
  cyn_write_options own;
  CYN_I_OPTIONS_READ(own, options);
  cyn_i_request request;
  cyn_status status = cyn_i_request_begin(&request, db, model, error);
  if (status != CYN_OK) return status;
  status = delete_object(&request, object, &own);
  cyn_i_request_end(&request);
  return status;
}

/* ---- reads ---- */

static cyn_status does_not_exist(const cyn_i_request *request, cyn_item key) {
  cyn_i_buf text;
  cyn_i_buf_init(&text, request->arena);
  cyn_i_item_to_json(&text, key.data);
  if (text.failed) return cyn_i_error_no_memory(request->error);
  int size = (int)(text.size < 500 ? text.size : 500);
  cyn_status status =
      cyn_i_error_setf(request->error, CYN_E_DOES_NOT_EXIST, "model %s: table %s has no item with the key %.*s",
                       request->codec.model->type, request->target->table.data, size, (const char *)text.data);
  if (request->error != NULL) request->error->operation = CYN_OPERATION_GET_ITEM + 1;
  return status;
}

static cyn_status get_item(cyn_i_request *request, cyn_item key, const cyn_read_options *options, const char *fields,
                           cyn_item *out) {
  cyn_get_item_input input = CYN_GET_ITEM_INPUT_INIT;
  cyn_i_parts parts;
  cyn_item no_values;
  cyn_i_parts_init(&parts, request);
  cyn_status status = cyn_i_parts_fields(&parts, fields, &input.projection_expression);
  if (status == CYN_OK) status = cyn_i_parts_finish(&parts, &input.expression_attribute_names, &no_values);
  if (status != CYN_OK) return status;
  input.table_name = request->target->table;
  input.key = key;
  if (options->consistent) input.consistent_read = cyn_bool(true);
  input.return_consumed_capacity = wants_capacity(options->consumed);
  const void *answer;
  status = cyn_i_request_call(request, CYN_OPERATION_GET_ITEM, &input, &answer);
  if (status != CYN_OK) return status;
  const cyn_get_item_output *output = answer;
  add_capacity(options->consumed, output->consumed_capacity);
  *out = output->item;
  return CYN_OK;
}

static cyn_status get_into(cyn_i_request *request, cyn_item key, void *object, const cyn_read_options *options,
                           cyn_memory *memory) {
  cyn_item item;
  cyn_status status = get_item(request, key, options, options->fields, &item);
  if (status != CYN_OK) return status;
  if (item.data == NULL) return does_not_exist(request, key);
  cyn_i_codec codec = {request->codec.model, memory, request->error, 0};
  return cyn_i_read_object(&codec, request->plan, item.data, object);
}

cyn_status cyn_model_get(cyn_db *db, const cyn_model *model, void *object, cyn_expression keys,
                         const cyn_read_options *options, cyn_memory *memory, cyn_error *error) {
  cyn_read_options own;
  CYN_I_OPTIONS_READ(own, options);
  cyn_i_request request;
  cyn_item key;
  cyn_status status = cyn_i_need_memory(memory, model, error);
  if (status == CYN_OK) status = cyn_i_request_begin(&request, db, model, error);
  if (status != CYN_OK) return status;
  status = cyn_i_write_keys(&request, keys, &key);
  if (status == CYN_OK) status = get_into(&request, key, object, &own, memory);
  cyn_i_request_end(&request);
  return status;
}

cyn_status cyn_model_refresh(cyn_db *db, const cyn_model *model, void *object, const cyn_read_options *options,
                             cyn_memory *memory, cyn_error *error) {
  cyn_read_options own;
  CYN_I_OPTIONS_READ(own, options);
  cyn_i_request request;
  cyn_item key;
  cyn_status status = cyn_i_need_memory(memory, model, error);
  if (status == CYN_OK) status = cyn_i_request_begin(&request, db, model, error);
  if (status != CYN_OK) return status;
  status = object_key(&request, object, &key);
  if (status == CYN_OK) status = get_into(&request, key, object, &own, memory);
  cyn_i_request_end(&request);
  return status;
}

cyn_status cyn_model_exists(cyn_db *db, const cyn_model *model, cyn_expression keys, const cyn_read_options *options,
                            bool *out, cyn_error *error) {
  cyn_read_options own;
  CYN_I_OPTIONS_READ(own, options);
  *out = false;
  cyn_i_request request;
  cyn_item key, item;
  cyn_status status = cyn_i_request_begin(&request, db, model, error);
  if (status != CYN_OK) return status;
  status = cyn_i_write_keys(&request, keys, &key);
  if (status == CYN_OK) status = get_item(&request, key, &own, request.plan->hash->field, &item);
  if (status == CYN_OK) *out = item.data != NULL;
  cyn_i_request_end(&request);
  return status;
}

/* ---- objects and items ---- */

cyn_status cyn_fail(cyn_error *error, const char *message) { return cyn_i_error_set(error, CYN_E_MODEL, message); }

cyn_status cyn_model_to_item(const cyn_model *model, const void *object, cyn_item *out, cyn_memory *memory,
                             cyn_error *error) {
  const cyn_i_plan *plan;
  *out = (cyn_item){NULL, 0, NULL};
  cyn_status status = cyn_i_need_memory(memory, model, error);
  if (status == CYN_OK) status = cyn_i_plan_get(model, &plan, error);
  if (status != CYN_OK) return status;
  cyn_i_codec codec = {model, memory, error, 0};
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, &memory->arena);
  status = cyn_i_write_object(&codec, plan, object, NULL, &buf);
  if (status == CYN_OK) *out = (cyn_item){buf.data, buf.size, NULL};
  return status;
}

cyn_status cyn_model_from_item(const cyn_model *model, void *object, cyn_item item, cyn_memory *memory, cyn_error *error) {
  const cyn_i_plan *plan;
  cyn_status status = cyn_i_need_memory(memory, model, error);
  if (status == CYN_OK) status = cyn_i_plan_get(model, &plan, error);
  if (status != CYN_OK) return status;
  if (item.data == NULL) return cyn_i_model_error(error, CYN_E_DESERIALIZATION, model, NULL, "the item is absent");
  cyn_i_codec codec = {model, memory, error, 0};
  return cyn_i_read_object(&codec, plan, item.data, object);
}
