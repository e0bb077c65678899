/* The record of a migration: one item of CYN_MIGRATION_TABLE for each table and step, with the position of each segment. Its
 * numbers are added to and its positions set by one UpdateItem a page, so that the scan's threads need no lock. Positions are
 * there while the step is under way only: who has lost a race to its end changes nothing any more. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "model/migration.h"
#include "model/time.h"

static void put_key(cyn_item_builder *builder, const cyn_migration *step) {
  char text[CYN_MIGRATION_NAME_MAX + 30];
  (void)snprintf(text, sizeof text, "%s/%" PRId64, step->name, step->version);
  cyn_item_put_string(builder, cyn_str("table"), cyn_str(step->table));
  cyn_item_put_string(builder, cyn_str("step"), cyn_str(text));
}

static void put_now(cyn_item_builder *builder, const char *name) {
  char text[CYN_TIME_TEXT_LENGTH];
  if (cyn_i_time_format(cyn_i_clock_now_ms(NULL) * 1000, text))
    cyn_item_put_string(builder, cyn_str(name), (cyn_bytes){text, sizeof text});
}

/* ---- the table ---- */

static cyn_status describe(cyn_db *db, bool *is_active, cyn_error *error) {
  cyn_describe_table_input input = CYN_DESCRIBE_TABLE_INPUT_INIT;
  const cyn_describe_table_output *output;
  cyn_result *result = cyn_result_new();
  if (result == NULL) return cyn_i_error_no_memory(error);
  input.table_name = cyn_str(CYN_MIGRATION_TABLE);
  cyn_status status = cyn_describe_table(db, &input, result, &output, error);
  if (status == CYN_OK) {
    cyn_bytes state = output->table->table_status;
    *is_active = state.size == 6 && memcmp(state.data, "ACTIVE", 6) == 0;
  }
  cyn_result_destroy(result);
  return status;
}

static cyn_status create(cyn_db *db, cyn_error *error) {
  static const char table[] =
      "{\"TableName\":\"" CYN_MIGRATION_TABLE "\",\"BillingMode\":\"PAY_PER_REQUEST\",\"AttributeDefinitions\":["
      "{\"AttributeName\":\"table\",\"AttributeType\":\"S\"},{\"AttributeName\":\"step\",\"AttributeType\":\"S\"}],"
      "\"KeySchema\":[{\"AttributeName\":\"table\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"step\",\"KeyType\":\"RANGE\"}]}";
  cyn_result *result = cyn_result_new();
  cyn_bytes answer;
  if (result == NULL) return cyn_i_error_no_memory(error);
  cyn_status status = cyn_call_json(db, "CreateTable", cyn_str(table), result, &answer, error);
  cyn_result_destroy(result);
  return status == CYN_E_RESOURCE_IN_USE ? CYN_OK : status;
}

cyn_status cyn_i_migration_record_open(cyn_db *db, cyn_error *error) {
  bool is_active = false;
  cyn_error own = CYN_ERROR_INIT;
  cyn_status status = describe(db, &is_active, &own);
  if (status == CYN_E_RESOURCE_NOT_FOUND) status = create(db, &own);
  if (status != CYN_OK) {
    cyn_i_error_move(error, &own);
    return status;
  }
  cyn_error_clean_up(&own);
  if (is_active) return CYN_OK;
  cyn_wait_options wait = CYN_WAIT_OPTIONS_INIT;
  wait.delay_ms = cyn_int(200);
  wait.max_looks = cyn_int(600);
  return cyn_wait_table_exists(db, cyn_str(CYN_MIGRATION_TABLE), &wait, error);
}

/* ---- one record ---- */

static int64_t number_of(cyn_item item, const char *name) {
  int64_t out = 0;
  (void)cyn_value_int(cyn_item_get(item, cyn_str(name)), &out);
  return out;
}

cyn_status cyn_i_migration_record_read(cyn_db *db, const cyn_migration *step, cyn_result *result,
                                       cyn_i_migration_record *out, cyn_error *error) {
  cyn_item_builder *key = cyn_item_builder_new();
  cyn_get_item_input input = CYN_GET_ITEM_INPUT_INIT;
  const cyn_get_item_output *output;
  memset(out, 0, sizeof *out);
  put_key(key, step);
  input.table_name = cyn_str(CYN_MIGRATION_TABLE);
  input.consistent_read = cyn_bool(true);
  cyn_status status = cyn_item_builder_finish(key, &input.key, error);
  if (status == CYN_OK) status = cyn_get_item(db, &input, result, &output, error);
  cyn_item_builder_destroy(key);
  if (status != CYN_OK || output->item.data == NULL) return status;
  cyn_bytes definition = cyn_value_string(cyn_item_get(output->item, cyn_str("definition")));
  (void)cyn_value_bool(cyn_item_get(output->item, cyn_str("done")), &out->is_done);
  out->scanned = number_of(output->item, "scanned");
  if (step->definition != NULL && definition.data != NULL &&
      (definition.size != strlen(step->definition) || memcmp(definition.data, step->definition, definition.size) != 0)) {
    if (!out->is_done && out->scanned == 0) return CYN_OK; /* it failed at once and was mended: begun anew */
    return cyn_i_error_setf(error, CYN_E_USAGE,
                            "migration %s: version %" PRId64 " of %s is recorded with another definition; give the new one another "
                            "version", step->name, step->version, step->table);
  }
  out->exists = true;
  out->item = output->item;
  out->segments = number_of(output->item, "segments");
  out->changed = number_of(output->item, "changed");
  return CYN_OK;
}

cyn_status cyn_i_migration_record_begin(cyn_db *db, const cyn_migration *step, int64_t segments, cyn_result *result,
                                        cyn_error *error) {
  cyn_item_builder *item = cyn_item_builder_new(), *values = cyn_item_builder_new();
  cyn_put_item_input input = CYN_PUT_ITEM_INPUT_INIT;
  const cyn_put_item_output *output;
  put_key(item, step);
  cyn_item_put_bool(item, cyn_str("done"), false);
  cyn_item_put_int(item, cyn_str("segments"), segments);
  cyn_item_put_int(item, cyn_str("scanned"), 0);
  cyn_item_put_int(item, cyn_str("changed"), 0);
  cyn_item_open_map(item, cyn_str("positions"));
  cyn_item_close(item);
  put_now(item, "begun_at");
  if (step->definition != NULL) cyn_item_put_string(item, cyn_str("definition"), cyn_str(step->definition));
  input.condition_expression = cyn_str("attribute_not_exists(done) OR (done = :f AND scanned = :z)");
  cyn_item_put_bool(values, cyn_str(":f"), false);
  cyn_item_put_int(values, cyn_str(":z"), 0);
  input.table_name = cyn_str(CYN_MIGRATION_TABLE);
  cyn_status status = cyn_item_builder_finish(item, &input.item, error);
  if (status == CYN_OK) status = cyn_item_builder_finish(values, &input.expression_attribute_values, error);
  if (status == CYN_OK) status = cyn_put_item(db, &input, result, &output, error);
  cyn_item_builder_destroy(item);
  cyn_item_builder_destroy(values);
  return status;
}

/* Only while the step is under way. */
static cyn_status update(cyn_db *db, const cyn_migration *step, const char *expression, cyn_string_map names,
                         cyn_item_builder *values, cyn_result *result, cyn_error *error) {
  cyn_error own = CYN_ERROR_INIT;
  cyn_item_builder *key = cyn_item_builder_new();
  cyn_update_item_input input = CYN_UPDATE_ITEM_INPUT_INIT;
  const cyn_update_item_output *output;
  put_key(key, step);
  input.table_name = cyn_str(CYN_MIGRATION_TABLE);
  input.update_expression = cyn_str(expression);
  input.condition_expression = cyn_str("attribute_exists(positions)");
  input.expression_attribute_names = names;
  cyn_status status = cyn_item_builder_finish(key, &input.key, &own);
  if (status == CYN_OK) status = cyn_item_builder_finish(values, &input.expression_attribute_values, &own);
  if (status == CYN_OK) status = cyn_update_item(db, &input, result, &output, &own);
  cyn_item_builder_destroy(key);
  cyn_item_builder_destroy(values);
  if (status == CYN_E_CONDITIONAL_CHECK_FAILED) status = CYN_OK;
  else if (status != CYN_OK) cyn_i_error_move(error, &own);
  cyn_error_clean_up(&own);
  return status;
}

cyn_status cyn_i_migration_record_advance(cyn_db *db, const cyn_migration *step, int64_t segment, cyn_item key,
                                          int64_t scanned, int64_t changed, cyn_result *result, cyn_error *error) {
  char number[24];
  (void)snprintf(number, sizeof number, "%" PRId64, segment);
  cyn_string_pair names[1] = {{{"#s", 2}, cyn_str(number)}};
  cyn_item_builder *values = cyn_item_builder_new();
  cyn_item_put_int(values, cyn_str(":n"), scanned);
  cyn_item_put_int(values, cyn_str(":c"), changed);
  if (key.data == NULL) {
    cyn_item_put_bool(values, cyn_str(":p"), true);
  } else {
    cyn_pairs pairs = cyn_item_pairs(key);
    cyn_bytes name;
    cyn_value value;
    cyn_item_open_map(values, cyn_str(":p"));
    while (cyn_pairs_next(&pairs, &name, &value)) cyn_item_put_value(values, name, value);
    cyn_item_close(values);
  }
  return update(db, step, "SET positions.#s = :p ADD scanned :n, changed :c", (cyn_string_map){1, names}, values, result, error);
}

cyn_status cyn_i_migration_record_end(cyn_db *db, const cyn_migration *step, cyn_result *result, cyn_error *error) {
  cyn_item_builder *values = cyn_item_builder_new();
  cyn_item_put_bool(values, cyn_str(":t"), true);
  put_now(values, ":a");
  return update(db, step, "SET done = :t, applied_at = :a REMOVE positions", (cyn_string_map){0, NULL}, values, result, error);
}

cyn_status cyn_i_migration_record_position(const cyn_i_migration_record *record, int64_t segment, cyn_item_builder *builder,
                                           cyn_item *start, bool *is_done, cyn_error *error) {
  char number[24];
  (void)snprintf(number, sizeof number, "%" PRId64, segment);
  *start = (cyn_item){NULL, 0, NULL};
  cyn_value position = cyn_value_get(cyn_item_get(record->item, cyn_str("positions")), cyn_str(number));
  *is_done = cyn_value_type(position) == CYN_TYPE_BOOL;
  if (cyn_value_type(position) != CYN_TYPE_M) return CYN_OK;
  cyn_pairs pairs = cyn_value_pairs(position);
  cyn_bytes name;
  cyn_value value;
  while (cyn_pairs_next(&pairs, &name, &value)) cyn_item_put_value(builder, name, value);
  return cyn_item_builder_finish(builder, start, error);
}

/* ---- all records ---- */

/* "name/version": the version stands behind the last slash. */
static void tell_record(cyn_item item, void (*tell)(const cyn_migration_record *record, void *user), void *user) {
  cyn_bytes step = cyn_value_string(cyn_item_get(item, cyn_str("step")));
  cyn_migration_record record = {.table = cyn_value_string(cyn_item_get(item, cyn_str("table"))), .name = step};
  char version[24] = "";
  while (record.name.size != 0 && record.name.data[record.name.size - 1] != '/') record.name.size--;
  size_t size = step.size - record.name.size;
  if (record.name.size != 0 && size < sizeof version) memcpy(version, step.data + record.name.size, size);
  record.version = strtoll(version, NULL, 10);
  record.name.size -= record.name.size != 0;
  (void)cyn_value_bool(cyn_item_get(item, cyn_str("done")), &record.is_applied);
  record.scanned = number_of(item, "scanned");
  record.changed = number_of(item, "changed");
  record.begun_at = cyn_value_string(cyn_item_get(item, cyn_str("begun_at")));
  record.applied_at = cyn_value_string(cyn_item_get(item, cyn_str("applied_at")));
  record.definition = cyn_value_string(cyn_item_get(item, cyn_str("definition")));
  tell(&record, user);
}

static cyn_status each(cyn_paginator *pages, void (*tell)(const cyn_migration_record *record, void *user), void *user,
                       cyn_error *error) {
  for (;;) {
    const void *page;
    cyn_status status = cyn_paginator_next(pages, &page, error);
    if (status != CYN_OK || page == NULL) return status == CYN_E_RESOURCE_NOT_FOUND ? CYN_OK : status;
    const cyn_scan_output *output = page;
    for (size_t i = 0; i < output->items.count; i++) tell_record(output->items.at[i], tell, user);
  }
}

cyn_status cyn_migration_each(cyn_db *db, void (*tell)(const cyn_migration_record *record, void *user), void *user,
                              cyn_error *error) {
  cyn_scan_input input = CYN_SCAN_INPUT_INIT;
  cyn_error own = CYN_ERROR_INIT;
  cyn_paginator *pages;
  input.table_name = cyn_str(CYN_MIGRATION_TABLE);
  input.consistent_read = cyn_bool(true);
  cyn_status status = cyn_paginator_new(db, CYN_OPERATION_SCAN, &input, &pages, error);
  if (status != CYN_OK) return status;
  status = each(pages, tell, user, &own);
  cyn_paginator_destroy(pages);
  if (status != CYN_OK) cyn_i_error_move(error, &own);
  cyn_error_clean_up(&own);
  return status;
}
