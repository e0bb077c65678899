/* The encoder of item_json.h: binary items to DynamoDB JSON. Recursion follows the nesting of L and M. Every piece is
 * written together with the punctuation around it (cyn_i_json_frame): an attribute is two or three writes. */
#include "value/base64.h"
#include "value/item.h"
#include "value/item_json.h"
#include "value/json_private.h"
#include "value/number.h"

/* What opens a value, by type: alone, and behind a name. write_rest() writes what follows. */
static const cyn_i_json_frame value_open[] = {
    {"", 0},           {"{\"S\":\"", 6},  {"{\"N\":\"", 6}, {"{\"B\":\"", 6}, {"{\"SS\":[", 7}, {"{\"NS\":[", 7},
    {"{\"BS\":[", 7}, {"{\"M\":{", 6},   {"{\"L\":[", 6},  {"{\"NULL\":", 8}, {"{\"BOOL\":", 8}};
static const cyn_i_json_frame name_behind[] = {
    {"\":", 2},           {"\":{\"S\":\"", 8}, {"\":{\"N\":\"", 8}, {"\":{\"B\":\"", 8},    {"\":{\"SS\":[", 9},    {"\":{\"NS\":[", 9},
    {"\":{\"BS\":[", 9}, {"\":{\"M\":{", 8},  {"\":{\"L\":[", 8},  {"\":{\"NULL\":", 10}, {"\":{\"BOOL\":", 10}};

static const cyn_i_json_frame nothing = {"", 0}, quote = {"\"", 1}, comma_quote = {",\"", 2}, string_close = {"\"}", 2};

static void write_rest(cyn_i_buf *buf, const uint8_t *value);

static inline void write_frame(cyn_i_buf *buf, const cyn_i_json_frame *frame) {
  if (!cyn_i_buf_reserve(buf, sizeof frame->text)) return;
  memcpy(buf->data + buf->size, frame->text, sizeof frame->text);
  buf->size += frame->size;
}

static void write_number(cyn_i_buf *buf, cyn_bytes digits) {
  if (!cyn_i_buf_reserve(buf, CYN_NUMBER_TEXT_MAX)) return;
  buf->size += cyn_i_number_format((const uint8_t *)digits.data, digits.size, (char *)buf->data + buf->size);
}

static void write_set(cyn_i_buf *buf, const uint8_t *value) {
  cyn_i_elements elements = cyn_i_value_elements(value);
  cyn_bytes content;
  const cyn_i_json_frame *before = &quote;
  for (; cyn_i_set_next(&elements, &content); before = &comma_quote) {
    if (value[0] == CYN_TYPE_SS) {
      cyn_i_json_write_framed(buf, before, content, &quote);
      continue;
    }
    write_frame(buf, before);
    if (value[0] == CYN_TYPE_NS)
      write_number(buf, content);
    else
      cyn_i_base64_encode(buf, content);
    cyn_i_buf_byte(buf, '"');
  }
}

static void write_list(cyn_i_buf *buf, const uint8_t *value) {
  cyn_i_elements elements = cyn_i_value_elements(value);
  const uint8_t *element;
  for (bool first = true; cyn_i_list_next(&elements, &element); first = false) {
    if (!first) cyn_i_buf_byte(buf, ',');
    write_frame(buf, &value_open[element[0]]);
    write_rest(buf, element);
  }
}

static inline void write_pairs(cyn_i_buf *buf, cyn_i_pairs pairs) {
  cyn_bytes name;
  const uint8_t *value;
  const cyn_i_json_frame *before = &quote;
  for (; cyn_i_pairs_next(&pairs, &name, &value); before = &comma_quote) {
    cyn_i_json_write_framed(buf, before, name, &name_behind[value[0]]);
    if (value[0] == CYN_TYPE_S)
      cyn_i_json_write_framed(buf, &nothing, cyn_i_value_content(value), &string_close);
    else
      write_rest(buf, value);
  }
}

/* Everything behind value_open. */
static void write_rest(cyn_i_buf *buf, const uint8_t *value) {
  switch (value[0]) {
    case CYN_TYPE_S: cyn_i_json_write_framed(buf, &nothing, cyn_i_value_content(value), &string_close); return;
    case CYN_TYPE_N:
      write_number(buf, cyn_i_value_content(value));
      write_frame(buf, &string_close);
      return;
    case CYN_TYPE_B:
      cyn_i_base64_encode(buf, cyn_i_value_content(value));
      write_frame(buf, &string_close);
      return;
    case CYN_TYPE_BOOL:
      if (value[1] != 0)
        cyn_i_buf_append(buf, "true}", 5);
      else
        cyn_i_buf_append(buf, "false}", 6);
      return;
    case CYN_TYPE_NULL: cyn_i_buf_append(buf, "true}", 5); return;
    case CYN_TYPE_M:
      write_pairs(buf, cyn_i_map_pairs(value));
      cyn_i_buf_append(buf, "}}", 2);
      return;
    case CYN_TYPE_L: write_list(buf, value); break;
    default: write_set(buf, value); break;
  }
  cyn_i_buf_append(buf, "]}", 2);
}

void cyn_i_value_to_json(cyn_i_buf *buf, const uint8_t *value) {
  write_frame(buf, &value_open[value[0]]);
  write_rest(buf, value);
}

void cyn_i_item_to_json(cyn_i_buf *buf, const uint8_t *item) {
  cyn_i_buf_byte(buf, '{');
  write_pairs(buf, cyn_i_item_pairs(item));
  cyn_i_buf_byte(buf, '}');
}
