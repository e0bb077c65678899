/* Opening, sharing, copying and filling a store. */
#include "conformance.h"

#include "base/alloc.h"

static void copy_and_check(fixture *f, const char *name, bool compact) {
  char path[128];
  (void)snprintf(path, sizeof path, "%s/%s", f->folder, name);
  CHECK_INT(cyn_i_store_copy(f->store, cyn_str(path), compact, &f->error), CYN_OK);
  CHECK_INT(cyn_i_store_copy(f->store, cyn_str(path), compact, &f->error), CYN_E_STORE); /* it is there already */
  fixture copied = {.which = STRICT};
  cyn_i_arena_init(&copied.arena, 0);
  cyn_i_store_options options = {.path = cyn_str(path)};
  REQUIRE(fixture_open_with(&copied, &options));
  CHECK_STR(get_text(&copied, key_of(123, "p", "")), "value");
  CHECK_STR(get_text(&copied, key_of(301, "p", "")), "-");
  CHECK_INT(counter_value(&copied, "n"), 300);
  CHECK_INT(put_text(&copied, key_of(301, "p", ""), "more"), CYN_OK);
  fixture_close_store(&copied);
  cyn_i_arena_clean_up(&copied.arena);
  cyn_error_clean_up(&copied.error);
}

CONFORM(a_copy_is_a_store) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  for (uint64_t from = 0; from < 300; from += 50) {
    cyn_i_store_put puts[50];
    cyn_i_store_add add = {key_of(0, "n", ""), 50};
    for (uint64_t i = 0; i < 50; i++) puts[i] = (cyn_i_store_put){key_of(from + i, "p", ""), cyn_str("value")};
    change c;
    change_init(&c, &f);
    c.effects = (cyn_i_store_effects){puts, 50, &add, 1, NULL, 0, false};
    CHECK_INT(change_run(&c), CYN_OK);
  }
  copy_and_check(&f, "plain", false);
  copy_and_check(&f, "compact", true);
  CHECK_INT(cyn_i_store_copy(f.store, cyn_str("/nowhere/at/all"), false, &f.error), CYN_E_STORE);
  CHECK_INT(cyn_i_store_copy(f.store, cyn_str(""), false, &f.error), CYN_E_STORE);
  fixture_close(&f);
}

CONFORM(a_full_store_refuses_what_grows_it) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  fixture_close_store(&f);
  cyn_i_store_options options = fixture_options(&f);
  options.size_max = 400000;
  REQUIRE(fixture_open_with(&f, &options));
  static char value[3000];
  cyn_status status = CYN_OK;
  uint64_t stored = 0;
  while (status == CYN_OK && stored < 1000) {
    status = put_bytes(&f, key_of(stored, "p", ""), (cyn_bytes){value, sizeof value});
    if (status == CYN_OK) stored++;
  }
  CHECK_INT(status, CYN_E_STORE_FULL);
  CHECK(stored > 50 && stored < 134);
  CHECK(strstr(f.error.message, "size_max of 400000 bytes") != NULL);
  /* in one batch: what grows is refused, what does not is done */
  cyn_i_store_put big = {key_of(5000, "p", ""), {value, sizeof value}};
  cyn_i_store_put gone = {key_of(0, "p", ""), {NULL, 0}};
  cyn_i_store_put same = {key_of(1, "p", ""), {value, sizeof value}};
  change changes[3];
  cyn_error errors[3] = {CYN_ERROR_INIT, CYN_ERROR_INIT, CYN_ERROR_INIT};
  cyn_i_store_write *writes[3];
  const cyn_i_store_put *puts[3] = {&same, &big, &gone};
  for (int i = 0; i < 3; i++) {
    change_init(&changes[i], &f);
    changes[i].write.error = &errors[i];
    changes[i].effects.puts = puts[i];
    changes[i].effects.put_count = 1;
    writes[i] = &changes[i].write;
  }
  cyn_i_store_write_batch(f.store, writes, 3);
  CHECK_INT(changes[0].write.status, CYN_OK);
  CHECK_INT(changes[1].write.status, CYN_E_STORE_FULL);
  CHECK_INT(changes[2].write.status, CYN_OK);
  CHECK_INT(errors[0].status, CYN_OK);
  for (int i = 0; i < 3; i++) cyn_error_clean_up(&errors[i]);
  CHECK_STR(get_text(&f, gone.key), "-");
  for (uint64_t i = 0; i < 10; i++) CHECK_INT(put_bytes(&f, key_of(i, "p", ""), (cyn_bytes){NULL, 0}), CYN_OK);
  CHECK_INT(put_bytes(&f, big.key, big.value), CYN_OK);
  fixture_close(&f);
}

CONFORM(a_full_map_is_an_error_and_no_more) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  fixture_close_store(&f);
  cyn_i_store_options options = fixture_options(&f);
  options.map_size_max = 2 << 20;
  REQUIRE(fixture_open_with(&f, &options));
  static char value[3000];
  cyn_status status = CYN_OK;
  uint64_t stored = 0;
  while (status == CYN_OK && stored < 1000) {
    status = put_bytes(&f, key_of(stored, "p", ""), (cyn_bytes){value, sizeof value});
    if (status == CYN_OK) stored++;
  }
  CHECK_INT(status, CYN_E_STORE_FULL);
  CHECK(stored > 300);
  cyn_i_store_view_begin(f.view, &f.error);
  for (uint64_t i = 0; i < stored; i++) {
    cyn_bytes found;
    cyn_i_store_key key = key_of(i, "p", "");
    CHECK_INT(cyn_i_store_get(f.view, &key, &found, &f.error), CYN_OK);
    CHECK_INT(found.size, sizeof value);
  }
  cyn_i_store_view_end(f.view);
  fixture_close(&f);
}

TEST(a_second_open_shares_the_store) {
  fixture f;
  if (!fixture_open(&f, STRICT)) return;
  cyn_i_store_options options = fixture_options(&f);
  char other_path[128];
  (void)snprintf(other_path, sizeof other_path, "%s/../%s/store/.", f.folder, strrchr(f.folder, '/') + 1);
  options.path = cyn_str(other_path); /* another name of the same folder */
  cyn_i_store *second = NULL;
  CHECK_INT(cyn_i_store_lmdb_open(&options, &second, &f.error), CYN_OK);
  CHECK(second == f.store);
  cyn_i_store_close(second);
  CHECK_INT(put_text(&f, key_of(1, "p", ""), "still open"), CYN_OK);
  CHECK_STR(get_text(&f, key_of(1, "p", "")), "still open");
  fixture_close(&f);
}

TEST(stores_in_memory_are_their_own) {
  fixture f, g;
  if (!fixture_open(&f, MEMORY) || !fixture_open(&g, MEMORY)) return;
  CHECK_INT(put_text(&f, key_of(1, "p", ""), "f"), CYN_OK);
  CHECK_STR(get_text(&g, key_of(1, "p", "")), "-");
  fixture_close(&g);
  CHECK_STR(get_text(&f, key_of(1, "p", "")), "f");
  fixture_close(&f);
}

TEST(read_only_reads) {
  fixture f;
  if (!fixture_open(&f, STRICT)) return;
  CHECK_INT(put_text(&f, key_of(1, "p", ""), "v"), CYN_OK);
  CHECK_INT(put_text(&f, key_of(1, "q", ""), "v"), CYN_OK);
  fixture_close_store(&f);
  cyn_i_store_options options = fixture_options(&f);
  options.read_only = true;
  REQUIRE(fixture_open_with(&f, &options));
  CHECK_STR(get_text(&f, key_of(1, "p", "")), "v");
  CHECK_INT(put_text(&f, key_of(1, "p", ""), "w"), CYN_E_STORE);
  CHECK(strstr(f.error.message, "opened for reading only") != NULL);
  bool done;
  CHECK_INT(cyn_i_store_reclaim(f.store, SPACE, 100, &done, &f.error), CYN_E_STORE);
  CHECK_INT(cyn_i_store_sync(f.store, &f.error), CYN_OK);
  CHECK_STR(get_text(&f, key_of(1, "p", "")), "v");
  fixture_close(&f);
}

TEST(paths_that_name_nothing) {
  cyn_i_store *store;
  cyn_error error = CYN_ERROR_INIT;
  cyn_i_store_options options = {.path = {"", 0}};
  CHECK_INT(cyn_i_store_lmdb_open(&options, &store, &error), CYN_E_STORE);
  options.path = (cyn_bytes){"a\0b", 3};
  CHECK_INT(cyn_i_store_lmdb_open(&options, &store, &error), CYN_E_STORE);
  CHECK(store == NULL);
  static char long_path[5000];
  memset(long_path, 'x', sizeof long_path);
  options.path = (cyn_bytes){long_path, sizeof long_path};
  CHECK_INT(cyn_i_store_lmdb_open(&options, &store, &error), CYN_E_STORE);
  cyn_error_clean_up(&error);
}

/* Each allocation of a store's life is failed in turn: an error, nothing leaked, nothing half done. */
static int allocations_until_failure;
static int allocation_fails(size_t size) {
  (void)size;
  return allocations_until_failure >= 0 && allocations_until_failure-- == 0;
}

static bool scenario_visitor(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  (void)user;
  (void)key;
  (void)value;
  return true;
}

static cyn_status scenario(fixture *f, const cyn_i_store_options *options) {
  cyn_status status = cyn_i_store_lmdb_open(options, &f->store, &f->error);
  if (status != CYN_OK) return status;
  if (f->which == FAULTY_MEMORY) {
    cyn_i_store *inner = f->store;
    status = cyn_i_store_faulty_open(inner, 1, &f->store, &f->error);
    if (status != CYN_OK) f->store = inner;
  }
  if (status == CYN_OK) status = cyn_i_store_view_open(f->store, &f->view, &f->error);
  cyn_i_store_key keys[20];
  for (uint64_t i = 0; i < 20; i++) keys[i] = key_of(i, "p", "");
  for (int i = 0; i < 3 && status == CYN_OK; i++) {
    change c;
    cyn_i_store_put put = {keys[i], cyn_str("v")};
    cyn_i_store_add adds[2] = {{key_of(0, "n", ""), 1}, {key_of(0, "m", ""), 1}};
    cyn_i_store_log_record record = {1, cyn_str("r")};
    change_init(&c, f);
    c.write.keys = keys;
    c.write.key_count = 20;
    c.effects = (cyn_i_store_effects){&put, 1, adds, 2, &record, 1, false};
    status = change_run(&c);
  }
  cyn_i_store_range range = {.space = SPACE, .hash_high = UINT64_MAX};
  if (status == CYN_OK) status = cyn_i_store_view_begin(f->view, &f->error);
  if (status == CYN_OK) {
    status = cyn_i_store_walk(f->view, &range, scenario_visitor, NULL, &f->error);
    cyn_i_store_view_end(f->view);
  }
  fixture_close_store(f);
  return status;
}

static void fail_allocations(kind which) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  fixture_close_store(&f);
  cyn_i_store_options options = fixture_options(&f);
  int failed = 0;
  for (int n = 0; n < 500; n++) {
    allocations_until_failure = n;
    cyn_i_alloc_hook = allocation_fails;
    cyn_status status = scenario(&f, &options);
    cyn_i_alloc_hook = NULL;
    CHECK(status == CYN_OK || status == CYN_E_OUT_OF_MEMORY);
    failed += status != CYN_OK;
    bool all_done = allocations_until_failure >= 0;
    cyn_i_arena_clean_up(&f.arena);
    cyn_i_arena_init(&f.arena, 0);
    if (all_done) break;
  }
  CHECK(failed >= 5);
  cyn_i_arena_clean_up(&f.arena);
  cyn_error_clean_up(&f.error);
  folder_remove(f.folder);
}

TEST(allocations_that_fail_in_memory) { fail_allocations(MEMORY); }
TEST(allocations_that_fail_in_a_file) { fail_allocations(UNSAFE); }
TEST(allocations_that_fail_in_the_test_store) { fail_allocations(FAULTY_MEMORY); }

/* A view that its owner forgot does not outlive the store. */
TEST(closing_takes_open_views_along) {
  fixture f;
  if (!fixture_open(&f, STRICT)) return;
  CHECK_STR(get_text(&f, key_of(1, "p", "")), "-");
  cyn_i_store_close(f.store);
  f.store = NULL;
  f.view = NULL;
  fixture_close(&f);
}
