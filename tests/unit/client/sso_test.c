#include "stand_in.h"

#include "client/surroundings.h"
#include "client/timestamp.h"
#include "client/token_cache.h"

static int oidc_status = 200;

static void answer(stand_in *server, const char *request, char *out, size_t out_size) {
  (void)server;
  if (strncmp(request, "POST /token ", 12) == 0)
    put_answer(out, out_size, oidc_status, "{\"accessToken\":\"new\",\"expiresIn\":3600,\"refreshToken\":\"next\"}");
  else if (strstr(request, "x-amz-sso_bearer_token: bad\r\n") != NULL)
    put_answer(out, out_size, 401, "{}");
  else
    put_answer(out, out_size, 200,
               "{\"roleCredentials\":{\"accessKeyId\":\"K\",\"secretAccessKey\":\"S\",\"sessionToken\":\"T\",\"expiration\":4070908800000}}");
}

static void write_token(surroundings *s, const char *name, const char *token, int64_t expires_in_ms) {
  char when[21];
  cyn_i_timestamp_format(cyn_i_clock_now_ms(&s->clock) + expires_in_ms, when);
  const char *path = cyn_i_token_cache_path("~/.aws/sso/cache", cyn_str(name), false, &s->arena);
  const char *text = cyn_i_arena_printf(&s->arena,
                                        "{\"accessToken\":\"%s\",\"expiresAt\":\"%s\",\"clientId\":\"ci\",\"clientSecret\":\"cs\","
                                        "\"refreshToken\":\"rt\",\"registrationExpiresAt\":\"2099-01-01T00:00:00Z\"}",
                                        token, when);
  CHECK(cyn_i_surroundings_write(path, cyn_str(text), &s->arena));
}

TEST(a_session_and_its_refresh) {
  surroundings s;
  stand_in server;
  begin(&s);
  stand_in_begin(&server, answer);
  point_at(&server, "AWS_ENDPOINT_URL_SSO", "");
  point_at(&server, "AWS_ENDPOINT_URL_SSO_OIDC", "");
  write_file(&s, ".aws/config",
             "[default]\nsso_session = s\nsso_account_id = 1\nsso_role_name = R R\n[sso-session s]\nsso_region = eu-west-1\nsso_start_url = u\n");
  REQUIRE(prepare_search(&s, NULL) == CYN_OK);
  CHECK(find_keys(&s, cyn_i_credentials_from_sso) == CYN_E_CREDENTIALS);
  write_token(&s, "s", "tok", 3600000);
  REQUIRE(find_keys(&s, cyn_i_credentials_from_sso) == CYN_OK);
  CHECK(is(s.keys.access_key_id, "K") && is(s.keys.account_id, "1"));
  CHECK_STR(s.keys.source, "sso");
  CHECK(strncmp(server.last, "GET /federation/credentials?role_name=R%20R&account_id=1 ", 57) == 0);
  CHECK(strstr(server.last, "x-amz-sso_bearer_token: tok\r\n") != NULL);
  write_token(&s, "s", "tok", -1000);
  REQUIRE(find_keys(&s, cyn_i_credentials_from_sso) == CYN_OK);
  CHECK(strstr(server.last, "x-amz-sso_bearer_token: new\r\n") != NULL);
  int before = server.requests;
  REQUIRE(find_keys(&s, cyn_i_credentials_from_sso) == CYN_OK); /* the cache was rewritten */
  CHECK_INT(server.requests, before + 1);
  oidc_status = 400;
  write_token(&s, "s", "tok", 60000);
  REQUIRE(find_keys(&s, cyn_i_credentials_from_sso) == CYN_OK);
  CHECK(strstr(server.last, "x-amz-sso_bearer_token: tok\r\n") != NULL);
  write_token(&s, "s", "tok", -1000);
  CHECK(find_keys(&s, cyn_i_credentials_from_sso) == CYN_E_CREDENTIALS);
  CHECK_STR(s.error.message, "the SSO session has expired: log in again (aws sso login)");
  oidc_status = 200;
  stand_in_end(&server);
  end(&s);
}

TEST(the_older_form) {
  surroundings s;
  stand_in server;
  begin(&s);
  stand_in_begin(&server, answer);
  point_at(&server, "AWS_ENDPOINT_URL_SSO", "");
  write_file(&s, ".aws/config", "[default]\nsso_start_url = u\nsso_region = eu-west-1\nsso_account_id = 1\nsso_role_name = R\n[profile half]\nsso_role_name = R\n");
  REQUIRE(prepare_search(&s, NULL) == CYN_OK);
  write_token(&s, "u", "bad", 3600000);
  CHECK(find_keys(&s, cyn_i_credentials_from_sso) == CYN_E_CREDENTIALS);
  CHECK_STR(s.error.message, "SSO does not take the session's token: log in again (aws sso login)");
  write_token(&s, "u", "tok", -1);
  CHECK(find_keys(&s, cyn_i_credentials_from_sso) == CYN_E_CREDENTIALS);
  REQUIRE(prepare_search(&s, "half") == CYN_OK);
  CHECK(find_keys(&s, cyn_i_credentials_from_sso) == CYN_E_CREDENTIALS);
  stand_in_end(&server);
  end(&s);
}
