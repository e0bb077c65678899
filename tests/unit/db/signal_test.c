/* Signals: who is told what, failing receivers, connecting and disconnecting inside receivers, submitted calls, a server. */
#include <cynamo/cynamo.h>

#include <pthread.h>

#include "test.h"

typedef struct seen {
  int count, failures;
  char operation[40], table[40], sender[40], uuid[40], last_line[400];
  cyn_status status;
  cyn_signal_connection own;
} seen;

static void keep(char *out, size_t room, const char *data, size_t size) {
  if (size >= room) size = room - 1;
  if (size != 0) memcpy(out, data, size);
  out[size] = '\0';
}

static cyn_status receive(const cyn_signal_event *event, void *user, cyn_error *error) {
  seen *s = user;
  (void)error;
  s->count++;
  keep(s->operation, sizeof s->operation, event->operation_name, strlen(event->operation_name));
  keep(s->table, sizeof s->table, event->table_name.data, event->table_name.size);
  keep(s->sender, sizeof s->sender, event->sender, strlen(event->sender));
  keep(s->uuid, sizeof s->uuid, event->req_uuid, strlen(event->req_uuid));
  s->status = event->status;
  return CYN_OK;
}

static cyn_status fail(const cyn_signal_event *event, void *user, cyn_error *error) {
  (void)user;
  return event->operation_name != NULL ? cyn_fail(error, "I do not like it") : CYN_OK;
}

static cyn_status once(const cyn_signal_event *event, void *user, cyn_error *error) {
  seen *s = user;
  cyn_signal_disconnect(s->own);
  return receive(event, user, error);
}

static void log_line(void *user, const char *line) {
  seen *s = user;
  s->failures++;
  keep(s->last_line, sizeof s->last_line, line, strlen(line));
}

static cyn_db *db;
static cyn_error error;
static cyn_result *result;

static cyn_status list(void) {
  cyn_bytes answer;
  return cyn_call_json(db, "ListTables", cyn_str("{}"), result, &answer, &error);
}
static cyn_status describe(void) {
  cyn_bytes answer;
  return cyn_call_json(db, "DescribeTable", cyn_str("{\"TableName\":\"None\"}"), result, &answer, &error);
}

static void set_up(void) {
  CHECK(cyn_open("memory:", NULL, &db, &error) == CYN_OK);
  result = cyn_result_new();
}
static void tear_down(void) {
  cyn_result_destroy(result);
  cyn_db_close(db);
  cyn_error_clean_up(&error);
}

TEST(before_and_after) {
  set_up();
  seen pre = {0}, post = {0};
  cyn_signal_connection a, b;
  CHECK(cyn_signal_connect(CYN_SIGNAL_PRE_SEND, NULL, NULL, receive, &pre, &a, &error) == CYN_OK);
  CHECK(cyn_signal_connect(CYN_SIGNAL_POST_SEND, db, "", receive, &post, &b, &error) == CYN_OK);
  CHECK(describe() != CYN_OK);
  CHECK(pre.count == 1 && post.count == 1);
  CHECK_STR(pre.operation, "DescribeTable");
  CHECK_STR(post.table, "None");
  CHECK_STR(pre.uuid, post.uuid);
  CHECK_INT(strlen(pre.uuid), 36);
  CHECK(pre.status == CYN_OK && post.status != CYN_OK);
  CHECK(list() == CYN_OK);
  CHECK_STR(pre.table, "");
  cyn_signal_disconnect(a);
  cyn_signal_disconnect(12345);
  CHECK(list() == CYN_OK);
  CHECK(pre.count == 2 && post.count == 3);
  cyn_signal_disconnect(b);
  tear_down();
}

TEST(only_one_database_and_sender) {
  set_up();
  seen other = {0}, by_sender = {0};
  cyn_db *second;
  cyn_signal_connection a, b;
  CHECK(cyn_open("memory:", NULL, &second, &error) == CYN_OK);
  CHECK(cyn_signal_connect(CYN_SIGNAL_PRE_SEND, second, NULL, receive, &other, &a, &error) == CYN_OK);
  CHECK(cyn_signal_connect(CYN_SIGNAL_PRE_SEND, NULL, "thread", receive, &by_sender, &b, &error) == CYN_OK);
  CHECK(list() == CYN_OK);
  CHECK(other.count == 0 && by_sender.count == 0);
  cyn_signal_disconnect(a);
  cyn_signal_disconnect(b);
  cyn_db_close(second);
  tear_down();
}

TEST(failing_receivers) {
  set_up();
  seen log = {0}, after = {0};
  cyn_signal_connection a, b;
  cyn_signal_set_log(log_line, &log);
  CHECK(cyn_signal_connect(CYN_SIGNAL_PRE_SEND, NULL, NULL, fail, NULL, &a, &error) == CYN_OK);
  CHECK(cyn_signal_connect(CYN_SIGNAL_PRE_SEND, NULL, NULL, receive, &after, &b, &error) == CYN_OK);
  CHECK(list() == CYN_OK);
  CHECK(log.failures == 1 && after.count == 1);
  CHECK(strstr(log.last_line, "a receiver of pre_dynamodb_send failed at ListTables") != NULL);
  CHECK(strstr(log.last_line, "I do not like it") != NULL);
  cyn_signal_disconnect(a);
  cyn_signal_disconnect(b);
  cyn_signal_set_log(NULL, NULL);
  tear_down();
}

TEST(disconnects_inside) {
  set_up();
  seen s = {0};
  CHECK(cyn_signal_connect(CYN_SIGNAL_POST_SEND, NULL, NULL, once, &s, &s.own, &error) == CYN_OK);
  CHECK(list() == CYN_OK);
  CHECK(list() == CYN_OK);
  CHECK_INT(s.count, 1);
  tear_down();
}

static void done(void *user, cyn_status status, const void *output, cyn_error *e) {
  (void)output, (void)e;
  *(cyn_status *)user = status;
}

TEST(submitted_calls) {
  set_up();
  seen pre = {0}, post = {0};
  cyn_signal_connection a, b;
  cyn_status status = -1;
  cyn_list_tables_input input = CYN_LIST_TABLES_INPUT_INIT;
  CHECK(cyn_signal_connect(CYN_SIGNAL_PRE_SEND, db, NULL, receive, &pre, &a, &error) == CYN_OK);
  CHECK(cyn_signal_connect(CYN_SIGNAL_POST_SEND, db, NULL, receive, &post, &b, &error) == CYN_OK);
  CHECK(cyn_call_submit(db, CYN_OPERATION_LIST_TABLES, &input, result, done, &status, &error) == CYN_OK);
  while (cyn_db_dispatch(db, -1) != 0) {
  }
  CHECK_INT(status, CYN_OK);
  CHECK(pre.count == 1 && post.count == 1);
  CHECK_STR(pre.uuid, post.uuid);
  cyn_signal_disconnect(a);
  cyn_signal_disconnect(b);
  tear_down();
}

static cyn_status nothing(const cyn_signal_event *event, void *user, cyn_error *e) {
  (void)event, (void)user, (void)e;
  return CYN_OK;
}

static void *turn_over(void *user) {
  cyn_error own = CYN_ERROR_INIT;
  cyn_result *mine = cyn_result_new();
  cyn_bytes answer;
  for (int i = 0; i < 200; i++) {
    cyn_signal_connection a;
    if (cyn_signal_connect(CYN_SIGNAL_PRE_SEND, NULL, NULL, nothing, NULL, &a, &own) != CYN_OK) continue;
    CHECK(cyn_call_json(user, "ListTables", cyn_str("{}"), mine, &answer, &own) == CYN_OK);
    cyn_signal_disconnect(a);
  }
  cyn_result_destroy(mine);
  cyn_error_clean_up(&own);
  return NULL;
}

TEST(many_threads) {
  set_up();
  pthread_t threads[4];
  cyn_signal_connection a;
  CHECK(cyn_signal_connect(CYN_SIGNAL_PRE_SEND, NULL, NULL, nothing, NULL, &a, &error) == CYN_OK);
  for (int i = 0; i < 4; i++) CHECK_INT(pthread_create(&threads[i], NULL, turn_over, db), 0);
  for (int i = 0; i < 4; i++) CHECK_INT(pthread_join(threads[i], NULL), 0);
  cyn_signal_disconnect(a);
  tear_down();
}
