/* Fuzz target: what the store has of streams. The first byte chooses: a record of a table's log, a stream's own record, a
 * label, a key. Bit 7 puts the checksum of a log's record right, which otherwise keeps the fuzzer out of what is behind it. A
 * record that is taken has its parts inside the bytes; a stream's record written anew is the same. */
#include "base/error.h"
#include "base/hash.h"
#include "catalog/stream.h"
#include "engine/change_record.h"
#include "fuzz.h"

#define CRC_AT 15 /* docs/format.md, "Change records" */

static bool is_inside(cyn_bytes part, cyn_bytes whole) {
  return part.data == NULL || (part.data >= whole.data && part.size != 0 && part.data + part.size <= whole.data + whole.size);
}

static void read_change(cyn_bytes bytes) {
  cyn_i_change_record record;
  if (!cyn_i_change_record_read(bytes, &record)) return;
  demand(record.event >= CYN_CHANGE_INSERT && record.event <= CYN_CHANGE_REMOVE);
  demand(is_inside(record.keys, bytes) && is_inside(record.old_item, bytes) && is_inside(record.new_item, bytes));
  demand((record.keys.data != NULL) == (record.old_item.data == NULL && record.new_item.data == NULL));
  demand(cyn_i_change_record_item(&record) != NULL);
}

static void read_stream(cyn_bytes bytes, cyn_i_arena *arena) {
  cyn_i_store_key key;
  cyn_i_stream stream, again;
  int64_t created_ms = INT64_C(1790000000123);
  demand(cyn_i_stream_key(cyn_str("123456789012"), cyn_str("eu-west-1"), cyn_str("Music"), created_ms, arena, &key));
  /* what the fuzzer made up, put under this key: its checksum covers both */
  if (!cyn_i_stream_record_read(&key, bytes, &stream)) {
    if (bytes.size < 12) return;
    memset(&stream, 0, sizeof stream);
    memcpy(&stream.log, bytes.data, 4);
    memcpy(&stream.closed_ms, bytes.data + 4, 8);
    stream.created_ms = created_ms;
    stream.view = (cyn_i_view_type)1;
    stream.hash = (cyn_i_key_part){{bytes.data + 12, bytes.size - 12}, CYN_TYPE_S};
  }
  cyn_bytes written = cyn_i_stream_record_write(&key, &stream, arena);
  demand(written.data != NULL);
  if (!cyn_i_stream_record_read(&key, written, &again)) return;
  demand(again.log == stream.log && again.closed_ms == stream.closed_ms && again.hash.name.size == stream.hash.name.size);
  (void)cyn_i_stream_is_over(&again, created_ms);
}

static void read_label(cyn_bytes text) {
  char label[CYN_STREAM_LABEL_SIZE + 1];
  int64_t created_ms;
  if (!cyn_i_stream_label_parse(text, &created_ms)) return;
  demand(cyn_i_stream_label(created_ms, label) && text.size == CYN_STREAM_LABEL_SIZE);
  demand(memcmp(label, text.data, CYN_STREAM_LABEL_SIZE) == 0);
}

static void read_key(cyn_bytes sort) {
  cyn_bytes name, label;
  if (!cyn_i_stream_key_split(sort, &name, &label)) return;
  demand(name.size + label.size + 1 == sort.size && is_inside(label, sort));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2) return 0;
  char *copy = exact_copy(data + 1, size - 1);
  cyn_bytes bytes = {copy, size - 1};
  if ((data[0] & 0x80) != 0 && bytes.size >= CRC_AT + 4) {
    uint32_t crc = cyn_i_crc32(copy, CRC_AT);
    memcpy(copy + CRC_AT, &crc, 4);
  }
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  switch (data[0] % 4) {
    case 0: read_change(bytes); break;
    case 1: read_stream(bytes, &arena); break;
    case 2: read_label(bytes); break;
    default: read_key(bytes); break;
  }
  cyn_i_arena_clean_up(&arena);
  free(copy);
  return 0;
}
