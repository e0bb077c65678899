/* Whether what a store's file holds is what the engine would have written: every value against its checksum and format,
 * every item against its place, every index entry against its item and back, queues of expiring items, counters, the
 * catalog against the spaces. Reads through the check of the store (store/check.h), whose structure has been found sound. */
#ifndef CYN_ENGINE_VERIFY_H
#define CYN_ENGINE_VERIFY_H

#include "catalog/table.h"
#include "store/check.h"

typedef struct cyn_i_verify_report {
  uint64_t tables, items, item_bytes, index_entries, ttl_entries, counters, tokens, log_records;
  uint64_t spaces_to_empty; /* deleted tables and indexes whose keys are still being taken away */
} cyn_i_verify_report;

/* Faults go to `faults`. An error means that it could not be done (no memory). */
cyn_status cyn_i_verify(cyn_i_store_check *check, cyn_i_faults *faults, cyn_i_verify_report *out, cyn_error *error);

/* The tables that a file names, with their counters as they are written; for `cynamo info`. */
typedef struct cyn_i_verify_table {
  const cyn_i_table *table; /* borrowed for the call */
  int64_t items, bytes;     /* bytes: the items', without the indexes */
} cyn_i_verify_table;
typedef void (*cyn_i_verify_table_visitor)(void *user, const cyn_i_verify_table *table);
cyn_status cyn_i_verify_tables(cyn_i_store_check *check, cyn_i_verify_table_visitor visitor, void *user,
                               cyn_error *error);

#endif
