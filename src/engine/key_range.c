/* See key_range.h. In a table the sort key is the last part of the store's key and stands as its bytes; in an index its
 * parts are self-ending, since the tie-break and the base key follow, so that every bound is a prefix bound. */
#include "engine/key_range.h"

#include "engine/item_key.h"
#include "value/key.h"

static bool same(cyn_bytes a, cyn_bytes b) { return a.size == b.size && memcmp(a.data, b.data, a.size) == 0; }

const cyn_i_key_condition *cyn_i_key_condition_find(const cyn_i_key_condition *conditions, size_t count, cyn_bytes name) {
  for (size_t i = 0; i < count; i++)
    if (same(conditions[i].attribute, name)) return &conditions[i];
  return NULL;
}

/* ---- checks ---- */

static cyn_status fail(const cyn_i_page *page, const char *text) {
  return cyn_i_error_set(page->call->error, CYN_E_VALIDATION, text);
}

static cyn_status missed(const cyn_i_page *page, const cyn_i_key_part *part) {
  return cyn_i_error_setf(page->call->error, CYN_E_VALIDATION, "Query condition missed key schema element: %.*s",
                          (int)part->name.size, part->name.data);
}

static cyn_status check_start_part(const cyn_i_page *page, const cyn_i_key_part *part, const uint8_t *start_key) {
  if (start_key == NULL) return CYN_OK;
  const uint8_t *value = cyn_i_item_find(start_key, part->name);
  if (value == NULL) return fail(page, "The provided starting key is invalid");
  if (cyn_i_value_type(value) != part->type) return fail(page, "The provided key element does not match the schema");
  return CYN_OK;
}

static cyn_status check_value(const cyn_i_page *page, const cyn_i_key_part *part, bool is_hash,
                              const cyn_i_key_condition *condition) {
  if (condition->operator_ == CYN_KEY_UNSUPPORTED)
    return fail(page, "Attempted conditional constraint is not an indexable operation");
  if (cyn_i_value_type(condition->low) != part->type ||
      (condition->high != NULL && cyn_i_value_type(condition->high) != part->type))
    return fail(page, "One or more parameter values were invalid: Condition parameter type does not match schema type");
  if (is_hash && condition->operator_ != CYN_KEY_EQ) return fail(page, "Query key condition not supported");
  if (condition->operator_ == CYN_KEY_BEGINS_WITH)
    return cyn_i_check_key_size(false, cyn_i_value_content(condition->low).size, page->call->error);
  cyn_status status = cyn_i_check_key_content(part, is_hash, condition->low, page->call->error);
  if (status == CYN_OK && condition->high != NULL)
    status = cyn_i_check_key_content(part, is_hash, condition->high, page->call->error);
  return status;
}

static cyn_status check_gap(const cyn_i_page *page, const cyn_i_key_part *const *range, size_t range_count, size_t at,
                            const cyn_i_key_condition *conditions, size_t count) {
  for (size_t later = at + 1; later < range_count; later++)
    if (cyn_i_key_condition_find(conditions, count, range[later]->name) != NULL)
      return cyn_i_error_setf(page->call->error, CYN_E_VALIDATION,
                              "RANGE key attributes [%.*s] must have equality conditions specified in the query because a "
                              "condition is present on key attribute %.*s",
                              (int)range[at]->name.size, range[at]->name.data, (int)range[later]->name.size,
                              range[later]->name.data);
  return CYN_OK;
}

/* Several attributes of one kind may be as long together as one alone. */
static cyn_status check_sizes(const cyn_i_page *page, const cyn_i_key_part *const *parts, size_t part_count, bool is_hash,
                              const cyn_i_key_condition *conditions, size_t count) {
  size_t size = 0;
  for (size_t i = 0; i < part_count; i++) {
    const cyn_i_key_condition *condition = cyn_i_key_condition_find(conditions, count, parts[i]->name);
    if (condition == NULL) continue;
    size_t low = cyn_i_value_content(condition->low).size;
    size_t high = condition->high != NULL ? cyn_i_value_content(condition->high).size : 0;
    size += low > high ? low : high;
  }
  return cyn_i_check_key_size(is_hash, size, page->call->error);
}

cyn_status cyn_i_key_range_check(const cyn_i_page *page, const cyn_i_key_condition *conditions, size_t count,
                                 const uint8_t *start_key) {
  const cyn_i_key_part *hash[CYN_INDEX_KEY_PARTS_MAX], *range[CYN_INDEX_KEY_PARTS_MAX];
  size_t hash_count, range_count;
  size_t parts = cyn_i_page_parts(page, hash, &hash_count, range, &range_count);
  size_t matched = 0;
  for (size_t i = 0; i < hash_count; i++) {
    cyn_status status = check_start_part(page, hash[i], start_key);
    if (status != CYN_OK) return status;
    if (count > parts)
      return cyn_i_error_setf(page->call->error, CYN_E_VALIDATION,
                              "The number of query conditions (%zu) exceeds the number of key attributes defined in the "
                              "schema (%zu)",
                              count, parts);
    const cyn_i_key_condition *condition = cyn_i_key_condition_find(conditions, count, hash[i]->name);
    if (condition == NULL) return missed(page, hash[i]);
    status = check_value(page, hash[i], true, condition);
    if (status != CYN_OK) return status;
    matched++;
  }
  bool open = true; /* further range conditions are allowed */
  for (size_t i = 0; i < range_count; i++) {
    cyn_status status = check_start_part(page, range[i], start_key);
    if (status != CYN_OK) return status;
    const cyn_i_key_condition *condition = cyn_i_key_condition_find(conditions, count, range[i]->name);
    if (condition == NULL) {
      status = check_gap(page, range, range_count, i, conditions, count);
      if (status != CYN_OK) return status;
      if (matched < count) return missed(page, range[i]);
      open = false;
      continue;
    }
    if (!open) return fail(page, "Query key condition not supported");
    status = check_value(page, range[i], false, condition);
    if (status != CYN_OK) return status;
    open = condition->operator_ == CYN_KEY_EQ;
    matched++;
  }
  cyn_status status = check_sizes(page, hash, hash_count, true, conditions, count);
  return status == CYN_OK ? check_sizes(page, range, range_count, false, conditions, count) : status;
}

/* ---- bounds ---- */

typedef struct bounds {
  cyn_i_arena *arena;
  cyn_i_buf low, high;
  bool low_given, high_given, low_excluded, high_excluded, high_is_prefix;
} bounds;

static void append_part(cyn_i_buf *buf, const uint8_t *value) {
  cyn_i_key_append_more(buf, cyn_i_value_type(value), cyn_i_value_content(value));
}

/* The first key behind everything that starts with the part: its ending byte is never the last of its kind. */
static void append_behind(cyn_i_buf *buf, const uint8_t *value) {
  append_part(buf, value);
  if (!buf->failed) buf->data[buf->size - 1]++;
}

static void append_start(cyn_i_buf *buf, const uint8_t *value) {
  append_part(buf, value);
  if (!buf->failed) buf->size -= 2; /* without 00 01: what begins with it goes on here */
}

static void index_bounds(bounds *out, const cyn_i_key_condition *condition) {
  out->low_given = out->high_given = out->high_is_prefix = true;
  if (condition == NULL) return;
  switch (condition->operator_) {
    case CYN_KEY_EQ:
      append_part(&out->low, condition->low);
      append_part(&out->high, condition->low);
      break;
    case CYN_KEY_LT:
      append_part(&out->high, condition->low);
      out->high_is_prefix = false;
      out->high_excluded = true;
      break;
    case CYN_KEY_LE: append_part(&out->high, condition->low); break;
    case CYN_KEY_GT: append_behind(&out->low, condition->low); break;
    case CYN_KEY_GE: append_part(&out->low, condition->low); break;
    case CYN_KEY_BETWEEN:
      append_part(&out->low, condition->low);
      append_part(&out->high, condition->high);
      break;
    case CYN_KEY_BEGINS_WITH:
      append_start(&out->low, condition->low);
      append_start(&out->high, condition->low);
      break;
    case CYN_KEY_UNSUPPORTED: break;
  }
}

static void set_raw(cyn_i_buf *buf, bool *given, const uint8_t *value) {
  cyn_bytes content = cyn_i_value_content(value);
  cyn_i_key_append_last(buf, cyn_i_value_type(value), content);
  *given = true;
}

static void table_bounds(bounds *out, const cyn_i_key_condition *condition) {
  if (condition == NULL) return;
  switch (condition->operator_) {
    case CYN_KEY_EQ:
      set_raw(&out->low, &out->low_given, condition->low);
      set_raw(&out->high, &out->high_given, condition->low);
      break;
    case CYN_KEY_LT:
    case CYN_KEY_LE:
      set_raw(&out->high, &out->high_given, condition->low);
      out->high_excluded = condition->operator_ == CYN_KEY_LT;
      break;
    case CYN_KEY_GT:
    case CYN_KEY_GE:
      set_raw(&out->low, &out->low_given, condition->low);
      out->low_excluded = condition->operator_ == CYN_KEY_GT;
      break;
    case CYN_KEY_BETWEEN:
      set_raw(&out->low, &out->low_given, condition->low);
      set_raw(&out->high, &out->high_given, condition->high);
      break;
    case CYN_KEY_BEGINS_WITH:
      set_raw(&out->low, &out->low_given, condition->low);
      set_raw(&out->high, &out->high_given, condition->low);
      out->high_is_prefix = true;
      break;
    case CYN_KEY_UNSUPPORTED: break;
  }
}

static cyn_bytes bound_bytes(const cyn_i_buf *buf, bool given) {
  if (!given) return (cyn_bytes){NULL, 0};
  return (cyn_bytes){buf->data != NULL ? (const char *)buf->data : "", buf->size};
}

cyn_status cyn_i_key_range_make(cyn_i_page *page, const cyn_i_key_condition *conditions, size_t count) {
  const cyn_i_key_part *hash[CYN_INDEX_KEY_PARTS_MAX], *range[CYN_INDEX_KEY_PARTS_MAX];
  size_t hash_count, range_count;
  cyn_i_arena *arena = page->call->arena;
  (void)cyn_i_page_parts(page, hash, &hash_count, range, &range_count);
  cyn_bytes contents[CYN_INDEX_KEY_PARTS_MAX];
  for (size_t i = 0; i < hash_count; i++)
    contents[i] = cyn_i_value_content(cyn_i_key_condition_find(conditions, count, hash[i]->name)->low);
  cyn_i_store_key partition;
  if (!cyn_i_partition_key(page->range.space, contents, hash_count, arena, &partition))
    return cyn_i_error_no_memory(page->call->error);
  bounds own = {.arena = arena};
  cyn_i_buf_init(&own.low, arena);
  cyn_i_buf_init(&own.high, arena);
  const cyn_i_key_condition *last = NULL;
  for (size_t i = 0; i < range_count; i++) {
    const cyn_i_key_condition *condition = cyn_i_key_condition_find(conditions, count, range[i]->name);
    if (condition == NULL) break;
    last = condition;
    if (page->index == NULL || condition->operator_ != CYN_KEY_EQ) break;
    /* equal parts in front are a prefix of both bounds */
    bool more = i + 1 < range_count && cyn_i_key_condition_find(conditions, count, range[i + 1]->name) != NULL;
    if (!more) break;
    append_part(&own.low, condition->low);
    append_part(&own.high, condition->low);
  }
  if (page->index == NULL) table_bounds(&own, last);
  else index_bounds(&own, last);
  if (own.low.failed || own.high.failed) return cyn_i_error_no_memory(page->call->error);
  page->range.whole_partition_range = true;
  page->range.hash_low = page->range.hash_high = partition.hash;
  page->range.partition = partition.partition;
  page->range.sort_low = bound_bytes(&own.low, own.low_given);
  page->range.sort_high = bound_bytes(&own.high, own.high_given);
  page->range.sort_low_excluded = own.low_excluded;
  page->range.sort_high_excluded = own.high_excluded;
  page->range.high_is_prefix = own.high_is_prefix;
  return CYN_OK;
}

/* ---- a start key against the conditions ---- */

static bool satisfies(const cyn_i_key_condition *condition, const uint8_t *value) {
  cyn_bytes content = cyn_i_value_content(value), low = cyn_i_value_content(condition->low);
  int order = cyn_i_content_compare(content, low);
  switch (condition->operator_) {
    case CYN_KEY_EQ: return order == 0;
    case CYN_KEY_LT: return order < 0;
    case CYN_KEY_LE: return order <= 0;
    case CYN_KEY_GT: return order > 0;
    case CYN_KEY_GE: return order >= 0;
    case CYN_KEY_BETWEEN:
      return order >= 0 && cyn_i_content_compare(content, cyn_i_value_content(condition->high)) <= 0;
    case CYN_KEY_BEGINS_WITH:
      return content.size >= low.size && memcmp(content.data, low.data, low.size) == 0;
    case CYN_KEY_UNSUPPORTED: break;
  }
  return false;
}

cyn_status cyn_i_key_range_check_start(const cyn_i_page *page, const cyn_i_key_condition *conditions, size_t count,
                                       const uint8_t *start_key) {
  const cyn_i_key_part *hash[CYN_INDEX_KEY_PARTS_MAX], *range[CYN_INDEX_KEY_PARTS_MAX];
  size_t hash_count, range_count;
  (void)cyn_i_page_parts(page, hash, &hash_count, range, &range_count);
  bool hash_met = true, range_met = true;
  for (size_t i = 0; i < hash_count; i++) {
    const cyn_i_key_condition *condition = cyn_i_key_condition_find(conditions, count, hash[i]->name);
    hash_met = hash_met && satisfies(condition, cyn_i_item_find(start_key, hash[i]->name));
  }
  for (size_t i = 0; i < range_count; i++) {
    const cyn_i_key_condition *condition = cyn_i_key_condition_find(conditions, count, range[i]->name);
    if (condition != NULL) range_met = range_met && satisfies(condition, cyn_i_item_find(start_key, range[i]->name));
  }
  if (!range_met) return fail(page, "The provided starting key does not match the range key predicate");
  if (hash_met) return CYN_OK;
  return fail(page, count > hash_count ? "The query can return at most one row and cannot be restarted"
                                       : "The provided starting key is outside query boundaries based on provided "
                                         "conditions");
}
