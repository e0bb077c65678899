/* What opening refuses before LMDB sees the file. */
#include "conformance.h"
#include "raw_file.h"

static bool file_make(fixture *f, raw *r) {
  static char bytes[1500];
  if (!fixture_open(f, STRICT)) return false;
  for (unsigned i = 0; i < 60; i++) CHECK_INT(put_bytes(f, key_of(i, "k", ""), (cyn_bytes){bytes, sizeof bytes}), CYN_OK);
  fixture_close_store(f);
  return raw_load(r, f->path);
}

static void refused(fixture *f, const raw *r, const char *part) {
  CHECK(raw_save(r));
  cyn_i_store_options options = fixture_options(f);
  CHECK_INT(cyn_i_store_lmdb_open(&options, &f->store, &f->error), CYN_E_STORE);
  CHECK(f->error.message != NULL && strstr(f->error.message, f->path) != NULL);
  if (f->error.message != NULL && strstr(f->error.message, part) == NULL)
    test_failed(__FILE__, __LINE__, "not '%s', but: %s", part, f->error.message);
  CHECK(f->store == NULL);
  cyn_error_clean_up(&f->error);
}

TEST(what_opening_refuses) {
  fixture f;
  raw r;
  REQUIRE(file_make(&f, &r));
  size_t size = r.size;
  r.bytes[16] ^= 1;
  refused(&f, &r, "meta page 0: its magic number is wrong");
  r.bytes[16] ^= 1;
  r.bytes[4096 + 144]++;
  refused(&f, &r, "the meta pages: the transactions of the meta pages are not neighbours");
  r.bytes[4096 + 144]--;
  raw_meta(&r)[88 + 40 + 3] = 1;
  refused(&f, &r, "the root of a database is outside of the file's pages");
  raw_meta(&r)[88 + 40 + 3] = 0;
  r.size = size / 2;
  refused(&f, &r, "the file is too short");
  r.size = size - 4096;
  refused(&f, &r, "the file is too short");
  r.size = 4200;
  refused(&f, &r, "meta page 1");
  r.size = 20;
  refused(&f, &r, "shorter than a meta page");
  r.size = 0; /* LMDB would begin a new store in it */
  refused(&f, &r, "shorter than a meta page");
  r.size = size;
  uint64_t root = raw_u64(raw_meta(&r) + 88 + 40);
  r.bytes[root * 4096 + 10] = 2; /* a branch page that says that it is a leaf */
  refused(&f, &r, "the way to its format record");
  r.bytes[root * 4096 + 10] = 1;
  CHECK(raw_save(&r));
  cyn_i_store_options options = fixture_options(&f);
  CHECK(fixture_open_with(&f, &options));
  raw_free(&r);
  fixture_close(&f);
}

/* LMDB does not write pages that are free again at the end of a commit: a file may be shorter by those. */
TEST(free_pages_at_the_end_may_be_missing) {
  fixture f;
  raw r;
  REQUIRE(file_make(&f, &r));
  uint8_t *meta = raw_meta(&r);
  uint64_t root = raw_u64(meta + 40 + 40), last = raw_u64(meta + 136) + 1, list_count;
  uint8_t *page = r.bytes + root * 4096;
  REQUIRE(page[10] == 2);
  uint16_t offset;
  memcpy(&offset, page + 16, 2);
  uint8_t *list = page + offset + 16, *end = page + 4096;
  memcpy(&list_count, list, 8);
  REQUIRE(list_count > 0 && list + 8 * (list_count + 1) <= end);
  memcpy(list + 8, &last, 8); /* one more page, free and not in the file */
  memcpy(meta + 136, &last, 8);
  CHECK(raw_save(&r));
  cyn_i_store_options options = fixture_options(&f);
  CHECK(fixture_open_with(&f, &options));
  raw_free(&r);
  fixture_close(&f);
}
