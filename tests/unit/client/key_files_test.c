#include "stand_in.h"

TEST(both_files_of_aws) {
  surroundings s;
  begin(&s);
  write_file(&s, ".aws/config", "[profile p]\naws_access_key_id = C\naws_secret_access_key = CS\naws_account_id = 1\n");
  write_file(&s, ".aws/credentials", "[p]\naws_access_key_id = F\naws_secret_access_key = FS\naws_session_token = FT\n[half]\naws_access_key_id = H\n");
  REQUIRE(prepare_search(&s, "p") == CYN_OK);
  REQUIRE(find_keys(&s, cyn_i_credentials_from_shared_file) == CYN_OK);
  CHECK(is(s.keys.access_key_id, "F") && is(s.keys.secret_access_key, "FS") && is(s.keys.session_token, "FT"));
  CHECK_STR(s.keys.source, "shared-credentials-file");
  REQUIRE(find_keys(&s, cyn_i_credentials_from_config_file) == CYN_OK);
  CHECK(is(s.keys.access_key_id, "C") && is(s.keys.account_id, "1") && is(s.keys.session_token, NULL));
  REQUIRE(prepare_search(&s, "half") == CYN_OK);
  CHECK(find_keys(&s, cyn_i_credentials_from_shared_file) == CYN_E_CREDENTIALS);
  CHECK_STR(s.error.message, "the credentials file: [half] has aws_access_key_id and no aws_secret_access_key");
  end(&s);
}

TEST(files_that_came_before) {
  surroundings s;
  begin(&s);
  REQUIRE(prepare_search(&s, NULL) == CYN_OK);
  CHECK(find_keys(&s, cyn_i_credentials_from_ec2_file) == CYN_OK && s.keys.access_key_id.data == NULL);
  CHECK(find_keys(&s, cyn_i_credentials_from_boto_file) == CYN_OK && s.keys.access_key_id.data == NULL);
  write_file(&s, "ec2", "AWSAccessKeyId = E\nAWSSecretKey=ES\n");
  write_file(&s, ".boto", "[Credentials]\naws_access_key_id = B\naws_secret_access_key = BS\naws_session_token = no\n");
  setenv("AWS_CREDENTIAL_FILE", "~/ec2", 1);
  REQUIRE(find_keys(&s, cyn_i_credentials_from_ec2_file) == CYN_OK);
  CHECK(is(s.keys.access_key_id, "E") && is(s.keys.secret_access_key, "ES"));
  REQUIRE(find_keys(&s, cyn_i_credentials_from_boto_file) == CYN_OK);
  CHECK(is(s.keys.access_key_id, "B") && is(s.keys.session_token, NULL));
  setenv("AWS_CREDENTIAL_FILE", "~/nope", 1);
  CHECK(find_keys(&s, cyn_i_credentials_from_ec2_file) == CYN_E_CREDENTIALS);
  end(&s);
}
