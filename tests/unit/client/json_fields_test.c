#include "client/json_fields.h"

#include "test.h"

#include "base/arena.h"

static bool is(cyn_bytes bytes, const char *text) {
  return bytes.data != NULL && bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

TEST(members_of_the_document) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_json_field fields[] = {{"a", {NULL, 0}, false}, {"n", {NULL, 0}, false}, {"none", {NULL, 0}, false}, {"null", {NULL, 0}, false}};
  CHECK(cyn_i_json_fields_read(cyn_str("{\"x\":{\"a\":1},\"a\":\"p\",\"n\":12,\"l\":[1,{}],\"null\":null,\"a\":\"q\\n\"}"), NULL, &arena,
                               fields, 4));
  CHECK(is(fields[0].text, "q\n") && !fields[0].is_number);
  CHECK(is(fields[1].text, "12") && fields[1].is_number);
  CHECK(fields[2].text.data == NULL && fields[3].text.data == NULL);
  cyn_i_arena_clean_up(&arena);
}

TEST(members_of_an_inner_object) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_json_field fields[] = {{"a", {NULL, 0}, false}};
  CHECK(cyn_i_json_fields_read(cyn_str("{\"a\":\"outer\",\"in\":{\"a\":\"inner\"}}"), "in", &arena, fields, 1));
  CHECK(is(fields[0].text, "inner"));
  CHECK(cyn_i_json_fields_read(cyn_str("{\"in\":3}"), "in", &arena, fields, 1));
  CHECK(fields[0].text.data == NULL);
  cyn_i_arena_clean_up(&arena);
}

TEST(what_is_no_object) {
  static const char *const texts[] = {"", "[]", "\"a\"", "{", "{}x", "{\"a\":}", "{\"a\":1,}", "nope"};
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_json_field fields[] = {{"a", {NULL, 0}, false}};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    CHECK(!cyn_i_json_fields_read(cyn_str(texts[i]), NULL, &arena, fields, 1));
  CHECK(!cyn_i_json_fields_read(cyn_str(NULL), NULL, &arena, fields, 1));
  cyn_i_arena_clean_up(&arena);
}
