/* The check of a store's file: what a store writes is found sound at any moment; a live store is read beside its owner;
 * what opening must refuse. Damage on purpose is tests/unit/db/damage_test.c's. */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "conformance.h"
#include "store/check.h"
#include "store/lmdb/check_private.h"

typedef struct told {
  char first[1024];
  unsigned remarks;
} told;

static void on_fault(void *user, const char *text) {
  told *t = user;
  if (t->first[0] == '\0') (void)snprintf(t->first, sizeof t->first, "%s", text);
}
static void on_remark(void *user, const char *text) {
  (void)text;
  ((told *)user)->remarks++;
}

/* Faults in the file at `path`; -1 when it could not be checked. */
static long faults_of(const char *path, told *t, cyn_i_store_file *file) {
  cyn_i_store_check *check;
  cyn_error error = CYN_ERROR_INIT;
  memset(t, 0, sizeof *t);
  cyn_i_faults faults = {.fault = on_fault, .remark = on_remark, .user = t};
  cyn_status status = cyn_i_store_check_open(cyn_str(path), &check, &error);
  if (status == CYN_OK) {
    status = cyn_i_store_check_structure(check, &faults, &error);
    if (file != NULL) cyn_i_store_check_file(check, file);
    cyn_i_store_check_close(check);
  }
  if (status != CYN_OK) (void)snprintf(t->first, sizeof t->first, "%s", error.message);
  cyn_error_clean_up(&error);
  return status == CYN_OK ? (long)faults.count : -1;
}

#define CHECK_SOUND(path)                                            \
  do {                                                               \
    told t_;                                                         \
    long count_ = faults_of(path, &t_, NULL);                        \
    if (count_ != 0) test_failed(__FILE__, __LINE__, "%ld faults, the first: %s", count_, t_.first); \
    CHECK_INT(t_.remarks, 0);                                        \
  } while (0)

/* ---- churn ---- */

static char bulk[400000];

static size_t random_size(uint64_t *seed) {
  static const size_t sizes[] = {0, 1, 10, 100, 700, 1500, 2100, 4000, 4080, 4096, 9000, 60000};
  return sizes[test_random(seed) % (sizeof sizes / sizeof sizes[0])];
}

/* Keys of all lengths, in a handful of spaces; long ones share their beginnings. */
static cyn_i_store_key random_key(uint64_t *seed, char *sort) {
  static const size_t lengths[] = {0, 3, 20, 200, 470, 480, 481, 482, 483, 500, 960, 1000, 3000, 8192};
  uint64_t r = test_random(seed);
  size_t length = (r & 7) != 0 ? lengths[r % 3] : lengths[r / 8 % (sizeof lengths / sizeof lengths[0])];
  memset(sort, 'a' + (int)(r >> 20 & 1), length);
  for (size_t i = 0; i < 3 && i < length; i++) sort[length - 1 - i] = (char)('a' + (r >> (30 + 4 * i) & 15));
  cyn_i_store_key key = {64 + (uint32_t)(r >> 50 & 3), r >> 54 & 7, cyn_str("partition"), {sort, length}};
  return key;
}

static void random_write(fixture *f, uint64_t *seed) {
  enum { PUTS = 12 };
  static char sorts[PUTS][8192];
  cyn_i_store_put puts[PUTS];
  cyn_i_store_add add = {key_of(test_random(seed) % 50, "counted", ""), (int64_t)(test_random(seed) % 5) - 2};
  cyn_i_store_log_record record = {(uint32_t)(test_random(seed) % 3) + 1, {bulk, test_random(seed) % 300}};
  change c;
  change_init(&c, f);
  size_t count = test_random(seed) % PUTS;
  for (size_t i = 0; i < count; i++) {
    puts[i].key = random_key(seed, sorts[i]);
    bool is_delete = test_random(seed) % 5 < 2;
    puts[i].value = is_delete ? (cyn_bytes){NULL, 0} : (cyn_bytes){bulk, random_size(seed)};
  }
  c.effects = (cyn_i_store_effects){puts, count, &add, 1, &record, test_random(seed) % 2, false};
  CHECK_INT(change_run(&c), CYN_OK);
  cyn_i_arena_reset(&f->arena, 1 << 20);
}

static void random_step(fixture *f, uint64_t *seed) {
  bool done;
  switch (test_random(seed) % 60) {
    case 0: CHECK_INT(cyn_i_store_reclaim(f->store, 64 + (uint32_t)(test_random(seed) % 4), 300, &done, &f->error), CYN_OK); break;
    case 1: CHECK_INT(cyn_i_store_log_trim(f->store, (uint32_t)(test_random(seed) % 3) + 1, test_random(seed) % 2000, &f->error), CYN_OK); break;
    case 2: fixture_reopen(f); break;
    default: random_write(f, seed); break;
  }
}

static void churn(kind which, uint64_t first_seed) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  const char *soak = getenv("CHECK_SOAK");
  unsigned steps = soak != NULL ? (unsigned)strtoul(soak, NULL, 10) : 400;
  uint64_t seed = first_seed;
  for (size_t i = 0; i < sizeof bulk; i++) bulk[i] = (char)(i * 7);
  for (unsigned i = 0; i < steps && !test_current_failed(); i++) {
    random_step(&f, &seed);
    if (i % 10 != 0) continue;
    CHECK_SOUND(f.path); /* live, in this process */
    if (i % 50 != 0) continue;
    fixture_close_store(&f);
    CHECK_SOUND(f.path);
    cyn_i_store_options options = fixture_options(&f);
    if (!fixture_open_with(&f, &options)) return;
  }
  fixture_close(&f);
}

TEST(what_a_store_writes_is_sound_strict) { churn(STRICT, 1); }
TEST(what_a_store_writes_is_sound_relaxed) { churn(RELAXED, 2); }
TEST(what_a_store_writes_is_sound_unsafe) { churn(UNSAFE, 3); }

TEST(a_new_store_is_sound) {
  fixture f;
  if (!fixture_open(&f, STRICT)) return;
  fixture_close_store(&f);
  CHECK_SOUND(f.path);
  cyn_i_store_file file;
  told t;
  CHECK_INT(faults_of(f.path, &t, &file), 0);
  CHECK_INT(file.format_version, 1);
  CHECK_INT(file.entry_count, 1);
  CHECK(!file.is_live && file.page_bytes >= 512 && file.transaction == 1);
  fixture_close(&f);
}
