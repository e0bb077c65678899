/* A list or map under construction: equal slots that grow in the arena. */
#ifndef CYN_API_SLOTS_H
#define CYN_API_SLOTS_H

#include <string.h>

#include <cynamo/value.h>

#include "base/arena.h"

typedef struct cyn_i_slots {
  cyn_i_arena *arena;
  uint8_t *at;
  size_t count, capacity, slot_size;
  uint32_t *index;   /* of a map that has grown large: open addressing, slot number + 1, 0 is empty */
  size_t index_size; /* a power of two */
} cyn_i_slots;

/* What slots hold is of a few sizes: copied and cleared without a call. */
static inline void cyn_i_slot_clear(void *at, size_t size) {
  switch (size) {
    case 8: memset(at, 0, 8); return;
    case 16: memset(at, 0, 16); return;
    case 24: memset(at, 0, 24); return;
    default: memset(at, 0, size);
  }
}
static inline void cyn_i_slot_copy(void *to, const void *from, size_t size) {
  switch (size) {
    case 8: memcpy(to, from, 8); return;
    case 16: memcpy(to, from, 16); return;
    case 24: memcpy(to, from, 24); return;
    default: memcpy(to, from, size);
  }
}

/* A new zeroed slot at the end; NULL when out of memory. */
void *cyn_i_slots_next(cyn_i_slots *slots);
/* For slots that begin with their key (cyn_bytes): the slot of this key, a new one if there is none yet. NULL when out of
 * memory. A slot's place is good until the next call. */
void *cyn_i_slots_entry(cyn_i_slots *slots, cyn_bytes key);

#endif
