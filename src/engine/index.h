/* Index entries: what a write of an item changes in its table's indexes. */
#ifndef CYN_ENGINE_INDEX_H
#define CYN_ENGINE_INDEX_H

#include "base/buf.h"
#include "catalog/table.h"

/* The entry of one index for an item. `present` false: the item is not in the index. Value: projected item and crc. */
typedef struct cyn_i_index_entry {
  bool present;
  cyn_i_store_key key;
  cyn_bytes value;
  uint32_t dynamodb_size; /* of the projected item */
} cyn_i_index_entry;

/* All bytes are in the arena (or borrowed from `stored`, the item with its crc). False: out of memory. */
bool cyn_i_index_entry_make(const cyn_i_table *table, const cyn_i_index *index, cyn_bytes stored, cyn_i_arena *arena,
                            cyn_i_index_entry *out);

/* Appends the projection of an item to an index as an item. */
void cyn_i_index_project(const cyn_i_table *table, const cyn_i_index *index, const uint8_t *item, cyn_i_buf *buf);
/* True when the index holds this attribute of its items. */
bool cyn_i_index_has_attribute(const cyn_i_table *table, const cyn_i_index *index, cyn_bytes name);

/* Bytes, as DynamoDB counts them, of an item's entries in the table's local indexes. */
uint64_t cyn_i_index_local_bytes(const cyn_i_table *table, const uint8_t *item);

/* A growing list of effects in an arena. */
typedef struct cyn_i_effect_list {
  cyn_i_arena *arena;
  cyn_i_store_put *puts;
  size_t put_count, put_capacity;
  cyn_i_store_add *adds;
  size_t add_count, add_capacity;
  cyn_i_store_log_record *logs;
  size_t log_count, log_capacity;
  int64_t now_ms;  /* of the write, for its log records */
  bool by_expiry;  /* the change that is appended is the sweeper's */
  bool failed;     /* out of memory */
} cyn_i_effect_list;
void cyn_i_effect_put(cyn_i_effect_list *list, const cyn_i_store_key *key, cyn_bytes value); /* value.data NULL: delete */
void cyn_i_effect_add(cyn_i_effect_list *list, uint32_t space, char kind, int64_t delta);    /* a counter of a space */

bool cyn_i_effect_log_room(cyn_i_effect_list *list); /* for one more in logs; false: list->failed */

/* Two stored items with the same attributes, in any order. Out of memory: not equal. */
bool cyn_i_stored_equal(cyn_bytes a, cyn_bytes b, cyn_i_arena *arena);

/* Appends everything that follows from an item's change: the item itself, its index entries, its TTL entry, counters, its
 * record in the table's log.
 * `old_stored` and `new_stored` are item + crc; data NULL: no item. `units[i]`, when not NULL, gets the write units of
 * index i. */
void cyn_i_effects_of_change(cyn_i_effect_list *list, const cyn_i_table *table, const cyn_i_store_key *key,
                             cyn_bytes old_stored, cyn_bytes new_stored, double *units);

/* The counter of an item collection's bytes (tables with local indexes). `out_sort` holds 5 bytes. */
cyn_i_store_key cyn_i_collection_counter_key(const cyn_i_table *table, const cyn_i_store_key *item_key, uint8_t out_sort[5]);

#endif
