/* Structs as items: each kind of field, what is left out, and what is refused. */
#include "kinds.h"

static cyn_error error;

/* The item's JSON, or the error's text; until the next call. */
static const char *item_of(const cyn_model *model, const void *object) {
  static char text[3000];
  cyn_memory *memory = cyn_memory_new();
  cyn_item item;
  if (cyn_model_to_item(model, object, &item, memory, &error) == CYN_OK)
    (void)cyn_item_to_json(item, text, sizeof text);
  else
    (void)snprintf(text, sizeof text, "%s: %s", error.name, error.message);
  cyn_error_clean_up(&error);
  cyn_memory_destroy(memory);
  return text;
}

#define HAS(member, value, wanted)                                                        \
  do {                                                                                    \
    kinds k_ = kinds_empty();                                                             \
    k_.member = (value);                                                                  \
    const char *text_ = item_of(&kinds_model, &k_);                                       \
    if (strstr(text_, wanted) == NULL) test_failed(__FILE__, __LINE__, "%s: %s", #member, text_); \
  } while (0)
#define REFUSED(member, value, wanted)                      \
  do {                                                      \
    kinds k_ = kinds_empty();                               \
    k_.member = (value);                                    \
    CHECK_STR(item_of(&kinds_model, &k_), "CynamoModelError: model kinds, attribute " #member ": " wanted); \
  } while (0)

TEST(numbers) {
  HAS(i8, -128, "\"i8\":{\"N\":\"-128\"}");
  HAS(i16, -32768, "\"i16\":{\"N\":\"-32768\"}");
  HAS(i32, INT32_MIN, "\"i32\":{\"N\":\"-2147483648\"}");
  HAS(u8, 255, "\"u8\":{\"N\":\"255\"}");
  HAS(u16, 65535, "\"u16\":{\"N\":\"65535\"}");
  HAS(u32, UINT32_MAX, "\"u32\":{\"N\":\"4294967295\"}");
  HAS(u64, UINT64_MAX, "\"u64\":{\"N\":\"18446744073709551615\"}");
  HAS(single, 0.1f, "\"single\":{\"N\":\"0.1\"}");
  HAS(opt_double, ((cyn_opt_double){true, 0.5}), "\"opt_double\":{\"N\":\"0.5\"}");
  HAS(opt_bool, ((cyn_opt_bool){true, false}), "\"opt_bool\":{\"BOOL\":false}");
  HAS(decimal, cyn_decimal_of("1.50"), "\"decimal\":{\"N\":\"1.5\"}");
  REFUSED(single, 1.0f / 0.0f, "infinity, NaN and numbers beyond 1E126 are no DynamoDB numbers");
  REFUSED(single, 0.0f / 0.0f, "infinity, NaN and numbers beyond 1E126 are no DynamoDB numbers");
  REFUSED(real, 1e300, "infinity, NaN and numbers beyond 1E126 are no DynamoDB numbers");
  REFUSED(decimal, ((cyn_decimal){"1E999"}),
          "\"1E999\": Number overflow. Attempting to store a number with magnitude larger than supported range");
  REFUSED(decimal, ((cyn_decimal){"one"}), "\"one\": this is no number");
}

TEST(texts_and_times) {
  kinds k = kinds_empty();
  HAS(text, cyn_str("a"), "\"text\":{\"S\":\"a\"}");
  HAS(raw, ((cyn_bytes){"", 0}), "\"raw\":{\"B\":\"\"}");
  REFUSED(text, cyn_str("\xFF"), "the string is not UTF-8");
  memcpy(k.chars, "four", 4); /* no room for its end */
  CHECK_STR(item_of(&kinds_model, &k), "CynamoModelError: model kinds, attribute chars: the array has no NUL");
  memcpy(k.chars, "abc", 4);
  CHECK(strstr(item_of(&kinds_model, &k), "\"chars\":{\"S\":\"abc\"}") != NULL);
  HAS(when, cyn_time_from_seconds(0), "\"when\":{\"S\":\"1970-01-01T00:00:00.000000+0000\"}");
  REFUSED(when, ((cyn_time){true, INT64_MAX}), "the time is outside the years 1 to 9999");
  HAS(json, "{\"a\":1}", "\"json\":{\"S\":\"{\\\"a\\\":1}\"}");
  REFUSED(json, "", "the text is no JSON");
  REFUSED(json, "1 2", "the text is no JSON");
  REFUSED(json, "[1", "the text is no JSON");
  REFUSED(json, "\"\xFF\"", "the text is no JSON");
}

TEST(enums) {
  HAS(color, BLUE, "\"color\":{\"S\":\"blue\"}");
  HAS(narrow, 2, "\"narrow\":{\"S\":\"blue\"}");
  HAS(wide, 2, "\"wide\":{\"S\":\"blue\"}");
  REFUSED(color, GREEN, "1 is none of the enum's 3 values"); /* has no name */
  REFUSED(narrow, -1, "-1 is none of the enum's 3 values");
  REFUSED(wide, UINT64_MAX, "-1 is none of the enum's 3 values");
  REFUSED(color, (paint)3, "3 is none of the enum's 3 values");
}

TEST(sets) {
  static const char *const twice[] = {"a", "b", "a"}, *const hole[] = {"a", NULL}, *const no_text[] = {"a", "\xC0"};
  static const char *const many[] = {"q", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "a", "r"};
  static const int64_t integers[] = {1, -2};
  static const double reals[] = {0.5, 1.0 / 0.0};
  static const cyn_decimal bad[] = {{"1"}, {"x"}};
  static const cyn_bytes binaries[] = {{"b", 1}, {"a", 1}}, none[] = {{NULL, 0}};
  HAS(strings, ((cyn_string_set){many, 18}), "\"strings\":{\"SS\":[\"a\",\"b\",\"c\"");
  HAS(integers, ((cyn_int_set){integers, 2}), "\"integers\":{\"NS\":[\"-2\",\"1\"]}");
  HAS(doubles, ((cyn_double_set){reals, 1}), "\"doubles\":{\"NS\":[\"0.5\"]}");
  HAS(numbers, ((cyn_number_set){bad, 1}), "\"numbers\":{\"NS\":[\"1\"]}");
  HAS(binaries, ((cyn_binary_set){binaries, 2}), "\"binaries\":{\"BS\":[\"YQ==\",\"Yg==\"]}");
  REFUSED(strings, ((cyn_string_set){twice, 3}), "the set has an element twice");
  REFUSED(strings, ((cyn_string_set){hole, 2}), "the set has a NULL element");
  REFUSED(strings, ((cyn_string_set){no_text, 2}), "the set has a string that is not UTF-8");
  REFUSED(strings, ((cyn_string_set){twice, (size_t)1 << 33}), "the set is too large");
  REFUSED(doubles, ((cyn_double_set){reals, 2}), "infinity and NaN are no DynamoDB numbers");
  REFUSED(numbers, ((cyn_number_set){bad, 2}), "an element is no number");
  REFUSED(binaries, ((cyn_binary_set){none, 1}), "the set has a NULL element");
}

TEST(lists_and_maps) {
  const char *names[] = {"a", NULL};
  inner inners[] = {{"x", 1}, {NULL, 2}}, to = {"t", 0};
  cyn_value values[2] = {{NULL, 0, NULL}};
  kinds k = kinds_empty();
  k.names.at = names;
  k.names.count = 2;
  k.inners.at = inners;
  k.inners.count = 2;
  k.values.at = values;
  k.values.count = 1;
  k.to = &to;
  const char *text = item_of(&kinds_model, &k);
  CHECK(strstr(text, "\"names\":{\"L\":[{\"S\":\"a\"},{\"NULL\":true}]}") != NULL);
  CHECK(strstr(text, "\"inners\":{\"L\":[{\"M\":{\"name\":{\"S\":\"x\"},\"n\":{\"N\":\"1\"}}},{\"M\":{\"n\":{\"N\":\"2\"}}}]}") != NULL);
  CHECK(strstr(text, "\"values\":{\"L\":[{\"NULL\":true}]}") != NULL);
  CHECK(strstr(text, "\"to\":{\"M\":{\"name\":{\"S\":\"t\"},\"n\":{\"N\":\"0\"}}}") != NULL);
  k.names.count = (size_t)1 << 33;
  CHECK_STR(item_of(&kinds_model, &k), "CynamoModelError: model kinds, attribute names: the list is too large");
  k.names.at = NULL;
  CHECK_STR(item_of(&kinds_model, &k), "CynamoModelError: model kinds, attribute names: the list is NULL and has a count");
}

TEST(items_and_values) {
  static const cyn_fault broken = {{"a", 1}, "Something is wrong with it."};
  cyn_item_builder *builder = cyn_item_builder_new();
  cyn_item item;
  CHECK(cyn_item_from_json(builder, cyn_str("{\"x\":{\"L\":[{\"N\":\"1\"}]}}"), &item, &error) == CYN_OK);
  HAS(map, item, "\"map\":{\"M\":{\"x\":{\"L\":[{\"N\":\"1\"}]}}}");
  HAS(value, cyn_item_get(item, cyn_str("x")), "\"value\":{\"L\":[{\"N\":\"1\"}]}");
  item.fault = &broken;
  REFUSED(map, item, "Something is wrong with it.");
  cyn_value value = {(const uint8_t *)"\7", 1, &broken};
  REFUSED(value, value, "Something is wrong with it.");
  cyn_item_builder_destroy(builder);
}

TEST(custom_types) {
  HAS(custom, (spot){1}, "\"custom\":{\"S\":\"spot\"}");
  kinds k = kinds_empty();
  CHECK(strstr(item_of(&kinds_model, &k), "custom") == NULL);
  REFUSED(custom, (spot){-1}, "it is below 0");
  REFUSED(custom, (spot){-2}, "its serialize function failed");
  REFUSED(custom, (spot){8}, "its serialize function gave a value of another type than the custom type's");
  REFUSED(custom, (spot){9}, "a value of no known kind");
}

/* ---- what is left out ---- */

typedef struct sparse {
  const char *id, *text, *json;
  char chars[4];
  cyn_bytes raw;
  int n;
  uint64_t natural;
  float single;
  double real;
  bool truth;
  const char *needed;
} sparse;
CYN_MODEL(sparse, CYN_TABLE("Sparse"), CYN_HASH_KEY(id, .omit_zero = true), CYN_ATTR(text, .omit_zero = true),
          CYN_JSON(json, .omit_zero = true), CYN_ATTR(chars, .omit_zero = true), CYN_ATTR(raw, .omit_zero = true),
          CYN_ATTR(n, .omit_zero = true, .default_text = "3"), CYN_ATTR(natural, .omit_zero = true), CYN_ATTR(single, .omit_zero = true),
          CYN_ATTR(real, .omit_zero = true), CYN_ATTR(truth, .omit_zero = true), CYN_ATTR(needed, .default_text = "there"));

TEST(zeros_are_left_out) {
  sparse s = {.id = "a", .text = "", .json = "", .raw = {"", 0}};
  CHECK_STR(item_of(&sparse_model, &s), "{\"id\":{\"S\":\"a\"},\"needed\":{\"S\":\"there\"}}");
  s = (sparse){.id = "a", .text = "t", .json = "1", .chars = "c", .raw = {"r", 1}, .n = 1, .natural = 2, .single = 3, .real = 4,
               .truth = true, .needed = "here"};
  CHECK_STR(item_of(&sparse_model, &s),
            "{\"id\":{\"S\":\"a\"},\"text\":{\"S\":\"t\"},\"json\":{\"S\":\"1\"},\"chars\":{\"S\":\"c\"},\"raw\":{\"B\":\"cg==\"},"
            "\"n\":{\"N\":\"1\"},\"natural\":{\"N\":\"2\"},\"single\":{\"N\":\"3\"},\"real\":{\"N\":\"4\"},\"truth\":{\"BOOL\":true},"
            "\"needed\":{\"S\":\"here\"}}");
}

TEST(a_key_must_be_there) {
  cyn_db *db;
  sparse s = {.id = ""};
  REQUIRE(cyn_open("memory:", NULL, &db, &error) == CYN_OK && cyn_create_model(db, sparse, NULL, &error) == CYN_OK);
  CHECK(cyn_delete(db, sparse, &s, NULL, &error) != CYN_OK);
  CHECK_STR(error.name, "CynamoNullError");
  CHECK_STR(error.message, "model sparse, attribute id: a key must not be absent");
  cyn_memory *memory = cyn_memory_new();
  CHECK(cyn_get(db, sparse, &s, cyn_keys((const char *)NULL), NULL, memory, &error) != CYN_OK);
  CHECK_STR(error.name, "CynamoNullError");
  cyn_error_clean_up(&error);
  cyn_memory_destroy(memory);
  cyn_db_close(db);
}
