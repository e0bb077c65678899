/* Batches of reads: of one model and of several. */
#include <time.h>

#include "mapper.h"

typedef struct post {
  const char *forum;
  int number;
  const char *title;
} post;
typedef struct tag {
  const char *name;
  int uses;
} tag;
typedef struct link { /* of the posts' table */
  const char *forum;
  int number;
  const char *url;
} link;
CYN_MODEL(post, CYN_TABLE("Post"), CYN_HASH_KEY(forum), CYN_RANGE_KEY(number), CYN_ATTR(title, .nullable = true));
CYN_MODEL(tag, CYN_TABLE("Tag"), CYN_HASH_KEY(name), CYN_ATTR(uses));
CYN_MODEL(link, CYN_TABLE("Post"), CYN_HASH_KEY(forum), CYN_RANGE_KEY(number), CYN_ATTR(url, .nullable = true));

static void set_up(void) {
  OK(place_open(&db, &error));
  OK(cyn_create_model(db, post, NULL, &error));
  OK(cyn_create_model(db, tag, NULL, &error));
  memory = cyn_memory_new();
}

TEST(get_many) {
  set_up();
  cyn_batch *batch = cyn_batch_open(db, NULL);
  for (int i = 0; i < 250; i += 2) OK(cyn_batch_save(batch, post, (&(post){"f", i, "t"}), &error));
  OK(cyn_batch_close(batch, &error));
  static post posts[252];
  static bool found[252];
  for (int i = 0; i < 252; i++) posts[i] = (post){"f", i < 250 ? i : 4, NULL};
  double units = 0;
  OK(cyn_get_many(db, post, posts, 252, found, cyn_read(.consistent = true, .consumed = &units), memory, &error));
  int count = 0;
  for (int i = 0; i < 252; i++) count += found[i] && posts[i].title != NULL && strcmp(posts[i].title, "t") == 0;
  CHECK_INT(count, 127);
  CHECK(!found[1] && posts[1].title == NULL && found[250] && found[251]);
  CHECK(units >= 125);
  posts[0].forum = NULL;
  CHECK(cyn_get_many(db, post, posts, 1, NULL, NULL, memory, &error) != CYN_OK);
  CHECK_STR(error.name, "CynamoNullError");
  tear_down();
}

static void fill(int posts, int tags) {
  cyn_batch *batch = cyn_batch_open(db, NULL);
  for (int i = 0; i < posts; i++) OK(cyn_batch_save(batch, post, (&(post){"f", i, "t"}), &error));
  for (int i = 0; i < tags; i++) {
    char name[20];
    (void)snprintf(name, sizeof name, "tag %d", i);
    OK(cyn_batch_save(batch, tag, (&(tag){name, i}), &error));
  }
  OK(cyn_batch_close(batch, &error));
}

static cyn_status count_calls(const cyn_signal_event *event, void *user, cyn_error *unused) {
  (void)unused;
  *(int *)user += strcmp(event->operation_name, "BatchGetItem") == 0;
  return CYN_OK;
}

TEST(several_tables_in_a_request) {
  set_up();
  fill(60, 50);
  static post posts[62];
  static tag tags[40];
  static char names[40][20];
  static bool posts_found[62], tags_found[40];
  for (int i = 0; i < 62; i++) posts[i] = (post){"f", i, NULL};
  for (int i = 0; i < 40; i++) {
    (void)snprintf(names[i], sizeof names[i], "tag %d", i + 20);
    tags[i] = (tag){names[i], -1};
  }
  tag again = {"tag 21", -1};
  int calls = 0;
  double units = 0;
  cyn_signal_connection connection;
  OK(cyn_signal_connect(CYN_SIGNAL_PRE_SEND, db, NULL, count_calls, &calls, &connection, &error));
  cyn_wanted wanted[] = {cyn_want(post, posts, 62, posts_found), cyn_want(tag, tags, 40, tags_found), cyn_want(tag, &again, 1, NULL)};
  OK(cyn_get_wanted(db, wanted, 3, cyn_read(.consumed = &units), memory, &error));
  cyn_signal_disconnect(connection);
  CHECK_INT(calls, 2); /* 62 + 38, then 2 and the one that is there twice */
  int found = 0;
  for (int i = 0; i < 62; i++) found += posts_found[i] && strcmp(posts[i].title, "t") == 0;
  CHECK(found == 60 && !posts_found[60] && !posts_found[61]);
  for (int i = 0; i < 40; i++) CHECK(tags_found[i] == (i < 30) && (i >= 30 || tags[i].uses == i + 20));
  CHECK_INT(again.uses, 21);
  CHECK(units >= 45);
  OK(cyn_get_wanted(db, wanted, 0, NULL, memory, &error));
  tear_down();
}

TEST(two_models_of_one_table) {
  set_up();
  OK(cyn_save(db, post, (&(post){"f", 1, "title"}), NULL, &error));
  OK(cyn_save(db, link, (&(link){"f", 2, "url"}), NULL, &error));
  post p = {"f", 1, NULL}, part = {"f", 1, NULL}, gone = {"f", 9, "as it was"};
  link l = {"f", 2, NULL};
  bool found[4];
  cyn_wanted wanted[] = {cyn_want(post, &p, 1, &found[0]), cyn_want(link, &l, 1, &found[1]), cyn_want(post, &part, 1, &found[2]),
                         cyn_want(post, &gone, 1, &found[3])};
  wanted[2].fields = "forum, number"; /* the same key with other fields goes in a request of its own */
  OK(cyn_get_wanted(db, wanted, 4, cyn_read(.consistent = true), memory, &error));
  CHECK(found[0] && found[1] && found[2] && !found[3]);
  CHECK_STR(p.title, "title");
  CHECK_STR(l.url, "url");
  CHECK(part.title == NULL && part.number == 1);
  CHECK_STR(gone.title, "as it was");
  tear_down();
}

TEST(what_is_wrong_is_told_before_anything_is_asked) {
  set_up();
  int calls = 0;
  cyn_signal_connection connection;
  OK(cyn_signal_connect(CYN_SIGNAL_PRE_SEND, db, NULL, count_calls, &calls, &connection, &error));
  post p = {"f", 1, NULL};
  tag t = {NULL, 0};
  cyn_wanted wanted[] = {cyn_want(post, &p, 1, NULL), cyn_want(tag, &t, 1, NULL)};
  CHECK(cyn_get_wanted(db, wanted, 2, NULL, memory, &error) != CYN_OK);
  CHECK_STR(error.message, "model tag, attribute name: it must not be absent (an attribute that may is .nullable = true)");
  t.name = "t";
  wanted[1].fields = "uzes";
  CHECK(cyn_get_wanted(db, wanted, 2, NULL, memory, &error) != CYN_OK);
  CHECK(strstr(error.message, "model tag has no attribute uzes") != NULL);
  wanted[1].fields = NULL;
  CHECK(cyn_get_wanted(db, wanted, 2, cyn_read(.fields = "name"), memory, &error) != CYN_OK);
  CHECK(strstr(error.message, "stand with each cyn_wanted") != NULL);
  CHECK(cyn_get_wanted(db, wanted, 2, NULL, NULL, &error) != CYN_OK);
  CHECK_INT(calls, 0);
  OK(cyn_get_wanted(db, wanted, 2, NULL, memory, &error));
  CHECK_INT(calls, 1);
  cyn_signal_disconnect(connection);
  tear_down();
}

TEST(models_in_other_databases) {
  set_up();
  fill(2, 2);
  cyn_db *other;
  OK(cyn_open("memory:batch-get-other", NULL, &other, &error));
  OK(cyn_create_model(other, tag, NULL, &error));
  OK(cyn_save(other, tag, (&(tag){"tag 1", 77}), NULL, &error));
  OK(cyn_db_model_set(db, &tag_model, cyn_settings(.host = "memory:batch-get-other"), &error));
  post p = {"f", 1, NULL};
  tag t = {"tag 1", 0};
  cyn_wanted wanted[] = {cyn_want(post, &p, 1, NULL), cyn_want(tag, &t, 1, NULL)};
  OK(cyn_get_wanted(db, wanted, 2, NULL, memory, &error));
  CHECK_STR(p.title, "t");
  CHECK_INT(t.uses, 77);
  cyn_db_close(other);
  tear_down();
}

TEST(rate) {
  set_up();
  fill(250, 0);
  static post posts[250];
  for (int i = 0; i < 250; i++) posts[i] = (post){"f", i, NULL};
  struct timespec before, after;
  (void)clock_gettime(CLOCK_MONOTONIC, &before);
  OK(cyn_get_many(db, post, posts, 250, NULL, cyn_read(.rate_limit = 1000), memory, &error)); /* 50 units, 50, 25: waits twice */
  (void)clock_gettime(CLOCK_MONOTONIC, &after);
  CHECK((double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec) / 1e9 >= 0.099);
  tear_down();
}
