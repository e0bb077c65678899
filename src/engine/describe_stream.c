/* DescribeStream: a stream and its one shard, which begins at the oldest record that is left. DynamoDB page:
 * API_streams_DescribeStream. */
#include "engine/stream.h"

/* A shard has no children here; so a filter for them finds none. */
static bool shard_is_wanted(const cyn_describe_stream_input *input, cyn_bytes shard_id) {
  if (input->shard_filter != NULL) return false;
  cyn_bytes start = input->exclusive_start_shard_id;
  if (start.data == NULL) return true;
  size_t size = start.size < shard_id.size ? start.size : shard_id.size;
  int order = memcmp(start.data, shard_id.data, size);
  return order < 0 || (order == 0 && start.size < shard_id.size);
}

static cyn_status check_filter(cyn_i_call *call) {
  const cyn_shard_filter *filter = ((const cyn_describe_stream_input *)call->input)->shard_filter;
  if (filter == NULL || (filter->type.data != NULL && filter->shard_id.data != NULL)) return CYN_OK;
  return cyn_i_error_set(call->error, CYN_E_VALIDATION, "ShardFilter needs Type and ShardId");
}

static const cyn_key_schema_element *key_element(const cyn_i_key_part *part, const char *type, cyn_i_arena *arena) {
  cyn_key_schema_element *out = cyn_i_arena_alloc(arena, sizeof *out);
  if (out == NULL) return NULL;
  *out = (cyn_key_schema_element)CYN_KEY_SCHEMA_ELEMENT_INIT;
  out->attribute_name = cyn_i_arena_copy(arena, part->name);
  out->key_type = cyn_str(type);
  return out->attribute_name.data != NULL ? out : NULL;
}

static bool describe_keys(const cyn_i_stream *stream, cyn_i_arena *arena, cyn_key_schema *out) {
  const cyn_key_schema_element **elements = cyn_i_arena_alloc(arena, 2 * sizeof *elements);
  if (elements == NULL) return false;
  bool has_range = stream->range.name.data != NULL;
  elements[0] = key_element(&stream->hash, CYN_KEY_TYPE_HASH, arena);
  if (has_range) elements[1] = key_element(&stream->range, CYN_KEY_TYPE_RANGE, arena);
  *out = (cyn_key_schema){has_range ? 2 : 1, elements};
  return elements[0] != NULL && (!has_range || elements[1] != NULL);
}

static bool describe_shard(const cyn_i_stream *stream, cyn_bytes shard_id, uint64_t first, uint64_t last,
                           cyn_i_arena *arena, cyn_shard_description_list *out) {
  cyn_shard *shard = cyn_i_arena_alloc(arena, sizeof *shard);
  const cyn_shard **list = cyn_i_arena_alloc(arena, sizeof *list);
  cyn_sequence_number_range *range = cyn_i_arena_alloc(arena, sizeof *range);
  if (shard == NULL || list == NULL || range == NULL) return false;
  *shard = (cyn_shard)CYN_SHARD_INIT;
  *range = (cyn_sequence_number_range)CYN_SEQUENCE_NUMBER_RANGE_INIT;
  range->starting_sequence_number = cyn_i_sequence_number(first, arena);
  if (stream->closed_ms != 0) range->ending_sequence_number = cyn_i_sequence_number(last > first ? last : first, arena);
  shard->shard_id = shard_id;
  shard->sequence_number_range = range;
  list[0] = shard;
  *out = (cyn_shard_description_list){1, list};
  return range->starting_sequence_number.data != NULL &&
         (stream->closed_ms == 0 || range->ending_sequence_number.data != NULL);
}

/* In the worker's view. */
static cyn_status describe(cyn_i_worker *worker, cyn_i_call *call, const cyn_i_stream_place *place,
                           cyn_stream_description *out) {
  cyn_i_stream stream;
  uint64_t first = 1, last = 0;
  cyn_status status = cyn_i_stream_load(worker, call, place, &stream);
  if (status == CYN_OK) status = cyn_i_stream_bounds(worker, call, &stream, &first, &last);
  if (status != CYN_OK) return status;
  cyn_bytes shard_id = cyn_i_shard_id(&stream, call->arena);
  if (shard_id.data == NULL || !describe_keys(&stream, call->arena, &out->key_schema))
    return cyn_i_error_no_memory(call->error);
  out->stream_arn = place->arn;
  out->stream_label = place->label;
  out->table_name = place->table;
  out->stream_status = cyn_str(stream.closed_ms != 0 ? CYN_STREAM_STATUS_DISABLED : CYN_STREAM_STATUS_ENABLED);
  out->stream_view_type = cyn_str(cyn_i_view_type_name(stream.view));
  out->creation_request_date_time = cyn_double(cyn_i_seconds(stream.created_ms));
  if (!shard_is_wanted(call->input, shard_id)) return CYN_OK;
  bool described = describe_shard(&stream, shard_id, first, last, call->arena, &out->shards);
  return described ? CYN_OK : cyn_i_error_no_memory(call->error);
}

cyn_i_pending *cyn_i_describe_stream(cyn_i_worker *worker, cyn_i_call *call) {
  const cyn_describe_stream_input *input = call->input;
  static const cyn_shard *const none[1] = {NULL};
  cyn_i_stream_place place;
  cyn_status status = check_filter(call);
  if (status == CYN_OK) status = cyn_i_stream_place_of(call, input->stream_arn, &place);
  if (status != CYN_OK) return cyn_i_call_failed(call, status);
  cyn_stream_description *description = cyn_i_arena_alloc(call->arena, sizeof *description);
  if (description == NULL) return cyn_i_call_failed(call, cyn_i_error_no_memory(call->error));
  *description = (cyn_stream_description)CYN_STREAM_DESCRIPTION_INIT;
  description->shards.at = none; /* an empty list shows */
  status = cyn_i_store_view_begin(worker->view, call->error);
  if (status != CYN_OK) return cyn_i_call_failed(call, status);
  status = describe(worker, call, &place, description);
  cyn_i_store_view_end(worker->view);
  if (status != CYN_OK) return cyn_i_call_failed(call, status);
  cyn_describe_stream_output *output = cyn_i_call_output(call);
  if (output != NULL) output->stream_description = description;
  return NULL;
}
