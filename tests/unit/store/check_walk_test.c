/* Whole keys through the page reader, long ones too, against the store's own walk. */
#include "conformance.h"
#include "raw_file.h"
#include "store/check.h"

typedef struct seen {
  uint64_t hash, count;
} seen;

static void seen_add(seen *s, const cyn_i_store_key *key, cyn_bytes value) {
  cyn_bytes parts[] = {key->partition, key->sort, value, {(const char *)&key->space, 4}, {(const char *)&key->hash, 8}};
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
    s->hash = (s->hash ^ parts[i].size) * 0x100000001B3u;
    for (size_t k = 0; k < parts[i].size; k++) s->hash = (s->hash ^ (uint8_t)parts[i].data[k]) * 0x100000001B3u;
  }
  s->count++;
}

static bool visit(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  seen_add(user, key, value);
  return true;
}
static bool stop(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  seen_add(user, key, value);
  return false;
}

typedef struct both_ways {
  cyn_i_store_check *check;
  uint64_t count, wrong;
} both_ways;

static bool get_again(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  both_ways *b = user;
  cyn_bytes found = {NULL, 0};
  bool is_there = cyn_i_store_check_get(b->check, key, &found, NULL) == CYN_OK && found.data != NULL;
  b->count++;
  if (!is_there || found.size != value.size || memcmp(found.data, value.data, value.size) != 0) b->wrong++;
  return true;
}

static void fill(fixture *f) {
  static char sort[8192], bytes[6000];
  uint64_t seed = 3;
  memset(sort, 's', sizeof sort);
  for (unsigned i = 0; i < 300; i++) {
    static const size_t lengths[] = {0, 5, 400, 481, 482, 483, 700, 964, 1500, 8192};
    size_t length = lengths[test_random(&seed) % 10];
    for (size_t k = 1; k <= 2 && k <= length; k++) sort[length - k] = (char)test_random(&seed);
    cyn_i_store_key key = {16 + i % 3, i % 2, cyn_str("p"), {sort, length}};
    CHECK_INT(put_bytes(f, key, (cyn_bytes){bytes, test_random(&seed) % 6000}), CYN_OK);
    for (size_t k = 1; k <= 2 && k <= length; k++) sort[length - k] = 's';
  }
}

TEST(it_walks_as_the_store_does) {
  fixture f;
  if (!fixture_open(&f, STRICT)) return;
  fill(&f);
  seen wanted = {0, 0}, found = {0, 0}, one = {0, 0};
  REQUIRE(cyn_i_store_view_begin(f.view, &f.error) == CYN_OK);
  for (uint32_t space = 16; space < 19; space++) {
    cyn_i_store_range range = {.space = space, .hash_high = UINT64_MAX};
    CHECK_INT(cyn_i_store_walk(f.view, &range, visit, &wanted, &f.error), CYN_OK);
  }
  cyn_i_store_view_end(f.view);
  fixture_close_store(&f);
  cyn_i_store_check *check;
  REQUIRE(cyn_i_store_check_open(cyn_str(f.path), &check, &f.error) == CYN_OK);
  CHECK_INT(cyn_i_store_check_walk(check, 0, UINT32_MAX, visit, &found, &f.error), CYN_OK);
  CHECK(wanted.count > 100 && wanted.count == found.count && wanted.hash == found.hash);
  CHECK_INT(cyn_i_store_check_walk(check, 17, 18, stop, &one, &f.error), CYN_OK);
  CHECK_INT(one.count, 1);
  both_ways b = {check, 0, 0};
  CHECK_INT(cyn_i_store_check_walk(check, 16, 18, get_again, &b, &f.error), CYN_OK);
  CHECK_INT(b.count, wanted.count);
  CHECK_INT(b.wrong, 0);
  cyn_bytes value;
  static char absent[3000];
  cyn_i_store_key key = {16, 0, cyn_str("p"), {absent, sizeof absent}};
  CHECK_INT(cyn_i_store_check_get(check, &key, &value, &f.error), CYN_OK);
  CHECK(value.data == NULL);
  cyn_i_store_check_close(check);
  fixture_close(&f);
}

TEST(counters_and_logs) {
  fixture f;
  if (!fixture_open(&f, STRICT)) return;
  cyn_i_store_add add = {key_of(0, "counted", ""), 5};
  cyn_i_store_log_record record = {7, cyn_str("record")};
  change c;
  change_init(&c, &f);
  c.effects = (cyn_i_store_effects){.adds = &add, .add_count = 1, .log_records = &record, .log_record_count = 1};
  for (int i = 0; i < 4; i++) CHECK_INT(change_run(&c), CYN_OK);
  fixture_close_store(&f);
  cyn_i_store_check *check;
  seen counters = {0, 0}, logs = {0, 0};
  int64_t number = 0;
  REQUIRE(cyn_i_store_check_open(cyn_str(f.path), &check, &f.error) == CYN_OK);
  CHECK_INT(cyn_i_store_check_counters(check, visit, &counters, &f.error), CYN_OK);
  CHECK_INT(cyn_i_store_check_logs(check, visit, &logs, &f.error), CYN_OK);
  CHECK_INT(cyn_i_store_check_counter(check, &add.key, &number, &f.error), CYN_OK);
  CHECK(counters.count == 1 && logs.count == 4 && number == 20);
  cyn_i_store_check_close(check);
  fixture_close(&f);
}
