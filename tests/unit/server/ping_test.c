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
