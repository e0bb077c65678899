/* The grammar of database URLs and its errors. */
#include "db/url.h"

#include "test.h"

static cyn_status parse(const char *text, cyn_i_url *out, cyn_i_arena *arena, cyn_error *error) {
  cyn_i_arena_init(arena, 0);
  return cyn_i_url_parse(cyn_str(text), arena, out, error);
}

static bool is(cyn_bytes bytes, const char *text) {
  return bytes.data != NULL && bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

TEST(places) {
  static const struct {
    const char *text;
    cyn_i_url_scheme scheme;
    const char *place;
  } rows[] = {
      {"memory:", CYN_URL_MEMORY, ""},
      {"memory:a%20b", CYN_URL_MEMORY, "a b"},
      {"file:data", CYN_URL_FILE, "data"},
      {"file:///var/data", CYN_URL_FILE, "/var/data"},
      {"file:/var/data?region=x", CYN_URL_FILE, "/var/data"},
      {"http://127.0.0.1:8000", CYN_URL_HTTP, "http://127.0.0.1:8000"},
      {"http://[::1]:8000/base%2Fpath?region=eu-west-1", CYN_URL_HTTP, "http://[::1]:8000/base%2Fpath"},
      {"https://dynamodb.example.org", CYN_URL_HTTP, "https://dynamodb.example.org"},
      {"aws:", CYN_URL_AWS, ""},
      {"aws:eu-west-1", CYN_URL_AWS, "eu-west-1"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    cyn_i_arena arena;
    cyn_i_url url;
    CHECK_INT(parse(rows[i].text, &url, &arena, NULL), CYN_OK);
    CHECK_INT(url.scheme, rows[i].scheme);
    if (!is(url.place, rows[i].place)) test_failed(__FILE__, __LINE__, "%s: %.*s", rows[i].text, (int)url.place.size, url.place.data);
    cyn_i_arena_clean_up(&arena);
  }
}

TEST(parameters_of_a_remote_database) {
  cyn_i_arena arena;
  cyn_i_url url;
  CHECK_INT(parse("aws:us-east-2?profile=my%20own&connect_timeout_ms=100&read_timeout_ms=2000&max_attempts=7&"
                  "max_connections=50&retry_mode=adaptive",
                  &url, &arena, NULL),
            CYN_OK);
  CHECK(is(url.region, "us-east-2") && is(url.profile, "my own"));
  CHECK_INT(url.connect_timeout_ms, 100);
  CHECK_INT(url.read_timeout_ms, 2000);
  CHECK_INT(url.attempts_max, 7);
  CHECK_INT(url.connections_max, 50);
  CHECK_INT(url.retry_mode, CYN_RETRY_ADAPTIVE);
  cyn_i_arena_clean_up(&arena);
  CHECK_INT(parse("aws:us-east-2?region=eu-west-1", &url, &arena, NULL), CYN_OK); /* the parameter wins */
  CHECK(is(url.region, "eu-west-1"));
  cyn_i_arena_clean_up(&arena);
}

TEST(errors) {
  static const struct {
    const char *text, *says;
  } rows[] = {
      {"", "is no database URL: write memory:, memory:NAME, file:PATH, http://HOST:PORT or aws:REGION"},
      {"mongo:x", "mongo:x is no database URL"},
      {"HTTP://x", "is no database URL"},
      {"postgres://x", "this build has no postgres: databases"},
      {"file:", "file: needs a folder"},
      {"file:a%zz", "% must be followed by two hexadecimal digits"},
      {"file:a%00", "cannot contain %00"},
      {"http:127.0.0.1:8000", "is no endpoint: write http://HOST:PORT"},
      {"http://", "is no endpoint"},
      {"http:///x", "is no endpoint"},
      {"http://:80", "is no endpoint"},
      {"http://user@host", "is no endpoint"},
      {"http://a b", "is no endpoint"},
      {"memory:?profile=x", "unknown parameter profile in a database URL: there are region, durability, size_max"},
      {"http://h?durability=strict", "unknown parameter durability in a database URL: there are region, profile, "
                                     "connect_timeout_ms, read_timeout_ms, max_attempts, max_connections, retry_mode"},
      {"memory:?durability=maybe", "durability=maybe: it is strict, relaxed or unsafe"},
      {"memory:?size_max=1X", "size_max=1X: write bytes, or a number with K, M, G or T"},
      {"aws:?retry_mode=never", "retry_mode=never: it is standard, legacy or adaptive"},
      {"aws:?max_attempts=0", "max_attempts=0: write a number from 1 to 999999999"},
      {"aws:?read_timeout_ms=1s", "read_timeout_ms=1s: write a number"},
      {"aws:?connect_timeout_ms=9999999999", "connect_timeout_ms=9999999999: write a number"},
      {"aws:?max_connections", "max_connections=: write a number"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    cyn_i_arena arena;
    cyn_i_url url;
    cyn_error error = CYN_ERROR_INIT;
    CHECK_INT(parse(rows[i].text, &url, &arena, &error), CYN_E_USAGE);
    if (error.message == NULL || strstr(error.message, rows[i].says) == NULL)
      test_failed(__FILE__, __LINE__, "%s: %s", rows[i].text, error.message != NULL ? error.message : "(none)");
    cyn_error_clean_up(&error);
    cyn_i_arena_clean_up(&arena);
  }
}

TEST(sizes_and_escapes) {
  static const struct {
    const char *text;
    uint64_t size; /* 0: refused */
  } rows[] = {
      {"memory:?size_max=4096", 4096}, {"memory:?size_max=3K", 3072}, {"memory:?size_max=2M", 2097152}, {"memory:?size_max=1G", 1073741824},
      {"memory:?size_max=1T", UINT64_C(1) << 40}, {"memory:?size_max=18446744073709551616", 0}, {"memory:?size_max=99999999999T", 0},
      {"memory:?size_max=", 0}, {"memory:?size_max=K", 0}, {"memory:?size_max=1KK", 0}, {"memory:?size_max=:", 0}, {"memory:?size_max=-1", 0},
      {"memory:?&&size_max=4096&", 4096}, {"memory:?size_max=%34%30%39%36", 4096},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    cyn_i_arena arena;
    cyn_i_url url;
    cyn_status status = parse(rows[i].text, &url, &arena, NULL);
    if ((status == CYN_OK) != (rows[i].size != 0) || (status == CYN_OK && url.size_max != rows[i].size))
      test_failed(__FILE__, __LINE__, "%s: %d, %llu", rows[i].text, (int)status, (unsigned long long)url.size_max);
    cyn_i_arena_clean_up(&arena);
  }
  static const char *const names[][2] = {{"memory:%4a%4B%6f", "JKo"}, {"memory:%", NULL}, {"memory:%4", NULL}, {"memory:%4/", NULL},
                                         {"memory:%4G", NULL}, {"memory:%4g", NULL}, {"memory:%@1", NULL}, {"memory:%`1", NULL}};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    cyn_i_arena arena;
    cyn_i_url url;
    cyn_status status = parse(names[i][0], &url, &arena, NULL);
    CHECK_INT(status, names[i][1] != NULL ? CYN_OK : CYN_E_USAGE);
    if (status == CYN_OK) CHECK(is(url.place, names[i][1]));
    cyn_i_arena_clean_up(&arena);
  }
  cyn_error error = CYN_ERROR_INIT;
  cyn_i_arena arena;
  cyn_i_url url;
  CHECK_INT(parse(NULL, &url, &arena, &error), CYN_E_USAGE);
  CHECK(strstr(error.message, "is no database URL") != NULL);
  cyn_i_arena_clean_up(&arena);
  CHECK_INT(parse("aws:?max_attempts=:", &url, &arena, &error), CYN_E_USAGE);
  cyn_i_arena_clean_up(&arena);
  CHECK_INT(parse("http://h\x7f", &url, &arena, &error), CYN_E_USAGE);
  cyn_i_arena_clean_up(&arena);
  CHECK_INT(parse("http://h#f", &url, &arena, &error), CYN_E_USAGE);
  cyn_i_arena_clean_up(&arena);
  cyn_error_clean_up(&error);
}
