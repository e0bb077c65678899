/* Numbers: golden vectors, the grammar, the limits, and order and sums against plain decimal arithmetic on digit strings
 * that is written here for the purpose. */
#include "value/number.h"

#include <stdlib.h>

#include "value/golden.h"

static cyn_i_number parsed(const char *text) {
  cyn_i_number out = {0};
  cyn_i_number_fault fault = cyn_i_number_parse(cyn_str(text), &out);
  if (fault != CYN_NUMBER_OK) test_failed(__FILE__, __LINE__, "%s does not parse: fault %d", text, fault);
  return out;
}

static const char *printed(const cyn_i_number *number) {
  static char buffers[4][CYN_NUMBER_TEXT_MAX];
  static int turn;
  char *out = buffers[turn++ % 4];
  size_t size = cyn_i_number_format(number->bytes, number->size, out);
  CHECK_INT(size, strlen(out));
  return out;
}

static void golden_line(char **fields) {
  cyn_i_number number = parsed(fields[0]);
  CHECK_STR(hex(number.bytes, number.size), fields[1]);
  CHECK_STR(printed(&number), fields[2]);
  CHECK_INT(cyn_i_number_dynamodb_size(number.bytes, number.size), atoi(fields[3]));
  CHECK(cyn_i_number_is_valid(number.bytes, number.size));
  cyn_i_number again = parsed(fields[2]);
  CHECK_STR(hex(again.bytes, again.size), fields[1]);
}

TEST(golden) { CHECK(golden_read("number.tsv", 4, golden_line) > 50); }

TEST(grammar) {
  static const char *const good[] = {"0", "-0", "+0", "00", "5.", ".5", "-.5", "+5.", "1e5", "1E5", "1e+5", "1e-5", "1.5e05",
                                     "0e999999999999999999999", "-0.0e-99999999999999999999999999"};
  static const char *const bad[] = {"+", "-", ".", "-.", "e5", "1e", "1e+", "1e-", "1e5.0", "1.2.3", " 1", "1 ", "1 2", "--1", "+-1",
                                    "NaN", "Infinity", "-Infinity", "0x10", "1f", "1_000", "1,5", "\xC2\xB2", "\xD9\xA1", ".e1", "dog",
                                    "1e5e5", "1e.5"};
  cyn_i_number number;
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
    if (cyn_i_number_parse(cyn_str(good[i]), &number) != CYN_NUMBER_OK) test_failed(__FILE__, __LINE__, "%s", good[i]);
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    if (cyn_i_number_parse(cyn_str(bad[i]), &number) != CYN_NUMBER_SYNTAX) test_failed(__FILE__, __LINE__, "%s", bad[i]);
  CHECK_INT(cyn_i_number_parse(cyn_str(""), &number), CYN_NUMBER_EMPTY);
  CHECK_INT(cyn_i_number_parse((cyn_bytes){"1\0", 2}, &number), CYN_NUMBER_SYNTAX);
}

static cyn_i_number_fault fault_of(const char *text) {
  cyn_i_number number;
  return cyn_i_number_parse(cyn_str(text), &number);
}

TEST(limits) {
  CHECK_INT(fault_of("1e126"), CYN_NUMBER_OVERFLOW);
  CHECK_INT(fault_of("-1e126"), CYN_NUMBER_OVERFLOW);
  CHECK_INT(fault_of("10e125"), CYN_NUMBER_OVERFLOW);
  CHECK_INT(fault_of("9e125"), CYN_NUMBER_OK);
  CHECK_INT(fault_of("1e-130"), CYN_NUMBER_OK);
  CHECK_INT(fault_of("1e-131"), CYN_NUMBER_UNDERFLOW);
  CHECK_INT(fault_of("9e-131"), CYN_NUMBER_UNDERFLOW);
  CHECK_INT(fault_of("0.9e-130"), CYN_NUMBER_UNDERFLOW);
  CHECK_INT(fault_of("1e99999999999999999999999"), CYN_NUMBER_OVERFLOW);
  CHECK_INT(fault_of("1e-99999999999999999999999"), CYN_NUMBER_UNDERFLOW);
  CHECK_INT(fault_of("123456789012345678901234567890123456789"), CYN_NUMBER_DIGITS);
  CHECK_INT(fault_of("1.00000000000000000000000000000000000001"), CYN_NUMBER_DIGITS);
  CHECK_INT(fault_of("1.0000000000000000000000000000000000001"), CYN_NUMBER_OK);
  CHECK_INT(fault_of("1.000000000000000000000000000000000000000000000000"), CYN_NUMBER_OK);
  /* overflow and underflow are found before the count of digits */
  CHECK_INT(fault_of("123456789012345678901234567890123456789e100"), CYN_NUMBER_OVERFLOW);
  CHECK_INT(fault_of("123456789012345678901234567890123456789e-170"), CYN_NUMBER_UNDERFLOW);
}

TEST(long_texts) {
  size_t size = 3 * 1000 * 1000;
  char *text = malloc(size + 32);
  cyn_i_number number;
  memset(text, '0', size);
  memcpy(text + size, "1", 1);
  CHECK_INT(cyn_i_number_parse((cyn_bytes){text, size + 1}, &number), CYN_NUMBER_OK);
  CHECK_STR(printed(&number), "1");
  memcpy(text, "0.", 2);
  memcpy(text + size, "7e2999999", 9);
  CHECK_INT(cyn_i_number_parse((cyn_bytes){text, size + 9}, &number), CYN_NUMBER_OK);
  CHECK_STR(printed(&number), "7");
  memset(text, '9', size);
  CHECK_INT(cyn_i_number_parse((cyn_bytes){text, size}, &number), CYN_NUMBER_OVERFLOW);
  memset(text, '0', size);
  text[0] = '3';
  memcpy(text + size, "e-2999998", 9);
  CHECK_INT(cyn_i_number_parse((cyn_bytes){text, size + 9}, &number), CYN_NUMBER_OK);
  CHECK_STR(printed(&number), "30");
  free(text);
}

/* ---- a reference: 600 decimal digits around a fixed point ---- */

#define REFERENCE_DIGITS 600
#define REFERENCE_POINT 300

typedef struct reference {
  bool negative;
  uint8_t digit[REFERENCE_DIGITS]; /* digit[0] is the highest; the one at REFERENCE_POINT has the weight 1/10 */
} reference;

static int reference_magnitude(const reference *a, const reference *b) { return memcmp(a->digit, b->digit, REFERENCE_DIGITS); }

static bool reference_is_zero(const reference *a) {
  for (int i = 0; i < REFERENCE_DIGITS; i++)
    if (a->digit[i] != 0) return false;
  return true;
}

static int reference_compare(const reference *a, const reference *b) {
  if (reference_is_zero(a) && reference_is_zero(b)) return 0;
  bool a_below = a->negative && !reference_is_zero(a), b_below = b->negative && !reference_is_zero(b);
  if (a_below != b_below) return a_below ? -1 : 1;
  return a_below ? reference_magnitude(b, a) : reference_magnitude(a, b);
}

static reference reference_sum(const reference *a, const reference *b) {
  reference out = {0};
  if (a->negative == b->negative) {
    int carry = 0;
    for (int i = REFERENCE_DIGITS - 1; i >= 0; i--) {
      int d = a->digit[i] + b->digit[i] + carry;
      out.digit[i] = (uint8_t)(d % 10);
      carry = d / 10;
    }
    out.negative = a->negative;
    return out;
  }
  const reference *large = reference_magnitude(a, b) >= 0 ? a : b, *small = large == a ? b : a;
  int borrow = 0;
  for (int i = REFERENCE_DIGITS - 1; i >= 0; i--) {
    int d = large->digit[i] - small->digit[i] - borrow;
    borrow = d < 0;
    out.digit[i] = (uint8_t)(d + 10 * borrow);
  }
  out.negative = large->negative;
  return out;
}

/* The plain notation, and how the service would judge the number. */
static cyn_i_number_fault reference_print(const reference *a, char *out) {
  int first = 0, last = REFERENCE_DIGITS - 1;
  memcpy(out, "0", 2);
  if (reference_is_zero(a)) return CYN_NUMBER_OK;
  while (a->digit[first] == 0) first++;
  while (a->digit[last] == 0) last--;
  if (REFERENCE_POINT - first > 126) return CYN_NUMBER_OVERFLOW;
  if (REFERENCE_POINT - first < -129) return CYN_NUMBER_UNDERFLOW;
  if (last - first + 1 > 38) return CYN_NUMBER_DIGITS;
  if (a->negative) *out++ = '-';
  if (first > REFERENCE_POINT - 1) first = REFERENCE_POINT - 1;
  for (int i = first; i < REFERENCE_POINT; i++) *out++ = (char)('0' + a->digit[i]);
  if (last >= REFERENCE_POINT) *out++ = '.';
  for (int i = REFERENCE_POINT; i <= last; i++) *out++ = (char)('0' + a->digit[i]);
  *out = '\0';
  return CYN_NUMBER_OK;
}

/* A random number as text in some notation, and as reference. */
static void random_number(char *text, reference *out) {
  memset(out, 0, sizeof *out);
  int count = 1 + (int)random_below(random_below(3) == 0 ? 38 : 6);
  int spread = random_below(4) == 0 ? 125 : 4;
  int point = (int)random_below((uint32_t)(2 * spread)) - spread + 1;
  char *at = text;
  out->negative = random_below(2) == 0;
  if (out->negative) *at++ = '-';
  *at++ = '.';
  for (int i = 0; i < count; i++) {
    uint8_t digit = (uint8_t)(random_below(3) == 0 ? random_below(2) * 9 : random_below(10));
    if (i == 0 && digit == 0 && random_below(20) != 0) digit = 1;
    *at++ = (char)('0' + digit);
    out->digit[REFERENCE_POINT - point + i] = digit;
  }
  snprintf(at, 16, "e%d", point);
}

TEST(order_is_numeric) {
  enum { COUNT = 700 };
  static char text[COUNT][80];
  static reference exact[COUNT];
  static cyn_i_number number[COUNT];
  for (int i = 0; i < COUNT; i++) {
    random_number(text[i], &exact[i]);
    if (i % 7 == 0 && i > 0) { /* neighbours: the same digits and a little more */
      memcpy(text[i], text[i - 1], sizeof text[i]);
      exact[i] = exact[i - 1];
    }
    number[i] = parsed(text[i]);
    char plain[700];
    CHECK_INT(reference_print(&exact[i], plain), CYN_NUMBER_OK);
    CHECK_STR(printed(&number[i]), plain);
    CHECK(cyn_i_number_is_valid(number[i].bytes, number[i].size));
  }
  for (int i = 0; i < COUNT; i++) {
    for (int k = 0; k < COUNT; k++) {
      size_t a = number[i].size, b = number[k].size;
      int order = memcmp(number[i].bytes, number[k].bytes, a < b ? a : b);
      if (order == 0) order = (a > b) - (a < b);
      int expected = reference_compare(&exact[i], &exact[k]);
      if ((order > 0) - (order < 0) != (expected > 0) - (expected < 0)) {
        test_failed(__FILE__, __LINE__, "%s against %s: %d, expected %d", text[i], text[k], order, expected);
        return;
      }
    }
  }
}

TEST(sums_are_exact) {
  for (int i = 0; i < 40000; i++) {
    char a_text[80], b_text[80], plain[700];
    reference a, b, sum;
    random_number(a_text, &a);
    random_number(b_text, &b);
    cyn_i_number x = parsed(a_text), y = parsed(b_text), out;
    bool subtract = random_below(2) == 0;
    cyn_i_number_fault fault = subtract ? cyn_i_number_subtract(x.bytes, x.size, y.bytes, y.size, &out)
                                        : cyn_i_number_add(x.bytes, x.size, y.bytes, y.size, &out);
    if (subtract) b.negative = !b.negative;
    sum = reference_sum(&a, &b);
    cyn_i_number_fault expected = reference_print(&sum, plain);
    if (expected == CYN_NUMBER_DIGITS) expected = CYN_NUMBER_OVERFLOW; /* see settle() in number.c */
    if (fault != expected || (fault == CYN_NUMBER_OK && strcmp(printed(&out), plain) != 0)) {
      test_failed(__FILE__, __LINE__, "%s %c %s: fault %d, %s, expected %d, %s", a_text, subtract ? '-' : '+', b_text, fault,
                  fault == CYN_NUMBER_OK ? printed(&out) : "", expected, plain);
      return;
    }
    if (fault == CYN_NUMBER_OK) CHECK(cyn_i_number_is_valid(out.bytes, out.size));
  }
}

TEST(sums_at_the_limits) {
  cyn_i_number large = parsed("9.9999999999999999999999999999999999999e125"), one = parsed("1"), out;
  cyn_i_number small = parsed("1e88"), fifty = parsed("1e50");
  CHECK_INT(cyn_i_number_add(large.bytes, large.size, large.bytes, large.size, &out), CYN_NUMBER_OVERFLOW);
  CHECK_INT(cyn_i_number_add(large.bytes, large.size, small.bytes, small.size, &out), CYN_NUMBER_OVERFLOW);
  CHECK_INT(cyn_i_number_subtract(large.bytes, large.size, large.bytes, large.size, &out), CYN_NUMBER_OK);
  CHECK_STR(printed(&out), "0");
  CHECK_INT(cyn_i_number_add(fifty.bytes, fifty.size, one.bytes, one.size, &out), CYN_NUMBER_OVERFLOW);
  cyn_i_number a = parsed("1.5e-130"), b = parsed("1e-130");
  CHECK_INT(cyn_i_number_subtract(a.bytes, a.size, b.bytes, b.size, &out), CYN_NUMBER_UNDERFLOW);
  CHECK_INT(cyn_i_number_subtract(one.bytes, one.size, one.bytes, one.size, &out), CYN_NUMBER_OK);
  CHECK_STR(hex(out.bytes, out.size), "80");
  CHECK_INT(cyn_i_number_negate(out.bytes, out.size, &out), CYN_NUMBER_OK);
  CHECK_STR(hex(out.bytes, out.size), "80");
  CHECK_INT(cyn_i_number_negate(a.bytes, a.size, &out), CYN_NUMBER_OK);
  CHECK_INT(cyn_i_number_add(a.bytes, a.size, out.bytes, out.size, &out), CYN_NUMBER_OK);
  CHECK_STR(printed(&out), "0");
  CHECK_INT(cyn_i_number_add((const uint8_t *)"", 0, a.bytes, a.size, &out), CYN_NUMBER_SYNTAX);
}

TEST(integers) {
  static const int64_t values[] = {0, 1, -1, 9, 10, 99, 100, 101, -100, 12345, 1000000, INT64_MAX, INT64_MIN, INT64_MAX - 1, 4200};
  for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
    char text[32];
    int64_t back = 1;
    snprintf(text, sizeof text, "%lld", (long long)values[i]);
    cyn_i_number direct = cyn_i_number_from_int(values[i]), through_text = parsed(text);
    CHECK_STR(hex(direct.bytes, direct.size), hex(through_text.bytes, through_text.size));
    CHECK(cyn_i_number_to_int(direct.bytes, direct.size, &back));
    CHECK_INT(back, values[i]);
  }
  static const char *const none[] = {"0.5", "9223372036854775808", "-9223372036854775809", "1e19", "1e125", "1e-130", "12.01"};
  for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
    cyn_i_number number = parsed(none[i]);
    int64_t back;
    if (cyn_i_number_to_int(number.bytes, number.size, &back)) test_failed(__FILE__, __LINE__, "%s is %lld", none[i], (long long)back);
  }
}

TEST(small_integers_are_as_their_texts) {
  for (int64_t i = -200; i < 20100; i++) {
    char text[24];
    (void)snprintf(text, sizeof text, "%lld", (long long)i);
    cyn_i_number made = cyn_i_number_from_int(i), through_text = parsed(text);
    CHECK(made.size == through_text.size && memcmp(made.bytes, through_text.bytes, made.size) == 0);
  }
}

TEST(foreign_bytes_are_judged) {
  static const char *const bad[] = {"", "81", "c0", "c101", "c10266", "c1ff", "3e", "3e64", "3e6666", "3e6566", "8080", "c10201",
                                    "c10265656565656565656565656565656565656565656502", "8001", "7f66"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    uint8_t bytes[32];
    char out[CYN_NUMBER_TEXT_MAX];
    size_t size = unhex(bad[i], bytes);
    if (cyn_i_number_is_valid(bytes, size)) test_failed(__FILE__, __LINE__, "%s passes", bad[i]);
    CHECK(cyn_i_number_format(bytes, size, out) < CYN_NUMBER_TEXT_MAX);
  }
  for (int i = 0; i < 100000; i++) { /* whatever is valid is what its own text gives */
    uint8_t bytes[CYN_NUMBER_SIZE_MAX + 2];
    char out[CYN_NUMBER_TEXT_MAX];
    size_t size = random_below(sizeof bytes + 1);
    for (size_t k = 0; k < size; k++) bytes[k] = (uint8_t)(random_below(8) == 0 ? random_below(256) : 1 + random_below(102));
    if (size > 0 && random_below(3) == 0) bytes[size - 1] = 0x66;
    size_t length = cyn_i_number_format(bytes, size, out);
    CHECK(length < CYN_NUMBER_TEXT_MAX && out[length] == '\0');
    if (!cyn_i_number_is_valid(bytes, size)) continue;
    cyn_i_number again = parsed(out);
    CHECK(again.size == size && memcmp(again.bytes, bytes, size) == 0);
  }
}

TEST(fault_texts) {
  CHECK_STR(cyn_i_number_fault_text(CYN_NUMBER_EMPTY), "The parameter cannot be converted to a numeric value");
  CHECK_STR(cyn_i_number_fault_text(CYN_NUMBER_SYNTAX), "The parameter cannot be converted to a numeric value: ");
  CHECK_STR(cyn_i_number_fault_text(CYN_NUMBER_DIGITS), "Attempting to store more than 38 significant digits in a Number");
  CHECK_STR(cyn_i_number_fault_text(CYN_NUMBER_OK), "");
}
