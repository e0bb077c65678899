/* One request's way through the server, in the order of validation.md 1.1: method and content type, is it JSON, target,
 * authentication, origin, types, constraints; then the engine.
 *
 * A page of another origin may learn that its request was malformed or not signed, but never reaches data: the check of
 * the origin stands right before the decoder. */
#include <stdio.h>
#include <string.h>

#include "api/api.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/random.h"
#include "server/http_private.h"
#include "server/server_private.h"
#include "value/json.h"

#define ARENA_KEEP_BYTES (2u << 20)
#define ELSEWHERE_PER_SECOND \
  20 /* a client that asks for nothing but wrong tables does not keep us walking the catalog */

static cyn_bytes header(const cyn_i_request *request, cyn_i_http_known known) {
  return cyn_i_http_get(&request->http, request->in, known);
}

static bool is_text(cyn_bytes bytes, const char *text) {
  return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

/* ---- answers ---- */

static const char not_found_body[] = "<UnknownOperationException/>\n";

static void answer_not_found(cyn_i_request *request) {
  cyn_i_response_plain(request, 404, "x-amz-crc32: 3552371480\r\n", cyn_str(not_found_body));
}

/* What the library answers only to its own callers becomes the service's InternalServerError. */
static void make_wire_error(cyn_error *error) {
  if (error->status < CYN_E_OUT_OF_MEMORY) return;
  if (error->status == CYN_E_NOT_ON_BACKEND) {
    cyn_error wire = CYN_ERROR_INIT;
    (void)cyn_i_error_set(&wire, CYN_E_NOT_IMPLEMENTED, error->message);
    cyn_i_error_move(error, &wire);
    return;
  }
  bool is_full = error->status == CYN_E_STORE_FULL;
  (void)cyn_i_error_set(error, CYN_E_INTERNAL,
                        is_full ? "The store is full: delete items, or raise its size limit" : "Internal server error");
}

static void log_failure(const cyn_i_request *request, const cyn_error *error) {
  const cyn_i_log_field fields[] = {
      CYN_I_LOG_TEXT("operation", cyn_str(request->operation != NULL ? request->operation->name : "-")),
      CYN_I_LOG_TEXT("error", cyn_str(error->name)),
      CYN_I_LOG_TEXT("reason", cyn_str(error->message)),
      CYN_I_LOG_TEXT("request_id", cyn_str(request->request_id)),
      CYN_I_LOG_END,
  };
  cyn_i_log_write(&request->loop->server->log, CYN_I_LOG_ERROR, "request failed", fields);
}

static void log_request(const cyn_i_request *request, uint64_t latency_ns) {
  const char *method = llhttp_method_name((llhttp_method_t)request->http.parser.method);
  const cyn_i_log_field fields[] = {
      CYN_I_LOG_TEXT("method", cyn_str(method)),
      CYN_I_LOG_TEXT("operation", cyn_str(request->operation != NULL ? request->operation->name : "-")),
      CYN_I_LOG_NUMBER("status", request->status),
      CYN_I_LOG_TEXT("error", cyn_str(request->error.status != CYN_OK ? request->error.name : "-")),
      CYN_I_LOG_NUMBER("bytes_in", request->http.body.size),
      CYN_I_LOG_NUMBER("bytes_out", request->out.size),
      CYN_I_LOG_NUMBER("latency_us", latency_ns / 1000),
      CYN_I_LOG_TEXT("request_id", cyn_str(request->request_id)),
      CYN_I_LOG_END,
  };
  cyn_i_log_write(&request->loop->server->log, CYN_I_LOG_INFO, "request", fields);
}

/* Counts and logs; the answer stands in `out`. */
static void finish(cyn_i_request *request, cyn_status status) {
  uint64_t latency_ns = cyn_i_clock_monotonic_ns() - request->start_ns;
  unsigned operation =
      request->operation != NULL ? (unsigned)request->operation->operation : (unsigned)CYN_OPERATION_COUNT;
  cyn_i_metrics_request(&request->loop->metrics, operation, status, latency_ns);
  if (request->loop->server->settings.log_requests) log_request(request, latency_ns);
}

/* What was made of a request that there was no memory for is not the truth about it. */
static bool answer_error(cyn_i_request *request, unsigned http_status) {
  if (request->arena.is_short) {
    (void)cyn_i_error_no_memory(&request->error);
    http_status = 0;
  }
  cyn_status status = request->error.status;
  if (request->error.http_status >= 500) log_failure(request, &request->error);
  make_wire_error(&request->error);
  cyn_i_response_error(request, &request->error, http_status != 0 ? http_status : (unsigned)request->error.http_status);
  finish(request, status);
  cyn_error_clean_up(&request->error);
  return true;
}

/* The most common mistake with several Regions is looking in the wrong one: the log says where the table is. */
static void log_elsewhere(cyn_i_request *request) {
  cyn_i_loop *loop = request->loop;
  uint64_t now = uv_now(&loop->uv);
  const cyn_i_shape *shape = request->operation->input;
  if (!cyn_i_log_wants(&loop->server->log, CYN_I_LOG_WARN)) return;
  if (now - loop->elsewhere_ms >= 1000) {
    loop->elsewhere_ms = now;
    loop->elsewhere_count = 0;
  }
  if (++loop->elsewhere_count > ELSEWHERE_PER_SECOND) return;
  for (uint32_t i = 0; shape != NULL && i < shape->member_count; i++) {
    const cyn_i_member *member = &shape->members[i];
    if (strcmp(member->name, "TableName") != 0 || member->shape->kind != CYN_KIND_STRING) continue;
    cyn_bytes name;
    char regions[64];
    memcpy(&name, (const char *)request->call.input + member->offset, sizeof name);
    if (name.data == NULL || !cyn_i_db_table_elsewhere(loop->server->db, &request->context, name, regions)) return;
    const cyn_i_log_field fields[] = {
        CYN_I_LOG_TEXT("table", name),
        CYN_I_LOG_TEXT("asked_region", request->context.region),
        CYN_I_LOG_TEXT("found_in", cyn_str(regions)),
        CYN_I_LOG_END,
    };
    cyn_i_log_write(&loop->server->log, CYN_I_LOG_WARN, "table not found here, but it exists in another Region",
                    fields);
    return;
  }
}

void cyn_i_request_answer_call(cyn_i_request *request) {
  const cyn_i_call *call = &request->call;
  if (call->status != CYN_OK) {
    if (request->error.status == CYN_OK)
      (void)cyn_i_error_set(&request->error, CYN_E_INTERNAL, "Internal server error");
    if (call->status == CYN_E_RESOURCE_NOT_FOUND) log_elsewhere(request);
    (void)answer_error(request, 0);
    return;
  }
  cyn_i_response_begin(request);
  if (request->operation->output != NULL)
    cyn_i_api_encode(request->operation->output, call->output, &request->out);
  cyn_i_response_end(request, 200);
  finish(request, CYN_OK);
}

/* ---- refusing ---- */

static bool is_json(cyn_i_request *request) {
  cyn_i_json json;
  cyn_i_json_init(&json, (const uint8_t *)request->body.data, request->body.size, &request->arena);
  cyn_i_json_token first = cyn_i_json_next(&json);
  return first != CYN_JSON_ERROR && cyn_i_json_skip(&json, first) && cyn_i_json_next(&json) == CYN_JSON_END;
}

/* The coding that a header names; what is none of ours is taken for plain bytes. */
static cyn_i_coding coding_named(cyn_bytes name) {
  if (name.size == 4 && cyn_i_http_same_name(name.data, "gzip", 4)) return CYN_CODING_GZIP;
  if (name.size == 7 && cyn_i_http_same_name(name.data, "deflate", 7)) return CYN_CODING_DEFLATE;
  return CYN_CODING_NONE;
}

static cyn_i_coding body_coding(const cyn_i_request *request) {
  return coding_named(header(request, CYN_HTTP_CONTENT_ENCODING));
}

/* A body that is no JSON is the first fault of all, whatever else is wrong. A packed one is not unpacked for a stranger. */
static bool refuse(cyn_i_request *request, unsigned http_status) {
  if (request->body.size != 0 && body_coding(request) == CYN_CODING_NONE && !is_json(request))
    (void)cyn_i_error_set(&request->error, CYN_E_SERIALIZATION, "");
  return answer_error(request, http_status);
}

/* ---- POST ---- */

static bool content_type_fits(cyn_i_request *request) {
  cyn_bytes type = header(request, CYN_HTTP_CONTENT_TYPE);
  if (type.data != NULL) {
    const char *semicolon = memchr(type.data, ';', type.size);
    if (semicolon != NULL) type.size = (size_t)(semicolon - type.data);
    while (type.size != 0 && type.data[type.size - 1] == ' ') type.size--;
  }
  request->json_1_0 = is_text(type, "application/x-amz-json-1.0");
  return request->json_1_0 || request->http.body.size == 0 || is_text(type, "application/json");
}

static const cyn_i_operation *operation_of(cyn_i_request *request) {
  static const char tables[] = "DynamoDB_20120810.", streams[] = "DynamoDBStreams_20120810.";
  cyn_bytes target = header(request, CYN_HTTP_X_AMZ_TARGET);
  bool is_streams = false;
  size_t prefix = sizeof tables - 1;
  if (target.size <= prefix || memcmp(target.data, tables, prefix) != 0) {
    prefix = sizeof streams - 1;
    is_streams = true;
    if (target.size <= prefix || memcmp(target.data, streams, prefix) != 0) return NULL;
  }
  return cyn_i_operation_find((cyn_bytes){target.data + prefix, target.size - prefix}, is_streams);
}

static bool is_digits(cyn_bytes text) {
  for (size_t i = 0; i < text.size; i++)
    if (text.data[i] < '0' || text.data[i] > '9') return false;
  return true;
}

/* An account of 12 digits for an access key: itself if it is one, else digits of its hash, the same at every start. */
static cyn_bytes account_of_key(cyn_i_request *request, cyn_bytes key) {
  if (key.size == 12 && is_digits(key)) return key;
  uint8_t digest[32];
  uint64_t number = 0;
  cyn_i_sha256(&key, 1, digest);
  for (int i = 0; i < 8; i++) number = number << 8 | digest[i];
  (void)snprintf(request->account, sizeof request->account, "%012llu", (unsigned long long)(number % 1000000000000u));
  return (cyn_bytes){request->account, 12};
}

static bool is_region(cyn_bytes region) {
  if (region.size == 0 || region.size > 32) return false;
  for (size_t i = 0; i < region.size; i++) {
    char c = region.data[i];
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
      return false;
  }
  return true;
}

/* Whose tables the request sees, from its credential. */
static void fill_context(cyn_i_request *request, const cyn_i_authorization *from, const cyn_i_signing_key *verified) {
  const cyn_i_settings *settings = &request->loop->server->settings;
  request->context.request_id = (cyn_bytes){request->request_id, 52};
  request->context.account = cyn_str(settings->account);
  request->context.region = cyn_str(settings->region);
  bool has_account = verified != NULL && verified->account.data != NULL;
  if (has_account) request->context.account = verified->account;
  if (from->part_count != 5 || settings->split == CYN_SPLIT_NONE) return;
  if (is_region(from->region)) request->context.region = from->region;
  if (settings->split == CYN_SPLIT_REGION_AND_ACCESS_KEY && !has_account)
    request->context.account = account_of_key(request, from->access_key);
}

static cyn_status authenticate(cyn_i_request *request) {
  cyn_i_loop *loop = request->loop;
  cyn_i_authorization from;
  const cyn_i_signing_key *verified = NULL;
  cyn_status status = cyn_i_authorization_parse(&request->http, request->in, &request->arena, &from, &request->error);
  if (status != CYN_OK) return status;
  if (loop->server->credentials != NULL) {
    const cyn_i_sigv4_request signed_request = {
        &request->http, request->in, cyn_str("POST"), &from, cyn_i_clock_now_ms(NULL), &request->arena,
    };
    status = cyn_i_sigv4_verify(loop->sigv4, loop->server->credentials, &signed_request, &verified, &request->error);
    if (status != CYN_OK) return status;
  }
  fill_context(request, &from, verified);
  return CYN_OK;
}

static cyn_status check_origin(cyn_i_request *request) {
  cyn_bytes origin = header(request, CYN_HTTP_ORIGIN);
  if (cyn_i_origins_allow(&request->loop->server->origins, origin, header(request, CYN_HTTP_SEC_FETCH_SITE), false))
    return CYN_OK;
  if (origin.data == NULL) origin = cyn_str("this address");
  return cyn_i_error_setf(
      &request->error, CYN_E_ACCESS_DENIED,
      "Requests of web pages from %.*s are not allowed: start the server with --cors and the page's origin",
      origin.size < 200 ? (int)origin.size : 200, origin.data);
}

/* Into request->body; false when the answer stands. The signature is that of the bytes as they came. */
static bool unpack(cyn_i_request *request) {
  cyn_i_coding coding = body_coding(request);
  if (coding == CYN_CODING_NONE || request->body.size == 0) return true;
  cyn_i_buf plain;
  cyn_i_buf_init(&plain, &request->arena);
  size_t size_max = request->loop->server->settings.http.body_bytes_max;
  switch (cyn_i_coding_unpack(coding, request->body, size_max, &plain)) {
    case CYN_UNPACKED: request->body = (cyn_bytes){(const char *)plain.data, plain.size}; return true;
    case CYN_UNPACKED_BAD: (void)cyn_i_error_set(&request->error, CYN_E_SERIALIZATION, ""); break;
    case CYN_UNPACKED_NO_MEMORY: (void)cyn_i_error_no_memory(&request->error); break;
    case CYN_UNPACKED_TOO_LARGE: cyn_i_response_fault(request, 413); return false;
  }
  return !answer_error(request, 0);
}

static cyn_status decode(cyn_i_request *request, void **input) {
  if (request->body.size == 0) return cyn_i_error_set(&request->error, CYN_E_SERIALIZATION, "");
  cyn_status status =
      cyn_i_api_decode(request->operation->input, request->body, &request->arena, input, &request->error);
  if (status == CYN_OK) status = cyn_i_api_check(request->operation, *input, &request->arena, &request->error);
  return status;
}

static void submit(cyn_i_request *request, const void *input) {
  cyn_i_call *call = &request->call;
  memset(call, 0, sizeof *call);
  call->operation = request->operation;
  call->context = &request->context;
  call->input = input;
  call->arena = &request->arena;
  call->error = &request->error;
  call->done = cyn_i_loop_call_done;
  call->user = request;
  request->is_submitted = true;
  request->loop->in_flight++;
  request->loop->submitted++;
  cyn_i_db_turn_submit(request->loop->turn, call);
}

static bool post(cyn_i_request *request) {
  void *input = NULL;
  if (!content_type_fits(request)) {
    answer_not_found(request);
    return true;
  }
  request->operation = operation_of(request);
  if (request->operation == NULL) {
    (void)cyn_i_error_set(&request->error, CYN_E_UNKNOWN_OPERATION, "");
    return refuse(request, 0);
  }
  if (authenticate(request) != CYN_OK) return refuse(request, 0);
  if (check_origin(request) != CYN_OK) return refuse(request, 403);
  if (!unpack(request)) return true;
  if (decode(request, &input) != CYN_OK) return answer_error(request, 0);
  submit(request, input);
  return false;
}

/* ---- other methods ---- */

static void answer_health(cyn_i_request *request) {
  char text[128], headers[80];
  int size = snprintf(text, sizeof text, "healthy: dynamodb.%s.amazonaws.com ", request->loop->server->settings.region);
  cyn_bytes body = {text, (size_t)size};
  (void)snprintf(headers, sizeof headers, "Content-Type: text/plain\r\nx-amz-crc32: %u\r\n",
                 cyn_i_crc32(text, body.size));
  cyn_i_response_plain(request, 200, headers, body);
}

static void answer_preflight(cyn_i_request *request) {
  cyn_bytes headers = header(request, CYN_HTTP_REQUEST_HEADERS), method = header(request, CYN_HTTP_REQUEST_METHOD);
  const char *text = cyn_i_arena_printf(&request->arena, "%s%.*s%s%s%.*s%sAccess-Control-Max-Age: 172800\r\n",
                                        headers.data != NULL ? "Access-Control-Allow-Headers: " : "", (int)headers.size,
                                        headers.data != NULL ? headers.data : "", headers.data != NULL ? "\r\n" : "",
                                        method.data != NULL ? "Access-Control-Allow-Methods: " : "", (int)method.size,
                                        method.data != NULL ? method.data : "", method.data != NULL ? "\r\n" : "");
  cyn_i_response_plain(request, 200, text != NULL ? text : "", cyn_str(""));
}

static void get(cyn_i_request *request, cyn_bytes path) {
  static const char admin[] = "/_cynamo/";
  if (path.size >= sizeof admin - 1 && memcmp(path.data, admin, sizeof admin - 1) == 0) {
    cyn_i_admin_answer(request, path);
  } else {
    answer_health(request);
  }
}

/* A weight such as ;q=0.5 in thousandths; 1000 without one. */
static unsigned quality_of(cyn_bytes parameters) {
  size_t at = 0;
  unsigned value = 0, unit = 1000;
  while (at < parameters.size && (parameters.data[at] == ';' || parameters.data[at] == ' ')) at++;
  if (parameters.size - at < 3 || (parameters.data[at] | 0x20) != 'q' || parameters.data[at + 1] != '=') return 1000;
  for (at += 2; at < parameters.size && unit != 0; at++) {
    char c = parameters.data[at];
    if (c == '.') continue;
    if (c < '0' || c > '9') break;
    value += (unsigned)(c - '0') * unit;
    unit /= 10;
  }
  return value;
}

static cyn_bytes trimmed(cyn_bytes text) {
  while (text.size != 0 && text.data[0] == ' ') text = (cyn_bytes){text.data + 1, text.size - 1};
  while (text.size != 0 && text.data[text.size - 1] == ' ') text.size--;
  return text;
}

/* Of the codings of ours in Accept-Encoding the one of the greatest weight, of several the first. */
cyn_i_coding cyn_i_request_coding_accepted(const cyn_i_request *request) {
  cyn_bytes list = header(request, CYN_HTTP_ACCEPT_ENCODING);
  cyn_i_coding best = CYN_CODING_NONE;
  unsigned best_quality = 0;
  while (list.size != 0) {
    const char *comma = memchr(list.data, ',', list.size);
    cyn_bytes one = {list.data, comma != NULL ? (size_t)(comma - list.data) : list.size};
    list = comma != NULL ? (cyn_bytes){comma + 1, list.size - one.size - 1} : (cyn_bytes){NULL, 0};
    const char *semicolon = memchr(one.data, ';', one.size);
    cyn_bytes name = {one.data, semicolon != NULL ? (size_t)(semicolon - one.data) : one.size};
    unsigned quality = quality_of((cyn_bytes){one.data + name.size, one.size - name.size});
    cyn_i_coding coding = coding_named(trimmed(name));
    if (coding == CYN_CODING_NONE || quality <= best_quality) continue;
    best = coding;
    best_quality = quality;
  }
  return best;
}

static void begin(cyn_i_request *request) {
  request->start_ns = cyn_i_clock_monotonic_ns();
  request->operation = NULL;
  request->status = 0;
  request->body = cyn_i_http_bytes(request->in, request->http.body);
  request->json_1_0 = false;
  request->http_1_0 = request->http.parser.http_minor == 0;
  request->is_head = request->http.parser.method == HTTP_HEAD;
  request->has_origin = header(request, CYN_HTTP_ORIGIN).data != NULL;
  request->close_after = !request->http.keep_alive || request->loop->stopping;
  cyn_i_arena_reset(&request->arena, ARENA_KEEP_BYTES);
  cyn_i_random_request_id(request->request_id);
}

bool cyn_i_request_run(cyn_i_request *request) {
  begin(request);
  if (request->http.parser.method == HTTP_POST) return post(request);
  cyn_bytes path = cyn_i_http_bytes(request->in, request->http.url);
  const char *question = memchr(path.data, '?', path.size);
  if (question != NULL) path.size = (size_t)(question - path.data);
  if (request->http.parser.method == HTTP_GET) {
    get(request, path);
  } else if (request->http.parser.method == HTTP_OPTIONS && request->has_origin) {
    answer_preflight(request);
  } else {
    answer_not_found(request);
  }
  if (request->loop->server->settings.log_requests)
    log_request(request, cyn_i_clock_monotonic_ns() - request->start_ns);
  return true;
}
