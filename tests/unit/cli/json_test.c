/* JSON in and out: exact numbers, escapes, faults with their place, hostile depth. */
#include "cli/json.c"

#include "test.h"

static const char *again(const char *text, unsigned style) {
  static char out[4096];
  cli_memory *memory = cli_memory_new();
  const char *fault = NULL;
  cli_text written = {memory, NULL, 0, 0};
  const cli_json *tree = cli_json_read(memory, cyn_str(text), NULL, &fault);
  if (tree != NULL) cli_json_write(&written, tree, style);
  snprintf(out, sizeof out, "%s", tree != NULL ? written.data : fault);
  cli_memory_destroy(memory);
  return out;
}

TEST(what_is_read_is_written) {
  CHECK_STR(again(" {\"a\":[1.50,-0,1E+400,true,false,null],\"\":{}} ", 0),
            "{\"a\": [1.50, -0, 1E+400, true, false, null], \"\": {}}");
  CHECK_STR(again("\"\\u00e9\\ud83d\\ude00\\n\\/\\u0000\\u001f\\\"\"", 0), "\"\xC3\xA9\xF0\x9F\x98\x80\\n/\\u0000\\u001f\\\"\"");
  CHECK_STR(again("123456789012345678901234567890123456789.123456789", 0), "123456789012345678901234567890123456789.123456789");
  CHECK_STR(again("{\"a\": [1], \"b\": {}}", CLI_JSON_INDENTED), "{\n  \"a\": [1],\n  \"b\": {}\n}");
  CHECK_STR(again("\"a\"", CLI_JSON_COLOURED), "\033[32m\"a\"\033[0m");
}

TEST(faults) {
  CHECK_STR(again("", 0), "character 1: the text ends where a value should stand");
  CHECK_STR(again("[1,]", 0), "character 4: no value of JSON begins so");
  CHECK_STR(again("{\"a\" 1}", 0), "character 6: ':' must stand behind a name");
  CHECK_STR(again("{a: 1}", 0), "character 2: a name in double quotes must stand here");
  CHECK_STR(again("[1 2]", 0), "character 4: ',' or ']' must stand here");
  CHECK_STR(again("[[1], ", 0), "character 1: '[' without its ']'");
  CHECK_STR(again("\"a", 0), "character 1: a string without its closing quote");
  CHECK_STR(again("\"\\x\"", 0), "character 2: no escape of JSON");
  CHECK_STR(again("\"\\u12\"", 0), "character 2: no escape of JSON");
  CHECK_STR(again("\"\\udc00\"", 0), "character 2: half of a surrogate pair");
  CHECK_STR(again("\"\\ud800\\u0041\"", 0), "character 2: half of a surrogate pair");
  CHECK_STR(again("\"a\tb\"", 0), "character 3: a control character in a string: write it as an escape");
  CHECK_STR(again("1 2", 0), "character 3: something follows the JSON value");
  CHECK_STR(again("tru", 0), "character 1: no value of JSON begins so");
  for (size_t i = 0; i < 8; i++) {
    static const char *const wrong[] = {"01", "1.", ".5", "+1", "1e", "-", "0x1", "NaN"};
    CHECK(!cli_json_is_number(cyn_str(wrong[i])));
  }
}

TEST(depth_is_bounded) {
  static char deep[400001];
  memset(deep, '[', 400000);
  CHECK_STR(again(deep, 0), "character 201: nested too deeply");
}

TEST(a_value_within_a_text) {
  cli_memory *memory = cli_memory_new();
  const char *fault = NULL;
  size_t end = 0;
  const cli_json *tree = cli_json_read(memory, cyn_str("[1, 2] and more"), &end, &fault);
  REQUIRE(tree != NULL);
  CHECK_INT(end, 6);
  CHECK_INT(tree->count, 2);
  CHECK(cli_json_get(tree, "a") == NULL);
  cli_memory_destroy(memory);
}
