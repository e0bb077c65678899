/* What pages say about each other: who is used, who is free, what the meta page counts. */
#include "conformance.h"
#include "raw_file.h"
#include "store/lmdb/page.h"

/* A closed store with three levels of pages, overflow pages and free ones. */
static bool file_make(fixture *f, raw *r) {
  static char bytes[9000];
  if (!fixture_open(f, UNSAFE)) return false;
  for (unsigned i = 0; i < 300; i++) {
    char name[200];
    (void)snprintf(name, sizeof name, "%0180u", i);
    CHECK_INT(put_bytes(f, key_of(i, name, ""), (cyn_bytes){bytes, i % 50 == 0 ? 9000u : 300u}), CYN_OK);
  }
  for (unsigned i = 0; i < 60; i++) {
    char name[200];
    (void)snprintf(name, sizeof name, "%0180u", i * 5 + 1);
    CHECK_INT(put_bytes(f, key_of(i * 5 + 1, name, ""), (cyn_bytes){NULL, 0}), CYN_OK);
  }
  fixture_close_store(f);
  return raw_load(r, f->path);
}

static void end(fixture *f, raw *r) {
  raw_free(r);
  fixture_close(f);
}

static void structure_after(fixture *f, raw *r, told *t) {
  CHECK(raw_save(r));
  structure_of(f->path, t, NULL);
}

static uint8_t *main_page(const raw *r, unsigned level) {
  uint64_t number = raw_u64(raw_meta(r) + 88 + 40);
  for (; level != 0; level--) number = cyn_i_page_child(cyn_i_page_node(r->bytes + number * 4096, 1));
  return r->bytes + number * 4096;
}

TEST(a_sound_file_covers_its_pages) {
  fixture f;
  raw r;
  told t;
  cyn_i_store_file file;
  REQUIRE(file_make(&f, &r));
  structure_of(f.path, &t, &file);
  CHECK_INT(t.count, 0);
  CHECK(file.free_pages > 0 && file.used_pages + file.free_pages + 2 == file.page_count);
  CHECK_INT(file.entry_count, 241);
  CHECK(file.depth >= 2 && file.branch_pages > 0 && file.overflow_pages > 0);
  end(&f, &r);
}

TEST(counts_of_the_meta_page) {
  static const struct {
    unsigned at;
    const char *part;
  } rows[] = {{88 + 8, "branch pages in the tree of keys"},
              {88 + 16, "leaf pages in the tree of keys"},
              {88 + 24, "overflow pages in the tree of keys"},
              {88 + 32, "entries in the tree of keys"},
              {40 + 32, "entries in the list of free pages"}};
  fixture f;
  raw r;
  told t;
  REQUIRE(file_make(&f, &r));
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    raw_meta(&r)[rows[i].at]++;
    structure_after(&f, &r, &t);
    CHECK_TOLD(&t, rows[i].part);
    raw_meta(&r)[rows[i].at]--;
  }
  end(&f, &r);
}

TEST(a_child_that_is_shared) {
  fixture f;
  raw r;
  told t;
  REQUIRE(file_make(&f, &r));
  uint8_t *root = main_page(&r, 0);
  memcpy((uint8_t *)(uintptr_t)cyn_i_page_node(root, 1), cyn_i_page_node(root, 0), 6);
  structure_after(&f, &r, &t);
  CHECK_TOLD(&t, "it is used twice");
  end(&f, &r);
}

TEST(a_child_that_does_not_exist) {
  fixture f;
  raw r;
  told t;
  REQUIRE(file_make(&f, &r));
  memset((uint8_t *)(uintptr_t)cyn_i_page_node(main_page(&r, 0), 1), 0xFF, 6);
  structure_after(&f, &r, &t);
  CHECK_TOLD(&t, "which does not exist");
  end(&f, &r);
}

/* Two children exchanged: each is sound, and holds what belongs elsewhere. */
TEST(children_in_the_wrong_order) {
  fixture f;
  raw r;
  told t;
  REQUIRE(file_make(&f, &r));
  uint8_t *root = main_page(&r, 0), keep[6];
  uint8_t *a = (uint8_t *)(uintptr_t)cyn_i_page_node(root, 0), *b = (uint8_t *)(uintptr_t)cyn_i_page_node(root, 1);
  memcpy(keep, a, 6);
  memcpy(a, b, 6);
  memcpy(b, keep, 6);
  structure_after(&f, &r, &t);
  CHECK_TOLD(&t, "it holds keys that ");
  end(&f, &r);
}

TEST(free_pages) {
  fixture f;
  raw r;
  told t;
  REQUIRE(file_make(&f, &r));
  uint64_t number = raw_u64(raw_meta(&r) + 40 + 40);
  uint8_t *page = r.bytes + number * 4096;
  while (cyn_i_page_u16(page + 10) == CYN_PAGE_BRANCH) page = r.bytes + cyn_i_page_child(cyn_i_page_node(page, 0)) * 4096;
  uint8_t *list = (uint8_t *)(uintptr_t)cyn_i_page_value(cyn_i_page_node(page, 0));
  uint64_t first = raw_u64(list + 8), root = raw_u64(raw_meta(&r) + 88 + 40);
  memcpy(list + 8, &root, 8);
  structure_after(&f, &r, &t);
  if (raw_u64(list) == 1 || raw_u64(list + 16) < root) CHECK_TOLD(&t, "in use and in the list of free pages");
  else CHECK_TOLD(&t, "out of order");
  memcpy(list + 8, &first, 8);
  list[0]++;
  structure_after(&f, &r, &t);
  CHECK(t.count != 0);
  list[0]--;
  list[0]--; /* the last of the list is forgotten */
  structure_after(&f, &r, &t);
  CHECK_TOLD(&t, "neither in use nor in the list of free pages");
  end(&f, &r);
}

/* Damage that only the state before the last commit sees is a remark. */
TEST(the_state_before_the_last_commit) {
  fixture f;
  raw r;
  told t;
  REQUIRE(file_make(&f, &r));
  uint8_t *newest = raw_meta(&r), *older = newest == r.bytes ? r.bytes + 4096 : r.bytes;
  uint64_t root = raw_u64(older + 88 + 40);
  CHECK(root != raw_u64(newest + 88 + 40));
  memset(r.bytes + root * 4096, 0, 4096);
  structure_after(&f, &r, &t);
  CHECK_INT(t.count, 0);
  CHECK_INT(t.remarks, 1);
  end(&f, &r);
}

/* A transaction number that was changed so that the last commit is taken for an older one. */
TEST(a_hidden_commit) {
  fixture f;
  raw r;
  told t;
  REQUIRE(file_make(&f, &r));
  uint8_t *newest = raw_meta(&r);
  uint64_t transaction = raw_u64(newest + 144) - 2;
  memcpy(newest + 144, &transaction, 8);
  structure_after(&f, &r, &t);
  CHECK_INT(t.count, 0); /* it cannot be told from a commit that failed and was taken back */
  CHECK_INT(t.remarks, 1);
  CHECK(strstr(t.remark, "the last commit is hidden by damage") != NULL);
  end(&f, &r);
  /* where the last commit had made the file larger it can */
  static char bytes[90000];
  if (!fixture_open(&f, UNSAFE)) return;
  for (unsigned i = 0; i < 5; i++) CHECK_INT(put_bytes(&f, key_of(i, "k", ""), (cyn_bytes){bytes, i == 4 ? 90000u : 10u}), CYN_OK);
  fixture_close_store(&f);
  REQUIRE(raw_load(&r, f.path));
  newest = raw_meta(&r);
  transaction = raw_u64(newest + 144) - 2;
  memcpy(newest + 144, &transaction, 8);
  structure_after(&f, &r, &t);
  CHECK_TOLD(&t, "the last commit is hidden: meta page ");
  end(&f, &r);
}

/* What LMDB leaves in the older meta page when it cannot write a new one: the new roots with the old transaction. The file
 * is opened, and the next commit writes it over. */
TEST(a_meta_page_that_could_not_be_written) {
  fixture f;
  raw r;
  told t;
  REQUIRE(file_make(&f, &r));
  uint8_t *newest = raw_meta(&r), *older = newest == r.bytes ? r.bytes + 4096 : r.bytes;
  uint64_t beyond = raw_u64(newest + 136) + 5;
  memcpy(older + 88 + 40, &beyond, 8);
  structure_after(&f, &r, &t);
  CHECK_INT(t.count, 0);
  CHECK_INT(t.remarks, 1);
  cyn_i_store_options options = fixture_options(&f);
  REQUIRE(fixture_open_with(&f, &options));
  CHECK_INT(put_text(&f, key_of(7, "new", ""), "1"), CYN_OK);
  fixture_close_store(&f);
  structure_of(f.path, &t, NULL);
  CHECK_INT(t.count + t.remarks, 0);
  end(&f, &r);
}

/* Two values on one page, and a value of which the number of pages was changed. */
TEST(values_that_share_pages) {
  fixture f;
  raw r;
  told t;
  REQUIRE(file_make(&f, &r));
  uint8_t *first = NULL, *second = NULL;
  for (size_t number = 2; number < r.size / 4096; number++) {
    uint8_t *page = r.bytes + number * 4096;
    if (raw_u64(page) != number || cyn_i_page_u16(page + 10) != CYN_PAGE_LEAF) continue;
    for (unsigned i = 0; i < cyn_i_page_count(page); i++) {
      uint8_t *node = (uint8_t *)(uintptr_t)cyn_i_page_node(page, i);
      if (cyn_i_page_value_size(node) != 9000) continue;
      if (first == NULL) first = node;
      else if (cyn_i_page_value_page(node) != cyn_i_page_value_page(first)) second = node;
    }
  }
  REQUIRE(first != NULL && second != NULL);
  uint64_t of_first = cyn_i_page_value_page(first), of_second = cyn_i_page_value_page(second);
  size_t key_size = cyn_i_page_key(second).size;
  memcpy(second + 8 + key_size, &of_first, 8);
  structure_after(&f, &r, &t);
  CHECK_TOLD(&t, "it is used twice");
  memcpy(second + 8 + key_size, &of_second, 8);
  structure_after(&f, &r, &t);
  CHECK_INT(t.count, 0);
  end(&f, &r);
}

TEST(odd_lists_of_free_pages) {
  fixture f;
  raw r;
  told t;
  REQUIRE(file_make(&f, &r));
  uint8_t *page = r.bytes + raw_u64(raw_meta(&r) + 40 + 40) * 4096;
  while (cyn_i_page_u16(page + 10) == CYN_PAGE_BRANCH) page = r.bytes + cyn_i_page_child(cyn_i_page_node(page, 0)) * 4096;
  uint8_t *node = (uint8_t *)(uintptr_t)cyn_i_page_node(page, 0);
  uint64_t transaction = raw_u64(node + 8), none = 0;
  memcpy(node + 8, &none, 8);
  structure_after(&f, &r, &t);
  CHECK_TOLD(&t, "free pages of transaction 0: there was no such transaction");
  memcpy(node + 8, &transaction, 8);
  node[0] -= 1; /* the value's size is no multiple of 8 */
  structure_after(&f, &r, &t);
  CHECK_TOLD(&t, "the list does not fit its value");
  node[0] += 1;
  structure_after(&f, &r, &t);
  CHECK_INT(t.count, 0);
  end(&f, &r);
}

/* No file has that many pages: nothing is reserved for them. */
TEST(more_pages_than_memory) {
  fixture f;
  raw r;
  told t;
  REQUIRE(file_make(&f, &r));
  uint64_t last = (uint64_t)1 << 40, map = (uint64_t)1 << 60;
  memcpy(raw_meta(&r) + 136, &last, 8);
  memcpy(raw_meta(&r) + 32, &map, 8);
  structure_after(&f, &r, &t);
  CHECK_TOLD(&t, "the file is too short: it should have 1099511627777 pages");
  cyn_i_store_options options = fixture_options(&f);
  CHECK_INT(cyn_i_store_lmdb_open(&options, &f.store, &f.error), CYN_E_STORE);
  CHECK(f.store == NULL);
  end(&f, &r);
}
