/* The limit that the server is measured against: one thread, epoll, keep-alive. Reads a whole request, looks nothing
 * up, sends a ready answer of as many bytes as asked.
 *
 *   bare_loop PORT BODY_BYTES [POLL_US [tls]]
 *
 * The answer has the head that Cynamo sends and a body of BODY_BYTES. Prints the CPU time used at SIGTERM.
 *
 * With `tls` the same loop has one SSL_read for each read and one SSL_write for each write, and nothing else of OpenSSL
 * behind the handshake: what TLS costs at least with this library. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#define CONNECTIONS 4096
#define REQUEST_BYTES_MAX (1 << 20)

typedef struct connection {
  char *data;
  size_t size, capacity;
  SSL *ssl;
} connection;

static connection connections[CONNECTIONS];
static char *answer;
static size_t answer_size;
static SSL_CTX *tls; /* NULL: plain */
static volatile sig_atomic_t stopped;

static void on_stop(int number) {
  (void)number;
  stopped = 1;
}

static void make_answer(size_t body_bytes) {
  answer = malloc(body_bytes + 512);
  if (answer == NULL) exit(1);
  int head = snprintf(
      answer, 512,
      "HTTP/1.1 200 OK\r\nServer: Cynamo\r\nDate: Tue, 24 Nov 2026 00:00:00 GMT\r\n"
      "Content-Type: application/x-amz-json-1.0\r\nContent-Length: %zu\r\n"
      "x-amzn-RequestId: 0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123\r\nx-amz-crc32: 1234567890\r\n\r\n",
      body_bytes);
  memset(answer + head, ' ', body_bytes);
  answer_size = (size_t)head + body_bytes;
}

/* Length of the first whole request in the buffer; 0 when there is none yet. */
static size_t whole_request(const connection *c) {
  const char *end = memmem(c->data, c->size, "\r\n\r\n", 4);
  if (end == NULL) return 0;
  size_t head = (size_t)(end - c->data) + 4;
  const char *length = memmem(c->data, head, "ontent-Length: ", 15);
  if (length == NULL) length = memmem(c->data, head, "ontent-length: ", 15);
  size_t total = head + (length != NULL ? strtoul(length + 15, NULL, 10) : 0);
  return c->size >= total ? total : 0;
}

/* A context with a certificate of its own. */
static void make_tls(void) {
  EVP_PKEY *key = EVP_EC_gen("P-256");
  X509 *certificate = X509_new();
  tls = SSL_CTX_new(TLS_server_method());
  if (key == NULL || certificate == NULL || tls == NULL) exit(1);
  (void)X509_set_version(certificate, 2);
  (void)X509_gmtime_adj(X509_getm_notBefore(certificate), -86400);
  (void)X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
  (void)X509_set_pubkey(certificate, key);
  if (X509_sign(certificate, key, EVP_sha256()) <= 0 || SSL_CTX_use_certificate(tls, certificate) != 1 ||
      SSL_CTX_use_PrivateKey(tls, key) != 1)
    exit(1);
  SSL_CTX_set_read_ahead(tls, 1);
  (void)SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  (void)SSL_CTX_set_options(tls, SSL_OP_CIPHER_SERVER_PREFERENCE);
  (void)SSL_CTX_set_ciphersuites(tls, "TLS_AES_128_GCM_SHA256");
  X509_free(certificate);
  EVP_PKEY_free(key);
}

static void begin(int fd) {
  connection *c = &connections[fd];
  if (tls == NULL) return;
  c->ssl = SSL_new(tls);
  if (c->ssl == NULL || SSL_set_fd(c->ssl, fd) != 1) exit(1);
  SSL_set_accept_state(c->ssl);
}

/* As read() and write(); the handshake is done by the first reads. */
static ssize_t outcome(connection *c, int n) {
  if (n > 0) return n;
  int reason = SSL_get_error(c->ssl, n);
  errno = reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE ? EAGAIN : EPIPE;
  return reason == SSL_ERROR_ZERO_RETURN ? 0 : -1;
}

static ssize_t receive(int fd, connection *c, char *into, size_t size) {
  return c->ssl != NULL ? outcome(c, SSL_read(c->ssl, into, (int)size)) : read(fd, into, size);
}

static ssize_t transmit(int fd, connection *c, const char *from, size_t size) {
  return c->ssl != NULL ? outcome(c, SSL_write(c->ssl, from, (int)size)) : write(fd, from, size);
}

static void end(int fd) {
  connections[fd].size = 0;
  SSL_free(connections[fd].ssl);
  connections[fd].ssl = NULL;
  close(fd);
}

static void serve(int fd) {
  connection *c = &connections[fd];
  if (c->capacity - c->size < 16384) {
    if (c->capacity >= REQUEST_BYTES_MAX) {
      end(fd);
      return;
    }
    c->capacity = c->capacity != 0 ? 2 * c->capacity : 32768;
    c->data = realloc(c->data, c->capacity);
    if (c->data == NULL) exit(1);
  }
  ssize_t n = receive(fd, c, c->data + c->size, c->capacity - c->size);
  if (n <= 0) {
    if (n == 0 || errno != EAGAIN) end(fd);
    return;
  }
  c->size += (size_t)n;
  size_t used;
  while ((used = whole_request(c)) != 0) {
    for (size_t sent = 0; sent < answer_size;) {
      ssize_t more = transmit(fd, c, answer + sent, answer_size - sent);
      if (more < 0 && errno != EAGAIN) {
        end(fd);
        return;
      }
      if (more > 0) sent += (size_t)more;
    }
    memmove(c->data, c->data + used, c->size - used);
    c->size -= used;
  }
}

static int listen_on(int port) {
  int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 1024) != 0) {
    perror("bare_loop");
    exit(2);
  }
  return fd;
}

static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* With POLL_US the loop polls that long after the last event before it sleeps, as the server's --poll-us. */
static void loop(int epoll, int listener, double poll_us) {
  struct epoll_event events[256];
  double last = 0;
  while (!stopped) {
    int timeout = poll_us > 0 && now_us() - last < poll_us ? 0 : -1;
    int count = epoll_wait(epoll, events, 256, timeout);
    if (count > 0 && poll_us > 0) last = now_us();
    for (int i = 0; i < count; i++) {
      int fd = events[i].data.fd;
      if (fd != listener) {
        serve(fd);
        continue;
      }
      int on = 1, client = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
      if (client < 0) continue;
      if (client >= CONNECTIONS) {
        close(client);
        continue;
      }
      (void)setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      begin(client);
      struct epoll_event event = {.events = EPOLLIN, .data = {.fd = client}};
      (void)epoll_ctl(epoll, EPOLL_CTL_ADD, client, &event);
    }
  }
}

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: bare_loop PORT BODY_BYTES [POLL_US [tls]]\n");
    return 2;
  }
  struct sigaction stop = {.sa_handler = on_stop};
  (void)sigaction(SIGTERM, &stop, NULL);
  (void)sigaction(SIGINT, &stop, NULL);
  (void)signal(SIGPIPE, SIG_IGN);
  if (argc > 4) make_tls();
  make_answer(strtoul(argv[2], NULL, 10));
  int listener = listen_on(atoi(argv[1]));
  int epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data = {.fd = listener}};
  (void)epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  loop(epoll, listener, argc > 3 ? atof(argv[3]) : 0);
  struct rusage usage;
  (void)getrusage(RUSAGE_SELF, &usage);
  printf("%.6f s CPU\n", (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                             (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
  return 0;
}
