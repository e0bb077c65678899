/* Writing through the test store: it does decide again, tell of guards and forget commits, and yet each write takes effect
 * exactly once. */
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
