#include "client/config_file.h"

#include "test.h"

static cyn_i_arena arena;
static cyn_i_config_file file;

static cyn_status parse(const char *text, cyn_error *error) {
  cyn_i_arena_clean_up(&arena);
  cyn_i_arena_init(&arena, 0);
  return cyn_i_config_file_parse(cyn_str(text), "the/file", &arena, &file, error);
}

static bool has(const char *section, const char *key, const char *value) {
  const cyn_i_config_section *found = cyn_i_config_file_find(&file, cyn_str(section));
  const cyn_i_config_entry *entry = found != NULL ? cyn_i_config_entry_find(found->entries, found->count, key) : NULL;
  return entry != NULL && entry->value.size == strlen(value) && memcmp(entry->value.data, value, entry->value.size) == 0;
}

TEST(keys_comments_and_continuations) {
  REQUIRE(parse("# c\n[a b]\n  ; c\nKey = v = w\nother: x\n  y\n\n  z\n[c]\r\nk=1\rl=\n", NULL) == CYN_OK);
  CHECK(has("a b", "key", "v = w"));
  CHECK(has("a b", "other", "x\ny\n\nz"));
  CHECK(has("c", "k", "1"));
  CHECK(has("c", "l", ""));
  CHECK(!has("c", "key", "v"));
  cyn_i_arena_clean_up(&arena);
}

TEST(nested_sections) {
  REQUIRE(parse("[services s]\ndynamodb =\n  endpoint_url = http://h\n  A=b\n", NULL) == CYN_OK);
  const cyn_i_config_section *section = cyn_i_config_file_find(&file, cyn_str("services s"));
  REQUIRE(section != NULL && section->count == 1);
  CHECK(section->entries[0].value.data == NULL);
  CHECK_INT(section->entries[0].nested_count, 2);
  CHECK(cyn_i_config_entry_find(section->entries[0].nested, 2, "A") != NULL);
  cyn_i_arena_clean_up(&arena);
}

TEST(what_is_refused) {
  static const struct {
    const char *text, *message;
  } cases[] = {
      {"a = 1\n", "the/file:1: a file begins with a [section]"},
      {"[a]\nb\n", "the/file:2: not a [section], a key = value or a comment"},
      {"[a]\n\n= b\n", "the/file:3: a value without a key"},
      {"[a]\nb=secret\nB=c\n", "the/file:3: this key stands in its section twice"},
      {"[a]\n[b]\n[a]\n", "the/file:3: this section stands in the file twice"},
      {"[a]\nb=\n  secret\n", "the/file:3: a nested section has lines of the form name = value"},
      {"[a]\nb=\xff\n", "the/file: not UTF-8"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    cyn_error error = CYN_ERROR_INIT;
    CHECK(parse(cases[i].text, &error) != CYN_OK);
    CHECK_STR(error.message, cases[i].message);
    cyn_error_clean_up(&error);
  }
  cyn_i_arena_clean_up(&arena);
}

TEST(nothing_is_a_file) {
  CHECK(parse("", NULL) == CYN_OK);
  CHECK_INT(file.count, 0);
  CHECK(parse("\n\n# x", NULL) == CYN_OK);
  cyn_i_arena_clean_up(&arena);
}

TEST(bounds) {
  static char text[200000];
  size_t size = (size_t)snprintf(text, sizeof text, "[a]\n");
  for (int i = 0; i < 1025; i++) size += (size_t)snprintf(text + size, sizeof text - size, "k%d=1\n", i);
  cyn_error error = CYN_ERROR_INIT;
  CHECK(parse(text, &error) != CYN_OK);
  CHECK_STR(error.message, "the/file:1026: too many keys in one section");
  cyn_error_clean_up(&error);
  cyn_i_arena_clean_up(&arena);
}
