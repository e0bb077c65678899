/* The transport: options, and blocking calls. A blocking call runs on its caller's thread, on an exchange of the pool
 * (an easy handle with a connection of its own): handing it to another thread and back costs more than all else that a
 * call does. */
#include "transport/transport.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "transport/transport_private.h"

#define TIMEOUT_DEFAULT_MS 60000
#define CONNECTIONS_DEFAULT 10

static const char *environment(const char *name) {
  const char *value = getenv(name);
  return value != NULL && value[0] != '\0' ? value : NULL;
}

static const char *choose_ca_bundle(cyn_i_transport *transport, const cyn_i_transport_options *options) {
  if (options->ca_bundle.data != NULL) return cyn_i_arena_copy(&transport->arena, options->ca_bundle).data;
  const char *value = environment("AWS_CA_BUNDLE");
  if (value == NULL) value = environment("SSL_CERT_FILE");
  if (value == NULL) value = options->ca_bundle_default.data;
  return value != NULL ? cyn_i_arena_copy(&transport->arena, cyn_str(value)).data : NULL;
}

cyn_status cyn_i_transport_new(const cyn_i_transport_options *options, cyn_i_transport **out, cyn_error *error) {
  const cyn_i_curl *curl;
  *out = NULL;
  cyn_status status = cyn_i_curl_load(&curl, error);
  if (status != CYN_OK) return status;
  cyn_i_transport *transport = cyn_i_zalloc(1, sizeof *transport);
  if (transport == NULL) return cyn_i_error_no_memory(error);
  transport->curl = curl;
  cyn_i_arena_init(&transport->arena, 256);
  transport->connect_timeout_ms = options->connect_timeout_ms > 0 ? options->connect_timeout_ms : TIMEOUT_DEFAULT_MS;
  transport->read_timeout_ms = options->read_timeout_ms > 0 ? options->read_timeout_ms : TIMEOUT_DEFAULT_MS;
  transport->connections_max = options->connections_max > 0 ? (size_t)options->connections_max : CONNECTIONS_DEFAULT;
  transport->insecure_skip_verify = options->insecure_skip_verify;
  transport->ca_bundle = choose_ca_bundle(transport, options);
  if (options->proxy.data != NULL) transport->proxy = cyn_i_arena_copy(&transport->arena, options->proxy).data;
  bool is_whole = (options->proxy.data == NULL || transport->proxy != NULL) &&
                  (options->ca_bundle.data == NULL || transport->ca_bundle != NULL) &&
                  pthread_mutex_init(&transport->lock, NULL) == 0;
  if (!is_whole || !cyn_i_transport_register(transport)) {
    cyn_i_arena_clean_up(&transport->arena);
    cyn_i_free(transport);
    return cyn_i_error_no_memory(error);
  }
  *out = transport;
  return CYN_OK;
}

void cyn_i_transport_destroy(cyn_i_transport *transport) {
  if (transport == NULL) return;
  cyn_i_transport_loop_stop(transport);
  cyn_i_transport_unregister(transport);
  while (transport->idle != NULL) {
    cyn_i_exchange *exchange = transport->idle;
    transport->idle = exchange->next;
    cyn_i_exchange_destroy(exchange);
  }
  (void)pthread_mutex_destroy(&transport->lock);
  cyn_i_free(transport->sockets);
  cyn_i_arena_clean_up(&transport->arena);
  cyn_i_free(transport);
}

/* ---- blocking calls ---- */

static cyn_i_exchange *take(cyn_i_transport *transport) {
  (void)pthread_mutex_lock(&transport->lock);
  cyn_i_exchange *exchange = transport->idle;
  if (exchange != NULL) {
    transport->idle = exchange->next;
    transport->idle_count--;
  }
  (void)pthread_mutex_unlock(&transport->lock);
  return exchange != NULL ? exchange : cyn_i_exchange_new(transport, true);
}

/* Keeps it for the next caller, unless the pool is full. */
static void give_back(cyn_i_transport *transport, cyn_i_exchange *exchange) {
  (void)pthread_mutex_lock(&transport->lock);
  bool has_room = transport->idle_count < transport->connections_max;
  if (has_room) {
    exchange->next = transport->idle;
    transport->idle = exchange;
    transport->idle_count++;
  }
  (void)pthread_mutex_unlock(&transport->lock);
  if (!has_room) cyn_i_exchange_destroy(exchange);
}

static CURLcode run(cyn_i_exchange *exchange) {
  const cyn_i_curl *curl = exchange->transport->curl;
  if (curl->multi_add_handle(exchange->multi, exchange->easy) != CURLM_OK) return CURLE_OUT_OF_MEMORY;
  CURLcode code = CURLE_OK;
  for (;;) {
    int running = 0, left = 0;
    if (curl->multi_perform(exchange->multi, &running) != CURLM_OK) {
      code = CURLE_OUT_OF_MEMORY;
      break;
    }
    if (running == 0) {
      const CURLMsg *message = curl->multi_info_read(exchange->multi, &left);
      code = message != NULL && message->msg == CURLMSG_DONE ? message->data.result : CURLE_RECV_ERROR;
      break;
    }
    int64_t wait_ms = cyn_i_exchange_time_left_ms(exchange);
    if (wait_ms == 0) {
      code = CURLE_OPERATION_TIMEDOUT;
      break;
    }
    int64_t slice_ms = cyn_i_interrupt_is_watched() ? CYN_INTERRUPT_SLICE_MS : 10000;
    int ready = 0;
    (void)curl->multi_poll(exchange->multi, NULL, 0, (int)(wait_ms < slice_ms ? wait_ms : slice_ms), &ready);
    if (ready == 0 && cyn_i_interrupted()) {
      exchange->is_interrupted = true;
      code = CURLE_ABORTED_BY_CALLBACK;
      break;
    }
  }
  (void)curl->multi_remove_handle(exchange->multi, exchange->easy);
  return code;
}

void cyn_i_transport_call(cyn_i_transport *transport, cyn_i_http_request *request) {
  cyn_i_exchange *exchange = take(transport);
  if (exchange == NULL) {
    request->was_sent = false;
    request->status = cyn_i_error_no_memory(request->error);
    return;
  }
  if (cyn_i_exchange_begin(exchange, request) == CYN_OK) cyn_i_exchange_end(exchange, run(exchange));
  give_back(transport, exchange);
}
