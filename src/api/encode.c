/* The generated structs as JSON, driven by the descriptors: answers of the server, requests of the client.
 * Absent members are left out; a member's name needs no escapes. Recursion follows the shapes, which do not recurse. */
#include "api/api.h"

#include <math.h>

#include "api/api_private.h"
#include "value/base64.h"
#include "value/item_json.h"
#include "value/json.h"

static void encode_value(const cyn_i_shape *shape, const void *place, cyn_i_buf *buf);

/* Seconds since the epoch, with milliseconds where there are any: 1421866952 or 1421866952.062. */
static void encode_timestamp(double seconds, cyn_i_buf *buf) {
  if (!(fabs(seconds) < 1e15)) seconds = 0;
  int64_t milliseconds = (int64_t)floor(seconds * 1000 + 0.5);
  int64_t whole = milliseconds / 1000;
  int rest = (int)(milliseconds % 1000);
  if (rest < 0) {
    rest += 1000;
    whole--;
  }
  if (whole < 0 && rest > 0) { /* -0.25 is whole -1, rest 750 */
    whole++;
    rest = 1000 - rest;
    if (whole == 0) cyn_i_buf_byte(buf, '-');
  }
  cyn_i_json_write_int(buf, whole);
  if (rest == 0) return;
  char text[4] = {'.', (char)('0' + rest / 100), (char)('0' + rest / 10 % 10), (char)('0' + rest % 10)};
  size_t size = sizeof text;
  while (text[size - 1] == '0') size--;
  cyn_i_buf_append(buf, text, size);
}

static void encode_blob(cyn_bytes bytes, cyn_i_buf *buf) {
  cyn_i_buf_byte(buf, '"');
  cyn_i_base64_encode(buf, bytes);
  cyn_i_buf_byte(buf, '"');
}

static void encode_list(const cyn_i_shape *shape, const cyn_i_sequence *list, cyn_i_buf *buf) {
  size_t slot_size = cyn_i_slot_size(shape->element);
  cyn_i_buf_byte(buf, '[');
  for (size_t i = 0; i < list->count; i++) {
    if (i > 0) cyn_i_buf_byte(buf, ',');
    encode_value(shape->element, (const uint8_t *)list->at + i * slot_size, buf);
  }
  cyn_i_buf_byte(buf, ']');
}

static void encode_map(const cyn_i_shape *shape, const cyn_i_sequence *map, cyn_i_buf *buf) {
  size_t entry_size = sizeof(cyn_bytes) + cyn_i_slot_size(shape->element);
  cyn_i_buf_byte(buf, '{');
  for (size_t i = 0; i < map->count; i++) {
    const uint8_t *entry = (const uint8_t *)map->at + i * entry_size;
    if (i > 0) cyn_i_buf_byte(buf, ',');
    cyn_i_json_write_string(buf, *(const cyn_bytes *)(const void *)entry);
    cyn_i_buf_byte(buf, ':');
    encode_value(shape->element, entry + sizeof(cyn_bytes), buf);
  }
  cyn_i_buf_byte(buf, '}');
}

/* The value in a member's, element's or entry's place. */
static void encode_value(const cyn_i_shape *shape, const void *place, cyn_i_buf *buf) {
  if (!cyn_i_is_present(shape, place)) {
    cyn_i_buf_append(buf, "null", 4);
    return;
  }
  switch (shape->kind) {
    case CYN_KIND_STRING:
    case CYN_KIND_ENUM: cyn_i_json_write_string(buf, *(const cyn_bytes *)place); return;
    case CYN_KIND_INTEGER:
    case CYN_KIND_LONG: cyn_i_json_write_int(buf, ((const cyn_opt_int *)place)->value); return;
    case CYN_KIND_DOUBLE: cyn_i_json_write_double(buf, ((const cyn_opt_double *)place)->value); return;
    case CYN_KIND_TIMESTAMP: encode_timestamp(((const cyn_opt_double *)place)->value, buf); return;
    case CYN_KIND_BOOLEAN: cyn_i_buf_text(buf, ((const cyn_opt_bool *)place)->value ? "true" : "false"); return;
    case CYN_KIND_BLOB: encode_blob(*(const cyn_bytes *)place, buf); return;
    case CYN_KIND_VALUE: cyn_i_value_to_json(buf, ((const cyn_value *)place)->data); return;
    case CYN_KIND_ITEM: cyn_i_item_to_json(buf, ((const cyn_item *)place)->data); return;
    case CYN_KIND_STRUCTURE: cyn_i_api_encode(shape, *(const void *const *)place, buf); return;
    case CYN_KIND_LIST: encode_list(shape, place, buf); return;
    case CYN_KIND_MAP: encode_map(shape, place, buf); return;
  }
}

void cyn_i_api_encode(const cyn_i_shape *shape, const void *structure, cyn_i_buf *buf) {
  uint8_t before = '{';
  for (uint32_t i = 0; i < shape->member_count; i++) {
    const cyn_i_member *member = &shape->members[i];
    const void *place = (const uint8_t *)structure + member->offset;
    if (!cyn_i_is_present(member->shape, place)) continue;
    if (!cyn_i_buf_reserve(buf, (size_t)member->name_size + 4)) return;
    uint8_t *at = buf->data + buf->size;
    *at++ = before;
    *at++ = '"';
    memcpy(at, member->name, member->name_size);
    at += member->name_size;
    *at++ = '"';
    *at++ = ':';
    buf->size += (size_t)member->name_size + 4;
    before = ',';
    encode_value(member->shape, place, buf);
  }
  if (before == '{') cyn_i_buf_byte(buf, '{');
  cyn_i_buf_byte(buf, '}');
}
