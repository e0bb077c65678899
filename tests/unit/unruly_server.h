/* A server that misbehaves as it is told: one answer a request, in order; the last one again and again. Each connection
 * has a thread; requests are read whole (head and Content-Length) before they are answered. */
#ifndef CYN_TESTS_UNRULY_SERVER_H
#define CYN_TESTS_UNRULY_SERVER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/hash.h"

#define STAND_IN_ANSWERS 64
#define STAND_IN_CONNECTIONS 256
#define STAND_IN_TEXT 65536

typedef struct stand_in_answer {
  char *bytes; /* NULL: the connection is closed instead */
  size_t size;
  int delay_ms;     /* before the answer */
  int drip_ms;      /* between two bytes */
  bool closes;      /* after the answer */
  bool resets;      /* with an RST */
} stand_in_answer;

typedef struct stand_in {
  int listener, port;
  pthread_t thread;
  pthread_mutex_t lock;
  stand_in_answer answers[STAND_IN_ANSWERS];
  size_t answer_count;
  size_t requests;              /* seen; under the lock */
  _Atomic size_t connections;
  char last[STAND_IN_TEXT];     /* the last request, whole */
  char before[STAND_IN_TEXT];   /* the one before it */
  pthread_t threads[STAND_IN_CONNECTIONS];
  int sockets[STAND_IN_CONNECTIONS];
  atomic_bool is_stopping;
  char url[64];
} stand_in;

typedef struct stand_in_connection {
  stand_in *server;
  int fd;
} stand_in_connection;

/* One whole request into `text`; its size, or 0 when the peer has gone. */
static inline size_t stand_in_read(stand_in *server, int fd, char *text, size_t *kept) {
  size_t size = *kept;
  for (;;) {
    text[size] = '\0';
    char *end = strstr(text, "\r\n\r\n");
    if (end != NULL) {
      const char *length = strcasestr(text, "content-length:");
      size_t whole = (size_t)(end - text) + 4 + (length != NULL && length < end ? strtoul(length + 15, NULL, 10) : 0);
      if (size >= whole || whole >= STAND_IN_TEXT) {
        *kept = size > whole ? size - whole : 0;
        return whole < size ? whole : size;
      }
    }
    struct pollfd wait = {fd, POLLIN, 0};
    while (poll(&wait, 1, 20) == 0)
      if (server->is_stopping) return 0;
    ssize_t n = size + 1 < STAND_IN_TEXT ? recv(fd, text + size, STAND_IN_TEXT - 1 - size, 0) : 0;
    if (n <= 0) return 0;
    size += (size_t)n;
  }
}

static inline void stand_in_pause(stand_in *server, int ms) {
  for (int left = ms; left > 0 && !server->is_stopping; left -= 5) usleep((useconds_t)(left < 5 ? left : 5) * 1000);
}

/* False: the connection is over. */
static inline bool stand_in_send(stand_in *server, int fd, const stand_in_answer *answer) {
  stand_in_pause(server, answer->delay_ms);
  if (answer->resets) {
    struct linger now = {1, 0};
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    return false;
  }
  if (answer->bytes == NULL) return false;
  size_t step = answer->drip_ms != 0 ? 1 : answer->size;
  for (size_t sent = 0; sent < answer->size && !server->is_stopping; sent += step) {
    if (step > answer->size - sent) step = answer->size - sent;
    for (size_t at = 0; at < step;) {
      ssize_t n = send(fd, answer->bytes + sent + at, step - at, MSG_NOSIGNAL);
      if (n <= 0) return false;
      at += (size_t)n;
    }
    stand_in_pause(server, answer->drip_ms);
  }
  return !answer->closes;
}

static inline void *stand_in_serve(void *user) {
  stand_in_connection connection = *(stand_in_connection *)user;
  stand_in *server = connection.server;
  free(user);
  char *text = malloc(STAND_IN_TEXT);
  size_t kept = 0, size;
  while ((size = stand_in_read(server, connection.fd, text, &kept)) != 0) {
    (void)pthread_mutex_lock(&server->lock);
    strcpy(server->before, server->last);
    memcpy(server->last, text, size);
    server->last[size] = '\0';
    size_t at = server->requests++;
    if (at >= server->answer_count) at = server->answer_count - 1;
    stand_in_answer answer = server->answers[at];
    (void)pthread_mutex_unlock(&server->lock);
    memmove(text, text + size, kept);
    if (!stand_in_send(server, connection.fd, &answer)) break;
  }
  free(text);
  close(connection.fd);
  return NULL;
}

static inline void *stand_in_accept(void *user) {
  stand_in *server = user;
  size_t count = 0;
  while (!server->is_stopping && count < STAND_IN_CONNECTIONS) {
    struct pollfd wait = {server->listener, POLLIN, 0};
    if (poll(&wait, 1, 20) != 1) continue;
    int fd = accept(server->listener, NULL, NULL);
    if (fd < 0) continue;
    stand_in_connection *connection = malloc(sizeof *connection);
    *connection = (stand_in_connection){server, fd};
    (void)pthread_mutex_lock(&server->lock);
    server->connections++;
    (void)pthread_mutex_unlock(&server->lock);
    if (pthread_create(&server->threads[count], NULL, stand_in_serve, connection) == 0) count++;
  }
  for (size_t i = 0; i < count; i++) (void)pthread_join(server->threads[i], NULL);
  return NULL;
}

/* The server is started by the first answer: so add them all before the first request. */
static inline void stand_in_start(stand_in *server) {
  memset(server, 0, sizeof *server);
  (void)pthread_mutex_init(&server->lock, NULL);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof address;
  server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  (void)bind(server->listener, (struct sockaddr *)&address, sizeof address);
  (void)listen(server->listener, 128);
  (void)getsockname(server->listener, (struct sockaddr *)&address, &size);
  server->port = ntohs(address.sin_port);
  snprintf(server->url, sizeof server->url, "http://127.0.0.1:%d", server->port);
  (void)pthread_create(&server->thread, NULL, stand_in_accept, server);
}

static inline void stand_in_stop(stand_in *server) {
  server->is_stopping = true;
  (void)pthread_join(server->thread, NULL);
  close(server->listener);
  for (size_t i = 0; i < server->answer_count; i++) free(server->answers[i].bytes);
  (void)pthread_mutex_destroy(&server->lock);
}

static inline size_t stand_in_requests(stand_in *server) {
  (void)pthread_mutex_lock(&server->lock);
  size_t count = server->requests;
  (void)pthread_mutex_unlock(&server->lock);
  return count;
}

static inline stand_in_answer *stand_in_raw(stand_in *server, const char *bytes) {
  (void)pthread_mutex_lock(&server->lock);
  stand_in_answer *answer = &server->answers[server->answer_count++];
  *answer = (stand_in_answer){.bytes = bytes != NULL ? strdup(bytes) : NULL, .size = bytes != NULL ? strlen(bytes) : 0};
  (void)pthread_mutex_unlock(&server->lock);
  return answer;
}

/* An answer of DynamoDB's, its crc32 right; `more` are header lines. */
static inline stand_in_answer *stand_in_json(stand_in *server, int status, const char *more, const char *body) {
  size_t room = strlen(body) + strlen(more) + 256;
  char *text = malloc(room);
  snprintf(text, room,
           "HTTP/1.1 %d X\r\nContent-Type: application/x-amz-json-1.0\r\nx-amz-crc32: %u\r\n%sContent-Length: %zu\r\n\r\n%s",
           status, cyn_i_crc32(body, strlen(body)), more, strlen(body), body);
  stand_in_answer *answer = stand_in_raw(server, text);
  free(text);
  return answer;
}

#endif
