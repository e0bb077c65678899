/* The client and its calls. A call is a small machine: encode once; then sign, send, judge, and perhaps wait and again.
 * Blocking and submitted calls turn the same machine; they differ only in who waits. All that a call needs is in its
 * arena. */
#include "client/client.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/sigv4.h"
#include "client/answer.h"
#include "client/credentials.h"
#include "client/endpoint.h"
#include "client/sigv4_sign.h"
#include "client/token.h"
#include "transport/transport.h"

#define HEADERS_MAX 8
#define EXTRA_HEADERS_MAX 64
#define SKEW_MS (4 * 60 * 1000)
#define ANSWER_BYTES_MAX ((size_t)64 << 20)

/* Where requests go: the tables' endpoint and the streams'. */
typedef struct target {
  cyn_bytes url, host, path, region;
  cyn_i_endpoint endpoint; /* with the account's rule */
} target;

struct cyn_i_client {
  cyn_i_arena arena; /* the strings below */
  target targets[2]; /* by operation->is_streams */
  cyn_i_transport *transport;
  cyn_i_credentials_provider *credentials;
  cyn_i_signer *signer;
  cyn_i_retry *retry;
  cyn_i_clock *clock;
  _Atomic int64_t skew_ms; /* what the server's clock is ahead of ours */
  cyn_bytes user_agent;
  cyn_string_map extra_headers;
};

/* One call under way. */
typedef struct machine {
  cyn_i_client *client;
  cyn_i_call *call;
  cyn_i_http_request http;
  cyn_i_retry_state retry;
  cyn_i_buf body;
  cyn_bytes operation_target; /* X-Amz-Target */
  target target;
  cyn_bytes account;          /* of the ARN that names the table */
  char time[17];
  bool is_skew_corrected;
  cyn_i_http_header headers[HEADERS_MAX + EXTRA_HEADERS_MAX];
  cyn_i_signed_header signed_headers[HEADERS_MAX + EXTRA_HEADERS_MAX];
} machine;

/* ---- the client ---- */

/* scheme://host[:port][/path]; a port that the scheme implies is not part of the Host header. */
static cyn_status split_url(cyn_bytes url, target *out, cyn_error *error) {
  bool is_https = url.size > 8 && memcmp(url.data, "https://", 8) == 0;
  bool is_http = url.size > 7 && memcmp(url.data, "http://", 7) == 0;
  if (!is_http && !is_https)
    return cyn_i_error_setf(error, CYN_E_USAGE, "%.*s is no endpoint: write http://HOST:PORT or https://HOST",
                            (int)url.size, url.data);
  size_t start = is_https ? 8 : 7;
  cyn_bytes rest = {url.data + start, url.size - start};
  const char *slash = memchr(rest.data, '/', rest.size);
  out->url = url;
  out->host = (cyn_bytes){rest.data, slash != NULL ? (size_t)(slash - rest.data) : rest.size};
  out->path = slash != NULL ? (cyn_bytes){slash, rest.size - out->host.size} : (cyn_bytes){"/", 1};
  const char *implied = is_https ? ":443" : ":80";
  size_t size = strlen(implied);
  if (out->host.size > size && memcmp(out->host.data + out->host.size - size, implied, size) == 0) out->host.size -= size;
  return CYN_OK;
}

/* A name or address of this machine: the whole host, since names such as localhost.example.com are anybody's. */
static bool is_loopback(cyn_bytes host) {
  static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    size_t size = strlen(names[i]);
    if (host.size >= size && memcmp(host.data, names[i], size) == 0 && (host.size == size || host.data[size] == ':'))
      return true;
  }
  return false;
}

static cyn_status resolve_targets(cyn_i_client *client, const cyn_i_client_options *options,
                                  const cyn_i_configuration *configuration, cyn_error *error) {
  cyn_bytes region = cyn_i_endpoint_region(configuration, options->region);
  /* a server that was named by its URL alone: any Region will do */
  if (region.data == NULL && options->endpoint_url.size != 0) region = cyn_str("us-east-1");
  if (region.data == NULL)
    return cyn_i_error_set(error, CYN_E_USAGE,
                           "no Region: write aws:REGION, set AWS_DEFAULT_REGION, or give the profile a region");
  for (int is_streams = 0; is_streams < 2; is_streams++) {
    target *to = &client->targets[is_streams];
    cyn_status status = cyn_i_endpoint_of_service(configuration, is_streams ? CYN_SERVICE_STREAMS : CYN_SERVICE_DYNAMODB,
                                                  region, options->endpoint_url, &client->arena, &to->endpoint, error);
    if (status == CYN_OK) status = split_url(to->endpoint.url, to, error);
    if (status != CYN_OK) return status;
    to->region = to->endpoint.signing_region;
  }
  return CYN_OK;
}

static cyn_status choose_retry(cyn_i_client *client, const cyn_i_client_options *options,
                               const cyn_i_configuration *configuration, cyn_error *error) {
  cyn_i_retry_mode mode = options->retry_mode;
  int64_t attempts = options->attempts_max;
  cyn_bytes text = cyn_i_configuration_get(configuration, "AWS_RETRY_MODE", "retry_mode");
  if (mode == 0 && text.size != 0 && !cyn_i_retry_mode_parse(text, &mode))
    return cyn_i_error_setf(error, CYN_E_USAGE, "AWS_RETRY_MODE (retry_mode) %.*s: it is standard, legacy or adaptive",
                            (int)text.size, text.data);
  text = cyn_i_configuration_get(configuration, "AWS_MAX_ATTEMPTS", "max_attempts");
  if (attempts == 0 && text.size != 0) {
    for (size_t i = 0; i < text.size && i < 9 && text.data[i] >= '0' && text.data[i] <= '9'; i++)
      attempts = attempts * 10 + (text.data[i] - '0');
    if (attempts == 0)
      return cyn_i_error_setf(error, CYN_E_USAGE, "AWS_MAX_ATTEMPTS (max_attempts) %.*s: it is a number from 1", (int)text.size,
                              text.data);
  }
  client->retry = cyn_i_retry_new(mode != 0 ? mode : CYN_RETRY_STANDARD, attempts);
  return client->retry != NULL ? CYN_OK : cyn_i_error_no_memory(error);
}

static cyn_status copy_headers(cyn_i_client *client, const cyn_i_client_options *options, cyn_error *error) {
  size_t count = options->extra_headers.count;
  if (count > EXTRA_HEADERS_MAX) return cyn_i_error_setf(error, CYN_E_USAGE, "more than %d extra headers", EXTRA_HEADERS_MAX);
  cyn_string_pair *copies = cyn_i_arena_zalloc(&client->arena, count + 1, sizeof *copies);
  if (copies == NULL) return cyn_i_error_no_memory(error);
  for (size_t i = 0; i < count; i++) {
    copies[i].key = cyn_i_arena_copy(&client->arena, options->extra_headers.at[i].key);
    copies[i].value = cyn_i_arena_copy(&client->arena, options->extra_headers.at[i].value);
    if (copies[i].key.data == NULL || copies[i].value.data == NULL) return cyn_i_error_no_memory(error);
  }
  client->extra_headers = (cyn_string_map){count, copies};
  const cyn_bytes more = options->user_agent_extra;
  client->user_agent = cyn_str(cyn_i_arena_printf(&client->arena, "cynamo/" CYN_RELEASE "%s%.*s", more.size != 0 ? " " : "",
                                                  (int)more.size, more.size != 0 ? more.data : ""));
  return client->user_agent.data != NULL ? CYN_OK : cyn_i_error_no_memory(error);
}

static cyn_status make_parts(cyn_i_client *client, const cyn_i_client_options *options,
                             const cyn_i_configuration *configuration, cyn_error *error) {
  const cyn_i_credentials_options wanted = {.access_key_id = options->access_key_id,
                                            .secret_access_key = options->secret_access_key,
                                            .session_token = options->session_token,
                                            .profile = options->profile,
                                            .region = client->targets[0].region,
                                            .clock = options->clock,
                                            .is_local = is_loopback(client->targets[0].host)};
  cyn_status status = cyn_i_credentials_provider_new(&wanted, &client->credentials, error);
  if (status != CYN_OK) return status;
  client->signer = cyn_i_signer_new();
  if (client->signer == NULL) return cyn_i_error_no_memory(error);
  cyn_bytes ca_bundle = options->ca_bundle;
  if (ca_bundle.data == NULL) ca_bundle = cyn_i_configuration_get(configuration, "AWS_CA_BUNDLE", "ca_bundle");
  const cyn_i_transport_options transport = {options->connect_timeout_ms, options->read_timeout_ms, options->connections_max,
                                             options->proxy, ca_bundle, options->ca_bundle_default,
                                             options->insecure_skip_verify};
  return cyn_i_transport_new(&transport, &client->transport, error);
}

static cyn_status fill(cyn_i_client *client, const cyn_i_client_options *options, cyn_error *error) {
  cyn_i_configuration configuration; /* in the client's arena: endpoints borrow from it */
  cyn_status status = cyn_i_configuration_load(options->profile, &client->arena, &configuration, error);
  if (status == CYN_OK) status = resolve_targets(client, options, &configuration, error);
  if (status == CYN_OK) status = choose_retry(client, options, &configuration, error);
  if (status == CYN_OK) status = copy_headers(client, options, error);
  if (status == CYN_OK) status = make_parts(client, options, &configuration, error);
  return status;
}

cyn_status cyn_i_client_new(const cyn_i_client_options *options, cyn_i_client **out, cyn_error *error) {
  *out = NULL;
  cyn_i_client *client = cyn_i_zalloc(1, sizeof *client);
  if (client == NULL) return cyn_i_error_no_memory(error);
  cyn_i_arena_init_secret(&client->arena); /* the files that it reads hold keys, too */
  client->clock = options->clock;
  cyn_status status = fill(client, options, error);
  if (status != CYN_OK) cyn_i_client_destroy(client);
  else *out = client;
  return status;
}

void cyn_i_client_destroy(cyn_i_client *client) {
  if (client == NULL) return;
  cyn_i_transport_destroy(client->transport);
  cyn_i_credentials_provider_destroy(client->credentials);
  cyn_i_signer_destroy(client->signer);
  cyn_i_retry_destroy(client->retry);
  cyn_i_arena_clean_up(&client->arena);
  cyn_i_free(client);
}

cyn_bytes cyn_i_client_region(const cyn_i_client *client) { return client->targets[0].region; }
cyn_bytes cyn_i_client_endpoint(const cyn_i_client *client) { return client->targets[0].url; }

/* ---- one attempt's request ---- */

/* The account in the ARN that names the table; absent where a name does. */
static cyn_bytes account_of_table(const machine *m) {
  const cyn_i_shape *shape = m->call->operation->input;
  cyn_bytes name = {NULL, 0};
  for (uint32_t i = 0; i < shape->member_count; i++)
    if (strcmp(shape->members[i].name, "TableName") == 0)
      memcpy(&name, (const char *)m->call->input + shape->members[i].offset, sizeof name);
  if (name.size < 4 || memcmp(name.data, "arn:", 4) != 0) return (cyn_bytes){NULL, 0};
  for (int colons = 0; colons < 4; colons++) { /* arn:partition:dynamodb:region:account:… */
    const char *colon = memchr(name.data, ':', name.size);
    if (colon == NULL) return (cyn_bytes){NULL, 0};
    name = (cyn_bytes){colon + 1, name.size - (size_t)(colon + 1 - name.data)};
  }
  const char *end = memchr(name.data, ':', name.size);
  return end != NULL ? (cyn_bytes){name.data, (size_t)(end - name.data)} : (cyn_bytes){NULL, 0};
}

/* Some accounts have names of their own: then the target depends on whose keys sign. */
static cyn_status choose_target(machine *m, const cyn_i_credentials *credentials) {
  const target *standard = &m->client->targets[m->call->operation->is_streams];
  m->target = *standard;
  if (standard->endpoint.account_rule == CYN_ACCOUNT_NEVER) return CYN_OK;
  cyn_bytes account = m->account.data != NULL ? m->account : credentials->account_id, url;
  cyn_status status = cyn_i_endpoint_of_account(&standard->endpoint, account, m->call->arena, &url, m->call->error);
  if (status == CYN_OK) status = split_url(url, &m->target, m->call->error);
  m->http.url = m->target.url;
  return status;
}

/* Keeps the signed headers sorted by name. */
static void sign_header(machine *m, size_t *count, const char *name, cyn_bytes value) {
  size_t at = (*count)++;
  while (at > 0 && strcmp(m->signed_headers[at - 1].name, name) > 0) {
    m->signed_headers[at] = m->signed_headers[at - 1];
    at--;
  }
  m->signed_headers[at] = (cyn_i_signed_header){name, value};
}

static const char *lower_case(cyn_bytes name, cyn_i_arena *arena) {
  char *copy = cyn_i_arena_alloc(arena, name.size + 1);
  if (copy == NULL) return NULL;
  for (size_t i = 0; i < name.size; i++)
    copy[i] = name.data[i] >= 'A' && name.data[i] <= 'Z' ? (char)(name.data[i] | 0x20) : name.data[i];
  copy[name.size] = '\0';
  return copy;
}

static cyn_status add_extra_headers(machine *m, size_t *signed_count) {
  const cyn_string_map *extra = &m->client->extra_headers;
  for (size_t i = 0; i < extra->count; i++) {
    m->headers[m->http.header_count++] = (cyn_i_http_header){extra->at[i].key, extra->at[i].value};
    const char *name = lower_case(extra->at[i].key, m->call->arena);
    if (name == NULL) return cyn_i_error_no_memory(m->call->error);
    if (strncmp(name, "x-amz-", 6) == 0) sign_header(m, signed_count, name, extra->at[i].value);
  }
  return CYN_OK;
}

static void add_header(machine *m, const char *name, cyn_bytes value) {
  m->headers[m->http.header_count++] = (cyn_i_http_header){cyn_str(name), value};
}

static cyn_status put_headers(machine *m, const cyn_i_credentials *credentials) {
  static const cyn_bytes content_type = {"application/x-amz-json-1.0", 26};
  cyn_i_client *client = m->client;
  const target *to = &m->target;
  cyn_status status = choose_target(m, credentials);
  if (status != CYN_OK) return status;
  cyn_i_sigv4_time(cyn_i_clock_now_ms(client->clock) + client->skew_ms, m->time);
  const cyn_bytes time = {m->time, 16};
  size_t signed_count = 0;
  m->http.header_count = 0;
  add_header(m, "Host", to->host);
  add_header(m, "Content-Type", content_type);
  add_header(m, "X-Amz-Target", m->operation_target);
  add_header(m, "X-Amz-Date", time);
  add_header(m, "User-Agent", client->user_agent);
  sign_header(m, &signed_count, "content-type", content_type);
  sign_header(m, &signed_count, "host", to->host);
  sign_header(m, &signed_count, "x-amz-date", time);
  if (credentials->session_token.size != 0) {
    add_header(m, "X-Amz-Security-Token", credentials->session_token);
    sign_header(m, &signed_count, "x-amz-security-token", credentials->session_token);
  }
  sign_header(m, &signed_count, "x-amz-target", m->operation_target);
  status = add_extra_headers(m, &signed_count);
  if (status != CYN_OK) return status;
  const cyn_i_sign_request request = {"POST", to->path, {NULL, 0}, m->signed_headers, signed_count, m->http.body, m->time,
                                      to->region, "dynamodb", credentials};
  cyn_bytes authorization;
  status = cyn_i_sign(client->signer, &request, m->call->arena, &authorization, m->call->error);
  if (status == CYN_OK) add_header(m, "Authorization", authorization);
  return status;
}

/* The secret key is in the call's memory only while its request is signed. */
static cyn_status prepare(machine *m) {
  cyn_i_credentials credentials = {0};
  cyn_status status = cyn_i_credentials_get(m->client->credentials, m->call->arena, &credentials, m->call->error);
  if (status != CYN_OK) return status;
  status = put_headers(m, &credentials);
  OPENSSL_cleanse((void *)(uintptr_t)credentials.secret_access_key.data, credentials.secret_access_key.size);
  return status;
}

static machine *machine_new(cyn_i_client *client, cyn_i_call *call) {
  cyn_i_arena *arena = call->arena;
  machine *m = cyn_i_arena_alloc(arena, sizeof *m);
  const void *input = cyn_i_token_fill(call->operation, call->input, arena);
  if (m == NULL || input == NULL) return NULL;
  memset(m, 0, offsetof(machine, headers));
  m->client = client;
  m->call = call;
  const char *name = cyn_i_arena_printf(arena, "%s.%s", call->operation->is_streams ? "DynamoDBStreams_20120810" : "DynamoDB_20120810",
                                        call->operation->name);
  m->operation_target = cyn_str(name);
  cyn_i_buf_init(&m->body, arena);
  cyn_i_api_encode(call->operation->input, input, &m->body);
  if (name == NULL || m->body.failed) return NULL;
  m->http.method = "POST";
  const target *to = &client->targets[call->operation->is_streams];
  m->http.url = to->url;
  if (to->endpoint.account_rule != CYN_ACCOUNT_NEVER) m->account = account_of_table(m);
  m->http.headers = m->headers;
  m->http.body = (cyn_bytes){(const char *)m->body.data, m->body.size};
  m->http.body_bytes_max = ANSWER_BYTES_MAX;
  m->http.error = call->error;
  cyn_i_buf_init(&m->http.answer_headers, arena);
  cyn_i_buf_init(&m->http.answer_body, arena);
  return m;
}

/* NULL with the call's status set: what it holds cannot be sent, or there is no memory. */
static machine *machine_begin(cyn_i_client *client, cyn_i_call *call) {
  call->status = cyn_i_api_check_faults(call->operation, call->input, call->error);
  if (call->status != CYN_OK) return NULL;
  machine *m = machine_new(client, call);
  if (m == NULL) call->status = cyn_i_error_no_memory(call->error);
  return m;
}

/* ---- judging an answer ---- */

static cyn_bytes body_of(const machine *m) {
  return (cyn_bytes){(const char *)m->http.answer_body.data, m->http.answer_body.size};
}

static cyn_status read_answer(machine *m) {
  cyn_i_call *call = m->call;
  cyn_error_clean_up(call->error);
  if (!cyn_i_answer_crc_matches(cyn_i_http_header_get(&m->http, "x-amz-crc32"), body_of(m)))
    return cyn_i_error_setf(call->error, CYN_E_CHECKSUM, "%.*s: the answer's crc32 is not its x-amz-crc32",
                            (int)m->http.url.size, m->http.url.data);
  if (body_of(m).size == 0 && cyn_i_http_header_get(&m->http, "Content-Length").data == NULL)
    return cyn_i_error_setf(call->error, CYN_E_CONNECTION, "%.*s: the answer has no body and no length: it may have been cut",
                            (int)m->http.url.size, m->http.url.data);
  if (m->http.http_status >= 200 && m->http.http_status < 300)
    return cyn_i_answer_output(call->operation->output, body_of(m), call->arena, &call->output, call->error);
  cyn_status status = cyn_i_answer_error(body_of(m), (int)m->http.http_status, call->arena, call->error);
  cyn_i_error_set_request_id(call->error, cyn_i_http_header_get(&m->http, "x-amzn-RequestId"));
  return status;
}

/* The server refuses the signature's time, and its Date says by how much the clocks differ. */
static bool corrects_skew(machine *m) {
  static const char *const names[] = {"InvalidSignatureException", "RequestTimeTooSkewed", "RequestExpired",
                                      "RequestInTheFuture", "SignatureDoesNotMatch", "AuthFailure"};
  const char *name = m->call->error->name;
  bool is_refused = false;
  for (size_t i = 0; i < sizeof names / sizeof names[0] && name != NULL; i++) is_refused |= strcmp(name, names[i]) == 0;
  if (!is_refused || m->is_skew_corrected) return false;
  int64_t date_ms = cyn_i_answer_date_ms(cyn_i_http_header_get(&m->http, "Date"));
  int64_t skew_ms = date_ms - cyn_i_clock_now_ms(m->client->clock);
  int64_t change_ms = skew_ms - m->client->skew_ms;
  if (date_ms == 0 || (change_ms < SKEW_MS && change_ms > -SKEW_MS)) return false;
  m->client->skew_ms = skew_ms;
  m->is_skew_corrected = true;
  return true;
}

static bool has_expired_keys(const machine *m) {
  const char *name = m->call->error->name;
  return name != NULL && (strcmp(name, "ExpiredTokenException") == 0 || strcmp(name, "ExpiredToken") == 0);
}

static int64_t retry_after_ms(const machine *m) {
  cyn_bytes header = cyn_i_http_header_get(&m->http, "x-amz-retry-after");
  int64_t value = 0;
  if (header.size == 0 || header.size > 9) return -1;
  for (size_t i = 0; i < header.size; i++) {
    if (header.data[i] < '0' || header.data[i] > '9') return -1;
    value = value * 10 + (header.data[i] - '0');
  }
  return value;
}

/* The attempt is over: -1 when the call is, else the milliseconds until the next attempt. */
static int64_t judge(machine *m) {
  cyn_i_call *call = m->call;
  bool has_answer = m->http.status == CYN_OK;
  call->status = has_answer ? read_answer(m) : m->http.status;
  bool is_error = call->status != CYN_OK;
  const cyn_i_retry_outcome outcome = {call->status, is_error ? call->error->name : NULL,
                                       has_answer ? (int)m->http.http_status : 0, has_answer ? retry_after_ms(m) : -1};
  int64_t delay_ms = cyn_i_retry_next(m->client->retry, &m->retry, &outcome, cyn_i_clock_monotonic_ns());
  if (!is_error || delay_ms >= 0) return delay_ms;
  bool may_again = m->retry.attempt < cyn_i_retry_attempts_max(m->client->retry);
  if (has_answer && has_expired_keys(m)) {
    cyn_i_credentials_forget(m->client->credentials);
    if (may_again && m->retry.attempt == 1) return 0;
  }
  return has_answer && may_again && corrects_skew(m) ? 0 : -1;
}

/* ---- blocking ---- */

void cyn_i_client_call(cyn_i_client *client, cyn_i_call *call) {
  machine *m = machine_begin(client, call);
  if (m == NULL) return;
  for (int64_t delay_ms = 0; delay_ms >= 0;) {
    delay_ms += cyn_i_retry_begin(client->retry, &m->retry, cyn_i_clock_monotonic_ns());
    if (delay_ms > 0 && !cyn_i_sleep_unless_interrupted_ms(delay_ms)) {
      call->status = cyn_i_error_set(call->error, CYN_E_INTERRUPTED, "interrupted while it waited to send again");
      return;
    }
    call->status = prepare(m);
    if (call->status != CYN_OK) return;
    cyn_i_transport_call(client->transport, &m->http);
    delay_ms = judge(m);
  }
}

/* ---- submitted ---- */

static void on_answer(cyn_i_http_request *http);

static void submit_attempt(machine *m, int64_t delay_ms) {
  uint64_t now_ns = cyn_i_clock_monotonic_ns();
  delay_ms += cyn_i_retry_begin(m->client->retry, &m->retry, now_ns);
  m->call->status = prepare(m);
  if (m->call->status != CYN_OK) {
    m->call->done(m->call);
    return;
  }
  m->http.not_before_ns = delay_ms > 0 ? now_ns + (uint64_t)delay_ms * 1000000 : 0;
  m->http.done = on_answer;
  m->http.user = m;
  cyn_i_transport_submit(m->client->transport, &m->http);
}

static void on_answer(cyn_i_http_request *http) {
  machine *m = http->user;
  int64_t delay_ms = judge(m);
  if (delay_ms >= 0) submit_attempt(m, delay_ms);
  else m->call->done(m->call);
}

void cyn_i_client_submit(cyn_i_client *client, cyn_i_call *call) {
  machine *m = machine_begin(client, call);
  if (m != NULL) {
    submit_attempt(m, 0);
    return;
  }
  call->done(call);
}
