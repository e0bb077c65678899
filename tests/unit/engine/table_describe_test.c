/* Descriptions: what the record does not hold. */
#include "service.h"

#define TABLE                                                                                                          \
  "{\"TableName\":\"abc\",\"AttributeDefinitions\":[{\"AttributeName\":\"p\",\"AttributeType\":\"S\"},"                \
  "{\"AttributeName\":\"r\",\"AttributeType\":\"S\"},{\"AttributeName\":\"g\",\"AttributeType\":\"S\"}],"              \
  "\"KeySchema\":[{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"r\",\"KeyType\":\"RANGE\"}],"    \
  "\"LocalSecondaryIndexes\":[{\"IndexName\":\"lsi\",\"KeySchema\":[{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"},"   \
  "{\"AttributeName\":\"g\",\"KeyType\":\"RANGE\"}],\"Projection\":{\"ProjectionType\":\"KEYS_ONLY\"}}],"              \
  "\"GlobalSecondaryIndexes\":[{\"IndexName\":\"gsi\",\"KeySchema\":[{\"AttributeName\":\"g\",\"KeyType\":\"HASH\"}]," \
  "\"Projection\":{\"ProjectionType\":\"ALL\"}}],\"BillingMode\":\"PAY_PER_REQUEST\"}"
#define KEY "{\"TableName\":\"abc\"}"

TEST(counts_table_and_indexes) {
  service s;
  REQUIRE(service_open(&s, NULL));
  HAS(&s, "CreateTable", TABLE, "\"IndexStatus\":\"CREATING\"");
  ANSWERS(&s, "PutItem",
          "{\"TableName\":\"abc\",\"Item\":{\"p\":{\"S\":\"a\"},\"r\":{\"S\":\"b\"},\"g\":{\"S\":\"c\"},\"x\":{\"S\":"
          "\"12345\"}}}",
          "{}");
  ANSWERS(&s, "PutItem", "{\"TableName\":\"abc\",\"Item\":{\"p\":{\"S\":\"a\"},\"r\":{\"S\":\"c\"}}}", "{}");
  const char *answer = service_call(&s, "DescribeTable", KEY);
  CHECK(strstr(answer, "\"TableSizeBytes\":16,\"ItemCount\":2") != NULL);
  CHECK(strstr(answer,
               "\"IndexSizeBytes\":6,\"ItemCount\":1,\"IndexArn\":"
               "\"arn:aws:dynamodb:us-east-1:000000000000:table/abc/index/lsi\"") != NULL);
  CHECK(strstr(answer, "\"IndexSizeBytes\":12,\"ItemCount\":1") != NULL);
  service_close(&s);
}

TEST(indexes_are_created_with_their_table) {
  service s;
  cyn_i_engine_options options = {.create_table_delay_ms = 10};
  REQUIRE(service_open(&s, &options));
  service_lacks(&s, "CreateTable", TABLE, "Backfilling");
  HAS(&s, "DescribeTable", KEY, "\"IndexStatus\":\"CREATING\"");
  service_lacks(&s, "DescribeTable", KEY, "LastUpdateToPayPerRequestDateTime");
  service_later(&s, 10);
  HAS(&s, "DescribeTable", KEY, "\"IndexStatus\":\"ACTIVE\"");
  HAS(&s, "DescribeTable", KEY, "LastUpdateToPayPerRequestDateTime");
  service_close(&s);
}
