/* See default.h. A default's text is what cynamo would show: a number's digits, "true", an enum's name, a string as it is. */
#include "model/default.h"

#include <string.h>

#include "base/buf.h"
#include "model/codec.h"
#include "value/item.h"
#include "value/number.h"

static bool write_text(const cyn_i_field *field, const char *text, cyn_i_buf *buf) {
  cyn_bytes bytes = cyn_str(text);
  cyn_i_number number;
  switch (field->type) {
    case CYN_TYPE_S:
    case CYN_TYPE_B: cyn_i_write_string(buf, (cyn_type)field->type, bytes); return true;
    case CYN_TYPE_N:
      if (cyn_i_number_parse(bytes, &number) != CYN_NUMBER_OK) return false;
      cyn_i_write_number(buf, number.bytes, number.size);
      return true;
    case CYN_TYPE_BOOL:
      cyn_i_write_bool(buf, strcmp(text, "true") == 0);
      return strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
    default: return false;
  }
}

static cyn_status read_text(const cyn_i_field *field, const char *text, cyn_i_arena *arena, const uint8_t **out,
                            cyn_error *error) {
  if (text == NULL) return CYN_OK;
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, arena);
  if (!write_text(field, text, &buf))
    return cyn_i_error_setf(error, CYN_E_MODEL, "model %s, attribute %s: its default \"%s\" is not %s", field->type_name,
                            field->field, text, cyn_i_field_kind_name(field));
  if (buf.failed) return cyn_i_error_no_memory(error);
  *out = buf.data;
  return CYN_OK;
}

/* Reads the default into a spare field, since the type may have a narrower range than its attribute. */
static cyn_status try_default(const cyn_i_field *field, const uint8_t *value, cyn_i_arena *arena, cyn_error *error) {
  if (value == NULL || field->kind == CYN_FIELD_CUSTOM) return CYN_OK;
  void *spare = cyn_i_arena_zalloc(arena, 1, field->size);
  if (spare == NULL) return cyn_i_error_no_memory(error);
  cyn_memory memory;
  cyn_i_arena_init(&memory.arena, 256);
  cyn_i_codec codec = {NULL, &memory, NULL, 0};
  cyn_status status = cyn_i_read_field(&codec, field, value, NULL, spare);
  cyn_i_arena_clean_up(&memory.arena);
  if (status == CYN_OK) return CYN_OK;
  if (status == CYN_E_OUT_OF_MEMORY) return cyn_i_error_no_memory(error);
  return cyn_i_error_setf(error, CYN_E_MODEL, "model %s, attribute %s: its default does not fit %s", field->type_name,
                          field->field, cyn_i_field_kind_name(field));
}

cyn_status cyn_i_default_read(cyn_i_field *field, cyn_i_arena *arena, cyn_error *error) {
  const cyn_attribute_options *options = &field->attribute->options;
  cyn_status status = read_text(field, options->default_text, arena, &field->default_value, error);
  if (status == CYN_OK) status = read_text(field, options->default_for_new, arena, &field->new_value, error);
  if (status == CYN_OK) status = try_default(field, field->default_value, arena, error);
  if (status == CYN_OK) status = try_default(field, field->new_value, arena, error);
  field->has_default = field->default_value != NULL || options->default_call != NULL;
  return status;
}
