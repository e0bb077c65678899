/* A worker's tables: as good as the guard; names and ARNs. */
#include "engine/table_cache.h"

#include "items.h"

ITEM_TEST(a_table_is_read_again_when_the_catalog_has_changed) {
  cyn_i_table *first, *second, *third;
  uint64_t guard, later;
  items_table(s, "tab", "p S HASH", NULL);
  cyn_i_worker *worker = cyn_i_worker_take(s->engine, NULL);
  REQUIRE(worker != NULL);
  CHECK_INT(cyn_i_engine_table(worker, &s->context, cyn_str("tab"), &first, &guard, NULL), CYN_OK);
  CHECK_INT(cyn_i_engine_table(worker, &s->context, cyn_str("tab"), &second, &later, NULL), CYN_OK);
  CHECK(first == second && guard == later);
  items_table(s, "two", "p S HASH", NULL);
  CHECK_INT(cyn_i_engine_table(worker, &s->context, cyn_str("tab"), &third, &later, NULL), CYN_OK);
  CHECK(third != first && later != guard);
  CHECK_INT(first->space, third->space); /* who holds the old one goes on with it */
  cyn_i_table_release(first);
  cyn_i_table_release(second);
  cyn_i_table_release(third);
  cyn_i_worker_give(worker);
}

/* More tables than slots, in turn. */
static void many_tables(service *s) {
  enum { TABLES = 300 };
  for (int i = 0; i < TABLES; i++) service_simple_table(s, items_text("table%d", i));
  for (int round = 0; round < 2; round++)
    for (int i = 0; i < TABLES; i++)
      EXPECT(s, "UpdateItem", "{}", "{'TableName':'table%d','Key':{'p':{'S':'a'}},'UpdateExpression':'ADD n :n','ExpressionAttributeValues':{':n':{'N':'%d'}}}", i, i);
  for (int i = 0; i < TABLES; i += 17) GIVES(s, "GetItem", items_text("'n':{'N':'%d'}", 2 * i), "{'TableName':'table%d','Key':{'p':{'S':'a'}}}", i);
}
TEST(more_tables_than_slots) { (void)items_run_over(ITEMS_MEMORY, 0, many_tables); }

TEST(names_and_arns) {
  static const struct { const char *text; bool is_table; const char *name, *region, *account; } cases[] = {
      {"tab", true, "tab", "R", "A"},
      {"arn:aws:dynamodb:eu-west-1:123:table/abc", true, "abc", "eu-west-1", "123"},
      {"arn:aws-cn:dynamodb:cn-north-1:123:table/abc", true, "abc", "cn-north-1", "123"},
      {"arn:aws:dynamodb:eu-west-1:123:table/abc/index/i", false, NULL, NULL, NULL},
      {"arn:aws:s3:eu-west-1:123:table/abc", false, NULL, NULL, NULL},
      {"arn:aws:dynamodb:eu-west-1:123:abc", false, NULL, NULL, NULL},
      {"arn:aws:dynamodb:eu-west-1", false, NULL, NULL, NULL},
      {"arn:aws", true, "arn:aws", "R", "A"},
      {"arn:aws:dynamodb:::table/", false, NULL, NULL, NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    cyn_bytes name, region = cyn_str("R"), account = cyn_str("A");
    bool is_table = cyn_i_table_name_split(cyn_str(cases[i].text), &name, &region, &account);
    if (is_table != cases[i].is_table) test_failed(__FILE__, __LINE__, "%s: %d", cases[i].text, is_table);
    if (!is_table || !cases[i].is_table) continue;
    CHECK(name.size == strlen(cases[i].name) && memcmp(name.data, cases[i].name, name.size) == 0);
    CHECK(region.size == strlen(cases[i].region) && memcmp(region.data, cases[i].region, region.size) == 0);
    CHECK(account.size == strlen(cases[i].account) && memcmp(account.data, cases[i].account, account.size) == 0);
  }
}

/* States of a table, as its callers see them. */
TEST(states) {
  service s;
  cyn_i_engine_options options = {.create_table_delay_ms = 1000, .delete_table_delay_ms = 1000, .update_table_delay_ms = 1000};
  REQUIRE(service_open(&s, &options));
  items_table(&s, "tab", "p S HASH", NULL);
#define PUT "{'TableName':'tab','Item':{'p':{'S':'a'}}}"
  EXPECT(&s, "PutItem", "ResourceNotFoundException: Requested resource not found", PUT);
  service_later(&s, 1000);
  EXPECT(&s, "PutItem", "{}", PUT);
  GIVES(&s, "UpdateTable", "UPDATING", "{'TableName':'tab','BillingMode':'PROVISIONED','ProvisionedThroughput':{'ReadCapacityUnits':1,'WriteCapacityUnits':1}}");
  EXPECT(&s, "PutItem", "{}", PUT);
  service_later(&s, 1000);
  GIVES(&s, "DeleteTable", "DELETING", "{'TableName':'tab'}");
  EXPECT(&s, "PutItem", "ResourceNotFoundException: Requested resource not found", PUT);
  EXPECT(&s, "Scan", "ResourceNotFoundException: Requested resource not found", "{'TableName':'tab'}");
  service_later(&s, 1000);
  EXPECT(&s, "PutItem", "ResourceNotFoundException: Requested resource not found", PUT);
  service_close(&s);
}
