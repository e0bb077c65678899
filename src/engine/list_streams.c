/* ListStreams: the streams of an account and Region, or of one table, by table name and label; also those that are closed,
 * for their last day. DynamoDB page: API_streams_ListStreams. */
#include "engine/stream.h"

#define LIMIT_DEFAULT 100
#define LIMIT_MAX 100

typedef struct listing {
  const cyn_stream **streams;
  size_t count, limit;
  int64_t now_ms;
  cyn_i_arena *arena;
  bool has_more, no_memory;
} listing;

static bool visit(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  listing *list = user;
  cyn_i_stream found;
  cyn_bytes name, label;
  if (!cyn_i_stream_record_read(key, value, &found) || cyn_i_stream_is_over(&found, list->now_ms) ||
      !cyn_i_stream_key_split(key->sort, &name, &label))
    return true;
  if (list->count == list->limit) {
    list->has_more = true;
    return false;
  }
  cyn_stream *stream = cyn_i_arena_alloc(list->arena, sizeof *stream);
  list->no_memory = true;
  if (stream == NULL) return false;
  *stream = (cyn_stream)CYN_STREAM_INIT;
  stream->stream_arn = cyn_i_stream_arn(key, list->arena);
  stream->table_name = cyn_i_arena_copy(list->arena, name);
  stream->stream_label = cyn_i_arena_copy(list->arena, label);
  if (stream->stream_arn.data == NULL || stream->table_name.data == NULL || stream->stream_label.data == NULL) return false;
  list->no_memory = false;
  list->streams[list->count++] = stream;
  return true;
}

/* The range of the streams asked for, behind the start. */
static cyn_status range_of(cyn_i_call *call, cyn_i_store_range *out) {
  const cyn_list_streams_input *input = call->input;
  cyn_bytes name = input->table_name; /* a plain name: the model has no ARN here */
  cyn_i_stream_place start;
  cyn_i_store_key key;
  if (!cyn_i_catalog_key(call->context->account, call->context->region, name, call->arena, &key))
    return cyn_i_error_no_memory(call->error);
  *out = (cyn_i_store_range){.space = CYN_SPACE_STREAMS, .whole_partition_range = true, .partition = key.partition};
  if (name.size != 0) {
    char *head = cyn_i_arena_alloc(call->arena, name.size + 1);
    if (head == NULL) return cyn_i_error_no_memory(call->error);
    memcpy(head, name.data, name.size);
    head[name.size] = '\0';
    out->sort_low = out->sort_high = (cyn_bytes){head, name.size + 1};
    out->high_is_prefix = true;
  }
  if (input->exclusive_start_stream_arn.data == NULL) return CYN_OK;
  cyn_status status = cyn_i_stream_place_of(call, input->exclusive_start_stream_arn, &start);
  if (status != CYN_OK) return status;
  cyn_i_store_key *after = cyn_i_arena_alloc(call->arena, sizeof *after);
  if (after == NULL) return cyn_i_error_no_memory(call->error);
  *after = start.key;
  after->partition = key.partition;
  out->after = after;
  return CYN_OK;
}

cyn_i_pending *cyn_i_list_streams(cyn_i_worker *worker, cyn_i_call *call) {
  const cyn_list_streams_input *input = call->input;
  listing list = {.limit = LIMIT_DEFAULT, .now_ms = cyn_i_engine_now_ms(worker->engine), .arena = call->arena};
  if (input->limit.is_set && input->limit.value < LIMIT_MAX) list.limit = (size_t)input->limit.value;
  list.streams = cyn_i_arena_alloc(call->arena, list.limit * sizeof *list.streams);
  cyn_i_store_range range;
  cyn_status status = list.streams != NULL ? range_of(call, &range) : cyn_i_error_no_memory(call->error);
  if (status == CYN_OK) status = cyn_i_store_view_begin(worker->view, call->error);
  if (status != CYN_OK) return cyn_i_call_failed(call, status);
  status = cyn_i_store_walk(worker->view, &range, visit, &list, call->error);
  cyn_i_store_view_end(worker->view);
  if (status == CYN_OK && list.no_memory) status = cyn_i_error_no_memory(call->error);
  if (status != CYN_OK) return cyn_i_call_failed(call, status);
  cyn_list_streams_output *output = cyn_i_call_output(call);
  if (output == NULL) return NULL;
  output->streams = (cyn_stream_list){list.count, list.streams};
  if (list.has_more) output->last_evaluated_stream_arn = list.streams[list.count - 1]->stream_arn;
  return NULL;
}
