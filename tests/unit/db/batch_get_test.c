/* Whole batches of reads. */
#include "base/error.h"
#include "both.h"
#include "unruly_server.h"

typedef struct reads {
  cyn_item_builder *builders[300];
  cyn_item keys[300];
  cyn_keys_and_attributes request;
  cyn_batch_get_request_map_entry table;
  cyn_batch_get_item_input input;
  size_t count;
} reads;

static void make(reads *r, size_t count) {
  memset(r, 0, sizeof *r);
  r->count = count;
  for (size_t i = 0; i < count; i++) {
    r->builders[i] = cyn_item_builder_new();
    cyn_item_put_string(r->builders[i], cyn_str("pk"), cyn_str("a"));
    cyn_item_put_int(r->builders[i], cyn_str("sk"), (int64_t)i);
    CHECK_INT(cyn_item_builder_finish(r->builders[i], &r->keys[i], NULL), CYN_OK);
  }
  r->request = (cyn_keys_and_attributes)CYN_KEYS_AND_ATTRIBUTES_INIT;
  r->request.keys = (cyn_item_list){count, r->keys};
  r->request.projection_expression = cyn_str("sk");
  r->table = (cyn_batch_get_request_map_entry){cyn_str("Thread"), &r->request};
  r->input = (cyn_batch_get_item_input)CYN_BATCH_GET_ITEM_INPUT_INIT;
  r->input.request_items = (cyn_batch_get_request_map){1, &r->table};
}

static void unmake(reads *r) {
  for (size_t i = 0; i < r->count; i++) cyn_item_builder_destroy(r->builders[i]);
}

TEST(any_number_of_keys) {
  static reads r;
  both b;
  FOR_ALL_KINDS(b) {
    both_table(&b);
    both_fill(&b, 120);
    make(&r, 250);
    const cyn_batch_get_item_output *output = NULL;
    CHECK_INT(cyn_batch_get_all(b.db, &r.input, NULL, b.result, &output, &b.error), CYN_OK);
    REQUIRE(output != NULL && output->responses.count == 1);
    CHECK_INT(output->responses.at[0].value.count, 120);
    CHECK_INT(output->unprocessed_keys.count, 0);
    bool seen[120] = {false};
    for (size_t i = 0; i < output->responses.at[0].value.count; i++) {
      int64_t sk = -1;
      CHECK(cyn_item_count(output->responses.at[0].value.at[i]) == 1);
      CHECK(cyn_value_int(cyn_item_get(output->responses.at[0].value.at[i], cyn_str("sk")), &sk) && sk >= 0 && sk < 120);
      if (sk >= 0 && sk < 120) seen[sk] = true;
    }
    for (int i = 0; i < 120; i++) CHECK(seen[i]);
    unmake(&r);
  }
}

#define KEY(n) "{\"pk\":{\"S\":\"a\"},\"sk\":{\"N\":\"" n "\"}}"
#define LEFT(keys) "\"UnprocessedKeys\":{\"Thread\":{\"Keys\":[" keys "],\"ProjectionExpression\":\"sk\"}}"
#define FOUND(items) "\"Responses\":{\"Thread\":[" items "]}"

static cyn_status get_all(stand_in *server, size_t count, const cyn_batch_get_item_output **output, cyn_result *result,
                          cyn_error *error) {
  static reads r;
  cyn_db *db = NULL;
  cyn_batch_options options = CYN_BATCH_OPTIONS_INIT;
  options.delay_ms = cyn_int(2);
  options.max_sends = cyn_int(3);
  CHECK_INT(cyn_open(server->url, NULL, &db, error), CYN_OK);
  make(&r, count);
  cyn_status status = cyn_batch_get_all(db, &r.input, &options, result, output, error);
  cyn_db_close(db);
  unmake(&r);
  return status;
}

TEST(what_comes_back_is_asked_again) {
  stand_in server;
  stand_in_start(&server);
  stand_in_json(&server, 200, "", "{" FOUND("{\"sk\":{\"N\":\"0\"}}") "," LEFT(KEY("1") "," KEY("2")) "}");
  stand_in_json(&server, 200, "", "{" FOUND("{\"sk\":{\"N\":\"1\"}},{\"sk\":{\"N\":\"2\"}}") "}");
  cyn_error error = CYN_ERROR_INIT;
  cyn_result *result = cyn_result_new();
  const cyn_batch_get_item_output *output = NULL;
  CHECK_INT(get_all(&server, 3, &output, result, &error), CYN_OK);
  REQUIRE(output != NULL && output->responses.count == 1);
  CHECK_INT(output->responses.at[0].value.count, 3);
  CHECK_INT(stand_in_requests(&server), 2);
  CHECK(strstr(server.last, "\"N\":\"0\"") == NULL && strstr(server.last, "\"ProjectionExpression\":\"sk\"") != NULL);
  cyn_result_destroy(result);
  cyn_error_clean_up(&error);
  stand_in_stop(&server);
}

TEST(what_cannot_be_read_is_told) {
  stand_in server;
  stand_in_start(&server);
  stand_in_json(&server, 200, "", "{" FOUND("{\"sk\":{\"N\":\"0\"}}") "," LEFT(KEY("1")) "}");
  stand_in_json(&server, 200, "", "{" LEFT(KEY("1")) "}");
  cyn_error error = CYN_ERROR_INIT;
  cyn_result *result = cyn_result_new();
  const cyn_batch_get_item_output *output = NULL;
  CHECK_INT(get_all(&server, 2, &output, result, &error), CYN_E_THROUGHPUT_EXCEEDED);
  CHECK_STR(error.message, "1 of 2 keys could not be read: the server leaves them unprocessed");
  REQUIRE(output != NULL && output->unprocessed_keys.count == 1);
  CHECK_INT(output->unprocessed_keys.at[0].value->keys.count, 1);
  CHECK_INT(output->responses.at[0].value.count, 1);
  cyn_result_destroy(result);
  cyn_error_clean_up(&error);
  stand_in_stop(&server);
}

TEST(a_server_that_invents) {
  static const char *const answers[] = {"{\"Responses\":{\"Other\":[{}]}}", "{" LEFT(KEY("1") "," KEY("2") "," KEY("3")) "}",
                                        "{\"UnprocessedKeys\":{\"Other\":{\"Keys\":[{}]}}}"};
  for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
    stand_in server;
    stand_in_start(&server);
    stand_in_json(&server, 200, "", answers[i]);
    cyn_error error = CYN_ERROR_INIT;
    cyn_result *result = cyn_result_new();
    const cyn_batch_get_item_output *output = NULL;
    CHECK_INT(get_all(&server, 2, &output, result, &error), CYN_E_BAD_ANSWER);
    cyn_result_destroy(result);
    cyn_error_clean_up(&error);
    stand_in_stop(&server);
  }
}
