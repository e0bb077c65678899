/* Layers in the database itself: what a long key leaves there, and that nothing is left when it goes. The order over the
 * seams is tested by walk_test.c. */
#include "conformance.h"
#include "store/lmdb/lmdb_private.h"

typedef struct layers {
  fixture f;
  MDB_txn *txn;
  MDB_dbi dbi;
} layers;

static bool layers_begin(layers *l) {
  if (!fixture_open(&l->f, MEMORY)) return false;
  cyn_i_lmdb_store *store = cyn_i_lmdb_of(l->f.store);
  l->dbi = store->dbi;
  return mdb_txn_begin(store->env, NULL, 0, &l->txn) == 0;
}

static void layers_end(layers *l) {
  mdb_txn_abort(l->txn);
  fixture_close(&l->f);
}

static size_t entries(layers *l) {
  MDB_stat stat;
  CHECK_INT(mdb_stat(l->txn, l->dbi, &stat), 0);
  return stat.ms_entries;
}

static char text[CYN_LMDB_KEY_MAX];

/* `size` bytes of 'k', ending in `last`. */
static cyn_bytes key_of_size(size_t size, char last) {
  memset(text, 'k', sizeof text);
  text[size - 1] = last;
  return (cyn_bytes){text, size};
}

TEST(each_layer_costs_a_pointer) {
  static const struct {
    size_t size, entries;
  } cases[] = {{494, 1}, {495, 1}, {496, 2}, {978, 2}, {979, 3}, {1461, 3}, {1462, 4}, {8464, 18}};
  layers l;
  REQUIRE(layers_begin(&l));
  size_t before = entries(&l);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    MDB_val found;
    cyn_bytes key = key_of_size(cases[i].size, 'x');
    CHECK_INT(cyn_i_lmdb_put(l.txn, l.dbi, key, (cyn_bytes){"v", 1}), 0);
    CHECK_INT(entries(&l) - before, cases[i].entries);
    CHECK_INT(cyn_i_lmdb_get(l.txn, l.dbi, key, &found), 0);
    CHECK_INT(found.mv_size, 1);
    CHECK_INT(cyn_i_lmdb_delete(l.txn, l.dbi, key_of_size(cases[i].size, 'y')), MDB_NOTFOUND);
    CHECK_INT(cyn_i_lmdb_delete(l.txn, l.dbi, key_of_size(cases[i].size, 'x')), 0);
    CHECK_INT(entries(&l), before);
  }
  layers_end(&l);
}

TEST(a_layer_stays_while_one_needs_it) {
  layers l;
  REQUIRE(layers_begin(&l));
  size_t before = entries(&l);
  cyn_bytes value = {"v", 1};
  CHECK_INT(cyn_i_lmdb_put(l.txn, l.dbi, key_of_size(1000, 'a'), value), 0);
  CHECK_INT(cyn_i_lmdb_put(l.txn, l.dbi, key_of_size(1000, 'b'), value), 0);
  CHECK_INT(cyn_i_lmdb_put(l.txn, l.dbi, key_of_size(600, 'c'), value), 0);
  CHECK_INT(entries(&l) - before, 5); /* three keys and two pointers */
  CHECK_INT(cyn_i_lmdb_delete(l.txn, l.dbi, key_of_size(1000, 'a')), 0);
  CHECK_INT(entries(&l) - before, 4);
  CHECK_INT(cyn_i_lmdb_delete(l.txn, l.dbi, key_of_size(1000, 'b')), 0);
  CHECK_INT(entries(&l) - before, 2);
  MDB_val found;
  CHECK_INT(cyn_i_lmdb_get(l.txn, l.dbi, key_of_size(1000, 'b'), &found), MDB_NOTFOUND);
  CHECK_INT(cyn_i_lmdb_get(l.txn, l.dbi, key_of_size(600, 'c'), &found), 0);
  CHECK_INT(cyn_i_lmdb_delete(l.txn, l.dbi, key_of_size(600, 'c')), 0);
  CHECK_INT(entries(&l), before);
  layers_end(&l);
}

/* Two new layers in one put must not get one id; nor a new one the id of an older one. */
TEST(ids_are_never_shared) {
  layers l;
  REQUIRE(layers_begin(&l));
  for (int round = 0; round < 3; round++)
    for (char c = 'a'; c <= 'j'; c++) {
      memset(text, c, sizeof text);
      char value[2] = {c, (char)('0' + round)};
      CHECK_INT(cyn_i_lmdb_put(l.txn, l.dbi, (cyn_bytes){text, 500 + (size_t)round * 500}, (cyn_bytes){value, 2}), 0);
      if (c % 3 == 0) CHECK_INT(cyn_i_lmdb_delete(l.txn, l.dbi, (cyn_bytes){text, 500 + (size_t)round * 500}), 0);
    }
  for (int round = 0; round < 3; round++)
    for (char c = 'a'; c <= 'j'; c++) {
      MDB_val found;
      memset(text, c, sizeof text);
      int code = cyn_i_lmdb_get(l.txn, l.dbi, (cyn_bytes){text, 500 + (size_t)round * 500}, &found);
      CHECK_INT(code, c % 3 == 0 ? MDB_NOTFOUND : 0);
      if (code == 0) CHECK(((char *)found.mv_data)[0] == c && ((char *)found.mv_data)[1] == '0' + round);
    }
  layers_end(&l);
}

/* A damaged pointer is an error, not a loop or a crash. */
TEST(damaged_pointers) {
  layers l;
  REQUIRE(layers_begin(&l));
  cyn_bytes key = key_of_size(600, 'k');
  char pointer[496];
  memset(pointer, 'k', 495);
  pointer[495] = 0;
  static const struct {
    char bytes[9];
    size_t size;
  } values[] = {{"short", 5}, {{0}, 8}, {"123456789", 9}};
  for (size_t i = 0; i < 3; i++) {
    MDB_val k = {sizeof pointer, pointer}, v = {values[i].size, (void *)(uintptr_t)values[i].bytes}, found;
    CHECK_INT(mdb_put(l.txn, l.dbi, &k, &v, 0), 0);
    CHECK_INT(cyn_i_lmdb_get(l.txn, l.dbi, key, &found), MDB_CORRUPTED);
    CHECK_INT(cyn_i_lmdb_put(l.txn, l.dbi, key, (cyn_bytes){"v", 1}), MDB_CORRUPTED);
    CHECK_INT(cyn_i_lmdb_delete(l.txn, l.dbi, key), MDB_CORRUPTED);
  }
  layers_end(&l);
}
