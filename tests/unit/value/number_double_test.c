/* The nearest double, against the C library's. */
#include <stdlib.h>

#include "value/golden.h"
#include "value/number.h"

static double ours(const char *text) {
  cyn_i_number number;
  if (cyn_i_number_parse(cyn_str(text), &number) != CYN_NUMBER_OK) {
    test_failed(__FILE__, __LINE__, "%s does not parse", text);
    return -1;
  }
  return cyn_i_number_to_double(number.bytes, number.size);
}

static void random_text(char *text) {
  int count = 1 + (int)random_below(random_below(2) == 0 ? 38 : 17);
  char *at = text;
  if (random_below(2) == 0) *at++ = '-';
  *at++ = '.';
  for (int i = 0; i < count; i++) *at++ = (char)('0' + (i == 0 ? 1 + random_below(9) : random_below(10)));
  put_text(at, "e%d", (int)random_below(random_below(2) == 0 ? 250 : 20) - (random_below(2) == 0 ? 124 : 0));
}

TEST(nearest) {
  for (int i = 0; i < 50000; i++) {
    char text[4100];
    cyn_i_number number;
    random_text(text);
    if (cyn_i_number_parse(cyn_str(text), &number) != CYN_NUMBER_OK) continue;
    if (ours(text) != strtod(text, NULL)) {
      test_failed(__FILE__, __LINE__, "%s: %.17g, expected %.17g", text, ours(text), strtod(text, NULL));
      return;
    }
  }
}

TEST(half_way_goes_to_even) {
  CHECK(ours("9007199254740993") == 9007199254740992.0);
  CHECK(ours("9007199254740995") == 9007199254740996.0);
  CHECK(ours("9007199254740993.0000000000000000000001") == 9007199254740994.0);
  CHECK(ours("9007199254740992.9999999999999999999999") == 9007199254740992.0);
  CHECK(ours("-9007199254740993") == -9007199254740992.0);
}

TEST(ends) {
  static const char *const texts[] = {"0", "1", "-1", "1e-130", "-1e-130", "9.9999999999999999999999999999999999999e125",
                                      "1.2345678901234567890123456789012345678e-129", "1e125", "1e22", "1e23", "1e-22", "0.1", "123456789012345678"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) CHECK(ours(texts[i]) == strtod(texts[i], NULL));
  CHECK(cyn_i_number_to_double((const uint8_t *)"\x01", 1) == 0);
}
