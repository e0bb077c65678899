/* DescribeTable: by name and ARN, in every state. */
#include "service.h"

TEST(by_name_and_arn) {
  service s;
  REQUIRE(service_open(&s, NULL));
  ANSWERS(&s, "DescribeTable", "{\"TableName\":\"abc\"}",
          "ResourceNotFoundException: Requested resource not found: Table: abc not found");
  service_simple_table(&s, "abc");
  HAS(&s, "DescribeTable", "{\"TableName\":\"arn:aws:dynamodb:us-east-1:000000000000:table/abc\"}",
      "{\"Table\":{\"AttributeDefinitions\":[{\"AttributeName\":\"p\",\"AttributeType\":\"S\"}],\"TableName\":\"abc\"");
  ANSWERS(&s, "DescribeTable", "{\"TableName\":\"arn:aws:dynamodb:eu-west-1:000000000000:table/abc\"}",
          "ResourceNotFoundException: Requested resource not found: Table: abc not found");
  service_close(&s);
}

TEST(a_region_without_end_is_not_found) {
  service s;
  REQUIRE(service_open(&s, NULL));
  char region[600], json[800];
  memset(region, 'r', sizeof region - 1);
  region[sizeof region - 1] = '\0';
  (void)snprintf(json, sizeof json, "{\"TableName\":\"arn:aws:dynamodb:%s:000000000000:table/abc\"}", region);
  HAS(&s, "DescribeTable", json, "ResourceNotFoundException: ");
  HAS(&s, "DeleteTable", json, "ValidationException: Invalid TableArn: Invalid ResourceArn provided as input ");
  service_close(&s);
}
