/* What the files of the verification share. */
#ifndef CYN_ENGINE_VERIFY_PRIVATE_H
#define CYN_ENGINE_VERIFY_PRIVATE_H

#include "engine/verify.h"

typedef enum cyn_i_verify_kind { CYN_VERIFY_ITEMS, CYN_VERIFY_INDEX, CYN_VERIFY_TTL, CYN_VERIFY_RECLAIM } cyn_i_verify_kind;

/* A space that the catalog names, what its counters say, and what was found in it. */
typedef struct cyn_i_verify_space {
  uint32_t number;
  cyn_i_verify_kind kind;
  const cyn_i_table *table; /* NULL: to be emptied */
  const cyn_i_index *index;
  bool is_partial;          /* is being filled or is no longer kept: entries may be missing, counters are not final */
  int64_t counted_items, counted_bytes;
  uint64_t counted_collections;
  uint64_t entries, bytes;
  uint64_t wanted;          /* entries that the table's items call for, and that are there */
  uint64_t missing;         /* entries that they call for, and that are not */
  uint64_t collections;
} cyn_i_verify_space;

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

/* verify_item.c: a key of a space from 64 on. */
bool cyn_i_verify_entry(void *user, const cyn_i_store_key *key, cyn_bytes value);
void cyn_i_verify_collection_end(cyn_i_verify_state *v);
/* Names the entries of an index or a queue that no item calls for. */
cyn_status cyn_i_verify_strays(cyn_i_verify_state *v, cyn_i_verify_space *space, cyn_error *error);

/* A walk's or a get's status: what was read is damaged is a fault, and all right then. */
cyn_status cyn_i_verify_settle(cyn_i_verify_state *v, cyn_status status, cyn_error *own, cyn_error *error);

#endif
