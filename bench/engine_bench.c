/* The engine inside the process, beside raw LMDB on the same bytes: GetItem, PutItem, UpdateItem, Query of 100, BatchWriteItem.
 *
 *   engine_bench ITEMS ROUNDS [NAME [own]]   1 KB items of 10 attributes in memory:; medians of alternating rounds; with
 *                                            `own` without the raw side, for a profile
 *
 * "Raw" is what the machine must do at least: mdb_get and a copy, mdb_put in a transaction of its own, a cursor walk that
 * copies, on a map of the same flags with keys and values of the same bytes. */
#include <cynamo/cynamo.h>

#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define SORT_KEYS 100 /* items of one partition */
#define ROUNDS_MAX 31

static double now_ns(void) {
  struct timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static unsigned long seed = 88172645463325252ul;
static unsigned long next_random(void) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  return seed ^= seed << 17;
}

static void must(int ok, const char *what) {
  if (ok) return;
  fprintf(stderr, "engine_bench: %s failed\n", what);
  exit(1);
}

static void check(cyn_status status, cyn_error *error) {
  if (status == CYN_OK) return;
  fprintf(stderr, "engine_bench: %s: %s\n", error->name, error->message);
  exit(1);
}

/* ---- the same work in Cynamo ---- */

static cyn_db *db;
static cyn_result *result;
static cyn_error error;
static cyn_item_builder *builder, *values;

static void key_names(unsigned long i, char pk[32], char sk[32]) {
  snprintf(pk, 32, "user#%08lu", i / SORT_KEYS);
  snprintf(sk, 32, "order#%06lu", i % SORT_KEYS);
}

static void make_item(cyn_item_builder *into, unsigned long i, unsigned version) {
  char pk[32], sk[32], name[16], text[128];
  key_names(i, pk, sk);
  cyn_item_builder_reset(into);
  cyn_item_put_string(into, cyn_str("pk"), cyn_str(pk));
  cyn_item_put_string(into, cyn_str("sk"), cyn_str(sk));
  cyn_item_put_int(into, cyn_str("n"), (int64_t)version);
  memset(text, 'a' + (int)(i % 26), sizeof text);
  for (int k = 0; k < 7; k++) {
    snprintf(name, sizeof name, "attribute%d", k);
    cyn_item_put_string(into, cyn_str(name), (cyn_bytes){text, 124});
  }
}

/* `is_logged`: with two indexes and a stream of both images */
static void create_table(const char *name, int is_logged) {
  char json[2048];
  snprintf(json, sizeof json,
           "{\"TableName\":\"%s\",\"BillingMode\":\"PAY_PER_REQUEST\",\"AttributeDefinitions\":[{\"AttributeName\":\"pk\","
           "\"AttributeType\":\"S\"},{\"AttributeName\":\"sk\",\"AttributeType\":\"S\"}%s],\"KeySchema\":[{\"AttributeName\":"
           "\"pk\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"sk\",\"KeyType\":\"RANGE\"}]%s}",
           name,
           is_logged ? ",{\"AttributeName\":\"n\",\"AttributeType\":\"N\"},{\"AttributeName\":\"attribute0\",\"AttributeType\":\"S\"}" : "",
           is_logged ? ",\"StreamSpecification\":{\"StreamEnabled\":true,\"StreamViewType\":\"NEW_AND_OLD_IMAGES\"}"
                     ",\"GlobalSecondaryIndexes\":[{\"IndexName\":\"by_order\",\"KeySchema\":[{\"AttributeName\":\"sk\",\"KeyType\":\"HASH\"},"
                     "{\"AttributeName\":\"n\",\"KeyType\":\"RANGE\"}],\"Projection\":{\"ProjectionType\":\"ALL\"}},{\"IndexName\":\"by_text\","
                     "\"KeySchema\":[{\"AttributeName\":\"attribute0\",\"KeyType\":\"HASH\"}],\"Projection\":{\"ProjectionType\":\"KEYS_ONLY\"}}]"
                   : "");
  cyn_bytes output;
  check(cyn_call_json(db, "CreateTable", cyn_str(json), result, &output, &error), &error);
}

static void put(const char *table, unsigned long i, unsigned version) {
  make_item(builder, i, version);
  cyn_put_item_input input = CYN_PUT_ITEM_INPUT_INIT;
  input.table_name = cyn_str(table);
  check(cyn_item_builder_finish(builder, &input.item, &error), &error);
  const cyn_put_item_output *output;
  check(cyn_put_item(db, &input, result, &output, &error), &error);
}

/* ---- what both sides are given, made before the clock starts ---- */

static unsigned long item_count;
static cyn_item *keys;           /* one for each item */
static unsigned char (*raw_keys)[64];
static unsigned char *raw_key_sizes;
static unsigned long put_range;  /* items of the table that is put to */
static cyn_item one_and_zero;    /* :one and :zero */

/* ---- raw LMDB ---- */

static MDB_env *env;
static MDB_dbi dbi;
static MDB_txn *reader;

static size_t make_raw_key(unsigned long i, unsigned char key[64]) {
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

static void prepare_keys(void) {
  keys = calloc(item_count, sizeof *keys);
  raw_keys = calloc(item_count, sizeof *raw_keys);
  raw_key_sizes = calloc(item_count, 1);
  must(keys != NULL && raw_keys != NULL && raw_key_sizes != NULL, "calloc");
  for (unsigned long i = 0; i < item_count; i++) {
    char pk[32], sk[32];
    key_names(i, pk, sk);
    cyn_item_builder_reset(builder);
    cyn_item_put_string(builder, cyn_str("pk"), cyn_str(pk));
    cyn_item_put_string(builder, cyn_str("sk"), cyn_str(sk));
    cyn_item made;
    check(cyn_item_builder_finish(builder, &made, &error), &error);
    unsigned char *copy = malloc(made.size);
    must(copy != NULL, "malloc");
    memcpy(copy, made.data, made.size);
    keys[i] = (cyn_item){copy, made.size, NULL};
    raw_key_sizes[i] = (unsigned char)make_raw_key(i, raw_keys[i]);
  }
}

static MDB_val raw_key(unsigned long i) { return (MDB_val){raw_key_sizes[i], raw_keys[i]}; }

static void raw_put(unsigned long i, const void *bytes, size_t size) {
  MDB_val k = raw_key(i), v = {size, (void *)bytes};
  MDB_txn *txn;
  must(mdb_txn_begin(env, NULL, 0, &txn) == 0, "mdb_txn_begin");
  must(mdb_put(txn, dbi, &k, &v, 0) == 0, "mdb_put");
  must(mdb_txn_commit(txn) == 0, "mdb_txn_commit");
}

static void raw_open(void) {
  char folder[] = "/dev/shm/cyn-bench-XXXXXX", link[96], target[64];
  must(mkdtemp(folder) != NULL, "mkdtemp");
  int fd = memfd_create("bench", 0);
  snprintf(link, sizeof link, "%s/data.mdb", folder);
  snprintf(target, sizeof target, "/proc/self/fd/%d", fd);
  must(symlink(target, link) == 0, "symlink");
  must(mdb_env_create(&env) == 0 && mdb_env_set_mapsize(env, (size_t)32 << 30) == 0, "mdb_env_create");
  must(mdb_env_open(env, folder, MDB_WRITEMAP | MDB_NOSYNC | MDB_NOMETASYNC | MDB_NOTLS, 0600) == 0, "mdb_env_open");
  unlink(link);
  snprintf(link, sizeof link, "%s/lock.mdb", folder);
  unlink(link);
  rmdir(folder);
  MDB_txn *txn;
  must(mdb_txn_begin(env, NULL, 0, &txn) == 0 && mdb_dbi_open(txn, NULL, 0, &dbi) == 0 && mdb_txn_commit(txn) == 0, "mdb_dbi_open");
}

/* ---- the measured loops: each returns ns per operation ---- */

static unsigned char sample[2048];
static size_t sample_size;
static unsigned char sink[1 << 20];
static unsigned version = 2;

static double run_get(int count) {
  double start = now_ns();
  for (int k = 0; k < count; k++) {
    cyn_get_item_input input = CYN_GET_ITEM_INPUT_INIT;
    input.table_name = cyn_str("bench");
    input.key = keys[next_random() % item_count];
    const cyn_get_item_output *output;
    check(cyn_get_item(db, &input, result, &output, &error), &error);
    must(output->item.data != NULL, "GetItem");
  }
  return (now_ns() - start) / count;
}

static double raw_get(int count) {
  double start = now_ns();
  for (int k = 0; k < count; k++) {
    MDB_val found, wanted = raw_key(next_random() % item_count);
    must(mdb_txn_renew(reader) == 0 && mdb_get(reader, dbi, &wanted, &found) == 0, "mdb_get");
    memcpy(sink, found.mv_data, found.mv_size);
    mdb_txn_reset(reader);
  }
  return (now_ns() - start) / count;
}

/* Items to put: made in portions outside the clock, since building an item is its caller's work. */
#define PORTION 256
static unsigned char portion_bytes[PORTION][2048];
static cyn_item portion[PORTION];

static void make_portion(void) {
  for (int i = 0; i < PORTION; i++) {
    cyn_item made;
    make_item(builder, next_random() % put_range, version++);
    check(cyn_item_builder_finish(builder, &made, &error), &error);
    memcpy(portion_bytes[i], made.data, made.size);
    portion[i] = (cyn_item){portion_bytes[i], made.size, NULL};
  }
}

static double put_portions(const char *table, int count) {
  double total = 0;
  for (int k = 0; k < count; k += PORTION) {
    make_portion();
    double start = now_ns();
    for (int i = 0; i < PORTION; i++) {
      cyn_put_item_input input = CYN_PUT_ITEM_INPUT_INIT;
      input.table_name = cyn_str(table);
      input.item = portion[i];
      const cyn_put_item_output *output;
      check(cyn_put_item(db, &input, result, &output, &error), &error);
    }
    total += now_ns() - start;
  }
  return total / ((count + PORTION - 1) / PORTION * PORTION);
}

static double run_put(int count) { return put_portions("bench", count); }

static double raw_puts(int count) {
  double start = now_ns();
  for (int k = 0; k < count; k++) raw_put(next_random() % item_count, sample, sample_size);
  return (now_ns() - start) / count;
}

static double run_update(int count) {
  double start = now_ns();
  for (int k = 0; k < count; k++) {
    cyn_update_item_input input = CYN_UPDATE_ITEM_INPUT_INIT;
    input.table_name = cyn_str("bench");
    input.key = keys[next_random() % item_count];
    input.expression_attribute_values = one_and_zero;
    input.update_expression = cyn_str("SET n = n + :one");
    input.condition_expression = cyn_str("n > :zero");
    const cyn_update_item_output *output;
    check(cyn_update_item(db, &input, result, &output, &error), &error);
  }
  return (now_ns() - start) / count;
}

static double run_query(int count) {
  double start = now_ns();
  for (int k = 0; k < count; k++) {
    cyn_item_builder_reset(values);
    cyn_item_put_value(values, cyn_str(":pk"), cyn_item_get(keys[next_random() % item_count], cyn_str("pk")));
    cyn_query_input input = CYN_QUERY_INPUT_INIT;
    input.table_name = cyn_str("bench");
    input.key_condition_expression = cyn_str("pk = :pk");
    check(cyn_item_builder_finish(values, &input.expression_attribute_values, &error), &error);
    const cyn_query_output *output;
    check(cyn_query(db, &input, result, &output, &error), &error);
    must(output->items.count == SORT_KEYS, "Query");
  }
  return (now_ns() - start) / count;
}

static double raw_query(int count) {
  double start = now_ns();
  for (int k = 0; k < count; k++) {
    MDB_val found, wanted = raw_key(next_random() % item_count / SORT_KEYS * SORT_KEYS);
    MDB_cursor *cursor;
    must(mdb_txn_renew(reader) == 0 && mdb_cursor_open(reader, dbi, &cursor) == 0, "mdb_cursor_open");
    size_t used = 0;
    int rc = mdb_cursor_get(cursor, &wanted, &found, MDB_SET_RANGE);
    for (int i = 0; i < SORT_KEYS && rc == 0; i++) {
      memcpy(sink + used, found.mv_data, found.mv_size);
      used += found.mv_size;
      rc = mdb_cursor_get(cursor, &wanted, &found, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    mdb_txn_reset(reader);
  }
  return (now_ns() - start) / count;
}

static double run_batch(int count) {
  double total = 0;
  for (int k = 0; k < count; k++) {
    if (k % 10 == 0) make_portion();
    double start = now_ns();
    cyn_put_request puts[25];
    cyn_write_request requests[25];
    const cyn_write_request *list[25];
    for (int i = 0; i < 25; i++) {
      puts[i] = (cyn_put_request)CYN_PUT_REQUEST_INIT;
      puts[i].item = portion[k % 10 * 25 + i];
      requests[i] = (cyn_write_request)CYN_WRITE_REQUEST_INIT;
      requests[i].put_request = &puts[i];
      list[i] = &requests[i];
    }
    cyn_batch_write_item_request_map_entry entry = {cyn_str("bench"), {25, list}};
    cyn_batch_write_item_input input = CYN_BATCH_WRITE_ITEM_INPUT_INIT;
    input.request_items.count = 1;
    input.request_items.at = &entry;
    const cyn_batch_write_item_output *output;
    cyn_status status = cyn_batch_write_item(db, &input, result, &output, &error);
    total += now_ns() - start;
    if (status != CYN_OK) must(strstr(error.message, "duplicates") != NULL, "BatchWriteItem"); /* two random keys met */
  }
  return total / count;
}

static double raw_batch(int count) {
  double start = now_ns();
  for (int k = 0; k < count; k++) {
    MDB_txn *txn;
    must(mdb_txn_begin(env, NULL, 0, &txn) == 0, "mdb_txn_begin");
    unsigned long base = next_random() % item_count;
    for (int i = 0; i < 25; i++) {
      MDB_val wanted = raw_key((base + (unsigned long)i * 997) % item_count), value = {sample_size, sample};
      must(mdb_put(txn, dbi, &wanted, &value, 0) == 0, "mdb_put");
    }
    must(mdb_txn_commit(txn) == 0, "mdb_txn_commit");
  }
  return (now_ns() - start) / count;
}

/* ---- a put with two indexes and a change log ----
 * Of the two entries one moves with each put (its sort key is n, it holds the whole item) and one stays as it is, which
 * neither side writes. The log's record holds both images, the larger of the two usual kinds: more bytes on both sides.
 * Raw: the same four calls in the same order, with keys and values of the same sizes, in the order that the store gives
 * them: entries by the hash of their partition (one of SORT_KEYS) and n, records at the end of the log. */

#define LOGGED_MAX 100000ul
#define RECORD_HEAD 19         /* of a change record (docs/format.md) */
#define ENTRY_PARTITION 14     /* size:u16 and "order#000000" */
#define ENTRY_TAIL 36          /* tie-break, the item's partition behind its size, its sort key */
#define ENTRY_SIZE (13 + ENTRY_PARTITION + 5 + ENTRY_TAIL)

static unsigned char raw_record[RECORD_HEAD + 2 * sizeof sample];
static unsigned *raw_versions; /* n of the moving entry of each item */
static unsigned raw_version = 1;
static unsigned long raw_position;

static MDB_val raw_entry(unsigned long i, unsigned n, unsigned char out[ENTRY_SIZE]) {
  unsigned long hash = (i % SORT_KEYS + 1) * 0x9E3779B97F4A7C15ul;
  memset(out, 0, ENTRY_SIZE);
  out[3] = 1;
  memcpy(out + 4, &hash, 8);
  out[12] = ENTRY_PARTITION;
  memcpy(out + 13, raw_keys[i] + 28, 12);
  unsigned char *sort = out + 13 + ENTRY_PARTITION;
  for (int k = 0; k < 4; k++) sort[k] = (unsigned char)(n >> (24 - 8 * k));
  memcpy(sort + 5, raw_keys[i] + 4, ENTRY_TAIL);
  return (MDB_val){ENTRY_SIZE, out};
}

static void raw_log(MDB_txn *txn) {
  unsigned char key[16] = {0xFF, 0xFF, 0xFF, 0xFE}; /* behind all tables */
  raw_position++;
  for (int k = 0; k < 8; k++) key[8 + k] = (unsigned char)(raw_position >> (56 - 8 * k));
  MDB_val at = {sizeof key, key}, value = {RECORD_HEAD + 2 * sample_size, raw_record};
  must(mdb_put(txn, dbi, &at, &value, 0) == 0, "mdb_put");
}

static void raw_put_logged(unsigned long i) {
  MDB_txn *txn;
  unsigned char before[ENTRY_SIZE], after[ENTRY_SIZE];
  MDB_val wanted = raw_key(i), value = {sample_size, sample};
  MDB_val old_entry = raw_entry(i, raw_versions[i], before), new_entry = raw_entry(i, raw_version, after);
  must(mdb_txn_begin(env, NULL, 0, &txn) == 0, "mdb_txn_begin");
  must(mdb_put(txn, dbi, &wanted, &value, 0) == 0, "mdb_put");
  if (raw_versions[i] != 0) must(mdb_del(txn, dbi, &old_entry, NULL) == 0, "mdb_del");
  must(mdb_put(txn, dbi, &new_entry, &value, 0) == 0, "mdb_put");
  raw_log(txn);
  must(mdb_txn_commit(txn) == 0, "mdb_txn_commit");
  raw_versions[i] = raw_version++;
}

static double run_put_logged(int count) { return put_portions("logged", count); }

static double raw_put_logged_all(int count) {
  double start = now_ns();
  for (int k = 0; k < count; k++) raw_put_logged(next_random() % put_range);
  return (now_ns() - start) / count;
}

static void prepare_logged(void) {
  put_range = item_count < LOGGED_MAX ? item_count : LOGGED_MAX;
  create_table("logged", 1);
  raw_versions = calloc(put_range, sizeof *raw_versions);
  must(raw_versions != NULL, "calloc");
  for (unsigned long i = 0; i < put_range; i++) put("logged", i, 1);
  for (unsigned long i = 0; i < put_range; i++) raw_put_logged(i);
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static const char *only; /* measure only what has this in its name */
static int own_only;

static void measure(const char *name, double (*own)(int), double (*raw)(int), int count, int rounds) {
  double owns[ROUNDS_MAX], raws[ROUNDS_MAX], ratios[ROUNDS_MAX];
  if (only != NULL && strstr(name, only) == NULL) return;
  if (own_only) raw = NULL;
  (void)own(count / 10 + 1);
  if (raw != NULL) (void)raw(count / 10 + 1);
  for (int r = 0; r < rounds; r++) {
    raws[r] = raw != NULL ? raw(count) : 0;
    owns[r] = own(count);
    ratios[r] = raw != NULL ? owns[r] / raws[r] : 0;
  }
  qsort(owns, (size_t)rounds, sizeof *owns, compare);
  qsort(raws, (size_t)rounds, sizeof *raws, compare);
  qsort(ratios, (size_t)rounds, sizeof *ratios, compare);
  if (raw != NULL)
    printf("%-38s %10.0f ns %10.0f ns %8.2f\n", name, owns[rounds / 2], raws[rounds / 2], ratios[rounds / 2]);
  else
    printf("%-38s %10.0f ns\n", name, owns[rounds / 2]);
}

int main(int argc, char **argv) {
  item_count = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000;
  int rounds = argc > 2 ? atoi(argv[2]) : 5;
  if (rounds < 1 || rounds > ROUNDS_MAX) rounds = 5;
  only = argc > 3 ? argv[3] : NULL;
  own_only = argc > 4;
  item_count = (item_count + SORT_KEYS - 1) / SORT_KEYS * SORT_KEYS;
  builder = cyn_item_builder_new();
  values = cyn_item_builder_new();
  result = cyn_result_new();
  check(cyn_open("memory:", NULL, &db, &error), &error);
  put_range = item_count;
  create_table("bench", 0);
  raw_open();
  prepare_keys();
  for (unsigned long i = 0; i < item_count; i++) put("bench", i, 1);
  make_item(builder, 1, 1);
  cyn_item item;
  check(cyn_item_builder_finish(builder, &item, &error), &error);
  sample_size = item.size + 4;
  memcpy(sample, item.data, item.size);
  for (unsigned long i = 0; i < item_count; i++) raw_put(i, sample, sample_size);
  must(mdb_txn_begin(env, NULL, MDB_RDONLY, &reader) == 0, "mdb_txn_begin");
  mdb_txn_reset(reader);
  cyn_item_builder *numbers = cyn_item_builder_new();
  cyn_item_put_int(numbers, cyn_str(":one"), 1);
  cyn_item_put_int(numbers, cyn_str(":zero"), 0);
  check(cyn_item_builder_finish(numbers, &one_and_zero, &error), &error);
  printf("%lu items of %zu bytes, %d rounds, medians\n%-38s %13s %13s %8s\n", item_count, item.size, rounds, "", "cynamo", "raw LMDB", "ratio");
  measure("GetItem", run_get, raw_get, 100000, rounds);
  measure("PutItem", run_put, raw_puts, 50000, rounds);
  measure("UpdateItem / PutItem", run_update, run_put, 50000, rounds);
  measure("Query of 100", run_query, raw_query, 5000, rounds);
  measure("BatchWriteItem of 25", run_batch, raw_batch, 2000, rounds);
  prepare_logged();
  measure("PutItem, two indexes and a change log", run_put_logged, raw_put_logged_all, 10000, rounds);
  cyn_db_close(db);
  return 0;
}
