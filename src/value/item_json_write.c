/* The encoder of item_json.h: binary items to DynamoDB JSON. Recursion follows the nesting of L and M. The position goes
 * from function to function (cyn_i_json_out); each begins and ends with CYN_JSON_SLACK bytes free behind it, so that what
 * stands around a text is written in whole frames without a look at the room. */
#include "value/base64.h"
#include "value/item.h"
#include "value/item_json.h"
#include "value/json_private.h"
#include "value/number.h"

/* Copied as a whole, though it is `size` bytes. */
typedef struct frame {
  char text[16];
  size_t size;
} frame;

/* What opens a value, by type: alone, and behind a name. put_rest() writes what follows; a NULL needs nothing more. */
static const frame value_open[] = {{"", 0},
                                   {"{\"S\":\"", 6},
                                   {"{\"N\":\"", 6},
                                   {"{\"B\":\"", 6},
                                   {"{\"SS\":[", 7},
                                   {"{\"NS\":[", 7},
                                   {"{\"BS\":[", 7},
                                   {"{\"M\":{", 6},
                                   {"{\"L\":[", 6},
                                   {"{\"NULL\":true}", 13},
                                   {"{\"BOOL\":", 8}};
static const frame name_behind[] = {{"\":", 2},
                                    {"\":{\"S\":\"", 8},
                                    {"\":{\"N\":\"", 8},
                                    {"\":{\"B\":\"", 8},
                                    {"\":{\"SS\":[", 9},
                                    {"\":{\"NS\":[", 9},
                                    {"\":{\"BS\":[", 9},
                                    {"\":{\"M\":{", 8},
                                    {"\":{\"L\":[", 8},
                                    {"\":{\"NULL\":true}", 15},
                                    {"\":{\"BOOL\":", 10}};

static uint8_t *put_rest(cyn_i_json_out *out, uint8_t *at, const uint8_t *value);

static inline uint8_t *put_frame(uint8_t *at, const frame *from) {
  memcpy(at, from->text, sizeof from->text);
  return at + from->size;
}

static inline uint8_t *put_two(uint8_t *at, const char text[2]) {
  memcpy(at, text, 2);
  return at + 2;
}

static inline uint8_t *put_string(cyn_i_json_out *out, uint8_t *at, cyn_bytes text) {
  return cyn_i_json_put_text(out, at, (const uint8_t *)text.data, text.size);
}

static inline uint8_t *put_number(cyn_i_json_out *out, uint8_t *at, cyn_bytes digits) {
  at = cyn_i_json_room(out, at, CYN_NUMBER_TEXT_MAX);
  if (at == NULL) return NULL;
  return at + cyn_i_number_format((const uint8_t *)digits.data, digits.size, (char *)at);
}

static uint8_t *put_blob(cyn_i_json_out *out, uint8_t *at, cyn_bytes bytes) {
  cyn_i_buf *buf = out->buf;
  size_t before = buf->size;
  buf->size = (size_t)(at - buf->data);
  cyn_i_base64_encode(buf, bytes);
  out->end = buf->data + buf->capacity;
  at = buf->failed ? NULL : buf->data + buf->size;
  buf->size = before;
  return at != NULL ? cyn_i_json_room(out, at, 0) : NULL;
}

static uint8_t *put_set(cyn_i_json_out *out, uint8_t *at, const uint8_t *value) {
  cyn_i_elements elements = cyn_i_value_elements(value);
  cyn_bytes content;
  for (bool first = true; cyn_i_set_next(&elements, &content); first = false) {
    if (!first) *at++ = ',';
    *at++ = '"';
    at = value[0] == CYN_TYPE_NS   ? put_number(out, at, content)
         : value[0] == CYN_TYPE_SS ? put_string(out, at, content)
                                   : put_blob(out, at, content);
    if (at == NULL) return NULL;
    *at++ = '"';
  }
  return put_two(at, "]}");
}

static uint8_t *put_list(cyn_i_json_out *out, uint8_t *at, const uint8_t *value) {
  cyn_i_elements elements = cyn_i_value_elements(value);
  const uint8_t *element;
  for (bool first = true; cyn_i_list_next(&elements, &element); first = false) {
    if (!first) *at++ = ',';
    at = put_rest(out, put_frame(at, &value_open[element[0]]), element);
    if (at == NULL) return NULL;
  }
  return put_two(at, "]}");
}

/* The pairs and the closing brace. */
static inline uint8_t *put_pairs(cyn_i_json_out *out, uint8_t *at, cyn_i_pairs pairs) {
  cyn_bytes name;
  const uint8_t *value;
  for (bool first = true; cyn_i_pairs_next(&pairs, &name, &value); first = false) {
    if (!first) *at++ = ',';
    *at++ = '"';
    at = put_string(out, at, name);
    if (at == NULL) return NULL;
    at = put_frame(at, &name_behind[value[0]]);
    if (value[0] == CYN_TYPE_S) {
      at = put_string(out, at, cyn_i_value_content(value));
      if (at != NULL) at = put_two(at, "\"}");
    } else {
      at = put_rest(out, at, value);
    }
    if (at == NULL) return NULL;
  }
  *at++ = '}';
  return at;
}

/* Everything behind value_open or name_behind. */
static uint8_t *put_rest(cyn_i_json_out *out, uint8_t *at, const uint8_t *value) {
  switch (value[0]) {
    case CYN_TYPE_S: at = put_string(out, at, cyn_i_value_content(value)); break;
    case CYN_TYPE_N: at = put_number(out, at, cyn_i_value_content(value)); break;
    case CYN_TYPE_B: at = put_blob(out, at, cyn_i_value_content(value)); break;
    case CYN_TYPE_BOOL:
      memcpy(at, value[1] != 0 ? "true}\0\0" : "false}\0", 8);
      return cyn_i_json_room(out, at + (value[1] != 0 ? 5 : 6), 0);
    case CYN_TYPE_NULL: return cyn_i_json_room(out, at, 0);
    case CYN_TYPE_M:
      at = cyn_i_json_room(out, at, 0);
      if (at != NULL) at = put_pairs(out, at, cyn_i_map_pairs(value));
      if (at != NULL) *at++ = '}';
      return at != NULL ? cyn_i_json_room(out, at, 0) : NULL;
    case CYN_TYPE_L:
      at = cyn_i_json_room(out, at, 0);
      if (at != NULL) at = put_list(out, at, value);
      return at != NULL ? cyn_i_json_room(out, at, 0) : NULL;
    default:
      at = cyn_i_json_room(out, at, 0);
      if (at != NULL) at = put_set(out, at, value);
      return at != NULL ? cyn_i_json_room(out, at, 0) : NULL;
  }
  return at != NULL ? put_two(at, "\"}") : NULL;
}

void cyn_i_value_to_json(cyn_i_buf *buf, const uint8_t *value) {
  cyn_i_json_out out;
  uint8_t *at = cyn_i_json_out_begin(&out, buf);
  if (at == NULL) return;
  cyn_i_json_out_end(&out, put_rest(&out, put_frame(at, &value_open[value[0]]), value));
}

void cyn_i_item_to_json(cyn_i_buf *buf, const uint8_t *item) {
  cyn_i_json_out out;
  uint8_t *at = cyn_i_json_out_begin(&out, buf);
  if (at == NULL) return;
  *at++ = '{';
  cyn_i_json_out_end(&out, put_pairs(&out, at, cyn_i_item_pairs(item)));
}
