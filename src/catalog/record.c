/* The bytes of a table's catalog record (docs/format.md, "Catalog record"): a version, fixed little-endian fields, then
 * the description and the tags as the API's own JSON, each behind its length, and a crc32 of all of it.
 *
 * Reading trusts nothing: every length is checked against what is left, and a record whose checksum or contents do not
 * fit is an error, never a crash. */
#include "catalog/table.h"

#include <string.h>

#include "api/api.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"

#define RECORD_VERSION 1u        /* of a table without a stream */
#define RECORD_VERSION_STREAM 2u /* with the two fields of its stream */
#define CRC_SIZE 4u

/* ---- writing ---- */

static void write_u16(cyn_i_buf *buf, uint32_t value) {
  uint8_t bytes[2] = {(uint8_t)value, (uint8_t)(value >> 8)};
  cyn_i_buf_append(buf, bytes, sizeof bytes);
}

static void write_u32(cyn_i_buf *buf, uint32_t value) {
  uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16), (uint8_t)(value >> 24)};
  cyn_i_buf_append(buf, bytes, sizeof bytes);
}

static void write_i64(cyn_i_buf *buf, int64_t value) {
  write_u32(buf, (uint32_t)((uint64_t)value & 0xffffffffu));
  write_u32(buf, (uint32_t)((uint64_t)value >> 32));
}

/* A structure as JSON behind its length. */
static void write_json(cyn_i_buf *buf, const cyn_i_shape *shape, const void *structure) {
  size_t mark = buf->size;
  write_u32(buf, 0);
  if (structure != NULL) cyn_i_api_encode(shape, structure, buf);
  if (buf->failed) return;
  size_t size = buf->size - mark - 4;
  for (size_t i = 0; i < 4; i++) buf->data[mark + i] = (uint8_t)(size >> (8 * i));
}

static const cyn_i_shape *description_shape(void) {
  return cyn_i_operations[CYN_OPERATION_DESCRIBE_TABLE].output->members[0].shape;
}

static const cyn_i_shape *tags_shape(void) { return cyn_i_operations[CYN_OPERATION_LIST_TAGS_OF_RESOURCE].output; }

cyn_bytes cyn_i_table_record_write(const cyn_i_table_record *record, cyn_i_arena *arena) {
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, arena);
  cyn_i_buf_byte(&buf, record->stream_log != 0 ? RECORD_VERSION_STREAM : RECORD_VERSION);
  write_u32(&buf, record->space);
  write_u32(&buf, record->ttl_space);
  write_i64(&buf, record->ttl_changed_ms);
  write_u32(&buf, record->stored_state);
  write_i64(&buf, record->state_until_ms);
  if (record->stream_log != 0) {
    write_u32(&buf, record->stream_log);
    write_i64(&buf, record->stream_created_ms);
  }
  write_u16(&buf, (uint32_t)record->index_count);
  for (size_t i = 0; i < record->index_count; i++) {
    write_u32(&buf, record->index_spaces[i]);
    cyn_i_buf_byte(&buf, record->index_states[i]);
  }
  write_u16(&buf, (uint32_t)record->ttl_attribute.size);
  cyn_i_buf_append(&buf, record->ttl_attribute.data, record->ttl_attribute.size);
  write_json(&buf, description_shape(), record->description);
  write_json(&buf, tags_shape(), record->tags);
  if (!buf.failed) write_u32(&buf, cyn_i_crc32(buf.data, buf.size));
  if (buf.failed) return (cyn_bytes){NULL, 0};
  return (cyn_bytes){(const char *)buf.data, buf.size};
}

/* ---- reading ---- */

typedef struct reader {
  const uint8_t *next;
  size_t left;
  bool failed;
} reader;

static const uint8_t *take(reader *in, size_t size) {
  if (in->failed || in->left < size) {
    in->failed = true;
    return NULL;
  }
  const uint8_t *out = in->next;
  in->next += size;
  in->left -= size;
  return out;
}

static uint32_t read_u8(reader *in) {
  const uint8_t *p = take(in, 1);
  return p != NULL ? p[0] : 0;
}

static uint32_t read_u16(reader *in) {
  const uint8_t *p = take(in, 2);
  return p != NULL ? (uint32_t)(p[0] | p[1] << 8) : 0;
}

static uint32_t read_u32(reader *in) {
  const uint8_t *p = take(in, 4);
  return p != NULL ? (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24 : 0;
}

static int64_t read_i64(reader *in) {
  uint64_t low = read_u32(in), high = read_u32(in);
  return (int64_t)(low | high << 32);
}

static cyn_bytes read_bytes(reader *in, size_t size) {
  const uint8_t *p = take(in, size);
  return (cyn_bytes){(const char *)p, p != NULL ? size : 0};
}

#define STREAM_ON "\"StreamEnabled\":true" /* as the description has it; a tag may, too */

/* The fixed fields up to the indexes. */
static reader read_head(cyn_bytes bytes, cyn_i_table_record *out) {
  reader in = {(const uint8_t *)bytes.data, bytes.size, false};
  *out = (cyn_i_table_record){0};
  uint32_t version = read_u8(&in);
  if (version != RECORD_VERSION && version != RECORD_VERSION_STREAM) in.failed = true;
  out->space = read_u32(&in);
  out->ttl_space = read_u32(&in);
  out->ttl_changed_ms = read_i64(&in);
  out->stored_state = read_u32(&in);
  out->state_until_ms = read_i64(&in);
  if (version == RECORD_VERSION_STREAM) {
    out->stream_log = read_u32(&in);
    out->stream_created_ms = read_i64(&in);
    if (out->stream_log == 0) in.failed = true;
  }
  out->index_count = read_u16(&in);
  if (out->index_count > CYN_TABLE_INDEXES_MAX || out->stored_state > CYN_TABLE_DELETING) in.failed = true;
  return in;
}

bool cyn_i_table_record_peek(cyn_bytes bytes, cyn_i_table_peek *out) {
  cyn_i_table_record head;
  reader in = read_head(bytes, &head);
  *out = (cyn_i_table_peek){.space = head.space,
                            .ttl_space = head.ttl_space,
                            .stored_state = head.stored_state,
                            .state_until_ms = head.state_until_ms};
  for (size_t i = 0; i < head.index_count && !in.failed; i++) {
    (void)read_u32(&in);
    if (read_u8(&in) != CYN_INDEX_ACTIVE) out->has_index_work = true;
  }
  out->may_lack_log = head.stream_log == 0 && head.stored_state != CYN_TABLE_DELETING && !in.failed &&
                      memmem(in.next, in.left, STREAM_ON, sizeof STREAM_ON - 1) != NULL;
  return !in.failed;
}

static cyn_status damaged(cyn_error *error, const char *what) {
  return cyn_i_error_setf(error, CYN_E_INTERNAL, "The catalog record of a table is damaged: %s", what);
}

static bool has_right_crc(cyn_bytes bytes) {
  if (bytes.size < CRC_SIZE) return false;
  size_t size = bytes.size - CRC_SIZE;
  reader tail = {(const uint8_t *)bytes.data + size, CRC_SIZE, false};
  return read_u32(&tail) == cyn_i_crc32(bytes.data, size);
}

static cyn_status read_indexes(reader *in, cyn_i_arena *arena, cyn_i_table_record *out, cyn_error *error) {
  uint32_t *spaces = cyn_i_arena_alloc(arena, (out->index_count + 1) * sizeof *spaces);
  uint8_t *states = cyn_i_arena_alloc(arena, out->index_count + 1);
  if (spaces == NULL || states == NULL) return cyn_i_error_no_memory(error);
  for (size_t i = 0; i < out->index_count; i++) {
    spaces[i] = read_u32(in);
    states[i] = (uint8_t)read_u8(in);
    if (states[i] > CYN_INDEX_DELETING) in->failed = true;
  }
  out->index_spaces = spaces;
  out->index_states = states;
  return CYN_OK;
}

static cyn_status read_json(reader *in, const cyn_i_shape *shape, cyn_i_arena *arena, const void **out,
                            cyn_error *error) {
  cyn_bytes json = read_bytes(in, read_u32(in));
  *out = NULL;
  if (in->failed || json.size == 0) return CYN_OK;
  /* the decoder may borrow strings from its input, which dies with the store's view */
  json = cyn_i_arena_copy(arena, json);
  if (json.data == NULL) return cyn_i_error_no_memory(error);
  void *structure = NULL;
  cyn_status status = cyn_i_api_decode(shape, json, arena, &structure, error);
  if (status == CYN_E_OUT_OF_MEMORY) return status;
  if (status != CYN_OK) return damaged(error, "its text cannot be read");
  *out = structure;
  return CYN_OK;
}

cyn_status cyn_i_table_record_read(cyn_bytes bytes, cyn_i_arena *arena, cyn_i_table_record *out, cyn_error *error) {
  if (!has_right_crc(bytes)) return damaged(error, "wrong checksum");
  reader in = read_head((cyn_bytes){bytes.data, bytes.size - CRC_SIZE}, out);
  if (in.failed) return damaged(error, "its head cannot be read");
  cyn_status status = read_indexes(&in, arena, out, error);
  if (status != CYN_OK) return status;
  cyn_bytes attribute = read_bytes(&in, read_u16(&in));
  if (attribute.size != 0) {
    out->ttl_attribute = cyn_i_arena_copy(arena, attribute);
    if (out->ttl_attribute.data == NULL) return cyn_i_error_no_memory(error);
  }
  const void *description = NULL, *tags = NULL;
  status = read_json(&in, description_shape(), arena, &description, error);
  if (status == CYN_OK) status = read_json(&in, tags_shape(), arena, &tags, error);
  if (status != CYN_OK) return status;
  if (in.failed || in.left != 0 || description == NULL) return damaged(error, "its parts do not fit");
  out->description = description;
  out->tags = tags;
  size_t described = out->description->local_secondary_indexes.count + out->description->global_secondary_indexes.count;
  if (described != out->index_count) return damaged(error, "its indexes do not fit");
  return CYN_OK;
}
