/* The encoder where a round trip (decode_test.c) does not reach: structs made by hand, doubles, timestamps, blobs. */
#include "api_cases.h"

static const char *encoded(cyn_i_arena *arena, cyn_operation operation, bool is_output, const void *structure) {
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, arena);
  const cyn_i_operation *row = &cyn_i_operations[operation];
  cyn_i_api_encode(is_output ? row->output : row->input, structure, &buf);
  cyn_i_buf_byte(&buf, '\0');
  return (const char *)buf.data;
}

TEST(absent_members_are_left_out) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_query_output out = CYN_QUERY_OUTPUT_INIT;
  CHECK_STR(encoded(&arena, CYN_OPERATION_QUERY, true, &out), "{}");
  out.count = cyn_int(0);
  CHECK_STR(encoded(&arena, CYN_OPERATION_QUERY, true, &out), "{\"Count\":0}");
  cyn_item nothing[1] = {{0}};
  out.items = (cyn_item_list){0, nothing};
  CHECK_STR(encoded(&arena, CYN_OPERATION_QUERY, true, &out), "{\"Items\":[],\"Count\":0}");
  cyn_i_arena_clean_up(&arena);
}

TEST(doubles_and_nested_maps) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_capacity one = CYN_CAPACITY_INIT;
  one.capacity_units = cyn_double(1);
  cyn_secondary_indexes_capacity_map_entry entries[] = {{cyn_str("a\"b"), &one}, {cyn_str("c"), &one}};
  cyn_consumed_capacity capacity = CYN_CONSUMED_CAPACITY_INIT;
  capacity.table_name = cyn_str("t");
  capacity.capacity_units = cyn_double(2.5);
  capacity.table = &one;
  capacity.global_secondary_indexes = (cyn_secondary_indexes_capacity_map){2, entries};
  cyn_put_item_output out = CYN_PUT_ITEM_OUTPUT_INIT;
  out.consumed_capacity = &capacity;
  CHECK_STR(encoded(&arena, CYN_OPERATION_PUT_ITEM, true, &out),
            "{\"ConsumedCapacity\":{\"TableName\":\"t\",\"CapacityUnits\":2.5,\"Table\":{\"CapacityUnits\":1.0},"
            "\"GlobalSecondaryIndexes\":{\"a\\\"b\":{\"CapacityUnits\":1.0},\"c\":{\"CapacityUnits\":1.0}}}}");
  cyn_i_arena_clean_up(&arena);
}

TEST(timestamps) {
  static const struct {
    double seconds;
    const char *text;
  } rows[] = {{0, "0"},          {1, "1"},           {1421866952, "1421866952"}, {1421866952.062, "1421866952.062"},
              {0.5, "0.5"},      {0.25, "0.25"},     {1700000000.9999, "1700000001"}, {1700000000.1, "1700000000.1"},
              {-0.25, "-0.25"},  {-1.5, "-1.5"},     {-2, "-2"},                 {1e300, "0"},
              {-1e300, "0"},     {0.0001, "0"},      {1700000000.01, "1700000000.01"}};
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    cyn_get_shard_iterator_input input = CYN_GET_SHARD_ITERATOR_INPUT_INIT;
    input.timestamp = cyn_double(rows[i].seconds);
    CHECK_STR(encoded(&arena, CYN_OPERATION_GET_SHARD_ITERATOR, false, &input),
              cyn_i_arena_printf(&arena, "{\"Timestamp\":%s}", rows[i].text));
  }
  cyn_i_arena_clean_up(&arena);
}

TEST(text_that_is_not_utf8_stays_json) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_describe_table_input input = CYN_DESCRIBE_TABLE_INPUT_INIT;
  input.table_name = (cyn_bytes){"a\xff\n\0b", 5};
  CHECK_STR(encoded(&arena, CYN_OPERATION_DESCRIBE_TABLE, false, &input),
            "{\"TableName\":\"a\xef\xbf\xbd\\n\\u0000b\"}");
  cyn_i_arena_clean_up(&arena);
}

/* Every initializer of the header is its struct with nothing in it. */
TEST(initializers_are_empty) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_create_table_input create = CYN_CREATE_TABLE_INPUT_INIT;
  CHECK_INT(create.struct_size, sizeof create);
  CHECK_STR(encoded(&arena, CYN_OPERATION_CREATE_TABLE, false, &create), "{}");
  cyn_transact_write_items_input transact = CYN_TRANSACT_WRITE_ITEMS_INPUT_INIT;
  CHECK_STR(encoded(&arena, CYN_OPERATION_TRANSACT_WRITE_ITEMS, false, &transact), "{}");
  for (int i = 0; i < CYN_OPERATION_COUNT; i++) {
    void *fresh = cyn_i_api_new(&arena, cyn_i_operations[i].output->size);
    size_t size;
    memcpy(&size, fresh, sizeof size);
    CHECK_INT(size, cyn_i_operations[i].output->size);
    CHECK_STR(encoded(&arena, (cyn_operation)i, true, fresh), "{}");
  }
  cyn_i_arena_clean_up(&arena);
}

/* A buffer that cannot grow ends in `failed`, never outside of it. */
TEST(encoding_out_of_memory) {
  cyn_describe_table_input input = CYN_DESCRIBE_TABLE_INPUT_INIT;
  input.table_name = cyn_str("a name of some length, so that the buffer must grow");
  for (size_t limit = 16; limit < 2000; limit += 16) {
    cyn_i_arena arena;
    cyn_i_arena_init(&arena, 16);
    arena.limit = limit;
    cyn_i_buf buf;
    cyn_i_buf_init(&buf, &arena);
    for (int i = 0; i < 20; i++) cyn_i_api_encode(cyn_i_operations[CYN_OPERATION_DESCRIBE_TABLE].input, &input, &buf);
    CHECK(buf.failed || buf.size == 20 * 67);
    cyn_i_arena_clean_up(&arena);
  }
}
