/* One page, and what may be wrong with it. */
#include "store/lmdb/page.h"

#include "test.h"

#define SIZE 512u

static void put16(uint8_t *p, unsigned v) {
  p[0] = (uint8_t)v;
  p[1] = (uint8_t)(v >> 8);
}

/* Nodes from the end of the page on, as LMDB lays them. */
typedef struct builder {
  uint8_t page[SIZE];
  unsigned count, upper;
} builder;

static void begin(builder *b, unsigned number, unsigned flags) {
  memset(b, 0, sizeof *b);
  b->page[0] = (uint8_t)number;
  put16(b->page + 10, flags);
  b->upper = SIZE;
}
static void finish(builder *b) {
  put16(b->page + 12, 16 + 2 * b->count);
  put16(b->page + 14, b->upper);
}
/* `value` are the 6 bytes before the key size of a branch node's page number, or a leaf's value. */
static void add(builder *b, const char *key, const char *value, unsigned flags) {
  size_t key_size = strlen(key), value_size = value != NULL ? strlen(value) : 0;
  b->upper -= (unsigned)(8 + key_size + value_size + 1) & ~1u;
  uint8_t *node = b->page + b->upper;
  put16(node, (unsigned)value_size);
  put16(node + 4, flags);
  put16(node + 6, (unsigned)key_size);
  memcpy(node + 8, key, key_size);
  if (value != NULL) memcpy(node + 8 + key_size, value, value_size);
  put16(b->page + 16 + 2 * b->count++, b->upper);
  finish(b);
}

static void leaf(builder *b) {
  begin(b, 7, CYN_PAGE_LEAF);
  add(b, "apple", "red", 0);
  add(b, "banana", "yellow", 0);
  add(b, "cherry", "", 0);
}

static const char *judge(const builder *b) {
  return cyn_i_page_check(b->page, SIZE, 7, CYN_PAGE_LEAF | CYN_PAGE_BRANCH, CYN_PAGE_ORDER_BYTES);
}

TEST(a_leaf_is_read) {
  builder b;
  leaf(&b);
  CHECK(judge(&b) == NULL);
  CHECK_INT(cyn_i_page_count(b.page), 3);
  const uint8_t *node = cyn_i_page_node(b.page, 1);
  CHECK(cyn_i_page_key(node).size == 6 && memcmp(cyn_i_page_key(node).data, "banana", 6) == 0);
  CHECK(cyn_i_page_value_size(node) == 6 && memcmp(cyn_i_page_value(node), "yellow", 6) == 0);
  CHECK(cyn_i_page_check(b.page, SIZE, 7, CYN_PAGE_BRANCH, CYN_PAGE_ORDER_BYTES) != NULL);
  CHECK(cyn_i_page_check(b.page, SIZE, 8, CYN_PAGE_LEAF, CYN_PAGE_ORDER_BYTES) != NULL);
}

TEST(a_branch_is_read) {
  builder b;
  begin(&b, 7, CYN_PAGE_BRANCH);
  add(&b, "", NULL, 0);
  add(&b, "middle", NULL, 3);
  CHECK(judge(&b) == NULL);
  CHECK(cyn_i_page_child(cyn_i_page_node(b.page, 1)) == (uint64_t)3 << 32);
  begin(&b, 7, CYN_PAGE_BRANCH);
  add(&b, "", NULL, 0);
  CHECK_STR(judge(&b), "it has too few entries");
}

/* Each byte of the head and of the first node, set to each value: never read beyond the page (under ASan), and never
 * taken for sound when the sound page would be read otherwise. */
TEST(every_byte_counts_or_is_harmless) {
  builder sound;
  leaf(&sound);
  for (unsigned at = 0; at < SIZE; at++) {
    for (unsigned value = 0; value < 256; value++) {
      builder b = sound;
      b.page[at] = (uint8_t)value;
      if (judge(&b) != NULL) continue;
      unsigned count = cyn_i_page_count(b.page);
      for (unsigned i = 0; i < count; i++) {
        const uint8_t *node = cyn_i_page_node(b.page, i);
        size_t size = cyn_i_page_key(node).size + (cyn_i_page_value_is_big(node) ? 8 : cyn_i_page_value_size(node));
        CHECK(node >= b.page + 16 && node + 8 + size <= b.page + SIZE);
        if (test_current_failed()) return;
      }
    }
  }
}

TEST(reasons) {
  builder b;
  leaf(&b);
  put16(b.page + 10, CYN_PAGE_LEAF | 0x10);
  CHECK_STR(judge(&b), "its flags are not those of the page that should be here");
  leaf(&b);
  put16(b.page + 12, 23);
  CHECK_STR(judge(&b), "the bounds of its free room are impossible");
  leaf(&b);
  put16(b.page + 14, SIZE + 2);
  CHECK_STR(judge(&b), "the bounds of its free room are impossible");
  leaf(&b);
  put16(b.page + 16, 18);
  CHECK_STR(judge(&b), "a node's offset is outside of the page's nodes");
  leaf(&b);
  put16(b.page + 18, cyn_i_page_u16(b.page + 16));
  CHECK_STR(judge(&b), "two nodes overlap");
  leaf(&b);
  put16(b.page + 12, 16 + 4); /* one node fewer */
  CHECK_STR(judge(&b), "its nodes leave gaps");
  leaf(&b);
  put16((uint8_t *)(uintptr_t)cyn_i_page_node(b.page, 0), 400);
  CHECK_STR(judge(&b), "a node reaches beyond the page");
  leaf(&b);
  put16((uint8_t *)(uintptr_t)cyn_i_page_node(b.page, 0) + 4, 2);
  CHECK_STR(judge(&b), "a node has flags that are not ours");
  leaf(&b);
  ((uint8_t *)(uintptr_t)cyn_i_page_node(b.page, 2))[8] = 'a';
  CHECK_STR(judge(&b), "its keys are not in order");
  begin(&b, 7, CYN_PAGE_LEAF);
  add(&b, "", "x", 0);
  CHECK_STR(judge(&b), "a key is empty");
  begin(&b, 7, CYN_PAGE_LEAF);
  finish(&b);
  CHECK_STR(judge(&b), "it has too few entries");
}

TEST(numbers_as_keys) {
  builder b;
  begin(&b, 7, CYN_PAGE_LEAF);
  add(&b, "\2aaaaaaa", "x", 0); /* little-endian: the last byte counts most */
  add(&b, "\1aaaaaab", "x", 0);
  CHECK(cyn_i_page_check(b.page, SIZE, 7, CYN_PAGE_LEAF, CYN_PAGE_ORDER_NUMBER) == NULL);
  CHECK_STR(judge(&b), "its keys are not in order");
  add(&b, "\1aaaaaa", "x", 0);
  CHECK_STR(cyn_i_page_check(b.page, SIZE, 7, CYN_PAGE_LEAF, CYN_PAGE_ORDER_NUMBER), "a key is no number");
}

TEST(overflow_heads) {
  uint8_t head[16] = {9};
  uint64_t pages;
  put16(head + 10, CYN_PAGE_OVERFLOW);
  head[12] = 3;
  CHECK(cyn_i_page_check_overflow(head, SIZE, 9, 1200, &pages) == NULL);
  CHECK_INT(pages, 3);
  CHECK(cyn_i_page_check_overflow(head, SIZE, 9, 3 * SIZE - 16, &pages) == NULL);
  CHECK_STR(cyn_i_page_check_overflow(head, SIZE, 9, 3 * SIZE - 15, &pages), "it counts fewer pages than its value needs");
  CHECK_STR(cyn_i_page_check_overflow(head, SIZE, 9, UINT32_MAX, &pages), "it counts fewer pages than its value needs");
  CHECK_STR(cyn_i_page_check_overflow(head, SIZE, 8, 0, &pages), "its page number is another");
  put16(head + 10, CYN_PAGE_LEAF);
  CHECK_STR(cyn_i_page_check_overflow(head, SIZE, 9, 0, &pages), "its flags are not those of the page that should be here");
}

/* ---- meta pages ---- */

static void meta_make(uint8_t *page, unsigned number, uint64_t transaction) {
  static const uint8_t magic[8] = {0xDE, 0xC0, 0xEF, 0xBE, 1};
  memset(page, 0, CYN_PAGE_META_SIZE);
  page[0] = (uint8_t)number;
  put16(page + 10, CYN_PAGE_META);
  memcpy(page + 16, magic, 8);
  put16(page + 32 + 2, 16); /* map size 1 MiB */
  put16(page + 40, 4096);
  put16(page + 44, 8);
  memset(page + 40 + 40, 0xFF, 8);
  memset(page + 88 + 40, 0xFF, 8);
  page[136] = 1;
  page[144] = (uint8_t)transaction;
}

TEST(a_meta_page_is_read) {
  uint8_t page[CYN_PAGE_META_SIZE];
  cyn_i_page_meta meta;
  meta_make(page, 1, 5);
  CHECK(cyn_i_page_meta_read(page, 1, &meta) == NULL && cyn_i_page_meta_fault(&meta) == NULL);
  CHECK(meta.transaction == 5 && meta.free.pad == 4096 && meta.main.root == CYN_PAGE_NONE && meta.last_page == 1);
  CHECK_STR(cyn_i_page_meta_read(page, 0, &meta), "its page number is another");
  static const struct {
    unsigned at, value;
    const char *reason;
  } rows[] = {
      {10, 2, "its flags are not a meta page's"},
      {16, 0, "its magic number is wrong"},
      {20, 2, "its data version is unknown"},
      {24, 1, "it asks for a fixed address"},
      {41, 17, "its page size is impossible"},
      {44, 0, "the flags of its databases are not ours"},
      {92, 4, "the flags of its databases are not ours"},
      {136, 0, "its last page is impossible"},
      {32, 1, "its map size is impossible"},
      {88 + 32, 3, "a database without a root counts pages or entries"},
      {88 + 40, 0, "the root of a database is outside of the file's pages"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    meta_make(page, 1, 5);
    page[rows[i].at] = (uint8_t)rows[i].value;
    const char *reason = cyn_i_page_meta_read(page, 1, &meta);
    CHECK_STR(reason != NULL ? reason : cyn_i_page_meta_fault(&meta), rows[i].reason);
  }
}

TEST(the_two_meta_pages_fit) {
  uint8_t page[CYN_PAGE_META_SIZE];
  cyn_i_page_meta metas[2];
  unsigned newest;
  static const struct {
    unsigned first, second, newest;
    const char *reason;
  } rows[] = {
      {0, 0, 0, NULL},
      {0, 1, 1, NULL},
      {2, 1, 0, NULL},
      {6, 7, 1, NULL},
      {7, 6, 0, "the last transaction is on the wrong meta page"},
      {6, 9, 1, "the transactions of the meta pages are not neighbours"},
      {6, 6, 0, "the transactions of the meta pages are not neighbours"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    for (unsigned k = 0; k < 2; k++) {
      meta_make(page, k, k == 0 ? rows[i].first : rows[i].second);
      CHECK(cyn_i_page_meta_read(page, k, &metas[k]) == NULL);
    }
    const char *reason = cyn_i_page_metas_fit(metas, &newest);
    CHECK(reason == rows[i].reason || (reason != NULL && rows[i].reason != NULL && strcmp(reason, rows[i].reason) == 0));
    CHECK_INT(newest, rows[i].newest);
  }
}

/* What the two databases of a meta page may count. */
TEST(databases_that_cannot_be) {
  static uint8_t page[4096];
  static const char empty[] = "a database without a root counts pages or entries", pages[] = "a database counts more pages than there are",
                    depth[] = "the depth of a database is impossible", none[] = "a database with a root counts no leaves or no entries";
  static const struct {
    cyn_i_page_db db; /* pad, flags, depth, branch, leaf, overflow, entries, root */
    const char *reason;
  } rows[] = {
      {{.root = CYN_PAGE_NONE, .depth = 1}, empty}, {{.root = CYN_PAGE_NONE, .branch_pages = 1}, empty}, {{.root = CYN_PAGE_NONE, .leaf_pages = 1}, empty},
      {{.root = CYN_PAGE_NONE, .overflow_pages = 1}, empty}, {{.root = CYN_PAGE_NONE, .entries = 1}, empty}, {{.root = CYN_PAGE_NONE}, NULL},
      {{.root = 1, .depth = 1, .leaf_pages = 1, .entries = 1}, "the root of a database is outside of the file's pages"},
      {{.root = 9, .depth = 1, .leaf_pages = 1, .entries = 1}, "the root of a database is outside of the file's pages"},
      {{.root = 2, .depth = 0, .leaf_pages = 1, .entries = 1}, depth}, {{.root = 2, .depth = 200, .leaf_pages = 1, .entries = 1}, depth},
      {{.root = 2, .depth = 1, .leaf_pages = 0, .entries = 1}, none}, {{.root = 2, .depth = 1, .leaf_pages = 1, .entries = 0}, none},
      {{.root = 2, .depth = 1, .leaf_pages = 9, .entries = 1}, pages}, {{.root = 2, .depth = 1, .leaf_pages = 1, .branch_pages = 9, .entries = 1}, pages},
      {{.root = 2, .depth = 1, .leaf_pages = 1, .overflow_pages = 9, .entries = 1}, pages}, {{.root = 2, .depth = 1, .leaf_pages = 1, .entries = 1}, NULL},
  };
  cyn_i_page_meta meta, sound;
  meta_make(page, 1, 5);
  REQUIRE(cyn_i_page_meta_read(page, 1, &sound) == NULL);
  sound.last_page = 5;
  sound.map_size = 1 << 20;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    for (int which = 0; which < 2; which++) {
      meta = sound;
      cyn_i_page_db *db = which == 0 ? &meta.free : &meta.main;
      uint32_t pad = db->pad;
      *db = rows[i].db;
      db->pad = pad;
      const char *reason = cyn_i_page_meta_fault(&meta);
      if (reason != rows[i].reason && (reason == NULL || rows[i].reason == NULL || strcmp(reason, rows[i].reason) != 0))
        test_failed(__FILE__, __LINE__, "row %zu: %s", i, reason != NULL ? reason : "no fault");
    }
  const uint64_t sizes[] = {(1 << 20) + 1, UINT64_C(1) << 63, 4096};
  for (size_t i = 0; i < 3; i++) {
    meta = sound;
    meta.map_size = sizes[i];
    CHECK_STR(cyn_i_page_meta_fault(&meta), "its map size is impossible");
  }
  const uint64_t lasts[] = {0, UINT64_MAX};
  for (size_t i = 0; i < 2; i++) {
    meta = sound;
    meta.last_page = lasts[i];
    CHECK_STR(cyn_i_page_meta_fault(&meta), "its last page is impossible");
  }
  unsigned newest;
  cyn_i_page_meta metas[2] = {sound, sound};
  metas[0].transaction = metas[1].transaction = 0;
  CHECK(cyn_i_page_metas_fit(metas, &newest) == NULL);
  metas[0].main.root = 2;
  CHECK_STR(cyn_i_page_metas_fit(metas, &newest), "no transaction was ever committed");
  metas[1].free.pad = 8192;
  CHECK_STR(cyn_i_page_metas_fit(metas, &newest), "the meta pages disagree on the page size");
  CHECK_INT(cyn_i_page_compare(cyn_str(""), cyn_str("a"), CYN_PAGE_ORDER_BYTES), -1);
}
