/* Whole batches of writes: in parts, sent again, and told when something could not be done. */
#include "base/error.h"
#include "both.h"
#include "unruly_server.h"

typedef struct writes {
  cyn_item_builder *builders[300];
  cyn_put_request puts[300];
  cyn_write_request requests[300];
  const cyn_write_request *at[300];
  cyn_batch_write_item_request_map_entry tables[2];
  cyn_batch_write_item_input input;
  size_t count;
} writes;

/* `count` puts into Thread. */
static void make(writes *w, size_t count) {
  memset(w, 0, sizeof *w);
  w->count = count;
  for (size_t i = 0; i < count; i++) {
    w->builders[i] = cyn_item_builder_new();
    w->puts[i] = (cyn_put_request)CYN_PUT_REQUEST_INIT;
    w->requests[i] = (cyn_write_request)CYN_WRITE_REQUEST_INIT;
    cyn_item_put_string(w->builders[i], cyn_str("pk"), cyn_str("a"));
    cyn_item_put_int(w->builders[i], cyn_str("sk"), (int64_t)i);
    CHECK_INT(cyn_item_builder_finish(w->builders[i], &w->puts[i].item, NULL), CYN_OK);
    w->requests[i].put_request = &w->puts[i];
    w->at[i] = &w->requests[i];
  }
  w->tables[0] = (cyn_batch_write_item_request_map_entry){cyn_str("Thread"), {count, w->at}};
  w->input = (cyn_batch_write_item_input)CYN_BATCH_WRITE_ITEM_INPUT_INIT;
  w->input.request_items = (cyn_batch_write_item_request_map){1, w->tables};
}

static void unmake(writes *w) {
  for (size_t i = 0; i < w->count; i++) cyn_item_builder_destroy(w->builders[i]);
}

static size_t unprocessed(const cyn_batch_write_item_output *output) {
  size_t count = 0;
  for (size_t i = 0; i < output->unprocessed_items.count; i++) count += output->unprocessed_items.at[i].value.count;
  return count;
}

static cyn_batch_options quick(int sends) {
  cyn_batch_options options = CYN_BATCH_OPTIONS_INIT;
  options.delay_ms = cyn_int(2);
  options.max_sends = cyn_int(sends);
  return options;
}

TEST(any_number_of_items) {
  static writes w;
  both b;
  FOR_ALL_KINDS(b) {
    both_table(&b);
    make(&w, 130);
    w.input.return_consumed_capacity = cyn_str("TOTAL");
    const cyn_batch_write_item_output *output = NULL;
    CHECK_INT(cyn_batch_write_all(b.db, &w.input, NULL, b.result, &output, &b.error), CYN_OK);
    REQUIRE(output != NULL);
    CHECK_INT(unprocessed(output), 0);
    CHECK_INT(output->consumed_capacity.count, 6); /* 130 in parts of 25 */
    CHECK(strstr(both_call(&b, "Scan", "{\"TableName\":\"Thread\",\"Select\":\"COUNT\"}"), "\"Count\":130") != NULL);
    unmake(&w);
  }
}

#define ITEM(n) "{\"PutRequest\":{\"Item\":{\"pk\":{\"S\":\"a\"},\"sk\":{\"N\":\"" n "\"}}}}"

TEST(what_comes_back_is_sent_again) {
  static writes w;
  stand_in server;
  stand_in_start(&server);
  stand_in_json(&server, 200, "", "{\"UnprocessedItems\":{\"Thread\":[" ITEM("3") "," ITEM("24") "]}}");
  stand_in_json(&server, 200, "", "{\"UnprocessedItems\":{\"Thread\":[" ITEM("24") "]}}");
  stand_in_json(&server, 200, "", "{}");
  cyn_db *db = NULL;
  cyn_error error = CYN_ERROR_INIT;
  cyn_result *result = cyn_result_new();
  REQUIRE(cyn_open(server.url, NULL, &db, &error) == CYN_OK);
  make(&w, 30);
  const cyn_batch_options options = quick(3);
  const cyn_batch_write_item_output *output = NULL;
  CHECK_INT(cyn_batch_write_all(db, &w.input, &options, result, &output, &error), CYN_OK);
  CHECK_INT(stand_in_requests(&server), 4);
  CHECK(strstr(server.before, "\"N\":\"24\"") != NULL && strstr(server.before, "\"N\":\"3\"") == NULL);
  CHECK(strstr(server.last, "\"N\":\"29\"") != NULL && strstr(server.last, "\"N\":\"24\"") == NULL);
  unmake(&w);
  cyn_result_destroy(result);
  cyn_db_close(db);
  cyn_error_clean_up(&error);
  stand_in_stop(&server);
}

TEST(what_cannot_be_done_is_told) {
  static writes w;
  stand_in server;
  stand_in_start(&server);
  stand_in_json(&server, 200, "", "{}");
  stand_in_json(&server, 200, "", "{\"UnprocessedItems\":{\"Thread\":[" ITEM("26") "]}}");
  cyn_db *db = NULL;
  cyn_error error = CYN_ERROR_INIT;
  cyn_result *result = cyn_result_new();
  REQUIRE(cyn_open(server.url, NULL, &db, &error) == CYN_OK);
  make(&w, 60);
  const cyn_batch_options options = quick(3);
  const cyn_batch_write_item_output *output = NULL;
  CHECK_INT(cyn_batch_write_all(db, &w.input, &options, result, &output, &error), CYN_E_THROUGHPUT_EXCEEDED);
  CHECK_STR(error.message, "11 of 60 items could not be written: the server leaves them unprocessed");
  REQUIRE(output != NULL);
  CHECK_INT(unprocessed(output), 11); /* the one, and the ten that were not sent */
  CHECK_INT(stand_in_requests(&server), 5); /* the first part, then the second with progress once and three times without */
  unmake(&w);
  cyn_result_destroy(result);
  cyn_db_close(db);
  cyn_error_clean_up(&error);
  stand_in_stop(&server);
}

TEST(an_error_leaves_all_that_follows_unprocessed) {
  static const struct {
    int status;
    const char *body;
    cyn_i_error_code code;
  } rows[] = {{400, "{\"__type\":\"x#ResourceNotFoundException\"}", CYN_E_RESOURCE_NOT_FOUND},
              {200, "{\"UnprocessedItems\":{\"Thread\":[{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},"
                    "{},{}]}}", CYN_E_BAD_ANSWER}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    static writes w;
    stand_in server;
    stand_in_start(&server);
    stand_in_json(&server, 200, "", "{}");
    stand_in_json(&server, rows[i].status, "", rows[i].body);
    cyn_db *db = NULL;
    cyn_error error = CYN_ERROR_INIT;
    cyn_result *result = cyn_result_new();
    REQUIRE(cyn_open(server.url, NULL, &db, &error) == CYN_OK);
    make(&w, 60);
    const cyn_batch_write_item_output *output = NULL;
    CHECK_INT(cyn_batch_write_all(db, &w.input, NULL, result, &output, &error), rows[i].code);
    REQUIRE(output != NULL);
    CHECK_INT(unprocessed(output), 35);
    unmake(&w);
    cyn_result_destroy(result);
    cyn_db_close(db);
    cyn_error_clean_up(&error);
    stand_in_stop(&server);
  }
}
