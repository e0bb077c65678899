/* Tables of models: created from the descriptor with keys, indexes, stream, tags and time to live; described; deleted. */
#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "model/session.h"

#define POLL_FIRST_MS 5
#define POLL_MAX_MS 2000
#define WAIT_SECONDS_DEFAULT 300

typedef struct builder {
  cyn_i_request *request;
  const cyn_attribute_definition **definitions;
  size_t definition_count;
} builder;

static const char *key_type(const cyn_i_field *field) {
  return field->type == CYN_TYPE_N ? CYN_SCALAR_ATTRIBUTE_TYPE_N
                                   : field->type == CYN_TYPE_B ? CYN_SCALAR_ATTRIBUTE_TYPE_B : CYN_SCALAR_ATTRIBUTE_TYPE_S;
}

static bool define(builder *b, const cyn_i_field *field) {
  for (size_t i = 0; i < b->definition_count; i++)
    if (b->definitions[i]->attribute_name.data == field->name.data) return true;
  cyn_attribute_definition *definition = CYN_I_API_NEW(b->request->arena, cyn_attribute_definition);
  if (definition == NULL) return false;
  definition->attribute_name = field->name;
  definition->attribute_type = cyn_str(key_type(field));
  b->definitions[b->definition_count++] = definition;
  return true;
}

static bool key_schema(builder *b, const cyn_i_field *const *fields, size_t hash_count, size_t count, cyn_key_schema *out) {
  const cyn_key_schema_element **at = cyn_i_arena_zalloc(b->request->arena, count, sizeof *at);
  if (at == NULL) return false;
  *out = (cyn_key_schema){count, at};
  for (size_t i = 0; i < count; i++) {
    cyn_key_schema_element *element = CYN_I_API_NEW(b->request->arena, cyn_key_schema_element);
    if (element == NULL || !define(b, fields[i])) return false;
    element->attribute_name = fields[i]->name;
    element->key_type = cyn_str(i < hash_count ? CYN_KEY_TYPE_HASH : CYN_KEY_TYPE_RANGE);
    at[i] = element;
  }
  return true;
}

static bool table_key(builder *b, cyn_key_schema *out) {
  const cyn_i_field *fields[2] = {b->request->plan->hash, b->request->plan->range};
  return key_schema(b, fields, 1, fields[1] != NULL ? 2 : 1, out);
}
static bool index_key(builder *b, const cyn_i_plan_index *index, cyn_key_schema *out) {
  return key_schema(b, index->keys, index->hash_count, index->key_count, out);
}

static bool throughput(builder *b, int64_t read_units, int64_t write_units, const cyn_provisioned_throughput **out) {
  cyn_provisioned_throughput *made = CYN_I_API_NEW(b->request->arena, cyn_provisioned_throughput);
  if (made == NULL) return false;
  made->read_capacity_units = cyn_int(read_units > 0 ? read_units : 1);
  made->write_capacity_units = cyn_int(write_units > 0 ? write_units : 1);
  *out = made;
  return true;
}

/* The next word of "a, b"; its end is where the search goes on. */
static cyn_bytes next_word(const char **at) {
  while (**at == ',' || isspace((unsigned char)**at)) (*at)++;
  const char *start = *at;
  while (**at != '\0' && **at != ',') (*at)++;
  const char *end = *at;
  while (end > start && isspace((unsigned char)end[-1])) end--;
  return (cyn_bytes){start, (size_t)(end - start)};
}

static cyn_status included(builder *b, const cyn_model_index *index, cyn_string_list *out) {
  const char *at = index->options.include;
  size_t room = 1;
  for (const char *p = at; *p != '\0'; p++) room += *p == ',';
  cyn_bytes *names = cyn_i_arena_zalloc(b->request->arena, room, sizeof *names);
  if (names == NULL) return cyn_i_error_no_memory(b->request->error);
  *out = (cyn_string_list){0, names};
  for (cyn_bytes word = next_word(&at); word.size != 0; word = next_word(&at)) {
    const cyn_i_field *field = cyn_i_plan_field(b->request->plan, word);
    if (field == NULL)
      return cyn_i_error_setf(b->request->error, CYN_E_MODEL, "model %s, index %s: it includes %.*s, which is no attribute",
                              b->request->plan->model->type, index->name, (int)word.size, word.data);
    names[out->count++] = field->name;
  }
  return CYN_OK;
}

static cyn_status projection(builder *b, const cyn_model_index *index, const cyn_projection **out) {
  cyn_projection *made = CYN_I_API_NEW(b->request->arena, cyn_projection);
  if (made == NULL) return cyn_i_error_no_memory(b->request->error);
  *out = made;
  if (index->options.include != NULL) {
    made->projection_type = cyn_str(CYN_PROJECTION_TYPE_INCLUDE);
    return included(b, index, &made->non_key_attributes);
  }
  made->projection_type = cyn_str(index->options.keys_only ? CYN_PROJECTION_TYPE_KEYS_ONLY : CYN_PROJECTION_TYPE_ALL);
  return CYN_OK;
}

static cyn_status add_global(builder *b, const cyn_i_plan_index *index, bool provisioned,
                             const cyn_global_secondary_index **out) {
  cyn_global_secondary_index *made = CYN_I_API_NEW(b->request->arena, cyn_global_secondary_index);
  if (made == NULL || !index_key(b, index, &made->key_schema))
    return cyn_i_error_no_memory(b->request->error);
  made->index_name = index->name;
  const cyn_index_options *options = &index->index->options;
  if (provisioned && !throughput(b, options->read_units, options->write_units, &made->provisioned_throughput))
    return cyn_i_error_no_memory(b->request->error);
  *out = made;
  return projection(b, index->index, &made->projection);
}

static cyn_status add_local(builder *b, const cyn_i_plan_index *index, const cyn_local_secondary_index **out) {
  cyn_local_secondary_index *made = CYN_I_API_NEW(b->request->arena, cyn_local_secondary_index);
  if (made == NULL || !index_key(b, index, &made->key_schema))
    return cyn_i_error_no_memory(b->request->error);
  made->index_name = index->name;
  *out = made;
  return projection(b, index->index, &made->projection);
}

static cyn_status add_indexes(builder *b, bool provisioned, cyn_create_table_input *input) {
  const cyn_i_plan *plan = b->request->plan;
  if (plan->index_count == 0) return CYN_OK;
  const cyn_global_secondary_index **global = cyn_i_arena_zalloc(b->request->arena, plan->index_count, sizeof *global);
  const cyn_local_secondary_index **local = cyn_i_arena_zalloc(b->request->arena, plan->index_count, sizeof *local);
  if (global == NULL || local == NULL) return cyn_i_error_no_memory(b->request->error);
  size_t globals = 0, locals = 0;
  for (size_t i = 0; i < plan->index_count; i++) {
    cyn_status status = plan->indexes[i].index->is_local ? add_local(b, &plan->indexes[i], &local[locals++])
                                                         : add_global(b, &plan->indexes[i], provisioned, &global[globals++]);
    if (status != CYN_OK) return status;
  }
  if (globals != 0) input->global_secondary_indexes = (cyn_global_secondary_index_list){globals, global};
  if (locals != 0) input->local_secondary_indexes = (cyn_local_secondary_index_list){locals, local};
  return CYN_OK;
}

static cyn_status add_tags(builder *b, const char *at, cyn_tag_list *out) {
  size_t room = 1;
  for (const char *p = at; *p != '\0'; p++) room += *p == ',';
  const cyn_tag **tags = cyn_i_arena_zalloc(b->request->arena, room, sizeof *tags);
  if (tags == NULL) return cyn_i_error_no_memory(b->request->error);
  *out = (cyn_tag_list){0, tags};
  for (cyn_bytes word = next_word(&at); word.size != 0; word = next_word(&at)) {
    const char *equals = memchr(word.data, '=', word.size);
    cyn_tag *tag = CYN_I_API_NEW(b->request->arena, cyn_tag);
    if (tag == NULL) return cyn_i_error_no_memory(b->request->error);
    size_t key_size = equals != NULL ? (size_t)(equals - word.data) : word.size;
    tag->key = (cyn_bytes){word.data, key_size};
    tag->value = equals != NULL ? (cyn_bytes){equals + 1, word.size - key_size - 1} : cyn_str("");
    tags[out->count++] = tag;
  }
  return CYN_OK;
}

static cyn_status fill(cyn_i_request *request, cyn_create_table_input *input) {
  const cyn_model_options *options = &request->target->options;
  builder b = {request, NULL, 0};
  size_t keys_max = 2 + 2 * CYN_I_INDEX_KEYS_MAX * request->plan->index_count;
  b.definitions = cyn_i_arena_zalloc(request->arena, keys_max, sizeof *b.definitions);
  if (b.definitions == NULL || !table_key(&b, &input->key_schema))
    return cyn_i_error_no_memory(request->error);
  bool provisioned = options->read_units != 0 || options->write_units != 0;
  input->table_name = request->target->table;
  input->billing_mode = cyn_str(provisioned ? CYN_BILLING_MODE_PROVISIONED : CYN_BILLING_MODE_PAY_PER_REQUEST);
  if (provisioned && !throughput(&b, options->read_units, options->write_units, &input->provisioned_throughput))
    return cyn_i_error_no_memory(request->error);
  if (options->deletion_protection) input->deletion_protection_enabled = cyn_bool(true);
  cyn_status status = add_indexes(&b, provisioned, input);
  if (status == CYN_OK && options->tags != NULL) status = add_tags(&b, options->tags, &input->tags);
  if (status == CYN_OK && options->stream != NULL) {
    cyn_stream_specification *stream = CYN_I_API_NEW(request->arena, cyn_stream_specification);
    if (stream == NULL) return cyn_i_error_no_memory(request->error);
    stream->stream_enabled = cyn_bool(true);
    stream->stream_view_type = cyn_str(options->stream);
    input->stream_specification = stream;
  }
  input->attribute_definitions = (cyn_attribute_definitions){b.definition_count, b.definitions};
  return status;
}

/* ---- waiting ---- */

static cyn_status describe(cyn_i_request *request, cyn_i_arena *arena, const cyn_table_description **out) {
  cyn_describe_table_input input = CYN_DESCRIBE_TABLE_INPUT_INIT;
  input.table_name = request->target->table;
  const void *answer = NULL;
  cyn_status status = cyn_i_target_call(request->target, request->target->db, CYN_OPERATION_DESCRIBE_TABLE, &input, arena,
                                        &answer, request->error);
  *out = status == CYN_OK ? ((const cyn_describe_table_output *)answer)->table : NULL;
  return status;
}

/* Until the table is ACTIVE, or (`gone`) until there is none. */
static cyn_status wait_until(cyn_i_request *request, const cyn_table_options *options, bool gone) {
  int64_t seconds = options->wait_seconds_max > 0 ? options->wait_seconds_max : WAIT_SECONDS_DEFAULT;
  uint64_t until = cyn_i_clock_monotonic_ns() + (uint64_t)seconds * 1000000000u;
  for (int64_t pause = POLL_FIRST_MS;; pause = pause * 2 < POLL_MAX_MS ? pause * 2 : POLL_MAX_MS) {
    const cyn_table_description *table;
    cyn_status status = describe(request, request->arena, &table);
    if (status == CYN_E_RESOURCE_NOT_FOUND && gone) {
      if (request->error != NULL) cyn_error_clean_up(request->error);
      return CYN_OK;
    }
    if (status != CYN_OK) return status;
    if (!gone && table->table_status.size == 6 && memcmp(table->table_status.data, "ACTIVE", 6) == 0) return CYN_OK;
    if (cyn_i_clock_monotonic_ns() >= until)
      return cyn_i_error_setf(request->error, CYN_E_TIMEOUT, "model %s: table %s is still %.*s after %lld seconds",
                              request->plan->model->type, request->target->table.data, (int)table->table_status.size,
                              table->table_status.data, (long long)seconds);
    cyn_i_sleep_ms(pause);
  }
}

/* ---- the calls ---- */

static cyn_status update_ttl(cyn_i_request *request) {
  if (request->plan->ttl == NULL) return CYN_OK;
  cyn_update_time_to_live_input input = CYN_UPDATE_TIME_TO_LIVE_INPUT_INIT;
  cyn_time_to_live_specification *specification = CYN_I_API_NEW(request->arena, cyn_time_to_live_specification);
  if (specification == NULL) return cyn_i_error_no_memory(request->error);
  specification->enabled = cyn_bool(true);
  specification->attribute_name = request->plan->ttl->name;
  input.table_name = request->target->table;
  input.time_to_live_specification = specification;
  const void *answer;
  return cyn_i_request_call(request, CYN_OPERATION_UPDATE_TIME_TO_LIVE, &input, &answer);
}

static cyn_status create(cyn_i_request *request, const cyn_table_options *options) {
  cyn_create_table_input input = CYN_CREATE_TABLE_INPUT_INIT;
  cyn_status status = fill(request, &input);
  const void *answer;
  if (status == CYN_OK) status = cyn_i_request_call(request, CYN_OPERATION_CREATE_TABLE, &input, &answer);
  if (status == CYN_E_RESOURCE_IN_USE && options->ignore_existing) {
    if (request->error != NULL) cyn_error_clean_up(request->error);
    return options->wait ? wait_until(request, options, false) : CYN_OK;
  }
  bool needs_active = options->wait || request->plan->ttl != NULL; /* UpdateTimeToLive wants an ACTIVE table */
  if (status == CYN_OK && needs_active) status = wait_until(request, options, false);
  if (status != CYN_OK) return status;
  status = update_ttl(request);
  if (status == CYN_OK || !options->ignore_ttl_errors) return status;
  if (request->error != NULL) cyn_error_clean_up(request->error);
  return CYN_OK;
}

cyn_status cyn_model_create_table(cyn_db *db, const cyn_model *model, const cyn_table_options *options, cyn_error *error) {
  cyn_table_options own;
  CYN_I_OPTIONS_READ(own, options);
  cyn_i_request request;
  cyn_status status = cyn_i_request_begin(&request, db, model, error);
  if (status != CYN_OK) return status;
  status = create(&request, &own);
  cyn_i_request_end(&request);
  return status;
}

static cyn_status drop(cyn_i_request *request, const cyn_table_options *options) {
  cyn_delete_table_input input = CYN_DELETE_TABLE_INPUT_INIT;
  input.table_name = request->target->table;
  const void *answer;
  cyn_status status = cyn_i_request_call(request, CYN_OPERATION_DELETE_TABLE, &input, &answer);
  if (status == CYN_E_RESOURCE_NOT_FOUND && options->ignore_existing) {
    if (request->error != NULL) cyn_error_clean_up(request->error);
    return CYN_OK;
  }
  return status == CYN_OK && options->wait ? wait_until(request, options, true) : status;
}

cyn_status cyn_model_delete_table(cyn_db *db, const cyn_model *model, const cyn_table_options *options, cyn_error *error) {
  cyn_table_options own;
  CYN_I_OPTIONS_READ(own, options);
  cyn_i_request request;
  cyn_status status = cyn_i_request_begin(&request, db, model, error);
  if (status != CYN_OK) return status;
  status = drop(&request, &own);
  cyn_i_request_end(&request);
  return status;
}

cyn_status cyn_model_describe_table(cyn_db *db, const cyn_model *model, const cyn_table_description **out,
                                    cyn_memory *memory, cyn_error *error) {
  *out = NULL;
  cyn_i_request request;
  cyn_status status = cyn_i_need_memory(memory, model, error);
  if (status == CYN_OK) status = cyn_i_request_begin(&request, db, model, error);
  if (status != CYN_OK) return status;
  status = describe(&request, &memory->arena, out);
  cyn_i_request_end(&request);
  return status;
}

cyn_status cyn_model_table_exists(cyn_db *db, const cyn_model *model, bool *out, cyn_error *error) {
  *out = false;
  cyn_i_request request;
  cyn_status status = cyn_i_request_begin(&request, db, model, error);
  if (status != CYN_OK) return status;
  const cyn_table_description *table;
  status = describe(&request, request.arena, &table);
  cyn_i_request_end(&request);
  *out = status == CYN_OK;
  if (status != CYN_E_RESOURCE_NOT_FOUND) return status;
  if (error != NULL) cyn_error_clean_up(error);
  return CYN_OK;
}

cyn_status cyn_model_update_ttl(cyn_db *db, const cyn_model *model, cyn_error *error) {
  cyn_i_request request;
  cyn_status status = cyn_i_request_begin(&request, db, model, error);
  if (status != CYN_OK) return status;
  status = request.plan->ttl != NULL
               ? update_ttl(&request)
               : cyn_i_model_error(error, CYN_E_MODEL, model, NULL, "it has no CYN_TTL attribute");
  cyn_i_request_end(&request);
  return status;
}
