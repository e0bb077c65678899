/* Fuzz target: bytes as JSON and as DynamoDB JSON. What the reader takes token by token, it takes when it skips; an item
 * without faults is valid, prints as JSON that reads as the same bytes, and equals itself. The same bytes, taken as a
 * binary item, are refused or can be walked and printed. The fast way of reading items (item_json_fast.c) and the general
 * one, which is all that is left deep inside of other JSON, give the same: bytes, faults, texts. */
#include "fuzz.h"
#include "value/item.h"
#include "value/item_json.h"
#include "value/item_json_fast.h"
#include "value/json.h"

static int read_tokens(const uint8_t *data, size_t size, cyn_i_arena *arena) {
  cyn_i_json json;
  cyn_i_json_init(&json, data, size, arena);
  for (;;) {
    cyn_i_json_token token = cyn_i_json_next(&json);
    if (token == CYN_JSON_END) return 1;
    if (token == CYN_JSON_ERROR) return 0;
  }
}

static int read_by_skip(const uint8_t *data, size_t size, cyn_i_arena *arena) {
  cyn_i_json json;
  cyn_i_json_init(&json, data, size, arena);
  return cyn_i_json_skip(&json, cyn_i_json_next(&json)) && cyn_i_json_next(&json) == CYN_JSON_END;
}

/* True when the whole is one well-formed object; the item and its faults are in the out-parameters. */
static int read_item(const uint8_t *data, size_t size, cyn_i_arena *arena, cyn_item *item, cyn_i_json_fault *fault) {
  cyn_i_json json;
  cyn_i_json_init(&json, data, size, arena);
  fault->message = NULL;
  return cyn_i_json_next(&json) == CYN_JSON_OBJECT_BEGIN && cyn_i_item_from_json(&json, item, fault) &&
         cyn_i_json_next(&json) == CYN_JSON_END;
}

static void check_item(cyn_item item, cyn_i_arena *arena) {
  cyn_i_buf first, second;
  cyn_item again;
  cyn_i_json_fault fault;
  demand(cyn_i_item_is_valid(item.data, item.size));
  cyn_i_buf_init(&first, arena);
  cyn_i_item_to_json(&first, item.data);
  demand(read_item(first.data, first.size, arena, &again, &fault) && fault.message == NULL && again.fault == NULL);
  demand(again.size == item.size && memcmp(again.data, item.data, item.size) == 0);
  cyn_i_buf_init(&second, arena);
  cyn_i_item_to_json(&second, again.data);
  demand(first.size == second.size && memcmp(first.data, second.data, first.size) == 0);
  cyn_i_pairs pairs = cyn_i_item_pairs(item.data);
  cyn_bytes name;
  const uint8_t *value;
  while (cyn_i_pairs_next(&pairs, &name, &value)) {
    demand(cyn_i_item_find(again.data, name) - again.data == value - item.data);
    demand(cyn_i_value_equal(value, cyn_i_item_find(again.data, name)));
  }
}

/* One level more is read from a store than is written today: such an item cannot come back from its JSON. */
static bool may_be_written(const uint8_t *item) {
  cyn_i_pairs pairs = cyn_i_item_pairs(item);
  cyn_bytes name;
  const uint8_t *value;
  while (cyn_i_pairs_next(&pairs, &name, &value))
    if (cyn_i_value_depth(value) > CYN_ITEM_DEPTH_WRITTEN_MAX) return false;
  return true;
}

/* The same object in CYN_ITEM_JSON_DEPTH_MAX arrays, which are not closed: what is read is the object. */
static int read_item_inside(const uint8_t *data, size_t size, cyn_i_arena *arena, cyn_item *item, cyn_i_json_fault *fault) {
  cyn_i_json json;
  cyn_i_buf body;
  cyn_i_buf_init(&body, arena);
  for (int i = 0; i < CYN_ITEM_JSON_DEPTH_MAX; i++) cyn_i_buf_byte(&body, '[');
  cyn_i_buf_append(&body, data, size);
  cyn_i_json_init(&json, body.data, body.size, arena);
  for (int i = 0; i < CYN_ITEM_JSON_DEPTH_MAX; i++) demand(cyn_i_json_next(&json) == CYN_JSON_ARRAY_BEGIN);
  fault->message = NULL;
  if (cyn_i_json_next(&json) != CYN_JSON_OBJECT_BEGIN || !cyn_i_item_from_json(&json, item, fault)) return 0;
  while (json.next < json.end && (*json.next == ' ' || (*json.next >= '\t' && *json.next <= '\r' && *json.next != 0xB && *json.next != 0xC)))
    json.next++;
  return json.next == json.end;
}

/* More than that, and one of the two ways meets the end of CYN_JSON_DEPTH_MAX. */
static int is_deep(const uint8_t *data, size_t size) {
  int depth = 0, most = 0;
  for (size_t i = 0; i < size; i++) {
    depth += (data[i] == '{' || data[i] == '[') - (data[i] == '}' || data[i] == ']');
    if (depth > most) most = depth;
  }
  return most > CYN_JSON_DEPTH_MAX - CYN_ITEM_JSON_DEPTH_MAX;
}

static int same_text(const char *a, const char *b) {
  return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void check_both_ways(const uint8_t *data, size_t size, cyn_i_arena *arena) {
  cyn_item fast = {NULL, 0, NULL}, general = {NULL, 0, NULL};
  cyn_i_json_fault fast_fault, general_fault;
  if (is_deep(data, size)) return;
  int is_item = read_item(data, size, arena, &fast, &fast_fault);
  demand(is_item == read_item_inside(data, size, arena, &general, &general_fault));
  if (!is_item) return;
  demand(same_text(fast_fault.message, general_fault.message));
  if (fast_fault.message != NULL) return;
  demand(fast.size == general.size && memcmp(fast.data, general.data, fast.size) == 0);
  demand((fast.fault == NULL) == (general.fault == NULL));
  if (fast.fault == NULL) return;
  cyn_bytes a = fast.fault->attribute, b = general.fault->attribute;
  demand(same_text(fast.fault->message, general.fault->message) && a.size == b.size);
  demand(a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  cyn_i_arena arena;
  cyn_item item = {NULL, 0, NULL};
  cyn_i_json_fault fault;
  cyn_i_arena_init(&arena, 0);
  int well_formed = read_tokens(data, size, &arena);
  demand(well_formed == read_by_skip(data, size, &arena));
  int is_item = read_item(data, size, &arena, &item, &fault);
  demand(!is_item || well_formed);
  if (is_item && fault.message == NULL) {
    cyn_i_buf out; /* a faulted item is whole as well */
    cyn_i_buf_init(&out, &arena);
    cyn_i_item_to_json(&out, item.data);
    if (item.fault == NULL) check_item(item, &arena);
  }
  if (cyn_i_item_is_valid(data, size) && may_be_written(data)) {
    item = (cyn_item){data, size, NULL};
    check_item(item, &arena);
  }
  check_both_ways(data, size, &arena);
  cyn_i_arena_clean_up(&arena);
  return 0;
}
