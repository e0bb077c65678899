/* GetRecords: up to 1,000 records or 1 MB from an iterator on, and the iterator behind them; none at the end of a shard that
 * is closed. DynamoDB page: API_streams_GetRecords. */
#include <string.h>

#include "base/hash.h"
#include "engine/change_record.h"
#include "engine/item_key.h"
#include "engine/stream.h"

#define RECORDS_MAX 1000
#define BYTES_MAX ((uint64_t)1024 * 1024)

typedef struct reading {
  const cyn_i_stream *stream;
  cyn_bytes region;
  cyn_i_arena *arena;
  const cyn_record **records;
  size_t count, limit;
  uint64_t bytes;
  uint64_t next; /* the position behind the last record read */
  bool no_memory, damaged;
} reading;

/* ---- one record ---- */

static bool put_key(cyn_i_item_writer *writer, const cyn_i_key_part *part, const uint8_t *item) {
  const uint8_t *value = part->name.data != NULL ? cyn_i_item_find(item, part->name) : NULL;
  if (value != NULL) cyn_i_item_pair(writer, part->name, value);
  return value != NULL || part->name.data == NULL;
}

static bool make_keys(reading *r, const uint8_t *item, cyn_item *out) {
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, r->arena);
  cyn_i_item_writer writer;
  cyn_i_item_begin(&writer, &buf);
  bool has_keys = put_key(&writer, &r->stream->hash, item) && put_key(&writer, &r->stream->range, item);
  cyn_i_item_end(&writer);
  r->no_memory = buf.failed;
  r->damaged = !has_keys;
  *out = (cyn_item){buf.data, buf.size, NULL};
  return has_keys && !buf.failed;
}

/* The stored bytes are the store's: the answer has its own. */
static bool copy_image(reading *r, cyn_bytes stored, cyn_item *out) {
  if (stored.data == NULL) return true;
  cyn_bytes copy = cyn_i_arena_copy(r->arena, (cyn_bytes){stored.data, cyn_i_stored_item_size(stored)});
  r->no_memory = copy.data == NULL;
  *out = (cyn_item){(const uint8_t *)copy.data, copy.size, NULL};
  return copy.data != NULL;
}

static uint32_t size_of(const cyn_item *item) { return item->data != NULL ? cyn_i_item_dynamodb_size(item->data) : 0; }

static const cyn_stream_record *make_change(reading *r, uint64_t position, const cyn_i_change_record *change) {
  cyn_stream_record *out = cyn_i_arena_alloc(r->arena, sizeof *out);
  r->no_memory = out == NULL;
  if (out == NULL) return NULL;
  *out = (cyn_stream_record)CYN_STREAM_RECORD_INIT;
  out->approximate_creation_date_time = cyn_double((double)(change->time_ms / 1000));
  if (!make_keys(r, cyn_i_change_record_item(change), &out->keys) || !copy_image(r, change->new_item, &out->new_image) ||
      !copy_image(r, change->old_item, &out->old_image))
    return NULL;
  out->sequence_number = cyn_i_sequence_number(position, r->arena);
  r->no_memory = out->sequence_number.data == NULL;
  out->size_bytes = cyn_int((int64_t)size_of(&out->keys) + size_of(&out->new_image) + size_of(&out->old_image));
  out->stream_view_type = cyn_str(cyn_i_view_type_name(r->stream->view));
  return out->sequence_number.data != NULL ? out : NULL;
}

/* The same at each reading: of the stream's label, its log and the position. */
static cyn_bytes event_id(reading *r, uint64_t position) {
  uint8_t digest[16];
  cyn_bytes parts[3] = {{(const char *)&r->stream->created_ms, 8}, {(const char *)&r->stream->log, 4}, {(const char *)&position, 8}};
  cyn_i_md5(parts, 3, digest);
  char *text = cyn_i_arena_alloc(r->arena, 2 * sizeof digest);
  r->no_memory = text == NULL;
  for (size_t i = 0; text != NULL && i < 2 * sizeof digest; i++)
    text[i] = "0123456789abcdef"[i % 2 == 0 ? digest[i / 2] >> 4 : digest[i / 2] & 15];
  return (cyn_bytes){text, text != NULL ? 2 * sizeof digest : 0};
}

static const cyn_identity *sweeper(void) {
  static const cyn_identity identity = {sizeof(cyn_identity), {"dynamodb.amazonaws.com", 22}, {"Service", 7}};
  return &identity;
}

static const cyn_record *make_record(reading *r, uint64_t position, const cyn_i_change_record *change) {
  static const char *const names[] = {[CYN_CHANGE_INSERT] = CYN_OPERATION_TYPE_INSERT,
                                      [CYN_CHANGE_MODIFY] = CYN_OPERATION_TYPE_MODIFY,
                                      [CYN_CHANGE_REMOVE] = CYN_OPERATION_TYPE_REMOVE};
  cyn_record *out = cyn_i_arena_alloc(r->arena, sizeof *out);
  r->no_memory = out == NULL;
  if (out == NULL) return NULL;
  *out = (cyn_record)CYN_RECORD_INIT;
  out->event_id = event_id(r, position);
  if (out->event_id.data == NULL) return NULL;
  out->event_name = cyn_str(names[change->event]);
  out->event_version = cyn_str("1.1");
  out->event_source = cyn_str("aws:dynamodb");
  out->aws_region = r->region;
  out->dynamodb = make_change(r, position, change);
  if (change->by_expiry) out->user_identity = sweeper();
  return out->dynamodb != NULL ? out : NULL;
}

static bool visit(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  reading *r = user;
  cyn_i_change_record change;
  r->damaged = !cyn_i_change_record_read(value, &change);
  if (r->damaged) return false;
  uint64_t bytes = value.size; /* close to what is sent, and known before anything is copied */
  if (r->count != 0 && r->bytes + bytes > BYTES_MAX) return false;
  const cyn_record *record = make_record(r, key->hash, &change);
  if (record == NULL) return false;
  r->bytes += bytes;
  r->records[r->count++] = record;
  r->next = key->hash + 1;
  return r->count < r->limit;
}

/* ---- the call ---- */

static cyn_status check(cyn_i_worker *worker, cyn_i_call *call, cyn_i_shard_iterator *iterator, uint32_t *log,
                        cyn_i_stream_place *place) {
  const cyn_get_records_input *input = call->input;
  cyn_bytes arn;
  if (input->limit.is_set && input->limit.value > RECORDS_MAX)
    return cyn_i_error_setf(call->error, CYN_E_VALIDATION,
                            "1 validation error detected: Value '%lld' at 'limit' failed to satisfy constraint: Member "
                            "must have value less than or equal to 1000",
                            (long long)input->limit.value);
  cyn_status status = cyn_i_shard_iterator_parse(input->shard_iterator, call->arena, &arn, log, iterator, call->error);
  if (status != CYN_OK) return status;
  /* in this form any moment will do: whoever makes up an iterator can make up its checksum */
  if (iterator->made_ms < cyn_i_engine_now_ms(worker->engine) - CYN_ITERATOR_LIFE_MS)
    return cyn_i_error_set(call->error, CYN_E_EXPIRED_ITERATOR, "Shard iterator has expired");
  return cyn_i_stream_place_of(call, arn, place);
}

/* In the worker's view. */
static cyn_status read(cyn_i_worker *worker, cyn_i_call *call, reading *r, bool *at_end) {
  uint64_t first = 1, last = 0;
  cyn_status status = cyn_i_stream_bounds(worker, call, r->stream, &first, &last);
  if (status != CYN_OK) return status;
  if (r->next < first)
    return cyn_i_error_set(call->error, CYN_E_TRIMMED_DATA_ACCESS, "The data you are trying to access has been trimmed.");
  status = cyn_i_store_log_read(worker->view, r->stream->log, r->next, visit, r, call->error);
  if (status != CYN_OK) return status;
  if (r->no_memory) return cyn_i_error_no_memory(call->error);
  if (r->damaged) return cyn_i_error_set(call->error, CYN_E_INTERNAL, "A record of a table's change log is damaged");
  *at_end = r->stream->closed_ms != 0 && r->next > last;
  return CYN_OK;
}

static cyn_status answer(cyn_i_call *call, const reading *r, cyn_bytes arn, cyn_i_shard_iterator iterator, bool at_end) {
  cyn_get_records_output *output = cyn_i_call_output(call);
  if (output == NULL) return call->status;
  output->records = (cyn_record_list){r->count, r->records};
  if (at_end) return CYN_OK;
  iterator.position = r->next;
  output->next_shard_iterator = cyn_i_shard_iterator_write(arn, r->stream->log, &iterator, call->arena);
  return output->next_shard_iterator.data != NULL ? CYN_OK : cyn_i_error_no_memory(call->error);
}

cyn_i_pending *cyn_i_get_records(cyn_i_worker *worker, cyn_i_call *call) {
  const cyn_get_records_input *input = call->input;
  cyn_i_shard_iterator iterator;
  cyn_i_stream_place place;
  cyn_i_stream stream;
  uint32_t log;
  bool at_end = false;
  cyn_status status = check(worker, call, &iterator, &log, &place);
  if (status != CYN_OK) return cyn_i_call_failed(call, status);
  reading r = {.stream = &stream, .region = place.region, .arena = call->arena, .next = iterator.position};
  r.limit = input->limit.is_set ? (size_t)input->limit.value : RECORDS_MAX;
  r.records = cyn_i_arena_alloc(call->arena, r.limit * sizeof *r.records);
  if (r.records == NULL) return cyn_i_call_failed(call, cyn_i_error_no_memory(call->error));
  status = cyn_i_store_view_begin(worker->view, call->error);
  if (status != CYN_OK) return cyn_i_call_failed(call, status);
  status = cyn_i_stream_load(worker, call, &place, &stream);
  if (status == CYN_OK && stream.log != log)
    status = cyn_i_error_set(call->error, CYN_E_VALIDATION, "Invalid ShardIterator");
  if (status == CYN_OK) status = read(worker, call, &r, &at_end);
  cyn_i_store_view_end(worker->view);
  iterator.made_ms = cyn_i_engine_now_ms(worker->engine);
  if (status == CYN_OK) status = answer(call, &r, place.arn, iterator, at_end);
  return cyn_i_call_failed(call, status);
}
