/* See stream.h. */
#include "engine/stream.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "engine/change_record.h"
#include "value/base64.h"

#define STREAM_PART "/stream/"
#define ITERATOR_PART "|1|"
#define ITERATOR_SIZE 25 /* version, log, position, time, crc32 of the ARN and all before */
#define ITERATOR_VERSION 1

/* ---- finding ---- */

static cyn_status stream_not_found(cyn_bytes arn, cyn_error *error) {
  return cyn_i_error_setf(error, CYN_E_RESOURCE_NOT_FOUND, "Requested resource not found: Stream: %.*s not found",
                          CYN_PRINT(arn));
}

cyn_status cyn_i_stream_place_of(cyn_i_call *call, cyn_bytes arn, cyn_i_stream_place *out) {
  static const size_t tail = sizeof STREAM_PART - 1 + CYN_STREAM_LABEL_SIZE;
  int64_t created_ms;
  *out = (cyn_i_stream_place){.arn = arn};
  bool is_arn = arn.size > tail && memcmp(arn.data, "arn:", 4) == 0 &&
                memcmp(arn.data + arn.size - tail, STREAM_PART, sizeof STREAM_PART - 1) == 0;
  if (is_arn) {
    out->label = (cyn_bytes){arn.data + arn.size - CYN_STREAM_LABEL_SIZE, CYN_STREAM_LABEL_SIZE};
    is_arn = cyn_i_stream_label_parse(out->label, &created_ms) &&
             cyn_i_table_name_split((cyn_bytes){arn.data, arn.size - tail}, &out->table, &out->region, &out->account);
  }
  /* "arn:" alone is what a table's plain name may begin with: then there is no account */
  if (!is_arn || out->account.data == NULL) return cyn_i_error_set(call->error, CYN_E_VALIDATION, "Invalid StreamArn");
  if (!cyn_i_is_own_account(call->context, out->account)) return stream_not_found(arn, call->error);
  bool made = cyn_i_stream_key(out->account, out->region, out->table, created_ms, call->arena, &out->key);
  return made ? CYN_OK : cyn_i_error_no_memory(call->error);
}

cyn_status cyn_i_stream_load(cyn_i_worker *worker, cyn_i_call *call, const cyn_i_stream_place *place, cyn_i_stream *out) {
  cyn_bytes record;
  cyn_status status = cyn_i_store_get(worker->view, &place->key, &record, call->error);
  if (status != CYN_OK) return status;
  bool found = record.data != NULL;
  if (found && !cyn_i_stream_record_read(&place->key, record, out))
    return cyn_i_error_set(call->error, CYN_E_INTERNAL, "The record of a stream is damaged");
  if (found && !cyn_i_stream_is_over(out, cyn_i_engine_now_ms(worker->engine))) return CYN_OK;
  return stream_not_found(place->arn, call->error);
}

static bool visit_first(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  (void)value;
  *(uint64_t *)user = key->hash;
  return false;
}

cyn_status cyn_i_stream_bounds(cyn_i_worker *worker, cyn_i_call *call, const cyn_i_stream *stream, uint64_t *first,
                               uint64_t *last) {
  cyn_status status = cyn_i_store_log_last(worker->view, stream->log, last, call->error);
  *first = *last + 1;
  if (status == CYN_OK) status = cyn_i_store_log_read(worker->view, stream->log, 1, visit_first, first, call->error);
  return status;
}

/* ---- names ---- */

cyn_bytes cyn_i_stream_arn(const cyn_i_store_key *key, cyn_i_arena *arena) {
  cyn_bytes none = {NULL, 0}, account, region, name, label;
  if (!cyn_i_catalog_partition_split(key->partition, &account, &region) || !cyn_i_stream_key_split(key->sort, &name, &label))
    return none;
  cyn_bytes arn = cyn_i_table_arn(account, region, name, arena);
  if (arn.data == NULL) return none;
  return cyn_str(cyn_i_arena_printf(arena, "%.*s" STREAM_PART "%.*s", CYN_PRINT(arn), CYN_PRINT(label)));
}

cyn_bytes cyn_i_shard_id(const cyn_i_stream *stream, cyn_i_arena *arena) {
  return cyn_str(cyn_i_arena_printf(arena, "shardId-%020lld-%08x", (long long)stream->created_ms, stream->log));
}

cyn_bytes cyn_i_sequence_number(uint64_t position, cyn_i_arena *arena) {
  return cyn_str(cyn_i_arena_printf(arena, "1%020llu", (unsigned long long)position));
}

bool cyn_i_sequence_number_parse(cyn_bytes text, uint64_t *position) {
  *position = 0;
  if (text.size != CYN_SEQUENCE_NUMBER_SIZE || text.data[0] != '1' || text.data[1] != '0') return false;
  for (size_t i = 1; i < text.size; i++) { /* 19 digits behind the 0 always fit */
    if (text.data[i] < '0' || text.data[i] > '9') return false;
    *position = *position * 10 + (uint64_t)(text.data[i] - '0');
  }
  return *position != 0;
}

/* ---- iterators ---- */

static uint32_t iterator_crc(cyn_bytes arn, const uint8_t *bytes) {
  return cyn_i_crc32_more(cyn_i_crc32(arn.data, arn.size), bytes, ITERATOR_SIZE - 4);
}

cyn_bytes cyn_i_shard_iterator_write(cyn_bytes arn, uint32_t log, const cyn_i_shard_iterator *iterator, cyn_i_arena *arena) {
  uint8_t bytes[ITERATOR_SIZE];
  bytes[0] = ITERATOR_VERSION;
  cyn_i_put_u32(bytes + 1, log);
  memcpy(bytes + 5, &iterator->position, 8);
  memcpy(bytes + 13, &iterator->made_ms, 8);
  cyn_i_put_u32(bytes + ITERATOR_SIZE - 4, iterator_crc(arn, bytes));
  cyn_i_buf text;
  cyn_i_buf_init(&text, arena);
  cyn_i_buf_append(&text, arn.data, arn.size);
  cyn_i_buf_text(&text, ITERATOR_PART);
  cyn_i_base64_encode(&text, (cyn_bytes){(const char *)bytes, sizeof bytes});
  return text.failed ? (cyn_bytes){NULL, 0} : (cyn_bytes){(const char *)text.data, text.size};
}

static cyn_status invalid_iterator(cyn_error *error) { return cyn_i_error_set(error, CYN_E_VALIDATION, "Invalid ShardIterator"); }

cyn_status cyn_i_shard_iterator_parse(cyn_bytes text, cyn_i_arena *arena, cyn_bytes *arn, uint32_t *log, cyn_i_shard_iterator *out,
                                      cyn_error *error) {
  const char *end = text.size != 0 ? memchr(text.data, ITERATOR_PART[0], text.size) : NULL;
  size_t head = end != NULL ? (size_t)(end - text.data) : 0, part = sizeof ITERATOR_PART - 1;
  if (end == NULL || text.size - head < part || memcmp(end, ITERATOR_PART, part) != 0) return invalid_iterator(error);
  cyn_i_buf bytes;
  cyn_i_buf_init(&bytes, arena);
  bool is_base64 = cyn_i_base64_decode(&bytes, (cyn_bytes){end + part, text.size - head - part});
  if (bytes.failed) return cyn_i_error_no_memory(error);
  if (!is_base64 || bytes.size != ITERATOR_SIZE || bytes.data[0] != ITERATOR_VERSION) return invalid_iterator(error);
  *arn = (cyn_bytes){text.data, head};
  *log = cyn_i_get_u32(bytes.data + 1);
  memcpy(&out->position, bytes.data + 5, 8);
  memcpy(&out->made_ms, bytes.data + 13, 8);
  return cyn_i_get_u32(bytes.data + ITERATOR_SIZE - 4) == iterator_crc(*arn, bytes.data) ? CYN_OK : invalid_iterator(error);
}
