/* See item_names.h. A pair is marked as overwritten by the top bit of its value's type, until compaction. */
#include "value/item_names.h"

#include "base/hash.h"
#include "value/item.h"

#define OVERWRITTEN 0x80
#define TABLE_SIZE_FIRST 64

void cyn_i_item_names_init(cyn_i_item_names *names, cyn_i_arena *arena, size_t first) {
  names->arena = arena;
  names->first = first;
  names->seen = 0;
  names->count = 0;
  names->overwritten = false;
  names->table = NULL;
}

static inline cyn_bytes name_at(const cyn_i_buf *buf, size_t at) {
  return (cyn_bytes){(const char *)buf->data + at + 2, cyn_i_get_u16(buf->data + at)};
}

static inline bool same_name(cyn_bytes a, cyn_bytes b) { return a.size == b.size && memcmp(a.data, b.data, a.size) == 0; }

static void overwrite(cyn_i_item_names *names, cyn_i_buf *buf, size_t at) {
  cyn_bytes name = name_at(buf, at);
  buf->data[at + 2 + name.size] |= OVERWRITTEN;
  names->overwritten = true;
}

/* Puts the name at `at` into the table, in the place of an equal one, whose offset is returned (or SIZE_MAX). */
static size_t table_put(cyn_i_item_names *names, const cyn_i_buf *buf, size_t at) {
  cyn_bytes name = name_at(buf, at);
  uint32_t slot = (uint32_t)cyn_i_hash64(name) & names->mask;
  for (; names->table[slot] != 0; slot = (slot + 1) & names->mask) {
    size_t other = names->first + names->table[slot] - 1;
    if (!same_name(name, name_at(buf, other))) continue;
    names->table[slot] = (uint32_t)(at - names->first) + 1;
    return other;
  }
  names->table[slot] = (uint32_t)(at - names->first) + 1;
  names->count++;
  return SIZE_MAX;
}

/* Makes a table of `size` slots out of what there is. */
static bool table_grow(cyn_i_item_names *names, const cyn_i_buf *buf, uint32_t size) {
  uint32_t *old = names->table, old_size = old != NULL ? names->mask + 1 : names->count;
  names->table = cyn_i_arena_zalloc(names->arena, size, sizeof *names->table);
  if (names->table == NULL) return false;
  names->mask = size - 1;
  names->count = 0;
  for (uint32_t i = 0; i < old_size; i++) {
    if (old == NULL)
      (void)table_put(names, buf, names->first + names->offsets[i]);
    else if (old[i] != 0)
      (void)table_put(names, buf, names->first + old[i] - 1);
  }
  return true;
}

static void add_to_table(cyn_i_item_names *names, cyn_i_buf *buf, size_t at) {
  bool full = names->table == NULL || names->count >= names->mask / 2;
  uint32_t size = names->table == NULL ? TABLE_SIZE_FIRST : (names->mask + 1) * 2;
  if (at - names->first >= UINT32_MAX - 1 || (full && (size == 0 || !table_grow(names, buf, size)))) {
    buf->failed = true;
    return;
  }
  size_t older = table_put(names, buf, at);
  if (older != SIZE_MAX) overwrite(names, buf, older);
}

void cyn_i_item_names_add_slow(cyn_i_item_names *names, cyn_i_buf *buf, size_t at, uint32_t hash) {
  if (names->table != NULL || names->count >= CYN_ITEM_NAMES_FEW || at - names->first > UINT32_MAX) {
    add_to_table(names, buf, at);
    return;
  }
  cyn_bytes name = name_at(buf, at);
  uint32_t i = 0;
  while (i < names->count &&
         (names->hashes[i] != hash || !same_name(name, name_at(buf, names->first + names->offsets[i]))))
    i++;
  if (i < names->count) overwrite(names, buf, names->first + names->offsets[i]);
  names->seen |= (uint64_t)1 << (hash & 63);
  names->hashes[i] = hash;
  names->offsets[i] = (uint32_t)(at - names->first);
  if (i == names->count) names->count++;
}

size_t cyn_i_item_names_compact(const cyn_i_item_names *names, cyn_i_buf *buf, uint32_t *count) {
  uint8_t *from = buf->data + names->first, *to = from, *end = buf->data + buf->size;
  size_t size = 0;
  *count = 0;
  while (from < end) {
    size_t name_size = cyn_i_get_u16(from);
    uint8_t *value = from + 2 + name_size;
    bool overwritten = (value[0] & OVERWRITTEN) != 0;
    value[0] &= (uint8_t)~OVERWRITTEN;
    size_t value_size = cyn_i_value_size(value), pair_size = 2 + name_size + value_size;
    if (!overwritten) {
      size += name_size + cyn_i_value_dynamodb_size(value);
      memmove(to, from, pair_size);
      to += pair_size;
      ++*count;
    }
    from += pair_size;
  }
  buf->size = (size_t)(to - buf->data);
  return size;
}
