/* See index.h. The old entries' keys follow from the old item, which the write has declared, so they need not be read. */
#include "engine/index.h"

#include <string.h>

#include "engine/change_record.h"
#include "engine/item_key.h"
#include "value/pair_order.h"

static bool same(cyn_bytes a, cyn_bytes b) { return a.size == b.size && memcmp(a.data, b.data, a.size) == 0; }

static bool is_part(const cyn_i_key_part *parts, size_t count, cyn_bytes name) {
  for (size_t i = 0; i < count; i++)
    if (same(parts[i].name, name)) return true;
  return false;
}

bool cyn_i_index_has_attribute(const cyn_i_table *table, const cyn_i_index *index, cyn_bytes name) {
  if (index->projection == CYN_PROJECT_ALL) return true;
  if (same(table->hash.name, name) || (table->has_range && same(table->range.name, name))) return true;
  if (is_part(index->hash, index->hash_count, name) || is_part(index->range, index->range_count, name)) return true;
  if (index->projection == CYN_PROJECT_INCLUDE)
    for (size_t i = 0; i < index->non_key_count; i++)
      if (same(index->non_key[i], name)) return true;
  return false;
}

void cyn_i_index_project(const cyn_i_table *table, const cyn_i_index *index, const uint8_t *item, cyn_i_buf *buf) {
  cyn_i_item_writer writer;
  cyn_i_item_begin(&writer, buf);
  cyn_i_pairs pairs = cyn_i_item_pairs(item);
  cyn_bytes name;
  const uint8_t *value;
  while (cyn_i_pairs_next(&pairs, &name, &value))
    if (cyn_i_index_has_attribute(table, index, name)) cyn_i_item_pair(&writer, name, value);
  cyn_i_item_end(&writer);
}

static uint64_t projected_bytes(const cyn_i_table *table, const cyn_i_index *index, const uint8_t *item) {
  if (index->projection == CYN_PROJECT_ALL) return cyn_i_item_dynamodb_size(item);
  uint64_t bytes = 0;
  cyn_i_pairs pairs = cyn_i_item_pairs(item);
  cyn_bytes name;
  const uint8_t *value;
  while (cyn_i_pairs_next(&pairs, &name, &value))
    if (cyn_i_index_has_attribute(table, index, name)) bytes += name.size + cyn_i_value_dynamodb_size(value);
  return bytes;
}

uint64_t cyn_i_index_local_bytes(const cyn_i_table *table, const uint8_t *item) {
  uint64_t bytes = 0;
  cyn_i_index_parts parts;
  for (size_t i = 0; i < table->index_count && !table->indexes[i].is_global; i++)
    if (cyn_i_index_parts_of(&table->indexes[i], item, &parts)) bytes += projected_bytes(table, &table->indexes[i], item);
  return bytes;
}

bool cyn_i_index_entry_make(const cyn_i_table *table, const cyn_i_index *index, cyn_bytes stored, cyn_i_arena *arena,
                            cyn_i_index_entry *out) {
  const uint8_t *item = cyn_i_stored_item(stored);
  if (!cyn_i_index_key(table, index, item, arena, &out->key, &out->present)) return false;
  if (!out->present) return true;
  if (index->projection == CYN_PROJECT_ALL) {
    out->value = stored;
  } else {
    cyn_i_buf buf;
    cyn_i_buf_init(&buf, arena);
    cyn_i_index_project(table, index, item, &buf);
    out->value = cyn_i_stored_finish(&buf, 0);
    if (out->value.data == NULL) return false;
  }
  out->dynamodb_size = cyn_i_item_dynamodb_size((const uint8_t *)out->value.data);
  return true;
}

static bool grow(cyn_i_effect_list *list, void **array, size_t count, size_t *capacity, size_t size) {
  if (count < *capacity) return true;
  size_t larger = *capacity != 0 ? *capacity * 2 : 8;
  void *moved = cyn_i_arena_grow(list->arena, *array, *capacity * size, larger * size);
  if (moved == NULL) {
    list->failed = true;
    return false;
  }
  *array = moved;
  *capacity = larger;
  return true;
}

void cyn_i_effect_put(cyn_i_effect_list *list, const cyn_i_store_key *key, cyn_bytes value) {
  if (!grow(list, (void **)&list->puts, list->put_count, &list->put_capacity, sizeof *list->puts)) return;
  list->puts[list->put_count++] = (cyn_i_store_put){*key, value};
}

void cyn_i_effect_add(cyn_i_effect_list *list, uint32_t space, char kind, int64_t delta) {
  if (delta == 0) return;
  uint8_t *sort = cyn_i_arena_alloc(list->arena, 5);
  if (sort == NULL || !grow(list, (void **)&list->adds, list->add_count, &list->add_capacity, sizeof *list->adds)) {
    list->failed = true;
    return;
  }
  list->adds[list->add_count++] = (cyn_i_store_add){cyn_i_counter_key(space, kind, sort), delta};
}

bool cyn_i_effect_log_room(cyn_i_effect_list *list) {
  return grow(list, (void **)&list->logs, list->log_count, &list->log_capacity, sizeof *list->logs);
}

static void count_change(cyn_i_effect_list *list, uint32_t space, bool had, uint32_t old_size, bool has,
                         uint32_t new_size) {
  cyn_i_effect_add(list, space, 'n', (int64_t)has - (int64_t)had);
  cyn_i_effect_add(list, space, 'b', (int64_t)(has ? new_size : 0) - (int64_t)(had ? old_size : 0));
}

static double write_units(uint32_t size) { return size <= 1024 ? 1.0 : (double)((size + 1023) / 1024); }

/* One item's change, as its indexes see it. */
typedef struct item_change {
  cyn_i_effect_list *list;
  const cyn_i_table *table;
  const cyn_i_store_key *key;
  cyn_bytes old_stored, new_stored; /* data NULL: no item */
  cyn_bytes tail;                   /* of the entries' sort keys; made when the first entry changes */
} item_change;

/* An entry's value; for an index that holds everything it is the stored item itself. */
static cyn_bytes entry_value(item_change *change, const cyn_i_index *index, cyn_bytes stored) {
  if (index->projection == CYN_PROJECT_ALL) return stored;
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, change->list->arena);
  cyn_i_index_project(change->table, index, cyn_i_stored_item(stored), &buf);
  cyn_bytes value = cyn_i_stored_finish(&buf, 0);
  change->list->failed = change->list->failed || value.data == NULL;
  return value;
}

static void entry_put(item_change *change, const cyn_i_index *index, const cyn_i_index_parts *parts, cyn_bytes value) {
  cyn_i_arena *arena = change->list->arena;
  const uint8_t *item = cyn_i_stored_item(change->new_stored.data != NULL ? change->new_stored : change->old_stored);
  if (change->tail.data == NULL) change->tail = cyn_i_index_tail(change->table, change->key, item, arena);
  cyn_i_store_key key;
  if (change->tail.data == NULL || !cyn_i_index_key_from(index, parts, change->tail, arena, &key)) {
    change->list->failed = true;
    return;
  }
  cyn_i_effect_put(change->list, &key, value);
}

bool cyn_i_stored_equal(cyn_bytes a, cyn_bytes b, cyn_i_arena *arena) {
  if (a.size != b.size) return false;
  if (memcmp(a.data, b.data, a.size) == 0) return true;
  const uint8_t *left = cyn_i_stored_item(a), *right = cyn_i_stored_item(b);
  uint32_t count = cyn_i_item_count(left);
  if (count != cyn_i_item_count(right)) return false;
  cyn_i_pair_ref *refs = cyn_i_arena_alloc(arena, 2 * (size_t)count * sizeof *refs);
  if (refs == NULL) return false;
  cyn_i_pair_refs_fill(refs, cyn_i_item_pairs(left));
  cyn_i_pair_refs_fill(refs + count, cyn_i_item_pairs(right));
  cyn_i_pair_refs_sort(refs, count);
  cyn_i_pair_refs_sort(refs + count, count);
  for (uint32_t i = 0; i < count; i++)
    if (!same(refs[i].name, refs[count + i].name) || !cyn_i_value_equal(refs[i].value, refs[count + i].value)) return false;
  return true;
}

/* Returns by how many bytes the index has grown. */
static int64_t index_change(item_change *change, const cyn_i_index *index, double *units) {
  cyn_i_index_parts before, after;
  bool had = change->old_stored.data != NULL &&
             cyn_i_index_parts_of(index, cyn_i_stored_item(change->old_stored), &before);
  bool has = change->new_stored.data != NULL &&
             cyn_i_index_parts_of(index, cyn_i_stored_item(change->new_stored), &after);
  cyn_bytes old_value = had ? entry_value(change, index, change->old_stored) : (cyn_bytes){NULL, 0};
  cyn_bytes new_value = has ? entry_value(change, index, change->new_stored) : (cyn_bytes){NULL, 0};
  if (change->list->failed) return 0;
  uint32_t old_size = had ? cyn_i_item_dynamodb_size(cyn_i_stored_item(old_value)) : 0;
  uint32_t new_size = has ? cyn_i_item_dynamodb_size(cyn_i_stored_item(new_value)) : 0;
  double used = 0;
  if (had && has && cyn_i_index_parts_equal(index, &before, &after)) {
    /* an entry that holds the same attributes in another order need not be written */
    if (!cyn_i_stored_equal(old_value, new_value, change->list->arena)) {
      entry_put(change, index, &after, new_value);
      used = write_units(old_size > new_size ? old_size : new_size);
    }
  } else {
    if (had) entry_put(change, index, &before, (cyn_bytes){NULL, 0});
    if (has) entry_put(change, index, &after, new_value);
    used = (had ? write_units(old_size) : 0) + (has ? write_units(new_size) : 0);
  }
  count_change(change->list, index->space, had, old_size, has, new_size);
  if (units != NULL) *units = used;
  return (int64_t)new_size - (int64_t)old_size;
}

cyn_i_store_key cyn_i_collection_counter_key(const cyn_i_table *table, const cyn_i_store_key *item_key, uint8_t out_sort[5]) {
  cyn_i_store_key key = cyn_i_counter_key(table->space, 'c', out_sort);
  key.hash = item_key->hash;
  key.partition = item_key->partition;
  return key;
}

static void count_collection(cyn_i_effect_list *list, const cyn_i_table *table, const cyn_i_store_key *key, int64_t delta) {
  if (delta == 0) return;
  uint8_t *sort = cyn_i_arena_alloc(list->arena, 5);
  if (sort == NULL || !grow(list, (void **)&list->adds, list->add_count, &list->add_capacity, sizeof *list->adds)) {
    list->failed = true;
    return;
  }
  list->adds[list->add_count++] = (cyn_i_store_add){cyn_i_collection_counter_key(table, key, sort), delta};
}

static void ttl_change(cyn_i_effect_list *list, const cyn_i_table *table, const cyn_i_store_key *key, cyn_bytes old_stored,
                       cyn_bytes new_stored) {
  cyn_i_store_key before, after;
  bool had = false, has = false;
  if ((old_stored.data != NULL &&
       !cyn_i_ttl_key(table, key, cyn_i_stored_item(old_stored), list->arena, &before, &had)) ||
      (new_stored.data != NULL &&
       !cyn_i_ttl_key(table, key, cyn_i_stored_item(new_stored), list->arena, &after, &has))) {
    list->failed = true;
    return;
  }
  if (had && has && same(before.sort, after.sort)) return;
  if (had) cyn_i_effect_put(list, &before, (cyn_bytes){NULL, 0});
  if (has) cyn_i_effect_put(list, &after, (cyn_bytes){"", 0});
}

void cyn_i_effects_of_change(cyn_i_effect_list *list, const cyn_i_table *table, const cyn_i_store_key *key,
                             cyn_bytes old_stored, cyn_bytes new_stored, double *units) {
  if (old_stored.data == NULL && new_stored.data == NULL) return;
  cyn_i_effect_put(list, key, new_stored);
  uint32_t old_size = old_stored.data != NULL ? cyn_i_item_dynamodb_size(cyn_i_stored_item(old_stored)) : 0;
  uint32_t new_size = new_stored.data != NULL ? cyn_i_item_dynamodb_size(cyn_i_stored_item(new_stored)) : 0;
  count_change(list, table->space, old_stored.data != NULL, old_size, new_stored.data != NULL, new_size);
  int64_t collection = (int64_t)new_size - (int64_t)old_size;
  item_change change = {list, table, key, old_stored, new_stored, {NULL, 0}};
  for (size_t i = 0; i < table->index_count; i++) {
    const cyn_i_index *index = &table->indexes[i];
    if (index->state == CYN_INDEX_DELETING) continue;
    int64_t grown = index_change(&change, index, units != NULL ? &units[i] : NULL);
    if (!index->is_global) collection += grown;
  }
  if (table->has_local_indexes) count_collection(list, table, key, collection);
  if (table->ttl_space != 0) ttl_change(list, table, key, old_stored, new_stored);
  if (table->stream_log != 0) cyn_i_change_log(list, table, old_stored, new_stored);
}
