/* The limit that the server is measured against: one thread, epoll, keep-alive. Reads a whole request, looks nothing
 * up, sends a ready answer of as many bytes as asked.
 *
 *   bare_loop PORT BODY_BYTES [POLL_US]
 *
 * The answer has the head that Cynamo sends and a body of BODY_BYTES. Prints the CPU time used at SIGTERM. */
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

#define CONNECTIONS 4096
#define REQUEST_BYTES_MAX (1 << 20)

typedef struct connection {
  char *data;
  size_t size, capacity;
} connection;

static connection connections[CONNECTIONS];
static char *answer;
static size_t answer_size;
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

static void end(int fd) {
  connections[fd].size = 0;
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
  ssize_t n = read(fd, c->data + c->size, c->capacity - c->size);
  if (n <= 0) {
    if (n == 0 || errno != EAGAIN) end(fd);
    return;
  }
  c->size += (size_t)n;
  size_t used;
  while ((used = whole_request(c)) != 0) {
    for (size_t sent = 0; sent < answer_size;) {
      ssize_t more = write(fd, answer + sent, answer_size - sent);
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
      struct epoll_event event = {.events = EPOLLIN, .data = {.fd = client}};
      (void)epoll_ctl(epoll, EPOLL_CTL_ADD, client, &event);
    }
  }
}

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: bare_loop PORT BODY_BYTES [POLL_US]\n");
    return 2;
  }
  struct sigaction stop = {.sa_handler = on_stop};
  (void)sigaction(SIGTERM, &stop, NULL);
  (void)sigaction(SIGINT, &stop, NULL);
  (void)signal(SIGPIPE, SIG_IGN);
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
