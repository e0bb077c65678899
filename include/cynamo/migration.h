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

/* A condition or an update as the API takes it, with its placeholders. */
typedef struct cyn_migration_expression {
  const char *text;            /* NULL: none */
  cyn_string_map names;        /* "#n" and the name; `at` NULL: none */
  cyn_item values;             /* attributes ":v"; `data` NULL: none */
} cyn_migration_expression;

typedef struct cyn_migration {
  size_t size;                 /* of this struct, set by CYN_MIGRATION_INIT */
  const char *name;            /* at most 200 bytes; name and version are the step's identity */
  int64_t version;
  const char *table;           /* the real name, with its prefix */
  const char *into;            /* another table, which gets the changed and the unchanged items; NULL: in place */
  cyn_migration_change change; /* NULL: as it is, for copies */
  void *user;
  cyn_migration_expression where; /* items that do not meet it are neither changed nor copied */
  const char *definition;      /* what the step does, in any words: it stands in the record, and a step that is there with
                                  other words is refused. NULL: not looked at */
} cyn_migration;
#define CYN_MIGRATION_INIT {sizeof(cyn_migration), 0, 0, 0, 0, 0, 0, {0, {0, 0}, {0, 0, 0}}, 0}

typedef struct cyn_migration_report {
  bool was_applied;   /* before: nothing has been done now */
  bool was_resumed;
  bool is_stopped;    /* by options.stops: not at its end */
  int64_t scanned, changed; /* of all runs of this step; a dry run: of this one. Copied is changed */
  int64_t conflicts;  /* items that were changed meanwhile and looked at again */
} cyn_migration_report;

typedef struct cyn_migration_options {
  size_t size;          /* of this struct, set by CYN_MIGRATION_OPTIONS_INIT */
  int64_t segments;     /* threads; 0: 4. A resumed step keeps its own */
  int64_t page_size;    /* items between two records of the position; 0: 100 */
  double rate_limit;    /* capacity units a second, of the scan and of what is written; 0: none */
  bool dry_run;         /* counts, writes nothing */
  void (*progress)(const cyn_migration_report *report, void *user); /* after each page, one call at a time */
  void *progress_user;
  bool (*stops)(void *user); /* asked between pages and while the rate makes it wait: true ends the run where it can go on.
                                Any thread */
  void *stops_user;
} cyn_migration_options;
#define CYN_MIGRATION_OPTIONS_INIT {sizeof(cyn_migration_options), 0, 0, 0, 0, 0, 0, 0, 0}

/* Runs the step to its end, unless it has been applied. `options` and `report` may be NULL. In place, the change is asked once
 * more for what it has made, and refused when that would be changed again. Errors: CynamoUsageError (a step that is not whole,
 * a change of a key, a change that is not idempotent, another definition than the record's), those of the change and of the
 * calls; after any the step can be run again. */
CYN_API cyn_status cyn_migrate(cyn_db *db, const cyn_migration *step, const cyn_migration_options *options,
                               cyn_migration_report *report, cyn_error *error) CYN_MUST_USE;

/* What is recorded of one step of one table: borrowed for the call. */
typedef struct cyn_migration_record {
  cyn_bytes table, name;
  int64_t version;
  bool is_applied;             /* false: it was begun */
  int64_t scanned, changed;
  cyn_bytes begun_at, applied_at; /* UTC, "2026-11-24T12:00:00.000000+0000"; absent: not yet, or before this was noted */
  cyn_bytes definition;        /* absent: none was given */
} cyn_migration_record;

/* Tells each step that is recorded in the database, by table and step. No such table is no error. */
CYN_API cyn_status cyn_migration_each(cyn_db *db, void (*tell)(const cyn_migration_record *record, void *user), void *user,
                                      cyn_error *error) CYN_MUST_USE;

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

/* What an UpdateExpression makes of the item. It must change nothing when it is applied twice: `where` of the step helps.
 * user: a cyn_migration_expression. */
CYN_API cyn_status cyn_change_by_update(cyn_item item, cyn_item_builder *out, bool *changed, void *user, cyn_error *error);

/* Several, one on what the other has made. */
typedef struct cyn_change_part {
  cyn_migration_change change;
  void *user;
} cyn_change_part;
typedef struct cyn_change_parts {
  size_t count;
  const cyn_change_part *at;
} cyn_change_parts;
CYN_API cyn_status cyn_change_by_parts(cyn_item item, cyn_item_builder *out, bool *changed, void *user, cyn_error *error);

/* Changes of encoding; user: the attribute's name. What is not of the old encoding is left alone. */

/* A number 0 or 1, as PynamoDB once wrote booleans, becomes a BOOL. */
CYN_API cyn_status cyn_change_by_boolean(cyn_item item, cyn_item_builder *out, bool *changed, void *user, cyn_error *error);
/* A set whose strings are all JSON strings in their quotes, as PynamoDB before 1.6 wrote sets of text, becomes one of what the
 * quotes hold. */
CYN_API cyn_status cyn_change_by_unicode_set(cyn_item item, cyn_item_builder *out, bool *changed, void *user, cyn_error *error);
/* A string that holds a number becomes an N. */
CYN_API cyn_status cyn_change_by_number(cyn_item item, cyn_item_builder *out, bool *changed, void *user, cyn_error *error);
/* An N becomes a string. */
CYN_API cyn_status cyn_change_by_string(cyn_item item, cyn_item_builder *out, bool *changed, void *user, cyn_error *error);

#ifdef __cplusplus
}
#endif
#endif
