/* From attributes to store keys, and the checks of keys (validation.md 3.2, 4.2). */
#ifndef CYN_ENGINE_ITEM_KEY_H
#define CYN_ENGINE_ITEM_KEY_H

#include "base/arena.h"
#include "catalog/table.h"
#include "value/item.h"

/* The key of an item (or of a key map) that has passed a check below. Partition bytes are in the arena; the sort key of
 * an S or B is borrowed from the item. False: out of memory. */
bool cyn_i_item_key(const cyn_i_table *table, const uint8_t *item, cyn_i_arena *arena, cyn_i_store_key *out);

/* A partition of a table or index from the contents of its hash attributes, in order. */
bool cyn_i_partition_key(uint32_t space, const cyn_bytes *contents, size_t count, cyn_i_arena *arena,
                         cyn_i_store_key *out);

/* The contents of an index's key attributes in an item. False: the item is not in the index (it lacks one, or has one of
 * another type, an empty one, or more bytes in all than a key may have: only an item older than the index can). */
typedef struct cyn_i_index_parts {
  cyn_bytes hash[CYN_INDEX_KEY_PARTS_MAX], range[CYN_INDEX_KEY_PARTS_MAX];
} cyn_i_index_parts;
bool cyn_i_index_parts_of(const cyn_i_index *index, const uint8_t *item, cyn_i_index_parts *out);
bool cyn_i_index_parts_equal(const cyn_i_index *index, const cyn_i_index_parts *a, const cyn_i_index_parts *b);
/* What ends the sort key of every entry of one item: the tie-break and the item's own key. `item` or the key as an item.
 * data NULL: out of memory. */
cyn_bytes cyn_i_index_tail(const cyn_i_table *table, const cyn_i_store_key *item_key, const uint8_t *item,
                           cyn_i_arena *arena);
bool cyn_i_index_key_from(const cyn_i_index *index, const cyn_i_index_parts *parts, cyn_bytes tail, cyn_i_arena *arena,
                          cyn_i_store_key *out);

/* Where an index has its entry for an item: false in *present when the item lacks a key attribute (or has one of another
 * type). False: out of memory. */
bool cyn_i_index_key(const cyn_i_table *table, const cyn_i_index *index, const uint8_t *item, cyn_i_arena *arena,
                     cyn_i_store_key *out, bool *present);

/* Key of GetItem, UpdateItem, DeleteItem: exactly the schema's attributes, of the right types, not empty, not too long. */
cyn_status cyn_i_check_key(const cyn_i_table *table, const uint8_t *key, cyn_error *error);
/* Key attributes of a whole item (PutItem). */
cyn_status cyn_i_check_item_key(const cyn_i_table *table, const uint8_t *item, cyn_error *error);
/* Index key attributes of a whole item (PutItem: `old` NULL), or of an updated one, with an update's texts: then those
 * that differ from `old`. */
cyn_status cyn_i_check_index_keys(const cyn_i_table *table, const uint8_t *item, const uint8_t *old, cyn_error *error);
/* Of an error of these checks: it is about an empty key. A transaction answers it as an error of the whole request; the
 * others are reasons of their actions. */
bool cyn_i_is_empty_key(const cyn_error *error);
/* Empty or too long key contents. */
cyn_status cyn_i_check_key_content(const cyn_i_key_part *part, bool is_hash, const uint8_t *value, cyn_error *error);
/* The size of all hash or all range attributes of a key together. */
cyn_status cyn_i_check_key_size(bool is_hash, size_t size, cyn_error *error);

/* The queue entry of an item that expires: false in *present when TTL is off or the item has no such number. */
bool cyn_i_ttl_key(const cyn_i_table *table, const cyn_i_store_key *item_key, const uint8_t *item, cyn_i_arena *arena,
                   cyn_i_store_key *out, bool *present);

/* A stored value is an item and the crc32 of its bytes. */
static inline const uint8_t *cyn_i_stored_item(cyn_bytes value) { return (const uint8_t *)value.data; }
static inline size_t cyn_i_stored_item_size(cyn_bytes value) { return value.size >= 4 ? value.size - 4 : 0; }
/* Item bytes with their crc32 behind, in the arena; data NULL when out of memory. */
cyn_bytes cyn_i_stored_make(const uint8_t *item, size_t size, cyn_i_arena *arena);
/* Appends the crc32 to a buf that holds an item from `start` on. */
cyn_bytes cyn_i_stored_finish(cyn_i_buf *buf, size_t start);

#endif
