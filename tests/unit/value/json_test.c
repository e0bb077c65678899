/* The JSON reader over cases in the manner of JSONTestSuite (y: must be taken, n: must be refused). */
#include "value/json.h"

#include <stdlib.h>

#include "value/golden.h"

static cyn_i_arena arena;

/* Reads a whole document; its tokens as one line in *trace, when that is not NULL. The body ends at a heap block's end. */
static bool read_bytes(const char *text, size_t size, char *trace) {
  static const char *const names[] = {"error", "end", "{", "}", "[", "]", "key", "str", "num", "true", "false", "null"};
  cyn_i_json json;
  cyn_i_arena_reset(&arena, 1 << 20);
  uint8_t *body = malloc(size != 0 ? size : 1);
  memcpy(body, text, size);
  cyn_i_json_init(&json, body, size, &arena);
  if (trace != NULL) *trace = '\0';
  cyn_i_json_token token;
  do {
    token = cyn_i_json_next(&json);
    if (trace == NULL) continue;
    trace = put_text(trace, "%s", names[token]);
    if (token == CYN_JSON_KEY || token == CYN_JSON_STRING || token == CYN_JSON_NUMBER)
      trace = put_text(trace, "(%.*s%s)", (int)json.text.size, json.text.data,
                       token == CYN_JSON_NUMBER && json.is_integer ? ",int" : "");
    trace = put_text(trace, " ");
  } while (token != CYN_JSON_ERROR && token != CYN_JSON_END);
  CHECK_INT(cyn_i_json_next(&json), token); /* it stays there */
  free(body);
  return token == CYN_JSON_END;
}

#define TEXT(text) {text, sizeof(text) - 1}
typedef struct literal {
  const char *text;
  size_t size;
} literal;

static const literal good[] = {
    TEXT("[]"), TEXT("{}"), TEXT("[ ]"), TEXT(" [] "), TEXT("null"), TEXT("true"), TEXT("false"), TEXT("42"), TEXT("-0.1"), TEXT("\"asd\""),
    TEXT("[\"\"]"), TEXT("[\"a\"]"), TEXT("[1\n]"), TEXT(" [1]"), TEXT("[1,null,null,null,2]"), TEXT("[2] "), TEXT("[0e+1]"), TEXT("[0e1]"),
    TEXT("[ 4]"), TEXT("[-0.000000000000000000000000000000000000000000000000000000000000000000000000000001]\n"), TEXT("[20e1]"), TEXT("[-0]"),
    TEXT("[-123]"), TEXT("[-1]"), TEXT("[1E22]"), TEXT("[1E-2]"), TEXT("[1E+2]"), TEXT("[123e45]"), TEXT("[123.456e78]"), TEXT("[1e-2]"),
    TEXT("[1e999999999999]"), TEXT("[123123123123123123123123123123123123123]"), TEXT("{\"asd\":\"sdf\", \"dfg\":\"fgh\"}"), TEXT("{\"\":0}"),
    TEXT("{\"a\":[]}"), TEXT("{\"a\":\"b\",\"a\":\"b\"}"), TEXT("{\"foo\\u0000bar\": 42}"), TEXT("{\n\"a\": \"b\"\n}"),
    TEXT("[\"\\u0060\\u012a\\u12AB\"]"), TEXT("[\"\\uD801\\udc37\"]"), TEXT("[\"\\ud83d\\ude39\\ud83d\\udc8d\"]"),
    TEXT("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]"), TEXT("[\"\\\\u0000\"]"), TEXT("[\"a/*b*/c/*d//e\"]"), TEXT("[\"\\\\a\"]"), TEXT("[\"\\uDBFF\\uDFFF\"]"),
    TEXT("[\"new\\u00A0line\"]"), TEXT("[\"\xF4\x8F\xBF\xBF\"]"), TEXT("[\"\xEF\xBF\xBF\"]"), TEXT("[\"\\u0000\"]"), TEXT("[\"\\uFFFE\"]"),
    TEXT("[\"\xC2\x80\"]"), TEXT("[\"\xE0\xA0\x80\"]"), TEXT("[\"\xED\x9F\xBF\xEE\x80\x80\"]"), TEXT("[\"\xF0\x90\x80\x80\"]"), TEXT("[\"\x7F\"]"),
    TEXT("[\"\xE2\x80\xA8\"]"), TEXT("[\"0123456789abcde\"]"), TEXT("[\"0123456789abcdef\"]"), TEXT("[\"0123456789abcdef\xC3\xA9" "0123456789abcdef\"]"),
    TEXT("[[[[[[[[[[\"x\"]]]]]]]]]]"), TEXT("{\"a\":{\"b\":{\"c\":[{\"d\":null}]}}}"), TEXT("\t\r\n [ ] \r\n\t")};

static const literal bad[] = {
    TEXT(""), TEXT(" "), TEXT("["), TEXT("]"), TEXT("{"), TEXT("}"), TEXT("[}"), TEXT("{]"), TEXT("[1 true]"), TEXT("[a\xE5]"), TEXT("[\"\": 1]"),
    TEXT("[\"\"],"), TEXT("[,1]"), TEXT("[1,,2]"), TEXT("[\"x\"]]"), TEXT("[\"\",]"), TEXT("[\"x\""), TEXT("[x"), TEXT("[3[ 4]]"), TEXT("[\xFF]"),
    TEXT("[1:2]"), TEXT("[,]"), TEXT("[-]"), TEXT("[   , \"\"]"), TEXT("[\"a\",\n4\n,1,"), TEXT("[1,]"), TEXT("[1,,]"), TEXT("[\"\x0B\x61\"\\f]"),
    TEXT("[*]"), TEXT("[1,\n1\n,1"), TEXT("[{}"), TEXT("[fals]"), TEXT("[nul]"), TEXT("[tru]"), TEXT("123\0"), TEXT("[++1234]"), TEXT("[+1]"),
    TEXT("[+Inf]"), TEXT("[-01]"), TEXT("[-1.0.]"), TEXT("[-2.]"), TEXT("[-NaN]"), TEXT("[.-1]"), TEXT("[.2e-3]"), TEXT("[0.1.2]"), TEXT("[0.3e+]"),
    TEXT("[0.3e]"), TEXT("[0.e1]"), TEXT("[0E+]"), TEXT("[0E]"), TEXT("[0e+]"), TEXT("[0e]"), TEXT("[1.0e+]"), TEXT("[1.0e-]"), TEXT("[1.0e]"),
    TEXT("[1 000.0]"), TEXT("[1eE2]"), TEXT("[2.e+3]"), TEXT("[2.e-3]"), TEXT("[2.e3]"), TEXT("[9.e+]"), TEXT("[Inf]"), TEXT("[NaN]"),
    TEXT("[\xEF\xBC\x91]"), TEXT("[1+2]"), TEXT("[0x1]"), TEXT("[0x42]"), TEXT("[Infinity]"), TEXT("[0e+-1]"), TEXT("[-123.123foo]"), TEXT("[123\xE5]"),
    TEXT("[1e1\xE5]"), TEXT("[0\xE5]\n"), TEXT("[-Infinity]"), TEXT("[-foo]"), TEXT("[- 1]"), TEXT("[-012]"), TEXT("[-.123]"), TEXT("[-1x]"),
    TEXT("[1ea]"), TEXT("[1.]"), TEXT("[.123]"), TEXT("[1.2a-3]"), TEXT("[1.8011670033376514H-308]"), TEXT("[012]"), TEXT("[00]"), TEXT("[\"x\", truth]"),
    TEXT("{[: \"x\"}\n"), TEXT("{\"x\", null}"), TEXT("{\"x\"::\"b\"}"), TEXT("{\xF0\x9F\x87\xA8}"), TEXT("{\"a\":\"a\" 123}"), TEXT("{key: 'value'}"),
    TEXT("{\"\xB9\":\"0\",}"), TEXT("{\"a\" b}"), TEXT("{:\"b\"}"), TEXT("{\"a\" \"b\"}"), TEXT("{\"a\":"), TEXT("{\"a\""), TEXT("{1:1}"),
    TEXT("{9999E9999:1}"), TEXT("{null:null,null:null}"), TEXT("{\"id\":0,,,,,}"), TEXT("{'a':0}"), TEXT("{\"id\":0,}"), TEXT("{\"a\":\"b\"}/**/"),
    TEXT("{\"a\":\"b\"}//"), TEXT("{\"a\":\"b\",,\"c\":\"d\"}"), TEXT("{a: \"b\"}"), TEXT("{\"a\":\"a"), TEXT("{ \"foo\" : \"bar\", \"a\" }"),
    TEXT("{\"a\":\"b\"}#"), TEXT("[\"\\uD800\\\"]"), TEXT("[\"\\uD800\\u\"]"), TEXT("[\"\\uD800\\u1\"]"), TEXT("[\"\\uD800\\u1x\"]"), TEXT("[\xC3\xA9]"),
    TEXT("[\"\\\0\"]"), TEXT("[\"\\x00\"]"), TEXT("[\"\\\\\\\"]"), TEXT("[\"\\\t\"]"), TEXT("[\"\\\xF0\x9F\x8C\x80\"]"), TEXT("[\"\\\"]"),
    TEXT("[\"\\u00A\"]"), TEXT("[\"\\uD834\\uDd\"]"), TEXT("[\"\\uD800\\uD800\\x\"]"), TEXT("[\"\\u\xE5\"]"), TEXT("[\"\\a\"]"), TEXT("[\"\\uqqqq\"]"),
    TEXT("[\"\\\xE5\"]"), TEXT("[\"\\u\"]"), TEXT("[\"\\u12\"]"), TEXT("[\"\n\"]"), TEXT("[\"\t\"]"), TEXT("[\"\x1F\"]"), TEXT("[\"a\0a\"]"), TEXT("\""),
    TEXT("['single quote']"), TEXT("abc"), TEXT("[\"\\"), TEXT("[\"asd]"), TEXT("\\u0020\"asd\""), TEXT("[\"\\n"), TEXT("[\xE2\x81\xA0]"),
    TEXT("\xEF\xBB\xBF"), TEXT("\xEF\xBB\xBF{}"), TEXT("[\xE2\x80\xA8]"), TEXT("<null>"), TEXT("[\"a\"]x"), TEXT("[1]x"), TEXT("2@"), TEXT("{}}"),
    TEXT("{\"\":"), TEXT("{\"a\": true} \"x\""), TEXT("[\x0C]"), TEXT("[True]"), TEXT("1]"), TEXT("{\"x\": true,"), TEXT("[][]"), TEXT("aé"),
    TEXT("[\"\\u0061\\uD800\"]"), TEXT("[\"\\uDC00\"]"), TEXT("[\"\\uDFAA\"]"), TEXT("[\"\\uD888\\u1234\"]"), TEXT("[\"\\ud800abc\"]"),
    TEXT("[\"\\uDd1e\\uD834\"]"), TEXT("[\"\x80\"]"), TEXT("[\"\xBF\"]"), TEXT("[\"\xC0\xAF\"]"), TEXT("[\"\xC1\xBF\"]"), TEXT("[\"\xE0\x80\xAF\"]"),
    TEXT("[\"\xE0\x9F\xBF\"]"), TEXT("[\"\xED\xA0\x80\"]"), TEXT("[\"\xED\xBF\xBF\"]"), TEXT("[\"\xF0\x80\x80\xAF\"]"), TEXT("[\"\xF0\x8F\xBF\xBF\"]"),
    TEXT("[\"\xF4\x90\x80\x80\"]"), TEXT("[\"\xF5\x80\x80\x80\"]"), TEXT("[\"\xF8\x88\x80\x80\x80\"]"), TEXT("[\"\xFC\x83\xBF\xBF\xBF\xBF\"]"),
    TEXT("[\"\xFE\"]"), TEXT("[\"\xFF\"]"), TEXT("[\"\xC3\"]"), TEXT("[\"\xE2\x82\"]"), TEXT("[\"\xF0\x9F\x98\"]"), TEXT("[\"\xC3\x28\"]"),
    TEXT("[\"\xE2\x28\xA1\"]"), TEXT("[\"\xE2\x82\x28\"]"), TEXT("[\"\xF0\x28\x8C\xBC\"]"), TEXT("[\"\xC3"), TEXT("[\"\xF0\x9F\x98")};

TEST(good_documents) {
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
    if (!read_bytes(good[i].text, good[i].size, NULL)) test_failed(__FILE__, __LINE__, "refused: %s", good[i].text);
}

TEST(bad_documents) {
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    if (read_bytes(bad[i].text, bad[i].size, NULL)) test_failed(__FILE__, __LINE__, "taken: %s", bad[i].text);
}

/* The same behind strings of every length up to 40, so that each fault meets every position of a vector. */
TEST(bad_strings_at_every_offset) {
  static const literal faults[] = {TEXT("\x01"), TEXT("\x1F"), TEXT("\n"), TEXT("\xFF"), TEXT("\xC3"), TEXT("\xE2\x82"), TEXT("\xED\xA0\x80"),
                                   TEXT("\\x"), TEXT("\\u12"), TEXT("\\ud800"), TEXT("\0")};
  char text[200];
  for (size_t f = 0; f < sizeof faults / sizeof faults[0]; f++) {
    for (size_t before = 0; before < 40; before++) {
      for (size_t behind = 0; behind < 40; behind += 13) {
        size_t size = 0;
        text[size++] = '"';
        memset(text + size, 'x', before);
        size += before;
        memcpy(text + size, faults[f].text, faults[f].size);
        size += faults[f].size;
        memset(text + size, 'y', behind);
        size += behind;
        text[size++] = '"';
        if (read_bytes(text, size, NULL)) test_failed(__FILE__, __LINE__, "fault %zu after %zu is taken", f, before);
      }
    }
  }
}

TEST(tokens) {
  char trace[1000];
  const char *text = "{\"a\":[1,-2.5e3,\"x\\ny\",true,false,null,{}],\"\\u00e9\":{\"b\":[]}} ";
  CHECK(read_bytes(text, strlen(text), trace));
  CHECK_STR(trace, "{ key(a) [ num(1,int) num(-2.5e3) str(x\ny) true false null { } ] key(\xC3\xA9) { key(b) [ ] } } end ");
  text = "[1,}";
  CHECK(!read_bytes(text, strlen(text), trace));
  CHECK_STR(trace, "[ num(1,int) error ");
  text = "\"\\ud834\\udd1e\\u20ac\\u0041\\\"\\\\\\/\\b\\f\"";
  CHECK(read_bytes(text, strlen(text), trace));
  CHECK_STR(trace, "str(\xF0\x9D\x84\x9E\xE2\x82\xAC" "A\"\\/\b\f) end ");
}

TEST(depth_is_bounded) {
  enum { DEEP = 100000 };
  static char text[2 * DEEP];
  memset(text, '[', CYN_JSON_DEPTH_MAX);
  memset(text + CYN_JSON_DEPTH_MAX, ']', CYN_JSON_DEPTH_MAX);
  CHECK(read_bytes(text, 2 * CYN_JSON_DEPTH_MAX, NULL));
  memset(text, '[', CYN_JSON_DEPTH_MAX + 1);
  memset(text + CYN_JSON_DEPTH_MAX + 1, ']', CYN_JSON_DEPTH_MAX + 1);
  CHECK(!read_bytes(text, 2 * (CYN_JSON_DEPTH_MAX + 1), NULL));
  memset(text, '[', DEEP);
  CHECK(!read_bytes(text, DEEP, NULL));
  for (size_t i = 0; i + 5 <= DEEP; i += 5) memcpy(text + i, "{\"a\":", 5);
  CHECK(!read_bytes(text, DEEP, NULL));
}

TEST(skip) {
  static const char text[] = "{\"a\":{\"b\":[1,{\"c\":[]}]},\"d\":5,\"e\":[[]],\"f\":\"g\"}";
  cyn_i_json json;
  cyn_i_arena_reset(&arena, 0);
  cyn_i_json_init(&json, (const uint8_t *)text, sizeof text - 1, &arena);
  CHECK_INT(cyn_i_json_next(&json), CYN_JSON_OBJECT_BEGIN);
  for (int i = 0; i < 4; i++) {
    CHECK_INT(cyn_i_json_next(&json), CYN_JSON_KEY);
    CHECK(cyn_i_json_skip(&json, cyn_i_json_next(&json)));
  }
  CHECK_INT(cyn_i_json_next(&json), CYN_JSON_OBJECT_END);
  CHECK_INT(cyn_i_json_next(&json), CYN_JSON_END);
  cyn_i_json_init(&json, (const uint8_t *)text, 20, &arena);
  CHECK(!cyn_i_json_skip(&json, cyn_i_json_next(&json)));
}

TEST(strings_are_borrowed) {
  static const char text[] = "[\"plain\",\"esc\\n\"]";
  cyn_i_json json;
  cyn_i_arena_reset(&arena, 0);
  cyn_i_json_init(&json, (const uint8_t *)text, sizeof text - 1, &arena);
  (void)cyn_i_json_next(&json);
  (void)cyn_i_json_next(&json);
  CHECK(json.text.data == text + 2 && json.text.size == 5);
  (void)cyn_i_json_next(&json);
  CHECK(json.text.size == 4 && memcmp(json.text.data, "esc\n", 4) == 0);
}

TEST(no_memory) {
  cyn_i_arena small;
  cyn_i_json json;
  cyn_i_arena_init(&small, 0);
  small.limit = 1;
  cyn_i_json_init(&json, (const uint8_t *)"\"a\\n\"", 5, &small);
  CHECK_INT(cyn_i_json_next(&json), CYN_JSON_ERROR);
  CHECK(json.no_memory);
}
