/* Fuzz target: bytes as JSON and as DynamoDB JSON. What the reader takes token by token, it takes when it skips; an item
 * without faults is valid, prints as JSON that reads as the same bytes, and equals itself. The same bytes, taken as a
 * binary item, are refused or can be walked and printed. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "value/item.h"
#include "value/item_json.h"
#include "value/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int holds) {
  if (!holds) abort();
}

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
  if (cyn_i_item_is_valid(data, size)) {
    item = (cyn_item){data, size, NULL};
    check_item(item, &arena);
  }
  cyn_i_arena_clean_up(&arena);
  return 0;
}
