#include "base/hash.h"
#include "base/error.h"
#include "server/server_private.h"
#include "test.h"

static cyn_i_loop loop;
static cyn_i_request request;

static void begin(void) {
  memset(&request, 0, sizeof request);
  request.loop = &loop;
  memcpy(loop.date, "DATE", 5);
  memset(request.request_id, 'R', 52);
  cyn_i_buf_init(&request.out, NULL);
}

static const char *sent(void) {
  static char text[4096];
  snprintf(text, sizeof text, "%.*s", (int)(request.out.size - request.out_sent),
           (char *)request.out.data + request.out_sent);
  return text;
}

#define ID "RRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRRR"

TEST(api_answers) {
  begin();
  request.json_1_0 = true;
  cyn_i_response_begin(&request);
  cyn_i_buf_text(&request.out, "{}");
  cyn_i_response_end(&request, 200);
  CHECK_STR(sent(),
            "HTTP/1.1 200 OK\r\nServer: Cynamo\r\nDate: DATE\r\nContent-Type: application/x-amz-json-1.0\r\n"
            "Content-Length: 2\r\nx-amzn-RequestId: " ID "\r\nx-amz-crc32: 2745614147\r\n\r\n{}");
  request.has_origin = true;
  request.close_after = true;
  request.json_1_0 = false;
  cyn_i_response_begin(&request);
  cyn_i_response_end(&request, 409);
  CHECK_STR(sent(),
            "HTTP/1.1 409 Conflict\r\nServer: Cynamo\r\nDate: DATE\r\nContent-Type: application/json\r\n"
            "Content-Length: 0\r\nx-amzn-RequestId: " ID
            "\r\nx-amz-crc32: 0\r\nAccess-Control-Allow-Origin: *\r\n"
            "Connection: close\r\n\r\n");
  cyn_i_buf_clean_up(&request.out);
}

/* The longest head must leave room for itself: the longest date, every optional line. */
TEST(longest_head_fits) {
  begin();
  memset(loop.date, 'D', sizeof loop.date - 1);
  loop.date[sizeof loop.date - 1] = '\0';
  request.has_origin = request.close_after = request.json_1_0 = true;
  cyn_i_response_begin(&request);
  cyn_i_response_end(&request, 431);
  CHECK(strlen(sent()) < CYN_RESPONSE_HEAD_MAX - 40);
  cyn_i_buf_clean_up(&request.out);
}

TEST(errors) {
  begin();
  cyn_error error = CYN_ERROR_INIT;
  (void)cyn_i_error_set(&error, CYN_E_VALIDATION, "no \"good\"");
  cyn_i_response_error(&request, &error, 400);
  CHECK(
      strstr(sent(),
             "\r\n\r\n{\"__type\":\"com.amazon.coral.validate#ValidationException\",\"message\":\"no \\\"good\\\"\"}"));
  CHECK(strncmp(sent(), "HTTP/1.1 400 Bad Request\r\n", 26) == 0);
  cyn_error_clean_up(&error);
  cyn_i_buf_clean_up(&request.out);
}

TEST(plain_answers_and_faults) {
  begin();
  request.http_1_0 = true;
  cyn_i_response_plain(&request, 404, "A: b\r\n", cyn_str("body"));
  CHECK_STR(sent(),
            "HTTP/1.1 404 Not Found\r\nServer: Cynamo\r\nDate: DATE\r\nContent-Length: 4\r\nx-amzn-RequestId: " ID
            "\r\nConnection: keep-alive\r\nA: b\r\n\r\nbody");
  request.is_head = true;
  cyn_i_response_plain(&request, 200, "", cyn_str("body"));
  CHECK(strstr(sent(), "Content-Length: 4\r\n") != NULL && strstr(sent(), "body") == NULL);
  cyn_i_response_fault(&request, 408);
  CHECK_STR(
      sent(),
      "HTTP/1.1 408 Request Timeout\r\nServer: Cynamo\r\nDate: DATE\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  CHECK(request.close_after);
  cyn_i_response_fault(&request, 413);
  CHECK(strstr(sent(), "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n") != NULL);
  cyn_i_buf_clean_up(&request.out);
}

TEST(date_is_imf_fixdate) {
  char date[32];
  cyn_i_response_date(date);
  CHECK_INT(strlen(date), 29);
  CHECK(strcmp(date + 25, " GMT") == 0 && date[3] == ',');
}
