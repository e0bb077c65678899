/* A server without memory: each allocation of its start and of its requests fails in turn. The start fails as a whole; a
 * request is answered with an error or its connection ends, nothing of it stays counted, and the next one is served. */
#include "failing_memory.h"
#include "files.h"
#include "harness.h"
#include "server/server_private.h"

static harness h;

static const char table[] =
    "{\"TableName\":\"Music\",\"KeySchema\":[{\"AttributeName\":\"a\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":"
    "[{\"AttributeName\":\"a\",\"AttributeType\":\"S\"}],\"BillingMode\":\"PAY_PER_REQUEST\"}";

static void start_with_each_failing(const cyn_server_options *options) {
  long n = 1;
  for (; n < 5000 && !test_current_failed(); n++) {
    cyn_db_options db_options = CYN_DB_OPTIONS_INIT;
    memset(&h, 0, sizeof h);
    db_options.region = cyn_str("us-east-1");
    REQUIRE(cyn_open("memory:", &db_options, &h.db, &h.error) == CYN_OK);
    failing_begin(n, false);
    cyn_status status = cyn_server_start(h.db, options, &h.server, &h.error);
    bool was_hit = failing_end();
    if (status != CYN_OK && (!was_hit || h.server != NULL || h.error.message == NULL || strstr(h.error.message, "out of memory") == NULL))
      test_failed(__FILE__, __LINE__, "allocation %ld: status %d, %s", n, (int)status, h.error.message != NULL ? h.error.message : "");
    harness_stop(&h);
    if (!was_hit) break;
  }
  CHECK(n > 2);
}

TEST(each_allocation_of_a_start) {
  char keys[200];
  cyn_server_options options = harness_options();
  options.threads = cyn_int(2);
  options.tls = true;
  options.cors_origins = cyn_str("https://app.example");
  files_begin();
  files_write("keys", "[a]\naws_access_key_id=AK\naws_secret_access_key=SECRET\n");
  (void)snprintf(keys, sizeof keys, "%s/keys", files_folder);
  options.credentials_file = cyn_str(keys);
  start_with_each_failing(&options);
  files_end();
}

TEST(each_allocation_of_an_init) {
  files_begin();
  files_write("a.json", table);
  files_write("b.json",
              "{\"Resources\":{\"T\":{\"Type\":\"AWS::DynamoDB::Table\",\"Properties\":{\"TableName\":{\"Fn::Sub\":\"t-${AWS::Region}\"},"
              "\"KeySchema\":[{\"AttributeName\":\"a\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":[{\"AttributeName\":\"a\","
              "\"AttributeType\":\"S\"}],\"BillingMode\":{\"Ref\":\"Mode\"},\"TimeToLiveSpecification\":{\"AttributeName\":\"d\","
              "\"Enabled\":true}}}},\"Parameters\":{\"Mode\":{\"Default\":\"PAY_PER_REQUEST\"}}}");
  files_write("c.json", "{\"RequestItems\":{\"Music\":[{\"PutRequest\":{\"Item\":{\"a\":{\"S\":\"1\"}}}}]}}");
  files_write("Music.items.jsonl", "{\"a\":{\"S\":\"2\"}}\n");
  cyn_server_options options = harness_options();
  options.init_directory = cyn_str(files_folder);
  start_with_each_failing(&options);
  files_end();
}

/* ---- requests ---- */

static bool is_nothing_counted(void) {
  for (int i = 0; i < 3000 && h.server->connections != 0; i++) usleep(1000);
  return h.server->connections == 0 && h.server->pending_bytes == 0 && h.server->unsent_bytes == 0;
}

/* `expected` with memory enough. Over a connection of its own each time, so that its buffers are new, too. */
static void request_with_each_failing(const char *text, int expected, bool goes_on) {
  size_t size = strlen(text);
  for (long n = 1; n < 300 && !test_current_failed(); n++) {
    failing_begin(n, goes_on);
    (void)harness_exchange(&h, text, size);
    bool was_hit = failing_end();
    int status = h.answer_size == 0 ? 0 : harness_status(&h);
    bool is_fine = status == expected || (was_hit && (status == 0 || status == 500 || status == 503));
    if (!is_fine) test_failed(__FILE__, __LINE__, "%.60s, allocation %ld: %.300s", text, n, h.answer);
    if (status == 500 && harness_body(&h)[0] != '\0') CHECK(strstr(harness_body(&h), "InternalServerError") != NULL);
    if (!is_nothing_counted()) test_failed(__FILE__, __LINE__, "%.60s, allocation %ld: something stays counted", text, n);
    (void)harness_call(&h, "DescribeTable", "{\"TableName\":\"Music\"}");
    CHECK_INT(harness_status(&h), 200);
    if (!was_hit) break;
  }
}

static void each_request(void) {
  static const char begins[] = "{\"TableName\":\"Music\",\"Item\":{\"a\":{\"S\":\"x\"}}";
  static char large[60000];
  memset(large, ' ', sizeof large - 1);
  memcpy(large, begins, sizeof begins - 1);
  large[sizeof large - 2] = '}';
  static const struct {
    const char *operation, *body, *more;
    int status;
  } rows[] = {
      {"PutItem", "{\"TableName\":\"Music\",\"Item\":{\"a\":{\"S\":\"x\"}},\"ReturnValues\":\"ALL_OLD\"}", "", 200},
      {"GetItem", "{\"TableName\":\"Music\",\"Key\":{\"a\":{\"S\":\"x\"}}}", "Origin: https://app.example\r\n", 200},
      {"PutItem", large, "", 200},
      {"PutItem", "{\"TableName\":\"None\",\"Item\":{\"a\":{\"S\":\"x\"}}}", "", 400},
      {"PutItem", "{\"TableName\":\"Music\"", "", 400},
      {"ListTables", "{}", "Origin: https://evil.example\r\n", 403},
      {"NoSuchThing", "{}", "", 400},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0] && !test_current_failed(); i++)
    for (int goes_on = 0; goes_on < 2; goes_on++) {
      char *text = strdup(harness_post(rows[i].operation, rows[i].body, rows[i].more));
      request_with_each_failing(text, rows[i].status, goes_on != 0);
      free(text);
    }
  static const char *const plain[] = {
      "GET /_cynamo/health HTTP/1.1\r\nHost: h\r\n\r\n", "GET /_cynamo/metrics HTTP/1.1\r\nHost: h\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
      "OPTIONS / HTTP/1.1\r\nHost: h\r\nOrigin: https://app.example\r\nAccess-Control-Request-Headers: x-a\r\nAccess-Control-Request-Method: POST\r\n\r\n"};
  for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) request_with_each_failing(plain[i], 200, i % 2 != 0);
}

TEST(each_allocation_of_a_request) {
  cyn_server_options options = harness_options();
  options.cors_origins = cyn_str("https://app.example");
  REQUIRE(harness_start(&h, &options));
  (void)harness_call(&h, "CreateTable", table);
  each_request();
  harness_stop(&h);
}
