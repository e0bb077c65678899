/* Handles: opening, sharing, closing. */
#include "db/db.h"

#include "base/error.h"
#include "both.h"

TEST(a_named_memory_is_one_per_process) {
  cyn_db *one = NULL, *two = NULL, *other = NULL;
  REQUIRE(cyn_open("memory:shared", NULL, &one, NULL) == CYN_OK);
  REQUIRE(cyn_open("memory:shared", NULL, &two, NULL) == CYN_OK);
  REQUIRE(cyn_open("memory:other", NULL, &other, NULL) == CYN_OK);
  CHECK(one == two && one != other);
  cyn_db_close(one);
  CHECK_STR(cyn_i_db_url(two), "memory:shared");
  cyn_db_close(two);
  cyn_db_close(other);
}

TEST(what_a_handle_says_of_itself) {
  both b;
  FOR_ALL_KINDS(b) {
    CHECK_INT(cyn_i_db_is_remote(b.db), b.kind == BOTH_REMOTE);
    CHECK_INT(cyn_i_db_is_volatile(b.db), b.kind == BOTH_MEMORY);
    cyn_bytes region = cyn_i_db_region(b.db);
    CHECK(region.size == 9 && memcmp(region.data, "us-east-1", 9) == 0);
    cyn_i_turn *turn = cyn_i_db_turn_new(b.db);
    CHECK((turn == NULL) == (b.kind == BOTH_REMOTE));
    cyn_i_db_turn_destroy(turn);
    cyn_i_db_stat stat;
    cyn_i_db_stat_get(b.db, &stat);
    CHECK_INT(stat.table_count, 0);
    cyn_i_db_set_owner_url(b.db, cyn_str("http://x"));
    char text[64];
    CHECK(!cyn_i_db_table_elsewhere(b.db, &(cyn_i_context){.account = cyn_str("000000000000"), .region = region},
                                    cyn_str("Thread"), text));
  }
}

TEST(options_of_an_older_program) {
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  options.size = offsetof(cyn_db_options, access_key_id); /* it knows no more */
  options.access_key_id = cyn_str("never looked at");
  cyn_db *db = NULL;
  CHECK_INT(cyn_open("http://127.0.0.1:1", &options, &db, NULL), CYN_OK);
  cyn_db_close(db);
  cyn_db_close(NULL);
}
