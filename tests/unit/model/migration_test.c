/* Migrations: in place, into another table, resumed after an error or a stop, beside writers, dry runs, ready-made changes,
 * conditions and updates, the records. */
#include <cynamo/migration.h>

#include <pthread.h>
#include <stdatomic.h>

#include "base/alloc.h"
#include "mapper.h"

typedef struct post {
  const char *id;
  int64_t views, old_views;
  const char *title;
} post;
CYN_MODEL(post, CYN_TABLE("Post"), CYN_HASH_KEY(id), CYN_ATTR(views), CYN_ATTR(old_views, .omit_zero = true),
          CYN_ATTR(title, .nullable = true));

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
  int64_t calls = 100000 - atomic_load(&b.left); /* two for what is changed, one for what was already; no page before */
  CHECK(calls >= 200 - first && calls <= 2 * (200 - first));
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

/* Deletes the item that it is asked about, as another program might. */
static cyn_status deleting(cyn_item item, cyn_item_builder *out, bool *changed, void *user, cyn_error *e) {
  cyn_change_backfill fill = {"title", cyn_item_get(item, cyn_str("id"))};
  cyn_bytes id = cyn_value_string(cyn_item_get(item, cyn_str("id")));
  char text[20];
  (void)snprintf(text, sizeof text, "%.*s", (int)id.size, id.data);
  post p = {.id = text};
  (void)user;
  cyn_status status = cyn_delete(db, post, &p, NULL, e);
  return status == CYN_OK ? cyn_change_by_backfill(item, out, changed, &fill, e) : status;
}

TEST(what_is_deleted_meanwhile_stays_deleted) {
  set_up(20);
  cyn_migration step = step_of("ghosts", deleting, NULL);
  cyn_migration_report report;
  OK(cyn_migrate(db, &step, NULL, &report, &error));
  CHECK(report.scanned == 20 && report.changed == 0 && report.conflicts == 20);
  CHECK_INT(count_where("attribute_exists(id)"), 0);
  tear_down();
}

static bool stops_at_once(void *user) { return atomic_fetch_sub((atomic_int *)user, 1) <= 0; }

TEST(stopped_and_begun_again) {
  set_up(200);
  atomic_int looks = 5;
  cyn_change_rename rename = {"old_views", "new_views"};
  cyn_migration step = step_of("stop", cyn_change_by_rename, &rename);
  cyn_migration_options options = CYN_MIGRATION_OPTIONS_INIT;
  cyn_migration_report report;
  options.page_size = 10;
  options.segments = 1;
  options.stops = stops_at_once;
  options.stops_user = &looks;
  OK(cyn_migrate(db, &step, &options, &report, &error));
  CHECK(report.is_stopped && report.scanned == 50 && report.changed == 50);
  CHECK_INT(count_where("attribute_exists(\"new_views\")"), 50);
  options.stops = NULL;
  OK(cyn_migrate(db, &step, &options, &report, &error));
  CHECK(report.was_resumed && !report.is_stopped && report.scanned == 200 && report.changed == 200);
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
  CHECK(strstr(error.message, "migration key: it changes the key in place; copy into another table (the item {\"id\":{\"S\":\"post ") ==
        error.message);
  step.change = NULL;
  CHECK(cyn_migrate(db, &step, NULL, NULL, &error) != CYN_OK);
  CHECK_STR(error.name, "CynamoUsageError");
  step = step_of("none", cyn_change_by_remove, (void *)(uintptr_t)"x");
  step.table = "Nowhere";
  CHECK(cyn_migrate(db, &step, NULL, &report, &error) != CYN_OK);
  CHECK_STR(error.name, "ResourceNotFoundException");
  tear_down();
}

/* By a Scan of the API's own: its filter may name what the model does not. */
static int64_t count_raw(const char *filter) {
  char body[600];
  cyn_result *result = cyn_result_new();
  cyn_bytes answer = {"", 0};
  (void)snprintf(body, sizeof body,
                 "{\"TableName\":\"Post\",\"Select\":\"COUNT\",\"FilterExpression\":\"%s AND #v<>:none\",\"ExpressionAttributeNames\":"
                 "{\"#v\":\"views\"},\"ExpressionAttributeValues\":{\":none\":{\"NULL\":true},\":1\":{\"N\":\"1\"}}}", filter);
  OK(cyn_call_json(db, "Scan", cyn_str(body), result, &answer, &error));
  const char *found = answer.size != 0 ? strstr(answer.data, "\"Count\":") : NULL;
  int64_t count = found != NULL ? strtoll(found + 8, NULL, 10) : -1;
  cyn_result_destroy(result);
  return count;
}

static cyn_item_builder *values;
static cyn_migration_expression expression_of(const char *text, const char *json) {
  cyn_migration_expression out = {text, {0, NULL}, {NULL, 0, NULL}};
  if (values == NULL) values = cyn_item_builder_new();
  if (json != NULL) OK(cyn_item_from_json(values, cyn_str(json), &out.values, &error));
  return out;
}

TEST(updates_with_a_condition) {
  set_up(40);
  static const cyn_string_pair names[] = {{{"#o", 2}, {"old_views", 9}}, {{"#v", 2}, {"views", 5}}};
  cyn_migration_expression update = expression_of("SET title = id, #v = #o + :n REMOVE #o",
                                                  "{\":n\":{\"N\":\"1\"},\":t\":{\"N\":\"20\"}}");
  update.names = (cyn_string_map){2, names};
  cyn_migration step = step_of("update", cyn_change_by_update, &update);
  step.where = update;
  step.where.text = "#o > :t";
  cyn_migration_report report;
  OK(cyn_migrate(db, &step, NULL, &report, &error));
  CHECK(report.scanned == 40 && report.changed == 20);
  CHECK_INT(count_raw("title = id AND #v > :1 AND attribute_not_exists(old_views)"), 20);
  CHECK_INT(count_where("attribute_exists(old_views)"), 20);
  step.name = "bad";
  update.text = "SET title = ";
  CHECK(cyn_migrate(db, &step, NULL, &report, &error) != CYN_OK);
  CHECK(strstr(error.message, "Syntax error") != NULL);
  step.where.text = "old_views > :x";
  CHECK(cyn_migrate(db, &step, NULL, &report, &error) != CYN_OK);
  CHECK(strstr(error.message, ":x") != NULL);
  tear_down();
}

TEST(what_is_not_idempotent_is_refused) {
  set_up(10);
  cyn_migration_expression update = expression_of("SET #v = #v + :n", "{\":n\":{\"N\":\"1\"}}");
  static const cyn_string_pair names[] = {{{"#v", 2}, {"views", 5}}};
  cyn_migration step = step_of("count", cyn_change_by_update, &update);
  update.names = (cyn_string_map){1, names};
  cyn_migration_options options = CYN_MIGRATION_OPTIONS_INIT;
  cyn_migration_report report;
  for (int i = 0; i < 2; i++) {
    options.dry_run = i == 0;
    CHECK(cyn_migrate(db, &step, &options, &report, &error) != CYN_OK);
    CHECK(strstr(error.message, "migration count: it would change again what it has changed") != NULL);
    CHECK_STR(error.name, "CynamoUsageError");
  }
  CHECK_INT(count_raw("#v = :1"), 10);
  step.name = "count once";
  step.where = update;
  step.where.text = "#v = :n";
  OK(cyn_migrate(db, &step, NULL, &report, &error));
  CHECK_INT(count_raw("#v = :1"), 0);
  tear_down();
}

static void put(const char *json) {
  cyn_item_builder *builder = cyn_item_builder_new();
  cyn_result *result = cyn_result_new();
  cyn_put_item_input input = CYN_PUT_ITEM_INPUT_INIT;
  const cyn_put_item_output *output;
  input.table_name = cyn_str("Post");
  OK(cyn_item_from_json(builder, cyn_str(json), &input.item, &error));
  OK(cyn_put_item(db, &input, result, &output, &error));
  cyn_item_builder_destroy(builder);
  cyn_result_destroy(result);
}

static int64_t changed_by(const char *name, cyn_migration_change change, const char *attribute) {
  cyn_migration step = step_of(name, change, (void *)(uintptr_t)attribute);
  cyn_migration_report report;
  OK(cyn_migrate(db, &step, NULL, &report, &error));
  return report.changed;
}

TEST(encodings) {
  set_up(0);
  put("{\"id\":{\"S\":\"a\"},\"tags\":{\"SS\":[\"\\\"x\\\"\",\"\\\"\\\\u00fc\\\"\"]},\"n\":{\"S\":\"-12.50\"},\"m\":{\"N\":\"7\"}}");
  put("{\"id\":{\"S\":\"b\"},\"tags\":{\"SS\":[\"x\",\"\\\"y\\\"\"]},\"n\":{\"S\":\"twelve\"},\"m\":{\"S\":\"7\"}}");
  put("{\"id\":{\"S\":\"c\"},\"tags\":{\"S\":\"\\\"x\\\"\"},\"n\":{\"N\":\"1\"}}");
  CHECK_INT(changed_by("set", cyn_change_by_unicode_set, "tags"), 1);
  CHECK_INT(changed_by("number", cyn_change_by_number, "n"), 1);
  CHECK_INT(changed_by("string", cyn_change_by_string, "m"), 1);
  put("{\"id\":{\"S\":\"wanted\"},\"tags\":{\"SS\":[\"x\",\"ü\"]},\"n\":{\"N\":\"-12.5\"},\"m\":{\"S\":\"7\"}}");
  cyn_scan_input input = CYN_SCAN_INPUT_INIT;
  const cyn_scan_output *output;
  cyn_result *result = cyn_result_new();
  int found = 0;
  input.table_name = cyn_str("Post");
  OK(cyn_scan(db, &input, result, &output, &error));
  const cyn_item *wanted = NULL;
  for (size_t i = 0; i < output->items.count; i++)
    if (cyn_value_string(cyn_item_get(output->items.at[i], cyn_str("id"))).size == 6) wanted = &output->items.at[i];
  for (size_t i = 0; i < output->items.count && wanted != NULL; i++) {
    bool same = true;
    for (const char *const *name = (const char *const[]){"tags", "n", "m", NULL}; *name != NULL; name++)
      same = same && cyn_value_equal(cyn_item_get(*wanted, cyn_str(*name)), cyn_item_get(output->items.at[i], cyn_str(*name)));
    found += same;
  }
  CHECK_INT(found, 2); /* "wanted" and "a" */
  cyn_result_destroy(result);
  tear_down();
}

TEST(parts) {
  set_up(10);
  cyn_change_rename rename = {"old_views", "more"};
  cyn_migration_expression update = expression_of("SET title = more", NULL);
  const cyn_change_part list[] = {{cyn_change_by_rename, &rename}, {cyn_change_by_string, (void *)(uintptr_t)"more"},
                                  {cyn_change_by_remove, (void *)(uintptr_t)"nothing"}, {cyn_change_by_update, &update}};
  cyn_change_parts parts = {4, list};
  cyn_migration step = step_of("parts", cyn_change_by_parts, &parts);
  cyn_migration_report report;
  OK(cyn_migrate(db, &step, NULL, &report, &error));
  CHECK_INT(report.changed, 10);
  CHECK_INT(count_where("attribute_not_exists(old_views) AND title = \"more\""), 10);
  tear_down();
}

typedef struct seen {
  char text[500];
} seen;
static void see(const cyn_migration_record *record, void *user) {
  seen *s = user;
  size_t size = strlen(s->text);
  (void)snprintf(s->text + size, sizeof s->text - size, "%.*s %.*s %lld %d %lld/%lld %zu %zu %.*s\n", (int)record->table.size,
                 record->table.data, (int)record->name.size, record->name.data, (long long)record->version, record->is_applied,
                 (long long)record->changed, (long long)record->scanned, record->begun_at.size, record->applied_at.size,
                 (int)record->definition.size, record->definition.data != NULL ? record->definition.data : "");
}

TEST(records_and_definitions) {
  set_up(5);
  seen s = {""};
  OK(cyn_migration_each(db, see, &s, &error));
  CHECK_STR(s.text, "");
  cyn_migration step = step_of("a/b", cyn_change_by_remove, (void *)(uintptr_t)"old_views");
  cyn_migration_report report;
  step.version = -3;
  step.definition = "remove old_views";
  OK(cyn_migrate(db, &step, NULL, &report, &error));
  OK(cyn_migration_each(db, see, &s, &error));
  CHECK_STR(s.text, "Post a/b -3 1 5/5 31 31 remove old_views\n");
  step.definition = "remove views";
  CHECK(cyn_migrate(db, &step, NULL, &report, &error) != CYN_OK);
  CHECK_STR(error.message, "migration a/b: version -3 of Post is recorded with another definition; give the new one another version");
  step.definition = NULL;
  OK(cyn_migrate(db, &step, NULL, &report, &error));
  CHECK(report.was_applied);
  cyn_migration_expression update = expression_of("SET title = title.x", NULL); /* fails at the first item */
  step = step_of("mended", cyn_change_by_update, &update);
  step.definition = "one";
  CHECK(cyn_migrate(db, &step, NULL, &report, &error) != CYN_OK);
  update.text = "SET title = id";
  step.definition = "two";
  OK(cyn_migrate(db, &step, NULL, &report, &error));
  CHECK(report.changed == 5 && !report.was_resumed);
  char long_name[300];
  memset(long_name, 'x', sizeof long_name - 1);
  long_name[sizeof long_name - 1] = '\0';
  step.name = long_name;
  CHECK(cyn_migrate(db, &step, NULL, &report, &error) != CYN_OK);
  CHECK_STR(error.message, "a migration's name has at most 200 bytes");
  step = step_of("copy", NULL, NULL);
  step.into = "Post";
  CHECK(cyn_migrate(db, &step, NULL, &report, &error) != CYN_OK);
  CHECK_STR(error.message, "migration copy: it copies a table into itself");
  tear_down();
}

TEST(copies_what_a_condition_says) {
  set_up(30);
  OK(cyn_db_model_set(db, &post_model, cyn_settings(.table = "Copy"), &error));
  OK(cyn_create_model(db, post, cyn_table(.wait = true), &error));
  cyn_migration step = step_of("copy some", NULL, NULL);
  cyn_migration_options options = CYN_MIGRATION_OPTIONS_INIT;
  cyn_migration_report report;
  step.into = "Copy";
  step.where = expression_of("old_views <= :n", "{\":n\":{\"N\":\"12\"}}");
  options.rate_limit = 1e6;
  OK(cyn_migrate(db, &step, &options, &report, &error));
  CHECK(report.scanned == 30 && report.changed == 12);
  CHECK_INT(count_where("attribute_exists(id)"), 12);
  OK(cyn_db_model_set(db, &post_model, NULL, &error));
  cyn_item_builder_destroy(values);
  values = NULL;
  tear_down();
}

static atomic_int countdown = -1;
static int fail_at_zero(size_t size) {
  (void)size;
  return atomic_load(&countdown) >= 0 && atomic_fetch_sub(&countdown, 1) == 0;
}

/* Each time the items are turned the other way; what an error has left is done by the next. */
static cyn_status turn(int n, cyn_migration_report *report) {
  const bool is_even = n % 2 == 0;
  cyn_change_rename rename = {is_even ? "old_views" : "turned", is_even ? "turned" : "old_views"};
  cyn_migration_expression update = {is_even ? "SET title = id" : "REMOVE title", {0, NULL}, {NULL, 0, NULL}};
  const cyn_change_part list[] = {{cyn_change_by_rename, &rename}, {cyn_change_by_update, &update},
                                  {cyn_change_by_unicode_set, (void *)(uintptr_t)"tags"}};
  cyn_change_parts parts = {3, list};
  cyn_migration step = step_of("turn", cyn_change_by_parts, &parts);
  cyn_migration_options options = CYN_MIGRATION_OPTIONS_INIT;
  step.version = n;
  step.definition = "turns";
  step.where.text = "attribute_exists(id)";
  options.segments = 1;
  return cyn_migrate(db, &step, &options, report, &error);
}

TEST(every_allocation_fails_once) {
  set_up(3);
  put("{\"id\":{\"S\":\"x\"},\"views\":{\"N\":\"1\"},\"tags\":{\"SS\":[\"\\\"x\\\"\"]}}");
  cyn_i_alloc_hook = fail_at_zero;
  int failures = 0;
  for (int n = 0; n < 2000; n++) {
    cyn_migration_report report;
    atomic_store(&countdown, n);
    cyn_status status = turn(n, &report);
    bool all_done = atomic_load(&countdown) >= 0;
    atomic_store(&countdown, -1);
    failures += status != CYN_OK;
    cyn_error_clean_up(&error);
    if (all_done) break;
  }
  cyn_i_alloc_hook = NULL;
  CHECK(failures > 20);
  cyn_migration_report report;
  OK(turn(5001, &report));
  CHECK_INT(count_raw("attribute_not_exists(turned) AND attribute_not_exists(title) AND #v = :1"), 4);
  tear_down();
}
