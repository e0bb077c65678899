/* Every call into LMDB fails in turn, as with a bad disk, no memory or a damaged page: an error with a text, never a crash; the
 * store is as before or as after, never half; what is left open is closed (AddressSanitizer); and the same store does the step
 * once the cause is gone. The calls stand here in front of the library's. */
#include <dlfcn.h>
#include <errno.h>
#include <lmdb.h>

#include "conformance.h"
#include "raw_file.h"
#include "store/care.h"
#include "store/lmdb/care_private.h"
#include "store/lmdb/pin.h"

static long countdown = -1; /* negative: nothing fails */
static int failing_code;

static bool turn(void) { return countdown >= 0 && countdown-- == 0; }

#define IN_FRONT __attribute__((visibility("default")))
#define CALL(name, parameters, arguments)                          \
  IN_FRONT int name parameters {                                   \
    static int (*next) parameters;                                 \
    if (next == NULL) *(void **)&next = dlsym(RTLD_NEXT, #name);   \
    return turn() ? failing_code : next arguments;                 \
  }
CALL(mdb_env_create, (MDB_env **env), (env))
CALL(mdb_env_open, (MDB_env *env, const char *path, unsigned flags, mdb_mode_t mode), (env, path, flags, mode))
CALL(mdb_env_set_mapsize, (MDB_env *env, size_t size), (env, size))
CALL(mdb_env_set_maxreaders, (MDB_env *env, unsigned readers), (env, readers))
CALL(mdb_env_copy2, (MDB_env *env, const char *path, unsigned flags), (env, path, flags))
CALL(mdb_env_stat, (MDB_env *env, MDB_stat *stat), (env, stat))
CALL(mdb_env_info, (MDB_env *env, MDB_envinfo *info), (env, info))
CALL(mdb_env_sync, (MDB_env *env, int force), (env, force))
CALL(mdb_txn_begin, (MDB_env *env, MDB_txn *parent, unsigned flags, MDB_txn **txn), (env, parent, flags, txn))
CALL(mdb_txn_renew, (MDB_txn *txn), (txn))
CALL(mdb_dbi_open, (MDB_txn *txn, const char *name, unsigned flags, MDB_dbi *dbi), (txn, name, flags, dbi))
CALL(mdb_stat, (MDB_txn *txn, MDB_dbi dbi, MDB_stat *stat), (txn, dbi, stat))
CALL(mdb_get, (MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *value), (txn, dbi, key, value))
CALL(mdb_put, (MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *value, unsigned flags), (txn, dbi, key, value, flags))
CALL(mdb_del, (MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *value), (txn, dbi, key, value))
CALL(mdb_cursor_open, (MDB_txn *txn, MDB_dbi dbi, MDB_cursor **cursor), (txn, dbi, cursor))
CALL(mdb_cursor_renew, (MDB_txn *txn, MDB_cursor *cursor), (txn, cursor))
CALL(mdb_cursor_get, (MDB_cursor *cursor, MDB_val *key, MDB_val *value, MDB_cursor_op op), (cursor, key, value, op))
CALL(mdb_cursor_del, (MDB_cursor *cursor, unsigned flags), (cursor, flags))
IN_FRONT int mdb_txn_commit(MDB_txn *txn) {
  static int (*next)(MDB_txn *txn);
  if (next == NULL) *(void **)&next = dlsym(RTLD_NEXT, "mdb_txn_commit");
  if (!turn()) return next(txn);
  mdb_txn_abort(txn); /* as the library does */
  return failing_code;
}

/* ---- steps: what they do is there afterwards however often they are done ---- */

static fixture f;
static bool is_file;
static cyn_error error;

#define DO(call)                       \
  do {                                 \
    cyn_status done_ = (call);         \
    if (done_ != CYN_OK) return done_; \
  } while (0)

static cyn_i_store_key long_key(char last) {
  static char sort[2000];
  memset(sort, 's', sizeof sort);
  sort[sizeof sort - 1] = last;
  return (cyn_i_store_key){SPACE, 1, cyn_str("p"), {sort, sizeof sort}};
}

static cyn_status run_change(cyn_i_store_effects effects) {
  change c;
  change_init(&c, &f);
  c.write.error = &error;
  c.effects = effects;
  cyn_status status = change_run(&c);
  CHECK(status == CYN_OK || error.message != NULL);
  cyn_i_arena_reset(&f.arena, 1 << 20);
  return status;
}

/* Puts, a counter and a log record: whole or not at all. */
static cyn_status write_all(void) {
  int64_t before, after;
  cyn_i_store_key counter = key_of(0, "written", "");
  cyn_i_store_put puts[3] = {{key_of(1, "a", ""), cyn_str("one")}, {long_key('1'), cyn_str("long")}, {key_of(2, "b", ""), {NULL, 0}}};
  cyn_i_store_add add = {counter, 1};
  cyn_i_store_log_record record = {7, cyn_str("record")};
  long left = countdown;
  countdown = -1;
  CHECK_INT(cyn_i_store_counter(f.store, &counter, &before, NULL), CYN_OK);
  countdown = left;
  cyn_status status = run_change((cyn_i_store_effects){.puts = puts, .put_count = 3, .adds = &add, .add_count = 1, .log_records = &record, .log_record_count = 1});
  left = countdown;
  countdown = -1;
  CHECK_INT(cyn_i_store_counter(f.store, &counter, &after, NULL), CYN_OK);
  CHECK_INT(after, before + (status == CYN_OK));
  CHECK(after == 0 || strcmp(get_text(&f, key_of(1, "a", "")), "one") == 0);
  countdown = left;
  return status;
}

static cyn_status delete_all(void) {
  cyn_i_store_put puts[2] = {{key_of(1, "a", ""), {NULL, 0}}, {long_key('1'), {NULL, 0}}};
  return run_change((cyn_i_store_effects){.puts = puts, .put_count = 2});
}

static bool count_visitor(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  (void)key;
  (void)value;
  ++*(size_t *)user;
  return true;
}

static cyn_status read_state(void) {
  size_t forward = 0, backward = 0, records = 0;
  cyn_bytes value;
  cyn_i_store_key key = long_key('1'), counter = key_of(0, "written", "");
  cyn_i_store_range range = {.space = SPACE, .hash_high = UINT64_MAX};
  int64_t number;
  cyn_i_store_view *view;
  DO(cyn_i_store_view_open(f.store, &view, &error));
  cyn_status status = cyn_i_store_view_begin(view, &error);
  if (status == CYN_OK) {
    status = cyn_i_store_get(view, &key, &value, &error);
    if (status == CYN_OK) status = cyn_i_store_walk(view, &range, count_visitor, &forward, &error);
    range.backward = true;
    if (status == CYN_OK) status = cyn_i_store_walk(view, &range, count_visitor, &backward, &error);
    if (status == CYN_OK) status = cyn_i_store_view_counter(view, &counter, &number, &error);
    if (status == CYN_OK) status = cyn_i_store_log_read(view, 7, 1, count_visitor, &records, &error);
    cyn_i_store_view_end(view);
  }
  cyn_i_store_view_close(view);
  CHECK(status != CYN_OK || (forward == backward && forward >= 2 && records >= 1));
  return status;
}

static cyn_status look(void) {
  cyn_i_store_stat stat;
  DO(cyn_i_store_stat_get(f.store, &stat, &error));
  CHECK(stat.entry_count > 2 && stat.page_bytes != 0);
  return cyn_i_store_sync(f.store, &error);
}

static cyn_status trim(void) {
  DO(cyn_i_store_log_trim(f.store, 7, 2, &error));
  bool done = false;
  while (!done) DO(cyn_i_store_reclaim(f.store, SPACE + 1, 100000, &done, &error));
  return CYN_OK;
}
static void fill_other_space(void) {
  cyn_i_store_key key = long_key('2');
  key.space = SPACE + 1;
  cyn_i_store_put puts[2] = {{key, cyn_str("x")}, {{SPACE + 1, 5, cyn_str("q"), {"", 0}}, cyn_str("y")}};
  cyn_i_store_add add = {{SPACE + 1, 5, cyn_str("q"), {"", 0}}, 3};
  CHECK_INT(run_change((cyn_i_store_effects){.puts = puts, .put_count = 2, .adds = &add, .add_count = 1}), CYN_OK);
}

static char copy_path[96];
static cyn_status copy(void) {
  cyn_status status = cyn_i_store_copy(f.store, cyn_str(copy_path), false, &error);
  if (status != CYN_OK) CHECK(access(copy_path, F_OK) != 0); /* what failed is taken away */
  else folder_remove(copy_path);
  return status;
}
static cyn_status backup(void) {
  cyn_status status = cyn_i_store_backup(cyn_str(f.path), cyn_str(copy_path), &error);
  if (status != CYN_OK) CHECK(access(copy_path, F_OK) != 0);
  else folder_remove(copy_path);
  return status;
}
static cyn_status compact(void) {
  uint64_t saved;
  return cyn_i_store_compact(cyn_str(f.path), &saved, &error);
}

static cyn_status reopen(void) {
  long left = countdown;
  countdown = -1;
  fixture_close_store(&f);
  countdown = left;
  cyn_i_store_options options = fixture_options(&f);
  cyn_status status = cyn_i_store_lmdb_open(&options, &f.store, &error);
  left = countdown;
  countdown = -1;
  if (status != CYN_OK) CHECK(f.store == NULL && cyn_i_store_lmdb_open(&options, &f.store, NULL) == CYN_OK);
  CHECK_INT(cyn_i_store_view_open(f.store, &f.view, NULL), CYN_OK);
  countdown = left;
  return status;
}

/* While it is closed. */
static cyn_status with_closed(cyn_status (*work)(void)) {
  long left = countdown;
  countdown = -1;
  fixture_close_store(&f);
  countdown = left;
  cyn_status status = work();
  left = countdown;
  countdown = -1;
  cyn_i_store_options options = fixture_options(&f);
  CHECK(fixture_open_with(&f, &options));
  countdown = left;
  return status;
}
static cyn_status backup_closed(void) { return with_closed(backup); }
static cyn_status compact_closed(void) { return with_closed(compact); }
static cyn_status upgrade(void) {
  uint32_t from, to;
  return cyn_i_store_upgrade(cyn_str(f.path), &from, &to, &error);
}
static cyn_status upgrade_closed(void) { return with_closed(upgrade); }
static cyn_status pin(void) {
  cyn_i_lmdb_pin held;
  DO(cyn_i_lmdb_pin_open(f.path, &held, &error));
  cyn_i_lmdb_pin_close(&held);
  return CYN_OK;
}

static const struct step {
  const char *name;
  cyn_status (*run)(void);
  void (*prepare)(void);
  bool of_files;
} steps[] = {
    {"open", reopen, NULL, true},          {"write", write_all, NULL, false},   {"read", read_state, NULL, false},
    {"look", look, NULL, false},           {"trim", trim, fill_other_space, false}, {"copy", copy, NULL, false},
    {"backup", backup, NULL, true},        {"backup closed", backup_closed, NULL, true},
    {"compact", compact, NULL, true},      {"compact closed", compact_closed, NULL, true},
    {"upgrade", upgrade_closed, NULL, true}, {"pin", pin, NULL, true},          {"delete", delete_all, NULL, false},
};

static void run_step(const struct step *step, int code) {
  failing_code = code;
  for (long n = 0; n < 2000 && !test_current_failed(); n++) {
    if (step->prepare != NULL) step->prepare();
    if (step->run == delete_all) CHECK_INT(write_all(), CYN_OK);
    countdown = n;
    cyn_status status = step->run();
    bool was_hit = countdown < 0;
    countdown = -1;
    bool is_right = status == CYN_E_STORE || status == CYN_E_STORE_FULL || status == CYN_E_OUT_OF_MEMORY || status == CYN_E_INTERNAL;
    if (status != CYN_OK && !(was_hit && is_right && error.status == status && error.message != NULL))
      test_failed(__FILE__, __LINE__, "%s, call %ld, %s: %s", step->name, n, mdb_strerror(code), error.message);
    cyn_error_clean_up(&error);
    if (status != CYN_OK && step->run() != CYN_OK)
      test_failed(__FILE__, __LINE__, "%s after call %ld, %s: %s", step->name, n, mdb_strerror(code), error.message);
    cyn_error_clean_up(&error);
    if (!was_hit) break;
  }
}

static void all_steps(kind which, int code) {
  memset(&f, 0, sizeof f);
  is_file = which != MEMORY;
  REQUIRE(fixture_open(&f, which));
  (void)snprintf(copy_path, sizeof copy_path, "%s/copy", f.folder);
  CHECK_INT(write_all(), CYN_OK);
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
    if (is_file || !steps[i].of_files) run_step(&steps[i], code);
  CHECK_INT(write_all(), CYN_OK);
  CHECK_INT(read_state(), CYN_OK);
  fixture_close_store(&f);
  if (is_file) {
    told t;
    structure_of(f.path, &t, NULL);
    CHECK_STR(t.all, "");
    cyn_i_store_options options = fixture_options(&f);
    REQUIRE(fixture_open_with(&f, &options));
    CHECK_STR(get_text(&f, key_of(1, "a", "")), "one");
  }
  fixture_close(&f);
}

TEST(bad_disk) { all_steps(STRICT, EIO); }
TEST(bad_disk_relaxed) { all_steps(RELAXED, EIO); }
TEST(full_disk) { all_steps(UNSAFE, ENOSPC); }
TEST(no_memory) { all_steps(STRICT, ENOMEM); }
TEST(damaged_page) { all_steps(STRICT, MDB_CORRUPTED); }
TEST(in_memory) { all_steps(MEMORY, ENOMEM); }

/* ---- with a bound, with older files, and beside another process ---- */

static bool open_once(kind which) {
  memset(&f, 0, sizeof f);
  is_file = which != MEMORY;
  if (!fixture_open(&f, which)) return false;
  (void)snprintf(copy_path, sizeof copy_path, "%s/copy", f.folder);
  CHECK_INT(write_all(), CYN_OK);
  return true;
}

TEST(a_store_with_a_bound) {
  REQUIRE(open_once(UNSAFE));
  fixture_close_store(&f);
  cyn_i_store_options options = fixture_options(&f);
  options.size_max = (uint64_t)1 << 30;
  REQUIRE(fixture_open_with(&f, &options));
  run_step(&(struct step){"write", write_all, NULL, false}, EIO);
  CHECK_INT(read_state(), CYN_OK);
  fixture_close(&f);
}

static uint8_t format_key[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 'f', 'o', 'r', 'm', 'a', 't'};
static uint8_t format_record[64];
static size_t format_record_size;

static int step_up(MDB_txn *txn, MDB_dbi dbi) {
  MDB_val key = {1, "\1"}, value = {1, "x"};
  return mdb_put(txn, dbi, &key, &value, 0);
}
static cyn_status upgrade_by_one(void) {
  static const cyn_i_lmdb_upgrade_step steps_up[2] = {NULL, step_up};
  uint32_t from, to;
  cyn_status status = cyn_i_lmdb_upgrade(f.path, steps_up, 2, &from, &to, &error);
  CHECK_INT(from, 1);
  CHECK_INT(to, status == CYN_OK ? 2 : 1);
  return status;
}
static void make_older(void) { raw_put(f.path, format_key, sizeof format_key, format_record, format_record_size); }

/* A step that failed leaves the file of the version that it was. */
TEST(an_upgrade_that_fails) {
  MDB_env *env;
  MDB_txn *txn;
  MDB_dbi dbi;
  MDB_val key = {sizeof format_key, format_key}, value;
  REQUIRE(open_once(STRICT));
  fixture_close_store(&f);
  REQUIRE(mdb_env_create(&env) == 0 && mdb_env_open(env, f.path, MDB_RDONLY, 0600) == 0 && mdb_txn_begin(env, NULL, MDB_RDONLY, &txn) == 0);
  REQUIRE(mdb_dbi_open(txn, NULL, 0, &dbi) == 0 && mdb_get(txn, dbi, &key, &value) == 0 && value.mv_size <= sizeof format_record);
  memcpy(format_record, value.mv_data, format_record_size = value.mv_size);
  mdb_txn_abort(txn);
  mdb_env_close(env);
  run_step(&(struct step){"upgrade by one", upgrade_by_one, make_older, true}, EIO);
  make_older();
  raw_put(f.path, "\1", 1, NULL, 0);
  cyn_i_store_options options = fixture_options(&f);
  REQUIRE(fixture_open_with(&f, &options));
  CHECK_INT(read_state(), CYN_OK);
  fixture_close(&f);
}

static cyn_status pin_closed(void) { return with_closed(pin); }
static cyn_status look_at_live(void) {
  cyn_i_store_check *check;
  told t;
  cyn_i_faults faults = told_faults(&t);
  DO(cyn_i_store_check_open(cyn_str(f.path), &check, &error));
  cyn_status status = cyn_i_store_check_structure(check, &faults, &error);
  cyn_i_store_check_close(check);
  CHECK_INT(faults.count, 0);
  return status;
}

/* A view of a file that another holds, and the check of one that is in use. */
TEST(beside_an_owner) {
  static const int codes[] = {EIO, ENOMEM, MDB_MAP_RESIZED};
  REQUIRE(open_once(STRICT));
  for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
    run_step(&(struct step){"pin closed", pin_closed, NULL, true}, codes[i]);
    run_step(&(struct step){"look at live", look_at_live, NULL, true}, codes[i]);
  }
  CHECK_INT(read_state(), CYN_OK);
  fixture_close(&f);
}

/* What makes a smaller map be tried: once is not enough to be an error. */
TEST(maps_that_do_not_fit) {
  static const int codes[] = {EFBIG, EOVERFLOW, EINVAL};
  REQUIRE(open_once(UNSAFE));
  for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) run_step(&(struct step){"open", reopen, NULL, true}, codes[i]);
  CHECK_INT(read_state(), CYN_OK);
  fixture_close(&f);
}
