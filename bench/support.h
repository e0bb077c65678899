/* What the benchmarks in C share: the clock, random numbers, medians, the items that they all put (1 KB, 10 attributes, a
 * hundred of them under one partition key), and single calls on them. raw_lmdb.h has the other side of it. Errors end the program: a benchmark has nobody to hand them to. */
#ifndef CYN_BENCH_SUPPORT_H
#define CYN_BENCH_SUPPORT_H

#include <cynamo/cynamo.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SORT_KEYS 100 /* items of one partition */

static inline double now_ns(void) {
  struct timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static inline unsigned long random_next(unsigned long *seed) {
  *seed ^= *seed << 13;
  *seed ^= *seed >> 7;
  return *seed ^= *seed << 17;
}

static inline void must(int ok, const char *what) {
  if (ok) return;
  fprintf(stderr, "%s failed\n", what);
  exit(1);
}

static inline void check(cyn_status status, const cyn_error *error) {
  if (status == CYN_OK) return;
  fprintf(stderr, "%s: %s\n", error->name, error->message);
  exit(1);
}

static inline int compare_doubles(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static inline double median_of(double *values, size_t count) {
  qsort(values, count, sizeof *values, compare_doubles);
  return values[count / 2];
}

/* ---- items and keys ---- */

static inline void key_names(unsigned long i, char pk[32], char sk[32]) {
  snprintf(pk, 32, "user#%08lu", i / SORT_KEYS);
  snprintf(sk, 32, "order#%06lu", i % SORT_KEYS);
}

static inline void make_key(cyn_item_builder *into, unsigned long i, cyn_item *out) {
  char pk[32], sk[32];
  cyn_error error = CYN_ERROR_INIT;
  key_names(i, pk, sk);
  cyn_item_builder_reset(into);
  cyn_item_put_string(into, cyn_str("pk"), cyn_str(pk));
  cyn_item_put_string(into, cyn_str("sk"), cyn_str(sk));
  check(cyn_item_builder_finish(into, out, &error), &error);
}

/* Lives in the builder until its next item. `letter`: what its seven texts are made of. */
static inline void make_item_named(cyn_item_builder *into, const char *pk, const char *sk, int64_t n, unsigned long letter, cyn_item *out) {
  char name[16], text[124];
  cyn_error error = CYN_ERROR_INIT;
  cyn_item_builder_reset(into);
  cyn_item_put_string(into, cyn_str("pk"), cyn_str(pk));
  cyn_item_put_string(into, cyn_str("sk"), cyn_str(sk));
  cyn_item_put_int(into, cyn_str("n"), n);
  memset(text, 'a' + (int)(letter % 26), sizeof text);
  for (int k = 0; k < 7; k++) {
    snprintf(name, sizeof name, "attribute%d", k);
    cyn_item_put_string(into, cyn_str(name), (cyn_bytes){text, sizeof text});
  }
  check(cyn_item_builder_finish(into, out, &error), &error);
}

static inline void make_item(cyn_item_builder *into, unsigned long i, unsigned version, cyn_item *out) {
  char pk[32], sk[32];
  key_names(i, pk, sk);
  make_item_named(into, pk, sk, (int64_t)version, i, out);
}

/* ---- calls ---- */

/* `definitions` and `more`: JSON behind the keys' definitions, and behind the key schema; each begins with a comma, or is empty. */
static inline void create_table_with(cyn_db *db, const char *name, const char *definitions, const char *more) {
  char json[2048];
  cyn_error error = CYN_ERROR_INIT;
  cyn_bytes output;
  cyn_result *result = cyn_result_new();
  snprintf(json, sizeof json,
           "{\"TableName\":\"%s\",\"BillingMode\":\"PAY_PER_REQUEST\",\"AttributeDefinitions\":[{\"AttributeName\":\"pk\","
           "\"AttributeType\":\"S\"},{\"AttributeName\":\"sk\",\"AttributeType\":\"S\"}%s],\"KeySchema\":[{\"AttributeName\":"
           "\"pk\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"sk\",\"KeyType\":\"RANGE\"}]%s}",
           name, definitions, more);
  check(cyn_call_json(db, "CreateTable", cyn_str(json), result, &output, &error), &error);
  cyn_result_destroy(result);
}

static inline void create_table(cyn_db *db, const char *name) { create_table_with(db, name, "", ""); }

static inline void put_item(cyn_db *db, cyn_result *result, const char *table, cyn_item item) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_put_item_input input = CYN_PUT_ITEM_INPUT_INIT;
  const cyn_put_item_output *output;
  input.table_name = cyn_str(table);
  input.item = item;
  check(cyn_put_item(db, &input, result, &output, &error), &error);
}

/* The item is there. */
static inline void get_item(cyn_db *db, cyn_result *result, const char *table, cyn_item key) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_get_item_input input = CYN_GET_ITEM_INPUT_INIT;
  const cyn_get_item_output *output;
  input.table_name = cyn_str(table);
  input.key = key;
  check(cyn_get_item(db, &input, result, &output, &error), &error);
  must(output->item.data != NULL, "GetItem");
}

/* The first `count` items, 25 a call. */
static inline void load_items(cyn_db *db, const char *name, unsigned long count) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_result *result = cyn_result_new();
  cyn_item_builder *builders[25];
  for (int k = 0; k < 25; k++) builders[k] = cyn_item_builder_new();
  for (unsigned long i = 0; i < count; i += 25) {
    cyn_put_request puts[25];
    cyn_write_request requests[25];
    const cyn_write_request *list[25];
    size_t n = 0;
    for (; n < 25 && i + n < count; n++) {
      puts[n] = (cyn_put_request)CYN_PUT_REQUEST_INIT;
      make_item(builders[n], i + n, 1, &puts[n].item);
      requests[n] = (cyn_write_request)CYN_WRITE_REQUEST_INIT;
      requests[n].put_request = &puts[n];
      list[n] = &requests[n];
    }
    cyn_batch_write_item_request_map_entry entry = {cyn_str(name), {n, list}};
    cyn_batch_write_item_input input = CYN_BATCH_WRITE_ITEM_INPUT_INIT;
    input.request_items.count = 1;
    input.request_items.at = &entry;
    const cyn_batch_write_item_output *output;
    check(cyn_batch_write_item(db, &input, result, &output, &error), &error);
  }
  for (int k = 0; k < 25; k++) cyn_item_builder_destroy(builders[k]);
  cyn_result_destroy(result);
}

#endif
