/* Migrations inside: one item's change, and the record of a step. */
#ifndef CYN_MODEL_MIGRATION_H
#define CYN_MODEL_MIGRATION_H

#include <cynamo/calls.h>
#include <cynamo/client.h>
#include <cynamo/migration.h>

#include "expression/expression.h"

/* What one thread works with. */
typedef struct cyn_i_migration_worker {
  cyn_db *db;
  const cyn_migration *step;
  cyn_bytes key_names[2];       /* of the table; the second may be absent */
  const cyn_i_bound *where;     /* of the step; NULL: all items */
  bool dry_run, counts_units;
  cyn_result *result;           /* of writes */
  cyn_result *reads;            /* an item that was read again lives here while it is written */
  cyn_item_builder *changed_item, *repeated, *key, *values;
  int64_t conflicts;
  double units;                 /* consumed by the item's writes; only with counts_units */
} cyn_i_migration_worker;

/* Changes or copies one item; *changed tells whether it was one to change. */
cyn_status cyn_i_migration_item(cyn_i_migration_worker *worker, cyn_item item, bool *changed, cyn_error *error);

/* ---- expressions ---- */

/* In the arena; borrows names and values. */
cyn_status cyn_i_migration_bind(cyn_i_expression_kind kind, const cyn_migration_expression *expression, cyn_i_arena *arena,
                                cyn_i_bound **out, cyn_error *error);
/* The updates in a change can be read: known before the first item. `depth` is 0. */
cyn_status cyn_i_migration_check_change(cyn_migration_change change, void *user, unsigned depth, cyn_i_arena *arena,
                                        cyn_error *error);
/* The same attributes, in any order. */
bool cyn_i_migration_same(cyn_item a, cyn_item b);

/* ---- the record ---- */

#define CYN_MIGRATION_NAME_MAX 200

typedef struct cyn_i_migration_record {
  bool exists, is_done;
  int64_t segments, scanned, changed;
  cyn_item item;                /* positions are read from it; lives in the result it was read with */
} cyn_i_migration_record;

/* Makes the table if it is not there. */
cyn_status cyn_i_migration_record_open(cyn_db *db, cyn_error *error);
cyn_status cyn_i_migration_record_read(cyn_db *db, const cyn_migration *step, cyn_result *result,
                                       cyn_i_migration_record *out, cyn_error *error);
/* A record with no positions, in place of one that has not come further. ConditionalCheckFailedException: another process has. */
cyn_status cyn_i_migration_record_begin(cyn_db *db, const cyn_migration *step, int64_t segments, cyn_result *result,
                                        cyn_error *error);
/* The segment has come to `key` (absent: to its end), and these numbers are added. Nothing when another process has ended the
 * step meanwhile. */
cyn_status cyn_i_migration_record_advance(cyn_db *db, const cyn_migration *step, int64_t segment, cyn_item key,
                                          int64_t scanned, int64_t changed, cyn_result *result, cyn_error *error);
cyn_status cyn_i_migration_record_end(cyn_db *db, const cyn_migration *step, cyn_result *result, cyn_error *error);
/* Where a segment goes on; *is_done: not at all. The builder holds the key. */
cyn_status cyn_i_migration_record_position(const cyn_i_migration_record *record, int64_t segment, cyn_item_builder *builder,
                                           cyn_item *start, bool *is_done, cyn_error *error);

#endif
