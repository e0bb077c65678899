/* LMDB's pages (data version 1, as 0.9.x writes them on 64-bit little-endian machines), read without trust.
 *
 *   page    number:u64  pad:u16  flags:u16  lower:u16  upper:u16      (overflow: pages:u32 in place of lower and upper)
 *           then offsets:u16 of the nodes up to lower, free room up to upper, nodes up to the end, without gaps
 *   node    low:u16  high:u16  flags:u16  key_size:u16  key  value; its whole length is even
 *           leaf: low and high are the value's size; BIG: the value is the number:u64 of its first overflow page
 *           branch: low, high and flags are the number of the page below; the first key of a page counts for nothing
 *   meta    pages 0 and 1, behind their head: magic, version, address, map size, two databases, last page, transaction
 *
 * Two databases: the free one (transaction -> list of the pages that it has freed) and the main one, which holds all keys.
 * A page that cyn_i_page_check has passed may be read with the accessors below. */
#ifndef CYN_STORE_LMDB_PAGE_H
#define CYN_STORE_LMDB_PAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <cynamo/error.h>
#include <cynamo/value.h>

#define CYN_PAGE_HEAD 16u
#define CYN_PAGE_NODE_HEAD 8u
#define CYN_PAGE_SIZE_MIN 512u
#define CYN_PAGE_SIZE_MAX 32768u
#define CYN_PAGE_KEY_MAX 511u
#define CYN_PAGE_DEPTH_MAX 32u
#define CYN_PAGE_NONE UINT64_MAX
#define CYN_PAGE_META_SIZE 152u /* the bytes of a meta page that mean something */

enum { CYN_PAGE_BRANCH = 0x01, CYN_PAGE_LEAF = 0x02, CYN_PAGE_OVERFLOW = 0x04, CYN_PAGE_META = 0x08 };
#define CYN_PAGE_NODE_BIG 0x01u

static inline uint16_t cyn_i_page_u16(const uint8_t *p) {
  uint16_t v;
  memcpy(&v, p, 2);
  return v;
}
static inline uint32_t cyn_i_page_u32(const uint8_t *p) {
  uint32_t v;
  memcpy(&v, p, 4);
  return v;
}
static inline uint64_t cyn_i_page_u64(const uint8_t *p) {
  uint64_t v;
  memcpy(&v, p, 8);
  return v;
}

/* ---- meta pages ---- */

typedef struct cyn_i_page_db {
  uint32_t pad; /* of the free database: the page size */
  uint16_t flags, depth;
  uint64_t branch_pages, leaf_pages, overflow_pages, entries, root; /* root NONE: empty */
} cyn_i_page_db;

typedef struct cyn_i_page_meta {
  uint64_t map_size, last_page, transaction;
  cyn_i_page_db free, main;
} cyn_i_page_meta;

/* NULL when `page` (at least CYN_PAGE_META_SIZE bytes) is a meta page as such; else what is wrong. */
const char *cyn_i_page_meta_read(const uint8_t *page, unsigned number, cyn_i_page_meta *out);
/* What is wrong with what it says about its state; NULL: nothing. Of the older one it need not be right: when writing it
 * fails, LMDB takes back its transaction and its last page and leaves the rest. */
const char *cyn_i_page_meta_fault(const cyn_i_page_meta *meta);
/* What the two say about each other; *newest is the one that holds. NULL when they fit. */
const char *cyn_i_page_metas_fit(const cyn_i_page_meta metas[2], unsigned *newest);

/* ---- branch and leaf pages ---- */

typedef enum cyn_i_page_order {
  CYN_PAGE_ORDER_BYTES, /* as memcmp, the shorter first */
  CYN_PAGE_ORDER_NUMBER /* u64 */
} cyn_i_page_order;

/* NULL when the page may be read: its number, flags, bounds, nodes and the order of its keys are right. `expected` is
 * BRANCH, LEAF or both. */
const char *cyn_i_page_check(const uint8_t *page, uint32_t page_size, uint64_t number, unsigned expected,
                             cyn_i_page_order order);
/* The same for the head of an overflow page with a value of this size; *pages gets their number. */
const char *cyn_i_page_check_overflow(const uint8_t *head, uint32_t page_size, uint64_t number, uint32_t value_size,
                                      uint64_t *pages);

static inline unsigned cyn_i_page_flags(const uint8_t *page) { return cyn_i_page_u16(page + 10); }
static inline bool cyn_i_page_is_leaf(const uint8_t *page) { return (cyn_i_page_flags(page) & CYN_PAGE_LEAF) != 0; }
static inline unsigned cyn_i_page_count(const uint8_t *page) {
  return (unsigned)(cyn_i_page_u16(page + 12) - CYN_PAGE_HEAD) / 2;
}
static inline const uint8_t *cyn_i_page_node(const uint8_t *page, unsigned i) {
  return page + cyn_i_page_u16(page + CYN_PAGE_HEAD + 2 * i);
}
static inline cyn_bytes cyn_i_page_key(const uint8_t *node) {
  return (cyn_bytes){(const char *)node + CYN_PAGE_NODE_HEAD, cyn_i_page_u16(node + 6)};
}
static inline uint32_t cyn_i_page_value_size(const uint8_t *node) { return cyn_i_page_u32(node); }
static inline bool cyn_i_page_value_is_big(const uint8_t *node) { return (cyn_i_page_u16(node + 4) & CYN_PAGE_NODE_BIG) != 0; }
static inline const uint8_t *cyn_i_page_value(const uint8_t *node) {
  return node + CYN_PAGE_NODE_HEAD + cyn_i_page_u16(node + 6);
}
static inline uint64_t cyn_i_page_value_page(const uint8_t *node) { return cyn_i_page_u64(cyn_i_page_value(node)); }
static inline uint64_t cyn_i_page_child(const uint8_t *node) {
  return (uint64_t)cyn_i_page_u32(node) | (uint64_t)cyn_i_page_u16(node + 4) << 32;
}
int cyn_i_page_compare(cyn_bytes a, cyn_bytes b, cyn_i_page_order order);

#endif
