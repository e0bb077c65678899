/* The encoder of item_json.h: binary items to DynamoDB JSON. Recursion follows the nesting of L and M. */
#include "value/base64.h"
#include "value/item.h"
#include "value/item_json.h"
#include "value/json_private.h"
#include "value/number.h"

static void write_text(cyn_i_buf *buf, const char *head, size_t head_size, cyn_bytes text, const char *tail,
                       size_t tail_size) {
  cyn_i_buf_append(buf, head, head_size);
  cyn_i_json_write_sound_string(buf, text);
  cyn_i_buf_append(buf, tail, tail_size);
}

/* The content of an N, with its quotes. */
static void write_number(cyn_i_buf *buf, cyn_bytes digits) {
  if (!cyn_i_buf_reserve(buf, CYN_NUMBER_TEXT_MAX + 2)) return;
  char *at = (char *)buf->data + buf->size;
  at[0] = '"';
  size_t size = cyn_i_number_format((const uint8_t *)digits.data, digits.size, at + 1);
  at[1 + size] = '"';
  buf->size += size + 2;
}

static void write_blob(cyn_i_buf *buf, cyn_bytes content) {
  cyn_i_buf_byte(buf, '"');
  cyn_i_base64_encode(buf, content);
  cyn_i_buf_byte(buf, '"');
}

static void write_set(cyn_i_buf *buf, const uint8_t *value) {
  cyn_i_elements elements = cyn_i_value_elements(value);
  cyn_bytes content;
  cyn_i_buf_append(buf, value[0] == CYN_TYPE_SS ? "{\"SS\":[" : value[0] == CYN_TYPE_NS ? "{\"NS\":[" : "{\"BS\":[", 7);
  for (bool first = true; cyn_i_set_next(&elements, &content); first = false) {
    if (!first) cyn_i_buf_byte(buf, ',');
    if (value[0] == CYN_TYPE_SS)
      cyn_i_json_write_sound_string(buf, content);
    else if (value[0] == CYN_TYPE_NS)
      write_number(buf, content);
    else
      write_blob(buf, content);
  }
  cyn_i_buf_append(buf, "]}", 2);
}

static void write_list(cyn_i_buf *buf, const uint8_t *value) {
  cyn_i_elements elements = cyn_i_value_elements(value);
  const uint8_t *element;
  cyn_i_buf_append(buf, "{\"L\":[", 6);
  for (bool first = true; cyn_i_list_next(&elements, &element); first = false) {
    if (!first) cyn_i_buf_byte(buf, ',');
    cyn_i_value_to_json(buf, element);
  }
  cyn_i_buf_append(buf, "]}", 2);
}

static void write_pairs(cyn_i_buf *buf, cyn_i_pairs pairs) {
  cyn_bytes name;
  const uint8_t *value;
  cyn_i_buf_byte(buf, '{');
  for (bool first = true; cyn_i_pairs_next(&pairs, &name, &value); first = false) {
    if (!first) cyn_i_buf_byte(buf, ',');
    cyn_i_json_write_sound_string(buf, name);
    cyn_i_buf_byte(buf, ':');
    cyn_i_value_to_json(buf, value);
  }
  cyn_i_buf_byte(buf, '}');
}

void cyn_i_value_to_json(cyn_i_buf *buf, const uint8_t *value) {
  switch (value[0]) {
    case CYN_TYPE_S: write_text(buf, "{\"S\":", 5, cyn_i_value_content(value), "}", 1); return;
    case CYN_TYPE_N:
      cyn_i_buf_append(buf, "{\"N\":", 5);
      write_number(buf, cyn_i_value_content(value));
      cyn_i_buf_byte(buf, '}');
      return;
    case CYN_TYPE_B:
      cyn_i_buf_append(buf, "{\"B\":", 5);
      write_blob(buf, cyn_i_value_content(value));
      cyn_i_buf_byte(buf, '}');
      return;
    case CYN_TYPE_BOOL:
      if (value[1] != 0)
        cyn_i_buf_append(buf, "{\"BOOL\":true}", 13);
      else
        cyn_i_buf_append(buf, "{\"BOOL\":false}", 14);
      return;
    case CYN_TYPE_NULL: cyn_i_buf_append(buf, "{\"NULL\":true}", 13); return;
    case CYN_TYPE_L: write_list(buf, value); return;
    case CYN_TYPE_M:
      cyn_i_buf_append(buf, "{\"M\":", 5);
      write_pairs(buf, cyn_i_map_pairs(value));
      cyn_i_buf_byte(buf, '}');
      return;
    default: write_set(buf, value); return;
  }
}

void cyn_i_item_to_json(cyn_i_buf *buf, const uint8_t *item) { write_pairs(buf, cyn_i_item_pairs(item)); }
