/* The settings file and the environment under the options of a database. */
#include "db/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test.h"

static char path[] = "/tmp/cynamo-settings-XXXXXX";
static cyn_error error;

static void write_file(const char *text) {
  (void)memcpy(path + strlen(path) - 6, "XXXXXX", 6);
  int fd = mkstemp(path);
  size_t size = strlen(text);
  CHECK(fd >= 0 && write(fd, text, size) == (ssize_t)size && close(fd) == 0);
  CHECK_INT(setenv("CYNAMO_CONFIG", path, 1), 0);
}

static void clear(void) {
  static const char *const names[] = {"CYNAMO_CONFIG", "CYNAMO_REGION", "CYNAMO_READ_TIMEOUT_SECONDS", "AWS_REGION",
                                      "AWS_DEFAULT_REGION", "AWS_RETRY_MODE", "AWS_MAX_ATTEMPTS"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) (void)unsetenv(names[i]);
  (void)unlink(path);
  cyn_error_clean_up(&error);
}

static cyn_status apply(const char *url_text, cyn_db_options *options, cyn_i_url *url, cyn_i_arena *arena) {
  cyn_status status = cyn_i_url_parse(cyn_str(url_text), arena, url, &error);
  return status == CYN_OK ? cyn_i_settings_apply(options, url, arena, &error) : status;
}

TEST(file_then_environment_then_options) {
  clear();
  cyn_i_arena arena;
  cyn_i_url url;
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  cyn_i_arena_init(&arena, 0);
  write_file("# comment\n\n region = eu-north-1\nread_timeout_seconds=2.5\r\nmax_retry_attempts = 5\nextra_headers = A: b, C:d\n"
             "table_prefix = dev-\nretry_mode = legacy\nmax_pool_connections = 3");
  CHECK(apply("http://localhost:1", &options, &url, &arena) == CYN_OK);
  CHECK(options.region.size == 10 && options.read_timeout_ms.value == 2500 && options.max_attempts.value == 6);
  CHECK(options.max_connections.value == 3 && !options.connect_timeout_ms.is_set);
  CHECK(options.extra_headers.count == 2 && memcmp(options.extra_headers.at[1].value.data, "d", 1) == 0);
  CHECK(url.table_prefix.size == 4 && options.retry_mode.size == 6);
  options = (cyn_db_options)CYN_DB_OPTIONS_INIT;
  options.max_attempts = cyn_int(1);
  (void)setenv("CYNAMO_READ_TIMEOUT_SECONDS", "7", 1);
  (void)setenv("AWS_REGION", "us-west-1", 1);         /* not for remote databases, as for botocore */
  CHECK(apply("http://localhost:1", &options, &url, &arena) == CYN_OK);
  CHECK(options.region.size == 10);
  options = (cyn_db_options)CYN_DB_OPTIONS_INIT;
  options.max_attempts = cyn_int(1);
  (void)setenv("AWS_DEFAULT_REGION", "us-west-2", 1); /* above the file; the client applies it */
  CHECK(apply("http://localhost:1?max_connections=9", &options, &url, &arena) == CYN_OK);
  CHECK(options.read_timeout_ms.value == 7000 && options.max_attempts.value == 1 && !options.max_connections.is_set);
  CHECK(options.region.data == NULL);
  (void)setenv("CYNAMO_REGION", "sa-east-1", 1);
  CHECK(apply("memory:", &options, &url, &arena) == CYN_OK);
  CHECK(options.region.size == 9);
  cyn_i_arena_clean_up(&arena);
  clear();
}

TEST(endpoint) {
  clear();
  cyn_i_arena arena;
  cyn_i_url url;
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  cyn_i_arena_init(&arena, 0);
  write_file("endpoint = http://127.0.0.1:9\n");
  CHECK(apply("aws:eu-west-1", &options, &url, &arena) == CYN_OK);
  CHECK(url.scheme == CYN_URL_HTTP && url.place.size == 18 && url.region.size == 9);
  cyn_i_arena_clean_up(&arena);
  clear();
}

TEST(faults) {
  static const char *const cases[][2] = {
      {"\nregoin = x\n", ":2: there is no setting regoin"},
      {"region\n", ":1: a line is name = value, not \"region\""},
      {"region = x\n\nread_timeout_seconds = soon", ":3: read_timeout_seconds is a number of seconds above 0, not \"soon\""},
      {"connect_timeout_seconds = 0", ":1: connect_timeout_seconds is a number of seconds above 0, not \"0\""},
      {"max_retry_attempts = -1", ":1: max_retry_attempts is a number, not \"-1\""},
      {"max_pool_connections = 0", ":1: max_pool_connections is a number, not \"0\""},
      {"extra_headers = A", ":1: extra_headers is Name: value, Name: value, not \"A\""},
      {"retry_mode = eager", ":1: retry_mode is standard, legacy or adaptive, not \"eager\""},
      {"endpoint = here", ":1: endpoint is a URL that begins with http:// or https://, not \"here\""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    cyn_db *db;
    char wanted[400];
    clear();
    write_file(cases[i][0]);
    CHECK(cyn_open("memory:", NULL, &db, &error) != CYN_OK);
    (void)snprintf(wanted, sizeof wanted, "%s%s", path, cases[i][1]);
    CHECK_STR(error.message, wanted);
    CHECK_STR(error.name, "CynamoUsageError");
  }
  cyn_db *db;
  clear();
  (void)setenv("CYNAMO_CONFIG", "/nowhere/x", 1);
  CHECK(cyn_open("memory:", NULL, &db, &error) != CYN_OK);
  CHECK_STR(error.message, "/nowhere/x (CYNAMO_CONFIG): the file cannot be read");
  clear();
  (void)setenv("CYNAMO_READ_TIMEOUT_SECONDS", "x", 1);
  CHECK(cyn_open("memory:", NULL, &db, &error) != CYN_OK);
  CHECK_STR(error.message, "CYNAMO_READ_TIMEOUT_SECONDS: read_timeout_seconds is a number of seconds above 0, not \"x\"");
  clear();
}
