/* See page.h. Items are copied out of the view as they are met, so that the view ends before anything is sent. The item
 * that crosses 1 MB is still part of its page, as the service's capacity figures show. */
#include "engine/page.h"

#include "base/clock.h"
#include "engine/item_key.h"
#include "engine/index.h"

/* A page may end anywhere, and one that a costly filter makes slow ends by time: its view would keep old pages alive. */
#define PAGE_TIME_MAX_NS ((uint64_t)1000 * 1000 * 1000)
#define TIME_CHECKED_EVERY 64 /* items */

static bool same(cyn_bytes a, cyn_bytes b) { return a.size == b.size && memcmp(a.data, b.data, a.size) == 0; }

cyn_status cyn_i_page_open(cyn_i_page *page, cyn_bytes table_name, cyn_bytes index_name, cyn_opt_bool consistent_read) {
  uint64_t guard;
  cyn_i_call *call = page->call;
  cyn_status status = cyn_i_engine_table(page->worker, call->context, table_name, &page->table, &guard, call->error);
  if (status != CYN_OK) return status;
  page->consistent = consistent_read.value;
  page->range.space = page->table->space;
  if (index_name.data == NULL) return CYN_OK;
  page->index = cyn_i_table_index(page->table, index_name);
  if (page->index == NULL || page->index->state == CYN_INDEX_DELETING)
    return cyn_i_error_setf(call->error, CYN_E_VALIDATION, "The table does not have the specified index: %.*s",
                            (int)index_name.size, index_name.data);
  if (page->index->state == CYN_INDEX_CREATING)
    return cyn_i_error_setf(call->error, CYN_E_VALIDATION,
                            "Cannot read from backfilling global secondary index: %.*s", (int)index_name.size,
                            index_name.data);
  if (page->index->is_global && page->consistent)
    return cyn_i_error_set(call->error, CYN_E_VALIDATION,
                           "Consistent reads are not supported on global secondary indexes");
  page->range.space = page->index->space;
  return CYN_OK;
}

void cyn_i_page_close(cyn_i_page *page) {
  if (page->table != NULL) cyn_i_table_release(page->table);
}

size_t cyn_i_page_parts(const cyn_i_page *page, const cyn_i_key_part *hash[CYN_INDEX_KEY_PARTS_MAX], size_t *hash_count,
                        const cyn_i_key_part *range[CYN_INDEX_KEY_PARTS_MAX], size_t *range_count) {
  if (page->index == NULL) {
    hash[0] = &page->table->hash;
    range[0] = &page->table->range;
    *hash_count = 1;
    *range_count = page->table->has_range;
  } else {
    *hash_count = page->index->hash_count;
    *range_count = page->index->range_count;
    for (size_t i = 0; i < *hash_count; i++) hash[i] = &page->index->hash[i];
    for (size_t i = 0; i < *range_count; i++) range[i] = &page->index->range[i];
  }
  return *hash_count + *range_count;
}

static bool names_contain(const cyn_bytes *names, size_t count, cyn_bytes name) {
  for (size_t i = 0; i < count; i++)
    if (same(names[i], name)) return true;
  return false;
}

/* The attributes of a start key: those of the index, then those of the table that the index does not have. */
static size_t key_names(const cyn_i_page *page, cyn_bytes out[2 * CYN_INDEX_KEY_PARTS_MAX + 2]) {
  const cyn_i_key_part *hash[CYN_INDEX_KEY_PARTS_MAX], *range[CYN_INDEX_KEY_PARTS_MAX];
  size_t hash_count, range_count, count = 0;
  (void)cyn_i_page_parts(page, hash, &hash_count, range, &range_count);
  for (size_t i = 0; i < hash_count; i++) out[count++] = hash[i]->name;
  for (size_t i = 0; i < range_count; i++) out[count++] = range[i]->name;
  if (page->index == NULL) return count;
  if (!names_contain(out, count, page->table->hash.name)) out[count++] = page->table->hash.name;
  if (page->table->has_range && !names_contain(out, count, page->table->range.name)) out[count++] = page->table->range.name;
  return count;
}

size_t cyn_i_page_start_key_size(const cyn_i_page *page) {
  cyn_bytes names[2 * CYN_INDEX_KEY_PARTS_MAX + 2];
  return key_names(page, names);
}

/* What no key can be: the texts of the table's key behind the service's words for this parameter. */
static cyn_status check_start_contents(cyn_i_page *page, const uint8_t *start_key) {
  const cyn_i_table *table = page->table;
  cyn_error own = CYN_ERROR_INIT;
  cyn_status status = cyn_i_check_key_content(&table->hash, true, cyn_i_item_find(start_key, table->hash.name), &own);
  if (status == CYN_OK && table->has_range)
    status = cyn_i_check_key_content(&table->range, false, cyn_i_item_find(start_key, table->range.name), &own);
  if (status != CYN_OK)
    status = cyn_i_error_setf(page->call->error, CYN_E_VALIDATION, "The provided starting key is invalid: %s", own.message);
  cyn_error_clean_up(&own);
  return status;
}

cyn_status cyn_i_page_set_start(cyn_i_page *page, const uint8_t *start_key) {
  bool present = true, ok;
  cyn_status status = check_start_contents(page, start_key);
  if (status != CYN_OK) return status;
  if (page->index == NULL)
    ok = cyn_i_item_key(page->table, start_key, page->call->arena, &page->after);
  else
    ok = cyn_i_index_key(page->table, page->index, start_key, page->call->arena, &page->after, &present);
  if (!ok) return cyn_i_error_no_memory(page->call->error);
  if (!present) return cyn_i_error_set(page->call->error, CYN_E_VALIDATION, "The provided starting key is invalid");
  page->range.after = &page->after;
  return CYN_OK;
}

cyn_status cyn_i_page_check_start_fault(cyn_i_call *call, const cyn_fault *fault) {
  if (fault == NULL) return CYN_OK;
  static const char *const plain[] = {"The parameter cannot be converted", "Attempting to store", "Number overflow",
                                      "Number underflow", "Input collection"};
  for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
    if (strncmp(fault->message, plain[i], strlen(plain[i])) == 0 || strstr(fault->message, "contains duplicates") != NULL)
      return cyn_i_error_set(call->error, CYN_E_VALIDATION, fault->message);
  return cyn_i_error_setf(call->error, CYN_E_VALIDATION, "The provided starting key is invalid: %s", fault->message);
}

/* ---- Select ---- */

cyn_status cyn_i_page_check_select(cyn_i_call *call, cyn_bytes select, bool has_attributes, bool has_projection,
                                   bool has_index) {
  if (select.data == NULL) return CYN_OK;
  if (cyn_i_is(select, CYN_SELECT_ALL_PROJECTED_ATTRIBUTES) && !has_index)
    return cyn_i_error_set(call->error, CYN_E_VALIDATION,
                           "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName");
  if (cyn_i_is(select, CYN_SELECT_SPECIFIC_ATTRIBUTES)) {
    if (has_attributes || has_projection) return CYN_OK;
    return cyn_i_error_set(call->error, CYN_E_VALIDATION,
                           "Must specify the AttributesToGet or ProjectionExpression when choosing to get "
                           "SPECIFIC_ATTRIBUTES");
  }
  if (!has_attributes && !has_projection) return CYN_OK;
  const char *what = cyn_i_is(select, CYN_SELECT_COUNT) ? "only the Count" : NULL;
  return cyn_i_error_setf(call->error, CYN_E_VALIDATION, "Cannot specify the %s when choosing to get %.*s",
                          has_projection ? "ProjectionExpression" : "AttributesToGet",
                          what != NULL ? (int)strlen(what) : (int)select.size, what != NULL ? what : select.data);
}

/* True when every attribute that the projection or filter names is in the index. */
static bool index_covers(const cyn_i_page *page, const cyn_i_bound *bound) {
  size_t count = bound != NULL ? cyn_i_bound_path_count(bound) : 0;
  for (size_t i = 0; i < count; i++)
    if (!cyn_i_index_has_attribute(page->table, page->index, cyn_i_bound_path(bound, i).steps[0].name)) return false;
  return true;
}

/* A global index is never completed from its table: what it lacks cannot be asked for. */
static cyn_status check_projected(cyn_i_page *page) {
  cyn_i_buf missing;
  cyn_i_buf_init(&missing, page->call->arena);
  size_t count = page->projection != NULL ? cyn_i_bound_path_count(page->projection) : 0;
  for (size_t i = 0; i < count; i++) {
    cyn_bytes name = cyn_i_bound_path(page->projection, i).steps[0].name;
    if (cyn_i_index_has_attribute(page->table, page->index, name)) continue;
    if (missing.size != 0) cyn_i_buf_text(&missing, ", ");
    cyn_i_buf_append(&missing, name.data, name.size);
  }
  if (missing.failed) return cyn_i_error_no_memory(page->call->error);
  if (missing.size == 0) return CYN_OK;
  return cyn_i_error_setf(page->call->error, CYN_E_VALIDATION,
                          "One or more parameter values were invalid: Global secondary index %.*s does not project [%.*s]",
                          (int)page->index->name.size, page->index->name.data, (int)missing.size, missing.data);
}

cyn_status cyn_i_page_set_select(cyn_i_page *page, cyn_bytes select) {
  page->count_only = cyn_i_is(select, CYN_SELECT_COUNT);
  if (page->index == NULL) return CYN_OK;
  bool all = cyn_i_is(select, CYN_SELECT_ALL_ATTRIBUTES);
  bool covers_all = page->index->projection == CYN_PROJECT_ALL;
  if (page->index->is_global) {
    if (!all || covers_all) return check_projected(page);
    return cyn_i_error_setf(page->call->error, CYN_E_VALIDATION,
                            "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for "
                            "global secondary index %.*s because its projection type is not ALL",
                            (int)page->index->name.size, page->index->name.data);
  }
  page->fetch = (all && !covers_all) || !index_covers(page, page->projection); /* a filter alone fetches nothing */
  return CYN_OK;
}

/* ---- the walk ---- */

static bool keep_last_key(cyn_i_page *page, const uint8_t *item) {
  cyn_bytes names[2 * CYN_INDEX_KEY_PARTS_MAX + 2];
  size_t count = key_names(page, names);
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, page->call->arena);
  cyn_i_item_writer writer;
  cyn_i_item_begin(&writer, &buf);
  for (size_t i = 0; i < count; i++) {
    const uint8_t *value = cyn_i_item_find(item, names[i]);
    if (value != NULL) cyn_i_item_pair(&writer, names[i], value);
  }
  cyn_i_item_end(&writer);
  page->last_key = (cyn_item){buf.data, buf.size, NULL};
  return !buf.failed;
}

static bool append_item(cyn_i_page *page, const uint8_t *item, size_t size) {
  cyn_i_arena *arena = page->call->arena;
  if (page->item_count == page->item_capacity) {
    size_t larger = page->item_capacity != 0 ? page->item_capacity * 2 : 64;
    cyn_item *moved =
        cyn_i_arena_grow(arena, page->items, page->item_capacity * sizeof *moved, larger * sizeof *moved);
    if (moved == NULL) return false;
    page->items = moved;
    page->item_capacity = larger;
  }
  cyn_item *out = &page->items[page->item_count];
  if (page->projection != NULL) {
    cyn_i_buf buf;
    cyn_i_buf_init(&buf, arena);
    cyn_i_projection_apply(page->projection, item, &buf);
    if (buf.failed) return false;
    *out = (cyn_item){buf.data, buf.size, NULL};
  } else {
    uint8_t *copy = cyn_i_arena_alloc(arena, size);
    if (copy == NULL) return false;
    memcpy(copy, item, size);
    *out = (cyn_item){copy, size, NULL};
  }
  page->item_count++;
  return true;
}

/* The table's item behind an entry of a local index; an entry without one cannot be (they share commits). Fetched items
 * count towards the page, which would hold gigabytes of them otherwise. */
static bool fetch_item(cyn_i_page *page, cyn_bytes *value) {
  cyn_i_store_key key;
  cyn_bytes found;
  if (!cyn_i_item_key(page->table, cyn_i_stored_item(*value), page->call->arena, &key)) return false;
  if (cyn_i_store_get(page->worker->view, &key, &found, page->call->error) != CYN_OK) return false;
  if (found.data == NULL) return true;
  *value = found;
  uint32_t size = cyn_i_item_dynamodb_size(cyn_i_stored_item(found));
  page->fetch_units += cyn_i_read_units(size, page->consistent);
  page->fetched_bytes += size;
  return true;
}

static bool visit(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  (void)key;
  cyn_i_page *page = user;
  const uint8_t *entry = cyn_i_stored_item(value);
  page->scanned_count++;
  page->bytes += cyn_i_item_dynamodb_size(entry);
  bool ok = !page->fetch || fetch_item(page, &value);
  page->has_more = (page->limit != 0 && page->scanned_count >= page->limit) ||
                   page->bytes + page->fetched_bytes >= CYN_PAGE_BYTES_MAX ||
                   (page->scanned_count % TIME_CHECKED_EVERY == 0 && cyn_i_clock_monotonic_ns() > page->end_ns);
  if (ok && page->has_more) ok = keep_last_key(page, entry);
  const uint8_t *item = cyn_i_stored_item(value);
  if (ok && (page->filter == NULL || cyn_i_condition_evaluate(page->filter, item))) {
    if (page->count_only)
      page->item_count++;
    else
      ok = append_item(page, item, cyn_i_stored_item_size(value));
  }
  if (!ok)
    page->status = page->call->error->status != CYN_OK ? page->call->error->status : cyn_i_error_no_memory(page->call->error);
  return ok && !page->has_more;
}

cyn_status cyn_i_page_run(cyn_i_page *page) {
  cyn_status status = cyn_i_store_view_begin(page->worker->view, page->call->error);
  if (status != CYN_OK) return status;
  page->end_ns = cyn_i_clock_monotonic_ns() + PAGE_TIME_MAX_NS;
  status = cyn_i_store_walk(page->worker->view, &page->range, visit, page, page->call->error);
  cyn_i_store_view_end(page->worker->view);
  return status != CYN_OK ? status : page->status;
}

/* ---- the answer ---- */

static cyn_status answer_capacity(cyn_i_page *page, cyn_bytes wanted_text, const cyn_consumed_capacity **out) {
  cyn_i_call *call = page->call;
  cyn_i_capacity_wanted wanted = cyn_i_capacity_wanted_from(wanted_text);
  if (wanted == CYN_CAPACITY_NONE) return CYN_OK;
  double *index_units = cyn_i_arena_zalloc(call->arena, page->table->index_count + 1, sizeof *index_units);
  if (index_units == NULL) return cyn_i_error_no_memory(call->error);
  double units = cyn_i_read_units(page->bytes, page->consistent);
  if (page->index != NULL) index_units[page->index - page->table->indexes] = units;
  const cyn_query_input *input = call->input; /* Query and Scan both start with the table's name */
  cyn_i_capacity capacity = {input->table_name, page->table, page->index != NULL ? page->fetch_units : units,
                             index_units,       false,       false};
  *out = cyn_i_capacity_answer(call, wanted, &capacity);
  return *out != NULL ? CYN_OK : call->error->status;
}

cyn_status cyn_i_page_answer(cyn_i_page *page, cyn_bytes return_consumed_capacity) {
  _Static_assert(sizeof(cyn_query_output) == sizeof(cyn_scan_output), "one way to answer for Query and Scan");
  cyn_query_output *output = cyn_i_call_output(page->call);
  if (output == NULL) return page->call->status;
  if (!page->count_only) {
    static const cyn_item none[1];
    output->items.count = page->item_count;
    output->items.at = page->items != NULL ? page->items : none;
  }
  output->count = cyn_int((int64_t)page->item_count);
  output->scanned_count = cyn_int((int64_t)page->scanned_count);
  if (page->has_more) output->last_evaluated_key = page->last_key;
  return answer_capacity(page, return_consumed_capacity, &output->consumed_capacity);
}
