#include "client/surroundings.h"

#include "stand_in.h"

TEST(paths) {
  surroundings s;
  begin(&s);
  setenv("CYN_A", "x", 1);
  unsetenv("CYN_NONE");
  static const struct {
    const char *path, *expected; /* '~' first in `expected` stands for the home */
  } cases[] = {{"/a/b", "/a/b"},      {"~/a", "~/a"},           {"~", "~"},           {"a/~", "a/~"},
               {"$CYN_A/b", "x/b"},   {"${CYN_A}b", "xb"},      {"$CYN_NONE/b", "$CYN_NONE/b"},
               {"${CYN_A", "${CYN_A"}, {"$", "$"},              {"~cyn-nobody/a", "~cyn-nobody/a"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char expected[256];
    bool is_home = cases[i].expected[0] == '~' && cases[i].expected[1] != 'c';
    (void)snprintf(expected, sizeof expected, "%s%s", is_home ? s.home : "", cases[i].expected + is_home);
    CHECK_STR(cyn_i_surroundings_path(cyn_str(cases[i].path), &s.arena), expected);
  }
  end(&s);
}

TEST(reading) {
  surroundings s;
  cyn_bytes text;
  begin(&s);
  write_file(&s, "f", "12345");
  const char *path = cyn_i_surroundings_path(cyn_str("~/f"), &s.arena);
  CHECK_INT(cyn_i_surroundings_read(path, 5, &s.arena, &text, &s.error), CYN_FILE_OK);
  CHECK(is(text, "12345"));
  CHECK_INT(cyn_i_surroundings_read(path, 4, &s.arena, &text, &s.error), CYN_FILE_FAILED);
  CHECK(s.error.status != CYN_OK);
  CHECK_INT(cyn_i_surroundings_read(s.home, 4, &s.arena, &text, NULL), CYN_FILE_MISSING);
  CHECK_INT(cyn_i_surroundings_read("/nope/nope", 4, &s.arena, &text, NULL), CYN_FILE_MISSING);
  end(&s);
}

TEST(writing) {
  surroundings s;
  cyn_bytes text;
  struct stat what;
  begin(&s);
  const char *path = cyn_i_surroundings_path(cyn_str("~/a/b/f"), &s.arena);
  REQUIRE(cyn_i_surroundings_write(path, cyn_str("one"), &s.arena));
  REQUIRE(cyn_i_surroundings_write(path, cyn_str("two"), &s.arena));
  CHECK_INT(cyn_i_surroundings_read(path, 100, &s.arena, &text, NULL), CYN_FILE_OK);
  CHECK(is(text, "two"));
  CHECK(stat(path, &what) == 0 && (what.st_mode & 0777) == 0600);
  CHECK(!cyn_i_surroundings_write("/proc/nope/f", cyn_str("x"), &s.arena));
  end(&s);
}

TEST(words) {
  CHECK(cyn_i_surroundings_is_true(cyn_str("TRUE")));
  CHECK(!cyn_i_surroundings_is_true(cyn_str("1")));
  CHECK(!cyn_i_surroundings_is_true(cyn_str(NULL)));
  setenv("CYN_EMPTY", "", 1);
  CHECK(cyn_i_surroundings_variable("CYN_EMPTY").data != NULL);
  unsetenv("CYN_EMPTY");
  CHECK(cyn_i_surroundings_variable("CYN_EMPTY").data == NULL);
}
