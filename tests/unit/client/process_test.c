#include "client/process.h"

#include "stand_in.h"

#define KEYS "{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"S\"}"

static const char *outcome(const char *command) {
  static char text[512];
  surroundings s;
  begin(&s);
  write_file(&s, ".aws/config", cyn_i_arena_printf(&s.arena, "[default]\ncredential_process = %s\n", command));
  cyn_status status = prepare_search(&s, NULL);
  if (status == CYN_OK) status = find_keys(&s, cyn_i_credentials_from_process);
  (void)snprintf(text, sizeof text, "%s", status == CYN_OK ? s.keys.source : s.error.message);
  end(&s);
  return text;
}

TEST(what_a_process_may_do) {
  CHECK_STR(outcome("echo '" KEYS "'"), "custom-process");
  CHECK_STR(outcome("sh -c \"echo secret >&2; exit 3\""), "credential_process has failed (status 3)");
  CHECK_STR(outcome("sh -c 'kill -9 $$'"), "credential_process has failed (signal 9)");
  CHECK_STR(outcome("/nope/nope"), "credential_process cannot be run: No such file or directory");
  CHECK_STR(outcome("'"), "credential_process is no command with its arguments");
  CHECK_STR(outcome("yes secret"), "credential_process prints too much");
  CHECK_STR(outcome("true"), "credential_process prints no JSON object");
  CHECK_STR(outcome("cat"), "credential_process prints no JSON object"); /* it has nothing to read */
}

TEST(time_is_limited) {
  cyn_i_process_timeout_ms = 200;
  CHECK_STR(outcome("sleep 30"), "credential_process takes too long");
  CHECK_STR(outcome("sh -c \"exec >&-; exec sleep 30\""), "credential_process takes too long");
  cyn_i_process_timeout_ms = 120 * 1000;
}

TEST(what_it_may_print) {
  static const struct {
    const char *text, *message;
  } cases[] = {{"{\"Version\":2,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"S\"}", "credential_process prints another Version than 1"},
               {"{\"Version\":1,\"AccessKeyId\":\"A\"}", "credential_process prints no AccessKeyId or no SecretAccessKey"},
               {"{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"S\",\"Expiration\":\"x\"}",
                "credential_process prints an Expiration that is no time such as 2026-01-31T12:00:00Z"}};
  cyn_i_arena arena;
  cyn_i_arena_init(&arena, 0);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    cyn_error error = CYN_ERROR_INIT;
    cyn_i_credentials keys = {0};
    CHECK(cyn_i_process_answer(cyn_str(cases[i].text), &arena, &keys, &error) == CYN_E_CREDENTIALS);
    CHECK_STR(error.message, cases[i].message);
    cyn_error_clean_up(&error);
  }
  cyn_i_arena_clean_up(&arena);
}
