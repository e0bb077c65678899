/* See network.h. */
#include "client/network.h"

#include <ctype.h>
#include <stdio.h>
#include <time.h>

#include "base/error.h"
#include "base/random.h"
#include "base/sigv4.h"
#include "client/sigv4_sign.h"

#define TRIES 4
#define PAUSE_MS 50 /* before the second try, doubled for each that follows, and half of it by chance */
#define URL_MAX 2000

void cyn_i_network_clean_up(cyn_i_network *network) {
  cyn_i_transport_destroy(network->usual);
  cyn_i_transport_destroy(network->direct);
  network->usual = network->direct = NULL;
}

static cyn_status open_transport(cyn_i_network *network, bool is_direct, cyn_i_transport **out, cyn_error *error) {
  cyn_i_transport **slot = is_direct ? &network->direct : &network->usual;
  cyn_status status = CYN_OK;
  if (*slot == NULL) {
    cyn_i_transport_options options;
    memset(&options, 0, sizeof options);
    options.connections_max = 2;
    if (is_direct) options.proxy = cyn_str("");
    status = cyn_i_transport_new(&options, slot, error);
  }
  *out = *slot;
  return status;
}

cyn_status cyn_i_network_send(cyn_i_network *network, const cyn_i_network_call *call, cyn_i_arena *arena, long *http_status,
                              cyn_bytes *body, cyn_error *error) {
  cyn_i_transport *transport;
  cyn_error own = CYN_ERROR_INIT;
  cyn_i_http_request request;
  cyn_status status = open_transport(network, call->is_direct, &transport, error);
  if (status != CYN_OK) return status;
  memset(&request, 0, sizeof request);
  request.method = call->method;
  request.url = call->url;
  request.headers = call->headers;
  request.header_count = call->header_count;
  request.body = call->body;
  request.connect_timeout_ms = request.read_timeout_ms = call->timeout_ms;
  request.body_bytes_max = CYN_NETWORK_ANSWER_BYTES_MAX;
  request.error = &own;
  cyn_i_buf_init(&request.answer_headers, NULL);
  cyn_i_buf_init(&request.answer_body, arena);
  cyn_i_transport_call(transport, &request);
  cyn_i_buf_clean_up(&request.answer_headers);
  *http_status = request.http_status;
  *body = (cyn_bytes){request.answer_body.data != NULL ? (const char *)request.answer_body.data : "", request.answer_body.size};
  status = request.status;
  cyn_i_error_move(error, &own);
  return status;
}

/* ---- services ---- */

void cyn_i_network_put_encoded(cyn_i_buf *out, cyn_bytes text) {
  static const char digits[] = "0123456789ABCDEF";
  for (size_t i = 0; i < text.size; i++) {
    unsigned char c = (unsigned char)text.data[i];
    if ((c < 0x80 && isalnum(c)) || c == '-' || c == '_' || c == '.' || c == '~') {
      cyn_i_buf_byte(out, c);
      continue;
    }
    cyn_i_buf_byte(out, '%');
    cyn_i_buf_byte(out, (uint8_t)digits[c >> 4]);
    cyn_i_buf_byte(out, (uint8_t)digits[c & 15]);
  }
}

static bool may_pass(cyn_status status, long http_status, cyn_bytes body) {
  static const char *const words[] = {"IDPCommunicationError", "Throttling", "TooManyRequests", "RequestLimitExceeded"};
  if (status != CYN_OK) return status == CYN_E_CONNECTION || status == CYN_E_TIMEOUT;
  if (http_status >= 500 || http_status == 429) return true;
  if (http_status < 400) return false;
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    if (memmem(body.data, body.size, words[i], strlen(words[i])) != NULL) return true;
  return false;
}

static void pause_before(int attempt) {
  uint8_t chance;
  cyn_i_random_bytes(&chance, 1);
  long ms = (long)PAUSE_MS << (attempt - 1);
  ms = ms / 2 + ms * chance / 510;
  struct timespec span = {ms / 1000, ms % 1000 * 1000000};
  while (nanosleep(&span, &span) != 0) continue;
}

/* The request as it is sent, made anew for each try. */
typedef struct prepared {
  cyn_bytes url, host, path, query;
  cyn_i_http_header headers[8];
  size_t count;
} prepared;

static cyn_status split(const cyn_i_endpoint *endpoint, const cyn_i_service_call *call, cyn_i_arena *arena, prepared *out,
                        cyn_error *error) {
  cyn_bytes base = endpoint->url;
  while (base.size != 0 && base.data[base.size - 1] == '/') base.size--;
  if (base.size + strlen(call->path) > URL_MAX) return cyn_i_error_set(error, CYN_E_USAGE, "an endpoint's URL is too long");
  const char *url = cyn_i_arena_printf(arena, "%.*s%s", (int)base.size, base.data, call->path);
  if (url == NULL) return cyn_i_error_no_memory(error);
  out->url = cyn_str(url);
  const char *host = strstr(url, "://") + 3, *path = host + strcspn(host, "/"), *query = path + strcspn(path, "?");
  out->host = (cyn_bytes){host, (size_t)(path - host)};
  out->path = (cyn_bytes){path, (size_t)(query - path)};
  out->query = cyn_str(*query == '?' ? query + 1 : query);
  return CYN_OK;
}

static void put(prepared *out, const char *name, cyn_bytes value) {
  out->headers[out->count++] = (cyn_i_http_header){cyn_str(name), value};
}

static cyn_status prepare(const cyn_i_service_call *call, const cyn_i_endpoint *endpoint, cyn_i_arena *arena, prepared *out,
                          cyn_error *error) {
  cyn_i_signed_header signed_headers[4];
  size_t count = 0;
  out->count = 0;
  cyn_status status = split(endpoint, call, arena, out, error);
  if (status != CYN_OK) return status;
  put(out, "Host", out->host);
  if (call->content_type != NULL) put(out, "Content-Type", cyn_str(call->content_type));
  if (call->header != NULL) out->headers[out->count++] = *call->header;
  if (call->signing_name == NULL) return CYN_OK;
  char *time = cyn_i_arena_alloc(arena, 17);
  if (time == NULL) return cyn_i_error_no_memory(error);
  cyn_i_sigv4_time(cyn_i_clock_now_ms(call->clock), time);
  put(out, "X-Amz-Date", cyn_str(time));
  if (call->content_type != NULL)
    signed_headers[count++] = (cyn_i_signed_header){"content-type", cyn_str(call->content_type)};
  signed_headers[count++] = (cyn_i_signed_header){"host", out->host};
  signed_headers[count++] = (cyn_i_signed_header){"x-amz-date", cyn_str(time)};
  if (call->signer->session_token.data != NULL) {
    signed_headers[count++] = (cyn_i_signed_header){"x-amz-security-token", call->signer->session_token};
    put(out, "X-Amz-Security-Token", call->signer->session_token);
  }
  cyn_bytes authorization;
  const cyn_i_sign_request request = {.method = call->method, .path = out->path, .query = out->query,
                                      .headers = signed_headers, .header_count = count, .body = call->body, .time = time,
                                      .region = endpoint->signing_region, .service = call->signing_name,
                                      .credentials = call->signer};
  status = cyn_i_sign(NULL, &request, arena, &authorization, error);
  if (status == CYN_OK) put(out, "Authorization", authorization);
  return status;
}

cyn_status cyn_i_service_send(cyn_i_network *network, const cyn_i_service_call *call, cyn_i_arena *arena, long *http_status,
                              cyn_bytes *body, cyn_error *error) {
  cyn_i_endpoint endpoint;
  cyn_status status = cyn_i_endpoint_of_service(call->configuration, call->service, call->region, (cyn_bytes){NULL, 0}, arena,
                                                &endpoint, error);
  if (status != CYN_OK) return status;
  for (int attempt = 1;; attempt++) {
    prepared request;
    status = prepare(call, &endpoint, arena, &request, error);
    if (status != CYN_OK) return status;
    const cyn_i_network_call one = {call->method, request.url, request.headers, request.count, call->body, 0, false};
    status = cyn_i_network_send(network, &one, arena, http_status, body, error);
    if (attempt == TRIES || !may_pass(status, *http_status, *body)) return status;
    pause_before(attempt);
  }
}
