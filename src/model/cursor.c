/* Cursors over queries and scans, counts. A cursor asks for a page when it has none left; the page's items live in one
 * memory, the objects made of them in another that each step resets (or in the program's own). The key of the last object
 * that was given is made from its item, so a cursor can be left in the middle of a page and another goes on there. */
#include "model/cursor.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"

/* Options are copied before the first request: filters and keys live in the caller's statement only. */
static cyn_status prepare(cyn_cursor *cursor, cyn_expression key_condition, const cyn_read_options *options) {
  cyn_i_request *request = &cursor->request;
  cyn_i_parts parts;
  cyn_i_parts_init(&parts, request);
  cyn_bytes condition, filter, projection;
  const char *index = options->index;
  cyn_status status = CYN_OK;
  if (index != NULL && (cursor->index = cyn_i_plan_find_index(request->plan, index)) == NULL)
    return cyn_i_model_error(request->error, CYN_E_MODEL, request->codec.model, NULL, "it has no index %s", index);
  status = cyn_i_parts_add(&parts, CYN_EXPRESSION_KEY_CONDITION, key_condition, &condition);
  if (status == CYN_OK) status = cyn_i_parts_add(&parts, CYN_EXPRESSION_FILTER, options->filter, &filter);
  if (status == CYN_OK) status = cyn_i_parts_fields(&parts, options->fields, &projection);
  if (status == CYN_OK) status = cyn_i_parts_kinds(&parts, &filter);
  cyn_string_map names;
  cyn_item values;
  if (status == CYN_OK) status = cyn_i_parts_finish(&parts, &names, &values);
  if (status != CYN_OK) return status;
  cyn_bytes start = {(const char *)options->start.data, options->start.size};
  if (start.data != NULL) {
    start = cyn_i_arena_copy(request->arena, start);
    if (start.data == NULL) return cyn_i_error_no_memory(request->error);
  }
  cursor->is_query = condition.data != NULL;
  cursor->limit = options->limit;
  cursor->page_size = options->page_size;
  cursor->has_filter = filter.data != NULL;
  cursor->rate = options->rate_limit;
  cursor->consumed_out = options->consumed;
  cursor->memory = options->memory;
  cyn_bytes capacity = cyn_str(options->consumed != NULL || options->rate_limit > 0 ? CYN_RETURN_CONSUMED_CAPACITY_TOTAL : NULL);
#define FILL(input)                                                                       \
  (input)->table_name = request->target->table;                                           \
  if (index != NULL) (input)->index_name = cursor->index->name;                           \
  if (options->consistent) (input)->consistent_read = cyn_bool(true);                     \
  (input)->filter_expression = filter;                                                    \
  (input)->projection_expression = projection;                                            \
  (input)->expression_attribute_names = names;                                            \
  (input)->expression_attribute_values = values;                                          \
  (input)->exclusive_start_key = (cyn_item){(const uint8_t *)start.data, start.size, NULL}; \
  (input)->return_consumed_capacity = capacity
  if (cursor->is_query) {
    cursor->query = (cyn_query_input)CYN_QUERY_INPUT_INIT;
    FILL(&cursor->query);
    cursor->query.key_condition_expression = condition;
    if (options->backward) cursor->query.scan_index_forward = cyn_bool(false);
  } else {
    cursor->scan = (cyn_scan_input)CYN_SCAN_INPUT_INIT;
    FILL(&cursor->scan);
    if (options->total_segments > 0) {
      cursor->scan.total_segments = cyn_int(options->total_segments);
      cursor->scan.segment = cyn_int(options->segment);
    }
  }
#undef FILL
  return CYN_OK;
}

/* ---- pages ---- */

/* What a page is asked for: the limit where no filter can take items away again. */
static cyn_opt_int page_limit(const cyn_cursor *cursor) {
  int64_t size = cursor->page_size;
  if (cursor->limit > 0 && !cursor->has_filter) {
    int64_t left = cursor->limit - cursor->given;
    if (size <= 0 || left < size) size = left;
  }
  return size > 0 ? cyn_int(size) : (cyn_opt_int){false, 0};
}

static cyn_i_scan_rate *rate_of(cyn_cursor *cursor) {
  return cursor->shared_rate != NULL ? cursor->shared_rate : &cursor->own_rate;
}

/* The units of a page are paid for with time before the next one, that of the request itself counted. */
static void keep_rate(cyn_cursor *cursor) {
  if (cursor->rate <= 0) return;
  cyn_i_sleep_ms(cyn_i_scan_rate_wait(rate_of(cursor), cursor->rate));
  cursor->asked_at_ns = cyn_i_clock_monotonic_ns();
}

static void count_page(cyn_cursor *cursor, cyn_opt_int found, cyn_opt_int scanned, const cyn_consumed_capacity *capacity) {
  cursor->found += found.value;
  cursor->scanned += scanned.value;
  if (capacity == NULL) return;
  cursor->consumed += capacity->capacity_units.value;
  if (cursor->consumed_out != NULL) *cursor->consumed_out += capacity->capacity_units.value;
  cyn_i_scan_rate_book(rate_of(cursor), cursor->rate, capacity->capacity_units.value, cursor->asked_at_ns);
}

/* The last page's end is where the next begins; it moves to the memory that the next page does not reset. */
static bool keep_start(cyn_cursor *cursor, cyn_item key) {
  cursor->is_last_page = key.data == NULL;
  cyn_item *start = cursor->is_query ? &cursor->query.exclusive_start_key : &cursor->scan.exclusive_start_key;
  *start = (cyn_item){NULL, 0, NULL};
  if (key.data == NULL) return true;
  cyn_i_buf *room = &cursor->start;
  room->size = 0;
  cyn_i_buf_append(room, key.data, key.size);
  *start = (cyn_item){room->data, room->size, NULL};
  return !room->failed;
}

static cyn_status ask(cyn_cursor *cursor, cyn_operation operation, const void *input, const void **answer) {
  const cyn_i_target *target = cursor->request.target;
  return cyn_i_target_call(target, target->db, operation, input, &cursor->page->arena, answer, cursor->request.error);
}

static cyn_status next_page(cyn_cursor *cursor) {
  cyn_memory_reset(cursor->page);
  keep_rate(cursor);
  const void *answer;
  cyn_item end;
  cyn_status status;
  if (cursor->is_query) {
    cursor->query.limit = page_limit(cursor);
    status = ask(cursor, CYN_OPERATION_QUERY, &cursor->query, &answer);
    if (status != CYN_OK) return status;
    const cyn_query_output *output = answer;
    cursor->items = output->items;
    count_page(cursor, output->count, output->scanned_count, output->consumed_capacity);
    end = output->last_evaluated_key;
  } else {
    cursor->scan.limit = page_limit(cursor);
    status = ask(cursor, CYN_OPERATION_SCAN, &cursor->scan, &answer);
    if (status != CYN_OK) return status;
    const cyn_scan_output *output = answer;
    cursor->items = output->items;
    count_page(cursor, output->count, output->scanned_count, output->consumed_capacity);
    end = output->last_evaluated_key;
  }
  cursor->next = 0;
  return keep_start(cursor, end) ? CYN_OK : cyn_i_error_no_memory(cursor->request.error);
}

/* False at the end and at an error. */
static bool next_item(cyn_cursor *cursor, cyn_item *item) {
  if (cursor == NULL || cursor->status != CYN_OK || (cursor->limit > 0 && cursor->given == cursor->limit)) return false;
  while (cursor->next == cursor->items.count) {
    if (cursor->is_last_page) return false;
    cursor->status = next_page(cursor);
    if (cursor->status != CYN_OK) return false;
  }
  *item = cursor->items.at[cursor->next++];
  cursor->given++;
  cursor->last = *item;
  return true;
}

/* ---- life ---- */

cyn_cursor *cyn_i_cursor_open(cyn_db *db, const cyn_model *model, cyn_expression key_condition,
                              const cyn_read_options *options, cyn_i_scan_rate *rate, cyn_error *error) {
  cyn_read_options own;
  CYN_I_OPTIONS_READ(own, options);
  cyn_cursor *cursor = cyn_i_zalloc(1, sizeof *cursor);
  if (cursor == NULL) {
    (void)cyn_i_error_no_memory(error);
    return NULL;
  }
  cyn_i_buf_init(&cursor->start, NULL);
  cursor->shared_rate = rate;
  cursor->page = cyn_memory_new();
  cursor->step = cyn_memory_new();
  cursor->status = cursor->page != NULL && cursor->step != NULL ? CYN_OK : cyn_i_error_no_memory(&cursor->error);
  if (cursor->status == CYN_OK) cursor->status = cyn_i_request_begin(&cursor->request, db, model, &cursor->error);
  cursor->has_request = cursor->status == CYN_OK;
  if (cursor->status == CYN_OK) cursor->status = prepare(cursor, key_condition, &own);
  return cursor;
}

/* The caller's error tells what is known already; the cursor keeps its own for close. */
static cyn_cursor *tell(cyn_cursor *cursor, cyn_error *error) {
  if (cursor != NULL && cursor->status != CYN_OK)
    (void)cyn_i_error_set(error, (cyn_i_error_code)cursor->status, cursor->error.message);
  if (cursor != NULL && cursor->status != CYN_OK && error != NULL) error->operation = cursor->error.operation;
  return cursor;
}

cyn_cursor *cyn_model_find(cyn_db *db, const cyn_model *model, cyn_expression key_condition,
                           const cyn_read_options *options, cyn_error *error) {
  cyn_cursor *cursor = cyn_i_cursor_open(db, model, key_condition, options, NULL, error);
  if (cursor != NULL && cursor->status == CYN_OK && !cursor->is_query)
    cursor->status = cyn_i_model_error(&cursor->error, CYN_E_MODEL, model, NULL, "a query needs a key condition");
  return tell(cursor, error);
}

cyn_cursor *cyn_model_find_all(cyn_db *db, const cyn_model *model, const cyn_read_options *options, cyn_error *error) {
  return tell(cyn_i_cursor_open(db, model, CYN_NO_EXPRESSION, options, NULL, error), error);
}

cyn_status cyn_cursor_close(cyn_cursor *cursor, cyn_error *error) {
  if (cursor == NULL) return CYN_OK;
  cyn_status status = cursor->status;
  if (status != CYN_OK) cyn_i_error_move(error, &cursor->error);
  if (cursor->has_request) cyn_i_request_end(&cursor->request);
  cyn_memory_destroy(cursor->page);
  cyn_memory_destroy(cursor->step);
  cyn_i_buf_clean_up(&cursor->start);
  cyn_error_clean_up(&cursor->error);
  cyn_i_free(cursor);
  return status;
}

/* ---- steps ---- */

static cyn_memory *step_memory(cyn_cursor *cursor) {
  if (cursor->memory != NULL) return cursor->memory;
  cyn_memory_reset(cursor->step);
  return cursor->step;
}

bool cyn_cursor_next(cyn_cursor *cursor, const cyn_model *model, void *object) {
  cyn_item item;
  if (!next_item(cursor, &item)) return false;
  if (model != cursor->request.codec.model) {
    cursor->status = cyn_i_model_error(&cursor->error, CYN_E_MODEL, cursor->request.codec.model, NULL,
                                       "its cursor was stepped as model %s", model->type);
    return false;
  }
  cyn_i_codec codec = {model, step_memory(cursor), &cursor->error, 0};
  cursor->status = cyn_i_read_object(&codec, cursor->request.plan, item.data, object);
  return cursor->status == CYN_OK;
}

bool cyn_cursor_next_item(cyn_cursor *cursor, cyn_item *item) { return next_item(cursor, item); }

void *cyn_cursor_next_any(cyn_cursor *cursor, const cyn_model **model) {
  cyn_item item;
  void *object = NULL;
  *model = NULL;
  if (!next_item(cursor, &item)) return NULL;
  cyn_i_codec codec = {cursor->request.codec.model, step_memory(cursor), &cursor->error, 0};
  cursor->status = cyn_i_read_any(&codec, cursor->request.plan, item, &object, model);
  return object;
}

/* ---- where it is ---- */

/* Adds the attribute, once: an index may have the table's key too. False when the item does not have it. */
static bool put_key(cyn_i_item_writer *writer, const cyn_i_field *field, cyn_item item) {
  const uint8_t *value = cyn_i_item_find(item.data, field->name);
  if (value == NULL || writer->buf->failed) return false;
  cyn_i_put_u32(writer->buf->data + writer->start + 5, writer->count); /* what is there is looked into */
  if (cyn_i_item_find(writer->buf->data + writer->start, field->name) == NULL) cyn_i_item_pair(writer, field->name, value);
  return !writer->buf->failed;
}

cyn_item cyn_cursor_position(cyn_cursor *cursor, cyn_memory *memory) {
  cyn_item none = {NULL, 0, NULL};
  if (cursor == NULL || cursor->status != CYN_OK) return none;
  cyn_item at = cursor->is_query ? cursor->query.exclusive_start_key : cursor->scan.exclusive_start_key;
  bool in_page = cursor->next < cursor->items.count;
  if (!in_page || cursor->next == 0) {
    if (at.data == NULL) return none;
    cyn_bytes copy = cyn_i_arena_copy(&memory->arena, (cyn_bytes){(const char *)at.data, at.size});
    return (cyn_item){(const uint8_t *)copy.data, copy.data != NULL ? copy.size : 0, NULL};
  }
  const cyn_i_plan *plan = cursor->request.plan;
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, &memory->arena);
  cyn_i_item_writer writer;
  cyn_i_item_begin(&writer, &buf);
  bool complete = put_key(&writer, plan->hash, cursor->last);
  if (complete && plan->range != NULL) complete = put_key(&writer, plan->range, cursor->last);
  for (size_t i = 0; cursor->index != NULL && complete && i < cursor->index->key_count; i++)
    complete = put_key(&writer, cursor->index->keys[i], cursor->last);
  if (!complete) return none;
  cyn_i_item_end(&writer);
  return buf.failed ? none : (cyn_item){buf.data, buf.size, NULL};
}

int64_t cyn_cursor_scanned_count(const cyn_cursor *cursor) { return cursor != NULL ? cursor->scanned : 0; }
int64_t cyn_cursor_count(const cyn_cursor *cursor) { return cursor != NULL ? cursor->found : 0; }
double cyn_cursor_consumed(const cyn_cursor *cursor) { return cursor != NULL ? cursor->consumed : 0; }

/* ---- counts ---- */

cyn_status cyn_model_count(cyn_db *db, const cyn_model *model, cyn_expression key_condition,
                           const cyn_read_options *options, int64_t *out, cyn_error *error) {
  *out = 0;
  cyn_cursor *cursor = cyn_i_cursor_open(db, model, key_condition, options, NULL, error);
  if (cursor == NULL) return CYN_E_OUT_OF_MEMORY;
  cursor->query.select = cursor->scan.select = cyn_str(CYN_SELECT_COUNT);
  while (cursor->status == CYN_OK && !cursor->is_last_page && (cursor->limit <= 0 || cursor->found < cursor->limit)) {
    cursor->given = cursor->found;
    cursor->status = next_page(cursor);
  }
  *out = cursor->limit > 0 && cursor->found > cursor->limit ? cursor->limit : cursor->found;
  return cyn_cursor_close(cursor, error);
}
