/* The HTTP parser: every request also cut at each byte, framing that must be refused, limits. */
#include "server/http.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

static const cyn_i_http_limits limits = {4096, 1000};

typedef struct outcome {
  cyn_i_http http;
  cyn_i_http_result result;
  uint32_t size;
  char *buffer; /* as large as the text, so that a read beyond it is seen */
} outcome;

/* Feeds `step` bytes at a time. */
static outcome parse(const char *text, size_t size, size_t step) {
  outcome out;
  memset(&out, 0, sizeof out);
  out.buffer = malloc(size + 1);
  cyn_i_http_begin(&out.http, &limits, 0);
  out.result = CYN_HTTP_MORE;
  for (size_t given = 0; given < size && out.result == CYN_HTTP_MORE;) {
    size_t part = size - given < step ? size - given : step;
    uint32_t from = out.size;
    memcpy(out.buffer + from, text + given, part);
    out.size += (uint32_t)part;
    given += part;
    out.result = cyn_i_http_feed(&out.http, out.buffer, from, &out.size);
  }
  return out;
}

static cyn_i_http_result result_of(const char *text) {
  outcome out = parse(text, strlen(text), 100000);
  free(out.buffer);
  return out.result;
}

static int fault_of(const char *text) {
  int first = 0;
  for (size_t step = 1; step <= strlen(text); step = step == 1 ? strlen(text) : step + 1) {
    outcome out = parse(text, strlen(text), step);
    free(out.buffer);
    if (out.result != CYN_HTTP_FAULT) return 0;
    if (first == 0) first = out.http.fault_status;
    if (first != out.http.fault_status) return -1;
  }
  return first;
}

static const char *text_of(cyn_bytes bytes) {
  static char texts[8][256];
  static int next;
  char *text = texts[next++ % 8];
  snprintf(text, 256, "%.*s", bytes.data != NULL ? (int)bytes.size : 1, bytes.data != NULL ? bytes.data : "-");
  return text;
}

#define POST_TEXT                                                                                  \
  "POST /a?b=c HTTP/1.1\r\nHost: h:1\r\nX-AMZ-target:  T.Op \t\r\nEmpty:\r\ncontent-type: x/y\r\n" \
  "Content-Length: 11\r\n\r\n{\"a\":\"bcd\"}"

TEST(request_with_length_at_every_cut) {
  for (size_t step = 1; step <= sizeof POST_TEXT; step++) {
    outcome out = parse(POST_TEXT, sizeof POST_TEXT - 1, step);
    CHECK_INT(out.result, CYN_HTTP_COMPLETE);
    CHECK_INT(out.http.end, sizeof POST_TEXT - 1);
    CHECK_STR(text_of(cyn_i_http_bytes(out.buffer, out.http.body)), "{\"a\":\"bcd\"}");
    CHECK_STR(text_of(cyn_i_http_bytes(out.buffer, out.http.url)), "/a?b=c");
    CHECK_STR(text_of(cyn_i_http_get(&out.http, out.buffer, CYN_HTTP_X_AMZ_TARGET)), "T.Op");
    CHECK_STR(text_of(cyn_i_http_get(&out.http, out.buffer, CYN_HTTP_CONTENT_TYPE)), "x/y");
    CHECK_STR(text_of(cyn_i_http_get(&out.http, out.buffer, CYN_HTTP_HOST)), "h:1");
    CHECK_STR(text_of(cyn_i_http_get(&out.http, out.buffer, CYN_HTTP_ORIGIN)), "-");
    CHECK_INT(out.http.header_count, 5);
    CHECK(out.http.keep_alive);
    free(out.buffer);
  }
}

#define CHUNKED_TEXT                                                                            \
  "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n1;x=y\r\ne\r\n" \
  "0000a\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n"

TEST(chunked_body_is_contiguous_at_every_cut) {
  for (size_t step = 1; step <= sizeof CHUNKED_TEXT; step++) {
    outcome out = parse(CHUNKED_TEXT, sizeof CHUNKED_TEXT - 1, step);
    CHECK_INT(out.result, CYN_HTTP_COMPLETE);
    CHECK_INT(out.http.end, out.size);
    CHECK_STR(text_of(cyn_i_http_bytes(out.buffer, out.http.body)), "abcde0123456789");
    CHECK_INT(out.http.header_count, 2);
    free(out.buffer);
  }
}

TEST(bytes_behind_a_request_are_left) {
  char twice[2 * sizeof POST_TEXT];
  snprintf(twice, sizeof twice, "%s%s", POST_TEXT, POST_TEXT);
  outcome out = parse(twice, strlen(twice), sizeof twice);
  REQUIRE(out.result == CYN_HTTP_COMPLETE);
  CHECK_INT(out.http.end, sizeof POST_TEXT - 1);
  uint32_t start = out.http.end;
  cyn_i_http_begin(&out.http, &limits, start);
  CHECK_INT(cyn_i_http_feed(&out.http, out.buffer, start, &out.size), CYN_HTTP_COMPLETE);
  CHECK_INT(out.http.end, 2 * (sizeof POST_TEXT - 1));
  CHECK_STR(text_of(cyn_i_http_bytes(out.buffer, out.http.body)), "{\"a\":\"bcd\"}");
  free(out.buffer);
}

TEST(keep_alive_follows_version_and_header) {
  outcome out = parse("GET / HTTP/1.0\r\n\r\n", 18, 100);
  CHECK_INT(out.result, CYN_HTTP_COMPLETE);
  CHECK(!out.http.keep_alive);
  free(out.buffer);
  static const char closing[] = "GET / HTTP/1.1\r\nConnection: close\r\n\r\n";
  out = parse(closing, sizeof closing - 1, 100);
  CHECK(!out.http.keep_alive);
  free(out.buffer);
}

TEST(expect_continue) {
  static const char text[] = "POST / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n";
  outcome out = parse(text, sizeof text - 1, 1000);
  CHECK_INT(out.result, CYN_HTTP_MORE);
  CHECK(out.http.wants_continue);
  free(out.buffer);
  CHECK_INT(fault_of("POST / HTTP/1.1\r\nExpect: magic\r\nContent-Length: 2\r\n\r\n"), 417);
}

TEST(ambiguous_framing_is_refused) {
  CHECK_INT(fault_of("POST / HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n"), 400);
  CHECK_INT(fault_of("POST / HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
  CHECK_INT(fault_of("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n"), 400);
  CHECK_INT(fault_of("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"), 400);
  CHECK_INT(fault_of("POST / HTTP/1.1\r\nContent-Length: 1 1\r\n\r\n"), 400);
  CHECK_INT(fault_of("POST / HTTP/1.1\r\nContent-Length : 2\r\n\r\n"), 400);
  CHECK_INT(fault_of("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n"), 400);
  CHECK_INT(fault_of("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n"), 400);
  CHECK_INT(fault_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
  CHECK_INT(fault_of("POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"), 501);
  CHECK_INT(fault_of("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400);
  CHECK_INT(fault_of("GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n"), 400);
  CHECK_INT(fault_of("GET / HTTP/1.1\nHost: a\n\n"), 400);
  CHECK_INT(fault_of("\x16\x03\x01\x02"), 400);
}

TEST(limits_hold) {
  char text[8192];
  int size = snprintf(text, sizeof text, "GET / HTTP/1.1\r\nA: ");
  memset(text + size, 'x', 5000);
  snprintf(text + size + 5000, sizeof text - (size_t)size - 5000, "\r\n\r\n");
  CHECK_INT(fault_of(text), 431);
  CHECK_INT(fault_of("POST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n"), 413);
  CHECK_INT(fault_of("POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n"), 413);
  CHECK_INT(result_of("POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n"), CYN_HTTP_MORE);
  size = snprintf(text, sizeof text, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3E9\r\n");
  memset(text + size, 'x', 1001);
  text[size + 1001] = '\0';
  CHECK_INT(result_of(text), CYN_HTTP_FAULT);
  size = snprintf(text, sizeof text, "GET / HTTP/1.1\r\n");
  for (int i = 0; i < CYN_HTTP_HEADERS_MAX + 1; i++)
    size += snprintf(text + size, sizeof text - (size_t)size, "A: b\r\n");
  snprintf(text + size, sizeof text - (size_t)size, "\r\n");
  CHECK_INT(fault_of(text), 431);
}

/* One-byte chunks without end: the framing is dropped, so the buffer stays small, and at last it is too much. */
TEST(endless_small_chunks_end) {
  char buffer[4096];
  const char *head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  cyn_i_http http;
  cyn_i_http_begin(&http, &limits, 0);
  uint32_t size = (uint32_t)strlen(head);
  memcpy(buffer, head, size);
  CHECK_INT(cyn_i_http_feed(&http, buffer, 0, &size), CYN_HTTP_MORE);
  cyn_i_http_result result = CYN_HTTP_MORE;
  int rounds = 0;
  for (; rounds < 100000 && result == CYN_HTTP_MORE; rounds++) {
    uint32_t from = size;
    memcpy(buffer + from, "1;extension=x\r\ny\r\n", 18);
    size += 18;
    result = cyn_i_http_feed(&http, buffer, from, &size);
    CHECK(size < 2048);
  }
  CHECK_INT(result, CYN_HTTP_FAULT);
  CHECK_INT(http.fault_status, 413);
}
