/* Equality, DynamoDB's sizes, depth. */
#include <stdlib.h>

#include "base/alloc.h"
#include "value/golden.h"
#include "value/item.h"
#include "value/item_json.h"

static cyn_i_arena arena;

/* The value under "v" of an item given as JSON; it lives until the arena is reset. */
static const uint8_t *value_of(const char *json_value) {
  cyn_i_buf text;
  cyn_i_json json;
  cyn_item item;
  cyn_i_json_fault fault = {NULL};
  cyn_i_buf_init(&text, &arena);
  cyn_i_buf_text(&text, "{\"v\":");
  cyn_i_buf_text(&text, json_value);
  cyn_i_buf_text(&text, "}");
  cyn_i_json_init(&json, text.data, text.size, &arena);
  (void)cyn_i_json_next(&json);
  if (!cyn_i_item_from_json(&json, &item, &fault) || fault.message != NULL || item.fault != NULL) {
    test_failed(__FILE__, __LINE__, "not an item: %s", json_value);
    return (const uint8_t *)"\x09";
  }
  CHECK_INT(cyn_i_item_dynamodb_size(item.data), 1 + cyn_i_value_dynamodb_size(cyn_i_item_find(item.data, cyn_str("v"))));
  return cyn_i_item_find(item.data, cyn_str("v"));
}

static void check_equal(const char *a, const char *b, bool expected) {
  cyn_i_arena_reset(&arena, 1 << 20);
  const uint8_t *x = value_of(a), *y = value_of(b);
  if (cyn_i_value_equal(x, y) != expected || cyn_i_value_equal(y, x) != expected)
    test_failed(__FILE__, __LINE__, "%s and %s: expected %s", a, b, expected ? "equal" : "different");
}

TEST(equality) {
  check_equal("{\"S\":\"a\"}", "{\"S\":\"a\"}", true);
  check_equal("{\"S\":\"a\"}", "{\"S\":\"b\"}", false);
  check_equal("{\"S\":\"a\"}", "{\"S\":\"aa\"}", false);
  check_equal("{\"S\":\"YQ==\"}", "{\"B\":\"YQ==\"}", false);
  check_equal("{\"N\":\"1\"}", "{\"N\":\"1.00\"}", true);
  check_equal("{\"N\":\"0\"}", "{\"N\":\"-0\"}", true);
  check_equal("{\"N\":\"1\"}", "{\"N\":\"-1\"}", false);
  check_equal("{\"BOOL\":true}", "{\"BOOL\":false}", false);
  check_equal("{\"NULL\":true}", "{\"NULL\":true}", true);
  check_equal("{\"SS\":[\"a\",\"b\"]}", "{\"SS\":[\"b\",\"a\"]}", true);
  check_equal("{\"SS\":[\"a\",\"b\"]}", "{\"SS\":[\"a\"]}", false);
  check_equal("{\"NS\":[\"1\",\"2\"]}", "{\"NS\":[\"2.0\",\"1e0\"]}", true);
  check_equal("{\"L\":[{\"N\":\"1\"},{\"N\":\"2\"}]}", "{\"L\":[{\"N\":\"1\"},{\"N\":\"2\"}]}", true);
  check_equal("{\"L\":[{\"N\":\"1\"},{\"N\":\"2\"}]}", "{\"L\":[{\"N\":\"2\"},{\"N\":\"1\"}]}", false);
  check_equal("{\"L\":[{\"N\":\"1\"}]}", "{\"L\":[{\"N\":\"1\"},{\"N\":\"1\"}]}", false);
  check_equal("{\"M\":{\"a\":{\"S\":\"1\"},\"b\":{\"S\":\"2\"}}}", "{\"M\":{\"b\":{\"S\":\"2\"},\"a\":{\"S\":\"1\"}}}", true);
  check_equal("{\"M\":{\"a\":{\"S\":\"1\"},\"b\":{\"S\":\"2\"}}}", "{\"M\":{\"b\":{\"S\":\"1\"},\"a\":{\"S\":\"2\"}}}", false);
  check_equal("{\"M\":{\"a\":{\"S\":\"1\"},\"b\":{\"S\":\"2\"}}}", "{\"M\":{\"a\":{\"S\":\"1\"},\"c\":{\"S\":\"2\"}}}", false);
  check_equal("{\"M\":{\"a\":{\"L\":[{\"M\":{\"x\":{\"N\":\"1\"},\"y\":{\"N\":\"2\"}}}]}}}",
              "{\"M\":{\"a\":{\"L\":[{\"M\":{\"y\":{\"N\":\"2\"},\"x\":{\"N\":\"1.0\"}}}]}}}", true);
  check_equal("{\"M\":{}}", "{\"M\":{}}", true);
  check_equal("{\"M\":{}}", "{\"L\":[]}", false);
}

static int refuse(size_t size) {
  (void)size;
  return 1;
}

/* Large maps in reversed order: sorted, not compared pair by pair; without memory still right. */
TEST(large_maps) {
  enum { COUNT = 20000 };
  char *forward = malloc((size_t)COUNT * 30 + 8000), *backward = malloc((size_t)COUNT * 30 + 8000);
  char *a = put_text(forward, "{\"M\":{"), *b = put_text(backward, "{\"M\":{");
  for (int i = 0; i < COUNT; i++) {
    a = put_text(a, "%s\"k%d\":{\"N\":\"%d\"}", i != 0 ? "," : "", i, i);
    b = put_text(b, "%s\"k%d\":{\"N\":\"%d\"}", i != 0 ? "," : "", COUNT - 1 - i, COUNT - 1 - i);
  }
  put_text(a, "}}");
  put_text(b, "}}");
  check_equal(forward, backward, true);
  char *last = strrchr(backward, '0'); /* of k0 */
  *last = '1';
  check_equal(forward, backward, false);
  free(forward);
  free(backward);
  char small[2][4000];
  a = put_text(small[0], "{\"M\":{");
  b = put_text(small[1], "{\"M\":{");
  for (int i = 0; i < 50; i++) {
    a = put_text(a, "%s\"k%d\":{\"NULL\":true}", i != 0 ? "," : "", i);
    b = put_text(b, "%s\"k%d\":{\"NULL\":true}", i != 0 ? "," : "", 49 - i);
  }
  put_text(a, "}}");
  put_text(b, "}}");
  const uint8_t *x = value_of(small[0]), *y = value_of(small[1]);
  cyn_i_alloc_hook = refuse;
  CHECK(cyn_i_value_equal(x, y));
  cyn_i_alloc_hook = NULL;
}

static void check_size(const char *json, size_t size, unsigned depth) {
  cyn_i_arena_reset(&arena, 1 << 20);
  const uint8_t *value = value_of(json);
  if (cyn_i_value_dynamodb_size(value) != size || cyn_i_value_depth(value) != depth)
    test_failed(__FILE__, __LINE__, "%s: size %zu, depth %u", json, cyn_i_value_dynamodb_size(value), cyn_i_value_depth(value));
}

TEST(sizes_and_depths) {
  check_size("{\"S\":\"\"}", 0, 0);
  check_size("{\"S\":\"caf\xC3\xA9\"}", 5, 0);
  check_size("{\"B\":\"AAEC\"}", 3, 0);
  check_size("{\"N\":\"0\"}", 1, 0);
  check_size("{\"N\":\"-12.5\"}", 4, 0);
  check_size("{\"N\":\"-12345678901234567890123456789012345678\"}", 21, 0);
  check_size("{\"N\":\"-1.2345678901234567890123456789012345678\"}", 22, 0);
  check_size("{\"BOOL\":true}", 1, 0);
  check_size("{\"NULL\":true}", 1, 0);
  check_size("{\"SS\":[\"a\",\"\",\"bcd\"]}", 4, 0);
  check_size("{\"BS\":[\"AAEC\",\"AA==\"]}", 4, 0);
  check_size("{\"NS\":[\"0\",\"-1\",\"100.5\"]}", 1 + 3 + 4, 0);
  check_size("{\"L\":[]}", 3, 1);
  check_size("{\"L\":[{\"S\":\"ab\"},{\"NULL\":true}]}", 3 + 2 + 2 + 1, 1);
  check_size("{\"M\":{}}", 3, 1);
  check_size("{\"M\":{\"name\":{\"S\":\"ab\"}}}", 3 + 1 + 4 + 2, 1);
  check_size("{\"L\":[{\"S\":\"\"},{\"M\":{\"k\":{\"L\":[]}}},{\"L\":[]}]}", 3 + 3 + (3 + 1 + 1 + 3) + 3, 3);
}
