/* Pairs of an item or M in the order of their names: for comparing maps and for finding duplicate names. */
#ifndef CYN_VALUE_PAIR_ORDER_H
#define CYN_VALUE_PAIR_ORDER_H

#include "value/item.h"

typedef struct cyn_i_pair_ref {
  cyn_bytes name;
  const uint8_t *value;
} cyn_i_pair_ref;

/* `refs` has room for every pair that is left. */
void cyn_i_pair_refs_fill(cyn_i_pair_ref *refs, cyn_i_pairs pairs);
/* In place, by names as bytes; no recursion, no memory, no slow input. */
void cyn_i_pair_refs_sort(cyn_i_pair_ref *refs, size_t count);

#endif
