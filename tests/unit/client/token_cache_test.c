#include "client/token_cache.h"

#include "stand_in.h"

TEST(names_of_files) {
  surroundings s;
  begin(&s);
  CHECK_STR(cyn_i_token_cache_path("/c", cyn_str("abc"), false, &s.arena), "/c/a9993e364706816aba3e25717850c26c9cd0d89d.json");
  CHECK_STR(cyn_i_token_cache_path("/c", cyn_str("abc"), true, &s.arena),
            "/c/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad.json");
  CHECK(strncmp(cyn_i_token_cache_path("~/c", cyn_str(""), false, &s.arena), s.home, strlen(s.home)) == 0);
  end(&s);
}

TEST(reading_and_writing) {
  surroundings s;
  cyn_bytes text;
  cyn_i_buf json;
  begin(&s);
  CHECK(cyn_i_token_cache_read("/nope", "thing", &s.arena, &text, &s.error) == CYN_E_CREDENTIALS);
  CHECK_STR(s.error.message, "there is no cached thing (/nope): log in with the AWS command line");
  write_file(&s, "t", "{}");
  CHECK(cyn_i_token_cache_read(cyn_i_arena_printf(&s.arena, "%s/t", s.home), "thing", &s.arena, &text, NULL) == CYN_OK);
  CHECK(is(text, "{}"));
  cyn_i_buf_init(&json, &s.arena);
  cyn_i_token_cache_put(&json, "a", cyn_str("x\"y"));
  cyn_i_token_cache_put(&json, "b", cyn_str(NULL));
  cyn_i_token_cache_put(&json, "c", cyn_str(""));
  CHECK(is((cyn_bytes){(const char *)json.data, json.size}, "{\"a\":\"x\\\"y\",\"c\":\"\""));
  end(&s);
}
