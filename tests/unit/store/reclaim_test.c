/* Conformance: a space that nobody names any more goes slice by slice, with its layers and counters, and nothing else. */
#include "conformance.h"

static size_t counted;
static bool count_visitor(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  (void)user;
  (void)key;
  (void)value;
  counted++;
  return true;
}

static size_t count_space(fixture *f, uint32_t space) {
  cyn_i_store_range range = {.space = space, .hash_high = UINT64_MAX};
  counted = 0;
  CHECK_INT(cyn_i_store_view_begin(f->view, &f->error), CYN_OK);
  CHECK_INT(cyn_i_store_walk(f->view, &range, count_visitor, NULL, &f->error), CYN_OK);
  cyn_i_store_view_end(f->view);
  return counted;
}

static void fill(fixture *f, uint32_t space) {
  enum { COUNT = 100 };
  static char sort[3000];
  memset(sort, 's', sizeof sort);
  for (uint64_t from = 0; from < 1000; from += COUNT) {
    cyn_i_store_put puts[COUNT];
    cyn_i_store_add add = {{space, 1, {"n", 1}, {"", 0}}, COUNT};
    for (uint64_t i = 0; i < COUNT; i++)
      puts[i] = (cyn_i_store_put){{space, from + i, {"p", 1}, {sort, (size_t)((from + i) * 7 % 3000)}}, cyn_str("value")};
    change c;
    change_init(&c, f);
    c.effects.puts = puts;
    c.effects.put_count = COUNT;
    c.effects.adds = &add;
    c.effects.add_count = 1;
    CHECK_INT(change_run(&c), CYN_OK);
    cyn_i_arena_reset(&f->arena, 1 << 20);
  }
}

CONFORM(a_space_is_reclaimed) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  fill(&f, 100);
  fill(&f, 101);
  fill(&f, 102);
  CHECK_INT(count_space(&f, 101), 1000);
  bool done = false;
  int slices = 0;
  while (!done && slices < 10000) {
    CHECK_INT(cyn_i_store_reclaim(f.store, 101, slices == 0 ? 0 : 500, &done, &f.error), CYN_OK);
    slices++;
    if (slices == 1) {
      CHECK(!done);
      CHECK(count_space(&f, 101) > 0);
    }
  }
  CHECK(done);
  CHECK_INT(count_space(&f, 100), 1000);
  CHECK_INT(count_space(&f, 101), 0);
  CHECK_INT(count_space(&f, 102), 1000);
  CHECK_INT(cyn_i_store_reclaim(f.store, 101, 500, &done, &f.error), CYN_OK);
  CHECK(done);
  int64_t value;
  cyn_i_store_key counter = {101, 1, {"n", 1}, {"", 0}};
  CHECK_INT(cyn_i_store_counter(f.store, &counter, &value, &f.error), CYN_OK);
  CHECK_INT(value, 0);
  counter.space = 102;
  CHECK_INT(cyn_i_store_counter(f.store, &counter, &value, &f.error), CYN_OK);
  CHECK_INT(value, 1000);
  CHECK_INT(cyn_i_store_reclaim(f.store, 3, 500, &done, &f.error), CYN_E_INTERNAL);
  fixture_close(&f);
}

CONFORM(layers_go_with_their_space) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  cyn_i_store_stat before, after;
  CHECK_INT(cyn_i_store_stat_get(f.store, &before, &f.error), CYN_OK);
  fill(&f, 100);
  bool done = false;
  while (!done)
    if (cyn_i_store_reclaim(f.store, 100, 100000, &done, &f.error) != CYN_OK) break;
  CHECK(done);
  CHECK_INT(cyn_i_store_stat_get(f.store, &after, &f.error), CYN_OK);
  if (which == MEMORY || which == STRICT) CHECK_INT(after.entry_count, before.entry_count);
  fixture_close(&f);
}
