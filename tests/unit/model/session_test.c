/* A model's own connection: what its settings say stands in the requests, over what its database has. */
#include <stdatomic.h>
#include <time.h>

#include "stand_in.h"

#include "ok.h"

typedef struct post {
  const char *id;
} post;
typedef struct far {
  const char *id;
} far;
CYN_MODEL(post, CYN_TABLE("Post"), CYN_HASH_KEY(id));
CYN_MODEL(far, CYN_TABLE("Far", .region = "eu-west-1", .access_key_id = "far_key", .secret_access_key = "s", .session_token = "tok"),
          CYN_HASH_KEY(id));

static char last[20000];
static atomic_int requests, silent, failing;

static void answer(int fd, const char *request, const char *body) {
  (void)body;
  requests++;
  (void)snprintf(last, sizeof last, "%s", request);
  static const char failure[] = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\n\r\n{}";
  if (silent != 0) return;
  if (failing != 0) CHECK(write(fd, failure, sizeof failure - 1) == (ssize_t)(sizeof failure - 1));
  else stand_in_reply(fd, "{}");
}

static cyn_db *open_db(const char *url) {
  cyn_db *db = NULL;
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  cyn_string_pair header = {cyn_str("X-Team"), cyn_str("search")};
  options.access_key_id = cyn_str("db_key");
  options.secret_access_key = cyn_str("db_secret");
  options.region = cyn_str("us-east-2");
  options.extra_headers = (cyn_string_map){1, &header};
  OK(cyn_open(url, &options, &db, &error));
  return db;
}

TEST(keys_region_and_headers) {
  char url[100];
  stand_in_start(answer, url, sizeof url);
  cyn_db *db = open_db(url);
  post p = {"a"};
  far f = {"a"};
  OK(cyn_save(db, post, &p, NULL, &error));
  CHECK(strstr(last, "Credential=db_key/") != NULL && strstr(last, "/us-east-2/") != NULL && strstr(last, "X-Team: search") != NULL);
  cyn_db_close(db);

  db = open_db(url);
  OK(cyn_save(db, far, &f, NULL, &error)); /* its own keys and Region, the database's header */
  CHECK(strstr(last, "Credential=far_key/") != NULL && strstr(last, "/eu-west-1/") != NULL && strstr(last, "X-Team: search") != NULL);
  CHECK(strcasestr(last, "x-amz-security-token: tok") != NULL);
  cyn_db_close(db);

  db = open_db(url);
  OK(cyn_db_model_set(db, &post_model, cyn_settings(.extra_headers = "X-Team: mine, X-More: yes"), &error));
  OK(cyn_save(db, post, &p, NULL, &error)); /* its own headers, the database's keys and Region */
  CHECK(strstr(last, "Credential=db_key/") != NULL && strstr(last, "/us-east-2/") != NULL);
  CHECK(strstr(last, "X-Team: mine") != NULL && strstr(last, "X-More: yes") != NULL && strstr(last, "search") == NULL);
  cyn_db_close(db);
  stand_in_stop();
}

TEST(profile) {
  char url[100], file[] = "/tmp/cynamo-profile-XXXXXX";
  int fd = mkstemp(file);
  static const char text[] = "[other]\naws_access_key_id = other_key\naws_secret_access_key = s\n";
  REQUIRE(fd >= 0 && write(fd, text, sizeof text - 1) == (ssize_t)(sizeof text - 1));
  (void)close(fd);
  (void)setenv("AWS_SHARED_CREDENTIALS_FILE", file, 1);
  stand_in_start(answer, url, sizeof url);
  cyn_db *db = open_db(url);
  far f = {"a"};
  OK(cyn_db_model_set(db, &far_model, cyn_settings(.profile = "other"), &error));
  OK(cyn_save(db, far, &f, NULL, &error)); /* over the descriptor's keys and the database's */
  CHECK(strstr(last, "Credential=other_key/") != NULL && strstr(last, "/eu-west-1/") != NULL);
  CHECK(strcasestr(last, "x-amz-security-token") == NULL);
  cyn_db_close(db);
  stand_in_stop();
  (void)unsetenv("AWS_SHARED_CREDENTIALS_FILE");
  (void)unlink(file);
}

TEST(retries_and_timeouts) {
  char url[100];
  stand_in_start(answer, url, sizeof url);
  cyn_db *db = open_db(url);
  post p = {"a"};
  failing = 1;
  requests = 0;
  OK(cyn_db_model_set(db, &post_model, cyn_settings(.max_retry_attempts = CYN_NO_RETRIES), &error));
  CHECK(cyn_save(db, post, &p, NULL, &error) != CYN_OK);
  CHECK_INT(requests, 1);
  cyn_db_close(db);

  db = open_db(url);
  OK(cyn_db_model_set(db, &post_model, cyn_settings(.max_retry_attempts = 1, .retry_mode = "legacy"), &error));
  CHECK(cyn_save(db, post, &p, NULL, &error) != CYN_OK);
  CHECK_INT(requests, 3);
  cyn_db_close(db);

  db = open_db(url);
  failing = 0;
  silent = 1;
  OK(cyn_db_model_set(db, &post_model, cyn_settings(.connect_timeout_seconds = 1, .read_timeout_seconds = 0.2,
                                                    .max_retry_attempts = CYN_NO_RETRIES, .max_pool_connections = 2), &error));
  time_t before = time(NULL);
  CHECK(cyn_save(db, post, &p, NULL, &error) != CYN_OK);
  CHECK(cyn_error_is(&error, CYN_EXCEPTION_CONNECTION));
  CHECK(time(NULL) - before < 20);
  silent = 0;
  cyn_db_close(db);
  stand_in_stop();
  cyn_error_clean_up(&error);
}

TEST(what_is_wrong_names_the_model) {
  cyn_db *db = open_db("http://127.0.0.1:9");
  post p = {"a"};
  static const struct {
    const char *mode, *headers;
    double seconds;
    int64_t retries;
    const char *says;
  } wrong[] = {
      {"often", NULL, 0, 0, "model post: its own database: "},
      {NULL, "no colon", 0, 0, "extra_headers are written \"Name: value, Name: value\""},
      {NULL, NULL, -1, 0, "model post: read_timeout_seconds is a number of seconds above 0, not -1"},
      {NULL, NULL, 0, -2, "model post: max_retry_attempts and max_pool_connections are numbers above 0"},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    OK(cyn_db_model_set(db, &post_model, cyn_settings(.read_timeout_seconds = wrong[i].seconds, .max_retry_attempts = wrong[i].retries,
                                                      .retry_mode = wrong[i].mode, .extra_headers = wrong[i].headers), &error));
    CHECK(cyn_save(db, post, &p, NULL, &error) != CYN_OK);
    if (strstr(error.message, wrong[i].says) == NULL) test_failed(__FILE__, __LINE__, "it says %s", error.message);
  }
  cyn_db_close(db);
  cyn_error_clean_up(&error);
}

static cyn_status count(const cyn_signal_event *event, void *user, cyn_error *e) {
  (void)e;
  *(int *)user += event->status == CYN_OK;
  return CYN_OK;
}

TEST(signals_name_the_programs_database) {
  cyn_db *db = NULL, *other = NULL;
  int told = 0, elsewhere = 0;
  cyn_signal_connection here, there;
  OK(cyn_open("memory:", NULL, &db, &error));
  OK(cyn_open("memory:", NULL, &other, &error));
  OK(cyn_db_model_set(db, &post_model, cyn_settings(.host = "memory:"), &error));
  OK(cyn_signal_connect(CYN_SIGNAL_POST_SEND, db, "post", count, &told, &here, &error));
  OK(cyn_signal_connect(CYN_SIGNAL_POST_SEND, other, NULL, count, &elsewhere, &there, &error));
  OK(cyn_create_model(db, post, NULL, &error));
  post p = {"a"};
  OK(cyn_save(db, post, &p, NULL, &error));
  CHECK(told == 2 && elsewhere == 0);
  cyn_signal_disconnect(here);
  cyn_signal_disconnect(there);
  cyn_db_close(other);
  cyn_db_close(db);
}

TEST(in_process_they_do_nothing) {
  cyn_db *db = NULL;
  OK(cyn_open("memory:", NULL, &db, &error));
  OK(cyn_db_model_set(db, &post_model, cyn_settings(.read_timeout_seconds = 1, .extra_headers = "A: b"), &error));
  OK(cyn_create_model(db, post, NULL, &error));
  post p = {"a"};
  OK(cyn_save(db, post, &p, NULL, &error));
  cyn_db_close(db);
}
