/* What a remote GetItem costs its caller, over loopback, beside a bare libcurl POST of the same bytes.
 *   client_bench URL [CALLS [ROUNDS]]      URL of a running server; makes the table ClientBench in it
 * CPU of this process only (user and system), in microseconds a call; the smallest of the rounds counts, taken in turn so
 * that both see the same machine. Prints one line for bench/client_bench.py to put boto3 beside. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <curl/curl.h>

#include <cynamo/cynamo.h>

#define BODY "{\"TableName\":\"ClientBench\",\"Key\":{\"pk\":{\"S\":\"user#1\"}}}"
#define ITEM                                                                                                          \
  "{\"TableName\":\"ClientBench\",\"Item\":{\"pk\":{\"S\":\"user#1\"},\"name\":{\"S\":\"Ada Lovelace\"},"             \
  "\"mail\":{\"S\":\"ada@example.org\"},\"age\":{\"N\":\"36\"},\"score\":{\"N\":\"98.5\"},\"active\":{\"BOOL\":true},"  \
  "\"city\":{\"S\":\"London\"},\"tags\":{\"SS\":[\"maths\",\"engines\"]},\"visits\":{\"N\":\"1815\"},"                 \
  "\"note\":{\"S\":\"the first programmer\"}}}"
#define TABLE                                                                                                         \
  "{\"TableName\":\"ClientBench\",\"KeySchema\":[{\"AttributeName\":\"pk\",\"KeyType\":\"HASH\"}],"                    \
  "\"AttributeDefinitions\":[{\"AttributeName\":\"pk\",\"AttributeType\":\"S\"}],\"BillingMode\":\"PAY_PER_REQUEST\"}"

static double cpu_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static double wall_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void fail(const char *what, const cyn_error *error) {
  fprintf(stderr, "%s: %s: %s\n", what, error->name, error->message);
  exit(1);
}

static void prepare(cyn_db *db, cyn_result *result) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_bytes output;
  if (cyn_call_json(db, "CreateTable", cyn_str(TABLE), result, &output, &error) != CYN_OK &&
      strcmp(error.name, "ResourceInUseException") != 0)
    fail("CreateTable", &error);
  if (cyn_call_json(db, "PutItem", cyn_str(ITEM), result, &output, &error) != CYN_OK) fail("PutItem", &error);
  cyn_error_clean_up(&error);
}

/* ---- Cynamo ---- */

static void get_items(cyn_db *db, cyn_result *result, cyn_item key, int calls) {
  cyn_error error = CYN_ERROR_INIT;
  for (int i = 0; i < calls; i++) {
    cyn_get_item_input input = CYN_GET_ITEM_INPUT_INIT;
    input.table_name = cyn_str("ClientBench");
    input.key = key;
    const cyn_get_item_output *output;
    if (cyn_get_item(db, &input, result, &output, &error) != CYN_OK) fail("GetItem", &error);
    if (cyn_item_count(output->item) != 10) exit(1);
  }
}

/* ---- bare libcurl ---- */

static size_t swallow(char *data, size_t size, size_t count, void *user) {
  (void)data;
  *(size_t *)user += size * count;
  return size * count;
}

static struct curl_slist *bare_headers(void) {
  static const char *const lines[] = {
      "Content-Type: application/x-amz-json-1.0",
      "X-Amz-Target: DynamoDB_20120810.GetItem",
      "X-Amz-Date: 20261124T092039Z",
      "User-Agent: cynamo/0.1.0",
      "Authorization: AWS4-HMAC-SHA256 Credential=cynamo/20261124/us-east-1/dynamodb/aws4_request, "
      "SignedHeaders=content-type;host;x-amz-date;x-amz-target, "
      "Signature=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
      "Expect:",
      "Accept:"};
  struct curl_slist *list = NULL;
  for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) list = curl_slist_append(list, lines[i]);
  return list;
}

static CURL *bare_handle(const char *url, struct curl_slist *headers, size_t *bytes) {
  CURL *easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_URL, url);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, BODY);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)strlen(BODY));
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, swallow);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, bytes);
  return easy;
}

static void bare_posts(CURL *easy, int calls) {
  for (int i = 0; i < calls; i++)
    if (curl_easy_perform(easy) != CURLE_OK) exit(1);
}

/* ---- */

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: client_bench URL [CALLS [ROUNDS]]\n");
    return 2;
  }
  int calls = argc > 2 ? atoi(argv[2]) : 5000, rounds = argc > 3 ? atoi(argv[3]) : 5;
  cyn_error error = CYN_ERROR_INIT;
  cyn_db *db;
  if (cyn_open(argv[1], NULL, &db, &error) != CYN_OK) fail("cyn_open", &error);
  cyn_result *result = cyn_result_new();
  prepare(db, result);
  cyn_item_builder *builder = cyn_item_builder_new();
  cyn_item key;
  if (cyn_item_from_json(builder, cyn_str("{\"pk\":{\"S\":\"user#1\"}}"), &key, &error) != CYN_OK) fail("key", &error);
  size_t bytes = 0;
  struct curl_slist *headers = bare_headers();
  CURL *easy = bare_handle(argv[1], headers, &bytes);
  get_items(db, result, key, 100);
  bare_posts(easy, 100);
  double best[2] = {1e9, 1e9}, wall[2] = {1e9, 1e9};
  for (int round = 0; round < rounds; round++)
    for (int which = 0; which < 2; which++) {
      double cpu = cpu_us(), start = wall_us();
      if (which == 0) get_items(db, result, key, calls);
      else bare_posts(easy, calls);
      double used = (cpu_us() - cpu) / calls, took = (wall_us() - start) / calls;
      if (used < best[which]) best[which] = used;
      if (took < wall[which]) wall[which] = took;
    }
  printf("cynamo_cpu_us %.2f  libcurl_cpu_us %.2f  ratio %.2f  cynamo_wall_us %.2f  libcurl_wall_us %.2f\n", best[0], best[1],
         best[0] / best[1], wall[0], wall[1]);
  curl_easy_cleanup(easy);
  curl_slist_free_all(headers);
  cyn_item_builder_destroy(builder);
  cyn_result_destroy(result);
  cyn_db_close(db);
  return 0;
}
