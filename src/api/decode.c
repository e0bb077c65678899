/* JSON to the generated structs, in one pass over the body, driven by the descriptors.
 *
 * A type fault does not end the pass: malformed JSON further on would win, and so would a fault in a member that was
 * declared before. So each level reads on and keeps the fault of its first member; a structure's fault is a text.
 * Recursion follows the shapes, which do not recurse (AttributeValue is value/item_json.c's business). */
#include "api/api.h"

#include <limits.h>

#include "api/api_private.h"
#include "api/number_text.h"
#include "api/slots.h"
#include "base/error.h"
#include "value/base64.h"
#include "value/item_json.h"
#include "value/json.h"

#define WIRE "com.amazonaws.dynamodb.v20120810."

/* What holds a value; the service's texts differ. */
typedef enum place { PLACE_MEMBER, PLACE_ELEMENT } place;

typedef struct decoder {
  cyn_i_json json;
  cyn_i_arena *arena;
  bool no_memory;
} decoder;

static const char no_memory_fault[] = "";
/* What empty lists and maps point to. */
static const uint64_t nothing[4];

static const char *decode_structure(decoder *d, const cyn_i_shape *shape, void *out);
static const char *decode_value(decoder *d, const cyn_i_shape *shape, cyn_i_json_token token, void *out, place where);

static const char *out_of_memory(decoder *d) {
  d->no_memory = true;
  return no_memory_fault;
}

static const char *text_or_memory(decoder *d, const char *text) { return text != NULL ? text : out_of_memory(d); }

/* ---- type faults (validation.md 1.4) ---- */

static const char *java_type(cyn_i_kind kind) {
  switch (kind) {
    case CYN_KIND_INTEGER: return "Integer";
    case CYN_KIND_LONG: return "Long";
    case CYN_KIND_DOUBLE: return "Double";
    case CYN_KIND_BOOLEAN: return "Boolean";
    case CYN_KIND_TIMESTAMP: return "Date";
    default: return "String";
  }
}

static const char *json_type(const decoder *d, cyn_i_json_token token) {
  switch (token) {
    case CYN_JSON_TRUE: return "TRUE_VALUE";
    case CYN_JSON_FALSE: return "FALSE_VALUE";
    case CYN_JSON_NUMBER: return d->json.is_integer ? "NUMBER_VALUE" : "DECIMAL_VALUE";
    case CYN_JSON_NULL: return "NULL_VALUE";
    default: return "STRING_VALUE";
  }
}

static const char *scalar_fault(decoder *d, const cyn_i_shape *shape, cyn_i_json_token token) {
  if (token == CYN_JSON_OBJECT_BEGIN) return "Start of structure or map found where not expected";
  if (shape->kind == CYN_KIND_BLOB) {
    if (token == CYN_JSON_ARRAY_BEGIN) return "Unrecognized collection type class java.nio.ByteBuffer";
    return "only base-64-encoded strings are convertible to bytes";
  }
  if (token == CYN_JSON_ARRAY_BEGIN) {
    const char *package = shape->kind == CYN_KIND_TIMESTAMP ? "util" : "lang";
    return text_or_memory(d, cyn_i_arena_printf(d->arena, "Unrecognized collection type class java.%s.%s", package,
                                                java_type(shape->kind)));
  }
  return text_or_memory(
      d, cyn_i_arena_printf(d->arena, "%s cannot be converted to %s", json_type(d, token), java_type(shape->kind)));
}

static const char *map_from_list_fault(decoder *d, const cyn_i_shape *shape) {
  const cyn_i_shape *element = shape->element;
  if (shape->kind == CYN_KIND_MAP && (element->kind == CYN_KIND_STRING || element->kind == CYN_KIND_ENUM)) {
    return "Unrecognized collection type java.util.Map<java.lang.String, java.lang.String>";
  }
  bool of_lists = shape->kind == CYN_KIND_MAP && element->kind == CYN_KIND_LIST;
  const char *name = shape->kind == CYN_KIND_ITEM ? "AttributeValue" : of_lists ? element->element->name : element->name;
  return text_or_memory(
      d, cyn_i_arena_printf(d->arena, "Unrecognized collection type java.util.Map<java.lang.String, %s" WIRE "%s%s>",
                            of_lists ? "java.util.List<" : "", name, of_lists ? ">" : ""));
}

/* The fault of a token that cannot begin a list, map, structure, item or value. */
static const char *container_fault(decoder *d, const cyn_i_shape *shape, cyn_i_json_token token, place where) {
  bool is_structure = shape->kind == CYN_KIND_STRUCTURE || shape->kind == CYN_KIND_VALUE;
  if (token == CYN_JSON_OBJECT_BEGIN) return "Start of structure or map found where not expected";
  if (token == CYN_JSON_ARRAY_BEGIN) {
    if (!is_structure) return map_from_list_fault(d, shape);
    return text_or_memory(
        d, cyn_i_arena_printf(d->arena, "Unrecognized collection type class " WIRE "%s", shape->name));
  }
  if (where == PLACE_MEMBER) return "Unexpected field type";
  if (is_structure) return "Unexpected value type in payload";
  return "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to class java.lang.Class "
         "(sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl and java.lang.Class are in module java.base of "
         "loader 'bootstrap')";
}

/* ---- scalars ---- */

static const char *decode_boolean(decoder *d, const cyn_i_shape *shape, cyn_i_json_token token, cyn_opt_bool *out) {
  static const char *const words[] = {"true", "1", "yes", "false", "0", "no"};
  if (token == CYN_JSON_TRUE || token == CYN_JSON_FALSE) {
    *out = cyn_bool(token == CYN_JSON_TRUE);
    return NULL;
  }
  if (token != CYN_JSON_STRING) return scalar_fault(d, shape, token);
  cyn_bytes text = d->json.text;
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    if (text.size == strlen(words[i]) && strncasecmp(text.data, words[i], text.size) == 0) {
      *out = cyn_bool(i < 3);
      return NULL;
    }
  }
  return "Unexpected token received from parser";
}

static const char *decode_blob(decoder *d, cyn_bytes *out) {
  cyn_bytes text = d->json.text;
  if (text.size % 4 != 0) {
    return text_or_memory(
        d, cyn_i_arena_printf(d->arena,
                              "Base64 encoded length is expected a multiple of 4 bytes but found: %zu", text.size));
  }
  cyn_i_buf bytes;
  cyn_i_buf_init(&bytes, d->arena);
  if (!cyn_i_buf_reserve(&bytes, text.size / 4 * 3 + 1)) return out_of_memory(d);
  if (!cyn_i_base64_decode(&bytes, text)) return "Invalid last non-pad Base64 character dectected";
  if (bytes.failed) return out_of_memory(d);
  *out = (cyn_bytes){(const char *)bytes.data, bytes.size};
  return NULL;
}

static const char *decode_scalar(decoder *d, const cyn_i_shape *shape, cyn_i_json_token token, void *out) {
  if (shape->kind == CYN_KIND_BOOLEAN) return decode_boolean(d, shape, token, out);
  bool is_text = shape->kind == CYN_KIND_STRING || shape->kind == CYN_KIND_ENUM || shape->kind == CYN_KIND_BLOB;
  if (token != (is_text ? CYN_JSON_STRING : CYN_JSON_NUMBER)) return scalar_fault(d, shape, token);
  if (shape->kind == CYN_KIND_BLOB) return decode_blob(d, out);
  if (is_text) {
    cyn_bytes text = d->json.text;
    if (text.data == NULL) text.data = "";
    *(cyn_bytes *)out = text;
  } else if (shape->kind == CYN_KIND_DOUBLE || shape->kind == CYN_KIND_TIMESTAMP) {
    *(cyn_opt_double *)out = cyn_double(cyn_i_text_to_double(d->json.text));
  } else {
    *(cyn_opt_int *)out = cyn_int(cyn_i_text_to_int(d->json.text));
  }
  return NULL;
}

/* ---- lists and maps ---- */

static void slots_end(const cyn_i_slots *slots, void *out) {
  *(cyn_i_sequence *)out = (cyn_i_sequence){slots->count, slots->count > 0 ? (const void *)slots->at : nothing};
}

/* A value read into `value` first: the list may move while it is read. */
typedef union slot_value {
  cyn_bytes bytes;
  cyn_opt_int integer;
  cyn_opt_double real;
  cyn_opt_bool boolean;
  cyn_value value;
  cyn_item item;
  cyn_i_sequence sequence;
  const void *structure;
} slot_value;

static const char *decode_list(decoder *d, const cyn_i_shape *shape, void *out) {
  cyn_i_slots list = {.arena = d->arena, .slot_size = cyn_i_slot_size(shape->element)};
  const char *fault = NULL;
  for (;;) {
    cyn_i_json_token token = cyn_i_json_next(&d->json);
    if (token == CYN_JSON_ERROR || d->no_memory) return fault;
    if (token == CYN_JSON_ARRAY_END) break;
    slot_value value;
    memset(&value, 0, sizeof value);
    const char *here = decode_value(d, shape->element, token, &value, PLACE_ELEMENT);
    if (fault == NULL) fault = here;
    if (fault != NULL) continue;
    void *slot = cyn_i_slots_next(&list);
    if (slot == NULL) return out_of_memory(d);
    cyn_i_slot_copy(slot, &value, list.slot_size);
  }
  slots_end(&list, out);
  return fault;
}

static const char *decode_map(decoder *d, const cyn_i_shape *shape, void *out) {
  cyn_i_slots map = {.arena = d->arena, .slot_size = sizeof(cyn_bytes) + cyn_i_slot_size(shape->element)};
  const char *fault = NULL;
  for (;;) {
    cyn_bytes key;
    cyn_i_json_token token = cyn_i_json_next_member(&d->json, &key);
    if (token == CYN_JSON_OBJECT_END) break;
    if (token == CYN_JSON_ERROR || d->no_memory) return fault;
    if (key.data == NULL) key.data = "";
    slot_value value;
    memset(&value, 0, sizeof value);
    const char *here = decode_value(d, shape->element, token, &value, PLACE_ELEMENT);
    if (fault == NULL) fault = here;
    if (fault != NULL) continue;
    uint8_t *entry = cyn_i_slots_entry(&map, key);
    if (entry == NULL) return out_of_memory(d);
    cyn_i_slot_copy(entry + sizeof key, &value, map.slot_size - sizeof key);
  }
  slots_end(&map, out);
  return fault;
}

/* ---- values ---- */

static const char *decode_value_of(decoder *d, cyn_i_json_token token, cyn_value *out) {
  cyn_i_json_fault fault = {NULL};
  const cyn_fault *value_fault = NULL;
  if (!cyn_i_value_from_json(&d->json, token, out, &value_fault, &fault)) d->json.failed = true;
  out->fault = value_fault;
  return fault.message;
}

static const char *decode_item(decoder *d, cyn_item *out) {
  cyn_i_json_fault fault = {NULL};
  if (!cyn_i_item_from_json(&d->json, out, &fault)) d->json.failed = true;
  return fault.message;
}

static const char *decode_new_structure(decoder *d, const cyn_i_shape *shape, void *out) {
  void *structure = cyn_i_api_new(d->arena, shape->size);
  if (structure == NULL) return out_of_memory(d);
  *(const void **)out = structure;
  return decode_structure(d, shape, structure);
}

/* Reads the value that begins with `token`, to its end, into the zeroed `out`. Returns the type fault, or NULL. */
static const char *decode_value(decoder *d, const cyn_i_shape *shape, cyn_i_json_token token, void *out, place where) {
  cyn_i_json_token begin = CYN_JSON_OBJECT_BEGIN;
  if (shape->kind == CYN_KIND_LIST) begin = CYN_JSON_ARRAY_BEGIN;
  const char *fault;
  if (shape->kind < CYN_KIND_VALUE) {
    fault = decode_scalar(d, shape, token, out);
  } else if (token != begin) {
    fault = container_fault(d, shape, token, where);
  } else {
    switch (shape->kind) {
      case CYN_KIND_VALUE: return decode_value_of(d, token, out);
      case CYN_KIND_ITEM: return decode_item(d, out);
      case CYN_KIND_LIST: return decode_list(d, shape, out);
      case CYN_KIND_MAP: return decode_map(d, shape, out);
      default: return decode_new_structure(d, shape, out);
    }
  }
  if (fault != NULL && !cyn_i_json_skip(&d->json, token)) d->json.failed = true;
  return fault;
}

/* Reads a member's name and its value's first token; *member is NULL where there is none of that name. Members come in the
 * order in which they are declared, most often. */
static cyn_i_json_token next_member(decoder *d, const cyn_i_shape *shape, uint32_t guess, const cyn_i_member **member) {
  if (guess < shape->member_count) {
    *member = &shape->members[guess];
    cyn_i_json_token token = cyn_i_json_next_named(&d->json, (*member)->name, (*member)->name_size);
    if (token != CYN_JSON_END) return token;
  }
  cyn_bytes key = {NULL, 0}; /* stays so where memory ran out inside a value: the reader then stands anywhere */
  cyn_i_json_token token = cyn_i_json_next_member(&d->json, &key);
  *member = NULL;
  if (token != CYN_JSON_OBJECT_END && token != CYN_JSON_ERROR) *member = cyn_i_shape_member(shape, key, UINT_MAX);
  return token;
}

/* `out` is zeroed but for its size; the reader has just returned OBJECT_BEGIN. */
static const char *decode_structure(decoder *d, const cyn_i_shape *shape, void *out) {
  const char *fault = NULL;
  uint32_t guess = 0, fault_index = UINT_MAX;
  for (;;) {
    const cyn_i_member *member;
    cyn_i_json_token token = next_member(d, shape, guess, &member);
    if (token == CYN_JSON_OBJECT_END || token == CYN_JSON_ERROR || d->no_memory) return fault;
    if (member == NULL) {
      if (!cyn_i_json_skip(&d->json, token)) return fault;
      continue;
    }
    uint32_t index = (uint32_t)(member - shape->members);
    void *value = (uint8_t *)out + member->offset;
    guess = index + 1;
    cyn_i_slot_clear(value, cyn_i_slot_size(member->shape));
    if (token == CYN_JSON_NULL) continue;
    const char *here = decode_value(d, member->shape, token, value, PLACE_MEMBER);
    if (here != NULL && index < fault_index) {
      fault = here;
      fault_index = index;
    }
  }
}

cyn_status cyn_i_api_decode(const cyn_i_shape *shape, cyn_bytes body, cyn_i_arena *arena, void **out,
                            cyn_error *error) {
  decoder d;
  memset(&d, 0, sizeof d);
  d.arena = arena;
  cyn_i_json_init(&d.json, (const uint8_t *)body.data, body.size, arena);
  void *structure = cyn_i_api_new(arena, shape->size);
  if (structure == NULL) return cyn_i_error_no_memory(error);
  if (cyn_i_json_next(&d.json) != CYN_JSON_OBJECT_BEGIN) {
    if (d.json.no_memory) return cyn_i_error_no_memory(error);
    return cyn_i_error_set(error, CYN_E_SERIALIZATION, "");
  }
  const char *fault = decode_structure(&d, shape, structure);
  bool is_whole = !d.json.failed && cyn_i_json_next(&d.json) == CYN_JSON_END;
  if (d.no_memory || d.json.no_memory) return cyn_i_error_no_memory(error);
  if (!is_whole) return cyn_i_error_set(error, CYN_E_SERIALIZATION, "");
  if (fault != NULL) return cyn_i_error_set(error, CYN_E_SERIALIZATION, fault);
  *out = structure;
  return CYN_OK;
}
