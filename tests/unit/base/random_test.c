/* Random bytes, UUIDs and request ids: their form, and that they differ. */
#include "base/random.h"

#include <string.h>

#include "test.h"

TEST(bytes) {
  unsigned char a[1000] = {0}, b[1000] = {0};
  int seen[256] = {0}, kinds = 0;
  cyn_i_random_bytes(a, sizeof a);
  cyn_i_random_bytes(b, sizeof b);
  CHECK(memcmp(a, b, sizeof a) != 0);
  for (size_t i = 0; i < sizeof a; i++) kinds += seen[a[i]]++ == 0;
  CHECK(kinds > 200);
  cyn_i_random_bytes(a, 0);
}

TEST(uuid) {
  char a[37], b[37];
  cyn_i_random_uuid(a);
  cyn_i_random_uuid(b);
  CHECK_INT(strlen(a), 36);
  CHECK(strcmp(a, b) != 0);
  CHECK(a[14] == '4' && strchr("89ab", a[19]) != NULL);
  for (int i = 0; i < 36; i++) {
    bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    CHECK(dash ? a[i] == '-' : strchr("0123456789abcdef", a[i]) != NULL);
  }
}

TEST(request_id) {
  char a[53], b[53];
  cyn_i_random_request_id(a);
  cyn_i_random_request_id(b);
  CHECK_INT(strlen(a), 52);
  CHECK(strcmp(a, b) != 0);
  CHECK_INT(strspn(a, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"), 52);
}
