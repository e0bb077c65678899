/* Objects as plain JSON and back. Plain JSON has fewer types than an item: reading, each attribute's type decides (a string
 * for binary is base64, an array for a set is one), and where the model says nothing JSON's own types do. */
#include <string.h>

#include "model/codec.h"
#include "value/base64.h"
#include "value/item.h"
#include "value/json.h"
#include "value/number.h"

/* ---- writing ---- */

static void put_number(cyn_i_buf *out, cyn_bytes digits) {
  char text[CYN_NUMBER_TEXT_MAX];
  size_t size = cyn_i_number_format((const uint8_t *)digits.data, digits.size, text);
  cyn_i_buf_append(out, text, size);
}

static void put_base64(cyn_i_buf *out, cyn_bytes bytes) {
  cyn_i_buf_byte(out, '"');
  cyn_i_base64_encode(out, bytes);
  cyn_i_buf_byte(out, '"');
}

static void put_value(cyn_i_buf *out, const uint8_t *value);

static void put_pairs(cyn_i_buf *out, cyn_i_pairs pairs) {
  cyn_bytes name;
  const uint8_t *value;
  cyn_i_buf_byte(out, '{');
  for (bool first = true; cyn_i_pairs_next(&pairs, &name, &value); first = false) {
    if (!first) cyn_i_buf_byte(out, ',');
    cyn_i_json_write_string(out, name);
    cyn_i_buf_byte(out, ':');
    put_value(out, value);
  }
  cyn_i_buf_byte(out, '}');
}

static void put_elements(cyn_i_buf *out, const uint8_t *value) {
  cyn_i_elements elements = cyn_i_value_elements(value);
  cyn_bytes content = {NULL, 0};
  const uint8_t *element = NULL;
  bool first = true;
  cyn_i_buf_byte(out, '[');
  while (value[0] == CYN_TYPE_L ? cyn_i_list_next(&elements, &element) : cyn_i_set_next(&elements, &content)) {
    if (!first) cyn_i_buf_byte(out, ',');
    first = false;
    switch (value[0]) {
      case CYN_TYPE_L: put_value(out, element); break;
      case CYN_TYPE_SS: cyn_i_json_write_string(out, content); break;
      case CYN_TYPE_NS: put_number(out, content); break;
      default: put_base64(out, content); break;
    }
  }
  cyn_i_buf_byte(out, ']');
}

static void put_value(cyn_i_buf *out, const uint8_t *value) {
  switch (value[0]) {
    case CYN_TYPE_S: cyn_i_json_write_string(out, cyn_i_value_content(value)); break;
    case CYN_TYPE_N: put_number(out, cyn_i_value_content(value)); break;
    case CYN_TYPE_B: put_base64(out, cyn_i_value_content(value)); break;
    case CYN_TYPE_BOOL: cyn_i_buf_text(out, value[1] != 0 ? "true" : "false"); break;
    case CYN_TYPE_NULL: cyn_i_buf_text(out, "null"); break;
    case CYN_TYPE_M: put_pairs(out, cyn_i_map_pairs(value)); break;
    default: put_elements(out, value); break;
  }
}

cyn_status cyn_model_to_json(const cyn_model *model, const void *object, const char **out, cyn_memory *memory,
                             cyn_error *error) {
  cyn_item item;
  *out = NULL;
  cyn_status status = cyn_model_to_item(model, object, &item, memory, error);
  if (status != CYN_OK) return status;
  cyn_i_buf text;
  cyn_i_buf_init(&text, &memory->arena);
  put_pairs(&text, cyn_i_item_pairs(item.data));
  cyn_i_buf_byte(&text, '\0');
  if (text.failed) return cyn_i_error_no_memory(error);
  *out = (const char *)text.data;
  return CYN_OK;
}

/* ---- reading ---- */

typedef struct json_reader {
  cyn_i_json json;
  cyn_i_codec *codec;
  cyn_i_buf *buf;
  unsigned depth;
} json_reader;

static cyn_status malformed(json_reader *r) {
  if (r->json.no_memory) return cyn_i_error_no_memory(r->codec->error);
  return cyn_i_error_set(r->codec->error, CYN_E_SERIALIZATION, "the text is no JSON object");
}

static cyn_status refuse(const json_reader *r, const cyn_i_place *place, const cyn_i_field *field) {
  return cyn_i_model_error(r->codec->error, CYN_E_DESERIALIZATION, r->codec->model, place, "the JSON value is not %s",
                           field != NULL ? cyn_i_field_kind_name(field) : "a DynamoDB value");
}

static cyn_status read_value(json_reader *r, cyn_i_json_token token, const cyn_i_field *field, unsigned type,
                             const cyn_i_place *place);

static cyn_status read_text(json_reader *r, const cyn_i_field *field, unsigned type, const cyn_i_place *place) {
  cyn_i_number number;
  switch (type) {
    case 0:
    case CYN_TYPE_S: cyn_i_write_string(r->buf, CYN_TYPE_S, r->json.text); return CYN_OK;
    case CYN_TYPE_N:
      if (cyn_i_number_parse(r->json.text, &number) != CYN_NUMBER_OK) return refuse(r, place, field);
      cyn_i_write_number(r->buf, number.bytes, number.size);
      return CYN_OK;
    case CYN_TYPE_B: {
      cyn_i_buf bytes;
      cyn_i_buf_init(&bytes, &r->codec->memory->arena);
      if (!cyn_i_base64_decode(&bytes, r->json.text)) return refuse(r, place, field);
      cyn_i_write_string(r->buf, CYN_TYPE_B, (cyn_bytes){bytes.size != 0 ? (const char *)bytes.data : "", bytes.size});
      return CYN_OK;
    }
    default: return refuse(r, place, field);
  }
}

static cyn_status read_number(json_reader *r, const cyn_i_field *field, unsigned type, const cyn_i_place *place) {
  cyn_i_number number;
  if ((type != 0 && type != CYN_TYPE_N) || cyn_i_number_parse(r->json.text, &number) != CYN_NUMBER_OK)
    return refuse(r, place, field);
  cyn_i_write_number(r->buf, number.bytes, number.size);
  return CYN_OK;
}

/* The pairs of an object; a name that is there twice is an error, as it is in DynamoDB's JSON builder. */
static cyn_status read_pairs(json_reader *r, const cyn_i_plan *plan, const cyn_i_place *place, uint32_t *count) {
  size_t first = r->buf->size;
  *count = 0;
  for (cyn_i_json_token token = cyn_i_json_next(&r->json); token != CYN_JSON_OBJECT_END; token = cyn_i_json_next(&r->json)) {
    if (r->buf->failed) return cyn_i_error_no_memory(r->codec->error); /* what is there is looked into */
    if (token != CYN_JSON_KEY) return malformed(r);
    const cyn_i_field *field = plan != NULL ? cyn_i_plan_attribute(plan, r->json.text) : NULL;
    cyn_i_place inner = {place, field, 0};
    cyn_i_pairs before = {r->buf->data + first, *count};
    cyn_bytes name;
    const uint8_t *value;
    while (cyn_i_pairs_next(&before, &name, &value))
      if (name.size == r->json.text.size && memcmp(name.data, r->json.text.data, name.size) == 0)
        return cyn_i_model_error(r->codec->error, CYN_E_DESERIALIZATION, r->codec->model, place,
                                 "the JSON has the name %.*s twice", (int)(name.size < 80 ? name.size : 80), name.data);
    if (r->json.text.size > CYN_NAME_SIZE_MAX) return malformed(r);
    cyn_i_write_name(r->buf, r->json.text);
    cyn_status status = read_value(r, cyn_i_json_next(&r->json), field, field != NULL ? field->type : 0,
                                   field != NULL ? &inner : place);
    if (status != CYN_OK) return status;
    (*count)++;
  }
  return CYN_OK;
}

static cyn_status read_object(json_reader *r, const cyn_i_field *field, unsigned type, const cyn_i_place *place) {
  if (type != 0 && type != CYN_TYPE_M) return refuse(r, place, field);
  const cyn_i_plan *plan = NULL;
  cyn_status status = field != NULL && field->model != NULL && field->kind != CYN_FIELD_LIST
                          ? cyn_i_plan_get(field->model, &plan, r->codec->error)
                          : CYN_OK;
  if (status != CYN_OK) return status;
  size_t mark = cyn_i_write_open(r->buf, CYN_TYPE_M);
  uint32_t count;
  status = read_pairs(r, plan, place, &count);
  if (status == CYN_OK && !r->buf->failed) cyn_i_write_close(r->buf, mark, count);
  return status;
}

/* A set's elements are written as values first, then sorted into the set. */
static cyn_status read_array(json_reader *r, const cyn_i_field *field, unsigned type, const cyn_i_place *place) {
  static const uint8_t element_types[] = {[CYN_TYPE_SS] = CYN_TYPE_S, [CYN_TYPE_NS] = CYN_TYPE_N, [CYN_TYPE_BS] = CYN_TYPE_B};
  bool is_set = type >= CYN_TYPE_SS && type <= CYN_TYPE_BS;
  if (type != 0 && type != CYN_TYPE_L && !is_set) return refuse(r, place, field);
  const cyn_i_field *element = field != NULL ? field->element : NULL;
  unsigned element_type = is_set ? element_types[type] : element != NULL ? element->type : 0;
  size_t start = r->buf->size;
  size_t mark = cyn_i_write_open(r->buf, CYN_TYPE_L);
  uint32_t count = 0;
  for (cyn_i_json_token token = cyn_i_json_next(&r->json); token != CYN_JSON_ARRAY_END; token = cyn_i_json_next(&r->json)) {
    cyn_i_place inner = {place, NULL, count};
    cyn_status status = read_value(r, token, element, element_type, place != NULL ? &inner : NULL);
    if (status != CYN_OK) return status;
    count++;
  }
  cyn_i_write_close(r->buf, mark, count);
  if (!is_set || r->buf->failed) return CYN_OK;
  cyn_i_arena *arena = &r->codec->memory->arena;
  cyn_bytes values = cyn_i_arena_copy(arena, (cyn_bytes){(const char *)r->buf->data + start, r->buf->size - start});
  cyn_bytes *contents = cyn_i_arena_zalloc(arena, count + (size_t)1, sizeof *contents);
  if (values.data == NULL || contents == NULL) return cyn_i_error_no_memory(r->codec->error);
  cyn_i_elements walk = cyn_i_value_elements((const uint8_t *)values.data);
  const uint8_t *value;
  for (size_t i = 0; cyn_i_list_next(&walk, &value); i++) {
    if (value[0] != element_type) return refuse(r, place, field);
    contents[i] = cyn_i_value_content(value);
  }
  r->buf->size = start;
  bool unique = true;
  if (count == 0)
    cyn_i_write_null(r->buf);
  else
    cyn_i_write_set(r->buf, (cyn_type)type, contents, count, &unique);
  return unique ? CYN_OK : refuse(r, place, field);
}

static cyn_status read_value(json_reader *r, cyn_i_json_token token, const cyn_i_field *field, unsigned type,
                             const cyn_i_place *place) {
  cyn_status status;
  switch (token) {
    case CYN_JSON_STRING: return read_text(r, field, type, place);
    case CYN_JSON_NUMBER: return read_number(r, field, type, place);
    case CYN_JSON_NULL: cyn_i_write_null(r->buf); return CYN_OK;
    case CYN_JSON_TRUE:
    case CYN_JSON_FALSE:
      if (type != 0 && type != CYN_TYPE_BOOL) return refuse(r, place, field);
      cyn_i_write_bool(r->buf, token == CYN_JSON_TRUE);
      return CYN_OK;
    case CYN_JSON_OBJECT_BEGIN:
    case CYN_JSON_ARRAY_BEGIN:
      if (r->depth == CYN_ITEM_DEPTH_WRITTEN_MAX) return refuse(r, place, field);
      r->depth++;
      status = token == CYN_JSON_OBJECT_BEGIN ? read_object(r, field, type, place) : read_array(r, field, type, place);
      r->depth--;
      return status;
    default: return malformed(r);
  }
}

cyn_status cyn_model_from_json(const cyn_model *model, void *object, const char *json, cyn_memory *memory,
                               cyn_error *error) {
  const cyn_i_plan *plan;
  cyn_status status = cyn_i_need_memory(memory, model, error);
  if (status == CYN_OK) status = cyn_i_plan_get(model, &plan, error);
  if (status != CYN_OK) return status;
  cyn_i_codec codec = {model, memory, error, 0};
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, &memory->arena);
  json_reader r = {.codec = &codec, .buf = &buf};
  cyn_i_json_init(&r.json, (const uint8_t *)json, strlen(json), &memory->arena);
  cyn_i_item_writer writer;
  cyn_i_item_begin(&writer, &buf);
  if (cyn_i_json_next(&r.json) != CYN_JSON_OBJECT_BEGIN) return malformed(&r);
  status = read_pairs(&r, plan, NULL, &writer.count);
  if (status != CYN_OK) return status;
  if (cyn_i_json_next(&r.json) != CYN_JSON_END) return malformed(&r);
  cyn_i_item_end(&writer);
  if (buf.failed) return cyn_i_error_no_memory(error);
  return cyn_i_read_object(&codec, plan, buf.data, object);
}
