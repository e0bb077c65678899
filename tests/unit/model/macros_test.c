/* The macros as a compiler sees them: right programs in C17, C2x, C++20 and C++23 without a warning, wrong ones refused with
 * the words that help. The cases are in compile_cases.py. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test.h"

static void find_build(char *out, size_t room) {
  ssize_t size = readlink("/proc/self/exe", out, room - 1);
  REQUIRE(size > 0);
  out[size] = '\0';
  for (int i = 0; i < 2; i++) { /* BUILD/tests/model_macros_test */
    char *slash = strrchr(out, '/');
    REQUIRE(slash != NULL);
    *slash = '\0';
  }
}

/* What the command prints goes to `out`; returns its status. */
static int run(const char *command, char *out, size_t room) {
  FILE *output = popen(command, "r");
  out[0] = '\0';
  if (output == NULL) return -1;
  out[fread(out, 1, room - 1, output)] = '\0';
  return pclose(output);
}

TEST(compile_cases) {
  char build[1000], command[3000];
  static char output[100000];
  find_build(build, sizeof build);
  (void)snprintf(command, sizeof command, "python3 -B '%s/tests/unit/model/compile_cases.py' '%s' '%s/generated/include' 2>&1",
                 CYN_SOURCE_DIR, CYN_SOURCE_DIR, build);
  CHECK_INT(run(command, output, sizeof output), 0);
  (void)fputs(output, stdout);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* a sanitizer's library does not go with a plain program */
TEST(a_program_in_cplusplus) {
  char build[1000], command[5000], output[4000];
  find_build(build, sizeof build);
  (void)snprintf(command, sizeof command, "test -e '%s/libcynamo.so' && command -v g++ >/dev/null 2>&1", build);
  if (run(command, output, sizeof output) != 0) {
    puts("no g++ or no libcynamo.so: nothing to run");
    return;
  }
  (void)snprintf(command, sizeof command,
                 "folder=$(mktemp -d) && g++ -std=c++20 -Wall -Wextra -Wpedantic -Werror '-I%s/include' '-I%s/generated/include' "
                 "'%s/tests/unit/model/cplusplus_program.cc' '-L%s' -lcynamo '-Wl,-rpath,%s' -o $folder/program && $folder/program; "
                 "status=$?; rm -rf $folder; exit $status 2>&1",
                 CYN_SOURCE_DIR, build, CYN_SOURCE_DIR, build, build);
  CHECK_INT(run(command, output, sizeof output), 0);
  CHECK_STR(output, "Basel 5 green 2 1 2\nfound s\nthere\n");
}
#endif
