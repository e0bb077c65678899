/* Conformance: what a view shows, and for how long. */
#include "conformance.h"

CONFORM(a_view_shows_one_moment) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  cyn_i_store_key key = key_of(1, "a", "");
  cyn_bytes value;
  CHECK_INT(put_text(&f, key, "old"), CYN_OK);
  CHECK_INT(cyn_i_store_view_begin(f.view, &f.error), CYN_OK);
  CHECK_INT(put_text(&f, key, "new"), CYN_OK);
  for (int i = 0; i < 20; i++) CHECK_INT(put_text(&f, key_of((uint64_t)i, "b", ""), "other"), CYN_OK);
  CHECK_INT(cyn_i_store_get(f.view, &key, &value, &f.error), CYN_OK);
  CHECK(value.size == 3 && memcmp(value.data, "old", 3) == 0);
  cyn_i_store_view_end(f.view);
  CHECK_STR(get_text(&f, key), "new");
  fixture_close(&f);
}

CONFORM(many_views_at_once) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  cyn_i_store_view *views[200];
  cyn_i_store_key key = key_of(1, "a", "");
  CHECK_INT(put_text(&f, key, "v"), CYN_OK);
  for (int i = 0; i < 200; i++) {
    REQUIRE(cyn_i_store_view_open(f.store, &views[i], &f.error) == CYN_OK);
    REQUIRE(cyn_i_store_view_begin(views[i], &f.error) == CYN_OK);
  }
  cyn_i_store_stat stat;
  CHECK_INT(cyn_i_store_stat_get(f.store, &stat, &f.error), CYN_OK);
  CHECK_INT(stat.readers_open, 201);
  for (int i = 0; i < 200; i++) {
    cyn_bytes value;
    CHECK_INT(cyn_i_store_get(views[i], &key, &value, &f.error), CYN_OK);
    CHECK_INT(value.size, 1);
    cyn_i_store_view_end(views[i]);
  }
  for (int i = 0; i < 200; i += 3) cyn_i_store_view_close(views[i]);
  CHECK_STR(get_text(&f, key), "v");
  for (int i = 0; i < 200; i++)
    if (i % 3 != 0) cyn_i_store_view_close(views[i]);
  fixture_close(&f);
}

TEST(more_views_than_readers_are_an_error) {
  fixture f;
  if (!fixture_open(&f, MEMORY)) return;
  fixture_close_store(&f);
  cyn_i_store_options options = {.reader_count_max = 2};
  REQUIRE(fixture_open_with(&f, &options));
  cyn_i_store_view *views[3] = {NULL};
  int refused = 0;
  for (int i = 0; i < 3; i++) {
    REQUIRE(cyn_i_store_view_open(f.store, &views[i], &f.error) == CYN_OK);
    if (cyn_i_store_view_begin(views[i], &f.error) == CYN_OK) continue;
    refused++;
    CHECK_INT(f.error.status, CYN_E_STORE);
    CHECK_STR(f.error.message, "Cannot read the store in memory: more than 2 views at once.");
  }
  CHECK_INT(refused, 1);
  for (int i = 0; i < 3; i++) cyn_i_store_view_close(views[i]);
  CHECK_STR(get_text(&f, key_of(1, "a", "")), "-");
  fixture_close(&f);
}

/* A walk inside a walk, and gets, on one view. */
typedef struct nested {
  fixture *f;
  int depth, met;
} nested;

static bool nested_visitor(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  nested *n = user;
  cyn_bytes again;
  CHECK_INT(cyn_i_store_get(n->f->view, key, &again, &n->f->error), CYN_OK);
  CHECK(again.size == value.size && memcmp(again.data, value.data, value.size) == 0);
  n->met++;
  if (n->depth == 2) return true;
  nested inner = {n->f, n->depth + 1, 0};
  cyn_i_store_range range = {.space = SPACE, .hash_high = UINT64_MAX, .backward = n->depth % 2 == 0};
  CHECK_INT(cyn_i_store_walk(n->f->view, &range, nested_visitor, &inner, &n->f->error), CYN_OK);
  CHECK_INT(inner.met, 5);
  return true;
}

CONFORM(walks_nest) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  static char sort[1000];
  memset(sort, 's', sizeof sort);
  for (size_t i = 0; i < 5; i++)
    CHECK_INT(put_text(&f, (cyn_i_store_key){SPACE, i % 2, {"p", 1}, {sort, 1 + i * 240}}, "value"), CYN_OK);
  nested n = {&f, 0, 0};
  cyn_i_store_range range = {.space = SPACE, .hash_high = UINT64_MAX};
  for (int i = 0; i < 2; i++) {
    n.met = 0;
    CHECK_INT(cyn_i_store_view_begin(f.view, &f.error), CYN_OK);
    CHECK_INT(cyn_i_store_walk(f.view, &range, nested_visitor, &n, &f.error), CYN_OK);
    cyn_i_store_view_end(f.view);
    CHECK_INT(n.met, 5);
  }
  fixture_close(&f);
}

CONFORM(bounds_longer_than_keys_are_an_error) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  static char text[9000];
  cyn_i_store_range range = {
      .space = SPACE, .whole_partition_range = true, .partition = cyn_str("p"), .sort_low = {text, sizeof text}};
  nested n = {&f, 0, 0};
  CHECK_INT(cyn_i_store_view_begin(f.view, &f.error), CYN_OK);
  CHECK_INT(cyn_i_store_walk(f.view, &range, nested_visitor, &n, &f.error), CYN_E_INTERNAL);
  cyn_i_store_view_end(f.view);
  fixture_close(&f);
}

/* Readers beside a writer: each view finds both values of a pair equal. */
static _Atomic int readers_stop;
static void *pair_reader(void *argument) {
  fixture *f = argument;
  cyn_i_store_view *view;
  cyn_error error = CYN_ERROR_INIT;
  long torn = cyn_i_store_view_open(f->store, &view, &error) != CYN_OK;
  while (torn == 0 && !readers_stop) {
    cyn_i_store_key left = key_of(1, "left", ""), right = key_of(UINT64_MAX, "right", "");
    cyn_bytes a, b;
    if (cyn_i_store_view_begin(view, &error) != CYN_OK || cyn_i_store_get(view, &left, &a, &error) != CYN_OK ||
        cyn_i_store_get(view, &right, &b, &error) != CYN_OK)
      torn = 1;
    else
      torn = a.size != b.size || (a.size != 0 && memcmp(a.data, b.data, a.size) != 0);
    cyn_i_store_view_end(view);
  }
  cyn_i_store_view_close(view);
  cyn_error_clean_up(&error);
  return (void *)torn;
}

CONFORM(readers_beside_a_writer) {
  fixture f;
  if (!fixture_open(&f, which)) return;
  pthread_t threads[3];
  readers_stop = 0;
  for (int i = 0; i < 3; i++) REQUIRE(pthread_create(&threads[i], NULL, pair_reader, &f) == 0);
  for (int i = 0; i < 300; i++) {
    char text[600];
    (void)snprintf(text, sizeof text, "%0*d", 1 + i * 2 % 590, i);
    cyn_i_store_put puts[2] = {{key_of(1, "left", ""), cyn_str(text)}, {key_of(UINT64_MAX, "right", ""), cyn_str(text)}};
    change c;
    change_init(&c, &f);
    c.effects.puts = puts;
    c.effects.put_count = 2;
    CHECK_INT(change_run(&c), CYN_OK);
    cyn_i_arena_reset(&f.arena, 1 << 20);
  }
  readers_stop = 1;
  for (int i = 0; i < 3; i++) {
    void *torn;
    pthread_join(threads[i], &torn);
    CHECK(torn == NULL);
  }
  fixture_close(&f);
}
