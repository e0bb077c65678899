/* UTF-8: every code point, every wrong form of two and three bytes. */
#include "value/utf8.h"

#include "value/golden.h"

TEST(every_code_point) {
  for (uint32_t code = 1; code <= 0x10FFFF; code++) {
    uint8_t bytes[4];
    bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    size_t size = cyn_i_utf8_put(bytes, code);
    if (cyn_i_utf8_is_valid((cyn_bytes){(const char *)bytes, size}) == surrogate)
      test_failed(__FILE__, __LINE__, "U+%04X", code);
    for (size_t cut = 1; cut < size && !surrogate; cut++)
      if (cyn_i_utf8_is_valid((cyn_bytes){(const char *)bytes, cut})) test_failed(__FILE__, __LINE__, "U+%04X cut", code);
  }
}

/* Of all texts of three bytes, those pass that are made of whole code points. */
TEST(every_three_bytes) {
  long taken = 0;
  for (uint32_t word = 0; word < 1u << 24; word++) {
    uint8_t bytes[3] = {(uint8_t)(word >> 16), (uint8_t)(word >> 8), (uint8_t)word};
    taken += cyn_i_utf8_is_valid((cyn_bytes){(const char *)bytes, 3});
  }
  long two = 0x800 - 0x80, three = 0x10000 - 0x800 - 0x800;
  CHECK_INT(taken, 128L * 128 * 128 + 2 * 128 * two + three);
}

TEST(forms) {
  CHECK(cyn_i_utf8_is_valid((cyn_bytes){NULL, 0}));
  CHECK(cyn_i_utf8_is_valid(cyn_str("plain text of more than eight bytes")));
  CHECK(cyn_i_utf8_is_valid(cyn_str("eight byt\xC3\xA9s and \xF0\x9F\x98\x80 more")));
  CHECK(!cyn_i_utf8_is_valid(cyn_str("eight byt\xC3")));
  CHECK(!cyn_i_utf8_is_valid(cyn_str("\xF0\x80\x80\x80")));
  CHECK(!cyn_i_utf8_is_valid(cyn_str("\xF4\x90\x80\x80")));
  CHECK(!cyn_i_utf8_is_valid(cyn_str("\xF5\x80\x80\x80")));
}
