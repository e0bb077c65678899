/* What every DynamoDB-compatible server is asked by tests/servers/run.sh: tour URL. Prints one line a step; ends with 1 at
 * the first that goes wrong. */
#include <stdio.h>
#include <stdlib.h>

#include <cynamo/cynamo.h>

static cyn_db *db;
static cyn_result *result;
static cyn_error error;

static void need(bool holds, const char *what) {
  printf("%s %s\n", holds ? "ok  " : "FAIL", what);
  if (holds) return;
  if (error.status != CYN_OK) printf("     %s: %s\n", error.name, error.message);
  exit(1);
}

static const char *call(const char *operation, const char *input) {
  static char text[65536];
  cyn_bytes output = {"", 0};
  need(cyn_call_json(db, operation, cyn_str(input), result, &output, &error) == CYN_OK, operation);
  snprintf(text, sizeof text, "%.*s", (int)output.size, output.data);
  return text;
}

static void write_batch(void) {
  enum { COUNT = 60 };
  static cyn_item_builder *builders[COUNT];
  static cyn_put_request puts[COUNT];
  static cyn_write_request requests[COUNT];
  static const cyn_write_request *at[COUNT];
  for (int i = 0; i < COUNT; i++) {
    builders[i] = cyn_item_builder_new();
    puts[i] = (cyn_put_request)CYN_PUT_REQUEST_INIT;
    requests[i] = (cyn_write_request)CYN_WRITE_REQUEST_INIT;
    cyn_item_put_string(builders[i], cyn_str("pk"), cyn_str("many"));
    cyn_item_put_int(builders[i], cyn_str("sk"), i);
    need(cyn_item_builder_finish(builders[i], &puts[i].item, &error) == CYN_OK || i == 0, "an item");
    requests[i].put_request = &puts[i];
    at[i] = &requests[i];
  }
  const cyn_batch_write_item_request_map_entry table = {cyn_str("Tour"), {COUNT, at}};
  cyn_batch_write_item_input input = CYN_BATCH_WRITE_ITEM_INPUT_INIT;
  const cyn_batch_write_item_output *output;
  input.request_items = (cyn_batch_write_item_request_map){1, &table};
  need(cyn_batch_write_all(db, &input, NULL, result, &output, &error) == CYN_OK, "cyn_batch_write_all of 60 items");
  for (int i = 0; i < COUNT; i++) cyn_item_builder_destroy(builders[i]);
}

static void scan_pages(void) {
  cyn_scan_input input = CYN_SCAN_INPUT_INIT;
  cyn_paginator *pages;
  const void *page;
  size_t items = 0;
  input.table_name = cyn_str("Tour");
  input.limit = cyn_int(7);
  need(cyn_paginator_new(db, CYN_OPERATION_SCAN, &input, &pages, &error) == CYN_OK, "a paginator");
  while (cyn_paginator_next(pages, &page, &error) == CYN_OK && page != NULL)
    items += ((const cyn_scan_output *)page)->items.count;
  need(error.status == CYN_OK && items == 61, "61 items in pages of 7");
  cyn_paginator_destroy(pages);
}

static void on_done(void *user, cyn_status status, const void *output, cyn_error *from) {
  (void)from;
  *(int *)user += status == CYN_OK && cyn_item_count(((const cyn_get_item_output *)output)->item) == 2;
}

static void submit_gets(void) {
  enum { COUNT = 30 };
  static cyn_item_builder *builders[COUNT];
  static cyn_result *results[COUNT];
  int good = 0;
  for (int i = 0; i < COUNT; i++) {
    cyn_get_item_input input = CYN_GET_ITEM_INPUT_INIT;
    builders[i] = cyn_item_builder_new();
    results[i] = cyn_result_new();
    cyn_item_put_string(builders[i], cyn_str("pk"), cyn_str("many"));
    cyn_item_put_int(builders[i], cyn_str("sk"), i);
    input.table_name = cyn_str("Tour");
    if (cyn_item_builder_finish(builders[i], &input.key, &error) != CYN_OK ||
        cyn_call_submit(db, CYN_OPERATION_GET_ITEM, &input, results[i], on_done, &good, &error) != CYN_OK)
      need(false, "cyn_call_submit");
  }
  while (cyn_db_dispatch(db, -1) != 0) {
  }
  need(good == COUNT, "30 calls in flight");
  for (int i = 0; i < COUNT; i++) {
    cyn_item_builder_destroy(builders[i]);
    cyn_result_destroy(results[i]);
  }
}

int main(int argc, char **argv) {
  cyn_wait_options quick = CYN_WAIT_OPTIONS_INIT;
  quick.delay_ms = cyn_int(200);
  quick.max_looks = cyn_int(100);
  result = cyn_result_new();
  need(argc == 2 && cyn_open(argv[1], NULL, &db, &error) == CYN_OK, "cyn_open");
  call("CreateTable", "{\"TableName\":\"Tour\",\"KeySchema\":[{\"AttributeName\":\"pk\",\"KeyType\":\"HASH\"},{\"AttributeName\":"
                      "\"sk\",\"KeyType\":\"RANGE\"}],\"AttributeDefinitions\":[{\"AttributeName\":\"pk\",\"AttributeType\":\"S\"},"
                      "{\"AttributeName\":\"sk\",\"AttributeType\":\"N\"}],\"BillingMode\":\"PAY_PER_REQUEST\"}");
  need(cyn_wait_table_exists(db, cyn_str("Tour"), &quick, &error) == CYN_OK, "cyn_wait_table_exists");
  call("PutItem", "{\"TableName\":\"Tour\",\"Item\":{\"pk\":{\"S\":\"\\u00fcber\"},\"sk\":{\"N\":\"1\"},\"b\":{\"B\":\"AAEC\"},"
                  "\"m\":{\"M\":{\"l\":{\"L\":[{\"NULL\":true},{\"BOOL\":false},{\"NS\":[\"1.5\"]}]}}}}}");
  const char *answer = call("GetItem", "{\"TableName\":\"Tour\",\"Key\":{\"pk\":{\"S\":\"\xc3\xbc" "ber\"},\"sk\":{\"N\":\"1\"}}}");
  need(strstr(answer, "\"b\":{\"B\":\"AAEC\"}") != NULL && strstr(answer, "\"NS\":[\"1.5\"]") != NULL, "the item as it was put");
  answer = call("UpdateItem", "{\"TableName\":\"Tour\",\"Key\":{\"pk\":{\"S\":\"\\u00fcber\"},\"sk\":{\"N\":\"1\"}},\"UpdateExpression\":"
                              "\"ADD n :n\",\"ExpressionAttributeValues\":{\":n\":{\"N\":\"2\"}},\"ReturnValues\":\"UPDATED_NEW\"}");
  need(strstr(answer, "\"n\":{\"N\":\"2\"}") != NULL, "the number counted up");
  write_batch();
  submit_gets();
  answer = call("Query", "{\"TableName\":\"Tour\",\"KeyConditionExpression\":\"pk = :p AND sk BETWEEN :a AND :b\",\"ExpressionAttributeValues\":"
                         "{\":p\":{\"S\":\"many\"},\":a\":{\"N\":\"5\"},\":b\":{\"N\":\"9\"}}}");
  need(strstr(answer, "\"Count\":5") != NULL, "five items between 5 and 9");
  scan_pages();
  cyn_bytes output;
  cyn_status status = cyn_call_json(db, "PutItem", cyn_str("{\"TableName\":\"Tour\",\"Item\":{\"pk\":{\"S\":\"many\"},\"sk\":{\"N\":\"1\"}},"
                                    "\"ConditionExpression\":\"attribute_not_exists(pk)\"}"), result, &output, &error);
  need(status != CYN_OK && strcmp(error.name, "ConditionalCheckFailedException") == 0, "a condition that fails");
  cyn_error_clean_up(&error);
  call("DeleteTable", "{\"TableName\":\"Tour\"}");
  need(cyn_wait_table_not_exists(db, cyn_str("Tour"), &quick, &error) == CYN_OK, "cyn_wait_table_not_exists");
  cyn_error_clean_up(&error);
  cyn_result_destroy(result);
  cyn_db_close(db);
  return 0;
}
