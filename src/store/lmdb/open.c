/* Opens a store in memory or in a folder, and closes it; the table of its functions; and what concerns it as a whole. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "store/lmdb/care_private.h"
#include "store/lmdb/lmdb_private.h"

static bool store_commits_block(const cyn_i_store *base) { return cyn_i_lmdb_of(base)->blocks; }

static uint64_t store_guard(const cyn_i_store *base) { return atomic_load(&cyn_i_lmdb_of(base)->guard); }

static cyn_status counter_of_view(cyn_i_store_view *view, cyn_bytes key, int64_t *out, cyn_error *error) {
  cyn_i_lmdb_store *store = cyn_i_lmdb_of(view->store);
  MDB_val value;
  int code = cyn_i_lmdb_get(((cyn_i_lmdb_view *)view)->txn, store->dbi, key, &value);
  if (code == 0 && value.mv_size == 8) memcpy(out, value.mv_data, 8);
  return code == 0 || code == MDB_NOTFOUND ? CYN_OK : cyn_i_lmdb_error(store, code, "read", error);
}

static cyn_status counter_from_view(cyn_i_store *base, cyn_bytes key, int64_t *out, cyn_error *error) {
  cyn_i_store_view *view;
  cyn_status status = cyn_i_lmdb_view_open(base, &view, error);
  if (status != CYN_OK) return status;
  status = cyn_i_lmdb_view_begin(view, error);
  if (status == CYN_OK) {
    status = counter_of_view(view, key, out, error);
    cyn_i_lmdb_view_end(view);
  }
  cyn_i_lmdb_view_close(view);
  return status;
}

/* The key's bytes with the counters' space in front. */
static cyn_bytes counter_key(const cyn_i_store_key *key, uint8_t bytes[CYN_LMDB_KEY_MAX]) {
  cyn_i_lmdb_store_u32(bytes, CYN_LMDB_SPACE_COUNTER);
  size_t size = cyn_i_lmdb_key_encode(key, bytes + CYN_LMDB_COUNTER_HEAD);
  return (cyn_bytes){(const char *)bytes, CYN_LMDB_COUNTER_HEAD + size};
}

static cyn_status store_counter(cyn_i_store *base, const cyn_i_store_key *key, int64_t *out, cyn_error *error) {
  cyn_i_lmdb_store *store = cyn_i_lmdb_of(base);
  *out = 0;
  if (cyn_i_lmdb_forked(store)) return cyn_i_lmdb_forked_error(error);
  if (!cyn_i_lmdb_key_valid(key)) return CYN_OK;
  uint8_t bytes[CYN_LMDB_KEY_MAX];
  cyn_bytes whole = counter_key(key, bytes);
  if (cyn_i_lmdb_counters_find(&store->counters, whole, out)) return CYN_OK;
  return counter_from_view(base, whole, out, error);
}

static cyn_status store_view_counter(cyn_i_store_view *view, const cyn_i_store_key *key, int64_t *out, cyn_error *error) {
  cyn_i_lmdb_store *store = cyn_i_lmdb_of(view->store);
  if (store->is_memory) return store_counter(view->store, key, out, error);
  *out = 0;
  if (cyn_i_lmdb_forked(store)) return cyn_i_lmdb_forked_error(error);
  uint8_t bytes[CYN_LMDB_KEY_MAX];
  return cyn_i_lmdb_key_valid(key) ? counter_of_view(view, counter_key(key, bytes), out, error) : CYN_OK;
}

static unsigned readers_open(cyn_i_lmdb_store *store) {
  unsigned count = 0;
  pthread_mutex_lock(&store->views_mutex);
  for (const cyn_i_lmdb_view *view = store->views; view != NULL; view = view->next) count++;
  pthread_mutex_unlock(&store->views_mutex);
  return count;
}

static cyn_status store_stat(cyn_i_store *base, cyn_i_store_stat *out, cyn_error *error) {
  cyn_i_lmdb_store *store = cyn_i_lmdb_of(base);
  memset(out, 0, sizeof *out);
  if (cyn_i_lmdb_forked(store)) return cyn_i_lmdb_forked_error(error);
  pthread_mutex_lock(&store->writer); /* the environment may be reopened otherwise */
  MDB_stat stat;
  MDB_envinfo info;
  int code = store->env != NULL ? mdb_env_stat(store->env, &stat) : MDB_PANIC;
  if (code == 0) code = mdb_env_info(store->env, &info);
  pthread_mutex_unlock(&store->writer);
  if (code != 0) return cyn_i_lmdb_error(store, code, "read", error);
  out->page_bytes = stat.ms_psize;
  out->used_bytes = (stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages) * (uint64_t)stat.ms_psize;
  out->map_bytes = info.me_mapsize;
  out->entry_count = stat.ms_entries;
  out->readers_open = readers_open(store);
  return CYN_OK;
}

static cyn_status store_sync(cyn_i_store *base, cyn_error *error) {
  cyn_i_lmdb_store *store = cyn_i_lmdb_of(base);
  if (cyn_i_lmdb_forked(store)) return cyn_i_lmdb_forked_error(error);
  if (store->is_memory || store->read_only) return CYN_OK;
  pthread_mutex_lock(&store->writer);
  int code = store->env != NULL ? mdb_env_sync(store->env, 1) : MDB_PANIC;
  pthread_mutex_unlock(&store->writer);
  return code == 0 ? CYN_OK : cyn_i_lmdb_error(store, code, "sync", error);
}

static void store_set_owner_url(cyn_i_store *base, cyn_bytes url) {
  cyn_i_lmdb_store *store = cyn_i_lmdb_of(base);
  if (!cyn_i_lmdb_forked(store) && !store->read_only) cyn_i_lmdb_owner_write(store->lock_fd, url);
}

/* A copy is as good as its sync: both the file and its name. */
static int copy_sync(const char *folder) {
  static const char *const names[] = {"/data.mdb", ""};
  char file[4096 + 16];
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    (void)snprintf(file, sizeof file, "%s%s", folder, names[i]);
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return errno;
    int code = (i != 0 || fchmod(fd, 0600) == 0) && fsync(fd) == 0 ? 0 : errno; /* LMDB leaves the mode to the umask */
    (void)close(fd);
    if (code != 0) return code;
  }
  return 0;
}

static int dump_work(cyn_i_lmdb_store *store, MDB_txn *txn, void *user) {
  (void)user;
  return cyn_i_lmdb_counters_dump(&store->counters, txn, store->dbi);
}

static int copy_write(cyn_i_lmdb_store *store, const char *folder, bool compact) {
  int code = mdb_env_copy2(store->env, folder, compact ? MDB_CP_COMPACT : 0);
  return code == 0 ? copy_sync(folder) : code;
}

/* A memory store's counters live beside its map: they are put into it first, and no writer comes in between. */
static int copy_memory(cyn_i_lmdb_store *store, const char *folder, bool compact) {
  pthread_mutex_lock(&store->writer);
  int code = cyn_i_lmdb_commit_locked(store, dump_work, NULL);
  if (code == 0) code = copy_write(store, folder, compact);
  pthread_mutex_unlock(&store->writer);
  return code;
}

/* While a view runs the environment is not reopened. */
static cyn_status copy_file(cyn_i_lmdb_store *store, const char *folder, bool compact, int *code, cyn_error *error) {
  cyn_i_store_view *view;
  cyn_status status = cyn_i_lmdb_view_open(&store->base, &view, error);
  if (status != CYN_OK) return status;
  status = cyn_i_lmdb_view_begin(view, error);
  if (status == CYN_OK) {
    *code = copy_write(store, folder, compact);
    cyn_i_lmdb_view_end(view);
  }
  cyn_i_lmdb_view_close(view);
  return status;
}

static cyn_status store_copy(cyn_i_store *base, cyn_bytes path, bool compact, cyn_error *error) {
  cyn_i_lmdb_store *store = cyn_i_lmdb_of(base);
  char folder[4096];
  int code = 0;
  if (cyn_i_lmdb_forked(store)) return cyn_i_lmdb_forked_error(error);
  if (path.size == 0 || path.size >= sizeof folder || memchr(path.data, 0, path.size) != NULL)
    return cyn_i_error_set(error, CYN_E_STORE, "The path of the copy is empty or too long.");
  memcpy(folder, path.data, path.size);
  folder[path.size] = '\0';
  if (mkdir(folder, 0700) != 0)
    return cyn_i_error_setf(error, cyn_i_lmdb_error_kind(errno), "Cannot create the copy %s: %s.", folder, strerror(errno));
  cyn_status status = CYN_OK;
  if (store->is_memory)
    code = copy_memory(store, folder, compact);
  else
    status = copy_file(store, folder, compact, &code, error);
  if (code != 0 || status != CYN_OK) cyn_i_lmdb_copy_remove(folder);
  if (code == 0) return status;
  return cyn_i_error_setf(error, cyn_i_lmdb_error_kind(code), "Cannot write the copy %s: %s.", folder,
                          mdb_strerror(code));
}

static void store_free(cyn_i_lmdb_store *store) {
  cyn_i_lmdb_env_close(store);
  cyn_i_lmdb_counters_clean_up(&store->counters);
  pthread_mutex_destroy(&store->writer);
  pthread_mutex_destroy(&store->queue_mutex);
  pthread_cond_destroy(&store->thread_cond);
  pthread_mutex_destroy(&store->views_mutex);
  pthread_cond_destroy(&store->views_cond);
  cyn_i_free(store->path);
  cyn_i_free(store);
}

static void store_close(cyn_i_store *base) {
  cyn_i_lmdb_store *store = cyn_i_lmdb_of(base);
  if (cyn_i_lmdb_forked(store)) return; /* its maps and locks are the parent's */
  cyn_i_lmdb_registry_lock();
  bool last = --store->reference_count == 0;
  if (last) {
    cyn_i_lmdb_group_stop(store);
    for (cyn_i_lmdb_view *view = store->views; view != NULL;) { /* the caller has forgotten these */
      cyn_i_lmdb_view *next = view->next;
      cyn_i_lmdb_view_close(&view->base);
      view = next;
    }
    cyn_i_lmdb_meta_settle(store);
    bool synced = store->env != NULL && (store->is_memory || store->read_only || mdb_env_sync(store->env, 1) == 0);
    cyn_i_lmdb_env_close(store);
    if (!store->is_memory) cyn_i_lmdb_registry_remove(store);
    if (synced && store->durability == CYN_DURABILITY_UNSAFE && !store->is_memory && !store->read_only)
      cyn_i_lmdb_boot_unmark(store->path);
    cyn_i_lmdb_owner_unlock(store->lock_fd);
    store_free(store);
  }
  cyn_i_lmdb_registry_unlock();
}

static const cyn_i_store_vtable lmdb_vtable = {
    .name = "lmdb",
    .view_open = cyn_i_lmdb_view_open,
    .view_close = cyn_i_lmdb_view_close,
    .view_begin = cyn_i_lmdb_view_begin,
    .view_end = cyn_i_lmdb_view_end,
    .get = cyn_i_lmdb_view_get,
    .walk = cyn_i_lmdb_view_walk,
    .write_now = cyn_i_lmdb_write_now,
    .write_batch = cyn_i_lmdb_write_batch,
    .write_later = cyn_i_lmdb_write_later,
    .commits_block = store_commits_block,
    .guard = store_guard,
    .counter = store_counter,
    .view_counter = store_view_counter,
    .reclaim = cyn_i_lmdb_reclaim,
    .log_read = cyn_i_lmdb_log_read,
    .log_last = cyn_i_lmdb_log_last,
    .log_trim = cyn_i_lmdb_log_trim,
    .stat = store_stat,
    .copy = store_copy,
    .sync = store_sync,
    .serve = cyn_i_lmdb_serve,
    .set_owner_url = store_set_owner_url,
    .close = store_close,
};

static cyn_i_lmdb_store *store_new(const cyn_i_store_options *options) {
  cyn_i_lmdb_store *store = cyn_i_zalloc(1, sizeof *store);
  if (store == NULL) return NULL;
  store->path = cyn_i_zalloc(options->path.size + 1, 1);
  if (store->path == NULL) {
    cyn_i_free(store);
    return NULL;
  }
  if (options->path.size != 0) memcpy(store->path, options->path.data, options->path.size);
  store->base.vtable = &lmdb_vtable;
  store->is_memory = options->path.data == NULL;
  store->read_only = options->read_only && !store->is_memory;
  store->durability = store->is_memory ? CYN_DURABILITY_UNSAFE : options->durability;
  store->blocks = store->durability != CYN_DURABILITY_UNSAFE && !store->read_only;
  store->reader_count_max = options->reader_count_max;
  store->map_size = options->map_size_max;
  store->size_max = options->size_max;
  store->fork_generation = cyn_i_lmdb_fork_generation;
  store->lock_fd = -1;
  store->reference_count = 1;
  atomic_init(&store->guard, 1);
  atomic_init(&store->reopening, 0);
  cyn_i_lmdb_counters_init(&store->counters, !store->is_memory);
  pthread_mutex_init(&store->writer, NULL);
  pthread_mutex_init(&store->queue_mutex, NULL);
  pthread_cond_init(&store->thread_cond, NULL);
  pthread_mutex_init(&store->views_mutex, NULL);
  pthread_cond_init(&store->views_cond, NULL);
  return store;
}

/* Whoever was unsafe and of this boot has lost nothing: what it left in the page cache is synced before the mark goes. */
static cyn_status boot_settle(cyn_i_lmdb_store *store, cyn_error *error) {
  if (store->durability == CYN_DURABILITY_UNSAFE) return cyn_i_lmdb_boot_mark(store->path, error);
  int code = mdb_env_sync(store->env, 1);
  if (code != 0) return cyn_i_lmdb_error(store, code, "sync", error);
  cyn_i_lmdb_boot_unmark(store->path);
  return CYN_OK;
}

/* The registry is locked, so of two threads that open one folder the second gets the first's store. */
static cyn_status file_open(cyn_i_lmdb_store *store, cyn_error *error) {
  cyn_status status = cyn_i_lmdb_owner_lock(store->path, store->read_only, &store->lock_fd, error);
  if (status == CYN_OK && !store->read_only) cyn_i_lmdb_compact_clean_up(store->path);
  if (status == CYN_OK) status = cyn_i_lmdb_boot_check(store->path, error);
  if (status == CYN_OK) status = cyn_i_lmdb_sound_check(store->path, error);
  if (status == CYN_OK) status = cyn_i_lmdb_env_open(store, error);
  if (status == CYN_OK) status = cyn_i_lmdb_format_check(store, error);
  if (status == CYN_OK && !store->read_only) status = boot_settle(store, error);
  if (status == CYN_OK) cyn_i_lmdb_registry_add(store);
  return status;
}

static cyn_status store_open(cyn_i_lmdb_store **store, cyn_bytes owner_url, cyn_error *error) {
  cyn_i_lmdb_store *made = *store;
  if (made->is_memory) {
    cyn_status status = cyn_i_lmdb_env_open(made, error);
    return status == CYN_OK ? cyn_i_lmdb_format_check(made, error) : status;
  }
  cyn_status status = cyn_i_lmdb_folder_prepare(made->path, made->read_only, &made->device, &made->inode, error);
  if (status != CYN_OK) return status;
  cyn_i_lmdb_store *found = cyn_i_lmdb_registry_find(made->device, made->inode);
  if (found != NULL) {
    found->reference_count++;
    *store = found;
    return CYN_OK;
  }
  status = file_open(made, error);
  if (status == CYN_OK && owner_url.size != 0 && !made->read_only) cyn_i_lmdb_owner_write(made->lock_fd, owner_url);
  return status;
}

cyn_status cyn_i_store_lmdb_open(const cyn_i_store_options *options, cyn_i_store **out, cyn_error *error) {
  *out = NULL;
  if (options->path.data != NULL &&
      (options->path.size == 0 || memchr(options->path.data, 0, options->path.size) != NULL))
    return cyn_i_error_set(error, CYN_E_STORE, "The path of a store may not be empty or hold a zero byte.");
  cyn_i_lmdb_registry_lock(); /* also for memory: it starts the watch for forks */
  cyn_i_lmdb_store *made = store_new(options), *store = made;
  cyn_status status = made != NULL ? store_open(&store, options->owner_url, error) : cyn_i_error_no_memory(error);
  if (made != NULL && (status != CYN_OK || store != made)) {
    cyn_i_lmdb_env_close(made);
    cyn_i_lmdb_owner_unlock(made->lock_fd);
    store_free(made);
  }
  cyn_i_lmdb_registry_unlock();
  if (status == CYN_OK) *out = &store->base;
  return status;
}
