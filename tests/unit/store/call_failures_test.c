/* Each call of the system on a store's files fails in turn: as it is opened, made, copied, compacted, checked. An error with a
 * text or success, never a crash; what was in the store stays; and the same works when the cause is gone. A call that a
 * signal interrupts is made again. The calls stand here in front of the library's. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include "conformance.h"
#include "raw_file.h"
#include "store/care.h"

static atomic_long left; /* 0: none fails */
static atomic_int failing_code;
static _Atomic(const char *) failed_name;

static bool turn(const char *name) {
  if (left <= 0 || atomic_fetch_sub(&left, 1) != 1) return false;
  failed_name = name;
  errno = failing_code;
  return true;
}

#define IN_FRONT __attribute__((visibility("default")))
#define CALL(type, name, parameters, arguments, failure)                             \
  IN_FRONT type name parameters {                                                    \
    static type(*_Atomic next) parameters;                                           \
    if (next == NULL) next = (type(*) parameters)(uintptr_t)dlsym(RTLD_NEXT, #name); \
    return turn(#name) ? (failure) : next arguments;                                 \
  }
CALL(int, fstat, (int fd, struct stat *out), (fd, out), -1)
CALL(int, stat, (const char *path, struct stat *out), (path, out), -1)
CALL(int, access, (const char *path, int mode), (path, mode), -1)
CALL(int, mkdir, (const char *path, mode_t mode), (path, mode), -1)
CALL(int, chmod, (const char *path, mode_t mode), (path, mode), -1)
CALL(int, fchmod, (int fd, mode_t mode), (fd, mode), -1)
CALL(int, rename, (const char *from, const char *to), (from, to), -1)
CALL(int, ftruncate, (int fd, off_t size), (fd, size), -1)
CALL(ssize_t, pread, (int fd, void *into, size_t size, off_t at), (fd, into, size, at), -1)
CALL(ssize_t, pwrite, (int fd, const void *from, size_t size, off_t at), (fd, from, size, at), -1)
CALL(int, memfd_create, (const char *name, unsigned flags), (name, flags), -1)
CALL(int, symlink, (const char *to, const char *from), (to, from), -1)
CALL(char *, mkdtemp, (char *name), (name), NULL)
CALL(int, statfs, (const char *path, struct statfs *out), (path, out), -1)
CALL(int, statvfs, (const char *path, struct statvfs *out), (path, out), -1)
CALL(FILE *, fopen, (const char *path, const char *mode), (path, mode), NULL)
IN_FRONT ssize_t read(int fd, void *into, size_t size) { return turn("read") ? -1 : (ssize_t)syscall(SYS_read, fd, into, size); }
IN_FRONT ssize_t write(int fd, const void *from, size_t size) { return turn("write") ? -1 : (ssize_t)syscall(SYS_write, fd, from, size); }
/* Nothing is held to the disk here, so that there is time for all. */
IN_FRONT int fsync(int fd) { return turn("fsync") || fd < 0 ? -1 : 0; }
IN_FRONT int fdatasync(int fd) { return turn("fdatasync") || fd < 0 ? -1 : 0; }
IN_FRONT int open(const char *path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  int mode = (flags & O_CREAT) != 0 ? va_arg(list, int) : 0;
  va_end(list);
  return turn("open") ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags & ~O_DSYNC, mode);
}

/* ---- what is done ---- */

static fixture f;
static cyn_error error;
static char other_path[96];

static cyn_status open_as(kind which, const char *path, bool read_only) {
  cyn_i_store *store = NULL;
  cyn_i_store_options options = {.read_only = read_only};
  if (which != MEMORY) options.path = cyn_str(path);
  options.durability = which == UNSAFE ? CYN_DURABILITY_UNSAFE : CYN_DURABILITY_STRICT;
  cyn_status status = cyn_i_store_lmdb_open(&options, &store, &error);
  CHECK((status == CYN_OK) == (store != NULL));
  cyn_i_store_close(store);
  return status;
}
static cyn_status open_there(void) { return open_as(STRICT, f.path, false); }
static cyn_status open_unsafe(void) { return open_as(UNSAFE, f.path, false); }
static cyn_status open_to_read(void) { return open_as(STRICT, f.path, true); }
static cyn_status open_memory(void) { return open_as(MEMORY, NULL, false); }
static cyn_status make_new(void) { return open_as(STRICT, other_path, false); }

static cyn_status backup(void) { return cyn_i_store_backup(cyn_str(f.path), cyn_str(other_path), &error); }
static cyn_status compact(void) {
  uint64_t saved;
  return cyn_i_store_compact(cyn_str(f.path), &saved, &error);
}

/* Sound or an error; what cannot be read of a file that is there is a fault of it. */
static cyn_status check(void) {
  cyn_i_store_check *checked;
  told t;
  cyn_i_faults faults = told_faults(&t);
  cyn_status status = cyn_i_store_check_open(cyn_str(f.path), &checked, &error);
  if (status != CYN_OK) return status;
  status = cyn_i_store_check_structure(checked, &faults, &error);
  if (status == CYN_OK) status = cyn_i_store_check_clear_mark(checked, &error);
  cyn_i_store_check_close(checked);
  if (faults.count == 0) return status;
  CHECK(failed_name != NULL && t.first[0] != '\0');
  return cyn_i_error_set(&error, CYN_E_STORE, t.first);
}

/* ---- failing ---- */

static void is_kept(void) {
  cyn_i_store_options options = fixture_options(&f);
  options.read_only = true;
  if (!fixture_open_with(&f, &options)) return;
  CHECK_STR(get_text(&f, key_of(1, "p", "")), "kept");
  fixture_close_store(&f);
}

static const struct step {
  const char *name;
  cyn_status (*run)(void);
} steps[] = {{"open", open_there}, {"open unsafe", open_unsafe}, {"open to read", open_to_read}, {"open memory", open_memory},
             {"make", make_new},   {"compact", compact},         {"back up", backup},            {"check", check}};
#define OURS 6 /* from here on all reading and writing is ours, not LMDB's */

/* How many failures there were. */
static long step_through(const struct step *step, int code) {
  long n = 0;
  bool was_hit = true;
  while (was_hit && n < 1000 && !test_current_failed()) {
    n++;
    failed_name = NULL;
    failing_code = code;
    left = n;
    cyn_status status = step->run();
    left = 0;
    was_hit = failed_name != NULL;
    bool is_told = status == CYN_OK || (was_hit && error.message != NULL && error.message[0] != '\0');
    if (!is_told || (!was_hit && status != CYN_OK))
      test_failed(__FILE__, __LINE__, "%s, call %ld (%s): %d %s", step->name, n, was_hit ? failed_name : "none", (int)status,
                  error.message != NULL ? error.message : "");
    bool is_again = was_hit && code == EINTR && (strcmp(failed_name, "read") == 0 || strcmp(failed_name, "write") == 0 || strcmp(failed_name, "pread") == 0);
    if (is_again && status != CYN_OK) test_failed(__FILE__, __LINE__, "%s, call %ld: %s was not made again: %s", step->name, n, failed_name, error.message);
    cyn_error_clean_up(&error);
    if (access(other_path, F_OK) == 0) folder_remove(other_path);
    is_kept();
  }
  return n - 1;
}

static void all_steps(size_t first, int code) {
  long failures = 0;
  REQUIRE(fixture_open(&f, STRICT));
  (void)snprintf(other_path, sizeof other_path, "%s/other", f.folder);
  CHECK_INT(put_text(&f, key_of(1, "p", ""), "kept"), CYN_OK);
  for (uint64_t i = 0; i < 30; i++) CHECK_INT(put_bytes(&f, key_of(i, "k", ""), (cyn_bytes){other_path, sizeof other_path}), CYN_OK);
  fixture_close_store(&f);
  for (size_t i = first; i < sizeof steps / sizeof steps[0]; i++) {
    long n = step_through(&steps[i], code);
    CHECK(n >= 10);
    failures += n;
  }
  printf("    %ld failures\n", failures);
  fixture_close(&f);
}

TEST(bad_disk) { all_steps(0, EIO); }
TEST(interrupted) { all_steps(OURS, EINTR); }
