/* What size does, in the process: how Get and Put grow from ten thousand items to a million, how much memory 100,000 items
 * take, and what a page of 1 MB costs beside the same items in queries of 100. memory: beside raw LMDB on the same bytes.
 *
 *   size_bench [ROUNDS] [CASE]     CASE: growth, memory or pages
 *   size_bench serve ITEMS         a server over a table of so many items, for growth_bench.py: prints its port, ends with its input
 *
 * "Raw" is mdb_get and a copy, mdb_put in a transaction of its own, on a map of the same flags. Growth is the time of a call
 * at a million items by that at ten thousand; ours is divided by LMDB's own. */
#include <cynamo/server.h>

#include <lmdb.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support.h"

#define FEW 10000ul
#define MANY 1000000ul
#define HELD 100000ul /* items whose memory is measured */
#define ROUNDS_MAX 31
#define GETS 100000
#define PUTS 40000
#define PORTION 256

static cyn_db *db;
static cyn_result *result;
static cyn_item_builder *builder;
static unsigned long seed = 88172645463325252ul;

typedef struct raw_store {
  MDB_env *env;
  MDB_dbi dbi;
  MDB_txn *reader;
} raw_store;
static raw_store raw;

/* ---- opening and loading ---- */

static void own_open(void) {
  cyn_error error = CYN_ERROR_INIT;
  check(cyn_open("memory:", NULL, &db, &error), &error);
}

static void raw_open(void) {
  char folder[] = "/dev/shm/size-bench-XXXXXX", link[96], target[64];
  must(mkdtemp(folder) != NULL, "mkdtemp");
  int fd = memfd_create("bench", MFD_CLOEXEC);
  snprintf(link, sizeof link, "%s/data.mdb", folder);
  snprintf(target, sizeof target, "/proc/self/fd/%d", fd);
  must(fd >= 0 && symlink(target, link) == 0, "memfd_create");
  must(mdb_env_create(&raw.env) == 0 && mdb_env_set_mapsize(raw.env, (size_t)32 << 30) == 0, "mdb_env_create");
  must(mdb_env_open(raw.env, folder, MDB_WRITEMAP | MDB_NOSYNC | MDB_NOMETASYNC | MDB_NOTLS, 0600) == 0, "mdb_env_open");
  close(fd);
  unlink(link);
  snprintf(link, sizeof link, "%s/lock.mdb", folder);
  unlink(link);
  rmdir(folder);
  MDB_txn *txn;
  must(mdb_txn_begin(raw.env, NULL, 0, &txn) == 0 && mdb_dbi_open(txn, NULL, 0, &raw.dbi) == 0 && mdb_txn_commit(txn) == 0, "mdb_dbi_open");
  must(mdb_txn_begin(raw.env, NULL, MDB_RDONLY, &raw.reader) == 0, "mdb_txn_begin");
  mdb_txn_reset(raw.reader);
}

static void raw_load(unsigned long from, unsigned long to) {
  unsigned char key[64], value[2048];
  for (unsigned long i = from; i < to;) {
    MDB_txn *txn;
    must(mdb_txn_begin(raw.env, NULL, 0, &txn) == 0, "mdb_txn_begin");
    for (int n = 0; n < 25 && i < to; n++, i++) {
      MDB_val k = {make_raw_key(i, key), key}, v = {make_raw_value(builder, i, 1, value), value};
      must(mdb_put(txn, raw.dbi, &k, &v, 0) == 0, "mdb_put");
    }
    must(mdb_txn_commit(txn) == 0, "mdb_txn_commit");
  }
}

/* ---- growth: what is given is made before the clock starts ---- */

static cyn_item given[PORTION];
static unsigned char given_bytes[PORTION][2048], given_keys[PORTION][64];
static size_t given_sizes[PORTION];

static void give(unsigned long items, bool whole) {
  for (int i = 0; i < PORTION; i++) {
    unsigned long at = random_next(&seed) % items;
    cyn_item made;
    if (whole)
      make_item(builder, at, (unsigned)random_next(&seed) % 1000, &made);
    else
      make_key(builder, at, &made);
    memcpy(given_bytes[i], made.data, made.size);
    given[i] = (cyn_item){given_bytes[i], made.size, NULL};
    given_sizes[i] = make_raw_key(at, given_keys[i]);
  }
}

static void own_get(int i) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_get_item_input input = CYN_GET_ITEM_INPUT_INIT;
  const cyn_get_item_output *output;
  input.table_name = cyn_str("bench");
  input.key = given[i];
  check(cyn_get_item(db, &input, result, &output, &error), &error);
  must(output->item.data != NULL, "GetItem");
}

static void raw_get(int i) {
  static unsigned char sink[2048];
  MDB_val k = {given_sizes[i], given_keys[i]}, v;
  must(mdb_txn_renew(raw.reader) == 0 && mdb_get(raw.reader, raw.dbi, &k, &v) == 0, "mdb_get");
  memcpy(sink, v.mv_data, v.mv_size);
  __asm__ volatile("" : : "r"(sink) : "memory"); /* the copy is made */
  mdb_txn_reset(raw.reader);
}

static void own_put(int i) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_put_item_input input = CYN_PUT_ITEM_INPUT_INIT;
  const cyn_put_item_output *output;
  input.table_name = cyn_str("bench");
  input.item = given[i];
  check(cyn_put_item(db, &input, result, &output, &error), &error);
}

static void raw_put(int i) {
  MDB_val k = {given_sizes[i], given_keys[i]}, v = {given[i].size + 4, given_bytes[i]};
  MDB_txn *txn;
  must(mdb_txn_begin(raw.env, NULL, 0, &txn) == 0 && mdb_put(txn, raw.dbi, &k, &v, 0) == 0 && mdb_txn_commit(txn) == 0, "mdb_put");
}

typedef struct pace {
  double get, put; /* nanoseconds a call */
} pace;

static double timed(void (*call)(int), unsigned long items, bool whole, int count) {
  double total = 0;
  for (int done = 0; done < count; done += PORTION) {
    give(items, whole);
    double start = now_ns();
    for (int i = 0; i < PORTION; i++) call(i);
    total += now_ns() - start;
  }
  return total / ((count + PORTION - 1) / PORTION * PORTION);
}

/* Both sides in turn; medians. */
static void paces(unsigned long items, size_t rounds, pace *own, pace *other) {
  double times[4][ROUNDS_MAX];
  for (size_t i = 0; i < rounds; i++) {
    times[0][i] = timed(raw_get, items, false, GETS);
    times[1][i] = timed(own_get, items, false, GETS);
    times[2][i] = timed(raw_put, items, true, PUTS);
    times[3][i] = timed(own_put, items, true, PUTS);
  }
  *other = (pace){median_of(times[0], rounds), median_of(times[2], rounds)};
  *own = (pace){median_of(times[1], rounds), median_of(times[3], rounds)};
}

static void growth_line(const char *name, double own_few, double own_many, double raw_few, double raw_many) {
  double own = own_many / own_few, other = raw_many / raw_few;
  printf("%s at 1 million / at 10 thousand  %6.0f / %5.0f ns = %.2f   raw %6.0f / %5.0f ns = %.2f   ratio %6.2f   at most 1.2\n", name, own_many,
         own_few, own, raw_many, raw_few, other, own / other);
}

static void growth(size_t rounds) {
  pace own[2], other[2];
  own_open();
  raw_open();
  create_table(db, "bench");
  load_items(db, "bench", FEW);
  raw_load(0, FEW);
  paces(FEW, rounds, &own[0], &other[0]);
  load_items(db, "bench", MANY);
  raw_load(FEW, MANY);
  paces(MANY, rounds, &own[1], &other[1]);
  growth_line("GetItem", own[0].get, own[1].get, other[0].get, other[1].get);
  growth_line("PutItem", own[0].put, own[1].put, other[0].put, other[1].put);
  cyn_db_close(db);
  mdb_txn_abort(raw.reader);
  mdb_env_close(raw.env);
}

/* ---- memory ---- */

/* Bytes that the process holds, memory files included. */
static double resident(void) {
  unsigned long pages = 0, held = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  must(file != NULL && fscanf(file, "%lu %lu", &pages, &held) == 2, "/proc/self/statm");
  fclose(file);
  return (double)held * (double)sysconf(_SC_PAGESIZE);
}

/* What the user has given: keys and items, as DynamoDB counts them (names and values). */
static double data_bytes(unsigned long count) {
  double sum = 0;
  for (unsigned long i = 0; i < count; i += SORT_KEYS) {
    cyn_item item;
    make_item(builder, i, 1, &item);
    uint32_t size;
    memcpy(&size, item.data + 1, sizeof size); /* the header's count (docs/format.md) */
    sum += (double)size * SORT_KEYS;
  }
  return sum;
}

/* In random order, one a call, as they come from a program: pages split where they must. */
static void own_insert(const unsigned long *order) {
  cyn_error error = CYN_ERROR_INIT;
  for (unsigned long i = 0; i < HELD; i++) {
    cyn_put_item_input input = CYN_PUT_ITEM_INPUT_INIT;
    const cyn_put_item_output *output;
    input.table_name = cyn_str("bench");
    make_item(builder, order[i], 1, &input.item);
    check(cyn_put_item(db, &input, result, &output, &error), &error);
  }
}

static void raw_insert(const unsigned long *order) {
  unsigned char key[64], value[2048];
  for (unsigned long i = 0; i < HELD; i++) {
    MDB_val k = {make_raw_key(order[i], key), key}, v = {make_raw_value(builder, order[i], 1, value), value};
    MDB_txn *txn;
    must(mdb_txn_begin(raw.env, NULL, 0, &txn) == 0 && mdb_put(txn, raw.dbi, &k, &v, 0) == 0 && mdb_txn_commit(txn) == 0, "mdb_put");
  }
}

static void memory(void) {
  unsigned long *order = malloc(HELD * sizeof *order);
  must(order != NULL, "malloc");
  for (unsigned long i = 0; i < HELD; i++) order[i] = i;
  for (unsigned long i = HELD - 1; i > 0; i--) {
    unsigned long j = random_next(&seed) % (i + 1), kept = order[i];
    order[i] = order[j];
    order[j] = kept;
  }
  double data = data_bytes(HELD), before = resident();
  own_open();
  create_table(db, "bench");
  own_insert(order);
  double own = resident() - before;
  cyn_db_close(db);
  before = resident();
  raw_open();
  raw_insert(order);
  double other = resident() - before;
  mdb_txn_abort(raw.reader);
  mdb_env_close(raw.env);
  printf("100,000 items in memory  %.0f MB for %.0f MB of data   raw LMDB %.2f times   ratio %6.2f   at most 2.3\n", own / 1e6, data / 1e6,
         other / data, own / data);
  free(order);
}

/* ---- pages of 1 MB ---- */

#define PAGE_ITEMS 5000ul /* under one partition key: five pages and more */

static void make_wide_item(unsigned long i, cyn_item *out) {
  char sk[32], name[16], text[124];
  cyn_error error = CYN_ERROR_INIT;
  snprintf(sk, sizeof sk, "order#%08lu", i);
  cyn_item_builder_reset(builder);
  cyn_item_put_string(builder, cyn_str("pk"), cyn_str("wide"));
  cyn_item_put_string(builder, cyn_str("sk"), cyn_str(sk));
  cyn_item_put_int(builder, cyn_str("n"), (int64_t)i);
  memset(text, 'a' + (int)(i % 26), sizeof text);
  for (int k = 0; k < 7; k++) {
    snprintf(name, sizeof name, "attribute%d", k);
    cyn_item_put_string(builder, cyn_str(name), (cyn_bytes){text, sizeof text});
  }
  check(cyn_item_builder_finish(builder, out, &error), &error);
}

static cyn_item wide_key; /* :pk */

/* The whole partition, in pages of `limit` items (0: of 1 MB); nanoseconds an item. */
static double query_all(int limit) {
  cyn_error error = CYN_ERROR_INIT;
  static unsigned char last[512];
  cyn_item start = {NULL, 0, NULL};
  size_t items = 0;
  double begin = now_ns();
  do {
    cyn_query_input input = CYN_QUERY_INPUT_INIT;
    const cyn_query_output *output;
    input.table_name = cyn_str("bench");
    input.key_condition_expression = cyn_str("pk = :pk");
    input.expression_attribute_values = wide_key;
    input.exclusive_start_key = start;
    if (limit != 0) input.limit = cyn_int(limit);
    check(cyn_query(db, &input, result, &output, &error), &error);
    items += output->items.count;
    start = output->last_evaluated_key;
    must(start.size <= sizeof last, "a short key");
    if (start.data != NULL) start.data = memcpy(last, start.data, start.size);
  } while (start.data != NULL);
  must(items == PAGE_ITEMS, "Query");
  return (now_ns() - begin) / (double)items;
}

static double scan_all(int limit) {
  (void)limit;
  cyn_error error = CYN_ERROR_INIT;
  static unsigned char last[512];
  cyn_item start = {NULL, 0, NULL};
  size_t items = 0;
  double begin = now_ns();
  do {
    cyn_scan_input input = CYN_SCAN_INPUT_INIT;
    const cyn_scan_output *output;
    input.table_name = cyn_str("bench");
    input.exclusive_start_key = start;
    check(cyn_scan(db, &input, result, &output, &error), &error);
    items += output->items.count;
    start = output->last_evaluated_key;
    must(start.size <= sizeof last, "a short key");
    if (start.data != NULL) start.data = memcpy(last, start.data, start.size);
  } while (start.data != NULL);
  must(items == PAGE_ITEMS, "Scan");
  return (now_ns() - begin) / (double)items;
}

static void pages_line(const char *name, double (*run)(int), size_t rounds) {
  double large[ROUNDS_MAX], small[ROUNDS_MAX], ratios[ROUNDS_MAX];
  (void)run(0);
  (void)query_all(100);
  for (size_t i = 0; i < rounds; i++) {
    small[i] = query_all(100);
    large[i] = run(0);
    ratios[i] = large[i] / small[i];
  }
  printf("%s in pages of 1 MB  %5.0f ns an item   in queries of 100 %5.0f ns   ratio %6.2f   at most 1.5\n", name, median_of(large, rounds),
         median_of(small, rounds), median_of(ratios, rounds));
}

static void pages(size_t rounds) {
  cyn_error error = CYN_ERROR_INIT;
  own_open();
  create_table(db, "bench");
  for (unsigned long i = 0; i < PAGE_ITEMS; i++) {
    cyn_put_item_input input = CYN_PUT_ITEM_INPUT_INIT;
    const cyn_put_item_output *output;
    input.table_name = cyn_str("bench");
    make_wide_item(i, &input.item);
    check(cyn_put_item(db, &input, result, &output, &error), &error);
  }
  cyn_item_builder *values = cyn_item_builder_new();
  cyn_item_put_string(values, cyn_str(":pk"), cyn_str("wide"));
  check(cyn_item_builder_finish(values, &wide_key, &error), &error);
  pages_line("Query", query_all, rounds);
  pages_line("Scan", scan_all, rounds);
  cyn_item_builder_destroy(values);
  cyn_db_close(db);
}

static int serve(unsigned long items) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_server *server;
  cyn_server_options options = CYN_SERVER_OPTIONS_INIT;
  cyn_db_options db_options = CYN_DB_OPTIONS_INIT;
  db_options.region = cyn_str("us-east-1");
  options.port = cyn_int(0);
  check(cyn_open("memory:", &db_options, &db, &error), &error);
  create_table(db, "bench");
  load_items(db, "bench", items);
  check(cyn_server_start(db, &options, &server, &error), &error);
  printf("%d\n", cyn_server_port(server));
  fflush(stdout);
  while (getchar() != EOF) continue;
  cyn_server_stop(server);
  cyn_db_close(db);
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "serve") == 0) return serve(strtoul(argv[2], NULL, 10));
  size_t rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 5;
  const char *only = argc > 2 ? argv[2] : "";
  if (rounds < 1 || rounds > ROUNDS_MAX) rounds = 5;
  builder = cyn_item_builder_new();
  result = cyn_result_new();
  if (strstr("memory", only) != NULL) memory();
  if (strstr("pages", only) != NULL) pages(rounds * 4 < ROUNDS_MAX ? rounds * 4 : ROUNDS_MAX);
  if (strstr("growth", only) != NULL) growth(rounds);
  cyn_result_destroy(result);
  cyn_item_builder_destroy(builder);
  return 0;
}
