/* A profile's login_session: keys that `aws login` has cached, good for a quarter of an hour, and the refresh token that
 * gets the next ones of the Sign-In service. The token is bound to a key in the cache: each request proves that it is held.
 * The cache is shared with the AWS tools, so what they keep in it stays. */
#include <stdlib.h>

#include "base/error.h"
#include "client/credential_search.h"
#include "client/dpop.h"
#include "client/json_fields.h"
#include "client/surroundings.h"
#include "client/timestamp.h"
#include "client/token_cache.h"
#include "value/json.h"

#define KEEP_MS (5 * 60 * 1000) /* keys that live longer than this are used as they are */
#define EXPIRES_IN_MAX 86400

enum { CLIENT_ID, REFRESH_TOKEN, DPOP_KEY, SIGN_IN_REGION, TOKEN_FIELDS };
enum { KEY_ID, SECRET, SESSION_TOKEN, ACCOUNT_ID, EXPIRES_AT, KEY_FIELDS };

typedef struct login {
  const cyn_i_credential_search *search;
  const char *path;
  cyn_bytes document;
  cyn_i_json_field token[TOKEN_FIELDS], keys[KEY_FIELDS];
  int64_t expires_ms;
  cyn_error *error;
} login;

static cyn_status fault(login *l, const char *what) {
  return cyn_i_error_setf(l->error, CYN_E_CREDENTIALS, "the login session %s: log in again (aws login)", what);
}

/* ---- the cache ---- */

static cyn_status load(login *l, cyn_bytes session) {
  static const char *const token_names[TOKEN_FIELDS] = {"clientId", "refreshToken", "dpopKey", "signInRegion"};
  static const char *const key_names[KEY_FIELDS] = {"accessKeyId", "secretAccessKey", "sessionToken", "accountId", "expiresAt"};
  cyn_bytes folder = cyn_i_surroundings_variable("AWS_LOGIN_CACHE_DIRECTORY");
  l->path = cyn_i_token_cache_path(folder.size != 0 ? folder.data : "~/.aws/login/cache", session, true, l->search->arena);
  if (l->path == NULL) return cyn_i_error_no_memory(l->error);
  cyn_status status = cyn_i_token_cache_read(l->path, "login session", l->search->arena, &l->document, l->error);
  if (status != CYN_OK) return status;
  for (int i = 0; i < TOKEN_FIELDS; i++) l->token[i].name = token_names[i];
  for (int i = 0; i < KEY_FIELDS; i++) l->keys[i].name = key_names[i];
  bool is_sound = cyn_i_json_fields_read(l->document, NULL, l->search->arena, l->token, TOKEN_FIELDS) &&
                  cyn_i_json_fields_read(l->document, "accessToken", l->search->arena, l->keys, KEY_FIELDS);
  for (int i = 0; i < SIGN_IN_REGION; i++) is_sound = is_sound && l->token[i].text.data != NULL;
  for (int i = 0; i < KEY_FIELDS; i++) is_sound = is_sound && l->keys[i].text.data != NULL;
  if (!is_sound || !cyn_i_timestamp_parse(l->keys[EXPIRES_AT].text, &l->expires_ms)) return fault(l, "in the cache is incomplete");
  return CYN_OK;
}

static void put_keys(const login *l, cyn_i_buf *out) {
  cyn_i_buf object;
  cyn_i_buf_init(&object, l->search->arena);
  for (int i = 0; i < KEY_FIELDS; i++) cyn_i_token_cache_put(&object, l->keys[i].name, l->keys[i].text);
  cyn_i_buf_byte(&object, '}');
  cyn_i_buf_append(out, object.data, object.size);
  if (object.failed) out->failed = true;
}

static bool is_text(cyn_bytes bytes, const char *text) {
  return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

static void put_scalar(cyn_i_buf *out, cyn_i_json_token token, cyn_bytes text) {
  switch (token) {
    case CYN_JSON_STRING: cyn_i_json_write_string(out, text); break;
    case CYN_JSON_NUMBER: cyn_i_buf_append(out, text.data, text.size); break;
    case CYN_JSON_TRUE: cyn_i_buf_text(out, "true"); break;
    case CYN_JSON_FALSE: cyn_i_buf_text(out, "false"); break;
    default: cyn_i_buf_text(out, "null"); break;
  }
}

/* The document with its two members replaced and all others as they were. False: not whole. */
static bool rewrite(const login *l, cyn_i_buf *out) {
  cyn_i_json json;
  cyn_i_json_init(&json, (const uint8_t *)l->document.data, l->document.size, l->search->arena);
  bool needs_comma = false;
  for (;;) {
    cyn_i_json_token token = cyn_i_json_next(&json);
    bool is_end = token == CYN_JSON_OBJECT_END || token == CYN_JSON_ARRAY_END;
    if (token == CYN_JSON_END) return !out->failed;
    if (token == CYN_JSON_ERROR) return false;
    if (needs_comma && !is_end) cyn_i_buf_byte(out, ',');
    needs_comma = true;
    if (token == CYN_JSON_KEY) {
      bool is_keys = json.depth == 1 && is_text(json.text, "accessToken");
      bool is_refresh = json.depth == 1 && is_text(json.text, "refreshToken");
      cyn_i_json_write_string(out, json.text);
      cyn_i_buf_byte(out, ':');
      needs_comma = is_keys || is_refresh;
      if (is_keys) put_keys(l, out);
      if (is_refresh) cyn_i_json_write_string(out, l->token[REFRESH_TOKEN].text);
      if (needs_comma && !cyn_i_json_skip(&json, cyn_i_json_next(&json))) return false;
    } else if (is_end) {
      cyn_i_buf_byte(out, token == CYN_JSON_OBJECT_END ? '}' : ']');
    } else if (token == CYN_JSON_OBJECT_BEGIN || token == CYN_JSON_ARRAY_BEGIN) {
      cyn_i_buf_byte(out, token == CYN_JSON_OBJECT_BEGIN ? '{' : '[');
      needs_comma = false;
    } else {
      put_scalar(out, token, json.text);
    }
  }
}

/* ---- refreshing ---- */

static cyn_status take_answer(login *l, cyn_bytes answer, int64_t now_ms) {
  cyn_i_json_field token[] = {{"refreshToken", {NULL, 0}, false}, {"expiresIn", {NULL, 0}, false}};
  cyn_i_json_field keys[] = {{"accessKeyId", {NULL, 0}, false}, {"secretAccessKey", {NULL, 0}, false},
                             {"sessionToken", {NULL, 0}, false}};
  char *moment = cyn_i_arena_alloc(l->search->arena, 21);
  if (moment == NULL) return cyn_i_error_no_memory(l->error);
  bool is_sound = cyn_i_json_fields_read(answer, NULL, l->search->arena, token, 2) &&
                  cyn_i_json_fields_read(answer, "accessToken", l->search->arena, keys, 3) && token[0].text.data != NULL &&
                  token[1].is_number && token[1].text.size < 10 && keys[0].text.size != 0 && keys[1].text.size != 0 &&
                  keys[2].text.size != 0;
  cyn_bytes number = is_sound ? cyn_i_arena_copy(l->search->arena, token[1].text) : (cyn_bytes){NULL, 0};
  long seconds = number.data != NULL ? strtol(number.data, NULL, 10) : 0;
  if (seconds <= 0 || seconds > EXPIRES_IN_MAX) return fault(l, "is not refreshed: the answer holds no keys");
  l->expires_ms = (now_ms / 1000 + seconds) * 1000;
  cyn_i_timestamp_format(l->expires_ms, moment);
  for (int i = 0; i < 3; i++) l->keys[i].text = keys[i].text;
  l->keys[EXPIRES_AT].text = cyn_str(moment);
  l->token[REFRESH_TOKEN].text = token[0].text;
  cyn_i_buf out;
  cyn_i_buf_init(&out, l->search->arena);
  /* the old refresh token is spent: if the new one cannot be kept, only a login will help, later */
  if (rewrite(l, &out)) (void)cyn_i_surroundings_write(l->path, (cyn_bytes){(const char *)out.data, out.size}, l->search->arena);
  return CYN_OK;
}

static cyn_status prove(login *l, cyn_bytes region, int64_t now_ms, cyn_bytes *proof) {
  cyn_i_endpoint endpoint;
  cyn_status status = cyn_i_endpoint_of_service(l->search->configuration, CYN_SERVICE_SIGN_IN, region, (cyn_bytes){NULL, 0},
                                                l->search->arena, &endpoint, l->error);
  if (status != CYN_OK) return status;
  while (endpoint.url.size != 0 && endpoint.url.data[endpoint.url.size - 1] == '/') endpoint.url.size--;
  const char *url = cyn_i_arena_printf(l->search->arena, "%.*s/v1/token", (int)endpoint.url.size, endpoint.url.data);
  if (url == NULL) return cyn_i_error_no_memory(l->error);
  return cyn_i_dpop_proof(l->token[DPOP_KEY].text, cyn_str(url), now_ms, l->search->arena, proof, l->error);
}

static cyn_status refresh(login *l, int64_t now_ms) {
  long http_status;
  cyn_bytes answer, region = l->token[SIGN_IN_REGION].text, proof;
  if (region.size == 0) region = l->search->region;
  if (region.data == NULL) return cyn_i_error_set(l->error, CYN_E_USAGE, "no Region: the Sign-In service cannot be found without one");
  cyn_status status = prove(l, region, now_ms, &proof);
  if (status != CYN_OK) return status;
  cyn_i_buf body;
  cyn_i_buf_init(&body, l->search->arena);
  cyn_i_token_cache_put(&body, "clientId", l->token[CLIENT_ID].text);
  cyn_i_token_cache_put(&body, "refreshToken", l->token[REFRESH_TOKEN].text);
  cyn_i_token_cache_put(&body, "grantType", cyn_str("refresh_token"));
  cyn_i_buf_byte(&body, '}');
  if (body.failed) return cyn_i_error_no_memory(l->error);
  const cyn_i_http_header header = {cyn_str("DPoP"), proof};
  const cyn_i_service_call call = {.configuration = l->search->configuration, .service = CYN_SERVICE_SIGN_IN, .region = region,
                                   .method = "POST", .path = "/v1/token", .content_type = "application/json",
                                   .body = {(const char *)body.data, body.size}, .header = &header, .clock = l->search->clock};
  status = cyn_i_service_send(l->search->network, &call, l->search->arena, &http_status, &answer, l->error);
  if (status != CYN_OK) return status;
  return http_status == 200 ? take_answer(l, answer, now_ms) : fault(l, "has ended");
}

cyn_status cyn_i_credentials_from_login(const cyn_i_credential_search *search, cyn_i_credentials *out, cyn_error *error) {
  cyn_i_profile profile;
  memset(out, 0, sizeof *out);
  if (!cyn_i_configuration_profile(search->configuration, search->profile, &profile)) return CYN_OK;
  cyn_bytes session = cyn_i_profile_get(&profile, "login_session");
  if (session.data == NULL) return CYN_OK;
  login l = {.search = search, .error = error};
  int64_t now_ms = cyn_i_clock_now_ms(search->clock);
  cyn_status status = load(&l, session);
  if (status == CYN_OK && l.expires_ms - now_ms <= KEEP_MS) status = refresh(&l, now_ms);
  if (status != CYN_OK) return status;
  *out = (cyn_i_credentials){l.keys[KEY_ID].text, l.keys[SECRET].text, l.keys[SESSION_TOKEN].text, l.expires_ms, "login",
                             l.keys[ACCOUNT_ID].text};
  return CYN_OK;
}
