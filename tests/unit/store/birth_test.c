/* A new store's file gets its name when it is whole (tests/crash/power_cut_test.py cuts the power on the way). */
#include <fcntl.h>
#include <sys/stat.h>

#include "conformance.h"

static void path_in(char *out, size_t size, const char *folder, const char *name) {
  (void)snprintf(out, size, "%s/%s", folder, name);
}

static cyn_status open_and_close(const char *folder) {
  cyn_i_store_options options = {.path = cyn_str(folder)};
  cyn_i_store *store = NULL;
  cyn_error error = CYN_ERROR_INIT;
  cyn_status status = cyn_i_store_lmdb_open(&options, &store, &error);
  if (status == CYN_OK) cyn_i_store_close(store);
  cyn_error_clean_up(&error);
  return status;
}

TEST(what_an_interrupted_birth_left_is_no_obstacle) {
  char folder[] = "/tmp/cynamo-birth-test.XXXXXX", path[200];
  REQUIRE(mkdtemp(folder) != NULL);
  path_in(path, sizeof path, folder, "new");
  CHECK(mkdir(path, 0700) == 0);
  path_in(path, sizeof path, folder, "new/data.mdb");
  int fd = open(path, O_CREAT | O_WRONLY, 0600);
  CHECK(fd >= 0 && write(fd, "half a page", 11) == 11 && close(fd) == 0);
  CHECK_INT(open_and_close(folder), CYN_OK);
  CHECK(access(path, F_OK) != 0);
  path_in(path, sizeof path, folder, "new");
  CHECK(access(path, F_OK) != 0);
  path_in(path, sizeof path, folder, "data.mdb");
  CHECK(access(path, F_OK) == 0);
  CHECK_INT(open_and_close(folder), CYN_OK);
  char command[300];
  (void)snprintf(command, sizeof command, "rm -r %s", folder);
  CHECK(system(command) == 0);
}

TEST(a_file_in_the_way_is_an_error) {
  char folder[] = "/tmp/cynamo-birth-test.XXXXXX", path[200];
  REQUIRE(mkdtemp(folder) != NULL);
  path_in(path, sizeof path, folder, "new");
  int fd = open(path, O_CREAT | O_WRONLY, 0600);
  CHECK(fd >= 0 && close(fd) == 0);
  CHECK(open_and_close(folder) != CYN_OK);
  CHECK(unlink(path) == 0);
  CHECK_INT(open_and_close(folder), CYN_OK);
  char command[300];
  (void)snprintf(command, sizeof command, "rm -r %s", folder);
  CHECK(system(command) == 0);
}
