#include "client/credentials.h"

#include "base/alloc.h"
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

static int allocations_left;

static int fail_after(size_t size) {
  (void)size;
  return allocations_left-- <= 0;
}

/* Every allocation fails in turn: the keys that are there are found, or there is an error; never other keys. */
static void starve(const char *profile, const char *source) {
  bool is_found = false;
  for (int n = 0; n < 200 && !is_found; n++) {
    cyn_i_credentials_provider *provider;
    cyn_i_credentials keys = {0};
    cyn_error error = CYN_ERROR_INIT;
    cyn_i_arena arena;
    cyn_i_arena_init(&arena, 0);
    const cyn_i_credentials_options options = {.profile = cyn_str(profile)};
    allocations_left = n;
    cyn_i_alloc_hook = fail_after;
    cyn_status status = cyn_i_credentials_provider_new(&options, &provider, &error);
    if (status == CYN_OK) status = cyn_i_credentials_get(provider, &arena, &keys, &error);
    cyn_i_alloc_hook = NULL;
    is_found = status == CYN_OK;
    if (is_found) CHECK_STR(keys.source, source);
    else CHECK(status == CYN_E_OUT_OF_MEMORY || status == CYN_E_CREDENTIALS); /* an answer that could not be read */
    cyn_error_clean_up(&error);
    cyn_i_credentials_provider_destroy(provider);
    cyn_i_arena_clean_up(&arena);
  }
  CHECK(is_found);
}

TEST(without_memory) {
  surroundings s;
  begin(&s);
  write_file(&s, ".aws/config",
             "[profile \"a b\"]\nm =\n  n = o\naws_access_key_id = CF\naws_secret_access_key = S\n[profile p]\ncredential_process = "
             "echo '{\"Version\":1,\"AccessKeyId\":\"P\\u0041\",\"SecretAccessKey\":\"S\"}'\n");
  starve("a b", "config-file");
  starve("p", "custom-process");
  end(&s);
}
