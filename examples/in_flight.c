/* The low-level API: many calls in flight from one thread, pages, and a batch of any size.   in_flight [URL] */
#include <cynamo/cynamo.h>

#include <stdio.h>

enum { CALLS = 50, WRITES = 120 };

/* What one call in flight needs: its result, and room for its input. */
typedef struct flight {
  cyn_item_builder *builder;
  cyn_result *result;
  int64_t *sum;
} flight;

static void on_item(void *user, cyn_status status, const void *output, cyn_error *error) {
  flight *f = user;
  int64_t value;
  if (status != CYN_OK) printf("%s: %s\n", error->name, error->message);
  else if (cyn_value_int(cyn_item_get(((const cyn_get_item_output *)output)->item, cyn_str("square")), &value)) *f->sum += value;
}

static cyn_status make_table(cyn_db *db, cyn_result *result, cyn_error *e) {
  static const char table[] = "{\"TableName\": \"Squares\", \"BillingMode\": \"PAY_PER_REQUEST\","
                              " \"KeySchema\": [{\"AttributeName\": \"n\", \"KeyType\": \"HASH\"}],"
                              " \"AttributeDefinitions\": [{\"AttributeName\": \"n\", \"AttributeType\": \"N\"}]}";
  cyn_bytes output;
  cyn_status status = cyn_call_json(db, "CreateTable", cyn_str(table), result, &output, e);
  return status != CYN_OK ? status : cyn_wait_table_exists(db, cyn_str("Squares"), NULL, e);
}

/* 120 items by one call: it sends 25 at a time, and again what a busy server leaves undone. */
static cyn_status write_all(cyn_db *db, cyn_result *result, cyn_error *e) {
  static cyn_item_builder *builders[WRITES];
  static cyn_put_request puts[WRITES];
  static cyn_write_request requests[WRITES];
  static const cyn_write_request *list[WRITES];
  cyn_status status = CYN_OK;
  for (int i = 0; i < WRITES && status == CYN_OK; i++) {
    builders[i] = cyn_item_builder_new();
    puts[i] = (cyn_put_request)CYN_PUT_REQUEST_INIT;
    requests[i] = (cyn_write_request)CYN_WRITE_REQUEST_INIT;
    cyn_item_put_int(builders[i], cyn_str("n"), i);
    cyn_item_put_int(builders[i], cyn_str("square"), (int64_t)i * i);
    status = cyn_item_builder_finish(builders[i], &puts[i].item, e);
    requests[i].put_request = &puts[i];
    list[i] = &requests[i];
  }
  const cyn_batch_write_item_request_map_entry table = {cyn_str("Squares"), {WRITES, list}};
  cyn_batch_write_item_input input = CYN_BATCH_WRITE_ITEM_INPUT_INIT;
  const cyn_batch_write_item_output *output;
  input.request_items.count = 1;
  input.request_items.at = &table;
  if (status == CYN_OK) status = cyn_batch_write_all(db, &input, NULL, result, &output, e);
  for (int i = 0; i < WRITES; i++) cyn_item_builder_destroy(builders[i]);
  return status;
}

/* 50 gets at once. The callbacks run in cyn_db_dispatch; a program with an event loop watches cyn_db_poll_fd instead. */
static cyn_status get_many(cyn_db *db, int64_t *sum, cyn_error *e) {
  static flight flights[CALLS];
  cyn_status status = CYN_OK;
  for (int i = 0; i < CALLS && status == CYN_OK; i++) {
    flight *f = &flights[i];
    cyn_get_item_input input = CYN_GET_ITEM_INPUT_INIT;
    static cyn_get_item_input inputs[CALLS]; /* an input is borrowed until the callback */
    *f = (flight){cyn_item_builder_new(), cyn_result_new(), sum};
    cyn_item_put_int(f->builder, cyn_str("n"), i);
    input.table_name = cyn_str("Squares");
    status = cyn_item_builder_finish(f->builder, &input.key, e);
    inputs[i] = input;
    if (status == CYN_OK) status = cyn_call_submit(db, CYN_OPERATION_GET_ITEM, &inputs[i], f->result, on_item, f, e);
  }
  while (cyn_db_dispatch(db, -1) != 0) {
  }
  for (int i = 0; i < CALLS; i++) {
    cyn_item_builder_destroy(flights[i].builder);
    cyn_result_destroy(flights[i].result);
  }
  return status;
}

static cyn_status count_pages(cyn_db *db, cyn_error *e) {
  cyn_scan_input input = CYN_SCAN_INPUT_INIT;
  cyn_paginator *pages;
  const void *page = NULL;
  size_t page_count = 0, items = 0;
  input.table_name = cyn_str("Squares");
  input.limit = cyn_int(50);
  cyn_status status = cyn_paginator_new(db, CYN_OPERATION_SCAN, &input, &pages, e);
  while (status == CYN_OK && (status = cyn_paginator_next(pages, &page, e)) == CYN_OK && page != NULL) {
    const cyn_scan_output *output = page;
    items += output->items.count;
    page_count++;
  }
  cyn_paginator_destroy(pages);
  if (status == CYN_OK) printf("%zu items in %zu pages\n", items, page_count);
  return status;
}

int main(int argc, char **argv) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_db *db = NULL;
  cyn_result *result = cyn_result_new();
  int64_t sum = 0;
  cyn_status status = cyn_open(argc > 1 ? argv[1] : "memory:", NULL, &db, &error);
  if (status == CYN_OK) status = make_table(db, result, &error);
  if (status == CYN_OK) status = write_all(db, result, &error);
  if (status == CYN_OK) status = get_many(db, &sum, &error);
  if (status == CYN_OK) printf("the first %d squares make %lld\n", CALLS, (long long)sum);
  if (status == CYN_OK) status = count_pages(db, &error);
  if (status != CYN_OK) fprintf(stderr, "%s: %s\n", error.name, error.message);
  cyn_error_clean_up(&error);
  cyn_result_destroy(result);
  cyn_db_close(db);
  return status == CYN_OK ? 0 : 1;
}
