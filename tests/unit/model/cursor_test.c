/* Queries, scans, counts, positions, indexes, parallel scans. */
#include <pthread.h>

#include "mapper.h"

typedef struct post {
  const char *forum;
  int number;
  int views;
  const char *title;
} post;
CYN_MODEL(post, CYN_TABLE("Post"), CYN_HASH_KEY(forum), CYN_RANGE_KEY(number), CYN_ATTR(views),
          CYN_ATTR(title, .name = "Title", .nullable = true), CYN_GSI("by_views", forum, views), CYN_LSI("local", views));

static void set_up(int count) {
  OK(place_open(&db, &error));
  OK(cyn_create_model(db, post, cyn_table(.wait = true), &error));
  memory = cyn_memory_new();
  for (int i = 0; i < count; i++) {
    char title[20];
    (void)snprintf(title, sizeof title, "title %d", i);
    post p = {.forum = i % 4 == 3 ? "other" : "main", .number = i, .views = 100 - i, .title = title};
    OK(cyn_save(db, post, &p, NULL, &error));
  }
}

static int drain(cyn_cursor *cursor, int *first, int *last) {
  post p;
  int count = 0;
  while (cyn_next(cursor, post, &p)) {
    if (count++ == 0) *first = p.number;
    *last = p.number;
  }
  OK(cyn_cursor_close(cursor, &error));
  return count;
}

TEST(query) {
  set_up(40);
  int first = 0, last = 0;
  CHECK_INT(drain(cyn_find(db, post, cyn_expr("forum = ?", "main"), NULL, &error), &first, &last), 30);
  CHECK(first == 0 && last == 38);
  CHECK_INT(drain(cyn_find(db, post, cyn_expr("forum = ? AND number BETWEEN ? AND ?", "main", 10, 20),
                           cyn_read(.backward = true, .page_size = 2), &error), &first, &last), 8);
  CHECK(first == 20 && last == 10);
  CHECK_INT(drain(cyn_find(db, post, cyn_expr("forum = ?", "main"), cyn_read(.limit = 7), &error), &first, &last), 7);
  CHECK_INT(drain(cyn_find(db, post, cyn_expr("forum = ?", "main"),
                           cyn_read(.limit = 7, .page_size = 3, .filter = cyn_expr("views < ? OR views = ?", 80, 100)), &error), &first, &last), 7);
  CHECK(first == 0 && last == 28);
  CHECK_INT(drain(cyn_find(db, post, cyn_expr("forum = ? AND views < ?", "main", 70),
                           cyn_read(.index = "by_views"), &error), &first, &last), 6);
  CHECK(first == 38 && last == 32);
  CHECK_INT(drain(cyn_find(db, post, cyn_expr("forum = ?", "main"), cyn_read(.index = "local", .consistent = true), &error), &first, &last), 30);
  CHECK(first == 38);
  double units = 0;
  CHECK_INT(drain(cyn_find(db, post, cyn_expr("forum = ?", "main"), cyn_read(.consumed = &units, .page_size = 5), &error), &first, &last), 30);
  CHECK(units >= 3);
  tear_down();
}

TEST(memory_of_objects) {
  set_up(8);
  post p, kept[8];
  size_t count = 0;
  cyn_cursor *cursor = cyn_find(db, post, cyn_expr("forum = ?", "main"), cyn_read(.memory = memory, .fields = "title, number"), &error);
  while (cyn_next(cursor, post, &p)) kept[count++] = p;
  CHECK_INT(cyn_cursor_count(cursor), 6);
  CHECK_INT(cyn_cursor_scanned_count(cursor), 6);
  OK(cyn_cursor_close(cursor, &error));
  CHECK_INT(count, 6);
  CHECK_STR(kept[0].title, "title 0");
  CHECK_STR(kept[5].title, "title 6");
  CHECK(kept[0].forum == NULL);
  tear_down();
}

TEST(positions) {
  set_up(40);
  static const char *const indexes[] = {NULL, "by_views", "local"};
  for (size_t i = 0; i < 3; i++) {
    int seen = 0, sum = 0, rounds = 0;
    cyn_item start = {NULL, 0, NULL};
    do {
      post p;
      cyn_cursor *cursor = cyn_find(db, post, cyn_expr("forum = ?", "main"),
                                    cyn_read(.index = indexes[i], .page_size = 5, .start = start), &error);
      for (int steps = 0; steps < 3 && cyn_next(cursor, post, &p); steps++) {
        seen++;
        sum += p.number;
      }
      start = cyn_cursor_position(cursor, memory);
      OK(cyn_cursor_close(cursor, &error));
    } while (start.data != NULL && ++rounds < 50);
    CHECK_INT(seen, 30);
    CHECK_INT(sum, 780 - (3 + 39) * 10 / 2);
  }
  tear_down();
}

TEST(scan_and_count) {
  set_up(40);
  int first, last;
  int64_t count = 0;
  CHECK_INT(drain(cyn_find_all(db, post, NULL, &error), &first, &last), 40);
  CHECK_INT(drain(cyn_find_all(db, post, cyn_read(.filter = cyn_expr("title = ?", "title 5"), .page_size = 7), &error), &first, &last), 1);
  int segments = 0;
  for (int i = 0; i < 3; i++)
    segments += drain(cyn_find_all(db, post, cyn_read(.segment = i, .total_segments = 3), &error), &first, &last);
  CHECK_INT(segments, 40);
  OK(cyn_count(db, post, CYN_NO_EXPRESSION, NULL, &count, &error));
  CHECK_INT(count, 40);
  OK(cyn_count(db, post, cyn_expr("forum = ?", "other"), cyn_read(.filter = cyn_expr("views > ?", 80)), &count, &error));
  CHECK_INT(count, 5);
  OK(cyn_count(db, post, cyn_expr("forum = ?", "main"), cyn_read(.limit = 3, .page_size = 2), &count, &error));
  CHECK_INT(count, 3);
  OK(cyn_count(db, post, cyn_expr("forum = ?", "main"), cyn_read(.index = "by_views"), &count, &error));
  CHECK_INT(count, 30);
  tear_down();
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool visit(void *object, int64_t segment, void *user) {
  post *p = object;
  int *sum = user;
  (void)pthread_mutex_lock(&lock);
  *sum += p->number + (segment >= 0 ? 0 : 1000);
  (void)pthread_mutex_unlock(&lock);
  return p->number != -1;
}

TEST(parallel) {
  set_up(40);
  int sum = 0;
  double units = 0;
  OK(cyn_scan_parallel(db, post, cyn_read(.total_segments = 5, .rate_limit = 1000, .consumed = &units), visit, &sum, &error));
  CHECK_INT(sum, 780);
  CHECK(units > 0);
  CHECK(cyn_scan_parallel(db, post, cyn_read(.filter = cyn_expr("number > ?", "x")), visit, &sum, &error) != CYN_OK);
  CHECK_STR(error.message, "model post, attribute number: value 1 of the expression is a string, it is an integer of 32 bits");
  tear_down();
}

TEST(errors) {
  set_up(1);
  post p;
  cyn_cursor *cursor = cyn_find(db, post, cyn_expr("forum = ?", 5), NULL, &error);
  CHECK(!cyn_next(cursor, post, &p));
  CHECK(cyn_cursor_close(cursor, &error) != CYN_OK);
  CHECK_STR(error.message, "model post, attribute forum: value 1 of the expression is an integer, it is a string");
  cursor = cyn_find(db, post, cyn_expr("number = ?", 5), NULL, NULL);
  CHECK(!cyn_next(cursor, post, &p));
  CHECK(cyn_cursor_close(cursor, &error) != CYN_OK);
  CHECK_STR(error.name, "ValidationException");
  cursor = cyn_find(db, post, cyn_expr("forum = ?", "x"), cyn_read(.index = "none"), NULL);
  CHECK(cyn_cursor_close(cursor, &error) != CYN_OK);
  CHECK_STR(error.message, "model post: it has no index none");
  CHECK(!cyn_next((cyn_cursor *)NULL, post, &p));
  OK(cyn_cursor_close(NULL, &error));
  tear_down();
}

/* ---- indexes with several attributes in a key ---- */

typedef struct stay {
  const char *id, *tenant, *region;
  int year, month;
} stay;
CYN_MODEL(stay, CYN_TABLE("Stay"), CYN_HASH_KEY(id), CYN_ATTR(tenant, .name = "Tenant"), CYN_ATTR(region, .nullable = true),
          CYN_ATTR(year), CYN_ATTR(month), CYN_GSI_KEYS("by_place", (tenant, region), (year, month)),
          CYN_GSI_HASH_KEYS("by_month", (year, month), .keys_only = true));

static int count_stays(cyn_expression keys, const cyn_read_options *options) {
  int64_t count = -1;
  if (cyn_count(db, stay, keys, options, &count, &error) != CYN_OK) return -1;
  return (int)count;
}

TEST(keys_of_several_attributes) {
  set_up(0);
  OK(cyn_create_model(db, stay, cyn_table(.wait = true), &error));
  const cyn_table_description *table;
  OK(cyn_model_describe_table(db, &stay_model, &table, memory, &error));
  CHECK_INT(table->global_secondary_indexes.count, 2);
  const cyn_key_schema *schema = &table->global_secondary_indexes.at[0]->key_schema;
  if (schema->count != 4) schema = &table->global_secondary_indexes.at[1]->key_schema;
  CHECK_INT(schema->count, 4);
  CHECK(strncmp(schema->at[0]->attribute_name.data, "Tenant", 6) == 0 && schema->at[1]->key_type.data[0] == 'H' &&
        schema->at[2]->key_type.data[0] == 'R');
  for (int i = 0; i < 48; i++) {
    char id[20];
    (void)snprintf(id, sizeof id, "v%02d", i);
    stay v = {id, i % 2 == 0 ? "a" : "b", i < 40 ? "eu" : NULL, 2020 + i / 12, i % 12 + 1};
    OK(cyn_save(db, stay, &v, NULL, &error));
  }
  CHECK_INT(count_stays(cyn_expr("tenant = ? AND region = ?", "a", "eu"), cyn_read(.index = "by_place")), 20);
  CHECK_INT(count_stays(cyn_expr("tenant = ? AND region = ? AND year = ?", "a", "eu", 2021), cyn_read(.index = "by_place")), 6);
  CHECK_INT(count_stays(cyn_expr("tenant = ? AND region = ? AND year = ? AND month BETWEEN ? AND ?", "b", "eu", 2021, 3, 6),
                         cyn_read(.index = "by_place")), 2);
  CHECK_INT(count_stays(cyn_expr("year = ? AND month = ?", 2022, 5), cyn_read(.index = "by_month")), 1);
  CHECK_INT(count_stays(cyn_expr("tenant = ?", "a"), cyn_read(.index = "by_place")), -1);
  CHECK_STR(error.name, "ValidationException");
  tear_down();
}

TEST(position_on_several_attributes) {
  set_up(0);
  OK(cyn_create_model(db, stay, cyn_table(.wait = true), &error));
  for (int i = 0; i < 30; i++) {
    char id[20];
    (void)snprintf(id, sizeof id, "v%02d", i);
    OK(cyn_save(db, stay, (&(stay){id, "a", "eu", 2020 + i / 12, i % 12 + 1}), NULL, &error));
  }
  cyn_item start = {NULL, 0, NULL};
  int next = 0;
  for (int round = 0; round < 5; round++) { /* 7 of each page, and on from there in the middle of it */
    cyn_cursor *cursor = cyn_find(db, stay, cyn_expr("tenant = ? AND region = ?", "a", "eu"),
                                  cyn_read(.index = "by_place", .start = start), &error);
    stay v;
    for (int i = 0; i < 7 && cyn_next(cursor, stay, &v); i++, next++) CHECK_INT((v.year - 2020) * 12 + v.month - 1, next);
    start = cyn_cursor_position(cursor, memory);
    OK(cyn_cursor_close(cursor, &error));
    CHECK((start.data == NULL) == (next == 30));
    CHECK(start.data == NULL || cyn_item_count(start) == 5);
  }
  CHECK_INT(next, 30);
  tear_down();
}

/* ---- what is seldom asked ---- */

TEST(cursors_that_are_none) {
  set_up(2);
  cyn_item item;
  const cyn_model *kind;
  post p;
  CHECK(cyn_cursor_count(NULL) == 0 && cyn_cursor_scanned_count(NULL) == 0 && cyn_cursor_consumed(NULL) == 0);
  CHECK(cyn_cursor_position(NULL, memory).data == NULL && !cyn_cursor_next_item(NULL, &item) && cyn_cursor_next_any(NULL, &kind) == NULL);
  cyn_cursor *cursor = cyn_model_find(db, &post_model, CYN_NO_EXPRESSION, NULL, &error);
  CHECK_STR(error.message, "model post: a query needs a key condition");
  CHECK(cyn_cursor_position(cursor, memory).data == NULL && !cyn_next(cursor, post, &p));
  CHECK(cyn_cursor_close(cursor, NULL) != CYN_OK);
  cursor = cyn_find_all(db, post, NULL, &error);
  CHECK(!cyn_cursor_next(cursor, &stay_model, &p));
  CHECK(cyn_cursor_close(cursor, &error) != CYN_OK);
  CHECK_STR(error.message, "model post: its cursor was stepped as model stay");
  cyn_error_clean_up(&error);
  tear_down();
}

TEST(scans_in_all_words) {
  set_up(8);
  int first = 0, last = 0;
  CHECK_INT(drain(cyn_find_all(db, post, cyn_read(.consistent = true, .index = "local", .fields = "number, forum"), &error), &first, &last), 8);
  int sum = drain(cyn_find_all(db, post, cyn_read(.total_segments = 2, .segment = 0), &error), &first, &last) +
            drain(cyn_find_all(db, post, cyn_read(.total_segments = 2, .segment = 1), &error), &first, &last);
  CHECK_INT(sum, 8);
  cyn_cursor *cursor = cyn_find_all(db, post, cyn_read(.limit = 3, .page_size = 2), &error);
  cyn_item item, at = {NULL, 0, NULL};
  int items = 0;
  for (; cyn_cursor_next_item(cursor, &item); items++) at = cyn_cursor_position(cursor, memory);
  CHECK(items == 3 && at.data != NULL && cyn_cursor_consumed(cursor) == 0); /* nobody asked for it */
  OK(cyn_cursor_close(cursor, &error));
  CHECK_INT(drain(cyn_find_all(db, post, cyn_read(.start = at), &error), &first, &last), 5);
  int64_t count;
  OK(cyn_count(db, post, CYN_NO_EXPRESSION, cyn_read(.limit = 5, .page_size = 4), &count, &error));
  CHECK_INT(count, 5);
  cyn_read_options older = {.size = offsetof(cyn_read_options, limit), .index = "by_views", .limit = 1}; /* it knows no limit */
  CHECK_INT(drain(cyn_model_find_all(db, &post_model, &older, &error), &first, &last), 8);
  CHECK(cyn_model_scan_parallel(db, &post_model, cyn_read(.total_segments = 1000), NULL, NULL, &error) != CYN_OK);
  CHECK_STR(error.message, "model post: a parallel scan has at most 256 segments");
  cyn_error_clean_up(&error);
  tear_down();
}
