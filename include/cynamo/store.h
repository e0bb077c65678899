/* Cynamo: the care of what is kept on disk. file:PATH databases, closed ones and such that a process has open: check them
 * for damage, tell about them, copy them, make them small, bring them to a newer format.
 *
 *   cyn_check_report report;
 *   cyn_check_options options = CYN_CHECK_OPTIONS_INIT;
 *   options.fault = print_line;
 *   if (cyn_store_check("file:data", &options, &report, &error) != CYN_OK) …     it could not be looked at
 *   if (report.faults != 0) …                                                   it is damaged
 *
 * Other databases (memory:, http:, aws:) have no file here: CynamoUsageError, "not on this backend". What is checked is
 * in docs/reliability.md. */
#ifndef CYNAMO_STORE_H
#define CYNAMO_STORE_H

#include <cynamo/db.h>
#include <cynamo/error.h>
#include <cynamo/value.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cyn_check_options {
  size_t size;                                  /* of this struct, set by CYN_CHECK_OPTIONS_INIT */
  void (*fault)(void *user, const char *text);  /* each fault, one line, borrowed for the call; NULL: only counted */
  void (*remark)(void *user, const char *text); /* what is worth saying and no damage; NULL: dropped */
  void *user;
  cyn_opt_int faults_max;                       /* told at most; those behind are counted. Absent: 100 */
} cyn_check_options;
#define CYN_CHECK_OPTIONS_INIT \
  { sizeof(cyn_check_options), 0, 0, 0, {0, 0} }

typedef struct cyn_check_report {
  uint64_t faults;
  uint64_t pages, free_pages, entries;
  uint64_t tables, items, item_bytes, index_entries, ttl_entries;
  bool is_live;      /* a process had it open: its last commit was looked at */
  char owner[320];   /* which, as text */
  bool mark_cleared; /* it was written with durability=unsafe when the machine went down, is sound, and may be opened again */
} cyn_check_report;

/* Looks at every page, value, index entry and counter of a file: PATH database, through a reader of its own that no
 * damage makes crash. A closed database is locked meanwhile. CYN_OK: it was looked at, and report->faults says how it is.
 * `options` may be NULL. Any thread may call.
 * Errors: CynamoUsageError (URL), CynamoStoreError (no such folder, no permission), CynamoOutOfMemory. */
CYN_API cyn_status cyn_store_check(const char *url, const cyn_check_options *options, cyn_check_report *report,
                                   cyn_error *error) CYN_MUST_USE;

typedef struct cyn_store_table {
  cyn_bytes account, region, name;
  int64_t items, bytes; /* as they are counted; bytes of the items, without the indexes */
  int64_t indexes;
} cyn_store_table;

typedef struct cyn_store_info {
  int64_t format_version;
  char writer[33];        /* the version of Cynamo that made it */
  uint64_t file_bytes, page_bytes, pages, used_pages, entries, last_commit;
  int64_t depth;          /* levels of the tree of keys */
  bool is_live;           /* a process has it open */
  char owner[320];        /* which, as text */
  bool is_marked_unsafe;  /* written with durability=unsafe, and not closed since */
} cyn_store_info;

/* Tells about a file: PATH database and its tables (`table` may be NULL), without opening it for writing. What it shows is
 * borrowed for the call. Errors: as cyn_store_check; CynamoStoreError where it is too damaged to tell. */
CYN_API cyn_status cyn_store_info_get(const char *url, cyn_store_info *out,
                                      void (*table)(void *user, const cyn_store_table *table), void *user,
                                      cyn_error *error) CYN_MUST_USE;

/* Copies a file: PATH database, as of its last commit, into a folder that must not exist yet. It may be in use, by this
 * process or another: writing goes on meanwhile. The copy is synced, and it is a database like any other.
 * Errors: CynamoUsageError, CynamoStoreError, CynamoStoreFull; a copy that failed is taken away. */
CYN_API cyn_status cyn_store_backup(const char *url, const char *folder, cyn_error *error) CYN_MUST_USE;

/* Gives the room of deleted items back to the disk: a file: PATH database is written anew, without free pages, and takes
 * the old file's place at once. Where it is open, its writes wait meanwhile, and reads for a moment; where another process
 * has it open, that one is asked to do it, by a file in the folder, and does it with its background jobs. *saved_bytes may
 * be NULL. Errors: CynamoStoreLocked (the other process does not answer), CynamoStoreError (damaged files are left as they
 * are), CynamoStoreFull. */
CYN_API cyn_status cyn_store_compact(const char *url, uint64_t *saved_bytes, cyn_error *error) CYN_MUST_USE;

/* Brings a closed file: PATH database to the format of this Cynamo; *from and *to (may be NULL) are the format versions
 * before and after. There is one version so far, and so nothing to do yet. Errors: CynamoStoreLocked, CynamoStoreVersion
 * (a newer Cynamo has written it), CynamoStoreError. */
CYN_API cyn_status cyn_store_upgrade(const char *url, int64_t *from, int64_t *to, cyn_error *error) CYN_MUST_USE;

/* The same for a database that is open, memory: too: a copy into a folder that must not exist yet. Errors: CynamoUsageError
 * (http:, aws:), CynamoStoreError, CynamoStoreFull; a copy that failed is taken away. */
CYN_API cyn_status cyn_db_backup(cyn_db *db, const char *folder, cyn_error *error) CYN_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif
