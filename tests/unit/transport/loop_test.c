/* Submitted requests: many in flight, delays, timeouts, the end of the transport. */
#include "base/clock.h"
#include "base/error.h"
#include "unruly_server.h"
#include "test.h"
#include "transport/transport.h"

typedef struct flight {
  cyn_i_http_request request;
  cyn_error error;
  atomic_int *done_count;
  uint64_t done_ns;
  cyn_i_transport *transport;
  int left; /* times to go again */
} flight;

static void on_done(cyn_i_http_request *request) {
  flight *f = request->user;
  f->done_ns = cyn_i_clock_monotonic_ns();
  if (f->left-- > 0) cyn_i_transport_submit(f->transport, request);
  else ++*f->done_count;
}

static void launch(flight *f, cyn_i_transport *transport, const char *url, atomic_int *done_count) {
  memset(f, 0, sizeof *f);
  f->request = (cyn_i_http_request){.method = "POST", .url = cyn_str(url), .body = cyn_str("{}"), .error = &f->error,
                                    .done = on_done, .user = f};
  cyn_i_buf_init(&f->request.answer_headers, NULL);
  cyn_i_buf_init(&f->request.answer_body, NULL);
  f->done_count = done_count;
  f->transport = transport;
}

static void land(flight *f) {
  cyn_i_buf_clean_up(&f->request.answer_headers);
  cyn_i_buf_clean_up(&f->request.answer_body);
  cyn_error_clean_up(&f->error);
}

static bool wait_for(atomic_int *count, int wanted, int ms) {
  for (int i = 0; i < ms && *count < wanted; i++) usleep(1000);
  return *count >= wanted;
}

static cyn_i_transport *transport_new(const cyn_i_transport_options *options) {
  cyn_i_transport *transport = NULL;
  CHECK_INT(cyn_i_transport_new(options, &transport, NULL), CYN_OK);
  return transport;
}

TEST(hundreds_over_few_connections) {
  enum { COUNT = 300 };
  static flight flights[COUNT];
  stand_in server;
  stand_in_start(&server);
  stand_in_json(&server, 200, "", "{\"a\":1}");
  cyn_i_transport *transport = transport_new(&(cyn_i_transport_options){.connections_max = 4});
  atomic_int done = 0;
  for (int i = 0; i < COUNT; i++) {
    launch(&flights[i], transport, server.url, &done);
    cyn_i_transport_submit(transport, &flights[i].request);
  }
  CHECK(wait_for(&done, COUNT, 10000));
  for (int i = 0; i < COUNT; i++) {
    CHECK_INT(flights[i].request.status, CYN_OK);
    CHECK_INT(flights[i].request.answer_body.size, 7);
    land(&flights[i]);
  }
  CHECK(server.connections <= 4);
  cyn_i_transport_destroy(transport);
  stand_in_stop(&server);
}

TEST(a_request_may_go_again_from_its_completion) {
  stand_in server;
  stand_in_start(&server);
  stand_in_json(&server, 200, "", "{}");
  cyn_i_transport *transport = transport_new(&(cyn_i_transport_options){0});
  atomic_int done = 0;
  flight f;
  launch(&f, transport, server.url, &done);
  f.left = 5;
  cyn_i_transport_submit(transport, &f.request);
  CHECK(wait_for(&done, 1, 5000));
  CHECK_INT(stand_in_requests(&server), 6);
  cyn_i_transport_destroy(transport);
  stand_in_stop(&server);
  land(&f);
}

TEST(a_request_waits_for_its_time) {
  stand_in server;
  stand_in_start(&server);
  stand_in_json(&server, 200, "", "{}");
  cyn_i_transport *transport = transport_new(&(cyn_i_transport_options){0});
  atomic_int done = 0;
  flight late, early;
  launch(&late, transport, server.url, &done);
  launch(&early, transport, server.url, &done);
  uint64_t start = cyn_i_clock_monotonic_ns();
  late.request.not_before_ns = start + 150000000;
  cyn_i_transport_submit(transport, &late.request);
  cyn_i_transport_submit(transport, &early.request);
  CHECK(wait_for(&done, 2, 5000));
  CHECK(late.done_ns - start >= 150000000);
  CHECK(early.done_ns < late.done_ns);
  cyn_i_transport_destroy(transport);
  stand_in_stop(&server);
  land(&late);
  land(&early);
}

TEST(late_and_broken_answers_end) {
  stand_in server;
  stand_in_start(&server);
  stand_in_raw(&server, NULL);
  stand_in_json(&server, 200, "", "{}")->delay_ms = 3000;
  cyn_i_transport *transport = transport_new(&(cyn_i_transport_options){.read_timeout_ms = 100});
  atomic_int done = 0;
  flight broken, late;
  launch(&broken, transport, server.url, &done);
  launch(&late, transport, server.url, &done);
  cyn_i_transport_submit(transport, &broken.request);
  CHECK(wait_for(&done, 1, 3000));
  cyn_i_transport_submit(transport, &late.request);
  CHECK(wait_for(&done, 2, 2000));
  CHECK_INT(broken.request.status, CYN_E_CONNECTION);
  CHECK_INT(late.request.status, CYN_E_TIMEOUT);
  cyn_i_transport_destroy(transport);
  stand_in_stop(&server);
  land(&broken);
  land(&late);
}

TEST(the_end_completes_what_is_under_way) {
  enum { COUNT = 20 };
  static flight flights[COUNT];
  stand_in server;
  stand_in_start(&server);
  stand_in_json(&server, 200, "", "{}")->delay_ms = 5000;
  cyn_i_transport *transport = transport_new(&(cyn_i_transport_options){.connections_max = 3});
  atomic_int done = 0;
  for (int i = 0; i < COUNT; i++) {
    launch(&flights[i], transport, server.url, &done);
    if (i % 5 == 4) flights[i].request.not_before_ns = cyn_i_clock_monotonic_ns() + 10000000000u;
    cyn_i_transport_submit(transport, &flights[i].request);
  }
  usleep(50000);
  cyn_i_transport_destroy(transport);
  CHECK_INT(done, COUNT);
  for (int i = 0; i < COUNT; i++) {
    CHECK_INT(flights[i].request.status, CYN_E_CONNECTION);
    land(&flights[i]);
  }
  stand_in_stop(&server);
}
