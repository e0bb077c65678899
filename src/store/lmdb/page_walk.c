/* Walking a tree in key order, and finding one key. Every step goes through pages that were checked, at most as deep as
 * the database says (and never deeper than 32), so a loop in a damaged tree ends.
 *
 * The way down is by the branch pages' keys alone, as LMDB goes; that they fit what is below is page_tree.c's. */
#include <stdio.h>

#include "base/alloc.h"
#include "base/error.h"
#include "store/lmdb/page_file.h"

void cyn_i_page_cursor_init(cyn_i_page_cursor *cursor, cyn_i_page_file *file, const cyn_i_page_db *db,
                            cyn_i_page_order order) {
  memset(cursor, 0, sizeof *cursor);
  cursor->file = file;
  cursor->db = db;
  cursor->order = order;
}

void cyn_i_page_cursor_clean_up(cyn_i_page_cursor *cursor) {
  for (size_t i = 0; i < CYN_PAGE_DEPTH_MAX; i++) cyn_i_free(cursor->pages[i]);
  cyn_i_free(cursor->value);
}

static cyn_status page_fault(cyn_i_page_file *file, uint64_t number, cyn_error *error) {
  if (file->reason[0] == '\0') return cyn_i_error_no_memory(error);
  return cyn_i_error_setf(error, CYN_E_STORE, "page %llu: %s", (unsigned long long)number, file->reason);
}

/* The first node whose key is not less than `key`; the count when there is none. On a branch page the first key counts
 * for nothing. */
static unsigned lower_bound(const uint8_t *page, cyn_bytes key, cyn_i_page_order order, unsigned from) {
  unsigned low = from, high = cyn_i_page_count(page);
  while (low < high) {
    unsigned middle = low + (high - low) / 2;
    if (cyn_i_page_compare(cyn_i_page_key(cyn_i_page_node(page, middle)), key, order) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/* Which child leads to `key`: the last one whose key is not greater. */
static unsigned child_of(const uint8_t *page, cyn_bytes key, cyn_i_page_order order) {
  unsigned at = lower_bound(page, key, order, 1);
  bool same = at < cyn_i_page_count(page) && cyn_i_page_compare(cyn_i_page_key(cyn_i_page_node(page, at)), key, order) == 0;
  return same ? at : at - 1;
}

static unsigned kind_at(const cyn_i_page_db *db, unsigned level) {
  return level + 1 == db->depth ? CYN_PAGE_LEAF : CYN_PAGE_BRANCH;
}

/* Puts the page on the cursor's next level. */
static cyn_status push(cyn_i_page_cursor *cursor, uint64_t number, cyn_error *error) {
  cyn_i_page_file *file = cursor->file;
  unsigned level = cursor->depth;
  if (cursor->pages[level] == NULL) cursor->pages[level] = cyn_i_alloc(file->page_size);
  if (cursor->pages[level] == NULL) return cyn_i_error_no_memory(error);
  const uint8_t *page = cyn_i_page_file_page(file, number, kind_at(cursor->db, level), cursor->order);
  if (page == NULL) return page_fault(file, number, error);
  memcpy(cursor->pages[level], page, file->page_size);
  cursor->index[level] = 0;
  cursor->depth = level + 1;
  return CYN_OK;
}

/* From the node that the cursor stands on down to the first leaf below it. */
static cyn_status descend(cyn_i_page_cursor *cursor, cyn_error *error) {
  while (cursor->depth < cursor->db->depth) {
    unsigned top = cursor->depth - 1;
    const uint8_t *node = cyn_i_page_node(cursor->pages[top], cursor->index[top]);
    cyn_status status = push(cursor, cyn_i_page_child(node), error);
    if (status != CYN_OK) return status;
  }
  return CYN_OK;
}

cyn_status cyn_i_page_cursor_next(cyn_i_page_cursor *cursor, bool *found, cyn_error *error) {
  *found = false;
  while (cursor->depth != 0) {
    unsigned top = cursor->depth - 1;
    if (++cursor->index[top] < cyn_i_page_count(cursor->pages[top])) {
      *found = true;
      return descend(cursor, error);
    }
    cursor->depth--;
  }
  return CYN_OK;
}

cyn_status cyn_i_page_cursor_seek(cyn_i_page_cursor *cursor, cyn_bytes key, bool *found, cyn_error *error) {
  const cyn_i_page_db *db = cursor->db;
  *found = false;
  cursor->depth = 0;
  if (db->root == CYN_PAGE_NONE) return CYN_OK;
  cyn_status status = push(cursor, db->root, error);
  while (status == CYN_OK && cursor->depth < db->depth) {
    unsigned top = cursor->depth - 1;
    cursor->index[top] = key.size != 0 ? child_of(cursor->pages[top], key, cursor->order) : 0;
    status = push(cursor, cyn_i_page_child(cyn_i_page_node(cursor->pages[top], cursor->index[top])), error);
  }
  if (status != CYN_OK) return status;
  unsigned top = cursor->depth - 1, at = 0;
  if (key.size != 0) at = lower_bound(cursor->pages[top], key, cursor->order, 0);
  if (at < cyn_i_page_count(cursor->pages[top])) {
    cursor->index[top] = at;
    *found = true;
    return CYN_OK;
  }
  cursor->index[top] = at - 1;
  return cyn_i_page_cursor_next(cursor, found, error);
}

static const uint8_t *node_at(const cyn_i_page_cursor *cursor) {
  unsigned top = cursor->depth - 1;
  return cyn_i_page_node(cursor->pages[top], cursor->index[top]);
}

cyn_bytes cyn_i_page_cursor_key(const cyn_i_page_cursor *cursor) { return cyn_i_page_key(node_at(cursor)); }

cyn_status cyn_i_page_cursor_value(cyn_i_page_cursor *cursor, cyn_bytes *value, cyn_error *error) {
  const uint8_t *node = node_at(cursor);
  if (cyn_i_page_value_is_big(node))
    return cyn_i_page_file_big(cursor->file, node, &cursor->value, &cursor->value_room, value, error);
  *value = (cyn_bytes){(const char *)cyn_i_page_value(node), cyn_i_page_value_size(node)};
  return CYN_OK;
}

cyn_status cyn_i_page_file_get(cyn_i_page_file *file, const cyn_i_page_db *db, cyn_bytes key, cyn_bytes *value,
                               cyn_error *error) {
  *value = (cyn_bytes){NULL, 0};
  if (db->root == CYN_PAGE_NONE) return CYN_OK;
  uint64_t number = db->root;
  const uint8_t *page = NULL;
  for (unsigned level = 0; level < db->depth; level++) {
    page = cyn_i_page_file_page(file, number, kind_at(db, level), CYN_PAGE_ORDER_BYTES);
    if (page == NULL) return page_fault(file, number, error);
    if (level + 1 < db->depth) number = cyn_i_page_child(cyn_i_page_node(page, child_of(page, key, CYN_PAGE_ORDER_BYTES)));
  }
  unsigned at = lower_bound(page, key, CYN_PAGE_ORDER_BYTES, 0);
  if (at == cyn_i_page_count(page)) return CYN_OK;
  const uint8_t *node = cyn_i_page_node(page, at);
  if (cyn_i_page_compare(cyn_i_page_key(node), key, CYN_PAGE_ORDER_BYTES) != 0) return CYN_OK;
  if (cyn_i_page_value_is_big(node))
    return cyn_i_page_file_big(file, node, &file->value, &file->value_room, value, error);
  *value = (cyn_bytes){(const char *)cyn_i_page_value(node), cyn_i_page_value_size(node)};
  return CYN_OK;
}
