/* The order of checks of validation.md 1.1, each row as a request and its answer. */
#include "harness.h"

static harness h;

static int exchange(const char *text) {
  (void)harness_exchange(&h, text, strlen(text));
  return harness_status(&h);
}

#define BODY "Content-Length: 2\r\n\r\n{}"
#define JSON "Content-Type: application/x-amz-json-1.0\r\n"
#define TARGET "X-Amz-Target: DynamoDB_20120810.ListTables\r\n"
#define SERIALIZATION "{\"__type\":\"com.amazon.coral.service#SerializationException\"}"
#define UNKNOWN "{\"__type\":\"com.amazon.coral.service#UnknownOperationException\"}"

TEST(get_is_the_health_check) {
  REQUIRE(harness_start(&h, NULL));
  CHECK_INT(exchange("GET /any/path HTTP/1.1\r\n\r\n"), 200);
  CHECK_STR(harness_body(&h), "healthy: dynamodb.us-east-1.amazonaws.com ");
  CHECK(strstr(h.answer, "\r\nx-amz-crc32: 3128867991\r\n") != NULL);
  CHECK(strstr(h.answer, "\r\nContent-Length: 42\r\n") != NULL);
  harness_stop(&h);
}

TEST(other_methods_and_types_are_not_found) {
  REQUIRE(harness_start(&h, NULL));
  const char *requests[] = {
      "PUT / HTTP/1.1\r\n\r\n",
      "DELETE / HTTP/1.1\r\n\r\n",
      "OPTIONS / HTTP/1.1\r\n\r\n",
      "POST / HTTP/1.1\r\n" BODY,
      "POST / HTTP/1.1\r\nContent-Type: application/x-amz-json-1.1\r\n" BODY,
      "POST / HTTP/1.1\r\nContent-Type: text/plain\r\n" TARGET HARNESS_SIGNED BODY,
  };
  for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
    CHECK_INT(exchange(requests[i]), 404);
    CHECK_STR(harness_body(&h), "<UnknownOperationException/>\n");
    CHECK(strstr(h.answer, "\r\nx-amz-crc32: 3552371480\r\n") != NULL);
    CHECK(strstr(h.answer, "\r\nx-amzn-RequestId: ") != NULL);
  }
  harness_stop(&h);
}

TEST(head_has_no_body) {
  REQUIRE(harness_start(&h, NULL));
  int fd = harness_connect(&h);
  const char *text = "HEAD / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n";
  CHECK(harness_send(fd, text, strlen(text)));
  (void)harness_receive(&h, fd, 3, 300);
  CHECK(strstr(h.answer, "404 Not Found") != NULL && strstr(h.answer, "UnknownOperation") == NULL);
  CHECK(strstr(h.answer, "healthy: ") != NULL);
  close(fd);
  harness_stop(&h);
}

TEST(json_is_the_first_fault) {
  REQUIRE(harness_start(&h, NULL));
  CHECK_INT(exchange("POST / HTTP/1.1\r\n" JSON "Content-Length: 5\r\n\r\n{\"a\":"), 400);
  CHECK_STR(harness_body(&h), SERIALIZATION);
  CHECK_INT(exchange("POST / HTTP/1.1\r\n" JSON TARGET "Content-Length: 5\r\n\r\n{\"a\":"), 400);
  CHECK_STR(harness_body(&h), SERIALIZATION);
  CHECK_INT(exchange("POST / HTTP/1.1\r\n" JSON TARGET HARNESS_SIGNED "Content-Length: 3\r\n\r\n{}x"), 400);
  CHECK_STR(harness_body(&h), SERIALIZATION);
  harness_stop(&h);
}

TEST(then_target_then_token_then_empty_body) {
  REQUIRE(harness_start(&h, NULL));
  CHECK_INT(exchange("POST / HTTP/1.1\r\n" JSON BODY), 400);
  CHECK_STR(harness_body(&h), UNKNOWN);
  CHECK_INT(exchange("POST / HTTP/1.1\r\n" JSON "X-Amz-Target: DynamoDB_20120810.Nothing\r\n" BODY), 400);
  CHECK_STR(harness_body(&h), UNKNOWN);
  CHECK_INT(exchange("POST / HTTP/1.1\r\n" JSON "X-Amz-Target: DynamoDBStreams_20120810.ListTables\r\n" BODY), 400);
  CHECK_STR(harness_body(&h), UNKNOWN);
  CHECK_INT(exchange("POST / HTTP/1.1\r\n" JSON TARGET BODY), 400);
  CHECK_STR(harness_body(&h),
            "{\"__type\":\"com.amazon.coral.service#MissingAuthenticationTokenException\","
            "\"message\":\"Request is missing Authentication Token\"}");
  CHECK_INT(exchange("POST / HTTP/1.1\r\nContent-Length: 0\r\n" JSON TARGET HARNESS_SIGNED "\r\n"), 400);
  CHECK_STR(harness_body(&h), SERIALIZATION);
  harness_stop(&h);
}

TEST(content_type_is_echoed) {
  REQUIRE(harness_start(&h, NULL));
  CHECK_INT(exchange("POST / HTTP/1.1\r\n" JSON TARGET HARNESS_SIGNED BODY), 200);
  CHECK(strstr(h.answer, "\r\nContent-Type: application/x-amz-json-1.0\r\n") != NULL);
  CHECK_STR(harness_body(&h), "{\"TableNames\":[]}");
  CHECK(strstr(h.answer, "\r\nx-amz-crc32: 1315925753\r\n") != NULL);
  CHECK_INT(
      exchange("POST / HTTP/1.1\r\nContent-Type: application/json ; charset=utf-8\r\n" TARGET HARNESS_SIGNED BODY),
      200);
  CHECK(strstr(h.answer, "\r\nContent-Type: application/json\r\n") != NULL);
  harness_stop(&h);
}

TEST(pages_reach_no_data_unless_allowed) {
  cyn_server_options options = harness_options();
  REQUIRE(harness_start(&h, NULL));
  CHECK_INT(exchange("POST / HTTP/1.1\r\n" JSON TARGET HARNESS_SIGNED "Origin: http://evil\r\n" BODY), 403);
  CHECK(strstr(harness_body(&h), "#AccessDeniedException\"") != NULL);
  CHECK(strstr(h.answer, "\r\nAccess-Control-Allow-Origin: *\r\n") != NULL);
  CHECK_INT(exchange("POST / HTTP/1.1\r\n" JSON TARGET HARNESS_SIGNED "Sec-Fetch-Site: same-origin\r\n" BODY), 403);
  CHECK_INT(exchange("OPTIONS / HTTP/1.1\r\nOrigin: o\r\nAccess-Control-Request-Headers: a, b\r\n"
                     "Access-Control-Request-Method: POST\r\n\r\n"),
            200);
  CHECK(strstr(h.answer,
               "\r\nAccess-Control-Allow-Headers: a, b\r\nAccess-Control-Allow-Methods: POST\r\n"
               "Access-Control-Max-Age: 172800\r\n\r\n") != NULL);
  harness_stop(&h);
  options.cors_origins = cyn_str("http://good");
  REQUIRE(harness_start(&h, &options));
  CHECK_INT(exchange("POST / HTTP/1.1\r\n" JSON TARGET HARNESS_SIGNED "Origin: http://good\r\n" BODY), 200);
  CHECK_INT(exchange("POST / HTTP/1.1\r\n" JSON TARGET HARNESS_SIGNED "Origin: http://evil\r\n" BODY), 403);
  harness_stop(&h);
}

static const char create[] =
    "{\"TableName\":\"Music\",\"KeySchema\":[{\"AttributeName\":\"a\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":"
    "[{\"AttributeName\":\"a\",\"AttributeType\":\"S\"}],\"BillingMode\":\"PAY_PER_REQUEST\"}";

static const char *tables_of(const char *key, const char *region) {
  static char text[1024];
  snprintf(text, sizeof text,
           "POST / HTTP/1.1\r\n" JSON TARGET
           "Authorization: AWS4-HMAC-SHA256 Credential=%s/20261124/%s/dynamodb/aws4_request, "
           "SignedHeaders=host, Signature=ab\r\nX-Amz-Date: 20261124T000000Z\r\n" BODY,
           key, region);
  return exchange(text) == 200 ? harness_body(&h) : "";
}

TEST(data_sets_are_split) {
  for (int split = CYN_SPLIT_REGION; split <= CYN_SPLIT_NONE; split++) {
    cyn_server_options options = harness_options();
    options.split = (cyn_server_split)split;
    REQUIRE(harness_start(&h, &options));
    (void)harness_call(&h, "CreateTable", create);
    CHECK_INT(harness_status(&h), 200);
    bool own_region = split != CYN_SPLIT_NONE, own_key = split == CYN_SPLIT_REGION_AND_ACCESS_KEY;
    CHECK_STR(tables_of("AK", "us-east-1"), "{\"TableNames\":[\"Music\"]}");
    CHECK_STR(tables_of("AK", "eu-west-1"), own_region ? "{\"TableNames\":[]}" : "{\"TableNames\":[\"Music\"]}");
    CHECK_STR(tables_of("OTHER", "us-east-1"), own_key ? "{\"TableNames\":[]}" : "{\"TableNames\":[\"Music\"]}");
    harness_stop(&h);
  }
}

TEST(a_table_in_another_region_is_named_in_the_log) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  cyn_server_options options = harness_options();
  options.log_fd = cyn_int(ends[1]);
  REQUIRE(harness_start(&h, &options));
  (void)harness_call(&h, "CreateTable", create);
  const char *text = "POST / HTTP/1.1\r\n" JSON
                     "X-Amz-Target: DynamoDB_20120810.DescribeTable\r\nAuthorization: AWS4-HMAC-SHA256 "
                     "Credential=AK/1/eu-west-1/dynamodb/aws4_request, SignedHeaders=h, Signature=a\r\nDate: d\r\n"
                     "Content-Length: 21\r\n\r\n{\"TableName\":\"Music\"}";
  CHECK_INT(exchange(text), 400);
  harness_stop(&h);
  close(ends[1]);
  char log[4096];
  ssize_t n = read(ends[0], log, sizeof log - 1);
  log[n > 0 ? n : 0] = '\0';
  CHECK(strstr(log, "exists in another Region table=Music asked_region=eu-west-1 found_in=") != NULL);
  CHECK(strstr(log, " info started ") != NULL && strstr(log, " info stopped") != NULL);
  close(ends[0]);
}
