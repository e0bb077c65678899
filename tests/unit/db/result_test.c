/* Results: one for many calls, inputs of older programs, errors as bodies. */
#include "db/result_private.h"

#include "base/error.h"
#include "both.h"

TEST(an_input_of_an_older_program_is_made_whole) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  const cyn_i_shape *shape = cyn_i_operations[CYN_OPERATION_PUT_ITEM].input;
  cyn_put_item_input input = CYN_PUT_ITEM_INPUT_INIT;
  CHECK(cyn_i_result_whole_input(shape, &input, &arena) == &input);
  input.table_name = cyn_str("Thread");
  input.struct_size = offsetof(cyn_put_item_input, expected);
  input.expected.count = 99; /* behind the end of what that program knows */
  const cyn_put_item_input *whole = cyn_i_result_whole_input(shape, &input, &arena);
  REQUIRE(whole != NULL && whole != &input);
  CHECK(whole->table_name.size == 6 && whole->expected.count == 0);
  cyn_i_arena_clean_up(&arena);
}

TEST(unknown_operations_and_bad_json) {
  both b;
  FOR_ALL_KINDS(b) {
    cyn_bytes output;
    CHECK_INT(cyn_call_json(b.db, "Nothing", cyn_str("{}"), b.result, &output, &b.error), CYN_E_UNKNOWN_OPERATION);
    CHECK_INT(cyn_call_json(b.db, "ListTables", cyn_str("{"), b.result, &output, &b.error), CYN_E_SERIALIZATION);
    CHECK(output.data == NULL);
    CHECK_INT(cyn_error_to_json(&b.error, b.result, &output), CYN_OK);
    CHECK(strstr(output.data, "SerializationException") != NULL);
  }
}

TEST(any_operation_by_its_number) {
  both b;
  FOR_ALL_KINDS(b) {
    cyn_list_tables_input input = CYN_LIST_TABLES_INPUT_INIT;
    const void *output = NULL;
    REQUIRE(cyn_call(b.db, CYN_OPERATION_LIST_TABLES, &input, b.result, &output, &b.error) == CYN_OK);
    CHECK_INT(((const cyn_list_tables_output *)output)->table_names.count, 0);
    CHECK_INT(cyn_call(b.db, CYN_OPERATION_COUNT, &input, b.result, &output, &b.error), CYN_E_USAGE);
    CHECK(output == NULL);
    CHECK_INT(cyn_db_calls_under_way(b.db), 0);
    CHECK(cyn_db_region(b.db).size != 0);
  }
}

TEST(errors_tell_the_request) {
  both b;
  FOR_ALL_KINDS(b) {
    cyn_describe_table_input input = CYN_DESCRIBE_TABLE_INPUT_INIT;
    input.table_name = cyn_str("Nobody");
    const void *output = NULL;
    CHECK_INT(cyn_call(b.db, CYN_OPERATION_DESCRIBE_TABLE, &input, b.result, &output, &b.error), CYN_E_RESOURCE_NOT_FOUND);
    REQUIRE(b.error.request_id != NULL);
    CHECK_INT(strlen(b.error.request_id), 52);
  }
}
