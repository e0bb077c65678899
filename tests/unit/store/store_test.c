/* Conformance: what a write promises, whatever store it runs over. */
#include "conformance.h"

CONFORM(puts_and_deletes) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  CHECK_STR(get_text(&f, key_of(1, "p", "s")), "-");
  CHECK_INT(put_text(&f, key_of(1, "p", "s"), "one"), CYN_OK);
  CHECK_INT(put_text(&f, key_of(1, "p", "t"), ""), CYN_OK);
  CHECK_INT(put_text(&f, key_of(1, "p", "s"), "two"), CYN_OK);
  CHECK_STR(get_text(&f, key_of(1, "p", "s")), "two");
  CHECK_STR(get_text(&f, key_of(1, "p", "t")), "");
  CHECK_STR(get_text(&f, key_of(2, "p", "s")), "-");
  CHECK_STR(get_text(&f, key_of(1, "q", "s")), "-");
  CHECK_STR(get_text(&f, key_of(1, "ps", "")), "-");
  CHECK_INT(put_bytes(&f, key_of(1, "p", "s"), (cyn_bytes){NULL, 0}), CYN_OK);
  CHECK_INT(put_bytes(&f, key_of(1, "p", "s"), (cyn_bytes){NULL, 0}), CYN_OK);
  CHECK_STR(get_text(&f, key_of(1, "p", "s")), "-");
  CHECK(fixture_reopen(&f));
  CHECK_STR(get_text(&f, key_of(1, "p", "t")), "");
  fixture_close(&f);
}

CONFORM(values_of_every_size) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  static const size_t sizes[] = {1, 100, 1000, 2000, 2100, 4096, 5000, 70000, 410000};
  char *value = malloc(410000);
  REQUIRE(value != NULL);
  for (size_t i = 0; i < 410000; i++) value[i] = (char)(i * 31);
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
    CHECK_INT(put_bytes(&f, key_of(i, "p", ""), (cyn_bytes){value, sizes[i]}), CYN_OK);
  CHECK_INT(cyn_i_store_view_begin(f.view, &f.error), CYN_OK);
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    cyn_bytes found;
    cyn_i_store_key key = key_of(i, "p", "");
    CHECK_INT(cyn_i_store_get(f.view, &key, &found, &f.error), CYN_OK);
    CHECK(found.size == sizes[i] && memcmp(found.data, value, sizes[i]) == 0);
  }
  cyn_i_store_view_end(f.view);
  free(value);
  fixture_close(&f);
}

CONFORM(decide_sees_what_it_declared) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  CHECK_INT(put_text(&f, key_of(1, "a", ""), "A"), CYN_OK);
  cyn_i_store_key keys[3] = {key_of(1, "a", ""), key_of(1, "b", ""), key_of(1, "a", "")};
  cyn_i_store_put puts[2] = {{keys[1], cyn_str("B")}, {keys[0], {NULL, 0}}};
  change c;
  change_init(&c, &f);
  c.write.keys = keys;
  c.write.key_count = 3;
  c.effects.puts = puts;
  c.effects.put_count = 2;
  CHECK_INT(change_run(&c), CYN_OK);
  CHECK_STR(c.seen[0], "A");
  CHECK_STR(c.seen[1], "-");
  CHECK_STR(c.seen[2], "A");
  CHECK_STR(get_text(&f, keys[0]), "-");
  CHECK_STR(get_text(&f, keys[1]), "B");
  fixture_close(&f);
}

CONFORM(many_declared_keys) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  enum { COUNT = 100 };
  cyn_i_store_key keys[COUNT];
  cyn_i_store_put puts[COUNT];
  char names[COUNT][16];
  for (int i = 0; i < COUNT; i++) {
    (void)snprintf(names[i], sizeof names[i], "k%d", i);
    keys[i] = key_of((uint64_t)i * 77, names[i], "");
    puts[i] = (cyn_i_store_put){keys[i], cyn_str(names[i])};
  }
  change c;
  change_init(&c, &f);
  c.write.keys = keys;
  c.write.key_count = COUNT;
  c.effects.puts = puts;
  c.effects.put_count = COUNT;
  CHECK_INT(change_run(&c), CYN_OK);
  CHECK_INT(change_run(&c), CYN_OK);
  CHECK_STR(c.seen[3], "k3");
  CHECK_STR(get_text(&f, keys[99]), "k99");
  fixture_close(&f);
}

CONFORM(a_refusal_changes_nothing) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  cyn_i_store_put put = {key_of(1, "a", ""), cyn_str("A")};
  cyn_i_store_add add = {key_of(0, "n", ""), 5};
  cyn_i_store_log_record record = {3, cyn_str("r")};
  change c;
  change_init(&c, &f);
  c.effects = (cyn_i_store_effects){&put, 1, &add, 1, &record, 1, true};
  c.decision = CYN_DECISION_REFUSE;
  uint64_t guard = cyn_i_store_guard(f.store);
  CHECK_INT(change_run(&c), CYN_OK);
  CHECK_STR(get_text(&f, put.key), "-");
  CHECK_INT(counter_value(&f, "n"), 0);
  CHECK(guard != 0 && cyn_i_store_guard(f.store) == guard);
  fixture_close(&f);
}

static void batch_done(cyn_i_store_write *write) { (*(int *)write->user)++; }

CONFORM(a_batch_is_decided_in_turn) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  cyn_i_store_key key = key_of(1, "a", "");
  cyn_i_store_put puts[3] = {{key, cyn_str("1")}, {key, cyn_str("2")}, {key, cyn_str("3")}};
  change changes[3];
  cyn_i_store_write *writes[3];
  int done = 0;
  for (int i = 0; i < 3; i++) {
    change_init(&changes[i], &f);
    changes[i].write.keys = &key;
    changes[i].write.key_count = 1;
    changes[i].write.done = batch_done;
    changes[i].write.user = &done;
    changes[i].effects.puts = &puts[i];
    changes[i].effects.put_count = 1;
    writes[i] = &changes[i].write;
  }
  changes[1].decision = CYN_DECISION_REFUSE;
  cyn_i_store_write_batch(f.store, writes, 3);
  CHECK_INT(done, 3);
  CHECK_STR(changes[0].seen[0], "-");
  CHECK_STR(changes[1].seen[0], "1");
  CHECK_STR(changes[2].seen[0], "1");
  for (int i = 0; i < 3; i++) CHECK_INT(changes[i].write.status, CYN_OK);
  CHECK_STR(get_text(&f, key), "3");
  cyn_i_store_write_batch(f.store, writes, 0);
  fixture_close(&f);
}

/* Asks for one more key in each round, `rounds` times. */
typedef struct more_state {
  cyn_i_store_key keys[8];
  int rounds;
} more_state;

static bool ask_more(change *c, const cyn_bytes *values) {
  more_state *state = c->also_user;
  (void)values;
  c->decision = CYN_DECISION_APPLY;
  if (c->write.key_count <= (size_t)state->rounds) {
    c->write.keys = state->keys;
    c->write.key_count++;
    c->decision = CYN_DECISION_MORE;
  }
  return true;
}

CONFORM(decide_may_ask_for_more_keys) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  more_state state = {.rounds = 2};
  static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
  for (int i = 0; i < 8; i++) state.keys[i] = key_of(9, names[i], "");
  CHECK_INT(put_text(&f, state.keys[2], "C"), CYN_OK);
  cyn_i_store_put put = {key_of(9, "out", ""), cyn_str("x")};
  change c;
  change_init(&c, &f);
  c.write.keys = state.keys;
  c.write.key_count = 1;
  c.also = ask_more;
  c.also_user = &state;
  c.effects.puts = &put;
  c.effects.put_count = 1;
  CHECK_INT(change_run(&c), CYN_OK);
  CHECK_STR(c.seen[2], "C");
  CHECK_STR(get_text(&f, put.key), "x");
  fixture_close(&f);
}

CONFORM(too_many_rounds_are_an_error) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  more_state state = {.rounds = 100};
  for (int i = 0; i < 8; i++) state.keys[i] = key_of(9, "a", "");
  change c;
  change_init(&c, &f);
  c.write.keys = state.keys;
  c.write.key_count = 1;
  c.also = ask_more;
  c.also_user = &state;
  CHECK_INT(change_run(&c), CYN_E_INTERNAL);
  CHECK_INT(f.error.http_status, 500);
  CHECK(c.decided <= 6);
  fixture_close(&f);
}

CONFORM(the_guard_makes_writes_prepare_again) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  uint64_t old = cyn_i_store_guard(f.store);
  CHECK(old != 0);
  cyn_i_store_put put = {key_of(1, "a", ""), cyn_str("A")};
  change c;
  change_init(&c, &f);
  c.write.guard = old;
  c.effects.puts = &put;
  c.effects.put_count = 1;
  c.effects.bump_guard = true;
  CHECK_INT(change_run(&c), CYN_OK);
  uint64_t bumped = cyn_i_store_guard(f.store);
  CHECK(bumped != old);
  change late;
  change_init(&late, &f);
  late.write.guard = old;
  late.effects.puts = &put;
  late.effects.put_count = 1;
  CHECK_INT(change_run(&late), CYN_OK);
  CHECK(late.told_guard >= 1);
  CHECK(late.write.guard == bumped);
  change unguarded;
  change_init(&unguarded, &f);
  CHECK_INT(change_run(&unguarded), CYN_OK);
  CHECK_INT(unguarded.told_guard, 0);
  fixture_close(&f);
}

/* The second write of a batch must see the catalog that the first has changed: committed, under the new guard. */
static bool reads_guarded_value(change *c, const cyn_bytes *values) {
  fixture *f = c->also_user;
  (void)values;
  (void)snprintf(c->seen[3], sizeof c->seen[3], "%.60s", get_text(f, key_of(1, "catalog", "")));
  return true;
}

CONFORM(a_bump_in_a_batch_is_seen_by_the_next) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  CHECK_INT(put_text(&f, key_of(1, "catalog", ""), "old"), CYN_OK);
  uint64_t old = cyn_i_store_guard(f.store);
  cyn_i_store_put put = {key_of(1, "catalog", ""), cyn_str("new")};
  change changes[2];
  cyn_i_store_write *writes[2] = {&changes[0].write, &changes[1].write};
  change_init(&changes[0], &f);
  change_init(&changes[1], &f);
  changes[0].write.guard = changes[1].write.guard = old;
  changes[0].effects.puts = &put;
  changes[0].effects.put_count = 1;
  changes[0].effects.bump_guard = true;
  changes[1].also = reads_guarded_value;
  changes[1].also_user = &f;
  cyn_i_store_write_batch(f.store, writes, 2);
  CHECK_INT(changes[1].write.status, CYN_OK);
  CHECK(changes[1].told_guard >= 1);
  CHECK_STR(changes[1].seen[3], "new");
  fixture_close(&f);
}

CONFORM(keys_out_of_bounds_harm_nobody) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  static char long_part[8300];
  memset(long_part, 'x', sizeof long_part);
  cyn_i_store_put puts[4] = {{{SPACE, 1, {long_part, 256}, {"", 0}}, cyn_str("v")},
                             {{SPACE, 1, {"p", 1}, {long_part, 8193}}, cyn_str("v")},
                             {{3, 1, {"p", 1}, {"", 0}}, cyn_str("v")},
                             {{0xFFFFFFFFu, 1, {"p", 1}, {"", 0}}, cyn_str("v")}};
  cyn_i_store_put good = {key_of(1, "good", ""), cyn_str("G")};
  for (int i = 0; i < 4; i++) {
    cyn_i_store_put both[2] = {{key_of(1, "bad", ""), cyn_str("B")}, puts[i]};
    change changes[2];
    cyn_i_store_write *writes[2] = {&changes[0].write, &changes[1].write};
    cyn_error errors[2] = {CYN_ERROR_INIT, CYN_ERROR_INIT};
    change_init(&changes[0], &f);
    change_init(&changes[1], &f);
    changes[0].write.error = &errors[0];
    changes[1].write.error = &errors[1];
    changes[0].effects.puts = both;
    changes[0].effects.put_count = 2;
    changes[1].effects.puts = &good;
    changes[1].effects.put_count = 1;
    cyn_i_store_write_batch(f.store, writes, 2);
    CHECK_INT(changes[0].write.status, CYN_E_INTERNAL);
    CHECK_INT(changes[1].write.status, CYN_OK);
    cyn_error_clean_up(&errors[0]);
    cyn_error_clean_up(&errors[1]);
    CHECK_STR(get_text(&f, puts[i].key), "-");
  }
  CHECK_STR(get_text(&f, key_of(1, "bad", "")), "-");
  CHECK_STR(get_text(&f, good.key), "G");
  fixture_close(&f);
}

CONFORM(the_longest_keys_work) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  static char text[8192];
  memset(text, 'k', sizeof text);
  static const size_t sizes[] = {0, 1, 481, 482, 483, 965, 966, 2048, 8191, 8192};
  for (size_t p = 0; p <= 255; p += 51)
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
      char value[16];
      (void)snprintf(value, sizeof value, "%zu", sizes[i]);
      cyn_i_store_key key = {SPACE, 5, {text, p}, {text, sizes[i]}};
      CHECK_INT(put_text(&f, key, value), CYN_OK);
      CHECK_STR(get_text(&f, key), value);
    }
  cyn_i_store_key key = {SPACE, 5, {text, 0}, {text, 8190}};
  CHECK_STR(get_text(&f, key), "-");
  fixture_close(&f);
}

CONFORM(the_rest_answers) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  cyn_i_store_stat before, after;
  CHECK_INT(cyn_i_store_stat_get(f.store, &before, &f.error), CYN_OK);
  for (int i = 0; i < 50; i++) CHECK_INT(put_text(&f, key_of((uint64_t)i, "p", ""), "value"), CYN_OK);
  CHECK_INT(cyn_i_store_stat_get(f.store, &after, &f.error), CYN_OK);
  CHECK(after.entry_count >= before.entry_count + 50);
  CHECK(after.used_bytes >= before.used_bytes && after.map_bytes > after.used_bytes && after.page_bytes >= 512);
  CHECK_INT(after.readers_open, 1);
  CHECK_INT(cyn_i_store_sync(f.store, &f.error), CYN_OK);
  CHECK_INT(cyn_i_store_commits_block(f.store), which == STRICT || which == RELAXED || which == FAULTY_FILE);
  cyn_i_store_set_owner_url(f.store, cyn_str("http://127.0.0.1:8000"));
  cyn_i_store_close(NULL);
  cyn_i_store_view_close(NULL);
  fixture_close(&f);
}

/* Read-modify-write by many threads: every increment counts once. */
enum { THREADS = 8, ROUNDS = 60 };
typedef struct increment {
  change change; /* first */
  cyn_i_store_put put;
  char text[24];
} increment;

static bool increment_also(change *c, const cyn_bytes *values) {
  increment *i = (increment *)c;
  char old[24] = "0";
  if (values[0].data != NULL) (void)snprintf(old, sizeof old, "%.*s", (int)values[0].size, values[0].data);
  (void)snprintf(i->text, sizeof i->text, "%ld", strtol(old, NULL, 10) + 1);
  i->put.value = cyn_str(i->text);
  return true;
}

static void *increment_thread(void *argument) {
  fixture *f = argument;
  cyn_i_store_key key = key_of(1, "n", "");
  cyn_error error = CYN_ERROR_INIT;
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  for (int i = 0; i < ROUNDS; i++) {
    increment one = {0};
    change_init(&one.change, f);
    one.change.write.arena = &arena;
    one.change.write.error = &error;
    one.change.write.keys = &key;
    one.change.write.key_count = 1;
    one.change.also = increment_also;
    one.put.key = key;
    one.change.effects.puts = &one.put;
    one.change.effects.put_count = 1;
    cyn_i_store_add add = {key_of(0, "count", ""), 1};
    one.change.effects.adds = &add;
    one.change.effects.add_count = 1;
    if (change_run(&one.change) != CYN_OK) break;
  }
  cyn_i_arena_clean_up(&arena);
  cyn_error_clean_up(&error);
  return NULL;
}

CONFORM(writes_of_many_threads_are_serial) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++) REQUIRE(pthread_create(&threads[i], NULL, increment_thread, &f) == 0);
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  char expected[24];
  (void)snprintf(expected, sizeof expected, "%d", THREADS * ROUNDS);
  CHECK_STR(get_text(&f, key_of(1, "n", "")), expected);
  CHECK_INT(counter_value(&f, "count"), THREADS * ROUNDS);
  fixture_close(&f);
}

/* write_later: `done` once for each, in any thread; closing waits for what is queued. */
enum { LATER = 200 };
static _Atomic int later_done;
static void later_done_count(cyn_i_store_write *write) {
  if (write->status == CYN_OK) later_done++;
}

CONFORM(writes_for_later_are_all_done) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  change *changes = calloc(LATER, sizeof *changes);
  cyn_i_store_put *puts = calloc(LATER, sizeof *puts);
  cyn_error *errors = calloc(LATER, sizeof *errors);
  cyn_i_arena *arenas = calloc(LATER, sizeof *arenas);
  REQUIRE(changes != NULL && puts != NULL && errors != NULL && arenas != NULL);
  later_done = 0;
  for (int i = 0; i < LATER; i++) {
    change_init(&changes[i], &f);
    cyn_i_arena_init(&arenas[i], 0);
    changes[i].write.arena = &arenas[i];
    changes[i].write.error = &errors[i];
    changes[i].write.done = later_done_count;
    puts[i] = (cyn_i_store_put){key_of((uint64_t)i, "later", ""), cyn_str("v")};
    changes[i].effects.puts = &puts[i];
    changes[i].effects.put_count = 1;
    cyn_i_store_write_later(f.store, &changes[i].write);
    if (i % 50 == 7) CHECK_INT(put_text(&f, key_of(1, "now", ""), "v"), CYN_OK);
  }
  if (kind_is_memory(which)) {
    CHECK_INT(later_done, LATER);
  } else {
    CHECK(fixture_reopen(&f));
    CHECK_INT(later_done, LATER);
    CHECK_STR(get_text(&f, key_of(LATER - 1, "later", "")), "v");
  }
  for (int i = 0; i < LATER; i++) {
    cyn_i_arena_clean_up(&arenas[i]);
    cyn_error_clean_up(&errors[i]);
  }
  free(changes);
  free(puts);
  free(errors);
  free(arenas);
  fixture_close(&f);
}

/* A key that no store can hold is read as absent, and a write that names one is refused whole. */
static void impossible_keys(kind which) {
  static char text[8300];
  memset(text, 'k', sizeof text);
  fixture f;
  if (!fixture_open(&f, which)) return;
  CHECK_INT(put_text(&f, key_of(1, "a", ""), "one"), CYN_OK);
  cyn_i_store_key keys[4] = {key_of(1, "", ""), key_of(1, "a", ""), key_of(1, "a", ""), key_of(1, "a", "")};
  keys[0].partition = (cyn_bytes){text, 256};
  keys[1].sort = (cyn_bytes){text, 8193};
  keys[2].space = 1;
  for (int i = 0; i < 3; i++) {
    cyn_bytes value = {"", 0};
    int64_t number = 5;
    CHECK_INT(cyn_i_store_view_begin(f.view, &f.error), CYN_OK);
    CHECK_INT(cyn_i_store_get(f.view, &keys[i], &value, &f.error), CYN_OK);
    CHECK(value.data == NULL);
    CHECK_INT(cyn_i_store_view_counter(f.view, &keys[i], &number, &f.error), CYN_OK);
    CHECK_INT(number, 0);
    cyn_i_store_view_end(f.view);
    number = 5;
    CHECK_INT(cyn_i_store_counter(f.store, &keys[i], &number, &f.error), CYN_OK);
    CHECK_INT(number, 0);
    for (int adds = 0; adds < 2; adds++) {
      cyn_i_store_put puts[2] = {{keys[3], cyn_str("two")}, {keys[i], cyn_str("x")}};
      cyn_i_store_add add = {keys[i], 1};
      change c;
      change_init(&c, &f);
      c.write.keys = &keys[i];
      c.write.key_count = (size_t)(4 - i); /* the last is there */
      c.effects = (cyn_i_store_effects){.puts = puts, .put_count = adds != 0 ? 1 : 2, .adds = &add, .add_count = (size_t)adds};
      CHECK_INT(change_run(&c), CYN_E_INTERNAL);
      CHECK_STR(c.seen[0], "-");
      CHECK_STR(c.seen[3 - i], "one");
      CHECK_STR(f.error.message, "A write named a key that no store can hold.");
      cyn_error_clean_up(&f.error);
      CHECK_STR(get_text(&f, keys[3]), "one");
    }
  }
  fixture_close(&f);
}
TEST(keys_that_no_store_can_hold) {
  impossible_keys(MEMORY);
  impossible_keys(UNSAFE);
}
