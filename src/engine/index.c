/* See index.h. The old entries' keys follow from the old item, which the write has declared, so they need not be read. */
#include "engine/index.h"

#include <string.h>

#include "engine/item_key.h"
#include "value/item.h"

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

static void count_change(cyn_i_effect_list *list, uint32_t space, bool had, uint32_t old_size, bool has,
                         uint32_t new_size) {
  cyn_i_effect_add(list, space, 'n', (int64_t)has - (int64_t)had);
  cyn_i_effect_add(list, space, 'b', (int64_t)(has ? new_size : 0) - (int64_t)(had ? old_size : 0));
}

static bool same_key(const cyn_i_store_key *a, const cyn_i_store_key *b) {
  return a->hash == b->hash && same(a->partition, b->partition) && same(a->sort, b->sort);
}

static double write_units(uint32_t size) { return size <= 1024 ? 1.0 : (double)((size + 1023) / 1024); }

/* Returns by how many bytes the index has grown. */
static int64_t index_change(cyn_i_effect_list *list, const cyn_i_table *table, const cyn_i_index *index,
                            cyn_bytes old_stored, cyn_bytes new_stored, double *units) {
  cyn_i_index_entry before = {0}, after = {0};
  if ((old_stored.data != NULL && !cyn_i_index_entry_make(table, index, old_stored, list->arena, &before)) ||
      (new_stored.data != NULL && !cyn_i_index_entry_make(table, index, new_stored, list->arena, &after))) {
    list->failed = true;
    return 0;
  }
  double used = 0;
  if (before.present && after.present && same_key(&before.key, &after.key)) {
    if (!same(before.value, after.value)) {
      cyn_i_effect_put(list, &after.key, after.value);
      used = write_units(before.dynamodb_size > after.dynamodb_size ? before.dynamodb_size : after.dynamodb_size);
    }
  } else {
    if (before.present) {
      cyn_i_effect_put(list, &before.key, (cyn_bytes){NULL, 0});
      used += write_units(before.dynamodb_size);
    }
    if (after.present) {
      cyn_i_effect_put(list, &after.key, after.value);
      used += write_units(after.dynamodb_size);
    }
  }
  count_change(list, index->space, before.present, before.dynamodb_size, after.present, after.dynamodb_size);
  if (units != NULL) *units = used;
  return (int64_t)(after.present ? after.dynamodb_size : 0) - (int64_t)(before.present ? before.dynamodb_size : 0);
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
  for (size_t i = 0; i < table->index_count; i++) {
    const cyn_i_index *index = &table->indexes[i];
    if (index->state == CYN_INDEX_DELETING) continue;
    int64_t grown = index_change(list, table, index, old_stored, new_stored, units != NULL ? &units[i] : NULL);
    if (!index->is_global) collection += grown;
  }
  if (table->has_local_indexes) count_collection(list, table, key, collection);
  if (table->ttl_space != 0) ttl_change(list, table, key, old_stored, new_stored);
}
