/* See json_fields.h. */
#include "client/json_fields.h"

#include "value/json.h"

static bool is_text(cyn_bytes bytes, const char *text) {
  return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

static void take(cyn_bytes key, cyn_i_json_token token, cyn_bytes text, cyn_i_json_field *fields, size_t count) {
  bool is_scalar = token == CYN_JSON_STRING || token == CYN_JSON_NUMBER;
  for (size_t i = 0; i < count; i++) {
    if (!is_text(key, fields[i].name)) continue;
    fields[i].text = is_scalar ? text : (cyn_bytes){NULL, 0};
    if (is_scalar && fields[i].text.data == NULL) fields[i].text.data = "";
    fields[i].is_number = token == CYN_JSON_NUMBER;
  }
}

/* Reads the members of the object that has just begun. */
static bool read_members(cyn_i_json *json, const char *within, cyn_i_json_field *fields, size_t count) {
  for (;;) {
    cyn_i_json_token token = cyn_i_json_next(json);
    if (token == CYN_JSON_OBJECT_END) return true;
    if (token != CYN_JSON_KEY) return false;
    cyn_bytes key = json->text;
    token = cyn_i_json_next(json);
    if (token == CYN_JSON_ERROR) return false;
    if (within == NULL) take(key, token, json->text, fields, count);
    bool is_inner = within != NULL && token == CYN_JSON_OBJECT_BEGIN && is_text(key, within);
    if (!(is_inner ? read_members(json, NULL, fields, count) : cyn_i_json_skip(json, token))) return false;
  }
}

bool cyn_i_json_fields_read(cyn_bytes document, const char *within, cyn_i_arena *arena, cyn_i_json_field *fields, size_t count) {
  for (size_t i = 0; i < count; i++) fields[i].text = (cyn_bytes){NULL, 0};
  if (document.size > CYN_JSON_FIELDS_BYTES_MAX || document.data == NULL) return false;
  cyn_i_json json;
  cyn_i_json_init(&json, (const uint8_t *)document.data, document.size, arena);
  return cyn_i_json_next(&json) == CYN_JSON_OBJECT_BEGIN && read_members(&json, within, fields, count) &&
         cyn_i_json_next(&json) == CYN_JSON_END;
}
