/* Reading pages: the cache, values over several pages, what lies behind the end. */
#include "conformance.h"
#include "raw_file.h"
#include "store/lmdb/page_file.h"

static char big[50000];

static bool file_make(fixture *f, raw *r) {
  if (!fixture_open(f, STRICT)) return false;
  for (size_t i = 0; i < sizeof big; i++) big[i] = (char)(i * 31);
  for (unsigned i = 0; i < 40; i++) {
    char name[16];
    (void)snprintf(name, sizeof name, "key%u", i);
    CHECK_INT(put_bytes(f, key_of(i, name, ""), (cyn_bytes){big, i * 1000u}), CYN_OK);
  }
  fixture_close_store(f);
  return raw_load(r, f->path);
}

TEST(values_are_read_whole) {
  fixture f;
  raw r;
  REQUIRE(file_make(&f, &r));
  cyn_i_page_file file;
  unsigned page;
  cyn_i_page_file_init(&file, -1, r.bytes, r.size);
  REQUIRE(cyn_i_page_file_load(&file, &page));
  cyn_i_page_cursor cursor;
  cyn_i_page_cursor_init(&cursor, &file, &file.metas[file.newest].main, CYN_PAGE_ORDER_BYTES);
  bool found;
  uint64_t sum = 0;
  for (cyn_status status = cyn_i_page_cursor_seek(&cursor, (cyn_bytes){NULL, 0}, &found, &f.error); found;
       status = cyn_i_page_cursor_next(&cursor, &found, &f.error)) {
    cyn_bytes value;
    REQUIRE(status == CYN_OK && cyn_i_page_cursor_value(&cursor, &value, &f.error) == CYN_OK);
    if (value.size % 1000 != 0) continue; /* the format record */
    CHECK(value.data != NULL && memcmp(value.data, big, value.size) == 0);
    sum += value.size;
  }
  CHECK_INT(sum, 39 * 40 / 2 * 1000);
  cyn_i_page_cursor_clean_up(&cursor);
  cyn_i_page_file_clean_up(&file);
  raw_free(&r);
  fixture_close(&f);
}

TEST(bytes_behind_the_end_are_refused) {
  uint8_t bytes[100] = {0}, out[100];
  cyn_i_page_file file;
  cyn_i_page_file_init(&file, -1, bytes, sizeof bytes);
  CHECK(cyn_i_page_file_bytes(&file, 0, 100, out));
  CHECK(!cyn_i_page_file_bytes(&file, 1, 100, out));
  CHECK(!cyn_i_page_file_bytes(&file, UINT64_MAX, 2, out));
  CHECK_STR(file.reason, "it lies behind the end of the file");
  cyn_i_page_file_clean_up(&file);
}

/* A file that is cut anywhere is refused, or read to where it is whole; never beyond. */
TEST(a_file_cut_anywhere) {
  fixture f;
  raw r;
  REQUIRE(file_make(&f, &r));
  for (size_t size = 0; size < r.size; size += size < 9000 ? 31 : 3011) {
    cyn_i_store_check *check;
    told t;
    cyn_i_faults faults = told_faults(&t);
    uint8_t *exact = malloc(size + (size == 0)); /* so that ASan sees a byte too far */
    memcpy(exact, r.bytes, size);
    REQUIRE(cyn_i_store_check_open_bytes(exact, size, &check, &f.error) == CYN_OK);
    CHECK_INT(cyn_i_store_check_structure(check, &faults, &f.error), CYN_OK);
    CHECK(faults.count != 0);
    cyn_i_store_check_close(check);
    free(exact);
  }
  raw_free(&r);
  fixture_close(&f);
}

TEST(a_value_that_leads_astray) {
  fixture f;
  raw r;
  REQUIRE(file_make(&f, &r));
  uint8_t *buffer = NULL, node[16] = {0, 0, 0, 0, 1, 0, 0, 0};
  size_t room = 0;
  cyn_bytes value;
  cyn_i_page_file file;
  unsigned page;
  cyn_i_page_file_init(&file, -1, r.bytes, r.size);
  REQUIRE(cyn_i_page_file_load(&file, &page));
  node[3] = 0xFF; /* 4 GB */
  node[8] = 2;
  CHECK_INT(cyn_i_page_file_big(&file, node, &buffer, &room, &value, &f.error), CYN_E_STORE);
  CHECK(strstr(f.error.message, "larger than any") != NULL);
  node[3] = 0;
  memset(node + 8, 0xEE, 8);
  CHECK_INT(cyn_i_page_file_big(&file, node, &buffer, &room, &value, &f.error), CYN_E_STORE);
  CHECK(strstr(f.error.message, "no such page") != NULL && buffer == NULL);
  CHECK(cyn_i_page_file_page(&file, 0, CYN_PAGE_LEAF, CYN_PAGE_ORDER_BYTES) == NULL);
  CHECK(cyn_i_page_file_page(&file, file.last_page + 1, CYN_PAGE_LEAF, CYN_PAGE_ORDER_BYTES) == NULL);
  cyn_i_page_file_clean_up(&file);
  raw_free(&r);
  fixture_close(&f);
}
