/* What is read from the head of an answer. The exchange itself is tested through transport_test.c and loop_test.c. */
#include "test.h"
#include "transport/transport.h"

static cyn_i_http_request with_head(const char *head) {
  cyn_i_http_request request = {.method = "POST"};
  cyn_i_buf_init(&request.answer_headers, NULL);
  cyn_i_buf_append(&request.answer_headers, head, strlen(head));
  return request;
}

static bool is(cyn_bytes bytes, const char *text) {
  return bytes.data != NULL && bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

TEST(header_values) {
  cyn_i_http_request request = with_head("HTTP/1.1 200 OK\r\nContent-Type: a/b \r\nx-amz-crc32:12\r\nX-Empty:\r\nlast: z");
  CHECK(is(cyn_i_http_header_get(&request, "content-type"), "a/b"));
  CHECK(is(cyn_i_http_header_get(&request, "X-AMZ-CRC32"), "12"));
  CHECK(is(cyn_i_http_header_get(&request, "x-empty"), ""));
  CHECK(is(cyn_i_http_header_get(&request, "last"), "z"));
  CHECK(cyn_i_http_header_get(&request, "x-amz").data == NULL);
  CHECK(cyn_i_http_header_get(&request, "HTTP/1.1 200 OK").data == NULL);
  cyn_i_buf_clean_up(&request.answer_headers);
}

TEST(no_head) {
  cyn_i_http_request request = with_head("");
  CHECK(cyn_i_http_header_get(&request, "x").data == NULL);
  cyn_i_buf_clean_up(&request.answer_headers);
}
