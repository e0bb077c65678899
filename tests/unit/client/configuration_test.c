#include "client/configuration.h"

#include "stand_in.h"

TEST(two_files_make_a_profile) {
  surroundings s;
  begin(&s);
  write_file(&s, ".aws/config", "[default]\nregion = a\n[profile \"x y\"]\nregion = b\nm =\n  n = o\n[sso-session t]\nu = v\n");
  write_file(&s, ".aws/credentials", "[x y]\nregion = c\n[profile z]\nq = r\n");
  REQUIRE(prepare_search(&s, "x y") == CYN_OK);
  CHECK(s.configuration.is_profile_explicit);
  cyn_i_profile profile;
  REQUIRE(cyn_i_configuration_profile(&s.configuration, cyn_str("x y"), &profile));
  CHECK(is(cyn_i_profile_get(&profile, "region"), "c"));
  CHECK(is(cyn_i_profile_get(&profile, "m"), NULL));
  CHECK(is(cyn_i_configuration_get(&s.configuration, "AWS_DEFAULT_REGION", "region"), "c"));
  setenv("AWS_DEFAULT_REGION", "d", 1);
  CHECK(is(cyn_i_configuration_get(&s.configuration, "AWS_DEFAULT_REGION", "region"), "d"));
  CHECK(!cyn_i_configuration_profile(&s.configuration, cyn_str("z"), &profile));
  CHECK(cyn_i_configuration_profile(&s.configuration, cyn_str("profile z"), &profile));
  const cyn_i_config_section *session = cyn_i_configuration_named(&s.configuration, CYN_CONFIG_SSO_SESSION, cyn_str("t"));
  CHECK(session != NULL && is(cyn_i_section_get(session, "u"), "v"));
  CHECK(cyn_i_configuration_named(&s.configuration, CYN_CONFIG_SERVICES, cyn_str("t")) == NULL);
  end(&s);
}

TEST(which_profile) {
  surroundings s;
  begin(&s);
  write_file(&s, ".aws/config", "[profile a]\n[profile b]\n");
  REQUIRE(prepare_search(&s, NULL) == CYN_OK);
  CHECK(is(s.configuration.profile, "default"));
  setenv("AWS_PROFILE", "a", 1);
  REQUIRE(prepare_search(&s, NULL) == CYN_OK);
  CHECK(is(s.configuration.profile, "a") && !s.configuration.is_profile_explicit);
  setenv("AWS_DEFAULT_PROFILE", "b", 1);
  REQUIRE(prepare_search(&s, NULL) == CYN_OK);
  CHECK(is(s.configuration.profile, "b"));
  CHECK(prepare_search(&s, "c") != CYN_OK);
  CHECK_STR(s.error.message, "the profile \"c\" is in neither the config nor the credentials file");
  end(&s);
}

TEST(a_bad_file_is_named) {
  surroundings s;
  char expected[128];
  begin(&s);
  write_file(&s, ".aws/credentials", "[a]\nsecret\n");
  CHECK(prepare_search(&s, NULL) != CYN_OK);
  (void)snprintf(expected, sizeof expected, "%s/.aws/credentials:2: not a [section], a key = value or a comment", s.home);
  CHECK_STR(s.error.message, expected);
  end(&s);
}
