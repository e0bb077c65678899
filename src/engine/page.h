/* One page of a Query or Scan: what to walk, what to keep, when to stop, how to answer. */
#ifndef CYN_ENGINE_PAGE_H
#define CYN_ENGINE_PAGE_H

#include "engine/parameters.h"

#define CYN_PAGE_BYTES_MAX ((uint64_t)1024 * 1024)

typedef struct cyn_i_page {
  cyn_i_worker *worker;
  cyn_i_call *call;
  cyn_i_table *table;            /* retained by the page */
  const cyn_i_index *index;      /* NULL: the table itself */
  cyn_i_store_range range;
  cyn_i_store_key after;         /* of ExclusiveStartKey, when range.after points here */
  const cyn_i_bound *filter;     /* NULL: none */
  const cyn_i_bound *projection; /* NULL: whole entries */
  bool count_only;
  bool fetch;                    /* a local index lacks attributes that are wanted: read the table's items */
  bool consistent;
  uint64_t limit;                /* items to look at; 0: none */
  uint64_t end_ns;               /* when the page ends at the latest (monotonic) */
  /* results */
  cyn_item *items;
  size_t item_count, item_capacity;
  uint64_t scanned_count;
  uint64_t bytes;                /* looked at, before filtering */
  uint64_t fetched_bytes;        /* of the table's items behind a local index's entries */
  double fetch_units;
  bool has_more;
  cyn_item last_key;
  cyn_status status;
} cyn_i_page;

/* Resolves table and index: validation.md 3.4 steps 9 to 11. */
cyn_status cyn_i_page_open(cyn_i_page *page, cyn_bytes table_name, cyn_bytes index_name, cyn_opt_bool consistent_read);
void cyn_i_page_close(cyn_i_page *page);

/* The key attributes of what is read: index parts or the table's. Returns how many. */
size_t cyn_i_page_parts(const cyn_i_page *page, const cyn_i_key_part *hash[CYN_INDEX_KEY_PARTS_MAX], size_t *hash_count,
                        const cyn_i_key_part *range[CYN_INDEX_KEY_PARTS_MAX], size_t *range_count);

/* ExclusiveStartKey: the number of its attributes, then its types; sets range.after. Texts differ between Query and Scan. */
size_t cyn_i_page_start_key_size(const cyn_i_page *page);
cyn_status cyn_i_page_set_start(cyn_i_page *page, const uint8_t *start_key);

/* Select, AttributesToGet and ProjectionExpression against each other (before the table is known). */
cyn_status cyn_i_page_check_select(cyn_i_call *call, cyn_bytes select, bool has_attributes, bool has_projection,
                                   bool has_index);
/* …and against the index: sets count_only and fetch. */
cyn_status cyn_i_page_set_select(cyn_i_page *page, cyn_bytes select);

/* A value fault in ExclusiveStartKey, behind "The provided starting key is invalid: " where the service has it. */
cyn_status cyn_i_page_check_start_fault(cyn_i_call *call, const cyn_fault *fault);

/* Walks. Results are in the page; the view is released. */
cyn_status cyn_i_page_run(cyn_i_page *page);
/* Fills the answer of a Query or Scan; their outputs have the same members. */
cyn_status cyn_i_page_answer(cyn_i_page *page, cyn_bytes return_consumed_capacity);

#endif
