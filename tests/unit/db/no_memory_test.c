/* Every piece of memory that a handle, a result, a paginator, a batch, a waiter or a signal takes fails in turn (heap and arenas,
 * of the layers below too). A step that fails says that memory is out; nothing leaks (AddressSanitizer); the same step works
 * right afterwards. */
#include <stdatomic.h>

#include <cynamo/cynamo.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/error.h"
#include "db/db.h"
#include "both.h"

#define EVENTS_MAX 20000

static atomic_long countdown = -1; /* negative: nothing fails */
static int fail_at_zero(size_t size) {
  (void)size;
  return atomic_load(&countdown) >= 0 && atomic_fetch_sub(&countdown, 1) == 0;
}

static cyn_db *db;
static cyn_result *result;

#define DO(call)                       \
  do {                                 \
    cyn_status done_ = (call);         \
    if (done_ != CYN_OK) return done_; \
  } while (0)

/* ---- handles ---- */

static cyn_status open_all(cyn_error *error) {
  static const char *const urls[] = {"memory:", "memory:no%20memory?region=eu-west-1&size_max=1G", "http://127.0.0.1:9"};
  cyn_string_pair headers[2] = {{cyn_str("X-A"), cyn_str("1")}, {cyn_str("X-B"), cyn_str("2")}};
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  options.region = cyn_str("eu-west-1");
  options.account = cyn_str("123456789012");
  options.access_key_id = options.secret_access_key = options.session_token = cyn_str("key");
  options.retry_mode = cyn_str("standard");
  options.extra_headers = (cyn_string_map){2, headers};
  for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
    cyn_db *made = NULL;
    cyn_status status = cyn_open(urls[i], &options, &made, error);
    CHECK((status == CYN_OK) == (made != NULL));
    if (status != CYN_OK) return status;
    CHECK_STR(cyn_db_region(made).data, "eu-west-1");
    CHECK(i == 2 || cyn_i_db_table_prefix(made).size == 4);
    cyn_db_close(made);
  }
  return CYN_OK;
}

/* ---- calls ---- */

static cyn_status call_json(cyn_error *error) {
  cyn_bytes answer;
  DO(cyn_call_json(db, "PutItem", cyn_str("{\"TableName\":\"Thread\",\"Item\":{\"pk\":{\"S\":\"a\"},\"sk\":{\"N\":\"1\"}}}"), result, &answer, error));
  cyn_status status = cyn_call_json(db, "GetItem", cyn_str("{\"TableName\":\"None\",\"Key\":{\"pk\":{\"S\":\"a\"}}}"), result, &answer, error);
  if (status != CYN_E_RESOURCE_NOT_FOUND) return status;
  status = cyn_error_to_json(error, result, &answer);
  if (status == CYN_OK) CHECK(memmem(answer.data, answer.size, "ResourceNotFoundException", 25) != NULL);
  cyn_error_clean_up(error);
  return status == CYN_OK ? CYN_OK : cyn_i_error_no_memory(error);
}

/* An older program's input, which is made whole. */
static cyn_status call_older(cyn_error *error) {
  cyn_list_tables_input input = CYN_LIST_TABLES_INPUT_INIT;
  const void *output;
  input.struct_size = offsetof(cyn_list_tables_input, limit);
  DO(cyn_call(db, CYN_OPERATION_LIST_TABLES, &input, result, &output, error));
  CHECK_INT(((const cyn_list_tables_output *)output)->table_names.count, 1);
  return CYN_OK;
}

static cyn_status pages(cyn_error *error) {
  cyn_scan_input input = CYN_SCAN_INPUT_INIT;
  cyn_paginator *paginator = NULL;
  const void *page;
  int items = 0;
  input.table_name = cyn_str("Thread");
  input.limit = cyn_int(2);
  DO(cyn_paginator_new(db, CYN_OPERATION_SCAN, &input, &paginator, error));
  cyn_status status;
  while ((status = cyn_paginator_next(paginator, &page, error)) == CYN_OK && page != NULL)
    items += (int)((const cyn_scan_output *)page)->items.count;
  CHECK(status != CYN_OK || items >= 5);
  cyn_paginator_destroy(paginator);
  return status;
}

static cyn_status wait(cyn_error *error) { return cyn_wait_table_exists(db, cyn_str("Thread"), NULL, error); }

/* ---- batches ---- */

#define KEYS 30
static cyn_item_builder *builders[KEYS];
static cyn_item keys[KEYS];

static cyn_status read_all(cyn_error *error) {
  cyn_keys_and_attributes wanted = CYN_KEYS_AND_ATTRIBUTES_INIT;
  cyn_batch_get_request_map_entry table = {cyn_str("Thread"), &wanted};
  cyn_batch_get_item_input input = CYN_BATCH_GET_ITEM_INPUT_INIT;
  const cyn_batch_get_item_output *output;
  wanted.keys = (cyn_item_list){KEYS, keys};
  input.request_items = (cyn_batch_get_request_map){1, &table};
  input.return_consumed_capacity = cyn_str(CYN_RETURN_CONSUMED_CAPACITY_TOTAL);
  cyn_status status = cyn_batch_get_all(db, &input, NULL, result, &output, error);
  if (status == CYN_OK) CHECK(output->responses.count == 1 && output->responses.at[0].value.count >= 5 && output->consumed_capacity.count == 1);
  return status;
}

static cyn_status write_all(cyn_error *error) {
  static cyn_put_request puts[KEYS];
  static cyn_write_request requests[KEYS];
  const cyn_write_request *list[KEYS];
  for (int i = 0; i < KEYS; i++) {
    puts[i] = (cyn_put_request)CYN_PUT_REQUEST_INIT;
    puts[i].item = keys[i];
    requests[i] = (cyn_write_request)CYN_WRITE_REQUEST_INIT;
    requests[i].put_request = &puts[i];
    list[i] = &requests[i];
  }
  cyn_batch_write_item_request_map_entry table = {cyn_str("Local"), {KEYS, list}};
  cyn_batch_write_item_input input = CYN_BATCH_WRITE_ITEM_INPUT_INIT;
  const cyn_batch_write_item_output *output;
  input.request_items = (cyn_batch_write_item_request_map){1, &table};
  input.return_consumed_capacity = cyn_str(CYN_RETURN_CONSUMED_CAPACITY_TOTAL);
  input.return_item_collection_metrics = cyn_str(CYN_RETURN_ITEM_COLLECTION_METRICS_SIZE);
  cyn_status status = cyn_batch_write_all(db, &input, NULL, result, &output, error);
  if (status == CYN_OK)
    CHECK(output->unprocessed_items.count == 0 && output->item_collection_metrics.count == 2 && output->consumed_capacity.count == 2);
  else if (output != NULL)
    CHECK(output->unprocessed_items.count == 1); /* what is left to do is told */
  return status;
}

/* ---- submitted calls, signals ---- */

static cyn_status told;
static void on_done(void *user, cyn_status status, const void *output, cyn_error *error) {
  (void)output;
  told = status;
  CHECK(error->status == status);
  ++*(int *)user;
}
static cyn_status hear(const cyn_signal_event *event, void *user, cyn_error *error) {
  (void)event;
  (void)error;
  ++*(int *)user;
  return CYN_OK;
}

static cyn_status submit(cyn_error *error) {
  cyn_list_tables_input input = CYN_LIST_TABLES_INPUT_INIT;
  int count = 0;
  input.struct_size = offsetof(cyn_list_tables_input, limit);
  told = CYN_OK;
  DO(cyn_call_submit(db, CYN_OPERATION_LIST_TABLES, &input, result, on_done, &count, error));
  while (cyn_db_dispatch(db, -1) != 0) continue;
  CHECK_INT(count, 1);
  return told == CYN_OK ? CYN_OK : cyn_i_error_set(error, (cyn_i_error_code)told, "of the submitted call");
}

static cyn_status signals(cyn_error *error) {
  cyn_signal_connection made[12];
  int heard = 0, connected = 0;
  cyn_bytes answer;
  cyn_status status = CYN_OK;
  for (; connected < 12 && status == CYN_OK; connected++)
    status = cyn_signal_connect(CYN_SIGNAL_POST_SEND, db, "", hear, &heard, &made[connected], error);
  if (status != CYN_OK) connected--;
  if (status == CYN_OK) status = cyn_call_json(db, "ListTables", cyn_str("{}"), result, &answer, error);
  if (status == CYN_OK) CHECK(heard == 12 || heard == 0); /* without memory for the list of receivers none is told */
  if (status == CYN_OK) status = submit(error);
  while (connected > 0) cyn_signal_disconnect(made[--connected]);
  return status;
}

/* ---- settings ---- */

static void count_setting(const cyn_setting *setting, void *user) {
  CHECK(setting->name != NULL && setting->value != NULL && setting->origin != NULL);
  ++*(int *)user;
}
static cyn_status settings(cyn_error *error) {
  int count = 0;
  DO(cyn_settings_each(count_setting, &count, error));
  cyn_string_pair headers[2] = {{cyn_str("X-A"), cyn_str("1")}, {cyn_str("X-B"), cyn_str("2")}};
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  options.extra_headers = (cyn_string_map){2, headers};
  options.retry_mode = cyn_str("standard");
  DO(cyn_settings_of("aws:eu-west-1?read_timeout_ms=5&max_attempts=3", &options, count_setting, &count, error));
  options.region = cyn_str("eu-west-3");
  DO(cyn_settings_of("http://127.0.0.1:9?region=eu-west-1", &options, count_setting, &count, error));
  CHECK(count >= 27);
  return CYN_OK;
}

/* ---- */

static const struct {
  const char *name;
  cyn_status (*run)(cyn_error *error);
} steps[] = {
    {"open", open_all},      {"call JSON", call_json}, {"call of an older program", call_older}, {"pages", pages},     {"wait", wait},
    {"read all", read_all},  {"write all", write_all}, {"submit", submit},                       {"signals", signals}, {"settings", settings},
};

static void run_step(size_t i) {
  int failures = 0;
  for (long n = 0; n < EVENTS_MAX && !test_current_failed(); n++) {
    cyn_error error = CYN_ERROR_INIT;
    atomic_store(&countdown, n);
    cyn_status status = steps[i].run(&error);
    bool was_hit = atomic_load(&countdown) < 0;
    atomic_store(&countdown, -1);
    failures += status != CYN_OK;
    if (status != CYN_OK && !(was_hit && status == CYN_E_OUT_OF_MEMORY && error.status == status && error.message != NULL))
      test_failed(__FILE__, __LINE__, "%s, piece %ld: %s: %s", steps[i].name, n, error.name, error.message);
    cyn_error_clean_up(&error);
    if (status != CYN_OK && steps[i].run(&error) != CYN_OK)
      test_failed(__FILE__, __LINE__, "%s after piece %ld: %s: %s", steps[i].name, n, error.name, error.message);
    cyn_error_clean_up(&error);
    if (!was_hit) break;
  }
  printf("    %s: %d failures\n", steps[i].name, failures);
#ifndef NDEBUG
  CHECK(failures > 0); /* a release asks for no piece of an arena, and calls take little else */
#endif
}

TEST(every_piece_of_memory_fails_once) {
  both b;
  (void)setenv("CYNAMO_TABLE_PREFIX", "dev-", 1);
  cyn_i_alloc_hook = fail_at_zero;
  cyn_i_arena_hook = fail_at_zero;
  REQUIRE(both_start(&b, BOTH_MEMORY));
  both_table(&b);
  both_fill(&b, 5);
  db = b.db;
  result = b.result;
  for (int i = 0; i < KEYS; i++) {
    builders[i] = cyn_item_builder_new();
    cyn_item_put_string(builders[i], cyn_str("pk"), cyn_str("a"));
    cyn_item_put_int(builders[i], cyn_str("sk"), i);
    CHECK_INT(cyn_item_builder_finish(builders[i], &keys[i], NULL), CYN_OK);
  }
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
    if (steps[i].run == write_all) /* the calls before count one table */
      (void)both_call(&b, "CreateTable",
                      "{\"TableName\":\"Local\",\"KeySchema\":[{\"AttributeName\":\"pk\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"sk\","
                      "\"KeyType\":\"RANGE\"}],\"AttributeDefinitions\":[{\"AttributeName\":\"pk\",\"AttributeType\":\"S\"},"
                      "{\"AttributeName\":\"sk\",\"AttributeType\":\"N\"},{\"AttributeName\":\"l\",\"AttributeType\":\"S\"}],"
                      "\"LocalSecondaryIndexes\":[{\"IndexName\":\"by_l\",\"KeySchema\":[{\"AttributeName\":\"pk\",\"KeyType\":\"HASH\"},"
                      "{\"AttributeName\":\"l\",\"KeyType\":\"RANGE\"}],\"Projection\":{\"ProjectionType\":\"ALL\"}}],"
                      "\"BillingMode\":\"PAY_PER_REQUEST\"}");
    run_step(i);
  }
  for (int i = 0; i < KEYS; i++) cyn_item_builder_destroy(builders[i]);
  both_stop(&b);
  cyn_i_alloc_hook = NULL;
  cyn_i_arena_hook = NULL;
  (void)unsetenv("CYNAMO_TABLE_PREFIX");
}
