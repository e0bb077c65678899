/* The one home of malloc: sizes of 0, overflow, the hook. */
#include "base/alloc.h"

#include <stdint.h>
#include <stdlib.h>

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

/* True when the kernel's flags of the mapping that holds the address have "dd": not to be dumped. */
static bool is_left_out_of_dumps(const void *address) {
  FILE *maps = fopen("/proc/self/smaps", "r");
  char line[512];
  bool is_inside = false, found = false;
  while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
    char *end;
    unsigned long long from = strtoull(line, &end, 16);
    if (*end == '-') {
      unsigned long long to = strtoull(end + 1, NULL, 16);
      is_inside = from <= (uintptr_t)address && (uintptr_t)address < to;
    } else if (is_inside && strncmp(line, "VmFlags:", 8) == 0) {
      found = strstr(line, " dd") != NULL;
    }
  }
  if (maps != NULL) (void)fclose(maps);
  return found;
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
