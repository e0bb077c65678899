/* The folder of a store: what is refused, and how it is said; the mark of an unsafe store. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#include "conformance.h"

static void file_write(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && close(fd) == 0);
}

static void open_refused(fixture *f, const char *path, const char *part) {
  cyn_i_store_options options = fixture_options(f);
  options.path = cyn_str(path);
  CHECK_INT(cyn_i_store_lmdb_open(&options, &f->store, &f->error), CYN_E_STORE);
  CHECK(f->error.message != NULL && strstr(f->error.message, part) != NULL);
  CHECK(f->error.message != NULL && strstr(f->error.message, path) != NULL);
}

TEST(a_new_folder_is_private) {
  fixture f;
  struct stat stat_folder;
  if (!fixture_open(&f, STRICT)) return;
  CHECK(stat(f.path, &stat_folder) == 0);
  CHECK_INT(stat_folder.st_mode & 0777, 0700);
  fixture_close(&f);
}

TEST(folders_that_cannot_be) {
  fixture f;
  char path[128];
  if (!fixture_open(&f, STRICT)) return;
  fixture_close_store(&f);
  (void)snprintf(path, sizeof path, "%s/no/such", f.folder);
  open_refused(&f, path, "its parent folder does not exist");
  (void)snprintf(path, sizeof path, "%s/file", f.folder);
  file_write(path, "x");
  open_refused(&f, path, "it is not a folder");
  (void)snprintf(path, sizeof path, "%s/file/below", f.folder);
  open_refused(&f, path, "Not a directory");
  cyn_i_store_options options = fixture_options(&f);
  options.read_only = true;
  (void)snprintf(path, sizeof path, "%s/absent", f.folder);
  options.path = cyn_str(path);
  CHECK_INT(cyn_i_store_lmdb_open(&options, &f.store, &f.error), CYN_E_STORE);
  cyn_i_arena_clean_up(&f.arena);
  cyn_error_clean_up(&f.error);
  folder_remove(f.folder);
}

/* As another user than root, who may write anywhere. */
TEST(a_read_only_folder_is_named) {
  fixture f;
  if (!fixture_open(&f, STRICT)) return;
  CHECK_INT(put_text(&f, key_of(1, "p", ""), "kept"), CYN_OK);
  fixture_close_store(&f);
  CHECK(chmod(f.folder, 0755) == 0 && chmod(f.path, 0555) == 0);
  pid_t child = fork();
  if (child == 0) {
    if (geteuid() == 0 && setuid(65534) != 0) test_child_exit(0);
    open_refused(&f, f.path, "read-only for this user");
    char path[128];
    (void)snprintf(path, sizeof path, "%s/new", f.path);
    open_refused(&f, path, "Permission denied");
    test_child_exit(test_current_failed() ? 1 : 0);
  }
  int status;
  CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
  CHECK_INT(WEXITSTATUS(status), 0);
  CHECK(chmod(f.path, 0700) == 0);
  cyn_i_store_options options = fixture_options(&f);
  REQUIRE(fixture_open_with(&f, &options));
  CHECK_STR(get_text(&f, key_of(1, "p", "")), "kept");
  fixture_close(&f);
}

TEST(an_unsafe_store_is_marked_while_it_is_open) {
  fixture f;
  char mark[128];
  if (!fixture_open(&f, UNSAFE)) return;
  CHECK_INT(put_text(&f, key_of(1, "p", ""), "v"), CYN_OK);
  (void)snprintf(mark, sizeof mark, "%s/unsafe.boot", f.path);
  CHECK(access(mark, F_OK) == 0);
  fixture_close_store(&f);
  CHECK(access(mark, F_OK) != 0);
  file_write(mark, "another boot\n");
  for (kind which = STRICT; which <= UNSAFE; which++) {
    f.which = which;
    open_refused(&f, f.path, "durability=unsafe when the machine went down");
  }
  CHECK(unlink(mark) == 0);
  cyn_i_store_options options = fixture_options(&f);
  REQUIRE(fixture_open_with(&f, &options));
  fixture_close(&f);
}

/* Killed while it writes the mark: what is half written counts for nothing. */
TEST(a_mark_that_was_not_finished) {
  fixture f;
  char mark[128], half[128];
  if (!fixture_open(&f, STRICT)) return;
  fixture_close_store(&f);
  (void)snprintf(mark, sizeof mark, "%s/unsafe.boot", f.path);
  (void)snprintf(half, sizeof half, "%s/unsafe.boot.new", f.path);
  file_write(half, "");
  f.which = UNSAFE;
  cyn_i_store_options options = fixture_options(&f);
  REQUIRE(fixture_open_with(&f, &options));
  CHECK(access(mark, F_OK) == 0 && access(half, F_OK) != 0);
  fixture_close_store(&f);
  CHECK(access(mark, F_OK) != 0);
  fixture_close(&f);
}

/* The process died, the machine did not: nothing is lost, and a safe mode makes it so for good. */
TEST(an_unsafe_process_may_die) {
  fixture f;
  char mark[128];
  if (!fixture_open(&f, UNSAFE)) return;
  fixture_close_store(&f);
  (void)snprintf(mark, sizeof mark, "%s/unsafe.boot", f.path);
  pid_t child = fork();
  if (child == 0) {
    cyn_i_store_options options = fixture_options(&f);
    if (!fixture_open_with(&f, &options)) test_child_exit(1);
    test_child_exit(put_text(&f, key_of(1, "p", ""), "from the dead") == CYN_OK ? 0 : 2);
  }
  int status;
  CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
  CHECK(access(mark, F_OK) == 0);
  f.which = STRICT;
  cyn_i_store_options options = fixture_options(&f);
  REQUIRE(fixture_open_with(&f, &options));
  CHECK_STR(get_text(&f, key_of(1, "p", "")), "from the dead");
  CHECK(access(mark, F_OK) != 0);
  fixture_close(&f);
}

/* ---- file systems of other machines, as statfs tells of them ---- */

#ifndef __SANITIZE_THREAD__ /* which needs mmap before anything of a program's own can run */
static long system_type; /* 0: what it is */
__attribute__((visibility("default"))) int statfs(const char *path, struct statfs *out) {
  if (system_type == -1) return -1;
  int result = (int)syscall(SYS_statfs, path, out);
  if (system_type != 0) out->f_type = system_type;
  return result;
}
static bool no_maps;
__attribute__((visibility("default"))) void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset) {
  if (no_maps && size == 4096 && fd >= 0) return MAP_FAILED;
  return (void *)syscall(SYS_mmap, at, size, protection, flags, fd, offset); /* NOLINT */
}

TEST(network_file_systems) {
  fixture f;
  if (!fixture_open(&f, STRICT)) return;
  fixture_close_store(&f);
  cyn_i_store_options options = fixture_options(&f);
  system_type = 0x6969;
  open_refused(&f, f.path, "is on a network file system (NFS)");
  system_type = 0x65735546; /* FUSE: some keep maps and files together */
  no_maps = true;
  open_refused(&f, f.path, "is on a network file system (FUSE)");
  no_maps = false;
  REQUIRE(fixture_open_with(&f, &options));
  CHECK_INT(put_text(&f, key_of(1, "p", ""), "kept"), CYN_OK);
  fixture_close_store(&f);
  system_type = 0x1234; /* not in the list */
  REQUIRE(fixture_open_with(&f, &options));
  fixture_close_store(&f);
  system_type = -1; /* nobody knows */
  REQUIRE(fixture_open_with(&f, &options));
  CHECK_STR(get_text(&f, key_of(1, "p", "")), "kept");
  system_type = 0;
  fixture_close(&f);
}
#endif
