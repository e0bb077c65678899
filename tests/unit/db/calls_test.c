/* The public functions of <cynamo/calls.h>: structures in, structures out, results of the caller's, errors as values. */
#include <pthread.h>
#include <stdatomic.h>

#include <cynamo/cynamo.h>

#include "base/error.h"
#include "test.h"

static const char table_json[] =
    "{\"TableName\":\"tab\",\"AttributeDefinitions\":[{\"AttributeName\":\"p\",\"AttributeType\":\"S\"}],"
    "\"KeySchema\":[{\"AttributeName\":\"p\",\"KeyType\":\"HASH\"}],\"BillingMode\":\"PAY_PER_REQUEST\"}";

typedef struct desk {
  cyn_db *db;
  cyn_result *result;
  cyn_item_builder *builders[3];
} desk;

static bool desk_open(desk *d) {
  cyn_bytes answer;
  memset(d, 0, sizeof *d);
  d->result = cyn_result_new();
  for (int i = 0; i < 3; i++) d->builders[i] = cyn_item_builder_new();
  return cyn_open("memory:", NULL, &d->db, NULL) == CYN_OK &&
         cyn_call_json(d->db, "CreateTable", cyn_str(table_json), d->result, &answer, NULL) == CYN_OK;
}
static void desk_close(desk *d) {
  for (int i = 0; i < 3; i++) cyn_item_builder_destroy(d->builders[i]);
  cyn_result_destroy(d->result);
  cyn_db_close(d->db);
}

static cyn_item item(desk *d, int builder, const char *json) {
  cyn_item out = {NULL, 0, NULL};
  cyn_item_builder_reset(d->builders[builder]);
  if (cyn_item_from_json(d->builders[builder], cyn_str(json), &out, NULL) != CYN_OK) test_failed(__FILE__, __LINE__, "%s", json);
  return out;
}

TEST(puts_gets_updates_deletes) {
  desk d;
  REQUIRE(desk_open(&d));
  cyn_put_item_input put = CYN_PUT_ITEM_INPUT_INIT;
  const cyn_put_item_output *put_output = NULL;
  put.table_name = cyn_str("tab");
  put.item = item(&d, 0, "{\"p\":{\"S\":\"a\"},\"n\":{\"N\":\"1\"}}");
  put.return_consumed_capacity = cyn_str(CYN_RETURN_CONSUMED_CAPACITY_TOTAL);
  CHECK_INT(cyn_put_item(d.db, &put, d.result, &put_output, NULL), CYN_OK);
  REQUIRE(put_output != NULL && put_output->consumed_capacity != NULL);
  CHECK(put_output->consumed_capacity->capacity_units.value == 1.0);
  CHECK(put_output->attributes.data == NULL);

  cyn_update_item_input update = CYN_UPDATE_ITEM_INPUT_INIT;
  const cyn_update_item_output *update_output = NULL;
  update.table_name = cyn_str("tab");
  update.key = item(&d, 1, "{\"p\":{\"S\":\"a\"}}");
  update.update_expression = cyn_str("ADD n :n");
  update.expression_attribute_values = item(&d, 2, "{\":n\":{\"N\":\"41\"}}");
  update.return_values = cyn_str(CYN_RETURN_VALUE_ALL_NEW);
  CHECK_INT(cyn_update_item(d.db, &update, d.result, &update_output, NULL), CYN_OK);
  int64_t n = 0;
  CHECK(cyn_value_int(cyn_item_get(update_output->attributes, cyn_str("n")), &n) && n == 42);

  cyn_get_item_input get = CYN_GET_ITEM_INPUT_INIT;
  const cyn_get_item_output *get_output = NULL;
  get.table_name = cyn_str("tab");
  get.key = update.key;
  get.consistent_read = (cyn_opt_bool){true, true};
  CHECK_INT(cyn_get_item(d.db, &get, d.result, &get_output, NULL), CYN_OK);
  CHECK_INT(cyn_item_count(get_output->item), 2);
  CHECK(cyn_item_is_valid((cyn_bytes){(const char *)get_output->item.data, get_output->item.size}));

  cyn_delete_item_input delete = CYN_DELETE_ITEM_INPUT_INIT;
  const cyn_delete_item_output *delete_output = NULL;
  delete.table_name = cyn_str("tab");
  delete.key = update.key;
  delete.return_values = cyn_str(CYN_RETURN_VALUE_ALL_OLD);
  CHECK_INT(cyn_delete_item(d.db, &delete, d.result, &delete_output, NULL), CYN_OK);
  CHECK_INT(cyn_item_count(delete_output->attributes), 2);
  CHECK_INT(cyn_get_item(d.db, &get, d.result, &get_output, NULL), CYN_OK);
  CHECK(get_output->item.data == NULL);
  desk_close(&d);
}

TEST(queries_and_transactions) {
  desk d;
  REQUIRE(desk_open(&d));
  cyn_put_action puts[3] = {CYN_PUT_ACTION_INIT, CYN_PUT_ACTION_INIT, CYN_PUT_ACTION_INIT};
  cyn_transact_write_item items[3] = {CYN_TRANSACT_WRITE_ITEM_INIT, CYN_TRANSACT_WRITE_ITEM_INIT, CYN_TRANSACT_WRITE_ITEM_INIT};
  const cyn_transact_write_item *list[3];
  static const char *const jsons[] = {"{\"p\":{\"S\":\"a\"}}", "{\"p\":{\"S\":\"b\"}}", "{\"p\":{\"S\":\"c\"}}"};
  for (int i = 0; i < 3; i++) {
    puts[i].table_name = cyn_str("tab");
    puts[i].item = item(&d, i, jsons[i]);
    items[i].put = &puts[i];
    list[i] = &items[i];
  }
  cyn_transact_write_items_input write = CYN_TRANSACT_WRITE_ITEMS_INPUT_INIT;
  const cyn_transact_write_items_output *write_output = NULL;
  write.transact_items.count = 3;
  write.transact_items.at = list;
  CHECK_INT(cyn_transact_write_items(d.db, &write, d.result, &write_output, NULL), CYN_OK);
  puts[1].condition_expression = cyn_str("attribute_not_exists(p)");
  cyn_error error = CYN_ERROR_INIT;
  CHECK_INT(cyn_transact_write_items(d.db, &write, d.result, &write_output, &error), CYN_E_TRANSACTION_CANCELED);
  CHECK_INT(error.reason_count, 3);
  CHECK_STR(error.reasons[0].code, "None");
  CHECK_STR(error.reasons[1].code, "ConditionalCheckFailed");
  cyn_error_clean_up(&error);

  cyn_scan_input scan = CYN_SCAN_INPUT_INIT;
  const cyn_scan_output *page = NULL;
  scan.table_name = cyn_str("tab");
  scan.limit = (cyn_opt_int){true, 2};
  CHECK_INT(cyn_scan(d.db, &scan, d.result, &page, NULL), CYN_OK);
  CHECK_INT(page->items.count, 2);
  cyn_result *second = cyn_result_new();
  const cyn_scan_output *rest = NULL;
  scan.exclusive_start_key = page->last_evaluated_key; /* borrowed from the first result */
  CHECK_INT(cyn_scan(d.db, &scan, second, &rest, NULL), CYN_OK);
  CHECK_INT(rest->items.count, 1);
  CHECK(rest->last_evaluated_key.data == NULL);
  cyn_result_destroy(second);
  desk_close(&d);
}

/* What a program gets wrong is an error with the operation's text; *output is NULL. */
TEST(inputs_out_of_bounds) {
  desk d;
  REQUIRE(desk_open(&d));
  cyn_error error = CYN_ERROR_INIT;
  cyn_put_item_input put = CYN_PUT_ITEM_INPUT_INIT;
  const cyn_put_item_output *output = (const void *)&put;
  CHECK_INT(cyn_put_item(d.db, &put, d.result, &output, &error), CYN_E_VALIDATION);
  CHECK(output == NULL);
  CHECK(strstr(error.message, "2 validation errors detected: ") != NULL);
  put.table_name = cyn_str("none");
  put.item = item(&d, 0, "{\"p\":{\"S\":\"a\"}}");
  CHECK_INT(cyn_put_item(d.db, &put, d.result, &output, &error), CYN_E_RESOURCE_NOT_FOUND);
  CHECK(output == NULL);
  CHECK_STR(error.name, "ResourceNotFoundException");
  cyn_item_builder_reset(d.builders[0]); /* a value that DynamoDB refuses travels in the item */
  cyn_item_put_number(d.builders[0], cyn_str("p"), cyn_str("1e200"));
  CHECK_INT(cyn_item_builder_finish(d.builders[0], &put.item, &error), CYN_OK);
  CHECK_INT(cyn_put_item(d.db, &put, d.result, &output, &error), CYN_E_VALIDATION);
  CHECK(strstr(error.message, "Number overflow") != NULL);
  const cyn_transact_write_item *holes[2] = {NULL, NULL};
  cyn_transact_write_items_input write = CYN_TRANSACT_WRITE_ITEMS_INPUT_INIT;
  const cyn_transact_write_items_output *write_output = NULL;
  write.transact_items.count = 2;
  write.transact_items.at = holes;
  CHECK_INT(cyn_transact_write_items(d.db, &write, d.result, &write_output, &error), CYN_E_VALIDATION);
  cyn_create_backup_input backup = CYN_CREATE_BACKUP_INPUT_INIT;
  const cyn_create_backup_output *backup_output = NULL;
  backup.table_name = cyn_str("tab");
  backup.backup_name = cyn_str("one");
  CHECK_INT(cyn_create_backup(d.db, &backup, d.result, &backup_output, &error), CYN_E_NOT_IMPLEMENTED);
  cyn_error_clean_up(&error);
  desk_close(&d);
}

typedef struct adder {
  cyn_db *db;
  _Atomic int *failures;
} adder;
static void *add(void *user) {
  adder *own = user;
  cyn_result *result = cyn_result_new();
  cyn_item_builder *key = cyn_item_builder_new(), *values = cyn_item_builder_new();
  cyn_update_item_input update = CYN_UPDATE_ITEM_INPUT_INIT;
  const cyn_update_item_output *output;
  update.table_name = cyn_str("tab");
  update.update_expression = cyn_str("ADD n :n");
  cyn_item_put_string(key, cyn_str("p"), cyn_str("counter"));
  cyn_item_put_int(values, cyn_str(":n"), 1);
  bool ok = cyn_item_builder_finish(key, &update.key, NULL) == CYN_OK &&
            cyn_item_builder_finish(values, &update.expression_attribute_values, NULL) == CYN_OK;
  for (int i = 0; i < 100; i++)
    if (!ok || cyn_update_item(own->db, &update, result, &output, NULL) != CYN_OK) (void)atomic_fetch_add(own->failures, 1);
  cyn_item_builder_destroy(key);
  cyn_item_builder_destroy(values);
  cyn_result_destroy(result);
  return NULL;
}

TEST(any_thread_with_a_result_of_its_own) {
  desk d;
  pthread_t threads[4];
  _Atomic int failures = 0;
  REQUIRE(desk_open(&d));
  adder own = {d.db, &failures};
  for (int i = 0; i < 4; i++) REQUIRE(pthread_create(&threads[i], NULL, add, &own) == 0);
  for (int i = 0; i < 4; i++) (void)pthread_join(threads[i], NULL);
  CHECK_INT(failures, 0);
  cyn_get_item_input get = CYN_GET_ITEM_INPUT_INIT;
  const cyn_get_item_output *output = NULL;
  get.table_name = cyn_str("tab");
  get.key = item(&d, 0, "{\"p\":{\"S\":\"counter\"}}");
  int64_t n = 0;
  CHECK_INT(cyn_get_item(d.db, &get, d.result, &output, NULL), CYN_OK);
  CHECK(cyn_value_int(cyn_item_get(output->item, cyn_str("n")), &n) && n == 400);
  desk_close(&d);
}
