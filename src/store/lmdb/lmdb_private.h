/* What the files of the LMDB store share. One unnamed database holds everything: a named one would dirty a page more at
 * each commit. docs/durability.md says what each mode promises. */
#ifndef CYN_STORE_LMDB_PRIVATE_H
#define CYN_STORE_LMDB_PRIVATE_H

#include <lmdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/types.h>

#include "base/error.h"
#include "store/store_private.h"

/* ---- keys (key.c): space u32, hash u64, partition size u8, partition, sort; big-endian, compared by memcmp ---- */

enum {
  CYN_LMDB_SPACE_FORMAT = 0,
  CYN_LMDB_SPACE_COUNTER = 1,    /* followed by the counter's own key; value: int64 little-endian */
  CYN_LMDB_SPACE_LOG_END = 2,    /* the last position of a log that was trimmed to nothing */
  CYN_LMDB_SPACE_USER_MIN = 16   /* the first space that the layers above may use */
};
#define CYN_LMDB_SPACE_USER_MAX 0x80000000u
#define CYN_LMDB_SPACE_LOG 0xFFFFFFFEu
#define CYN_LMDB_SPACE_LAYER 0xFFFFFFFFu

#define CYN_LMDB_PARTITION_MAX ((size_t)255)
#define CYN_LMDB_SORT_MAX ((size_t)8192)
#define CYN_LMDB_KEY_HEAD ((size_t)13)
#define CYN_LMDB_COUNTER_HEAD ((size_t)4)
/* The longest key as one string of bytes, with room for the counter's prefix. */
#define CYN_LMDB_KEY_MAX (CYN_LMDB_COUNTER_HEAD + CYN_LMDB_KEY_HEAD + CYN_LMDB_PARTITION_MAX + CYN_LMDB_SORT_MAX)

static inline void cyn_i_lmdb_store_u32(uint8_t *out, uint32_t value) {
  value = __builtin_bswap32(value);
  memcpy(out, &value, 4);
}
static inline void cyn_i_lmdb_store_u64(uint8_t *out, uint64_t value) {
  value = __builtin_bswap64(value);
  memcpy(out, &value, 8);
}
static inline uint32_t cyn_i_lmdb_load_u32(const uint8_t *in) {
  uint32_t value;
  memcpy(&value, in, 4);
  return __builtin_bswap32(value);
}
static inline uint64_t cyn_i_lmdb_load_u64(const uint8_t *in) {
  uint64_t value;
  memcpy(&value, in, 8);
  return __builtin_bswap64(value);
}

static inline size_t cyn_i_lmdb_key_size(const cyn_i_store_key *key) {
  return CYN_LMDB_KEY_HEAD + key->partition.size + key->sort.size;
}
/* Writes cyn_i_lmdb_key_size bytes; the key is valid. */
static inline size_t cyn_i_lmdb_key_encode(const cyn_i_store_key *key, uint8_t *out) {
  cyn_i_lmdb_store_u32(out, key->space);
  cyn_i_lmdb_store_u64(out + 4, key->hash);
  out[12] = (uint8_t)key->partition.size;
  uint8_t *next = out + CYN_LMDB_KEY_HEAD;
  if (key->partition.size != 0) memcpy(next, key->partition.data, key->partition.size);
  next += key->partition.size;
  if (key->sort.size != 0) memcpy(next, key->sort.data, key->sort.size);
  return (size_t)(next - out) + key->sort.size;
}
/* False where the sizes or the space are out of bounds. */
static inline bool cyn_i_lmdb_key_valid(const cyn_i_store_key *key) {
  return key->partition.size <= CYN_LMDB_PARTITION_MAX && key->sort.size <= CYN_LMDB_SORT_MAX &&
         key->space >= CYN_LMDB_SPACE_USER_MIN && key->space <= CYN_LMDB_SPACE_USER_MAX;
}
/* `out` borrows from `bytes`; false where the bytes are no key (a damaged file). */
bool cyn_i_lmdb_key_decode(cyn_bytes bytes, cyn_i_store_key *out);
int cyn_i_lmdb_key_compare(cyn_bytes a, cyn_bytes b);

/* ---- keys longer than LMDB takes (layer.c) ---- */

/* A key of at most CUT bytes stands as it is. Of a longer one, the first CUT bytes and a marker byte are the key of a
 * pointer (nothing else is CUT + 1 bytes long) to a layer, and the rest is keyed under (LAYER, id), cut again as needed. */
#define CYN_LMDB_CUT ((size_t)495)
#define CYN_LMDB_LAYER_HEAD ((size_t)12)
#define CYN_LMDB_LAYER_REST (CYN_LMDB_CUT - CYN_LMDB_LAYER_HEAD)
#define CYN_LMDB_LEVEL_MAX 20

/* Results are LMDB's codes; MDB_NOTFOUND for an absent key. */
int cyn_i_lmdb_layer_get(MDB_txn *txn, MDB_dbi dbi, cyn_bytes key, MDB_val *value);
int cyn_i_lmdb_layer_put(MDB_txn *txn, MDB_dbi dbi, cyn_bytes key, MDB_val *value);
int cyn_i_lmdb_layer_delete(MDB_txn *txn, MDB_dbi dbi, cyn_bytes key);
void cyn_i_lmdb_layer_head(uint8_t out[12], uint64_t id);

static inline int cyn_i_lmdb_get(MDB_txn *txn, MDB_dbi dbi, cyn_bytes key, MDB_val *value) {
  if (key.size > CYN_LMDB_CUT) return cyn_i_lmdb_layer_get(txn, dbi, key, value);
  MDB_val k = {key.size, (void *)key.data};
  return mdb_get(txn, dbi, &k, value);
}
static inline int cyn_i_lmdb_put(MDB_txn *txn, MDB_dbi dbi, cyn_bytes key, cyn_bytes value) {
  MDB_val v = {value.size, (void *)value.data};
  if (key.size > CYN_LMDB_CUT) return cyn_i_lmdb_layer_put(txn, dbi, key, &v);
  MDB_val k = {key.size, (void *)key.data};
  return mdb_put(txn, dbi, &k, &v, 0);
}
static inline int cyn_i_lmdb_delete(MDB_txn *txn, MDB_dbi dbi, cyn_bytes key) {
  if (key.size > CYN_LMDB_CUT) return cyn_i_lmdb_layer_delete(txn, dbi, key);
  MDB_val k = {key.size, (void *)key.data};
  return mdb_del(txn, dbi, &k, NULL);
}

/* ---- walking (walk.c) ---- */

typedef enum cyn_i_lmdb_high { CYN_LMDB_HIGH_INCLUSIVE, CYN_LMDB_HIGH_EXCLUDED, CYN_LMDB_HIGH_PREFIX } cyn_i_lmdb_high;
typedef struct cyn_i_lmdb_range {
  cyn_bytes low, high; /* never empty; `high` as a prefix lets in all that start with it */
  bool low_excluded;
  cyn_i_lmdb_high high_mode;
  bool backward;
} cyn_i_lmdb_range;
/* The key is whole, with its layers joined. Return false to stop. */
typedef bool (*cyn_i_lmdb_visitor)(void *user, cyn_bytes key, cyn_bytes value);
/* `cursor` stands for the first level and is the caller's. */
int cyn_i_lmdb_walk(MDB_cursor *cursor, const cyn_i_lmdb_range *range, cyn_i_lmdb_visitor visitor, void *user);

/* ---- counters (counter.c) ---- */

/* Counters and the ends of logs, by key. What a transaction adds is pending until the commit has succeeded. */
typedef struct cyn_i_lmdb_counter {
  int64_t value;   /* as of the last commit */
  int64_t pending; /* added by the transaction that runs */
  bool touched;
  size_t key_size; /* 0: free slot */
  uint8_t *key;
} cyn_i_lmdb_counter;
typedef struct cyn_i_lmdb_counters {
  pthread_mutex_t mutex; /* held to change what counter_read looks at; the writer reads without it */
  cyn_i_lmdb_counter *slots;
  size_t slot_count, used_count;
  size_t *touched; /* slots that the running transaction has added to */
  size_t touched_count, touched_capacity;
  bool durable; /* file stores write counters with each commit; memory stores keep them here only */
} cyn_i_lmdb_counters;

void cyn_i_lmdb_counters_init(cyn_i_lmdb_counters *counters, bool durable);
void cyn_i_lmdb_counters_clean_up(cyn_i_lmdb_counters *counters);
/* Within a write transaction. Codes are LMDB's or ENOMEM. `key` has the counter's space in front. */
int cyn_i_lmdb_counters_add(cyn_i_lmdb_counters *counters, MDB_txn *txn, MDB_dbi dbi, cyn_bytes key, int64_t delta,
                            int64_t *sum); /* `sum`: with what is pending */
int cyn_i_lmdb_counters_write(cyn_i_lmdb_counters *counters, MDB_txn *txn, MDB_dbi dbi);
void cyn_i_lmdb_counters_settle(cyn_i_lmdb_counters *counters, bool committed);
/* Puts every value, so that a copy of a memory store holds them. */
int cyn_i_lmdb_counters_dump(cyn_i_lmdb_counters *counters, MDB_txn *txn, MDB_dbi dbi);
/* False when this counter is not held in memory. */
bool cyn_i_lmdb_counters_find(cyn_i_lmdb_counters *counters, cyn_bytes key, int64_t *out);
/* Forgets those that start with `prefix` (a space that is reclaimed), or all. Not while a transaction has touched any. */
void cyn_i_lmdb_counters_forget(cyn_i_lmdb_counters *counters, cyn_bytes prefix);

/* ---- the store ---- */

typedef struct cyn_i_lmdb_store cyn_i_lmdb_store;
typedef struct cyn_i_lmdb_view cyn_i_lmdb_view;

struct cyn_i_lmdb_view {
  cyn_i_store_view base;
  MDB_txn *txn;       /* NULL: none yet, or the environment was reopened */
  MDB_cursor *cursor; /* for walks; renewed, never shared by two walks at once */
  bool cursor_fresh;  /* the cursor belongs to the running transaction */
  bool cursor_busy;
  _Atomic int active; /* 1 between begin and end */
  cyn_i_lmdb_view *next, *previous;
};

struct cyn_i_lmdb_store {
  cyn_i_store base;
  MDB_env *env;
  MDB_dbi dbi;
  unsigned env_flags;
  bool is_memory, read_only, blocks; /* blocks: a commit waits for a disk */
  cyn_i_durability durability;
  unsigned reader_count_max;
  uint64_t map_size, size_max;
  size_t page_size;
  unsigned fork_generation;
  char *path; /* "" for memory */
  int lock_fd;

  /* registry.c */
  dev_t device;
  ino_t inode;
  unsigned reference_count;
  cyn_i_lmdb_store *next;

  /* write.c: whoever decides and commits holds `writer` */
  pthread_mutex_t writer;
  _Atomic uint64_t guard;
  cyn_i_lmdb_counters counters;
  bool broken; /* the environment could not be reopened yet */
  bool meta_left; /* a commit that failed at its meta page may have left its roots on it: the next one writes that page */

  /* group.c */
  pthread_mutex_t queue_mutex;
  pthread_cond_t thread_cond;
  cyn_i_store_write *queue_first, *queue_last;
  bool leading; /* somebody commits, or was told to */
  bool thread_started, thread_leads, closing;
  pthread_t thread;

  /* view.c */
  pthread_mutex_t views_mutex;
  pthread_cond_t views_cond;
  cyn_i_lmdb_view *views;
  _Atomic int reopening;
};

static inline cyn_i_lmdb_store *cyn_i_lmdb_of(const cyn_i_store *store) { return (cyn_i_lmdb_store *)store; }

/* registry.c: bumped in the child of each fork, so that a handle knows without a system call. */
extern unsigned cyn_i_lmdb_fork_generation;
static inline bool cyn_i_lmdb_forked(const cyn_i_lmdb_store *store) {
  return __builtin_expect(store->fork_generation != cyn_i_lmdb_fork_generation, 0);
}
cyn_status cyn_i_lmdb_forked_error(cyn_error *error);
void cyn_i_lmdb_registry_lock(void);
void cyn_i_lmdb_registry_unlock(void);
/* With the registry locked. */
cyn_i_lmdb_store *cyn_i_lmdb_registry_find(dev_t device, ino_t inode);
void cyn_i_lmdb_registry_add(cyn_i_lmdb_store *store);
void cyn_i_lmdb_registry_remove(cyn_i_lmdb_store *store);

/* Codes of our own, beside LMDB's and the system's. */
enum {
  CYN_LMDB_SIZE_MAX = -41001, /* the store would grow over size_max */
  CYN_LMDB_UNKNOWN = -41002,  /* a commit failed, and whether it took place cannot be told */
  CYN_LMDB_READ_ONLY = -41003
};
/* error.c: the one place of texts for LMDB's and the system's codes. */
cyn_status cyn_i_lmdb_error(const cyn_i_lmdb_store *store, int code, const char *doing, cyn_error *error);
/* The same for copies and other files, whose texts are their own. */
cyn_i_error_code cyn_i_lmdb_error_kind(int code);

/* env.c: opens store->env (of a file or in memory) and its database; the store's settings are set before. */
cyn_status cyn_i_lmdb_env_open(cyn_i_lmdb_store *store, cyn_error *error);
void cyn_i_lmdb_env_close(cyn_i_lmdb_store *store);
/* birth.c: makes a folder's data.mdb where there is none; an errno or a code of LMDB. The owner's lock is held. */
int cyn_i_lmdb_birth(const char *folder);
/* format.c: checks the format record, or writes it into an empty database. */
cyn_status cyn_i_lmdb_format_check(cyn_i_lmdb_store *store, cyn_error *error);
#define CYN_LMDB_FORMAT_VERSION 1u
#define CYN_LMDB_FORMAT_KEY_SIZE (CYN_LMDB_KEY_HEAD + 6)
cyn_bytes cyn_i_lmdb_format_key(uint8_t out[CYN_LMDB_FORMAT_KEY_SIZE]);
/* False where the record's bytes are damaged. `writer`: the version of Cynamo that made it. */
bool cyn_i_lmdb_format_read(cyn_bytes value, uint32_t *version, char writer[33]);
/* What the record says about opening the store. */
cyn_status cyn_i_lmdb_format_judge(const char *path, cyn_bytes value, cyn_error *error);

/* sound.c: what the meta pages, the file's length and the format record give away, read without LMDB, before it opens. */
cyn_status cyn_i_lmdb_sound_check(const char *path, cyn_error *error);

/* folder.c */
cyn_status cyn_i_lmdb_folder_prepare(const char *path, bool read_only, dev_t *device, ino_t *inode, cyn_error *error);
/* The mark of an unsafe store: boot id of the system under which it was written. */
cyn_status cyn_i_lmdb_boot_check(const char *path, cyn_error *error);
bool cyn_i_lmdb_boot_marked(const char *path, bool *of_this_boot);
cyn_status cyn_i_lmdb_boot_mark(const char *path, cyn_error *error);
void cyn_i_lmdb_boot_unmark(const char *path);

/* owner.c */
cyn_status cyn_i_lmdb_owner_lock(const char *path, bool read_only, int *fd, cyn_error *error);
void cyn_i_lmdb_owner_write(int fd, cyn_bytes url);
void cyn_i_lmdb_owner_unlock(int fd);

/* view.c */
cyn_status cyn_i_lmdb_view_open(cyn_i_store *store, cyn_i_store_view **out, cyn_error *error);
void cyn_i_lmdb_view_close(cyn_i_store_view *view);
cyn_status cyn_i_lmdb_view_begin(cyn_i_store_view *view, cyn_error *error);
void cyn_i_lmdb_view_end(cyn_i_store_view *view);
cyn_status cyn_i_lmdb_view_get(cyn_i_store_view *view, const cyn_i_store_key *key, cyn_bytes *value, cyn_error *error);
cyn_status cyn_i_lmdb_view_walk(cyn_i_store_view *view, const cyn_i_store_range *range, cyn_i_store_visitor visitor,
                                void *user, cyn_error *error);
/* A walk over bytes with the view's cursor. */
int cyn_i_lmdb_view_walk_bytes(cyn_i_lmdb_view *view, const cyn_i_lmdb_range *range, cyn_i_lmdb_visitor visitor,
                               void *user);
/* After a fault of the disk: closed and opened again, once no view runs. The caller holds `writer`. */
bool cyn_i_lmdb_env_reopen(cyn_i_lmdb_store *store);
/* Waits for running views, then frees every view's transaction; false when a view does not end. Until `resume` no view
 * begins. */
bool cyn_i_lmdb_views_pause(cyn_i_lmdb_store *store);
void cyn_i_lmdb_views_resume(cyn_i_lmdb_store *store);

/* write.c: decides, applies and commits the linked writes with as few commits as they allow, and sets their status.
 * Does not call `done`. */
void cyn_i_lmdb_commit(cyn_i_lmdb_store *store, cyn_i_store_write *first);
/* Runs `work` in a write transaction of its own, under the writer's lock. */
typedef int (*cyn_i_lmdb_work)(cyn_i_lmdb_store *store, MDB_txn *txn, void *user);
cyn_status cyn_i_lmdb_commit_work(cyn_i_lmdb_store *store, cyn_i_lmdb_work work, void *user, cyn_error *error);
int cyn_i_lmdb_commit_locked(cyn_i_lmdb_store *store, cyn_i_lmdb_work work, void *user); /* with `writer` held */
/* Commits once more where a commit that failed may have left its roots on the older meta page, which would look like a
 * commit that damage has hidden. For closing. */
void cyn_i_lmdb_meta_settle(cyn_i_lmdb_store *store);

/* group.c */
cyn_status cyn_i_lmdb_write_now(cyn_i_store *store, cyn_i_store_write *write);
void cyn_i_lmdb_write_batch(cyn_i_store *store, cyn_i_store_write *const *writes, size_t count);
void cyn_i_lmdb_write_later(cyn_i_store *store, cyn_i_store_write *write);
void cyn_i_lmdb_group_stop(cyn_i_lmdb_store *store);

/* request.c: does what another process has asked for in the folder */
void cyn_i_lmdb_serve(cyn_i_store *store);

/* log.c */
/* The last position that the log has given, by its end record (key: LOG_END, log) and its records. */
int cyn_i_lmdb_log_end(MDB_txn *txn, MDB_dbi dbi, cyn_bytes key, int64_t *out);
int cyn_i_lmdb_log_append(cyn_i_lmdb_store *store, MDB_txn *txn, uint32_t log, cyn_bytes record);
cyn_status cyn_i_lmdb_log_read(cyn_i_store_view *view, uint32_t log, uint64_t from_position, cyn_i_store_visitor visitor,
                               void *user, cyn_error *error);
cyn_status cyn_i_lmdb_log_last(cyn_i_store_view *view, uint32_t log, uint64_t *position, cyn_error *error);
cyn_status cyn_i_lmdb_log_trim(cyn_i_store *store, uint32_t log, uint64_t before_position, cyn_error *error);

/* reclaim.c */
cyn_status cyn_i_lmdb_reclaim(cyn_i_store *store, uint32_t space, unsigned slice_us, bool *done, cyn_error *error);

/* ThreadSanitizer does not see LMDB's own ordering of readers and the writer. What a commit has written is seen by views
 * that begin later: release and acquire. A page is used again when the writer finds no reader of it left, at any put: the
 * ends of views and the writer's work on pages exclude each other there, in that build only. */
#if defined(__SANITIZE_THREAD__)
#define CYN_LMDB_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CYN_LMDB_TSAN 1
#endif
#endif
#ifdef CYN_LMDB_TSAN
void __tsan_acquire(void *);
void __tsan_release(void *);
#define CYN_LMDB_ACQUIRE(store) __tsan_acquire(store)
#define CYN_LMDB_RELEASE(store) __tsan_release(store)
extern pthread_mutex_t cyn_i_lmdb_pages_mutex;
#define CYN_LMDB_PAGES_LOCK() pthread_mutex_lock(&cyn_i_lmdb_pages_mutex)
#define CYN_LMDB_PAGES_UNLOCK() pthread_mutex_unlock(&cyn_i_lmdb_pages_mutex)
#else
#define CYN_LMDB_ACQUIRE(store) ((void)(store))
#define CYN_LMDB_RELEASE(store) ((void)(store))
#define CYN_LMDB_PAGES_LOCK() ((void)0)
#define CYN_LMDB_PAGES_UNLOCK() ((void)0)
#endif

#endif
