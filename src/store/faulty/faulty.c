/* The test store: keeps the store's contract as strictly against its caller as it allows. Over another store, by seed, it
 * delays, gives values that die the moment they may, decides twice, and forgets whether it has committed (write.c). What
 * works over this store relies on nothing that the contract does not say. */
#include <time.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/random.h"
#include "store/faulty/faulty_private.h"

#define SPOILED 0xA5
#define DELAY_ONE_IN 24
#define DELAY_NS_MAX 150000u

typedef struct lent {
  struct lent *next;
  cyn_bytes copy;
} lent;

typedef struct faulty_view {
  cyn_i_store_view base;
  cyn_i_store_view *inner;
  lent *lent; /* values that die with the view */
} faulty_view;

typedef struct faulty_visit {
  cyn_i_store_visitor visitor;
  void *user;
  bool failed;
} faulty_visit;

static cyn_i_faulty_store *faulty_of(const cyn_i_store *store) { return (cyn_i_faulty_store *)store; }
static faulty_view *view_of(cyn_i_store_view *view) { return (faulty_view *)view; }

/* splitmix64 over a counter, which threads share without a lock */
static uint64_t draw(cyn_i_faulty_store *store) {
  uint64_t x = store->seed + (atomic_fetch_add(&store->drawn, 1) + 1) * 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

bool cyn_i_faulty_chance(cyn_i_faulty_store *store, unsigned one_in) { return draw(store) % one_in == 0; }

void cyn_i_faulty_delay(cyn_i_faulty_store *store) {
  if (!cyn_i_faulty_chance(store, DELAY_ONE_IN)) return;
  struct timespec wait = {0, (long)(draw(store) % DELAY_NS_MAX)};
  (void)nanosleep(&wait, NULL);
}

bool cyn_i_faulty_copy(cyn_bytes bytes, cyn_bytes *out) {
  *out = (cyn_bytes){NULL, 0};
  if (bytes.data == NULL) return true;
  char *copy = cyn_i_alloc(bytes.size);
  if (copy == NULL) return false;
  if (bytes.size != 0) memcpy(copy, bytes.data, bytes.size);
  *out = (cyn_bytes){copy, bytes.size};
  return true;
}

void cyn_i_faulty_spoil(cyn_bytes copy) {
  if (copy.data == NULL) return;
  memset((void *)(uintptr_t)copy.data, SPOILED, copy.size);
  cyn_i_free((void *)(uintptr_t)copy.data);
}

static void view_spoil(faulty_view *view) {
  while (view->lent != NULL) {
    lent *next = view->lent->next;
    cyn_i_faulty_spoil(view->lent->copy);
    cyn_i_free(view->lent);
    view->lent = next;
  }
}

static cyn_status faulty_view_open(cyn_i_store *store, cyn_i_store_view **out, cyn_error *error) {
  *out = NULL;
  faulty_view *view = cyn_i_zalloc(1, sizeof *view);
  if (view == NULL) return cyn_i_error_no_memory(error);
  view->base.store = store;
  cyn_status status = cyn_i_store_view_open(faulty_of(store)->inner, &view->inner, error);
  if (status != CYN_OK) {
    cyn_i_free(view);
    return status;
  }
  *out = &view->base;
  return CYN_OK;
}

static void faulty_view_close(cyn_i_store_view *view) {
  view_spoil(view_of(view));
  cyn_i_store_view_close(view_of(view)->inner);
  cyn_i_free(view);
}

static cyn_status faulty_view_begin(cyn_i_store_view *view, cyn_error *error) {
  cyn_i_faulty_delay(faulty_of(view->store));
  return cyn_i_store_view_begin(view_of(view)->inner, error);
}

static void faulty_view_end(cyn_i_store_view *view) {
  view_spoil(view_of(view));
  cyn_i_store_view_end(view_of(view)->inner);
}

static cyn_status faulty_get(cyn_i_store_view *base, const cyn_i_store_key *key, cyn_bytes *value, cyn_error *error) {
  faulty_view *view = view_of(base);
  cyn_bytes found;
  *value = (cyn_bytes){NULL, 0};
  cyn_status status = cyn_i_store_get(view->inner, key, &found, error);
  if (status != CYN_OK || found.data == NULL) return status;
  lent *entry = cyn_i_alloc(sizeof *entry);
  if (entry == NULL || !cyn_i_faulty_copy(found, &entry->copy)) {
    cyn_i_free(entry);
    return cyn_i_error_no_memory(error);
  }
  entry->next = view->lent;
  view->lent = entry;
  *value = entry->copy;
  return CYN_OK;
}

static bool faulty_visitor(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  faulty_visit *visit = user;
  cyn_i_store_key copy = {key->space, key->hash, {NULL, 0}, {NULL, 0}};
  cyn_bytes value_copy = {NULL, 0};
  bool go_on = false;
  bool copied = cyn_i_faulty_copy(key->partition, &copy.partition) && cyn_i_faulty_copy(key->sort, &copy.sort) &&
                cyn_i_faulty_copy(value, &value_copy);
  if (copied)
    go_on = visit->visitor(visit->user, &copy, value_copy);
  else
    visit->failed = true;
  cyn_i_faulty_spoil(copy.partition);
  cyn_i_faulty_spoil(copy.sort);
  cyn_i_faulty_spoil(value_copy);
  return go_on;
}

static cyn_status faulty_walk(cyn_i_store_view *view, const cyn_i_store_range *range, cyn_i_store_visitor visitor, void *user,
                              cyn_error *error) {
  faulty_visit visit = {visitor, user, false};
  cyn_status status = cyn_i_store_walk(view_of(view)->inner, range, faulty_visitor, &visit, error);
  return status == CYN_OK && visit.failed ? cyn_i_error_no_memory(error) : status;
}

static cyn_status faulty_log_read(cyn_i_store_view *view, uint32_t log, uint64_t from_position, cyn_i_store_visitor visitor,
                                  void *user, cyn_error *error) {
  faulty_visit visit = {visitor, user, false};
  cyn_status status = cyn_i_store_log_read(view_of(view)->inner, log, from_position, faulty_visitor, &visit, error);
  return status == CYN_OK && visit.failed ? cyn_i_error_no_memory(error) : status;
}

static bool faulty_commits_block(const cyn_i_store *store) { return cyn_i_store_commits_block(faulty_of(store)->inner); }
static uint64_t faulty_guard(const cyn_i_store *store) { return cyn_i_store_guard(faulty_of(store)->inner); }
static cyn_status faulty_counter(cyn_i_store *store, const cyn_i_store_key *key, int64_t *out, cyn_error *error) {
  return cyn_i_store_counter(faulty_of(store)->inner, key, out, error);
}
static cyn_status faulty_view_counter(cyn_i_store_view *view, const cyn_i_store_key *key, int64_t *out, cyn_error *error) {
  return cyn_i_store_view_counter(view_of(view)->inner, key, out, error);
}
static cyn_status faulty_reclaim(cyn_i_store *store, uint32_t space, unsigned slice_us, bool *done, cyn_error *error) {
  return cyn_i_store_reclaim(faulty_of(store)->inner, space, slice_us, done, error);
}
static cyn_status faulty_log_last(cyn_i_store_view *view, uint32_t log, uint64_t *position, cyn_error *error) {
  return cyn_i_store_log_last(view_of(view)->inner, log, position, error);
}
static cyn_status faulty_log_trim(cyn_i_store *store, uint32_t log, uint64_t before_position, cyn_error *error) {
  return cyn_i_store_log_trim(faulty_of(store)->inner, log, before_position, error);
}
static cyn_status faulty_stat(cyn_i_store *store, cyn_i_store_stat *out, cyn_error *error) {
  return cyn_i_store_stat_get(faulty_of(store)->inner, out, error);
}
static cyn_status faulty_store_copy(cyn_i_store *store, cyn_bytes path, bool compact, cyn_error *error) {
  return cyn_i_store_copy(faulty_of(store)->inner, path, compact, error);
}
static cyn_status faulty_sync(cyn_i_store *store, cyn_error *error) {
  return cyn_i_store_sync(faulty_of(store)->inner, error);
}
static void faulty_set_owner_url(cyn_i_store *store, cyn_bytes url) {
  cyn_i_store_set_owner_url(faulty_of(store)->inner, url);
}
static void faulty_close(cyn_i_store *store) {
  cyn_i_store_close(faulty_of(store)->inner);
  cyn_i_free(store);
}

static const cyn_i_store_vtable faulty_vtable = {
    .name = "faulty",
    .view_open = faulty_view_open,
    .view_close = faulty_view_close,
    .view_begin = faulty_view_begin,
    .view_end = faulty_view_end,
    .get = faulty_get,
    .walk = faulty_walk,
    .write_now = cyn_i_faulty_write_now,
    .write_batch = cyn_i_faulty_write_batch,
    .write_later = cyn_i_faulty_write_later,
    .commits_block = faulty_commits_block,
    .guard = faulty_guard,
    .counter = faulty_counter,
    .view_counter = faulty_view_counter,
    .reclaim = faulty_reclaim,
    .log_read = faulty_log_read,
    .log_last = faulty_log_last,
    .log_trim = faulty_log_trim,
    .stat = faulty_stat,
    .copy = faulty_store_copy,
    .sync = faulty_sync,
    .set_owner_url = faulty_set_owner_url,
    .close = faulty_close,
};

cyn_status cyn_i_store_faulty_open(cyn_i_store *inner, uint64_t seed, cyn_i_store **out, cyn_error *error) {
  *out = NULL;
  cyn_i_faulty_store *store = cyn_i_zalloc(1, sizeof *store);
  if (store == NULL) return cyn_i_error_no_memory(error);
  store->base.vtable = &faulty_vtable;
  store->inner = inner;
  store->seed = seed;
  atomic_init(&store->drawn, 0);
  uint64_t first_id; /* ids of an earlier opening may stand in a file still */
  cyn_i_random_bytes(&first_id, sizeof first_id);
  atomic_init(&store->last_commit_id, first_id);
  *out = &store->base;
  return CYN_OK;
}
