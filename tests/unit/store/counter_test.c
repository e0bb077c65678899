/* Conformance: counters. */
#include "conformance.h"

static cyn_status add(fixture *f, const char *name, int64_t delta) {
  change c;
  cyn_i_store_add one = {key_of(0, name, ""), delta};
  change_init(&c, f);
  c.effects.adds = &one;
  c.effects.add_count = 1;
  cyn_status status = change_run(&c);
  cyn_i_arena_reset(&f->arena, 1 << 20);
  return status;
}

CONFORM(counters_add_up) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  CHECK_INT(counter_value(&f, "n"), 0);
  CHECK_INT(add(&f, "n", 5), CYN_OK);
  CHECK_INT(add(&f, "n", -7), CYN_OK);
  CHECK_INT(add(&f, "big", INT64_MAX), CYN_OK);
  CHECK_INT(counter_value(&f, "n"), -2);
  CHECK_INT(counter_value(&f, "big"), INT64_MAX);
  CHECK(fixture_reopen(&f));
  CHECK_INT(counter_value(&f, "n"), -2);
  CHECK_INT(add(&f, "n", 2), CYN_OK);
  CHECK_INT(counter_value(&f, "n"), 0);
  CHECK(fixture_reopen(&f));
  CHECK_INT(counter_value(&f, "n"), 0);
  CHECK_INT(counter_value(&f, "big"), INT64_MAX);
  fixture_close(&f);
}

CONFORM(a_batch_folds_its_additions) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  enum { COUNT = 40 };
  change changes[COUNT];
  cyn_i_store_write *writes[COUNT];
  cyn_i_store_add adds[COUNT][3];
  char names[COUNT][16];
  for (int i = 0; i < COUNT; i++) {
    (void)snprintf(names[i], sizeof names[i], "c%d", i);
    adds[i][0] = (cyn_i_store_add){key_of(0, "all", ""), 1};
    adds[i][1] = (cyn_i_store_add){key_of(0, names[i], ""), i};
    adds[i][2] = (cyn_i_store_add){key_of(0, "all", ""), 1};
    change_init(&changes[i], &f);
    changes[i].effects.adds = adds[i];
    changes[i].effects.add_count = 3;
    writes[i] = &changes[i].write;
    if (i % 4 == 3) changes[i].decision = CYN_DECISION_REFUSE;
  }
  cyn_i_store_write_batch(f.store, writes, COUNT);
  CHECK_INT(counter_value(&f, "all"), COUNT / 4 * 3 * 2);
  CHECK_INT(counter_value(&f, "c38"), 38);
  CHECK_INT(counter_value(&f, "c39"), 0);
  CHECK(fixture_reopen(&f));
  CHECK_INT(counter_value(&f, "all"), COUNT / 4 * 3 * 2);
  fixture_close(&f);
}

CONFORM(thousands_of_counters) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  enum { COUNT = 5000, EACH = 500 };
  static cyn_i_store_add adds[EACH];
  static char names[EACH][16];
  for (int round = 0; round < 2; round++)
    for (int from = 0; from < COUNT; from += EACH) {
      change c;
      for (int i = 0; i < EACH; i++) {
        (void)snprintf(names[i], sizeof names[i], "c%d", from + i);
        adds[i] = (cyn_i_store_add){key_of(0, names[i], ""), from + i + 1};
      }
      change_init(&c, &f);
      c.effects.adds = adds;
      c.effects.add_count = EACH;
      CHECK_INT(change_run(&c), CYN_OK);
    }
  CHECK_INT(counter_value(&f, "c0"), 2);
  CHECK_INT(counter_value(&f, "c4999"), 10000);
  CHECK(fixture_reopen(&f));
  CHECK_INT(counter_value(&f, "c1234"), 2470);
  fixture_close(&f);
}

CONFORM(counters_have_keys_of_any_length) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  static char sort[8192];
  memset(sort, 's', sizeof sort);
  cyn_i_store_add one = {{SPACE, 1, {"p", 1}, {sort, sizeof sort}}, 3};
  change c;
  change_init(&c, &f);
  c.effects.adds = &one;
  c.effects.add_count = 1;
  CHECK_INT(change_run(&c), CYN_OK);
  CHECK(fixture_reopen(&f));
  int64_t value;
  CHECK_INT(cyn_i_store_counter(f.store, &one.key, &value, &f.error), CYN_OK);
  CHECK_INT(value, 3);
  fixture_close(&f);
}
