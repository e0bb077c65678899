/* GetShardIterator: each type, and what it refuses. */
#include "engine/streams.h"

/* The first record that an iterator of this type reads: its n, or -1. */
static int first_read(service *s, const char *type, const char *rest) {
  char iterator[400];
  (void)snprintf(iterator, sizeof iterator, "%s", streams_iterator(s, STREAMS_ARN, type, rest));
  const char *answer = streams_read(s, iterator, ",'Limit':1");
  const char *at = strstr(answer, "\"n\":{\"N\":\"");
  if (strstr(answer, "NextShardIterator") == NULL) test_failed(__FILE__, __LINE__, "%s: %s", type, answer);
  return at != NULL ? atoi(at + 10) : -1;
}

static void make(service *s) {
  streams_table(s, "abc", "NEW_IMAGE");
  for (int i = 1; i <= 8; i++) {
    streams_put(s, "a", i);
    service_later(s, 1000);
  }
}

TEST(types) {
  service s;
  REQUIRE(service_open(&s, NULL));
  make(&s);
  CHECK_INT(first_read(&s, "TRIM_HORIZON", ""), 1);
  CHECK_INT(first_read(&s, "LATEST", ""), -1);
  CHECK_INT(first_read(&s, "AT_SEQUENCE_NUMBER", ",'SequenceNumber':'100000000000000000003'"), 3);
  CHECK_INT(first_read(&s, "AFTER_SEQUENCE_NUMBER", ",'SequenceNumber':'100000000000000000003'"), 4);
  CHECK_INT(first_read(&s, "AFTER_SEQUENCE_NUMBER", ",'SequenceNumber':'100000000000000000008'"), -1);
  CHECK_INT(first_read(&s, "AT_TIMESTAMP", ",'Timestamp':1"), 1);
  CHECK_INT(first_read(&s, "AT_TIMESTAMP", ",'Timestamp':1790000003.123"), 4);
  CHECK_INT(first_read(&s, "AT_TIMESTAMP", ",'Timestamp':1790000003.124"), 5);
  CHECK_INT(first_read(&s, "AT_TIMESTAMP", ",'Timestamp':1790000007.123"), 8);
  CHECK_INT(first_read(&s, "AT_TIMESTAMP", ",'Timestamp':1e300"), -1);
  service_close(&s);
}

TEST(refusals) {
  service s;
  REQUIRE(service_open(&s, NULL));
  make(&s);
  CHECK_STR(streams_iterator(&s, STREAMS_ARN, "AT_SEQUENCE_NUMBER", ""),
            "ValidationException: SequenceNumber is required for ShardIteratorType AT_SEQUENCE_NUMBER");
  CHECK_STR(streams_iterator(&s, STREAMS_ARN, "AT_TIMESTAMP", ""),
            "ValidationException: Timestamp is required for ShardIteratorType AT_TIMESTAMP");
  CHECK_STR(streams_iterator(&s, STREAMS_ARN, "AT_SEQUENCE_NUMBER", ",'SequenceNumber':'100000000000000000009'"),
            "ValidationException: Invalid SequenceNumber: 100000000000000000009");
  CHECK_STR(streams_iterator(&s, STREAMS_ARN, "AFTER_SEQUENCE_NUMBER", ",'SequenceNumber':'10000000000000000000x'"),
            "ValidationException: Invalid SequenceNumber: 10000000000000000000x");
  CHECK(strstr(streams_iterator(&s, STREAMS_ARN, "FIRST", ""), "Member must satisfy enum value set") != NULL);
  HAS(&s, "GetShardIterator",
      "{\"StreamArn\":\"" STREAMS_ARN "\",\"ShardId\":\"shardId-00000000000000000000-00000000\",\"ShardIteratorType\":\"LATEST\"}",
      "ResourceNotFoundException: Requested resource not found: Shard does not exist");
  uint32_t log = (uint32_t)strtoul(strrchr(streams_shard(&s, STREAMS_ARN), '-') + 1, NULL, 16);
  REQUIRE(cyn_i_store_log_trim(cyn_i_engine_store(s.engine), log, 4, NULL) == CYN_OK);
  CHECK_STR(streams_iterator(&s, STREAMS_ARN, "AT_SEQUENCE_NUMBER", ",'SequenceNumber':'100000000000000000003'"),
            "TrimmedDataAccessException: The data you are trying to access has been trimmed.");
  CHECK_INT(first_read(&s, "AFTER_SEQUENCE_NUMBER", ",'SequenceNumber':'100000000000000000003'"), 4);
  CHECK_INT(first_read(&s, "TRIM_HORIZON", ""), 4);
  CHECK_INT(first_read(&s, "AT_TIMESTAMP", ",'Timestamp':1"), 4);
  service_close(&s);
}
