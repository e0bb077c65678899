/* DeleteTable: the short answer, protection, states, and the name's second life. */
#include "service.h"

TEST(answers_in_short) {
  service s;
  REQUIRE(service_open(&s, NULL));
  service_simple_table(&s, "abc");
  const char *answer = service_call(&s, "DeleteTable", "{\"TableName\":\"abc\"}");
  CHECK(strstr(answer, "\"TableStatus\":\"DELETING\"") != NULL);
  CHECK(strstr(answer, "KeySchema") == NULL);
  CHECK(strstr(answer, "AttributeDefinitions") == NULL);
  CHECK(strstr(answer, "CreationDateTime") == NULL);
  ANSWERS(&s, "DescribeTable", "{\"TableName\":\"abc\"}",
          "ResourceNotFoundException: Requested resource not found: Table: abc not found");
  ANSWERS(&s, "DeleteTable", "{\"TableName\":\"abc\"}",
          "ResourceNotFoundException: Requested resource not found: Table: abc not found");
  service_close(&s);
}

TEST(a_new_table_of_the_name_is_empty) {
  service s;
  REQUIRE(service_open(&s, NULL));
  service_simple_table(&s, "abc");
  ANSWERS(&s, "PutItem", "{\"TableName\":\"abc\",\"Item\":{\"p\":{\"S\":\"a\"}}}", "{}");
  HAS(&s, "DescribeTable", "{\"TableName\":\"abc\"}", "\"TableSizeBytes\":2,\"ItemCount\":1");
  HAS(&s, "DeleteTable", "{\"TableName\":\"abc\"}", "DELETING");
  service_simple_table(&s, "abc");
  ANSWERS(&s, "GetItem", "{\"TableName\":\"abc\",\"Key\":{\"p\":{\"S\":\"a\"}}}", "{}");
  HAS(&s, "DescribeTable", "{\"TableName\":\"abc\"}", "\"TableSizeBytes\":0,\"ItemCount\":0");
  service_close(&s);
}

TEST(protection) {
  service s;
  REQUIRE(service_open(&s, NULL));
  service_simple_table(&s, "abc");
  HAS(&s, "UpdateTable", "{\"TableName\":\"abc\",\"DeletionProtectionEnabled\":true}", "\"TableStatus\":\"ACTIVE\"");
  ANSWERS(&s, "DeleteTable", "{\"TableName\":\"abc\"}",
          "ValidationException: Resource cannot be deleted as it is currently protected against deletion. Disable "
          "deletion protection first.");
  HAS(&s, "UpdateTable", "{\"TableName\":\"abc\",\"DeletionProtectionEnabled\":false}", "\"TableStatus\":\"ACTIVE\"");
  HAS(&s, "DeleteTable", "{\"TableName\":\"abc\"}", "DELETING");
  service_close(&s);
}

TEST(is_deleting_for_as_long_as_asked) {
  service s;
  cyn_i_engine_options options = {.delete_table_delay_ms = 500};
  REQUIRE(service_open(&s, &options));
  service_simple_table(&s, "abc");
  HAS(&s, "DeleteTable", "{\"TableName\":\"abc\"}", "DELETING");
  HAS(&s, "DescribeTable", "{\"TableName\":\"abc\"}", "\"TableStatus\":\"DELETING\"");
  ANSWERS(&s, "DeleteTable", "{\"TableName\":\"abc\"}",
          "ResourceInUseException: Attempt to change a resource which is still in use: Table is being deleted: abc");
  ANSWERS(&s, "PutItem", "{\"TableName\":\"abc\",\"Item\":{\"p\":{\"S\":\"a\"}}}",
          "ResourceNotFoundException: Requested resource not found");
  HAS(&s, "CreateTable",
      "{\"TableName\":\"abc\",\"AttributeDefinitions\":[{\"AttributeName\":\"p\",\"AttributeType\":\"S\"}],"
      "\"KeySchema\":[{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"}],\"BillingMode\":\"PAY_PER_REQUEST\"}",
      "ResourceInUseException: ");
  service_later(&s, 500);
  ANSWERS(&s, "DescribeTable", "{\"TableName\":\"abc\"}",
          "ResourceNotFoundException: Requested resource not found: Table: abc not found");
  service_simple_table(&s, "abc");
  HAS(&s, "DescribeTable", "{\"TableName\":\"abc\"}", "\"TableStatus\":\"ACTIVE\"");
  service_close(&s);
}

TEST(by_arn) {
  service s;
  REQUIRE(service_open(&s, NULL));
  service_simple_table(&s, "abc");
  HAS(&s, "DeleteTable", "{\"TableName\":\"arn:aws:dynamodb:us-east-1:000000000000:table/abc\"}", "DELETING");
  ANSWERS(&s, "ListTables", "{}", "{\"TableNames\":[]}");
  service_close(&s);
}
