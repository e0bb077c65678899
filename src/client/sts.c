/* See sts.h. The answers are XML of a fixed shape, in which no element that is looked for can stand inside itself: looking
 * for its tags is enough, and whatever else a server sends is refused for want of them. */
#include "client/sts.h"

#include "base/buf.h"
#include "base/error.h"
#include "client/timestamp.h"

static const cyn_bytes absent = {NULL, 0};

/* ---- reading answers ---- */

static const char *find(cyn_bytes text, const char *wanted) { return memmem(text.data, text.size, wanted, strlen(wanted)); }

static cyn_bytes unescape(cyn_bytes text, cyn_i_arena *arena) {
  static const struct {
    const char *entity;
    char c;
  } entities[] = {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}, {"&#34;", '"'}, {"&#39;", '\''}};
  char *out = cyn_i_arena_alloc(arena, text.size + 1);
  size_t size = 0;
  if (out == NULL) return absent;
  for (size_t at = 0; at < text.size;) {
    size_t length = 1;
    char c = text.data[at];
    for (size_t i = 0; c == '&' && length == 1 && i < sizeof entities / sizeof entities[0]; i++) {
      size_t entity = strlen(entities[i].entity);
      if (text.size - at < entity || memcmp(text.data + at, entities[i].entity, entity) != 0) continue;
      out[size] = entities[i].c;
      length = entity;
    }
    if (length == 1) out[size] = c;
    size++;
    at += length;
  }
  out[size] = '\0';
  return (cyn_bytes){out, size};
}

cyn_bytes cyn_i_sts_text(cyn_bytes xml, const char *name, cyn_i_arena *arena) {
  const char *open = cyn_i_arena_printf(arena, "<%s>", name), *close = cyn_i_arena_printf(arena, "</%s>", name);
  if (open == NULL || close == NULL || xml.size == 0) return absent;
  const char *begin = find(xml, open);
  if (begin == NULL) return absent;
  begin += strlen(open);
  const char *end = find((cyn_bytes){begin, xml.size - (size_t)(begin - xml.data)}, close);
  if (end == NULL) return absent;
  while (begin < end && (unsigned char)*begin <= ' ') begin++;
  while (end > begin && (unsigned char)end[-1] <= ' ') end--;
  return unescape((cyn_bytes){begin, (size_t)(end - begin)}, arena);
}

/* The account of arn:aws:sts::ACCOUNT:…; absent when it is not such a name. */
static cyn_bytes account_of(cyn_bytes arn) {
  size_t begin = 0;
  for (int colons = 0; colons < 4; colons++) {
    const char *colon = arn.size != begin ? memchr(arn.data + begin, ':', arn.size - begin) : NULL;
    if (colon == NULL) return absent;
    begin = (size_t)(colon - arn.data) + 1;
  }
  const char *end = arn.size != begin ? memchr(arn.data + begin, ':', arn.size - begin) : NULL;
  if (end == NULL || end == arn.data + begin) return absent;
  return (cyn_bytes){arn.data + begin, (size_t)(end - arn.data) - begin};
}

static cyn_status take_answer(const cyn_i_credential_search *search, cyn_bytes xml, cyn_i_credentials *out, cyn_error *error) {
  cyn_bytes expires = cyn_i_sts_text(xml, "Expiration", search->arena);
  out->access_key_id = cyn_i_sts_text(xml, "AccessKeyId", search->arena);
  out->secret_access_key = cyn_i_sts_text(xml, "SecretAccessKey", search->arena);
  out->session_token = cyn_i_sts_text(xml, "SessionToken", search->arena);
  out->account_id = account_of(cyn_i_sts_text(xml, "Arn", search->arena));
  if (out->access_key_id.size != 0 && out->secret_access_key.size != 0 && out->session_token.size != 0 &&
      cyn_i_timestamp_parse(expires, &out->expires_ms))
    return CYN_OK;
  return cyn_i_error_set(error, CYN_E_CREDENTIALS, "STS has answered without keys");
}

/* ---- asking ---- */

static void put(cyn_i_buf *body, const char *name, cyn_bytes value) {
  if (value.data == NULL) return;
  cyn_i_buf_printf(body, "&%s=", name);
  cyn_i_network_put_encoded(body, value);
}

static cyn_status refuse(const cyn_i_credential_search *search, cyn_bytes role_arn, long http_status, cyn_bytes xml,
                         cyn_error *error) {
  cyn_bytes code = cyn_i_sts_text(xml, "Code", search->arena), message = cyn_i_sts_text(xml, "Message", search->arena);
  return cyn_i_error_setf(error, CYN_E_CREDENTIALS, "STS does not give the role %.*s: HTTP %ld %.*s: %.*s",
                          (int)(role_arn.size < 200 ? role_arn.size : 200), role_arn.data, http_status,
                          (int)(code.size < 100 ? code.size : 100), code.data != NULL ? code.data : "",
                          (int)(message.size < 1000 ? message.size : 1000), message.data != NULL ? message.data : "");
}

/* What STS would refuse for its length is not sent. */
static cyn_status check(const cyn_i_sts_role *role, cyn_error *error) {
  const struct {
    const char *name;
    cyn_bytes value;
    size_t size_min, size_max;
  } rules[] = {{"role's ARN", role->role_arn, 20, 2048},
               {"role_session_name", role->session_name, 2, 64},
               {"external_id", role->external_id, 2, 1224},
               {"web identity token", role->web_identity_token, 4, 20000}};
  for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
    if (rules[i].value.data != NULL && (rules[i].value.size < rules[i].size_min || rules[i].value.size > rules[i].size_max))
      return cyn_i_error_setf(error, CYN_E_CREDENTIALS, "the %s has from %zu to %zu characters", rules[i].name, rules[i].size_min,
                              rules[i].size_max);
  cyn_bytes duration = role->duration_seconds;
  if (duration.data == NULL || duration.size > 3 || (duration.size == 3 && duration.data[0] == '9')) return CYN_OK;
  return cyn_i_error_set(error, CYN_E_CREDENTIALS, "duration_seconds is at least 900");
}

cyn_status cyn_i_sts_assume(const cyn_i_credential_search *search, const cyn_i_sts_role *role, cyn_i_credentials *out,
                            cyn_error *error) {
  bool is_web = role->web_identity_token.data != NULL;
  memset(out, 0, sizeof *out);
  if (search->region.data == NULL) return cyn_i_error_set(error, CYN_E_USAGE, "no Region: STS cannot be found without one");
  cyn_status status = check(role, error);
  if (status != CYN_OK) return status;
  cyn_bytes session = role->session_name;
  if (session.data == NULL)
    session = cyn_str(cyn_i_arena_printf(search->arena, "cynamo-%lld", (long long)cyn_i_clock_now_ms(search->clock)));
  cyn_i_buf body;
  cyn_i_buf_init(&body, search->arena);
  cyn_i_buf_printf(&body, "Action=%s&Version=2011-06-15", is_web ? "AssumeRoleWithWebIdentity" : "AssumeRole");
  put(&body, "RoleArn", role->role_arn);
  put(&body, "RoleSessionName", session);
  put(&body, "ExternalId", role->external_id);
  put(&body, "DurationSeconds", role->duration_seconds);
  put(&body, "WebIdentityToken", role->web_identity_token);
  if (body.failed || session.data == NULL) return cyn_i_error_no_memory(error);
  const cyn_i_service_call call = {.configuration = search->configuration, .service = CYN_SERVICE_STS,
                                   .signing_name = is_web ? NULL : "sts", .signer = role->signer, .region = search->region,
                                   .method = "POST", .path = "/",
                                   .content_type = "application/x-www-form-urlencoded; charset=utf-8",
                                   .body = {(const char *)body.data, body.size}, .clock = search->clock};
  long http_status;
  cyn_bytes xml;
  status = cyn_i_service_send(search->network, &call, search->arena, &http_status, &xml, error);
  if (status != CYN_OK) return status;
  if (http_status != 200) return refuse(search, role->role_arn, http_status, xml, error);
  return take_answer(search, xml, out, error);
}
