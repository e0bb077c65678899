/* Batches against a server that leaves everything unprocessed, some times or always. It answers a request with its own body,
 * "RequestItems" called by another name. */
#include <cynamo/cynamo.h>

#include <stdatomic.h>

#include "stand_in.h"
#include "test.h"

typedef struct post {
  const char *id;
  int n;
} post;
CYN_MODEL(post, CYN_TABLE("Post"), CYN_HASH_KEY(id), CYN_ATTR(n));

static atomic_int refusals, requests;

static void answer(int fd, const char *request, const char *body) {
  const char *rest = strstr(body, "\"RequestItems\"");
  bool is_read = strstr(body, "\"Keys\"") != NULL, refuses = atomic_fetch_sub(&refusals, 1) > 0;
  char json[8000] = "{}";
  (void)request;
  atomic_fetch_add(&requests, 1);
  if (refuses && rest != NULL)
    (void)snprintf(json, sizeof json, "%.*s\"%s\"%s", (int)(rest - body), body, is_read ? "UnprocessedKeys" : "UnprocessedItems",
                   rest + strlen("\"RequestItems\""));
  stand_in_reply(fd, json);
}

static cyn_db *db;
static cyn_error error;

static void set_up(void) {
  char url[100];
  stand_in_start(answer, url, sizeof url);
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  options.access_key_id = options.secret_access_key = cyn_str("test");
  CHECK(cyn_open(url, &options, &db, &error) == CYN_OK);
  atomic_store(&requests, 0);
}

static void tear_down(void) {
  cyn_db_close(db);
  stand_in_stop();
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
  CHECK(cyn_error_is(&error, CYN_EXCEPTION_UNPROCESSED) && cyn_error_is(&error, CYN_EXCEPTION_PUT));
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

TEST(keys_told_when_left) {
  set_up();
  atomic_store(&refusals, 1000);
  cyn_memory *memory = cyn_memory_new();
  post p = {"a", 0};
  CHECK(cyn_get_many(db, post, &p, 1, NULL, NULL, memory, &error) != CYN_OK);
  CHECK(cyn_error_is(&error, CYN_EXCEPTION_UNPROCESSED) && cyn_error_is(&error, CYN_EXCEPTION_GET));
  CHECK_STR(error.message, "model post: 1 keys of the batch were left unprocessed 10 times");
  cyn_memory_destroy(memory);
  tear_down();
}
