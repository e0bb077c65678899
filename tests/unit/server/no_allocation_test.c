/* Nothing is allocated on the way of GetItem, PutItem, UpdateItem and a page of a query: counted in the process and over
 * HTTP on a connection that is kept, once the first calls have made room. What the library takes itself is counted by its
 * hook and must be none; what LMDB, libuv and libc take is counted beside it, by malloc of this program standing in front
 * of libc's (not under a sanitizer, which has a malloc of its own). Reads must not take any of that either. A commit takes
 * what LMDB takes for it: one list of free pages for each transaction, and in a file now and then a page. */
#include <cynamo/cynamo.h>

#include <errno.h>
#include <stdatomic.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "harness.h"

#define WARM_UP 300
#define CALLS 500
#define ITEMS 300

static _Atomic long own_count, all_count;
static _Atomic bool counting;
static bool over_wire;              /* counts the threads of the server, else the caller's only */
static _Thread_local bool is_caller; /* the thread of the test */

static bool is_counted(void) { return counting && is_caller != over_wire; }

static int count_own(size_t size) {
  (void)size;
  if (is_counted()) atomic_fetch_add(&own_count, 1);
  return 0;
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#endif

#if defined(__GLIBC__) && !defined(SANITIZED)
#define COUNTS_ALL true
#define SEEN __attribute__((visibility("default")))
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *memory);
SEEN void *malloc(size_t size);
SEEN void *calloc(size_t count, size_t size);
SEEN void *realloc(void *old, size_t size);
SEEN int posix_memalign(void **out, size_t alignment, size_t size);
SEEN void free(void *memory);
static void count_all(void) {
  if (is_counted()) atomic_fetch_add(&all_count, 1);
}
void *malloc(size_t size) {
  count_all();
  return __libc_malloc(size);
}
void *calloc(size_t count, size_t size) {
  count_all();
  return __libc_calloc(count, size);
}
void *realloc(void *old, size_t size) {
  count_all();
  return __libc_realloc(old, size);
}
int posix_memalign(void **out, size_t alignment, size_t size) {
  count_all();
  *out = __libc_memalign(alignment, size);
  return *out != NULL ? 0 : ENOMEM;
}
void free(void *memory) { __libc_free(memory); }
#else
#define COUNTS_ALL false
#endif

/* Valgrind's malloc stands in front of ours. */
static bool sees_all(void) {
  const char *preloaded = getenv("LD_PRELOAD");
  return COUNTS_ALL && (preloaded == NULL || strstr(preloaded, "vgpreload") == NULL);
}

static void counting_begin(bool server_side) {
  own_count = all_count = 0;
  is_caller = true;
  over_wire = server_side;
  cyn_i_alloc_hook = count_own;
  counting = true;
}

/* Prints and returns how many the library took; *foreign: the others. */
static long counting_end(const char *name, long *foreign) {
  counting = false;
  cyn_i_alloc_hook = NULL;
  *foreign = sees_all() ? all_count - own_count : 0;
  printf("    %-28s %ld of the library's, %ld of others in %d calls\n", name, (long)own_count, *foreign, CALLS);
  return own_count;
}

/* ---- in the process ---- */

static cyn_db *db;
static cyn_result *result;
static cyn_error error;
static cyn_item_builder *builder, *values;

static cyn_item finish(cyn_item_builder *from) {
  cyn_item out = {NULL, 0, NULL};
  CHECK_INT(cyn_item_builder_finish(from, &out, &error), CYN_OK);
  return out;
}

static cyn_item key_of(int i, int n) {
  char sk[16];
  snprintf(sk, sizeof sk, "item#%04d", i % ITEMS);
  cyn_item_builder_reset(builder);
  cyn_item_put_string(builder, cyn_str("pk"), cyn_str("a"));
  cyn_item_put_string(builder, cyn_str("sk"), cyn_str(sk));
  if (n < 0) return finish(builder);
  char text[120];
  memset(text, 'a' + n % 26, sizeof text);
  cyn_item_put_int(builder, cyn_str("n"), n);
  for (int k = 0; k < 7; k++) {
    char name[16];
    snprintf(name, sizeof name, "attribute%d", k);
    cyn_item_put_string(builder, cyn_str(name), (cyn_bytes){text, sizeof text});
  }
  return finish(builder);
}

static cyn_status get(int i) {
  cyn_get_item_input input = CYN_GET_ITEM_INPUT_INIT;
  const cyn_get_item_output *output;
  input.table_name = cyn_str("bench");
  input.key = key_of(i, -1);
  return cyn_get_item(db, &input, result, &output, &error);
}

static cyn_status put(int i) {
  cyn_put_item_input input = CYN_PUT_ITEM_INPUT_INIT;
  const cyn_put_item_output *output;
  input.table_name = cyn_str("bench");
  input.item = key_of(i, i);
  return cyn_put_item(db, &input, result, &output, &error);
}

static cyn_status update(int i) {
  cyn_update_item_input input = CYN_UPDATE_ITEM_INPUT_INIT;
  const cyn_update_item_output *output;
  cyn_item_builder_reset(values);
  cyn_item_put_int(values, cyn_str(":one"), 1);
  cyn_item_put_int(values, cyn_str(":zero"), 0);
  input.table_name = cyn_str("bench");
  input.key = key_of(i, -1);
  input.update_expression = cyn_str("SET n = n + :one");
  input.condition_expression = cyn_str("n >= :zero");
  input.expression_attribute_values = finish(values);
  return cyn_update_item(db, &input, result, &output, &error);
}

static cyn_status query(int i) {
  cyn_query_input input = CYN_QUERY_INPUT_INIT;
  const cyn_query_output *output;
  (void)i;
  cyn_item_builder_reset(values);
  cyn_item_put_string(values, cyn_str(":pk"), cyn_str("a"));
  input.table_name = cyn_str("bench");
  input.key_condition_expression = cyn_str("pk = :pk");
  input.expression_attribute_values = finish(values);
  input.limit = cyn_int(100);
  cyn_status status = cyn_query(db, &input, result, &output, &error);
  if (status == CYN_OK) CHECK_INT(output->items.count, 100);
  return status;
}

static const char create_json[] =
    "{\"TableName\":\"bench\",\"BillingMode\":\"PAY_PER_REQUEST\",\"AttributeDefinitions\":[{\"AttributeName\":\"pk\",\"AttributeType\":"
    "\"S\"},{\"AttributeName\":\"sk\",\"AttributeType\":\"S\"}],\"KeySchema\":[{\"AttributeName\":\"pk\",\"KeyType\":\"HASH\"},"
    "{\"AttributeName\":\"sk\",\"KeyType\":\"RANGE\"}]}";

static bool process_open(const char *url) {
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  options.ttl_sweep_interval_ms = cyn_int(0);
  cyn_bytes output;
  builder = cyn_item_builder_new();
  values = cyn_item_builder_new();
  result = cyn_result_new();
  return cyn_open(url, &options, &db, &error) == CYN_OK &&
         cyn_call_json(db, "CreateTable", cyn_str(create_json), result, &output, &error) == CYN_OK;
}

static void process_close(void) {
  cyn_db_close(db);
  cyn_result_destroy(result);
  cyn_item_builder_destroy(builder);
  cyn_item_builder_destroy(values);
  cyn_error_clean_up(&error);
}

static long process_calls(const char *name, cyn_status (*call)(int), int calls, long *foreign) {
  for (int i = 0; i < WARM_UP; i++) CHECK_INT(call(i), CYN_OK);
  counting_begin(false);
  for (int i = 0; i < calls; i++) CHECK_INT(call(i), CYN_OK);
  return counting_end(name, foreign);
}

TEST(in_memory) {
  long foreign;
  REQUIRE(process_open("memory:"));
  for (int i = 0; i < ITEMS; i++) CHECK_INT(put(i), CYN_OK);
  CHECK_INT(process_calls("PutItem", put, CALLS, &foreign), 0);
  CHECK(foreign <= CALLS);
  CHECK_INT(process_calls("UpdateItem", update, CALLS, &foreign), 0);
  CHECK(foreign <= CALLS);
  CHECK_INT(process_calls("GetItem", get, CALLS, &foreign), 0);
  CHECK_INT(foreign, 0);
  CHECK_INT(process_calls("Query of 100", query, CALLS, &foreign), 0);
  CHECK_INT(foreign, 0);
  process_close();
}

TEST(in_a_file) {
  char folder[] = "/tmp/cynamo-allocations.XXXXXX", url[80], command[80];
  long foreign;
  REQUIRE(mkdtemp(folder) != NULL);
  snprintf(url, sizeof url, "file:%s/data?durability=unsafe", folder);
  REQUIRE(process_open(url));
  for (int i = 0; i < ITEMS; i++) CHECK_INT(put(i), CYN_OK);
  CHECK_INT(process_calls("PutItem, file:", put, CALLS, &foreign), 0);
  CHECK(foreign <= CALLS * 2);
  CHECK_INT(process_calls("UpdateItem, file:", update, CALLS, &foreign), 0);
  CHECK(foreign <= CALLS * 2);
  CHECK_INT(process_calls("GetItem, file:", get, CALLS, &foreign), 0);
  CHECK_INT(foreign, 0);
  CHECK_INT(process_calls("Query of 100, file:", query, CALLS, &foreign), 0);
  CHECK_INT(foreign, 0);
  process_close();
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  CHECK_INT(system(command), 0);
}

/* ---- over HTTP ---- */

static harness h;

static void http_body(char out[4096], const char *operation, int i) {
  int at = 0;
  if (strcmp(operation, "Query") == 0) {
    snprintf(out, 4096,
             "{\"TableName\":\"bench\",\"KeyConditionExpression\":\"pk = :pk\",\"ExpressionAttributeValues\":{\":pk\":{\"S\":\"a\"}},"
             "\"Limit\":100}");
  } else if (strcmp(operation, "PutItem") == 0) {
    at = snprintf(out, 4096, "{\"TableName\":\"bench\",\"Item\":{\"pk\":{\"S\":\"a\"},\"sk\":{\"S\":\"item#%04d\"},\"n\":{\"N\":\"%d\"}", i % ITEMS, i);
    for (int k = 0; k < 7; k++) at += snprintf(out + at, 4096 - (size_t)at, ",\"attribute%d\":{\"S\":\"%0120d\"}", k, i);
    snprintf(out + at, 4096 - (size_t)at, "}}");
  } else {
    at = snprintf(out, 4096, "{\"TableName\":\"bench\",\"Key\":{\"pk\":{\"S\":\"a\"},\"sk\":{\"S\":\"item#%04d\"}}", i % ITEMS);
    snprintf(out + at, 4096 - (size_t)at, "%s}",
             strcmp(operation, "GetItem") == 0 ? ""
                                               : ",\"UpdateExpression\":\"SET n = n + :one\",\"ConditionExpression\":\"n >= :zero\","
                                                 "\"ExpressionAttributeValues\":{\":one\":{\"N\":\"1\"},\":zero\":{\"N\":\"0\"}}");
  }
}

static bool http_calls(int fd, const char *operation, int calls) {
  char body[4096];
  for (int i = 0; i < calls; i++) {
    http_body(body, operation, i);
    const char *text = harness_post(operation, body, "");
    if (!harness_send(fd, text, strlen(text)) || harness_receive(&h, fd, 1, 5000) != 1 || harness_status(&h) != 200) return false;
  }
  return true;
}

/* The fewest of up to three rounds: what a thread in the background takes comes in one of them at most, what a request takes
 * comes in each. */
static void http_counted(int fd, const char *operation, long foreign_most) {
  long own = -1, foreign = -1;
  char name[40];
  snprintf(name, sizeof name, "%s over HTTP", operation);
  for (int round = 0; round < 3 && (own != 0 || foreign > foreign_most); round++) {
    counting_begin(true);
    CHECK(http_calls(fd, operation, CALLS));
    own = counting_end(name, &foreign);
  }
  CHECK_INT(own, 0);
  CHECK(foreign <= foreign_most);
}

TEST(over_http) {
  static const char *const operations[] = {"PutItem", "UpdateItem", "GetItem", "Query"}; /* the first two write */
  REQUIRE(harness_start(&h, NULL));
  (void)harness_call(&h, "CreateTable", create_json);
  CHECK_INT(harness_status(&h), 200);
  int fd = harness_connect(&h);
  for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
    CHECK(http_calls(fd, operations[i], WARM_UP));
    http_counted(fd, operations[i], i < 2 ? CALLS : 0);
  }
  close(fd);
  harness_stop(&h);
}

/* The counters themselves: what is taken is seen. */
TEST(what_is_taken_is_counted) {
  long foreign;
  counting_begin(false);
  cyn_i_free(cyn_i_alloc(100));
  void *volatile taken = malloc(100);
  free(taken);
  CHECK_INT(counting_end("one of each", &foreign), 1);
  CHECK_INT(foreign, sees_all() ? 1 : 0);
}
