/* fork(): the child's handle answers an error and harms nothing; the parent never notices. */
#include <sys/wait.h>

#include "conformance.h"

/* In the child: every call answers CYN_E_FORKED. Returns the number of the first that does not, or 0. */
static int child_checks(fixture *f, bool view_runs) {
  cyn_i_store_view *view;
  cyn_bytes value;
  int64_t number;
  bool done;
  cyn_i_store_stat stat;
  cyn_i_store_key key = key_of(1, "p", "");
  cyn_i_store_range range = {.space = SPACE, .hash_high = UINT64_MAX};
  if (put_text(f, key, "child") != CYN_E_FORKED) return 1;
  if (strstr(f->error.message, "fork()") == NULL) return 2;
  if (cyn_i_store_view_open(f->store, &view, NULL) != CYN_E_FORKED) return 3;
  if (!view_runs && cyn_i_store_view_begin(f->view, NULL) != CYN_E_FORKED) return 4;
  if (cyn_i_store_get(f->view, &key, &value, NULL) != CYN_E_FORKED) return 5;
  if (cyn_i_store_walk(f->view, &range, NULL, NULL, NULL) != CYN_E_FORKED) return 6;
  if (cyn_i_store_counter(f->store, &key, &number, NULL) != CYN_E_FORKED) return 7;
  if (cyn_i_store_reclaim(f->store, SPACE, 1, &done, NULL) != CYN_E_FORKED) return 8;
  if (cyn_i_store_log_read(f->view, 1, 1, NULL, NULL, NULL) != CYN_E_FORKED) return 9;
  if (cyn_i_store_log_trim(f->store, 1, 1, NULL) != CYN_E_FORKED) return 10;
  if (cyn_i_store_stat_get(f->store, &stat, NULL) != CYN_E_FORKED) return 11;
  if (cyn_i_store_copy(f->store, cyn_str("/tmp/never"), false, NULL) != CYN_E_FORKED) return 12;
  if (cyn_i_store_sync(f->store, NULL) != CYN_E_FORKED) return 13;
  change changes[2];
  cyn_i_store_write *writes[2] = {&changes[0].write, &changes[1].write};
  change_init(&changes[0], f);
  change_init(&changes[1], f);
  cyn_i_store_write_batch(f->store, writes, 2);
  if (changes[0].write.status != CYN_E_FORKED || changes[1].write.status != CYN_E_FORKED) return 14;
  cyn_i_store_write_later(f->store, &changes[0].write);
  if (changes[0].write.status != CYN_E_FORKED) return 15;
  cyn_i_store_set_owner_url(f->store, cyn_str("child"));
  cyn_i_store_view_end(f->view);
  fixture_close_store(f);
  return 0;
}

static void fork_and_check(kind which, bool view_runs) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  CHECK_INT(put_text(&f, key_of(1, "p", ""), "parent"), CYN_OK);
  if (view_runs) CHECK_INT(cyn_i_store_view_begin(f.view, &f.error), CYN_OK);
  pid_t child = fork();
  if (child == 0) {
    int failed = child_checks(&f, view_runs);
    /* a store of its own is the child's right */
    fixture own = {.which = MEMORY};
    cyn_i_arena_init(&own.arena, 0);
    cyn_i_store_options options = {0};
    if (failed == 0 && !fixture_open_with(&own, &options)) failed = 20;
    if (failed == 0 && put_text(&own, key_of(1, "p", ""), "own") != CYN_OK) failed = 21;
    test_child_exit(failed);
  }
  int status;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK_INT(WEXITSTATUS(status), 0);
  if (view_runs) cyn_i_store_view_end(f.view);
  CHECK_STR(get_text(&f, key_of(1, "p", "")), "parent");
  for (uint64_t i = 0; i < 50; i++) CHECK_INT(put_text(&f, key_of(i, "q", ""), "after"), CYN_OK);
  CHECK(fixture_reopen(&f));
  CHECK_STR(get_text(&f, key_of(1, "p", "")), "parent");
  fixture_close(&f);
}

TEST(fork_in_memory) { fork_and_check(MEMORY, false); }
TEST(fork_in_memory_with_a_view) { fork_and_check(MEMORY, true); }
TEST(fork_with_a_strict_file) { fork_and_check(STRICT, false); }
TEST(fork_with_an_unsafe_file) { fork_and_check(UNSAFE, true); }

/* The child lives on; the parent's closing frees the lock all the same, and the child can own the folder next. */
TEST(a_child_does_not_hold_its_parents_lock) {
  fixture f;
  if (!fixture_open(&f, STRICT)) return;
  int closed[2];
  REQUIRE(pipe(closed) == 0);
  pid_t child = fork();
  if (child == 0) {
    char byte;
    if (read(closed[0], &byte, 1) != 1) test_child_exit(1);
    cyn_i_store_options options = fixture_options(&f);
    test_child_exit(cyn_i_store_lmdb_open(&options, &f.store, NULL) == CYN_OK ? 0 : 2);
  }
  CHECK_INT(put_text(&f, key_of(1, "p", ""), "v"), CYN_OK);
  CHECK(fixture_reopen(&f));
  fixture_close_store(&f);
  CHECK(write(closed[1], "x", 1) == 1);
  int status;
  CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
  CHECK_INT(WEXITSTATUS(status), 0);
  cyn_i_store_options options = fixture_options(&f);
  REQUIRE(fixture_open_with(&f, &options));
  fixture_close(&f);
}

/* Forks while other threads write and read, which must neither stop nor lose anything. */
static _Atomic int stop_writing;
static void *writer_thread(void *argument) {
  fixture *f = argument;
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  long failed = 0;
  for (uint64_t i = 0; !stop_writing; i++) {
    cyn_i_store_put put = {key_of(i % 100, "w", ""), cyn_str("value")};
    change c;
    change_init(&c, f);
    c.write.arena = &arena;
    c.write.error = NULL;
    c.effects.puts = &put;
    c.effects.put_count = 1;
    if (change_run(&c) != CYN_OK) failed++;
  }
  cyn_i_arena_clean_up(&arena);
  return (void *)failed;
}

TEST(forks_beside_writers) {
  fixture f;
  if (!fixture_open(&f, UNSAFE)) return;
  pthread_t threads[2];
  stop_writing = 0;
  for (int i = 0; i < 2; i++) REQUIRE(pthread_create(&threads[i], NULL, writer_thread, &f) == 0);
  for (int i = 0; i < 20; i++) {
    pid_t child = fork();
    if (child == 0) test_child_exit(put_text(&f, key_of(1, "p", ""), "child") == CYN_E_FORKED ? 0 : 1);
    int status;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  stop_writing = 1;
  for (int i = 0; i < 2; i++) {
    void *failed;
    pthread_join(threads[i], &failed);
    CHECK(failed == NULL);
  }
  CHECK_STR(get_text(&f, key_of(1, "p", "")), "-");
  fixture_close(&f);
}
