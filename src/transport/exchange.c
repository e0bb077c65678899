/* One request on one easy handle: headers and body in, answer out, limits and timeouts held.
 * The read timeout counts from the last byte that moved either way; a peer that drips bytes for ever is cut off after
 * ten read timeouts. libcurl's nodes of header lines are laid out by hand: it only reads them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/error.h"
#include "transport/transport_private.h"

#define BODY_BYTES_MAX ((size_t)64 << 20)
#define HEADER_BYTES_MAX ((size_t)256 << 10)
#define RESERVE_BYTES_MAX ((size_t)1 << 20) /* of what a Content-Length promises */
#define TOTAL_READ_TIMEOUTS 10

/* ---- what libcurl calls ---- */

static size_t take_header(char *data, size_t size, size_t count, void *user) {
  cyn_i_exchange *exchange = user;
  cyn_i_http_request *request = exchange->request;
  size_t bytes = size * count;
  exchange->progress_ns = 0; /* now: filled in when someone looks */
  if (bytes > 5 && memcmp(data, "HTTP/", 5) == 0) request->answer_headers.size = 0;
  if (request->answer_headers.size + bytes > HEADER_BYTES_MAX) {
    exchange->is_too_large = true;
    return 0;
  }
  cyn_i_buf_append(&request->answer_headers, data, bytes);
  if (bytes > 15 && strncasecmp(data, "Content-Length:", 15) == 0) {
    char text[24] = {0};
    memcpy(text, data + 15, bytes - 15 < sizeof text - 1 ? bytes - 15 : sizeof text - 1);
    unsigned long long length = strtoull(text, NULL, 10);
    (void)cyn_i_buf_reserve(&request->answer_body, length < RESERVE_BYTES_MAX ? (size_t)length : RESERVE_BYTES_MAX);
  }
  if (request->answer_headers.failed || request->answer_body.failed) exchange->is_out_of_memory = true;
  return exchange->is_out_of_memory ? 0 : bytes;
}

static size_t take_body(char *data, size_t size, size_t count, void *user) {
  cyn_i_exchange *exchange = user;
  cyn_i_http_request *request = exchange->request;
  size_t bytes = size * count, max = request->body_bytes_max != 0 ? request->body_bytes_max : BODY_BYTES_MAX;
  exchange->progress_ns = 0;
  if (bytes > max - request->answer_body.size) {
    exchange->is_too_large = true;
    return 0;
  }
  cyn_i_buf_append(&request->answer_body, data, bytes);
  if (request->answer_body.failed) exchange->is_out_of_memory = true;
  return exchange->is_out_of_memory ? 0 : bytes;
}

/* ---- the handle ---- */

static void set_up(cyn_i_exchange *exchange) {
  const cyn_i_transport *transport = exchange->transport;
  const cyn_i_curl *curl = transport->curl;
  CURL *easy = exchange->easy;
  curl->easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl->easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  curl->easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl->easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->error_text);
  curl->easy_setopt(easy, CURLOPT_PRIVATE, exchange);
  curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
  curl->easy_setopt(easy, CURLOPT_HEADERDATA, exchange);
  curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
  curl->easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
  curl->easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, cyn_i_transport_open_socket);
  curl->easy_setopt(easy, CURLOPT_OPENSOCKETDATA, exchange);
  curl->easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, cyn_i_transport_close_socket);
  curl->easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, exchange->transport);
  if (transport->proxy != NULL) curl->easy_setopt(easy, CURLOPT_PROXY, transport->proxy);
  if (transport->ca_bundle != NULL) curl->easy_setopt(easy, CURLOPT_CAINFO, transport->ca_bundle);
  if (transport->insecure_skip_verify) {
    curl->easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl->easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  }
}

cyn_i_exchange *cyn_i_exchange_new(cyn_i_transport *transport, bool has_multi) {
  cyn_i_exchange *exchange = cyn_i_zalloc(1, sizeof *exchange);
  if (exchange == NULL) return NULL;
  exchange->transport = transport;
  cyn_i_buf_init(&exchange->header_text, NULL);
  exchange->easy = transport->curl->easy_init();
  if (has_multi) exchange->multi = transport->curl->multi_init();
  if (exchange->easy == NULL || (has_multi && exchange->multi == NULL)) {
    cyn_i_exchange_destroy(exchange);
    return NULL;
  }
  if (has_multi) transport->curl->multi_setopt(exchange->multi, CURLMOPT_MAXCONNECTS, 1L);
  set_up(exchange);
  return exchange;
}

void cyn_i_exchange_destroy(cyn_i_exchange *exchange) {
  if (exchange == NULL) return;
  const cyn_i_curl *curl = exchange->transport->curl;
  if (exchange->easy != NULL) curl->easy_cleanup(exchange->easy);
  if (exchange->multi != NULL) (void)curl->multi_cleanup(exchange->multi);
  cyn_i_buf_clean_up(&exchange->header_text);
  cyn_i_free(exchange->nodes);
  cyn_i_free(exchange);
}

/* ---- beginning ---- */

static bool is_clean(cyn_bytes text) {
  for (size_t i = 0; i < text.size; i++)
    if (text.data[i] == '\r' || text.data[i] == '\n' || text.data[i] == '\0') return false;
  return true;
}

/* "Name: value" lines, then those that stop libcurl from adding its own. */
static cyn_status put_headers(cyn_i_exchange *exchange, const cyn_i_http_request *request) {
  static const char *const silenced[] = {"Accept:", "Expect:"}; /* the second is added to large bodies only */
  enum { SILENCED = sizeof silenced / sizeof silenced[0], EXPECT_BYTES = 1 << 19 };
  size_t total = 1;
  for (size_t i = 0; i < request->header_count; i++) {
    const cyn_i_http_header *header = &request->headers[i];
    if (header->name.size == 0 || !is_clean(header->name) || !is_clean(header->value))
      return cyn_i_error_setf(request->error, CYN_E_USAGE, "header %.*s: a header is a name and one line of text",
                              (int)header->name.size, header->name.data);
    total += header->name.size + header->value.size + 3;
  }
  if (exchange->node_capacity < request->header_count + SILENCED) {
    cyn_i_free(exchange->nodes);
    exchange->node_capacity = request->header_count + SILENCED + 8;
    exchange->nodes = cyn_i_zalloc(exchange->node_capacity, sizeof *exchange->nodes);
    if (exchange->nodes == NULL) exchange->node_capacity = 0;
  }
  exchange->header_text.size = 0;
  exchange->header_text.failed = false; /* memory may be there again */
  if (exchange->nodes == NULL || !cyn_i_buf_reserve(&exchange->header_text, total))
    return cyn_i_error_no_memory(request->error);
  size_t count = 0;
  for (size_t i = 0; i < request->header_count; i++) {
    const cyn_i_http_header *header = &request->headers[i];
    cyn_i_buf *text = &exchange->header_text;
    exchange->nodes[count++].data = (char *)text->data + text->size;
    cyn_i_buf_append(text, header->name.data, header->name.size);
    if (header->value.size != 0) cyn_i_buf_append(text, ": ", 2);
    else cyn_i_buf_byte(text, ';'); /* libcurl's way to write an empty header */
    cyn_i_buf_append(text, header->value.data, header->value.size);
    cyn_i_buf_byte(text, '\0');
  }
  for (size_t i = 0; i < (request->body.size > EXPECT_BYTES ? 2 : 1); i++) exchange->nodes[count++].data = (char *)(uintptr_t)silenced[i];
  for (size_t i = 0; i < count; i++) exchange->nodes[i].next = i + 1 < count ? &exchange->nodes[i + 1] : NULL;
  return CYN_OK;
}

static void put_method(cyn_i_exchange *exchange, const cyn_i_http_request *request) {
  const cyn_i_curl *curl = exchange->transport->curl;
  CURL *easy = exchange->easy;
  bool has_body = request->body.data != NULL;
  if (has_body) {
    curl->easy_setopt(easy, CURLOPT_POSTFIELDS, request->body.data);
    curl->easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.size);
  }
  if (strcmp(exchange->method, request->method) == 0) return;
  curl->easy_setopt(easy, CURLOPT_CUSTOMREQUEST, NULL);
  if (has_body) curl->easy_setopt(easy, CURLOPT_POST, 1L);
  else curl->easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  if (strcmp(request->method, has_body ? "POST" : "GET") != 0)
    curl->easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
  /* remembered only where the name alone says whether there is a body */
  bool is_plain = strcmp(request->method, "POST") == 0 && has_body;
  (void)snprintf(exchange->method, sizeof exchange->method, "%s", is_plain ? request->method : "");
}

static cyn_status put_url(cyn_i_exchange *exchange, const cyn_i_http_request *request) {
  char *text = exchange->url;
  if (strlen(text) == request->url.size && memcmp(text, request->url.data, request->url.size) == 0) return CYN_OK;
  if (request->url.size >= sizeof exchange->url || !is_clean(request->url))
    return cyn_i_error_set(request->error, CYN_E_USAGE, "an endpoint's URL has at most 2047 characters on one line");
  memcpy(text, request->url.data, request->url.size);
  text[request->url.size] = '\0';
  if (exchange->transport->curl->easy_setopt(exchange->easy, CURLOPT_URL, text) == CURLE_OK) return CYN_OK;
  text[0] = '\0';
  return cyn_i_error_no_memory(request->error);
}

static int64_t read_timeout_ms(const cyn_i_exchange *exchange) {
  return exchange->request->read_timeout_ms > 0 ? exchange->request->read_timeout_ms : exchange->transport->read_timeout_ms;
}

cyn_status cyn_i_exchange_begin(cyn_i_exchange *exchange, cyn_i_http_request *request) {
  const cyn_i_curl *curl = exchange->transport->curl;
  exchange->request = request;
  request->http_status = 0;
  request->was_sent = false;
  request->answer_headers.size = 0;
  request->answer_body.size = 0;
  exchange->is_too_large = exchange->is_out_of_memory = exchange->is_interrupted = false;
  exchange->error_text[0] = '\0';
  exchange->uploaded = 0;
  cyn_status status = put_headers(exchange, request);
  if (status == CYN_OK) status = put_url(exchange, request);
  request->status = status;
  if (status != CYN_OK) return status;
  put_method(exchange, request);
  int64_t connect_ms = request->connect_timeout_ms > 0 ? request->connect_timeout_ms : exchange->transport->connect_timeout_ms;
  curl->easy_setopt(exchange->easy, CURLOPT_HTTPHEADER, exchange->nodes);
  if (connect_ms != exchange->connect_timeout_ms)
    curl->easy_setopt(exchange->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
  exchange->connect_timeout_ms = connect_ms;
  exchange->started_ns = exchange->progress_ns = cyn_i_clock_monotonic_ns();
  return CYN_OK;
}

int64_t cyn_i_exchange_time_left_ms(cyn_i_exchange *exchange) {
  const cyn_i_curl *curl = exchange->transport->curl;
  uint64_t now = cyn_i_clock_monotonic_ns();
  if (exchange->progress_ns == 0) exchange->progress_ns = now;
  int64_t limit_ms = read_timeout_ms(exchange);
  int64_t total_ms = exchange->connect_timeout_ms + TOTAL_READ_TIMEOUTS * limit_ms;
  if ((int64_t)((now - exchange->started_ns) / 1000000) >= total_ms) return 0;
  int64_t left = limit_ms - (int64_t)((now - exchange->progress_ns) / 1000000);
  if (left > 0) return left;
  /* it looks late: connecting has its own timeout, and a body going out is progress */
  curl_off_t connected_us = 0, uploaded = 0;
  curl->easy_getinfo(exchange->easy, CURLINFO_PRETRANSFER_TIME_T, &connected_us);
  curl->easy_getinfo(exchange->easy, CURLINFO_SIZE_UPLOAD_T, &uploaded);
  uint64_t ready_ns = exchange->started_ns + (uint64_t)connected_us * 1000;
  if (connected_us == 0 || uploaded != exchange->uploaded) exchange->progress_ns = now;
  else if (ready_ns > exchange->progress_ns) exchange->progress_ns = ready_ns;
  exchange->uploaded = uploaded;
  left = limit_ms - (int64_t)((now - exchange->progress_ns) / 1000000);
  return left > 0 ? left : 0;
}

/* ---- ending ---- */

static cyn_i_error_code error_code(CURLcode code) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT: return CYN_E_TIMEOUT;
    case CURLE_OUT_OF_MEMORY: return CYN_E_OUT_OF_MEMORY;
    case CURLE_URL_MALFORMAT:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_COULDNT_RESOLVE_PROXY: return CYN_E_USAGE;
    default: return CYN_E_CONNECTION;
  }
}

static cyn_status fill_error(const cyn_i_exchange *exchange, CURLcode code) {
  const cyn_i_http_request *request = exchange->request;
  if (exchange->is_out_of_memory) return cyn_i_error_no_memory(request->error);
  if (exchange->is_interrupted)
    return cyn_i_error_setf(request->error, CYN_E_INTERRUPTED, "%.*s: interrupted while it waited for the answer",
                            (int)request->url.size, request->url.data);
  if (exchange->is_too_large)
    return cyn_i_error_setf(request->error, CYN_E_CONNECTION, "%.*s: the answer is larger than allowed",
                            (int)request->url.size, request->url.data);
  const char *why = exchange->error_text[0] != '\0' ? exchange->error_text : exchange->transport->curl->easy_strerror(code);
  if (code == CURLE_OPERATION_TIMEDOUT && exchange->error_text[0] == '\0')
    return cyn_i_error_setf(request->error, CYN_E_TIMEOUT, "%.*s: no answer within %lld ms", (int)request->url.size,
                            request->url.data, (long long)read_timeout_ms(exchange));
  return cyn_i_error_setf(request->error, error_code(code), "%.*s: %s", (int)request->url.size, request->url.data, why);
}

/* libcurl takes an answer that ends within its head for a whole one without a body. */
static bool has_whole_head(const cyn_i_http_request *request) {
  const cyn_i_buf *head = &request->answer_headers;
  return (head->size >= 3 && memcmp(head->data + head->size - 3, "\n\r\n", 3) == 0) ||
         (head->size >= 2 && memcmp(head->data + head->size - 2, "\n\n", 2) == 0);
}

void cyn_i_exchange_end(cyn_i_exchange *exchange, CURLcode code) {
  const cyn_i_curl *curl = exchange->transport->curl;
  cyn_i_http_request *request = exchange->request;
  long sent = 0;
  curl->easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &request->http_status);
  curl->easy_getinfo(exchange->easy, CURLINFO_REQUEST_SIZE, &sent);
  request->was_sent = sent > 0;
  if (code == CURLE_OK && !has_whole_head(request)) code = CURLE_PARTIAL_FILE;
  request->status = code == CURLE_OK ? CYN_OK : fill_error(exchange, code);
  exchange->request = NULL;
}

cyn_bytes cyn_i_http_header_get(const cyn_i_http_request *request, const char *name) {
  const char *at = (const char *)request->answer_headers.data;
  size_t left = request->answer_headers.size, name_size = strlen(name);
  while (left != 0) {
    const char *newline = memchr(at, '\n', left);
    size_t line = newline != NULL ? (size_t)(newline - at) + 1 : left;
    if (line > name_size && at[name_size] == ':' && strncasecmp(at, name, name_size) == 0) {
      const char *begin = at + name_size + 1, *end = at + line;
      while (begin < end && (*begin == ' ' || *begin == '\t')) begin++;
      while (end > begin && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r' || end[-1] == '\n')) end--;
      return (cyn_bytes){begin, (size_t)(end - begin)};
    }
    at += line;
    left -= line;
  }
  return (cyn_bytes){NULL, 0};
}
