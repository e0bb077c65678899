/* See slots.h. Small maps are searched from the start; from INDEX_FROM entries on there is a hash index, since a client
 * decides how many keys there are. */
#include "api/slots.h"

#include <string.h>

#include "base/hash.h"

#define CAPACITY_MIN 8
#define INDEX_FROM 32

void *cyn_i_slots_next(cyn_i_slots *slots) {
  if (slots->count == slots->capacity) {
    size_t capacity = slots->capacity == 0 ? CAPACITY_MIN : slots->capacity * 2;
    uint8_t *at = cyn_i_arena_grow(slots->arena, slots->at, slots->capacity * slots->slot_size,
                                   capacity * slots->slot_size);
    if (at == NULL) return NULL;
    slots->at = at;
    slots->capacity = capacity;
  }
  void *slot = slots->at + slots->count * slots->slot_size;
  cyn_i_slot_clear(slot, slots->slot_size);
  slots->count++;
  return slot;
}

static cyn_bytes key_at(const cyn_i_slots *slots, size_t number) {
  cyn_bytes key;
  memcpy(&key, slots->at + number * slots->slot_size, sizeof key);
  return key;
}

static bool same(cyn_bytes a, cyn_bytes b) { return a.size == b.size && memcmp(a.data, b.data, a.size) == 0; }

/* Where in the index the key stands, or the empty place where it would. */
static uint32_t *index_place(const cyn_i_slots *slots, cyn_bytes key) {
  size_t mask = slots->index_size - 1;
  size_t place = (size_t)cyn_i_hash64(key) & mask;
  while (slots->index[place] != 0 && !same(key_at(slots, slots->index[place] - 1), key)) place = (place + 1) & mask;
  return &slots->index[place];
}

/* At most half full after it; false when out of memory. */
static bool index_rebuild(cyn_i_slots *slots) {
  size_t size = slots->index_size == 0 ? INDEX_FROM * 8 : slots->index_size * 4;
  uint32_t *index = cyn_i_arena_zalloc(slots->arena, size, sizeof *index);
  if (index == NULL) return false;
  slots->index = index;
  slots->index_size = size;
  for (size_t i = 0; i < slots->count; i++) *index_place(slots, key_at(slots, i)) = (uint32_t)i + 1;
  return true;
}

void *cyn_i_slots_entry(cyn_i_slots *slots, cyn_bytes key) {
  if (slots->count < INDEX_FROM) {
    for (size_t i = 0; i < slots->count; i++) {
      if (same(key_at(slots, i), key)) return slots->at + i * slots->slot_size;
    }
    void *fresh = cyn_i_slots_next(slots);
    if (fresh != NULL) memcpy(fresh, &key, sizeof key);
    return fresh;
  }
  if ((slots->count + 1) * 2 > slots->index_size && !index_rebuild(slots)) return NULL;
  uint32_t *place = index_place(slots, key);
  if (*place != 0) return slots->at + (*place - 1) * slots->slot_size;
  void *fresh = cyn_i_slots_next(slots);
  if (fresh == NULL) return NULL;
  memcpy(fresh, &key, sizeof key);
  *place = (uint32_t)slots->count;
  return fresh;
}
