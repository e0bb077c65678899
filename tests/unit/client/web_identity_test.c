#include "stand_in.h"

static void answer(stand_in *server, const char *request, char *out, size_t out_size) {
  (void)server;
  (void)request;
  put_answer(out, out_size, 200, STS_ANSWER);
}

TEST(a_token_file_and_a_role) {
  surroundings s;
  stand_in server;
  begin(&s);
  stand_in_begin(&server, answer);
  point_at(&server, "AWS_ENDPOINT_URL_STS", "");
  REQUIRE(prepare_search(&s, NULL) == CYN_OK);
  CHECK(find_keys(&s, cyn_i_credentials_from_web_identity) == CYN_OK && s.keys.access_key_id.data == NULL);
  setenv("AWS_WEB_IDENTITY_TOKEN_FILE", cyn_i_arena_printf(&s.arena, "%s/token", s.home), 1);
  CHECK(find_keys(&s, cyn_i_credentials_from_web_identity) == CYN_E_CREDENTIALS);
  CHECK_STR(s.error.message, "a web identity token file is set, and no role to assume with it");
  setenv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/r", 1);
  CHECK(find_keys(&s, cyn_i_credentials_from_web_identity) == CYN_E_CREDENTIALS);
  write_file(&s, "token", "first");
  REQUIRE(find_keys(&s, cyn_i_credentials_from_web_identity) == CYN_OK);
  CHECK_STR(s.keys.source, "assume-role-with-web-identity");
  CHECK(strstr(server.last, "&WebIdentityToken=first") != NULL && strstr(server.last, "Authorization:") == NULL);
  write_file(&s, "token", "second");
  REQUIRE(find_keys(&s, cyn_i_credentials_from_web_identity) == CYN_OK);
  CHECK(strstr(server.last, "&WebIdentityToken=second") != NULL);
  s.search.without_environment = true;
  CHECK(find_keys(&s, cyn_i_credentials_from_web_identity) == CYN_OK && s.keys.access_key_id.data == NULL);
  stand_in_end(&server);
  end(&s);
}
