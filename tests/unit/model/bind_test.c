/* The values of expressions: what each kind of value becomes beside each kind of attribute, and what is refused. */
#include "kinds.h"
#include "model/codec.h"
#include "value/item.h"

static cyn_error error;

/* The value as it would be sent, {"v":…}, or the error's text. Until the next call. */
static const char *written(const char *field_name, cyn_bind bind) {
  static char text[1000];
  const cyn_i_plan *plan;
  cyn_memory *memory = cyn_memory_new();
  cyn_i_codec codec = {&kinds_model, memory, &error, 0};
  cyn_i_buf buf;
  cyn_i_item_writer writer;
  (void)snprintf(text, sizeof text, "no plan");
  if (cyn_i_plan_get(&kinds_model, &plan, &error) != CYN_OK) return text;
  const cyn_i_field *field = field_name != NULL ? cyn_i_plan_field(plan, cyn_str(field_name)) : NULL;
  cyn_i_buf_init(&buf, &memory->arena);
  cyn_i_item_begin(&writer, &buf);
  cyn_i_item_name(&writer, cyn_str("v"));
  if (cyn_i_write_bind(&codec, field, &bind, 1, &buf) == CYN_OK) {
    cyn_i_item_end(&writer);
    (void)cyn_item_to_json((cyn_item){buf.data, buf.size, NULL}, text, sizeof text);
  } else {
    CHECK_STR(error.name, "CynamoModelError");
    (void)snprintf(text, sizeof text, "%s", error.message);
  }
  cyn_error_clean_up(&error);
  cyn_memory_destroy(memory);
  return text;
}

#define IS(field, bind, wanted) CHECK_STR(written(field, bind), wanted)
#define V(type, text) "{\"v\":{\"" type "\":" text "}}"

static cyn_bind natural(uint64_t value) { return (cyn_bind){.kind = CYN_BIND_UINT, .as.natural = value}; }
static cyn_bind of_time(int64_t seconds) { return (cyn_bind){.kind = CYN_BIND_TIME, .as.time = cyn_time_from_seconds(seconds)}; }
static cyn_bind of_bytes(const char *text) { return (cyn_bind){.kind = CYN_BIND_BYTES, .as.bytes = cyn_str(text)}; }

TEST(numbers) {
  IS("i64", cyn_bind_int(-5), V("N", "\"-5\""));
  IS("i8", cyn_bind_int(-128), V("N", "\"-128\""));
  IS("i8", cyn_bind_int(128), "model kinds, attribute i8: value 1 does not fit an integer of 8 bits");
  IS("i16", cyn_bind_int(32768), "model kinds, attribute i16: value 1 does not fit an integer of 16 bits");
  IS("u16", cyn_bind_int(65535), V("N", "\"65535\""));
  IS("u16", cyn_bind_int(65536), "model kinds, attribute u16: value 1 does not fit an unsigned integer of 16 bits");
  IS("u32", cyn_bind_int(-7), V("N", "\"-7\"")); /* what ADD takes away */
  IS("u32", cyn_bind_int(INT64_C(-5000000000)), "model kinds, attribute u32: value 1 does not fit an unsigned integer of 32 bits");
  IS("u64", natural(UINT64_MAX), V("N", "\"18446744073709551615\""));
  IS("u64", natural(3), V("N", "\"3\""));
  IS("i64", natural(UINT64_MAX), "model kinds, attribute i64: value 1 does not fit an integer of 64 bits");
  IS("opt_int", cyn_bind_int(3), V("N", "\"3\""));
  IS("decimal", natural(3), V("N", "\"3\""));
  IS("real", cyn_bind_double(0.5), V("N", "\"0.5\""));
  IS("real", cyn_bind_double(1.0 / 0.0),
     "model kinds, attribute real: infinity, NaN and numbers beyond 1E126 are no DynamoDB numbers");
  IS(NULL, natural(3), V("N", "\"3\"")); /* beside nothing that the model knows */
}

TEST(truths) {
  IS("truth", cyn_bind_int(1), V("BOOL", "true"));
  IS("opt_bool", natural(0), V("BOOL", "false"));
  IS("truth", cyn_bind_bool(true), V("BOOL", "true"));
  IS("truth", cyn_bind_int(-1), "model kinds, attribute truth: value 1 of the expression is an integer, it is a bool");
  IS("truth", natural(UINT64_MAX), "model kinds, attribute truth: value 1 of the expression is an unsigned integer, it is a bool");
  IS("opt_bool", cyn_bind_string("true"), "model kinds, attribute opt_bool: value 1 of the expression is a string, it is a bool");
}

TEST(enums) {
  IS("color", cyn_bind_int(BLUE), V("S", "\"blue\""));
  IS("color", natural(0), V("S", "\"red\""));
  IS("color", cyn_bind_string("blue"), V("S", "\"blue\""));
  IS("color", cyn_bind_int(GREEN), "model kinds, attribute color: 1 is none of the enum's 3 values");
  IS("color", cyn_bind_int(-1), "model kinds, attribute color: -1 is none of the enum's 3 values");
  IS("color", cyn_bind_string("green"), "model kinds, attribute color: \"green\" is none of the enum's names");
  IS("color", cyn_bind_double(0), "model kinds, attribute color: value 1 of the expression is a double, it is an enum");
}

TEST(texts_and_times) {
  IS("id", cyn_bind_string("a"), V("S", "\"a\""));
  IS("id", cyn_bind_string("\xFF"), "model kinds, attribute id: the string is not UTF-8");
  IS("when", of_time(0), V("S", "\"1970-01-01T00:00:00.000000+0000\""));
  IS("when", cyn_bind_string("1970-"), V("S", "\"1970-\"")); /* for begins_with */
  IS("expires", of_time(60), V("N", "\"60\""));
  IS("expires", cyn_bind_int(61), V("N", "\"61\""));
  IS("id", of_time(0), "model kinds, attribute id: value 1 of the expression is a time, it is a string");
  IS("json", cyn_bind_string("[1]"), V("S", "\"[1]\""));
  IS("json", cyn_bind_string("[1"), "model kinds, attribute json: the text is no JSON");
  IS("json", cyn_bind_int(1), "model kinds, attribute json: value 1 of the expression is an integer, it is JSON text");
  IS("raw", of_bytes("a"), V("B", "\"YQ==\""));
  IS("text", of_bytes("a"), V("S", "\"a\""));
  IS("text", cyn_bind_string("a"), V("S", "\"a\""));
  IS("raw", cyn_bind_string("a"), "model kinds, attribute raw: value 1 of the expression is a string, it is binary");
}

TEST(nothing_and_unknown) {
  IS("id", cyn_bind_string(NULL), V("NULL", "true"));
  IS("id", ((cyn_bind){.kind = CYN_BIND_NULL}), V("NULL", "true"));
  IS(NULL, ((cyn_bind){.kind = CYN_BIND_STRING_SET}), "model kinds: value 1 is an empty set, which DynamoDB does not have");
  IS("binaries", ((cyn_bind){.kind = CYN_BIND_BINARY_SET}),
     "model kinds, attribute binaries: value 1 is an empty set, which DynamoDB does not have");
  IS("id", ((cyn_bind){.kind = 77}), "model kinds, attribute id: value 1 is of no known kind");
  IS("id", ((cyn_bind){.kind = -1}), "model kinds, attribute id: value 1 is of no known kind");
  IS("value", cyn_bind_int(1), V("N", "\"1\"")); /* an attribute that takes anything */
}

TEST(structs_and_fields) {
  static const int64_t integers[] = {2, 1};
  inner in = {NULL, 5};
  kinds k = kinds_empty();
  k.integers = (cyn_int_set){integers, 2};
  k.custom.x = 9;
  IS("at", cyn_struct(inner, &in), V("M", "{\"n\":{\"N\":\"5\"}}"));
  IS(NULL, cyn_struct(inner, &in), V("M", "{\"n\":{\"N\":\"5\"}}"));
  IS("integers", cyn_field(kinds, &k, integers), V("NS", "[\"1\",\"2\"]"));
  IS("at", cyn_field(kinds, &k, integers), "model kinds, attribute at: value 1 of the expression is a field, it is a map");
  IS(NULL, ((cyn_bind){.kind = CYN_BIND_FIELD, .as.of = {&kinds_model, &k, sizeof k}}),
     "model kinds: cyn_field names no attribute of model kinds");
  IS("id", cyn_field(kinds, &k, to), V("NULL", "true")); /* absent and nullable */
  IS("id", cyn_field(kinds, &k, custom), "model kinds, attribute id: a value of no known kind");
}
