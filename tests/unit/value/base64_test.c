/* Base64: RFC 4648's vectors, everything that is refused, round trips. */
#include "value/base64.h"

#include "value/golden.h"

static cyn_i_buf buf;

static const char *encoded(const void *data, size_t size) {
  buf.size = 0;
  cyn_i_base64_encode(&buf, (cyn_bytes){data, size});
  cyn_i_buf_byte(&buf, '\0');
  return (const char *)buf.data;
}

TEST(vectors) {
  static const char *const pairs[][2] = {{"", ""},         {"f", "Zg=="},         {"fo", "Zm8="},         {"foo", "Zm9v"},
                                         {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}, {"\xFB\xFF\xBF", "+/+/"}};
  for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
    CHECK_STR(encoded(pairs[i][0], strlen(pairs[i][0])), pairs[i][1]);
    buf.size = 0;
    CHECK(cyn_i_base64_decode(&buf, cyn_str(pairs[i][1])));
    CHECK_STR(hex(buf.data, buf.size), hex(pairs[i][0], strlen(pairs[i][0])));
  }
}

TEST(refused) {
  static const char *const bad[] = {"a",    "ab",   "abc",  "abcde", "=",    "====", "a===", "ab=c",     "=abc", "ab!=", "ab c", "ab-_", "Zh==",
                                    "Zm9=", "Zg==Zg==", "Zg=\n", "\xFF\xFF\xFF\xFF", "Zm9v\n", "aaaaaaa\x80", "aaaaaaaaaaaaaa=a", "a=aaaaaa"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    buf.size = 3;
    if (cyn_i_base64_decode(&buf, cyn_str(bad[i]))) test_failed(__FILE__, __LINE__, "taken: %s", bad[i]);
    CHECK_INT(buf.size, 3);
  }
}

TEST(round_trips) {
  for (int round = 0; round < 5000; round++) {
    uint8_t data[200];
    char text[4100];
    size_t size = random_below(200);
    for (size_t i = 0; i < size; i++) data[i] = (uint8_t)random_below(256);
    put_text(text, "%.290s", encoded(data, size));
    buf.size = 0;
    CHECK(cyn_i_base64_decode(&buf, cyn_str(text)));
    CHECK(buf.size == size && memcmp(buf.data, data, size) == 0);
    if (size < 4) continue;
    size_t at = random_below((uint32_t)strlen(text) - 4); /* one character wrong, anywhere */
    text[at] = "!=\x01\x80_- "[random_below(7)];
    CHECK(!cyn_i_base64_decode(&buf, cyn_str(text)));
  }
}
