/* Waiters: until the table is as wished, or the looks are used up. */
#include "base/error.h"
#include "both.h"
#include "unruly_server.h"

static cyn_wait_options quick(int looks) {
  cyn_wait_options options = CYN_WAIT_OPTIONS_INIT;
  options.delay_ms = cyn_int(10);
  options.max_looks = cyn_int(looks);
  return options;
}

TEST(tables_that_are_and_are_not) {
  both b;
  FOR_ALL_KINDS(b) {
    const cyn_wait_options options = quick(3);
    CHECK_INT(cyn_wait_table_exists(b.db, cyn_str("Thread"), &options, &b.error), CYN_E_TIMEOUT);
    CHECK_STR(b.error.message, "table Thread is not ACTIVE after 3 looks, 10 ms apart");
    CHECK_INT(cyn_wait_table_not_exists(b.db, cyn_str("Thread"), NULL, &b.error), CYN_OK);
    both_table(&b);
    CHECK_INT(cyn_wait_table_exists(b.db, cyn_str("Thread"), NULL, &b.error), CYN_OK);
    CHECK_INT(cyn_wait_table_not_exists(b.db, cyn_str("Thread"), &options, &b.error), CYN_E_TIMEOUT);
    CHECK_INT(cyn_wait_table_exists(b.db, cyn_str("x"), &options, &b.error), CYN_E_VALIDATION);
  }
}

TEST(states_pass) {
  stand_in server;
  stand_in_start(&server);
  stand_in_json(&server, 400, "", "{\"__type\":\"x#ResourceNotFoundException\"}");
  stand_in_json(&server, 200, "", "{\"Table\":{\"TableStatus\":\"CREATING\"}}");
  stand_in_json(&server, 200, "", "{}");
  stand_in_json(&server, 200, "", "{\"Table\":{\"TableStatus\":\"ACTIVE\"}}");
  cyn_db *db = NULL;
  cyn_error error = CYN_ERROR_INIT;
  REQUIRE(cyn_open(server.url, NULL, &db, &error) == CYN_OK);
  const cyn_wait_options options = quick(10);
  CHECK_INT(cyn_wait_table_exists(db, cyn_str("Thread"), &options, &error), CYN_OK);
  CHECK_INT(stand_in_requests(&server), 4);
  cyn_db_close(db);
  cyn_error_clean_up(&error);
  stand_in_stop(&server);
}
