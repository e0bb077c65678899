/* Copies of a folder: closed, open here, open elsewhere while it is written to. */
#include <signal.h>
#include <sys/wait.h>

#include "conformance.h"
#include "raw_file.h"
#include "store/care.h"

static void copy_name(const fixture *f, char out[96]) { (void)snprintf(out, 96, "%s/copy", f->folder); }

static void check_copy(fixture *f, const char *text) {
  char name[96];
  told t;
  copy_name(f, name);
  structure_of(name, &t, NULL);
  CHECK_STR(t.all, "");
  char file[128];
  struct stat stat_file;
  (void)snprintf(file, sizeof file, "%s/data.mdb", name);
  CHECK(stat(file, &stat_file) == 0 && (stat_file.st_mode & 0777) == 0600);
  fixture copy = {.which = STRICT};
  (void)snprintf(copy.path, sizeof copy.path, "%.79s", name);
  cyn_i_arena_init(&copy.arena, 0);
  cyn_i_store_options options = fixture_options(&copy);
  REQUIRE(fixture_open_with(&copy, &options));
  CHECK_STR(get_text(&copy, key_of(1, "a", "")), text);
  fixture_close_store(&copy);
  cyn_i_arena_clean_up(&copy.arena);
}

TEST(of_a_closed_store) {
  fixture f;
  char name[96], mark[128];
  if (!fixture_open(&f, STRICT)) return;
  CHECK_INT(put_text(&f, key_of(1, "a", ""), "one"), CYN_OK);
  fixture_close_store(&f);
  copy_name(&f, name);
  CHECK_INT(cyn_i_store_backup(cyn_str(f.path), cyn_str(name), &f.error), CYN_OK);
  check_copy(&f, "one");
  CHECK_INT(cyn_i_store_backup(cyn_str(f.path), cyn_str(name), &f.error), CYN_E_STORE); /* it exists */
  CHECK(strstr(f.error.message, name) != NULL);
  folder_remove(name);
  (void)snprintf(mark, sizeof mark, "%s/unsafe.boot", f.path);
  int fd = open(mark, O_WRONLY | O_CREAT, 0600);
  CHECK(fd >= 0 && write(fd, "boot", 4) == 4 && close(fd) == 0);
  CHECK_INT(cyn_i_store_backup(cyn_str(f.path), cyn_str(name), &f.error), CYN_OK);
  (void)snprintf(mark, sizeof mark, "%s/unsafe.boot", name);
  CHECK_INT(access(mark, R_OK), 0); /* what may be torn stays so in the copy */
  fixture_close(&f);
}

TEST(of_a_store_that_is_open_here) {
  fixture f;
  char name[96];
  if (!fixture_open(&f, STRICT)) return;
  CHECK_INT(put_text(&f, key_of(1, "a", ""), "two"), CYN_OK);
  copy_name(&f, name);
  CHECK_INT(cyn_i_store_backup(cyn_str(f.path), cyn_str(name), &f.error), CYN_OK);
  CHECK_INT(put_text(&f, key_of(1, "a", ""), "three"), CYN_OK);
  check_copy(&f, "two");
  fixture_close(&f);
}

/* A process of its own owns the store and writes pairs of keys that are always equal. */
static void writer_run(const char *path, int ready) {
  cyn_i_store_options options = {.path = cyn_str(path)};
  fixture f = {.which = STRICT};
  cyn_i_arena_init(&f.arena, 0);
  if (!fixture_open_with(&f, &options)) test_child_exit(1);
  for (unsigned i = 0;; i++) {
    char text[4000];
    memset(text, 'x', sizeof text);
    (void)snprintf(text, sizeof text, "%u", i);
    cyn_i_store_put puts[2] = {{key_of(1, "a", ""), {text, 1000 + i % 3000}}, {key_of(2 + i % 50, "b", ""), {text, 1000 + i % 3000}}};
    change c;
    change_init(&c, &f);
    c.effects = (cyn_i_store_effects){.puts = puts, .put_count = 2};
    if (change_run(&c) != CYN_OK) test_child_exit(1);
    cyn_i_arena_reset(&f.arena, 0);
    if (i == 20 && write(ready, "r", 1) != 1) test_child_exit(1);
  }
}

TEST(of_a_store_that_another_process_writes) {
  fixture f;
  char name[96], byte;
  int ready[2];
  if (!fixture_open(&f, STRICT)) return;
  fixture_close_store(&f);
  REQUIRE(pipe(ready) == 0);
  (void)fflush(NULL);
  pid_t child = fork();
  if (child == 0) writer_run(f.path, ready[1]);
  CHECK(read(ready[0], &byte, 1) == 1);
  copy_name(&f, name);
  for (int i = 0; i < 5; i++) {
    told t;
    cyn_i_store_file file;
    if (cyn_i_store_backup(cyn_str(f.path), cyn_str(name), &f.error) != CYN_OK) test_failed(__FILE__, __LINE__, "%s", f.error.message);
    structure_of(name, &t, &file);
    CHECK_STR(t.all, "");
    CHECK(!file.is_live && file.entry_count > 20);
    structure_of(f.path, &t, &file);
    CHECK_STR(t.all, "");
    CHECK(file.is_live && strstr(file.owner, "process ") != NULL);
    folder_remove(name);
  }
  (void)kill(child, SIGKILL);
  int status;
  CHECK(waitpid(child, &status, 0) == child);
  fixture_close(&f);
}

TEST(what_cannot_be_copied) {
  fixture f;
  char name[96];
  if (!fixture_open(&f, STRICT)) return;
  copy_name(&f, name);
  CHECK_INT(cyn_i_store_backup(cyn_str("/nowhere/at/all"), cyn_str(name), &f.error), CYN_E_STORE);
  CHECK_INT(cyn_i_store_backup(cyn_str(f.folder), cyn_str(name), &f.error), CYN_E_STORE); /* no store */
  CHECK(access(name, F_OK) != 0);
  CHECK_INT(cyn_i_store_backup(cyn_str(f.path), cyn_str("/nowhere/at/all"), &f.error), CYN_E_STORE);
  CHECK_INT(cyn_i_store_backup(cyn_str(f.path), cyn_str(""), &f.error), CYN_E_STORE);
  fixture_close(&f);
}
