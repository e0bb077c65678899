/* The one home of malloc: sizes of 0, overflow, the hook. */
#include "base/alloc.h"

#include <stdint.h>

#include "test.h"

TEST(sizes) {
  void *a = cyn_i_alloc(0), *b = cyn_i_alloc(0);
  CHECK(a != NULL && b != NULL && a != b);
  a = cyn_i_realloc(a, 100);
  CHECK(a != NULL);
  a = cyn_i_realloc(a, 0);
  CHECK(a != NULL);
  cyn_i_free(a);
  cyn_i_free(b);
  cyn_i_free(NULL);
  unsigned char *zeros = cyn_i_zalloc(10, 10);
  for (int i = 0; i < 100; i++) CHECK(zeros[i] == 0);
  cyn_i_free(zeros);
  void *aligned = cyn_i_aligned_alloc(4096, 100);
  CHECK(aligned != NULL && (uintptr_t)aligned % 4096 == 0);
  cyn_i_free(aligned);
}

static int calls;
static int refuse(size_t size) {
  (void)size;
  calls++;
  return 1;
}

TEST(hook) {
  calls = 0;
  cyn_i_alloc_hook = refuse;
  CHECK(cyn_i_alloc(1) == NULL);
  CHECK(cyn_i_zalloc(1, 1) == NULL);
  CHECK(cyn_i_realloc(NULL, 1) == NULL);
  CHECK(cyn_i_aligned_alloc(16, 1) == NULL);
  cyn_i_alloc_hook = NULL;
  CHECK_INT(calls, 4);
}
