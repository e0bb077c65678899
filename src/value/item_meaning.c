/* What values mean: equality, DynamoDB's size, depth. Recursion follows the nesting of L and M, which every way into an
 * item bounds at CYN_ITEM_DEPTH_MAX. */
#include "base/alloc.h"
#include "value/item.h"
#include "value/number.h"
#include "value/pair_order.h"

/* ---- equality ---- */

static bool lists_equal(const uint8_t *a, const uint8_t *b) {
  cyn_i_elements left = cyn_i_value_elements(a), right = cyn_i_value_elements(b);
  const uint8_t *x, *y;
  if (left.left != right.left) return false;
  while (cyn_i_list_next(&left, &x) && cyn_i_list_next(&right, &y))
    if (!cyn_i_value_equal(x, y)) return false;
  return true;
}

/* Both maps have `count` pairs. Sorting keeps large maps in different orders from costing the square of their size. */
static bool maps_equal_sorted(const uint8_t *a, const uint8_t *b, uint32_t count, bool *no_memory) {
  cyn_i_pair_ref *refs = cyn_i_alloc(2 * sizeof *refs * (size_t)count);
  *no_memory = refs == NULL;
  if (refs == NULL) return false;
  cyn_i_pair_ref *right = refs + count;
  cyn_i_pair_refs_fill(refs, cyn_i_map_pairs(a));
  cyn_i_pair_refs_fill(right, cyn_i_map_pairs(b));
  cyn_i_pair_refs_sort(refs, count);
  cyn_i_pair_refs_sort(right, count);
  bool equal = true;
  for (uint32_t i = 0; equal && i < count; i++)
    equal = cyn_i_content_compare(refs[i].name, right[i].name) == 0 && cyn_i_value_equal(refs[i].value, right[i].value);
  cyn_i_free(refs);
  return equal;
}

#define SORT_ABOVE 32

static bool maps_equal(const uint8_t *a, const uint8_t *b) {
  cyn_i_pairs left = cyn_i_map_pairs(a), right = cyn_i_map_pairs(b);
  uint32_t count = left.left;
  if (count != right.left) return false;
  cyn_bytes name, other;
  const uint8_t *x, *y;
  bool no_memory;
  while (cyn_i_pairs_next(&left, &name, &x)) {
    if (cyn_i_pairs_next(&right, &other, &y) && cyn_i_content_compare(name, other) == 0) {
      if (!cyn_i_value_equal(x, y)) return false; /* in the same order so far */
      continue;
    }
    right.left = 0;
    if (count > SORT_ABOVE) {
      bool equal = maps_equal_sorted(a, b, count, &no_memory);
      if (!no_memory) return equal;
    }
    y = cyn_i_map_find(b, name);
    if (y == NULL || !cyn_i_value_equal(x, y)) return false;
    count = 0; /* sort at most once */
  }
  return true;
}

bool cyn_i_value_equal(const uint8_t *a, const uint8_t *b) {
  if (a[0] != b[0]) return false;
  if (a[0] == CYN_TYPE_M) return maps_equal(a, b);
  if (a[0] == CYN_TYPE_L) return lists_equal(a, b);
  size_t size = cyn_i_value_size(a);
  return size == cyn_i_value_size(b) && memcmp(a, b, size) == 0;
}

/* ---- measures ---- */

static size_t set_size(const uint8_t *value) {
  cyn_i_elements elements = cyn_i_value_elements(value);
  cyn_bytes content;
  if (value[0] != CYN_TYPE_NS) /* all but the counts */
    return cyn_i_get_u32(value + 1) - 4 - 4 * (size_t)elements.left;
  size_t size = 0;
  while (cyn_i_set_next(&elements, &content))
    size += cyn_i_number_dynamodb_size((const uint8_t *)content.data, content.size);
  return size;
}

static size_t container_size(const uint8_t *value) {
  size_t size = 3 + (size_t)cyn_i_value_count(value);
  const uint8_t *child;
  if (value[0] == CYN_TYPE_L) {
    cyn_i_elements elements = cyn_i_value_elements(value);
    while (cyn_i_list_next(&elements, &child)) size += cyn_i_value_dynamodb_size(child);
  } else {
    cyn_i_pairs pairs = cyn_i_map_pairs(value);
    cyn_bytes name;
    while (cyn_i_pairs_next(&pairs, &name, &child)) size += name.size + cyn_i_value_dynamodb_size(child);
  }
  return size;
}

size_t cyn_i_value_dynamodb_size(const uint8_t *value) {
  switch (value[0]) {
    case CYN_TYPE_S:
    case CYN_TYPE_B: return cyn_i_get_u32(value + 1);
    case CYN_TYPE_N: return cyn_i_number_dynamodb_size(value + 2, value[1]);
    case CYN_TYPE_SS:
    case CYN_TYPE_NS:
    case CYN_TYPE_BS: return set_size(value);
    case CYN_TYPE_L:
    case CYN_TYPE_M: return container_size(value);
    default: return 1;
  }
}

unsigned cyn_i_value_depth(const uint8_t *value) {
  unsigned depth = 0, child_depth;
  const uint8_t *child;
  if (value[0] == CYN_TYPE_L) {
    cyn_i_elements elements = cyn_i_value_elements(value);
    while (cyn_i_list_next(&elements, &child)) {
      child_depth = cyn_i_value_depth(child);
      if (child_depth > depth) depth = child_depth;
    }
    return depth + 1;
  }
  if (value[0] == CYN_TYPE_M) {
    cyn_i_pairs pairs = cyn_i_map_pairs(value);
    cyn_bytes name;
    while (cyn_i_pairs_next(&pairs, &name, &child)) {
      child_depth = cyn_i_value_depth(child);
      if (child_depth > depth) depth = child_depth;
    }
    return depth + 1;
  }
  return 0;
}
