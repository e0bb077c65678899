/* Equality of two objects, by what a table would hold of them. */
#include "model/codec.h"
#include "model/memory.h"
#include "value/item.h"

bool cyn_model_equal(const cyn_model *model, const void *a, const void *b) {
  cyn_memory memory;
  cyn_i_arena_init(&memory.arena, 4096);
  cyn_item items[2];
  bool equal = cyn_model_to_item(model, a, &items[0], &memory, NULL) == CYN_OK &&
               cyn_model_to_item(model, b, &items[1], &memory, NULL) == CYN_OK &&
               cyn_i_item_count(items[0].data) == cyn_i_item_count(items[1].data);
  cyn_i_pairs pairs = equal ? cyn_i_item_pairs(items[0].data) : (cyn_i_pairs){NULL, 0};
  cyn_bytes name;
  const uint8_t *value;
  while (equal && cyn_i_pairs_next(&pairs, &name, &value)) {
    const uint8_t *other = cyn_i_item_find(items[1].data, name);
    equal = other != NULL && cyn_i_value_equal(value, other);
  }
  cyn_i_arena_clean_up(&memory.arena);
  return equal;
}
