#include "dpop_key.h"
#include "stand_in.h"

#include "client/surroundings.h"
#include "client/timestamp.h"
#include "client/token_cache.h"
#include "value/json.h"

static int status_of_answer = 200;

static void answer(stand_in *server, const char *request, char *out, size_t out_size) {
  (void)server;
  (void)request;
  put_answer(out, out_size, status_of_answer,
             "{\"accessToken\":{\"accessKeyId\":\"N\",\"secretAccessKey\":\"NS\",\"sessionToken\":\"NT\"},\"expiresIn\":900,\"refreshToken\":\"next\"}");
}

static const char *path_of_cache(surroundings *s) {
  return cyn_i_token_cache_path("~/.aws/login/cache", cyn_str("me"), true, &s->arena);
}

static void write_token(surroundings *s, int64_t expires_in_ms) {
  char when[21];
  cyn_i_buf text;
  cyn_i_timestamp_format(cyn_i_clock_now_ms(&s->clock) + expires_in_ms, when);
  cyn_i_buf_init(&text, &s->arena);
  cyn_i_buf_printf(&text,
                   "{\"other\":[1,{\"a\":null},true],\"accessToken\":{\"accessKeyId\":\"L\",\"secretAccessKey\":\"LS\",\"sessionToken\":\"LT\","
                   "\"accountId\":\"1\",\"expiresAt\":\"%s\"},\"clientId\":\"ci\",\"refreshToken\":\"rt\",\"dpopKey\":",
                   when);
  cyn_i_json_write_string(&text, cyn_str(DPOP_KEY));
  cyn_i_buf_byte(&text, '}');
  CHECK(cyn_i_surroundings_write(path_of_cache(s), (cyn_bytes){(const char *)text.data, text.size}, &s->arena));
}

TEST(a_login_and_its_refresh) {
  surroundings s;
  stand_in server;
  cyn_bytes text;
  begin(&s);
  stand_in_begin(&server, answer);
  point_at(&server, "AWS_ENDPOINT_URL_SIGNIN", "");
  write_file(&s, ".aws/config", "[default]\nlogin_session = me\n");
  REQUIRE(prepare_search(&s, NULL) == CYN_OK);
  CHECK(find_keys(&s, cyn_i_credentials_from_login) == CYN_E_CREDENTIALS);
  write_token(&s, 6 * 60 * 1000);
  REQUIRE(find_keys(&s, cyn_i_credentials_from_login) == CYN_OK);
  CHECK(is(s.keys.access_key_id, "L") && is(s.keys.account_id, "1"));
  CHECK_STR(s.keys.source, "login");
  CHECK_INT(server.requests, 0);
  write_token(&s, 4 * 60 * 1000);
  status_of_answer = 400;
  CHECK(find_keys(&s, cyn_i_credentials_from_login) == CYN_E_CREDENTIALS);
  CHECK_STR(s.error.message, "the login session has ended: log in again (aws login)");
  status_of_answer = 200;
  REQUIRE(find_keys(&s, cyn_i_credentials_from_login) == CYN_OK);
  CHECK(is(s.keys.access_key_id, "N") && is(s.keys.session_token, "NT") && is(s.keys.account_id, "1"));
  CHECK(strstr(server.last, "\r\nDPoP: ey") != NULL);
  CHECK(strstr(server.last, "{\"clientId\":\"ci\",\"refreshToken\":\"rt\",\"grantType\":\"refresh_token\"}") != NULL);
  REQUIRE(cyn_i_surroundings_read(path_of_cache(&s), 10000, &s.arena, &text, NULL) == CYN_FILE_OK);
  const char *begins = "{\"other\":[1,{\"a\":null},true],\"accessToken\":{\"accessKeyId\":\"N\",";
  CHECK_STR(cyn_i_arena_copy(&s.arena, (cyn_bytes){text.data, strlen(begins)}).data, begins);
  CHECK(memmem(text.data, text.size, "\"refreshToken\":\"next\"", 21) != NULL);
  int requests = server.requests;
  REQUIRE(find_keys(&s, cyn_i_credentials_from_login) == CYN_OK);
  CHECK_INT(server.requests, requests);
  stand_in_end(&server);
  end(&s);
}
