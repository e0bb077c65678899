/* Fuzz target: the texts by which a caller of streams names things, all opaque to him and all made up at will by a stranger:
 * shard iterators, stream ARNs, sequence numbers. The first byte chooses. Bit 7 puts the checksum of an iterator right, which
 * otherwise keeps the fuzzer out of what is behind it. What is taken has its parts inside the text, names the caller's account
 * alone, and reads as the same when it is written anew. */
#include "base/error.h"
#include "base/hash.h"
#include "engine/stream.h"
#include "fuzz.h"
#include "value/base64.h"

#define ACCOUNT "000000000000"
#define CRC_SIZE 4 /* the end of an iterator's bytes: over the ARN and the bytes before it */

static bool is_inside(cyn_bytes part, cyn_bytes whole) {
  return part.data >= whole.data && part.data + part.size <= whole.data + whole.size;
}

/* ---- stream ARNs ---- */

static void read_arn(cyn_bytes text, cyn_i_arena *arena) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_i_context context = {.account = cyn_str(ACCOUNT), .region = cyn_str("us-east-1")};
  cyn_i_call call = {.context = &context, .arena = arena, .error = &error};
  cyn_i_stream_place place, again;
  cyn_bytes account, region, table, label;
  cyn_status status = cyn_i_stream_place_of(&call, text, &place);
  demand((status == CYN_OK) == (error.message == NULL));
  demand(status == CYN_OK || status == CYN_E_VALIDATION || status == CYN_E_RESOURCE_NOT_FOUND);
  cyn_error_clean_up(&error);
  if (status != CYN_OK) return;
  demand(cyn_i_is_text(place.account, ACCOUNT) && cyn_i_same(place.arn, text));
  demand(is_inside(place.table, text) && is_inside(place.region, text) && is_inside(place.label, text));
  demand(memchr(place.table.data, '/', place.table.size) == NULL && memchr(place.region.data, ':', place.region.size) == NULL);
  if (place.region.size + sizeof ACCOUNT > CYN_CATALOG_PARTITION_SIZE_MAX) return; /* a digest: no table has such a key */
  demand(cyn_i_catalog_partition_split(place.key.partition, &account, &region));
  demand(cyn_i_same(account, place.account) && cyn_i_same(region, place.region));
  demand(cyn_i_stream_key_split(place.key.sort, &table, &label));
  demand(cyn_i_same(table, place.table) && cyn_i_same(label, place.label));
  if (memchr(text.data, '\0', text.size) != NULL) return; /* no key in the store has such a name: its ARN is never written */
  cyn_bytes written = cyn_i_stream_arn(&place.key, arena); /* always "arn:aws:", whatever the text says */
  demand(written.data != NULL && cyn_i_stream_place_of(&call, written, &again) == CYN_OK);
  demand(cyn_i_same(again.key.sort, place.key.sort) && cyn_i_same(again.key.partition, place.key.partition));
}

/* ---- sequence numbers ---- */

static void read_number(cyn_bytes text, cyn_i_arena *arena) {
  uint64_t position;
  if (!cyn_i_sequence_number_parse(text, &position)) return;
  demand(position != 0 && cyn_i_same(cyn_i_sequence_number(position, arena), text));
}

static void write_number(cyn_bytes bytes, cyn_i_arena *arena) {
  uint64_t position, again;
  if (bytes.size < sizeof position) return;
  memcpy(&position, bytes.data, sizeof position);
  cyn_bytes text = cyn_i_sequence_number(position, arena);
  bool is_read = cyn_i_sequence_number_parse(text, &again);
  /* 19 digits are more records than a log will ever have */
  demand(text.size == CYN_SEQUENCE_NUMBER_SIZE && is_read == (position != 0 && position < UINT64_C(10000000000000000000)));
  demand(!is_read || again == position);
}

/* ---- iterators ---- */

/* The text with the checksum that its other bytes want; the text itself where it is not of that form. */
static cyn_bytes with_checksum(cyn_bytes text, cyn_i_arena *arena) {
  const char *bar = memchr(text.data, '|', text.size);
  size_t head = bar != NULL ? (size_t)(bar - text.data) : 0, body = head + sizeof "|1|" - 1;
  cyn_i_buf bytes, out;
  cyn_i_buf_init(&bytes, arena);
  cyn_i_buf_init(&out, arena);
  if (bar == NULL || text.size < body || !cyn_i_base64_decode(&bytes, (cyn_bytes){text.data + body, text.size - body}) ||
      bytes.size < CRC_SIZE)
    return text;
  uint32_t crc = cyn_i_crc32_more(cyn_i_crc32(text.data, head), bytes.data, bytes.size - CRC_SIZE);
  memcpy(bytes.data + bytes.size - CRC_SIZE, &crc, CRC_SIZE);
  cyn_i_buf_append(&out, text.data, body);
  cyn_i_base64_encode(&out, (cyn_bytes){(const char *)bytes.data, bytes.size});
  demand(!out.failed);
  return (cyn_bytes){(const char *)out.data, out.size};
}

static void read_iterator(cyn_bytes text, cyn_i_arena *arena) {
  cyn_i_shard_iterator iterator;
  cyn_bytes arn;
  uint32_t log;
  if (cyn_i_shard_iterator_parse(text, arena, &arn, &log, &iterator, NULL) != CYN_OK) return;
  demand(is_inside(arn, text) && cyn_i_same(cyn_i_shard_iterator_write(arn, log, &iterator, arena), text));
  read_arn(arn, arena);
}

static void write_iterator(cyn_bytes bytes, cyn_i_arena *arena) {
  cyn_i_shard_iterator iterator, again;
  uint32_t log, log_again;
  cyn_bytes arn_again;
  if (bytes.size < 20) return;
  memcpy(&log, bytes.data, 4);
  memcpy(&iterator.position, bytes.data + 4, 8);
  memcpy(&iterator.made_ms, bytes.data + 12, 8);
  cyn_bytes arn = {bytes.data + 20, bytes.size - 20};
  cyn_bytes text = cyn_i_shard_iterator_write(arn, log, &iterator, arena);
  demand(text.data != NULL);
  bool is_read = cyn_i_shard_iterator_parse(text, arena, &arn_again, &log_again, &again, NULL) == CYN_OK;
  if (memchr(arn.data, '|', arn.size) != NULL) return; /* no ARN of a stream: no table's name has one */
  demand(is_read && cyn_i_same(arn, arn_again) && log == log_again);
  demand(iterator.position == again.position && iterator.made_ms == again.made_ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2) return 0;
  char *copy = exact_copy(data + 1, size - 1);
  cyn_bytes bytes = {copy, size - 1};
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  switch ((data[0] & 0x7f) % 5) {
    case 0: read_iterator((data[0] & 0x80) != 0 ? with_checksum(bytes, &arena) : bytes, &arena); break;
    case 1: read_arn(bytes, &arena); break;
    case 2: read_number(bytes, &arena); break;
    case 3: write_number(bytes, &arena); break;
    default: write_iterator(bytes, &arena); break;
  }
  cyn_i_arena_clean_up(&arena);
  free(copy);
  return 0;
}
