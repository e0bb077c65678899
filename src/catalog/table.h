/* A table as the engine sees it: parsed once from its catalog record, immutable, counted.
 *
 * The record is kept in the store under the catalog space, keyed by (account, Region, table name). It holds the numbers
 * of the spaces that the table and its indexes own and, as the API's own JSON, the table's description, its TTL and its
 * tags. Times of state changes are in the record too: what a table's status is follows from them and the clock, so that
 * CREATING becomes ACTIVE without anyone writing. */
#ifndef CYN_CATALOG_TABLE_H
#define CYN_CATALOG_TABLE_H

#include <stdatomic.h>

#include <cynamo/operations.h>
#include <cynamo/value.h>

#include "base/arena.h"
#include "store/store.h"

/* Spaces of the engine's own; tables and indexes get numbers from CYN_SPACE_FIRST on, never used again. */
#define CYN_SPACE_CATALOG 16u    /* partition: account 00 Region; sort: table name */
#define CYN_SPACE_SEQUENCE 17u   /* one record: the next free space number */
#define CYN_SPACE_TOKENS 18u     /* idempotency tokens */
#define CYN_SPACE_RECLAIM 19u    /* spaces that nobody names any more, to be emptied: sort is the number, big-endian */
#define CYN_SPACE_TTL_TABLES 21u /* tables with TTL on: same keys as the catalog, empty values */
#define CYN_SPACE_STREAMS 22u    /* streams, also those of deleted tables (stream.h) */
#define CYN_SPACE_FIRST 64u

#define CYN_INDEX_KEY_PARTS_MAX 4
#define CYN_TABLE_INDEXES_MAX 30

typedef struct cyn_i_key_part {
  cyn_bytes name;
  cyn_type type; /* S, N or B */
} cyn_i_key_part;

typedef enum cyn_i_projection_kind { CYN_PROJECT_ALL, CYN_PROJECT_KEYS_ONLY, CYN_PROJECT_INCLUDE } cyn_i_projection_kind;

typedef enum cyn_i_index_state {
  CYN_INDEX_ACTIVE,
  CYN_INDEX_CREATING, /* kept up to date by writes, not yet readable: being backfilled */
  CYN_INDEX_DELETING  /* no longer kept up to date */
} cyn_i_index_state;

typedef struct cyn_i_index {
  cyn_bytes name;
  uint32_t space;
  bool is_global;
  cyn_i_index_state state;
  cyn_i_key_part hash[CYN_INDEX_KEY_PARTS_MAX];
  size_t hash_count;
  cyn_i_key_part range[CYN_INDEX_KEY_PARTS_MAX];
  size_t range_count;
  cyn_i_projection_kind projection;
  const cyn_bytes *non_key; /* INCLUDE */
  size_t non_key_count;
} cyn_i_index;

/* What a stream's records hold. The numbers are written to the store. */
typedef enum cyn_i_view_type {
  CYN_VIEW_KEYS_ONLY = 1,
  CYN_VIEW_NEW_IMAGE,
  CYN_VIEW_OLD_IMAGE,
  CYN_VIEW_NEW_AND_OLD_IMAGES
} cyn_i_view_type;

typedef enum cyn_i_table_state {
  CYN_TABLE_CREATING,
  CYN_TABLE_ACTIVE,
  CYN_TABLE_UPDATING,
  CYN_TABLE_DELETING,
  CYN_TABLE_GONE /* DELETING whose time is over: as if there were no record */
} cyn_i_table_state;

typedef struct cyn_i_table {
  _Atomic unsigned references;
  cyn_i_arena arena;          /* holds everything below */
  cyn_bytes record;           /* the bytes it was parsed from */
  cyn_bytes account, region, name;
  uint32_t space;
  uint32_t ttl_space;         /* the queue of expiring items; 0: TTL is off */
  cyn_bytes ttl_attribute;
  int64_t ttl_changed_ms;     /* when TTL was last switched, 0: never */
  uint32_t stream_log;        /* where changes of items are written down; 0: the stream is off */
  int64_t stream_created_ms;  /* that stream's label */
  cyn_i_view_type stream_view;
  uint32_t stored_state;      /* cyn_i_table_state as written */
  int64_t state_until_ms;     /* when stored_state gives way; 0: never */
  cyn_i_key_part hash;
  cyn_i_key_part range;       /* name.data NULL: none */
  bool has_range;
  cyn_i_index *indexes;       /* local ones first, each kind in the description's order */
  size_t index_count;
  bool has_local_indexes;
  const cyn_table_description *description; /* without status, counts and sizes, which are filled when answered */
  const cyn_list_tags_of_resource_output *tags;
} cyn_i_table;

/* Parses a record; *out has one reference. Damaged bytes: InternalServerError. */
cyn_status cyn_i_table_parse(cyn_bytes account, cyn_bytes region, cyn_bytes name, cyn_bytes record, cyn_i_table **out,
                             cyn_error *error);
cyn_i_table *cyn_i_table_retain(cyn_i_table *table);
void cyn_i_table_release(cyn_i_table *table);

/* The status that holds now. */
cyn_i_table_state cyn_i_table_state_at(const cyn_i_table *table, int64_t now_ms);
/* By name; NULL when there is none. */
const cyn_i_index *cyn_i_table_index(const cyn_i_table *table, cyn_bytes name);

/* What a record is written from. */
typedef struct cyn_i_table_record {
  uint32_t space;
  uint32_t ttl_space;
  cyn_bytes ttl_attribute;
  int64_t ttl_changed_ms;
  uint32_t stream_log;
  int64_t stream_created_ms;
  uint32_t stored_state;
  int64_t state_until_ms;
  const uint32_t *index_spaces;      /* in the order of description: local, then global */
  const uint8_t *index_states;       /* cyn_i_index_state */
  size_t index_count;
  const cyn_table_description *description;
  const cyn_list_tags_of_resource_output *tags; /* NULL: none */
} cyn_i_table_record;
/* The record's bytes in the arena; data NULL when out of memory. */
cyn_bytes cyn_i_table_record_write(const cyn_i_table_record *record, cyn_i_arena *arena);
/* Reads a record back; arrays, description and tags are in the arena and the caller's to change. Damaged bytes:
 * InternalServerError. */
cyn_status cyn_i_table_record_read(cyn_bytes bytes, cyn_i_arena *arena, cyn_i_table_record *out, cyn_error *error);
/* The fixed fields alone, for walks over many records. False: damaged. */
typedef struct cyn_i_table_peek {
  uint32_t space, ttl_space, stored_state;
  int64_t state_until_ms;
  bool has_index_work; /* an index is CREATING or DELETING */
  bool may_lack_log;   /* of a version that had no logs, and perhaps with a stream: it may need one */
} cyn_i_table_peek;
bool cyn_i_table_record_peek(cyn_bytes bytes, cyn_i_table_peek *out);
/* The state that a stored one has become by now. */
cyn_i_table_state cyn_i_table_state_from(uint32_t stored_state, int64_t state_until_ms, int64_t now_ms);
/* Fills *out from a table, for writing it back changed. Arrays are in the arena. */
bool cyn_i_table_record_from(const cyn_i_table *table, cyn_i_table_record *out, cyn_i_arena *arena);

/* Account, Region and the byte between them; no table is created where they are longer. */
#define CYN_CATALOG_PARTITION_SIZE_MAX 255
/* The store's key of a table's record; partition bytes are made in the arena. False: out of memory. */
bool cyn_i_catalog_key(cyn_bytes account, cyn_bytes region, cyn_bytes table_name, cyn_i_arena *arena,
                       cyn_i_store_key *out);
/* Account and Region of a catalog key's partition, borrowed. False: not such a partition. */
bool cyn_i_catalog_partition_split(cyn_bytes partition, cyn_bytes *account, cyn_bytes *region);
/* The keys of a space's counters: kind 'n' counts items, 'b' bytes. They stand in the space that they count, so that
 * reclaiming it takes them along; the store keeps counters apart from keys. `out_sort` holds 5 bytes. */
cyn_i_store_key cyn_i_counter_key(uint32_t space, char kind, uint8_t out_sort[5]);

/* "arn:aws:dynamodb:REGION:ACCOUNT:table/NAME" in the arena; data NULL when out of memory. */
cyn_bytes cyn_i_table_arn(cyn_bytes account, cyn_bytes region, cyn_bytes name, cyn_i_arena *arena);
/* The key of the record that holds the next free space number, and of the entry of a space to be emptied; `out_sort`
 * holds 4 bytes. */
cyn_i_store_key cyn_i_sequence_key(void);
cyn_i_store_key cyn_i_reclaim_key(uint32_t space, uint8_t out_sort[4]);

#endif
