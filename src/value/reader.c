/* Reading items, <cynamo/item.h>: thin covers over item.h that mind absent values and types. */
#include <cynamo/item.h>

#include <assert.h>

#include "value/item.h"
#include "value/item_json.h"
#include "value/number.h"

static_assert(CYN_NUMBER_TEXT_SIZE == CYN_NUMBER_TEXT_MAX, "the public size is the internal one");

static bool is(cyn_value value, cyn_type type) { return value.data != NULL && value.data[0] == type; }

static bool is_set(cyn_value value) {
  return value.data != NULL && value.data[0] >= CYN_TYPE_SS && value.data[0] <= CYN_TYPE_BS;
}

static cyn_value value_at(const uint8_t *data) {
  cyn_value out = {data, data != NULL ? cyn_i_value_size(data) : 0, NULL};
  return out;
}

/* ---- items ---- */

bool cyn_item_is_valid(cyn_bytes bytes) { return cyn_i_item_is_valid((const uint8_t *)bytes.data, bytes.size); }

size_t cyn_item_count(cyn_item item) { return item.data != NULL ? cyn_i_item_count(item.data) : 0; }

size_t cyn_item_dynamodb_size(cyn_item item) { return item.data != NULL ? cyn_i_item_dynamodb_size(item.data) : 0; }

cyn_value cyn_item_get(cyn_item item, cyn_bytes name) {
  return value_at(item.data != NULL ? cyn_i_item_find(item.data, name) : NULL);
}

/* ---- values ---- */

int cyn_value_type(cyn_value value) { return value.data != NULL ? value.data[0] : 0; }

cyn_bytes cyn_value_string(cyn_value value) {
  if (!is(value, CYN_TYPE_S) && !is(value, CYN_TYPE_B)) return (cyn_bytes){NULL, 0};
  return cyn_i_value_content(value.data);
}

size_t cyn_value_number_text(cyn_value value, char out[CYN_NUMBER_TEXT_SIZE]) {
  out[0] = '\0';
  if (!is(value, CYN_TYPE_N)) return 0;
  return cyn_i_number_format(value.data + 2, value.data[1], out);
}

bool cyn_value_int(cyn_value value, int64_t *out) {
  return is(value, CYN_TYPE_N) && cyn_i_number_to_int(value.data + 2, value.data[1], out);
}

bool cyn_value_double(cyn_value value, double *out) {
  if (!is(value, CYN_TYPE_N)) return false;
  *out = cyn_i_number_to_double(value.data + 2, value.data[1]);
  return true;
}

bool cyn_value_bool(cyn_value value, bool *out) {
  if (!is(value, CYN_TYPE_BOOL)) return false;
  *out = value.data[1] != 0;
  return true;
}

size_t cyn_value_count(cyn_value value) {
  bool counts = is_set(value) || is(value, CYN_TYPE_L) || is(value, CYN_TYPE_M);
  return counts ? cyn_i_value_count(value.data) : 0;
}

cyn_value cyn_value_get(cyn_value map, cyn_bytes name) {
  return value_at(is(map, CYN_TYPE_M) ? cyn_i_map_find(map.data, name) : NULL);
}

cyn_value cyn_value_at(cyn_value list, size_t index) {
  bool there = is(list, CYN_TYPE_L) && index < cyn_i_value_count(list.data);
  return value_at(there ? cyn_i_list_at(list.data, (uint32_t)index) : NULL);
}

bool cyn_value_equal(cyn_value a, cyn_value b) {
  if (a.data == NULL || b.data == NULL) return a.data == b.data;
  return cyn_i_value_equal(a.data, b.data);
}

/* ---- walks ---- */

cyn_pairs cyn_item_pairs(cyn_item item) {
  if (item.data == NULL) return (cyn_pairs){NULL, 0};
  cyn_i_pairs pairs = cyn_i_item_pairs(item.data);
  return (cyn_pairs){pairs.next, pairs.left};
}

cyn_pairs cyn_value_pairs(cyn_value map) {
  if (!is(map, CYN_TYPE_M)) return (cyn_pairs){NULL, 0};
  cyn_i_pairs pairs = cyn_i_map_pairs(map.data);
  return (cyn_pairs){pairs.next, pairs.left};
}

bool cyn_pairs_next(cyn_pairs *pairs, cyn_bytes *name, cyn_value *value) {
  cyn_i_pairs walk = {pairs->next, pairs->left};
  const uint8_t *data;
  if (!cyn_i_pairs_next(&walk, name, &data)) return false;
  *value = value_at(data);
  *pairs = (cyn_pairs){walk.next, walk.left};
  return true;
}

cyn_elements cyn_value_elements(cyn_value list_or_set) {
  if (!is_set(list_or_set) && !is(list_or_set, CYN_TYPE_L)) return (cyn_elements){NULL, 0, 0};
  cyn_i_elements elements = cyn_i_value_elements(list_or_set.data);
  return (cyn_elements){elements.next, elements.left, elements.type};
}

bool cyn_elements_next(cyn_elements *elements, cyn_value *value) {
  cyn_i_elements walk = {elements->next, elements->left, elements->type};
  const uint8_t *data;
  if (elements->type != CYN_TYPE_L || !cyn_i_list_next(&walk, &data)) return false;
  *value = value_at(data);
  *elements = (cyn_elements){walk.next, walk.left, walk.type};
  return true;
}

static bool next_content(cyn_elements *elements, cyn_bytes *content) {
  cyn_i_elements walk = {elements->next, elements->left, elements->type};
  if (!cyn_i_set_next(&walk, content)) return false;
  *elements = (cyn_elements){walk.next, walk.left, walk.type};
  return true;
}

bool cyn_elements_next_string(cyn_elements *elements, cyn_bytes *content) {
  if (elements->type != CYN_TYPE_SS && elements->type != CYN_TYPE_BS) return false;
  return next_content(elements, content);
}

size_t cyn_elements_next_number(cyn_elements *elements, char out[CYN_NUMBER_TEXT_SIZE]) {
  cyn_bytes content;
  out[0] = '\0';
  if (elements->type != CYN_TYPE_NS || !next_content(elements, &content)) return 0;
  return cyn_i_number_format((const uint8_t *)content.data, content.size, out);
}

/* ---- JSON ---- */

/* Copies what fits out of `buf`, as snprintf does, and frees it. */
static size_t hand_out(cyn_i_buf *buf, char *out, size_t capacity) {
  size_t size = buf->failed ? 0 : buf->size;
  if (capacity != 0) {
    size_t copied = size < capacity ? size : capacity - 1;
    if (copied != 0) memcpy(out, buf->data, copied);
    out[copied] = '\0';
  }
  cyn_i_buf_clean_up(buf);
  return size;
}

size_t cyn_item_to_json(cyn_item item, char *out, size_t capacity) {
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, NULL);
  if (item.data != NULL)
    cyn_i_item_to_json(&buf, item.data);
  else
    cyn_i_buf_text(&buf, "{}");
  return hand_out(&buf, out, capacity);
}

size_t cyn_value_to_json(cyn_value value, char *out, size_t capacity) {
  cyn_i_buf buf;
  cyn_i_buf_init(&buf, NULL);
  if (value.data != NULL)
    cyn_i_value_to_json(&buf, value.data);
  else
    cyn_i_buf_text(&buf, "null");
  return hand_out(&buf, out, capacity);
}
