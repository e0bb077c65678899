/* Of the keys that a container's endpoint gives: when they are asked for, by how many threads, and what failures do. */
#include "client/credentials.h"

#include <stdatomic.h>

#include "client/timestamp.h"
#include "stand_in.h"

#define THREADS 8

static cyn_i_clock test_clock;
static _Atomic int status, life_seconds;

static void answer(stand_in *server, const char *request, char *out, size_t out_size) {
  char body[256], when[21];
  (void)request;
  (void)usleep(50000);
  cyn_i_timestamp_format(cyn_i_clock_now_ms(&test_clock) + life_seconds * 1000LL, when);
  (void)snprintf(body, sizeof body, "{\"AccessKeyId\":\"K%d\",\"SecretAccessKey\":\"S\",\"Token\":\"T\",\"Expiration\":\"%s\"}", server->requests,
                 when);
  put_answer(out, out_size, status, body);
}

typedef struct scene {
  surroundings s;
  stand_in server;
  cyn_i_credentials_provider *provider;
} scene;

static void start(scene *of) {
  begin(&of->s);
  stand_in_begin(&of->server, answer);
  status = 200;
  life_seconds = 3600;
  test_clock.fixed_ms = 1800000000000;
  point_at(&of->server, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "/");
  const cyn_i_credentials_options options = {.clock = &test_clock};
  CHECK(cyn_i_credentials_provider_new(&options, &of->provider, NULL) == CYN_OK);
}

static void stop(scene *of) {
  cyn_i_credentials_provider_destroy(of->provider);
  stand_in_end(&of->server);
  end(&of->s);
}

static const char *get(scene *of) {
  cyn_i_credentials keys;
  cyn_error_clean_up(&of->s.error);
  if (cyn_i_credentials_get(of->provider, &of->s.arena, &keys, &of->s.error) != CYN_OK) return of->s.error.message;
  return cyn_i_arena_copy(&of->s.arena, keys.access_key_id).data;
}

static void pass(int seconds) { test_clock.fixed_ms += seconds * 1000; }

TEST(refresh_before_expiry) {
  scene one;
  start(&one);
  CHECK_STR(get(&one), "K1");
  CHECK_STR(get(&one), "K1");
  pass(3600 - 15 * 60 - 1);
  CHECK_STR(get(&one), "K1");
  pass(1);
  CHECK_STR(get(&one), "K2"); /* advisory */
  pass(3600 - 10 * 60);
  CHECK_STR(get(&one), "K3"); /* mandatory */
  CHECK_INT(one.server.requests, 3);
  stop(&one);
}

TEST(failures) {
  scene one;
  start(&one);
  CHECK_STR(get(&one), "K1");
  status = 500;
  pass(3600 - 12 * 60);
  CHECK_STR(get(&one), "K1"); /* advisory: what there is will do */
  int requests = one.server.requests;
  CHECK_STR(get(&one), "K1");
  CHECK_INT(one.server.requests, requests); /* and it is not asked again at once */
  pass(3 * 60);
  CHECK_STR(get(&one), "the container's endpoint has answered without keys (HTTP 500)");
  status = 200;
  CHECK(get(&one)[0] == 'K');
  stop(&one);
}

TEST(keys_that_live_shortly_are_not_asked_for_each_time) {
  scene one;
  start(&one);
  life_seconds = 60;
  CHECK_STR(get(&one), "K1");
  CHECK_STR(get(&one), "K1");
  pass(31);
  CHECK_STR(get(&one), "K2");
  life_seconds = -1;
  pass(60);
  CHECK_STR(get(&one), "the keys of container-role have expired already when they come");
  stop(&one);
}

TEST(forgotten_keys_are_asked_for) {
  scene one;
  start(&one);
  CHECK_STR(get(&one), "K1");
  cyn_i_credentials_forget(one.provider);
  CHECK_STR(get(&one), "K2");
  stop(&one);
}

static void *get_once(void *user) {
  scene *one = user;
  cyn_i_arena arena;
  cyn_i_credentials keys;
  cyn_i_arena_init(&arena, 0);
  bool is_there = cyn_i_credentials_get(one->provider, &arena, &keys, NULL) == CYN_OK && keys.access_key_id.data[0] == 'K';
  cyn_i_arena_clean_up(&arena);
  return is_there ? user : NULL;
}

static int get_by_many(scene *one) {
  pthread_t threads[THREADS];
  int found = 0;
  for (int i = 0; i < THREADS; i++) (void)pthread_create(&threads[i], NULL, get_once, one);
  for (int i = 0; i < THREADS; i++) {
    void *result;
    (void)pthread_join(threads[i], &result);
    found += result != NULL;
  }
  return found;
}

TEST(one_refresh_for_many_threads) {
  scene one;
  start(&one);
  CHECK_INT(get_by_many(&one), THREADS);
  CHECK_INT(one.server.requests, 1);
  pass(3600 - 12 * 60);
  CHECK_INT(get_by_many(&one), THREADS);
  CHECK_INT(one.server.requests, 2);
  pass(3600);
  CHECK_INT(get_by_many(&one), THREADS);
  CHECK_INT(one.server.requests, 3);
  stop(&one);
}

TEST(one_failure_for_many_threads) {
  scene one;
  start(&one);
  status = 500;
  CHECK_INT(get_by_many(&one), 0);
  CHECK(one.server.requests < 3 * THREADS); /* three tries a look; late threads may look again */
  stop(&one);
}

TEST(explicit_keys) {
  surroundings s;
  cyn_i_credentials_provider *provider;
  cyn_i_credentials keys;
  begin(&s);
  cyn_i_credentials_options options = {.access_key_id = cyn_str("A")};
  CHECK(cyn_i_credentials_provider_new(&options, &provider, &s.error) == CYN_E_CREDENTIALS);
  CHECK(provider == NULL);
  options.secret_access_key = cyn_str("S");
  options.account_id = cyn_str("1");
  REQUIRE(cyn_i_credentials_provider_new(&options, &provider, NULL) == CYN_OK);
  cyn_i_credentials_forget(provider);
  REQUIRE(cyn_i_credentials_get(provider, &s.arena, &keys, NULL) == CYN_OK);
  CHECK(is(keys.access_key_id, "A") && is(keys.session_token, NULL) && is(keys.account_id, "1"));
  CHECK_STR(keys.source, "explicit");
  cyn_i_credentials_provider_destroy(provider);
  end(&s);
}
