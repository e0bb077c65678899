/* The sockets that libcurl holds for a transport. They are counted here because a child process must close its copies
 * without a word to the peer: libcurl would say goodbye on them in the parent's name. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "transport/transport_private.h"

static bool add(cyn_i_transport *transport, int fd) {
  (void)pthread_mutex_lock(&transport->lock);
  bool fits = transport->socket_count < transport->socket_capacity;
  if (!fits) {
    size_t capacity = transport->socket_capacity * 2 + 16;
    int *more = cyn_i_realloc(transport->sockets, capacity * sizeof *more);
    if (more != NULL) {
      transport->sockets = more;
      transport->socket_capacity = capacity;
      fits = true;
    }
  }
  if (fits) transport->sockets[transport->socket_count++] = fd;
  (void)pthread_mutex_unlock(&transport->lock);
  return fits;
}

curl_socket_t cyn_i_transport_open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address) {
  cyn_i_exchange *exchange = user;
  (void)purpose;
  int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (fd < 0) return CURL_SOCKET_BAD;
  if (!add(exchange->transport, fd)) {
    close(fd);
    exchange->is_out_of_memory = true;
    return CURL_SOCKET_BAD;
  }
  return fd;
}

int cyn_i_transport_close_socket(void *user, curl_socket_t socket) {
  cyn_i_transport *transport = user;
  bool is_ours = false;
  (void)pthread_mutex_lock(&transport->lock);
  for (size_t i = 0; i < transport->socket_count && !is_ours; i++)
    if (transport->sockets[i] == socket) {
      transport->sockets[i] = transport->sockets[--transport->socket_count];
      is_ours = true;
    }
  (void)pthread_mutex_unlock(&transport->lock);
  return is_ours ? close(socket) : 0;
}
