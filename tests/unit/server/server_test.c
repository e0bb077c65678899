/* Starting and stopping, and what is refused before a thread runs. */
#include <pthread.h>
#include <time.h>

#include "harness.h"

static harness h;

static void wait_ms(int ms) {
  struct timespec t = {ms / 1000, ms % 1000 * 1000000};
  nanosleep(&t, NULL);
}

TEST(starts_on_a_free_port_and_tells_it) {
  REQUIRE(harness_start(&h, NULL));
  char url[64];
  snprintf(url, sizeof url, "http://127.0.0.1:%d", cyn_server_port(h.server));
  CHECK_STR(cyn_server_url(h.server), url);
  CHECK(cyn_server_is_volatile(h.server));
  harness_stop(&h);
}

TEST(two_servers_over_one_database) {
  REQUIRE(harness_start(&h, NULL));
  cyn_server_options options = harness_options();
  cyn_server *second = NULL;
  CHECK_INT(cyn_server_start(h.db, &options, &second, &h.error), CYN_OK);
  CHECK(cyn_server_port(second) != cyn_server_port(h.server));
  cyn_server_stop(second);
  harness_stop(&h);
}

static bool refused(const cyn_server_options *options, const char *text) {
  bool fits = !harness_start(&h, options) && h.error.message != NULL && strstr(h.error.message, text) != NULL &&
              strcmp(h.error.name, "CynamoUsageError") == 0;
  if (!fits) fprintf(stderr, "%s\n", h.error.message != NULL ? h.error.message : "(started)");
  harness_stop(&h);
  return fits;
}

TEST(bad_options_are_named) {
  cyn_server_options options = harness_options();
  options.port = cyn_int(65536);
  CHECK(refused(&options, "port is 65536: give a number from 0 to 65535"));
  options = harness_options();
  options.threads = cyn_int(0);
  CHECK(refused(&options, "threads is 0: give a number from 1 to 256"));
  options = harness_options();
  options.host = cyn_str("0.0.0.0");
  CHECK(refused(&options, "listening on 0.0.0.0 lets others in: give --credentials FILE, or --no-auth"));
  options = harness_options();
  options.credentials_file = cyn_str("/nonexistent");
  CHECK(refused(&options, "credentials file /nonexistent: No such file"));
  options = harness_options();
  options.tls_certificate_file = cyn_str("/nonexistent");
  CHECK(refused(&options, "certificate file /nonexistent: "));
  options = harness_options();
  options.tls_key_file = cyn_str("/nonexistent");
  CHECK(refused(&options, "a TLS key needs its certificate"));
  options = harness_options();
  options.init_directory = cyn_str("/nonexistent");
  CHECK(refused(&options, "--init /nonexistent: No such file"));
}

TEST(a_port_in_use_is_named) {
  REQUIRE(harness_start(&h, NULL));
  for (int threads = 1; threads <= 2; threads++) {
    cyn_server_options options = harness_options();
    options.port = cyn_int(cyn_server_port(h.server));
    options.threads = cyn_int(threads);
    cyn_server *second = NULL;
    CHECK(cyn_server_start(h.db, &options, &second, &h.error) != CYN_OK);
    CHECK(strstr(h.error.message, "is in use: stop the other program, or choose another with --port") != NULL);
  }
  harness_stop(&h);
}

TEST(all_addresses_with_no_auth) {
  cyn_server_options options = harness_options();
  options.host = cyn_str("0.0.0.0");
  options.no_auth = true;
  REQUIRE(harness_start(&h, &options));
  CHECK(strncmp(harness_exchange(&h, "GET / HTTP/1.1\r\n\r\n", 18), "HTTP/1.1 200", 12) == 0);
  harness_stop(&h);
}

/* A struct of an older, shorter header: what it does not have takes its default. */
TEST(shorter_options) {
  cyn_server_options options = harness_options();
  options.size = offsetof(cyn_server_options, threads);
  memset((char *)&options + options.size, 0xff, sizeof options - options.size);
  REQUIRE(harness_start(&h, &options));
  harness_stop(&h);
}

static void *stop_it(void *unused) {
  (void)unused;
  cyn_server_stop(h.server);
  return NULL;
}

/* What has begun is finished, with Connection: close; who is idle is let go. */
TEST(stop_finishes_what_runs) {
  REQUIRE(harness_start(&h, NULL));
  int busy = harness_connect(&h), idle = harness_connect(&h);
  const char *text = harness_post("ListTables", "{}", "");
  size_t size = strlen(text);
  CHECK(harness_send(busy, text, size - 1));
  wait_ms(100);
  pthread_t stopper;
  REQUIRE(pthread_create(&stopper, NULL, stop_it, NULL) == 0);
  CHECK(harness_is_closed(idle, 2000));
  wait_ms(100);
  CHECK(harness_send(busy, "}", 1));
  CHECK_INT(harness_receive(&h, busy, 1, 2000), 1);
  CHECK(strstr(h.answer, "\r\nConnection: close\r\n") != NULL);
  CHECK(harness_is_closed(busy, 2000));
  close(busy);
  close(idle);
  pthread_join(stopper, NULL);
  h.server = NULL;
  harness_stop(&h);
}

TEST(stop_waits_no_longer_than_allowed) {
  cyn_server_options options = harness_options();
  options.stop_timeout_ms = cyn_int(200);
  REQUIRE(harness_start(&h, &options));
  int busy = harness_connect(&h);
  CHECK(harness_send(busy, "POST / HTTP/1.1\r\n", 17));
  wait_ms(50);
  harness_stop(&h);
  CHECK(harness_is_closed(busy, 1000));
  close(busy);
}

TEST(what_a_start_needs) {
  cyn_server *server = NULL;
  cyn_error error = CYN_ERROR_INIT;
  CHECK(cyn_server_start(NULL, NULL, &server, &error) != CYN_OK);
  CHECK_STR(error.name, "CynamoUsageError");
  CHECK_STR(error.message, "cyn_server_start needs an open database");
  CHECK(server == NULL);
  cyn_error_clean_up(&error);
  cyn_server_stop(NULL);
  static char endless[5000];
  memset(endless, 'a', sizeof endless);
  cyn_server_options options = harness_options();
  options.credentials_file = (cyn_bytes){endless, sizeof endless};
  CHECK(refused(&options, "credentials file is too long"));
  options = harness_options();
  options.host = (cyn_bytes){"127.0.0.1\0x", 11};
  CHECK(refused(&options, "host is too long"));
  options = harness_options();
  options.region = (cyn_bytes){endless, 64};
  CHECK(refused(&options, "region is too long"));
  options = harness_options();
  options.host = cyn_str("nobody.invalid");
  CHECK(refused(&options, "nobody.invalid"));
}
