/* The order of members does not count, everything else does. */
#include "engine/fingerprint.h"

#include "test.h"
#include "value/item_json.h"

static cyn_i_fingerprint of(const char *json) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_json reader;
  cyn_i_json_init(&reader, (const uint8_t *)json, strlen(json), &arena);
  cyn_item item = {NULL, 0, NULL};
  cyn_i_json_fault fault = {NULL};
  CHECK_INT(cyn_i_json_next(&reader), CYN_JSON_OBJECT_BEGIN);
  CHECK(cyn_i_item_from_json(&reader, &item, &fault));
  cyn_i_fingerprint out = {{0}};
  cyn_i_fingerprint_add_item(&out, item);
  cyn_i_arena_clean_up(&arena);
  return out;
}

static bool equal(const char *a, const char *b) {
  cyn_i_fingerprint x = of(a), y = of(b);
  return memcmp(x.digest, y.digest, sizeof x.digest) == 0;
}

TEST(members_in_any_order) {
  CHECK(equal("{\"a\":{\"S\":\"1\"},\"b\":{\"N\":\"2\"}}", "{\"b\":{\"N\":\"2\"},\"a\":{\"S\":\"1\"}}"));
  CHECK(equal("{\"m\":{\"M\":{\"x\":{\"L\":[{\"M\":{\"p\":{\"BOOL\":true},\"q\":{\"NULL\":true}}}]},\"y\":{\"S\":\"\"}}}}",
              "{\"m\":{\"M\":{\"y\":{\"S\":\"\"},\"x\":{\"L\":[{\"M\":{\"q\":{\"NULL\":true},\"p\":{\"BOOL\":true}}}]}}}}"));
  CHECK(equal("{\"s\":{\"SS\":[\"a\",\"b\"]}}", "{\"s\":{\"SS\":[\"b\",\"a\"]}}"));
  CHECK(equal("{\"n\":{\"N\":\"1.0\"}}", "{\"n\":{\"N\":\"1\"}}"));
}

TEST(everything_else_counts) {
  CHECK(!equal("{\"a\":{\"S\":\"1\"}}", "{\"a\":{\"N\":\"1\"}}"));
  CHECK(!equal("{\"a\":{\"S\":\"1\"},\"b\":{\"S\":\"2\"}}", "{\"a\":{\"S\":\"2\"},\"b\":{\"S\":\"1\"}}"));
  CHECK(!equal("{\"l\":{\"L\":[{\"S\":\"1\"},{\"S\":\"2\"}]}}", "{\"l\":{\"L\":[{\"S\":\"2\"},{\"S\":\"1\"}]}}"));
  CHECK(!equal("{\"l\":{\"L\":[{\"L\":[]},{\"S\":\"2\"}]}}", "{\"l\":{\"L\":[{\"L\":[{\"S\":\"2\"}]}]}}"));
  CHECK(!equal("{\"m\":{\"M\":{\"a\":{\"S\":\"1\"}}}}", "{\"m\":{\"M\":{}},\"a\":{\"S\":\"1\"}}"));
}

TEST(parts_are_chained) {
  cyn_i_fingerprint a = {{0}}, b = {{0}}, c = {{0}};
  cyn_i_fingerprint_add_bytes(&a, cyn_str("x"));
  cyn_i_fingerprint_add_bytes(&a, cyn_str(""));
  cyn_i_fingerprint_add_bytes(&b, cyn_str(""));
  cyn_i_fingerprint_add_bytes(&b, cyn_str("x"));
  cyn_i_fingerprint_add_bytes(&c, cyn_str("x"));
  cyn_i_fingerprint_add_bytes(&c, cyn_str(NULL));
  CHECK(memcmp(a.digest, b.digest, 32) != 0);
  CHECK(memcmp(a.digest, c.digest, 32) != 0);
  const cyn_string_pair forth[2] = {{cyn_str("#a"), cyn_str("1")}, {cyn_str("#b"), cyn_str("2")}};
  const cyn_string_pair back[2] = {{cyn_str("#b"), cyn_str("2")}, {cyn_str("#a"), cyn_str("1")}};
  b = c = a;
  cyn_i_fingerprint_add_names(&b, (cyn_string_map){2, forth});
  cyn_i_fingerprint_add_names(&c, (cyn_string_map){2, back});
  CHECK(memcmp(b.digest, c.digest, 32) == 0);
}
