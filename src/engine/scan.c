/* Scan (DynamoDB page API_Scan). The checks stand in the service's order: validation.md 3.5. Items come in the order of
 * their partition's hash; a segment is an equal range of it. */
#include "engine/page.h"
#include "engine/read.h"

typedef struct scan {
  cyn_i_page page;
  const cyn_scan_input *input;
  cyn_i_bound *filter, *projection;
} scan;

static cyn_status check_segments(const cyn_scan_input *input, cyn_i_call *call) {
  if (input->segment.is_set && !input->total_segments.is_set)
    return cyn_i_error_set(call->error, CYN_E_VALIDATION,
                           "The TotalSegments parameter is required but was not present in the request when Segment "
                           "parameter is present");
  if (input->total_segments.is_set && !input->segment.is_set)
    return cyn_i_error_set(call->error, CYN_E_VALIDATION,
                           "The Segment parameter is required but was not present in the request when parameter "
                           "TotalSegments is present");
  if (input->segment.is_set && input->segment.value >= input->total_segments.value)
    return cyn_i_error_setf(call->error, CYN_E_VALIDATION,
                            "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: "
                            "%lld is not less than TotalSegments: %lld",
                            (long long)input->segment.value, (long long)input->total_segments.value);
  return CYN_OK;
}

static cyn_status check_request(scan *own) {
  const cyn_scan_input *input = own->input;
  cyn_i_call *call = own->page.call;
  static const size_t print_order[2] = {1, 0};
  cyn_i_expression_parameter expressions[2] = {
      {"FilterExpression", CYN_EXPRESSION_FILTER, input->filter_expression, NULL},
      {"ProjectionExpression", CYN_EXPRESSION_PROJECTION, input->projection_expression, NULL}};
  cyn_i_legacy_parameter legacy[3] = {{"AttributesToGet", input->attributes_to_get.at != NULL},
                                      {"ScanFilter", input->scan_filter.at != NULL},
                                      {"ConditionalOperator", input->conditional_operator.data != NULL}};
  cyn_i_parameters parameters = {expressions, 2, print_order, legacy, 3, input->expression_attribute_names,
                                 input->expression_attribute_values, true};
  cyn_i_bound *filter = NULL, *attributes = NULL;
  cyn_status status = cyn_i_parameters_check(&parameters, call);
  if (status == CYN_OK)
    status = cyn_i_page_check_select(call, input->select, input->attributes_to_get.at != NULL,
                                     input->projection_expression.data != NULL, input->index_name.data != NULL);
  if (status == CYN_OK) status = cyn_i_legacy_attributes(call, input->attributes_to_get, &attributes);
  if (status == CYN_OK) status = cyn_i_legacy_filter(call, &input->scan_filter, input->conditional_operator, &filter);
  if (status == CYN_OK) status = cyn_i_page_check_start_fault(call, input->exclusive_start_key.fault);
  if (status == CYN_OK) status = check_segments(input, call);
  if (status == CYN_OK) status = cyn_i_parameters_bind(own->page.worker, &parameters, call);
  own->filter = filter != NULL ? filter : expressions[0].bound;
  own->projection = attributes != NULL ? attributes : expressions[1].bound;
  return status;
}

static cyn_status fail(const scan *own, const char *text) {
  return cyn_i_error_set(own->page.call->error, CYN_E_VALIDATION, text);
}

static const char start_mismatch[] =
    "The provided starting key is invalid: The provided key element does not match the schema";

static bool part_fits(const cyn_i_key_part *part, const uint8_t *start_key) {
  const uint8_t *value = cyn_i_item_find(start_key, part->name);
  return value != NULL && cyn_i_value_type(value) == part->type;
}

static cyn_status check_start(scan *own) {
  cyn_i_page *page = &own->page;
  const uint8_t *start_key = own->input->exclusive_start_key.data;
  if (start_key == NULL) return CYN_OK;
  const char *wrong_count = page->index == NULL ? start_mismatch : "The provided starting key is invalid";
  if (cyn_i_item_count(start_key) != cyn_i_page_start_key_size(page)) return fail(own, wrong_count);
  const cyn_i_key_part *hash[CYN_INDEX_KEY_PARTS_MAX], *range[CYN_INDEX_KEY_PARTS_MAX];
  size_t hash_count, range_count;
  (void)cyn_i_page_parts(page, hash, &hash_count, range, &range_count);
  bool fits = part_fits(&page->table->hash, start_key) &&
              (!page->table->has_range || part_fits(&page->table->range, start_key));
  for (size_t i = 0; i < hash_count; i++) fits = fits && part_fits(hash[i], start_key);
  for (size_t i = 0; i < range_count; i++) fits = fits && part_fits(range[i], start_key);
  if (!fits) return fail(own, page->index == NULL ? start_mismatch : "The provided starting key is invalid");
  return cyn_i_page_set_start(page, start_key);
}

/* Segment s of t covers the hashes from s/t to (s+1)/t of their range. */
static cyn_status set_segment(scan *own) {
  cyn_i_page *page = &own->page;
  page->range.hash_high = UINT64_MAX;
  if (!own->input->segment.is_set) return CYN_OK;
  unsigned __int128 whole = (unsigned __int128)1 << 64;
  uint64_t segment = (uint64_t)own->input->segment.value, total = (uint64_t)own->input->total_segments.value;
  page->range.hash_low = (uint64_t)((whole * segment + total - 1) / total);
  page->range.hash_high = segment + 1 == total ? UINT64_MAX : (uint64_t)((whole * (segment + 1) + total - 1) / total - 1);
  if (page->range.after == NULL ||
      (page->after.hash >= page->range.hash_low && page->after.hash <= page->range.hash_high))
    return CYN_OK;
  return cyn_i_error_setf(page->call->error, CYN_E_VALIDATION,
                          "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey "
                          "with correct Segment. TotalSegments: %llu Segment: %llu",
                          (unsigned long long)total, (unsigned long long)segment);
}

static cyn_status run(scan *own) {
  cyn_i_page *page = &own->page;
  const cyn_scan_input *input = own->input;
  cyn_status status = cyn_i_page_open(page, input->table_name, input->index_name, input->consistent_read);
  if (status == CYN_OK) status = check_start(own);
  page->filter = own->filter;
  page->projection = own->projection;
  if (status == CYN_OK) status = cyn_i_page_set_select(page, input->select);
  if (status == CYN_OK) status = set_segment(own);
  if (status == CYN_OK) status = cyn_i_check_key_paths(page->table, own->projection, page->call->error);
  if (status == CYN_OK) status = cyn_i_check_key_paths(page->table, own->filter, page->call->error);
  page->limit = input->limit.is_set ? (uint64_t)input->limit.value : 0;
  if (status == CYN_OK) status = cyn_i_page_run(page);
  return status == CYN_OK ? cyn_i_page_answer(page, input->return_consumed_capacity) : status;
}

cyn_i_pending *cyn_i_scan(cyn_i_worker *worker, cyn_i_call *call) {
  scan own = {.page = {.worker = worker, .call = call}, .input = call->input};
  cyn_status status = check_request(&own);
  if (status != CYN_OK) return cyn_i_call_refused(call, status);
  status = run(&own);
  cyn_i_page_close(&own.page);
  return cyn_i_call_failed(call, status);
}
