/* Cynamo: migrations. A migration is a named, versioned step over all items of a table: attributes rewritten, renamed, filled
 * in, or the table copied into another. It runs by a parallel scan while the table is in use: each item is changed under the
 * condition that what is changed is as it was seen, and looked at again when it is not. It may be killed and run again: it
 * goes on where it was. What was applied is recorded in the table CYN_MIGRATION_TABLE of the same database.
 *
 *   cyn_change_rename rename = {"LastPost", "last_post"};
 *   cyn_migration step = CYN_MIGRATION_INIT;
 *   step.name = "rename-last-post", step.version = 1, step.table = "Thread";
 *   step.change = cyn_change_by_rename, step.user = &rename;
 *   if (cyn_migrate(db, &step, NULL, &report, &error)) …
 */
#ifndef CYNAMO_MIGRATION_H
#define CYNAMO_MIGRATION_H

#include <cynamo/db.h>
#include <cynamo/item.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CYN_MIGRATION_TABLE "cynamo-migrations"

/* Writes into `out` what the item shall be, and sets *changed; with *changed false nothing is written, which is the answer
 * for an item that has been changed already: a step must be idempotent. Called on the threads of the scan. */
typedef cyn_status (*cyn_migration_change)(cyn_item item, cyn_item_builder *out, bool *changed, void *user, cyn_error *error);

typedef struct cyn_migration {
  size_t size;                 /* of this struct, set by CYN_MIGRATION_INIT */
  const char *name;            /* name and version are the step's identity */
  int64_t version;
  const char *table;           /* the real name, with its prefix */
  const char *into;            /* another table, which gets the changed and the unchanged items; NULL: in place */
  cyn_migration_change change; /* NULL: as it is, for copies */
  void *user;
} cyn_migration;
#define CYN_MIGRATION_INIT {sizeof(cyn_migration), 0, 0, 0, 0, 0, 0}

typedef struct cyn_migration_report {
  bool was_applied;   /* before: nothing has been done now */
  bool was_resumed;
  int64_t scanned, changed; /* of all runs of this step; a dry run: of this one */
  int64_t conflicts;  /* items that were changed meanwhile and looked at again */
} cyn_migration_report;

typedef struct cyn_migration_options {
  size_t size;          /* of this struct, set by CYN_MIGRATION_OPTIONS_INIT */
  int64_t segments;     /* threads; 0: 4. A resumed step keeps its own */
  int64_t page_size;    /* items between two records of the position; 0: 100 */
  double rate_limit;    /* capacity units a second for the scan; 0: none */
  bool dry_run;         /* counts, writes nothing */
  void (*progress)(const cyn_migration_report *report, void *user); /* after each page, one call at a time */
  void *progress_user;
} cyn_migration_options;
#define CYN_MIGRATION_OPTIONS_INIT {sizeof(cyn_migration_options), 0, 0, 0, 0, 0, 0}

/* Runs the step to its end, unless it has been applied. `options` and `report` may be NULL. Errors: CynamoUsageError (a step
 * that is not whole, a change of a key), those of the change and of the calls; after any the step can be run again. */
CYN_API cyn_status cyn_migrate(cyn_db *db, const cyn_migration *step, const cyn_migration_options *options,
                               cyn_migration_report *report, cyn_error *error) CYN_MUST_USE;

/* ---- changes that are ready ---- */

/* A top-level attribute gets another name; one that is there already under the new name stays. */
typedef struct cyn_change_rename {
  const char *from, *to;
} cyn_change_rename;
CYN_API cyn_status cyn_change_by_rename(cyn_item item, cyn_item_builder *out, bool *changed, void *user, cyn_error *error);

/* Items without the attribute get this value. */
typedef struct cyn_change_backfill {
  const char *name;
  cyn_value value;
} cyn_change_backfill;
CYN_API cyn_status cyn_change_by_backfill(cyn_item item, cyn_item_builder *out, bool *changed, void *user, cyn_error *error);

/* The attribute is removed. user: its name. */
CYN_API cyn_status cyn_change_by_remove(cyn_item item, cyn_item_builder *out, bool *changed, void *user, cyn_error *error);

/* A number 0 or 1, as PynamoDB once wrote booleans, becomes a BOOL. user: the attribute's name. */
CYN_API cyn_status cyn_change_by_boolean(cyn_item item, cyn_item_builder *out, bool *changed, void *user, cyn_error *error);

#ifdef __cplusplus
}
#endif
#endif
