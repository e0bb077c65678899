/* Makes the n-th allocation fail, and the n-th piece of an arena where the build asks for them: once, or all from there on. */
#ifndef CYN_TESTS_FAILING_MEMORY_H
#define CYN_TESTS_FAILING_MEMORY_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/alloc.h"
#include "base/arena.h"

static _Atomic long failing_left;
static _Atomic bool failing_is_on, failing_goes_on;

static int failing_hook(size_t size) {
  (void)size;
  if (!failing_is_on) return 0;
  long left = atomic_fetch_sub(&failing_left, 1);
  return failing_goes_on ? left <= 1 : left == 1;
}

/* Before there is a thread that could ask. */
__attribute__((constructor)) static void failing_set_up(void) { cyn_i_arena_hook = cyn_i_alloc_hook = failing_hook; }

/* n counts from 1. */
static void failing_begin(long n, bool goes_on) {
  failing_goes_on = goes_on;
  failing_left = n;
  failing_is_on = true;
}

/* True when something was made to fail. */
static bool failing_end(void) {
  failing_is_on = false;
  return failing_left <= 0;
}

#endif
