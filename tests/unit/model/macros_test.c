/* The macros as a compiler sees them: right programs in C17, C2x, C++20 and C++23 without a warning, wrong ones refused with
 * the words that help. The cases are in compile_cases.py. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test.h"

TEST(compile_cases) {
  char program[1000], command[3000], line[400];
  ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);
  REQUIRE(size > 0);
  program[size] = '\0';
  for (int i = 0; i < 2; i++) { /* BUILD/tests/model_macros_test */
    char *slash = strrchr(program, '/');
    REQUIRE(slash != NULL);
    *slash = '\0';
  }
  (void)snprintf(command, sizeof command, "python3 -B '%s/tests/unit/model/compile_cases.py' '%s' '%s/generated/include' 2>&1",
                 CYN_SOURCE_DIR, CYN_SOURCE_DIR, program);
  FILE *output = popen(command, "r");
  REQUIRE(output != NULL);
  while (fgets(line, sizeof line, output) != NULL) (void)fputs(line, stdout);
  CHECK_INT(pclose(output), 0);
}
