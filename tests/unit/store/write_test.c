/* Faults under a write: a full disk, failing writes and syncs, a process that is killed. LMDB's system calls are replaced
 * here, in front of the C library's. */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "conformance.h"

static _Atomic int fail_syncs, fail_writes; /* how many of the next fail */
static _Atomic int fail_code = EIO;

static bool fault(_Atomic int *left) {
  int n = *left;
  while (n > 0 && !atomic_compare_exchange_weak(left, &n, n - 1)) continue;
  if (n <= 0) return false;
  errno = fail_code;
  return true;
}

#define IN_FRONT __attribute__((visibility("default"))) /* the build hides names by default: LMDB would not see these */
IN_FRONT int fdatasync(int fd) { return fault(&fail_syncs) ? -1 : (int)syscall(SYS_fdatasync, fd); }
IN_FRONT ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
  return fault(&fail_writes) ? -1 : syscall(SYS_pwrite64, fd, data, size, offset);
}
IN_FRONT ssize_t writev(int fd, const struct iovec *vectors, int count) { /* pages that lie side by side */
  return fault(&fail_writes) ? -1 : syscall(SYS_writev, fd, vectors, count);
}

static void faults_clear(void) {
  fail_syncs = 0;
  fail_writes = 0;
  fail_code = EIO;
}

/* Both keys or neither, with a counter and a log record. */
static cyn_status put_pair(fixture *f, const char *value) {
  cyn_i_store_put puts[2] = {{key_of(1, "left", ""), cyn_str(value)}, {key_of(UINT64_MAX, "right", ""), cyn_str(value)}};
  cyn_i_store_add add = {key_of(0, "n", ""), 1};
  cyn_i_store_log_record record = {1, cyn_str(value)};
  change c;
  change_init(&c, f);
  c.effects = (cyn_i_store_effects){puts, 2, &add, 1, &record, 1, false};
  return change_run(&c);
}

static void check_pair(fixture *f, const char *value, int64_t count) {
  CHECK_STR(get_text(f, key_of(1, "left", "")), value);
  CHECK_STR(get_text(f, key_of(UINT64_MAX, "right", "")), value);
  CHECK_INT(counter_value(f, "n"), count);
}

static void failing_once(kind which, _Atomic int *fault_of, int count) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  CHECK_INT(put_pair(&f, "first"), CYN_OK);
  cyn_i_store_view *idle;
  CHECK_INT(cyn_i_store_view_open(f.store, &idle, &f.error), CYN_OK);
  CHECK_INT(cyn_i_store_view_begin(idle, &f.error), CYN_OK);
  cyn_i_store_view_end(idle);
  *fault_of = count;
  cyn_status status = put_pair(&f, "second");
  faults_clear();
  CHECK(status != CYN_OK);
  if (status != CYN_E_INTERNAL) check_pair(&f, "first", 1); /* InternalServerError: it is not known */
  CHECK_INT(put_pair(&f, "third"), CYN_OK); /* the cause is gone: it goes on */
  check_pair(&f, "third", status == CYN_E_INTERNAL ? counter_value(&f, "n") : 2);
  CHECK_INT(cyn_i_store_view_begin(idle, &f.error), CYN_OK); /* a view that was there before lives on */
  cyn_i_store_view_end(idle);
  cyn_i_store_view_close(idle);
  CHECK(fixture_reopen(&f));
  check_pair(&f, "third", counter_value(&f, "n"));
  fixture_close(&f);
}

TEST(a_failed_write_is_an_error) {
  for (int i = 1; i <= 3; i++) failing_once(STRICT, &fail_writes, i);
}
TEST(a_failed_write_without_sync_is_an_error) { failing_once(UNSAFE, &fail_writes, 1); }
TEST(a_failed_sync_is_an_error) {
  failing_once(STRICT, &fail_syncs, 1);
  failing_once(STRICT, &fail_syncs, 2);
  failing_once(RELAXED, &fail_syncs, 1);
}

TEST(a_full_disk_is_named) {
  fixture f;
  if (!fixture_open(&f, STRICT)) return;
  CHECK_INT(put_pair(&f, "first"), CYN_OK);
  static const int codes[] = {ENOSPC, EDQUOT, EFBIG};
  for (int i = 0; i < 3; i++) {
    fail_code = codes[i];
    fail_writes = 1;
    CHECK_INT(put_pair(&f, "second"), CYN_E_STORE_FULL);
    faults_clear();
    check_pair(&f, "first", 1);
  }
  CHECK(strstr(f.error.message, f.path) != NULL);
  fixture_close(&f);
}

/* A view that runs while the environment must be reopened: the writer gives up waiting, and later goes on. */
TEST(a_running_view_is_waited_for) {
  fixture f;
  if (!fixture_open(&f, STRICT)) return;
  CHECK_INT(put_pair(&f, "first"), CYN_OK);
  CHECK_INT(cyn_i_store_view_begin(f.view, &f.error), CYN_OK);
  cyn_bytes value;
  cyn_i_store_key key = key_of(1, "left", "");
  fail_syncs = 1;
  CHECK_INT(put_pair(&f, "second"), CYN_E_INTERNAL);
  faults_clear();
  CHECK_INT(cyn_i_store_get(f.view, &key, &value, &f.error), CYN_OK);
  CHECK(value.size == 5 && memcmp(value.data, "first", 5) == 0);
  cyn_i_store_view_end(f.view);
  CHECK_INT(put_pair(&f, "third"), CYN_OK);
  CHECK_STR(get_text(&f, key), "third");
  fixture_close(&f);
}

/* One who cannot be written does not pull down those who share its commit. */
TEST(a_failed_commit_is_tried_again_alone) {
  enum { COUNT = 6 };
  fixture f;
  if (!fixture_open(&f, STRICT)) return;
  change changes[COUNT];
  cyn_i_store_put puts[COUNT];
  cyn_error errors[COUNT];
  cyn_i_store_write *writes[COUNT];
  memset(errors, 0, sizeof errors);
  for (int i = 0; i < COUNT; i++) {
    change_init(&changes[i], &f);
    changes[i].write.error = &errors[i];
    puts[i] = (cyn_i_store_put){key_of((uint64_t)i, "p", ""), cyn_str("v")};
    changes[i].effects.puts = &puts[i];
    changes[i].effects.put_count = 1;
    writes[i] = &changes[i].write;
  }
  fail_code = ENOSPC;
  fail_writes = 3; /* the shared commit, then the first two alone */
  cyn_i_store_write_batch(f.store, writes, COUNT);
  faults_clear();
  for (int i = 0; i < COUNT; i++) {
    CHECK_INT(changes[i].write.status, i < 2 ? CYN_E_STORE_FULL : CYN_OK);
    CHECK_INT(changes[i].decided, 2);
    CHECK_STR(get_text(&f, puts[i].key), i < 2 ? "-" : "v");
    cyn_error_clean_up(&errors[i]);
  }
  fixture_close(&f);
}

/* A real full disk, where the user may mount one; else a limit on the file's size. */
static void fill_up(fixture *f, const cyn_i_store_options *options) {
  REQUIRE(fixture_open_with(f, options));
  static char value[20000];
  memset(value, 'v', sizeof value);
  cyn_status status = CYN_OK;
  uint64_t stored = 0;
  for (int refused = 0; refused < 3 && stored < 2000;) {
    status = put_bytes(f, key_of(stored, "p", ""), (cyn_bytes){value, sizeof value});
    if (status == CYN_OK)
      stored++;
    else
      refused++;
  }
  CHECK_INT(status, CYN_E_STORE_FULL);
  CHECK(stored > 10);
  uint64_t found = 0;
  CHECK_INT(cyn_i_store_view_begin(f->view, &f->error), CYN_OK);
  for (uint64_t i = 0; i < stored; i++) {
    cyn_bytes got;
    cyn_i_store_key key = key_of(i, "p", "");
    if (cyn_i_store_get(f->view, &key, &got, &f->error) == CYN_OK && got.size == sizeof value) found++;
  }
  cyn_i_store_view_end(f->view);
  CHECK_INT(found, stored);
  fixture_close_store(f);
}

TEST(a_disk_that_is_full) {
  fixture f;
  if (!fixture_open(&f, STRICT)) return;
  fixture_close_store(&f);
  char mounted[80];
  (void)snprintf(mounted, sizeof mounted, "%s/disk", f.folder);
  char mkdir_command[128];
  (void)snprintf(mkdir_command, sizeof mkdir_command, "mkdir '%s'", mounted);
  if (system(mkdir_command) == 0 && mount("none", mounted, "tmpfs", 0, "size=2m") == 0) {
    (void)snprintf(f.path, sizeof f.path, "%.60s/store", mounted);
    cyn_i_store_options options = fixture_options(&f);
    fill_up(&f, &options);
    CHECK(umount(mounted) == 0);
  }
  cyn_i_arena_clean_up(&f.arena);
  cyn_error_clean_up(&f.error);
  folder_remove(f.folder);
}

TEST(a_file_that_may_not_grow) {
  fixture f;
  if (!fixture_open(&f, STRICT)) return;
  fixture_close_store(&f);
  pid_t child = fork();
  if (child == 0) {
    struct rlimit limit = {1 << 20, 1 << 20};
    (void)signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) test_child_exit(0);
    cyn_i_store_options options = fixture_options(&f);
    fill_up(&f, &options);
    test_child_exit(test_current_failed() ? 1 : 0);
  }
  int status;
  CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
  CHECK_INT(WEXITSTATUS(status), 0);
  cyn_i_store_options options = fixture_options(&f);
  REQUIRE(fixture_open_with(&f, &options));
  fixture_close(&f);
}

/* A child writes pairs and tells each acknowledged number; killed at any moment, it leaves every one of them behind. */
static void kill_once(fixture *f, unsigned wait_us) {
  int told[2];
  REQUIRE(pipe(told) == 0);
  pid_t child = fork();
  if (child == 0) {
    cyn_i_store_options options = fixture_options(f);
    if (!fixture_open_with(f, &options)) test_child_exit(1);
    for (int64_t i = counter_value(f, "n") + 1;; i++) {
      char text[24];
      (void)snprintf(text, sizeof text, "%lld", (long long)i);
      if (put_pair(f, text) != CYN_OK || write(told[1], &i, sizeof i) != sizeof i) test_child_exit(1);
      cyn_i_arena_reset(&f->arena, 1 << 20);
    }
  }
  (void)close(told[1]);
  (void)usleep(wait_us);
  CHECK(kill(child, SIGKILL) == 0);
  int64_t acknowledged = 0, number;
  while (read(told[0], &number, sizeof number) == sizeof number) acknowledged = number;
  (void)close(told[0]);
  CHECK(waitpid(child, NULL, 0) == child);
  cyn_i_store_options options = fixture_options(f);
  REQUIRE(fixture_open_with(f, &options));
  int64_t count = counter_value(f, "n");
  char text[24];
  (void)snprintf(text, sizeof text, "%lld", (long long)count);
  CHECK(count >= acknowledged);
  if (count != 0) check_pair(f, text, count);
  fixture_close_store(f);
}

static void kills(kind which) {
  const char *soak = getenv("STORE_KILLS");
  unsigned long rounds = soak != NULL ? strtoul(soak, NULL, 10) : 12;
  fixture f;
  if (!fixture_open(&f, which)) return;
  fixture_close_store(&f);
  uint64_t random = 11;
  for (unsigned long i = 0; i < rounds && !test_current_failed(); i++)
    kill_once(&f, (unsigned)(test_random(&random) % 30000));
  cyn_i_arena_clean_up(&f.arena);
  cyn_error_clean_up(&f.error);
  folder_remove(f.folder);
}

TEST(kills_lose_nothing_strict) { kills(STRICT); }
TEST(kills_lose_nothing_relaxed) { kills(RELAXED); }
TEST(kills_lose_nothing_unsafe) { kills(UNSAFE); }
