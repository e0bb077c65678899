/* Batches against a server that leaves everything unprocessed, some times or always. It answers a request with its own body,
 * "RequestItems" called by another name. */
#include <cynamo/cynamo.h>

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test.h"

typedef struct post {
  const char *id;
  int n;
} post;
CYN_MODEL(post, CYN_TABLE("Post"), CYN_HASH_KEY(id), CYN_ATTR(n));

static int listener;
static atomic_int refusals, requests;

static bool read_request(int fd, char *out, size_t room, char **body) {
  size_t size = 0, wanted = 0;
  *body = NULL;
  while (*body == NULL || size < wanted) {
    ssize_t more = read(fd, out + size, room - 1 - size);
    if (more <= 0) return false;
    size += (size_t)more;
    out[size] = '\0';
    char *end = strstr(out, "\r\n\r\n"), *length = strcasestr(out, "content-length:");
    if (end == NULL || length == NULL) continue;
    *body = end + 4;
    wanted = (size_t)(*body - out) + (size_t)strtol(length + 15, NULL, 10);
  }
  return true;
}

static void answer(int fd, const char *body) {
  char out[9000];
  const char *rest = strstr(body, "\"RequestItems\"");
  bool is_read = strstr(body, "\"Keys\"") != NULL, refuses = atomic_fetch_sub(&refusals, 1) > 0;
  char json[8000] = "{}";
  if (refuses && rest != NULL)
    (void)snprintf(json, sizeof json, "%.*s\"%s\"%s", (int)(rest - body), body, is_read ? "UnprocessedKeys" : "UnprocessedItems",
                   rest + strlen("\"RequestItems\""));
  int size = snprintf(out, sizeof out, "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: %zu\r\n\r\n%s",
                      strlen(json), json);
  CHECK(write(fd, out, (size_t)size) == size);
}

static void *serve(void *unused) {
  static char request[20000];
  (void)unused;
  for (int fd; (fd = accept(listener, NULL, NULL)) >= 0;) {
    char *body;
    while (read_request(fd, request, sizeof request, &body)) {
      atomic_fetch_add(&requests, 1);
      answer(fd, body);
    }
    (void)close(fd);
  }
  return NULL;
}

static cyn_db *db;
static cyn_error error;
static pthread_t thread;

static void set_up(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  char url[100];
  listener = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(bind(listener, (struct sockaddr *)&address, sizeof address) == 0 && listen(listener, 8) == 0);
  CHECK(getsockname(listener, (struct sockaddr *)&address, &size) == 0);
  CHECK_INT(pthread_create(&thread, NULL, serve, NULL), 0);
  (void)snprintf(url, sizeof url, "http://127.0.0.1:%d", ntohs(address.sin_port));
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  options.access_key_id = options.secret_access_key = cyn_str("test");
  CHECK(cyn_open(url, &options, &db, &error) == CYN_OK);
  atomic_store(&requests, 0);
}

static void tear_down(void) {
  cyn_db_close(db);
  (void)shutdown(listener, SHUT_RDWR);
  (void)close(listener);
  CHECK_INT(pthread_join(thread, NULL), 0);
  cyn_error_clean_up(&error);
}

static void add(cyn_batch *batch, int count) {
  for (int i = 0; i < count; i++) {
    char id[20];
    (void)snprintf(id, sizeof id, "post %d", i);
    if (i % 2 == 0) CHECK(cyn_batch_save(batch, post, (&(post){id, i}), &error) == CYN_OK);
    else CHECK(cyn_batch_delete(batch, post, (&(post){id, i}), &error) == CYN_OK);
  }
}

TEST(sent_again) {
  set_up();
  atomic_store(&refusals, 2);
  cyn_batch *batch = cyn_batch_open(db, cyn_batch_with(.manual = true));
  add(batch, 30);
  CHECK(cyn_batch_commit(batch, &error) == CYN_OK);
  CHECK_INT(cyn_batch_left(batch), 0);
  CHECK_INT(atomic_load(&requests), 4); /* the first part three times, the second once */
  CHECK(cyn_batch_close(batch, &error) == CYN_OK);
  tear_down();
}

TEST(told_when_left) {
  set_up();
  atomic_store(&refusals, 1000);
  cyn_batch *batch = cyn_batch_open(db, cyn_batch_with(.manual = true, .attempts_max = 2));
  add(batch, 10);
  CHECK(cyn_batch_commit(batch, &error) != CYN_OK);
  CHECK_STR(error.name, "CynamoUnprocessed");
  CHECK_STR(error.message, "10 writes of the batch were left unprocessed 2 times");
  CHECK(cyn_error_is(&error, CYN_EXCEPTION_UNPROCESSED));
  CHECK_INT(cyn_batch_left(batch), 10);
  bool is_delete = false;
  cyn_bytes table;
  CHECK_INT(cyn_item_count(cyn_batch_left_at(batch, 1, &table, &is_delete)), 1);
  CHECK(is_delete);
  CHECK_INT(atomic_load(&requests), 2);
  cyn_batch_destroy(batch);
  tear_down();
}

TEST(keys_sent_again) {
  set_up();
  atomic_store(&refusals, 1);
  cyn_memory *memory = cyn_memory_new();
  post posts[3] = {{"a", 0}, {"b", 0}, {"a", 0}};
  bool found[3];
  CHECK(cyn_get_many(db, post, posts, 3, found, NULL, memory, &error) == CYN_OK);
  CHECK(!found[0] && !found[1] && !found[2]);
  CHECK_INT(atomic_load(&requests), 2);
  cyn_memory_destroy(memory);
  tear_down();
}
