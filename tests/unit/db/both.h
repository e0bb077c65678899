/* One test over every way down: memory:, a file, and a Cynamo server in this process. */
#ifndef CYN_TESTS_DB_BOTH_H
#define CYN_TESTS_DB_BOTH_H

#include <stdlib.h>
#include <unistd.h>

#include <cynamo/cynamo.h>

#include "test.h"

typedef enum both_kind { BOTH_MEMORY, BOTH_FILE, BOTH_REMOTE, BOTH_KINDS } both_kind;

typedef struct both {
  both_kind kind;
  cyn_db *db;       /* to be tested */
  cyn_db *behind;   /* the server's */
  cyn_server *server;
  char folder[64];
  cyn_result *result;
  cyn_error error;
} both;

__attribute__((constructor)) static void both_environment(void) {
  static const char *const names[] = {"AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_RETRY_MODE",
                                      "AWS_ENDPOINT_URL_DYNAMODB", "AWS_MAX_ATTEMPTS", "http_proxy"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) unsetenv(names[i]);
  setenv("AWS_CONFIG_FILE", "/nowhere/config", 1);
  setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere/credentials", 1);
}

static inline bool both_start(both *b, both_kind kind) {
  memset(b, 0, sizeof *b);
  b->kind = kind;
  b->result = cyn_result_new();
  char url[128] = "memory:";
  snprintf(b->folder, sizeof b->folder, "/tmp/cynamo-both-XXXXXX");
  if (kind == BOTH_FILE) {
    if (mkdtemp(b->folder) == NULL) return false;
    snprintf(url, sizeof url, "file:%s/data", b->folder);
  }
  if (kind != BOTH_REMOTE) return cyn_open(url, NULL, &b->db, &b->error) == CYN_OK;
  cyn_server_options options = CYN_SERVER_OPTIONS_INIT;
  options.port = cyn_int(0);
  if (cyn_open(url, NULL, &b->behind, &b->error) != CYN_OK) return false;
  if (cyn_server_start(b->behind, &options, &b->server, &b->error) != CYN_OK) return false;
  return cyn_open(cyn_server_url(b->server), NULL, &b->db, &b->error) == CYN_OK;
}

static inline void both_stop(both *b) {
  cyn_result_destroy(b->result);
  cyn_db_close(b->db);
  cyn_server_stop(b->server);
  cyn_db_close(b->behind);
  cyn_error_clean_up(&b->error);
  if (b->kind == BOTH_FILE) {
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", b->folder);
    if (system(command) != 0) printf("%s is left\n", b->folder);
  }
}

/* A JSON call that must succeed; the answer as text, until the next call. */
static inline const char *both_call(both *b, const char *operation, const char *input) {
  static char text[1 << 20];
  cyn_bytes output = {"", 0};
  cyn_status status = cyn_call_json(b->db, operation, cyn_str(input), b->result, &output, &b->error);
  if (status != CYN_OK) test_failed(__FILE__, __LINE__, "%s: %s: %s", operation, b->error.name, b->error.message);
  snprintf(text, sizeof text, "%.*s", (int)output.size, output.data != NULL ? output.data : "");
  return text;
}

static inline void both_table(both *b) {
  (void)both_call(b, "CreateTable",
                  "{\"TableName\":\"Thread\",\"KeySchema\":[{\"AttributeName\":\"pk\",\"KeyType\":\"HASH\"},"
                  "{\"AttributeName\":\"sk\",\"KeyType\":\"RANGE\"}],\"AttributeDefinitions\":[{\"AttributeName\":\"pk\","
                  "\"AttributeType\":\"S\"},{\"AttributeName\":\"sk\",\"AttributeType\":\"N\"}],"
                  "\"BillingMode\":\"PAY_PER_REQUEST\"}");
}

static inline void both_fill(both *b, int count) {
  for (int i = 0; i < count; i++) {
    char input[200];
    snprintf(input, sizeof input, "{\"TableName\":\"Thread\",\"Item\":{\"pk\":{\"S\":\"a\"},\"sk\":{\"N\":\"%d\"}}}", i);
    (void)both_call(b, "PutItem", input);
  }
}

#define FOR_ALL_KINDS(b)                                               \
  for (int kind_ = 0; kind_ < BOTH_KINDS; kind_++)                     \
    for (bool once_ = both_start(&(b), (both_kind)kind_), ok_ = once_; \
         once_ || (!ok_ && (test_failed(__FILE__, __LINE__, "%s", (b).error.message), ok_ = true, false)); \
         both_stop(&(b)), once_ = false)

#endif
