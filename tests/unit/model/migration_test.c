/* Migrations: in place, into another table, resumed after an error, beside writers, dry runs, ready-made changes. */
#include <cynamo/cynamo.h>
#include <cynamo/migration.h>

#include <pthread.h>
#include <stdatomic.h>

#include "place.h"
#include "test.h"

typedef struct post {
  const char *id;
  int64_t views, old_views;
  const char *title;
} post;
CYN_MODEL(post, CYN_TABLE("Post"), CYN_HASH_KEY(id), CYN_ATTR(views), CYN_ATTR(old_views, .omit_zero = true),
          CYN_ATTR(title, .nullable = true));

static cyn_db *db;
static cyn_memory *memory;
static cyn_error error;

#define OK(call)                                                                            \
  do {                                                                                      \
    if ((call) != CYN_OK) test_failed(__FILE__, __LINE__, "%s: %s", #call, error.message);  \
  } while (0)

static void set_up(int count) {
  OK(place_open(&db, &error));
  OK(cyn_create_model(db, post, cyn_table(.wait = true), &error));
  memory = cyn_memory_new();
  cyn_batch *batch = cyn_batch_open(db, NULL);
  for (int i = 0; i < count; i++) {
    char id[20];
    (void)snprintf(id, sizeof id, "post %d", i);
    post p = {.id = id, .views = 1, .old_views = i + 1};
    OK(cyn_batch_save(batch, post, &p, &error));
  }
  OK(cyn_batch_close(batch, &error));
}
static void tear_down(void) {
  cyn_memory_destroy(memory);
  place_close(db);
  cyn_error_clean_up(&error);
}

static cyn_migration step_of(const char *name, cyn_migration_change change, void *user) {
  cyn_migration step = CYN_MIGRATION_INIT;
  step.name = name;
  step.version = 1;
  step.table = "Post";
  step.change = change;
  step.user = user;
  return step;
}

static int64_t count_where(const char *filter) {
  int64_t count = -1;
  OK(cyn_count(db, post, CYN_NO_EXPRESSION, cyn_read(.filter = cyn_expr(filter)), &count, &error));
  return count;
}

TEST(rename_once) {
  set_up(250);
  cyn_change_rename rename = {"old_views", "new_views"};
  cyn_migration step = step_of("rename", cyn_change_by_rename, &rename);
  cyn_migration_options options = CYN_MIGRATION_OPTIONS_INIT;
  cyn_migration_report report;
  options.dry_run = true;
  OK(cyn_migrate(db, &step, &options, &report, &error));
  CHECK(report.scanned == 250 && report.changed == 250 && !report.was_applied);
  CHECK_INT(count_where("attribute_exists(old_views)"), 250);
  options.dry_run = false;
  options.page_size = 20;
  options.rate_limit = 100000;
  OK(cyn_migrate(db, &step, &options, &report, &error));
  CHECK(report.scanned == 250 && report.changed == 250 && !report.was_applied && !report.was_resumed);
  CHECK_INT(count_where("attribute_exists(old_views)"), 0);
  CHECK_INT(count_where("attribute_exists(\"new_views\")"), 250);
  OK(cyn_migrate(db, &step, NULL, &report, &error));
  CHECK(report.was_applied && report.changed == 250);
  step.version = 2; /* another step: finds nothing to do */
  OK(cyn_migrate(db, &step, NULL, &report, &error));
  CHECK(!report.was_applied && report.changed == 0 && report.scanned == 250);
  tear_down();
}

typedef struct breaks {
  atomic_int left;
} breaks;
static cyn_status breaking(cyn_item item, cyn_item_builder *out, bool *changed, void *user, cyn_error *e) {
  breaks *b = user;
  if (atomic_fetch_sub(&b->left, 1) <= 0) return cyn_fail(e, "killed");
  cyn_change_backfill fill = {"title", cyn_item_get(item, cyn_str("id"))};
  return cyn_change_by_backfill(item, out, changed, &fill, e);
}

TEST(resumes) {
  set_up(200);
  breaks b = {90};
  cyn_migration step = step_of("fill", breaking, &b);
  cyn_migration_options options = CYN_MIGRATION_OPTIONS_INIT;
  cyn_migration_report report;
  options.page_size = 10;
  options.segments = 3;
  CHECK(cyn_migrate(db, &step, &options, &report, &error) != CYN_OK);
  CHECK_STR(error.message, "killed");
  int64_t first = report.scanned;
  CHECK(first > 0 && first < 200);
  atomic_store(&b.left, 100000);
  OK(cyn_migrate(db, &step, &options, &report, &error));
  CHECK(report.was_resumed && report.scanned == 200);
  CHECK(100000 - atomic_load(&b.left) == 200 - first); /* what was done is not looked at again */
  CHECK_INT(count_where("title = id"), 200);
  tear_down();
}

static cyn_status double_views(cyn_item item, cyn_item_builder *out, bool *changed, void *user, cyn_error *e) {
  int64_t old;
  (void)user, (void)e;
  *changed = cyn_value_int(cyn_item_get(item, cyn_str("old_views")), &old);
  if (!*changed) return CYN_OK;
  int64_t views;
  (void)cyn_value_int(cyn_item_get(item, cyn_str("views")), &views);
  cyn_item_put_value(out, cyn_str("id"), cyn_item_get(item, cyn_str("id")));
  cyn_item_put_int(out, cyn_str("views"), views + 1000);
  return CYN_OK;
}

static void *writer(void *stop) {
  cyn_error own = CYN_ERROR_INIT;
  for (int i = 0; !atomic_load((atomic_bool *)stop); i++) {
    char id[20];
    (void)snprintf(id, sizeof id, "post %d", i % 50);
    post p = {.id = id};
    if (cyn_update(db, post, &p, cyn_expr("ADD views ?", 1), NULL, NULL, &own) != CYN_OK) break;
  }
  cyn_error_clean_up(&own);
  return NULL;
}

TEST(beside_writers) {
  set_up(50);
  atomic_bool stop = false;
  pthread_t thread;
  CHECK_INT(pthread_create(&thread, NULL, writer, &stop), 0);
  cyn_migration step = step_of("double", double_views, NULL);
  cyn_migration_report report;
  OK(cyn_migrate(db, &step, NULL, &report, &error));
  atomic_store(&stop, true);
  CHECK_INT(pthread_join(thread, NULL), 0);
  CHECK_INT(report.changed, 50);
  CHECK_INT(count_where("attribute_exists(old_views)"), 0);
  int64_t count;
  OK(cyn_count(db, post, CYN_NO_EXPRESSION, cyn_read(.filter = cyn_expr("views > ?", 1000)), &count, &error));
  CHECK_INT(count, 50); /* no write of either was lost */
  tear_down();
}

TEST(into_another_table) {
  set_up(60);
  OK(cyn_db_model_set(db, &post_model, cyn_settings(.table = "Copy"), &error));
  OK(cyn_create_model(db, post, cyn_table(.wait = true), &error));
  cyn_migration step = step_of("copy", cyn_change_by_remove, (void *)(uintptr_t)"old_views");
  cyn_migration_report report;
  step.into = "Copy";
  OK(cyn_migrate(db, &step, NULL, &report, &error));
  CHECK_INT(count_where("attribute_not_exists(old_views)"), 60);
  OK(cyn_db_model_set(db, &post_model, NULL, &error));
  CHECK_INT(count_where("attribute_exists(old_views)"), 60);
  tear_down();
}

TEST(booleans_and_faults) {
  set_up(10);
  cyn_migration step = step_of("bool", cyn_change_by_boolean, (void *)(uintptr_t)"views");
  cyn_migration_report report;
  OK(cyn_migrate(db, &step, NULL, &report, &error));
  CHECK_INT(report.changed, 10);
  cyn_change_rename key = {"id", "key"};
  step = step_of("key", cyn_change_by_rename, &key);
  CHECK(cyn_migrate(db, &step, NULL, &report, &error) != CYN_OK);
  CHECK_STR(error.message, "migration key: it changes the key in place; copy into another table");
  step.change = NULL;
  CHECK(cyn_migrate(db, &step, NULL, NULL, &error) != CYN_OK);
  CHECK_STR(error.name, "CynamoUsageError");
  step = step_of("none", cyn_change_by_remove, (void *)(uintptr_t)"x");
  step.table = "Nowhere";
  CHECK(cyn_migrate(db, &step, NULL, &report, &error) != CYN_OK);
  CHECK_STR(error.name, "ResourceNotFoundException");
  tear_down();
}
