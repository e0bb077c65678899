#include "client/shell_words.h"

#include "test.h"

static void check(const char *line, size_t count, const char *first, const char *last) {
  cyn_i_arena arena;
  char **words = NULL;
  size_t got = 0;
  cyn_i_arena_init(&arena, 0);
  CHECK_INT(cyn_i_shell_words_split(cyn_str(line), &arena, &words, &got), CYN_SHELL_OK);
  CHECK_INT(got, count);
  if (got == count && count != 0) {
    CHECK_STR(words[0], first);
    CHECK_STR(words[count - 1], last);
    CHECK(words[count] == NULL);
  }
  cyn_i_arena_clean_up(&arena);
}

TEST(words) {
  check("", 0, "", "");
  check(" \t\n", 0, "", "");
  check("a  b\tc", 3, "a", "c");
  check("a '' \"\"", 3, "a", "");
  check("'a b'\"c d\"e f", 2, "a bc de", "f");
  check("a\\ b \\'", 2, "a b", "'");
  check("\"a\\\"b\\\\c\\d\"", 1, "a\"b\\c\\d", "a\"b\\c\\d");
  check("'a\\b' $HOME", 2, "a\\b", "$HOME");
}

TEST(what_does_not_end) {
  static const char *const lines[] = {"'a", "\"a", "a\\", "a 'b c", "\"a\\\""};
  for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
    cyn_i_arena arena;
    char **words;
    size_t count;
    cyn_i_arena_init(&arena, 0);
    CHECK_INT(cyn_i_shell_words_split(cyn_str(lines[i]), &arena, &words, &count), CYN_SHELL_UNCLOSED);
    cyn_i_arena_clean_up(&arena);
  }
}

TEST(too_many) {
  char line[2 * CYN_SHELL_WORDS_MAX + 3];
  cyn_i_arena arena;
  char **words;
  size_t count;
  for (size_t i = 0; i < sizeof line - 1; i++) line[i] = i % 2 == 0 ? 'a' : ' ';
  line[sizeof line - 1] = '\0';
  cyn_i_arena_init(&arena, 0);
  CHECK_INT(cyn_i_shell_words_split(cyn_str(line), &arena, &words, &count), CYN_SHELL_TOO_MANY);
  cyn_i_arena_clean_up(&arena);
}
