/* What one page must be to be read at all. See page.h for the format. Everything is judged from the page's own bytes:
 * what pages say about each other is page_tree.c's. */
#include "store/lmdb/page.h"

#define META_MAGIC 0xBEEFC0DEu
#define META_VERSION 1u
#define DB_SIZE 48u
#define DB_FLAGS_FREE 0x08u /* its keys are numbers */
#define MAP_PAGE 512u

/* ---- meta pages ---- */

static void db_read(const uint8_t *p, cyn_i_page_db *out) {
  out->pad = cyn_i_page_u32(p);
  out->flags = cyn_i_page_u16(p + 4);
  out->depth = cyn_i_page_u16(p + 6);
  out->branch_pages = cyn_i_page_u64(p + 8);
  out->leaf_pages = cyn_i_page_u64(p + 16);
  out->overflow_pages = cyn_i_page_u64(p + 24);
  out->entries = cyn_i_page_u64(p + 32);
  out->root = cyn_i_page_u64(p + 40);
}

static const char *db_check(const cyn_i_page_db *db, uint64_t last_page) {
  if (db->root == CYN_PAGE_NONE) {
    bool empty = db->depth == 0 && db->branch_pages == 0 && db->leaf_pages == 0 && db->overflow_pages == 0 && db->entries == 0;
    return empty ? NULL : "a database without a root counts pages or entries";
  }
  if (db->root < 2 || db->root > last_page) return "the root of a database is outside of the file's pages";
  if (db->depth == 0 || db->depth > CYN_PAGE_DEPTH_MAX) return "the depth of a database is impossible";
  if (db->leaf_pages == 0 || db->entries == 0) return "a database with a root counts no leaves or no entries";
  if (db->branch_pages > last_page || db->leaf_pages > last_page || db->overflow_pages > last_page)
    return "a database counts more pages than there are";
  return NULL;
}

const char *cyn_i_page_meta_read(const uint8_t *page, unsigned number, cyn_i_page_meta *out) {
  const uint8_t *meta = page + CYN_PAGE_HEAD;
  if (cyn_i_page_u64(page) != number) return "its page number is another";
  if (cyn_i_page_flags(page) != CYN_PAGE_META) return "its flags are not a meta page's";
  if (cyn_i_page_u32(meta) != META_MAGIC) return "its magic number is wrong";
  if (cyn_i_page_u32(meta + 4) != META_VERSION) return "its data version is unknown";
  if (cyn_i_page_u64(meta + 8) != 0) return "it asks for a fixed address";
  out->map_size = cyn_i_page_u64(meta + 16);
  db_read(meta + 24, &out->free);
  db_read(meta + 24 + DB_SIZE, &out->main);
  out->last_page = cyn_i_page_u64(meta + 24 + 2 * DB_SIZE);
  out->transaction = cyn_i_page_u64(meta + 32 + 2 * DB_SIZE);
  uint32_t page_size = out->free.pad;
  if (page_size < CYN_PAGE_SIZE_MIN || page_size > CYN_PAGE_SIZE_MAX || (page_size & (page_size - 1)) != 0)
    return "its page size is impossible";
  if (out->free.flags != DB_FLAGS_FREE || out->main.flags != 0 || out->main.pad != 0)
    return "the flags of its databases are not ours";
  return NULL;
}

const char *cyn_i_page_meta_fault(const cyn_i_page_meta *meta) {
  if (meta->last_page < 1 || meta->last_page > (UINT64_MAX >> 16)) return "its last page is impossible";
  if (meta->map_size % MAP_PAGE != 0 || meta->map_size > INT64_MAX || meta->map_size < meta->last_page * meta->free.pad)
    return "its map size is impossible";
  const char *reason = db_check(&meta->free, meta->last_page);
  return reason != NULL ? reason : db_check(&meta->main, meta->last_page);
}

/* Transaction n stands on page n & 1, so the two are neighbours; a file that was just made has 0 on both, and a compacted
 * copy has an empty first page. */
const char *cyn_i_page_metas_fit(const cyn_i_page_meta metas[2], unsigned *newest) {
  *newest = metas[0].transaction < metas[1].transaction ? 1 : 0;
  const cyn_i_page_meta *new = &metas[*newest], *old = &metas[1 - *newest];
  if (new->free.pad != old->free.pad) return "the meta pages disagree on the page size";
  if (new->transaction == 0) return old->transaction == 0 && new->main.root == CYN_PAGE_NONE ? NULL : "no transaction was ever committed";
  if (new->transaction - old->transaction != 1) return "the transactions of the meta pages are not neighbours";
  if ((new->transaction & 1) != *newest) return "the last transaction is on the wrong meta page";
  return NULL;
}

/* ---- branch and leaf pages ---- */

int cyn_i_page_compare(cyn_bytes a, cyn_bytes b, cyn_i_page_order order) {
  if (order == CYN_PAGE_ORDER_NUMBER) {
    uint64_t left = cyn_i_page_u64((const uint8_t *)a.data), right = cyn_i_page_u64((const uint8_t *)b.data);
    return (left > right) - (left < right);
  }
  size_t size = a.size < b.size ? a.size : b.size;
  int difference = size != 0 ? memcmp(a.data, b.data, size) : 0;
  return difference != 0 ? difference : (a.size > b.size) - (a.size < b.size);
}

/* The whole length of the node at `offset`, or 0 where it does not fit. */
static uint32_t node_size(const uint8_t *page, uint32_t page_size, uint32_t offset, bool is_leaf) {
  uint32_t left = page_size - offset;
  if (left < CYN_PAGE_NODE_HEAD) return 0;
  const uint8_t *node = page + offset;
  uint64_t size = CYN_PAGE_NODE_HEAD + (uint64_t)cyn_i_page_u16(node + 6);
  if (is_leaf) size += cyn_i_page_value_is_big(node) ? 8 : cyn_i_page_value_size(node);
  size = (size + 1) & ~(uint64_t)1;
  return size <= left ? (uint32_t)size : 0;
}

/* Marks the units of two bytes that a node takes; false when one is taken already. */
static bool node_mark(uint8_t *taken, uint32_t offset, uint32_t size) {
  for (uint32_t unit = offset / 2; unit < (offset + size) / 2; unit++) {
    if ((taken[unit / 8] >> (unit % 8) & 1) != 0) return false;
    taken[unit / 8] = (uint8_t)(taken[unit / 8] | 1u << (unit % 8));
  }
  return true;
}

static const char *node_check(const uint8_t *node, bool is_leaf, bool is_first, cyn_i_page_order order) {
  size_t key_size = cyn_i_page_key(node).size;
  bool counts = is_leaf || !is_first; /* the first key of a branch page does not */
  if (key_size > CYN_PAGE_KEY_MAX) return "a key is too long";
  if (counts && key_size == 0) return "a key is empty";
  if (counts && order == CYN_PAGE_ORDER_NUMBER && key_size != 8) return "a key is no number";
  if (is_leaf && (cyn_i_page_u16(node + 4) & ~CYN_PAGE_NODE_BIG) != 0) return "a node has flags that are not ours";
  return NULL;
}

/* Every node lies inside, none over another, and together they fill the page from `upper` on. */
static const char *nodes_check(const uint8_t *page, uint32_t page_size, bool is_leaf, cyn_i_page_order order) {
  uint8_t taken[CYN_PAGE_SIZE_MAX / 16] = {0};
  const uint32_t upper = cyn_i_page_u16(page + 14);
  const unsigned count = cyn_i_page_count(page);
  uint32_t sum = 0;
  cyn_bytes previous = {NULL, 0};
  for (unsigned i = 0; i < count; i++) {
    uint32_t offset = cyn_i_page_u16(page + CYN_PAGE_HEAD + 2 * i);
    if (offset < upper || offset >= page_size || offset % 2 != 0) return "a node's offset is outside of the page's nodes";
    uint32_t size = node_size(page, page_size, offset, is_leaf);
    if (size == 0) return "a node reaches beyond the page";
    if (!node_mark(taken, offset, size)) return "two nodes overlap";
    sum += size;
    const char *reason = node_check(page + offset, is_leaf, i == 0, order);
    if (reason != NULL) return reason;
    cyn_bytes key = cyn_i_page_key(page + offset);
    if (previous.data != NULL && cyn_i_page_compare(previous, key, order) >= 0) return "its keys are not in order";
    if (is_leaf || i != 0) previous = key;
  }
  return sum == page_size - upper ? NULL : "its nodes leave gaps";
}

const char *cyn_i_page_check(const uint8_t *page, uint32_t page_size, uint64_t number, unsigned expected,
                             cyn_i_page_order order) {
  if (cyn_i_page_u64(page) != number) return "its page number is another";
  unsigned flags = cyn_i_page_flags(page);
  if ((flags != CYN_PAGE_BRANCH && flags != CYN_PAGE_LEAF) || (flags & expected) == 0)
    return "its flags are not those of the page that should be here";
  uint32_t lower = cyn_i_page_u16(page + 12), upper = cyn_i_page_u16(page + 14);
  if (lower < CYN_PAGE_HEAD || lower % 2 != 0 || upper > page_size || upper % 2 != 0 || lower > upper)
    return "the bounds of its free room are impossible";
  bool is_leaf = flags == CYN_PAGE_LEAF;
  unsigned least = is_leaf || order == CYN_PAGE_ORDER_NUMBER ? 1 : 2;
  if (cyn_i_page_count(page) < least) return "it has too few entries";
  return nodes_check(page, page_size, is_leaf, order);
}

const char *cyn_i_page_check_overflow(const uint8_t *head, uint32_t page_size, uint64_t number, uint32_t value_size,
                                      uint64_t *pages) {
  *pages = ((uint64_t)CYN_PAGE_HEAD - 1 + value_size) / page_size + 1;
  if (cyn_i_page_u64(head) != number) return "its page number is another";
  if (cyn_i_page_flags(head) != CYN_PAGE_OVERFLOW) return "its flags are not those of the page that should be here";
  uint32_t held = cyn_i_page_u32(head + 12);
  if (held < *pages) return "it counts fewer pages than its value needs";
  *pages = held;
  return NULL;
}
