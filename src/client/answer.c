/* See answer.h. Everything here may come from a stranger: nothing is believed that the reader has not checked. */
#include "client/answer.h"

#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "value/item_json.h"
#include "value/json.h"

#define REASONS_MAX 256
#define SHOWN_BYTES_MAX 200

/* ---- errors ---- */

typedef struct parsed_error {
  cyn_bytes name, message;
  cyn_item item;
  cyn_cancellation_reason reasons[REASONS_MAX];
  size_t reason_count;
} parsed_error;

static bool is(cyn_bytes bytes, const char *text) {
  return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

/* "com.amazonaws.dynamodb.v20120810#Name", perhaps with ":more" behind it, is Name. */
static cyn_bytes short_name(cyn_bytes name) {
  const char *hash = name.size != 0 ? memchr(name.data, '#', name.size) : NULL;
  if (hash != NULL) name = (cyn_bytes){hash + 1, name.size - (size_t)(hash + 1 - name.data)};
  const char *colon = name.size != 0 ? memchr(name.data, ':', name.size) : NULL;
  if (colon != NULL) name.size = (size_t)(colon - name.data);
  return name;
}

/* A string's text with a NUL behind it; NULL when out of memory. */
static const char *text_of(const cyn_i_json *json) { return cyn_i_arena_copy(json->arena, json->text).data; }

static bool read_item(cyn_i_json *json, cyn_i_json_token token, cyn_item *out) {
  cyn_i_json_fault fault = {NULL};
  cyn_item item = {NULL, 0, NULL};
  if (token != CYN_JSON_OBJECT_BEGIN) return cyn_i_json_skip(json, token);
  if (!cyn_i_item_from_json(json, &item, &fault)) return false;
  if (fault.message == NULL && item.fault == NULL) *out = item;
  return true;
}

static bool read_reason(cyn_i_json *json, cyn_cancellation_reason *out) {
  cyn_item item = {NULL, 0, NULL};
  *out = (cyn_cancellation_reason){.code = "None"};
  for (;;) {
    cyn_i_json_token token = cyn_i_json_next(json);
    if (token == CYN_JSON_OBJECT_END) break;
    if (token != CYN_JSON_KEY) return false;
    cyn_bytes key = json->text;
    token = cyn_i_json_next(json);
    if (is(key, "Item")) {
      if (!read_item(json, token, &item)) return false;
    } else if (token == CYN_JSON_STRING && is(key, "Code")) {
      out->code = text_of(json);
    } else if (token == CYN_JSON_STRING && is(key, "Message")) {
      out->message = text_of(json);
    } else if (!cyn_i_json_skip(json, token)) {
      return false;
    }
  }
  out->item = item.data;
  out->item_size = item.size;
  return true;
}

static bool read_reasons(cyn_i_json *json, cyn_i_json_token token, parsed_error *out) {
  if (token != CYN_JSON_ARRAY_BEGIN) return cyn_i_json_skip(json, token);
  for (;;) {
    token = cyn_i_json_next(json);
    if (token == CYN_JSON_ARRAY_END) return true;
    if (token != CYN_JSON_OBJECT_BEGIN || out->reason_count == REASONS_MAX) {
      if (token == CYN_JSON_ERROR || token == CYN_JSON_END || !cyn_i_json_skip(json, token)) return false;
    } else if (!read_reason(json, &out->reasons[out->reason_count++])) {
      return false;
    }
  }
}

static bool read_error(cyn_bytes body, cyn_i_arena *arena, parsed_error *out) {
  cyn_i_json json;
  cyn_i_json_init(&json, (const uint8_t *)body.data, body.size, arena);
  if (cyn_i_json_next(&json) != CYN_JSON_OBJECT_BEGIN) return false;
  for (;;) {
    cyn_i_json_token token = cyn_i_json_next(&json);
    if (token == CYN_JSON_OBJECT_END) return cyn_i_json_next(&json) == CYN_JSON_END;
    if (token != CYN_JSON_KEY) return false;
    cyn_bytes key = json.text;
    bool fine = true;
    token = cyn_i_json_next(&json);
    if (is(key, "CancellationReasons")) fine = read_reasons(&json, token, out);
    else if (is(key, "Item")) fine = read_item(&json, token, &out->item);
    else if (token != CYN_JSON_STRING) fine = cyn_i_json_skip(&json, token);
    else if (is(key, "__type") || (is(key, "code") && out->name.data == NULL)) out->name = short_name(json.text);
    else if (is(key, "message") || is(key, "Message")) out->message = json.text;
    if (!fine) return false;
  }
}

static cyn_status plain_error(cyn_bytes body, int http_status, cyn_error *error) {
  size_t shown = 0;
  while (shown < body.size && shown < SHOWN_BYTES_MAX && body.data[shown] >= ' ' && body.data[shown] < 127) shown++;
  cyn_i_error_code code = http_status == 500   ? CYN_E_INTERNAL
                          : http_status == 503 ? CYN_E_UNAVAILABLE
                          : http_status == 429 ? CYN_E_THROTTLING
                                               : CYN_E_SERVICE;
  cyn_status status = cyn_i_error_setf(error, code, "HTTP status %d%s%.*s", http_status, shown != 0 ? ": " : "", (int)shown,
                                       shown != 0 ? body.data : "");
  error->http_status = http_status;
  return status;
}

cyn_status cyn_i_answer_error(cyn_bytes body, int http_status, cyn_i_arena *arena, cyn_error *error) {
  parsed_error *parsed = cyn_i_arena_zalloc(arena, 1, sizeof *parsed);
  if (parsed == NULL) return cyn_i_error_no_memory(error);
  if (!read_error(body, arena, parsed) || parsed->name.size == 0) return plain_error(body, http_status, error);
  if (parsed->message.data == NULL) parsed->message = (cyn_bytes){"", 0};
  cyn_status status = cyn_i_error_set_named(error, parsed->name, parsed->message, http_status);
  if (status == CYN_E_OUT_OF_MEMORY) return status;
  if (parsed->reason_count != 0) cyn_i_error_add_reasons(error, parsed->reasons, parsed->reason_count);
  if (parsed->item.data != NULL) cyn_i_error_add_item(error, parsed->item.data, parsed->item.size);
  return error->status;
}

/* ---- outputs ---- */

/* A value that cannot be, or a null where the list has structures: what would break those who read the output. */
typedef struct flaw {
  const char *text; /* NULL: none */
  cyn_bytes attribute;
} flaw;

static void find_flaw(const cyn_i_shape *shape, const void *place, flaw *out);

static void find_in_fault(const cyn_fault *fault, flaw *out) {
  if (fault != NULL) *out = (flaw){fault->message, fault->attribute};
}

static void find_in_structure(const cyn_i_shape *shape, const void *structure, flaw *out) {
  for (uint32_t i = 0; i < shape->member_count && out->text == NULL; i++)
    find_flaw(shape->members[i].shape, (const char *)structure + shape->members[i].offset, out);
}

/* Lists and maps begin alike: a count and a pointer. Their depth is that of the model, not of the answer. */
static void find_in_elements(const cyn_i_shape *shape, const void *place, flaw *out) {
  const cyn_string_list *list = place;
  const cyn_i_shape *element = shape->element;
  if (element->kind < CYN_KIND_VALUE) return; /* scalars have no flaws */
  size_t head = shape->kind == CYN_KIND_MAP ? sizeof(cyn_bytes) : 0;
  bool is_structure = element->kind == CYN_KIND_STRUCTURE;
  size_t step = head + (is_structure ? sizeof(void *) : element->size);
  const char *at = (const char *)(const void *)list->at;
  for (size_t i = 0; i < list->count && out->text == NULL; i++) {
    const char *one = at + i * step + head;
    const void *structure = NULL;
    if (is_structure) memcpy(&structure, one, sizeof structure);
    if (is_structure && structure == NULL) *out = (flaw){"an element is null", cyn_str(element->name)};
    else find_flaw(element, one, out);
  }
}

static void find_flaw(const cyn_i_shape *shape, const void *place, flaw *out) {
  const void *structure;
  switch (shape->kind) {
    case CYN_KIND_VALUE: find_in_fault(((const cyn_value *)place)->fault, out); break;
    case CYN_KIND_ITEM: find_in_fault(((const cyn_item *)place)->fault, out); break;
    case CYN_KIND_LIST:
    case CYN_KIND_MAP: find_in_elements(shape, place, out); break;
    case CYN_KIND_STRUCTURE:
      memcpy(&structure, place, sizeof structure);
      if (structure != NULL) find_in_structure(shape, structure, out);
      break;
    default: break;
  }
}

cyn_status cyn_i_answer_output(const cyn_i_shape *shape, cyn_bytes body, cyn_i_arena *arena, void **out, cyn_error *error) {
  cyn_error own = CYN_ERROR_INIT;
  if (body.size == 0) body = (cyn_bytes){"{}", 2};
  cyn_status status = cyn_i_api_decode(shape, body, arena, out, &own);
  if (status == CYN_E_SERIALIZATION)
    status = cyn_i_error_setf(error, CYN_E_BAD_ANSWER, "the server's answer is not a %s%s%s", shape->name,
                              own.message[0] != '\0' ? ": " : "", own.message);
  else if (status != CYN_OK) cyn_i_error_move(error, &own);
  cyn_error_clean_up(&own);
  if (status != CYN_OK) return status;
  flaw found = {NULL, {NULL, 0}};
  find_in_structure(shape, *out, &found);
  if (found.text == NULL) return CYN_OK;
  return cyn_i_error_setf(error, CYN_E_BAD_ANSWER, "the server's answer is not a %s: %.*s: %s", shape->name,
                          (int)found.attribute.size, found.attribute.data != NULL ? found.attribute.data : "", found.text);
}

bool cyn_i_answer_crc_matches(cyn_bytes header, cyn_bytes body) {
  if (header.data == NULL) return true;
  uint64_t value = 0;
  for (size_t i = 0; i < header.size; i++) {
    if (header.data[i] < '0' || header.data[i] > '9' || value > UINT32_MAX) return false;
    value = value * 10 + (uint64_t)(header.data[i] - '0');
  }
  return header.size != 0 && value == cyn_i_crc32(body.data, body.size);
}

/* ---- the Date header ---- */

static int number_at(const char *at, size_t count) {
  int value = 0;
  for (size_t i = 0; i < count; i++) {
    if (at[i] < '0' || at[i] > '9') return -1;
    value = value * 10 + (at[i] - '0');
  }
  return value;
}

int64_t cyn_i_answer_date_ms(cyn_bytes header) {
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (header.size != 29 || memcmp(header.data + 25, " GMT", 4) != 0) return 0;
  const char *at = header.data;
  int day = number_at(at + 5, 2), year = number_at(at + 12, 4), month = 0;
  for (int i = 0; i < 12; i++)
    if (memcmp(months + 3 * i, at + 8, 3) == 0) month = i + 1;
  int hour = number_at(at + 17, 2), minute = number_at(at + 20, 2), second = number_at(at + 23, 2);
  if (day < 1 || day > 31 || month == 0 || year < 1970 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0)
    return 0;
  /* years begin in March, so that the leap day ends them */
  int64_t y = year - (month <= 2), m = month > 2 ? month - 3 : month + 9;
  int64_t days = y / 400 * 146097 + y % 400 * 365 + y % 400 / 4 - y % 400 / 100 + (153 * m + 2) / 5 + day - 1 - 719468;
  return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000;
}
