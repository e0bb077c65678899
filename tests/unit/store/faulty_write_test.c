/* Writing through the test store: it does decide again, tell of guards and forget commits, and yet each write takes effect
 * exactly once. */
#include <stdatomic.h>

#include "base/alloc.h"
#include "conformance.h"

typedef struct watched {
  change change; /* first */
  const cyn_bytes *values;
  bool saw_absent;
} watched;

static bool watch(change *c, const cyn_bytes *values) {
  ((watched *)c)->saw_absent |= values[0].data == NULL;
  return true;
}

TEST(decide_is_called_again_with_other_values) {
  fixture f;
  if (!fixture_open(&f, FAULTY_MEMORY)) return;
  cyn_i_store_key key = key_of(1, "p", "");
  CHECK_INT(put_text(&f, key, "there"), CYN_OK);
  int again = 0, absent = 0, guards = 0;
  for (int i = 0; i < 300; i++) {
    watched w = {0};
    change_init(&w.change, &f);
    w.change.write.keys = &key;
    w.change.write.key_count = 1;
    w.change.write.guard = cyn_i_store_guard(f.store);
    w.change.also = watch;
    CHECK_INT(change_run(&w.change), CYN_OK);
    CHECK_STR(w.change.seen[0], "there"); /* the last call saw the truth */
    again += w.change.decided > 1;
    absent += w.saw_absent;
    guards += w.change.told_guard;
  }
  CHECK(again > 50 && absent > 20 && guards > 10);
  fixture_close(&f);
}

static void count_once(kind which, int rounds) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  for (int i = 0; i < rounds; i++) {
    cyn_i_store_add add = {key_of(0, "n", ""), 1};
    cyn_i_store_log_record record = {1, cyn_str("r")};
    change c;
    change_init(&c, &f);
    c.effects = (cyn_i_store_effects){NULL, 0, &add, 1, &record, 1, false};
    CHECK_INT(change_run(&c), CYN_OK);
    cyn_i_arena_reset(&f.arena, 1 << 20);
  }
  CHECK_INT(counter_value(&f, "n"), rounds);
  fixture_close(&f);
}

TEST(a_forgotten_commit_is_applied_once_in_memory) { count_once(FAULTY_MEMORY, 1000); }
TEST(a_forgotten_commit_is_applied_once_in_a_file) { count_once(FAULTY_FILE, 60); }

TEST(errors_of_the_store_below_come_through) {
  fixture f;
  if (!fixture_open(&f, FAULTY_MEMORY)) return;
  for (int i = 0; i < 50; i++) {
    cyn_i_store_put put = {{1, 1, {"p", 1}, {"", 0}}, cyn_str("v")};
    change c;
    change_init(&c, &f);
    c.effects.puts = &put;
    c.effects.put_count = 1;
    CHECK_INT(change_run(&c), CYN_E_INTERNAL);
  }
  fixture_close(&f);
}

/* The same seed draws the same faults. */
TEST(a_run_repeats_by_its_seed) {
  unsigned decided[2] = {0, 0};
  for (int run = 0; run < 2; run++) {
    fixture f;
    if (!fixture_open(&f, FAULTY_MEMORY)) return;
    cyn_i_store_key key = key_of(1, "p", "");
    for (int i = 0; i < 200; i++) {
      change c;
      change_init(&c, &f);
      c.write.keys = &key;
      c.write.key_count = 1;
      CHECK_INT(change_run(&c), CYN_OK);
      decided[run] = decided[run] * 31u + (unsigned)c.decided;
    }
    fixture_close(&f);
  }
  CHECK_INT(decided[0], decided[1]);
}

/* ---- no memory, in each way of writing: an error, and done is told; or all is there ---- */

static atomic_long pieces_left = -1;
static int fail_at_zero(size_t size) {
  (void)size;
  return atomic_load(&pieces_left) >= 0 && atomic_fetch_sub(&pieces_left, 1) == 0;
}

static atomic_int told;
static void tell(cyn_i_store_write *write) {
  (void)write;
  told++;
}

enum { NOW, BATCH, LATER, WAYS };

/* Puts "new" under two keys, each in a write of its own (one: NOW and LATER); how many were refused. */
static int write_in_way(fixture *f, int way, bool has_done) {
  static change c[2];
  static cyn_error errors[2];
  static cyn_i_arena arenas[2];
  cyn_i_store_put puts[2] = {{key_of(1, "a", ""), cyn_str("new")}, {key_of(2, "b", ""), cyn_str("new")}};
  cyn_i_store_write *writes[2];
  int count = way == BATCH ? 2 : 1, refused = 0;
  told = 0;
  for (int i = 0; i < count; i++) {
    change_init(&c[i], f);
    cyn_i_arena_init(&arenas[i], 0);
    memset(&errors[i], 0, sizeof errors[i]);
    c[i].effects = (cyn_i_store_effects){.puts = &puts[i], .put_count = 1};
    c[i].write.keys = &puts[i].key;
    c[i].write.key_count = 1;
    c[i].write.arena = &arenas[i];
    c[i].write.error = &errors[i];
    if (has_done || way == LATER) c[i].write.done = tell;
    writes[i] = &c[i].write;
  }
  if (way == NOW) (void)cyn_i_store_write_now(f->store, writes[0]);
  if (way == BATCH) cyn_i_store_write_batch(f->store, writes, 2);
  if (way == LATER) {
    cyn_i_store_write_later(f->store, writes[0]);
    while (told == 0) (void)usleep(200);
  }
  for (int i = 0; i < count; i++) {
    cyn_status status = c[i].write.status;
    CHECK(status == CYN_OK || status == CYN_E_OUT_OF_MEMORY);
    CHECK((status == CYN_OK) == (errors[i].message == NULL));
    refused += status != CYN_OK;
    cyn_error_clean_up(&errors[i]);
    cyn_i_arena_clean_up(&arenas[i]);
  }
  if (way == BATCH) CHECK_INT(told, has_done ? 2 : 0);
  return refused;
}

TEST(without_memory) {
  fixture f;
  cyn_i_alloc_hook = fail_at_zero;
  if (!fixture_open(&f, FAULTY_FILE)) return;
  for (int way = 0; way < WAYS; way++)
    for (int round = 0; round < 60; round++) { /* by the seed, some lose their commit, some are decided twice */
      CHECK_INT(put_text(&f, key_of(1, "a", ""), "old"), CYN_OK);
      CHECK_INT(put_text(&f, key_of(2, "b", ""), "old"), CYN_OK);
      atomic_store(&pieces_left, round % 12);
      int refused = write_in_way(&f, way, round % 2 == 0);
      atomic_store(&pieces_left, -1);
      const char *is = get_text(&f, key_of(1, "a", ""));
      CHECK(strcmp(is, "new") == 0 || (refused != 0 && strcmp(is, "old") == 0));
      CHECK_INT(write_in_way(&f, way, true), 0);
      CHECK_STR(get_text(&f, key_of(1, "a", "")), "new");
    }
  fixture_close(&f);
  cyn_i_alloc_hook = NULL;
}
