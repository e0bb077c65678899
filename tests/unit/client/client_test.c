/* Whole calls against a stand-in: what is sent, what is tried again, what is believed. */
#include "client/client.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "unruly_server.h"
#include "test.h"

__attribute__((constructor)) static void clean_environment(void) {
  static const char *const names[] = {"AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID",
                                      "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL",
                                      "AWS_ENDPOINT_URL_DYNAMODB", "AWS_RETRY_MODE", "AWS_MAX_ATTEMPTS", "http_proxy"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) unsetenv(names[i]);
  setenv("AWS_CONFIG_FILE", "/nowhere/config", 1);
  setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere/credentials", 1);
}

typedef struct fixture {
  stand_in server;
  cyn_i_client *client;
  cyn_i_client_options options;
  cyn_i_arena arena;
  cyn_error error;
  cyn_i_call call;
  cyn_get_item_input input;
} fixture;

static void start(fixture *f) {
  memset(f, 0, sizeof *f);
  stand_in_start(&f->server);
  cyn_i_arena_init(&f->arena, 0);
  f->options = (cyn_i_client_options){.endpoint_url = cyn_str(f->server.url), .region = cyn_str("eu-west-3"),
                                      .access_key_id = cyn_str("AKIDEXAMPLE"), .secret_access_key = cyn_str("secret"),
                                      .read_timeout_ms = 3000};
  f->input = (cyn_get_item_input)CYN_GET_ITEM_INPUT_INIT;
  f->input.table_name = cyn_str("Thread");
}

static void call_operation(fixture *f, cyn_operation operation, const void *input) {
  if (f->client == NULL) REQUIRE(cyn_i_client_new(&f->options, &f->client, &f->error) == CYN_OK);
  f->call = (cyn_i_call){.operation = &cyn_i_operations[operation], .input = input, .arena = &f->arena, .error = &f->error};
  cyn_i_client_call(f->client, &f->call);
}

static cyn_status get_item(fixture *f) {
  call_operation(f, CYN_OPERATION_GET_ITEM, &f->input);
  return f->call.status;
}

static void stop(fixture *f) {
  cyn_i_client_destroy(f->client);
  stand_in_stop(&f->server);
  cyn_i_arena_clean_up(&f->arena);
  cyn_error_clean_up(&f->error);
}

#define GOOD "{\"Item\":{\"pk\":{\"S\":\"a\"}}}"
#define FAULT(name) "{\"__type\":\"com.amazonaws.dynamodb.v20120810#" name "\",\"message\":\"m\"}"

TEST(what_is_sent) {
  fixture f;
  start(&f);
  stand_in_json(&f.server, 200, "", GOOD);
  const cyn_string_pair extra[] = {{cyn_str("X-Amz-Trace"), cyn_str("t")}, {cyn_str("X-Other"), cyn_str("o")}};
  f.options.extra_headers = (cyn_string_map){2, extra};
  f.options.session_token = cyn_str("the-token");
  f.options.user_agent_extra = cyn_str("app/1");
  CHECK_INT(get_item(&f), CYN_OK);
  const cyn_get_item_output *output = f.call.output;
  CHECK(output->item.data != NULL);
  static const char *const lines[] = {"POST / HTTP/1.1\r\n", "\r\nContent-Type: application/x-amz-json-1.0\r\n",
                                      "\r\nX-Amz-Target: DynamoDB_20120810.GetItem\r\n", "\r\nX-Amz-Security-Token: the-token\r\n",
                                      "\r\nX-Amz-Trace: t\r\n", "\r\nX-Other: o\r\n", " app/1\r\n", "\r\nUser-Agent: cynamo/",
                                      "\r\n\r\n{\"TableName\":\"Thread\"}",
                                      ("/eu-west-3/dynamodb/aws4_request, SignedHeaders=content-type;host;x-amz-date;"
                                       "x-amz-security-token;x-amz-target;x-amz-trace, Signature=")};
  for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
    if (strstr(f.server.last, lines[i]) == NULL) test_failed(__FILE__, __LINE__, "no %s in\n%s", lines[i], f.server.last);
  cyn_list_streams_input streams = CYN_LIST_STREAMS_INPUT_INIT;
  call_operation(&f, CYN_OPERATION_LIST_STREAMS, &streams);
  CHECK(strstr(f.server.last, "X-Amz-Target: DynamoDBStreams_20120810.ListStreams\r\n") != NULL);
  stop(&f);
}

TEST(a_base_path_is_kept_and_signed) {
  fixture f;
  start(&f);
  stand_in_json(&f.server, 200, "", GOOD);
  char url[100];
  snprintf(url, sizeof url, "%s/dynamo/db", f.server.url);
  f.options.endpoint_url = cyn_str(url);
  CHECK_INT(get_item(&f), CYN_OK);
  CHECK(strncmp(f.server.last, "POST /dynamo/db HTTP/1.1\r\n", 26) == 0);
  stop(&f);
}

/* Each answer is followed by a good one: tried again or not. */
TEST(what_is_tried_again) {
  static const struct {
    const char *raw;  /* or: */
    int status;
    const char *body;
    cyn_i_error_code code; /* CYN_E_NONE: the second answer is used */
  } rows[] = {
      {NULL, 500, FAULT("InternalServerError"), CYN_E_NONE},
      {NULL, 503, "", CYN_E_NONE},
      {NULL, 502, "<html>", CYN_E_NONE},
      {NULL, 400, FAULT("ThrottlingException"), CYN_E_NONE},
      {"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"Item\":", 0, NULL, CYN_E_NONE},
      {"HTTP/1.1 200 OK\r\n", 0, NULL, CYN_E_NONE},
      {"HTTP/1.1 200 OK\r\n\r\n", 0, NULL, CYN_E_NONE},
      {"HTTP/1.1 200 OK\r\nx-amz-crc32: 1\r\nContent-Length: 2\r\n\r\n{}", 0, NULL, CYN_E_NONE},
      {"HTTP/1.1 400 B\r\nx-amz-crc32: 1\r\nContent-Length: 2\r\n\r\n{}", 0, NULL, CYN_E_NONE},
      {"\x16\x03\x01garbage\r\n\r\n", 0, NULL, CYN_E_NONE},
      {NULL, 400, FAULT("ResourceNotFoundException"), CYN_E_RESOURCE_NOT_FOUND},
      {NULL, 400, FAULT("NewException"), CYN_E_SERVICE},
      {NULL, 200, "{\"Item\":[]}", CYN_E_BAD_ANSWER},
      {NULL, 200, "not JSON", CYN_E_BAD_ANSWER},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    fixture f;
    start(&f);
    f.options.retry_mode = CYN_RETRY_LEGACY; /* 50 ms */
    if (rows[i].body != NULL) stand_in_json(&f.server, rows[i].status, "", rows[i].body);
    else stand_in_raw(&f.server, rows[i].raw)->closes = true;
    stand_in_json(&f.server, 200, "", GOOD);
    cyn_status status = get_item(&f);
    size_t requests = stand_in_requests(&f.server);
    if (status != (cyn_status)rows[i].code || requests != (rows[i].code == CYN_E_NONE ? 2u : 1u))
      test_failed(__FILE__, __LINE__, "row %zu: status %d (%s), %zu requests", i, status,
                  f.error.message != NULL ? f.error.message : "", requests);
    if (status == CYN_OK) CHECK(f.error.status == CYN_OK && ((const cyn_get_item_output *)f.call.output)->item.data != NULL);
    stop(&f);
  }
}

TEST(attempts_end) {
  fixture f;
  start(&f);
  f.options.attempts_max = 3;
  f.options.retry_mode = CYN_RETRY_LEGACY;
  stand_in_json(&f.server, 500, "", FAULT("InternalServerError"));
  CHECK_INT(get_item(&f), CYN_E_INTERNAL);
  CHECK_INT(stand_in_requests(&f.server), 3);
  stop(&f);
}

TEST(a_server_that_says_nothing) {
  fixture f;
  start(&f);
  f.options.read_timeout_ms = 100;
  f.options.attempts_max = 2;
  stand_in_json(&f.server, 200, "", GOOD)->delay_ms = 5000;
  uint64_t before = cyn_i_clock_monotonic_ns();
  CHECK_INT(get_item(&f), CYN_E_TIMEOUT);
  CHECK((cyn_i_clock_monotonic_ns() - before) / 1000000 < 2000);
  CHECK_INT(stand_in_requests(&f.server), 2);
  stop(&f);
}

TEST(clocks_that_differ) {
  fixture f;
  start(&f);
  stand_in_json(&f.server, 400, "Date: Sun, 30 Aug 2015 12:36:00 GMT\r\n",
                "{\"__type\":\"com.amazon.coral.service#InvalidSignatureException\",\"message\":\"Signature expired\"}");
  stand_in_json(&f.server, 200, "", GOOD);
  CHECK_INT(get_item(&f), CYN_OK);
  CHECK(strstr(f.server.before, "X-Amz-Date: 2015") == NULL);
  CHECK(strstr(f.server.last, "X-Amz-Date: 20150830T1236") != NULL);
  CHECK_INT(get_item(&f), CYN_OK); /* remembered */
  CHECK(strstr(f.server.last, "X-Amz-Date: 20150830T1236") != NULL);
  CHECK_INT(stand_in_requests(&f.server), 3);
  stop(&f);
}

TEST(a_wrong_signature_is_no_matter_of_clocks) {
  fixture f;
  start(&f);
  stand_in_json(&f.server, 400, "", "{\"__type\":\"com.amazon.coral.service#InvalidSignatureException\",\"message\":\"no\"}");
  CHECK_INT(get_item(&f), CYN_E_INVALID_SIGNATURE);
  CHECK_INT(stand_in_requests(&f.server), 1);
  stop(&f);
}

TEST(a_clock_is_set_once_a_call) {
  fixture f;
  start(&f);
  stand_in_json(&f.server, 400, "Date: Sun, 30 Aug 2015 12:36:00 GMT\r\n", FAULT("RequestTimeTooSkewed"));
  stand_in_json(&f.server, 400, "Date: Sun, 30 Aug 2020 12:36:00 GMT\r\n", FAULT("RequestTimeTooSkewed"));
  CHECK_INT(get_item(&f), CYN_E_SERVICE);
  CHECK_STR(f.error.name, "RequestTimeTooSkewed");
  CHECK_INT(stand_in_requests(&f.server), 2);
  stop(&f);
}

/* Keys of the program stay what they are; the call is tried once more all the same. */
TEST(expired_keys) {
  static const struct {
    const char *body;
    int attempts_max, requests;
    cyn_i_error_code code;
  } rows[] = {{FAULT("ExpiredTokenException"), 0, 2, CYN_E_NONE},
              {FAULT("ExpiredToken"), 0, 2, CYN_E_NONE},
              {FAULT("ExpiredTokenException"), 1, 1, CYN_E_EXPIRED_TOKEN}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    fixture f;
    start(&f);
    f.options.attempts_max = rows[i].attempts_max;
    stand_in_json(&f.server, 400, "", rows[i].body);
    stand_in_json(&f.server, 200, "", GOOD);
    CHECK_INT(get_item(&f), rows[i].code);
    CHECK_INT(stand_in_requests(&f.server), rows[i].requests);
    stop(&f);
  }
}

/* x-amz-retry-after is a number of milliseconds, or as if it were not there. */
TEST(servers_that_say_when_to_come_again) {
  static const char *const values[] = {"0", "7", "", "soon", "-1", "1234567890", "1.5"};
  for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
    fixture f;
    char header[64];
    start(&f);
    snprintf(header, sizeof header, "x-amz-retry-after: %s\r\n", values[i]);
    stand_in_json(&f.server, 503, header, "{}");
    stand_in_json(&f.server, 200, "", GOOD);
    CHECK_INT(get_item(&f), CYN_OK);
    CHECK_INT(stand_in_requests(&f.server), 2);
    stop(&f);
  }
}

/* A port that the scheme implies is no part of the host that is signed. */
TEST(hosts_and_ports) {
  static const struct {
    const char *url, *host;
  } rows[] = {{"http://example.invalid:80/x", "\r\nHost: example.invalid\r\n"},
              {"http://example.invalid:8000", "\r\nHost: example.invalid:8000\r\n"},
              {"http://example.invalid:443", "\r\nHost: example.invalid:443\r\n"}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    fixture f;
    start(&f);
    stand_in_json(&f.server, 200, "", GOOD);
    f.options.proxy = cyn_str(f.server.url);
    f.options.endpoint_url = cyn_str(rows[i].url);
    CHECK_INT(get_item(&f), CYN_OK);
    if (strstr(f.server.last, rows[i].host) == NULL) test_failed(__FILE__, __LINE__, "%s: %s", rows[i].url, f.server.last);
    stop(&f);
  }
}

TEST(more_headers_than_there_is_room_for) {
  static cyn_string_pair pairs[65];
  cyn_i_client *client = NULL;
  cyn_error error = CYN_ERROR_INIT;
  for (int i = 0; i < 65; i++) pairs[i] = (cyn_string_pair){cyn_str("X-A"), cyn_str("b")};
  CHECK_INT(cyn_i_client_new(&(cyn_i_client_options){.endpoint_url = cyn_str("http://localhost:1"), .extra_headers = {65, pairs}}, &client, &error),
            CYN_E_USAGE);
  CHECK_STR(error.message, "more than 64 extra headers");
  CHECK(client == NULL);
  cyn_error_clean_up(&error);
}

/* The same call must be known as the same. */
TEST(the_token_of_a_transaction_is_sent_again) {
  fixture f;
  start(&f);
  f.options.retry_mode = CYN_RETRY_LEGACY;
  stand_in_raw(&f.server, "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{")->closes = true;
  stand_in_json(&f.server, 200, "", "{}");
  cyn_transact_write_items_input input = CYN_TRANSACT_WRITE_ITEMS_INPUT_INIT;
  call_operation(&f, CYN_OPERATION_TRANSACT_WRITE_ITEMS, &input);
  CHECK_INT(f.call.status, CYN_OK);
  const char *first = strstr(f.server.before, "ClientRequestToken\":\""), *second = strstr(f.server.last, "ClientRequestToken\":\"");
  REQUIRE(first != NULL && second != NULL);
  CHECK(strncmp(first, second, 58) == 0);
  stop(&f);
}

TEST(options_that_are_wrong) {
  static const char *const urls[] = {"ftp://x", "http:", "x"};
  for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
    cyn_i_client *client = NULL;
    CHECK_INT(cyn_i_client_new(&(cyn_i_client_options){.endpoint_url = cyn_str(urls[i])}, &client, NULL), CYN_E_USAGE);
    CHECK(client == NULL);
  }
  static const char *const variables[][2] = {{"AWS_RETRY_MODE", "often"}, {"AWS_MAX_ATTEMPTS", "none"}};
  for (int i = 0; i < 2; i++) {
    cyn_i_client *client = NULL;
    cyn_error error = CYN_ERROR_INIT;
    setenv(variables[i][0], variables[i][1], 1);
    CHECK_INT(cyn_i_client_new(&(cyn_i_client_options){.endpoint_url = cyn_str("http://127.0.0.1:1")}, &client, &error),
              CYN_E_USAGE);
    CHECK(error.message != NULL && strstr(error.message, variables[i][0]) != NULL);
    unsetenv(variables[i][0]);
    cyn_error_clean_up(&error);
  }
}

/* A proxy is asked for the host that a call would go to. */
TEST(accounts_have_names_of_their_own) {
  static const struct {
    const char *table, *account, *connects;
  } rows[] = {
      {"Thread", NULL, "CONNECT dynamodb.eu-west-1.amazonaws.com:443 "},
      {"Thread", "111122223333", "CONNECT 111122223333.ddb.eu-west-1.amazonaws.com:443 "},
      {"arn:aws:dynamodb:eu-west-1:444455556666:table/Thread", "111122223333",
       "CONNECT 444455556666.ddb.eu-west-1.amazonaws.com:443 "},
      {"arn:aws:dynamodb:eu-west-1", "111122223333", "CONNECT 111122223333.ddb.eu-west-1.amazonaws.com:443 "},
      {"arn:aws:dynamodb:eu-west-1:4444", "111122223333", "CONNECT 111122223333.ddb.eu-west-1.amazonaws.com:443 "},
      {"arn", "111122223333", "CONNECT 111122223333.ddb.eu-west-1.amazonaws.com:443 "},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    fixture f;
    start(&f);
    stand_in_raw(&f.server, "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")->closes = true;
    setenv("AWS_ACCESS_KEY_ID", "AKIDENV", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    if (rows[i].account != NULL) setenv("AWS_ACCOUNT_ID", rows[i].account, 1);
    f.options = (cyn_i_client_options){.region = cyn_str("eu-west-1"), .proxy = cyn_str(f.server.url), .attempts_max = 1};
    f.input.table_name = cyn_str(rows[i].table);
    CHECK_INT(get_item(&f), CYN_E_CONNECTION);
    f.server.last[strlen(rows[i].connects)] = '\0';
    CHECK_STR(f.server.last, rows[i].connects);
    stop(&f);
    unsetenv("AWS_ACCESS_KEY_ID");
    unsetenv("AWS_SECRET_ACCESS_KEY");
    unsetenv("AWS_ACCOUNT_ID");
  }
}

/* ---- submitted ---- */

typedef struct flight {
  cyn_i_call call;
  cyn_i_arena arena;
  cyn_error error;
  atomic_int *done;
} flight;

static void on_done(cyn_i_call *call) { ++*((flight *)call->user)->done; }

TEST(many_submitted_calls_with_trouble_between) {
  enum { COUNT = 60 };
  static flight flights[COUNT];
  fixture f;
  start(&f);
  f.options.retry_mode = CYN_RETRY_LEGACY;
  f.options.connections_max = 5;
  for (int i = 0; i < 40; i++) {
    if (i % 4 == 1) stand_in_json(&f.server, 500, "", FAULT("InternalServerError"));
    else if (i % 4 == 3) stand_in_raw(&f.server, NULL);
    else stand_in_json(&f.server, 200, "", GOOD);
  }
  stand_in_json(&f.server, 200, "", GOOD);
  REQUIRE(cyn_i_client_new(&f.options, &f.client, &f.error) == CYN_OK);
  atomic_int done = 0;
  for (int i = 0; i < COUNT; i++) {
    flights[i] = (flight){.done = &done};
    cyn_i_arena_init(&flights[i].arena, 0);
    flights[i].call = (cyn_i_call){.operation = &cyn_i_operations[CYN_OPERATION_GET_ITEM], .input = &f.input,
                                   .arena = &flights[i].arena, .error = &flights[i].error, .done = on_done,
                                   .user = &flights[i]};
    cyn_i_client_submit(f.client, &flights[i].call);
  }
  for (int i = 0; i < 10000 && done < COUNT; i++) usleep(1000);
  CHECK_INT(done, COUNT);
  for (int i = 0; i < COUNT; i++) {
    CHECK_INT(flights[i].call.status, CYN_OK);
    cyn_error_clean_up(&flights[i].error);
    cyn_i_arena_clean_up(&flights[i].arena);
  }
  CHECK(stand_in_requests(&f.server) >= COUNT + 20);
  stop(&f);
}

TEST(destroying_a_client_ends_its_calls) {
  fixture f;
  start(&f);
  stand_in_json(&f.server, 200, "", GOOD)->delay_ms = 5000;
  REQUIRE(cyn_i_client_new(&f.options, &f.client, &f.error) == CYN_OK);
  atomic_int done = 0;
  flight one = {.done = &done};
  cyn_i_arena_init(&one.arena, 0);
  one.call = (cyn_i_call){.operation = &cyn_i_operations[CYN_OPERATION_GET_ITEM], .input = &f.input, .arena = &one.arena,
                          .error = &one.error, .done = on_done, .user = &one};
  cyn_i_client_submit(f.client, &one.call);
  usleep(30000);
  cyn_i_client_destroy(f.client);
  f.client = NULL;
  CHECK_INT(done, 1);
  CHECK_INT(one.call.status, CYN_E_CONNECTION);
  cyn_error_clean_up(&one.error);
  cyn_i_arena_clean_up(&one.arena);
  stop(&f);
}

/* ---- without memory ---- */

static int allocations_left;
static int refuse(size_t size) {
  (void)size;
  return allocations_left-- <= 0;
}

/* Each allocation of opening, calling and closing fails in turn: an error each time, nothing leaks. */
TEST(every_allocation_may_fail) {
  stand_in server;
  stand_in_start(&server);
  stand_in_json(&server, 200, "", GOOD);
  cyn_get_item_input input = CYN_GET_ITEM_INPUT_INIT;
  input.table_name = cyn_str("Thread");
  const cyn_i_client_options options = {.endpoint_url = cyn_str(server.url), .region = cyn_str("eu-west-3"),
                                        .access_key_id = cyn_str("AKIDEXAMPLE"), .secret_access_key = cyn_str("secret"),
                                        .attempts_max = 1};
  cyn_i_client *warm = NULL; /* what is made once for the process */
  REQUIRE(cyn_i_client_new(&options, &warm, NULL) == CYN_OK);
  cyn_i_client_destroy(warm);
  bool is_over = false;
  int number = 0;
  for (; number < 400 && !is_over; number++) {
    cyn_i_client *client = NULL;
    cyn_i_arena arena;
    cyn_error error = CYN_ERROR_INIT;
    cyn_i_arena_init(&arena, 64);
    allocations_left = number;
    cyn_i_alloc_hook = refuse;
    cyn_status status = cyn_i_client_new(&options, &client, &error);
    if (status == CYN_OK) {
      cyn_i_call call = {.operation = &cyn_i_operations[CYN_OPERATION_GET_ITEM], .input = &input, .arena = &arena, .error = &error};
      cyn_i_client_call(client, &call);
      status = call.status;
    }
    is_over = allocations_left >= 0;
    cyn_i_alloc_hook = NULL;
    if (!is_over && status == CYN_OK) test_failed(__FILE__, __LINE__, "allocation %d failed and nobody noticed", number);
    cyn_i_client_destroy(client);
    cyn_error_clean_up(&error);
    cyn_i_arena_clean_up(&arena);
  }
  CHECK(is_over && number > 15);
  stand_in_stop(&server);
}
