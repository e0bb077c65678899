/* What size does, in the process: how Get and Put grow from ten thousand items to a million, how much memory 100,000 items
 * take, and what a page of 1 MB costs beside the same items in queries of 100. memory: beside raw LMDB on the same bytes.
 *
 *   size_bench [ROUNDS] [CASE]     CASE: growth, memory or pages
 *   size_bench serve ITEMS         a server over a table of so many items, for growth_bench.py: prints its port, ends with its input
 *
 * "Raw" is mdb_get and a copy, mdb_put in a transaction of its own, on a map of the same flags. Growth is the time of a call
 * at a million items by that at ten thousand; ours is divided by LMDB's own. */
#include <cynamo/server.h>

#include "raw_lmdb.h"

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

static lmdb raw;

static void own_open(void) {
  cyn_error error = CYN_ERROR_INIT;
  check(cyn_open("memory:", NULL, &db, &error), &error);
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

static void own_get(int i) { get_item(db, result, "bench", given[i]); }

static void raw_get(int i) {
  static unsigned char sink[2048];
  lmdb_get(&raw, (MDB_val){given_sizes[i], given_keys[i]}, sink);
}

static void own_put(int i) { put_item(db, result, "bench", given[i]); }

static void raw_put(int i) {
  lmdb_put(&raw, (MDB_val){given_sizes[i], given_keys[i]}, (MDB_val){given[i].size + 4, given_bytes[i]});
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
  lmdb_open_memory(&raw);
  create_table(db, "bench");
  load_items(db, "bench", FEW);
  lmdb_load(&raw, builder, 0, FEW, 25);
  paces(FEW, rounds, &own[0], &other[0]);
  load_items(db, "bench", MANY);
  lmdb_load(&raw, builder, FEW, MANY, 25);
  paces(MANY, rounds, &own[1], &other[1]);
  growth_line("GetItem", own[0].get, own[1].get, other[0].get, other[1].get);
  growth_line("PutItem", own[0].put, own[1].put, other[0].put, other[1].put);
  cyn_db_close(db);
  lmdb_close(&raw);
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
  cyn_item item;
  for (unsigned long i = 0; i < HELD; i++) {
    make_item(builder, order[i], 1, &item);
    put_item(db, result, "bench", item);
  }
}

static void raw_insert(const unsigned long *order) {
  unsigned char key[64], value[2048];
  for (unsigned long i = 0; i < HELD; i++)
    lmdb_put(&raw, (MDB_val){make_raw_key(order[i], key), key}, (MDB_val){make_raw_value(builder, order[i], 1, value), value});
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
  lmdb_open_memory(&raw);
  raw_insert(order);
  double other = resident() - before;
  lmdb_close(&raw);
  printf("100,000 items in memory  %.0f MB for %.0f MB of data   raw LMDB %.2f times   ratio %6.2f   at most 2.3\n", own / 1e6, data / 1e6,
         other / data, own / data);
  free(order);
}

/* ---- pages of 1 MB ---- */

#define PAGE_ITEMS 5000ul /* under one partition key: five pages and more */

static cyn_item wide_key; /* :pk */

/* A page from `start` on: the number of its items, and where the next one starts. `limit` 0: of 1 MB. */
typedef size_t page_call(int limit, cyn_item *start);

static size_t query_page(int limit, cyn_item *start) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_query_input input = CYN_QUERY_INPUT_INIT;
  const cyn_query_output *output;
  input.table_name = cyn_str("bench");
  input.key_condition_expression = cyn_str("pk = :pk");
  input.expression_attribute_values = wide_key;
  input.exclusive_start_key = *start;
  if (limit != 0) input.limit = cyn_int(limit);
  check(cyn_query(db, &input, result, &output, &error), &error);
  *start = output->last_evaluated_key;
  return output->items.count;
}

static size_t scan_page(int limit, cyn_item *start) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_scan_input input = CYN_SCAN_INPUT_INIT;
  const cyn_scan_output *output;
  input.table_name = cyn_str("bench");
  input.exclusive_start_key = *start;
  if (limit != 0) input.limit = cyn_int(limit);
  check(cyn_scan(db, &input, result, &output, &error), &error);
  *start = output->last_evaluated_key;
  return output->items.count;
}

/* The whole partition; nanoseconds an item. */
static double read_all(page_call *page, int limit) {
  static unsigned char last[512];
  cyn_item start = {NULL, 0, NULL};
  size_t items = 0;
  double begin = now_ns();
  do {
    items += page(limit, &start);
    must(start.size <= sizeof last, "a short key");
    if (start.data != NULL) start.data = memcpy(last, start.data, start.size);
  } while (start.data != NULL);
  must(items == PAGE_ITEMS, "all items");
  return (now_ns() - begin) / (double)items;
}

static void pages_line(const char *name, page_call *page, size_t rounds) {
  double large[ROUNDS_MAX], small[ROUNDS_MAX], ratios[ROUNDS_MAX];
  (void)read_all(page, 0);
  (void)read_all(query_page, 100);
  for (size_t i = 0; i < rounds; i++) {
    small[i] = read_all(query_page, 100);
    large[i] = read_all(page, 0);
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
    char sk[32];
    cyn_item item;
    snprintf(sk, sizeof sk, "order#%08lu", i);
    make_item_named(builder, "wide", sk, (int64_t)i, i, &item);
    put_item(db, result, "bench", item);
  }
  cyn_item_builder *values = cyn_item_builder_new();
  cyn_item_put_string(values, cyn_str(":pk"), cyn_str("wide"));
  check(cyn_item_builder_finish(values, &wide_key, &error), &error);
  pages_line("Query", query_page, rounds);
  pages_line("Scan", scan_page, rounds);
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
