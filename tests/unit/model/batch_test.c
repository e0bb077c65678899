/* Batches of writes. */
#include <stdlib.h>
#include <time.h>

#include "mapper.h"

typedef struct post {
  const char *forum;
  int number;
  const char *title;
} post;
typedef struct tag {
  const char *name;
} tag;
CYN_MODEL(post, CYN_TABLE("Post"), CYN_HASH_KEY(forum), CYN_RANGE_KEY(number), CYN_ATTR(title, .nullable = true));
CYN_MODEL(tag, CYN_TABLE("Tag"), CYN_HASH_KEY(name));

static void set_up(void) {
  OK(place_open(&db, &error));
  OK(cyn_create_model(db, post, NULL, &error));
  OK(cyn_create_model(db, tag, NULL, &error));
  memory = cyn_memory_new();
}

static int64_t count_posts(void) {
  int64_t count = -1;
  OK(cyn_count(db, post, CYN_NO_EXPRESSION, NULL, &count, &error));
  return count;
}

TEST(auto_commit) {
  set_up();
  cyn_batch *batch = cyn_batch_open(db, NULL);
  for (int i = 0; i < 60; i++) {
    char title[20];
    (void)snprintf(title, sizeof title, "title %d", i);
    post p = {"f", i, title};
    OK(cyn_batch_save(batch, post, &p, &error));
  }
  CHECK_INT(cyn_batch_left(batch), 10);
  CHECK_INT(count_posts(), 50);
  tag t = {"c"};
  OK(cyn_batch_save(batch, tag, &t, &error));
  for (int i = 0; i < 5; i++) OK(cyn_batch_delete(batch, post, (&(post){"f", i, NULL}), &error));
  for (int i = 58; i < 60; i++) OK(cyn_batch_delete(batch, post, (&(post){"f", i, NULL}), &error)); /* replaces the puts */
  OK(cyn_batch_close(batch, &error));
  CHECK_INT(count_posts(), 53);
  bool exists;
  OK(cyn_exists(db, tag, cyn_keys("c"), NULL, &exists, &error));
  CHECK(exists);
  tear_down();
}

TEST(destroyed_without_sending) {
  set_up();
  cyn_batch *batch = cyn_batch_open(db, cyn_batch_with(.manual = true));
  for (int i = 0; i < 30; i++) OK(cyn_batch_save(batch, post, (&(post){"f", i, "t"}), &error));
  CHECK_INT(cyn_batch_left(batch), 30);
  cyn_batch_destroy(batch);
  CHECK_INT(count_posts(), 0);
  tear_down();
}

TEST(what_is_left) {
  set_up();
  double units = 0;
  cyn_batch *batch = cyn_batch_open(db, cyn_batch_with(.manual = true, .consumed = &units));
  OK(cyn_batch_save(batch, post, (&(post){"f", 1, "t"}), &error));
  OK(cyn_batch_commit(batch, &error));
  CHECK(units == 1);
  char *large = malloc(500000);
  memset(large, 'x', 499999);
  large[499999] = '\0';
  OK(cyn_batch_save(batch, post, (&(post){"f", 2, large}), &error));
  CHECK(cyn_batch_commit(batch, &error) != CYN_OK);
  cyn_bytes table;
  bool is_delete;
  CHECK_INT(cyn_batch_left(batch), 1);
  cyn_item left = cyn_batch_left_at(batch, 0, &table, &is_delete);
  CHECK(left.data != NULL && !is_delete && table.size == 4);
  CHECK(cyn_batch_left_at(batch, 1, NULL, NULL).data == NULL);
  OK(cyn_batch_delete(batch, post, (&(post){"f", 2, NULL}), &error));
  OK(cyn_batch_close(batch, &error));
  CHECK_INT(count_posts(), 1);
  free(large);
  tear_down();
}

TEST(rate) {
  set_up();
  struct timespec before, after;
  cyn_batch *batch = cyn_batch_open(db, cyn_batch_with(.rate_limit = 500));
  (void)clock_gettime(CLOCK_MONOTONIC, &before);
  for (int i = 0; i < 75; i++) OK(cyn_batch_save(batch, post, (&(post){"f", i, "t"}), &error)); /* 25 units each: waits twice */
  OK(cyn_batch_close(batch, &error));
  (void)clock_gettime(CLOCK_MONOTONIC, &after);
  CHECK((double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec) / 1e9 >= 0.099);
  tear_down();
}
