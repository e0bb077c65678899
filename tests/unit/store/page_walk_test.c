/* The page reader against LMDB: the same keys and values, walking, seeking and one by one. */
#include "conformance.h"
#include "raw_file.h"
#include "store/lmdb/page_file.h"


static void compare_walk(cyn_i_page_file *file, MDB_txn *txn, MDB_dbi dbi, cyn_bytes from) {
  const cyn_i_page_db *db = &file->metas[file->newest].main;
  cyn_i_page_cursor cursor;
  MDB_cursor *other;
  MDB_val key = {from.size, (void *)(uintptr_t)from.data}, data;
  bool found;
  cyn_bytes value, got;
  cyn_i_page_cursor_init(&cursor, file, db, CYN_PAGE_ORDER_BYTES);
  REQUIRE(mdb_cursor_open(txn, dbi, &other) == 0);
  int code = mdb_cursor_get(other, &key, &data, from.size != 0 ? MDB_SET_RANGE : MDB_FIRST);
  cyn_status status = cyn_i_page_cursor_seek(&cursor, from, &found, NULL);
  for (unsigned i = 0; i < 3000 && code == 0 && status == CYN_OK && found; i++) {
    cyn_bytes own = cyn_i_page_cursor_key(&cursor);
    REQUIRE(cyn_i_page_cursor_value(&cursor, &value, NULL) == CYN_OK);
    REQUIRE(own.size == key.mv_size && memcmp(own.data, key.mv_data, own.size) == 0);
    REQUIRE(value.size == data.mv_size && memcmp(value.data, data.mv_data, value.size) == 0);
    REQUIRE(cyn_i_page_file_get(file, db, own, &got, NULL) == CYN_OK);
    REQUIRE(got.data != NULL && got.size == value.size && memcmp(got.data, value.data, got.size) == 0);
    code = mdb_cursor_get(other, &key, &data, MDB_NEXT);
    status = cyn_i_page_cursor_next(&cursor, &found, NULL);
  }
  CHECK_INT(status, CYN_OK);
  CHECK(found == (code == 0));
  mdb_cursor_close(other);
  cyn_i_page_cursor_clean_up(&cursor);
}

TEST(it_reads_what_lmdb_reads) {
  char folder[] = "/tmp/cynamo-walk-XXXXXX";
  static char bytes[9000];
  MDB_env *env;
  MDB_txn *txn;
  MDB_dbi dbi;
  uint64_t seed = 5;
  REQUIRE(mkdtemp(folder) != NULL);
  REQUIRE(mdb_env_create(&env) == 0 && mdb_env_set_mapsize(env, (size_t)1 << 28) == 0);
  REQUIRE(mdb_env_open(env, folder, MDB_NOSYNC, 0600) == 0);
  for (unsigned round = 0; round < 12 && !test_current_failed(); round++) {
    REQUIRE(mdb_txn_begin(env, NULL, 0, &txn) == 0 && mdb_dbi_open(txn, NULL, 0, &dbi) == 0);
    for (unsigned i = 0; i < 400; i++) {
      char key[80];
      size_t key_size = 4 + test_random(&seed) % 60;
      for (size_t k = 0; k < key_size; k++) key[k] = (char)(k < 3 ? 'a' + test_random(&seed) % 4 : 'x');
      key[key_size - 1] = (char)test_random(&seed);
      MDB_val k = {key_size, key}, v = {test_random(&seed) % (i % 20 == 0 ? 9000 : 200), bytes};
      int code = i % 4 == 3 ? mdb_del(txn, dbi, &k, NULL) : mdb_put(txn, dbi, &k, &v, 0);
      REQUIRE(code == 0 || code == MDB_NOTFOUND);
    }
    REQUIRE(mdb_txn_commit(txn) == 0);
    raw r;
    REQUIRE(raw_load(&r, folder));
    cyn_i_page_file file;
    unsigned page;
    cyn_i_page_file_init(&file, -1, r.bytes, r.size);
    REQUIRE(cyn_i_page_file_load(&file, &page));
    REQUIRE(mdb_txn_begin(env, NULL, MDB_RDONLY, &txn) == 0);
    compare_walk(&file, txn, dbi, (cyn_bytes){NULL, 0});
    for (unsigned i = 0; i < 40; i++) {
      char key[4] = {(char)('a' + test_random(&seed) % 5), (char)test_random(&seed), (char)test_random(&seed), 'x'};
      compare_walk(&file, txn, dbi, (cyn_bytes){key, 1 + i % 4});
    }
    mdb_txn_abort(txn);
    cyn_i_page_file_clean_up(&file);
    raw_free(&r);
  }
  mdb_env_close(env);
  folder_remove(folder);
}

/* Each page of a small file led to itself: a walk ends with an error, not never. */
TEST(a_tree_that_loops_ends) {
  fixture f;
  raw r;
  if (!fixture_open(&f, STRICT)) return;
  static char bytes[1500];
  for (unsigned i = 0; i < 30; i++) CHECK_INT(put_bytes(&f, key_of(i, "k", ""), (cyn_bytes){bytes, sizeof bytes}), CYN_OK);
  fixture_close_store(&f);
  REQUIRE(raw_load(&r, f.path));
  uint8_t *meta = raw_meta(&r);
  uint64_t root = raw_u64(meta + 88 + 40);
  uint8_t *page = r.bytes + root * 4096;
  CHECK_INT(cyn_i_page_u16(page + 10), CYN_PAGE_BRANCH);
  for (unsigned i = 0; i < cyn_i_page_count(page); i++) {
    uint8_t *node = (uint8_t *)(uintptr_t)cyn_i_page_node(page, i);
    memset(node, 0, 6);
    memcpy(node, &root, 4); /* each child is the root again */
  }
  meta[88 + 6] = 32; /* as deep as may be */
  cyn_i_page_file file;
  unsigned number;
  bool found;
  cyn_i_page_file_init(&file, -1, r.bytes, r.size);
  REQUIRE(cyn_i_page_file_load(&file, &number));
  cyn_i_page_cursor cursor;
  cyn_i_page_cursor_init(&cursor, &file, &file.metas[file.newest].main, CYN_PAGE_ORDER_BYTES);
  CHECK_INT(cyn_i_page_cursor_seek(&cursor, (cyn_bytes){NULL, 0}, &found, &f.error), CYN_E_STORE);
  cyn_i_page_cursor_clean_up(&cursor);
  cyn_i_page_file_clean_up(&file);
  CHECK(raw_save(&r));
  told t;
  structure_of(f.path, &t, NULL);
  CHECK_TOLD(&t, "it is used twice");
  raw_free(&r);
  fixture_close(&f);
}
