/* Values in constraint messages, the way the service's Java prints them (validation.md 2). Nobody compares large ones, so
 * a message is kept to PRINT_MAX bytes a value. */
#include "api/api_private.h"

#include "value/base64.h"
#include "value/item.h"
#include "value/item_json.h"
#include "value/json.h"

#define PRINT_MAX 16384

static void print(const cyn_i_shape *shape, const void *place, cyn_i_buf *buf, size_t limit);

/* Cut where a character begins, so that the message stays UTF-8. */
static void print_bytes(cyn_bytes text, cyn_i_buf *buf, size_t limit) {
  size_t room = buf->size < limit ? limit - buf->size : 0;
  size_t size = text.size < room ? text.size : room;
  while (size < text.size && size > 0 && ((unsigned char)text.data[size] & 0xC0) == 0x80) size--;
  cyn_i_buf_append(buf, text.data, size);
}

static void print_structure(const cyn_i_shape *shape, const uint8_t *structure, cyn_i_buf *buf, size_t limit) {
  cyn_i_buf_text(buf, shape->name);
  cyn_i_buf_byte(buf, '(');
  for (uint32_t i = 0; i < shape->member_count && buf->size < limit; i++) {
    if (i > 0) cyn_i_buf_text(buf, ", ");
    cyn_i_buf_text(buf, shape->members[i].path_name);
    cyn_i_buf_byte(buf, '=');
    print(shape->members[i].shape, structure + shape->members[i].offset, buf, limit);
  }
  cyn_i_buf_byte(buf, ')');
}

static void print_list(const cyn_i_shape *shape, const cyn_i_sequence *list, cyn_i_buf *buf, size_t limit) {
  size_t slot_size = cyn_i_slot_size(shape->element);
  cyn_i_buf_byte(buf, '[');
  for (size_t i = 0; i < list->count && buf->size < limit; i++) {
    if (i > 0) cyn_i_buf_text(buf, ", ");
    print(shape->element, (const uint8_t *)list->at + i * slot_size, buf, limit);
  }
  cyn_i_buf_byte(buf, ']');
}

static void print_map(const cyn_i_shape *shape, const cyn_i_sequence *map, cyn_i_buf *buf, size_t limit) {
  size_t entry_size = sizeof(cyn_bytes) + cyn_i_slot_size(shape->element);
  cyn_i_buf_byte(buf, '{');
  for (size_t i = 0; i < map->count && buf->size < limit; i++) {
    const uint8_t *entry = (const uint8_t *)map->at + i * entry_size;
    if (i > 0) cyn_i_buf_text(buf, ", ");
    print_bytes(*(const cyn_bytes *)(const void *)entry, buf, limit);
    cyn_i_buf_byte(buf, '=');
    print(shape->element, entry + sizeof(cyn_bytes), buf, limit);
  }
  cyn_i_buf_byte(buf, '}');
}

/* One attribute value as its JSON, through a buffer of its own that is cut like any text. */
static void print_attribute(const uint8_t *value, cyn_i_buf *buf, size_t limit) {
  if (cyn_i_value_size(value) > limit) {
    cyn_i_buf_text(buf, "...");
  } else {
    cyn_i_value_to_json(buf, value);
  }
}

static void print_item(const cyn_item *item, cyn_i_buf *buf, size_t limit) {
  cyn_i_buf_byte(buf, '{');
  if (item->data != NULL && item->fault == NULL) {
    cyn_i_pairs pairs = cyn_i_item_pairs(item->data);
    cyn_bytes name;
    const uint8_t *value;
    bool is_first = true;
    while (buf->size < limit && cyn_i_pairs_next(&pairs, &name, &value)) {
      if (!is_first) cyn_i_buf_text(buf, ", ");
      is_first = false;
      print_bytes(name, buf, limit);
      cyn_i_buf_byte(buf, '=');
      print_attribute(value, buf, limit);
    }
  }
  cyn_i_buf_byte(buf, '}');
}

static void print(const cyn_i_shape *shape, const void *place, cyn_i_buf *buf, size_t limit) {
  if (!cyn_i_is_present(shape, place)) {
    cyn_i_buf_text(buf, "null");
    return;
  }
  switch (shape->kind) {
    case CYN_KIND_STRING:
    case CYN_KIND_ENUM: print_bytes(*(const cyn_bytes *)place, buf, limit); return;
    case CYN_KIND_INTEGER:
    case CYN_KIND_LONG: cyn_i_json_write_int(buf, ((const cyn_opt_int *)place)->value); return;
    case CYN_KIND_DOUBLE:
    case CYN_KIND_TIMESTAMP: cyn_i_json_write_double(buf, ((const cyn_opt_double *)place)->value); return;
    case CYN_KIND_BOOLEAN: cyn_i_buf_text(buf, ((const cyn_opt_bool *)place)->value ? "true" : "false"); return;
    case CYN_KIND_BLOB: cyn_i_base64_encode(buf, *(const cyn_bytes *)place); return;
    case CYN_KIND_VALUE:
      if (((const cyn_value *)place)->fault == NULL) print_attribute(((const cyn_value *)place)->data, buf, limit);
      return;
    case CYN_KIND_ITEM: print_item(place, buf, limit); return;
    case CYN_KIND_STRUCTURE: print_structure(shape, *(const uint8_t *const *)place, buf, limit); return;
    case CYN_KIND_LIST: print_list(shape, place, buf, limit); return;
    case CYN_KIND_MAP: print_map(shape, place, buf, limit); return;
  }
}

void cyn_i_print_value(const cyn_i_shape *shape, const void *place, cyn_i_buf *buf) {
  print(shape, place, buf, buf->size + PRINT_MAX);
}
