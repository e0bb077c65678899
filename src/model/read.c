/* Item bytes to structs. The attributes of an item that this mapper wrote stand in the plan's order, so the next one is
 * guessed before it is looked for. Bytes are the library's own (or checked where they came in); types, ranges and lengths
 * are checked here, since any program may have written the item. Attributes that the model does not have are passed over. */
#include <stdio.h>
#include <string.h>

#include "model/codec.h"
#include "model/decimal.h"
#include "model/time.h"
#include "value/item.h"

static cyn_status refuse(const cyn_i_codec *codec, const cyn_i_place *place, const char *rule) {
  return cyn_i_model_error(codec->error, CYN_E_DESERIALIZATION, codec->model, place, "%s", rule);
}

static cyn_status wrong_type(const cyn_i_codec *codec, const cyn_i_field *field, const uint8_t *value,
                             const cyn_i_place *place) {
  return cyn_i_model_error(codec->error, CYN_E_DESERIALIZATION, codec->model, place,
                           "the item's value has type %s, and %s has type %s", cyn_i_type_name((cyn_type)value[0]),
                           cyn_i_field_kind_name(field), cyn_i_type_name((cyn_type)field->type));
}

static void *allocate(const cyn_i_codec *codec, size_t count, size_t size) {
  size_t total;
  if (__builtin_mul_overflow(count, size, &total)) return NULL;
  return cyn_i_arena_alloc(&codec->memory->arena, total != 0 ? total : 1);
}

/* ---- scalars ---- */

bool cyn_i_store_int(unsigned kind, void *at, int64_t value) {
#define STORE(kind_, type)               \
  case kind_: {                          \
    type narrow = (type)value;           \
    if ((int64_t)narrow != value) return false; \
    memcpy(at, &narrow, sizeof narrow);  \
    return true;                         \
  }
  switch (kind) {
    STORE(CYN_FIELD_INT8, int8_t)
    STORE(CYN_FIELD_INT16, int16_t)
    STORE(CYN_FIELD_INT32, int32_t)
    STORE(CYN_FIELD_INT64, int64_t)
    STORE(CYN_FIELD_UINT8, uint8_t)
    STORE(CYN_FIELD_UINT16, uint16_t)
    STORE(CYN_FIELD_UINT32, uint32_t)
    default:
      if (value < 0) return false;
      memcpy(at, &value, sizeof value);
      return true;
  }
#undef STORE
}

static cyn_status read_int(const cyn_i_codec *codec, const cyn_i_field *field, const uint8_t *value,
                           const cyn_i_place *place, void *at) {
  int64_t integer;
  if (cyn_i_number_to_int(value + 2, value[1], &integer)) {
    if (cyn_i_store_int(field->kind, at, integer)) return CYN_OK;
  } else if (field->kind == CYN_FIELD_UINT64) {
    uint64_t natural;
    if (cyn_i_number_to_uint(value + 2, value[1], &natural)) {
      memcpy(at, &natural, sizeof natural);
      return CYN_OK;
    }
  }
  char text[CYN_NUMBER_TEXT_MAX];
  (void)cyn_i_number_format(value + 2, value[1], text);
  return cyn_i_model_error(codec->error, CYN_E_DESERIALIZATION, codec->model, place, "the number %.60s is not %s", text,
                           cyn_i_field_kind_name(field));
}

typedef uint8_t octets __attribute__((vector_size(16)));

static inline octets load_octets(const char *at) {
  octets out;
  memcpy(&out, at, sizeof out);
  return out;
}

/* Of 8 or 4 bytes that are loaded as a word: a word has a zero byte when a borrow runs out of one. */
static inline uint64_t zeros_of_8(uint64_t word) {
  return (word - UINT64_C(0x0101010101010101)) & ~word & UINT64_C(0x8080808080808080);
}
static inline uint32_t zeros_of_4(uint32_t word) { return (word - 0x01010101u) & ~word & 0x80808080u; }

/* The last load of each size overlaps the one before, so that no text is walked byte by byte. */
static inline bool copy_short(char *out, const char *text, size_t size) {
  if (size >= 8) {
    uint64_t head, tail;
    memcpy(&head, text, 8);
    memcpy(&tail, text + size - 8, 8);
    memcpy(out, &head, 8);
    memcpy(out + size - 8, &tail, 8);
    return (zeros_of_8(head) | zeros_of_8(tail)) == 0;
  }
  if (size >= 4) {
    uint32_t head, tail;
    memcpy(&head, text, 4);
    memcpy(&tail, text + size - 4, 4);
    memcpy(out, &head, 4);
    memcpy(out + size - 4, &tail, 4);
    return (zeros_of_4(head) | zeros_of_4(tail)) == 0;
  }
  if (size == 0) return true;
  char first = text[0], middle = text[size / 2], last = text[size - 1];
  out[0] = first;
  out[size / 2] = middle;
  out[size - 1] = last;
  return first != '\0' && middle != '\0' && last != '\0';
}

/* Copies with a NUL behind; false when there is one inside. Texts, which are most of what is read, are looked at while they
 * are moved. */
static inline bool copy_text(char *out, cyn_bytes text) {
  size_t size = text.size;
  out[size] = '\0';
  if (size < 16) return copy_short(out, text.data, size);
  if (size > 128) {
    memcpy(out, text.data, size);
    return memchr(text.data, '\0', size) == NULL;
  }
  octets part = load_octets(text.data + size - 16);
  memcpy(out + size - 16, &part, 16);
  octets zeros = (octets)(part == 0);
  for (size_t i = 0; i + 16 < size; i += 16) {
    part = load_octets(text.data + i);
    memcpy(out + i, &part, 16);
    zeros |= (octets)(part == 0);
  }
  uint64_t halves[2];
  memcpy(halves, &zeros, sizeof halves);
  return (halves[0] | halves[1]) == 0;
}

static cyn_status copy_string(const cyn_i_codec *codec, cyn_bytes content, const cyn_i_place *place, const char **out) {
  char *copy = cyn_i_arena_alloc(&codec->memory->arena, content.size + 1);
  if (copy == NULL) return cyn_i_error_no_memory(codec->error);
  if (!copy_text(copy, content))
    return refuse(codec, place, "the string has a NUL, which a C string cannot hold (a cyn_bytes with .as = CYN_TYPE_S can)");
  *out = copy;
  return CYN_OK;
}

static cyn_status read_json(const cyn_i_codec *codec, cyn_bytes content, const cyn_i_place *place, const char **out) {
  cyn_status status = cyn_i_check_json(codec, CYN_E_DESERIALIZATION, content, place);
  return status == CYN_OK ? copy_string(codec, content, place, out) : status;
}

static cyn_status copy_bytes(const cyn_i_codec *codec, cyn_bytes content, cyn_bytes *out) {
  *out = cyn_i_arena_copy(&codec->memory->arena, content);
  return out->data != NULL ? CYN_OK : cyn_i_error_no_memory(codec->error);
}

static cyn_status read_chars(const cyn_i_codec *codec, const cyn_i_field *field, cyn_bytes content,
                             const cyn_i_place *place, char *at) {
  if (content.size >= field->size)
    return cyn_i_model_error(codec->error, CYN_E_DESERIALIZATION, codec->model, place,
                             "the string of %zu bytes does not fit char[%zu]", content.size, (size_t)field->size);
  if (memchr(content.data, '\0', content.size) != NULL)
    return refuse(codec, place, "the string has a NUL, which a C string cannot hold");
  memcpy(at, content.data, content.size);
  memset(at + content.size, 0, field->size - content.size);
  return CYN_OK;
}

static cyn_status read_enum(const cyn_i_codec *codec, const cyn_i_field *field, cyn_bytes content,
                            const cyn_i_place *place, void *at) {
  for (size_t i = 0; i < field->name_count; i++)
    if (field->names[i] != NULL && strlen(field->names[i]) == content.size &&
        memcmp(field->names[i], content.data, content.size) == 0)
      return cyn_i_store_int(field->number_kind, at, (int64_t)i) ? CYN_OK
                                                                 : refuse(codec, place, "the enum's field is too narrow");
  return cyn_i_model_error(codec->error, CYN_E_DESERIALIZATION, codec->model, place, "\"%.*s\" is none of the enum's names",
                           (int)(content.size < 80 ? content.size : 80), content.data);
}

static cyn_status read_time(const cyn_i_codec *codec, const cyn_i_field *field, const uint8_t *value,
                            const cyn_i_place *place, cyn_time *out) {
  cyn_time time = {true, 0};
  if (field->kind == CYN_FIELD_TTL) {
    int64_t seconds;
    if (!cyn_i_number_to_int(value + 2, value[1], &seconds)) return refuse(codec, place, "the seconds are no integer");
    time = cyn_time_from_seconds(seconds);
  } else if (!cyn_i_time_parse(cyn_i_value_content(value), &time.us)) {
    return refuse(codec, place, "the string is no UTC time such as 2026-11-24T09:41:10.250000+0000");
  }
  memcpy(out, &time, sizeof time);
  return CYN_OK;
}

/* ---- sets and lists ---- */

static cyn_status read_set(const cyn_i_codec *codec, const cyn_i_field *field, const uint8_t *value,
                           const cyn_i_place *place, void *at) {
  static const size_t sizes[] = {sizeof(char *), sizeof(int64_t), sizeof(double), sizeof(cyn_decimal), sizeof(cyn_bytes)};
  size_t count = cyn_i_value_count(value), size = sizes[field->kind - CYN_FIELD_STRING_SET];
  char *elements = allocate(codec, count, size);
  if (elements == NULL) return cyn_i_error_no_memory(codec->error);
  cyn_i_elements walk = cyn_i_value_elements(value);
  cyn_bytes content;
  for (size_t i = 0; cyn_i_set_next(&walk, &content); i++) {
    char *element = elements + i * size;
    const uint8_t *digits = (const uint8_t *)content.data;
    cyn_status status = CYN_OK;
    int64_t integer;
    double real;
    cyn_decimal decimal;
    switch (field->kind) {
      case CYN_FIELD_STRING_SET: status = copy_string(codec, content, place, (const char **)(void *)element); break;
      case CYN_FIELD_BINARY_SET: status = copy_bytes(codec, content, (cyn_bytes *)(void *)element); break;
      case CYN_FIELD_INT_SET:
        if (!cyn_i_number_to_int(digits, content.size, &integer))
          return refuse(codec, place, "the set has a number that is no integer of 64 bits");
        memcpy(element, &integer, sizeof integer);
        break;
      case CYN_FIELD_DOUBLE_SET:
        real = cyn_i_number_to_double(digits, content.size);
        memcpy(element, &real, sizeof real);
        break;
      default:
        decimal = cyn_i_decimal_from_number(digits, content.size);
        memcpy(element, &decimal, sizeof decimal);
        break;
    }
    if (status != CYN_OK) return status;
  }
  cyn_bytes set = {elements, count}; /* all set types are a pointer and a count */
  memcpy(at, &set, sizeof set);
  return CYN_OK;
}

static cyn_status read_list(cyn_i_codec *codec, const cyn_i_field *field, const uint8_t *value, const cyn_i_place *place,
                            void *at) {
  size_t count = cyn_i_value_count(value), size = field->element_size;
  char *elements = allocate(codec, count, size);
  if (elements == NULL) return cyn_i_error_no_memory(codec->error);
  memset(elements, 0, count * size);
  cyn_i_elements walk = cyn_i_value_elements(value);
  const uint8_t *element;
  for (size_t i = 0; cyn_i_list_next(&walk, &element); i++) {
    cyn_i_place inner = {place, NULL, i};
    if (element[0] == CYN_TYPE_NULL && field->element->kind != CYN_FIELD_VALUE) continue;
    cyn_status status = cyn_i_read_field(codec, field->element, element, &inner, elements + i * size);
    if (status != CYN_OK) return status;
  }
  cyn_bytes list = {elements, count};
  memcpy(at, &list, sizeof list);
  return CYN_OK;
}

/* ---- maps ---- */

static cyn_status read_pairs(cyn_i_codec *codec, const cyn_i_plan *plan, cyn_i_pairs pairs, const cyn_i_place *place,
                             void *object);

static cyn_status read_map(cyn_i_codec *codec, const cyn_i_field *field, const uint8_t *value, const cyn_i_place *place,
                           void *at) {
  const cyn_i_plan *plan;
  cyn_status status = cyn_i_plan_get(field->model, &plan, codec->error);
  if (status != CYN_OK) return status;
  if (codec->depth == CYN_I_MODEL_DEPTH_MAX) return refuse(codec, place, "maps are nested deeper than 32 levels");
  void *object = at;
  if (field->kind == CYN_FIELD_MAP_POINTER) {
    object = cyn_i_arena_zalloc(&codec->memory->arena, 1, plan->model->struct_size);
    if (object == NULL) return cyn_i_error_no_memory(codec->error);
  }
  codec->depth++;
  status = read_pairs(codec, plan, cyn_i_map_pairs(value), place, object);
  codec->depth--;
  if (status == CYN_OK && field->kind == CYN_FIELD_MAP_POINTER) memcpy(at, &object, sizeof object);
  return status;
}

/* An M as an item: the same pairs behind another head. */
static cyn_status read_item(const cyn_i_codec *codec, const uint8_t *value, cyn_item *out) {
  size_t pairs_size = cyn_i_get_u32(value + 1) - 4;
  uint8_t *copy = cyn_i_arena_alloc(&codec->memory->arena, CYN_ITEM_HEADER_SIZE + pairs_size);
  if (copy == NULL) return cyn_i_error_no_memory(codec->error);
  cyn_i_buf buf = {copy, CYN_ITEM_HEADER_SIZE + pairs_size, CYN_ITEM_HEADER_SIZE + pairs_size, NULL, false};
  copy[0] = CYN_ITEM_VERSION;
  memcpy(copy + CYN_ITEM_HEADER_SIZE, value + 9, pairs_size);
  cyn_i_item_writer writer = {&buf, 0, cyn_i_value_count(value)};
  cyn_i_item_end(&writer);
  *out = (cyn_item){copy, buf.size, NULL};
  return CYN_OK;
}

static cyn_status read_custom(const cyn_i_codec *codec, const cyn_i_field *field, const uint8_t *value,
                              const cyn_i_place *place, void *at) {
  cyn_error own = CYN_ERROR_INIT;
  cyn_value borrowed = {value, cyn_i_value_size(value), NULL};
  cyn_status status = field->custom->deserialize(at, borrowed, codec->memory, &own);
  if (status == CYN_OK) return CYN_OK;
  status = refuse(codec, place, own.message != NULL ? own.message : "its deserialize function failed");
  cyn_error_clean_up(&own);
  return status;
}

/* ---- one field ---- */

static cyn_status read_other(cyn_i_codec *codec, const cyn_i_field *field, const uint8_t *value, const cyn_i_place *place,
                             void *at) {
  cyn_bytes content;
  cyn_opt_int opt_int = {true, 0};
  cyn_opt_double opt_double = {true, 0};
  cyn_opt_bool opt_bool = {true, false};
  cyn_decimal decimal;
  cyn_value copy;
  float single;
  switch (field->kind) {
    case CYN_FIELD_OCTETS:
      content = cyn_i_value_content(value);
      if (content.size != field->size) return refuse(codec, place, "the binary has another size than the array");
      memcpy(at, content.data, content.size);
      return CYN_OK;
    case CYN_FIELD_FLOAT:
      single = (float)cyn_i_number_to_double(value + 2, value[1]);
      memcpy(at, &single, sizeof single);
      return CYN_OK;
    case CYN_FIELD_OPT_INT:
      if (!cyn_i_number_to_int(value + 2, value[1], &opt_int.value))
        return refuse(codec, place, "the number is not an integer of 64 bits");
      memcpy(at, &opt_int, sizeof opt_int);
      return CYN_OK;
    case CYN_FIELD_OPT_DOUBLE:
      opt_double.value = cyn_i_number_to_double(value + 2, value[1]);
      memcpy(at, &opt_double, sizeof opt_double);
      return CYN_OK;
    case CYN_FIELD_OPT_BOOL:
      opt_bool.value = value[1] != 0;
      memcpy(at, &opt_bool, sizeof opt_bool);
      return CYN_OK;
    case CYN_FIELD_DECIMAL:
      decimal = cyn_i_decimal_from_number(value + 2, value[1]);
      memcpy(at, &decimal, sizeof decimal);
      return CYN_OK;
    case CYN_FIELD_ITEM: return read_item(codec, value, at);
    case CYN_FIELD_VALUE:
      if (copy_bytes(codec, (cyn_bytes){(const char *)value, cyn_i_value_size(value)}, &content) != CYN_OK)
        return CYN_E_OUT_OF_MEMORY;
      copy = (cyn_value){(const uint8_t *)content.data, content.size, NULL};
      memcpy(at, &copy, sizeof copy);
      return CYN_OK;
    case CYN_FIELD_MAP:
    case CYN_FIELD_MAP_POINTER: return read_map(codec, field, value, place, at);
    case CYN_FIELD_LIST: return read_list(codec, field, value, place, at);
    case CYN_FIELD_ENUM: return read_enum(codec, field, cyn_i_value_content(value), place, at);
    case CYN_FIELD_CUSTOM: return read_custom(codec, field, value, place, at);
    default: return read_set(codec, field, value, place, at);
  }
}

cyn_status cyn_i_read_field(cyn_i_codec *codec, const cyn_i_field *field, const uint8_t *value, const cyn_i_place *place,
                            void *at) {
  if (value[0] != field->type && field->type != 0) {
    if (value[0] == CYN_TYPE_NULL) return cyn_i_read_absent(codec, field, at);
    return wrong_type(codec, field, value, place);
  }
  double real;
  bool truth;
  switch (field->kind) {
    case CYN_FIELD_STRING: return copy_string(codec, cyn_i_value_content(value), place, at);
    case CYN_FIELD_JSON: return read_json(codec, cyn_i_value_content(value), place, at);
    case CYN_FIELD_CHARS: return read_chars(codec, field, cyn_i_value_content(value), place, at);
    case CYN_FIELD_BYTES: return copy_bytes(codec, cyn_i_value_content(value), at);
    case CYN_FIELD_INT8:
    case CYN_FIELD_INT16:
    case CYN_FIELD_INT32:
    case CYN_FIELD_INT64:
    case CYN_FIELD_UINT8:
    case CYN_FIELD_UINT16:
    case CYN_FIELD_UINT32:
    case CYN_FIELD_UINT64: return read_int(codec, field, value, place, at);
    case CYN_FIELD_DOUBLE:
      real = cyn_i_number_to_double(value + 2, value[1]);
      memcpy(at, &real, sizeof real);
      return CYN_OK;
    case CYN_FIELD_BOOL:
      truth = value[1] != 0;
      memcpy(at, &truth, sizeof truth);
      return CYN_OK;
    case CYN_FIELD_TIME:
    case CYN_FIELD_TTL: return read_time(codec, field, value, place, at);
    default: return read_other(codec, field, value, place, at);
  }
}

/* Defaults that are strings are the descriptor's own text: nothing is copied, and cyn_init needs no memory. */
static cyn_status read_default(cyn_i_codec *codec, const cyn_i_field *field, const uint8_t *value, const char *text,
                               void *at) {
  if (field->kind == CYN_FIELD_STRING || field->kind == CYN_FIELD_JSON) {
    memcpy(at, &text, sizeof text);
    return CYN_OK;
  }
  if (field->kind == CYN_FIELD_BYTES) {
    cyn_bytes bytes = cyn_str(text);
    memcpy(at, &bytes, sizeof bytes);
    return CYN_OK;
  }
  cyn_i_place place = {NULL, field, 0};
  return cyn_i_read_field(codec, field, value, &place, at);
}

cyn_status cyn_i_read_absent(cyn_i_codec *codec, const cyn_i_field *field, void *at) {
  memset(at, 0, field->size);
  if (!field->has_default) return CYN_OK;
  if (field->attribute->options.default_call != NULL) {
    field->attribute->options.default_call(at);
    return CYN_OK;
  }
  return read_default(codec, field, field->default_value, field->attribute->options.default_text, at);
}

/* Names are short: two loads of each side that may overlap do without a call. */
static inline bool same_bytes(const char *a, const char *b, size_t size) {
  if (size >= 8) {
    uint64_t a_head, b_head, a_tail, b_tail;
    memcpy(&a_head, a, 8);
    memcpy(&b_head, b, 8);
    memcpy(&a_tail, a + size - 8, 8);
    memcpy(&b_tail, b + size - 8, 8);
    return ((a_head ^ b_head) | (a_tail ^ b_tail)) == 0 && (size <= 16 || memcmp(a, b, size) == 0);
  }
  if (size >= 4) {
    uint32_t a_head, b_head, a_tail, b_tail;
    memcpy(&a_head, a, 4);
    memcpy(&b_head, b, 4);
    memcpy(&a_tail, a + size - 4, 4);
    memcpy(&b_tail, b + size - 4, 4);
    return ((a_head ^ b_head) | (a_tail ^ b_tail)) == 0;
  }
  return size == 0 || (a[0] == b[0] && a[size / 2] == b[size / 2] && a[size - 1] == b[size - 1]);
}

static inline bool has_name(const cyn_i_field *field, const char *name, size_t size) {
  return field->name.size == size && same_bytes(field->name.data, name, size);
}

/* From where the last one was, since items are written in the plan's order, with those left out that may be absent. NULL when
 * the model does not have it. */
static const cyn_i_field *find_field(const cyn_i_plan *plan, const cyn_i_field *from, const char *name, size_t size) {
  const cyn_i_field *end = plan->fields + plan->field_count;
  for (const cyn_i_field *field = from; field != end; field++)
    if (has_name(field, name, size)) return field;
  for (const cyn_i_field *field = plan->fields; field != from; field++)
    if (has_name(field, name, size)) return field;
  return NULL;
}

/* The most frequent kinds, on the way where nothing is wrong: what stands behind the value, or NULL, which leaves the field to
 * cyn_i_read_field. */
static inline const uint8_t *read_common(cyn_i_codec *codec, const cyn_i_field *field, const uint8_t *value, void *at) {
  int64_t integer;
  double real;
  switch (field->kind) {
    case CYN_FIELD_STRING: {
      if (value[0] != CYN_TYPE_S) return NULL;
      cyn_bytes content = {(const char *)value + 5, cyn_i_get_u32(value + 1)};
      char *copy = cyn_i_arena_alloc(&codec->memory->arena, content.size + 1);
      if (copy == NULL || !copy_text(copy, content)) return NULL;
      memcpy(at, &copy, sizeof copy);
      return value + 5 + content.size;
    }
    case CYN_FIELD_INT64:
    case CYN_FIELD_INT32:
      if (value[0] != CYN_TYPE_N || !cyn_i_number_to_int(value + 2, value[1], &integer)) return NULL;
      if (field->kind == CYN_FIELD_INT64) {
        memcpy(at, &integer, sizeof integer);
      } else {
        int32_t narrow = (int32_t)integer;
        if (integer != narrow) return NULL;
        memcpy(at, &narrow, sizeof narrow);
      }
      return value + 2 + value[1];
    case CYN_FIELD_DOUBLE:
      if (value[0] != CYN_TYPE_N) return NULL;
      real = cyn_i_number_to_double(value + 2, value[1]);
      memcpy(at, &real, sizeof real);
      return value + 2 + value[1];
    case CYN_FIELD_BOOL: {
      if (value[0] != CYN_TYPE_BOOL) return NULL;
      bool truth = value[1] != 0;
      memcpy(at, &truth, sizeof truth);
      return value + 2;
    }
    default: return NULL;
  }
}

/* Which fields were read, for those that were not. Runs of neighbours are noted when they end. */
typedef struct seen_fields {
  uint64_t bits[CYN_I_FIELDS_MAX / 64];
} seen_fields;

static void note_run(seen_fields *seen, const cyn_i_plan *plan, const cyn_i_field *first, const cyn_i_field *end) {
  for (size_t i = (size_t)(first - plan->fields), stop = (size_t)(end - plan->fields); i < stop; i++)
    seen->bits[i / 64] |= (uint64_t)1 << i % 64;
}

static cyn_status read_missing(cyn_i_codec *codec, const cyn_i_plan *plan, const seen_fields *seen, void *object) {
  for (size_t i = 0; i < plan->field_count; i++) {
    if ((seen->bits[i / 64] >> i % 64 & 1) != 0) continue;
    cyn_status status = cyn_i_read_absent(codec, &plan->fields[i], (char *)object + plan->fields[i].offset);
    if (status != CYN_OK) return status;
  }
  return CYN_OK;
}

static cyn_status read_pairs(cyn_i_codec *codec, const cyn_i_plan *plan, cyn_i_pairs pairs, const cyn_i_place *place,
                             void *object) {
  seen_fields seen = {{0}};
  const cyn_i_field *end = plan->fields + plan->field_count, *run = plan->fields, *next = run;
  const uint8_t *at = pairs.next;
  for (uint32_t left = pairs.left; left != 0; left--) {
    size_t name_size = cyn_i_get_u16(at);
    const char *name = (const char *)at + 2;
    const uint8_t *value = at + 2 + name_size;
    if (next == end || !has_name(next, name, name_size)) {
      const cyn_i_field *found = find_field(plan, next, name, name_size);
      if (found == NULL) {
        at = value + cyn_i_value_size(value);
        continue;
      }
      note_run(&seen, plan, run, next);
      run = next = found;
    }
    const cyn_i_field *field = next++;
    at = read_common(codec, field, value, (char *)object + field->offset);
    if (at != NULL) continue;
    at = value + cyn_i_value_size(value);
    cyn_i_place inner = {place, field, 0};
    cyn_status status = cyn_i_read_field(codec, field, value, &inner, (char *)object + field->offset);
    if (status != CYN_OK) return status;
  }
  if (run == plan->fields && next == end) return CYN_OK;
  note_run(&seen, plan, run, next);
  return read_missing(codec, plan, &seen, object);
}

/* A dog is no cat: an item whose discriminator is another model's must not be read as if it were this one's. */
static cyn_status check_kind(const cyn_i_codec *codec, const cyn_i_plan *plan, const uint8_t *item) {
  const uint8_t *value = cyn_i_item_find(item, plan->discriminator->name);
  if (value == NULL || value[0] != CYN_TYPE_S) return CYN_OK;
  cyn_bytes kind = cyn_i_value_content(value);
  for (size_t i = 0; i < plan->kind_count; i++)
    if (plan->kinds[i].size == kind.size && memcmp(plan->kinds[i].data, kind.data, kind.size) == 0) return CYN_OK;
  cyn_i_place place = {NULL, plan->discriminator, 0};
  return cyn_i_model_error(codec->error, CYN_E_DESERIALIZATION, codec->model, &place, "the item is a \"%.*s\"",
                           (int)(kind.size < 80 ? kind.size : 80), kind.data);
}

cyn_status cyn_i_read_object(cyn_i_codec *codec, const cyn_i_plan *plan, const uint8_t *item, void *object) {
  if (plan->kind_count != 0) {
    cyn_status status = check_kind(codec, plan, item);
    if (status != CYN_OK) return status;
  }
  return read_pairs(codec, plan, cyn_i_item_pairs(item), NULL, object);
}

cyn_status cyn_i_read_any(cyn_i_codec *codec, const cyn_i_plan *plan, cyn_item item, void **object, const cyn_model **model) {
  const cyn_i_plan *found;
  *object = NULL;
  *model = NULL;
  cyn_status status = plan->kind_count != 0 ? check_kind(codec, plan, item.data) : CYN_OK;
  if (status == CYN_OK) status = cyn_i_plan_of_item(plan, item.data, &found, codec->error);
  if (status != CYN_OK) return status;
  void *made = cyn_i_arena_zalloc(&codec->memory->arena, 1, found->model->struct_size);
  if (made == NULL) return cyn_i_error_no_memory(codec->error);
  codec->model = found->model;
  status = cyn_i_read_object(codec, found, item.data, made);
  if (status != CYN_OK) return status;
  *object = made;
  *model = found->model;
  return CYN_OK;
}

cyn_status cyn_model_init(const cyn_model *model, void *object, cyn_error *error) {
  const cyn_i_plan *plan;
  memset(object, 0, model->struct_size);
  cyn_status status = cyn_i_plan_get(model, &plan, error);
  cyn_i_codec codec = {model, NULL, error, 0};
  for (size_t i = 0; status == CYN_OK && i < plan->field_count; i++) {
    const cyn_i_field *field = &plan->fields[i];
    void *at = (char *)object + field->offset;
    const cyn_attribute_options *options = &field->attribute->options;
    if (field->new_value != NULL)
      status = read_default(&codec, field, field->new_value, options->default_for_new, at);
    else if (options->default_for_new_call != NULL)
      options->default_for_new_call(at);
    else
      status = cyn_i_read_absent(&codec, field, at);
    if (status == CYN_OK && field->kind == CYN_FIELD_MAP) status = cyn_model_init(field->model, at, error);
    if (status == CYN_OK && field == plan->discriminator && plan->kind_count != 0)
      memcpy(at, &plan->kinds[0].data, sizeof plan->kinds[0].data);
  }
  return status;
}
