/* The other side of the benchmarks in C: LMDB's own calls on the bytes that the store would hold, in memory on a map of the
 * store's flags or in a folder. */
#ifndef CYN_BENCH_RAW_LMDB_H
#define CYN_BENCH_RAW_LMDB_H

#include <lmdb.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

typedef struct lmdb {
  MDB_env *env;
  MDB_dbi dbi;
  MDB_txn *reader; /* reset: renewed for each read */
} lmdb;

/* ---- the same bytes ---- */

/* The key as the store writes it: space, hash, partition key with its sizes, sort key. */
static inline size_t make_raw_key(unsigned long i, unsigned char key[64]) {
  char pk[32], sk[32];
  key_names(i, pk, sk);
  unsigned long hash = (i / SORT_KEYS + 1) * 0x9E3779B97F4A7C15ul;
  memset(key, 0, 4);
  memcpy(key + 4, &hash, 8);
  key[12] = (unsigned char)(strlen(pk) + 2);
  key[13] = 0;
  key[14] = (unsigned char)strlen(pk);
  memcpy(key + 15, pk, strlen(pk));
  size_t size = 15 + strlen(pk);
  memcpy(key + size, sk, strlen(sk));
  return size + strlen(sk);
}

/* The stored value: the item and its crc32. */
static inline size_t make_raw_value(cyn_item_builder *builder, unsigned long i, unsigned version, unsigned char out[2048]) {
  cyn_item item;
  make_item(builder, i, version, &item);
  must(item.size + 4 <= 2048, "an item of 1 KB");
  memcpy(out, item.data, item.size);
  memset(out + item.size, 0x5A, 4);
  return item.size + 4;
}

/* The keys of the first `count` items for both sides, made once: ours stand in memory of their own. */
static inline void make_both_keys(unsigned long count, cyn_item *own, unsigned char (*raw)[64], unsigned char *raw_sizes) {
  cyn_item_builder *builder = cyn_item_builder_new();
  for (unsigned long i = 0; i < count; i++) {
    cyn_item made;
    make_key(builder, i, &made);
    unsigned char *copy = malloc(made.size);
    must(copy != NULL, "malloc");
    memcpy(copy, made.data, made.size);
    own[i] = (cyn_item){copy, made.size, NULL};
    raw_sizes[i] = (unsigned char)make_raw_key(i, raw[i]);
  }
  cyn_item_builder_destroy(builder);
}

/* ---- opening ---- */

/* A file in a folder, which is made where it is missing. */
static inline void lmdb_open(lmdb *raw, const char *folder, unsigned flags) {
  MDB_txn *txn;
  size_t map_size = (size_t)((flags & MDB_WRITEMAP) != 0 ? 32 : 256) << 30;
  (void)mkdir(folder, 0700);
  must(mdb_env_create(&raw->env) == 0 && mdb_env_set_mapsize(raw->env, map_size) == 0, "mdb_env_create");
  must(mdb_env_open(raw->env, folder, MDB_NOTLS | flags, 0600) == 0, "mdb_env_open");
  must(mdb_txn_begin(raw->env, NULL, 0, &txn) == 0 && mdb_dbi_open(txn, NULL, 0, &raw->dbi) == 0 && mdb_txn_commit(txn) == 0, "mdb_dbi_open");
  must(mdb_txn_begin(raw->env, NULL, MDB_RDONLY, &raw->reader) == 0, "mdb_txn_begin");
  mdb_txn_reset(raw->reader);
}

/* A memory file behind a link, as memory: has it; nothing of it is left in the file system. */
static inline void lmdb_open_memory(lmdb *raw) {
  char folder[] = "/dev/shm/cyn-bench-XXXXXX", link[96], target[64];
  must(mkdtemp(folder) != NULL, "mkdtemp");
  int fd = memfd_create("bench", MFD_CLOEXEC);
  snprintf(link, sizeof link, "%s/data.mdb", folder);
  snprintf(target, sizeof target, "/proc/self/fd/%d", fd);
  must(fd >= 0 && symlink(target, link) == 0, "memfd_create");
  lmdb_open(raw, folder, MDB_WRITEMAP | MDB_NOSYNC | MDB_NOMETASYNC);
  close(fd);
  unlink(link);
  snprintf(link, sizeof link, "%s/lock.mdb", folder);
  unlink(link);
  rmdir(folder);
}

static inline void lmdb_close(lmdb *raw) {
  mdb_txn_abort(raw->reader);
  mdb_env_close(raw->env);
}

/* ---- calls ---- */

/* In a transaction of its own. */
static inline void lmdb_put(const lmdb *raw, MDB_val key, MDB_val value) {
  MDB_txn *txn;
  must(mdb_txn_begin(raw->env, NULL, 0, &txn) == 0, "mdb_txn_begin");
  must(mdb_put(txn, raw->dbi, &key, &value, 0) == 0, "mdb_put");
  must(mdb_txn_commit(txn) == 0, "mdb_txn_commit");
}

/* Copies the value. */
static inline void lmdb_get(const lmdb *raw, MDB_val key, void *out) {
  MDB_val found;
  must(mdb_txn_renew(raw->reader) == 0 && mdb_get(raw->reader, raw->dbi, &key, &found) == 0, "mdb_get");
  memcpy(out, found.mv_data, found.mv_size);
  __asm__ volatile("" : : "r"(out) : "memory"); /* the copy is made */
  mdb_txn_reset(raw->reader);
}

/* Items `from` to `to` - 1, so many in a transaction. */
static inline void lmdb_load(const lmdb *raw, cyn_item_builder *builder, unsigned long from, unsigned long to, unsigned long batch) {
  unsigned char key[64], value[2048];
  for (unsigned long i = from; i < to;) {
    MDB_txn *txn;
    must(mdb_txn_begin(raw->env, NULL, 0, &txn) == 0, "mdb_txn_begin");
    for (unsigned long n = 0; n < batch && i < to; n++, i++) {
      MDB_val k = {make_raw_key(i, key), key}, v = {make_raw_value(builder, i, 1, value), value};
      must(mdb_put(txn, raw->dbi, &k, &v, 0) == 0, "mdb_put");
    }
    must(mdb_txn_commit(txn) == 0, "mdb_txn_commit");
  }
}

#endif
