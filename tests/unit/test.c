/* See test.h. */
#include "test.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

void __gcov_dump(void) __attribute__((weak)); /* there in a build for coverage */

#define CASES_MAX 2000
static struct {
  const char *name;
  test_function function;
} cases[CASES_MAX];
static int case_count;
static bool current_failed;
static const char *current_name = "?";

void test_register(const char *name, test_function function) {
  if (case_count == CASES_MAX) abort();
  cases[case_count].name = name;
  cases[case_count++].function = function;
}

void test_failed(const char *file, int line, const char *format, ...) {
  current_failed = true;
  fprintf(stderr, "%s:%d: in %s: ", file, line, current_name);
  va_list args;
  va_start(args, format);
  vfprintf(stderr, format, args);
  va_end(args);
  fputc('\n', stderr);
}

bool test_current_failed(void) { return current_failed; }

/* Valgrind looks for leaks in all that is mapped when a process ends, which is a store's terabyte in a child. So it asks for
 * another program to end in its place. */
void test_child_exit(int status) {
  if (__gcov_dump != NULL) __gcov_dump();
  if (getenv("TEST_CHILDREN_END_AS_OTHERS") != NULL) {
    char text[32];
    snprintf(text, sizeof text, "exit %d", status & 255);
    execl("/bin/sh", "sh", "-c", text, (char *)NULL);
  }
  _exit(status);
}

int main(int argc, char **argv) {
  int passed = 0, failed = 0;
  for (int i = 0; i < case_count; i++) {
    bool wanted = argc < 2;
    for (int a = 1; a < argc; a++) wanted = wanted || strcmp(argv[a], cases[i].name) == 0;
    if (!wanted) continue;
    current_failed = false;
    current_name = cases[i].name;
    cases[i].function();
    if (current_failed) {
      failed++;
      fprintf(stderr, "FAILED %s\n", current_name);
    } else {
      passed++;
    }
  }
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0 || passed + failed == 0;
}
