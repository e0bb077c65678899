/* Whether bytes from outside are an item: every length is checked against what is left before anything behind it is
 * read, and everything is demanded that the readers of item.h rely on. */
#include "base/alloc.h"
#include "value/item.h"
#include "value/number.h"
#include "value/pair_order.h"
#include "value/utf8.h"

static bool value_check(const uint8_t *value, size_t left, unsigned depth, size_t *size);

/* Finds the next element's content in a set; false when it does not fit. */
static bool element_check(uint8_t set_type, const uint8_t **p, size_t *left, cyn_bytes *content) {
  size_t head = set_type == CYN_TYPE_NS ? 1 : 4;
  if (*left < head) return false;
  size_t size = head == 1 ? **p : cyn_i_get_u32(*p);
  if (size > *left - head) return false;
  *content = (cyn_bytes){(const char *)*p + head, size};
  *p += head + size;
  *left -= head + size;
  if (set_type == CYN_TYPE_NS) return cyn_i_number_is_valid((const uint8_t *)content->data, size);
  return set_type != CYN_TYPE_SS || cyn_i_utf8_is_valid(*content);
}

static bool set_check(uint8_t type, const uint8_t *p, size_t left, uint32_t count) {
  cyn_bytes previous = {NULL, 0}, content;
  if (count == 0) return false;
  for (uint32_t i = 0; i < count; i++) {
    if (!element_check(type, &p, &left, &content)) return false;
    if (i != 0 && cyn_i_content_compare(previous, content) >= 0) return false;
    previous = content;
  }
  return left == 0;
}

#define SORT_ABOVE 24

static bool few_names_differ(cyn_i_pairs pairs) {
  cyn_i_pair_ref refs[SORT_ABOVE];
  cyn_i_pair_refs_fill(refs, pairs);
  for (uint32_t i = 1; i < pairs.left; i++)
    for (uint32_t k = 0; k < i; k++)
      if (refs[i].name.size == refs[k].name.size && memcmp(refs[i].name.data, refs[k].name.data, refs[i].name.size) == 0)
        return false;
  return true;
}

/* The pairs have been checked. Without memory for sorting, an item of many names is refused. */
static bool names_differ(cyn_i_pairs pairs) {
  uint32_t count = pairs.left;
  if (count <= SORT_ABOVE) return few_names_differ(pairs);
  cyn_i_pair_ref *refs = cyn_i_alloc(sizeof *refs * (size_t)count);
  if (refs == NULL) return false;
  cyn_i_pair_refs_fill(refs, pairs);
  cyn_i_pair_refs_sort(refs, count);
  bool differ = true;
  for (uint32_t i = 1; differ && i < count; i++) differ = cyn_i_content_compare(refs[i - 1].name, refs[i].name) != 0;
  cyn_i_free(refs);
  return differ;
}

static bool pairs_check(const uint8_t *p, size_t left, uint32_t count, unsigned depth) {
  const uint8_t *first = p;
  size_t size;
  for (uint32_t i = 0; i < count; i++) {
    if (left < 2) return false;
    size_t name_size = cyn_i_get_u16(p);
    if (name_size == 0 || name_size > left - 2) return false;
    if (!cyn_i_utf8_is_valid((cyn_bytes){(const char *)p + 2, name_size})) return false;
    p += 2 + name_size;
    left -= 2 + name_size;
    if (!value_check(p, left, depth, &size)) return false;
    p += size;
    left -= size;
  }
  return left == 0 && names_differ((cyn_i_pairs){first, count});
}

static bool list_check(const uint8_t *p, size_t left, uint32_t count, unsigned depth) {
  size_t size;
  for (uint32_t i = 0; i < count; i++) {
    if (!value_check(p, left, depth, &size)) return false;
    p += size;
    left -= size;
  }
  return left == 0;
}

/* `left` bytes follow the length field; `depth` is the number of L and M around this value. */
static bool sized_check(const uint8_t *value, size_t size, unsigned depth) {
  uint8_t type = value[0];
  if (type == CYN_TYPE_S) return cyn_i_utf8_is_valid((cyn_bytes){(const char *)value + 5, size});
  if (type == CYN_TYPE_B) return true;
  if (size < 4) return false;
  const uint8_t *p = value + 9;
  uint32_t count = cyn_i_value_count(value);
  size -= 4;
  if (count > size) return false; /* every element takes at least one byte */
  if (type != CYN_TYPE_L && type != CYN_TYPE_M) return set_check(type, p, size, count);
  if (depth >= CYN_ITEM_DEPTH_MAX) return false;
  return type == CYN_TYPE_L ? list_check(p, size, count, depth + 1) : pairs_check(p, size, count, depth + 1);
}

/* Checks the value at the front of `left` bytes and gives its size. */
static bool value_check(const uint8_t *value, size_t left, unsigned depth, size_t *size) {
  if (left == 0) return false;
  switch (value[0]) {
    case CYN_TYPE_NULL: *size = 1; return true;
    case CYN_TYPE_BOOL: *size = 2; return left >= 2 && value[1] <= 1;
    case CYN_TYPE_N:
      if (left < 2 || value[1] > left - 2) return false;
      *size = 2 + (size_t)value[1];
      return cyn_i_number_is_valid(value + 2, value[1]);
    default: break;
  }
  if (value[0] < CYN_TYPE_S || value[0] > CYN_TYPE_BOOL || left < 5) return false;
  size_t behind = cyn_i_get_u32(value + 1);
  if (behind > left - 5) return false;
  *size = 5 + behind;
  return sized_check(value, behind, depth);
}

bool cyn_i_value_is_valid(const uint8_t *value, size_t size) {
  size_t found;
  return value != NULL && value_check(value, size, 0, &found) && found == size;
}

bool cyn_i_item_is_valid(const uint8_t *item, size_t size) {
  if (item == NULL || size < CYN_ITEM_HEADER_SIZE || item[0] != CYN_ITEM_VERSION) return false;
  uint32_t count = cyn_i_item_count(item);
  if (count > size) return false;
  if (!pairs_check(item + CYN_ITEM_HEADER_SIZE, size - CYN_ITEM_HEADER_SIZE, count, 0)) return false;
  cyn_i_pairs pairs = cyn_i_item_pairs(item);
  cyn_bytes name;
  const uint8_t *value;
  size_t measured = 0;
  while (cyn_i_pairs_next(&pairs, &name, &value)) measured += name.size + cyn_i_value_dynamodb_size(value);
  return measured == cyn_i_item_dynamodb_size(item);
}
