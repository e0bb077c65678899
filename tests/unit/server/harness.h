/* A real server over a memory database in this process, and raw sockets to it. */
#ifndef CYN_TESTS_SERVER_HARNESS_H
#define CYN_TESTS_SERVER_HARNESS_H

#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cynamo/server.h>

#include "test.h"

typedef struct harness {
  cyn_db *db;
  cyn_server *server;
  cyn_error error;
  char answer[1 << 20]; /* of the last exchange */
  size_t answer_size;
} harness;

static inline cyn_server_options harness_options(void) {
  cyn_server_options options = CYN_SERVER_OPTIONS_INIT;
  options.port = cyn_int(0);
  return options;
}

static inline bool harness_start(harness *h, const cyn_server_options *options) {
  memset(h, 0, sizeof *h);
  cyn_db_options db_options = CYN_DB_OPTIONS_INIT;
  db_options.region = cyn_str("us-east-1");
  cyn_server_options standard = harness_options();
  if (cyn_open("memory:", &db_options, &h->db, &h->error) != CYN_OK) return false;
  return cyn_server_start(h->db, options != NULL ? options : &standard, &h->server, &h->error) == CYN_OK;
}

static inline void harness_stop(harness *h) {
  cyn_server_stop(h->server);
  cyn_db_close(h->db);
  cyn_error_clean_up(&h->error);
}

static inline int harness_connect(const harness *h) {
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)cyn_server_port(h->server)),
                                .sin_addr = {htonl(INADDR_LOOPBACK)}};
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
    close(fd);
    fd = -1;
  }
  return fd;
}

static inline bool harness_send(int fd, const char *data, size_t size) {
  for (size_t sent = 0; sent < size;) {
    ssize_t n = send(fd, data + sent, size - sent, MSG_NOSIGNAL);
    if (n <= 0) return false;
    sent += (size_t)n;
  }
  return true;
}

/* Reads until `count` whole answers have come (those with a Content-Length), the peer closes, or `wait_ms` pass.
 * Returns how many have come. */
static inline int harness_receive(harness *h, int fd, int count, int wait_ms) {
  int got = 0;
  size_t at = 0;
  h->answer_size = 0;
  h->answer[0] = '\0';
  while (got < count) {
    struct pollfd wait = {fd, POLLIN, 0};
    if (h->answer_size + 1 >= sizeof h->answer || poll(&wait, 1, wait_ms) != 1) break;
    ssize_t n = recv(fd, h->answer + h->answer_size, sizeof h->answer - 1 - h->answer_size, 0);
    if (n <= 0) break;
    h->answer_size += (size_t)n;
    h->answer[h->answer_size] = '\0';
    for (;;) {
      const char *end = strstr(h->answer + at, "\r\n\r\n");
      const char *length = strstr(h->answer + at, "Content-Length: ");
      if (end == NULL || length == NULL || length > end) break;
      size_t total = (size_t)(end - h->answer) + 4 + strtoul(length + 16, NULL, 10);
      if (h->answer_size < total) break;
      at = total;
      got++;
    }
  }
  return got;
}

/* True when the peer has closed: end of file within `wait_ms`, nothing more to read before it. */
static inline bool harness_is_closed(int fd, int wait_ms) {
  struct pollfd wait = {fd, POLLIN, 0};
  char byte;
  return poll(&wait, 1, wait_ms) == 1 && recv(fd, &byte, 1, 0) <= 0;
}

/* One request on a connection of its own; the answer as text. */
static inline const char *harness_exchange(harness *h, const char *request, size_t size) {
  int fd = harness_connect(h);
  if (fd < 0 || !harness_send(fd, request, size)) return "";
  (void)harness_receive(h, fd, 1, 2000);
  close(fd);
  return h->answer;
}

#define HARNESS_SIGNED                                                                                           \
  "Authorization: AWS4-HMAC-SHA256 Credential=AK/20261124/us-east-1/dynamodb/aws4_request, SignedHeaders=host, " \
  "Signature=ab\r\nX-Amz-Date: 20261124T000000Z\r\n"

/* A signed POST of an operation with a JSON body; `more` are header lines. In a buffer that the next call reuses. */
static inline const char *harness_post(const char *operation, const char *body, const char *more) {
  static char text[65536];
  snprintf(text, sizeof text,
           "POST / HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-amz-json-1.0\r\nX-Amz-Target: "
           "DynamoDB_20120810.%s\r\n" HARNESS_SIGNED "%sContent-Length: %zu\r\n\r\n%s",
           operation, more, strlen(body), body);
  return text;
}

static inline const char *harness_call(harness *h, const char *operation, const char *body) {
  const char *text = harness_post(operation, body, "");
  return harness_exchange(h, text, strlen(text));
}

static inline int harness_status(const harness *h) {
  int status = 0;
  return sscanf(h->answer, "HTTP/1.1 %3d", &status) == 1 ? status : 0;
}

static inline const char *harness_body(const harness *h) {
  const char *end = strstr(h->answer, "\r\n\r\n");
  return end != NULL ? end + 4 : "";
}

#endif
