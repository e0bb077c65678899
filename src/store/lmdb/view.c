/* Views: read transactions that are kept and renewed. Beginning one is a store and a load beside LMDB's own renewal.
 *
 * When the environment has to be reopened (write.c), every view's transaction must be gone first: `reopening` holds new
 * ones back, `active` tells which still run. Both are sequentially consistent, so that at least one side sees the other. */
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "store/lmdb/lmdb_private.h"

#define PAUSE_WAIT_MS 500u /* a view lives 50 ms at most */
#define PAUSE_POLL_NS 200000L

cyn_status cyn_i_lmdb_view_open(cyn_i_store *base, cyn_i_store_view **out, cyn_error *error) {
  cyn_i_lmdb_store *store = cyn_i_lmdb_of(base);
  *out = NULL;
  if (cyn_i_lmdb_forked(store)) return cyn_i_lmdb_forked_error(error);
  cyn_i_lmdb_view *view = cyn_i_zalloc(1, sizeof *view);
  if (view == NULL) return cyn_i_error_no_memory(error);
  view->base.store = base;
  pthread_mutex_lock(&store->views_mutex);
  view->next = store->views;
  if (view->next != NULL) view->next->previous = view;
  store->views = view;
  pthread_mutex_unlock(&store->views_mutex);
  *out = &view->base;
  return CYN_OK;
}

static void view_drop(cyn_i_lmdb_view *view) {
  if (view->cursor != NULL) mdb_cursor_close(view->cursor);
  if (view->txn != NULL) mdb_txn_abort(view->txn);
  view->cursor = NULL;
  view->txn = NULL;
}

void cyn_i_lmdb_view_close(cyn_i_store_view *base) {
  cyn_i_lmdb_view *view = (cyn_i_lmdb_view *)base;
  cyn_i_lmdb_store *store = cyn_i_lmdb_of(base->store);
  if (cyn_i_lmdb_forked(store)) return; /* its transaction is the parent's */
  pthread_mutex_lock(&store->views_mutex);
  if (view->next != NULL) view->next->previous = view->previous;
  if (view->previous != NULL) view->previous->next = view->next;
  if (store->views == view) store->views = view->next;
  view_drop(view);
  pthread_mutex_unlock(&store->views_mutex);
  cyn_i_free(view);
}

/* Marks the view active, after a reopening that runs. */
static void view_enter_slow(cyn_i_lmdb_store *store, cyn_i_lmdb_view *view) {
  while (atomic_load(&store->reopening)) {
    atomic_store(&view->active, 0);
    pthread_mutex_lock(&store->views_mutex);
    while (atomic_load(&store->reopening)) pthread_cond_wait(&store->views_cond, &store->views_mutex);
    pthread_mutex_unlock(&store->views_mutex);
    atomic_store(&view->active, 1);
  }
}

static int view_start(cyn_i_lmdb_store *store, cyn_i_lmdb_view *view) {
  atomic_store(&view->active, 1);
  if (__builtin_expect(atomic_load(&store->reopening), 0)) view_enter_slow(store, view);
  if (__builtin_expect(view->txn != NULL, 1)) return mdb_txn_renew(view->txn);
  int code = store->env != NULL ? mdb_txn_begin(store->env, NULL, MDB_RDONLY, &view->txn) : MDB_PANIC;
  if (code != 0) view->txn = NULL;
  return code;
}

/* An earlier fault of the disk has closed the environment, and it could not be opened again then: reading tries, too.
 * Nobody holds `writer` here: who writes has an environment. */
static int view_start_again(cyn_i_lmdb_store *store, cyn_i_lmdb_view *view) {
  atomic_store(&view->active, 0);
  pthread_mutex_lock(&store->writer);
  bool is_open = !store->broken || cyn_i_lmdb_env_reopen(store);
  pthread_mutex_unlock(&store->writer);
  return is_open ? view_start(store, view) : MDB_PANIC;
}

cyn_status cyn_i_lmdb_view_begin(cyn_i_store_view *base, cyn_error *error) {
  cyn_i_lmdb_view *view = (cyn_i_lmdb_view *)base;
  cyn_i_lmdb_store *store = cyn_i_lmdb_of(base->store);
  if (cyn_i_lmdb_forked(store)) return cyn_i_lmdb_forked_error(error);
  int code = view_start(store, view);
  if (__builtin_expect(code == MDB_PANIC, 0)) code = view_start_again(store, view);
  view->cursor_fresh = false;
  view->cursor_busy = false;
  CYN_LMDB_ACQUIRE(store);
  if (__builtin_expect(code == 0, 1)) return CYN_OK;
  atomic_store(&view->active, 0);
  return cyn_i_lmdb_error(store, code, "read", error);
}

void cyn_i_lmdb_view_end(cyn_i_store_view *base) {
  cyn_i_lmdb_view *view = (cyn_i_lmdb_view *)base;
  cyn_i_lmdb_store *store = cyn_i_lmdb_of(base->store);
  if (cyn_i_lmdb_forked(store)) return;
  CYN_LMDB_PAGES_LOCK();
  if (view->txn != NULL) mdb_txn_reset(view->txn);
  CYN_LMDB_PAGES_UNLOCK();
  atomic_store_explicit(&view->active, 0, memory_order_release);
}

cyn_status cyn_i_lmdb_view_get(cyn_i_store_view *base, const cyn_i_store_key *key, cyn_bytes *value, cyn_error *error) {
  cyn_i_lmdb_view *view = (cyn_i_lmdb_view *)base;
  cyn_i_lmdb_store *store = cyn_i_lmdb_of(base->store);
  if (cyn_i_lmdb_forked(store)) return cyn_i_lmdb_forked_error(error);
  *value = (cyn_bytes){NULL, 0};
  if (__builtin_expect(!cyn_i_lmdb_key_valid(key), 0)) return CYN_OK; /* no such key can have been put */
  MDB_val found;
  uint8_t bytes[CYN_LMDB_KEY_MAX];
  size_t size = cyn_i_lmdb_key_encode(key, bytes);
  int code = cyn_i_lmdb_get(view->txn, store->dbi, (cyn_bytes){(const char *)bytes, size}, &found);
  if (__builtin_expect(code == 0, 1)) {
    *value = (cyn_bytes){found.mv_data, found.mv_size};
    return CYN_OK;
  }
  return code == MDB_NOTFOUND ? CYN_OK : cyn_i_lmdb_error(store, code, "read", error);
}

/* The view's own cursor, or, for a walk inside a walk, another. */
static int cursor_take(cyn_i_lmdb_view *view, MDB_cursor **out) {
  MDB_dbi dbi = cyn_i_lmdb_of(view->base.store)->dbi;
  if (view->cursor_busy) return mdb_cursor_open(view->txn, dbi, out);
  int code = 0;
  if (view->cursor == NULL)
    code = mdb_cursor_open(view->txn, dbi, &view->cursor);
  else if (!view->cursor_fresh)
    code = mdb_cursor_renew(view->txn, view->cursor);
  if (code != 0) return code;
  view->cursor_fresh = true;
  view->cursor_busy = true;
  *out = view->cursor;
  return 0;
}

static void cursor_give(cyn_i_lmdb_view *view, MDB_cursor *cursor) {
  if (cursor == view->cursor)
    view->cursor_busy = false;
  else
    mdb_cursor_close(cursor);
}

int cyn_i_lmdb_view_walk_bytes(cyn_i_lmdb_view *view, const cyn_i_lmdb_range *range, cyn_i_lmdb_visitor visitor,
                               void *user) {
  MDB_cursor *cursor;
  int code = cursor_take(view, &cursor);
  if (code != 0) return code;
  code = cyn_i_lmdb_walk(cursor, range, visitor, user);
  cursor_give(view, cursor);
  return code;
}

typedef struct key_visit {
  cyn_i_store_visitor visitor;
  void *user;
  bool damaged;
} key_visit;

static bool key_visitor(void *user, cyn_bytes bytes, cyn_bytes value) {
  key_visit *visit = user;
  cyn_i_store_key key;
  if (!cyn_i_lmdb_key_decode(bytes, &key)) {
    visit->damaged = true;
    return false;
  }
  return visit->visitor(visit->user, &key, value);
}

/* `memory` holds three keys. */
static void range_encode(const cyn_i_store_range *range, cyn_i_lmdb_range *out, uint8_t *memory) {
  uint8_t *low = memory, *high = memory + CYN_LMDB_KEY_MAX;
  cyn_i_store_key key = {range->space, range->hash_low, {"", 0}, {"", 0}};
  memset(out, 0, sizeof *out);
  out->backward = range->backward;
  out->high_mode = CYN_LMDB_HIGH_PREFIX;
  if (!range->whole_partition_range) {
    (void)cyn_i_lmdb_key_encode(&key, low);
    key.hash = range->hash_high;
    (void)cyn_i_lmdb_key_encode(&key, high);
    out->low = (cyn_bytes){(const char *)low, CYN_LMDB_KEY_HEAD - 1}; /* without a partition's size */
    out->high = (cyn_bytes){(const char *)high, CYN_LMDB_KEY_HEAD - 1};
    return;
  }
  key.partition = range->partition;
  key.sort = range->sort_low;
  out->low = (cyn_bytes){(const char *)low, cyn_i_lmdb_key_encode(&key, low)};
  out->low_excluded = range->sort_low.data != NULL && range->sort_low_excluded;
  key.sort = range->sort_high;
  out->high = (cyn_bytes){(const char *)high, cyn_i_lmdb_key_encode(&key, high)};
  if (range->sort_high.data == NULL) return;
  if (range->sort_high_excluded)
    out->high_mode = CYN_LMDB_HIGH_EXCLUDED;
  else if (!range->high_is_prefix)
    out->high_mode = CYN_LMDB_HIGH_INCLUSIVE;
}

/* Moves the bound where the walk begins behind `after`. */
static void range_narrow(cyn_i_lmdb_range *range, const cyn_i_store_key *after, uint8_t *memory) {
  cyn_bytes from = {(const char *)memory, cyn_i_lmdb_key_encode(after, memory)};
  if (!range->backward) {
    if (cyn_i_lmdb_key_compare(from, range->low) < 0) return;
    range->low = from;
    range->low_excluded = true;
    return;
  }
  bool inside = range->high_mode == CYN_LMDB_HIGH_PREFIX
                    ? memcmp(from.data, range->high.data, from.size < range->high.size ? from.size : range->high.size) <= 0
                    : cyn_i_lmdb_key_compare(from, range->high) <= 0;
  if (!inside) return;
  range->high = from;
  range->high_mode = CYN_LMDB_HIGH_EXCLUDED;
}

static bool range_valid(const cyn_i_store_range *range) {
  cyn_i_store_key low = {range->space, 0, range->partition, range->sort_low};
  cyn_i_store_key high = {range->space, 0, range->partition, range->sort_high};
  return cyn_i_lmdb_key_valid(&low) && cyn_i_lmdb_key_valid(&high) &&
         (range->after == NULL ||
          (range->after->partition.size <= CYN_LMDB_PARTITION_MAX && range->after->sort.size <= CYN_LMDB_SORT_MAX));
}

cyn_status cyn_i_lmdb_view_walk(cyn_i_store_view *base, const cyn_i_store_range *range, cyn_i_store_visitor visitor,
                                void *user, cyn_error *error) {
  cyn_i_lmdb_view *view = (cyn_i_lmdb_view *)base;
  cyn_i_lmdb_store *store = cyn_i_lmdb_of(base->store);
  if (cyn_i_lmdb_forked(store)) return cyn_i_lmdb_forked_error(error);
  if (!range_valid(range)) return cyn_i_error_set(error, CYN_E_INTERNAL, "A walk's bounds are longer than a key can be.");
  uint8_t memory[3 * CYN_LMDB_KEY_MAX];
  cyn_i_lmdb_range bytes;
  range_encode(range, &bytes, memory);
  if (range->after != NULL) range_narrow(&bytes, range->after, memory + 2 * CYN_LMDB_KEY_MAX);
  key_visit visit = {visitor, user, false};
  int code = cyn_i_lmdb_view_walk_bytes(view, &bytes, key_visitor, &visit);
  if (code == 0 && visit.damaged) code = MDB_CORRUPTED;
  return code == 0 ? CYN_OK : cyn_i_lmdb_error(store, code, "read", error);
}

bool cyn_i_lmdb_views_pause(cyn_i_lmdb_store *store) {
  const uint64_t end = cyn_i_clock_monotonic_ns() + (uint64_t)PAUSE_WAIT_MS * 1000000u;
  atomic_store(&store->reopening, 1);
  for (;;) {
    bool running = false;
    pthread_mutex_lock(&store->views_mutex);
    for (cyn_i_lmdb_view *view = store->views; view != NULL; view = view->next)
      running = running || atomic_load(&view->active);
    if (!running)
      for (cyn_i_lmdb_view *view = store->views; view != NULL; view = view->next) view_drop(view);
    pthread_mutex_unlock(&store->views_mutex);
    if (!running) return true;
    if (cyn_i_clock_monotonic_ns() > end) return false;
    struct timespec wait = {0, PAUSE_POLL_NS};
    (void)nanosleep(&wait, NULL);
  }
}

void cyn_i_lmdb_views_resume(cyn_i_lmdb_store *store) {
  pthread_mutex_lock(&store->views_mutex);
  atomic_store(&store->reopening, 0);
  pthread_cond_broadcast(&store->views_cond);
  pthread_mutex_unlock(&store->views_mutex);
}
