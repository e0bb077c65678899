/* A unit test program: cases register themselves, any one runs alone by name (program CASE…), the last line counts. */
#ifndef CYN_TESTS_TEST_H
#define CYN_TESTS_TEST_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

typedef void (*test_function)(void);
void test_register(const char *name, test_function function);
void test_failed(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));
bool test_current_failed(void);
/* Ends a child of fork() without what its parent does at the end. What a coverage build has counted in it is kept. */
void test_child_exit(int status) __attribute__((noreturn));

#define TEST(name)                                                          \
  static void test_##name(void);                                            \
  __attribute__((constructor)) static void register_##name(void) {          \
    test_register(#name, test_##name);                                      \
  }                                                                         \
  static void test_##name(void)

#define CHECK(condition)                                                    \
  do {                                                                      \
    if (!(condition)) test_failed(__FILE__, __LINE__, "%s", #condition);    \
  } while (0)
#define CHECK_INT(actual, expected)                                                                             \
  do {                                                                                                          \
    long long a_ = (long long)(actual), e_ = (long long)(expected);                                             \
    if (a_ != e_) test_failed(__FILE__, __LINE__, "%s is %lld, expected %lld", #actual, a_, e_);                \
  } while (0)
#define CHECK_STR(actual, expected)                                                                             \
  do {                                                                                                          \
    const char *a_ = (actual), *e_ = (expected);                                                                \
    if (a_ == NULL || e_ == NULL ? a_ != e_ : strcmp(a_, e_) != 0)                                              \
      test_failed(__FILE__, __LINE__, "%s is\n    %s\n  expected\n    %s", #actual, a_ ? a_ : "(null)", e_ ? e_ : "(null)"); \
  } while (0)
/* Leaves the case at the first fault: for what later lines rest on. */
#define REQUIRE(condition)                                                  \
  do {                                                                      \
    if (!(condition)) {                                                     \
      test_failed(__FILE__, __LINE__, "%s", #condition);                    \
      return;                                                               \
    }                                                                       \
  } while (0)

#endif
