/* One folder, one owner: other processes are refused with the owner's name, and get the store when it is gone. */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "conformance.h"
#include "store/lmdb/lmdb_private.h"

/* A child that opens the store, tells by a byte, and waits to be killed or told to close. */
static pid_t owner_start(const char *path, const char *url, int told[2], int close_it[2]) {
  if (pipe(told) != 0 || pipe(close_it) != 0) return -1;
  pid_t child = fork();
  if (child != 0) return child;
  cyn_i_store_options options = {.path = cyn_str(path)};
  cyn_i_store *store;
  char byte = cyn_i_store_lmdb_open(&options, &store, NULL) == CYN_OK ? 'y' : 'n';
  if (byte == 'y') cyn_i_store_set_owner_url(store, cyn_str(url));
  if (write(told[1], &byte, 1) != 1 || read(close_it[0], &byte, 1) != 1) test_child_exit(1);
  cyn_i_store_close(store);
  test_child_exit(0);
}

TEST(others_are_told_who_owns_the_store) {
  fixture f;
  if (!fixture_open(&f, STRICT)) return;
  CHECK_INT(put_text(&f, key_of(1, "p", ""), "kept"), CYN_OK);
  fixture_close_store(&f);
  int told[2], close_it[2];
  pid_t child = owner_start(f.path, "http://127.0.0.1:8123", told, close_it);
  char byte = '?', pid[32];
  REQUIRE(child > 0 && read(told[0], &byte, 1) == 1);
  CHECK_INT(byte, 'y');
  cyn_i_store_options options = fixture_options(&f);
  CHECK_INT(cyn_i_store_lmdb_open(&options, &f.store, &f.error), CYN_E_STORE_LOCKED);
  (void)snprintf(pid, sizeof pid, "process %ld (", (long)child);
  CHECK(strstr(f.error.message, pid) != NULL);
  CHECK(strstr(f.error.message, "owner_test") != NULL || strstr(f.error.message, "st_owner") != NULL);
  CHECK(strstr(f.error.message, "listens on http://127.0.0.1:8123") != NULL);
  CHECK(strstr(f.error.message, f.path) != NULL);
  options.read_only = true;
  CHECK_INT(cyn_i_store_lmdb_open(&options, &f.store, &f.error), CYN_E_STORE_LOCKED);
  CHECK(write(close_it[1], "x", 1) == 1);
  int status;
  CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
  options.read_only = false;
  REQUIRE(fixture_open_with(&f, &options));
  CHECK_STR(get_text(&f, key_of(1, "p", "")), "kept");
  fixture_close(&f);
}

TEST(a_killed_owner_leaves_no_lock) {
  fixture f;
  if (!fixture_open(&f, STRICT)) return;
  fixture_close_store(&f);
  int told[2], close_it[2];
  pid_t child = owner_start(f.path, "", told, close_it);
  char byte = '?';
  REQUIRE(child > 0 && read(told[0], &byte, 1) == 1);
  CHECK(kill(child, SIGKILL) == 0 && waitpid(child, NULL, 0) == child);
  cyn_i_store_options options = fixture_options(&f);
  REQUIRE(fixture_open_with(&f, &options));
  CHECK_INT(put_text(&f, key_of(1, "p", ""), "v"), CYN_OK);
  fixture_close(&f);
}

/* Of many that start at once exactly one gets the store at any time: each counts up by a read and a write of its own. */
TEST(processes_that_race_never_share) {
  enum { CHILDREN = 8, TURNS = 12 };
  fixture f;
  if (!fixture_open(&f, UNSAFE)) return;
  CHECK_INT(put_text(&f, key_of(1, "n", ""), "0"), CYN_OK);
  fixture_close_store(&f);
  pid_t children[CHILDREN];
  for (int i = 0; i < CHILDREN; i++) {
    children[i] = fork();
    if (children[i] != 0) continue;
    for (int turn = 0; turn < TURNS;) {
      cyn_i_store_options options = fixture_options(&f);
      cyn_status status = cyn_i_store_lmdb_open(&options, &f.store, &f.error);
      if (status == CYN_E_STORE_LOCKED) {
        (void)usleep(500);
        continue;
      }
      if (status != CYN_OK || cyn_i_store_view_open(f.store, &f.view, &f.error) != CYN_OK) test_child_exit(1);
      char text[24];
      (void)snprintf(text, sizeof text, "%ld", strtol(get_text(&f, key_of(1, "n", "")), NULL, 10) + 1);
      if (put_text(&f, key_of(1, "n", ""), text) != CYN_OK) test_child_exit(2);
      fixture_close_store(&f);
      turn++;
    }
    test_child_exit(0);
  }
  for (int i = 0; i < CHILDREN; i++) {
    int status;
    CHECK(waitpid(children[i], &status, 0) == children[i] && WIFEXITED(status));
    CHECK_INT(WEXITSTATUS(status), 0);
  }
  cyn_i_store_options options = fixture_options(&f);
  REQUIRE(fixture_open_with(&f, &options));
  CHECK_STR(get_text(&f, key_of(1, "n", "")), "96");
  fixture_close(&f);
}

/* ---- what stands in the owner's file, as it may be found ---- */

TEST(owners_that_say_little_or_much) {
  fixture f;
  char name[128], much[900];
  if (!fixture_open(&f, STRICT)) return;
  fixture_close_store(&f);
  (void)snprintf(name, sizeof name, "%s/cynamo.lock", f.path);
  (void)snprintf(much, sizeof much, "pid %0100d\ncommand %0400d\n", 7, 7);
  const struct {
    const char *text, *says;
  } cases[] = {
      {"", "in use by process unknown (unknown); one process owns a store"},
      {"pid 12\n", "in use by process 12 (unknown); one"},
      {"pid 12", "in use by process unknown (unknown); one"},
      {"pid \ncommand \n", "in use by process unknown ("},
      {"pids 4\ncommand a b\npid 5\nurl http://h\n", "in use by process 5 (a b), which listens on http://h: connect to that instead"},
      {much, "in use by process 0000000000000000000000000000000 ("},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600), other = -1;
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    REQUIRE(fd >= 0 && fcntl(fd, F_OFD_SETLK, &lock) == 0);
    CHECK(write(fd, cases[i].text, strlen(cases[i].text)) == (ssize_t)strlen(cases[i].text));
    CHECK_INT(cyn_i_lmdb_owner_lock(f.path, false, &other, &f.error), CYN_E_STORE_LOCKED);
    CHECK_INT(other, -1);
    if (f.error.message == NULL || strstr(f.error.message, cases[i].says) == NULL) test_failed(__FILE__, __LINE__, "%s", f.error.message);
    CHECK(close(fd) == 0);
  }
  fixture_close(&f);
}

TEST(locks_that_cannot_be) {
  static char path[5000];
  int fd = 3;
  cyn_error error = CYN_ERROR_INIT;
  memset(path, 'p', sizeof path - 1);
  CHECK_INT(cyn_i_lmdb_owner_lock(path, false, &fd, &error), CYN_E_STORE);
  CHECK(fd == -1 && strstr(error.message, "The path of the store is too long: pppp") != NULL);
  CHECK_INT(cyn_i_lmdb_owner_lock("/nowhere", true, &fd, &error), CYN_OK); /* for reading, nobody has to own it */
  CHECK_INT(fd, -1);
  CHECK_INT(cyn_i_lmdb_owner_lock("/nowhere", false, &fd, &error), CYN_E_STORE);
  CHECK_INT(cyn_i_lmdb_owner_lock("/dev/null", true, &fd, &error), CYN_E_STORE);
  CHECK(strstr(error.message, "cynamo.lock") != NULL);
  cyn_i_lmdb_owner_write(-1, cyn_str("http://h"));
  cyn_i_lmdb_owner_unlock(-1);
  cyn_error_clean_up(&error);
}

TEST(a_long_url_is_cut) {
  fixture f;
  static char url[1000];
  char text[1200] = "", name[128];
  if (!fixture_open(&f, STRICT)) return;
  memset(url, 'u', sizeof url - 1);
  cyn_i_store_set_owner_url(f.store, cyn_str(url));
  (void)snprintf(name, sizeof name, "%s/cynamo.lock", f.path);
  int fd = open(name, O_RDONLY);
  CHECK(fd >= 0 && read(fd, text, sizeof text - 1) > 0 && close(fd) == 0);
  const char *line = strstr(text, "\nurl ");
  REQUIRE(line != NULL);
  CHECK_INT(strspn(line + 5, "u"), 255);
  fixture_close(&f);
}
