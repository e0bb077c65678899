/* The transport's own thread: any number of submitted requests, at most `connections_max` of them on the wire. It is
 * started by the first submit and sleeps in curl_multi_poll; a submit wakes it. Requests that wait (for a connection, or
 * for the time that a retry may start) stand in one list in the order of their coming. */
#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "transport/transport_private.h"

#define WAIT_MAX_MS 10000

static cyn_i_http_request *next_of(const cyn_i_http_request *request) { return request->private_state; }

static void complete(cyn_i_http_request *request, cyn_i_error_code code, const char *message) {
  request->was_sent = false;
  request->status = cyn_i_error_set(request->error, code, message);
  request->done(request);
}

/* Moves what was submitted behind what waits already. */
static void take_incoming(cyn_i_transport *transport) {
  (void)pthread_mutex_lock(&transport->lock);
  cyn_i_http_request *incoming = transport->loop.incoming;
  transport->loop.incoming = NULL;
  (void)pthread_mutex_unlock(&transport->lock);
  cyn_i_http_request *in_order = NULL;
  while (incoming != NULL) {
    cyn_i_http_request *next = next_of(incoming);
    incoming->private_state = in_order;
    in_order = incoming;
    incoming = next;
  }
  cyn_i_http_request **last = &transport->loop.waiting;
  while (*last != NULL) last = (cyn_i_http_request **)(void *)&(*last)->private_state;
  *last = in_order;
}

static cyn_i_exchange *take_exchange(cyn_i_transport *transport, cyn_i_exchange **spare) {
  cyn_i_exchange *exchange = *spare;
  if (exchange != NULL) *spare = exchange->next;
  return exchange != NULL ? exchange : cyn_i_exchange_new(transport, false);
}

static void start(cyn_i_transport *transport, cyn_i_http_request *request, cyn_i_exchange **spare) {
  cyn_i_exchange *exchange = take_exchange(transport, spare);
  if (exchange == NULL) {
    complete(request, CYN_E_OUT_OF_MEMORY, "out of memory");
    return;
  }
  cyn_status status = cyn_i_exchange_begin(exchange, request);
  if (status == CYN_OK && transport->curl->multi_add_handle(transport->loop.multi, exchange->easy) == CURLM_OK) {
    (void)pthread_mutex_lock(&transport->lock); /* a fork walks this list */
    exchange->next = transport->loop.active;
    transport->loop.active = exchange;
    transport->loop.active_count++;
    (void)pthread_mutex_unlock(&transport->lock);
    return;
  }
  exchange->request = NULL;
  exchange->next = *spare;
  *spare = exchange;
  if (status == CYN_OK) request->status = cyn_i_error_no_memory(request->error);
  request->done(request);
}

/* Starts what may start. Returns the milliseconds until the next of those that wait for their time. */
static int64_t start_waiting(cyn_i_transport *transport, cyn_i_exchange **spare) {
  int64_t wait_ms = WAIT_MAX_MS;
  uint64_t now = cyn_i_clock_monotonic_ns();
  cyn_i_http_request **link = &transport->loop.waiting;
  while (*link != NULL && transport->loop.active_count < transport->connections_max) {
    cyn_i_http_request *request = *link;
    if (request->not_before_ns > now) {
      int64_t ms = (int64_t)((request->not_before_ns - now) / 1000000) + 1;
      if (ms < wait_ms) wait_ms = ms;
      link = (cyn_i_http_request **)(void *)&request->private_state;
      continue;
    }
    *link = next_of(request);
    request->private_state = NULL;
    start(transport, request, spare);
  }
  return wait_ms;
}

static void finish(cyn_i_transport *transport, cyn_i_exchange *exchange, CURLcode code, cyn_i_exchange **spare) {
  (void)transport->curl->multi_remove_handle(transport->loop.multi, exchange->easy);
  (void)pthread_mutex_lock(&transport->lock);
  for (cyn_i_exchange **link = &transport->loop.active; *link != NULL; link = &(*link)->next)
    if (*link == exchange) {
      *link = exchange->next;
      transport->loop.active_count--;
      break;
    }
  (void)pthread_mutex_unlock(&transport->lock);
  cyn_i_http_request *request = exchange->request;
  cyn_i_exchange_end(exchange, code);
  exchange->next = *spare;
  *spare = exchange;
  request->done(request);
}

static void finish_done(cyn_i_transport *transport, cyn_i_exchange **spare) {
  int left = 0;
  for (const CURLMsg *message; (message = transport->curl->multi_info_read(transport->loop.multi, &left)) != NULL;) {
    if (message->msg != CURLMSG_DONE) continue;
    void *exchange = NULL;
    transport->curl->easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
    finish(transport, exchange, message->data.result, spare);
  }
}

/* Ends what is late. Returns the milliseconds until the next could be. */
static int64_t finish_late(cyn_i_transport *transport, cyn_i_exchange **spare) {
  int64_t wait_ms = WAIT_MAX_MS;
  cyn_i_exchange *next;
  for (cyn_i_exchange *at = transport->loop.active; at != NULL; at = next) {
    next = at->next;
    int64_t left = cyn_i_exchange_time_left_ms(at);
    if (left == 0) finish(transport, at, CURLE_OPERATION_TIMEDOUT, spare);
    else if (left < wait_ms) wait_ms = left;
  }
  return wait_ms;
}

static bool is_stopping(cyn_i_transport *transport) {
  (void)pthread_mutex_lock(&transport->lock);
  bool stopping = transport->loop.is_stopping;
  (void)pthread_mutex_unlock(&transport->lock);
  return stopping;
}

static void abort_all(cyn_i_transport *transport, cyn_i_exchange **spare) {
  while (transport->loop.active != NULL) finish(transport, transport->loop.active, CURLE_ABORTED_BY_CALLBACK, spare);
  for (;;) {
    take_incoming(transport);
    cyn_i_http_request *request = transport->loop.waiting;
    if (request == NULL) return;
    transport->loop.waiting = next_of(request);
    complete(request, CYN_E_CONNECTION, "the database was closed");
  }
}

static void *loop_main(void *user) {
  cyn_i_transport *transport = user;
  cyn_i_exchange *spare = NULL;
  while (!is_stopping(transport)) {
    take_incoming(transport);
    int64_t start_ms = start_waiting(transport, &spare);
    int running = 0;
    (void)transport->curl->multi_perform(transport->loop.multi, &running);
    size_t before = transport->loop.active_count;
    finish_done(transport, &spare);
    int64_t late_ms = finish_late(transport, &spare);
    if (transport->loop.active_count < before && transport->loop.waiting != NULL) continue;
    int64_t wait_ms = start_ms < late_ms ? start_ms : late_ms;
    (void)transport->curl->multi_poll(transport->loop.multi, NULL, 0, (int)wait_ms, NULL);
  }
  abort_all(transport, &spare);
  while (spare != NULL) {
    cyn_i_exchange *exchange = spare;
    spare = exchange->next;
    cyn_i_exchange_destroy(exchange);
  }
  return NULL;
}

/* Under the lock. */
static bool start_thread(cyn_i_transport *transport) {
  cyn_i_transport_loop *loop = &transport->loop;
  if (loop->multi == NULL) {
    loop->multi = transport->curl->multi_init();
    if (loop->multi == NULL) return false;
    transport->curl->multi_setopt(loop->multi, CURLMOPT_MAXCONNECTS, (long)transport->connections_max);
  }
  loop->is_running = pthread_create(&loop->thread, NULL, loop_main, transport) == 0;
  return loop->is_running;
}

void cyn_i_transport_submit(cyn_i_transport *transport, cyn_i_http_request *request) {
  (void)pthread_mutex_lock(&transport->lock);
  bool fine = transport->loop.is_running || start_thread(transport);
  if (fine) {
    request->private_state = transport->loop.incoming;
    transport->loop.incoming = request;
    (void)transport->curl->multi_wakeup(transport->loop.multi);
  }
  (void)pthread_mutex_unlock(&transport->lock);
  if (!fine) complete(request, CYN_E_OUT_OF_MEMORY, "out of memory: no thread can be started");
}

void cyn_i_transport_loop_stop(cyn_i_transport *transport) {
  cyn_i_transport_loop *loop = &transport->loop;
  (void)pthread_mutex_lock(&transport->lock);
  bool was_running = loop->is_running;
  loop->is_stopping = true;
  if (was_running) (void)transport->curl->multi_wakeup(loop->multi);
  (void)pthread_mutex_unlock(&transport->lock);
  if (was_running) (void)pthread_join(loop->thread, NULL);
  if (loop->multi != NULL) (void)transport->curl->multi_cleanup(loop->multi);
}
