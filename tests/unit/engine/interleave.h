/* A store that lets a case act between two steps of a call: its hook runs before the guard is read (for each table that a
 * call resolves) and before a write goes to the store. */
#ifndef CYN_TESTS_ENGINE_INTERLEAVE_H
#define CYN_TESTS_ENGINE_INTERLEAVE_H

#include "items.h"
#include "store/store_private.h"

typedef enum interleave_step { STEP_GUARD, STEP_WRITE } interleave_step;

typedef struct interleave {
  cyn_i_store base; /* first */
  cyn_i_store *inner;
  service *s;
  void (*hook)(service *s, void *user); /* run once, then unset */
  void *user;
  interleave_step at;
  int skip; /* so many steps of that kind are let pass */
} interleave;

static inline void interleave_step_made(interleave *i, interleave_step step) {
  if (i->hook == NULL || i->at != step || i->skip-- > 0) return;
  void (*hook)(service * s, void *user) = i->hook;
  i->hook = NULL;
  char *last = i->s->last; /* the nested calls have their own answers and memory */
  cyn_i_arena arena = i->s->arena;
  i->s->last = NULL;
  cyn_i_arena_init(&i->s->arena, 0);
  hook(i->s, i->user);
  free(i->s->last);
  cyn_i_arena_clean_up(&i->s->arena);
  i->s->last = last;
  i->s->arena = arena;
}

static inline interleave *interleave_of(const cyn_i_store *store) { return (interleave *)(uintptr_t)store; }
static inline cyn_status interleave_view_open(cyn_i_store *store, cyn_i_store_view **out, cyn_error *error) {
  return cyn_i_store_view_open(interleave_of(store)->inner, out, error); /* its calls go to the inner store */
}
static inline cyn_status interleave_write_now(cyn_i_store *store, cyn_i_store_write *write) {
  interleave_step_made(interleave_of(store), STEP_WRITE);
  return cyn_i_store_write_now(interleave_of(store)->inner, write);
}
static inline bool interleave_commits_block(const cyn_i_store *store) { return cyn_i_store_commits_block(interleave_of(store)->inner); }
static inline uint64_t interleave_guard(const cyn_i_store *store) {
  interleave_step_made(interleave_of(store), STEP_GUARD);
  return cyn_i_store_guard(interleave_of(store)->inner);
}
static inline cyn_status interleave_counter(cyn_i_store *store, const cyn_i_store_key *key, int64_t *out, cyn_error *error) {
  return cyn_i_store_counter(interleave_of(store)->inner, key, out, error);
}
static inline cyn_status interleave_reclaim(cyn_i_store *store, uint32_t space, unsigned us, bool *done, cyn_error *error) {
  return cyn_i_store_reclaim(interleave_of(store)->inner, space, us, done, error);
}
static inline void interleave_close(cyn_i_store *store) { cyn_i_store_close(interleave_of(store)->inner); }

static const cyn_i_store_vtable interleave_vtable = {
    .name = "interleave",
    .view_open = interleave_view_open,
    .write_now = interleave_write_now,
    .commits_block = interleave_commits_block,
    .guard = interleave_guard,
    .counter = interleave_counter,
    .reclaim = interleave_reclaim,
    .close = interleave_close,
};

/* A service over a memory store with the hook in between; `i` outlives it. */
static inline bool interleave_open(interleave *i, service *s) {
  cyn_i_store_options options = {0};
  memset(i, 0, sizeof *i);
  i->base.vtable = &interleave_vtable;
  i->s = s;
  return cyn_i_store_lmdb_open(&options, &i->inner, NULL) == CYN_OK && service_open_over(s, &i->base, NULL);
}

static inline void interleave_before(interleave *i, interleave_step at, int skip, void (*hook)(service *s, void *user), void *user) {
  i->at = at;
  i->skip = skip;
  i->user = user;
  i->hook = hook;
}

#endif
