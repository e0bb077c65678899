/* Compaction that another process asks for. */
#include <sys/wait.h>

#include "conformance.h"
#include "raw_file.h"
#include "store/care.h"
#include "store/lmdb/care_private.h"

static char bytes[4000];

static void fill_and_delete(fixture *f) {
  for (uint64_t i = 0; i < 100; i++) CHECK_INT(put_bytes(f, key_of(i, "k", ""), (cyn_bytes){bytes, sizeof bytes}), CYN_OK);
  for (uint64_t i = 10; i < 100; i++) CHECK_INT(put_bytes(f, key_of(i, "k", ""), (cyn_bytes){NULL, 0}), CYN_OK);
}

/* A process asks; the owner, here, serves until it has ended. Its exit status. */
static int asked(fixture *f, bool served) {
  (void)fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    uint64_t saved = 0;
    cyn_error error = CYN_ERROR_INIT;
    cyn_status status = cyn_i_store_compact(cyn_str(f->path), &saved, &error);
    test_child_exit(status == CYN_OK ? (saved > 100000 ? 0 : 1) : status == CYN_E_STORE ? 2 : 3);
  }
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (served) cyn_i_store_serve(f->store);
    (void)usleep(2000);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

TEST(the_owner_does_it) {
  fixture f;
  if (!fixture_open(&f, STRICT)) return;
  fill_and_delete(&f);
  CHECK_INT(asked(&f, true), 0);
  CHECK(strcmp(get_text(&f, key_of(3, "k", "")), "-") != 0);
  CHECK_INT(put_text(&f, key_of(3, "k", ""), "after"), CYN_OK);
  CHECK_STR(get_text(&f, key_of(3, "k", "")), "after");
  told t;
  cyn_i_store_file file;
  structure_of(f.path, &t, &file);
  CHECK_STR(t.all, "");
  CHECK(file.file_bytes < 200000);
  char name[128];
  (void)snprintf(name, sizeof name, "ls '%s' | grep -c compact > /dev/null", f.path);
  CHECK(system(name) != 0); /* nothing is left */
  fixture_close(&f);
}

TEST(what_the_owner_cannot_do_is_told) {
  fixture f;
  char name[128], command[160];
  if (!fixture_open(&f, STRICT)) return;
  fill_and_delete(&f);
  (void)snprintf(name, sizeof name, "%s/compact.new", f.path);
  int fd = open(name, O_WRONLY | O_CREAT, 0600); /* where the new file's folder would be */
  CHECK(fd >= 0 && close(fd) == 0);
  CHECK_INT(asked(&f, true), 2);
  (void)snprintf(command, sizeof command, "rm '%s'", name);
  CHECK_INT(system(command), 0);
  CHECK_INT(put_text(&f, key_of(3, "k", ""), "after"), CYN_OK);
  fixture_close(&f);
}

/* A request that nobody serves is taken back after a while. */
TEST(an_owner_that_does_not_answer) {
  fixture f;
  char name[128];
  if (getenv("STORE_SLOW") == NULL) return; /* 15 seconds */
  if (!fixture_open(&f, STRICT)) return;
  CHECK_INT(asked(&f, false), 3);
  (void)snprintf(name, sizeof name, "%s/compact.request", f.path);
  CHECK(access(name, F_OK) != 0);
  fixture_close(&f);
}

/* A killed compaction's file goes with the next opening. */
TEST(what_a_killed_compaction_leaves) {
  fixture f;
  char name[128];
  if (!fixture_open(&f, STRICT)) return;
  fixture_close_store(&f);
  (void)snprintf(name, sizeof name, "%s/compact.new", f.path);
  CHECK_INT(mkdir(name, 0700), 0);
  (void)snprintf(name, sizeof name, "%s/compact.new/data.mdb", f.path);
  int fd = open(name, O_WRONLY | O_CREAT, 0600);
  CHECK(fd >= 0 && write(fd, bytes, sizeof bytes) == sizeof bytes && close(fd) == 0);
  cyn_i_store_options options = fixture_options(&f);
  REQUIRE(fixture_open_with(&f, &options));
  (void)snprintf(name, sizeof name, "%s/compact.new", f.path);
  CHECK(access(name, F_OK) != 0);
  cyn_i_store_serve(f.store); /* nobody has asked */
  fixture_close(&f);
}

/* An owner, played here, that does something else with the request. */
static int asked_and_answered(fixture *f, const char *answer, bool closes) {
  char request[128], text[128];
  (void)snprintf(request, sizeof request, "%s/compact.request", f->path);
  (void)fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    uint64_t saved = 0;
    cyn_error error = CYN_ERROR_INIT;
    cyn_status status = cyn_i_store_compact(cyn_str(f->path), &saved, &error);
    bool says = error.message != NULL && (answer == NULL || strstr(error.message, answer[0] == 'e' ? "it is tired" : "The owner's answer is none.") != NULL);
    test_child_exit(status == CYN_OK ? 0 : status == CYN_E_STORE ? (says ? 2 : 4) : 3);
  }
  while (access(request, F_OK) != 0) (void)usleep(1000);
  if (answer != NULL) {
    (void)snprintf(text, sizeof text, "%s/compact.answer", f->path);
    int fd = open(text, O_WRONLY | O_CREAT, 0600);
    CHECK(fd >= 0 && write(fd, answer, strlen(answer)) == (ssize_t)strlen(answer) && close(fd) == 0);
  }
  if (closes) fixture_close_store(f);
  else CHECK_INT(unlink(request), 0);
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

TEST(odd_owners) {
  fixture f;
  if (!fixture_open(&f, STRICT)) return;
  fill_and_delete(&f);
  CHECK_INT(asked_and_answered(&f, "nonsense", false), 2);
  CHECK_INT(asked_and_answered(&f, "error it is tired", false), 2);
  CHECK_INT(asked_and_answered(&f, NULL, false), 3); /* the request is gone, and no answer is there */
  CHECK_INT(asked_and_answered(&f, NULL, true), 3);  /* the owner has gone */
  cyn_i_store_options options = fixture_options(&f);
  REQUIRE(fixture_open_with(&f, &options));
  CHECK(strcmp(get_text(&f, key_of(3, "k", "")), "-") != 0);
  fixture_close(&f);
}

/* The owner does what it is asked for, and cannot say so: who asks learns that there is no answer, and nothing is left. */
TEST(an_answer_that_cannot_be_written) {
  fixture f;
  char request[128], name[128];
  if (!fixture_open(&f, UNSAFE)) return;
  fill_and_delete(&f);
  (void)snprintf(request, sizeof request, "%s/compact.request", f.path);
  for (int i = 0; i < 2; i++) {
    (void)snprintf(name, sizeof name, "%s/compact.answer%s", f.path, i == 0 ? ".new" : ""); /* a folder stands where the file would be */
    int fd = open(request, O_WRONLY | O_CREAT, 0600);
    CHECK(mkdir(name, 0700) == 0 && fd >= 0 && close(fd) == 0);
    cyn_i_store_serve(f.store);
    CHECK(access(request, F_OK) != 0 && rmdir(name) == 0);
    (void)snprintf(name, sizeof name, "ls '%s' | grep -c compact > /dev/null", f.path);
    CHECK(system(name) != 0);
    CHECK(strcmp(get_text(&f, key_of(3, "k", "")), "-") != 0);
  }
  (void)snprintf(request, sizeof request, "%s/compact.request", f.path);
  REQUIRE(mkdir(request, 0700) == 0); /* and one that cannot be asked */
  uint64_t saved = 0;
  CHECK_INT(cyn_i_lmdb_request_compact(f.path, &saved, &f.error), CYN_E_STORE);
  CHECK(f.error.message != NULL && strstr(f.error.message, "Cannot ask the owner of the store ") != NULL);
  CHECK(rmdir(request) == 0);
  fixture_close(&f);
}

/* Memory, a file that is only read, and a child of the owner do nothing. */
TEST(stores_that_serve_nobody) {
  fixture f;
  char request[128];
  REQUIRE(fixture_open(&f, MEMORY));
  cyn_i_store_serve(f.store);
  CHECK_INT(put_text(&f, key_of(1, "a", ""), "v"), CYN_OK);
  fixture_close(&f);
  REQUIRE(fixture_open(&f, STRICT));
  (void)snprintf(request, sizeof request, "%s/compact.request", f.path);
  int fd = open(request, O_WRONLY | O_CREAT, 0600);
  CHECK(fd >= 0 && close(fd) == 0);
  (void)fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    cyn_i_store_serve(f.store);
    test_child_exit(access(request, F_OK) == 0 ? 0 : 1);
  }
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
  fixture_close_store(&f);
  cyn_i_store_options options = fixture_options(&f);
  options.read_only = true;
  REQUIRE(fixture_open_with(&f, &options));
  cyn_i_store_serve(f.store);
  CHECK(access(request, F_OK) == 0);
  fixture_close(&f);
}
