/* Numbers between C types and digits. */
#include "model/decimal.h"

#include <float.h>
#include <math.h>

#include "test.h"

static const char *text_of(const cyn_i_number *number) {
  static cyn_decimal decimal;
  decimal = cyn_i_decimal_from_number(number->bytes, number->size);
  return decimal.text;
}

TEST(doubles) {
  static const struct {
    double value;
    const char *text;
  } cases[] = {{0, "0"}, {-0.0, "0"}, {0.1, "0.1"}, {1.0 / 3, "0.3333333333333333"}, {1e22, "10000000000000000000000"},
               {-4.5, "-4.5"}, {123456789012345680.0, "123456789012345680"}, {5e-100, "5E-100"}, {9007199254740993.0, "9007199254740992"}};
  cyn_i_number number;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    CHECK(cyn_i_number_from_double(cases[i].value, &number));
    CHECK_STR(text_of(&number), cases[i].text);
    CHECK(cyn_i_number_to_double(number.bytes, number.size) == cases[i].value);
  }
  CHECK(!cyn_i_number_from_double(NAN, &number));
  CHECK(!cyn_i_number_from_double(-INFINITY, &number));
  CHECK(!cyn_i_number_from_double(DBL_MAX, &number));
  CHECK(!cyn_i_number_from_double(5e-324, &number));
}

/* Each double becomes the shortest decimal that reads as it, whatever way it takes. */
TEST(random_doubles) {
  uint64_t state = 88172645463325252u;
  for (int i = 0; i < 200000; i++) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    static const double scales[] = {1, 10, 100, 1000, 1e5, 1e8, 3, 7e-3, 1e12};
    double value = (double)((int64_t)state >> (state % 50 + 8)) / scales[state % 9];
    cyn_i_number number, parsed;
    char text[40];
    CHECK(cyn_i_number_from_double(value, &number));
    CHECK(cyn_i_number_is_valid(number.bytes, number.size));
    CHECK(cyn_i_number_to_double(number.bytes, number.size) == value);
    for (int digits = 1; digits <= 17; digits++) { /* printf's shortest */
      int size = snprintf(text, sizeof text, "%.*e", digits - 1, value);
      CHECK(cyn_i_number_parse((cyn_bytes){text, (size_t)size}, &parsed) == CYN_NUMBER_OK);
      if (cyn_i_number_to_double(parsed.bytes, parsed.size) == value) break;
    }
    CHECK(strlen(text_of(&number)) <= 24);
    if (fabs(value) < 1e15 && value != floor(value))
      CHECK(parsed.size == number.size && memcmp(parsed.bytes, number.bytes, number.size) == 0);
    if (test_current_failed()) {
      printf("%.17g\n", value);
      return;
    }
  }
}

TEST(floats) {
  cyn_i_number number;
  CHECK(cyn_i_number_from_float(0.1f, &number));
  CHECK_STR(text_of(&number), "0.1");
  CHECK(cyn_i_number_from_float(16777217.0f, &number));
  CHECK_STR(text_of(&number), "16777216");
  CHECK(!cyn_i_number_from_float(INFINITY, &number));
  uint32_t bits = 1;
  for (int i = 0; i < 20000; i++) {
    bits = bits * 1664525u + 1013904223u;
    float value, back;
    memcpy(&value, &bits, sizeof value);
    if (isnan(value) || isinf(value)) continue;
    CHECK(cyn_i_number_from_float(value, &number));
    back = (float)cyn_i_number_to_double(number.bytes, number.size);
    CHECK(back == value);
    if (test_current_failed()) return;
  }
}

TEST(unsigned_ones) {
  uint64_t back;
  static const uint64_t cases[] = {0, 1, INT64_MAX, (uint64_t)INT64_MAX + 1, UINT64_MAX};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    cyn_i_number number = cyn_i_number_from_uint(cases[i]);
    CHECK(cyn_i_number_to_uint(number.bytes, number.size, &back) && back == cases[i]);
  }
  cyn_i_number number = cyn_i_number_from_int(-1);
  CHECK(!cyn_i_number_to_uint(number.bytes, number.size, &back));
  (void)cyn_i_number_parse(cyn_str("18446744073709551616"), &number);
  CHECK(!cyn_i_number_to_uint(number.bytes, number.size, &back));
  (void)cyn_i_number_parse(cyn_str("1.5"), &number);
  CHECK(!cyn_i_number_to_uint(number.bytes, number.size, &back));
}

TEST(decimals) {
  static const char *const cases[][2] = {
      {"12.50", "12.5"},
      {"-1e20", "-100000000000000000000"},
      {"1.2345678901234567890123456789012345678E-100", "1.2345678901234567890123456789012345678E-100"},
      {"-9.9999999999999999999999999999999999999E+125", "-9.9999999999999999999999999999999999999E+125"},
      {"1E-130", "1E-130"},
      {"7E125", "7E+125"},
      {"0.00000000000000000000000000000000000000000000000123", "1.23E-48"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    cyn_i_number number, again;
    cyn_decimal decimal = cyn_decimal_of(cases[i][0]);
    REQUIRE(cyn_i_number_parse(cyn_str(decimal.text[0] != '?' ? decimal.text : cases[i][0]), &number) == CYN_NUMBER_OK);
    CHECK_STR(text_of(&number), cases[i][1]);
    CHECK(cyn_i_number_parse(cyn_str(text_of(&number)), &again) == CYN_NUMBER_OK);
    CHECK(again.size == number.size && memcmp(again.bytes, number.bytes, again.size) == 0);
  }
  CHECK_STR(cyn_decimal_of(NULL).text, "");
  CHECK_STR(cyn_decimal_of("123456789012345678901234567890123456789012345678").text, "?");
  CHECK_STR(cyn_decimal_of_int(INT64_MIN).text, "-9223372036854775808");
}
