#include "stand_in.h"

TEST(keys_of_the_environment) {
  surroundings s;
  begin(&s);
  REQUIRE(prepare_search(&s, NULL) == CYN_OK);
  CHECK(find_keys(&s, cyn_i_credentials_from_environment) == CYN_OK && s.keys.access_key_id.data == NULL);
  setenv("AWS_ACCESS_KEY_ID", "A", 1);
  CHECK(find_keys(&s, cyn_i_credentials_from_environment) == CYN_E_CREDENTIALS);
  CHECK_STR(s.error.message, "AWS_ACCESS_KEY_ID is set, and AWS_SECRET_ACCESS_KEY is not");
  setenv("AWS_SECRET_ACCESS_KEY", "S", 1);
  setenv("AWS_SESSION_TOKEN", "T", 1);
  setenv("AWS_ACCOUNT_ID", "123456789012", 1);
  setenv("AWS_CREDENTIAL_EXPIRATION", "2099-01-01T00:00:00Z", 1);
  REQUIRE(find_keys(&s, cyn_i_credentials_from_environment) == CYN_OK);
  CHECK(is(s.keys.access_key_id, "A") && is(s.keys.secret_access_key, "S") && is(s.keys.session_token, "T"));
  CHECK(is(s.keys.account_id, "123456789012"));
  CHECK_INT(s.keys.expires_ms, 4070908800000);
  CHECK_STR(s.keys.source, "env");
  setenv("AWS_SECURITY_TOKEN", "ST", 1);
  REQUIRE(find_keys(&s, cyn_i_credentials_from_environment) == CYN_OK);
  CHECK(is(s.keys.session_token, "ST"));
  setenv("AWS_CREDENTIAL_EXPIRATION", "soon", 1);
  CHECK(find_keys(&s, cyn_i_credentials_from_environment) == CYN_E_CREDENTIALS);
  end(&s);
}
