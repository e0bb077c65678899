/* Migrations inside: one item's change, and the record of a step. */
#ifndef CYN_MODEL_MIGRATION_H
#define CYN_MODEL_MIGRATION_H

#include <cynamo/calls.h>
#include <cynamo/client.h>
#include <cynamo/migration.h>

#include "base/arena.h"

/* What one thread works with. */
typedef struct cyn_i_migration_worker {
  cyn_db *db;
  const cyn_migration *step;
  cyn_bytes key_names[2];       /* of the table; the second may be absent */
  bool dry_run;
  cyn_result *result;           /* of writes */
  cyn_result *reads;            /* an item that was read again lives here while it is written */
  cyn_item_builder *changed_item, *key, *values;
  int64_t conflicts;
} cyn_i_migration_worker;

/* Changes one item; *changed tells whether it was one to change. */
cyn_status cyn_i_migration_item(cyn_i_migration_worker *worker, cyn_item item, bool *changed, cyn_error *error);

/* ---- the record ---- */

typedef struct cyn_i_migration_record {
  bool exists, is_done;
  int64_t segments, scanned, changed;
  cyn_item item;                /* positions are read from it; lives in the result it was read with */
} cyn_i_migration_record;

cyn_status cyn_i_migration_record_open(cyn_db *db, cyn_error *error);
cyn_status cyn_i_migration_record_read(cyn_db *db, const cyn_migration *step, cyn_result *result,
                                       cyn_i_migration_record *out, cyn_error *error);
/* A record with no positions; an old one is replaced. */
cyn_status cyn_i_migration_record_begin(cyn_db *db, const cyn_migration *step, int64_t segments, cyn_result *result,
                                        cyn_error *error);
/* The segment has come to `key` (absent: to its end), and these numbers are added. */
cyn_status cyn_i_migration_record_advance(cyn_db *db, const cyn_migration *step, int64_t segment, cyn_item key,
                                          int64_t scanned, int64_t changed, cyn_result *result, cyn_error *error);
cyn_status cyn_i_migration_record_end(cyn_db *db, const cyn_migration *step, cyn_result *result, cyn_error *error);
/* Where a segment goes on; *is_done: not at all. The builder holds the key. */
cyn_status cyn_i_migration_record_position(const cyn_i_migration_record *record, int64_t segment, cyn_item_builder *builder,
                                           cyn_item *start, bool *is_done, cyn_error *error);

#endif
