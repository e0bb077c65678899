/* A database with everything in it that a file can hold: tables with and without sort keys, global and local indexes of
 * each projection, numbers and binaries as keys, sort keys longer than LMDB's, items over several pages, TTL, idempotency
 * tokens, deleted items and tables. */
#ifndef CYN_TESTS_DB_STORE_SAMPLE_H
#define CYN_TESTS_DB_STORE_SAMPLE_H

#include <stdlib.h>

#include <cynamo/cynamo.h>

#include "test.h"

typedef struct sample {
  cyn_db *db;
  cyn_result *result;
  bool failed;
} sample;

static inline void sample_call(sample *s, const char *operation, const char *json) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_bytes output;
  if (cyn_call_json(s->db, operation, cyn_str(json), s->result, &output, &error) != CYN_OK) {
    test_failed(__FILE__, __LINE__, "%s %.200s: %s", operation, json, error.message);
    s->failed = true;
  }
  cyn_error_clean_up(&error);
}

static inline void sample_tables(sample *s) {
  sample_call(s, "CreateTable",
              "{\"TableName\":\"Plain\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{\"AttributeName\":\"pk\",\"KeyType\":"
              "\"HASH\"}],\"AttributeDefinitions\":[{\"AttributeName\":\"pk\",\"AttributeType\":\"N\"}],"
              "\"Tags\":[{\"Key\":\"team\",\"Value\":\"blue\"}]}");
  sample_call(
      s, "CreateTable",
      "{\"TableName\":\"Indexed\",\"BillingMode\":\"PAY_PER_REQUEST\",\"StreamSpecification\":{\"StreamEnabled\":true,"
      "\"StreamViewType\":\"NEW_AND_OLD_IMAGES\"},\"KeySchema\":[{\"AttributeName\":\"pk\",\"KeyType\":"
      "\"HASH\"},{\"AttributeName\":\"sk\",\"KeyType\":\"RANGE\"}],\"AttributeDefinitions\":[{\"AttributeName\":\"pk\","
      "\"AttributeType\":\"S\"},{\"AttributeName\":\"sk\",\"AttributeType\":\"S\"},{\"AttributeName\":\"g\",\"AttributeType\":\"S\"},"
      "{\"AttributeName\":\"n\",\"AttributeType\":\"N\"},{\"AttributeName\":\"b\",\"AttributeType\":\"B\"}],"
      "\"GlobalSecondaryIndexes\":["
      "{\"IndexName\":\"all\",\"KeySchema\":[{\"AttributeName\":\"g\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"n\",\"KeyType\":"
      "\"RANGE\"}],\"Projection\":{\"ProjectionType\":\"ALL\"}},"
      "{\"IndexName\":\"keys\",\"KeySchema\":[{\"AttributeName\":\"n\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"sk\",\"KeyType\":"
      "\"RANGE\"}],\"Projection\":{\"ProjectionType\":\"KEYS_ONLY\"}},"
      "{\"IndexName\":\"some\",\"KeySchema\":[{\"AttributeName\":\"b\",\"KeyType\":\"HASH\"}],\"Projection\":{\"ProjectionType\":"
      "\"INCLUDE\",\"NonKeyAttributes\":[\"p\"]}}],"
      "\"LocalSecondaryIndexes\":[{\"IndexName\":\"local\",\"KeySchema\":[{\"AttributeName\":\"pk\",\"KeyType\":\"HASH\"},"
      "{\"AttributeName\":\"n\",\"KeyType\":\"RANGE\"}],\"Projection\":{\"ProjectionType\":\"ALL\"}}]}");
  sample_call(s, "UpdateTimeToLive",
              "{\"TableName\":\"Indexed\",\"TimeToLiveSpecification\":{\"Enabled\":true,\"AttributeName\":\"until\"}}");
}

/* A text of `size` letters that differ with `seed`. */
static inline const char *sample_text(unsigned seed, size_t size) {
  static char text[70000];
  for (size_t i = 0; i < size; i++) text[i] = (char)('a' + (seed * 7 + i * (1 + seed % 5)) % 26);
  text[size] = '\0';
  return text;
}

static inline void sample_item(sample *s, unsigned i, unsigned version) {
  static const size_t sizes[] = {0, 20, 20, 150, 900, 2500, 5000};
  static char json[80000];
  size_t long_key = i % 9 == 0 ? 400 + i % 600 : 3;
  int at = snprintf(json, sizeof json, "{\"TableName\":\"Indexed\",\"Item\":{\"pk\":{\"S\":\"part%u\"},\"sk\":{\"S\":\"%s%u\"}", i % 7,
                    sample_text(1, long_key), i);
  if (i % 4 != 0) at += snprintf(json + at, sizeof json - (size_t)at, ",\"g\":{\"S\":\"group%u\"}", i % 5);
  if (i % 6 != 0) at += snprintf(json + at, sizeof json - (size_t)at, ",\"n\":{\"N\":\"%d.%u\"}", (int)(i * 37 % 200) - 100, version);
  if (i % 3 == 0) at += snprintf(json + at, sizeof json - (size_t)at, ",\"b\":{\"B\":\"AAEC%c\"}", "AQgw"[i % 4]);
  if (i % 3 == 0) at -= 2, at += snprintf(json + at, sizeof json - (size_t)at, "A==\"}");
  if (i % 5 == 0) at += snprintf(json + at, sizeof json - (size_t)at, ",\"until\":{\"N\":\"%u\"}", 4000000000u + i);
  (void)snprintf(json + at, sizeof json - (size_t)at,
                 ",\"p\":{\"S\":\"%s\"},\"m\":{\"M\":{\"list\":{\"L\":[{\"NULL\":true},{\"BOOL\":false},{\"NS\":[\"1\",\"-2.5\"]}]}}}}}",
                 sample_text(i + version, sizes[(i + version) % 7]));
  sample_call(s, "PutItem", json);
}

static inline void sample_plain(sample *s, unsigned i) {
  static char json[80000];
  (void)snprintf(json, sizeof json, "{\"TableName\":\"Plain\",\"Item\":{\"pk\":{\"N\":\"%u\"},\"p\":{\"S\":\"%s\"}}}", i,
                 sample_text(i, i % 25 == 0 ? 30000 : i % 200));
  sample_call(s, "PutItem", json);
}

static inline void sample_token(sample *s, unsigned i) {
  char json[400];
  (void)snprintf(json, sizeof json,
                 "{\"ClientRequestToken\":\"token%u\",\"TransactItems\":[{\"Put\":{\"TableName\":\"Plain\",\"Item\":{\"pk\":{\"N\":"
                 "\"%u\"}}}},{\"Delete\":{\"TableName\":\"Plain\",\"Key\":{\"pk\":{\"N\":\"%u\"}}}}]}",
                 i, 5000 + i, i);
  sample_call(s, "TransactWriteItems", json);
}

/* Fills the database at `url` with about `items` items; false when something was refused. */
static inline bool sample_fill(const char *url, unsigned items) {
  sample s = {.result = cyn_result_new()};
  cyn_error error = CYN_ERROR_INIT;
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  if (cyn_open(url, &options, &s.db, &error) != CYN_OK) {
    test_failed(__FILE__, __LINE__, "open: %s", error.message);
    cyn_error_clean_up(&error);
    return false;
  }
  sample_tables(&s);
  for (unsigned i = 0; i < items && !s.failed; i++) sample_item(&s, i, 1);
  for (unsigned i = 0; i < items && !s.failed; i++) sample_plain(&s, i);
  for (unsigned i = 0; i < items && !s.failed; i += 3) sample_item(&s, i, 2); /* moves entries, and frees pages */
  for (unsigned i = 0; i < items / 20 && !s.failed; i++) sample_token(&s, i);
  sample_call(&s, "CreateTable",
              "{\"TableName\":\"Gone\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{\"AttributeName\":\"pk\",\"KeyType\":\"HASH\"}],"
              "\"AttributeDefinitions\":[{\"AttributeName\":\"pk\",\"AttributeType\":\"S\"}]}");
  for (unsigned i = 0; i < items / 4 && !s.failed; i++) {
    char json[200];
    (void)snprintf(json, sizeof json, "{\"TableName\":\"Gone\",\"Item\":{\"pk\":{\"S\":\"%u\"},\"p\":{\"S\":\"%s\"}}}", i, sample_text(i, 60));
    sample_call(&s, "PutItem", json);
  }
  sample_call(&s, "DeleteTable", "{\"TableName\":\"Gone\"}");
  cyn_db_close(s.db);
  cyn_result_destroy(s.result);
  return !s.failed;
}

#endif
