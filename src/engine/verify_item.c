/* Items and entries of a file, one by one. An item's bytes are judged by their checksum and format first, so that what
 * follows may read them; then it must stand where its key says, and every index and the queue of expiring items must hold
 * for it what the engine would write now. Because an entry's key holds its item's, two items never share an entry: when
 * every item has its entries and a space holds no more than those, each entry has its item too. Only where the numbers
 * differ are the strays looked for one by one. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "engine/index.h"
#include "engine/item_key.h"
#include "engine/verify_private.h"
#include "value/number.h"
#include "value/pair_order.h"

#define ARENA_KEEP ((size_t)4 << 20)

static bool same(cyn_bytes a, cyn_bytes b) { return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0); }

static bool same_key(const cyn_i_store_key *a, const cyn_i_store_key *b) {
  return a->space == b->space && a->hash == b->hash && same(a->partition, b->partition) && same(a->sort, b->sort);
}

/* ---- telling ---- */

static void content_text(cyn_type type, cyn_bytes content, char *out, size_t out_size) {
  char number[CYN_NUMBER_TEXT_MAX];
  bool is_number = type == CYN_TYPE_N && cyn_i_number_is_valid((const uint8_t *)content.data, content.size);
  if (is_number) {
    size_t size = cyn_i_number_format((const uint8_t *)content.data, content.size, number);
    (void)snprintf(out, out_size, "%.*s", (int)size, number);
  } else {
    (void)cyn_i_fault_bytes(content, out, out_size);
  }
}

static void part_text(const cyn_i_key_part *part, const uint8_t *item, char *out, size_t out_size) {
  const uint8_t *value = cyn_i_item_find(item, part->name);
  char name[80], text[160];
  if (value == NULL || cyn_i_value_type(value) != part->type) {
    out[0] = '\0';
    return;
  }
  content_text(part->type, cyn_i_value_content(value), text, sizeof text);
  (void)snprintf(out, out_size, "%s=%s", cyn_i_fault_bytes(part->name, name, sizeof name), text);
}

void cyn_i_verify_item_fault(cyn_i_verify_state *v, const uint8_t *item, const char *reason) {
  char name[900], hash[256], range[256] = "";
  const cyn_i_table *table = v->space->table;
  part_text(&table->hash, item, hash, sizeof hash);
  if (table->has_range) part_text(&table->range, item, range, sizeof range);
  cyn_i_fault(v->faults, "%s, item %s%s%s: %s", cyn_i_verify_name(v->space, name, sizeof name), hash,
              range[0] != '\0' ? " " : "", range, reason);
}

/* Where the bytes say nothing: by the place. */
static void place_fault(cyn_i_verify_state *v, const cyn_i_store_key *key, const char *reason) {
  char name[900], partition[160], sort[240];
  cyn_i_fault(v->faults, "%s, key %016llX %s %s: %s", cyn_i_verify_name(v->space, name, sizeof name),
              (unsigned long long)key->hash, cyn_i_fault_bytes(key->partition, partition, sizeof partition),
              cyn_i_fault_bytes(key->sort, sort, sizeof sort), reason);
}

cyn_status cyn_i_verify_settle(cyn_i_verify_state *v, cyn_status status, cyn_error *own, cyn_error *error) {
  if (status == CYN_OK) status = v->status;
  if (status == CYN_E_STORE) {
    cyn_i_fault(v->faults, "%s", own->message);
    status = CYN_OK;
  }
  cyn_error_clean_up(own);
  if (status != CYN_OK) return cyn_i_error_no_memory(error);
  return CYN_OK;
}

/* ---- one value ---- */

const char *cyn_i_verify_stored_fault(cyn_bytes value) {
  if (value.size < CYN_ITEM_HEADER_SIZE + 4) return "its value is too short";
  size_t size = value.size - 4;
  const uint8_t *item = cyn_i_stored_item(value);
  if (cyn_i_get_u32(item + size) != cyn_i_crc32(item, size)) return "its checksum is wrong";
  return cyn_i_item_is_valid(item, size) ? NULL : "its bytes are no item";
}

bool cyn_i_verify_equal(cyn_bytes a, cyn_bytes b, cyn_i_arena *arena, bool *no_memory) {
  if (same(a, b)) return true;
  if (a.size != b.size || cyn_i_verify_stored_fault(b) != NULL) return false;
  const uint8_t *left = cyn_i_stored_item(a), *right = cyn_i_stored_item(b);
  uint32_t count = cyn_i_item_count(left);
  if (count != cyn_i_item_count(right)) return false;
  cyn_i_pair_ref *refs = cyn_i_arena_alloc(arena, 2 * ((size_t)count + 1) * sizeof *refs);
  if (refs == NULL) {
    *no_memory = true;
    return false;
  }
  cyn_i_pair_refs_fill(refs, cyn_i_item_pairs(left));
  cyn_i_pair_refs_fill(refs + count, cyn_i_item_pairs(right));
  cyn_i_pair_refs_sort(refs, count);
  cyn_i_pair_refs_sort(refs + count, count);
  for (uint32_t i = 0; i < count; i++)
    if (!same(refs[i].name, refs[count + i].name) || !cyn_i_value_equal(refs[i].value, refs[count + i].value)) return false;
  return true;
}

cyn_bytes cyn_i_verify_get(cyn_i_verify_state *v, const cyn_i_store_key *key) {
  cyn_bytes value = {NULL, 0};
  cyn_error own = CYN_ERROR_INIT;
  cyn_status status = cyn_i_store_check_get(v->check, key, &value, &own);
  if (status != CYN_OK) {
    value = (cyn_bytes){NULL, 0};
    if (cyn_i_verify_settle(v, status, &own, NULL) != CYN_OK) v->status = CYN_E_OUT_OF_MEMORY;
  }
  cyn_error_clean_up(&own);
  return value;
}

/* ---- an item's entries ---- */

static void check_index(cyn_i_verify_state *v, const cyn_i_index *index, cyn_bytes stored) {
  const cyn_i_table *table = v->space->table;
  cyn_i_verify_space *space = cyn_i_verify_find(v, index->space);
  cyn_i_index_entry entry = {0};
  if (index->state == CYN_INDEX_DELETING || space == NULL || space->index != index) return;
  if (!cyn_i_index_entry_make(table, index, stored, &v->arena, &entry)) {
    v->status = CYN_E_OUT_OF_MEMORY;
    return;
  }
  if (!entry.present) return;
  cyn_bytes found = cyn_i_verify_get(v, &entry.key);
  char reason[360], name[300];
  if (found.data == NULL) {
    space->missing++;
    if (space->is_partial) return;
    (void)snprintf(reason, sizeof reason, "it has no entry in index %s", cyn_i_fault_bytes(index->name, name, sizeof name));
    cyn_i_verify_item_fault(v, cyn_i_stored_item(stored), reason);
    return;
  }
  space->wanted++;
  bool no_memory = false;
  if (cyn_i_verify_equal(entry.value, found, &v->arena, &no_memory)) return;
  if (no_memory) v->status = CYN_E_OUT_OF_MEMORY;
  (void)snprintf(reason, sizeof reason, "its entry in index %s holds something else", cyn_i_fault_bytes(index->name, name, sizeof name));
  cyn_i_verify_item_fault(v, cyn_i_stored_item(stored), reason);
}

static void check_expiry(cyn_i_verify_state *v, const cyn_i_store_key *key, const uint8_t *item) {
  const cyn_i_table *table = v->space->table;
  cyn_i_verify_space *space = table->ttl_space != 0 ? cyn_i_verify_find(v, table->ttl_space) : NULL;
  cyn_i_store_key due;
  bool present;
  if (space == NULL || space->kind != CYN_VERIFY_TTL) return;
  if (!cyn_i_ttl_key(table, key, item, &v->arena, &due, &present)) {
    v->status = CYN_E_OUT_OF_MEMORY;
    return;
  }
  if (!present) return;
  if (cyn_i_verify_get(v, &due).data != NULL) {
    space->wanted++;
    return;
  }
  space->missing++;
  if (!space->is_partial) cyn_i_verify_item_fault(v, item, "it expires, and has no entry in the queue of expiring items");
}

/* ---- collections ---- */

void cyn_i_verify_collection_end(cyn_i_verify_state *v) {
  if (!v->in_collection) return;
  v->in_collection = false;
  cyn_i_store_key item_key = {v->space->number, v->collection_hash,
                              {(const char *)v->collection_partition, v->collection_partition_size}, {"", 0}};
  uint8_t sort[5];
  int64_t counted = 0;
  cyn_i_store_key key = cyn_i_collection_counter_key(v->space->table, &item_key, sort);
  cyn_error own = CYN_ERROR_INIT;
  cyn_status status = cyn_i_store_check_counter(v->check, &key, &counted, &own);
  if (cyn_i_verify_settle(v, status, &own, NULL) != CYN_OK) v->status = CYN_E_OUT_OF_MEMORY;
  v->space->collections++;
  if (counted == v->collection_bytes) return;
  char reason[120];
  (void)snprintf(reason, sizeof reason, "its item collection counts %lld bytes, and holds %lld", (long long)counted,
                 (long long)v->collection_bytes);
  place_fault(v, &item_key, reason);
}

static void collect(cyn_i_verify_state *v, const cyn_i_store_key *key, const uint8_t *item) {
  const cyn_i_table *table = v->space->table;
  cyn_bytes partition = {(const char *)v->collection_partition, v->collection_partition_size};
  if (!table->has_local_indexes) return;
  if (v->in_collection && (v->collection_hash != key->hash || !same(partition, key->partition))) cyn_i_verify_collection_end(v);
  if (!v->in_collection) {
    v->in_collection = true;
    v->collection_hash = key->hash;
    v->collection_partition_size = key->partition.size; /* at most 255, as its size is one byte */
    memcpy(v->collection_partition, key->partition.data, key->partition.size);
    v->collection_bytes = 0;
  }
  v->collection_bytes += (int64_t)(cyn_i_item_dynamodb_size(item) + cyn_i_index_local_bytes(table, item));
}

/* ---- the walk ---- */

static void check_item(cyn_i_verify_state *v, const cyn_i_store_key *key, cyn_bytes value) {
  const cyn_i_table *table = v->space->table;
  const uint8_t *item = cyn_i_stored_item(value);
  cyn_i_store_key own;
  v->report->items++;
  v->report->item_bytes += cyn_i_item_dynamodb_size(item);
  if (cyn_i_check_item_key(table, item, NULL) != CYN_OK) {
    place_fault(v, key, "its key attributes are not a key of the table");
    return;
  }
  if (!cyn_i_item_key(table, item, &v->arena, &own)) {
    v->status = CYN_E_OUT_OF_MEMORY;
    return;
  }
  if (!same_key(&own, key)) {
    cyn_i_verify_item_fault(v, item, "it does not stand where its key belongs");
    return;
  }
  for (size_t i = 0; i < table->index_count; i++) check_index(v, &table->indexes[i], value);
  check_expiry(v, key, item);
  collect(v, key, item);
}

static bool unknown(cyn_i_verify_state *v, uint32_t number) {
  if (v->unknown_space != number) cyn_i_fault(v->faults, "space %u holds keys, and nothing names it", number);
  v->unknown_space = number;
  return true;
}

bool cyn_i_verify_entry(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  cyn_i_verify_state *v = user;
  if (v->space == NULL || v->space->number != key->space) {
    cyn_i_verify_collection_end(v);
    v->space = cyn_i_verify_find(v, key->space);
  }
  cyn_i_verify_space *space = v->space;
  if (space == NULL || space->kind == CYN_VERIFY_LOG) return unknown(v, key->space);
  space->entries++;
  bool is_deleted = space->kind == CYN_VERIFY_RECLAIM; /* of a queue without values, or items and entries */
  if (is_deleted && value.size == 0) return true;
  if (space->kind == CYN_VERIFY_TTL) {
    v->report->ttl_entries++;
    if (value.size != 0 || key->hash != 0 || key->partition.size != 0) place_fault(v, key, "it is no entry of a queue");
    return true;
  }
  const char *reason = cyn_i_verify_stored_fault(value);
  if (reason != NULL) {
    place_fault(v, key, reason);
    return true;
  }
  if (is_deleted) return true;
  space->bytes += cyn_i_item_dynamodb_size(cyn_i_stored_item(value));
  if (space->kind == CYN_VERIFY_INDEX) v->report->index_entries++;
  else check_item(v, key, value);
  cyn_i_arena_reset(&v->arena, ARENA_KEEP);
  return v->status == CYN_OK;
}

/* ---- entries without an item ---- */

typedef struct stray_walk {
  cyn_i_verify_state *v;
  uint64_t told;
} stray_walk;

/* The item that an index entry says it is of; its own bytes hold the table's key. */
static bool entry_has_item(cyn_i_verify_state *v, const cyn_i_store_key *key, cyn_bytes value) {
  const cyn_i_table *table = v->space->table;
  cyn_i_store_key base;
  cyn_i_index_entry entry = {0};
  if (cyn_i_verify_stored_fault(value) != NULL) return true; /* told already */
  const uint8_t *item = cyn_i_stored_item(value);
  if (cyn_i_check_item_key(table, item, NULL) != CYN_OK || !cyn_i_item_key(table, item, &v->arena, &base)) return false;
  cyn_bytes stored = cyn_i_verify_get(v, &base);
  if (stored.data == NULL || cyn_i_verify_stored_fault(stored) != NULL) return false;
  if (!cyn_i_index_entry_make(table, v->space->index, stored, &v->arena, &entry)) return false;
  return entry.present && same_key(&entry.key, key);
}

static bool expiry_has_item(cyn_i_verify_state *v, const cyn_i_store_key *key) {
  const cyn_i_table *table = v->space->table;
  const uint8_t *sort = (const uint8_t *)key->sort.data;
  if (key->sort.size < 17 || key->sort.size < 17 + (size_t)sort[16]) return false;
  cyn_i_store_key base = {.space = table->space, .partition = {key->sort.data + 17, sort[16]}}, due;
  for (int i = 8; i < 16; i++) base.hash = base.hash << 8 | sort[i];
  base.sort = (cyn_bytes){base.partition.data + base.partition.size, key->sort.size - 17 - base.partition.size};
  cyn_bytes stored = cyn_i_verify_get(v, &base);
  bool present;
  if (stored.data == NULL || cyn_i_verify_stored_fault(stored) != NULL) return false;
  if (!cyn_i_ttl_key(table, &base, cyn_i_stored_item(stored), &v->arena, &due, &present)) return false;
  return present && same_key(&due, key);
}

static bool visit_stray(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  stray_walk *walk = user;
  cyn_i_verify_state *v = walk->v;
  bool has = v->space->kind == CYN_VERIFY_TTL ? expiry_has_item(v, key) : entry_has_item(v, key, value);
  if (!has) {
    walk->told++;
    place_fault(v, key, "no item calls for this entry");
  }
  cyn_i_arena_reset(&v->arena, ARENA_KEEP);
  return v->status == CYN_OK;
}

cyn_status cyn_i_verify_strays(cyn_i_verify_state *v, cyn_i_verify_space *space, cyn_error *error) {
  stray_walk walk = {v, 0};
  cyn_error own = CYN_ERROR_INIT;
  char name[900];
  v->space = space;
  cyn_status status = cyn_i_store_check_walk(v->check, space->number, space->number, visit_stray, &walk, &own);
  status = cyn_i_verify_settle(v, status, &own, error);
  if (status == CYN_OK && walk.told == 0)
    cyn_i_fault(v->faults, "%s holds %llu entries, and its items call for %llu", cyn_i_verify_name(space, name, sizeof name),
                (unsigned long long)space->entries, (unsigned long long)space->wanted);
  return status;
}
