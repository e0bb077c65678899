/* Structs to item bytes. Each attribute is its name, ready in the plan, and a value written straight from the field; what a
 * field cannot say in DynamoDB's words is told with the model's name, the dotted path and the rule. */
#include "model/codec.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "model/decimal.h"
#include "model/time.h"
#include "value/item.h"
#include "value/json.h"
#include "value/utf8.h"

/* ---- errors ---- */

static void put_place(cyn_i_buf *buf, const cyn_i_place *place) {
  if (place->parent != NULL) put_place(buf, place->parent);
  if (place->field == NULL) {
    cyn_i_buf_printf(buf, "[%zu]", place->index);
    return;
  }
  if (buf->size != 0) cyn_i_buf_byte(buf, '.');
  cyn_i_buf_text(buf, place->field->field);
}

cyn_status cyn_i_model_error(cyn_error *error, cyn_i_error_code code, const cyn_model *model, const cyn_i_place *place,
                             const char *format, ...) {
  char rule[300];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(rule, sizeof rule, format, arguments);
  va_end(arguments);
  cyn_i_buf path;
  cyn_i_buf_init(&path, NULL);
  if (place != NULL) put_place(&path, place);
  cyn_i_buf_byte(&path, '\0');
  const char *type = model != NULL ? model->type : "?";
  cyn_status status;
  if (path.failed)
    status = cyn_i_error_no_memory(error);
  else if (place == NULL)
    status = cyn_i_error_setf(error, code, "model %s: %s", type, rule);
  else
    status = cyn_i_error_setf(error, code, "model %s, attribute %s: %s", type, (const char *)path.data, rule);
  cyn_i_buf_clean_up(&path);
  return status;
}

static cyn_status refuse(const cyn_i_codec *codec, const cyn_i_place *place, const char *rule) {
  return cyn_i_model_error(codec->error, CYN_E_MODEL, codec->model, place, "%s", rule);
}

/* ---- scalars ---- */

bool cyn_i_load_int(unsigned kind, const void *at, int64_t *out) {
  uint64_t natural;
#define LOAD(kind_, type)           \
  case kind_: {                     \
    type value;                     \
    memcpy(&value, at, sizeof value); \
    *out = (int64_t)value;          \
    return true;                    \
  }
  switch (kind) {
    LOAD(CYN_FIELD_INT8, int8_t)
    LOAD(CYN_FIELD_INT16, int16_t)
    LOAD(CYN_FIELD_INT32, int32_t)
    LOAD(CYN_FIELD_INT64, int64_t)
    LOAD(CYN_FIELD_UINT8, uint8_t)
    LOAD(CYN_FIELD_UINT16, uint16_t)
    LOAD(CYN_FIELD_UINT32, uint32_t)
    default:
      memcpy(&natural, at, sizeof natural);
      *out = (int64_t)natural;
      return natural <= INT64_MAX;
  }
#undef LOAD
}

static void put_int(cyn_i_buf *buf, int64_t value) {
  cyn_i_number number = cyn_i_number_from_int(value);
  cyn_i_write_number(buf, number.bytes, number.size);
}

static cyn_status put_string(const cyn_i_codec *codec, cyn_type type, cyn_bytes text, const cyn_i_place *place,
                             cyn_i_buf *buf) {
  if (type == CYN_TYPE_S && !cyn_i_utf8_is_valid(text)) return refuse(codec, place, "the string is not UTF-8");
  cyn_i_write_string(buf, type, text);
  return CYN_OK;
}

static cyn_status put_double(const cyn_i_codec *codec, double value, bool is_float, const cyn_i_place *place,
                             cyn_i_buf *buf) {
  cyn_i_number number;
  if (!(is_float ? cyn_i_number_from_float((float)value, &number) : cyn_i_number_from_double(value, &number)))
    return refuse(codec, place, "infinity, NaN and numbers beyond 1E126 are no DynamoDB numbers");
  cyn_i_write_number(buf, number.bytes, number.size);
  return CYN_OK;
}

static cyn_status put_decimal(const cyn_i_codec *codec, const cyn_decimal *decimal, const cyn_i_place *place,
                              cyn_i_buf *buf) {
  cyn_i_number number;
  cyn_bytes text = {decimal->text, strnlen(decimal->text, sizeof decimal->text)};
  cyn_i_number_fault fault = cyn_i_number_parse(text, &number);
  if (fault != CYN_NUMBER_OK)
    return cyn_i_model_error(codec->error, CYN_E_MODEL, codec->model, place, "\"%.*s\": %s", (int)text.size, text.data,
                             fault == CYN_NUMBER_SYNTAX || fault == CYN_NUMBER_EMPTY ? "this is no number"
                                                                                     : cyn_i_number_fault_text(fault));
  cyn_i_write_number(buf, number.bytes, number.size);
  return CYN_OK;
}

static cyn_status put_time(const cyn_i_codec *codec, int64_t us, const cyn_i_place *place, cyn_i_buf *buf) {
  char text[CYN_TIME_TEXT_LENGTH];
  if (!cyn_i_time_format(us, text)) return refuse(codec, place, "the time is outside the years 1 to 9999");
  cyn_i_write_string(buf, CYN_TYPE_S, (cyn_bytes){text, sizeof text});
  return CYN_OK;
}

cyn_status cyn_i_check_json(const cyn_i_codec *codec, cyn_i_error_code code, cyn_bytes text, const cyn_i_place *place) {
  cyn_i_json json;
  cyn_i_json_init(&json, (const uint8_t *)text.data, text.size, &codec->memory->arena);
  cyn_i_json_token token = cyn_i_json_next(&json);
  if (token != CYN_JSON_ERROR && token != CYN_JSON_END && cyn_i_json_skip(&json, token) && cyn_i_json_next(&json) == CYN_JSON_END)
    return CYN_OK;
  if (json.no_memory) return cyn_i_error_no_memory(codec->error);
  return cyn_i_model_error(codec->error, code, codec->model, place, "the text is no JSON");
}

static cyn_status put_json(const cyn_i_codec *codec, const char *text, const cyn_i_place *place, cyn_i_buf *buf) {
  cyn_status status = cyn_i_check_json(codec, CYN_E_MODEL, cyn_str(text), place);
  return status == CYN_OK ? put_string(codec, CYN_TYPE_S, cyn_str(text), place, buf) : status;
}

static cyn_status put_enum(const cyn_i_codec *codec, const cyn_i_field *field, int64_t value, const cyn_i_place *place,
                           cyn_i_buf *buf) {
  if (value < 0 || (uint64_t)value >= field->name_count || field->names[value] == NULL)
    return cyn_i_model_error(codec->error, CYN_E_MODEL, codec->model, place, "%lld is none of the enum's %zu values",
                             (long long)value, field->name_count);
  return put_string(codec, CYN_TYPE_S, cyn_str(field->names[value]), place, buf);
}

/* ---- sets ---- */

#define SET_FEW 16

static cyn_status put_set(const cyn_i_codec *codec, cyn_type type, cyn_bytes *contents, size_t count,
                          const cyn_i_place *place, cyn_i_buf *buf) {
  bool unique = true;
  cyn_i_write_set(buf, type, contents, (uint32_t)count, &unique);
  return unique ? CYN_OK : refuse(codec, place, "the set has an element twice");
}

static cyn_status number_of(const cyn_i_codec *codec, unsigned kind, const void *set, size_t i, const cyn_i_place *place,
                            cyn_i_number *out) {
  if (kind == CYN_FIELD_INT_SET) {
    *out = cyn_i_number_from_int(((const cyn_int_set *)set)->at[i]);
    return CYN_OK;
  }
  if (kind == CYN_FIELD_DOUBLE_SET)
    return cyn_i_number_from_double(((const cyn_double_set *)set)->at[i], out)
               ? CYN_OK
               : refuse(codec, place, "infinity and NaN are no DynamoDB numbers");
  const cyn_decimal *decimal = &((const cyn_number_set *)set)->at[i];
  cyn_bytes text = {decimal->text, strnlen(decimal->text, sizeof decimal->text)};
  return cyn_i_number_parse(text, out) == CYN_NUMBER_OK ? CYN_OK : refuse(codec, place, "an element is no number");
}

static cyn_status put_numbers(cyn_i_codec *codec, unsigned kind, const void *set, size_t count, const cyn_i_place *place,
                              cyn_i_buf *buf) {
  cyn_i_arena *arena = &codec->memory->arena;
  cyn_bytes *contents = cyn_i_arena_zalloc(arena, count, sizeof *contents);
  cyn_i_number *numbers = cyn_i_arena_zalloc(arena, count, sizeof *numbers);
  if (contents == NULL || numbers == NULL) return cyn_i_error_no_memory(codec->error);
  for (size_t i = 0; i < count; i++) {
    cyn_status status = number_of(codec, kind, set, i, place, &numbers[i]);
    if (status != CYN_OK) return status;
    contents[i] = (cyn_bytes){(const char *)numbers[i].bytes, numbers[i].size};
  }
  return put_set(codec, CYN_TYPE_NS, contents, count, place, buf);
}

static cyn_status put_strings(cyn_i_codec *codec, unsigned kind, const void *set, size_t count, const cyn_i_place *place,
                              cyn_i_buf *buf) {
  cyn_bytes few[SET_FEW];
  cyn_bytes *contents = count <= SET_FEW ? few : cyn_i_arena_zalloc(&codec->memory->arena, count, sizeof *contents);
  if (contents == NULL) return cyn_i_error_no_memory(codec->error);
  bool is_text = kind == CYN_FIELD_STRING_SET;
  for (size_t i = 0; i < count; i++) {
    contents[i] = is_text ? cyn_str(((const cyn_string_set *)set)->at[i]) : ((const cyn_binary_set *)set)->at[i];
    if (contents[i].data == NULL) return refuse(codec, place, "the set has a NULL element");
    if (is_text && !cyn_i_utf8_is_valid(contents[i])) return refuse(codec, place, "the set has a string that is not UTF-8");
  }
  return put_set(codec, is_text ? CYN_TYPE_SS : CYN_TYPE_BS, contents, count, place, buf);
}

/* All five set types are a pointer and a count. */
static cyn_status put_any_set(cyn_i_codec *codec, unsigned kind, const void *set, const cyn_i_place *place,
                              cyn_i_buf *buf, bool *absent) {
  size_t count = ((const cyn_binary_set *)set)->count;
  if (count == 0) {
    *absent = true;
    return CYN_OK;
  }
  if (count > UINT32_MAX) return refuse(codec, place, "the set is too large");
  return kind == CYN_FIELD_STRING_SET || kind == CYN_FIELD_BINARY_SET ? put_strings(codec, kind, set, count, place, buf)
                                                                      : put_numbers(codec, kind, set, count, place, buf);
}

/* ---- containers ---- */

static cyn_status put_copy(const cyn_i_codec *codec, cyn_value value, const cyn_i_place *place, cyn_i_buf *buf) {
  if (value.fault != NULL) return refuse(codec, place, value.fault->message);
  cyn_i_write_copy(buf, value.data);
  return CYN_OK;
}

/* An item as an M: the same pairs behind another head. */
static cyn_status put_item(const cyn_i_codec *codec, cyn_item item, const cyn_i_place *place, cyn_i_buf *buf) {
  if (item.fault != NULL) return refuse(codec, place, item.fault->message);
  size_t mark = cyn_i_write_open(buf, CYN_TYPE_M);
  cyn_i_buf_append(buf, item.data + CYN_ITEM_HEADER_SIZE, item.size - CYN_ITEM_HEADER_SIZE);
  cyn_i_write_close(buf, mark, cyn_i_item_count(item.data));
  return CYN_OK;
}

static cyn_status put_list(cyn_i_codec *codec, const cyn_i_field *field, const void *at, const cyn_i_place *place,
                           cyn_i_buf *buf, bool *absent) {
  CYN_LIST_OF(const char) list;
  memcpy(&list, at, sizeof list);
  if (list.at == NULL) {
    *absent = true;
    return list.count == 0 ? CYN_OK : refuse(codec, place, "the list is NULL and has a count");
  }
  if (list.count > UINT32_MAX) return refuse(codec, place, "the list is too large");
  size_t mark = cyn_i_write_open(buf, CYN_TYPE_L);
  for (size_t i = 0; i < list.count; i++) {
    cyn_i_place element_place = {place, NULL, i};
    bool element_absent = false;
    cyn_status status = cyn_i_write_field(codec, field->element, list.at + i * field->element_size, &element_place, buf,
                                          &element_absent);
    if (status != CYN_OK) return status;
    if (element_absent) cyn_i_write_null(buf);
  }
  cyn_i_write_close(buf, mark, (uint32_t)list.count);
  return CYN_OK;
}

cyn_status cyn_i_write_map(cyn_i_codec *codec, const cyn_model *model, const void *object, const cyn_i_place *place,
                           cyn_i_buf *buf) {
  const cyn_i_plan *plan;
  cyn_status status = cyn_i_plan_get(model, &plan, codec->error);
  if (status != CYN_OK) return status;
  if (codec->depth == CYN_I_MODEL_DEPTH_MAX) return refuse(codec, place, "structs are nested deeper than 32 levels");
  codec->depth++;
  size_t mark = cyn_i_write_open(buf, CYN_TYPE_M);
  uint32_t count = 0;
  for (size_t i = 0; i < plan->field_count; i++) {
    const cyn_i_field *field = &plan->fields[i];
    cyn_i_place inner = {place, field, 0};
    size_t before = buf->size;
    bool absent = false;
    cyn_i_buf_append(buf, field->name.data - 2, field->name.size + 2);
    status = cyn_i_write_field(codec, field, (const char *)object + field->offset, &inner, buf, &absent);
    if (status != CYN_OK) return status;
    if (absent)
      buf->size = before;
    else
      count++;
  }
  cyn_i_write_close(buf, mark, count);
  codec->depth--;
  return CYN_OK;
}

static cyn_status put_custom(cyn_i_codec *codec, const cyn_i_field *field, const void *at, const cyn_i_place *place,
                             cyn_i_buf *buf, bool *absent) {
  cyn_bind bind = cyn_bind_string(NULL);
  cyn_error own = CYN_ERROR_INIT;
  cyn_status status = field->custom->serialize(at, codec->memory, &bind, &own);
  if (status != CYN_OK) {
    status = refuse(codec, place, own.message != NULL ? own.message : "its serialize function failed");
    cyn_error_clean_up(&own);
    return status;
  }
  size_t before = buf->size;
  status = cyn_i_write_plain(codec, &bind, place, buf, absent);
  if (status == CYN_OK && !*absent && !buf->failed && buf->data[before] != field->custom->type)
    return refuse(codec, place, "its serialize function gave a value of another type than the custom type's");
  return status;
}

/* ---- one field ---- */

static cyn_status put_value(cyn_i_codec *codec, const cyn_i_field *field, const void *at, const cyn_i_place *place,
                            cyn_i_buf *buf, bool *absent) {
  union {
    const char *string;
    cyn_bytes bytes;
    cyn_time time;
    cyn_opt_int opt_int;
    cyn_opt_double opt_double;
    cyn_opt_bool opt_bool;
    cyn_item item;
    cyn_value value;
    double real;
    float single;
    bool truth;
    const void *pointer;
    uint64_t natural;
  } v;
  int64_t integer;
  size_t length;
  switch (field->kind) {
    case CYN_FIELD_STRING:
    case CYN_FIELD_JSON:
      memcpy(&v.string, at, sizeof v.string);
      if (v.string == NULL || (field->omit_zero && v.string[0] == '\0')) break;
      return field->kind == CYN_FIELD_JSON ? put_json(codec, v.string, place, buf)
                                           : put_string(codec, CYN_TYPE_S, cyn_str(v.string), place, buf);
    case CYN_FIELD_CHARS:
      length = strnlen(at, field->size);
      if (length == field->size) return refuse(codec, place, "the array has no NUL");
      if (length == 0 && (field->omit_zero || field->nullable)) break;
      return put_string(codec, CYN_TYPE_S, (cyn_bytes){at, length}, place, buf);
    case CYN_FIELD_OCTETS: cyn_i_write_string(buf, CYN_TYPE_B, (cyn_bytes){at, field->size}); return CYN_OK;
    case CYN_FIELD_BYTES:
      memcpy(&v.bytes, at, sizeof v.bytes);
      if (v.bytes.data == NULL || (field->omit_zero && v.bytes.size == 0)) break;
      return put_string(codec, (cyn_type)field->type, v.bytes, place, buf);
    case CYN_FIELD_INT8:
    case CYN_FIELD_INT16:
    case CYN_FIELD_INT32:
    case CYN_FIELD_INT64:
    case CYN_FIELD_UINT8:
    case CYN_FIELD_UINT16:
    case CYN_FIELD_UINT32:
      (void)cyn_i_load_int(field->kind, at, &integer);
      if (integer == 0 && field->omit_zero) break;
      put_int(buf, integer);
      return CYN_OK;
    case CYN_FIELD_UINT64: {
      memcpy(&v.natural, at, sizeof v.natural);
      if (v.natural == 0 && field->omit_zero) break;
      cyn_i_number number = cyn_i_number_from_uint(v.natural);
      cyn_i_write_number(buf, number.bytes, number.size);
      return CYN_OK;
    }
    case CYN_FIELD_FLOAT:
      memcpy(&v.single, at, sizeof v.single);
      if (v.single == 0 && field->omit_zero) break;
      return put_double(codec, (double)v.single, true, place, buf);
    case CYN_FIELD_DOUBLE:
      memcpy(&v.real, at, sizeof v.real);
      if (v.real == 0 && field->omit_zero) break;
      return put_double(codec, v.real, false, place, buf);
    case CYN_FIELD_BOOL:
      memcpy(&v.truth, at, sizeof v.truth);
      if (!v.truth && field->omit_zero) break;
      cyn_i_write_bool(buf, v.truth);
      return CYN_OK;
    case CYN_FIELD_OPT_INT:
      memcpy(&v.opt_int, at, sizeof v.opt_int);
      if (!v.opt_int.is_set) break;
      put_int(buf, v.opt_int.value);
      return CYN_OK;
    case CYN_FIELD_OPT_DOUBLE:
      memcpy(&v.opt_double, at, sizeof v.opt_double);
      if (!v.opt_double.is_set) break;
      return put_double(codec, v.opt_double.value, false, place, buf);
    case CYN_FIELD_OPT_BOOL:
      memcpy(&v.opt_bool, at, sizeof v.opt_bool);
      if (!v.opt_bool.is_set) break;
      cyn_i_write_bool(buf, v.opt_bool.value);
      return CYN_OK;
    case CYN_FIELD_DECIMAL:
      if (((const char *)at)[0] == '\0') break;
      return put_decimal(codec, at, place, buf);
    case CYN_FIELD_TIME:
    case CYN_FIELD_TTL:
      memcpy(&v.time, at, sizeof v.time);
      if (!v.time.is_set) break;
      if (field->kind == CYN_FIELD_TIME) return put_time(codec, v.time.us, place, buf);
      put_int(buf, cyn_time_seconds(v.time));
      return CYN_OK;
    case CYN_FIELD_STRING_SET:
    case CYN_FIELD_INT_SET:
    case CYN_FIELD_DOUBLE_SET:
    case CYN_FIELD_NUMBER_SET:
    case CYN_FIELD_BINARY_SET: return put_any_set(codec, field->kind, at, place, buf, absent);
    case CYN_FIELD_ITEM:
      memcpy(&v.item, at, sizeof v.item);
      if (v.item.data == NULL) break;
      return put_item(codec, v.item, place, buf);
    case CYN_FIELD_VALUE:
      memcpy(&v.value, at, sizeof v.value);
      if (v.value.data == NULL) break;
      return put_copy(codec, v.value, place, buf);
    case CYN_FIELD_MAP: return cyn_i_write_map(codec, field->model, at, place, buf);
    case CYN_FIELD_MAP_POINTER:
      memcpy(&v.pointer, at, sizeof v.pointer);
      if (v.pointer == NULL) break;
      return cyn_i_write_map(codec, field->model, v.pointer, place, buf);
    case CYN_FIELD_LIST: return put_list(codec, field, at, place, buf, absent);
    case CYN_FIELD_ENUM:
      if (!cyn_i_load_int(field->number_kind, at, &integer)) integer = -1;
      return put_enum(codec, field, integer, place, buf);
    case CYN_FIELD_CUSTOM: return put_custom(codec, field, at, place, buf, absent);
    default: return refuse(codec, place, "its C type is no DynamoDB value");
  }
  *absent = true;
  return CYN_OK;
}

/* What default_call sets, without changing the object. */
static cyn_status put_called(cyn_i_codec *codec, const cyn_i_field *field, const cyn_i_place *place, cyn_i_buf *buf,
                             bool *absent) {
  void *spare = cyn_i_arena_zalloc(&codec->memory->arena, 1, field->size);
  if (spare == NULL) return cyn_i_error_no_memory(codec->error);
  field->attribute->options.default_call(spare);
  *absent = false;
  return put_value(codec, field, spare, place, buf, absent);
}

cyn_status cyn_i_write_field(cyn_i_codec *codec, const cyn_i_field *field, const void *at, const cyn_i_place *place,
                             cyn_i_buf *buf, bool *absent) {
  cyn_status status = put_value(codec, field, at, place, buf, absent);
  if (status != CYN_OK || !*absent) return status;
  if (field->attribute == NULL) return CYN_OK; /* an element: the list writes NULL */
  if (field->has_default && !field->omit_zero) {
    if (field->default_value == NULL) {
      status = put_called(codec, field, place, buf, absent);
      if (status != CYN_OK || !*absent) return status;
    } else {
      cyn_i_write_copy(buf, field->default_value);
      *absent = false;
      return CYN_OK;
    }
  }
  if (field->nullable || field->omit_zero) return CYN_OK;
  return cyn_i_model_error(codec->error, CYN_E_NULL_VALUE, codec->model, place,
                           "it must not be absent (an attribute that may is .nullable = true)");
}

/* ---- whole objects ---- */

static void finish_item(cyn_i_buf *buf, size_t start, uint32_t count) {
  cyn_i_item_writer writer = {buf, start, count};
  cyn_i_item_end(&writer);
}

cyn_status cyn_i_write_object(cyn_i_codec *codec, const cyn_i_plan *plan, const void *object, const int64_t *version,
                              cyn_i_buf *buf) {
  cyn_i_item_writer writer;
  cyn_i_item_begin(&writer, buf);
  for (const cyn_i_field *field = plan->fields, *end = field + plan->field_count; field != end; field++) {
    size_t before = buf->size;
    bool absent = false;
    cyn_i_buf_append(buf, field->name.data - 2, field->name.size + 2);
    if (version != NULL && field == plan->version) {
      put_int(buf, *version);
    } else if (field == plan->discriminator && plan->own_kind_count != 0) {
      cyn_i_write_string(buf, CYN_TYPE_S, plan->kinds[0]);
    } else {
      cyn_i_place place = {NULL, field, 0};
      cyn_status status = cyn_i_write_field(codec, field, (const char *)object + field->offset, &place, buf, &absent);
      if (status != CYN_OK) return status;
    }
    if (absent)
      buf->size = before;
    else
      writer.count++;
  }
  finish_item(buf, writer.start, writer.count);
  return buf->failed ? cyn_i_error_no_memory(codec->error) : CYN_OK;
}

cyn_status cyn_i_write_key(cyn_i_codec *codec, const cyn_i_plan *plan, const void *object, cyn_i_buf *buf) {
  cyn_i_item_writer writer;
  cyn_i_item_begin(&writer, buf);
  const cyn_i_field *parts[2] = {plan->hash, plan->range};
  for (int i = 0; i < 2 && parts[i] != NULL; i++) {
    cyn_i_place place = {NULL, parts[i], 0};
    bool absent = false;
    cyn_i_item_name(&writer, parts[i]->name);
    cyn_status status = cyn_i_write_field(codec, parts[i], (const char *)object + parts[i]->offset, &place, buf, &absent);
    if (status != CYN_OK) return status;
    if (absent) return cyn_i_model_error(codec->error, CYN_E_NULL_VALUE, codec->model, &place, "a key must not be absent");
  }
  finish_item(buf, writer.start, writer.count);
  return buf->failed ? cyn_i_error_no_memory(codec->error) : CYN_OK;
}
