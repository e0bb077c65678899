/* The same calls over every way down give the same answers; a remote database's own options. */
#include <sys/wait.h>

#include "base/error.h"
#include "both.h"
#include "db/db_private.h"
#include "dumps.h"
#include "unruly_server.h"

TEST(the_same_calls_give_the_same_answers) {
  static const char *const calls[][2] = {
      {"PutItem", "{\"TableName\":\"Thread\",\"Item\":{\"pk\":{\"S\":\"a\"},\"sk\":{\"N\":\"1\"},\"v\":{\"B\":\"AAEC\"},"
                  "\"l\":{\"L\":[{\"M\":{\"x\":{\"NULL\":true}}},{\"SS\":[\"b\",\"a\"]}]}}}"},
      {"GetItem", "{\"TableName\":\"Thread\",\"Key\":{\"pk\":{\"S\":\"a\"},\"sk\":{\"N\":\"1.0\"}}}"},
      {"UpdateItem", "{\"TableName\":\"Thread\",\"Key\":{\"pk\":{\"S\":\"a\"},\"sk\":{\"N\":\"1\"}},\"UpdateExpression\":\"ADD n :n\","
                     "\"ExpressionAttributeValues\":{\":n\":{\"N\":\"0.1\"}},\"ReturnValues\":\"ALL_NEW\"}"},
      {"GetItem", "{\"TableName\":\"Nope\",\"Key\":{\"pk\":{\"S\":\"a\"}}}"},
      {"GetItem", "{\"TableName\":\"x\"}"},
      {"PutItem", "{\"TableName\":\"Thread\",\"Item\":{\"pk\":{\"S\":\"\"},\"sk\":{\"N\":\"1\"}}}"},
      {"PutItem", "{\"TableName\":\"Thread\",\"Item\":{\"pk\":{\"S\":\"a\"},\"sk\":{\"N\":\"1\"}},\"ConditionExpression\":"
                  "\"attribute_not_exists(pk)\",\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\"}"},
      {"TransactWriteItems", "{\"TransactItems\":[{\"Put\":{\"TableName\":\"Thread\",\"Item\":{\"pk\":{\"S\":\"b\"},\"sk\":{\"N\":\"1\"}}}},"
                             "{\"ConditionCheck\":{\"TableName\":\"Thread\",\"Key\":{\"pk\":{\"S\":\"a\"},\"sk\":{\"N\":\"1\"}},"
                             "\"ConditionExpression\":\"attribute_not_exists(pk)\",\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\"}}]}"},
      {"Query", "{\"TableName\":\"Thread\",\"KeyConditionExpression\":\"pk = :p\",\"ExpressionAttributeValues\":{\":p\":{\"S\":\"a\"}},"
                "\"ReturnConsumedCapacity\":\"TOTAL\"}"},
      {"ListTables", "{\"Limit\":0}"},
      {"NoSuchOperation", "{}"},
      {"ListTables", "{"},
  };
  enum { CALLS = sizeof calls / sizeof calls[0] };
  static char expected[CALLS][4096];
  both b;
  FOR_ALL_KINDS(b) {
    both_table(&b);
    for (size_t i = 0; i < CALLS; i++) {
      cyn_bytes output = {NULL, 0};
      if (cyn_call_json(b.db, calls[i][0], cyn_str(calls[i][1]), b.result, &output, &b.error) != CYN_OK)
        CHECK_INT(cyn_error_to_json(&b.error, b.result, &output), CYN_OK);
      char text[4096];
      snprintf(text, sizeof text, "%.*s", (int)output.size, output.data);
      if (b.kind == BOTH_MEMORY) strcpy(expected[i], text);
      else CHECK_STR(text, expected[i]);
    }
  }
}

/* The four calls of streams, by structs; a remote database sends them to the streams' target. */
TEST(streams_go_the_same_way) {
  both b;
  FOR_ALL_KINDS(b) {
    cyn_list_streams_input list = CYN_LIST_STREAMS_INPUT_INIT;
    cyn_describe_stream_input describe = CYN_DESCRIBE_STREAM_INPUT_INIT;
    cyn_get_shard_iterator_input start = CYN_GET_SHARD_ITERATOR_INPUT_INIT;
    cyn_get_records_input read = CYN_GET_RECORDS_INPUT_INIT;
    const cyn_list_streams_output *listed;
    const cyn_describe_stream_output *described;
    const cyn_get_shard_iterator_output *iterator;
    const cyn_get_records_output *records;
    cyn_result *results[3] = {cyn_result_new(), cyn_result_new(), cyn_result_new()};
    both_table(&b);
    (void)both_call(&b, "UpdateTable", "{\"TableName\":\"Thread\",\"StreamSpecification\":{\"StreamEnabled\":true,"
                                       "\"StreamViewType\":\"NEW_IMAGE\"}}");
    both_fill(&b, 3);
    REQUIRE(cyn_list_streams(b.db, &list, results[0], &listed, &b.error) == CYN_OK && listed->streams.count == 1);
    describe.stream_arn = start.stream_arn = listed->streams.at[0]->stream_arn;
    REQUIRE(cyn_describe_stream(b.db, &describe, results[1], &described, &b.error) == CYN_OK);
    REQUIRE(described->stream_description->shards.count == 1);
    start.shard_id = described->stream_description->shards.at[0]->shard_id;
    start.shard_iterator_type = cyn_str(CYN_SHARD_ITERATOR_TYPE_TRIM_HORIZON);
    REQUIRE(cyn_get_shard_iterator(b.db, &start, results[2], &iterator, &b.error) == CYN_OK);
    read.shard_iterator = iterator->shard_iterator;
    REQUIRE(cyn_get_records(b.db, &read, b.result, &records, &b.error) == CYN_OK);
    CHECK_INT(records->records.count, 3);
    for (size_t i = 0; i < records->records.count; i++) {
      const cyn_record *record = records->records.at[i];
      int64_t number = -1;
      CHECK(record->event_name.size == 6 && memcmp(record->event_name.data, "INSERT", 6) == 0);
      CHECK(cyn_value_int(cyn_item_get(record->dynamodb->new_image, cyn_str("sk")), &number) && number == (int64_t)i);
    }
    for (int i = 0; i < 3; i++) cyn_result_destroy(results[i]);
  }
}

TEST(structs_go_the_same_way) {
  both b;
  FOR_ALL_KINDS(b) {
    both_table(&b);
    both_fill(&b, 3);
    cyn_query_input input = CYN_QUERY_INPUT_INIT;
    cyn_item_builder *builder = cyn_item_builder_new();
    cyn_item_put_string(builder, cyn_str(":p"), cyn_str("a"));
    CHECK_INT(cyn_item_builder_finish(builder, &input.expression_attribute_values, &b.error), CYN_OK);
    input.table_name = cyn_str("Thread");
    input.key_condition_expression = cyn_str("pk = :p");
    input.scan_index_forward = cyn_bool(false);
    const cyn_query_output *output;
    REQUIRE(cyn_query(b.db, &input, b.result, &output, &b.error) == CYN_OK);
    CHECK_INT(output->count.value, 3);
    int64_t first = -1;
    CHECK(cyn_value_int(cyn_item_get(output->items.at[0], cyn_str("sk")), &first) && first == 2);
    cyn_item_builder_destroy(builder);
  }
}

TEST(large_items_and_answers) {
  enum { SIZE = 390000, ITEMS = 12 };
  static char text[SIZE];
  memset(text, 'x', sizeof text);
  both b;
  FOR_ALL_KINDS(b) {
    both_table(&b);
    cyn_item_builder *builder = cyn_item_builder_new();
    for (int i = 0; i < ITEMS; i++) {
      cyn_put_item_input input = CYN_PUT_ITEM_INPUT_INIT;
      const cyn_put_item_output *output;
      cyn_item_builder_reset(builder);
      cyn_item_put_string(builder, cyn_str("pk"), cyn_str("a"));
      cyn_item_put_int(builder, cyn_str("sk"), i);
      cyn_item_put_string(builder, cyn_str("text"), (cyn_bytes){text, sizeof text});
      CHECK_INT(cyn_item_builder_finish(builder, &input.item, &b.error), CYN_OK);
      input.table_name = cyn_str("Thread");
      CHECK_INT(cyn_put_item(b.db, &input, b.result, &output, &b.error), CYN_OK);
    }
    cyn_scan_input scan = CYN_SCAN_INPUT_INIT;
    scan.table_name = cyn_str("Thread");
    cyn_paginator *pages = NULL;
    const void *page;
    size_t items = 0;
    REQUIRE(cyn_paginator_new(b.db, CYN_OPERATION_SCAN, &scan, &pages, &b.error) == CYN_OK);
    while (cyn_paginator_next(pages, &page, &b.error) == CYN_OK && page != NULL) {
      const cyn_scan_output *output = page;
      for (size_t i = 0; i < output->items.count; i++, items++) {
        cyn_bytes got = cyn_value_string(cyn_item_get(output->items.at[i], cyn_str("text")));
        CHECK(got.size == SIZE && memcmp(got.data, text, SIZE) == 0);
      }
    }
    CHECK_INT(items, ITEMS);
    cyn_paginator_destroy(pages);
    cyn_item_builder_destroy(builder);
  }
}

TEST(a_child_goes_on_over_http_only) {
  both b;
  FOR_ALL_KINDS(b) {
    if (b.kind == BOTH_FILE) continue; /* as memory: and its lock file would say more */
    both_table(&b);
    both_fill(&b, 1);
    pid_t child = fork();
    if (child == 0) {
      cyn_bytes output;
      cyn_error error = CYN_ERROR_INIT;
      cyn_status status = cyn_call_json(b.db, "GetItem",
                                        cyn_str("{\"TableName\":\"Thread\",\"Key\":{\"pk\":{\"S\":\"a\"},\"sk\":{\"N\":\"0\"}}}"),
                                        b.result, &output, &error);
      test_child_exit(b.kind == BOTH_REMOTE ? status != CYN_OK : status != CYN_E_FORKED);
    }
    int how = -1;
    CHECK_INT(waitpid(child, &how, 0), child);
    CHECK_INT(how, 0);
    both_fill(&b, 1); /* the parent notices nothing */
  }
}

TEST(options_stand_over_the_url) {
  stand_in server;
  stand_in_start(&server);
  stand_in_json(&server, 500, "", "{\"__type\":\"x#InternalServerError\"}");
  char url[200];
  snprintf(url, sizeof url, "%s?region=eu-west-2&max_attempts=5&retry_mode=legacy", server.url);
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  const cyn_string_pair header = {cyn_str("X-Mine"), cyn_str("1")};
  options.max_attempts = cyn_int(2);
  options.access_key_id = cyn_str("AKIDMINE");
  options.secret_access_key = cyn_str("secret");
  options.session_token = cyn_str("token");
  options.extra_headers = (cyn_string_map){1, &header};
  cyn_db *db = NULL;
  cyn_error error = CYN_ERROR_INIT;
  REQUIRE(cyn_open(url, &options, &db, &error) == CYN_OK);
  cyn_result *result = cyn_result_new();
  cyn_bytes output;
  CHECK_INT(cyn_call_json(db, "ListTables", cyn_str("{}"), result, &output, &error), CYN_E_INTERNAL);
  CHECK_INT(stand_in_requests(&server), 2);
  CHECK(strstr(server.last, "Credential=AKIDMINE/") != NULL && strstr(server.last, "/eu-west-2/dynamodb/") != NULL);
  CHECK(strstr(server.last, "\r\nX-Mine: 1\r\n") != NULL && strstr(server.last, "\r\nX-Amz-Security-Token: token\r\n") != NULL);
  cyn_result_destroy(result);
  cyn_db_close(db);
  cyn_error_clean_up(&error);
  stand_in_stop(&server);
}

TEST(options_that_are_wrong) {
  cyn_db *db = NULL;
  cyn_error error = CYN_ERROR_INIT;
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  options.retry_mode = cyn_str("sometimes");
  CHECK_INT(cyn_open("http://127.0.0.1:1", &options, &db, &error), CYN_E_USAGE);
  options.retry_mode = (cyn_bytes){NULL, 0};
  options.access_key_id = cyn_str("a");
  CHECK_INT(cyn_open("http://127.0.0.1:1", &options, &db, &error), CYN_E_USAGE);
  CHECK_STR(error.message, "access_key_id and secret_access_key go together");
  CHECK(db == NULL);
  cyn_error_clean_up(&error);
}

TEST(a_server_over_a_remote_database_is_refused) {
  cyn_db *db = NULL;
  cyn_server *server = NULL;
  cyn_error error = CYN_ERROR_INIT;
  REQUIRE(cyn_open("http://127.0.0.1:1", NULL, &db, &error) == CYN_OK);
  CHECK_INT(cyn_server_start(db, NULL, &server, &error), CYN_E_NOT_ON_BACKEND);
  CHECK(server == NULL);
  cyn_db_close(db);
  cyn_error_clean_up(&error);
}

/* A database keeps the options that it was opened with, keys and all. */
TEST(keys_that_are_kept_are_left_out_of_core_dumps) {
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  cyn_db *db = NULL;
  options.access_key_id = cyn_str("AKIDEXAMPLE");
  options.secret_access_key = cyn_str("secret");
  options.session_token = cyn_str("token");
  REQUIRE(cyn_open("http://127.0.0.1:1", &options, &db, NULL) == CYN_OK);
  CHECK(db->options.secret_access_key.data != options.secret_access_key.data);
  CHECK(is_left_out_of_dumps(db->options.secret_access_key.data) && is_left_out_of_dumps(db->options.session_token.data));
  cyn_db_close(db);
}
