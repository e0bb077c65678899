/* The instance's role, of the metadata service of EC2. Version 2 first: a token is asked for, and all else carries it. Where
 * there is no version 2 (the request is not known, refused, or not answered in time) version 1 serves, unless it is
 * disabled. No service, no role and no keys are the same: nothing is said, since most machines are no instances. */
#include <stdlib.h>
#include <strings.h>

#include "base/error.h"
#include "base/random.h"
#include "client/credential_search.h"
#include "client/surroundings.h"

#define TIMEOUT_SECONDS_MAX 3600
#define TRIES_MAX 100
#define WINDOW_MS (15 * 60 * 1000)

typedef struct imds {
  const cyn_i_credential_search *search;
  const char *base; /* ends in '/' */
  int64_t timeout_ms, tries;
  bool is_v1_disabled;
  cyn_bytes token;  /* absent: version 1 */
  cyn_error *error;
} imds;

/* ---- settings ---- */

static cyn_status read_number(imds *m, const char *variable, const char *key, long max, int64_t *out) {
  cyn_bytes text = cyn_i_configuration_get(m->search->configuration, variable, key);
  *out = 1;
  if (text.data == NULL) return CYN_OK;
  const char *copy = cyn_i_arena_copy(m->search->arena, text).data;
  if (copy == NULL) return cyn_i_error_no_memory(m->error);
  char *end;
  long value = strtol(copy, &end, 10);
  if (end == copy || *end != '\0' || value < 0)
    return cyn_i_error_setf(m->error, CYN_E_USAGE, "%s is not a number", variable);
  *out = value < max ? value : max;
  return CYN_OK;
}

static bool is_word(cyn_bytes text, const char *word) {
  return text.size == strlen(word) && strncasecmp(text.data, word, text.size) == 0;
}

static cyn_status read_endpoint(imds *m) {
  const cyn_i_configuration *configuration = m->search->configuration;
  cyn_bytes mode = cyn_i_configuration_get(configuration, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
                                           "ec2_metadata_service_endpoint_mode");
  cyn_bytes url = cyn_i_configuration_get(configuration, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint");
  bool is_v6 = cyn_i_surroundings_is_true(cyn_i_configuration_get(configuration, "AWS_IMDS_USE_IPV6", "imds_use_ipv6"));
  if (mode.data != NULL) is_v6 = is_word(mode, "ipv6");
  if (mode.data != NULL && !is_v6 && !is_word(mode, "ipv4"))
    return cyn_i_error_set(m->error, CYN_E_USAGE, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is ipv4 or ipv6");
  if (url.data == NULL) url = cyn_str(is_v6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254");
  bool is_url = (url.size > 7 && strncasecmp(url.data, "http://", 7) == 0) ||
                (url.size > 8 && strncasecmp(url.data, "https://", 8) == 0);
  for (size_t i = 0; is_url && i < url.size; i++) is_url = (unsigned char)url.data[i] > ' ' && url.data[i] != 0x7f;
  if (!is_url) return cyn_i_error_set(m->error, CYN_E_USAGE, "AWS_EC2_METADATA_SERVICE_ENDPOINT is no http: URL");
  bool has_slash = url.data[url.size - 1] == '/';
  m->base = cyn_i_arena_printf(m->search->arena, "%.*s%s", (int)url.size, url.data, has_slash ? "" : "/");
  return m->base != NULL ? CYN_OK : cyn_i_error_no_memory(m->error);
}

static cyn_status read_settings(imds *m) {
  cyn_status status = read_number(m, "AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout", TIMEOUT_SECONDS_MAX, &m->timeout_ms);
  if (status == CYN_OK)
    status = read_number(m, "AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts", TRIES_MAX, &m->tries);
  if (status != CYN_OK) return status;
  m->timeout_ms = m->timeout_ms > 0 ? m->timeout_ms * 1000 : 1;
  m->is_v1_disabled = cyn_i_surroundings_is_true(
      cyn_i_configuration_get(m->search->configuration, "AWS_EC2_METADATA_V1_DISABLED", "ec2_metadata_v1_disabled"));
  return read_endpoint(m);
}

/* ---- asking ---- */

static cyn_status send(const imds *m, const char *method, const char *path, const cyn_i_http_header *header, long *http_status,
                       cyn_bytes *body, cyn_error *error) {
  const char *url = cyn_i_arena_printf(m->search->arena, "%s%s", m->base, path);
  if (url == NULL) return cyn_i_error_no_memory(error);
  const cyn_i_network_call call = {method, cyn_str(url), header, header != NULL ? 1 : 0, {NULL, 0}, m->timeout_ms, false};
  return cyn_i_network_send(m->search->network, &call, m->search->arena, http_status, body, error);
}

static bool is_local_fault(cyn_status status) {
  return status != CYN_OK && status != CYN_E_CONNECTION && status != CYN_E_TIMEOUT;
}

/* *is_there false: the service does not answer at all. */
static cyn_status get_token(imds *m, bool *is_there) {
  const cyn_i_http_header header = {cyn_str("x-aws-ec2-metadata-token-ttl-seconds"), cyn_str("21600")};
  *is_there = true;
  for (int64_t attempt = 1; attempt <= m->tries; attempt++) {
    cyn_error error = CYN_ERROR_INIT;
    cyn_bytes body;
    long http_status = 0;
    cyn_status status = send(m, "PUT", "latest/api/token", &header, &http_status, &body, &error);
    if (is_local_fault(status)) {
      cyn_i_error_move(m->error, &error);
      return status;
    }
    cyn_error_clean_up(&error);
    if (status == CYN_E_TIMEOUT) return CYN_OK; /* a version 1 that drops what it does not know */
    if (status == CYN_OK && http_status == 200) {
      if (body.size != 0) m->token = body;
      return CYN_OK;
    }
    if (http_status == 404 || http_status == 403 || http_status == 405) return CYN_OK;
    if (http_status == 400 || (status == CYN_E_CONNECTION && attempt == m->tries)) {
      *is_there = false;
      return CYN_OK;
    }
  }
  return CYN_OK;
}

/* A document that is not empty, or absent. `is_sound` (may be NULL) says whether it will do. */
static cyn_status get(imds *m, const char *path, bool (*is_sound)(const imds *, cyn_bytes, cyn_i_credentials *),
                      cyn_i_credentials *keys, cyn_bytes *body) {
  const cyn_i_http_header header = {cyn_str("x-aws-ec2-metadata-token"), m->token};
  for (int64_t attempt = 1; attempt <= m->tries; attempt++) {
    cyn_error error = CYN_ERROR_INIT;
    long http_status = 0;
    cyn_status status = send(m, "GET", path, m->token.data != NULL ? &header : NULL, &http_status, body, &error);
    if (is_local_fault(status)) {
      cyn_i_error_move(m->error, &error);
      return status;
    }
    cyn_error_clean_up(&error);
    if (status == CYN_OK && http_status == 200 && body->size != 0 && (is_sound == NULL || is_sound(m, *body, keys))) return CYN_OK;
  }
  *body = (cyn_bytes){NULL, 0};
  return CYN_OK;
}

static bool take_keys(const imds *m, cyn_bytes body, cyn_i_credentials *out) {
  return cyn_i_credentials_from_json(body, "Token", m->search->arena, out);
}

/* A service that is in trouble hands out keys near or past their end, which AWS then still takes: they are used on, and
 * looked at again in a quarter of an hour and some minutes by chance. */
static void extend(const imds *m, cyn_i_credentials *keys) {
  uint16_t chance;
  cyn_i_random_bytes(&chance, sizeof chance);
  int64_t until = cyn_i_clock_now_ms(m->search->clock) + WINDOW_MS + (120 + chance % 481) * 1000;
  if (keys->expires_ms <= until) keys->expires_ms = until;
}

static cyn_status ask(imds *m, cyn_i_credentials *out) {
  bool is_there;
  cyn_bytes role, body;
  cyn_status status = get_token(m, &is_there);
  if (status != CYN_OK || !is_there) return status;
  if (m->token.data == NULL && m->is_v1_disabled)
    return cyn_i_error_set(m->error, CYN_E_CREDENTIALS, "the instance's metadata service gives no token, and its version 1 is disabled");
  status = get(m, "latest/meta-data/iam/security-credentials/", NULL, NULL, &role);
  if (status != CYN_OK || role.data == NULL) return status;
  while (role.size != 0 && (unsigned char)role.data[role.size - 1] <= ' ') role.size--;
  for (size_t i = 0; i < role.size; i++)
    if ((unsigned char)role.data[i] <= ' ' || role.data[i] == 0x7f) return CYN_OK; /* no role's name */
  const char *path = cyn_i_arena_printf(m->search->arena, "latest/meta-data/iam/security-credentials/%.*s", (int)role.size, role.data);
  if (path == NULL) return cyn_i_error_no_memory(m->error);
  status = get(m, path, take_keys, out, &body);
  if (status != CYN_OK || body.data == NULL) {
    memset(out, 0, sizeof *out);
    return status;
  }
  out->account_id = (cyn_bytes){NULL, 0};
  out->source = "iam-role";
  extend(m, out);
  return CYN_OK;
}

cyn_status cyn_i_credentials_from_imds(const cyn_i_credential_search *search, cyn_i_credentials *out, cyn_error *error) {
  imds m = {.search = search, .error = error};
  memset(out, 0, sizeof *out);
  cyn_status status = read_settings(&m);
  if (status != CYN_OK) return status;
  if (cyn_i_surroundings_is_true(cyn_i_surroundings_variable("AWS_EC2_METADATA_DISABLED"))) return CYN_OK;
  return ask(&m, out);
}
