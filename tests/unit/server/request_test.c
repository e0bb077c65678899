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

#define SCOPE(key, region)                                                                                                \
  "Authorization: AWS4-HMAC-SHA256 Credential=" key "/20261124/" region "/dynamodb/aws4_request, SignedHeaders=host, " \
  "Signature=ab\r\nX-Amz-Date: 20261124T000000Z\r\n"
#define CREATE                                                                                                            \
  "{\"TableName\":\"Tab\",\"KeySchema\":[{\"AttributeName\":\"a\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":[{\"AttributeName\":" \
  "\"a\",\"AttributeType\":\"S\"}],\"BillingMode\":\"PAY_PER_REQUEST\"}"

/* What the ARN of a new table says of whose it is. */
static const char *arn_for(const char *authorization) {
  static char arn[100];
  char text[1200];
  snprintf(text, sizeof text, "POST / HTTP/1.1\r\nHost: h\r\n" JSON "X-Amz-Target: DynamoDB_20120810.CreateTable\r\n%sContent-Length: %zu\r\n\r\n" CREATE,
           authorization, strlen(CREATE));
  (void)exchange(text);
  const char *at = strstr(harness_body(&h), "\"arn:");
  if (at == NULL || sscanf(at, "\"%99[^\"]", arn) != 1) return harness_body(&h);
  return arn;
}

TEST(whose_tables_a_key_sees) {
  cyn_server_options options = harness_options();
  options.split = CYN_SPLIT_REGION_AND_ACCESS_KEY;
  REQUIRE(harness_start(&h, &options));
  CHECK_STR(arn_for(SCOPE("123456789012", "eu-west-1")), "arn:aws:dynamodb:eu-west-1:123456789012:table/Tab");
  char first[100];
  snprintf(first, sizeof first, "%s", arn_for(SCOPE("12345678901x", "eu-west-1"))); /* an account made of the key */
  CHECK_INT(strlen(first), strlen("arn:aws:dynamodb:eu-west-1:123456789012:table/Tab"));
  CHECK(strcmp(first, "arn:aws:dynamodb:eu-west-1:123456789012:table/Tab") != 0);
  CHECK(strcmp(arn_for(SCOPE("/23456789012", "eu-west-1")), first) != 0);
  /* what is no Region's name counts as the server's own */
  CHECK_STR(arn_for(SCOPE("000000000001", "a.b")), "arn:aws:dynamodb:us-east-1:000000000001:table/Tab");
  CHECK_STR(arn_for(SCOPE("000000000003", "")), "arn:aws:dynamodb:us-east-1:000000000003:table/Tab");
  CHECK_STR(arn_for(SCOPE("000000000004", "{")), "arn:aws:dynamodb:us-east-1:000000000004:table/Tab");
  CHECK_STR(arn_for(SCOPE("000000000005", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")), "arn:aws:dynamodb:us-east-1:000000000005:table/Tab");
  CHECK_STR(arn_for(SCOPE("000000000006", "Loc_al-9")), "arn:aws:dynamodb:Loc_al-9:000000000006:table/Tab");
  CHECK_STR(arn_for(SCOPE("000000000007", "[")), "arn:aws:dynamodb:us-east-1:000000000007:table/Tab");
  CHECK_STR(arn_for(SCOPE("000000000008", "!")), "arn:aws:dynamodb:us-east-1:000000000008:table/Tab");
  CHECK_STR(arn_for(SCOPE("000000000009", "^")), "arn:aws:dynamodb:us-east-1:000000000009:table/Tab");
  harness_stop(&h);
}

/* A line for each request, whatever it asks for; the origin of a page is cut where it is long. */
TEST(all_requests_are_logged) {
  static char log[65536];
  static char long_origin[400], text[900];
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  cyn_server_options options = harness_options();
  options.log_requests = true;
  options.log_fd = cyn_int(ends[1]);
  REQUIRE(harness_start(&h, &options));
  CHECK_INT(exchange("GET / HTTP/1.1\r\n\r\n"), 200);
  CHECK_INT(exchange("PUT / HTTP/1.1\r\n\r\n"), 404);
  CHECK_INT(exchange("POST / HTTP/1.1\r\n" JSON "X-Amz-Target: DynamoDB_20120810.Nothing\r\n" HARNESS_SIGNED BODY), 400);
  CHECK_INT(exchange("POST / HTTP/1.1\r\n" JSON TARGET HARNESS_SIGNED BODY), 200);
  CHECK_INT(exchange("POST / HTTP/1.1\r\nContent-Type: application/json  ; charset=x\r\n" TARGET HARNESS_SIGNED BODY), 200);
  memset(long_origin, 'o', sizeof long_origin - 1);
  snprintf(text, sizeof text, "POST / HTTP/1.1\r\n" JSON TARGET HARNESS_SIGNED "Origin: %s\r\n" BODY, long_origin);
  CHECK_INT(exchange(text), 403);
  long_origin[200] = '\0';
  CHECK(strstr(harness_body(&h), long_origin) != NULL && strstr(harness_body(&h), "ooo are not allowed") != NULL);
  harness_stop(&h);
  close(ends[1]);
  ssize_t size = read(ends[0], log, sizeof log - 1);
  close(ends[0]);
  log[size > 0 ? size : 0] = '\0';
  static const char *const lines[] = {"request method=GET operation=- status=200 error=-", "request method=PUT operation=- status=404 error=-",
                                      "request method=POST operation=- status=400 error=UnknownOperationException",
                                      "request method=POST operation=ListTables status=200 error=-",
                                      "request method=POST operation=ListTables status=403 error=AccessDeniedException"};
  for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
    if (strstr(log, lines[i]) == NULL) test_failed(__FILE__, __LINE__, "no %s in\n%s", lines[i], log);
}
