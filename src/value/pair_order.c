/* See pair_order.h. */
#include "value/pair_order.h"

void cyn_i_pair_refs_fill(cyn_i_pair_ref *refs, cyn_i_pairs pairs) {
  while (cyn_i_pairs_next(&pairs, &refs->name, &refs->value)) refs++;
}

static void sift_down(cyn_i_pair_ref *refs, size_t at, size_t count) {
  cyn_i_pair_ref moved = refs[at];
  for (;;) {
    size_t child = 2 * at + 1;
    if (child >= count) break;
    if (child + 1 < count && cyn_i_content_compare(refs[child].name, refs[child + 1].name) < 0) child++;
    if (cyn_i_content_compare(moved.name, refs[child].name) >= 0) break;
    refs[at] = refs[child];
    at = child;
  }
  refs[at] = moved;
}

void cyn_i_pair_refs_sort(cyn_i_pair_ref *refs, size_t count) {
  for (size_t i = count / 2; i-- > 0;) sift_down(refs, i, count);
  for (size_t last = count; last-- > 1;) {
    cyn_i_pair_ref largest = refs[0];
    refs[0] = refs[last];
    refs[last] = largest;
    sift_down(refs, 0, last);
  }
}
