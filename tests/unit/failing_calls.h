/* Makes the n-th of some calls of libraries fail, in the thread that says so or in all others. A test program defines the
 * calls with FAILING_CALL; being in the program they come before the library's. */
#ifndef CYN_TESTS_FAILING_CALLS_H
#define CYN_TESTS_FAILING_CALLS_H

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

static _Atomic long failing_calls_left; /* 0: none fails */
static _Atomic(const char *) failing_calls_name;
static _Atomic int failing_calls_errno;
static _Atomic bool failing_calls_elsewhere;
static __thread bool failing_calls_is_here;
static __thread bool failing_calls_is_inside; /* of a call whose own calls are not ours to fail */

static bool failing_call(const char *name) {
  if (failing_calls_left <= 0 || failing_calls_is_inside || failing_calls_is_here == failing_calls_elsewhere) return false;
  if (atomic_fetch_sub(&failing_calls_left, 1) != 1) return false;
  failing_calls_name = name;
  errno = failing_calls_errno;
  return true;
}

/* n counts from 1. */
static void failing_calls_begin(long n, bool elsewhere, int error_number) {
  failing_calls_is_here = true;
  failing_calls_elsewhere = elsewhere;
  failing_calls_errno = error_number;
  failing_calls_name = NULL;
  failing_calls_left = n;
}

/* The name of the call that was made to fail; NULL when there were not so many. */
static const char *failing_calls_end(void) {
  failing_calls_left = 0;
  return failing_calls_name;
}

#define FAILING_CALL(type, name, parameters, arguments, failure)                       \
  type name parameters {                                                               \
    static type(*_Atomic next) parameters;                                             \
    if (next == NULL) next = (type(*) parameters)(uintptr_t)dlsym(RTLD_NEXT, #name);   \
    return failing_call(#name) ? (failure) : next arguments;                           \
  }

#endif
