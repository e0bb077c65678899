/* Listening sockets, made by hand: bookworm's libuv has no flag for SO_REUSEPORT. Several loops share a port through
 * it; since two servers could share one too and nobody would notice, a socket without it is bound first as a probe. */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "server/server_private.h"

#define BACKLOG 4096

static void set_port(struct sockaddr *address, int port) {
  if (address->sa_family == AF_INET) ((struct sockaddr_in *)(void *)address)->sin_port = htons((uint16_t)port);
  if (address->sa_family == AF_INET6) ((struct sockaddr_in6 *)(void *)address)->sin6_port = htons((uint16_t)port);
}

static int get_port(int fd) {
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  if (getsockname(fd, (struct sockaddr *)&address, &size) != 0) return -1;
  if (address.ss_family == AF_INET) return ntohs(((struct sockaddr_in *)(void *)&address)->sin_port);
  return ntohs(((struct sockaddr_in6 *)(void *)&address)->sin6_port);
}

/* A bound socket, or -1 with errno. */
static int bound_socket(const struct addrinfo *at, bool reuse_port) {
  int on = 1;
  int fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (at->ai_family == AF_INET6) (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  bool fine = !reuse_port || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0;
  if (fine && bind(fd, at->ai_addr, at->ai_addrlen) == 0) return fd;
  int saved = errno;
  close(fd);
  errno = saved;
  return -1;
}

static cyn_status bind_error(const char *host, int port, cyn_error *error) {
  switch (errno) {
    case EADDRINUSE:
      return cyn_i_error_setf(
          error, CYN_E_USAGE,
          "port %d on %s is in use: stop the other program, or choose another with --port (0 picks a free one)", port,
          host);
    case EACCES:
      return cyn_i_error_setf(error, CYN_E_USAGE, "port %d needs privileges: choose one above 1023 with --port", port);
    case EADDRNOTAVAIL:
      return cyn_i_error_setf(error, CYN_E_USAGE, "%s is no address of this machine: choose another with --host", host);
    default:
      return cyn_i_error_setf(error, CYN_E_USAGE, "cannot listen on %s port %d: %s", host, port, strerror(errno));
  }
}

/* One address: a probe, then `sets` sockets that listen. */
static cyn_status open_address(const struct addrinfo *at, const char *host, int *port, int sets, int *fds,
                               cyn_error *error) {
  set_port(at->ai_addr, *port);
  int probe = bound_socket(at, false);
  int bound = probe >= 0 ? get_port(probe) : -1;
  if (bound < 0 || (sets == 1 && listen(probe, BACKLOG) != 0)) {
    cyn_status status = bind_error(host, *port, error);
    if (probe >= 0) close(probe);
    return status;
  }
  *port = bound;
  set_port(at->ai_addr, *port);
  if (sets == 1) {
    fds[0] = probe;
    return CYN_OK;
  }
  close(probe);
  for (int i = 0; i < sets; i++) {
    int fd = bound_socket(at, true);
    if (fd < 0 || listen(fd, BACKLOG) != 0) {
      cyn_status status = bind_error(host, *port, error);
      if (fd >= 0) close(fd);
      return status;
    }
    fds[i * CYN_SERVER_LISTENERS_MAX] = fd;
  }
  return CYN_OK;
}

static void close_fds(int *fds, int count) {
  for (int i = 0; i < count; i++) {
    if (fds[i] >= 0) close(fds[i]);
    fds[i] = -1;
  }
}

cyn_status cyn_i_listen(const char *host, int *port, int sets, int *fds, int *address_count, cyn_error *error) {
  struct addrinfo hints, *found = NULL;
  memset(&hints, 0, sizeof hints);
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  for (int i = 0; i < sets * CYN_SERVER_LISTENERS_MAX; i++) fds[i] = -1;
  int failed = getaddrinfo(host, NULL, &hints, &found);
  if (failed != 0 || found == NULL)
    return cyn_i_error_setf(error, CYN_E_USAGE, "host %s is not known (%s): give an address with --host", host,
                            gai_strerror(failed));
  *address_count = 0;
  cyn_status status = CYN_OK;
  for (const struct addrinfo *at = found; at != NULL && *address_count < CYN_SERVER_LISTENERS_MAX; at = at->ai_next) {
    if (at->ai_family != AF_INET && at->ai_family != AF_INET6) continue;
    status = open_address(at, host, port, sets, fds + *address_count, error);
    /* "localhost" is two addresses, and the second may be missing on this machine */
    if (status != CYN_OK && *address_count != 0) {
      cyn_error_clean_up(error);
      status = CYN_OK;
      break;
    }
    if (status != CYN_OK) break;
    ++*address_count;
  }
  freeaddrinfo(found);
  if (status != CYN_OK) close_fds(fds, sets * CYN_SERVER_LISTENERS_MAX);
  if (status == CYN_OK && *address_count == 0)
    status = cyn_i_error_setf(error, CYN_E_USAGE, "host %s has no IPv4 or IPv6 address", host);
  return status;
}

bool cyn_i_listen_is_loopback(const char *host) {
  struct addrinfo hints, *found = NULL;
  memset(&hints, 0, sizeof hints);
  hints.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(host, NULL, &hints, &found) != 0) return false;
  bool all = found != NULL;
  for (const struct addrinfo *at = found; at != NULL; at = at->ai_next) {
    if (at->ai_family == AF_INET) {
      uint32_t address = ntohl(((const struct sockaddr_in *)(const void *)at->ai_addr)->sin_addr.s_addr);
      all = all && address >> 24 == 127;
    } else if (at->ai_family == AF_INET6) {
      all = all && IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)at->ai_addr)->sin6_addr);
    }
  }
  if (found != NULL) freeaddrinfo(found);
  return all;
}
