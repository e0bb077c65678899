/* The health check of a container: one GET, blocking, over plain sockets or TLS. It asks the server's own page, so
 * another program on that port does not pass for healthy. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cynamo/server.h>

#include "base/clock.h"
#include "base/error.h"

typedef struct endpoint {
  bool tls;
  char host[256];
  char port[8];
} endpoint;

static cyn_status parse_url(const char *url, endpoint *out, cyn_error *error) {
  const char *at = url;
  out->tls = strncmp(at, "https://", 8) == 0;
  if (out->tls)
    at += 8;
  else if (strncmp(at, "http://", 7) == 0)
    at += 7;
  else
    return cyn_i_error_setf(error, CYN_E_USAGE, "%s is no URL of a server: give http://HOST:PORT or https://HOST:PORT",
                            url);
  bool is_v6 = at[0] == '[';
  size_t host_size = is_v6 ? strcspn(++at, "]") : strcspn(at, ":/?");
  if (host_size == 0 || host_size >= sizeof out->host)
    return cyn_i_error_setf(error, CYN_E_USAGE, "%s names no host", url);
  memcpy(out->host, at, host_size);
  out->host[host_size] = '\0';
  at += host_size + (is_v6 && at[host_size] == ']');
  (void)snprintf(out->port, sizeof out->port, "%s", out->tls ? "443" : "80");
  if (*at == ':') {
    size_t digits = strspn(at + 1, "0123456789");
    if (digits == 0 || digits > 5) return cyn_i_error_setf(error, CYN_E_USAGE, "%s has no valid port", url);
    memcpy(out->port, at + 1, digits);
    out->port[digits] = '\0';
  }
  return CYN_OK;
}

static int left_ms(uint64_t end_ns) {
  uint64_t now = cyn_i_clock_monotonic_ns();
  return now >= end_ns ? 0 : (int)((end_ns - now) / 1000000) + 1;
}

static int connect_address(const struct addrinfo *at, uint64_t end_ns) {
  int fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  int failed = 0;
  if (connect(fd, at->ai_addr, at->ai_addrlen) != 0) {
    struct pollfd wait = {fd, POLLOUT, 0};
    socklen_t size = sizeof failed;
    if (errno != EINPROGRESS)
      failed = errno;
    else if (poll(&wait, 1, left_ms(end_ns)) != 1)
      failed = ETIMEDOUT;
    else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &size) != 0)
      failed = errno;
  }
  if (failed == 0) {
    /* from here on the calls may block, for as long as is left */
    int wait = left_ms(end_ns);
    struct timeval limit = {wait / 1000, wait % 1000 * 1000 + 1};
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    return fd;
  }
  close(fd);
  errno = failed;
  return -1;
}

static int connect_endpoint(const endpoint *to, uint64_t end_ns, const char **reason) {
  struct addrinfo hints, *found = NULL;
  memset(&hints, 0, sizeof hints);
  hints.ai_socktype = SOCK_STREAM;
  int failed = getaddrinfo(to->host, to->port, &hints, &found);
  if (failed != 0) {
    *reason = gai_strerror(failed);
    return -1;
  }
  int fd = -1;
  for (const struct addrinfo *at = found; at != NULL && fd < 0; at = at->ai_next) fd = connect_address(at, end_ns);
  if (fd < 0) *reason = strerror(errno);
  freeaddrinfo(found);
  return fd;
}

/* Sends the question and reads the head of the answer; false when the connection ends or times out before. */
static bool exchange(int fd, SSL *ssl, const char *question, char *answer, size_t room) {
  size_t size = strlen(question), got = 0;
  ssize_t sent = ssl != NULL ? SSL_write(ssl, question, (int)size) : send(fd, question, size, MSG_NOSIGNAL);
  if (sent != (ssize_t)size) return false;
  while (got + 1 < room) {
    ssize_t n =
        ssl != NULL ? SSL_read(ssl, answer + got, (int)(room - 1 - got)) : recv(fd, answer + got, room - 1 - got, 0);
    if (n <= 0) break;
    got += (size_t)n;
    answer[got] = '\0';
    if (strstr(answer, "\r\n\r\n") != NULL) return true;
  }
  answer[got] = '\0';
  return false;
}

/* OpenSSL writes to its socket without MSG_NOSIGNAL: a peer that has gone must not end the program that asks. */
static void hold_sigpipe(sigset_t *before, bool *was_pending) {
  sigset_t pipe, pending;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  (void)sigpending(&pending);
  *was_pending = sigismember(&pending, SIGPIPE) == 1;
  (void)pthread_sigmask(SIG_BLOCK, &pipe, before);
}

/* Takes back the signal that was ours. */
static void release_sigpipe(const sigset_t *before, bool was_pending) {
  const struct timespec none = {0, 0};
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  if (!was_pending) (void)sigtimedwait(&pipe, NULL, &none);
  (void)pthread_sigmask(SIG_SETMASK, before, NULL);
}

static cyn_status ask(int fd, const endpoint *to, const char *url, cyn_error *error) {
  char question[400], answer[2048] = "";
  (void)snprintf(question, sizeof question, "GET /_cynamo/health HTTP/1.1\r\nHost: %s:%s\r\nConnection: close\r\n\r\n",
                 to->host, to->port);
  SSL_CTX *context = NULL;
  SSL *ssl = NULL;
  bool fine = true, was_pending;
  sigset_t signals;
  hold_sigpipe(&signals, &was_pending);
  if (to->tls) {
    context = SSL_CTX_new(TLS_client_method());
    ssl = context != NULL ? SSL_new(context) : NULL;
    fine = ssl != NULL && SSL_set_fd(ssl, fd) == 1 && SSL_connect(ssl) == 1;
  }
  fine = fine && exchange(fd, ssl, question, answer, sizeof answer);
  SSL_free(ssl);
  SSL_CTX_free(context);
  ERR_clear_error();
  release_sigpipe(&signals, was_pending);
  if (!fine) return cyn_i_error_setf(error, CYN_E_UNAVAILABLE, "%s took the connection and gave no answer", url);
  int status = 0;
  if (sscanf(answer, "HTTP/1.%*c %3d", &status) != 1 || strstr(answer, "Server: Cynamo") == NULL)
    return cyn_i_error_setf(error, CYN_E_UNAVAILABLE, "what answers at %s is not Cynamo", url);
  if (status != 200) return cyn_i_error_setf(error, CYN_E_UNAVAILABLE, "%s answers with status %d", url, status);
  return CYN_OK;
}

cyn_status cyn_server_ping(const char *url, int timeout_ms, cyn_error *error) {
  endpoint to;
  cyn_status status = parse_url(url, &to, error);
  if (status != CYN_OK) return status;
  const char *reason = "";
  int fd = connect_endpoint(&to, cyn_i_clock_monotonic_ns() + (uint64_t)(timeout_ms > 0 ? timeout_ms : 1) * 1000000,
                            &reason);
  if (fd < 0) return cyn_i_error_setf(error, CYN_E_UNAVAILABLE, "%s does not answer: %s", url, reason);
  status = ask(fd, &to, url, error);
  close(fd);
  return status;
}
