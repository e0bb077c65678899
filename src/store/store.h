/* The store interface: ordered keys and byte values; declare, decide, apply. A store knows nothing of items.
 *
 * A write declares the keys that it must see; the store fetches them in one view and calls `decide`, which is pure and
 * may be called again with other values; the store applies all effects or none, if nothing that was read has changed,
 * and completes when the effects are as durable as its mode promises. One caller's refusal never undoes another's work,
 * though many writes share a commit. */
#ifndef CYN_STORE_STORE_H
#define CYN_STORE_STORE_H

#include <cynamo/error.h>
#include <cynamo/value.h>

#include "base/arena.h"

/* Ordered by exactly (space, hash, partition, sort): numbers by value; partitions by length, then memcmp (so that their
 * bytes need no escapes; it shows only where two hashes of 64 bits are equal); sort keys by memcmp, then length. Limits:
 * spaces 16 to 2^31 (the others are the store's own), partition 255 bytes, sort 8,192 bytes. */
typedef struct cyn_i_store_key {
  uint32_t space;
  uint64_t hash;
  cyn_bytes partition;
  cyn_bytes sort;
} cyn_i_store_key;

typedef struct cyn_i_store cyn_i_store;
typedef struct cyn_i_store_view cyn_i_store_view;

typedef enum cyn_i_durability { CYN_DURABILITY_STRICT = 0, CYN_DURABILITY_RELAXED, CYN_DURABILITY_UNSAFE } cyn_i_durability;

typedef struct cyn_i_store_options {
  cyn_bytes path;             /* folder of a file store; data == NULL: a memory store */
  cyn_i_durability durability;
  uint64_t map_size_max;      /* bytes of address space; 0: default (1 TiB file, 64 GiB memory), halved until it opens */
  uint64_t size_max;          /* bytes of data after which writes that grow are refused; 0: none */
  unsigned reader_count_max;  /* views open at once; 0: default (1,024) */
  bool read_only;
  cyn_bytes owner_url;        /* told to whoever is refused by the lock; may be absent, set later by set_owner_url */
} cyn_i_store_options;

/* ---- reading ---- */

/* A view's values are borrowed until view_end. One thread at a time uses a view; open is rare, begin and end are cheap. */
cyn_status cyn_i_store_view_open(cyn_i_store *store, cyn_i_store_view **out, cyn_error *error);
void cyn_i_store_view_close(cyn_i_store_view *view);
cyn_status cyn_i_store_view_begin(cyn_i_store_view *view, cyn_error *error); /* the newest committed state */
void cyn_i_store_view_end(cyn_i_store_view *view);

/* value->data == NULL: no such key. */
cyn_status cyn_i_store_get(cyn_i_store_view *view, const cyn_i_store_key *key, cyn_bytes *value, cyn_error *error);

/* What a walk covers: either sort keys of one partition, or a range of hashes of one space. */
typedef struct cyn_i_store_range {
  uint32_t space;
  bool whole_partition_range;   /* true: one partition (hash, partition, sort_low … sort_high) */
  uint64_t hash_low, hash_high; /* inclusive; for one partition both are its hash */
  cyn_bytes partition;
  cyn_bytes sort_low;           /* inclusive; absent: from the first */
  cyn_bytes sort_high;          /* inclusive as a prefix bound, see high_is_prefix; absent: to the last */
  bool sort_low_excluded;
  bool sort_high_excluded;
  bool high_is_prefix;          /* every sort key that starts with sort_high is inside */
  bool backward;
  const cyn_i_store_key *after; /* start behind (or, backward, before) this key, which need not exist; NULL: at the edge */
} cyn_i_store_range;

/* Return true to go on, false to stop. Key and value are borrowed until the visitor returns. */
typedef bool (*cyn_i_store_visitor)(void *user, const cyn_i_store_key *key, cyn_bytes value);
cyn_status cyn_i_store_walk(cyn_i_store_view *view, const cyn_i_store_range *range, cyn_i_store_visitor visitor, void *user,
                            cyn_error *error);

/* ---- writing ---- */

typedef struct cyn_i_store_put {
  cyn_i_store_key key;
  cyn_bytes value;      /* data == NULL: delete (no error when the key is absent) */
} cyn_i_store_put;
typedef struct cyn_i_store_add {
  cyn_i_store_key key;  /* the counter's; read with cyn_i_store_counter */
  int64_t delta;
} cyn_i_store_add;
typedef struct cyn_i_store_log_record {
  uint32_t log;
  cyn_bytes record;
} cyn_i_store_log_record;

/* What decide returns. The arrays and all bytes live in the write's arena, never in what decide was given. */
typedef struct cyn_i_store_effects {
  const cyn_i_store_put *puts;
  size_t put_count;
  const cyn_i_store_add *adds;
  size_t add_count;
  const cyn_i_store_log_record *log_records;
  size_t log_record_count;
  bool bump_guard;      /* the catalog has changed: every write that expects the old guard is decided again */
} cyn_i_store_effects;

typedef enum cyn_i_decision {
  CYN_DECISION_APPLY = 0,
  CYN_DECISION_REFUSE,  /* nothing to apply; the engine has kept its error. The write completes with CYN_OK */
  CYN_DECISION_MORE     /* write->keys has been extended (in the write's arena): read all again, decide again */
} cyn_i_decision;

typedef struct cyn_i_store_write cyn_i_store_write;
struct cyn_i_store_write {
  const cyn_i_store_key *keys;  /* declared */
  size_t key_count;
  uint64_t guard;               /* the guard under which the request was prepared; 0: do not check */
  /* `values[i]` belongs to keys[i]; data == NULL: absent. Borrowed until decide returns. `guard_changed`: the guard is no
   * longer the expected one; decide sees no values and must prepare again (it may change keys and guard, then MORE). */
  cyn_i_decision (*decide)(cyn_i_store_write *write, const cyn_bytes *values, bool guard_changed,
                           cyn_i_store_effects *effects);
  /* Called once, on any thread, when the effects are durable, or were refused, or could not be applied (status and
   * error as set below). NULL for blocking writes. */
  void (*done)(cyn_i_store_write *write);
  void *user;
  cyn_i_arena *arena;
  cyn_status status;            /* set by the store */
  cyn_error *error;             /* filled by the store when status is not CYN_OK */
  cyn_i_store_write *next;      /* private: queue link */
  void *private_state;          /* private */
};

/* Blocking: returns when durable. In syncing modes concurrent callers share commits (the first leads). */
cyn_status cyn_i_store_write_now(cyn_i_store *store, cyn_i_store_write *write);
/* Blocking, one commit for all, each decided in turn; each write's status is set and its done (if any) called. */
void cyn_i_store_write_batch(cyn_i_store *store, cyn_i_store_write *const *writes, size_t count);
/* For event loops on a syncing store: queues for the commit thread and returns; `done` is called on that thread. */
void cyn_i_store_write_later(cyn_i_store *store, cyn_i_store_write *write);
/* True where a commit waits for a disk, so that an event loop must use write_later; false: write_batch at each turn. */
bool cyn_i_store_commits_block(const cyn_i_store *store);

/* The current guard (never 0): it changes with every applied write that had bump_guard. Read it before the view in which
 * the catalog is read begins: the catalog is then never older than the guard. */
uint64_t cyn_i_store_guard(const cyn_i_store *store);

/* A counter as of the last commit; 0 when never added to. */
cyn_status cyn_i_store_counter(cyn_i_store *store, const cyn_i_store_key *key, int64_t *out, cyn_error *error);
/* A counter as of the view's state, to be held against what a walk of that view finds. A memory store keeps its counters
 * beside its states: there it is the last commit's. */
cyn_status cyn_i_store_view_counter(cyn_i_store_view *view, const cyn_i_store_key *key, int64_t *out, cyn_error *error);

/* ---- the rest ---- */

/* Deletes up to about slice_us microseconds' worth of keys of a space that the catalog no longer names, and of the records
 * of the log of the same number; *done tells that none is left. Idempotent. */
cyn_status cyn_i_store_reclaim(cyn_i_store *store, uint32_t space, unsigned slice_us, bool *done, cyn_error *error);

/* Gap-free positions from 1 in commit order. */
cyn_status cyn_i_store_log_read(cyn_i_store_view *view, uint32_t log, uint64_t from_position, cyn_i_store_visitor visitor,
                                void *user, cyn_error *error); /* key.hash is the position */
/* The last position that the log has given, also when a trim has taken its record; 0: none yet. */
cyn_status cyn_i_store_log_last(cyn_i_store_view *view, uint32_t log, uint64_t *position, cyn_error *error);
cyn_status cyn_i_store_log_trim(cyn_i_store *store, uint32_t log, uint64_t before_position, cyn_error *error);

typedef struct cyn_i_store_stat {
  uint64_t used_bytes, map_bytes, entry_count, page_bytes;
  unsigned readers_open;
} cyn_i_store_stat;
cyn_status cyn_i_store_stat_get(cyn_i_store *store, cyn_i_store_stat *out, cyn_error *error);
/* A consistent copy into a new folder (hot), optionally compacted. */
cyn_status cyn_i_store_copy(cyn_i_store *store, cyn_bytes path, bool compact, cyn_error *error);
cyn_status cyn_i_store_sync(cyn_i_store *store, cyn_error *error);
/* Does what other processes have asked the owner of the store for; to be called now and then. */
void cyn_i_store_serve(cyn_i_store *store);
void cyn_i_store_set_owner_url(cyn_i_store *store, cyn_bytes url);

/* ---- opening ---- */
/* The LMDB store. Errors: STORE_LOCKED names pid, command and URL of the holder; STORE_VERSION; STORE_FULL; STORE (text
 * names path and cause: read-only folder, network file system, damaged file). A second open of the same folder in one
 * process gives the same store, counted. */
cyn_status cyn_i_store_lmdb_open(const cyn_i_store_options *options, cyn_i_store **out, cyn_error *error);
/* The test store: wraps another store (owned from then on) and, by seed, conflicts, decides again with other values,
 * delays, scribbles over what decide was given, and answers "unknown", which it resolves. */
cyn_status cyn_i_store_faulty_open(cyn_i_store *inner, uint64_t seed, cyn_i_store **out, cyn_error *error);
/* Waits for queued writes, then closes (or drops one count of a shared store). */
void cyn_i_store_close(cyn_i_store *store);

/* After fork() in a child every call answers CYN_E_FORKED with a text that says what to do; the parent never notices. */

#endif
