/* A token file and a role, of the environment or of the profile: what Kubernetes gives a pod. The file is read for each
 * refresh, since it changes. */
#include "base/error.h"
#include "client/sts.h"
#include "client/surroundings.h"

#define TOKEN_BYTES_MAX ((size_t)64 << 10)

/* The environment's value, unless it is out of force; else the profile's. */
static cyn_bytes setting(const cyn_i_credential_search *search, const cyn_i_profile *profile, const char *variable,
                         const char *key) {
  cyn_bytes value = {NULL, 0};
  if (!search->without_environment) value = cyn_i_surroundings_variable(variable);
  return value.data != NULL ? value : cyn_i_profile_get(profile, key);
}

cyn_status cyn_i_credentials_from_web_identity(const cyn_i_credential_search *search, cyn_i_credentials *out, cyn_error *error) {
  cyn_i_profile profile;
  memset(out, 0, sizeof *out);
  (void)cyn_i_configuration_profile(search->configuration, search->profile, &profile);
  cyn_bytes file = setting(search, &profile, "AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file"), token;
  if (file.size == 0) return CYN_OK;
  cyn_i_sts_role role = {.role_arn = setting(search, &profile, "AWS_ROLE_ARN", "role_arn"),
                         .session_name = setting(search, &profile, "AWS_ROLE_SESSION_NAME", "role_session_name")};
  if (role.role_arn.size == 0)
    return cyn_i_error_set(error, CYN_E_CREDENTIALS, "a web identity token file is set, and no role to assume with it");
  if (role.session_name.size == 0) role.session_name = (cyn_bytes){NULL, 0};
  const char *path = cyn_i_arena_copy(search->arena, file).data;
  if (path == NULL) return cyn_i_error_no_memory(error);
  cyn_i_file_result result = cyn_i_surroundings_read(path, TOKEN_BYTES_MAX, search->arena, &token, error);
  if (result == CYN_FILE_FAILED) return CYN_E_CREDENTIALS;
  if (result == CYN_FILE_MISSING)
    return cyn_i_error_setf(error, CYN_E_CREDENTIALS, "the web identity token file %s is not there", path);
  role.web_identity_token = token;
  cyn_status status = cyn_i_sts_assume(search, &role, out, error);
  out->source = "assume-role-with-web-identity";
  return status;
}
