/* How pages hang together: two trees and a list of free pages cover every page of the file once.
 *
 * One bit a page for "used" and one for "free" is all the memory that grows with the file. A page is entered only when its
 * bit is still clear, so a tree that loops or shares pages ends; the depth is the database's and at most 32; there is no
 * recursion. Keys of a page lie between the keys that lead to it: the bounds are borrowed from the copies of the pages
 * above. What is below a damaged page is left out, and what only follows from that (counts, lost pages) is not told. */
#include <stdio.h>

#include "base/alloc.h"
#include "base/error.h"
#include "store/lmdb/page_file.h"

typedef struct level {
  uint8_t *page;
  uint64_t number;
  unsigned index;      /* the child to enter next */
  cyn_bytes low, high; /* data NULL: no bound */
} level;

typedef struct tree {
  cyn_i_page_file *file;
  const cyn_i_page_meta *meta;
  cyn_i_faults *faults;
  uint64_t *used, *free; /* bits */
  level levels[CYN_PAGE_DEPTH_MAX];
  /* of the database that is walked */
  const cyn_i_page_db *db;
  cyn_i_page_order order;
  const char *name;
  uint64_t branch_pages, leaf_pages, overflow_pages, entries;
  uint64_t last_freeing, too_new;
  bool no_memory;
} tree;

static bool bit_get(const uint64_t *bits, uint64_t n) { return (bits[n / 64] >> (n % 64) & 1) != 0; }
static void bit_set(uint64_t *bits, uint64_t n) { bits[n / 64] |= (uint64_t)1 << (n % 64); }

static void page_fault(tree *t, uint64_t number, const char *reason) {
  cyn_i_fault(t->faults, "page %llu (%s): %s", (unsigned long long)number, t->name, reason);
}

static bool tree_init(tree *t, cyn_i_page_file *file, const cyn_i_page_meta *meta, cyn_i_faults *faults) {
  memset(t, 0, sizeof *t);
  t->file = file;
  t->meta = meta;
  t->faults = faults;
  /* a last page far behind the file's end costs no memory: what is not in the file cannot be used */
  size_t words = (size_t)(meta->last_page / 64 + 1);
  t->used = cyn_i_zalloc(words, sizeof *t->used);
  t->free = cyn_i_zalloc(words, sizeof *t->free);
  return t->used != NULL && t->free != NULL;
}

static void tree_clean_up(tree *t) {
  cyn_i_free(t->used);
  cyn_i_free(t->free);
  for (size_t i = 0; i < CYN_PAGE_DEPTH_MAX; i++) cyn_i_free(t->levels[i].page);
}

/* False, with a fault, when the page cannot be taken. */
static bool use_page(tree *t, uint64_t number, uint64_t from) {
  char reason[80];
  if (number < 2 || number > t->meta->last_page) {
    (void)snprintf(reason, sizeof reason, "it leads to page %llu, which does not exist", (unsigned long long)number);
    page_fault(t, from, reason);
    return false;
  }
  if (bit_get(t->used, number)) {
    page_fault(t, number, "it is used twice");
    return false;
  }
  bit_set(t->used, number);
  return true;
}

static void check_big(tree *t, uint64_t from, const uint8_t *node) {
  uint8_t head[CYN_PAGE_HEAD];
  uint64_t number = cyn_i_page_value_page(node), pages;
  if (!use_page(t, number, from)) return;
  if (!cyn_i_page_file_bytes(t->file, number * t->file->page_size, sizeof head, head)) {
    page_fault(t, number, t->file->reason);
    return;
  }
  uint32_t size = cyn_i_page_value_size(node);
  const char *reason = cyn_i_page_check_overflow(head, t->file->page_size, number, size, &pages);
  if (reason == NULL && pages > t->meta->last_page - number + 1) reason = "it counts more pages than there are";
  uint64_t end = (number * t->file->page_size) + CYN_PAGE_HEAD + size;
  if (reason == NULL && end > t->file->size) reason = "its value ends behind the end of the file";
  if (reason != NULL) {
    page_fault(t, number, reason);
    return;
  }
  for (uint64_t i = 1; i < pages; i++)
    if (!use_page(t, number + i, number)) return;
  t->overflow_pages += pages;
}

static const char *bounds_check(const tree *t, const level *at) {
  unsigned count = cyn_i_page_count(at->page), first = cyn_i_page_is_leaf(at->page) ? 0 : 1;
  if (first == count) return NULL;
  cyn_bytes low = cyn_i_page_key(cyn_i_page_node(at->page, first));
  cyn_bytes high = cyn_i_page_key(cyn_i_page_node(at->page, count - 1));
  if (at->low.data != NULL && cyn_i_page_compare(low, at->low, t->order) < 0)
    return "it holds keys that are less than the key that leads to it";
  if (at->high.data != NULL && cyn_i_page_compare(high, at->high, t->order) >= 0)
    return "it holds keys that belong behind it";
  return NULL;
}

/* Reads the page into the level; false when there is nothing to walk there. */
static bool enter(tree *t, unsigned depth, uint64_t number, uint64_t from) {
  level *at = &t->levels[depth];
  if (!use_page(t, number, from)) return false;
  if (at->page == NULL) at->page = cyn_i_alloc(t->file->page_size);
  if (at->page == NULL) {
    t->no_memory = true;
    return false;
  }
  bool is_leaf = depth + 1 == t->db->depth;
  const char *reason = t->file->reason;
  if (cyn_i_page_file_bytes(t->file, number * t->file->page_size, t->file->page_size, at->page))
    reason = cyn_i_page_check(at->page, t->file->page_size, number, is_leaf ? CYN_PAGE_LEAF : CYN_PAGE_BRANCH, t->order);
  if (reason == NULL) reason = bounds_check(t, at);
  if (reason != NULL) {
    page_fault(t, number, reason);
    return false;
  }
  at->number = number;
  at->index = 0;
  if (!is_leaf) {
    t->branch_pages++;
    return true;
  }
  t->leaf_pages++;
  t->entries += cyn_i_page_count(at->page);
  for (unsigned i = 0; i < cyn_i_page_count(at->page); i++) {
    const uint8_t *node = cyn_i_page_node(at->page, i);
    if (cyn_i_page_value_is_big(node)) check_big(t, number, node);
  }
  return false;
}

static void walk(tree *t) {
  unsigned depth = 0;
  t->levels[0].low = t->levels[0].high = (cyn_bytes){NULL, 0};
  bool entered = enter(t, 0, t->db->root, 0);
  while (entered) {
    level *at = &t->levels[depth];
    unsigned i = at->index++, count = cyn_i_page_count(at->page);
    if (i == count) {
      if (depth-- == 0) return;
      continue;
    }
    level *below = &t->levels[depth + 1];
    const uint8_t *node = cyn_i_page_node(at->page, i);
    below->low = i != 0 ? cyn_i_page_key(node) : at->low;
    below->high = i + 1 < count ? cyn_i_page_key(cyn_i_page_node(at->page, i + 1)) : at->high;
    if (enter(t, depth + 1, cyn_i_page_child(node), at->number)) depth++;
    if (t->no_memory) return;
  }
}

static void check_count(tree *t, const char *what, uint64_t counted, uint64_t written) {
  if (counted == written) return;
  cyn_i_fault(t->faults, "the meta page counts %llu %s in the %s, there are %llu", (unsigned long long)written, what,
              t->name, (unsigned long long)counted);
}

/* False when the tree cannot be relied on. */
static bool walk_db(tree *t, const cyn_i_page_db *db, cyn_i_page_order order, const char *name) {
  uint64_t before = t->faults->count;
  t->db = db;
  t->order = order;
  t->name = name;
  t->branch_pages = t->leaf_pages = t->overflow_pages = t->entries = 0;
  if (db->root != CYN_PAGE_NONE) walk(t);
  if (t->no_memory || t->faults->count != before) return false;
  check_count(t, "branch pages", t->branch_pages, db->branch_pages);
  check_count(t, "leaf pages", t->leaf_pages, db->leaf_pages);
  check_count(t, "overflow pages", t->overflow_pages, db->overflow_pages);
  check_count(t, "entries", t->entries, db->entries);
  return true;
}

/* ---- the list of free pages ---- */

/* A record's value: a count, then so many page numbers, falling. Room behind them means nothing. */
static void free_record(tree *t, uint64_t transaction, cyn_bytes value) {
  const uint8_t *list = (const uint8_t *)value.data;
  char at[64];
  (void)snprintf(at, sizeof at, "free pages of transaction %llu", (unsigned long long)transaction);
  if (transaction > t->last_freeing) t->last_freeing = transaction;
  if (transaction > t->meta->transaction) t->too_new++;
  if (transaction == 0 || transaction > t->meta->transaction) cyn_i_fault(t->faults, "%s: there was no such transaction", at);
  if (value.size < 8 || value.size % 8 != 0 || cyn_i_page_u64(list) > value.size / 8 - 1) {
    cyn_i_fault(t->faults, "%s: the list does not fit its value", at);
    return;
  }
  uint64_t count = cyn_i_page_u64(list), previous = UINT64_MAX;
  for (uint64_t i = 1; i <= count; i++) {
    uint64_t number = cyn_i_page_u64(list + 8 * i);
    if (number < 2 || number > t->meta->last_page || number >= previous) {
      cyn_i_fault(t->faults, "%s: page %llu does not exist or is out of order", at, (unsigned long long)number);
      return;
    }
    previous = number;
    if (bit_get(t->free, number)) cyn_i_fault(t->faults, "page %llu is free twice", (unsigned long long)number);
    bit_set(t->free, number);
  }
}

static cyn_status free_list(tree *t, cyn_error *error) {
  cyn_i_page_cursor cursor;
  cyn_i_page_cursor_init(&cursor, t->file, &t->meta->free, CYN_PAGE_ORDER_NUMBER);
  bool found;
  cyn_bytes value;
  cyn_error own = CYN_ERROR_INIT;
  cyn_status status = cyn_i_page_cursor_seek(&cursor, (cyn_bytes){NULL, 0}, &found, &own);
  while (status == CYN_OK && found) {
    status = cyn_i_page_cursor_value(&cursor, &value, &own);
    if (status != CYN_OK) break;
    free_record(t, cyn_i_page_u64((const uint8_t *)cyn_i_page_cursor_key(&cursor).data), value);
    status = cyn_i_page_cursor_next(&cursor, &found, &own);
  }
  cyn_i_page_cursor_clean_up(&cursor);
  if (status == CYN_E_STORE) {
    cyn_i_fault(t->faults, "list of free pages: %s", own.message);
    status = CYN_OK;
  }
  if (status != CYN_OK) cyn_i_error_move(error, &own);
  cyn_error_clean_up(&own);
  return status;
}

/* Runs of pages that share a fault are told as one. */
static void tell_run(tree *t, uint64_t first, uint64_t last, bool is_both) {
  const char *what = is_both ? "in use and in the list of free pages" : "neither in use nor in the list of free pages";
  if (first == last) cyn_i_fault(t->faults, "page %llu is %s", (unsigned long long)first, what);
  else cyn_i_fault(t->faults, "pages %llu to %llu are %s", (unsigned long long)first, (unsigned long long)last, what);
}

static void cover(tree *t, cyn_i_page_counts *counts) {
  uint64_t run = 0; /* its first page; 0: none */
  bool run_is_both = false;
  for (uint64_t number = 2; number <= t->meta->last_page; number++) {
    bool used = bit_get(t->used, number), is_free = bit_get(t->free, number);
    counts->used += used;
    counts->free += is_free;
    bool wrong = used == is_free;
    if (run != 0 && (!wrong || used != run_is_both)) {
      tell_run(t, run, number - 1, run_is_both);
      run = 0;
    }
    if (wrong && run == 0) {
      run = number;
      run_is_both = used;
    }
  }
  if (run != 0) tell_run(t, run, t->meta->last_page, run_is_both);
}

cyn_status cyn_i_page_tree_check(cyn_i_page_file *file, const cyn_i_page_meta *meta, cyn_i_faults *faults,
                                 cyn_i_page_counts *counts, cyn_error *error) {
  tree t;
  uint64_t last_page = file->last_page;
  *counts = (cyn_i_page_counts){0};
  cyn_status status = CYN_OK;
  /* a number of pages that no file of this length can need is the meta page's fault alone */
  if (meta->last_page / 64 > file->size / file->page_size + ((uint64_t)1 << 20)) {
    cyn_i_fault(faults, "the file is too short: it should have %llu pages, and has %llu",
                (unsigned long long)meta->last_page + 1, (unsigned long long)(file->size / file->page_size));
    return CYN_OK;
  }
  file->last_page = meta->last_page;
  if (tree_init(&t, file, meta, faults)) {
    bool sound = walk_db(&t, &meta->free, CYN_PAGE_ORDER_NUMBER, "list of free pages");
    if (sound) status = free_list(&t, error);
    sound = walk_db(&t, &meta->main, CYN_PAGE_ORDER_BYTES, "tree of keys") && sound;
    counts->last_freeing = t.last_freeing;
    counts->too_new = t.too_new;
    if (sound && status == CYN_OK) cover(&t, counts);
  }
  if (status == CYN_OK && (t.no_memory || t.used == NULL || t.free == NULL)) status = cyn_i_error_no_memory(error);
  tree_clean_up(&t);
  file->last_page = last_page;
  return status;
}

cyn_status cyn_i_page_tree_tail_is_free(cyn_i_page_file *file, const cyn_i_page_meta *meta, bool *is_free,
                                        cyn_error *error) {
  tree t;
  cyn_i_faults faults = {0};
  cyn_status status = CYN_OK;
  uint64_t held = file->size / file->page_size;
  *is_free = false;
  if (meta->last_page / 64 > held + ((uint64_t)1 << 20)) return CYN_OK;
  if (!tree_init(&t, file, meta, &faults)) status = cyn_i_error_no_memory(error);
  if (status == CYN_OK && walk_db(&t, &meta->free, CYN_PAGE_ORDER_NUMBER, "list of free pages")) status = free_list(&t, error);
  *is_free = status == CYN_OK && faults.count == 0 && !t.no_memory;
  for (uint64_t number = held; *is_free && number <= meta->last_page; number++) *is_free = bit_get(t.free, number);
  tree_clean_up(&t);
  return status;
}
