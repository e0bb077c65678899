/* The mapper's tests again, with a server over loopback between the mapper and the data. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test.h"

static void run(const char *name) {
  char program[1100], line[600];
  ssize_t size = readlink("/proc/self/exe", program, 1000);
  REQUIRE(size > 0);
  program[size] = '\0';
  char *slash = strrchr(program, '/');
  REQUIRE(slash != NULL);
  (void)snprintf(slash + 1, sizeof program - (size_t)(slash + 1 - program), "model_%s_test 2>&1", name);
  (void)setenv("CYN_TEST_REMOTE", "1", 1);
  FILE *output = popen(program, "r");
  REQUIRE(output != NULL);
  while (fgets(line, sizeof line, output) != NULL) (void)fputs(line, stdout);
  CHECK_INT(pclose(output), 0);
}

TEST(object) { run("object"); }
TEST(cursor) { run("cursor"); }
TEST(batch) { run("batch"); }
TEST(batch_get) { run("batch_get"); }
TEST(transaction) { run("transaction"); }
TEST(plan) { run("plan"); }
TEST(migration) { run("migration"); }
