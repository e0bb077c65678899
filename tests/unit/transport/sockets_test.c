/* The list of open sockets: what is opened is in it, what is closed is not. */
#include <fcntl.h>
#include <netinet/in.h>
#include <unistd.h>

#include "base/alloc.h"
#include "test.h"
#include "transport/transport_private.h"

TEST(sockets_come_and_go) {
  cyn_i_transport transport = {.socket_count = 0};
  REQUIRE(pthread_mutex_init(&transport.lock, NULL) == 0);
  cyn_i_exchange exchange = {.transport = &transport};
  struct curl_sockaddr address = {.family = AF_INET, .socktype = SOCK_STREAM, .protocol = 0};
  int fds[40];
  for (int i = 0; i < 40; i++) {
    fds[i] = cyn_i_transport_open_socket(&exchange, CURLSOCKTYPE_IPCXN, &address);
    CHECK(fds[i] >= 0 && (fcntl(fds[i], F_GETFD) & FD_CLOEXEC) != 0);
  }
  CHECK_INT(transport.socket_count, 40);
  for (int i = 39; i >= 0; i -= 2) CHECK_INT(cyn_i_transport_close_socket(&transport, fds[i]), 0);
  CHECK_INT(transport.socket_count, 20);
  CHECK_INT(cyn_i_transport_close_socket(&transport, fds[39]), 0); /* not ours any more: left alone */
  for (int i = 0; i < 40; i += 2) {
    CHECK(fcntl(fds[i], F_GETFD) >= 0);
    CHECK_INT(cyn_i_transport_close_socket(&transport, fds[i]), 0);
  }
  CHECK_INT(transport.socket_count, 0);
  cyn_i_free(transport.sockets);
  (void)pthread_mutex_destroy(&transport.lock);
}

static int refuse(size_t size) {
  (void)size;
  return 1;
}

TEST(sockets_that_cannot_be_had) {
  cyn_i_transport transport = {.socket_count = 0};
  REQUIRE(pthread_mutex_init(&transport.lock, NULL) == 0);
  cyn_i_exchange exchange = {.transport = &transport};
  struct curl_sockaddr address = {.family = AF_INET, .socktype = SOCK_STREAM, .protocol = 0};
  cyn_i_alloc_hook = refuse;
  CHECK_INT(cyn_i_transport_open_socket(&exchange, CURLSOCKTYPE_IPCXN, &address), CURL_SOCKET_BAD);
  cyn_i_alloc_hook = NULL;
  CHECK(exchange.is_out_of_memory && transport.socket_count == 0); /* the call's error will say so */
  exchange.is_out_of_memory = false;
  address.family = 9999;
  CHECK_INT(cyn_i_transport_open_socket(&exchange, CURLSOCKTYPE_IPCXN, &address), CURL_SOCKET_BAD);
  CHECK(!exchange.is_out_of_memory && transport.socket_count == 0);
  (void)pthread_mutex_destroy(&transport.lock);
}
