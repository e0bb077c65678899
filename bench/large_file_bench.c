/* A file larger than the memory allowed to it: the engine on file: beside raw LMDB's own calls on a file of the same bytes.
 *
 *   large_file_bench load    cynamo|raw|raw-without-readahead FOLDER ITEMS
 *   large_file_bench measure cynamo|raw|raw-without-readahead FOLDER ITEMS SECONDS
 *
 * bench/large_file_bench.py limits the memory and runs both steps for each side. Loading syncs nothing until its end and
 * reads nothing ahead; what is measured then is durable, as file: and LMDB are unless told otherwise. A line for each kind
 * of call: its name, calls, the 50th and 99th percentile, the mean and the CPU of the process, all in µs a call, and the
 * pages read from the disk a call. */
#include <sys/resource.h>

#include "raw_lmdb.h"

#define CALLS_MAX 200000
#define HOT_PART 100 /* "in use" is a hundredth of the items */

static unsigned long seed = 88172645463325252ul;
static unsigned long item_count;
static double *samples;

/* ---- Cynamo ---- */

static cyn_db *db;
static cyn_result *result;
static cyn_item_builder *builder;
static cyn_error error;

static void cynamo_open(const char *folder, int is_loading) {
  char url[512];
  snprintf(url, sizeof url, "file:%s?durability=%s", folder, is_loading ? "unsafe" : "strict");
  check(cyn_open(url, NULL, &db, &error), &error);
  result = cyn_result_new();
  builder = cyn_item_builder_new();
  must(result != NULL && builder != NULL, "memory");
}

static void cynamo_close(void) {
  cyn_item_builder_destroy(builder);
  cyn_result_destroy(result);
  cyn_db_close(db);
}

static void cynamo_load(void) {
  create_table(db, "bench");
  load_items(db, "bench", item_count);
}

static void cynamo_get(unsigned long i) {
  cyn_item key;
  make_key(builder, i, &key);
  get_item(db, result, "bench", key);
}

static void cynamo_put(unsigned long i) {
  cyn_item item;
  make_item(builder, i, 2, &item);
  put_item(db, result, "bench", item);
}

static void cynamo_query(unsigned long i) {
  char pk[32], sk[32];
  key_names(i, pk, sk);
  cyn_item_builder_reset(builder);
  cyn_item_put_string(builder, cyn_str(":pk"), cyn_str(pk));
  cyn_query_input input = CYN_QUERY_INPUT_INIT;
  input.table_name = cyn_str("bench");
  input.key_condition_expression = cyn_str("pk = :pk");
  check(cyn_item_builder_finish(builder, &input.expression_attribute_values, &error), &error);
  const cyn_query_output *output;
  check(cyn_query(db, &input, result, &output, &error), &error);
  must(output->items.count == SORT_KEYS, "Query");
}

/* ---- raw LMDB ---- */

static lmdb raw;
static unsigned char sink[1 << 20];
static unsigned char value_bytes[2048];

static void raw_open(const char *folder, unsigned flags) {
  lmdb_open(&raw, folder, flags);
  builder = cyn_item_builder_new();
  must(builder != NULL, "memory");
}

static void raw_close(void) {
  cyn_item_builder_destroy(builder);
  must(mdb_env_sync(raw.env, 1) == 0, "mdb_env_sync");
  lmdb_close(&raw);
}

static void raw_get(unsigned long i) {
  unsigned char key[64];
  lmdb_get(&raw, (MDB_val){make_raw_key(i, key), key}, sink);
}

static void raw_put(unsigned long i) {
  unsigned char key[64];
  lmdb_put(&raw, (MDB_val){make_raw_key(i, key), key}, (MDB_val){make_raw_value(builder, i, 2, value_bytes), value_bytes});
}

static void raw_query(unsigned long i) {
  unsigned char key[64];
  MDB_val wanted = {make_raw_key(i / SORT_KEYS * SORT_KEYS, key), key}, found;
  MDB_cursor *cursor;
  must(mdb_txn_renew(raw.reader) == 0 && mdb_cursor_open(raw.reader, raw.dbi, &cursor) == 0, "mdb_cursor_open");
  int code = mdb_cursor_get(cursor, &wanted, &found, MDB_SET_RANGE);
  size_t used = 0;
  for (int k = 0; k < SORT_KEYS && code == 0; k++) {
    memcpy(sink + used, found.mv_data, found.mv_size);
    used += found.mv_size;
    code = mdb_cursor_get(cursor, &wanted, &found, MDB_NEXT);
  }
  mdb_cursor_close(cursor);
  mdb_txn_reset(raw.reader);
}

/* ---- measuring ---- */

static double cpu_us(const struct rusage *usage) {
  return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1e6 + (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec);
}

/* Calls with random numbers of the first `range` items, until the time or the array is full. */
static void measure(const char *name, void (*run)(unsigned long), unsigned long range, double seconds) {
  struct rusage before, after;
  getrusage(RUSAGE_SELF, &before);
  double begin = now_ns(), now = begin, total;
  size_t count = 0;
  while (count < CALLS_MAX && now - begin < seconds * 1e9) {
    run(random_next(&seed) % range);
    double then = now;
    now = now_ns();
    samples[count++] = now - then;
  }
  total = now - begin;
  getrusage(RUSAGE_SELF, &after);
  qsort(samples, count, sizeof *samples, compare_doubles);
  printf("%s\t%zu\t%.1f\t%.1f\t%.1f\t%.1f\t%.3f\n", name, count, samples[count / 2] / 1e3, samples[count * 99 / 100] / 1e3,
         total / (double)count / 1e3, (cpu_us(&after) - cpu_us(&before)) / (double)count,
         (double)(after.ru_majflt - before.ru_majflt) / (double)count);
  fflush(stdout);
}

static void measure_all(void (*get)(unsigned long), void (*put)(unsigned long), void (*query)(unsigned long), double seconds) {
  unsigned long hot = item_count / HOT_PART;
  measure("get", get, item_count, seconds);
  measure("query of 100", query, item_count, seconds);
  measure("put", put, item_count, seconds);
  for (unsigned long i = 0; i < hot; i += SORT_KEYS) query(i);
  measure("get of what is in use", get, hot, seconds);
}

/* "memory": MB that only this process has, MB of the file that it has mapped and are resident. */
static void print_memory(void) {
  char line[128];
  double anonymous = 0, file = 0;
  FILE *status = fopen("/proc/self/status", "r");
  must(status != NULL, "/proc/self/status");
  while (fgets(line, sizeof line, status) != NULL) {
    if (strncmp(line, "RssAnon:", 8) == 0) anonymous = (double)strtol(line + 8, NULL, 10) / 1e3;
    if (strncmp(line, "RssFile:", 8) == 0) file = (double)strtol(line + 8, NULL, 10) / 1e3;
  }
  fclose(status);
  printf("memory\t%.1f\t%.1f\n", anonymous, file);
}

static void load(const char *folder, int is_raw) {
  struct rusage usage;
  double begin = now_ns();
  if (is_raw) {
    raw_open(folder, MDB_NOSYNC | MDB_NORDAHEAD);
    lmdb_load(&raw, builder, 0, item_count, 25);
    raw_close();
  } else {
    cynamo_open(folder, 1);
    cynamo_load();
    cynamo_close();
  }
  getrusage(RUSAGE_SELF, &usage);
  printf("load\t%lu\t%.1f\t%.1f\n", item_count, (now_ns() - begin) / 1e9, cpu_us(&usage) / 1e6);
}

int main(int argc, char **argv) {
  must(argc >= 5, "large_file_bench load|measure cynamo|raw|raw-without-readahead FOLDER ITEMS [SECONDS]: the arguments");
  int is_raw = strncmp(argv[2], "raw", 3) == 0;
  item_count = strtoul(argv[4], NULL, 10) / SORT_KEYS * SORT_KEYS;
  must(item_count >= SORT_KEYS * HOT_PART, "10,000 items at least: the arguments");
  if (strcmp(argv[1], "load") == 0) {
    load(argv[3], is_raw);
    return 0;
  }
  double seconds = argc > 5 ? strtod(argv[5], NULL) : 5;
  samples = malloc(CALLS_MAX * sizeof *samples);
  must(samples != NULL, "malloc");
  if (is_raw) raw_open(argv[3], strcmp(argv[2], "raw") == 0 ? 0 : MDB_NORDAHEAD);
  else cynamo_open(argv[3], 0);
  if (is_raw) measure_all(raw_get, raw_put, raw_query, seconds);
  else measure_all(cynamo_get, cynamo_put, cynamo_query, seconds);
  print_memory();
  if (is_raw) raw_close();
  else cynamo_close();
  free(samples);
  return 0;
}
