#include "client/container.h"

#include "stand_in.h"

static void answer(stand_in *server, const char *request, char *out, size_t out_size) {
  const char *keys = "{\"AccessKeyId\":\"C\",\"SecretAccessKey\":\"S\",\"Token\":\"T\",\"Expiration\":\"2099-01-01T00:00:00Z\"}";
  bool is_flaky = strncmp(request, "GET /flaky ", 11) == 0;
  if (strncmp(request, "GET /bad ", 9) == 0) put_answer(out, out_size, 200, "{\"AccessKeyId\":\"C\"}");
  else put_answer(out, out_size, is_flaky && server->requests % 3 != 0 ? 500 : 200, keys);
}

TEST(hosts) {
  static const char *const good[] = {"http://127.0.0.1/x", "http://127.255.0.1:80", "https://localhost", "http://LOCALHOST:1/",
                                     "http://[::1]:8/x", "http://169.254.170.2/", "http://169.254.170.23/v1", "http://[fd00:ec2::23]/v1"};
  static const char *const bad[] = {"", "foo", "http://", "http://example.com", "http://127.0.0.1.example.com", "http://0.0.0.0",
                                    "http://127.1", "http://2130706433", "http://[::2]", "http://[::1", "ftp://127.0.0.1", "http://localhost.",
                                    "http://127.0.0.1@example.com", "http://a@127.0.0.1", "http://169.254.169.254", "http://example.com#@127.0.0.1",
                                    "http://example.com\\@127.0.0.1", "http://[", "http://[]", "http:///x", "http://?127.0.0.1", "http://[::ffff:127.0.0.1]",
                                    "http://[fd00:ec2::24]", "http://localhosts", "http://127.0.0.x", "https:/localhost",
                                    "http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) CHECK(cyn_i_container_host_is_allowed(cyn_str(good[i])));
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) CHECK(!cyn_i_container_host_is_allowed(cyn_str(bad[i])));
}

TEST(keys_of_a_container) {
  surroundings s;
  stand_in server;
  begin(&s);
  stand_in_begin(&server, answer);
  REQUIRE(prepare_search(&s, NULL) == CYN_OK);
  CHECK(find_keys(&s, cyn_i_credentials_from_container) == CYN_OK && s.keys.access_key_id.data == NULL);
  point_at(&server, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "/flaky");
  setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic abc", 1);
  REQUIRE(find_keys(&s, cyn_i_credentials_from_container) == CYN_OK);
  CHECK_STR(s.keys.source, "container-role");
  CHECK_INT(server.requests, 3);
  CHECK(strstr(server.last, "Authorization: Basic abc\r\n") != NULL);
  setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "a\nsecret", 1);
  CHECK(find_keys(&s, cyn_i_credentials_from_container) == CYN_E_CREDENTIALS);
  CHECK_STR(s.error.message, "the container's authorization token is more than one line of text");
  unsetenv("AWS_CONTAINER_AUTHORIZATION_TOKEN");
  point_at(&server, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "/bad");
  CHECK(find_keys(&s, cyn_i_credentials_from_container) == CYN_E_CREDENTIALS);
  CHECK_STR(s.error.message, "the container's endpoint has answered without keys (HTTP 200)");
  setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.com/", 1);
  CHECK(find_keys(&s, cyn_i_credentials_from_container) == CYN_E_CREDENTIALS);
  stand_in_end(&server);
  end(&s);
}

TEST(a_relative_uri) {
  surroundings s;
  stand_in server;
  char base[64];
  const char *before = cyn_i_container_base;
  begin(&s);
  stand_in_begin(&server, answer);
  (void)snprintf(base, sizeof base, "http://127.0.0.1:%d", server.port);
  cyn_i_container_base = base;
  REQUIRE(prepare_search(&s, NULL) == CYN_OK);
  setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x?y", 1);
  REQUIRE(find_keys(&s, cyn_i_credentials_from_container) == CYN_OK);
  CHECK(strncmp(server.last, "GET /v2/x?y ", 12) == 0);
  setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "@example.com/", 1);
  CHECK(find_keys(&s, cyn_i_credentials_from_container) == CYN_E_CREDENTIALS);
  cyn_i_container_base = before;
  stand_in_end(&server);
  end(&s);
}
