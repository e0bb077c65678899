/* The hierarchy of errors. */
#include <cynamo/cynamo.h>

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
