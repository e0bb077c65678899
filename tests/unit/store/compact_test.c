/* Compaction of a closed store, and of one that is open and in use by several threads. */
#include <stdatomic.h>

#include "conformance.h"
#include "raw_file.h"
#include "store/care.h"

static char bytes[4000];

static void fill_and_delete(fixture *f) {
  for (uint64_t i = 0; i < 400; i++) CHECK_INT(put_bytes(f, key_of(i, "k", ""), (cyn_bytes){bytes, sizeof bytes}), CYN_OK);
  for (uint64_t i = 10; i < 400; i++) CHECK_INT(put_bytes(f, key_of(i, "k", ""), (cyn_bytes){NULL, 0}), CYN_OK);
}

static void sound_and_small(const fixture *f) {
  told t;
  cyn_i_store_file file;
  structure_of(f->path, &t, &file);
  CHECK_STR(t.all, "");
  CHECK(file.file_bytes < 200000);
  CHECK_INT(file.entry_count, 11);
  char name[128];
  struct stat stat_file;
  (void)snprintf(name, sizeof name, "%s/data.mdb", f->path);
  CHECK(stat(name, &stat_file) == 0 && (stat_file.st_mode & 0777) == 0600);
}

TEST(of_a_closed_store) {
  fixture f;
  uint64_t saved;
  if (!fixture_open(&f, UNSAFE)) return;
  fill_and_delete(&f);
  fixture_close_store(&f);
  CHECK_INT(cyn_i_store_compact(cyn_str(f.path), &saved, &f.error), CYN_OK);
  CHECK(saved > 1000000);
  sound_and_small(&f);
  cyn_i_store_options options = fixture_options(&f);
  if (!fixture_open_with(&f, &options)) return;
  CHECK(strcmp(get_text(&f, key_of(3, "k", "")), "-") != 0);
  CHECK_STR(get_text(&f, key_of(30, "k", "")), "-");
  CHECK_INT(put_text(&f, key_of(30, "k", ""), "new"), CYN_OK);
  fixture_close(&f);
}

TEST(of_an_open_store) {
  fixture f;
  uint64_t saved;
  if (!fixture_open(&f, STRICT)) return;
  cyn_i_store_add add = {key_of(0, "counted", ""), 5};
  change c;
  change_init(&c, &f);
  c.effects = (cyn_i_store_effects){.adds = &add, .add_count = 1};
  CHECK_INT(change_run(&c), CYN_OK);
  fill_and_delete(&f);
  CHECK_INT(cyn_i_store_compact(cyn_str(f.path), &saved, &f.error), CYN_OK);
  CHECK(saved > 1000000);
  CHECK(strcmp(get_text(&f, key_of(3, "k", "")), "-") != 0);
  CHECK_INT(put_text(&f, key_of(7, "k", ""), "after"), CYN_OK);
  CHECK_STR(get_text(&f, key_of(7, "k", "")), "after");
  CHECK_INT(change_run(&c), CYN_OK);
  CHECK_INT(counter_value(&f, "counted"), 10);
  CHECK(fixture_reopen(&f));
  CHECK_STR(get_text(&f, key_of(7, "k", "")), "after");
  CHECK_INT(counter_value(&f, "counted"), 10);
  fixture_close(&f);
}

/* ---- while it is used ---- */

typedef struct user {
  fixture *f;
  unsigned number;
  _Atomic bool *stop;
  unsigned done, wrong;
} user;

static void *user_run(void *argument) {
  user *u = argument;
  fixture own = {.store = u->f->store};
  cyn_i_arena_init(&own.arena, 0);
  if (cyn_i_store_view_open(own.store, &own.view, NULL) != CYN_OK) return NULL;
  while (!atomic_load(u->stop) && u->wrong == 0) {
    cyn_bytes value = {NULL, 0};
    cyn_i_store_key key = key_of(u->number, "user", "");
    if (put_bytes(&own, key, (cyn_bytes){(const char *)&u->done, 4}) != CYN_OK) u->wrong++;
    if (cyn_i_store_view_begin(own.view, NULL) != CYN_OK) {
      u->wrong++;
      continue;
    }
    if (cyn_i_store_get(own.view, &key, &value, NULL) != CYN_OK || value.size != 4 || memcmp(value.data, &u->done, 4) != 0) u->wrong++;
    cyn_i_store_view_end(own.view);
    u->done++;
  }
  cyn_i_store_view_close(own.view);
  cyn_i_arena_clean_up(&own.arena);
  return NULL;
}

TEST(while_it_is_used) {
  fixture f;
  uint64_t saved;
  _Atomic bool stop = false;
  user users[4];
  pthread_t threads[4];
  if (!fixture_open(&f, STRICT)) return;
  fill_and_delete(&f);
  for (unsigned i = 0; i < 4; i++) {
    users[i] = (user){&f, i, &stop, 0, 0};
    REQUIRE(pthread_create(&threads[i], NULL, user_run, &users[i]) == 0);
  }
  for (int i = 0; i < 10; i++)
    if (cyn_i_store_compact(cyn_str(f.path), &saved, &f.error) != CYN_OK) test_failed(__FILE__, __LINE__, "%s", f.error.message);
  (void)usleep(50000);
  atomic_store(&stop, true);
  for (unsigned i = 0; i < 4; i++) {
    (void)pthread_join(threads[i], NULL);
    CHECK_INT(users[i].wrong, 0);
    CHECK(users[i].done > 0);
  }
  fixture_close_store(&f);
  told t;
  structure_of(f.path, &t, NULL);
  CHECK_STR(t.all, "");
  fixture_close(&f);
}

TEST(what_is_damaged_is_left_alone) {
  fixture f;
  raw r, after;
  uint64_t saved;
  if (!fixture_open(&f, STRICT)) return;
  fill_and_delete(&f);
  fixture_close_store(&f);
  REQUIRE(raw_load(&r, f.path));
  uint64_t root = raw_u64(raw_meta(&r) + 88 + 40);
  r.bytes[root * 4096 + 14] ^= 2;
  CHECK(raw_save(&r));
  CHECK_INT(cyn_i_store_compact(cyn_str(f.path), &saved, &f.error), CYN_E_STORE);
  CHECK(strstr(f.error.message, "was left as it is") != NULL);
  REQUIRE(raw_load(&after, f.path));
  CHECK(after.size == r.size && memcmp(after.bytes, r.bytes, r.size) == 0);
  CHECK_INT(cyn_i_store_compact(cyn_str("/nowhere"), &saved, &f.error), CYN_E_STORE);
  raw_free(&r);
  raw_free(&after);
  fixture_close(&f);
}
