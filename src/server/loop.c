/* One event loop on one thread. In each turn it reads what is readable, submits the calls, flushes once, answers.
 *
 * Completed calls come in through two lists: on this thread (reads, and writes within the flush) and, when the store's
 * commits block, from its commit thread through an atomic stack and one coalesced wake-up. Requests are pooled, last in
 * first out, so the buffers in use are the ones in the cache; what a burst has left behind is given back by the tick.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "server/server_private.h"

#define TICK_MS 500
#define ROUNDS_MAX 8     /* of pipelined requests in one turn */
#define ACCEPTS_MAX 64   /* in one turn */
#define KEEP_BYTES 65536 /* of each buffer of a pooled request that was not in use lately */
#define KEEP_BUSY_BYTES (2u << 20)
#define KEEP_REQUESTS 4
#define TURN_BYTES_MAX (128u << 10) /* of requests in one commit in memory: what the processor's cache still holds */
#define GAPS_LONG_MAX 8 /* gaps longer than the polling window until polling rests */

static _Thread_local cyn_i_loop *current_loop;

/* ---- pool ---- */

static void destroy_request(cyn_i_request *request) {
  cyn_i_free(request->in);
  cyn_i_buf_clean_up(&request->out);
  cyn_i_arena_clean_up(&request->arena);
  cyn_error_clean_up(&request->error);
  cyn_i_free(request);
}

cyn_i_request *cyn_i_loop_take_request(cyn_i_loop *loop) {
  cyn_i_request *request = loop->pool;
  if (request != NULL) {
    loop->pool = request->next;
  } else {
    request = cyn_i_zalloc(1, sizeof *request);
    if (request == NULL) return NULL;
    request->loop = loop;
    cyn_i_buf_init(&request->out, NULL);
    cyn_i_arena_init(&request->arena, 0);
  }
  request->in_size = 0;
  request->in_parsed = 0;
  request->phase = CYN_PHASE_NONE;
  request->close_after = false;
  request->used = true;
  cyn_i_http_begin(&request->http, &loop->server->settings.http, 0);
  return request;
}

static void shrink_request(cyn_i_request *request, size_t keep) {
  if (request->in_capacity > keep) {
    cyn_i_free(request->in);
    request->in = NULL;
    request->in_capacity = 0;
  }
  if (request->out.capacity > keep) {
    cyn_i_buf_clean_up(&request->out);
    cyn_i_buf_init(&request->out, NULL);
  }
  cyn_i_arena_reset(&request->arena, keep);
}

void cyn_i_loop_release_request(cyn_i_loop *loop, cyn_i_request *request) {
  if (request->in_capacity > KEEP_BUSY_BYTES || request->out.capacity > KEEP_BUSY_BYTES)
    shrink_request(request, KEEP_BUSY_BYTES);
  request->next = loop->pool;
  loop->pool = request;
}

static void trim_pool(cyn_i_loop *loop) {
  cyn_i_request **at = &loop->pool;
  for (int count = 0; *at != NULL; count++) {
    cyn_i_request *request = *at;
    if (!request->used && count >= KEEP_REQUESTS) {
      *at = request->next;
      destroy_request(request);
      continue;
    }
    if (!request->used) shrink_request(request, KEEP_BYTES);
    request->used = false;
    at = &request->next;
  }
}

/* ---- completion ---- */

static void push_completed(cyn_i_loop *loop, cyn_i_request *request) {
  request->next = NULL;
  if (loop->completed_last != NULL) {
    loop->completed_last->next = request;
  } else {
    loop->completed = request;
  }
  loop->completed_last = request;
}

void cyn_i_loop_call_done(cyn_i_call *call) {
  cyn_i_request *request = call->user;
  cyn_i_loop *loop = request->loop;
  if (current_loop == loop) {
    push_completed(loop, request);
    return;
  }
  cyn_i_request *first = atomic_load_explicit(&loop->remote, memory_order_relaxed);
  do {
    request->next = first;
  } while (!atomic_compare_exchange_weak_explicit(&loop->remote, &first, request, memory_order_release,
                                                  memory_order_relaxed));
  if (first == NULL) (void)uv_async_send(&loop->wake);
}

static void take_remote(cyn_i_loop *loop) {
  cyn_i_request *newest = atomic_exchange_explicit(&loop->remote, NULL, memory_order_acquire);
  cyn_i_request *oldest = NULL;
  while (newest != NULL) {
    cyn_i_request *next = newest->next;
    newest->next = oldest;
    oldest = newest;
    newest = next;
  }
  while (oldest != NULL) {
    cyn_i_request *next = oldest->next;
    push_completed(loop, oldest);
    oldest = next;
  }
}

void cyn_i_loop_drain(cyn_i_loop *loop) {
  while (loop->completed != NULL) {
    cyn_i_request *request = loop->completed;
    loop->completed = request->next;
    if (loop->completed == NULL) loop->completed_last = NULL;
    request->is_submitted = false;
    loop->in_flight--;
    if (request->connection == NULL) { /* the client has gone meanwhile */
      cyn_error_clean_up(&request->error);
      cyn_i_loop_release_request(loop, request);
      continue;
    }
    cyn_i_request_answer_call(request);
    cyn_i_connection_send(request->connection);
  }
}

void cyn_i_loop_ready(cyn_i_loop *loop, cyn_i_connection *connection) {
  if (connection->is_ready) return;
  connection->is_ready = true;
  connection->next_ready = NULL;
  if (loop->ready_last != NULL) {
    loop->ready_last->next_ready = connection;
  } else {
    loop->ready = connection;
  }
  loop->ready_last = connection;
}

/* ---- the turn ---- */

static void flush_and_drain(cyn_i_loop *loop) {
  if (loop->submitted != 0) {
    loop->submitted = 0;
    loop->submitted_bytes = 0;
    cyn_i_db_turn_flush(loop->turn);
  }
  cyn_i_loop_drain(loop);
}

/* One commit for a turn's writes saves most of what a commit costs. In memory that is little, and many large requests at
 * once would push each other out of the cache: there a turn may commit several times. (Where commits block, the store has
 * each write already, and a flush does nothing.) */
void cyn_i_loop_submitted(cyn_i_loop *loop, uint32_t bytes) {
  loop->submitted_bytes += bytes;
  if (loop->submitted_bytes >= TURN_BYTES_MAX) flush_and_drain(loop);
  else cyn_i_loop_drain(loop);
}

static void run_ready(cyn_i_loop *loop) {
  cyn_i_connection *connection = loop->ready;
  loop->ready = NULL;
  loop->ready_last = NULL;
  while (connection != NULL) { /* closed ones stay valid until the end of the turn */
    cyn_i_connection *next = connection->next_ready;
    connection->is_ready = false;
    cyn_i_connection_next(connection);
    connection = next;
  }
}

/* Polling pays while requests come closer together than the window; a client that thinks longer makes it rest. */
static bool wants_polling(cyn_i_loop *loop) {
  uint64_t window_ns = loop->server->settings.poll_ns;
  if (window_ns == 0) return false;
  uint64_t now_ns = cyn_i_clock_monotonic_ns();
  if (loop->activity != loop->activity_seen) {
    bool is_long = now_ns - loop->activity_ns > window_ns;
    if (!is_long) loop->gaps_long = 0;
    if (is_long && loop->gaps_long < GAPS_LONG_MAX) loop->gaps_long++;
    loop->activity_seen = loop->activity;
    loop->activity_ns = now_ns;
  }
  return loop->gaps_long < GAPS_LONG_MAX && now_ns - loop->activity_ns <= window_ns;
}

static void on_spin(uv_idle_t *handle) { (void)handle; }

/* Loops share cores with each other and with clients on the same machine. One that sleeps after each few requests is
 * woken for the next few: each turn, each wake-up and each commit then serves few. Whoever else can run on this core goes
 * first, so that more has come when we look; where nobody can, this is a system call of a fraction of a microsecond. A
 * lone loop has its turns full when it is busy, and a lone client waits for nobody. */
static void let_others_run(cyn_i_loop *loop) {
  uint64_t events = loop->activity - loop->activity_yielded;
  loop->activity_yielded = loop->activity;
  if (loop->server->loop_count > 1 && events != 0 && events * 2 <= loop->connection_count) (void)sched_yield();
}

static void close_all(cyn_i_loop *loop);

static void on_check(uv_check_t *handle) {
  cyn_i_loop *loop = handle->data;
  flush_and_drain(loop);
  for (int round = 0; round < ROUNDS_MAX && loop->ready != NULL; round++) {
    run_ready(loop);
    flush_and_drain(loop);
  }
  if (loop->ready != NULL || wants_polling(loop)) {
    (void)uv_idle_start(&loop->spin, on_spin);
  } else {
    (void)uv_idle_stop(&loop->spin);
  }
  if (loop->stopping && loop->connection_count == 0 && loop->in_flight == 0) close_all(loop);
  let_others_run(loop);
}

static void begin_stop(cyn_i_loop *loop) {
  loop->stopping = true;
  uv_update_time(&loop->uv);
  loop->stop_deadline_ms = uv_now(&loop->uv) + loop->server->settings.stop_timeout_ms;
  for (int i = 0; i < loop->listener_count; i++) (void)uv_poll_stop(&loop->listeners[i]);
  for (cyn_i_connection *c = loop->connections, *next; c != NULL; c = next) {
    next = c->next;
    cyn_i_connection_stop(c);
  }
}

static void on_tick(uv_timer_t *handle) {
  cyn_i_loop *loop = handle->data;
  uint64_t now = uv_now(&loop->uv);
  cyn_i_response_date(loop->date);
  bool is_over = loop->stopping && now >= loop->stop_deadline_ms;
  for (cyn_i_connection *c = loop->connections, *next; c != NULL; c = next) {
    next = c->next;
    if (is_over) {
      cyn_i_connection_close(c);
    } else if (c->deadline_ms != 0 && now >= c->deadline_ms) {
      cyn_i_connection_timed_out(c);
    } else {
      cyn_i_connection_rest(c);
    }
  }
  trim_pool(loop);
  if (loop->connection_count == 0 && !loop->stopping) (void)uv_timer_stop(&loop->tick);
}

static void start_tick(cyn_i_loop *loop) {
  if (uv_is_active((uv_handle_t *)&loop->tick)) return;
  uv_update_time(&loop->uv);
  cyn_i_response_date(loop->date);
  (void)uv_timer_start(&loop->tick, on_tick, TICK_MS, TICK_MS);
}

static void on_wake(uv_async_t *handle) {
  cyn_i_loop *loop = handle->data;
  loop->activity++;
  take_remote(loop);
  cyn_i_loop_drain(loop);
  if (atomic_load(&loop->server->stopping) && !loop->stopping) {
    begin_stop(loop);
    start_tick(loop);
  }
}

/* ---- accepting ---- */

/* No descriptor is left: the spare one is given up for a moment, so that the client is told and not left waiting. */
static void refuse_for_descriptors(cyn_i_loop *loop, int listener) {
  if (loop->spare_fd < 0) return;
  close(loop->spare_fd);
  int fd = accept(listener, NULL, NULL);
  if (fd >= 0) close(fd);
  cyn_i_metrics_add(&loop->metrics.connections_refused, 1);
  loop->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void on_listener(uv_poll_t *handle, int status, int events) {
  cyn_i_loop *loop = handle->data;
  int listener = loop->listener_fds[handle - loop->listeners];
  (void)events;
  if (status < 0 || loop->stopping) return;
  loop->activity++;
  start_tick(loop);
  for (int i = 0; i < ACCEPTS_MAX; i++) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      cyn_i_connection_accept(loop, fd);
      continue;
    }
    if (errno == EMFILE || errno == ENFILE) refuse_for_descriptors(loop, listener);
    if (errno != EINTR && errno != ECONNABORTED) return;
  }
}

/* ---- life ---- */

static void close_handle(uv_handle_t *handle, void *unused) {
  (void)unused;
  if (!uv_is_closing(handle)) uv_close(handle, NULL);
}

static void close_all(cyn_i_loop *loop) { uv_walk(&loop->uv, close_handle, NULL); }

static void *run(void *argument) {
  cyn_i_loop *loop = argument;
  current_loop = loop;
  (void)uv_run(&loop->uv, UV_RUN_DEFAULT);
  current_loop = NULL;
  return NULL;
}

static bool init_handles(cyn_i_loop *loop) {
  bool fine = uv_async_init(&loop->uv, &loop->wake, on_wake) == 0 && uv_check_init(&loop->uv, &loop->check) == 0 &&
              uv_idle_init(&loop->uv, &loop->spin) == 0 && uv_timer_init(&loop->uv, &loop->tick) == 0;
  loop->wake.data = loop;
  loop->check.data = loop;
  loop->spin.data = loop;
  loop->tick.data = loop;
  for (int i = 0; i < loop->listener_count && fine; i++) {
    fine = uv_poll_init(&loop->uv, &loop->listeners[i], loop->listener_fds[i]) == 0;
    loop->listeners[i].data = loop;
    if (fine) fine = uv_poll_start(&loop->listeners[i], UV_READABLE, on_listener) == 0;
  }
  return fine && uv_check_start(&loop->check, on_check) == 0;
}

cyn_status cyn_i_loop_new(cyn_server *server, const int *fds, int fd_count, cyn_i_loop **out, cyn_error *error) {
  cyn_i_loop *loop = cyn_i_zalloc(1, sizeof *loop);
  if (loop == NULL) return cyn_i_error_no_memory(error);
  if (uv_loop_init(&loop->uv) != 0) {
    cyn_i_free(loop);
    return cyn_i_error_no_memory(error);
  }
  loop->server = server;
  loop->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  for (int i = 0; i < fd_count; i++) loop->listener_fds[loop->listener_count++] = fds[i];
  cyn_i_response_date(loop->date);
  loop->turn = cyn_i_db_turn_new(server->db);
  if (server->credentials != NULL) loop->sigv4 = cyn_i_sigv4_cache_new();
  bool fine = init_handles(loop) && loop->turn != NULL && (server->credentials == NULL || loop->sigv4 != NULL);
  if (!fine) {
    loop->listener_count = 0; /* the caller closes its sockets */
    cyn_i_loop_destroy(loop);
    return cyn_i_error_no_memory(error);
  }
  *out = loop;
  return CYN_OK;
}

/* Signals are the process's affair: the loop's thread takes none, and a peer that goes is an error of write. */
cyn_status cyn_i_loop_start(cyn_i_loop *loop, cyn_error *error) {
  sigset_t all, old;
  sigfillset(&all);
  (void)pthread_sigmask(SIG_SETMASK, &all, &old);
  int failed = pthread_create(&loop->thread, NULL, run, loop);
  (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
  if (failed != 0) return cyn_i_error_setf(error, CYN_E_USAGE, "cannot start a thread: %s", strerror(failed));
  loop->started = true;
  return CYN_OK;
}

void cyn_i_loop_wake(cyn_i_loop *loop) { (void)uv_async_send(&loop->wake); }

void cyn_i_loop_join(cyn_i_loop *loop) {
  if (loop->started) (void)pthread_join(loop->thread, NULL);
  loop->started = false;
}

void cyn_i_loop_destroy(cyn_i_loop *loop) {
  if (loop == NULL) return;
  close_all(loop);
  (void)uv_run(&loop->uv, UV_RUN_DEFAULT);
  (void)uv_loop_close(&loop->uv);
  for (int i = 0; i < loop->listener_count; i++) close(loop->listener_fds[i]);
  if (loop->spare_fd >= 0) close(loop->spare_fd);
  while (loop->pool != NULL) {
    cyn_i_request *next = loop->pool->next;
    destroy_request(loop->pool);
    loop->pool = next;
  }
  if (loop->turn != NULL) cyn_i_db_turn_destroy(loop->turn);
  cyn_i_sigv4_cache_destroy(loop->sigv4);
  cyn_i_free(loop);
}
