/* What the files of the verification share. */
#ifndef CYN_ENGINE_VERIFY_PRIVATE_H
#define CYN_ENGINE_VERIFY_PRIVATE_H

#include "engine/verify.h"

typedef enum cyn_i_verify_kind {
  CYN_VERIFY_ITEMS,
  CYN_VERIFY_INDEX,
  CYN_VERIFY_TTL,
  CYN_VERIFY_LOG, /* no space, but a number taken from theirs */
  CYN_VERIFY_RECLAIM
} cyn_i_verify_kind;

/* A space that the catalog names, what its counters say, and what was found in it. */
typedef struct cyn_i_verify_space {
  uint32_t number;
  cyn_i_verify_kind kind;
  const cyn_i_table *table; /* NULL: to be emptied, or the log of a stream that is closed */
  const cyn_i_index *index;
  bool is_partial;          /* is being filled or is no longer kept: entries may be missing, counters are not final */
  int64_t counted_items, counted_bytes;
  uint64_t counted_collections;
  uint64_t entries, bytes;
  uint64_t wanted;          /* entries that the table's items call for, and that are there */
  uint64_t missing;         /* entries that they call for, and that are not */
  uint64_t collections;
  cyn_i_view_type view;     /* of a log */
} cyn_i_verify_space;

/* The newest position of each key in the logs, by a hash of 64 bits of log and key: where two keys have the same, only the
 * newer of both is known. */
typedef struct cyn_i_verify_newest {
  struct cyn_i_verify_newest_entry {
    uint64_t hash, position; /* position 0: free */
  } *at;
  size_t count, capacity;
} cyn_i_verify_newest;

typedef struct cyn_i_verify_state {
  cyn_i_store_check *check;
  cyn_i_faults *faults;
  cyn_i_verify_report *report;
  cyn_i_arena arena;        /* of one item */
  cyn_i_table **tables;
  size_t table_count, table_capacity;
  cyn_i_verify_space *spaces; /* sorted by number */
  size_t space_count, space_capacity;
  cyn_i_verify_space *space;  /* of the walk */
  uint32_t unknown_space;     /* told already; 0: none */
  uint64_t ttl_listings;
  uint64_t open_streams;
  int64_t newest_stream_ms; /* the latest label of a stream; 0: there is none */
  cyn_i_verify_newest newest;
  bool has_sequence;
  /* the item collection that the walk is in */
  bool in_collection;
  uint64_t collection_hash;
  uint8_t collection_partition[256];
  size_t collection_partition_size;
  int64_t collection_bytes;
  cyn_status status;          /* why a walk was ended; CYN_OK: it was not */
} cyn_i_verify_state;

/* verify_catalog.c */
cyn_status cyn_i_verify_catalog(cyn_i_verify_state *v, cyn_error *error);
cyn_i_verify_space *cyn_i_verify_find(const cyn_i_verify_state *v, uint32_t number);
void cyn_i_verify_clean_up(cyn_i_verify_state *v);
/* "table Music (us-east-1)", with its index where `space` is one's. */
const char *cyn_i_verify_name(const cyn_i_verify_space *space, char *out, size_t out_size);

/* verify_log.c: the records of all logs, each by itself, then the newest of each key against its item. */
cyn_status cyn_i_verify_logs(cyn_i_verify_state *v, cyn_error *error);

/* verify_item.c: a key of a space from 64 on. */
bool cyn_i_verify_entry(void *user, const cyn_i_store_key *key, cyn_bytes value);
void cyn_i_verify_collection_end(cyn_i_verify_state *v);
/* Names the entries of an index or a queue that no item calls for. */
cyn_status cyn_i_verify_strays(cyn_i_verify_state *v, cyn_i_verify_space *space, cyn_error *error);

/* NULL when the bytes are an item with its checksum. */
const char *cyn_i_verify_stored_fault(cyn_bytes value);
/* Equal attributes in any order, as an entry is not written again for another order; `a` is sound. */
bool cyn_i_verify_equal(cyn_bytes a, cyn_bytes b, cyn_i_arena *arena, bool *no_memory);
/* data NULL: there is none, or it cannot be read (which is told). */
cyn_bytes cyn_i_verify_get(cyn_i_verify_state *v, const cyn_i_store_key *key);
/* Tells of an item of v->space, whose bytes are valid. */
void cyn_i_verify_item_fault(cyn_i_verify_state *v, const uint8_t *item, const char *reason);

/* A walk's or a get's status: what was read is damaged is a fault, and all right then. */
cyn_status cyn_i_verify_settle(cyn_i_verify_state *v, cyn_status status, cyn_error *own, cyn_error *error);

#endif
