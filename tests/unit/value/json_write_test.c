/* The JSON writer's primitives. */
#include <stdlib.h>

#include "value/golden.h"
#include "value/json_private.h"
#include "value/utf8.h"

static cyn_i_arena arena;

static const char *written_string(const char *text, size_t size) {
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, &arena);
  cyn_i_json_write_string(&buf, (cyn_bytes){text, size});
  cyn_i_buf_byte(&buf, '\0');
  return (const char *)buf.data;
}

TEST(write_strings) {
  cyn_i_arena_reset(&arena, 0);
  CHECK_STR(written_string("", 0), "\"\"");
  CHECK_STR(written_string("plain/text", 10), "\"plain/text\"");
  CHECK_STR(written_string("\"\\\b\f\n\r\t\x0B\x1F\x7F", 10), "\"\\\"\\\\\\b\\f\\n\\r\\t\\u000b\\u001f\x7F\"");
  CHECK_STR(written_string("a\0b", 3), "\"a\\u0000b\"");
  CHECK_STR(written_string("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", 9), "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"");
  CHECK_STR(written_string("a\xFF" "b\xC3", 4), "\"a\xEF\xBF\xBD" "b\xEF\xBF\xBD\"");
  CHECK_STR(written_string("0123456789abcdef\n0123456789abcdef\"", 34), "\"0123456789abcdef\\n0123456789abcdef\\\"\"");
}

/* Any bytes: what is written reads back as the same text, where it was UTF-8. */
TEST(written_strings_read_back) {
  for (int round = 0; round < 20000; round++) {
    char text[100];
    size_t size = random_below(80);
    for (size_t i = 0; i < size; i++) text[i] = (char)(random_below(3) != 0 ? 0x20 + random_below(0x5F) : random_below(0x80));
    cyn_i_arena_reset(&arena, 1 << 20);
    const char *out = written_string(text, size);
    cyn_i_json json;
    cyn_i_json_init(&json, (const uint8_t *)out, strlen(out), &arena);
    CHECK_INT(cyn_i_json_next(&json), CYN_JSON_STRING);
    CHECK(json.text.size == size && memcmp(json.text.data, text, size) == 0);
    if (test_current_failed()) return;
  }
  for (int round = 0; round < 20000; round++) {
    char text[60];
    size_t size = random_below(50);
    for (size_t i = 0; i < size; i++) text[i] = (char)(random_below(2) != 0 ? 'a' : 0x80 + random_below(0x80));
    cyn_i_arena_reset(&arena, 1 << 20);
    const char *out = written_string(text, size);
    cyn_i_json json;
    cyn_i_json_init(&json, (const uint8_t *)out, strlen(out), &arena);
    if (cyn_i_json_next(&json) != CYN_JSON_STRING || cyn_i_json_next(&json) != CYN_JSON_END) test_failed(__FILE__, __LINE__, "not JSON: %s", out);
  }
}

/* Text of every length and with every kind of character at every place, twice in a row, into a buffer that must grow: as the
 * careful writer writes it, and with room behind it. */
TEST(texts_of_items) {
  static const uint32_t codes[] = {'"', '\\', 0x01, 0x1F, '\n', 0x7F, 0xE9, 0x20AC, 0x1F600, ' ', '!', '#', '[', ']'};
  char text[120];
  for (int round = 0; round < 30000; round++) {
    size_t size = 0, limit = random_below(100);
    uint32_t rare = 1 + random_below(30);
    while (size < limit)
      size += cyn_i_utf8_put((uint8_t *)text + size, random_below(rare) == 0 ? codes[random_below(14)] : 'a' + random_below(26));
    cyn_i_buf buf;
    cyn_i_arena_reset(&arena, 1 << 20);
    const char *plain = written_string(text, size);
    cyn_i_buf_init(&buf, &arena);
    cyn_i_json_out out;
    uint8_t *at = cyn_i_json_out_begin(&out, &buf);
    for (int i = 0; i < 2 && at != NULL; i++) {
      *at++ = '"';
      at = cyn_i_json_put_text(&out, at, (const uint8_t *)text, size);
      if (at == NULL || out.end - at < CYN_JSON_SLACK) break;
      *at++ = '"';
    }
    REQUIRE(at != NULL && buf.size == 0);
    cyn_i_json_out_end(&out, at);
    size_t length = strlen(plain);
    CHECK(buf.size == 2 * length && memcmp(buf.data, plain, length) == 0 && memcmp(buf.data + length, plain, length) == 0);
    if (test_current_failed()) return;
  }
}

static const char *written_int(int64_t value) {
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, &arena);
  cyn_i_json_write_int(&buf, value);
  cyn_i_buf_byte(&buf, '\0');
  return (const char *)buf.data;
}

static const char *written_double(double value) {
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, &arena);
  cyn_i_json_write_double(&buf, value);
  cyn_i_buf_byte(&buf, '\0');
  return (const char *)buf.data;
}

TEST(write_numbers) {
  cyn_i_arena_reset(&arena, 0);
  CHECK_STR(written_int(0), "0");
  CHECK_STR(written_int(-1), "-1");
  CHECK_STR(written_int(INT64_MAX), "9223372036854775807");
  CHECK_STR(written_int(INT64_MIN), "-9223372036854775808");
  CHECK_STR(written_double(0), "0.0");
  CHECK_STR(written_double(1), "1.0");
  CHECK_STR(written_double(-1), "-1.0");
  CHECK_STR(written_double(0.5), "0.5");
  CHECK_STR(written_double(12.5), "12.5");
  CHECK_STR(written_double(0.001), "0.001");
  CHECK_STR(written_double(0.1), "0.1");
  CHECK_STR(written_double(0.025), "0.025");
  CHECK_STR(written_double(1234567.5), "1234567.5");
  CHECK_STR(written_double(9999999), "9999999.0");
  CHECK_STR(written_double(1.23e9), "1.23E9");
  CHECK_STR(written_double(1e7), "1.0E7");
  CHECK_STR(written_double(1699539260.123), "1.699539260123E9");
  CHECK_STR(written_double(1700000000), "1.7E9");
  CHECK_STR(written_double(0.0001), "1.0E-4");
  CHECK_STR(written_double(0.1 + 0.2), "0.30000000000000004");
  CHECK_STR(written_double(1.0 / 3), "0.3333333333333333");
  CHECK_STR(written_double(1e300 * 1e300), "0.0");
}

TEST(doubles_are_the_shortest_that_read_back) {
  for (int round = 0; round < 3000; round++) {
    double value = (double)random_below(1000000000) / (double)(1 + random_below(100000)) * (random_below(2) != 0 ? 1 : 1e-6);
    cyn_i_arena_reset(&arena, 1 << 20);
    const char *text = written_double(value);
    char by_length[40];
    int digits = 1;
    for (; digits < 17; digits++) {
      snprintf(by_length, sizeof by_length, "%.*e", digits - 1, value);
      if (strtod(by_length, NULL) == value) break;
    }
    int ours = 0;
    bool leading = true;
    for (const char *p = text; *p != '\0' && *p != 'E'; p++) {
      if (*p == '.') continue;
      leading = leading && *p == '0';
      ours += !leading;
    }
    if (strtod(text, NULL) != value || ours > digits + 7)
      test_failed(__FILE__, __LINE__, "%.17g is written as %s", value, text);
  }
}
