/* Blocking calls against a server that answers well, badly, late and not at all. */
#include "transport/transport.h"

#include "base/clock.h"
#include "base/error.h"
#include <cynamo/client.h>

#include "unruly_server.h"
#include "test.h"

typedef struct fixture {
  stand_in server;
  cyn_i_transport *transport;
  cyn_error error;
  cyn_i_http_request request;
} fixture;

static void start(fixture *f, const cyn_i_transport_options *options) {
  const cyn_i_transport_options standard = {.read_timeout_ms = 5000, .connect_timeout_ms = 5000};
  memset(f, 0, sizeof *f);
  stand_in_start(&f->server);
  CHECK_INT(cyn_i_transport_new(options != NULL ? options : &standard, &f->transport, &f->error), CYN_OK);
  f->request.method = "POST";
  f->request.url = cyn_str(f->server.url);
  f->request.body = cyn_str("{\"a\":1}");
  f->request.error = &f->error;
  cyn_i_buf_init(&f->request.answer_headers, NULL);
  cyn_i_buf_init(&f->request.answer_body, NULL);
}

static void stop(fixture *f) {
  cyn_i_transport_destroy(f->transport);
  stand_in_stop(&f->server);
  cyn_i_buf_clean_up(&f->request.answer_headers);
  cyn_i_buf_clean_up(&f->request.answer_body);
  cyn_error_clean_up(&f->error);
}

static bool body_is(const fixture *f, const char *text) {
  return f->request.answer_body.size == strlen(text) && memcmp(f->request.answer_body.data, text, strlen(text)) == 0;
}

TEST(answers_come_over_one_connection) {
  fixture f;
  start(&f, NULL);
  stand_in_json(&f.server, 200, "X-One: a\r\n", "{\"ok\":true}");
  const cyn_i_http_header headers[] = {{cyn_str("X-Amz-Target"), cyn_str("T.Op")}, {cyn_str("X-Empty"), cyn_str("")}};
  f.request.headers = headers;
  f.request.header_count = 2;
  for (int i = 0; i < 5; i++) {
    cyn_i_transport_call(f.transport, &f.request);
    CHECK_INT(f.request.status, CYN_OK);
    CHECK_INT(f.request.http_status, 200);
    CHECK(f.request.was_sent);
    CHECK(body_is(&f, "{\"ok\":true}"));
  }
  CHECK_INT(f.server.connections, 1);
  cyn_bytes one = cyn_i_http_header_get(&f.request, "x-one");
  CHECK(one.size == 1 && one.data[0] == 'a');
  CHECK(cyn_i_http_header_get(&f.request, "x-two").data == NULL);
  CHECK(strstr(f.server.last, "POST / HTTP/1.1\r\n") == f.server.last);
  CHECK(strstr(f.server.last, "\r\nX-Amz-Target: T.Op\r\n") != NULL);
  CHECK(strstr(f.server.last, "\r\nX-Empty:\r\n") != NULL);
  CHECK(strstr(f.server.last, "\r\n\r\n{\"a\":1}") != NULL);
  CHECK(strstr(f.server.last, "Expect") == NULL && strstr(f.server.last, "Accept:") == NULL);
  stop(&f);
}

TEST(methods_change_on_one_handle) {
  fixture f;
  start(&f, NULL);
  stand_in_json(&f.server, 200, "", "{}");
  static const struct {
    const char *method;
    bool has_body;
  } steps[] = {{"POST", true}, {"GET", false}, {"PUT", true}, {"POST", true}, {"DELETE", false}, {"POST", true}};
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
    f.request.method = steps[i].method;
    f.request.body = steps[i].has_body ? cyn_str("body") : (cyn_bytes){NULL, 0};
    cyn_i_transport_call(f.transport, &f.request);
    CHECK_INT(f.request.status, CYN_OK);
    CHECK(strncmp(f.server.last, steps[i].method, strlen(steps[i].method)) == 0);
    CHECK((strstr(f.server.last, "\r\n\r\nbody") != NULL) == steps[i].has_body);
  }
  stop(&f);
}

TEST(nobody_listens) {
  fixture f;
  start(&f, NULL);
  stand_in other;
  stand_in_start(&other);
  stand_in_stop(&other); /* its port is free now */
  f.request.url = cyn_str(other.url);
  cyn_i_transport_call(f.transport, &f.request);
  CHECK_INT(f.request.status, CYN_E_CONNECTION);
  CHECK(!f.request.was_sent);
  CHECK(strstr(f.error.message, other.url) != NULL);
  stop(&f);
}

TEST(a_late_answer_is_a_timeout) {
  const cyn_i_transport_options options = {.read_timeout_ms = 150};
  fixture f;
  start(&f, &options);
  stand_in_json(&f.server, 200, "", "{}")->delay_ms = 3000;
  uint64_t before = cyn_i_clock_monotonic_ns();
  cyn_i_transport_call(f.transport, &f.request);
  uint64_t took_ms = (cyn_i_clock_monotonic_ns() - before) / 1000000;
  CHECK_INT(f.request.status, CYN_E_TIMEOUT);
  CHECK(f.request.was_sent);
  CHECK(took_ms >= 140 && took_ms < 1500);
  stop(&f);
}

static bool always(void) { return true; }

TEST(a_wait_ends_when_the_program_says_so) {
  fixture f;
  start(&f, NULL);
  stand_in_json(&f.server, 200, "", "{}")->delay_ms = 1000;
  cyn_interrupt_set(always);
  cyn_i_transport_call(f.transport, &f.request);
  cyn_interrupt_set(NULL);
  CHECK_INT(f.request.status, CYN_E_INTERRUPTED);
  stop(&f);
}

TEST(an_answer_byte_by_byte_arrives_or_is_cut_off) {
  const cyn_i_transport_options options = {.connect_timeout_ms = 100, .read_timeout_ms = 100};
  fixture f;
  start(&f, &options);
  stand_in_json(&f.server, 200, "", "{}")->drip_ms = 1;
  stand_in_json(&f.server, 200, "", "{\"a\":\"................................................\"}")->drip_ms = 60;
  cyn_i_transport_call(f.transport, &f.request);
  CHECK_INT(f.request.status, CYN_OK);
  uint64_t before = cyn_i_clock_monotonic_ns();
  cyn_i_transport_call(f.transport, &f.request); /* never 100 ms without a byte, and still over */
  CHECK_INT(f.request.status, CYN_E_TIMEOUT);
  CHECK((cyn_i_clock_monotonic_ns() - before) / 1000000 < 4000);
  stop(&f);
}

TEST(broken_answers_are_connection_errors) {
  static const char *const answers[] = {
      NULL,                                                      /* closed without a word */
      "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half\":", /* cut */
      "HTTP/1.1 200 OK\r\nContent-Le",                           /* cut in the head */
      "SSH-2.0-OpenSSH\r\n\r\n",                                 /* another protocol */
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
  };
  fixture f;
  start(&f, NULL);
  for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) stand_in_raw(&f.server, answers[i])->closes = true;
  stand_in_raw(&f.server, NULL)->resets = true;
  for (size_t i = 0; i <= sizeof answers / sizeof answers[0]; i++) {
    cyn_i_transport_call(f.transport, &f.request);
    CHECK_INT(f.request.status, CYN_E_CONNECTION);
    CHECK(f.request.was_sent);
  }
  stop(&f);
}

TEST(answers_are_bounded) {
  fixture f;
  start(&f, NULL);
  stand_in_json(&f.server, 200, "", "{\"a\":\"0123456789\"}");
  stand_in_raw(&f.server, "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n0123456789ab")->closes = true;
  char *many = calloc(1, 400000);
  strcpy(many, "HTTP/1.1 200 OK\r\n");
  for (int i = 0; i < 3000; i++) snprintf(many + strlen(many), 120, "X-%d: %0100d\r\n", i, i);
  stand_in_raw(&f.server, many);
  free(many);
  f.request.body_bytes_max = 10;
  for (int i = 0; i < 3; i++) {
    cyn_i_transport_call(f.transport, &f.request);
    CHECK_INT(f.request.status, CYN_E_CONNECTION);
    CHECK(f.request.answer_body.size <= 10);
  }
  stop(&f);
}

TEST(a_header_is_one_line) {
  fixture f;
  start(&f, NULL);
  stand_in_json(&f.server, 200, "", "{}");
  const cyn_i_http_header bad[] = {{cyn_str("X-A"), cyn_str("a\r\nX-B: b")}, {cyn_str(""), cyn_str("b")}};
  f.request.header_count = 1;
  for (int i = 0; i < 2; i++) {
    f.request.headers = &bad[i];
    cyn_i_transport_call(f.transport, &f.request);
    CHECK_INT(f.request.status, CYN_E_USAGE);
  }
  CHECK_INT(stand_in_requests(&f.server), 0);
  stop(&f);
}

TEST(a_connection_that_the_server_dropped_is_made_anew) {
  fixture f;
  start(&f, NULL);
  stand_in_json(&f.server, 200, "", "{}")->closes = true;
  for (int i = 0; i < 3; i++) {
    cyn_i_transport_call(f.transport, &f.request);
    CHECK_INT(f.request.status, CYN_OK);
    usleep(20000);
  }
  CHECK_INT(f.server.connections, 3);
  stop(&f);
}

typedef struct caller {
  cyn_i_transport *transport;
  const char *url;
  int good;
} caller;

static void *call_often(void *user) {
  caller *c = user;
  cyn_error error = CYN_ERROR_INIT;
  cyn_i_http_request request = {.method = "POST", .url = cyn_str(c->url), .body = cyn_str("{}"), .error = &error};
  cyn_i_buf_init(&request.answer_headers, NULL);
  cyn_i_buf_init(&request.answer_body, NULL);
  for (int i = 0; i < 50; i++) {
    cyn_i_transport_call(c->transport, &request);
    c->good += request.status == CYN_OK && request.answer_body.size == 2;
  }
  cyn_i_buf_clean_up(&request.answer_headers);
  cyn_i_buf_clean_up(&request.answer_body);
  cyn_error_clean_up(&error);
  return NULL;
}

TEST(many_threads_share_one_transport) {
  enum { THREADS = 8 };
  const cyn_i_transport_options options = {.connections_max = 4};
  fixture f;
  start(&f, &options);
  stand_in_json(&f.server, 200, "", "{}");
  pthread_t threads[THREADS];
  caller callers[THREADS];
  for (int i = 0; i < THREADS; i++) {
    callers[i] = (caller){f.transport, f.server.url, 0};
    (void)pthread_create(&threads[i], NULL, call_often, &callers[i]);
  }
  for (int i = 0; i < THREADS; i++) {
    (void)pthread_join(threads[i], NULL);
    CHECK_INT(callers[i].good, 50);
  }
  stop(&f);
}

TEST(a_ca_bundle_that_is_not_there_is_named) {
  const cyn_i_transport_options options = {.ca_bundle = cyn_str("/nowhere/ca.pem")};
  fixture f;
  start(&f, &options);
  stand_in_json(&f.server, 200, "", "{}");
  char url[64];
  snprintf(url, sizeof url, "https://127.0.0.1:%d", f.server.port);
  f.request.url = cyn_str(url);
  cyn_i_transport_call(f.transport, &f.request);
  CHECK_INT(f.request.status, CYN_E_USAGE);
  CHECK(strstr(f.error.message, "/nowhere/ca.pem") != NULL);
  stop(&f);
}
