/* GetShardIterator: a place in a shard, as text that GetRecords takes for 15 minutes. DynamoDB page:
 * API_streams_GetShardIterator. */
#include "engine/change_record.h"
#include "engine/stream.h"

typedef struct shard_bounds {
  uint64_t first, last;
} shard_bounds;

static bool is_type(const cyn_get_shard_iterator_input *input, const char *type) {
  return cyn_i_is_text(input->shard_iterator_type, type);
}

static cyn_status check(cyn_i_call *call) {
  const cyn_get_shard_iterator_input *input = call->input;
  bool by_number = is_type(input, CYN_SHARD_ITERATOR_TYPE_AT_SEQUENCE_NUMBER) ||
                   is_type(input, CYN_SHARD_ITERATOR_TYPE_AFTER_SEQUENCE_NUMBER);
  if (by_number && input->sequence_number.data == NULL)
    return cyn_i_error_setf(call->error, CYN_E_VALIDATION, "SequenceNumber is required for ShardIteratorType %.*s",
                            CYN_PRINT(input->shard_iterator_type));
  if (is_type(input, CYN_SHARD_ITERATOR_TYPE_AT_TIMESTAMP) && !input->timestamp.is_set)
    return cyn_i_error_set(call->error, CYN_E_VALIDATION, "Timestamp is required for ShardIteratorType AT_TIMESTAMP");
  return CYN_OK;
}

/* ---- by number ---- */

static cyn_status position_of_number(cyn_i_call *call, const shard_bounds *bounds, uint64_t *out) {
  const cyn_get_shard_iterator_input *input = call->input;
  uint64_t number;
  if (!cyn_i_sequence_number_parse(input->sequence_number, &number) || number > bounds->last)
    return cyn_i_error_setf(call->error, CYN_E_VALIDATION, "Invalid SequenceNumber: %.*s", CYN_PRINT(input->sequence_number));
  *out = is_type(input, CYN_SHARD_ITERATOR_TYPE_AFTER_SEQUENCE_NUMBER) ? number + 1 : number;
  if (*out >= bounds->first) return CYN_OK;
  return cyn_i_error_set(call->error, CYN_E_TRIMMED_DATA_ACCESS, "The data you are trying to access has been trimmed.");
}

/* ---- by time ---- */

static bool visit_time(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  cyn_i_change_record record;
  (void)key;
  if (cyn_i_change_record_read(value, &record)) *(int64_t *)user = record.time_ms;
  return false;
}

/* Positions have no gaps and stand in the order of time, but for the moments that writes wait for their commit. */
static cyn_status position_of_time(cyn_i_worker *worker, cyn_i_call *call, uint32_t log, const shard_bounds *bounds,
                                   int64_t time_ms, uint64_t *out) {
  uint64_t low = bounds->first, high = bounds->last + 1;
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    int64_t found_ms = 0;
    cyn_status status = cyn_i_store_log_read(worker->view, log, middle, visit_time, &found_ms, call->error);
    if (status != CYN_OK) return status;
    if (found_ms < time_ms)
      low = middle + 1;
    else
      high = middle;
  }
  *out = low;
  return CYN_OK;
}

static int64_t milliseconds(double seconds) {
  if (!(seconds > 0)) return 0;
  return seconds < 1e15 ? (int64_t)(seconds * 1000.0 + 0.5) : INT64_MAX;
}

/* ---- the iterator ---- */

/* In the worker's view. */
static cyn_status find(cyn_i_worker *worker, cyn_i_call *call, const cyn_i_stream_place *place, cyn_i_stream *stream,
                       uint64_t *position) {
  const cyn_get_shard_iterator_input *input = call->input;
  shard_bounds bounds = {1, 0};
  cyn_status status = cyn_i_stream_load(worker, call, place, stream);
  if (status != CYN_OK) return status;
  cyn_bytes shard_id = cyn_i_shard_id(stream, call->arena);
  if (shard_id.data == NULL) return cyn_i_error_no_memory(call->error);
  if (!cyn_i_same(shard_id, input->shard_id))
    return cyn_i_error_set(call->error, CYN_E_RESOURCE_NOT_FOUND, "Requested resource not found: Shard does not exist");
  status = cyn_i_stream_bounds(worker, call, stream, &bounds.first, &bounds.last);
  if (status != CYN_OK) return status;
  if (is_type(input, CYN_SHARD_ITERATOR_TYPE_TRIM_HORIZON))
    *position = bounds.first;
  else if (is_type(input, CYN_SHARD_ITERATOR_TYPE_LATEST))
    *position = bounds.last + 1;
  else if (is_type(input, CYN_SHARD_ITERATOR_TYPE_AT_TIMESTAMP))
    return position_of_time(worker, call, stream->log, &bounds, milliseconds(input->timestamp.value), position);
  else
    return position_of_number(call, &bounds, position);
  return CYN_OK;
}

cyn_i_pending *cyn_i_get_shard_iterator(cyn_i_worker *worker, cyn_i_call *call) {
  const cyn_get_shard_iterator_input *input = call->input;
  cyn_i_stream_place place;
  cyn_i_stream stream = {0};
  cyn_i_shard_iterator iterator = {.made_ms = cyn_i_engine_now_ms(worker->engine)};
  cyn_status status = check(call);
  if (status == CYN_OK) status = cyn_i_stream_place_of(call, input->stream_arn, &place);
  if (status == CYN_OK) status = cyn_i_store_view_begin(worker->view, call->error);
  if (status != CYN_OK) return cyn_i_call_failed(call, status);
  status = find(worker, call, &place, &stream, &iterator.position);
  cyn_i_store_view_end(worker->view);
  if (status != CYN_OK) return cyn_i_call_failed(call, status);
  cyn_get_shard_iterator_output *output = cyn_i_call_output(call);
  if (output == NULL) return NULL;
  output->shard_iterator = cyn_i_shard_iterator_write(input->stream_arn, stream.log, &iterator, call->arena);
  if (output->shard_iterator.data == NULL) return cyn_i_call_failed(call, cyn_i_error_no_memory(call->error));
  return NULL;
}
