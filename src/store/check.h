/* Looking at the file of a store without trusting it: page by page through pread, every offset checked before it is
 * followed. Nothing here maps the file or hands it to LMDB, so a damaged file is a list of faults and never a signal.
 *
 * The reader knows pages, keys and the store's own records; what values mean is checked above (engine/verify.h), through
 * the walk and the get below. docs/reliability.md says what is checked. */
#ifndef CYN_STORE_CHECK_H
#define CYN_STORE_CHECK_H

#include "store/store.h"

/* Where faults go: one line each, borrowed for the call. `remark` is for what is worth saying and no damage. */
typedef struct cyn_i_faults {
  void (*fault)(void *user, const char *text);  /* NULL: only counted */
  void (*remark)(void *user, const char *text); /* NULL: dropped */
  void *user;
  uint64_t count;
  uint64_t shown_max; /* faults told; those behind it are counted only. 0: 1,000 */
} cyn_i_faults;
void cyn_i_fault(cyn_i_faults *faults, const char *format, ...) __attribute__((format(printf, 2, 3)));
void cyn_i_remark(cyn_i_faults *faults, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Bytes as text for a fault: printable ones as they are, others as \xNN, cut where they do not fit. Returns `out`. */
const char *cyn_i_fault_bytes(cyn_bytes bytes, char *out, size_t out_size);

typedef struct cyn_i_store_check cyn_i_store_check;

/* Opens the file of the store in a folder. A closed store is locked while it is open here. One that is in use, by this
 * process or another, is looked at as of its last commit, which is held by a reader of LMDB's table: `is_live`. Errors:
 * STORE (no folder, no file, no permission), STORE_LOCKED (in use and the reader could not be had). */
cyn_status cyn_i_store_check_open(cyn_bytes path, cyn_i_store_check **out, cyn_error *error);
/* The same over bytes in memory, which are borrowed; for tests. */
cyn_status cyn_i_store_check_open_bytes(const void *bytes, size_t size, cyn_i_store_check **out, cyn_error *error);
void cyn_i_store_check_close(cyn_i_store_check *check);

typedef struct cyn_i_store_file {
  bool is_live;
  char owner[320];          /* of a live store: process, command and URL as text */
  uint64_t file_bytes;
  uint32_t page_bytes;
  uint64_t transaction;     /* the last commit */
  uint64_t page_count;      /* pages up to the last that was ever used */
  uint64_t used_pages, free_pages; /* after cyn_i_store_check_structure only */
  uint64_t branch_pages, leaf_pages, overflow_pages, entry_count;
  unsigned depth;
  uint32_t format_version;  /* 0: cannot be read */
  char writer[33];          /* the version of Cynamo that made it */
  bool is_marked_unsafe;    /* written with durability=unsafe, and not closed since */
  bool is_mark_of_this_boot;
  bool is_out_of_memory;    /* that is why the format version is 0 */
} cyn_i_store_file;
void cyn_i_store_check_file(const cyn_i_store_check *check, cyn_i_store_file *out);

/* Meta pages, file length, both trees of pages, the list of free pages, the format record, layers of long keys, logs and
 * the ends of logs. Faults go to `faults`; an error means that it could not be done (no memory). */
cyn_status cyn_i_store_check_structure(cyn_i_store_check *check, cyn_i_faults *faults, cyn_error *error);

/* ---- reading; sound only where the structure is, but safe in any case ---- */

/* Whole keys of the spaces low to high (user spaces only), in order; where the file is damaged the walk ends with
 * CYN_E_STORE. Key and value are borrowed until the visitor returns; a get meanwhile does not touch them. */
cyn_status cyn_i_store_check_walk(cyn_i_store_check *check, uint32_t space_low, uint32_t space_high,
                                  cyn_i_store_visitor visitor, void *user, cyn_error *error);
/* data NULL: no such key. Borrowed until the next get. */
cyn_status cyn_i_store_check_get(cyn_i_store_check *check, const cyn_i_store_key *key, cyn_bytes *value, cyn_error *error);
/* Counters in the order of their keys; the value has 8 bytes. */
cyn_status cyn_i_store_check_counters(cyn_i_store_check *check, cyn_i_store_visitor visitor, void *user, cyn_error *error);
cyn_status cyn_i_store_check_counter(cyn_i_store_check *check, const cyn_i_store_key *key, int64_t *out, cyn_error *error);
/* Records of all logs: key.space is the log's number, key.hash the position. */
cyn_status cyn_i_store_check_logs(cyn_i_store_check *check, cyn_i_store_visitor visitor, void *user, cyn_error *error);

/* What was written with durability=unsafe before the machine went down has been found sound: it may be opened again. */
cyn_status cyn_i_store_check_clear_mark(cyn_i_store_check *check, cyn_error *error);

#endif
