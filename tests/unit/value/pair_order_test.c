/* Sorting pairs by name. */
#include "value/pair_order.h"

#include "value/golden.h"

TEST(sorts_any_order) {
  static char names[500][8];
  cyn_i_pair_ref refs[500];
  for (int round = 0; round < 300; round++) {
    size_t count = random_below(500);
    for (size_t i = 0; i < count; i++) {
      snprintf(names[i], sizeof names[i], "%u", round % 3 == 0 ? (unsigned)i : random_below(300));
      refs[i] = (cyn_i_pair_ref){cyn_str(names[i]), (const uint8_t *)names[i]};
    }
    cyn_i_pair_refs_sort(refs, count);
    for (size_t i = 0; i < count; i++) {
      CHECK(refs[i].name.data == (const char *)refs[i].value);
      if (i != 0) CHECK(cyn_i_content_compare(refs[i - 1].name, refs[i].name) <= 0);
    }
  }
}

TEST(fill) {
  static const uint8_t item[] = {1, 4, 0, 0, 0, 2, 0, 0, 0, 1, 0, 'b', 9, 1, 0, 'a', 10, 1};
  cyn_i_pair_ref refs[2];
  cyn_i_pair_refs_fill(refs, cyn_i_item_pairs(item));
  CHECK(refs[0].name.data[0] == 'b' && refs[0].value == item + 12);
  CHECK(refs[1].name.data[0] == 'a' && refs[1].value == item + 16);
}
