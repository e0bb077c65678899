/* The chain: which sources are asked, in which order. The first that has keys is the one; the first that is configured and
 * fails is the end. */
#include "base/error.h"
#include "client/credential_search.h"
#include "client/json_fields.h"
#include "client/timestamp.h"

/* What a source makes of a file or an answer that there was no memory for is not the truth ("has no keys"): whenever the
 * arena was short, memory is what is missing. */
static cyn_status ask(const cyn_i_credential_search *search, cyn_i_credential_source *const *sources, size_t count,
                      cyn_i_credentials *out, cyn_error *error) {
  memset(out, 0, sizeof *out);
  for (size_t i = 0; i < count; i++) {
    cyn_status status = sources[i](search, out, error);
    if (search->arena->is_short) return cyn_i_error_no_memory(error);
    if (status != CYN_OK || out->access_key_id.data != NULL) return status;
  }
  return CYN_OK;
}

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

cyn_status cyn_i_credentials_of_profile(const cyn_i_credential_search *search, cyn_i_credentials *out, cyn_error *error) {
  static cyn_i_credential_source *const sources[] = {
      cyn_i_credentials_from_web_identity, cyn_i_credentials_from_sso,     cyn_i_credentials_from_shared_file,
      cyn_i_credentials_from_login,        cyn_i_credentials_from_process, cyn_i_credentials_from_config_file};
  return ask(search, sources, COUNT(sources), out, error);
}

/* A server on this machine takes any keys: the likely ones are found without asking anybody. */
static cyn_status find_local(const cyn_i_credential_search *search, cyn_i_credentials *out, cyn_error *error) {
  static cyn_i_credential_source *const sources[] = {cyn_i_credentials_from_environment, cyn_i_credentials_from_shared_file,
                                                     cyn_i_credentials_from_config_file};
  size_t skipped = search->without_environment ? 1 : 0;
  cyn_status status = ask(search, sources + skipped, COUNT(sources) - skipped, out, error);
  if (status != CYN_OK || out->access_key_id.data != NULL) return status;
  out->access_key_id = out->secret_access_key = cyn_str("cynamo");
  out->source = "local";
  return CYN_OK;
}

cyn_status cyn_i_credentials_find(const cyn_i_credential_search *search, cyn_i_credentials *out, cyn_error *error) {
  static cyn_i_credential_source *const sources[] = {
      cyn_i_credentials_from_environment, cyn_i_credentials_from_role,      cyn_i_credentials_of_profile,
      cyn_i_credentials_from_ec2_file,    cyn_i_credentials_from_boto_file, cyn_i_credentials_from_container,
      cyn_i_credentials_from_imds};
  size_t skipped = search->without_environment ? 1 : 0;
  if (search->without_network) return find_local(search, out, error);
  cyn_status status = ask(search, sources + skipped, COUNT(sources) - skipped, out, error);
  if (status != CYN_OK || out->access_key_id.data != NULL) return status;
  return cyn_i_error_setf(error, CYN_E_CREDENTIALS,
                          "no credentials: not in the options, the environment, the profile \"%.*s\" of the config and "
                          "credentials files, a container's endpoint or an instance's role",
                          (int)search->profile.size, search->profile.data);
}

bool cyn_i_credentials_from_json(cyn_bytes document, const char *token_name, cyn_i_arena *arena,
                                 cyn_i_credentials *out) {
  cyn_i_json_field fields[] = {{"AccessKeyId", {NULL, 0}, false}, {"SecretAccessKey", {NULL, 0}, false},
                               {token_name, {NULL, 0}, false},    {"Expiration", {NULL, 0}, false},
                               {"AccountId", {NULL, 0}, false}};
  memset(out, 0, sizeof *out);
  if (!cyn_i_json_fields_read(document, NULL, arena, fields, COUNT(fields))) return false;
  bool has_times = fields[2].text.data != NULL && cyn_i_timestamp_parse(fields[3].text, &out->expires_ms);
  if (fields[0].text.data == NULL || fields[1].text.data == NULL || !has_times) {
    memset(out, 0, sizeof *out);
    return false;
  }
  out->access_key_id = fields[0].text;
  out->secret_access_key = fields[1].text;
  out->session_token = fields[2].text;
  out->account_id = fields[4].text;
  return true;
}
