/* Which changes UpdateTable takes together. */
#include "service.h"

#define INVALID "ValidationException: One or more parameter values were invalid: "
#define ONLY " modification must be the only operation in the request"
#define UNITS "\"ProvisionedThroughput\":{\"ReadCapacityUnits\":2,\"WriteCapacityUnits\":2}"
#define STREAM "\"StreamSpecification\":{\"StreamEnabled\":true,\"StreamViewType\":\"NEW_IMAGE\"}"
#define SSE "\"SSESpecification\":{\"Enabled\":true}"
#define CLASS "\"TableClass\":\"STANDARD\""
#define PROTECT "\"DeletionProtectionEnabled\":true"
#define WARM "\"WarmThroughput\":{\"ReadUnitsPerSecond\":20000}"
#define LIMITS "\"OnDemandThroughput\":{\"MaxReadRequestUnits\":9}"
#define PPR "\"BillingMode\":\"PAY_PER_REQUEST\""
#define INDEX                                                                                                         \
  "\"AttributeDefinitions\":[{\"AttributeName\":\"a\",\"AttributeType\":\"S\"}],\"GlobalSecondaryIndexUpdates\":[{"   \
  "\"Create\":{\"IndexName\":\"gsi\",\"KeySchema\":[{\"AttributeName\":\"a\",\"KeyType\":\"HASH\"}],\"Projection\":{" \
  "\"ProjectionType\":\"ALL\"}}}]"
#define BOTH(a, b) "{\"TableName\":\"abc\"," a "," b "}"

TEST(one_thing_at_a_time) {
  service s;
  REQUIRE(service_open(&s, NULL));
  HAS(&s, "UpdateTable", BOTH(SSE, CLASS), INVALID "Server-Side Encryption" ONLY);
  HAS(&s, "UpdateTable", BOTH(PROTECT, CLASS), INVALID "TableClass" ONLY);
  HAS(&s, "UpdateTable", BOTH(WARM, PROTECT), INVALID "DeletionProtection" ONLY);
  HAS(&s, "UpdateTable", BOTH(WARM, STREAM), INVALID "WarmThroughput must be the only operation in the request");
  HAS(&s, "UpdateTable", BOTH(WARM, INDEX),
      INVALID "Create global secondary index cannot be specified when updating WarmThroughput");
  HAS(&s, "UpdateTable", BOTH(LIMITS, STREAM),
      INVALID "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request");
  HAS(&s, "UpdateTable", BOTH(UNITS, STREAM), INVALID "You cannot modify stream status while updating table IOPS");
  HAS(&s, "UpdateTable", BOTH(UNITS, INDEX), INVALID "You cannot create or delete index while updating table IOPS");
  HAS(&s, "UpdateTable", BOTH(STREAM, INDEX), INVALID "You cannot create or delete index while changing stream status");
  service_close(&s);
}

TEST(a_billing_mode_goes_with_others) {
  service s;
  REQUIRE(service_open(&s, NULL));
  service_simple_table(&s, "abc");
  HAS(&s, "UpdateTable", BOTH(PPR, LIMITS), "\"OnDemandThroughput\":{\"MaxReadRequestUnits\":9}");
  HAS(&s, "UpdateTable", BOTH(PPR, STREAM), "\"LatestStreamArn\"");
  HAS(&s, "UpdateTable", BOTH(PPR, INDEX), "\"IndexStatus\":\"CREATING\"");
  service_close(&s);
}

TEST(lists_of_index_updates) {
  service s;
  REQUIRE(service_open(&s, NULL));
  service_simple_table(&s, "abc");
  HAS(&s, "UpdateTable", BOTH(PROTECT, "\"GlobalSecondaryIndexUpdates\":[]"),
      INVALID "List of GlobalSecondaryIndexUpdates is empty");
  HAS(&s, "UpdateTable",
      BOTH("\"GlobalSecondaryIndexUpdates\":[{\"Delete\":{\"IndexName\":\"gsi\"},\"Update\":{\"IndexName\":"
           "\"gsi\"}}]",
           "\"ReplicaUpdates\":null"),
      INVALID "Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object");
  service_close(&s);
}

TEST(what_is_not_there_yet) {
  service s;
  REQUIRE(service_open(&s, NULL));
  service_simple_table(&s, "abc");
  static const char *const members[][2] = {{"MultiRegionConsistency", "\"STRONG\""},
                                           {"GlobalTableWitnessUpdates", "[{\"Create\":{\"RegionName\":\"us-east-2\"}}]"},
                                           {"GlobalTableSettingsReplicationMode", "\"ENABLED\""},
                                           {"DisassociationProtectionEnabled", "true"}};
  for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
    char json[200], text[200];
    (void)snprintf(json, sizeof json, "{\"TableName\":\"abc\",\"%s\":%s}", members[i][0], members[i][1]);
    (void)snprintf(text, sizeof text, "NotImplementedException: Cynamo does not have %s of UpdateTable yet", members[i][0]);
    ANSWERS(&s, "UpdateTable", json, text);
  }
  service_close(&s);
}

/* An empty structure asks for nothing. */
TEST(structures_without_a_member) {
  service s;
  REQUIRE(service_open(&s, NULL));
  service_simple_table(&s, "abc");
  HAS(&s, "UpdateTable", "{\"TableName\":\"abc\",\"WarmThroughput\":{}}", "ValidationException: At least one of ProvisionedThroughput, ");
  HAS(&s, "UpdateTable", "{\"TableName\":\"abc\",\"OnDemandThroughput\":{}}", "ValidationException: At least one of ProvisionedThroughput, ");
  HAS(&s, "UpdateTable", "{\"TableName\":\"abc\",\"GlobalSecondaryIndexUpdates\":[{\"Update\":{\"IndexName\":\"gsi\",\"WarmThroughput\":{}}}]}",
      INVALID "WarmThroughput must have at least one of ReadUnitsPerSecond or WriteUnitsPerSecond specified for index: gsi");
  HAS(&s, "UpdateTable", "{\"TableName\":\"abc\",\"GlobalSecondaryIndexUpdates\":[{\"Update\":{\"IndexName\":\"gsi\",\"WarmThroughput\":{\"WriteUnitsPerSecond\":9}}}]}",
      "ResourceNotFoundException: Requested resource not found: Index gsi for table abc");
  service_close(&s);
}
