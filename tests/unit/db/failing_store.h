/* A store that passes each call on to another, or, when its turn has come, makes it an error and passes nothing on. */
#ifndef CYN_TESTS_DB_FAILING_STORE_H
#define CYN_TESTS_DB_FAILING_STORE_H

#include "base/alloc.h"
#include "base/error.h"
#include "store/store_private.h"

/* True: this call fails. */
static bool failing_store_turn(void);

typedef struct failing_store {
  cyn_i_store base;
  cyn_i_store *inner;
} failing_store;

typedef struct failing_view {
  cyn_i_store_view base;
  cyn_i_store_view *inner;
} failing_view;

static cyn_i_store *fs_inner(const cyn_i_store *store) { return ((const failing_store *)store)->inner; }
static cyn_i_store_view *fs_view(cyn_i_store_view *view) { return ((failing_view *)view)->inner; }
static cyn_status fs_error(cyn_error *error) { return cyn_i_error_set(error, CYN_E_STORE, "The store was made to fail."); }
#define FS_TURN(error) \
  if (failing_store_turn()) return fs_error(error)

static cyn_status fs_view_open(cyn_i_store *store, cyn_i_store_view **out, cyn_error *error) {
  *out = NULL;
  FS_TURN(error);
  failing_view *view = cyn_i_zalloc(1, sizeof *view);
  if (view == NULL) return cyn_i_error_no_memory(error);
  view->base.store = store;
  cyn_status status = cyn_i_store_view_open(fs_inner(store), &view->inner, error);
  if (status != CYN_OK)
    cyn_i_free(view);
  else
    *out = &view->base;
  return status;
}
static void fs_view_close(cyn_i_store_view *view) {
  cyn_i_store_view_close(fs_view(view));
  cyn_i_free(view);
}
static cyn_status fs_view_begin(cyn_i_store_view *view, cyn_error *error) {
  FS_TURN(error);
  return cyn_i_store_view_begin(fs_view(view), error);
}
static void fs_view_end(cyn_i_store_view *view) { cyn_i_store_view_end(fs_view(view)); }
static cyn_status fs_get(cyn_i_store_view *view, const cyn_i_store_key *key, cyn_bytes *value, cyn_error *error) {
  *value = (cyn_bytes){NULL, 0};
  FS_TURN(error);
  return cyn_i_store_get(fs_view(view), key, value, error);
}
static cyn_status fs_walk(cyn_i_store_view *view, const cyn_i_store_range *range, cyn_i_store_visitor visitor, void *user,
                          cyn_error *error) {
  FS_TURN(error);
  return cyn_i_store_walk(fs_view(view), range, visitor, user, error);
}
static cyn_status fs_write_now(cyn_i_store *store, cyn_i_store_write *write) {
  if (failing_store_turn()) return write->status = fs_error(write->error);
  return cyn_i_store_write_now(fs_inner(store), write);
}
/* One fails, the others pass. */
static void fs_write_batch(cyn_i_store *store, cyn_i_store_write *const *writes, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (!failing_store_turn()) {
      cyn_i_store_write_batch(fs_inner(store), &writes[i], 1);
      continue;
    }
    writes[i]->status = fs_error(writes[i]->error);
    if (writes[i]->done != NULL) writes[i]->done(writes[i]);
  }
}
static void fs_write_later(cyn_i_store *store, cyn_i_store_write *write) { fs_write_batch(store, &write, 1); }
static bool fs_commits_block(const cyn_i_store *store) { return cyn_i_store_commits_block(fs_inner(store)); }
static uint64_t fs_guard(const cyn_i_store *store) { return cyn_i_store_guard(fs_inner(store)); }
static cyn_status fs_counter(cyn_i_store *store, const cyn_i_store_key *key, int64_t *out, cyn_error *error) {
  FS_TURN(error);
  return cyn_i_store_counter(fs_inner(store), key, out, error);
}
static cyn_status fs_view_counter(cyn_i_store_view *view, const cyn_i_store_key *key, int64_t *out, cyn_error *error) {
  FS_TURN(error);
  return cyn_i_store_view_counter(fs_view(view), key, out, error);
}
static cyn_status fs_reclaim(cyn_i_store *store, uint32_t space, unsigned slice_us, bool *done, cyn_error *error) {
  FS_TURN(error);
  return cyn_i_store_reclaim(fs_inner(store), space, slice_us, done, error);
}
static cyn_status fs_log_read(cyn_i_store_view *view, uint32_t log, uint64_t from_position, cyn_i_store_visitor visitor,
                              void *user, cyn_error *error) {
  FS_TURN(error);
  return cyn_i_store_log_read(fs_view(view), log, from_position, visitor, user, error);
}
static cyn_status fs_log_last(cyn_i_store_view *view, uint32_t log, uint64_t *position, cyn_error *error) {
  FS_TURN(error);
  return cyn_i_store_log_last(fs_view(view), log, position, error);
}
static cyn_status fs_log_trim(cyn_i_store *store, uint32_t log, uint64_t before_position, cyn_error *error) {
  FS_TURN(error);
  return cyn_i_store_log_trim(fs_inner(store), log, before_position, error);
}
static cyn_status fs_stat(cyn_i_store *store, cyn_i_store_stat *out, cyn_error *error) {
  FS_TURN(error);
  return cyn_i_store_stat_get(fs_inner(store), out, error);
}
static cyn_status fs_copy(cyn_i_store *store, cyn_bytes path, bool compact, cyn_error *error) {
  FS_TURN(error);
  return cyn_i_store_copy(fs_inner(store), path, compact, error);
}
static cyn_status fs_sync(cyn_i_store *store, cyn_error *error) {
  FS_TURN(error);
  return cyn_i_store_sync(fs_inner(store), error);
}
static void fs_serve(cyn_i_store *store) { cyn_i_store_serve(fs_inner(store)); }
static void fs_set_owner_url(cyn_i_store *store, cyn_bytes url) { cyn_i_store_set_owner_url(fs_inner(store), url); }
static void fs_close(cyn_i_store *store) {
  cyn_i_store_close(fs_inner(store));
  cyn_i_free(store);
}

static const cyn_i_store_vtable fs_vtable = {
    .name = "failing",
    .view_open = fs_view_open,
    .view_close = fs_view_close,
    .view_begin = fs_view_begin,
    .view_end = fs_view_end,
    .get = fs_get,
    .walk = fs_walk,
    .write_now = fs_write_now,
    .write_batch = fs_write_batch,
    .write_later = fs_write_later,
    .commits_block = fs_commits_block,
    .guard = fs_guard,
    .counter = fs_counter,
    .view_counter = fs_view_counter,
    .reclaim = fs_reclaim,
    .log_read = fs_log_read,
    .log_last = fs_log_last,
    .log_trim = fs_log_trim,
    .stat = fs_stat,
    .copy = fs_copy,
    .sync = fs_sync,
    .serve = fs_serve,
    .set_owner_url = fs_set_owner_url,
    .close = fs_close,
};

/* Owns `inner` from then on, unless there is no memory: then it is NULL. */
static cyn_i_store *failing_store_new(cyn_i_store *inner) {
  failing_store *store = cyn_i_zalloc(1, sizeof *store);
  if (store == NULL) return NULL;
  store->base.vtable = &fs_vtable;
  store->inner = inner;
  return &store->base;
}

#endif
