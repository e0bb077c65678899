#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "harness.h"

static harness h;

static cyn_status ping(const char *url, int timeout_ms) {
  cyn_error_clean_up(&h.error);
  return cyn_server_ping(url, timeout_ms, &h.error);
}

TEST(healthy_servers) {
  for (int tls = 0; tls < 2; tls++) {
    cyn_server_options options = harness_options();
    options.tls = tls == 1;
    REQUIRE(harness_start(&h, &options));
    CHECK_INT(ping(cyn_server_url(h.server), 2000), CYN_OK);
    harness_stop(&h);
  }
}

TEST(what_is_no_url) {
  CHECK(ping("ftp://x", 10) != CYN_OK);
  CHECK_STR(h.error.message, "ftp://x is no URL of a server: give http://HOST:PORT or https://HOST:PORT");
  CHECK(ping("http://:80", 10) != CYN_OK);
  CHECK_STR(h.error.message, "http://:80 names no host");
  CHECK(ping("http://a:b", 10) != CYN_OK);
  CHECK_STR(h.error.message, "http://a:b has no valid port");
  cyn_error_clean_up(&h.error);
}

TEST(nobody_and_strangers) {
  CHECK(ping("http://127.0.0.1:1", 500) != CYN_OK);
  CHECK(strstr(h.error.message, "does not answer: Connection refused") != NULL);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  REQUIRE(bind(listener, (struct sockaddr *)&address, size) == 0 && listen(listener, 5) == 0 &&
          getsockname(listener, (struct sockaddr *)&address, &size) == 0);
  char url[64];
  snprintf(url, sizeof url, "http://127.0.0.1:%d/", ntohs(address.sin_port));
  CHECK(ping(url, 200) != CYN_OK); /* the kernel takes the connection, nobody answers */
  CHECK(strstr(h.error.message, "took the connection and gave no answer") != NULL);
  close(listener);
  cyn_error_clean_up(&h.error);
}

/* ---- a stranger: takes one connection, reads what comes, and answers with a text ---- */

static struct {
  int listener;
  const char *answer;
} stranger;

static void *stranger_run(void *user) {
  (void)user;
  char question[1000];
  int fd = accept(stranger.listener, NULL, NULL);
  if (fd < 0) return NULL;
  (void)recv(fd, question, sizeof question, 0);
  (void)send(fd, stranger.answer, strlen(stranger.answer), MSG_NOSIGNAL);
  close(fd);
  return NULL;
}

/* The error's text; "" when it is healthy. */
static const char *ping_stranger(const char *scheme, const char *answer) {
  static char url[64];
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof address;
  pthread_t thread;
  stranger.listener = socket(AF_INET, SOCK_STREAM, 0);
  stranger.answer = answer;
  if (bind(stranger.listener, (struct sockaddr *)&address, size) != 0 || listen(stranger.listener, 5) != 0 ||
      getsockname(stranger.listener, (struct sockaddr *)&address, &size) != 0 || pthread_create(&thread, NULL, stranger_run, NULL) != 0)
    return "no stranger";
  (void)snprintf(url, sizeof url, "%s://127.0.0.1:%d?x", scheme, ntohs(address.sin_port));
  cyn_status status = ping(url, 2000);
  (void)pthread_join(thread, NULL);
  close(stranger.listener);
  return status == CYN_OK ? "" : h.error.message;
}

TEST(answers_of_others) {
  static char endless[6000];
  memset(endless, 'x', sizeof endless - 1);
  CHECK_STR(ping_stranger("http", "HTTP/1.1 200 OK\r\nServer: Cynamo\r\n\r\n"), "");
  CHECK(strstr(ping_stranger("http", "HTTP/1.1 200 OK\r\nServer: Other\r\n\r\n"), "is not Cynamo") != NULL);
  CHECK(strstr(ping_stranger("http", "hello\r\n\r\n"), "is not Cynamo") != NULL);
  CHECK(strstr(ping_stranger("http", "HTTP/1.1 503 Busy\r\nServer: Cynamo\r\n\r\n"), " answers with status 503") != NULL);
  CHECK(strstr(ping_stranger("http", "HTTP/1.1 200 OK\r\nServer: Cynamo\r\n"), "took the connection and gave no answer") != NULL);
  CHECK(strstr(ping_stranger("http", endless), "took the connection and gave no answer") != NULL);
  CHECK(strstr(ping_stranger("https", "HTTP/1.1 200 OK\r\n\r\n"), "took the connection and gave no answer") != NULL);
  cyn_error_clean_up(&h.error);
}

TEST(urls_at_their_edges) {
  char url[400] = "http://";
  memset(url + 7, 'h', 300);
  CHECK(ping(url, 10) != CYN_OK);
  CHECK(strstr(h.error.message, " names no host") != NULL);
  CHECK(ping("http://127.0.0.1:123456", 10) != CYN_OK);
  CHECK_STR(h.error.message, "http://127.0.0.1:123456 has no valid port");
  CHECK(ping("http://[::1:1", 10) != CYN_OK); /* the bracket is open: no host of that name */
  CHECK(ping("http://[::1]:1", 0) != CYN_OK);
  CHECK(strstr(h.error.message, "http://[::1]:1 does not answer: ") != NULL);
  CHECK(ping("https://127.0.0.1:1", 100) != CYN_OK);
  CHECK(strstr(h.error.message, "does not answer: Connection refused") != NULL);
  cyn_error_clean_up(&h.error);
}

/* A SIGPIPE that was there before is the program's own. */
TEST(a_signal_of_before_stays) {
  sigset_t pipe, before, pending;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  REQUIRE(pthread_sigmask(SIG_BLOCK, &pipe, &before) == 0 && raise(SIGPIPE) == 0);
  CHECK_STR(ping_stranger("http", "HTTP/1.1 200 OK\r\nServer: Cynamo\r\n\r\n"), "");
  CHECK(sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1);
  const struct timespec none = {0, 0};
  CHECK_INT(sigtimedwait(&pipe, NULL, &none), SIGPIPE);
  CHECK(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
}
