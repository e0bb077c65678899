/* The stores' one conformance suite: CONFORM(name) makes a case that runs over every kind of store. The cases stand in
 * the test program of the source file that they concern most. */
#ifndef CYN_TESTS_STORE_CONFORMANCE_H
#define CYN_TESTS_STORE_CONFORMANCE_H

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/error.h"
#include "store/store.h"
#include "test.h"

typedef enum kind { MEMORY, STRICT, RELAXED, UNSAFE, FAULTY_MEMORY, FAULTY_FILE } kind;

#define CONFORM(name)                                        \
  static void name(kind which);                              \
  TEST(memory_##name) { name(MEMORY); }                      \
  TEST(file_strict_##name) { name(STRICT); }                 \
  TEST(file_relaxed_##name) { name(RELAXED); }               \
  TEST(file_unsafe_##name) { name(UNSAFE); }                 \
  TEST(faulty_memory_##name) { name(FAULTY_MEMORY); }        \
  TEST(faulty_file_##name) { name(FAULTY_FILE); }            \
  static void name(kind which)

#define SPACE 16u

typedef struct fixture {
  kind which;
  cyn_i_store *store;
  cyn_i_store_view *view;
  cyn_i_arena arena;
  cyn_error error;
  char folder[64]; /* what is removed at the end; a file store is in its subfolder "store" */
  char path[80];
} fixture;

static inline bool kind_is_memory(kind which) { return which == MEMORY || which == FAULTY_MEMORY; }

static inline cyn_i_store_options fixture_options(const fixture *f) {
  cyn_i_store_options options = {0};
  if (kind_is_memory(f->which)) return options;
  options.path = cyn_str(f->path);
  options.durability = f->which == RELAXED ? CYN_DURABILITY_RELAXED : f->which == UNSAFE ? CYN_DURABILITY_UNSAFE
                                                                                         : CYN_DURABILITY_STRICT;
  return options;
}

static inline bool fixture_open_with(fixture *f, const cyn_i_store_options *options) {
  cyn_status status = cyn_i_store_lmdb_open(options, &f->store, &f->error);
  if (status == CYN_OK && (f->which == FAULTY_MEMORY || f->which == FAULTY_FILE)) {
    cyn_i_store *inner = f->store;
    const char *seed = getenv("STORE_TEST_SEED");
    status = cyn_i_store_faulty_open(inner, seed != NULL ? strtoull(seed, NULL, 10) : 7, &f->store, &f->error);
  }
  if (status == CYN_OK) status = cyn_i_store_view_open(f->store, &f->view, &f->error);
  if (status != CYN_OK) test_failed(__FILE__, __LINE__, "open: %s", f->error.message);
  return status == CYN_OK;
}

static inline bool fixture_open(fixture *f, kind which) {
  memset(f, 0, sizeof *f);
  f->which = which;
  cyn_i_arena_init(&f->arena, 0);
  (void)snprintf(f->folder, sizeof f->folder, "/tmp/cynamo-store-test.XXXXXX");
  if (mkdtemp(f->folder) == NULL) return false;
  (void)snprintf(f->path, sizeof f->path, "%s/store", f->folder);
  cyn_i_store_options options = fixture_options(f);
  return fixture_open_with(f, &options);
}

static inline void fixture_close_store(fixture *f) {
  cyn_i_store_view_close(f->view);
  cyn_i_store_close(f->store);
  f->view = NULL;
  f->store = NULL;
}

/* A file store is closed and opened; one in memory stays. */
static inline bool fixture_reopen(fixture *f) {
  if (kind_is_memory(f->which)) return true;
  fixture_close_store(f);
  cyn_i_store_options options = fixture_options(f);
  return fixture_open_with(f, &options);
}

static inline void folder_remove(const char *path) {
  char command[256];
  (void)snprintf(command, sizeof command, "rm -rf '%s'", path);
  if (system(command) != 0) test_failed(__FILE__, __LINE__, "cannot remove %s", path);
}

static inline void fixture_close(fixture *f) {
  fixture_close_store(f);
  cyn_i_arena_clean_up(&f->arena);
  cyn_error_clean_up(&f->error);
  folder_remove(f->folder);
}

static inline cyn_i_store_key key_of(uint64_t hash, const char *partition, const char *sort) {
  return (cyn_i_store_key){SPACE, hash, cyn_str(partition), cyn_str(sort)};
}

/* A write whose effects are given beforehand, and what its decide saw. */
typedef struct change {
  cyn_i_store_write write;
  cyn_i_store_effects effects;
  cyn_i_decision decision;
  bool (*also)(struct change *change, const cyn_bytes *values); /* may change the effects; false: refuse */
  void *also_user;
  uint64_t guard_after_change; /* what decide sets when it is told that the guard has changed; 0: the current one */
  cyn_i_store *store;
  int decided, told_guard;
  char seen[4][64]; /* the values as text, "-" where absent */
} change;

static inline cyn_i_decision change_decide(cyn_i_store_write *write, const cyn_bytes *values, bool guard_changed,
                                           cyn_i_store_effects *effects) {
  change *c = (change *)write;
  c->decided++;
  if (guard_changed) {
    c->told_guard++;
    write->guard = cyn_i_store_guard(c->store);
    return CYN_DECISION_MORE;
  }
  for (size_t i = 0; i < write->key_count && i < 4; i++)
    (void)snprintf(c->seen[i], sizeof c->seen[i], "%.*s", values[i].data != NULL ? (int)values[i].size : 1,
                   values[i].data != NULL ? values[i].data : "-");
  if (c->also != NULL && !c->also(c, values)) return CYN_DECISION_REFUSE;
  *effects = c->effects;
  return c->decision;
}

static inline void change_init(change *c, fixture *f) {
  memset(c, 0, sizeof *c);
  c->store = f->store;
  c->write.decide = change_decide;
  c->write.arena = &f->arena;
  c->write.error = &f->error;
}

static inline cyn_status change_run(change *c) { return cyn_i_store_write_now(c->store, &c->write); }

/* value NULL: delete */
static inline cyn_status put_bytes(fixture *f, cyn_i_store_key key, cyn_bytes value) {
  change c;
  cyn_i_store_put put = {key, value};
  change_init(&c, f);
  c.effects.puts = &put;
  c.effects.put_count = 1;
  cyn_status status = change_run(&c);
  cyn_i_arena_reset(&f->arena, 1 << 20);
  return status;
}
static inline cyn_status put_text(fixture *f, cyn_i_store_key key, const char *value) {
  return put_bytes(f, key, cyn_str(value));
}

/* The value as text in a buffer that the next call reuses; "-" where absent. */
static inline const char *get_text(fixture *f, cyn_i_store_key key) {
  static char out[256];
  cyn_bytes value;
  (void)snprintf(out, sizeof out, "?");
  if (cyn_i_store_view_begin(f->view, &f->error) != CYN_OK) return out;
  if (cyn_i_store_get(f->view, &key, &value, &f->error) == CYN_OK)
    (void)snprintf(out, sizeof out, "%.*s", value.data != NULL ? (int)value.size : 1,
                   value.data != NULL ? value.data : "-");
  cyn_i_store_view_end(f->view);
  return out;
}

static inline int64_t counter_value(fixture *f, const char *name) {
  int64_t out = -999;
  cyn_i_store_key key = key_of(0, name, "");
  if (cyn_i_store_counter(f->store, &key, &out, &f->error) != CYN_OK) return -998;
  return out;
}

/* Repeatable random numbers for tests. */
static inline uint64_t test_random(uint64_t *state) {
  uint64_t x = *state += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

#endif
