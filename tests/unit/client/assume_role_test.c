#include "stand_in.h"

#define ARN "arn:aws:iam::123456789012:role/the-role"

static void answer(stand_in *server, const char *request, char *out, size_t out_size) {
  (void)server;
  (void)request;
  put_answer(out, out_size, 200, STS_ANSWER);
}

static const char *outcome(const char *config) {
  static char text[512];
  surroundings s;
  stand_in server;
  begin(&s);
  stand_in_begin(&server, answer);
  point_at(&server, "AWS_ENDPOINT_URL_STS", "");
  write_file(&s, ".aws/config", config);
  cyn_status status = prepare_search(&s, NULL);
  if (status == CYN_OK) status = find_keys(&s, cyn_i_credentials_from_role);
  const char *signer = strstr(server.last, "Credential=");
  if (status != CYN_OK) (void)snprintf(text, sizeof text, "%s", s.error.message);
  else if (s.keys.access_key_id.data == NULL) (void)snprintf(text, sizeof text, "nothing");
  else (void)snprintf(text, sizeof text, "%s, %d calls, %.2s", s.keys.source, server.requests, signer != NULL ? signer + 11 : "??");
  stand_in_end(&server);
  end(&s);
  return text;
}

TEST(chains) {
  CHECK_STR(outcome("[default]\nregion = x\n"), "nothing");
  CHECK_STR(outcome("[default]\nrole_arn = " ARN "\nweb_identity_token_file = x\n"), "nothing");
  CHECK_STR(outcome("[default]\nrole_arn = " ARN "\nsource_profile = s\n[profile s]\naws_access_key_id=SK\naws_secret_access_key=S\n"),
            "assume-role, 1 calls, SK");
  CHECK_STR(outcome("[default]\nrole_arn = " ARN "\nsource_profile = m\n[profile m]\nrole_arn = " ARN
                    "\nsource_profile = s\n[profile s]\naws_access_key_id=SK\naws_secret_access_key=S\n"),
            "assume-role, 2 calls, RK");
  CHECK_STR(outcome("[default]\nrole_arn = " ARN "\nsource_profile = default\naws_access_key_id=SK\naws_secret_access_key=S\n"),
            "assume-role, 1 calls, SK");
}

TEST(what_is_refused) {
  CHECK_STR(outcome("[default]\nrole_arn = " ARN "\n"),
            "the profile \"default\" has a role_arn with neither source_profile nor credential_source");
  CHECK_STR(outcome("[default]\nrole_arn = " ARN "\nsource_profile = a\ncredential_source = Environment\n"),
            "the profile \"default\" has a role_arn with both source_profile and credential_source");
  CHECK_STR(outcome("[default]\nrole_arn = " ARN "\nsource_profile = a\n"),
            "the profile \"default\" has a source_profile that does not exist");
  CHECK_STR(outcome("[default]\nrole_arn = " ARN "\nsource_profile = default\n"),
            "the profile \"default\" is in a chain of source profiles that comes back to it");
  CHECK_STR(outcome("[default]\nrole_arn = " ARN "\nsource_profile = a\n[profile a]\nrole_arn = " ARN "\nsource_profile = default\n"),
            "the profile \"default\" is in a chain of source profiles that comes back to it");
  CHECK_STR(outcome("[default]\nrole_arn = " ARN "\nsource_profile = a\n[profile a]\nx = y\n"),
            "the profile \"a\" is a source_profile and has no keys");
  CHECK_STR(outcome("[default]\nrole_arn = " ARN "\nmfa_serial = m\nsource_profile = a\n[profile a]\nx = y\n"),
            "the profile \"default\" needs a code of its mfa_serial, which a library cannot ask for: take keys of a session that has one");
  CHECK_STR(outcome("[default]\nrole_arn = " ARN "\ncredential_source = Nowhere\n"),
            "the profile \"default\" has a credential_source that is not Environment, EcsContainer or Ec2InstanceMetadata");
  CHECK_STR(outcome("[default]\nrole_arn = " ARN "\ncredential_source = Environment\n"),
            "the profile \"default\" has a credential_source that gives no keys");
}

TEST(a_long_chain) {
  char config[4096] = "[default]\nrole_arn = " ARN "\nsource_profile = p0\n";
  for (int i = 0; i < 20; i++) {
    size_t size = strlen(config);
    (void)snprintf(config + size, sizeof config - size, "[profile p%d]\nrole_arn = " ARN "\nsource_profile = p%d\n", i, i + 1);
  }
  CHECK_STR(outcome(config), "the profile \"p15\" is behind too long a chain of source profiles");
}
