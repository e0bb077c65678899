/* The verification as a whole: sound files, counters, tables that are being changed. */
#include "verify_fixture.h"

#include "base/alloc.h"

TEST(a_sound_file) {
  verified v;
  REQUIRE(verified_make(&v));
  verified_run(&v);
  CHECK_STR(v.t.all, "");
  CHECK_INT(v.report.tables, 2);
  CHECK_INT(v.report.items, 13);
  CHECK_INT(v.report.index_entries, 12);
  CHECK_INT(v.report.ttl_entries, 6);
  CHECK_INT(v.report.tokens, 1);
  CHECK(v.report.counters > 8 && v.report.item_bytes > 200);
  verified_remove(&v);
}

static unsigned listed;
static int64_t listed_items;

static void list(void *user, const cyn_i_verify_table *table) {
  (void)user;
  listed++;
  listed_items += table->items;
  CHECK(table->table->space >= CYN_SPACE_FIRST && table->bytes > 0);
}

TEST(tables_are_listed) {
  verified v;
  cyn_i_store_check *check;
  REQUIRE(verified_make(&v));
  REQUIRE(cyn_i_store_check_open(cyn_str(v.path), &check, NULL) == CYN_OK);
  listed = 0;
  listed_items = 0;
  CHECK_INT(cyn_i_verify_tables(check, list, NULL, NULL), CYN_OK);
  CHECK_INT(listed, 2);
  CHECK_INT(listed_items, 13);
  cyn_i_store_check_close(check);
  verified_remove(&v);
}

/* Each counter of the file, made wrong, forgotten or moved to a space that has none. */
TEST(every_counter_counts) {
  static const uint8_t counters[4] = {0, 0, 0, 1};
  for (unsigned nth = 0; nth < 200 && !test_current_failed(); nth++) {
    verified v;
    raw_pair pair;
    REQUIRE(verified_make(&v));
    verified_run(&v);
    if (nth == v.report.counters) {
      CHECK(nth > 8);
      verified_remove(&v);
      return;
    }
    REQUIRE(raw_find(v.path, counters, sizeof counters, nth, &pair));
    pair.value[0]++;
    pair_put(&v, &pair);
    verified_run(&v);
    CHECK_TOLD(&v.t, " counts ");
    pair_delete(&v, &pair);
    verified_run(&v);
    CHECK_TOLD(&v.t, " counts ");
    pair.value[0]--;
    pair.key[4 + 3] ^= 0x10; /* the counter of another space */
    pair_put(&v, &pair);
    verified_run(&v);
    CHECK_TOLD(&v.t, "nothing has such a counter");
    verified_remove(&v);
  }
}

/* Memory runs out at each allocation in turn: an error, no crash, no leak. */
static int fail_at, allocations;
static int hook(size_t size) {
  (void)size;
  return ++allocations == fail_at;
}

TEST(without_memory) {
  verified v;
  cyn_i_store_check *check;
  cyn_error error = CYN_ERROR_INIT;
  bool good = false;
  REQUIRE(verified_make(&v));
  for (fail_at = 1; fail_at < 3000 && !good && !test_current_failed(); fail_at++) {
    allocations = 0;
    cyn_i_alloc_hook = hook;
    cyn_i_faults faults = told_faults(&v.t);
    cyn_status status = cyn_i_store_check_open(cyn_str(v.path), &check, &error);
    if (status == CYN_OK) status = cyn_i_store_check_structure(check, &faults, &error);
    if (status == CYN_OK) status = cyn_i_verify(check, &faults, &v.report, &error);
    cyn_i_store_check_close(check);
    cyn_i_alloc_hook = NULL;
    good = allocations < fail_at;
    if (!good && status != CYN_OK) CHECK_INT(status, CYN_E_OUT_OF_MEMORY);
    if (status == CYN_OK && faults.count != 0) test_failed(__FILE__, __LINE__, "allocation %d: %s", fail_at, v.t.first);
    cyn_error_clean_up(&error);
    check = NULL;
  }
  CHECK(good);
  verified_remove(&v);
}
