/* The mapper's examples, as built beside this test: on memory, on a file and on a server over loopback they print the same. */
#include <cynamo/cynamo.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test.h"

static const char *const names[] = {"models",       "queries", "batches",      "indexes", "transactions",
                                    "locking", "polymorphism", "settings", "signals", "errors", "migrations"};

static size_t run(const char *folder, const char *name, const char *url, char *out, size_t room, int *status) {
  char command[4096];
  (void)snprintf(command, sizeof command, "'%s/examples/%s' '%s' 2>&1", folder, name, url);
  FILE *output = popen(command, "r");
  size_t size = output != NULL ? fread(out, 1, room - 1, output) : 0;
  out[size] = '\0';
  *status = output != NULL ? pclose(output) : -1;
  return size;
}

TEST(same_output_everywhere) {
  char folder[1000], place[] = "/tmp/cynamo-examples-XXXXXX", url[1100], wanted[4000], got[4000];
  cyn_error error = CYN_ERROR_INIT;
  cyn_db *db = NULL;
  cyn_server *server = NULL;
  cyn_server_options options = CYN_SERVER_OPTIONS_INIT;
  options.port = cyn_int(0);
  options.split = CYN_SPLIT_NONE;
  ssize_t size = readlink("/proc/self/exe", folder, sizeof folder - 1);
  REQUIRE(size > 0 && mkdtemp(place) != NULL);
  folder[size] = '\0';
  for (int i = 0; i < 2; i++) *strrchr(folder, '/') = '\0'; /* BUILD/tests/model_examples_test */
  (void)snprintf(url, sizeof url, "%s/examples/%s", folder, names[0]);
  if (access(url, X_OK) != 0) {
    puts("the examples are not built: nothing to compare");
    return;
  }
  REQUIRE(cyn_open("memory:", NULL, &db, &error) == CYN_OK);
  REQUIRE(cyn_server_start(db, &options, &server, &error) == CYN_OK);
  (void)setenv("AWS_ACCESS_KEY_ID", "test", 0);
  (void)setenv("AWS_SECRET_ACCESS_KEY", "test", 0);
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    int status;
    size_t first = run(folder, names[i], "memory:", wanted, sizeof wanted, &status);
    CHECK(first != 0 && status == 0);
    (void)snprintf(url, sizeof url, "file:%s/%s", place, names[i]);
    (void)run(folder, names[i], url, got, sizeof got, &status);
    CHECK_INT(status, 0);
    CHECK_STR(got, wanted);
    (void)run(folder, names[i], cyn_server_url(server), got, sizeof got, &status);
    CHECK_INT(status, 0);
    CHECK_STR(got, wanted);
  }
  cyn_server_stop(server);
  cyn_db_close(db);
  (void)snprintf(url, sizeof url, "rm -rf '%s'", place);
  CHECK_INT(system(url), 0);
}
