/* Each pattern's yes and no; and no shape has a pattern that the table does not know. */
#include "api_cases.h"

#include "api/api_private.h"

TEST(patterns) {
  static const struct {
    const char *pattern, *text;
    bool matches;
  } rows[] = {
      {"[a-zA-Z0-9_.-]+", "abc_D.e-9", true}, {"[a-zA-Z0-9_.-]+", "", false}, {"[a-zA-Z0-9_.-]+", "a b", false},
      {"[a-zA-Z0-9_.-]+", "a;", false}, {"[a-zA-Z0-9_.-]+", "\u00e9", false}, {"[a-zA-Z0-9_.-]+", "a\n", false},
      {"\\p{Print}+", "a ~", true}, {"\\p{Print}+", "", false}, {"\\p{Print}+", "a\t", false}, {"\\p{Print}+", "\x7f", false},
      {"([0-9a-f]{16})+", "0123456789abcdef", true}, {"([0-9a-f]{16})+", "0123456789abcde", false},
      {"([0-9a-f]{16})+", "0123456789abcdeg", false}, {"([0-9a-f]{16})+", "/123456789abcdef", false}, {"([0-9a-f]{16})+", "0:23456789abcdef", false},
      {"[a-zA-Z0-9_.-]+", "a/b", false}, {"[a-zA-Z0-9_.-]+", "a:b", false}, {"[a-zA-Z0-9_.-]+", "a@b", false}, {"[a-zA-Z0-9_.-]+", "a[b", false},
      {"[a-zA-Z0-9_.-]+", "a`b", false}, {"[a-zA-Z0-9_.-]+", "a{b", false}, {"[a-zA-Z0-9_.-]+", "azAZ09", true},
      {"([0-9a-f]{16})+", "", false}, {"([0-9a-f]{16})+", "0123456789ABCDEF", false},
      {"([0-9a-f]{16})+", "0123456789abcdef0123456789abcdef", true},
      {"^[^\\$]+$", "abc", true}, {"^[^\\$]+$", "a$c", false}, {"^[^\\$]+$", "", false},
      {"[A-Za-z0-9][A-Za-z0-9\\-\\_\\.]{0,126}[A-Za-z0-9]", "a1", true},
      {"[A-Za-z0-9][A-Za-z0-9\\-\\_\\.]{0,126}[A-Za-z0-9]", "a", false},
      {"[A-Za-z0-9][A-Za-z0-9\\-\\_\\.]{0,126}[A-Za-z0-9]", "-a", false},
      {"[A-Za-z0-9][A-Za-z0-9\\-\\_\\.]{0,126}[A-Za-z0-9]", "a-._b", true},
      {"[A-Za-z0-9][A-Za-z0-9\\-\\_\\.]{0,126}[A-Za-z0-9]", "a;b", false},
      {"[,;:|\\t ]", ",", true}, {"[,;:|\\t ]", "\t", true}, {"[,;:|\\t ]", "", false}, {"[,;:|\\t ]", "t", false},
      {"[,;:|\\t ]", ",,", false},
      {"[\\x20-\\x21\\x23-\\x2B\\x2D-\\x7E]*", "", true}, {"[\\x20-\\x21\\x23-\\x2B\\x2D-\\x7E]*", "a !", true},
      {"[\\x20-\\x21\\x23-\\x2B\\x2D-\\x7E]*", "a,b", false}, {"[\\x20-\\x21\\x23-\\x2B\\x2D-\\x7E]*", "a\x7f", false}, {"[\\x20-\\x21\\x23-\\x2B\\x2D-\\x7E]*", "\"", false},
      {"^[a-z0-9A-Z]+[\\.\\-\\w]*[a-z0-9A-Z]+$", "my.bucket_1", true},
      {"^[a-z0-9A-Z]+[\\.\\-\\w]*[a-z0-9A-Z]+$", "a", false}, {"^[a-z0-9A-Z]+[\\.\\-\\w]*[a-z0-9A-Z]+$", "a.", false},
      {"[0-9]{12}", "000000000000", true}, {"[0-9]{12}", "00000000000", false}, {"[0-9]{12}", "00000000000x", false},
      {"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "01234567-89ab-cdef-0123-456789abcdef", true},
      {"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "01234567-89ab-cdef-0123-456789abcde", false},
      {"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "01234567-89ab-cdef-0123-456789abcdeX", false},
      {"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "01234567089ab-cdef-0123-456789abcdef", false},
      {"[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\r\\n\\t]*", "", true},
      {"[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\r\\n\\t]*", "a\r\n\t\u00e9\U0001F600", true},
      {"[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\r\\n\\t]*", "\x01", false},
      {"[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\r\\n\\t]*", "\xef\xbf\xbf", false},
      {"[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\r\\n\\t]*", "\xef\xbf\xbd", true},
      {"[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\r\\n\\t]*", "\xef\xbc\xa1 a wide A", true},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    CHECK(cyn_i_pattern_is_known(rows[i].pattern));
    if (cyn_i_pattern_matches(rows[i].pattern, cyn_str(rows[i].text)) != rows[i].matches) {
      test_failed(__FILE__, __LINE__, "%s and %s", rows[i].pattern, rows[i].text);
    }
  }
  CHECK(!cyn_i_pattern_matches("[,;:|\\t ]", (cyn_bytes){"\0", 1}));
  char rule[129];
  memset(rule, 'r', sizeof rule);
  CHECK(cyn_i_pattern_matches("[A-Za-z0-9][A-Za-z0-9\\-\\_\\.]{0,126}[A-Za-z0-9]", (cyn_bytes){rule, 128}));
  CHECK(!cyn_i_pattern_matches("[A-Za-z0-9][A-Za-z0-9\\-\\_\\.]{0,126}[A-Za-z0-9]", (cyn_bytes){rule, 129}));
}

static void look_at(const cyn_i_shape *shape, int *found) {
  if (shape->pattern != NULL) {
    ++*found;
    if (!cyn_i_pattern_is_known(shape->pattern)) test_failed(__FILE__, __LINE__, "unknown pattern %s", shape->pattern);
  }
  for (uint32_t i = 0; i < shape->member_count; i++) look_at(shape->members[i].shape, found);
  if (shape->element != NULL) look_at(shape->element, found);
  if (shape->key != NULL) look_at(shape->key, found);
}

TEST(every_pattern_is_known) {
  int found = 0;
  for (int i = 0; i < CYN_OPERATION_COUNT; i++) look_at(cyn_i_operations[i].input, &found);
  CHECK(found > 30);
  CHECK(!cyn_i_pattern_is_known("x"));
}
