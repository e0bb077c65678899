#include <stdlib.h>
#include <unistd.h>

#include "server/server_private.h"
#include "test.h"

static int fds[4 * CYN_SERVER_LISTENERS_MAX];
static cyn_error error;

static void close_all_fds(void) {
  for (int i = 0; i < 4 * CYN_SERVER_LISTENERS_MAX; i++) {
    if (fds[i] > 0) close(fds[i]);
    fds[i] = -1;
  }
}

TEST(free_port_for_several_loops) {
  int port = 0, addresses = 0;
  REQUIRE(cyn_i_listen("127.0.0.1", &port, 4, fds, &addresses, &error) == CYN_OK);
  CHECK(port > 0);
  CHECK_INT(addresses, 1);
  for (int i = 0; i < 4; i++) CHECK(fds[i * CYN_SERVER_LISTENERS_MAX] > 0);
  int again[CYN_SERVER_LISTENERS_MAX], count = 0;
  CHECK(cyn_i_listen("127.0.0.1", &port, 1, again, &count, &error) != CYN_OK);
  CHECK(strstr(error.message, "is in use: stop the other program, or choose another with --port") != NULL);
  int more[4 * CYN_SERVER_LISTENERS_MAX];
  CHECK(cyn_i_listen("127.0.0.1", &port, 2, more, &count, &error) != CYN_OK);
  CHECK(strstr(error.message, "is in use") != NULL);
  close_all_fds();
  cyn_error_clean_up(&error);
}

TEST(faults_name_the_remedy) {
  int port = 0, count = 0;
  CHECK(cyn_i_listen("203.0.113.1", &port, 1, fds, &count, &error) != CYN_OK);
  CHECK_STR(error.message, "203.0.113.1 is no address of this machine: choose another with --host");
  CHECK(cyn_i_listen("no such host", &port, 1, fds, &count, &error) != CYN_OK);
  CHECK(strstr(error.message, "give an address with --host") != NULL);
  cyn_error_clean_up(&error);
}

TEST(loopback) {
  CHECK(cyn_i_listen_is_loopback("127.0.0.1"));
  CHECK(cyn_i_listen_is_loopback("127.1.2.3"));
  CHECK(cyn_i_listen_is_loopback("::1"));
  CHECK(cyn_i_listen_is_loopback("localhost"));
  CHECK(!cyn_i_listen_is_loopback("0.0.0.0"));
  CHECK(!cyn_i_listen_is_loopback("::"));
  CHECK(!cyn_i_listen_is_loopback("192.0.2.1"));
}
