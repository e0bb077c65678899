/* Reading items through the public calls: right types, wrong types, absent values. */
#include <cynamo/item.h>

#include <stdlib.h>

#include "base/alloc.h"
#include "value/golden.h"

static cyn_item_builder *builder;

static cyn_item sample(void) {
  static const char json[] =
      "{\"s\":{\"S\":\"text\"},\"b\":{\"B\":\"AP8=\"},\"n\":{\"N\":\"-12.5\"},\"i\":{\"N\":\"42\"},\"t\":{\"BOOL\":true},\"f\":{\"BOOL\":false},"
      "\"z\":{\"NULL\":true},\"ss\":{\"SS\":[\"a\",\"b\"]},\"ns\":{\"NS\":[\"1\",\"2.5\"]},\"bs\":{\"BS\":[\"AA==\"]},"
      "\"l\":{\"L\":[{\"S\":\"x\"},{\"N\":\"7\"}]},\"m\":{\"M\":{\"k\":{\"S\":\"v\"}}}}";
  cyn_item item;
  if (builder == NULL) builder = cyn_item_builder_new();
  if (cyn_item_from_json(builder, cyn_str(json), &item, NULL) != CYN_OK) test_failed(__FILE__, __LINE__, "no sample");
  return item;
}

static bool is_text(cyn_bytes bytes, const char *text) {
  return bytes.data != NULL && bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

TEST(scalars) {
  cyn_item item = sample();
  int64_t integer;
  double number;
  bool boolean;
  char text[CYN_NUMBER_TEXT_SIZE];
  CHECK_INT(cyn_item_count(item), 12);
  CHECK(cyn_item_dynamodb_size(item) > 40);
  CHECK(is_text(cyn_value_string(cyn_item_get(item, cyn_str("s"))), "text"));
  CHECK_INT(cyn_value_string(cyn_item_get(item, cyn_str("b"))).size, 2);
  CHECK(cyn_value_int(cyn_item_get(item, cyn_str("i")), &integer) && integer == 42);
  CHECK(!cyn_value_int(cyn_item_get(item, cyn_str("n")), &integer));
  CHECK(cyn_value_double(cyn_item_get(item, cyn_str("n")), &number) && number == -12.5);
  CHECK_INT(cyn_value_number_text(cyn_item_get(item, cyn_str("n")), text), 5);
  CHECK_STR(text, "-12.5");
  CHECK(cyn_value_bool(cyn_item_get(item, cyn_str("t")), &boolean) && boolean);
  CHECK(cyn_value_bool(cyn_item_get(item, cyn_str("f")), &boolean) && !boolean);
  CHECK_INT(cyn_value_type(cyn_item_get(item, cyn_str("z"))), CYN_TYPE_NULL);
}

TEST(containers) {
  cyn_item item = sample();
  cyn_bytes content;
  cyn_value value;
  char text[CYN_NUMBER_TEXT_SIZE];
  CHECK_INT(cyn_value_count(cyn_item_get(item, cyn_str("ss"))), 2);
  CHECK_INT(cyn_value_count(cyn_item_get(item, cyn_str("l"))), 2);
  CHECK_INT(cyn_value_count(cyn_item_get(item, cyn_str("m"))), 1);
  CHECK(is_text(cyn_value_string(cyn_value_at(cyn_item_get(item, cyn_str("l")), 0)), "x"));
  CHECK(is_text(cyn_value_string(cyn_value_get(cyn_item_get(item, cyn_str("m")), cyn_str("k"))), "v"));
  CHECK(cyn_value_at(cyn_item_get(item, cyn_str("l")), 2).data == NULL);
  CHECK(cyn_value_at(cyn_item_get(item, cyn_str("l")), SIZE_MAX).data == NULL);
  CHECK(cyn_value_get(cyn_item_get(item, cyn_str("m")), cyn_str("no")).data == NULL);
  cyn_elements walk = cyn_value_elements(cyn_item_get(item, cyn_str("ss")));
  CHECK(!cyn_elements_next(&walk, &value));
  CHECK_INT(cyn_elements_next_number(&walk, text), 0);
  CHECK(cyn_elements_next_string(&walk, &content) && is_text(content, "a"));
  CHECK(cyn_elements_next_string(&walk, &content) && is_text(content, "b"));
  CHECK(!cyn_elements_next_string(&walk, &content));
  walk = cyn_value_elements(cyn_item_get(item, cyn_str("ns")));
  CHECK(!cyn_elements_next_string(&walk, &content));
  CHECK_INT(cyn_elements_next_number(&walk, text), 1);
  CHECK_INT(cyn_elements_next_number(&walk, text), 3);
  CHECK_STR(text, "2.5");
  CHECK_INT(cyn_elements_next_number(&walk, text), 0);
  walk = cyn_value_elements(cyn_item_get(item, cyn_str("l")));
  CHECK(cyn_elements_next(&walk, &value) && cyn_value_type(value) == CYN_TYPE_S);
  CHECK(cyn_elements_next(&walk, &value) && cyn_value_type(value) == CYN_TYPE_N && value.size == 4);
  CHECK(!cyn_elements_next(&walk, &value));
}

TEST(pairs) {
  cyn_item item = sample();
  cyn_pairs walk = cyn_item_pairs(item);
  cyn_bytes name;
  cyn_value value;
  int count = 0;
  for (; cyn_pairs_next(&walk, &name, &value); count++) CHECK(cyn_value_equal(value, cyn_item_get(item, name)));
  CHECK_INT(count, 12);
  walk = cyn_value_pairs(cyn_item_get(item, cyn_str("m")));
  CHECK(cyn_pairs_next(&walk, &name, &value) && is_text(name, "k"));
  CHECK(!cyn_pairs_next(&walk, &name, &value));
}

/* Every call takes a value of every type, and an absent one. */
TEST(wrong_types) {
  static const char *const names[] = {"s", "b", "n", "t", "z", "ss", "ns", "bs", "l", "m", "absent"};
  cyn_item item = sample();
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    cyn_value value = cyn_item_get(item, cyn_str(names[i])), child;
    int type = cyn_value_type(value);
    int64_t integer;
    double number;
    bool boolean;
    char text[CYN_NUMBER_TEXT_SIZE];
    cyn_bytes bytes;
    CHECK((cyn_value_string(value).data != NULL) == (type == CYN_TYPE_S || type == CYN_TYPE_B));
    CHECK(!cyn_value_int(value, &integer));
    CHECK(cyn_value_double(value, &number) == (type == CYN_TYPE_N));
    CHECK((cyn_value_number_text(value, text) != 0) == (type == CYN_TYPE_N));
    CHECK(cyn_value_bool(value, &boolean) == (type == CYN_TYPE_BOOL));
    CHECK((cyn_value_count(value) != 0) == (type >= CYN_TYPE_SS && type <= CYN_TYPE_L));
    CHECK((cyn_value_get(value, cyn_str("k")).data != NULL) == (type == CYN_TYPE_M));
    CHECK((cyn_value_at(value, 0).data != NULL) == (type == CYN_TYPE_L));
    cyn_pairs pairs = cyn_value_pairs(value);
    CHECK(cyn_pairs_next(&pairs, &bytes, &child) == (type == CYN_TYPE_M));
    cyn_elements elements = cyn_value_elements(value);
    CHECK(cyn_elements_next(&elements, &child) == (type == CYN_TYPE_L));
    CHECK(cyn_elements_next_string(&elements, &bytes) == (type == CYN_TYPE_SS || type == CYN_TYPE_BS));
    CHECK((cyn_elements_next_number(&elements, text) != 0) == (type == CYN_TYPE_NS));
    CHECK(cyn_value_equal(value, value));
    CHECK(!cyn_value_equal(value, cyn_item_get(item, cyn_str("i"))));
  }
}

TEST(absent_item) {
  cyn_item none = {NULL, 0, NULL};
  cyn_bytes name;
  cyn_value value;
  char text[10];
  cyn_pairs pairs = cyn_item_pairs(none);
  CHECK_INT(cyn_item_count(none), 0);
  CHECK_INT(cyn_item_dynamodb_size(none), 0);
  CHECK(cyn_item_get(none, cyn_str("a")).data == NULL);
  CHECK(!cyn_pairs_next(&pairs, &name, &value));
  CHECK_INT(cyn_item_to_json(none, text, sizeof text), 2);
  CHECK_STR(text, "{}");
  CHECK_INT(cyn_value_to_json((cyn_value){NULL, 0, NULL}, text, sizeof text), 4);
  CHECK(!cyn_item_is_valid((cyn_bytes){NULL, 0}));
}

static int refuse(size_t size) {
  (void)size;
  return 1;
}

TEST(json) {
  cyn_item item = sample();
  char text[8];
  CHECK_INT(cyn_value_to_json(cyn_item_get(item, cyn_str("s")), NULL, 0), 12);
  CHECK_INT(cyn_value_to_json(cyn_item_get(item, cyn_str("s")), text, sizeof text), 12);
  CHECK_STR(text, "{\"S\":\"t");
  char *whole = malloc(cyn_item_to_json(item, NULL, 0) + 1);
  CHECK_INT(cyn_item_to_json(item, whole, cyn_item_to_json(item, NULL, 0) + 1), strlen(whole));
  free(whole);
  cyn_i_alloc_hook = refuse;
  CHECK_INT(cyn_item_to_json(item, text, sizeof text), 0);
  cyn_i_alloc_hook = NULL;
  CHECK_STR(text, "");
  cyn_item_builder_destroy(builder);
  builder = NULL;
}
