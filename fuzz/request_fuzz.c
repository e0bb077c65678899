/* Fuzz target: whole requests against a memory database. Each line of an input is a request: its first byte chooses the
 * operation ('A' is the first of the list below), the rest is the body; so a few lines make a table, fill it and ask it.
 * The database begins with two tables (LSI, GSIs, TTL, streams) and some items, lives on from input to input, and is made
 * anew every DATABASE_LIFE inputs. Its clock stands still but for a millisecond a request, so that a stream's ARN is the
 * same in each run and a kept input can name it. Byte 1 in a body stands for the shard iterator that was answered last;
 * byte 2 and the byte behind it for one that is made up, with the right checksum, which no fuzzer guesses. What must hold:
 * an answer is JSON that our own reader takes; an error has a name of DynamoDB's and a body; nothing is out of memory or an
 * internal error. */
#include <stdio.h>

#include <cynamo/cynamo.h>

#include "db/db.h"
#include "engine/stream.h"
#include "fuzz.h"
#include "value/json.h"

#define CALLS_MAX 16
#define DATABASE_LIFE 2000
#define DATABASE_BEGIN_MS INT64_C(1790000000000)
#define LAST_ITERATOR '\1'
#define FALSE_ITERATOR '\2'

static const char *const operations[] = {
    "PutItem",            "GetItem",        "UpdateItem",         "DeleteItem",       "Query",
    "Scan",               "BatchGetItem",   "BatchWriteItem",     "TransactGetItems", "TransactWriteItems",
    "CreateTable",        "DescribeTable",  "ListTables",         "UpdateTable",      "DeleteTable",
    "UpdateTimeToLive",   "DescribeTimeToLive", "TagResource",    "UntagResource",    "ListTagsOfResource",
    "DescribeLimits",     "DescribeEndpoints", "ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction",
    "DescribeContinuousBackups", "ListStreams", "DescribeStream", "GetShardIterator", "GetRecords"};
#define OPERATION_COUNT (sizeof operations / sizeof operations[0])

static const char *const first_requests[] = {
    "K{\"TableName\":\"One\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{\"AttributeName\":\"a\",\"KeyType\":\"HASH\"},"
    "{\"AttributeName\":\"b\",\"KeyType\":\"RANGE\"}],\"AttributeDefinitions\":[{\"AttributeName\":\"a\",\"AttributeType\":"
    "\"S\"},{\"AttributeName\":\"b\",\"AttributeType\":\"N\"},{\"AttributeName\":\"c\",\"AttributeType\":\"B\"},"
    "{\"AttributeName\":\"d\",\"AttributeType\":\"S\"}],\"LocalSecondaryIndexes\":[{\"IndexName\":\"byD\",\"KeySchema\":["
    "{\"AttributeName\":\"a\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"d\",\"KeyType\":\"RANGE\"}],\"Projection\":{"
    "\"ProjectionType\":\"KEYS_ONLY\"}}],\"GlobalSecondaryIndexes\":[{\"IndexName\":\"byC\",\"KeySchema\":[{\"AttributeName\""
    ":\"c\",\"KeyType\":\"HASH\"}],\"Projection\":{\"ProjectionType\":\"ALL\"}},{\"IndexName\":\"byDB\",\"KeySchema\":["
    "{\"AttributeName\":\"d\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"b\",\"KeyType\":\"RANGE\"}],\"Projection\":{"
    "\"ProjectionType\":\"INCLUDE\",\"NonKeyAttributes\":[\"l\",\"m\"]}}],\"StreamSpecification\":{\"StreamEnabled\":true,"
    "\"StreamViewType\":\"NEW_AND_OLD_IMAGES\"}}",
    "K{\"TableName\":\"Two\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{\"AttributeName\":\"a\",\"KeyType\":\"HASH\"}"
    "],\"AttributeDefinitions\":[{\"AttributeName\":\"a\",\"AttributeType\":\"B\"}],\"StreamSpecification\":{"
    "\"StreamEnabled\":true,\"StreamViewType\":\"KEYS_ONLY\"}}",
    "P{\"TableName\":\"One\",\"TimeToLiveSpecification\":{\"AttributeName\":\"t\",\"Enabled\":true}}",
    "A{\"TableName\":\"One\",\"Item\":{\"a\":{\"S\":\"x\"},\"b\":{\"N\":\"1\"},\"c\":{\"B\":\"AQID\"},\"d\":{\"S\":\"d\"},"
    "\"l\":{\"L\":[{\"N\":\"1\"},{\"M\":{\"e\":{\"SS\":[\"p\",\"q\"]}}}]},\"n\":{\"N\":\"-0.5\"},\"t\":{\"N\":\"4000000000\"}}}",
    "A{\"TableName\":\"One\",\"Item\":{\"a\":{\"S\":\"x\"},\"b\":{\"N\":\"2\"},\"d\":{\"S\":\"e\"},\"m\":{\"M\":{\"k\":{\"NS\":"
    "[\"1\",\"2\"]}}},\"z\":{\"NULL\":true},\"o\":{\"BOOL\":false}}}",
    "A{\"TableName\":\"One\",\"Item\":{\"a\":{\"S\":\"y\"},\"b\":{\"N\":\"-1e10\"},\"c\":{\"B\":\"AQID\"}}}",
    "A{\"TableName\":\"Two\",\"Item\":{\"a\":{\"B\":\"AA==\"},\"s\":{\"BS\":[\"AA==\",\"AQ==\"]}}}"};

static cyn_db *db;
static cyn_result *result;
static unsigned inputs;
static char last_iterator[512];

static void expect(int holds, const char *what, const char *operation, const cyn_error *error) {
  if (holds) return;
  fprintf(stderr, "request_fuzz: %s: %s: %s: %s\n", operation, what, error->name != NULL ? error->name : "-",
          error->message != NULL ? error->message : "-");
  abort();
}

static int is_json_object(cyn_bytes text) {
  cyn_i_arena arena;
  cyn_i_json json;
  cyn_i_arena_init(&arena, 0);
  cyn_i_json_init(&json, (const uint8_t *)text.data, text.size, &arena);
  cyn_i_json_token first = cyn_i_json_next(&json);
  int is = first == CYN_JSON_OBJECT_BEGIN && cyn_i_json_skip(&json, first) && cyn_i_json_next(&json) == CYN_JSON_END;
  cyn_i_arena_clean_up(&arena);
  return is;
}

/* The names that a client of DynamoDB knows end so; the store's own are faults here, where nothing is full or broken. */
static int is_known_name(const char *name) {
  static const char *const ends[] = {"Exception", "RequestLimitExceeded"};
  for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
    size_t have = strlen(name), want = strlen(ends[i]);
    if (have >= want && strcmp(name + have - want, ends[i]) == 0) return 1;
  }
  return 0;
}

/* ---- iterators ---- */

static void keep_iterator(cyn_bytes answer) {
  static const char member[] = "ShardIterator\":\"";
  const char *at = memmem(answer.data, answer.size, member, sizeof member - 1);
  if (at == NULL) return;
  at += sizeof member - 1;
  const char *end = memchr(at, '"', (size_t)(answer.data + answer.size - at));
  if (end != NULL && (size_t)(end - at) < sizeof last_iterator)
    (void)snprintf(last_iterator, sizeof last_iterator, "%.*s", (int)(end - at), at);
}

/* For the last iterator's stream: one of a few positions, logs and times. */
static cyn_bytes false_iterator(uint8_t chosen, cyn_i_arena *arena) {
  static const uint64_t positions[] = {0, 1, 2, 1000, UINT64_C(9999999999999999999), INT64_MAX, UINT64_C(1) << 63, UINT64_MAX};
  static const int64_t times_ms[] = {DATABASE_BEGIN_MS, INT64_MAX};
  cyn_i_shard_iterator iterator;
  cyn_bytes arn, none = {"", 0};
  uint32_t log;
  if (cyn_i_shard_iterator_parse(cyn_str(last_iterator), arena, &arn, &log, &iterator, NULL) != CYN_OK) return none;
  iterator.position = positions[chosen % 8];
  iterator.made_ms = times_ms[chosen / 8 % 2];
  return cyn_i_shard_iterator_write(arn, chosen / 16 % 2 != 0 ? UINT32_MAX : log, &iterator, arena);
}

/* Neither byte may stand in JSON as it is: nothing is lost. */
static cyn_bytes with_iterators(cyn_bytes body, cyn_i_arena *arena) {
  cyn_i_buf out;
  cyn_i_buf_init(&out, arena);
  for (size_t i = 0; i < body.size; i++) {
    bool is_false = body.data[i] == FALSE_ITERATOR && i + 1 < body.size;
    cyn_bytes part = {body.data + i, 1};
    if (is_false) part = false_iterator((uint8_t)body.data[++i], arena);
    else if (body.data[i] == LAST_ITERATOR) part = cyn_str(last_iterator);
    cyn_i_buf_append(&out, part.data, part.size);
  }
  if (out.failed) abort();
  return (cyn_bytes){(const char *)out.data, out.size};
}

/* ---- calls ---- */

static cyn_status call_whole(uint8_t chosen, cyn_bytes body) {
  const char *operation = operations[(uint8_t)(chosen - 'A') % OPERATION_COUNT];
  cyn_error error = CYN_ERROR_INIT;
  cyn_bytes output;
  cyn_status status = cyn_call_json(db, operation, body, result, &output, &error);
  if (status == CYN_OK) {
    expect(is_json_object(output), "the answer is no JSON object", operation, &error);
    keep_iterator(output);
  } else {
    expect(error.status == status && error.name != NULL && error.message != NULL, "an error without its texts", operation, &error);
    expect(is_known_name(error.name), "an error that no client knows", operation, &error);
    expect(error.http_status >= 400 && error.http_status < 500, "not the client's fault", operation, &error);
    if (cyn_error_to_json(&error, result, &output) != CYN_OK) abort();
    expect(is_json_object(output), "the error is no JSON object", operation, &error);
  }
  cyn_error_clean_up(&error);
  return status;
}

static cyn_status call(uint8_t chosen, cyn_bytes body) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_status status = call_whole(chosen, with_iterators(body, &arena));
  cyn_i_arena_clean_up(&arena);
  (void)atomic_fetch_add(&cyn_i_db_clock(db)->fixed_ms, 1);
  return status;
}

static void open_database(void) {
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  options.ttl_sweep_interval_ms = cyn_int(0);
  cyn_db_close(db);
  if (result == NULL) result = cyn_result_new();
  if (result == NULL || cyn_open("memory:?size_max=512M", &options, &db, NULL) != CYN_OK) abort();
  atomic_store(&cyn_i_db_clock(db)->fixed_ms, DATABASE_BEGIN_MS);
  last_iterator[0] = '\0';
  for (size_t i = 0; i < sizeof first_requests / sizeof first_requests[0]; i++) {
    if (call((uint8_t)first_requests[i][0], cyn_str(first_requests[i] + 1)) != CYN_OK) abort();
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (inputs++ % DATABASE_LIFE == 0) open_database();
  const uint8_t *end = data + size;
  for (int i = 0; i < CALLS_MAX && data < end; i++) {
    uint8_t chosen = *data++;
    const uint8_t *newline = data < end ? memchr(data, '\n', (size_t)(end - data)) : NULL;
    const uint8_t *stop = newline != NULL ? newline : end;
    (void)call(chosen, (cyn_bytes){(const char *)data, (size_t)(stop - data)});
    data = newline != NULL ? newline + 1 : end;
  }
  return 0;
}
