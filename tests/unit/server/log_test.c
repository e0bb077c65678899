#include "server/log.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test.h"

static char written[8192];

static const char *log_line(cyn_log_format format, cyn_i_log_level level, const char *message,
                            const cyn_i_log_field *fields) {
  int ends[2];
  if (pipe(ends) != 0) return NULL;
  cyn_i_log log = {ends[1], format, CYN_I_LOG_INFO};
  cyn_i_log_write(&log, level, message, fields);
  close(ends[1]);
  ssize_t n = read(ends[0], written, sizeof written - 1);
  close(ends[0]);
  written[n > 0 ? n : 0] = '\0';
  return written;
}

TEST(text_line) {
  const cyn_i_log_field fields[] = {CYN_I_LOG_TEXT("table", cyn_str("Music")),
                                    CYN_I_LOG_TEXT("text", cyn_str("a b\n\"")), CYN_I_LOG_NUMBER("count", -5),
                                    CYN_I_LOG_END};
  const char *line = log_line(CYN_LOG_TEXT, CYN_I_LOG_WARN, "something", fields);
  REQUIRE(strlen(line) > 25);
  CHECK_STR(line + 24, " warn something table=Music text=\"a b\\x0a\\\"\" count=-5\n");
  CHECK(line[10] == 'T' && line[19] == '.' && line[23] == 'Z');
}

TEST(json_line) {
  const cyn_i_log_field fields[] = {CYN_I_LOG_TEXT("text", cyn_str("\x01\\")), CYN_I_LOG_NUMBER("count", 7),
                                    CYN_I_LOG_END};
  const char *line = log_line(CYN_LOG_JSON, CYN_I_LOG_ERROR, "some \"thing\"", fields);
  const char *rest = strstr(line, "\",\"level\"");
  REQUIRE(rest != NULL);
  CHECK_STR(rest, "\",\"level\":\"error\",\"message\":\"some \\\"thing\\\"\",\"text\":\"\\u0001\\\\\",\"count\":7}\n");
  CHECK(strncmp(line, "{\"time\":\"20", 11) == 0);
}

TEST(levels_and_closed_logs_write_nothing) {
  CHECK_STR(log_line(CYN_LOG_TEXT, CYN_I_LOG_DEBUG, "x", NULL), "");
  cyn_i_log none = {-1, CYN_LOG_TEXT, CYN_I_LOG_DEBUG};
  cyn_i_log_write(&none, CYN_I_LOG_ERROR, "x", NULL);
  CHECK(!cyn_i_log_wants(&none, CYN_I_LOG_ERROR));
}

TEST(long_texts_are_cut_and_lines_end) {
  char text[5000];
  memset(text, '\n', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  const cyn_i_log_field fields[] = {CYN_I_LOG_TEXT("a", cyn_str(text)), CYN_I_LOG_TEXT("b", cyn_str(text)),
                                    CYN_I_LOG_TEXT("c", cyn_str(text)), CYN_I_LOG_END};
  for (int format = 0; format < 2; format++) {
    const char *line = log_line((cyn_log_format)format, CYN_I_LOG_INFO, "long", fields);
    CHECK(strlen(line) <= 2048);
    CHECK(strchr(line, '\n') == line + strlen(line) - 1);
  }
}

/* In text whatever is not plain is quoted and escaped; in JSON bytes that may be no UTF-8 are escaped, too. */
TEST(odd_texts) {
  static const struct {
    const char *text, *in_text, *in_json;
  } rows[] = {{"", "\"\"", "\"\""},
              {"a=b", "\"a=b\"", "\"a=b\""},
              {"a\\b", "\"a\\\\b\"", "\"a\\\\b\""},
              {"\x7f", "\"\\x7f\"", "\"\\u007f\""},
              {"\xc3\xa9", "\"\xc3\xa9\"", "\"\\u00c3\\u00a9\""},
              {"a-b.c/d:9", "a-b.c/d:9", "\"a-b.c/d:9\""}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const cyn_i_log_field fields[] = {CYN_I_LOG_TEXT("k", cyn_str(rows[i].text)), CYN_I_LOG_END};
    char expected[64];
    snprintf(expected, sizeof expected, " k=%s\n", rows[i].in_text);
    CHECK_STR(strstr(log_line(CYN_LOG_TEXT, CYN_I_LOG_INFO, "m", fields), " k="), expected);
    snprintf(expected, sizeof expected, ",\"k\":%s}\n", rows[i].in_json);
    CHECK_STR(strstr(log_line(CYN_LOG_JSON, CYN_I_LOG_INFO, "m", fields), ",\"k\":"), expected);
  }
}
