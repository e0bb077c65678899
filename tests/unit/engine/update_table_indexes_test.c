/* UpdateTable's index updates: checks, and the index's states as far as no background job has a part in them. */
#include "service.h"

#define INVALID "ValidationException: One or more parameter values were invalid: "
#define UPDATE(rest) "{\"TableName\":\"abc\"," rest "}"
#define DEFINE_A "\"AttributeDefinitions\":[{\"AttributeName\":\"a\",\"AttributeType\":\"S\"}]"
#define INDEXES(list) "\"GlobalSecondaryIndexUpdates\":[" list "]"
#define A_KEYS \
  "\"KeySchema\":[{\"AttributeName\":\"a\",\"KeyType\":\"HASH\"}],\"Projection\":{\"ProjectionType\":\"ALL\"}"
#define CREATE(name) "{\"Create\":{\"IndexName\":\"" name "\"," A_KEYS "}}"
#define DELETE(name) "{\"Delete\":{\"IndexName\":\"" name "\"}}"
#define ONE_ONLINE                                                                                                   \
  "LimitExceededException: Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously " \
  "per table"

TEST(create) {
  service s;
  REQUIRE(service_open(&s, NULL));
  service_simple_table(&s, "abc");
  HAS(&s, "UpdateTable", UPDATE(INDEXES(CREATE("gsi"))),
      INVALID "AttributeDefinitions is not specified for index: gsi");
  HAS(&s, "UpdateTable", UPDATE(DEFINE_A "," INDEXES(CREATE("gs1") "," CREATE("gs2"))), ONE_ONLINE);
  const char *answer = service_call(&s, "UpdateTable", UPDATE(DEFINE_A "," INDEXES(CREATE("gsi"))));
  CHECK(strstr(answer, "\"IndexStatus\":\"CREATING\",\"Backfilling\":false") != NULL);
  CHECK(strstr(answer, "\"TableStatus\":\"UPDATING\"") != NULL);
  CHECK(strstr(answer, "{\"AttributeName\":\"a\",\"AttributeType\":\"S\"},{\"AttributeName\":\"p\"") != NULL);
  HAS(&s, "DescribeTable", "{\"TableName\":\"abc\"}", "\"IndexStatus\":\"CREATING\",\"Backfilling\":true");
  HAS(&s, "UpdateTable", UPDATE(DEFINE_A "," INDEXES(CREATE("gs2"))), ONE_ONLINE);
  service_close(&s);
}

TEST(refuses_names_that_do_not_fit) {
  service s;
  REQUIRE(service_open(&s, NULL));
  service_simple_table(&s, "abc");
  ANSWERS(&s, "UpdateTable", UPDATE(INDEXES(DELETE("gsi"))),
          "ResourceNotFoundException: Requested resource not found: Index gsi for table abc");
  HAS(&s, "UpdateTable", UPDATE(DEFINE_A "," INDEXES(CREATE("gsi"))), "CREATING");
  HAS(&s, "UpdateTable",
      UPDATE(INDEXES("{\"Update\":{\"IndexName\":\"gsi\",\"OnDemandThroughput\":"
                     "{\"MaxReadRequestUnits\":5}}}")),
      "ResourceInUseException: Attempt to change a resource which is still in use: Index is being updated.  Table: abc "
      "Index: gsi");
  service_close(&s);
}

TEST(deleting_takes_definitions_along) {
  service s;
  REQUIRE(service_open(&s, NULL));
  service_simple_table(&s, "abc");
  HAS(&s, "UpdateTable", UPDATE(DEFINE_A "," INDEXES(CREATE("gsi"))), "CREATING");
  HAS(&s, "UpdateTable", UPDATE(INDEXES(DELETE("gsi"))), "\"IndexStatus\":\"DELETING\"");
  service_lacks(&s, "DescribeTable", "{\"TableName\":\"abc\"}", "GlobalSecondaryIndexes");
  HAS(&s, "DescribeTable", "{\"TableName\":\"abc\"}",
      "\"AttributeDefinitions\":[{\"AttributeName\":\"p\",\"AttributeType\":\"S\"}]");
  service_close(&s);
}

TEST(deleting_takes_its_time) {
  service s;
  cyn_i_engine_options options = {.update_table_delay_ms = 100};
  REQUIRE(service_open(&s, &options));
  service_simple_table(&s, "abc");
  HAS(&s, "UpdateTable", UPDATE(DEFINE_A "," INDEXES(CREATE("gsi"))), "\"Backfilling\":false");
  service_later(&s, 100);
  HAS(&s, "UpdateTable", UPDATE(INDEXES(DELETE("gsi"))), "\"IndexStatus\":\"DELETING\"");
  HAS(&s, "DescribeTable", "{\"TableName\":\"abc\"}", "\"IndexStatus\":\"DELETING\"");
  service_later(&s, 100);
  service_lacks(&s, "DescribeTable", "{\"TableName\":\"abc\"}", "GlobalSecondaryIndexes");
  HAS(&s, "UpdateTable", UPDATE(DEFINE_A "," INDEXES(CREATE("gsi"))), "\"IndexStatus\":\"CREATING\"");
  service_close(&s);
}
