/* The parts of a signature. Whole signatures: tests/unit/client/sigv4_sign_test.c. */
#include "base/sigv4.h"

#include "test.h"

static const char *path(const char *text) {
  static char out[256];
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, NULL);
  cyn_i_sigv4_put_path(&buf, cyn_str(text));
  snprintf(out, sizeof out, "%.*s", (int)buf.size, (char *)buf.data);
  cyn_i_buf_clean_up(&buf);
  return out;
}

TEST(paths) {
  CHECK_STR(path(""), "/");
  CHECK_STR(path("/"), "/");
  CHECK_STR(path("/a/../../b"), "/b");
  CHECK_STR(path("/a//b/./c/"), "/a/b/c/");
  CHECK_STR(path("/a b%20"), "/a%20b%2520");
}

TEST(queries) {
  static const struct {
    const char *from, *to;
  } rows[] = {{"b=2&a=1", "a=1&b=2"}, {"a=2&a=1", "a=1&a=2"}, {"x", "x="}, {"a=%7e%2F", "a=~%2F"}, {"&&=1", ""}, {"a=%", "a=%25"}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    cyn_i_arena arena;
    cyn_i_arena_init(&arena, 0);
    cyn_i_buf buf;
    cyn_i_buf_init(&buf, &arena);
    CHECK(cyn_i_sigv4_put_query(&buf, cyn_str(rows[i].from), &arena));
    cyn_i_buf_byte(&buf, '\0');
    CHECK_STR((char *)buf.data, rows[i].to);
    cyn_i_arena_clean_up(&arena);
  }
}

TEST(values_lose_their_blanks) {
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, NULL);
  cyn_i_sigv4_put_value(&buf, cyn_str("  a   b \tc  "));
  cyn_i_buf_byte(&buf, '\0');
  CHECK_STR((char *)buf.data, "a b \tc");
  cyn_i_buf_clean_up(&buf);
}

TEST(times) {
  static const struct {
    int64_t ms;
    const char *text;
  } rows[] = {{0, "19700101T000000Z"}, {951825599999, "20000229T115959Z"}, {1440938160000, "20150830T123600Z"},
              {4102444799000, "20991231T235959Z"}, {1709251200000, "20240301T000000Z"}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char out[17];
    cyn_i_sigv4_time(rows[i].ms, out);
    CHECK_STR(out, rows[i].text);
  }
}

/* AWS's published example of a derived key. */
TEST(derived_key) {
  uint8_t key[32];
  char hex[65] = {0};
  cyn_i_sigv4_key(cyn_str("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), cyn_str("20120215"), cyn_str("us-east-1"),
                  cyn_str("iam"), key);
  cyn_i_sigv4_hex(key, sizeof key, hex);
  CHECK_STR(hex, "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d");
}

TEST(hmac) { /* RFC 4231, case 2 */
  uint8_t out[32];
  char text[65];
  cyn_bytes parts[] = {cyn_str("what do ya want "), cyn_str("for nothing?")};
  cyn_i_sigv4_hmac(cyn_str("Jefe"), parts, 2, out);
  cyn_i_sigv4_hex(out, sizeof out, text);
  text[64] = '\0';
  CHECK_STR(text, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}
