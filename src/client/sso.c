/* IAM Identity Center: the token that `aws sso login` has cached is exchanged for a role's keys. With an sso-session the
 * token is refreshed when it nears its end, if it was cached with what that takes, and the cache is rewritten. */
#include <stdlib.h>

#include "base/error.h"
#include "client/credential_search.h"
#include "client/json_fields.h"
#include "client/surroundings.h"
#include "client/timestamp.h"
#include "client/token_cache.h"

#define REFRESH_WINDOW_MS (15 * 60 * 1000)
#define EXPIRES_IN_MAX (400 * 86400)

enum { ACCESS_TOKEN, EXPIRES_AT, CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, REGISTRATION_EXPIRES_AT, START_URL, REGION, FIELDS };

typedef struct sso {
  const cyn_i_credential_search *search;
  const cyn_i_config_section *session; /* NULL: the older form, all in the profile */
  cyn_bytes session_name, start_url, region, account_id, role_name;
  const char *path;                    /* of the cached token */
  cyn_i_json_field token[FIELDS];
  int64_t token_expires_ms;
  cyn_error *error;
} sso;

static bool is_same(cyn_bytes a, cyn_bytes b) { return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0); }

static cyn_status fault(sso *s, const char *what) {
  return cyn_i_error_setf(s->error, CYN_E_CREDENTIALS, "the profile \"%.*s\" %s", (int)s->search->profile.size,
                          s->search->profile.data, what);
}

/* ---- configuration ---- */

/* What both the profile and its session say must be the same. */
static cyn_status check_agreement(sso *s, const cyn_i_profile *profile) {
  for (size_t i = 0; s->session != NULL && i < s->session->count; i++) {
    const cyn_i_config_entry *entry = &s->session->entries[i];
    cyn_bytes own = cyn_i_profile_get(profile, entry->key.data);
    if (own.data != NULL && !is_same(own, entry->value)) return fault(s, "and its sso-session do not say the same");
  }
  return CYN_OK;
}

static cyn_bytes setting(const sso *s, const cyn_i_profile *profile, const char *key) {
  cyn_bytes value = cyn_i_section_get(s->session, key);
  return value.data != NULL ? value : cyn_i_profile_get(profile, key);
}

static cyn_status read_profile(sso *s, const cyn_i_profile *profile) {
  s->session_name = cyn_i_profile_get(profile, "sso_session");
  if (s->session_name.data != NULL) {
    s->session = cyn_i_configuration_named(s->search->configuration, CYN_CONFIG_SSO_SESSION, s->session_name);
    if (s->session == NULL) return fault(s, "names an sso-session that does not exist");
  }
  cyn_status status = check_agreement(s, profile);
  if (status != CYN_OK) return status;
  s->start_url = setting(s, profile, "sso_start_url");
  s->region = setting(s, profile, "sso_region");
  s->account_id = setting(s, profile, "sso_account_id");
  s->role_name = setting(s, profile, "sso_role_name");
  if (s->start_url.data == NULL || s->region.data == NULL || s->account_id.data == NULL || s->role_name.data == NULL)
    return fault(s, "uses SSO and lacks sso_start_url, sso_region, sso_account_id or sso_role_name");
  return CYN_OK;
}

/* ---- the token ---- */

static void name_fields(sso *s) {
  static const char *const names[FIELDS] = {"accessToken",  "expiresAt",    "clientId",
                                            "clientSecret", "refreshToken", "registrationExpiresAt",
                                            "startUrl",     "region"};
  memset(s->token, 0, sizeof s->token);
  for (int i = 0; i < FIELDS; i++) s->token[i].name = names[i];
}

static cyn_status load_token(sso *s) {
  cyn_bytes name = s->session != NULL ? s->session_name : s->start_url, text;
  s->path = cyn_i_token_cache_path("~/.aws/sso/cache", name, false, s->search->arena);
  if (s->path == NULL) return cyn_i_error_no_memory(s->error);
  cyn_status status = cyn_i_token_cache_read(s->path, "SSO token", s->search->arena, &text, s->error);
  if (status != CYN_OK) return status;
  name_fields(s);
  if (!cyn_i_json_fields_read(text, NULL, s->search->arena, s->token, FIELDS) || s->token[ACCESS_TOKEN].text.size == 0 ||
      !cyn_i_timestamp_parse(s->token[EXPIRES_AT].text, &s->token_expires_ms))
    return cyn_i_error_setf(s->error, CYN_E_CREDENTIALS, "%s is no cached SSO token: log in again (aws sso login)", s->path);
  return CYN_OK;
}

static bool can_refresh(const sso *s, int64_t now_ms) {
  int64_t registered_until;
  return s->token[CLIENT_ID].text.data != NULL && s->token[CLIENT_SECRET].text.data != NULL &&
         s->token[REFRESH_TOKEN].text.data != NULL &&
         cyn_i_timestamp_parse(s->token[REGISTRATION_EXPIRES_AT].text, &registered_until) && registered_until > now_ms;
}

/* Best effort: keys can be had with a token that could not be kept. */
static void save_token(sso *s) {
  cyn_i_buf json;
  cyn_i_buf_init(&json, s->search->arena);
  const int order[] = {START_URL, REGION, ACCESS_TOKEN, EXPIRES_AT, CLIENT_ID, CLIENT_SECRET, REGISTRATION_EXPIRES_AT,
                       REFRESH_TOKEN};
  for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
    cyn_i_token_cache_put(&json, s->token[order[i]].name, s->token[order[i]].text);
  cyn_i_buf_byte(&json, '}');
  if (!json.failed)
    (void)cyn_i_surroundings_write(s->path, (cyn_bytes){(const char *)json.data, json.size}, s->search->arena);
}

static bool take_token(sso *s, cyn_bytes answer, int64_t now_ms) {
  cyn_i_json_field fields[] = {{"accessToken", {NULL, 0}, false}, {"refreshToken", {NULL, 0}, false},
                               {"expiresIn", {NULL, 0}, false}};
  char *moment = cyn_i_arena_alloc(s->search->arena, 21);
  if (moment == NULL || !cyn_i_json_fields_read(answer, NULL, s->search->arena, fields, 3) || fields[0].text.size == 0 ||
      !fields[2].is_number)
    return false;
  cyn_bytes number = cyn_i_arena_copy(s->search->arena, fields[2].text);
  long long seconds = number.data != NULL ? strtoll(number.data, NULL, 10) : 0;
  if (seconds <= 0 || seconds > EXPIRES_IN_MAX) return false;
  s->token_expires_ms = now_ms + seconds * 1000;
  cyn_i_timestamp_format(s->token_expires_ms, moment);
  s->token[ACCESS_TOKEN].text = fields[0].text;
  s->token[REFRESH_TOKEN].text = fields[1].text;
  s->token[EXPIRES_AT].text = cyn_str(moment);
  s->token[START_URL].text = s->start_url;
  s->token[REGION].text = s->region;
  return true;
}

/* The token stays as it is where it cannot be refreshed: not an error, but that memory is out. */
static cyn_status refresh(sso *s, int64_t now_ms) {
  cyn_i_buf body;
  long http_status;
  cyn_bytes answer;
  cyn_i_buf_init(&body, s->search->arena);
  cyn_i_token_cache_put(&body, "grantType", cyn_str("refresh_token"));
  cyn_i_token_cache_put(&body, "clientId", s->token[CLIENT_ID].text);
  cyn_i_token_cache_put(&body, "clientSecret", s->token[CLIENT_SECRET].text);
  cyn_i_token_cache_put(&body, "refreshToken", s->token[REFRESH_TOKEN].text);
  cyn_i_buf_byte(&body, '}');
  if (body.failed) return cyn_i_error_no_memory(s->error);
  const cyn_i_service_call call = {.configuration = s->search->configuration, .service = CYN_SERVICE_SSO_OIDC,
                                   .region = s->region, .method = "POST", .path = "/token",
                                   .content_type = "application/json", .body = {(const char *)body.data, body.size},
                                   .clock = s->search->clock};
  cyn_status status = cyn_i_service_send(s->search->network, &call, s->search->arena, &http_status, &answer, NULL);
  if (status == CYN_E_OUT_OF_MEMORY) return cyn_i_error_no_memory(s->error);
  if (status == CYN_OK && http_status == 200 && take_token(s, answer, now_ms)) save_token(s);
  return CYN_OK;
}

static cyn_status get_token(sso *s) {
  cyn_status status = load_token(s);
  if (status != CYN_OK) return status;
  int64_t now_ms = cyn_i_clock_now_ms(s->search->clock);
  if (s->session != NULL && s->token_expires_ms - now_ms < REFRESH_WINDOW_MS && can_refresh(s, now_ms)) status = refresh(s, now_ms);
  if (status != CYN_OK) return status;
  if (s->token_expires_ms > now_ms) return CYN_OK;
  return cyn_i_error_set(s->error, CYN_E_CREDENTIALS, "the SSO session has expired: log in again (aws sso login)");
}

/* ---- the keys ---- */

static cyn_status take_keys(sso *s, cyn_bytes answer, cyn_i_credentials *out) {
  cyn_i_json_field fields[] = {{"accessKeyId", {NULL, 0}, false}, {"secretAccessKey", {NULL, 0}, false},
                               {"sessionToken", {NULL, 0}, false}, {"expiration", {NULL, 0}, false}};
  bool is_sound = cyn_i_json_fields_read(answer, "roleCredentials", s->search->arena, fields, 4) && fields[0].text.size != 0 &&
                  fields[1].text.size != 0 && fields[2].text.size != 0 && fields[3].is_number && fields[3].text.size < 19;
  if (!is_sound) return cyn_i_error_set(s->error, CYN_E_CREDENTIALS, "SSO has answered without keys");
  out->access_key_id = fields[0].text;
  out->secret_access_key = fields[1].text;
  out->session_token = fields[2].text;
  out->account_id = s->account_id;
  cyn_bytes number = cyn_i_arena_copy(s->search->arena, fields[3].text);
  if (number.data == NULL) return cyn_i_error_no_memory(s->error);
  out->expires_ms = strtoll(number.data, NULL, 10);
  out->source = "sso";
  return CYN_OK;
}

static cyn_status exchange(sso *s, cyn_i_credentials *out) {
  cyn_i_buf path;
  long http_status;
  cyn_bytes answer;
  cyn_i_buf_init(&path, s->search->arena);
  cyn_i_buf_text(&path, "/federation/credentials?role_name=");
  cyn_i_network_put_encoded(&path, s->role_name);
  cyn_i_buf_text(&path, "&account_id=");
  cyn_i_network_put_encoded(&path, s->account_id);
  cyn_i_buf_byte(&path, '\0');
  if (path.failed) return cyn_i_error_no_memory(s->error);
  const cyn_i_http_header header = {cyn_str("x-amz-sso_bearer_token"), s->token[ACCESS_TOKEN].text};
  const cyn_i_service_call call = {.configuration = s->search->configuration, .service = CYN_SERVICE_SSO, .region = s->region,
                                   .method = "GET", .path = (const char *)path.data, .header = &header,
                                   .clock = s->search->clock};
  cyn_status status = cyn_i_service_send(s->search->network, &call, s->search->arena, &http_status, &answer, s->error);
  if (status != CYN_OK) return status;
  if (http_status == 401)
    return cyn_i_error_set(s->error, CYN_E_CREDENTIALS, "SSO does not take the session's token: log in again (aws sso login)");
  if (http_status != 200)
    return cyn_i_error_setf(s->error, CYN_E_CREDENTIALS, "SSO does not give the role %.*s: HTTP %ld",
                            (int)(s->role_name.size < 200 ? s->role_name.size : 200), s->role_name.data, http_status);
  return take_keys(s, answer, out);
}

cyn_status cyn_i_credentials_from_sso(const cyn_i_credential_search *search, cyn_i_credentials *out, cyn_error *error) {
  cyn_i_profile profile;
  memset(out, 0, sizeof *out);
  if (!cyn_i_configuration_profile(search->configuration, search->profile, &profile)) return CYN_OK;
  if (cyn_i_profile_get(&profile, "sso_role_name").data == NULL && cyn_i_profile_get(&profile, "sso_account_id").data == NULL)
    return CYN_OK;
  sso s = {.search = search, .error = error};
  cyn_status status = read_profile(&s, &profile);
  if (status == CYN_OK) status = get_token(&s);
  return status == CYN_OK ? exchange(&s, out) : status;
}
