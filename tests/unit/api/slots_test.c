/* Growing lists and maps, small and large, with and without duplicates. */
#include "api/slots.h"

#include "test.h"

typedef struct entry {
  cyn_bytes key;
  int value;
} entry;

TEST(entries_are_unique_and_in_order) {
  enum { KEYS = 5000 };
  static char names[KEYS][8];
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_slots slots = {.arena = &arena, .slot_size = sizeof(entry)};
  for (int round = 0; round < 2; round++) {
    for (int i = 0; i < KEYS; i++) {
      snprintf(names[i], sizeof names[i], "k%d", i);
      entry *at = cyn_i_slots_entry(&slots, cyn_str(names[i]));
      REQUIRE(at != NULL);
      CHECK_INT(at->value, round == 0 ? 0 : i);
      at->value = i;
    }
    CHECK_INT(slots.count, KEYS);
  }
  const entry *entries = (const entry *)(const void *)slots.at;
  for (int i = 0; i < KEYS; i++) CHECK(entries[i].value == i && strcmp(entries[i].key.data, names[i]) == 0);
  cyn_i_arena_clean_up(&arena);
}

TEST(slots_are_zeroed) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_slots slots = {.arena = &arena, .slot_size = sizeof(uint64_t)};
  for (int i = 0; i < 100; i++) {
    uint64_t *slot = cyn_i_slots_next(&slots);
    REQUIRE(slot != NULL);
    CHECK(*slot == 0);
    *slot = ~(uint64_t)0;
  }
  CHECK_INT(slots.count, 100);
  cyn_i_arena_clean_up(&arena);
}

TEST(no_memory_is_null) {
  for (size_t limit = 32; limit < 16384; limit *= 2) {
    cyn_i_arena arena;
    cyn_i_arena_init(&arena, 32);
    arena.limit = limit;
    cyn_i_slots slots = {.arena = &arena, .slot_size = sizeof(entry)};
    static char names[2000][8];
    bool ended = false;
    for (int i = 0; i < 2000 && !ended; i++) {
      snprintf(names[i], sizeof names[i], "k%d", i);
      ended = cyn_i_slots_entry(&slots, cyn_str(names[i])) == NULL;
    }
    CHECK(ended);
    cyn_i_arena_clean_up(&arena);
  }
}
