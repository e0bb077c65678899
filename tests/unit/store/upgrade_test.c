/* From one format version to the next. There is one so far, so the steps are the test's own. */
#include "conformance.h"
#include "raw_file.h"
#include "store/care.h"
#include "store/lmdb/care_private.h"

static int step_runs;

static int add_key(MDB_txn *txn, MDB_dbi dbi) {
  static const uint8_t key[] = {0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 5, 1, 'u'};
  MDB_val k = {sizeof key, (void *)(uintptr_t)key}, v = {8, "upgraded"};
  step_runs++;
  return mdb_put(txn, dbi, &k, &v, 0);
}
static int fail(MDB_txn *txn, MDB_dbi dbi) {
  (void)add_key(txn, dbi);
  return MDB_CORRUPTED;
}

static void version_of(const fixture *f, uint32_t *version, char writer[33]) {
  cyn_i_store_check *check;
  cyn_i_store_file file;
  *version = 99;
  REQUIRE(cyn_i_store_check_open(cyn_str(f->path), &check, NULL) == CYN_OK);
  cyn_i_store_check_file(check, &file);
  cyn_i_store_check_close(check);
  *version = file.format_version;
  (void)snprintf(writer, 33, "%s", file.writer);
}

TEST(the_newest_needs_nothing) {
  fixture f;
  uint32_t from, to;
  if (!fixture_open(&f, STRICT)) return;
  CHECK_INT(cyn_i_store_upgrade(cyn_str(f.path), &from, &to, &f.error), CYN_E_STORE_LOCKED);
  fixture_close_store(&f);
  CHECK_INT(cyn_i_store_upgrade(cyn_str(f.path), &from, &to, &f.error), CYN_OK);
  CHECK(from == 1 && to == 1);
  CHECK_INT(cyn_i_store_upgrade(cyn_str("/nowhere"), &from, &to, &f.error), CYN_E_STORE);
  fixture_close(&f);
}

TEST(steps_one_after_the_other) {
  fixture f;
  uint32_t from, to, version;
  char writer[33], before[33];
  static const cyn_i_lmdb_upgrade_step steps[3] = {NULL, add_key, add_key}, broken[3] = {NULL, add_key, fail};
  if (!fixture_open(&f, STRICT)) return;
  fixture_close_store(&f);
  version_of(&f, &version, before);
  step_runs = 0;
  CHECK_INT(cyn_i_lmdb_upgrade(f.path, broken, 3, &from, &to, &f.error), CYN_E_STORE);
  version_of(&f, &version, writer);
  CHECK_INT(version, 2); /* the first step holds */
  CHECK_INT(step_runs, 2);
  CHECK_INT(cyn_i_lmdb_upgrade(f.path, steps, 3, &from, &to, &f.error), CYN_OK);
  CHECK(from == 2 && to == 3 && step_runs == 3);
  version_of(&f, &version, writer);
  CHECK_INT(version, 3);
  CHECK_STR(writer, before);
  cyn_i_store_options options = fixture_options(&f);
  CHECK_INT(cyn_i_store_lmdb_open(&options, &f.store, &f.error), CYN_E_STORE_VERSION);
  CHECK_INT(cyn_i_store_upgrade(cyn_str(f.path), &from, &to, &f.error), CYN_E_STORE_VERSION);
  CHECK(from == 3);
  fixture_close(&f);
}

TEST(an_older_file_is_told_what_to_do) {
  fixture f;
  static const uint8_t key[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 'f', 'o', 'r', 'm', 'a', 't'};
  if (!fixture_open(&f, STRICT)) return;
  fixture_close_store(&f);
  raw_put(f.path, key, sizeof key, "CYNAMO\0\1\0\0\0\0" "0.0.1", 17);
  cyn_i_store_options options = fixture_options(&f);
  CHECK_INT(cyn_i_store_lmdb_open(&options, &f.store, &f.error), CYN_E_STORE_VERSION);
  CHECK(strstr(f.error.message, "cynamo upgrade") != NULL);
  fixture_close(&f);
}

TEST(files_and_paths_that_are_none) {
  fixture f;
  uint32_t from, to;
  static const uint8_t key[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 'f', 'o', 'r', 'm', 'a', 't'};
  static char path[5000];
  uint64_t saved;
  if (!fixture_open(&f, STRICT)) return;
  fixture_close_store(&f);
  raw_put(f.path, key, sizeof key, "nonsense", 8);
  CHECK_INT(cyn_i_store_upgrade(cyn_str(f.path), &from, &to, &f.error), CYN_E_STORE);
  CHECK(strstr(f.error.message, "is damaged: its format record cannot be read") != NULL);
  CHECK(from == 0 && to == 0);
  memset(path, 'p', sizeof path - 1);
  static const char *const text = "The path of a store may not be empty, too long, or hold a zero byte.";
  CHECK_INT(cyn_i_store_upgrade(cyn_str(path), &from, &to, &f.error), CYN_E_STORE);
  CHECK_STR(f.error.message, text);
  CHECK_INT(cyn_i_store_upgrade((cyn_bytes){"a\0b", 3}, &from, &to, &f.error), CYN_E_STORE);
  CHECK_STR(f.error.message, text);
  CHECK_INT(cyn_i_store_compact(cyn_str(path), &saved, &f.error), CYN_E_STORE);
  CHECK_STR(f.error.message, text);
  CHECK_INT(cyn_i_store_backup(cyn_str(path), cyn_str("/tmp/x"), &f.error), CYN_E_STORE);
  CHECK_STR(f.error.message, text);
  CHECK_INT(cyn_i_store_backup((cyn_bytes){"a\0b", 3}, cyn_str("/tmp/x"), &f.error), CYN_E_STORE);
  CHECK_STR(f.error.message, text);
  cyn_i_store_check *check;
  CHECK_INT(cyn_i_store_check_open(cyn_str(path), &check, &f.error), CYN_E_STORE);
  CHECK_STR(f.error.message, "The path of the store is too long.");
  cyn_i_store_options options = {.path = cyn_str(path)};
  CHECK_INT(cyn_i_store_lmdb_open(&options, &f.store, &f.error), CYN_E_STORE);
  options.path = (cyn_bytes){"a\0b", 3};
  CHECK_INT(cyn_i_store_lmdb_open(&options, &f.store, &f.error), CYN_E_STORE);
  CHECK(f.store == NULL);
  fixture_close(&f);
}
