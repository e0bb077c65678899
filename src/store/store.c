/* The door of the stores: each call goes through the table of its store. See store.h for what the calls promise. */
#include "store/store_private.h"

cyn_status cyn_i_store_view_open(cyn_i_store *store, cyn_i_store_view **out, cyn_error *error) {
  return store->vtable->view_open(store, out, error);
}
void cyn_i_store_view_close(cyn_i_store_view *view) {
  if (view != NULL) view->store->vtable->view_close(view);
}
cyn_status cyn_i_store_view_begin(cyn_i_store_view *view, cyn_error *error) {
  return view->store->vtable->view_begin(view, error);
}
void cyn_i_store_view_end(cyn_i_store_view *view) { view->store->vtable->view_end(view); }

cyn_status cyn_i_store_get(cyn_i_store_view *view, const cyn_i_store_key *key, cyn_bytes *value, cyn_error *error) {
  return view->store->vtable->get(view, key, value, error);
}
cyn_status cyn_i_store_walk(cyn_i_store_view *view, const cyn_i_store_range *range, cyn_i_store_visitor visitor, void *user,
                            cyn_error *error) {
  return view->store->vtable->walk(view, range, visitor, user, error);
}

cyn_status cyn_i_store_write_now(cyn_i_store *store, cyn_i_store_write *write) {
  return store->vtable->write_now(store, write);
}
void cyn_i_store_write_batch(cyn_i_store *store, cyn_i_store_write *const *writes, size_t count) {
  store->vtable->write_batch(store, writes, count);
}
void cyn_i_store_write_later(cyn_i_store *store, cyn_i_store_write *write) { store->vtable->write_later(store, write); }
bool cyn_i_store_commits_block(const cyn_i_store *store) { return store->vtable->commits_block(store); }
uint64_t cyn_i_store_guard(const cyn_i_store *store) { return store->vtable->guard(store); }

cyn_status cyn_i_store_counter(cyn_i_store *store, const cyn_i_store_key *key, int64_t *out, cyn_error *error) {
  return store->vtable->counter(store, key, out, error);
}
cyn_status cyn_i_store_view_counter(cyn_i_store_view *view, const cyn_i_store_key *key, int64_t *out, cyn_error *error) {
  return view->store->vtable->view_counter(view, key, out, error);
}
cyn_status cyn_i_store_reclaim(cyn_i_store *store, uint32_t space, unsigned slice_us, bool *done, cyn_error *error) {
  return store->vtable->reclaim(store, space, slice_us, done, error);
}
cyn_status cyn_i_store_log_read(cyn_i_store_view *view, uint32_t log, uint64_t from_position, cyn_i_store_visitor visitor,
                                void *user, cyn_error *error) {
  return view->store->vtable->log_read(view, log, from_position, visitor, user, error);
}
cyn_status cyn_i_store_log_last(cyn_i_store_view *view, uint32_t log, uint64_t *position, cyn_error *error) {
  return view->store->vtable->log_last(view, log, position, error);
}
cyn_status cyn_i_store_log_trim(cyn_i_store *store, uint32_t log, uint64_t before_position, cyn_error *error) {
  return store->vtable->log_trim(store, log, before_position, error);
}
cyn_status cyn_i_store_stat_get(cyn_i_store *store, cyn_i_store_stat *out, cyn_error *error) {
  return store->vtable->stat(store, out, error);
}
cyn_status cyn_i_store_copy(cyn_i_store *store, cyn_bytes path, bool compact, cyn_error *error) {
  return store->vtable->copy(store, path, compact, error);
}
cyn_status cyn_i_store_sync(cyn_i_store *store, cyn_error *error) { return store->vtable->sync(store, error); }
void cyn_i_store_serve(cyn_i_store *store) {
  if (store->vtable->serve != NULL) store->vtable->serve(store);
}
void cyn_i_store_set_owner_url(cyn_i_store *store, cyn_bytes url) { store->vtable->set_owner_url(store, url); }
void cyn_i_store_close(cyn_i_store *store) {
  if (store != NULL) store->vtable->close(store);
}
