/* Submitted calls over every way down. */
#include <poll.h>
#include <sys/resource.h>

#include "base/error.h"
#include "both.h"
#include "unruly_server.h"

enum { COUNT = 100 };

typedef struct flight {
  cyn_put_item_input put;
  cyn_item_builder *builder;
  cyn_result *result;
  cyn_db *db;
  int told, left;
  cyn_status status;
  bool has_output;
  char name[64];
} flight;

static void on_done(void *user, cyn_status status, const void *output, cyn_error *error) {
  flight *f = user;
  f->told++;
  f->status = status;
  f->has_output = output != NULL;
  snprintf(f->name, sizeof f->name, "%s", error->name != NULL ? error->name : "");
  if (f->left-- > 0) CHECK_INT(cyn_call_submit(f->db, CYN_OPERATION_PUT_ITEM, &f->put, f->result, on_done, f, NULL), CYN_OK);
}

static void make(flight *f, cyn_db *db, int number) {
  memset(f, 0, sizeof *f);
  f->db = db;
  f->builder = cyn_item_builder_new();
  f->result = cyn_result_new();
  f->put = (cyn_put_item_input)CYN_PUT_ITEM_INPUT_INIT;
  f->put.table_name = cyn_str("Thread");
  cyn_item_put_string(f->builder, cyn_str("pk"), cyn_str("a"));
  cyn_item_put_int(f->builder, cyn_str("sk"), number);
  CHECK_INT(cyn_item_builder_finish(f->builder, &f->put.item, NULL), CYN_OK);
}

static void unmake(flight *f) {
  cyn_item_builder_destroy(f->builder);
  cyn_result_destroy(f->result);
}

TEST(many_in_flight_from_one_thread) {
  static flight flights[COUNT];
  both b;
  FOR_ALL_KINDS(b) {
    both_table(&b);
    CHECK_INT(cyn_db_dispatch(b.db, -1), 0); /* nothing under way: returns at once */
    for (int i = 0; i < COUNT; i++) {
      make(&flights[i], b.db, i);
      CHECK_INT(cyn_call_submit(b.db, CYN_OPERATION_PUT_ITEM, &flights[i].put, flights[i].result, on_done, &flights[i], &b.error),
                CYN_OK);
      CHECK_INT(flights[i].told, 0); /* only in dispatch */
    }
    size_t told = 0, now;
    while ((now = cyn_db_dispatch(b.db, -1)) != 0) told += now;
    CHECK_INT(told, COUNT);
    for (int i = 0; i < COUNT; i++) {
      CHECK(flights[i].told == 1 && flights[i].status == CYN_OK && flights[i].has_output);
      unmake(&flights[i]);
    }
    CHECK(strstr(both_call(&b, "Scan", "{\"TableName\":\"Thread\",\"Select\":\"COUNT\"}"), "\"Count\":100") != NULL);
  }
}

TEST(a_program_with_an_event_loop) {
  flight f;
  both b;
  FOR_ALL_KINDS(b) {
    both_table(&b);
    make(&f, b.db, 1);
    f.left = 4; /* submits again from its callback, with the same result */
    struct pollfd wait = {cyn_db_poll_fd(b.db), POLLIN, 0};
    REQUIRE(wait.fd >= 0);
    CHECK_INT(poll(&wait, 1, 0), 0);
    CHECK_INT(cyn_call_submit(b.db, CYN_OPERATION_PUT_ITEM, &f.put, f.result, on_done, &f, &b.error), CYN_OK);
    for (int turns = 0; f.told < 5 && turns < 1000; turns++)
      if (poll(&wait, 1, 1000) == 1) (void)cyn_db_dispatch(b.db, 0);
    CHECK_INT(f.told, 5);
    CHECK_INT(poll(&wait, 1, 0), 0);
    unmake(&f);
  }
}

TEST(errors_reach_the_callback_or_the_caller) {
  flight f;
  both b;
  FOR_ALL_KINDS(b) {
    make(&f, b.db, 1);
    CHECK_INT(cyn_call_submit(b.db, CYN_OPERATION_PUT_ITEM, &f.put, f.result, on_done, &f, &b.error), CYN_OK);
    CHECK_INT(cyn_db_dispatch(b.db, 5000), 1);
    CHECK_STR(f.name, "ResourceNotFoundException");
    CHECK(!f.has_output);
    f.put.table_name = cyn_str("x");
    CHECK_INT(cyn_call_submit(b.db, CYN_OPERATION_PUT_ITEM, &f.put, f.result, on_done, &f, &b.error), CYN_E_VALIDATION);
    CHECK_INT(cyn_call_submit(b.db, (cyn_operation)9999, &f.put, f.result, on_done, &f, &b.error), CYN_E_USAGE);
    CHECK_INT(cyn_db_dispatch(b.db, 0), 0);
    CHECK_INT(f.told, 1);
    unmake(&f);
  }
}

TEST(closing_tells_every_callback) {
  static flight flights[8];
  stand_in server;
  stand_in_start(&server);
  stand_in_json(&server, 200, "", "{}")->delay_ms = 5000;
  cyn_db *db = NULL;
  REQUIRE(cyn_open(server.url, NULL, &db, NULL) == CYN_OK);
  for (int i = 0; i < 8; i++) {
    make(&flights[i], db, i);
    CHECK_INT(cyn_call_submit(db, CYN_OPERATION_PUT_ITEM, &flights[i].put, flights[i].result, on_done, &flights[i], NULL), CYN_OK);
  }
  CHECK_INT(cyn_db_dispatch(db, 20), 0);
  cyn_db_close(db);
  for (int i = 0; i < 8; i++) {
    CHECK_INT(flights[i].told, 1);
    CHECK_INT(flights[i].status, CYN_E_CONNECTION);
    unmake(&flights[i]);
  }
  stand_in_stop(&server);
}

TEST(what_cannot_be_submitted) {
  both b;
  REQUIRE(both_start(&b, BOTH_MEMORY));
  both_table(&b);
  flight f;
  make(&f, b.db, 1);
  CHECK_INT(cyn_call_submit(b.db, CYN_OPERATION_COUNT, &f.put, f.result, on_done, &f, &b.error), CYN_E_USAGE);
  CHECK_INT(cyn_call_submit(b.db, CYN_OPERATION_PUT_ITEM, &f.put, f.result, NULL, &f, &b.error), CYN_E_USAGE);
  CHECK_STR(b.error.message, "cyn_call_submit needs an operation and a callback");
  f.put.table_name = cyn_str("a table's name has no blanks");
  CHECK_INT(cyn_call_submit(b.db, CYN_OPERATION_PUT_ITEM, &f.put, f.result, on_done, &f, &b.error), CYN_E_VALIDATION);
  CHECK_INT(cyn_db_calls_under_way(b.db), 0);
  CHECK_INT(f.told, 0);
  unmake(&f);
  both_stop(&b);
}

/* A process that may open nothing more: an error, and it works when it may again. */
TEST(no_descriptor_to_be_had) {
  both b;
  REQUIRE(both_start(&b, BOTH_MEMORY));
  both_table(&b);
  flight f;
  make(&f, b.db, 1);
  struct rlimit before, none;
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  none = before;
  none.rlim_cur = 0;
  REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
  int fd = cyn_db_poll_fd(b.db);
  cyn_status status = cyn_call_submit(b.db, CYN_OPERATION_PUT_ITEM, &f.put, f.result, on_done, &f, &b.error);
  size_t told = cyn_db_dispatch(b.db, -1), under_way = cyn_db_calls_under_way(b.db);
  REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(fd == -1 && told == 0 && under_way == 0);
  CHECK_INT(status, CYN_E_OUT_OF_MEMORY);
  CHECK_INT(cyn_call_submit(b.db, CYN_OPERATION_PUT_ITEM, &f.put, f.result, on_done, &f, &b.error), CYN_OK);
  CHECK(cyn_db_poll_fd(b.db) >= 0 && cyn_db_dispatch(b.db, 1000) == 1);
  CHECK_INT(f.status, CYN_OK);
  unmake(&f);
  both_stop(&b);
}
