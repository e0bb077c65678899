/* Tables of models: keys of each type, what the descriptor says of billing, tags and protection; waiting, and what it waits for;
 * calls without an error to tell; models that are wrong. */
#include "stand_in.h"

#include "ok.h"

typedef struct bin {
  cyn_bytes id;
  uint32_t n;
  const char *text;
  cyn_time expires;
} bin;
CYN_MODEL(bin, CYN_TABLE("Bin", .write_units = 7, .tags = " team = db ,alone,", .deletion_protection = true), CYN_HASH_KEY(id), CYN_RANGE_KEY(n),
          CYN_ATTR(text, .nullable = true), CYN_TTL(expires, .nullable = true), CYN_GSI("by_text", text, id, .include = " text , n "));
typedef struct plain {
  const char *id;
} plain;
CYN_MODEL(plain, CYN_TABLE("Plain"), CYN_HASH_KEY(id));
typedef struct lost {
  const char *id;
} lost;
CYN_MODEL(lost, CYN_TABLE("Lost"), CYN_HASH_KEY(id), CYN_GSI_HASH("by_id", id, .include = "id, gone"));
typedef struct homeless {
  const char *id;
} homeless;
CYN_STRUCT(homeless, CYN_ATTR(id));

#define FAILS(call, wanted)                 \
  do {                                      \
    CHECK((call) != CYN_OK);                \
    CHECK_STR(error.message, wanted);       \
    cyn_error_clean_up(&error);             \
  } while (0)

TEST(keys_billing_and_protection) {
  cyn_db *db;
  cyn_memory *memory = cyn_memory_new();
  const cyn_table_description *table;
  OK(cyn_open("memory:", NULL, &db, &error));
  OK(cyn_create_model(db, bin, NULL, &error));
  OK(cyn_model_describe_table(db, &bin_model, &table, memory, &error));
  CHECK_INT(table->attribute_definitions.count, 3);
  CHECK(table->attribute_definitions.at[0]->attribute_type.data[0] == 'B' && table->attribute_definitions.at[1]->attribute_type.data[0] == 'N');
  CHECK_INT(table->provisioned_throughput->read_capacity_units.value, 1); /* one of the two is said */
  CHECK_INT(table->provisioned_throughput->write_capacity_units.value, 7);
  CHECK(table->deletion_protection_enabled.value);
  CHECK_INT(table->global_secondary_indexes.at[0]->projection->non_key_attributes.count, 2);
  cyn_list_tags_of_resource_input input = CYN_LIST_TAGS_OF_RESOURCE_INPUT_INIT;
  const cyn_list_tags_of_resource_output *tags;
  cyn_result *result = cyn_result_new();
  input.resource_arn = table->table_arn;
  OK(cyn_list_tags_of_resource(db, &input, result, &tags, &error));
  CHECK_INT(tags->tags.count, 2);
  for (size_t i = 0; i < tags->tags.count; i++) {
    const cyn_tag *tag = tags->tags.at[i];
    CHECK(tag->key.data[0] == 'a' ? tag->key.size == 5 && tag->value.size == 0
                                : memcmp(tag->key.data, "team ", 5) == 0 && memcmp(tag->value.data, " db", 3) == 0);
  }
  CHECK(cyn_model_delete_table(db, &bin_model, NULL, &error) != CYN_OK); /* it is protected */
  FAILS(cyn_model_update_ttl(db, &plain_model, &error), "model plain: it has no CYN_TTL attribute");
  FAILS(cyn_model_describe_table(db, &bin_model, &table, NULL, &error), "model bin: this call needs a cyn_memory");
  CHECK(table == NULL);
  cyn_result_destroy(result);
  cyn_memory_destroy(memory);
  cyn_db_close(db);
}

TEST(models_that_are_wrong) {
  cyn_db *db;
  bool exists = true;
  const cyn_table_description *table;
  cyn_memory *memory = cyn_memory_new();
  OK(cyn_open("memory:", NULL, &db, &error));
  FAILS(cyn_create_model(db, lost, NULL, &error), "model lost, index by_id: it includes gone, which is no attribute");
  static const char nowhere[] = "model homeless: it has no table (CYN_TABLE, or cyn_model_set)";
  FAILS(cyn_model_create_table(db, &homeless_model, NULL, &error), nowhere);
  FAILS(cyn_model_delete_table(db, &homeless_model, NULL, &error), nowhere);
  FAILS(cyn_model_describe_table(db, &homeless_model, &table, memory, &error), nowhere);
  FAILS(cyn_model_table_exists(db, &homeless_model, &exists, &error), nowhere);
  FAILS(cyn_model_update_ttl(db, &homeless_model, &error), nowhere);
  CHECK(!exists && cyn_model_table_name(db, &homeless_model, memory) == NULL);
  cyn_memory_destroy(memory);
  cyn_db_close(db);
}

TEST(nobody_to_tell) {
  cyn_db *db;
  bool exists = true;
  OK(cyn_open("memory:", NULL, &db, &error));
  CHECK(cyn_model_table_exists(db, &plain_model, &exists, NULL) == CYN_OK && !exists);
  CHECK(cyn_model_delete_table(db, &plain_model, cyn_table(.ignore_existing = true), NULL) == CYN_OK);
  CHECK(cyn_create_model(db, plain, NULL, NULL) == CYN_OK);
  CHECK(cyn_create_model(db, plain, cyn_table(.ignore_existing = true), NULL) == CYN_OK);
  CHECK(cyn_create_model(db, plain, NULL, NULL) != CYN_OK);
  CHECK(cyn_model_delete_table(db, &plain_model, cyn_table(.wait = true), NULL) == CYN_OK);
  CHECK(cyn_model_update_ttl(db, &plain_model, NULL) != CYN_OK);
  plain p = {"a"};
  CHECK(cyn_save(db, plain, &p, NULL, NULL) != CYN_OK);
  cyn_db_close(db);
}

TEST(waiting) {
  cyn_db *db;
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  options.create_table_delay_ms = cyn_int(60);
  options.delete_table_delay_ms = cyn_int(60);
  OK(cyn_open("memory:", &options, &db, &error));
  OK(cyn_create_model(db, plain, cyn_table(.wait = true), &error));
  plain p = {"a"};
  OK(cyn_save(db, plain, &p, NULL, &error));
  OK(cyn_model_delete_table(db, &plain_model, cyn_table(.wait = true), &error));
  bool exists = true;
  OK(cyn_model_table_exists(db, &plain_model, &exists, &error));
  CHECK(!exists);
  OK(cyn_create_model(db, bin, NULL, &error)); /* UpdateTimeToLive waits for the table by itself */
  cyn_db_close(db);
  options.create_table_delay_ms = cyn_int(60000);
  OK(cyn_open("memory:", &options, &db, &error));
  FAILS(cyn_create_model(db, plain, cyn_table(.wait = true, .wait_seconds_max = 1), &error),
        "model plain: table Plain is still CREATING after 1 seconds");
  FAILS(cyn_create_model(db, plain, cyn_table(.wait = true, .ignore_existing = true, .wait_seconds_max = 1), &error),
        "model plain: table Plain is still CREATING after 1 seconds");
  cyn_db_close(db);
}

/* ---- an endpoint without UpdateTimeToLive ---- */

static const char *state = "ACTIVE";
static void answer(int fd, const char *request, const char *body) {
  char text[300];
  (void)body;
  if (strcasestr(request, "UpdateTimeToLive") != NULL) {
    static const char refusal[] = "{\"__type\":\"com.amazon.coral.service#UnknownOperationException\",\"message\":\"no such operation\"}";
    (void)snprintf(text, sizeof text, "HTTP/1.1 400 Bad Request\r\nContent-Length: %zu\r\n\r\n%s", sizeof refusal - 1, refusal);
    CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    return;
  }
  (void)snprintf(text, sizeof text, "{\"%s\":{\"TableName\":\"Bin\",\"TableStatus\":\"%s\"}}",
                 strcasestr(request, "DescribeTable") != NULL ? "Table" : "TableDescription", state);
  if (strcasestr(request, "DescribeTable") != NULL) state = "ACTIVE"; /* at the next look */
  stand_in_reply(fd, text);
}

TEST(endpoints_without_time_to_live) {
  char url[100];
  cyn_db *db;
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  options.access_key_id = options.secret_access_key = cyn_str("test");
  options.max_attempts = cyn_int(1);
  stand_in_start(answer, url, sizeof url);
  OK(cyn_open(url, &options, &db, &error));
  state = "INACTIVE_OR_SO";
  CHECK(cyn_create_model(db, bin, NULL, &error) != CYN_OK);
  CHECK_STR(error.name, "UnknownOperationException");
  cyn_error_clean_up(&error);
  state = "CREATE"; /* as long as ACTIVE, and another */
  OK(cyn_create_model(db, bin, cyn_table(.ignore_ttl_errors = true), &error));
  CHECK_INT(error.status, CYN_OK);
  CHECK(cyn_create_model(db, bin, cyn_table(.ignore_ttl_errors = true), NULL) == CYN_OK);
  cyn_db_close(db);
  stand_in_stop();
}
