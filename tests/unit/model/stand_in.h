/* A server for tests on a free port of loopback, one connection at a time: each request goes to a function that replies. */
#ifndef CYN_TESTS_MODEL_STAND_IN_H
#define CYN_TESTS_MODEL_STAND_IN_H

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test.h"

static int stand_in_listener;
static pthread_t stand_in_thread;
static void (*stand_in_answer)(int fd, const char *request, const char *body);

static bool stand_in_read(int fd, char *out, size_t room, char **body) {
  size_t size = 0, wanted = 0;
  *body = NULL;
  while (*body == NULL || size < wanted) {
    ssize_t more = read(fd, out + size, room - 1 - size);
    if (more <= 0) return false;
    size += (size_t)more;
    out[size] = '\0';
    char *end = strstr(out, "\r\n\r\n"), *length = strcasestr(out, "content-length:");
    if (end == NULL || length == NULL) continue;
    *body = end + 4;
    wanted = (size_t)(*body - out) + (size_t)strtol(length + 15, NULL, 10);
  }
  return true;
}

static inline void stand_in_reply(int fd, const char *json) {
  char out[9000];
  int size = snprintf(out, sizeof out, "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: %zu\r\n\r\n%s",
                      strlen(json), json);
  CHECK(write(fd, out, (size_t)size) == size);
}

static void *stand_in_serve(void *unused) {
  static char request[20000];
  (void)unused;
  for (int fd; (fd = accept(stand_in_listener, NULL, NULL)) >= 0;) {
    char *body;
    while (stand_in_read(fd, request, sizeof request, &body)) stand_in_answer(fd, request, body);
    (void)close(fd);
  }
  return NULL;
}

static inline void stand_in_start(void (*answer)(int fd, const char *request, const char *body), char *url, size_t room) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  stand_in_answer = answer;
  stand_in_listener = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(bind(stand_in_listener, (struct sockaddr *)&address, sizeof address) == 0 && listen(stand_in_listener, 8) == 0);
  CHECK(getsockname(stand_in_listener, (struct sockaddr *)&address, &size) == 0);
  CHECK_INT(pthread_create(&stand_in_thread, NULL, stand_in_serve, NULL), 0);
  (void)snprintf(url, room, "http://127.0.0.1:%d", ntohs(address.sin_port));
}

static inline void stand_in_stop(void) {
  (void)shutdown(stand_in_listener, SHUT_RDWR);
  (void)close(stand_in_listener);
  CHECK_INT(pthread_join(stand_in_thread, NULL), 0);
}

#endif
