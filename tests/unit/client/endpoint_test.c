#include "client/endpoint.h"

#include "stand_in.h"

static const char *url_of(surroundings *s, const char *region, bool is_streams, const char *account) {
  cyn_i_endpoint endpoint;
  cyn_bytes url;
  const cyn_i_endpoint_options options = {cyn_str(region), cyn_str(NULL), cyn_str(NULL), is_streams};
  cyn_error_clean_up(&s->error);
  if (cyn_i_endpoint_resolve(&options, &s->arena, &endpoint, &s->error) != CYN_OK) return s->error.message;
  if (cyn_i_endpoint_of_account(&endpoint, cyn_str(account), &s->arena, &url, &s->error) != CYN_OK) return s->error.message;
  return cyn_i_arena_copy(&s->arena, url).data;
}

TEST(names_of_the_service) {
  surroundings s;
  begin(&s);
  CHECK_STR(url_of(&s, "eu-west-1", false, NULL), "https://dynamodb.eu-west-1.amazonaws.com");
  CHECK_STR(url_of(&s, "cn-north-1", true, NULL), "https://streams.dynamodb.cn-north-1.amazonaws.com.cn");
  CHECK_STR(url_of(&s, "eu-west-1", false, "123456789012"), "https://123456789012.ddb.eu-west-1.amazonaws.com");
  CHECK_STR(url_of(&s, "us-iso-east-1", false, "123456789012"), "https://dynamodb.us-iso-east-1.c2s.ic.gov");
  CHECK_STR(url_of(&s, "eu-west-1", false, "evil.example/"), "the account id of the keys is not one");
  CHECK_STR(url_of(&s, "local", false, "123456789012"), "http://localhost:8000");
  CHECK_STR(url_of(&s, "local", true, NULL), "http://localhost:8000");
  CHECK_STR(url_of(&s, "fips-us-east-1", false, NULL), "https://dynamodb-fips.us-east-1.amazonaws.com");
  CHECK_STR(url_of(&s, "a.b", false, NULL), "\"a.b\" cannot be the name of a Region");
  CHECK_STR(url_of(&s, NULL, false, NULL), "no Region: write aws:REGION, set AWS_DEFAULT_REGION, or give the profile a region");
  setenv("AWS_USE_DUALSTACK_ENDPOINT", "true", 1);
  CHECK_STR(url_of(&s, "eu-west-1", true, NULL), "https://streams-dynamodb.eu-west-1.api.aws");
  CHECK_STR(url_of(&s, "local", true, NULL), "the Region local has no FIPS and no dual-stack endpoint");
  setenv("AWS_USE_FIPS_ENDPOINT", "true", 1);
  CHECK_STR(url_of(&s, "us-gov-west-1", false, "123456789012"), "https://dynamodb-fips.us-gov-west-1.api.aws");
  end(&s);
}

TEST(configured_urls) {
  surroundings s;
  begin(&s);
  write_file(&s, ".aws/config",
             "[default]\nregion = eu-west-1\nservices = s\nendpoint_url = http://all\n[services s]\ndynamodb =\n  endpoint_url = http://d\n");
  CHECK_STR(url_of(&s, NULL, false, "123456789012"), "http://d");
  CHECK_STR(url_of(&s, NULL, true, NULL), "http://all");
  setenv("AWS_ENDPOINT_URL", "http://env", 1);
  CHECK_STR(url_of(&s, NULL, false, NULL), "http://env");
  setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://user:password@h", 1);
  CHECK_STR(url_of(&s, NULL, false, NULL), "an endpoint's URL is http://HOST[:PORT][/PATH] or https://…");
  setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true", 1);
  CHECK_STR(url_of(&s, NULL, false, NULL), "https://dynamodb.eu-west-1.amazonaws.com");
  end(&s);
}

TEST(an_explicit_url_wins_and_needs_no_region) {
  surroundings s;
  cyn_i_endpoint endpoint;
  begin(&s);
  setenv("AWS_ENDPOINT_URL", "http://env", 1);
  const cyn_i_endpoint_options options = {{NULL, 0}, {NULL, 0}, cyn_str("http://127.0.0.1:8000"), false};
  REQUIRE(cyn_i_endpoint_resolve(&options, &s.arena, &endpoint, NULL) == CYN_OK);
  CHECK(is(endpoint.url, "http://127.0.0.1:8000"));
  CHECK(is(endpoint.signing_region, "us-east-1"));
  CHECK_INT(endpoint.account_rule, CYN_ACCOUNT_NEVER);
  end(&s);
}

TEST(account_modes) {
  surroundings s;
  begin(&s);
  setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "required", 1);
  CHECK_STR(url_of(&s, "eu-west-1", false, NULL), "account_id_endpoint_mode is required, and the keys come without an account id");
  CHECK_STR(url_of(&s, "us-iso-east-1", false, "1"), "account_id_endpoint_mode is required, and this Region has no account names");
  setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled", 1);
  CHECK_STR(url_of(&s, "eu-west-1", false, "123456789012"), "https://dynamodb.eu-west-1.amazonaws.com");
  setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "perhaps", 1);
  CHECK_STR(url_of(&s, "eu-west-1", false, NULL), "account_id_endpoint_mode is preferred, disabled or required, not \"perhaps\"");
  end(&s);
}

TEST(services_of_credentials) {
  surroundings s;
  cyn_i_endpoint endpoint;
  begin(&s);
  REQUIRE(prepare_search(&s, NULL) == CYN_OK);
  static const struct {
    cyn_i_service service;
    const char *region, *url;
  } cases[] = {{CYN_SERVICE_STS, "eu-west-1", "https://sts.eu-west-1.amazonaws.com"},
               {CYN_SERVICE_STS, "aws-global", "https://sts.amazonaws.com"},
               {CYN_SERVICE_SSO, "eu-west-1", "https://portal.sso.eu-west-1.amazonaws.com"},
               {CYN_SERVICE_SSO_OIDC, "cn-north-1", "https://oidc.cn-north-1.amazonaws.com.cn"},
               {CYN_SERVICE_SIGN_IN, "us-east-1", "https://us-east-1.signin.aws.amazon.com"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    REQUIRE(cyn_i_endpoint_of_service(&s.configuration, cases[i].service, cyn_str(cases[i].region), cyn_str(NULL), &s.arena, &endpoint,
                                      NULL) == CYN_OK);
    CHECK(is(endpoint.url, cases[i].url));
  }
  setenv("AWS_STS_REGIONAL_ENDPOINTS", "legacy", 1);
  REQUIRE(cyn_i_endpoint_of_service(&s.configuration, CYN_SERVICE_STS, cyn_str("eu-west-1"), cyn_str(NULL), &s.arena, &endpoint, NULL) == CYN_OK);
  CHECK(is(endpoint.url, "https://sts.amazonaws.com") && is(endpoint.signing_region, "us-east-1"));
  end(&s);
}
