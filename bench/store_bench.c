/* The store beside LMDB's own calls: the same keys and bytes through the store's get, write and walk, and through raw
 * LMDB on an environment opened with the same flags, in alternating rounds. Prints medians and their ratio.
 *
 * usage: store_bench [ITEMS [ROUNDS]] */
#include <lmdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "store/store.h"

#define VALUE_SIZE 1024
#define ROUNDS_MAX 99

typedef struct raw {
  MDB_env *env;
  MDB_dbi dbi;
} raw;

typedef struct one_put {
  cyn_i_store_write write; /* first */
  cyn_i_store_put put;
  cyn_i_store_add adds[2];
  size_t add_count;
} one_put;

static char value_bytes[VALUE_SIZE];
static char copy[VALUE_SIZE * 200];
static size_t item_count = 10000;

_Noreturn static void fail(const char *what) {
  fprintf(stderr, "store_bench: %s\n", what);
  exit(1);
}

static uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

/* `i`-th key: a partition of 16 bytes under its hash. */
static cyn_i_store_key key_make(size_t i, char text[24]) {
  (void)snprintf(text, 24, "item#%011zu", i);
  return (cyn_i_store_key){16, mix(i + 1), {text, 16}, {"", 0}};
}

static size_t key_raw(const cyn_i_store_key *key, uint8_t out[64]) {
  uint32_t space = __builtin_bswap32(key->space);
  uint64_t hash = __builtin_bswap64(key->hash);
  memcpy(out, &space, 4);
  memcpy(out + 4, &hash, 8);
  out[12] = (uint8_t)key->partition.size;
  memcpy(out + 13, key->partition.data, key->partition.size);
  return 13 + key->partition.size;
}

static void raw_open(raw *r) {
  char folder[] = "/dev/shm/store-bench.XXXXXX", file[64], target[64];
  int fd = memfd_create("raw", MFD_CLOEXEC);
  if (fd < 0 || mkdtemp(folder) == NULL) fail("temporary folder");
  (void)snprintf(file, sizeof file, "%s/data.mdb", folder);
  (void)snprintf(target, sizeof target, "/proc/self/fd/%d", fd);
  if (symlink(target, file) != 0 || mdb_env_create(&r->env) != 0 || mdb_env_set_mapsize(r->env, (size_t)64 << 30) != 0 ||
      mdb_env_open(r->env, folder, MDB_NOTLS | MDB_WRITEMAP | MDB_NOSYNC | MDB_NOMETASYNC, 0600) != 0)
    fail("raw environment");
  (void)unlink(file);
  (void)snprintf(file, sizeof file, "%s/lock.mdb", folder);
  (void)unlink(file);
  (void)rmdir(folder);
  MDB_txn *txn;
  if (mdb_txn_begin(r->env, NULL, 0, &txn) != 0 || mdb_dbi_open(txn, NULL, 0, &r->dbi) != 0 || mdb_txn_commit(txn) != 0)
    fail("raw database");
}

static double raw_put(raw *r, const size_t *order) {
  uint64_t start = cyn_i_clock_monotonic_ns();
  for (size_t i = 0; i < item_count; i++) {
    char text[24];
    uint8_t bytes[64];
    cyn_i_store_key key = key_make(order[i], text);
    MDB_val k = {key_raw(&key, bytes), bytes}, v = {VALUE_SIZE, value_bytes};
    MDB_txn *txn;
    if (mdb_txn_begin(r->env, NULL, 0, &txn) != 0 || mdb_put(txn, r->dbi, &k, &v, 0) != 0 || mdb_txn_commit(txn) != 0)
      fail("raw put");
  }
  return (double)(cyn_i_clock_monotonic_ns() - start) / (double)item_count;
}

static double raw_get(raw *r, const size_t *order) {
  MDB_txn *txn;
  if (mdb_txn_begin(r->env, NULL, MDB_RDONLY, &txn) != 0) fail("raw view");
  mdb_txn_reset(txn);
  uint64_t start = cyn_i_clock_monotonic_ns();
  for (size_t i = 0; i < item_count; i++) {
    char text[24];
    uint8_t bytes[64];
    cyn_i_store_key key = key_make(order[i], text);
    MDB_val k = {key_raw(&key, bytes), bytes}, v;
    if (mdb_txn_renew(txn) != 0 || mdb_get(txn, r->dbi, &k, &v) != 0) fail("raw get");
    memcpy(copy, v.mv_data, v.mv_size);
    mdb_txn_reset(txn);
  }
  double out = (double)(cyn_i_clock_monotonic_ns() - start) / (double)item_count;
  mdb_txn_abort(txn);
  return out;
}

static double raw_walk(raw *r) {
  MDB_txn *txn;
  MDB_cursor *cursor;
  if (mdb_txn_begin(r->env, NULL, MDB_RDONLY, &txn) != 0 || mdb_cursor_open(txn, r->dbi, &cursor) != 0) fail("raw walk");
  uint64_t start = cyn_i_clock_monotonic_ns();
  MDB_val k, v;
  size_t met = 0;
  for (int code = mdb_cursor_get(cursor, &k, &v, MDB_FIRST); code == 0; code = mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) {
    memcpy(copy + met % 100 * VALUE_SIZE, v.mv_data, v.mv_size);
    met++;
  }
  double out = (double)(cyn_i_clock_monotonic_ns() - start) / (double)met;
  mdb_cursor_close(cursor);
  mdb_txn_abort(txn);
  return out;
}

static cyn_i_decision put_decide(cyn_i_store_write *write, const cyn_bytes *values, bool guard_changed,
                                 cyn_i_store_effects *effects) {
  one_put *p = (one_put *)write;
  (void)guard_changed;
  if (values[0].size > VALUE_SIZE) return CYN_DECISION_REFUSE;
  effects->puts = &p->put;
  effects->put_count = 1;
  effects->adds = p->adds;
  effects->add_count = p->add_count;
  return CYN_DECISION_APPLY;
}

/* With `counters`, two additions a put, as the engine has for ItemCount and TableSizeBytes. */
static double store_put(cyn_i_store *store, const size_t *order, bool counters) {
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  uint64_t start = cyn_i_clock_monotonic_ns();
  for (size_t i = 0; i < item_count; i++) {
    char text[24];
    cyn_i_store_key key = key_make(order[i], text);
    one_put p = {.put = {key, {value_bytes, VALUE_SIZE}}, .add_count = counters ? 2 : 0};
    p.adds[0] = (cyn_i_store_add){{16, 0, {"n", 1}, {"", 0}}, 1};
    p.adds[1] = (cyn_i_store_add){{16, 0, {"b", 1}, {"", 0}}, VALUE_SIZE};
    p.write = (cyn_i_store_write){.keys = &key, .key_count = 1, .guard = 1, .decide = put_decide, .arena = &arena};
    if (cyn_i_store_write_now(store, &p.write) != CYN_OK) fail("store put");
  }
  double out = (double)(cyn_i_clock_monotonic_ns() - start) / (double)item_count;
  cyn_i_arena_clean_up(&arena);
  return out;
}

static double store_get(cyn_i_store *store, const size_t *order) {
  cyn_i_store_view *view;
  if (cyn_i_store_view_open(store, &view, NULL) != CYN_OK) fail("view");
  uint64_t start = cyn_i_clock_monotonic_ns();
  for (size_t i = 0; i < item_count; i++) {
    char text[24];
    cyn_bytes value;
    cyn_i_store_key key = key_make(order[i], text);
    if (cyn_i_store_view_begin(view, NULL) != CYN_OK || cyn_i_store_get(view, &key, &value, NULL) != CYN_OK ||
        value.size != VALUE_SIZE)
      fail("store get");
    memcpy(copy, value.data, value.size);
    cyn_i_store_view_end(view);
  }
  double out = (double)(cyn_i_clock_monotonic_ns() - start) / (double)item_count;
  cyn_i_store_view_close(view);
  return out;
}

static bool copy_visitor(void *user, const cyn_i_store_key *key, cyn_bytes value) {
  size_t *met = user;
  (void)key;
  memcpy(copy + *met % 100 * VALUE_SIZE, value.data, value.size);
  ++*met;
  return true;
}

static double store_walk(cyn_i_store *store) {
  cyn_i_store_view *view;
  cyn_i_store_range range = {.space = 16, .hash_high = UINT64_MAX};
  size_t met = 0;
  if (cyn_i_store_view_open(store, &view, NULL) != CYN_OK || cyn_i_store_view_begin(view, NULL) != CYN_OK) fail("view");
  uint64_t start = cyn_i_clock_monotonic_ns();
  if (cyn_i_store_walk(view, &range, copy_visitor, &met, NULL) != CYN_OK || met != item_count) fail("walk");
  double out = (double)(cyn_i_clock_monotonic_ns() - start) / (double)met;
  cyn_i_store_view_end(view);
  cyn_i_store_view_close(view);
  return out;
}

/* ---- group commit on a disk: threads that write durably, and raw LMDB with as many puts a commit ---- */

#define GROUP_THREADS 64
#define GROUP_WRITES 50

typedef struct group_thread {
  pthread_t thread;
  cyn_i_store *store;
  size_t number;
} group_thread;

static void *group_writer(void *argument) {
  group_thread *g = argument;
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  for (size_t i = 0; i < GROUP_WRITES; i++) {
    char text[24];
    cyn_i_store_key key = key_make(g->number * GROUP_WRITES + i, text);
    one_put p = {.put = {key, {value_bytes, VALUE_SIZE}}};
    p.write = (cyn_i_store_write){.keys = &key, .key_count = 1, .guard = 1, .decide = put_decide, .arena = &arena};
    if (cyn_i_store_write_now(g->store, &p.write) != CYN_OK) fail("durable put");
  }
  cyn_i_arena_clean_up(&arena);
  return NULL;
}

static double group_store(const char *folder) {
  cyn_i_store_options options = {.path = cyn_str(folder)};
  cyn_i_store *store;
  group_thread threads[GROUP_THREADS];
  if (cyn_i_store_lmdb_open(&options, &store, NULL) != CYN_OK) fail("file store");
  uint64_t start = cyn_i_clock_monotonic_ns();
  for (size_t i = 0; i < GROUP_THREADS; i++) {
    threads[i] = (group_thread){.store = store, .number = i};
    if (pthread_create(&threads[i].thread, NULL, group_writer, &threads[i]) != 0) fail("thread");
  }
  for (size_t i = 0; i < GROUP_THREADS; i++) pthread_join(threads[i].thread, NULL);
  double out = (double)(cyn_i_clock_monotonic_ns() - start) / (GROUP_THREADS * GROUP_WRITES);
  cyn_i_store_close(store);
  return out;
}

static size_t txns_of(const char *folder) {
  MDB_env *env;
  MDB_envinfo info;
  if (mdb_env_create(&env) != 0 || mdb_env_open(env, folder, 0, 0600) != 0 || mdb_env_info(env, &info) != 0)
    fail("raw file");
  mdb_env_close(env);
  return info.me_last_txnid;
}

static double group_raw(const char *folder, size_t batch) {
  raw r;
  if (mdb_env_create(&r.env) != 0 || mdb_env_set_mapsize(r.env, (size_t)1 << 30) != 0 ||
      mdb_env_open(r.env, folder, MDB_NOTLS, 0600) != 0)
    fail("raw file");
  uint64_t start = cyn_i_clock_monotonic_ns();
  for (size_t i = 0; i < GROUP_THREADS * GROUP_WRITES;) {
    MDB_txn *txn;
    if (mdb_txn_begin(r.env, NULL, 0, &txn) != 0 || mdb_dbi_open(txn, NULL, 0, &r.dbi) != 0) fail("raw txn");
    for (size_t j = 0; j < batch && i < GROUP_THREADS * GROUP_WRITES; j++, i++) {
      char text[24];
      uint8_t bytes[64];
      cyn_i_store_key key = key_make(i, text);
      MDB_val k = {key_raw(&key, bytes), bytes}, v = {VALUE_SIZE, value_bytes};
      if (mdb_put(txn, r.dbi, &k, &v, 0) != 0) fail("raw durable put");
    }
    if (mdb_txn_commit(txn) != 0) fail("raw commit");
  }
  double out = (double)(cyn_i_clock_monotonic_ns() - start) / (GROUP_THREADS * GROUP_WRITES);
  mdb_env_close(r.env);
  return out;
}

static void line(const char *name, double *raw_times, double *store_times, size_t rounds);

static void group_bench(size_t rounds) {
  double store_times[ROUNDS_MAX], raw_times[ROUNDS_MAX];
  size_t batch = 1;
  for (size_t i = 0; i < rounds; i++) {
    char folder[] = "/tmp/store-bench.XXXXXX", store_folder[64], raw_folder[64], command[64];
    if (mkdtemp(folder) == NULL) fail("temporary folder");
    (void)snprintf(store_folder, sizeof store_folder, "%s/store", folder);
    (void)snprintf(raw_folder, sizeof raw_folder, "%s/raw", folder);
    if (mkdir(raw_folder, 0700) != 0) fail("temporary folder");
    store_times[i] = group_store(store_folder);
    batch = GROUP_THREADS * GROUP_WRITES / txns_of(store_folder);
    raw_times[i] = group_raw(raw_folder, batch != 0 ? batch : 1);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    if (system(command) != 0) fail("temporary folder");
  }
  line("durable, 64 threads", raw_times, store_times, rounds);
  printf("%-24s %zu writes a commit\n", "", batch);
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *times, size_t count) {
  qsort(times, count, sizeof *times, by_size);
  return times[count / 2];
}

static void line(const char *name, double *raw_times, double *store_times, size_t rounds) {
  double r = median(raw_times, rounds), s = median(store_times, rounds);
  printf("%-24s raw %8.0f ns   store %8.0f ns   ratio %.2f\n", name, r, s, s / r);
}

static void shuffle(size_t *order) {
  for (size_t i = 0; i < item_count; i++) order[i] = i;
  for (size_t i = item_count - 1; i > 0; i--) {
    size_t j = mix(i) % (i + 1), kept = order[i];
    order[i] = order[j];
    order[j] = kept;
  }
}

int main(int argc, char **argv) {
  size_t rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 5;
  if (argc > 1) item_count = strtoul(argv[1], NULL, 10);
  if (item_count == 0 || rounds == 0 || rounds > ROUNDS_MAX) fail("usage: store_bench [ITEMS [ROUNDS]]");
  size_t *order = malloc(item_count * sizeof *order);
  if (order == NULL) fail("no memory");
  shuffle(order);
  raw r;
  raw_open(&r);
  cyn_i_store_options options = {0};
  cyn_i_store *store;
  if (cyn_i_store_lmdb_open(&options, &store, NULL) != CYN_OK) fail("store");
  double times[8][ROUNDS_MAX];
  double raw_insert = raw_put(&r, order), store_insert = store_put(store, order, false);
  for (size_t i = 0; i < rounds; i++) {
    times[0][i] = raw_put(&r, order);
    times[1][i] = store_put(store, order, false);
    times[2][i] = store_put(store, order, true);
    times[3][i] = raw_get(&r, order);
    times[4][i] = store_get(store, order);
    times[5][i] = raw_walk(&r);
    times[6][i] = store_walk(store);
  }
  memcpy(times[7], times[0], sizeof times[0]);
  printf("%zu items of %d bytes in memory, %zu rounds\n", item_count, VALUE_SIZE, rounds);
  line("insert (once)", &raw_insert, &store_insert, 1);
  line("overwrite", times[0], times[1], rounds);
  line("overwrite, 2 counters", times[7], times[2], rounds);
  line("get + copy", times[3], times[4], rounds);
  line("walk + copy, per item", times[5], times[6], rounds);
  cyn_i_store_close(store);
  mdb_env_close(r.env);
  group_bench(rounds < 5 ? rounds : 5);
  free(order);
  return 0;
}
