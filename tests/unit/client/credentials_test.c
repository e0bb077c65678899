#include "client/credentials.h"

#include "stand_in.h"

TEST(the_order_of_the_chain) {
  surroundings s;
  begin(&s);
  write_file(&s, ".aws/config",
             "[default]\naws_access_key_id = CF\naws_secret_access_key = S\n[profile p]\ncredential_process = "
             "echo '{\"Version\":1,\"AccessKeyId\":\"P\",\"SecretAccessKey\":\"S\"}'\naws_access_key_id = CF\naws_secret_access_key = S\n");
  write_file(&s, ".aws/credentials", "[default]\naws_access_key_id = SF\naws_secret_access_key = S\n");
  REQUIRE(prepare_search(&s, NULL) == CYN_OK);
  REQUIRE(find_keys(&s, cyn_i_credentials_find) == CYN_OK);
  CHECK_STR(s.keys.source, "shared-credentials-file");
  setenv("AWS_ACCESS_KEY_ID", "E", 1);
  setenv("AWS_SECRET_ACCESS_KEY", "S", 1);
  REQUIRE(find_keys(&s, cyn_i_credentials_find) == CYN_OK);
  CHECK_STR(s.keys.source, "env");
  REQUIRE(prepare_search(&s, "p") == CYN_OK);
  REQUIRE(find_keys(&s, cyn_i_credentials_find) == CYN_OK);
  CHECK_STR(s.keys.source, "custom-process");
  unlink(cyn_i_arena_printf(&s.arena, "%s/.aws/credentials", s.home));
  unsetenv("AWS_ACCESS_KEY_ID");
  REQUIRE(prepare_search(&s, NULL) == CYN_OK);
  REQUIRE(find_keys(&s, cyn_i_credentials_find) == CYN_OK);
  CHECK_STR(s.keys.source, "config-file");
  end(&s);
}

TEST(nothing_found) {
  surroundings s;
  begin(&s);
  REQUIRE(prepare_search(&s, NULL) == CYN_OK);
  CHECK(find_keys(&s, cyn_i_credentials_find) == CYN_E_CREDENTIALS);
  CHECK(strstr(s.error.message, "the profile \"default\" of the config") != NULL);
  s.search.without_network = true;
  REQUIRE(find_keys(&s, cyn_i_credentials_find) == CYN_OK);
  CHECK(is(s.keys.access_key_id, "cynamo") && is(s.keys.secret_access_key, "cynamo"));
  CHECK_STR(s.keys.source, "local");
  end(&s);
}

TEST(a_source_that_fails_ends_the_search) {
  surroundings s;
  begin(&s);
  write_file(&s, ".aws/credentials", "[default]\naws_access_key_id = SF\naws_secret_access_key = S\n");
  setenv("AWS_ACCESS_KEY_ID", "E", 1);
  unsetenv("AWS_SECRET_ACCESS_KEY");
  REQUIRE(prepare_search(&s, NULL) == CYN_OK);
  CHECK(find_keys(&s, cyn_i_credentials_find) == CYN_E_CREDENTIALS);
  end(&s);
}

TEST(keys_in_json) {
  cyn_i_arena arena;
  cyn_i_credentials keys;
  cyn_i_arena_init(&arena, 0);
  const char *whole = "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"S\",\"Token\":\"T\",\"Expiration\":\"2099-01-01T00:00:00Z\"}";
  CHECK(cyn_i_credentials_from_json(cyn_str(whole), "Token", &arena, &keys));
  CHECK(is(keys.session_token, "T") && keys.expires_ms == 4070908800000);
  CHECK(!cyn_i_credentials_from_json(cyn_str(whole), "SessionToken", &arena, &keys));
  CHECK(keys.access_key_id.data == NULL);
  CHECK(!cyn_i_credentials_from_json(cyn_str("[]"), "Token", &arena, &keys));
  cyn_i_arena_clean_up(&arena);
}
