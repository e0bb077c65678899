/* JSON numbers as integers (floored, saturating) and doubles. */
#include "api/number_text.h"

#include "test.h"

TEST(integers) {
  static const struct {
    const char *text;
    int64_t value;
  } rows[] = {{"0", 0}, {"-0", 0}, {"1", 1}, {"-1", -1}, {"007", 7}, {"10", 10}, {"100", 100}, {"1.0", 1}, {"1.9", 1},
              {"-1.0", -1}, {"-1.1", -2}, {"-0.1", -1}, {"0.9", 0}, {"0.0", 0}, {"-0.0", 0}, {"1e2", 100}, {"1E+2", 100},
              {"12e-1", 1}, {"-12e-1", -2}, {"1e-400", 0}, {"-1e-400", -1}, {"123.456e2", 12345}, {"-123.456e2", -12346},
              {"9223372036854775807", INT64_MAX}, {"9223372036854775808", INT64_MAX}, {"-9223372036854775808", INT64_MIN},
              {"-9223372036854775809", INT64_MIN}, {"-9223372036854775807.5", INT64_MIN},
              {"-9223372036854775808.5", INT64_MIN}, {"1e19", INT64_MAX}, {"-1e19", INT64_MIN}, {"1e999999999999", INT64_MAX},
              {"0e999999999999", 0},
              {"5e", 5}, {"5e+", 5}, {"5e-", 5}, {"5e1x9", 50}, {"", 0}, {"-", 0}, /* no JSON has these: they end where they end */ {"0.00000000000000000000000000000000000000000000001e48", 10},
              {"1000000000000000000", 1000000000000000000}, {"12345678901234567890123456789012345678901234567890", INT64_MAX},
              {"1.00000000000000000000000000000000000000000000000000000001", 1},
              {"-1.00000000000000000000000000000000000000000000000000000001", -2}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    int64_t value = cyn_i_text_to_int(cyn_str(rows[i].text));
    if (value != rows[i].value) {
      test_failed(__FILE__, __LINE__, "%s is %lld, expected %lld", rows[i].text, (long long)value, (long long)rows[i].value);
    }
  }
}

TEST(doubles) {
  static const struct {
    const char *text;
    double value;
  } rows[] = {{"0", 0}, {"-0.0", 0}, {"1", 1}, {"-1.5", -1.5}, {"0.1", 0.1}, {"1700000000.123", 1700000000.123},
              {"1e3", 1000}, {"1.7E9", 1.7e9}, {"123456789012345678901234567890", 123456789012345678901234567890.0},
              {"1e-131", 0}, {"1e200", 1e125}, {"-1e200", -1e125}, {"0.000001", 0.000001},
              {"3.141592653589793238462643383279502884197169399375105820974944", 3.141592653589793}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    double value = cyn_i_text_to_double(cyn_str(rows[i].text));
    if (value != rows[i].value) {
      test_failed(__FILE__, __LINE__, "%s is %.17g, expected %.17g", rows[i].text, value, rows[i].value);
    }
  }
}
