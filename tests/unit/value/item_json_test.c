/* DynamoDB JSON to items and back: golden vectors, every fault with its text and order, hostile input, random items. */
#include "value/item_json.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "value/golden.h"
#include "value/item.h"

static cyn_i_arena arena;

typedef struct decoded {
  bool well_formed;
  const char *serialization;
  cyn_item item;
} decoded;

/* The text is copied to the end of a heap block, so that the sanitizer sees a byte read too far. */
static decoded decode_bytes(const char *text, size_t size) {
  decoded out = {0};
  cyn_i_json json;
  cyn_i_json_fault fault = {NULL};
  cyn_i_arena_reset(&arena, 0);
  uint8_t *body = malloc(size != 0 ? size : 1);
  memcpy(body, text, size);
  cyn_i_json_init(&json, body, size, &arena);
  out.well_formed = cyn_i_json_next(&json) == CYN_JSON_OBJECT_BEGIN && cyn_i_item_from_json(&json, &out.item, &fault) &&
                    cyn_i_json_next(&json) == CYN_JSON_END;
  out.serialization = fault.message;
  free(body);
  return out;
}
static decoded decode(const char *text) { return decode_bytes(text, strlen(text)); }

static const char *encoded(const uint8_t *item) {
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, &arena);
  cyn_i_item_to_json(&buf, item);
  cyn_i_buf_byte(&buf, '\0');
  return (const char *)buf.data;
}

static void check_sound(const char *text, const char *expected) {
  decoded found = decode(text);
  if (!found.well_formed || found.serialization != NULL || found.item.fault != NULL) {
    test_failed(__FILE__, __LINE__, "%s: %s", text,
                !found.well_formed             ? "malformed"
                : found.serialization != NULL ? found.serialization
                                               : found.item.fault->message);
    return;
  }
  CHECK(cyn_i_item_is_valid(found.item.data, found.item.size));
  CHECK_STR(encoded(found.item.data), expected);
}

static void check_fault(const char *text, const char *attribute, const char *message) {
  decoded found = decode(text);
  if (!found.well_formed || found.serialization != NULL || found.item.fault == NULL) {
    test_failed(__FILE__, __LINE__, "%s: no fault but %s", text, found.serialization != NULL ? found.serialization : "nothing");
    return;
  }
  CHECK_STR(found.item.fault->message, message);
  CHECK_INT(found.item.fault->attribute.size, strlen(attribute));
  CHECK(memcmp(found.item.fault->attribute.data, attribute, strlen(attribute)) == 0);
  CHECK(encoded(found.item.data) != NULL); /* a faulted item can still be walked */
}

static void golden_line(char **fields) {
  decoded found = decode(fields[0]);
  CHECK(found.well_formed && found.serialization == NULL && found.item.fault == NULL);
  CHECK_STR(hex(found.item.data, found.item.size), fields[1]);
  CHECK_STR(encoded(found.item.data), fields[2]);
  CHECK(cyn_i_item_is_valid(found.item.data, found.item.size));
}

TEST(golden) { CHECK(golden_read("item.tsv", 3, golden_line) >= 12); }

TEST(forms) {
  check_sound("{}", "{}");
  check_sound(" \t\r\n{ \"a\" : { \"S\" : \"x\" } , \"b\" : { \"L\" : [ { \"N\" : \"1\" } , { \"M\" : { } } ] } } ",
              "{\"a\":{\"S\":\"x\"},\"b\":{\"L\":[{\"N\":\"1\"},{\"M\":{}}]}}");
  check_sound("{\"a\":{\"\\u0053\":\"x\"}}", "{\"a\":{\"S\":\"x\"}}");
  check_sound("{\"\\u0061\\n\":{\"S\":\"\\ud83d\\ude00\"}}", "{\"a\\n\":{\"S\":\"\xF0\x9F\x98\x80\"}}");
  check_sound("{\"a\":{\"NS\":[\"3\",\"1\",\"2.0\"]},\"b\":{\"BS\":[\"/w==\",\"AA==\"]}}",
              "{\"a\":{\"NS\":[\"1\",\"2\",\"3\"]},\"b\":{\"BS\":[\"AA==\",\"/w==\"]}}");
  check_sound("{\"a\":{\"BOOL\":\"TRUE\"},\"b\":{\"BOOL\":\"no\"},\"c\":{\"BOOL\":\"0\"},\"d\":{\"NULL\":\"Yes\"}}",
              "{\"a\":{\"BOOL\":true},\"b\":{\"BOOL\":false},\"c\":{\"BOOL\":false},\"d\":{\"NULL\":true}}");
  check_sound("{\"a\":{\"S\":\"x\",\"Other\":{\"deep\":[1,2,{\"S\":null}]}}}", "{\"a\":{\"S\":\"x\"}}");
  check_sound("{\"a\":{\"Other\":1,\"S\":\"x\"}}", "{\"a\":{\"S\":\"x\"}}");
}

TEST(null_members_are_absent) {
  check_sound("{\"a\":null,\"b\":{\"S\":\"x\",\"N\":null}}", "{\"b\":{\"S\":\"x\"}}");
  check_sound("{\"b\":{\"N\":null,\"S\":\"x\"}}", "{\"b\":{\"S\":\"x\"}}");
  check_sound("{\"b\":{\"L\":null,\"M\":null,\"SS\":null,\"NULL\":null,\"BOOL\":null,\"B\":null,\"S\":\"x\"}}",
              "{\"b\":{\"S\":\"x\"}}");
  check_fault("{\"b\":{\"S\":null}}", "b",
              "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
  check_fault("{\"b\":{\"L\":[null]}}", "b",
              "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
  check_sound("{\"b\":{\"M\":{\"x\":null,\"y\":{\"S\":\"z\"}}}}", "{\"b\":{\"M\":{\"y\":{\"S\":\"z\"}}}}");
}

TEST(last_duplicate_wins) {
  check_sound("{\"a\":{\"S\":\"1\"},\"b\":{\"S\":\"2\"},\"a\":{\"N\":\"3\"}}", "{\"b\":{\"S\":\"2\"},\"a\":{\"N\":\"3\"}}");
  check_sound("{\"a\":{\"S\":\"1\"},\"a\":{\"S\":\"2\"},\"a\":{\"S\":\"3\"}}", "{\"a\":{\"S\":\"3\"}}");
  check_sound("{\"a\":{\"S\":\"1\"},\"a\":null}", "{\"a\":{\"S\":\"1\"}}");
  check_sound("{\"a\":{\"S\":\"1\",\"S\":\"22\"}}", "{\"a\":{\"S\":\"22\"}}");
  check_sound("{\"a\":{\"SS\":[],\"SS\":[\"x\"]}}", "{\"a\":{\"SS\":[\"x\"]}}");
  check_sound("{\"m\":{\"M\":{\"x\":{\"L\":[]},\"y\":{\"S\":\"1\"},\"x\":{\"S\":\"2\"}}},\"z\":{\"S\":\"\"}}",
              "{\"m\":{\"M\":{\"y\":{\"S\":\"1\"},\"x\":{\"S\":\"2\"}}},\"z\":{\"S\":\"\"}}");
}

/* Many names, each given twice: through the table of names, which grows several times. */
TEST(many_duplicates) {
  enum { COUNT = 5000 };
  char *text = malloc((size_t)COUNT * 2 * 40 + 4000), *at = text;
  *at++ = '{';
  for (int i = 0; i < 2 * COUNT; i++)
    at = put_text(at, "%s\"name%d\":{\"N\":\"%d\"}", i != 0 ? "," : "", i % COUNT, i);
  *at++ = '}';
  decoded found = decode_bytes(text, (size_t)(at - text));
  REQUIRE(found.well_formed && found.item.fault == NULL);
  CHECK(cyn_i_item_is_valid(found.item.data, found.item.size));
  CHECK_INT(cyn_i_item_count(found.item.data), COUNT);
  const uint8_t *value = cyn_i_item_find(found.item.data, cyn_str("name17"));
  REQUIRE(value != NULL);
  CHECK_STR(hex(value, cyn_i_value_size(value)), "0203c23312"); /* 5017 */
  free(text);
}

TEST(value_faults) {
  static const char empty[] = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes";
  static const char two[] =
      "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes";
  check_fault("{\"a\":{}}", "a", empty);
  check_fault("{\"a\":{\"X\":1}}", "a", empty);
  check_fault("{\"a\":{\"S\":\"x\",\"N\":\"1\"}}", "a", two);
  check_fault("{\"a\":{\"S\":\"x\",\"N\":\"1\",\"S\":\"y\"}}", "a", two);
  check_fault("{\"ok\":{\"S\":\"\"},\"a\":{\"NULL\":false}}", "a",
              "One or more parameter values were invalid: Null attribute value types must have the value of true");
  check_fault("{\"a\":{\"SS\":[]}}", "a", "One or more parameter values were invalid: An string set  may not be empty");
  check_fault("{\"a\":{\"NS\":[]}}", "a", "One or more parameter values were invalid: An number set  may not be empty");
  check_fault("{\"a\":{\"BS\":[]}}", "a", "One or more parameter values were invalid: Binary sets should not be empty");
  check_fault("{\"a\":{\"SS\":[\"b\",\"a\",\"b\"]}}", "a",
              "One or more parameter values were invalid: Input collection [b, a, b] contains duplicates.");
  check_fault("{\"a\":{\"NS\":[\"1\",\"1.0\"]}}", "a", "Input collection contains duplicates");
  check_fault("{\"a\":{\"BS\":[\"Yg==\",\"Yg==\"]}}", "a",
              "One or more parameter values were invalid: Input collection [Yg==, Yg==]of type BS contains duplicates.");
  check_fault("{\"a\":{\"N\":\"\"}}", "a", "The parameter cannot be converted to a numeric value");
  check_fault("{\"a\":{\"N\":\"b\"}}", "a", "The parameter cannot be converted to a numeric value: b");
  check_fault("{\"a\":{\"N\":\" 1\"}}", "a", "The parameter cannot be converted to a numeric value:  1");
  check_fault("{\"a\":{\"NS\":[\"1\",\"x\"]}}", "a", "The parameter cannot be converted to a numeric value: x");
  check_fault("{\"a\":{\"N\":\"1e126\"}}", "a",
              "Number overflow. Attempting to store a number with magnitude larger than supported range");
  check_fault("{\"a\":{\"N\":\"1e-131\"}}", "a",
              "Number underflow. Attempting to store a number with magnitude smaller than supported range");
  check_fault("{\"a\":{\"N\":\"123456789012345678901234567890123456789\"}}", "a",
              "Attempting to store more than 38 significant digits in a Number");
  check_fault("{\"a\":{\"M\":{\"b\":{\"L\":[{\"S\":\"\"},{}]}}}}", "a", empty);
  check_fault("{\"\":{\"S\":\"x\"}}", "", "One or more parameter values were invalid: An attribute name may not be empty");
  check_fault("{\"a\":{\"M\":{\"\":{\"S\":\"x\"}}}}", "a",
              "One or more parameter values were invalid: An attribute name may not be empty");
}

TEST(first_fault_counts) {
  check_fault("{\"a\":{\"L\":[{\"N\":\"x\"},{\"N\":\"y\"}],\"N\":\"z\"},\"b\":{\"N\":\"w\"}}", "a",
              "The parameter cannot be converted to a numeric value: z");
  check_fault("{\"a\":{\"M\":{\"k\":{\"N\":\"x\"},\"l\":{\"N\":\"y\"}},\"SS\":[\"d\",\"d\"]},\"b\":{\"N\":\"w\"}}", "a",
              "One or more parameter values were invalid: Input collection [d, d] contains duplicates.");
  check_fault("{\"a\":{\"N\":\"x\"},\"b\":{}}", "a", "The parameter cannot be converted to a numeric value: x");
  check_fault("{\"a\":{\"S\":\"a\",\"N\":\"\"}}", "a", "The parameter cannot be converted to a numeric value");
  check_fault("{\"a\":{\"NULL\":false,\"N\":\"\"}}", "a", "The parameter cannot be converted to a numeric value");
  check_fault("{\"a\":{\"SS\":[],\"NULL\":false}}", "a",
              "One or more parameter values were invalid: Null attribute value types must have the value of true");
  check_fault("{\"a\":{\"NS\":[\"x\"],\"BS\":[]}}", "a",
              "One or more parameter values were invalid: Binary sets should not be empty");
  check_fault("{\"a\":{\"SS\":[\"a\",\"a\"],\"NS\":[\"x\"]}}", "a", "The parameter cannot be converted to a numeric value: x");
  check_fault("{\"a\":{\"M\":{\"x\":{}},\"SS\":[\"a\",\"a\"]}}", "a",
              "One or more parameter values were invalid: Input collection [a, a] contains duplicates.");
  check_fault("{\"a\":{\"L\":[{\"N\":\"l\"}],\"M\":{\"x\":{\"N\":\"m\"}}}}", "a",
              "The parameter cannot be converted to a numeric value: m");
}

static void check_type_fault(const char *text, const char *message) {
  decoded found = decode(text);
  if (!found.well_formed) test_failed(__FILE__, __LINE__, "%s is malformed", text);
  CHECK_STR(found.serialization, message);
}

TEST(type_faults) {
  check_type_fault("{\"a\":{\"S\":5}}", "NUMBER_VALUE cannot be converted to String");
  check_type_fault("{\"a\":{\"N\":5}}", "NUMBER_VALUE cannot be converted to String");
  check_type_fault("{\"a\":{\"N\":5.0}}", "DECIMAL_VALUE cannot be converted to String");
  check_type_fault("{\"a\":{\"N\":5e1}}", "DECIMAL_VALUE cannot be converted to String");
  check_type_fault("{\"a\":{\"S\":true}}", "TRUE_VALUE cannot be converted to String");
  check_type_fault("{\"a\":{\"S\":false}}", "FALSE_VALUE cannot be converted to String");
  check_type_fault("{\"a\":{\"S\":[]}}", "Unrecognized collection type class java.lang.String");
  check_type_fault("{\"a\":{\"S\":{}}}", "Start of structure or map found where not expected");
  check_type_fault("{\"a\":{\"B\":5}}", "only base-64-encoded strings are convertible to bytes");
  check_type_fault("{\"a\":{\"B\":true}}", "only base-64-encoded strings are convertible to bytes");
  check_type_fault("{\"a\":{\"B\":[]}}", "Unrecognized collection type class java.nio.ByteBuffer");
  check_type_fault("{\"a\":{\"B\":\"abc\"}}", "Base64 encoded length is expected a multiple of 4 bytes but found: 3");
  check_type_fault("{\"a\":{\"B\":\"abc!\"}}", "Invalid last non-pad Base64 character dectected");
  check_type_fault("{\"a\":{\"BOOL\":1}}", "NUMBER_VALUE cannot be converted to Boolean");
  check_type_fault("{\"a\":{\"BOOL\":1.5}}", "DECIMAL_VALUE cannot be converted to Boolean");
  check_type_fault("{\"a\":{\"BOOL\":\"maybe\"}}", "Unexpected token received from parser");
  check_type_fault("{\"a\":{\"NULL\":[]}}", "Unrecognized collection type class java.lang.Boolean");
  check_type_fault("{\"a\":{\"SS\":\"x\"}}", "Unexpected field type");
  check_type_fault("{\"a\":{\"SS\":{}}}", "Start of structure or map found where not expected");
  check_type_fault("{\"a\":{\"SS\":[1]}}", "NUMBER_VALUE cannot be converted to String");
  check_type_fault("{\"a\":{\"BS\":[1]}}", "only base-64-encoded strings are convertible to bytes");
  check_type_fault("{\"a\":{\"BS\":[\"a\"]}}", "Base64 encoded length is expected a multiple of 4 bytes but found: 1");
  check_type_fault("{\"a\":{\"L\":5}}", "Unexpected field type");
  check_type_fault("{\"a\":{\"L\":{}}}", "Start of structure or map found where not expected");
  check_type_fault("{\"a\":{\"L\":[5]}}", "Unexpected value type in payload");
  check_type_fault("{\"a\":{\"L\":[[]]}}",
                   "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue");
  check_type_fault("{\"a\":{\"M\":\"x\"}}", "Unexpected field type");
  check_type_fault("{\"a\":{\"M\":[]}}",
                   "Unrecognized collection type java.util.Map<java.lang.String, "
                   "com.amazonaws.dynamodb.v20120810.AttributeValue>");
  check_type_fault("{\"a\":{\"M\":{\"x\":\"y\"}}}", "Unexpected value type in payload");
  check_type_fault("{\"a\":\"x\"}", "Unexpected value type in payload");
  check_type_fault("{\"a\":[]}", "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue");
  /* the first one counts, and what follows is still read */
  check_type_fault("{\"a\":{\"S\":5},\"b\":{\"B\":6}}", "NUMBER_VALUE cannot be converted to String");
  CHECK(!decode("{\"a\":{\"S\":5},\"b\":{\"B\":6}").well_formed);
}

TEST(malformed) {
  static const char *const bad[] = {
      "{", "{\"a\"", "{\"a\":", "{\"a\":}", "{\"a\":{", "{\"a\":{\"S\"", "{\"a\":{\"S\":", "{\"a\":{\"S\":\"", "{\"a\":{\"S\":\"x\"",
      "{\"a\":{\"S\":\"x\"}", "{\"a\":{\"S\":\"x\"}}}", "{\"a\":{\"S\":\"x\"},}", "{\"a\":{\"S\":\"x\",}}", "{,}", "{\"a\" {\"S\":\"x\"}}",
      "{a:{\"S\":\"x\"}}", "{\"a\":{S:\"x\"}}", "{\"a\":{\"S\":x}}", "{\"a\":{\"S\":'x'}}", "{\"a\":{\"SS\":[\"x\",]}}",
      "{\"a\":{\"SS\":[,]}}", "{\"a\":{\"SS\":[\"x\"", "{\"a\":{\"SS\":[\"x\" \"y\"]}}", "{\"a\":{\"L\":[{\"S\":\"x\"},]}}",
      "{\"a\":{\"L\":[}}", "{\"a\":{\"L\":[", "{\"a\":{\"M\":{\"x\":{\"S\":\"y\"}}", "{\"a\":{\"S\":\"\n\"}}", "{\"a\":{\"S\":\"\\x\"}}",
      "{\"a\":{\"S\":\"\\ud800\"}}", "{\"a\":{\"S\":\"\\udc00\\ud800\"}}", "{\"a\":{\"S\":\"\xC0\xAF\"}}", "{\"a\":{\"S\":\"\xED\xA0\x80\"}}",
      "{\"a\":{\"S\":\"\xFF\"}}", "{\"\xC3\":{\"S\":\"\"}}", "{\"a\":{\"BOOL\":tru}}", "{\"a\":{\"BOOL\":truex}}", "{\"a\":{\"NULL\":nul}}",
      "{\"a\":nul}", "{\"a\":{\"Other\":[1,}}", "{\"a\":{\"S\":\"x\"}}x", "{\"a\":{\"N\":01}}", "{\"a\":{\"S\":\"x\"}\"b\":{\"S\":\"y\"}}",
      "{\"a\":{\"S\":\"x\"\"N\":\"1\"}}", "{\"a\":{\"S\"}}", "{\"a\":{\"S\":\"x\":}}", "{\"a\"}", "{\"a\":{\"Other\"}}"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    if (decode(bad[i]).well_formed) test_failed(__FILE__, __LINE__, "taken: %s", bad[i]);
  /* every cut of a good one is bad */
  static const char good[] =
      "{\"a\":{\"S\":\"x\\n\"},\"b\":{\"L\":[{\"N\":\"1\"},{\"M\":{\"k\":{\"SS\":[\"y\",\"z\"]}}}]},\"c\":{\"BOOL\":true},\"d\":{\"B\":\"AA==\"},"
      "\"e\":{\"NULL\":true},\"f\":null}";
  CHECK(decode(good).well_formed);
  for (size_t size = 0; size + 1 < sizeof good; size++)
    if (decode_bytes(good, size).well_formed) test_failed(__FILE__, __LINE__, "taken: %.*s", (int)size, good);
}

/* ---- depth ---- */

static const char *nested(int levels, bool maps) {
  static char text[20000 + 4000];
  char *at = text;
  at = put_text(at, "{\"a\":");
  for (int i = 0; i < levels; i++) at = put_text(at, maps ? "{\"M\":{\"m\":" : "{\"L\":[");
  at = put_text(at, "{\"S\":\"x\"}");
  for (int i = 0; i < levels; i++) at = put_text(at, maps ? "}}" : "]}");
  put_text(at, "}");
  return text;
}

TEST(depth) {
  for (int maps = 0; maps < 2; maps++) {
    decoded found = decode(nested(31, maps != 0));
    CHECK(found.well_formed && found.item.fault == NULL);
    CHECK_INT(cyn_i_value_depth(cyn_i_item_find(found.item.data, cyn_str("a"))), 31);
    CHECK(cyn_i_item_is_valid(found.item.data, found.item.size));
    check_fault(nested(32, maps != 0), "a", "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit");
    check_fault(nested(60, maps != 0), "a", "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit");
    CHECK(!decode(nested(64, maps != 0)).well_formed);
    CHECK(!decode(nested(1000, maps != 0)).well_formed);
  }
}

TEST(depth_counts_from_the_document) {
  char text[8000], *at = text;
  for (int i = 0; i < 63; i++) *at++ = '[';
  at = put_text(at, "%s", nested(32, false));
  for (int i = 0; i < 63; i++) *at++ = ']';
  cyn_i_json json;
  cyn_item item;
  cyn_i_json_fault fault = {NULL};
  cyn_i_json_init(&json, (const uint8_t *)text, (size_t)(at - text), &arena);
  for (int i = 0; i < 63; i++) CHECK_INT(cyn_i_json_next(&json), CYN_JSON_ARRAY_BEGIN);
  CHECK_INT(cyn_i_json_next(&json), CYN_JSON_OBJECT_BEGIN);
  CHECK(!cyn_i_item_from_json(&json, &item, &fault)); /* 63 + 1 + 65 levels */
  CHECK_INT(cyn_i_json_next(&json), CYN_JSON_ERROR);
}

/* ---- in the middle of a document ---- */

TEST(reader_goes_on_behind_an_item) {
  static const char text[] = "{\"Item\":{\"a\":{\"S\":\"x\"}},\"L\":[{\"N\":\"1\"},{\"S\":5},null,7,{\"N\":\"x\"}],\"T\":\"t\"}";
  cyn_i_json json;
  cyn_item item;
  cyn_value value;
  const cyn_fault *fault;
  cyn_i_json_fault serialization = {NULL};
  cyn_i_arena_reset(&arena, 0);
  cyn_i_json_init(&json, (const uint8_t *)text, sizeof text - 1, &arena);
  CHECK_INT(cyn_i_json_next(&json), CYN_JSON_OBJECT_BEGIN);
  CHECK_INT(cyn_i_json_next(&json), CYN_JSON_KEY);
  CHECK_INT(cyn_i_json_next(&json), CYN_JSON_OBJECT_BEGIN);
  CHECK(cyn_i_item_from_json(&json, &item, &serialization));
  CHECK_INT(cyn_i_json_next(&json), CYN_JSON_KEY);
  CHECK_INT(cyn_i_json_next(&json), CYN_JSON_ARRAY_BEGIN);
  CHECK(cyn_i_value_from_json(&json, cyn_i_json_next(&json), &value, &fault, &serialization));
  CHECK_STR(hex(value.data, value.size), "0202c102");
  CHECK(fault == NULL && serialization.message == NULL);
  CHECK(cyn_i_value_from_json(&json, cyn_i_json_next(&json), &value, &fault, &serialization));
  CHECK_STR(serialization.message, "NUMBER_VALUE cannot be converted to String");
  CHECK(cyn_i_value_from_json(&json, cyn_i_json_next(&json), &value, &fault, &serialization));
  CHECK(value.data == NULL);
  serialization.message = NULL;
  CHECK(cyn_i_value_from_json(&json, cyn_i_json_next(&json), &value, &fault, &serialization));
  CHECK_STR(serialization.message, "Unexpected value type in payload");
  CHECK(cyn_i_value_from_json(&json, cyn_i_json_next(&json), &value, &fault, &serialization));
  REQUIRE(fault != NULL && value.fault == fault);
  CHECK_STR(fault->message, "The parameter cannot be converted to a numeric value: x");
  CHECK_INT(cyn_i_json_next(&json), CYN_JSON_ARRAY_END);
  CHECK_INT(cyn_i_json_next(&json), CYN_JSON_KEY);
  CHECK_INT(cyn_i_json_next(&json), CYN_JSON_STRING);
  CHECK_INT(cyn_i_json_next(&json), CYN_JSON_OBJECT_END);
  CHECK_INT(cyn_i_json_next(&json), CYN_JSON_END);
}

/* ---- random items: JSON, item, JSON, item ---- */

static char *put_value(char *at, int depth) {
  static const char *const texts[] = {"", "plain", "caf\xC3\xA9", "line\\nbreak", "\\\"quoted\\\"", "\\u0001\\u00e9\\ud83d\\ude00",
                                      "a text of more than thirty-two bytes, so that vectors run"};
  int kind = (int)random_below(depth < 6 ? 10 : 8);
  int count = (int)random_below(4);
  switch (kind) {
    case 0:
    case 1: return put_text(at, "{\"S\":\"%s%s\"}", texts[random_below(7)], texts[random_below(7)]);
    case 2: return put_text(at, "{\"N\":\"%d.%de%d\"}", (int)random_below(2000) - 1000, (int)random_below(1000), (int)random_below(40) - 20);
    case 3: return put_text(at, "{\"BOOL\":%s}", random_below(2) != 0 ? "true" : "false");
    case 4: return put_text(at, "{\"NULL\":true}");
    case 5: return put_text(at, "{\"SS\":[\"%u\",\"x%u\",\"%s\"]}", random_below(1000), random_below(1000), texts[random_below(7)]);
    case 6: return put_text(at, "{\"NS\":[\"%u\",\"-%u.5\"]}", random_below(1000), random_below(1000));
    case 7: return put_text(at, "{\"B\":\"%s\"}", random_below(2) != 0 ? "AAECAw==" : "/+/+");
    case 8:
      at = put_text(at, "{\"L\":[");
      for (int i = 0; i < count; i++) {
        if (i != 0) *at++ = ',';
        at = put_value(at, depth + 1);
      }
      return put_text(at, "]}");
    default:
      at = put_text(at, "{\"M\":{");
      for (int i = 0; i < count; i++) {
        at = put_text(at, "%s\"k%u\":", i != 0 ? "," : "", random_below(3) + 10 * (unsigned)i);
        at = put_value(at, depth + 1);
      }
      return put_text(at, "}}");
  }
}

TEST(random_items_come_back) {
  static char text[204000], first[200000];
  for (int round = 0; round < 3000; round++) {
    char *at = text;
    int count = (int)random_below(30);
    *at++ = '{';
    for (int i = 0; i < count; i++) {
      at = put_text(at, "%s\"name%d\":", i != 0 ? "," : "", i);
      at = put_value(at, 0);
    }
    *at++ = '}';
    decoded found = decode_bytes(text, (size_t)(at - text));
    if (!found.well_formed || found.serialization != NULL || found.item.fault != NULL ||
        !cyn_i_item_is_valid(found.item.data, found.item.size)) {
      test_failed(__FILE__, __LINE__, "not taken: %.*s", (int)(at - text), text);
      return;
    }
    snprintf(first, sizeof first, "%s", encoded(found.item.data));
    char *bytes = strdup(hex(found.item.data, found.item.size));
    decoded again = decode(first);
    CHECK(again.well_formed);
    CHECK_STR(hex(again.item.data, again.item.size), bytes);
    CHECK_STR(encoded(again.item.data), first);
    free(bytes);
    if (test_current_failed()) return;
  }
}

/* One byte changed anywhere: no crash, and what is taken is a sound item. */
TEST(changed_bytes_never_harm) {
  static const char good[] =
      "{\"a\":{\"S\":\"x\\u00e9\\n\"},\"b\":{\"L\":[{\"N\":\"1.5e3\"},{\"M\":{\"k\":{\"SS\":[\"y\",\"z\"]}}}]},\"c\":{\"BOOL\":true},"
      "\"d\":{\"B\":\"AA==\"},\"e\":{\"NULL\":true},\"f\":null,\"g\":{\"NS\":[\"1\",\"2\"]},\"h\":{\"BS\":[\"AA==\",\"/w==\"]}}";
  char text[sizeof good];
  for (size_t i = 0; i + 1 < sizeof good; i++) {
    for (int byte = 0; byte < 256; byte++) {
      memcpy(text, good, sizeof good);
      text[i] = (char)byte;
      decoded found = decode_bytes(text, sizeof good - 1);
      if (found.well_formed && found.serialization == NULL && found.item.fault == NULL &&
          !cyn_i_item_is_valid(found.item.data, found.item.size))
        test_failed(__FILE__, __LINE__, "unsound item from %s", text);
    }
  }
}

/* ---- memory ---- */

static int allocations_left;
static int refuse(size_t size) {
  (void)size;
  return allocations_left-- <= 0;
}

TEST(out_of_memory) {
  char *text = malloc(200000), *at = text;
  *at++ = '{';
  for (int i = 0; i < 300; i++)
    at = put_text(at, "%s\"name%d\":{\"SS\":[\"b\\n%d\",\"a%d\"]},\"n%d\":{\"N\":\"x%d\"}", i != 0 ? "," : "", i, i, i, i, i);
  *at++ = '}';
  for (int allowed = 0; allowed < 60; allowed++) {
    cyn_i_arena_clean_up(&arena);
    cyn_i_arena_init(&arena, 64);
    cyn_i_json json;
    cyn_item item;
    cyn_i_json_fault fault = {NULL};
    allocations_left = allowed;
    cyn_i_alloc_hook = refuse;
    cyn_i_json_init(&json, (const uint8_t *)text, (size_t)(at - text), &arena);
    bool read = cyn_i_json_next(&json) == CYN_JSON_OBJECT_BEGIN && cyn_i_item_from_json(&json, &item, &fault);
    cyn_i_alloc_hook = NULL;
    CHECK(read == (allocations_left >= 0));
    if (!read) CHECK(json.no_memory);
    if (read) break;
  }
  cyn_i_arena_clean_up(&arena);
  free(text);
}
