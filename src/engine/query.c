/* Query (DynamoDB page API_Query). The checks stand in the service's order: validation.md 3.4. */
#include "engine/item_key.h"
#include "engine/key_range.h"
#include "engine/read.h"

typedef struct query {
  cyn_i_page page;
  const cyn_query_input *input;
  cyn_i_bound *filter, *projection;
  const cyn_i_key_condition *conditions;
  size_t condition_count;
} query;

/* Steps 1 to 8: all that needs no table. */
static cyn_status check_select(query *own) {
  const cyn_query_input *input = own->input;
  cyn_status status = cyn_i_page_check_select(own->page.call, input->select, input->attributes_to_get.at != NULL,
                                              input->projection_expression.data != NULL, input->index_name.data != NULL);
  if (status == CYN_E_VALIDATION) cyn_i_prefix_error(own->page.call);
  return own->page.call->error->status;
}

static cyn_status key_conditions(query *own, cyn_i_bound *key_condition) {
  cyn_i_call *call = own->page.call;
  cyn_i_check check;
  if (key_condition != NULL)
    return cyn_i_key_conditions(key_condition, call->arena, &own->conditions, &own->condition_count, &check, call->error);
  cyn_status status =
      cyn_i_legacy_key_conditions(call, &own->input->key_conditions, &own->conditions, &own->condition_count);
  if (status == CYN_OK && (own->condition_count == 0 || own->condition_count > 2 * CYN_INDEX_KEY_PARTS_MAX))
    status = cyn_i_error_set(call->error, CYN_E_VALIDATION, "Conditions can be of length 1 or 2 only");
  return status;
}

static cyn_status check_request(query *own) {
  const cyn_query_input *input = own->input;
  cyn_i_call *call = own->page.call;
  static const size_t print_order[3] = {2, 1, 0};
  cyn_i_expression_parameter expressions[3] = {
      {"KeyConditionExpression", CYN_EXPRESSION_KEY_CONDITION, input->key_condition_expression, NULL},
      {"FilterExpression", CYN_EXPRESSION_FILTER, input->filter_expression, NULL},
      {"ProjectionExpression", CYN_EXPRESSION_PROJECTION, input->projection_expression, NULL}};
  bool both = input->key_condition_expression.data != NULL && input->key_conditions.at != NULL;
  cyn_i_legacy_parameter legacy[4] = {{"AttributesToGet", input->attributes_to_get.at != NULL},
                                      {"QueryFilter", input->query_filter.at != NULL},
                                      {"ConditionalOperator", input->conditional_operator.data != NULL},
                                      {"KeyConditions", both}};
  cyn_i_parameters parameters = {expressions, 3, print_order, legacy, 4, input->expression_attribute_names,
                                 input->expression_attribute_values, true};
  cyn_i_bound *filter = NULL, *attributes = NULL;
  cyn_status status = cyn_i_parameters_check(&parameters, call);
  if (status == CYN_OK) status = check_select(own);
  if (status == CYN_OK) status = cyn_i_legacy_filter(call, &input->query_filter, input->conditional_operator, &filter);
  if (status == CYN_OK) status = cyn_i_legacy_attributes(call, input->attributes_to_get, &attributes);
  if (status == CYN_OK) status = cyn_i_page_check_start_fault(call, input->exclusive_start_key.fault);
  if (status == CYN_OK && input->key_condition_expression.data == NULL && input->key_conditions.at == NULL)
    status = cyn_i_error_set(call->error, CYN_E_VALIDATION,
                             "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.");
  if (status == CYN_OK) status = cyn_i_parameters_bind(own->page.worker, &parameters, call);
  if (status == CYN_OK) status = key_conditions(own, expressions[0].bound);
  own->filter = filter != NULL ? filter : expressions[1].bound;
  own->projection = attributes != NULL ? attributes : expressions[2].bound;
  return status;
}

/* Steps 12 to 15: the start key. */
static cyn_status check_start(query *own, const uint8_t *start_key) {
  cyn_i_page *page = &own->page;
  cyn_i_call *call = page->call;
  const cyn_i_table *table = page->table;
  const uint8_t *hash = cyn_i_item_find(start_key, table->hash.name);
  const uint8_t *range = table->has_range ? cyn_i_item_find(start_key, table->range.name) : NULL;
  if (hash == NULL || cyn_i_value_type(hash) != table->hash.type ||
      (table->has_range && (range == NULL || cyn_i_value_type(range) != table->range.type)))
    return cyn_i_error_set(call->error, CYN_E_VALIDATION,
                           "The provided starting key is invalid: The provided key element does not match the schema");
  cyn_status status = cyn_i_key_range_check_start(page, own->conditions, own->condition_count, start_key);
  return status == CYN_OK ? cyn_i_page_set_start(page, start_key) : status;
}

static cyn_status check_filter(query *own) {
  const cyn_i_page *page = &own->page;
  const cyn_i_key_part *parts[2 * CYN_INDEX_KEY_PARTS_MAX];
  const cyn_i_key_part *range[CYN_INDEX_KEY_PARTS_MAX];
  size_t hash_count, range_count;
  size_t count = cyn_i_page_parts(page, parts, &hash_count, range, &range_count);
  for (size_t i = 0; i < range_count; i++) parts[hash_count + i] = range[i];
  size_t paths = own->filter != NULL ? cyn_i_bound_path_count(own->filter) : 0;
  for (size_t i = 0; i < paths; i++) {
    cyn_bytes head = cyn_i_bound_path(own->filter, i).steps[0].name;
    for (size_t p = 0; p < count; p++)
      if (parts[p]->name.size == head.size && memcmp(parts[p]->name.data, head.data, head.size) == 0)
        return cyn_i_error_setf(page->call->error, CYN_E_VALIDATION,
                                "%s can only contain non-primary key attributes: Primary key attribute: %.*s",
                                own->input->filter_expression.data != NULL ? "Filter Expression" : "QueryFilter",
                                (int)head.size, head.data);
  }
  return CYN_OK;
}

static cyn_status run(query *own) {
  cyn_i_page *page = &own->page;
  const cyn_query_input *input = own->input;
  cyn_i_call *call = page->call;
  const uint8_t *start_key = input->exclusive_start_key.data;
  cyn_status status = cyn_i_page_open(page, input->table_name, input->index_name, input->consistent_read);
  if (status == CYN_OK && start_key != NULL && cyn_i_item_count(start_key) != cyn_i_page_start_key_size(page))
    status = cyn_i_error_set(call->error, CYN_E_VALIDATION, "The provided starting key is invalid");
  if (status == CYN_OK) status = cyn_i_key_range_check(page, own->conditions, own->condition_count, start_key);
  if (status == CYN_OK) status = cyn_i_key_range_make(page, own->conditions, own->condition_count);
  if (status == CYN_OK && start_key != NULL) status = check_start(own, start_key);
  if (status == CYN_OK) status = cyn_i_check_key_paths(page->table, own->projection, call->error);
  if (status == CYN_OK) status = check_filter(own);
  page->filter = own->filter;
  page->projection = own->projection;
  if (status == CYN_OK) status = cyn_i_page_set_select(page, input->select);
  if (status == CYN_OK) status = cyn_i_check_key_paths(page->table, own->filter, call->error);
  page->limit = input->limit.is_set ? (uint64_t)input->limit.value : 0;
  page->range.backward = input->scan_index_forward.is_set && !input->scan_index_forward.value;
  if (status == CYN_OK) status = cyn_i_page_run(page);
  return status == CYN_OK ? cyn_i_page_answer(page, input->return_consumed_capacity) : status;
}

cyn_i_pending *cyn_i_query(cyn_i_worker *worker, cyn_i_call *call) {
  query own = {.page = {.worker = worker, .call = call}, .input = call->input};
  cyn_status status = check_request(&own);
  if (status != CYN_OK) return cyn_i_call_refused(call, status);
  status = run(&own);
  cyn_i_page_close(&own.page);
  return cyn_i_call_failed(call, status);
}
