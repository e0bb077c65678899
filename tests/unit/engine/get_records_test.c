/* GetRecords: each view and event, pages, the end of a shard, and what it refuses; over the stores that items_test knows. */
#include "engine/items.h"
#include "engine/stream.h"
#include "engine/streams.h"

#define KEYS "\"Keys\":{\"p\":{\"S\":\"a\"}}"
#define ONE "{\"p\":{\"S\":\"a\"},\"n\":{\"N\":\"1\"}}"
#define TWO "{\"p\":{\"S\":\"a\"},\"n\":{\"N\":\"2\"}}"

static const char *all_of(service *s, const char *arn) {
  char iterator[400];
  (void)snprintf(iterator, sizeof iterator, "%s", streams_iterator(s, arn, "TRIM_HORIZON", ""));
  return streams_read(s, iterator, "");
}

static void has(const char *answer, const char *part) {
  if (strstr(answer, part) == NULL) test_failed(__FILE__, __LINE__, "%s\n  without %s", answer, part);
}

/* What the records of an insert, a change and a removal hold: images, and bytes. */
static void view(service *s, const char *name, const char *inserted, const char *changed, const char *removed) {
  streams_table(s, "abc", name);
  streams_put(s, "a", 1);
  streams_put(s, "a", 2);
  streams_put(s, "a", 2); /* changes nothing */
  CHECK_STR(streams_call(s, "UpdateItem", "{'TableName':'abc','Key':{'p':{'S':'a'}},'UpdateExpression':'SET n = :n',"
                                          "'ExpressionAttributeValues':{':n':{'N':'2.0'}}}"), "{}");
  streams_delete(s, "a");
  streams_delete(s, "a"); /* nothing is there */
  const char *answer = all_of(s, STREAMS_ARN);
  CHECK_INT(streams_count(answer), 3);
  has(answer, inserted);
  has(answer, changed);
  has(answer, removed);
  has(answer, "\"eventName\":\"INSERT\",\"eventVersion\":\"1.1\",\"eventSource\":\"aws:dynamodb\",\"awsRegion\":\"us-east-1\",\"dynamodb\":"
              "{\"ApproximateCreationDateTime\":1790000000,");
  CHECK(strstr(answer, "userIdentity") == NULL);
}

#define TAIL(number, size, name) "\"SequenceNumber\":\"10000000000000000000" number "\",\"SizeBytes\":" size ",\"StreamViewType\":\"" name "\"}"

static void keys_only(service *s) {
  view(s, "KEYS_ONLY", KEYS "," TAIL("1", "2", "KEYS_ONLY"), KEYS "," TAIL("2", "2", "KEYS_ONLY"), KEYS "," TAIL("3", "2", "KEYS_ONLY"));
}
static void new_image(service *s) {
  view(s, "NEW_IMAGE", KEYS ",\"NewImage\":" ONE "," TAIL("1", "7", "NEW_IMAGE"), KEYS ",\"NewImage\":" TWO "," TAIL("2", "7", "NEW_IMAGE"),
       KEYS "," TAIL("3", "2", "NEW_IMAGE"));
}
static void old_image(service *s) {
  view(s, "OLD_IMAGE", KEYS "," TAIL("1", "2", "OLD_IMAGE"), KEYS ",\"OldImage\":" ONE "," TAIL("2", "7", "OLD_IMAGE"),
       KEYS ",\"OldImage\":" TWO "," TAIL("3", "7", "OLD_IMAGE"));
}
static void both_images(service *s) {
  view(s, "NEW_AND_OLD_IMAGES", KEYS ",\"NewImage\":" ONE "," TAIL("1", "7", "NEW_AND_OLD_IMAGES"),
       KEYS ",\"NewImage\":" TWO ",\"OldImage\":" ONE "," TAIL("2", "12", "NEW_AND_OLD_IMAGES"),
       KEYS ",\"OldImage\":" TWO "," TAIL("3", "7", "NEW_AND_OLD_IMAGES"));
}

TEST(keys_alone) { items_run(keys_only); }
TEST(with_new_images) { items_run(new_image); }
TEST(with_old_images) { items_run(old_image); }
TEST(with_both_images) { items_run(both_images); }

/* A transaction's and a batch's records; nothing of a transaction that was cancelled. */
static void many(service *s) {
  streams_table(s, "abc", "KEYS_ONLY");
  streams_put(s, "a", 1);
  CHECK_STR(streams_call(s, "TransactWriteItems",
                         "{'TransactItems':[{'Put':{'TableName':'abc','Item':{'p':{'S':'b'}}}},{'Delete':{'TableName':'abc','Key':{'p':"
                         "{'S':'a'}}}},{'ConditionCheck':{'TableName':'abc','Key':{'p':{'S':'c'}},'ConditionExpression':"
                         "'attribute_not_exists(p)'}}]}"),
            "{}");
  has(streams_call(s, "TransactWriteItems",
                   "{'TransactItems':[{'Put':{'TableName':'abc','Item':{'p':{'S':'d'}}}},{'ConditionCheck':{'TableName':'abc','Key':"
                   "{'p':{'S':'c'}},'ConditionExpression':'attribute_exists(p)'}}]}"),
      "TransactionCanceledException");
  has(streams_call(s, "BatchWriteItem",
                   "{'RequestItems':{'abc':[{'PutRequest':{'Item':{'p':{'S':'e'}}}},{'DeleteRequest':{'Key':{'p':{'S':'b'}}}}]}}"),
      "UnprocessedItems");
  const char *answer = all_of(s, STREAMS_ARN);
  CHECK_INT(streams_count(answer), 5);
  CHECK(strstr(answer, "\"S\":\"d\"") == NULL && strstr(answer, "\"S\":\"c\"") == NULL);
  has(answer, "100000000000000000005");
}
TEST(transactions_and_batches) { items_run(many); }

TEST(pages_and_the_end) {
  service s;
  char iterator[400], next[400];
  REQUIRE(service_open(&s, NULL));
  streams_table(&s, "abc", "KEYS_ONLY");
  for (int i = 0; i < 25; i++) streams_put(&s, "a", i);
  streams_switch(&s, NULL);
  (void)snprintf(iterator, sizeof iterator, "%s", streams_iterator(&s, STREAMS_ARN, "TRIM_HORIZON", ""));
  static const int counts[] = {10, 10, 5};
  for (int page = 0; page < 3; page++) {
    const char *answer = streams_read(&s, iterator, ",'Limit':10");
    CHECK_INT(streams_count(answer), counts[page]);
    (void)streams_field(answer, "NextShardIterator", next, sizeof next);
    CHECK_INT(next[0] == '\0', page == 2);
    (void)snprintf(iterator, sizeof iterator, "%s", next);
  }
  /* of a closed shard, behind its last record */
  (void)snprintf(iterator, sizeof iterator, "%s", streams_iterator(&s, STREAMS_ARN, "LATEST", ""));
  CHECK_STR(streams_read(&s, iterator, ""), "{\"Records\":[]}");
  service_close(&s);
}

/* A page ends before 1 MB, and has at least one record. */
TEST(bytes_of_a_page) {
  service s;
  REQUIRE(service_open(&s, NULL));
  streams_table(&s, "abc", "NEW_AND_OLD_IMAGES");
  enum { BYTES = 390000 };
  char *json = malloc(BYTES + 200);
  REQUIRE(json != NULL);
  for (int i = 0; i < 4; i++) {
    int head = snprintf(json, 200, "{\"TableName\":\"abc\",\"Item\":{\"p\":{\"S\":\"a\"},\"n\":{\"N\":\"%d\"},\"x\":{\"S\":\"", i);
    memset(json + head, 'x', BYTES);
    (void)snprintf(json + head + BYTES, 10, "\"}}}");
    CHECK_STR(service_call(&s, "PutItem", json), "{}");
  }
  free(json);
  char iterator[400];
  static const int counts[] = {1, 1, 1, 1, 0};
  (void)snprintf(iterator, sizeof iterator, "%s", streams_iterator(&s, STREAMS_ARN, "TRIM_HORIZON", ""));
  for (int page = 0; page < 5; page++) {
    const char *answer = streams_read(&s, iterator, "");
    if (page != 0) CHECK_INT(streams_count(answer), counts[page]);
    if (page == 0) CHECK(streams_count(answer) >= 1);
    (void)streams_field(answer, "NextShardIterator", iterator, sizeof iterator);
  }
  service_close(&s);
}

/* The checksum of an iterator is no secret: whatever it says, an error or records. */
TEST(made_up_iterators) {
  service s;
  REQUIRE(service_open(&s, NULL));
  streams_table(&s, "abc", "KEYS_ONLY");
  streams_put(&s, "a", 1);
  uint32_t log = (uint32_t)strtoul(strrchr(streams_shard(&s, STREAMS_ARN), '-') + 1, NULL, 16);
  static const struct {
    uint64_t position;
    int64_t made_ms;
    const char *gives;
  } cases[] = {{1, INT64_MIN, "ExpiredIteratorException"},
               {1, INT64_MAX, "\"INSERT\""},
               {0, SERVICE_START_MS, "TrimmedDataAccessException"},
               {UINT64_MAX, SERVICE_START_MS, "{\"Records\":[],"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    cyn_i_arena arena;
    cyn_i_arena_init(&arena, 0);
    cyn_i_shard_iterator made = {cases[i].position, cases[i].made_ms};
    cyn_bytes text = cyn_i_shard_iterator_write(cyn_str(STREAMS_ARN), log, &made, &arena);
    char iterator[400];
    (void)snprintf(iterator, sizeof iterator, "%.*s", (int)text.size, text.data);
    has(streams_read(&s, iterator, ""), cases[i].gives);
    cyn_i_arena_clean_up(&arena);
  }
  service_close(&s);
}

TEST(refusals) {
  service s;
  char iterator[400], later[400];
  REQUIRE(service_open(&s, NULL));
  streams_table(&s, "abc", "KEYS_ONLY");
  for (int i = 0; i < 5; i++) streams_put(&s, "a", i);
  (void)snprintf(iterator, sizeof iterator, "%s", streams_iterator(&s, STREAMS_ARN, "TRIM_HORIZON", ""));
  has(streams_read(&s, iterator, ",'Limit':1001"),
      "ValidationException: 1 validation error detected: Value '1001' at 'limit' failed to satisfy constraint: Member must have value less "
      "than or equal to 1000");
  CHECK_STR(streams_read(&s, "nonsense", ""), "ValidationException: Invalid ShardIterator");
  service_later(&s, 15 * 60 * 1000);
  CHECK_INT(streams_count(streams_read(&s, iterator, "")), 5);
  (void)streams_field(s.last, "NextShardIterator", later, sizeof later); /* made now */
  service_later(&s, 1);
  CHECK_STR(streams_read(&s, iterator, ""), "ExpiredIteratorException: Shard iterator has expired");
  CHECK_INT(streams_count(streams_read(&s, later, "")), 0);
  (void)snprintf(iterator, sizeof iterator, "%s", streams_iterator(&s, STREAMS_ARN, "TRIM_HORIZON", ""));
  uint32_t log = (uint32_t)strtoul(strrchr(streams_shard(&s, STREAMS_ARN), '-') + 1, NULL, 16);
  REQUIRE(cyn_i_store_log_trim(cyn_i_engine_store(s.engine), log, 4, NULL) == CYN_OK);
  CHECK_STR(streams_read(&s, iterator, ""), "TrimmedDataAccessException: The data you are trying to access has been trimmed.");
  (void)snprintf(iterator, sizeof iterator, "%s", streams_iterator(&s, STREAMS_ARN, "TRIM_HORIZON", ""));
  CHECK_INT(streams_count(streams_read(&s, iterator, "")), 2);
  service_close(&s);
}
