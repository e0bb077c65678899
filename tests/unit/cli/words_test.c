/* Lines of the shell as words. */
#include "cli/words.c"

#include "test.h"

static const char *split(const char *line) {
  static char out[1024];
  cli_memory *memory = cli_memory_new();
  cli_words words = cli_split(memory, line);
  size_t size = 0;
  out[0] = '\0';
  for (size_t i = 0; i < words.count && size < sizeof out; i++)
    size += (size_t)snprintf(out + size, sizeof out - size, "%s<%s>", i != 0 ? " " : "", words.at[i]);
  if (words.is_open && size < sizeof out) (void)snprintf(out + size, sizeof out - size, " open");
  cli_memory_destroy(memory);
  return out;
}

TEST(words) {
  CHECK_STR(split("  get  Thread\t'a b' \"c \\\"d\\\\\" e'f'\"g\" ''"), "<get> <Thread> <a b> <c \"d\\> <efg> <>");
  CHECK_STR(split("put T {\"a\": [1, \"}\\\"]\"]} [1] x"), "<put> <T> <{\"a\": [1, \"}\\\"]\"]}> <[1]> <x>");
  CHECK_STR(split("tables # remark 'open"), "<tables>");
  CHECK_STR(split("a#b"), "<a#b>");
  CHECK_STR(split(""), "");
}

TEST(what_is_open_goes_on) {
  CHECK_STR(split("get 'a"), "<get> <a> open");
  CHECK_STR(split("get \"a\\"), "<get> <a\\> open");
  CHECK_STR(split("put T {\"a\": \"}"), "<put> <T> <{\"a\": \"}> open");
  CHECK_STR(split("put T {\"a\": \"\\"), "<put> <T> <{\"a\": \"\\> open");
}

TEST(too_many_words_are_left_out) {
  char line[2048];
  memset(line, ' ', sizeof line);
  for (size_t i = 0; i < 1000; i++) line[i * 2] = 'x';
  line[2000] = '\0';
  cli_memory *memory = cli_memory_new();
  CHECK_INT(cli_split(memory, line).count, WORDS_MAX);
  cli_memory_destroy(memory);
}
