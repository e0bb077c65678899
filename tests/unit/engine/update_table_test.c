/* UpdateTable: what it changes, what it refuses, in the service's order. */
#include "service.h"

#define INVALID "ValidationException: One or more parameter values were invalid: "
#define UPDATE(rest) "{\"TableName\":\"abc\"," rest "}"
#define UNITS(r, w) "\"ProvisionedThroughput\":{\"ReadCapacityUnits\":" #r ",\"WriteCapacityUnits\":" #w "}"
#define DEFINE_A "\"AttributeDefinitions\":[{\"AttributeName\":\"a\",\"AttributeType\":\"S\"}]"
#define INDEXES(list) "\"GlobalSecondaryIndexUpdates\":[" list "]"
#define A_KEYS \
  "\"KeySchema\":[{\"AttributeName\":\"a\",\"KeyType\":\"HASH\"}],\"Projection\":{\"ProjectionType\":\"ALL\"}"
#define CREATE(name) "{\"Create\":{\"IndexName\":\"" name "\"," A_KEYS "}}"
#define DELETE(name) "{\"Delete\":{\"IndexName\":\"" name "\"}}"
#define PPR "\"BillingMode\":\"PAY_PER_REQUEST\""

static bool open_provisioned(service *s, const cyn_i_engine_options *options) {
  return service_open(s, options) &&
         service_has(
             s, "CreateTable",
             "{\"TableName\":\"abc\",\"AttributeDefinitions\":[{\"AttributeName\":\"p\",\"AttributeType\":\"S\"},"
             "{\"AttributeName\":\"g\",\"AttributeType\":\"S\"}],"
             "\"KeySchema\":[{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"}],"
             "\"GlobalSecondaryIndexes\":[{\"IndexName\":\"gsi\",\"KeySchema\":[{\"AttributeName\":\"g\","
             "\"KeyType\":\"HASH\"}],\"Projection\":{\"ProjectionType\":\"ALL\"}," UNITS(5, 5) "}]," UNITS(5, 5) "}",
             "CREATING");
}

TEST(refuses_what_needs_no_table) {
  service s;
  REQUIRE(service_open(&s, NULL));
  HAS(&s, "UpdateTable", "{\"TableName\":\"abc\"}",
      "ValidationException: At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
      "GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required");
  HAS(&s, "UpdateTable", UPDATE("\"BillingMode\":\"PROVISIONED\""),
      INVALID "ProvisionedThroughput must be specified when BillingMode is PROVISIONED");
  HAS(&s, "UpdateTable", UPDATE(UNITS(1000000000001, 1)),
      "ValidationException: Given value 1000000000001 for ReadCapacityUnits is out of bounds");
  HAS(&s, "UpdateTable", UPDATE(INDEXES("{}")), INVALID "One of GlobalSecondaryIndexUpdate.Update, ");
  HAS(&s, "UpdateTable", UPDATE(INDEXES(DELETE("gsi") "," DELETE("gsi"))),
      INVALID "Only one global secondary index update per index is allowed simultaneously. Index: gsi");
  HAS(&s, "UpdateTable", UPDATE("\"DeletionProtectionEnabled\":true," UNITS(1, 1)),
      INVALID "DeletionProtection modification must be the only operation in the request");
  HAS(&s, "UpdateTable", UPDATE("\"ReplicaUpdates\":[{\"Create\":{\"RegionName\":\"eu-west-1\"}}]"),
      "NotImplementedException: Cynamo does not have ReplicaUpdates of UpdateTable yet");
  ANSWERS(&s, "UpdateTable", UPDATE(UNITS(1, 1)),
          "ResourceNotFoundException: Requested resource not found: Table: abc not found");
  service_close(&s);
}

TEST(throughput) {
  service s;
  REQUIRE(open_provisioned(&s, NULL));
  HAS(&s, "UpdateTable", UPDATE(UNITS(5, 5)),
      "ValidationException: The provisioned throughput for the table will not change. The requested value equals the "
      "current value. Current ReadCapacityUnits provisioned for the table: 5. Requested ReadCapacityUnits: 5.");
  HAS(&s, "UpdateTable", UPDATE(UNITS(6, 4)), "\"TableStatus\":\"UPDATING\"");
  HAS(&s, "DescribeTable", "{\"TableName\":\"abc\"}", "\"TableStatus\":\"ACTIVE\"");
  HAS(&s, "DescribeTable", "{\"TableName\":\"abc\"}",
      "\"ProvisionedThroughput\":{\"LastIncreaseDateTime\":1790000000.123,\"LastDecreaseDateTime\":1790000000.123,"
      "\"NumberOfDecreasesToday\":1,\"ReadCapacityUnits\":6,\"WriteCapacityUnits\":4}");
  service_later(&s, INT64_C(86400000));
  HAS(&s, "DescribeTable", "{\"TableName\":\"abc\"}",
      "\"NumberOfDecreasesToday\":0,\"ReadCapacityUnits\":6,\"WriteCapacityUnits\":4}");
  service_close(&s);
}

TEST(billing_mode) {
  service s;
  REQUIRE(open_provisioned(&s, NULL));
  HAS(&s, "UpdateTable", UPDATE(PPR), "\"BillingModeSummary\":{\"BillingMode\":\"PAY_PER_REQUEST\"");
  HAS(&s, "UpdateTable", UPDATE(UNITS(1, 1)),
      INVALID "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST");
  HAS(&s, "UpdateTable", UPDATE("\"BillingMode\":\"PROVISIONED\"," UNITS(1, 1)),
      INVALID "ProvisionedThroughput must be specified for index: gsi");
  HAS(&s, "UpdateTable",
      UPDATE("\"BillingMode\":\"PROVISIONED\"," UNITS(
          1, 1) "," INDEXES("{\"Update\":{\"IndexName\":\"gsi\"," UNITS(2, 3) "}}")),
      "\"BillingModeSummary\":{\"BillingMode\":\"PROVISIONED\",\"LastUpdateToPayPerRequestDateTime\"");
  HAS(&s, "DescribeTable", "{\"TableName\":\"abc\"}", "\"ReadCapacityUnits\":2,\"WriteCapacityUnits\":3");
  service_close(&s);
}

TEST(streams) {
  service s;
  REQUIRE(open_provisioned(&s, NULL));
  HAS(&s, "UpdateTable", UPDATE("\"StreamSpecification\":{\"StreamEnabled\":false}"),
      "ValidationException: Table has no stream to disable: TableName: abc");
  HAS(&s, "UpdateTable", UPDATE("\"StreamSpecification\":{\"StreamEnabled\":true,\"StreamViewType\":\"KEYS_ONLY\"}"),
      "\"LatestStreamArn\"");
  HAS(&s, "UpdateTable", UPDATE("\"StreamSpecification\":{\"StreamEnabled\":true,\"StreamViewType\":\"KEYS_ONLY\"}"),
      "ValidationException: Table already has an enabled stream: TableName: abc");
  HAS(&s, "UpdateTable", UPDATE("\"StreamSpecification\":{\"StreamEnabled\":false}"), "\"LatestStreamArn\"");
  service_lacks(&s, "DescribeTable", "{\"TableName\":\"abc\"}", "StreamSpecification");
  service_close(&s);
}

TEST(waits_for_a_change_under_way) {
  service s;
  cyn_i_engine_options options = {.update_table_delay_ms = 100};
  REQUIRE(open_provisioned(&s, &options));
  HAS(&s, "UpdateTable", UPDATE(UNITS(6, 6)), "UPDATING");
  HAS(&s, "DescribeTable", "{\"TableName\":\"abc\"}", "\"TableStatus\":\"UPDATING\"");
  ANSWERS(&s, "UpdateTable", UPDATE(UNITS(7, 7)),
          "ResourceInUseException: Attempt to change a resource which is still in use: Table is being updated: abc");
  ANSWERS(&s, "PutItem", "{\"TableName\":\"abc\",\"Item\":{\"p\":{\"S\":\"a\"}}}", "{}");
  service_later(&s, 100);
  HAS(&s, "UpdateTable", UPDATE(UNITS(7, 7)), "UPDATING");
  service_close(&s);
}

#define KEY(id) "\"SSESpecification\":{\"Enabled\":true,\"SSEType\":\"KMS\",\"KMSMasterKeyId\":\"" id "\"}"
#define KEY_ARN "arn:aws:kms:us-east-1:000000000000:key/one"

TEST(encryption) {
  service s;
  REQUIRE(open_provisioned(&s, NULL));
  HAS(&s, "UpdateTable", UPDATE("\"SSESpecification\":{\"Enabled\":false}"), INVALID "Table is already encrypted by default");
  HAS(&s, "UpdateTable", UPDATE("\"SSESpecification\":{}"), INVALID "Table is already encrypted by default");
  HAS(&s, "UpdateTable", UPDATE(KEY(KEY_ARN)), "\"SSEDescription\":{\"Status\":\"ENABLED\",\"SSEType\":\"KMS\",\"KMSMasterKeyArn\":\"" KEY_ARN "\"}");
  HAS(&s, "UpdateTable", UPDATE(KEY(KEY_ARN)), INVALID "Table is already encrypted with given KMSMasterKeyId.");
  HAS(&s, "UpdateTable", UPDATE(KEY("alias/mine")), "\"KMSMasterKeyArn\":\"arn:aws:kms:us-east-1:000000000000:alias/mine\"");
  HAS(&s, "UpdateTable", UPDATE(KEY("two")), "\"KMSMasterKeyArn\":\"arn:aws:kms:us-east-1:000000000000:key/two\"");
  HAS(&s, "UpdateTable", UPDATE(KEY("a-key-with-a-longer-name")), ":key/a-key-with-a-longer-name\"");
  HAS(&s, "UpdateTable", UPDATE("\"SSESpecification\":{\"SSEType\":\"KMS\"}"), "\"SSEType\":\"KMS\"");
  HAS(&s, "UpdateTable", UPDATE("\"SSESpecification\":{\"Enabled\":false}"), "TableDescription");
  service_lacks(&s, "DescribeTable", "{\"TableName\":\"abc\"}", "SSEDescription");
  service_close(&s);
}

TEST(warm_throughput_and_limits_of_the_table) {
  service s;
  REQUIRE(service_open(&s, NULL));
  service_simple_table(&s, "abc");
  HAS(&s, "UpdateTable", UPDATE("\"WarmThroughput\":{\"ReadUnitsPerSecond\":11999}"),
      INVALID "Requested ReadUnitsPerSecond for WarmThroughput for table is lower than current WarmThroughput, decreasing WarmThroughput is not supported");
  HAS(&s, "UpdateTable", UPDATE("\"WarmThroughput\":{\"WriteUnitsPerSecond\":3999}"), INVALID "Requested WriteUnitsPerSecond for WarmThroughput for table is lower");
  HAS(&s, "UpdateTable", UPDATE("\"WarmThroughput\":{\"ReadUnitsPerSecond\":12001}"), "\"WarmThroughput\":{\"ReadUnitsPerSecond\":12001,\"WriteUnitsPerSecond\":4000");
  HAS(&s, "UpdateTable", UPDATE("\"WarmThroughput\":{\"WriteUnitsPerSecond\":4001}"), "\"WarmThroughput\":{\"ReadUnitsPerSecond\":12001,\"WriteUnitsPerSecond\":4001");
  HAS(&s, "UpdateTable", UPDATE("\"OnDemandThroughput\":{\"MaxWriteRequestUnits\":0}"),
      INVALID "Requested MaxWriteRequestUnits for OnDemandThroughput for table is outside of valid range");
  HAS(&s, "UpdateTable", UPDATE("\"OnDemandThroughput\":{\"MaxWriteRequestUnits\":8}"), "\"OnDemandThroughput\":{\"MaxWriteRequestUnits\":8}");
  HAS(&s, "UpdateTable", UPDATE("\"OnDemandThroughput\":{\"MaxWriteRequestUnits\":-1}"), "TableDescription");
  service_lacks(&s, "DescribeTable", "{\"TableName\":\"abc\"}", "OnDemandThroughput");
  service_close(&s);
  REQUIRE(open_provisioned(&s, NULL));
  HAS(&s, "UpdateTable", UPDATE("\"OnDemandThroughput\":{\"MaxWriteRequestUnits\":8}"),
      INVALID "MaxWriteRequestUnits for OnDemandThroughput cannot be specified when the table BillingMode is PROVISIONED");
  HAS(&s, "UpdateTable", UPDATE(UNITS(5, 6)), "\"ReadCapacityUnits\":5,\"WriteCapacityUnits\":6");
  service_close(&s);
}

/* What touches nothing of a change under way needs not wait for it. */
TEST(protection_during_a_change) {
  service s;
  cyn_i_engine_options options = {.update_table_delay_ms = 100};
  REQUIRE(open_provisioned(&s, &options));
  HAS(&s, "UpdateTable", UPDATE(UNITS(6, 6)), "UPDATING");
  HAS(&s, "UpdateTable", UPDATE("\"DeletionProtectionEnabled\":true"), "\"DeletionProtectionEnabled\":true");
  HAS(&s, "UpdateTable", UPDATE("\"SSESpecification\":{\"Enabled\":true}"), "\"SSEDescription\"");
  HAS(&s, "UpdateTable", UPDATE("\"TableClass\":\"STANDARD_INFREQUENT_ACCESS\""), "ResourceInUseException");
  HAS(&s, "DescribeTable", "{\"TableName\":\"abc\"}", "\"TableStatus\":\"UPDATING\"");
  service_close(&s);
}
