/* The plain way must see what llhttp sees, and leave to it all that is not plain. */
#include "server/http_private.h"

#include "parsed.h"
#include "test.h"

static cyn_i_http http;
static char buffer[4096];
static const cyn_i_http_limits limits = {2000, 1000};

static bool plain(const char *text) {
  memcpy(buffer, text, strlen(text));
  cyn_i_http_begin(&http, &limits, 0);
  http.base = buffer;
  return cyn_i_http_parse_plain(&http, (uint32_t)strlen(text));
}

#define HEAD "POST / HTTP/1.1\r\nHost: h\r\n"

TEST(what_is_plain) {
  REQUIRE(plain(HEAD "X-Amz-Target:T.Op  \r\nconnection: Keep-Alive\r\nContent-Length: 2\r\nEmpty:\r\n\r\n{}GET /"));
  CHECK_STR(text_of(cyn_i_http_bytes(buffer, http.body)), "{}");
  CHECK_STR(text_of(cyn_i_http_bytes(buffer, http.url)), "/");
  CHECK_STR(text_of(cyn_i_http_get(&http, buffer, CYN_HTTP_X_AMZ_TARGET)), "T.Op");
  CHECK_INT(http.header_count, 5);
  CHECK_INT(http.content_length, 2);
  CHECK_STR(buffer + http.end, "GET /");
  CHECK(http.keep_alive && http.complete && http.parser.method == HTTP_POST && http.parser.http_minor == 1);
}

/* Head and body apart: what is missing is waited for, what is behind is left alone. */
TEST(a_body_that_comes_later) {
  static const char head[] = HEAD "Content-Length: 4\r\n\r\n", rest[] = "abcdGET /";
  char text[128];
  memcpy(text, head, sizeof head - 1);
  memcpy(text + sizeof head - 1, rest, sizeof rest - 1);
  cyn_i_http_begin(&http, &limits, 0);
  for (uint32_t arrived = 0, from = 0; arrived <= 4; arrived++) {
    uint32_t size = (uint32_t)sizeof head - 1 + arrived;
    cyn_i_http_result result = cyn_i_http_feed(&http, text, from, &size);
    CHECK_INT(result, arrived < 4 ? CYN_HTTP_MORE : CYN_HTTP_COMPLETE);
    CHECK_INT(http.body.size, arrived);
    CHECK_INT(size, sizeof head - 1 + arrived);
    from = size;
  }
  CHECK_STR(text_of(cyn_i_http_bytes(text, http.body)), "abcd");
  uint32_t size = (uint32_t)(sizeof head + sizeof rest - 2);
  cyn_i_http_begin(&http, &limits, 0);
  CHECK_INT(cyn_i_http_feed(&http, text, 0, &size), CYN_HTTP_COMPLETE);
  CHECK_INT(http.end, sizeof head - 1 + 4);
}

TEST(what_is_left_to_llhttp) {
  const char *texts[] = {
      "GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
      "POST /x HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
      "POST / HTTP/1.0\r\nContent-Length: 0\r\n\r\n",
      "\r\n" HEAD "Content-Length: 0\r\n\r\n",
      HEAD "\r\n",
      HEAD "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
      HEAD "Content-Length: +2\r\n\r\n{}",
      HEAD "Content-Length: 2 \r\n\r\n{}",
      HEAD "Content-Length: 000000002\r\n\r\n{}",
      HEAD "Content-Length: 0x2\r\n\r\n{}",
      HEAD "Content-Length : 2\r\n\r\n{}",
      HEAD "Content-Length:\t2\r\n\r\n{}",
      HEAD "Content-Length: 1001\r\n\r\n",
      HEAD "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n",
      HEAD "Transfer-encoding: identity\r\nContent-Length: 0\r\n\r\n",
      HEAD "Connection: close\r\nContent-Length: 0\r\n\r\n",
      HEAD "Connection: keep-alive, upgrade\r\nContent-Length: 0\r\n\r\n",
      HEAD "Proxy-Connection: close\r\nContent-Length: 0\r\n\r\n",
      HEAD "Upgrade: h2c\r\nContent-Length: 0\r\n\r\n",
      HEAD "Expect: 100-continue\r\nContent-Length: 0\r\n\r\n",
      HEAD "HOST: other\r\nContent-Length: 0\r\n\r\n",
      HEAD "A: b\r\n c\r\nContent-Length: 0\r\n\r\n",
      HEAD "A: b\nContent-Length: 0\r\n\r\n",
      HEAD "A: \x80\r\nContent-Length: 0\r\n\r\n",
      HEAD ": b\r\nContent-Length: 0\r\n\r\n",
      HEAD "A b: c\r\nContent-Length: 0\r\n\r\n",
      HEAD "no colon\r\nContent-Length: 0\r\n\r\n",
      HEAD "Content-Length: 0\r\n",
      HEAD "Content-Length: 0\r\n\r",
  };
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    if (plain(texts[i])) test_failed(__FILE__, __LINE__, "taken: %s", texts[i]);
    CHECK_INT(http.header_count, 0);
    CHECK_INT(http.known_index[CYN_HTTP_HOST], 0);
    CHECK(!http.headers_complete && http.fault_status == 0);
  }
}

TEST(limits_are_kept) {
  char text[4096];
  int size = snprintf(text, sizeof text, HEAD "A: ");
  memset(text + size, 'x', 2000);
  snprintf(text + size + 2000, 100, "\r\nContent-Length: 0\r\n\r\n");
  CHECK(!plain(text));
  size = snprintf(text, sizeof text, "POST / HTTP/1.1\r\n");
  for (int i = 0; i < CYN_HTTP_HEADERS_MAX; i++) size += snprintf(text + size, 16, "A: b\r\n");
  snprintf(text + size, 100, "Content-Length: 0\r\n\r\n");
  CHECK(!plain(text));
}
