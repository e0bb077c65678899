/* Logs against their tables: sound ones, and each thing that can be wrong, changed past the engine. */
#include "verify_fixture.h"

#include "base/hash.h"

static void make_table(verified *v, const char *name, const char *view) {
  char json[600];
  (void)snprintf(json, sizeof json,
                 "{'TableName':'%s','BillingMode':'PAY_PER_REQUEST','KeySchema':[{'AttributeName':'p','KeyType':'HASH'}],"
                 "'AttributeDefinitions':[{'AttributeName':'p','AttributeType':'S'}],'StreamSpecification':{'StreamEnabled':true,"
                 "'StreamViewType':'%s'}}",
                 name, view);
  verified_call(v, "CreateTable", json);
}

static void change(verified *v, const char *operation, const char *table, const char *what, const char *key, int n) {
  char json[400], rest[40] = "";
  if (n >= 0) (void)snprintf(rest, sizeof rest, ",'n':{'N':'%d'}", n);
  (void)snprintf(json, sizeof json, "{'TableName':'%s','%s':{'p':{'S':'%s'}%s}}", table, what, key, rest);
  verified_call(v, operation, json);
}

/* Eight tables of the four views: those of the second round have a closed stream and an open one behind it. */
static bool logs_make(verified *v) {
  static const char *const views[] = {"KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"};
  if (!verified_open(v)) return false;
  for (int i = 0; i < 8; i++) {
    char name[20], json[200];
    (void)snprintf(name, sizeof name, "logged%d", i);
    make_table(v, name, views[i % 4]);
    change(v, "PutItem", name, "Item", "stays", 1);
    change(v, "PutItem", name, "Item", "goes", 1);
    change(v, "PutItem", name, "Item", "stays", 2);
    change(v, "DeleteItem", name, "Key", "goes", -1);
    change(v, "PutItem", name, "Item", "stays", 2);
    if (i < 4) continue;
    (void)snprintf(json, sizeof json, "{'TableName':'%s','StreamSpecification':{'StreamEnabled':false}}", name);
    verified_call(v, "UpdateTable", json);
    change(v, "PutItem", name, "Item", "stays", 3);
    (void)snprintf(json, sizeof json, "{'TableName':'%s','StreamSpecification':{'StreamEnabled':true,'StreamViewType':'%s'}}", name,
                   views[(i + 1) % 4]);
    verified_call(v, "UpdateTable", json);
    change(v, "PutItem", name, "Item", "late", 1);
  }
  make_table(v, "deleted", "NEW_IMAGE");
  change(v, "PutItem", "deleted", "Item", "stays", 1);
  verified_call(v, "DeleteTable", "{'TableName':'deleted'}");
  service_close(&v->s);
  return !test_current_failed();
}

TEST(sound_logs) {
  verified v;
  REQUIRE(logs_make(&v));
  verified_run(&v);
  CHECK_STR(v.t.all, "");
  CHECK_INT(v.report.tables, 8);
  CHECK_INT(v.report.log_records, 8 * 4 + 4 + 1);
  verified_remove(&v);
}

static bool record_find(const verified *v, unsigned nth, raw_pair *out) {
  static const uint8_t head[4] = {0xFF, 0xFF, 0xFF, 0xFE}; /* the store's: then log and position */
  return raw_find(v->path, head, sizeof head, nth, out);
}

/* Whatever byte of a record changes is told. */
TEST(every_byte_of_a_record) {
  verified v;
  raw_pair pair;
  REQUIRE(logs_make(&v));
  for (unsigned nth = 0; nth < 16; nth += 5) {
    REQUIRE(record_find(&v, nth, &pair));
    for (size_t at = 0; at < pair.value_size && !test_current_failed(); at += 3) {
      pair.value[at] ^= 1;
      pair_put(&v, &pair);
      verified_run(&v);
      CHECK_TOLD(&v.t, "change log, record ");
      pair.value[at] ^= 1;
    }
    pair_put(&v, &pair);
  }
  verified_run(&v);
  CHECK_STR(v.t.all, "");
  verified_remove(&v);
}

TEST(gaps_and_logs_of_nobody) {
  verified v;
  raw_pair pair;
  REQUIRE(logs_make(&v));
  REQUIRE(record_find(&v, 1, &pair));
  pair_delete(&v, &pair);
  verified_run(&v);
  CHECK_TOLD(&v.t, "has a gap");
  pair_put(&v, &pair);
  pair.key[5] ^= 1; /* the log's number */
  pair.key[15] = 1;
  pair_put(&v, &pair);
  verified_run(&v);
  CHECK_TOLD(&v.t, "holds records, and nothing names it");
  verified_remove(&v);
}

/* Items that are not as the log left them: another image, gone, back. A record under another log's number. */
TEST(items_that_differ) {
  verified v;
  raw_pair pair, record;
  REQUIRE(logs_make(&v));
  REQUIRE(record_find(&v, 0, &record));
  /* logged3's only item, of both images: {"p": "stays", "n": 2}; its record 1 is the put of n = 1 */
  uint32_t log = 0;
  for (unsigned nth = 0; nth < 16; nth++) {
    REQUIRE(record_find(&v, nth, &pair));
    if (pair.value[2] == 6) { /* both images: the second put */
      log = pair.key[7];
      break;
    }
  }
  REQUIRE(log != 0);
  uint32_t first_size;
  memcpy(&first_size, pair.value + 11, 4);
  raw_pair item;
  REQUIRE(space_find(&v, log - 1, 0, &item)); /* a table's items have the number before its log's */
  raw_pair changed = item;
  memcpy(changed.value, pair.value + 19, first_size); /* the old image */
  changed.value_size = first_size;
  pair_put(&v, &changed);
  verified_run(&v);
  CHECK_TOLD(&v.t, "item p=stays: the last image in its change log is another");
  pair_delete(&v, &item);
  verified_run(&v);
  CHECK_TOLD(&v.t, "item p=stays: its change log put it last, and it is not there");
  pair_put(&v, &item);
  verified_run(&v);
  CHECK_STR(v.t.all, "");
  verified_remove(&v);
}

/* The log's end is taken away: it says then that "goes" is still there. And a put of it that was last. */
TEST(a_log_without_its_end) {
  verified v;
  raw_pair pair;
  REQUIRE(logs_make(&v));
  REQUIRE(record_find(&v, 3, &pair)); /* of logged0: the delete of "goes" */
  CHECK_INT(pair.value[1], 3);
  pair_delete(&v, &pair);
  verified_run(&v);
  CHECK_TOLD(&v.t, "item p=goes: its change log put it last, and it is not there");
  REQUIRE(record_find(&v, 0, &pair)); /* the first put of "stays" becomes its last record, and a removal */
  pair.value[1] = 3;
  uint32_t crc = cyn_i_crc32(pair.value, 15);
  memcpy(pair.value + 15, &crc, 4);
  pair.key[15] = 4;
  pair_put(&v, &pair);
  verified_run(&v);
  CHECK_TOLD(&v.t, "item p=stays: its change log removed it last, and it is there");
  verified_remove(&v);
}

TEST(streams_of_the_catalog) {
  verified v;
  raw_pair pair;
  REQUIRE(logs_make(&v));
  for (unsigned nth = 0; nth < 13 && !test_current_failed(); nth += 4) {
    REQUIRE(space_find(&v, CYN_SPACE_STREAMS, nth, &pair));
    raw_pair changed = pair;
    for (size_t at = 0; at < pair.value_size; at += 7) {
      changed.value[at] ^= 4;
      pair_put(&v, &changed);
      verified_run(&v);
      CHECK_TOLD(&v.t, "its record is damaged");
      changed.value[at] ^= 4;
    }
    pair_delete(&v, &pair);
    verified_run(&v);
    CHECK(v.t.count != 0); /* its log is nobody's, or the table's stream is missing */
    pair_put(&v, &pair);
  }
  REQUIRE(space_find(&v, CYN_SPACE_SEQUENCE, 0, &pair));
  CHECK_INT(pair.value_size, 20);
  pair.value[9] ^= 1;
  pair_put(&v, &pair);
  verified_run(&v);
  CHECK_TOLD(&v.t, "the next free number of a space is damaged");
  pair.value_size = 8; /* as if there never had been a stream */
  pair_put(&v, &pair);
  verified_run(&v);
  CHECK_TOLD(&v.t, "the next free number of a space is damaged");
  verified_remove(&v);
}

/* A catalog record of the time before logs: its stream is on, and it has none. No damage; the jobs give it one. */
TEST(a_table_of_before_logs) {
  verified v;
  raw_pair pair;
  REQUIRE(verified_open(&v));
  make_table(&v, "abc", "NEW_IMAGE");
  service_close(&v.s);
  REQUIRE(space_find(&v, CYN_SPACE_CATALOG, 0, &pair));
  REQUIRE(pair.value[0] == 2);
  enum { AT = 29, SIZE = 12 }; /* stream_log and stream_created, behind version, spaces, times and state */
  memmove(pair.value + AT, pair.value + AT + SIZE, pair.value_size - AT - SIZE);
  pair.value_size -= SIZE;
  pair.value[0] = 1;
  uint32_t crc = cyn_i_crc32(pair.value, pair.value_size - 4);
  memcpy(pair.value + pair.value_size - 4, &crc, 4);
  pair_put(&v, &pair);
  REQUIRE(space_find(&v, CYN_SPACE_STREAMS, 0, &pair));
  pair_delete(&v, &pair);
  REQUIRE(space_find(&v, CYN_SPACE_SEQUENCE, 0, &pair));
  pair.value_size = 8;
  pair_put(&v, &pair);
  verified_run(&v);
  CHECK_STR(v.t.all, "");
  verified_remove(&v);
}
