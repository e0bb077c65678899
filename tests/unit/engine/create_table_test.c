/* CreateTable: answers, checks in their order, states by the clock. */
#include "service.h"

#define P_S "{\"AttributeName\":\"p\",\"AttributeType\":\"S\"}"
#define R_N "{\"AttributeName\":\"r\",\"AttributeType\":\"N\"}"
#define A_B "{\"AttributeName\":\"a\",\"AttributeType\":\"B\"}"
#define P_HASH "{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"}"
#define R_RANGE "{\"AttributeName\":\"r\",\"KeyType\":\"RANGE\"}"
#define A_HASH "{\"AttributeName\":\"a\",\"KeyType\":\"HASH\"}"
#define A_RANGE "{\"AttributeName\":\"a\",\"KeyType\":\"RANGE\"}"
#define PPR "\"BillingMode\":\"PAY_PER_REQUEST\""
#define UNITS "\"ProvisionedThroughput\":{\"ReadCapacityUnits\":5,\"WriteCapacityUnits\":6}"
#define TABLE(definitions, keys, rest) \
  "{\"TableName\":\"abc\",\"AttributeDefinitions\":[" definitions "],\"KeySchema\":[" keys "]," rest "}"
#define HASH_TABLE(rest) TABLE(P_S, P_HASH, rest)
#define RANGE_TABLE(rest) TABLE(P_S "," R_N "," A_B, P_HASH "," R_RANGE, PPR "," rest)
#define ALL "\"Projection\":{\"ProjectionType\":\"ALL\"}"
#define INVALID "ValidationException: One or more parameter values were invalid: "

#define CREATE(json, expected) HAS(&s, "CreateTable", json, expected)

TEST(answers_as_the_service_does) {
  service s;
  REQUIRE(service_open(&s, NULL));
  const char *answer = service_call(&s, "CreateTable", HASH_TABLE(UNITS));
  CHECK(strstr(answer, "\"TableStatus\":\"CREATING\"") != NULL);
  CHECK(strstr(answer, "\"TableArn\":\"arn:aws:dynamodb:us-east-1:000000000000:table/abc\"") != NULL);
  CHECK(strstr(answer, "\"DeletionProtectionEnabled\":false") != NULL);
  CHECK(strstr(answer, "\"NumberOfDecreasesToday\":0,\"ReadCapacityUnits\":5,\"WriteCapacityUnits\":6") != NULL);
  CHECK(strstr(answer, "\"CreationDateTime\":1790000000.123") != NULL);
  CHECK(strstr(answer, "BillingModeSummary") == NULL);
  CHECK(strstr(answer, "WarmThroughput") == NULL);
  HAS(&s, "DescribeTable", "{\"TableName\":\"abc\"}",
      "\"WarmThroughput\":{\"ReadUnitsPerSecond\":5,\"WriteUnitsPerSecond\":6,\"Status\":\"ACTIVE\"}");
  HAS(&s, "DescribeTable", "{\"TableName\":\"abc\"}", "\"TableStatus\":\"ACTIVE\"");
  ANSWERS(&s, "CreateTable", HASH_TABLE(UNITS), "ResourceInUseException: Table already exists: abc");
  service_close(&s);
}

TEST(on_demand) {
  service s;
  REQUIRE(service_open(&s, NULL));
  const char *answer = service_call(&s, "CreateTable", HASH_TABLE(PPR));
  CHECK(strstr(answer, "\"BillingModeSummary\":{\"BillingMode\":\"PAY_PER_REQUEST\"}") != NULL);
  CHECK(strstr(answer, "\"ReadCapacityUnits\":0,\"WriteCapacityUnits\":0") != NULL);
  HAS(&s, "DescribeTable", "{\"TableName\":\"abc\"}", "\"LastUpdateToPayPerRequestDateTime\":1790000000.123");
  HAS(&s, "DescribeTable", "{\"TableName\":\"abc\"}", "\"ReadUnitsPerSecond\":12000,\"WriteUnitsPerSecond\":4000");
  service_close(&s);
}

TEST(refuses_throughput_that_does_not_fit) {
  service s;
  REQUIRE(service_open(&s, NULL));
  CREATE(HASH_TABLE("\"BillingMode\":\"PROVISIONED\""),
         INVALID "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED");
  CREATE(HASH_TABLE(PPR "," UNITS), INVALID
         "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when "
         "BillingMode is PAY_PER_REQUEST");
  CREATE(HASH_TABLE(
             "\"ProvisionedThroughput\":{\"ReadCapacityUnits\":1000000000001,\"WriteCapacityUnits\":1000000000001}"),
         "ValidationException: Given value 1000000000001 for ReadCapacityUnits is out of bounds");
  CREATE(HASH_TABLE(UNITS ",\"OnDemandThroughput\":{\"MaxReadRequestUnits\":1}"), INVALID
         "MaxReadRequestUnits for OnDemandThroughput cannot be specified when table BillingMode is PROVISIONED.");
  CREATE(HASH_TABLE(PPR ",\"OnDemandThroughput\":{\"MaxReadRequestUnits\":0}"),
         INVALID "Requested MaxReadRequestUnits for OnDemandThroughput for table is outside of valid range");
  CREATE(HASH_TABLE(UNITS ",\"WarmThroughput\":{\"ReadUnitsPerSecond\":4}"), INVALID
         "Requested ReadUnitsPerSecond for WarmThroughput for table is lower than ReadCapacityUnits of "
         "ProvisionedThroughput");
  CREATE(HASH_TABLE(PPR ",\"WarmThroughput\":{\"WriteUnitsPerSecond\":3999}"), INVALID
         "Requested WriteUnitsPerSecond for WarmThroughput for table is lower than initial throughput for OnDemand");
  service_close(&s);
}

TEST(refuses_wrong_keys) {
  service s;
  REQUIRE(service_open(&s, NULL));
  CREATE(TABLE(P_S, P_HASH "," R_RANGE, PPR),
         "ValidationException: Invalid KeySchema: Some index key attribute have no definition");
  CREATE(TABLE(P_S "," A_B, P_HASH "," R_RANGE, PPR), INVALID
         "Some index key attributes are not defined in AttributeDefinitions. Keys: [p, r], "
         "AttributeDefinitions: [p, a]");
  CREATE(TABLE(P_S "," A_B, P_HASH "," P_HASH, PPR),
         "ValidationException: Both the Hash Key and the Range Key element in the KeySchema have the same name");
  CREATE(TABLE(R_N, R_RANGE, PPR),
         "ValidationException: Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
  CREATE(TABLE(P_S "," A_B, P_HASH "," A_HASH, PPR),
         "ValidationException: Invalid KeySchema: The second KeySchemaElement is not a RANGE key type");
  CREATE(TABLE(P_S "," A_B, P_HASH, PPR), INVALID
         "Number of attributes in KeySchema does not exactly match number of "
         "attributes defined in AttributeDefinitions");
  CREATE(TABLE(P_S "," P_S, P_HASH, PPR), "ValidationException: Attribute Name is duplicated: p");
  CREATE(TABLE(P_S "," R_N "," A_B, P_HASH "," R_RANGE "," A_RANGE, PPR),
         "' at 'keySchema' failed to satisfy constraint: Member must have length less than or equal to 2");
  service_close(&s);
}

#define LOCAL(indexes) RANGE_TABLE("\"LocalSecondaryIndexes\":[" indexes "]")
#define LSI(name, keys, projection) "{\"IndexName\":\"" name "\",\"KeySchema\":[" keys "]," projection "}"

TEST(refuses_wrong_local_indexes) {
  service s;
  REQUIRE(service_open(&s, NULL));
  CREATE(LOCAL(""), INVALID "List of LocalSecondaryIndexes is empty");
  CREATE(HASH_TABLE(PPR ",\"LocalSecondaryIndexes\":[" LSI("lsi", P_HASH "," A_RANGE, ALL) "]"),
         INVALID "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex");
  CREATE(LOCAL(LSI("lsi", P_HASH, ALL)), INVALID "Index KeySchema does not have a range key for index: lsi");
  CREATE(LOCAL(LSI("lsi", A_HASH "," R_RANGE, ALL)), INVALID
         "Index KeySchema does not have the same leading hash key as table KeySchema for index: lsi. index hash "
         "key: a, table hash key: p");
  CREATE(LOCAL(LSI("lsi", P_HASH "," A_RANGE, "\"Projection\":{}")), INVALID "Unknown ProjectionType: null");
  CREATE(
      LOCAL(LSI("lsi", P_HASH "," A_RANGE, "\"Projection\":{\"ProjectionType\":\"ALL\",\"NonKeyAttributes\":[\"x\"]}")),
      INVALID "ProjectionType is ALL, but NonKeyAttributes is specified");
  CREATE(LOCAL(LSI("lsi", P_HASH "," A_RANGE, "\"Projection\":{\"ProjectionType\":\"INCLUDE\"}")),
         INVALID "ProjectionType is INCLUDE, but NonKeyAttributes is not specified");
  CREATE(LOCAL(LSI("lsi", P_HASH "," A_RANGE, ALL) "," LSI("lsi", P_HASH "," A_RANGE, ALL)),
         INVALID "Duplicate index name: lsi");
  CREATE(LOCAL(LSI("in1", P_HASH "," A_RANGE, ALL) "," LSI("in2", P_HASH "," A_RANGE, ALL) "," LSI(
             "in3", P_HASH "," A_RANGE, ALL) "," LSI("in4", P_HASH "," A_RANGE,
                                                     ALL) "," LSI("in5", P_HASH "," A_RANGE,
                                                                  ALL) "," LSI("in6", P_HASH "," A_RANGE, ALL)),
         INVALID "Number of LocalSecondaryIndexes exceeds per-table limit of 5");
  service_close(&s);
}

#define GLOBAL(indexes) RANGE_TABLE("\"GlobalSecondaryIndexes\":[" indexes "]")
#define GSI LSI

TEST(refuses_wrong_global_indexes) {
  service s;
  REQUIRE(service_open(&s, NULL));
  CREATE(GLOBAL(""), INVALID "List of GlobalSecondaryIndexes is empty");
  CREATE(GLOBAL(GSI("gsi", "{\"AttributeName\":\"x\",\"KeyType\":\"HASH\"}", ALL)), INVALID
         "Some index key attributes are not defined in AttributeDefinitions. Keys: [x], AttributeDefinitions: "
         "[p, r, a]");
  CREATE(GLOBAL(GSI("gsi", P_HASH "," R_RANGE, ALL)),
         INVALID "Some AttributeDefinitions are not used. AttributeDefinitions: [p, r, a], keys used: [p, r]");
  CREATE(GLOBAL(GSI("gsi", A_HASH "," R_RANGE "," P_HASH, ALL)),
         INVALID "All HASH key attributes must precede RANGE key attributes in the KeySchema");
  CREATE(GLOBAL("{\"IndexName\":\"gsi\",\"KeySchema\":[" A_HASH "]," ALL "," UNITS "}"),
         INVALID "ProvisionedThroughput should not be specified for index: gsi when BillingMode is PAY_PER_REQUEST");
  CREATE(TABLE(P_S "," A_B, P_HASH, UNITS ",\"GlobalSecondaryIndexes\":[" GSI("gsi", A_HASH, ALL) "]"),
         INVALID "ProvisionedThroughput is not specified for index: gsi");
  service_close(&s);
}

TEST(multi_attribute_keys) {
  service s;
  REQUIRE(service_open(&s, NULL));
  const char *answer = service_call(&s, "CreateTable", GLOBAL(GSI("gsi", A_HASH "," P_HASH "," R_RANGE, ALL)));
  CHECK(strstr(answer, "\"IndexStatus\":\"CREATING\"") != NULL);
  CHECK(strstr(answer, "\"IndexArn\":\"arn:aws:dynamodb:us-east-1:000000000000:table/abc/index/gsi\"") != NULL);
  HAS(&s, "DescribeTable", "{\"TableName\":\"abc\"}", "\"IndexStatus\":\"ACTIVE\"");
  service_close(&s);
}

TEST(definitions_and_projections_come_sorted) {
  service s;
  REQUIRE(service_open(&s, NULL));
  const char *answer = service_call(
      &s, "CreateTable",
      GLOBAL(GSI("gsi", A_HASH, "\"Projection\":{\"ProjectionType\":\"INCLUDE\",\"NonKeyAttributes\":[\"z\",\"y\"]}")));
  CHECK(strstr(answer, "\"AttributeDefinitions\":[" A_B "," P_S "," R_N "]") != NULL);
  CHECK(strstr(answer, "\"NonKeyAttributes\":[\"y\",\"z\"]") != NULL);
  service_close(&s);
}

TEST(streams_encryption_class) {
  service s;
  REQUIRE(service_open(&s, NULL));
  CREATE(HASH_TABLE(PPR ",\"StreamSpecification\":{\"StreamEnabled\":true}"),
         INVALID "Table is being created with a stream enabled, UpdateViewType is required");
  CREATE(HASH_TABLE(PPR ",\"SSESpecification\":{\"Enabled\":true,\"SSEType\":\"AES256\"}"),
         INVALID "SSEType AES256 is not supported");
  CREATE(
      HASH_TABLE(PPR ",\"VectorIndexes\":[{\"IndexName\":\"vec\",\"VectorAttribute\":{\"AttributeName\":\"v\"},"
                     "\"Projection\":{\"ProjectionType\":\"ALL\"},\"Dimensions\":2,\"DistanceFunction\":\"COSINE\"}]"),
      "NotImplementedException: Cynamo does not have VectorIndexes of CreateTable yet");
  const char *answer =
      service_call(&s, "CreateTable",
                   HASH_TABLE(PPR ",\"StreamSpecification\":{\"StreamEnabled\":true,"
                                  "\"StreamViewType\":\"NEW_IMAGE\"},\"SSESpecification\":{\"Enabled\":true},"
                                  "\"TableClass\":\"STANDARD_INFREQUENT_ACCESS\""));
  CHECK(strstr(answer, "\"LatestStreamLabel\":\"2026-09-21T14:13:20.123\"") != NULL);
  CHECK(strstr(answer, "table/abc/stream/2026-09-21T14:13:20.123\"") != NULL);
  CHECK(strstr(answer, "\"SSEDescription\":{\"Status\":\"ENABLED\",\"SSEType\":\"KMS\"") != NULL);
  CHECK(strstr(answer, "\"TableClassSummary\":{\"TableClass\":\"STANDARD_INFREQUENT_ACCESS\"}") != NULL);
  service_close(&s);
}

TEST(is_creating_for_as_long_as_asked) {
  service s;
  cyn_i_engine_options options = {.create_table_delay_ms = 1000};
  REQUIRE(service_open(&s, &options));
  service_simple_table(&s, "abc");
  HAS(&s, "DescribeTable", "{\"TableName\":\"abc\"}", "\"TableStatus\":\"CREATING\"");
  ANSWERS(&s, "GetItem", "{\"TableName\":\"abc\",\"Key\":{\"p\":{\"S\":\"a\"}}}",
          "ResourceNotFoundException: Requested resource not found");
  ANSWERS(&s, "DeleteTable", "{\"TableName\":\"abc\"}",
          "ResourceInUseException: Attempt to change a resource which is still in use: Table is being created: abc");
  service_later(&s, 1000);
  HAS(&s, "DescribeTable", "{\"TableName\":\"abc\"}", "\"TableStatus\":\"ACTIVE\"");
  ANSWERS(&s, "GetItem", "{\"TableName\":\"abc\",\"Key\":{\"p\":{\"S\":\"a\"}}}", "{}");
  service_close(&s);
}

TEST(what_is_not_there_yet) {
  service s;
  REQUIRE(service_open(&s, NULL));
  static const char *const members[][2] = {{"ResourcePolicy", "\"{}\""}, {"GlobalTableSourceArn", "\"arn:aws:dynamodb:us-east-1:000000000000:table/abc\""},
                                           {"GlobalTableSettingsReplicationMode", "\"ENABLED\""}};
  for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
    char json[600], text[200];
    (void)snprintf(json, sizeof json,
                   "{\"TableName\":\"abc\",\"BillingMode\":\"PAY_PER_REQUEST\",\"AttributeDefinitions\":[{\"AttributeName\":\"p\",\"AttributeType\":\"S\"}],"
                   "\"KeySchema\":[{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"}],\"%s\":%s}", members[i][0], members[i][1]);
    (void)snprintf(text, sizeof text, "NotImplementedException: Cynamo does not have %s of CreateTable yet", members[i][0]);
    ANSWERS(&s, "CreateTable", json, text);
  }
  ANSWERS(&s, "ListTables", "{}", "{\"TableNames\":[]}");
  service_close(&s);
}

/* Twenty names a list, a hundred in all: seven indexes with fifteen each are too many. */
TEST(names_projected_in_all) {
  service s;
  char json[12000] =
      "{\"TableName\":\"abc\",\"BillingMode\":\"PAY_PER_REQUEST\",\"AttributeDefinitions\":[{\"AttributeName\":\"p\",\"AttributeType\":\"S\"}],"
      "\"KeySchema\":[{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"}],\"GlobalSecondaryIndexes\":[";
  REQUIRE(service_open(&s, NULL));
  for (int i = 0; i < 7; i++) {
    size_t at = strlen(json);
    (void)snprintf(json + at, sizeof json - at,
                   "%s{\"IndexName\":\"gsi%d\",\"KeySchema\":[{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"}],\"Projection\":{\"ProjectionType\":\"INCLUDE\","
                   "\"NonKeyAttributes\":[", i != 0 ? "," : "", i);
    for (int k = 0; k < 15; k++) {
      at = strlen(json);
      (void)snprintf(json + at, sizeof json - at, "%s\"n%d\"", k != 0 ? "," : "", i * 15 + k);
    }
    strcat(json, "]}}");
  }
  strcat(json, "]}");
  ANSWERS(&s, "CreateTable", json,
          "ValidationException: One or more parameter values were invalid: Number of NonKeyAttributes of all indexes exceeds the per-table limit of 100");
  ANSWERS(&s, "ListTables", "{}", "{\"TableNames\":[]}");
  service_close(&s);
}

TEST(definitions_that_no_key_uses) {
  service s;
  REQUIRE(service_open(&s, NULL));
  ANSWERS(&s, "CreateTable",
          "{\"TableName\":\"abc\",\"BillingMode\":\"PAY_PER_REQUEST\",\"AttributeDefinitions\":[{\"AttributeName\":\"p\",\"AttributeType\":\"S\"},"
          "{\"AttributeName\":\"q\",\"AttributeType\":\"S\"},{\"AttributeName\":\"r\",\"AttributeType\":\"S\"}],\"KeySchema\":[{\"AttributeName\":\"p\","
          "\"KeyType\":\"HASH\"}],\"GlobalSecondaryIndexes\":[{\"IndexName\":\"gsi\",\"KeySchema\":[{\"AttributeName\":\"r\",\"KeyType\":\"HASH\"}],"
          "\"Projection\":{\"ProjectionType\":\"ALL\"}}]}",
          "ValidationException: One or more parameter values were invalid: Some AttributeDefinitions are not used. AttributeDefinitions: [p, q, r], keys used: "
          "[p, r]");
  service_close(&s);
}
