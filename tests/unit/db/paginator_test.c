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
