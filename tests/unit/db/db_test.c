/* Handles: opening, sharing, closing. */
#include "db/db.h"

#include "base/error.h"
#include "both.h"

static cyn_db *open_at(const char *url, const char *region) {
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  cyn_error error = CYN_ERROR_INIT;
  cyn_db *db = NULL;
  options.region = cyn_str(region);
  if (cyn_open(url, &options, &db, &error) != CYN_OK) test_failed(__FILE__, __LINE__, "%s: %s", url, error.message);
  cyn_error_clean_up(&error);
  return db;
}

/* The answer, or the error's name: until the next call. */
static const char *answer_of(cyn_db *db, const char *operation, const char *json) {
  static char text[3000];
  cyn_result *result = cyn_result_new();
  cyn_error error = CYN_ERROR_INIT;
  cyn_bytes output = {NULL, 0};
  cyn_status status = cyn_call_json(db, operation, cyn_str(json), result, &output, &error);
  (void)snprintf(text, sizeof text, "%.*s", (int)(status == CYN_OK ? output.size : strlen(error.name)),
                 status == CYN_OK ? output.data : error.name);
  cyn_error_clean_up(&error);
  cyn_result_destroy(result);
  return text;
}

#define TABLE_T                                                                         \
  "{\"TableName\":\"Tab\",\"BillingMode\":\"PAY_PER_REQUEST\",\"AttributeDefinitions\":[" \
  "{\"AttributeName\":\"id\",\"AttributeType\":\"S\"}],\"KeySchema\":[{\"AttributeName\":\"id\",\"KeyType\":\"HASH\"}]}"

TEST(a_named_memory_is_one_per_process) {
  cyn_db *one = open_at("memory:shared", NULL), *two = open_at("memory:shared", NULL), *other = open_at("memory:other", NULL);
  REQUIRE(one != NULL && two != NULL && other != NULL);
  CHECK(strstr(answer_of(one, "CreateTable", TABLE_T), "\"TableStatus\"") != NULL);
  CHECK_STR(answer_of(two, "PutItem", "{\"TableName\":\"Tab\",\"Item\":{\"id\":{\"S\":\"a\"}}}"), "{}");
  CHECK_STR(answer_of(other, "ListTables", "{}"), "{\"TableNames\":[]}");
  CHECK(cyn_i_db_clock(one) == cyn_i_db_clock(two) && cyn_i_db_clock(one) != cyn_i_db_clock(other));
  cyn_db_close(one); /* the data lives as long as any handle */
  CHECK_STR(cyn_i_db_url(two), "memory:shared");
  CHECK_STR(answer_of(two, "GetItem", "{\"TableName\":\"Tab\",\"Key\":{\"id\":{\"S\":\"a\"}}}"),
            "{\"Item\":{\"id\":{\"S\":\"a\"}}}");
  cyn_db *three = open_at("memory:shared", NULL);
  CHECK_STR(answer_of(three, "ListTables", "{}"), "{\"TableNames\":[\"Tab\"]}");
  cyn_db_close(two);
  cyn_db_close(three);
  cyn_db *anew = open_at("memory:shared", NULL);
  CHECK_STR(answer_of(anew, "ListTables", "{}"), "{\"TableNames\":[]}");
  cyn_db_close(anew);
  cyn_db_close(other);
}

TEST(handles_of_a_named_memory_have_their_own_settings) {
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  cyn_db *one = open_at("memory:regions", "eu-west-1"), *two = open_at("memory:regions", "us-west-2"), *three = NULL;
  options.region = cyn_str("eu-west-1");
  options.account = cyn_str("123456789012");
  REQUIRE(one != NULL && two != NULL && cyn_open("memory:regions", &options, &three, NULL) == CYN_OK);
  CHECK_STR(cyn_db_region(one).data, "eu-west-1");
  CHECK_STR(cyn_db_region(two).data, "us-west-2");
  CHECK(strstr(answer_of(one, "CreateTable", TABLE_T), "arn:aws:dynamodb:eu-west-1:000000000000:table/Tab") != NULL);
  CHECK(strstr(answer_of(two, "CreateTable", TABLE_T), "arn:aws:dynamodb:us-west-2:000000000000:table/Tab") != NULL);
  CHECK_STR(answer_of(two, "PutItem", "{\"TableName\":\"Tab\",\"Item\":{\"id\":{\"S\":\"west\"}}}"), "{}");
  CHECK(strstr(answer_of(one, "Scan", "{\"TableName\":\"Tab\"}"), "\"Count\":0") != NULL); /* a Region's tables are its own */
  CHECK_STR(answer_of(three, "DescribeTable", "{\"TableName\":\"Tab\"}"), "ResourceNotFoundException");
  cyn_db_close(one);
  CHECK(strstr(answer_of(two, "Scan", "{\"TableName\":\"Tab\"}"), "\"Count\":1") != NULL);
  cyn_db_close(three);
  cyn_db_close(two);
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
