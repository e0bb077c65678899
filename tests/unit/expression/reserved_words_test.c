/* The list of reserved words: spot checks, spelling, and words that are none. */
#include "expression/expression.h"

#include "test.h"

TEST(reserved) {
  static const char *const words[] = {"ABORT", "abort", "aBoRt", "ZONE", "zone",  "NAME",   "name",  "STATUS", "COUNT",
                                      "SIZE",  "SET",   "ADD",   "AND",  "Value", "values", "USER",  "data",   "date",
                                      "year",  "TTL",   "YEAR",  "LIST", "items", "NULL",   "true",  "false",  "hash"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (!cyn_i_is_reserved_word(cyn_str(words[i]))) test_failed(__FILE__, __LINE__, "%s is not reserved", words[i]);
}

TEST(not_reserved) {
  static const char *const words[] = {"",     "a",    "abortt", "abor", "ZONES", "remove", "pk", "sk", "id", "aa", "zz",
                                      "zzzz", "n_me", "A_",     "_",    "abcdefghijklmnopqrstuvwxyz"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (cyn_i_is_reserved_word(cyn_str(words[i]))) test_failed(__FILE__, __LINE__, "%s is reserved", words[i]);
  CHECK(!cyn_i_is_reserved_word((cyn_bytes){NULL, 0}));
  CHECK(!cyn_i_is_reserved_word((cyn_bytes){"ABORT\0", 6}));
  CHECK(!cyn_i_is_reserved_word((cyn_bytes){"ABORT", 4}));
}

/* Every word of the table is found, so the table is sorted as the search needs it: all words of up to four letters are
 * tried, and as many must be found as the table has. */
TEST(short_words_are_all_found) {
  int found = 0;
  for (int size = 1; size <= 4; size++) {
    int total = 1;
    for (int i = 0; i < size; i++) total *= 26;
    for (int n = 0; n < total; n++) {
      char word[5] = {0};
      for (int i = 0, rest = n; i < size; i++, rest /= 26) word[i] = (char)('a' + rest % 26);
      found += cyn_i_is_reserved_word((cyn_bytes){word, (size_t)size});
    }
  }
  CHECK_INT(found, 148);
}
