/* Plain JSON and DynamoDB JSON, there and back. */
#include "cli/plain.c"

#include "test.h"

static cli_memory *memory;

static const char *write(const cli_json *tree, const char *fault) {
  static char out[1024];
  cli_text text = {memory, NULL, 0, 0};
  if (tree != NULL) cli_json_write(&text, tree, 0);
  (void)snprintf(out, sizeof out, "%s", tree != NULL ? text.data : fault);
  return out;
}

static const char *to_wire(const char *plain) {
  const char *fault = NULL;
  const cli_json *tree = cli_json_read(memory, cyn_str(plain), NULL, &fault);
  return write(tree != NULL ? cli_plain_to_wire(memory, tree, &fault) : NULL, fault);
}

static const char *to_plain(const char *wire) {
  const char *fault = NULL;
  const cli_json *tree = cli_json_read(memory, cyn_str(wire), NULL, &fault);
  return write(tree != NULL ? cli_wire_to_plain(memory, tree) : NULL, fault);
}

TEST(there_and_back) {
  static const char *const pairs[][2] = {
      {"1.50", "{\"N\": \"1.50\"}"},
      {"\"a\"", "{\"S\": \"a\"}"},
      {"null", "{\"NULL\": true}"},
      {"{\"$binary\": \"AAEC\"}", "{\"B\": \"AAEC\"}"},
      {"{\"$set\": [1, 2.5]}", "{\"NS\": [\"1\", \"2.5\"]}"},
      {"{\"$set\": [{\"$binary\": \"AA==\"}]}", "{\"BS\": [\"AA==\"]}"},
      {"{\"$map\": {\"$set\": [\"a\"]}}", "{\"M\": {\"$set\": {\"L\": [{\"S\": \"a\"}]}}}"},
      {"{\"$map\": {\"$number\": \"a\"}}", "{\"M\": {\"$number\": {\"S\": \"a\"}}}"},
      {"{\"$set\": \"a\", \"b\": 1}", "{\"M\": {\"$set\": {\"S\": \"a\"}, \"b\": {\"N\": \"1\"}}}"},
      {"{\"$number\": \"Infinity\"}", "{\"N\": \"Infinity\"}"},
      {"[[], {}]", "{\"L\": [{\"L\": []}, {\"M\": {}}]}"},
  };
  memory = cli_memory_new();
  for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
    CHECK_STR(to_wire(pairs[i][0]), pairs[i][1]);
    CHECK_STR(to_plain(pairs[i][1]), pairs[i][0]);
  }
  cli_memory_destroy(memory);
}

TEST(what_is_no_wire_form_stays) {
  memory = cli_memory_new();
  CHECK_STR(to_plain("{\"N\": 5}"), "{\"N\": 5}");
  CHECK_STR(to_plain("{\"X\": \"a\"}"), "{\"X\": \"a\"}");
  CHECK_STR(to_plain("{\"SS\": \"a\"}"), "{\"SS\": \"a\"}");
  CHECK_STR(to_plain("{\"L\": [5]}"), "[5]");
  CHECK_STR(to_plain("5"), "5");
  cli_memory_destroy(memory);
}
