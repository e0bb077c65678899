/* The hierarchy of errors. */
#include <cynamo/cynamo.h>

#include "base/error.h"
#include "test.h"

static cyn_error call(const char *operation, const char *json) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_db *db;
  cyn_result *result = cyn_result_new();
  cyn_bytes answer;
  if (cyn_open("memory:", NULL, &db, &error) == CYN_OK) {
    (void)!cyn_call_json(db, operation, cyn_str(json), result, &answer, &error);
    cyn_db_close(db);
  }
  cyn_result_destroy(result);
  return error;
}

TEST(where_and_what) {
  cyn_error error = call("PutItem", "{\"TableName\":\"None\",\"Item\":{\"a\":{\"S\":\"b\"}}}");
  CHECK_INT(cyn_error_where(&error), CYN_EXCEPTION_PUT);
  CHECK_INT(cyn_error_what(&error), CYN_EXCEPTION_TABLE_DOES_NOT_EXIST);
  CHECK(cyn_error_is(&error, CYN_EXCEPTION_PUT) && cyn_error_is(&error, CYN_EXCEPTION_CALL));
  CHECK(cyn_error_is(&error, CYN_EXCEPTION_TABLE_DOES_NOT_EXIST) && cyn_error_is(&error, CYN_EXCEPTION_ANY));
  CHECK(!cyn_error_is(&error, CYN_EXCEPTION_GET) && !cyn_error_is(&error, CYN_EXCEPTION_MODEL));
  CHECK_STR(cyn_error_operation(&error), "PutItem");
  cyn_error_clean_up(&error);
  CHECK(!cyn_error_is(&error, CYN_EXCEPTION_ANY) && cyn_error_operation(&error) == NULL);
  error = call("Query", "{\"TableName\":\"x\"}");
  CHECK_INT(cyn_error_where(&error), CYN_EXCEPTION_QUERY);
  CHECK_INT(cyn_error_what(&error), CYN_EXCEPTION_INVALID);
  cyn_error_clean_up(&error);
  error = call("DescribeTable", "{\"TableName\":\"None\"}");
  CHECK(cyn_error_is(&error, CYN_EXCEPTION_TABLE) && cyn_error_is(&error, CYN_EXCEPTION_TABLE_DOES_NOT_EXIST));
  cyn_error_clean_up(&error);
  CHECK(!cyn_error_is(NULL, CYN_EXCEPTION_ANY));
}

TEST(names) {
  CHECK_STR(cyn_exception_name(CYN_EXCEPTION_PUT), "CYN_EXCEPTION_PUT");
  CHECK_INT(cyn_exception_parent(CYN_EXCEPTION_PUT), CYN_EXCEPTION_CALL);
  CHECK_STR(cyn_exception_name(CYN_EXCEPTION_COUNT), "");
  for (int i = 0; i < CYN_EXCEPTION_COUNT; i++) CHECK(cyn_exception_text((cyn_exception)i)[0] != '\0');
}

typedef struct inner {
  const char *text;
} inner;
typedef struct outer {
  const char *id;
  CYN_LIST_OF(inner) list;
} outer;
CYN_STRUCT(inner, CYN_ATTR(text));
CYN_MODEL(outer, CYN_TABLE("Outer"), CYN_HASH_KEY(id), CYN_MAP_LIST(list, inner));

TEST(paths) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_memory *memory = cyn_memory_new();
  inner elements[2] = {{"a"}, {NULL}};
  outer o = {.id = "x"};
  char path[40], small[4];
  cyn_item item;
  o.list.at = elements;
  o.list.count = 2;
  CHECK(cyn_to_item(outer, &o, &item, memory, &error) != CYN_OK);
  CHECK(cyn_error_is(&error, CYN_EXCEPTION_ATTRIBUTE_NULL) && cyn_error_is(&error, CYN_EXCEPTION_MODEL));
  CHECK_INT(cyn_error_path(&error, path, sizeof path), 12);
  CHECK_STR(path, "list[1].text");
  CHECK_INT(cyn_error_path(&error, small, sizeof small), 12);
  CHECK_STR(small, "lis");
  cyn_error_clean_up(&error);
  error = call("Query", "{}");
  CHECK_INT(cyn_error_path(&error, path, sizeof path), 0);
  cyn_error_clean_up(&error);
  cyn_memory_destroy(memory);
}

/* Every operation has its place, every status its kind. */
TEST(all_places) {
  static const struct {
    cyn_operation operation;
    cyn_exception where;
  } rows[] = {
      {CYN_OPERATION_GET_ITEM, CYN_EXCEPTION_GET}, {CYN_OPERATION_BATCH_GET_ITEM, CYN_EXCEPTION_GET},
      {CYN_OPERATION_PUT_ITEM, CYN_EXCEPTION_PUT}, {CYN_OPERATION_BATCH_WRITE_ITEM, CYN_EXCEPTION_PUT},
      {CYN_OPERATION_UPDATE_ITEM, CYN_EXCEPTION_UPDATE}, {CYN_OPERATION_DELETE_ITEM, CYN_EXCEPTION_DELETE},
      {CYN_OPERATION_QUERY, CYN_EXCEPTION_QUERY}, {CYN_OPERATION_SCAN, CYN_EXCEPTION_SCAN},
      {CYN_OPERATION_TRANSACT_WRITE_ITEMS, CYN_EXCEPTION_TRANSACT_WRITE}, {CYN_OPERATION_TRANSACT_GET_ITEMS, CYN_EXCEPTION_TRANSACT_GET},
      {CYN_OPERATION_EXECUTE_STATEMENT, CYN_EXCEPTION_STATEMENT}, {CYN_OPERATION_BATCH_EXECUTE_STATEMENT, CYN_EXCEPTION_STATEMENT},
      {CYN_OPERATION_EXECUTE_TRANSACTION, CYN_EXCEPTION_STATEMENT}, {CYN_OPERATION_CREATE_TABLE, CYN_EXCEPTION_TABLE},
      {CYN_OPERATION_UPDATE_TABLE, CYN_EXCEPTION_TABLE}, {CYN_OPERATION_DELETE_TABLE, CYN_EXCEPTION_TABLE},
      {CYN_OPERATION_DESCRIBE_TABLE, CYN_EXCEPTION_TABLE}, {CYN_OPERATION_LIST_TABLES, CYN_EXCEPTION_TABLE},
      {CYN_OPERATION_UPDATE_TIME_TO_LIVE, CYN_EXCEPTION_TABLE}, {CYN_OPERATION_DESCRIBE_TIME_TO_LIVE, CYN_EXCEPTION_TABLE},
      {CYN_OPERATION_LIST_BACKUPS, CYN_EXCEPTION_CALL},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    cyn_error error = CYN_ERROR_INIT;
    error.status = CYN_E_VALIDATION;
    error.operation = (int)rows[i].operation + 1;
    if (cyn_error_where(&error) != rows[i].where) test_failed(__FILE__, __LINE__, "%s", cyn_error_operation(&error));
    CHECK(cyn_error_is(&error, CYN_EXCEPTION_CALL) && cyn_error_is(&error, CYN_EXCEPTION_INVALID));
  }
  CHECK_INT(cyn_error_where(NULL), CYN_EXCEPTION_ANY);
  cyn_error error = CYN_ERROR_INIT;
  error.status = CYN_E_VALIDATION;
  error.operation = -1;
  CHECK(cyn_error_operation(&error) == NULL);
  error.operation = CYN_OPERATION_COUNT + 1;
  CHECK(cyn_error_operation(&error) == NULL && cyn_error_operation(NULL) == NULL);
  CHECK(!cyn_error_is(&error, CYN_EXCEPTION_COUNT));
}

TEST(all_kinds) {
  static const struct {
    cyn_i_error_code status;
    cyn_exception what;
  } rows[] = {
      {CYN_E_DOES_NOT_EXIST, CYN_EXCEPTION_DOES_NOT_EXIST}, {CYN_E_RESOURCE_NOT_FOUND, CYN_EXCEPTION_TABLE_DOES_NOT_EXIST},
      {CYN_E_TABLE_NOT_FOUND, CYN_EXCEPTION_TABLE_DOES_NOT_EXIST}, {CYN_E_CONDITIONAL_CHECK_FAILED, CYN_EXCEPTION_CONDITION_FAILED},
      {CYN_E_TRANSACTION_CANCELED, CYN_EXCEPTION_TRANSACTION_CANCELED}, {CYN_E_UNPROCESSED, CYN_EXCEPTION_UNPROCESSED},
      {CYN_E_VALIDATION, CYN_EXCEPTION_INVALID}, {CYN_E_SERIALIZATION, CYN_EXCEPTION_INVALID}, {CYN_E_UNKNOWN_OPERATION, CYN_EXCEPTION_INVALID},
      {CYN_E_THROUGHPUT_EXCEEDED, CYN_EXCEPTION_THROTTLED}, {CYN_E_REQUEST_LIMIT_EXCEEDED, CYN_EXCEPTION_THROTTLED},
      {CYN_E_LIMIT_EXCEEDED, CYN_EXCEPTION_THROTTLED}, {CYN_E_THROTTLING, CYN_EXCEPTION_THROTTLED},
      {CYN_E_CONNECTION, CYN_EXCEPTION_CONNECTION}, {CYN_E_TIMEOUT, CYN_EXCEPTION_CONNECTION}, {CYN_E_CHECKSUM, CYN_EXCEPTION_CONNECTION},
      {CYN_E_INTERRUPTED, CYN_EXCEPTION_CONNECTION}, {CYN_E_BAD_ANSWER, CYN_EXCEPTION_CONNECTION},
      {CYN_E_CREDENTIALS, CYN_EXCEPTION_CREDENTIALS}, {CYN_E_ACCESS_DENIED, CYN_EXCEPTION_CREDENTIALS},
      {CYN_E_MISSING_AUTHENTICATION_TOKEN, CYN_EXCEPTION_CREDENTIALS}, {CYN_E_INCOMPLETE_SIGNATURE, CYN_EXCEPTION_CREDENTIALS},
      {CYN_E_INVALID_SIGNATURE, CYN_EXCEPTION_CREDENTIALS}, {CYN_E_UNRECOGNIZED_CLIENT, CYN_EXCEPTION_CREDENTIALS},
      {CYN_E_EXPIRED_TOKEN, CYN_EXCEPTION_CREDENTIALS}, {CYN_E_STORE, CYN_EXCEPTION_STORE}, {CYN_E_STORE_LOCKED, CYN_EXCEPTION_STORE},
      {CYN_E_STORE_FULL, CYN_EXCEPTION_STORE}, {CYN_E_STORE_VERSION, CYN_EXCEPTION_STORE},
      {CYN_E_OUT_OF_MEMORY, CYN_EXCEPTION_OUT_OF_MEMORY}, {CYN_E_USAGE, CYN_EXCEPTION_USAGE}, {CYN_E_FORKED, CYN_EXCEPTION_USAGE},
      {CYN_E_NOT_ON_BACKEND, CYN_EXCEPTION_USAGE}, {CYN_E_MODEL, CYN_EXCEPTION_MODEL}, {CYN_E_NULL_VALUE, CYN_EXCEPTION_ATTRIBUTE_NULL},
      {CYN_E_DESERIALIZATION, CYN_EXCEPTION_ATTRIBUTE_DESERIALIZATION}, {CYN_E_INTERNAL, CYN_EXCEPTION_ANY},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    cyn_error error = CYN_ERROR_INIT;
    error.status = (cyn_status)rows[i].status;
    if (cyn_error_what(&error) != rows[i].what) test_failed(__FILE__, __LINE__, "status %d", (int)rows[i].status);
    CHECK(cyn_error_is(&error, rows[i].what) && cyn_error_is(&error, CYN_EXCEPTION_ANY));
  }
  CHECK_INT(cyn_error_what(NULL), CYN_EXCEPTION_ANY);
  CHECK_STR(cyn_exception_text(CYN_EXCEPTION_COUNT), "");
  CHECK_INT(cyn_exception_parent(CYN_EXCEPTION_COUNT), CYN_EXCEPTION_ANY);
}

TEST(paths_and_little_room) {
  cyn_error error = CYN_ERROR_INIT;
  char path[8] = "x";
  (void)cyn_i_error_set(&error, CYN_E_MODEL, "model m, attribute a.b: it is wrong");
  CHECK_INT(cyn_error_path(&error, NULL, 0), 3);
  CHECK_INT(cyn_error_path(&error, path, 3), 3);
  CHECK_STR(path, "a.");
  (void)cyn_i_error_set(&error, CYN_E_MODEL, "model m, attribute without an end");
  CHECK_INT(cyn_error_path(&error, path, sizeof path), 0);
  CHECK_STR(path, "");
  (void)cyn_i_error_set(&error, CYN_E_DESERIALIZATION, "model m: of the whole");
  CHECK_INT(cyn_error_path(&error, path, sizeof path), 0);
  (void)cyn_i_error_set(&error, CYN_E_VALIDATION, "model m, attribute a: not the mapper's");
  CHECK_INT(cyn_error_path(&error, path, sizeof path), 0);
  cyn_error_clean_up(&error);
}
