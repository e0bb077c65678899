/* Sockets that behave and misbehave: cuts, pipelines, slow and silent peers, limits. */
#include <time.h>

#include "harness.h"

static harness h;

static int64_t now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void send_text(int fd, const char *text) { CHECK(harness_send(fd, text, strlen(text))); }

TEST(byte_by_byte) {
  REQUIRE(harness_start(&h, NULL));
  int fd = harness_connect(&h);
  const char *text = harness_post("ListTables", "{}", "");
  for (size_t i = 0; text[i] != '\0'; i++) CHECK(harness_send(fd, text + i, 1));
  CHECK_INT(harness_receive(&h, fd, 1, 2000), 1);
  CHECK_STR(harness_body(&h), "{\"TableNames\":[]}");
  close(fd);
  harness_stop(&h);
}

TEST(pipelines_are_answered_in_order) {
  enum { COUNT = 2000 };
  REQUIRE(harness_start(&h, NULL));
  int fd = harness_connect(&h);
  size_t room = COUNT * 700, size = 0;
  char *all = malloc(room);
  for (int i = 0; i < COUNT; i++) {
    const char *text = i % 2 == 0 ? "GET / HTTP/1.1\r\n\r\n" : harness_post("ListTables", "{}", "");
    size += (size_t)snprintf(all + size, room - size, "%s", text);
  }
  pid_t writer = fork(); /* the answers must be read while the requests are written */
  if (writer == 0) test_child_exit(harness_send(fd, all, size) ? 0 : 1);
  CHECK_INT(harness_receive(&h, fd, COUNT, 5000), COUNT);
  const char *at = h.answer;
  for (int i = 0; i < COUNT && at != NULL; i++) at = strstr(at + 1, i % 2 == 0 ? "healthy" : "TableNames");
  CHECK(at != NULL);
  free(all);
  close(fd);
  harness_stop(&h);
}

TEST(half_closed_clients_get_their_answers) {
  REQUIRE(harness_start(&h, NULL));
  int fd = harness_connect(&h);
  send_text(fd, "GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n");
  shutdown(fd, SHUT_WR);
  CHECK_INT(harness_receive(&h, fd, 2, 2000), 2);
  CHECK(harness_is_closed(fd, 2000));
  close(fd);
  harness_stop(&h);
}

TEST(expect_continue) {
  REQUIRE(harness_start(&h, NULL));
  int fd = harness_connect(&h);
  const char *text = harness_post("ListTables", "{}", "Expect: 100-continue\r\n");
  CHECK(harness_send(fd, text, strlen(text) - 2));
  CHECK_INT(harness_receive(&h, fd, 1, 200), 0);
  CHECK_STR(h.answer, "HTTP/1.1 100 Continue\r\n\r\n");
  send_text(fd, "{}");
  CHECK_INT(harness_receive(&h, fd, 1, 2000), 1);
  close(fd);
  harness_stop(&h);
}

TEST(connection_close_and_http_1_0) {
  REQUIRE(harness_start(&h, NULL));
  const char *requests[] = {"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"};
  for (int i = 0; i < 2; i++) {
    int fd = harness_connect(&h);
    send_text(fd, requests[i]);
    CHECK_INT(harness_receive(&h, fd, 1, 2000), 1);
    CHECK(strstr(h.answer, "\r\nConnection: close\r\n") != NULL);
    CHECK(harness_is_closed(fd, 2000));
    close(fd);
  }
  int fd = harness_connect(&h);
  send_text(fd, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  CHECK_INT(harness_receive(&h, fd, 1, 2000), 1);
  CHECK(strstr(h.answer, "\r\nConnection: keep-alive\r\n") != NULL);
  close(fd);
  harness_stop(&h);
}

/* The whole body is sent before the answer is read: it must not be lost to a reset. */
TEST(too_large_bodies) {
  REQUIRE(harness_start(&h, NULL));
  int fd = harness_connect(&h);
  size_t size = (16 << 20) + 1;
  char *body = malloc(size), head[300];
  memset(body, ' ', size);
  snprintf(head, sizeof head, "POST / HTTP/1.1\r\nContent-Length: %zu\r\n\r\n", size);
  send_text(fd, head);
  (void)harness_send(fd, body, size);
  (void)harness_receive(&h, fd, 1, 1000);
  CHECK_INT(harness_status(&h), 413);
  CHECK(strstr(h.answer, "\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") != NULL);
  CHECK(strstr(h.answer, "RequestId") == NULL);
  free(body);
  close(fd);
  harness_stop(&h);
}

TEST(deadlines) {
  cyn_server_options options = harness_options();
  options.header_timeout_ms = cyn_int(300);
  options.body_timeout_ms = cyn_int(300);
  options.idle_timeout_ms = cyn_int(300);
  REQUIRE(harness_start(&h, &options));
  const struct {
    const char *text, *answer;
  } cases[] = {{"POST / HTTP/1.1\r\nHo", "HTTP/1.1 408"},
               {"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n{", "HTTP/1.1 408"},
               {"", ""}};
  for (int i = 0; i < 3; i++) {
    int fd = harness_connect(&h);
    int64_t start = now_ms();
    send_text(fd, cases[i].text);
    (void)harness_receive(&h, fd, 5, 3000);
    int64_t took = now_ms() - start;
    CHECK(took >= 290 && took < 2500);
    CHECK(strncmp(h.answer, cases[i].answer, strlen(cases[i].answer)) == 0);
    close(fd);
  }
  harness_stop(&h);
}

TEST(too_many_connections_are_told) {
  cyn_server_options options = harness_options();
  options.connections_max = cyn_int(2);
  REQUIRE(harness_start(&h, &options));
  int a = harness_connect(&h), b = harness_connect(&h);
  send_text(a, "GET / HTTP/1.1\r\n\r\n");
  CHECK_INT(harness_receive(&h, a, 1, 2000), 1);
  int c = harness_connect(&h);
  (void)harness_receive(&h, c, 1, 2000);
  CHECK_INT(harness_status(&h), 503);
  close(b);
  close(c);
  send_text(a, "GET / HTTP/1.1\r\n\r\n");
  CHECK_INT(harness_receive(&h, a, 1, 2000), 1);
  int d = harness_connect(&h);
  send_text(d, "GET / HTTP/1.1\r\n\r\n");
  CHECK_INT(harness_receive(&h, d, 1, 2000), 1);
  close(a);
  close(d);
  harness_stop(&h);
}

/* A client that asks for large answers and reads none: it is let go, and others are served meanwhile. */
TEST(slow_readers_are_let_go) {
  enum { HEADER = 30000, REQUESTS = 1000 };
  cyn_server_options options = harness_options();
  options.send_timeout_ms = cyn_int(500);
  REQUIRE(harness_start(&h, &options));
  int fd = harness_connect(&h);
  char *text = malloc(HEADER + 200);
  size_t size = (size_t)snprintf(text, HEADER, "OPTIONS / HTTP/1.1\r\nOrigin: o\r\nAccess-Control-Request-Headers: ");
  memset(text + size, 'x', HEADER);
  size += HEADER;
  size += (size_t)snprintf(text + size, 100, "\r\n\r\n");
  bool closed = false;
  int64_t start = now_ms();
  for (size_t sent = 0; !closed && now_ms() - start < 10000;) {
    struct pollfd wait = {fd, sent < REQUESTS * size ? POLLOUT : 0, 0};
    closed = poll(&wait, 1, 100) == 1 && (wait.revents & (POLLERR | POLLHUP)) != 0;
    size_t at = sent % size;
    ssize_t n = sent < REQUESTS * size ? send(fd, text + at, size - at, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;
    sent += n > 0 ? (size_t)n : 0;
  }
  CHECK(closed);
  CHECK_INT(strncmp(harness_exchange(&h, "GET / HTTP/1.1\r\n\r\n", 18), "HTTP/1.1 200", 12), 0);
  free(text);
  close(fd);
  harness_stop(&h);
}

TEST(memory_of_arriving_requests_is_bounded) {
  cyn_server_options options = harness_options();
  options.pending_bytes_max = cyn_int(1 << 20);
  REQUIRE(harness_start(&h, &options));
  int fds[4];
  char *part = malloc(400000);
  memset(part, ' ', 400000);
  int refused = 0;
  for (int i = 0; i < 4; i++) {
    fds[i] = harness_connect(&h);
    send_text(fds[i], "POST / HTTP/1.1\r\nContent-Length: 16000000\r\n\r\n");
    (void)harness_send(fds[i], part, 400000);
    (void)harness_receive(&h, fds[i], 1, 300);
    refused += harness_status(&h) == 503;
  }
  CHECK(refused >= 1 && refused < 4);
  for (int i = 0; i < 4; i++) close(fds[i]);
  free(part);
  harness_stop(&h);
}
