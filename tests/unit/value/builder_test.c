/* Building items: bytes equal to those of the JSON decoder, faults with their texts, misuse, failing allocations. */
#include <cynamo/item.h>

#include <stdlib.h>

#include "base/alloc.h"
#include "base/error.h"
#include "value/golden.h"

static const char *json_of(cyn_item item) {
  static char out[20000];
  CHECK(cyn_item_to_json(item, out, sizeof out) < sizeof out);
  return out;
}

static void build_all(cyn_item_builder *b) {
  cyn_bytes strings[] = {cyn_str("b"), cyn_str("a")}, numbers[] = {cyn_str("2"), cyn_str("1.0")};
  cyn_bytes binaries[] = {{"\xFF", 1}, {"\0", 1}};
  cyn_item_put_string(b, cyn_str("s"), cyn_str("text"));
  cyn_item_put_binary(b, cyn_str("b"), (cyn_bytes){"\0\xFF", 2});
  cyn_item_put_number(b, cyn_str("n"), cyn_str("-12.50"));
  cyn_item_put_int(b, cyn_str("i"), 42);
  cyn_item_put_bool(b, cyn_str("t"), true);
  cyn_item_put_null(b, cyn_str("z"));
  cyn_item_put_string_set(b, cyn_str("ss"), strings, 2);
  cyn_item_put_number_set(b, cyn_str("ns"), numbers, 2);
  cyn_item_put_binary_set(b, cyn_str("bs"), binaries, 2);
  cyn_item_open_map(b, cyn_str("m"));
  cyn_item_open_list(b, cyn_str("l"));
  cyn_item_put_string(b, CYN_ELEMENT, cyn_str("x"));
  cyn_item_open_map(b, CYN_ELEMENT);
  cyn_item_close(b);
  cyn_item_close(b);
  cyn_item_put_string(b, cyn_str("s"), cyn_str(""));
  cyn_item_close(b);
}

static const char all[] =
    "{\"s\":{\"S\":\"text\"},\"b\":{\"B\":\"AP8=\"},\"n\":{\"N\":\"-12.5\"},\"i\":{\"N\":\"42\"},\"t\":{\"BOOL\":true},\"z\":{\"NULL\":true},"
    "\"ss\":{\"SS\":[\"a\",\"b\"]},\"ns\":{\"NS\":[\"1\",\"2\"]},\"bs\":{\"BS\":[\"AA==\",\"/w==\"]},"
    "\"m\":{\"M\":{\"l\":{\"L\":[{\"S\":\"x\"},{\"M\":{}}]},\"s\":{\"S\":\"\"}}}}";

TEST(everything) {
  cyn_item_builder *b = cyn_item_builder_new(), *from_json = cyn_item_builder_new();
  cyn_error error = CYN_ERROR_INIT;
  cyn_item item, same;
  build_all(b);
  CHECK_INT(cyn_item_builder_finish(b, &item, &error), CYN_OK);
  CHECK(item.fault == NULL);
  CHECK(cyn_item_is_valid((cyn_bytes){(const char *)item.data, item.size}));
  CHECK_STR(json_of(item), all);
  CHECK_INT(cyn_item_from_json(from_json, cyn_str(all), &same, &error), CYN_OK);
  CHECK_STR(hex(same.data, same.size), hex(item.data, item.size));
  cyn_item_builder_destroy(b);
  cyn_item_builder_destroy(from_json);
}

TEST(reset_and_reuse) {
  cyn_item_builder *b = cyn_item_builder_new();
  cyn_item item;
  for (int i = 0; i < 100; i++) {
    char expected[100];
    cyn_item_builder_reset(b);
    cyn_item_put_int(b, cyn_str("n"), i);
    if (i % 10 == 0) cyn_item_put_number(b, cyn_str("bad"), cyn_str("x"));
    CHECK_INT(cyn_item_builder_finish(b, &item, NULL), CYN_OK);
    CHECK((item.fault != NULL) == (i % 10 == 0));
    snprintf(expected, sizeof expected, "{\"n\":{\"N\":\"%d\"}%s}", i, i % 10 == 0 ? ",\"bad\":{\"N\":\"0\"}" : "");
    CHECK_STR(json_of(item), expected);
  }
  cyn_item_builder_destroy(b);
}

static void check_fault(cyn_item_builder *b, const char *attribute, const char *message) {
  cyn_item item;
  CHECK_INT(cyn_item_builder_finish(b, &item, NULL), CYN_OK);
  CHECK(cyn_item_is_valid((cyn_bytes){(const char *)item.data, item.size}));
  if (item.fault == NULL) {
    test_failed(__FILE__, __LINE__, "no fault, expected: %s", message);
  } else {
    CHECK_STR(item.fault->message, message);
    CHECK_INT(item.fault->attribute.size, strlen(attribute));
    CHECK(attribute[0] == '\0' || memcmp(item.fault->attribute.data, attribute, strlen(attribute)) == 0);
  }
  cyn_item_builder_reset(b);
}

TEST(faults) {
  cyn_item_builder *b = cyn_item_builder_new();
  static char long_name[65536];
  cyn_bytes twice[] = {cyn_str("1"), cyn_str("2"), cyn_str("1.0")}, texts[] = {cyn_str("1"), cyn_str("\xFF")};
  cyn_item_put_number(b, cyn_str("a"), cyn_str(""));
  cyn_item_put_number(b, cyn_str("b"), cyn_str("x"));
  check_fault(b, "a", "The parameter cannot be converted to a numeric value");
  cyn_item_put_number(b, cyn_str("a"), cyn_str("one"));
  check_fault(b, "a", "The parameter cannot be converted to a numeric value: one");
  cyn_item_put_number(b, cyn_str("a"), cyn_str("1e200"));
  check_fault(b, "a", "Number overflow. Attempting to store a number with magnitude larger than supported range");
  cyn_item_put_int(b, cyn_str("a"), 1);
  cyn_item_put_int(b, cyn_str("a"), 2);
  check_fault(b, "a", "One or more parameter values were invalid: Duplicate attribute name: a");
  cyn_item_open_map(b, cyn_str("top"));
  cyn_item_put_int(b, cyn_str("a"), 1);
  cyn_item_put_int(b, cyn_str("a"), 2);
  cyn_item_close(b);
  check_fault(b, "top", "One or more parameter values were invalid: Duplicate attribute name: a");
  cyn_item_put_int(b, cyn_str(""), 1);
  check_fault(b, "", "One or more parameter values were invalid: An attribute name may not be empty");
  cyn_item_put_int(b, CYN_ELEMENT, 1);
  check_fault(b, "", "One or more parameter values were invalid: An attribute name may not be empty");
  memset(long_name, 'x', sizeof long_name);
  cyn_item_put_int(b, (cyn_bytes){long_name, 65535}, 1);
  cyn_item_open_list(b, (cyn_bytes){long_name, 65536});
  cyn_item_put_int(b, CYN_ELEMENT, 1);
  cyn_item_close(b);
  cyn_item item;
  CHECK_INT(cyn_item_builder_finish(b, &item, NULL), CYN_OK);
  CHECK(item.fault != NULL && cyn_item_count(item) == 1);
  cyn_item_builder_reset(b);
  cyn_item_put_int(b, cyn_str("\xFF"), 1);
  check_fault(b, "\xFF", "One or more parameter values were invalid: An attribute name is not valid UTF-8");
  cyn_item_put_string(b, cyn_str("a"), cyn_str("\xC3"));
  check_fault(b, "a", "One or more parameter values were invalid: A string is not valid UTF-8");
  cyn_item_put_string_set(b, cyn_str("a"), texts, 2);
  check_fault(b, "a", "One or more parameter values were invalid: A string is not valid UTF-8");
  cyn_item_put_string_set(b, cyn_str("a"), NULL, 0);
  check_fault(b, "a", "One or more parameter values were invalid: An string set  may not be empty");
  cyn_item_put_number_set(b, cyn_str("a"), texts, 2);
  check_fault(b, "a", "The parameter cannot be converted to a numeric value: \xFF");
  cyn_item_put_number_set(b, cyn_str("a"), twice, 3);
  check_fault(b, "a", "Input collection contains duplicates");
  twice[2] = twice[1];
  cyn_item_put_string_set(b, cyn_str("a"), twice, 3);
  check_fault(b, "a", "One or more parameter values were invalid: Input collection [1, 2, 2] contains duplicates.");
  cyn_item_put_binary_set(b, cyn_str("a"), twice, 3);
  check_fault(b, "a", "One or more parameter values were invalid: Input collection [MQ==, Mg==, Mg==]of type BS contains duplicates.");
  cyn_item_builder_destroy(b);
}

TEST(depth) {
  cyn_item_builder *b = cyn_item_builder_new();
  cyn_item item;
  for (int levels = 31; levels < 35; levels++) {
    cyn_item_builder_reset(b);
    for (int i = 0; i < levels; i++) cyn_item_open_list(b, i == 0 ? cyn_str("deep") : CYN_ELEMENT);
    cyn_item_put_int(b, CYN_ELEMENT, 1);
    for (int i = 0; i < levels; i++) cyn_item_close(b);
    if (levels > 31) {
      check_fault(b, "deep", "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit");
      continue;
    }
    CHECK_INT(cyn_item_builder_finish(b, &item, NULL), CYN_OK);
    CHECK(item.fault == NULL && cyn_item_is_valid((cyn_bytes){(const char *)item.data, item.size}));
  }
  cyn_item_builder_destroy(b);
}

TEST(values_are_copied) {
  cyn_item_builder *a = cyn_item_builder_new(), *b = cyn_item_builder_new();
  cyn_item item, copy;
  build_all(a);
  CHECK_INT(cyn_item_builder_finish(a, &item, NULL), CYN_OK);
  cyn_item_put_value(b, cyn_str("copy"), cyn_item_get(item, cyn_str("m")));
  cyn_item_put_value(b, cyn_str("absent"), cyn_item_get(item, cyn_str("no such")));
  CHECK_INT(cyn_item_builder_finish(b, &copy, NULL), CYN_OK);
  CHECK_INT(cyn_item_count(copy), 1);
  CHECK(cyn_value_equal(cyn_item_get(copy, cyn_str("copy")), cyn_item_get(item, cyn_str("m"))));
  cyn_item_builder_reset(b);
  cyn_fault fault = {{NULL, 0}, "its own fault"};
  cyn_value value = cyn_item_get(item, cyn_str("s"));
  value.fault = &fault;
  cyn_item_put_value(b, cyn_str("copy"), value);
  check_fault(b, "copy", "its own fault");
  for (int i = 0; i < 31; i++) cyn_item_open_list(b, i == 0 ? cyn_str("deep") : CYN_ELEMENT);
  cyn_item_put_value(b, CYN_ELEMENT, cyn_item_get(item, cyn_str("m")));
  for (int i = 0; i < 31; i++) cyn_item_close(b);
  check_fault(b, "deep", "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit");
  cyn_item_builder_destroy(a);
  cyn_item_builder_destroy(b);
}

TEST(misuse) {
  cyn_item_builder *b = cyn_item_builder_new();
  cyn_error error = CYN_ERROR_INIT;
  cyn_item item;
  cyn_item_close(b);
  CHECK_INT(cyn_item_builder_finish(b, &item, &error), CYN_E_USAGE);
  CHECK_STR(error.message, "close without an open list or map");
  CHECK(item.data == NULL);
  cyn_item_builder_reset(b);
  cyn_item_open_list(b, cyn_str("a"));
  CHECK_INT(cyn_item_builder_finish(b, &item, &error), CYN_E_USAGE);
  CHECK_STR(error.message, "a list or map is still open");
  cyn_item_builder_reset(b);
  CHECK_INT(cyn_item_builder_finish(b, &item, &error), CYN_OK);
  CHECK_INT(cyn_item_builder_finish(b, &item, &error), CYN_E_USAGE);
  cyn_item_builder_reset(b);
  CHECK_INT(cyn_item_builder_finish(b, &item, &error), CYN_OK);
  cyn_item_put_int(b, cyn_str("a"), 1);
  CHECK_INT(cyn_item_builder_finish(b, &item, &error), CYN_E_USAGE);
  CHECK_INT(cyn_item_builder_finish(NULL, &item, &error), CYN_E_OUT_OF_MEMORY);
  build_all(NULL);
  cyn_item_builder_reset(NULL);
  cyn_item_builder_destroy(NULL);
  cyn_item_builder_destroy(b);
  cyn_error_clean_up(&error);
}

TEST(from_json) {
  cyn_item_builder *b = cyn_item_builder_new();
  cyn_error error = CYN_ERROR_INIT;
  cyn_item item;
  static const char *const bad[] = {"", "[]", "{", "{\"a\":{\"S\":\"x\"}}x", "{\"a\":{\"S\":1}}", "null"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    CHECK_INT(cyn_item_from_json(b, cyn_str(bad[i]), &item, &error), CYN_E_SERIALIZATION);
    CHECK(item.data == NULL);
  }
  CHECK_INT(cyn_item_from_json(b, cyn_str("{\"a\":{}}"), &item, &error), CYN_OK);
  CHECK(item.fault != NULL);
  CHECK_INT(cyn_item_from_json(NULL, cyn_str("{}"), &item, &error), CYN_E_OUT_OF_MEMORY);
  cyn_error_clean_up(&error);
  cyn_item_builder_destroy(b);
}

static int allocations_left;
static int refuse(size_t size) {
  (void)size;
  return allocations_left-- <= 0;
}

/* Each allocation fails in turn; the builder says so and is as good as new after a reset. */
TEST(out_of_memory) {
  for (int allowed = 0;; allowed++) {
    cyn_item item;
    cyn_item_builder *b;
    allocations_left = allowed;
    cyn_i_alloc_hook = refuse;
    b = cyn_item_builder_new();
    build_all(b);
    cyn_item_put_number(b, cyn_str("bad"), cyn_str("not a number"));
    for (int i = 0; i < 40; i++) {
      char name[20];
      snprintf(name, sizeof name, "name%d", i);
      cyn_item_put_int(b, cyn_str(name), i);
    }
    cyn_status status = cyn_item_builder_finish(b, &item, NULL);
    bool enough = allocations_left >= 0;
    cyn_i_alloc_hook = NULL;
    CHECK_INT(status, enough ? CYN_OK : CYN_E_OUT_OF_MEMORY);
    if (b != NULL && !enough) {
      cyn_item_builder_reset(b);
      build_all(b);
      CHECK_INT(cyn_item_builder_finish(b, &item, NULL), CYN_OK);
      CHECK_STR(json_of(item), all);
    }
    cyn_item_builder_destroy(b);
    if (enough) break;
    REQUIRE(allowed < 100);
  }
}
