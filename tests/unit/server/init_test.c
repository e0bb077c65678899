#include "files.h"
#include "harness.h"

static harness h;

static const char table[] =
    "{\"TableName\":\"Music\",\"KeySchema\":[{\"AttributeName\":\"a\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":"
    "[{\"AttributeName\":\"a\",\"AttributeType\":\"S\"}],\"BillingMode\":\"PAY_PER_REQUEST\"}";

static bool start(void) {
  cyn_server_options options = harness_options();
  options.init_directory = cyn_str(files_folder);
  return harness_start(&h, &options);
}

static bool fault_ends_in(const char *end) {
  bool started = start();
  const char *message = h.error.message != NULL ? h.error.message : "(started)";
  bool fits = !started && strlen(message) >= strlen(end) && strcmp(message + strlen(message) - strlen(end), end) == 0;
  if (!fits) fprintf(stderr, "%s\n", message);
  harness_stop(&h);
  return fits;
}

static const char *count(void) {
  (void)harness_call(&h, "Scan", "{\"TableName\":\"Music\",\"Select\":\"COUNT\"}");
  return harness_body(&h);
}

TEST(tables_then_items) {
  files_begin();
  files_write("z.json", table); /* tables come first, whatever their file's name */
  files_write("a.json", "{\"RequestItems\":{\"Music\":[{\"PutRequest\":{\"Item\":{\"a\":{\"S\":\"1\"}}}}]}}");
  files_write("b.json", " {\"Music\":\n[{\"PutRequest\":{\"Item\":{\"a\":{\"S\":\"2\"}}}}]}\n");
  char lines[4000];
  size_t size = 0;
  for (int i = 0; i < 60; i++)
    size += (size_t)snprintf(lines + size, sizeof lines - size, "{\"a\":{\"S\":\"%d\"}}\r\n\n", i % 50);
  files_write("Music.items.jsonl", lines);
  files_write("readme.txt", "not read");
  REQUIRE(start());
  CHECK_STR(count(), "{\"Count\":50,\"ScannedCount\":50}");
  /* a second start over the same database leaves everything as it is */
  (void)harness_call(&h, "DeleteItem", "{\"TableName\":\"Music\",\"Key\":{\"a\":{\"S\":\"1\"}}}");
  cyn_server_stop(h.server);
  cyn_server_options options = harness_options();
  options.init_directory = cyn_str(files_folder);
  REQUIRE(cyn_server_start(h.db, &options, &h.server, &h.error) == CYN_OK);
  CHECK_STR(count(), "{\"Count\":49,\"ScannedCount\":49}");
  harness_stop(&h);
  files_end();
}

TEST(faults_name_the_file) {
  files_begin();
  files_write("t.json", "{\"KeySchema\":[]");
  CHECK(fault_ends_in("/t.json: no valid JSON for this call"));
  files_write("t.json", "[1]");
  CHECK(fault_ends_in(
      "/t.json: neither a CreateTable input, nor a CloudFormation template, nor a BatchWriteItem request"));
  files_write("t.json", "");
  CHECK(fault_ends_in("nor a BatchWriteItem request"));
  files_write("t.json", table);
  files_write("x.json", "{\"Missing\":[{\"PutRequest\":{\"Item\":{\"a\":{\"S\":\"2\"}}}}]}");
  CHECK(fault_ends_in("/x.json: Requested resource not found: Table: Missing not found"));
  files_write("x.json", "{\"Music\":[{\"PutRequest\":{\"Item\":{\"a\":{\"N\":\"2\"}}}}]}");
  CHECK(fault_ends_in("/x.json: The provided key element does not match the schema"));
  files_write("x.json", "{\"Music\":[{\"PutRequest\":{\"Item\":{\"a\":{\"S\":\"2\"}}}}]}");
  files_write("Music.items.jsonl", "{\"a\":{\"S\":\"1\"}}\n{\"a\":{\"S\":");
  CHECK(fault_ends_in("/Music.items.jsonl: no valid JSON for this call"));
  files_end();
}
