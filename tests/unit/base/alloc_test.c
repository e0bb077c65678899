/* The one home of malloc: sizes of 0, overflow, the hook. */
#include "base/alloc.h"

#include <stdint.h>

#include "dumps.h"
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

TEST(secrets_are_left_out_of_core_dumps) {
  char *secret = cyn_i_secret_alloc(10000), *other = cyn_i_alloc(10000);
  REQUIRE(secret != NULL && other != NULL);
  for (int i = 0; i < 10000; i++) CHECK(secret[i] == 0);
  memset(secret, 'x', 10000);
  CHECK(is_left_out_of_dumps(secret) && is_left_out_of_dumps(secret + 9999));
  CHECK(!is_left_out_of_dumps(other));
  cyn_i_secret_free(secret);
  CHECK(!is_left_out_of_dumps(secret));
  cyn_i_secret_free(NULL);
  cyn_i_free(other);
  CHECK(cyn_i_secret_alloc(SIZE_MAX) == NULL);
  CHECK(cyn_i_secret_alloc(SIZE_MAX / 2) == NULL); /* more than there is */
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
  CHECK(cyn_i_secret_alloc(1) == NULL);
  cyn_i_alloc_hook = NULL;
  CHECK_INT(calls, 5);
}
