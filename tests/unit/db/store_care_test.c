/* <cynamo/store.h> over a database with everything in it. */
#include <cynamo/store.h>

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "store_sample.h"

typedef struct told {
  char first[1024];
  uint64_t faults, remarks, tables;
  int64_t items;
} told;

static void on_fault(void *user, const char *text) {
  told *t = user;
  if (t->faults++ == 0) (void)snprintf(t->first, sizeof t->first, "%s", text);
}
static void on_remark(void *user, const char *text) {
  (void)text;
  ((told *)user)->remarks++;
}
static void on_table(void *user, const cyn_store_table *table) {
  ((told *)user)->tables++;
  ((told *)user)->items += table->items;
}

static cyn_check_report check_sound(const char *url) {
  told t = {{0}, 0, 0, 0, 0};
  cyn_error error = CYN_ERROR_INIT;
  cyn_check_report report;
  cyn_check_options options = CYN_CHECK_OPTIONS_INIT;
  options.fault = on_fault;
  options.remark = on_remark;
  options.user = &t;
  if (cyn_store_check(url, &options, &report, &error) != CYN_OK) test_failed(__FILE__, __LINE__, "%s", error.message);
  else if (report.faults != 0) test_failed(__FILE__, __LINE__, "%llu faults: %s", (unsigned long long)report.faults, t.first);
  CHECK_INT(t.remarks, 0);
  cyn_error_clean_up(&error);
  return report;
}

typedef struct home {
  char folder[64], url[96], command[512];
} home;

static bool home_make(home *h) {
  (void)snprintf(h->folder, sizeof h->folder, "/tmp/cynamo-care-XXXXXX");
  if (mkdtemp(h->folder) == NULL) return false;
  (void)snprintf(h->url, sizeof h->url, "file:%s/data", h->folder);
  return true;
}
static void home_remove(home *h) {
  (void)snprintf(h->command, sizeof h->command, "rm -rf %s", h->folder);
  CHECK_INT(system(h->command), 0);
}

TEST(a_full_database_is_sound) {
  home h;
  REQUIRE(home_make(&h));
  REQUIRE(sample_fill(h.url, 300));
  cyn_check_report report = check_sound(h.url);
  CHECK_INT(report.tables, 2);
  CHECK_INT(report.items, 600);
  CHECK(report.index_entries > 600 && report.ttl_entries == 60 && !report.is_live);
  home_remove(&h);
}

/* ---- a file of each released format version ---- */

static void count_items(cyn_db *db, const char *operation, const char *json, const char *part) {
  cyn_result *result = cyn_result_new();
  cyn_error error = CYN_ERROR_INIT;
  cyn_bytes output = {NULL, 0};
  if (cyn_call_json(db, operation, cyn_str(json), result, &output, &error) != CYN_OK)
    test_failed(__FILE__, __LINE__, "%s: %s", operation, error.message);
  else if (memmem(output.data, output.size, part, strlen(part)) == NULL)
    test_failed(__FILE__, __LINE__, "%s: no %s in %.*s", operation, part, (int)(output.size < 300 ? output.size : 300), output.data);
  cyn_error_clean_up(&error);
  cyn_result_destroy(result);
}

/* CYN_GOLDEN_STORE=FOLDER makes such a file anew: only when a format version is released. */
TEST(make_golden) {
  const char *folder = getenv("CYN_GOLDEN_STORE");
  char url[300];
  if (folder == NULL) return;
  (void)snprintf(url, sizeof url, "file:%s?durability=unsafe", folder);
  CHECK(sample_fill(url, 40));
}

TEST(a_file_of_version_1) {
  home h;
  cyn_db *db;
  cyn_error error = CYN_ERROR_INIT;
  REQUIRE(home_make(&h));
  (void)snprintf(h.command, sizeof h.command, "mkdir %s/data && cp " CYN_SOURCE_DIR "/tests/golden/store-v1/data.mdb %s/data", h.folder, h.folder);
  REQUIRE(system(h.command) == 0);
  cyn_check_report report = check_sound(h.url);
  CHECK_INT(report.tables, 2);
  CHECK_INT(report.items, 80);
  cyn_store_info info;
  CHECK_INT(cyn_store_info_get(h.url, &info, NULL, NULL, &error), CYN_OK);
  CHECK(info.format_version == 1 && strcmp(info.writer, "0.1.0") == 0);
  int64_t from, to;
  CHECK_INT(cyn_store_upgrade(h.url, &from, &to, &error), CYN_OK);
  CHECK(from == 1 && to == 1);
  REQUIRE(cyn_open(h.url, NULL, &db, &error) == CYN_OK);
  count_items(db, "Scan", "{\"TableName\":\"Indexed\",\"Select\":\"COUNT\"}", "\"Count\":40");
  count_items(db, "Scan", "{\"TableName\":\"Indexed\",\"IndexName\":\"all\",\"Select\":\"COUNT\"}", "\"Count\":27");
  count_items(db, "Scan", "{\"TableName\":\"Indexed\",\"IndexName\":\"local\",\"Select\":\"COUNT\"}", "\"Count\":33");
  count_items(db, "GetItem", "{\"TableName\":\"Plain\",\"Key\":{\"pk\":{\"N\":\"3\"}}}", "\"p\":{\"S\":\"vzd");
  count_items(db, "GetItem", "{\"TableName\":\"Plain\",\"Key\":{\"pk\":{\"N\":\"25\"}}}", "\"pk\":{\"N\":\"25\"}");
  count_items(db, "DescribeTable", "{\"TableName\":\"Plain\"}", "\"ItemCount\":40");
  count_items(db, "ListTagsOfResource", "{\"ResourceArn\":\"arn:aws:dynamodb:us-east-1:000000000000:table/Plain\"}", "blue");
  count_items(db, "UpdateItem", "{\"TableName\":\"Plain\",\"Key\":{\"pk\":{\"N\":\"3\"}},\"UpdateExpression\":\"SET a = p\"}", "{}");
  cyn_db_close(db);
  check_sound(h.url);
  home_remove(&h);
}

/* ---- the functions ---- */

TEST(info_backup_compact) {
  home h;
  told t = {{0}, 0, 0, 0, 0};
  cyn_error error = CYN_ERROR_INIT;
  cyn_store_info info;
  char copy[96], copy_url[110];
  uint64_t saved = 1;
  REQUIRE(home_make(&h));
  REQUIRE(sample_fill(h.url, 60));
  CHECK_INT(cyn_store_info_get(h.url, &info, on_table, &t, &error), CYN_OK);
  CHECK(info.format_version == 1 && !info.is_live && info.entries > 100 && info.pages > info.used_pages && info.depth >= 2);
  CHECK_INT(t.tables, 2);
  CHECK_INT(t.items, 120);
  (void)snprintf(copy, sizeof copy, "%s/copy", h.folder);
  (void)snprintf(copy_url, sizeof copy_url, "file:%s", copy);
  CHECK_INT(cyn_store_backup(h.url, copy, &error), CYN_OK);
  CHECK_INT(check_sound(copy_url).items, 120);
  CHECK_INT(cyn_store_compact(copy_url, &saved, &error), CYN_OK);
  CHECK(saved > 0);
  CHECK_INT(check_sound(copy_url).free_pages, 0);
  home_remove(&h);
}

/* The same process has it open: check, info, backup and compaction work beside it. */
TEST(beside_an_open_database) {
  home h;
  cyn_db *db;
  cyn_error error = CYN_ERROR_INIT;
  cyn_store_info info;
  char copy[96], copy_url[110];
  REQUIRE(home_make(&h));
  REQUIRE(sample_fill(h.url, 60));
  REQUIRE(cyn_open(h.url, NULL, &db, &error) == CYN_OK);
  CHECK(check_sound(h.url).is_live);
  CHECK_INT(cyn_store_info_get(h.url, &info, NULL, NULL, &error), CYN_OK);
  CHECK(info.is_live && strstr(info.owner, "process ") == info.owner && strchr(info.owner, ';') == NULL);
  CHECK_INT(cyn_store_compact(h.url, NULL, &error), CYN_OK);
  count_items(db, "Scan", "{\"TableName\":\"Indexed\",\"Select\":\"COUNT\"}", "\"Count\":60");
  count_items(db, "UpdateItem", "{\"TableName\":\"Plain\",\"Key\":{\"pk\":{\"N\":\"3\"}},\"UpdateExpression\":\"SET a = p\"}", "{}");
  (void)snprintf(copy, sizeof copy, "%s/copy", h.folder);
  (void)snprintf(copy_url, sizeof copy_url, "file:%s", copy);
  CHECK_INT(cyn_db_backup(db, copy, &error), CYN_OK);
  CHECK_INT(check_sound(copy_url).items, 120);
  CHECK(cyn_store_upgrade(h.url, NULL, NULL, &error) != CYN_OK);
  CHECK_STR(error.name, "CynamoStoreLocked");
  cyn_error_clean_up(&error);
  cyn_db_close(db);
  CHECK(!check_sound(h.url).is_live);
  home_remove(&h);
}

TEST(a_memory_database_is_backed_up) {
  home h;
  cyn_db *db;
  cyn_error error = CYN_ERROR_INIT;
  REQUIRE(home_make(&h));
  REQUIRE(sample_fill("memory:", 10)); /* which is lost */
  REQUIRE(cyn_open("memory:care", NULL, &db, &error) == CYN_OK);
  REQUIRE(sample_fill("memory:care", 60));
  CHECK_INT(cyn_db_backup(db, h.url + 5, &error), CYN_OK);
  cyn_db_close(db);
  CHECK_INT(check_sound(h.url).items, 120);
  home_remove(&h);
}

TEST(what_has_no_file_here) {
  static const char *const urls[] = {"memory:", "memory:name", "http://127.0.0.1:1", "aws:eu-west-1", "nonsense"};
  cyn_error error = CYN_ERROR_INIT;
  cyn_check_report report;
  cyn_store_info info;
  for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
    cyn_status codes[] = {cyn_store_check(urls[i], NULL, &report, NULL), cyn_store_info_get(urls[i], &info, NULL, NULL, NULL),
                          cyn_store_backup(urls[i], "/tmp/cynamo-no", NULL), cyn_store_compact(urls[i], NULL, NULL),
                          cyn_store_upgrade(urls[i], NULL, NULL, &error)};
    for (size_t k = 0; k < sizeof codes / sizeof codes[0]; k++) CHECK(codes[k] != CYN_OK && codes[k] == error.status);
    CHECK_STR(error.name, "CynamoUsageError");
    if (i < 4) CHECK(strstr(error.message, "not on this backend") != NULL);
    cyn_error_clean_up(&error);
  }
}

/* ---- counters under load ---- */

typedef struct crowd {
  cyn_db *db;
  unsigned number;
  _Atomic bool *stop;
  unsigned failed;
} crowd;

static bool crowd_call(crowd *c, cyn_result *result, const char *operation, const char *json) {
  cyn_bytes output;
  bool done = cyn_call_json(c->db, operation, cyn_str(json), result, &output, NULL) == CYN_OK;
  c->failed += !done;
  return done;
}

static void *crowd_run(void *argument) {
  crowd *c = argument;
  cyn_result *result = cyn_result_new();
  char json[300];
  for (unsigned i = c->number; !atomic_load(c->stop) && c->failed == 0; i += 7) {
    if (i % 3 == 0)
      (void)snprintf(json, sizeof json, "{\"TableName\":\"Busy\",\"Key\":{\"pk\":{\"N\":\"%u\"}}}", i % 2000);
    else
      (void)snprintf(json, sizeof json, "{\"TableName\":\"Busy\",\"Item\":{\"pk\":{\"N\":\"%u\"},\"g\":{\"N\":\"%u\"},\"t\":{\"S\":\"%.*s\"}}}",
                     i % 2000, i % 50, (int)(i % 40), "0123456789012345678901234567890123456789");
    (void)crowd_call(c, result, i % 3 == 0 ? "DeleteItem" : "PutItem", json);
  }
  cyn_result_destroy(result);
  return NULL;
}

/* An index is filled while its table is written to: afterwards its counters say what is in it. */
TEST(counters_of_an_index_that_was_filled_under_load) {
  home h;
  cyn_error error = CYN_ERROR_INIT;
  char url[128];
  cyn_db *db;
  _Atomic bool stop = false;
  pthread_t threads[3];
  crowd crowds[3];
  REQUIRE(home_make(&h));
  (void)snprintf(url, sizeof url, "%s?durability=unsafe", h.url);
  REQUIRE(cyn_open(url, NULL, &db, &error) == CYN_OK);
  count_items(db, "CreateTable",
              "{\"TableName\":\"Busy\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{\"AttributeName\":\"pk\",\"KeyType\":\"HASH\"}],"
              "\"AttributeDefinitions\":[{\"AttributeName\":\"pk\",\"AttributeType\":\"N\"}]}",
              "Busy");
  for (unsigned i = 0; i < 3; i++) {
    crowds[i] = (crowd){db, i, &stop, 0};
    REQUIRE(pthread_create(&threads[i], NULL, crowd_run, &crowds[i]) == 0);
  }
  for (unsigned round = 0; round < 5 && !test_current_failed(); round++) {
    (void)usleep(60000);
    count_items(db, "UpdateTable",
                "{\"TableName\":\"Busy\",\"AttributeDefinitions\":[{\"AttributeName\":\"g\",\"AttributeType\":\"N\"}],"
                "\"GlobalSecondaryIndexUpdates\":[{\"Create\":{\"IndexName\":\"byG\",\"KeySchema\":[{\"AttributeName\":\"g\",\"KeyType\":"
                "\"HASH\"}],\"Projection\":{\"ProjectionType\":\"ALL\"}}}]}",
                "byG");
    cyn_result *result = cyn_result_new();
    cyn_bytes output = {NULL, 0};
    bool is_active = false;
    for (unsigned i = 0; i < 500 && !is_active; i++) {
      if (cyn_call_json(db, "DescribeTable", cyn_str("{\"TableName\":\"Busy\"}"), result, &output, NULL) != CYN_OK) break;
      is_active = memmem(output.data, output.size, "\"IndexStatus\":\"ACTIVE\"", 22) != NULL;
      (void)usleep(10000);
    }
    CHECK(is_active);
    cyn_result_destroy(result);
    check_sound(h.url); /* of one commit, while it goes on */
    if (round < 4)
      count_items(db, "UpdateTable",
                  "{\"TableName\":\"Busy\",\"GlobalSecondaryIndexUpdates\":[{\"Delete\":{\"IndexName\":\"byG\"}}]}", "Busy");
  }
  atomic_store(&stop, true);
  for (unsigned i = 0; i < 3; i++) {
    (void)pthread_join(threads[i], NULL);
    CHECK_INT(crowds[i].failed, 0);
  }
  cyn_db_close(db);
  CHECK_INT(check_sound(h.url).faults, 0);
  home_remove(&h);
}
