/* Tables parsed from records: keys, indexes, states by the clock, counting. */
#include "base/alloc.h"
#include "catalog/sample.h"

static bool is(cyn_bytes bytes, const char *text) {
  return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

static cyn_i_table *parse_sample(cyn_i_arena *arena) {
  cyn_i_table_record record;
  if (!sample_record(arena, &record)) return NULL;
  cyn_bytes bytes = cyn_i_table_record_write(&record, arena);
  cyn_i_table *table = NULL;
  CHECK_INT(cyn_i_table_parse(cyn_str("000000000000"), cyn_str("us-east-1"), cyn_str("abc"), bytes, &table, NULL),
            CYN_OK);
  return table;
}

TEST(parses_keys_and_indexes) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_table *table = parse_sample(&arena);
  REQUIRE(table != NULL);
  CHECK(is(table->region, "us-east-1"));
  CHECK(is(table->hash.name, "p"));
  CHECK_INT(table->hash.type, CYN_TYPE_S);
  CHECK(table->has_range);
  CHECK_INT(table->range.type, CYN_TYPE_N);
  CHECK_INT(table->index_count, 2);
  CHECK(table->has_local_indexes);
  const cyn_i_index *local = cyn_i_table_index(table, cyn_str("lsi"));
  const cyn_i_index *global = cyn_i_table_index(table, cyn_str("gsi"));
  REQUIRE(local != NULL && global != NULL);
  CHECK(!local->is_global && global->is_global);
  CHECK_INT(local->space, 65);
  CHECK_INT(local->projection, CYN_PROJECT_INCLUDE);
  CHECK_INT(local->non_key_count, 2);
  CHECK_INT(local->range[0].type, CYN_TYPE_B);
  CHECK_INT(global->hash_count, 2);
  CHECK_INT(global->range_count, 1);
  CHECK_INT(global->hash[1].type, CYN_TYPE_N);
  CHECK_INT(global->state, CYN_INDEX_CREATING);
  CHECK(cyn_i_table_index(table, cyn_str("none")) == NULL);
  cyn_i_table_release(table);
  cyn_i_arena_clean_up(&arena);
}

TEST(states_follow_the_clock) {
  CHECK_INT(cyn_i_table_state_from(CYN_TABLE_ACTIVE, 0, 5), CYN_TABLE_ACTIVE);
  CHECK_INT(cyn_i_table_state_from(CYN_TABLE_CREATING, 10, 9), CYN_TABLE_CREATING);
  CHECK_INT(cyn_i_table_state_from(CYN_TABLE_CREATING, 10, 10), CYN_TABLE_ACTIVE);
  CHECK_INT(cyn_i_table_state_from(CYN_TABLE_UPDATING, 10, 11), CYN_TABLE_ACTIVE);
  CHECK_INT(cyn_i_table_state_from(CYN_TABLE_DELETING, 10, 9), CYN_TABLE_DELETING);
  CHECK_INT(cyn_i_table_state_from(CYN_TABLE_DELETING, 10, 10), CYN_TABLE_GONE);
  CHECK_INT(cyn_i_table_state_from(CYN_TABLE_DELETING, 0, 10), CYN_TABLE_DELETING);
}

TEST(lives_as_long_as_it_is_held) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_table *table = parse_sample(&arena);
  REQUIRE(table != NULL);
  CHECK(cyn_i_table_retain(table) == table);
  cyn_i_table_release(table);
  cyn_i_arena_clean_up(&arena); /* it borrows nothing from where it was made */
  CHECK(is(table->ttl_attribute, "due"));
  cyn_i_table_release(table);
  cyn_i_table_release(NULL);
}

TEST(writes_back_the_same_record) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_table *table = parse_sample(&arena);
  REQUIRE(table != NULL);
  cyn_i_table_record record;
  REQUIRE(cyn_i_table_record_from(table, &record, &arena));
  cyn_bytes bytes = cyn_i_table_record_write(&record, &arena);
  CHECK(bytes.size == table->record.size && memcmp(bytes.data, table->record.data, bytes.size) == 0);
  cyn_i_table_release(table);
  cyn_i_arena_clean_up(&arena);
}

static int allocations_left;
static int fail_when_used_up(size_t size) {
  (void)size;
  return allocations_left-- <= 0;
}

TEST(every_allocation_may_fail) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_table_record record;
  REQUIRE(sample_record(&arena, &record));
  cyn_bytes bytes = cyn_i_table_record_write(&record, &arena);
  for (int n = 0; n < 100; n++) {
    cyn_i_table *table = NULL;
    allocations_left = n;
    cyn_i_alloc_hook = fail_when_used_up;
    cyn_status status = cyn_i_table_parse(cyn_str("a"), cyn_str("r"), cyn_str("abc"), bytes, &table, NULL);
    cyn_i_alloc_hook = NULL;
    CHECK(status == CYN_OK ? table != NULL : status == CYN_E_OUT_OF_MEMORY && table == NULL);
    cyn_i_table_release(table);
    if (status == CYN_OK) break;
    CHECK(n < 99);
  }
  cyn_i_arena_clean_up(&arena);
}

/* Descriptions with the right checksum that no writer of ours has made: the first occurrence of one text as another. */
TEST(a_description_must_make_a_table) {
  static const char *const changes[][2] = {{"{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"}", "{\"KeyType\":\"HASH\"}"},
                                           {"{\"AttributeName\":\"a\",\"AttributeType\":\"B\"}", "{\"AttributeType\":\"B\"}"},
                                           {"\"KeyType\":\"HASH\"", "\"KeyType\":\"RANGE\""},
                                           {"\"AttributeType\":\"N\"", "\"AttributeType\":\"M\""},
                                           {"\"IndexName\":\"lsi\",", ""},
                                           {"\"ProjectionType\":\"INCLUDE\"", "\"ProjectionType\":\"NONE\""},
                                           {",\"Projection\":{\"ProjectionType\":\"KEYS_ONLY\"}", ""}};
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_table_record record;
  REQUIRE(sample_record(&arena, &record));
  for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
    const char *at = strstr(SAMPLE_DESCRIPTION, changes[i][0]);
    REQUIRE(at != NULL);
    const char *text = cyn_i_arena_printf(&arena, "%.*s%s%s", (int)(at - SAMPLE_DESCRIPTION), SAMPLE_DESCRIPTION, changes[i][1],
                                          at + strlen(changes[i][0]));
    void *description = NULL;
    REQUIRE(cyn_i_api_decode(cyn_i_operations[CYN_OPERATION_DESCRIBE_TABLE].output, cyn_str(text), &arena, &description, NULL) == CYN_OK);
    record.description = ((const cyn_describe_table_output *)description)->table;
    cyn_i_table *table = NULL;
    cyn_error error = CYN_ERROR_INIT;
    cyn_status status = cyn_i_table_parse(cyn_str("a"), cyn_str("r"), cyn_str("abc"), cyn_i_table_record_write(&record, &arena), &table, &error);
    if (status != CYN_E_INTERNAL) test_failed(__FILE__, __LINE__, "taken: %s", text);
    CHECK(table == NULL && strcmp(error.message, "The catalog record of a table is damaged: its keys cannot be read") == 0);
    cyn_i_table_release(table);
    cyn_error_clean_up(&error);
  }
  cyn_i_arena_clean_up(&arena);
}

/* The key of a table without a name in it, and the attribute without one: they were taken for each other. */
TEST(names_must_be_there) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_i_table_record record;
  void *description = NULL;
  cyn_i_table *table = NULL;
  REQUIRE(sample_record(&arena, &record));
  record.index_count = 0;
  REQUIRE(cyn_i_api_decode(cyn_i_operations[CYN_OPERATION_DESCRIBE_TABLE].output,
                           cyn_str("{\"Table\":{\"AttributeDefinitions\":[{\"AttributeType\":\"S\"}],\"KeySchema\":[{\"KeyType\":\"HASH\"}]}}"),
                           &arena, &description, NULL) == CYN_OK);
  record.description = ((const cyn_describe_table_output *)description)->table;
  CHECK_INT(cyn_i_table_parse(cyn_str("a"), cyn_str("r"), cyn_str("abc"), cyn_i_table_record_write(&record, &arena), &table, NULL), CYN_E_INTERNAL);
  cyn_i_table_release(table);
  cyn_i_arena_clean_up(&arena);
}

/* Records that are whole by their checksum, and say what no table can be. */
TEST(records_of_no_table) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  cyn_stream_specification specification = CYN_STREAM_SPECIFICATION_INIT;
  specification.stream_view_type = cyn_str("NEW_IMAGE");
  for (int i = 0; i < 9; i++) {
    cyn_i_table_record record;
    cyn_error error = CYN_ERROR_INIT;
    cyn_i_table *table = NULL;
    REQUIRE(sample_record(&arena, &record));
    cyn_table_description description = *record.description;
    const cyn_key_schema_element *elements[6] = {description.key_schema.at[0], description.key_schema.at[1]};
    cyn_key_schema_element other = *elements[1];
    cyn_global_secondary_index_description index = *description.global_secondary_indexes.at[0];
    const cyn_global_secondary_index_description *indexes[1] = {&index};
    description.key_schema = (cyn_key_schema){2, elements};
    description.global_secondary_indexes.at = indexes;
    record.description = &description;
    record.stream_log = 70;
    description.stream_specification = &specification;
    switch (i) {
      case 0: break; /* this one is sound */
      case 1: description.stream_specification = NULL; break;
      case 2: specification.stream_view_type = cyn_str("EVERYTHING"); break;
      case 3: description.key_schema.count = 0; break;
      case 4: /* two HASH */
        other.key_type = cyn_str("HASH");
        elements[1] = &other;
        break;
      case 5: /* three RANGE */
        description.key_schema.count = 4;
        elements[2] = elements[3] = elements[1];
        break;
      case 6: /* more of an index's key than there is room for */
        for (int k = 1; k < 6; k++) elements[k] = description.key_schema.at[1];
        index.key_schema = (cyn_key_schema){6, elements};
        description.key_schema.count = 2;
        break;
      case 7: /* an attribute that is not defined */
        other.attribute_name = cyn_str("nothing");
        elements[1] = &other;
        break;
      default: index.projection = NULL; break;
    }
    cyn_bytes bytes = cyn_i_table_record_write(&record, &arena);
    cyn_status status = cyn_i_table_parse(cyn_str("1"), cyn_str("r"), cyn_str("abc"), bytes, &table, &error);
    CHECK_INT(status, i == 0 ? CYN_OK : CYN_E_INTERNAL);
    CHECK((table != NULL) == (i == 0));
    if (i != 0) CHECK_STR(error.message, "The catalog record of a table is damaged: its keys cannot be read");
    specification.stream_view_type = cyn_str("NEW_IMAGE");
    cyn_i_table_release(table);
    cyn_error_clean_up(&error);
  }
  cyn_i_arena_clean_up(&arena);
}
