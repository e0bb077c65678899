/* Items and values as JSON: each type, escapes, and a buffer without memory. Round trips are in item_json_test.c. */
#include "base/alloc.h"
#include "value/golden.h"
#include "value/item.h"
#include "value/item_json.h"

static cyn_i_buf out;

static const char *written(const char *bytes) {
  static uint8_t value[1000];
  (void)unhex(bytes, value);
  out.size = 0;
  cyn_i_value_to_json(&out, value);
  cyn_i_buf_byte(&out, '\0');
  return (const char *)out.data;
}

TEST(values) {
  CHECK_STR(written("0100000000"), "{\"S\":\"\"}");
  CHECK_STR(written("0104000000" "22c3a90a"), "{\"S\":\"\\\"\xC3\xA9\\n\"}");
  CHECK_STR(written("0202c102"), "{\"N\":\"1\"}");
  CHECK_STR(written("02033e6466"), "{\"N\":\"-1\"}");
  CHECK_STR(written("030200000000ff"), "{\"B\":\"AP8=\"}");
  CHECK_STR(written("0a01"), "{\"BOOL\":true}");
  CHECK_STR(written("0a00"), "{\"BOOL\":false}");
  CHECK_STR(written("09"), "{\"NULL\":true}");
  CHECK_STR(written("040e000000020000000100000061" "0100000062"), "{\"SS\":[\"a\",\"b\"]}");
  CHECK_STR(written("0509000000020000000180" "02c102"), "{\"NS\":[\"0\",\"1\"]}");
  CHECK_STR(written("0609000000010000000100000061"), "{\"BS\":[\"YQ==\"]}");
  CHECK_STR(written("080400000000000000"), "{\"L\":[]}");
  CHECK_STR(written("080600000002000000" "0909"), "{\"L\":[{\"NULL\":true},{\"NULL\":true}]}");
  CHECK_STR(written("070400000000000000"), "{\"M\":{}}");
  CHECK_STR(written("070c00000002000000" "0100" "6109" "0100" "2209"), "{\"M\":{\"a\":{\"NULL\":true},\"\\\"\":{\"NULL\":true}}}");
}

TEST(items) {
  static const uint8_t empty[] = {1, 0, 0, 0, 0, 0, 0, 0, 0};
  static const uint8_t two[] = {1, 4, 0, 0, 0, 2, 0, 0, 0, 1, 0, 'a', 9, 1, 0, 'b', 10, 1};
  out.size = 0;
  cyn_i_item_to_json(&out, empty);
  cyn_i_item_to_json(&out, two);
  cyn_i_buf_byte(&out, '\0');
  CHECK_STR((const char *)out.data, "{}{\"a\":{\"NULL\":true},\"b\":{\"BOOL\":true}}");
}

static int refuse(size_t size) {
  (void)size;
  return 1;
}

TEST(no_memory) {
  static const uint8_t item[] = {1, 4, 0, 0, 0, 2, 0, 0, 0, 1, 0, 'a', 2, 2, 0xC1, 2, 1, 0, 'b', 10, 1};
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, NULL);
  cyn_i_alloc_hook = refuse;
  cyn_i_item_to_json(&buf, item);
  cyn_i_alloc_hook = NULL;
  CHECK(buf.failed && buf.size == 0);
  cyn_i_buf_clean_up(&buf);
}
