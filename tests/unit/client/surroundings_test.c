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
               {"${CYN_A", "${CYN_A"}, {"$", "$"},              {"~cyn-nobody/a", "~cyn-nobody/a"},
               {"${}/a", "${}/a"},     {"$/a", "$/a"},          {"a$CYN_A.b", "ax.b"},
               {"$cyn_b9/a", "y/a"},   {"$CYN_A", "x"},         {"", ""}};
  setenv("cyn_b9", "y", 1);
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

TEST(homes) {
  surroundings s;
  begin(&s);
  setenv("HOME", "/", 1);
  CHECK_STR(cyn_i_surroundings_path(cyn_str("~"), &s.arena), "/");
  CHECK_STR(cyn_i_surroundings_path(cyn_str("~/a"), &s.arena), "/a");
  setenv("HOME", "/h//", 1);
  CHECK_STR(cyn_i_surroundings_path(cyn_str("~/a"), &s.arena), "/h/a");
  setenv("HOME", "", 1);
  CHECK_STR(cyn_i_surroundings_path(cyn_str("~"), &s.arena), "/");
  CHECK_STR(cyn_i_surroundings_path(cyn_str("~root/a"), &s.arena), "/root/a");
  unsetenv("HOME"); /* then the system knows */
  CHECK(cyn_i_surroundings_path(cyn_str("~/a"), &s.arena)[0] == '/');
  char *endless = cyn_i_arena_alloc(&s.arena, 6000);
  memset(endless, 'a', 5999);
  endless[5999] = '\0';
  setenv("HOME", endless, 1);
  CHECK_STR(cyn_i_surroundings_path(cyn_str("~/a"), &s.arena), "~/a");
  endless[0] = '~'; /* a user's name that long is nobody's */
  CHECK_STR(cyn_i_surroundings_path(cyn_str(endless), &s.arena), endless);
  endless[0] = '$';
  CHECK_STR(cyn_i_surroundings_path(cyn_str(endless), &s.arena), endless);
  setenv("HOME", s.home, 1);
  end(&s);
}

/* A pipe is as good as a file; a name that no file can have is a fault; what cannot be put in its place leaves nothing. */
TEST(other_files) {
  surroundings s;
  cyn_bytes text;
  char command[300];
  begin(&s);
  const char *pipe = cyn_i_arena_printf(&s.arena, "%s/pipe", s.home), *folder = cyn_i_arena_printf(&s.arena, "%s/folder/", s.home);
  (void)snprintf(command, sizeof command, "mkfifo %s && (printf abc >%s &) && sleep 0.1", pipe, pipe);
  REQUIRE(system(command) == 0);
  CHECK_INT(cyn_i_surroundings_read(pipe, 100, &s.arena, &text, &s.error), CYN_FILE_OK);
  char *endless = cyn_i_arena_alloc(&s.arena, 400);
  memset(endless, 'a', 399);
  endless[399] = '\0';
  CHECK_INT(cyn_i_surroundings_read(cyn_i_arena_printf(&s.arena, "/%s", endless), 100, &s.arena, &text, &s.error), CYN_FILE_FAILED);
  CHECK(s.error.status == CYN_E_USAGE && strstr(s.error.message, "File name too long") != NULL);
  CHECK_INT(cyn_i_surroundings_read("/etc/passwd/x", 100, &s.arena, &text, NULL), CYN_FILE_MISSING);
  write_file(&s, "folder/x/y", "");
  folder = cyn_i_arena_printf(&s.arena, "%s/folder/x", s.home);
  CHECK(!cyn_i_surroundings_write(folder, cyn_str("text"), &s.arena));
  (void)snprintf(command, sizeof command, "test \"$(ls %s/folder)\" = x", s.home);
  CHECK_INT(system(command), 0);
  CHECK(!cyn_i_surroundings_is_true(cyn_str("trux")));
  end(&s);
}
