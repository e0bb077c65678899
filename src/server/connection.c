/* One client's socket: reads requests, sends answers, one request in flight at a time.
 *
 * A connection owns a request only from the first byte that it receives to the last that it sends, so an idle one costs
 * its own struct and no buffer. Reading stops while a request runs or an answer waits: a client that does not read gets
 * nothing more to do for us. Closing is immediate; the struct goes when libuv lets go of its handle. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "server/server_private.h"

#define IN_BYTES_MIN 32768       /* of a request's receive buffer */
#define IN_BYTES_FREE_MIN 2048   /* room that is worth a read */
#define IN_BYTES_UNCOUNTED 65536 /* a larger buffer counts as pending */
#define READ_ROUNDS_MAX 16
#define TLS_RECORDS_MAX 4 /* of one read */
#define REST_MS 1000      /* of silence until an idle connection gives its TLS buffers back */
#define LINGER_MS 2000
#define LINGER_BYTES_MAX (64u << 20)
#define SEND_PROGRESS_BYTES 4096 /* that a slow reader must take within the send timeout */

enum { IO_CLOSED = 0, IO_AGAIN = -1, IO_FAILED = -2 };

static void on_poll(uv_poll_t *handle, int status, int events);

static uint64_t now_ms(const cyn_i_connection *connection) { return uv_now(&connection->loop->uv); }

static void set_events(cyn_i_connection *connection, int events) {
  if (connection->events == events) return;
  connection->events = events;
  if (events == 0) {
    (void)uv_poll_stop(&connection->poll);
  } else if (uv_poll_start(&connection->poll, events, on_poll) != 0) {
    cyn_i_connection_close(connection);
  }
}

/* ---- bytes in and out: >0, or one of IO_… ---- */

static ssize_t tls_outcome(cyn_i_connection *connection, int n) {
  if (n > 0) return n;
  switch (SSL_get_error(connection->ssl, n)) {
    case SSL_ERROR_WANT_READ: connection->tls_wants_write = false; return IO_AGAIN;
    case SSL_ERROR_WANT_WRITE: connection->tls_wants_write = true; return IO_AGAIN;
    case SSL_ERROR_ZERO_RETURN: return IO_CLOSED;
    default: ERR_clear_error(); return IO_FAILED;
  }
}

/* Many clients send head and body in a record each: what has come with the first is read before it is parsed. */
static ssize_t receive_tls(cyn_i_connection *connection, char *into, size_t size) {
  size_t total = 0;
  connection->holds_buffers = true;
  for (int i = 0; i < TLS_RECORDS_MAX && total < size; i++) {
    ssize_t n = tls_outcome(connection, SSL_read(connection->ssl, into + total, (int)(size - total)));
    if (n <= 0) return total != 0 ? (ssize_t)total : n; /* and again at the next read */
    total += (size_t)n;
    if (SSL_has_pending(connection->ssl) != 1) break;
  }
  return (ssize_t)total;
}

static ssize_t receive(cyn_i_connection *connection, void *into, size_t size) {
  if (connection->ssl != NULL) return receive_tls(connection, into, size);
  for (;;) {
    ssize_t n = recv(connection->fd, into, size, 0);
    if (n >= 0) return n;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return IO_AGAIN;
    if (errno != EINTR) return IO_FAILED;
  }
}

static ssize_t transmit(cyn_i_connection *connection, const void *from, size_t size) {
  if (connection->ssl != NULL) {
    int part = size > (1u << 30) ? (int)(1u << 30) : (int)size;
    return tls_outcome(connection, SSL_write(connection->ssl, from, part));
  }
  for (;;) {
    ssize_t n = send(connection->fd, from, size, MSG_NOSIGNAL);
    if (n >= 0) return n;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return IO_AGAIN;
    if (errno != EINTR) return IO_FAILED;
  }
}

static bool has_buffered_input(const cyn_i_connection *connection) {
  return connection->ssl != NULL && SSL_has_pending(connection->ssl) == 1;
}

/* ---- accounting ---- */

static void count_unsent(cyn_i_request *request, int64_t bytes) {
  int64_t change = bytes - request->unsent_counted;
  if (change == 0) return;
  request->unsent_counted = bytes;
  atomic_fetch_add(&request->loop->server->unsent_bytes, change);
}

static void count_pending(cyn_i_request *request, int64_t bytes) {
  int64_t change = bytes - request->pending_counted;
  if (change == 0) return;
  request->pending_counted = bytes;
  atomic_fetch_add(&request->loop->server->pending_bytes, change);
}

static void release_request(cyn_i_connection *connection) {
  cyn_i_request *request = connection->request;
  connection->request = NULL;
  if (request == NULL) return;
  count_unsent(request, 0);
  count_pending(request, 0);
  request->connection = NULL;
  if (!request->is_submitted) cyn_i_loop_release_request(connection->loop, request);
}

/* ---- life ---- */

static void on_closed(uv_handle_t *handle) { cyn_i_free(handle->data); }

void cyn_i_connection_close(cyn_i_connection *connection) {
  if (connection->state == CYN_CONNECTION_CLOSED) return;
  cyn_i_loop *loop = connection->loop;
  connection->state = CYN_CONNECTION_CLOSED;
  connection->deadline_ms = 0;
  release_request(connection);
  if (connection->ssl != NULL) SSL_free(connection->ssl);
  connection->ssl = NULL;
  uv_close((uv_handle_t *)&connection->poll, on_closed);
  close(connection->fd);
  if (connection->previous != NULL) connection->previous->next = connection->next;
  if (connection->next != NULL) connection->next->previous = connection->previous;
  if (loop->connections == connection) loop->connections = connection->next;
  loop->connection_count--;
  atomic_fetch_sub(&loop->server->connections, 1);
}

static void refuse_socket(cyn_i_loop *loop, int fd) {
  static const char answer[] = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  cyn_i_metrics_add(&loop->metrics.connections_refused, 1);
  if (fd < 0) return;
  if (loop->server->tls == NULL) (void)!send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
  close(fd);
}

void cyn_i_connection_accept(cyn_i_loop *loop, int fd) {
  cyn_server *server = loop->server;
  int on = 1;
  if (atomic_fetch_add(&server->connections, 1) >= server->settings.connections_max) {
    atomic_fetch_sub(&server->connections, 1);
    refuse_socket(loop, fd);
    return;
  }
  (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  cyn_i_connection *connection = cyn_i_zalloc(1, sizeof *connection);
  if (connection != NULL) {
    connection->loop = loop;
    connection->fd = fd;
    connection->state = CYN_CONNECTION_READING;
  }
  if (connection != NULL && server->tls != NULL) connection->ssl = cyn_i_tls_accept(server->tls, fd);
  if (connection == NULL || (server->tls != NULL && connection->ssl == NULL) ||
      uv_poll_init(&loop->uv, &connection->poll, fd) != 0) {
    if (connection != NULL) SSL_free(connection->ssl);
    cyn_i_free(connection);
    atomic_fetch_sub(&server->connections, 1);
    refuse_socket(loop, fd);
    return;
  }
  connection->poll.data = connection;
  connection->next = loop->connections;
  if (connection->next != NULL) connection->next->previous = connection;
  loop->connections = connection;
  loop->connection_count++;
  cyn_i_metrics_add(&loop->metrics.connections_accepted, 1);
  connection->deadline_ms = now_ms(connection) + server->settings.idle_timeout_ms;
  if (connection->ssl != NULL) {
    connection->state = CYN_CONNECTION_HANDSHAKE;
    connection->deadline_ms = now_ms(connection) + server->settings.header_timeout_ms;
  }
  set_events(connection, UV_READABLE);
}

/* The answer is out and the connection is to end. What the client still sends is read over for a while: a close with
 * unread bytes would reset the connection, and the answer could be lost. */
static void linger(cyn_i_connection *connection) {
  release_request(connection);
  if (connection->ssl != NULL) {
    (void)SSL_shutdown(connection->ssl);
    ERR_clear_error();
  }
  if (shutdown(connection->fd, SHUT_WR) != 0) {
    cyn_i_connection_close(connection);
    return;
  }
  connection->state = CYN_CONNECTION_LINGERING;
  connection->linger_left = LINGER_BYTES_MAX;
  connection->deadline_ms = now_ms(connection) + LINGER_MS;
  set_events(connection, UV_READABLE);
}

static void read_over(cyn_i_connection *connection) {
  cyn_i_loop *loop = connection->loop;
  for (int round = 0; round < READ_ROUNDS_MAX; round++) {
    ssize_t n = recv(connection->fd, loop->scratch, sizeof loop->scratch, 0);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
    if (n <= 0 || (uint64_t)n >= connection->linger_left) {
      cyn_i_connection_close(connection);
      return;
    }
    connection->linger_left -= (uint64_t)n;
  }
}

/* ---- sending ---- */

/* Slow readers hold too much: the one that has waited longest on this loop goes. */
static void shed_slow_readers(cyn_i_loop *loop) {
  while (atomic_load(&loop->server->unsent_bytes) > loop->server->settings.unsent_bytes_max) {
    cyn_i_connection *oldest = NULL;
    for (cyn_i_connection *c = loop->connections; c != NULL; c = c->next)
      if (c->state == CYN_CONNECTION_SENDING && (oldest == NULL || c->deadline_ms < oldest->deadline_ms)) oldest = c;
    if (oldest == NULL) return;
    cyn_i_connection_close(oldest);
  }
}

/* Bytes behind the request are the next one's: they stay in the buffer and are parsed in their turn. */
static void begin_pipelined(cyn_i_connection *connection) {
  cyn_i_request *request = connection->request;
  uint32_t end = request->http.end, left = request->in_size - end;
  if (end >= request->in_capacity / 2) {
    memmove(request->in, request->in + end, left);
    end = 0;
  }
  request->in_size = end + left;
  request->in_parsed = end;
  request->close_after = false;
  request->phase = CYN_PHASE_NONE;
  cyn_i_http_begin(&request->http, &connection->loop->server->settings.http, end);
  cyn_i_loop_ready(connection->loop, connection);
}

static void answer_is_sent(cyn_i_connection *connection) {
  cyn_i_request *request = connection->request;
  count_unsent(request, 0);
  cyn_i_metrics_add(&connection->loop->metrics.bytes_out, request->out.size);
  if (request->close_after) {
    linger(connection);
    return;
  }
  connection->state = CYN_CONNECTION_READING;
  connection->deadline_ms = now_ms(connection) + connection->loop->server->settings.idle_timeout_ms;
  if (request->in_size > request->http.end) {
    begin_pipelined(connection);
  } else {
    release_request(connection);
    if (has_buffered_input(connection)) cyn_i_loop_ready(connection->loop, connection);
  }
  set_events(connection, UV_READABLE);
}

static void answer_waits(cyn_i_connection *connection, size_t sent_now) {
  cyn_i_request *request = connection->request;
  bool is_new = connection->state != CYN_CONNECTION_SENDING;
  connection->state = CYN_CONNECTION_SENDING;
  if (is_new || sent_now >= SEND_PROGRESS_BYTES)
    connection->deadline_ms = now_ms(connection) + connection->loop->server->settings.send_timeout_ms;
  count_unsent(request, (int64_t)(request->out.size - request->out_sent));
  set_events(connection, connection->ssl != NULL && !connection->tls_wants_write ? UV_READABLE : UV_WRITABLE);
  shed_slow_readers(connection->loop);
}

void cyn_i_connection_send(cyn_i_connection *connection) {
  cyn_i_request *request = connection->request;
  size_t sent_now = 0;
  while (request->out_sent < request->out.size) {
    ssize_t n = transmit(connection, request->out.data + request->out_sent, request->out.size - request->out_sent);
    if (n == IO_AGAIN) {
      answer_waits(connection, sent_now);
      return;
    }
    if (n <= 0) {
      cyn_i_connection_close(connection);
      return;
    }
    request->out_sent += (size_t)n;
    sent_now += (size_t)n;
  }
  answer_is_sent(connection);
}

/* ---- reading ---- */

static void send_fault(cyn_i_connection *connection, unsigned status) {
  cyn_i_metrics_add(&connection->loop->metrics.http_faults, 1);
  connection->state = CYN_CONNECTION_RUNNING;
  connection->deadline_ms = 0;
  cyn_i_response_fault(connection->request, status);
  cyn_i_connection_send(connection);
}

/* Room behind the received bytes. The buffer doubles with what has really arrived, whatever length was announced. */
static bool make_room(cyn_i_connection *connection) {
  cyn_i_request *request = connection->request;
  const cyn_i_settings *settings = &connection->loop->server->settings;
  if (request->in_capacity - request->in_size >= IN_BYTES_FREE_MIN) return true;
  uint64_t limit = (uint64_t)settings->http.header_bytes_max + settings->http.body_bytes_max + IN_BYTES_UNCOUNTED;
  uint64_t capacity = request->in_capacity != 0 ? 2 * (uint64_t)request->in_capacity : IN_BYTES_MIN;
  if (capacity > limit) capacity = limit;
  if (capacity <= request->in_capacity) return request->in_capacity > request->in_size;
  if (capacity > IN_BYTES_UNCOUNTED) {
    count_pending(request, (int64_t)capacity);
    if (atomic_load(&connection->loop->server->pending_bytes) > settings->pending_bytes_max) return false;
  }
  char *in = cyn_i_realloc(request->in, capacity);
  if (in == NULL) return false;
  request->in = in;
  request->in_capacity = (uint32_t)capacity;
  return true;
}

static void send_continue(cyn_i_connection *connection) {
  static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
  connection->request->http.wants_continue = false;
  if (connection->request->http.body.size == 0 &&
      transmit(connection, text, sizeof text - 1) != (ssize_t)sizeof text - 1)
    cyn_i_connection_close(connection);
}

/* The deadline of the part that is arriving now, counted from its first byte. */
static void wait_for_more(cyn_i_connection *connection) {
  cyn_i_request *request = connection->request;
  const cyn_i_settings *settings = &connection->loop->server->settings;
  if (request->http.headers_complete && request->phase != CYN_PHASE_BODY) {
    request->phase = CYN_PHASE_BODY;
    connection->deadline_ms = now_ms(connection) + settings->body_timeout_ms;
  } else if (!request->http.headers_complete && request->phase == CYN_PHASE_NONE) {
    request->phase = CYN_PHASE_HEAD;
    connection->deadline_ms = now_ms(connection) + settings->header_timeout_ms;
  }
  if (request->http.wants_continue) send_continue(connection);
}

/* Parses what has arrived. True: the request goes on, more may be read. */
static bool advance(cyn_i_connection *connection) {
  cyn_i_request *request = connection->request;
  cyn_i_http_result result = cyn_i_http_feed(&request->http, request->in, request->in_parsed, &request->in_size);
  request->in_parsed = request->in_size;
  if (result == CYN_HTTP_FAULT) {
    send_fault(connection, request->http.fault_status);
    return false;
  }
  if (result == CYN_HTTP_MORE) {
    wait_for_more(connection);
    return connection->state == CYN_CONNECTION_READING;
  }
  connection->state = CYN_CONNECTION_RUNNING;
  connection->deadline_ms = 0;
  count_pending(request, 0);
  cyn_i_metrics_add(&connection->loop->metrics.bytes_in, request->http.end - request->http.start);
  if (cyn_i_request_run(request)) {
    cyn_i_connection_send(connection);
  } else {
    cyn_i_loop_submitted(connection->loop, (uint32_t)request->body.size);
  }
  return false;
}

static void read_requests(cyn_i_connection *connection) {
  if (connection->request == NULL) {
    connection->request = cyn_i_loop_take_request(connection->loop);
    if (connection->request == NULL) {
      cyn_i_connection_close(connection);
      return;
    }
    connection->request->connection = connection;
  }
  cyn_i_request *request = connection->request;
  for (int round = 0; round < READ_ROUNDS_MAX || has_buffered_input(connection); round++) {
    if (!make_room(connection)) {
      send_fault(connection, 503);
      return;
    }
    uint32_t room = request->in_capacity - request->in_size;
    ssize_t n = receive(connection, request->in + request->in_size, room);
    if (n == IO_AGAIN) {
      if (connection->ssl != NULL) set_events(connection, connection->tls_wants_write ? UV_WRITABLE : UV_READABLE);
      if (request->in_size == 0) release_request(connection);
      return;
    }
    if (n <= 0) {
      cyn_i_connection_close(connection);
      return;
    }
    request->in_size += (uint32_t)n;
    if (!advance(connection) || (connection->ssl == NULL && (uint32_t)n < room)) return;
  }
}

void cyn_i_connection_next(cyn_i_connection *connection) {
  if (connection->state != CYN_CONNECTION_READING) return;
  cyn_i_request *request = connection->request;
  if (request != NULL && request->in_parsed < request->in_size && !advance(connection)) return;
  if (has_buffered_input(connection)) read_requests(connection);
}

static void shake_hands(cyn_i_connection *connection) {
  ssize_t outcome = tls_outcome(connection, SSL_do_handshake(connection->ssl));
  if (outcome == IO_AGAIN) {
    set_events(connection, connection->tls_wants_write ? UV_WRITABLE : UV_READABLE);
    return;
  }
  if (outcome <= 0) {
    cyn_i_metrics_add(&connection->loop->metrics.http_faults, 1);
    cyn_i_connection_close(connection);
    return;
  }
  connection->state = CYN_CONNECTION_READING;
  connection->deadline_ms = now_ms(connection) + connection->loop->server->settings.idle_timeout_ms;
  set_events(connection, UV_READABLE);
  if (has_buffered_input(connection)) read_requests(connection);
}

static void on_poll(uv_poll_t *handle, int status, int events) {
  cyn_i_connection *connection = handle->data;
  (void)events;
  connection->loop->activity++;
  if (status < 0) {
    cyn_i_connection_close(connection);
    return;
  }
  switch (connection->state) {
    case CYN_CONNECTION_HANDSHAKE: shake_hands(connection); break;
    case CYN_CONNECTION_READING: read_requests(connection); break;
    case CYN_CONNECTION_RUNNING: set_events(connection, 0); break; /* taken up again when the answer is out */
    case CYN_CONNECTION_SENDING: cyn_i_connection_send(connection); break;
    case CYN_CONNECTION_LINGERING: read_over(connection); break;
    case CYN_CONNECTION_CLOSED: break;
  }
}

/* ---- the end ---- */

void cyn_i_connection_rest(cyn_i_connection *connection) {
  if (!connection->holds_buffers || connection->state != CYN_CONNECTION_READING || connection->request != NULL) return;
  uint64_t idle_ms = connection->loop->server->settings.idle_timeout_ms;
  if (now_ms(connection) + idle_ms - connection->deadline_ms < REST_MS) return;
  connection->holds_buffers = SSL_free_buffers(connection->ssl) != 1;
}

void cyn_i_connection_stop(cyn_i_connection *connection) {
  bool is_idle = connection->state == CYN_CONNECTION_READING &&
                 (connection->request == NULL || connection->request->in_size == connection->request->http.start);
  if (is_idle || connection->state == CYN_CONNECTION_HANDSHAKE) cyn_i_connection_close(connection);
}

void cyn_i_connection_timed_out(cyn_i_connection *connection) {
  cyn_i_request *request = connection->request;
  bool has_begun =
      connection->state == CYN_CONNECTION_READING && request != NULL && request->in_size > request->http.start;
  if (has_begun) {
    send_fault(connection, 408);
  } else {
    cyn_i_connection_close(connection);
  }
}
