/* The settings file and the environment under the options of a database. */
#include "db/settings.h"

#include <fcntl.h>
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

TEST(numbers_and_headers) {
  static const struct {
    const char *line;
    int64_t is; /* milliseconds, attempts or connections; -1: refused */
  } rows[] = {
      {"read_timeout_seconds = 0.25", 250}, {"read_timeout_seconds = 1.2345", -1}, {"read_timeout_seconds = 9999999", INT64_C(9999999000)},
      {"read_timeout_seconds = 99999999", -1}, {"read_timeout_seconds = .5", -1}, {"read_timeout_seconds = 1.x", -1}, {"read_timeout_seconds = 1:", -1},
      {"read_timeout_seconds = 1.:", -1}, {"connect_timeout_seconds = 3", 3000}, {"max_retry_attempts = 999999", 1000000},
      {"max_retry_attempts = 1000000", -1}, {"max_retry_attempts =", -1}, {"max_retry_attempts = 1:", -1}, {"max_pool_connections = 7", 7},
      {"extra_headers = :x", -1}, {"extra_headers = , A:  b ,", 0}, {"endpoint = https://h", 0}, {" \t region\t =\tx \t\r", 0},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    cyn_i_arena arena;
    cyn_i_url url;
    cyn_db_options options = CYN_DB_OPTIONS_INIT;
    clear();
    write_file(rows[i].line);
    cyn_i_arena_init(&arena, 0);
    cyn_status status = apply("http://localhost:1", &options, &url, &arena);
    int64_t is = options.read_timeout_ms.value + options.connect_timeout_ms.value + options.max_attempts.value + options.max_connections.value;
    if ((status == CYN_OK) != (rows[i].is >= 0) || (status == CYN_OK && is != rows[i].is))
      test_failed(__FILE__, __LINE__, "%s: status %d, %lld", rows[i].line, (int)status, (long long)is);
    cyn_i_arena_clean_up(&arena);
  }
  clear();
}

TEST(what_the_url_says_stands) {
  cyn_i_arena arena;
  cyn_i_url url;
  cyn_db_options options = CYN_DB_OPTIONS_INIT;
  clear();
  cyn_i_arena_init(&arena, 0);
  write_file("region = eu-north-1\nretry_mode = legacy\nendpoint = http://127.0.0.1:9\nconnect_timeout_seconds = 1\n");
  CHECK(apply("aws:?region=eu-west-3&retry_mode=adaptive&connect_timeout_ms=5", &options, &url, &arena) == CYN_OK);
  CHECK(options.region.data == NULL && options.retry_mode.data == NULL && !options.connect_timeout_ms.is_set);
  CHECK(url.scheme == CYN_URL_HTTP && url.region.size == 9 && url.retry_mode == CYN_RETRY_ADAPTIVE);
  CHECK(apply("aws:", &options, &url, &arena) == CYN_OK); /* nothing says a Region but the file */
  CHECK(options.region.size == 10 && url.region.data == NULL && options.retry_mode.size == 6);
  options = (cyn_db_options)CYN_DB_OPTIONS_INIT;
  options.region = cyn_str("eu-west-2");
  options.retry_mode = cyn_str("standard");
  CHECK(apply("aws:eu-west-1", &options, &url, &arena) == CYN_OK);
  CHECK(memcmp(options.region.data, "eu-west-2", 9) == 0 && options.retry_mode.size == 8);
  cyn_i_arena_clean_up(&arena);
  clear();
}

TEST(files_that_are_none) {
  cyn_db *db;
  static char large[70000];
  clear();
  memset(large, '#', sizeof large - 1);
  write_file(large);
  CHECK(cyn_open("memory:", NULL, &db, &error) != CYN_OK);
  CHECK(strstr(error.message, ": this is no settings file") != NULL);
  (void)unlink(path);
  clear();
  write_file("region = a");
  int fd = open(path, O_WRONLY | O_APPEND);
  CHECK(fd >= 0 && write(fd, "\0b", 2) == 2 && close(fd) == 0);
  CHECK(cyn_open("memory:", NULL, &db, &error) != CYN_OK);
  CHECK(strstr(error.message, ": this is no settings file") != NULL);
  (void)setenv("CYNAMO_CONFIG", "", 1); /* as if it were not there */
  CHECK(cyn_open("memory:", NULL, &db, &error) == CYN_OK);
  cyn_db_close(db);
  clear();
}
