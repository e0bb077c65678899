/* What streams no longer have to keep goes: old records, and closed streams with their logs. */
#include "base/hash.h"
#include "catalog/stream.h"
#include "jobs/workplace.h"

#define HOUR ((int64_t)60 * 60 * 1000)
#define TABLE                                                                                                            \
  "{\"TableName\":\"abc\",\"AttributeDefinitions\":[{\"AttributeName\":\"p\",\"AttributeType\":\"S\"}],\"KeySchema\":[{"  \
  "\"AttributeName\":\"p\",\"KeyType\":\"HASH\"}],\"BillingMode\":\"PAY_PER_REQUEST\",\"StreamSpecification\":{"          \
  "\"StreamEnabled\":true,\"StreamViewType\":\"KEYS_ONLY\"}}"
#define SWITCH_OFF "{\"TableName\":\"abc\",\"StreamSpecification\":{\"StreamEnabled\":false}}"

static bool open_with_stream(workplace *w, uint64_t seed) {
  bool opened = seed != 0 ? workplace_open_faulty(w, seed) : workplace_open(w, NULL, -1);
  if (opened) HAS(&w->s, "CreateTable", TABLE, "LatestStreamArn");
  return opened;
}

static void records_stay_a_day(uint64_t seed) {
  workplace w;
  REQUIRE(open_with_stream(&w, seed));
  (void)workplace_run(&w);
  uint64_t without = workplace_entries(&w);
  for (int i = 0; i < 600; i++) workplace_put(&w, i % 300, i < 300 ? ",\"n\":{\"N\":\"1\"}" : ",\"n\":{\"N\":\"2\"}");
  CHECK_INT(workplace_entries(&w) - without, 900);
  service_later(&w.s, 23 * HOUR);
  (void)workplace_run(&w);
  CHECK_INT(workplace_entries(&w) - without, 900);
  workplace_put(&w, 1, ",\"n\":{\"N\":\"3\"}");
  service_later(&w.s, 2 * HOUR);
  (void)workplace_run(&w);
  CHECK_INT(workplace_entries(&w) - without, 301);
  service_later(&w.s, 24 * HOUR);
  (void)workplace_run(&w);
  CHECK_INT(workplace_entries(&w) - without, 301); /* no record, but the log's end: positions go on from there */
  workplace_close(&w);
}

TEST(records_of_a_day) { records_stay_a_day(0); }

/* Nothing of a closed stream is left a day later, and nothing of it is missing before. */
static void closed_streams_go(uint64_t seed, const char *operation, const char *json, uint64_t left) {
  workplace w;
  REQUIRE(open_with_stream(&w, seed));
  for (int i = 0; i < 10; i++) workplace_put(&w, i, "");
  service_later(&w.s, HOUR);
  HAS(&w.s, operation, json, "TableDescription");
  (void)workplace_run(&w);
  uint64_t before = workplace_entries(&w);
  service_later(&w.s, 22 * HOUR);
  (void)workplace_run(&w);
  CHECK_INT(workplace_entries(&w), before);
  service_later(&w.s, 3 * HOUR);
  (void)workplace_run(&w);
  if (seed == 0) CHECK_INT(workplace_entries(&w), before - 11);
  if (seed == 0) CHECK_INT(workplace_entries(&w), left);
  workplace_close(&w);
}

/* the format record, the next free number; the table and its items */
TEST(a_stream_that_was_switched_off) { closed_streams_go(0, "UpdateTable", SWITCH_OFF, 2 + 1 + 10); }
TEST(a_stream_whose_table_was_deleted) { closed_streams_go(0, "DeleteTable", "{\"TableName\":\"abc\"}", 2); }
TEST(over_the_test_store) {
  for (uint64_t seed = 1; seed <= 3; seed++) closed_streams_go(seed, "UpdateTable", SWITCH_OFF, 0);
}

/* More streams than one look takes. */
TEST(many_streams) {
  workplace w;
  REQUIRE(open_with_stream(&w, 0));
  for (int i = 0; i < 200; i++) {
    HAS(&w.s, "UpdateTable", SWITCH_OFF, "TableDescription");
    HAS(&w.s, "UpdateTable",
        "{\"TableName\":\"abc\",\"StreamSpecification\":{\"StreamEnabled\":true,\"StreamViewType\":\"NEW_IMAGE\"}}",
        "LatestStreamArn");
  }
  CHECK_INT(workplace_entries(&w), 2 + 1 + 201);
  service_later(&w.s, 25 * HOUR);
  (void)workplace_run(&w);
  CHECK_INT(workplace_entries(&w), 2 + 1 + 1);
  workplace_close(&w);
}

/* ---- tables of before logs ---- */

typedef struct older {
  cyn_i_store_write write; /* first */
  cyn_i_store_put puts[2];
} older;

/* Makes the table's record what a version without logs wrote, and forgets the stream's. */
static cyn_i_decision make_older(cyn_i_store_write *write, const cyn_bytes *values, bool guard_changed,
                                 cyn_i_store_effects *effects) {
  enum { AT = 29, SIZE = 12 }; /* log and label, behind version, spaces, times and state */
  older *own = (older *)(void *)write;
  (void)guard_changed;
  uint8_t *record = cyn_i_arena_alloc(write->arena, values[0].size);
  CHECK(values[0].data[0] == 2 && values[1].data != NULL);
  size_t size = values[0].size - SIZE;
  memcpy(record, values[0].data, AT);
  memcpy(record + AT, values[0].data + AT + SIZE, size - AT);
  record[0] = 1;
  uint32_t crc = cyn_i_crc32(record, size - 4);
  memcpy(record + size - 4, &crc, 4);
  own->puts[0] = (cyn_i_store_put){write->keys[0], {(const char *)record, size}};
  own->puts[1] = (cyn_i_store_put){write->keys[1], {NULL, 0}};
  effects->puts = own->puts;
  effects->put_count = 2;
  effects->bump_guard = true;
  return CYN_DECISION_APPLY;
}

TEST(a_table_of_before_logs_gets_one) {
  workplace w;
  cyn_i_store_key keys[2];
  REQUIRE(open_with_stream(&w, 0));
  cyn_bytes account = cyn_str("000000000000"), region = cyn_str("us-east-1");
  REQUIRE(cyn_i_catalog_key(account, region, cyn_str("abc"), &w.s.arena, &keys[0]));
  REQUIRE(cyn_i_stream_key(account, region, cyn_str("abc"), SERVICE_START_MS, &w.s.arena, &keys[1]));
  older own = {.write = {.keys = keys, .key_count = 2, .decide = make_older, .arena = &w.s.arena}};
  REQUIRE(cyn_i_store_write_now(cyn_i_engine_store(w.s.engine), &own.write) == CYN_OK);
  workplace_put(&w, 1, "");
  ANSWERS(&w.s, "ListStreams", "{}", "{\"Streams\":[]}");
  (void)workplace_run(&w);
  HAS(&w.s, "ListStreams", "{}", "\"StreamLabel\":\"2026-09-21T14:13:20.123\"");
  HAS(&w.s, "DescribeTable", "{\"TableName\":\"abc\"}", "\"LatestStreamLabel\":\"2026-09-21T14:13:20.123\"");
  uint64_t before = workplace_entries(&w);
  workplace_put(&w, 1, ",\"n\":{\"N\":\"1\"}");
  CHECK_INT(workplace_entries(&w), before + 1); /* the record of the change */
  (void)workplace_run(&w);
  CHECK_INT(workplace_entries(&w), before + 1);
  workplace_close(&w);
}
