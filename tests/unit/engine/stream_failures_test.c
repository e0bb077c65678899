/* Each piece of memory and each call of the store fails in turn under the operations on streams: a call answers that error,
 * or what it answers otherwise, and never a part of it. */
#include "db/failing_store.h"
#include "failing_memory.h"
#include "items.h"
#include "streams.h"
#include "try_call.h"

static long store_calls, store_fails_at; /* 0: none fails */
static bool failing_store_turn(void) { return ++store_calls == store_fails_at; }

/* Table abc with five records in its stream, each with both images, and table old, whose stream is closed. */
static bool open_world(service *s) {
  cyn_i_store_options options = {0};
  cyn_i_store *inner;
  store_fails_at = 0;
  if (cyn_i_store_lmdb_open(&options, &inner, NULL) != CYN_OK) return false;
  cyn_i_store *store = failing_store_new(inner);
  if (store == NULL || !service_open_over(s, store, NULL)) return false;
  GIVES(s, "CreateTable", "LatestStreamArn",
        "{'TableName':'abc','BillingMode':'PAY_PER_REQUEST','KeySchema':[{'AttributeName':'p','KeyType':'HASH'},{'AttributeName':'r','KeyType':'RANGE'}],"
        "'AttributeDefinitions':[{'AttributeName':'p','AttributeType':'S'},{'AttributeName':'r','AttributeType':'N'}],"
        "'StreamSpecification':{'StreamEnabled':true,'StreamViewType':'NEW_AND_OLD_IMAGES'}}");
  streams_table(s, "old", "KEYS_ONLY");
  EXPECT(s, "PutItem", "{}", "{'TableName':'old','Item':{'p':{'S':'a'}}}");
  GIVES(s, "UpdateTable", "TableDescription", "{'TableName':'old','StreamSpecification':{'StreamEnabled':false}}");
  for (int i = 0; i < 5; i++) {
    EXPECT(s, "PutItem", "{}", "{'TableName':'abc','Item':{'p':{'S':'a'},'r':{'N':'%d'},'n':{'N':'%d'}}}", i / 2, i);
    service_later(s, 1000);
  }
  return !test_current_failed();
}

static long fail_in_turn(service *s, const char *operation, const char *json, bool is_memory) {
  static char wanted[8000], got[8000];
  const cyn_i_operation *found = cyn_i_operation_find(cyn_str(operation), true);
  bool was_hit = true;
  long n = 0;
  store_fails_at = 0;
  if (try_call(s, found, json, wanted, sizeof wanted) != CYN_OK) test_failed(__FILE__, __LINE__, "%s %s: %s", operation, json, wanted);
  while (was_hit && n < 2000 && !test_current_failed()) {
    n++;
    if (is_memory) failing_begin(n, false);
    store_calls = 0;
    store_fails_at = is_memory ? 0 : n;
    cyn_status status = try_call(s, found, json, got, sizeof got);
    was_hit = is_memory ? failing_end() : store_calls >= n;
    store_fails_at = 0;
    bool is_right = status == CYN_OK ? strcmp(got, wanted) == 0
                                     : was_hit && strcmp(got, is_memory ? "out of memory" : "The store was made to fail.") == 0;
    if (!is_right) test_failed(__FILE__, __LINE__, "%s %s, event %ld: %s\n  not %s", operation, json, n, got, wanted);
  }
  return n - 1;
}

#define OLD_ARN "arn:aws:dynamodb:us-east-1:000000000000:table/old/stream/2026-09-21T14:13:20.124" /* each stream has a time of its own */

static void all_calls(bool is_memory) {
  service s;
  char json[1000], shard[80], iterator[400];
  long failures = 0;
  REQUIRE(open_world(&s));
  (void)snprintf(shard, sizeof shard, "%s", streams_shard(&s, STREAMS_ARN));
  (void)snprintf(iterator, sizeof iterator, "%s", streams_iterator(&s, STREAMS_ARN, "TRIM_HORIZON", ""));
  failures += fail_in_turn(&s, "ListStreams", "{}", is_memory);
  failures += fail_in_turn(&s, "ListStreams", items_text("{'TableName':'abc','Limit':1}"), is_memory);
  failures += fail_in_turn(&s, "ListStreams", items_text("{'ExclusiveStartStreamArn':'%s'}", STREAMS_ARN), is_memory);
  failures += fail_in_turn(&s, "DescribeStream", items_text("{'StreamArn':'%s'}", STREAMS_ARN), is_memory);
  failures += fail_in_turn(&s, "DescribeStream", items_text("{'StreamArn':'%s'}", OLD_ARN), is_memory);
  static const char *const types[] = {"'TRIM_HORIZON'", "'LATEST'", "'AT_SEQUENCE_NUMBER','SequenceNumber':'100000000000000000002'",
                                      "'AFTER_SEQUENCE_NUMBER','SequenceNumber':'100000000000000000002'", "'AT_TIMESTAMP','Timestamp':1790000002"};
  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
    failures += fail_in_turn(&s, "GetShardIterator",
                             items_text("{'StreamArn':'%s','ShardId':'%s','ShardIteratorType':%s}", STREAMS_ARN, shard, types[i]), is_memory);
  (void)snprintf(json, sizeof json, "%s", items_text("{'ShardIterator':'%s','Limit':3}", iterator));
  failures += fail_in_turn(&s, "GetRecords", json, is_memory);
  CHECK_INT(streams_count(streams_read(&s, iterator, "")), 5);
  printf("    %ld failures\n", failures);
  CHECK(failures > 20); /* pieces of arenas fail in debug builds alone */
  service_close(&s);
}

TEST(every_piece_of_memory_fails) { all_calls(true); }
TEST(every_call_of_the_store_fails) { all_calls(false); }
