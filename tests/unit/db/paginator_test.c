/* Pages over every way down, and servers that would keep a program turning. */
#include "base/error.h"
#include "both.h"
#include "unruly_server.h"

TEST(all_items_page_by_page) {
  both b;
  FOR_ALL_KINDS(b) {
    both_table(&b);
    both_fill(&b, 25);
    cyn_scan_input input = CYN_SCAN_INPUT_INIT;
    input.table_name = cyn_str("Thread");
    input.limit = cyn_int(4);
    cyn_paginator *pages = NULL;
    REQUIRE(cyn_paginator_new(b.db, CYN_OPERATION_SCAN, &input, &pages, &b.error) == CYN_OK);
    const void *page;
    int64_t next = 0, count = 0;
    while (cyn_paginator_next(pages, &page, &b.error) == CYN_OK && page != NULL) {
      const cyn_scan_output *output = page;
      for (size_t i = 0; i < output->items.count; i++, next++) {
        int64_t sk = -1;
        CHECK(cyn_value_int(cyn_item_get(output->items.at[i], cyn_str("sk")), &sk) && sk == next);
      }
      count++;
    }
    CHECK(b.error.status == CYN_OK);
    CHECK_INT(next, 25);
    CHECK_INT(count, 7);
    CHECK(!cyn_paginator_has_more(pages));
    cyn_paginator_destroy(pages);
  }
}

TEST(tables_page_by_page) {
  both b;
  FOR_ALL_KINDS(b) {
    for (int i = 0; i < 5; i++) {
      char input[300];
      snprintf(input, sizeof input, "{\"TableName\":\"T%d..\",\"KeySchema\":[{\"AttributeName\":\"pk\",\"KeyType\":\"HASH\"}],"
               "\"AttributeDefinitions\":[{\"AttributeName\":\"pk\",\"AttributeType\":\"S\"}],\"BillingMode\":\"PAY_PER_REQUEST\"}", i);
      (void)both_call(&b, "CreateTable", input);
    }
    cyn_list_tables_input input = CYN_LIST_TABLES_INPUT_INIT;
    input.limit = cyn_int(2);
    cyn_paginator *pages = NULL;
    REQUIRE(cyn_paginator_new(b.db, CYN_OPERATION_LIST_TABLES, &input, &pages, &b.error) == CYN_OK);
    const void *page;
    size_t names = 0;
    while (cyn_paginator_next(pages, &page, &b.error) == CYN_OK && page != NULL)
      names += ((const cyn_list_tables_output *)page)->table_names.count;
    CHECK_INT(names, 5);
    cyn_paginator_destroy(pages);
  }
}

TEST(an_operation_without_pages) {
  both b;
  REQUIRE(both_start(&b, BOTH_MEMORY));
  cyn_paginator *pages = NULL;
  cyn_get_item_input input = CYN_GET_ITEM_INPUT_INIT;
  CHECK_INT(cyn_paginator_new(b.db, CYN_OPERATION_GET_ITEM, &input, &pages, &b.error), CYN_E_USAGE);
  CHECK(pages == NULL);
  both_stop(&b);
}

TEST(an_error_leaves_the_page_to_be_asked_again) {
  stand_in server;
  stand_in_start(&server);
  stand_in_json(&server, 200, "", "{\"TableNames\":[\"a\"],\"LastEvaluatedTableName\":\"aaa\"}");
  stand_in_json(&server, 400, "", "{\"__type\":\"x#AccessDeniedException\"}");
  stand_in_json(&server, 200, "", "{\"TableNames\":[\"b\"],\"LastEvaluatedTableName\":\"aaa\"}");
  cyn_db *db = NULL;
  cyn_error error = CYN_ERROR_INIT;
  REQUIRE(cyn_open(server.url, NULL, &db, &error) == CYN_OK);
  cyn_list_tables_input input = CYN_LIST_TABLES_INPUT_INIT;
  cyn_paginator *pages = NULL;
  const void *page;
  REQUIRE(cyn_paginator_new(db, CYN_OPERATION_LIST_TABLES, &input, &pages, &error) == CYN_OK);
  CHECK_INT(cyn_paginator_next(pages, &page, &error), CYN_OK);
  CHECK_INT(cyn_paginator_next(pages, &page, &error), CYN_E_ACCESS_DENIED);
  CHECK(cyn_paginator_has_more(pages));
  CHECK(strstr(server.last, "\"ExclusiveStartTableName\":\"aaa\"") != NULL);
  CHECK_INT(cyn_paginator_next(pages, &page, &error), CYN_E_BAD_ANSWER); /* the same start key again */
  CHECK(strstr(server.last, "\"ExclusiveStartTableName\":\"aaa\"") != NULL);
  cyn_paginator_destroy(pages);
  cyn_db_close(db);
  cyn_error_clean_up(&error);
  stand_in_stop(&server);
}

/* Each operation with pages: the members that its rule names are there, and the key goes from one to the other. */
TEST(every_rule) {
  static const struct {
    cyn_operation operation;
    const char *first, *says; /* the first answer, and what the second request then has */
  } rows[] = {
      {CYN_OPERATION_BATCH_GET_ITEM, "{\"UnprocessedKeys\":{\"Tab\":{\"Keys\":[{\"id\":{\"S\":\"k\"}}]}}}", "\"RequestItems\":{\"Tab\":"},
      {CYN_OPERATION_LIST_TABLES, "{\"LastEvaluatedTableName\":\"one\"}", "\"ExclusiveStartTableName\":\"one\""},
      {CYN_OPERATION_LIST_BACKUPS, "{\"LastEvaluatedBackupArn\":\"arn:aws:dynamodb:eu-west-1:1:table/Tab/backup/1\"}", "\"ExclusiveStartBackupArn\":\"arn:"},
      {CYN_OPERATION_LIST_GLOBAL_TABLES, "{\"LastEvaluatedGlobalTableName\":\"one\"}", "\"ExclusiveStartGlobalTableName\":\"one\""},
      {CYN_OPERATION_LIST_EXPORTS, "{\"NextToken\":\"one\"}", "\"NextToken\":\"one\""},
      {CYN_OPERATION_LIST_IMPORTS, "{\"NextToken\":\"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901\"}",
       "\"NextToken\":\"0123"},
      {CYN_OPERATION_LIST_CONTRIBUTOR_INSIGHTS, "{\"NextToken\":\"one\"}", "\"NextToken\":\"one\""},
      {CYN_OPERATION_LIST_STREAMS, "{\"LastEvaluatedStreamArn\":\"arn:aws:dynamodb:eu-west-1:1:table/Tab/stream/1\"}", "\"ExclusiveStartStreamArn\":\"arn:"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    union {
      cyn_batch_get_item_input batch;
      cyn_list_tables_input tables;
      char room[1024];
    } input = {.room = {0}};
    const size_t size = sizeof input;
    memcpy(&input, &size, sizeof size);
    stand_in server;
    cyn_db *db = NULL;
    cyn_error error = CYN_ERROR_INIT;
    cyn_paginator *pages = NULL;
    const void *page;
    cyn_keys_and_attributes keys = CYN_KEYS_AND_ATTRIBUTES_INIT;
    cyn_item_builder *builder = cyn_item_builder_new();
    cyn_item key;
    cyn_item_put_string(builder, cyn_str("id"), cyn_str("first"));
    CHECK_INT(cyn_item_builder_finish(builder, &key, NULL), CYN_OK);
    keys.keys = (cyn_item_list){1, &key};
    cyn_batch_get_request_map_entry table = {cyn_str("Tab"), &keys};
    if (rows[i].operation == CYN_OPERATION_BATCH_GET_ITEM) input.batch.request_items = (cyn_batch_get_request_map){1, &table};
    stand_in_start(&server);
    stand_in_json(&server, 200, "", rows[i].first);
    stand_in_json(&server, 200, "", "{}");
    REQUIRE(cyn_open(server.url, NULL, &db, &error) == CYN_OK);
    REQUIRE(cyn_paginator_new(db, rows[i].operation, &input, &pages, &error) == CYN_OK);
    if (cyn_paginator_next(pages, &page, &error) != CYN_OK || cyn_paginator_next(pages, &page, &error) != CYN_OK)
      test_failed(__FILE__, __LINE__, "%s: %s", cyn_operation_name(rows[i].operation), error.message);
    if (strstr(server.last, rows[i].says) == NULL) test_failed(__FILE__, __LINE__, "%s: %s", cyn_operation_name(rows[i].operation), server.last);
    CHECK(!cyn_paginator_has_more(pages));
    CHECK_INT(cyn_paginator_next(pages, &page, &error), CYN_OK); /* behind the end there is nothing */
    CHECK(page == NULL);
    cyn_paginator_destroy(pages);
    cyn_db_close(db);
    stand_in_stop(&server);
    cyn_item_builder_destroy(builder);
    cyn_error_clean_up(&error);
  }
}

TEST(shards_of_a_stream) {
  stand_in server;
  cyn_db *db = NULL;
  cyn_error error = CYN_ERROR_INIT;
  cyn_paginator *pages = NULL;
  const void *page;
  stand_in_start(&server);
  stand_in_json(&server, 200, "", "{\"StreamDescription\":{\"LastEvaluatedShardId\":\"shardId-00000000000000000000-one\"}}");
  stand_in_json(&server, 200, "", "{}");
  REQUIRE(cyn_open(server.url, NULL, &db, &error) == CYN_OK);
  cyn_describe_stream_input input = CYN_DESCRIBE_STREAM_INPUT_INIT;
  input.stream_arn = cyn_str("arn:aws:dynamodb:eu-west-1:000000000000:table/Tab/stream/2026-11-24T00:00:00.000");
  REQUIRE(cyn_paginator_new(db, CYN_OPERATION_DESCRIBE_STREAM, &input, &pages, &error) == CYN_OK);
  CHECK_INT(cyn_paginator_next(pages, &page, &error), CYN_OK);
  CHECK(cyn_paginator_has_more(pages));
  if (cyn_paginator_next(pages, &page, &error) != CYN_OK) test_failed(__FILE__, __LINE__, "%s", error.message);
  CHECK(strstr(server.last, "\"ExclusiveStartShardId\":\"shardId-00000000000000000000-one\"") != NULL);
  CHECK(!cyn_paginator_has_more(pages)); /* an answer without a description is the last one */
  cyn_paginator_destroy(pages);
  CHECK_INT(cyn_paginator_new(db, CYN_OPERATION_COUNT, &input, &pages, &error), CYN_E_USAGE);
  cyn_paginator_destroy(NULL);
  cyn_db_close(db);
  stand_in_stop(&server);
  cyn_error_clean_up(&error);
}
