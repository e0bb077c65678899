/* The engine inside the process, beside raw LMDB on the same bytes: GetItem, PutItem, UpdateItem, Query of 100, BatchWriteItem.
 *
 *   engine_bench ITEMS ROUNDS [NAME [own]]   1 KB items of 10 attributes in memory:; medians of alternating rounds; with
 *                                            `own` without the raw side, for a profile
 *
 * "Raw" is what the machine must do at least: mdb_get and a copy, mdb_put in a transaction of its own, a cursor walk that
 * copies, on a map of the same flags with keys and values of the same bytes. */
#include "raw_lmdb.h"

#define ROUNDS_MAX 31

static unsigned long seed = 88172645463325252ul;
static unsigned long next_random(void) { return random_next(&seed); }

/* ---- the same work in Cynamo ---- */

static cyn_db *db;
static cyn_result *result;
static cyn_error error;
static cyn_item_builder *builder, *values;

/* With two indexes and a stream of both images. */
static void create_logged_table(const char *name) {
  create_table_with(db, name,
                    ",{\"AttributeName\":\"n\",\"AttributeType\":\"N\"},{\"AttributeName\":\"attribute0\",\"AttributeType\":\"S\"}",
                    ",\"StreamSpecification\":{\"StreamEnabled\":true,\"StreamViewType\":\"NEW_AND_OLD_IMAGES\"}"
                    ",\"GlobalSecondaryIndexes\":[{\"IndexName\":\"by_order\",\"KeySchema\":[{\"AttributeName\":\"sk\",\"KeyType\":\"HASH\"},"
                    "{\"AttributeName\":\"n\",\"KeyType\":\"RANGE\"}],\"Projection\":{\"ProjectionType\":\"ALL\"}},{\"IndexName\":\"by_text\","
                    "\"KeySchema\":[{\"AttributeName\":\"attribute0\",\"KeyType\":\"HASH\"}],\"Projection\":{\"ProjectionType\":\"KEYS_ONLY\"}}]");
}

/* ---- what both sides are given, made before the clock starts ---- */

static unsigned long item_count;
static cyn_item *keys;           /* one for each item */
static unsigned char (*raw_keys)[64];
static unsigned char *raw_key_sizes;
static unsigned long put_range;  /* items of the table that is put to */
static cyn_item one_and_zero;    /* :one and :zero */

/* ---- raw LMDB ---- */

static lmdb raw;

static void prepare_keys(void) {
  keys = calloc(item_count, sizeof *keys);
  raw_keys = calloc(item_count, sizeof *raw_keys);
  raw_key_sizes = calloc(item_count, 1);
  must(keys != NULL && raw_keys != NULL && raw_key_sizes != NULL, "calloc");
  make_both_keys(item_count, keys, raw_keys, raw_key_sizes);
}

static MDB_val raw_key(unsigned long i) { return (MDB_val){raw_key_sizes[i], raw_keys[i]}; }

/* ---- the measured loops: each returns ns per operation ---- */

static unsigned char sample[2048];
static size_t sample_size;
static unsigned char sink[1 << 20];
static unsigned version = 2;

static double run_get(int count) {
  double start = now_ns();
  for (int k = 0; k < count; k++) get_item(db, result, "bench", keys[next_random() % item_count]);
  return (now_ns() - start) / count;
}

static double raw_get(int count) {
  double start = now_ns();
  for (int k = 0; k < count; k++) lmdb_get(&raw, raw_key(next_random() % item_count), sink);
  return (now_ns() - start) / count;
}

/* Items to put: made in portions outside the clock, since building an item is its caller's work. */
#define PORTION 256
static unsigned char portion_bytes[PORTION][2048];
static cyn_item portion[PORTION];

static void make_portion(void) {
  for (int i = 0; i < PORTION; i++) {
    cyn_item made;
    make_item(builder, next_random() % put_range, version++, &made);
    memcpy(portion_bytes[i], made.data, made.size);
    portion[i] = (cyn_item){portion_bytes[i], made.size, NULL};
  }
}

static double put_portions(const char *table, int count) {
  double total = 0;
  for (int k = 0; k < count; k += PORTION) {
    make_portion();
    double start = now_ns();
    for (int i = 0; i < PORTION; i++) put_item(db, result, table, portion[i]);
    total += now_ns() - start;
  }
  return total / ((count + PORTION - 1) / PORTION * PORTION);
}

static double run_put(int count) { return put_portions("bench", count); }

static double raw_puts(int count) {
  double start = now_ns();
  for (int k = 0; k < count; k++) lmdb_put(&raw, raw_key(next_random() % item_count), (MDB_val){sample_size, sample});
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
    must(mdb_txn_renew(raw.reader) == 0 && mdb_cursor_open(raw.reader, raw.dbi, &cursor) == 0, "mdb_cursor_open");
    size_t used = 0;
    int rc = mdb_cursor_get(cursor, &wanted, &found, MDB_SET_RANGE);
    for (int i = 0; i < SORT_KEYS && rc == 0; i++) {
      memcpy(sink + used, found.mv_data, found.mv_size);
      used += found.mv_size;
      rc = mdb_cursor_get(cursor, &wanted, &found, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    mdb_txn_reset(raw.reader);
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
    must(mdb_txn_begin(raw.env, NULL, 0, &txn) == 0, "mdb_txn_begin");
    unsigned long base = next_random() % item_count;
    for (int i = 0; i < 25; i++) {
      MDB_val wanted = raw_key((base + (unsigned long)i * 997) % item_count), value = {sample_size, sample};
      must(mdb_put(txn, raw.dbi, &wanted, &value, 0) == 0, "mdb_put");
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
  must(mdb_put(txn, raw.dbi, &at, &value, 0) == 0, "mdb_put");
}

static void raw_put_logged(unsigned long i) {
  MDB_txn *txn;
  unsigned char before[ENTRY_SIZE], after[ENTRY_SIZE];
  MDB_val wanted = raw_key(i), value = {sample_size, sample};
  MDB_val old_entry = raw_entry(i, raw_versions[i], before), new_entry = raw_entry(i, raw_version, after);
  must(mdb_txn_begin(raw.env, NULL, 0, &txn) == 0, "mdb_txn_begin");
  must(mdb_put(txn, raw.dbi, &wanted, &value, 0) == 0, "mdb_put");
  if (raw_versions[i] != 0) must(mdb_del(txn, raw.dbi, &old_entry, NULL) == 0, "mdb_del");
  must(mdb_put(txn, raw.dbi, &new_entry, &value, 0) == 0, "mdb_put");
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
  create_logged_table("logged");
  raw_versions = calloc(put_range, sizeof *raw_versions);
  must(raw_versions != NULL, "calloc");
  load_items(db, "logged", put_range);
  for (unsigned long i = 0; i < put_range; i++) raw_put_logged(i);
}

static const char *only; /* measure only what has this in its name */
static int own_only;

static void measure(const char *name, double (*own)(int), double (*other)(int), int count, int rounds) {
  double owns[ROUNDS_MAX], raws[ROUNDS_MAX], ratios[ROUNDS_MAX];
  if (only != NULL && strstr(name, only) == NULL) return;
  if (own_only) other = NULL;
  (void)own(count / 10 + 1);
  if (other != NULL) (void)other(count / 10 + 1);
  for (int r = 0; r < rounds; r++) {
    raws[r] = other != NULL ? other(count) : 0;
    owns[r] = own(count);
    ratios[r] = other != NULL ? owns[r] / raws[r] : 0;
  }
  size_t n = (size_t)rounds;
  if (other != NULL)
    printf("%-38s %10.0f ns %10.0f ns %8.2f\n", name, median_of(owns, n), median_of(raws, n), median_of(ratios, n));
  else
    printf("%-38s %10.0f ns\n", name, median_of(owns, n));
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
  create_table(db, "bench");
  lmdb_open_memory(&raw);
  prepare_keys();
  load_items(db, "bench", item_count);
  cyn_item item;
  make_item(builder, 1, 1, &item);
  sample_size = item.size + 4;
  memcpy(sample, item.data, item.size);
  for (unsigned long i = 0; i < item_count; i++) lmdb_put(&raw, raw_key(i), (MDB_val){sample_size, sample});
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
