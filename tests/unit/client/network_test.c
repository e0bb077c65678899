#include "client/network.h"

#include "stand_in.h"

static int status_of_answer[4];

static void answer(stand_in *server, const char *request, char *out, size_t out_size) {
  (void)request;
  int at = server->requests - 1 < 3 ? server->requests - 1 : 3;
  put_answer(out, out_size, status_of_answer[at], "body");
}

static long send_by(surroundings *s, int first, int second, int *requests) {
  stand_in server;
  long http_status = 0;
  cyn_bytes body;
  status_of_answer[0] = first;
  status_of_answer[1] = status_of_answer[2] = status_of_answer[3] = second;
  stand_in_begin(&server, answer);
  point_at(&server, "AWS_ENDPOINT_URL_SSO", "/p/");
  CHECK(prepare_search(s, NULL) == CYN_OK);
  const cyn_i_service_call call = {.configuration = &s->configuration, .service = CYN_SERVICE_SSO, .region = cyn_str("eu-west-1"),
                                   .method = "GET", .path = "/x?y=z"};
  CHECK(cyn_i_service_send(&s->network, &call, &s->arena, &http_status, &body, NULL) == CYN_OK);
  CHECK(is(body, "body"));
  CHECK(strncmp(server.last, "GET /p/x?y=z HTTP/1.1\r\n", 23) == 0);
  *requests = server.requests;
  stand_in_end(&server);
  return http_status;
}

TEST(faults_that_may_pass) {
  surroundings s;
  int requests;
  begin(&s);
  CHECK_INT(send_by(&s, 200, 200, &requests), 200);
  CHECK_INT(requests, 1);
  CHECK_INT(send_by(&s, 500, 200, &requests), 200);
  CHECK_INT(requests, 2);
  CHECK_INT(send_by(&s, 429, 503, &requests), 503);
  CHECK_INT(requests, 4);
  CHECK_INT(send_by(&s, 403, 200, &requests), 403);
  CHECK_INT(requests, 1);
  end(&s);
}

TEST(nobody_there) {
  surroundings s;
  long http_status;
  cyn_bytes body;
  begin(&s);
  const cyn_i_network_call call = {.method = "GET", .url = cyn_str("http://127.0.0.1:1/"), .timeout_ms = 500, .is_direct = true};
  CHECK(cyn_i_network_send(&s.network, &call, &s.arena, &http_status, &body, &s.error) == CYN_E_CONNECTION);
  CHECK(s.error.message != NULL);
  end(&s);
}

TEST(encoding) {
  cyn_i_arena arena;
  cyn_i_buf out;
  cyn_i_arena_init(&arena, 0);
  cyn_i_buf_init(&out, &arena);
  cyn_i_network_put_encoded(&out, cyn_str("aZ0-_.~ /+&=\xc3\xa9"));
  CHECK(is((cyn_bytes){(const char *)out.data, out.size}, "aZ0-_.~%20%2F%2B%26%3D%C3%A9"));
  cyn_i_arena_clean_up(&arena);
}
