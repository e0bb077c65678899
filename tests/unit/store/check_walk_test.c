/* Whole keys through the page reader, long ones too, against the store's own walk. */
#include "base/alloc.h"
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

/* ---- keys that damage has changed: an error, or nothing, and never a walk without end ---- */

#define HEAD(a, b, c, d, hash) a, b, c, d, 0, 0, 0, 0, 0, 0, 0, hash

/* A closed store with one long key, and then what is put past the store. */
static cyn_i_store_check *damaged_by(fixture *f, const void *key, size_t key_size, const void *value, size_t value_size) {
  static char sort[1200];
  cyn_i_store_check *check = NULL;
  if (!fixture_open(f, STRICT)) return NULL;
  memset(sort, 'l', sizeof sort);
  cyn_i_store_key long_key = {16, 0, cyn_str("p"), {sort, sizeof sort}};
  CHECK_INT(put_bytes(f, long_key, cyn_str("value")), CYN_OK);
  fixture_close_store(f);
  raw_put(f->path, key, key_size, value, value_size);
  CHECK_INT(cyn_i_store_check_open(cyn_str(f->path), &check, &f->error), CYN_OK);
  return check;
}

static void walk_says(const void *key, size_t key_size, const void *value, size_t value_size, const char *says) {
  fixture f;
  seen found = {0, 0};
  cyn_i_store_check *check = damaged_by(&f, key, key_size, value, value_size);
  if (check == NULL) return;
  cyn_status status = cyn_i_store_check_walk(check, 0, UINT32_MAX, visit, &found, &f.error);
  CHECK_INT(status, says != NULL ? CYN_E_STORE : CYN_OK);
  if (says != NULL && status != CYN_OK) CHECK_STR(f.error.message, says);
  cyn_i_store_check_close(check);
  fixture_close(&f);
}

TEST(damaged_keys) {
  uint8_t pointer[496] = {HEAD(0, 0, 0, 16, 0), 1, 'p'}, longest[511] = {HEAD(0, 0, 0, 16, 1), 1, 'p'};
  static const uint8_t beyond[] = {HEAD(0x90, 0, 0, 0, 0), 0}, no_key[] = {HEAD(0, 0, 0, 16, 5), 9, 'x'}, small[] = {0, 0, 0};
  memset(pointer + 14, 'l', sizeof pointer - 15);
  walk_says(longest, sizeof longest, "x", 1, "a key is longer than Cynamo writes");
  walk_says(pointer, sizeof pointer, "1234567", 7, "a pointer to the rest of long keys is damaged");
  walk_says(beyond, sizeof beyond, "x", 1, NULL);  /* behind all spaces: not walked to */
  walk_says(no_key, sizeof no_key, "x", 1, NULL);  /* passed over: the structure tells it */
  walk_says(small, sizeof small, "x", 1, NULL);
}

/* A layer that leads to itself. */
TEST(layers_in_a_circle) {
  fixture f;
  seen found = {0, 0};
  cyn_bytes value;
  uint8_t pointer[496] = {HEAD(0xFF, 0xFF, 0xFF, 0xFF, 1)}; /* in layer 1, all bytes up to the cut */
  memset(pointer + 12, 'l', sizeof pointer - 13);
  cyn_i_store_check *check = damaged_by(&f, pointer, sizeof pointer, "\0\0\0\0\0\0\0\1", 8);
  if (check == NULL) return;
  REQUIRE(cyn_i_store_check_walk(check, 0, UINT32_MAX, visit, &found, &f.error) == CYN_E_STORE);
  CHECK(strstr(f.error.message, "keys are met more often than there are") != NULL ||
        strstr(f.error.message, "long keys have too many layers") != NULL ||
        strstr(f.error.message, "a long key is longer than a key may be") != NULL);
  static char sort[8192];
  memset(sort, 'l', sizeof sort);
  cyn_i_store_key key = {16, 0, cyn_str("p"), {sort, sizeof sort}};
  (void)cyn_i_store_check_get(check, &key, &value, &f.error);
  CHECK(value.data == NULL || value.size == 8 || value.size == 5);
  cyn_i_store_check_close(check);
  fixture_close(&f);
}

TEST(keys_and_counters_that_cannot_be) {
  fixture f;
  static char sort[9000];
  cyn_bytes value = {"x", 1};
  int64_t number = 5;
  static const uint8_t counter[] = {0, 0, 0, 1, HEAD(0, 0, 0, 16, 0), 1, 'c'}, log[] = {0xFF, 0xFF, 0xFF, 0xFE, 0, 0, 0, 9}, little[] = {0, 0, 0, 1, 0, 0};
  cyn_i_store_key none = {3, 0, cyn_str("p"), cyn_str("")}, long_one = {16, 0, cyn_str("p"), {sort, sizeof sort}}, counted = {16, 0, cyn_str("c"), cyn_str("")};
  seen found = {0, 0};
  cyn_i_store_check *check = damaged_by(&f, counter, sizeof counter, "1234567", 7);
  if (check == NULL) return;
  CHECK_INT(cyn_i_store_check_get(check, &none, &value, &f.error), CYN_OK);
  CHECK(value.data == NULL);
  CHECK_INT(cyn_i_store_check_counter(check, &long_one, &number, &f.error), CYN_OK);
  CHECK_INT(number, 0);
  CHECK_INT(cyn_i_store_check_counter(check, &counted, &number, &f.error), CYN_OK);
  CHECK_INT(number, 0); /* seven bytes are no number */
  cyn_i_store_check_close(check);
  raw_put(f.path, log, sizeof log, "x", 1);
  raw_put(f.path, little, sizeof little, "x", 1);
  REQUIRE(cyn_i_store_check_open(cyn_str(f.path), &check, &f.error) == CYN_OK);
  CHECK_INT(cyn_i_store_check_logs(check, visit, &found, &f.error), CYN_OK);
  CHECK_INT(found.count, 0);
  CHECK_INT(cyn_i_store_check_counters(check, visit, &found, &f.error), CYN_OK);
  CHECK_INT(found.count, 1);
  cyn_i_store_check_close(check);
  fixture_close(&f);
}

TEST(a_file_without_a_meta_page) {
  fixture f;
  seen found = {0, 0};
  cyn_bytes value;
  cyn_i_store_check *check;
  cyn_i_store_key key = {16, 0, cyn_str("p"), cyn_str("")};
  static const char bytes[100];
  memset(&f, 0, sizeof f);
  CHECK_INT(cyn_i_store_check_open_bytes(bytes, sizeof bytes, &check, &f.error), CYN_OK);
  CHECK_INT(cyn_i_store_check_walk(check, 0, UINT32_MAX, visit, &found, &f.error), CYN_E_STORE);
  CHECK_STR(f.error.message, "the meta pages cannot be read");
  CHECK_INT(cyn_i_store_check_get(check, &key, &value, &f.error), CYN_E_STORE);
  CHECK_INT(cyn_i_store_check_clear_mark(check, &f.error), CYN_OK); /* there is no folder with one */
  cyn_i_store_check_close(check);
  CHECK_INT(cyn_i_store_check_open(cyn_str(""), &check, &f.error), CYN_E_STORE);
  CHECK_INT(cyn_i_store_check_open((cyn_bytes){"a\0b", 3}, &check, &f.error), CYN_E_STORE);
  CHECK_INT(cyn_i_store_check_open(cyn_str("/dev"), &check, &f.error), CYN_E_STORE);
  static char path[5000];
  memset(path, 'p', sizeof path - 1);
  CHECK_INT(cyn_i_store_check_open(cyn_str(path), &check, &f.error), CYN_E_STORE);
  CHECK_STR(f.error.message, "The path of the store is too long.");
  cyn_error_clean_up(&f.error);
}

/* ---- without memory: an error, nothing is left open, and the next look finds what there is ---- */

static long looks_left = -1;
static int refuse_later(size_t size) {
  (void)size;
  return looks_left >= 0 && looks_left-- == 0;
}
static bool count_keys(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  (void)key;
  (void)value;
  ++*(size_t *)user;
  return true;
}

static cyn_status look_at_all(const char *path, const raw *bytes, size_t *keys, cyn_error *error) {
  cyn_i_store_check *check;
  told t;
  cyn_i_faults faults = told_faults(&t);
  *keys = 0;
  cyn_status status = path != NULL ? cyn_i_store_check_open(cyn_str(path), &check, error)
                                   : cyn_i_store_check_open_bytes(bytes->bytes, bytes->size, &check, error);
  if (status != CYN_OK) return status;
  status = cyn_i_store_check_structure(check, &faults, error);
  if (status == CYN_OK) CHECK_STR(t.all, "");
  if (status == CYN_OK) status = cyn_i_store_check_walk(check, 0, UINT32_MAX, count_keys, keys, error);
  cyn_i_store_check_close(check);
  return status;
}

TEST(without_memory) {
  fixture f;
  static char large[9000], sort[2000];
  raw bytes;
  if (!fixture_open(&f, STRICT)) return;
  memset(sort, 's', sizeof sort);
  CHECK_INT(put_bytes(&f, key_of(1, "a", ""), (cyn_bytes){large, sizeof large}), CYN_OK);
  CHECK_INT(put_bytes(&f, (cyn_i_store_key){SPACE, 2, cyn_str("p"), {sort, sizeof sort}}, cyn_str("x")), CYN_OK);
  fixture_close_store(&f);
  REQUIRE(raw_load(&bytes, f.path));
  cyn_i_alloc_hook = refuse_later;
  for (int from_file = 0; from_file < 2; from_file++) {
    int failures = 0;
    for (long n = 0; n < 500; n++) {
      size_t keys;
      looks_left = n;
      cyn_status status = look_at_all(from_file ? f.path : NULL, &bytes, &keys, &f.error);
      bool was_hit = looks_left < 0;
      looks_left = -1;
      if (status != CYN_OK) CHECK(was_hit && status == CYN_E_OUT_OF_MEMORY && f.error.status == status);
      else CHECK_INT(keys, 2);
      cyn_error_clean_up(&f.error);
      CHECK_INT(look_at_all(f.path, NULL, &keys, &f.error), CYN_OK); /* nothing holds the lock */
      CHECK_INT(keys, 2);
      failures += status != CYN_OK;
      if (!was_hit) break;
    }
    CHECK(failures > 3);
  }
  cyn_i_alloc_hook = NULL;
  raw_free(&bytes);
  fixture_close(&f);
}
