/* The patterns of the model, each as a predicate over the whole text: there are a dozen, and none needs backtracking.
 * A test holds this table against the shapes. */
#include "api/api_private.h"

typedef bool predicate(cyn_bytes text);

static bool is_lower_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_alnum(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_name(char c) { return is_alnum(c) || c == '_' || c == '.' || c == '-'; }
static bool is_print(char c) { return c >= ' ' && c <= '~'; }
static bool is_csv_header(char c) { return is_print(c) && c != '"' && c != ','; }
static bool is_not_dollar(char c) { return c != '$'; }

static bool all(cyn_bytes text, bool (*is_good)(char)) {
  for (size_t i = 0; i < text.size; i++) {
    if (!is_good(text.data[i])) return false;
  }
  return true;
}
static bool some(cyn_bytes text, bool (*is_good)(char)) { return text.size > 0 && all(text, is_good); }

static bool name(cyn_bytes text) { return some(text, is_name); }
static bool print(cyn_bytes text) { return some(text, is_print); }
static bool csv_header(cyn_bytes text) { return all(text, is_csv_header); }
static bool no_dollar(cyn_bytes text) { return some(text, is_not_dollar); }
static bool account(cyn_bytes text) { return text.size == 12 && all(text, is_digit); }
static bool hex_blocks(cyn_bytes text) { return text.size % 16 == 0 && some(text, is_lower_hex); }
static bool delimiter(cyn_bytes text) { return text.size == 1 && text.data[0] != 0 && strchr(",;:|\t ", text.data[0]) != NULL; }

/* Ends in letters or digits, names in between. */
static bool ends_alnum(cyn_bytes text) {
  return text.size >= 2 && is_alnum(text.data[0]) && is_alnum(text.data[text.size - 1]) && all(text, is_name);
}
static bool rule(cyn_bytes text) { return text.size <= 128 && ends_alnum(text); }

/* Tab, line ends, and whatever XML takes: no other control characters, not U+FFFE and U+FFFF. */
static bool xml_text(cyn_bytes text) {
  for (size_t i = 0; i < text.size; i++) {
    unsigned char c = (unsigned char)text.data[i];
    if (c < ' ' && c != '\r' && c != '\n' && c != '\t') return false;
    if (c == 0xEF && text.size - i >= 3 && memcmp(text.data + i, "\xEF\xBF", 2) == 0 &&
        (unsigned char)text.data[i + 2] >= 0xBE) {
      return false;
    }
  }
  return true;
}

static bool uuid(cyn_bytes text) {
  if (text.size != 36) return false;
  for (size_t i = 0; i < 36; i++) {
    bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash ? text.data[i] != '-' : !is_lower_hex(text.data[i])) return false;
  }
  return true;
}

static const struct {
  const char *pattern;
  predicate *matches;
} patterns[] = {
    {"[a-zA-Z0-9_.-]+", name},
    {"\\p{Print}+", print},
    {"[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\r\\n\\t]*", xml_text},
    {"([0-9a-f]{16})+", hex_blocks},
    {"^[^\\$]+$", no_dollar},
    {"[A-Za-z0-9][A-Za-z0-9\\-\\_\\.]{0,126}[A-Za-z0-9]", rule},
    {"[,;:|\\t ]", delimiter},
    {"[\\x20-\\x21\\x23-\\x2B\\x2D-\\x7E]*", csv_header},
    {"^[a-z0-9A-Z]+[\\.\\-\\w]*[a-z0-9A-Z]+$", ends_alnum},
    {"[0-9]{12}", account},
    {"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", uuid},
};

static predicate *find(const char *pattern) {
  for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
    if (strcmp(pattern, patterns[i].pattern) == 0) return patterns[i].matches;
  }
  return NULL;
}

bool cyn_i_pattern_is_known(const char *pattern) { return find(pattern) != NULL; }

bool cyn_i_pattern_matches(const char *pattern, cyn_bytes text) {
  predicate *matches = find(pattern);
  return matches == NULL || matches(text);
}
