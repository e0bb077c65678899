/* DescribeStream: what it tells of open and closed streams, and of their shard. */
#include "engine/streams.h"

#define DESCRIBE "{\"StreamArn\":\"" STREAMS_ARN "\"%s}"

static const char *describe(service *s, const char *rest) {
  char json[500], more[300];
  (void)streams_json(more, sizeof more, "%s", rest);
  (void)snprintf(json, sizeof json, DESCRIBE, more);
  return service_call(s, "DescribeStream", json);
}

TEST(open_and_closed) {
  service s;
  REQUIRE(service_open(&s, NULL));
  HAS(&s, "CreateTable",
      "{\"TableName\":\"abc\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"},"
      "{\"AttributeName\":\"r\",\"KeyType\":\"RANGE\"}],\"AttributeDefinitions\":[{\"AttributeName\":\"p\",\"AttributeType\":\"S\"},"
      "{\"AttributeName\":\"r\",\"AttributeType\":\"N\"}],\"StreamSpecification\":{\"StreamEnabled\":true,\"StreamViewType\":"
      "\"OLD_IMAGE\"}}",
      "\"LatestStreamLabel\":\"2026-09-21T14:13:20.123\"");
  static const char *const wanted[] = {
      "\"StreamArn\":\"" STREAMS_ARN "\"", "\"StreamLabel\":\"2026-09-21T14:13:20.123\"", "\"StreamStatus\":\"ENABLED\"",
      "\"StreamViewType\":\"OLD_IMAGE\"", "\"CreationRequestDateTime\":1790000000.123", "\"TableName\":\"abc\"",
      "\"KeySchema\":[{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"r\",\"KeyType\":\"RANGE\"}]",
      "\"ShardId\":\"shardId-00000001790000000123-", "\"SequenceNumberRange\":{\"StartingSequenceNumber\":\"100000000000000000001\"}"};
  const char *answer = describe(&s, "");
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
    if (strstr(answer, wanted[i]) == NULL) test_failed(__FILE__, __LINE__, "%s\n  without %s", answer, wanted[i]);
  CHECK(strstr(answer, "ParentShardId") == NULL && strstr(answer, "EndingSequenceNumber") == NULL);
  for (int i = 0; i < 3; i++) {
    char json[200];
    (void)streams_json(json, sizeof json, "{'TableName':'abc','Item':{'p':{'S':'a'},'r':{'N':'%d'}}}", i);
    CHECK_STR(service_call(&s, "PutItem", json), "{}");
  }
  streams_switch(&s, NULL);
  answer = describe(&s, "");
  CHECK(strstr(answer, "\"StreamStatus\":\"DISABLED\"") != NULL);
  CHECK(strstr(answer, "{\"StartingSequenceNumber\":\"100000000000000000001\",\"EndingSequenceNumber\":\"100000000000000000003\"}") != NULL);
  HAS(&s, "DeleteTable", "{\"TableName\":\"abc\"}", "TableDescription");
  CHECK(strstr(describe(&s, ""), "\"StreamStatus\":\"DISABLED\"") != NULL);
  service_later(&s, INT64_C(24) * 60 * 60 * 1000 + 1);
  CHECK(strstr(describe(&s, ""), "ResourceNotFoundException: Requested resource not found: Stream: ") != NULL);
  service_close(&s);
}

TEST(shards_asked_for) {
  service s;
  char rest[200];
  REQUIRE(service_open(&s, NULL));
  streams_table(&s, "abc", "KEYS_ONLY");
  const char *shard = streams_shard(&s, STREAMS_ARN);
  CHECK(strstr(describe(&s, ",'Limit':1"), shard) != NULL);
  (void)snprintf(rest, sizeof rest, ",'ExclusiveStartShardId':'%s'", shard);
  CHECK(strstr(describe(&s, rest), "\"Shards\":[]") != NULL);
  CHECK(strstr(describe(&s, ",'ExclusiveStartShardId':'shardId-00000000000000000000-00000000'"), shard) != NULL);
  (void)snprintf(rest, sizeof rest, ",'ShardFilter':{'Type':'CHILD_SHARDS','ShardId':'%s'}", shard);
  CHECK(strstr(describe(&s, rest), "\"Shards\":[]") != NULL);
  CHECK(strstr(describe(&s, ",'ShardFilter':{'Type':'CHILD_SHARDS'}"), "ValidationException") != NULL);
  (void)snprintf(rest, sizeof rest, ",'ShardFilter':{'ShardId':'%s'}", shard);
  CHECK(strstr(describe(&s, rest), "ValidationException: ShardFilter needs Type and ShardId") != NULL);
  (void)snprintf(rest, sizeof rest, ",'ExclusiveStartShardId':'%.28s'", shard); /* the beginning of it comes before it */
  CHECK(strstr(describe(&s, rest), shard) != NULL);
  (void)snprintf(rest, sizeof rest, ",'ExclusiveStartShardId':'%s0'", shard); /* and what is longer behind it */
  CHECK(strstr(describe(&s, rest), "\"Shards\":[]") != NULL);
  CHECK(strstr(describe(&s, ",'Limit':0"), "ValidationException") != NULL);
  service_close(&s);
}

/* A shard begins at the oldest record that is left; one without any at the next there will be. */
TEST(after_trimming) {
  service s;
  REQUIRE(service_open(&s, NULL));
  streams_table(&s, "abc", "KEYS_ONLY");
  for (int i = 0; i < 5; i++) streams_put(&s, "a", i);
  uint32_t log = (uint32_t)strtoul(strrchr(streams_shard(&s, STREAMS_ARN), '-') + 1, NULL, 16);
  REQUIRE(cyn_i_store_log_trim(cyn_i_engine_store(s.engine), log, 4, NULL) == CYN_OK);
  CHECK(strstr(describe(&s, ""), "{\"StartingSequenceNumber\":\"100000000000000000004\"}") != NULL);
  REQUIRE(cyn_i_store_log_trim(cyn_i_engine_store(s.engine), log, UINT64_MAX, NULL) == CYN_OK);
  CHECK(strstr(describe(&s, ""), "{\"StartingSequenceNumber\":\"100000000000000000006\"}") != NULL);
  streams_switch(&s, NULL);
  CHECK(strstr(describe(&s, ""), "\"EndingSequenceNumber\":\"100000000000000000006\"") != NULL);
  service_close(&s);
}
