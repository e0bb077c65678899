/* fork(): the child connects anew, the parent goes on over the connection that it had. */
#include <sys/wait.h>

#include "base/error.h"
#include "unruly_server.h"
#include "test.h"
#include "transport/transport.h"

static cyn_status call(cyn_i_transport *transport, const char *url) {
  cyn_error error = CYN_ERROR_INIT;
  cyn_i_http_request request = {.method = "POST", .url = cyn_str(url), .body = cyn_str("{}"), .error = &error};
  cyn_i_buf_init(&request.answer_headers, NULL);
  cyn_i_buf_init(&request.answer_body, NULL);
  cyn_i_transport_call(transport, &request);
  cyn_i_buf_clean_up(&request.answer_headers);
  cyn_i_buf_clean_up(&request.answer_body);
  cyn_error_clean_up(&error);
  return request.status;
}

static atomic_int done;
static void on_done(cyn_i_http_request *request) { done += request->status == CYN_OK ? 1 : 100; }

static cyn_status submit(cyn_i_transport *transport, const char *url) {
  static cyn_error error;
  static cyn_i_http_request request;
  request = (cyn_i_http_request){.method = "POST", .url = cyn_str(url), .body = cyn_str("{}"), .error = &error,
                                 .done = on_done};
  cyn_i_buf_init(&request.answer_headers, NULL);
  cyn_i_buf_init(&request.answer_body, NULL);
  done = 0;
  cyn_i_transport_submit(transport, &request);
  for (int i = 0; i < 5000 && done == 0; i++) usleep(1000);
  cyn_i_buf_clean_up(&request.answer_headers);
  cyn_i_buf_clean_up(&request.answer_body);
  cyn_error_clean_up(&error);
  return done == 1 ? CYN_OK : CYN_E_TIMEOUT;
}

TEST(a_child_connects_anew) {
  stand_in server;
  stand_in_start(&server);
  stand_in_json(&server, 200, "", "{}");
  cyn_i_transport *transport;
  REQUIRE(cyn_i_transport_new(&(cyn_i_transport_options){.read_timeout_ms = 5000}, &transport, NULL) == CYN_OK);
  CHECK_INT(call(transport, server.url), CYN_OK);
  CHECK_INT(submit(transport, server.url), CYN_OK);
  size_t before = server.connections;
  pid_t child = fork();
  if (child == 0) {
    int bad = call(transport, server.url) != CYN_OK;
#ifndef __SANITIZE_THREAD__ /* which lets a child of many threads start none */
    bad |= (submit(transport, server.url) != CYN_OK) << 1;
#endif
    bad |= (call(transport, server.url) != CYN_OK) << 2;
    test_child_exit(bad);
  }
  int how = -1;
  CHECK_INT(waitpid(child, &how, 0), child);
  CHECK_INT(how, 0);
#ifndef __SANITIZE_THREAD__
  CHECK_INT(server.connections, before + 2);
#endif
  CHECK_INT(call(transport, server.url), CYN_OK); /* the child has not closed what is ours */
  CHECK_INT(submit(transport, server.url), CYN_OK);
#ifndef __SANITIZE_THREAD__
  CHECK_INT(server.connections, before + 2);
#endif
  cyn_i_transport_destroy(transport);
  stand_in_stop(&server);
}

/* The child finds whole lists: of two transports, one with a call under way on its thread. */
TEST(calls_under_way_are_the_parents) {
  stand_in slow, server;
  stand_in_start(&slow);
  stand_in_start(&server);
  stand_in_json(&server, 200, "", "{}");
  stand_in_json(&slow, 200, "", "{}")->delay_ms = 500;
  cyn_i_transport *first, *second, *third;
  const cyn_i_transport_options options = {.read_timeout_ms = 5000};
  REQUIRE(cyn_i_transport_new(&options, &first, NULL) == CYN_OK && cyn_i_transport_new(&options, &second, NULL) == CYN_OK &&
          cyn_i_transport_new(&options, &third, NULL) == CYN_OK);
  cyn_error error = CYN_ERROR_INIT;
  cyn_i_http_request request = {.method = "POST", .url = cyn_str(slow.url), .body = cyn_str("{}"), .error = &error, .done = on_done};
  cyn_i_buf_init(&request.answer_headers, NULL);
  cyn_i_buf_init(&request.answer_body, NULL);
  done = 0;
  cyn_i_transport_submit(first, &request);
  for (int i = 0; i < 5000 && slow.connections == 0; i++) usleep(1000);
  pid_t child = fork();
  if (child == 0) {
    int bad = done != 0;
    bad |= (call(first, server.url) != CYN_OK) << 1;
    bad |= (call(second, server.url) != CYN_OK) << 2;
    cyn_i_transport_destroy(second); /* in the middle of the list */
    bad |= (call(third, server.url) != CYN_OK) << 3;
    test_child_exit(bad);
  }
  int how = -1;
  CHECK_INT(waitpid(child, &how, 0), child);
  CHECK_INT(how, 0);
  for (int i = 0; i < 5000 && done == 0; i++) usleep(1000);
  CHECK_INT(done, 1); /* the parent's call has its answer */
  cyn_i_transport_destroy(second);
  cyn_i_transport_destroy(third);
  cyn_i_transport_destroy(first);
  cyn_i_buf_clean_up(&request.answer_headers);
  cyn_i_buf_clean_up(&request.answer_body);
  cyn_error_clean_up(&error);
  stand_in_stop(&slow);
  stand_in_stop(&server);
}
