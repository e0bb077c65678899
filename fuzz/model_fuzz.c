/* Fuzz target: items into structs. The first byte chooses: item bytes (those that are an item), DynamoDB JSON, plain JSON, an
 * expression's text. What is read into a struct is written again and read again, and is the same then. */
#include <cynamo/cynamo.h>


#include "fuzz.h"
#include "model/text.h"

typedef enum color { RED, GREEN } color;
static const char *const color_names[] = {"red", "green"};
typedef struct part part;
struct part {
  const char *a;
  float f;
  part *next;
  CYN_LIST_OF(part) more;
};
typedef struct thing {
  const char *id;
  int64_t n;
  uint64_t u;
  int8_t i8;
  double d;
  bool b;
  cyn_bytes raw;
  unsigned char octets[2];
  char chars[6];
  cyn_time t, ttl;
  cyn_decimal dec;
  cyn_opt_int oi;
  cyn_opt_bool ob;
  cyn_string_set ss;
  cyn_int_set is;
  cyn_double_set ds;
  cyn_number_set ns;
  cyn_binary_set bs;
  cyn_item m;
  cyn_value any;
  color e;
  const char *j;
  part p;
  CYN_LIST_OF(const char *) l;
} thing;
CYN_MODEL_DECLARE(part);
CYN_STRUCT(part, CYN_ATTR(a, .nullable = true), CYN_ATTR(f), CYN_MAP(next, part, .nullable = true),
           CYN_MAP_LIST(more, part, .nullable = true));
CYN_MODEL(thing, CYN_TABLE("T"), CYN_HASH_KEY(id, .default_text = "k"), CYN_ATTR(n), CYN_ATTR(u), CYN_ATTR(i8), CYN_ATTR(d),
          CYN_ATTR(b), CYN_ATTR(raw, .nullable = true), CYN_ATTR(octets), CYN_ATTR(chars), CYN_ATTR(t, .nullable = true),
          CYN_TTL(ttl, .nullable = true), CYN_ATTR(dec, .nullable = true), CYN_ATTR(oi), CYN_ATTR(ob), CYN_ATTR(ss),
          CYN_ATTR(is), CYN_ATTR(ds), CYN_ATTR(ns), CYN_ATTR(bs), CYN_ATTR(m, .nullable = true),
          CYN_ATTR(any, .nullable = true), CYN_ENUM(e, color_names), CYN_ATTR(j, .nullable = true), CYN_MAP(p, part),
          CYN_LIST(l, .nullable = true));

/* Elements of lists may read as NULL where the item has null, and strings in them must then be absent again. */
static void there_and_back(const thing *first, cyn_memory *memory) {
  thing second;
  cyn_item item;
  cyn_error error = CYN_ERROR_INIT;
  memset(&second, 0, sizeof second);
  if (cyn_to_item(thing, first, &item, memory, &error) == CYN_OK) {
    if (!cyn_item_is_valid((cyn_bytes){(const char *)item.data, item.size})) abort();
    if (cyn_from_item(thing, &second, item, memory, &error) != CYN_OK) abort();
    if (!cyn_equal(thing, first, &second)) abort();
    const char *json;
    if (cyn_to_json(thing, first, &json, memory, &error) != CYN_OK) abort();
  }
  cyn_error_clean_up(&error);
}

static void read_text(const char *text, size_t size, cyn_memory *memory) {
  static const cyn_i_expression_kind kinds[] = {CYN_EXPRESSION_CONDITION, CYN_EXPRESSION_UPDATE, CYN_EXPRESSION_PROJECTION};
  const cyn_i_plan *plan;
  const cyn_i_text *out;
  cyn_error error = CYN_ERROR_INIT;
  if (cyn_i_plan_get(&thing_model, &plan, &error) != CYN_OK) abort();
  for (size_t i = 0; i < 3; i++)
    if (cyn_i_text_get(plan, kinds[i], (cyn_bytes){text, size}, &memory->arena, &out, &error) == CYN_OK && out->text.size == 0)
      abort();
  cyn_error_clean_up(&error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) return 0;
  cyn_memory *memory = cyn_memory_new();
  cyn_item_builder *builder = cyn_item_builder_new();
  cyn_error error = CYN_ERROR_INIT;
  cyn_bytes rest = {(const char *)data + 1, size - 1};
  thing object;
  memset(&object, 0, sizeof object);
  cyn_status status = CYN_OK + 1;
  cyn_item item = {(const uint8_t *)rest.data, rest.size, NULL};
  char *text = cyn_memory_alloc(memory, size);
  memcpy(text, rest.data, rest.size);
  text[rest.size] = '\0';
  switch (data[0] % 4) {
    case 0:
      if (cyn_item_is_valid(rest)) status = cyn_from_item(thing, &object, item, memory, &error);
      break;
    case 1:
      if (cyn_item_from_json(builder, rest, &item, &error) == CYN_OK && item.fault == NULL)
        status = cyn_from_item(thing, &object, item, memory, &error);
      break;
    case 2: status = cyn_from_json(thing, &object, text, memory, &error); break;
    default: read_text(text, rest.size, memory); break;
  }
  if (status == CYN_OK) there_and_back(&object, memory);
  cyn_error_clean_up(&error);
  cyn_item_builder_destroy(builder);
  cyn_memory_destroy(memory);
  return 0;
}
