/* Group commit: callers that write at once share commits, in a syncing store, whether they block or not. */
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>

#include "conformance.h"
#include "store/lmdb/lmdb_private.h"

/* A disk whose sync takes its time, so that what is shared is seen on a fast one too. */
static _Atomic int sync_delay_us;
/* Default visibility: the build hides names, and LMDB would not see this one. */
__attribute__((visibility("default"))) int fdatasync(int fd) {
  if (sync_delay_us != 0) (void)usleep((useconds_t)sync_delay_us);
  return (int)syscall(SYS_fdatasync, fd);
}

static size_t commits_so_far(fixture *f) {
  MDB_envinfo info;
  CHECK_INT(mdb_env_info(cyn_i_lmdb_of(f->store)->env, &info), 0);
  return info.me_last_txnid;
}

enum { THREADS = 64, WRITES = 20 };

static void *writer(void *argument) {
  fixture *f = argument;
  cyn_i_arena arena;
  long failed = 0;
  cyn_i_arena_init(&arena, 0);
  for (uint64_t i = 0; i < WRITES; i++) {
    change c;
    cyn_i_store_put put = {key_of(i, "p", ""), cyn_str("value")};
    cyn_i_store_add add = {key_of(0, "n", ""), 1};
    change_init(&c, f);
    c.write.arena = &arena;
    c.write.error = NULL;
    c.effects = (cyn_i_store_effects){&put, 1, &add, 1, NULL, 0, false};
    if (change_run(&c) != CYN_OK) failed++;
  }
  cyn_i_arena_clean_up(&arena);
  return (void *)failed;
}

static void share_commits(kind which) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  pthread_t threads[THREADS];
  sync_delay_us = 1000;
  size_t before = commits_so_far(&f);
  for (int i = 0; i < THREADS; i++) REQUIRE(pthread_create(&threads[i], NULL, writer, &f) == 0);
  for (int i = 0; i < THREADS; i++) {
    void *failed;
    pthread_join(threads[i], &failed);
    CHECK(failed == NULL);
  }
  sync_delay_us = 0;
  size_t commits = commits_so_far(&f) - before;
  CHECK_INT(counter_value(&f, "n"), THREADS * WRITES);
  CHECK(commits * 8 < THREADS * WRITES); /* 2 of 64 threads run at a time, and yet: more than 8 writes a commit */
  if (getenv("STORE_VERBOSE") != NULL) printf("%d writes in %zu commits\n", THREADS * WRITES, commits);
  fixture_close(&f);
}

TEST(threads_share_commits_strict) { share_commits(STRICT); }
TEST(threads_share_commits_relaxed) { share_commits(RELAXED); }

static _Atomic int later_done;
static pthread_t later_threads[256];
static void later_count(cyn_i_store_write *write) {
  if (write->status != CYN_OK) return;
  later_threads[later_done % 256] = pthread_self(); /* one thread at a time calls this */
  later_done++;
}

TEST(event_loops_share_commits) {
  enum { COUNT = 256 };
  fixture f;
  if (!fixture_open(&f, STRICT)) return;
  static change changes[COUNT];
  static cyn_i_store_put puts[COUNT];
  static cyn_i_arena arenas[COUNT];
  later_done = 0;
  sync_delay_us = 2000;
  size_t before = commits_so_far(&f);
  for (int i = 0; i < COUNT; i++) {
    change_init(&changes[i], &f);
    cyn_i_arena_init(&arenas[i], 0);
    changes[i].write.arena = &arenas[i];
    changes[i].write.error = NULL;
    changes[i].write.done = later_count;
    puts[i] = (cyn_i_store_put){key_of((uint64_t)i, "p", ""), cyn_str("value")};
    changes[i].effects.puts = &puts[i];
    changes[i].effects.put_count = 1;
    cyn_i_store_write_later(f.store, &changes[i].write);
  }
  for (int i = 0; i < 5000 && later_done < COUNT; i++) (void)usleep(1000);
  sync_delay_us = 0;
  CHECK_INT(later_done, COUNT);
  CHECK(commits_so_far(&f) - before < COUNT / 4);
  for (int i = 0; i < COUNT; i++) {
    CHECK(!pthread_equal(later_threads[i], pthread_self())); /* the loop never waits */
    cyn_i_arena_clean_up(&arenas[i]);
  }
  fixture_close(&f);
}

/* A refusal, and a write out of bounds, in the midst of a shared commit. */
static void *mixed_writer(void *argument) {
  fixture *f = argument;
  static _Atomic int turn;
  long wrong = 0;
  cyn_i_arena arena;
  cyn_error error = CYN_ERROR_INIT;
  cyn_i_arena_init(&arena, 0);
  for (int i = 0; i < WRITES; i++) {
    int which = turn++ % 3;
    cyn_i_store_put put = {key_of(1, "p", ""), cyn_str("v")};
    if (which == 2) put.key.space = 1;
    cyn_i_store_add add = {key_of(0, "n", ""), 1};
    change c;
    change_init(&c, f);
    c.write.arena = &arena;
    c.write.error = &error;
    c.effects = (cyn_i_store_effects){&put, 1, &add, 1, NULL, 0, false};
    if (which == 1) c.decision = CYN_DECISION_REFUSE;
    if (change_run(&c) != (which == 2 ? CYN_E_INTERNAL : CYN_OK)) wrong++;
  }
  cyn_i_arena_clean_up(&arena);
  cyn_error_clean_up(&error);
  return (void *)wrong;
}

TEST(those_who_share_do_not_harm_each_other) {
  enum { FEW = 9 };
  fixture f;
  if (!fixture_open(&f, STRICT)) return;
  pthread_t threads[FEW];
  for (int i = 0; i < FEW; i++) REQUIRE(pthread_create(&threads[i], NULL, mixed_writer, &f) == 0);
  for (int i = 0; i < FEW; i++) {
    void *wrong;
    pthread_join(threads[i], &wrong);
    CHECK(wrong == NULL);
  }
  CHECK_INT(counter_value(&f, "n"), FEW * WRITES / 3);
  fixture_close(&f);
}
