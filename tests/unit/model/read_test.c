/* Items into structs: each kind of field, what is absent, and what is refused. */
#include "family.h"
#include "kinds.h"

static cyn_error error;
static cyn_memory *memory;
static kinds k;

/* Reads {"id":…, MEMBERS} into k. */
static cyn_status read_from(const char *members) {
  char json[1000];
  cyn_item item;
  cyn_item_builder *builder = cyn_item_builder_new();
  if (memory == NULL) memory = cyn_memory_new();
  cyn_memory_reset(memory);
  memset(&k, 0, sizeof k);
  cyn_error_clean_up(&error);
  (void)snprintf(json, sizeof json, "{\"id\":{\"S\":\"k\"},%s}", members);
  cyn_status status = cyn_item_from_json(builder, cyn_str(json), &item, &error);
  if (status == CYN_OK && item.fault != NULL) test_failed(__FILE__, __LINE__, "%s: %s", members, item.fault->message);
  if (status == CYN_OK) status = cyn_from_item(kinds, &k, item, memory, &error);
  cyn_item_builder_destroy(builder);
  return status;
}
static void done(void) {
  cyn_memory_destroy(memory);
  memory = NULL;
  cyn_error_clean_up(&error);
}

#define READS(members)                                                                        \
  do {                                                                                        \
    if (read_from(members) != CYN_OK) test_failed(__FILE__, __LINE__, "%s", error.message);   \
  } while (0)
#define REFUSED(members, wanted)                      \
  do {                                                \
    CHECK(read_from(members) != CYN_OK);              \
    CHECK_STR(error.name, "CynamoDeserializationError"); \
    CHECK_STR(error.message, "model kinds, attribute " wanted); \
  } while (0)

TEST(numbers) {
  READS("\"i8\":{\"N\":\"-128\"},\"i16\":{\"N\":\"-32768\"},\"i32\":{\"N\":\"-2147483648\"},\"u8\":{\"N\":\"255\"},"
        "\"u16\":{\"N\":\"65535\"},\"u32\":{\"N\":\"4294967295\"},\"u64\":{\"N\":\"18446744073709551615\"},"
        "\"single\":{\"N\":\"0.5\"},\"real\":{\"N\":\"0.25\"},\"opt_int\":{\"N\":\"7\"},\"opt_double\":{\"N\":\"1.5\"},"
        "\"opt_bool\":{\"BOOL\":true},\"decimal\":{\"N\":\"12.50\"}");
  CHECK(k.i8 == -128 && k.i16 == -32768 && k.i32 == INT32_MIN && k.u8 == 255 && k.u16 == 65535 && k.u32 == UINT32_MAX);
  CHECK(k.u64 == UINT64_MAX && k.single == 0.5f && k.real == 0.25 && k.opt_int.is_set && k.opt_int.value == 7);
  CHECK(k.opt_double.is_set && k.opt_double.value == 1.5 && k.opt_bool.is_set && k.opt_bool.value);
  CHECK_STR(k.decimal.text, "12.5");
  READS("\"u64\":{\"N\":\"5\"},\"opt_bool\":{\"NULL\":true}");
  CHECK(k.u64 == 5 && !k.opt_bool.is_set);
  REFUSED("\"i8\":{\"N\":\"128\"}", "i8: the number 128 is not an integer of 8 bits");
  REFUSED("\"i16\":{\"N\":\"-32769\"}", "i16: the number -32769 is not an integer of 16 bits");
  REFUSED("\"i32\":{\"N\":\"2147483648\"}", "i32: the number 2147483648 is not an integer of 32 bits");
  REFUSED("\"u16\":{\"N\":\"65536\"}", "u16: the number 65536 is not an unsigned integer of 16 bits");
  REFUSED("\"u32\":{\"N\":\"-1\"}", "u32: the number -1 is not an unsigned integer of 32 bits");
  REFUSED("\"u64\":{\"N\":\"-1\"}", "u64: the number -1 is not an unsigned integer of 64 bits");
  REFUSED("\"u64\":{\"N\":\"18446744073709551616\"}", "u64: the number 18446744073709551616 is not an unsigned integer of 64 bits");
  REFUSED("\"u64\":{\"N\":\"0.5\"}", "u64: the number 0.5 is not an unsigned integer of 64 bits");
  REFUSED("\"opt_int\":{\"N\":\"0.5\"}", "opt_int: the number is not an integer of 64 bits");
  REFUSED("\"truth\":{\"N\":\"1\"}", "truth: the item's value has type N, and a bool has type BOOL");
  REFUSED("\"real\":{\"S\":\"1\"}", "real: the item's value has type S, and a number has type N");
  done();
}

TEST(texts_and_times) {
  READS("\"chars\":{\"S\":\"abc\"},\"text\":{\"S\":\"t\"},\"raw\":{\"B\":\"AAE=\"},\"octets\":{\"B\":\"AQI=\"},\"json\":{\"S\":\"[1]\"},"
        "\"when\":{\"S\":\"1970-01-01T00:01:00.000000+0000\"},\"expires\":{\"N\":\"60\"},\"value\":{\"SS\":[\"a\"]}");
  CHECK_STR(k.chars, "abc");
  CHECK(k.text.size == 1 && k.raw.size == 2 && k.octets[1] == 2 && k.when.us == 60000000 && cyn_time_seconds(k.expires) == 60);
  CHECK_INT(cyn_value_count(k.value), 1);
  REFUSED("\"chars\":{\"S\":\"a\\u0000\"}", "chars: the string has a NUL, which a C string cannot hold");
  REFUSED("\"octets\":{\"B\":\"AQ==\"}", "octets: the binary has another size than the array");
  REFUSED("\"expires\":{\"N\":\"1.5\"}", "expires: the seconds are no integer");
  REFUSED("\"json\":{\"S\":\"[\"}", "json: the text is no JSON");
  done();
}

TEST(enums) {
  READS("\"color\":{\"S\":\"blue\"},\"narrow\":{\"S\":\"red\"},\"wide\":{\"S\":\"blue\"}");
  CHECK(k.color == BLUE && k.narrow == 0 && k.wide == 2);
  REFUSED("\"color\":{\"S\":\"rad\"}", "color: \"rad\" is none of the enum's names");
  REFUSED("\"color\":{\"S\":\"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\"}",
          "color: \"01234567890123456789012345678901234567890123456789012345678901234567890123456789\" is none of the enum's names");
  done();
}

TEST(sets_lists_and_maps) {
  READS("\"strings\":{\"SS\":[\"a\",\"b\"]},\"integers\":{\"NS\":[\"-2\",\"1\"]},\"doubles\":{\"NS\":[\"0.5\"]},\"numbers\":{\"NS\":[\"1.5\"]},"
        "\"binaries\":{\"BS\":[\"YQ==\"]},\"names\":{\"L\":[{\"S\":\"a\"},{\"NULL\":true}]},"
        "\"values\":{\"L\":[{\"NULL\":true},{\"N\":\"1\"}]},\"inners\":{\"L\":[{\"M\":{\"name\":{\"S\":\"x\"}}},{\"NULL\":true}]},"
        "\"at\":{\"M\":{\"n\":{\"N\":\"7\"},\"other\":{\"S\":\"\"}}},\"to\":{\"M\":{}},\"map\":{\"M\":{\"a\":{\"N\":\"1\"}}}");
  CHECK(k.strings.count == 2 && k.integers.at[0] == -2 && k.doubles.at[0] == 0.5 && k.binaries.at[0].size == 1);
  CHECK_STR(k.numbers.at[0].text, "1.5");
  CHECK(k.names.count == 2 && k.names.at[1] == NULL && cyn_value_type(k.values.at[0]) == CYN_TYPE_NULL);
  CHECK(k.inners.count == 2 && k.inners.at[0].n == 4 && k.inners.at[1].name == NULL && k.inners.at[1].n == 0);
  CHECK(k.at.n == 7 && k.to != NULL && k.to->n == 4 && cyn_item_count(k.map) == 1);
  READS("\"names\":{\"L\":[]}");
  CHECK(k.names.count == 0 && k.names.at != NULL && k.to == NULL && k.at.n == 0);
  REFUSED("\"integers\":{\"NS\":[\"0.5\"]}", "integers: the set has a number that is no integer of 64 bits");
  REFUSED("\"strings\":{\"SS\":[\"a\\u0000\"]}",
          "strings: the string has a NUL, which a C string cannot hold (a cyn_bytes with .as = CYN_TYPE_S can)");
  REFUSED("\"inners\":{\"L\":[{\"M\":{\"n\":{\"S\":\"x\"}}}]}",
          "inners[0].n: the item's value has type S, and an integer of 32 bits has type N");
  REFUSED("\"names\":{\"L\":[{\"N\":\"1\"}]}", "names[0]: the item's value has type N, and a string has type S");
  done();
}

TEST(custom_types) {
  READS("\"custom\":{\"S\":\"abc\"}");
  CHECK_INT(k.custom.x, 3);
  REFUSED("\"custom\":{\"S\":\"a\"}", "custom: it is short");
  REFUSED("\"custom\":{\"S\":\"ab\"}", "custom: its deserialize function failed");
  done();
}

/* ---- names of all sizes, in any order ---- */

typedef struct named {
  const char *id;
  int a, bb, ccc, dddd, eeeee, a_name_of_18_bytes, a_name_of_18_bites;
} named;
CYN_MODEL(named, CYN_TABLE("Named"), CYN_HASH_KEY(id), CYN_ATTR(a), CYN_ATTR(bb), CYN_ATTR(ccc), CYN_ATTR(dddd), CYN_ATTR(eeeee),
          CYN_ATTR(a_name_of_18_bytes), CYN_ATTR(a_name_of_18_bites));

TEST(names) {
  named n;
  cyn_item item;
  cyn_item_builder *builder = cyn_item_builder_new();
  memory = cyn_memory_new();
  memset(&n, 0, sizeof n);
  CHECK(cyn_item_from_json(builder, cyn_str("{\"a_name_of_18_bites\":{\"N\":\"8\"},\"a_name_of_18_bytes\":{\"N\":\"7\"},\"a_name_OF_18_bytes\":{\"N\":\"0\"},"
                                            "\"eeeee\":{\"N\":\"5\"},\"dddd\":{\"N\":\"4\"},\"ddxd\":{\"N\":\"0\"},\"ccc\":{\"N\":\"3\"},\"cxc\":{\"N\":\"0\"},\"ccx\":{\"N\":\"0\"},"
                                            "\"bb\":{\"N\":\"2\"},\"xb\":{\"N\":\"0\"},\"a\":{\"N\":\"1\"},\"id\":{\"S\":\"i\"}}"),
                           &item, &error) == CYN_OK);
  CHECK(cyn_from_item(named, &n, item, memory, &error) == CYN_OK);
  CHECK(n.a == 1 && n.bb == 2 && n.ccc == 3 && n.dddd == 4 && n.eeeee == 5 && n.a_name_of_18_bytes == 7 && n.a_name_of_18_bites == 8);
  CHECK_STR(n.id, "i");
  CHECK(cyn_from_item(named, &n, ((cyn_item){NULL, 0, NULL}), memory, &error) != CYN_OK);
  CHECK_STR(error.message, "model named: the item is absent");
  cyn_item_builder_destroy(builder);
  done();
}

/* ---- defaults ---- */

typedef struct ready {
  const char *id, *json;
  cyn_bytes text;
  inner at;
  bool on;
  cyn_decimal price;
} ready;
CYN_MODEL(ready, CYN_TABLE("Ready"), CYN_HASH_KEY(id), CYN_JSON(json, .default_text = "[]"),
          CYN_ATTR(text, .as = CYN_TYPE_S, .default_for_new = "new", .nullable = true), CYN_MAP(at, inner),
          CYN_ATTR(on, .default_text = "true"), CYN_ATTR(price, .default_text = "1.5"));
typedef struct wrong {
  const char *id;
  inner at;
  bool on;
} wrong;
CYN_MODEL(wrong, CYN_TABLE("Wrong"), CYN_HASH_KEY(id), CYN_MAP(at, inner), CYN_ATTR(on, .default_text = "yes"));

TEST(defaults) {
  ready r;
  wrong w;
  memset(&r, 0xFF, sizeof r);
  CHECK(cyn_init(ready, &r, &error) == CYN_OK);
  CHECK(r.id == NULL && r.on && r.text.size == 3 && r.at.n == 4 && r.at.name == NULL);
  CHECK_STR(r.json, "[]");
  CHECK_STR(r.price.text, "1.5");
  CHECK(cyn_init(wrong, &w, &error) != CYN_OK);
  CHECK_STR(error.message, "model wrong, attribute on: its default \"yes\" is not a bool");
  done();
}

/* ---- families ---- */

TEST(discriminators) {
  cat c;
  cyn_db *db;
  void *any;
  const cyn_model *kind;
  REQUIRE(cyn_open("memory:", NULL, &db, &error) == CYN_OK && cyn_create_model(db, animal, NULL, &error) == CYN_OK);
  memory = cyn_memory_new();
  CHECK(cyn_init(cat, &c, &error) == CYN_OK);
  CHECK_STR(c.base.kind, "Cat");
  animal plain = {NULL, "rex"}, other = {"Fish", "wanda"}; /* the parent itself may be saved, with any kind or none */
  CHECK(cyn_save(db, animal, &plain, NULL, &error) == CYN_OK && cyn_save(db, animal, &other, NULL, &error) == CYN_OK);
  CHECK(cyn_get_any(db, animal, &any, &kind, cyn_keys("rex"), NULL, memory, &error) == CYN_OK);
  CHECK(kind == &animal_model && ((animal *)any)->kind == NULL);
  CHECK(cyn_get(db, cat, &c, cyn_keys("rex"), NULL, memory, &error) == CYN_OK); /* an item without a kind is anyone's */
  CHECK(cyn_get_any(db, animal, &any, &kind, cyn_keys("wanda"), NULL, memory, &error) != CYN_OK);
  CHECK_STR(error.message, "model animal, attribute kind: \"Fish\" is the value of no model of its family");
  CHECK(any == NULL && kind == NULL);
  cyn_db_close(db);
  done();
}
