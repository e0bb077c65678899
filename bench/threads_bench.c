/* Several threads on one database, in the process: how reads grow with threads, how long a read takes beside durable
 * writers, and what a group commit gives beside raw LMDB with as many puts in each of its commits.
 *
 *   threads_bench FOLDER [ROUNDS] [CASE]     FOLDER: on the disk that is measured; CASE: grow, reader or group
 *
 * "Raw" is LMDB's own calls on the same bytes and the same file system. How many writes a commit of ours took on average
 * is told by LMDB's own transaction number, which each commit raises by one: it stands on the file's two meta pages. */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>

#include "raw_lmdb.h"

#define ITEMS 10000ul
#define ROUNDS_MAX 25
#define GROW_ROUNDS 25 /* short ones: what else the machine does hits a few of them, and the median is of the others */
#define GROW_SECONDS 0.1
#define READER_SECONDS 1.5
#define GROUP_SECONDS 1.5
#define WRITERS_BESIDE_READER 8
#define CLIENTS 64
#define SAMPLES_MAX 8000000

static char folder[512];
static unsigned char raw_keys[ITEMS][64];
static unsigned char raw_key_sizes[ITEMS];
static cyn_item keys[ITEMS];
static atomic_bool go, stop;

/* ---- the two sides ---- */

static MDB_val raw_key(unsigned long i) { return (MDB_val){raw_key_sizes[i], raw_keys[i]}; }

static void raw_open(lmdb *raw, bool in_memory, const char *name) {
  cyn_item_builder *builder = cyn_item_builder_new();
  char path[640];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  if (in_memory) lmdb_open_memory(raw);
  else lmdb_open(raw, path, 0);
  lmdb_load(raw, builder, 0, ITEMS, ITEMS);
  cyn_item_builder_destroy(builder);
}

static cyn_db *own_open(bool in_memory, const char *name) {
  char url[700];
  cyn_db *db;
  cyn_error error = CYN_ERROR_INIT;
  snprintf(url, sizeof url, in_memory ? "memory:" : "file:%s/%s", folder, name);
  check(cyn_open(url, NULL, &db, &error), &error);
  create_table(db, "bench");
  load_items(db, "bench", ITEMS);
  return db;
}

/* ---- threads ---- */

typedef struct worker {
  _Alignas(128) pthread_t thread; /* no two share a cache line: what they write is their own */
  cyn_db *db;           /* ours, or … */
  lmdb *raw;       /* … raw LMDB */
  unsigned long seed;
  unsigned long done;   /* operations */
  uint32_t *latencies;  /* nanoseconds of each, where they are wanted */
} worker;

/* Each on a core of its own where there are as many: two that start on one core would be moved some time later. */
static void worker_start(worker *w, size_t number, void *(*run)(void *)) {
  must(pthread_create(&w->thread, NULL, run, w) == 0, "pthread_create");
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(number % (size_t)sysconf(_SC_NPROCESSORS_ONLN), &cores);
  (void)pthread_setaffinity_np(w->thread, sizeof cores, &cores);
}

static void workers_run(worker *workers, size_t count, void *(*run)(void *), double seconds, int first_core) {
  atomic_store(&go, false);
  atomic_store(&stop, false);
  for (size_t i = 0; i < count; i++) {
    workers[i].seed = 88172645463325252ul + i * 7919;
    if (first_core >= 0)
      worker_start(&workers[i], (size_t)first_core + i, run);
    else
      must(pthread_create(&workers[i].thread, NULL, run, &workers[i]) == 0, "pthread_create");
  }
  atomic_store(&go, true);
  struct timespec wait = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
  nanosleep(&wait, NULL);
  atomic_store(&stop, true);
  for (size_t i = 0; i < count; i++) pthread_join(workers[i].thread, NULL);
}

static void *own_reader(void *argument) {
  worker *w = argument;
  cyn_error error = CYN_ERROR_INIT;
  cyn_result *result = cyn_result_new();
  while (!atomic_load(&go)) continue;
  while (!atomic_load_explicit(&stop, memory_order_relaxed)) {
    double start = w->latencies != NULL ? now_ns() : 0;
    cyn_get_item_input input = CYN_GET_ITEM_INPUT_INIT;
    input.table_name = cyn_str("bench");
    input.key = keys[random_next(&w->seed) % ITEMS];
    const cyn_get_item_output *output;
    check(cyn_get_item(w->db, &input, result, &output, &error), &error);
    must(output->item.data != NULL, "GetItem");
    if (w->latencies != NULL && w->done < SAMPLES_MAX) w->latencies[w->done] = (uint32_t)(now_ns() - start);
    w->done++;
  }
  cyn_result_destroy(result);
  return NULL;
}

static void *raw_reader(void *argument) {
  worker *w = argument;
  unsigned char sink[2048];
  MDB_txn *txn;
  must(mdb_txn_begin(w->raw->env, NULL, MDB_RDONLY, &txn) == 0, "mdb_txn_begin");
  mdb_txn_reset(txn);
  while (!atomic_load(&go)) continue;
  while (!atomic_load_explicit(&stop, memory_order_relaxed)) {
    double start = w->latencies != NULL ? now_ns() : 0;
    MDB_val found, wanted = raw_key(random_next(&w->seed) % ITEMS);
    must(mdb_txn_renew(txn) == 0 && mdb_get(txn, w->raw->dbi, &wanted, &found) == 0, "mdb_get");
    memcpy(sink, found.mv_data, found.mv_size);
    __asm__ volatile("" : : "r"(sink) : "memory"); /* the copy is made */
    mdb_txn_reset(txn);
    if (w->latencies != NULL && w->done < SAMPLES_MAX) w->latencies[w->done] = (uint32_t)(now_ns() - start);
    w->done++;
  }
  mdb_txn_abort(txn);
  return NULL;
}

static void *own_writer(void *argument) {
  worker *w = argument;
  cyn_error error = CYN_ERROR_INIT;
  cyn_result *result = cyn_result_new();
  cyn_item_builder *builder = cyn_item_builder_new();
  while (!atomic_load(&stop)) {
    cyn_put_item_input input = CYN_PUT_ITEM_INPUT_INIT;
    input.table_name = cyn_str("bench");
    make_item(builder, random_next(&w->seed) % ITEMS, (unsigned)++w->done, &input.item);
    const cyn_put_item_output *output;
    check(cyn_put_item(w->db, &input, result, &output, &error), &error);
  }
  cyn_item_builder_destroy(builder);
  cyn_result_destroy(result);
  return NULL;
}

/* ---- reads of one thread and of two ---- */

static double rate(cyn_db *db, lmdb *raw, size_t threads, int first_core) {
  worker workers[2] = {{.db = db, .raw = raw}, {.db = db, .raw = raw}};
  workers_run(workers, threads, db != NULL ? own_reader : raw_reader, GROW_SECONDS, first_core);
  double sum = 0;
  for (size_t i = 0; i < threads; i++) sum += (double)workers[i].done;
  return sum / GROW_SECONDS;
}

/* Of one thread, on either core: they are not equally free. */
static double one(cyn_db *db, lmdb *raw) { return (rate(db, raw, 1, 0) + rate(db, raw, 1, 1)) / 2; }

static void grow(bool in_memory) {
  const size_t rounds = GROW_ROUNDS;
  lmdb raw;
  cyn_db *db = own_open(in_memory, in_memory ? "" : "grow");
  raw_open(&raw, in_memory, in_memory ? "raw-grow-memory" : "raw-grow");
  double own_one[ROUNDS_MAX], own_growth[ROUNDS_MAX], raw_growth[ROUNDS_MAX];
  for (size_t i = 0; i < rounds; i++) {
    raw_growth[i] = rate(NULL, &raw, 2, 0) / one(NULL, &raw);
    own_one[i] = one(db, NULL);
    own_growth[i] = rate(db, NULL, 2, 0) / own_one[i];
  }
  printf("GetItem, two threads to one, %-8s %9.0f a second in one thread   raw grows %5.2f   growth %6.2f   at least 1.8\n",
         in_memory ? "memory:" : "file:", median_of(own_one, rounds), median_of(raw_growth, rounds), median_of(own_growth, rounds));
  cyn_db_close(db);
  lmdb_close(&raw);
}

/* ---- a reader beside durable writers ---- */

static int compare_latencies(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

/* The 99th percentile of GetItem in nanoseconds, while `writers` write. */
static double reader_p99(cyn_db *db, uint32_t *latencies, size_t writers, double *writes_a_second) {
  worker reader = {.db = db, .latencies = latencies, .seed = 1234567}, beside[WRITERS_BESIDE_READER] = {0};
  atomic_store(&stop, false);
  for (size_t i = 0; i < writers; i++) {
    beside[i] = (worker){.db = db, .seed = 42 + i};
    must(pthread_create(&beside[i].thread, NULL, own_writer, &beside[i]) == 0, "pthread_create");
  }
  workers_run(&reader, 1, own_reader, READER_SECONDS, -1);
  double sum = 0;
  for (size_t i = 0; i < writers; i++) {
    pthread_join(beside[i].thread, NULL);
    sum += (double)beside[i].done;
  }
  *writes_a_second = sum / READER_SECONDS;
  size_t count = reader.done < SAMPLES_MAX ? reader.done : SAMPLES_MAX;
  qsort(latencies, count, sizeof *latencies, compare_latencies);
  return latencies[count * 99 / 100];
}

static void reader_beside_writers(size_t rounds) {
  cyn_db *db = own_open(false, "reader");
  uint32_t *latencies = malloc(SAMPLES_MAX * sizeof *latencies);
  must(latencies != NULL, "malloc");
  double quiet[ROUNDS_MAX], busy[ROUNDS_MAX], ratios[ROUNDS_MAX], writes[ROUNDS_MAX], none;
  for (size_t i = 0; i < rounds; i++) {
    quiet[i] = reader_p99(db, latencies, 0, &none);
    busy[i] = reader_p99(db, latencies, WRITERS_BESIDE_READER, &writes[i]);
    ratios[i] = busy[i] / quiet[i];
  }
  printf("GetItem's p99 beside %d durable writers %7.0f ns   quiet %7.0f ns   (%.0f writes a second)   ratio %6.2f   under 3\n",
         WRITERS_BESIDE_READER, median_of(busy, rounds), median_of(quiet, rounds), median_of(writes, rounds), median_of(ratios, rounds));
  free(latencies);
  cyn_db_close(db);
}

/* ---- group commit ---- */

/* LMDB's transaction number: on page 0 or 1, behind the page's head (16 bytes) and the meta record's other fields. */
static uint64_t last_txn(const char *name) {
  char path[640];
  uint64_t found[2];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  strcat(path, "/data.mdb");
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  must(fd >= 0, "open");
  for (int i = 0; i < 2; i++) must(pread(fd, &found[i], 8, sysconf(_SC_PAGESIZE) * i + 16 + 128) == 8, "pread");
  close(fd);
  return found[0] > found[1] ? found[0] : found[1];
}

/* Durable puts a second of 64 threads; *batch: puts a commit. */
static double own_group(cyn_db *db, double *batch) {
  worker workers[CLIENTS];
  for (size_t i = 0; i < CLIENTS; i++) workers[i] = (worker){.db = db};
  uint64_t before = last_txn("group");
  double start = now_ns();
  workers_run(workers, CLIENTS, own_writer, GROUP_SECONDS, -1);
  double seconds = (now_ns() - start) / 1e9, sum = 0;
  for (size_t i = 0; i < CLIENTS; i++) sum += (double)workers[i].done;
  *batch = sum / (double)(last_txn("group") - before);
  return sum / seconds;
}

static double raw_group(lmdb *raw, size_t batch, unsigned long *seed) {
  static unsigned char value[2048];
  cyn_item_builder *builder = cyn_item_builder_new();
  double start = now_ns(), sum = 0;
  for (unsigned version = 2; now_ns() - start < GROUP_SECONDS * 1e9; version++) {
    MDB_txn *txn;
    must(mdb_txn_begin(raw->env, NULL, 0, &txn) == 0, "mdb_txn_begin");
    for (size_t i = 0; i < batch; i++) {
      unsigned long at = random_next(seed) % ITEMS;
      MDB_val k = raw_key(at), v = {make_raw_value(builder, at, version, value), value};
      must(mdb_put(txn, raw->dbi, &k, &v, 0) == 0, "mdb_put");
    }
    must(mdb_txn_commit(txn) == 0, "mdb_txn_commit");
    sum += (double)batch;
  }
  cyn_item_builder_destroy(builder);
  return sum / ((now_ns() - start) / 1e9);
}

static void group(size_t rounds) {
  lmdb raw;
  cyn_db *db = own_open(false, "group");
  raw_open(&raw, false, "raw-group");
  unsigned long seed = 99;
  double own[ROUNDS_MAX], raws[ROUNDS_MAX], ratios[ROUNDS_MAX], batches[ROUNDS_MAX];
  for (size_t i = 0; i < rounds; i++) {
    own[i] = own_group(db, &batches[i]);
    raws[i] = raw_group(&raw, (size_t)(batches[i] + 0.5), &seed);
    ratios[i] = own[i] / raws[i];
  }
  printf("%d clients writing durably %9.0f puts a second   raw %9.0f   (%.1f puts a commit)   ratio %6.2f   at least 0.7\n", CLIENTS,
         median_of(own, rounds), median_of(raws, rounds), median_of(batches, rounds), median_of(ratios, rounds));
  cyn_db_close(db);
  lmdb_close(&raw);
}

int main(int argc, char **argv) {
  size_t rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 3;
  const char *only = argc > 3 ? argv[3] : "";
  if (rounds < 1 || rounds > ROUNDS_MAX) rounds = 3;
  char command[600];
  must(argc > 1 && snprintf(folder, sizeof folder, "%s/threads-bench.XXXXXX", argv[1]) < (int)sizeof folder, "threads_bench FOLDER");
  must(mkdtemp(folder) != NULL, "mkdtemp");
  make_both_keys(ITEMS, keys, raw_keys, raw_key_sizes);
  if (strstr("grow", only) != NULL) grow(true);
  if (strstr("grow", only) != NULL) grow(false);
  if (strstr("reader", only) != NULL) reader_beside_writers(rounds);
  if (strstr("group", only) != NULL) group(rounds);
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command) != 0;
}
