/* A profile with a role_arn: the keys of source_profile or credential_source are used to assume the role. Source profiles
 * may themselves assume roles; a chain that comes back to itself is refused, but for a profile that is its own source and
 * holds keys. */
#include "base/error.h"
#include "client/sts.h"

#define CHAIN_MAX 16

/* The profiles that the chain has come through. */
typedef struct chain {
  cyn_bytes names[CHAIN_MAX];
  size_t count;
} chain;

static bool is_same(cyn_bytes a, cyn_bytes b) { return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0); }

static bool has_role(const cyn_i_profile *profile) {
  return cyn_i_profile_get(profile, "role_arn").data != NULL && cyn_i_profile_get(profile, "web_identity_token_file").data == NULL;
}

static bool has_keys(const cyn_i_profile *profile) {
  return cyn_i_profile_get(profile, "aws_access_key_id").data != NULL ||
         cyn_i_profile_get(profile, "aws_secret_access_key").data != NULL;
}

static cyn_status fault(cyn_error *error, cyn_bytes profile, const char *what) {
  return cyn_i_error_setf(error, CYN_E_CREDENTIALS, "the profile \"%.*s\" %s", (int)profile.size, profile.data, what);
}

/* ---- where the keys that assume come from ---- */

static cyn_status from_named_source(const cyn_i_credential_search *search, cyn_bytes name, cyn_i_credentials *out,
                                    cyn_error *error) {
  static const struct {
    const char *name;
    cyn_i_credential_source *source;
  } sources[] = {{"Environment", cyn_i_credentials_from_environment},
                 {"EcsContainer", cyn_i_credentials_from_container},
                 {"Ec2InstanceMetadata", cyn_i_credentials_from_imds}};
  for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
    if (name.size != strlen(sources[i].name) || memcmp(name.data, sources[i].name, name.size) != 0) continue;
    cyn_status status = sources[i].source(search, out, error);
    if (status != CYN_OK || out->access_key_id.data != NULL) return status;
    return fault(error, search->profile, "has a credential_source that gives no keys");
  }
  return fault(error, search->profile, "has a credential_source that is not Environment, EcsContainer or Ec2InstanceMetadata");
}

static cyn_status assume(const cyn_i_credential_search *search, const cyn_i_profile *profile, chain *visited,
                         cyn_i_credentials *out, cyn_error *error);

static cyn_status check_source(const cyn_i_credential_search *search, cyn_bytes name, const cyn_i_profile *source, bool exists,
                               const chain *visited, cyn_error *error) {
  if (!exists) return fault(error, search->profile, "has a source_profile that does not exist");
  if (visited->count == CHAIN_MAX) return fault(error, name, "is behind too long a chain of source profiles");
  for (size_t i = 0; i < visited->count; i++) {
    if (!is_same(visited->names[i], name)) continue;
    if (!is_same(name, search->profile) || !has_keys(source))
      return fault(error, name, "is in a chain of source profiles that comes back to it");
  }
  return CYN_OK;
}

static cyn_status from_source_profile(const cyn_i_credential_search *search, cyn_bytes name, chain *visited,
                                      cyn_i_credentials *out, cyn_error *error) {
  cyn_i_profile source;
  bool exists = cyn_i_configuration_profile(search->configuration, name, &source);
  cyn_status status = check_source(search, name, &source, exists, visited, error);
  if (status != CYN_OK) return status;
  visited->names[visited->count++] = name;
  cyn_i_credential_search inner = *search;
  inner.profile = name;
  inner.without_environment = true;
  if (has_role(&source) && !has_keys(&source)) return assume(&inner, &source, visited, out, error);
  status = cyn_i_credentials_of_profile(&inner, out, error);
  if (status != CYN_OK || out->access_key_id.data != NULL) return status;
  return fault(error, name, "is a source_profile and has no keys");
}

/* ---- the role ---- */

/* Digits are sent; what is no number is not, as if it did not stand there. */
static cyn_bytes duration_of(const cyn_i_profile *profile) {
  cyn_bytes text = cyn_i_profile_get(profile, "duration_seconds");
  for (size_t i = 0; i < text.size; i++)
    if (text.data[i] < '0' || text.data[i] > '9') return (cyn_bytes){NULL, 0};
  return text.size != 0 ? text : (cyn_bytes){NULL, 0};
}

static cyn_status assume(const cyn_i_credential_search *search, const cyn_i_profile *profile, chain *visited,
                         cyn_i_credentials *out, cyn_error *error) {
  cyn_i_credentials signer;
  cyn_bytes source = cyn_i_profile_get(profile, "source_profile"), named = cyn_i_profile_get(profile, "credential_source");
  memset(out, 0, sizeof *out);
  if (source.data != NULL && named.data != NULL)
    return fault(error, search->profile, "has a role_arn with both source_profile and credential_source");
  if (source.data == NULL && named.data == NULL)
    return fault(error, search->profile, "has a role_arn with neither source_profile nor credential_source");
  if (cyn_i_profile_get(profile, "mfa_serial").data != NULL)
    return fault(error, search->profile,
                 "needs a code of its mfa_serial, which a library cannot ask for: take keys of a session that has one");
  cyn_status status = named.data != NULL ? from_named_source(search, named, &signer, error)
                                         : from_source_profile(search, source, visited, &signer, error);
  if (status != CYN_OK) return status;
  const cyn_i_sts_role role = {cyn_i_profile_get(profile, "role_arn"), cyn_i_profile_get(profile, "role_session_name"),
                               cyn_i_profile_get(profile, "external_id"), duration_of(profile), {NULL, 0}, &signer};
  status = cyn_i_sts_assume(search, &role, out, error);
  out->source = "assume-role";
  return status;
}

cyn_status cyn_i_credentials_from_role(const cyn_i_credential_search *search, cyn_i_credentials *out, cyn_error *error) {
  cyn_i_profile profile;
  memset(out, 0, sizeof *out);
  if (!cyn_i_configuration_profile(search->configuration, search->profile, &profile) || !has_role(&profile)) return CYN_OK;
  chain visited = {{search->profile}, 1};
  return assume(search, &profile, &visited, out, error);
}
