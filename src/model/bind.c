/* The values of expressions. A ? that stands with an attribute must be of its type, and is written as the attribute would
 * be: an enum's value as its name, a time as its text. One that stands with nothing the model knows is written as it is. */
#include <string.h>

#include "model/codec.h"
#include "value/item.h"
#include "value/number.h"
#include "value/utf8.h"

static const char *const bind_names[] = {
    "NULL",          "a string",          "an integer",        "an unsigned integer", "a double",        "a bool",
    "binary",        "a time",            "a decimal",         "a set of strings",    "a set of integers", "a set of doubles",
    "a set of decimals", "a set of binaries", "an item", "a value",           "a struct",        "a field"};

/* Fields that would hold each value. */
#define PLAIN(kind_, type_) {.kind = (kind_), .type = (type_), .field = "?"}
static const cyn_i_field plain_fields[] = {
    [CYN_BIND_STRING] = PLAIN(CYN_FIELD_STRING, CYN_TYPE_S),
    [CYN_BIND_INT] = PLAIN(CYN_FIELD_INT64, CYN_TYPE_N),
    [CYN_BIND_UINT] = PLAIN(CYN_FIELD_UINT64, CYN_TYPE_N),
    [CYN_BIND_DOUBLE] = PLAIN(CYN_FIELD_DOUBLE, CYN_TYPE_N),
    [CYN_BIND_BOOL] = PLAIN(CYN_FIELD_BOOL, CYN_TYPE_BOOL),
    [CYN_BIND_BYTES] = PLAIN(CYN_FIELD_BYTES, CYN_TYPE_B),
    [CYN_BIND_TIME] = PLAIN(CYN_FIELD_TIME, CYN_TYPE_S),
    [CYN_BIND_DECIMAL] = PLAIN(CYN_FIELD_DECIMAL, CYN_TYPE_N),
    [CYN_BIND_STRING_SET] = PLAIN(CYN_FIELD_STRING_SET, CYN_TYPE_SS),
    [CYN_BIND_INT_SET] = PLAIN(CYN_FIELD_INT_SET, CYN_TYPE_NS),
    [CYN_BIND_DOUBLE_SET] = PLAIN(CYN_FIELD_DOUBLE_SET, CYN_TYPE_NS),
    [CYN_BIND_NUMBER_SET] = PLAIN(CYN_FIELD_NUMBER_SET, CYN_TYPE_NS),
    [CYN_BIND_BINARY_SET] = PLAIN(CYN_FIELD_BINARY_SET, CYN_TYPE_BS),
    [CYN_BIND_ITEM] = PLAIN(CYN_FIELD_ITEM, CYN_TYPE_M),
    [CYN_BIND_VALUE] = PLAIN(CYN_FIELD_VALUE, 0),
};
static const cyn_i_field ttl_field = PLAIN(CYN_FIELD_TTL, CYN_TYPE_N), json_field = PLAIN(CYN_FIELD_JSON, CYN_TYPE_S),
                         text_field = PLAIN(CYN_FIELD_BYTES, CYN_TYPE_S);

/* The field of a model that stands at an offset. */
static cyn_status write_of_field(cyn_i_codec *codec, const cyn_bind *bind, const cyn_i_place *place, cyn_i_buf *buf,
                                 bool *absent) {
  const cyn_i_plan *plan;
  cyn_status status = cyn_i_plan_get(bind->as.of.model, &plan, codec->error);
  if (status != CYN_OK) return status;
  for (size_t i = 0; i < plan->field_count; i++)
    if (plan->fields[i].offset == bind->as.of.offset) {
      const void *at = (const char *)bind->as.of.object + plan->fields[i].offset;
      return cyn_i_write_field(codec, &plan->fields[i], at, place, buf, absent);
    }
  return cyn_i_model_error(codec->error, CYN_E_MODEL, codec->model, place, "cyn_field names no attribute of model %s",
                           plan->model->type);
}

cyn_status cyn_i_write_plain(cyn_i_codec *codec, const cyn_bind *bind, const cyn_i_place *place, cyn_i_buf *buf,
                             bool *absent) {
  switch (bind->kind) {
    case CYN_BIND_NULL: *absent = true; return CYN_OK;
    case CYN_BIND_DECIMAL:
      return cyn_i_write_field(codec, &plain_fields[CYN_BIND_DECIMAL], bind->as.decimal, place, buf, absent);
    case CYN_BIND_STRUCT: return cyn_i_write_map(codec, bind->as.of.model, bind->as.of.object, place, buf);
    case CYN_BIND_FIELD: return write_of_field(codec, bind, place, buf, absent);
    default: break;
  }
  if ((unsigned)bind->kind >= sizeof plain_fields / sizeof plain_fields[0])
    return cyn_i_model_error(codec->error, CYN_E_MODEL, codec->model, place, "a value of no known kind");
  return cyn_i_write_field(codec, &plain_fields[bind->kind], &bind->as, place, buf, absent);
}

/* ---- by the attribute that governs ---- */

static bool fits_int(const cyn_i_field *field, const cyn_bind *bind) {
  uint64_t spare;
  if (field->kind > CYN_FIELD_UINT64) return true; /* those below the integers are no numbers */
  if (bind->kind == CYN_BIND_UINT && bind->as.natural > INT64_MAX) return field->kind == CYN_FIELD_UINT64;
  /* a negative number may be what is added to an unsigned counter */
  if (bind->as.integer < 0 && field->kind >= CYN_FIELD_UINT8) return bind->as.integer >= -INT64_C(4294967295);
  return cyn_i_store_int(field->kind, &spare, bind->as.integer);
}

/* A conversion that the attribute's kind asks for; *done tells that it was one. */
static cyn_status convert(cyn_i_codec *codec, const cyn_i_field *field, const cyn_bind *bind, const cyn_i_place *place,
                          cyn_i_buf *buf, bool *done) {
  int64_t integer = bind->as.integer;
  bool is_int = bind->kind == CYN_BIND_INT || (bind->kind == CYN_BIND_UINT && bind->as.natural <= INT64_MAX), absent = false;
  *done = true;
  switch (field->kind) {
    case CYN_FIELD_BOOL:
    case CYN_FIELD_OPT_BOOL: /* in C, `true` is an int */
      if (!is_int || integer < 0 || integer > 1) break;
      cyn_i_write_bool(buf, integer != 0);
      return CYN_OK;
    case CYN_FIELD_ENUM:
      if (is_int) {
        cyn_i_field own = *field;
        own.number_kind = CYN_FIELD_INT64;
        return cyn_i_write_field(codec, &own, &integer, place, buf, &absent);
      }
      for (size_t i = 0; bind->kind == CYN_BIND_STRING && i < field->name_count; i++)
        if (field->names[i] != NULL && strcmp(field->names[i], bind->as.string) == 0) {
          *done = false;
          return CYN_OK;
        }
      if (bind->kind == CYN_BIND_STRING)
        return cyn_i_model_error(codec->error, CYN_E_MODEL, codec->model, place, "\"%.80s\" is none of the enum's names",
                                 bind->as.string);
      break;
    case CYN_FIELD_TTL:
      if (bind->kind != CYN_BIND_TIME) break;
      return cyn_i_write_field(codec, &ttl_field, &bind->as, place, buf, &absent);
    case CYN_FIELD_JSON:
      if (bind->kind != CYN_BIND_STRING) break;
      return cyn_i_write_field(codec, &json_field, &bind->as, place, buf, &absent);
    case CYN_FIELD_BYTES:
      if (field->type != CYN_TYPE_S || bind->kind != CYN_BIND_BYTES) break;
      return cyn_i_write_field(codec, &text_field, &bind->as, place, buf, &absent);
    default: break;
  }
  *done = false;
  return CYN_OK;
}

static cyn_status mismatch(cyn_i_codec *codec, const cyn_i_field *field, const cyn_bind *bind, size_t number,
                           const cyn_i_place *place) {
  return cyn_i_model_error(codec->error, CYN_E_MODEL, codec->model, place, "value %zu of the expression is %s, it is %s",
                           number, bind_names[bind->kind], cyn_i_field_kind_name(field));
}

/* The most frequent of all, where nothing is wrong. */
static inline bool write_common(const cyn_i_field *field, const cyn_bind *bind, cyn_i_buf *buf) {
  if (bind->kind == CYN_BIND_INT && field->kind == CYN_FIELD_INT64) {
    cyn_i_number digits = cyn_i_number_from_int(bind->as.integer);
    cyn_i_write_number(buf, digits.bytes, digits.size);
    return true;
  }
  if (bind->kind != CYN_BIND_STRING || field->kind != CYN_FIELD_STRING) return false;
  cyn_bytes text = cyn_str(bind->as.string);
  if (!cyn_i_utf8_is_valid(text)) return false;
  cyn_i_write_string(buf, CYN_TYPE_S, text);
  return true;
}

cyn_status cyn_i_write_bind(cyn_i_codec *codec, const cyn_i_field *field, const cyn_bind *bind, size_t number,
                            cyn_i_buf *buf) {
  cyn_i_place at = {NULL, field, 0};
  const cyn_i_place *place = field != NULL ? &at : NULL;
  bool absent = false, done = false;
  if ((unsigned)bind->kind >= sizeof bind_names / sizeof bind_names[0])
    return cyn_i_model_error(codec->error, CYN_E_MODEL, codec->model, place, "value %zu is of no known kind", number);
  size_t before = buf->size;
  if (field != NULL && write_common(field, bind, buf)) return CYN_OK;
  cyn_status status = field != NULL ? convert(codec, field, bind, place, buf, &done) : CYN_OK;
  if (status != CYN_OK || done) return status;
  status = cyn_i_write_plain(codec, bind, place, buf, &absent);
  if (status != CYN_OK || buf->failed) return status;
  if (absent && bind->kind >= CYN_BIND_STRING_SET && bind->kind <= CYN_BIND_BINARY_SET)
    return cyn_i_model_error(codec->error, CYN_E_MODEL, codec->model, place,
                             "value %zu is an empty set, which DynamoDB does not have", number);
  if (absent) {
    cyn_i_write_null(buf);
    return CYN_OK;
  }
  if (field == NULL || field->type == 0) return CYN_OK;
  bool is_time = field->kind == CYN_FIELD_TIME && bind->kind == CYN_BIND_STRING; /* begins_with(time, "2026-11") */
  if (buf->data[before] != field->type && !is_time) return mismatch(codec, field, bind, number, place);
  if (bind->kind == CYN_BIND_TIME && field->kind != CYN_FIELD_TIME) return mismatch(codec, field, bind, number, place);
  if ((bind->kind == CYN_BIND_INT || bind->kind == CYN_BIND_UINT) && !fits_int(field, bind))
    return cyn_i_model_error(codec->error, CYN_E_MODEL, codec->model, place, "value %zu does not fit %s", number,
                             cyn_i_field_kind_name(field));
  return CYN_OK;
}
