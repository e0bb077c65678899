/* The store's own records: what is wrong with each is told. */
#include "conformance.h"
#include "raw_file.h"

static char long_sort[1200];

/* A closed store with a long key, a counter and a log. */
static bool file_make(fixture *f) {
  if (!fixture_open(f, STRICT)) return false;
  memset(long_sort, 'l', sizeof long_sort);
  cyn_i_store_add add = {key_of(0, "counted", ""), 5};
  cyn_i_store_log_record records[3] = {{7, cyn_str("a")}, {7, cyn_str("b")}, {7, cyn_str("c")}};
  cyn_i_store_put put = {{SPACE, 0, cyn_str("p"), {long_sort, sizeof long_sort}}, cyn_str("value")};
  change c;
  change_init(&c, f);
  c.effects = (cyn_i_store_effects){&put, 1, &add, 1, records, 3, false};
  CHECK_INT(change_run(&c), CYN_OK);
  fixture_close_store(f);
  told t;
  structure_of(f->path, &t, NULL);
  CHECK_STR(t.all, "");
  return true;
}

static void told_after(const void *key, size_t key_size, const void *value, size_t value_size, const char *part) {
  fixture f;
  told t;
  if (!file_make(&f)) return;
  raw_put(f.path, key, key_size, value, value_size);
  structure_of(f.path, &t, NULL);
  CHECK_TOLD(&t, part);
  fixture_close(&f);
}

/* The head of a key: space (4 bytes, big-endian), hash, size of the partition. */
#define HEAD(a, b, c, d, hash) a, b, c, d, 0, 0, 0, 0, 0, 0, 0, hash

TEST(keys_that_are_none) {
  static const uint8_t nothing[] = {1, 2}, odd_space[] = {HEAD(0, 0, 0, 9, 0), 0}, short_partition[] = {HEAD(0, 0, 0, 20, 0), 4, 'a'},
                       beyond[] = {HEAD(0x90, 0, 0, 0, 0), 0};
  told_after(nothing, sizeof nothing, "", 0, "it is no key of Cynamo's");
  told_after(odd_space, sizeof odd_space, "", 0, "it is no key of Cynamo's");
  told_after(short_partition, sizeof short_partition, "", 0, "it is no key of Cynamo's");
  told_after(beyond, sizeof beyond, "", 0, "it is no key of Cynamo's");
}

TEST(counters_that_are_none) {
  static const uint8_t counter[] = {0, 0, 0, 1, HEAD(0, 0, 0, 16, 0), 1, 'x'};
  told_after(counter, sizeof counter, "12345678", 7, "it is no number of Cynamo's");
  told_after(counter, sizeof counter, "\0\0\0\0\0\0\0", 8, "a counter of 0 is written down");
  told_after(counter, 10, "12345678", 8, "it is no key of Cynamo's");
}

TEST(logs_have_no_gaps) {
  static const uint8_t second[16] = {0xFF, 0xFF, 0xFF, 0xFE, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 2},
                       later[16] = {0xFF, 0xFF, 0xFF, 0xFE, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 9}, log_end[8] = {0, 0, 0, 2, 0, 0, 0, 7};
  told_after(second, sizeof second, NULL, 0, "log 7 has a gap between positions 1 and 3");
  told_after(later, sizeof later, "x", 1, "log 7 has a gap between positions 3 and 9");
  told_after(log_end, sizeof log_end, "\5\0\0\0\0\0\0", 8, "log 7 begins at position 1, and was trimmed up to 5");
}

TEST(layers_and_pointers) {
  static const uint8_t stray[] = {0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0, 9, 'x'}, none[] = {0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0, 1};
  uint8_t pointer[496] = {HEAD(0, 0, 0, 16, 0), 1, 'p'};
  memset(pointer + 14, 'l', sizeof pointer - 15);
  told_after(stray, sizeof stray, "x", 1, "layers of long keys and the pointers to them differ: 3 layers, 2 pointers");
  told_after(none, sizeof none, "x", 1, "it is no rest of a long key");
  told_after(pointer, sizeof pointer, NULL, 0, "2 layers, 1 pointers");
  told_after(pointer, sizeof pointer, "\0\0\0\0\0\0\0\2", 8, "layers of long keys and the pointers to them differ");
  told_after(pointer, sizeof pointer, "\0\0\0\0\0\0\0", 8, "it does not lead to the rest of long keys");
  told_after(pointer, sizeof pointer, "1234567", 7, "it does not lead to the rest of long keys");
}

TEST(the_format_record) {
  static const uint8_t key[] = {HEAD(0, 0, 0, 0, 0), 6, 'f', 'o', 'r', 'm', 'a', 't'}, other[] = {HEAD(0, 0, 0, 0, 0), 1, 'x'};
  told_after(key, sizeof key, NULL, 0, "there is no format record");
  told_after(key, sizeof key, "CYNAMO\0\1\1\0\0\0" "0.1.0", 16, "");
  told_after(key, sizeof key, "CYNAMO\0\1\1\0\0\0" "0.1.0\0\0\0\0", 22, "the format record is damaged");
  told_after(key, sizeof key, "CYNAMO\0\1\3\0\0\0" "9.9", 15, "format version 3, written by Cynamo 9.9");
  told_after(other, sizeof other, "x", 1, "it is no key of Cynamo's");
}

TEST(keys_that_are_nearly_right) {
  static const uint8_t other[] = {HEAD(0, 0, 0, 0, 0), 6, 'f', 'o', 'r', 'm', 'a', 's'};
  static const uint8_t short_log[15] = {0xFF, 0xFF, 0xFF, 0xFE, 0, 0, 0, 7}, first[16] = {0xFF, 0xFF, 0xFF, 0xFE, 0, 0, 0, 6};
  static const uint8_t log_end[9] = {0, 0, 0, 2, 0, 0, 0, 7, 0}, counter[4] = {0, 0, 0, 1};
  uint8_t pointer[496] = {HEAD(0, 0, 0, 16, 0), 1, 'p'}, long_key[505];
  memset(pointer + 14, 'l', sizeof pointer - 14); /* a pointer ends with 0 */
  memcpy(long_key, pointer, 13);
  memset(long_key + 13, 'l', sizeof long_key - 13);
  told_after(other, sizeof other, "x", 1, "it is no key of Cynamo's");
  told_after(short_log, sizeof short_log, "x", 1, "it is no key of a log");
  told_after(first, sizeof first, "x", 1, "position 0 of a log");
  told_after(log_end, sizeof log_end, "\5\0\0\0\0\0\0", 8, "it is no number of Cynamo's");
  told_after(counter, sizeof counter, "12345678", 8, "it is no key of Cynamo's");
  told_after(pointer, sizeof pointer, "\0\0\0\0\0\0\0\1", 8, "it does not lead to the rest of long keys");
  told_after(long_key, sizeof long_key, "x", 1, "it is no key of Cynamo's");
}

/* LMDB's own new file holds nothing, not even the format record, and is none of ours once something was taken out of it. */
TEST(files_without_a_key) {
  static const uint8_t key[] = {HEAD(0, 0, 0, 0, 0), 6, 'f', 'o', 'r', 'm', 'a', 't'};
  fixture f;
  told t;
  MDB_env *env;
  char path[96];
  REQUIRE(fixture_open(&f, STRICT));
  fixture_close_store(&f);
  raw_put(f.path, key, sizeof key, NULL, 0);
  structure_of(f.path, &t, NULL);
  CHECK_TOLD(&t, "there is no format record");
  (void)snprintf(path, sizeof path, "%s/new", f.folder);
  REQUIRE(mkdir(path, 0700) == 0 && mdb_env_create(&env) == 0);
  CHECK_INT(mdb_env_open(env, path, 0, 0600), 0);
  mdb_env_close(env);
  structure_of(path, &t, NULL);
  CHECK_STR(t.all, "");
  fixture_close(&f);
}
