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

/* ---- writes ---- */

typedef struct write_call {
  const void *object;
  void *changes;           /* the object, where the call changes it; NULL: a delete */
  const cyn_expression *update; /* NULL: no update */
  cyn_memory *memory;      /* of an update: the object becomes what is stored */
  const cyn_write_options *options;
  cyn_i_write_parts parts;
} write_call;

/* All writes begin so: what the answer's item needs, the condition, names and values. */
static cyn_status prepare(cyn_i_request *request, write_call *call) {
  const cyn_write_options *options = call->options;
  if (options->return_values != NULL && (options->returned == NULL || options->memory == NULL))
    return cyn_i_model_error(request->error, CYN_E_MODEL, request->codec.model, NULL,
                             "return_values needs `returned` and `memory`");
  return cyn_i_write_parts_make(request, call->object, call->update, options, &call->parts);
}

#define FILL_WRITE(input, request, call, returns)                              \
  do {                                                                         \
    (input)->table_name = (request)->target->table;                            \
    (input)->condition_expression = (call)->parts.condition;                   \
    (input)->expression_attribute_names = (call)->parts.names;                 \
    (input)->expression_attribute_values = (call)->parts.values;               \
    (input)->return_values_on_condition_check_failure = (call)->parts.on_failure; \
    (input)->return_values = cyn_str(returns);                                 \
    (input)->return_consumed_capacity = wants_capacity((call)->options->consumed); \
  } while (0)

/* What the answer changes: the capacity, the version, the item that return_values asked for. */
static cyn_status settle(const cyn_i_request *request, const write_call *call, const cyn_consumed_capacity *capacity,
                         cyn_item item) {
  const cyn_i_field *version = request->plan->version;
  const cyn_write_options *options = call->options;
  add_capacity(options->consumed, capacity);
  if (version != NULL && call->changes != NULL)
    (void)cyn_i_store_int(version->kind, (char *)call->changes + version->offset, call->parts.version + 1);
  if (options->returned == NULL) return CYN_OK;
  *options->returned = (cyn_item){NULL, 0, NULL};
  if (item.data == NULL || options->memory == NULL) return CYN_OK;
  cyn_bytes copy = cyn_i_arena_copy(&options->memory->arena, (cyn_bytes){(const char *)item.data, item.size});
  if (copy.data == NULL) return cyn_i_error_no_memory(request->error);
  *options->returned = (cyn_item){(const uint8_t *)copy.data, copy.size, NULL};
  return CYN_OK;
}

static cyn_status save(cyn_i_request *request, write_call *call) {
  const cyn_i_plan *plan = request->plan;
  cyn_put_item_input input = CYN_PUT_ITEM_INPUT_INIT;
  cyn_status status = prepare(request, call);
  int64_t next_version = call->parts.version + 1;
  if (status == CYN_OK)
    status = cyn_i_object_item(request, call->object, plan->version != NULL ? &next_version : NULL, &input.item);
  if (status != CYN_OK) return status;
  FILL_WRITE(&input, request, call, call->options->return_values);
  const void *answer;
  bool is_sound = call->options->return_values == NULL && input.condition_expression.data == NULL;
  status = is_sound ? cyn_i_request_call_sound(request, CYN_OPERATION_PUT_ITEM, &input, &answer)
                    : cyn_i_request_call(request, CYN_OPERATION_PUT_ITEM, &input, &answer);
  if (status != CYN_OK) return status;
  const cyn_put_item_output *output = answer;
  if (plan->discriminator != NULL && plan->own_kind_count != 0)
    memcpy((char *)call->changes + plan->discriminator->offset, &plan->kinds[0].data, sizeof plan->kinds[0].data);
  return settle(request, call, output->consumed_capacity, output->attributes);
}

static cyn_status update(cyn_i_request *request, write_call *call) {
  cyn_update_item_input input = CYN_UPDATE_ITEM_INPUT_INIT;
  const char *returns = call->options->return_values;
  if (call->memory != NULL && returns != NULL && strcmp(returns, CYN_RETURN_VALUE_ALL_NEW) != 0)
    return cyn_i_model_error(request->error, CYN_E_MODEL, request->codec.model, NULL,
                             "an update into the object returns ALL_NEW; give no memory for other return values");
  cyn_status status = prepare(request, call);
  if (status == CYN_OK) status = cyn_i_object_key(request, call->object, &input.key);
  if (status != CYN_OK) return status;
  FILL_WRITE(&input, request, call, call->memory != NULL ? CYN_RETURN_VALUE_ALL_NEW : returns);
  input.update_expression = call->parts.update;
  const void *answer;
  status = cyn_i_request_call(request, CYN_OPERATION_UPDATE_ITEM, &input, &answer);
  if (status != CYN_OK) return status;
  const cyn_update_item_output *output = answer;
  status = settle(request, call, output->consumed_capacity, output->attributes);
  if (status != CYN_OK || call->memory == NULL || output->attributes.data == NULL) return status;
  cyn_i_codec codec = {request->codec.model, call->memory, request->error, 0};
  return cyn_i_read_object(&codec, request->plan, output->attributes.data, call->changes);
}

static cyn_status delete_object(cyn_i_request *request, write_call *call) {
  cyn_delete_item_input input = CYN_DELETE_ITEM_INPUT_INIT;
  cyn_status status = prepare(request, call);
  if (status == CYN_OK) status = cyn_i_object_key(request, call->object, &input.key);
  if (status != CYN_OK) return status;
  FILL_WRITE(&input, request, call, call->options->return_values);
  const void *answer;
  status = cyn_i_request_call(request, CYN_OPERATION_DELETE_ITEM, &input, &answer);
  if (status != CYN_OK) return status;
  const cyn_delete_item_output *output = answer;
  return settle(request, call, output->consumed_capacity, output->attributes);
}

static cyn_status run_write(cyn_db *db, const cyn_model *model, write_call *call, const cyn_write_options *options,
                            cyn_status (*function)(cyn_i_request *request, write_call *call), cyn_error *error) {
  cyn_write_options room;
  call->options = cyn_i_write_options(options, &room);
  cyn_i_request request;
  cyn_status status = cyn_i_request_begin(&request, db, model, error);
  if (status != CYN_OK) return status;
  status = function(&request, call);
  cyn_i_request_end(&request);
  return status;
}

cyn_status cyn_model_save(cyn_db *db, const cyn_model *model, void *object, const cyn_write_options *options,
                          cyn_error *error) {
  write_call call = {.object = object, .changes = object};
  return run_write(db, model, &call, options, save, error);
}

cyn_status cyn_model_update(cyn_db *db, const cyn_model *model, void *object, cyn_expression expression,
                            const cyn_write_options *options, cyn_memory *memory, cyn_error *error) {
  write_call call = {.object = object, .changes = object, .update = &expression, .memory = memory};
  return run_write(db, model, &call, options, update, error);
}

cyn_status cyn_model_delete(cyn_db *db, const cyn_model *model, const void *object, const cyn_write_options *options,
                            cyn_error *error) {
  write_call call = {.object = object};
  return run_write(db, model, &call, options, delete_object, error);
}

/* ---- reads ---- */

typedef struct read_call {
  cyn_expression keys;     /* of get and exists */
  void *object;            /* of get and refresh */
  cyn_memory *memory;
  bool exists;             /* of exists: what it found */
  const cyn_model **kind;  /* of get_any, whose object is a void ** */
  const cyn_read_options *options;
} read_call;

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
  input.table_name = request->target->table;
  input.key = key;
  if (options->consistent) input.consistent_read = cyn_bool(true);
  input.return_consumed_capacity = wants_capacity(options->consumed);
  const void *answer;
  cyn_status status;
  if (fields == NULL) {
    status = cyn_i_request_call_sound(request, CYN_OPERATION_GET_ITEM, &input, &answer);
  } else {
    status = cyn_i_projection_make(request, fields, &input.projection_expression, &input.expression_attribute_names);
    if (status == CYN_OK) status = cyn_i_request_call(request, CYN_OPERATION_GET_ITEM, &input, &answer);
  }
  if (status != CYN_OK) return status;
  const cyn_get_item_output *output = answer;
  add_capacity(options->consumed, output->consumed_capacity);
  *out = output->item;
  return CYN_OK;
}

static cyn_status get_into(cyn_i_request *request, cyn_item key, const read_call *call) {
  cyn_item item;
  cyn_status status = get_item(request, key, call->options, call->options->fields, &item);
  if (status != CYN_OK) return status;
  if (item.data == NULL) return does_not_exist(request, key);
  cyn_i_codec codec = {request->codec.model, call->memory, request->error, 0};
  if (call->kind != NULL) return cyn_i_read_any(&codec, request->plan, item, call->object, call->kind);
  return cyn_i_read_object(&codec, request->plan, item.data, call->object);
}

static cyn_status get(cyn_i_request *request, read_call *call) {
  cyn_item key;
  cyn_status status = cyn_i_write_keys(request, call->keys, &key);
  return status == CYN_OK ? get_into(request, key, call) : status;
}

static cyn_status refresh(cyn_i_request *request, read_call *call) {
  cyn_item key;
  cyn_status status = cyn_i_object_key(request, call->object, &key);
  return status == CYN_OK ? get_into(request, key, call) : status;
}

static cyn_status exists(cyn_i_request *request, read_call *call) {
  cyn_item key, item;
  cyn_status status = cyn_i_write_keys(request, call->keys, &key);
  if (status == CYN_OK) status = get_item(request, key, call->options, request->plan->hash->field, &item);
  call->exists = status == CYN_OK && item.data != NULL;
  return status;
}

static cyn_status run_read(cyn_db *db, const cyn_model *model, read_call *call, const cyn_read_options *options,
                           cyn_status (*function)(cyn_i_request *request, read_call *call), cyn_error *error) {
  cyn_read_options room;
  call->options = cyn_i_read_options(options, &room);
  cyn_i_request request;
  cyn_status status = cyn_i_request_begin(&request, db, model, error);
  if (status != CYN_OK) return status;
  status = function(&request, call);
  cyn_i_request_end(&request);
  return status;
}

cyn_status cyn_model_get(cyn_db *db, const cyn_model *model, void *object, cyn_expression keys,
                         const cyn_read_options *options, cyn_memory *memory, cyn_error *error) {
  read_call call = {.keys = keys, .object = object, .memory = memory};
  cyn_status status = cyn_i_need_memory(memory, model, error);
  return status == CYN_OK ? run_read(db, model, &call, options, get, error) : status;
}

cyn_status cyn_model_get_any(cyn_db *db, const cyn_model *model, void **object, const cyn_model **kind, cyn_expression keys,
                             const cyn_read_options *options, cyn_memory *memory, cyn_error *error) {
  read_call call = {.keys = keys, .object = object, .kind = kind, .memory = memory};
  *object = NULL;
  *kind = NULL;
  cyn_status status = cyn_i_need_memory(memory, model, error);
  return status == CYN_OK ? run_read(db, model, &call, options, get, error) : status;
}

cyn_status cyn_model_refresh(cyn_db *db, const cyn_model *model, void *object, const cyn_read_options *options,
                             cyn_memory *memory, cyn_error *error) {
  read_call call = {.object = object, .memory = memory};
  cyn_status status = cyn_i_need_memory(memory, model, error);
  return status == CYN_OK ? run_read(db, model, &call, options, refresh, error) : status;
}

cyn_status cyn_model_exists(cyn_db *db, const cyn_model *model, cyn_expression keys, const cyn_read_options *options,
                            bool *out, cyn_error *error) {
  read_call call = {.keys = keys};
  cyn_status status = run_read(db, model, &call, options, exists, error);
  *out = call.exists;
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
