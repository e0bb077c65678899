/* A list or map under construction: equal slots that grow in the arena. */
#ifndef CYN_API_SLOTS_H
#define CYN_API_SLOTS_H

#include <cynamo/value.h>

#include "base/arena.h"

typedef struct cyn_i_slots {
  cyn_i_arena *arena;
  uint8_t *at;
  size_t count, capacity, slot_size;
  uint32_t *index;   /* of a map that has grown large: open addressing, slot number + 1, 0 is empty */
  size_t index_size; /* a power of two */
} cyn_i_slots;

/* A new zeroed slot at the end; NULL when out of memory. */
void *cyn_i_slots_next(cyn_i_slots *slots);
/* For slots that begin with their key (cyn_bytes): the slot of this key, a new one if there is none yet. NULL when out of
 * memory. A slot's place is good until the next call. */
void *cyn_i_slots_entry(cyn_i_slots *slots, cyn_bytes key);

#endif
